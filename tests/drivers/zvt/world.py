"""The terminal in virtual time: driver, wire, a terminal, and a sale that does as decision page 036 says. No process, no sleep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drivers.zvt.driver import Zvt
from drivers.zvt.health import Account
from kiosk.ports.fact import Fact
from kiosk.ports.payment import (
    CaptureRefused,
    PaymentApproved,
    PaymentDeclined,
    PaymentReversed,
    PaymentStep,
)
from tests.drivers.till import AMOUNT_FEN, Paid, Till
from tests.drivers.zvt.paper import CURRENCY, PASSWORD, Paper
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig

PRINT_MS = 6_000


class World(Till):
    """`issues`: whether tickets come out of the printer. `decides`: whether the sale goes on by itself after an approval.

    `bench`: another than in virtual time."""

    def __init__(self, paper: Any = None, serial: bool = False, bench: Callable[[Rig], Any] | None = None) -> None:
        self.paper = Paper(serial=serial) if paper is None else paper
        self.payments: dict[int, Paid] = {}
        self.issues = self.decides = True
        self.day = "2026-11-22"
        self.steps: list[PaymentStep] = []
        twins: Mapping[str, Any] = {"payment": self.paper}

        def fit(report: Any, twins: Any, boot: int) -> Fitted:
            driver = Zvt(
                "payment",
                report,
                Account(PASSWORD if paper is None else 0, CURRENCY),
                serial=serial,
                day=lambda: self.day,
                known=self._known,
            )
            return Fitted(driver, [Joint("payment", driver, 9_600 if serial else 0)])

        rig = Rig(lambda seed: twins, fit, fit)
        self.bench = bench(rig) if bench else Bench(rig, "bytes")
        self.bench.answer = self._heard

    def _known(self, reference: str) -> bool:
        return any(getattr(paid.auth, "reference", None) == reference for paid in self.payments.values())

    @property
    def driver(self) -> Zvt:
        made: Zvt = self.bench.it
        return made

    @property
    def port(self) -> Zvt | None:
        made: Zvt | None = self.bench.it
        return made

    def mono_ms(self) -> int:
        return self.bench.now_ms

    def woken(self) -> None:
        self.bench.nudge()

    def ready(self) -> World:
        self.bench.until(lambda: bool(self.driver.ways), 400_000)
        return self

    def begin(self, amount_fen: int = AMOUNT_FEN, lasts_ms: int = 120_000) -> Paid:
        return self.begin_payment("card", amount_fen, lasts_ms)

    def pay(self, **how: Any) -> Paid:
        """A payment until it has come to its end."""
        paid = self.begin(**how)
        self.bench.until(lambda: paid.ended is not None, 400_000)
        return paid

    def until_approved(self) -> Paid:
        self.decides = False
        paid = self.begin()
        self.bench.until(lambda: isinstance(paid.auth, PaymentApproved))
        return paid

    def killed(self, dark_ms: int = 5_000, terminal: bool = True) -> None:
        """Power cut of the machine, with or without its terminal; every record without an outcome is reversed (036, recovery)."""
        if terminal:
            self.bench.off()
            self.bench.run(dark_ms)
            self.bench.on()
        else:
            assert self.bench.reactor is not None
            self.bench.reactor.close()
            self.bench.reactor, self.bench.it = None, None
            for wire in self.bench.wires.values():
                wire.unplug()
                wire.replug()
            self.bench.run(dark_ms)
            self.bench.start()
            self.bench.nudge()
        for paid in self.payments.values():
            paid.asked = False
            if paid.ended is None:
                self.capture(paid) if paid.tickets else self.reverse(paid)

    def approved(self, paid: Paid) -> None:
        if self.decides:
            self.after(PRINT_MS, lambda: self._printed(paid))

    def _heard(self, fact: Fact) -> None:
        if isinstance(fact, PaymentStep):
            self.steps.append(fact)
        self.told(fact)

    def _printed(self, paid: Paid) -> None:
        if paid.ended is None and not paid.asked and self.bench.it is not None:
            self.capture(paid) if self.issues else self.reverse(paid)

    def after(self, ms: int, deed: Any) -> None:
        self.bench.clock.at(self.bench.now_ms + ms, deed)

    # -- what is true

    def kept_fen(self) -> int:
        return sum(entry.amount_fen for entry in self.paper.ledger if entry.state == "kept")

    def check(self) -> None:
        """The terminal's books say the same as the machine's; tickets are paid for, or people were told."""
        kept = 0
        for paid in self.payments.values():
            assert paid.ended is not None, paid
            if paid.ended.kind == "capture!":
                assert paid.tickets, paid
                kept += paid.amount_fen if not isinstance(paid.ended, CaptureRefused) else 0
            else:
                assert isinstance(paid.ended, PaymentReversed | PaymentDeclined), paid
                assert not paid.tickets, paid
        assert self.kept_fen() == kept
        assert not [entry for entry in self.paper.ledger if entry.state == "held"]

    def end(self) -> None:
        """All is well again: every payment comes to its one end."""
        self.paper.faults.clear()
        self.paper.never, self.paper.result = False, 0
        if not self.bench.wires["payment"].plugged:
            self.bench.replug("payment")
        self.bench.until(lambda: all(paid.ended is not None for paid in self.payments.values()), 900_000)
        self.bench.run(30_000)
        self.check()
