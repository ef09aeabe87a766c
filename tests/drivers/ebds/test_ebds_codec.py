from __future__ import annotations

from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.accepting.framing import Damaged
from drivers.ebds.codec import (
    LONGEST,
    Decoder,
    Frame,
    Order,
    Policy,
    Query,
    Spec,
    Status,
    checksum,
    inhibits,
    omnibus,
    parse_capabilities,
    parse_spec,
    parse_status,
    parse_text,
    parse_values,
    query,
)
from tests.drivers.ebds.ebds_script import golden, spec, worth

ROWS = golden()
seven_bits = st.integers(0, 0x7F)
frames = st.builds(
    Frame,
    st.sampled_from([kind << 4 | toggle for kind in range(1, 8) for toggle in (0, 1)]),
    st.lists(seven_bits, max_size=40).map(bytes),
)
statuses = st.builds(
    lambda toggle, data: Frame(0x20 | toggle, bytes(data)),
    st.integers(0, 1),
    st.lists(seven_bits, min_size=6, max_size=6),
)


def status(name: str) -> Status:
    (raw,) = [raw for row, _, raw, _ in ROWS if row == name]
    (frame,) = Decoder().feed(raw)
    assert isinstance(frame, Frame)
    found = parse_status(frame)
    assert found is not None
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_golden_frame_decodes_to_one_frame_and_encodes_to_itself(row: tuple[str, str, bytes, str]) -> None:
    raw = row[2]
    assert Decoder().feed(raw) == [Frame(raw[2], raw[3:-2])]
    assert Frame(raw[2], raw[3:-2]).encode() == raw


@pytest.mark.parametrize(
    ("name", "state", "condition", "trouble", "denomination"),
    [
        ("idling-0", 0x01, 0x10, 0, 0),
        ("powering-up", 0x01, 0x10, 0x01, 0),
        ("accepting", 0x02, 0x10, 0, 0),
        ("escrowed-3", 0x04, 0x10, 0x18, 3),
        ("stacking-3", 0x08, 0x10, 0x18, 3),
        ("stacked-3", 0x11, 0x10, 0x18, 3),
        ("returned", 0x41, 0x10, 0, 0),
        ("rejected", 0x01, 0x12, 0, 0),
        ("jammed", 0x00, 0x14, 0, 0),
        ("box-removed", 0x01, 0x00, 0, 0),
    ],
)
def test_golden_replies_say_what_the_sheet_says(
    name: str, state: int, condition: int, trouble: int, denomination: int
) -> None:
    said = status(name)
    assert (said.state, said.condition, said.trouble, said.denomination) == (state, condition, trouble, denomination)


def test_the_golden_event_names_twenty_yuan() -> None:
    said = status("escrowed-extended-20")
    assert said.spec == Spec(0, "CNY", 2_000, "AAAA", 0)
    assert (said.state, said.raw) == (0x04, "04/10/00/00")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("soft-reset", b"\x7f\x7f\x7f"),
        ("query-serial", query(Query.SERIAL)),
        ("query-capabilities", query(Query.CAPABILITIES)),
    ],
)
def test_golden_questions(name: str, data: bytes) -> None:
    (raw,) = [raw for row, _, raw, _ in ROWS if row == name]
    assert Frame(0x60, data).encode() == raw


def test_omnibus_data_is_the_golden_poll_without_its_obsolete_bits() -> None:
    def meant(name: str) -> list[int]:
        data = next(raw[3:6] for row, _, raw, _ in ROWS if row == name)
        return [data[0], data[1] & ~0x03 & ~0x04, data[2]]  # interrupt, security; T's form of "any" orientation

    said = partial(omnibus, policy=Policy.GIVES_BACK)
    assert list(said(0x7F, extended=True)) == meant("poll-all-extended-0")
    assert list(said(0, extended=True)) == meant("poll-none-extended-1")
    assert list(said(0x7F, Order.STACK, extended=True)) == meant("stack-extended-1")
    assert list(said(0x7F, Order.RETURN, extended=True)) == meant("return-extended-0")
    assert list(said(0x7F, extended=False)) == [0x7F, 0x18, 0x00]
    assert list(omnibus(0x7F, extended=True)) == [0x7F, 0x18, 0x14]  # policy B unless told otherwise


def test_inhibits_hold_seven_notes_a_byte_lowest_first() -> None:
    assert inhibits([1, 7, 8], 8) == bytes.fromhex("41 01 00 00 00 00 00 00")
    assert inhibits([50], 8) == bytes.fromhex("00 00 00 00 00 00 00 01")
    assert inhibits([57, 128], 8) == bytes(8)  # no place for them
    assert inhibits([127, 128], 19) == bytes(18) + b"\x03"


@pytest.mark.parametrize(
    ("raw", "value_fen"), [(b"CNY001+00", 100), (b"CNY001+02", 10_000), (b"CNY005-01", 50), (b"CNY050+01", 50_000)]
)
def test_worth_of_a_note(raw: bytes, value_fen: int) -> None:
    found = parse_spec(b"\x07" + raw + b"\x00ABCD\x04\x00\x00")
    assert found == Spec(7, "CNY", value_fen, "ABCD", 4)


@pytest.mark.parametrize("raw", [b"C\x00Y001+00", b"CNY0x1+00", b"CNY001*00", b"CNY001+0x", b"CNY001-05", b"CNY001+07"])
def test_senseless_worth_is_none(raw: bytes) -> None:
    assert parse_spec(b"\x07" + raw + b"\x00ABCD\x04\x00\x00") is None


