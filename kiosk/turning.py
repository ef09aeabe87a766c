"""Now and then the journal is turned: one line that stands for all before it, so that a start need not read years.

While nobody buys, the lines since the last state are folded once more, a few at a time, as a start would fold them. What comes
out is written as the first line of a new segment, if it is what the running machine believes (decision page 078).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from kiosk.errors import JournalError
from kiosk.journal import Journal
from kiosk.journal_lines import Line
from kiosk.past import Folding
from kiosk.records import Record
from kiosk.stock import Stock

log = logging.getLogger(__name__)

TURN_LINES = 10_000
"""A start reads so many in less than a second."""
PACK_MS = 2_000
"""Between one segment that is packed and the next: each takes a tenth of a second."""
SLICE_LINES, SLICE_MS = 100, 20
"""A slice takes some milliseconds, so that a touch does not wait."""


class Turning:
    """`folding` makes an empty one; `stock` is the running machine's."""

    def __init__(self, journal: Journal, folding: Callable[[], Folding], stock: Stock) -> None:
        self._journal, self._make, self._stock, self._lines = journal, folding, stock, TURN_LINES
        self._folding: Folding | None = None
        self._read: Iterator[Line] = iter(())
        self._next_ms = 0
        self._turns = True  # False: this start's journal cannot be turned
        self._packs = True  # there may be something to pack

    def poll(self, now_ms: int) -> tuple[int | None, Record | None]:
        """While nobody buys: (when to ask again, the state to write now). Nothing when it is not time to turn."""
        turns = self._turns and self._journal.seq - self._journal.turned >= self._lines
        if (not turns and not self._packs) or not self._journal.has_room():
            return None, None
        if now_ms < self._next_ms:
            return self._next_ms, None
        if not turns:
            return self._pack(now_ms), None
        self._next_ms = now_ms + SLICE_MS
        try:
            state = self._slice()
        except (JournalError, TypeError) as error:  # a start that reads everything is better than a program that ends
            return self._give_up(str(error))
        self._packs |= state is not None
        return self._next_ms, state

    def _pack(self, now_ms: int) -> int | None:
        """What stands before the state line is for the station, the auditor and people; it can be small (shared decision 14)."""
        self._next_ms = now_ms + PACK_MS
        try:
            self._packs = self._journal.pack_one()
        except JournalError as error:
            log.warning("%s", error)
        return self._next_ms if self._packs else None

    def _slice(self) -> Record | None:
        if self._folding is None:
            self._folding, self._read = self._make(), self._journal.again()
        for _ in range(SLICE_LINES):
            line = next(self._read, None)
            if line is None:
                return self._state(self._folding)
            self._folding.hear(line)
        return None

    def _state(self, folding: Folding) -> Record | None:
        """All was read. A machine that stands elsewhere than its journal is none to write down: that is a bug of ours."""
        self._folding = None
        state = folding.state()
        if state is None or folding.stock != self._stock:
            raise JournalError("its lines come to something else than what this machine has")
        return state

    def _give_up(self, why: str) -> tuple[None, None]:
        """Until the next start: lines are still written, and it reads all of them."""
        log.error("the journal is not turned: %s", why)
        self._folding, self._turns = None, False
        return None, None
