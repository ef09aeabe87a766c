"""Whether a device is of the version that the configuration expects: another one is told to people and station, and works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.faults import Fault, FaultCode
from kiosk.ports.fact import DeviceReady


@dataclass(slots=True)
class Versions:
    """`expected`: device -> how its version begins. Heard at each start of a device, so an exchange of firmware shows at once."""

    expected: Mapping[str, str] = field(default_factory=dict)
    _other: dict[str, str] = field(default_factory=dict)  # device -> what it said

    def hear(self, ready: DeviceReady) -> Fault | None:
        """What is news because of it; None when nothing is."""
        expected, device = self.expected.get(ready.device, ""), ready.device
        wrong, before = not ready.version.startswith(expected), self._other.get(device)
        if wrong and before != ready.version:
            self._other[device] = ready.version
            return Fault(device, FaultCode.FIRMWARE.name, True, f"{ready.version or '-'}, not {expected}")
        if not wrong and before is not None:
            del self._other[device]
            return Fault(device, FaultCode.FIRMWARE.name, False)
        return None
