"""What a POLL of an eSSP unit tells, and what of it lasts: events, troubles, the counter of stacked notes.

Source: essp sheet, sections 6, 8 and 12 (trap 2); reliability notes 3 (C).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.faults import FaultCode
from simulator.devices.essp import codes
from simulator.devices.essp.codes import Event
from simulator.devices.essp.state import WITH_CHANNEL

QUIET_ANSWERS = 2
COUNTER_END = 1 << 32
KNOWN = frozenset(int(event) for event in Event)
STOPS: dict[int, FaultCode] = {
    Event.FULL: FaultCode.BOX_FULL,
    Event.BOX_REMOVED: FaultCode.BOX_OUT,
    Event.JAM_IN_REACH: FaultCode.NOTE_JAM,
    Event.JAM_SAFE: FaultCode.NOTE_JAM,
    Event.PATH_OPEN: FaultCode.DEVICE_FAILURE,
    Event.FRAUD: FaultCode.CHEATED,
}
CONTRADICTED_BY = {
    Event.BOX_REPLACED: (Event.BOX_REMOVED, Event.FULL),
    **dict.fromkeys((Event.RESET, Event.READ, Event.STACKING, Event.STACKED), tuple(STOPS)),
}


@dataclass(frozen=True, slots=True)
class Word:
    """One event; `channel` 0 when it names none."""

    code: int
    channel: int = 0


def words_in(data: bytes) -> tuple[list[Word], bool]:
    """The events of an answer, and whether all could be told apart: behind an unknown one nothing can."""
    found: list[Word] = []
    at = 0
    while at < len(data):
        code = data[at]
        if code not in KNOWN:
            return [*found, Word(code)], False
        named = code in WITH_CHANNEL
        found.append(Word(code, data[at + 1] if named else 0))
        at += 1 + named
    return found, True


class Troubles:
    """One that is said again and again has passed when it is said no more; one said once lasts until it is contradicted."""

    def __init__(self) -> None:
        self._times: dict[int, int] = {}
        self._quiet: dict[int, int] = {}

    @property
    def up(self) -> set[FaultCode]:
        return {STOPS[code] for code in self._times}

    def answer(self, words: Sequence[Word]) -> None:
        said = [word.code for word in words]
        for code in said:
            for ended in CONTRADICTED_BY.get(Event(code), ()) if code in KNOWN else ():
                self._times.pop(ended, None)
            if code in STOPS:
                self._times[code] = self._times.get(code, 0) + 1
                self._quiet[code] = 0
        for code in set(self._times) - set(said):
            self._quiet[code] += 1
            if self._times[code] > 1 and self._quiet[code] >= QUIET_ANSWERS:
                del self._times[code]


class Unread:
    """Events of POLL WITH ACK are told again until EVENT ACK arrived. `due`: it has to be sent."""

    def __init__(self) -> None:
        self._told = b""
        self.due = False

    def of(self, data: bytes) -> bytes:
        again = len(self._told) if data.startswith(self._told) else 0
        self._told, self.due = data, bool(data)
        return data[again:]

    def acknowledged(self) -> None:
        self._told, self.due = b"", False


class Counter:
    """The life counter of stacked notes. Not `fresh`: a note has moved since it was read."""

    def __init__(self) -> None:
        self._stacked: int | None = None
        self._before: int | None = None  # before the note under way was accepted
        self.fresh = True

    @property
    def value(self) -> int | None:
        return self._stacked if self.fresh else None

    def read(self, stacked: int | None) -> None:
        self._stacked, self._before, self.fresh = stacked, None, True

    def accepted(self) -> None:
        self._before, self.fresh = self.value, False

    def rise(self, stacked: int | None) -> int | None:
        """Since the note under way was accepted; None when nobody knows."""
        return None if stacked is None or self._before is None else (stacked - self._before) % COUNTER_END


def stacked_in(data: bytes) -> int | None:
    """The first of the counters."""
    return int.from_bytes(data[1:5], "little") if data else None


WHY = {
    "folded": ("length", "too_long", "twisted", "short"),
    "unreadable": (
        "not_recognised", "not_recognised_3", "not_recognised_4", "not_recognised_5", "two_channels", "peak", "slot", "slot_17",
        "oversample",
    ),
    "inhibited": ("inhibited",),
    "double": ("double",),
}  # fmt: skip
BY_CODE = {codes.REASONS[name]: why for why, names in WHY.items() for name in names} | {
    codes.TIMED_OUT: "folded",
    codes.SECOND_NOTE: "double",
    codes.DISABLED_BY_HOST: "inhibited",
}


def refused_because(code: int) -> str:
    return BY_CODE.get(code, "other")
