"""The unknowns that were booked, and the counts that close them (invariant 3)."""

from __future__ import annotations

from collections import Counter

CLOSED_BY = {
    "acceptor": ("box",),
    "note_jammed": ("box",),
    "note_unknown": ("box",),
    "deposit_unknown": ("box",),
    "dispenser": ("cassettes",),
    "pay_unknown": ("cassettes", "change_retract"),
    "tickets_unknown": ("ticket_retract", "waste"),
}
"""Where something is unknown -> the places that must all have been counted since."""


class Unknowns:
    def __init__(self) -> None:
        self._open: list[tuple[str, int, int, set[str]]] = []  # (place, bound in fen, sale, counts still missing)
        self.added_fen: Counter[str] = Counter()

    def add(self, place: str, bound_fen: int, sale: int) -> None:
        self.added_fen[place] += bound_fen
        self._open.append((place, bound_fen, sale, set(CLOSED_BY.get(place, (place,)))))

    def counted(self, what: str) -> None:
        for _, _, _, missing in self._open:
            missing.discard(what)
        self._open = [entry for entry in self._open if entry[3]]

    def open(self) -> list[str]:
        """Sentences, one per unknown that no count has closed."""
        return [
            f"{bound} fen at {place} (sale {sale}) wait for a count of {' and '.join(sorted(missing))}"
            for place, bound, sale, missing in self._open
        ]
