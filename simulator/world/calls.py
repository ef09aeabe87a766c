"""The station driver's lanes in virtual time: a call takes its way there, is handled, and its answer takes its way back.

Requests and answers are the real bytes, the time-outs are those of the real connection (decision 18). A call that has left
reaches the station even when the machine loses its power meanwhile; only nobody hears the answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from drivers.link.http_line import ANSWER_S, CONNECT_S
from drivers.station_http import calls, codec
from drivers.station_http.calls import Answer, Call
from drivers.station_http.lanes import Lane
from drivers.station_http.outcome import Outcome, unanswered, understand
from drivers.station_http.transport import parsed
from kiosk.clock import VirtualClock
from kiosk.ports.fact import Fact
from kiosk.ports.station import TrainsListed
from kiosk.ports.trips import Offer
from simulator.station.faults import Behaviour
from simulator.station.runs import AsOpened
from simulator.station.wire import Refused, Reply, Request, content_of
from simulator.station.world import World

if TYPE_CHECKING:
    from simulator.world.station import Desk

CONNECT_MS, ANSWER_MS = round(CONNECT_S * 1_000), round(ANSWER_S * 1_000)
UNAVAILABLE = Refused(503, "unavailable", "the station is not available").reply


@dataclass(slots=True, eq=False)
class _Trip:
    """One try of one call. `over`: its end was told, what still happens to it is heard by nobody."""

    call: Call
    token: str
    sent_wall_ms: int
    until_ms: int
    life: int
    again: bool = False
    over: bool = False
    forgotten: bool = False


@dataclass(slots=True)
class _Line:
    """One lane: a connection that is kept, what waits for it, the one call under way."""

    waiting: deque[tuple[Call, str]] = field(default_factory=deque)
    trip: _Trip | None = None
    connected: bool = False


class VirtualLanes:
    """`way_ms()` answers how long one way takes this time; `arrived` is told when outcomes wait."""

    def __init__(self, desk: Desk, clock: VirtualClock, token: str, way_ms: Callable[[], int]) -> None:
        self._desk, self._clock, self._token, self._way_ms = desk, clock, token, way_ms
        self._lines = {lane: _Line() for lane in Lane}
        self._outcomes: list[Outcome] = []
        self._closed = False
        self.on_wire: Callable[[str, bool], None] = lambda call, out: None
        self.arrived: Callable[[], None] = lambda: None

    def submit(self, lane: Lane, call: Call, token: str = "") -> None:
        if self._closed:
            return
        line = self._lines[lane]
        line.waiting.append((call, token))
        if line.trip is None:
            self._next(line)

    def forget(self, lane: Lane, token: str) -> None:
        line = self._lines[lane]
        line.waiting = deque(job for job in line.waiting if job[1] != token)
        if line.trip is not None and line.trip.token == token:
            line.trip.forgotten = True

    def fileno(self) -> int:
        """There is no descriptor: virtual time asks the clock what is ready."""
        return -1

    def drain(self) -> list[Outcome]:
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def close(self, timeout_s: float = 0.0) -> None:
        self._closed = True
        self._outcomes.clear()
        for line in self._lines.values():
            line.waiting.clear()

    # -- one call

    def _next(self, line: _Line) -> None:
        line.trip = None
        if line.waiting:
            call, token = line.waiting.popleft()
            self.on_wire(call.name, True)
            self._leave(line, call, token, again=False)

    def _leave(self, line: _Line, call: Call, token: str, again: bool) -> None:
        desk, clock = self._desk, self._clock
        now_ms = clock.mono_ms()
        trip = line.trip = _Trip(call, token, clock.wall_ms(), now_ms + ANSWER_MS, desk.life, again)
        if desk.unplugged and line.connected:
            self._silent(line, trip, trip.until_ms, "timeout")
        elif desk.unplugged:
            self._silent(line, trip, now_ms + CONNECT_MS, "unreachable")
        elif not desk.running:
            self._silent(line, trip, now_ms + self._way_ms(), "unreachable")
        else:
            line.connected = True
            clock.at(now_ms + self._way_ms(), lambda: self._reach(line, trip))

    def _reach(self, line: _Line, trip: _Trip) -> None:
        """The request is at the station's door."""
        now_ms = self._clock.mono_ms()
        if self._desk.unplugged:
            self._silent(line, trip, trip.until_ms, "timeout")
            return
        if self._gone(trip):
            self._silent(line, trip, now_ms + self._way_ms(), "cut")
            return
        behaviour = self._desk.faults.behave(trip.call.path)
        if behaviour.refuse:
            self._answer(line, trip, UNAVAILABLE)
        elif behaviour.cut_off:
            self._silent(line, trip, now_ms + self._way_ms(), "cut")
        elif behaviour.delay_ms:  # it is handled when its time comes, whether or not somebody still waits
            self._silent(line, trip, trip.until_ms, "timeout")
            self._clock.at(now_ms + behaviour.delay_ms, lambda: self._serve(line, trip, behaviour))
        else:
            self._serve(line, trip, behaviour)

    def _serve(self, line: _Line, trip: _Trip, behaviour: Behaviour) -> None:
        now_ms = self._clock.mono_ms()
        if self._gone(trip):
            self._silent(line, trip, now_ms + self._way_ms(), "cut")
            return
        reply = self._desk.serve(_request(trip.call, self._token), now_ms)
        if behaviour.lose_answer:
            self._silent(line, trip, now_ms + self._way_ms(), "cut")
        else:
            self._answer(line, trip, reply)

    def _gone(self, trip: _Trip) -> bool:
        """The process that the connection led to ended."""
        return not self._desk.running or self._desk.life != trip.life

    def _answer(self, line: _Line, trip: _Trip, reply: Reply) -> None:
        def come() -> None:
            if self._desk.unplugged:
                self._silent(line, trip, trip.until_ms, "timeout")
            elif not (trip.over or self._closed):
                self._end(line, trip, self._understood(trip, reply))

        self._clock.at(self._clock.mono_ms() + self._way_ms(), come)

    def _silent(self, line: _Line, trip: _Trip, at_ms: int, trouble: str) -> None:
        """At `at_ms` the machine knows that no answer will come."""

        def give_up() -> None:
            if trip.over or self._closed:
                return
            line.connected = False
            if trip.call.once_more(trouble) and not trip.again:
                trip.over = True
                self._leave(line, trip.call, trip.token, again=True)
                assert line.trip is not None
                line.trip.forgotten = trip.forgotten
            else:
                self._end(line, trip, unanswered(trip.call, trouble))

        self._clock.at(at_ms, give_up)

    def _understood(self, trip: _Trip, reply: Reply) -> Outcome:
        world = self._desk.world
        etag = reply.headers.get("ETag", "")
        if reply.body is world.description:
            return Outcome(trip.call, network_of(world), etag=etag)
        body = reply.body
        offers: tuple[Offer, ...] = ()
        if body is not None and "trains" in body and trip.call.name == "trains":
            offers, body = tuple(map(_offer_of, body["trains"])), {**body, "trains": []}
        answer = Answer(reply.status, parsed(content_of(body)), etag)
        outcome = understand(trip.call, answer, trip.sent_wall_ms, self._clock.wall_ms())
        if offers and isinstance(outcome.fact, TrainsListed):
            return replace(outcome, fact=replace(outcome.fact, offers=offers))
        return outcome

    def _end(self, line: _Line, trip: _Trip, outcome: Outcome) -> None:
        trip.over = True
        self.on_wire(trip.call.name, False)
        if not trip.forgotten:
            self._outcomes.append(outcome)
            self.arrived()
        self._next(line)


def _offer_of(told: dict[str, Any]) -> Offer:
    """What the real codec makes of one train of a list; made once of what the station tells everybody alike.

    Raises Malformed, which ends the run: the station has no trouble that spoils a list.
    """
    return _opened(told) if isinstance(told, AsOpened) else _read(told)


def _read(told: dict[str, Any]) -> Offer:
    (offer,) = codec.offers(parsed(content_of({"trains": [told]})))
    return offer


_opened = lru_cache(4_096)(_read)


@cache
def network_of(world: World) -> Fact | None:
    """What the real codec makes of the description of the network, once for all who ask: it never changes."""
    answer = Answer(200, parsed(content_of(world.description)))
    return understand(calls.ask_network("", None), answer, 0, 0).fact


def _request(call: Call, token: str) -> Request:
    path, _, query = call.path.partition("?")
    return Request(call.method, unquote(path), dict(parse_qsl(query)), call.content() or b"", token, call.etag)
