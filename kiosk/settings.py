"""The configuration file of one machine, as typed values (read by `config.load`, decision 46).

Unknown keys are refused with file, line and nearest key. Paths may be relative: they are then looked up beside the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config import Range, load
from kiosk.journey.state import JourneySettings
from kiosk.parameters import MachinePolicy, PowerPolicy, SalePolicy


@dataclass(frozen=True, slots=True)
class Identity:
    """`id` is unique at the station, `station` the telecode of the place it stands at.

    `fixed_stations`: telecodes of the short-distance mode, one touch from the home screen; empty: no such tile.
    """

    id: str
    station: str
    environment: Literal["lab", "production"] = "production"
    timezone: str = "Asia/Shanghai"
    help_line: str = "12306"
    window: str = "1"
    other_origins: bool = True
    fixed_stations: tuple[str, ...] = ()

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
class CodePayment:
    """The provider of phone codes. `merchant` is what it calls this machine; the first line of `key_file` is the key that both
    know, 64 hex digits (code-provider sheet, section 1)."""

    url: str
    merchant: str
    key_file: Path
    poll_ms: Annotated[int, Range(500, 10_000)] = 2_000

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"url: {self.url!r} is no address, such as https://provider:8640")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", self.merchant):
            raise ValueError(f"merchant: {self.merchant!r} is not 1 to 32 letters, digits, _ or -")


@dataclass(frozen=True, slots=True)
class CameraLink:
    """A network camera: `url` answers with a picture (PNG or JPEG). `size_mb` of pictures are kept beside the journal."""

    url: str
    size_mb: Annotated[int, Range(1, 65_536)] = 512

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"url: {self.url!r} is no address, such as http://camera/frame.jpg")


@dataclass(frozen=True, slots=True)
class CardPayment:
    """The bank's host of card payments (link `tcp:HOST:PORT`) and how it knows this machine; devices.card_reader and
    devices.pin_pad belong to it. `kernel`: reference is the uncertified one, for the lab only. `keeps_wanted`: a card whose issuer
    wants it is captured. `tpdu` and `header`: hex, as the acquirer hands them out (ISO 8583 sheet, section 1)."""

    link: str
    terminal: str
    merchant: str
    kernel: Literal["reference"] = "reference"
    tpdu: str = "6000380000"
    header: str = "603100311301"
    answer_ms: Annotated[int, Range(2_000, 25_000)] = 20_000
    take_ms: Annotated[int, Range(5_000, 25_000)] = 20_000
    keeps_wanted: bool = False


@dataclass(frozen=True, slots=True)
class CardTerminal:
    """A certified terminal that does all of a card payment itself, in place of `cards` with reader and PIN pad (link
    `tcp:HOST:PORT` or a serial port). The first line of `password_file` is its password, six digits. `terminal`: its own eight
    digits, empty for any. `repeats`: how often it tells a result while tickets are printed, every 2 to 4 s."""

    link: str
    model: Literal["zvt"] = "zvt"
    baud: Annotated[int, Range(1_200, 921_600)] = 9_600
    password_file: Path | None = None
    terminal: str = ""
    currency: Annotated[int, Range(1, 999)] = 156
    repeats: Annotated[int, Range(10, 255)] = 200

    def __post_init__(self) -> None:
        if self.terminal and not re.fullmatch(r"[0-9]{8}", self.terminal):
            raise ValueError(f"terminal: {self.terminal!r} is not eight digits")


@dataclass(frozen=True, slots=True)
class ScreenLink:
    """`media`: directory of the waiting page's pictures, which the controller fills and the screen reads; left out: none."""

    socket: Path
    media: Path | None = None


@dataclass(frozen=True, slots=True)
class BlackBoxSettings:
    """The bounded record of bytes, facts and screens beside the journal. `size_mb` of it stay; not `enabled`: none is kept."""

    enabled: bool = True
    size_mb: Annotated[int, Range(1, 1_024)] = 16


@dataclass(frozen=True, slots=True)
class HopperSeat:
    """One hopper of a bus: what its coins are worth is known here only, and only the one with this serial number is believed."""

    address: Annotated[int, Range(2, 255)]
    value_fen: Annotated[int, Range(10, 10_000)]
    serial: Annotated[int, Range(0, 16_777_215)]


