"""A fault no machine can notice excuses what it makes, from when it happened until the next count, and nothing else."""

from __future__ import annotations

import pytest

from simulator.audit.verdict import Violation
from simulator.campaign.sabotage import planted
from simulator.campaign.sets import SALES
from simulator.world.run import run
from simulator.world.script import Script, Trouble
from simulator.world.unknowable import UNKNOWABLE, Excuses

SWAPPED, JUMPED = Trouble("dispenser", "cassettes_swapped"), Trouble("ticket_unit", "blank_number_jump", "confirm?")
COUNTS = {"cassette.2": (40,), "roll": ()}


def excuses(*troubles: Trouble, since: int = 10) -> Excuses:
    made = Excuses(lambda place: COUNTS.get(place, ()))
    for trouble in troubles:
        made.began(trouble, since)
    return made


def found(invariant: int, text: str, seq: int) -> Violation:
    return Violation(invariant, 0, text, seq)


def test_only_the_difference_that_the_fault_makes_is_excused() -> None:
    after = excuses(SWAPPED)
    assert after.covers(found(3, "cassette 1: 60 notes, the books say 59", 12))
    assert after.covers(found(1, "the passengers hold 100 fen, the records say 0 to 0", 12))
    assert not after.covers(found(3, "box: 1 notes of 100 fen, the books say 2", 12))
    assert not after.covers(found(3, "roll: 59 blanks or tickets, the books say 60 (doubt 0)", 12))
    assert not after.covers(found(1, "N000001 lies in box and in hand", 12))
    assert not after.covers(found(2, "cassette 1: 60 notes, the books say 59", 12))


def test_nothing_is_excused_before_it_happened_or_when_it_never_did() -> None:
    roll = found(3, "roll: 59 blanks or tickets, the books say 60 (doubt 0)", 9)
    assert not excuses(JUMPED, since=10).covers(roll)
    assert excuses(JUMPED, since=9).covers(roll)
    assert not excuses().covers(roll)
    assert not excuses(Trouble("dispenser", "reject_next")).covers(roll)


def test_nothing_is_excused_after_people_counted_the_place() -> None:
    assert excuses(SWAPPED).covers(found(3, "cassette 2: 40 notes, the books say 39", 39))
    assert not excuses(SWAPPED).covers(found(3, "cassette 2: 40 notes, the books say 39", 40))
    assert excuses(SWAPPED).covers(found(3, "cassette 1: 60 notes, the books say 59", 40))
    assert excuses(SWAPPED, since=40).covers(found(3, "cassette 2: 40 notes, the books say 39", 41))


def test_a_bundle_of_another_size_may_lie_in_the_box_or_make_the_sum_of_the_cassettes_wrong() -> None:
    """A Bill-to-Bill unit picked one note more or less than it says; not taken, the bundle falls into its box."""
    picked = excuses(Trouble("acceptor", "double_pick_next"))
    assert picked.covers(found(3, "box: 3 notes of 100 fen, the books say 0", 12))
    assert picked.covers(found(3, "dispenser: -100 fen are gone, at most 1400 are unknown", 41)), (
        "cassette 3 was not counted"
    )
    assert not picked.covers(found(3, "roll: 59 blanks or tickets, the books say 60 (doubt 0)", 12))
    COUNTS["cassette.3"] = (50,)
    try:
        assert not picked.covers(found(3, "dispenser: -100 fen are gone, at most 1400 are unknown", 51))
    finally:
        del COUNTS["cassette.3"]


def test_each_of_them_says_why_no_machine_notices_it() -> None:
    assert all(len(fault.why) > 30 and fault.differs for fault in UNKNOWABLE.values())


REJECTED = Trouble("dispenser", "reject_next", "stack?")


@pytest.mark.parametrize("nth", [1, 99])
def test_a_bug_of_the_machine_does_not_hide_behind_it(nth: int) -> None:
    """Whether the blank falls aside or not: notes that are booked wrongly are found."""
    fault = Trouble("ticket_unit", "blank_number_jump", "confirm?", nth)
    script = Script(1, (SALES["change"],), (REJECTED, fault))
    assert run(script).violations == []
    with planted("rejects_not_booked"):
        wrong = run(script).violations
    assert any(line.startswith("invariant 3 ") for line in wrong), wrong
