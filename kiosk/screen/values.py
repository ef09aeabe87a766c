"""What can be shown on the passenger screen and what can be touched: plain values, and their form on the socket.

A leaf: standard library only. The controller builds these values (`kiosk.screen.view`), the screen process paints
them, and a synthetic passenger, the lab's mirror and a test read the very same ones. All words arrive ready to show,
in the language in use (`main`) and the other one (`small`); the screen process knows no catalogue. Amounts are text.

On the socket (decision 29) one message is one line of JSON. `Show` carries the whole value; `Touched` answers with its
`rev`, so that a touch on a screen that is gone is dropped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, TypeVar, dataclass_transform, get_args, get_origin, get_type_hints

PROTOCOL_VERSION = 1
HEARTBEAT_MS = 250
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


@value
class Payment:
    """A way to pay and whether it works now. `level`: ok, warn, off."""

    icon: str
    words: Words
    state: Words
    level: str


@value
class Attract(Screen):
    kind: ClassVar[str] = "attract"
    headline: Words
    start: Key
    payments_title: Words
    payments: tuple[Payment, ...]
    bulletin: Words = Words()
    page: str = ""


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
class Home(Screen):
    kind: ClassVar[str] = "home"
    question: Words
    tiles: tuple[Tile, ...]  # first one is wide and primary
    popular_title: Words
    popular: tuple[Priced, ...]
    payments: tuple[Payment, ...]
    payments_line: Words = Words()


@value
class Trip(Screen):
    """search.fromto: the three answers so far, each a key that changes it."""

    kind: ClassVar[str] = "search.fromto"
    title: Words
    origin: Key
    destination: Key
    swap: Key
    date: Key
    origin_label: Words
    destination_label: Words
    date_label: Words
    popular_title: Words
    popular: tuple[Priced, ...]


@value
class StationCell:
    key: Key
    tag: str  # initials, upper case
    note: Words = Words()
    note_level: str = "muted"  # muted, warn


@value
class StationPicker(Screen):
    kind: ClassVar[str] = "station"
    label: Words
    typed: str
    hint: Words
    cells: tuple[StationCell, ...]
    empty: Words
    tabs: tuple[Key, ...]
    letters: str  # letters that lead to a station; targets are "letter:X"
    clear: Key
    erase: Key
    previous: Key | None
    next: Key | None
    often_title: Words
    often: tuple[Key, ...]


@value
class TrainNumber(Screen):
    kind: ClassVar[str] = "search.train"
    label: Words
    typed: str
    hint: Words
    letters: tuple[Key, ...]  # what numbers begin with: G D C Z T K, or ICE IC EC; targets are "letter:ICE"
    digits: tuple[Key, ...]  # 1..9 0
    clear: Key
    erase: Key
    date: Key
    found: tuple[Key, ...]
    message: Notice | None
    found_title: Words = Words()
    empty: Words = Words()  # while nothing is typed


@value
class MapStretch:
    """A straight piece of a line. `ends`: x and y of both ends in steps from the upper left plate; `lane`: -1, 0 or 1 where
    lines lie beside each other. `tone` is the colour of the line, by name."""

    tone: str
    ends: tuple[float, ...]
    lane: int = 0


@value
class MapName:
    """What a line is called, written on it; `x`, `y` are its middle in steps."""

    words: Words
    tone: str
    x: float
    y: float


@value
class MapPlate:
    """A station on its line; `x`, `y` are its middle in steps. `state`: open, here, chosen."""

    key: Key
    x: float
    y: float
    state: str
    note: Words = Words()


@value
class MapFact:
    icon: str
    words: Words


@value
class MapCell:
    """A line or a station of one, in the list. `tag` is the number of the line, `tone` its colour."""

    key: Key
    tag: str
    tone: str
    note: Words = Words()


@value
class MapCard:
    """The selected station. `state`: loading, list, none, offline; `message` instead of facts while there are none."""

    words: Words
    price: str
    price_note: Words
    state: str
    facts: tuple[MapFact, ...] = ()
    message: Words = Words()


@value
class RouteMap(Screen):
    """`mode`: map, lines (all of them) or calls (the stations of one line); `cells` fill the last two, a page at a time."""

    kind: ClassVar[str] = "search.map"
    title: Words
    mode: str
    areas: tuple[Key, ...]
    columns: int
    rows: int
    stretches: tuple[MapStretch, ...]
    names: tuple[MapName, ...]
    plates: tuple[MapPlate, ...]
    pan: tuple[Key, ...]  # left, right, up, down; in a list: up, down
    zoom: tuple[Key, ...]  # out, in
    other: Key  # from the map to the list and back
    cells: tuple[MapCell, ...]
    card: MapCard | None
    hint: Words


@value
class FixedCell:
    """A preset station: one tap is the choice. `state`: open, loading, none."""

    key: Key
    price: str
    leaves: Words
    train: str
    family: str
    state: str


@value
class FixedGrid(Screen):
    kind: ClassVar[str] = "search.fixed"
    origin: Words
    title: Words
    cells: tuple[FixedCell, ...]
    note: Words


@value
class Day:
    """`state`: past, today, open, chosen, last, later, blank (no day of this month). `mark`: the holiday it is."""

    key: Key
    number: str
    state: str
    mark: Words = Words()


@value
class Month:
    title: Words
    heads: tuple[Words, ...]  # seven, Monday first
    weeks: tuple[tuple[Day, ...], ...]


@value
class Calendar(Screen):
    kind: ClassVar[str] = "date"
    origin: Words
    destination: Words
    on_sale: Words
    title: Words
    quick: tuple[Key, ...]  # today, tomorrow, day after; icon is empty, why carries the date
    months: tuple[Month, ...]
    note: Words
    tip: Words


@value
class SeatChip:
    """`level`: ok, few, none."""

    words: Words
    price: str
    left: Words
    level: str


@value
class TrainCard:
    """`family`: G, D, other (colour of the pill). `state`: open, sold_out, departed, closed, query_only (shown, never sold here:
    `price` is then in its own currency, `USD 7.75`)."""

    key: Key
    number: str
    family: str
    depart: str
    arrive: str
    day_offset: Words
    origin: Words
    destination: Words
    duration: Words
    badge: Words
    price: str
    price_note: Words
    state: str
    state_words: Words
    seats: tuple[SeatChip, ...]


@value
class Trains(Screen):
    """`state`: loading, list, none, offline."""

    kind: ClassVar[str] = "trains"
    origin: Words
    destination: Words
    date: Key
    filters: tuple[Key, ...]
    state: str
    message: Words
    cards: tuple[TrainCard, ...]  # at most 5 (4 with large text)
    page: Words


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
class ClassCell:
    key: Key
    price: str
    left: Words
    level: str


@value
class PassengerRow:
    """One passenger type with a quantity stepper."""

    icon: str
    words: Words
    rule: Words
    price: str
    count: int
    minus: Key
    plus: Key


@value
class SeatLetter:
    """`state`: chosen, free, aisle, window (the last two are words, not seats)."""

    letter: str
    state: str
    words: Words = Words()


@value
class Seat(Screen):
    kind: ClassVar[str] = "seat"
    journey: Journey
    class_title: Words
    classes: tuple[ClassCell, ...]
    passengers_title: Words
    limit: Words
    passengers: tuple[PassengerRow, ...]
    wish_title: Words
    wish_note: Words
    wishes: tuple[Key, ...]
    sum_words: Words
    sum_note: Words
    total_label: Words
    total: str


@value
class ReviewRow:
    icon: str
    words: Words
    place: str
    position: Words
    price: str
    fare: Words


@value
class InfoCard:
    """`level`: ok, warn, danger, tint."""

    icon: str
    level: str
    title: Words
    line: Words
    note: Words = Words()


@value
class Review(Screen):
    kind: ClassVar[str] = "review"
    title: Words
    journey: Journey
    lock_words: Words
    lock: Deadline
    coach: Words
    row: tuple[SeatLetter, ...]
    rows: tuple[ReviewRow, ...]
    total_label: Words
    total: str
    refund_title: Words
    refunds: tuple[InfoCard, ...]
    consent: Words
    changed: Notice | None = None  # price changed: old and new


@value
class Figure:
    """A labelled amount. `tone`: ink, ok, brand, danger, muted."""

    label: Words
    text: str
    tone: str = "ink"
    sub: Words = Words()


@value
class Denomination:
    """A face value and whether it is taken now. `value`: label such as ¥100; `why` when refused."""

    value: str
    accepted: bool
    why: Words = Words()


@value
class PayCash(Screen):
    """`slot`: insert, moving, full, closed. `percent`: 0..100 of the price that is in."""

    kind: ClassVar[str] = "pay.cash"
    journey: Journey
    tickets: Words  # class × passengers
    lock_words: Words
    lock: Deadline
    title: Words
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


@value
class Help(Screen):
    kind: ClassVar[str] = "help"
    title: Words
    cards: tuple[InfoCard, ...]
    call: Notice


@value
class OutOfService(Screen):
    """`reason`: closed, fault, offline, cash_full, door_open, no_paper, no_mains, remote_stop, starting."""

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


SCREENS: dict[str, type[Screen]] = {
    screen.kind: screen
    for screen in (
        Attract, Home, Trip, RouteMap, FixedGrid, StationPicker, TrainNumber, Calendar, Trains, Seat, Review, PayCash,
        Printing, Take, ClaimScreen, Help, OutOfService, Busy, ServiceLogin, ServiceMenu, ServiceTask,
    )
}  # fmt: skip


@value
class Hello:
    """First message of both sides. `role`: screen (the one writer), mirror, lab, passenger, controller."""

    role: str
    version: int = PROTOCOL_VERSION


@value
class Show:
    rev: int
    screen: Screen


@value
class Touched:
    rev: int
    target: str


@value
class Heartbeat:
    """Both ways every 250 ms. From the screen, `rev` is the last one whose pixels are on the display."""

    rev: int = 0


Message = Hello | Show | Touched | Heartbeat
_MESSAGES: dict[str, type] = {"hello": Hello, "show": Show, "touched": Touched, "beat": Heartbeat}
_NAMES = {message: name for name, message in _MESSAGES.items()}


@dataclass(slots=True)
class _Hints:
    """Field types per class, looked up once: `get_type_hints` is slow and a Show has hundreds of parts."""

    known: dict[type, dict[str, Any]] = field(default_factory=dict)

    def of(self, kind: type) -> dict[str, Any]:
        if kind not in self.known:
            self.known[kind] = get_type_hints(kind)
        return self.known[kind]


_hints = _Hints()


def _plain(value: Any) -> Any:
    """A value as JSON: dataclasses become objects (a Screen names its kind); defaults are left out."""
    if is_dataclass(value):
        made: dict[str, Any] = {"kind": value.kind} if isinstance(value, Screen) else {}
        for part in fields(value):
            inner = getattr(value, part.name)
            if inner != part.default:
                made[part.name] = _plain(inner)
        return made
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _build(kind: Any, raw: Any) -> Any:
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return tuple(_build(inner, item) for item in raw)
    choices = [choice for choice in get_args(kind) if choice is not type(None)]
    if choices:  # X | None
        return None if raw is None else _build(choices[0], raw)
    if kind is Screen:
        kind, raw = SCREENS[raw["kind"]], {name: item for name, item in raw.items() if name != "kind"}
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints.of(kind)
        return kind(**{name: _build(hints[name], item) for name, item in raw.items()})
    if kind is float and type(raw) is int:
        return float(raw)
    if type(raw) is not kind:
        raise TypeError(f"{kind.__name__} expected, {raw!r} came")
    return raw


def encode(message: Message) -> bytes:
    """One line of JSON, LF at its end."""
    body = {"m": _NAMES[type(message)], **_plain(message)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Message:
    """The message of one line. Raises ValueError when it is not one of ours (a peer of another version, noise)."""
    try:
        raw = json.loads(line)
        kind = _MESSAGES[raw.pop("m")]
        built: Message = _build(kind, raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a screen message: {error}") from error
    return built


def keys_of(value: Any) -> list[Key]:
    """Every enabled key with a target anywhere in a value, in reading order. Letters of a keyboard are not keys."""
    found: list[Key] = []
    _gather_keys(value, found)
    return found


def _gather_keys(value: Any, found: list[Key]) -> None:
    kind = type(value)
    if kind is Key:
        if value.target and value.enabled:
            found.append(value)
    elif kind is tuple:
        for item in value:
            _gather_keys(item, found)
    else:
        for name in _parts_with_keys(kind):
            _gather_keys(getattr(value, name), found)


_with_keys: dict[type, tuple[str, ...]] = {}


def _parts_with_keys(kind: type) -> tuple[str, ...]:
    """Names of the fields of a class in which a key may lie, looked up once; none for what is not a dataclass."""
    if kind not in _with_keys:
        names = [part.name for part in fields(kind)] if is_dataclass(kind) else []
        _with_keys[kind] = tuple(name for name in names if _may_hold_keys(_hints.of(kind)[name]))
    return _with_keys[kind]


def _may_hold_keys(hint: Any) -> bool:
    if hint is Key:
        return True
    if isinstance(hint, type) and is_dataclass(hint):
        return bool(_parts_with_keys(hint))
    return any(_may_hold_keys(inner) for inner in get_args(hint))
