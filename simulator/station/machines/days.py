"""The close of a business day: what machines, station and window say about it, and each difference by itself.

Differences never keep the next day from beginning; they open a case. A close says up to which record of each epoch it reads,
so the machines' side can be worked out again to the same figures. Source: station-api sheet, "Close of a day".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from simulator.station.machines import doubted, returned
from simulator.station.machines.state import Machines
from simulator.station.machines.told import Ended, Told
from simulator.station.records import Records
from simulator.station.sales import Sale, Sales
from simulator.station.timetable import station_date

SOLD = ("confirmed", "printed")
Item = dict[str, Any]


def watermarks(machines: Machines) -> dict[str, int]:
    """How far each epoch was read: `machine.epoch` -> seq."""
    return {f"{machine}.{epoch}": told.seq for (machine, epoch), told in sorted(machines.told.items())}


def figures(machines: Machines, day: str, upto: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Sums of the machines' records of that day, by machine, in fen and pieces; records beyond `upto` do not count."""
    found: dict[str, dict[str, int]] = {}
    for (machine, epoch), told in sorted(machines.told.items()):
        last = upto.get(f"{machine}.{epoch}", 0)
        sums: Counter[str] = Counter(found.get(machine, {}))
        for sale in told.ended:
            if sale.day == day and sale.seq <= last:
                sums[f"sales_{sale.outcome}"] += 1
                for part in ("ours", "delivered", "paid_out", "claims", "rounding"):
                    sums[f"{part}_fen"] += getattr(sale, f"{part}_fen")
        for event in told.happened:
            if event.day == day and event.seq <= last:
                sums[event.what] += 1
                sums[f"{event.what}_fen"] += event.amount_fen
        if sums:
            found[machine] = dict(sorted(sums.items()))
    return found


def station_figures(sales: Sales, day: str) -> dict[str, dict[str, int]]:
    """What the station itself sold that day, by machine: sales, tickets, their price, and what of it was paid by card or phone;
    and what came back: see `returned`."""
    found: dict[str, Counter[str]] = {}
    for sale in _of_day(sales, day):
        if sale.state in SOLD:
            sums = found.setdefault(sale.key.split(".")[0], Counter())
            sums["sales"] += 1
            sums["tickets"] += len(sale.places) - len(sale.voided)
            sums["sold_fen"] += sold_fen(sale)
            sums["card_fen"] += sale.paid["card_fen"]
    returned.add_figures(found, sales, day)
    return {machine: dict(sums) for machine, sums in sorted(found.items())}


def _of_day(sales: Sales, day: str) -> list[Sale]:
    return [sale for sale in sales.by_key.values() if sale.run and station_date(sale.held_ms).isoformat() == day]


def sold_fen(sale: Sale) -> int:
    """The price of the places of a sale that were not taken back."""
    return sum(place["price_fen"] for place in sale.offered if place["index"] not in sale.voided)


def items(machines: Machines, sales: Sales, records: Records, day: str, upto: Mapping[str, int]) -> list[Item]:
    """Every difference of that day, each with what both sides say; empty: the day is in order."""
    found: list[Item] = []
    ended = _ended(machines, upto)
    for sale in _of_day(sales, day):
        told = ended.get(sale.key)
        if told is None:
            if sale.state in SOLD:
                found.append({"item": "sale_unreported", "key": sale.key, "station_fen": sold_fen(sale)})
        elif (sold := sold_fen(sale) if sale.state in SOLD else 0) != told.delivered_fen - told.rounding_fen:
            found.append({"item": "sale", "key": sale.key, "station_fen": sold, "machine_fen": told.delivered_fen})
    for key, told in ended.items():
        if told.day == day and told.delivered_fen and key not in sales.by_key:
            found.append({"item": "sale_unknown", "key": key, "machine_fen": told.delivered_fen})
    found += returned.items(sales, day, ended)
    found += _cards(machines, sales, day, upto)
    for (machine, epoch), told_all in sorted(machines.told.items()):
        last = upto.get(f"{machine}.{epoch}", 0)
        found += _of_machine(machines, machine, epoch, told_all, day, last)
    return found + doubted.items(machines, records, upto)


