"""Data of an APDU: fields one after the other, each behind its tag. Strict: unknown, doubled, cut off or badly coded is refused.

Numbers are decimal digits, two to a byte. Texts of variable length have their length as digits F0..F9 (LL: two bytes, LLL: three).
"""

from __future__ import annotations

from collections.abc import Collection

from simulator.devices.zvt.codes import Field

FIXED = {
    Field.LIMIT: 1, Field.REPEATS: 1, Field.SERVICE: 1, Field.AMOUNT: 6, Field.TRACE: 3, Field.TIME: 3, Field.DATE: 2,
    Field.EXPIRY: 2, Field.KIND: 1, Field.CODE: 1, Field.TERMINAL: 4, Field.ORIGINAL_TRACE: 3, Field.APPROVAL: 8,
    Field.CURRENCY: 2, Field.RECEIPT: 2, Field.CARD_KIND: 1,
}  # fmt: skip
VARIABLE = {Field.PAN, Field.TRACK_2, Field.CARD_NAME}
DECIMAL = {Field.AMOUNT, Field.TRACE, Field.CURRENCY, Field.RECEIPT, Field.EXPIRY, Field.TERMINAL}
HIDDEN, FILLER = "E", "F"
"""Digits that stand for one that is not told, and for none."""


class Malformed(ValueError):
    """The bytes are no such fields."""


def bcd(value: int, size: int) -> bytes:
    """`value` as `2 * size` digits. Raises ValueError when it has more, or is negative."""
    if not 0 <= value < 100**size:
        raise ValueError(f"{value} in {2 * size} digits")
    return bytes.fromhex(f"{value:0{2 * size}}")


def number(data: bytes) -> int:
    """Raises Malformed when a half-byte is no digit."""
    digits = data.hex()
    if not digits.isdecimal():
        raise Malformed(f"{digits}: not decimal")
    return int(digits)


def parse(data: bytes, allowed: Collection[int]) -> dict[int, bytes]:
    """Raises Malformed."""
    found: dict[int, bytes] = {}
    while data:
        tag, data = data[0], data[1:]
        if tag not in allowed or tag in found:
            raise Malformed(f"field {tag:02X}: {'twice' if tag in found else 'does not belong here'}")
        head, size = _size(tag, data)
        if len(data) < head + size:
            raise Malformed(f"field {tag:02X} is cut off")
        found[tag], data = data[head : head + size], data[head + size :]
        if tag in DECIMAL:
            number(found[tag])
    return found


def _size(tag: int, data: bytes) -> tuple[int, int]:
    """(bytes that tell the size, size of the value). Raises Malformed."""
    if tag in FIXED:
        return 0, FIXED[Field(tag)]
    if tag == Field.TLV:
        return _tlv_size(data)
    if len(data) < 2 or any(not 0xF0 <= byte <= 0xF9 for byte in data[:2]):
        raise Malformed(f"field {tag:02X}: no length")
    return 2, (data[0] & 0x0F) * 10 + (data[1] & 0x0F)


def _tlv_size(data: bytes) -> tuple[int, int]:
    if not data or data[0] in (0x80, *range(0x83, 0x100)):
        raise Malformed("container: no length")
    if data[0] < 0x80:
        return 1, data[0]
    more = data[0] & 0x0F
    if len(data) < 1 + more:
        raise Malformed("container: no length")
    return 1 + more, int.from_bytes(data[1 : 1 + more], "big")


def field(tag: Field, value: bytes) -> bytes:
    """Raises ValueError for a value of another size than the field's."""
    if tag in FIXED:
        if len(value) != FIXED[tag]:
            raise ValueError(f"{tag.name}: {len(value)} bytes")
        return bytes([tag]) + value
    if tag is Field.TLV:
        return bytes([tag]) + tlv_length(len(value)) + value
    return bytes([tag]) + bytes(0xF0 + int(digit) for digit in f"{len(value):02}") + value


def tlv_length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    return b"\x81" + bytes([size]) if size < 0x100 else b"\x82" + size.to_bytes(2, "big")


def tlv(tag: bytes, value: bytes) -> bytes:
    return tag + tlv_length(len(value)) + value


def card_number(pan: str, masked: bool = True) -> bytes:
    """Field 22: first six and last four digits; E stands for a digit that is not told, F fills up the last byte."""
    shown = pan[:6] + HIDDEN * (len(pan) - 10) + pan[-4:] if masked else pan
    return bytes.fromhex(shown + FILLER * (len(shown) % 2))
