"""Blocks chained, and the MACs of command 8 (pin-pad sheet, sections 3 and 8).

The UnionPay rule needs no mode of its own: what it does with the sixteen characters is mode A over them.
"""

from __future__ import annotations

from simulator.devices import des
from simulator.devices.des import BLOCK


def cbc_encrypt(key: bytes, data: bytes) -> bytes:
    """Whole blocks, the first one as if zeros came before it."""
    out = bytearray(BLOCK)
    for start in range(0, len(data), BLOCK):
        out += des.encrypt(key, des.xor(bytes(out[-BLOCK:]), data[start : start + BLOCK]))
    return bytes(out[BLOCK:])


def cbc_decrypt(key: bytes, data: bytes) -> bytes:
    """The reverse."""
    return des.xor(des.decrypt(key, data), (bytes(BLOCK) + data)[: len(data)])


def mac(key: bytes, data: bytes) -> bytes:
    """8 bytes: the last block of `data`, filled with zeros, chained. A key of 8 bytes makes it single DES (X9.9)."""
    return cbc_encrypt(key, data + bytes(-len(data) % BLOCK))[-BLOCK:]
