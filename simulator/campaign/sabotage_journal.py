"""Bugs of the journal and of what a start reads from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import kiosk.turning
from kiosk.errors import JournalError
from kiosk.journal import Journal
from kiosk.journal_lines import Keychain, Line
from kiosk.past import Folding, Past
from kiosk.ports.station import Outbox
from kiosk.records import Record

Patch = tuple[Any, str, Any]
TURN_LINES = 40
"""So often the journal is turned that a campaign's day sees it."""


def _two_lines() -> list[Patch]:
    honest = Journal.write

    def write(self: Journal, mono_ms: int, wall_ms: int, fact: Any, intents: Any) -> Line:
        line = honest(self, mono_ms, wall_ms, fact, ())
        for intent in intents:
            line = honest(self, mono_ms, wall_ms, {"kind": "more"}, [intent])
        return line

    return [(Journal, "write", write)]


def _torn_tail_skipped() -> list[Patch]:
    def load(self: Journal) -> Iterator[Line]:
        for name in self._segments:
            self._keys = Keychain(self._secret, name)
            for raw in self._storage.read(name).splitlines(keepends=True):
                line = self._verified(raw)
                if line is not None:
                    self._first_seq.setdefault(name, line.seq)
                    yield line

    return [(Journal, "_load", load)]


def _segment_from_its_batch() -> list[Patch]:
    honest = Journal.texts_after

    def texts_after(self: Journal, seq: int) -> Outbox | None:
        found = honest(self, seq)
        return found and replace(found, first_seq=seq + 1)

    return [(Journal, "texts_after", texts_after)]


def _sync_error_ignored() -> list[Patch]:
    honest = Journal.write

    def write(self: Journal, mono_ms: int, wall_ms: int, fact: Any, intents: Any) -> Line:
        before = self._keys, self._chain, self.seq
        try:
            return honest(self, mono_ms, wall_ms, fact, intents)
        except JournalError:
            self._failed = False
            self._keys, self._chain, self.seq = before
            return Line(self.seq, self.boot, mono_ms, wall_ms, fact, tuple(intents), "")

    return [(Journal, "write", write)]


def _register_not_restored() -> list[Patch]:
    honest = Folding.done

    def done(self: Folding) -> Past:
        past = honest(self)
        past.sales = max(0, past.sales - 1) if past.sale is None else past.sales
        return past

    return [(Folding, "done", done)]


def _state_lacks_a_note() -> list[Patch]:
    honest = Folding.state

    def state(self: Folding) -> Record | None:
        made = honest(self)
        for cassette in made["past"]["stock"]["cassettes"][:1] if made else ():
            cassette[1] -= 1
        return made

    return [(Folding, "state", state), (kiosk.turning, "TURN_LINES", TURN_LINES)]


BUGS: dict[str, tuple[str, Callable[[], list[Patch]]]] = {
    "two_lines": ("A fact and its intents stand on two lines.", _two_lines),
    "torn_tail_skipped": ("A damaged end of the journal is passed over and written behind.", _torn_tail_skipped),
    "segment_from_its_batch": (
        "A segment is said to begin with the first line that is handed over.",
        _segment_from_its_batch,
    ),
    "sync_error_ignored": ("A line that could not be written is taken as written.", _sync_error_ignored),
    "register_not_restored": ("After a restart the counter of sales is one behind.", _register_not_restored),
    "state_lacks_a_note": (
        "The line that stands for all before it has one note less in a cassette.",
        _state_lacks_a_note,
    ),
}
"""Name -> (what is planted, the patches)."""
