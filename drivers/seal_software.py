"""The test SAM in software: it signs stripes of the lab, and refuses to exist anywhere else (decision 25).

Source: ticket-printer sheet 3. Seal = first four bytes of a retail MAC (ISO 9797-1 algorithm 3, padding 80 00..) with a key
derived for this terminal from the published test key.
"""

from __future__ import annotations

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from kiosk.errors import ConfigError

TEST_KEY = bytes.fromhex("404142434445464748494A4B4C4D4E4F")  # published: worth nothing outside the lab
TEST_TERMINAL = bytes.fromhex("5456000100000123")
LONGEST = 200


def diversified(key: bytes, terminal: bytes) -> bytes:
    """Key of one terminal: `terminal` (8 bytes) and its complement, each encrypted with the two-part `key` (16 bytes)."""
    return _encrypt(key, terminal, modes.ECB()) + _encrypt(key, bytes(byte ^ 0xFF for byte in terminal), modes.ECB())


def retail_mac(key: bytes, message: bytes) -> bytes:
    """Eight bytes. All blocks chained with the left half of `key` (16 bytes), the last one with both halves."""
    padded = message + b"\x80" + bytes(-(len(message) + 1) % 8)
    chained = bytes(8)
    if len(padded) > 8:
        chained = _encrypt(key[:8] * 2, padded[:-8], modes.CBC(bytes(8)))[-8:]
    last = bytes(a ^ b for a, b in zip(chained, padded[-8:], strict=True))
    return _encrypt(key, last, modes.ECB())


def _encrypt(key: bytes, data: bytes, mode: modes.ECB | modes.CBC) -> bytes:
    encryptor = Cipher(TripleDES(key + key[:8]), mode).encryptor()
    return encryptor.update(data) + encryptor.finalize()


class SoftwareSeal:
    """`Seal` port. `terminal`: 8 bytes that make this machine's key its own. Raises ConfigError outside of the lab."""

    def __init__(self, environment: str, terminal: bytes = TEST_TERMINAL) -> None:
        if environment != "lab":
            raise ConfigError(f"seal: the software seal is for `environment: lab` only, not {environment!r}")
        if len(terminal) != 8:
            raise ConfigError(f"seal: terminal has {len(terminal)} bytes, needs 8")
        self._key = diversified(TEST_KEY, terminal)

    def ready(self) -> bool:
        return True

    def seal(self, message: bytes) -> bytes | None:
        """Four bytes; None for an empty or too long message."""
        if not 1 <= len(message) <= LONGEST:
            return None
        return retail_mac(self._key, message)[:4]
