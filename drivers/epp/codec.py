"""Frames, commands and key presses of a ZT588/ZT598 as the host sees them. Source: pin-pad sheet, sections 1 to 4, 11;
docs/sheets/pin-pad-open-points.md.

    02 LLL CONTENT 03 CC      LLL = bytes of CONTENT, three decimal digits; CC = XOR of LLL to 03, two upper-case hex digits

CONTENT is a command and its data, or a return code and its data. Between frames the pad sends key presses, one byte each. What
began like a frame and is none is dropped up to the next 02 or the next silence: its bytes are never taken for keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, unique

STX, ETX = 0x02, 0x03
AROUND = 7  # STX LLL .. ETX CC
HEADER = 4
MOST_CONTENT = 999
RATES = (1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200)
MASK = 0x2A
INDEXES = range(0x01, 0xFF)


@unique
class Key(IntEnum):
    """Key presses that mean something while input is open."""

    CLEAR = 0x08
    ENTER = 0x0D
    CANCEL = 0x1B
    TIMED_OUT = 0x80


DIGITS = range(0x30, 0x3A)
PLAIN_NAMES = {
    **{digit: chr(digit) for digit in DIGITS},
    **{0x41 + n: f"f{n + 1}" for n in range(8)},
    Key.CLEAR: "clear",
    Key.ENTER: "enter",
    Key.CANCEL: "cancel",
    0x2E: "point",
    0x23: "00",
    0x22: "00",
}
"""Byte -> name of a key in plain mode."""


@unique
class Code(IntEnum):
    """Return codes this driver tells apart (section 2)."""

    DESTROYED = 0xDD
    BATTERY_LOW = 0xE0
    NO_IMK = 0xE1
    NO_TMK = 0xE2
    WRONG_LENGTH = 0xE3
    NO_KEY = 0xE5
    NOTHING_STORED = 0xEA
    BAD_PARAMETER = 0xEB
    TIMED_OUT = 0xEE
    OTHER = 0xEF
    MEMORY = 0xFE
    REMOVED = 0xFF


def succeeded(code: int) -> bool:
    return 0x60 <= code <= 0x9F or code == 0xA3


@unique
class Use(IntEnum):
    """Types of keys (section 3; open points, format 4)."""

    PIN = 3
    PIN_AES = 4
    MAC = 5
    DATA = 6


FORMATS = {0: b" ", 3: b"#", 4: b"$"}
"""ISO 9564-1 format -> its character. `@`, plain text, is not among them and never will be."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One reply: return code and data. The data may be a PIN block, so it does not show."""

    code: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Press:
    """One byte between frames. In plain mode it may be a digit of somebody's number, so it does not show."""

    byte: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Damaged:
    """Something that began like a frame and is none."""


def encode(content: bytes) -> bytes:
    """`content`: 1 to 999 bytes."""
    checked = b"%03d" % len(content) + content + bytes([ETX])
    return bytes([STX]) + checked + check(checked)


def check(checked: bytes) -> bytes:
    """XOR of LLL to 03 as two hex digits."""
    value = 0
    for byte in checked:
        value ^= byte
    return b"%02X" % value


class Decoder:
    """Bytes in, replies and key presses out. Never waits, never raises, has never seen a port.

    The owner of the clock calls `flush` when bytes are overdue: then the next one is a key press again.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._dropping = False

    @property
    def waiting(self) -> bool:
        """Inside a frame, or behind one that was none: a silence changes what the next byte means."""
        return bool(self._held) or self._dropping

    @property
    def inside(self) -> bool:
        """So far this may be a frame."""
        return bool(self._held)

    def feed(self, received: bytes) -> list[Frame | Press | Damaged]:
        found: list[Frame | Press | Damaged] = []
        for byte in received:
            if self._held:
                self._held.append(byte)
                found += self._inside()
            elif byte == STX:
                self._held.append(byte)
                self._dropping = False
            elif not self._dropping:
                found.append(Press(byte))
        return found

    def _inside(self) -> list[Frame | Press | Damaged]:
        held = self._held
        if len(held) <= HEADER:
            if held[-1] not in DIGITS:
                return self._damaged()
            return self._damaged() if held[1:] == b"000" else []
        if len(held) < int(held[1:HEADER]) + AROUND:
            return []
        if held[-3] != ETX or held[-2:] != check(bytes(held[1:-2])):
            return self._damaged()
        frame = Frame(held[HEADER], bytes(held[HEADER + 1 : -3]))
        held.clear()
        return [frame]

    def _damaged(self) -> list[Frame | Press | Damaged]:
        """Another frame may have begun in what this one claimed."""
        rest = bytes(self._held[1:])
        self._held.clear()
        self._dropping = True
        start = rest.find(STX)
        return [Damaged(), *(self.feed(rest[start:]) if start >= 0 else [])]

    def flush(self) -> list[Frame | Press | Damaged]:
        """The missing bytes are not coming: whatever is complete behind each false start."""
        found: list[Frame | Press | Damaged] = []
        while self._held:
            found += self._damaged()
        self._dropping = False
        return found


# -- what the host says


INFORMATION = b"3"
STATUS = b"I"
CLOSE, PLAIN = b"5032", b"5033"
HEX_MODE = b"5637"
FETCH = b"7"
ZEROS = b"0" * 16
"""A block of eight zero bytes: encrypted with a key it is that key's check value. The same in every mode of the pad."""


