"""What is sent to the pad for a MAC. Source: pin-pad sheet, section 8; iso8583 sheet, section 4.

The UnionPay POS rule folds the message to eight bytes and writes them as sixteen characters; encrypting the first eight, xoring
the others and encrypting again is CBC over these two blocks: one command. The fold needs no key, so it is done here.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal

from drivers.epp.codec import mac_command, parse_hex
from drivers.epp.line import Outcome, Reply, Request
from kiosk.ports.pin_pad import MacFailed, MacMade

MacRule = Literal["unionpay", "cbc"]
BLOCK = 8
MOST_BYTES = 496
"""As many as one command of 999 characters holds."""


def fold(message: bytes) -> bytes:
    """XOR of all blocks, filled with zeros at the end, as 16 upper-case characters."""
    value = 0
    for at in range(0, len(message), BLOCK):
        value ^= int.from_bytes(message[at : at + BLOCK].ljust(BLOCK, b"\0"), "big")
    return b"%016X" % value


def make(
    order: int, message: bytes, rule: MacRule, index: int, size: int
) -> Generator[Request, Reply, MacMade | MacFailed]:
    """`size`: bytes of the key, 0 when none is verified. CBC with triple DES for a double-length key, else with single DES."""
    if size == 0:
        return MacFailed(order, "keys")
    data = fold(message) if rule == "unionpay" else message + bytes(-len(message) % BLOCK)
    if not message or len(data) > MOST_BYTES:
        return MacFailed(order, "request")
    reply = yield Request("mac", mac_command(index, size > BLOCK, data), _is_block)
    if reply.outcome is not Outcome.DONE:
        return MacFailed(order, "silent" if reply.outcome is Outcome.SILENT else f"{reply.code:02X}")
    return MacMade(order, reply.data.decode("ascii").upper())


def _is_block(data: bytes) -> bool:
    told = parse_hex(data)
    return told is not None and len(told) == BLOCK
