"""People count bins at an awkward moment: what lies elsewhere just then is neither lost nor forgotten.

Each was found once by the monkey. The machine, its hands and its journal are real; the auditor hears every line.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import pytest

from simulator.cabinet.world import BINS
from simulator.campaign.sets import SALES
from simulator.devices.matter import Note, Thing
from simulator.passenger.technician import Job
from simulator.world.machine import Box
from simulator.world.people import Passenger, Worker
from simulator.world.prepared import STAFF
from simulator.world.run import QUIET_MS, Run
from simulator.world.script import Script, Trouble


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class Day:
    """One passenger on one machine, then people who come with keys."""

    def __init__(self, sale: str, *troubles: Trouble, meanwhile: Callable[[Box], None] | None = None) -> None:
        script = Script(1, (SALES[sale],), troubles)
        self.run = Run(script)
        self.box, self.auditor = self.run.box, self.run.judge.auditor
        if meanwhile is not None:
            meanwhile(self.box)
        self.run._begin()
        self.run._visit(Passenger(script.plans[0], self.box, self.run.dice, script.after_cut))
        self.run._well()

    def works(self, job: Job, empties: str = "") -> None:
        """Somebody opens, does one thing, signs it and closes up."""
        box, name = self.box, empties
        self.auditor.hands(True)
        box.things.service({"act": "open", "door": "outer"})
        box.settle(60_000, lambda: box.screen is not None and box.screen.kind in ("oos", "svc.login"))
        if name:
            box.things.technician.empty_bin(name)
        worker = Worker(box, STAFF, [job])
        box.serve(worker)
        box.settle(QUIET_MS, box.idle)
        self.auditor.hands(False)
        assert worker.technician.outcome == "done"

    def counts(self, name: str) -> None:
        """What lies in a bin is counted as it is and carried away."""
        pieces = len(self.box.things.world.matter.places[BINS[name]])
        self.works(Job(None, f"svc:act:empty_{name}", pieces), name)

    def clears(self, device: str) -> None:
        self.works(Job({"act": "clear_jam", "device": device}, f"svc:act:clear:{device}", 0))

    def booked(self, place: str) -> list[tuple[int, int]]:
        """(booked, counted) of each count of this bin."""
        intents = [intent for line in self.box.lines() for intent in json.loads(line[9:])["intents"]]
        return [
            (each["booked"], each["counted"]) for each in intents if each["kind"] == "count" and each["place"] == place
        ]

    def wrong(self) -> list[str]:
        self.auditor.physical(self.box.things.world.matter.places)
        return [str(violation) for violation in self.auditor.violations]


def lies(day: Day, place: str) -> int:
    return len(day.box.things.world.matter.places[place])


@pytest.mark.parametrize("fault", ["cutter_6", "jam"])
def test_a_blank_that_sticks_in_the_unit_stays_in_the_books_when_the_waste_bin_is_counted(fault: str) -> None:
    day = Day("change", Trouble("ticket_unit", fault, "confirm?"))
    assert (lies(day, "printer.path"), lies(day, "ticket.waste")) == (1, 0)
    day.box.things.world.ticket_unit.faults.add("jam")  # nobody looks into it: opening the cabinet moves nothing
    day.counts("waste")
    assert day.wrong() == []
    day.clears("ticket_unit")
    day.counts("waste")
    day.counts("waste")
    assert day.booked("waste") == [(1, 0), (1, 1), (0, 0)]
    assert day.wrong() == []


@pytest.mark.parametrize("fault", ["deliver_flap_stuck", "slot_shutter_stuck"])
@pytest.mark.parametrize("counted", [("waste",), ("waste", "ticket_retract")])
def test_a_ticket_nobody_can_vouch_for_goes_to_the_waste_bin_though_that_was_counted_before(
    fault: str, counted: tuple[str, ...]
) -> None:
    day = Day("three tickets", Trouble("cabinet", fault, "print?"))
    for name in counted:
        day.counts(name)
    lying = lies(day, "ticket.tray") + lies(day, "ticket.slot")
    assert (lying, day.wrong()) == (3, [])
    day.clears("ticket_unit")
    assert (lies(day, "ticket.waste"), day.wrong()) == (lying, [])
    day.counts("waste")
    assert day.booked("waste") == [(0, 0), (0, lying)]
    assert day.wrong() == []


def test_notes_that_could_not_be_pulled_back_lie_in_the_tray_though_the_bin_was_counted() -> None:
    day = Day("forgotten change", Trouble("cabinet", "change_flap_stuck", "pay?"))
    assert lies(day, "change.tray")
    day.counts("change_retract")
    assert day.wrong() == []
    day.clears("dispenser")
    assert (lies(day, "change.tray"), day.wrong()) == (0, [])


OPENS_MS = 120
"""So long after the last note the sensor has seen it and the shutter runs; nobody has seen it open yet."""


def plug_out_before_the_open_outlet(box: Box) -> None:
    """The cabinet's plug is pulled while the outlet opens before the change; then a hand takes it."""
    places = box.things.world.matter.places

    def pulled() -> None:
        if not len(places["dispenser.path"]):  # it was the last one
            box.joined.plug("cabinet", False)

    def taken() -> None:
        box.things.take("change")

    def moved(thing: Thing, source: str, target: str) -> None:
        if isinstance(thing, Note) and target == "change.tray":
            box.clock.at(box.clock.mono_ms() + OPENS_MS, pulled)
            box.clock.at(box.clock.mono_ms() + OPENS_MS + 1_000, taken)

    box.things.world.matter.watchers.append(moved)


def test_change_behind_an_outlet_that_nobody_saw_open_may_be_with_the_passenger() -> None:
    day = Day("cancel", meanwhile=plug_out_before_the_open_outlet)
    told = [json.loads(line[9:])["fact"] for line in day.box.lines()]
    assert [(fact["result"], fact["reason"]) for fact in told if fact["kind"] == "pay!"] == [("unknown", "shutter")]
    assert lies(day, "change.tray") == 0
    assert day.wrong() == []
