"""PIN blocks of ISO 9564-1 as the pad makes them (pin-pad sheet, section 7)."""

from __future__ import annotations

from collections.abc import Callable

from simulator.devices.des import xor
from simulator.devices.epp.keys import Key

Fill = Callable[[int], bytes]
"""So many random bytes."""


def encrypted(form: int, pin: str, pan: str, key: Key, fill: Fill) -> bytes:
    """8 bytes, 16 for format 4. `form` 0, 1, 3 or 4; `pin` 4..12 digits; `pan`: the 12 digits left of the check digit, for
    format 4 all 12..19 digits."""
    field = pin_field(form, pin, fill)
    if form == 4:
        return key.encrypt(xor(key.encrypt(field), long_pan_field(pan)))
    return key.encrypt(field if form == 1 else xor(field, bytes.fromhex("0000" + pan)))


def pin_field(form: int, pin: str, fill: Fill) -> bytes:
    """Format, length, PIN, and what fills the rest: 8 bytes, 16 for format 4."""
    used = f"{form}{len(pin):X}{pin}"
    rest = 16 - len(used)
    if form == 1:
        return bytes.fromhex(used + fill(8).hex()[:rest])
    if form == 3:
        return bytes.fromhex(used + "".join("ABCDEF"[byte % 6] for byte in fill(rest)))
    if form == 4:
        return bytes.fromhex(used + "A" * rest) + fill(8)
    return bytes.fromhex(used + "F" * rest)


def long_pan_field(pan: str) -> bytes:
    """16 bytes: how many digits there are beyond 12, the digits, zeros."""
    return bytes.fromhex(f"{len(pan) - 12}{pan}".ljust(32, "0"))
