"""Which faults of one front are up: each change is said once."""

from __future__ import annotations

from kiosk.faults import Fault, FaultCode
from kiosk.ports.fact import Report


class Faults:
    """The faults of `device` that are up now, each with the detail it came with."""

    def __init__(self, device: str, report: Report) -> None:
        self._device, self._report = device, report
        self.up: dict[FaultCode, str] = {}

    def __contains__(self, code: FaultCode) -> bool:
        return code in self.up

    def set(self, code: FaultCode, up: bool, detail: str = "") -> None:
        if up == (code in self.up):
            return
        if up:
            self.up[code] = detail
        else:
            detail = self.up.pop(code)
        self._report(Fault(self._device, code.name, up, detail))

    def clear(self, *codes: FaultCode) -> None:
        if self.up:
            for code in codes:
                self.set(code, False)
