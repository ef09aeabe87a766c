"""The one loop: link bytes, timers, the mailboxes of worker threads, screen messages. Nothing else in here waits.

A turn: what arrived goes to the drivers; the facts they report go to the application, which journals and answers with
orders; only then do bytes leave (decision 16), and only after them is the application asked what else is due: no device
waits for a picture. Bytes that a driver queued because of received bytes are therefore held
until the step their facts caused is synced. Real and virtual time run the same code (`kiosk.clock`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from kiosk.clock import Clock
from kiosk.errors import LinkError
from kiosk.ports.fact import Fact, Participant

REOPEN_MS = 1_000


class Link(Protocol):
    """Moves bytes of one device. `read` never waits; both raise LinkError when the link broke."""

    def fileno(self) -> int: ...

    def read(self) -> bytes: ...

    def write(self, data: bytes) -> int: ...

    def close(self) -> None: ...


class Channel(Protocol):
    """Something with a file descriptor that looks after itself: a listening socket, a screen, a worker's mailbox."""

    def fileno(self) -> int: ...

    def wants_write(self) -> bool: ...

    def on_readable(self, now_ms: int) -> None: ...

    def on_writable(self, now_ms: int) -> None: ...


class Application(Protocol):
    def hear(self, fact: Fact, now_ms: int) -> None:
        """One fact: decide, journal, order. Orders go to drivers by their ports."""
        ...

    def poll(self, now_ms: int) -> int | None:
        """Own timers; answers the next wake."""
        ...


@dataclass(slots=True)
class Seat:
    """A participant at its link. `link` None: closed, tried again at `reopen_ms`. Participants without a link have no `open`."""

    participant: Participant
    open: Callable[[], Link] | None = None
    link: Link | None = None
    reopen_ms: int = 0
    wake_ms: int | None = 0
    pending: bytearray = field(default_factory=bytearray)


