"""Fujitsu F53/F56: up to four cassettes, a link with handshakes both ways, and no memory of what it did.

Source: f53 sheet, sections 4, 5, 6 and 10; docs/decisions/025 and 028. Only commands that are known byte by byte are sent. The
unit has to be told the size of its notes before it pays, and the same command moves what lies in its path: it is not sent
while notes are seen at the exit, nor after an error before a technician was there.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from drivers.dispensing.dispenser import Deed, Script, Step
from drivers.dispensing.exchange import Kind, Reply, Request, Response
from drivers.dispensing.forgetful import Forgetful
from drivers.dispensing.health import Aftermath
from drivers.dispensing.outcome import Ending, Judgement, Move
from drivers.dispensing.state import MachineState
from drivers.f53.codec import (
    CASSETTES,
    MOST_NOTES,
    SIZES,
    Command,
    bill_count,
    initialise,
    notes_at_exit,
    parse_counts,
    parse_error,
)
from drivers.f53.judge import aftermath, judge
from drivers.f53.line import F53Line
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report

STATUS = Request(Command.STATUS)


class F53(Forgetful):
    status = STATUS

    def __init__(
        self,
        name: str,
        report: Report,
        *,
        cassettes: Mapping[int, int],
        max_notes: int = MOST_NOTES,
        watch_ms: int = 1_000,
        model: str = "f53",
        initialises: bool = True,
    ) -> None:
        """`initialises` False: it only looks, and pays nothing. Raises ValueError for a cassette it does not have, notes whose
        size nobody knows, or more than 20 in one order."""
        if not set(cassettes) <= set(CASSETTES) or max_notes > MOST_NOTES:
            raise ValueError(f"{model} has cassettes {list(CASSETTES)} and pays {MOST_NOTES} at most")
        if unknown := sorted(set(cassettes.values()) - set(SIZES)):
            raise ValueError(f"{model} knows no notes of {unknown} fen; known are {sorted(SIZES)}")
        self.model = model
        self._stopped = False
        """An order or its start ended abnormally: before people have looked it is told nothing that would move notes."""
        self._sized = False
        self._initialises = initialises
        super().__init__(name, report, cassettes=cassettes, max_notes=max_notes, watch_ms=watch_ms)

    def restart(self) -> None:
        """A technician has cleared the path: the unit is told its notes' sizes again."""
        self._stopped = self._sized = False
        super().restart()

    def link_up(self, now_ms: int) -> None:
        self._sized = False  # it may have been switched off
        super().link_up(now_ms)

    def _open_line(self, now_ms: int) -> F53Line:
        return F53Line(now_ms)

    def _request(self, deed: Deed) -> Request | None:
        """None: there is no known command for a test or a purge."""
        if deed.code is not Move.DISPENSE or not any(deed.asked.values()):
            return None
        return Request(Command.BILL_COUNT, bill_count(deed.asked))

    def _parse_state(self, response: Response) -> MachineState | None:
        """Of all its sensors only the exit's place in the answer is known. What was paid may lie there: it is no jam."""
        if response.code != Command.STATUS:
            return None
        return MachineState(0, path_blocked=False, tray_out=False, cassettes=(), exit_blocked=notes_at_exit(response))

    # -- scripts

    def _identify(self) -> Script:
        yield from self._initialise()

    def _look(self) -> Script:
        """Between orders; sizes that could not be told before are told as soon as nothing lies at the exit."""
        yield from super()._look()
        yield from self._initialise()

    def _carry_out(self, deed: Deed) -> Script:
        if not self._sized:  # switched off meanwhile, it lacks the sizes
            yield from self._ask_state()
            yield from self._initialise()
        yield from super()._carry_out(deed)

    def _initialise(self) -> Generator[Step, Reply, None]:
        assert self._state is not None
        if self._sized or self._stopped or self._state.exit_blocked or not self._initialises:
            return
        reply = yield Request(Command.INITIALISE, initialise(self.cassettes))
        if reply.kind is not Kind.DONE or reply.response is None:
            return
        error = parse_error(reply.response)
        self._sized = error is None
        if error is not None:
            self._stop(Aftermath(error.major << 8 | error.minor, FaultCode.DEVICE_FAILURE, False, (), None))

    def _why_not(self, deed: Deed) -> str:
        if self._stopped:
            return "jam"
        return super()._why_not(deed) if self._sized and not (self._state and self._state.exit_blocked) else "other"

    # -- outcomes

    def _stop(self, after: Aftermath) -> None:
        self._stopped = True
        self._health.outcome(after)

    def _judge(self, deed: Deed, reply: Reply) -> Judgement:
        if reply.response is None:
            return Judgement(Ending.UNKNOWN, "no result")
        error, moved = parse_error(reply.response), parse_counts(reply.response)
        after = aftermath(deed.asked, error, moved)
        judgement = judge(deed.asked, error, moved)
        if after.fault is not None:
            self._stop(after)
        else:
            self._health.outcome(after)
            self._sized = judgement.ending is not Ending.REFUSED
        return judgement
