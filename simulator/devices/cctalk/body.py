"""The mechanism of a hopper: a disc carries one coin after the other out of the bowl, past the exit sensor, into a tray.

Path of a coin: hopper.N -> hopper.N.exit -> the tray. Source: cctalk sheet, sections 7, 8.6 and 13.
Decided here, where the sheet leaves it open:
- a coin that has left the disc falls whatever happens to the motor; the hopper's own supply lasts long enough to count it;
- a coin that sticks in the exit is pushed out, and counted, as the first coin of the next payout that begins;
- a purge until the bowl is empty tells 255 remaining as long as it runs, then 0 unpaid, and ends as every empty bowl does.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.devices.cctalk.codes import Flag
from simulator.devices.cctalk.faults import Switches
from simulator.devices.cctalk.memory import MOST, Memory
from simulator.devices.cctalk.settings import HopperSettings
from simulator.devices.matter import Coin, Matter, Place
from simulator.devices.motion import Motion
from simulator.devices.notes_out import full
from simulator.devices.twin import Speeds

CROSSING_NOMINAL_MS = 50
STALL_NOMINAL_MS = 500
REVERSE_NOMINAL_MS = 1_500
TIME_OUT_UNIT_MS = 333
USUAL_TIME_OUT_UNITS = 30
IDLE_TEST_MS = 333
SEEN_STUCK_NOMINAL_MS = 100


class Body(Motion):
    """`collapse(keeps_event, now_ms)` is called when the hopper starts again by itself in a payout."""

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        settings: HopperSettings,
        memory: Memory,
        switches: Switches,
        collapse: Callable[[bool, int], None],
    ) -> None:
        super().__init__(speeds)
        self.matter, self.memory = matter, memory
        self.bowl = matter.place(f"hopper.{settings.number}")
        self.exit = matter.place(f"hopper.{settings.number}.exit", 1)
        self.tray = matter.place(settings.tray)
        self.flags: set[Flag] = set()
        self.time_out_units = USUAL_TIME_OUT_UNITS
        self.paying = False
        self._settings, self._switches, self._collapse = settings, switches, collapse
        self._until_empty = False
        self._dirt = False  # something other than a coin covers the exit sensor
        self._crossing = False  # a coin has left the disc and is not yet in the tray
        self._idle_test_ms = 0

    # -- what the sensors say

    def covered(self) -> bool:
        """The exit sensor sees no light."""
        return bool(len(self.exit)) or self._dirt or self._switches.on("exit_blocked")

    def look(self, now_ms: int) -> None:
        """The test of the exit sensor while nothing is paid; what it finds is latched."""
        if self.paying or self._crossing or now_ms < self._idle_test_ms:
            return
        if self.covered() and Flag.BLOCKED_PAYING not in self.flags:
            self.flags.add(Flag.BLOCKED_IDLE)
        if self._switches.on("light_idle"):
            self.flags.add(Flag.LIT_IDLE)

    # -- orders

    def pay(self, coins: int, now_ms: int, *, until_empty: bool = False) -> None:
        """Begin; a late coin of the payout before is already counted then."""
        self._land()
        self.memory.begin(MOST if until_empty else coins)
        self.flags.discard(Flag.EMPTY)
        self.paying, self._until_empty = True, until_empty
        self._turn(now_ms)

    def halt(self, now_ms: int) -> int:
        """Motor off; answers how many coins are not paid. A coin that has left the disc still falls."""
        return self._over(now_ms) if self.paying else 0

    def cut(self) -> None:
        """Power is gone; a coin that has left the disc falls."""
        self._land(uncounted=self._crossing and self._switches.plays("cut_uncounted_next"))
        self.memory.cut(self.paying and not self._until_empty)
        self.paying = False
        self.stop()

    def settle(self, now_ms: int) -> None:
        """The idle test begins only so long after a start."""
        self._idle_test_ms = now_ms + IDLE_TEST_MS

    def clear_exit(self, to: str) -> list[Coin]:
        """A technician takes out what is in the exit; nobody reaches in while the disc turns."""
        if self.moving():
            return []
        self._dirt = False
        coins = self.exit.coins()
        for coin in coins:
            self.matter.move(coin, to)
        return coins

    # -- one coin after the other

    def _turn(self, now_ms: int) -> None:
        """The disc turns until the next coin is at the exit, or something keeps it from coming."""
        if self.memory.remaining == 0:
            self._paid(now_ms)
            return
        coin_ms = max(self._settings.coin_ms - CROSSING_NOMINAL_MS, 0)
        if self._switches.on("motor_stalled") or self._switches.plays("jam_next"):
            self.flags.add(Flag.REVERSED)
            self.start(STALL_NOMINAL_MS, lambda now: self._ends(Flag.JAM, now), now_ms)
        elif not len(self.exit) and self._nothing_comes():
            nominal_ms = self.time_out_units * TIME_OUT_UNIT_MS
            self.start(nominal_ms, lambda now: self._ends(Flag.EMPTY, now), now_ms)
        elif self._switches.plays("jam_cleared_next"):
            self.flags.add(Flag.REVERSED)
            self.start(coin_ms + REVERSE_NOMINAL_MS, self._leaves_disc, now_ms)
        else:
            self.start(coin_ms, self._leaves_disc, now_ms)

    def _nothing_comes(self) -> bool:
        stands = self._switches.on("bridge") or self._switches.on("motor_dead")
        return stands or first(self.bowl) is None or self._switches.plays("empty_next")

    def _leaves_disc(self, now_ms: int) -> None:
        if self._to_exit():
            self.start(CROSSING_NOMINAL_MS, self._crossed, now_ms)
        else:
            self._turn(now_ms)  # somebody has taken the coins out of the bowl meanwhile

    def _to_exit(self) -> bool:
        """A coin is in the exit now, and will fall whatever happens; False when there is none."""
        if not len(self.exit) and (coin := first(self.bowl)) is not None:
            self.matter.move(coin, self.exit.name)
        self._crossing = bool(len(self.exit))
        return self._crossing

    def _crossed(self, now_ms: int) -> None:
        if full(self.tray) or self._switches.plays("sticks_in_exit_next"):
            self._crossing = False
            self._found(Flag.BLOCKED_PAYING, now_ms)
        elif self._exit_blocked():
            self._land(uncounted=True)
            self._found(Flag.BLOCKED_PAYING, now_ms)
        elif self._switches.plays("light_paying_next"):
            self._land(uncounted=True)
            self._found(Flag.LIT_PAYING, now_ms)
        else:
            self._land(uncounted=self._switches.plays("sensor_misses_next"))
            self._fallen(now_ms)

    def _exit_blocked(self) -> bool:
        """The coin that falls now leaves the sensor covered."""
        self._dirt = self._dirt or self._switches.plays("exit_blocked_next")
        return self._dirt or self._switches.on("exit_blocked")

    def _found(self, flag: Flag, now_ms: int) -> None:
        """The sensor has been wrong for long enough to be noticed."""
        self.start(SEEN_STUCK_NOMINAL_MS, lambda now: self._ends(flag, now), now_ms)

    def _fallen(self, now_ms: int) -> None:
        if self._switches.plays("resets_mid_payout_next"):
            self._collapse(False, now_ms)
        elif self._switches.plays("resets_keeping_counter_next"):
            self._collapse(True, now_ms)
        else:
            self._turn(now_ms)

    def _land(self, uncounted: bool = False) -> None:
        """The coin that crosses falls into the tray; with the tray full it stays in the exit."""
        coin, self._crossing = first(self.exit) if self._crossing else None, False
        if coin is None or full(self.tray):
            return
        self.matter.move(coin, self.tray.name)
        if uncounted:
            return
        self.memory.coin(due=self.paying)
        if self.paying and self._until_empty:
            self.memory.remaining = MOST

    # -- the end of a payout

    def _paid(self, now_ms: int) -> None:
        self._over(now_ms)
        if self.memory.paid and self._switches.plays("overrun_next"):
            self._one_more(now_ms)

    def _ends(self, flag: Flag, now_ms: int) -> None:
        self.flags.add(flag)
        self._over(now_ms)
        if flag is not Flag.BLOCKED_PAYING and self._switches.plays("late_coin_next"):
            self._one_more(now_ms)

    def _over(self, now_ms: int) -> int:
        """The motor stops: what has not been paid is unpaid; answers how much."""
        left = 0 if self._until_empty else self.memory.remaining
        self.memory.end(self._settings.keeps_unpaid and not self._until_empty)
        self.paying = False
        self.stop()
        if self._crossing:
            self.start(CROSSING_NOMINAL_MS, self._late, now_ms)
        return left

    def _one_more(self, now_ms: int) -> None:
        if self._to_exit():
            self.start(CROSSING_NOMINAL_MS, self._late, now_ms)

    def _late(self, now_ms: int) -> None:
        self._land()


def first(place: Place) -> Coin | None:
    """The coin that lies there longest."""
    return next((thing for thing in place.things if isinstance(thing, Coin)), None)
