"""The adapter in virtual time: a lossy line to the provider's own core, a phone, and a sale that does as decision page 036 says."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from drivers.code_pay.calls import Call
from drivers.code_pay.driver import CodePayDriver, order_of
from drivers.code_pay.lane import BAD, Outcome
from drivers.code_pay.sealing import BadAnswer, Sealer
from kiosk.ports.fact import Fact
from kiosk.ports.payment import (
    PaymentApproved,
    PaymentDeclined,
    PaymentReversed,
    PaymentStep,
    PaymentUncertain,
    ReverseRefused,
)
from simulator.provider.faults import Faults, Ordered
from simulator.provider.ledger import Ledger
from simulator.provider.phone import MANNERS, Phone
from simulator.provider.provider import Provider
from simulator.provider.wire import Reply, Request, content_of
from tests.drivers.till import AMOUNT_FEN, Paid, Till
from tests.drivers.till import KEY as KEY_OF_SALE
from tests.simulator.provider.helpers import KEY, MERCHANT, NOW_MS, PAYERS

ANSWER_MS, WAY_MS, LATE_MS = 5_000, 20, 9_000


@dataclass
class Trip:
    call: Call
    over: bool = False


class VirtualLane:
    """One call at a time, as the worker's thread; `fate()` says what happens to the next one on the line."""

    def __init__(self, world: World, fate: Callable[[], str]) -> None:
        self._world, self._fate = world, fate
        self.clock: Callable[[], int] = lambda: world.wall_ms() - world.behind_ms
        self._sealer = Sealer(MERCHANT, KEY, lambda: self.clock(), world.nonce)
        self._waiting: list[Call] = []
        self._trip: Trip | None = None
        self._outcomes: list[Outcome] = []
        self.closed = False
        self.sent: list[str] = []
        self.on_wire: Callable[[str, bool], None] = lambda call, out: None

    def submit(self, call: Call) -> None:
        self._waiting.append(call)
        if self._trip is None:
            self._leave()

    def fileno(self) -> int:
        return -1

    def drain(self) -> list[Outcome]:
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def close(self, timeout_s: float = 0.0) -> None:
        self.closed = True

    def _leave(self) -> None:
        world = self._world
        trip = self._trip = Trip(self._waiting.pop(0))
        self.sent.append(trip.call.name)
        sealed, fate = self._sealer.seal(trip.call), self._fate()
        request = Request(
            "POST", sealed.path, {name.lower(): value for name, value in sealed.headers.items()}, sealed.content
        )

        def carried_out(heard: bool) -> None:
            behaviour = world.faults.behave(request.path)
            if "silent" in behaviour:
                return
            reply = world.provider.handle(request, world.wall_ms(), behaviour)
            lost = not heard or "answer_lost" in behaviour
            if not lost:
                headers = {name.lower(): value for name, value in reply.headers.items()}
                world.after(WAY_MS + behaviour.ms("slow"), lambda: come(reply.status, headers, reply.body))

        def come(status: int, headers: dict[str, str], body: bytes) -> None:
            try:
                answer = self._sealer.open(sealed, status, headers, body)
            except BadAnswer:
                self._end(trip, Outcome(trip.call, trouble=BAD))
            else:
                self._end(trip, Outcome(trip.call, answer))

        world.after(ANSWER_MS, lambda: self._end(trip, Outcome(trip.call, trouble="timeout")))
        if fate != "request lost":
            world.after(LATE_MS if fate == "late" else WAY_MS, lambda: carried_out(fate in ("good", "twice")))
        if fate == "twice":
            world.after(WAY_MS + 1, lambda: carried_out(False))

    def _end(self, trip: Trip, outcome: Outcome) -> None:
        if trip.over:
            return
        trip.over, self._trip = True, None
        if self.closed:
            return
        self._outcomes.append(outcome)
        if self._waiting:
            self._leave()
        self._world.driver.on_readable(self._world.now_ms)


