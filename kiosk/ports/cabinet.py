"""Doors, sensors, lamps, shutters of the cabinet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from kiosk.ports.fact import Fact

DOORS = ("outer", "safe", "tickets", "change")
LAMPS = ("green", "red", "tickets", "notes", "card", "change", "help", "cabinet")


@dataclass(frozen=True, slots=True)
class DoorMoved(Fact):
    """`door`: one of DOORS. `key`: an authorised key or tag was present at that moment."""

    kind: ClassVar[str] = "door"
    door: str
    open: bool
    key: bool


BOX = "note_box"
"""The part whose tag names the box that notes fall into."""


@dataclass(frozen=True, slots=True)
class CabinetSeen(Fact):
    """All switches after a (re)start of the board: what is open now. Names of DOORS; `tags`: (part, text)."""

    kind: ClassVar[str] = "cabinet.seen"
    doors_open: tuple[str, ...]
    box_present: bool
    mains: bool
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BoxMoved(Fact):
    """The note box was taken out or put in; `tag` is its electronic name, empty when none can be read."""

    kind: ClassVar[str] = "box.moved"
    present: bool
    tag: str


@dataclass(frozen=True, slots=True)
class HelpPressed(Fact):
    kind: ClassVar[str] = "help.pressed"


@dataclass(frozen=True, slots=True)
class PersonNear(Fact):
    kind: ClassVar[str] = "person.near"
    near: bool


@dataclass(frozen=True, slots=True)
class MainsChanged(Fact):
    kind: ClassVar[str] = "mains"
    present: bool


class Cabinet(Protocol):
    def lamp(self, name: str, on: bool) -> None:
        """`name`: one of LAMPS."""
        ...

    def entry_shutter(self, open_: bool) -> None:
        """The note entry. Open only while notes are taken (TVM-059)."""
        ...

    def siren(self, on: bool) -> None: ...

    def unlock(self) -> None:
        """Release the outer door once."""
        ...
