"""A technician who is called when a machine does not sell: clears what broke, counts what is unsure, fills up, closes up.

All of it on the machine's own service screens and with hands in matter, as in the demo; the faults themselves are over by
then, for somebody has brought spare parts.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.faults import FaultCode
from simulator.cabinet.technician import ESCROW
from simulator.passenger.technician import Job
from simulator.world.level import MACHINES, Machine
from simulator.world.machine import Box
from simulator.world.people import Worker
from simulator.world.prepared import STAFF

OPEN_MS = 30_000
LEAST_FEN = 8_000
"""A machine that takes less than this in cash sells to nearly nobody."""
LEAST_BLANKS = 3
USUAL = {1: (3, 30), 2: (3, 20), 3: (10, 20), 4: (5, 10)}
FILLED: Mapping[Machine, Mapping[int, tuple[int, int]]] = {
    **dict.fromkeys(MACHINES, USUAL),
    "bulk": {2: (10, 40), 3: (10, 40)},
    "lcdm2000": {1: (10, 40), 2: (10, 40)},
}
"""Cassette -> (pieces below which a technician fills it, how many are in it then)."""
ROLL = 40
LEAST_COINS, MORE_COINS = 15, 20
OF_PAYMENT = frozenset({"card_reader", "pin_pad", "cards", "codes"})
"""Parts of what a technician sees as one thing."""


def needed(box: Box) -> bool:
    """Out of service, or something cannot be paid out because nobody knows what lies in the cassettes or in a hopper."""
    if box.made is None or box.screen is None:
        return False
    stock = box.made.controller.stock
    return box.screen.kind == "oos" or bool(stock.uncounted or stock.coins.resting)


def wanted(box: Box) -> bool:
    """Needed, or hardly anybody can buy: no cash is taken, change or paper are at their end."""
    if needed(box):
        return True
    if box.made is None or box.made.controller.starting:
        return False
    controller = box.made.controller
    if box.things.cards is not None and _broken(box) & OF_PAYMENT:
        return True
    return controller.mode.cash_limit_fen < LEAST_FEN or controller.stock.roll < LEAST_BLANKS


def jobs(box: Box) -> list[Job]:
    """What is to be done by the books of the machine itself."""
    assert box.made is not None
    controller = box.made.controller
    broken = sorted({"payment" if name in OF_PAYMENT else name for name in _broken(box)})
    found = [Job({"act": "clear_jam", "device": _part(box, name)}, f"svc:act:clear:{name}", 0) for name in broken]
    short = controller.mode.cash_limit_fen < LEAST_FEN
    unsure = bool(controller.stock.uncounted) or "dispenser" in broken
    for number, (least, pieces) in FILLED[box.things.machine].items():
        lies = len(box.things.world.matter.places[f"cassette.{number}"])
        if short and lies < least:
            found.append(_filling(box, number, pieces - lies, pieces))
        elif unsure:
            found.append(Job(None, f"svc:act:fill:{number}", lies))
    for number in sorted(controller.stock.coins.resting | _low(controller.stock.coins.coins)):
        found.append(_hopper(box, number))
    if controller.stock.deposit.stuck:
        matter = box.things.world.matter
        lies = sum(len(matter.places[name]) for name in ("box", "acceptor.stacker", f"cassette.{ESCROW}"))
        found.append(Job({"act": "swap_box"}, "svc:act:swap_box", lies))
    if controller.stock.roll < LEAST_BLANKS:
        box.things.deliver(ROLL)
        found.append(Job({"act": "load_roll", "blanks": ROLL}, "svc:act:load_roll", ROLL))
    return found


def _broken(box: Box) -> set[str]:
    """Names of the devices that say that something of them does not work."""
    assert box.made is not None
    faults = box.made.controller.watch.faults.values()
    return {_module(fault.device) for fault in faults if FaultCode[fault.code].code.startswith("E")}


def _module(device: str) -> str:
    """As a technician sees it: all hoppers are one."""
    return device.partition(".")[0]


def _low(coins: Mapping[int, int]) -> set[int]:
    return {number for number, count in coins.items() if count < LEAST_COINS}


def _hopper(box: Box, number: int) -> Job:
    """Its exit is cleared, some coins are put in, and all of them are counted."""
    places = box.things.world.matter.places
    lies = len(places[f"hopper.{number}"]) + len(places[f"hopper.{number}.exit"])
    box.things.bring_coins(number, MORE_COINS, "vault")
    deed = {"act": "fill_hopper", "hopper": number, "coins": MORE_COINS}
    return Job(deed, f"svc:act:fill_coins:{number}", lies + MORE_COINS)


def _part(box: Box, name: str) -> str:
    """What is opened for the device of that name: a Bill-to-Bill unit is the dispenser too."""
    return "acceptor" if box.things.world.recycles and name == "dispenser" else name


def _filling(box: Box, number: int, more: int, then: int) -> Job:
    box.things.world.bring(box.things.values_fen[number], more, "vault")
    return Job({"act": "fill", "cassette": number, "notes": more}, f"svc:act:fill:{number}", then)


def repair(box: Box) -> str:
    """Answers `done`, or how far the technician came. The auditor knows that people are inside."""
    box.things.service({"act": "open", "door": "outer"})
    box.settle(OPEN_MS, lambda: box.screen is not None and box.screen.kind in ("oos", "svc.login"))
    worker = Worker(box, STAFF, jobs(box))
    box.serve(worker)
    return worker.technician.outcome or "left in the dark"
