"""What every screen is made of: words, keys, deadlines, cards that several screens show, and what surrounds each body."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, TypeVar, dataclass_transform

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(kind: type[Kind]) -> type[Kind]:
    """A dataclass with slots that is never changed: the type check says so where somebody tries.

    At run time nothing guards it, for a guarded one writes each field through `object.__setattr__` and takes twice as long
    to make; a screen has some hundred parts, and is made anew at every touch.
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)


@value
class Words:
    """One text in both languages. `main` is in the language in use, `small` is the other one under or beside it."""

    main: str = ""
    small: str = ""


@value
class Key:
    """Something to touch. `target` is what `Touched` answers; a key without a target is only shown.

    `role`: primary, secondary, danger, tile, chip. `why` says what is missing while `enabled` is False.
    """

    target: str = ""
    words: Words = Words()
    icon: str = ""
    role: str = "secondary"
    enabled: bool = True
    selected: bool = False
    busy: bool = False
    why: Words = Words()


@value
class Deadline:
    """A running time limit, counted down by the screen: seconds = (remaining_ms − real ms since Show × rate) / 1000."""

    remaining_ms: int = 0
    total_ms: int = 0
    rate: float = 1.0


@value
class Step:
    """One stop of the stepper. `state`: done, current, todo."""

    words: Words
    state: str


@value
class Notice:
    """A band with an icon. `level`: info, ok, warn, danger."""

    words: Words
    level: str = "info"
    icon: str = "info"
    more: Words = Words()


@value
class Payment:
    """A way to pay and whether it works now. `level`: ok, warn, off."""

    icon: str
    words: Words
    state: Words
    level: str


@value
class Tile:
    """A big key of the home screen; `hint` is a third line."""

    key: Key
    hint: Words = Words()


@value
class Priced:
    """A cell with a name and a price ("from")."""

    key: Key
    price: str = ""


@value
class Figure:
    """A labelled amount. `tone`: ink, ok, brand, danger, muted."""

    label: Words
    text: str
    tone: str = "ink"
    sub: Words = Words()


@value
class InfoCard:
    """`level`: ok, warn, danger, tint."""

    icon: str
    level: str
    title: Words
    line: Words
    note: Words = Words()


@value
class Journey:
    """The chosen train in one card."""

    number: str
    family: str
    date: Words
    depart: str
    arrive: str
    origin: Words
    destination: Words
    duration: Words
    seat_class: Words = Words()
    badge: Words = Words()


@value
class Dialog:
    """At most two keys over a dimmed body."""

    words: Words
    more: Words = Words()
    keys: tuple[Key, ...] = ()
    deadline: Deadline | None = None
    icon: str = "question"
    journey: Journey | None = None  # a train that is offered, with what it costs
    tickets: Words = Words()
    price: str = ""


@value
class Chrome:
    """What surrounds every body. `theme`: day, contrast. `voice`: id of the spoken prompt."""

    machine: Words = Words()
    clock: str = ""
    date: Words = Words()
    language: str = "zh"
    language_key: Key = Key()
    access_key: Key = Key()
    theme: str = "day"
    large_text: bool = False
    stepper: tuple[Step, ...] = ()
    footer: tuple[Key, ...] = ()
    ring: Deadline | None = None
    dialog: Dialog | None = None
    notice: Notice | None = None
    voice: str = ""
    person: Words = Words()  # service screens: name and number, role


@value
class Screen:
    """Base of all screens; `kind` is the id of ui-guide section 7."""

    kind: ClassVar[str] = ""
    chrome: Chrome
