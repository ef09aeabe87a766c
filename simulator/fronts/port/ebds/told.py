"""What an EBDS answer tells: six data bytes, and the note that an extended one names.

Source: ebds sheet, sections 6, 8 and 11 (traps 4 to 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from simulator.devices.ebds.codes import (
    DENOMINATION_SHIFT,
    DENOMINATIONS,
    EXTENDED,
    REPLY,
    Health,
    More,
    Motion,
    Status,
    Sub,
)

DATA = 6
VALUE = 9
NOT_AT_REST = Motion.ACCEPTING | Motion.ESCROWED | Motion.STACKING | Motion.RETURNING
WHY = Status.JAMMED | Status.FULL | Status.CALIBRATION
TROUBLE = Health.POWER_UP | Health.FAILURE | Health.TRANSPORT_OPEN


@dataclass(frozen=True, slots=True)
class Named:
    """A row of the table, or a note that is there now (index 0). `value_fen` 0: an empty row, or a note without a value."""

    index: int
    currency: str
    value_fen: int
    kind: int


@dataclass(frozen=True)
class Told:
    """A status. `note`: what it names."""

    data: bytes
    note: Named | None = None

    @property
    def motion(self) -> int:
        return self.data[0]

    @property
    def condition(self) -> int:
        return self.data[1]

    @property
    def health(self) -> int:
        return self.data[2]

    @property
    def more(self) -> int:
        return self.data[3]

    @property
    def denomination(self) -> int:
        return self.health >> DENOMINATION_SHIFT & DENOMINATIONS

    @property
    def names(self) -> bool:
        """It says which note it speaks of."""
        return self.note is not None or bool(self.denomination)

    @cached_property
    def at_rest(self) -> bool:
        return bool(self.motion & Motion.IDLING) and not self.motion & NOT_AT_REST and not self.health & Health.POWER_UP

    @cached_property
    def stopped(self) -> bool:
        """With whatever is inside, until somebody helps it."""
        return bool(self.condition & Status.JAMMED or self.health & Health.FAILURE or self.more & More.STALLED)

    @cached_property
    def silent(self) -> bool:
        """No state, and nothing that explains it."""
        boxed = bool(self.condition & Status.CASSETTE)
        return not self.motion and boxed and not self.condition & WHY and not self.health & TROUBLE

    @cached_property
    def disabled_itself(self) -> bool:
        """Out of service, if it stays so."""
        return bool(self.health & Health.TRANSPORT_OPEN or self.condition & Status.CALIBRATION) or self.silent

    @property
    def raw(self) -> str:
        """For people: `01/10/00/00`."""
        return "/".join(f"{byte:02X}" for byte in self.data[:4])


def told_in(kind: int, data: bytes) -> Told | None:
    """The status in an answer of this message type; None when it has none."""
    if kind == REPLY:
        return Told(data)
    if kind == EXTENDED:
        named = _named(data[1 + DATA :]) if data[0] == Sub.NOTE else None
        return Told(data[1 : 1 + DATA], named)
    return None


def _named(entry: bytes) -> Named:
    fen = worth(entry[1 : 1 + VALUE])
    return Named(entry[0], entry[1:4].decode("ascii", "replace"), fen, entry[15])


def worth(value: bytes) -> int:
    """Currency, base, sign, exponent -> fen; 0 for zeros."""
    return int(value[3:6]) * 10 ** int(value[6:9]) * 100 if value.strip(b"\0") else 0


def text(data: bytes) -> str:
    return data.split(b"\0")[0].decode("ascii").strip()
