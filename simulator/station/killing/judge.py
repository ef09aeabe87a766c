"""A second reading of what a station remembers: finds a place held twice, a lost sale, an answer that is not there.

It shares no line with the station: it keeps a dictionary of (run, place, segment) and believes the steps alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Cell = tuple[str, str, str, int, int]
Told = tuple[Any, ...]


def steps_in_files(folder: Path) -> list[dict[str, Any]]:
    """What whole lines of the journal hold; a torn last one was answered to nobody."""
    steps: list[dict[str, Any]] = []
    for line in (folder / "journal.jsonl").read_bytes().split(b"\n")[:-1]:
        told = json.loads(line[9:])
        steps += told if isinstance(told, list) else [told]
    return steps


def steps_in_database(url: str) -> list[dict[str, Any]]:
    import psycopg

    with psycopg.connect(url) as link:
        groups = link.execute("SELECT steps FROM tvm_journal ORDER BY number").fetchall()
    return [step for (text,) in groups for step in json.loads(text)]


def records_in_files(folder: Path) -> dict[str, list[str]]:
    """Machine -> the lines of its only epoch."""
    found = (folder / "records").glob("*/*.jsonl")
    return {path.parent.name: path.read_text(encoding="utf-8").split("\n")[:-1] for path in found}


def records_in_database(url: str) -> dict[str, list[str]]:
    import psycopg

    found: dict[str, list[str]] = {}
    with psycopg.connect(url) as link:
        for machine, line in link.execute("SELECT machine, line FROM tvm_record ORDER BY machine, seq"):
            found.setdefault(machine, []).append(line)
    return found


class Judge:
    """`wrong` fills with one sentence a finding."""

    def __init__(self, steps: Iterable[dict[str, Any]]) -> None:
        self.wrong: list[str] = []
        self.steps = 0
        self.taken: dict[Cell, str] = {}
        self.holds: dict[str, dict[str, Any]] = {}
        self.sold: dict[str, list[list[str]]] = {}
        self.ended: dict[str, str] = {}
        self._numbers: set[str] = set()
        for step in steps:
            self.steps += 1
            getattr(self, f"_{step['kind']}", self._other)(step)

    def compare(self, heard: Mapping[tuple[str, str], Told]) -> None:
        """What the buyers were told first about each deed."""
        for (key, does), told in heard.items():
            done = self._done(key, does)
            if told[0] == "sold_out":
                if key in self.holds:
                    self.wrong.append(f"{key}: was told that nothing is left, and holds places")
            elif done != told:
                self.wrong.append(f"{key}: {does} was answered {told}, and the memory says {done}")
            elif told[0] == "confirmed" and (key, "void") not in heard:
                self._must_be_kept(key)

    def compare_records(
        self, sent: Mapping[str, list[str]], acked: Mapping[str, int], kept: Mapping[str, list[str]]
    ) -> None:
        for machine, count in acked.items():
            lines = kept.get(machine, [])
            if len(lines) < count or lines != sent[machine][: len(lines)]:
                self.wrong.append(f"{machine}: {count} records were acknowledged, {len(lines)} are kept, or other ones")

    def _done(self, key: str, does: str) -> Told | None:
        if does == "lock" and key in self.holds:
            step = self.holds[key]
            return ("held", [(place["coach"], place["place"]) for place in step["places"]], step["total_fen"])
        if does == "confirm" and key in self.sold:
            return ("confirmed", self.sold[key])
        return (self.ended[key],) if does in ("release", "void") and key in self.ended else None

    def _must_be_kept(self, key: str) -> None:
        """Unless a void is on its way that nobody heard of."""
        if key not in self.ended and any(self.taken.get(cell) != key for cell in _cells(self.holds[key])):
            self.wrong.append(f"{key}: was confirmed, and its places are not its own")

    # -- one for each kind of step

    def _held(self, step: dict[str, Any]) -> None:
        key = step["key"]
        if key in self.holds:
            self.wrong.append(f"{key}: holds places for the second time")
        self.holds[key] = step
        for cell in _cells(step):
            if cell in self.taken:
                self.wrong.append(f"{key}: {cell} is held by {self.taken[cell]}")
            self.taken[cell] = key

    def _confirmed(self, step: dict[str, Any]) -> None:
        key, numbers = step["key"], step["numbers"]
        if key not in self.holds or key in self.sold or key in self.ended:
            self.wrong.append(f"{key}: was confirmed, and does not hold places any more, or never did")
        self.sold[key] = numbers
        for number in (number for three in numbers for number in three):
            if number in self._numbers:
                self.wrong.append(f"{key}: the number {number} is given out twice")
            self._numbers.add(number)

    def _released(self, step: dict[str, Any]) -> None:
        self._gone(step["key"], "released")

    def _expired(self, step: dict[str, Any]) -> None:
        self._gone(step["key"], "expired")

    def _voided(self, step: dict[str, Any]) -> None:
        self._gone(step["key"], "voided")

    def _gone(self, key: str, how: str) -> None:
        if key in self.ended:
            self.wrong.append(f"{key}: {how}, and it was {self.ended[key]} before")
        self.ended[key] = how
        for cell in _cells(self.holds[key]) if key in self.holds else ():
            self.taken.pop(cell, None)

    def _other(self, step: dict[str, Any]) -> None:
        if step["kind"] != "session":
            self.wrong.append(f"nobody asked for a step {step['kind']}")


def _cells(step: dict[str, Any]) -> list[Cell]:
    if step.get("standing"):  # coaches: any number of people stand in one
        return []
    run = (step["train"], step["run_date"], step["class"])
    return [(*run, place, segment) for place in step["place_ids"] for segment in range(step["a"], step["b"])]
