"""The field table, and messages as bytes and as values. Coding of fields is pyiso8583's, the rest of the frame ours.

    TPDU 5 | header 6 | type 2 (BCD) | bitmap 8 | fields          (ISO 8583 sheet, sections 1, 2 and 7)

Only fields of the table and only the primary bitmap are understood; a message with anything else is a MessageError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import iso8583

from simulator.acquirer.profile import Profile

MAC_FIELD = 64
MAC_BYTES = 8
HEAD_BYTES = 11


class MessageError(ValueError):
    """Bytes that are no message of this table; the text says which field and why."""


def _fixed(size: int, data: str = "b", nibbles: bool = False, **pad: str) -> dict[str, Any]:
    counted = {"len_count": "nibbles"} if nibbles else {}
    return {"data_enc": data, "len_enc": "bcd", "len_type": 0, "max_len": size, **counted, **pad}


def _variable(prefix: int, most: int, data: str = "b", nibbles: bool = False) -> dict[str, Any]:
    """`prefix` bytes of length in BCD: 1 for `..`, 2 for `...` of the sheet's table."""
    kind = {"len_type": prefix, "max_len": most}
    counted = {"len_count": "nibbles", "right_pad": "0"} if nibbles else {}
    return {"data_enc": data, "len_enc": "bcd", **kind, **counted}


FIELDS: dict[int, dict[str, Any]] = {
    2: _variable(1, 19, nibbles=True),
    3: _fixed(3),
    4: _fixed(6),
    11: _fixed(3),
    12: _fixed(3),
    13: _fixed(2),
    14: _fixed(2),
    15: _fixed(2),
    22: _fixed(3, nibbles=True, right_pad="0"),
    23: _fixed(3, nibbles=True, left_pad="0"),
    25: _fixed(1),
    26: _fixed(1),
    32: _variable(1, 11, nibbles=True),
    35: _variable(1, 37, nibbles=True),
    36: _variable(2, 104, nibbles=True),
    37: _fixed(12, "ascii"),
    38: _fixed(6, "ascii"),
    39: _fixed(2, "ascii"),
    41: _fixed(8, "ascii"),
    42: _fixed(15, "ascii"),
    44: _variable(1, 25, "ascii"),
    48: _variable(2, 322, nibbles=True),
    49: _fixed(3, "ascii"),
    52: _fixed(8),
    53: _fixed(8),
    54: _variable(2, 120, "ascii"),
    55: _variable(2, 255),
    60: _variable(2, 17, nibbles=True),
    61: _variable(2, 29, nibbles=True),
    62: _variable(2, 512),
    63: _variable(2, 163, "latin-1"),
    64: _fixed(MAC_BYTES, "latin-1"),
}

DIGITS = re.compile(r"[0-9]*")
TRACK = re.compile(r"[0-9D]*")
CHARACTERS = re.compile(r"[ -~]*")
_SHAPES: dict[int, re.Pattern[str]] = (
    dict.fromkeys((2, 3, 4, 11, 12, 13, 14, 15, 22, 23, 25, 26, 32, 48, 53, 60, 61), DIGITS)
    | dict.fromkeys((35, 36), TRACK)
    | dict.fromkeys((37, 38, 39, 41, 42, 44, 49, 54), CHARACTERS)
)

SPEC: dict[str, Any] = {
    "h": _fixed(0),
    "t": _fixed(2),
    "p": _fixed(8),
    "1": _fixed(8),
    **{str(number): row for number, row in FIELDS.items()},
}


@dataclass(frozen=True, slots=True)
class Message:
    """Type, fields by number as text (binary ones in upper-case hexadecimal), and the bytes a MAC is made over."""

    mti: str
    fields: Mapping[int, str] = field(repr=False)
    signed: bytes = field(default=b"", repr=False)

    def get(self, number: int) -> str:
        """The field's text, empty when it is not there."""
        return self.fields.get(number, "")


def decode(frame: bytes, profile: Profile) -> Message:
    """A frame without its length. Raises MessageError."""
    if frame[:5] != profile.tpdu:
        raise MessageError("TPDU: not the addresses of this line")
    if frame[5:HEAD_BYTES] != profile.header:
        raise MessageError("header: not the one of this application")
    body = frame[HEAD_BYTES:]
    _known(body[2:10])
    try:
        values, _ = iso8583.decode(body, SPEC)
    except iso8583.DecodeError as error:
        raise MessageError(f"field {error.field}: {error.msg}") from error
    fields = {int(name): value for name, value in values.items() if name.isdigit()}
    _shaped(values["t"], fields)
    if iso8583.encode(dict(values), SPEC)[0] != body:
        raise MessageError("fillers: not as the table says")
    return Message(values["t"], fields, body[:-MAC_BYTES] if MAC_FIELD in fields else b"")


def encode(message: Message, tpdu: bytes, header: bytes, mac: Callable[[bytes], bytes] | None) -> bytes:
    """A frame without its length; `mac` makes field 64 out of what stands before it. Raises MessageError."""
    values = {"t": message.mti, **{str(number): text for number, text in sorted(message.fields.items())}}
    if mac is not None:
        values[str(MAC_FIELD)] = " " * MAC_BYTES
    try:
        body = bytes(iso8583.encode(values, SPEC)[0])
    except iso8583.EncodeError as error:
        raise MessageError(f"field {error.field}: {error.msg}") from error
    if mac is not None:
        body = body[:-MAC_BYTES] + mac(body[:-MAC_BYTES])
    return tpdu + header + body


def _known(bitmap: bytes) -> None:
    if len(bitmap) < 8:
        raise MessageError("the message ends before its bitmap does")
    for number in range(1, 65):
        if bitmap[(number - 1) // 8] & 0x80 >> (number - 1) % 8 and number not in FIELDS:
            raise MessageError(f"field {number}: not in the table")


def _shaped(mti: str, fields: Mapping[int, str]) -> None:
    if not DIGITS.fullmatch(mti):
        raise MessageError(f"message type {mti!r}")
    for number, text in fields.items():
        shape = _SHAPES.get(number)
        if shape is not None and not shape.fullmatch(text):
            raise MessageError(f"field {number}: characters that do not belong there")
