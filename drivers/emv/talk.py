"""Commands to a chip and their answers: GET RESPONSE and wrong lengths are dealt with here, and nobody may talk for ever.

Source: EMV sheet, sections 4 and 9.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from drivers.emv.port import AskBank, AskPin, ToCard
from kiosk.ports.card_reader import CardBytes

MOST_COMMANDS = 160
MOST_PIECES = 8
OK = 0x9000

Steps = Generator[ToCard | AskPin | AskBank, Any, Any]
"""A part of a transaction: yields what has to be asked, gets the answer, returns what came of it."""


class Refusal(Exception):
    """The transaction ends without a payment, for a reason of the payment port."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NextApplication(Exception):
    """This application does not begin; another one may."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`status`: the status word."""

    data: bytes = field(repr=False)
    status: int

    def good(self) -> bytes:
        """The data of a 9000. Raises Refusal for anything else."""
        if self.status != OK:
            raise Refusal("card")
        return self.data


class Talk:
    """One card, one transaction."""

    def __init__(self) -> None:
        self._left = MOST_COMMANDS

    def command(
        self, head: str, data: bytes = b"", answers: bool = True
    ) -> Generator[ToCard, CardBytes | None, Answer]:
        """`head`: class, instruction and parameters in hex; `answers`: an answer with data is expected. Raises Refusal."""
        body = bytes.fromhex(head) + (bytes([len(data)]) + data if data else b"")
        said, status = yield from self._exchange(body + (b"\0" if answers else b""))
        if status >> 8 == 0x6C:
            said, status = yield from self._exchange(body + bytes([status & 0xFF]))
        whole = said
        for _ in range(MOST_PIECES):
            if status >> 8 != 0x61:
                return Answer(whole, status)
            said, status = yield from self._exchange(b"\0\xc0\0\0" + bytes([status & 0xFF]))
            if status >> 8 == 0x6C:
                said, status = yield from self._exchange(b"\0\xc0\0\0" + bytes([status & 0xFF]))
            whole += said
        raise Refusal("card")

    def raw(self, apdu: bytes) -> Generator[ToCard, CardBytes | None, int]:
        """The status word of a command that somebody else made. Raises Refusal."""
        _, status = yield from self._exchange(apdu)
        return status

    def _exchange(self, apdu: bytes) -> Generator[ToCard, CardBytes | None, tuple[bytes, int]]:
        if not self._left:
            raise Refusal("card")
        self._left -= 1
        answer = yield ToCard(CardBytes(apdu))
        said = answer.reveal() if answer is not None else b""
        if len(said) < 2:
            raise Refusal("card")
        return said[:-2], int.from_bytes(said[-2:], "big")
