"""The mechanism of an F53 asked without bytes: notes have to be sized before it pays, and an abnormal end stops it.

Source: f53 sheet, sections 4, 5, 6 and 10; decision pages 025 and 028. A line that goes quiet is noticed when a wait ends.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from kiosk.faults import FaultCode
from kiosk.ports.fact import Report
from simulator.devices.f53 import F53, wire
from simulator.devices.f53.body import Sizes
from simulator.devices.f53.codes import Error
from simulator.devices.notes_out import NOTE_MM
from simulator.fronts.port.cassettes import Aftermath, State
from simulator.fronts.port.f53.judge import aftermath, error_of, judged
from simulator.fronts.port.f53.line import CASSETTES, Call, Line, Reply, Result
from simulator.fronts.port.forgetful import Forgetful, Silence, is_test
from simulator.fronts.port.mechanism import Ended, Found, Script
from simulator.fronts.port.paid import REFUSED, Deed, Judgement

GIVES_MM = 10  # a note may be so much longer or shorter than its value says
UNTIL_NEWS_MS = 3_600_000


class F53Mechanism(Forgetful):
    model = "f53"

    def __init__(
        self, name: str, report: Report, twin: F53, cassettes: Mapping[int, int], found: Found, ended: Ended,
        *, max_notes: int, watch_ms: int = 1_000,
    ) -> None:  # fmt: skip
        self.twin = twin
        self._line = line = Line(twin)
        self._stopped = False
        """An order or its start ended abnormally: before people have looked it is told nothing that would move notes."""
        self._sized = False
        self._called: Call | None = None
        self._reply: Reply | None = None
        super().__init__(name, report, twin, line, cassettes, found, ended, max_notes=max_notes, watch_ms=watch_ms)

    def _state(self) -> tuple[object, ...]:
        covered = self.twin.body.exit.covered()
        return (self.twin.powered, covered, self._sized or self._stopped or covered, *self.twin.faults)

    def restart(self) -> None:
        self._stopped = self._sized = False
        super().restart()

    def _forget_news(self) -> None:
        self._line.open()

    def _plug_moved(self, now_ms: int) -> None:
        if self.plugged:
            self._sized = False  # it may have been switched off
        super()._plug_moved(now_ms)

    # -- scripts

    def _call(self, call: Call) -> Generator[int, None, Reply]:
        yield 0  # first whoever is overdue is missed
        while not self._line.free:
            yield UNTIL_NEWS_MS
        self._called, self._reply = call, None
        self._line.send(call)
        while self._reply is None:
            yield UNTIL_NEWS_MS
        return self._reply

    def _run(self, script: Script) -> None:
        self._called = None
        super()._run(script)

    def _ask(self) -> Generator[int, None, bool]:
        reply = yield from self._call(Call(wire.STATUS))
        if reply.result is not None:
            self._look_at(State(), reply.result.covered)
        return reply.result is not None

    def _identify(self) -> Script:
        yield from self._initialise()

    def _look(self) -> Script:
        yield from super()._look()
        yield from self._initialise()

    def _carry_out(self, deed: Deed) -> Script:
        if not self._sized:  # switched off meanwhile, it lacks the sizes
            yield from self._ask_state()
            yield from self._initialise()
        yield from super()._carry_out(deed)

    def _initialise(self) -> Script:
        if self._sized or self._stopped or self.exit_blocked:
            return
        reply = yield from self._call(Call(wire.INITIALISE, sizes=self._sizes()))
        if reply.kind != "done" or reply.result is None:
            return
        self._sized = reply.result.error is Error.GOOD
        if not self._sized:
            self._stop(Aftermath(error_of(reply.result) << 8, FaultCode.DEVICE_FAILURE, False, (), None))
        self._seen = self._state()

    def _sizes(self) -> Sizes:
        lengths = [NOTE_MM.get(self.cassettes.get(n, 0)) for n in range(1, CASSETTES + 1)]
        return [None if mm is None else (mm + GIVES_MM, mm - GIVES_MM) for mm in lengths]

    def _why_not(self, deed: Deed) -> str:
        if self._stopped:
            return "jam"
        return super()._why_not(deed) if self._sized and not self.exit_blocked else "other"

    def _knows(self, deed: Deed) -> bool:
        return not is_test(deed) and any(deed.asked.values())

    def _order(self, deed: Deed) -> Generator[int, None, Judgement | Silence]:
        call = Call(wire.BILL_COUNT, tuple(deed.asked.get(n, 0) for n in range(1, CASSETTES + 1)))
        deed.sent_ms = self._line.now_ms
        reply = yield from self._call(call)
        if reply.kind == "refused":
            return REFUSED
        if reply.result is None:
            return "silent" if reply.kind == "silent" else "lost"
        return self._judge(deed, reply.result)

    # -- news

    def _news(self) -> bool:
        return bool(self._line.replies)

    def _hear(self) -> None:
        while self._line.replies:
            reply = self._line.replies.popleft()
            if reply.result is not None:
                self.health.whole.clear(FaultCode.NO_ANSWER)
            if reply.kind == "late":
                self._heard_late(reply.result)
            elif reply.call is self._called:
                self._called, self._reply = None, reply
                self._advance()
            elif self._script:
                self._due_ms = self._line.now_ms  # it waits for a free line

    def _heard_late(self, result: Result | None) -> None:
        deed = self._deed
        if deed and deed.sent_ms is not None and result is not None and result.code == wire.BILL_COUNT:
            self._late(self._judge(deed, result))

    # -- outcomes

    def _stop(self, after: Aftermath) -> None:
        self._stopped = True
        self.health.outcome(after)

    def _judge(self, deed: Deed, result: Result) -> Judgement:
        after, judgement = aftermath(deed.asked, result), judged(deed.asked, result)
        if after.fault is not None:
            self._stop(after)
        else:
            self.health.outcome(after)
            self._sized = judgement.ending != "refused"
        return judgement