@dataclass(frozen=True, slots=True)
class Device:
    """One device on one link; two ports with the same link are served by one unit (decision 22).

    `cassettes` (dispensers): number -> face value in fen. `notes` (acceptors that may not say what a note is worth): number in
    the device's own table -> face value in fen; what the device does say has to agree. `escrow` (acceptors): cassette of the
    bulk escrow, 0 without one, and how many notes go into it. `hoppers` (of a coin bus): number -> seat. Of a UPS: how long its
    full battery carries this machine, and what the battery should have when the unit does not say it; behind a server (link
    `tcp:HOST:PORT`) its name there, and the account that may order commands, with a file whose first line is the password.
    `version`: how the version begins that the device must say of itself, empty: any. Another one is told, and works on.
    """

    model: str
    link: str
    baud: Annotated[int, Range(1_200, 921_600)] = 9_600
    parity: Literal["N", "E", "O"] = "N"
    poll_ms: Annotated[int, Range(20, 5_000)] = 100
    cassettes: Mapping[int, int] = field(default_factory=dict)
    notes: Mapping[int, int] = field(default_factory=dict)
    escrow: Annotated[int, Range(0, 16)] = 0
    escrow_notes: Annotated[int, Range(1, 200)] = 80
    hoppers: Mapping[int, HopperSeat] = field(default_factory=dict)
    runtime_min: Annotated[int, Range(1, 1_440)] = 10
    battery_v: Annotated[int, Range(2, 480)] = 24
    unit: str = "ups"
    user: str = ""
    password_file: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class DeviceTable:
    """What is fitted; left out = not fitted."""

    acceptor: Device | None = None
    dispenser: Device | None = None
    ticket_unit: Device | None = None
    cabinet: Device | None = None
    slip_printer: Device | None = None
    ups: Device | None = None
    code_scanner: Device | None = None
    id_reader: Device | None = None
    card_reader: Device | None = None
    pin_pad: Device | None = None
    hopper: Device | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    machine: Identity
    journal: Path
    station: StationLink
    screen: ScreenLink
    devices: DeviceTable = field(default_factory=DeviceTable)
    sale: SalePolicy = field(default_factory=SalePolicy)
    thresholds: MachinePolicy = field(default_factory=MachinePolicy)
    power: PowerPolicy = field(default_factory=PowerPolicy)
    blackbox: BlackBoxSettings = field(default_factory=BlackBoxSettings)
    codes: CodePayment | None = None
    camera: CameraLink | None = None
    cards: CardPayment | None = None
    terminal: CardTerminal | None = None

    @property
    def versions(self) -> dict[str, str]:
        """Device -> how the version begins that it is expected to have; those of which any will do are left out."""
        table = ((part.name, getattr(self.devices, part.name)) for part in fields(self.devices))
        return {name: device.version for name, device in table if device is not None and device.version}

    @property
    def coins_fen(self) -> dict[int, int]:
        """Number of a hopper -> face value of its coins in fen."""
        hopper = self.devices.hopper
        return {number: seat.value_fen for number, seat in hopper.hoppers.items()} if hopper is not None else {}

    @property
    def sale_policy(self) -> SalePolicy:
        """`sale` with what follows from the devices: which notes come back themselves on a cancel (decisions 2 and 9)."""
        acceptor, dispenser = self.devices.acceptor, self.devices.dispenser
        if acceptor is None or not acceptor.escrow:
            return self.sale
        recycles = dispenser is not None and dispenser.link == acceptor.link
        recycled = tuple(sorted(set(dispenser.cassettes.values()))) if dispenser is not None and recycles else ()
        cash = replace(self.sale.cash, deposit_depth=acceptor.escrow_notes, recycled_fen=recycled)
        return replace(self.sale, cash=cash)


def read(path: Path) -> Settings:
    """The file at `path`, with relative paths looked up beside it. Raises config.ConfigError."""
    found = load(path, Settings)
    base = path.resolve().parent
    media = None if found.screen.media is None else base / found.screen.media
    screen = replace(found.screen, socket=base / found.screen.socket, media=media)
    codes = None if found.codes is None else replace(found.codes, key_file=base / found.codes.key_file)
    devices = _beside(base, found.devices)
    terminal = found.terminal
    if terminal is not None and terminal.password_file is not None:
        terminal = replace(terminal, password_file=base / terminal.password_file)
    return replace(found, journal=base / found.journal, screen=screen, devices=devices, codes=codes, terminal=terminal)


def _beside(base: Path, table: DeviceTable) -> DeviceTable:
    """Password files are looked up beside the configuration."""
    if table.ups is None or not table.ups.password_file:
        return table
    return replace(table, ups=replace(table.ups, password_file=str(base / table.ups.password_file)))


def journey_settings(settings: Settings, rate: float) -> JourneySettings:
    """People's patience runs at the rate of the shared clock (decision 38)."""
    machine = settings.machine
    base = JourneySettings(
        home=machine.station,
        timezone=machine.timezone,
        other_origins=machine.other_origins,
        fixed=machine.fixed_stations,
    )
    return replace(
        base,
        idle_ms=tuple((step, round(ms / rate)) for step, ms in base.idle_ms),
        warn_ms=round(base.warn_ms / rate),
        extra_ms=round(base.extra_ms / rate),
        stale_ms=round(base.stale_ms / rate),
    )
