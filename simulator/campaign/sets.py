"""What the exhaustive sets are made of: typical sales, and everything that can go wrong with a device, once, at its moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

from simulator.campaign.sets_cards import CARD_SALES, CARD_UNSEEN, card_troubles, matters
from simulator.campaign.sets_readers import reader_troubles
from simulator.devices.cabinet_board.faults import BOARD_FAULTS
from simulator.devices.ccnet.b2b.faults import FAULTS as UNIT_OF_NOTES_FAULTS
from simulator.devices.ccnet.faults import FAULTS as ACCEPTOR_FAULTS
from simulator.devices.cctalk.faults import HOPPER as HOPPER_FAULTS
from simulator.devices.ebds.faults import FAULTS as EBDS_FAULTS
from simulator.devices.escpos.faults import PRINTER_FAULTS
from simulator.devices.essp.faults import FAULTS as ESSP_FAULTS
from simulator.devices.f53.faults import FAULTS as F53_FAULTS
from simulator.devices.id003.faults import FAULTS as ID003_FAULTS
from simulator.devices.lcdm.faults import FAULTS as DISPENSER_FAULTS
from simulator.devices.lcdm.faults import FAULTS_2000 as LCDM2000_FAULTS
from simulator.devices.megatec.faults import FAULTS as UPS_FAULTS
from simulator.devices.ttpm.faults import UNIT_FAULTS
from simulator.passenger.person import Kind, Plan
from simulator.world.level import Fitted, Level, Machine, is_fitted, level_of
from simulator.world.payments import FAULTS as PAYMENT_FAULTS
from simulator.world.script import Script, Trouble

CHEAP_FEN, BUDGET_FEN = 10_000, 100_000
SALES: dict[str, Plan] = {
    "change": Plan(Kind.LARGE, 1, CHEAP_FEN),
    "three tickets": Plan(Kind.LARGE, 3, BUDGET_FEN),
    "exact": Plan(Kind.EXACT, 1, BUDGET_FEN),
    "cancel": Plan(Kind.CANCEL, 1, BUDGET_FEN, notes_before=2),
    "timeout": Plan(Kind.WALK_AWAY, 1, BUDGET_FEN, leave_at="pay.cash", notes_before=1),
    "forgotten change": Plan(Kind.FORGET_CHANGE, 2, BUDGET_FEN),
}
"""Name -> the passenger. The first is the typical one of the tests."""
PHONE_SALES: dict[str, Plan] = {
    "code": Plan(Kind.EXACT, 1, BUDGET_FEN, pays="code"),
    "code cancelled": Plan(Kind.CANCEL, 1, BUDGET_FEN, notes_before=2, pays="code"),
    "code left": Plan(Kind.WALK_AWAY, 1, BUDGET_FEN, leave_at="pay.code", pays="code"),
}
"""The same of machines at which phones pay."""


PICKUPS: dict[str, Plan] = {
    "by paper": Plan(Kind.EXACT, 2, BUDGET_FEN, pays="pickup"),
    "by card": Plan(Kind.LARGE, 2, BUDGET_FEN, pays="pickup"),
    "left": Plan(Kind.WALK_AWAY, 2, BUDGET_FEN, leave_at="take", pays="pickup"),
}
"""The same of machines at which orders are picked up."""
COIN_SALES: dict[str, Plan] = {"coins" if name == "change" else name: plan for name, plan in SALES.items()}
"""The same of machines with hoppers: a cheap ticket has a half yuan in its price."""


def sales_of(machine: Machine) -> dict[str, Plan]:
    known = {"pay": PHONE_SALES, "collect": PICKUPS, "coins": COIN_SALES, "cards": CARD_SALES}
    return known.get(machine, SALES)


MOMENTS = {
    "acceptor": ("lock?", "stack?"),
    "dispenser": ("stack?",),
    "ticket_unit": ("confirm?",),
    "cabinet": ("lock?",),
    "slip_printer": ("stack?",),
    "hopper": ("lock?", "pay.coins?"),
}
"""When a device's own faults are switched on: before it has work to do, and for the acceptor also in the middle of it."""

LINK_FAULTS = ("silence_before_once", "silence_after_once", "reset_by_itself_once")
ORDERS = {
    "acceptor": ("lock?", "stack?"),
    "dispenser": ("pay?",),
    "ticket_unit": ("print?", "deliver?"),
    "cabinet": ("deliver?", "pay?"),
    "slip_printer": ("slip?",),
    "hopper": ("pay.coins?",),
}
"""When a link fails: as an order is given."""

