"""One case: a driver meets its twin on a line that lies, for half a minute of virtual time.

Wrong is an exception of either side, a driver that asks to be woken at once for ever, a thing that moved (nothing was ordered),
power that went, and, when the line only spoiled and nothing was forged, any word of money: there was none.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from kiosk.models import MODELS as DRIVERS
from kiosk.models import PARITY, SHORT_NAMES, model
from kiosk.ports import coin_hopper, note_acceptor, note_dispenser, pin_pad, ticket_printer
from kiosk.ports.fact import Fact
from kiosk.settings import Device, HopperSeat
from simulator.device import MODELS
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fuzz.mischief import Mischief
from simulator.fuzz.registers import REGISTERS
from simulator.fuzz.seals import SEALS

DRIVEN = tuple(name for name in sorted(MODELS) if SHORT_NAMES.get(name, name) in DRIVERS or name in REGISTERS)
"""Simulated models that somebody wrote a driver for, or at least a host."""
SPAN_MS = 30_000
LONGEST_STEP_MS = 100
MOST_STEPS = 60_000
"""Far more than a driver that asks each 20 ms needs."""
LINK_LOST = 0.002
CASSETTES = {1: 100, 2: 500, 3: 1_000, 4: 2_000}
HOPPERS = {1: HopperSeat(3, 100, 12_345_678), 2: HopperSeat(4, 50, 12_345_679)}
VALUES_FEN = (100, 500, 1_000, 2_000, 5_000, 10_000)
OF_MONEY: tuple[type[Fact], ...] = (
    note_acceptor.NoteHeld, note_acceptor.NoteOurs, note_acceptor.NoteDeposited, note_acceptor.NoteRecycled,
    note_acceptor.NoteReturned, note_acceptor.DepositKept, note_acceptor.DepositPresented, note_dispenser.NotesPresented,
    note_dispenser.NotesShort, note_dispenser.ChangeTaken, coin_hopper.CoinsPaid, coin_hopper.CoinsShort,
    ticket_printer.TicketInTray, ticket_printer.TicketsPresented, pin_pad.PinEntered, pin_pad.MacMade,
)  # fmt: skip

Build = Callable[[str, Callable[[Fact], None], Random], Any]
"""(model, report, dice) -> a driver."""


@dataclass(frozen=True, slots=True)
class Played:
    """`wrong`: what was wrong, empty when nothing was. `facts`: how many were told; `pieces`: how many crossed the line."""

    wrong: str
    facts: int
    pieces: int


def driver_of(name: str, report: Callable[[Fact], None], dice: Random) -> Any:
    """The driver that a machine of this model would have; or a host that orders anything, where somebody wrote one."""
    name = SHORT_NAMES.get(name, name)
    if name not in DRIVERS or (name in REGISTERS and dice.random() < 0.5):
        return REGISTERS[name](dice)
    device = Device(name, "fuzz", parity=PARITY.get(name, "N"), cassettes=CASSETTES, hoppers=HOPPERS)
    return model(name, device, report, 1, dice.randbytes)


class Case:
    """`seed` fixes everything."""

    def __init__(self, name: str, seed: str, build: Build = driver_of) -> None:
        self._dice = dice = Random(seed)
        self._facts: list[Fact] = []
        self._matter = Matter()
        self._twin: Any = MODELS[name](self._matter, Speeds(rate=dice.choice((1, 10))))
        self._driver = build(name, self._facts.append, dice)
        seal = SEALS[name] if dice.random() < 0.5 else None
        self._out, self._back = Mischief(dice, None), Mischief(dice, seal)
        self._out.other, self._back.other = self._back, self._out
        self._lies = self._census()
        self._pieces = self._spins = self._now_ms = 0

    def play(self) -> Played:
        try:
            wrong = self._run() or self._judged()
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            wrong = f"{type(error).__name__}: {error} (in {where.name}, line {where.lineno})"
        return Played(wrong, len(self._facts), self._pieces)

    def _run(self) -> str:
        driver = self._driver
        driver.link_up(0)
        accept_only = getattr(getattr(driver, "acceptor", driver), "accept_only", None)
        if accept_only is not None:
            accept_only(VALUES_FEN)
        for _ in range(MOST_STEPS):
            if self._now_ms >= SPAN_MS:
                return ""
            self._step()
        return f"woken {MOST_STEPS} times in {self._now_ms} ms: it spins"

    def _step(self) -> None:
        now_ms, driver, twin = self._now_ms, self._driver, self._twin
        if self._dice.random() < LINK_LOST:
            driver.link_lost("pulled", now_ms)
            driver.poll(now_ms)
            driver.take_output()
            driver.link_up(now_ms)
        wake_ms = driver.poll(now_ms)
        self._cross(driver.take_output(), self._out, twin.receive)
        due_ms = twin.poll(now_ms)
        self._cross(twin.take_output(), self._back, driver.receive)
        wakes = [at for at in (wake_ms, due_ms, now_ms + LONGEST_STEP_MS) if at is not None]
        self._now_ms = max(now_ms + 1, min(wakes))

    def _cross(self, data: bytes, line: Mischief, receive: Callable[[bytes, int], None]) -> None:
        if not data:
            return
        for piece in line.carry(data):
            self._pieces += 1
            if piece:
                receive(piece, self._now_ms)

    # -- the law

    def _census(self) -> dict[str, list[str]]:
        return {name: [thing.serial for thing in place.things] for name, place in self._matter.places.items()}

    def _judged(self) -> str:
        if self._census() != self._lies:
            moved = [name for name, things in self._census().items() if things != self._lies.get(name)]
            return f"nothing was ordered, and things moved: {', '.join(sorted(moved))}"
        if getattr(self._twin, "booked_fen", 0):
            return "nobody paid, and money was booked"
        if getattr(self._twin, "output", True) is False:
            return "nothing was ordered, and the power was cut"
        if self._back.forges:
            return ""
        told = next((fact for fact in self._facts if isinstance(fact, OF_MONEY)), None)
        return f"a word of money, and there was none: {told}" if told is not None else ""
