"""The station computer as a device (docs/sheets/station-api.md): questions and deeds out, facts back through the mailbox.

A deed that got no usable answer reports `…Uncertain`: it may have happened. The sale then asks `ask_state`, and never
assumes. Journey answers (`TrainsListed`, `NetworkKnown`) move nothing and are not journaled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from kiosk.ports.fact import Fact
from kiosk.ports.trips import (
    FoundOrder,
    Limits,
    LockedPlace,
    Network,
    Offer,
    Order,
    SignedText,
    StopTime,
    TicketNumbers,
)

# -- journey: not journaled


@dataclass(frozen=True, slots=True)
class SessionGranted(Fact):
    kind: ClassVar[str] = "session"
    result: ClassVar[str] = "granted"
    station: str
    time_ms: int
    limits: Limits


@dataclass(frozen=True, slots=True)
class SessionRefused(Fact):
    """`reason`: no_grant, bad_token, or the station's code."""

    kind: ClassVar[str] = "session"
    result: ClassVar[str] = "refused"
    reason: str


@dataclass(frozen=True, slots=True)
class StationLost(Fact):
    kind: ClassVar[str] = "station"
    result: ClassVar[str] = "lost"
    reason: str


@dataclass(frozen=True, slots=True)
class StationBack(Fact):
    """`skew_ms`: station clock minus ours, half the round trip taken off."""

    kind: ClassVar[str] = "station"
    result: ClassVar[str] = "back"
    skew_ms: int


@dataclass(frozen=True, slots=True)
class NetworkKnown(Fact):
    kind: ClassVar[str] = "network"
    network: Network


@dataclass(frozen=True, slots=True)
class TrainsListed(Fact):
    """`request` is the number the question was asked with; an answer to an older question is dropped by the journey."""

    kind: ClassVar[str] = "trains"
    result: ClassVar[str] = "listed"
    request: int
    at_ms: int
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class TrainsFailed(Fact):
    kind: ClassVar[str] = "trains"
    result: ClassVar[str] = "failed"
    request: int
    reason: str


@dataclass(frozen=True, slots=True)
class TrainStops(Fact):
    """All stops of one train; empty when there is no such train."""

    kind: ClassVar[str] = "stops"
    request: int
    train: str
    stops: tuple[StopTime, ...]


@dataclass(frozen=True, slots=True)
class OrdersFound(Fact):
    """One or more. `request` as in `TrainsListed`."""

    kind: ClassVar[str] = "orders"
    result: ClassVar[str] = "found"
    request: int
    orders: tuple[FoundOrder, ...]


@dataclass(frozen=True, slots=True)
class OrdersFailed(Fact):
    """`reason`: not_found, bad_code (a digit is wrong), too_many (wrong codes: wait a minute), or the link's trouble."""

    kind: ClassVar[str] = "orders"
    result: ClassVar[str] = "failed"
    request: int
    reason: str


# -- the sale: journaled


@dataclass(frozen=True, slots=True)
class PlacesLocked(Fact):
    """`remaining_ms`, `limit_ms`: how long the places are held from now, and at most with renewals: durations in the station's
    time, which in the lab runs `rate` times faster than ours (decision 38)."""

    kind: ClassVar[str] = "lock!"
    result: ClassVar[str] = "held"
    sale: str
    places: tuple[LockedPlace, ...]
    total_fen: int
    remaining_ms: int
    limit_ms: int


@dataclass(frozen=True, slots=True)
class LockRefused(Fact):
    """`reason`: sold_out (with `left`), seats_left (nobody has to stand), sale_closed, limit, voided, or another code of the
    station."""

    kind: ClassVar[str] = "lock!"
    result: ClassVar[str] = "refused"
    sale: str
    reason: str
    left: int


@dataclass(frozen=True, slots=True)
class LockUncertain(Fact):
    kind: ClassVar[str] = "lock!"
    result: ClassVar[str] = "unknown"
    sale: str
    reason: str


@dataclass(frozen=True, slots=True)
class LockRenewed(Fact):
    """`remaining_ms` as in `PlacesLocked`."""

    kind: ClassVar[str] = "renew!"
    result: ClassVar[str] = "done"
    sale: str
    remaining_ms: int


@dataclass(frozen=True, slots=True)
class RenewFailed(Fact):
    """`reason`: expired (certain), or the link's trouble: the old expiry counts then."""

    kind: ClassVar[str] = "renew!"
    result: ClassVar[str] = "failed"
    sale: str
    reason: str


@dataclass(frozen=True, slots=True)
class LockReleased(Fact):
    """Done, or not known: expiry at the station settles it. `certain` False: nobody answered."""

    kind: ClassVar[str] = "release!"
    result: ClassVar[str] = "done"
    sale: str
    certain: bool


@dataclass(frozen=True, slots=True)
class SaleConfirmed(Fact):
    kind: ClassVar[str] = "confirm!"
    result: ClassVar[str] = "done"
    sale: str
    tickets: tuple[TicketNumbers, ...]


@dataclass(frozen=True, slots=True)
class ConfirmRefused(Fact):
    """`reason`: expired, price_changed, voided, or another code: certainly not sold."""

    kind: ClassVar[str] = "confirm!"
    result: ClassVar[str] = "refused"
    sale: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConfirmUncertain(Fact):
    kind: ClassVar[str] = "confirm!"
    result: ClassVar[str] = "unknown"
    sale: str
    reason: str


