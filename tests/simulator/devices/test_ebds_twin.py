"""The EBDS twin against the ebds sheet: exchanges, toggle, states, extended notes, power cuts at every place of a note."""

from collections.abc import Callable

import pytest

from simulator.devices.ebds import EbdsValidator
from simulator.devices.ebds.state import State
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds
from simulator.devices.validator import Kind
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.ebds_host import ALL, ESCROW, EXTENDED, PLAIN, RETURN, STACK, A, B, C, Host, frame

GOLDEN = read("ebds.txt")
SEVEN = tuple(Kind(yuan * 100) for yuan in (1, 2, 5, 10, 20, 50, 100))
CUTS = [A, B, C]


def golden(name: str) -> bytes:
    return GOLDEN[name][0][1]


def plain(options: int = A) -> Host:
    """A host of the sheet's own examples: older firmware, nothing in data byte 3."""
    return Host(options=options, capable=False)


# -- golden frames


def test_golden_exchange_of_one_note() -> None:
    host = plain()
    host.start()
    lines, shown = GOLDEN["exchange-note-3"], []
    for (_, ask, _), (_, answer, note) in zip(lines[::2], lines[1::2], strict=True):
        if note == "accepting":
            host.insert(10)
        host.now += {"escrowed, denomination 3": 1_000, "stacked": 1_000}.get(note, 100)
        shown.append((host.raw(ask), answer))
    assert [heard for heard, _ in shown] == [wanted for _, wanted in shown]
    assert len(host.matter.place("box")) == 1


def test_golden_powering_up_comes_first_and_idling_after_it() -> None:
    host = plain()
    assert host.raw(golden("poll-all-plain-0")) == golden("powering-up")
    host.now += 2_000
    assert host.raw(frame(0x11, b"\x7f\x1c\x00")) == golden("idling-1")
    assert host.raw(golden("poll-all-plain-0")) == golden("idling-0")


def test_golden_box_removed_jammed_rejected_returned() -> None:
    host = plain()
    host.start()
    host.twin.remove_box(host.now)
    assert host.raw(frame(host.toggle ^ 0x11, b"\x7f\x1c\x00"))[3:9] == golden("box-removed")[3:9]
    host.twin.refit_box(host.now)
    host.toggle ^= 1
    host.insert(10, genuine=False)
    assert host.poll_until(0x01).data == golden("rejected")[3:9]
    host.twin.take_returned(host.now)
    host.escrowed()
    assert host.poll(RETURN).motion == 0x20
    assert host.poll_until(0x41).data == golden("returned")[3:9]
    host.twin.take_returned(host.now)
    host.twin.faults.add("jam_in_path_next")
    host.insert()
    assert host.poll_until(0x00).data == golden("jammed")[3:9]


def test_golden_extended_note_in_escrow() -> None:
    host = Host(rate=0, options=EXTENDED, capable=False)
    host.start()
    assert host.poll().toggle == 1
    host.insert(20)
    assert host.omnibus() == golden("escrowed-extended-20")


def test_golden_queries_are_answered_with_the_lengths_of_the_sheet() -> None:
    host = Host(rate=0)
    serial = host.raw(golden("query-serial"))
    assert serial[2] == 0x60
    assert serial[3:-2].rstrip(b"\0") == b"TVM000000001"
    capabilities = host.raw(frame(0x61, b"\x00\x00\x0d"))
    assert capabilities[1] == 0x0B
    assert capabilities[4] & 1, "the note retrieved message is known"
    note = host.raw(golden("query-note-1"))
    assert note[1] == 0x1E
    assert note[10:20] == b"\x01CNY001+00"
    host.toggle = 0
    assert host.auxiliary(0x08).more == b"CNY".ljust(0x20, b"\0")
    assert len(host.extended(0x06).more) == 70
    assert len(host.auxiliary(0x00).more) == 6


def test_golden_soft_reset_is_silent_and_powers_up_again() -> None:
    host = Host()
    host.start()
    host.toggle = 1
    assert host.raw(golden("soft-reset")) == b""
    host.toggle = 0
    host.now += 1_000
    assert host.omnibus() == b""
    host.now += 2_000
    assert host.poll().powering_up
    host.poll_until(0x01)


# -- toggle