STATION = ("down", "answer_lost", "slow", "restarted", "restored", "refusing")
STATION_MOMENTS = ("", "lock?", "stack?", "renew?", "confirm?")
DISK = ("sync_error", "full", "read_only")
DISK_MOMENTS = ("lock?", "stack?", "print?", "pay?")
INCIDENT_MOMENTS = {
    "door": ("lock?", "stack?", "confirm?", "print?", "deliver?", "pay?"),
    "door_forced": ("stack?",),
    "note": ("stack?", "confirm?", "release?", "pay?"),
    "mains": ("lock?", "stack?", "confirm?", "print?", "deliver?", "pay?"),
}
"""When somebody opens the cabinet, pushes one more note in, or the battery takes over."""

UNSEEN = {
    "acceptor": {"lost_ack", "busy_next", "nak_next", "illegal_next", "unlatched"},
    "dispenser": {"nak_next", "ack_lost_next", "ack_late_next", "eot_missing_next"},
    "ticket_unit": {"front_blocked", "front_feeder", "unreadable", "old_firmware"},
    "cabinet": {"wrong_unit", "exception_04", "map_version_1", "kick_ignored"},
    "slip_printer": {"stale_status", "no_status"},
    "hopper": {
        "counter_wrap_next",
        "low_sensor_blind",
        "level_illegal",
        "busy_next",
        "slow_reply",
        "bytes_swapped_next",
    },
    "ups": {"no_echo", "bypass", "comma_for_point", "letter_for_bit_next"},
    **CARD_UNSEEN,
}
"""Faults of the wire's manners: they have no meaning without bytes (the fronts' docstrings say so)."""

MENUS = {
    "acceptor": ACCEPTOR_FAULTS,
    "dispenser": DISPENSER_FAULTS,
    "ticket_unit": UNIT_FAULTS,
    "cabinet": BOARD_FAULTS,
    "slip_printer": PRINTER_FAULTS,
    "hopper": tuple(name for name in HOPPER_FAULTS if name != "sensor_misses_next"),
}
"""A coin that its sensor misses is noticed by nobody before a count (decision page 030)."""

FITTED_MENUS: Mapping[Fitted, tuple[str, Mapping[str, str]]] = {
    "id003": ("acceptor", ID003_FAULTS),
    "ebds": ("acceptor", EBDS_FAULTS),
    "essp": ("acceptor", ESSP_FAULTS),
    "f53": ("dispenser", F53_FAULTS),
    "lcdm2000": ("dispenser", LCDM2000_FAULTS),
}
"""Machine -> the device that is another one there, and all that can go wrong with it: manners of the wire, too."""

OF_BYTES: Mapping[Fitted, frozenset[str]] = {
    "id003": frozenset({"echo", "answer_after_60_ms", "answer_after_2500_ms"}),
    "ebds": frozenset({"enq", "reset_answered_next"}),
}
"""What of these has no meaning without bytes (the fronts' docstrings say so)."""

PAYMENT_MOMENTS = ("lock?", "auth?", "confirm?", "deliver?", "capture?")
"""When something goes wrong at the other side of a payment by phone, or on the way there."""

UNIT_MOMENTS = ("lock?", "stack?", "keep?", "return_all?", "pay?")
"""A Bill-to-Bill unit is acceptor and dispenser in one; these are its orders."""
UNIT_UNSEEN = {"lost_ack", "busy_next", "nak_next", "illegal_next", "answer_after_11_ms", "answer_after_300_ms"}
NEVER_AT_REST = {"retract_off"}
"""What is forgotten then lies at the mouth for ever: nothing orders it back, and no day of a machine ends like that."""


def faults(machine: Machine = "usual", ups: bool = False) -> list[tuple[str, str]]:
    """(device, fault) of everything fitted that shows at both levels, faults of the line among them."""
    found = [
        (device, name)
        for device, (menu, _) in _menus(machine).items()
        for name in (*menu, *LINK_FAULTS)
        if name not in UNSEEN[device]
    ]
    return found + [("ups", name) for name in (*UPS_FAULTS, *LINK_FAULTS) if ups and name not in UNSEEN["ups"]]