@dataclass
class World(Till):
    """`fate` is asked for each call. Nothing moves but in `run`."""

    fate: Callable[[], str] = lambda: "good"
    now_ms: int = 0
    behind_ms: int = 0
    """How far the machine's clock is behind the provider's."""
    facts: list[Fact] = field(default_factory=list)
    payments: dict[int, Paid] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._order, self._nonces = count(), count(1)
        self.faults = Faults()
        self.ledger = Ledger(":memory:", PAYERS)
        self.provider = Provider(self.ledger, {MERCHANT: KEY})
        self.phones = {manner: Phone("careful" if manner == "no" else "good", self._ask, manner) for manner in MANNERS}
        self.start()

    def _ask(self, path: str, body: Mapping[str, Any]) -> Reply:
        """A phone's call."""
        request = Request("POST", path, {}, content_of(body))
        return self.provider.handle(request, self.wall_ms(), self.faults.behave(path))

    def start(self) -> None:
        """A machine begins: an adapter that remembers nothing."""
        self.lane = VirtualLane(self, self.fate)
        self.driver = CodePayDriver(self.heard, self.lane, merchant=MERCHANT, scanner=True)

    def killed(self) -> None:
        """The machine loses its power, and starts again; what has left it arrives all the same. Every record without an outcome is
        reversed (036, recovery)."""
        self.lane.close()
        self.start()
        for paid in self.payments.values():
            paid.asked = False
            if paid.ended is None and (paid.auth is None or isinstance(paid.auth, PaymentUncertain)):
                self.reverse(paid)

    def restarted(self) -> None:
        """The provider's process, on the same ledger."""
        self.provider = Provider(self.ledger, {MERCHANT: KEY})

    # -- time

    def wall_ms(self) -> int:
        return NOW_MS + self.now_ms

    def nonce(self) -> str:
        return f"{next(self._nonces):032x}"

    def after(self, ms: int, deed: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (self.now_ms + ms, next(self._order), deed))

    def run(self, ms: int) -> None:
        until_ms = self.now_ms + ms
        for _ in range(100_000):
            wakes = [self.driver.poll(self.now_ms), *(at for at, _, _ in self._heap[:1])]
            wakes += [at - NOW_MS for phone in self.phones.values() if (at := phone.poll(self.wall_ms())) is not None]
            next_ms = max(self.now_ms, min(wakes))
            if next_ms > until_ms:
                self.now_ms = until_ms
                return
            self.now_ms = next_ms
            while self._heap and self._heap[0][0] <= self.now_ms:
                heapq.heappop(self._heap)[2]()
        raise AssertionError("never quiet")

    # -- the sale

    @property
    def port(self) -> CodePayDriver:
        return self.driver

    def next_number(self) -> int:
        return len(self.payments) + 1

    def mono_ms(self) -> int:
        return self.now_ms

    def woken(self) -> None:
        """Orders are carried out at the next `poll`."""

    def approved(self, paid: Paid) -> None:
        """Tests say what becomes of it."""

    def begin(self, way: str = "code", amount_fen: int = AMOUNT_FEN, lasts_ms: int = 120_000) -> Paid:
        return self.begin_payment(way, amount_fen, lasts_ms)

    def heard(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.told(fact)

    def text(self) -> str:
        """What the screen shows; empty: no code."""
        steps = [fact for fact in self.facts if isinstance(fact, PaymentStep)]
        return steps[-1].text if steps else ""

    def step(self) -> str:
        steps = [fact for fact in self.facts if isinstance(fact, PaymentStep)]
        return steps[-1].step if steps else ""

    def fault(self, order: str) -> None:
        self.faults.switch_on(Ordered.parse(order))

    # -- what is true

    def booked(self, paid: Paid) -> list[str]:
        """Kinds of the bookings of a payment."""
        name = order_of(KEY_OF_SALE, paid.number)
        return [row["kind"] for row in self.ledger.snapshot()["bookings"] if row["name"] == name]

    def check(self) -> None:
        """The ledger adds up, and nothing that the adapter said is untrue."""
        snapshot = self.ledger.snapshot()
        assert snapshot["wrong"] == []
        booked: dict[str, list[str]] = {}
        for row in snapshot["bookings"]:
            booked.setdefault(row["name"], []).append(row["kind"])
        references = {row["name"]: row["reference"] for row in snapshot["orders"]}
        for paid in self.payments.values():
            name = order_of(KEY_OF_SALE, paid.number)
            kinds = booked.get(name, [])
            if isinstance(paid.auth, PaymentDeclined):
                assert "payment" not in kinds, f"declined, and paid: {paid}"
            if isinstance(paid.auth, PaymentApproved):
                assert kinds[:1] == ["payment"], f"approved, and not paid: {paid}"
                assert paid.auth.reference == references[name]
            match paid.ended:
                case PaymentReversed(moved=moved):
                    assert kinds == (["payment", "refund"] if moved else []), f"{paid}: {kinds}"
                case ReverseRefused():
                    assert kinds == ["payment"], f"{paid}: {kinds}"
                case fact if fact is not None and fact.kind == "capture!" and fact.result == "done":
                    assert kinds[:1] == ["payment"], f"{paid}: {kinds}"
