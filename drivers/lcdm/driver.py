"""Puloon LCDM-4000 (dialect 30): pays notes one by one out of its exit.

Source: lcdm sheet, sections 3, 5, 7. An order is sent once; whether one without an answer was carried out is found out
from what the device remembers, and an order that may have been carried out is never sent again.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from drivers.dispensing.dispenser import ASK_AGAIN_MS, DOUBT_MS, Deed, Dispenser, Found, Script, Step
from drivers.dispensing.exchange import Kind, Reply, Request, Response
from drivers.dispensing.outcome import Ending, Judgement, Memory, Move
from drivers.dispensing.state import MachineState
from drivers.lcdm.codec import DIALECT_30, Command, dispense_data, parse_result, parse_serial, parse_state
from drivers.lcdm.judge import Taken, aftermath, judge, was_taken
from drivers.lcdm.line import LcdmLine
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report

MODEL = "lcdm4000"
SUSPECT_MS = (
    2 * DOUBT_MS
)  # after a response that never came, or came unasked: so long it may still take another one's place
ASKING_MS = 10_000
RESET_MS = 2_000
ORDERS = 3  # of one order that was never taken, for certain
STATUS = Request(Command.STATUS)
RESET = Request(Command.RESET, sends=1)  # some firmware says nothing to it, and every repeat would start it anew
LAST_STATUS = Request(Command.LAST_STATUS)
SERIAL = Request(Command.SERIAL, sends=1)  # firmware that does not know it may refuse it or say nothing


class Lcdm4000(Dispenser):
    """Up to four cassettes. Remembers its last operation, and some firmware counts them."""

    model = MODEL
    status = STATUS

    def __init__(
        self,
        name: str,
        report: Report,
        *,
        cassettes: Mapping[int, int],
        max_notes: int = 20,
        watch_ms: int = 2_000,
    ) -> None:
        super().__init__(name, report, cassettes=cassettes, max_notes=max_notes, watch_ms=watch_ms)
        self._serial_counts = False
        self._suspect_until_ms = 0

    def _open_line(self, now_ms: int) -> LcdmLine:
        return LcdmLine(DIALECT_30, now_ms)

    def _request(self, deed: Deed) -> Request:
        return Request(deed.code, dispense_data(deed.asked) if deed.code is not Move.PURGE else b"")

    def _parse_state(self, response: Response) -> MachineState | None:
        return parse_state(response)

    def _memory_lines(self) -> list[str]:
        last, serial, lines = self.memory.last, self.memory.serial, []
        if last:
            moved = " ".join(f"{row.cassette}:{row.exits}+{row.rejects}" for row in last.moved)
            lines.append(f"last {last.code:02X} error {last.error:02X} exits+rejects {moved}")
        if serial is not None:
            lines.append(f"counter transaction {serial}")
        return lines

    # -- scripts

    def _start(self) -> Script:
        yield from self._ask_state()
        memory = yield from self._ask_memory()
        deed = self._deed
        if deed:
            judgement, _ = self._settle(deed, memory)
            self._end(judgement or Judgement(Ending.REFUSED, "other"))
        self.memory, self._found = memory, True
        self._health.whole.clear(FaultCode.WRONG_DEVICE)
        self.listener(Found(memory))

    def _restart(self) -> Script:
        self._reset_wanted = False
        yield RESET
        yield RESET_MS
        yield from self._start()

    def _ask_memory(self) -> Generator[Step, Reply, Memory]:
        """`known` is False when LAST STATUS is refused or gets no answer."""
        reply = yield SERIAL
        serial = parse_serial(reply.response) if reply.response else None
        reply = yield LAST_STATUS
        return Memory(parse_result(reply.response) if reply.response else None, serial, reply.kind is Kind.DONE)

    def _carry_out(self, deed: Deed) -> Script:
        assert self._line is not None
        assert deed.request is not None
        if not self._line.settled:  # it may still repeat its last response: hear it out first
            yield from self._ask_state()
        judgement = Judgement(Ending.REFUSED, "other")
        for _ in range(ORDERS):
            reply = yield deed.request
            if reply.kind is Kind.REFUSED:
                break
            if reply.kind is Kind.DONE:
                judgement = yield from self._believe(deed, reply)
                break
            self._suspect_until_ms = self._now_ms + SUSPECT_MS
            deed.acked = reply.kind is Kind.LOST
            memory = yield from self._ask_after_silence(deed)
            found, taken = self._settle(deed, memory)
            self.memory = memory
            if found:
                judgement = found
            if found or taken is not Taken.NO or deed.acked:
                break
        self._end(judgement)
        yield from self._remember(deed)

    def _ask_after_silence(self, deed: Deed) -> Generator[Step, Reply, Memory]:
        """A device that is busy with the order may not answer until it is done."""
        until_ms = max((deed.sent_ms or 0) + DOUBT_MS, self._now_ms + ASKING_MS)
        while self._now_ms < until_ms:
            reply = yield STATUS
            if self._see(reply):
                return (yield from self._ask_memory())
            yield ASK_AGAIN_MS
        return Memory()

    def _remember(self, deed: Deed) -> Generator[Step, Reply, None]:
        """Between orders: the state, and the memory that the next order will be compared with."""
        yield from self._ask_state()
        self.memory = yield from self._ask_memory()
        now, then = self.memory.serial, deed.before.serial
        if deed.code == Move.DISPENSE and None not in (now, then) and now != then:
            self._serial_counts = True

    def _believe(self, deed: Deed, reply: Reply) -> Generator[Step, Reply, Judgement]:
        """What a response says. One that may be an earlier order's, late, must agree with what the device remembers."""
        if deed.before.known and self._now_ms < self._suspect_until_ms:
            memory = yield from self._ask_after_silence(deed)
            if not memory.known or reply.response is None or memory.last != parse_result(reply.response):
                deed.acked, self.memory = True, memory
                found, _ = self._settle(deed, memory)
                return found or Judgement(Ending.UNKNOWN, "no response")
        return self._judge(deed, reply)

    # -- outcomes

    def _judge(self, deed: Deed, reply: Reply) -> Judgement:
        result = parse_result(reply.response) if reply.response else None
        if result is None:
            return Judgement(Ending.UNKNOWN, "no result")
        self._health.outcome(aftermath(deed.asked, result))
        self.memory = Memory(result, known=True)  # its number is asked for once there is time
        return judge(deed.asked, result)

    def _settle(self, deed: Deed, memory: Memory) -> tuple[Judgement | None, Taken]:
        """What became of an order without response; no judgement when it was never taken."""
        taken = was_taken(deed.code, deed.asked, deed.acked, deed.before, memory, serial_counts=self._serial_counts)
        if taken is Taken.YES and memory.last:
            self._health.outcome(aftermath(deed.asked, memory.last))
            return judge(deed.asked, memory.last), taken
        if taken is Taken.NO:
            return None, taken
        return Judgement(Ending.UNKNOWN, "no response"), taken

    def _late(self, reply: Reply) -> None:
        if self._deed:
            self._suspect_until_ms = self._now_ms + SUSPECT_MS
        super()._late(reply)

    def _after_late(self, deed: Deed) -> Script:
        yield ASK_AGAIN_MS
        yield from self._remember(deed)
