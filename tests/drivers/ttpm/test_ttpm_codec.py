"""Lines, faces and answers of the ticket printer against the golden frames, cuts and noise."""

from __future__ import annotations

from itertools import pairwise
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ttpm import codec
from drivers.ttpm.codec import Ack, Decoder, Nak, Status, Text
from kiosk.ports.ticket_printer import Picture
from tests.drivers.ttpm.ttpm_script import golden

GOLDEN = golden()


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("clear_extended", codec.CLEAR),
        ("status", codec.SENSORS),
        ("void_text_one", codec.VOID_TEXT),
        ("q_text", codec.key_line("T001-000123-01")),
        ("stripe_track1", codec.stripe_line("RT1D0123456G1234.261122VNPAOH08012AO00553008D186AF4")),
        ("print_eject", codec.PRINT),
        ("read_text", codec.LAST_KEY),
        ("counters", codec.COUNTERS),
        ("firmware", codec.FIRMWARE),
        ("enq", codec.ENQ),
        ("can", codec.CAN),
        ("face_literal", codec.face_frame(Picture(16, 2, bytes.fromhex("FF00AA55")))),
        ("face_run", codec.face_frame(Picture(24, 2, bytes.fromhex("FFFFFF000000")), 8, 4)),
        ("face_run_over_rows", codec.face_frame(Picture(688, 432, bytes(86 * 432)))),
        ("face_control_bytes", codec.face_frame(Picture(24, 1, bytes.fromhex("05180D")))),
    ],
)
def test_what_is_sent_is_golden(name: str, made: bytes) -> None:
    assert made == GOLDEN[name]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("encoded", Ack(0x80)),
        ("printed", Ack(0x02)),
        ("ack_clear", Ack(0x04)),
        ("ack_layout", Ack(0x05)),
        ("ack_q", Ack(0x14)),
        ("ack_data", Ack(0x00)),
        ("stripe_fault_1", Nak("9")),
        ("nak_unknown", Nak("?")),
        ("status_idle", Status(0x61, 0x1E)),
        ("firmware_text", Text("TTPM3 2.07 TVM-RASTER1")),
        ("counters_text", Text("tickets=12 voided=3")),
        ("text_empty", Text("")),
        ("text_last", Text("T001-000123-01")),
    ],
)
def test_what_is_heard_is_golden(name: str, answer: codec.Answer) -> None:
    assert Decoder().feed(GOLDEN[name]) == [answer]


def test_every_golden_nak_is_heard() -> None:
    naks = {name: data for name, data in GOLDEN.items() if name.startswith("nak_")}
    assert len(naks) >= 15
    for data in naks.values():
        assert Decoder().feed(data) == [Nak(chr(data[1]))]


def test_a_short_acknowledgement_is_told_from_an_extended_one() -> None:
    assert Decoder().feed(b"\x06\x06\x80\x06\x0d\x0a") == [Ack(None), Ack(0x80), Ack(None), Text("")]


def test_bell_and_end_of_text_say_nothing() -> None:
    assert Decoder().feed(GOLDEN["bell"] + GOLDEN["etx"] + GOLDEN["encoded"]) == [Ack(0x80)]


def test_a_text_with_a_hole_is_no_text() -> None:
    assert Decoder().feed(b"T001-\xff") == []
    assert Decoder().feed(b"A" * 300 + b"\x06\x80") == [Ack(0x80)]


@pytest.mark.parametrize("sign", ["{", "|", "}", "~", "-", "*", "$", "@", " ", "?", "%", "a", "", "\r", "Ü"])
def test_process_signs_never_reach_the_stripe(sign: str) -> None:
    with pytest.raises(ValueError):
        codec.stripe_line("RT1" + sign if sign else "")


@pytest.mark.parametrize("key", ["", "A" * 16, "a-1", "A B", "A\r\n!P"])
def test_keys_that_would_break_the_line_are_refused(key: str) -> None:
    with pytest.raises(ValueError):
        codec.key_line(key)


@pytest.mark.parametrize(
    "face",
    [
        Picture(689, 1, bytes(87)),
        Picture(8, 433, bytes(433)),
        Picture(0, 1, b""),
        Picture(8, 0, b""),
        Picture(16, 2, bytes(3)),
    ],
)
def test_faces_that_do_not_fit_are_refused(face: Picture) -> None:
    with pytest.raises(ValueError):
        codec.face_frame(face)


def test_padding_bits_are_sent_as_zero() -> None:
    assert codec.face_frame(Picture(5, 2, b"\xff\xff")).endswith(b"\r\n\x01\xf8\xf8\r\n")


def unpack(packed: bytes) -> bytes:
    """PackBits by the words of TIFF 6.0, for the test only."""
    out, at = bytearray(), 0
    while at < len(packed):
        head = packed[at]
        if head < 128:
            out += packed[at + 1 : at + 2 + head]
            at += 2 + head
        elif head > 128:
            out += packed[at + 1 : at + 2] * (257 - head)
            at += 2
        else:
            at += 1
    return bytes(out)


@given(
    data=st.lists(st.tuples(st.binary(min_size=1, max_size=1), st.integers(1, 300))).map(
        lambda r: b"".join(b * n for b, n in r)
    )
)
def test_packing_loses_nothing(data: bytes) -> None:
    packed = codec.pack_bits(data)
    assert unpack(packed) == data
    assert len(packed) <= len(data) + len(data) // 128 + 1


@given(rows=st.binary(min_size=12, max_size=12))
def test_a_face_carries_its_own_sum(rows: bytes) -> None:
    head, _, rest = codec.face_frame(Picture(48, 2, rows)).partition(b"\r\n")
    fields = head.split(b" ")
    packed = rest[:-2]
    assert fields[:6] == [b"!F", b"G", b"0", b"0", b"48", b"2"]
    assert int(fields[6]) == len(packed)
    assert fields[7] == b"%08x" % crc32(packed)
    assert unpack(packed) == rows


STREAM = b"".join(
    GOLDEN[name] for name in ("ack_clear", "firmware_text", "text_empty", "status_idle", "encoded", "nak_8")
)


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_cutting_the_stream_anywhere_changes_nothing(cuts: list[int]) -> None:
    decoder = Decoder()
    edges = [0, *sorted(cuts), len(STREAM)]
    heard = [answer for a, b in pairwise(edges) for answer in decoder.feed(STREAM[a:b])]
    assert heard == Decoder().feed(STREAM)


@given(wire=st.binary(max_size=200), cuts=st.lists(st.integers(0, 200), max_size=12))
def test_noise_never_raises_and_cuts_do_not_matter(wire: bytes, cuts: list[int]) -> None:
    decoder = Decoder()
    edges = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    heard = [answer for a, b in pairwise(edges) for answer in decoder.feed(wire[a:b])]
    assert heard == Decoder().feed(wire)
