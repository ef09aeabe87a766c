"""`./tvm demo --machines N`: several machines at one station computer, for people or with passengers at all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from simulator.balance import settled
from simulator.crowd import Line, shared_out
from simulator.hall import Hall
from simulator.passenger.person import PATIENT, Dice, Kind, Plan
from simulator.passenger.visit import Account
from simulator.report import PhoneBooks, joint_report, make_report, orders_of
from simulator.rig import Rig
from simulator.settling import settle
from simulator.window import Sought

SETTLE_MS = 300_000
REPORTED_MS = 600_000
VISITS_MS = 24 * 3_600_000
SOLD_FOR_MS = 3_600_000
MOST_FEN = 40_000
STATION_ZONE = ZoneInfo("Asia/Shanghai")
LAST_PLACE_MACHINES = 2

DiceOf = Callable[[int], Dice]


def last_place(hall: Hall) -> Sought:
    """The window sells all places of one class but one; which it was."""
    now_ms = hall.clock.wall_ms()
    today = datetime.fromtimestamp(now_ms / 1000, STATION_ZONE).date().isoformat()
    window = hall.window()
    assert hall.station is not None
    sought = window.choose(hall.station.telecode, today, MOST_FEN, now_ms + SOLD_FOR_MS)
    window.sell_all_but(sought, 1)
    return sought


def seekers(sought: Sought) -> list[Plan]:
    """Two passengers who came for the same place."""
    budget_fen = max(60_000, 2 * sought.price_fen)
    return [
        Plan(Kind.LARGE, 1, budget_fen, seeks=sought.keys, patient_looks=PATIENT) for _ in range(LAST_PLACE_MACHINES)
    ]


def same_order(hall: Hall) -> str:
    """The station makes an order, and a copy of its paper lies in the drawer of every machine; answers its number."""
    first, *others = hall.rigs
    paper = first.hands().post("/api/order", {"tickets": 1})
    for rig in others:
        rig.hands().post("/api/paper", paper)
    return str(paper["order"])


def bearers() -> list[Plan]:
    """Two people who come with it: with a paper that lies there already."""
    return [Plan(Kind.PICKUP_AGAIN, 1, pays="pickup", manner="again", patient_looks=PATIENT)] * LAST_PLACE_MACHINES


def serve_passengers(
    hall: Hall, plans: Sequence[Plan], dice_of: DiceOf, told: Callable[[str, int, Account], None]
) -> list[Line]:
    """All passengers, shared out over the machines; answers each machine's line when everybody has left."""
    lines = [
        Line(rig, queue, dice_of, lambda number, account, name=rig.identity.machine: told(name, number, account))  # type: ignore[misc]
        for rig, queue in zip(hall.rigs, shared_out(plans, len(hall.rigs)), strict=True)
    ]

    def over() -> bool:
        for line in lines:
            line.turn()
        return all(line.over for line in lines)

    hall.serve_until(over, VISITS_MS, "the last passenger's leaving")
    return lines


def report_of(hall: Hall, lines: Sequence[Line], run: dict[str, Any]) -> dict[str, Any]:
    """Every machine audited, and all of them against the station, once nothing moves and everything has been reported."""
    names = [rig.identity.machine for rig in hall.rigs]
    hall.serve_until(lambda: settled(hall.station_state(), names), REPORTED_MS, "the last report to the station")
    batches = {rig.identity.machine: settle(rig, hall.serve_until) for rig in hall.rigs}
    parts, books, bank = {}, hall.provider_books(), hall.bank_books()
    for line in lines:
        rig, name = line.rig, line.rig.identity.machine
        ledger = _ledger_at_rest(hall, rig)
        line.gather()
        own = {**run, "machine": name, "sales": len(line.accounts), "starts": rig.supervisor.all_starts()}
        phones = PhoneBooks(books, name) if books is not None and rig.provider_url else None
        orders = orders_of(hall.station_state(), name) if rig.collects else None
        cards = rig.card_books(bank)
        parts[name] = make_report(
            rig.directory / "journal",
            ledger,
            line.motions.devices,
            line.accounts,
            own,
            phones,
            cards,
            orders,
            batches[name],
        )
    accounts = {line.rig.identity.machine: line.accounts for line in lines}
    return joint_report(parts, accounts, hall.station_state(), {**run, "starts": hall.supervisor.all_starts()})


def _ledger_at_rest(hall: Hall, rig: Rig) -> dict[str, Any]:
    held: dict[str, Any] = {}

    def rests() -> bool:
        held.update(rig.hands().get("/api/ledger"))
        return not held["moving"]

    hall.serve_until(rests, SETTLE_MS, "a machine at rest")
    return held
