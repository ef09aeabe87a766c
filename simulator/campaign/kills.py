"""The same machine as real processes, killed at random moments and started again: `./tvm campaign --kills N`.

Controller and screen lose power, the controller alone is killed, or the station is, or who is paid at instead of in notes;
passengers go on or walk away; a technician comes when the machine needs one. Where cards pay, the office orders settlements, and
some are killed in the middle of one. At the end the auditor reads the journal, counts what lies in the cabinet, and holds the books
of provider and bank against both, and each batch against the station's sums.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from kiosk.screen.values import Attract, Home
from simulator.batches import Row, table
from simulator.campaign.kill_books import judge
from simulator.campaign.kill_kinds import KINDS, KillKind
from simulator.campaign.kill_settling import VICTIMS, OrderedSettlement
from simulator.clock import SharedClock
from simulator.office_line import NAME
from simulator.passenger.cabinet_client import CabinetError
from simulator.passenger.person import Plan
from simulator.passenger.technician import Job, Technician
from simulator.passenger.visit import Account, Visit
from simulator.programs import Wanted
from simulator.restarts import RestartPolicy
from simulator.rig import CASHIER, FREE_SCREENS, SUPERVISOR_PERSON, Rig, RigError
from simulator.world.level import Machine

DARK_MS = 1_500
SETTLE_MS = 1_800_000
LEAST_CARDS = 3
"""With fewer cards in hand staff gives the captured ones back."""


@dataclass(slots=True)
class Kills:
    """What a run did. `found`: what the auditor says is wrong. `settling`: how many kills came while the bank was told of a batch;
    `batches`: what each account says of each."""

    wanted: int
    made: int = 0
    by: dict[str, int] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    repairs: int = 0
    settling: int = 0
    batches: dict[str, Row] = field(default_factory=dict)
    accounts: list[Account] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)


class Moment:
    """When the one kill of a visit comes: within `latest_ms` real ms after one of the screens `begun` was shown."""

    def __init__(self, begun: Sequence[str], latest_ms: int, dice: Random) -> None:
        self._begun, self._latest_ms, self._dice = begun, latest_ms, dice
        self._at_ms: int | None = None
        self._over = False

    @property
    def comes(self) -> bool:
        return self._at_ms is not None and not self._over

    def now(self, kind: str, now_ms: int) -> bool:
        """Whether it is now; once true, never again. `kind` of the screen that is shown."""
        if self._at_ms is None and kind in self._begun:
            self._at_ms = now_ms + self._dice.randrange(self._latest_ms)
        if not self.comes or self._at_ms is None or now_ms < self._at_ms:
            return False
        self._over = True
        return True


class Killing:
    """One run on one rig. `say` hears a line for each kill."""

    def __init__(self, rig: Rig, kind: KillKind, kills: Kills, dice: Random, say: Callable[[str], None]) -> None:
        self._rig, self._kind, self._kills, self._dice, self._say = rig, kind, kills, dice, say
        self._settlement = OrderedSettlement(rig, dice)

    def run(self) -> None:
        """Raises RigError when the machine never comes back."""
        self._rig.first_act()
        while self._kills.made < self._kills.wanted:
            self._make_free()
            if self._dice.random() < self._kind.settles and self._settlement.due():
                self._settle()
                continue
            self._visit(self._kind.plan(len(self._kills.accounts), self._dice))
        self._make_free()

    def _settle(self) -> None:
        """The office orders it, and one kill comes at a random moment from then on."""
        if self._settlement.begin():
            self._kills.settling += self._settlement.under_way()
            self._kill("a settlement", VICTIMS)

    def _visit(self, plan: Plan) -> None:
        """One passenger; once the purchase has begun, one kill comes at a random moment of it, or soon after the last step."""
        rig, clock = self._rig, self._rig.clock
        visit = rig.passenger(plan, self._dice)
        self._kills.accounts.append(visit.account)
        moment = Moment(self._dice.choice(self._kind.from_screens), self._kind.latest_ms, self._dice)
        stays = self._dice.random() < 0.5
        while not visit.over or moment.comes:
            if not visit.over:
                self._act(visit)
            rig.turn()
            kind = rig.eyes.screen.kind if rig.eyes.screen is not None else ""
            if moment.now(kind, clock.mono_ms()):
                self._kill(kind, self._kind.victims)
                if not stays:
                    break
        if not visit.over:
            visit.leave("left in the dark", clock.wall_ms())
        outcome = visit.account.outcome
        self._kills.visits[outcome] = self._kills.visits.get(outcome, 0) + 1

    def _act(self, visit: Visit) -> None:
        rig = self._rig
        visit.saw(rig.eyes.rev, rig.eyes.screen, rig.clock.wall_ms())
        try:
            visit.poll(rig.clock.wall_ms())
        except CabinetError as error:
            if error.code:
                raise

    def _kill(self, at: str, victims: Mapping[str, int]) -> None:
        kills, supervisor = self._kills, self._rig.supervisor
        what = self._dice.choices([*victims], [*victims.values()])[0]
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
        if not ready() or self._cards_run_out():
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

    def _cards_run_out(self) -> bool:
        """Who pays by card here has lost nearly all of them to the machine."""
        if not self._rig.takes_cards:
            return False
        told = self._rig.hands().get("/api/state")["cards"]
        return bool(told["captured"]) and sum(card["lies"] == "hand" for card in told["cards"]) < LEAST_CARDS

    def _sells(self) -> bool:
        """Little change is no reason not to buy; that nothing can be paid is."""
        screen = self._rig.eyes.screen
        return isinstance(screen, Attract | Home) and any(each.level != "off" for each in screen.payments)

    def _repair(self) -> None:
        """Clear every device by hand, count all cassettes, close up."""
        rig, hands = self._rig, self._rig.hands()
        self._kills.repairs += 1
        for device in self._kind.cleared:
            hands.service({"act": "open", "door": "outer"})
            hands.service({"act": "clear_jam", "device": device})
        if rig.takes_cards:
            hands.service({"act": "hand_out_cards"})
        places = hands.get("/api/state")["places"]
        counts = [Job(None, f"svc:act:fill:{n}", places[f"cassette.{n}"]["things"]) for n in self._kind.fitting.notes]
        for n in self._kind.fitting.coins:
            lies = places[f"hopper.{n}"]["things"] + places[f"hopper.{n}.exit"]["things"]
            counts.append(Job(None, f"svc:act:fill_coins:{n}", lies))
        worker = Technician(CASHIER, SUPERVISOR_PERSON, counts, hands.service, rig.eyes.touch, rig.clock.wall_ms())
        while not worker.over:
            worker.saw(rig.eyes.rev, rig.eyes.screen, rig.clock.wall_ms())
            worker.poll(rig.clock.wall_ms())
            rig.turn()
        if worker.outcome != "done":
            raise RigError(f"the technician is {worker.outcome}")


def run_kills(count: int, seed: int, say: Callable[[str], None] = print, machine: Machine = "usual") -> Kills:
    """Raises RigError or StartError when the machine is lost for good."""
    kills, kind = Kills(count), KINDS[machine]
    patience = lambda: RestartPolicy(pause_ms=200, most=count + 20)
    with tempfile.TemporaryDirectory(prefix="tvm-") as made:
        office = (f"{NAME}:{secrets.token_hex(6)}",) if kind.settles else ()
        wanted = Wanted(mirror=False, patience=patience, fitted=kind.fitting, crowd=True, office=office)
        rig = Rig(Path(made), morning(), wanted)
        try:
            rig.start()
            Killing(rig, kind, kills, Random(seed), say).run()
            verdict, others, kills.batches = judge(rig, kills.accounts)
        finally:
            rig.stop()
    kills.told = verdict.as_dict()
    kills.told["captured_fen"] = verdict.captured_fen
    kills.found = [*kills.told.pop("violations"), *others]
    return kills


def morning() -> SharedClock:
    from simulator.demo import MORNING, station_clock

    return station_clock(10.0, MORNING)


def main(count: int, seed: int, machine: Machine = "usual") -> int:
    """0: the books balance."""
    kills = run_kills(count, seed, lambda line: print(line, flush=True), machine)
    print(f"kills {kills.by} · visits {kills.visits} · technician {kills.repairs} times")
    print(f"sales {kills.told['sales']} · fen {kills.told['fen']} · tickets {kills.told['tickets']}")
    if captured_fen := kills.told["captured_fen"]:
        print(f"kept of phones and cards: {captured_fen} fen")
    if kills.batches:
        print(f"killed while the bank was told of a batch: {kills.settling}")
        print("\n".join(table(kills.batches)))
    for sentence in kills.found:
        print(f"NOT ACCOUNTED FOR: {sentence}", file=sys.stderr)
    print(f"violations {len(kills.found)}")
    return 1 if kills.found else 0
