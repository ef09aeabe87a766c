"""Screens on which nobody buys: in front of a sale, beside it, and while there is none."""

from __future__ import annotations

from typing import ClassVar

from kiosk.screen.values.parts import (
    Deadline,
    Figure,
    InfoCard,
    Key,
    Notice,
    Payment,
    Priced,
    Screen,
    Tile,
    Words,
    value,
)


@value
class Poster:
    """A picture of the waiting page: a file in the screen's media directory, and how long it is shown."""

    file: str
    seconds: int
    caption: Words = Words()


@value
class Attract(Screen):
    """`notices` take the place of `bulletin`, in turn, and `posters` that of the drawing."""

    kind: ClassVar[str] = "attract"
    headline: Words
    start: Key
    payments_title: Words
    payments: tuple[Payment, ...]
    bulletin: Words = Words()
    page: str = ""
    posters: tuple[Poster, ...] = ()
    notices: tuple[Notice, ...] = ()


@value
class Home(Screen):
    kind: ClassVar[str] = "home"
    question: Words
    tiles: tuple[Tile, ...]  # first one is wide and primary
    popular_title: Words
    popular: tuple[Priced, ...]
    payments: tuple[Payment, ...]
    payments_line: Words = Words()


@value
class Help(Screen):
    kind: ClassVar[str] = "help"
    title: Words
    cards: tuple[InfoCard, ...]
    call: Notice


@value
class OutOfService(Screen):
    """`reason`: closed, fault, offline, cash_full, door_open, no_paper, no_mains, remote_stop, emergency, starting."""

    kind: ClassVar[str] = "oos"
    reason: str
    chip: Words
    headline: Words
    detail: Words
    back_at: Words
    assurance: Notice
    elsewhere_title: Words
    elsewhere: tuple[InfoCard, ...]
    told: Words
    facts: tuple[Figure, ...]  # machine, fault code, help line


@value
class Busy(Screen):
    """A wait with words and a limit. `icon`: hourglass while something is awaited, check when all is done."""

    kind: ClassVar[str] = "busy"
    words: Words
    more: Words
    limit: Deadline | None = None
    icon: str = "hourglass"
