"""Which notes are allowed, and what the unit has been told of it. Source: essp sheet, section 6 (02, 09 and 0A) and 10."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from drivers.essp.codec import CHANNELS, Command, Setup
from drivers.essp.line import DISABLE, ENABLE, Kind, Reply, Request, accept_channels

SET_AGAIN_MS = 1_000


class Slot:
    """`countries`: whose notes are our money. `notes`: channel (1..16) -> face value in fen, with which the unit has to agree.
    `values`: the same of what is money, as the unit says."""

    def __init__(self, countries: Collection[str], notes: Mapping[int, int]) -> None:
        self._countries = frozenset(countries)
        self._notes = {channel: fen for channel, fen in notes.items() if channel in CHANNELS}
        self.values: Mapping[int, int] = {}
        self._wanted: frozenset[int] = frozenset()
        self._channels: Request | None = None  # as the unit has obeyed it; None: not known
        self._sent_ms: int | None = None  # of a setting that was not obeyed yet
        self.open = False  # as far as we were told

    def learn(self, setup: Setup) -> None:
        """No values when unit and config contradict each other: then nobody knows what a channel is worth."""
        told = {n: fen for n, (country, fen) in setup.notes.items() if country in self._countries}
        self.values = told if all(told.get(channel) == fen for channel, fen in self._notes.items()) else {}

    def want(self, values_fen: Collection[int]) -> None:
        self._wanted = frozenset(values_fen)

    def forget(self) -> None:
        """The unit starts: channels inhibited, device disabled."""
        self._channels, self._sent_ms, self.open = None, None, False

    def due(self, now_ms: int) -> Request | None:
        """The next setting; `sent` must follow. What was refused is said again after a while."""
        if self._sent_ms is not None and now_ms - self._sent_ms < SET_AGAIN_MS:
            return None
        channels = [channel for channel, value_fen in self.values.items() if value_fen in self._wanted]
        if not channels:
            return DISABLE if self.open else None
        wish = accept_channels(channels)
        if wish != self._channels:
            return wish
        return None if self.open else ENABLE

    def sent(self, request: Request, now_ms: int) -> None:
        if request in (ENABLE, DISABLE) or request.code == Command.SET_INHIBITS:
            self._sent_ms = now_ms

    def replied(self, reply: Reply) -> None:
        request = reply.request
        if reply.kind is not Kind.DONE:
            return
        if request in (ENABLE, DISABLE):
            self.open, self._sent_ms = request is ENABLE, None
        elif request.code == Command.SET_INHIBITS:
            self._channels, self._sent_ms = request, None
