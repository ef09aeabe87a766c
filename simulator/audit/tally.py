"""What physically lies where: counted once, then followed movement by movement, note by note (invariant 1).

A thing is anything with a `serial`: a note has a `value_fen` too, a blank a `state` and a `stripe` (track -> text).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from simulator.audit.cases import NoteTrack, Run
from simulator.audit.outside import Outside

FROM_OUTSIDE = frozenset({"hand", "vault", "floor"})
"""A thing nobody told of may be brought there; anywhere else it came out of nothing."""
IN_BOX = frozenset({"stacked", "kept", "pulled"})
ACCEPTOR = ("acceptor.path", "acceptor.escrow", "acceptor.mouth")


def counts(thing: Any) -> bool:
    """Notes and blanks are counted; slips are not."""
    return hasattr(thing, "value_fen") or hasattr(thing, "stripe")


class Tally:
    """`notes`: place -> face value in fen -> pieces. `papers`: place -> blanks and tickets."""

    def __init__(self, run: Run, outside: Outside) -> None:
        self._run, self._outside = run, outside
        self.notes: dict[str, Counter[int]] = {}
        self.papers: Counter[str] = Counter()
        self.where: dict[str, str] = {}
        self.given_fen = 0  # what passengers brought from outside, less what left them for good
        self.touched: set[str] = set()  # emptied or filled by hand, and not booked yet
        self.watched = False  # movements are told, so counts are followed
        self._bound: dict[str, int] = {}  # serial -> number of the note in the journal
        self._inside: set[str] = set()  # serials of notes that are `inside`, and were folded away
        self._reached: dict[str, int] = {}  # what lies in the acceptor: serial -> value

    # -- one thing

    def brought(self, thing: Any, place: str) -> None:
        """A thing of this serial exists from now on."""
        serial = thing.serial
        if serial in self.where:
            self._run.say(1, f"{serial} was brought to {place} and lay in {self.where[serial]}", 0)
            return
        self.where[serial] = place
        self._put(thing, place)
        if place == "hand":
            self.given_fen += getattr(thing, "value_fen", 0)

    def moved(self, thing: Any, source: str, target: str) -> None:
        """`thing` went from one place to another. Slips are nothing that is counted."""
        self.watched = True
        if not counts(thing):
            return
        serial = thing.serial
        lay = self.where.get(serial)
        if lay is None:
            if source not in FROM_OUTSIDE:
                self._run.say(1, f"{serial} comes out of {source}, and nobody ever brought it there", 0)
            self.brought(thing, source)
        elif lay != source:
            self._run.say(1, f"{serial} moved from {source} to {target}, and it lay in {lay}", 0)
            source = lay
        self._lay(thing, source, target)
        if "vault" in (source, target):
            self._by_hand(thing, source, target)

    def _lay(self, thing: Any, source: str, target: str) -> None:
        self.where[thing.serial] = target
        self._take(thing, source)
        self._put(thing, target)

    def _by_hand(self, thing: Any, source: str, target: str) -> None:
        """Only people reach into the vault; what they touched is known again when they have booked it."""
        other = source if target == "vault" else target
        if other == "hand":
            self.given_fen += getattr(thing, "value_fen", 0) * (1 if source == "vault" else -1)
        else:
            self.touched.add(other)
            if target == "vault" and other.startswith("acceptor.") and not self._ours(thing.serial):
                self.given_fen -= getattr(
                    thing, "value_fen", 0
                )  # who brought it has the machine's word for it, or nothing

    def _ours(self, serial: str) -> bool:
        """It was kept, and nobody can say where it is: the records have it as ours already."""
        note = self._run.notes.get(self._bound.get(serial, 0))
        return serial in self._inside or (note is not None and note.state == "inside")

    def _put(self, thing: Any, place: str) -> None:
        value_fen = getattr(thing, "value_fen", 0)
        if value_fen:
            self.notes.setdefault(place, Counter())[value_fen] += 1
            if place in ACCEPTOR:
                self._reached[thing.serial] = value_fen
            elif thing.serial in self._reached:
                del self._reached[thing.serial]
        elif hasattr(thing, "stripe"):
            self.papers[place] += 1
            if place == "hand":
                self._outside.came_out(thing.serial, thing.state, str(thing.stripe.get(1, "")))

    def _take(self, thing: Any, place: str) -> None:
        value_fen = getattr(thing, "value_fen", 0)
        if value_fen:
            self.notes[place][value_fen] -= 1
        elif hasattr(thing, "stripe"):
            self.papers[place] -= 1
            if place == "hand":
                self._outside.went_back(thing.serial, str(thing.stripe.get(1, "")))

    # -- everything

    def census(self, places: Mapping[str, Iterable[Any]]) -> None:
        """Every thing in every place. What was followed must lie where it was followed to; what is new is brought."""
        found: dict[str, str] = {}
        for place, things in places.items():
            for thing in things:
                if not counts(thing):
                    continue
                serial = thing.serial
                if serial in found:
                    self._run.say(1, f"{serial} lies in {found[serial]} and in {place}", 0)
                    continue
                found[serial] = place
                if serial not in self.where:
                    if self.watched and place not in FROM_OUTSIDE:
                        self._run.say(1, f"{serial} lies in {place}, and nobody ever brought it", 0)
                    self.brought(thing, place)
                elif self.where[serial] != place:
                    if self.watched:
                        self._run.say(1, f"{serial} lies in {place}, it was last in {self.where[serial]}", 0)
                    self._lay(thing, self.where[serial], place)
        for serial in self.where.keys() - found.keys():
            self._run.say(1, f"{serial} has vanished from {self.where[serial]}", 0)
        if len(found) != len(self.where):
            self.where = found

    # -- notes of the journal and notes of paper

    def bind(self, note: NoteTrack) -> None:
        """A note was just seen in escrow: which one it is, when only one can be meant."""
        able = [
            serial
            for serial, value_fen in self._reached.items()
            if value_fen == note.value_fen and self._bound.get(serial, 0) not in self._run.restless
        ]
        if len(able) == 1:
            note.serial = able[0]
            self._bound[able[0]] = note.number

    def check_fates(self, notes: Iterable[NoteTrack]) -> None:
        """What the journal says of each note against where it lies."""
        for note in notes:
            if not note.serial or self._bound.get(note.serial) != note.number:
                continue
            place = self.where.get(note.serial, "nowhere")
            if note.state in IN_BOX and place not in ("box", "vault"):
                self._run.say(1, f"note {note.number} ({note.serial}) is {note.state}, and lies in {place}", note.sale)
            elif note.state == "returned" and (place == "box" or place.startswith("cassette.")):
                self._run.say(1, f"note {note.number} ({note.serial}) was returned, and lies in {place}", note.sale)
            elif note.state == "deposited" and not place.startswith("cassette."):
                self._run.say(1, f"note {note.number} ({note.serial}) is deposited, and lies in {place}", note.sale)
            elif note.state == "inside" and place == "hand":
                self._run.say(1, f"note {note.number} ({note.serial}) is ours, and lies in a hand", note.sale)

    def settled(self, note: NoteTrack) -> None:
        """The journal has done with this note."""
        if note.serial and self._bound.get(note.serial) == note.number:
            del self._bound[note.serial]
        if note.serial and note.state == "inside":
            self._inside.add(note.serial)

    # -- sums

    def at(self, *places: str) -> Counter[int]:
        if len(places) == 1:
            return self.notes.get(places[0], Counter())
        total: Counter[int] = Counter()
        for place in places:
            total.update(self.notes.get(place, {}))
        return total

    def pieces(self, *places: str) -> int:
        return sum(sum(self.notes[place].values()) for place in places if place in self.notes)

    def worth(self, *places: str) -> int:
        return sum(value_fen * count for place in places for value_fen, count in self.notes.get(place, {}).items())

    def paper(self, *places: str) -> int:
        return sum(self.papers[place] for place in places)
