"""Lines of a machine's records that nothing was folded from: forked, put aside, damaged. A close tells of each once.

They have no business day that could be believed, so each stands in the first close that comes after it, and in no later one.
Neighbours put aside for one reason are told as one: a machine whose seal is wrong sends hundreds. Source: station-api sheet,
"Close of a day".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.station.machines.state import Machines
from simulator.station.records import Records

Item = dict[str, Any]
Told = set[tuple[str, str, str, int]]  # which item, machine, epoch, seq


def items(machines: Machines, records: Records, upto: Mapping[str, int]) -> list[Item]:
    """What no close has told yet; of damaged records those up to `upto`."""
    told = set(_told(machines.days.values()))
    found: list[Item] = []
    for stream in records.snapshot():
        machine, epoch = stream["machine"], stream["epoch"]
        name = {"machine": machine, "epoch": epoch}
        new = [seq for seq in stream["forks"] if ("fork", machine, epoch, seq) not in told]
        found += [{"item": "fork", **name, "seq": seq} for seq in new]
        aside = {one["seq"]: one["reason"] for one in stream["quarantine"]}
        fresh = {seq: why for seq, why in aside.items() if ("quarantine", machine, epoch, seq) not in told}
        found += [{"item": "quarantine", **name, **stretch} for stretch in _stretches(fresh)]
    for (machine, epoch), known in sorted(machines.told.items()):
        last = upto.get(f"{machine}.{epoch}", 0)
        new = [seq for seq in known.damaged if seq <= last and ("damaged", machine, epoch, seq) not in told]
        found += [{"item": "damaged", "machine": machine, "epoch": epoch, "seq": seq} for seq in new]
    return found


def _told(closes: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, int]]:
    for item in (each for close in closes for each in close["items"]):
        if item["item"] in ("fork", "damaged"):
            yield item["item"], item["machine"], item["epoch"], item["seq"]
        elif item["item"] == "quarantine":
            for seq in range(item["first_seq"], item["last_seq"] + 1):
                yield item["item"], item["machine"], item["epoch"], seq


def _stretches(aside: Mapping[int, str]) -> Iterator[Item]:
    """Lines that follow each other and were put aside for the same reason, as one."""
    first = last = 0
    for seq, reason in sorted(aside.items()):
        if first and seq == last + 1 and reason == aside[first]:
            last = seq
            continue
        if first:
            yield {"first_seq": first, "last_seq": last, "reason": aside[first]}
        first = last = seq
    if first:
        yield {"first_seq": first, "last_seq": last, "reason": aside[first]}
