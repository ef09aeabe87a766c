"""How much each device has done and how often it failed, for ever, and how well notes are read (TVM-058).

A fold of the journal like the stock, so it outlives restarts and needs no file. A failure is a fault that takes something away
(E codes) and comes up; the same device silent and back again is one more. A cycle is one piece of work that came to its end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from kiosk.faults import FaultCode
from kiosk.records import Record

CYCLES = {
    "note.seen": "acceptor",
    "pay!": "dispenser",
    "print!": "ticket_unit",
    "deliver!": "cabinet",
    "slip!": "slip_printer",
    "auth!": "payment",
}
"""Kind of fact -> the device that has done one piece of work. Bill-to-Bill units count twice, as acceptor and as dispenser."""
UNDONE = ("refused", "failed", "coins_refused")
UNREAD = ("unreadable", "folded", "other")
"""Reasons of a refusal that say how well notes are read; a kind that is not wanted now is refused rightly."""


@dataclass(slots=True)
class Wear:
    """`tried`: notes that somebody offered, each counted once however often it went in; `first`: of these, read when they went
    in first; `later`: read at a further try. Nobody sees which note goes in again: after one that was not read the next of the
    same sale counts as that one."""

    cycles: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    tried: int = 0
    first: int = 0
    later: int = 0
    _again: bool = False

    def hear(self, fact: Record) -> None:
        kind, result = fact["kind"], fact.get("result", "")
        if kind == "fault":
            self._fault(fact)
        elif kind == "sale.start":
            self._again = False
        elif kind == "note.refused":
            self._unread(fact["reason"])
        elif kind in CYCLES and result not in UNDONE and "hopper" not in fact:  # a hopper counts its coins itself
            self.cycles[CYCLES[kind]] += 1
            if kind == "note.seen":
                self._read()

    def between_failures(self, device: str) -> int | None:
        """Mean cycles between failures, whole ones; None while it has not failed."""
        failed = self.failures[device]
        return self.cycles[device] // failed if failed else None

    def first_pass(self) -> float | None:
        """Share of notes read when they went in first, 0..1; None before the first note."""
        return self.first / self.tried if self.tried else None

    def acceptance(self) -> float | None:
        """Share of notes read in the end, 0..1; None before the first note."""
        return (self.first + self.later) / self.tried if self.tried else None

    def told(self) -> dict[str, Any]:
        """For the station: device -> cycles and failures; how notes were read."""
        devices = sorted(self.cycles.keys() | self.failures.keys())
        each = {name: {"cycles": self.cycles[name], "failures": self.failures[name]} for name in devices}
        return {"devices": each, "notes": {"tried": self.tried, "first": self.first, "later": self.later}}

    def _fault(self, fact: Record) -> None:
        code = FaultCode.__members__.get(fact["code"])
        if fact["up"] and code is not None and code.code.startswith("E"):
            self.failures[fact["device"]] += 1

    def _unread(self, reason: str) -> None:
        if reason in UNREAD and not self._again:
            self._again = True
            self.tried += 1

    def _read(self) -> None:
        if self._again:
            self._again = False
            self.later += 1
        else:
            self.tried += 1
            self.first += 1
