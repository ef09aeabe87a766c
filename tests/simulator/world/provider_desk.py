"""The provider of phone codes, asked by the real adapter in a simulated world: in place of the desk of method calls."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from drivers.code_pay.calls import Call
from drivers.code_pay.driver import CodePayDriver
from drivers.code_pay.lane import BAD, Outcome
from drivers.code_pay.sealing import BadAnswer, Sealer
from kiosk.clock import VirtualClock
from kiosk.reactor import Reactor
from kiosk.screen import qr
from kiosk.settings import Settings
from simulator.provider.books import payments
from simulator.provider.faults import Faults, Ordered
from simulator.provider.ledger import Ledger
from simulator.provider.provider import Provider
from simulator.provider.wire import Reply, Request, content_of
from simulator.world.payment_lines import PaymentLines
from tests.simulator.provider.helpers import KEY, MERCHANT, PAYERS

WAY_MS, ANSWER_MS = 20, 5_000


class ProviderDesk:
    """What the world asks of `simulator.world.payments.PayDesk`."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.provider = Provider(Ledger(":memory:", PAYERS), {MERCHANT: KEY})
        self.clock: VirtualClock | None = None
        self.refused: list[str] = []
        self._nonces = count(1)

    def trouble(self, name: str, on: bool) -> None:
        if on:
            self.faults.switch_on(Ordered.parse(name))

    def well(self) -> None:
        self.faults = Faults()

    def late_words(self) -> list[int]:
        return []

    def nonce(self) -> str:
        return f"{next(self._nonces):032x}"

    def handle(self, request: Request) -> Reply | None:
        assert self.clock is not None
        behaviour = self.faults.behave(request.path)
        if "silent" in behaviour:
            return None
        reply = self.provider.handle(request, self.clock.wall_ms(), behaviour)
        return None if "answer_lost" in behaviour else reply

    def _orders(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.provider.ledger.snapshot()["orders"]
        return found

    def scan(self, code: tuple[str, ...]) -> bool:
        """A phone pays what the code says."""
        order = next((each for each in self._orders() if each["text"] and qr.rows(each["text"]) == code), None)
        if order is None:
            return False
        body: Mapping[str, Any] = {"payer": "good", "text": order["text"], "amount_fen": order["amount_fen"]}
        reply = self.handle(Request("POST", "/phone/pay", {}, content_of(body)))
        if reply is not None and reply.status != 200:
            self.refused.append(reply.body.decode())
        return reply is not None and reply.status == 200

    def ledger(self) -> dict[int, tuple[str, int, int]]:
        return payments(self.provider.ledger.snapshot(), MERCHANT)


class Lane:
    """One call after the other, in virtual time."""

    def __init__(self, desk: ProviderDesk, clock: VirtualClock) -> None:
        self._desk, self._clock = desk, clock
        self._sealer = Sealer(MERCHANT, KEY, clock.wall_ms, desk.nonce)
        self._waiting: list[Call] = []
        self._busy = False
        self._outcomes: list[Outcome] = []
        self.driver: CodePayDriver | None = None
        self.on_wire = lambda call, out: None

    def submit(self, call: Call) -> None:
        self._waiting.append(call)
        if not self._busy:
            self._leave()

    def fileno(self) -> int:
        return -1

    def drain(self) -> list[Outcome]:
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def close(self, timeout_s: float = 0.0) -> None:
        self._waiting.clear()

    def _leave(self) -> None:
        self._busy, call = True, self._waiting.pop(0)
        sealed = self._sealer.seal(call)
        request = Request("POST", sealed.path, {k.lower(): v for k, v in sealed.headers.items()}, sealed.content)

        def arrive() -> None:
            reply = self._desk.handle(request)
            if reply is None:
                self._clock.at(self._clock.mono_ms() + ANSWER_MS, lambda: self._end(Outcome(call, trouble="timeout")))
                return
            try:
                headers = {name.lower(): value for name, value in reply.headers.items()}
                outcome = Outcome(call, self._sealer.open(sealed, reply.status, headers, reply.body))
            except BadAnswer:
                outcome = Outcome(call, trouble=BAD)
            self._clock.at(self._clock.mono_ms() + WAY_MS, lambda: self._end(outcome))

        self._clock.at(self._clock.mono_ms() + WAY_MS, arrive)

    def _end(self, outcome: Outcome) -> None:
        self._busy = False
        self._outcomes.append(outcome)
        if self._waiting:
            self._leave()
        self._clock.ready(self.driver)


class LinesWithDriver(PaymentLines):
    """The real adapter in place of the front."""

    def fit(self, settings: Settings, reactor: Reactor) -> Any:
        desk: Any = self._things.payments
        if desk is None:
            return None
        desk.clock = self._things.clock
        lane = Lane(desk, self._things.clock)
        lane.driver = CodePayDriver(reactor.report, lane, merchant=MERCHANT)
        reactor.add(lane.driver)
        reactor.add_channel(lane.driver)
        return lane.driver
