"""The terminal in virtual time: driver, wire, a terminal, and a sale that does as decision page 036 says. No process, no sleep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.zvt.driver import Zvt
from drivers.zvt.health import Account
from kiosk.ports.fact import Fact
from kiosk.ports.payment import (
    CaptureRefused,
    CaptureUncertain,
    PaymentApproved,
    PaymentDeclined,
    PaymentReversed,
    PaymentStep,
    ReverseUncertain,
)
from tests.drivers.zvt.paper import CURRENCY, PASSWORD, Paper
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig

KEY = "T07.7f3a91c2.17"
AMOUNT_FEN = 3_800
AGAIN_MS = 5_000
PRINT_MS = 6_000


@dataclass
class Paid:
    """What the sale knows of one payment; `asked`: a reversal or capture is under way; `tickets`: they are in a hand."""

    number: int
    amount_fen: int
    auth: Fact | None = None
    ended: Fact | None = None
    asked: bool = False
    tickets: bool = False


class World:
    """`issues`: whether tickets come out of the printer. `decides`: whether the sale goes on by itself after an approval."""

    def __init__(self, paper: Any = None, serial: bool = False) -> None:
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

        self.bench = Bench(Rig(lambda seed: twins, fit, fit), "bytes")
        self.bench.answer = self._heard

    def _known(self, reference: str) -> bool:
        return any(getattr(paid.auth, "reference", None) == reference for paid in self.payments.values())

    @property
    def driver(self) -> Zvt:
        made: Zvt = self.bench.it
        return made

    def ready(self) -> World:
        self.bench.until(lambda: bool(self.driver.ways), 400_000)
        return self

    def begin(self, amount_fen: int = AMOUNT_FEN, lasts_ms: int = 120_000) -> Paid:
        number = 100 * (len(self.payments) + 1) + 1
        paid = self.payments[number] = Paid(number, amount_fen)
        limit_ms = self.bench.now_ms + lasts_ms
        self.bench.do(lambda: self.driver.begin(number, KEY, amount_fen, "card", "zh", limit_ms))
        return paid

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

    def capture(self, paid: Paid) -> None:
        assert isinstance(paid.auth, PaymentApproved)
        paid.asked = paid.tickets = True
        if self.bench.it is not None:
            self.driver.capture(paid.number, KEY, paid.amount_fen, "card", paid.auth.reference)
            self.bench.nudge()

    def reverse(self, paid: Paid) -> None:
        if self.bench.it is None or paid.tickets:
            return
        paid.asked = True
        reference = paid.auth.reference if isinstance(paid.auth, PaymentApproved) else ""
        self.driver.reverse(paid.number, KEY, paid.amount_fen, "card", reference)
        self.bench.nudge()

    def _heard(self, fact: Fact) -> None:
        if isinstance(fact, PaymentStep):
            self.steps.append(fact)
            return
        paid = self.payments.get(getattr(fact, "payment", 0))
        if paid is None:
            return
        if fact.kind == "auth!":
            assert paid.auth is None, f"a second outcome: {fact}"
            paid.auth = fact
            if isinstance(fact, PaymentDeclined):
                paid.ended = fact
            elif not isinstance(fact, PaymentApproved):
                self.reverse(paid)
            elif self.decides:
                self._at(PRINT_MS, lambda: self._printed(paid))
        elif fact.result == "unknown":
            assert paid.asked, f"a second word: {fact}"
            paid.asked = False
            again = {ReverseUncertain: self.reverse, CaptureUncertain: self.capture}[type(fact)]  # type: ignore[index]
            self._at(AGAIN_MS, lambda: None if paid.asked or paid.ended else again(paid))
        else:
            assert paid.ended is None, f"a second word: {fact}"
            paid.ended, paid.asked = fact, False

    def _printed(self, paid: Paid) -> None:
        if paid.ended is None and not paid.asked and self.bench.it is not None:
            self.capture(paid) if self.issues else self.reverse(paid)

    def _at(self, after_ms: int, deed: Any) -> None:
        self.bench.clock.at(self.bench.now_ms + after_ms, deed)

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
