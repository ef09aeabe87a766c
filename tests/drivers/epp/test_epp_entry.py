"""One PIN: it comes out as one block that decrypts to it, or not at all, and exactly one outcome is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psec import pinblock

from kiosk.ports.fact import Fact
from kiosk.ports.pin_pad import (
    MacMade,
    PadTampered,
    Pan,
    PinBypassed,
    PinCancelled,
    PinEntered,
    PinFailed,
    PinOpen,
    PinStars,
    PinTimedOut,
    PlainClosed,
)
from tests.drivers.epp.epp_script import AES_KEY, PAN, TPK, Paper, decrypted, framed, wrapped_aes

PIN = "837261"
STYLES = ("at_start", "at_fetch")


def in_block(pad: Paper, entry: int) -> str | None:
    """The PIN in the block of `entry` as an acquirer finds it; None when there is no block."""
    block = pad.it.take_block(entry)
    if block is None:
        return None
    assert pad.it.take_block(entry) is None, "a block is given away once"
    return str(pinblock.decode_pinblock_iso_0(decrypted(TPK, block.reveal()), PAN.reveal()))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("pin", ["1234", "12345", PIN])
def test_a_pin_comes_out_as_one_block(style: str, pin: str) -> None:
    pad = Paper(style=style)
    pad.ready()
    pad.ask_pin()
    assert pad.facts == [PinOpen(7)]
    pad.press(pin + "E")
    assert pad.of(PinStars) == [PinStars(7, count + 1) for count in range(len(pin))]
    assert pad.ends() == [PinEntered(7, 0)]
    assert in_block(pad, 7) == pin
    assert pad.input == ""


def test_the_block_of_the_sheet() -> None:
    pad = Paper()
    driver = pad.ready()
    pad.ask_pin()
    pad.press("123456E")
    block = driver.take_block(7)
    assert block is not None
    assert (block.format, block.reveal().hex().upper()) == (0, "BB1A6FE9B5A130FE")


@pytest.mark.parametrize(
    ("style", "start", "fetch"),
    [("at_start", b"630 006588001234567", b"7"), ("at_fetch", b"600011", b"730 588001234567")],
)
def test_what_an_entry_says_to_the_pad(style: str, start: bytes, fetch: bytes) -> None:
    pad = Paper(style=style)
    pad.ready()
    pad.ask_pin()
    pad.press("1234E")
    assert pad.heard == [b"5637", b"521E", b"532A", b"5404", b"5506", start, fetch, b"5032"]


@pytest.mark.parametrize("style", STYLES)
def test_a_block_of_format_3_is_filled_at_random(style: str) -> None:
    pad = Paper(style=style)
    driver = pad.ready()
    pad.ask_pin(format=3)
    pad.press(PIN + "E")
    block = driver.take_block(7)
    assert block is not None
    assert pinblock.decode_pinblock_iso_3(decrypted(TPK, block.reveal()), PAN.reveal()) == PIN


@pytest.mark.parametrize("style", STYLES)
def test_a_block_of_format_4_is_bound_to_the_whole_number(style: str) -> None:
    pad = Paper(style=style)
    driver = pad.ready()
    pad.ask_pin(6, format=4)
    assert pad.ends() == [PinFailed(6, "keys")]
    driver.load_key("pin_aes", wrapped_aes(AES_KEY))
    pad.run(200)
    pad.ask_pin(7, format=4)
    pad.press(PIN + "E")
    assert pad.ends()[1:] == [PinEntered(7, 4)]
    block = driver.take_block(7)
    assert block is not None
    assert pinblock.decipher_pinblock_iso_4(AES_KEY, block.reveal(), PAN.reveal()) == PIN


def test_correcting_begins_anew() -> None:
    pad = Paper()
    pad.ready()
    pad.ask_pin()
    pad.press("99C1234E")
    assert [stars.count for stars in pad.of(PinStars)] == [1, 2, 0, 1, 2, 3, 4]
    assert in_block(pad, 7) == "1234"


def test_the_passenger_cancels() -> None:
    pad = Paper()
    pad.ready()
    pad.ask_pin()
    pad.press("12X")
    assert pad.ends() == [PinCancelled(7, "passenger")]
    assert pad.heard[-1] == b"5032"
    assert in_block(pad, 7) is None


@pytest.mark.parametrize("after_ms", [0, 1, 4, 7, 10, 14, 18, 300])
def test_the_machine_cancels_at_any_moment(after_ms: int) -> None:
    pad = Paper()
    driver = pad.ready()
    driver.start_pin(7, PAN, format=0, least=4, most=6, limit_s=30)
    if after_ms:
        pad.run(after_ms)
    driver.cancel_pin(7)
    pad.run(500)
    assert pad.ends() == [PinCancelled(7, "machine")]
    assert pad.input == ""


def test_a_cancel_of_another_entry_is_none() -> None:
    pad = Paper()
    driver = pad.ready()
    pad.ask_pin()
    driver.cancel_pin(6)
    pad.press("1234E")
    assert pad.ends() == [PinEntered(7, 0)]
    driver.cancel_pin(7)
    pad.run(100)
    assert pad.ends() == [PinEntered(7, 0)]


def test_a_cancel_while_the_block_is_fetched_leaves_none() -> None:
    pad = Paper()
    driver = pad.ready()
    pad.faults[b"7"] = ["mute"]
    pad.ask_pin()
    pad.press(PIN + "E")
    driver.cancel_pin(7)
    pad.run(3_000)
    assert pad.ends() == [PinCancelled(7, "machine")]
    assert in_block(pad, 7) is None


@pytest.mark.parametrize("said", [b"\x80", framed(0xEE)])
def test_time_runs_out_in_the_pad(said: bytes) -> None:
    pad = Paper()
    pad.ready()
    pad.ask_pin()
    pad.press("12")
    pad.say(said)
    pad.run(300)
    assert pad.ends() == [PinTimedOut(7)]
    assert pad.heard[-1] == b"5032"


def test_a_pad_that_forgets_the_time_is_closed_five_seconds_later() -> None:
    pad = Paper()
    pad.ready()
    pad.ask_pin()
    pad.run(34_700)
    assert not pad.ends()
    pad.run(500)
    assert pad.ends() == [PinTimedOut(7)]
    assert pad.input == ""


def test_confirming_nothing_is_a_bypass() -> None:
    for codes in ({}, {b"7": [0xEA]}):
        pad = Paper()
        pad.ready()
        pad.codes.update(codes)
        pad.ask_pin()
        pad.press("E")
        assert pad.ends() == [PinBypassed(7)]
        assert in_block(pad, 7) is None


def test_a_digit_in_clear_ends_the_entry() -> None:
    pad = Paper()
    pad.ready()
    pad.ask_pin()
    pad.say(b"*5")
    pad.run(300)
    assert pad.ends() == [PinFailed(7, "clear")]
    assert pad.input == ""
    assert "5" not in repr(pad.of(PinFailed))


@pytest.mark.parametrize(
    "wish",
    [{"format": 2}, {"format": 1}, {"least": 3}, {"most": 13}, {"least": 7}, {"limit_s": 0}, {"limit_s": 256}],
)
def test_what_it_cannot_do_is_refused_at_once(wish: dict[str, int]) -> None:
    pad = Paper()
    pad.ready()
    pad.ask_pin(7, **wish)
    assert pad.facts == [PinFailed(7, "request")]
    assert pad.heard == []


def test_without_a_verified_key_nobody_is_asked() -> None:
    pad = Paper(keys={0x20: bytes(16), 0x30: TPK})
    pad.driver()
    pad.run(600)
    pad.ask_pin()
    assert pad.ends() == [PinFailed(7, "keys")]


def test_one_after_the_other() -> None:
    pad = Paper()
    pad.ready()
    pad.ask_pin(1)
    pad.ask_pin(2)
    pad.press("1234E")
    assert pad.ends() == [PinFailed(2, "busy"), PinEntered(1, 0)]
    assert in_block(pad, 1) == "1234"
    pad.ask_pin(3)
    pad.press("4321E")
    assert pad.ends()[2:] == [PinEntered(3, 0)]
    assert in_block(pad, 1) is None
    assert in_block(pad, 3) == "4321"


def test_plain_input_is_closed_before_a_pin_is_asked_for() -> None:
    pad = Paper()
    driver = pad.ready()
    driver.plain_input(True)
    pad.run(300)
    pad.press("12")
    pad.heard.clear()
    pad.ask_pin()
    assert pad.heard[0] == b"5032"
    driver.plain_input(True)
    assert pad.of(PlainClosed) == [PlainClosed("pin"), PlainClosed("pin")]
    pad.press("1234E")
    assert in_block(pad, 7) == "1234"


def test_other_orders_wait_for_the_end_of_a_pin() -> None:
    pad = Paper()
    driver = pad.ready()
    pad.ask_pin()
    driver.mac(1, b"x")
    pad.run(5_000)
    assert not pad.of(MacMade)
    assert pad.heard[-1].startswith(b"6"), "an open input is left alone"
    pad.press("1234E")
    pad.run(300)
    assert pad.of(MacMade)


# -- what may go wrong at each step

COMMANDS = {
    b"5637": "set",
    b"52": "set",
    b"53": "set",
    b"54": "set",
    b"55": "set",
    b"6": "start",
    b"7": "fetch",
    b"5032": "close",
}
CODES = [0xD0, *range(0xE0, 0xF0), *range(0xF1, 0x100), 0xDD, 0xA0, 0x30]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_code_at_every_step_ends_the_entry_once_and_without_a_wrong_block(style: str, command: bytes) -> None:
    for code in CODES:
        pad = Paper(style=style)
        pad.ready()
        pad.codes[command] = [code]
        pad.ask_pin()
        pad.press(PIN + "E")
        pad.run(1_000)
        (end,) = pad.ends()
        assert in_block(pad, 7) == (PIN if isinstance(end, PinEntered) else None)
        if command != b"5032":
            expected = {0xEE: PinTimedOut(7)}.get(code, PinFailed(7, f"{code:02X}"))
            tampered = bool(pad.of(PadTampered))
            assert end == (PinFailed(7, "tamper") if tampered else expected)
        assert bool(pad.of(PadTampered)) is (code in (0xDD, 0xFF, 0xE1, 0xE2))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("fault", ["deaf", "mute", "damaged", "late", "stale", "twice"])
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_fault_of_the_line_at_every_step(style: str, command: bytes, fault: str) -> None:
    pad = Paper(style=style)
    pad.ready()
    pad.faults[command] = [fault]
    pad.ask_pin()
    pad.run(3_000)
    pad.press(PIN + "E")
    pad.run(5_000)
    (end,) = pad.ends()
    starts = [content for content in pad.heard if content.startswith(b"6")]
    assert len(starts) <= 1, "a start is never sent on a guess"
    assert pad.input == ""
    if isinstance(end, PinEntered):
        assert in_block(pad, 7) == PIN
    else:
        assert COMMANDS[command] == "start"
        assert end == PinFailed(7, "silent")
        assert in_block(pad, 7) is None
    pad.ask_pin(8)
    pad.press("5678E")
    pad.run(3_000)
    assert pad.ends()[-1] == PinEntered(8, 0), "the line is in order again"
    assert in_block(pad, 8) == "5678"


@pytest.mark.parametrize(
    "reply", [b"", b"0000", b"0006BB1A6FE9B5A130F", b"0003BB1A6FE9B5A130FE", b"0012BB1A6FE9B5A130FE"]
)
def test_a_block_that_cannot_be_is_none(reply: bytes) -> None:
    pad = Paper()
    pad.ready()
    pad.ask_pin()
    pad.input, pad.pin = "", ""
    pad._block = lambda what: framed(0x60, reply)  # type: ignore[method-assign]
    pad.say(b"****\x0d")
    pad.run(300)
    assert pad.ends() == [PinBypassed(7) if reply == b"0000" else PinFailed(7, "garbled")]
    assert in_block(pad, 7) is None


# -- at any moment

DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("press"), st.sampled_from([PIN, PIN + "E", "1234E", *"72EECX"])),
        st.tuples(st.sampled_from(["ask", "cancel", "unplug", "tamper", "mac", "plain", "take_off"]), st.just("")),
        st.tuples(st.just("fault"), st.sampled_from(["deaf", "mute", "damaged", "late", "stale", "twice"])),
        st.tuples(st.just("noise"), st.sampled_from(["*", "\x02", "5", "\x0d", "\x02001", "\x80"])),
        st.tuples(st.just("wait"), st.sampled_from(["3", "40", "1100", "40000"])),
    ),
    min_size=2,
    max_size=24,
)


@settings(max_examples=40, deadline=None)
@given(style=st.sampled_from(STYLES), deeds=DEEDS)
def test_whatever_happens_an_entry_ends_once_and_a_block_is_the_pin_that_was_typed(
    style: str, deeds: list[tuple[str, str]]
) -> None:
    pad = Paper(style=style)
    driver = pad.ready()
    asked, macs = [7], list[int]()
    typed: dict[int, str] = {}
    pad.ask_pin(7)
    for what, value in deeds:
        _do(pad, what, value, asked, macs)
        for end in pad.of(PinEntered):
            typed.setdefault(end.entry, pad.pin)
            found = in_block(pad, end.entry) if end.entry == asked[-1] else None
            assert found in (None, typed[end.entry])
    pad.spoken = 0
    pad.run(120_000)
    ends = [
        fact.entry
        for fact in pad.ends()
        if isinstance(fact, PinEntered | PinFailed | PinCancelled | PinTimedOut | PinBypassed)
    ]
    assert sorted(ends) == sorted(asked)
    assert sorted(fact.order for fact in _orders(pad)) == macs
    assert sum(content.startswith(b"6") for content in pad.heard) <= len(asked)
    assert pad.input == ""
    if pad.of(PadTampered):
        assert not driver.can_take_pins(0)


def _orders(pad: Paper) -> list[Any]:
    return [fact for fact in pad.facts if fact.kind == "mac!"]


def _do(pad: Paper, what: str, value: str, asked: list[int], macs: list[int]) -> None:
    match what:
        case "press":
            pad.press(value)
        case "ask":
            asked.append(asked[-1] + 1)
            pad.ask_pin(asked[-1])
        case "cancel":
            pad.it.cancel_pin(asked[-1])
        case "unplug":
            pad.it.link_lost("unplugged", pad.now_ms)
            pad.run(50)
            pad.it.link_up(pad.now_ms)
        case "tamper" | "take_off":
            pad.spoken = 0xDD if what == "tamper" else 0xFF
        case "mac":
            macs.append(len(macs))
            pad.it.mac(macs[-1], b"x")
        case "plain":
            pad.it.plain_input(True)
        case "fault":
            pad.faults.setdefault(b"", []).append(value)
        case "noise":
            pad.say(value.encode("latin-1"))
        case "wait":
            pad.run(int(value))


def test_nothing_a_person_could_read_holds_pin_or_card_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    pad = Paper()
    driver = pad.ready()
    marked = Pan("6225880012345678")
    driver.start_pin(7, marked, format=0, least=4, most=6, limit_s=30)
    shown = ""
    for key in PIN + "E":
        pad.press(key)
        shown += _everything(driver) + repr(pad.facts)
    shown += _everything(driver) + "\n".join(driver.probe_lines()) + caplog.text
    block = driver.take_block(7)
    assert block is not None
    for secret in (PIN, marked.reveal(), marked.account(), block.reveal().hex().upper(), repr(block.reveal())):
        assert secret not in shown


def test_a_card_number_is_forgotten_with_the_end_of_its_entry() -> None:
    for keys in ("1234E", "X"):
        pad = Paper()
        driver = pad.ready()
        pad.ask_pin()
        held = driver._entry
        assert held is not None
        assert held._wish.pan == PAN
        pad.press(keys)
        assert held._wish.pan != PAN
        assert not held._opening


def _everything(thing: Any, depth: int = 4) -> str:
    """The texts of all that hangs on it."""
    text = repr(thing)
    if depth and hasattr(thing, "__dict__"):
        text += "".join(_everything(value, depth - 1) for value in vars(thing).values() if not isinstance(value, Fact))
    return text
