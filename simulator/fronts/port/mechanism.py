"""A dispenser's mechanism asked without bytes, whatever its family: orders, scripts, its plug, and who hears of what.

Source: lcdm sheet, sections 3 and 7; f53 sheet, sections 4 and 10. Scripts are generators that yield how long they wait in ms; news
of the line wakes them earlier. At rest nothing is asked: a change of what STATUS would say is noticed at the next multiple of
`watch_ms`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from typing import Protocol

from kiosk.faults import FaultCode
from kiosk.ports.fact import Report
from simulator.devices.lcdm import wire
from simulator.devices.twin import Twin
from simulator.fronts.port.cassettes import Health
from simulator.fronts.port.paid import REFUSED, Deed, Judgement, Memory

ABSENT_MS, DOUBT_MS, AGAIN_MS = 5_000, 60_000, 1_000
Script = Generator[int, None, None]

Found = Callable[[], None]
Ended = Callable[[Deed, Judgement], None]


class Line(Protocol):
    """The line as a mechanism of any family needs it: `heard_ms` when the device was last understood, `settled` when the last
    exchange came to its end."""

    now_ms: int
    heard_ms: int
    settled: bool
    linked: bool

    def turn(self) -> None:
        """Do what is due at `now_ms`."""
        ...

    def due_ms(self) -> int | None: ...


class Mechanism(ABC):
    """`found()` when it answers and its memory was read; `ended(deed, judgement)` for every order."""

    model = ""
    version = ""
    """As it tells it when it is found."""

    def __init__(
        self, name: str, report: Report, twin: Twin, line: Line, cassettes: Mapping[int, int], found: Found, ended: Ended,
        *, max_notes: int, watch_ms: int,
    ) -> None:  # fmt: skip
        self.name = name
        self.cassettes, self.max_notes = dict(cassettes), max_notes
        self.memory = Memory()
        self.health = Health(name, report, cassettes)
        self.plugged = True
        self._device, self._wire = twin, line
        self._linked: bool | None = None
        self._tell_found, self._tell_ended = found, ended
        self._watch_ms = watch_ms
        self._script: Script | None = None
        self._due_ms = 0
        self._found = False
        self._deed: Deed | None = None
        self._down_ms = self._suspect_until_ms = 0
        self._reset_wanted = False
        self._look_ms: int | None = None
        self._seen: tuple[object, ...] = ()

    # -- what families say in their own way

    @abstractmethod
    def _state(self) -> tuple[object, ...]:
        """What a STATUS depends on, and a look that follows it."""

    @abstractmethod
    def _start(self) -> Script:
        """Who is there, what it remembers; then the order that a lost link left open."""

    @abstractmethod
    def _restart(self) -> Script:
        """A technician has cleared its path."""

    @abstractmethod
    def _look(self) -> Script: ...

    @abstractmethod
    def _carry_out(self, deed: Deed) -> Script: ...

    @abstractmethod
    def _hear(self) -> None:
        """What the line has for the script that waits, or of an order that was given up for lost."""

    # -- orders, from inside a poll

    def dispense(self, order: int, counts: Mapping[int, int]) -> None:
        self._begin(Deed(order, wire.DISPENSE, dict(counts), self.memory))

    def test(self, cassette: int) -> None:
        self._begin(Deed(0, wire.TEST_DISPENSE, {cassette: 1}, self.memory))

    def restart(self) -> None:
        self._reset_wanted = True
        self.health.looked_after()

    def _begin(self, deed: Deed) -> None:
        possible = deed.asked.keys() <= self.cassettes.keys() and sum(deed.asked.values()) <= self.max_notes
        if not self._found or self._deed or not possible or min(deed.asked.values(), default=0) < 0:
            self._tell_ended(deed, REFUSED)
            return
        self._deed = deed
        self._run(self._carry_out(deed))

    # -- time

    def at_rest(self) -> bool:
        """Nothing to do before its wake, whatever the time: plug, faults and parts are as they were."""
        return (
            self._linked is self.plugged and not self._reset_wanted and not self._news() and self._state() == self._seen
        )

    @abstractmethod
    def _news(self) -> bool:
        """The line has something that nobody has taken."""

    def poll(self, now_ms: int) -> int | None:
        line = self._wire
        line.now_ms = now_ms
        self._device.poll(now_ms)
        if self._linked is not self.plugged:
            self._plug_moved(now_ms)
        line.turn()
        if not self._linked:
            return first(self._wait_for_link(now_ms), line.due_ms(), self._device.poll(now_ms))
        self._hear()
        self._watch_silence(now_ms)
        if self._script is None:
            self._rest(now_ms)
        while self._script is not None and now_ms >= self._due_ms:
            self._advance()
            self._hear()
            if self._script is None:
                self._rest(now_ms)
        waits = [self._due_ms if self._script else self._look_ms, line.due_ms(), self._silence_ms()]
        return first(*waits, self._device.poll(now_ms))

    def _rest(self, now_ms: int) -> None:
        if self._reset_wanted:
            self._run(self._restart())
        elif self._look_ms is not None and now_ms >= self._look_ms:
            self._look_ms = None
            self._run(self._look())
        elif self._look_ms is None and (self._state() != self._seen or self._device.faults or not self._wire.settled):
            self._look_ms = self._next_look_ms(now_ms)

    def _next_look_ms(self, now_ms: int) -> int:
        return (now_ms // self._watch_ms + 1) * self._watch_ms

    def _silence_ms(self) -> int | None:
        deed = self._deed
        if deed and deed.sent_ms is not None:
            return None if self._found else self._wire.heard_ms + DOUBT_MS
        up = FaultCode.NO_ANSWER in self.health.whole
        return None if self._wire.settled or (up and not self._found) else self._wire.heard_ms + ABSENT_MS

    # -- the plug

    def _plug_moved(self, now_ms: int) -> None:
        self._linked = self._wire.linked = self.plugged
        self._found = False
        self._forget_news()
        if self.plugged:
            self._wire.heard_ms, self._wire.settled = now_ms, False
            self.health.whole.clear(FaultCode.LINK_LOST)
            self._run(self._start())
            return
        self._script, self._down_ms = None, now_ms
        self.health.whole.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        self.health.whole.set(FaultCode.LINK_LOST, True, f"{self.name}: unplugged")
        if self._deed and self._deed.sent_ms is None:
            self._end(REFUSED)

    @abstractmethod
    def _forget_news(self) -> None:
        """What nobody has taken is of another link."""

    def _wait_for_link(self, now_ms: int) -> int | None:
        if self._deed is None:
            return None
        if now_ms - self._down_ms >= DOUBT_MS:
            self._end(Judgement("unknown", "link lost"))
            return None
        return self._down_ms + DOUBT_MS

    # -- scripts

    def _run(self, script: Script) -> None:
        self._script, self._look_ms = script, None
        self._due_ms = self._wire.now_ms

    def _advance(self) -> None:
        script = self._script
        assert script is not None
        try:
            wait_ms = next(script)
        except StopIteration:
            if self._script is script:
                self._script = None
            return
        if self._script is script:
            self._due_ms = self._wire.now_ms + wait_ms

    # -- outcomes

    def _end(self, judgement: Judgement) -> None:
        deed, self._deed = self._deed, None
        if deed:
            self._tell_ended(deed, judgement)

    def _watch_silence(self, now_ms: int) -> None:
        deed, alone_ms = self._deed, now_ms - self._wire.heard_ms
        if deed and deed.sent_ms is not None:
            if not self._found and alone_ms >= DOUBT_MS:
                self._end(Judgement("unknown", "no answer"))
            return
        if self._wire.settled or alone_ms < ABSENT_MS:
            return
        self._end(REFUSED)
        self.health.whole.set(FaultCode.NO_ANSWER, True)
        if self._found:
            self._found = False
            self._run(self._start())


def first(*waits: int | None) -> int | None:
    return min((wait for wait in waits if wait is not None), default=None)
