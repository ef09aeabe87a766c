"""The dispenser twin against the lcdm sheet: exchanges, counts, strictness, power cuts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.lcdm import Lcdm4000, wire
from simulator.devices.lcdm.wire import Command, Ear
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.lcdm_host import (
    ACK,
    EOT,
    LAST,
    NAK,
    PURGE,
    SERIAL,
    STATUS,
    VALUES,
    Host,
    command,
    dispense,
)

GOLDEN = read("lcdm.txt")
FRAMES = [
    (name, direction, data)
    for name, lines in GOLDEN.items()
    for direction, data, _ in lines
    if not name.startswith("d50-") and len(data) > 1
]


@pytest.mark.parametrize(("name", "direction", "data"), FRAMES)
def test_golden_frames(name: str, direction: str, data: bytes) -> None:
    if direction == "host":
        assert Ear().feed(data, 0) == [Command(data[3], data[4:-2])]
    else:
        assert wire.response(data[3], data[4:-2]) == data


@pytest.mark.parametrize("name", ["get-order", "dispense-3-2-1-0", "purge"])
def test_golden_exchanges(name: str) -> None:
    host = Host()
    if name == "dispense-3-2-1-0":  # the second note of cassette 2 is not fit
        host.matter.place("cassette.2").notes()[1].value_fen = 1
    heard = b""
    for direction, data, _ in GOLDEN[name]:
        if direction == "host":
            heard = host.raw(data) or host.wait()
        elif data[0] == wire.SOH and heard[:1] == ACK:
            heard = heard[1:] or host.wait()
            assert heard == data
        else:
            assert heard.startswith(data)
            heard = heard if data[0] == wire.ACK else b""


def test_golden_jam_and_last_status() -> None:
    host = Host(rate=1)
    assert host.raw(command(dispense(3))) == ACK
    host.now += 600
    host.twin.poll(host.now)
    host.twin.faults.add("jam_dvt_ejt_next")
    assert host.wait() == GOLDEN["jam-after-2"][0][1]
    assert host.raw(ACK) == EOT
    asked, ack, answer = (data for _, data, _ in GOLDEN["last-status-after-jam"])
    assert host.raw(asked) == ack + answer


def test_status_of_a_ready_unit() -> None:
    answer = Host().ask(STATUS)
    assert len(answer) == 24 - 6
    assert answer[:2] == b"\x20\x20"
    assert [answer[3 + 4 * n] for n in range(4)] == [0x31, 0x32, 0x33, 0x34]
    assert [answer[2 + 4 * n] for n in range(4)] == [0x20] * 4


def test_near_end_is_bit_3_of_stat() -> None:
    assert [Host(notes=30).ask(STATUS)[2 + 4 * n] for n in range(4)] == [0x28] * 4


def test_response_lengths_are_those_of_the_sheet() -> None:
    host = Host()
    asked = {STATUS: 24, PURGE: 20, dispense(1): 29, dispense(1, code=0x53): 29, LAST: 21, b"\x58\x31": 11}
    assert {payload: len(host.ask(payload)) + 6 for payload in asked} == asked


def test_four_notes_a_second() -> None:
    host = Host(rate=1)
    begun = host.now
    assert host.raw(command(dispense(4, 4))) == ACK
    assert host.twin.busy()
    assert host.wait() != b""
    assert host.now - begun == 2_000
    assert not host.twin.busy()


def test_dispense_moves_the_notes_it_counts() -> None:
    host = Host()
    answer = host.ask(dispense(3, 0, 2, 1))
    assert answer[0] == 0x20
    assert host.out(answer) == [(3, 0), (0, 0), (2, 0), (1, 0)]
    assert host.matter.place("change.tray").value_fen() == 3 * 100 + 2 * 1_000 + 5_000
    assert host.count("cassette.1") == 37


def test_an_empty_cassette_is_a_pick_up_error_after_ten_seconds() -> None:
    host = Host(rate=1, notes=2)
    begun = host.now
    answer = host.ask(dispense(3))
    assert answer[0] == 0x21
    assert host.out(answer)[0] == (2, 0)
    assert host.now - begun == 10_500


def test_test_dispense_rejects_everything() -> None:
    host = Host()
    answer = host.ask(dispense(20, code=0x53))
    assert host.out(answer)[0] == (0, 20)
    assert host.count("dispenser.reject") == 20


def test_dispense_order_is_kept_over_power() -> None:
    host = Host()
    assert host.error(b"\x5c4321") == 0
    host.twin.power(False, host.now)
    host.twin.power(True, host.now)
    assert host.ask(b"\x5d") == b"\x204321"
    host.ask(dispense(1, 1))
    assert [note.value_fen for note in host.matter.place("change.tray").notes()] == [500, 100]


def test_opacity_and_length_are_kept_and_zero_leaves_them() -> None:
    host = Host()
    before = host.ask(b"\x5f")
    assert host.error(b"\x5e" + b"\x30\x30" * 3 + b"\x3a\x3b") == 0
    assert host.ask(b"\x5f") == before[:7] + b"\x3a\x3b"
    assert host.error(b"\x5a" + b"\x34\x31" * 4) == 0
    assert host.ask(b"\x5b") == b"\x20" + b"\x34\x31" * 4


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (dispense(0), 0x31),
        (dispense(101), 0x31),
        (b"\x52\x1f" + b"\x20" * 14, 0x31),
        (b"\x52\x21\x20\x20\x20\x1c\x20" + b"\x20" * 9, 0x31),
        (b"\x52\x21\x20\x20\x20\x20\x20\x21" + b"\x20" * 8, 0x31),
        (b"\x52\x21\x20\x20\x20\x1c\x39" + b"\x20" * 9, 0x00),
        (dispense(60, 60), 0x0C),
        (b"\x5c1123", 0x31),
        (b"\x5a" + b"\x40" * 8, 0x31),
        (b"\x58\x35", 0x31),
        (b"\x99", 0x30),
    ],
)
def test_parameters_are_checked(payload: bytes, error: int) -> None:
    host = Host()
    assert host.error(payload) == error
    if error:
        assert host.count("change.tray") == host.count("dispenser.reject") == 0


def test_wrong_bcc_or_end_is_answered_nak_and_nothing_moves() -> None:
    for spoilt in (-1, -2):
        host = Host()
        frame = bytearray(command(dispense(1)))
        frame[spoilt] ^= 1
        assert host.raw(bytes(frame)) == NAK
        assert host.count("change.tray") == 0


def test_the_other_dialect_is_not_answered() -> None:
    assert Host().raw(GOLDEN["d50-status"][0][1]) == b""


def test_a_frame_slower_than_200_ms_is_dropped() -> None:
    host = Host()
    frame = command(STATUS)
    assert host.raw(frame[:3]) == b""
    host.now += 201
    assert host.raw(frame[3:]) == b""
    host.now += 201
    assert host.raw(frame)[:1] == ACK


def test_stray_bytes_before_a_frame_do_no_harm() -> None:
    assert Host().raw(b"\xff\x04\x30\xff" + command(STATUS))[:1] == ACK


def test_the_answer_is_repeated_three_times_in_all() -> None:
    host = Host()
    answer = host.raw(command(STATUS))[1:]
    assert host.raw(NAK) == answer
    assert host.raw(NAK) == answer
    assert host.raw(NAK) == b""
    assert host.raw(ACK) == b""
    assert host.raw(command(STATUS)) == ACK + answer
    host.now += 500
    assert host.raw(b"") == answer
    assert host.raw(ACK) == EOT
    assert host.wait() == b""


def test_nothing_is_heard_while_notes_move() -> None:
    host = Host(rate=1)
    assert host.raw(command(dispense(4))) == ACK
    host.now += 100
    assert host.raw(command(STATUS)) == b""
    assert host.wait()[3] == 0x52


def test_reset_is_silent_and_takes_two_seconds() -> None:
    host = Host(rate=1)
    assert host.raw(GOLDEN["reset"][0][1]) == b""
    host.now += 1_000
    assert host.raw(command(STATUS)) == b""
    host.now += 1_000
    assert host.error(STATUS) == 0
    assert Host(reset_ack=True).raw(GOLDEN["reset"][0][1]) == ACK


def test_missing_cassettes_and_tray() -> None:
    host = Host()
    host.twin.remove_cassette(2)
    assert host.ask(STATUS)[7] == 0x30
    assert host.error(dispense(0, 1)) == 0x24
    assert host.error(dispense(1, 0)) == 0x00
    host.twin.refit_cassette(2)
    assert host.error(dispense(0, 1)) == 0x00
    host.twin.remove_reject_tray()
    assert host.ask(STATUS)[:2] == bytes([0x26 + 0x20, 0x30])
    assert host.error(dispense(1)) == 0x26
    host.twin.refit_reject_tray()
    assert host.error(dispense(1)) == 0x00


def test_a_unit_may_have_fewer_cassettes() -> None:
    twin = Lcdm4000(Matter(), Speeds(rate=0), (1_000, None))
    twin.receive(command(STATUS), 0)
    answer = twin.take_output()[1:]
    assert [answer[4 + 3 + 4 * n] for n in range(4)] == [0x31, 0x30, 0x30, 0x30]
    with pytest.raises(ValueError, match="5 cassettes"):
        Lcdm4000(Matter(), Speeds(), (*VALUES, 1))


def test_last_status_before_anything_was_done() -> None:
    answer = Host().ask(LAST)
    assert answer[:2] == b"\x20\x20"
    assert host_counts(answer) == [(0, 0)] * 4


def host_counts(answer: bytes) -> list[tuple[int, int]]:
    return [(answer[3 + 3 * n] - 0x20, answer[4 + 3 * n] - 0x20) for n in range(4)]


def test_power_cut_in_a_dispense_keeps_the_counts_and_leaves_a_note_in_the_path() -> None:
    host = Host(rate=1)
    host.raw(command(dispense(4)))
    host.now += 600
    host.twin.poll(host.now)
    host.twin.power(False, host.now)
    assert host.wait() == b""
    host.twin.power(True, host.now)
    assert host.raw(command(STATUS)) == b""  # still booting
    host.now += 2_000
    last = host.ask(LAST)
    assert last[:2] == b"\x52\x43"
    assert host_counts(last)[0] == (2, 0)
    assert host.count("change.tray") == 2
    assert host.ask(STATUS)[1] == 0x23
    assert host.error(dispense(1)) == 0x0B
    assert host.out(host.ask(PURGE)) == [(0, 0)] * 4  # whose note it was is forgotten
    assert host.count("dispenser.reject") == 1
    assert host.error(dispense(1)) == 0


def test_transaction_number_tells_whether_a_dispense_was_taken() -> None:
    host = Host(short_dispense=True)
    number = host.ask(SERIAL)[1]
    short = b"\x52\x21\x20\x20\x20\x20\x20"
    assert host.error(short + bytes([number])) == 0x31
    assert host.ask(SERIAL)[1] == number
    assert host.error(short + bytes([number + 1])) == 0
    assert host.ask(SERIAL)[1] == number + 1
    assert host.error(short + bytes([number + 1])) == 0x31
    assert host.count("change.tray") == 1


def test_a_resent_dispense_is_done_again() -> None:
    host = Host()
    host.raw(command(dispense(1)))
    host.raw(command(dispense(1)))
    assert host.count("change.tray") == 2


@given(wire_bytes=st.binary(max_size=80), cuts=st.lists(st.integers(0, 100), max_size=8))
def test_cutting_the_stream_anywhere_changes_nothing(wire_bytes: bytes, cuts: list[int]) -> None:
    stream = wire_bytes[:40] + command(dispense(1)) + wire_bytes[40:]
    edges, ear = sorted([0, *(cut for cut in cuts if cut <= len(stream)), len(stream)]), Ear()
    heard = [item for a, b in pairwise(edges) for item in ear.feed(stream[a:b], 0)]
    assert heard == Ear().feed(stream, 0)
