"""The lab's own terminal (a second reading of the sheet) with somebody in front of it, where the paper one stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.acquirer.ledger import State
from simulator.acquirer.terminal_desk import TerminalDesk
from simulator.devices.chip_card.wallet import WALLET
from simulator.devices.crt310 import lab_card
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.devices.zvt import Way, ZvtTerminal
from tests.drivers.zvt.world import World
from tests.simulator.fronts.harness import Rig

HAND_MS = 300


@dataclass(frozen=True)
class Row:
    """`state`: kept, reversed (not booked any more)."""

    amount_fen: int
    state: str


class Twin:
    """`never`: nobody comes with a card. `result`: anything but 0, the bank declines."""

    def __init__(self, serial: bool, card: str = "good", rate: float = 1.0) -> None:
        self.matter = Matter()
        self.bank = TerminalDesk()
        way = Way.SERIAL if serial else Way.TCP
        self.terminal = ZvtTerminal(self.matter, Speeds(rate=rate), desk=self.bank, way=way)
        self.card = lab_card(self.matter, card)
        self.pin = WALLET[card].perso.pin
        self.never = False
        self._result = 0
        self._hand_ms: int | None = None
        self.hung_up: Callable[[], None] = lambda: None

    @property
    def faults(self) -> set[str]:
        return self.terminal.faults

    @property
    def result(self) -> int:
        return self._result

    @result.setter
    def result(self, code: int) -> None:
        self._result = code
        (self.faults.add if code else self.faults.discard)("declined_next")

    @property
    def ledger(self) -> list[Row]:
        rows = self.bank.ledger.bookings(self.terminal.memory.terminal)
        assert self.bank.ledger.wrong() == []
        return [Row(row.amount_fen, "kept" if row.state is State.BOOKED else "reversed") for row in rows]

    # -- for the bench

    def receive(self, data: bytes, now_ms: int) -> None:
        self.terminal.receive(data, now_ms)
        if self.terminal.hangs_up():
            self.terminal.disconnected(now_ms)
            self.hung_up()

    def take_output(self) -> bytes:
        return self.terminal.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        self.terminal.power(on, now_ms)

    def poll(self, now_ms: int) -> int | None:
        due_ms = self.terminal.poll(now_ms)
        if not self._wanted():
            self._hand_ms = None
            return due_ms
        self._hand_ms = self._hand_ms or now_ms + HAND_MS
        if now_ms >= self._hand_ms:
            self._hand_ms = None
            self._does(now_ms)
            return now_ms + 1
        return self._hand_ms if due_ms is None else min(due_ms, self._hand_ms)

    def _wanted(self) -> bool:
        terminal = self.terminal
        comes = terminal.wants_card and not self.never and bool(self.matter.place("hand").cards())
        return comes or terminal.asks_for_pin or terminal.sticks_out is not None

    def _does(self, now_ms: int) -> None:
        terminal = self.terminal
        if terminal.sticks_out is not None:
            terminal.take(now_ms)
        elif terminal.asks_for_pin:
            for key in (*self.pin, "enter"):
                terminal.press(key, now_ms)
        elif terminal.wants_card:
            terminal.insert(self.card, now_ms)


class TwinWorld(World):
    def __init__(self, serial: bool = False, card: str = "good", bench: Callable[[Rig], Any] | None = None) -> None:
        super().__init__(Twin(serial, card, 20.0 if bench else 1.0), serial, bench)
        self.twin.hung_up = lambda: self.after(0, self._reconnect)

    def _reconnect(self) -> None:
        self.bench.unplug("payment")
        self.bench.replug("payment")

    @property
    def twin(self) -> Twin:
        made: Twin = self.paper
        return made
