"""Places as people name them: coach, row and letter, berth; and the row of seats they lie in."""

from __future__ import annotations

import re

from kiosk.ports.trips import LockedPlace, OrderedPlace
from kiosk.screen.texts import Both, Msg
from kiosk.screen.values import SeatLetter, Words
from kiosk.screen.views.look import Look, joined

POSITIONS = {
    "window": Msg("Window", "position"),
    "aisle": Msg("Aisle", "position"),
    "middle": Msg("Middle", "position"),
    "lower": Msg("Lower berth"),
    "middle_berth": Msg("Middle berth"),
    "upper": Msg("Upper berth"),
    "standing": Msg("Standing", "position"),
}
NO_SEAT = Both("无座", "No seat")
ROWS = ("ABC|DF", "AC|DF", "AC|F", "A|CF", "A|F")
"""Letters of a row from window to window, the aisle as a bar; the first row that has all letters is taken."""
BERTHS = {"L": "下", "M": "中", "U": "上"}
SEAT = re.compile(r"(\d+)([A-F])")
BERTH = re.compile(r"(\d+)([LMU])")


def place_name(place: LockedPlace | OrderedPlace) -> Both:
    """`12A` in both languages; a berth `03L` is `03下` in Chinese; who stands has none."""
    if not place.place:
        return NO_SEAT
    berth = BERTH.fullmatch(place.place)
    return Both(berth[1] + BERTHS[berth[2]], place.place) if berth else Both(place.place, place.place)


def position(look: Look, place: LockedPlace) -> Words:
    return look.say.msg(POSITIONS[place.position]) if place.position in POSITIONS else Words()


def coach_words(look: Look, places: tuple[LockedPlace, ...]) -> Words:
    """`05 车` / `Coach 05`; several coaches in the order of the places."""
    coaches = list(dict.fromkeys(place.coach for place in places))
    if not coaches:
        return Words()
    names = joined((Both(coach, coach) for coach in coaches), ", ")
    return look.say("Coach {coach}", coach=names) if len(coaches) == 1 else look.say("Coaches {coach}", coach=names)


def seat_row(look: Look, places: tuple[LockedPlace, ...]) -> tuple[SeatLetter, ...]:
    """The row of seats with the held ones marked; empty unless all places are seats of one row and coach."""
    seats = [match for place in places if (match := SEAT.fullmatch(place.place))]
    rows = {(place.coach, match[1]) for place, match in zip(places, seats, strict=False)}
    if len(seats) != len(places) or len(rows) != 1:
        return ()
    held = {match[2] for match in seats}
    layout = next((row for row in ROWS if held <= set(row)), None)
    if layout is None:
        return ()
    window = SeatLetter("", "window", look.say.msg(POSITIONS["window"]))
    aisle = SeatLetter("", "aisle", look.say.msg(POSITIONS["aisle"]))
    middle = [
        aisle if letter == "|" else SeatLetter(letter, "chosen" if letter in held else "free") for letter in layout
    ]
    return (window, *middle, window)
