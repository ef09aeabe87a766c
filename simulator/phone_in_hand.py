"""A passenger's phone at a machine of the demo: it reads what the screen shows, and pays at the provider in its own manner."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from simulator.passenger.visit import Visit
from simulator.provider.eye import read
from simulator.provider.phone import MANNERS, Ask, Phone

PAYER = "good"
LEDGER_ANSWER_S = 10.0


class PhoneInHand:
    """In the hand of `visit`, whose account it writes into; `now_ms` is people's time. A manner holds for the first code: whoever
    was too late, or tried to pay twice, pays the next one as everybody does."""

    def __init__(self, ask: Ask, visit: Visit, now_ms: Callable[[], int]) -> None:
        self._phone = Phone(PAYER, ask, visit.plan.phone)
        self._visit, self._now_ms = visit, now_ms
        self._planned = False
        visit.account.phone_fen = self._phone.paid_fen
        visit.scan = self.scan

    def scan(self, code: tuple[str, ...]) -> bool:
        """Hold the phone to the code on the screen. False: no camera could read it."""
        text = read(code)
        if text:
            self._phone.scan(text, self._now_ms())
            self._phone.manner = MANNERS["now"]
            self._planned = True
        return bool(text)

    def poll(self, now_ms: int) -> bool:
        """Pay when it is time to; whether it is still of use to anybody."""
        if self._planned:
            self._planned = self._phone.poll(now_ms) is not None
        return self._planned or not self._visit.over


def books_at(url: str) -> dict[str, Any]:
    """Everything the provider at `url` has in its books. Raises OSError when it does not answer."""
    return read_json(f"{url}/ledger")


def read_json(url: str) -> dict[str, Any]:
    """Raises OSError when nobody answers."""
    with urllib.request.urlopen(url, timeout=LEDGER_ANSWER_S) as answer:
        told: dict[str, Any] = json.loads(answer.read())
    return told
