"""The Bill-to-Bill twin against the ccnet sheet, sections 3, 9 and 11: golden frames, states, bundles, cassettes."""

import pytest

from simulator.devices.ccnet.b2b import ESCROW, UNASSIGNED
from simulator.devices.ccnet.wire import frame
from tests.simulator.devices.b2b_host import (
    ACK,
    ALL,
    CASSETTES,
    DISABLED,
    DISPENSED,
    DISPENSING,
    EMPTY,
    FAILURE,
    HOLD,
    IDLING,
    ILLEGAL,
    NONE,
    OPTIONS,
    POLL,
    RECOVERY,
    RESET,
    RETURN,
    STACK,
    STACKED,
    UNLOADED,
    Host,
)
from tests.simulator.devices.cash_golden import read

GOLDEN = read("ccnet.txt")


def golden(name: str) -> bytes:
    return GOLDEN[name][0][1]


# -- the sheet's own bytes


def test_golden_exchange_three_notes_back() -> None:
    """Section 11.3: three notes (types 5, 4, 5) lie in the escrow cassette, the passenger cancels and gets them."""
    host = Host(kinds=(ESCROW, 1, 2))
    host.load(2, 5, 50)
    host.load(3, 10, 80)
    notes = host.deposit(100, 50, 100)
    lines = GOLDEN["b2b-exchange-cancel-three"]
    heard = b""
    for direction, data, note in lines:
        if direction == "host":
            assert heard == b""
            host.now += 150
            heard = host.raw(data)
            continue
        if heard == b"":  # answers to POLL: the sheet leaves the polls out
            host.now += 80
            if note.startswith("DISPENSED"):
                host.twin.take_returned(host.now)
            elif note.startswith("customer"):
                host.now += 2_000
            host.raw(golden("b2b-ack"))
            heard = host.raw(golden("b2b-poll"))
        assert heard == data, note
        heard = b""
    assert [host.where(note) for note in notes] == ["hand"] * 3
    assert heard == b""


def test_golden_exchange_commit() -> None:
    """Section 11.3, the other end: the deposit goes to the drop cassette."""
    host = Host()
    notes = host.deposit(100, 50, 100)
    ask, done = (data for _, data, _ in GOLDEN["b2b-exchange-commit-three"])
    assert host.raw(ask) == golden("b2b-ack")
    host.now += 20
    assert host.raw(golden("b2b-poll")) == golden("b2b-unloading")
    host.now += 1_000
    assert host.raw(golden("b2b-poll")) == done == golden("b2b-unloaded-3")
    assert [host.where(note) for note in notes] == ["box"] * 3


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("b2b-get-status", 9),
        ("b2b-recycling-cassette-status", 6),
        ("b2b-get-bill-table", 120),
        ("b2b-module-identification", 60),
        ("b2b-ext-identification", 109),
        ("b2b-identification", 34),
        ("b2b-ext-cassette-status-1", 1),
        ("b2b-get-options", 4),
    ],
)
def test_answers_have_the_sheets_size(name: str, size: int) -> None:
    host = Host()
    host.closed()
    assert len(host.ask(golden(name)[3:-2])) == size


@pytest.mark.parametrize(
    "name",
    [
        "b2b-enable-none",
        "b2b-enable-types-0-12-escrow",
        "b2b-set-options-64-00-00-00",
        "b2b-set-options-66-00-00-00-retract-middle",
        "b2b-set-cassette-1-is-escrow-24-dec",
        "b2b-set-cassette-2-is-type-1",
        "b2b-set-capacity-2-is-80-dec",
        "b2b-dispense-3-x-type-24-dec",
        "b2b-dispense-2xtype-1-and-1xtype-2",
        "b2b-unload-3-from-cassette-1",
    ],
)
def test_golden_orders_are_acknowledged(name: str) -> None:
    host = Host()
    host.closed()
    host.now += 100
    assert host.raw(golden(name)) == golden("b2b-ack")


def test_golden_states() -> None:
    host = Host()
    ask = golden("b2b-poll")

    def poll() -> bytes:
        host.now += 100
        answer = host.raw(ask)
        host.raw(golden("b2b-ack"))
        return answer

    assert poll() == golden("b2b-power-up-3-byte-form")
    assert host.raw(golden("b2b-reset-illegal")) == golden("b2b-ack")
    assert poll() == golden("b2b-initialize")
    host.now += 1_000
    assert poll() == golden("b2b-disabled")
    assert host.raw(golden("b2b-stack")) == golden("b2b-reset-illegal")
    assert host.raw(golden("b2b-enable-types-0-12-escrow")) == golden("b2b-ack")
    assert poll() == golden("b2b-idling")
    host.insert(100)
    assert host.raw(ask) == golden("b2b-accepting")
    host.now += 1_000
    assert poll() == golden("b2b-escrow-type-5")
    assert host.raw(golden("b2b-stack")) == golden("b2b-ack")
    host.now += 1_000
    assert poll() == golden("b2b-stacked-type-5-to-cassette-1")
    host.twin.remove_box(host.now)
    assert poll() == golden("b2b-drop-cassette-removed")


