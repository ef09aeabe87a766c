"""Triple DES as the sheets use it: keys of 8, 16 or 24 bytes, whole blocks, odd parity and check values.

Source: PIN pad sheet, section 6; EMV sheet, section 6.
"""

from __future__ import annotations

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

BLOCK = 8


def _cipher(key: bytes) -> Cipher[modes.ECB]:
    """A short key is written out to three parts: the library is about to take no other. Raises ValueError."""
    if len(key) not in (8, 16, 24):
        raise ValueError(f"a key of {len(key)} bytes; 8, 16 or 24 are keys")
    return Cipher(TripleDES((key * 3)[:24]), modes.ECB())


def encrypt(key: bytes, data: bytes) -> bytes:
    """`data` is a whole number of blocks of 8 bytes, each on its own (ECB). Raises ValueError otherwise."""
    encryptor = _cipher(key).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def decrypt(key: bytes, data: bytes) -> bytes:
    """The reverse of `encrypt`."""
    decryptor = _cipher(key).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def xor(left: bytes, right: bytes) -> bytes:
    """Both of one length; raises ValueError otherwise."""
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def odd_parity(key: bytes) -> bytes:
    """The lowest bit of each byte set so that the byte has an odd number of ones."""
    return bytes(byte & 0xFE | (byte.bit_count() - (byte & 1) + 1) % 2 for byte in key)


def check_value(key: bytes) -> bytes:
    """8 bytes: zero bytes encrypted; messages carry the first 3 or 4."""
    return encrypt(key, bytes(BLOCK))


def padded(data: bytes) -> bytes:
    """Padding method 2 of ISO 9797-1: 80, then zeros to a whole block; always at least the 80."""
    return data + b"\x80" + bytes(-(len(data) + 1) % BLOCK)


def retail_mac(key: bytes, data: bytes) -> bytes:
    """8 bytes, MAC algorithm 3 of ISO 9797-1: single DES over all blocks, the last one triple. `key` has 16 bytes."""
    left, right = key[:8], key[8:16]
    value = bytes(BLOCK)
    for start in range(0, len(data), BLOCK):
        value = encrypt(left, xor(value, data[start : start + BLOCK]))
    return encrypt(left, decrypt(right, value))
