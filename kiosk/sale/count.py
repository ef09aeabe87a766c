"""What a fact changes in the book of a sale. Every yuan and every ticket is counted here, once, before the table decides.

One function per fact; a fact without one changes nothing. A fact that is said twice, or after the sale went on without it,
changes nothing either (`only`). Times are real milliseconds of the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kiosk.parameters import SalePolicy
from kiosk.ports import note_acceptor as na
from kiosk.ports import note_dispenser as nd
from kiosk.ports import station as st
from kiosk.ports import ticket_printer as tp
from kiosk.ports.fact import Fact
from kiosk.sale import facts as sf
from kiosk.sale import restarted
from kiosk.sale.book import Book, S
from kiosk.sale.charge import CHARGE_COUNTERS, void_unpaid
from kiosk.sale.coins import COIN_COUNTERS
from kiosk.sale.deposit import DEPOSIT_COUNTERS
from kiosk.sale.lines import Claim, NoteLine, PayLine, TicketLine
from kiosk.sale.paper import PAPER_COUNTERS
from kiosk.stock import Stock


@dataclass(slots=True)
class Counting:
    """What counting needs beside the book. `new_code` makes the next claim code of this sale.

    `believed`: a recovery says it of the time before; whatever was under way may be ordered anew.
    """

    stock: Stock
    policy: SalePolicy
    rate: float
    now_ms: int
    new_code: Callable[[], str]
    believed: bool = False

    def patience(self, book: Book, span_ms: int) -> None:
        book.patience_span_ms = span_ms
        book.patience_until_ms = self.now_ms + round(span_ms / self.rate) if span_ms else 0


Counter = Callable[[Any, Book, Counting], None]


def count(fact: Fact, book: Book, at: Counting) -> None:
    """Write what `fact` says into the book."""
    counter = _COUNTERS.get(type(fact))
    if counter:
        counter(fact, book, at)
    void_unpaid(book)


def only(states: tuple[S, ...], counter: Counter) -> Counter:
    """A counter that counts while the sale waits for such an answer, and never again."""

    def count_it(fact: Fact, book: Book, at: Counting) -> None:
        if book.state in states:
            counter(fact, book, at)

    return count_it


def _held(fact: st.PlacesLocked, book: Book, at: Counting) -> None:
    book.places, book.price_fen = fact.places, fact.total_fen
    book.rounding_step_fen = step = at.stock.coins.step_fen(at.policy.rounding_step_fen, at.policy.coin_reserve)
    book.rounding_fen = -(fact.total_fen % step) if at.policy.rounding == "passenger" else 0
    book.lock_span_ms = fact.remaining_ms
    book.lock_until_ms = at.now_ms + round(fact.remaining_ms / at.rate)
    book.lock_limit_ms = at.now_ms + round(fact.limit_ms / at.rate)
    book.last_minute_ms = round(at.policy.last_minute_ms / at.rate)
    at.patience(book, at.policy.review_patience_ms)


def _renewed(fact: st.LockRenewed, book: Book, at: Counting) -> None:
    book.lock_until_ms = at.now_ms + round(fact.remaining_ms / at.rate)
    book.lock_span_ms = max(book.lock_span_ms, fact.remaining_ms)
    book.no_more_notes = False


def _renew_failed(fact: st.RenewFailed, book: Book, at: Counting) -> None:
    if fact.reason == "expired":
        book.lock_until_ms = at.now_ms


def _why(reason: str) -> Counter:
    def note_it(fact: Fact, book: Book, at: Counting) -> None:
        book.why_ending = book.why_ending or reason

    return note_it


def _not_sold(fact: st.ConfirmRefused, book: Book, at: Counting) -> None:
    book.not_sold = fact.reason
    book.why_ending = book.why_ending or "refused"


def _cancelled(fact: sf.Cancelled, book: Book, at: Counting) -> None:
    if book.state is S.RESUMING:
        restarted.nobody(fact, book, at)
    if book.state in (S.LOCKING, S.REVIEWING, S.CHOOSING, S.COLLECTING, S.CLOSING, S.AUTHORISING):
        book.why_ending = book.why_ending or fact.by


def _refused_lock(fact: st.LockRefused, book: Book, at: Counting) -> None:
    book.why_ending = fact.reason


def _note_seen(fact: na.NoteHeld, book: Book, at: Counting) -> None:
    if book.note(fact.note) is None:
        book.notes.append(NoteLine(fact.note, fact.value_fen, "held"))
    book.last_refusal, book.drawn_in = "", False
    _still_there(fact, book, at)


def _note_drawn_in(fact: na.NoteMoving, book: Book, at: Counting) -> None:
    book.drawn_in = True
    _still_there(fact, book, at)


def _still_there(fact: Fact, book: Book, at: Counting) -> None:
    """Somebody is standing here: the idle limit starts again."""
    if book.patience_until_ms:
        at.patience(book, book.patience_span_ms)


def _refused_note(fact: na.NoteRefused, book: Book, at: Counting) -> None:
    book.last_refusal, book.drawn_in = fact.reason, False
    _still_there(fact, book, at)


def _note_to(state: str) -> Counter:
    """Ours and returned are final. A doubtful note may still turn out to be ours; its claim stays and says "at most"."""

    def move(fact: Any, book: Book, at: Counting) -> None:
        line = book.note(fact.note)
        book.drawn_in = False
        if line is None:
            line = NoteLine(fact.note, fact.value_fen, state)
            book.notes.append(line)
        elif line.state in ("held", "moving", "returning") or (line.state in ("jammed", "unknown") and state == "ours"):
            line.state = state
        _still_there(fact, book, at)

    return move


def _note_lost(state: str) -> Counter:
    move = _note_to(state)

    def lose(fact: Any, book: Book, at: Counting) -> None:
        known = book.note(fact.note)
        if known is not None and known.state in ("ours", "returned", "jammed", "unknown"):
            return  # said twice: claimed once
        move(fact, book, at)
        book.why_ending = book.why_ending or "note"
        value_fen = known.value_fen if known is not None else fact.value_fen  # a silent device says 0
        if value_fen:
            book.claims.append(Claim(at.new_code(), value_fen, f"note_{state}", exact=False))

    return lose


def _confirmed(fact: st.SaleConfirmed | st.SaleStateKnown, book: Book, at: Counting) -> None:
    """A yes that does not number every place is none, nor is one to a sale that was not paid: nobody asked for it."""
    numbers = {entry.index: entry.numbers for entry in fact.tickets}
    whole = set(numbers) == {place.index for place in book.places} and all(numbers.values())
    if not book.confirmed and whole and not book.missing_fen:
        book.confirmed = True
        book.tickets = [TicketLine(place, numbers[place.index]) for place in book.places]


def _asked_again(fact: Fact, book: Book, at: Counting) -> None:
    book.ask_again_ms = at.now_ms + at.policy.ask_again_ms


def _state_known(fact: st.SaleStateKnown, book: Book, at: Counting) -> None:
    book.station_state, book.asks_anew = fact.state, False
    if fact.state in ("confirmed", "printed"):
        _confirmed(fact, book, at)
    elif book.confirmed:  # asked after a restart: the station does not know this sale as sold any more
        _give_up_printing(book, "station")


def _answer_over(fact: sf.AnswerOver, book: Book, at: Counting) -> None:
    book.why_ending = book.why_ending or "station"
    if book.confirmed:
        _give_up_printing(book, "station")


def _printing(book: Book, key: str) -> TicketLine | None:
    """The ticket that is printed on this very blank now."""
    return next((ticket for ticket in book.tickets_in("printing") if ticket.keys[-1] == key), None)


def _in_tray(fact: tp.TicketInTray, book: Book, at: Counting) -> None:
    ticket = _printing(book, fact.key)
    book.stuck_blank = False
    if ticket is not None:
        ticket.state = "in_tray"


def _spoiled(fact: tp.TicketSpoiled, book: Book, at: Counting) -> None:
    ticket = _printing(book, fact.key)
    book.stuck_blank = fact.reason == "jam" and fact.blanks > 0
    if ticket is not None:
        left = min(at.policy.blanks_per_ticket, len(ticket.numbers)) - ticket.spent
        ticket.state = "waiting" if left > 0 else "void"
        if ticket.state == "void":
            _give_up_printing(book)


def _not_started(fact: tp.TicketRefused, book: Book, at: Counting) -> None:
    ticket = _printing(book, fact.key)
    if ticket is not None:
        ticket.state = "void"
        _give_up_printing(book)


def _give_up_printing(book: Book, why: str = "print") -> None:
    book.why_ending = book.why_ending or why
    for ticket in book.tickets_in("waiting", "printing"):
        ticket.state = "void"


def _ticket_unknown(fact: tp.TicketUncertain, book: Book, at: Counting) -> None:
    ticket = _printing(book, fact.key)
    if ticket is not None:
        ticket.state = "unknown"
        _give_up_printing(book)


def _dumped(fact: Fact, book: Book, at: Counting) -> None:
    for ticket in book.tickets_in("in_tray", "unknown", "waiting", "printing"):
        ticket.dumped = True
        if not ticket.maybe_out:
            ticket.state = "void"


def _presented(fact: tp.TicketsPresented, book: Book, at: Counting) -> None:
    for ticket in book.tickets_in("in_tray"):
        ticket.state = "presented"
    book.take_until_ms = at.now_ms + round(at.policy.take_ms / at.rate)


def _deliver_unknown(fact: tp.DeliverUncertain | tp.TicketRetractUncertain, book: Book, at: Counting) -> None:
    lost = book.tickets_in("in_tray", "presented")
    owed_before = book.owed_fen
    for ticket in lost:
        ticket.state, ticket.maybe_out = "unknown", True
    book.why_ending = book.why_ending or "print"
    if isinstance(fact, tp.TicketRetractUncertain):
        book.went_away()
    if lost and not book.pickup:  # of an order bought elsewhere the station knows, and people settle it
        book.claims.append(Claim(at.new_code(), book.owed_fen - owed_before, "tickets_unknown", exact=False))


def _tickets_taken(fact: tp.TicketsTaken, book: Book, at: Counting) -> None:
    for ticket in book.tickets_in("presented", "in_tray"):
        ticket.state = "taken"


def _tickets_back(fact: tp.TicketsRetracted, book: Book, at: Counting) -> None:
    for ticket in book.tickets_in("presented", "in_tray"):
        ticket.state = "retracted"
    book.why_ending = book.why_ending or "not_taken"
    book.went_away()


def _open_again(fact: Fact, book: Book, at: Counting) -> None:
    book.take_until_ms = at.now_ms + round(at.policy.take_ms / at.rate)


def _pay(book: Book, order: int) -> PayLine | None:
    return next((pay for pay in book.pays if pay.order == order), None)


def _largest_fen(at: Counting) -> int:
    """What one note of a dispenser can be worth, of whichever cassette it is."""
    return max(at.stock.values.values(), default=0)


def _paid(state: str) -> Counter:
    """`counts` of the outcome are presented; nothing presented keeps the outcome's name as the state."""

    def book_it(fact: Any, book: Book, at: Counting) -> None:
        pay = _pay(book, fact.order)
        if pay is None or pay.state != "asked":
            return
        pay.counts = getattr(fact, "counts", ())
        pay.out_fen = at.stock.value_of(pay.counts)
        pay.state = "out" if pay.out_fen else state
        pay.reason = getattr(fact, "reason", "")
        if state == "short" and pay.reason in nd.PATH_UNSURE:
            pay.in_path_fen = max(pay.asked_fen - pay.out_fen, _largest_fen(at))
        book.take_until_ms = at.now_ms + round(at.policy.take_ms / at.rate)

    return book_it


