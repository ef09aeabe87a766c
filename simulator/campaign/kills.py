"""The same machine as real processes, killed at random moments and started again: `./tvm campaign --kills N`.

Controller and screen lose power, the controller alone is killed, or the station is; passengers go on or walk away; a
technician comes when the machine needs one. At the end the auditor reads the journal and counts what lies in the cabinet.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from kiosk.screen.values import Attract, Home
from simulator.auditor import audit_directory
from simulator.clock import SharedClock
from simulator.fittings import BULK, USUAL, Fitting
from simulator.passenger.cabinet_client import CabinetError
from simulator.passenger.person import Kind, Plan, make_plan
from simulator.passenger.technician import Job, Technician
from simulator.passenger.visit import Visit
from simulator.restarts import RestartPolicy
from simulator.rig import CASHIER, FREE_SCREENS, SUPERVISOR_PERSON, Rig, RigError, Wanted
from simulator.world.level import Machine

WHAT = ("controller", "mains", "station")
WEIGHTS = (6, 3, 1)
KINDS = (Kind.EXACT, Kind.LARGE, Kind.CANCEL, Kind.LARGE, Kind.WALK_AWAY, Kind.FORGET_CHANGE)
DARK_MS = 1_500
SETTLE_MS = 1_800_000
BEGUN = ("review", "pay.cash")
LATEST_MS = 4_500
FITTED: dict[Machine, Fitting] = {"usual": USUAL, "bulk": BULK}
"""No machine at which phones pay: those are paid at a desk of virtual time."""


@dataclass(slots=True)
class Kills:
    """What a run did. `found`: what the auditor says is wrong."""

    wanted: int
    made: int = 0
    by: dict[str, int] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    repairs: int = 0
    found: list[str] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)


class Moment:
    """When the one kill of a visit comes: within `LATEST_MS` real ms after the purchase has begun."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._at_ms: int | None = None
        self._over = False

    @property
    def comes(self) -> bool:
        return self._at_ms is not None and not self._over

    def now(self, kind: str, now_ms: int) -> bool:
        """Whether it is now; once true, never again. `kind` of the screen that is shown."""
        if self._at_ms is None and kind in BEGUN:
            self._at_ms = now_ms + self._dice.randrange(LATEST_MS)
        if not self.comes or self._at_ms is None or now_ms < self._at_ms:
            return False
        self._over = True
        return True


