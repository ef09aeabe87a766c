"""After a power cut: what has happened, what is owed, and whether to go on. Nothing moves before somebody says so (rule O)."""

from __future__ import annotations

from kiosk.sale.book import Book
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.texts import Msg
from kiosk.screen.values import Busy, Key, Printing, ProgressStep, Words
from kiosk.screen.views.look import NOTHING, Look
from kiosk.screen.views.progress import CHIPS, change_due, is_refund, paid_words

YOURS = Msg("Your choice")


def _step(look: Look, words: Words, state: str) -> ProgressStep:
    """Nothing is under way: what comes next waits for an answer."""
    return ProgressStep(words, look.say.msg(YOURS if state == "now" else CHIPS[state]), state)


def _power(look: Look, book: Book) -> ProgressStep:
    if book.claims:
        checked = formats.amount(book.claims_fen)
        return _step(look, look.say("The power failed. A slip for {amount} follows", amount=checked), "done")
    return _step(look, look.say("The power failed, nothing is lost"), "done")


def _paid(look: Look, book: Book) -> ProgressStep:
    paid = formats.amount(book.put_in_fen)
    if book.missing_fen and not book.confirmed:
        words = look.say("{amount} of {total} inserted", amount=paid, total=formats.amount(book.due_fen))
    else:
        words = paid_words(look, book)
    return _step(look, words, "done")


def _to_come(look: Look, book: Book) -> Words:
    """What going on would do next."""
    say = look.say
    if book.missing_fen and not book.confirmed:
        return say("Still to pay: {amount}", amount=formats.amount(book.missing_fen))
    made, total = len(book.tickets_in("in_tray")), len(book.places)
    if made == total:
        return say.plural("{n} ticket lies ready inside", "{n} tickets lie ready inside", made)
    if made:
        return say("{k} of {n} tickets are printed", k=made, n=total)
    return say.plural("{n} ticket is still to be printed", "{n} tickets are still to be printed", total)


def _goes_on(look: Look, book: Book) -> bool:
    """Tickets may come of it. Who has to put in more can do so only where notes are taken now."""
    return book.can_go_on and (not book.missing_fen or look.shown.mode.cash != "off")


def _steps(look: Look, book: Book) -> tuple[ProgressStep, ...]:
    say = look.say
    steps = [_paid(look, book), _power(look, book)]
    if book.lies_out == "tickets":
        lying = len(book.tickets_in("presented"))
        ready = say.plural("{n} ticket lies ready inside", "{n} tickets lie ready inside", lying)
        steps.append(_step(look, ready, "now"))
        if book.owed_fen:
            steps.append(_step(look, say("Change {amount}", amount=formats.amount(book.owed_fen)), "next"))
        return tuple(steps)
    if _goes_on(look, book):
        steps.append(_step(look, _to_come(look, book), "now"))
        change_fen = max(0, book.put_in_fen - book.due_fen)
        if change_fen:
            steps.append(_step(look, say("Change {amount}", amount=formats.amount(change_fen)), "next"))
        return tuple(steps)
    taken = len(book.tickets_in("taken"))
    if taken:
        steps.append(_step(look, say.plural("{n} ticket taken", "{n} tickets taken", taken), "done"))
    owed = formats.amount(_yours_fen(book))
    words = say("Change of {amount} is yours", amount=owed) if taken else say("{amount} is yours", amount=owed)
    steps.append(_step(look, words, "now"))
    return tuple(steps)


def _yours_fen(book: Book) -> int:
    """Money that was put behind the outlet's shutter, what lies in the bulk escrow, and what is still to be paid."""
    return book.owed_fen + book.deposit_fen + sum(pay.out_fen for pay in book.pays if pay.state == "out")


def _footer(look: Look, book: Book) -> tuple[Key, ...]:
    say = look.say
    if book.lies_out:
        return (look.call_staff(), Key(T.CONTINUE, say("I am here, open it"), "right", "primary"))
    if not _goes_on(look, book):
        return (look.call_staff(), Key(T.CONTINUE, say("Pay it out now"), "cash", "primary"))
    back = Key(T.MONEY_BACK, say("No, money back"), "refund")
    return (back, Key(T.CONTINUE, say("Continue", "resume"), "right", "primary"))


def _otherwise(look: Look) -> Words:
    """What happens when nobody answers, told before it happens."""
    window, days = look.shown.machine.window, look.shown.machine.claim_days
    if look.shown.mode.slips:
        return look.say("No answer: a slip with a code pays at window {window}, {n} days.", window=window, n=days)
    return look.say("No answer: a code on this screen pays at window {window}, {n} days.", window=window, n=days)


def _outlets(look: Look, book: Book) -> tuple[tuple[Words, ...], tuple[str, ...]]:
    say, places = look.say, list[tuple[Words, str]]()
    tickets = _goes_on(look, book) or book.lies_out == "tickets"
    if tickets:
        places.append((say("Tickets come out below the screen"), "tickets"))
    if not tickets or change_due(book) or book.put_in_fen > book.due_fen:
        places.append((say("Notes come out to the right of the screen"), "change"))
    return tuple(words for words, _ in places), tuple(opening for _, opening in places)


TITLES = {True: Msg("Continue your purchase?"), False: Msg("Are you here? Take your money")}


LYING = Msg("Are you here? Take your tickets")


def resume(look: Look) -> Printing:
    book = look.shown.sale
    assert book is not None
    say = look.say
    steps = _steps(look, book)
    outlets, openings = _outlets(look, book)
    done = sum(step.state == "done" for step in steps)
    tickets = _goes_on(look, book) or book.lies_out == "tickets"
    amount = formats.amount(book.due_fen if tickets else _yours_fen(book))
    ring = look.until(book.resume_until_ms, book.resume_span_ms)
    return Printing(
        look.chrome("resume", 3 if is_refund(book) else 4, _footer(look, book), ring),
        title=say.msg(LYING if book.lies_out == "tickets" else TITLES[_goes_on(look, book)]),
        steps=steps,
        remaining=say("Power is back after {n} s", n=max(1, book.pause_ms // 1000)),
        percent=min(99, round(100 * done / len(steps))),
        total=say.plural("{amount} · {n} ticket", "{amount} · {n} tickets", len(book.places), amount=amount)
        if tickets
        else say("{amount} · for you", amount=amount),
        outlets=outlets,
        openings=openings,
        stay=_otherwise(look),
        cannot_cancel=NOTHING,
    )


def checking(look: Look) -> Busy:
    """A sale was open when the power failed, and the devices are still being asked about it."""
    say = look.say
    return Busy(
        look.chrome("busy", 4),
        say("The power had failed"),
        say("Please stay. The machine checks where your money and tickets are."),
    )
