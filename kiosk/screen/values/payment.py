"""Screens from the first note to the last thing taken: cash, printing and paying back, take, claim."""

from __future__ import annotations

from typing import ClassVar

from kiosk.screen.values.parts import Deadline, Figure, InfoCard, Journey, Key, Notice, Screen, Step, Words, value


@value
class Denomination:
    """A face value and whether it is taken now. `value`: label such as ¥100; `why` when refused."""

    value: str
    accepted: bool
    why: Words = Words()


@value
class Paying(Screen):
    """What stands on every screen that takes money: the train, and how long its places are held."""

    journey: Journey
    tickets: Words  # class × passengers
    lock_words: Words
    lock: Deadline
    title: Words


@value
class PayWay:
    """A way to pay; a key that is not enabled says why."""

    key: Key
    hint: Words


@value
class PayChoice(Paying):
    """How the order shall be paid: notes, card, phone."""

    kind: ClassVar[str] = "pay.choice"
    total: Figure
    ways: tuple[PayWay, ...]
    once: Words


@value
class PayCode(Paying):
    """A code for the phone. `code`: rows of "0" and "1" without quiet zone, empty while there is none to scan. `wait`: what is
    waited for instead. `steps`: scan, confirm, paid."""

    kind: ClassVar[str] = "pay.code"
    amount: Figure
    expires_words: Words
    expires: Deadline
    code: tuple[str, ...]
    wait: Words
    below: Words
    steps: tuple[Step, ...]
    once: Words


@value
class PayCard(Paying):
    """A card, or a phone that shows its own code. `picture`: card, scan, wait, pin, remove. `typed`: digits of the PIN so far, of
    `digits`, 0 when none is asked for. `icon`: of what pays, card or phone."""

    kind: ClassVar[str] = "pay.card"
    amount: Figure
    picture: str
    icon: str
    ask: Words
    where: Words
    typed: int
    digits: int
    typed_words: Words
    lines: tuple[Words, ...]


@value
class PayCash(Paying):
    """`slot`: insert, moving, full, closed. `percent`: 0..100 of the price that is in."""

    kind: ClassVar[str] = "pay.cash"
    total: Figure
    inserted: Figure
    remaining: Figure
    percent: int
    accepted_title: Words
    change_note: Words
    change_level: str
    denominations: tuple[Denomination, ...]
    slot: str
    slot_title: Words
    slot_note: Words
    received_title: Words
    received: tuple[str, ...]
    promise: Words
    refusal: Notice | None = None


@value
class TicketThumb:
    """`state`: printed, printing, waiting, failed."""

    words: Words
    state: str


@value
class ProgressStep:
    """`state`: done, now, next."""

    words: Words
    chip: Words
    state: str
    tickets: tuple[TicketThumb, ...] = ()


@value
class Printing(Screen):
    """Also paying back, confirming: any sequence of steps that takes no input. `percent`: 0..100.

    `openings`: tickets, change, slip, insert: where things come out, ringed in the drawing of the machine.
    """

    kind: ClassVar[str] = "printing"
    title: Words
    steps: tuple[ProgressStep, ...]
    remaining: Words
    percent: int
    total: Words
    outlets: tuple[Words, ...]
    stay: Words
    cannot_cancel: Words
    openings: tuple[str, ...] = ()


@value
class Outlet:
    """An opening to take from. `what`: tickets, change, slip, notes (the passenger's own, at the entry). `state`: now, next,
    done. `opening` of the drawing, when it is not the one that `what` usually comes out of."""

    what: str
    state: str
    order: Words
    words: Words
    place: Words
    opening: str = ""


@value
class NoteCount:
    value: str
    count: int


@value
class Take(Screen):
    kind: ClassVar[str] = "take"
    title: Words
    outlets: tuple[Outlet, ...]
    figures: tuple[Figure, ...]  # paid − tickets = change; empty when there is nothing to sum
    notes_label: Words
    notes: tuple[NoteCount, ...]
    walk_away: Words
    walk_away_lines: tuple[Words, ...]
    check: Words


@value
class ClaimScreen(Screen):
    kind: ClassVar[str] = "receipt"
    title: Words
    figures: tuple[Figure, ...]
    chips: tuple[Notice, ...]
    slip_title: Words
    slip_lines: tuple[str, ...]
    amount_label: Words
    amount: str
    code_label: Words
    code: str
    valid: Words
    qr: tuple[str, ...]  # rows of "0" and "1", without quiet zone
    qr_words: Words
    slip_state: Notice
    ways_title: Words
    ways: tuple[InfoCard, ...]
    assurance: Notice
