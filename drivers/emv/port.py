"""What a payment kernel is: it is asked what comes next, and told what card, passenger and bank said. Sans-I/O.

In the field this is the certified kernel that comes with the reader (EMV sheet, sections 1 and 2). It never sees a PIN, and the
machine never decides in its place whether the card agrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from kiosk.ports.card_reader import CardBytes
from kiosk.ports.pin_pad import Pan

PinHow = Literal["entered", "bypassed", "cancelled", "timeout", "failed"]


@dataclass(frozen=True, slots=True)
class Purchase:
    """`trace`: number of the message to the bank, 1..999999. `date`: YYMMDD where the machine stands."""

    amount_fen: int
    trace: int
    date: str


@dataclass(frozen=True, slots=True)
class OnlineCard:
    """What a message to the bank says of the card. `track2` has `D` as separator; `expiry` YYMM; `sequence` two digits, empty
    when the card has none; `chip` is field 55."""

    pan: Pan
    track2: str = field(repr=False)
    expiry: str = field(repr=False)
    sequence: str
    chip: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """`code`: field 39. `chip`: field 55 of the answer, which may be empty."""

    approved: bool
    code: str
    chip: bytes = field(default=b"", repr=False)


# -- what comes next


@dataclass(frozen=True, slots=True)
class ToCard:
    """Send it, then `card_said`."""

    apdu: CardBytes


@dataclass(frozen=True, slots=True)
class AskPin:
    """Have the PIN pad make a block for this card, then `pin_said`."""

    pan: Pan


@dataclass(frozen=True, slots=True)
class AskBank:
    """Send the purchase, then `bank_said`."""

    card: OnlineCard


@dataclass(frozen=True, slots=True)
class Done:
    """The chip is no longer needed. `accepted`: the card agreed to the bank's approval. `reason` of a refusal: in the words of the
    payment port. `scripts`: how each command of the issuer ended, by its status word; `results`: how each script did, five
    bytes each, as the issuer wants to hear it (DF31)."""

    accepted: bool
    reason: str = ""
    scripts: tuple[int, ...] = ()
    results: bytes = b""


Ask = ToCard | AskPin | AskBank | Done


class EmvKernelPort(Protocol):
    certified: bool
    """Whether a laboratory approved this very build. One that is not works in the lab only."""
    label: str
    """How it is named in logs."""

    def begin(self, purchase: Purchase) -> Ask:
        """The card's chip has power. What was under way is forgotten."""
        ...

    def card_said(self, answer: CardBytes | None) -> Ask:
        """`None`: no answer, and none will come."""
        ...

    def pin_said(self, how: PinHow) -> Ask: ...

    def bank_said(self, answer: BankAnswer | None) -> Ask:
        """`None`: nobody knows what the bank decided."""
        ...


@dataclass(frozen=True, slots=True)
class TerminalData:
    """What a terminal says of itself (EMV sheet, section 2). `serial`: 8 characters; `applications`: AIDs in the order in which
    they are tried without a list on the card; `denial`: verification results at which it declines by itself."""

    serial: str
    country: str = "0156"
    currency: str = "0156"
    kind: str = "24"
    capabilities: str = "604020"
    version: str = "0030"
    denial: str = "0010000000"
    applications: tuple[str, ...] = ("A000000333010101", "A000000333010102", "A000000333010103", "A000000333010106")

    def values(self) -> Mapping[str, bytes]:
        """By tag."""
        texts = {
            "9F1A": self.country,
            "5F2A": self.currency,
            "9F35": self.kind,
            "9F33": self.capabilities,
            "9F09": self.version,
        }
        return {**{tag: bytes.fromhex(text) for tag, text in texts.items()}, "9F1E": self.serial.encode("ascii")}
