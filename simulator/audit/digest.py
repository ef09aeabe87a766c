"""One digest of all events: the raw lines and every movement of a thing, in order (invariant 15)."""

from __future__ import annotations

import hashlib


class Digest:
    def __init__(self) -> None:
        self._sum = hashlib.sha256()
        self.events = 0

    def line(self, raw: bytes) -> None:
        self._sum.update(raw)
        self._sum.update(b"\n")
        self.events += 1

    def moved(self, serial: str, source: str, target: str) -> None:
        self._sum.update(f"{serial} {source} {target}\n".encode())
        self.events += 1

    def hex(self) -> str:
        """So far; two runs with equal seed and commit say the same."""
        return self._sum.hexdigest()
