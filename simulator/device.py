"""`./tvm device MODEL`: one simulated device on a pty, ready for any program that knows the model's protocol.

A USB model is on a socket instead, for every program that takes a backend of pyusb: what is printed is its path for a
configuration or `./tvm probe`, and what stands behind the @ is the socket. In Python (docs/sheets/usb-bridge.md):
`usb.core.find(idVendor=0x0416, backend=drivers.link.usb_bridge.BridgeBackend(SOCKET))`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from simulator.automatic import (
    Turn,
    auto_card,
    auto_codes,
    auto_documents,
    auto_fingers,
    auto_outages,
    auto_passenger,
    auto_terminal,
)
from simulator.clock import SharedClock
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds, Twin
from simulator.devices.usb import UsbPrinter
from simulator.pty_host import Host, PtyHost, run_single
from simulator.tcp_host import TcpHost
from simulator.usb_host import UsbHost

if TYPE_CHECKING:
    from simulator.devices.epp import Style

NOTES_PER_CASSETTE = 300
NOTES_IN_RECYCLER = 40
COINS_IN_BOWL = 300
BLANKS_ON_ROLL = 500


def ccnet(matter: Matter, speeds: Speeds) -> Twin:
    """Note validator with an escrow of one note, speaks CCNET (address 03)."""

    from simulator.devices.ccnet import CcnetValidator

    return CcnetValidator(matter, speeds)


def b2b(matter: Matter, speeds: Speeds) -> Twin:
    """Bill-to-Bill unit, speaks CCNET (address 01). Cassette 1 is the escrow; 2 and 3 hold notes of 1 and 10 yuan."""
    from simulator.devices.ccnet import CNY
    from simulator.devices.ccnet.b2b import ESCROW, BillToBill

    for number, kind in ((2, 0), (3, 2)):
        row = CNY[kind]
        for _ in range(NOTES_IN_RECYCLER if row else 0):
            matter.new_note(row.value_fen if row else 0, f"cassette.{number}")
    return BillToBill(matter, speeds, kinds_of=(ESCROW, 0, 2))


def ebds(matter: Matter, speeds: Speeds) -> Twin:
    """Note acceptor with an escrow of one note, speaks EBDS (eight bits without parity on a pty)."""
    from simulator.devices.ebds import EbdsValidator

    return EbdsValidator(matter, speeds)


def essp(matter: Matter, speeds: Speeds) -> Twin:
    """Note validator with an escrow of one note, speaks eSSP, plain and encrypted (address 00, two stop bits on a line)."""
    from simulator.devices.essp import EsspValidator

    return EsspValidator(matter, speeds)


def id003(matter: Matter, speeds: Speeds) -> Twin:
    """Note acceptor with an escrow of one note, speaks ID-003 (no parity on a pty)."""
    from simulator.devices.id003 import Id003Acceptor

    return Id003Acceptor(matter, speeds)


def megatec(matter: Matter, speeds: Speeds) -> Twin:
    """UPS with its battery, speaks Megatec/Q1."""

    from simulator.devices.megatec import MegatecUps

    return MegatecUps(speeds)


def lcdm4000(matter: Matter, speeds: Speeds) -> Twin:
    """Note dispenser with four cassettes, speaks LCDM."""

    from simulator.devices.lcdm import Lcdm4000
    from simulator.devices.lcdm.dispenser import DEFAULT_VALUES_FEN

    fill_cassettes(matter, DEFAULT_VALUES_FEN)
    return Lcdm4000(matter, speeds)


def lcdm2000(matter: Matter, speeds: Speeds) -> Twin:
    """Note dispenser with two cassettes, speaks LCDM's older frames."""

    from simulator.devices.lcdm import Lcdm2000
    from simulator.devices.lcdm.dispenser import DEFAULT_VALUES_2000_FEN

    fill_cassettes(matter, DEFAULT_VALUES_2000_FEN)
    return Lcdm2000(matter, speeds)


def lcdm1000(matter: Matter, speeds: Speeds) -> Twin:
    """Note dispenser with one cassette, speaks LCDM's older frames."""

    from simulator.devices.lcdm import Lcdm1000
    from simulator.devices.lcdm.dispenser import DEFAULT_VALUES_1000_FEN

    fill_cassettes(matter, DEFAULT_VALUES_1000_FEN)
    return Lcdm1000(matter, speeds)


def f53(matter: Matter, speeds: Speeds) -> Twin:
    """Bill dispenser with four cassettes and a pool, speaks the F53's frames (eight bits without parity on a pty)."""
    from simulator.devices.f53 import F53
    from simulator.devices.f53.dispenser import DEFAULT_VALUES_FEN

    fill_cassettes(matter, DEFAULT_VALUES_FEN)
    return F53(matter, speeds)


def f56(matter: Matter, speeds: Speeds) -> Twin:
    """Bill dispenser, speaks as the F53 does."""
    return f53(matter, speeds)


