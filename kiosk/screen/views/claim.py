"""What the machine owes: the claim with its code, shown until it was printed or seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from kiosk.sale.book import Book, S
from kiosk.sale.lines import ChargeLine, Claim
from kiosk.screen import formats, qr
from kiosk.screen import targets as T
from kiosk.screen.texts import Msg
from kiosk.screen.values import Busy, ClaimScreen, Figure, InfoCard, Key, Notice, Words
from kiosk.screen.views.look import Look

UNCERTAIN: dict[str, Msg] = {
    "note_jammed": Msg("A note is stuck inside"),
    "note_unknown": Msg("It must be checked where a note is"),
    "pay_unknown": Msg("It must be counted how much came out"),
    "coins_unknown": Msg("It must be counted how many coins fell"),
    "tickets_unknown": Msg("It must be checked where the tickets are"),
    "reversal": Msg("Your payment could not be sent back"),
}
"""Reason of a claim that says "at most" -> words."""
NOT_TAKEN = Msg("What was not taken is kept for you")
POWER = Msg("The power failed during the sale")
ABSENT = Msg("Nothing is paid out when nobody may be here")
DISPENSER = Msg("The notes could not be paid out")
NO_CHANGE = Msg("Not enough notes of the right kind")
SLIP_STATES = {
    "none": (Msg("No slip can be printed: please keep the code"), "warn"),
    "printing": (Msg("The slip is being printed"), "info"),
    "printed": (Msg("Please take your slip"), "ok"),
    "failed": (Msg("No slip can be printed: please keep the code"), "warn"),
}


def reason_words(book: Book, claim: Claim) -> Msg:
    """Why this is owed and was not paid. Why the order ended is another question (`why_ending`), told elsewhere."""
    if claim.reason in UNCERTAIN:
        return UNCERTAIN[claim.reason]
    if book.deposit_forgotten or book.tickets_in("retracted") or any(pay.state == "retracted" for pay in book.pays):
        return NOT_TAKEN
    if book.why_ending == "restart":
        return POWER
    if book.failures - {"", "empty"}:
        return DISPENSER
    return ABSENT if book.absent else NO_CHANGE


def code_content(machine: str, claim: Claim) -> str:
    """What the 2-D code of a claim says: what the window needs to find it."""
    return f"TVM1;{machine};{claim.code};{claim.amount_fen}"


def _figures(look: Look, book: Book) -> tuple[Figure, ...]:
    """Due − paid out = owed, when that is the whole story; otherwise only what is owed."""
    say = look.say
    owed = Figure(say("We owe you"), formats.amount(book.claims_fen), "brand")
    due = book.ours_fen + book.charged_fen + book.kept_fen + book.uncertain_in_fen - book.delivered_fen
    if due <= 0 or due - book.paid_out_fen != book.claims_fen:
        return (owed,)
    return (
        Figure(say("Due to you"), formats.amount(due)),
        Figure(say("Paid out"), formats.amount(book.paid_out_fen)),
        owed,
    )


def _chips(look: Look, book: Book, claim: Claim) -> tuple[Notice, ...]:
    say = look.say
    chips = [Notice(say.msg(reason_words(book, claim)), "warn", "info")]
    taken = len(book.tickets_in("taken"))
    if taken:
        chips.insert(0, Notice(say.plural("{n} ticket taken", "{n} tickets taken", taken), "ok", "check"))
    for line in book.going_back:
        chips.append(
            Notice(say("{amount} is still being sent back", amount=formats.amount(line.amount_fen)), "info", "refund")
        )
    return tuple(chips)


def _lines(look: Look, book: Book) -> tuple[str, ...]:
    machine, say = look.shown.machine, look.say
    place = f"{look.station(machine.station).of(look.language)} · {say('Ticket machine').main} {machine.id}"
    others = [f"{formats.code(other.code)} {formats.amount(other.amount_fen)}" for other in book.claims[1:]]
    lines = [place, f"{look.clock.stamp(look.shown.now_wall_ms)} · {book.key}"]
    if others:
        lines.append(say("Further codes: {codes}", codes=", ".join(others)).main)
    return tuple(lines)


def _ways(look: Look) -> tuple[InfoCard, ...]:
    say, machine = look.say, look.shown.machine
    return (
        InfoCard("counter", "tint", say("Window {n}", n=machine.window), say("Cash at once")),
        InfoCard("qr", "tint", say("Keep the code"), say("A photo will do")),
        InfoCard("call", "tint", say("Call {n}", n=machine.help_line), say("Quote the code")),
    )


def _title(look: Look, book: Book) -> Words:
    amount = formats.amount(book.claims_fen)
    if all(claim.exact for claim in book.claims):
        return look.say("We owe you {amount} and will pay it back", amount=amount)
    return look.say("We owe you up to {amount} and will pay it back", amount=amount)


def _valid(look: Look) -> Words:
    """Claims are valid for `claim_days` everywhere (decision 5)."""
    days = look.shown.machine.claim_days
    until = (look.clock.date(look.shown.now_wall_ms) + timedelta(days=days)).isoformat()
    return look.say("Valid until {date}, {n} days", date=until, n=days)


def payment_content(machine: str, line: ChargeLine) -> str:
    """What the 2-D code of a slip about a reversal says."""
    return f"TVM1R;{machine};{line.code};{line.payment};{line.amount_fen}"


def going_back(look: Look, book: Book, line: ChargeLine) -> ClaimScreen:
    """Nothing is owed: the other side of a payment has not said yet that it went back, and is asked until it does."""
    say, amount = look.say, formats.amount(line.amount_fen)
    base = _slip_screen(look, book, line)
    done = line.state == "reversed"
    title = say("Your payment of {amount} has gone back", amount=amount)
    if not done:
        title = say("Your payment of {amount} is being sent back", amount=amount)
    machine = look.shown.machine
    ways = (
        InfoCard("check", "tint", say("Nothing to do"), say("It has gone back"))
        if done
        else InfoCard("clock", "tint", say("By itself"), say("The bank is asked")),
        InfoCard("qr", "tint", say("Keep the code", "payment"), say("A photo will do")),
        InfoCard("call", "tint", say("Call {n}", n=machine.help_line), say("Quote the code", "payment")),
    )
    state = (
        Notice(say("Gone back"), "ok", "check") if done else Notice(say("No answer from the bank yet"), "warn", "clock")
    )
    return replace(
        base,
        title=title,
        figures=(Figure(say("Gone back to you") if done else say("Goes back to you"), amount, "brand"),),
        chips=(state,),
        slip_title=say("Payment slip"),
        code_label=say("Code"),
        valid=say("Not in your account in 3 days? Please call"),
        ways_title=say("What happens now"),
        ways=ways,
        assurance=Notice(
            say("You are not charged this amount"),
            "ok",
            "shield",
            say("It stays on record, even without power."),
        ),
    )


def see_staff(look: Look, book: Book) -> Busy:
    """The passenger has left: the code is on the slip and on record, not on the screen of whoever comes next (rule O)."""
    say, window = look.say, look.shown.machine.window
    limit = look.until(book.patience_until_ms, book.patience_span_ms) if book.patience_until_ms else None
    footer = (Key(T.CLAIM_DONE, say("Home"), "home", enabled=book.state is S.CLAIM), look.call_staff("primary"))
    more = say(
        "A purchase was interrupted by a power cut. If it was yours, it is paid at window {window}.", window=window
    )
    return Busy(look.chrome("busy", footer=footer), say("Please see staff"), more, limit, "bell")


def claim(look: Look) -> ClaimScreen | Busy:
    book = look.shown.sale
    assert book is not None
    if book.unattended:
        return see_staff(look, book)
    if not book.claims and book.charge is not None:
        return going_back(look, book, book.charge)
    main = book.claims[0] if book.claims else Claim("", 0, "")
    return replace(_slip_screen(look, book, main), figures=_figures(look, book), chips=_chips(look, book, main))


def _slip_screen(look: Look, book: Book, main: Claim | ChargeLine) -> ClaimScreen:
    """What the slip says, for a claim or a payment; the words of a claim."""
    say = look.say
    text, level = SLIP_STATES.get(main.slip, SLIP_STATES["none"])
    printing = book.state is S.SLIP or main.slip == "printing"
    again = Key(
        T.SLIP_AGAIN, say("Print again"), "printer", enabled=not printing and look.shown.mode.slips,
        why=say("The slip is being printed") if printing else say("No slip can be printed"),
    )  # fmt: skip
    done = Key(
        T.CLAIM_DONE, say("I have my slip") if main.slip == "printed" else say("I have the code"), "check", "primary",
        enabled=not printing, why=say("The slip is being printed"),
    )  # fmt: skip
    machine = look.shown.machine.id
    content = code_content(machine, main) if isinstance(main, Claim) else payment_content(machine, main)
    ring = look.until(book.patience_until_ms, book.patience_span_ms) if book.patience_until_ms else None
    return ClaimScreen(
        look.chrome("receipt", 4 if book.confirmed else 3, (again, look.call_staff(), done), ring),
        title=_title(look, book),
        figures=(),
        chips=(),
        slip_title=say("Claim slip"),
        slip_lines=_lines(look, book),
        amount_label=say("Amount"),
        amount=formats.amount(main.amount_fen),
        code_label=say("Claim code"),
        code=formats.code(main.code),
        valid=_valid(look),
        qr=qr.rows(content),
        qr_words=say("Scan it to keep it"),
        slip_state=Notice(say.msg(text), level, "check" if level == "ok" else "slip"),
        ways_title=say("Three ways to get your money"),
        ways=_ways(look),
        assurance=Notice(
            say("It is written down for good"),
            "ok",
            "shield",
            say("Your money stays on record, even without power."),
        ),
    )
