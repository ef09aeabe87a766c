"""The recorded bytes of all links through the real drivers, and whether they report the facts that were heard.

The drivers stand beside the controller that runs again: its orders reach them, the recorded bytes reach them at their
times, their own wakes come in between. What they report goes nowhere but into the comparison.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from kiosk.blackbox import UNRECORDED
from kiosk.deeds import Devices
from kiosk.errors import TvmError
from kiosk.faults import Fault
from kiosk.fitting import drivers_of
from kiosk.ports import cabinet, note_acceptor, note_dispenser, receipt_printer, ticket_printer, ups
from kiosk.ports.fact import DeviceReady, Fact, Participant
from kiosk.records import fact_of, record_of
from kiosk.settings import Device, Settings
from simulator.replay.answers import Answers, Span, spans
from simulator.replay.judged import Difference, LinkVerdict
from simulator.replay.past import plain
from simulator.replay.ring import Event, Part, chunks

OF_MODULE = {
    note_acceptor.__name__: "acceptor",
    note_dispenser.__name__: "dispenser",
    ticket_printer.__name__: "ticket_unit",
    receipt_printer.__name__: "slip_printer",
    cabinet.__name__: "cabinet",
    ups.__name__: "ups",
}
AHEAD_MS = 400
"""How far drivers may run ahead of the controller for a fact that is heard now."""


def device_of(fact: Fact) -> str:
    """The device in config that says such facts, empty for those of no device."""
    if isinstance(fact, DeviceReady | Fault):
        return fact.device
    return OF_MODULE.get(type(fact).__module__, "")


class Unfitted:
    """A device of which nothing is known: takes every order, says nothing."""

    def __init__(self) -> None:
        self.counters: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "restart":
            raise AttributeError(name)
        return lambda *given, **named: None


class Told:
    """A driver as the controller of a rerun sees it: orders go through, what it knows of notes is as it was recorded."""

    def __init__(self, driver: Any, known: Callable[[], tuple[int, ...]], trouble: Callable[[str], None]) -> None:
        self._driver, self._known, self._trouble = driver, known, trouble

    @property
    def values_fen(self) -> tuple[int, ...]:
        return self._known()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._driver, name)
        if not callable(found):
            return found

        def order(*given: Any, **named: Any) -> Any:
            try:
                return found(*given, **named)
            except Exception as error:
                self._trouble(f"could not take the order {name}: {type(error).__name__} {error}")
                return None

        return order


@dataclass(slots=True)
class Seat:
    """A driver at its recorded link. `answers` None: the link is down. `heard`: facts of it that the recording told so far;
    `now_ms` is its own time, which may run a little ahead."""

    driver: Participant
    spans: deque[Span] = field(default_factory=deque)
    open: Span | None = None
    answers: Answers | None = None
    wake_ms: int | None = None
    now_ms: int = 0
    heard: int = 0
    trouble: str = ""
    facts: list[tuple[int, Fact]] = field(default_factory=list)

    def due_ms(self) -> int | None:
        """When something happens to the link, or comes on it."""
        if self.answers is None or self.open is None:
            return self.spans[0].up_ms if self.spans else None
        dues = (self.answers.due_ms(), self.open.down_ms, self.spans[0].up_ms if self.spans else None)
        return min((due for due in dues if due is not None), default=None)


class Still:
    """Nobody rolls dice in a replay."""

    def randint(self, least: int, most: int) -> int:
        return least


class Wires:
    """Stands in for the reactor when drivers are made: it collects them and what they report."""

    def __init__(self, settings: Settings, clock: Any, boot: int) -> None:
        self.clock = clock
        self._settings, self._boot = settings, boot
        self._seats: dict[str, Seat] = {}
        self._reported: list[Fact] = []
        self.why_not = ""
        self.ended_ms = 0

    # -- building

    def add(self, participant: Participant, open_link: Callable[[], Any] | None = None) -> None:
        self._seats[participant.name] = Seat(participant)

    def report(self, fact: Fact) -> None:
        self._reported.append(fact)

    def devices(self, known: Callable[[], tuple[int, ...]]) -> Devices:
        """Real drivers where the model table knows them, else devices that take every order and say nothing."""
        station = cast("Any", Unfitted())
        names = ("acceptor", "dispenser", "ticket_unit", "slip_printer", "cabinet", "ups")
        try:
            made = drivers_of(self._settings, cast("Any", self), station, self._boot, _no_link)
        except TvmError as error:
            self.why_not = str(error)
            made = Devices(station)
            for name in names:
                if getattr(self._settings.devices, name) is not None:
                    setattr(made, name, Unfitted())
        for name in UNRECORDED:  # nothing of their bytes is kept: what they said is among the facts
            if getattr(made, name, None) is not None:
                setattr(made, name, Unfitted())
                self._seats.pop(name, None)
        for name in names:
            driver = getattr(made, name)
            if driver is not None and not self.why_not:
                setattr(made, name, Told(driver, known, self._trouble(name)))
        return made

    def _trouble(self, name: str) -> Callable[[str], None]:
        def note(text: str) -> None:
            if name in self._seats:
                self._seats[name].trouble = self._seats[name].trouble or text

        return note

    def load(self, events: list[Event]) -> None:
        for name, seat in self._seats.items():
            seat.spans.extend(spans(chunks(events, name)))

    # -- running

    def until(self, now_ms: int) -> None:
        """Everything that was on the links, and every wake of a driver, up to this moment."""
        while self._next_until(now_ms):
            pass

    def _next_until(self, now_ms: int) -> bool:
        due = self._next()
        if due is None or due[0] > now_ms:
            return False
        at_ms, seat, comes = due
        self.clock.now_ms = max(self.clock.now_ms, at_ms)
        if comes:
            self._comes(seat, at_ms)
        self._poll(seat, at_ms)
        return True

    def settle(self, now_ms: int) -> None:
        """Orders were given: every driver is asked, composed ones reach the board in the same turn."""
        for _ in range(2):
            for seat in self._seats.values():
                self._poll(seat, now_ms)

    def expect(self, fact: Fact, now_ms: int) -> None:
        """A fact is heard now. Drivers ask and look at their own beat, here a little later: they may run ahead for it."""
        seat = self._seats.get(device_of(fact))
        if seat is None:
            return
        seat.heard += 1
        while len(seat.facts) < seat.heard and self._next_until(now_ms + AHEAD_MS):
            pass

    def finish(self) -> None:
        self.ended_ms = self.clock.now_ms

    def _next(self) -> tuple[int, Seat, bool] | None:
        best: tuple[int, Seat, bool] | None = None
        for seat in self._seats.values():
            comes = seat.due_ms()
            if comes is not None and (best is None or comes < best[0]):
                best = comes, seat, True
            if seat.answers and seat.wake_ms is not None:
                beat_ms = seat.answers.beat_ms(seat.wake_ms)
                if best is None or beat_ms < best[0]:
                    best = beat_ms, seat, False
        return best

    def _comes(self, seat: Seat, at_ms: int) -> None:
        due_ms, seat.now_ms = at_ms, max(at_ms, seat.now_ms)
        with self._blamed(seat):
            if seat.spans and seat.spans[0].up_ms <= due_ms:
                seat.open = seat.spans.popleft()
                seat.answers = Answers(seat.open)
                seat.driver.link_up(seat.now_ms)
            elif seat.open is not None and seat.open.down_ms is not None and seat.open.down_ms <= due_ms:
                seat.answers, why = None, seat.open.why
                seat.driver.link_lost(why, seat.now_ms)
            elif seat.answers is not None:
                seat.driver.receive(seat.answers.take(), seat.now_ms)
        self._gather(seat, seat.now_ms)

    def _poll(self, seat: Seat, at_ms: int) -> None:
        if seat.answers is None:
            seat.driver.take_output()
            return
        at_ms = seat.now_ms = max(at_ms, seat.now_ms)
        wake: int | None = None
        with self._blamed(seat):
            wake = seat.driver.poll(at_ms)
            if sent := seat.driver.take_output():
                seat.answers.ask(sent, at_ms)
        seat.wake_ms = wake if wake is None else max(wake, at_ms + 1)
        self._gather(seat, at_ms)

    @contextmanager
    def _blamed(self, seat: Seat) -> Iterator[None]:
        """A driver that raises is judged for it; the others go on."""
        try:
            yield
        except Exception as error:
            seat.trouble = seat.trouble or f"{type(error).__name__}: {error}"

    def _gather(self, seat: Seat, at_ms: int) -> None:
        for fact in self._reported:
            name = device_of(fact) or seat.driver.name
            self._seats.get(name, seat).facts.append((at_ms, fact))
        self._reported.clear()

    # -- judging

    def verdicts(self, part: Part, complete: bool) -> list[LinkVerdict]:
        """One for each link. `complete` False: the controller went another way, so its orders did too."""
        names = [name for name in self._seats if any(event.name == name for event in part.events)]
        return [self._verdict(part, name, complete) for name in names]

    def _verdict(self, part: Part, name: str, complete: bool) -> LinkVerdict:
        seat = self._seats[name]
        verdict = LinkVerdict(part.boot, name, why_not=self.why_not or seat.trouble)
        if not complete:
            verdict.why_not = verdict.why_not or "the steps differ, so the orders to it differ"
        if verdict.why_not:
            return verdict
        heard = [(event, fact) for event, fact in _heard(part.events) if device_of(fact) == name]
        made = [fact for at_ms, fact in seat.facts]
        for n, (event, fact) in enumerate(heard):
            if event.mono_ms > self.ended_ms:
                break
            came = made[n] if n < len(made) else None
            if came is None or _plain(came) != _plain(fact):
                out = plain(record_of(came)) if came is not None else "nothing"
                verdict.difference = Difference(event.seq, plain(record_of(fact)), out)
                break
            verdict.facts += 1
        return verdict


def _no_link(name: str, device: Device) -> Callable[[], Any]:
    return lambda: None


def _heard(events: Iterable[Event]) -> list[tuple[Event, Fact]]:
    return [(event, fact_of(event.value)) for event in events if event.kind == "fact"]


def _plain(fact: Fact) -> dict[str, Any]:
    return {key: value for key, value in record_of(fact).items() if not key.endswith("_ms")}