def test_an_empty_row_and_rows_of_the_wrong_length() -> None:
    assert parse_spec(bytes(18)) == Spec(0, "", 0)
    assert parse_spec(b"\x09   000+00" + bytes(6)) == Spec(9, "", 0)
    assert parse_spec(spec(3, 10)[:16]) == Spec(3, "CNY", 1_000, "AAAA", 0)  # one source's rows are shorter
    assert parse_spec(spec(3, 10)[:15]) is None
    assert parse_spec(spec(3, 10) + b"\0") is None


def test_value_table() -> None:
    rows = b"".join(bytes([n]) + worth(yuan) for n, yuan in enumerate((1, 5, 10), 1))
    table = parse_values(rows.ljust(70, b"\0"))
    assert table == {1: Spec(1, "CNY", 100), 2: Spec(2, "CNY", 500), 3: Spec(3, "CNY", 1_000)}
    assert parse_values(rows) is None


def test_texts_and_capabilities() -> None:
    assert (parse_text(b"23500001 \0\x7f"), parse_text(b"\x00A"), parse_text(b"")) == ("23500001", "", "")
    assert parse_capabilities(b"\x40\x10\x00\x00\x00\x00") == ("easitrax", "multi-note-escrow")
    assert parse_capabilities(b"") == ()


@pytest.mark.parametrize("data", ["51 10 00 00 00 00", "11 12 00 00 00 00", "41 12 00 00 00 00", "01 10 00 00 00", ""])
def test_events_that_exclude_each_other_and_short_replies_are_no_status(data: str) -> None:
    assert parse_status(Frame(0x20, bytes.fromhex(data))) is None
    assert parse_status(Frame(0x70, b"\x02" + bytes.fromhex(data))) is None


def test_frames_of_other_kinds_have_no_status() -> None:
    assert parse_status(Frame(0x60, bytes(6))) is None
    assert parse_status(Frame(0x70, b"")) is None
    said = parse_status(Frame(0x70, b"\x03\x01\x10\x00\x00\x54\x20"))  # the answer to the inhibits on some firmware
    assert said is not None
    assert said.spec is None


def test_a_false_start_does_not_hide_the_frame_behind_it_once_flushed() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x02\x50\x20" + Frame(0x20, bytes(6)).encode()) == []
    assert decoder.waiting
    assert Frame(0x20, bytes(6)) in decoder.flush()
    assert not decoder.waiting


def test_an_enq_is_noise() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x05\x05") == []
    assert not decoder.waiting


def test_bytes_of_eight_bits_make_no_frame() -> None:
    raw = bytearray(Frame(0x20, bytes(6)).encode())
    raw[5] ^= 0x80
    raw[-1] ^= 0x80
    assert [type(item) for item in Decoder().feed(bytes(raw))] == [Damaged]


@given(wire=st.binary(max_size=200), cuts=st.lists(st.integers(0, 200), max_size=12))
def test_cutting_noise_anywhere_changes_nothing(wire: bytes, cuts: list[int]) -> None:
    edges, decoder = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)], Decoder()
    heard = [frame for a, b in pairwise(edges) for frame in decoder.feed(wire[a:b])]
    assert heard == Decoder().feed(wire)


@given(sent=st.lists(frames, max_size=6), cuts=st.lists(st.integers(0, 400), max_size=12))
def test_cutting_frames_anywhere_loses_none(sent: list[Frame], cuts: list[int]) -> None:
    wire = b"".join(frame.encode() for frame in sent)
    edges, decoder = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)], Decoder()
    assert [frame for a, b in pairwise(edges) for frame in decoder.feed(wire[a:b])] == sent


@given(noise=st.binary(max_size=60).filter(lambda noise: b"\x02" not in noise), frame=frames)
def test_noise_without_an_stx_before_a_frame_is_dropped(noise: bytes, frame: Frame) -> None:
    assert Decoder().feed(noise + frame.encode()) == [frame]


@given(frame=statuses, at=st.integers(0, 10), bits=st.integers(1, 0xFF))
def test_one_damaged_byte_is_never_a_frame(frame: Frame, at: int, bits: int) -> None:
    raw = bytearray(frame.encode())
    raw[at] ^= bits
    decoder = Decoder()
    found = [*decoder.feed(bytes(raw)), *decoder.flush()]
    assert not any(isinstance(item, Frame) and len(item.data) >= 6 for item in found)


@given(frame=statuses, at=st.integers(0, 10))
def test_a_missing_or_doubled_byte_makes_no_other_status(frame: Frame, at: int) -> None:
    raw = frame.encode()
    for broken in (raw[:at] + raw[at + 1 :], raw[: at + 1] + raw[at:]):
        decoder = Decoder()
        found = [*decoder.feed(broken), *decoder.flush()]
        assert all(item == frame for item in found if isinstance(item, Frame) and len(item.data) >= 6)


@given(data=st.lists(seven_bits, max_size=LONGEST).map(bytes))
def test_whatever_has_a_right_checksum_is_read_without_a_crash(data: bytes) -> None:
    for control in (0x20, 0x60, 0x70):
        said = parse_status(Frame(control, data))
        assert said is None or len(said.data) == 6
    parse_values(data)
    assert parse_spec(data) is None or 16 <= len(data) <= 18
    assert checksum(data) < 0x80
