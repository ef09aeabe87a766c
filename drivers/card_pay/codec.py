"""Messages to and from the bank's host as bytes. Pure.

    LL LL | TPDU 5 | header 6 | type 2 (BCD) | bitmap 8 | fields        (ISO 8583 sheet, sections 1, 2 and 7)

The field table is the sheet's, in the sheet's own words; pyiso8583 codes the fields, the rest of the frame is ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import iso8583

MAC_FIELD, MAC_BYTES = 64, 8
LENGTH_BYTES, TPDU_BYTES, HEADER_BYTES = 2, 5, 6
LONGEST = 2_048

TABLE = """
2 n..19     3 n6        4 n12       11 n6       12 n6       13 n4       14 n4       15 n4       22 n3>
23 n3<      25 n2       26 n2       32 n..11    35 z..37    36 z...104  37 an12     38 an6      39 an2
41 ans8     42 ans15    44 an..25   48 n...322  49 an3      52 b8       53 n16      54 an...120 55 b...255
60 n...17   61 n...29   62 b...512  63 x...163  64 x8
"""
"""Number and format of each field: n digits, z digits and D, an and ans characters, x any bytes of text, b bytes; dots: how many
digits its length has; > and <: where the filler of an odd number of digits stands."""


class BadMessage(ValueError):
    """Bytes that are no message of this table, or values that fit into none; the text names fields, never values."""


@dataclass(frozen=True, slots=True)
class Message:
    """Type, fields by number as text (bytes as upper-case hex), and what its MAC is made over, empty without one."""

    mti: str
    fields: Mapping[int, str] = field(repr=False)
    signed: bytes = field(default=b"", repr=False)

    def get(self, number: int) -> str:
        """Empty when it is not there."""
        return self.fields.get(number, "")


def _row(form: str) -> dict[str, Any]:
    parts = re.fullmatch(r"(ans|an|n|z|x|b)(\.*)(\d+)([<>]?)", form)
    assert parts is not None
    kind, dots, most, filler = parts[1], len(parts[2]), int(parts[3]), parts[4]
    row: dict[str, Any] = {"len_enc": "bcd", "len_type": max(0, dots - 1) if dots else 0, "max_len": most}
    row["data_enc"] = {"an": "ascii", "ans": "ascii", "x": "latin-1"}.get(kind, "b")
    if kind in ("n", "z"):
        digits = bool(dots) or bool(filler)
        row |= {"len_count": "nibbles", "left_pad" if filler == "<" else "right_pad": "0"} if digits else {}
        row["max_len"] = most if digits else most // 2
    return row


_FORMS = dict(pair.split() for pair in re.findall(r"\d+ +\S+", TABLE))
_HEAD: dict[str, Any] = {
    name: {"data_enc": "b", "len_enc": "bcd", "len_type": 0, "max_len": size}
    for name, size in (("h", 0), ("t", 2), ("p", 8), ("1", 8))
}
_SPEC: dict[str, Any] = {**_HEAD, **{number: _row(form) for number, form in _FORMS.items()}}
_DIGITS = {int(number) for number, form in _FORMS.items() if form.startswith("n")}


def body(mti: str, fields: Mapping[int, str]) -> bytes:
    """Type, bitmap and fields. Raises BadMessage."""
    values = {"t": mti, **{str(number): text for number, text in sorted(fields.items())}}
    try:
        return bytes(iso8583.encode(values, _SPEC)[0])
    except iso8583.EncodeError as error:
        raise BadMessage(f"field {error.field}: {error.msg}") from error


def to_sign(mti: str, fields: Mapping[int, str]) -> bytes:
    """What the MAC of a message is made over. Raises BadMessage."""
    return body(mti, {**fields, MAC_FIELD: " " * MAC_BYTES})[:-MAC_BYTES]


def framed(tpdu: bytes, header: bytes, content: bytes) -> bytes:
    """The whole frame with its length."""
    whole = tpdu + header + content
    return len(whole).to_bytes(LENGTH_BYTES, "big") + whole


def parse(frame: bytes, tpdu: bytes) -> Message:
    """A frame without its length, addressed either way round. Raises BadMessage."""
    swapped = tpdu[:1] + tpdu[3:5] + tpdu[1:3]
    if frame[:TPDU_BYTES] not in (tpdu, swapped):
        raise BadMessage("TPDU: another line")
    content = frame[TPDU_BYTES + HEADER_BYTES :]
    bitmap = content[2:10]
    if len(bitmap) < 8:
        raise BadMessage("no bitmap")
    present = [n for n in range(1, 65) if bitmap[(n - 1) // 8] & 0x80 >> (n - 1) % 8]
    if any(str(number) not in _FORMS for number in present):
        raise BadMessage("fields that are in no table")
    try:
        values, _ = iso8583.decode(content, _SPEC)
        again = bytes(iso8583.encode(dict(values), _SPEC)[0])
    except (iso8583.DecodeError, iso8583.EncodeError) as error:
        raise BadMessage(f"field {error.field}: {error.msg}") from error
    fields = {int(name): str(value) for name, value in values.items() if name.isdigit() and int(name) in present}
    if again != content or not str(values["t"]).isdecimal():
        raise BadMessage("fillers or type")
    if any(not fields[number].isdecimal() for number in present if number in _DIGITS and fields[number]):
        raise BadMessage("digits that are none")
    return Message(str(values["t"]), fields, content[:-MAC_BYTES] if MAC_FIELD in fields else b"")


class Framer:
    """Pieces in, whole frames without their length out. A length that cannot be ends what is understood until `clear`."""

    def __init__(self) -> None:
        self._held = bytearray()
        self.lost = False

    def clear(self) -> None:
        self._held.clear()
        self.lost = False

    def feed(self, data: bytes) -> list[bytes]:
        frames: list[bytes] = []
        self._held += data
        while len(self._held) >= LENGTH_BYTES and not self.lost:
            size = int.from_bytes(self._held[:LENGTH_BYTES], "big")
            self.lost = not TPDU_BYTES + HEADER_BYTES < size <= LONGEST
            if self.lost or len(self._held) < LENGTH_BYTES + size:
                break
            frames.append(bytes(self._held[LENGTH_BYTES : LENGTH_BYTES + size]))
            del self._held[: LENGTH_BYTES + size]
        if self.lost:
            self._held.clear()
        return frames
