"""Tickets that came back on a business day: refunds and exchanges, what they took out of whose till, and by which way.

A refund belongs to the day on which it was confirmed and to the machine that gave the money; an exchange to the day and the machine
of its new sale. For both: fares that came back = fees kept + money that went out or was credited, less a rounding. Amounts in fen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulator.station.machines.told import Ended
from simulator.station.sales import Sale, Sales
from simulator.station.timetable import station_date

Way = Literal["cash", "card"]


@dataclass(frozen=True, slots=True)
class Returned:
    """`sale`: the key under which the tickets were sold, `key` that of the deed. `old_fen`: their fares; `fee_fen`: kept of it;
    `out_fen`: money that went out, `way` how; `rounding_fen` (0 or below): what the sale was rounded down by."""

    kind: Literal["refund", "exchange"]
    key: str
    sale: str
    at_ms: int
    day: str
    tickets: int
    old_fen: int
    fee_fen: int
    out_fen: int
    way: Way
    rounding_fen: int = 0

    @property
    def machine(self) -> str:
        return self.key.split(".")[0]


def returns(sales: Sales) -> Iterator[Returned]:
    """All of them, refunds first; each in the order of its keys' first word."""
    for refund in sales.refunds.values():
        if refund.done:
            yield _refund(refund.step, refund.done_ms, sales)
    for sale in sales.by_key.values():
        if sale.replaces is not None and sale.sold_ms:
            yield _exchange(sale)


def of_day(sales: Sales, day: str) -> list[Returned]:
    return [one for one in returns(sales) if one.day == day]


def _refund(step: Mapping[str, Any], done_ms: int, sales: Sales) -> Returned:
    return Returned(
        "refund",
        step["key"],
        step["sale"],
        done_ms,
        station_date(done_ms).isoformat(),
        len(step["places"]),
        sum(ticket["fare_fen"] for ticket in step["tickets"]),
        step["fee_fen"],
        step["refund_fen"],
        "cash" if sales.get(step["sale"]).cash else "card",
        step["rounding_fen"],
    )


def _exchange(sale: Sale) -> Returned:
    assert sale.replaces is not None
    assert sale.exchange is not None
    return Returned(
        "exchange",
        sale.key,
        sale.replaces[0],
        sale.sold_ms,
        station_date(sale.held_ms).isoformat(),
        len(sale.replaces[1]),
        sale.exchange["old_fen"],
        sale.exchange["fee_fen"] + sale.exchange["difference_fee_fen"],
        max(0, -sale.exchange["due_fen"]),
        "cash" if sale.cash else "card",
    )


def add_figures(found: dict[str, Counter[str]], sales: Sales, day: str) -> None:
    """The day's sums of what came back, by machine: tickets, their fares, fees kept, and what went out by each way."""
    for one in of_day(sales, day):
        sums = found.setdefault(one.machine, Counter())
        sums[f"{one.kind}s"] += 1
        sums["tickets_back"] += one.tickets
        sums["tickets_back_fen"] += one.old_fen
        sums["return_fees_fen"] += one.fee_fen
        sums[f"out_{one.way}_fen"] += one.out_fen
        if one.rounding_fen:
            sums["return_rounding_fen"] += one.rounding_fen


def items(sales: Sales, day: str, ended: Mapping[str, Ended]) -> list[dict[str, Any]]:
    """Where the machine that gave the money says something else, or nothing: `ended` by key, as its records tell it."""
    found: list[dict[str, Any]] = []
    for one in of_day(sales, day):
        told, cash_fen = ended.get(one.key), one.out_fen if one.way == "cash" else 0
        if told is None and one.kind == "refund":  # of an exchange the new sale is missed already
            found.append({"item": "refund_unreported", "key": one.key, "sale": one.sale, "station_fen": one.out_fen})
        elif told is not None and told.paid_out_fen != cash_fen and (one.kind == "refund" or one.out_fen):
            both = {"station_fen": cash_fen, "machine_fen": told.paid_out_fen}
            found.append({"item": one.kind, "key": one.key, "sale": one.sale, **both})
    return found
