"""The encrypting PIN pad: a PIN goes in by hand and comes out as one encrypted block, or not at all.

Source: pin-pad sheet, sections 4, 6, 7, 8; emv-flow sheet, section 1; TVM-082, TVM-083. What must never be written down
(card number, PIN block, keys) is not a field of any fact: it travels in values that show nothing of themselves, and the block
is fetched once by `take_block`. Every PIN entry, key and MAC that was asked for ends in exactly one fact.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from kiosk.ports.fact import Fact

Slot = Literal["pin", "mac", "data", "pin_aes"]
"""Work keys by their use (`pin` for blocks of formats 0 and 3, `pin_aes` for format 4); which place of the pad each has is the
driver's to know."""

SLOTS: tuple[Slot, ...] = ("pin", "mac", "data", "pin_aes")
BLOCK_BYTES = {0: 8, 3: 8, 4: 16}
"""ISO 9564-1 format -> size of the block."""
LEAST_DIGITS, MOST_DIGITS = 4, 12
LONGEST_S = 255


class Pan:
    """A card number of 13 to 19 digits; shows its first six and last four. Raises ValueError for anything else."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        if not (digits.isascii() and digits.isdigit() and 13 <= len(digits) <= 19):
            raise ValueError("a card number has 13 to 19 digits")
        self._digits = digits

    def reveal(self) -> str:
        """All digits: for a message to the acquirer, never for a text."""
        return self._digits

    def account(self) -> str:
        """The 12 digits left of the check digit: what a PIN block is bound to (pin-pad sheet, section 4)."""
        return self._digits[-13:-1]

    def __repr__(self) -> str:
        return f"Pan({self._digits[:6]}{'*' * (len(self._digits) - 10)}{self._digits[-4:]})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pan) and other._digits == self._digits

    def __hash__(self) -> int:
        return hash(self._digits)


class PinBlock:
    """An encrypted PIN block of `format` 0, 3 (8 bytes) or 4 (16 bytes); shows only its format. Raises ValueError."""

    __slots__ = ("_block", "format")

    def __init__(self, format: int, block: bytes) -> None:
        if BLOCK_BYTES.get(format) != len(block):
            raise ValueError(f"no PIN block of format {format} has {len(block)} bytes")
        self.format = format
        self._block = block

    def reveal(self) -> bytes:
        """For field 52 of a message to the acquirer, and nothing else."""
        return self._block

    def __repr__(self) -> str:
        return f"PinBlock(format {self.format}, ****)"


class WrappedKey:
    """A work key encrypted under the master (8, 16 or 24 bytes) and the first 3 to 8 bytes of its check value."""

    __slots__ = ("_cryptogram", "check")

    def __init__(self, cryptogram: bytes, check: bytes) -> None:
        """Raises ValueError for other sizes: a key that cannot be compared is not loaded."""
        if len(cryptogram) not in (8, 16, 24) or not 3 <= len(check) <= 8:
            raise ValueError(f"a key of {len(cryptogram)} bytes with a check value of {len(check)}")
        self._cryptogram = cryptogram
        self.check = check

    def reveal(self) -> bytes:
        return self._cryptogram

    def __repr__(self) -> str:
        return f"WrappedKey({len(self._cryptogram)} bytes, check {self.check.hex().upper()})"


# -- the pad itself


@dataclass(frozen=True, slots=True)
class KeyState:
    """`state`: verified (loaded and compared since the link is up), present (its check value could be read), missing, untold (the
    pad does not say). `check`: upper-case hex of the check value, empty when it is not known."""

    slot: str
    state: str
    check: str = ""


@dataclass(frozen=True, slots=True)
class PadKeys(Fact):
    """The work keys: after each start, and whenever one of them changed. A PIN or a MAC needs a verified key."""

    kind: ClassVar[str] = "pin_pad.keys"
    keys: tuple[KeyState, ...]


@dataclass(frozen=True, slots=True)
class PadTampered(Fact):
    """A security event (pin-pad sheet, section 2): the pad takes no order any more until people have loaded its keys anew and
    said so. `cause`: destroyed, removed, keys_gone (once there, not there now). `code`: what the pad answered, two hex digits."""

    kind: ClassVar[str] = "pin_pad.tamper"
    cause: str
    code: str


@dataclass(frozen=True, slots=True)
class PadBatteryLow(Fact):
    """What holds the keys without power is running out. Said once after each start."""

    kind: ClassVar[str] = "pin_pad.battery"


# -- keys


@dataclass(frozen=True, slots=True)
class KeyLoaded(Fact):
    """In the pad, and its check value is the one that was promised."""

    kind: ClassVar[str] = "key!"
    result: ClassVar[str] = "loaded"
    slot: str
    check: str


@dataclass(frozen=True, slots=True)
class KeyRefused(Fact):
    """Not usable, for certain. `reason`: tamper, link, check (it is another key, and was erased), test (a published key), or
    what the pad answered in two hex digits."""

    kind: ClassVar[str] = "key!"
    result: ClassVar[str] = "refused"
    slot: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeyUncertain(Fact):
    """No usable answer: the old key, the new one or none. It is not used until it was loaded again."""

    kind: ClassVar[str] = "key!"
    result: ClassVar[str] = "unknown"
    slot: str


# -- a PIN


@dataclass(frozen=True, slots=True)
class PinOpen(Fact):
    """The pad takes digits now."""

    kind: ClassVar[str] = "pin.open"
    entry: int


@dataclass(frozen=True, slots=True)
class PinStars(Fact):
    """How many digits are in, for the screen: one mark each."""

    kind: ClassVar[str] = "pin.stars"
    entry: int
    count: int


@dataclass(frozen=True, slots=True)
class PinEntered(Fact):
    """`take_block(entry)` has the block, once."""

    kind: ClassVar[str] = "pin!"
    result: ClassVar[str] = "entered"
    entry: int
    format: int


@dataclass(frozen=True, slots=True)
class PinBypassed(Fact):
    """Confirmed without a digit. Whether that is allowed is the issuer's rule."""

    kind: ClassVar[str] = "pin!"
    result: ClassVar[str] = "bypassed"
    entry: int


