"""A chip under contacts: supply, reset, and commands by the protocol that its answer to reset named.

Left open by the sheet, and strict here: without supply there is no reset, without a reset no command; the reader passes 61xx and
6Cxx on and fetches nothing by itself.
"""

from __future__ import annotations

from typing import Protocol


class Chip(Protocol):
    """What sits on a card or in a SAM slot."""

    def reset(self) -> bytes: ...

    def power_off(self) -> None: ...

    def apdu(self, sent: bytes) -> bytes: ...


def protocol_of(atr: bytes) -> int | None:
    """0 or 1, from the first interface bytes (ISO 7816-3); None when it is no answer to reset."""
    if len(atr) < 2 or atr[0] not in (0x3B, 0x3F):
        return None
    at = 2 + (atr[1] >> 4 & 0x7).bit_count()
    if not atr[1] & 0x80:
        return 0
    return atr[at] & 0x0F if at < len(atr) and atr[at] & 0x0F in (0, 1) else None


class Contacts:
    """One place where a chip can be touched. A chip that parts from its contacts has no supply."""

    def __init__(self, chip: Chip | None = None) -> None:
        self._chip = chip
        self._silent = False
        self.supplied = False
        self.protocol: int | None = None
        """Of the chip that has answered a reset; None while there is none."""

    def touch(self, chip: Chip | None) -> None:
        self.supply(on=False)
        self._chip = chip

    def supply(self, on: bool) -> None:
        if on == self.supplied:
            return
        if self._chip is not None and not on:
            self._chip.power_off()
        self.supplied, self.protocol, self._silent = on, None, False

    def reset(self) -> bytes:
        """Cold and warm alike, as long as there is supply; empty without an answer to reset."""
        self.protocol = None
        if self._chip is None or not self.supplied or self._silent:
            return b""
        atr = self._chip.reset()
        self.protocol = protocol_of(atr)
        return atr if self.protocol is not None else b""

    def fall_silent(self) -> None:
        self._silent = True

    def exchange(self, apdu: bytes) -> bytes:
        """The answer with its two status bytes; empty when the chip is silent, and then it has to be reset."""
        if self._chip is None or self.protocol is None or self._silent:
            return b""
        answer = self._chip.apdu(apdu)
        if not answer:
            self.protocol = None
        return answer
