"""A machine ready to sell, made once: provisioned, filled and counted by a technician on its own service screens.

Worlds begin where this one ended: its journal on a copied disk, notes and blanks laid where the technician put them. It is
made once for a million sales.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from argon2 import PasswordHasher

from kiosk.clock import VirtualClock
from kiosk.identity import FIRST_SEGMENT, MachineIdentity, Operator
from kiosk.parameters import SalePolicy
from kiosk.settings import Device, DeviceTable, Identity, ScreenLink, Settings, StationLink
from simulator.passenger.technician import Staff, first_fill
from simulator.world.disk import SectorDisk
from simulator.world.level import Level
from simulator.world.machine import Box
from simulator.world.people import Worker
from simulator.world.points import Points
from simulator.world.station import Desk
from simulator.world.things import VALUES_FEN, Fill, Things

MACHINE, STATION, EPOCH, SECRET, TOKEN = "W01", "BXP", "5a11e0de", bytes(range(32)), "token-of-the-simulated-world"
STAFF = (Staff("1001", "246810"), Staff("1002", "135790"))
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Nobody is kept out of a simulated machine; a log-in may not cost fifty milliseconds of a million."""
START_WALL_MS = 1_795_387_800_000  # 2026-11-23 06:50 in Beijing: trains leave all day
START_MONO_MS = 600_000
SPARE = Fill(((1, 400), (2, 400), (3, 400), (4, 200)), 800)


def settings(policy: SalePolicy | None = None) -> Settings:
    """The configuration of the simulated machine: every device fitted, the default parameters."""
    table = DeviceTable(
        acceptor=Device("ccnet", "wire"),
        dispenser=Device("lcdm4000", "wire", cassettes=VALUES_FEN),
        ticket_unit=Device("ttpm", "wire", baud=115_200),
        cabinet=Device("cabinet_board", "wire", baud=19_200),
        slip_printer=Device("escpos", "wire", baud=115_200),
    )
    return Settings(
        machine=Identity(MACHINE, STATION, "lab"),
        journal=Path("journal"),
        station=StationLink("http://station"),
        screen=ScreenLink(Path("screen")),
        devices=table,
        sale=policy or SalePolicy(),
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """Where worlds begin: an idle machine at a moment of a morning."""

    settings: Settings
    identity: MachineIdentity
    fill: Fill
    disk: SectorDisk
    desk: Desk
    mono_ms: int
    wall_ms: int

    def box(self, dice: Random, level: Level = "port", points: Points | None = None) -> Box:
        """A new machine with this past, its power still off."""
        clock = VirtualClock(self.mono_ms, self.wall_ms)
        things = Things(clock).filled(self.fill)
        return Box(self.settings, self.identity, clock, things, self.disk.copy(), self.desk.copy(), dice, level, points)


@cache
def identity() -> MachineIdentity:
    cash, second = STAFF
    people = (
        Operator(cash.number, "王芳", "Wang Fang", "cash", CHEAP.hash(cash.pin)),
        Operator(second.number, "李强", "Li Qiang", "supervisor", CHEAP.hash(second.pin)),
    )
    return MachineIdentity(MACHINE, EPOCH, SECRET, TOKEN, people)


@cache
def prepared(fill: Fill = Fill(), level: Level = "port") -> Prepared:
    """The first fill on the real service screens. Raises Stuck when the technician cannot finish."""
    clock = VirtualClock(START_MONO_MS, START_WALL_MS)
    things = Things(clock, vault=SPARE)
    disk = SectorDisk()
    disk.begin(FIRST_SEGMENT)
    box = Box(settings(), identity(), clock, things, disk, Desk(MACHINE, TOKEN), Random(1), level)
    box.start()
    box.settle(60_000, lambda: box.screen is not None and not box.made.controller.starting)  # type: ignore[union-attr]
    jobs = first_fill(dict(fill.notes), fill.blanks)
    worker = Worker(box, STAFF, jobs)
    box.serve(worker)
    if worker.technician.outcome != "done":
        raise AssertionError(f"the technician is {worker.technician.outcome}")
    box.settle(60_000, lambda: box.screen is not None and box.screen.kind in ("attract", "home"))
    box.lose_power("prepared")
    return Prepared(box.settings, box.identity, fill, disk.copy(), box.desk.copy(), clock.mono_ms(), clock.wall_ms())
