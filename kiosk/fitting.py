"""Which driver serves which place of the cabinet, and the devices that are made of two (decision 22).

`MODELS` is the one table from a model's name to its driver. Everything else sees ports.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from secrets import token_bytes
from typing import Any, Literal

from drivers.cabinet_board.driver import CabinetBoard
from drivers.ccnet.b2b.driver import BillToBill
from drivers.ccnet.driver import CcnetValidator
from drivers.cctalk.driver import CcTalkBus, anywhere
from drivers.compose.change_presenter import ChangePresenter
from drivers.compose.ticket_unit import TicketUnit
from drivers.ebds.codec import MOST_NOTES as EBDS_NOTES
from drivers.ebds.driver import POLL_MS as EBDS_POLL_MS
from drivers.ebds.driver import EbdsAcceptor
from drivers.epp.codec import RATES as EPP_RATES
from drivers.epp.driver import STYLES as EPP_STYLES
from drivers.epp.driver import Epp
from drivers.escpos.driver import EscPosPrinter
from drivers.essp.codec import CHANNELS as ESSP_CHANNELS
from drivers.essp.driver import EsspAcceptor
from drivers.f53.codec import CASSETTES as F53_CASSETTES
from drivers.f53.codec import SIZES as F53_SIZES
from drivers.f53.driver import F53
from drivers.id003.codec import CODES as ID003_CODES
from drivers.id003.driver import POLL_MS as ID003_POLL_MS
from drivers.id003.driver import Id003Acceptor
from drivers.lcdm.codec50 import SENSORS
from drivers.lcdm.driver import Lcdm4000
from drivers.lcdm.driver50 import Lcdm2000
from drivers.link.serial_link import serial_opener
from drivers.link.tcp_link import PREFIX as TCP
from drivers.link.tcp_link import parse_path, tcp_opener
from drivers.megatec.driver import Megatec
from drivers.nut.driver import Nut
from drivers.seal_software import SoftwareSeal
from drivers.ttpm.driver import Ttpm
from kiosk.deeds import Devices
from kiosk.errors import ConfigError, LinkError
from kiosk.ports.fact import Participant, Report
from kiosk.ports.station import Station
from kiosk.reactor import Link, Reactor
from kiosk.settings import Device, DeviceTable, Settings

NOTES_PER_BOOT = 100_000
"""Note numbers of one start: `boot` times this is the first, so that no number comes twice in a machine's life."""

Build = Callable[[str, Device, Report, int], Participant]
Draw = Callable[[int], bytes]
"""So many random bytes, for the keys of a line that is encrypted."""


@dataclass(frozen=True, slots=True)
class Model:
    """`fits`: the places in config it can be named for; a unit that fits two is named at both, with one link. `probe`: built
    for `./tvm probe` instead, where the driver itself would move something at its start. `keyed`: built instead of `build`
    where the keys of its line are drawn."""

    fits: tuple[str, ...]
    build: Build
    probe: Build | None = None
    keyed: Callable[[str, Device, Report, int, Draw], Participant] | None = None


def _two_cassettes(name: str, device: Device, report: Report) -> Lcdm2000:
    """A probe names more cassettes than there are; a configuration that does is refused (`check_devices`)."""
    there = {number: fen for number, fen in device.cassettes.items() if number in SENSORS[device.model].out}
    return Lcdm2000(name, report, cassettes=there, model=device.model)


def _f53(name: str, device: Device, report: Report, initialises: bool = True) -> F53:
    return F53(name, report, cassettes=device.cassettes, model=device.model, initialises=initialises)


def _bill_to_bill(name: str, device: Device, report: Report, boot: int) -> BillToBill:
    """Alone, as a probe finds it: nothing is configured, so nothing moves."""
    return bill_to_bill(device, {}, report, boot, configure=False)


