"""Public holidays that the calendar marks, read from `config/network/holidays.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

import config

FILE = Path(config.__file__).parent / "network" / "holidays.yaml"


@dataclass(frozen=True, slots=True)
class Holiday:
    name: str
    english: str


@dataclass(frozen=True, slots=True)
class Holidays:
    """`every_year` by `MM-DD`, `moving` by `YYYY-MM-DD`."""

    every_year: Mapping[str, Holiday] = field(default_factory=dict)
    moving: Mapping[str, Holiday] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for text in (*self.moving, *(f"2024-{day}" for day in self.every_year)):  # a leap year: 29 February is a day
            try:
                date.fromisoformat(text)
            except ValueError:
                raise ValueError(f"{text}: no day of the calendar") from None

    def on(self, day: date) -> Holiday | None:
        """What is celebrated on a day."""
        text = day.isoformat()
        return self.moving.get(text) or self.every_year.get(text[5:])


@lru_cache(maxsize=2)
def holidays(path: Path = FILE) -> Holidays:
    """The holidays of this machine; none without its file. Raises `config.ConfigError` for a file that cannot be used."""
    return config.load(path, Holidays) if path.exists() else Holidays()
