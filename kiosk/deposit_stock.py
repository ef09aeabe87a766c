"""What lies in a bulk escrow, by the books: a fold of the journal beside that of boxes and cassettes (pages 027 and 047).

Notes lie there until a sale keeps them or gives them back; a deed about them that has no outcome yet is remembered, so that an
outcome without numbers, as a unit tells it of an earlier start, finds what it is about.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.records import Record


@dataclass(slots=True)
class DepositStock:
    """`notes`: number of the note -> its value in fen. `unknown_fen`: on the way to the box, and nobody knows where.

    `left`: a sale ended and left notes in it. `strange`: so many notes the unit said it held, at its last start, beyond `notes`.
    """

    notes: dict[int, int] = field(default_factory=dict)
    unknown_fen: int = 0
    left: bool = False
    strange: int = 0
    _moving: set[int] = field(default_factory=set)  # what a deed without an outcome is about
    _kept: bool = False  # that deed lets them fall into the box

    @property
    def stuck(self) -> bool:
        """Notes lie in the bulk escrow, or on the way to the box, that belong to no running sale."""
        return self.left or self.strange > 0 or self.unknown_fen > 0

    def came(self, record: Record) -> None:
        self.notes[record["note"]] = record["value_fen"]
        self.strange = max(0, self.strange - 1)  # on its way when the unit started, and told afterwards

    def told_at_start(self, record: Record) -> None:
        """A note that a bundle or load lacked lies there still: the unit says so at its next start, when all was told."""
        if record["contents_known"] and not self._moving:
            self.strange = max(0, len(record["contents"]) - len(self.notes))

    def asked(self, record: Record) -> None:
        self._moving, self._kept = set(record["notes"]), record["kind"] == "keep?"

    def at_the_mouth(self, record: Record) -> None:
        self._moving = self._moving & set(record["notes"]) or self._moving

    def stayed(self, record: Record) -> None:
        self._moving -= set(record["notes"])

    def leave(self, record: Record) -> list[int]:
        """The values of the named notes that were under way: they are in the bulk escrow no more, and the deed is over.

        A bundle of an earlier start comes without numbers: all that were at the mouth, and none of those that are being kept
        meanwhile. A keep that names none moved none.
        """
        notes = self._moving & set(record["notes"])
        nameless = not record["notes"] and (record["kind"] == "keep!") == self._kept
        if nameless and record["kind"] != "keep!":
            notes = self._moving
        if notes or nameless:
            self._moving = set()
        return [self.notes.pop(note) for note in sorted(notes) if note in self.notes]

    def sale_ended(self) -> None:
        self.left = bool(self.notes)

    def emptied(self) -> None:
        """Whoever takes the box clears the way to it."""
        self.notes.clear()
        self.left, self.strange, self.unknown_fen = False, 0, 0
