"""A motorised card reader: lets a card in, moves it, talks to its chip, reads its stripe, gives it back or keeps it.

Source: card-reader sheet, part 1; emv-flow sheet, sections 1 and 4; TVM-080. What a card says (tracks, ATR, answers to APDUs) is
no field of any fact: it travels in values that show nothing of themselves and is fetched once by `take_answer` and
`take_tracks`.

Every order has a number that does not come twice (1 or more) and ends in exactly one fact. Orders are carried out one after the
other. Order 0 is the driver's own: a card that it found at a start. Reasons: no_card, card (one is in already), elsewhere (not
where it is needed), failed (the reader says so), jam, foreign (no card, or one of another size), bin (the capture bin takes no
more), mute (a chip without an answer), supply, backup (it runs on its backup), asked, replaced (by another order), silent, link,
request (it cannot be done so), power (the chip has none), garbled, or what the reader answered in two hex digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from kiosk.ports.fact import Fact

Place = Literal["none", "gate", "front", "inside", "chip", "rear", "bin", "strange", "untold"]
"""Where the card is: none in the reader; at the gate, where a hand can take it; held at the front; inside; with its chip at the
contacts; held at the rear; hanging out at the rear; something that is no card of the right size; nobody knows."""

Hold = Literal["front", "inside", "chip", "rear"]
"""Places at which a card can be held."""

TRACKS = 3
SAM_SLOTS = range(1, 9)
APDU_BYTES = range(4, 262)


class CardBytes:
    """Something a card said or is told: track, ATR, APDU or answer. Shows only how long it is."""

    __slots__ = ("_bytes",)

    def __init__(self, data: bytes) -> None:
        self._bytes = bytes(data)

    def reveal(self) -> bytes:
        """For the kernel and a message to the acquirer, never for a text."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._bytes)

    def __repr__(self) -> str:
        return f"CardBytes({len(self._bytes)} bytes, ****)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CardBytes) and other._bytes == self._bytes

    def __hash__(self) -> int:
        return hash(self._bytes)


# -- the reader itself


@dataclass(frozen=True, slots=True)
class CardWhere(Fact):
    """Where the card is, by the reader's own word: after each start and whenever it changed."""

    kind: ClassVar[str] = "card.where"
    place: Place


@dataclass(frozen=True, slots=True)
class CardFound(Fact):
    """A card is in the reader that no order of this start let in. As configured it is offered, captured or left (order 0)."""

    kind: ClassVar[str] = "card.found"
    place: Place


@dataclass(frozen=True, slots=True)
class ReaderSupply(Fact):
    """`state`: good, supply (out of range), backup (the mains of the reader is off). Told when it changes."""

    kind: ClassVar[str] = "card_reader.supply"
    state: str


# -- a card comes in


@dataclass(frozen=True, slots=True)
class CardEntryOpen(Fact):
    """The gate takes a card now."""

    kind: ClassVar[str] = "card.entry"
    order: int


@dataclass(frozen=True, slots=True)
class CardIn(Fact):
    """Drawn in, and the gate is shut behind it."""

    kind: ClassVar[str] = "card!"
    result: ClassVar[str] = "in"
    order: int


@dataclass(frozen=True, slots=True)
class CardNotIn(Fact):
    """The gate is shut and no card came in by this order, for certain."""

    kind: ClassVar[str] = "card!"
    result: ClassVar[str] = "not_in"
    order: int
    reason: str


# -- a card moves


@dataclass(frozen=True, slots=True)
class CardMoved(Fact):
    """It is held at `place`."""

    kind: ClassVar[str] = "card!"
    result: ClassVar[str] = "moved"
    order: int
    place: Place


@dataclass(frozen=True, slots=True)
class CardOffered(Fact):
    """It sticks out of the gate and can be taken. No outcome yet."""

    kind: ClassVar[str] = "card.offered"
    order: int


@dataclass(frozen=True, slots=True)
class CardTaken(Fact):
    """It left by the gate."""

    kind: ClassVar[str] = "card!"
    result: ClassVar[str] = "taken"
    order: int


@dataclass(frozen=True, slots=True)
class CardCaptured(Fact):
    """It lies in the capture bin."""

    kind: ClassVar[str] = "card!"
    result: ClassVar[str] = "captured"
    order: int


@dataclass(frozen=True, slots=True)
class CardGone(Fact):
    """None is in the reader: there was none, or it was taken or captured and nobody saw which."""

    kind: ClassVar[str] = "card!"
    result: ClassVar[str] = "gone"
    order: int


