"""Paying without notes: the choice of a way, the code for a phone, what a card or a phone that is scanned asks for."""

from __future__ import annotations

from dataclasses import replace

from kiosk.ports.payment import PaymentStep
from kiosk.sale.book import Book
from kiosk.screen import formats, qr
from kiosk.screen import targets as T
from kiosk.screen.texts import Msg
from kiosk.screen.values import Deadline, Figure, Key, Notice, PayCard, PayChoice, PayCode, PayWay, Screen, Step, Words
from kiosk.screen.views.card import held_words, journey_card
from kiosk.screen.views.look import NOTHING, Look
from kiosk.screen.views.partial import why as why_off
from kiosk.screen.views.pay import CHANGE, dialog, no_more_charges, ticket_words
from kiosk.screen.views.review import LAST_MINUTE_MS, last_minute, rounding_words

DECLINED = {
    "cancelled": Msg("You cancelled the payment"),
    "timeout": Msg("The time to pay is over"),
    "funds": Msg("There is not enough money in the account"),
    "pin": Msg("The PIN was not right"),
    "pin_tries": Msg("The PIN was wrong too often"),
    "expired": Msg("The card has expired"),
    "card": Msg("The card could not be read"),
    "unsupported": Msg("It cannot be used here"),
    "amount": Msg("It is not allowed for this amount"),
    "closed": Msg("It is closed for payments now"),
    "declined": Msg("It was refused"),
    "other": Msg("It was refused"),
    "card_kept": Msg("Your card was not taken: it lies safe inside"),
    "card_wanted": Msg("Your bank had the card kept in this machine"),
}
INSIDE = {
    "card_kept": Msg("Nothing was paid. Please call staff for your card."),
    "card_wanted": Msg("Nothing was paid. Please ask your bank."),
}
"""Who has a card in the machine is told where it can be had back."""
WAYS = {
    "cash": (T.PAY_CASH, Msg("Cash"), "cash", Msg("Notes, with change")),
    "card": (T.PAY_CARD, Msg("Bank card"), "card", Msg("Insert or tap your card")),
    "code": (T.PAY_CODE, Msg("Scan with your phone"), "qr", Msg("A code appears on this screen")),
    "scan": (T.PAY_SCAN, Msg("Show your payment code"), "phone", Msg("Hold your phone to the reader")),
}
CODE_MS = 120_000
"""How long a code is there to be scanned, usually: what the ring is drawn of."""
PIN_DIGITS = 6
STEPS = (Msg("Waiting for scan"), Msg("Confirm", "step"), Msg("Paid", "step"))
ASKED = {
    "": ("wait", Msg("One moment, please"), Msg("The payment is being prepared")),
    "card": ("card", Msg("Insert or tap your card"), Msg("The reader is below the screen")),
    "card_busy": ("wait", Msg("The card is being read"), Msg("Please leave it where it is")),
    "pin": ("pin", Msg("Enter your PIN on the keypad"), Msg("Cover the keypad with your hand")),
    "remove": ("remove", Msg("Please take your card"), Msg("The bank has answered")),
    "scan": ("scan", Msg("Show your payment code"), Msg("Hold your phone to the reader")),
    "phone": ("scan", Msg("Confirm on your phone"), Msg("The phone asks you to confirm")),
    "waiting": ("wait", Msg("The bank is being asked"), Msg("Please wait and do not pay again")),
}
"""Step of the payment -> picture, what to do, where."""
KEPT = Msg("A card left here is kept by this machine")
"""At a reader that pulls it in when the time is over."""
SAFE = (Msg("Your PIN is encrypted inside the keypad"), Msg("This screen never asks you to type a PIN on it"))


def _amount(look: Look, book: Book) -> Figure:
    return Figure(look.say("Amount"), formats.amount(book.due_fen), "brand", rounding_words(look, book))


def _declined(look: Look, book: Book) -> Notice | None:
    """Why the last one came to nothing; nobody has lost any money then."""
    line = book.charge
    if line is None or line.state != "declined":
        return None
    words = look.say.msg(DECLINED.get(line.reason, DECLINED["other"]))
    if line.reason in INSIDE:
        return Notice(words, "warn", "card", look.say.msg(INSIDE[line.reason]))
    return Notice(words, "warn", "warn", look.say("Nothing was paid. Please choose again."))


def _way(look: Look, book: Book, way: str) -> PayWay:
    say, mode = look.say, look.shown.mode
    target, words, icon, hint = WAYS[way]
    why, said = NOTHING, say.msg(hint)
    if way == "cash":
        if mode.cash == "off":
            why = why_off(look, way) or say("No cash can be taken now")
        elif look.left_ms(book.lock_until_ms) < LAST_MINUTE_MS:
            why = say("Too little time is left")
        elif mode.cash_limit_fen is not None and book.due_fen > mode.cash_limit_fen:
            why = say("Cash works up to {amount}", amount=formats.price(mode.cash_limit_fen))
        elif mode.cash != "ok":
            said = say.msg(CHANGE[mode.cash][0])
    elif mode.charge == "reversal":
        why = say("An earlier payment is still being sent back")
    elif way not in mode.other_ways:
        why = why_off(look, way) or say("Not now")
    else:
        why = no_more_charges(look, book)
    return PayWay(Key(target, say.msg(words), icon, "tile", enabled=why == NOTHING, why=why), why if why.main else said)


