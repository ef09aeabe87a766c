"""Teeth: named bugs that are planted into the machine one at a time. A campaign that does not catch one is not trusted.

Each is a mistake that somebody could make in good faith; the text says what it would look like in the code. Source:
reliability notes 6. Nothing here touches the auditor, the physics or the simulated disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import kiosk.past
import kiosk.restart
import kiosk.sale.change
import kiosk.sale.guards
import kiosk.sale.recovery
import kiosk.sale.sale
from kiosk.controller import Controller
from kiosk.ports import note_acceptor as na
from kiosk.ports import note_dispenser as nd
from kiosk.ports import ticket_printer as tp
from kiosk.ports.fact import Fact
from kiosk.ports.ups import PowerSeen
from kiosk.reactor import Reactor
from kiosk.records import record_of
from kiosk.sale import count
from kiosk.sale.belief import Belief
from kiosk.sale.book import Book, S
from kiosk.sale.deposit import DepositGuards
from kiosk.sale.intents import Intent, Rounding
from kiosk.sale.sale import Sale
from simulator.campaign.sabotage_cards import BUGS as CARD_BUGS
from simulator.campaign.sabotage_cards import MONKEY_BUGS
from simulator.campaign.sabotage_coins import BUGS as COIN_BUGS
from simulator.campaign.sabotage_journal import BUGS as JOURNAL_BUGS
from simulator.campaign.sabotage_payment import BUGS as PAYMENT_BUGS
from simulator.world.level import Level, Machine

Patch = tuple[Any, str, Any]


@dataclass(frozen=True, slots=True)
class Sabotage:
    """`patches()` says what is replaced: (owner, attribute, replacement). `needs`: level at which it can show, `machine`: on
    which. `monkey`: no passenger ever does what shows it."""

    says: str
    patches: Callable[[], list[Patch]]
    needs: Level = "port"
    machine: Machine = "usual"
    monkey: bool = False


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Plants one bug. Raises KeyError for a name that is not in the list."""
    undo: list[Patch] = []
    try:
        for owner, attribute, value in SABOTAGE[name].patches():
            if isinstance(owner, dict):
                undo.append((owner, attribute, owner[attribute]))
                owner[attribute] = value
            else:
                undo.append((owner, attribute, getattr(owner, attribute)))
                setattr(owner, attribute, value)
        yield
    finally:
        for owner, attribute, value in reversed(undo):
            if isinstance(owner, dict):
                owner[attribute] = value
            else:
                setattr(owner, attribute, value)


def _deed_first() -> list[Patch]:
    def sale_step(self: Controller, fact: Fact, now_ms: int) -> None:
        assert self.sale is not None
        sale, wall_ms = self.sale, self._p.clock.wall_ms()
        self.stock.hear(record_of(fact))
        intents = sale.feed(fact, now_ms, wall_ms)
        for intent in intents:
            self._p.deeds.do(intent, sale.book)
        self._write(fact, intents, (now_ms, wall_ms))
        if sale.state is S.ENDED:
            self._sale_ended(sale, fact, now_ms)

    return [(Controller, "sale_step", sale_step)]


def _reported(change: Callable[[Fact], list[Fact]]) -> list[Patch]:
    honest = Reactor.report

    def report(self: Reactor, fact: Fact) -> None:
        for each in change(fact):
            honest(self, each)

    return [(Reactor, "report", report)]


def _silence_is_success() -> list[Patch]:
    def change(fact: Fact) -> list[Fact]:
        match fact:
            case na.NoteUncertain() | na.NoteJammed():
                return [na.NoteOurs(fact.note, fact.value_fen)]
            case tp.TicketUncertain():
                return [tp.TicketInTray(fact.key)]
            case nd.ChangeRetractUncertain():
                return [nd.ChangeRetracted(fact.order)]
        return [fact]

    return _reported(change)


def _repeat_after_timeout() -> list[Patch]:
    def unknown(fact: tp.TicketUncertain, book: Book, at: count.Counting) -> None:
        ticket = next((each for each in book.tickets_in("printing") if each.keys[-1] == fact.key), None)
        if ticket is not None:
            ticket.state = "waiting"

    def accepts(self: Sale) -> bool:
        return True

    honest = Sale.feed

    def feed(self: Sale, fact: Fact, now_ms: int, wall_ms: int) -> list[Intent]:
        if isinstance(fact, tp.TicketUncertain) and self.state is S.PRINTING:
            unknown(fact, self.book, None)  # type: ignore[arg-type]
            self.print_next()
            made, self._intents = self._intents, []
            return made
        return honest(self, fact, now_ms, wall_ms)

    return [(Sale, "feed", feed)]


