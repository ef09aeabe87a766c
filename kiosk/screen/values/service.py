"""Screens of the staff: log-in, menu, one act at the open cabinet."""

from __future__ import annotations

from typing import ClassVar

from kiosk.screen.values.parts import Figure, Key, Notice, Screen, Words, value


@value
class StripItem:
    icon: str
    words: Words
    level: str  # ok, warn, danger, off


@value
class ServiceLogin(Screen):
    """Digits of the number are shown, digits of the PIN never: only how many."""

    kind: ClassVar[str] = "svc.login"
    title: Words
    strip: tuple[StripItem, ...]
    number_label: Words
    number: str
    pin_label: Words
    pin_length: int
    active: str  # number, pin
    digits: tuple[Key, ...]
    clear: Key
    erase: Key
    message: Notice | None


@value
class ModuleRow:
    words: Words
    state: Words
    level: str  # ok, warn, danger, off
    cycles: str
    last: Words
    action: Key


@value
class StockRow:
    words: Words
    count: str
    capacity: str
    percent: int
    level: str


@value
class ServiceMenu(Screen):
    kind: ClassVar[str] = "svc.menu"
    title: Words
    strip: tuple[StripItem, ...]
    heads: tuple[Words, ...]  # module, state, cycles, last, test
    modules: tuple[ModuleRow, ...]
    stock_title: Words
    stock_note: Words
    stock: tuple[StockRow, ...]
    actions: tuple[Key, ...]


@value
class TaskStep:
    words: Words
    note: Words
    state: str  # done, now, next


@value
class SignOff:
    words: Words
    state: Words
    level: str  # ok (signed), tint (to sign), off


@value
class ServiceTask(Screen):
    """One act at the open cabinet: fill, empty, swap, load, count, clear. `digits` empty when no number is asked."""

    kind: ClassVar[str] = "svc.task"
    title: Words
    chip: Words
    picture: str  # cassette, box, roll, bin, fault
    picture_label: str
    picture_percent: int
    steps: tuple[TaskStep, ...]
    facts: tuple[Figure, ...]
    figures: tuple[Figure, ...]  # expected, entered, difference
    note: Words
    typed_label: Words
    typed: str
    digits: tuple[Key, ...]
    signoffs: tuple[SignOff, ...]
    message: Notice | None
    sign_title: Words = Words()
