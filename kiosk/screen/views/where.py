"""From where, to where, by which train: station picker, train number, from and to."""

from __future__ import annotations

from kiosk.journey.choose import page_of
from kiosk.journey.find import USUAL_KINDS, number_keys, number_kinds, numbers_found, picked_stations, pool_of
from kiosk.ports.trips import StationName
from kiosk.screen import targets as T
from kiosk.screen.texts import Both, Msg
from kiosk.screen.values import Key, Notice, StationCell, StationPicker, TrainNumber, Trip, Words
from kiosk.screen.views.look import NOTHING, Look
from kiosk.screen.views.notices import notice_of
from kiosk.screen.views.provinces import province_name
from kiosk.screen.views.start import popular_cells, route_map_key

CELLS = 6
OFTEN = 8
LABELS = {
    "origin": Msg("From", "station"),
    "destination": Msg("To", "station"),
}


def _cell(look: Look, station: StationName) -> StationCell:
    here = station.telecode == look.journey.origin
    why = look.say("You are here") if here else NOTHING
    words = look.say.both(Both(station.name, station.english))
    key = Key(f"{T.STATION}{station.telecode}", words, enabled=not here or look.journey.picking == "origin", why=why)
    return StationCell(key, station.initials.upper(), _arrival(look, station.telecode) if not here else why)


def _arrival(look: Look, code: str) -> Words:
    """When the chosen train gets there."""
    if look.journey.picking != "train":
        return NOTHING
    stop = next((stop for stop in look.journey.stops if stop.station == code), None)
    return look.say("arrives {time}", time=stop.arrive) if stop and stop.arrive else NOTHING


def _province_cells(look: Look, provinces: tuple[str, ...]) -> list[StationCell]:
    return [StationCell(Key(f"{T.PROVINCE}{name}", look.say.both(province_name(name))), "") for name in provinces]


def _tabs(look: Look) -> tuple[Key, ...]:
    say, state = look.say, look.journey
    if state.picking == "train":
        return ()
    named = (("hot", say("Hot")), ("az", say("A–Z")), ("province", say("By province")))
    tabs = [Key(f"{T.TAB}{name}", words, "", "chip", selected=state.tab == name) for name, words in named]
    return (*tabs, route_map_key(look, "chip"))


def picker(look: Look) -> StationPicker:
    say, state, index = look.say, look.journey, look.shown.index
    found: list[StationCell] = []
    if index is not None:
        if state.tab == "province" and not state.province and not state.typed and state.picking != "train":
            found = _province_cells(look, index.provinces())
        else:
            stations = [index.get(code) for code in picked_stations(state, index)]
            found = [_cell(look, station) for station in stations if station is not None]
    page, pages = page_of(found, state.picker_page, CELLS)
    often = index.hot(state.origin)[:OFTEN] if index and state.picking != "train" else ()
    change = Key(T.TRIP, say("Change departure"), "swap")
    footer: tuple[Key, ...] = (look.back(), look.home())
    if look.shown.settings.other_origins and state.picking == "destination":
        footer = (*footer, change)
    label = LABELS.get(state.picking, LABELS["destination"])
    return StationPicker(
        look.chrome("station", 0, footer, idle=True, notice=notice_of(look)),
        label=say.msg(label) if state.picking != "train" else say("To, with {train}", train=state.train),
        typed=state.typed,
        hint=say("Pinyin initials or name"),
        cells=tuple(found[page * CELLS : (page + 1) * CELLS]),
        empty=say("No station matches") if index else say("The station list is being fetched"),
        tabs=_tabs(look),
        letters=index.letters(state.typed, pool_of(state)) if index else "",
        clear=Key(T.CLEAR, say("Clear"), "", "danger", enabled=bool(state.typed), why=say("Nothing typed yet")),
        erase=Key(T.ERASE, say("Erase"), "erase", enabled=bool(state.typed), why=say("Nothing typed yet")),
        previous=Key(T.PREVIOUS, say("Previous"), "up") if page > 0 else None,
        next=Key(T.NEXT, say("Next"), "down") if page < pages - 1 else None,
        often_title=say("Often chosen here") if often else NOTHING,
        often=tuple(Key(f"{T.STATION}{code}", say.both(look.station(code)), role="tile") for code in often),
    )


def _example(look: Look, kinds: tuple[str, ...]) -> Words:
    """A number as they are here."""
    network = look.shown.network
    if network is None or kinds == USUAL_KINDS:
        return look.say("Letter and digits, such as {example}", example="K598")
    first = next((number for number in network.trains if number.startswith(kinds[:1])), network.trains[0])
    return look.say("Such as {example}", example=first)


def number(look: Look) -> TrainNumber:
    say, state, kinds = look.say, look.journey, number_kinds(look.shown.network)
    usable = number_keys(state, look.shown.network)
    found = numbers_found(state, look.shown.network)
    no_way = say("Leads to no train")

    def sign(prefix: str, char: str) -> Key:
        return Key(f"{prefix}{char}", Words(char), enabled=char in usable, why=no_way)

    message = notice_of(look)
    if message is None and state.waiting:
        message = Notice(say("Asking the station where this train stops"), "info", "hourglass")
    if message is None and state.typed and not found:
        message = Notice(say("No train has this number"), "warn", "warn")
    return TrainNumber(
        look.chrome("search.train", 0, (look.back(), look.home()), idle=True),
        label=say("Train number"),
        typed=state.typed,
        hint=_example(look, kinds),
        letters=tuple(sign(T.LETTER, kind) for kind in kinds),
        digits=tuple(sign(T.DIGIT, char) for char in "1234567890"),
        clear=Key(T.CLEAR, say("Clear"), "", "danger", enabled=bool(state.typed), why=say("Nothing typed yet")),
        erase=Key(T.ERASE, say("Erase"), "erase", enabled=bool(state.typed), why=say("Nothing typed yet")),
        date=Key(T.DATE, say.both(look.day(state.date)), "calendar"),
        found=tuple(
            Key(f"{T.NUMBER}{train}", Words(train), "train", "tile", busy=state.waiting and train == state.train)
            for train in found
            if message is None
        ),
        message=message,
        found_title=say("Trains with this number"),
        empty=say("First the letter, then the digits") if kinds else say("Tap the digits of the number"),
    )


def trip(look: Look) -> Trip:
    say, state = look.say, look.journey
    fixed = not look.shown.settings.other_origins
    ready = bool(state.destination)
    missing = say("Choose a destination")
    only_here = say("Only from this station") if fixed else missing
    show = Key(T.SHOW_TRAINS, say("Show trains"), "right", "primary", enabled=ready, why=missing)
    destination = say.both(look.station(state.destination)) if ready else missing
    return Trip(
        look.chrome("search.fromto", 0, (look.back(), look.home(), show), idle=True, notice=notice_of(look)),
        title=say("Your journey"),
        origin=Key(T.ORIGIN, say.both(look.station(state.origin)), "pin", enabled=not fixed, why=only_here),
        destination=Key(T.DESTINATION, destination, "pin"),
        swap=Key(T.SWAP, say("Swap"), "swap", enabled=ready and not fixed, why=only_here),
        date=Key(T.DATE, say.both(look.day(state.date)), "calendar"),
        origin_label=say.msg(LABELS["origin"]),
        destination_label=say.msg(LABELS["destination"]),
        date_label=say("Date"),
        popular_title=say("Popular destinations"),
        popular=popular_cells(look),
    )
