"""The part of the journey that finds out where to and when: stations, train numbers, dates."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from itertools import takewhile
from zoneinfo import ZoneInfo

from kiosk.journey.asks import Ask, AskStops, Now
from kiosk.journey.calendar import SaleWindow, parse_day, station_day
from kiosk.journey.search import StationIndex, squashed
from kiosk.journey.state import JourneySettings, JourneyState
from kiosk.ports.station import TrainStops
from kiosk.ports.trips import Limits, Network

LONGEST_NAME = 20
LONGEST_NUMBER = 12
USUAL_KINDS = ("G", "D", "C", "Z", "T", "K")
MOST_KINDS = 10
KINDS = {"G": "GC", "D": "D", "K": "KTZYLPS"}
"""Kind filter of our own trains -> kinds of trains it shows."""
OUR_KINDS = frozenset("".join(KINDS.values()))
"""So many keys fit in a row."""
TABS = ("hot", "az", "province")


def pool_of(state: JourneyState) -> tuple[str, ...] | None:
    """Stations that may be picked: those a chosen train reaches after this one, or None for all."""
    if state.picking != "train":
        return None
    codes = [stop.station for stop in state.stops]
    return tuple(codes[codes.index(state.origin) + 1 :]) if state.origin in codes else ()


def picked_stations(state: JourneyState, index: StationIndex) -> tuple[str, ...]:
    """What the picker's cells offer now, best first; empty when nothing fits."""
    pool = pool_of(state)
    if state.typed:
        return index.find(state.typed, pool)
    if pool is not None:
        return tuple(code for code in pool if code in index)
    if state.tab == "az":
        return index.alphabetic
    if state.tab == "province":
        return index.of_province(state.province)
    return index.hot(state.origin)


def numbers_found(state: JourneyState, network: Network | None, most: int = 6) -> tuple[str, ...]:
    """Train numbers that begin with what was typed, the exact one first."""
    typed = state.typed.upper()
    if network is None or not typed:
        return ()
    found = [number for number in network.trains if number.upper().startswith(typed)]
    return tuple(sorted(found, key=lambda number: (len(number), number))[:most])


def number_kinds(network: Network | None) -> tuple[str, ...]:
    """What numbers begin with, one key each: always the same six where the network has no others, else what it has, most trains
    first (`ICE`, `IC`, `EC`); nothing where numbers are bare digits."""
    return _kinds(network.trains) if network else USUAL_KINDS


def head_of(number: str) -> str:
    """What a train number begins with before its digits; empty where it is bare digits."""
    return "".join(takewhile(str.isalpha, number))


@lru_cache(maxsize=2)
def filter_kinds(trains: tuple[str, ...]) -> tuple[str, ...]:
    """Kinds the train list can be narrowed to: our own where most of the numbers are ours, else the most frequent heads of a
    network; none where there is nothing to tell apart."""
    heads = Counter(map(head_of, trains))
    ours = sum(count for head, count in heads.items() if head in OUR_KINDS)
    if not trains or ours > len(trains) - heads[""] - ours:
        return tuple(KINDS)
    heads.pop("", None)
    found = sorted(heads, key=lambda head: (-heads[head], head))[: len(KINDS)]
    return tuple(found) if len(heads) > 1 else ()


@lru_cache(maxsize=2)
def _kinds(trains: tuple[str, ...]) -> tuple[str, ...]:
    heads = Counter(map(head_of, trains))
    del heads[""]
    if not trains or (heads and heads.keys() <= set(USUAL_KINDS)):
        return USUAL_KINDS
    return tuple(sorted(heads, key=lambda head: (-heads[head], head))[:MOST_KINDS])


def number_keys(state: JourneyState, network: Network | None) -> frozenset[str]:
    """Kinds and digits that, typed next, still lead to a train."""
    typed = state.typed.upper()
    trains = [number for number in network.trains if number.startswith(typed)] if network else []
    kinds = {kind for kind in number_kinds(network) if any(number.startswith(typed + kind) for number in trains)}
    return frozenset(kinds | {number[len(typed)] for number in trains if number[len(typed) :][:1].isdigit()})


