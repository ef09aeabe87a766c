"""A dispenser without a memory, asked without bytes: its answer is the only word about an order.

Source: lcdm sheet, sections 4 and 7; f53 sheet, sections 10 and 12; decision page 025. Before each order the unit must have
answered; after silence nothing is sent again, its answer is waited for, and without it the amount is unknown.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator
from typing import Literal

from simulator.devices.lcdm import wire
from simulator.fronts.port.cassettes import State
from simulator.fronts.port.mechanism import AGAIN_MS, DOUBT_MS, Mechanism, Script
from simulator.fronts.port.paid import Deed, Judgement

SUSPECT_MS = DOUBT_MS + 5_000  # so long a lost answer may still come, and would be taken for another's
PER_NOTE_MS, LISTEN_MS = 1_000, 5_000
NO_RESPONSE = Judgement("unknown", "no response")

Silence = Literal["silent", "lost"]


class Forgetful(Mechanism):
    exit_blocked = path_blocked = False  # as STATUS said last

    # -- what families say in their own way

    @abstractmethod
    def _ask(self) -> Generator[int, None, bool]:
        """STATUS; False when nobody answers. The one that answers has been seen."""

    @abstractmethod
    def _order(self, deed: Deed) -> Generator[int, None, Judgement | Silence]:
        """Once; `silent` when it was not even acknowledged."""

    @abstractmethod
    def _identify(self) -> Script:
        """What else is asked of a unit that answers, before it counts as found."""

    @abstractmethod
    def _knows(self, deed: Deed) -> bool:
        """The family has a command for it."""

    # -- scripts

    def _start(self) -> Script:
        if self._deed:
            yield LISTEN_MS  # a unit that was still busy tells its result now, or again
        yield from self._ask_state()
        yield from self._identify()
        if self._deed:
            self._suspect()
            self._end(NO_RESPONSE)
        self._found = True
        self._tell_found()

    def _restart(self) -> Script:
        self._reset_wanted = False
        yield from self._start()

    def _look(self) -> Script:
        yield from self._ask()

    def _ask_state(self) -> Script:
        while not (yield from self._ask()):
            yield AGAIN_MS

    def _carry_out(self, deed: Deed) -> Script:
        refused = self._why_not(deed) if (yield from self._ask()) else "other"
        if refused or not self._knows(deed):
            self._end(Judgement("refused", refused or "other"))
            return
        outcome = yield from self._order(deed)
        if isinstance(outcome, Judgement):
            self._end(outcome)
        else:
            self._suspect()
            if outcome == "silent":
                yield from self._listen(deed)
            self._end(NO_RESPONSE)
        yield from self._ask_state()

    def _why_not(self, deed: Deed) -> str:
        """Reason for which an order is not even sent; empty when there is none."""
        if self._wire.now_ms < self._suspect_until_ms or not any(deed.asked.values()):
            return "other"
        return "jam" if self.path_blocked else ""

    def _listen(self, deed: Deed) -> Script:
        """It may pay all the same. A unit that answers questions again is not paying any more."""
        until_ms = self._wire.now_ms + DOUBT_MS
        yield LISTEN_MS + PER_NOTE_MS * sum(deed.asked.values())
        while self._wire.now_ms < until_ms:
            if (yield from self._ask()):
                return
            yield AGAIN_MS

    def _after_late(self) -> Script:
        self._suspect_until_ms = 0  # it has come
        yield AGAIN_MS
        yield from self._ask_state()

    def _suspect(self) -> None:
        self._suspect_until_ms = self._wire.now_ms + SUSPECT_MS

    # -- news

    def at_rest(self) -> bool:
        """A silence may be missed at any moment at which somebody looks."""
        return super().at_rest() and self._wire.settled

    def _next_look_ms(self, now_ms: int) -> int:
        """After a silence as long as the driver waits: it may be missed meanwhile."""
        return super()._next_look_ms(now_ms) if self._wire.settled else now_ms + self._watch_ms

    def _silence_ms(self) -> int | None:
        """Nobody misses it before a wait or a look is over."""
        deed = self._deed
        return super()._silence_ms() if deed and deed.sent_ms is not None else None

    def _late(self, judgement: Judgement) -> None:
        """The answer to an order that was given up for lost, while we still ask what became of it."""
        self._end(judgement)
        self._run(self._after_late() if self._found else self._start())

    def _look_at(self, state: State, exit_blocked: bool) -> None:
        self._seen = self._state()
        self.path_blocked, self.exit_blocked = state.path_blocked, exit_blocked
        self.health.look(state)


def is_test(deed: Deed) -> bool:
    return deed.code == wire.TEST_DISPENSE
