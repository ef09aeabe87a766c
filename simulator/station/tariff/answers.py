"""What the tariff answers to single questions: a fare, the taper, minimum distances, how a fare is made up, factors, a child.

Words are those of `words`; `on` is the day of sale. Wrong questions raise NotUnderstood or ValueError, days and names without
a rule NoRule (`simulator.station.dated`). Source: fares and rules, sections 1 and 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from simulator.station.dated import Step
from simulator.station.tariff.book import Tariff, our_tariff
from simulator.station.tariff.data import COMPONENTS, Component
from simulator.station.tariff.distance import fare_km, weighted_percent_km
from simulator.station.tariff.emu import EmuRide
from simulator.station.tariff.engine import ADULT, price_of
from simulator.station.tariff.money import number
from simulator.station.tariff.ordinary import FURTHEST_KM, FareSection, OrdinaryRide
from simulator.station.tariff.words import Item, class_words, item_words, passenger_words, plain, train_words

MOST_TICKETS = 10_000


@dataclass(frozen=True, slots=True)
class FareAsked:
    """`km` along the route (1 to 20,000); `train` and `seat_class` as in `fast, new air-con` and `hard seat`."""

    km: int
    train: str
    seat_class: str
    on: date
    tickets: int = 1
    passenger: str = ADULT


@dataclass(frozen=True, slots=True)
class FareAnswer:
    """Fen; `steps` are of one ticket and add up to `each_fen`."""

    total_fen: int
    each_fen: int
    steps: tuple[Step, ...]


def ride_of(km: int, train: str, seat_class: str) -> OrdinaryRide | EmuRide:
    """The ride that the words mean. Raises NotUnderstood, ValueError."""
    kind = train_words(train)
    name = class_words(seat_class, on_emu=bool(kind.profile))
    if kind.profile:
        return EmuRide(kind.profile, name, km)
    return OrdinaryRide((FareSection(km),), kind.supplement, kind.aircon, name)


def fare(asked: FareAsked, tariff: Tariff | None = None) -> FareAnswer:
    """The fare of `asked.tickets` equal tickets (1.1): 1,225 km, fast, new air-con, hard seat is 152.5 yuan from 2013 on."""
    if not 1 <= asked.tickets <= MOST_TICKETS:
        raise ValueError(f"{asked.tickets} tickets: 1 to {MOST_TICKETS}")
    ride = ride_of(_km(asked.km), asked.train, asked.seat_class)
    price = price_of(tariff or our_tariff(), ride, passenger_words(asked.passenger), asked.on)
    return FareAnswer(price.total_fen * asked.tickets, price.total_fen, price.steps)


@dataclass(frozen=True, slots=True)
class TaperAnswer:
    """`tapered`: some kilometre costs less than the base rate; `weighted_km` is the sheet's U; `steps` say the rule."""

    tapered: bool
    weighted_km: Fraction
    steps: tuple[Step, ...]


def taper(km: int, on: date, tariff: Tariff | None = None) -> TaperAnswer:
    """How `km` weigh, without mileage sections (1.3)."""
    rule = (tariff or our_tariff()).ordinary(on).taper
    weighted = Fraction(weighted_percent_km(_km(km), rule.rows), 100)
    return TaperAnswer(weighted < km, weighted, (rule.step(f"{km} km weigh {number(weighted)} km"),))


@dataclass(frozen=True, slots=True)
class MinimumAnswer:
    """By ticket (`seat aircon express berth`): the least distance, and what `km` are charged as: the middle of their mileage
    section, but not less than that."""

    least_km: dict[Component, int]
    charged_km: dict[Component, int]
    steps: tuple[Step, ...]


def minimum_distance(km: int, on: date, tariff: Tariff | None = None) -> MinimumAnswer:
    """Minimum distances (1.4): 5 km are charged as 20 km of seat and air-conditioning, 100 of express, 400 of berth."""
    rules = (tariff or our_tariff()).ordinary(on)
    middle = fare_km(_km(km), rules.sections.rows)
    least = {one: rules.minimum.km[one] for one in COMPONENTS}
    charged = {one: max(middle, least[one]) for one in COMPONENTS}
    did = ", ".join(f"{one} {charged[one]} km" for one in COMPONENTS)
    return MinimumAnswer(least, charged, (rules.minimum.step(f"{km} km: {did}"),))


