"""Builds one machine from its configuration: the only module that knows drivers by name.

`MODELS` is the one table from a model's name to its driver. Everything else sees ports.
"""

from __future__ import annotations

import json
import logging
import os
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from drivers.cabinet_board.driver import CabinetBoard
from drivers.ccnet.driver import CcnetValidator
from drivers.compose.change_presenter import ChangePresenter
from drivers.compose.ticket_unit import TicketUnit
from drivers.escpos.driver import EscPosPrinter
from drivers.lcdm.driver import Lcdm4000
from drivers.link.serial_link import serial_opener
from drivers.link.socket_link import ScreenServer
from drivers.seal_software import SoftwareSeal
from drivers.station_http.driver import StationHttp
from drivers.ttpm.driver import Ttpm
from kiosk import vocabulary
from kiosk.blackbox import DIRECTORY, BlackBox
from kiosk.clock import Clock, RealClock
from kiosk.controller import Controller
from kiosk.deeds import Deeds, Devices
from kiosk.errors import ConfigError
from kiosk.identity import MachineIdentity, nonce, read_identity
from kiosk.journal import Journal
from kiosk.journey.flow import Journey
from kiosk.journey.state import JourneySettings
from kiosk.parts import Parts
from kiosk.past import fold
from kiosk.ports.fact import Participant, Report
from kiosk.ports.station import Station
from kiosk.print.sheet import Faces
from kiosk.print.ticket_face import warm
from kiosk.reactor import Link, Reactor
from kiosk.records import record_of
from kiosk.sale.sale import SaleContext
from kiosk.screen.texts import Texts
from kiosk.screen.values import Screen
from kiosk.service import Service
from kiosk.settings import Device, DeviceTable, Settings
from kiosk.showing import Showing
from kiosk.stock import fresh
from kiosk.storage import FileStorage, Storage
from kiosk.sync import Sync
from kiosk.system_facts import Booted
from kiosk.trace import Trace
from kiosk.watch import Watch

log = logging.getLogger(__name__)
SOFTWARE = "0.1.0"
FONTS = Path(__file__).parent / "ui" / "fonts"
NOTES_PER_BOOT = 100_000
"""Note numbers of one start: `boot` times this is the first, so that no number comes twice in a machine's life."""


@dataclass(slots=True)
class Machine:
    """A machine ready to run. `close` gives links, threads and the journal back."""

    reactor: Reactor
    controller: Controller
    close: Callable[[], None]


Build = Callable[[str, Device, Report, int], Participant]


@dataclass(frozen=True, slots=True)
class Model:
    """`fits`: the place in config it can be named for."""

    fits: str
    build: Build


MODELS: dict[str, Model] = {
    "ccnet": Model(
        "acceptor",
        lambda name, device, report, boot: CcnetValidator(
            name, report, first_note=boot * NOTES_PER_BOOT + 1, poll_ms=device.poll_ms
        ),
    ),
    "lcdm4000": Model(
        "dispenser", lambda name, device, report, boot: Lcdm4000(name, report, cassettes=dict(device.cassettes))
    ),
    "ttpm": Model("ticket_unit", lambda name, device, report, boot: Ttpm(name, report)),
    "cabinet_board": Model("cabinet", lambda name, device, report, boot: CabinetBoard(name, report)),
    "escpos": Model("slip_printer", lambda name, device, report, boot: EscPosPrinter(name, report, baud=device.baud)),
}
"""Model name in config -> driver. A driver for another model is one folder in drivers/ and one row here."""

SHORT_NAMES = {"cabinet": "cabinet_board"}
"""What `./tvm device` and `./tvm probe` also call a model; in config it has its name above."""

BAUD = {"ttpm": 115_200, "cabinet_board": 19_200}
"""Line rates other than 9600, for a probe that is not told another one; in config `baud` says it."""


def model(name: str, device: Device, report: Report, boot: int) -> Any:
    """The driver of a configured device. Raises ConfigError for a model nobody wrote a driver for."""
    if device.model not in MODELS:
        near = get_close_matches(device.model, MODELS, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(MODELS))}"
        raise ConfigError(f"devices.{name}.model: no driver for {device.model!r}{hint}")
    return MODELS[device.model].build(name, device, report, boot)


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
        elif found.fits != name:
            fitting = sorted(known for known, row in MODELS.items() if row.fits == name)
            raise ConfigError(f"devices.{name}.model: {device.model} is a {found.fits}; here: {', '.join(fitting)}")
        other = ports.setdefault(os.path.realpath(device.link), name)
        if other != name:
            raise ConfigError(f"devices.{name}.link: {device.link} is the port of devices.{other} already")


def opener(name: str, device: Device) -> Callable[[], Link]:
    return serial_opener(device.link, device.baud, device.parity)


