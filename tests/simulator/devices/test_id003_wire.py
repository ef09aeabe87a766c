"""The ID-003 twin's frames, currency table and settings against the id003 sheet, sections 2 to 5 and 7."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.id003 import CNY, Denomination
from simulator.devices.id003.denominations import table_bytes
from simulator.devices.id003.wire import GAP_MS, Ear, crc16, frame
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds
from simulator.devices.validator import row_of
from tests.simulator.devices.id003_host import GOLDEN, Host, checked, crc, golden


def test_checksum_of_the_sheet() -> None:
    assert crc16(b"123456789") == 0x2189


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_each_golden_frame_is_written_and_heard_byte_by_byte(name: str) -> None:
    for _, whole, _ in GOLDEN[name]:
        assert whole == frame(whole[2:-2])
        assert Ear().feed(whole, 0) == [whole[2:-2]]


@given(st.binary(max_size=60))
def test_checksum_of_any_bytes_is_the_polynomial(data: bytes) -> None:
    assert crc16(data) == crc(data)


@given(payload=st.binary(min_size=1, max_size=20), cuts=st.lists(st.integers(0, 30), max_size=6))
def test_pieces_of_any_size_make_the_same_frame(payload: bytes, cuts: list[int]) -> None:
    whole, ear = frame(payload), Ear()
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    heard = [one for a, b in pairwise(edges) for one in ear.feed(whole[a:b], 0)]
    assert heard == [payload]


def test_noise_before_a_frame_is_passed_over() -> None:
    assert Ear().feed(b"\x00\xff\xfc\x01\xfc\x04" + golden("status-request"), 0) == [b"\x11"]


def test_a_damaged_frame_is_not_answered() -> None:
    host, whole = Host(), golden("status-request")
    for place in range(len(whole)):
        damaged = whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :]
        host.now += 1_000
        assert host.raw(damaged) == b""
    host.now += 1_000
    assert host.raw(whole) == golden("power-up")


def test_half_a_frame_is_forgotten_after_a_pause() -> None:
    whole, ear = golden("status-request"), Ear()
    assert ear.feed(whole[:3], 0) == []
    assert ear.feed(whole[3:], GAP_MS) == [b"\x11"]
    assert ear.feed(whole[:3], 1_000) == []
    assert ear.feed(whole, 1_001 + GAP_MS) == [b"\x11"]


def test_a_payload_that_fits_no_frame_is_refused() -> None:
    for payload in (b"", bytes(252)):
        with pytest.raises(ValueError, match="does not fit"):
            frame(payload)
    assert len(frame(bytes(251))) == 255


def test_currency_table_of_the_sheet() -> None:
    answer = GOLDEN["start-and-accept-50"][19][1]
    assert frame(b"\x8a" + table_bytes(CNY)) == answer


def test_a_capture_of_a_real_unit_is_written_alike() -> None:
    euro = [Denomination(value * 100, country=0xE0) for value in (5, 10, 20, 50, 100, 200, 500)]
    written = table_bytes([None, *euro])
    real = golden("capture-currency-euro")[3:-2]
    # The sheet's capture writes 10 as 0A 00 and 20 as 14 00; the amount is what counts, and there it is the same.
    assert [amount(written[at : at + 4]) for at in range(0, 32, 4)] == [
        amount(real[at : at + 4]) for at in range(0, 32, 4)
    ]


def amount(entry: bytes) -> tuple[int, int, int]:
    code, country, value, exponent = entry
    return code, country, value * 10**exponent


def test_what_a_table_cannot_say_is_refused() -> None:
    for value_fen in (50, 123_400 * 100, 0):
        with pytest.raises(ValueError, match="cannot be written"):
            Denomination(value_fen).entry()
    with pytest.raises(ValueError, match="17 denominations"):
        Host(note_table=[None] * 17)


def test_a_series_of_its_own_comes_before_one_for_any() -> None:
    kinds = [Denomination(10_000), Denomination(10_000, series=2015)]
    assert row_of(Note("a", 10_000, series=2005), kinds) == 0
    assert row_of(Note("b", 10_000, series=2015), kinds) == 1
    assert row_of(Note("c", 700), kinds) is None


def test_sixteen_denominations_use_both_mask_bytes() -> None:
    kinds = [Denomination(100 * (row + 1)) for row in range(16)]
    host = Host(rate=0, note_table=kinds)
    host.start()
    assert host.ask("c0fffe") == "c0fffe"
    note = host.matter.new_note(900, "hand")
    assert host.twin.insert(note, host.now) is None
    assert host.status() == "1369"
    assert len(host.ask("8a")) == 2 * (1 + 16 * 4)


# -- what is set, and read back (section 5)


SETTINGS = ["c0c1ff", "c10100", "c200", "c300", "c40f", "c50200", "c60112", "c702"]


STRANGE = [
    *("c0", "c000", "c0000000", "c203", "c302", "c410", "c60212", "c704", "cd01", "d0", "f045", "1100", "4000"),
    *("4200", "8800", "8000", "5000", "46", "00", "8b", "87ff"),
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_is_echoed_and_read_back(setting: str) -> None:
    host = Host(rate=0)
    host.reset()
    assert host.ask(setting) == setting
    assert host.ask(f"{int(setting[:2], 16) - 0x40:02x}") == f"{int(setting[:2], 16) - 0x40:02x}" + setting[2:]


@pytest.mark.parametrize("command", STRANGE)
def test_what_the_sheet_does_not_have_is_an_invalid_command(command: str) -> None:
    host = Host(rate=0)
    host.reset()
    assert host.ask(command) == "4b"
    assert host.raw(checked(bytes.fromhex(command))) == golden("invalid-command")


@pytest.mark.parametrize("setting", SETTINGS)
def test_before_reset_nothing_is_set(setting: str) -> None:
    host = Host()
    assert host.ask(setting) == "4b"
    assert host.ask("80") == "80ffff"


def test_version_and_boot_version_are_text() -> None:
    host = Host()
    version = bytes.fromhex(host.ask("88"))[1:].decode("ascii")
    assert version.startswith("U(CHN)-71-SS ID003-")
    assert version[-4:] == f"{crc(version[:-5].encode()):04X}"
    assert bytes.fromhex(host.ask("89")) == b"\x89B01"


def test_the_twin_is_made_of_matter_and_speeds_alone() -> None:
    host = Host()
    assert {place.name for place in host.matter.places.values()} == {
        "acceptor.mouth", "acceptor.path", "acceptor.escrow", "acceptor.jam", "box", "hand"
    }  # fmt: skip
    assert Speeds(rate=0).motion_ms(1) == 0
    assert Matter().places == {}
