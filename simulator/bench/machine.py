"""A whole machine with its traces, its passengers in some hurry, and a finger on real glass when there is a display."""

from __future__ import annotations

import json
from pathlib import Path

from kiosk.screen.values import Screen
from simulator.bench.display import Finger
from simulator.bench.traces import Click
from simulator.clock import SharedClock
from simulator.passenger.person import Dice, Plan
from simulator.passenger.technician import Job, Technician, first_fill
from simulator.passenger.visit import Account, Visit
from simulator.report import MotionLog
from simulator.rig import CASHIER, FIRST_BLANKS, FIRST_NOTES, SUPERVISOR_PERSON, Rig

HURRY = 4
"""How much faster than usual these people think; the machine keeps its own pace."""
HELD_MS = 60
KEYS_WITHIN_MS = 1_500
SETTLE_MS = 60


class Tail:
    """A trace that is being written: `keys_of` answers where the keys of a value are, once it was painted."""

    def __init__(self, path: Path) -> None:
        self._path, self._at = path, 0
        self._keys: tuple[int, dict[str, list[int]]] = (-1, {})

    def keys_of(self, rev: int) -> dict[str, list[int]] | None:
        self._read()
        return self._keys[1] if self._keys[0] == rev else None

    def _read(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._at)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._at += len(whole)
        for line in whole.splitlines():
            if b'"keys_of"' in line:
                event = json.loads(line)
                self._keys = (event["keys_of"], event["keys"])


class Machine:
    """`rig` is not started yet; `finger` None: passengers touch through the screen socket, as synthetic ones do."""

    def __init__(self, rig: Rig, clock: SharedClock, finger: Finger | None) -> None:
        self.rig, self.clock, self.finger = rig, clock, finger
        self.clicks: list[Click] = []
        self.motions = MotionLog()
        self.seen: dict[str, Screen] = {}
        self._tail = Tail(rig.directory / "screen.trace")
        self._begun_ms = clock.mono_ms()

    # -- people

    def people_ms(self) -> int:
        return self.clock.wall_at(self._begun_ms) + HURRY * (self.clock.mono_ms() - self._begun_ms)

    def first_act(self) -> None:
        """The technician fills the new machine. Raises RigError when that fails."""
        rig = self.rig
        rig.serve_until(lambda: rig.eyes.screen is not None, 60_000, "a screen")
        jobs: list[Job] = first_fill(FIRST_NOTES, FIRST_BLANKS)
        worker = Technician(CASHIER, SUPERVISOR_PERSON, jobs, rig.hands().service, rig.eyes.touch, self.people_ms())
        while not worker.over:
            worker.saw(rig.eyes.rev, rig.eyes.screen, self.people_ms())
            worker.poll(self.people_ms())
            rig.turn()
        rig.wait_until_free()

    def visit(self, plan: Plan, dice: Dice) -> Account:
        """One passenger; what the cabinet saw move is gathered afterwards."""
        rig = self.rig
        made = Visit(plan, rig.hands(), self._touch, dice, self.people_ms())
        while not made.over:
            made.saw(rig.eyes.rev, rig.eyes.screen, self.people_ms())
            made.poll(self.people_ms())
            rig.turn()
            if rig.eyes.screen is not None:
                self.seen[rig.eyes.screen.kind] = rig.eyes.screen
        self.motions.gather(rig.hands().get(f"/api/busy?since_ms={self.motions.since_ms}"))
        return made.account

    def serve(self, for_ms: int) -> None:
        """The processes are served for so long (real time)."""
        until_ms = self.clock.mono_ms() + for_ms
        while (left_ms := until_ms - self.clock.mono_ms()) > 0:
            self.rig.turn(min(left_ms, 10))

    def doze(self, for_ms: int) -> None:
        """As `serve`, but nobody is at the screen socket and nothing is looked at in between."""
        until_ms = self.clock.mono_ms() + for_ms
        while (left_ms := until_ms - self.clock.mono_ms()) > 0:
            self.rig.supervisor.turn(left_ms)

    # -- the finger

    def _touch(self, target: str) -> None:
        if self.finger is None:
            self.rig.eyes.touch(target)
            return
        area = self._area_of(target)
        if area is None:
            return  # it changed meanwhile: the passenger looks again
        x, y, wide, high = area
        self.finger.point(x + wide // 2, y + high // 2)
        self.serve(SETTLE_MS)
        self.clicks.append(self.finger.touch(lambda: self.serve(HELD_MS)))

    def _area_of(self, target: str) -> list[int] | None:
        """Where the target is on the glass, once what is shown now is painted."""
        until_ms = self.clock.mono_ms() + KEYS_WITHIN_MS
        while self.clock.mono_ms() < until_ms:
            keys = self._tail.keys_of(self.rig.eyes.rev)
            if keys is not None:
                return keys.get(target)
            self.rig.turn()
        return None

    # -- files and processes

    @property
    def journal(self) -> Path:
        return self.rig.directory / "journal"

    def trace(self, name: str) -> Path:
        """`controller` or `screen`."""
        return self.rig.directory / f"{name}.trace"

    def pid(self, name: str) -> int:
        """Raises OSError when it does not run."""
        pid = self.rig.supervisor.pid(name)
        if pid is None:
            raise OSError(f"{name} does not run")
        return pid