def test_the_same_bit_again_is_answered_word_for_word_and_not_obeyed() -> None:
    host = Host(rate=0)
    host.start()
    host.stacking()
    first = host.poll()
    assert first.motion == 0x11
    assert [host.poll(repeat=True) for _ in range(3)] == [first] * 3
    assert host.poll().motion == 0x01
    assert host.twin.manners["repeated"] == 3


def test_a_repeated_stack_does_not_stack_the_next_note() -> None:
    host = Host(rate=0)
    host.start()
    host.escrowed()
    host.twin.faults.add("silence_after_once")
    assert host.omnibus(STACK) == b""
    held = host.insert(20)
    assert host.poll(STACK, repeat=True).motion == 0x08
    assert host.poll().motion == 0x11
    assert host.poll().denomination == 4
    assert host.where(held) == "acceptor.escrow"


def test_a_stack_bit_that_stays_set_stacks_the_next_note() -> None:
    """Trap 2 of the sheet."""
    host = Host(rate=0)
    host.start()
    host.stacking()
    following = host.insert(20)
    host.poll(STACK)
    host.poll(STACK)
    assert host.where(following) == "box"


def test_an_event_lost_with_its_answer_is_gone_with_the_flip() -> None:
    host = Host(rate=0)
    host.start()
    host.stacking()
    host.twin.faults.add("silence_after_once")
    assert host.omnibus() == b""
    assert host.poll().motion == 0x01


# -- orders


@pytest.mark.parametrize("order", [STACK, RETURN])
def test_orders_without_a_note_do_nothing(order: int) -> None:
    host = Host(rate=0)
    host.start()
    assert not host.poll(order).invalid
    assert host.poll().motion == 0x01
    assert host.twin.manners["idle_order"] == 1


def test_stack_and_return_together_are_invalid_and_move_nothing() -> None:
    host = Host(rate=0)
    host.start()
    note = host.escrowed()
    assert host.poll(STACK | RETURN).invalid
    assert host.where(note) == "acceptor.escrow"
    assert host.twin.manners["both_orders"] == 1


def test_orders_without_escrow_mode_do_not_count() -> None:
    host = Host(rate=0)
    host.start()
    note = host.escrowed()
    host.poll(STACK & ~0x10)
    assert host.where(note) == "acceptor.escrow"


def test_without_escrow_mode_a_note_is_stacked_unasked() -> None:
    host = Host(rate=0)
    host.mode = ESCROW & ~0x10
    host.start()
    note = host.insert(50)
    told = host.poll()
    assert (told.motion, told.denomination) == (0x11, 5)
    assert host.where(note) == "box"


@pytest.mark.parametrize(
    "kind_and_data",
    [
        (0x10, b"\x7f\x1c"),
        (0x10, b"\x7f\x1c\x00\x00"),
        (0x60, b"\x00\x00\x02"),
        (0x60, b"\x01\x00\x05"),
        (0x60, b"\x00\x05"),
        (0x70, b""),
        (0x70, b"\x02\x7f\x1c"),
        (0x70, b"\x02\x7f\x1c\x00"),
        (0x70, b"\x02\x7f\x1c\x00\x00"),
        (0x70, b"\x01\x7f\x1c\x00"),
        (0x70, b"\x03\x7f\x1c\x00" + b"\x7f" * 7),
        (0x70, b"\x04\x7f\x1c\x00\x05"),
        (0x70, b"\x06\x7f\x1c\x00\x01"),
        (0x70, b"\x0b\x7f\x1c\x00\x02"),
        (0x70, b"\x1d\x7f\x1c\x00"),
        (0x40, b"\x00\x00\x00"),
        (0x50, b"\x00"),
    ],
)
def test_what_the_unit_does_not_know_is_invalid(kind_and_data: tuple[int, bytes]) -> None:
    host = Host(rate=0)
    host.start()
    wire = host.send(*kind_and_data)
    assert wire[2] & 0x70 == 0x20
    assert wire[5] & 2


def test_other_devices_and_answers_are_not_ours() -> None:
    host = Host(rate=0)
    assert host.raw(frame(0x12, b"\x7f\x1c\x00")) == b""
    assert host.raw(golden("idling-0")) == b""
    assert host.raw(b"\x05") == b""


