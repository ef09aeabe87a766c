"""Commands of a SAM-V reader, and which answer can be whose: answers do not say it (io-board sheet, section 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from simulator.devices.samv import codes
from simulator.devices.samv.card import SERIAL
from simulator.devices.samv.codes import Status

HURT = frozenset({Status.CHECKSUM, Status.TIME_OUT})
BROKEN = frozenset({Status.COMMAND, Status.NOT_AUTHORISED, Status.SELF_TEST, Status.LOGIN, Status.NO_KEY})
MOVED = frozenset({Status.NO_CARD_YET, Status.READ_FAILED, Status.SELECT_FAILED})
ABOUT_FINDING = frozenset({Status.FOUND, Status.FIND_FAILED})
AROUND = 11
"""Bytes of a packet about its data: head, length, three status bytes, check."""
NUMBER_BYTES, FOUND_BYTES, LEAST_READ = 16, 4, 17


class Told(NamedTuple):
    """A whole answer."""

    status: Status
    data: bytes = b""

    @property
    def size(self) -> int:
        return AROUND + len(self.data)


@dataclass(frozen=True, slots=True, eq=False)
class Command:
    name: str
    content: bytes
    fits: Callable[[Told], bool]
    answer_ms: int = 1_500


def _bare(told: Told) -> bool:
    return not told.data and told.status in {Status.GOOD} | BROKEN | HURT


def _with(sizes: Callable[[int], bool], good: Status, never: frozenset[Status]) -> Callable[[Told], bool]:
    """Data of such a size after `good`; after any other word none, and never one of these."""
    return lambda told: sizes(len(told.data)) if told.status is good else not told.data and told.status not in never


RESET = Command("reset", bytes(codes.RESET), _bare)
STATUS = Command("status", bytes(codes.STATUS), _bare)
NUMBER = Command("number", bytes(codes.NUMBER), _with(NUMBER_BYTES.__eq__, Status.GOOD, ABOUT_FINDING))
FIND = Command("find", bytes(codes.FIND), _with(FOUND_BYTES.__eq__, Status.FOUND, frozenset({Status.GOOD})))
SELECT = Command("select", bytes(codes.SELECT), _with(SERIAL.__eq__, Status.GOOD, ABOUT_FINDING))
READ = Command(
    "read", bytes(codes.READ), _with(LEAST_READ.__le__, Status.GOOD, ABOUT_FINDING | {Status.SELECT_FAILED}), 3_000
)

AGAIN: Mapping[Status, str] = {**dict.fromkeys(MOVED, "moved"), Status.UNKNOWN_CARD: "kind"}
"""Why what lies there was not read; any other word: unreadable."""


def serial_of(number: bytes) -> str:
    """As it is printed on readers: maker.kind-date-series-chance."""
    maker, kind = (int.from_bytes(number[at : at + 2], "little") for at in (0, 2))
    made, series, chance = (int.from_bytes(number[at : at + 4], "little") for at in (4, 8, 12))
    return f"{maker:02d}.{kind:02d}-{made:08d}-{series:010d}-{chance:010d}"
