"""Taking back: by the terminal itself, by order, in part; and the end of a day."""

from __future__ import annotations

from collections.abc import Callable

from simulator.devices.zvt import telling
from simulator.devices.zvt.codes import Code, Config, Step
from simulator.devices.zvt.desk import GOOD, NEVER_BOOKED, Key
from simulator.devices.zvt.flow import Flow, Say
from simulator.devices.zvt.inside import HostSilent, Inside, NoConnection
from simulator.devices.zvt.memory import Entry, Stage

REFUSED = "30"


class Settling:
    """`in_block`: receipts come in one block instead of line by line."""

    def __init__(self, inside: Inside, in_block: bool) -> None:
        self._inside, self._in_block = inside, in_block

    # -- by itself

    def take_back(self, entry: Entry) -> Flow[int]:
        """GOOD when the host says that it is not booked any more; else why not, and `entry` stays due.

        Raises nothing: a host that is away is a code, too."""
        entry.stage = Stage.DUE
        self._inside.cut("reversing")
        answer = yield from self._host(lambda: self._reversed(entry))
        if answer in (GOOD, NEVER_BOOKED):
            entry.stage = Stage.REVERSED
            return Code.GOOD
        return answer if isinstance(answer, Code) else Code.NOT_REVERSIBLE

    def give_back(self, entry: Entry) -> Flow[int]:
        """What was not issued of it goes back; `entry` stays `PART` until the host says so."""
        memory = self._inside.memory
        part = entry.part = entry.part or Key(memory.terminal, memory.batch, memory.next_trace())
        rest_fen = entry.amount_fen - entry.kept_fen
        answer = yield from self._host(lambda: self._inside.desk.give_back(entry.key, part, rest_fen))
        if answer != GOOD:
            return answer if isinstance(answer, Code) else Code.SYSTEM
        entry.stage = Stage.KEPT
        return Code.GOOD

    def settle_due(self) -> Flow[int]:
        """All that is open from before: GOOD when nothing is left."""
        for entry in self._inside.memory.unsettled():
            again = self.give_back if entry.stage is Stage.PART else self.take_back
            code = yield from again(entry)
            if code != Code.GOOD:
                return code
        return Code.GOOD

    def quietly(self) -> Flow[None]:
        """What the terminal does by itself while nobody asks anything of it."""
        yield from self.settle_due()

    def _reversed(self, entry: Entry) -> str:
        if self._inside.played("reversal_refused_next"):
            return REFUSED
        answer = self._inside.desk.reverse(entry.key, entry.amount_fen, entry.kind.value)
        self._inside.cut("reversed")
        return answer

    def _host(self, deed: Callable[[], str]) -> Flow[str | Code]:
        try:
            return (yield from self._inside.ask_host(deed))
        except NoConnection:
            return Code.NO_CONNECTION
        except HostSilent:
            return Code.HOST_SILENT

    # -- by order

    def reverse(self, receipt: int, amount_fen: int | None) -> Flow[None]:
        """06 30: by receipt number, within the open batch."""
        inside = self._inside
        entry = inside.memory.by_receipt(receipt)
        if entry is not None and entry.stage is Stage.REVERSED:
            yield from telling.failed(inside, Code.ALREADY_REVERSED, entry)
            return
        fits = entry is not None and entry.key.batch == inside.memory.batch and amount_fen in (None, entry.amount_fen)
        if entry is None or not fits or entry.stage is Stage.FAILED or inside.memory.closing:
            yield from telling.failed(inside, Code.NOT_REVERSIBLE, entry)
            return
        before = entry.stage
        code = yield from self.take_back(entry)
        if code != Code.GOOD:
            if code in (Code.NO_CONNECTION, Code.NOT_REVERSIBLE):
                entry.stage = before  # the host was not asked, or will not: what stood stands
            yield from telling.failed(inside, code, entry)
            return
        yield Say(telling.reversal_result(inside, entry))
        lines = telling.receipt(inside, entry, reversed_=True)
        yield from telling.printed(inside, lines, Config.PRINTS_PAYMENTS, in_block=self._in_block)
        yield from telling.completed()

    def end_of_day(self) -> Flow[None]:
        """06 50: first what is still to be taken back, for a settled batch takes nothing back."""
        inside = self._inside
        memory = inside.memory
        due = Code.GOOD if memory.closing else (yield from self.settle_due())
        if due != Code.GOOD:
            yield from telling.failed(inside, Code.NO_END_OF_DAY)
            return
        yield from telling.step(inside, Step.END_OF_DAY)
        try:
            total_fen = yield from inside.ask_host(lambda: inside.desk.settle(memory.terminal, memory.batch))
            if inside.played("end_of_day_unfinished_next"):
                raise HostSilent
        except NoConnection:
            yield from telling.failed(inside, Code.NO_CONNECTION)
            return
        except HostSilent:
            memory.closing = True
            yield from telling.failed(inside, Code.HOST_SILENT)
            return
        batch, memory.closing, memory.batch = memory.batch, False, memory.batch + 1
        yield Say(telling.end_of_day_result(inside, total_fen))
        lines = [f"END OF DAY  BATCH {batch}", f"TOTAL {total_fen / 100:.2f} CNY"]
        yield from telling.printed(inside, lines, Config.PRINTS_OTHERS, in_block=self._in_block)
        yield from telling.completed()

    def diagnosis(self) -> Flow[None]:
        """06 70: can the host be reached? What is due is taken back on the way."""
        inside = self._inside
        code = yield from self.settle_due()
        if code == Code.GOOD:
            answer = yield from self._host(lambda: GOOD)
            code = answer if isinstance(answer, Code) else Code.GOOD
        if code != Code.GOOD:
            yield from telling.aborted(code)
            return
        lines = ["DIAGNOSIS", f"TERMINAL {inside.memory.terminal}  HOST REACHED"]
        yield from telling.printed(inside, lines, Config.PRINTS_OTHERS, in_block=self._in_block)
        yield from telling.completed()
