"""Which units of a campaign are done, with their results, in a file that survives a stop: long work is done in parts.

A part may be done days later, by another version of the machine: each line says which one did it, and the verdict says it too.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def version() -> str:
    """The commit of this tree, with `+` when files differ from it; `unknown` where there is no git."""
    asked = ["git", "describe", "--always", "--exclude=*", "--abbrev=9", "--dirty=+"]
    try:
        said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return said.stdout.strip() or "unknown"


class Finished:
    """Numbers of finished units with their results; without a path only in memory. `by`: how many units each version did."""

    def __init__(self, path: Path | None, name: str) -> None:
        """`name` says what the units are: a file of other work is refused with ValueError."""
        self._path, self._name, self._version = path, name, version()
        self.results: dict[int, dict[str, Any]] = {}
        self._by: dict[int, str] = {}
        self._before = f"{name}\n"
        if path is None or not path.exists():
            return
        text = path.read_text(encoding="utf-8")
        self._before = "" if text.endswith("\n") else "\n"
        head, *lines = text.splitlines() or [""]
        if head != name:
            raise ValueError(f"{path}: is of {head or 'nothing'!r}, not of {name!r}")
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the line that was being written when it was stopped
            self._keep(entry["unit"], entry["result"], entry.get("by", "unknown"))

    @property
    def by(self) -> Counter[str]:
        return Counter(self._by.values())

    def add(self, number: int, result: dict[str, Any]) -> None:
        self._keep(number, result, self._version)
        if self._path is None:
            return
        line = json.dumps({"unit": number, "by": self._version, "result": result}, ensure_ascii=False)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{self._before}{line}\n")
        self._before = ""

    def _keep(self, number: int, result: dict[str, Any], by: str) -> None:
        self.results[number], self._by[number] = result, by
