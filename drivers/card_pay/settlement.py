"""The bank is told once a day, and when the office orders it, what it should have booked, batch by batch, and says whether its own
sums are the same.

Source: ISO 8583 sheet, section 3 (0500, and 0320 when they differ); docs/decisions/070 and 073. What is told are the machine's
books, never the bank's answers. Nothing is kept here: a batch stands in the books until its end was journaled, and the bank
gives one that it closed before the same answer again; so a lost answer, a restart and a power cut all lead to asking once more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from drivers.card_pay import messages
from drivers.card_pay.bank import Bank, Outcome
from drivers.card_pay.messages import Terminal
from kiosk.ports.fact import Report
from kiosk.ports.payment import BatchSettled, Books, Taken

log = logging.getLogger(__name__)
QUIET_MS = 600_000
"""So long after the last card."""
AGAIN_MS = (60_000, 300_000)
"""After no usable answer: the first time, and from then on."""
WRITTEN_MS = 1_000
"""So long the word about a batch may take into the books: it is not told again meanwhile."""
LOOK_MS = 60_000
"""So often the books are asked whether a day is over."""


@dataclass(slots=True)
class _Batch:
    """What is told of one. `left`: details still to be sent, after `sent` messages of them; `differs`: the bank has other sums."""

    number: int
    taken: Sequence[Taken]
    left: list[Sequence[Taken]]
    sent: int = 0
    differs: bool = False

    @property
    def amount_fen(self) -> int:
        return sum(each.amount_fen for each in self.taken)


class Settlement:
    """`day`: of a wall time, None: of now. `signed_out`: the bank closed a batch, another is begun by a sign-in."""

    def __init__(
        self,
        terminal: Terminal,
        bank: Bank,
        report: Report,
        day: Callable[[int | None], str],
        signed_out: Callable[[int], None],
    ) -> None:
        self._terminal, self._bank, self._report = terminal, bank, report
        self._day, self._signed_out = day, signed_out
        self._batch: _Batch | None = None
        self._heard: list[Outcome] = []
        self._quiet_ms: int | None = None
        self._look_ms = self._due_ms = self._failed = 0

    @property
    def busy(self) -> bool:
        """The bank is being told: a card waits for it, and no payment is begun between its messages."""
        return self._batch is not None

    def poll(self, now_ms: int, idle: bool, books: Books | None) -> None:
        """`idle`: keys are good, no card is in and nothing is to go back."""
        for outcome in self._heard:
            self._answer(outcome, now_ms)
        self._heard.clear()
        if not idle or self._quiet_ms is None:
            self._quiet_ms = now_ms + QUIET_MS
        if books is None or self.busy or not idle or not self._bank.idle or now_ms < self._due_ms:
            return
        ordered = books.ordered
        if not ordered and now_ms < max(self._look_ms, self._quiet_ms):
            return
        self._look_ms = now_ms + LOOK_MS
        found = None if books.undecided else _oldest(books.taken())
        if found is not None and (self._wanted(found, ordered) or self._is_over(found.taken[0].wall_ms)):
            self._batch = found
            log.info("settlement batch=%d count=%d amount_fen=%d", found.number, len(found.taken), found.amount_fen)
            totals = messages.totals(len(found.taken), found.amount_fen)
            self._ask(messages.settlement(self._terminal, found.number, totals))

    # -- inside

    def _wanted(self, found: _Batch, ordered: Set[int]) -> bool:
        """By the office: its order was about all that was in the books then."""
        return any(each.payment in ordered for each in found.taken)

    def _is_over(self, wall_ms: int) -> bool:
        """The day of a payment."""
        return self._day(wall_ms) < self._day(None)

    def _ask(self, request: messages.Request) -> None:
        self._bank.ask(request, self._heard.append)

    def _answer(self, outcome: Outcome, now_ms: int) -> None:
        batch = self._batch
        if batch is None:
            return
        code = outcome.answer.get(39) if outcome.answer is not None else ""
        if outcome.answer is None or (code != "00" and outcome.request.mti == "0500"):
            self._fail(batch, code or outcome.trouble, now_ms)
            return
        if outcome.request.mti == "0500":
            word = messages.balance_of(outcome.answer)
            if not word:
                self._fail(batch, "bad answer", now_ms)
                return
            batch.differs = word == "different"
        if batch.differs and outcome.request.fields[60][-3:] != messages.UPLOADED:
            self._upload(batch)
        elif code != "00":
            self._fail(batch, code, now_ms)
        else:
            self._over(batch, now_ms)

    def _upload(self, batch: _Batch) -> None:
        """One message of details after the other, then their end, which closes the batch. Details of a batch that was closed in a
        former life are refused: then only the end is wanted."""
        batch.sent += 1
        make = messages.details if batch.left else messages.uploaded
        rows = [
            (messages.trace_of(each.payment), each.amount_fen) for each in (batch.left.pop(0) if batch.left else ())
        ]
        self._ask(make(self._terminal, batch.number, batch.sent, rows))

    def _over(self, batch: _Batch, now_ms: int) -> None:
        self._batch, self._failed, self._due_ms = None, 0, now_ms + WRITTEN_MS
        result = "differs" if batch.differs else "balanced"
        (log.error if batch.differs else log.info)("settled batch=%d result=%s", batch.number, result)
        self._report(BatchSettled(f"{batch.number:06}-", not batch.differs, len(batch.taken), batch.amount_fen))
        self._signed_out(now_ms)

    def _fail(self, batch: _Batch, why: str, now_ms: int) -> None:
        """Nothing is over: the batch is in the books, and is told again."""
        log.warning("settlement_failed batch=%d why=%s", batch.number, why)
        self._batch = None
        self._due_ms = now_ms + AGAIN_MS[min(self._failed, len(AGAIN_MS) - 1)]
        self._failed += 1


def _oldest(taken: Sequence[Taken]) -> _Batch | None:
    """Of all that is in the books, the first batch."""
    numbers = {messages.batch_of(each.reference) for each in taken} - {None}
    if not numbers:
        return None
    number = min(each for each in numbers if each is not None)
    rows = [each for each in taken if messages.batch_of(each.reference) == number]
    most = messages.MOST_DETAILS
    return _Batch(number, rows, [rows[at : at + most] for at in range(0, len(rows), most)])
