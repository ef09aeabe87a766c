"""Screens that sell nothing: out of service with its reason, starting, a wait with a limit, thanks, help."""

from __future__ import annotations

from dataclasses import replace

from kiosk.sale.book import S
from kiosk.screen import targets as T
from kiosk.screen.shown import Elsewhere
from kiosk.screen.texts import Both, Msg
from kiosk.screen.values import Busy, Figure, Help, InfoCard, Key, Notice, OutOfService, Words
from kiosk.screen.views.look import NOTHING, Look

REASONS: dict[str, tuple[Msg, Msg]] = {
    "closed": (Msg("Closed for now"), Msg("This machine opens again with the station.")),
    "fault": (Msg("This machine has a fault"), Msg("A technician is needed.")),
    "offline": (Msg("No connection to the station"), Msg("Seats cannot be held without it.")),
    "cash_full": (Msg("The cash box is full"), Msg("It must be exchanged first.")),
    "door_open": (Msg("The machine is open"), Msg("Staff are working on it.")),
    "no_paper": (Msg("This machine has no ticket paper"), Msg("A new roll is needed.")),
    "no_mains": (Msg("Mains power has failed"), Msg("The machine runs on battery and sells nothing now.")),
    "remote_stop": (Msg("Stopped by the station"), Msg("Please use another machine or a counter.")),
    "emergency": (Msg("Please leave the station now"), Msg("Follow the staff and the signs to the exit.")),
    "starting": (Msg("One moment, please"), Msg("The machine is starting and checks its devices.")),
}
COUNTERS = (
    Elsewhere("counter", "ok", Both("人工窗口", "Ticket counters"), Both("售票大厅内", "In the ticket hall")),
    Elsewhere("phone", "tint", Both("手机购票", "Buy by phone"), Both("刷证进站", "Enter with your ID")),
)
"""Told when config names no other machine."""
THANKS: dict[str, tuple[Msg, Msg]] = {
    "": (Msg("Thank you. Have a good journey!"), Msg("Please check that you have everything.")),
    "cancelled": (Msg("The order was cancelled"), Msg("Nothing was charged.")),
    "refunded": (Msg("Your money was given back"), Msg("The order has ended. No tickets were sold.")),
    "coins": (Msg("Thank you. Your coins are in the cup"), Msg("The cup is below the note slot")),
    "sent_back": (Msg("Your payment was sent back"), Msg("It goes to where it came from")),
    "unpaid": (Msg("Your payment came to nothing"), Msg("You were not charged. Please pay at a ticket window.")),
    "going_back": (Msg("Your payment is being sent back"), Msg("Please keep the slip or the code.")),
    "claim": (Msg("Please keep your claim code"), Msg("It is paid at the window.")),
}
BUSY_MS = 10_000
STEPS = (
    ("pin", Msg("1 Choose"), Msg("Destination, train and class")),
    ("lock", Msg("2 Check"), Msg("Your seats are held while you pay")),
    ("cash", Msg("3 Pay"), Msg("Notes of 1 to 100 yuan, one at a time")),
    ("ticket", Msg("4 Take"), Msg("Tickets first, then the change")),
)


def out_of_service(look: Look) -> OutOfService:
    say, shown, mode = look.say, look.shown, look.shown.mode
    reason = mode.reason if mode.reason in REASONS else "fault"
    headline, detail = REASONS[reason]
    starting, leaving = reason == "starting", reason == "emergency"
    chip = say("Starting") if starting else say("Out of service")
    back = say("Back at about {time}", time=look.clock.time(mode.back_ms)) if mode.back_ms else NOTHING
    told = say("Please call staff if you need help")
    if mode.told_ms:
        told = say("Staff were told at {time}", time=look.clock.time(mode.told_ms))
    cards = tuple(
        InfoCard(other.icon, other.level, say.both(other.title), say.both(other.line), say.both(other.note))
        for other in shown.machine.elsewhere or COUNTERS
    )
    station = look.station(shown.machine.station).of(look.language)
    facts = [Figure(say("Machine"), f"{station} {shown.machine.id}", "brand")]
    if mode.why:
        facts.append(Figure(say("Fault code"), " ".join(mode.why[:3]), "brand"))
    facts.append(Figure(say("Help line"), shown.machine.help_line, "brand"))
    footer = (Key(T.SERVICE, say("Staff"), "wrench"), look.call_staff("primary"))
    return OutOfService(
        look.chrome("oos", footer=footer),
        reason=reason,
        chip=chip,
        headline=say.msg(headline),
        detail=say.msg(detail),
        back_at=back,
        assurance=Notice(
            say("No money of yours is inside"), "ok", "shield", say("Whatever was owed is on a slip or on record.")
        ),
        elsewhere_title=NOTHING if leaving else say("You can buy here"),
        elsewhere=() if leaving else cards,
        told=told,
        facts=tuple(facts),
    )


def _busy(look: Look, words: Words, more: Words, step: int | None = None) -> Busy:
    return Busy(look.chrome("busy", step), words, more)


def holding(look: Look) -> Busy:
    """The lock is asked for: at most the link's time-outs."""
    say, state = look.say, look.journey
    limit = look.until(state.touched_ms + BUSY_MS, round(BUSY_MS * look.shown.rate))
    chrome = look.chrome("busy", 2)
    return Busy(chrome, say("Holding your seats"), say("The station answers in a moment. Nothing is charged."), limit)


def closing(look: Look) -> Busy:
    return _busy(look, look.say("One moment, please"), look.say("The last step is being finished."), 4)


def thanks(look: Look) -> Busy:
    words, more = THANKS.get(look.journey.notice, THANKS[""])
    return replace(_busy(look, look.say.msg(words), look.say.msg(more)), icon="check")


def help_screen(look: Look) -> Help:
    say, shown = look.say, look.shown
    cards = [InfoCard(icon, "tint", say.msg(title), say.msg(line)) for icon, title, line in STEPS]
    cards.append(
        InfoCard("refund", "ok", say("Cancel any time"), say("Before all is paid your money is given back in full"))
    )
    cards.append(InfoCard("access", "ok", say("Easier to read"), say("High contrast in the header, large text below")))
    call = Notice(say("Need a person?"), "info", "bell", say("Press Call staff or ring {n}", n=shown.machine.help_line))
    if shown.help.call == "calling":
        at = look.clock.time(shown.help.at_ms)
        call = Notice(say("Staff were called at {time}", time=at), "ok", "bell", say("Somebody will come to you."))
    elif shown.help.call == "coming":
        call = Notice(say("Staff are on their way"), "ok", "bell")
    large = Key(T.LARGE_TEXT, say("Large text"), "access", selected=look.journey.large_text)
    footer, book = (look.back(), large, look.call_staff("primary")), shown.sale
    in_sale = book is not None and book.state not in (S.NEW, S.ENDED)
    ring = look.until(book.patience_until_ms, book.patience_span_ms) if book and book.patience_until_ms else None
    return Help(
        look.chrome("help", footer=footer, ring=ring if in_sale else None, idle=not in_sale),
        title=say("How to buy a ticket"),
        cards=tuple(cards),
        call=call,
    )
