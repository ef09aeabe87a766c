"""The configuration file of one machine, as typed values (read by `config.load`, decision 46).

Unknown keys are refused with file, line and nearest key. Paths may be relative: they are then looked up beside the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config import Range, load
from kiosk.parameters import MachinePolicy, SalePolicy


@dataclass(frozen=True, slots=True)
class Identity:
    """`id` is unique at the station, `station` the telecode of the place it stands at."""

    id: str
    station: str
    environment: Literal["lab", "production"] = "production"
    timezone: str = "Asia/Shanghai"
    help_line: str = "12306"
    window: str = "1"
    other_origins: bool = True

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"timezone: {self.timezone!r} is no time zone, such as Asia/Shanghai") from error


@dataclass(frozen=True, slots=True)
class StationLink:
    url: str
    status_ms: Annotated[int, Range(1_000, 600_000)] = 30_000

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"url: {self.url!r} is no address, such as https://station:8620")


@dataclass(frozen=True, slots=True)
class ScreenLink:
    socket: Path


@dataclass(frozen=True, slots=True)
class BlackBoxSettings:
    """The bounded record of bytes, facts and screens beside the journal. `size_mb` of it stay; not `enabled`: none is kept."""

    enabled: bool = True
    size_mb: Annotated[int, Range(1, 1_024)] = 16


@dataclass(frozen=True, slots=True)
class Device:
    """One device on one link. `cassettes` (dispensers): number -> face value in fen."""

    model: str
    link: str
    baud: Annotated[int, Range(1_200, 921_600)] = 9_600
    parity: Literal["N", "E", "O"] = "N"
    poll_ms: Annotated[int, Range(20, 5_000)] = 100
    cassettes: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeviceTable:
    """What is fitted; left out = not fitted."""

    acceptor: Device | None = None
    dispenser: Device | None = None
    ticket_unit: Device | None = None
    cabinet: Device | None = None
    slip_printer: Device | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    machine: Identity
    journal: Path
    station: StationLink
    screen: ScreenLink
    devices: DeviceTable = field(default_factory=DeviceTable)
    sale: SalePolicy = field(default_factory=SalePolicy)
    thresholds: MachinePolicy = field(default_factory=MachinePolicy)
    blackbox: BlackBoxSettings = field(default_factory=BlackBoxSettings)


def read(path: Path) -> Settings:
    """The file at `path`, with relative paths looked up beside it. Raises config.ConfigError."""
    found = load(path, Settings)
    base = path.resolve().parent
    return replace(found, journal=base / found.journal, screen=replace(found.screen, socket=base / found.screen.socket))