def cctalk_hopper(matter: Matter, speeds: Speeds) -> Twin:
    """Two coin hoppers on one bus, speak ccTalk: 1 yuan at address 3, 0.5 yuan at address 4; the host hears its own bytes."""
    from simulator.devices.cctalk import CctalkBus, HopperSettings

    bus = CctalkBus(
        matter,
        speeds,
        (
            HopperSettings(coin_name="CN100A"),
            HopperSettings(number=2, address=4, serial=12_345_679, coin_name="CN050A"),
        ),
    )
    for hopper, value_fen in zip(bus.hoppers, (100, 50), strict=True):
        hopper.fill(value_fen, COINS_IN_BOWL)
    return bus


def fill_cassettes(matter: Matter, values_fen: Sequence[int | None]) -> None:
    for position, value_fen in enumerate(values_fen, start=1):
        for _ in range(NOTES_PER_CASSETTE if value_fen else 0):
            matter.new_note(value_fen or 0, f"cassette.{position}")


def ttpm(matter: Matter, speeds: Speeds) -> Twin:
    """Printer of tickets with a magnetic stripe, speaks TTPM."""

    from simulator.devices.ttpm import Ttpm

    for _ in range(BLANKS_ON_ROLL):
        matter.new_blank("roll")
    return Ttpm(matter, speeds)


def cabinet(matter: Matter, speeds: Speeds) -> Twin:
    """The cabinet's board: doors, locks, lamps, shutters, trays and flaps, speaks Modbus RTU."""

    from simulator.devices.cabinet_board import CabinetBoard

    return CabinetBoard(matter, speeds)


def zt598(matter: Matter, speeds: Speeds) -> Twin:
    """Encrypting PIN pad with test masters (IMK at 80, TMK at 20), is told the card with the fetch; no certificate."""
    from simulator.devices.epp import Style

    return pin_pad(speeds, Style.AT_FETCH)


def zt588(matter: Matter, speeds: Speeds) -> Twin:
    """Encrypting PIN pad with test masters (IMK at 80, TMK at 20), is told the card at the start; no certificate."""
    from simulator.devices.epp import Style

    return pin_pad(speeds, Style.AT_START)


def pin_pad(speeds: Speeds, style: Style) -> Twin:
    from simulator.devices.epp import Zt598, install_test_masters

    pad = Zt598(speeds, style=style)
    install_test_masters(pad)
    return pad


def crt310(matter: Matter, speeds: Speeds) -> Twin:
    """Motorised card reader with a bin for cards and a lab chip in SAM slot 1; a good card is in the hand."""
    from simulator.devices.chip_card.wallet import WALLET
    from simulator.devices.crt310 import Crt310, lab_card

    lab_card(matter, "good")
    return Crt310(matter, speeds, sams={0: WALLET["second"].chip()})


def samv(matter: Matter, speeds: Speeds) -> Twin:
    """Identity-card reader with its security module, speaks SAM-V packets (115200 on a line); test persons only."""
    from simulator.devices.samv import SamvReader

    return SamvReader(speeds)


def scanner(matter: Matter, speeds: Speeds) -> Twin:
    """Code scanner as at delivery: light by trigger commands, set up by menu texts, neither prefix nor suffix."""
    from simulator.devices.scanner import CodeScanner

    return CodeScanner(speeds)


def zvt(matter: Matter, speeds: Speeds) -> Twin:
    """Certified card terminal with its bank, speaks ZVT: framed on the pty, bare with --tcp; a good card is in the hand."""
    from simulator.acquirer.terminal_desk import TerminalDesk
    from simulator.devices.crt310 import lab_card
    from simulator.devices.zvt import ZvtTerminal

    lab_card(matter, "good")
    return ZvtTerminal(matter, speeds, TerminalDesk())


def escpos(matter: Matter, speeds: Speeds) -> Twin:
    """Slip printer, speaks ESC/POS."""

    from simulator.devices.escpos import EscPosPrinter

    return EscPosPrinter(matter, speeds)


def escpos_usb(matter: Matter, speeds: Speeds) -> Twin:
    """Slip printer on USB (0416:5011), speaks ESC/POS: a socket for pyusb's backend in place of a pty (see --help)."""
    from simulator.devices.escpos.usb import UsbEscPosPrinter

    return UsbEscPosPrinter(matter, speeds)


MODELS: dict[str, Callable[[Matter, Speeds], Twin]] = {
    "ccnet": ccnet,
    "b2b": b2b,
    "ebds": ebds,
    "essp": essp,
    "id003": id003,
    "lcdm4000": lcdm4000,
    "lcdm2000": lcdm2000,
    "lcdm1000": lcdm1000,
    "f53": f53,
    "f56": f56,
    "cctalk-hopper": cctalk_hopper,
    "ttpm": ttpm,
    "cabinet": cabinet,
    "escpos": escpos,
    "escpos-usb": escpos_usb,
    "megatec": megatec,
    "zt588": zt588,
    "zt598": zt598,
    "crt310": crt310,
    "samv": samv,
    "scanner": scanner,
    "zvt": zvt,
}


