"""What the campaign once found at a machine with a bulk escrow, each as the shortest script that showed it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from simulator.campaign.sets import SALES
from simulator.passenger.person import Kind, Plan
from simulator.world.run import Run
from simulator.world.script import Script, Trouble


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def clean(*plans: Plan, troubles: tuple[Trouble, ...], cuts: tuple[int, ...] = (), seed: int = 1) -> Run:
    run = Run(Script(seed, plans, troubles, cuts, machine="bulk"))
    assert run.run().violations == []
    return run


def facts(run: Run, kind: str) -> list[dict[str, object]]:
    return [fact for fact in (json.loads(line[9:])["fact"] for line in run.box.lines()) if fact["kind"] == kind]


def claims(run: Run) -> list[dict[str, object]]:
    lines = (json.loads(line[9:]) for line in run.box.lines())
    return [intent for line in lines for intent in line.get("intents", ()) if intent["kind"] == "claim.add"]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_note_that_jams_beside_change_in_the_box_is_explained_by_its_claim(seed: int) -> None:
    """The change of the sale before was not taken and fell into the box: it must not use up the claim of the jam."""
    run = clean(
        Plan(Kind.FORGET_CHANGE),
        Plan(Kind.LARGE),
        troubles=(Trouble("acceptor", "jam_in_path_next", "lock?", 2),),
        seed=seed,
    )
    assert run.box.things.world.matter.places["acceptor.jam"].value_fen() == 10_000
    assert run.outcome.sales == {"claim": 2}


def test_a_note_that_stayed_behind_when_the_bundle_was_pulled_back_is_seen_and_carried_away() -> None:
    """The unit tells its counts after the reset that follows; until people swapped the box no more notes are taken."""
    run = clean(
        Plan(Kind.WALK_AWAY, tickets=2, budget_fen=80_000, notes_before=2), Plan(Kind.LARGE),
        troubles=(Trouble("acceptor", "short_dispense_next", "return_all?"),),
    )  # fmt: skip
    assert [10_000] in [past["contents"] for past in facts(run, "deposit.past")]
    assert run.outcome.visits["technician done"] == run.outcome.visits["bought"] == 1
    assert not run.box.things.world.matter.places["cassette.1"].notes()


def test_a_kept_note_that_stuck_and_was_taken_out_by_hand_is_the_machines_still() -> None:
    """It had been booked as ours: people who carry it away take nothing from a passenger."""
    run = clean(SALES["exact"], Plan(Kind.LARGE), troubles=(Trouble("acceptor", "jam_in_stacker_next", "keep?"),))
    assert run.outcome.visits == {"bought": 2, "technician done": 1}


@pytest.mark.parametrize(("cuts", "said"), [(range(38, 46), "return!"), (range(119, 129), "keep!")])
def test_a_unit_that_counted_a_note_twice_is_not_believed_after_a_power_cut(cuts: range, said: str) -> None:
    """What it holds then is one more than went in: neither a note on its way nor a load that was cut is judged by that alone."""
    wrong = (Trouble("acceptor", "count_wrong_next", "stack?", 2),)
    results = set()
    for cut in cuts:
        run = clean(Plan(Kind.EXACT, budget_fen=80_000), troubles=wrong, cuts=(cut,))
        results |= {(fact["result"], fact.get("reason")) for fact in facts(run, said)}
    assert (
        ("unknown", "counts differ") in results
        if said == "keep!"
        else any(result == "returned" for result, _ in results)
    )


@pytest.mark.parametrize("when", ["lock?", "stack?"])
def test_a_unit_that_counted_a_note_twice_and_has_kept_all_is_not_believed_to_hold_one(when: str) -> None:
    """Cut when all notes had fallen, it still holds one by its own word; before the deed it held one more than went in."""
    run = clean(SALES["exact"], troubles=(Trouble("acceptor", "count_wrong_next", when),), cuts=(129,))
    assert [(fact["result"], fact.get("reason")) for fact in facts(run, "keep!")][:1] == [("unknown", "counts differ")]


@pytest.mark.parametrize("cuts", [(15,), (16, 26), (19,)])
def test_a_note_held_while_the_box_is_out_comes_back_when_it_is_in_again(cuts: tuple[int, ...]) -> None:
    """The unit gives back at its start what was in its path, but not without its box: so the last look waits until it noticed."""
    run = clean(SALES["exact"], troubles=(Trouble("acceptor", "box_removed", "stack?"),), cuts=cuts)
    assert run.box.no_note()
    assert run.outcome.sales == {"cancelled": 1}


def test_an_end_without_numbers_is_not_about_notes_that_are_being_kept() -> None:
    """After two power cuts the unit told of the bundle at its mouth while the note under it was falling into the box."""
    run = clean(SALES["cancel"], troubles=(), cuts=(42, 77))
    assert [fact["notes"] for fact in facts(run, "keep!")] == [[200001]]
    assert run.box.made is not None
    assert run.box.made.controller.stock.registers["notes_in_fen"] == 10_000


def test_a_note_that_the_unit_kept_of_a_bundle_differs_until_the_box_is_counted() -> None:
    troubles = (Trouble("acceptor", "note_left_in_path_next", "return_all?"),)
    for cuts in ((47,), (48,), (49, 61)):
        clean(SALES["cancel"], troubles=troubles, cuts=cuts)


def test_a_unit_that_forgot_that_it_pulled_a_bundle_back_is_believed() -> None:
    run = clean(SALES["timeout"], troubles=(Trouble("acceptor", "recovery_lost", "lock?"),), cuts=(33,))
    assert [fact["kind"] for fact in facts(run, "taken!")] == ["taken!"]


@pytest.mark.parametrize(("fault", "cuts"), [("feed_button", (42, 73)), ("head_hot", (44, 77))])
def test_a_bundle_pulled_back_between_two_cuts_is_pulled_back_though_nobody_was_told_that_it_lay_out(
    fault: str, cuts: tuple[int, ...]
) -> None:
    run = clean(SALES["cancel"], troubles=(Trouble("slip_printer", fault, "stack?"),), cuts=cuts)
    assert "box" in [fact["mouth"] for fact in facts(run, "deposit.past")]
    assert run.box.made is not None
    assert not run.box.made.controller.stock.deposit.stuck
    assert run.outcome.sales == {"claim": 1}


@pytest.mark.parametrize("cuts", [(48,), (48, 58), (47, 66)])
def test_a_deposit_taken_in_part_while_the_power_was_away_is_claimed_as_at_most_all_of_it(
    cuts: tuple[int, ...],
) -> None:
    """The unit says that it pulled the bundle back, and not how much of it a hand had left there."""
    run = clean(SALES["cancel"], troubles=(Trouble("acceptor", "taken_partly_next", "lock?"),), cuts=cuts)
    (claim,) = claims(run)
    assert (claim["amount_fen"], claim["reason"], claim["exact"]) == (20_000, "deposit_unknown", False)
    assert run.box.made is not None
    stock = run.box.made.controller.stock
    assert (stock.box_unknown_fen, stock.deposit.stuck) == (20_000, False)


@pytest.mark.parametrize("cut", [110, 114, 118])
def test_change_taken_in_part_while_the_power_was_away_is_claimed_as_at_most_all_of_it(cut: int) -> None:
    run = clean(Plan(Kind.LARGE), troubles=(Trouble("acceptor", "taken_partly_next", "lock?"),), cuts=(cut,))
    (claim,) = claims(run)
    assert (claim["amount_fen"], claim["reason"], claim["exact"]) == (9_100, "pay_unknown", False)
    assert facts(run, "retract!")[-1]["result"] == "change_unknown"
