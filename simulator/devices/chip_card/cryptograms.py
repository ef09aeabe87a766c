"""The keys and cryptograms of a chip card: what the card computes, and its issuer computes again.

Source: EMV sheet, section 6 (rules, worked example, published example).
"""

from __future__ import annotations

from enum import Enum, unique

from simulator.devices.des import encrypt, odd_parity, padded, retail_mac, xor


@unique
class SessionRule(Enum):
    """How the key of one transaction follows from the card's key and the transaction counter."""

    PBOC = "counter and inverted counter, as the Chinese rules say"
    EMV_COMMON = "common session key of EMV, parity adjusted"


def card_key(issuer_key: bytes, pan: str, sequence: str) -> bytes:
    """16 bytes (option A): the right 16 digits of card number and sequence number (2 digits), filled with zeros on the left."""
    digits = bytes.fromhex((pan + sequence).rjust(16, "0")[-16:])
    return odd_parity(encrypt(issuer_key, digits + xor(digits, b"\xff" * 8)))


def session_key(key: bytes, atc: int, rule: SessionRule) -> bytes:
    """16 bytes for the transaction with counter `atc`, 0-65535."""
    counter = atc.to_bytes(2, "big")
    if rule is SessionRule.EMV_COMMON:
        left, right = counter + b"\xf0" + bytes(5), counter + b"\x0f" + bytes(5)
        return odd_parity(encrypt(key, left + right))
    return encrypt(key, bytes(6) + counter + bytes(6) + xor(counter, b"\xff\xff"))


def application_cryptogram(key: bytes, data: bytes) -> bytes:
    """8 bytes, the ARQC, TC or AAC over `data`; `key` is the session key."""
    return retail_mac(key, padded(data))


def answer_cryptogram(key: bytes, arqc: bytes, code: bytes) -> bytes:
    """8 bytes, the ARPC of method 1; `code` is the answer's two characters."""
    return encrypt(key, xor(arqc, code + bytes(6)))
