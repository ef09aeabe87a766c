"""A participant whose device is driven by method calls: no bytes come or go."""

from __future__ import annotations


class Linkless:
    """The half of `kiosk.ports.fact.Participant` that a front has no use for; its plug is pulled by `unplug`."""

    def receive(self, data: bytes, now_ms: int) -> None:
        """No bytes come."""

    def take_output(self) -> bytes:
        return b""

    def link_up(self, now_ms: int) -> None:
        """There is no link."""

    def link_lost(self, why: str, now_ms: int) -> None:
        """There is no link."""
