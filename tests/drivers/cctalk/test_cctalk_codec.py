from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cctalk.codec import (
    ANSWERS,
    HOST,
    Form,
    Frame,
    Header,
    Level,
    Status,
    crc,
    decode,
    encode,
    next_event,
    parse_level,
    parse_number,
    parse_status,
    parse_text,
    size_of,
)
from drivers.cctalk.flags import Flags
from drivers.cctalk.line import ANSWER_MS, GAP_MS, QUIET_MS, BusLine, Kind, Reply, Request
from tests.drivers.cctalk.cctalk_script import golden, summed


def form_of(name: str) -> Form:
    return Form.CRC if name.startswith("crc") else Form.SIMPLE


@pytest.mark.parametrize(("name", "direction", "raw"), golden())
def test_every_frame_of_the_sheet_is_read_and_written_the_same(name: str, direction: str, raw: bytes) -> None:
    form = form_of(name)
    frame = decode(form, raw)
    assert frame is not None
    if direction == "host":
        assert encode(form, frame.destination, frame.header, frame.data) == raw
    else:
        assert frame.destination == HOST
        assert frame.source == (None if form is Form.CRC else raw[2])


def test_the_check_sums_are_those_of_the_sheet() -> None:
    assert crc(b"123456789") == 0x31C3
    assert crc(bytes.fromhex("49D5F2")) == 0xA6B3
    assert crc(bytes.fromhex("63FAD19FE619")) == 0x5BB3
    assert encode(Form.CRC, 40, Header.RESET).hex(" ") == "28 00 46 01 3f"


def said(name: str) -> bytes:
    (raw,) = [raw for found, direction, raw in golden() if (found, direction) == (name, "dev")]
    return raw[4:-1]


def test_numbers_are_read_as_the_sheet_says() -> None:
    assert parse_number(said("serial")) == 12345678
    assert parse_number(said("count-1005")) == 1005
    assert parse_status(said("empty-2-of-5")) == Status(4, 0, 2, 3)
    assert parse_text(said("category")) == "Payout"
    assert parse_text(b"AB .. \xff") == "AB .. ?"
    assert [next_event(event) for event in (0, 1, 254, 255)] == [1, 2, 255, 1]


def test_a_level_without_its_sensor_means_nothing() -> None:
    assert parse_level(said("level")) is Level.MIDDLE
    assert parse_level(said("level-low")) is Level.LOW
    assert parse_level(b"\x01") is Level.UNKNOWN
    assert parse_level(b"\x22") is Level.HIGH
    assert parse_level(b"\x12") is Level.MIDDLE


def test_flags_are_named_and_the_second_register_is_the_makers() -> None:
    named = {
        "flags-power": (),
        "flags-empty": ("ran_empty",),
        "flags-jam": ("jammed", "blocks"),
        "flags-exit-paying": ("exit_blocked", "blocks"),
        "flags-exit-idle": ("exit_blocked", "blocks"),
        "flags-light": ("blinded", "blocks"),
        "flags-power-3": ("wants_reset", "blocks"),
    }
    words = ("ran_empty", "jammed", "exit_blocked", "blinded", "forgetful", "broken", "single", "wants_reset")
    for name, expected in named.items():
        flags = Flags(said(name))
        assert {word for word in (*words, "blocks") if getattr(flags, word)} == set(expected), name
    for bit, word, own in [(3, "blinded", "forgetful"), (4, "jammed", "forgetful"), (5, "broken", "forgetful")]:
        generic = bytes([0, 1 << bit, 0])
        assert getattr(Flags(generic), word)
        for flags in (Flags(generic, sch2=True), Flags(generic[:2])):
            assert not getattr(flags, word)
            assert getattr(flags, own)
    assert Flags(b"\x00\x40").forgetful
    assert Flags(b"\x00\x02").single
    assert str(Flags(b"\xc0\x00\x01")) == "c00001"


FRAMES = st.tuples(st.integers(2, 255), st.integers(0, 255), st.binary(max_size=255))


@given(st.sampled_from(Form), FRAMES)
def test_what_is_written_is_read_back(form: Form, parts: tuple[int, int, bytes]) -> None:
    address, header, data = parts
    raw = encode(form, address, header, data)
    assert decode(form, raw) == Frame(address, HOST if form is Form.SIMPLE else None, header, data)
    assert size_of(raw) == len(raw)
    if form is Form.SIMPLE:
        assert raw == summed(raw[:-1])


@given(st.sampled_from(Form), FRAMES, st.data())
def test_a_flipped_bit_is_seen(form: Form, parts: tuple[int, int, bytes], pick: st.DataObject) -> None:
    raw = bytearray(encode(form, parts[0], parts[1], parts[2]))
    raw[pick.draw(st.integers(0, len(raw) - 1))] ^= 1 << pick.draw(st.integers(0, 7))
    assert decode(form, bytes(raw)) is None


# -- the line


def asked(line: BusLine, request: Request, now_ms: int = 0) -> bytes:
    line.send(request, now_ms)
    return line.take_output()


