"""What a Bill-to-Bill unit says and is told beyond a validator: cassettes, bundles, power recovery. Source: ccnet sheet, 9, 10.

Frames, checksum, bill table and identification are those of `drivers.ccnet.codec`; the unit's address is 01, and its POLL
answers have three bytes as a rule (9.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, unique

ESCROW_TYPE = 24  # pseudo type of the cassette that is the bulk escrow (9.1)
UNASSIGNED = 0x1F
DROP_CASSETTE = 0  # as a destination of STACKED (9.3)
BUNDLE = 20  # notes of one DISPENSE (9.2)
RETRACTED = 0xCA  # FAILURE after the unit pulled a bundle back (9.2, 9.3)
AT_THE_MOUTH = 0x01  # Z2 of DISPENSING: a hand can reach the notes
ASKED = 0x80  # bit of a POWER RECOVERY word: of the request, not of what moved (10)
HOST_TIMEOUT_1_S, TIMERS = 0x04, 0x0F


@unique
class Order(IntEnum):
    """Section 9.2."""

    RECYCLING_STATUS = 0x3B
    DISPENSE = 0x3C
    UNLOAD = 0x3D
    SET_CASSETTE_TYPE = 0x40
    POWER_RECOVERY = 0x66
    EMPTY_DISPENSER = 0x67
    SET_OPTIONS = 0x68
    GET_OPTIONS = 0x69
    CASSETTE_CONTENTS = 0x70


@unique
class Sign(IntEnum):
    """Z1 of a POLL answer that a validator does not give, section 9.3."""

    DISPENSING = 0x1D
    UNLOADING = 0x1E
    SETTING_TYPE = 0x21
    DISPENSED = 0x25
    UNLOADED = 0x26
    INVALID_NUMBER = 0x28
    TYPE_SET = 0x29
    INVALID_COMMAND = 0x30
    DECISION = 0x83


@unique
class Retract(IntEnum):
    """How long a bundle waits to be taken: bits 1 and 0 of option byte Y1 (9.2; times of the XE300)."""

    OFF = 0
    SHORT = 1
    MIDDLE = 2
    LONG = 3


RETRACT_MS: Mapping[Retract, int] = {Retract.SHORT: 20_000, Retract.MIDDLE: 40_000, Retract.LONG: 60_000}


def retract_for(take_ms: int) -> Retract:
    """The shortest one that leaves people `take_ms` and five seconds more (decision 5); the longest when none does."""
    fitting = (retract for retract, ms in RETRACT_MS.items() if ms >= take_ms + 5_000)
    return next(fitting, Retract.LONG)


def options_data(now: bytes, retract: Retract) -> bytes:
    """DATA of SET OPTIONS: host time-out 1 s and that retract time; every other bit as it is. `now`: 4 bytes of GET OPTIONS."""
    return bytes([now[0] & ~TIMERS & 0xFF | HOST_TIMEOUT_1_S | retract]) + now[1:]


@dataclass(frozen=True, slots=True)
class Cassette:
    """One entry of RECYCLING CASSETTE STATUS. `bill_type`: 0..23, ESCROW_TYPE or UNASSIGNED; void when not present."""

    present: bool
    full: bool
    bill_type: int
    notes: int


def parse_cassettes(payload: bytes) -> Mapping[int, Cassette] | None:
    """Cassette number, from 1 -> cassette. None for an odd length, none at all, or more than 16."""
    if len(payload) % 2 or not 2 <= len(payload) <= 32:
        return None
    return {
        number: Cassette(bool(flags & 0x80), bool(flags & 0x40), flags & 0x1F, notes)
        for number, (flags, notes) in enumerate(_words(payload), start=1)
    }


def parse_contents(payload: bytes) -> tuple[int, ...] | None:
    """EXTENDED CASSETTE STATUS: a bill type per note, in the order of the wire. None: count and length differ.

    "In stack order (last in, first out)" says the sheet: the note that comes out first is read to stand first (9.2).

    An empty cassette answers 00, which is an ACK on the wire: told apart by what was asked.
    """
    return tuple(payload[1:]) if payload and payload[0] == len(payload) - 1 else None


@unique
class Cut(IntEnum):
    """What a power failure broke off: first byte of the answer to POWER RECOVERY (section 10)."""

    NOTHING = 0x00
    PACKING = 0x17
    DISPENSING = 0x3C
    UNLOADING = 0x3D


Word = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Recovery:
    """`moved`: (bill type, destination) after PACKING, else (bill type, notes) that left the cassettes for certain.

    `asked`: the interrupted request: (bill type, notes) after DISPENSING, one (cassette, notes) after UNLOADING. DISPENSING
    without it: the unit holds notes and does not remember whose.
    """

    cut: Cut
    asked: tuple[Word, ...] = ()
    moved: tuple[Word, ...] = ()


def parse_recovery(payload: bytes, *, type_first: bool = True) -> Recovery | None:
    """`type_first` False: a firmware that sends its words with the count before the type (section 10)."""
    if payload in (b"\x00", b"\x3c"):
        return Recovery(Cut(payload[0]))
    if len(payload) < 3 or len(payload) % 2 == 0 or payload[0] not in (Cut.PACKING, Cut.DISPENSING, Cut.UNLOADING):
        return None
    words = _words(payload[1:])
    if payload[0] == Cut.UNLOADING:
        return Recovery(Cut.UNLOADING, (words[0],), tuple(_turned(word, type_first) for word in words[1:]))
    words = [_turned(word, type_first) for word in words]
    if payload[0] == Cut.PACKING:
        return Recovery(Cut.PACKING, (), tuple(words))
    asked = tuple((bill_type & ~ASKED, notes) for bill_type, notes in words if bill_type & ASKED)
    return Recovery(Cut.DISPENSING, asked, tuple(word for word in words if not word[0] & ASKED))


def is_recovery(payload: bytes) -> bool:
    return parse_recovery(payload) is not None


def dispense_data(pairs: Sequence[Word]) -> bytes:
    """DATA of DISPENSE: (bill type, notes), at most BUNDLE notes in all. Raises ValueError for what no frame can say."""
    if not pairs or any(notes < 1 for _, notes in pairs) or sum(notes for _, notes in pairs) > BUNDLE:
        raise ValueError(f"a bundle has 1 to {BUNDLE} notes: {pairs}")
    return bytes(byte for pair in pairs for byte in pair)


def _words(data: bytes) -> list[Word]:
    return [(data[at], data[at + 1]) for at in range(0, len(data), 2)]


def _turned(word: Word, type_first: bool) -> Word:
    return word if type_first else (word[1], word[0])
