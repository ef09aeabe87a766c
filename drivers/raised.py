"""Which faults of one device are up: each change is said once, however often the device repeats it."""

from __future__ import annotations

from kiosk.faults import Fault, FaultCode
from kiosk.ports.fact import Report


class Raised:
    """The faults of `device` that are up now."""

    def __init__(self, device: str, report: Report) -> None:
        self._device = device
        self._report = report
        self._up: dict[FaultCode, str] = {}

    def set(self, code: FaultCode, up: bool, detail: str = "") -> None:
        """Report a change; the detail of a fault that is already up stays the first one."""
        if up == (code in self._up):
            return
        if up:
            self._up[code] = detail
        else:
            detail = self._up.pop(code)
        self._report(Fault(self._device, code.name, up, detail))

    def clear(self, *codes: FaultCode) -> None:
        for code in codes:
            self.set(code, False)

    def __contains__(self, code: FaultCode) -> bool:
        return code in self._up

    def lines(self) -> list[str]:
        """For the probe: one line per fault, code and detail."""
        return [f"fault {code.code} {code.name} {detail}".rstrip() for code, detail in self._up.items()]
