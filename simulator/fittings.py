"""How a machine of the demo may be fitted out: which devices stand in its cabinet and in its configuration.

A fitting changes single lines of the two files under `config/demo`; what it does not name is as it stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from simulator.acquirer.profile import MERCHANT
from simulator.cabinet.settings import CoinSettings


@dataclass(frozen=True, slots=True)
class Fitting:
    """`notes`: cassette -> notes the technician puts in. `lines`: file -> how a line begins -> the line instead; `more`:
    file -> lines at its end."""

    notes: Mapping[int, int]
    lines: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    camera: bool = False
    """A camera of its own looks at the machine."""
    phones: bool = False
    """A provider of phone codes runs beside the station."""
    cards: bool = False
    """A card reader and a PIN pad are fitted, and a bank runs beside the station."""
    terminal: bool = False
    """A certified terminal is fitted, which has its own way to its bank."""
    coins: Mapping[int, int] = field(default_factory=dict)
    """Hopper -> coins the technician puts in; with any, hoppers are fitted."""
    collects: bool = False
    """A code scanner and a reader of identity cards are fitted."""

    def changed(self, name: str, text: str) -> str:
        """A file of the demo with this fitting's lines. Raises ValueError when a line to change is not there."""
        lines = text.splitlines()
        for begins, instead in self.lines.get(name, {}).items():
            at = [number for number, line in enumerate(lines) if line == begins or line.startswith(f"{begins} ")]
            if len(at) != 1:
                raise ValueError(f"{name}: {len(at)} lines begin with {begins!r}")
            lines[at[0]] = instead
        return "\n".join(line for line in [*lines, self.more.get(name, "").rstrip()] if line) + "\n"


USUAL = Fitting({1: 400, 2: 400, 3: 400, 4: 200})
SMALL = Fitting(
    {1: 500, 2: 500},
    {
        "machine.yaml": {
            "  dispenser:": '  dispenser: {model: lcdm2000, link: "@DIR@/dispenser", baud: 9600, cassettes: {1: 100, 2: 1000}}'
        },
        "cabinet.yaml": {
            "  - value_fen: 500": "",
            "  - value_fen: 5000": "",
        },
    },
    {"cabinet.yaml": "dispenser: lcdm2000"},
)

BULK = Fitting(
    {2: 120, 3: 120},
    {
        "machine.yaml": {
            "  acceptor:": '  acceptor: {model: ccnet_b2b, link: "@DIR@/acceptor", baud: 9600, escrow: 1}',
            "  dispenser:": '  dispenser: {model: ccnet_b2b, link: "@DIR@/acceptor", baud: 9600, cassettes: {2: 100, 3: 1000}}',
        },
    },
    {
        "machine.yaml": "thresholds: {cassette_capacity: 200, cassette_low: 20}",
        "cabinet.yaml": "acceptor: bill_to_bill\n"
        "bill_to_bill: {recycling: [{value_fen: 100, capacity: 200}, {value_fen: 1000, capacity: 200}]}",
    },
)

ID003 = Fitting(
    USUAL.notes,
    {"machine.yaml": {"  acceptor:": '  acceptor: {model: id003, link: "@DIR@/acceptor", baud: 9600, parity: E}'}},
    {"cabinet.yaml": "acceptor: id003"},
)

EBDS = Fitting(
    USUAL.notes,
    {"machine.yaml": {"  acceptor:": '  acceptor: {model: ebds, link: "@DIR@/acceptor", baud: 9600, parity: E}'}},
    {"cabinet.yaml": "acceptor: ebds"},
)

ESSP = Fitting(
    USUAL.notes,
    {"machine.yaml": {"  acceptor:": '  acceptor: {model: essp, link: "@DIR@/acceptor", baud: 9600}'}},
    {"cabinet.yaml": "acceptor: essp"},
)

F53 = Fitting(
    USUAL.notes,
    {
        "machine.yaml": {
            "  dispenser:": '  dispenser: {model: f53, link: "@DIR@/dispenser", baud: 9600, parity: E, '
            "cassettes: {1: 100, 2: 500, 3: 1000, 4: 5000}}"
        }
    },
    {"cabinet.yaml": "dispenser: f53"},
)


USB = Fitting(
    USUAL.notes,
    {
        "machine.yaml": {
            "  slip_printer:": '  slip_printer: {model: escpos, link: "usb:0416:5011:TVM0001@@DIR@/slip_printer"}'
        }
    },
    {"cabinet.yaml": "slip_printer: usb"},
)


def _with(fitting: Fitting, devices: str, cabinet: str = "", below: str = "") -> Fitting:
    """`devices`: lines of the machine's table of devices, the last thing in its file, so they come first; `below`: lines of the
    machine's file after that, `cabinet`: of the cabinet's."""
    machine = [devices, fitting.more.get("machine.yaml", "").rstrip(), below]
    inside = [cabinet, fitting.more.get("cabinet.yaml", "").rstrip()]
    parts = {"machine.yaml": machine, "cabinet.yaml": inside}
    more = {name: "\n".join(line for line in lines if line) for name, lines in parts.items()}
    return replace(fitting, more={name: lines for name, lines in more.items() if lines})


