"""What became of an order to a hopper, from what it counts at rest (cctalk sheet, sections 7.3 and 8.2 to 8.4)."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass

from simulator.devices.cctalk.codes import Flag

LAST_EVENT = 255
DAMAGED = frozenset({Flag.COUNTS_WRONG, Flag.WRITE_TORN})
LIT = frozenset({Flag.LIT_PAYING, Flag.LIT_IDLE})
BLOCKED = frozenset({Flag.BLOCKED_IDLE, Flag.BLOCKED_PAYING})


@dataclass(frozen=True, slots=True)
class Counted:
    """All that a hopper counts; `count`: coins ever."""

    serial: int
    event: int
    paid: int
    unpaid: int
    count: int

    def record(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def of(cls, record: Mapping[str, int]) -> Counted | None:
        """None for a record that lacks something."""
        try:
            return cls(*(record[name] for name in ("serial", "event", "paid", "unpaid", "count")))
        except KeyError:
            return None


@dataclass(frozen=True, slots=True)
class Found:
    """`ending`: full, short, refused, unknown; `least` and `most` coins fell. `untaken`: it never heard the order."""

    ending: str
    least: int
    most: int
    reason: str = ""
    untaken: bool = False


def outcome(asked: int, before: Counted, now: Counted, flags: AbstractSet[Flag]) -> Found:
    """`now` stands still."""
    fell = now.count - before.count
    if now.serial != before.serial or flags & DAMAGED:
        return Found("unknown", 0, asked, "other")
    if now == before:
        return Found("refused", 0, 0, reason_of(flags), untaken=True)
    if fell > asked:
        return Found("unknown", asked, fell, "miscounted")
    if flags & LIT:
        return Found("unknown", 0, asked, "miscounted light")
    if now.event == before.event % LAST_EVENT + 1:
        return _taken(asked, fell, now, flags)
    if now.event or not 0 <= fell <= asked:
        return Found("unknown", 0, asked, "other")
    if fell == asked and not flags & BLOCKED:
        return Found("full", fell, fell)
    return Found("unknown", max(0, fell - bool(flags & BLOCKED)), min(asked, fell + 1), "power")


def _taken(asked: int, fell: int, now: Counted, flags: AbstractSet[Flag]) -> Found:
    """Its next command: this one."""
    if fell != now.paid:
        return Found("unknown", 0, asked, "other")
    if flags & BLOCKED:
        return Found("unknown", max(0, fell - 1), min(asked, fell + 1), "exit")
    if fell == asked:
        return Found("full", fell, fell)
    return Found("short", fell, fell, reason_of(flags))


def reason_of(flags: AbstractSet[Flag]) -> str:
    """Why it gives nothing, in the port's words."""
    if Flag.JAM in flags:
        return "jam"
    if flags & BLOCKED:
        return "exit"
    return "empty" if Flag.EMPTY in flags else "other"
