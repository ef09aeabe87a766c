"""Several ways to pay behind the one payment port: each adapter serves its own, and one that is out takes no other with it.

What the adapters report passes through here. Whether payments work at all is told as the state of the device `payment`.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.raised import Raised
from kiosk.faults import Fault, FaultCode
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.payment import CaptureUncertain, Payment, PaymentDeclined, ReverseUncertain, StandingUncertain

MODEL, VERSION = "payments", "1"


class Payments:
    """Implements `kiosk.ports.payment.Payment`. Adapters report to `hear`, each under a name of its own; `attach` before the first
    turn."""

    def __init__(self, report: Report, name: str = "payment") -> None:
        self.name = name
        self._report = report
        self._faults = Raised(name, report)
        self._adapters: dict[str, Payment] = {}
        self._names: dict[str, str] = {}
        self._ready: set[str] = set()
        self._down: set[tuple[str, str]] = set()
        self._told_ready = False

    def attach(self, name: str, adapter: Payment, ways: tuple[str, ...]) -> None:
        """`name`: under which the adapter reports of itself; `ways`: which of the port's it serves."""
        for way in ways:
            self._adapters[way], self._names[way] = adapter, name

    def hear(self, fact: Fact) -> None:
        self._report(fact)
        names = self._names.values()
        if isinstance(fact, DeviceReady) and fact.device in names:
            self._ready.add(fact.device)
        elif isinstance(fact, Fault) and fact.device in names and fact.code != FaultCode.SETTLEMENT.name:
            (self._down.add if fact.up else self._down.discard)((fact.device, fact.code))
        else:
            return
        self._tell()

    # -- the port

    @property
    def ways(self) -> frozenset[str]:
        down = {name for name, _ in self._down}
        well = {way for way, name in self._names.items() if name in self._ready and name not in down}
        return frozenset(way for way in well if way in self._adapters[way].ways)

    @property
    def settles(self) -> bool:
        return any(adapter.settles for adapter in self._each().values())

    def begin(self, payment: int, key: str, amount_fen: int, way: str, language: str, limit_ms: int) -> None:
        if way in self._adapters:
            self._adapters[way].begin(payment, key, amount_fen, way, language, limit_ms)
        else:
            self._report(PaymentDeclined(payment, "unsupported"))

    def cancel(self, payment: int) -> None:
        """Of a payment that is not its own an adapter takes no notice."""
        for adapter in self._each().values():
            adapter.cancel(payment)

    def capture(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        if way in self._adapters:
            self._adapters[way].capture(payment, key, amount_fen, way, reference)
        else:
            self._report(CaptureUncertain(payment, "other"))

    def stands(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        if way in self._adapters:
            self._adapters[way].stands(payment, key, amount_fen, way, reference)
        else:
            self._report(StandingUncertain(payment, "other"))

    def reverse(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        if way in self._adapters:
            self._adapters[way].reverse(payment, key, amount_fen, way, reference)
        else:
            self._report(ReverseUncertain(payment, "other"))

    def scanned(self, text: str) -> None:
        """To the adapter that takes codes from phones; without one it is dropped."""
        if "scan" in self._adapters:
            self._adapters["scan"].scanned(text)

    def restart(self) -> None:
        """People have looked after the devices."""
        for adapter in self._each().values():
            mended = getattr(adapter, "restart", None)
            if mended is not None:
                mended()

    # -- inside

    def _each(self) -> Mapping[str, Payment]:
        return {self._names[way]: adapter for way, adapter in self._adapters.items()}

    def _tell(self) -> None:
        none = bool(self._ready) and not self.ways
        out = sorted({name for name, _ in self._down})
        self._faults.set(FaultCode.NO_ANSWER, none, " ".join(out))
        if none:
            self._told_ready = False  # said anew when one is back: nobody counts on it meanwhile
        elif self._ready and not self._told_ready:
            self._told_ready = True
            self._report(DeviceReady(self.name, MODEL, VERSION, " ".join(sorted(set(self._names.values())))))