class Killing:
    """One run on one rig. `cassettes`: their numbers. `say` hears a line for each kill."""

    def __init__(
        self, rig: Rig, cassettes: Iterable[int], kills: Kills, dice: Random, say: Callable[[str], None]
    ) -> None:
        self._rig, self._cassettes, self._kills, self._dice, self._say = rig, tuple(cassettes), kills, dice, say

    def run(self) -> None:
        """Raises RigError when the machine never comes back."""
        self._rig.first_act()
        while self._kills.made < self._kills.wanted:
            self._make_free()
            self._visit(make_plan(KINDS[sum(self._kills.visits.values()) % len(KINDS)], self._dice))
        self._make_free()

    def _visit(self, plan: Plan) -> None:
        """One passenger; once the purchase has begun, one kill comes at a random moment of it, or soon after the last step."""
        rig, clock = self._rig, self._rig.clock
        visit = Visit(plan, rig.hands(), rig.eyes.touch, self._dice, clock.wall_ms())
        moment = Moment(self._dice)
        stays = self._dice.random() < 0.5
        while not visit.over or moment.comes:
            if not visit.over:
                self._act(visit)
            rig.turn()
            kind = rig.eyes.screen.kind if rig.eyes.screen is not None else ""
            if moment.now(kind, clock.mono_ms()):
                self._kill(kind)
                if not stays:
                    break
        outcome = visit.account.outcome or "left in the dark"
        self._kills.visits[outcome] = self._kills.visits.get(outcome, 0) + 1

    def _act(self, visit: Visit) -> None:
        rig = self._rig
        visit.saw(rig.eyes.rev, rig.eyes.screen, rig.clock.wall_ms())
        try:
            visit.poll(rig.clock.wall_ms())
        except CabinetError as error:
            if error.code:
                raise

    def _kill(self, at: str) -> None:
        kills, supervisor = self._kills, self._rig.supervisor
        what = self._dice.choices(WHAT, WEIGHTS)[0]
        kills.made += 1
        kills.by[what] = kills.by.get(what, 0) + 1
        self._say(f"{kills.made:4} of {kills.wanted}  {what:10} at {at or 'a dark screen'}")
        if what != "mains":
            supervisor.restart(what)
            return
        supervisor.mains(False)
        until_ms = self._rig.clock.mono_ms() + DARK_MS // 10
        while self._rig.clock.mono_ms() < until_ms:
            self._rig.turn()
        supervisor.mains(True)

    def _make_free(self) -> None:
        """Until the next passenger can begin; with a technician when the machine needs one."""
        rig = self._rig
        settled = lambda: (
            rig.eyes.screen is not None and rig.eyes.screen.kind in (*FREE_SCREENS, "oos") and self._rests()
        )
        rig.serve_until(settled, SETTLE_MS, "a machine at rest")
        ready: Callable[[], bool] = lambda: self._shows(*FREE_SCREENS) and self._sells()
        until_ms = rig.clock.wall_ms() + 60_000
        while not ready() and rig.clock.wall_ms() < until_ms:
            rig.turn()
        if not ready():
            self._repair()
            rig.serve_until(ready, SETTLE_MS, "a machine that sells")

    def _shows(self, *kinds: str) -> bool:
        screen = self._rig.eyes.screen
        return screen is not None and screen.kind in kinds

    def _rests(self) -> bool:
        try:
            return not self._rig.hands().get("/api/ledger")["moving"]
        except CabinetError:
            return False

    def _sells(self) -> bool:
        """Little change is no reason not to buy; that nothing can be paid is."""
        screen = self._rig.eyes.screen
        return isinstance(screen, Attract | Home) and any(each.level != "off" for each in screen.payments)

    def _repair(self) -> None:
        """Clear every device by hand, count all cassettes, close up."""
        rig, hands = self._rig, self._rig.hands()
        self._kills.repairs += 1
        for device in ("acceptor", "dispenser", "ticket_unit"):
            hands.service({"act": "open", "door": "outer"})
            hands.service({"act": "clear_jam", "device": device})
        places = hands.get("/api/state")["places"]
        counts = [Job(None, f"svc:act:fill:{n}", places[f"cassette.{n}"]["things"]) for n in self._cassettes]
        worker = Technician(CASHIER, SUPERVISOR_PERSON, counts, hands.service, rig.eyes.touch, rig.clock.wall_ms())
        while not worker.over:
            worker.saw(rig.eyes.rev, rig.eyes.screen, rig.clock.wall_ms())
            worker.poll(rig.clock.wall_ms())
            rig.turn()
        if worker.outcome != "done":
            raise RigError(f"the technician is {worker.outcome}")


def run_kills(count: int, seed: int, say: Callable[[str], None] = print, machine: Machine = "usual") -> Kills:
    """Raises RigError or StartError when the machine is lost for good."""
    kills = Kills(count)
    patience = lambda: RestartPolicy(pause_ms=200, most=count + 20)
    with tempfile.TemporaryDirectory(prefix="tvm-") as made:
        directory = Path(made)
        fitted = FITTED[machine]
        rig = Rig(directory, morning(), Wanted(mirror=False, patience=patience, fitted=fitted))
        try:
            rig.start()
            Killing(rig, fitted.notes, kills, Random(seed), say).run()
            verdict = audit_directory(directory / "journal", rig.hands().get("/api/ledger"))
        finally:
            rig.stop()
    kills.told = verdict.as_dict()
    kills.found = list(kills.told.pop("violations"))
    if verdict.sums.open_sales:
        kills.found.append(f"{verdict.sums.open_sales} sales are still open")
    return kills


def morning() -> SharedClock:
    from simulator.demo import MORNING, station_clock

    return station_clock(10.0, MORNING)


def main(count: int, seed: int, machine: Machine = "usual") -> int:
    """0: the books balance."""
    kills = run_kills(count, seed, lambda line: print(line, flush=True), machine)
    print(f"kills {kills.by} · visits {kills.visits} · technician {kills.repairs} times")
    print(f"sales {kills.told['sales']} · fen {kills.told['fen']} · tickets {kills.told['tickets']}")
    for sentence in kills.found:
        print(f"NOT ACCOUNTED FOR: {sentence}", file=sys.stderr)
    print(f"violations {len(kills.found)}")
    return 1 if kills.found else 0
