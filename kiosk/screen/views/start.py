"""Attract and home: what the machine can do now, and the first question."""

from __future__ import annotations

from kiosk.journey.board import board_stations
from kiosk.journey.roam import has_map
from kiosk.journey.routemap import route_map
from kiosk.media_set import MediaPicture
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.texts import Both, Msg
from kiosk.screen.values import Attract, Home, Key, Notice, Payment, Poster, Priced, Tile, Words
from kiosk.screen.views.look import NOTHING, Look, joined
from kiosk.screen.views.notices import notice_of
from kiosk.screen.views.partial import LINES, kinds_left, partial_notice, why_not_cash

CASH_STATES = {
    "ok": (Msg("Ready"), "ok"),
    "part_change": (Msg("Little change left"), "warn"),
    "no_change": (Msg("No change"), "warn"),
    "off": (Msg("Not now"), "off"),
}
NOTICE_LOOKS = {"urgent": ("danger", "warn"), "important": ("warn", "warn"), "info": ("info", "info")}
"""Urgency of a notice of the station -> level and icon."""
POPULAR = 6
LINE = 46
"""Letters of a line with names."""
TOLD_BELOW_FEN = 500_000
"""A cash limit above this is not worth a word: hardly an order costs so much."""


def payments(look: Look) -> tuple[Payment, ...]:
    """Ways to pay and whether they work now."""
    state, level = CASH_STATES.get(look.shown.mode.cash, CASH_STATES["off"])
    say = look.say
    return (
        Payment("cash", say("Cash"), say.msg(state), level),
        _charge(look, "card", say("Bank card"), ("card",)),
        _charge(look, "qr", say("Phone"), ("code", "scan")),
    )


def _charge(look: Look, icon: str, words: Words, ways: tuple[str, ...]) -> Payment:
    """A way beside cash: it may not be fitted, or not work now."""
    mode, say = look.shown.mode, look.say
    if not set(ways) & set(mode.fitted_ways):
        return Payment(icon, words, say("Not here"), "off")
    state, level = CASH_STATES["ok" if set(ways) & set(mode.other_ways) else "off"]
    return Payment(icon, words, say.msg(state), level)


def cash_notice(look: Look) -> Notice | None:
    """What is only half there, said before anybody begins."""
    mode, say = look.shown.mode, look.say
    limit, left = mode.only_cash_up_to_fen, partial_notice(look)
    if mode.no_way:
        return Notice(say("This machine sells no tickets now"), "warn", "cash", _instead(look))
    if left is not None:
        return left
    if mode.cash == "off":
        return Notice(say("No cash can be taken now"), "warn", "cash", say("Please pay by card or phone"))
    if mode.charge in ("lost", "reversal"):
        return Notice(say("Only cash can be taken now"), "warn", "cash")
    if mode.cash == "no_change" and not mode.other_ways:
        more = say("Please pay the exact amount, or use another machine")
        return Notice(say("This machine cannot give change now"), "warn", "no_change", more)
    if mode.cash == "part_change":
        return Notice(say("Little change left: small notes are best"), "warn", "coin")
    if not mode.slips:
        return Notice(say("No slips can be printed now. Claims are shown on the screen."), "warn", "slip")
    if limit is not None and limit < TOLD_BELOW_FEN:
        return Notice(say("Cash works for orders up to {amount}", amount=formats.price(limit)), "info", "cash")
    return None


def _instead(look: Look) -> Words:
    """Why nothing is sold, and what there is instead."""
    say, why = look.say, why_not_cash(look)
    if look.shown.mode.pickups:
        if why is not None:
            return say("{why}. Tickets bought elsewhere can be collected here.", why=why)
        return say("Tickets bought elsewhere can be collected here")
    if why is not None:
        return say("{why}. Please buy at another machine.", why=why)
    return say("Trains and prices can be looked up. Please buy at another machine.")


def attract(look: Look) -> Attract:
    say, told = look.say, look.shown.machine.bulletin
    usual = say("Please check train, date and station before you pay")
    return Attract(
        look.chrome("attract", notice=cash_notice(look)),
        headline=_headline(look),
        start=Key(T.START, say("Touch to start"), "touch", "primary"),
        payments_title=say("You can pay with"),
        payments=payments(look),
        bulletin=say.both(told) if told.zh else usual,
        posters=tuple(_poster(look, each) for each in look.shown.media.pictures),
        notices=told_now(look),
    )