@dataclass(slots=True)
class Outside:
    """What a machine is joined to: the real one has ports, a disk and sockets; a simulated world brings its own.

    `fit` adds devices and station to the reactor and answers them; its second argument is the number of this boot.
    `faces` None: tickets and slips stay white, for worlds in which nobody looks at paper.
    """

    clock: Clock
    storage: Storage
    fit: Callable[[Reactor, int], Devices]
    show: Callable[[Screen], None]
    dice: random.Random
    texts: Texts
    faces: Faces | None
    nonce: Callable[[], str] = nonce


@dataclass(slots=True)
class Assembled:
    """Everything of a machine that knows no outside; `controller.begin()` is still to be called."""

    reactor: Reactor
    controller: Controller
    journal: Journal
    devices: Devices
    deeds: Deeds


def build(settings: Settings, clock_spec: str = "", trace: Path | None = None) -> Machine:
    """Raises ConfigError or JournalError: a machine that is set up wrongly, or whose past is unreadable, does not start."""
    check_devices(settings.devices)
    identity = read_identity(settings.journal, settings.machine.id)
    try:
        clock = RealClock(clock_spec)
    except ValueError as error:
        raise ConfigError(f"--clock {clock_spec}: {error}") from error
    if clock.rate != 1 and settings.machine.environment != "lab":
        raise ConfigError("a clock rate is for `environment: lab` only")
    storage = FileStorage(settings.journal)
    try:
        return _build(settings, identity, clock, storage, trace)
    except BaseException:
        storage.close()  # whoever tries again finds the journal free
        raise


def _build(
    settings: Settings, identity: MachineIdentity, clock: RealClock, storage: FileStorage, trace: Path | None
) -> Machine:
    tracing = Trace(trace, clock.mono_us) if trace else None
    dice = random.Random()
    closing: list[Callable[[], None]] = []
    calls: list[Callable[[str, bool], None]] = [tracing.call] if tracing else []
    shown: list[Callable[[Screen], None]] = []

    def wire(name: str, out: bool) -> None:  # from the station's threads
        for call in calls:
            call(name, out)

    def fit(reactor: Reactor, boot: int) -> Devices:
        if tracing:
            tracing.watch(reactor)
        station = _station(settings, identity, clock, reactor, lambda most: dice.randint(0, most))
        station.on_wire = wire
        closing.append(station.close)
        return drivers_of(settings, reactor, station, boot, opener)

    faces = Faces(FONTS)
    warm(faces)
    outside = Outside(clock, storage, fit, lambda screen: shown[0](screen), dice, Texts(), faces)
    made = assemble(settings, identity, outside)
    reactor = made.reactor
    server = ScreenServer(
        settings.screen.socket,
        reactor.report,
        lab=settings.machine.environment == "lab",
        added=reactor.add_channel,
        removed=reactor.remove_channel,
    )
    shown.append(server.show)
    if settings.blackbox.enabled:
        box = _black_box(settings, identity, made)
        box.watch(reactor)
        calls.append(box.call)
        server.shown = box.shown
        closing.append(box.close)
    reactor.add(server)
    reactor.add_channel(server)
    made.controller.begin()
    closing += [server.close, reactor.close, storage.close, *([tracing.close] if tracing else [])]

    def close() -> None:
        for each in closing:
            each()

    return Machine(reactor, made.controller, close)


def assemble(settings: Settings, identity: MachineIdentity, outside: Outside) -> Assembled:
    """Read the past, make the controller on it, write the line of this boot. Raises JournalError."""
    vocabulary.learn()
    clock = outside.clock
    journal = Journal(outside.storage, identity.epoch, identity.secret)
    reactor = Reactor(clock)
    fitted: list[Devices] = []  # filled below; a replayed sale asks before any device is there

    def known_fen() -> tuple[int, ...]:
        acceptor = fitted[0].acceptor if fitted else None
        return tuple(acceptor.values_fen) if acceptor else ()

    context = SaleContext(settings.machine.id, identity.epoch, identity.secret, settings.sale, clock.rate, known_fen)
    cassettes = dict(settings.devices.dispenser.cassettes) if settings.devices.dispenser else {}
    past = fold(journal.lines, fresh(cassettes), context)
    journal.lines.clear()
    devices = outside.fit(reactor, journal.boot)
    fitted.append(devices)
    showing = Showing(settings, clock.rate, outside.texts, cassettes, outside.show, outside.faces)
    jitter = lambda most: outside.dice.randint(0, most)
    zone = ZoneInfo(settings.machine.timezone)

    def day_of(wall_ms: int) -> str:
        return datetime.fromtimestamp(wall_ms / 1000, zone).date().isoformat()

    parts = Parts(
        clock=clock,
        journal=journal,
        past=past,
        context=context,
        machine_policy=settings.thresholds,
        deeds=Deeds(devices, showing.pictures(clock.wall_ms), reactor.report),
        journey=Journey(_journey_settings(settings, clock.rate)),
        service=Service(identity.operators, settings.thresholds, clock.rate, cassettes),
        sync=Sync(devices.station, identity.epoch, past.acked, journal.texts_after, jitter),
        watch=Watch(devices.fitted(), past.stock),
        day_of=day_of,
        restart=lambda name: _restart(name, devices, reactor),
        on_stop=reactor.stop,
    )
    journal.begin_segment(day_of(clock.wall_ms()))
    booted = Booted(settings.machine.id, outside.nonce(), SOFTWARE, journal.damaged_bytes, round(clock.rate * 10))
    journal.write(clock.mono_ms(), clock.wall_ms(), record_of(booted), ())
    controller = Controller(parts, showing.show)
    reactor.run_application(controller)
    return Assembled(reactor, controller, journal, devices, parts.deeds)


