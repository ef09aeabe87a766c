"""State of the machine -> what the passenger sees. Pure: the same `Shown` gives the same screen, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kiosk.journey.state import idle_times
from kiosk.sale.book import S
from kiosk.screen.shown import Shown
from kiosk.screen.values import Printing, Screen, Take
from kiosk.screen.views import notices
from kiosk.screen.views.claim import claim
from kiosk.screen.views.collecting import collect_resuming, collect_taking, collecting, fetching
from kiosk.screen.views.fixed import fixed
from kiosk.screen.views.look import Look
from kiosk.screen.views.pay import MORE_TIME_MS, asks_for_more_time, pay_cash
from kiosk.screen.views.pay_by import pay_by, pay_choice
from kiosk.screen.views.pickup import pickup, pickup_code, pickup_orders
from kiosk.screen.views.progress import printing
from kiosk.screen.views.resume import checking, resume
from kiosk.screen.views.review import LAST_MINUTE_MS, printed_ms, review
from kiosk.screen.views.route import chart_view
from kiosk.screen.views.seat import seat
from kiosk.screen.views.start import attract, home
from kiosk.screen.views.stop import closing, help_screen, holding, out_of_service, thanks
from kiosk.screen.views.take import own_notes, take
from kiosk.screen.views.trains import trains
from kiosk.screen.views.when import calendar
from kiosk.screen.views.where import number, picker, trip

View = Callable[[Look], Screen]

SALE: dict[S, View] = {
    S.LOCKING: holding,
    S.REVIEWING: review,
    S.CHOOSING: pay_choice,
    S.AUTHORISING: pay_by,
    S.COLLECTING: pay_cash,
    S.CLOSING: pay_cash,
    S.CONFIRMING: printing,
    S.ASKING: printing,
    S.KEEPING: printing,
    S.PRINTING: printing,
    S.DUMPING: printing,
    S.DELIVERING: printing,
    S.TICKETS_OUT: take,
    S.TICKETS_AGAIN: printing,
    S.TICKETS_BACK: printing,
    S.GIVING_BACK: printing,
    S.OWN_OUT: own_notes,
    S.PAYING: printing,
    S.COINS: printing,
    S.CHANGE_OUT: take,
    S.CHANGE_AGAIN: printing,
    S.CHANGE_BACK: printing,
    S.CAPTURING: printing,
    S.REVERSING: printing,
    S.SLIP: claim,
    S.CLAIM: claim,
    S.RESUMING: resume,
}
"""Where a sale stands -> its screen. NEW and ENDED have none of their own."""

COLLECTING: dict[S, View] = {
    S.LOCKING: fetching,
    S.REVIEWING: fetching,
    **dict.fromkeys(
        (S.CONFIRMING, S.ASKING, S.PRINTING, S.DUMPING, S.DELIVERING, S.TICKETS_AGAIN, S.TICKETS_BACK), collecting
    ),
    S.TICKETS_OUT: collect_taking,
    S.RESUMING: collect_resuming,
}
"""The same for an order that was bought elsewhere, where its screen is another one: nothing was paid here. A note that somebody
pushes in all the same is given back as in a sale."""

JOURNEY: dict[str, View] = {
    "attract": attract,
    "home": home,
    "station": picker,
    "search.train": number,
    "search.fromto": trip,
    "search.map": chart_view,
    "search.fixed": fixed,
    "next": trains,
    "date": calendar,
    "trains": trains,
    "seat": seat,
    "pickup": pickup,
    "pickup.code": pickup_code,
    "pickup.orders": pickup_orders,
    "thanks": thanks,
}
WITH_HELP = (S.REVIEWING, S.CHOOSING, S.COLLECTING)
"""Help may lie over these, not over their question for more time; elsewhere in a sale something is to be taken or read."""


def view(shown: Shown) -> Screen:
    """What to show now. A running sale goes before everything but service; a machine that cannot sell says why."""
    if shown.service_screen is not None:
        return shown.service_screen
    look, book, state = Look(shown), shown.sale, shown.journey
    if book is not None and book.state in SALE and shown.mode.reason == "starting":
        return checking(look)
    if book is not None and book.state in SALE:
        if state.help and book.state in WITH_HELP and not asks_for_more_time(look, book):
            return help_screen(look)
        screen = (COLLECTING.get(book.state, SALE[book.state]) if book.pickup else SALE[book.state])(look)
        return on_battery(look, screen) if shown.on_battery else screen
    if state.step == "thanks":
        return thanks(look)
    if state.help:
        return help_screen(look)
    if state.step == "sale":
        return holding(look) if book is None or book.state is S.NEW else closing(look)
    if not shown.mode.sells:
        return out_of_service(look)
    return JOURNEY[state.step](look)


def on_battery(look: Look, screen: Screen) -> Screen:
    """The same screen, with words that the power lasts for a while only in the place of those that matter less then."""
    if isinstance(screen, Printing):
        return replace(screen, stay=notices.on_battery(look))
    return replace(screen, check=notices.on_battery(look)) if isinstance(screen, Take) else screen


def next_change_ms(shown: Shown) -> int:
    """Monotonic ms when the screen changes though nothing happens: the clock's minute, a warning, the last minute.

    Never before the change: drawn a millisecond early, a warning would not be there yet and nothing would bring it.
    """
    now = shown.now_mono_ms
    times = [now + round((60_000 - shown.now_wall_ms % 60_000) / shown.rate)]
    idle = idle_times(shown.journey, shown.settings)
    if idle:
        times += [idle.warn_ms, idle.end_ms]
    book = shown.sale
    if book is not None and book.state in SALE:
        if book.patience_until_ms:
            times.append(book.patience_until_ms - int(MORE_TIME_MS / shown.rate))
        if book.lock_until_ms:
            times.append(book.lock_until_ms - int(LAST_MINUTE_MS / shown.rate) + 1)
        if book.state is S.REVIEWING:
            late_ms = book.order.closes_ms - printed_ms(shown.machine, book) - shown.now_wall_ms
            times.append(now + -int(-late_ms // shown.rate))
    return min((time for time in times if time > now), default=now + 60_000)
