"""Builds one machine from its configuration: journal, clock, screen and station around the devices that are fitted."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from drivers.link.socket_link import ScreenServer
from drivers.station_http.driver import StationHttp
from kiosk import vocabulary
from kiosk.blackbox import beside_journal
from kiosk.clock import Clock, RealClock
from kiosk.controller import Controller
from kiosk.deeds import Deeds, Devices
from kiosk.device_rules import check_devices
from kiosk.errors import ConfigError
from kiosk.eyes import Eyes
from kiosk.fitting import camera, drivers_of, opener, payments_of, restart
from kiosk.identity import MachineIdentity, nonce, read_identity
from kiosk.journal import Journal
from kiosk.journey.flow import Journey
from kiosk.media import Media
from kiosk.media_shelf import Shelf
from kiosk.office import Office
from kiosk.parts import Parts
from kiosk.past import Folding
from kiosk.payment.settled import nothing_to_settle
from kiosk.ports.payment import Books
from kiosk.power import Power
from kiosk.print.sheet import Faces
from kiosk.print.ticket_face import warm
from kiosk.reactor import Reactor
from kiosk.records import record_of
from kiosk.sale.sale import SaleContext
from kiosk.screen.texts import Texts
from kiosk.screen.values import Screen
from kiosk.service import Service
from kiosk.settings import Settings, journey_settings
from kiosk.showing import Showing
from kiosk.signed import StationKey
from kiosk.stock import fresh
from kiosk.storage import FileStorage, Storage
from kiosk.sync import Sync
from kiosk.system_facts import Booted
from kiosk.trace import Trace
from kiosk.turning import Turning
from kiosk.versions import Versions
from kiosk.watch import WAYS, Watch

log = logging.getLogger(__name__)
SOFTWARE = "0.1.0"
FONTS = Path(__file__).parent / "ui" / "fonts"


@dataclass(slots=True)
class Machine:
    """A machine ready to run. `close` gives links, threads and the journal back."""

    reactor: Reactor
    controller: Controller
    close: Callable[[], None]


@dataclass(slots=True)
class Outside:
    """What a machine is joined to: the real one has ports, a disk and sockets; a simulated world brings its own.

    `fit` adds devices and station to the reactor and answers them; its second argument is the number of this boot.
    `faces` None: tickets and slips stay white, for worlds in which nobody looks at paper. `shelf` None: no pictures are fetched.
    """

    clock: Clock
    storage: Storage
    fit: Callable[[Reactor, int], Devices]
    show: Callable[[Screen], None]
    dice: random.Random
    texts: Texts
    faces: Faces | None
    nonce: Callable[[], str] = nonce
    shelf: Shelf | None = None


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
    assembled: list[Assembled] = []

    def known(reference: str) -> bool:  # asked in a running machine only
        return bool(assembled) and assembled[0].controller.unsettled.knows(reference)

    def books() -> Books | None:
        return assembled[0].controller.unsettled if assembled else None

    def wire(name: str, out: bool) -> None:  # from the station's threads
        for call in calls:
            call(name, out)

    def fit(reactor: Reactor, boot: int) -> Devices:
        if tracing:
            tracing.watch(reactor)
        station = _station(settings, identity, clock, reactor, lambda most: dice.randint(0, most))
        station.on_wire = wire
        closing.append(station.close)
        devices = drivers_of(settings, reactor, station, boot, opener)
        devices.payment, codes = payments_of(settings, reactor, clock, opener, known, books)
        if codes is not None:
            codes.on_wire = wire
            closing.append(codes.close)
        if settings.camera is not None:
            eye = camera(settings.camera, settings.journal, reactor, clock)
            closing.append(eye.close)
            devices.camera = eye
        return devices

    faces = Faces(FONTS)
    warm(faces)
    shelf = None if settings.screen.media is None else Shelf(settings.screen.media)
    outside = Outside(clock, storage, fit, lambda screen: shown[0](screen), dice, Texts(), faces, shelf=shelf)
    made = assemble(settings, identity, outside)
    assembled.append(made)
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
        acceptor = made.devices.acceptor
        known_fen = lambda: sorted(acceptor.values_fen) if acceptor else ()
        box = beside_journal(settings, identity.epoch, SOFTWARE, clock, made.journal, known_fen)
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
    reactor = Reactor(clock)
    fitted: list[Devices] = []  # filled below; a replayed sale asks before any device is there

    def known_fen() -> tuple[int, ...]:
        acceptor = fitted[0].acceptor if fitted else None
        return tuple(acceptor.values_fen) if acceptor else ()

    def deposit_fen() -> Collection[int]:
        acceptor = fitted[0].acceptor if fitted else None
        return acceptor.deposit_fen if acceptor else ()

    identity_of = settings.machine.id, identity.epoch, identity.secret
    context = SaleContext(*identity_of, settings.sale_policy, clock.rate, known_fen, deposit_fen)
    cassettes = dict(settings.devices.dispenser.cassettes) if settings.devices.dispenser else {}
    cash = settings.sale_policy.cash

    def empty() -> Folding:
        return Folding(fresh(cassettes, one_box=bool(cash.recycled_fen), coins=settings.coins_fen), context)

    folding = empty()
    journal = Journal(outside.storage, identity.epoch, identity.secret, folding.hear, folding.fits)
    past = folding.done()
    devices = outside.fit(reactor, journal.boot)
    fitted.append(devices)
    showing = Showing(settings, clock.rate, outside.texts, cassettes, outside.show, outside.faces)
    jitter = lambda most: outside.dice.randint(0, most)
    zone = ZoneInfo(settings.machine.timezone)

    def day_of(wall_ms: int) -> str:
        return datetime.fromtimestamp(wall_ms / 1000, zone).date().isoformat()

    def minute_of(wall_ms: int) -> int:
        time = datetime.fromtimestamp(wall_ms / 1000, zone)
        return time.hour * 60 + time.minute

    parts = Parts(
        clock=clock,
        journal=journal,
        past=past,
        context=context,
        machine_policy=settings.thresholds,
        deeds=Deeds(devices, showing.pictures(clock.wall_ms), reactor.report),
        journey=Journey(journey_settings(settings, clock.rate)),
        service=Service(identity.operators, settings.thresholds, clock.rate, cassettes, cash.deposit_depth),
        sync=Sync(devices.station, identity.epoch, past.acked, journal.texts_after, jitter),
        watch=Watch(devices.fitted(), past.stock, lambda: _charges(devices), _fitted_ways(settings)),
        day_of=day_of,
        restart=lambda name: restart(name, devices, reactor),
        office=Office(
            devices.station,
            settings.machine.id,
            StationKey(identity.station_key),
            settings.thresholds,
            past.ordered,
            jitter,
            minute_of,
            lambda: sorted((name, value) for name, value in past.stock.registers.items() if value),
            day_of,
            lambda: nothing_to_settle(devices.payment, past.unsettled),
        ),
        media=Media(devices.station, outside.shelf, jitter, reactor.report),
        base_policy=settings.sale_policy,
        power=Power(devices.ups, settings.power, clock.rate),
        eyes=Eyes(identity.epoch, devices.camera, marks=settings.camera is not None),
        versions=Versions(settings.versions),
        turning=Turning(journal, empty, past.stock),
        on_stop=reactor.stop,
    )
    journal.begin_segment(day_of(clock.wall_ms()))
    booted = Booted(settings.machine.id, outside.nonce(), SOFTWARE, journal.damaged_bytes, round(clock.rate * 10))
    journal.write(clock.mono_ms(), clock.wall_ms(), record_of(booted), ())
    controller = Controller(parts, showing.show)
    reactor.run_application(controller)
    return Assembled(reactor, controller, journal, devices, parts.deeds)


def _charges(devices: Devices) -> tuple[str, ...]:
    """The ways to pay beside cash, in the order in which they are offered."""
    found = devices.payment.ways if devices.payment is not None else ()
    return tuple(way for way in WAYS if way in found)


def _fitted_ways(settings: Settings) -> set[str]:
    """What the configuration names, whether it answers or not."""
    found = {"card"} if settings.cards is not None or settings.terminal is not None else set()
    if settings.codes is not None:
        found |= {"code", "scan"} if settings.devices.code_scanner is not None else {"code"}
    return found


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
