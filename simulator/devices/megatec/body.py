"""Mains, battery and output, and the switching-off that a host can order. Knows no byte.

Battery, tests and the order's minutes run at the clock's rate; dips and flicker are of the link's time, because hosts debounce in
it. Matter does not move here; what survives is the battery's charge. Source: ups sheet, sections 2.2, 2.3 and 4.

For a front without bytes: `advance(now_ms)` is time; `utility(on)` the mains; `on_battery`, `low`, `battery.share`, `output` and
`active` (a switching-off is ordered) what the host may know; `order_off`, `cancel`, `test` and `end_test` what it may want.
"""

from __future__ import annotations

from simulator.devices.linkfaults import HasFaults
from simulator.devices.megatec.battery import LOW_SHARE, Battery

MINUTE_MS = 60_000
LEAST_OFF_MS = 10_000
"""A plain `Sn` keeps the output off at least so long, so that the machine notices."""

FLICKER_MS = 1_000
SHORT_TEST_MS = 10_000
LIE_SHARE = 0.1
"""Of its time that a lying battery really lasts."""

USUAL_V, USUAL_HZ = 226.0, 50.0
STRAY_V, STRAY_HZ = {"sag": 180.0, "surge": 260.0}, {"frequency_off": 46.0}
"""Mains outside of what such a unit passes on (TVM-032)."""

DIPS = {"dip_300_ms_next": 300, "dip_1_s_next": 1_000, "dip_10_s_next": 10_000}


