"""What became of an order, from what the hopper counts. Pure. Source: cctalk sheet, sections 7.1, 7.3 and 8.2 to 8.4.

The event counter says whether the order was taken, the status how many coins, and the dispense count is the only proof that lives
through a power cut. An answer to DISPENSE is a hint and never the proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique

from drivers.cctalk.codec import Status, next_event
from drivers.cctalk.flags import Flags
from drivers.dispensing.outcome import Ending
from kiosk.ports.note_dispenser import MISCOUNTED

IN_FLIGHT = 1
"""Coins that may have crossed the exit uncounted when the power fell or the exit was blocked."""


@dataclass(frozen=True, slots=True)
class Counters:
    """All that is compared. `count`: coins ever paid, None when the hopper does not tell it."""

    serial: int
    event: int
    paid: int
    unpaid: int
    count: int | None

    def record(self) -> dict[str, int]:
        """As it stands in the record of an order."""
        told = {"serial": self.serial, "event": self.event, "paid": self.paid, "unpaid": self.unpaid}
        return told if self.count is None else told | {"count": self.count}


def counters_of(record: Mapping[str, int]) -> Counters | None:
    """None for the record of another kind of device, or of none."""
    try:
        return Counters(record["serial"], record["event"], record["paid"], record["unpaid"], record.get("count"))
    except KeyError:
        return None


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at a hopper, or two equal ones."""

    serial: int
    status: Status
    count: int | None
    flags: Flags

    @property
    def counters(self) -> Counters:
        return Counters(self.serial, self.status.event, self.status.paid, self.status.unpaid, self.count)


@unique
class Hint(Enum):
    """What else is known of an order."""

    NONE = "no answer came"
    ACCEPTED = "its answer named the next event, or it was seen running"
    REFUSED = "NAK"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`least` and `most`: coins that fell. `untaken`: the hopper never heard the order, and its counters are as recorded."""

    ending: Ending
    reason: str
    least: int
    most: int
    untaken: bool = False


def judge(asked: int, before: Counters, now: Reading, hint: Hint = Hint.NONE, stopped: bool = False) -> Verdict:
    """`asked` 1..255. `now` is at rest (remaining 0). `stopped`: we stopped it ourselves, and it never lost its power."""
    if now.serial != before.serial or now.flags.forgetful or now.status.remaining:
        return unknown(asked, "other")
    if now.status.event == before.event and (before.event or _unmoved(before, now)):
        return _same_event(asked, before, now, hint)
    if now.status.event == next_event(before.event):
        return _next_event(asked, before, now, hint)
    if now.status.event == 0:
        return _reset(asked, before, now, stopped)
    return unknown(asked, "other")


def unknown(asked: int, reason: str, least: int = 0, most: int | None = None) -> Verdict:
    return Verdict(Ending.UNKNOWN, reason, least, asked if most is None else min(asked, most))


def _unmoved(before: Counters, now: Reading) -> bool:
    return now.counters == before


def _same_event(asked: int, before: Counters, now: Reading, hint: Hint) -> Verdict:
    """It took no command since. Without a count, a counter at 0 cannot exclude a reset."""
    blind = before.count is None and not before.event
    if blind or hint is Hint.ACCEPTED or not _unmoved(before, now):
        return unknown(asked, "other")
    return Verdict(Ending.REFUSED, reason_of(now.flags), 0, 0, untaken=hint is Hint.NONE)


def _next_event(asked: int, before: Counters, now: Reading, hint: Hint) -> Verdict:
    """It took the order, or refused it and counted that."""
    fallen = _fallen(before, now)
    paid, whole = now.status.paid, now.status.paid + now.status.unpaid == asked
    sure = hint is Hint.ACCEPTED or (paid, now.status.unpaid) != (before.paid, before.unpaid)
    if fallen is None and hint is Hint.REFUSED:
        return Verdict(Ending.REFUSED, reason_of(now.flags), 0, 0) if not sure else unknown(asked, "other")
    if fallen == paid > asked:
        return _overrun(asked, fallen)
    forgets = now.status.unpaid == 0 and paid < asked  # some makes keep what is unpaid after a power cut only (8.4)
    if (whole and fallen is None and sure) or (fallen == paid and (whole or forgets)):
        return _finished(asked, paid, now.flags, hint)
    if fallen == 0 and hint is not Hint.ACCEPTED:
        return Verdict(Ending.REFUSED, reason_of(now.flags), 0, 0)
    return unknown(asked, "other")


def _finished(asked: int, paid: int, flags: Flags, hint: Hint) -> Verdict:
    if flags.blinded:
        return unknown(asked, f"{MISCOUNTED} {flags}")
    if flags.exit_blocked:
        return unknown(asked, "exit", max(0, paid - IN_FLIGHT), paid + IN_FLIGHT)
    if paid == asked:
        return Verdict(Ending.FULL, "", paid, paid)
    if not paid and hint is Hint.REFUSED:
        return Verdict(Ending.REFUSED, reason_of(flags), 0, 0)
    return Verdict(Ending.SHORT, reason_of(flags), paid, paid)


def _reset(asked: int, before: Counters, now: Reading, stopped: bool) -> Verdict:
    """Power cut or reset: the counter is lost. What fell is known to the count, but for a coin in its flight."""
    paid, fallen = now.status.paid, _fallen(before, now)
    changed = (paid, now.status.unpaid) != (before.paid, before.unpaid)
    if fallen is None:
        if not changed or paid + now.status.unpaid != asked:
            return unknown(asked, "power")
        fallen = paid
    if fallen == paid > asked:
        return _overrun(asked, fallen)
    if not 0 <= fallen <= asked or not (paid == fallen or (fallen == 0 and paid == before.paid)):
        return unknown(asked, "power")
    if now.flags.blinded:
        return unknown(asked, f"{MISCOUNTED} {now.flags}")
    if fallen == asked and not now.flags.exit_blocked:
        return Verdict(Ending.FULL, "", fallen, fallen)
    if stopped and not now.flags.exit_blocked:
        return Verdict(Ending.SHORT, "stopped", fallen, fallen)
    return unknown(asked, "power", max(0, fallen - IN_FLIGHT * now.flags.exit_blocked), fallen + IN_FLIGHT)


def _overrun(asked: int, fallen: int) -> Verdict:
    """It counted more coins than were asked for."""
    return Verdict(Ending.UNKNOWN, MISCOUNTED, asked, fallen)


def _fallen(before: Counters, now: Reading) -> int | None:
    """By the count; None when one of the two is not known."""
    return None if before.count is None or now.count is None else now.count - before.count


def reason_of(flags: Flags) -> str:
    """Why a hopper gives nothing, in the port's words."""
    if flags.jammed:
        return "jam"
    if flags.exit_blocked:
        return "exit"
    return "empty" if flags.ran_empty else "other"
