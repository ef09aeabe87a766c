"""What a configuration may say of its devices: models that exist, at places they fit, on lines they have. Raises ConfigError."""

from __future__ import annotations

import os
import re
from dataclasses import fields

from drivers.f53.codec import CASSETTES as F53_CASSETTES
from drivers.f53.codec import SIZES as F53_SIZES
from drivers.lcdm.codec50 import SENSORS
from drivers.link.tcp_link import PREFIX as TCP
from drivers.link.tcp_link import parse_path
from drivers.link.usb_claim import PREFIX as USB_PREFIX
from drivers.link.usb_claim import parse_path as parse_usb
from kiosk.coin_stock import HALF_YUAN_FEN
from kiosk.errors import ConfigError, LinkError
from kiosk.models import MODELS, NOTE_NUMBERS, PARITY, POLL_MS, USB, model
from kiosk.settings import Device, DeviceTable


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
        _check_hoppers(name, device)
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
    """A link that is a server's port, and the name of a unit there; or a USB cable."""
    if device.link.startswith(USB_PREFIX):
        if device.model not in USB:
            raise ConfigError(f"devices.{name}.link: {device.model} has no driver for USB, and {device.link} is that")
        try:
            parse_usb(device.link)
        except LinkError as error:
            raise ConfigError(f"devices.{name}.link: {error}") from error
    elif device.link.startswith(TCP):
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


def _check_hoppers(name: str, device: Device) -> None:
    """A bus serves the hoppers it is told of: each at an address of its own, with a coin that change can be made of."""
    if device.model == "cctalk_hopper" and not device.hoppers:
        raise ConfigError(f"devices.{name}.hoppers: {device.model} needs at least one, such as 1: {{address: 3, ...}}")
    if device.hoppers and device.model != "cctalk_hopper":
        raise ConfigError(f"devices.{name}.hoppers: {device.model} has no coins; cctalk_hopper has")
    taken: dict[int, int] = {}
    for number, seat in device.hoppers.items():
        if not 1 <= number <= 9:
            raise ConfigError(f"devices.{name}.hoppers.{number}: hoppers are numbered 1 to 9")
        if seat.value_fen % HALF_YUAN_FEN:
            raise ConfigError(f"devices.{name}.hoppers.{number}.value_fen: {seat.value_fen} is no half or whole yuan")
        other = taken.setdefault(seat.address, number)
        if other != number:
            raise ConfigError(f"devices.{name}.hoppers.{number}.address: {seat.address} is hopper {other}'s already")


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