@dataclass(frozen=True, slots=True)
class SaleStateKnown(Fact):
    """Answer to `ask_state`. `state` as in the API; `tickets` filled when confirmed or later."""

    kind: ClassVar[str] = "state!"
    result: ClassVar[str] = "known"
    sale: str
    state: str
    tickets: tuple[TicketNumbers, ...]


@dataclass(frozen=True, slots=True)
class SaleStateUnknown(Fact):
    """Nobody answered the question."""

    kind: ClassVar[str] = "state!"
    result: ClassVar[str] = "unknown"
    sale: str
    reason: str


@dataclass(frozen=True, slots=True)
class PrintedReported(Fact):
    """`certain` False: not answered; it stays in the queue of background deeds."""

    kind: ClassVar[str] = "printed!"
    result: ClassVar[str] = "done"
    sale: str
    certain: bool


@dataclass(frozen=True, slots=True)
class VoidReported(Fact):
    kind: ClassVar[str] = "void!"
    result: ClassVar[str] = "done"
    sale: str
    certain: bool


@dataclass(frozen=True, slots=True)
class RecordsTaken(Fact):
    """Background upload: the station has all lines up to `acked`. `expected` > 0: go back to that seq. `fork`: stop cash."""

    kind: ClassVar[str] = "ack"
    epoch: str
    acked: int
    expected: int
    fork: bool


@dataclass(frozen=True, slots=True)
class RecordsFailed(Fact):
    """The upload that began with `first_seq` got no usable answer; it may be sent again, the same bytes are no harm."""

    kind: ClassVar[str] = "ack"
    result: ClassVar[str] = "failed"
    epoch: str
    first_seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class InboxHeard(Fact):
    """What is new for this machine, oldest first; nothing of it is checked yet."""

    kind: ClassVar[str] = "inbox"
    result: ClassVar[str] = "heard"
    commands: tuple[SignedText, ...]
    sets: tuple[SignedText, ...]


@dataclass(frozen=True, slots=True)
class InboxFailed(Fact):
    """No usable answer. `reason` no_grant: the station took the grant away."""

    kind: ClassVar[str] = "inbox"
    result: ClassVar[str] = "failed"
    reason: str


@dataclass(frozen=True, slots=True)
class MediaHeld(Fact):
    """Pictures of the waiting page that are on the machine's disk, by their SHA-256."""

    kind: ClassVar[str] = "media"
    result: ClassVar[str] = "held"
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MediaFailed(Fact):
    """A picture was not fetched, or is not what was asked for. `reason`: hash, size, the disk's or the link's trouble, or the
    station's code."""

    kind: ClassVar[str] = "media"
    result: ClassVar[str] = "failed"
    sha256: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """Journal lines for the station, oldest first, all of one segment of the journal: its name and the seq it begins with."""

    segment: str
    first_seq: int
    texts: tuple[str, ...]


class Station(Protocol):
    """All calls return at once. Sale calls and background calls have a worker thread each (decision 18)."""

    def open_session(self, boot: int, clock_ms: int) -> None: ...

    def ask_network(self) -> None: ...

    def ask_trains(self, request: int, origin: str, destination: str, date: str, train: str = "") -> None: ...

    def ask_stops(self, request: int, train: str, date: str) -> None: ...

    def find_orders(self, request: int, code: str = "", document: str = "") -> None:
        """What was bought elsewhere, by its code (12 digits, or as it was scanned) or the number of a document: one of both. They
        go into this one question and nowhere else. Fact: OrdersFound or OrdersFailed."""

    def lock(self, sale: str, order: Order) -> None: ...

    def collect(self, sale: str, number: str, most: int) -> None:
        """As `lock`, for what is left of an order that was found here, at most so many places: nothing is to be paid. Reasons of a
        LockRefused: collected, in_use, unknown, cancelled, departed, wrong_station, not_shown."""

    def renew(self, sale: str, note: int) -> None: ...

    def release(self, sale: str) -> None: ...

    def confirm(self, sale: str, total_fen: int, rounding_fen: int, cash_fen: int, card_fen: int = 0) -> None:
        """`card_fen`: by card or phone."""

    def ask_state(self, sale: str) -> None: ...

    def printed(self, sale: str, tickets: Sequence[tuple[int, str, str, str]]) -> None:
        """(place index, ticket number, blank key, state) per blank used: delivered, retracted, void, unknown."""

    def void(self, sale: str, places: Sequence[int] | None, reason: str) -> None:
        """`places` None = the whole sale. Repeated in the background until answered."""

    def send_records(self, epoch: str, first_seq: int, lines: Outbox) -> None:
        """`first_seq`: of the first line; the station derives the keys of their MACs from the segment they are of."""

    def put_status(self, state_seq: int, status: dict[str, Any]) -> None: ...

    def ask_inbox(self, after: int, have: int) -> None:
        """What is new beyond the command `after` and above the parameter version `have`; the answer may take half a minute."""

    def fetch_media(self, sha256: str, keep: Callable[[bytes], MediaHeld | MediaFailed]) -> None:
        """A picture by its hash. `keep` checks and stores it, in the worker's thread, and says what became of it. Fact: that, or
        MediaFailed."""
