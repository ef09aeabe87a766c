"""Puloon LCDM-1000 and LCDM-2000 (dialect 50): one or two cassettes, and no memory of what they did.

Source: lcdm sheet, sections 3, 4, 7; docs/decisions/025.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.dispensing.dispenser import Deed, Script
from drivers.dispensing.exchange import Reply, Request, Response
from drivers.dispensing.forgetful import Forgetful
from drivers.dispensing.outcome import Ending, Judgement, Move
from drivers.dispensing.state import MachineState
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
from drivers.lcdm.judge50 import aftermath, judge, judge_purge
from drivers.lcdm.line import LcdmLine
from kiosk.ports.fact import Report

STATUS = Request(Command50.STATUS)
VERSION = Request(Command50.VERSION, sends=1)


class Lcdm2000(Forgetful):
    """`model`: lcdm2000, cassettes 1 (upper) and 2 (lower), or lcdm1000, cassette 1."""

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

    def _open_line(self, now_ms: int) -> LcdmLine:
        return LcdmLine(DIALECT_50, now_ms)

    def _request(self, deed: Deed) -> Request:
        if deed.code is Move.PURGE:
            return Request(Command50.PURGE)
        if deed.code is Move.TEST:
            return Request(trial_command(next(iter(deed.asked))))
        if not any(deed.asked.values()):
            return STATUS  # nothing is asked for: `_carry_out` refuses it
        return Request(*dispense_request(deed.asked))

    def _identify(self) -> Script:
        reply = yield VERSION
        self.version = parse_version(reply.response) if reply.response else ""

    def _parse_state(self, response: Response) -> MachineState | None:
        return parse_state(response, self._sensors)

    def _judge(self, deed: Deed, reply: Reply) -> Judgement:
        result = parse_result(reply.response) if reply.response else None
        if result is None:
            return Judgement(Ending.UNKNOWN, "no result")
        self._health.outcome(aftermath(deed.asked, result))
        return judge_purge(result) if deed.code is Move.PURGE else judge(deed.asked, result)
