"""The drivers of a machine on their links, and the devices that are made of two (decision 22)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from secrets import token_bytes, token_hex
from zoneinfo import ZoneInfo

from drivers.cabinet_board.driver import CabinetBoard
from drivers.camera.driver import HttpCamera
from drivers.camera.lane import http_lane
from drivers.card_pay.driver import CardPay
from drivers.card_pay.messages import Terminal
from drivers.card_pay.visit import Patience
from drivers.code_pay.begun import Timing
from drivers.code_pay.driver import CodePayDriver
from drivers.code_pay.lane import ThreadLane
from drivers.code_pay.sealing import Sealer
from drivers.compose.change_presenter import ChangePresenter
from drivers.compose.payments import Payments
from drivers.compose.ticket_unit import TicketUnit
from drivers.emv.port import TerminalData
from drivers.emv.reference import KernelRefused, ReferenceKernel
from drivers.link.serial_link import serial_opener
from drivers.link.tcp_link import PREFIX as TCP
from drivers.link.tcp_link import parse_path, tcp_opener
from drivers.link.usb_claim import PREFIX as USB
from drivers.link.usb_claim import printers
from drivers.link.usb_link import usb_opener
from drivers.seal_software import SoftwareSeal
from drivers.zvt.driver import Zvt
from drivers.zvt.health import Account
from kiosk.clock import Clock
from kiosk.coin_stock import HOPPERS
from kiosk.deeds import Devices
from kiosk.errors import ConfigError, LinkError
from kiosk.models import DATA_BITS, RTS_CTS, STOP_BITS, Draw, bill_to_bill, card_reader, model, pin_pad
from kiosk.ports.fact import Report
from kiosk.ports.payment import Books, Payment
from kiosk.ports.station import Station
from kiosk.reactor import Link, Reactor
from kiosk.settings import CameraLink, CardPayment, CardTerminal, CodePayment, Device, Settings

OpenDevice = Callable[[str, Device, Callable[[], int] | None], Callable[[], Link]]
"""`opener` below, or what a test or a simulated machine has in its place."""


def opener(name: str, device: Device, baud: Callable[[], int] | None = None) -> Callable[[], Link]:
    """`baud`: of a driver that has to find its device's rate (`line_baud`), instead of the configured one."""
    if device.link.startswith(TCP):
        return tcp_opener(device.link)
    if device.link.startswith(USB):
        return usb_opener(device.link)
    bits = DATA_BITS.get(device.model, 8), STOP_BITS.get(device.model, 1)
    return serial_opener(device.link, baud or device.baud, device.parity, *bits, device.model in RTS_CTS)


def on_the_bus(path: str) -> list[tuple[str, str]]:
    """USB printers that a path may mean (`usb:` any), each with the name it gives itself; of other paths nothing. May wait.

    Raises LinkError.
    """
    return [(found.path, found.name) for found in printers(path)] if path.startswith(USB) else []


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
    for name in ("code_scanner", "id_reader"):
        if found := getattr(table, name):
            setattr(devices, name, model(name, found, report, boot))
            reactor.add(getattr(devices, name), open_link(name, found))
    if table.hopper:
        bus = model("hopper", table.hopper, report, boot)
        devices.hoppers = bus.hoppers
        reactor.add(bus, open_link("hopper", table.hopper))
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


Known = Callable[[str], bool]
"""Whether a reference is that of a payment in the machine's books."""
OfBooks = Callable[[], Books | None]
"""What the journal says of payments; None while there is no controller yet."""


