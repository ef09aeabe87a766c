"""One boot again, in virtual time: a controller assembled on the journal before it, fed with what it heard, asked when it was.

Every turn happens at its recorded time. Steps come out as lines of a journal in memory, and each is compared with the one
that stands: fact and intents, apart from counters of devices and from times. Source: decision 38 (single steps are for here).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from kiosk.assembly import FONTS, Assembled, Outside, assemble
from kiosk.blackbox import masked
from kiosk.deeds import Devices
from kiosk.errors import TvmError
from kiosk.identity import Operator
from kiosk.journal_lines import STATE, Line
from kiosk.ports.fact import Fact
from kiosk.print.sheet import Faces
from kiosk.reactor import Reactor
from kiosk.records import fact_of
from kiosk.screen.texts import Texts
from kiosk.screen.values import Screen, Show, encode
from kiosk.service import Service
from kiosk.settings import Settings
from kiosk.watch import Watch
from simulator.replay.judged import Difference, Rerun
from simulator.replay.memory import Memory
from simulator.replay.past import plain
from simulator.replay.ring import Event, Part
from simulator.replay.source import Incident
from simulator.replay.wires import Still, Wires

TIMES_MS = 5_000
"""Times inside a fact (a pause, a span) may differ by so much: the clock was read a moment later than we know."""


class Clock:
    """Stands where it is put. The journal knows best what the calendar said when a step was decided."""

    def __init__(self, rate: float, expected: Callable[[], Line | None]) -> None:
        self.rate, self._expected = rate, expected
        self.now_ms = self.calendar_ms = 0

    def mono_ms(self) -> int:
        return self.now_ms

    def wall_ms(self) -> int:
        line = self._expected()
        return line.wall_ms if line is not None and line.mono_ms == self.now_ms else self.calendar_ms

    def wait(self, until_ms: int | None) -> list[tuple[object, bool, bool]]:
        return []

    def register(self, what: object, writing: bool) -> None:
        """There are no descriptors."""

    def forget(self, what: object) -> None:
        """There are no descriptors."""


class Rerunner:
    """`settings` as they were then; `to_seq` 0 is the end. `run` answers what it found."""

    def __init__(self, found: Incident, part: Part, settings: Settings, to_seq: int = 0) -> None:
        self._found, self._part, self._settings = found, part, settings
        self._lines = [line for line in found.lines if line.boot == part.boot]
        self._to_seq = to_seq
        self._done = 0
        self._known: tuple[int, ...] = ()
        self._shown: list[bytes] = []
        self.verdict = Rerun(part.boot)
        self._clock = Clock(float(part.head.get("rate", 1.0)), self._expected)
        self._wires: Wires | None = None

    def _expected(self) -> Line | None:
        return self._lines[self._done] if self._done < len(self._lines) else None

    # -- the whole

    def run(self) -> Rerun:
        if not self._part.whole:
            self.verdict.why_not = "the black box begins in the middle of this start"
        elif not self._lines:
            self.verdict.why_not = "the journal has no record of this start"
        else:
            try:
                self._run()
            except TvmError as error:
                self.verdict.why_not = str(error)
        return self.verdict

    def _run(self) -> None:
        first = self._lines[0]
        self._clock.now_ms, self._clock.calendar_ms = first.mono_ms, first.wall_ms
        made = self._assemble()
        made.controller.service.proves = partial(self._proved, made.controller.watch)
        self._done = 1  # the boot's own line: written by the assembly
        self.verdict.first_seq = self.verdict.last_seq = first.seq
        made.controller.begin()
        assert self._wires is not None
        wires = self._wires
        wires.load(self._part.events)
        for event in self._part.events:
            if event.kind not in ("fact", "asked", "known", "show"):
                continue
            wires.until(event.mono_ms)
            self._clock.now_ms, self._clock.calendar_ms = event.mono_ms, event.wall_ms
            if not self._step(made, event):
                break
        else:
            self._stop(made, at_end=True)
        wires.finish()
        self.verdict.links = wires.verdicts(self._part, self.verdict.difference is None)

    def _step(self, made: Assembled, event: Event) -> bool:
        """One event; answers whether to go on."""
        self._stop(made)
        controller = made.controller
        assert self._wires is not None
        try:
            match event.kind:
                case "known":
                    self._known = event.value
                case "fact":
                    fact = self._fact(event, controller.service)
                    self._wires.expect(fact, event.mono_ms)
                    self._clock.now_ms = event.mono_ms
                    controller.hear(fact, event.mono_ms)
                case "asked":
                    controller.poll(event.mono_ms)
                case "show":
                    self._compare_screen(event)
        except Exception as error:
            self._differs(f"{type(error).__name__}: {error}")
        self._wires.settle(event.mono_ms)
        ended = bool(self._to_seq) and self._expected() is None
        return self.verdict.difference is None and not ended

    def _stop(self, made: Assembled, at_end: bool = False) -> None:
        """Being told to end is no fact of the ring: the journal says when."""
        line = self._expected()
        if line is None or line.fact["kind"] != "sys.stop":
            return
        if at_end or line.mono_ms <= self._clock.now_ms:
            made.controller.stop(line.fact["why"])

    # -- what came out

    def written(self, line: Line) -> None:
        """A step came out: is it the one that stands?"""
        stands = self._expected()
        self._done += 1
        if stands is None or self.verdict.difference is not None or stands.fact["kind"] == "sys.boot":
            return
        self.verdict.last_seq, self.verdict.steps = stands.seq, self.verdict.steps + 1
        if not alike(line.fact, stands.fact):
            self.verdict.difference = Difference(stands.seq, plain(stands.fact), plain(line.fact))
        elif not alike(line.intents, stands.intents):
            self.verdict.difference = Difference(stands.seq, plain(stands.intents), plain(line.intents))

    def _differs(self, why: str) -> None:
        line = self._expected()
        if self.verdict.difference is None:
            seq = line.seq if line else self.verdict.last_seq
            self.verdict.difference = Difference(seq, plain(line.fact) if line else "nothing", why)

    def _compare_screen(self, event: Event) -> None:
        self.verdict.shown += 1
        shown, self._shown = self._shown[-1:], []
        self.verdict.screens += bool(shown) and _body(shown[0].decode()) == _body(event.value)

    # -- what goes in

    def _fact(self, event: Event, service: Service) -> Fact:
        record = event.value
        if record["kind"] == "touched" and record["target"].endswith(":*"):
            record = {**record, "target": record["target"][:-1] + self._digit(service)}
        return fact_of(record)

    def _digit(self, service: Service) -> str:
        """A digit that was not recorded: the number of an operator is in the journal's line of the log-in, the PIN nowhere."""
        nobody = _nobody(service.numbers)
        for line in self._lines[self._done :]:
            number = {"op.login": "operator", "op.denied": "number", "op.act": "second"}.get(line.fact["kind"])
            if number:
                typed = len(service.state.number) if service.state.entry == "number" else 99
                return (str(line.fact[number]) + nobody * 100)[typed] if typed < 8 else "0"
        return nobody

    def _proved(self, watch: Watch, operator: Operator, pin: str) -> bool:
        """Whether a PIN was right is in the journal: it was wrong when the next line says denied, but of who has ended."""
        line = self._expected()
        denied = line is not None and line.fact["kind"] == "op.denied"
        return not denied or operator.ended(self._clock.wall_ms() + watch.skew_ms)

    # -- the machine

    def _assemble(self) -> Assembled:
        found, first = self._found, self._lines[0]
        memory = Memory.before(found, self._part.boot, self.written)
        nonce = str(first.fact.get("nonce", ""))

        def fit(reactor: Reactor, boot: int) -> Devices:
            self._wires = Wires(self._settings, self._clock, boot)
            return self._wires.devices(lambda: self._known)

        def show(screen: Screen) -> None:
            line = encode(Show(1, screen))
            self._shown.append(masked(line) or line)

        dice = cast("Any", Still())
        outside = Outside(self._clock, memory, fit, show, dice, Texts(), Faces(FONTS), nonce=lambda: nonce)
        return assemble(self._settings, found.identity, outside)


def _nobody(numbers: Sequence[str]) -> str:
    """A digit that no operator's number is made of alone: repeated, it stands for a number that nobody has."""
    return next((digit for digit in "0123456789" if all(set(number) != {digit} for number in numbers)), "0")


def _body(line: str) -> str:
    """What is shown, without how many ms of a time limit were left."""
    return re.sub(r'"remaining_ms":\d+', "", line.partition('"screen":')[2].rstrip("\n"))


def alike(made: Any, stands: Any, key: str = "") -> bool:
    """The same but for device counters, for times that the ring cannot know to the millisecond, and for the chain over them."""
    if isinstance(made, dict) and isinstance(stands, dict):
        apart = {"counters", "after"} if made.get("kind") == STATE else {"counters"}
        keys = (made.keys() | stands.keys()) - apart
        return all(name in made and name in stands and alike(made[name], stands[name], name) for name in keys)
    if isinstance(made, Sequence) and isinstance(stands, Sequence) and not isinstance(made, str):
        return len(made) == len(stands) and all(alike(a, b, key) for a, b in zip(made, stands, strict=True))
    if key.endswith("_ms") and type(made) is int and type(stands) is int:
        return abs(made - stands) <= TIMES_MS
    return bool(made == stands)
