"""Which notes an eSSP unit is told to take, and what it has obeyed of that. Source: essp sheet, sections 6 (02, 09, 0A) and 10."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from simulator.devices.essp.codes import Command
from simulator.fronts.port.essp.line import DISABLE, ENABLE, Ask, Kind, Reply

AGAIN_MS = 1_000
SETTINGS = (Command.ENABLE, Command.DISABLE, Command.SET_INHIBITS)


class Slot:
    """First the channels, then the unit is enabled. `open`: as far as it was told."""

    def __init__(self) -> None:
        self.open = False
        self.orders = 0
        """How often notes were chosen: a sign that there may be something to send."""
        self._wanted: frozenset[int] = frozenset()
        self._channels = 0
        self._obeyed: int | None = None  # channels; None: not known
        self._sent_ms: int | None = None  # of a setting that was not obeyed yet

    def choose(self, wanted: Collection[int], values: Mapping[int, int]) -> None:
        """`wanted`: values in fen; `values`: channel -> fen."""
        self.orders += 1
        self._wanted = frozenset(wanted)
        self._channels = sum(1 << channel - 1 for channel, value_fen in values.items() if value_fen in self._wanted)

    def learn(self, values: Mapping[int, int]) -> None:
        self.choose(self._wanted, values)

    def forget(self) -> None:
        """The unit starts: channels inhibited, device disabled."""
        self._obeyed, self._sent_ms, self.open = None, None, False

    def due(self, now_ms: int) -> Ask | None:
        """The next setting; `sent` follows."""
        waits = self._sent_ms is not None and now_ms - self._sent_ms < AGAIN_MS
        return None if waits else self._next()

    def wake_ms(self, now_ms: int) -> int | None:
        if self._next() is None:
            return None
        return now_ms + 1 if self._sent_ms is None else max(now_ms + 1, self._sent_ms + AGAIN_MS)

    def _next(self) -> Ask | None:
        if not self._channels:
            return DISABLE if self.open else None
        if self._channels != self._obeyed:
            return Ask(Command.SET_INHIBITS, self._channels.to_bytes(2, "little"))
        return None if self.open else ENABLE

    def sent(self, ask: Ask, now_ms: int) -> None:
        if ask.command in SETTINGS:
            self._sent_ms = now_ms

    def replied(self, reply: Reply) -> None:
        if reply.kind is not Kind.DONE or reply.ask.command not in SETTINGS:
            return
        self._sent_ms = None
        if reply.ask.command == Command.SET_INHIBITS:
            self._obeyed = int.from_bytes(reply.ask.data, "little")
        else:
            self.open = reply.ask.command == Command.ENABLE
