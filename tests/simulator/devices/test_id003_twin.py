"""The ID-003 twin against the id003 sheet, sections 4 to 9: golden exchanges, statuses, strictness, power cuts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulator.devices.id003_host import GOLDEN, Host, golden

# -- golden exchanges (section 9)


def replay(host: Host, name: str, insert_before: bytes = b"") -> None:
    """Every line of an exchange: a dev line after a dev line is what a status request is answered in time."""
    lines = GOLDEN[name]
    waiting = ""
    for direction, frame, _ in lines:
        if direction == "host":
            host.now += 100
            host.now += 2_000 if waiting else 0
            waiting = ""
            answer = host.raw(frame)
            continue
        if waiting:
            if frame == insert_before:
                host.insert()
            for _ in range(100):
                host.now += 50
                answer = host.raw(golden("status-request"))
                if answer == frame:
                    break
        assert answer == frame, name
        waiting = "dev"


def test_start_and_accept_50_byte_by_byte() -> None:
    host = Host()
    replay(host, "start-and-accept-50", golden("accepting"))
    assert [place.name for place in host.matter.places.values() if len(place)] == ["box"]


def test_return_5_byte_by_byte() -> None:
    host = Host()
    host.start()
    note = host.insert(5)
    host.now += 1_500
    lines = GOLDEN["return-5"]
    assert host.raw(golden("status-request")) == lines[0][1]
    assert host.raw(lines[1][1]) == lines[2][1]
    assert host.raw(golden("status-request")) == lines[3][1]
    host.now += 1_500
    assert host.twin.take_returned(host.now) == [note]
    assert host.raw(golden("status-request")) == lines[4][1]


def test_refuse_byte_by_byte() -> None:
    host = Host()
    host.start()
    assert host.ask("c0ffff") == "c0ffff"
    host.insert()
    lines = [frame for _, frame, _ in GOLDEN["refuse"]]
    assert host.raw(golden("status-request")) == lines[0]
    host.now += 1_500
    assert host.raw(golden("status-request")) == lines[1]
    host.now += 1_500
    assert host.raw(golden("status-request")) == lines[2]


def test_box_out_and_back_byte_by_byte() -> None:
    host = Host()
    host.start()
    host.twin.remove_box(host.now)
    out, back = (frame for _, frame, _ in GOLDEN["box-out-and-back"])
    assert [host.raw(golden("status-request")) for _ in range(3)] == [out] * 3
    host.twin.refit_box(host.now)
    assert host.raw(golden("status-request")) == back


def test_golden_statuses_and_frames_of_the_interrupt_mode() -> None:
    host = Host(rate=0)
    assert host.raw(golden("reset")) == golden("device-ack")
    for name in ("set-enable-all", "set-security-normal", "direction-all", "option-power-recovery"):
        assert host.raw(golden(name)) == golden(name)
    answer = host.raw(golden("comm-mode-interrupt-1"))
    assert answer == golden("comm-mode-interrupt-1") + golden("enq")
    assert host.raw(golden("status-request")) == golden("disabled")
    assert host.raw(golden("inhibit-off")) == golden("inhibit-off") + golden("enq")
    assert host.twin.take_output() == b""
    assert host.raw(golden("status-request")) == golden("idling")
    host.insert(5)
    host.twin.poll(host.now)
    assert host.twin.take_output() == golden("enq")
    assert host.raw(golden("status-request")) == golden("escrow-62")


def test_poll_mode_never_speaks_by_itself() -> None:
    host = Host()
    host.start()
    host.insert()
    for _ in range(40):
        host.now += 100
        host.twin.poll(host.now)
        assert host.twin.take_output() == b""


# -- start (section 8)


def test_it_stays_in_initialize_until_all_is_set() -> None:
    host = Host()
    assert [host.status(), host.status()] == ["40", "40"]
    host.reset()
    for setting in ("c00000", "c10000", "c400", "c50200"):
        host.now += 5_000
        assert host.status() == "1b"
        assert host.ask(setting) == setting
    assert host.status() == "1b"
    assert host.ask("c200") == "c200"
    assert host.status() == "1a"
    assert host.ask("c300") == "c300"
    assert host.status() == "11"
    assert host.ask("c301") == "c301"
    assert host.status() == "1a"


def test_settings_are_forgotten_by_a_box_change_and_by_reset() -> None:
    host = Host(rate=0)
    host.start()
    host.twin.remove_box(host.now)
    assert host.status() == "44"
    host.twin.refit_box(host.now)
    assert [host.status() for _ in range(3)] == ["1b"] * 3
    assert host.ask("80") == "80ffff"
    host.set_up()
    assert host.status() == "1a"
    host.reset()
    assert host.status() == "1b"
    assert host.ask("85") == "850000"


def test_the_box_may_be_out_before_reset() -> None:
    host = Host(rate=0)
    assert host.twin.remove_box(host.now, empty=True) == 0
    assert host.status() == "40"
    host.reset()
    assert host.status() == "44"
    host.twin.refit_box(host.now)
    assert host.status() == "1b"


# -- notes


@pytest.mark.parametrize(("yuan", "code"), [(1, "61"), (5, "62"), (10, "63"), (20, "64"), (50, "65"), (100, "66")])
def test_each_denomination_is_told_and_stacked(yuan: int, code: str) -> None:
    host = Host()
    host.start()
    note = host.insert(yuan)
    assert host.until("13") == f"13{code}"
    assert host.where(note) == "acceptor.escrow"
    assert host.ask("42") == "50"
    assert host.status() == "14"
    assert host.until("15", ack=False) == "15"
    assert host.where(note) == "box"
    assert [host.status(ack=False) for _ in range(10)] == ["15"] * 10
    host.ack()
    assert [host.status(), host.status()] == ["16", "11"]


def test_the_slot_is_shut_until_vend_valid_is_acknowledged() -> None:
    host = Host(rate=0)
    host.start()
    host.escrowed()
    host.ask("42")
    assert host.status(ack=False) == "15"
    second = host.matter.new_note(500, "hand")
    assert host.twin.insert(second, host.now) == "the slot is closed"
    assert not host.twin.slot_open
    host.ack()
    assert [host.status(), host.status()] == ["16", "11"]
    assert host.twin.insert(second, host.now) is None


def test_stack_1_credits_at_the_lever_and_stack_2_in_the_box() -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    assert host.ask("41") == "50"
    assert host.until("15", ack=False) == "15"
    assert host.where(note) == "acceptor.path"
    host.ack()
    assert host.status() == "14"
    assert host.until("16") == "16"
    assert host.where(note) == "box"
    assert host.credited == 1
    assert host.status() == "11"


def test_stack_1_that_nobody_acknowledges_ends_alike() -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    host.ask("41")
    host.until("15", ack=False)
    assert [host.status(ack=False) for _ in range(10)] == ["15"] * 10
    assert host.where(note) == "box"
    host.ack()
    assert [host.status(), host.status()] == ["16", "11"]


def test_a_returned_note_sticks_out_until_it_is_taken() -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    host.ask("43")
    host.now += 5_000
    assert [host.status(), host.status()] == ["18", "18"]
    assert host.where(note) == "acceptor.mouth"
    assert host.twin.take_returned(host.now) == [note]
    assert host.status() == "11"
    assert host.where(note) == "hand"


def test_a_note_in_escrow_goes_back_by_itself() -> None:
    host = Host(escrow_ms=4_000)
    host.start()
    note = host.escrowed()
    began = host.now
    host.until("18")
    assert host.now - began == 4_000
    host.now += 2_000
    host.status()
    assert host.where(note) == "acceptor.mouth"


def test_hold_extends_escrow_and_may_be_repeated() -> None:
    host = Host(escrow_ms=4_000)
    host.start()
    note = host.escrowed()
    for _ in range(4):
        assert host.ask("44") == "50"
        assert host.status() == "19"
        host.now += 9_000
    assert host.status() == "19"
    assert host.ask("42") == "50"
    host.until("16")
    assert host.where(note) == "box"


def test_hold_that_is_not_repeated_ends() -> None:
    host = Host()
    host.start()
    host.escrowed()
    host.ask("44")
    host.now += 10_000
    assert host.status() == "18"


def test_wait_adds_three_seconds() -> None:
    host = Host(escrow_ms=1_000)
    host.start()
    host.escrowed()
    assert host.ask("45") == "50"
    host.now += 3_000
    assert host.status() == "1365"
    host.now += 1_000
    assert host.status() == "18"


@pytest.mark.parametrize("closed", ["c301", "c0ffff", "c40f", "c701"])
def test_what_is_not_wanted_is_refused_as_inhibited(closed: str) -> None:
    host = Host()
    host.start()
    note = host.insert()
    assert host.ask(closed) == closed
    host.now += 900
    assert host.status() == "1779"
    host.now += 2_000
    host.status()
    assert host.where(note) == "acceptor.mouth"


def test_one_bit_of_the_mask_refuses_one_denomination() -> None:
    host = Host(rate=0)
    host.start()
    assert host.ask("c01000") == "c01000"
    host.insert(50)
    assert host.status() == "1779"
    host.twin.take_returned(host.now)
    host.insert(20)
    assert host.status() == "1364"


def test_unknown_and_false_notes_are_refused() -> None:
    host = Host(rate=0)
    host.start()
    host.insert(7)
    assert host.status() == "1776"
    host.twin.take_returned(host.now)
    host.insert(50, genuine=False)
    assert host.status() == "1777"
    assert len(host.matter.place("acceptor.mouth")) == 1


def test_a_note_that_sticks_out_shuts_the_slot() -> None:
    host = Host(rate=0)
    host.start()
    host.insert(7)
    assert [host.status(), host.status()] == ["1776", "11"]
    other = host.matter.new_note(500, "hand")
    assert not host.twin.slot_open
    assert host.twin.insert(other, host.now) == "a note sticks out of the slot"
    assert host.twin.insert("N999999", host.now) == "the note is not in the hand"


# -- strictness


ORDERS = ("41", "42", "43", "44", "45")


def idling(host: Host) -> None:
    host.start()


def inhibited(host: Host) -> None:
    host.start()
    host.ask("c301")


def accepting(host: Host) -> None:
    host.start()
    host.insert()


def stacking(host: Host) -> None:
    host.start()
    host.escrowed()
    host.ask("42")


def vend_valid(host: Host) -> None:
    stacking(host)
    host.until("15", ack=False)


def returning(host: Host) -> None:
    host.start()
    host.escrowed()
    host.ask("43")


def powered_up(host: Host) -> None:
    assert host.status() == "40"


def initializing(host: Host) -> None:
    host.reset()


def box_out(host: Host) -> None:
    host.start()
    host.twin.remove_box(host.now)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "reach",
    [idling, inhibited, accepting, stacking, vend_valid, returning, powered_up, initializing, box_out],
)
def test_an_order_for_a_note_in_escrow_is_refused_without_one(reach: Callable[[Host], None], order: str) -> None:
    host = Host()
    reach(host)
    before = {place.name: [thing.serial for thing in place] for place in host.matter.places.values()}
    assert host.raw(golden("status-request")[:2] + host_frame(order)[2:]) == golden("invalid-command")
    assert {place.name: [thing.serial for thing in place] for place in host.matter.places.values()} == before


def host_frame(order: str) -> bytes:
    names = {"41": "stack-1", "42": "stack-2", "43": "return", "44": "hold", "45": "wait"}
    return golden(names[order])


def test_an_ack_is_never_answered_and_counts_only_after_vend_valid() -> None:
    host = Host(rate=0)
    for _ in range(2):
        assert host.raw(golden("ack")) == b""
    assert host.status() == "40"
    host.start()
    host.escrowed()
    assert host.raw(golden("ack")) == b""
    assert host.status() == "1365"
    assert host.twin.manners["idle_ack"] == 3


def test_a_hasty_host_is_counted() -> None:
    host = Host()
    host.status()
    assert host.twin.manners["hasty_poll"] == 0
    host.now += 20
    host.raw(golden("status-request"))
    assert host.twin.manners["hasty_poll"] == 1


# -- power cuts (section 8)


def cut_accepting(host: Host) -> None:
    host.insert()
    host.now += 500


def cut_escrow(host: Host) -> None:
    host.escrowed()


def cut_holding(host: Host) -> None:
    host.escrowed()
    host.ask("44")


def cut_returning(host: Host) -> None:
    host.escrowed()
    host.ask("43")


def cut_mouth(host: Host) -> None:
    cut_returning(host)
    host.now += 5_000
    host.status()


@pytest.mark.parametrize("recovery", [True, False])
@pytest.mark.parametrize("reach", [cut_accepting, cut_escrow, cut_holding, cut_returning, cut_mouth])
def test_a_note_that_was_caught_before_the_stacker_comes_back(reach: Callable[[Host], None], recovery: bool) -> None:
    host = Host()
    host.start(recovery)
    reach(host)
    assert host.cut() == "41"
    host.start(recovery)
    assert len(host.matter.place("acceptor.mouth")) == 1
    assert len(host.matter.place("box")) == host.credited == 0
    assert len(host.twin.take_returned(host.now)) == 1


@pytest.mark.parametrize("order", ["41", "42"])
@pytest.mark.parametrize("recovery", [True, False])
def test_a_note_that_was_caught_in_the_stacker_is_stacked_and_told_by_power_recovery(
    order: str, recovery: bool
) -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    host.ask(order)
    host.now += 100
    assert host.cut() == "42"
    assert host.where(note) == "acceptor.path"
    host.reset()
    assert host.until("1b", ack=False) == "1b"
    host.now += 2_000
    assert host.status(ack=False) == "1b"
    assert host.where(note) == "box"
    host.set_up(recovery)
    told = [host.status() for _ in range(8)]
    assert told == (["15"] if recovery else []) + ["1a"] * (7 if recovery else 8)
    assert host.credited == int(recovery)


def test_power_recovery_repeats_15_until_it_is_acknowledged() -> None:
    host = Host()
    host.start()
    host.escrowed()
    host.ask("42")
    host.now += 100
    host.cut()
    host.reset()
    host.now += 2_000
    host.set_up()
    assert [host.status(ack=False) for _ in range(6)] == ["15"] * 6
    assert host.ask("8a") != "4b"
    host.ack()
    assert host.status() == "1a"


@pytest.mark.parametrize("recovery", [True, False])
def test_a_credit_that_was_not_acknowledged_is_told_after_the_cut_if_power_recovery_was_on(recovery: bool) -> None:
    host = Host()
    host.start(recovery)
    note = host.escrowed()
    host.ask("42")
    host.until("15", ack=False)
    assert host.where(note) == "box"
    assert host.cut() == ("42" if recovery else "40")
    host.reset()
    host.set_up(True)
    assert host.until("1a") == "1a"
    assert host.credited == int(recovery)
    assert host.cut() == "40"


@pytest.mark.parametrize("order", ["41", "42"])
def test_a_credit_that_was_acknowledged_is_not_told_again(order: str) -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    host.ask(order)
    host.until("15")
    assert host.cut() == ("42" if order == "41" else "40")
    host.start()
    assert host.credited == 1
    assert host.where(note) == "box"


def test_reset_with_a_credit_open_tells_it_in_initialize() -> None:
    host = Host()
    host.start()
    host.escrowed()
    host.ask("42")
    host.until("15", ack=False)
    host.reset()
    host.until("1b", ack=False)
    host.set_up()
    host.until("1a")
    assert host.credited == 1


def test_the_power_goes_once_more_while_it_recovers() -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    host.ask("42")
    host.now += 100
    assert host.cut() == "42"
    host.reset()
    assert host.cut() == "42"
    host.reset()
    host.now += 2_000
    host.set_up()
    assert host.status(ack=False) == "15"
    assert host.cut() == "42"
    host.start()
    assert host.credited == 1
    assert host.where(note) == "box"


def test_every_moment_of_a_sale_may_be_the_last() -> None:
    """The power goes after each 50 ms of a note's way, with recovery: one credit, exactly when it lies in the box."""
    for cut_ms in range(0, 3_400, 50):
        host = Host()
        host.start()
        note, began = host.insert(), host.now
        while host.now < began + cut_ms:
            host.now += 50
            answer = host.raw(golden("status-request"))
            if answer == golden("escrow-65"):
                host.raw(golden("stack-2"))
            elif answer == golden("vend-valid"):
                host.ack()
        host.cut()
        host.start()
        assert host.where(note) == ("box" if host.credited else "acceptor.mouth"), cut_ms
        assert host.credited <= 1


