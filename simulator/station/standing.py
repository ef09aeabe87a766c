"""Standing tickets: the right to ride without a seat, sold when the seats of the class are gone, in a coach that is named.

How many may stand is the network's (`standing.yaml`), what it costs the tariff's; whoever the rule of the day gives no price for a
class stands in it no more. Source: seat inventory, section 6; station-api sheet, standing tickets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from simulator.station.layout import Layout
from simulator.station.prices import Prices
from simulator.station.runs import RunClass, Runs
from simulator.station.seats.standing import Standing
from simulator.station.tariff.data import StandingFare
from simulator.station.tariff.money import part_fen
from simulator.station.timetable import Trip
from simulator.station.wire import Refused

POSITION = "standing"


@dataclass(frozen=True, slots=True)
class Room:
    """How many more may stand over a trip whose seats are gone, and by which rule they pay."""

    standing: Standing
    rule: StandingFare
    left: int


def standing_room(trip: Trip, run: RunClass, prices: Prices, runs: Runs, seller: str, sold_on: date) -> Room | None:
    """None while there are seats for this seller, where nobody may stand, or when no rule says what it costs."""
    stock, rule = runs.of(run), prices.standing(run.seat_class, sold_on)
    if stock.standing is None or not any(stock.standing.per_segment) or rule is None:
        return None
    if stock.left(trip.a, trip.b, runs.sellers[seller]):
        return None
    return Room(stock.standing, rule, stock.standing.left(trip.a, trip.b))


def refuse_standing(room: Room | None, seats_left: int) -> None:
    """Refuses seats_left while there are seats, and sold_out where nobody may stand."""
    if seats_left:
        raise Refused(409, "seats_left", "there are seats: nobody has to stand", left=seats_left)
    if room is None:
        raise Refused(409, "sold_out", "no standing tickets in this class", left=0)


def told(
    room: Room, trip: Trip, layout: Layout, run: RunClass, kinds: tuple[str, ...], prices: Prices, sold_on: date
) -> dict[str, Any]:
    """The part of a class's offer: how many, what it costs and why, the coaches, and each section with its capacity."""
    seats = prices.quote(trip, run.seat_class, "", kinds, sold_on)
    costs = {kind: part_fen(fen, room.rule.percent_of_seat[run.seat_class]) for kind, fen in seats.items()}
    stops, names = trip.train.stops, coach_names(layout)
    by_coach = room.standing.left_by_coach(trip.a, trip.b)
    on_board = room.standing.on_board()
    return {
        "left": room.left,
        "price_fen": costs["adult"],
        "prices": costs,
        "rule": room.rule.id,
        "text": {"zh": room.rule.text.zh, "en": room.rule.text.en},
        "coaches": [
            {"coach": name, "left": min(left, room.left)} for name, left in zip(names, by_coach, strict=True) if left
        ],
        "sections": [
            {
                "from": stops[segment].station,
                "to": stops[segment + 1].station,
                "capacity": room.standing.per_segment[segment],
                "on_board": on_board[segment],
            }
            for segment in range(trip.a, trip.b)
        ],
    }


def without_seat(
    trip: Trip,
    layout: Layout,
    chosen: Sequence[int],
    seat_class: str,
    passengers: Sequence[str],
    prices: Prices,
    sold_on: date,
) -> list[dict[str, Any]]:
    """What is told of the coaches that were chosen, in the order of the passengers; as `locks.offered` of places."""
    rule, names = prices.standing(seat_class, sold_on), coach_names(layout)
    assert rule is not None  # `refuse_standing` has asked
    percent = rule.percent_of_seat[seat_class]
    costs: Mapping[str, int] = prices.quote(trip, seat_class, "", tuple(dict.fromkeys(passengers)), sold_on)
    return [
        {
            "index": index,
            "coach": names[coach],
            "place": "",
            "position": POSITION,
            "passenger": passenger,
            "price_fen": part_fen(costs[passenger], percent),
        }
        for index, (coach, passenger) in enumerate(zip(chosen, passengers, strict=True))
    ]


def coach_names(layout: Layout) -> list[str]:
    """Coaches of a class in the order in which standing tickets count them."""
    return list(dict.fromkeys(place.coach for place in layout.places))


def use_of(standing: Standing | None, layout: Layout) -> dict[str, Any] | None:
    """How full a run is of people who stand, by section and by coach; None where nobody may."""
    if standing is None or not (any(standing.per_segment) or standing.tickets):
        return None
    rows = zip(coach_names(layout), standing.per_coach, standing.loads, strict=True)
    return {
        "capacity": list(standing.per_segment),
        "on_board": standing.on_board(),
        "coaches": [{"coach": name, "capacity": room, "on_board": list(loads)} for name, room, loads in rows],
    }
