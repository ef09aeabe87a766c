"""What happens by itself after the money is in, or on the way back: steps with words, and about how long."""

from __future__ import annotations

from kiosk.sale.book import Book, S
from kiosk.sale.change import YUAN_FEN
from kiosk.sale.lines import ChargeLine, TicketLine
from kiosk.screen import formats
from kiosk.screen.texts import Msg
from kiosk.screen.values import Printing, ProgressStep, TicketThumb, Words
from kiosk.screen.views.look import NOTHING, Look
from kiosk.screen.views.places import place_name
from kiosk.screen.views.receipt import receipt_key

CHIPS = {"done": Msg("Done"), "now": Msg("Now"), "next": Msg("Next", "step")}
THUMBS = {
    "printed": Msg("{place} printed"),
    "printing": Msg("{place} printing"),
    "waiting": Msg("{place} waiting"),
    "failed": Msg("{place} not printed"),
}
THUMB_STATES = {
    "waiting": "waiting",
    "printing": "printing",
    "in_tray": "printed",
    "presented": "printed",
    "taken": "printed",
    "retracted": "printed",
}
TITLES = {
    S.CONFIRMING: Msg("Paid. The station confirms your seats"),
    S.ASKING: Msg("The station is asked again, please wait"),
    S.KEEPING: Msg("Your notes are taken in, please wait"),
    S.GIVING_BACK: Msg("Your own notes are coming back"),
    S.PRINTING: Msg("Printing your tickets, please wait"),
    S.DUMPING: Msg("The tickets could not be printed"),
    S.DELIVERING: Msg("Your tickets are coming"),
    S.TICKETS_AGAIN: Msg("Your tickets are coming"),
    S.CHANGE_AGAIN: Msg("Your money is coming"),
    S.COINS: Msg("Take your coins out of the cup"),
    S.TICKETS_BACK: Msg("Tickets not taken are pulled back"),
    S.CHANGE_BACK: Msg("Money not taken is pulled back"),
    S.CAPTURING: Msg("One moment, the payment is being finished"),
    S.REVERSING: Msg("Your payment is being sent back"),
}
WHY = {
    "passenger": Msg("Order cancelled"),
    "change_order": Msg("Order cancelled"),
    "note": Msg("Order ended: a note is stuck"),
    "acceptor": Msg("Order ended: notes cannot be taken any more"),
    "timeout": Msg("Order ended: the time is over"),
    "lock_expired": Msg("Order ended: the seats were released"),
    "closed": Msg("Sale for this train has just closed"),
    "station": Msg("Order ended: the station did not confirm"),
    "refused": Msg("Order ended: the station did not confirm"),
    "print": Msg("The tickets could not be printed"),
    "not_taken": Msg("What was not taken is kept for you"),
    "mode": Msg("Order ended: this machine must stop"),
    "service": Msg("Order ended: staff opened the machine"),
    "screen": Msg("Order ended: the screen had failed"),
    "power": Msg("Order ended: mains power has failed"),
    "restart": Msg("Order ended: the power had failed"),
    "payment": Msg("Order ended: nobody can say whether it was paid"),
}
NOT_SOLD = {
    "expired": Msg("Order ended: your seats were not held any longer"),
    "voided": Msg("Order ended: your seats were not held any longer"),
    "price_changed": Msg("Order ended: the price has changed"),
}
"""What the station said when it refused to confirm, where that means something to a passenger."""
GOES_BACK = ("approved", "lapsed", "unknown", "reversing", "reversed")
STOPPED = Msg("Order ended by the machine")
ANSWER_MS = 3_000
COUNT_MS = 6_000


def is_refund(book: Book) -> bool:
    """No ticket reaches the passenger: the money goes back."""
    if not book.confirmed:
        return book.state not in (S.CONFIRMING, S.ASKING)
    return book.state is S.DUMPING or not book.tickets_in("waiting", "printing", "in_tray", "presented", "taken")


def change_due(book: Book) -> int:
    """What the machine still has to give, or to have written down, in fen: money in less the fare delivered."""
    if not book.confirmed:
        return max(0, book.put_in_fen - (book.due_fen if book.state in (S.CONFIRMING, S.ASKING) else 0))
    return max(0, book.put_in_fen - book.delivered_fen)


