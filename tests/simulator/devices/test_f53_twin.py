"""The F53 twin against the f53 sheet: golden frames, counts, what is refused, power cuts, unconfirmed operations."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.f53 import F53, wire
from simulator.devices.f53.codes import Operation
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from tests.simulator.devices.f53_host import (
    ACK,
    ENQ,
    NOTHING,
    SET_UP,
    STATUS,
    VALUES,
    Host,
    count_out,
    crc,
    message,
    pair,
    told,
)

UNVERIFIED = {"reset": 8, "present": 9, "retract": 10, "reject": 11}

GOLDEN = {
    "status": (STATUS, "10 02 00 03 00 01 1C 10 03 FA 97"),
    "initialise 5, 10, 20, none": (
        bytes.fromhex("60 02 0D 00 91 7D 96 82 9B 87 00 00 0D 0D 0D 0D 1C"),
        "10 02 00 11 60 02 0D 00 91 7D 96 82 9B 87 00 00 0D 0D 0D 0D 1C 10 03 20 6D",
    ),
    "initialise 5, 10, 20, 50": (
        SET_UP,
        "10 02 00 11 60 02 0D 00 91 7D 96 82 9B 87 A0 8C 0D 0D 0D 0D 1C 10 03 4E AE",
    ),
    "count 3, 12, 1, 0": (
        count_out(3, 12, 1),
        "10 02 00 19 60 03 15 E4 30 33 B1 B2 30 B1 30 30 30 B4 30 B4 30 B4 30 B4 03 03 03 03 1C 10 03 49 64",
    ),
    "count 3, 2, 1, 0": (
        count_out(3, 2, 1),
        "10 02 00 19 60 03 15 E4 30 33 30 B2 30 B1 30 30 30 B4 30 B4 30 B4 30 B4 03 03 03 03 1C 10 03 8E 3C",
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_frames_of_the_host(name: str) -> None:
    data, frame = GOLDEN[name]
    assert message(data) == bytes.fromhex(frame)
    assert wire.message(data) == bytes.fromhex(frame)
    assert wire.Ear().feed(bytes.fromhex(frame), 0) == [wire.Message(data)]


def test_crc_of_the_check_string() -> None:
    assert wire.crc(b"123456789") == crc(b"123456789") == 0x2189


def test_golden_exchange_of_the_sheet() -> None:
    """Section 9, byte by byte; the values marked with a star are the sheet's placeholders."""
    host = Host(ready=False)
    assert host.raw(bytes.fromhex("10 05")) == bytes.fromhex("10 06")
    set_up = "10 02 00 11 60 02 0D 00 91 7D 96 82 9B 87 00 00 0D 0D 0D 0D 1C 10 03 20 6D"
    assert host.raw(bytes.fromhex(set_up)) == bytes.fromhex("10 06 10 05")
    answer = bytes.fromhex("10 02 00 38 E0 02 34" + "00" * 52 + "1C 10 03 7F F1")
    assert host.raw(bytes.fromhex("10 06")) == answer
    assert host.raw(bytes.fromhex("10 06")) == b""

    assert host.raw(bytes.fromhex("10 05")) == bytes.fromhex("10 06")
    assert host.raw(bytes.fromhex(GOLDEN["count 3, 12, 1, 0"][1])) == bytes.fromhex("10 06 10 05")
    counted = host.raw(bytes.fromhex("10 06"))
    assert counted[:7] == bytes.fromhex("10 02 00 9D E0 03 99")
    assert counted[4 + 0x27 : 4 + 0x2F] == bytes.fromhex("30 33 B1 B2 30 B1 30 30")
    assert counted[4 + 0x2F : 4 + 0x37] == bytes.fromhex("30 30 30 30 30 30 30 30")
    assert counted[-5:-2] == bytes.fromhex("1C 10 03")
    assert host.raw(bytes.fromhex("10 06")) == b""
    assert host.at_exit()
    host.matter.move_all("change.tray", "hand")
    assert not host.at_exit()


def test_digits_have_even_parity() -> None:
    assert b"".join(wire.two_digits(count) for count in range(0, 100, 11)) == b"".join(
        pair(n) for n in range(0, 100, 11)
    )
    assert wire.numbers(bytes.fromhex("30 33 B1 B2 30 B1")) == [3, 12, 1]
    assert wire.numbers(b"\x31\x30") is None
    assert wire.numbers(b"\xba\x30") is None
    assert wire.two_digits(120) == pair(99)


