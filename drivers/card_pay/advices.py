"""How the issuer's scripts went on a card is told to the bank (0620), once the card is away.

Source: ISO 8583 sheet, section 3 (0620/0630), EMV sheet, step 15. It moves no money and no card number is in it. Nothing is written
down for it: what was not answered is told again in this life only, and is the first thing to go when there are many.
"""

from __future__ import annotations

import logging
from collections import deque

from drivers.card_pay.bank import Bank, Outcome
from drivers.card_pay.messages import Request

log = logging.getLogger(__name__)
AGAIN_MS = 60_000
MOST = 16
MOST_TRIES = 5


class ScriptAdvices:
    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._waiting: deque[Request] = deque(maxlen=MOST)
        self._heard: list[Outcome] = []
        self._asked: Request | None = None
        self._due_ms = self._tries = 0

    def add(self, advice: Request) -> None:
        self._waiting.append(advice)

    def poll(self, now_ms: int, idle: bool) -> None:
        """`idle`: keys are good, no card is in and nothing is to go back."""
        for outcome in self._heard:
            self._answer(outcome, now_ms)
        self._heard.clear()
        if idle and self._waiting and self._asked is None and self._bank.idle and now_ms >= self._due_ms:
            self._asked = self._waiting[0]
            self._tries += 1
            self._bank.ask(self._asked, self._heard.append)

    def _answer(self, outcome: Outcome, now_ms: int) -> None:
        """Any answer of the bank ends it: it has the advice, or does not want it."""
        told, self._asked = self._asked, None
        if outcome.answer is None and self._tries < MOST_TRIES:
            self._due_ms = now_ms + AGAIN_MS
            return
        code = outcome.answer.get(39) if outcome.answer is not None else outcome.trouble
        log.info("script_advice trace=%s result=%s", outcome.request.fields[11], code)
        self._due_ms = self._tries = 0
        if told is not None and told in self._waiting:
            self._waiting.remove(told)