def in_coins(look: Look, book: Book, fen: int) -> bool:
    """So little is still to be given that it falls as coins: no note is as small."""
    return bool(look.shown.coins_fen) and 0 < fen < min(look.shown.cassettes.values(), default=YUAN_FEN)


def paid_words(look: Look, book: Book) -> Words:
    """What was paid, and how."""
    say, amount = look.say, formats.amount(book.given_fen)
    if book.charged_fen:
        return say("Paid {amount} by card", amount=amount) if book.way == "card" else _by_phone(look, amount)
    return say("Paid {amount} in cash", amount=amount)


def _by_phone(look: Look, amount: str) -> Words:
    return look.say("Paid {amount} by phone", amount=amount)


def to_send_back(book: Book) -> ChargeLine | None:
    """The payment by card or phone that goes back because no ticket reached the passenger."""
    line = book.charge
    return line if line is not None and line.state in GOES_BACK else None


def _state(at: int, now: int) -> str:
    return "done" if at < now else "now" if at == now else "next"


def _step(look: Look, words: Words, state: str, tickets: tuple[TicketThumb, ...] = ()) -> ProgressStep:
    return ProgressStep(words, look.say.msg(CHIPS[state]), state, tickets)


def thumb(look: Look, ticket: TicketLine) -> TicketThumb:
    """One ticket and how far it is."""
    state = THUMB_STATES.get(ticket.state, "failed")
    return TicketThumb(look.say.msg(THUMBS[state], place=place_name(ticket.place)), state)


def _sale_steps(look: Look, book: Book) -> tuple[ProgressStep, ...]:
    """Paid, printed, handed over, change: in the order things come out (decision 5)."""
    say = look.say
    now = {S.CONFIRMING: 1, S.ASKING: 1, S.KEEPING: 1, S.PRINTING: 1, S.DELIVERING: 2}.get(book.state, 3)
    total = len(book.tickets) or len(book.places)
    made = len(book.tickets_in("in_tray", "presented", "taken", "retracted"))
    printing = say("Printing ticket {k} of {n}", k=min(made + 1, total), n=total)
    if book.state in (S.CONFIRMING, S.ASKING):
        printing = say("Asking the station to confirm the seats")
    elif book.state is S.KEEPING:
        printing = say("The station has confirmed your seats")
    elif now > 1:
        printing = say.plural("{n} ticket printed", "{n} tickets printed", made)
    thumbs = tuple(thumb(look, ticket) for ticket in book.tickets)
    steps = [
        _step(look, paid_words(look, book), "done"),
        _step(look, printing, _state(1, now), thumbs),
        _step(look, say("Tickets are handed over together"), _state(2, now)),
    ]
    due = change_due(book)
    if due:
        steps.append(_step(look, say("Change {amount}", amount=formats.amount(due)), _state(3, now)))
    return tuple(steps)


def _refund_steps(look: Look, book: Book) -> tuple[ProgressStep, ...]:
    say = look.say
    dumping = book.state is S.DUMPING
    thumbs = tuple(thumb(look, ticket) for ticket in book.tickets)
    counted = say("Your {amount} is counted out", amount=formats.amount(change_due(book) or book.put_in_fen))
    if book.state is S.GIVING_BACK:
        counted = say("Your own notes, {amount}, come back", amount=formats.amount(_own_fen(book)))
    why = _step(look, _why(look, book), "now" if dumping else "done", thumbs)
    if to_send_back(book) is not None:
        return why, *_sent_back(look, book, "next" if dumping else "now")
    return (
        why,
        _step(look, counted, "next" if dumping else "now"),
        _step(look, say("Please take your money"), "next"),
    )


def _sent_back(look: Look, book: Book, state: str) -> tuple[ProgressStep, ...]:
    line, say = to_send_back(book), look.say
    assert line is not None
    sent = say("Your payment of {amount} is sent back", amount=formats.amount(line.amount_fen))
    return _step(look, sent, state), _step(look, say("It goes to where it came from"), "next")


def _why(look: Look, book: Book) -> Words:
    """What ended the order."""
    refused = NOT_SOLD.get(book.not_sold) if book.why_ending == "refused" else None
    return look.say.msg(refused or WHY.get(book.why_ending, STOPPED))


