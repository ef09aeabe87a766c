"""Things with an identity and a place: notes, coins, ticket blanks, slips, cards. The auditor counts these, never a counter.

Every place of the simulated world is a `Place` holding things in order. A thing is in exactly one place, because the only
way to move it is `Matter.move`, which takes it out of one and puts it into the other. `lies` of a thing is where it was put
last: a hint that saves searching every place, checked before it is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.devices.chip_card.chip import ChipCard


@dataclass(slots=True)
class Note:
    """A banknote. `serial` is unique in a world; `genuine` False is a counterfeit that a validator should refuse."""

    serial: str
    value_fen: int
    genuine: bool = True
    series: int = 2005
    lies: Place | None = field(default=None, init=False, repr=False, compare=False)


@dataclass(slots=True)
class Coin:
    """A coin. `serial` is unique in a world; no real coin has one, but the auditor can tell this one from the next."""

    serial: str
    value_fen: int
    lies: Place | None = field(default=None, init=False, repr=False, compare=False)


@dataclass(slots=True)
class Blank:
    """A ticket blank, later a ticket: what is on its stripe and face goes with it wherever it lies."""

    serial: str
    stripe: dict[int, str] = field(default_factory=dict)
    face: bytes = b""
    face_size: tuple[int, int] = (0, 0)
    state: str = "blank"  # blank, good, void, half (power failed while it was made)
    lies: Place | None = field(default=None, init=False, repr=False, compare=False)


@dataclass(slots=True)
class Slip:
    """A printed slip: rows of dots as the print head left them (1 bit, most significant left)."""

    serial: str
    rows: bytes = b""
    width: int = 0
    lies: Place | None = field(default=None, init=False, repr=False, compare=False)


@dataclass(slots=True)
class Card:
    """A passenger's card. `stripe`: track -> the characters as they are magnetised, with sentinels, LRC and parity.

    `size`: normal, long or short; only a normal one is a card to a reader.
    """

    serial: str
    name: str = ""
    stripe: dict[int, bytes] = field(default_factory=dict, repr=False)
    chip: ChipCard | None = field(default=None, repr=False, compare=False)
    size: str = "normal"
    lies: Place | None = field(default=None, init=False, repr=False, compare=False)


Thing = Note | Coin | Blank | Slip | Card
MONEY = (Note, Coin)


@dataclass(slots=True, eq=False)
class Place:
    """Somewhere a thing can be. `capacity` None means no limit. `name` is unique in a world, such as `cassette.2`."""

    name: str
    capacity: int | None = None
    things: list[Thing] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.things)

    def __iter__(self) -> Iterator[Thing]:
        return iter(self.things)

    def notes(self) -> list[Note]:
        return [thing for thing in self.things if isinstance(thing, Note)]

    def coins(self) -> list[Coin]:
        return [thing for thing in self.things if isinstance(thing, Coin)]

    def blanks(self) -> list[Blank]:
        return [thing for thing in self.things if isinstance(thing, Blank)]

    def cards(self) -> list[Card]:
        return [thing for thing in self.things if isinstance(thing, Card)]

    def value_fen(self) -> int:
        """All money here, notes and coins."""
        return sum(thing.value_fen for thing in self.things if isinstance(thing, MONEY))

    def add(self, thing: Thing) -> None:
        """On top of what lies there; for what comes into being here. What moves is moved by `Matter.move`."""
        self.things.append(thing)
        thing.lies = self

    def index(self, thing: Thing) -> int:
        """Which of the things it is, 0 the oldest; -1 when it is not here. Quick at both ends, where things come and go."""
        things = self.things
        if not things:
            return -1
        if things[-1] is thing:
            return len(things) - 1
        for number, other in enumerate(things):
            if other is thing:
                return number
        return -1


class Matter:
    """All places of one simulated machine and its passenger, and the only hand that moves a thing between them."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.watchers: list[Callable[[Thing, str, str], None]] = []
        self._made = 0

    def place(self, name: str, capacity: int | None = None) -> Place:
        """The place of that name, made on first use."""
        if name not in self.places:
            self.places[name] = Place(name, capacity)
        return self.places[name]

    def new_note(self, value_fen: int, where: str, genuine: bool = True) -> Note:
        self._made += 1
        note = Note(f"N{self._made:06d}", value_fen, genuine)
        self.place(where).add(note)
        return note

    def new_coin(self, value_fen: int, where: str) -> Coin:
        self._made += 1
        coin = Coin(f"C{self._made:06d}", value_fen)
        self.place(where).add(coin)
        return coin

    def new_blank(self, where: str, serial: str = "") -> Blank:
        self._made += 1
        blank = Blank(serial or f"B{self._made:06d}")
        self.place(where).add(blank)
        return blank

    def new_slip(self, where: str) -> Slip:
        self._made += 1
        slip = Slip(f"S{self._made:06d}")
        self.place(where).add(slip)
        return slip

    def new_card(self, name: str, where: str) -> Card:
        """A white card: nothing is magnetised on it, and it has no chip."""
        self._made += 1
        card = Card(f"K{self._made:06d}", name)
        self.place(where).add(card)
        return card

    def where(self, thing: Thing) -> Place:
        """Raises LookupError when the thing is nowhere, which is a bug of the simulation."""
        hint = thing.lies
        if hint is not None and self.places.get(hint.name) is hint and hint.index(thing) >= 0:
            return hint
        for place in self.places.values():
            if place.index(thing) >= 0:
                return place
        raise LookupError(f"{thing} is nowhere")

    def move(self, thing: Thing, to: str) -> None:
        """Raises OverflowError when the target is full; the thing then stays where it is."""
        source, target = self.where(thing), self.place(to)
        if target.capacity is not None and len(target) >= target.capacity:
            raise OverflowError(f"{to} is full")
        del source.things[source.index(thing)]
        target.add(thing)
        for watcher in self.watchers:
            watcher(thing, source.name, to)

    def move_all(self, source: str, to: str) -> int:
        """Everything from one place to another, oldest first; answers how many."""
        things = list(self.place(source))
        for thing in things:
            self.move(thing, to)
        return len(things)
