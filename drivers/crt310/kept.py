"""What cards said and nobody has fetched yet. It is given away once, and forgotten when the card leaves."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.ports.card_reader import CardBytes


@dataclass(slots=True)
class Kept:
    """Of the order that was answered last, each."""

    answer: tuple[int, CardBytes] | None = None
    tracks: tuple[int, tuple[CardBytes | None, ...]] | None = None

    def take_answer(self, order: int) -> CardBytes | None:
        if self.answer is None or self.answer[0] != order:
            return None
        found, self.answer = self.answer[1], None
        return found

    def take_tracks(self, order: int) -> tuple[CardBytes | None, ...] | None:
        if self.tracks is None or self.tracks[0] != order:
            return None
        found, self.tracks = self.tracks[1], None
        return found

    def forget(self) -> None:
        self.answer = self.tracks = None
