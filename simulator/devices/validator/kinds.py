"""Which notes a firmware knows: a table whose row number is what the protocol names a note by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.devices.matter import Note

FEN_PER_YUAN = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table: a value, and where it matters a series. How it is written is the protocol's affair."""

    value_fen: int
    series: int | None = None


def row_of(note: Note, kinds: Sequence[Kind | None]) -> int | None:
    """The row of this note, 0 the first: that of its own series before one for any series; None when it is not known."""
    known = {(kind.value_fen, kind.series): number for number, kind in reversed(list(enumerate(kinds))) if kind}
    return known.get((note.value_fen, note.series), known.get((note.value_fen, None)))
