"""The station driver against a real socket: what is lost, repeated, kept in order, and when the link counts as lost."""

from __future__ import annotations

import json
import select
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from drivers.link import http_line
from drivers.station_http.driver import LONGEST_RETRY_MS, LOOK_MS, PROBE_DOWN_MS, PROBE_UP_MS, StationHttp
from drivers.station_http.lanes import ThreadLanes
from kiosk.ports.fact import Fact
from kiosk.ports.station import (
    NetworkKnown,
    PrintedReported,
    RecordsTaken,
    SaleStateKnown,
    SaleStateUnknown,
    StationBack,
    StationLost,
    TrainsFailed,
    TrainsListed,
    VoidReported,
)
from tests.outbox import outbox

PATIENCE_S = 30.0
SALE = "T07.7f3a91c2.17"
Script = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """One request at the scripted station; `asked` of the server keeps all of them."""

    protocol_version = "HTTP/1.1"
    server: ScriptedStation

    def answer(self, body: Any, status: int = 200, **headers: str) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.asked.append((self.command, self.path, body))
        self.server.script(self)

    do_GET = do_POST = do_PUT = _any

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class ScriptedStation(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.asked: list[tuple[str, str, Any]] = []
        self.script: Script = lambda request: request.answer({"time_ms": 1_000})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Machine:
    """The loop's part: facts in a list, time as an argument. The wall clock stands still at 1,000 ms."""

    def __init__(self, url: str) -> None:
        self.facts: list[Fact] = []
        self.now_ms = 0
        self.driver = StationHttp(
            url,
            "T07",
            "secret",
            self.facts.append,
            epoch="7f3a91c2",
            software="0.1",
            wall_ms=lambda: 1_000,
            mono_ms=lambda: 0,
            jitter=lambda longest: longest,
        )

    def until(self, kind: type[Fact], count: int = 1) -> Fact:
        """The `count`-th fact of that kind, once it came."""
        while len(found := [fact for fact in self.facts if isinstance(fact, kind)]) < count:
            assert select.select([self.driver], [], [], PATIENCE_S)[0], f"only {self.facts} came"
            self.driver.on_readable(self.now_ms)
        return found[count - 1]

    def poll_at(self, now_ms: int) -> int:
        self.now_ms = now_ms
        return self.driver.poll(now_ms)


@pytest.fixture
def station() -> Iterator[ScriptedStation]:
    server = ScriptedStation()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def machine(station: ScriptedStation) -> Iterator[Machine]:
    made = Machine(station.url)
    yield made
    made.driver.close()


def nobody() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_the_token_goes_with_every_call(station: ScriptedStation, machine: Machine) -> None:
    tokens: list[str | None] = []

    def script(request: Request) -> None:
        tokens.append(request.headers["Authorization"])
        request.answer({"key": SALE, "state": "none"})

    station.script = script
    machine.driver.ask_state(SALE)
    assert machine.until(SaleStateKnown) == SaleStateKnown(SALE, "none", ())
    assert tokens == ["Bearer secret"]


def test_the_link_is_found_and_its_skew_told_once(station: ScriptedStation, machine: Machine) -> None:
    station.script = lambda request: request.answer({"time_ms": 61_000})
    machine.poll_at(0)
    assert machine.until(StationBack) == StationBack(60_000)
    machine.poll_at(60_000)
    station.script = lambda request: request.answer({"time_ms": 1_500})
    machine.poll_at(120_000)
    assert machine.until(StationBack, 2) == StationBack(500)
    assert len(machine.facts) == 2


def test_while_all_is_well_nobody_wakes_before_the_next_probe(station: ScriptedStation, machine: Machine) -> None:
    assert machine.poll_at(0) == LOOK_MS
    machine.until(StationBack)
    assert machine.poll_at(500) == PROBE_UP_MS
    machine.driver.void(SALE, None, "cancelled")
    assert machine.poll_at(600) == 600 + LOOK_MS
    machine.until(VoidReported)
    assert machine.poll_at(700) > 20_000


def test_a_station_that_is_not_there_is_lost_once_and_asked_again() -> None:
    machine = Machine(nobody())
    machine.poll_at(0)
    assert machine.until(StationLost) == StationLost("unreachable")
    machine.driver.ask_state(SALE)
    assert machine.until(SaleStateUnknown) == SaleStateUnknown(SALE, "unreachable")
    machine.poll_at(PROBE_DOWN_MS - 1)
    machine.poll_at(PROBE_DOWN_MS)
    machine.driver.ask_trains(1, "BXP", "ZZF", "2026-11-23")
    assert machine.until(TrainsFailed) == TrainsFailed(1, "unreachable")
    assert machine.facts.count(StationLost("unreachable")) == 1
    machine.driver.close()


def test_a_silent_station_is_a_time_out(
    station: ScriptedStation, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_line, "ANSWER_S", 0.2)
    go = threading.Event()
    station.script = lambda request: go.wait(PATIENCE_S) and None
    machine.driver.ask_state(SALE)
    assert machine.until(SaleStateUnknown) == SaleStateUnknown(SALE, "timeout")
    assert machine.facts[0] == StationLost("timeout")
    go.set()


def test_noise_instead_of_an_answer_is_uncertain(station: ScriptedStation, machine: Machine) -> None:
    def script(request: Request) -> None:
        request.wfile.write(b"\x02\x03nonsense\r\n\r\n")
        request.close_connection = True

    station.script = script
    machine.driver.ask_state(SALE)
    fact = machine.until(SaleStateUnknown)
    assert fact == SaleStateUnknown(SALE, "cut")


def test_a_closed_connection_is_asked_again_for_a_question_never_for_a_deed(
    station: ScriptedStation, machine: Machine
) -> None:
    def script(request: Request) -> None:
        if len(station.asked) % 2:
            request.close_connection = True  # the request came, no answer goes out
        else:
            request.answer({"key": SALE, "state": "none"})

    station.script = script
    machine.driver.ask_state(SALE)
    assert machine.until(SaleStateKnown) == SaleStateKnown(SALE, "none", ())
    assert len(station.asked) == 2
    machine.driver.void(SALE, None, "confirm_lost")
    assert machine.until(VoidReported) == VoidReported(SALE, certain=False)
    assert len(station.asked) == 3


def test_an_answer_without_end_is_cut(station: ScriptedStation, machine: Machine) -> None:
    assert isinstance(machine.driver._lanes, ThreadLanes)
    for link in machine.driver._lanes.transports.values():
        link._line._longest = 1_000
    station.script = lambda request: request.answer({"key": "x" * 2_000})
    machine.driver.ask_state(SALE)
    assert machine.until(SaleStateUnknown) == SaleStateUnknown(SALE, "too_long")


def test_a_void_is_repeated_until_it_is_answered(station: ScriptedStation, machine: Machine) -> None:
    station.script = lambda request: request.answer({"error": "starting"}, 503)
    machine.driver.void(SALE, (1,), "spoiled")
    machine.driver.void(SALE, (1,), "spoiled")
    assert machine.until(VoidReported) == VoidReported(SALE, certain=False)
    assert machine.driver.poll(1_999) == 2_000
    assert len([a for a in station.asked if "void" in a[1]]) == 1
    station.script = lambda request: request.answer({"state": "voided"})
    machine.poll_at(2_000)
    assert machine.until(VoidReported, 2) == VoidReported(SALE, certain=True)
    machine.poll_at(9_000_000)
    machine.driver.ask_trains(1, "A", "B", "d")
    machine.until(TrainsFailed)
    voids = [body for _, path, body in station.asked if path.endswith(":void")]
    assert voids == [{"places": [1], "reason": "spoiled"}] * 2


def test_pauses_between_repeats_grow_to_five_minutes(station: ScriptedStation, machine: Machine) -> None:
    answered = threading.Semaphore(0)

    def script(request: Request) -> None:
        request.answer({"error": "starting"}, 503)
        answered.release()

    station.script = script
    machine.driver.void(SALE, None, "lost")
    pauses = []
    for _ in range(12):
        assert select.select([machine.driver], [], [], PATIENCE_S)[0]
        machine.driver.on_readable(machine.now_ms)
        pauses.append(machine.driver._deeds[0].due_ms - machine.now_ms)
        machine.now_ms = machine.driver._deeds[0].due_ms
        machine.driver._now_ms = machine.now_ms
        machine.driver._pump()
    assert pauses[:4] == [2_000, 4_000, 8_000, 16_000]
    assert pauses[-1] == LONGEST_RETRY_MS
    assert len(machine.facts) == 1  # told once that it is not certain


def test_deeds_of_one_sale_stay_in_order(station: ScriptedStation, machine: Machine) -> None:
    station.script = lambda request: request.answer({}, 503 if len(station.asked) == 1 else 200)
    machine.driver.printed(SALE, [(0, "E1", "E017-1", "void")])
    machine.driver.void(SALE, None, "spoiled")
    machine.driver.void("T07.7f3a91c2.18", None, "lost")
    assert machine.until(VoidReported) == VoidReported("T07.7f3a91c2.18", certain=True)
    machine.poll_at(2_000)
    assert machine.until(VoidReported, 2) == VoidReported(SALE, certain=True)
    assert [fact for fact in machine.facts if isinstance(fact, PrintedReported)] == [
        PrintedReported(SALE, certain=False),
        PrintedReported(SALE, certain=True),
    ]


def test_only_the_last_question_for_trains_is_waited_for(station: ScriptedStation, machine: Machine) -> None:
    first, go = threading.Event(), threading.Event()

    def script(request: Request) -> None:
        if len(station.asked) == 1:
            first.set()
            go.wait(PATIENCE_S)
        request.answer({"at_ms": 1, "trains": []})

    station.script = script
    machine.driver.ask_trains(1, "BXP", "ZZF", "2026-11-23")
    assert first.wait(PATIENCE_S)
    machine.driver.ask_trains(2, "BXP", "ZZF", "2026-11-24")
    machine.driver.ask_trains(3, "BXP", "ZZF", "2026-11-25")
    go.set()
    assert machine.until(TrainsListed) == TrainsListed(3, 1, ())
    assert [body["date"] for _, _, body in station.asked] == ["2026-11-23", "2026-11-25"]


def test_the_network_is_fetched_once_and_then_only_compared(station: ScriptedStation, machine: Machine) -> None:
    empty = {"version": "3", "stations": [], "hot": [], "classes": [], "passengers": [], "trains": []}
    seen: list[str | None] = []

    def script(request: Request) -> None:
        seen.append(request.headers["If-None-Match"])
        if seen[-1]:
            request.send_response(304)
            request.end_headers()
        else:
            request.answer(empty, ETag='"3"')

    station.script = script
    machine.driver.ask_network()
    known = machine.until(NetworkKnown)
    machine.driver.ask_network()
    assert machine.until(NetworkKnown, 2) == known
    assert seen == [None, '"3"']


def test_when_the_station_comes_back_what_was_kept_goes_out_soon(station: ScriptedStation, machine: Machine) -> None:
    port = station.server_address[1]
    machine.driver.close()
    away = Machine(nobody())
    away.driver.printed(SALE, [(0, "E1", "E017-1", "delivered")])
    assert away.until(PrintedReported) == PrintedReported(SALE, certain=False)
    assert away.driver._deeds[0].due_ms > 1_000
    assert isinstance(away.driver._lanes, ThreadLanes)
    for link in away.driver._lanes.transports.values():
        link._line._base_url = f"http://127.0.0.1:{port}"
    away.poll_at(PROBE_DOWN_MS)
    away.until(StationBack)
    away.poll_at(PROBE_DOWN_MS + 1_000)
    assert away.until(PrintedReported, 2) == PrintedReported(SALE, certain=True)
    away.driver.close()


def test_records_and_status_use_the_other_worker(station: ScriptedStation, machine: Machine) -> None:
    busy, go = threading.Event(), threading.Event()

    def script(request: Request) -> None:
        if request.path.endswith("/records"):
            busy.set()
            go.wait(PATIENCE_S)
            request.answer({"acked": 2})
        else:
            request.answer({"key": SALE, "state": "none"})

    station.script = script
    machine.driver.send_records("e", 1, outbox(["a", "b"]))
    assert busy.wait(PATIENCE_S)
    machine.driver.ask_state(SALE)
    machine.until(SaleStateKnown)
    assert RecordsTaken("e", 2, 0, False) not in machine.facts
    go.set()
    assert machine.until(RecordsTaken) == RecordsTaken("e", 2, 0, False)


def test_to_the_reactor_it_is_a_participant_without_bytes(machine: Machine) -> None:
    machine.driver.receive(b"noise", 0)
    machine.driver.link_up(0)
    machine.driver.link_lost("x", 0)
    assert (machine.driver.take_output(), machine.driver.wants_write(), machine.facts) == (b"", False, [])
