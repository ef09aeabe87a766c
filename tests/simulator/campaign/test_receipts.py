"""Passengers who ask for a receipt: power cuts at every point of such a sale, and every fault of the printer while it prints."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from simulator.campaign.forks import every_cut
from simulator.campaign.sets import SALES
from simulator.campaign.work import Work
from simulator.devices.escpos.faults import PRINTER_FAULTS
from simulator.passenger.person import Plan
from simulator.world.run import Run
from simulator.world.script import Script, Trouble
from tests.simulator.campaign.apart import judged

WHEN = ("printing", "take")
ASKS = [replace(SALES["change"], receipt=when) for when in WHEN]
FORGETS = [replace(SALES["forgotten change"], receipt=when) for when in WHEN]


def slips(made: Run) -> list[str]:
    """What was ordered of the slip printer, as the journal has it."""
    bodies = [json.loads(line[9:]) for line in made.box.lines()]
    return [intent["slip"] for body in bodies for intent in body["intents"] if intent["kind"] == "slip?"]


@pytest.mark.parametrize("asks", ASKS, ids=WHEN)
def test_a_receipt_comes_and_the_sale_is_the_same(asks: Plan) -> None:
    made = Run(Script(1, (asks,)))
    outcome = made.run()
    assert outcome.violations == []
    assert outcome.sales == {"sold": 1}
    assert slips(made) == ["receipt-1"]


@pytest.mark.parametrize("forgets", FORGETS, ids=WHEN)
def test_who_forgets_the_change_has_a_receipt_and_a_slip(forgets: Plan) -> None:
    made = Run(Script(1, (forgets,)))
    outcome = made.run()
    assert outcome.violations == []
    assert outcome.sales == {"claim": 1}
    first, second = slips(made)
    assert (first, second.isalnum()) == ("receipt-1", True)


@pytest.mark.parametrize("name", PRINTER_FAULTS)
def test_whatever_the_printer_does_the_sale_goes_on(name: str) -> None:
    script = Script(1, (ASKS[0], FORGETS[1]), (Trouble("slip_printer", name, "deliver?"),))
    outcome = Run(script).run()
    assert outcome.violations == []
    assert outcome.sales == {"sold": 1, "claim": 1}


def each_cut(script: Script) -> dict[str, Any]:
    tally = every_cut(script, None, 1)
    return {"weight": tally.runs, "violations": [{"text": text, "script": shown} for text, shown in tally.found]}


@pytest.mark.parametrize("asks", ASKS, ids=WHEN)
def test_power_cuts_at_every_point_of_it(asks: Plan) -> None:
    script = Script(1, (asks,), after_cut="stays")
    verdict = judged(Work("receipts", "runs", [partial(each_cut, script)]))
    assert verdict.found == []
    assert verdict.counted > 40
