"""What return codes say about the pad's keys, whatever command they answer. Source: pin-pad sheet, section 2; TVM-082.

A security event stays until people have loaded the keys anew and said so: a pad that is put back on its mount, or answers again
after a restart, is not believed.
"""

from __future__ import annotations

from drivers.epp.codec import Code
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report
from kiosk.ports.pin_pad import PadBatteryLow, PadTampered

CAUSES: dict[int, str] = {Code.DESTROYED: "destroyed", Code.REMOVED: "removed"}
NO_MASTER = (Code.NO_IMK, Code.NO_TMK)


class Security:
    """`had_keys`: a key was verified since people last had their hands on it, so that missing ones are an event."""

    def __init__(self, report: Report, faults: Raised) -> None:
        self._report, self._faults = report, faults
        self.tamper: PadTampered | None = None
        self.had_keys = False
        self._unkeyed = False
        self._battery_told = False

    def watch(self, code: int) -> bool:
        """True when this is a new security event, which is then told."""
        if code == Code.BATTERY_LOW and not self._battery_told:
            self._battery_told = True
            self._report(PadBatteryLow())
        if code == Code.MEMORY:
            self._faults.set(FaultCode.DEVICE_FAILURE, True, f"{code:02X}")
        if code in NO_MASTER and not self.had_keys and self.tamper is None:
            self._unkeyed = (
                True  # no alarm, for nobody knows of keys it had; but it can do nothing until people load some
            )
            self._faults.set(FaultCode.DEVICE_FAILURE, True, f"{code:02X}")
        cause = "keys_gone" if code in NO_MASTER and self.had_keys else CAUSES.get(code)
        if cause is None or self.tamper is not None:
            return False
        self.tamper = PadTampered(cause, f"{code:02X}")
        self._report(self.tamper)
        self._faults.set(FaultCode.DEVICE_FAILURE, True, f"{code:02X}")
        return True

    def keyed(self) -> None:
        """A work key was verified: there are keys."""
        self.had_keys = True
        if self._unkeyed and self.tamper is None:
            self._faults.clear(FaultCode.DEVICE_FAILURE)
        self._unkeyed = False

    def met(self) -> None:
        """A new acquaintance: a low battery is worth saying again."""
        self._battery_told = False

    def mended(self) -> None:
        self.tamper, self.had_keys, self._unkeyed = None, False, False
        self._faults.clear(FaultCode.DEVICE_FAILURE)
