"""A ticket unit on the bench: the scripted printer of the ttpm tests, and tray, flaps, slot as the board's sheet has them."""

from __future__ import annotations

from collections.abc import Callable

from drivers.compose.board import Coil, Input
from drivers.compose.ticket_unit import TicketUnit
from drivers.ttpm.driver import Ttpm
from kiosk.faults import Fault
from kiosk.ports.fact import Fact
from kiosk.ports.ticket_printer import Picture, TicketJob
from tests.drivers.ttpm.ttpm_script import Bench, Unit

RUN_MS = 300
CLOSED = {
    Input.DELIVER_FLAP_CLOSED,
    Input.DUMP_FLAP_CLOSED,
    Input.SLOT_SHUTTER_CLOSED,
    Input.SLOT_BELT_HOME,
    Input.WASTE_NOT_FULL,
    Input.RETRACT_BINS_NOT_FULL,
    Input.TICKET_DOOR_CLOSED,
}
MOVES = {
    Coil.DELIVER_FLAP: Input.DELIVER_FLAP_CLOSED,
    Coil.DUMP_FLAP: Input.DUMP_FLAP_CLOSED,
    Coil.SLOT_SHUTTER: Input.SLOT_SHUTTER_CLOSED,
    Coil.SLOT_RETRACT: Input.SLOT_BELT_HOME,
}


class FakeSeal:
    def __init__(self) -> None:
        self.good = True
        self.answer: bytes | None = bytes.fromhex("8D186AF4")

    def ready(self) -> bool:
        return self.good

    def seal(self, message: bytes) -> bytes | None:
        return self.answer


class FakeBoard:
    """`stuck`: inputs that never change by themselves. Levels change when their time has come, watchers hear of it."""

    def __init__(self) -> None:
        self.levels: dict[Input, bool | None] = {which: which in CLOSED for which in Input}
        self.coils: list[tuple[Coil, bool]] = []
        self.stuck: set[Input] = set()
        self.due: list[tuple[int, Input, bool]] = []
        self.now_ms = 0
        self._watchers: list[Callable[[Input, bool | None], None]] = []

    def input(self, which: Input) -> bool | None:
        return self.levels[which]

    def watch(self, changed: Callable[[Input, bool | None], None]) -> None:
        self._watchers.append(changed)

    def set_coil(self, which: Coil, on: bool) -> None:
        self.coils.append((which, on))
        at_ms = self.now_ms + RUN_MS
        if which in MOVES:
            self.later(at_ms, MOVES[which], not on)
        if which is Coil.DELIVER_FLAP and on:
            self.later(at_ms + 50, Input.SLOT_OCCUPIED, self.levels[Input.TRAY_HAS_TICKETS] is True)
        if which in (Coil.DELIVER_FLAP, Coil.DUMP_FLAP) and on:
            self.later(at_ms + 50, Input.TRAY_HAS_TICKETS, False)
        if which is Coil.SLOT_RETRACT and on:
            self.later(at_ms + 400, Input.SLOT_OCCUPIED, False)

    def later(self, at_ms: int, which: Input, level: bool) -> None:
        self.due.append((at_ms, which, level))

    def step(self, now_ms: int) -> None:
        self.now_ms = now_ms
        for item in sorted((item for item in self.due if item[0] <= now_ms), key=lambda item: item[0]):
            self.due.remove(item)
            if item[1] not in self.stuck:
                self.set(item[1], item[2])

    def set(self, which: Input, level: bool | None) -> None:
        if self.levels[which] is not level:
            self.levels[which] = level
            for watcher in self._watchers:
                watcher(which, level)

    def lose(self) -> None:
        for which in Input:
            self.set(which, None)


class UnitBench(Bench):
    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.board, self.seal = FakeBoard(), FakeSeal()
        printer = Ttpm("ticket_unit", self.facts.append)
        self.ticket_unit = TicketUnit("ticket_unit", self.facts.append, printer, self.board, self.seal)
        self.falls = True
        super().__init__(self.ticket_unit, Unit())

    def run(self, for_ms: int) -> None:
        """Ten milliseconds at a time, so that the board moves between the driver's own wakes."""
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            made = self.unit.tickets
            super().run(min(10, end_ms - self.now_ms))
            if self.unit.tickets > made and self.falls:
                self.board.later(self.unit._busy_until_ms + 40, Input.TRAY_HAS_TICKETS, True)
            self.board.step(self.now_ms)

    def start(self) -> UnitBench:
        self.board.now_ms = self.now_ms
        self.plug()
        self.run(200)
        self.told()
        return self

    def order(self, key: str = "K1", stripe: str = "RT1D0123456G1234.261122VNPAOH08012AO0055300") -> None:
        self.ticket_unit.print_ticket(TicketJob(key, "D0123456", stripe, Picture(16, 2, bytes.fromhex("FF00AA55"))))

    def printed(self, *keys: str) -> UnitBench:
        for key in keys:
            self.order(key)
            self.run(5_000)
        self.told()
        self.board.coils.clear()
        return self

    def told(self) -> list[Fact]:
        told = [fact for fact in self.facts if not isinstance(fact, Fault)]
        self.facts[:] = [fact for fact in self.facts if isinstance(fact, Fault)]
        return told

    def faults(self) -> list[tuple[str, bool, str]]:
        faults = [(fact.code, fact.up, fact.detail) for fact in self.facts if isinstance(fact, Fault)]
        self.facts[:] = [fact for fact in self.facts if not isinstance(fact, Fault)]
        return faults
