"""A dispenser without a memory: its response is the only word about an order.

Source: lcdm sheet, sections 4 and 7; f53 sheet, sections 10 and 12; docs/decisions/025. Before each order the unit must have
answered; after silence nothing is sent again, the response is waited for, and without it the amount is unknown.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from drivers.dispensing.dispenser import ASK_AGAIN_MS, DOUBT_MS, Deed, Dispenser, Found, Script, Step
from drivers.dispensing.exchange import Kind, Reply
from drivers.dispensing.outcome import Ending, Judgement, Move
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report

SUSPECT_MS = DOUBT_MS + 5_000
"""After an order without response: so long its response may still come, and would be taken for another's."""
PER_NOTE_MS, LISTEN_MS = 1_000, 5_000
"""How long an order whose ACK was lost is listened for before the unit is asked anything."""


class Forgetful(Dispenser):
    def __init__(
        self, name: str, report: Report, *, cassettes: Mapping[int, int], max_notes: int = 20, watch_ms: int = 2_000
    ) -> None:
        super().__init__(name, report, cassettes=cassettes, max_notes=max_notes, watch_ms=watch_ms)
        self._suspect_until_ms: int | None = None

    def _identify(self) -> Script:
        """What else is asked of a unit that answers, before it counts as found."""
        yield from ()

    # -- scripts

    def _start(self) -> Script:
        if self._deed:
            yield LISTEN_MS  # a unit that was still busy tells its result now, or again
        yield from self._ask_state()
        yield from self._identify()
        if self._deed:
            self._suspect()
            self._end(Judgement(Ending.UNKNOWN, "no response"))
        self._found = True
        self._health.whole.clear(FaultCode.WRONG_DEVICE)
        self.listener(Found(self.memory))

    def _restart(self) -> Script:
        self._reset_wanted = False
        yield from self._start()

    def _carry_out(self, deed: Deed) -> Script:
        reply = yield self.status
        refused = self._why_not(deed) if self._see(reply) else "other"
        if refused or deed.request is None:
            self._end(Judgement(Ending.REFUSED, refused or "other"))
            return
        reply = yield deed.request
        if reply.kind is Kind.REFUSED:
            self._end(Judgement(Ending.REFUSED, "other"))
        elif reply.kind is Kind.DONE:
            self._end(self._judge(deed, reply))
        else:
            self._suspect()
            if reply.kind is Kind.NO_ACK:
                yield from self._listen(deed)
            self._end(Judgement(Ending.UNKNOWN, "no response"))
        yield from self._ask_state()

    def _why_not(self, deed: Deed) -> str:
        """Reason for which an order is not even sent; empty when there is none.

        Notes do not go into a path that is not clear, and a purge does not push out what lies at the exit.
        """
        assert self._state is not None
        if self._suspect_until_ms is not None and self._now_ms < self._suspect_until_ms:
            return "other"
        if deed.code is Move.PURGE:
            return "jam" if self._state.exit_blocked else ""
        if not any(deed.asked.values()):
            return "other"
        return "jam" if self._state.path_blocked else ""

    def _listen(self, deed: Deed) -> Generator[Step, Reply, None]:
        """No ACK: it may pay all the same. A unit that answers questions again is not paying any more."""
        until_ms = self._now_ms + DOUBT_MS
        yield LISTEN_MS + PER_NOTE_MS * sum(deed.asked.values())
        while self._now_ms < until_ms:
            reply = yield self.status
            if self._see(reply):
                return
            yield ASK_AGAIN_MS

    def _after_late(self, deed: Deed) -> Script:
        self._suspect_until_ms = None  # it has come
        yield ASK_AGAIN_MS
        yield from self._ask_state()

    def _suspect(self) -> None:
        self._suspect_until_ms = self._now_ms + SUSPECT_MS