def test_damaged_frames_are_dropped_in_silence() -> None:
    host = Host(rate=0)
    spoilt = golden("poll-all-plain-0")[:-1] + b"\x7a"
    assert host.raw(spoilt) == b""
    assert host.twin.manners["damaged"] >= 1
    assert host.poll().powering_up


# -- notes and money


def test_two_seconds_per_note() -> None:
    host = Host()
    host.start()
    host.insert()
    begun = host.now
    host.poll_until(0x04)
    assert 1_000 <= host.now - begun <= 1_100
    host.poll(STACK)
    begun = host.now
    host.poll_until(0x11)
    assert 1_000 <= host.now - begun <= 1_100


def test_the_slot_is_shut_for_what_is_not_enabled_and_while_busy() -> None:
    host = Host(rate=0)
    assert not host.twin.slot_open
    host.enabled = 0
    host.start()
    assert not host.twin.slot_open
    host.enabled = 0x10  # 50 yuan only
    host.poll()
    assert host.twin.slot_open
    other = host.insert(10)
    assert host.poll().status & 2
    assert host.where(other) == "acceptor.mouth"
    assert host.twin.insert(host.note(50), host.now) == "a note sticks out of the slot"
    host.twin.take_returned(host.now)
    host.escrowed(50)
    assert host.twin.insert(host.note(50), host.now) == "the slot is closed"


def test_counterfeits_and_unknown_values_are_rejected() -> None:
    host = Host(rate=0)
    host.start()
    for note in (host.note(10, genuine=False), host.note(2)):
        assert host.twin.insert(note, host.now) is None
        assert host.poll().status & 2
        assert host.where(note) == "acceptor.mouth"
        host.twin.take_returned(host.now)
        assert host.where(note) == "hand"
    assert host.poll().status == 0x10