def payments_of(
    settings: Settings,
    reactor: Reactor,
    clock: Clock,
    open_device: OpenDevice,
    known: Known = lambda reference: False,
    books: OfBooks = lambda: None,
) -> tuple[Payment | None, CodePayDriver | None]:
    """What is no cash, and the adapter of phone codes by itself, for it has a thread to be ended. Raises ConfigError."""
    check_cards(settings)
    codes, scanner = settings.codes, settings.devices.code_scanner is not None

    def cards(report: Report | None = None, name: str = "payment") -> Payment | None:
        if settings.terminal is not None:
            return terminal_payment(settings, settings.terminal, reactor, clock, open_device, known, report, name)
        if settings.cards is not None:
            return card_payment(settings, settings.cards, reactor, clock, open_device, report, name, books=books)
        return None

    if codes is None:
        return cards(), None
    if settings.cards is None and settings.terminal is None:
        of_codes = code_payment(codes, reactor, clock, scanner)
        return of_codes, of_codes
    both = Payments(reactor.report)
    of_codes = code_payment(codes, reactor, clock, scanner, both.hear, "codes")
    both.attach("codes", of_codes, tuple(of_codes.ways))
    of_cards = cards(both.hear, "cards")
    assert of_cards is not None
    both.attach("cards", of_cards, ("card",))
    return both, of_codes


def check_cards(settings: Settings) -> None:
    """Reader, PIN pad and bank belong together; a terminal is all of them. Raises ConfigError."""
    if settings.terminal is not None:
        _check_terminal(settings, settings.terminal)
    for name in ("card_reader", "pin_pad"):
        there = getattr(settings.devices, name) is not None
        if there != (settings.cards is not None):
            missing = "nothing uses it: cards is not set" if there else "cards needs it"
            raise ConfigError(f"devices.{name}: {missing}")


def _check_terminal(settings: Settings, found: CardTerminal) -> None:
    if settings.cards is not None:
        raise ConfigError("terminal: cards is set, too; cards are paid with at one of them")
    if found.link.startswith(USB):
        raise ConfigError(f"terminal.link: {found.link} is neither a serial port nor tcp:HOST:PORT")
    if found.link.startswith(TCP):
        try:
            parse_path(found.link)
        except LinkError as error:
            raise ConfigError(f"terminal.link: {error}") from error
    for part in fields(settings.devices):
        device = getattr(settings.devices, part.name)
        if device is not None and os.path.realpath(device.link) == os.path.realpath(found.link):
            raise ConfigError(f"terminal.link: {found.link} is the port of devices.{part.name} already")


def terminal_payment(
    settings: Settings,
    found: CardTerminal,
    reactor: Reactor,
    clock: Clock,
    open_device: OpenDevice,
    known: Known,
    report: Report | None = None,
    name: str = "payment",
) -> Zvt:
    """Cards: a certified terminal at its link, seated in `reactor`. Raises ConfigError."""
    zone = ZoneInfo(settings.machine.timezone)
    driver = Zvt(
        name,
        report or reactor.report,
        Account(_password(found), found.currency, found.terminal, found.repeats, _spare_ms(clock.rate)),
        serial=not found.link.startswith(TCP),
        day=lambda: datetime.fromtimestamp(clock.wall_ms() / 1_000, zone).date().isoformat(),
        known=known,
    )
    reactor.add(driver, open_device(name, Device(found.model, found.link, found.baud), None))
    return driver


def _spare_ms(rate: float) -> int:
    """A lab's people live `rate` times as fast (decision 38), and so does what is kept of their time."""
    return round(Account().spare_ms / rate)


def _password(found: CardTerminal) -> int:
    """Without a file the one that terminals come with. It is in no text of an error."""
    if found.password_file is None:
        return 0
    try:
        text = found.password_file.read_text("ascii").split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"terminal.password_file: {found.password_file}: cannot be read ({type(error).__name__})"
        ) from error
    if not re.fullmatch(r"[0-9]{6}", text):
        raise ConfigError(f"terminal.password_file: the first line of {found.password_file} is not six digits")
    return int(text)


