"""What stands in the cabinet's configuration file. Every key has a default: an empty file is a working machine.

Nothing lies in the machine at first: notes and blanks are in the vault until a technician's hands bring them, so that
book values have an origin (decision 49). Face values are fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import config
from config import Range
from simulator.devices.twin import Speeds

Pieces = Annotated[int, Range(0, 20_000)]
Capacity = Annotated[int, Range(1, 5_000)]
MotionMs = Annotated[int, Range(0, 600_000)]
KNOWN_FEN = (100, 500, 1_000, 2_000, 5_000, 10_000)


@dataclass(frozen=True, slots=True)
class CassetteSettings:
    """One cassette; position 1 is the first of the list."""

    value_fen: int
    capacity: Capacity = 1_000


@dataclass(frozen=True, slots=True)
class SpeedSettings:
    """Nominal motion times; the clock's rate divides them."""

    note_in_ms: MotionMs = 2_000
    ticket_ms: MotionMs = 4_500
    notes_out_per_s: Annotated[float, Range(0.1, 100)] = 4.0
    flap_ms: Annotated[int, Range(0, 300)] = 300  # the board drives a flap for 300 ms, a slower one never arrives
    slip_ms: MotionMs = 1_500

    def speeds(self, rate: float) -> Speeds:
        return Speeds(self.note_in_ms, self.ticket_ms, self.notes_out_per_s, self.flap_ms, self.slip_ms, rate)


def _cassettes() -> tuple[CassetteSettings, ...]:
    return tuple(CassetteSettings(value_fen) for value_fen in (100, 500, 1_000, 5_000))


def _vault() -> Mapping[int, int]:
    return {100: 800, 500: 800, 1_000: 800, 5_000: 400}


def _wallet() -> Mapping[int, int]:
    return {100: 10, 500: 5, 1_000: 5, 2_000: 5, 5_000: 4, 10_000: 10}


@dataclass(frozen=True, slots=True)
class CabinetSettings:
    """The whole file. `vault_notes`, `wallet_notes`: face value in fen -> notes."""

    cassettes: Annotated[tuple[CassetteSettings, ...], Range(0, 4)] = field(default_factory=_cassettes)
    vault_notes: Mapping[int, Pieces] = field(default_factory=_vault)
    wallet_notes: Mapping[int, Pieces] = field(default_factory=_wallet)
    vault_blanks: Pieces = 3_000
    roll_capacity: Capacity = 1_500
    roll_near_end: Pieces = 30
    box_capacity: Capacity = 1_000
    box_tag: Annotated[str, Range(0, 8)] = "BOX-0001"
    waste_capacity: Capacity = 300
    retract_capacity: Capacity = 200
    cassette_near_end: Pieces = 30
    timezone: Annotated[str, Range(1, 64)] = "Asia/Shanghai"  # in which the lab page shows the time
    speeds: SpeedSettings = field(default_factory=SpeedSettings)

    def __post_init__(self) -> None:
        values = [*self.vault_notes, *self.wallet_notes, *(cassette.value_fen for cassette in self.cassettes)]
        for value_fen in values:
            if value_fen not in KNOWN_FEN:
                raise ValueError(f"{value_fen} fen is no banknote; known: {', '.join(map(str, KNOWN_FEN))}")
        if not self.box_tag.isascii():
            raise ValueError("box_tag holds ASCII only")


def load(path: Path | None) -> CabinetSettings:
    """The file's settings, or the defaults. Raises config.ConfigError with file, line and key."""
    return CabinetSettings() if path is None else config.load(path, CabinetSettings)
