"""Passengers who queue at a machine, one after the other; several machines serve theirs side by side.

Nothing here waits: `turn` lets everybody do what it is time for, so that one loop serves all machines. A passenger has dice of
his own by his number: what he chooses does not depend on who stands at the other machine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from simulator.passenger.person import CARD_KINDS, PHONE_KINDS, PICKUP_KINDS, Dice, Plan, kinds_that_come
from simulator.passenger.visit import Account, Visit
from simulator.report import MotionLog
from simulator.rig import FREE_WITHIN_MS, Rig, RigError

Numbered = tuple[int, Plan]


class Line:
    """The passengers of one machine. `dice_of(number)` makes a passenger's dice; `told(number, account)` hears of each who has
    left."""

    def __init__(
        self, rig: Rig, plans: Iterable[Numbered], dice_of: Callable[[int], Dice], told: Callable[[int, Account], None]
    ) -> None:
        self.rig = rig
        self.accounts: list[Account] = []
        self.motions = MotionLog()
        self._waiting, self._dice_of, self._told = deque(plans), dice_of, told
        self._visit: Visit | None = None
        self._number = 0
        self._since_ms = rig.clock.wall_ms()

    @property
    def over(self) -> bool:
        """Everybody has been served, and the machine is free again."""
        return not self._waiting and self._visit is None and self.rig.free()

    def turn(self) -> None:
        """Let the next one step up, or the one who is there go on. Raises RigError when the machine is never free again."""
        if self._visit is None:
            self._next()
            return
        self.rig.attend(self._visit)
        if self._visit.over:
            self.accounts.append(self._visit.account)
            self._told(self._number, self._visit.account)
            self._visit, self._since_ms = None, self.rig.clock.wall_ms()
            self.gather()

    def gather(self) -> None:
        """Ask the cabinet what moved: it remembers only the last motions."""
        self.motions.gather(self.rig.hands().get(f"/api/busy?since_ms={self.motions.since_ms}"))

    def _next(self) -> None:
        now_ms = self.rig.clock.wall_ms()
        if not self.rig.free():
            if now_ms - self._since_ms > FREE_WITHIN_MS:
                seen = self.rig.eyes.screen.kind if self.rig.eyes.screen else "nothing"
                raise RigError(f"{self.rig.identity.machine} was not free again; the screen shows {seen}")
            return
        if self._waiting:
            self._number, plan = self._waiting.popleft()
            dice = self._dice_of(self._number)
            self._visit = self.rig.passenger(plan, dice)


def shared_out(plans: Sequence[Plan], machines: int) -> list[list[Numbered]]:
    """Who goes to which machine, numbered from 1: in turn, and another one first in each round of kinds, or a kind would
    always meet the same machine."""
    come = [any(plan.kind in kinds for plan in plans) for kinds in (PHONE_KINDS, CARD_KINDS, PICKUP_KINDS)]
    kinds = len(kinds_that_come(*come))
    queues: list[list[Numbered]] = [[] for _ in range(machines)]
    for at, plan in enumerate(plans):
        queues[(at % kinds + at // kinds) % machines].append((at + 1, plan))
    return queues