def test_the_bundle_comes_out_as_it_was_asked_for() -> None:
    host = Host()
    assert host.paid(3, 2, 1, 4) == (0, [3, 2, 1, 4], NOTHING)
    assert host.matter.place("change.tray").value_fen() == 3 * 500 + 2 * 1_000 + 2_000 + 4 * 5_000
    assert host.lying() == (10, 0, 0)
    assert [host.count(f"cassette.{n}") for n in range(1, 5)] == [57, 58, 59, 56]


def test_notes_wait_in_the_pool_until_the_whole_bundle_comes() -> None:
    host = Host(rate=1)
    host.tell(count_out(4))
    begun = host.now
    host.now += 900
    host.twin.poll(host.now)
    assert host.twin.busy()
    assert host.lying() == (0, 4, 0)
    assert host.wait() == ENQ
    assert host.now - begun == 1_000 + 1_500
    assert host.lying() == (4, 0, 0)
    assert not host.twin.busy()


def test_an_empty_cassette_ends_the_order_and_what_was_collected_comes_out() -> None:
    host = Host(rate=1, notes=2)
    host.now += 60_000
    host.tell(count_out(0, 3))
    begun = host.now
    answer = host.hear()
    assert (answer[0], answer[3]) == (0xF0, 0x21)
    assert told(answer) == ([0, 2, 0, 0], NOTHING)
    assert host.now - begun == 500 + 4 * 2_000 + 1_500
    assert host.lying() == (2, 0, 0)


def test_nothing_is_picked_after_an_error_until_initialise() -> None:
    host = Host()
    host.twin.faults.add("jam_dfss_next")
    assert host.paid(2) == (0x71, NOTHING, NOTHING)
    assert host.lying() == (0, 1, 0)
    assert host.paid(2) == (0x71, NOTHING, NOTHING)
    assert host.error(SET_UP) == 0
    assert host.lying() == (0, 0, 1)
    assert host.paid(2) == (0, [2, 0, 0, 0], NOTHING)


def test_the_path_may_be_cleared_into_the_capture_box() -> None:
    host = Host(clears_to_capture=True)
    host.twin.faults.add("jam_bps_next")
    host.paid(1)
    assert host.error(SET_UP) == 0
    assert (host.lying(), host.count("change.retract")) == ((0, 0, 0), 1)


def test_initialise_leaves_alone_what_lies_at_the_exit() -> None:
    host = Host()
    host.paid(2)
    host.error(SET_UP)
    assert host.at_exit()
    assert host.lying() == (2, 0, 0)


def test_no_bill_count_before_initialise() -> None:
    host = Host(ready=False)
    assert host.paid(1) == (0xE0, NOTHING, NOTHING)
    assert host.lying() == (0, 0, 0)


def test_lengths_are_measured() -> None:
    """A note outside the length that INITIALISE announced is rejected; the neighbour's note passes within the tolerance."""
    host = Host()
    host.matter.move(host.matter.new_note(10_000, "vault"), "cassette.1")
    cassette = host.matter.place("cassette.1").things
    cassette.insert(0, cassette.pop())
    assert host.paid(1) == (0, [1, 0, 0, 0], [1, 0, 0, 0])
    assert host.matter.place("dispenser.reject").value_fen() == 10_000
    swapped = Host()
    swapped.twin.faults.add("cassettes_swapped")
    assert swapped.paid(1) == (0, [1, 0, 0, 0], NOTHING)
    assert swapped.matter.place("change.tray").value_fen() == 1_000


def test_sizes_of_another_note_reject_everything_up_to_the_limit() -> None:
    host = Host(ready=False)
    assert host.error(bytes.fromhex("60 02 0D 00 A5 A0 96 82 9B 87 00 00 0D 0D 0D 0D 1C")) == 0
    assert host.paid(1) == (0x80, NOTHING, [5, 0, 0, 0])
    assert host.lying() == (0, 0, 5)


