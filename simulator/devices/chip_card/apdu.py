"""A command to a chip card, taken apart strictly, and the status words of its answers."""

from __future__ import annotations

from dataclasses import dataclass

OK = 0x9000
ISSUER_AUTHENTICATION_FAILED = 0x6300
APPLICATION_BLOCKED = 0x6283
WRONG_LENGTH = 0x6700
NOT_NOW = 0x6985
BAD_DATA = 0x6A80
FUNCTION_NOT_SUPPORTED = 0x6A81
NO_FILE = 0x6A82
NO_RECORD = 0x6A83
BAD_P1_P2 = 0x6A86
NO_DATA = 0x6A88
NO_INSTRUCTION = 0x6D00
NO_CLASS = 0x6E00


class Refused(Exception):
    """The command is answered with this status word and nothing else."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Command:
    """Class, instruction, parameters and data; `le` is what stands behind the data, None when nothing does."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    le: int | None

    @classmethod
    def parse(cls, sent: bytes) -> Command:
        """Short APDUs, 4 to 261 bytes. Raises Refused(WRONG_LENGTH)."""
        if len(sent) < 4:
            raise Refused(WRONG_LENGTH)
        (cla, ins, p1, p2), body = sent[:4], sent[4:]
        if len(body) <= 1:
            return cls(cla, ins, p1, p2, b"", body[0] if body else None)
        size = body[0]
        if size == 0 or len(body) not in (1 + size, 2 + size):
            raise Refused(WRONG_LENGTH)
        return cls(cla, ins, p1, p2, body[1 : 1 + size], body[1 + size] if len(body) == 2 + size else None)

    def demand(self, p1: int, p2: int) -> None:
        """Raises Refused when the parameters are others."""
        if (self.p1, self.p2) != (p1, p2):
            raise Refused(BAD_P1_P2)
