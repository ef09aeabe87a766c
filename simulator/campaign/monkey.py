"""The monkey: touches, keys, notes, doors, plugs, faults and power cuts at random, the auditor listening to every event.

One part is a fresh machine and some thousand events from one seed. Wrong is what the auditor calls wrong, an exception of
the program, and a machine that does not come to rest when the monkey does: with all troubles over, doors shut and staff
having closed up it must be idle, its entry shut and no sale open. A part repeats exactly; the report says which it was.
"""

from __future__ import annotations

import logging
import traceback
from collections import Counter, deque
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from simulator.campaign.fingers import Finger
from simulator.campaign.mischief import Mischief
from simulator.campaign.pool import Unit
from simulator.campaign.purse import Purse
from simulator.world.judge import Judge
from simulator.world.level import Machine
from simulator.world.machine import Box, Stuck
from simulator.world.points import Points
from simulator.world.prepared import Prepared, prepared
from simulator.world.repair import needed, repair
from simulator.world.run import FILLS

EVENTS_PER_PART = 2_000
REST_EVERY = 1_000
REST_MS = 20 * 60_000
READY_MS = 5 * 60_000
CUTS = (0, 0, 1, 2, 4)
POINTS_PER_EVENT = 2
"""About so many crash points an event passes: where cuts are placed."""
STAFF_EVENTS = 90
"""So long somebody with keys and PIN stays at most."""
LAST = 12
PAUSES_MS = (0, 0, 20, 20, 60, 150, 400, 1_200, 3_000)

Act = Callable[[], str]


