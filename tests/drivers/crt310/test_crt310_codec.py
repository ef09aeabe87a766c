from __future__ import annotations

from functools import reduce
from itertools import pairwise
from operator import xor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.crt310 import codec
from drivers.crt310.codec import Decoder, Frame, Item, Noise, Signal, encode, parse_chip, parse_status, parse_tracks
from drivers.crt310.line import Outcome, Reply, Request
from kiosk.ports.card_reader import CardBytes
from tests.drivers.crt310.crt310_script import GOLDEN, PAN, TRACK1, TRACK2, framed


def bare(items: list[Item]) -> list[object]:
    """With what their texts do not show."""
    return [item.content if isinstance(item, Frame) else item for item in items]


PSE = bytes.fromhex("00A404000E315041592E5359532E444446303100")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("reset-leave", codec.RESET),
        ("status", codec.STATUS),
        ("allow-magnetic", codec.entry_command("magnetic")),
        ("refuse-all", codec.REFUSE_ALL),
        ("to-chip", codec.move_command(codec.Move.CHIP)),
        ("eject-front", codec.move_command(codec.Move.EJECT)),
        ("capture", codec.move_command(codec.Move.CAPTURE)),
        ("read-tracks", codec.TRACKS_ASCII),
        ("chip-reset", codec.CHIP_COLD),
        ("select-pse", codec.apdu_command(0, PSE, 0)),
        ("sam-reset", codec.sam_reset(1)),
    ],
)
def test_commands_are_byte_for_byte_those_of_the_sheet(name: str, content: bytes) -> None:
    assert encode(content).hex(" ") == GOLDEN[name].hex(" ")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("no-card-refused", b"\x31\x30NNN"),
        ("ejected", b"\x32\x30Y"),
        ("eject-no-card", b"\x32\x30E"),
        ("chip-answer", bytes.fromhex("373059 0009 3B6500002063CB6800")),
        ("not-possible", b"\x4e\x37\x02"),
    ],
)
def test_replies_of_the_sheet_are_read(name: str, content: bytes) -> None:
    assert bare(Decoder().feed(GOLDEN[name])) == [content]


def test_t1_and_the_slots_of_a_sam_have_their_own_commands() -> None:
    assert codec.apdu_command(1, b"\x00\x84\x00\x00", 0) == b"\x37\x32\x00\x04\x00\x84\x00\x00"
    assert codec.apdu_command(1, b"\x00\x84\x00\x00", 8) == b"\x3d\x32\x37\x00\x04\x00\x84\x00\x00"
    assert codec.sam_reset(8) == b"\x3d\x30\x37"
    assert len(codec.apdu_command(0, bytes(codec.MOST_APDU), 0)) == codec.MOST
    assert len(codec.apdu_command(0, bytes(codec.MOST_SAM_APDU), 1)) == codec.MOST


def test_signals_lie_between_the_frames_and_not_in_them() -> None:
    wire = b"\x06" + framed(b"\x37\x31\x06\x04\x15") + b"\x15\x04\x05"
    assert bare(Decoder().feed(wire)) == [
        Signal.ACK,
        b"\x37\x31\x06\x04\x15",
        Signal.NAK,
        Signal.EOT,
        Noise(),
    ]


PIECES = st.one_of(
    st.sampled_from(sorted(GOLDEN.values())),
    st.binary(max_size=8),
    st.sampled_from([b"\x02", b"\x02\x01\x08", b"\x02\x01\x09", b"\x02\x00\x00", b"\x06", b"\x04"]),
)


@given(pieces=st.lists(PIECES, max_size=12), cuts=st.lists(st.integers(0, 400), max_size=12))
def test_cutting_the_stream_anywhere_changes_nothing(pieces: list[bytes], cuts: list[int]) -> None:
    wire = b"".join(pieces)
    edges, decoder = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)], Decoder()
    heard = [item for a, b in pairwise(edges) for item in decoder.feed(wire[a:b])]
    assert bare(heard) == bare(Decoder().feed(wire))


@given(
    name=st.sampled_from(sorted(GOLDEN)),
    place=st.integers(1, 60),
    byte=st.integers(0, 255),
    after=st.sampled_from(sorted(GOLDEN)),
)
def test_one_altered_byte_makes_no_frame(name: str, place: int, byte: int, after: str) -> None:
    raw = bytearray(GOLDEN[name])
    place = place % (len(raw) - 1) + 1
    if raw[place] == byte:
        return
    raw[place] = byte
    decoder = Decoder()
    assert not [item for item in [*decoder.feed(bytes(raw)), *decoder.flush()] if isinstance(item, Frame)]
    assert isinstance(decoder.feed(GOLDEN[after])[-1], Frame)


@given(inner=st.sampled_from(sorted(GOLDEN.values())), before=st.binary(max_size=20), place=st.integers(0, 60))
def test_a_frame_in_a_spoiled_answer_of_a_card_is_none(inner: bytes, before: bytes, place: int) -> None:
    raw = bytearray(framed(b"\x37\x31Y" + before + inner))
    raw[3 + place % (len(raw) - 4)] ^= 0x40
    assert bare(Decoder().feed(bytes(raw))) == [Noise()]