def _menus(machine: Machine) -> Mapping[str, tuple[list[str], tuple[str, ...]]]:
    """Device -> (its faults, when they are switched on)."""
    found = {
        device: ([name for name in menu if name not in UNSEEN[device]], MOMENTS[device])
        for device, menu in MENUS.items()
    }
    if machine != "coins":
        del found["hopper"]
    if is_fitted(machine):
        device, menu = FITTED_MENUS[machine]
        found[device] = (list(menu), MOMENTS[device])
    if machine == "bulk":
        del found["dispenser"]
        unit = [name for name in UNIT_OF_NOTES_FAULTS if name not in UNIT_UNSEEN | NEVER_AT_REST]
        found["acceptor"] = (unit, UNIT_MOMENTS)
    return found


def _orders(machine: Machine) -> Mapping[str, tuple[str, ...]]:
    if machine != "bulk":
        return {name: when for name, when in ORDERS.items() if name in _menus(machine)}
    return {**{name: when for name, when in ORDERS.items() if name in _menus(machine)}, "acceptor": UNIT_MOMENTS}


def troubles(machine: Machine = "usual", level: Level = "bytes") -> list[Trouble]:
    """Every single fault at its moments, in a fixed order; at port level without those that need bytes."""
    unseen = OF_BYTES.get(machine, frozenset()) if is_fitted(machine) and level == "port" else frozenset()
    return [each for each in _troubles(machine) if each.name not in unseen]


def _troubles(machine: Machine) -> list[Trouble]:
    return [
        *_device_troubles(machine),
        *_link_troubles(machine),
        *_other_troubles(),
        *_payment_troubles(machine),
        *_coin_troubles(machine),
        *(card_troubles(LINK_FAULTS) if machine == "cards" else ()),
    ]


def _device_troubles(machine: Machine) -> Iterator[Trouble]:
    for device, (menu, moments) in _menus(machine).items():
        for name in menu:
            yield from (Trouble(device, name, when) for when in moments)


def _link_troubles(machine: Machine) -> Iterator[Trouble]:
    for device, moments in _orders(machine).items():
        for when in moments:
            yield from (Trouble(device, name, when) for name in LINK_FAULTS)
            yield Trouble(f"link:{device}", "out", when)


def _other_troubles() -> Iterator[Trouble]:
    for when in STATION_MOMENTS:
        yield from (Trouble("station", name, when) for name in STATION)
    for when in DISK_MOMENTS:
        yield from (Trouble("disk", name, when) for name in DISK)
    for name, moments in INCIDENT_MOMENTS.items():
        yield from (Trouble("people", name, when) for when in moments)


def _coin_troubles(machine: Machine) -> Iterator[Trouble]:
    """What people and the disk do while coins fall."""
    if machine == "coins":
        yield from (Trouble("people", name, "pay.coins?") for name in INCIDENT_MOMENTS)
        yield from (Trouble("disk", name, "pay.coins?") for name in DISK)


def _payment_troubles(machine: Machine) -> Iterator[Trouble]:
    if machine in ("pay", "cards"):
        yield from (Trouble("payment", name, when) for when in PAYMENT_MOMENTS for name in PAYMENT_FAULTS)
        yield from (
            Trouble("people", name, when) for name in ("door", "mains", "note") for when in ("auth?", "capture?")
        )


def on_battery() -> list[tuple[Trouble, ...]]:
    """The mains fail at each of their moments, with every fault of the UPS and without one."""
    lost = [Trouble("people", "mains", when) for when in INCIDENT_MOMENTS["mains"]]
    faults = [name for name in (*UPS_FAULTS, *LINK_FAULTS) if name not in UNSEEN["ups"]]
    alone = [(each,) for each in lost]
    return [*alone, *((Trouble("ups", name), each) for name in faults for each in lost)]


def singles(sale: str, seed: int = 1, machine: Machine = "usual") -> list[Script]:
    """The sale without a fault, then with each one that may matter to it."""
    plan = sales_of(machine)[sale]
    level = level_of(machine)
    plain = Script(seed, (plan,), level=level, machine=machine)
    known = [*troubles(machine, level), *(reader_troubles(LINK_FAULTS) if machine == "collect" else ())]
    return [plain, *(replace(plain, troubles=(each,)) for each in known if matters(each, plan))]


def troubles_in_pairs() -> list[tuple[Trouble, Trouble]]:
    """Every two faults of different names, in a fixed order."""
    return [(one, other) for one, other in combinations(troubles(), 2) if one.name != other.name]


def pairs(sale: str, seed: int = 1) -> list[Script]:
    """The sale with every two faults of different names."""
    return [Script(seed, (SALES[sale],), pair) for pair in troubles_in_pairs()]
