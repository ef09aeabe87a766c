"""Creator CRT-310 motorised card reader. Sans-I/O.

Source: card-reader sheet; docs/decisions/037. The line moves commands (`line.py`), `reader.py` knows the card and the gate,
`moves.py` and `chips.py` are the orders, `start_up.py` meets the device; here they take turns, one command at a time. Between
orders the reader is asked where the card is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from drivers.crt310 import chips, moves
from drivers.crt310.codec import ADMITS, RATES
from drivers.crt310.counts import Counts
from drivers.crt310.line import Line, Outcome, Reply
from drivers.crt310.orders import Order, Orders, Steps
from drivers.crt310.reader import HELD, OFFERS, Pause, Reader, Script, Step
from drivers.crt310.start_up import MODEL, Found, meet
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.card_reader import (
    SAM_SLOTS,
    CardBytes,
    CardFound,
    CardNotIn,
    CardStuck,
    CardUncertain,
    ChipFailed,
    Hold,
    Place,
    TracksFailed,
)
from kiosk.ports.fact import DeviceReady, Fact, Report

OnFound = Literal["eject", "capture", "leave"]
TAKE_MS = 40_000
LOOK_MS = 2_000
ABSENT_MS = 1_000
HANGS_MS = 60_000
"""A card at the gate for so long, while no order is under way, is in nobody's hand any more."""
NOISE = 3
FOUND: tuple[Place, ...] = (*HELD, "strange", "bin")
OWN = 0
"""The driver's own order: a card that it found."""