@pytest.mark.parametrize("name", ["dispensing", "packing", "unloading"])
def test_golden_power_recovery(name: str) -> None:
    """Section 11.4, with motions cut where the sheet's words say they were."""
    host = Host(kinds=(ESCROW, 0, 3) if name == "dispensing" else (ESCROW, 1, 4), capacities=(80, 80, 80))
    if name == "packing":
        host = Host(kinds=(5, 1, 3))
        host.closed()
        host.ask(b"\x68\x60\x00\x00\x00")
        host.ask(ALL)
        for yuan in (100, 50):  # nobody polls: neither 81 is acknowledged
            host.insert(yuan)
            host.now += 1_000
            assert host.ask(STACK) == ACK
            host.now += 1_000
            host.twin.poll(host.now)
    elif name == "dispensing":
        host.closed()
        host.load(2, 1, 5)
        host.load(3, 20, 3)
        for yuan in (5, 5, 5, *[100] * 7):
            host.matter.new_note(yuan * 100, "cassette.1")
        host.twin.unit.count_again(1)
        host.twin.unit.cassettes[0].memory[:0] = [0, 0]  # its memory says two more: twelve can be asked for
        assert host.ask(bytes([0x3C, 0, 5, 3, 3, ESCROW, 12])) == ACK
        host.now += 2_000
        host.poll_until(DISPENSING)
    else:
        host.closed()
        for yuan in (5, 5, 20, 20, 20, *[100] * 7):
            host.matter.new_note(yuan * 100, "cassette.2")
        host.twin.unit.count_again(2)
        assert host.ask(bytes([0x3D, 2, 12])) == ACK
        for _ in range(100):
            if len(host.twin.unit._current().moved) == 10:
                break
            host.now += 5
            host.twin.poll(host.now)
    host.cut()
    assert host.ask(RESET) == ACK
    host.poll_until(DISABLED)
    host.now += 100
    answer = host.raw(golden("b2b-power-recovery"))
    expected = GOLDEN[f"b2b-recovery-{name}"][0][1]
    if name == "unloading":  # the note in the stacker goes on during INITIALIZE: one more of type 1 than at the cut
        assert answer[3:-2] == bytes([0x3D, 2, 12, 5, 7, 3, 3, 1, 1])
        assert expected[3:-2] == answer[3:-4]
    else:
        assert answer == expected


def test_nothing_cut_is_an_acknowledge() -> None:
    host = Host()
    host.closed()
    host.now += 100
    assert host.raw(golden("b2b-power-recovery")) == GOLDEN["b2b-recovery-nothing-cut"][0][1] == golden("b2b-ack")


# -- strictness


