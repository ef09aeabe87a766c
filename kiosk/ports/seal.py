"""The security module that signs a ticket's stripe (ticket-printer sheet, section 3). No SAM, no sale."""

from __future__ import annotations

from typing import Protocol


class Seal(Protocol):
    def ready(self) -> bool:
        """False: ticket production is closed."""
        ...

    def seal(self, message: bytes) -> bytes | None:
        """Four bytes over `message` (1..200 bytes), None when the module does not answer rightly."""
        ...