def test_nothing_is_heard_or_said_without_power() -> None:
    host = Host(rate=0)
    host.twin.power(False, host.now)
    assert host.raw(golden("status-request")) == b""
    assert host.twin.poll(host.now) is None
    assert host.twin.insert(host.matter.new_note(500, "hand"), host.now) == "the device is off"
    assert not host.twin.on


def test_it_is_busy_while_matter_moves_and_not_while_the_host_thinks() -> None:
    host = Host()
    host.start()
    assert not host.twin.busy()
    host.insert()
    assert host.twin.busy()
    host.until("13")
    assert not host.twin.busy()
    host.ask("42")
    assert host.twin.busy()
    host.until("15", ack=False)
    assert not host.twin.busy()


def test_a_note_that_is_seen_in_the_stacker_is_told_though_power_recovery_was_off_before() -> None:
    host = Host()
    host.start(recovery=False)
    note = host.escrowed()
    host.ask("42")
    host.now += 100
    assert host.cut() == "42"
    host.start(recovery=True)
    assert [host.credited, host.where(note)] == [1, "box"]


def test_the_box_is_missed_only_after_vend_valid_is_acknowledged() -> None:
    host = Host()
    host.start()
    host.escrowed()
    host.ask("42")
    host.until("15", ack=False)
    assert host.twin.remove_box(host.now, empty=True) == 1
    assert [host.status(ack=False) for _ in range(3)] == ["15"] * 3
    host.ack()
    assert [host.status(), host.status()] == ["44", "44"]
    assert len(host.matter.place("vault")) == 1