def bill_to_bill(
    device: Device, recycling: dict[int, int], report: Report, boot: int, take_ms: int = 40_000, configure: bool = True
) -> BillToBill:
    """`recycling`: cassette -> face value in fen, of the dispenser's part."""
    return BillToBill(
        "acceptor",
        "dispenser",
        report,
        first_note=boot * NOTES_PER_BOOT + 1,
        escrow=device.escrow,
        recycling=recycling,
        poll_ms=device.poll_ms,
        take_ms=take_ms,
        escrow_depth=device.escrow_notes,
        configure=configure,
    )


def _ebds(name: str, device: Device, report: Report, boot: int, gives_back: bool = True) -> EbdsAcceptor:
    return EbdsAcceptor(
        name,
        report,
        first_note=boot * NOTES_PER_BOOT + 1,
        poll_ms=device.poll_ms,
        notes=device.notes,
        gives_back=gives_back,
    )


def _essp(
    name: str, device: Device, report: Report, boot: int, draw: Draw = token_bytes, look_only: bool = False
) -> EsspAcceptor:
    return EsspAcceptor(
        name,
        report,
        first_note=boot * NOTES_PER_BOOT + 1,
        draw=draw,
        poll_ms=device.poll_ms,
        notes=device.notes,
        look_only=look_only,
    )


def _epp(name: str, device: Device, report: Report, look_only: bool = False) -> Epp:
    """Raises ConfigError for a rate it does not know."""
    if device.baud not in EPP_RATES:
        known = ", ".join(map(str, EPP_RATES))
        raise ConfigError(f"devices.{name}.baud: {device.model} listens at one of {known}, not {device.baud}")
    return Epp(name, report, model=device.model, baud=device.baud, look_only=look_only)


def _nut(name: str, device: Device, report: Report) -> Nut:
    """Raises ConfigError for a password that cannot be read."""
    return Nut(
        name, report, unit=device.unit, user=device.user, password=_password(name, device) if device.user else ""
    )


def _password(name: str, device: Device) -> str:
    try:
        found = Path(device.password_file).read_text(encoding="utf-8").split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"devices.{name}.password_file: {error}") from error
    if not found:
        raise ConfigError(f"devices.{name}.password_file: {device.password_file} is empty")
    return found


def _id003(name: str, device: Device, report: Report, boot: int, look_only: bool = False) -> Id003Acceptor:
    return Id003Acceptor(
        name,
        report,
        first_note=boot * NOTES_PER_BOOT + 1,
        poll_ms=device.poll_ms,
        notes=device.notes,
        look_only=look_only,
    )


MODELS: dict[str, Model] = {
    "ccnet": Model(
        ("acceptor",),
        lambda name, device, report, boot: CcnetValidator(
            name, report, first_note=boot * NOTES_PER_BOOT + 1, poll_ms=device.poll_ms
        ),
    ),
    "ccnet_b2b": Model(("acceptor", "dispenser"), _bill_to_bill),
    "ebds": Model(
        ("acceptor",),
        _ebds,
        probe=lambda name, device, report, boot: _ebds(name, device, report, boot, gives_back=False),
    ),
    "essp": Model(
        ("acceptor",),
        _essp,
        probe=lambda name, device, report, boot: _essp(name, device, report, boot, look_only=True),
        keyed=_essp,
    ),
    "id003": Model(
        ("acceptor",),
        _id003,
        probe=lambda name, device, report, boot: _id003(name, device, report, boot, look_only=True),
    ),
    "lcdm4000": Model(
        ("dispenser",), lambda name, device, report, boot: Lcdm4000(name, report, cassettes=dict(device.cassettes))
    ),
    "lcdm2000": Model(("dispenser",), lambda name, device, report, boot: _two_cassettes(name, device, report)),
    "lcdm1000": Model(("dispenser",), lambda name, device, report, boot: _two_cassettes(name, device, report)),
    **dict.fromkeys(
        ("f53", "f56"),
        Model(
            ("dispenser",),
            lambda name, device, report, boot: _f53(name, device, report),
            probe=lambda name, device, report, boot: _f53(name, device, report, initialises=False),
        ),
    ),
    "cctalk_hopper": Model(("hopper",), lambda name, device, report, boot: CcTalkBus(name, report, anywhere())),
    "megatec": Model(
        ("ups",),
        lambda name, device, report, boot: Megatec(
            name, report, runtime_min=device.runtime_min, nominal_mv=device.battery_v * 1_000
        ),
    ),
    "nut": Model(("ups",), lambda name, device, report, boot: _nut(name, device, report)),
    **dict.fromkeys(
        tuple(EPP_STYLES),
        Model(
            ("pin_pad",),
            lambda name, device, report, boot: _epp(name, device, report),
            probe=lambda name, device, report, boot: _epp(name, device, report, look_only=True),
        ),
    ),
    "ttpm": Model(("ticket_unit",), lambda name, device, report, boot: Ttpm(name, report)),
    "cabinet_board": Model(("cabinet",), lambda name, device, report, boot: CabinetBoard(name, report)),
    "escpos": Model(
        ("slip_printer",), lambda name, device, report, boot: EscPosPrinter(name, report, baud=device.baud)
    ),
}
"""Model name in config -> driver. A driver for another model is one folder in drivers/ and one row here."""

