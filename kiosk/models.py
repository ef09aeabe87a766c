"""The models there is a driver for: one table from a model's name to its driver, and how its line is.

Everything else sees ports. A driver for another model is one folder in drivers/ and one row here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from secrets import token_bytes
from typing import Any, Literal

from drivers.cabinet_board.driver import CabinetBoard
from drivers.ccnet.b2b.driver import BillToBill
from drivers.ccnet.driver import CcnetValidator
from drivers.cctalk.device import Seat
from drivers.cctalk.driver import CcTalkBus, anywhere
from drivers.crt310.codec import RATES as CRT310_RATES
from drivers.crt310.driver import Crt310
from drivers.ebds.codec import MOST_NOTES as EBDS_NOTES
from drivers.ebds.driver import POLL_MS as EBDS_POLL_MS
from drivers.ebds.driver import EbdsAcceptor
from drivers.epp.codec import RATES as EPP_RATES
from drivers.epp.driver import STYLES as EPP_STYLES
from drivers.epp.driver import Epp
from drivers.escpos.driver import EscPosPrinter
from drivers.essp.codec import CHANNELS as ESSP_CHANNELS
from drivers.essp.driver import EsspAcceptor
from drivers.f53.driver import F53
from drivers.id003.codec import CODES as ID003_CODES
from drivers.id003.driver import POLL_MS as ID003_POLL_MS
from drivers.id003.driver import Id003Acceptor
from drivers.lcdm.codec50 import SENSORS
from drivers.lcdm.driver import Lcdm4000
from drivers.lcdm.driver50 import Lcdm2000
from drivers.link.tcp_link import PREFIX as TCP
from drivers.megatec.driver import Megatec
from drivers.nut.driver import Nut
from drivers.samv.driver import Samv
from drivers.scanner.codec import STYLES as SCANNER_STYLES
from drivers.scanner.driver import Scanner
from drivers.ttpm.driver import Ttpm
from drivers.zvt.driver import Zvt
from drivers.zvt.health import Account
from kiosk.errors import ConfigError
from kiosk.ports.fact import Participant, Report
from kiosk.settings import Device

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


def _check_rate(name: str, device: Device, rates: tuple[int, ...]) -> None:
    """Raises ConfigError for a rate the device does not know."""
    if device.baud not in rates:
        known = ", ".join(map(str, rates))
        raise ConfigError(f"devices.{name}.baud: {device.model} listens at one of {known}, not {device.baud}")


def _crt310(name: str, device: Device, report: Report, look_only: bool = False) -> Crt310:
    _check_rate(name, device, CRT310_RATES)
    return Crt310(name, report, baud=device.baud, look_only=look_only)


def _epp(name: str, device: Device, report: Report, look_only: bool = False, test_keys: bool = False) -> Epp:
    _check_rate(name, device, EPP_RATES)
    return Epp(name, report, model=device.model, baud=device.baud, look_only=look_only, test_keys=test_keys)


def pin_pad(device: Device, report: Report, lab: bool) -> Epp:
    """The PIN pad of a machine that takes cards. `lab`: published test keys are taken."""
    return _epp("pin_pad", device, report, test_keys=lab)


def card_reader(device: Device, report: Report, take_ms: int) -> Crt310:
    """The reader of such a machine. `take_ms`: a card that a former life left in it is offered so long."""
    _check_rate("card_reader", device, CRT310_RATES)
    return Crt310("card_reader", report, baud=device.baud, take_ms=take_ms)


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


def _seats(device: Device) -> list[Seat]:
    return [Seat(number, seat.address, seat.value_fen, seat.serial) for number, seat in device.hoppers.items()]


def _zvt(name: str, device: Device, report: Report, look_only: bool = False) -> Zvt:
    """With the password that terminals come with; a machine's own is fitted with more (`kiosk.fitting.terminal_payment`)."""
    return Zvt(name, report, Account(), serial=not device.link.startswith(TCP), look_only=look_only)


def _scanner(name: str, device: Device, report: Report, boot: int) -> Scanner:
    return Scanner(name, report, model=device.model)


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
    "cctalk_hopper": Model(
        ("hopper",),
        lambda name, device, report, boot: CcTalkBus(name, report, _seats(device)),
        probe=lambda name, device, report, boot: CcTalkBus(name, report, anywhere()),
    ),
    "crt310": Model(
        ("card_reader",),
        lambda name, device, report, boot: _crt310(name, device, report),
        probe=lambda name, device, report, boot: _crt310(name, device, report, look_only=True),
    ),
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
    "samv": Model(("id_reader",), lambda name, device, report, boot: Samv(name, report)),
    **dict.fromkeys(tuple(SCANNER_STYLES), Model(("code_scanner",), _scanner)),
    "ttpm": Model(("ticket_unit",), lambda name, device, report, boot: Ttpm(name, report)),
    "zvt": Model(
        ("terminal",),
        lambda name, device, report, boot: _zvt(name, device, report),
        probe=lambda name, device, report, boot: _zvt(name, device, report, look_only=True),
    ),
    "cabinet_board": Model(("cabinet",), lambda name, device, report, boot: CabinetBoard(name, report)),
    "escpos": Model(
        ("slip_printer",), lambda name, device, report, boot: EscPosPrinter(name, report, baud=device.baud)
    ),
}
"""Model name in config -> driver."""

SHORT_NAMES = {
    "cabinet": "cabinet_board",
    "b2b": "ccnet_b2b",
    "ups": "megatec",
    "cctalk-hopper": "cctalk_hopper",
    "escpos-usb": "escpos",
}
"""What `./tvm device` and `./tvm probe` also call a model; in config it has its name above."""

BAUD = {"ttpm": 115_200, "cabinet_board": 19_200, "megatec": 2_400, "samv": 115_200}
"""Line rates other than 9600, for a probe that is not told another one; in config `baud` says it."""

PARITY: dict[str, Literal["N", "E", "O"]] = {"ebds": "E", "f53": "E", "f56": "E", "id003": "E"}
"""Lines with a parity bit, likewise."""

DATA_BITS = {"ebds": 7}
"""Lines with another number of data bits than 8; nothing to configure."""

STOP_BITS = {"essp": 2, "zvt": 2}
"""Lines with another number of stop bits than 1, likewise."""

USB = ("escpos",)
"""Models that may also be at the end of a USB cable (link `usb:VENDOR:PRODUCT[:SERIAL]`)."""

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
