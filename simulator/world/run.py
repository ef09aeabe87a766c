"""Runs a script: a machine, its passengers, its troubles, its power cuts, and the auditor's word on all of it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from kiosk.assembly import Assembled
from kiosk.ports.fact import Fact
from kiosk.ports.payment import PaymentStep
from kiosk.sale.intents import Intent
from kiosk.storage import ROOM_BYTES
from simulator.world.calendar import Calendar
from simulator.world.incidents import INCIDENTS, incident
from simulator.world.judge import Judge
from simulator.world.level import MACHINES, Machine, level_of
from simulator.world.machine import Box, Stuck
from simulator.world.office import Office, signer
from simulator.world.people import Passenger
from simulator.world.points import Points
from simulator.world.prepared import Prepared, prepared
from simulator.world.repair import repair, wanted
from simulator.world.script import Filling, Script, Trouble
from simulator.world.things import Fill
from simulator.world.unknowable import Excuses

QUIET_MS = 15 * 60_000
"""Within so long after the last passenger the machine must have come to rest (invariant 10)."""
READY_MS = 5 * 60_000
NOTICED_MS = 60_000
"""An acceptor that stood still has noticed by then that nothing is wrong any more, and gives back what it holds."""
ANSWER_MS = 30_000
"""So long a machine at rest takes to be asked, to answer and to hand its answer over."""
FREE = ("attract", "home")


@dataclass(slots=True)
class Outcome:
    """What a run came to. `points`: how many crash points it passed; `digest` of its journal."""

    violations: list[str] = field(default_factory=list)
    points: int = 0
    crashes: list[str] = field(default_factory=list)
    sales: Counter[str] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)
    digest: str = ""
    played: int = 0  # troubles that were switched on


def base_of(script: Script) -> Prepared:
    """The machine as it stands before a script, made once and kept."""
    return prepared(FILLS[script.machine][script.fill], level_of(script.machine), script.machine, script.ups)


class Run:
    """One script on one box. `points` other than the script's own decide where the power fails."""

    def __init__(self, script: Script, base: Prepared | None = None, points: Points | None = None) -> None:
        self.script = script
        self.dice = Random(script.seed)
        self.points = points or Points(script.cuts)
        self.box: Box = (base or base_of(script)).box(Random(self.dice.random()), script.level, self.points)
        if script.office:
            self.box.identity = replace(self.box.identity, station_key=signer().public)
        self._office = Office(self.box.desk, self.box.identity.machine)
        self._calendar = Calendar(self.box.clock)
        self.outcome = Outcome()
        self.judge = Judge(self.box)
        self._excuses = Excuses(self.judge.auditor.counted)
        self._rests = self._reported = False
        self._waiting = list(script.troubles)
        self._done: Counter[str] = Counter()
        self._steps: dict[int, str] = {}
        self.box.booted = self._booted
        self.box.heard = self._heard
        self.box.pause_ms = script.pause_ms

    # -- troubles

    def _booted(self, made: Assembled) -> None:
        honest = made.deeds.done

        def done(intent: Intent) -> None:
            if self.box.disk.dirty:
                self._violation(6, f"{intent.kind} was ordered before its line was durable")
            self._done[intent.kind] += 1
            self._arm(intent.kind)
            honest(intent)

        made.deeds.done = done
        made.reactor.sent = self._sent

    def _sent(self, name: str, data: bytes) -> None:
        if self.box.made is not None and self.box.made.reactor.unheard:
            self._violation(6, f"bytes to the {name} left while facts waited for their line")

    def _heard(self, fact: Fact) -> None:
        """Steps of a payment are in no journal; things may go wrong in each of them, and the power fail."""
        if (
            isinstance(fact, PaymentStep)
            and self.box.things.cards is not None
            and self._steps.get(fact.payment) != fact.step
        ):
            self._steps[fact.payment] = fact.step
            kind = f"step.{fact.step}"
            self._done[kind] += 1
            self._arm(kind)
            self.points.at(kind)

    def _arm(self, kind: str) -> None:
        for trouble in [each for each in self._waiting if each.when == kind and self._done[kind] >= each.nth]:
            self._waiting.remove(trouble)
            self.switch(trouble, True)

    def switch(self, trouble: Trouble, on: bool) -> None:
        """Raises ValueError for a trouble that nobody knows."""
        box = self.box
        self.outcome.played += on
        if on:
            self._excuses.began(trouble, self.judge.auditor.durable_seq)
        if trouble.device == "station":
            box.desk.trouble(trouble.name, on, times=STATION_TIMES.get(trouble.name))
        elif trouble.device == "payment" and box.things.payments is not None:
            box.things.payments.trouble(trouble.name, on)
            box.joined.nudge()
        elif trouble.device == "bank" and box.things.cards is not None:
            box.things.cards.bank.trouble(trouble.name, on)
        elif trouble.device == "office":
            if on:
                self._office.speak(trouble.name, box.clock.mono_ms())
        elif trouble.device == "clock":
            if on:
                self._calendar.step(trouble.name)
        elif trouble.device == "people":
            incident(box, trouble.name, on)
        elif trouble.device == "disk":
            if trouble.name not in DISK:
                raise ValueError(f"the disk has no trouble {trouble.name}")
            DISK[trouble.name](box, on)
        elif trouble.device.startswith("link:"):
            box.joined.plug(trouble.device.partition(":")[2], not on)
        else:
            twin = box.things.world.twins[trouble.device]
            if trouble.name not in twin.fault_names():
                raise ValueError(f"{trouble.device} has no fault {trouble.name}")
            (twin.faults.add if on else twin.faults.discard)(trouble.name)
            box.joined.nudge()

    # -- the run

    def run(self) -> Outcome:
        """Never raises for what the machine does: whatever it does wrong is a violation."""
        try:
            self._begin()
            for number, plan in enumerate(self.script.plans):
                if number:
                    self._sit_out()
                if number and wanted(self.box):
                    self._repair()
                self._visit(Passenger(plan, self.box, self.dice, self.script.after_cut))
            self._calm()
        except Stuck as stuck:
            self._violation(10, f"stuck: {stuck}")
        except Exception as error:
            self._violation(0, f"the program died: {type(error).__name__}: {error}")
            logging.getLogger(__name__).debug("died", exc_info=True)
        self._audit()
        return self.outcome

    def _begin(self) -> None:
        box = self.box
        box.restore_power()
        self._free(box)
        self.points.armed = True
        self._done[""] = 1
        self._arm("")

    def _free(self, box: Box) -> None:
        box.settle(
            READY_MS, lambda: box.screen is not None and box.screen.kind in (*FREE, "oos") and not box.starting()
        )
        box.settle(3_000, lambda: box.screen is not None and box.screen.kind in FREE)

    def _visit(self, passenger: Passenger) -> None:
        if self.box.things.cards is not None:
            self.box.things.cards.next_person(passenger.visit.plan.card)
        proof = self.box.things.proof
        if proof is not None and passenger.visit.plan.pays == "pickup":
            proof.paper, proof.number = self.box.desk.order(passenger.visit.plan.tickets, self.box.clock.mono_ms())
        self.box.serve(passenger)
        self.box.things.hold("away")
        self.outcome.visits[passenger.account.outcome] += 1
        self.box.settle(QUIET_MS, self.box.idle)

    def _sit_out(self) -> None:
        """Nobody is called because the mains are gone: the machine lives on its battery, or stops, until it sells again."""
        box = self.box
        if box.things.on_battery_ms():
            box.settle(
                box.pause_ms + QUIET_MS, lambda: box.idle() and box.screen is not None and box.screen.kind in FREE
            )

    def _well(self) -> None:
        """All troubles end."""
        box = self.box
        for twin in box.things.world.twins.values():
            twin.faults.clear()
        box.desk.well()
        self._office.well(box.clock.mono_ms())
        self._calendar.well()
        if box.things.payments is not None:
            box.things.payments.well()
        if box.things.cards is not None:
            box.things.cards.well()
        box.joined.well()
        for switch in DISK.values():
            switch(box, False)
        for name in INCIDENTS:
            incident(box, name, False)
        box.mended()
        box.joined.nudge()

    def _repair(self) -> None:
        """Somebody comes with spare parts; if the machine does not sell by itself then, a technician opens it."""
        box = self.box
        self._well()
        box.settle(60_000, lambda: not wanted(box))
        if not wanted(box) or box.life.refused:
            return
        self.judge.auditor.hands(True)
        done = repair(box)
        box.settle(QUIET_MS, box.idle)
        self.judge.auditor.hands(False)
        self.outcome.visits[f"technician {done}"] += 1
        if done != "done":
            self._violation(10, f"the technician is {done}")

    def _calm(self) -> None:
        """All troubles end; then the machine must come to rest by itself (invariant 10)."""
        self.points.armed = False
        box = self.box
        self._sit_out()
        self._well()
        if box.life.refused:
            self._violation(7, f"the machine does not start again: {box.life.refused}")
            return
        self._rests = box.settle(QUIET_MS, box.idle)
        if box.things.cards is not None and wanted(box):
            self._repair()  # a reversal needs the bank, and so a pad with keys
            self._rests = box.settle(QUIET_MS, box.idle)
        for free, noticed_ms in ((box.no_note, NOTICED_MS), (box.no_card, QUIET_MS)):  # first a device must find it
            if not free() and box.settle(noticed_ms, free):
                self._rests = box.settle(QUIET_MS, box.idle)
        self._reported = box.settle(QUIET_MS, box.reported)
        if box.things.payments is not None:
            box.settle(QUIET_MS, box.settled)
        if self.script.office and self._rests:
            for order in ("settle", "registers"):
                self._office.speak(order, box.clock.mono_ms())
            box.settle(ANSWER_MS, lambda: False)
            box.settle(QUIET_MS, box.told_bank)
        if not self._rests:
            where = box.screen.kind if box.screen else "nothing"
            self._violation(10, f"not at rest {QUIET_MS // 60_000} minutes after the last passenger; {where} is shown")

    # -- judgement

    def _violation(self, invariant: int, text: str) -> None:
        self.outcome.violations.append(f"invariant {invariant}: {text}")

    def _audit(self) -> None:
        box, outcome = self.box, self.outcome
        outcome.points, outcome.crashes = self.points.count, box.life.crashes
        restored = any(each.device == "station" and "restored" in each.name for each in self.script.troubles)
        self.judge.last_look(resting=self._rests, upload=not restored, reported=self._reported)
        verdict = self.judge.auditor.verdict()
        outcome.digest = verdict.digest
        outcome.violations += [str(each) for each in verdict.violations if not self._excuses.covers(each)]
        outcome.sales += verdict.sums.outcomes
        for told in box.desk.station.machines.told.values():
            for batch in told.batches.settled:
                if not batch.agrees:
                    own = f"{batch.own_count} cards, {batch.own_fen} fen"
                    self._violation(
                        9, f"batch {batch.batch} is {batch.count}, {batch.amount_fen} fen, the station folds {own}"
                    )
            for each in told.compared:
                for name, (said, folded) in each.differences.items():
                    self._violation(9, f"register {name} is {said}, the station folds {folded} (line {each.seq})")


