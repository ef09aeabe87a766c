"""Faults of a dispenser at port level: what its sensors show comes and goes, what an order left behind stays.

Source: lcdm sheet, sections 5.1 (DISP, STAT, TYPE) and 5.2; f53 sheet, sections 5 and 7.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kiosk.faults import FaultCode
from kiosk.ports.fact import Report
from simulator.fronts.port.raised import Faults


class CassetteState(NamedTuple):
    cassette: int
    near_end: bool
    present: bool


class State(NamedTuple):
    """What a STATUS would say now. `error`: the raw byte; `broken`: sensors or motors cannot work."""

    error: int = 0
    path_blocked: bool = False
    tray_out: bool = False
    broken: bool = False
    cassettes: tuple[CassetteState, ...] = ()


class Aftermath(NamedTuple):
    """What an order left behind. `fault`: up until somebody was there; `clean`: it went as asked; `moved`: cassettes that gave
    notes; `empty`: the one whose pick-up failed."""

    error: int
    fault: FaultCode | None
    clean: bool
    moved: tuple[int, ...]
    empty: int | None


class Health:
    """`cassettes`: those that ought to be there."""

    def __init__(self, name: str, report: Report, cassettes: Iterable[int]) -> None:
        self.whole = Faults(name, report)
        self._cassettes = {cassette: Faults(name, report) for cassette in cassettes}
        self._left: set[FaultCode] = set()

    def look(self, state: State) -> None:
        """A part that was out has been in a person's hands, and the path with it."""
        for row in state.cassettes:
            if row.cassette in self._cassettes:
                self._cassette(row)
        if state.tray_out and FaultCode.REJECT_OUT not in self.whole:
            self._left.clear()
        self._set(FaultCode.REJECT_OUT, state.tray_out, "")
        self._set(FaultCode.DISPENSER_JAM, state.path_blocked, f"{state.error:02X}")
        self._set(FaultCode.DEVICE_FAILURE, state.broken, f"{state.error:02X}")
        self._set(FaultCode.WRONG_NOTES, False, "")

    def _cassette(self, row: CassetteState) -> None:
        faults, detail = self._cassettes[row.cassette], f"cassette {row.cassette}"
        if not row.present and FaultCode.CASSETTE_OUT not in faults:
            faults.clear(FaultCode.CASSETTE_EMPTY)
            self._left.clear()
        faults.set(FaultCode.CASSETTE_OUT, not row.present, detail)
        faults.set(FaultCode.CASSETTE_LOW, row.present and row.near_end, detail)

    def _set(self, code: FaultCode, seen: bool, detail: str) -> None:
        self.whole.set(code, seen or code in self._left, detail)

    def outcome(self, after: Aftermath) -> None:
        if after.fault:
            self._left.add(after.fault)
            self.whole.set(after.fault, True, f"{after.error:02X}")
        elif after.clean:
            self.looked_after()
        for cassette in after.moved:
            if cassette in self._cassettes:
                self._cassettes[cassette].clear(FaultCode.CASSETTE_EMPTY)
        if after.empty in self._cassettes:
            self._cassettes[after.empty].set(FaultCode.CASSETTE_EMPTY, True, f"cassette {after.empty}")

    def looked_after(self) -> None:
        for code in list(self._left):
            self.whole.clear(code)
        self._left.clear()