@dataclass(frozen=True, slots=True)
class PinCancelled(Fact):
    """`by`: passenger (the pad's key) or machine (`cancel_pin`). There is no block."""

    kind: ClassVar[str] = "pin!"
    result: ClassVar[str] = "cancelled"
    entry: int
    by: str


@dataclass(frozen=True, slots=True)
class PinTimedOut(Fact):
    kind: ClassVar[str] = "pin!"
    result: ClassVar[str] = "timed_out"
    entry: int


@dataclass(frozen=True, slots=True)
class PinFailed(Fact):
    """No block, and none will come. `reason`: link, silent, tamper, keys (none verified), busy, request (a format or length it does
    not do), clear (a digit crossed the line as itself), garbled (an answer that is none), or what the pad answered in two hex
    digits."""

    kind: ClassVar[str] = "pin!"
    result: ClassVar[str] = "failed"
    entry: int
    reason: str


# -- a MAC


@dataclass(frozen=True, slots=True)
class MacMade(Fact):
    """`mac`: 16 upper-case hex digits. Field 64 of a UnionPay message is the first eight *characters* of them (section 8)."""

    kind: ClassVar[str] = "mac!"
    result: ClassVar[str] = "made"
    order: int
    mac: str


@dataclass(frozen=True, slots=True)
class MacFailed(Fact):
    """`reason` as in PinFailed."""

    kind: ClassVar[str] = "mac!"
    result: ClassVar[str] = "failed"
    order: int
    reason: str


# -- numbers in clear


@dataclass(frozen=True, slots=True)
class PlainKey(Fact):
    """A key while plain input is open: 0 to 9, 00, point, enter, cancel, clear, f1 to f8."""

    kind: ClassVar[str] = "pin_pad.key"
    key: str


@dataclass(frozen=True, slots=True)
class PlainClosed(Fact):
    """Plain input is closed. `reason`: asked, timed_out, pin (an entry of a PIN begins), refused, link, tamper."""

    kind: ClassVar[str] = "pin_pad.plain"
    reason: str


class PinPad(Protocol):
    pin_formats: Collection[int]  # ISO 9564-1 formats of the blocks it can make

    def can_take_pins(self, format: int) -> bool:
        """It works, nobody tampered with it, and its MAC key and the PIN key for blocks of `format` are verified."""
        ...

    def load_key(self, slot: Slot, key: WrappedKey) -> None:
        """Outcome: KeyLoaded, KeyRefused or KeyUncertain, and PadKeys. May be repeated."""
        ...

    def start_pin(self, entry: int, pan: Pan, *, format: int, least: int, most: int, limit_s: int) -> None:
        """Ask for a PIN of `least` to `most` digits (4..12) within `limit_s` (1..255) seconds.

        `entry`: a number that does not come twice. Facts: PinOpen, PinStars; outcome: PinEntered, PinBypassed, PinCancelled,
        PinTimedOut or PinFailed. The driver never asks twice for one entry.
        """
        ...

    def cancel_pin(self, entry: int) -> None:
        """Outcome as above, PinCancelled unless the entry was over; of another entry than the one that runs, nothing."""
        ...

    def take_block(self, entry: int) -> PinBlock | None:
        """The block of the entry that was PinEntered last: once, then it is forgotten."""
        ...

    def mac(self, order: int, message: bytes) -> None:
        """Over `message` (1 byte or more) by the acquirer's rule. Outcome: MacMade or MacFailed."""
        ...

    def plain_input(self, on: bool) -> None:
        """Open or close the input of digits in clear (an order number, never a PIN). Facts: PlainKey, PlainClosed. A PIN entry
        closes it; during one it is not opened."""
        ...