class Supply:
    """`rate`: how many milliseconds of the battery pass in one of the link; 0 counts as 1."""

    def __init__(self, minutes: float, rate: float, owner: HasFaults) -> None:
        self.battery = Battery(minutes * MINUTE_MS)
        self.output = True
        self.stays_off = False
        self._rate = rate if rate > 0 else 1.0
        self._flicker = FLICKER_MS * self._rate
        self._owner = owner
        self._plugged = True
        self._now = 0.0  # the device's own time
        self._link_ms: int | None = None
        self._off_at: float | None = None
        self._off_for = 0.0
        self._on_at = 0.0
        self._test_until: float | None = None
        self._dip_until = 0.0
        self._back_at: float | None = None

    # -- what is so now

    @property
    def mains(self) -> bool:
        """Power that can be used comes from the wall now."""
        return self._wall() and not any(name in self._owner.faults for name in (*STRAY_V, *STRAY_HZ))

    def _wall(self) -> bool:
        """There is a voltage: there is none while a dip lasts, or every other second of a flicker."""
        if self._now < self._dip_until:
            return False
        if "flicker" in self._owner.faults and int(self._now // self._flicker) % 2:
            return False
        return self._plugged

    @property
    def input_v(self) -> float:
        stray = (volts for name, volts in STRAY_V.items() if name in self._owner.faults)
        return next(stray, USUAL_V) if self._wall() else 0.0

    def input_hz(self, usual: float = USUAL_HZ) -> float:
        return next((hertz for name, hertz in STRAY_HZ.items() if name in self._owner.faults), usual)

    @property
    def plugged(self) -> bool:
        """What the utility gives, dips apart."""
        return self._plugged

    @property
    def on_battery(self) -> bool:
        return not self.mains

    @property
    def low(self) -> bool:
        """The low bit. A lying battery never sets it."""
        if "battery_lies" in self._owner.faults:
            return False
        at_once = "low_at_once" in self._owner.faults and self.on_battery
        return at_once or self.battery.share <= LOW_SHARE

    @property
    def active(self) -> bool:
        """A switching-off is ordered or has been carried out."""
        return self._off_at is not None or (not self.output and self._on_at > 0)

    @property
    def testing(self) -> bool:
        return self._test_until is not None

    @property
    def alive(self) -> bool:
        """It has power to answer with."""
        return self.mains or self.battery.left_ms > 0

    # -- what may be done to it

    def utility(self, on: bool) -> None:
        """The mains of the building; `advance` first."""
        self._plugged = on
        self._back_at = None
        self._settle()

    def order_off(self, after_ms: float, off_for_ms: float | None) -> None:
        """Cut the output after a while and give it again `off_for_ms` later, or with the mains when they come. None: stay off."""
        if "shutdown_ignored" in self._owner.faults:
            return
        self._off_at = self._now + after_ms
        self.stays_off = off_for_ms is None
        self._off_for = off_for_ms or 0.0
        if self._plays("mains_back_during_shutdown_next"):
            self._back_at = self._now + after_ms / 2

    def cancel(self) -> None:
        """Take an ordered switching-off back; also switches the output on."""
        if "cancel_ignored" in self._owner.faults:
            return
        self._off_at = None
        self.stays_off, self._on_at = False, 0.0
        self.output = self.output or self.alive

    def test(self, for_ms: float) -> None:
        """Feed the machine from the battery for a while, or until it is low when `for_ms` is infinite."""
        if self.mains and self.output:
            self._test_until = self._now + for_ms

    def end_test(self) -> None:
        self._test_until = None

    def forget(self) -> None:
        """It starts again by itself: orders are gone."""
        self._off_at = self._test_until = None

    # -- time

    def advance(self, now_ms: int) -> int | None:
        """Let the time pass; answer when something happens next by itself (absolute ms of the link)."""
        if self._link_ms is None:
            self._link_ms = now_ms
        until = self._now + max(0, now_ms - self._link_ms) * self._rate
        self._link_ms = max(self._link_ms, now_ms)
        self._begin_dips()
        while self._now < until:
            step = min(until, self._next() or until)
            self._pass(max(0.0, step - self._now))
            self._now = step
            self._settle()
        self._settle()
        due = self._next()
        return None if due is None else self._link_ms + int((due - self._now) / self._rate) + 1

    def _pass(self, ms: float) -> None:
        feeding = self.output and (self.on_battery or self.testing)
        if feeding:
            self.battery.drain(ms / (LIE_SHARE if "battery_lies" in self._owner.faults else 1.0))
        elif self.mains:
            self.battery.fill(ms)

    def _next(self) -> float | None:
        """The device's time of the next change that comes by itself."""
        times = [self._off_at, self._test_until, self._back_at, self._dip_until]
        if not self.output and not self.stays_off:
            times.append(self._on_at)
        if "flicker" in self._owner.faults:
            times.append((self._now // self._flicker + 1) * self._flicker)
        if self.output and (self.on_battery or self.testing):
            drains = 1 / LIE_SHARE if "battery_lies" in self._owner.faults else 1.0
            times.append(self._now + self.battery.left_ms / drains)
            if self.testing and not self.low:
                times.append(self._now + (self.battery.left_ms - LOW_SHARE * self.battery.lasts_ms) / drains)
        return min((time for time in times if time is not None and self._now < time < float("inf")), default=None)

    def _settle(self) -> None:
        """What follows from the time and from what is so now."""
        if self._back_at is not None and self._back_at <= self._now:
            self._back_at, self._plugged = None, True
        if self._test_until is not None and (self._test_until <= self._now or self.low or self.on_battery):
            self._test_until = None
        if self._off_at is not None and self._off_at <= self._now:
            self._off_at = None
            self._cut(self._off_for)
        if self.output and self.on_battery and self.battery.left_ms <= 0.5:
            self.battery.left_ms = 0.0
            self._off_at, self.stays_off = None, False
            self._cut(0.0)
        if self._plays("output_lost_next"):
            self._cut(LEAST_OFF_MS)
        waited = self._on_at <= self._now
        if not self.output and self.mains and waited and not self.stays_off and "no_return" not in self._owner.faults:
            self.output, self._on_at = True, 0.0

    def _cut(self, off_for_ms: float) -> None:
        self.output = False
        self._on_at = max(self._now + off_for_ms, 0.001)
        self._test_until = None

    def _begin_dips(self) -> None:
        for name, ms in DIPS.items() if self._owner.faults else ():
            if self._plays(name):
                self._dip_until = self._now + ms * self._rate

    def _plays(self, name: str) -> bool:
        """One-shot switches: playing clears them."""
        if name not in self._owner.faults:
            return False
        self._owner.faults.discard(name)
        return True
