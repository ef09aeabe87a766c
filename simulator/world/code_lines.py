"""The machine's way to the provider of phone codes, in virtual time: real sealed calls, one after the other, and real answers.

What has left arrives, even when the machine loses its power meanwhile; only nobody hears the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from drivers.code_pay.calls import Call
from drivers.code_pay.driver import CodePayDriver
from drivers.code_pay.lane import BAD, Outcome
from drivers.code_pay.sealing import BadAnswer, Sealed, Sealer
from drivers.link.http_line import ANSWER_S
from kiosk.ports.fact import Report
from kiosk.reactor import Reactor
from simulator.provider.faults import Behaviour
from simulator.provider.http import REFUSING
from simulator.provider.wire import Reply, Request, content_of
from simulator.world.provider import KEY, MERCHANT, ProviderDesk

WAY_MS = 20
ANSWER_MS = round(ANSWER_S * 1_000)
UNREACHABLE_MS = 50


class VirtualLane:
    """`drivers.code_pay.lane.Lane` of one life of the machine; `arrived` is told when outcomes wait."""

    def __init__(self, desk: ProviderDesk, nonce: Callable[[], str]) -> None:
        self._desk, self._clock = desk, desk.clock
        self._sealer = Sealer(MERCHANT, KEY, desk.clock.wall_ms, nonce)
        self._waiting: list[Call] = []
        self._under_way: Call | None = None
        self._outcomes: list[Outcome] = []
        self._closed = False
        self.on_wire: Callable[[str, bool], None] = lambda call, out: None
        self.arrived: Callable[[], None] = lambda: None

    def submit(self, call: Call) -> None:
        self._waiting.append(call)
        if self._under_way is None:
            self._leave()

    def fileno(self) -> int:
        """There is no descriptor: virtual time asks the clock what is ready."""
        return -1

    def drain(self) -> list[Outcome]:
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def close(self, timeout_s: float = 0.0) -> None:
        self._closed = True
        self._waiting.clear()
        self._outcomes.clear()

    # -- one call

    def _leave(self) -> None:
        call = self._under_way = self._waiting.pop(0)
        self.on_wire(call.name, True)
        if self._desk.lost:
            self._in(UNREACHABLE_MS, lambda: self._end(call, Outcome(call, trouble="unreachable")))
            return
        sealed = self._sealer.seal(call)
        self._in(WAY_MS, lambda: self._arrive(call, sealed))
        self._in(ANSWER_MS, lambda: self._end(call, Outcome(call, trouble="timeout")))

    def _arrive(self, call: Call, sealed: Sealed) -> None:
        """What the line of the lab's provider plays is played here (`simulator.provider.http`)."""
        headers = {name.lower(): value for name, value in sealed.headers.items()}
        request = Request("POST", sealed.path, headers, sealed.content)
        behaviour = self._desk.orders.behave(request.path)
        if "refusing" in behaviour:
            self._answer(call, sealed, Reply(503, content_of(REFUSING.body)))
        elif "restarted" in behaviour:
            self._desk.restart()
            self._in(WAY_MS, lambda: self._end(call, Outcome(call, trouble="cut")))
        elif "silent" not in behaviour:
            self._in(behaviour.ms("held"), lambda: self._carried_out(call, sealed, request, behaviour))

    def _carried_out(self, call: Call, sealed: Sealed, request: Request, behaviour: Behaviour) -> None:
        reply = self._desk.carry_out(request, behaviour)
        if "answer_lost" not in behaviour:
            self._in(behaviour.ms("slow"), lambda: self._answer(call, sealed, reply))

    def _answer(self, call: Call, sealed: Sealed, reply: Reply) -> None:
        headers = {name.lower(): value for name, value in reply.headers.items()}
        try:
            outcome = Outcome(call, self._sealer.open(sealed, reply.status, headers, reply.body))
        except BadAnswer:
            outcome = Outcome(call, trouble=BAD)
        self._in(WAY_MS, lambda: self._end(call, outcome))

    def _end(self, call: Call, outcome: Outcome) -> None:
        """The first word counts; an answer that comes after it was given up belongs to nobody."""
        if self._closed or self._under_way is not call:
            return
        self._under_way = None
        self.on_wire(call.name, False)
        self._outcomes.append(outcome)
        if self._waiting:
            self._leave()
        self.arrived()

    def _in(self, ms: int, deed: Callable[[], None]) -> None:
        self._clock.at(self._clock.mono_ms() + ms, deed)


class CodeLines:
    """The adapter of phone codes for one boot after the other. `dice` draw what may never be the same again."""

    def __init__(self, desk: ProviderDesk, dice: Random) -> None:
        self._desk, self._dice = desk, dice
        self._lane: VirtualLane | None = None

    def fit(self, reactor: Reactor, report: Report, name: str) -> CodePayDriver:
        lane = self._lane = VirtualLane(self._desk, lambda: self._dice.randbytes(16).hex())
        driver = CodePayDriver(report, lane, merchant=MERCHANT, name=name)
        lane.arrived = lambda: self._desk.clock.ready(driver)
        reactor.add(driver)
        reactor.add_channel(driver)
        return driver

    def power_off(self) -> None:
        if self._lane is not None:
            self._lane.close()
        self._lane = None
