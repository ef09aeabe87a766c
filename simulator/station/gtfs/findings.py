"""What reading a feed brought to light: rows that are broken, what was left out with them, and what people should know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

SHOWN = 20
KEPT = 1_000


class FeedError(Exception):
    """The feed cannot be used: which file, which line, why; or what was asked of it does not fit it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """One row that cannot be meant; `line` counts from 1, the header is line 1."""

    file: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}"


@dataclass
class Findings:
    """`hanging` counts what rests on a broken row and is left out with it; `told` are sentences for whoever starts the station."""

    broken: list[Broken] = field(default_factory=list)
    by_file: Counter[str] = field(default_factory=Counter)
    hanging: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def bad(self, file: str, line: int, why: str) -> None:
        """Remember a broken row; of very many only the count."""
        self.by_file[file] += 1
        if len(self.broken) < KEPT:
            self.broken.append(Broken(file, line, why))

    def lines(self) -> Iterator[str]:
        """The first broken rows, one line each, and how many more there are."""
        yield from (str(one) for one in self.broken[:SHOWN])
        more = self.by_file.total() - SHOWN
        if more > 0:
            yield f"... and {more:,} more"

    def counts(self) -> str:
        """`3 broken rows (stops.txt 1, trips.txt 2)`, and what hangs on them."""
        total = self.by_file.total()
        files = ", ".join(f"{name} {count:,}" for name, count in sorted(self.by_file.items()))
        hanging = ", ".join(f"{count:,} {name}" for name, count in sorted(self.hanging.items()) if count)
        return f"{total:,} broken row{'s' * (total != 1)} ({files})" + (f", and with them {hanging}" if hanging else "")
