"""How a pad is met: at which rate it listens, who it is, what it holds. Source: pin-pad sheet, sections 1, 3.

A start closes whatever input a former life left open and sets hex mode. A look, for `./tvm probe`, sends questions only.
"""

from __future__ import annotations

from collections.abc import Generator
from enum import Enum, unique

from drivers.epp.codec import (
    HEX_MODE,
    INFORMATION,
    RATES,
    Information,
    parse_information,
    rate_command,
)
from drivers.epp.entry import CLOSE_INPUT
from drivers.epp.keys import Keys, Places, look
from drivers.epp.line import Outcome, Reply, Request, long

ASK = Request("information", INFORMATION, long)
SEARCH_MS = 250  # for a reply to begin, at each rate
ABSENT_MS = 1_000  # between the tries of a pad that has not been found at any
SETTLE_MS = 100  # after a change of the rate


@unique
class Step(Enum):
    SEARCHING = "at which rate does it listen"
    CHANGING = "bring it to the configured rate"
    STARTING = "who is it, what does it hold"


class Meeting:
    """From a link to a pad that is known. `next` and `replied` as in an entry; then `met`, and `found` if it said who it is.

    `absent`: no rate was answered. `code`: what the pad answered instead of who it is, 0 when that was no information at all.
    """

    def __init__(self, places: Places, keys: Keys, baud: int, look_only: bool) -> None:
        """`baud`: one of RATES. Raises ValueError."""
        if baud not in RATES:
            raise ValueError(f"a pad listens at one of {', '.join(map(str, RATES))} baud, not {baud}")
        self._places, self._keys, self._look_only = places, keys, look_only
        self.baud = self._wanted = baud
        self._rates = [baud, *(rate for rate in reversed(RATES) if rate != baud)]
        self._may_change = False
        self._step = Step.SEARCHING
        self._steps = self._start_up()
        self._next: Request = ASK
        self.due_ms = 0
        self.met = self.absent = False
        self.found: Information | None = None
        self.code = 0

    def begin(self, now_ms: int, after_ms: int = 0) -> None:
        """A new link, a silence, or something that was no pad."""
        self._step, self._next, self.due_ms = Step.SEARCHING, ASK, now_ms + after_ms
        self._may_change = not self._look_only
        self.met = self.absent = False

    @property
    def searching(self) -> bool:
        """A reply begins soon or not at all, and nothing is asked twice."""
        return self._step is not Step.STARTING

    def next(self, now_ms: int) -> Request | None:
        return self._next if now_ms >= self.due_ms else None

    def replied(self, reply: Reply, now_ms: int) -> None:
        if self._step is Step.SEARCHING:
            self._searched(reply, now_ms)
        elif self._step is Step.CHANGING:  # whatever it said, and at whichever rate: it is asked at the new one
            self._step, self._next, self.baud = Step.SEARCHING, ASK, self._wanted
            self.due_ms = now_ms + SETTLE_MS
        elif reply.outcome is Outcome.SILENT:
            self.begin(now_ms)
        else:
            self._advance(reply)

    def _searched(self, reply: Reply, now_ms: int) -> None:
        if reply.outcome is Outcome.SILENT:
            place = (self._rates.index(self.baud) + 1) % len(self._rates)
            self.absent = self.absent or place == 0
            self.due_ms = now_ms + (ABSENT_MS if self.absent else 0)
            self.baud = self._rates[place]
            return
        self.absent = False
        if self.baud != self._wanted and self._may_change:
            self._step, self._may_change = Step.CHANGING, False
            self._next = Request("rate", rate_command(self._wanted))
            return
        self._step, self.code = Step.STARTING, 0
        self._steps = self._start_up()
        self._next = next(self._steps)

    def _advance(self, reply: Reply) -> None:
        if reply.request is ASK:
            self.code = reply.code if reply.outcome is Outcome.REFUSED else 0
        try:
            self._next = self._steps.send(reply)
        except StopIteration as end:
            self.met, self.found = True, end.value

    def _start_up(self) -> Generator[Request, Reply, Information | None]:
        """None: what answers is no such pad, or one that says nothing any more."""
        if not self._look_only:
            yield CLOSE_INPUT
            yield Request("hex", HEX_MODE)
        reply = yield ASK
        found = parse_information(reply.data) if reply.outcome is Outcome.DONE else None
        if found is not None:
            yield from look(self._places, self._keys)
        return found
