"""Reading functions for whoever shows the machines: plain values, nothing is changed. The office's calls answer these.

Amounts in fen, times in wall ms of the station's clock, `age_ms` since a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.station.machines.told import Told
from simulator.station.sales import SAFE_STATES

if TYPE_CHECKING:
    from simulator.station.core import Station


BATCH = ("batch", "day", "wall_ms", "count", "amount_fen", "balanced", "own_count", "own_fen")


def machines(station: Station, now_ms: int) -> list[dict[str, Any]]:
    """Every enrolled machine: where it stands, whether it may sell, its last status, how far its records are here."""
    return [machine(station, name, now_ms) for name in sorted(station.devices.enrolled)]


def machine(station: Station, name: str, now_ms: int) -> dict[str, Any]:
    """One machine; the epochs oldest first."""
    enrolled = station.devices.enrolled[name]
    status = station.devices.status.get(name)
    epochs = station.devices.epochs.get(name, [])
    known = [*epochs, *(epoch for machine, epoch in sorted(station.records.streams) if machine == name)]
    return {
        "machine": name,
        "station": enrolled.station,
        "granted": not enrolled.revoked,
        "status": status,
        "epochs": [records(station, name, epoch, status, now_ms) for epoch in dict.fromkeys(known)],
        "parameters": parameters_of(station, name),
        "commands": commands(station, name, now_ms),
        "batches": batches(station, name),
    }


def batches(station: Station, name: str) -> list[dict[str, Any]]:
    """Batches of cards of which the bank was told, oldest first: as the machine told, and as its records come to here."""
    return [
        {**{part: getattr(each, part) for part in BATCH}, "epoch": epoch, "agrees": each.agrees}
        for (machine, epoch), told in sorted(station.machines.told.items())
        if machine == name
        for each in told.batches.settled
    ]


def records(station: Station, name: str, epoch: str, status: Mapping[str, Any] | None, now_ms: int) -> dict[str, Any]:
    """What stands of one epoch: how far it is here without a gap, how many lines the machine has beyond (`behind`, None when it
    has not said), whether their MAC is checked (`sealed`, None when nothing came), how old the last one is, what could not be read
    or believed, and where two lines claim one number."""
    stream = station.records.streams.get((name, epoch))
    told = station.machines.told.get((name, epoch))
    acked = stream.acked if stream else 0
    seq = status.get("seq") if status and status.get("epoch", epoch) == epoch else None
    newest = epoch == (station.devices.epochs.get(name) or [epoch])[-1]
    return {
        "epoch": epoch,
        "acked": acked,
        "sealed": stream.sealed if stream else None,
        "behind": max(0, seq - acked) if newest and type(seq) is int else None,
        "age_ms": max(0, now_ms - told.wall_ms) if told else None,
        "quarantine": [{"seq": seq, "reason": reason} for seq, reason in stream.quarantine.items()] if stream else [],
        "forks": sorted(stream.forks) if stream else [],
        "registers": registers(told) if told else None,
    }


def registers(told: Told) -> dict[str, Any]:
    """The registers as folded here, and how the last ones that the machine told compared."""
    last = told.compared[-1] if told.compared else None
    return {
        "folded": {name: value for name, value in sorted(told.registers.values.items()) if value},
        "told_at_seq": last.seq if last else None,
        "differences": {name: list(pair) for name, pair in last.differences.items()} if last else {},
    }


def parameters_of(station: Station, name: str) -> dict[str, Any]:
    """What the newest epoch's records say: sets in force and waiting, and what was refused with its reason."""
    told = _newest(station, name)
    if told is None:
        return {"active": {}, "staged": {}, "refused": []}
    refused = [{"set": set_, "version": version, "reason": reason} for set_, version, reason in told.refused]
    return {"active": dict(told.active), "staged": dict(told.staged), "refused": refused}


def commands(station: Station, name: str, now_ms: int) -> list[dict[str, Any]]:
    """All commands with what became of them: done, refused, expired (nothing was told in time), or waiting."""
    results: dict[int, tuple[str, str]] = {}
    for (machine, _), told in station.machines.told.items():
        if machine == name:
            results |= told.results
    found = []
    for command in station.machines.commands.describe(name):
        waiting = "expired" if command["expires_ms"] <= now_ms else "waiting"
        outcome, why = results.get(command["seq"], (waiting, ""))
        found.append({**command, "outcome": outcome, "why": why})
    return found


def parameters(station: Station) -> list[dict[str, Any]]:
    """Every version of every set, with the machines on which it is in force."""
    active: dict[tuple[str, int], list[str]] = {}
    for name in sorted(station.devices.enrolled):
        for set_, version in parameters_of(station, name)["active"].items():
            active.setdefault((set_, version), []).append(name)
    return [
        {**each, "on": active.get((each["name"], each["version"]), [])} for each in station.machines.sets.describe()
    ]


def claims(station: Station) -> list[dict[str, Any]]:
    """Every claim of which a machine told, with what the window paid; open ones have `settled` None."""
    settled = station.machines.settled
    return [
        {
            "code": event.name,
            "machine": machine,
            "day": event.day,
            "amount_fen": event.amount_fen,
            "settled": settled.get(event.name),
        }
        for (machine, _), told in sorted(station.machines.told.items())
        for event in told.happened
        if event.what == "claim"
    ]


def unpaid(station: Station) -> list[dict[str, Any]]:
    """Every payment that came to nothing after tickets were given for it (decision page 058): whom to ask for it, and what was
    got in the end; open ones have `settled` None."""
    return [
        {
            "unpaid": (name := f"{machine}.{epoch}.{each.seq}.{each.payment}"),
            "machine": machine,
            "day": each.day,
            "key": each.key,
            "reference": each.reference,
            "amount_fen": each.amount_fen,
            "tickets": _delivered(station, each.key),
            "settled": station.machines.got.get(name),
        }
        for (machine, epoch), told in sorted(station.machines.told.items())
        for each in told.unpaid
    ]


def _delivered(station: Station, key: str) -> list[str]:
    """Numbers of a sale's tickets that somebody holds or may hold."""
    sale = station.sales.by_key.get(key)
    return [ticket["number"] for ticket in sale.printed if ticket["state"] not in SAFE_STATES] if sale else []


def boxes(station: Station) -> list[dict[str, Any]]:
    """Every box that left a machine; `counted` None while it is in transit."""
    return [
        {
            "box": (box := f"{machine}.{epoch}.{event.seq}"),
            "machine": machine,
            "day": event.day,
            "expected_fen": event.amount_fen,
            "counted": station.machines.counted.get(box),
        }
        for (machine, epoch), told in sorted(station.machines.told.items())
        for event in told.happened
        if event.what == "box"
    ]


def _newest(station: Station, name: str) -> Told | None:
    epochs = [epoch for epoch in station.devices.epochs.get(name, []) if (name, epoch) in station.machines.told]
    own = [told for (machine, _), told in station.machines.told.items() if machine == name]
    return station.machines.told[name, epochs[-1]] if epochs else own[-1] if own else None
