"""The line of the card terminal: golden frames of the sheet, cuts, noise, damage, and bytes that sign a frame."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.zvt import Way
from simulator.devices.zvt.codes import Field
from simulator.devices.zvt.fields import Malformed, bcd, card_number, field, number, parse
from simulator.devices.zvt.wire import GAP_MS, Apdu, Heard, SerialEar, TcpEar, framed, opened
from tests.simulator.devices import zvt_host
from tests.simulator.devices.zvt_host import GOLDEN, REGISTER, Register, unframed

EARS = [TcpEar, SerialEar]
BOTH = sorted(name for name, lines in GOLDEN.items() if len(lines) == 2)


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_golden_messages_are_read_and_written(name: str) -> None:
    bare = GOLDEN[name][0][1]
    apdu = opened(bare)
    assert apdu is not None
    assert apdu.encode() == bare
    assert TcpEar().feed(bare, 0) == [Heard(apdu)]


@pytest.mark.parametrize("name", BOTH)
def test_golden_frames_of_a_line(name: str) -> None:
    (_, bare, _), (_, line, _) = GOLDEN[name]
    assert framed(bare) == line == zvt_host.framed(bare)
    assert SerialEar().feed(line, 0) == [Heard(opened(bare))]


@pytest.mark.parametrize("size", [0, 254, 255, 256, 4_096])
def test_long_messages_tell_their_length_in_two_more_bytes(size: int) -> None:
    apdu = Apdu((0x06, 0xD3), bytes(size))
    raw = apdu.encode()
    assert raw[2:3] == (b"\xff" if size >= 255 else bytes([size]))
    assert len(raw) == size + (5 if size >= 255 else 3)
    assert TcpEar().feed(raw, 0) == [Heard(apdu)]
    assert SerialEar().feed(framed(raw), 0) == [Heard(apdu)]


@pytest.mark.parametrize("ear", EARS)
@settings(deadline=None)
@given(
    wire=st.binary(max_size=120), cuts=st.lists(st.integers(0, 120), max_size=9), tail=st.sampled_from(sorted(GOLDEN))
)
def test_cutting_the_stream_anywhere_changes_nothing(
    ear: type[TcpEar] | type[SerialEar], wire: bytes, cuts: list[int], tail: str
) -> None:
    wire += GOLDEN[tail][-1][1]
    edges, piecewise = sorted({0, len(wire), *(cut for cut in cuts if cut < len(wire))}), ear()
    heard = [each for a, b in pairwise(edges) for each in piecewise.feed(wire[a:b], 0)]
    assert heard == ear().feed(wire, 0)


@pytest.mark.parametrize(("ear", "which"), [(TcpEar, 0), (SerialEar, 1)])
def test_half_a_message_is_forgotten_after_a_silence(ear: type[TcpEar] | type[SerialEar], which: int) -> None:
    whole, listening = GOLDEN["pay-38"][which][1], ear()
    assert listening.feed(whole[:5], 0) == []
    assert [each.apdu is not None for each in listening.feed(whole, GAP_MS + 1)] == [True]


def test_a_damaged_frame_is_signed_15_and_nothing_is_done() -> None:
    register = Register(way=Way.SERIAL)
    good = bytearray(zvt_host.framed(bytes.fromhex(REGISTER)))
    for place in range(2, len(good)):
        spoilt = bytes(good[:place]) + bytes([good[place] ^ 0x01]) + bytes(good[place + 1 :])
        signs, apdus = unframed(register.raw(spoilt + b"\x10\x02\x10\x03"))
        assert apdus == []
        assert signs[:1] == b"\x15"
        register.now += GAP_MS + 1
        assert register.terminal.inside.config is None


def test_frames_are_signed_and_come_again_when_they_were_not_understood() -> None:
    register = Register(way=Way.SERIAL)
    signs, apdus = unframed(register.raw(zvt_host.framed(bytes.fromhex(REGISTER))))
    assert (signs, [apdu[:2].hex() for apdu in apdus]) == (b"\x06", ["8000", "060f"])
    again = [unframed(register.raw(b"\x15"))[1] for _ in range(4)]
    assert again == [[apdus[1]], [apdus[1]], [], []]  # three times in all


def test_noise_between_messages_is_passed_over_and_counted() -> None:
    tcp, line = TcpEar(), SerialEar()
    assert tcp.feed(b"\x00\xff\x33" + GOLDEN["completion"][0][1], 0) == [Heard(Apdu((6, 15)))]
    assert line.feed(b"\x00\xff\x33" + GOLDEN["completion"][1][1], 0) == [Heard(Apdu((6, 15)))]
    assert (tcp.noise, line.noise) == (3, 3)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("04 0000000038", "cut off"),
        ("04 00000000380A", "not decimal"),
        ("04 000000003800 04 000000003800", "twice"),
        ("66 00", "does not belong"),
        ("22 F1", "no length"),
        ("22 01 01 55", "no length"),
        ("06 80", "no length"),
        ("06 82 01", "no length"),
        ("06 05 1F", "cut off"),
    ],
)
def test_fields_are_read_strictly(data: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        parse(bytes.fromhex(data), (Field.AMOUNT, Field.PAN, Field.TLV))


def test_fields_are_told_as_they_are_read() -> None:
    told = (
        field(Field.AMOUNT, bcd(3_800, 6))
        + field(Field.PAN, card_number("6225880012345678"))
        + field(Field.TLV, bytes(200))
    )
    found = parse(told, (Field.AMOUNT, Field.PAN, Field.TLV))
    assert number(found[Field.AMOUNT]) == 3_800
    assert found[Field.PAN].hex() == "622588eeeeee5678"
    assert card_number("6225889900000000226").hex() == "622588eeeeeeeee0226f"
    assert len(found[Field.TLV]) == 200
    with pytest.raises(ValueError, match="digits"):
        bcd(1_000_000, 3)
    with pytest.raises(ValueError, match="bytes"):
        field(Field.AMOUNT, b"\0")
