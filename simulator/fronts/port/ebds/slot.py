"""Which notes an EBDS unit is told to take, and what its notes are worth. Source: ebds sheet, sections 5, 7, 8 and 11 (trap 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from simulator.devices.ebds.codes import DENOMINATIONS, Sub
from simulator.devices.ebds.orders import INHIBIT_BYTES
from simulator.fronts.port.ebds.line import Outcome, Reply, Request
from simulator.fronts.port.ebds.notes import NO_MONEY, UNNAMED
from simulator.fronts.port.ebds.start import Found, extended, omnibus
from simulator.fronts.port.ebds.told import Told

AGAIN_MS = 1_000
ALL = 0x7F
SUSPECT, WORTHLESS = 2, 3


class Slot:
    """With extended notes the enable bits are set first, and byte 0 opens the slot then; else byte 0 says it all."""

    def __init__(self, currencies: Collection[str]) -> None:
        self.wanted: frozenset[int] = frozenset()
        self.orders = 0
        """How often notes were chosen: a sign that there may be something to send."""
        self.by_index = False
        self.fen: Mapping[int, int] = {}
        self._currencies = frozenset(currencies)
        self._known = False
        self._obeyed: bytes | None = None  # enable bits that the unit has acknowledged
        self._sent_ms = -AGAIN_MS
        self._sizes: list[int] = []  # of the enable bits, those that were not refused
        self._bits = b""
        self._byte = 0

    def learn(self, found: Found) -> None:
        self.fen, self.by_index, self._known = found.notes, found.by_index, True
        self._sizes = [size for size in INHIBIT_BYTES if max(self.fen, default=0) <= size * DENOMINATIONS]
        self.forget()
        self._settle()

    @property
    def wrong(self) -> str:
        """Why no note is money; empty when some are."""
        return "" if self.fen and self._sizes else "inhibits" if self.fen else "no table"

    def forget(self) -> None:
        """The unit starts: what it was told may be gone."""
        self._obeyed, self._sent_ms = None, -AGAIN_MS

    def choose(self, wanted: Collection[int]) -> None:
        self.wanted = frozenset(wanted)
        self._settle()

    def _settle(self) -> None:
        self.orders += 1
        chosen = [index for index, value_fen in self.fen.items() if value_fen in self.wanted]
        bits = bytearray(self._sizes[0]) if self._sizes and chosen else bytearray()
        for index in chosen if bits else ():
            bits[(index - 1) // DENOMINATIONS] |= 1 << (index - 1) % DENOMINATIONS
        self._bits = bytes(bits)
        self._byte = sum(1 << index - 1 for index in chosen if index <= DENOMINATIONS)

    @property
    def enabled(self) -> int:
        """Byte 0 of an omnibus message."""
        if self.by_index:
            return ALL if self._bits and self._obeyed == self._bits else 0
        return self._byte

    def worth(self, told: Told) -> int:
        """Of the note that a status speaks of."""
        note = told.note
        if note is not None and note.value_fen:
            money = note.currency in self._currencies and note.kind not in (SUSPECT, WORTHLESS)
            known = not self._known or note.value_fen in self.fen.values()
            return note.value_fen if money and known else NO_MONEY
        if self.by_index or not told.denomination:
            return UNNAMED
        return self.fen.get(told.denomination, NO_MONEY if self._known else UNNAMED)

    # -- the enable bits

    def due(self, now_ms: int) -> Request | None:
        """To a unit at rest; `replied` follows when it was answered."""
        if not self.by_index or not self._bits or self._bits == self._obeyed:
            return None
        if self._obeyed is None and now_ms - self._sent_ms < AGAIN_MS:
            return None
        return extended(Sub.INHIBITS, omnibus(0, 0, extended=True), self._bits)

    def wake_ms(self) -> int | None:
        disagree = self.by_index and bool(self._bits) and self._bits != self._obeyed
        return self._sent_ms + AGAIN_MS if disagree else None

    def sent(self, now_ms: int) -> None:
        self._obeyed, self._sent_ms = None, now_ms

    def replied(self, reply: Reply) -> None:
        """A firmware that refuses one size is offered the other."""
        if reply.outcome is Outcome.DONE:
            self._obeyed = reply.request.data[4:]
        elif reply.outcome is Outcome.REFUSED:
            self._sent_ms -= AGAIN_MS
            self._sizes = self._sizes[1:]
            self._settle()