def _pay_unknown(fact: nd.NotesUncertain, book: Book, at: Counting) -> None:
    """The outlet stayed shut: nothing of it is with the passenger, and nobody knows where all of it is."""
    pay = _pay(book, fact.order)
    if pay is not None and pay.state == "asked":
        pay.state, pay.counts, pay.uncertain_fen = "unknown", fact.counts, pay.asked_fen
        if fact.reason.startswith(nd.MISCOUNTED):  # one note more may be gone than was asked for, of any cassette
            pay.reason, pay.in_path_fen = fact.reason, _largest_fen(at)
        book.claims.append(Claim(at.new_code(), pay.asked_fen, "pay_unknown", exact=False))


def _change(state: str) -> Counter:
    def book_it(fact: Any, book: Book, at: Counting) -> None:
        pay = _pay(book, fact.order)
        if pay is None or pay.state != "out":
            return
        pay.state = state
        if state != "taken":
            book.why_ending = book.why_ending or "not_taken"
            book.went_away()
        if state == "unknown" and pay.out_fen:
            pay.uncertain_fen = pay.out_fen
            book.claims.append(Claim(at.new_code(), pay.out_fen, "pay_unknown", exact=False))

    return book_it


def _last_minute(fact: sf.LastMinute, book: Book, at: Counting) -> None:
    book.no_more_notes = True


