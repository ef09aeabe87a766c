"""What a bad line, and a device that lies, do to each piece of bytes. Fixed by one seed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random

from simulator.fuzz.seals import Seal

REMEMBERED = 24
NOISE = 40
MILD, WILD = 0.03, 0.6

Kind = Callable[[bytes], list[bytes]]


class Mischief:
    """One direction of a line. `seal` None: a line can only spoil; with it what comes may be forged under a good check."""

    def __init__(self, dice: Random, seal: Seal | None) -> None:
        self._dice, self._seal = dice, seal
        self._rate = dice.choice((MILD, 0.15, WILD))
        self._said: deque[bytes] = deque(maxlen=REMEMBERED)
        self.other: Mischief | None = None
        """The other direction: its bytes may be heard here, as on a wire that echoes."""
        kinds: list[Kind] = [
            self._lost, self._flipped, self._cut, self._doubled, self._noisy, self._stale, self._swapped, self._echoed,
        ]  # fmt: skip
        self._kinds = dice.sample(kinds, dice.randint(1, len(kinds)))
        if seal is not None:
            self._kinds.append(self._forged)

    @property
    def forges(self) -> bool:
        return self._seal is not None

    def carry(self, piece: bytes) -> list[bytes]:
        """What arrives in place of a piece that was written at once."""
        pieces = self._dice.choice(self._kinds)(piece) if self._dice.random() < self._rate else [piece]
        self._said.append(piece)
        return pieces

    # -- a bad line

    def _lost(self, piece: bytes) -> list[bytes]:
        return []

    def _flipped(self, piece: bytes) -> list[bytes]:
        """One bit."""
        at = self._dice.randrange(len(piece))
        return [piece[:at] + bytes([piece[at] ^ 1 << self._dice.randrange(8)]) + piece[at + 1 :]]

    def _cut(self, piece: bytes) -> list[bytes]:
        at = self._dice.randrange(len(piece))
        return [piece[:at]] if self._dice.random() < 0.5 else [piece[at:]]

    def _doubled(self, piece: bytes) -> list[bytes]:
        return [piece, piece]

    def _noisy(self, piece: bytes) -> list[bytes]:
        noise = self._dice.randbytes(self._dice.randint(1, NOISE))
        return [noise, piece] if self._dice.random() < 0.5 else [piece, noise]

    # -- answers at the wrong time

    def _stale(self, piece: bytes) -> list[bytes]:
        """An earlier one in its place, or before it."""
        if not self._said:
            return [piece]
        old = self._dice.choice(self._said)
        return [old] if self._dice.random() < 0.5 else [old, piece]

    def _swapped(self, piece: bytes) -> list[bytes]:
        return [piece, self._said[-1]] if self._said else [piece]

    def _echoed(self, piece: bytes) -> list[bytes]:
        heard = self.other._said if self.other is not None else None
        return [heard[-1], piece] if heard else [piece]

    # -- a device that lies

    def _forged(self, piece: bytes) -> list[bytes]:
        made = self._seal(piece, self._changed) if self._seal is not None else None
        return [piece if made is None else made]

    def _changed(self, inside: bytes) -> bytes:
        """A few bytes are others, or there are more or fewer, or all are new."""
        dice, some = self._dice, self._dice.random()
        if some < 0.6 and inside:
            changed = bytearray(inside)
            for _ in range(dice.randint(1, 3)):
                changed[dice.randrange(len(changed))] = dice.choice((0x00, 0xFF, 0x7F, 0x80, dice.randrange(256)))
            return bytes(changed)
        if some < 0.8:
            return inside[: dice.randint(0, len(inside))] + dice.randbytes(dice.randint(0, 4))
        return dice.randbytes(dice.randint(0, NOISE))
