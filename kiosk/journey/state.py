"""Where a passenger is in the journey and what was chosen so far: one frozen value, the only input of the journey's views."""

from __future__ import annotations

from kiosk.ports.trips import ClassOffer, FoundOrder, Limits, Offer, StopTime
from kiosk.screen.values import value

FEW = 20
"""At most this many places left are told as a number, more as "available"."""

OVER = ("departed", "closed", "query_only", "cancelled")
"""Selling states of a train that nobody gets a ticket for here, whatever places it has."""


@value
class JourneySettings:
    """`home`: telecode of this station; `fixed`: preset stations of the short-distance mode, none = no such mode.

    `idle_ms`: step -> idle time-out; absent = never. All in ms.

    The warning opens `warn_ms` before the time-out and adds `extra_ms` to it (ui-guide sections 7 and 9). `stale_ms`: a
    train list older than this is asked again. `answer_ms`: a question without an answer for so long has failed.
    """

    home: str
    timezone: str = "Asia/Shanghai"
    other_origins: bool = True
    fixed: tuple[str, ...] = ()
    language: str = "zh"
    idle_ms: tuple[tuple[str, int], ...] = (
        ("home", 60_000),
        ("search.train", 90_000),
        ("search.fromto", 90_000),
        ("search.map", 90_000),
        ("search.fixed", 60_000),
        ("next", 90_000),
        ("station", 90_000),
        ("date", 60_000),
        ("trains", 90_000),
        ("seat", 90_000),
        ("pickup", 60_000),
        ("pickup.code", 60_000),
        ("pickup.orders", 60_000),
        ("help", 60_000),
        ("thanks", 6_000),
    )
    warn_ms: int = 20_000
    extra_ms: int = 15_000
    stale_ms: int = 60_000
    answer_ms: int = 10_000

    def idle_of(self, step: str) -> int | None:
        for name, idle_ms in self.idle_ms:
            if name == step:
                return idle_ms
        return None


@value
class JourneyState:
    """`step`: attract, home, station, search.train, search.fromto, search.map, search.fixed, next, date, trains, seat, pickup,
    pickup.code, pickup.orders, sale or thanks.

    `picking`: what the station picker is for (origin, destination, train). `listing`: idle, loading, list, offline.
    `waiting`: a question is out; `listed_ms` (monotonic) and `listed_wall_ms`: when `offers` came. `trail`: steps Back
    returns to. `notice`: why the passenger is here again (`kiosk.screen.views.notices`). `touched_ms` is monotonic.
    `help`: the help screen lies over the step.

    The map: `zoom` near or far, `at` the corner of its window, `listed` the line whose stations are listed (`*`: all lines,
    empty: the map itself), `plate` the station that is selected. `asking`: stations whose trains are still to be asked for
    (next departures, short trips). `instead`: what is offered when the places are gone: fewer, or the train and class in
    `instead_train` and `instead_class`. `orders`: bought elsewhere, as the station told of them last.
    """

    step: str = "attract"
    trail: tuple[str, ...] = ()
    language: str = "zh"
    contrast: bool = False
    large_text: bool = False
    help: bool = False
    touched_ms: int = 0
    # search
    origin: str = ""
    destination: str = ""
    date: str = ""
    train: str = ""
    picking: str = "destination"
    typed: str = ""
    tab: str = "hot"
    province: str = ""
    picker_page: int = 0
    zoom: str = "near"
    at: tuple[int, int] = (0, 0)
    listed: str = ""
    plate: str = ""
    asking: tuple[str, ...] = ()
    stops: tuple[StopTime, ...] = ()
    # trains
    request: int = 0
    asked_ms: int = 0
    waiting: bool = False
    listing: str = "idle"
    listed_ms: int = 0
    listed_wall_ms: int = 0
    offers: tuple[Offer, ...] = ()
    kind: str = ""
    available: bool = False
    departs: str = ""
    sort: str = "depart"
    page: int = 0
    # what was bought elsewhere
    orders: tuple[FoundOrder, ...] = ()
    # seat
    chosen: str = ""
    seat_class: str = ""
    passengers: tuple[tuple[str, int], ...] = ()
    wish: str = "none"
    notice: str = ""
    notice_left: int = 0
    instead: str = ""
    instead_train: str = ""
    instead_class: str = ""

    @property
    def offer(self) -> Offer | None:
        """The chosen train as last told by the station."""
        return next((offer for offer in self.offers if offer.train == self.chosen), None)

    @property
    def class_offer(self) -> ClassOffer | None:
        offer = self.offer
        return class_of(offer, self.seat_class) if offer else None

    @property
    def seats(self) -> int:
        """Places wanted, all passenger types together."""
        return sum(count for _, count in self.passengers)

    @property
    def idle_step(self) -> str:
        """The row of the idle table that counts now."""
        return "help" if self.help else self.step


@value
class Idle:
    """Idle times in monotonic ms: the ring runs to `ring_ms`, the warning opens at `warn_ms`, all ends at `end_ms`."""

    warn_ms: int
    ring_ms: int
    end_ms: int
    total_ms: int


def idle_times(state: JourneyState, settings: JourneySettings) -> Idle | None:
    """When the idle passenger is warned and given up; None where the step has no time-out of its own."""
    total = settings.idle_of(state.idle_step)
    if total is None:
        return None
    ring = state.touched_ms + total
    if state.step in ("thanks", "sale"):  # nothing to ask: thanks ends by itself, help over a sale just closes
        return Idle(ring, ring, ring, total)
    return Idle(ring - min(settings.warn_ms, total // 2), ring, ring + settings.extra_ms, total)


def class_of(offer: Offer, code: str) -> ClassOffer | None:
    return next((cell for cell in offer.classes if cell.code == code), None)


def price_of(cell: ClassOffer, passenger: str) -> int | None:
    """Fare of one passenger type in fen; None when it is not sold in this class."""
    return dict(cell.prices).get(passenger)


def total_of(cell: ClassOffer, passengers: tuple[tuple[str, int], ...]) -> int:
    """Sum in fen; a type without a price counts nothing (it cannot be chosen)."""
    return sum((price_of(cell, code) or 0) * count for code, count in passengers)


def selling_state(offer: Offer, wall_ms: int) -> str:
    """open, cancelled (does not run), departed, query_only (never sold here), closed (sale ends before departure) or sold_out."""
    if offer.cancelled:
        return "cancelled"
    if wall_ms >= offer.depart_ms:
        return "departed"
    if offer.query_only:
        return "query_only"
    if wall_ms >= offer.closes_ms:
        return "closed"
    return "open" if any(cell.room for cell in offer.classes) else "sold_out"


def hold_blocker(state: JourneyState, limits: Limits | None, cash_limit_fen: int | None, wall_ms: int) -> str:
    """Why the places cannot be held yet; empty when they can.

    class, passengers, limit, left (more wanted than left), closed (or never sold here), offline (no limits), cash_limit.
    """
    offer, cell = state.offer, state.class_offer
    if limits is None:
        return "offline"
    if offer is None or selling_state(offer, wall_ms) in OVER:
        return "closed"
    if cell is None or not cell.room:
        return "class"
    if state.seats < 1:
        return "passengers"
    if state.seats > limits.max_tickets:
        return "limit"
    if state.seats > cell.room:
        return "left"
    if cash_limit_fen is not None and total_of(cell, state.passengers) > cash_limit_fen:
        return "cash_limit"
    return ""