def _flag_per_sale() -> list[Patch]:
    honest = Sale.book_claims

    def book_claims(self: Sale) -> None:
        if any(claim.booked for claim in self.book.claims):  # the sale's flag is up already
            for claim in self.book.claims:
                claim.booked = True
        honest(self)

    return [(Sale, "book_claims", book_claims)]


def _first_status_is_news() -> list[Patch]:
    def change(fact: Fact) -> list[Fact]:
        if isinstance(fact, na.AcceptorPast) and fact.credited:
            return [fact, na.NoteOurs(99, fact.value_fen or 1_000)]
        return [fact]

    return _reported(change)


def _change_promised_twice() -> list[Patch]:
    honest = kiosk.sale.change.acceptable

    def acceptable(known: Any, paid: Any, due: int, stock: Any, *more: Any) -> Any:
        return honest(known, paid, due, {value: 2 * pieces + 10 for value, pieces in stock.items()}, *more)

    return [(kiosk.sale.guards, "acceptable", acceptable), (kiosk.sale.sale, "acceptable", acceptable)]


def _lock_not_renewed() -> list[Patch]:
    return [(Sale, "renew_lock", lambda self: None)]


def _confirm_not_idempotent() -> list[Patch]:
    from kiosk.deeds import Deeds

    def confirm(self: Deeds, intent: Any, book: Book) -> None:
        key = intent.key if book.confirms == 1 else f"{intent.key}.{book.confirms}"
        self.devices.station.confirm(key, intent.total_fen, intent.rounding_fen, intent.paid_fen)

    honest = Deeds.__post_init__

    def made(self: Deeds) -> None:
        honest(self)
        from kiosk.sale import intents as si

        self._handlers[si.ConfirmSale] = lambda intent, book: confirm(self, intent, book)

    return [(Deeds, "__post_init__", made)]


def _counter(kind: type[Fact], counter: count.Counter) -> list[Patch]:
    return [(count._COUNTERS, kind, counter)]  # type: ignore[list-item]


def _claim_forgotten_on_retract() -> list[Patch]:
    return _counter(nd.ChangeRetracted, count._change("taken"))


def _reprinted_on_a_guess() -> list[Patch]:
    honest = kiosk.sale.recovery.beliefs

    def beliefs(*given: Any) -> list[Belief]:
        return [
            Belief(tp.TicketSpoiled(belief.fact.key, 0, "guess"), belief.why)
            if isinstance(belief.fact, tp.TicketInTray | tp.TicketUncertain)
            else belief
            for belief in honest(*given)
        ]

    return [(kiosk.restart, "beliefs", beliefs)]


def _kept_after_cancel() -> list[Patch]:
    honest = Book.owed_fen.fget  # type: ignore[attr-defined]

    def owed(self: Book) -> int:
        return 0 if self.why_ending == "passenger" else int(honest(self))

    return [(Book, "owed_fen", property(owed))]


def _ack_before_sync() -> list[Patch]:
    honest = Reactor._settle

    def settle(self: Reactor, now_ms: int, *given: Any, **more: Any) -> bool:
        self._send_all(now_ms)
        return honest(self, now_ms, *given, **more)

    return [(Reactor, "_settle", settle)]


def _rounding_not_booked() -> list[Patch]:
    honest = Sale.end

    def end(self: Sale) -> None:
        honest(self)
        self._intents = [intent for intent in self._intents if not isinstance(intent, Rounding)]

    return [(Sale, "end", end)]


def _void_forgotten() -> list[Patch]:
    honest = Sale._void

    def void(self: Sale, tickets: Any, reason: str) -> None:
        before = len(self._intents)
        honest(self, tickets, reason)
        self._intents = self._intents[:before]

    return [(Sale, "_void", void)]


def _stock_not_booked() -> list[Patch]:
    def change(fact: Fact) -> list[Fact]:
        if isinstance(fact, nd.NotesPresented | nd.NotesShort):
            return [replace(fact, counts=tuple((cassette, out, 0) for cassette, out, _ in fact.counts))]
        return [fact]

    return _reported(change)


def _deposit_kept() -> list[Patch]:
    return [(DepositGuards, "may_give_back", lambda self: False)]


