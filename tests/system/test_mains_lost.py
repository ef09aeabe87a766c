"""A demo machine behind a UPS, as real processes: the plug is pulled with money inside, and the machine ends the sale, writes
down that it stops, is cut off by its UPS, stays off, and comes back with the mains by itself (ups sheet, 4; docs/decisions/026).
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.audit.reading import read_directory
from simulator.auditor import audit_directory
from simulator.demo import MORNING, settled_ledger, station_clock
from simulator.fittings import FITTINGS
from simulator.passenger.person import Kind, Plan
from simulator.passenger.visit import Visit
from simulator.programs import Wanted
from simulator.rig import Rig

pytestmark = pytest.mark.slow

RATE = 10.0
CHEAP_FEN = 10_000
WITHIN_MS = 600_000
PROGRAMS = ("controller", "screen")
UNPAID = ("attract", "home", "station", "date", "trains", "seat", "review", "pay.cash")
SMALL = Plan(Kind.EXACT, 1, CHEAP_FEN)
PAYS = Plan(Kind.LARGE, 1, CHEAP_FEN)


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with tempfile.TemporaryDirectory(prefix="tvm-") as directory:
        made = Rig(Path(directory), station_clock(RATE, MORNING), Wanted(mirror=False, fitted=FITTINGS["ups"]))
        try:
            made.start()
            made.first_act()
            yield made
        finally:
            made.stop()


def facts(rig: Rig) -> list[dict[str, Any]]:
    return [step.fact for step in read_directory(rig.directory / "journal").steps]


def words(rig: Rig) -> list[str]:
    """What the journal says of power, stops and starts, in order."""
    told = {"sys.power": "what", "sys.stop": "why"}
    return [f"{fact['kind']} {fact[told[fact['kind']]]}" for fact in facts(rig) if fact["kind"] in told]


def plug(rig: Rig, in_: bool) -> None:
    rig.hands().post("/api/mains", {"on": in_})


def visit(rig: Rig, plan: Plan, pull: Callable[[], bool] = lambda: False) -> Visit:
    """One passenger, until the machine is done with whoever stood there; the plug is pulled as soon as `pull` says so.

    From then on no further note comes in: one that made the price whole before the UPS reports would be a sale, rightly.
    """
    made = Visit(plan, rig.hands(), rig.eyes.touch, random.Random(3), rig.clock.wall_ms())
    pulled = False
    while not made.over:
        if not pulled and pull():
            pulled = True
            plug(rig, False)
        screen: Any = rig.eyes.screen
        if not (pulled and screen is not None and screen.kind == "pay.cash"):
            rig.attend(made)
        rig.turn()
    return made


def money_inside(rig: Rig) -> bool:
    screen: Any = rig.eyes.screen
    return screen is not None and screen.kind == "pay.cash" and bool(things(rig, "box", "acceptor.escrow"))


def things(rig: Rig, *names: str) -> int:
    places = rig.hands().get("/api/state")["places"]
    return sum(int(places[name]["things"]) for name in names)


def dark(rig: Rig) -> bool:
    """The UPS has cut the power, and nobody of the machine runs."""
    powered = rig.hands().get("/api/state")["powered"]
    return not powered and not any(rig.supervisor.running(name) for name in PROGRAMS)


def through_the_night(rig: Rig) -> None:
    """Dark on battery, then the mains are back; nobody touches the machine."""
    starts = {name: rig.supervisor.starts(name) for name in PROGRAMS}
    rig.serve_until(lambda: dark(rig), WITHIN_MS, "a machine that its UPS switched off")
    assert {name: rig.supervisor.starts(name) for name in PROGRAMS} == starts, "started again before the power was back"
    assert words(rig)[-3:] == ["sys.power lost", "sys.power off", "sys.stop power"]
    plug(rig, True)
    rig.wait_until_free()
    assert {name: rig.supervisor.starts(name) for name in PROGRAMS} == {name: n + 1 for name, n in starts.items()}


def balanced(rig: Rig) -> None:
    verdict = audit_directory(rig.directory / "journal", settled_ledger(rig))
    assert (verdict.violations, verdict.sums.open_sales) == ([], 0)


def test_money_comes_back_the_machine_stops_in_order_and_is_there_again_with_the_mains(rig: Rig) -> None:
    rig.wait_until_free()
    before = len(facts(rig))
    lost = visit(rig, SMALL, pull=lambda: money_inside(rig)).account
    through_the_night(rig)
    assert lost.tickets == 0
    assert 0 < sum(lost.inserted_fen) == sum(lost.returned_fen) + sum(lost.change_fen)
    assert {"kind": "sale.cancel", "by": "power"}.items() <= next(
        fact for fact in facts(rig)[before:] if fact["kind"] == "sale.cancel"
    ).items()
    balanced(rig)


def test_it_sells_again_a_paid_sale_is_finished_on_battery_and_mains_that_come_back_restart_nothing(rig: Rig) -> None:
    rig.wait_until_free()
    starts, began = rig.supervisor.all_starts(), len(facts(rig))
    account = visit(rig, PAYS, pull=lambda: confirming(rig, began)).account
    assert account.tickets == 1
    plug(rig, True)
    rig.wait_until_free()
    assert words(rig)[-2:] == ["sys.power lost", "sys.power back"]
    intents = [intent for step in read_directory(rig.directory / "journal").steps[began:] for intent in step.intents]
    assert [intent["outcome"] for intent in intents if intent["kind"] == "sale.end"] == ["sold"]
    assert rig.supervisor.all_starts() == starts
    balanced(rig)


def confirming(rig: Rig, began: int) -> bool:
    """The sale that began after so many lines is paid: the station was asked to confirm it."""
    if rig.eyes.screen is None or rig.eyes.screen.kind in UNPAID:
        return False
    steps = read_directory(rig.directory / "journal").steps[began:]
    return any(intent["kind"] == "confirm?" for step in steps for intent in step.intents)