def _own_fen(book: Book) -> int:
    return sum(line.value_fen for line in book.own_notes)


def _back_steps(look: Look, book: Book) -> tuple[ProgressStep, ...]:
    """What lay out and was not taken comes back in: it is kept, and a slip says so."""
    say = look.say
    first = paid_words(look, book)
    if is_refund(book):
        first = _why(look, book)
    if to_send_back(book) is not None:
        kept = _step(look, say("What was not taken is kept safe inside"), "now")
        return _step(look, first, "done"), kept, *_sent_back(look, book, "next")[:1]
    return (
        _step(look, first, "done"),
        _step(look, say("What was not taken is kept safe inside"), "now"),
        _step(look, say("The screen shows a claim code"), "next"),
    )


def _left_ms(look: Look, book: Book) -> int:
    """Roughly how long it still takes, device by device."""
    to_print = len(book.tickets_in("waiting", "printing")) or (0 if book.tickets else len(book.places))
    left = to_print * look.shown.machine.ticket_ms
    if book.state in (S.CONFIRMING, S.ASKING):
        left += ANSWER_MS
    if change_due(book) or book.state in (S.PAYING, S.COINS):
        left += COUNT_MS
    return left + ANSWER_MS


def _outlets(look: Look, book: Book, refund: bool, back: bool) -> tuple[tuple[Words, ...], tuple[str, ...]]:
    """Where the hand has to go, in words and in the drawing."""
    say = look.say
    if to_send_back(book) is not None and (back or refund):
        return (say("Nothing comes out: it goes back to your account"),), ()
    if back and look.shown.mode.slips:
        return (say("The slip comes out to the right of the screen"),), ("slip",)
    if back:
        return (say("No slip can be printed: please keep the code"),), ()
    if book.state is S.COINS:
        return (say("Coins fall into the cup below the note slot"),), ("change",)
    places = [] if refund else [(say("Tickets come out below the screen"), "tickets")]
    if book.state is S.GIVING_BACK:
        places.append((say("Your notes come out where you put them in"), "insert"))
    elif (refund or change_due(book)) and look.shown.recycled_fen:
        places.append((say("Notes come out of the slot you put yours in"), "insert"))
    elif in_coins(look, book, change_due(book)):
        places.append((say("Coins fall into the cup below the note slot"), "change"))
    elif refund or change_due(book):
        places.append((say("Notes come out to the right of the screen"), "change"))
    return tuple(words for words, _ in places), tuple(opening for _, opening in places)


def printing(look: Look) -> Printing:
    book = look.shown.sale
    assert book is not None
    say, refund = look.say, is_refund(book)
    back = book.state in (S.TICKETS_BACK, S.CHANGE_BACK) or (book.state is S.KEEPING and refund)
    steps = _back_steps(look, book) if back else _refund_steps(look, book) if refund else _sale_steps(look, book)
    done = sum(step.state == "done" for step in steps)
    made, total = len(book.tickets_in("in_tray", "presented", "taken", "retracted")), len(book.tickets) or 1
    share = 0 if refund or book.state is not S.PRINTING else made / total
    title = TITLES.get(book.state, Msg("Your money is counted out"))
    if book.state is S.PAYING and not refund:
        title = Msg("Your change is counted out")
    line = to_send_back(book)
    due = formats.amount(book.due_fen if not refund else line.amount_fen if line is not None else book.put_in_fen)
    count = len(book.places)
    outlets, openings = _outlets(look, book, refund, back)
    seconds = -(-_left_ms(look, book) // 1000)
    return Printing(
        look.chrome("printing", 3 if refund else 4, (*(() if refund else receipt_key(look, book)), look.call_staff())),
        title=say.msg(title),
        steps=steps,
        remaining=say("About {n} s left", n=seconds),
        percent=min(99, round(100 * (done + share) / len(steps))),
        total=say("Refund {amount}", amount=due)
        if refund
        else say.plural("{amount} · {n} ticket", "{amount} · {n} tickets", count, amount=due),
        outlets=outlets,
        openings=openings,
        stay=say("Please stay. Even after a power cut nothing of yours is lost."),
        cannot_cancel=NOTHING if refund or back else say("Paid: cannot be cancelled now"),
    )