def test_a_cassette_without_a_size_or_without_a_cassette_is_not_paid_from() -> None:
    host = Host(ready=False, values=(500, 1_000, None, 5_000))
    assert host.error(bytes.fromhex("60 02 0D 00 91 7D 96 82 9B 87 00 00 0D 0D 0D 0D 1C")) == 0
    assert host.paid(1, 0, 0, 1) == (0x42, NOTHING, NOTHING)
    assert host.paid(0, 0, 1) == (0x30, NOTHING, NOTHING)
    host.twin.remove_cassette(1)
    assert host.paid(1) == (0x10, NOTHING, NOTHING)
    host.twin.refit_cassette(1)
    assert host.paid(1) == (0, [1, 0, 0, 0], NOTHING)
    host.matter.move_all("change.tray", "hand")
    host.twin.remove_reject_tray()
    assert host.paid(1)[0] == host.error(SET_UP) == 0xB0
    host.twin.refit_reject_tray()
    assert host.paid(0, 2) == (0, [0, 2, 0, 0], NOTHING)


@pytest.mark.parametrize(
    "data",
    [
        count_out(0),
        count_out(20, 20, 11),
        count_out(1, retry=10),
        count_out(1).replace(b"\xe4", b"\xe5"),
        count_out(1)[:4] + b"\x30\x31" + count_out(1)[6:],
        count_out(1)[:-1] + b"\x1d",
        count_out(1)[:-2] + b"\x1c",
        b"\x60\x03\x15\xe4\x1c",
        b"\x60\x03",
        b"\x60",
        b"\x60\x09\x00\x1c",
        b"\x60\x01\x00\x1c",
        b"\x00\x01\x00\x1c",
        b"\x00\x03\x1c",
        b"\x41\x01\x1c",
        SET_UP.replace(b"\x91\x7d", b"\x7d\x91"),
        SET_UP.replace(b"\x91\x7d", b"\x91\x00"),
        SET_UP.replace(b"\x0d\x0d\x0d\x0d", b"\x0d\x0e\x0d\x0d"),
        SET_UP[:3] + b"\x20" + SET_UP[4:],
    ],
)
def test_what_cannot_be_meant_is_answered_abnormally_and_moves_nothing(data: bytes) -> None:
    host = Host()
    answer = host.ask(data)
    assert answer[0] == 0xF0
    assert answer[3] >> 4 == 0xE
    assert len(answer) == 4 + answer[2]
    assert answer[-1] == 0x1C
    assert host.lying() == (0, 0, 0)
    assert host.paid(1) == (0, [1, 0, 0, 0], NOTHING)


def test_fifty_notes_are_a_full_pool() -> None:
    assert Host().paid(20, 20, 10) == (0, [20, 20, 10, 0], NOTHING)
    assert Host(pool_notes=20).paid(20, 1)[0] == 0xE1


def test_a_power_cut_leaves_the_pool_in_the_path_and_forgets_the_sizes() -> None:
    host = Host(rate=1)
    host.now += 60_000
    host.tell(count_out(4))
    host.now += 600
    host.twin.poll(host.now)
    host.twin.power(False, host.now)
    assert host.wait() == b""
    assert host.raw(ENQ) == b""
    host.twin.power(True, host.now)
    assert host.raw(ENQ) == b""  # still booting
    host.now += 2_000
    assert host.lying() == (0, 3, 0)
    assert host.paid(1)[0] == 0xE0
    assert host.error(SET_UP) == 0
    assert host.lying() == (0, 0, 3)


@pytest.mark.parametrize("cut_ms", range(0, 6_000, 125))
def test_a_power_cut_at_any_moment_keeps_every_note(cut_ms: int) -> None:
    host = Host(rate=1, notes=6)
    host.now += 60_000
    host.twin.faults |= {"reject_next", "double_pick_next"}
    host.tell(count_out(3, 2))
    host.now += cut_ms
    host.twin.poll(host.now)
    host.twin.reset(host.now)
    host.now += 2_000
    host.twin.poll(host.now)
    host.twin.take_output()
    assert host.error(SET_UP) == 0
    at_exit, path, reject = host.lying()
    assert path == 0
    assert at_exit in (0, 5)
    assert at_exit + reject + sum(host.count(f"cassette.{n}") for n in range(1, 5)) == 24


