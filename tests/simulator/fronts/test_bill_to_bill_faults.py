"""A broken Bill-to-Bill unit says the same at port level and over a wire: one fault of its menu in the middle of each deed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.faults import Fault, FaultCode
from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_acceptor import (
    DepositKept,
    DepositNotMoved,
    DepositPresented,
    DepositPulledBack,
    DepositReturnUncertain,
    DepositTaken,
    NoteHeld,
    NoteOurs,
)
from kiosk.ports.note_dispenser import NotesRefused
from simulator.devices.ccnet.b2b import ESCROW, UNASSIGNED
from tests.simulator.fronts.b2b_rig import (
    RIG,
    VALUES_FEN,
    accepted,
    close,
    deposit,
    held,
    insert,
    keep,
    mend,
    pay,
    places,
    ready,
    return_all,
    rig,
    spoil,
    stack,
    take,
    twin,
)
from tests.simulator.fronts.harness import Bench, Script, assert_same
from tests.simulator.fronts.test_bill_to_bill import CUTS

pytestmark = pytest.mark.slow

LINK = ["silence_before_once", "silence_after_once", "bit_flip_once", "cut_frame_once", "reset_by_itself_once"]
STANDS_STILL = ["stack_motor_failed", "chassis_failed"]
NOTE = [
    "jam_in_path_next", "jam_in_stacker_next", "count_wrong_next", "withdrawn_on_string_next", "reject_next",
    "reject_insertion_next", "reject_left_in_head_next", "reject_conveying_next", "unknown_type_next", "cheat_next",
    "stacked_without_event_next", "event_without_note_next", "box_full", "box_removed", "cassette_1_removed", "busy_next",
    "illegal_next", "lost_ack", *STANDS_STILL, *LINK,
]  # fmt: skip
RECYCLED = ["cassette_3_removed", "stacked_without_event_next", "jam_in_stacker_next"]
BACK = ["return_not_taken", "busy_next", "illegal_next", "reset_by_itself_once", *STANDS_STILL]
KEPT = ["jam_in_stacker_next", "box_full", "cassette_1_removed", "illegal_next", "lost_ack", "chassis_failed", *LINK]
GIVEN = [
    "short_dispense_next", "double_pick_next", "taken_partly_next", "jam_in_dispenser_next", "jam_after_presenting_next",
    "return_not_taken", "retract_off", "cassette_1_removed", "illegal_next", "busy_next", "lost_ack", "chassis_failed",
    *LINK,
]  # fmt: skip
PAID = [*GIVEN, "cassette_2_removed", "count_wrong_next"]
START = [
    "box_full", "box_removed", "cassette_1_removed", "cassette_2_removed", "recovery_lost", "busy_next", "illegal_next",
    "stack_motor_failed",
]  # fmt: skip


def mended(bench: Bench, *names: str) -> None:
    """People take out what sticks and restart the unit; it takes a note as if nothing had happened."""
    bench.run(1_000)
    mend(bench, *names)
    bench.run(2_000)
    bench.do(lambda: twin(bench).clear_jam())
    bench.do(bench.it.acceptor.restart)
    bench.run(30_000)
    take(bench)
    bench.run(25_000)
    bench.do(lambda: bench.it.acceptor.accept_only(VALUES_FEN))
    bench.run(3_000)
    insert(bench, 2_000)
    bench.run(3_000)
    bench.do(bench.it.acceptor.recall)
    bench.do(bench.it.dispenser.recall)


def note(value_fen: int, *names: str) -> Script:
    def script(bench: Bench) -> None:
        ready(bench)
        spoil(bench, *names)
        insert(bench, value_fen)
        bench.run(1_500)
        for fact in bench.facts:
            if isinstance(fact, NoteHeld):
                stack(bench, fact.note)
        bench.run(4_050)
        take(bench)
        bench.run(35_000)
        mended(bench, *names)

    return script


def given_back(*names: str) -> Script:
    def script(bench: Bench) -> None:
        ready(bench)
        number = held(bench, 5_000)
        spoil(bench, *names)
        bench.do(lambda: bench.it.acceptor.give_back(number))
        bench.run(4_050)
        take(bench)
        bench.run(35_000)
        mended(bench, *names)

    return script


def kept(*names: str) -> Script:
    def script(bench: Bench) -> None:
        ready(bench)
        notes = deposit(bench, 5_000, 10_000, 500)
        spoil(bench, *names)
        keep(bench, notes)
        bench.run(48_000)
        mended(bench, *names)

    return script


def returned(*names: str) -> Script:
    def script(bench: Bench) -> None:
        ready(bench)
        notes = deposit(bench, 5_000, 10_000, 500)
        spoil(bench, *names)
        return_all(bench, notes)
        bench.run(6_000)
        take(bench)
        bench.run(70_000)
        mended(bench, *names)

    return script


def paid(*names: str) -> Script:
    def script(bench: Bench) -> None:
        ready(bench)
        close(bench)
        spoil(bench, *names)
        pay(bench, 1, {2: 3, 3: 2})
        bench.run(6_000)
        take(bench)
        bench.run(70_000)
        pay(bench, 2, {2: 1})
        bench.run(6_000)
        take(bench)
        bench.run(40_000)
        mended(bench, *names)

    return script


def started(*names: str) -> Script:
    def script(bench: Bench) -> None:
        ready(bench)
        accepted(bench)
        stack(bench, held(bench, 500))
        bench.run(300)
        bench.off()
        twin(bench).faults.update(names)
        bench.run(20_000)
        bench.on()
        bench.run(20_000)
        mended(bench, *names)

    return script


@pytest.mark.parametrize("name", NOTE)
def test_note(name: str) -> None:
    assert_same(RIG, note(5_000, name))


@pytest.mark.parametrize("name", RECYCLED)
def test_recycled_note(name: str) -> None:
    assert_same(RIG, note(1_000, name))


@pytest.mark.parametrize("name", BACK)
def test_given_back(name: str) -> None:
    assert_same(RIG, given_back(name))


@pytest.mark.parametrize("name", KEPT)
def test_kept(name: str) -> None:
    assert_same(RIG, kept(name))


@pytest.mark.parametrize("name", GIVEN)
def test_returned(name: str) -> None:
    assert_same(RIG, returned(name))


@pytest.mark.parametrize("name", PAID)
def test_paid(name: str) -> None:
    assert_same(RIG, paid(name))


@pytest.mark.parametrize("name", START)
def test_started(name: str) -> None:
    assert_same(RIG, started(name))


# -- the plug, the cassettes


@pytest.mark.parametrize("out_ms", [400, 3_000, 8_000])
@pytest.mark.parametrize("deed", ["note", "keep", "return", "pay"])
def test_unplugged_in_the_middle(deed: str, out_ms: int) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        if deed == "note":
            stack(bench, held(bench))
        elif deed == "pay":
            close(bench)
            pay(bench, 1, {2: 3, 3: 2})
        else:
            (keep if deed == "keep" else return_all)(bench, deposit(bench, 5_000, 10_000))
        bench.run(550)
        bench.unplug("acceptor")
        bench.run(out_ms)
        bench.replug("acceptor")
        bench.run(6_000)
        take(bench)
        bench.run(70_000)
        mended(bench)

    assert_same(RIG, script)


@pytest.mark.parametrize(
    "kinds", [(ESCROW, 0, 5), (UNASSIGNED, 0, 2), (ESCROW, UNASSIGNED, 2), (5, 0, 2), (ESCROW, 0, UNASSIGNED)]
)
def test_cassettes_of_other_types(kinds: tuple[int, ...]) -> None:
    """Empty ones get the type that config says; loaded ones are left alone and not used."""

    def script(bench: Bench) -> None:
        bench.until(DeviceReady)
        bench.run(2_000)
        bench.do(lambda: bench.it.acceptor.accept_only(VALUES_FEN))
        bench.run(2_050)
        for value_fen in (5_000, 1_000, 10_000):
            insert(bench, value_fen)
            bench.run(1_500)
            for fact in bench.facts[-1:]:
                if isinstance(fact, NoteHeld):
                    stack(bench, fact.note)
            bench.run(2_050)
            take(bench)
        close(bench)
        pay(bench, 1, {3: 1})
        bench.run(3_000)
        take(bench)

    assert_same(rig(kinds), script)


def test_a_unit_that_holds_less_than_the_deposit_keeps_and_gives_back_nothing() -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        notes = deposit(bench, 5_000)
        close(bench)
        return_all(bench, [*notes, notes[0] + 1])
        bench.until(DepositNotMoved)
        pay(bench, 1, {3: 7})
        bench.until(NotesRefused)

    assert_same(RIG, script)


def test_a_bundle_of_an_earlier_life_that_does_not_come_out_was_not_taken() -> None:
    """It was pulled back while nobody could hear the unit, then the power failed: EMPTY DISPENSER ends at once, for nothing is
    inside. The passenger has it, or the box: that cannot be said (decision page 024)."""

    def script(bench: Bench) -> None:
        ready(bench)
        return_all(bench, deposit(bench, 5_000, 10_000))
        bench.until(DepositPresented)
        spoil(bench, "silence_before")
        bench.run(62_000)
        bench.off()
        twin(bench).faults.clear()
        bench.on()
        bench.until(DeviceReady)
        bench.run(5_000)

    by_port = Bench(RIG, "port")
    script(by_port)
    assert places(by_port.twins)["box"] == [10_000, 5_000]
    ends = [
        fact for fact in by_port.facts if isinstance(fact, DepositTaken | DepositPulledBack | DepositReturnUncertain)
    ]
    assert ends == [DepositReturnUncertain((), "silent")]


@pytest.mark.parametrize("name", ["jam_in_dispenser_next", "jam_after_presenting_next"])
def test_a_bundle_that_stuck_is_not_told_as_taken_after_people_cleared_it(name: str) -> None:
    by_port = Bench(RIG, "port")
    returned(name)(by_port)
    ends = [fact for fact in by_port.facts if isinstance(fact, DepositTaken | DepositReturnUncertain)]
    assert [type(fact) for fact in ends] == [DepositReturnUncertain, DepositReturnUncertain]


def test_nothing_is_kept_twice() -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        notes = deposit(bench, 5_000, 500)
        keep(bench, notes)
        bench.until(DepositKept)
        keep(bench, notes)
        bench.run(3_000)

    facts = assert_same(RIG, script)
    assert not any(isinstance(fact, NoteOurs) for fact in facts)


@pytest.mark.parametrize("after_ms", [700, 900, 1_100, 1_300])
def test_the_escrow_cassette_is_pulled_out_while_the_deposit_comes_back(after_ms: int) -> None:
    """Whoever takes what lies there may hold a part of it: the rest is in the cassette, and nobody can look."""

    def script(bench: Bench) -> None:
        ready(bench)
        notes = deposit(bench, 5_000, 10_000, 500)
        return_all(bench, notes)
        bench.run(after_ms)
        spoil(bench, "cassette_1_removed")
        bench.run(6_000)
        take(bench)
        bench.run(40_000)
        mended(bench, "cassette_1_removed")

    facts = assert_same(RIG, script)
    assert not any(isinstance(fact, DepositTaken) for fact in facts)
    assert sum(isinstance(fact, DepositReturnUncertain | DepositNotMoved) for fact in facts) == 1


# -- what is fitted now


DEPOSIT_FEN: dict[str, set[int]] = {
    "cassette_1_removed": set(),
    "cassette_2_removed": {100, 500, 2_000, 5_000, 10_000},
    "cassette_3_removed": {500, 1_000, 2_000, 5_000, 10_000},
}
OUT_AND_IN = [("cassette_1_removed", 5_000), ("cassette_3_removed", 1_000), ("cassette_2_removed", 5_000)]


@pytest.mark.parametrize(("name", "value_fen"), OUT_AND_IN)
def test_a_cassette_pulled_out_in_the_middle_of_a_deposit_is_noticed_before_the_next_note_goes_in(
    name: str, value_fen: int
) -> None:
    """Who would get another note back, or none, gets this one back at once (`NoteAcceptor.stack`)."""

    def script(bench: Bench) -> None:
        ready(bench)
        accepted(bench, value_fen)
        spoil(bench, name)
        stack(bench, held(bench, value_fen))
        bench.run(4_050)
        take(bench)
        assert set(bench.it.acceptor.deposit_fen) == DEPOSIT_FEN[name]
        mend(bench, name)
        stack(bench, held(bench, 1_000))
        bench.run(4_050)
        take(bench)
        mended(bench)

    facts = assert_same(RIG, script)
    code = FaultCode.NOTE_TABLE if name == "cassette_1_removed" else FaultCode.CASSETTE_OUT
    assert [fact.up for fact in facts if isinstance(fact, Fault) and fact.code == code.name] == [True, False]


@pytest.mark.parametrize("value_fen", [5_000, 1_000])
@pytest.mark.parametrize("wait_ms", [300, 8_000, 9_000])
def test_a_note_that_had_to_wait_for_a_decision(wait_ms: int, value_fen: int) -> None:
    """While the unit is held it does not answer for its cassettes."""

    def script(bench: Bench) -> None:
        ready(bench)
        number = held(bench, value_fen)
        bench.run(wait_ms)
        stack(bench, number)
        bench.run(6_050)
        take(bench)
        bench.run(3_000)
        bench.do(bench.it.acceptor.recall)

    assert_same(RIG, script)


@pytest.mark.parametrize(
    "name", ["silence_before_once", "silence_after_once", "illegal_next", "silence_before", "busy_next"]
)
def test_a_unit_that_does_not_say_what_is_fitted(name: str) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        number = held(bench, 5_000)
        spoil(bench, name, targets={0x3B})
        stack(bench, number)
        bench.run(4_050)
        mend(bench, name)
        take(bench)
        bench.run(40_000)
        mended(bench, name)

    assert_same(RIG, script)


@pytest.mark.parametrize("deed", [kept, returned, paid])
@pytest.mark.parametrize("names", [("short_dispense_next", "retract_off"), ("chassis_failed", "cassette_1_removed"),
                                   ("short_dispense_next", "lost_ack"), ("jam_in_dispenser_next", "silence_after_once"),
                                   ("recovery_lost", "reset_by_itself_once"), ("box_full", "reset_by_itself_once"),
                                   ("jam_in_stacker_next", "reset_by_itself_once")], ids="+".join)  # fmt: skip
def test_two_faults_in_one_deed(deed: Callable[..., Script], names: tuple[str, ...]) -> None:
    assert_same(RIG, deed(*names))


CUT_AGAIN = {"keep": "acceptor.stacker", "return": "dispenser.path", "pay": "dispenser.path"}


@pytest.mark.parametrize("after_ms", [40, 600, 1_300, 2_500])
@pytest.mark.parametrize("deed", sorted(CUT_AGAIN))
def test_the_unit_alone_loses_its_power_in_the_middle(deed: str, after_ms: int) -> None:
    """The controller lives on: its order is still to be answered (decision page 024, 3)."""

    def script(bench: Bench) -> None:
        ready(bench)
        notes = deposit(bench, 5_000, 10_000, 500)
        if deed == "pay":
            close(bench)
            pay(bench, 1, {2: 3, 3: 2})
        else:
            (keep if deed == "keep" else return_all)(bench, notes)
        bench.until(lambda: len(twin(bench).body.matter.places[CUT_AGAIN[deed]]) > 0)
        bench.run(after_ms)
        bench.do(lambda: twin(bench).power(False, bench.now_ms))
        bench.run(1_000)
        bench.do(lambda: twin(bench).power(True, bench.now_ms))
        bench.run(8_000)
        take(bench)
        bench.run(60_000)
        mended(bench)

    assert_same(RIG, script)


@pytest.mark.parametrize("open_it", [True, False])
@pytest.mark.parametrize("name", ["change_on_its_way 40", "on_its_way_out 40", "keeping 40", "laid_in_a_cassette 230"])
def test_what_the_unit_does_not_remember_comes_out_before_a_technician_only(name: str, open_it: bool) -> None:
    def script(bench: Bench) -> None:
        spoil(bench, "recovery_lost")
        CUTS[name](bench)
        bench.until(DeviceReady)
        bench.run(500)
        bench.do(lambda: (bench.it.dispenser.present_again if open_it else bench.it.dispenser.retract)(1))
        bench.run(5_000)
        take(bench)
        mended(bench, "recovery_lost")

    assert_same(RIG, script)
