"""Service pages in every state, drawn from a small machine: what the tests of view and layout look at."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from kiosk.coin_stock import CoinStock
from kiosk.controller import Controller
from kiosk.faults import Fault, FaultCode
from kiosk.identity import Operator
from kiosk.parameters import MachinePolicy
from kiosk.screen.values import Screen
from kiosk.service import Service
from kiosk.service_acts import ACTS
from kiosk.service_words import DOORS, MESSAGES
from kiosk.stock import Stock
from tests.kiosk.screen.world import CLOCK, TEXTS, journey, now

CASSETTES = {1: 100, 2: 500, 3: 1_000, 4: 5_000}
RECYCLING = {2: 100, 3: 1_000}
CASH = Operator("1001", "王芳", "Wang Fang", "cash", "")
MAINTAINER = Operator("1003", "赵磊", "Zhao Lei", "maintainer", "")
DEVICES = frozenset({"acceptor", "dispenser", "ticket_unit", "slip_printer", "cabinet"})


def machine(language: str, *faults: Fault, ready: frozenset[str] = DEVICES, doors: tuple[str, ...] = ()) -> Controller:
    """As much of a controller as the pages read."""
    watch = SimpleNamespace(
        doors_open=set(doors), mains=not faults, station="lost" if faults else "online", fitted=DEVICES, ready=ready,
        faults={(fault.device, fault.code, fault.detail): fault for fault in faults},
    )  # fmt: skip
    stock = Stock(dict(CASSETTES), {1: 400, 2: 12, 3: 0, 4: 1_000}, roll=600, waste=190, reject=3, retract_pieces=7)
    made = SimpleNamespace(
        watch=watch, stock=stock, journey=journey(language), machine_policy=MachinePolicy(), place="T07", rate=1.0,
        cycles=lambda name: 48_210,
    )  # fmt: skip
    return cast(Controller, made)


def unit_machine(language: str, stuck: bool = False) -> Controller:
    """One unit takes notes and pays; it has a bulk escrow, in which notes may have been left."""
    made = machine(language)
    made.stock = Stock(dict(RECYCLING), {2: 118, 3: 80}, roll=600, retract_pieces=7, one_box=True)
    made.stock.deposit.notes, made.stock.deposit.left = ({4: 5_000, 5: 500}, True) if stuck else ({}, False)
    return made


def coin_machine(language: str, *faults: Fault) -> Controller:
    """Two hoppers beside everything else, one of them nearly empty."""
    made = machine(language, *faults)
    made.stock.coins = CoinStock({1: 50, 2: 100}, {1: 312, 2: 9})
    return made


def service(page: str, operator: Operator | None = CASH, **state: Any) -> Service:
    made = Service((CASH, MAINTAINER), MachinePolicy(), 1.0, CASSETTES)
    made.state.page, made.state.operator, made.state.touched_ms = page, operator, now().mono_ms
    for name, value in state.items():
        setattr(made.state, name, value)
    return made


def fault(device: str, code: str) -> Fault:
    return Fault(device, code, True, "47/50")


def pages(language: str) -> dict[str, Screen]:
    """Every page by name."""
    well, open_ = machine(language), machine(language, doors=("outer", "safe"))
    ill = machine(language, *(fault(*pair) for pair in FAULTY), ready=DEVICES - {"cabinet"})
    made = {
        "login": (service("login", None), open_),
        "login-number": (service("login", None, number="1001"), open_),
        "login-pin": (service("login", None, number="1001", entry="pin", pin="2468"), well),
        "menu": (service("menu"), well),
        "menu-open": (service("menu"), open_),
        "menu-maintainer": (service("menu", MAINTAINER), well),
        "menu-ill": (service("menu"), ill),
        "menu-coins": (service("menu"), coin_machine(language, fault("hopper.2", "DEVICE_FAILURE"))),
    }
    for name in DOORS:
        made[f"menu-door-{name}"] = (service("menu"), machine(language, doors=(name,)))
    made["menu-coins-booked"] = (service("menu", message="booked"), coin_machine(language))
    for at in range(0, len(ALL_FAULTS), len(DEVICES)):
        some = zip(sorted(DEVICES), ALL_FAULTS[at:], strict=False)
        made[f"menu-faults-{at}"] = (service("menu"), machine(language, *(fault(*pair) for pair in some)))
    for name, act in ACTS.items():
        place = {"fill": "2", "clear": "acceptor", "fill_coins": "1", "empty_coins": "1"}.get(name, "")
        coins = coin_machine(language) if "coins" in name else None
        made[f"task-{name}"] = (service("task", act=act, place=place), coins or ill)
        if act.asks_count:
            made[f"task-{name}-typed"] = (service("task", act=act, place=place, typed="12"), coins or well)
        if act.money:
            made[f"sign-{name}"] = (service("sign", act=act, place=place, typed="12"), coins or well)
    for name in sorted(MESSAGES):
        page = "menu" if name in ("booked", "doors") else "login" if name in ("wrong", "locked") else "task"
        begun = ACTS["fill"] if page == "task" else None
        made[f"message-{name}"] = (
            service(page, CASH if page != "login" else None, act=begun, place="4", typed="9999", message=name), well
        )  # fmt: skip
    for stuck in (False, True):
        for page, act in (("menu", None), ("task", ACTS["swap_box"])):
            made[f"{page}-unit-{'stuck' if stuck else 'well'}"] = service(page, act=act), unit_machine(language, stuck)
    made["menu-escrow-and-dispenser"] = service("menu"), machine(language)
    for name in [name for name in made if "unit" in name or "escrow" in name]:
        made[name][0].escrow_notes = 80
        if "unit" in name:
            made[name][0].cassettes = dict(RECYCLING)
    found = {}
    for name, (each, where) in made.items():
        screen = each.screen(where, TEXTS, CLOCK, now())
        assert screen is not None
        found[f"svc-{name}"] = screen
    return found


FAULTY = (("acceptor", "NOTE_JAM"), ("dispenser", "CASSETTE_LOW"), ("ticket_unit", "WASTE_FULL"))
ALL_FAULTS = tuple(code.name for code in FaultCode)
