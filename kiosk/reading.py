"""Who is read for: scanner and identity reader work only while a screen asks for what they read, and it goes on at once.

A code or a document is fetched once and handed to the one who needs it, the station or the payment; it enters no fact, no line
and no state, so a replay has none of them and goes on by what was answered. Each reader works for one purpose at a time: a
pick-up, or a phone that pays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kiosk.deeds import Devices
from kiosk.journey.asks import Now
from kiosk.journey.flow import Journey
from kiosk.modes import Mode
from kiosk.ports.code_scanner import CodeDropped, CodeRead, NoCode, ScanOpen
from kiosk.ports.fact import Fact
from kiosk.ports.id_reader import IdAgain, IdCardSeen, IdNotRead, IdRead, IdSearching
from kiosk.ports.payment import PaymentStep
from kiosk.sale.book import S
from kiosk.sale.sale import Sale

ORDERS_PER_BOOT = 100_000
"""Numbers of searches of one start, so that none comes twice in a machine's life."""
PICKUP, PAY = "pickup", "pay"
CARD_HINTS = {"moved": "card_moved", "kind": "card_kind", "lift": "card_lift"}
HINTS = {"too_long": "code_strange", "garbled": "code_strange", "cut": "code_again"}


@dataclass(slots=True)
class Search:
    """What one reader does: `order` of its search, 0 when it rests; `purpose` of it."""

    order: int = 0
    purpose: str = ""


class Reading:
    """`day_of`: wall ms -> today at the station, `YYYY-MM-DD`."""

    def __init__(self, devices: Devices, journey: Journey, day_of: Callable[[int], str], boot: int) -> None:
        self._devices, self._journey, self._day_of = devices, journey, day_of
        self._last = boot * ORDERS_PER_BOOT
        self._scan, self._card = Search(), Search()

    def _next(self) -> int:
        self._last += 1
        return self._last

    # -- what is read for now

    def follow(self, sale: Sale | None, mode: Mode, step: PaymentStep | None) -> None:
        """Light and field follow the screen; said only when it changes, or when a search has ended by itself."""
        pickup = sale is None and self._journey.wants_proof and not mode.out_of_service
        self._follow_scanner(PAY if _phone_shows(sale, step) else PICKUP if pickup and "scan" in mode.pickups else "")
        self._follow_reader(PICKUP if pickup and "card" in mode.pickups else "")

    def _follow_scanner(self, purpose: str) -> None:
        scanner = self._devices.code_scanner
        if scanner is None or purpose == self._scan.purpose:
            return
        if not purpose:
            self._scan = Search()
            scanner.forget()
        elif scanner.can_scan:
            self._scan = Search(self._next(), purpose)
            scanner.scan(self._scan.order)

    def _follow_reader(self, purpose: str) -> None:
        reader = self._devices.id_reader
        if reader is None or purpose == self._card.purpose:
            return
        if not purpose:
            self._card = Search()
            reader.forget()
        elif reader.can_read:
            self._card = Search(self._next(), purpose)
            reader.look(self._card.order)

    # -- what the readers say

    def hear(self, fact: Fact, now: Now) -> bool:
        """Whether it was a reader's word; one about a search that is over means nothing any more."""
        match fact:
            case CodeRead():
                if fact.order == self._scan.order:
                    self._code(fact, now)
            case NoCode():
                self._scan = Search() if fact.order == self._scan.order else self._scan
            case CodeDropped():
                self._journey.hint(HINTS[fact.reason], now)
            case IdRead():
                if fact.order == self._card.order:
                    self._document(fact, now)
            case IdNotRead():
                self._card = Search() if fact.order == self._card.order else self._card
            case IdCardSeen():
                self._journey.hint("card_seen", now)
            case IdAgain():
                self._journey.hint(CARD_HINTS.get(fact.reason, "card_again"), now)
            case ScanOpen() | IdSearching():
                pass
            case _:
                return False
        return True

    def _code(self, fact: CodeRead, now: Now) -> None:
        scanner, purpose = self._devices.code_scanner, self._scan.purpose
        code = scanner.take_code(fact.order) if scanner is not None else None
        self._scan = Search()
        if purpose == PAY and self._devices.payment is not None and code is not None:
            self._devices.payment.scanned(code.text)
        elif purpose == PICKUP and fact.shape == "pickup":
            request = self._journey.looking_up(now)
            if code is not None:
                self._devices.station.find_orders(request, code=code.text)
        elif purpose == PICKUP:
            self._journey.hint("code_other", now)

    def _document(self, fact: IdRead, now: Now) -> None:
        reader = self._devices.id_reader
        document = reader.take_document(fact.order) if reader is not None else None
        self._card = Search()
        if document is not None and not document.valid_on(date.fromisoformat(self._day_of(now.wall_ms))):
            self._journey.hint("card_expired", now)
            return
        request = self._journey.looking_up(now)
        if document is not None:
            self._devices.station.find_orders(request, document=document.number)


def _phone_shows(sale: Sale | None, step: PaymentStep | None) -> bool:
    """A phone is asked to show its code for the payment under way."""
    if sale is None or sale.state is not S.AUTHORISING or step is None or sale.book.charge is None:
        return False
    return step.step == "scan" and step.payment == sale.book.charge.payment and not sale.book.charge.withdrawn
