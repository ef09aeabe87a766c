"""search.map: the window on the route map or the list of lines, and the selected station with what the station told of it."""

from __future__ import annotations

from kiosk.journey.choose import cheapest, page_of
from kiosk.journey.roam import ALL_LINES, LISTED_CELLS, corners, moved, other_start, stations_on
from kiosk.journey.routemap import COLUMNS, ROWS, RouteMap, inside, route_map, seen
from kiosk.journey.state import selling_state
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.texts import Both, Msg
from kiosk.screen.values import (
    Key,
    MapCard,
    MapCell,
    MapFact,
    MapName,
    MapPlate,
    MapStretch,
    Words,
)
from kiosk.screen.values import RouteMap as MapScreen
from kiosk.screen.views.look import NOTHING, Look

LONGEST = 20
"""Letters of a name on a key."""
LISTED = ("open", "sold_out", "query_only", "cancelled")
PAN_WORDS = {
    "left": Msg("Move left"),
    "right": Msg("Move right"),
    "up": Msg("Move up"),
    "down": Msg("Move down"),
}


def _names(look: Look, code: str) -> Words:
    return look.say.both(look.station(code))


def _line_words(look: Look, chart: RouteMap, name: str, numbered: bool = True) -> Words:
    line = chart.lines[name]
    ahead = f"{line.number} " if numbered else ""
    return look.say.both(Both(ahead + line.name, ahead + line.english))


def _here(look: Look, code: str) -> Words:
    """What is said of the station the journey begins at."""
    if code != look.journey.origin:
        return NOTHING
    return look.say("You are here") if code == look.shown.machine.station else look.say("From", "station")


def _plates(look: Look, chart: RouteMap, known: frozenset[str]) -> tuple[MapPlate, ...]:
    state, found = look.journey, []
    for code, place in chart.level(state.zoom).stations.items():
        at = inside(place, state.at) if code in known else None
        if at is None:
            continue
        here, chosen = code == state.origin, code == state.plate
        note = _here(look, code)
        key = Key(f"{T.PLATE}{code}", _names(look, code), "", "tile", not here, chosen, why=note)
        found.append(MapPlate(key, *at, "here" if here else "chosen" if chosen else "open", note))
    return tuple(sorted(found, key=lambda plate: (plate.y, plate.x)))


def _areas(look: Look, chart: RouteMap, known: frozenset[str]) -> tuple[Key, ...]:
    names = {region.english: Both(region.name, region.english) for region in chart.areas}
    here, keys = look.journey.at, list[Key]()
    for name, corner in corners(chart, known, look.journey.zoom):
        chosen = corner == here and not any(key.selected for key in keys)
        keys.append(Key(f"{T.AREA}{name}", look.say.both(names[name]), "", "chip", selected=chosen))
    return tuple(keys)


def _pans(look: Look, chart: RouteMap) -> tuple[Key, ...]:
    state, index = look.journey, look.shown.index
    end = look.say("The map ends here")
    return tuple(
        Key(f"{T.PAN}{way}", look.say.msg(words), way, enabled=moved(state, chart, index, way) != state.at, why=end)
        for way, words in PAN_WORDS.items()
    )


def _zooms(look: Look) -> tuple[Key, ...]:
    near = look.journey.zoom == "near"
    why = look.say("The map has two sizes")
    out = Key(f"{T.ZOOM}out", look.say("Main stations"), "zoom_out", enabled=near, why=why)
    return (out, Key(f"{T.ZOOM}in", look.say("All stations"), "zoom_in", enabled=not near, why=why))


def _cells(look: Look, chart: RouteMap, known: frozenset[str]) -> tuple[MapCell, ...]:
    """All lines with their ends, or the stations of one in order."""
    state, level, cells = look.journey, chart.near, []
    if state.listed == ALL_LINES:
        for name in chart.lines_of(known):
            calls = [code for code in level.calls(name) if code in known]
            first, last = look.station(calls[0]), look.station(calls[-1])
            ends = look.say.both(Both(f"{first.zh} – {last.zh}", f"{first.en} – {last.en}"))
            key = Key(f"{T.LINE}{name}", _line_words(look, chart, name, numbered=False))
            cells.append(MapCell(key, str(chart.lines[name].number), chart.lines[name].tone, ends))
    elif state.listed in chart.lines:
        for code in level.calls(state.listed):
            if code in known:
                here = code == state.origin
                why = _here(look, code)
                chosen = code == state.plate
                key = Key(f"{T.PLATE}{code}", _names(look, code), "", "tile", not here, chosen, why=why)
                cells.append(MapCell(key, "", chart.lines[state.listed].tone, why))
    return tuple(cells)