SHORT_NAMES = {"cabinet": "cabinet_board", "b2b": "ccnet_b2b", "ups": "megatec", "cctalk-hopper": "cctalk_hopper"}
"""What `./tvm device` and `./tvm probe` also call a model; in config it has its name above."""

BAUD = {"ttpm": 115_200, "cabinet_board": 19_200, "megatec": 2_400}
"""Line rates other than 9600, for a probe that is not told another one; in config `baud` says it."""

PARITY: dict[str, Literal["N", "E", "O"]] = {"ebds": "E", "f53": "E", "f56": "E", "id003": "E"}
"""Lines with a parity bit, likewise."""

DATA_BITS = {"ebds": 7}
"""Lines with another number of data bits than 8; nothing to configure."""

STOP_BITS = {"essp": 2}
"""Lines with another number of stop bits than 1, likewise."""

RTS_CTS = tuple(EPP_STYLES)
"""Lines that are held back by wires of their own, likewise."""

POLL_MS = {"ebds": EBDS_POLL_MS, "id003": (ID003_POLL_MS[0], ID003_POLL_MS[-1])}
"""Devices that want to be asked neither faster nor slower."""

NOTE_NUMBERS = {"ebds": range(1, EBDS_NOTES), "essp": ESSP_CHANNELS, "id003": ID003_CODES}
"""Acceptors that can be told in config what their notes are worth (`notes`), and how they number them."""


def model(name: str, device: Device, report: Report, boot: int, draw: Draw = token_bytes) -> Any:
    """The driver of a configured device. Raises ConfigError for a model nobody wrote a driver for."""
    if device.model not in MODELS:
        near = get_close_matches(device.model, MODELS, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(MODELS))}"
        raise ConfigError(f"devices.{name}.model: no driver for {device.model!r}{hint}")
    row = MODELS[device.model]
    return row.keyed(name, device, report, boot, draw) if row.keyed else row.build(name, device, report, boot)


def probed(device: Device, report: Report) -> Any:
    """The driver of `device` for a look that moves nothing. Raises ConfigError for a model nobody wrote a driver for."""
    row = MODELS.get(device.model)
    return row.probe("probe", device, report, 0) if row and row.probe else model("probe", device, report, 0)


def check_devices(table: DeviceTable) -> None:
    """Raises ConfigError for a model that is unknown or of another kind, and for two devices on one port."""
    ports: dict[str, str] = {}
    for part in fields(table):
        name, device = part.name, getattr(table, part.name)
        if device is None:
            continue
        found = MODELS.get(device.model)
        if found is None:
            model(name, device, lambda fact: None, 0)  # says what is wrong
        elif name not in found.fits:
            fitting = sorted(known for known, row in MODELS.items() if name in row.fits)
            kind = " and a ".join(found.fits)
            raise ConfigError(f"devices.{name}.model: {device.model} is a {kind}; here: {', '.join(fitting)}")
        if device.model in SENSORS and not set(device.cassettes) <= set(SENSORS[device.model].out):
            there = ", ".join(map(str, SENSORS[device.model].out))
            raise ConfigError(f"devices.{name}.cassettes: {device.model} has cassette {there} and no other")
        _check_line(name, device)
        _check_server(name, device)
        if device.model in ("f53", "f56"):
            _check_f53(name, device)
        other = ports.setdefault(os.path.realpath(device.link), name)
        if other != name and not _one_unit(getattr(table, other), device):
            raise ConfigError(f"devices.{name}.link: {device.link} is the port of devices.{other} already")
    _check_unit(table.acceptor, table.dispenser)