def test_seven_denominations_and_no_more() -> None:
    host = Host(rate=0, note_table=SEVEN)
    host.start()
    for number, kind in enumerate(SEVEN, start=1):
        host.insert(kind.value_fen // 100)
        assert host.poll().denomination == number
        host.poll(STACK)
        assert host.poll().denomination == number


def test_a_full_box_shuts_the_slot() -> None:
    host = Host(rate=0)
    host.matter.place("box").capacity = 1
    host.start()
    host.stacking()
    host.poll()
    assert host.poll().status == 0x18
    assert not host.twin.slot_open


def test_a_box_pulled_while_a_note_moves_stops_it_until_a_box_is_there() -> None:
    host = Host()
    host.start()
    note = host.stacking()
    host.twin.remove_box(host.now)
    host.now += 60_000
    answer = host.poll()
    assert (answer.motion, answer.status) == (0x08, 0)
    assert host.where(note) == "acceptor.path"
    assert not host.twin.busy()
    host.twin.refit_box(host.now)
    assert host.poll_until(0x11).denomination == 3
    assert host.where(note) == "box"


def test_without_a_box_a_held_note_cannot_be_stacked_but_given_back() -> None:
    host = Host(rate=0)
    host.start()
    note = host.escrowed()
    host.twin.remove_box(host.now)
    assert host.poll(STACK).invalid
    assert host.where(note) == "acceptor.escrow"
    host.poll(RETURN)
    assert host.poll().motion == 0x41
    assert host.where(note) == "acceptor.mouth"


# -- extended notes


def test_extended_notes_are_named_in_escrow_and_when_stacked() -> None:
    host = Host(rate=0, options=EXTENDED | B)
    host.start()
    note = host.insert(100)
    held = [host.poll(), host.poll()]
    assert all((one.kind, one.sub, one.motion, one.more[:10]) == (0x70, 2, 4, b"\x00CNY001+02") for one in held)
    assert host.poll(STACK).kind == 0x20
    stacked = host.poll()
    assert (stacked.sub, stacked.motion, stacked.more[:10]) == (2, 0x11, b"\x00CNY001+02")
    assert host.where(note) == "box"
    assert host.poll().kind == 0x20


def test_extended_notes_are_enabled_one_by_one_and_only_when_idle() -> None:
    host = Host(rate=0, options=EXTENDED | B)
    host.poll_until(0x01)
    assert not host.twin.slot_open, "nothing is enabled before the inhibits are set"
    for size in (8, 19):
        assert host.extended(0x03, bytes([0x08]).ljust(size, b"\0")).kind == 0x20
    host.poll()
    refused = host.insert(10)
    assert host.poll().status & 2
    assert host.where(refused) == "acceptor.mouth"
    host.twin.take_returned(host.now)
    taken = host.escrowed(20)
    assert host.extended(0x03, b"\x7f" * 8).invalid
    assert host.where(taken) == "acceptor.escrow"
    host.poll(RETURN)
    host.enabled = 0
    host.poll()
    host.twin.take_returned(host.now)
    assert not host.twin.slot_open


def test_the_note_table_ends_with_an_empty_entry() -> None:
    host = Host(rate=0, options=EXTENDED)
    host.start()
    entries = [host.extended(0x02, bytes([index])).more for index in range(1, 8)]
    assert [entry[1:10] for entry in entries[:6]] == [
        b"CNY001+00", b"CNY005+00", b"CNY001+01", b"CNY002+01", b"CNY005+01", b"CNY001+02",
    ]  # fmt: skip
    assert [entry[0] for entry in entries] == [1, 2, 3, 4, 5, 6, 0]
    assert entries[6] == bytes(18)


def test_note_taken_is_told_once_asked_for() -> None:
    host = Host(rate=0)
    host.start()
    assert host.extended(0x0B, b"\x01").more == b"\x01"
    host.escrowed()
    host.poll(RETURN)
    assert host.poll().motion == 0x41
    assert host.poll().kind == 0x20
    host.twin.take_returned(host.now)
    taken = host.poll()
    assert (taken.kind, taken.sub, taken.more) == (0x70, 0x0B, b"\x7f")
    assert host.poll().kind == 0x20
    host.insert(genuine=False)
    assert host.poll().status & 2
    host.twin.take_returned(host.now)
    assert host.poll().kind == 0x20, "a rejected note was not returned"


def test_older_firmware_cannot_be_asked_what_it_can_do() -> None:
    host = Host(rate=0, capable=False)
    assert host.poll().data[3] == 0
    assert host.send(0x60, b"\x00\x00\x0d")[5] & 2
    assert host.extended(0x0B, b"\x01").more == b"\x00"
    assert Host(rate=0).poll().data[3] == 0x10


def test_the_escrow_time_is_off_until_it_is_set_and_is_not_scaled() -> None:
    host = Host(rate=10)
    host.start()
    note = host.escrowed()
    host.now += 600_000
    assert host.poll().motion == 0x04
    assert host.where(note) == "acceptor.escrow"
    host.poll(RETURN)
    host.poll_until(0x41)
    host.twin.take_returned(host.now)
    assert host.extended(0x04, b"\x05\x00").sub == 0x04
    note = host.escrowed()
    reached = host.now
    answer = host.poll_until(0x41)
    assert answer.motion == 0x41
    assert 4_900 <= host.now - reached <= 5_400
    assert host.where(note) == "acceptor.mouth"


# -- power


def cut_accepting(host: Host) -> Note:
    return host.insert()


def cut_escrow(host: Host) -> Note:
    return host.escrowed()


def cut_returning(host: Host) -> Note:
    note = host.escrowed()
    host.poll(RETURN)
    return note


def cut_stacking(host: Host) -> Note:
    return host.stacking()


@pytest.mark.parametrize("policy", CUTS)
@pytest.mark.parametrize("reach", [cut_accepting, cut_returning])
def test_a_note_found_before_escrow_goes_back(reach: Callable[[Host], Note], policy: int) -> None:
    """Also when the note before it went into the box."""
    host = Host()
    host.start()
    host.stacking()
    host.poll_until(0x11)
    note = reach(host)
    assert host.restart(policy).powering_up
    assert host.poll_until(0x41).denomination == 0
    assert host.where(note) == "acceptor.mouth"
    assert host.twin.take_returned(host.now) == [note]


def test_a_note_found_in_escrow_goes_back_with_policy_a() -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    assert host.restart(A).powering_up
    host.poll_until(0x41)
    assert host.where(note) == "acceptor.mouth"


@pytest.mark.parametrize("policy", [B, C])
def test_a_note_found_in_escrow_is_held_out_of_order_with_policies_b_and_c(policy: int) -> None:
    host = Host(rate=10)
    host.start()
    note = host.escrowed()
    assert host.restart(policy).powering_up
    assert host.poll_until(0x00).data[:3] == b"\x00\x10\x00"
    for order in (STACK, RETURN):
        host.poll(order)
    host.reset()
    host.now += 10_000
    host.poll_until(0x00)
    assert host.where(note) == "acceptor.escrow"
    assert host.twin.clear_jam("vault") == [note]
    assert host.poll().data[2] & 0x40, "the transport was opened"
    host.poll_until(0x01)


@pytest.mark.parametrize(("policy", "told"), [(A, False), (B, True), (C, False)])
def test_a_note_found_past_escrow_is_stacked_and_told_with_policy_b_only(policy: int, told: bool) -> None:
    host = Host()
    host.start()
    note = host.stacking(50)
    host.now += 300
    assert host.restart(policy).powering_up
    seen = [host.poll() for _ in range(40)]
    assert host.where(note) == "box"
    assert [one.denomination for one in seen if one.motion & 0x10] == ([5] if told else [])
    assert seen[-1].motion == 0x01


def test_a_note_past_escrow_is_named_after_the_start_with_extended_notes() -> None:
    host = Host(rate=0.5, options=EXTENDED | B)
    host.start()
    host.stacking(50)
    host.restart()
    told = [one for one in (host.poll() for _ in range(80)) if one.motion & 0x10]
    assert [one.more[1:10] for one in told] == [b"CNY005+01"]


def test_the_policy_is_that_of_the_first_command_after_the_start() -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    host.restart(B)
    host.options = A
    host.poll_until(0x00)
    assert host.where(note) == "acceptor.escrow"


def test_until_it_is_asked_it_leaves_a_note_alone() -> None:
    host = Host(rate=0)
    host.start()
    note = host.escrowed()
    host.twin.power(False, host.now)
    host.twin.power(True, host.now)
    for _ in range(10):
        host.now += 10_000
        host.twin.poll(host.now)
    assert host.where(note) == "acceptor.escrow"
    assert host.twin.body.state is State.INITIALIZE
    assert not host.twin.busy()


def test_an_event_that_was_not_told_is_lost_with_the_power() -> None:
    host = Host(rate=0)
    host.start()
    note = host.stacking()
    assert host.where(note) == "box"
    host.restart(B)
    assert all(host.poll().motion == 0x01 for _ in range(5))


def test_modes_are_forgotten_without_power() -> None:
    host = Host(rate=0, options=EXTENDED | B)
    host.start()
    host.extended(0x04, b"\x05\x00")
    host.restart()
    host.poll()
    assert not host.twin.slot_open
    host.options = PLAIN
    host.poll()
    host.escrowed()
    host.now += 60_000
    assert host.poll().motion == 0x04


def test_nothing_is_heard_or_said_without_power() -> None:
    host = Host()
    host.twin.power(False, host.now)
    assert host.omnibus() == b""
    assert host.twin.poll(host.now) is None
    assert host.twin.insert(host.note(), host.now) == "the device is off"


def test_a_jam_outlives_the_power_until_a_technician_takes_the_note_out() -> None:
    host = Host(rate=0)
    host.start()
    host.twin.faults.add("jam_in_stacker_next")
    note = host.stacking()
    assert host.poll().status == 0x14
    host.restart()
    assert host.poll().status == 0x14
    host.twin.power(False, host.now)
    assert host.twin.clear_jam("vault") == [note]
    host.twin.power(True, host.now)
    assert host.poll().data[2] & 0x41 == 0x41, "it was opened while it was off"
    assert host.poll().data[:3] == b"\x01\x10\x00"


def test_the_cabinet_can_use_it_as_any_validator() -> None:
    matter = Matter()
    twin = EbdsValidator(matter, Speeds(rate=0))
    twin.receive(frame(0x10, bytes([ALL, ESCROW, 0])), 0)
    note = matter.new_note(5_000, "hand")
    assert twin.slot_open
    assert twin.insert(note.serial, 0) is None
    assert twin.insert("N999999", 0) == "the note is not in the hand"
    twin.receive(frame(0x11, bytes([ALL, STACK, 0])), 10)
    assert matter.where(note).name == "box"
    assert twin.remove_box(20, empty=True) == 1
    assert matter.where(note).name == "vault"