def _presented_is_taken() -> list[Patch]:
    def change(fact: Fact) -> list[Fact]:
        return [fact, na.DepositTaken(fact.notes)] if isinstance(fact, na.DepositPresented) else [fact]

    return _reported(change)


def _printed_before_kept() -> list[Patch]:
    return [(DepositGuards, "confirmed_with_deposit", lambda self: False)]


def _kept_is_believed() -> list[Patch]:
    """What was asked for is taken as done, whatever the unit says has moved."""

    def change(fact: Fact) -> list[Fact]:
        return [na.DepositKept(fact.notes)] if isinstance(fact, na.DepositKeepUncertain) else [fact]

    return _reported(change)


def _battery_believed() -> list[Patch]:
    def change(fact: Fact) -> list[Fact]:
        full = isinstance(fact, PowerSeen) and fact.source == "battery" and not fact.low
        return [replace(fact, source="mains") if full and isinstance(fact, PowerSeen) else fact]

    return _reported(change)


SABOTAGE: dict[str, Sabotage] = {
    "deed_before_intent": Sabotage("Orders go to the drivers first, and are written down then.", _deed_first),
    "silence_is_success": Sabotage("A device that did not answer is believed to have done it.", _silence_is_success),
    "repeat_after_timeout": Sabotage("A ticket whose outcome is unknown is printed again.", _repeat_after_timeout),
    "flag_per_sale": Sabotage(
        "A sale has one flag for what it claims: the second claim is not booked.", _flag_per_sale
    ),
    "first_status_is_news": Sabotage(
        "What the acceptor shows at start is credited as a new note.", _first_status_is_news
    ),
    "change_promised_twice": Sabotage("Notes are taken against change that is not there.", _change_promised_twice),
    "lock_not_renewed": Sabotage("A note that is taken does not renew the lock of the places.", _lock_not_renewed),
    "confirm_not_idempotent": Sabotage("A confirmation that is asked again has a new key.", _confirm_not_idempotent),
    "claim_forgotten_on_retract": Sabotage("Change that was pulled back counts as taken.", _claim_forgotten_on_retract),
    "reprinted_on_a_guess": Sabotage(
        "After a power cut the blank under way counts as never begun.", _reprinted_on_a_guess
    ),
    "kept_after_cancel": Sabotage("Who cancels is owed nothing.", _kept_after_cancel),
    "ack_before_sync": Sabotage(
        "Bytes leave before the line of the facts they answer is durable.", _ack_before_sync, "bytes"
    ),
    "rounding_not_booked": Sabotage("The half yuan has no booking.", _rounding_not_booked),
    "void_forgotten": Sabotage("A ticket nobody holds stays valid at the station.", _void_forgotten),
    "rejects_not_booked": Sabotage(
        "Notes in the reject bin are not taken from the cassette's books. (Few days have one: `reject_next` shows it.)",
        _stock_not_booked,
    ),
    "battery_believed": Sabotage(
        "A battery that says it is full is as good as the mains: the machine goes on selling.", _battery_believed
    ),
    "deposit_kept_after_cancel": Sabotage(
        "A deposit that could be given back is kept, and its value paid from the cassettes.",
        _deposit_kept,
        machine="bulk",
    ),
    "presented_is_taken": Sabotage(
        "The passenger's own notes count as taken when they lie at the mouth.", _presented_is_taken, machine="bulk"
    ),
    "printed_before_kept": Sabotage(
        "Tickets are printed while the notes for them are the passenger's still.", _printed_before_kept, machine="bulk"
    ),
    "kept_is_believed": Sabotage(
        "A deposit of which the unit cannot say where it is counts as fallen into the box.",
        _kept_is_believed,
        machine="bulk",
    ),
    **{name: Sabotage(says, patches, machine="pay") for name, (says, patches) in PAYMENT_BUGS.items()},
    **{name: Sabotage(says, patches, machine="cards") for name, (says, patches) in CARD_BUGS.items()},
    **{name: Sabotage(says, patches, machine="cards", monkey=True) for name, (says, patches) in MONKEY_BUGS.items()},
    **{name: Sabotage(says, patches) for name, (says, patches) in JOURNAL_BUGS.items()},
    **{name: Sabotage(says, patches, machine="coins") for name, (says, patches) in COIN_BUGS.items()},
}
"""Name -> what is planted. Each must be caught; the campaign's own test fails when one is not."""