class Monkey:
    """`found`: what was wrong, in words; the monkey stops at the first. `told`: how often each act did something."""

    def __init__(self, seed: str, base: Prepared | None = None) -> None:
        self.dice = dice = Random(seed)
        self._seed = seed
        count = dice.choice(CUTS)
        points = Points(sorted(dice.sample(range(1, POINTS_PER_EVENT * EVENTS_PER_PART), count)))
        self.box: Box = (base or prepared()).box(Random(dice.random()), "port", points)
        self.judge = Judge(self.box)
        self.purse = Purse.of(self.box, dice)
        self.finger = Finger(self.box, dice, self.judge.auditor.hands, self.judge.auditor.counted, self.purse)
        self.mischief = Mischief(self.box, dice, self.purse)
        self.box.shown = self.finger.saw
        self.box.pause_ms = 5_000
        self.number = 0
        self.told: Counter[str] = Counter()
        self.screens: Counter[str] = Counter()
        self.found: list[str] = []
        self.last: deque[str] = deque(maxlen=LAST)
        self._staff_left = 0
        rows: list[tuple[float, str, Act]] = [
            (55, "mind", self._mind),
            (15, "shown", self.finger.shown),
            (4, "elsewhere", self.finger.elsewhere),
            (3, "nowhere", self.finger.nowhere),
            (4, "note", self.mischief.note),
            (3, "take", self.mischief.take),
            (0.6, "help", self.mischief.help),
            (0.8, "person", self.mischief.person),
            (0.3, "door by force", lambda: self.mischief.door(key=False)),
            (0.4, "staff comes", self._staff_comes),
            (0.6, "plug", self.mischief.plug),
            (0.8, "fault", self.mischief.fault),
            (0.6, "station", self.mischief.station),
            (2.0, "heal", self.mischief.heal),
            (0.3, "clock", self.mischief.clock_step),
            (0.3, "mains", self.mischief.mains),
            (0.2, "power cut", self.mischief.power_cut),
            (0.6, "walk away", self._walk_away),
            *(self.purse.acts() if self.purse is not None else ()),
        ]
        self._weights = [weight for weight, _, _ in rows]
        self._acts = [(name, act) for _, name, act in rows]

    # -- what only makes sense here

    def _mind(self) -> str:
        """On by the way of whoever stands there."""
        if not self._staff_left:
            pays = self.purse is not None and self._screen() in ("pay.card", "pay.code")
            return self.purse.there() if pays and self.dice.random() < 0.5 else self._left_open()  # type: ignore[union-attr]
        self._staff_left -= 1
        open_doors = bool(self.mischief.doors_open)
        if self._locked():
            self._staff_left = 0
            return f"{self.finger.touch('svc:back')}, {self.mischief.close_all()}"
        if open_doors and (self._staff_left <= STAFF_EVENTS // 3):
            return self.mischief.close_all()
        if not open_doors and self._screen() in ("attract", "home"):
            self._staff_left = 0
            return "staff leaves"
        return self.finger.staff(open_doors)

    def _locked(self) -> bool:
        """Too many wrong PINs: nobody gets in for some minutes."""
        made = self.box.made
        return made is not None and made.controller.service.state.locked_until_ms > self.box.clock.mono_ms()

    def _left_open(self) -> str:
        """Passengers; before open doors and service pages nobody can buy, so that staff comes there sooner or later."""
        screen, some = self._screen(), self.dice.random()
        if screen.startswith("svc.") and some < 0.5:
            return self.finger.touch("svc:back" if screen != "svc.menu" else "svc:logout")
        if screen == "oos" and some < 0.1:
            return self.mischief.heal() if not self.mischief.doors_open else self._staff_comes()
        return self.finger.passenger()

    def _staff_comes(self) -> str:
        self._staff_left = STAFF_EVENTS
        return self.mischief.door(key=True)

    def _walk_away(self) -> str:
        self.finger.new_visit()
        self.finger.wait_ms = self.dice.choice((30_000, 120_000, 300_000))
        return "walk away"

    # -- the run

    def run(self, events: int = EVENTS_PER_PART) -> None:
        """So many events, or fewer when something is wrong. Never raises for what the machine does."""
        try:
            self._begin()
            while self.number < events and not self.found:
                self.number += 1
                self._event()
                if self.number % REST_EVERY == 0 or self.number == events:
                    self._rest()
                self._judged()
        except Stuck as stuck:
            self._wrong(f"stuck: {stuck}")
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            self._wrong(f"the program died: {type(error).__name__}: {error} ({where.filename}:{where.lineno})")
            logging.getLogger(__name__).debug("died", exc_info=True)

    def _begin(self) -> None:
        self.box.restore_power()
        self.box.settle(READY_MS, lambda: self._screen() in ("attract", "home"))
        self.box.points.armed = True

    def _event(self) -> None:
        name, act = self.dice.choices(self._acts, self._weights)[0]
        told = act()
        if told:
            self.told[name] += 1
            self.last.append(f"{self.number} {told}")
        self._pass(max(self.finger.wait_ms, self.dice.choice(PAUSES_MS)))
        self.finger.wait_ms = 0
        self.screens[self._screen()] += 1

    def _pass(self, span_ms: int) -> None:
        """At least one turn, so that what was touched was heard."""
        box = self.box
        if box.life.refused:
            self.mischief.heal()
        until_ms = box.clock.mono_ms() + span_ms
        box.clock.at(until_ms, _nothing)
        box.turn()
        while box.clock.mono_ms() < until_ms and not box.life.refused:
            box.turn()

    def _rest(self) -> None:
        """Troubles end, staff closes up, nobody touches anything: now the machine must be at rest (invariant 10)."""
        box, armed = self.box, self.box.points.armed
        box.points.armed = False
        self._staff_left = 0
        self.finger.new_visit()
        self.mischief.heal()
        self.mischief.close_all()
        box.settle(REST_MS, lambda: self._screen() in ("attract", "home", "oos"))
        if needed(box):
            box.settle(60_000, lambda: not needed(box))
        called = needed(box) or self._acceptor_stopped() or self._purse_wants()
        if called:
            self._repair()
        self._take_all()
        rests = self._comes_to_rest()
        if needed(box) and not called:  # it stopped only when a device was back and said what is wrong
            self._repair()
            rests = self._comes_to_rest()
        self.screens["rest"] += 1
        if not rests:
            self._wrong(f"not at rest {REST_MS // 60_000} minutes after the last touch; {self._screen()} is shown")
        elif needed(box):
            mode = box.made.controller.mode if box.made else None
            self._wrong(f"does not sell after staff was there: {mode.reasons if mode else box.life.refused}")
        reported = box.settle(REST_MS, box.reported)
        if self.purse is not None:
            box.settle(REST_MS, box.settled)
        self.judge.last_look(resting=rests, upload=True, reported=reported)
        box.points.armed = armed

    def _comes_to_rest(self) -> bool:
        return self.box.settle(REST_MS, lambda: self.box.idle() and self._screen() in ("attract", "home", "oos"))

    def _acceptor_stopped(self) -> bool:
        """The machine still shows the way, and takes no cash before somebody has looked into the acceptor."""
        made = self.box.made
        return made is not None and any(
            fault.device == "acceptor" and fault.up for fault in made.controller.watch.faults.values()
        )

    def _purse_wants(self) -> bool:
        """Reader, pad or who is behind them had time to be well again, and are not."""
        purse = self.purse
        if purse is None:
            return False
        self.box.settle(60_000, lambda: not purse.needs_staff())
        return purse.needs_staff()

    def _repair(self) -> None:
        self.judge.auditor.hands(True)
        self.box.things.service({"act": "open", "door": "outer"})
        self.box.settle(60_000, lambda: self._screen() == "oos")
        done = repair(self.box)
        self.box.settle(60_000, lambda: not needed(self.box))
        self.judge.auditor.hands(False)
        if done != "done":
            self._wrong(f"the technician is {done}")

    def _take_all(self) -> None:
        """Whoever comes next takes what lies about."""
        for outlet in ("mouth", "slip"):
            self.box.things.take(outlet)
        self.box.things.use_card("take")

    # -- judgement

    def _screen(self) -> str:
        return self.box.screen.kind if self.box.screen is not None else "dark"

    def _judged(self) -> None:
        for violation in self.judge.auditor.violations[:3]:
            self._wrong(str(violation))

    def _wrong(self, text: str) -> None:
        self.found.append(f"monkey {self._seed} event {self.number}: {text}")


def _nothing() -> None:
    """Wakes the clock."""


def _part(seed: int, part: int, events: int, command: str, machine: Machine, ups: bool) -> dict[str, Any]:
    monkey = Monkey(f"{seed}.{part}", prepared(FILLS[machine]["full"], machine=machine, ups=ups))
    monkey.run(events)
    trail = "; ".join(monkey.last)
    repeat = f"{command} --part {part}"
    return {
        "weight": monkey.number,
        "points": monkey.box.points.count,
        "violations": [{"text": f"{text} | last: {trail} | repeat it: {repeat}"} for text in monkey.found],
        "count": len(monkey.found),
        "sales": dict(monkey.judge.auditor.verdict().sums.outcomes),
    }


def units(events: int, seed: int, part: int | None = None, machine: Machine = "usual", ups: bool = False) -> list[Unit]:
    """Parts of `EVENTS_PER_PART` events, the last one shorter; `part` alone when it is given."""
    fitted = f"{'' if machine == 'usual' else f' --machine {machine}'}{' --ups' if ups else ''}"
    command = f"./tvm campaign --monkey {events} --seed {seed}{fitted}"
    starts = range(0, events, EVENTS_PER_PART)
    return [
        partial(_part, seed, number, min(EVENTS_PER_PART, events - start), command, machine, ups)
        for number, start in enumerate(starts)
        if part in (None, number)
    ]
