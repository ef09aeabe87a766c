"""A machine whose Bill-to-Bill unit takes and pays notes: the same world, the same passengers, at both levels."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from simulator.passenger.person import Kind, Plan
from simulator.world.level import Level
from simulator.world.prepared import prepared
from simulator.world.run import FILLS, Outcome, Run
from simulator.world.script import Script, Trouble

MONEY = ("stack!", "keep!", "return_all!", "pay!", "retract!", "taken!")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def script(*kinds: Kind, seed: int = 1, level: Level = "port", troubles: tuple[Trouble, ...] = ()) -> Script:
    """With seed 1 the first note is of 100 yuan and goes into the escrow, with seed 3 of 10 yuan and is recycled."""
    return Script(seed, tuple(Plan(kind) for kind in kinds), troubles, level=level, machine="bulk")


def played(script: Script) -> tuple[Outcome, list[tuple[str, str]]]:
    """The outcome, and what the journal says of money: (kind, result)."""
    run = Run(script)
    outcome = run.run()
    facts = [json.loads(line[9:])["fact"] for line in run.box.lines()]
    return outcome, [(fact["kind"], str(fact.get("result"))) for fact in facts if fact["kind"] in MONEY]


def test_what_was_paid_in_is_kept_before_the_tickets_and_change_comes_from_recycled_notes() -> None:
    outcome, money = played(script(Kind.LARGE))
    assert outcome.violations == []
    assert money[-5:] == [
        ("stack!", "deposited"),
        ("keep!", "kept"),
        ("taken!", "tickets"),
        ("pay!", "presented"),
        ("taken!", "change"),
    ]


def test_a_cancel_gives_the_very_notes_back() -> None:
    outcome, money = played(script(Kind.CANCEL))
    assert outcome.violations == []
    assert money == [("stack!", "deposited"), ("return_all!", "presented"), ("taken!", "deposit")]


def test_a_recycled_note_comes_back_as_its_value() -> None:
    outcome, money = played(script(Kind.CANCEL, seed=3))
    assert outcome.violations == []
    assert money == [("stack!", "recycled"), ("pay!", "presented"), ("taken!", "change")]


def test_notes_that_nobody_takes_lie_in_the_box() -> None:
    run = Run(script(Kind.WALK_AWAY))
    assert run.run().violations == []
    assert [note.value_fen for note in run.box.things.world.matter.places["box"].notes()] == [10_000]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 3])
@pytest.mark.parametrize("kind", [Kind.LARGE, Kind.CANCEL, Kind.WALK_AWAY, Kind.FORGET_CHANGE])
def test_both_levels_tell_the_same_of_money(kind: Kind, seed: int) -> None:
    by_port, by_bytes = played(script(kind, seed=seed)), played(script(kind, seed=seed, level="bytes"))
    assert by_bytes[0].violations == by_port[0].violations == []
    assert by_bytes[1] == by_port[1]


def test_the_same_script_is_the_same_run_and_survives_being_written_down() -> None:
    asked = script(Kind.EXACT, Kind.CANCEL)
    assert Script.parse(asked.as_json()) == asked
    assert played(asked)[0].digest == played(Script.parse(asked.as_json()))[0].digest


def test_a_technician_clears_a_unit_that_stands_still() -> None:
    jammed = script(Kind.CANCEL, Kind.EXACT, troubles=(Trouble("acceptor", "jam_in_dispenser_next", "return_all?"),))
    outcome, _ = played(jammed)
    assert outcome.violations == []
    assert outcome.visits["technician done"] == 1


def test_the_slot_shuts_by_itself_when_the_program_is_gone() -> None:
    """The unit's own host time-out (ccnet sheet, 9.2): nobody asks any more, so nothing more is taken in."""
    box = prepared(FILLS["bulk"]["full"], machine="bulk").box(Run(script(Kind.EXACT)).dice)
    box.restore_power()
    box.settle(60_000, lambda: box.made is not None and not box.made.controller.starting)
    unit = box.things.world.unit
    assert box.made is not None
    box.made.devices.acceptor.accept_only({10_000})  # type: ignore[union-attr]
    box.settle(2_000, lambda: unit.slot_open)
    assert unit.slot_open
    box.joined.power_off()
    note = box.things.world.bring(10_000, 1, "hand")[0]
    assert unit.insert(note, box.clock.mono_ms() + 1_500) is not None
