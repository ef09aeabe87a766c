"""A payer's phone: scans what the screen shows and pays in its own manner, or shows a code of its own.

By HTTP as a phone would, or by plain calls in virtual time: `ask` is all it knows of the provider.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from simulator.provider.payers import LAB_PAYERS
from simulator.provider.provider import Provider
from simulator.provider.wire import Reply, Request, content_of

Ask = Callable[[str, Mapping[str, Any]], Reply]
"""A call of the phone, path and body; raises OSError when there is no answer."""

ANSWER_S = 10.0
AGAIN_MS = 1_000


@dataclass(frozen=True, slots=True)
class Manner:
    """`after_ms`: when it pays, each counted from the scan; `more_fen`: how much more than it was asked for; `yes`: what it answers
    when a shown code must be confirmed."""

    after_ms: tuple[int, ...]
    more_fen: int = 0
    yes: bool = True


MANNERS: Mapping[str, Manner] = MappingProxyType(
    {
        "now": Manner((1_500,)),
        "late": Manner((150_000,)),
        "twice": Manner((1_500, 1_600)),
        "never": Manner(()),
        "other_amount": Manner((1_500,), more_fen=100),
        "no": Manner((1_500,), yes=False),
    }
)


@dataclass(slots=True)
class _Plan:
    """One thing the phone will do: pay the code `text`, or answer for its own."""

    at_ms: int
    until_ms: int
    path: str
    body: Mapping[str, Any]


class Phone:
    """`payer` is one of the lab's. `heard`: state or refusal of all that it did, in order; `paid_fen`: what it was told is paid."""

    def __init__(self, payer: str, ask: Ask, manner: str = "now") -> None:
        self.payer, self.manner = LAB_PAYERS[payer], MANNERS[manner]
        self._ask = ask
        self._plans: list[_Plan] = []
        self.heard: list[str] = []
        self.paid_fen: list[int] = []

    def scan(self, text: str, now_ms: int) -> None:
        """Look at what a screen shows, and mean to pay it; a code nobody knows is only noted."""
        status, told = self._say("/phone/look", {"text": text})
        if status != 200:
            return
        body = {"text": text, "amount_fen": told["amount_fen"] + self.manner.more_fen}
        for after_ms in self.manner.after_ms:
            self._plans.append(_Plan(now_ms + after_ms, now_ms + after_ms, "/phone/pay", body))

    def show(self, now_ms: int) -> str:
        """A code for the machine's scanner; the owner answers when asked."""
        code = self.payer.code(now_ms)
        if self.manner.after_ms:
            first_ms = now_ms + self.manner.after_ms[0]
            body = {"text": code, "yes": self.manner.yes}
            self._plans.append(_Plan(first_ms, first_ms + 60_000, "/phone/answer", body))
        return code

    def poll(self, now_ms: int) -> int | None:
        """Do what is due; answer when to be polled again, None: nothing is planned."""
        for plan in [plan for plan in self._plans if plan.at_ms <= now_ms]:
            self._plans.remove(plan)
            status, told = self._say(plan.path, plan.body)
            if (status == 0 or told.get("error") == "nothing_to_answer") and now_ms < plan.until_ms:
                self._plans.append(_Plan(now_ms + AGAIN_MS, plan.until_ms, plan.path, plan.body))
        return min((plan.at_ms for plan in self._plans), default=None)

    def _say(self, path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer; 0 when there is none."""
        try:
            reply = self._ask(path, {"payer": self.payer.name, **body})
            told = json.loads(reply.body)
        except (OSError, ValueError):
            self.heard.append("no answer")
            return 0, {}
        self.heard.append(str(told.get("error") or told.get("state")))
        if path == "/phone/pay" and told.get("state") == "paid":
            self.paid_fen.append(int(body["amount_fen"]))
        return reply.status, told


def plainly(provider: Provider, now_ms: Callable[[], int]) -> Ask:
    """Calls in virtual time."""
    return lambda path, body: provider.handle(Request("POST", path, {}, content_of(body)), now_ms())


def over_http(url: str) -> Ask:
    """Calls to the process at `url`, each on a connection of its own."""

    def ask(path: str, body: Mapping[str, Any]) -> Reply:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=ANSWER_S)
        try:
            connection.request("POST", path, content_of(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            return Reply(response.status, response.read())
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    return ask
