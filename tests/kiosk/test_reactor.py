"""The loop: bytes wait for the journal, times are kept, links break and come back, many facts are one turn."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from kiosk.clock import RealClock, VirtualClock
from kiosk.errors import LinkError
from kiosk.ports.fact import Fact
from kiosk.reactor import REOPEN_MS, Reactor


@dataclass(frozen=True, slots=True)
class Said(Fact):
    kind: ClassVar[str] = "said"
    text: str


class Wire:
    """A link in virtual time: what the device sends is put in by the test; what the driver sends is kept."""

    def __init__(self, log: list[str], name: str = "wire") -> None:
        self.log, self.name = log, name
        self.arrived = b""
        self.written = b""
        self.room = 10_000
        self.broken = ""
        self.closed = False

    def fileno(self) -> int:
        return 99

    def read(self) -> bytes:
        if self.broken:
            raise LinkError(self.broken)
        data, self.arrived = self.arrived, b""
        return data

    def write(self, data: bytes) -> int:
        if self.broken:
            raise LinkError(self.broken)
        done = min(len(data), self.room)
        self.written += data[:done]
        self.log.append(f"{self.name} wrote {data[:done].decode()}")
        return done

    def close(self) -> None:
        self.closed = True


class Talker:
    """A driver that answers each byte with `ack` and says it; orders are queued until the next poll."""

    def __init__(self, log: list[str], reactor: Reactor, name: str = "talker", period_ms: int | None = None) -> None:
        self.name, self.log, self._reactor, self.period_ms = name, log, reactor, period_ms
        self.out = b""
        self.ordered: list[str] = []
        self.polled: list[int] = []
        self.lost: list[str] = []
        self.ups = 0

    def receive(self, data: bytes, now_ms: int) -> None:
        for byte in data.decode():
            self.log.append(f"{self.name} got {byte}")
            self.out += f"ack{byte}".encode()
            self._reactor.report(Said(byte))

    def poll(self, now_ms: int) -> int | None:
        self.polled.append(now_ms)
        while self.ordered:
            self.out += self.ordered.pop(0).encode()
        return None if self.period_ms is None else now_ms + self.period_ms

    def take_output(self) -> bytes:
        data, self.out = self.out, b""
        return data

    def link_lost(self, why: str, now_ms: int) -> None:
        self.lost.append(why)

    def link_up(self, now_ms: int) -> None:
        self.ups += 1


@dataclass
class Journaling:
    """An application that syncs a line for each fact, then orders `order` from the driver."""

    log: list[str]
    driver: Talker | None = None
    order: str = ""
    due: list[int] = field(default_factory=list)
    on_due: Callable[[int], None] = lambda now_ms: None
    heard: list[Fact] = field(default_factory=list)
    now_ms: list[int] = field(default_factory=list)

    def hear(self, fact: Fact, now_ms: int) -> None:
        self.heard.append(fact)
        self.log.append(f"synced {getattr(fact, 'text', fact)}")
        if self.driver is not None and self.order:
            self.driver.ordered.append(self.order)

    def poll(self, now_ms: int) -> int | None:
        self.now_ms.append(now_ms)
        while self.due and self.due[0] <= now_ms:
            self.on_due(self.due.pop(0))
        return self.due[0] if self.due else None


class Bench:
    """A reactor in virtual time with one driver on one wire."""

    def __init__(self, period_ms: int | None = None) -> None:
        self.log: list[str] = []
        self.clock = VirtualClock()
        self.reactor = Reactor(self.clock)
        self.driver = Talker(self.log, self.reactor, period_ms=period_ms)
        self.wire = Wire(self.log)
        self.opened = 0
        self.refuse = ""
        self.application = Journaling(self.log)
        self.reactor.run_application(self.application)
        self.reactor.add(self.driver, self.open)

    def open(self) -> Wire:
        self.opened += 1
        if self.refuse:
            raise LinkError(self.refuse)
        return self.wire

    def arrive(self, data: bytes, at_ms: int) -> None:
        def come() -> None:
            self.wire.arrived += data
            self.reactor._ready(self.wire, True, False)

        self.clock.at(at_ms, come)

    def turns(self, count: int) -> None:
        for _ in range(count):
            self.reactor.turn()


def test_nobody_is_asked_when_the_clock_woke_for_somebody_outside() -> None:
    bench = Bench(period_ms=1_000)
    bench.turns(1)
    woken: list[int] = []
    bench.clock.at(400, lambda: woken.append(bench.clock.mono_ms()))
    bench.turns(1)
    asked = list(bench.driver.polled), list(bench.application.now_ms)
    bench.turns(1)
    assert woken == [400]
    assert asked == ([0, 0], [0])
    assert bench.driver.polled == [0, 0, 1_000]


def test_bytes_wait_until_the_step_they_caused_is_synced() -> None:
    bench = Bench()
    bench.turns(1)
    bench.arrive(b"ab", 100)
    bench.turns(1)
    assert bench.log == ["talker got a", "talker got b", "synced a", "synced b", "wire wrote ackaackb"]


def test_an_order_given_for_a_fact_leaves_in_the_same_turn() -> None:
    bench = Bench()
    bench.application.driver, bench.application.order = bench.driver, "stack"
    bench.turns(1)
    bench.arrive(b"a", 100)
    bench.turns(1)
    assert bench.wire.written == b"ackastack"
    assert bench.log.index("synced a") < len(bench.log) - 1


def test_an_order_given_by_a_timer_leaves_in_the_same_turn_though_the_driver_sleeps() -> None:
    bench = Bench()
    bench.application.due = [500]
    bench.application.on_due = lambda now_ms: bench.driver.ordered.append("retract")
    bench.turns(2)
    assert bench.clock.mono_ms() == 500
    assert bench.wire.written == b"retract"


def test_a_fact_that_an_order_causes_at_once_is_heard_in_the_same_turn() -> None:
    bench = Bench()
    bench.application.due = [500]
    bench.application.on_due = lambda now_ms: bench.reactor.report(Said("refused"))
    bench.turns(2)
    assert bench.application.heard == [Said("refused")]
    assert bench.clock.mono_ms() == 500


def test_many_facts_are_one_turn_and_keep_their_order() -> None:
    bench = Bench()
    bench.turns(1)
    text = "".join(chr(ord("a") + number % 26) for number in range(200))
    bench.arrive(text.encode(), 100)
    bench.turns(1)
    assert "".join(fact.text for fact in bench.application.heard if isinstance(fact, Said)) == text
    assert [line for line in bench.log if line.startswith("wire")] == [bench.log[-1]]


def test_drivers_are_asked_when_they_said_and_when_something_happened() -> None:
    bench = Bench(period_ms=100)
    bench.turns(4)
    assert sorted(set(bench.driver.polled)) == [0, 100, 200, 300]
    bench.arrive(b"a", 350)
    bench.turns(1)
    assert bench.driver.polled[-1] == 350


def test_nothing_due_is_an_error_in_virtual_time_and_not_a_hang() -> None:
    bench = Bench()
    bench.turns(1)
    with pytest.raises(RuntimeError, match="nobody will ever wake us"):
        bench.turns(2)


# -- links


def test_a_link_that_breaks_is_told_and_opened_again() -> None:
    bench = Bench(period_ms=300)
    bench.turns(1)
    assert (bench.driver.ups, bench.opened) == (1, 1)
    bench.wire.broken = "unplugged"
    bench.arrive(b"a", 100)
    bench.turns(1)
    assert bench.driver.lost == ["unplugged"]
    assert bench.wire.closed
    bench.wire = Wire(bench.log)
    while bench.clock.mono_ms() < 100 + REOPEN_MS:
        assert bench.opened == 1
        bench.turns(1)
    assert (bench.opened, bench.driver.ups) == (2, 2)


def test_a_link_that_breaks_while_writing_is_told_too() -> None:
    bench = Bench()
    bench.application.due = [100]
    bench.turns(1)
    bench.driver.ordered.append("hello")
    bench.wire.broken = "unplugged"
    bench.turns(1)
    assert bench.driver.lost == ["unplugged"]


def test_a_link_that_breaks_while_writing_is_no_news_to_what_was_decided_before() -> None:
    bench = Bench()
    second = Talker(bench.log, bench.reactor, "second")
    bench.reactor.add(second, lambda: Wire(bench.log, "second wire"))
    bench.driver.link_lost = lambda why, now_ms: bench.reactor.report(Said(why))  # type: ignore[method-assign]
    bench.application.due = [100]
    bench.turns(1)
    left: list[tuple[str, bool]] = []
    bench.reactor.sent = lambda name, data: left.append((name, bool(bench.reactor.unheard)))
    bench.driver.ordered.append("hello")
    second.ordered.append("there")
    bench.wire.broken = "unplugged"
    bench.turns(2)
    assert left == [("talker", False), ("second", False)]
    assert bench.log.index("second wire wrote there") < bench.log.index("synced unplugged")


def test_bytes_for_a_broken_link_are_not_sent_to_the_next_one() -> None:
    bench = Bench(period_ms=300)
    bench.turns(1)
    bench.wire.broken = "unplugged"
    bench.arrive(b"", 100)
    bench.turns(1)
    bench.driver.ordered.append("old")
    bench.wire = Wire(bench.log)
    while bench.opened == 1:
        bench.turns(1)
    assert bench.wire.written == b""


def test_a_port_that_is_missing_from_the_start_is_told_once_and_tried_every_second() -> None:
    bench = Bench(period_ms=100)
    bench.refuse = "no such port"
    while bench.clock.mono_ms() < 3_500:
        bench.turns(1)
    assert bench.driver.lost == ["no such port"]
    assert bench.opened == 4
    bench.refuse = ""
    while bench.driver.ups == 0:
        bench.turns(1)
    assert bench.opened == 5


def test_what_did_not_fit_is_sent_later_and_in_order() -> None:
    bench = Bench()
    bench.turns(1)
    bench.wire.room = 3
    bench.arrive(b"ab", 100)
    bench.turns(1)
    assert bench.wire.written == b"ackaac"  # what fits is tried after the facts and after the timers
    while bench.wire.written != b"ackaackb":
        bench.turns(1)
    assert bench.clock.mono_ms() <= 115


def test_a_restart_is_a_new_handshake() -> None:
    bench = Bench()
    bench.turns(1)
    bench.reactor.restart("talker")
    bench.reactor.restart("nobody")
    assert bench.driver.ups == 2


def test_close_gives_the_links_back() -> None:
    bench = Bench()
    bench.turns(1)
    bench.reactor.close()
    assert bench.wire.closed


def test_what_a_signal_asks_for_is_done_in_the_next_turn_and_heard() -> None:
    bench = Bench()
    bench.turns(1)
    bench.reactor.report_soon(lambda: bench.reactor.report(Said("stop")))
    bench.turns(1)
    assert bench.application.heard == [Said("stop")]


def test_an_error_of_the_application_ends_the_program_and_nothing_is_sent() -> None:
    bench = Bench()
    bench.turns(1)

    def fail(fact: Fact, now_ms: int) -> None:
        raise RuntimeError("the journal is full")

    bench.application.hear = fail  # type: ignore[method-assign]
    bench.arrive(b"a", 100)
    with pytest.raises(RuntimeError, match="full"):
        bench.reactor.run()
    assert bench.wire.written == b""


class Mailbox:
    """A channel: a worker's mailbox, a screen's socket."""

    def __init__(self, end: socket.socket, reactor: Reactor) -> None:
        self._end, self._reactor = end, reactor
        self.wants = False
        self.sent = 0

    def fileno(self) -> int:
        return self._end.fileno()

    def wants_write(self) -> bool:
        return self.wants

    def on_readable(self, now_ms: int) -> None:
        data = self._end.recv(100)
        if not data:
            self._reactor.remove_channel(self)
            return
        self._reactor.report(Said(data.decode()))

    def on_writable(self, now_ms: int) -> None:
        self.sent += self._end.send(b"out")
        self.wants = False


class SocketLink:
    def __init__(self, end: socket.socket) -> None:
        self._end = end
        end.setblocking(False)

    def fileno(self) -> int:
        return self._end.fileno()

    def read(self) -> bytes:
        data = self._end.recv(4096)
        if not data:
            raise LinkError("closed")
        return data

    def write(self, data: bytes) -> int:
        return self._end.send(data)

    def close(self) -> None:
        self._end.close()


def test_the_same_loop_on_the_real_clock_over_real_sockets() -> None:
    near, far = socket.socketpair()
    inbox, outbox = socket.socketpair()
    log: list[str] = []
    clock = RealClock()
    reactor = Reactor(clock)
    driver = Talker(log, reactor, period_ms=10)
    application = Journaling(log)
    reactor.run_application(application)
    reactor.add(driver, lambda: SocketLink(near))
    mailbox = Mailbox(inbox, reactor)
    reactor.add_channel(mailbox)
    far.settimeout(5)
    far.sendall(b"ab")
    outbox.sendall(b"news")
    mailbox.wants = True
    reactor.turn()
    while Said("b") not in application.heard or Said("news") not in application.heard or not mailbox.sent:
        reactor.turn()
    assert far.recv(100) == b"ackaackb"
    assert log.index("synced b") == log.index("synced a") + 1 or "synced news" in log
    outbox.settimeout(5)
    assert outbox.recv(100) == b"out"
    outbox.close()
    while mailbox in reactor._channels:
        reactor.turn()
    far.close()
    while not driver.lost:
        reactor.turn()
    assert driver.lost == ["closed"]
    reactor.close()
    inbox.close()