def _check_line(name: str, device: Device) -> None:
    """What the model's own line and table allow."""
    if device.parity != PARITY.get(device.model, device.parity):
        raise ConfigError(f"devices.{name}.parity: the line of {device.model} is {PARITY[device.model]}")
    fastest, slowest = POLL_MS.get(device.model, (device.poll_ms, device.poll_ms))
    if not fastest <= device.poll_ms <= slowest:
        raise ConfigError(
            f"devices.{name}.poll_ms: {device.model} is polled each {fastest} to {slowest} ms, not {device.poll_ms}"
        )
    if device.notes and device.model not in NOTE_NUMBERS:
        raise ConfigError(f"devices.{name}.notes: {device.model} needs no note table")
    for number, fen in device.notes.items():
        if number not in NOTE_NUMBERS[device.model] or fen <= 0:
            numbers = NOTE_NUMBERS[device.model]
            raise ConfigError(
                f"devices.{name}.notes.{number}: {device.model} numbers its notes {numbers[0]} to {numbers[-1]}, "
                f"each worth more than 0 fen, not {fen}"
            )


def _check_server(name: str, device: Device) -> None:
    """A link that is a server's port, and the name of a unit there."""
    if device.link.startswith(TCP):
        try:
            parse_path(device.link)
        except LinkError as error:
            raise ConfigError(f"devices.{name}.link: {error}") from error
    elif device.model == "nut":
        raise ConfigError(
            f"devices.{name}.link: the server of {device.model} is written tcp:HOST:PORT, not {device.link}"
        )
    if not re.fullmatch(r"[\w.-]+", device.unit):
        raise ConfigError(f"devices.{name}.unit: {device.unit!r} is no name of a UPS")


def _check_f53(name: str, device: Device) -> None:
    """It measures each note: of a value whose size nobody told it, it would reject every one (f53 sheet, 5)."""
    for number, fen in device.cassettes.items():
        if number not in F53_CASSETTES:
            raise ConfigError(f"devices.{name}.cassettes: {device.model} has cassettes 1 to 4 and no {number}")
        if fen not in F53_SIZES:
            known = ", ".join(map(str, F53_SIZES))
            raise ConfigError(
                f"devices.{name}.cassettes.{number}: {device.model} knows the size of {known} fen, not of {fen}"
            )


def _one_unit(one: Device, other: Device) -> bool:
    """Two places of the table that one unit serves."""
    return one.model == other.model and len(MODELS[one.model].fits) > 1


def _check_unit(acceptor: Device | None, dispenser: Device | None) -> None:
    """What a unit with a bulk escrow needs to be told, and what others must not be."""
    if (
        dispenser is not None
        and dispenser.model == "ccnet_b2b"
        and (acceptor is None or acceptor.link != dispenser.link)
    ):
        raise ConfigError(
            "devices.dispenser: ccnet_b2b pays as a part of devices.acceptor: name it there with the same link"
        )
    if acceptor is None:
        return
    if acceptor.escrow and acceptor.model != "ccnet_b2b":
        raise ConfigError(f"devices.acceptor.escrow: {acceptor.model} has no bulk escrow; ccnet_b2b has one")
    if (
        acceptor.escrow
        and dispenser is not None
        and dispenser.link == acceptor.link
        and acceptor.escrow in dispenser.cassettes
    ):
        raise ConfigError(f"devices.dispenser.cassettes: {acceptor.escrow} is the bulk escrow of devices.acceptor")