STATUS_A = Request(3, Header.STATUS)
ANSWER = summed(bytes([1, 4, 3, 0, 1, 0, 5, 0]))
GOOD = Reply(Kind.ACK, bytes([1, 0, 5, 0]))


@pytest.mark.parametrize("echo", [True, False])
def test_the_echo_is_learned_and_its_change_breaks_the_exchange(echo: bool) -> None:
    line = BusLine(Form.SIMPLE)
    sent = asked(line, STATUS_A)
    assert line.receive((sent if echo else b"") + ANSWER, 10) == GOOD
    assert line.echoes is echo
    assert line.free_at(11) <= 11
    sent = asked(line, STATUS_A, 100)
    reply = line.receive((b"" if echo else sent) + ANSWER, 110)
    assert (reply or line.poll(100 + ANSWER_MS + GAP_MS)) == Reply(Kind.BROKEN)


def test_silence_with_an_echo_is_silence_and_without_one_a_fault() -> None:
    line = BusLine(Form.SIMPLE)
    assert line.receive(asked(line, STATUS_A), 1) is None
    assert line.poll(ANSWER_MS) is None
    assert line.poll(ANSWER_MS + 5) == Reply(Kind.SILENT)
    assert line.free_at(ANSWER_MS + 5) == ANSWER_MS + 5 + QUIET_MS
    assert line.echoes is True
    asked(line, STATUS_A, 1_000)
    assert line.poll(1_000 + ANSWER_MS + 5) == Reply(Kind.BROKEN)


def test_an_answer_behind_another_quiets_the_bus_and_bytes_that_nobody_asked_for_too() -> None:
    line = BusLine(Form.SIMPLE)
    assert line.receive(asked(line, STATUS_A) + ANSWER + ANSWER, 10) == GOOD
    assert line.free_at(11) == 10 + QUIET_MS
    assert line.receive(ANSWER, 50) is None
    assert line.free_at(51) == 50 + QUIET_MS


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (summed(b"\x01\x00\x03\x05"), Kind.NAK),
        (summed(b"\x01\x00\x03\x06"), Kind.BUSY),
        (summed(b"\x01\x01\x03\x05\x00"), Kind.BROKEN),
        (summed(b"\x01\x00\x03\x07"), Kind.BROKEN),
        (summed(b"\x01\x00\x03\x00"), Kind.BROKEN),
        (summed(b"\x01\x04\x04\x00\x01\x00\x05\x00"), Kind.BROKEN),
        (summed(b"\x09\x04\x03\x00\x01\x00\x05\x00"), Kind.BROKEN),
        (ANSWER[:-1] + b"\x00", Kind.BROKEN),
    ],
)
def test_only_a_whole_answer_of_the_right_length_from_the_right_place_counts(raw: bytes, kind: Kind) -> None:
    line = BusLine(Form.SIMPLE)
    assert line.receive(asked(line, STATUS_A) + raw, 5) == Reply(kind)
    assert line.free_at(6) == (5 + QUIET_MS if kind is Kind.BROKEN else 5)


def test_an_answer_whose_rest_never_comes_is_broken() -> None:
    line = BusLine(Form.SIMPLE)
    assert line.receive(asked(line, STATUS_A) + ANSWER[:4], ANSWER_MS) is None
    assert line.poll(ANSWER_MS + GAP_MS - 1) is None
    assert line.poll(ANSWER_MS + GAP_MS) == Reply(Kind.BROKEN)


@given(cuts=st.lists(st.integers(0, 30), max_size=8), echo=st.booleans(), form=st.sampled_from(Form))
def test_cutting_the_stream_anywhere_changes_nothing(cuts: list[int], echo: bool, form: Form) -> None:
    line = BusLine(form)
    answer = ANSWER if form is Form.SIMPLE else bytes.fromhex("01 04 46 00 01 03 02 00 F7")
    sent = asked(line, STATUS_A)
    stream = (sent if echo else b"") + answer
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    replies = [line.receive(stream[a:b], 1) for a, b in pairwise(edges)]
    assert [reply for reply in replies if reply] == [Reply(Kind.ACK, answer[4:-1])]


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.sampled_from(list(Header)), st.sampled_from(Form))
def test_noise_is_never_believed_and_never_holds_the_bus(noise: list[bytes], header: Header, form: Form) -> None:
    """Below the check: what counts as an answer is a good frame of a length that command can have."""
    line = BusLine(form)
    asked(line, Request(3, header))
    now_ms, reply = 0, None
    for piece in noise:
        now_ms += 20
        reply = reply or line.receive(piece, now_ms)
    reply = reply or line.poll(now_ms + ANSWER_MS + GAP_MS + 20)
    assert reply is not None
    if reply.kind is Kind.ACK:
        assert len(reply.data) in ANSWERS[header]
        assert bytes([1, len(reply.data)]) in b"".join(noise)
    assert line.free_at(now_ms + ANSWER_MS + 1_000) <= now_ms + ANSWER_MS + 1_000
