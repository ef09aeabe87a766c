"""The tickets of an order that was bought elsewhere on their way: nothing is paid here, and nothing is paid back."""

from __future__ import annotations

from dataclasses import replace

from kiosk.sale.book import Book, S
from kiosk.screen import targets as T
from kiosk.screen.texts import Msg
from kiosk.screen.values import Busy, Key, Printing, ProgressStep, Take, Words
from kiosk.screen.views.look import NOTHING, Look
from kiosk.screen.views.progress import CHIPS, thumb
from kiosk.screen.views.resume import YOURS
from kiosk.screen.views.stop import holding
from kiosk.screen.views.take import take

TITLES = {
    S.CONFIRMING: Msg("The station gives your tickets free"),
    S.ASKING: Msg("The station is asked again, please wait"),
    S.PRINTING: Msg("Printing your tickets, please wait"),
    S.DUMPING: Msg("The tickets could not be printed"),
    S.DELIVERING: Msg("Your tickets are coming"),
    S.TICKETS_AGAIN: Msg("Your tickets are coming"),
    S.TICKETS_BACK: Msg("Tickets not taken are pulled back"),
    S.RESUMING: Msg("Go on with your tickets?"),
}
LATER = Msg("What is not handed over can be collected again")
TICKET_MS = 3_000


def fetching(look: Look) -> Busy:
    say = look.say
    waits = holding(look)
    chrome = replace(waits.chrome, stepper=())
    return replace(
        waits, chrome=chrome, words=say("Fetching your tickets"), more=say("The station answers in a moment.")
    )


def collecting(look: Look) -> Printing:
    """Order found, tickets printed, tickets handed over."""
    book = look.shown.sale
    assert book is not None
    say, total = look.say, len(book.places)
    now = {S.DELIVERING: 2, S.TICKETS_AGAIN: 2, S.TICKETS_BACK: 2}.get(book.state, 1)
    made = len(book.tickets_in("in_tray", "presented", "taken", "retracted"))
    thumbs = tuple(thumb(look, ticket) for ticket in book.tickets)
    printing = say("Printing ticket {k} of {n}", k=min(made + 1, total), n=total)
    if book.state in (S.CONFIRMING, S.ASKING):
        printing = say("Asking the station to confirm the seats")
    elif book.state is S.DUMPING:
        printing = say("The tickets could not be printed")
    elif now > 1:
        printing = say.plural("{n} ticket printed", "{n} tickets printed", made)
    back = book.state in (S.TICKETS_BACK, S.DUMPING)
    last = say.msg(LATER) if back else say("Tickets are handed over together")
    steps = (
        _step(look, "done", say("Order {number}, paid elsewhere", number=book.pickup)),
        ProgressStep(printing, say.msg(CHIPS[_state(1, now)]), _state(1, now), thumbs),
        _step(look, _state(2, now), last),
    )
    seconds = -(-(TICKET_MS + len(book.tickets_in("waiting", "printing")) * look.shown.machine.ticket_ms) // 1000)
    return Printing(
        look.chrome("printing", footer=(look.call_staff(),)),
        title=say.msg(TITLES[book.state]),
        steps=steps,
        remaining=say("About {n} s left", n=seconds),
        percent=min(99, round(100 * (now + (made / total if now == 1 and total else 0)) / len(steps))),
        total=say.plural("{n} ticket", "{n} tickets", total),
        outlets=(say("Nothing comes out: collect them again"),)
        if back
        else (say("Tickets come out below the screen"),),
        openings=() if back else ("tickets",),
        stay=say("Please stay. Even after a power cut nothing of yours is lost."),
        cannot_cancel=NOTHING,
    )


def _state(at: int, now: int) -> str:
    return "done" if at < now else "now" if at == now else "next"


def _step(look: Look, state: str, words: Words) -> ProgressStep:
    return ProgressStep(words, look.say.msg(CHIPS[state]), state)


def collect_taking(look: Look) -> Take:
    """As after a sale; what is forgotten is kept for its passenger at the station."""
    lines = (look.say("The slot closes. The tickets are void and can be collected again."),)
    given = take(look)
    return replace(given, chrome=replace(given.chrome, stepper=()), walk_away_lines=lines)


def collect_resuming(look: Look) -> Printing:
    """After a power cut: go on, or leave it for later."""
    book = look.shown.sale
    assert book is not None
    say = look.say
    ring = look.until(book.resume_until_ms, book.resume_span_ms)
    on = Key(T.CONTINUE, say("I am here, open it") if book.lies_out else say("Continue", "collect"), "right", "primary")
    footer = (look.call_staff(), on) if book.lies_out else (Key(T.MONEY_BACK, say("Later"), "clock"), on)
    ready = _ready(look, book)
    steps = (
        _step(look, "done", say("Order {number}, paid elsewhere", number=book.pickup)),
        _step(look, "done", say("The power failed, nothing is lost")),
        ProgressStep(ready, say.msg(YOURS), "now"),
    )
    return Printing(
        look.chrome("resume", footer=footer, ring=ring),
        title=say.msg(TITLES[S.RESUMING]),
        steps=steps,
        remaining=say("Power is back after {n} s", n=max(1, book.pause_ms // 1000)),
        percent=66,
        total=say.plural("{n} ticket", "{n} tickets", len(book.places)),
        outlets=(say("Tickets come out below the screen"),),
        openings=("tickets",),
        stay=say.msg(LATER),
        cannot_cancel=NOTHING,
    )


def _ready(look: Look, book: Book) -> Words:
    say, made = look.say, len(book.tickets_in("in_tray", "presented"))
    if made:
        return say.plural("{n} ticket lies ready inside", "{n} tickets lie ready inside", made)
    return say.plural("{n} ticket is still to be printed", "{n} tickets are still to be printed", len(book.places))