class Crt310:
    """Participant and CardReader.

    `admits`: what opens the gate, one of ADMITS. `offers`: one of OFFERS; `held` for readers that cannot take back what they do not
    hold. `on_found`: what becomes of a card that nobody let in since the start: it is
    offered, and captured when it is not taken within `take_ms`; or captured; or left to the machine. `counts`: to go on from.
    `look_only`: nothing is set and nothing moves, for a probe.
    """

    def __init__(
        self,
        name: str,
        report: Report,
        *,
        baud: int = 9_600,
        admits: str = "magnetic",
        offers: str = "loose",
        on_found: OnFound = "eject",
        take_ms: int = TAKE_MS,
        counts: Mapping[str, int] | None = None,
        look_only: bool = False,
    ) -> None:
        """Raises ValueError for a rate or a kind of admission the reader does not know."""
        if baud not in RATES or admits not in ADMITS or offers not in OFFERS or take_ms < 0:
            raise ValueError(f"a reader at {baud} baud that admits by {admits}, offers {offers} and waits {take_ms} ms")
        self.name = name
        self._report = report
        self._baud, self._on_found, self._take_ms, self._look_only = baud, on_found, take_ms, look_only
        self._faults = Raised(name, report)
        self._counts = Counts(counts)
        self._reader = Reader(report, self._faults, self._counts, admits, offers)
        self._orders = Orders(report)
        self._line: Line | None = None
        self._script: Script[None] | None = None
        self._step: Step = Pause(0)
        self._due_ms = 0
        self._met = self._restart_wanted = self._found_card = self._stayed = False
        self._found = Found()

    # -- the port

    @property
    def place(self) -> Place:
        return self._reader.place

    @property
    def can_take_cards(self) -> bool:
        return self._met and not self._reader.trouble_now

    @property
    def counts(self) -> Mapping[str, int]:
        return self._counts.now

    def recall(self) -> None:
        self._reader.recall()

    def admit(self, order: int) -> None:
        def abandoned(why: str, begun: bool) -> Fact:
            return CardUncertain(order, why) if begun else CardNotIn(order, why)

        self._give(Order(order, lambda: moves.admit(self._reader, order, self._orders.over), abandoned, enters=True))

    def withdraw(self, order: int) -> None:
        self._orders.withdraw(order)

    def move(self, order: int, to: Hold) -> None:
        self._give(_moving(order, lambda: moves.hold(self._reader, order, to)))

    def eject(self, order: int, take_ms: int) -> None:
        self._give(_moving(order, lambda: self._out(moves.eject(self._reader, order, take_ms, self._orders.over))))

    def capture(self, order: int) -> None:
        self._give(_moving(order, lambda: self._out(moves.capture(self._reader, order))))

    def _out(self, steps: Script[Fact]) -> Script[Fact]:
        """Remembers whether a card that should leave stayed: its order is over, and nobody else will ask for it."""
        fact = yield from steps
        self._stayed = isinstance(fact, CardStuck | CardUncertain)
        return fact

    def power(self, order: int, sam: int = 0, warm: bool = False) -> None:
        if sam and sam not in SAM_SLOTS:
            self._report(ChipFailed(order, "request"))
            return
        self._give(_of_chip(order, lambda: chips.power(self._reader, order, sam, warm)))

    def power_off(self, order: int) -> None:
        self._give(_of_chip(order, lambda: chips.power_off(self._reader, order)))

    def exchange(self, order: int, apdu: CardBytes, sam: int = 0) -> None:
        self._give(_of_chip(order, lambda: chips.exchange(self._reader, order, apdu, sam)))

    def take_answer(self, order: int) -> CardBytes | None:
        return self._reader.answer.take(order)

    def read_tracks(self, order: int) -> None:
        def abandoned(why: str, begun: bool) -> Fact:
            return TracksFailed(order, why)

        self._give(Order(order, lambda: chips.read_tracks(self._reader, order), abandoned))

    def take_tracks(self, order: int) -> tuple[CardBytes | None, ...] | None:
        return self._reader.tracks.take(order)

    def _give(self, order: Order) -> None:
        if self._script is None or not self._met:
            self._report(order.abandoned("link" if self._script is None else "silent", False))
        else:
            self._orders.add(order)

    # -- service and probe

    def restart(self) -> None:
        """People have looked after it: what was wrong is forgotten, and the reader is met again."""
        self._restart_wanted = True

    @property
    def ready(self) -> bool:
        """It said who it is."""
        return self._met

    def probe_lines(self) -> list[str]:
        """Identity, state and counts; one fact a line."""
        lines = [f"model {MODEL}"]
        if self._found.version:
            lines += [f"version {self._found.version}", f"serial {self._found.serial}".rstrip()]
        if (status := self._reader.status) is not None:
            lines += [f"place {status.place}", f"entry {status.entry}", f"rear entry {status.rear}"]
        lines += [f"supply {self._reader.supply}"]
        return lines + [f"count {name} {value}" for name, value in self.counts.items() if value] + self._faults.lines()

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._faults.clear(FaultCode.LINK_LOST)
        self._line = Line(self._baud, now_ms)
        self._start(now_ms)

    def link_lost(self, why: str, now_ms: int) -> None:
        self._line = self._script = None
        self._forget("link")
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        self._faults.set(FaultCode.LINK_LOST, True, why)

    def take_output(self) -> bytes:
        return self._line.take_output() if self._line else b""

    def receive(self, data: bytes, now_ms: int) -> None:
        if self._line:
            self._reader.now_ms = now_ms
            self._hear(self._line.receive(data, now_ms), now_ms)

    def poll(self, now_ms: int) -> int | None:
        self._reader.now_ms = now_ms
        line = self._line
        if line is None:
            return None
        if self._restart_wanted:
            self._restart_wanted = False
            self._reader.mend()
            self._start(now_ms)
        self._hear(line.poll(now_ms), now_ms)
        if isinstance(self._step, Pause) and (now_ms >= self._due_ms or (self._step.idle and self._orders)):
            self._advance(None, now_ms)
        self._send(now_ms)
        due = [self._due_ms] if isinstance(self._step, Pause) else []
        if (at := line.due_ms()) is not None:
            due.append(at)
        return max(now_ms + 1, min(due, default=now_ms + LOOK_MS))

    # -- scripts

    def _start(self, now_ms: int) -> None:
        """Begin anew with whatever is there; what was under way is over."""
        self._forget("silent")
        if self._line and not self._line.idle:
            self._line = Line(self._baud, now_ms)
        self._script = self._live()
        self._take(next(self._script), now_ms)

    def _forget(self, why: str) -> None:
        self._met = self._found_card = False
        self._orders.drop(why)
        self._reader.forget()

    def _hear(self, reply: Reply | None, now_ms: int) -> None:
        if reply is None:
            return
        if reply.outcome in (Outcome.DONE, Outcome.REFUSED):
            self._faults.clear(FaultCode.NO_ANSWER)
        self._advance(reply, now_ms)
        self._send(now_ms)

    def _advance(self, reply: Reply | None, now_ms: int) -> None:
        assert self._script is not None
        self._take(self._script.send(reply), now_ms)

    def _take(self, step: Step, now_ms: int) -> None:
        self._step = step
        if isinstance(step, Pause):
            self._due_ms = now_ms + step.ms

    def _send(self, now_ms: int) -> None:
        if self._line and self._line.idle and not isinstance(self._step, Pause):
            self._line.send(self._step, now_ms)

    def _live(self) -> Script[None]:
        while True:
            self._found = yield from meet(self._reader, self._look_only)
            if not self._judge():
                self._forget("silent")
                yield Pause(ABSENT_MS)
                continue
            self._met = True
            self._notice(("gate", *FOUND))
            self._report(DeviceReady(self.name, MODEL, self._found.version, self._found.serial))
            while not self._reader.lost:
                yield from self._serve()
            self._faults.set(FaultCode.NO_ANSWER, True)
            self._forget("silent")

    def _judge(self) -> bool:
        """Whether this is the reader, and what is wrong if not."""
        reader, found, line = self._reader, self._found, self._line
        assert line is not None
        noisy = reader.lost and line.noise >= NOISE
        wrong = noisy or bool(found.version and not found.right)
        self._faults.set(FaultCode.WRONG_DEVICE, wrong, "noise" if noisy else found.version)
        self._faults.set(FaultCode.NO_ANSWER, reader.lost and not wrong)
        if reader.lost or wrong:
            return False
        reader.trouble("start", "" if found.right else found.why)
        return found.right

    def _serve(self) -> Script[None]:
        """One order, or one look."""
        self._notice(FOUND)
        if self._found_card:
            self._found_card = False
            yield from self._deal_with_it()
            return
        if self._orders:
            yield from self._orders.carry_out()
            return
        yield Pause(LOOK_MS, idle=True)
        if self._orders or self._reader.lost:
            return
        yield from self._reader.look()
        yield from self._left_behind()
        shut = self._reader.gate_is_shut and self._reader.supply == "good"
        if not shut and not self._look_only and not self._reader.lost:
            yield from self._reader.shut_gate()

    # -- a card nobody let in

    def _notice(self, places: tuple[Place, ...]) -> None:
        """At a start also at the gate; later a card there is somebody's who holds it against a shut gate (`HANGS_MS` at most)."""
        reader = self._reader
        if reader.known or reader.place not in places or self._look_only:
            return
        reader.known = True
        self._found_card = self._on_found != "leave"
        self._report(CardFound(reader.place))

    def _left_behind(self) -> Script[None]:
        """No next card has a way in: at the gate it was neither taken nor pulled in, which people see, or never drawn in and left
        there; one that stayed inside is offered once more when nothing stands in its way now, such as a supply that was bad."""
        reader = self._reader
        if reader.place == "gate" and (reader.known or reader.now_ms - reader.place_ms >= HANGS_MS):
            reader.trouble("left", "gate")
        if not self._stayed or reader.place not in HELD or reader.trouble_now or reader.lost:
            return
        self._stayed = False
        yield from self._deal_with_it()
        self._stayed = False
        if reader.place in HELD and not reader.lost:
            reader.trouble("left", reader.place)

    def _deal_with_it(self) -> Script[None]:
        """What is no card is never captured, and what hangs out at the rear never offered."""
        place = self._reader.place
        if place == "bin" or (self._on_found == "capture" and place != "strange"):
            order = _moving(OWN, lambda: self._out(moves.capture(self._reader, OWN)))
        else:
            order = _moving(OWN, lambda: self._out(moves.eject(self._reader, OWN, self._take_ms, self._orders.over)))
        yield from self._orders.carry_out(order)


def _moving(order: int, steps: Steps) -> Order:
    return Order(order, steps, lambda why, begun: CardUncertain(order, why), moves=True)


def _of_chip(order: int, steps: Steps) -> Order:
    return Order(order, steps, lambda why, begun: ChipFailed(order, why))