def card_payment(
    settings: Settings,
    found: CardPayment,
    reactor: Reactor,
    clock: Clock,
    open_device: OpenDevice,
    report: Report | None = None,
    name: str = "payment",
    draw: Draw = token_bytes,
    books: OfBooks = lambda: None,
) -> CardPay:
    """Cards: reader and PIN pad at their links, the adapter at the bank's, seated in `reactor`. Raises ConfigError."""
    machine, table = settings.machine, settings.devices
    zone = ZoneInfo(machine.timezone)
    patience = _patience(found, clock.rate)
    try:
        parse_path(found.link)
        terminal = Terminal(found.terminal, found.merchant, found.tpdu, found.header)
        kernel = ReferenceKernel(machine.environment, TerminalData(found.terminal), draw)
    except (LinkError, ValueError) as error:
        raise ConfigError(f"cards: {error}") from error
    except KernelRefused as error:
        raise ConfigError(f"cards.kernel: {error}") from error
    driver = CardPay(
        report or reactor.report,
        terminal,
        day=lambda at: datetime.fromtimestamp((clock.wall_ms() if at is None else at) / 1_000, zone).strftime("%y%m%d"),
        draw_near=reactor.nudge,
        name=name,
        patience=patience,
        books=books,
    )
    assert table.card_reader is not None
    assert table.pin_pad is not None
    reader = card_reader(table.card_reader, driver.hear, patience.take_ms)
    pad = pin_pad(table.pin_pad, driver.hear, lab=machine.environment == "lab")
    driver.attach(reader, pad, kernel)
    reactor.add(reader, open_device("card_reader", table.card_reader, None))
    reactor.add(pad, open_device("pin_pad", table.pin_pad, pad.line_baud))
    reactor.add(driver, open_device(name, Device("bank", found.link), None))
    return driver


def _patience(found: CardPayment, rate: float) -> Patience:
    """A lab's people live `rate` times as fast (decision 38): what is theirs shrinks with the passenger's time to pay, the bank's
    line does not."""
    usual = Patience()
    return Patience(
        pin_ms=round(usual.pin_ms / rate),
        take_ms=round(found.take_ms / rate),
        answer_ms=found.answer_ms,
        spare_ms=round(usual.spare_ms / rate),
        keeps_wanted=found.keeps_wanted,
    )


def code_payment(
    found: CodePayment,
    reactor: Reactor,
    clock: Clock,
    scanner: bool = False,
    report: Report | None = None,
    name: str = "payment",
) -> CodePayDriver:
    """Phone codes: the adapter on its own thread, seated in `reactor`. `scanner`: one is fitted, so phones may show codes, too.
    Raises ConfigError for a key that is none."""
    try:
        key = bytes.fromhex(found.key_file.read_text("ascii").strip())
        sealer = Sealer(found.merchant, key, clock.wall_ms, lambda: token_hex(16))
    except (OSError, ValueError) as error:
        raise ConfigError(f"codes.key_file: {error}") from error
    driver = CodePayDriver(
        report or reactor.report,
        ThreadLane(found.url, sealer, clock.mono_ms),
        merchant=found.merchant,
        name=name,
        scanner=scanner,
        timing=Timing(poll_ms=found.poll_ms),
    )
    reactor.add(driver)
    reactor.add_channel(driver)
    return driver


FRAMES = "frames"
"""Folder of the camera's pictures, beside the journal."""


def camera(found: CameraLink, beside: Path, reactor: Reactor, clock: Clock) -> HttpCamera:
    """The camera on its own thread, seated in `reactor`; its pictures lie in `beside`/frames."""
    driver = HttpCamera(reactor.report, http_lane(found.url, beside / FRAMES, found.size_mb, clock.mono_ms))
    reactor.add(driver)
    reactor.add_channel(driver)
    return driver


def restart(name: str, devices: Devices, reactor: Reactor) -> None:
    """A technician mended it: a driver that keeps what only people can mend has a `restart`; others shake hands anew."""
    if name == HOPPERS:
        for hopper in devices.hoppers.values():
            hopper.restart()
        return
    mended = getattr(getattr(devices, name, None), "restart", None)
    if mended is not None:
        mended()
    else:
        reactor.restart(name)


def _needs(board: CabinetBoard | None, name: str) -> CabinetBoard:
    if board is None:
        raise ConfigError(f"devices.{name}: needs the cabinet board (trays and flaps), and devices.cabinet is not set")
    return board
