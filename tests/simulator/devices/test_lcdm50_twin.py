"""The dispenser twins of dialect 50 against the lcdm sheet: exchanges, counts, sensors, strictness, power cuts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.lcdm import Lcdm1000, Lcdm2000, wire50
from simulator.devices.lcdm.wire import Ear
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.lcdm50_host import (
    ACK,
    NAK,
    PURGE,
    ROM,
    STATUS,
    TEST_LOWER,
    TEST_UPPER,
    Host,
    both,
    command,
    lower,
    upper,
)

GOLDEN = {name: lines for name, lines in read("lcdm.txt").items() if name.startswith("d50-")}


@pytest.mark.parametrize(
    ("name", "notes", "spoilt"),
    [
        ("d50-purge", 100, 0),
        ("d50-status", 100, 0),
        ("d50-dispense-10", 100, 0),
        ("d50-dispense-3", 100, 1),
        ("d50-upper-3-lower-2", 100, 0),
    ],
)
def test_golden_exchanges(name: str, notes: int, spoilt: int) -> None:
    host = Host(notes=notes)
    for note in host.matter.place("cassette.1").notes()[1 : 1 + spoilt]:
        note.value_fen = 1
    (_, asked, _), (_, answer, _) = GOLDEN[name]
    assert command(asked[3:-2]) == asked
    assert host.frame(asked[3:-2]) == answer


def test_golden_answers_by_hand() -> None:
    """Section 6 of the sheet, typed from it."""
    assert Host().frame(STATUS) == bytes.fromhex("01 50 02 46 30 30 80 80 03 16")
    assert Host(one=True).frame(STATUS) == bytes.fromhex("01 50 02 46 30 30 80 80 03 16")
    assert Host(notes=1).frame(upper(3)) == bytes.fromhex("01 50 02 45 30 31 30 31 38 31 30 30 03 1C")
    assert Host().frame(both(3, 2)) == bytes.fromhex("01 50 02 56 30 33 30 33 30 32 30 32 30 30 30 30 30 30 30 03 36")


def test_golden_purge_that_jams() -> None:
    host = Host()
    host.twin.faults.add("sensor_dirty")
    assert host.frame(PURGE) == bytes.fromhex("01 50 02 44 33 03 27")


def test_answers_have_the_lengths_of_the_sheet() -> None:
    host = Host()
    lengths = {
        PURGE: 7,
        STATUS: 10,
        ROM: 10,
        upper(1): 14,
        lower(1): 14,
        both(1, 1): 21,
        TEST_UPPER: 14,
        TEST_LOWER: 14,
    }
    assert {payload: len(host.frame(payload)) for payload in lengths} == lengths
    assert len(Host(one=True).frame(ROM)) == 14


def test_the_version_tells_the_model() -> None:
    assert Host().ask(ROM) == b"T30T"
    assert Host(one=True).ask(ROM)[:4] == b"O30T"


def test_notes_move_as_they_are_counted() -> None:
    host = Host()
    assert host.ask(lower(5)) == b"05050" + b"0" + b"00"
    assert host.matter.place("change.tray").value_fen() == 5 * 1_000
    assert host.ask(both(3, 2))[:8] == b"03030202"
    assert (host.count("cassette.1"), host.count("cassette.2"), host.count("change.tray")) == (97, 93, 10)


def test_four_notes_a_second() -> None:
    host = Host(rate=1)
    assert host.raw(command(upper(4))) == ACK
    begun = host.now
    assert host.twin.busy()
    assert host.wait() != b""
    assert host.now - begun == 1_000


def test_a_test_dispense_goes_to_the_reject_tray() -> None:
    host = Host()
    assert host.ask(TEST_UPPER) == b"0100" + b"00" + b"01"
    assert host.ask(TEST_LOWER)[:4] == b"0100"
    assert (host.count("change.tray"), host.count("dispenser.reject")) == (0, 2)


def test_an_empty_cassette_is_said_after_ten_seconds_with_the_near_end() -> None:
    host = Host(rate=1, notes=2)
    assert host.raw(command(lower(3))) == ACK
    begun = host.now
    assert host.wait()[4:-2] == b"0202" + b"\x40" + b"1" + b"00"
    assert host.now - begun == 10_500


@pytest.mark.parametrize(
    "payload",
    [b"\x4500", b"\x4561", b"\x45\x31\x3a", b"\x45 1", b"\x5500", b"\x560300", b"\x566101"],
)
def test_a_count_out_of_range_moves_nothing(payload: bytes) -> None:
    host = Host()
    answer = host.ask(payload)
    assert answer[8 if payload[:1] == b"\x56" else 4] == 0x3B
    assert host.count("change.tray") == host.count("dispenser.reject") == 0


def test_sixty_from_each_cassette_is_the_most() -> None:
    host = Host()
    assert host.ask(both(60, 60))[:9] == b"60606060" + b"\x30"
    assert host.count("change.tray") == 120


@pytest.mark.parametrize("payload", [lower(1), both(1, 1), TEST_LOWER, b"\x50", b"\x52"])
def test_what_a_model_does_not_know_is_undefined(payload: bytes) -> None:
    host = Host(one=True)
    assert host.ask(payload) == b"\x37"
    assert host.count("change.tray") == 0


def test_wrong_bcc_or_end_is_answered_nak_and_nothing_moves() -> None:
    for spoilt in (-1, -2):
        host = Host()
        frame = bytearray(command(upper(1)))
        frame[spoilt] ^= 1
        assert host.raw(bytes(frame)) == NAK
        assert host.count("change.tray") == 0


def test_the_other_dialect_is_not_answered() -> None:
    assert Host().raw(bytes.fromhex("04 30 02 50 03 65")) == b""


def test_a_frame_slower_than_200_ms_is_dropped() -> None:
    host, frame = Host(), command(STATUS)
    assert host.raw(frame[:3]) == b""
    host.now += 201
    assert host.raw(frame[3:]) == b""
    host.now += 201
    assert host.raw(frame)[:1] == ACK


def test_the_answer_is_said_three_times_and_then_forgotten() -> None:
    host = Host()
    answer = host.raw(command(upper(1)))[1:]
    host.now += 500
    assert host.raw(b"") == answer
    assert host.raw(NAK) == answer
    assert host.raw(NAK) == b""
    assert host.wait() == b""
    assert host.count("change.tray") == 1


def test_nothing_is_heard_while_notes_move() -> None:
    host = Host(rate=1)
    assert host.raw(command(upper(4))) == ACK
    host.now += 100
    assert host.raw(command(STATUS)) == b""
    assert host.wait()[3] == 0x45


def test_an_order_while_a_note_lies_in_the_path_moves_nothing() -> None:
    host = Host()
    host.twin.faults.add("jam_dvt_ejt_next")
    assert host.ask(upper(2)) == b"0100" + b"\x48" + b"0" + b"00"
    assert host.ask(upper(2)) == b"0000" + b"\x48" + b"0" + b"00"
    assert host.ask(STATUS) == bytes([0x30, 0x48, 0x90, 0x80])
    assert host.ask(PURGE) == b"\x30"
    assert host.count("dispenser.reject") == 1
    assert host.ask(upper(2))[:5] == b"02020"


def test_sensors_of_both_models() -> None:
    one, two = Host(one=True), Host()
    for host in (one, two):
        host.twin.remove_cassette(1)
        host.twin.remove_reject_tray()
    assert one.ask(STATUS) == bytes([0x30, 0x3F, 0x80, 0b1000_0011])
    assert two.ask(STATUS) == bytes([0x30, 0x3F, 0x80, 0b1100_0010])
    for host in (one, two):
        host.twin.refit_reject_tray()
        assert host.ask(upper(1))[4] == 0x45
        host.twin.refit_cassette(1)
        assert host.ask(upper(1))[4] == 0x30
    two.twin.remove_cassette(2)
    assert two.ask(both(1, 1))[8] == two.ask(lower(1))[4] == 0x46
    assert two.count("change.tray") == 1


def test_near_end_has_a_bit_for_each_cassette() -> None:
    assert Host(notes=30).ask(STATUS) == bytes([0x30, 0x30, 0b1100_0000, 0b1010_0000])


def test_the_polarity_of_the_cassette_bits_is_an_option() -> None:
    host = Host(there_is_set=True)
    assert host.ask(STATUS)[3] == 0b1100_0110
    host.twin.remove_cassette(2)
    assert host.ask(STATUS)[3] == 0b1100_0010


def test_each_note_may_be_told_while_it_is_paid() -> None:
    host = Host(note_items=True)
    host.twin.faults.add("reject_next")
    heard = host.raw(command(upper(2)))
    assert heard[:10] == ACK + b"\x01\x9c\x30\x01\x8d\x30\x01\x8d\x30"
    assert heard[10:14] == b"\x01\x50\x02\x45"


def test_a_power_cut_forgets_the_order_and_leaves_the_note_in_the_path() -> None:
    host = Host(rate=1)
    host.raw(command(upper(4)))
    host.now += 600
    host.twin.poll(host.now)
    host.twin.power(False, host.now)
    assert host.wait() == b""
    host.twin.power(True, host.now)
    assert host.raw(command(STATUS)) == b""  # still booting
    host.now += 2_000
    assert host.count("change.tray") == 2
    assert host.ask(STATUS)[1] == 0x33
    assert host.ask(PURGE) == b"\x30"
    assert host.count("dispenser.reject") == 1


def test_a_resent_dispense_is_done_again() -> None:
    host = Host()
    host.raw(command(upper(1)))
    host.raw(command(upper(1)))
    assert host.count("change.tray") == 2


def test_no_more_cassettes_than_positions() -> None:
    with pytest.raises(ValueError, match="3 cassettes"):
        Lcdm2000(Matter(), Speeds(), (100, 500, 1_000))
    with pytest.raises(ValueError, match="2 cassettes"):
        Lcdm1000(Matter(), Speeds(), (100, 500))


@given(wire_bytes=st.binary(max_size=80), cuts=st.lists(st.integers(0, 100), max_size=8))
def test_cutting_the_stream_anywhere_changes_nothing(wire_bytes: bytes, cuts: list[int]) -> None:
    def ear() -> Ear:
        return Ear(dialect=wire50.ID, lengths=wire50.TWO_CASSETTES)

    stream = wire_bytes[:40] + command(upper(1)) + wire_bytes[40:]
    edges, whole = sorted([0, *(cut for cut in cuts if cut <= len(stream)), len(stream)]), ear()
    heard = [item for a, b in pairwise(edges) for item in whole.feed(stream[a:b], 0)]
    assert heard == ear().feed(stream, 0)
