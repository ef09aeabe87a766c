"""Which notes the device knows, what they are worth, and how it is told which to take.

Source: ebds sheet, sections 5 (byte 0), 7, 8 (02, 03, 06) and 11 (trap 6: a live note is known by currency and value).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from drivers.ebds.codec import ALL_ENABLED, INHIBIT_BYTES, NOTES_A_BYTE, Spec, Status, Sub, inhibits, omnibus
from drivers.ebds.line import Outcome, Reply, Request, extended
from drivers.ebds.start_up import Found

AGAIN_MS = 1_000
NO_MONEY = (2, 3)  # note classes: suspect, worth nothing


class Notes:
    """`configured`: index or denomination -> fen, for a device that does not tell; one that tells has to agree with it.

    `wanted`: face values in fen to take. `by_spec`: extended note reporting.
    """

    def __init__(self, currencies: Collection[str], configured: Mapping[int, int]) -> None:
        self._currencies = frozenset(currencies)
        self._configured = dict(configured)
        self._known = False
        self._fen: Mapping[int, int] = {}
        self._set: bytes | None = None  # enable bits the device has acknowledged; None: not known
        self._set_ms = -AGAIN_MS
        self._sizes: list[int] = []  # of the enable bits, those the device has not refused
        self.by_spec = False
        self.wanted: frozenset[int] = frozenset()
        self._bits = b""  # enable bits of what is wanted, in the size the device takes
        self._byte = 0  # the same as denominations
        self.wrong: str | None = "not known"  # why no note is money, None when some are

    def use(self, found: Found) -> None:
        """The table of a device that has just been identified."""
        told = {index: spec.value_fen for index, spec in found.notes.items() if self._money(spec)}
        differ = [index for index, fen in self._configured.items() if found.notes and told.get(index) != fen]
        self._fen = {} if differ else told if found.notes else self._configured
        self.wrong = f"note {differ[0]}" if differ else None if self._fen else "no table"
        self._known, self.by_spec = True, found.extended
        highest = max(self._fen, default=0)
        self._sizes = [size for size in INHIBIT_BYTES if highest <= size * NOTES_A_BYTE]
        self.forget()
        self._settle()

    def forget(self) -> None:
        """The device started anew: what it was told may be gone."""
        self._set, self._set_ms = None, -AGAIN_MS

    @property
    def values_fen(self) -> set[int]:
        return set(self._fen.values())

    def value_fen(self, status: Status) -> int | None:
        """Of the note that a status speaks of: 0 no money of ours, None it does not say."""
        spec = status.spec
        if spec is not None and spec.value_fen:
            known = not self._known or spec.value_fen in self.values_fen
            return spec.value_fen if known and self._money(spec) else 0
        if self.by_spec or not status.denomination:
            return None
        return self._fen.get(status.denomination, 0 if self._known else None)

    def _money(self, spec: Spec) -> bool:
        return spec.currency in self._currencies and spec.note_class not in NO_MONEY

    # -- what to take

    def want(self, values_fen: Collection[int]) -> None:
        self.wanted = frozenset(values_fen)
        self._settle()

    def _settle(self) -> None:
        indexes = [index for index, value_fen in self._fen.items() if value_fen in self.wanted]
        self._bits = inhibits(indexes, self._sizes[0]) if self._sizes and indexes else b""
        self._byte = sum(1 << index - 1 for index in indexes if index <= NOTES_A_BYTE)

    @property
    def enabled(self) -> int:
        """Byte 0: the wanted denominations; in extended mode all of them, once the inhibits are what they should be."""
        if self.by_spec:
            return ALL_ENABLED if self._bits and self._set == self._bits else 0
        return self._byte

    def due(self, now_ms: int) -> Request | None:
        """What to tell a resting device before byte 0 may open the slot; byte 0 alone shuts it."""
        if not self.by_spec or not self._bits or self._bits == self._set:
            return None
        if self._set is None and now_ms - self._set_ms < AGAIN_MS:
            return None
        return extended(Sub.INHIBITS, omnibus(0, extended=True), self._bits)

    def sent(self, now_ms: int) -> None:
        self._set, self._set_ms = None, now_ms

    def replied(self, reply: Reply) -> None:
        """DONE or not. A firmware that refuses one size is offered the other (section 8)."""
        if reply.outcome is Outcome.DONE:
            self._set = reply.request.data[4:]
        elif reply.outcome is Outcome.REFUSED:
            self._set_ms -= AGAIN_MS
            self._sizes = self._sizes[1:]
            self.wrong = None if self._sizes else "inhibits"
            self._settle()
