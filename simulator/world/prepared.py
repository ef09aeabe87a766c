"""A machine ready to sell, made once: provisioned, filled and counted by a technician on its own service screens.

Worlds begin where this one ended: its journal on a copied disk, notes and blanks laid where the technician put them. It is
made once for a million sales.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

from argon2 import PasswordHasher

from kiosk.clock import VirtualClock
from kiosk.identity import FIRST_SEGMENT, MachineIdentity, Operator
from kiosk.parameters import SalePolicy
from kiosk.settings import Device, DeviceTable, HopperSeat, Identity, ScreenLink, Settings, StationLink
from simulator.cabinet.settings import CoinSettings
from simulator.passenger.technician import Staff, first_fill
from simulator.world import fitted
from simulator.world.cards import CONFIGURED
from simulator.world.disk import SectorDisk
from simulator.world.level import MACHINES, Level, Machine, is_fitted
from simulator.world.machine import Box
from simulator.world.office import PEOPLE, signer
from simulator.world.people import Worker
from simulator.world.points import Points
from simulator.world.station import Desk
from simulator.world.things import CASSETTES_FEN, COINS_FEN, UPS_MIN, Fill, Things

MACHINE, STATION, EPOCH, SECRET, TOKEN = "W01", "BXP", "5a11e0de", bytes(range(32)), "token-of-the-simulated-world"
STAFF = (Staff("1001", "246810"), Staff("1002", "135790"))
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Nobody is kept out of a simulated machine; a log-in may not cost fifty milliseconds of a million."""
START_WALL_MS = 1_795_387_800_000  # 2026-11-23 06:50 in Beijing: trains leave all day
START_MONO_MS = 600_000
PLENTY = Fill(((1, 400), (2, 400), (3, 400), (4, 200)), 800)
SPARE: Mapping[Machine, Fill] = {
    **dict.fromkeys(MACHINES, PLENTY),
    "bulk": Fill(((2, 400), (3, 400)), 800),
    "coins": replace(PLENTY, coins=((1, 400), (2, 400))),
    "lcdm2000": Fill(((1, 500), (2, 500)), 800),
}


def _cash(machine: Machine) -> tuple[Device, Device]:
    """Acceptor and dispenser; of a Bill-to-Bill unit they are two ports on one line (decision 22)."""
    values_fen = CASSETTES_FEN[machine]
    if is_fitted(machine):
        return fitted.cash(machine)
    if machine == "bulk":
        return Device("ccnet_b2b", "unit", escrow=1), Device("ccnet_b2b", "unit", cassettes=values_fen)
    return Device("ccnet", "wire"), Device("lcdm4000", "wire", cassettes=values_fen)


def _hoppers(machine: Machine) -> Device | None:
    values_fen = COINS_FEN[machine]
    seats = {n: HopperSeat(CoinSettings.address(n), fen, CoinSettings.serial(n)) for n, fen in values_fen.items()}
    return Device("cctalk_hopper", "wire", hoppers=seats) if seats else None


def settings(policy: SalePolicy | None = None, machine: Machine = "usual", ups: bool = False) -> Settings:
    """The configuration of the simulated machine: every device fitted but a UPS, the default parameters."""
    acceptor, dispenser = _cash(machine)
    table = DeviceTable(
        acceptor=acceptor,
        dispenser=dispenser,
        ticket_unit=Device("ttpm", "wire", baud=115_200),
        cabinet=Device("cabinet_board", "wire", baud=19_200),
        slip_printer=Device("escpos", "wire", baud=115_200),
        hopper=_hoppers(machine),
        ups=Device("megatec", "wire", baud=2_400, runtime_min=UPS_MIN) if ups else None,
        code_scanner=Device("scanner", "wire") if machine == "collect" else None,
        id_reader=Device("samv", "wire", baud=115_200) if machine == "collect" else None,
        card_reader=Device("crt310", "wire") if machine == "cards" else None,
        pin_pad=Device("zt598", "wire") if machine == "cards" else None,
    )
    return Settings(
        machine=Identity(MACHINE, STATION, "lab"),
        journal=Path("journal"),
        station=StationLink("http://station"),
        screen=ScreenLink(Path("screen")),
        devices=table,
        sale=policy or SalePolicy(),
        cards=CONFIGURED if machine == "cards" else None,
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
    machine: Machine = "usual"
    ups: bool = False

    def box(self, dice: Random, level: Level = "port", points: Points | None = None) -> Box:
        """A new machine with this past, its power still off."""
        clock = VirtualClock(self.mono_ms, self.wall_ms)
        things = Things(clock, machine=self.machine, ups=self.ups, level=level).filled(self.fill)
        return Box(self.settings, self.identity, clock, things, self.disk.copy(), self.desk.copy(), dice, level, points)


@cache
def identity() -> MachineIdentity:
    cash, second = STAFF
    people = (
        Operator(cash.number, "王芳", "Wang Fang", "cash", CHEAP.hash(cash.pin)),
        Operator(second.number, "李强", "Li Qiang", "supervisor", CHEAP.hash(second.pin)),
    )
    return MachineIdentity(MACHINE, EPOCH, SECRET, TOKEN, people)


def prepared(fill: Fill = Fill(), level: Level = "port", machine: Machine = "usual", ups: bool = False) -> Prepared:
    """The first fill on the real service screens, done once. Raises Stuck when the technician cannot finish.

    The usual fill of a Bill-to-Bill unit is another one: `simulator.world.run.FILLS`.
    """
    return _prepared(fill, level, machine, ups)


@cache
def _prepared(fill: Fill, level: Level, machine: Machine, ups: bool) -> Prepared:
    clock = VirtualClock(START_MONO_MS, START_WALL_MS)
    things = Things(clock, SPARE[machine], machine, ups, level)
    disk = SectorDisk()
    disk.begin(FIRST_SEGMENT)
    desk = Desk(MACHINE, TOKEN, signer=signer(), people=PEOPLE, seal=SECRET)
    box = Box(settings(machine=machine, ups=ups), identity(), clock, things, disk, desk, Random(1), level)
    box.start()
    box.settle(60_000, lambda: box.screen is not None and not box.made.controller.starting)  # type: ignore[union-attr]
    jobs = first_fill(dict(fill.notes), fill.blanks, dict(fill.coins))
    worker = Worker(box, STAFF, jobs)
    box.serve(worker)
    if worker.technician.outcome != "done":
        raise AssertionError(f"the technician is {worker.technician.outcome}")
    box.settle(60_000, lambda: box.screen is not None and box.screen.kind in ("attract", "home"))
    box.lose_power("prepared")
    past = disk.copy(), box.desk.copy()
    return Prepared(box.settings, box.identity, fill, *past, clock.mono_ms(), clock.wall_ms(), machine, ups)
