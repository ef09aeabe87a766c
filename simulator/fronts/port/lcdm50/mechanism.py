"""The mechanism of an LCDM-2000 asked without bytes: it tells once what it paid, and its STATUS shows cassettes, tray and path.

Source: lcdm sheet, sections 3, 4 and 7 (dialect 50); decision page 025. Byte-level only: what `remembering` names.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence

from kiosk.faults import FaultCode
from kiosk.ports.fact import Report
from simulator.devices.lcdm import Lcdm2000, codes50, wire50
from simulator.devices.lcdm.body import Body, Result
from simulator.devices.lcdm.codes import Error
from simulator.fronts.port.cassettes import CassetteState, State
from simulator.fronts.port.dispenser_line import LcdmLine
from simulator.fronts.port.forgetful import Forgetful, Silence, is_test
from simulator.fronts.port.lcdm import Lcdm
from simulator.fronts.port.lcdm50.judge import Moved, Told, aftermath, judged
from simulator.fronts.port.mechanism import Ended, Found, Script
from simulator.fronts.port.paid import REFUSED, Deed, Judgement

CASSETTES = (1, 2)
TESTS = (wire50.TEST_UPPER, wire50.TEST_LOWER)
ROM = "T30T"
STATUS_MS, ORDER_MS, TOLD_MS = 19, 11, 24  # a STATUS with its answer, an order, what it came to, at 9600 baud
QUIET_MS = 200  # after notes have moved, before the next command


def error_of(body: Body, error: Error, at: int) -> int:
    """The byte that names it."""
    if error is Error.NOTES_ON_PATH and (stuck := body.stuck()) is not None:
        error, at = stuck
    return codes50.told(error, at, body.near_end(at), len(CASSETTES))


class Line50(LcdmLine[Told]):
    """A silence counts from the last look: `look_ms` is from one to the next while nothing else is asked."""

    moving = frozenset({wire50.UPPER, wire50.LOWER, wire50.BOTH, *TESTS})

    def __init__(self, twin: Lcdm2000, heard: Callable[[], None], look_ms: int) -> None:
        super().__init__(twin, heard)
        self._look_ms = look_ms

    def _last_look_ms(self) -> int:
        """One that is due just now is the one that finds nobody."""
        since_ms = (self.now_ms - self.heard_ms) % self._look_ms
        return self.now_ms - (since_ms or (self._look_ms if self.now_ms > self.heard_ms else 0))

    def to_look_ms(self) -> int:
        """How long until the next one."""
        return self._look_ms - (self.now_ms - self.heard_ms) % self._look_ms

    def _code(self, deed: Deed) -> int:
        upper, lower = (deed.asked.get(number, 0) for number in CASSETTES)
        if is_test(deed):
            return wire50.TEST_UPPER if upper else wire50.TEST_LOWER
        if upper and lower:
            return wire50.BOTH
        return wire50.UPPER if upper else wire50.LOWER

    def _begin(self, code: int, asked: Sequence[int]) -> None:
        self.twin.body.dispense(code, asked, self._moved, self.now_ms, remember=False, to_reject=code in TESTS)

    def _told(self, result: Result) -> Told:
        one = {wire50.UPPER: 1, wire50.TEST_UPPER: 1, wire50.LOWER: 2, wire50.TEST_LOWER: 2}.get(result.command)
        rows = []
        for number in CASSETTES if one is None else (one,):
            picked, out, rejected = (of[number - 1] for of in (result.picked, result.out, result.rejected))
            rows.append(Moved(number, out, rejected, picked - out - rejected))
        return Told(error_of(self.twin.body, result.error, result.at), tuple(rows), result.command in TESTS)


class Lcdm2000Mechanism(Lcdm, Forgetful):
    model = "lcdm2000"
    twin: Lcdm2000
    _line: Line50

    def __init__(
        self, name: str, report: Report, twin: Lcdm2000, cassettes: Mapping[int, int], found: Found, ended: Ended,
        *, max_notes: int, watch_ms: int = 2_000,
    ) -> None:  # fmt: skip
        self.twin = twin
        self._quiet_ms = 0  # nothing is sent before
        self._line = line = Line50(twin, self._answered, watch_ms + STATUS_MS)
        super().__init__(name, report, twin, line, cassettes, found, ended, max_notes=max_notes, watch_ms=watch_ms)

    def _answered(self) -> None:
        self.health.whole.clear(FaultCode.NO_ANSWER)

    # -- scripts

    def _ask(self) -> Generator[int, None, bool]:
        yield max(0, self._quiet_ms - self._line.now_ms) + STATUS_MS
        answered = yield from self._line.ask(wire50.STATUS)
        if answered:
            self._see()
        return answered

    def _see(self) -> None:
        body = self.twin.body
        trouble, stuck = body.trouble(), body.stuck()
        named = stuck if trouble is Error.GOOD and stuck is not None else (trouble, 0)
        state = State(
            error_of(body, *named),
            path_blocked=trouble is Error.SENSOR or stuck is not None,
            tray_out=not body.tray_there(),
            cassettes=tuple(CassetteState(n, body.near_end(n - 1), body.fitted[n - 1]) for n in CASSETTES),
        )
        self._look_at(state, exit_blocked=False)

    def _next_look_ms(self, now_ms: int) -> int:
        return now_ms + self._line.to_look_ms() if self._line.settled else super()._next_look_ms(now_ms)

    def _restart(self) -> Script:
        yield self._line.to_look_ms() if self._line.settled else 0  # after the look that is under way
        yield from super()._restart()

    def _identify(self) -> Script:
        self.version = ROM if (yield from self._line.ask(wire50.ROM_VERSION, tries=1)) else ""

    def _knows(self, deed: Deed) -> bool:
        return True

    def _order(self, deed: Deed) -> Generator[int, None, Judgement | Silence]:
        deed.sent_ms = self._line.now_ms
        yield ORDER_MS
        outcome = yield from self._line.order(deed)
        if isinstance(outcome, Told):
            yield TOLD_MS
            self._quiet_ms = self._line.now_ms + QUIET_MS
            return self._judge(deed, outcome)
        if outcome == "refused":
            return REFUSED
        return "silent" if outcome == "silent" else "lost"

    # -- news

    def _hear(self) -> None:
        told, deed = self._line.arrived, self._deed
        if told is None:
            return
        if self._line.waits:
            self._line.waits, self._due_ms = False, self._line.now_ms
            self._advance()
            return
        self._line.arrived = None
        self._line.answered()
        if deed and deed.sent_ms is not None:
            self._late(self._judge(deed, told))

    def _judge(self, deed: Deed, told: Told) -> Judgement:
        self.health.outcome(aftermath(deed.asked, told))
        return judged(deed.asked, told)
