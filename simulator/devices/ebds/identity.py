"""What the unit says of itself: auxiliary commands (ebds sheet, section 7).

Decided here, the sheet gives only the lengths of the capabilities and of the variant's name: texts are padded with zeros, type
and serial number to 20 bytes, part numbers and ids to 9; the CRC is four digits of four bits, highest first, and two zeros.
"""

from __future__ import annotations

from zlib import crc32

from simulator.devices.ebds.codes import Aux

FIRMWARE = b"TVM EBDS ACCEPTOR 2.0"
DEVICE_TYPE = "TVM-SC83CNY"
BOOT_PART, APPLICATION_PART, VARIANT_PART = "281470100", "286010200", "490050100"
VARIANT_NAME = "CNY"
LONG, SHORT, NAME = 20, 9, 32
CAPABILITIES = bytes([0x06, 0x01, 0x00, 0x00, 0x00, 0x00])
"""Extended orientation, application and variant id; note retrieved. Nothing else."""


def answer(command: int, serial: str, capable: bool) -> bytes | None:
    """The data of the answer; None when the unit does not know the command."""
    texts = {
        Aux.DEVICE_TYPE: (DEVICE_TYPE, LONG),
        Aux.SERIAL: (serial, LONG),
        Aux.BOOT_PART: (BOOT_PART, SHORT),
        Aux.APPLICATION_PART: (APPLICATION_PART, SHORT),
        Aux.VARIANT_NAME: (VARIANT_NAME, NAME),
        Aux.VARIANT_PART: (VARIANT_PART, SHORT),
    }
    newer = {Aux.APPLICATION_ID: (APPLICATION_PART, SHORT), Aux.VARIANT_ID: (VARIANT_PART, SHORT)}
    if capable:
        texts |= newer
    for known, (text, length) in texts.items():
        if command == known:
            return text.encode("ascii")[:length].ljust(length, b"\0")
    if command == Aux.CRC:
        crc = crc32(FIRMWARE) & 0xFFFF
        return bytes(crc >> shift & 0xF for shift in (12, 8, 4, 0)) + b"\0\0"
    return CAPABILITIES if command == Aux.CAPABILITIES and capable else None