@given(st.binary(max_size=700))
def test_noise_is_never_raised_and_never_kept_after_a_silence(noise: bytes) -> None:
    decoder = Decoder()
    decoder.feed(noise)
    decoder.flush()
    assert not decoder.waiting
    assert decoder.feed(b"\x06") == [Signal.ACK]


@given(st.binary(min_size=1, max_size=264))
def test_every_frame_with_a_right_check_is_read(content: bytes) -> None:
    assert encode(content) == framed(content)
    assert reduce(xor, framed(content)) == 0
    assert bare(Decoder().feed(b"\x15" + framed(content))) == [Signal.NAK, content]


@pytest.mark.parametrize(
    ("data", "place", "entry", "rear"),
    [
        (b"\x4e\x4e\x4e", "none", "refused", False),
        (b"\x48\x49\x4e", "gate", "magnetic", False),
        (b"\x49\x4a\x4a", "front", "switch", True),
        (b"\x4a\x4b\x4e", "inside", "signal", False),
        (b"\x4b\x4e\x4e", "chip", "refused", False),
        (b"\x4c\x4e\x4e", "rear", "refused", False),
        (b"\x4d\x4e\x4e", "bin", "refused", False),
        (b"\x46\x4e\x4e", "strange", "refused", False),
        (b"\x47\x4e\x4e", "strange", "refused", False),
    ],
)
def test_a_status_says_where_the_card_is(data: bytes, place: str, entry: str, rear: bool) -> None:
    found = parse_status(data)
    assert found is not None
    assert (found.place, found.entry, found.rear) == (place, entry, rear)


@given(st.binary(max_size=4))
def test_a_status_has_one_form(data: bytes) -> None:
    fits = len(data) == 3 and 0x46 <= data[0] <= 0x4E and data[1] in b"\x49\x4a\x4b\x4e" and data[2] in b"\x4a\x4e"
    assert (parse_status(data) is not None) is fits


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"Y\x00\x02\x90\x00", b"\x90\x00"),
        (b"Z\x00\x02\x90\x00", b"\x90\x00"),
        (b"N", b""),
        (b"Y\x00\x03\x90\x00", None),
        (b"Y\x00\x01\x90\x00", None),
        (b"Y\x00\x00", None),
        (b"N\x00\x02\x90\x00", None),
        (b"Y", None),
        (b"", None),
    ],
)
def test_an_answer_of_a_chip_has_the_length_it_says(data: bytes, answer: bytes | None) -> None:
    found = parse_chip(data)
    assert (found.answer if found else None) == answer


@pytest.mark.parametrize(
    ("data", "states"),
    [
        (b"\x1fY" + TRACK1 + b"\x1fY" + TRACK2 + b"\x1fN\xe5", ["read", "read", "blank"]),
        (b"N\xe1N\xe2O\xe0", ["no_start", "no_end", "unreadable"]),
        (b"\x1fN\xe3\x1fN\xe4\x1fO\xe0", ["parity", "lrc", "unreadable"]),
        (b"\x1fYBNYNY\x1fY\x1fYNN", ["read", "read", "read"]),
        (b"\x1fYNNN\xe1\x1fO\xe0", ["read", "no_start", "unreadable"]),
        (b"\x1fYAYBYC", None),
        (b"\x1fYA\x1fYB", None),
        (b"\x1fYA\x1fYB\x1fYC\x1fYD", None),
        (b"\x1fYa\x1fYB\x1fYC", None),
        (b"N\xe6N\xe1N\xe1", None),
        (b"", None),
    ],
)
def test_three_tracks_or_nothing(data: bytes, states: list[str] | None) -> None:
    found = parse_tracks(data)
    assert ([track.state for track in found] if found else None) == states


@given(st.lists(st.text("".join(map(chr, range(0x20, 0x60))), max_size=107), min_size=3, max_size=3))
def test_characters_of_a_track_come_out_as_they_went_in(texts: list[str]) -> None:
    found = parse_tracks(b"".join(b"\x1fY" + text.encode() for text in texts))
    assert found is not None
    assert [track.text.decode() for track in found] == texts


# -- what must not show


def test_what_a_card_says_shows_nothing_of_itself() -> None:
    held = CardBytes(TRACK2)
    tracks = parse_tracks(b"\x1fY" + TRACK1 + b"\x1fY" + TRACK2 + b"N\xe5")
    chip = parse_chip(b"Y\x00" + bytes([len(TRACK2)]) + TRACK2)
    request = Request("apdu", b"\x37\x31\x00\x22" + TRACK2, lambda data: True)
    things = [held, {held: (held,)}, tracks, chip, request, Reply(request, Outcome.DONE, data=TRACK2)]
    things += [Decoder().feed(framed(b"\x45\x30" + TRACK2))]
    for thing in things:
        for text in (f"{thing!r}", f"{thing}"):
            assert PAN not in text
            assert TRACK2.hex() not in text.lower()
            assert "5678" not in text
    assert (repr(held), len(held), held.reveal()) == ("CardBytes(34 bytes, ****)", 34, TRACK2)
    assert held == CardBytes(TRACK2) != TRACK2