NETWORKED = ("zvt",)
"""Models that may also be at the end of a network cable."""


def auto(matter: Matter, twin: Twin) -> Turn | None:
    """What happens by itself: a passenger at a slot, a keypad, a gate, a reader, outages of a UPS's mains; None for others."""
    from simulator.devices.crt310 import Crt310
    from simulator.devices.epp import Zt598
    from simulator.devices.megatec import MegatecUps
    from simulator.devices.samv import SamvReader
    from simulator.devices.scanner import CodeScanner
    from simulator.devices.validator import Validator
    from simulator.devices.zvt import ZvtTerminal

    if isinstance(twin, ZvtTerminal):
        return auto_terminal(matter, twin)
    if isinstance(twin, MegatecUps):
        return auto_outages(twin)
    if isinstance(twin, Zt598):
        return auto_fingers(twin)
    if isinstance(twin, SamvReader):
        return auto_documents(twin)
    if isinstance(twin, CodeScanner):
        return auto_codes(twin)
    if isinstance(twin, Crt310):
        return auto_card(matter, twin)
    return auto_passenger(matter, twin) if isinstance(twin, Validator) else None


def hosted(twin: Twin, link: Path | None, directory: Path, port: int | None = None) -> tuple[Host, str]:
    """The twin behind what its cable is, and how a client names it; `port` of a network cable. Raises OSError."""
    from simulator.devices.escpos.usb import UsbEscPosPrinter
    from simulator.devices.zvt import Way, ZvtTerminal

    if port is not None and isinstance(twin, ZvtTerminal):
        twin.plug_into(Way.TCP)
        at_port = TcpHost(twin, port)
        return at_port, at_port.path
    if not isinstance(twin, UsbEscPosPrinter):
        host = PtyHost(twin, link)
        return host, host.path
    printer = UsbPrinter(twin, port_status=twin.port_status)
    served = UsbHost([printer], link or directory / "usb")
    return served, f"{printer.name}@{served.path}"


def listed() -> str:
    """All models, one line each: its name and what it is, from what makes it."""
    width = max(map(len, MODELS))
    return "\n".join(f"{name:{width}} {(make.__doc__ or '').splitlines()[0]}" for name, make in MODELS.items())


def main(argv: Sequence[str]) -> int:
    """Serve until ended; 0 after SIGINT or SIGTERM, 2 when the command line cannot be understood."""
    parser = argparse.ArgumentParser(
        prog="tvm device", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", choices=sorted(MODELS), metavar="MODEL", help=", ".join(sorted(MODELS)))
    parser.add_argument("--list", action="store_true", help="list all models with one line each, and end")
    parser.add_argument(
        "--link", type=Path, metavar="PATH", help="make PATH a symbolic link to the pty; of a USB model: the socket"
    )
    parser.add_argument("--rate", type=float, default=1.0, help="motion is so many times faster; 0 is instant")
    parser.add_argument(
        "--auto",
        action="store_true",
        help="acceptors: push a note in every few seconds while it is enabled; ups: the mains fail each minute; "
        "PIN pads: a PIN is typed; card reader, terminal: a card is inserted and taken; samv, scanner: "
        "cards are laid down, codes are held there",
    )
    parser.add_argument(
        "--fault", action="append", default=[], metavar="NAME", help="switch a fault on; may be repeated"
    )
    parser.add_argument("--faults", action="store_true", help="list the faults this model can play, and end")
    parser.add_argument(
        "--tcp",
        type=int,
        nargs="?",
        const=0,
        metavar="PORT",
        help="zvt: at a TCP port of the loopback address; 0 a free one",
    )
    given = parser.parse_args(argv)
    if given.list:
        print(listed())
        return 0
    if given.model is None:
        parser.error("which MODEL? --list names them")
    if given.tcp is not None and (given.model not in NETWORKED or not 0 <= given.tcp <= 65_535 or given.link):
        parser.error("--tcp PORT (0 to 65535, without --link) is for " + ", ".join(NETWORKED))
    if given.rate < 0:
        parser.error(f"--rate {given.rate} is negative")
    matter = Matter()
    twin = MODELS[given.model](matter, Speeds(rate=given.rate))
    known = twin.fault_names()
    if given.faults:
        for name, sentence in known.items():
            print(f"{name:28} {sentence}")
        return 0
    if unknown := sorted(set(given.fault) - set(known)):
        parser.error(f"{given.model} has no fault {', '.join(unknown)}; --faults lists them")
    twin.faults |= set(given.fault)
    try:
        each_turn = auto(matter, twin) if given.auto else None
        with TemporaryDirectory(prefix="tvm-usb-") as directory:
            host, name = hosted(twin, given.link, Path(directory), given.tcp)
            run_single(host, SharedClock.starting_now().mono_ms, each_turn, name)
    except OSError as error:
        print(f"tvm device: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