HANDING_OVER = (S.DELIVERING, S.TICKETS_OUT, S.TICKETS_AGAIN, S.TICKETS_BACK)

_COUNTERS: dict[type[Fact], Counter] = {
    st.PlacesLocked: only((S.LOCKING,), _held),
    st.LockRenewed: _renewed,
    st.RenewFailed: _renew_failed,
    st.LockRefused: only((S.LOCKING,), _refused_lock),
    st.LockUncertain: only((S.LOCKING,), _why("station")),
    st.SaleConfirmed: only((S.CONFIRMING, S.ASKING), _confirmed),
    st.ConfirmRefused: only((S.CONFIRMING,), _not_sold),
    st.ConfirmUncertain: only((S.CONFIRMING,), _asked_again),
    st.SaleStateKnown: only((S.ASKING,), _state_known),
    st.SaleStateUnknown: only((S.ASKING,), _asked_again),
    sf.Cancelled: _cancelled,
    sf.PatienceOver: _why("timeout"),
    sf.LockOver: _why("lock_expired"),
    sf.LastMinute: _last_minute,
    sf.AnswerOver: _answer_over,
    sf.Continued: only((S.RESUMING,), restarted.goes_on),
    sf.MoneyBack: only((S.RESUMING,), restarted.money_back),
    sf.ResumeOver: only((S.RESUMING,), restarted.nobody),
    sf.AskAgain: _asked_again,
    sf.Restarted: restarted.restarted,
    sf.LookChosen: restarted.reads,
    na.NoteHeld: _note_seen,
    na.NoteMoving: _note_drawn_in,
    na.NoteRefused: _refused_note,
    na.NoteOurs: _note_to("ours"),
    na.NoteRecycled: _note_to("ours"),
    na.NoteDeposited: _note_to("deposited"),
    na.NoteReturned: _note_to("returned"),
    na.NoteJammed: _note_lost("jammed"),
    na.NoteUncertain: _note_lost("unknown"),
    na.NoteReturnUncertain: _note_lost("unknown"),
    **DEPOSIT_COUNTERS,
    **CHARGE_COUNTERS,
    **COIN_COUNTERS,
    **PAPER_COUNTERS,
    tp.TicketInTray: _in_tray,
    tp.TicketSpoiled: _spoiled,
    tp.TicketRefused: _not_started,
    tp.TicketUncertain: _ticket_unknown,
    tp.TrayDumped: only((S.DUMPING,), _dumped),
    tp.DumpUncertain: only((S.DUMPING,), _dumped),
    tp.TicketsPresented: only((S.DELIVERING,), _presented),
    tp.DeliverUncertain: only((S.DELIVERING,), _deliver_unknown),
    tp.TicketRetractUncertain: only(HANDING_OVER, _deliver_unknown),
    tp.TicketsTaken: only((*HANDING_OVER, S.RESUMING), _tickets_taken),
    tp.TicketsRetracted: only(HANDING_OVER, _tickets_back),
    tp.SlotReopened: only((S.TICKETS_AGAIN,), _open_again),
    nd.TrayReopened: only((S.CHANGE_AGAIN,), _open_again),
    nd.NotesPresented: _paid("out"),
    nd.NotesShort: _paid("short"),
    nd.NotesUncertain: _pay_unknown,
    nd.NotesRefused: _paid("refused"),
    nd.ChangeTaken: _change("taken"),
    nd.ChangeRetracted: _change("retracted"),
    nd.ChangeRetractUncertain: _change("unknown"),
}