class Reactor:
    """Owns links and channels; participants and the application own everything else.

    For who keeps a record: `sent`, `received` (name of the participant, bytes), `linked` (name, why it was lost or nothing),
    `heard` (before the application does), `asked` (before it is polled), `turn_done`; `now_ms` is the time of this turn.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._seats: list[Seat] = []
        self._linked: list[Seat] = []  # those that have a link to open
        self._nudged = False
        self._channels: list[Channel] = []
        self._facts: deque[Fact] = deque()
        self._application: Application | None = None
        self._running = False
        self._soon: deque[Callable[[], None]] = deque()
        self.turn_done: Callable[[int], None] = lambda now_ms: None
        self.sent: Callable[[str, bytes], None] = lambda name, data: None
        self.received: Callable[[str, bytes], None] = lambda name, data: None
        self.linked: Callable[[str, str], None] = lambda name, lost: None
        self.heard: Callable[[Fact], None] = lambda fact: None
        self.asked: Callable[[], None] = lambda: None
        self.now_ms = clock.mono_ms()

    # -- building

    def run_application(self, application: Application) -> None:
        self._application = application

    def add(self, participant: Participant, open_link: Callable[[], Link] | None = None) -> None:
        seat = Seat(participant, open_link)
        self._seats.append(seat)
        if open_link is not None:
            self._linked.append(seat)

    def add_channel(self, channel: Channel) -> None:
        self._channels.append(channel)
        self.clock.register(channel, channel.wants_write())

    def remove_channel(self, channel: Channel) -> None:
        if channel in self._channels:
            self._channels.remove(channel)
            self.clock.forget(channel)

    def report(self, fact: Fact) -> None:
        """Given to every driver as its `Report`. Only queues."""
        self._facts.append(fact)

    @property
    def unheard(self) -> int:
        """Facts that wait to be heard, and so to be written down: while there are any no byte leaves (decision 16)."""
        return len(self._facts)

    def restart(self, name: str) -> None:
        """Begin the handshake of a device anew, as after a replug: what a technician asks for after clearing a fault."""
        for seat in self._seats:
            if seat.participant.name == name and seat.link is not None:
                self.linked(name, "")
                seat.participant.link_up(self.clock.mono_ms())
                seat.wake_ms = 0

    def nudge(self) -> None:
        """Something moved outside of every link: all participants are asked in the next turn."""
        self._nudged = True
        for seat in self._seats:
            seat.wake_ms = 0

    def report_soon(self, do: Callable[[], None]) -> None:
        """Run `do` in the next turn: what a signal handler may ask for."""
        self._soon.append(do)

    # -- running

    def run(self) -> None:
        """Turns until `stop`. Exceptions of the application end the program on purpose."""
        self._running = True
        while self._running:
            self.turn()

    def stop(self) -> None:
        self._running = False

    def close(self) -> None:
        """Give all links back."""
        for seat in self._seats:
            if seat.link is not None:
                self.clock.forget(seat.link)
                seat.link.close()
                seat.link = None

    def turn(self) -> None:
        """One turn: wait, hear, decide, send; then what is due, if anything is."""
        wake_ms = self._next_wake()
        ready = self.clock.wait(wake_ms)
        for what, readable, writable in ready:
            self._ready(what, readable, writable)
        self.now_ms = now_ms = self.clock.mono_ms()
        asked = self._facts or self._soon or self._nudged  # by what ran while the clock waited
        if ready or asked or (wake_ms is not None and wake_ms <= now_ms):  # else the clock woke for somebody outside
            self._nudged = False
            self._work(now_ms)
        self.turn_done(now_ms)

    def _work(self, now_ms: int) -> None:
        asked = bool(self._soon)
        while self._soon:
            self._soon.popleft()()
        heard = self._settle(now_ms)
        self._send_all(now_ms)
        if heard or asked or self._due(now_ms):
            self._ask_application(now_ms)
            self._send_all(now_ms)
        for channel in self._channels:
            self.clock.register(channel, channel.wants_write())

    def _next_wake(self) -> int | None:
        """Once in every turn, so without a list."""
        if self._facts or self._soon:
            return 0
        wake_ms = self._application_wake
        for seat in self._seats:
            seat_ms = seat.wake_ms
            if seat_ms is not None and (wake_ms is None or seat_ms < wake_ms):
                wake_ms = seat_ms
        for seat in self._linked:
            if seat.link is None and (wake_ms is None or seat.reopen_ms < wake_ms):
                wake_ms = seat.reopen_ms
        return wake_ms

    _application_wake: int | None = 0

    def _ready(self, what: object, readable: bool, writable: bool) -> None:
        now_ms = self.clock.mono_ms()
        for seat in self._seats:
            if seat.link is what:
                if readable:
                    self._read(seat, now_ms)
                return
        if what in self._channels:
            channel: Channel = what
            if readable:
                channel.on_readable(now_ms)
            if writable and what in self._channels:
                channel.on_writable(now_ms)

    def _read(self, seat: Seat, now_ms: int) -> None:
        if seat.link is None:
            return
        try:
            data = seat.link.read()
        except LinkError as error:
            self._broke(seat, str(error), now_ms)
            return
        if data:
            self.received(seat.participant.name, data)
            seat.participant.receive(data, now_ms)
            seat.wake_ms = now_ms

    def _due(self, now_ms: int) -> bool:
        return self._application_wake is not None and self._application_wake <= now_ms

    def _ask_application(self, now_ms: int) -> None:
        """What it orders because time has passed reaches the drivers at once, and what they report to that is heard."""
        while self._application is not None:
            self.asked()
            self._application_wake = self._application.poll(now_ms)
            if not self._settle(now_ms, ordered=True):
                return

    def _settle(self, now_ms: int, ordered: bool = False) -> bool:
        """Facts and due polls, until both are quiet: every order given in this turn reaches its driver in this turn.

        Answers whether there were facts. `ordered`: orders were given, so that drivers are asked even without one.
        """
        heard, busy = False, True
        while busy:
            some = self._hear_all(now_ms)
            busy = some or ordered
            heard, ordered = heard or some, False
            for seat in self._seats:
                if seat.link is None and seat.open is not None and now_ms >= seat.reopen_ms:
                    self._open(seat, now_ms)
                if busy or ((wake_ms := seat.wake_ms) is not None and wake_ms <= now_ms):
                    seat.wake_ms = seat.participant.poll(now_ms)
            busy = busy or bool(self._facts)
        return heard

    def _hear_all(self, now_ms: int) -> bool:
        if not self._facts:
            return False
        heard = False
        while self._facts and self._application is not None:
            fact = self._facts.popleft()
            self.heard(fact)
            self._application.hear(fact, now_ms)
            heard = True
        return heard

    def _open(self, seat: Seat, now_ms: int) -> None:
        assert seat.open is not None
        try:
            seat.link = seat.open()
        except LinkError as error:
            if seat.reopen_ms == 0:
                self.linked(seat.participant.name, str(error) or "lost")
                seat.participant.link_lost(str(error), now_ms)
            seat.reopen_ms = now_ms + REOPEN_MS
            return
        self.clock.register(seat.link, writing=False)
        seat.pending.clear()
        self.linked(seat.participant.name, "")
        seat.participant.link_up(now_ms)
        seat.wake_ms = now_ms

    def _broke(self, seat: Seat, why: str, now_ms: int) -> None:
        if seat.link is not None:
            self.clock.forget(seat.link)
            seat.link.close()
        seat.link, seat.reopen_ms = None, now_ms + REOPEN_MS
        self.linked(seat.participant.name, why or "lost")
        seat.participant.link_lost(why, now_ms)
        seat.wake_ms = now_ms

    def _send_all(self, now_ms: int) -> None:
        """All is gathered before any of it leaves: a link that breaks here is news, and no byte was decided after it."""
        for seat in self._linked:
            made = seat.participant.take_output()
            if made and seat.link is not None:
                self.sent(seat.participant.name, made)
                seat.pending += made
        for seat in self._linked:
            if seat.pending and seat.link is not None:
                self._send(seat, seat.link, now_ms)

    def _send(self, seat: Seat, link: Link, now_ms: int) -> None:
        try:
            done = link.write(bytes(seat.pending))
        except LinkError as error:
            self._broke(seat, str(error), now_ms)
            return
        del seat.pending[:done]
        if seat.pending:  # the kernel's buffer is full: soon again
            seat.wake_ms = min(seat.wake_ms or now_ms + 5, now_ms + 5)