USUAL: Mapping[Filling, Fill] = {"full": Fill(), "lean": Fill(((1, 4), (2, 3), (3, 3), (4, 1)), 12)}
FILLS: Mapping[Machine, Mapping[Filling, Fill]] = {
    **dict.fromkeys(MACHINES, USUAL),
    "coins": {
        "full": replace(USUAL["full"], coins=((1, 60), (2, 90))),
        "lean": replace(USUAL["lean"], coins=((1, 13), (2, 3))),
    },
    "bulk": {"full": Fill(((2, 50), (3, 50))), "lean": Fill(((2, 6), (3, 5)), 12)},
    "lcdm2000": {"full": Fill(((1, 70), (2, 70))), "lean": Fill(((1, 12), (2, 5)), 12)},
}
STATION_TIMES = {"answer_lost": 1, "slow": 1}
"""Troubles of one call; the others last until the station is well again."""


def _sync_error(box: Box, on: bool) -> None:
    box.disk.sync_errors = int(on)


def _full(box: Box, on: bool) -> None:
    if on:
        box.disk.fill()
    else:
        box.disk.capacity_bytes = max(box.disk.capacity_bytes, box.disk.used_bytes + 16 * ROOM_BYTES)


def _read_only(box: Box, on: bool) -> None:
    box.disk.read_only = on


DISK: dict[str, Callable[[Box, bool], None]] = {"sync_error": _sync_error, "full": _full, "read_only": _read_only}
"""Troubles of the disk: name -> switch."""


def run(script: Script, base: Prepared | None = None) -> Outcome:
    """One script from beginning to end."""
    return Run(script, base).run()