def _cards(machines: Machines, sales: Sales, day: str, upto: Mapping[str, int]) -> list[Item]:
    """What machines captured against what the station was told at the confirmations."""
    own, theirs = figures(machines, day, upto), station_figures(sales, day)
    both = [
        (machine, theirs.get(machine, {}).get("card_fen", 0), own.get(machine, {}).get("captured_fen", 0))
        for machine in sorted({*own, *theirs})
    ]
    return [
        {"item": "captured", "machine": machine, "station_fen": confirmed, "machine_fen": captured}
        for machine, confirmed, captured in both
        if confirmed != captured
    ]


def _ended(machines: Machines, upto: Mapping[str, int]) -> dict[str, Ended]:
    return {
        sale.key: sale
        for (machine, epoch), told in machines.told.items()
        for sale in told.ended
        if sale.seq <= upto.get(f"{machine}.{epoch}", 0)
    }


def _of_machine(machines: Machines, machine: str, epoch: str, told: Told, day: str, last: int) -> list[Item]:
    found: list[Item] = []
    of_day = [event for event in told.happened if event.day == day and event.seq <= last]
    for event in of_day:
        box = f"{machine}.{epoch}.{event.seq}"
        if event.what == "claim" and event.name not in machines.settled:
            found.append({"item": "claim_open", "machine": machine, "code": event.name, "amount_fen": event.amount_fen})
        elif event.what == "claim" and machines.settled[event.name]["amount_fen"] != event.amount_fen:
            paid = machines.settled[event.name]["amount_fen"]
            found.append({"item": "claim", "code": event.name, "machine_fen": event.amount_fen, "window_fen": paid})
        elif event.what == "box" and box not in machines.counted:
            found.append({"item": "box_in_transit", "box": box, "expected_fen": event.amount_fen})
        elif event.what == "box" and machines.counted[box]["counted_fen"] != event.amount_fen:
            counted = machines.counted[box]["counted_fen"]
            found.append({"item": "box", "box": box, "expected_fen": event.amount_fen, "counted_fen": counted})
    for lost in (each for each in told.unpaid if each.day == day and each.seq <= last):
        got = machines.got.get(f"{machine}.{epoch}.{lost.seq}.{lost.payment}")
        both = {"key": lost.key, "reference": lost.reference, "amount_fen": lost.amount_fen}
        if got is None:
            found.append({"item": "unpaid_open", "machine": machine, **both})
        elif got["amount_fen"] != lost.amount_fen:
            found.append({"item": "unpaid", "machine": machine, **both, "got_fen": got["amount_fen"]})
    for batch in (each for each in told.batches.settled if each.day == day and each.seq <= last and not each.agrees):
        sums = {"machine_fen": batch.amount_fen, "station_fen": batch.own_fen}
        found.append({"item": "batch", "machine": machine, "batch": batch.batch, **sums, "balanced": batch.balanced})
    compared = [each for each in told.compared if each.day == day and each.seq <= last]
    if not compared and (of_day or any(sale.day == day and sale.seq <= last for sale in told.ended)):
        found.append({"item": "no_registers", "machine": machine, "epoch": epoch})
    for each in compared[-1:]:
        for name, (said, folded) in each.differences.items():
            found.append({"item": "register", "machine": machine, "name": name, "said": said, "folded": folded})
    return found


def close(machines: Machines, sales: Sales, records: Records, day: str, by: str, now_ms: int) -> dict[str, Any]:
    """The step that closes `day`: figures of both sides, and the differences."""
    upto = watermarks(machines)
    found = items(machines, sales, records, day, upto)
    return {
        "kind": "day_closed",
        "at_ms": now_ms,
        "day": day,
        "by": by,
        "upto": upto,
        "machines": figures(machines, day, upto),
        "station": station_figures(sales, day),
        "items": found,
        "in_order": not found,
    }


def late(machines: Machines, day: str) -> list[str]:
    """Keys of sales of a closed day whose end was told after its close: the next close is asked about them."""
    closed = machines.days.get(day)
    if closed is None:
        return []
    return sorted(
        sale.key
        for (machine, epoch), told in machines.told.items()
        for sale in told.ended
        if sale.day == day and sale.seq > closed["upto"].get(f"{machine}.{epoch}", 0)
    )