def opener(name: str, device: Device, baud: Callable[[], int] | None = None) -> Callable[[], Link]:
    """`baud`: of a driver that has to find its device's rate (`line_baud`), instead of the configured one."""
    if device.link.startswith(TCP):
        return tcp_opener(device.link)
    bits = DATA_BITS.get(device.model, 8), STOP_BITS.get(device.model, 1)
    return serial_opener(device.link, baud or device.baud, device.parity, *bits, device.model in RTS_CTS)


def drivers_of(
    settings: Settings,
    reactor: Reactor,
    station: Station,
    boot: int,
    open_link: Callable[[str, Device], Callable[[], Link]],
    draw: Draw = token_bytes,
) -> Devices:
    """Drivers on their links, and the devices that are made of two of them (decision 22)."""
    table, report = settings.devices, reactor.report
    devices = Devices(station)
    board: CabinetBoard | None = None
    if table.cabinet:
        board = model("cabinet", table.cabinet, report, boot)
        devices.cabinet = board
    _cash(settings, reactor, boot, open_link, devices, board, draw)
    if table.ticket_unit:
        printer = model("ticket_unit", table.ticket_unit, report, boot)
        seal = SoftwareSeal(settings.machine.environment)
        unit = TicketUnit("ticket_unit", report, printer, _needs(board, "ticket_unit"), seal)
        devices.ticket_unit = unit
        reactor.add(unit, open_link("ticket_unit", table.ticket_unit))
    if table.slip_printer:
        devices.slip_printer = model("slip_printer", table.slip_printer, report, boot)
        reactor.add(devices.slip_printer, open_link("slip_printer", table.slip_printer))  # type: ignore[arg-type]
    if table.ups:
        devices.ups = model("ups", table.ups, report, boot)
        reactor.add(devices.ups, open_link("ups", table.ups))  # type: ignore[arg-type]
    if table.cabinet and board is not None:
        reactor.add(
            board, open_link("cabinet", table.cabinet)
        )  # last: composed devices give it orders in the same turn
    return devices


def _cash(
    settings: Settings,
    reactor: Reactor,
    boot: int,
    open_link: Callable[[str, Device], Callable[[], Link]],
    devices: Devices,
    board: CabinetBoard | None,
    draw: Draw,
) -> None:
    """Acceptor and dispenser: two devices, or one unit that is both."""
    acceptor, dispenser, report = settings.devices.acceptor, settings.devices.dispenser, reactor.report
    if acceptor and acceptor.model == "ccnet_b2b":
        recycles = dispenser is not None and dispenser.link == acceptor.link
        recycling = dict(dispenser.cassettes) if dispenser is not None and recycles else {}
        unit = bill_to_bill(acceptor, recycling, report, boot, settings.sale.take_ms)
        reactor.add(unit, open_link("acceptor", acceptor))
        devices.acceptor = unit.acceptor
        if recycles:
            devices.dispenser = unit.dispenser
            return
    elif acceptor:
        devices.acceptor = model("acceptor", acceptor, report, boot, draw)
        reactor.add(devices.acceptor, open_link("acceptor", acceptor))  # type: ignore[arg-type]
    if dispenser:
        inner = model("dispenser", dispenser, report, boot)
        presenter = ChangePresenter("dispenser", report, inner, _needs(board, "dispenser"))
        devices.dispenser = presenter
        reactor.add(presenter, open_link("dispenser", dispenser))


def restart(name: str, devices: Devices, reactor: Reactor) -> None:
    """A technician mended it: a driver that keeps what only people can mend has a `restart`; others shake hands anew."""
    mended = getattr(getattr(devices, name, None), "restart", None)
    if mended is not None:
        mended()
    else:
        reactor.restart(name)


def _needs(board: CabinetBoard | None, name: str) -> CabinetBoard:
    if board is None:
        raise ConfigError(f"devices.{name}: needs the cabinet board (trays and flaps), and devices.cabinet is not set")
    return board
