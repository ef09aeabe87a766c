"""search.fixed: the preset stations of the short-distance mode, each with the price of its next train. One tap is the choice."""

from __future__ import annotations

from kiosk.journey.board import board_stations, soonest
from kiosk.journey.choose import cheapest
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.values import FixedCell, FixedGrid, Key
from kiosk.screen.views.card import family_of
from kiosk.screen.views.look import NOTHING, Look
from kiosk.screen.views.notices import notice_of


def _cell(look: Look, code: str) -> FixedCell:
    say, state = look.say, look.journey
    words = say.both(look.station(code))
    offer = soonest(state.offers, code, look.shown.now_wall_ms)
    if offer is None:
        waiting = code in state.asking or state.listing == "loading"
        why = say("Asking the station") if waiting else say("No train any more today")
        if state.listing == "offline":
            why = say("Price unknown")
        key = Key(f"{T.STATION}{code}", words, "", "tile", enabled=False, why=why)
        return FixedCell(key, "", why, "", "", "loading" if waiting else "none")
    price = formats.price(cheapest(offer) or 0)
    leaves = say("leaves {time}", time=offer.depart)
    key = Key(f"{T.STATION}{code}", words, "", "tile")
    return FixedCell(key, price, leaves, offer.train, family_of(offer.kind), "open")


def fixed(look: Look) -> FixedGrid:
    say, state = look.say, look.journey
    codes = board_stations(look.shown.settings.fixed, look.shown.index, state.origin)
    retry = Key(T.SHOW_TRAINS, say("Try again"), "refund", "primary", enabled=not state.waiting, busy=state.waiting)
    other = Key(T.DESTINATION, say("Another station"), "pin")
    last = retry if state.listing == "offline" else other
    return FixedGrid(
        look.chrome("search.fixed", 0, (look.back(), look.home(), last), idle=True, notice=notice_of(look)),
        origin=say.both(look.station(state.origin)),
        title=say("Short trips: tap where you are going"),
        cells=tuple(_cell(look, code) for code in codes),
        note=say("Adult fare of the next train; other fares follow on the next screen")
        if state.listing != "offline"
        else NOTHING,
    )
