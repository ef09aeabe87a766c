"""Fujitsu F53/F56: up to four cassettes, a link with handshakes both ways, and no memory of what it did.

Source: f53 sheet, sections 4, 5, 6 and 10; docs/decisions/025 and 028. Only commands that are known byte by byte are sent. The
unit has to be told the size of its notes before it pays, and the same command moves what lies in its path: it is not sent
while notes are seen at the exit, nor after an error before a technician was there.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from drivers.dispensing.dispenser import ASK_AGAIN_MS, Deed, Script, Step
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
        self._stopped = False
        super().restart()

    def _open_line(self, now_ms: int) -> F53Line:
        return F53Line(now_ms)

    def _request(self, deed: Deed) -> Request | None:
        """None: there is no known command for a test or a purge."""
        if deed.code is not Move.DISPENSE or not any(deed.asked.values()):
            return None
        return Request(Command.BILL_COUNT, bill_count(deed.asked))

    def _parse_state(self, response: Response) -> MachineState | None:
        """Of all its sensors only the exit's place in the answer is known."""
        if response.code != Command.STATUS:
            return None
        exit_blocked = notes_at_exit(response)
        return MachineState(0, path_blocked=exit_blocked, tray_out=False, cassettes=(), exit_blocked=exit_blocked)

    # -- scripts

    def _identify(self) -> Script:
        while self._initialises and not (yield from self._initialised()):
            yield ASK_AGAIN_MS
            yield from self._ask_state()
        self._reset_wanted = False  # a technician who came meanwhile has been served

    def _initialised(self) -> Generator[Step, Reply, bool]:
        assert self._state is not None
        if self._state.exit_blocked or self._stopped:
            return False
        reply = yield Request(Command.INITIALISE, initialise(self.cassettes))
        if reply.kind is not Kind.DONE or reply.response is None:
            return False
        error = parse_error(reply.response)
        self._sized = error is None
        if error is not None:
            self._stop(Aftermath(error.major << 8 | error.minor, FaultCode.DEVICE_FAILURE, False, (), None))
        return self._sized

    def _carry_out(self, deed: Deed) -> Script:
        if self._initialises and not self._sized and not self._stopped:  # switched off meanwhile, it lacks the sizes
            yield from self._ask_state()
            yield from self._initialised()
        yield from super()._carry_out(deed)

    def _why_not(self, deed: Deed) -> str:
        return ("jam" if self._stopped else "" if self._sized else "other") or super()._why_not(deed)

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
