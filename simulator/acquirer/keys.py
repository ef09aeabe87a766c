"""Keys of the bank host and what is done with them: sign-in, message MAC, PIN block. LAB KEYS: published test values.

Source: PIN pad sheet, sections 6 to 8; ISO 8583 sheet, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.devices.chip_card import LAB_ISSUER_KEY
from simulator.devices.des import BLOCK, check_value, decrypt, encrypt, odd_parity, xor

LAB = "lab"
LAB_TMK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
LAB_TPK = bytes.fromhex("1C1C2A2AF4F46E6E1313D5D52A2A5D5D")
LAB_TAK = bytes.fromhex("A1B3C2D5E5F70719293B4A5D6D7F8F91")
SINGLE, DOUBLE = 8, 16
SHORTEST_PIN, LONGEST_PIN = 4, 12


class KeysRefused(Exception):
    """These keys are test keys, and this is not the lab."""


class PinFormat(ValueError):
    """A PIN block that holds no PIN for this card."""


@dataclass(frozen=True, slots=True)
class WorkKeys:
    """Keys of one sign-in: for PIN blocks and for MACs, 16 bytes each."""

    pin: bytes = field(repr=False)
    mac: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LabKeys:
    """All keys of the host. Raises KeysRefused when `environment` is not the lab.

    `mac_bytes` 8: a single-length MAC key, sent twice in its place of 16 bytes, as some acquirers do.
    """

    environment: str
    mac_bytes: int = DOUBLE
    master: bytes = field(default=LAB_TMK, repr=False)
    issuer: bytes = field(default=LAB_ISSUER_KEY, repr=False)

    def __post_init__(self) -> None:
        if self.environment != LAB:
            raise KeysRefused(f"environment {self.environment!r}: this host has published test keys, for the lab only")

    def work_keys(self, generation: int) -> WorkKeys:
        """Keys of the `generation`th sign-in of a terminal, counted from 1: the sheet's first, then others each time."""
        pair = (LAB_TPK, LAB_TAK)
        if generation > 1:
            count = generation.to_bytes(BLOCK, "big")
            pin, mac = (odd_parity(encrypt(each, count + xor(count, b"\xff" * BLOCK))) for each in pair)
            pair = (pin, mac)
        return WorkKeys(pair[0], (pair[1][: self.mac_bytes] * 2)[:DOUBLE])

    def sealed(self, keys: WorkKeys) -> bytes:
        """Field 62 of the sign-in answer, 40 bytes: each key under the master key, with 4 bytes of its check value."""
        return b"".join(encrypt(self.master, key) + check_value(key)[:4] for key in (keys.pin, keys.mac))


def message_mac(key: bytes, message: bytes) -> bytes:
    """Field 64: 8 hexadecimal characters. The UnionPay POS algorithm; every encryption is triple for a key of 16 bytes."""
    folded = bytes(BLOCK)
    for start in range(0, len(message), BLOCK):
        folded = xor(folded, message[start : start + BLOCK].ljust(BLOCK, b"\0"))
    written = folded.hex().upper().encode()
    once = encrypt(key, written[:BLOCK])
    return encrypt(key, xor(once, written[BLOCK:])).hex().upper().encode()[:BLOCK]


def _number_field(pan: str) -> bytes:
    """The 12 digits left of the check digit, filled with zeros on the left."""
    return bytes.fromhex(pan[-13:-1].rjust(16, "0"))


def pin_block(key: bytes, pin: str, pan: str) -> bytes:
    """Format 0 under the PIN key, 8 bytes; `pin` has 4 to 12 digits."""
    return encrypt(key, xor(bytes.fromhex(f"0{len(pin):X}{pin}".ljust(16, "F")), _number_field(pan)))


def pin_of(key: bytes, block: bytes, pan: str) -> str:
    """The PIN in a block of format 0. Raises PinFormat."""
    text = xor(decrypt(key, block), _number_field(pan)).hex().upper()
    size = int(text[1], 16)
    pin, filler = text[2 : 2 + size], text[2 + size :]
    if text[0] != "0" or not SHORTEST_PIN <= size <= LONGEST_PIN or not pin.isdigit() or filler.strip("F"):
        raise PinFormat("no PIN of this card in the block")
    return pin
