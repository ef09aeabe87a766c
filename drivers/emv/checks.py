"""What the terminal thinks of a card by itself: restrictions, and how the passenger has to prove who they are.

Source: EMV sheet, sections 4 (7 to 11) and 5. Results are collected as tag 95 (five bytes).
"""

from __future__ import annotations

from drivers.emv.application import Application
from drivers.emv.port import Purchase, TerminalData
from drivers.emv.tlv import TlvError

NO_DATA_AUTHENTICATION = (0, 0x80)
VERSIONS_DIFFER, EXPIRED, NOT_YET, NOT_ALLOWED = (1, 0x80), (1, 0x40), (1, 0x20), (1, 0x10)
NOT_VERIFIED, PIN_NOT_ENTERED, PIN_BROKEN, ONLINE_PIN = (2, 0x80), (2, 0x08), (2, 0x10), (2, 0x04)
OVER_FLOOR = (3, 0x80)
ISSUER_FAILED, SCRIPT_FAILED_BEFORE, SCRIPT_FAILED_AFTER = (4, 0x40), (4, 0x20), (4, 0x10)

HOME_GOODS, ABROAD_GOODS, NO_ATM = 0x28, 0x14, 0x01
ENCIPHERED_ONLINE, IF_UNSUCCESSFUL_NEXT = 0x02, 0x40
ALWAYS, IF_SUPPORTED, UNDER_X, OVER_X, UNDER_Y, OVER_Y = 0x00, 0x03, 0x06, 0x07, 0x08, 0x09
NOT_CASH = 0x02


class Results:
    """Tag 95."""

    def __init__(self) -> None:
        self._bytes = bytearray(5)
        self.set(NO_DATA_AUTHENTICATION)
        self.set(OVER_FLOOR)  # a floor limit of nothing: always online

    def set(self, bit: tuple[int, int]) -> None:
        self._bytes[bit[0]] |= bit[1]

    def __contains__(self, bit: tuple[int, int]) -> bool:
        return bool(self._bytes[bit[0]] & bit[1])

    def meets(self, codes: bytes) -> bool:
        return any(one & other for one, other in zip(self._bytes, codes, strict=False))

    @property
    def value(self) -> bytes:
        return bytes(self._bytes)


def restrict(results: Results, card: Application, terminal: TerminalData, purchase: Purchase) -> None:
    """Versions, usage, dates."""
    if card.get("9F08") and card.get("9F08").hex() != terminal.version:
        results.set(VERSIONS_DIFFER)
    usage = card.get("9F07")
    if usage:
        home = card.get("5F28").hex() in ("", terminal.country)
        if not usage[0] & NO_ATM or not usage[0] & (HOME_GOODS if home else ABROAD_GOODS):
            results.set(NOT_ALLOWED)
    if purchase.date > card.expiry:
        results.set(EXPIRED)
    if card.get("5F25") and purchase.date < card.get("5F25").hex():
        results.set(NOT_YET)


def wants_online_pin(card: Application, terminal: TerminalData, amount_fen: int) -> bytes | None:
    """Tag 9F34 of an online PIN, when the card's list leads there; None when it leads elsewhere. Raises TlvError."""
    listed = card.get("8E")
    if len(listed) < 10 or len(listed) % 2:
        raise TlvError("8E: a list of another size")
    x_fen, y_fen = int.from_bytes(listed[:4], "big"), int.from_bytes(listed[4:8], "big")
    own_currency = card.get("9F42").hex() == terminal.currency
    for at in range(8, len(listed), 2):
        method, condition = listed[at], listed[at + 1]
        if not _holds(condition, amount_fen, x_fen, y_fen, own_currency):
            continue
        if method & 0x3F == ENCIPHERED_ONLINE:
            return bytes([method, condition, 0])
        if not method & IF_UNSUCCESSFUL_NEXT:
            return None
    return None


def _holds(condition: int, amount_fen: int, x_fen: int, y_fen: int, own_currency: bool) -> bool:
    if condition in (ALWAYS, NOT_CASH, IF_SUPPORTED):
        return True
    bounds = {
        UNDER_X: amount_fen < x_fen,
        OVER_X: amount_fen > x_fen,
        UNDER_Y: amount_fen < y_fen,
        OVER_Y: amount_fen > y_fen,
    }
    return own_currency and bounds.get(condition, False)