@dataclass(frozen=True, slots=True)
class TripSection:
    """Part of a trip in one class, `hard` or `soft` (further words after it are allowed: `soft seat`)."""

    km: int
    seat_class: str


@dataclass(frozen=True, slots=True)
class ComponentsAnswer:
    """The tickets of a trip as (name, km): one hard seat for the whole and the difference on each soft section."""

    components: tuple[tuple[str, int], ...]


def fare_components(trip_km: int, sections: Sequence[TripSection]) -> ComponentsAnswer:
    """How a trip partly hard, partly soft is sold (requirements RULE-F3). A trip soft all the way is one soft seat.

    Raises ValueError when the sections are not the trip.
    """
    if sum(_km(section.km) for section in sections) != trip_km:
        raise ValueError(f"the sections have {sum(section.km for section in sections)} km, the trip {trip_km}")
    soft = [(section.km, _is_soft(section.seat_class)) for section in sections]
    if all(is_soft for _, is_soft in soft):
        return ComponentsAnswer((("soft_seat", trip_km),))
    differences = tuple(("soft_minus_hard", km) for km, is_soft in soft if is_soft)
    return ComponentsAnswer((("hard_seat", trip_km), *differences))


def _is_soft(words: str) -> bool:
    return class_words(words if "seat" in plain(words) else f"{words} seat", on_emu=False) == "soft_seat"


@dataclass(frozen=True, slots=True)
class DiscountAnswer:
    """What is paid of each item, in the order asked; 1 where nothing is taken off."""

    factors: tuple[Fraction, ...]
    steps: tuple[Step, ...]


def discount(passenger: str, items: Sequence[str], on: date, tariff: Tariff | None = None) -> DiscountAnswer:
    """The factor of a kind of passenger for each ticket (3): disabled soldier, berth: one half; student, berth: 1."""
    name = passenger_words(passenger)
    wanted = [(item_words(item), item) for item in items]
    if name == ADULT:
        return DiscountAnswer(tuple(Fraction(1) for _ in wanted), ())
    rule = (tariff or our_tariff()).concession(name, on)
    percents = [rule.share(item, _class_of(item, words)) for item, words in wanted]
    did = ", ".join(f"{item} {percent} %" for (item, _), percent in zip(wanted, percents, strict=True))
    return DiscountAnswer(tuple(Fraction(percent, 100) for percent in percents), (rule.step(did),))


ANY_BERTH = ("berth", "sleeper", "卧铺", "卧铺票")


def _class_of(item: Item, words: str) -> str:
    """The class an item belongs to, as concessions name it; empty: of any."""
    if item == "emu":
        return class_words(words, on_emu=True) if plain(words) != "emu" else "second"
    if item == "berth":
        return "" if plain(words) in ANY_BERTH else class_words(words, on_emu=False).rpartition("_")[0]
    return item if item in ("hard_seat", "soft_seat") else ""


@dataclass(frozen=True, slots=True)
class ChildAnswer:
    """What a child pays, by ticket (`seat express aircon berth`): the factor, tickets at 0 left out."""

    pays: dict[Component, Fraction]
    steps: tuple[Step, ...]


def child(free: bool, own_berth: bool, aircon: bool, on: date, tariff: Tariff | None = None) -> ChildAnswer:
    """What a child pays (3.1): a free one nothing, in a berth of its own the berth in full and half the air-conditioning ticket;
    others half of seat, express and air-conditioning tickets and their berth in full. `free` is decided by height or age."""
    if free and not own_berth:
        return ChildAnswer({}, ())
    rule = (tariff or our_tariff()).concession("free_child_in_berth" if free else "child", on)
    percent = rule.percent
    shares: dict[Component, int] = {"seat": percent.seat, "express": percent.express}
    shares |= {"aircon": percent.aircon} if aircon else {}
    shares |= {"berth": percent.berth} if own_berth else {}
    pays = {part: Fraction(share, 100) for part, share in shares.items() if share}
    return ChildAnswer(pays, (rule.step(", ".join(f"{part} {share} %" for part, share in shares.items())),))


def _km(km: int) -> int:
    if not 1 <= km <= FURTHEST_KM:
        raise ValueError(f"{km} km: a trip has 1 to {FURTHEST_KM} km")
    return km
