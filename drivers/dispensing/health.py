"""Faults of a dispenser: what its STATUS shows comes and goes, what an order left behind stays until somebody was there.

Source: lcdm sheet, sections 4.2, 4.3, 5.1 (DISP, STAT, TYPE) and 5.2; f53 sheet, sections 5 and 7.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.dispensing.state import MachineState
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report


@dataclass(frozen=True, slots=True)
class Aftermath:
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
        self.whole = Raised(name, report)
        self._cassettes = {cassette: Raised(name, report) for cassette in cassettes}
        self._left_behind: set[FaultCode] = set()

    def state(self, state: MachineState) -> None:
        """A STATUS answer. A part that was missing has been in a person's hands, and so has what lay on the path."""
        for row in state.cassettes:
            if row.cassette in self._cassettes:
                self._cassette(row.cassette, row.present, row.near_end)
        if state.tray_out and FaultCode.REJECT_OUT not in self.whole:
            self._left_behind.clear()
        self._set(FaultCode.REJECT_OUT, state.tray_out, "")
        self._set(FaultCode.DISPENSER_JAM, state.path_blocked, f"{state.error:02X}")
        self._set(FaultCode.DEVICE_FAILURE, state.broken, f"{state.error:02X}")
        self._set(FaultCode.WRONG_NOTES, False, "")

    def _cassette(self, cassette: int, present: bool, near_end: bool) -> None:
        faults, detail = self._cassettes[cassette], f"cassette {cassette}"
        if not present and FaultCode.CASSETTE_OUT not in faults:
            faults.clear(FaultCode.CASSETTE_EMPTY)
            self._left_behind.clear()
        faults.set(FaultCode.CASSETTE_OUT, not present, detail)
        faults.set(FaultCode.CASSETTE_LOW, present and near_end, detail)

    def _set(self, code: FaultCode, seen: bool, detail: str) -> None:
        self.whole.set(code, seen or code in self._left_behind, detail)

    def outcome(self, after: Aftermath) -> None:
        """The outcome of an order or a test."""
        if after.fault:
            self._left_behind.add(after.fault)
            self.whole.set(after.fault, True, f"{after.error:02X}")
        elif after.clean:
            self.looked_after()
        for cassette in after.moved:
            if cassette in self._cassettes:
                self._cassettes[cassette].clear(FaultCode.CASSETTE_EMPTY)
        if after.empty in self._cassettes:
            self._cassettes[after.empty].set(FaultCode.CASSETTE_EMPTY, True, f"cassette {after.empty}")

    def looked_after(self) -> None:
        """A note has passed the path, or a technician says that it is clear."""
        for code in list(self._left_behind):
            self.whole.clear(code)
        self._left_behind.clear()

    def lines(self) -> list[str]:
        parts = (self.whole, *self._cassettes.values())
        return [line for part in parts for line in part.lines()]
