"""What a power cut leaves in the card terminal, at each step and at any moment; and what it takes back by itself."""

import pytest

from simulator.devices.zvt import Stage
from simulator.devices.zvt.faults import CUTS
from simulator.devices.zvt.terminal import AGAIN_MS, BOOT_MS, CUT_MS
from tests.simulator.devices.zvt_host import (
    ABORT,
    COMPLETION,
    DONE,
    NOT_ISSUED,
    RESULT,
    WORKING,
    Register,
    kinds,
    pay,
    results,
    reverse,
)

LEFT = {
    "card_in": Stage.FAILED, "pin_typed": Stage.FAILED, "host_asked": Stage.REVERSED, "host_booked": Stage.REVERSED,
    "result": Stage.REVERSED, "waiting_for_goods": Stage.REVERSED, "issue_heard": Stage.REVERSED, "kept": Stage.KEPT,
    "reversing": Stage.REVERSED, "reversed": Stage.REVERSED,
}  # fmt: skip


def cut(name: str) -> Register:
    """A sale in which the power goes there, and comes back."""
    register = Register(rate=1).registered()
    register.sale(20)
    register.terminal.faults.add(f"power_cut_{name}_next")
    register.ask(pay(38))
    told = register.follow(WORKING, NOT_ISSUED if name.startswith("revers") else DONE)
    assert f"power_cut_{name}_next" not in register.terminal.faults
    assert COMPLETION not in kinds(told)
    register.wait(CUT_MS + BOOT_MS)
    return register


def test_every_step_is_cut() -> None:
    assert set(LEFT) == set(CUTS)


@pytest.mark.parametrize("name", sorted(LEFT))
def test_after_a_cut_nothing_is_booked_that_was_not_said_to_be_issued(name: str) -> None:
    register = cut(name)
    assert register.ask(pay(10)) in ("846b", "849c")
    register.wait(5_000)
    register.registered()
    first, second = register.terminal.memory.entries
    assert (first.stage, second.stage) == (Stage.KEPT, LEFT[name])
    assert register.booked_yuan == (58 if LEFT[name] is Stage.KEPT else 20)
    assert (second.key.trace, second.receipt) == (2, 2)


@pytest.mark.parametrize("name", sorted(LEFT))
def test_what_a_cut_left_can_be_asked_for(name: str) -> None:
    register = cut(name)
    register.wait(5_000)
    register.registered()
    told = {Stage.FAILED: ("6c", "b5"), Stage.REVERSED: ("b4", "b4"), Stage.KEPT: ("00", None)}[LEFT[name]]
    register.ask("06 20 03 000000")
    assert results(register.follow())[0][0x27] == told[0]
    register.ask(reverse(2))
    last = register.follow()[-1]
    assert (last.kind, last.data.hex()) == ((ABORT, told[1]) if told[1] else (COMPLETION, ""))
    assert register.booked_yuan == 20


def test_numbers_go_on_after_a_cut() -> None:
    register = cut("result")
    register.wait(5_000)
    register.registered()
    [told] = results(register.sale(10))
    assert (int(told[0x0B]), told[0x87]) == (3, "0003")


def test_a_terminal_without_power_is_silent_and_forgets_who_registered() -> None:
    register = Register().registered()
    register.terminal.power(False, register.now)
    assert register.ask(pay(38)) == ""
    assert register.terminal.press("1", register.now) == "the terminal is off"
    assert register.wait(60_000) == []
    register.terminal.power(True, register.now)
    assert register.ask(pay(38)) == "846b"


def test_it_is_deaf_while_it_starts() -> None:
    register = Register(rate=1)
    register.terminal.power(False, register.now)
    register.terminal.power(True, register.now)
    assert register.ask("05 01 00") == ""
    register.wait(BOOT_MS)
    assert register.ask("05 01 00") == "8000"


def test_what_is_due_is_tried_until_the_host_is_there() -> None:
    register = Register().registered()
    register.to_the_result(38)
    register.terminal.faults.add("host_down")
    register.answer(NOT_ISSUED)
    assert register.follow()[-1].data.hex() == "a3"
    assert register.booked_yuan == 38
    register.ask("05 01 00")
    assert register.follow()[-1].fields[0x27] == "a3"
    assert register.sale(20)[-1].data.hex() == "a3"  # nothing is sold before that is done
    register.ask("06 50 03 000000")
    assert register.follow()[-1].data.hex() == "77"
    register.wait(3 * AGAIN_MS)
    assert register.booked_yuan == 38
    register.terminal.faults.clear()
    for _ in range(3):
        register.wait(AGAIN_MS)
    assert register.booked_yuan == 0
    assert register.wait(10 * AGAIN_MS) == []


def test_a_sale_takes_back_what_is_due_first() -> None:
    register = Register().registered()
    register.terminal.faults.add("host_answer_lost_next")
    register.terminal.faults.add("reversal_refused_next")
    assert register.sale(38)[-1].data.hex() == "a0"
    assert register.booked_yuan == 38
    register.sale(20)
    assert register.booked_yuan == 20


def test_a_part_whose_rest_cannot_go_back_yet_is_finished_later() -> None:
    register = Register().registered()
    register.to_the_result(38)
    register.terminal.faults.add("host_down")
    register.answer("84 9D 07 04 000000002000")
    assert register.follow()[-1].kind == COMPLETION
    assert (register.booked_yuan, register.terminal.memory.entries[0].stage) == (38, Stage.PART)
    register.terminal.power(False, register.now)
    register.terminal.faults.clear()
    register.terminal.power(True, register.now)
    register.wait(1_000)
    assert (register.booked_yuan, register.terminal.memory.entries[0].stage) == (20, Stage.KEPT)


def test_a_reversal_by_order_that_reaches_nobody_changes_nothing() -> None:
    register = Register().registered()
    register.sale(38)
    register.terminal.faults.add("host_down")
    register.ask(reverse(1))
    assert register.follow()[-1].data.hex() == "a3"
    register.terminal.faults.clear()
    register.wait(5 * AGAIN_MS)
    assert register.booked_yuan == 38
    register.terminal.faults.add("host_answer_lost_next")
    register.ask(reverse(1))
    assert register.follow()[-1].data.hex() == "a0"
    register.wait(5 * AGAIN_MS)
    register.ask(reverse(1))
    assert register.follow()[-1].data.hex() == "b4"
    assert register.booked_yuan == 0


def test_a_cut_between_two_results_leaves_the_last_word_untold() -> None:
    """The register has heard a good result once, and then nothing: it has to ask."""
    register = Register(rate=1).registered()
    register.terminal.faults.add("power_cut_waiting_for_goods_next")
    register.ask(pay(38))
    assert kinds(register.follow(WORKING, DONE))[-1] == RESULT
    register.wait(60_000)
    assert register.booked_yuan == 0
