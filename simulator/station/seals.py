"""Seals of machines: what the station checks the MAC of a journal line with.

A machine and the station share 32 bytes, told once at enrolment. The key of a journal segment is HMAC-SHA256 of `segment:` and the
segment's name under the seal, hashed forward by SHA-256 after each line; a MAC is the first 16 bytes of HMAC-SHA256 over the chain
value before (8 hex digits) and the body without its `mac`. Source: reliability notes 2 and 8, settled question 13.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

SEAL_BYTES = 32
MAC_BYTES = 16
PRINT_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of a machine's journal: its name and the number of its first line. The empty name: none was told."""

    name: str = ""
    first_seq: int = 0


NO_SEGMENT = Segment()


@dataclass
class Seals:
    """Every seal that machines ever had, by its print, and which one each has now. A print names a seal and tells nothing of it."""

    by_print: dict[str, bytes] = field(default_factory=dict, repr=False)
    of: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Seals:
        return Seals(dict(self.by_print), dict(self.of))

    def give(self, machine: str, seal: bytes) -> None:
        """Empty: the machine has none from now on."""
        if not seal:
            self.of.pop(machine, None)
            return
        self.of[machine] = hashlib.sha256(b"print:" + seal).hexdigest()[:PRINT_DIGITS]
        self.by_print[self.of[machine]] = seal


class Keys:
    """The keys of one segment; only forward."""

    def __init__(self, seal: bytes, segment: Segment) -> None:
        self.segment, self._at = segment, segment.first_seq
        self._key = hmac.digest(seal, b"segment:" + segment.name.encode(), "sha256")

    def copy(self) -> Keys:
        other = Keys.__new__(Keys)
        other.__dict__.update(self.__dict__)
        return other

    def mac(self, seq: int, chain: int, body: bytes) -> str:
        """Of line `seq`, which no line before it may follow; `body` without its `mac`."""
        while self._at < seq:
            self._key, self._at = hashlib.sha256(self._key).digest(), self._at + 1
        return hmac.digest(self._key, b"%08x" % chain + body, "sha256")[:MAC_BYTES].hex()


class Checker:
    """Judges the lines of one stream, in order. A segment that a batch names is believed once a line of it had the right MAC: a
    wrong name spoils its own lines and none that come after."""

    def __init__(self, seal: bytes | None) -> None:
        """None: of a print that belongs to no seal this station has."""
        self._seal = seal
        self._proven: Keys | None = None
        self._named: Keys | None = None
        self._why = "no segment was named"

    def copy(self) -> Checker:
        other = Checker(self._seal)
        other._proven, other._named = self._proven and self._proven.copy(), self._named and self._named.copy()
        other._why = self._why
        return other

    def name(self, segment: Segment) -> None:
        """The lines to come are said to be of this segment."""
        proven = self._proven
        self._named, self._why = None, ""
        if self._seal is None:
            self._why = "this station has no such seal"
        elif segment == NO_SEGMENT:
            self._why = "no segment was named"
        elif proven is not None and segment == proven.segment:
            self._named = proven
        elif proven is not None and segment.first_seq <= proven.segment.first_seq:
            self._why = (
                "another segment than the lines before"  # later ones alone: what is hashed forward stays bounded
            )
        else:
            self._named = Keys(self._seal, segment)

    def why_not(self, record: dict[str, Any], body: str, stated: int, chain: int | None) -> str:
        """What is wrong with a line of good form, empty when nothing is. `stated`: its own chain value; `chain`: the one before
        it, None when the line before is not to be believed."""
        if self._named is None:
            return self._why
        end = f',"mac":"{record["mac"]}"}}'
        if not body.endswith(end):
            return "the MAC is wrong"
        if chain is None:
            chain = chain_before(stated, body.encode())
        made = self._named.mac(record["seq"], chain, body[: -len(end)].encode() + b"}")
        if not hmac.compare_digest(made.encode(), record["mac"].encode()):
            return "the MAC is wrong"
        self._proven = self._named
        return ""


_STEPS = [crc32(bytes([low ^ 0xFF])) ^ 0xFF00_0000 for low in range(256)]
_LOW_OF = {step >> 24: low for low, step in enumerate(_STEPS)}
"""CRC-32's table, and which row has a high byte: every row has another one, so the way back is certain."""


def chain_before(stated: int, body: bytes) -> int:
    """The chain value of which `crc32(body, it)` is `stated`: a MAC can be judged though the line before is not to be believed."""
    register = stated ^ 0xFFFF_FFFF
    for byte in reversed(body):
        low = _LOW_OF[register >> 24]
        register = ((register ^ _STEPS[low]) << 8 | (low ^ byte)) & 0xFFFF_FFFF
    return register ^ 0xFFFF_FFFF
