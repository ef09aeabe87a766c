"""The window: a code that is held before it, light that is on or off, and how long reading takes (io-board sheet, section 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.devices.scanner.codes import Code
from simulator.devices.scanner.settings import Settings
from simulator.devices.twin import Speeds

READ_NOMINAL_MS = 120
STUCK_MS = 500


@dataclass(slots=True)
class Held:
    """`until_ms`: when the hand goes away, None when it stays. `read`: it was told since it came."""

    code: Code
    until_ms: int | None
    read: bool = False


class Sight:
    """`presents` answers whether light is on without a trigger. `tell(code, now_ms)` is called for every code that is read."""

    def __init__(
        self,
        speeds: Speeds,
        settings: Callable[[], Settings],
        presents: Callable[[], bool],
        faults: Callable[[], set[str]],
        tell: Callable[[Code, int], None],
    ) -> None:
        self._speeds, self._settings, self._presents, self._faults, self._tell = (
            speeds, settings, presents, faults, tell,
        )  # fmt: skip
        self._held: Held | None = None
        self.dark()

    def dark(self) -> None:
        """Power is gone; the hand stays where it is."""
        self._light_until_ms: int | None = None
        self._read_ms: int | None = None
        self._again_ms = 0
        self._left: tuple[Code, int] | None = None
        if self._held is not None:
            self._held.read = False

    # -- the hand

    @property
    def held(self) -> Code | None:
        return self._held.code if self._held else None

    def show(self, code: Code, until_ms: int | None, now_ms: int) -> str | None:
        """None when the code is before the window now, else why not."""
        if self._held is not None:
            return "another code is held there"
        self._held = Held(code, until_ms)
        self.look(now_ms)
        return None

    def take_away(self, now_ms: int) -> Code | None:
        """What was held there."""
        if self._held is None:
            return None
        code, self._held = self._held.code, None
        self._left = code, now_ms
        return code

    # -- the light

    @property
    def lit(self) -> bool:
        return self._light_until_ms is not None or self._presents() or "stuck_trigger" in self._faults()

    def trigger(self, now_ms: int) -> None:
        """Light until a code is read, or the time is out."""
        self._light_until_ms = now_ms + self._settings().light_ms
        self.look(now_ms)

    def release(self) -> None:
        self._light_until_ms = None

    # -- time

    def advance(self, now_ms: int) -> int | None:
        """Do what is due; answer when the next thing is (absolute ms)."""
        self.look(now_ms)
        while (due_ms := self._next()) is not None and due_ms <= now_ms:
            self._pass(due_ms)
        return self._next()

    def look(self, now_ms: int) -> None:
        """Begin to read, or stop, as what is there now wants it."""
        if not self._sees():
            self._read_ms = None
        elif self._read_ms is None:
            self._read_ms = max(now_ms, self._rests_until()) + self._speeds.motion_ms(READ_NOMINAL_MS)

    def _next(self) -> int | None:
        hand_ms = self._held.until_ms if self._held else None
        dues = (hand_ms, self._light_until_ms, self._read_ms)
        return min((due for due in dues if due is not None), default=None)

    def _pass(self, now_ms: int) -> None:
        if self._held is not None and self._held.until_ms is not None and self._held.until_ms <= now_ms:
            self.take_away(now_ms)
        if self._light_until_ms is not None and self._light_until_ms <= now_ms:
            self._light_until_ms = None
        if self._read_ms is not None and self._read_ms <= now_ms:
            self._read_ms = None
            self._read(now_ms)
        self.look(now_ms)

    def _read(self, now_ms: int) -> None:
        if not self._sees() or self._held is None:
            return
        self._held.read = True
        self._light_until_ms = None
        self._again_ms = now_ms + STUCK_MS
        self._tell(self._held.code, now_ms)

    def _sees(self) -> bool:
        held = self._held
        if held is None or not self.lit or "blind" in self._faults():
            return False
        if held.code.symbology not in self._settings().reads:
            return False
        return not held.read or self._light_until_ms is not None or "stuck_trigger" in self._faults()

    def _rests_until(self) -> int:
        """A stuck trigger reads twice a second; without a trigger one code is not read again at once."""
        if self._light_until_ms is not None:
            return 0
        if "stuck_trigger" in self._faults():
            return self._again_ms
        if self._left is not None and self._held is not None and self._left[0] == self._held.code:
            return self._left[1] + self._settings().reread_ms
        return 0
