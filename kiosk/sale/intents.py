"""What a sale asks the world to do. A kind ending in `?` goes to a driver or the station; a booking goes nowhere (decision 11).

The controller adds what only it can know at that moment (device counters) to the record, never to the intent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kiosk.ports.fact import Fact
from kiosk.ports.trips import Order


class Intent(Fact):
    """Base of all; same shape and codec as a fact."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SaleOpen(Intent):
    kind: ClassVar[str] = "sale.open"
    sale: int
    key: str


@dataclass(frozen=True, slots=True)
class LockPlaces(Intent):
    kind: ClassVar[str] = "lock?"
    sale: int
    key: str
    order: Order


@dataclass(frozen=True, slots=True)
class RenewLock(Intent):
    kind: ClassVar[str] = "renew?"
    sale: int
    key: str
    note: int


@dataclass(frozen=True, slots=True)
class ReleaseLock(Intent):
    kind: ClassVar[str] = "release?"
    sale: int
    key: str


@dataclass(frozen=True, slots=True)
class StackNote(Intent):
    kind: ClassVar[str] = "stack?"
    sale: int
    note: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class ReturnNote(Intent):
    kind: ClassVar[str] = "return?"
    sale: int
    note: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class KeepDeposit(Intent):
    """Bulk escrow: these notes, in the order in which they went in, fall into the box (decision 1)."""

    kind: ClassVar[str] = "keep?"
    sale: int
    notes: tuple[int, ...]
    value_fen: int


@dataclass(frozen=True, slots=True)
class ReturnDeposit(Intent):
    """Bulk escrow: these very notes, the last that went in, come out at the mouth as one bundle."""

    kind: ClassVar[str] = "return_all?"
    sale: int
    notes: tuple[int, ...]
    value_fen: int


@dataclass(frozen=True, slots=True)
class AuthorisePayment(Intent):
    """The record of the payment, and of its reversal (decision page 036). `way`: card, code or scan. `limit_ms`: mono time."""

    kind: ClassVar[str] = "auth?"
    sale: int
    key: str
    payment: int
    amount_fen: int
    way: str
    limit_ms: int


@dataclass(frozen=True, slots=True)
class WithdrawPayment(Intent):
    """Nobody wants to pay it any more; what `auth?` came to is still to be heard."""

    kind: ClassVar[str] = "auth.cancel?"
    sale: int
    payment: int


@dataclass(frozen=True, slots=True)
class CapturePayment(Intent):
    kind: ClassVar[str] = "capture?"
    sale: int
    key: str
    payment: int
    amount_fen: int
    way: str
    reference: str


@dataclass(frozen=True, slots=True)
class ReversePayment(Intent):
    """`reference` empty: never learnt."""

    kind: ClassVar[str] = "reverse?"
    sale: int
    key: str
    payment: int
    amount_fen: int
    way: str
    reference: str


@dataclass(frozen=True, slots=True)
class ConfirmSale(Intent):
    """`paid_fen` in notes or by one payment; price and rounding as agreed."""

    kind: ClassVar[str] = "confirm?"
    sale: int
    key: str
    total_fen: int
    rounding_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class AskState(Intent):
    kind: ClassVar[str] = "state?"
    sale: int
    key: str


@dataclass(frozen=True, slots=True)
class PrintTicket(Intent):
    """`blank`: the key that cannot repeat, also `!Q` on the unit. `index`: the place of the order."""

    kind: ClassVar[str] = "print?"
    sale: int
    blank: str
    index: int
    number: str


@dataclass(frozen=True, slots=True)
class Deliver(Intent):
    kind: ClassVar[str] = "deliver?"
    sale: int
    blanks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dump(Intent):
    kind: ClassVar[str] = "dump?"
    sale: int


@dataclass(frozen=True, slots=True)
class Retract(Intent):
    """`outlet`: tickets or change; `order` of the dispenser for change, 0 for tickets."""

    kind: ClassVar[str] = "retract?"
    sale: int
    outlet: str
    order: int


@dataclass(frozen=True, slots=True)
class Reopen(Intent):
    """After a power cut, and for somebody who is there: what lies behind a shut outlet may be taken. As `Retract`."""

    kind: ClassVar[str] = "reopen?"
    sale: int
    outlet: str
    order: int


@dataclass(frozen=True, slots=True)
class PayNotes(Intent):
    """`counts`: (cassette, notes). `order` counts within the machine's life: a nonce."""

    kind: ClassVar[str] = "pay?"
    sale: int
    order: int
    counts: tuple[tuple[int, int], ...]
    value_fen: int
    why: str  # change, refund


@dataclass(frozen=True, slots=True)
class PayCoins(Intent):
    """So many coins of one hopper fall into the cup, where nobody can take them back (decision page 031). `sale` 0: a technician
    empties it. `order` as of `PayNotes`; below 0 for a technician's."""

    kind: ClassVar[str] = "pay.coins?"
    sale: int
    order: int
    hopper: int
    coins: int
    value_fen: int
    why: str  # change, refund, empty


@dataclass(frozen=True, slots=True)
class PrintSlip(Intent):
    kind: ClassVar[str] = "slip?"
    sale: int
    slip: str  # claim code, or `Book.receipt_name`


@dataclass(frozen=True, slots=True)
class ReportPrinted(Intent):
    """(place index, ticket number, blank, state) per blank used."""

    kind: ClassVar[str] = "printed?"
    sale: int
    key: str
    tickets: tuple[tuple[int, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class VoidSale(Intent):
    """`places` empty = all."""

    kind: ClassVar[str] = "void?"
    sale: int
    key: str
    places: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class TicketVoid(Intent):
    """Booking: no passenger will hold this as valid. `blank` may be empty (never printed)."""

    kind: ClassVar[str] = "ticket.void"
    sale: int
    index: int
    number: str
    blank: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClaimAdd(Intent):
    kind: ClassVar[str] = "claim.add"
    sale: int
    code: str
    amount_fen: int
    exact: bool
    reason: str


@dataclass(frozen=True, slots=True)
class UnknownAdd(Intent):
    """A place whose contents are unknown within a bound, closed later by a count."""

    kind: ClassVar[str] = "unknown.add"
    sale: int
    place: str
    bound_fen: int
    reason: str


@dataclass(frozen=True, slots=True)
class UnpaidAdd(Intent):
    """Booking: tickets were given for this payment, and the other side says that it will not pay it. The station has this to ask
    of whoever holds them; the machine owes nothing for it (decision page 058). `sale` as of the payment, over or not."""

    kind: ClassVar[str] = "unpaid.add"
    sale: int
    payment: int
    amount_fen: int
    reference: str


@dataclass(frozen=True, slots=True)
class Rounding(Intent):
    kind: ClassVar[str] = "rounding"
    sale: int
    rounding_fen: int


@dataclass(frozen=True, slots=True)
class SaleEnd(Intent):
    """`outcome`: sold, partial, cancelled, refunded, claim. `ours_fen`: notes, and what was approved and not given back. Sums for
    the reader; the auditor makes its own."""

    kind: ClassVar[str] = "sale.end"
    sale: int
    outcome: str
    why: str
    ours_fen: int
    delivered_fen: int
    paid_out_fen: int
    claims_fen: int
    rounding_fen: int
