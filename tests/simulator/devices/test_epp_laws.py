"""Whatever is said to the PIN pad twin and done to it: it stands, no digit of a PIN crosses the line, and no key can be read."""

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from psec.des import encrypt_tdes_ecb
from psec.pinblock import encode_pinblock_iso_0

from simulator.devices.epp import Style
from simulator.devices.epp.codes import KEYS
from simulator.devices.epp.faults import FAULTS
from simulator.devices.epp.keyboard import Mode
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.epp_host import (
    ASK_PIN,
    DATA_KEY,
    FETCH,
    LOADS,
    MAC_KEY,
    PIN_KEY,
    SECRETS,
    WRAPPED,
    Host,
    frame,
    split,
)

LIES = {"plain_digits"}
"""The fault whose sentence says that digits are told."""
SPOILERS = {"noise", "bit_flip", "cut_frame", "split_reply", "wrong_baud", "bad_check_next"}
"""Faults after which the bytes are not frames and keys any more."""

Act = Callable[[Host], bytes]

TEXTS = [
    *ASK_PIN.values(), *FETCH.values(), *LOADS, "5032", "5033", "5630", "5637", "3", "I", "831A00", "9321" + "00" * 8,
    f"932A{WRAPPED[DATA_KEY]}", f"2203362{WRAPPED[MAC_KEY]}", "630@006588001234567", '630"006588001234567', "530A",
    "5330", "630#006588001234567", "550C", "5404", ":A0" + "0" * 16, "2003000", "600012", "730#588001234567",
]  # fmt: skip
DIGITS = [*"0123456789"]
HEX = "0123456789ABCDEF"


def say(text: str) -> Act:
    return lambda host: host.raw(frame(text.encode("latin-1")))


def junk(data: bytes) -> Act:
    return lambda host: host.raw(data)


def finger(key: str) -> Act:
    return lambda host: host.keys(key)


def wait(ms: int) -> Act:
    return lambda host: host.wait(ms / 1_000)


def cut(host: Host) -> bytes:
    host.restart()
    return host.pad.take_output()


COMMANDS = st.builds(
    lambda letter, rest: letter + rest,
    st.sampled_from("123456789:Ib"),
    st.one_of(st.text(HEX, max_size=40), st.text('0123456789ABCDEF @!"#$?', max_size=24)),
)
FRAMES = st.builds(say, st.one_of(st.sampled_from(TEXTS), st.sampled_from(TEXTS), COMMANDS))
FINGERS = st.builds(finger, st.one_of(st.sampled_from(DIGITS), st.sampled_from(KEYS)))
ACTS = st.one_of(
    FRAMES, FRAMES, FINGERS, FINGERS, FINGERS, st.builds(junk, st.binary(max_size=30)),
    st.builds(wait, st.integers(0, 40_000)), st.just(cut),
)  # fmt: skip
SWITCHES = st.sampled_from(sorted((set(FAULTS) | set(LINK_FAULTS)) - LIES))


@settings(max_examples=80, deadline=None)
@given(acts=st.lists(st.one_of(ACTS, SWITCHES), max_size=30), style=st.sampled_from(Style))
def test_it_stands_and_shows_no_key(acts: list[Act | str], style: Style) -> None:
    host, wire = Host(style), b""
    for act in acts:
        if isinstance(act, str):
            host.pad.faults ^= {act}
        else:
            wire += act(host)
    told = wire.upper()
    split_nibbles = str.maketrans("ABCDEF", ":;<=>?")
    for secret in SECRETS:
        for part in (secret[:8], secret[8:]):
            text = part.hex().upper()
            assert part not in wire
            assert text.encode() not in told
            assert text.translate(split_nibbles).encode() not in told
    if host.pad.destroyed:
        assert host.pad.held_keys() == {}


@settings(max_examples=80, deadline=None)
@given(
    acts=st.lists(st.one_of(ACTS, st.sampled_from(sorted(set(FAULTS) - LIES - SPOILERS))), max_size=40),
    style=st.sampled_from(Style),
)
@example(acts=[say("630 006588001234567"), say("5033"), finger("7")], style=Style.AT_START)
@example(acts=[say("600011"), say("5330"), finger("7"), finger("8")], style=Style.AT_FETCH)
@example(acts=[say("5033"), finger("7"), say("600011"), finger("7"), "key_stuck", wait(900)], style=Style.AT_FETCH)
def test_digits_of_a_pin_never_cross_the_line(acts: list[Act | str], style: Style) -> None:
    """While a PIN is asked for, what comes outside frames is the mask, enter, cancel, clear or the time-out."""
    host = Host(style)
    for act in acts:
        if isinstance(act, str):
            host.pad.faults ^= {act}
            continue
        before = host.pad.mode
        contents, outside = split(act(host))
        if before is not Mode.PLAIN and Mode.PIN in (
            before,
            host.pad.mode,
        ):  # before the frame a stuck key may still speak
            assert not set(outside) & set(b"0123456789#.ABCDEFGH")
        assert all(content[0] in range(0x60, 0x100) for content in contents)


@pytest.mark.filterwarnings("ignore:.*TripleDES")
@settings(max_examples=40, deadline=None)
@given(
    pins=st.lists(st.text("0123456789", min_size=4, max_size=6), min_size=1, max_size=4), style=st.sampled_from(Style)
)
def test_of_a_pin_only_its_block_leaves_the_pad_and_nothing_stays(pins: list[str], style: Style) -> None:
    host = Host(style)
    for pin in pins:
        assert host.open_pin() == 0x60
        wire = host.keys(*pin, "enter")
        assert wire == b"*" * len(pin) + b"\r"
        block = encrypt_tdes_ecb(PIN_KEY, encode_pinblock_iso_0(pin, "0005880012345670")).hex().upper()
        assert host.fetch() == (0x60, f"00{len(pin):02d}{block}")
        assert vars(vars(host.pad)["_keyboard"])["_digits"] == ""


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.one_of(st.sampled_from(TEXTS), COMMANDS), max_size=20), style=st.sampled_from(Style))
def test_every_undamaged_frame_is_answered_once(texts: list[str], style: Style) -> None:
    host = Host(style)
    for text in texts:
        contents, _ = split(host.raw(frame(text.encode("latin-1"))))
        assert len(contents) == 1
        host.now += 1_001