def rate_command(baud: int) -> bytes:
    """`baud`: one of RATES."""
    return b"56%02X" % (0x48 + RATES.index(baud))


def entry_settings(least: int, most: int, limit_s: int) -> list[bytes]:
    """Time limit, mask character, shortest and longest PIN."""
    return [b"52%02X" % limit_s, b"53%02X" % MASK, b"54%02X" % least, b"55%02X" % most]


def load_command(master: int, index: int, use: Use, cryptogram: bytes) -> bytes:
    """Load a key encrypted under `master`; its length is said in blocks of eight bytes."""
    return b"2%02X%02X%d%d" % (master, index, use, len(cryptogram) // 8) + _hex(cryptogram)


def erase_command(index: int) -> bytes:
    return b"200%02X00" % index


def start_command(index: int, format: int, most: int, account: str) -> bytes:
    """Start of an entry that is told everything at once (A's form)."""
    return b"6%02X%s0%02d" % (index, FORMATS[format], most) + account.encode("ascii")


CAPTURE = b"600011"
"""Start of an entry that is told key, format and card with the fetch (B's form)."""


def fetch_command(index: int, format: int, account: str) -> bytes:
    """B's fetch; A's is FETCH alone."""
    return b"7%02X%s" % (index, FORMATS[format]) + account.encode("ascii")


def mac_command(index: int, triple: bool, data: bytes) -> bytes:
    """CBC over `data` (a multiple of 8 bytes, at most 496), single or triple DES."""
    return b"8%02X%c" % (index, ord("A" if triple else "2")) + _hex(data)


def encrypt_command(index: int, data: bytes) -> bytes:
    return b"9%02X1" % index + data


def _hex(data: bytes) -> bytes:
    return data.hex().upper().encode("ascii")


# -- what the pad says


def parse_hex(data: bytes) -> bytes | None:
    """Bytes of hex mode; None for anything else."""
    if len(data) % 2 or any(byte not in b"0123456789ABCDEFabcdef" for byte in data):
        return None
    return bytes.fromhex(data.decode("ascii"))


def parse_nibbles(data: bytes) -> bytes | None:
    """Bytes of hex mode, or of the split-nibble mode of a pad that nobody has told otherwise."""
    return parse_hex(data.translate(bytes.maketrans(b":;<=>?", b"ABCDEF")))


BLANK, INPUT_OPEN = 0x01, 0x02
"""Bits of the first settings byte."""


@dataclass(frozen=True, slots=True)
class Information:
    """Answer to command 3. `tail`: serial number, for some with the date of production before it."""

    text: str
    settings: bytes
    model: str
    hardware: str
    software: str
    tail: str

    @property
    def blank(self) -> bool:
        """No initial master key: nobody has prepared it, or its keys are gone."""
        return bool(self.settings[0] & BLANK)

    @property
    def input_open(self) -> bool:
        return bool(self.settings[0] & INPUT_OPEN)


LEAST_INFORMATION, MOST_INFORMATION = 142, 150


def parse_information(data: bytes) -> Information | None:
    """User text 50, scan codes 48, settings 20, function code 8, model 6, hardware 3, software 3, then 4 to 12 more."""
    if not LEAST_INFORMATION <= len(data) <= MOST_INFORMATION:
        return None
    settings, scan_codes = parse_nibbles(data[98:118]), parse_nibbles(data[50:98])
    if settings is None or scan_codes is None:
        return None
    text, model, hardware, software, tail = (
        readable(part) for part in (data[:50], data[126:132], data[132:135], data[135:138], data[138:])
    )
    return Information(text, settings, model, hardware, software, tail)


def parse_status(data: bytes) -> int | None:
    """The bits of the first settings byte, with which the answer to STATUS begins; None when it does not."""
    bits = parse_nibbles(data[:2])
    return bits[0] if bits else None


def readable(data: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in data).strip()


@dataclass(frozen=True, slots=True)
class Fetched:
    """Answer to a fetch. `digits`: of the PIN, 0 when none was entered; `block`: empty then."""

    digits: int
    block: bytes = field(repr=False)


def parse_fetched(data: bytes, size: int) -> Fetched | None:
    """Track 2 characters, digits of the PIN 2, block in hex, which may be missing without a PIN. `size`: bytes of a block."""
    if len(data) < 4 or not data[2:4].isdigit():
        return None
    digits, block = int(data[2:4]), parse_hex(data[4:])
    if block is None or len(block) not in ((0, size) if digits == 0 else (size,)):
        return None
    return Fetched(digits, block if digits else b"")
