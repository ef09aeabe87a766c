"""The steps of an incident as the page shows them: records of the journal, touches between them, the screen of each moment."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any

from simulator.replay.judged import Verdict
from simulator.replay.ring import Chunk, Event, Part, chunks
from simulator.replay.source import Incident
from simulator.replay.words import look, words

NEAR_MS = 1_500
MOST_CHUNKS = 60
MOST_ROWS = 20_000
"""The last ones; `--to` shows earlier ones."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One row. `seq` 0 for a touch; `screen` the number of its picture, -1 for none. `texts`: fact, then intents. `frame`: name
    of the camera's picture, empty for none."""

    boot: int
    mono_ms: int
    wall_ms: int
    seq: int
    sale: int
    look: str
    texts: tuple[str, ...]
    screen: int
    find: str
    frame: str = ""


class Timeline:
    """`screens`: encoded Shows; `moments`: all rows in order."""

    def __init__(self, found: Incident, verdict: Verdict) -> None:
        self._parts: dict[int, list[Part]] = {}
        for part in found.parts:
            self._parts.setdefault(part.boot, []).append(part)
        self.screens: list[str] = []
        self._shown: dict[int, list[tuple[int, int]]] = {}
        for boot, parts in self._parts.items():
            shown = self._shown.setdefault(boot, [])
            for event in (event for part in parts for event in part.events if event.kind == "show"):
                shown.append((event.mono_ms, len(self.screens)))
                self.screens.append(event.value)
        rows = sorted(self._rows(found), key=lambda row: row[:3])[-MOST_ROWS:]
        self._sale = 0
        self.moments = [self._moment(rows, n) for n in range(len(rows))]
        self._chunks: dict[tuple[int, str], list[Chunk]] = {}
        self.links = self._links()

    def _rows(self, found: Incident) -> list[tuple[int, int, int, Any]]:
        """(boot, mono ms, order, what); a touch comes before the record it made."""
        rows: list[tuple[int, int, int, Any]] = [(line.boot, line.mono_ms, line.seq, line) for line in found.lines]
        last = found.lines[-1]
        for boot, parts in self._parts.items():
            for event in (event for part in parts for event in part.events if event.kind == "fact"):
                within = boot < last.boot or event.seq <= last.seq
                if event.value.get("kind") == "touched" and within:
                    rows.append((boot, event.mono_ms, event.seq, event))
        return rows

    def _moment(self, rows: list[tuple[int, int, int, Any]], n: int) -> Moment:
        boot, mono_ms, _, what = rows[n]
        following = next((row[1] for row in rows[n + 1 :][:40] if row[0] == boot and row[1] > mono_ms), 1 << 60)
        screen = self._screen(boot, following)
        if isinstance(what, Event):
            text = words(what.value)
            return Moment(boot, mono_ms, what.wall_ms, 0, self._sale, "touch", (text,), screen, text.lower())
        texts = (words(what.fact), *(words(intent) for intent in what.intents))
        if what.fact["kind"] == "sale.start":
            self._sale = int(what.fact["number"])
        sale = self._sale
        if any(intent["kind"] == "sale.end" for intent in what.intents):
            self._sale = 0
        bad = [look(record) for record in (what.fact, *what.intents)]
        frame = str(what.fact.get("frame", ""))
        shape = "trouble" if "trouble" in bad else bad[0]
        return Moment(boot, mono_ms, what.wall_ms, what.seq, sale, shape, texts, screen, what.text.lower(), frame)

    def _screen(self, boot: int, before_ms: int) -> int:
        shown = self._shown.get(boot, [])
        n = bisect_left(shown, (before_ms, -1)) - 1
        return shown[n][1] if n >= 0 else -1

    # -- bytes

    def _links(self) -> list[str]:
        names = {
            event.name
            for parts in self._parts.values()
            for part in parts
            for event in part.events
            if event.kind in ("sent", "received")
        }
        return sorted(names)

    def near(self, moment: Moment, link: str) -> list[Chunk]:
        """What went over a link around a moment, in order of time."""
        key = (moment.boot, link)
        if key not in self._chunks:
            events = [event for part in self._parts.get(moment.boot, []) for event in part.events]
            self._chunks[key] = [item for item in chunks(events, link) if not isinstance(item, Event)]
            self._chunks[key].sort(key=lambda chunk: chunk[1])
        kept = self._chunks[key]
        first = bisect_left(kept, moment.mono_ms - NEAR_MS, key=lambda chunk: chunk[1])
        last = bisect_right(kept, moment.mono_ms + NEAR_MS, key=lambda chunk: chunk[1])
        middle = bisect_left(kept, moment.mono_ms, key=lambda chunk: chunk[1])
        first, last = max(first, middle - MOST_CHUNKS // 2), min(last, middle + MOST_CHUNKS // 2)
        return kept[first:last]