def pay_choice(look: Look) -> PayChoice:
    book = look.shown.sale
    assert book is not None
    say = look.say
    cancel = Key(T.CANCEL, say("Cancel order"), "cross", "danger")
    asked = dialog(look, book, cancel)
    ring = look.until(book.patience_until_ms, book.patience_span_ms) if book.patience_until_ms and not asked else None
    notice = last_minute(look, book) or _declined(look, book)
    return PayChoice(
        look.chrome("pay.choice", 3, (cancel, look.help()), ring, asked, notice),
        journey=journey_card(look, book.order, book.order.seat_class),
        tickets=ticket_words(look, book),
        lock_words=held_words(look, book.order),
        lock=look.until(book.lock_until_ms, book.lock_span_ms),
        title=say("How would you like to pay?"),
        total=_amount(look, book),
        ways=tuple(_way(look, book, way) for way in ("cash", *look.shown.mode.fitted_ways)),
        once=say("One order is paid in one way"),
    )


def step_of(look: Look, book: Book) -> PaymentStep:
    """What the payment under way asks for now; nothing yet of one that has just begun."""
    step, line = look.shown.charge_step, book.charge
    number = line.payment if line is not None else 0
    return step if step is not None and step.payment == number else PaymentStep(number, "")


def pay_by(look: Look) -> Screen:
    """The screen of the way that was chosen."""
    book = look.shown.sale
    assert book is not None
    line = book.charge
    return _code(look, book) if line is None or line.way == "code" else _card(look, book)


def _footer(look: Look, book: Book) -> tuple[Key, ...]:
    """A payment that was given up still has its word to say."""
    say = look.say
    given_up = book.charge is not None and book.charge.withdrawn
    wait = say("Checking whether you have paid")
    cancel = Key(T.CANCEL, say("Cancel order"), "cross", "danger", enabled=not given_up, why=wait)
    other = Key(T.OTHER_WAY, say("Pay another way"), "swap", enabled=not given_up, why=wait)
    return cancel, other


def _limit(look: Look, book: Book, step: PaymentStep) -> Deadline:
    return look.until(step.until_ms or min(book.charge_until_ms, book.lock_until_ms), CODE_MS)


def _code(look: Look, book: Book) -> PayCode:
    say, step = look.say, step_of(look, book)
    given_up = book.charge is not None and book.charge.withdrawn
    shown = step.step == "code" and bool(step.text) and not given_up
    limit = _limit(look, book, step)
    if given_up:
        title, wait = say("One moment, please"), say("Checking whether you have paid")
    elif step.step == "phone":
        title, wait = say("Confirm on your phone"), say("This screen goes on when it is paid")
    else:
        title = say("Scan with your phone to pay") if shown else say("One moment, please")
        wait = say("The code is being made") if step.step != "waiting" else say("The payment service is being asked")
    at = 1 if step.step == "phone" or given_up else 0
    return PayCode(
        look.chrome("pay.code", 3, _footer(look, book), None if given_up else limit, notice=last_minute(look, book)),
        journey=journey_card(look, book.order, book.order.seat_class),
        tickets=ticket_words(look, book),
        lock_words=held_words(look, book.order),
        lock=look.until(book.lock_until_ms, book.lock_span_ms),
        title=title,
        amount=_amount(look, book),
        expires_words=say("Expires in"),
        expires=limit,
        code=qr.rows(step.text) if shown else (),
        wait=NOTHING if shown else wait,
        below=say("Not paid in time: choose again, nothing is lost"),
        steps=tuple(
            Step(say.msg(words), "done" if place < at else "current" if place == at else "todo")
            for place, words in enumerate(STEPS)
        ),
        once=say("Pay once, then wait for this screen"),
    )


def _card(look: Look, book: Book) -> PayCard:
    say, step = look.say, step_of(look, book)
    given_up = book.charge is not None and book.charge.withdrawn
    out = step.step == "remove"  # whoever gave up has a card in there still
    picture, title, where = ASKED.get("waiting" if given_up and not out else step.step, ASKED[""])
    pin = picture == "pin"
    ring = None if picture == "wait" else _limit(look, book, step)
    footer = _footer(look, book)
    if picture == "remove":
        if step.until_ms:
            where = KEPT
        footer = tuple(replace(key, enabled=False, why=say("Please take your card")) for key in footer)
    return PayCard(
        look.chrome("pay.card", 3, footer, ring, notice=last_minute(look, book)),
        journey=journey_card(look, book.order, book.order.seat_class),
        tickets=ticket_words(look, book),
        lock_words=held_words(look, book.order),
        lock=look.until(book.lock_until_ms, book.lock_span_ms),
        title=say.msg(title),
        amount=_amount(look, book),
        picture=picture,
        icon="phone" if _scanned(book) else "card",
        ask=_card_words(look, book),
        where=say.msg(where),
        typed=min(step.typed, PIN_DIGITS) if pin else 0,
        digits=PIN_DIGITS if pin else 0,
        typed_words=say("{n} of {most} entered", n=min(step.typed, PIN_DIGITS), most=PIN_DIGITS) if pin else NOTHING,
        lines=tuple(say.msg(line) for line in SAFE) if pin else (say("Pay once, then wait for this screen"),),
    )


def _card_words(look: Look, book: Book) -> Words:
    return look.say("Phone") if _scanned(book) else look.say("Bank card")


def _scanned(book: Book) -> bool:
    return book.charge is not None and book.charge.way == "scan"
