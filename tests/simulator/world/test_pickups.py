"""Orders that were bought elsewhere in a simulated world: handed out once, through power cuts; and the auditor's eye for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulator.audit.cases import Run as Audited
from simulator.audit.pickups import compare_pickups
from simulator.auditor import Rules
from simulator.campaign.sets import PICKUPS
from simulator.world.run import Run
from simulator.world.script import Script, Trouble

SCRIPT = Script(1, (PICKUPS["by paper"],), machine="collect")


@pytest.mark.parametrize(
    ("name", "visit", "sale"),
    [("by paper", "picked up", "sold"), ("by card", "picked up", "sold"), ("left", "walked_away", "cancelled")],
)
def test_who_proves_an_order_gets_its_tickets_and_who_leaves_them_can_come_back(
    name: str, visit: str, sale: str
) -> None:
    run = Run(replace(SCRIPT, plans=(PICKUPS[name],)))
    outcome = run.run()
    assert outcome.violations == []
    assert (dict(outcome.visits), dict(outcome.sales)) == ({visit: 1}, {sale: 1})
    (order,) = run.box.desk.orders().values()
    wanted = "collected" if sale == "sold" else "open"
    assert [place["state"] for place in order] == [wanted, wanted]


@pytest.mark.parametrize("cut", [14, 27, 40, 55])
@pytest.mark.parametrize("after", ["stays", "leaves"])
def test_a_power_cut_anywhere_loses_nothing_and_prints_nothing_twice(cut: int, after: Any) -> None:
    assert Run(replace(SCRIPT, cuts=(cut,), after_cut=after)).run().violations == []


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble("station", "answer_lost", "lock?"),
        Trouble("station", "down", "confirm?"),
        Trouble("link:code_scanner", "out"),
        Trouble("ticket_unit", "jam", "print?"),
    ],
    ids=lambda each: f"{each.device}-{each.name}",
)
def test_trouble_on_the_way_is_told_and_nothing_is_lost(trouble: Trouble) -> None:
    assert Run(replace(SCRIPT, troubles=(trouble,))).run().violations == []


@pytest.mark.parametrize("name", ["by paper", "by card"])
def test_real_drivers_read_paper_and_card_through_their_wires(name: str) -> None:
    run = Run(replace(SCRIPT, plans=(PICKUPS[name],), level="bytes"))
    assert {"code_scanner", "id_reader"} <= run.box.joined.wires.keys()  # type: ignore[union-attr]
    outcome = run.run()
    assert outcome.violations == []
    assert (dict(outcome.visits), dict(outcome.sales)) == ({"picked up": 1}, {"sold": 1})


@pytest.mark.parametrize(
    ("device", "name", "picked"),
    [("code_scanner", "misread_next", "by paper"), ("id_reader", "card_gone_in_read_next", "by card")],
)
def test_what_is_misread_once_is_read_the_next_time(device: str, name: str, picked: str) -> None:
    trouble = Trouble(device, name)
    run = Run(replace(SCRIPT, plans=(PICKUPS[picked],), level="bytes", troubles=(trouble,)))
    outcome = run.run()
    assert outcome.violations == []
    assert (dict(outcome.visits), outcome.played) == ({"picked up": 1}, 1)
    assert name not in run.box.things.world.twins[device].faults


def test_a_reader_that_sees_nothing_hands_out_nothing() -> None:
    trouble = Trouble("code_scanner", "blind")
    outcome = Run(replace(SCRIPT, level="bytes", troubles=(trouble,))).run()
    assert (outcome.violations, dict(outcome.visits)) == ([], {"not picked up": 1})


def place(state: str, number: str = "", *given: str) -> dict[str, Any]:
    return {"state": state, "number": number, "given": list(given)}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (place("collected", "A1", "A1", "B1"), "handed over 2 times"),
        (place("open", "", "A1"), "can be collected again"),
        (place("collected", "C1", "C1"), "nobody was handed a ticket"),
        (place("held"), "is lost"),
        (place("collected", "A1", "A1", "C1"), ""),
        (place("open", "", "C1"), ""),
        (place("unknown", "C1", "C1"), ""),
        (place("locked"), ""),
    ],
)
def test_the_auditor_sees_what_was_handed_over_twice_or_got_lost(told: dict[str, Any], said: str) -> None:
    audited = Audited(Rules())
    compare_pickups(audited, {"E1": [told]}, {"A1", "B1"}, settled=True)
    found = [str(each) for each in audited.violations]
    assert (len(found), said in "".join(found)) == (int(bool(said)), True)