def on_battery(fitting: Fitting, minutes: int) -> Fitting:
    """The same machine behind a UPS whose full battery feeds it for so long."""
    device = f'  ups: {{model: megatec, link: "@DIR@/ups", baud: 2400, runtime_min: {minutes}}}'
    return _with(fitting, device, f"ups: true\nups_minutes: {minutes}")


KEY_FILE = "codes.key"


def with_phones(fitting: Fitting) -> Fitting:
    """The same machine, at which phones pay, too."""
    codes = f'codes: {{url: "@PROVIDER@", merchant: "@MACHINE@", key_file: {KEY_FILE}}}'
    return replace(_with(fitting, "", below=codes), phones=True)


def with_cards(fitting: Fitting) -> Fitting:
    """The same machine, at which bank cards pay, too."""
    reader = '  card_reader: {model: crt310, link: "@DIR@/card_reader", baud: 9600}'
    pad = '  pin_pad: {model: zt598, link: "@DIR@/pin_pad", baud: 9600}'
    cards = f'cards: {{link: "@BANK@", terminal: "@TERMINAL@", merchant: "{MERCHANT}"}}'
    return replace(_with(fitting, f"{reader}\n{pad}", "cards: [@CARDS@]", cards), cards=True)


def with_terminal(fitting: Fitting) -> Fitting:
    """The same machine, at which bank cards pay at a certified terminal."""
    below = 'terminal: {link: "@DIR@/terminal", baud: 9600}'
    return replace(_with(fitting, "", "terminal: [@CARDS@]", below), terminal=True)


def with_collecting(fitting: Fitting) -> Fitting:
    """The same machine with a code scanner and a reader of identity cards: what was ordered elsewhere is picked up."""
    scanner = '  code_scanner: {model: scanner, link: "@DIR@/code_scanner", baud: 9600}'
    reader = '  id_reader: {model: samv, link: "@DIR@/id_reader", baud: 115200}'
    return replace(_with(fitting, f"{scanner}\n{reader}", "documents: [@DOCUMENTS@]"), collects=True)


HALVES, YUANS = 400, 500
"""Coins in each hopper at first: more of one yuan than there are notes of it, for of two ways to the same yuan the fuller pays."""


def with_coins(fitting: Fitting) -> Fitting:
    """The same machine with two hoppers on one bus: its change is exact to the half yuan."""
    seats = ", ".join(
        f"{number}: {{address: {CoinSettings.address(number)}, value_fen: {fen}, serial: {CoinSettings.serial(number)}}}"
        for number, fen in enumerate((50, 100), start=1)
    )
    device = f'  hopper: {{model: cctalk_hopper, link: "@DIR@/hopper", baud: 9600, hoppers: {{{seats}}}}}'
    inside = "hoppers: [{value_fen: 50}, {value_fen: 100}]\nvault_coins: {50: 1000, 100: 1000}"
    return replace(_with(fitting, device, inside), coins={1: HALVES, 2: YUANS})


PHONES, CARDS, TERMINAL, COINS, COLLECT = "phones", "cards", "terminal", "coins", "collect"
ADDED: Mapping[str, Callable[[Fitting], Fitting]] = {
    PHONES: with_phones, CARDS: with_cards, TERMINAL: with_terminal, COINS: with_coins,
    COLLECT: with_collecting,
}  # fmt: skip
"""What any machine may be fitted out with besides, behind a plus."""
BATTERY_MIN = 15
FITTINGS: Mapping[str, Fitting] = {
    "usual": USUAL,
    "lcdm2000": SMALL,
    "bill_to_bill": BULK,
    "id003": ID003,
    "ebds": EBDS,
    "essp": ESSP,
    "f53": F53,
    "ups": on_battery(USUAL, BATTERY_MIN),
    "usb": USB,
    "camera": replace(USUAL, camera=True),
    PHONES: with_phones(USUAL),
    CARDS: with_cards(USUAL),
    TERMINAL: with_terminal(USUAL),
    COINS: with_coins(USUAL),
    COLLECT: with_collecting(USUAL),
}
"""Name on the command line -> what it stands for."""
MIXED = ("bill_to_bill", "usual")
"""Several machines of one hall, in turn; for people with all that a passenger may expect."""
FOR_PEOPLE = "phones+cards"
MIXED_FOR_PEOPLE = ("bill_to_bill+phones+cards", FOR_PEOPLE)


def fitting(name: str) -> Fitting:
    """`NAME`, and behind it each of `ADDED` at most once, but not both +cards and +terminal. Raises ValueError."""
    base, *added = name.split("+")
    if {CARDS, TERMINAL} <= {base, *added}:
        raise ValueError(f"invalid choice: {name!r} (cards are paid with at a reader or at a terminal, not at both)")
    if base not in FITTINGS or not set(added) <= set(ADDED) or len(set(added)) < len(added):
        known = ", ".join(sorted(FITTINGS))
        more = ", ".join(f"+{each}" for each in ADDED)
        raise ValueError(f"invalid choice: {name!r} (choose from {known}; each may be followed by {more})")
    made = FITTINGS[base]
    for each in added:
        made = made if each == base else ADDED[each](made)
    return made