@dataclass(frozen=True, slots=True)
class CardStuck(Fact):
    """It is still in the reader, for certain, at `place`, and not where it was ordered to."""

    kind: ClassVar[str] = "card!"
    result: ClassVar[str] = "stuck"
    order: int
    place: Place
    reason: str


@dataclass(frozen=True, slots=True)
class CardUncertain(Fact):
    """Nobody knows what became of it. `CardWhere` says it when the reader is understood again."""

    kind: ClassVar[str] = "card!"
    result: ClassVar[str] = "unknown"
    order: int
    reason: str


# -- a chip, in the card or in a SAM slot


@dataclass(frozen=True, slots=True)
class ChipReady(Fact):
    """It has power and said its ATR (`take_answer`). `protocol`: 0 or 1, as in T=0 and T=1."""

    kind: ClassVar[str] = "chip!"
    result: ClassVar[str] = "ready"
    order: int
    protocol: int


@dataclass(frozen=True, slots=True)
class ChipAnswered(Fact):
    """`take_answer(order)` has the answer with its status word, once."""

    kind: ClassVar[str] = "chip!"
    result: ClassVar[str] = "answered"
    order: int


@dataclass(frozen=True, slots=True)
class ChipOff(Fact):
    kind: ClassVar[str] = "chip!"
    result: ClassVar[str] = "off"
    order: int


@dataclass(frozen=True, slots=True)
class ChipFailed(Fact):
    """No answer, and none will come. Whether the chip heard an APDU is not known; it is talked to again only after `power`."""

    kind: ClassVar[str] = "chip!"
    result: ClassVar[str] = "failed"
    order: int
    reason: str


# -- the stripe


@dataclass(frozen=True, slots=True)
class TracksRead(Fact):
    """`states` of tracks 1 to 3: read, no_start, no_end, parity, lrc, blank, unreadable. `take_tracks` has what was read."""

    kind: ClassVar[str] = "tracks!"
    result: ClassVar[str] = "read"
    order: int
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TracksFailed(Fact):
    kind: ClassVar[str] = "tracks!"
    result: ClassVar[str] = "failed"
    order: int
    reason: str


class CardReader(Protocol):
    @property
    def place(self) -> Place:
        """As the reader last said."""
        ...

    @property
    def can_take_cards(self) -> bool:
        """It works, and nothing is in its way."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """What it did so far, as far as this driver saw it: the device keeps no counters. Goes on from what the driver was made
        with."""
        ...

    def recall(self) -> None:
        """Report `CardWhere` with what is known now."""
        ...

    def admit(self, order: int) -> None:
        """Let one card in, until `withdraw` or another order. Fact: CardEntryOpen; outcome: CardIn, CardNotIn or CardUncertain."""
        ...

    def withdraw(self, order: int) -> None:
        """Shut the gate. The outcome of `admit` still comes, and may be CardIn. Of another order than that: nothing."""
        ...

    def move(self, order: int, to: Hold) -> None:
        """Hold the card at `to`. Outcome: CardMoved, CardGone, CardStuck or CardUncertain."""
        ...

    def eject(self, order: int, take_ms: int) -> None:
        """Offer it at the gate, the chip without power. Fact: CardOffered; outcome: CardTaken, CardGone, CardStuck,
        CardUncertain or, when it was not taken within `take_ms` (0: no limit), what `capture` says."""
        ...

    def capture(self, order: int) -> None:
        """Into the bin. Outcome: CardCaptured, CardGone, CardStuck or CardUncertain."""
        ...

    def power(self, order: int, sam: int = 0, warm: bool = False) -> None:
        """Reset the chip of the card, which is moved to the contacts, or of SAM slot `sam` (1..8; 0: the card). `warm`: a chip of
        the card that has power already is reset without losing it. Outcome: ChipReady or ChipFailed."""
        ...

    def power_off(self, order: int) -> None:
        """Of the card's chip. Outcome: ChipOff or ChipFailed."""
        ...

    def exchange(self, order: int, apdu: CardBytes, sam: int = 0) -> None:
        """Send an APDU (4 bytes or more) by the protocol of the ATR. Outcome: ChipAnswered or ChipFailed. Sent once, whatever
        happens; 61xx and 6Cxx are answers like others."""
        ...

    def take_answer(self, order: int) -> CardBytes | None:
        """ATR or answer of the chip order that was answered last: once, then it is forgotten."""
        ...

    def read_tracks(self, order: int) -> None:
        """All three tracks of the card that is in. Outcome: TracksRead or TracksFailed."""
        ...

    def take_tracks(self, order: int) -> tuple[CardBytes | None, ...] | None:
        """Characters of tracks 1 to 3 without sentinels, None for one that was not read: once, then they are forgotten."""
        ...