def test_a_technician_clears_the_path_but_the_unit_still_wants_initialise() -> None:
    host = Host()
    host.twin.faults.add("jam_fdls_next")
    host.paid(2)
    assert len(host.twin.clear_path("vault")) == 1
    assert host.paid(1)[0] == 0x70
    assert host.error(SET_UP) == 0
    assert host.paid(1)[0] == 0


def test_no_more_cassettes_than_positions() -> None:
    with pytest.raises(ValueError, match="5 cassettes"):
        F53(Matter(), Speeds(), (*VALUES, 100))


# -- operations nobody has confirmed


def order(code: int, parameters: bytes = b"") -> bytes:
    return bytes([0x60, code, len(parameters)]) + parameters + b"\x1c"


@pytest.mark.parametrize("code", UNVERIFIED.values())
def test_unconfirmed_codes_are_unknown_unless_they_are_named(code: int) -> None:
    host = Host()
    assert host.error(order(code)) == 0xE2


def test_with_a_present_of_its_own_the_bundle_waits_in_the_pool() -> None:
    host = Host(unverified=UNVERIFIED)
    assert host.paid(2, 1) == (0, [2, 1, 0, 0], NOTHING)
    assert host.lying() == (0, 3, 0)
    assert not host.at_exit()
    assert host.paid(1)[0] == 0x50
    host = Host(unverified=UNVERIFIED)
    host.paid(2, 1)
    assert host.error(order(9)) == 0
    assert host.lying() == (3, 0, 0)
    assert host.at_exit()
    assert host.error(order(9)) == 0x52  # nothing left in the pool
    assert host.error(order(9, b"\x00")) == 0xE1


def test_retract_and_reject_empty_exit_and_pool() -> None:
    host = Host(unverified=UNVERIFIED)
    host.paid(2)
    assert host.error(order(11)) == 0
    assert host.lying() == (0, 0, 2)
    host.paid(3)
    host.ask(order(9))
    assert host.error(order(10)) == 0
    assert host.count("change.retract") == 3
    assert host.lying() == (0, 0, 2)


def test_reset_clears_the_path_and_keeps_the_sizes() -> None:
    host = Host(unverified=UNVERIFIED)
    host.twin.faults.add("jam_dfss_next")
    host.paid(2)
    assert host.error(order(8)) == 0
    assert host.lying() == (0, 0, 1)
    assert host.paid(2)[0] == 0


def test_a_shutter_of_its_own_opens_for_the_bundle_and_shuts_after_it() -> None:
    host = Host(shutter=True, unverified={"shutter": 0x0C, "retract": 0x0A})
    assert host.twin.body.exit.shutter_open is False
    assert host.paid(1)[0] == 0
    assert host.twin.body.exit.shutter_open
    assert host.error(order(0x0A)) == 0
    assert host.twin.body.exit.shutter_open is False
    assert host.error(order(0x0C, b"\x01")) == 0
    assert host.twin.body.exit.shutter_open
    assert host.error(order(0x0C, b"\x02")) == 0xE1
    host.twin.faults.add("shutter_stuck")
    assert host.error(order(0x0C, b"\x00")) == 0xA0


def test_codes_are_the_sheets_and_each_is_one_operation() -> None:
    assert {
        name.lower(): operation.value for name, operation in Operation.__members__.items() if operation > 0
    } == UNVERIFIED
    for codes, said in (
        ({"dance": 9}, "dance is no operation"),
        ({"present": 3}, "cannot be its command code"),
        ({"present": 256}, "cannot be its command code"),
        ({"present": 9, "retract": 9}, "same command code"),
    ):
        with pytest.raises(ValueError, match=said):
            F53(Matter(), Speeds(), unverified=codes)


@given(wire_bytes=st.binary(max_size=80), cuts=st.lists(st.integers(0, 100), max_size=8))
def test_cutting_the_stream_anywhere_changes_nothing(wire_bytes: bytes, cuts: list[int]) -> None:
    stream = wire_bytes[:40] + ENQ + message(count_out(1)) + ACK + wire_bytes[40:]
    edges, ear = sorted([0, *(cut for cut in cuts if cut <= len(stream)), len(stream)]), wire.Ear()
    heard = [item for a, b in pairwise(edges) for item in ear.feed(stream[a:b], 0)]
    assert heard == wire.Ear().feed(stream, 0)
