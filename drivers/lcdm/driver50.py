"""Puloon LCDM-1000 and LCDM-2000 (dialect 50): one or two cassettes, and no memory of what they did.

Source: lcdm sheet, sections 3, 4, 7; docs/decisions/025. The only word about an order is its response. Before each order the
unit must have answered; after silence nothing is sent again, the response is waited for, and without it the amount is unknown.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from drivers.lcdm.codec import Move
from drivers.lcdm.codec50 import (
    DIALECT_50,
    LARGEST_QUANTITY,
    SENSORS,
    Command50,
    dispense_request,
    parse_result,
    parse_state,
    parse_version,
    trial_command,
)
from drivers.lcdm.dispenser import ASK_AGAIN_MS, DOUBT_MS, Deed, Dispenser, Found, Script, Step
from drivers.lcdm.frames import Response
from drivers.lcdm.judge import Ending, Judgement
from drivers.lcdm.judge50 import aftermath, judge, judge_purge
from drivers.lcdm.line import Kind, Reply, Request
from drivers.lcdm.state import MachineState
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report

STATUS = Request(Command50.STATUS)
VERSION = Request(Command50.VERSION, sends=1)
SUSPECT_MS = DOUBT_MS + 5_000
"""After an order without response: so long its response may still come, and would be taken for another's."""
PER_NOTE_MS, LISTEN_MS = 1_000, 5_000
"""How long an order whose ACK was lost is listened for before the unit is asked anything."""


class Lcdm2000(Dispenser):
    """`model`: lcdm2000, cassettes 1 (upper) and 2 (lower), or lcdm1000, cassette 1."""

    dialect = DIALECT_50
    status = STATUS

    def __init__(
        self,
        name: str,
        report: Report,
        *,
        cassettes: Mapping[int, int],
        max_notes: int = 20,
        watch_ms: int = 2_000,
        model: str = "lcdm2000",
    ) -> None:
        """Raises ValueError for a cassette that the model does not have, or one order for more than 60 notes."""
        self.model, self._sensors = model, SENSORS[model]
        if not set(cassettes) <= set(self._sensors.out) or max_notes > LARGEST_QUANTITY:
            raise ValueError(f"{model} has cassettes {sorted(self._sensors.out)} and pays {LARGEST_QUANTITY} at most")
        super().__init__(name, report, cassettes=cassettes, max_notes=max_notes, watch_ms=watch_ms)
        self._suspect_until_ms: int | None = None

    def _request(self, deed: Deed) -> Request:
        if deed.code is Move.PURGE:
            return Request(Command50.PURGE)
        if deed.code is Move.TEST:
            return Request(trial_command(next(iter(deed.asked))))
        if not any(deed.asked.values()):
            return STATUS  # nothing is asked for: `_carry_out` refuses it
        return Request(*dispense_request(deed.asked))

    def _parse_state(self, response: Response) -> MachineState | None:
        return parse_state(response, self._sensors)

    # -- scripts

    def _start(self) -> Script:
        if self._deed:
            yield LISTEN_MS  # a unit that was still busy tells its result now, or again
        yield from self._ask_state()
        reply = yield VERSION
        self.version = parse_version(reply.response) if reply.response else ""
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
        reply = yield STATUS
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
            reply = yield STATUS
            if self._see(reply):
                return
            yield ASK_AGAIN_MS

    def _after_late(self, deed: Deed) -> Script:
        self._suspect_until_ms = None  # it has come
        yield ASK_AGAIN_MS
        yield from self._ask_state()

    # -- outcomes

    def _suspect(self) -> None:
        self._suspect_until_ms = self._now_ms + SUSPECT_MS

    def _judge(self, deed: Deed, reply: Reply) -> Judgement:
        result = parse_result(reply.response) if reply.response else None
        if result is None:
            return Judgement(Ending.UNKNOWN, "no result")
        self._health.outcome(aftermath(deed.asked, result))
        return judge_purge(result) if deed.code is Move.PURGE else judge(deed.asked, result)