STATES = {
    IDLING: lambda host: host.start(),
    DISABLED: lambda host: host.closed(),
    0x10: lambda host: None,
    0x80: lambda host: (host.start(), host.insert(50), host.poll_until(0x80)),
}
BARE = {
    0x31: {IDLING, DISABLED},
    0x35: {0x80},
    0x36: {0x80},
    0x38: {0x80},
    0x3B: {IDLING, DISABLED, 0x80},
    0x3E: {IDLING, DISABLED},
    0x41: {IDLING, DISABLED},
    0x43: {IDLING, DISABLED, 0x80},
    0x53: {IDLING, DISABLED},
    0x62: {DISABLED},
    0x66: {DISABLED},
    0x69: {DISABLED},
    0x67: set(),
    0x5B: set(),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("command", BARE)
def test_a_command_is_obeyed_in_its_states_only(command: int, state: int) -> None:
    host = Host()
    STATES[state](host)
    answer = host.ask(bytes([command]))
    assert (answer != ILLEGAL) == (state in BARE[command])


@pytest.mark.parametrize(
    "order", ["3C", "3C18", "3D01", "40", "4004", "400501", "400118FF", "440250FF", "6801", "3400", "7009", "6266"]
)
def test_orders_with_wrong_data_are_illegal(order: str) -> None:
    host = Host()
    host.closed()
    assert host.ask(bytes.fromhex(order)) == ILLEGAL
    assert host.poll()[0] == DISABLED


def test_more_than_twenty_notes_and_more_than_there_are_move_nothing() -> None:
    host = Host()
    host.closed()
    host.load(2, 5, 30)
    for asked in (bytes([1, 21]), bytes([1, 10, 3, 1]), bytes([1, 0]), bytes([7, 1])):
        assert host.ask(b"\x3c" + asked) == ACK
        assert host.poll()[0] == 0x28
        assert host.poll()[0] == DISABLED
    assert host.lie("cassette.2") == 30


def test_latched_events_are_told_until_they_are_acknowledged() -> None:
    host = Host()
    host.start()
    host.insert(50)
    host.poll_until(0x80)
    host.ask(STACK)
    host.now += 400
    for _ in range(3):
        assert host.poll(ack=False) == bytes([STACKED, 4, 1])
    assert host.poll() == bytes([STACKED, 4, 1])
    assert host.poll()[0] == IDLING


def test_the_host_must_poll_each_second() -> None:
    host = Host()
    host.start()
    assert host.poll()[0] == IDLING
    host.now += 850
    assert host.poll()[0] == IDLING
    host.now += 1_100
    assert host.poll()[0] == DISABLED
    assert host.twin.insert(host.matter.new_note(5_000, "hand"), host.now) == "the slot is closed"
    assert host.ask(b"\x68\x60\x00\x00\x00") == ACK  # no time-out
    assert host.ask(ALL) == ACK
    host.now += 60_000
    assert host.poll()[0] == IDLING


# -- the way of a note


def test_a_note_goes_to_its_own_cassette_else_to_the_escrow_else_to_the_box() -> None:
    host = Host(capacities=(1, 1, 80))
    notes = host.deposit(5, 5, 50, 100)
    assert [host.where(note) for note in notes] == ["cassette.2", "box", "cassette.1", "box"]
    assert host.counts() == [(ESCROW, 1), (1, 1), (3, 0)]
    assert host.ask(CASSETTES)[0] & 0x40


def test_status_names_the_types_that_are_recycled() -> None:
    host = Host()
    host.start()
    assert host.ask(b"\x31") == b"\x00\xff\xff" + bytes(3) + b"\x00\x00\x0a"


def test_escrow_note_goes_back_when_nobody_decides() -> None:
    host = Host()
    host.start()
    note = host.insert(50)
    host.poll_until(0x80)
    assert host.ask(HOLD) == ACK
    host.poll_until(0x18, polls=200)
    host.now += 2_000
    host.poll()
    assert host.where(note) == "acceptor.mouth"
    host.twin.take_returned(host.now)
    assert host.poll_until(0x82) == bytes([0x82, 4, 0])
    assert host.where(note) == "hand"


def test_return_gives_the_note_back() -> None:
    host = Host()
    host.start()
    note = host.insert(50)
    host.poll_until(0x80)
    assert host.ask(RETURN) == ACK
    host.now += 1_000
    assert host.poll()[0] == 0x18
    host.twin.take_returned(host.now)
    assert host.poll_until(0x82)[1] == 4
    assert host.where(note) == "hand"


def test_contents_in_stack_order() -> None:
    for newest_first, kinds in ((True, [5, 2, 4]), (False, [4, 2, 5])):
        host = Host(newest_first=newest_first)
        host.deposit(50, 10, 100)
        assert list(host.ask(b"\x70\x01")) == [3, *kinds]


# -- bundles


def present(host: Host, asked: bytes) -> None:
    assert host.ask(b"\x3c" + asked) == ACK
    while (answer := host.poll()) != bytes([DISPENSING, 1, 0]):
        assert answer == bytes([DISPENSING, 0, 0])


def test_a_cancel_gives_the_very_notes_back_last_in_first_out() -> None:
    host = Host()
    notes = host.deposit(50, 100, 10)
    present(host, bytes([ESCROW, 2]))
    assert [host.where(note) for note in notes] == ["cassette.1", "acceptor.mouth", "acceptor.mouth"]
    assert host.poll() == bytes([DISPENSING, 1, 0])
    assert host.twin.take_returned(host.now) == [notes[2], notes[1]]
    assert host.poll(ack=False)[0] == DISPENSED
    assert host.poll()[0] == DISPENSED
    assert host.poll()[0] == DISABLED
    assert host.counts()[0] == (ESCROW, 1)


def test_change_comes_from_the_recycling_cassettes() -> None:
    host = Host()
    host.closed()
    host.load(2, 5, 4)
    host.load(3, 20, 4)
    present(host, bytes([3, 2, 1, 3]))
    host.twin.take_returned(host.now)
    assert sorted(note.value_fen for note in host.matter.place("hand").notes()) == [500] * 3 + [2_000] * 2
    assert host.poll()[0] == DISPENSED
    assert host.counts() == [(ESCROW, 0), (1, 1), (3, 2)]


@pytest.mark.parametrize(("bits", "seconds"), [(1, 20), (2, 40), (3, 60)])
def test_a_bundle_not_taken_goes_to_the_drop_cassette(bits: int, seconds: int) -> None:
    host = Host(rate=1.0)
    host.closed()
    assert host.ask(bytes([0x68, 0x64 | bits, 0, 0, 0])) == ACK
    assert host.ask(OPTIONS) == bytes([0x64 | bits, 0, 0, 0])
    host.load(2, 5, 4)
    present(host, bytes([1, 3]))
    host.now += seconds * 1_000 - 500
    assert host.poll() == bytes([DISPENSING, 1, 0])
    host.now += 1_000
    assert host.poll() == bytes([FAILURE, 0xCA, 0])
    assert host.lie("box") == 3
    assert host.lie("hand") == 0
    assert host.back() == b"\x00"


def test_without_the_option_a_bundle_waits_for_ever() -> None:
    host = Host()
    host.closed()
    host.load(2, 5, 4)
    present(host, bytes([1, 3]))
    host.now += 3_600_000
    assert host.poll() == bytes([DISPENSING, 1, 0])


def test_a_bundle_waits_behind_a_note_that_sticks_out() -> None:
    host = Host()
    host.closed()
    host.load(2, 5, 4)
    stray = host.matter.new_note(5_000, "acceptor.mouth")
    assert host.ask(bytes([0x3C, 1, 2])) == ACK
    for _ in range(20):
        assert host.poll() == bytes([DISPENSING, 0, 0])
    assert host.twin.take_returned(host.now) == [stray]
    assert host.poll() == bytes([DISPENSING, 1, 0])
    assert len(host.twin.take_returned(host.now)) == 2


# -- cassettes


def test_unload_more_than_there_is() -> None:
    host = Host(rate=1.0)
    host.deposit(50, 100)
    assert host.ask(b"\x3d\x01\x05") == ACK
    assert host.poll() == bytes([0x1E, 1, 0])
    assert host.poll_until(UNLOADED) == bytes([UNLOADED, 2, 0])
    assert host.lie("box") == 2


def test_a_loaded_cassette_is_emptied_before_it_gets_a_type() -> None:
    host = Host(rate=1.0)
    host.closed()
    host.load(2, 5, 3)
    assert host.ask(b"\x40\x02\x04") == ACK
    assert host.poll()[0] == 0x21
    assert host.poll_until(0x29) == bytes([0x29, 0, 0])
    assert (host.lie("cassette.2"), host.lie("box")) == (0, 3)
    assert host.counts()[1] == (4, 0)


def test_a_cassette_that_cannot_be_emptied_stays_unassigned() -> None:
    host = Host()
    host.closed()
    host.load(2, 5, 3)
    host.twin.faults.add("jam_in_stacker_next")
    assert host.ask(b"\x40\x02\x04") == ACK
    host.poll_until(0x44)
    assert len(host.twin.clear_jam("vault")) == 1
    assert host.back() == b"\x00"
    assert host.counts()[1] == (UNASSIGNED, 2)


def test_capacity_limit_fills_a_cassette_early() -> None:
    host = Host()
    host.closed()
    assert host.ask(b"\x44\x02\x01") == ACK
    assert host.ask(b"\x43") == bytes([0xFF, 1, 0xFF])
    notes = host.deposit(5, 5)
    assert [host.where(note) for note in notes] == ["cassette.2", "box"]


def test_a_missing_cassette_is_told_and_not_used() -> None:
    host = Host()
    host.twin.remove_cassette(2)
    note = host.deposit(5)[0]
    assert host.where(note) == "cassette.1"
    assert host.ask(CASSETTES)[2:4] == bytes(2)
    assert host.ask(b"\x70\x02") == ILLEGAL
    host.twin.refit_cassette(2)
    assert host.ask(CASSETTES)[2] == 0x81


def test_swapped_cassettes_keep_their_memory() -> None:
    host = Host()
    host.closed()
    host.load(2, 5, 3)
    host.twin.unit.swap_cassettes(2, 3)
    assert host.counts() == [(ESCROW, 0), (3, 0), (1, 3)]
    assert host.lie("cassette.3") == 3


def test_the_clock_runs() -> None:
    host = Host()
    host.closed()
    assert host.ask(bytes.fromhex("62 B0 59 23 07 31 12 24")) == ACK
    host.now += 35_000 - 100
    assert host.ask(b"\x62") == bytes.fromhex("85 00 00 01 01 01 25 00")
    assert host.ask(bytes.fromhex("62 B0 61 23 07 31 12 24")) == ILLEGAL


def test_enable_data_is_two_masks_of_24_bits() -> None:
    host = Host()
    host.closed()
    assert host.ask(b"\x34" + bytes(12)) == ILLEGAL
    assert host.raw(frame(POLL, 3)) == b""  # somebody else's address
    assert host.ask(NONE) == ACK
    assert host.ask(RECOVERY) == b"\x00"
    assert host.ask(EMPTY) == ILLEGAL