def _headline(look: Look) -> Words:
    """What the machine is good for now."""
    say, mode = look.say, look.shown.mode
    if mode.no_way:
        return say("Collect your train tickets here") if mode.pickups else say("Look up trains and prices here")
    return say("Buy or collect your train tickets") if mode.pickups else say("Buy your train tickets here")


def _poster(look: Look, picture: MediaPicture) -> Poster:
    caption = look.say.both(Both(picture.caption, picture.caption_english))
    return Poster(f"{picture.sha256}.png", picture.seconds, caption)


def told_now(look: Look) -> tuple[Notice, ...]:
    """What the station wants passengers to know now, the most urgent first."""
    return tuple(
        Notice(look.say.both(Both(each.text, each.english)), *NOTICE_LOOKS[each.urgency])
        for each in look.shown.media.notices
    )


def popular(look: Look, count: int = POPULAR) -> tuple[str, ...]:
    """Stations of the hot list, without this one."""
    return look.shown.index.hot(look.journey.origin)[:count] if look.shown.index else ()


def _named_in_a_line(look: Look) -> list[Both]:
    """The first three popular stations, or as many as fit on one line."""
    names = [look.station(code) for code in popular(look, 3)]
    while len(names) > 1 and sum(len(name.en) for name in names) > LINE:
        names.pop()
    return names


def popular_cells(look: Look) -> tuple[Priced, ...]:
    return tuple(
        Priced(Key(f"{T.STATION}{code}", look.say.both(look.station(code)), role="tile")) for code in popular(look)
    )


def route_map_key(look: Look, role: str) -> Key:
    """To the map, where there is one of this network."""
    words, icon = (look.say("Route map"), "map") if role == "tile" else (look.say("Map"), "")
    key = Key(T.ROUTE_MAP, words, icon, role)
    return key if has_map(route_map(), look.shown.index) else look.later(key)


def _board_key(look: Look, target: str, words: Words, icon: str, stations: tuple[str, ...]) -> Key:
    """To a list without a destination, once the network names the stations whose trains make it."""
    return Key(target, words, icon, "tile", bool(stations), why=look.say("The station list is being fetched"))


def home(look: Look) -> Home:
    say, mode = look.say, look.shown.mode
    presets, here = look.shown.settings.fixed, look.journey.origin
    hot = joined(_named_in_a_line(look), " · ")
    collects = Key(T.COLLECT, say("Collect tickets"), "ticket", "secondary" if presets else "tile")
    footer = (
        collects if presets and mode.pickups else look.later(Key(T.REFUNDS, say("Refunds"), "refund")),
        look.help(),
        Key(T.LANGUAGE, Words("English", "英语") if look.language == "zh" else Words("中文", "Chinese"), "globe"),
    )
    tiles = (
        Tile(
            Key(T.DESTINATION, say("Buy by destination"), "pin", "primary"),
            say("Popular: {names}", names=hot) if hot.en else NOTHING,
        ),
        Tile(Key(T.TRAIN_NUMBER, say("By train number"), "train", "tile")),
        Tile(route_map_key(look, "tile")),
        Tile(_board_key(look, T.NEXT_TRAINS, say("Next departures"), "clock", popular(look, 1))),
        Tile(_board_key(look, T.FIXED, say("Short trips"), "ticket", board_stations(presets, look.shown.index, here)))
        if presets
        else Tile(collects if mode.pickups else look.later(collects)),
    )
    limit = mode.only_cash_up_to_fen
    line = say("Pay with cash")
    if mode.no_way:
        line = say("No sale now")
    elif mode.other_ways:
        line = say.msg(LINES[kinds_left(mode)])
    elif limit is not None and limit < TOLD_BELOW_FEN:
        line = say("Cash up to {amount}", amount=formats.price(limit))
    notice = notice_of(look) or (cash_notice(look) if mode.no_way else partial_notice(look))
    notice = notice or next(iter(told_now(look)), None)
    return Home(
        look.chrome("home", footer=footer, idle=True, notice=notice),
        question=say("Where would you like to go?"),
        tiles=tiles,
        popular_title=say("Popular destinations"),
        popular=popular_cells(look),
        payments=payments(look),
        payments_line=line,
    )