def _black_box(settings: Settings, identity: MachineIdentity, made: Assembled) -> BlackBox:
    """Beside the journal. Its head says all that a replay must know of this machine and this start."""
    journal, clock, acceptor = made.journal, made.reactor.clock, made.devices.acceptor
    head = {
        "machine": settings.machine.id,
        "epoch": identity.epoch,
        "boot": journal.boot,
        "software": SOFTWARE,
        "rate": clock.rate,
        "settings": json.loads(json.dumps(asdict(settings), default=str)),
    }
    limit_bytes = settings.blackbox.size_mb << 20
    return BlackBox(
        settings.journal / DIRECTORY,
        limit_bytes,
        head,
        lambda: journal.seq,
        clock.wall_ms,
        lambda: sorted(acceptor.values_fen) if acceptor else (),
    )


def _station(
    settings: Settings, identity: MachineIdentity, clock: RealClock, reactor: Reactor, jitter: Callable[[int], int]
) -> StationHttp:
    station = StationHttp(
        settings.station.url,
        settings.machine.id,
        identity.token,
        reactor.report,
        epoch=identity.epoch,
        software=SOFTWARE,
        wall_ms=clock.wall_ms,
        mono_ms=clock.mono_ms,
        jitter=jitter,
    )
    reactor.add(station)
    reactor.add_channel(station)
    return station


def drivers_of(
    settings: Settings,
    reactor: Reactor,
    station: Station,
    boot: int,
    open_link: Callable[[str, Device], Callable[[], Link]],
) -> Devices:
    """Drivers on their links, and the devices that are made of two of them (decision 22)."""
    table, report = settings.devices, reactor.report
    devices = Devices(station)
    board: CabinetBoard | None = None
    if table.cabinet:
        board = model("cabinet", table.cabinet, report, boot)
        devices.cabinet = board
    if table.acceptor:
        devices.acceptor = model("acceptor", table.acceptor, report, boot)
        reactor.add(devices.acceptor, open_link("acceptor", table.acceptor))  # type: ignore[arg-type]
    if table.dispenser:
        inner = model("dispenser", table.dispenser, report, boot)
        presenter = ChangePresenter("dispenser", report, inner, _needs(board, "dispenser"))
        devices.dispenser = presenter
        reactor.add(presenter, open_link("dispenser", table.dispenser))
    if table.ticket_unit:
        printer = model("ticket_unit", table.ticket_unit, report, boot)
        seal = SoftwareSeal(settings.machine.environment)
        unit = TicketUnit("ticket_unit", report, printer, _needs(board, "ticket_unit"), seal)
        devices.ticket_unit = unit
        reactor.add(unit, open_link("ticket_unit", table.ticket_unit))
    if table.slip_printer:
        devices.slip_printer = model("slip_printer", table.slip_printer, report, boot)
        reactor.add(devices.slip_printer, open_link("slip_printer", table.slip_printer))  # type: ignore[arg-type]
    if table.cabinet and board is not None:
        reactor.add(
            board, open_link("cabinet", table.cabinet)
        )  # last: composed devices give it orders in the same turn
    return devices


def _restart(name: str, devices: Devices, reactor: Reactor) -> None:
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


def _journey_settings(settings: Settings, rate: float) -> JourneySettings:
    """People's patience runs at the rate of the shared clock (decision 38)."""
    base = JourneySettings(
        home=settings.machine.station, timezone=settings.machine.timezone, other_origins=settings.machine.other_origins
    )
    return replace(
        base,
        idle_ms=tuple((step, round(ms / rate)) for step, ms in base.idle_ms),
        warn_ms=round(base.warn_ms / rate),
        extra_ms=round(base.extra_ms / rate),
        stale_ms=round(base.stale_ms / rate),
    )
