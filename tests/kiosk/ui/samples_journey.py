"""Samples of the map, the boards and the offers instead: real views of the real network, at a machine in Beijing West."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import yaml

from kiosk.journey.flow import Journey
from kiosk.journey.state import JourneySettings, JourneyState
from kiosk.ports.station import LockRefused, LockUncertain, NetworkKnown, SessionGranted, StationLost, TrainsListed
from kiosk.ports.trips import Named, Network, Offer, StationName
from kiosk.screen.shown import MachineSeen, ModeSeen, Shown
from kiosk.screen.values import Screen
from kiosk.screen.view import view
from tests.kiosk.screen import world
from tests.kiosk.screen.world import (
    CLOCK,
    HOUR_MS,
    LIMITS,
    MONO_MS,
    PASSENGERS,
    TEXTS,
    WALL_MS,
    books,
    class_offer,
    now,
    offer,
)

STATIONS = Path(__file__).parents[3] / "config" / "network" / "stations.yaml"
FIXED = ("ZAP", "GMP", "BMP", "DOP", "ZHP", "SJP", "TJP", "HSP", "TNV")
SETTINGS = JourneySettings("BXP", fixed=FIXED)
CLASSES = (
    Named("O", "二等座", "2nd class"),
    Named("M", "一等座", "1st class"),
    Named("9", "商务座", "Business"),
    Named("1", "硬座", "Hard seat"),
    Named("3", "硬卧", "Hard sleeper"),
)


@cache
def network() -> Network:
    """The stations of config, as the station computer names them."""
    raw = yaml.safe_load(STATIONS.read_text("utf-8"))
    names = tuple(
        StationName(code, row["name"], "", "", row["english"], row["city"], row["province"])
        for code, row in raw["stations"].items()
    )
    return Network("1", names, tuple(raw["hot"]), CLASSES, PASSENGERS, ("G71", "G89", "D705", "K598"))


def journey(language: str) -> Journey:
    made = Journey(SETTINGS)
    made.hear(NetworkKnown(network()), now())
    made.hear(SessionGranted("BXP", WALL_MS, LIMITS), now())
    made.touch("start", now())
    if language != made.state.language:
        made.touch("language", now())
    return made


def shown(state: JourneyState, wall_ms: int = WALL_MS) -> Screen:
    made = journey("zh")
    return view(
        Shown(
            now_wall_ms=wall_ms, now_mono_ms=MONO_MS + 6_000, machine=MachineSeen("T07", "BXP"), mode=ModeSeen(True),
            journey=state, settings=SETTINGS, texts=TEXTS, clock=CLOCK, network=network(), index=made.index, limits=LIMITS,
        )
    )  # fmt: skip


def trains_to(code: str, *, sold: bool = False) -> tuple[Offer, ...]:
    """A day's trains to a station."""
    left = 0 if sold else 64
    rows = (
        offer("G6731", "G", HOUR_MS // 2, 71, class_offer("O", 12_850, left), class_offer("M", 20_550, 12)),
        offer("G89", "G", HOUR_MS, 67, class_offer("O", 12_850, 3), class_offer("M", 20_550, 16), class_offer("9", 40_450, 2)),
        offer("D2003", "D", 2 * HOUR_MS, 84, class_offer("O", 8_150, 40), class_offer("M", 9_800, 9)),
        offer("G6733", "G", 3 * HOUR_MS, 76, class_offer("O", 12_850, 88), class_offer("M", 20_550, 23)),
        offer("K598", "K", 4 * HOUR_MS, 160, class_offer("1", 4_350, 99), class_offer("3", 9_750, 21)),
        offer("Z1", "Z", 6 * HOUR_MS, 150, class_offer("1", 4_350, 5)),
    )  # fmt: skip
    return tuple(replace(row, destination=code) for row in rows)


def answered(made: Journey, offers: tuple[Offer, ...]) -> Journey:
    made.hear(TrainsListed(made.state.request, WALL_MS, offers), now())
    return made


def maps(language: str) -> dict[str, JourneyState]:
    found: dict[str, JourneyState] = {}
    made = journey(language)
    made.touch("route_map", now())
    found["search.map-empty"] = made.state
    made.touch("plate:GMP", now())
    found["search.map-loading"] = made.state
    found["search.map-none"] = answered(made, ()).state
    made.touch("plate:BMP", now())
    made.hear(StationLost("timeout"), now())
    found["search.map-offline"] = made.state
    made.touch("pan:right", now())
    made.touch("plate:AOH", now())
    found["search.map-other"] = answered(made, ()).state
    made.touch("pan:left", now())
    made.touch("plate:BDP", now())
    found["search.map"] = answered(made, trains_to("BDP")).state
    made.touch("area:Xi'an", now())
    found["search.map-west"] = made.state
    made.touch("zoom:out", now())
    found["search.map-far"] = made.state
    made.touch("listed", now())
    found["search.map-lines"] = made.state
    made.touch("line:jingguang_hs", now())
    made.touch("plate:SJP", now())
    found["search.map-calls"] = answered(made, trains_to("SJP")).state
    return found


def boards(language: str) -> dict[str, JourneyState]:
    found: dict[str, JourneyState] = {}
    made = journey(language)
    made.touch("fixed", now())
    prices = {"ZAP": 3, "GMP": 4, "BMP": 6, "DOP": 8, "ZHP": 11, "SJP": 12, "TJP": 5, "HSP": 13, "TNV": 20}
    for at, (code, tens) in enumerate(prices.items()):
        cell = class_offer("O", tens * 1_050, 50)
        train = offer(f"G{6701 + 2 * at}", "G", HOUR_MS + at * 300_000, 30, cell, destination=code)
        if at == 5:
            found["search.fixed-loading"] = made.state
        answered(made, (train,) if code != "HSP" else ())
    found["search.fixed"] = made.state
    made = journey(language)
    made.touch("fixed", now())
    made.hear(StationLost("timeout"), now())
    found["search.fixed-offline"] = made.state
    made = journey(language)
    made.touch("next_trains", now())
    ends = ("ZAF", "WHN", "CWQ", "IZQ", "EAY", "TNV", "HHC")
    for step, code in enumerate(made.state.asking):
        number, kind = (f"G{61 + 2 * step}", "G") if step % 3 else (f"K{601 + 2 * step}", "K")
        seats = class_offer("O" if step % 3 else "1", 21_000 + 4_550 * step, (64, 7, 0)[step % 3])
        train = offer(number, kind, HOUR_MS // 3 * (step + 1), 120 + 55 * step, seats, destination=code)
        answered(made, (replace(train, km=400 + step),) if code in ends else ())
    found["trains-next"] = made.state
    return found


def troubles(language: str) -> dict[str, JourneyState]:
    """What goes wrong before money, and what is offered then."""
    found: dict[str, JourneyState] = {}

    def selling(adults: int) -> Journey:
        made = journey(language)
        made.touch("station:SJP", now())
        answered(made, trains_to("SJP"))
        made.touch("train:G6731", now())
        for _ in range(adults - 1):
            made.touch("plus:adult", now())
        made.touch("hold", now())
        return made

    made = selling(3)
    made.hear(LockRefused("k", "sold_out", 2), now())
    found["seat-fewer"] = made.state
    made = selling(1)
    made.hear(LockRefused("k", "sold_out", 0), now())
    found["trains-instead"] = answered(made, trains_to("SJP", sold=True)).state
    made.touch("decline", now())
    found["trains-sold"] = made.state
    made = selling(2)
    made.hear(LockRefused("k", "sale_closed", 0), now())
    found["trains-closed"] = made.state
    made = selling(1)
    made.sale_over(now(), "home", "lock_expired")
    found["trains-expired"] = answered(made, trains_to("SJP")).state
    made = selling(1)
    made.hear(StationLost("timeout"), now())
    made.hear(LockRefused("k", "other", 0), now())
    found["trains-not_held"] = answered(made, trains_to("SJP")).state
    made = selling(1)
    made.hear(LockUncertain("k", "timeout"), now())
    found["trains-no_answer"] = answered(made, trains_to("SJP")).state
    made = selling(2)
    made.hear(LockRefused("k", "limit", 0), now())
    found["seat-limit"] = answered(made, trains_to("SJP")).state
    made = journey(language)
    made.touch("station:SJP", now())
    answered(made, trains_to("SJP"))
    for target in ("kind:G", "departs", "departs", "sort"):
        made.touch(target, now())
    found["trains-filtered"] = made.state
    return found


def new_year(language: str) -> Screen:
    """The calendar of a sale window with a holiday in it."""
    made = journey(language)
    made.touch("station:SJP", now())
    made.touch("date", now())
    return shown(made.state, WALL_MS + 34 * 24 * HOUR_MS)


def price_changed(language: str) -> Screen:
    """The station holds the places at another price than the list had."""
    made = books()["REVIEWING"]
    made.order = replace(made.order, price_fen=made.order.price_fen - 2_000)
    return view(world.shown(world.steps(language)["sale"], made))


@cache
def samples_journey(language: str) -> dict[str, Screen]:
    states = {**maps(language), **boards(language), **troubles(language)}
    more = {"date-holiday": new_year(language), "review-price": price_changed(language)}
    return {name: shown(state) for name, state in states.items()} | more
