"""Intents become orders to drivers and calls to the station. Bookings go nowhere: being in the journal was their point.

A device that is not fitted answers as one that refuses, or that cannot say, so that a sale never waits for nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from kiosk.coin_stock import HOPPERS, place_of
from kiosk.ports.cabinet import Cabinet
from kiosk.ports.camera import Camera
from kiosk.ports.code_scanner import CodeScanner
from kiosk.ports.coin_hopper import CoinHopper, CoinsRefused
from kiosk.ports.fact import Report
from kiosk.ports.id_reader import IdReader
from kiosk.ports.note_acceptor import (
    DepositKeepUncertain,
    DepositReturnUncertain,
    NoteAcceptor,
    NoteReturnUncertain,
    NoteUncertain,
)
from kiosk.ports.note_dispenser import ChangeRetractUncertain, NoteDispenser, NotesRefused, TrayStayedShut
from kiosk.ports.payment import CaptureUncertain, Payment, PaymentDeclined, ReverseUncertain
from kiosk.ports.receipt_printer import ReceiptPrinter, SlipFailed
from kiosk.ports.station import Station
from kiosk.ports.ticket_printer import (
    DeliverUncertain,
    DumpUncertain,
    Picture,
    SlotStayedShut,
    TicketJob,
    TicketPrinter,
    TicketRefused,
    TicketRetractUncertain,
)
from kiosk.ports.ups import PowerSource
from kiosk.records import Record, record_of
from kiosk.sale import intents as si
from kiosk.sale.book import Book

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Devices:
    """What is fitted; None is not. The station always is, reachable or not."""

    station: Station
    acceptor: NoteAcceptor | None = None
    dispenser: NoteDispenser | None = None
    ticket_unit: TicketPrinter | None = None
    slip_printer: ReceiptPrinter | None = None
    cabinet: Cabinet | None = None
    ups: PowerSource | None = None
    payment: Payment | None = None
    camera: Camera | None = None  # no sale ever waits for it, so it is not among `fitted`
    code_scanner: CodeScanner | None = None
    id_reader: IdReader | None = None
    hoppers: Mapping[int, CoinHopper] = field(default_factory=dict)

    def fitted(self) -> frozenset[str]:
        names = {part.name for part in fields(self)} - {"station", "hoppers"}
        hoppers = {place_of(number) for number in self.hoppers}
        return frozenset(name for name in names if getattr(self, name) is not None) | hoppers

    def cycles(self, name: str) -> int:
        """Life cycles of a device as it counts them itself, 0 when it does not say; of the hoppers the coins they ever paid."""
        if name == HOPPERS:
            return sum(hopper.counters.get("count", 0) for hopper in self.hoppers.values())
        return sum(getattr(getattr(self, name), "counters", {}).values())


@dataclass(slots=True)
class Pictures:
    """How tickets and slips are drawn; given by assembly, so that deeds know no fonts."""

    ticket: Callable[[Book, int, str, str], tuple[str, Picture]]
    """Book, place index, number, blank -> stripe, face. Raises ValueError for what fits on no ticket."""
    slip: Callable[[Book, str], Picture]  # book, claim code or name of the receipt


@dataclass(slots=True)
class Deeds:
    devices: Devices
    pictures: Pictures
    report: Report
    done: Callable[[si.Intent], None] = lambda intent: None
    """Told after each intent that was carried out: where a simulated power cut may come between two deeds."""
    _handlers: dict[type, Callable[[Any, Book], None]] = field(init=False)

    def __post_init__(self) -> None:
        self._handlers = {
            si.LockPlaces: self._lock,
            si.RenewLock: self._renew,
            si.ReleaseLock: self._release,
            si.StackNote: self._stack,
            si.ReturnNote: self._give_back,
            si.KeepDeposit: self._keep,
            si.ReturnDeposit: self._return_all,
            si.ConfirmSale: self._confirm,
            si.AskState: self._ask,
            si.PrintTicket: self._print,
            si.Deliver: self._deliver,
            si.Dump: self._dump,
            si.Retract: self._retract,
            si.Reopen: self._reopen,
            si.PayNotes: self._pay,
            si.PayCoins: self._pay_coins,
            si.PrintSlip: self._slip,
            si.ReportPrinted: self._printed,
            si.VoidSale: self._void,
            si.AuthorisePayment: self._authorise,
            si.WithdrawPayment: self._withdraw,
            si.CapturePayment: self._capture,
            si.ReversePayment: self._reverse,
        }

    def do(self, intent: si.Intent, book: Book) -> None:
        """Carry out one intent that is on disk. Bookings have no handler."""
        handler = self._handlers.get(type(intent))
        if handler:
            handler(intent, book)
            self.done(intent)

    def settle(self, intent: si.Intent) -> None:
        """The same for a payment whose sale may be long over, and for coins that a technician takes out."""
        match intent:
            case si.CapturePayment():
                self._capture(intent)
            case si.ReversePayment():
                self._reverse(intent)
            case si.PayCoins():
                self._pay_coins(intent)
            case _:
                return
        self.done(intent)

    def record(self, intent: si.Intent) -> Record:
        """As it stands in the journal, with what only the device knows at this moment."""
        counters = self.counters(intent)
        return record_of(intent, {"counters": counters} if counters else None)

    def counters(self, intent: si.Intent) -> Mapping[str, int]:
        """Device counters before a deed, for its record: what recovery compares with (reliability notes 3)."""
        match intent:
            case si.StackNote() | si.ReturnNote() | si.KeepDeposit() | si.ReturnDeposit() if self.devices.acceptor:
                return dict(self.devices.acceptor.counters)
            case si.PayNotes() if self.devices.dispenser:
                return dict(self.devices.dispenser.counters)
            case si.PayCoins() if intent.hopper in self.devices.hoppers:
                return dict(self.devices.hoppers[intent.hopper].counters)
            case si.PrintTicket() if self.devices.ticket_unit:
                return dict(self.devices.ticket_unit.counters)
        return {}

    # -- station

    def _lock(self, intent: si.LockPlaces, book: Book) -> None:
        if book.pickup:
            self.devices.station.collect(intent.key, book.pickup, len(intent.order.passengers))
        else:
            self.devices.station.lock(intent.key, intent.order)

    def _renew(self, intent: si.RenewLock, book: Book) -> None:
        self.devices.station.renew(intent.key, intent.note)

    def _release(self, intent: si.ReleaseLock, book: Book) -> None:
        self.devices.station.release(intent.key)

    def _confirm(self, intent: si.ConfirmSale, book: Book) -> None:
        charged_fen = book.charged_fen
        cash_fen = intent.paid_fen - charged_fen
        self.devices.station.confirm(intent.key, intent.total_fen, intent.rounding_fen, cash_fen, charged_fen)

    def _ask(self, intent: si.AskState, book: Book) -> None:
        self.devices.station.ask_state(intent.key)

    def _printed(self, intent: si.ReportPrinted, book: Book) -> None:
        self.devices.station.printed(intent.key, intent.tickets)

    def _void(self, intent: si.VoidSale, book: Book) -> None:
        self.devices.station.void(intent.key, intent.places or None, intent.reason)

    # -- money

    def _stack(self, intent: si.StackNote, book: Book) -> None:
        if self.devices.acceptor:
            self.devices.acceptor.stack(intent.note)
        else:
            self.report(NoteUncertain(intent.note, intent.value_fen))

    def _give_back(self, intent: si.ReturnNote, book: Book) -> None:
        if self.devices.acceptor:
            self.devices.acceptor.give_back(intent.note)
        else:
            self.report(NoteReturnUncertain(intent.note, intent.value_fen))

    def _keep(self, intent: si.KeepDeposit, book: Book) -> None:
        if self.devices.acceptor:
            self.devices.acceptor.keep(intent.notes)
        else:
            self.report(DepositKeepUncertain(intent.notes, "other"))

    def _return_all(self, intent: si.ReturnDeposit, book: Book) -> None:
        if self.devices.acceptor:
            self.devices.acceptor.return_all(intent.notes)
        else:
            self.report(DepositReturnUncertain(intent.notes, "other"))

    def _pay(self, intent: si.PayNotes, book: Book) -> None:
        if self.devices.dispenser:
            self.devices.dispenser.pay(intent.order, dict(intent.counts))
        else:
            self.report(NotesRefused(intent.order, "other"))

    def _pay_coins(self, intent: si.PayCoins, book: Book | None = None) -> None:
        hopper = self.devices.hoppers.get(intent.hopper)
        if hopper is not None:
            hopper.pay(intent.order, intent.coins)
        else:
            self.report(CoinsRefused(intent.order, intent.hopper, "other"))

    def _retract(self, intent: si.Retract, book: Book) -> None:
        if intent.outlet == "tickets":
            if self.devices.ticket_unit:
                self.devices.ticket_unit.retract(intent.sale)
            else:
                self.report(TicketRetractUncertain(intent.sale, "other"))
        elif self.devices.dispenser:
            self.devices.dispenser.retract(intent.order)
        else:
            self.report(ChangeRetractUncertain(intent.order, "other"))

    def _reopen(self, intent: si.Reopen, book: Book) -> None:
        if intent.outlet == "tickets":
            if self.devices.ticket_unit:
                self.devices.ticket_unit.present_again(intent.sale)
            else:
                self.report(SlotStayedShut(intent.sale, "other"))
        elif self.devices.dispenser:
            self.devices.dispenser.present_again(intent.order)
        else:
            self.report(TrayStayedShut(intent.order, "other"))

    # -- cards and phones

    def _authorise(self, intent: si.AuthorisePayment, book: Book) -> None:
        if self.devices.payment:
            self.devices.payment.begin(
                intent.payment, intent.key, intent.amount_fen, intent.way, book.language, intent.limit_ms
            )
        else:
            self.report(PaymentDeclined(intent.payment, "unsupported"))

    def _withdraw(self, intent: si.WithdrawPayment, book: Book) -> None:
        if self.devices.payment:
            self.devices.payment.cancel(intent.payment)

    def _capture(self, intent: si.CapturePayment, book: Book | None = None) -> None:
        if self.devices.payment:
            self.devices.payment.capture(intent.payment, intent.key, intent.amount_fen, intent.way, intent.reference)
        else:
            self.report(CaptureUncertain(intent.payment, "other"))

    def _reverse(self, intent: si.ReversePayment, book: Book | None = None) -> None:
        if self.devices.payment:
            self.devices.payment.reverse(intent.payment, intent.key, intent.amount_fen, intent.way, intent.reference)
        else:
            self.report(ReverseUncertain(intent.payment, "other"))

    # -- paper

    def _print(self, intent: si.PrintTicket, book: Book) -> None:
        if self.devices.ticket_unit:
            try:
                stripe, face = self.pictures.ticket(book, intent.index, intent.number, intent.blank)
            except ValueError as error:  # it must not be made: what the station gave fits on no ticket
                log.error("ticket_unfit blank=%s why=%s", intent.blank, error)
                self.report(TicketRefused(intent.blank, "unfit"))
                return
            lying = len(book.tickets_in("in_tray"))
            self.devices.ticket_unit.print_ticket(TicketJob(intent.blank, intent.number, stripe, face, lying))
        else:
            self.report(TicketRefused(intent.blank, "other"))

    def _deliver(self, intent: si.Deliver, book: Book) -> None:
        if self.devices.ticket_unit:
            self.devices.ticket_unit.deliver(intent.sale)
        else:
            self.report(DeliverUncertain(intent.sale, "other"))

    def _dump(self, intent: si.Dump, book: Book) -> None:
        if self.devices.ticket_unit:
            self.devices.ticket_unit.dump(intent.sale)
        else:
            self.report(DumpUncertain(intent.sale, "other"))

    def _slip(self, intent: si.PrintSlip, book: Book) -> None:
        if self.devices.slip_printer:
            self.devices.slip_printer.print_slip(intent.slip, self.pictures.slip(book, intent.slip))
        else:
            self.report(SlipFailed(intent.slip, "other"))
