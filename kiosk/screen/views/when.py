"""The calendar of the sale window: every day says in a word what it is (ui-guide section 6)."""

from __future__ import annotations

from datetime import date, timedelta

from kiosk.journey.calendar import MonthGrid, SaleWindow, months, parse_day
from kiosk.journey.holidays import holidays
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.texts import Both, Msg
from kiosk.screen.values import Calendar, Day, Key, Month, Words
from kiosk.screen.views.look import NOTHING, Look

STATES = {
    "past": Msg("Past"),
    "today": Msg("Today"),
    "open": Msg("On sale"),
    "chosen": Msg("Chosen"),
    "last": Msg("Last day"),
}
QUICK = (Msg("Today"), Msg("Tomorrow"), Msg("Day after"))
SELLABLE = ("today", "open", "chosen", "last")


def _day(look: Look, window: SaleWindow, chosen: date | None, day: date | None) -> Day:
    if day is None:
        return Day(Key(), "", "blank")
    state = window.state(day, chosen)
    if state == "later":
        words = look.say("on {day}", day=formats.short_day(window.on_sale_from(day)))
    else:
        words = look.say.msg(STATES[state])
    why = NOTHING if state in SELLABLE else words
    key = Key(f"{T.DAY}{day.isoformat()}", words, enabled=state in SELLABLE, selected=state == "chosen", why=why)
    feast = holidays().on(day)
    mark = look.say.both(Both(feast.name, feast.english)) if feast else NOTHING
    return Day(key, str(day.day), state, mark)


def _month(look: Look, window: SaleWindow, chosen: date | None, grid: MonthGrid) -> Month:
    return Month(
        title=look.say.both(formats.month(grid.year, grid.month)),
        heads=tuple(look.say.both(formats.weekday(index)) for index in range(7)),
        weeks=tuple(tuple(_day(look, window, chosen, day) for day in week) for week in grid.weeks),
    )


def calendar(look: Look) -> Calendar:
    say, state, limits = look.say, look.journey, look.shown.limits
    window = SaleWindow(look.clock.date(look.shown.now_wall_ms), limits.sale_days if limits else 1)
    chosen = parse_day(state.date)
    quick: list[Key] = []
    for offset, name in enumerate(QUICK):
        day = window.today + timedelta(days=offset)
        words: Words = say.both(formats.day(day))
        open_ = window.open(day)
        quick.append(Key(f"{T.DAY}{day.isoformat()}", say.msg(name), "", "tile", open_, day == chosen, why=words))
    return Calendar(
        look.chrome("date", 0, (look.back(), look.home()), idle=True),
        origin=say.both(look.station(state.origin)),
        destination=say.both(look.station(state.destination)) if state.destination else NOTHING,
        on_sale=say.plural("{n} day on sale", "{n} days on sale", window.days),
        title=say("Choose the travel date"),
        quick=tuple(quick),
        months=tuple(_month(look, window, chosen, grid) for grid in months(window)),
        note=say("Grey dates are not on sale yet; the on-sale day is shown under them"),
        tip=say("Tap a date to go on"),
    )
