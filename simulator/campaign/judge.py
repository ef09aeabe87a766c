"""Runs a campaign's work and adds up what was found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.campaign.finished import Finished
from simulator.campaign.pool import Progress, run_units
from simulator.campaign.work import Work
from simulator.world.prepared import prepared


@dataclass(slots=True)
class Verdict:
    """`found`: (violation, script as JSON), the first ones. `counted`: runs or sales. `by`: parts that each version did."""

    noun: str
    counted: int = 0
    violations: int = 0
    stopped: bool = False
    sales: Counter[str] = field(default_factory=Counter)
    by: Counter[str] = field(default_factory=Counter)
    found: list[tuple[str, str]] = field(default_factory=list)

    def add(self, result: dict[str, Any]) -> None:
        self.counted += int(result.get("weight", 1))
        self.violations += int(result.get("count", len(result["violations"])))
        self.sales.update(result.get("sales", {}))
        self.found += [(entry["text"], entry.get("script", "")) for entry in result["violations"]]

    def line(self) -> str:
        sales = ", ".join(f"{count} {name}" for name, count in sorted(self.sales.items()))
        stopped = " · stopped before its end" if self.stopped else ""
        parts = ", ".join(f"{count} by {name}" for name, count in self.by.items()) if len(self.by) > 1 else ""
        return f"{self.counted} {self.noun} · sales {sales} · violations {self.violations}{stopped}" + (
            f" · parts {parts}" if parts else ""
        )


class Campaign:
    """`state`: file of finished units. Raises ValueError when it is of other work. `first_only`: stop at the first find."""

    def __init__(self, work: Work, jobs: int, state: Path | None = None, first_only: bool = False) -> None:
        self._work, self._jobs, self._first_only = work, jobs, first_only
        self._finished = Finished(state, work.name)

    def run(self, progress: Progress | None = None) -> Verdict:
        prepared()  # once, before the processes part
        verdict = Verdict(self._work.noun)
        enough = lambda result: self._first_only and bool(result["violations"])
        try:
            run_units(self._work.units, self._jobs, self._finished, progress or Progress(0, self._work.noun), enough)
        except KeyboardInterrupt:
            verdict.stopped = True
        for number in sorted(self._finished.results):
            verdict.add(self._finished.results[number])
        verdict.by = self._finished.by
        return verdict
