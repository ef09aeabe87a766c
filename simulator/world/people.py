"""Who stands before a simulated machine: passengers as in the demo, who may stay or go when the power fails; the technician.

The passenger is the demo's (`simulator.passenger.visit`): the same eyes on the same screen values, here in virtual time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Literal

from kiosk.screen.values import Screen
from simulator.cabinet.refused import Refused
from simulator.passenger.hands import Busy
from simulator.passenger.person import Plan
from simulator.passenger.technician import Job, Staff, Technician
from simulator.passenger.visit import Account, Visit
from simulator.world.machine import Box

AfterCut = Literal["stays", "leaves"]


class Passenger:
    """One visit. `after_cut`: what the person does when the screen goes dark in the middle of it."""

    def __init__(self, plan: Plan, box: Box, dice: Random, after_cut: AfterCut) -> None:
        self.visit = Visit(plan, box.things, box.touch, dice, box.clock.mono_ms())
        self.visit.scan, self.visit.hold = box.things.scan, box.things.hold
        self.visit.card = box.things.use_card
        self._after_cut = after_cut
        self._gone = False
        self._seen = False

    @property
    def account(self) -> Account:
        return self.visit.account

    @property
    def over(self) -> bool:
        return self.visit.over or self._gone

    def saw(self, rev: int, screen: Screen | None, now_ms: int) -> None:
        if screen is None and self._seen and self._after_cut == "leaves":
            self._gone = True
            self.account.outcome = "left in the dark"
        self._seen = self._seen or screen is not None
        self.visit.saw(rev, screen, now_ms)

    def poll(self, now_ms: int) -> int | None:
        return self.visit.poll(now_ms)


class Worker:
    """A technician at the open cabinet, who keeps people's time; this world's actors live in the machine's."""

    def __init__(self, box: Box, staff: tuple[Staff, Staff], jobs: Sequence[Job]) -> None:
        self._box = box
        self.technician = Technician(*staff, jobs, self._hand, box.touch, box.clock.wall_ms())

    def _hand(self, act: Mapping[str, Any]) -> None:
        try:
            self._box.things.service(act)
        except Refused as refused:
            if refused.code == "moving":
                raise Busy(str(refused)) from refused
            raise

    @property
    def over(self) -> bool:
        return self.technician.over

    def saw(self, rev: int, screen: Screen | None, now_ms: int) -> None:
        self.technician.saw(rev, screen, self._box.clock.wall_ms())

    def poll(self, now_ms: int) -> int | None:
        due_ms = self.technician.poll(self._box.clock.wall_ms())
        return None if due_ms is None else now_ms + due_ms - self._box.clock.wall_ms()
