"""Facts of a sale that come from the passenger, from time, or from a restart; the others are the ports'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kiosk.ports.fact import Fact
from kiosk.ports.trips import Order


@dataclass(frozen=True, slots=True)
class SaleStarted(Fact):
    """The passenger asked to hold these places. `number` counts sales of the epoch, `language` is zh or en."""

    kind: ClassVar[str] = "sale.start"
    number: int
    key: str
    language: str
    order: Order


@dataclass(frozen=True, slots=True)
class Fare:
    """What a place cost where it was bought."""

    coach: str
    place: str
    price_fen: int


@dataclass(frozen=True, slots=True)
class PickupStarted(SaleStarted):
    """The passenger wants the tickets of an order that was bought elsewhere. `pickup`: its number at the station, which proves
    nothing; the code or document that does stands in no record. `order` tells of its open places, with nothing to pay."""

    result: ClassVar[str] = "pickup"
    pickup: str
    fares: tuple[Fare, ...]


@dataclass(frozen=True, slots=True)
class Agreed(Fact):
    """Order, price and rules were accepted: begin to take money."""

    kind: ClassVar[str] = "sale.agreed"


@dataclass(frozen=True, slots=True)
class AgreedToChoose(Fact):
    """Order, price and rules were accepted, and there is more than one way to pay."""

    kind: ClassVar[str] = "sale.agreed"
    result: ClassVar[str] = "choice"


@dataclass(frozen=True, slots=True)
class PayBy(Fact):
    """The way was chosen: cash, card, code or scan. Where it is the only one this also agrees to order, price and rules."""

    kind: ClassVar[str] = "sale.pay_by"
    way: str


@dataclass(frozen=True, slots=True)
class OtherWay(Fact):
    """The passenger does not want to pay by this card or phone after all."""

    kind: ClassVar[str] = "sale.other_way"


@dataclass(frozen=True, slots=True)
class Cancelled(Fact):
    """By whom: passenger, service, screen (it went dark), mode (the machine had to stop), power (it runs on battery)."""

    kind: ClassVar[str] = "sale.cancel"
    by: str


@dataclass(frozen=True, slots=True)
class LookChosen(Fact):
    """How the passenger reads this sale: changed by a touch, or from its beginning otherwise than the next one finds it. Moves
    nothing; after a power cut the screen speaks as before (decision page 079). `language` is zh or en."""

    kind: ClassVar[str] = "sale.look"
    language: str
    contrast: bool
    large_text: bool


@dataclass(frozen=True, slots=True)
class ClaimSeen(Fact):
    """The passenger has the slip."""

    kind: ClassVar[str] = "sale.claim_seen"


@dataclass(frozen=True, slots=True)
class SlipAgain(Fact):
    kind: ClassVar[str] = "sale.slip_again"


@dataclass(frozen=True, slots=True)
class ReceiptAsked(Fact):
    """The passenger wants on paper what was bought and paid."""

    kind: ClassVar[str] = "sale.receipt"


@dataclass(frozen=True, slots=True)
class PatienceOver(Fact):
    """Nobody touched or inserted anything for the time allowed."""

    kind: ClassVar[str] = "timer"
    result: ClassVar[str] = "patience"


@dataclass(frozen=True, slots=True)
class LastMinute(Fact):
    """60 s of the lock are left: no new notes (decision 7)."""

    kind: ClassVar[str] = "timer"
    result: ClassVar[str] = "last_minute"


@dataclass(frozen=True, slots=True)
class LockOver(Fact):
    kind: ClassVar[str] = "timer"
    result: ClassVar[str] = "lock"


@dataclass(frozen=True, slots=True)
class AskAgain(Fact):
    """Time to put the question about a lost answer once more."""

    kind: ClassVar[str] = "timer"
    result: ClassVar[str] = "ask"


@dataclass(frozen=True, slots=True)
class AnswerOver(Fact):
    """The station had its 20 s (decision 6)."""

    kind: ClassVar[str] = "timer"
    result: ClassVar[str] = "answer"


@dataclass(frozen=True, slots=True)
class PaymentOver(Fact):
    """The other side of a payment had its time to answer."""

    kind: ClassVar[str] = "timer"
    result: ClassVar[str] = "payment"


@dataclass(frozen=True, slots=True)
class TakeOver(Fact):
    """`take_ms` passed and the outlet is not empty."""

    kind: ClassVar[str] = "timer"
    result: ClassVar[str] = "take"


@dataclass(frozen=True, slots=True)
class Continued(Fact):
    """After a restart somebody stands here and wants to go on."""

    kind: ClassVar[str] = "sale.continue"


@dataclass(frozen=True, slots=True)
class MoneyBack(Fact):
    """After a restart somebody stands here and wants the money instead."""

    kind: ClassVar[str] = "sale.money_back"


@dataclass(frozen=True, slots=True)
class ResumeOver(Fact):
    """Nobody answered whether to go on: the bay is empty."""

    kind: ClassVar[str] = "timer"
    result: ClassVar[str] = "resume"


@dataclass(frozen=True, slots=True)
class Believed:
    """One line of a recovery: `what` outcome is taken for true (kind, result and number), and `why`: what proved it."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Restarted(Fact):
    """The program began again in the middle of this sale, and what the devices could tell has been fed.

    `pause_ms`: wall time since the sale's last fact; -1 when the clock cannot say. `believed`: in the order it was fed.
    """

    kind: ClassVar[str] = "sys.recover"
    result: ClassVar[str] = "end"
    pause_ms: int
    believed: tuple[Believed, ...] = ()