class Finding:
    """Mixed into `Journey`: uses its state, index and network."""

    settings: JourneySettings
    state: JourneyState
    zone: ZoneInfo
    network: Network | None
    limits: Limits | None
    index: StationIndex | None

    def _go(self, step: str) -> None:
        raise AttributeError("given by Journey")

    def _today(self, now: Now) -> str:
        raise AttributeError("given by Journey")

    def _ask(self, now: Now) -> Ask:
        raise AttributeError("given by Journey")

    # -- stations

    def _open_picker(self, picking: str) -> list[Ask]:
        self._go("station")
        self.state = replace(self.state, picking=picking, typed="", tab="hot", province="", picker_page=0)
        return []

    def _pick_destination(self, _: str, now: Now) -> list[Ask]:
        self.state = replace(self.state, train="", available=False)
        return self._open_picker("destination")

    def _pick_origin(self, _: str, now: Now) -> list[Ask]:
        return self._open_picker("origin") if self.settings.other_origins else []

    def _trip(self, _: str, now: Now) -> list[Ask]:
        self._go("search.fromto")
        self.state = replace(self.state, date=self.state.date or self._today(now), train="")
        return []

    def _swap(self, _: str, now: Now) -> list[Ask]:
        state = self.state
        if self.settings.other_origins and state.destination:
            self.state = replace(state, origin=state.destination, destination=state.origin)
        return []

    def _choose_station(self, code: str, now: Now) -> list[Ask]:
        if self.index is None or code not in self.index:
            return []
        state = self.state
        if state.step == "station" and state.picking == "origin":
            destination = "" if state.destination == code else state.destination
            self.state = replace(state, origin=code, destination=destination)
            self._go("search.fromto")
            return []
        pool = pool_of(state) if state.step == "station" else None
        if code == state.origin or (pool is not None and code not in pool):
            return []
        train = state.train if pool is not None else ""
        self.state = replace(state, destination=code, train=train, available=False)
        return self._show_trains("", now)

    def _show_trains(self, _: str, now: Now) -> list[Ask]:
        if not self.state.destination or self.state.destination == self.state.origin:
            return []
        self._go("trains")
        self.state = replace(
            self.state, date=self.state.date or self._today(now), listing="loading", offers=(), page=0, kind="",
            departs="", sort="depart", chosen="",
        )  # fmt: skip
        return [self._ask(now)]

    def _type_station(self, letter: str, now: Now) -> list[Ask]:
        state = self.state
        if len(letter) == 1 and squashed(letter) and len(state.typed) < LONGEST_NAME:
            self.state = replace(state, typed=state.typed + letter.upper(), tab="az", picker_page=0)
        return []

    def _erase(self, _: str, now: Now) -> list[Ask]:
        typed = self.state.typed
        whole = self.state.step == "search.train" and typed.isalpha()  # one key typed them all
        self.state = replace(self.state, typed="" if whole else typed[:-1], picker_page=0, notice="")
        return []

    def _clear(self, _: str, now: Now) -> list[Ask]:
        self.state = replace(self.state, typed="", picker_page=0, notice="")
        return []

    def _tab(self, name: str, now: Now) -> list[Ask]:
        if name in TABS:
            self.state = replace(self.state, tab=name, typed="", province="", picker_page=0)
        return []

    def _province(self, name: str, now: Now) -> list[Ask]:
        self.state = replace(self.state, tab="province", province=name, typed="", picker_page=0)
        return []

    def _picker_previous(self, _: str, now: Now) -> list[Ask]:
        self.state = replace(self.state, picker_page=max(0, self.state.picker_page - 1))
        return []

    def _picker_next(self, _: str, now: Now) -> list[Ask]:
        self.state = replace(self.state, picker_page=self.state.picker_page + 1)  # the view knows the last page
        return []

    # -- train numbers

    def _ask_number(self, _: str, now: Now) -> list[Ask]:
        self._go("search.train")
        self.state = replace(
            self.state, typed="", train="", date=self.state.date or self._today(now), listing="idle", available=False
        )
        return []

    def _type_number(self, sign: str, now: Now) -> list[Ask]:
        state = self.state
        known = sign in number_kinds(self.network) or (len(sign) == 1 and sign.isascii() and sign.isalnum())
        if known and len(state.typed) + len(sign) <= LONGEST_NUMBER:
            self.state = replace(state, typed=state.typed + sign.upper(), notice="")
        return []

    def _choose_number(self, number: str, now: Now) -> list[Ask]:
        """Which stations does it call at? The answer opens the picker with those it can reach from here."""
        state = self.state
        if self.network is None or number not in self.network.trains:
            return []
        self.state = replace(
            state, typed=number, train=number, notice="", request=state.request + 1, asked_ms=now.mono_ms,
            waiting=True, listing="loading", asking=(),
        )  # fmt: skip
        return [AskStops(self.state.request, number, state.date)]

    def _stops_known(self, fact: TrainStops, now: Now) -> None:
        self.state = replace(self.state, waiting=False, listing="idle", stops=fact.stops)
        if self.state.step not in ("search.train", "next"):
            return
        codes = [stop.station for stop in fact.stops]
        if not codes:
            self.state = replace(self.state, notice="no_such_train")
        elif self.state.origin not in codes[:-1]:
            self.state = replace(self.state, notice="not_here")
        else:
            self._open_picker("train")

    # -- dates

    def _open_calendar(self, _: str, now: Now) -> list[Ask]:
        self._go("date")
        return []

    def _choose_day(self, text: str, now: Now) -> list[Ask]:
        day = parse_day(text)
        if day is None or self.limits is None:
            return []
        if not SaleWindow(station_day(now.wall_ms, self.zone), self.limits.sale_days).open(day):
            return []
        self.state = replace(self.state, date=text)
        came_from = self.state.trail[-1] if self.state.trail else "home"
        if came_from in ("search.train", "search.fromto"):
            self._go(came_from)
            return []
        return self._show_trains("", now)