def _detour(look: Look) -> tuple[str, str]:
    """Without a direct train: (other station of the city to begin at, station to change at); empty where none helps."""
    state, chart, index = look.journey, route_map(), look.shown.index
    if chart.share_a_line(state.origin, state.plate):
        return "", ""  # there are trains, only not now
    start = other_start(chart, index, state.origin, state.plate) if look.shown.settings.other_origins else ""
    return start, "" if start else chart.change_at(state.origin, state.plate, stations_on(chart, index))


def _no_train(look: Look) -> Words:
    start, change = _detour(look)
    if start:
        return look.say("No direct train from here; from {station} there may be", station=look.station(start))
    if change:
        return look.say("No direct train: change at {station}, two tickets", station=look.station(change))
    return look.say("No direct train any more on this day")


def _card(look: Look) -> MapCard | None:
    """What the train list of the day says of the selected station."""
    say, state = look.say, look.journey
    if not state.plate:
        return None
    words = _names(look, state.plate)
    if state.listing in ("loading", "idle"):
        return MapCard(words, "", NOTHING, "loading", message=say("Asking the station for trains and prices"))
    if state.listing == "offline":
        told = say("The station does not answer. Please try again in a moment.")
        return MapCard(words, "", NOTHING, "offline", message=told)
    offers = [o for o in state.offers if selling_state(o, look.shown.now_wall_ms) in LISTED]
    if not offers:
        return MapCard(words, "", NOTHING, "none", message=_no_train(look))
    prices = [lowest for lowest in map(cheapest, offers) if lowest is not None]
    quick = look.say.text("Fastest {time}", time=formats.duration(min(offer.minutes for offer in offers)))
    day = look.day(state.date)
    facts = (
        MapFact("clock", say.both(quick)),
        MapFact("train", say.plural("{n} train, {day}", "{n} trains, {day}", len(offers), day=day)),
        MapFact("swap", say("Direct, no change")),
    )
    price = formats.price(min(prices)) if prices else ""
    return MapCard(words, price, say("from", "price") if prices else say("Price unknown"), "list", facts)


def _go(look: Look, card: MapCard | None) -> Key:
    say = look.say
    if card is None:
        return Key(T.GO, say("See trains"), "right", "primary", enabled=False, why=say("Tap a station first"))
    if card.state == "none":
        start, change = _detour(look)
        if start:
            return Key(
                f"{T.FROM}{start}", say("From {station}", "map", station=look.station(start)), "right", "primary"
            )
        if change:
            return Key(
                f"{T.PLATE}{change}", say("To {station}", "map", station=look.station(change)), "right", "primary"
            )
        return Key(T.DATE, say("Another day"), "calendar", "primary")
    there = look.station(look.journey.plate)
    long = max(len(there.zh), len(there.en)) > LONGEST  # the card right above says which
    words = say("See trains") if long else say("To {station}", "map", station=there)
    return Key(T.GO, words, "right", "primary")


def chart_view(look: Look) -> MapScreen:
    say, state, chart = look.say, look.journey, route_map()
    known = stations_on(chart, look.shown.index)
    level, mode = chart.level(state.zoom), "lines" if state.listed == ALL_LINES else "calls" if state.listed else "map"
    at, card = state.at, _card(look)
    cells = _cells(look, chart, known)
    page, pages = page_of(cells, state.picker_page, LISTED_CELLS)
    turn = (
        Key(T.PREVIOUS, say("Previous"), "up", enabled=page > 0, why=say("This is the first page")),
        Key(T.NEXT, say("Next"), "down", enabled=page < pages - 1, why=say("This is the last page")),
    )
    titles = {"map": say("Tap your destination"), "lines": say("Choose a line")}
    title = titles.get(mode) or _line_words(look, chart, state.listed)
    other = Key(T.LISTED, say("Line list"), "list", "chip")
    if mode != "map":
        back = say("Back to the map") if mode == "lines" else say("All lines")
        other = Key(T.LISTED, back, "map" if mode == "lines" else "list", "chip")
    shown = mode == "map"
    tones = {name: line.tone for name, line in chart.lines.items()}
    return MapScreen(
        look.chrome("search.map", 0, (look.back(), look.home(), _go(look, card)), idle=True),
        title=title,
        mode=mode,
        areas=_areas(look, chart, known) if shown else (),
        columns=COLUMNS,
        rows=ROWS,
        stretches=tuple(
            MapStretch(tones[each.line], (*each.start, *each.end), each.lane) for each in seen(level, at)
        ) if shown else (),
        names=tuple(
            MapName(_line_words(look, chart, line), tones[line], *place)
            for line, places in level.names.items()
            for named in places
            if shown and (place := inside(named, at)) is not None
        ),
        plates=_plates(look, chart, known) if shown else (),
        pan=_pans(look, chart) if shown else turn if pages > 1 else (),
        zoom=_zooms(look) if shown else (),
        other=other,
        cells=cells[page * LISTED_CELLS : (page + 1) * LISTED_CELLS],
        card=card,
        hint=say("Tap a station: its price and its trains are shown here"),
    )  # fmt: skip
