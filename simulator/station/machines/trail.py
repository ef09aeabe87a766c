"""Every step of the office with who took it and when, folded from the steps themselves: there is no second book of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from simulator.station.wire import Step

SUBJECTS = (
    "machine",
    "person",
    "what",
    "role",
    "number",
    "train_number",
    "run_date",
    "name",
    "version",
    "seq",
    "argument",
    "code",
    "unpaid",
    "box",
    "day",
    "sha256",
    "amount_fen",
    "counted_fen",
    "reason",
)
"""What of a step is told beside who and when; texts, signatures and digests are nobody's to read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind` of the step, `at_ms` of the station's clock, `by` a person's name; `what` has the subjects the step names."""

    at_ms: int
    by: str
    kind: str
    what: dict[str, Any]


class Trail:
    """All entries, oldest first."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def copy(self) -> Trail:
        other = Trail()
        other.entries = list(self.entries)
        return other

    def hear(self, step: Step) -> None:
        """A step that no person took is passed over."""
        if "by" in step:
            what = {name: step[name] for name in SUBJECTS if step.get(name) not in (None, "")}
            self.entries.append(Entry(step["at_ms"], step["by"], step["kind"], what))

    def last(self, most: int, by: str = "") -> list[dict[str, Any]]:
        """The newest entries, newest first; of one person only, with `by`."""
        chosen = (entry for entry in reversed(self.entries) if by in ("", entry.by))
        return [asdict(entry) for entry in islice(chosen, most)]
