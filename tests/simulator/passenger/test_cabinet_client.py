"""The cabinet's API from outside: what hands feel when the cabinet says no, or nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from simulator.passenger.cabinet_client import CabinetClient, CabinetError
from simulator.passenger.hands import Busy, Openings, Taken


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Cabinet

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.asked.append((self.path, body))
        status, told = self.server.answers.pop(0)
        if status == 0:
            self.close_connection = True
            return
        data = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = _any

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class Cabinet(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, Any]] = []
        self.answers: list[tuple[int, Any]] = []


@pytest.fixture
def cabinet() -> Iterator[Cabinet]:
    made = Cabinet()
    threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def client(cabinet: Cabinet) -> Iterator[CabinetClient]:
    made = CabinetClient(f"http://127.0.0.1:{cabinet.server_address[1]}")
    yield made
    made.close()


def outlets(**things: int) -> dict[str, Any]:
    names = ("mouth", "tickets", "change", "slip")
    return {"outlets": {name: {"things": things.get(name, 0), "open": name != "change"} for name in names}}


def test_only_what_lies_in_an_open_outlet_is_seen(cabinet: Cabinet, client: CabinetClient) -> None:
    cabinet.answers = [(200, outlets(mouth=1, change=3))]
    assert client.look() == Openings(mouth=True)


def test_a_look_is_repeated_and_a_deed_never(cabinet: Cabinet, client: CabinetClient) -> None:
    cabinet.answers = [(0, None), (200, outlets(slip=1)), (0, None)]
    assert client.look() == Openings(slip=True)
    with pytest.raises(CabinetError, match="POST /api/take"):
        client.take("slip")
    assert len(cabinet.asked) == 3


def test_a_note_that_is_not_taken_stays_in_the_hand(cabinet: Cabinet, client: CabinetClient) -> None:
    cabinet.answers = [(200, {}), (409, {"error": "entry_closed", "detail": "shut"})]
    assert client.insert(500)
    assert not client.insert(500)


def test_an_empty_wallet_is_filled_up(cabinet: Cabinet, client: CabinetClient) -> None:
    cabinet.answers = [(409, {"error": "no_such_note"}), (200, {}), (200, {})]
    assert client.insert(500)
    assert [path for path, _ in cabinet.asked] == ["/api/insert", "/api/give", "/api/insert"]
    assert cabinet.asked[1][1] == {"value_fen": 500, "count": 10}


@pytest.mark.parametrize(
    ("outlet", "told", "taken"),
    [
        (
            "change",
            {"notes_fen": [100, 100, 5_000], "tickets": 0, "slips": 0, "coins_fen": []},
            Taken((100, 100, 5_000)),
        ),
        ("tickets", {"notes_fen": [], "tickets": 2, "slips": 0, "coins_fen": []}, Taken(tickets=2)),
        ("slip", {"notes_fen": [], "tickets": 0, "slips": 1, "coins_fen": []}, Taken(slips=1)),
        ("mouth", {"notes_fen": [], "tickets": 0, "slips": 0, "coins_fen": [], "why": "empty"}, Taken()),
    ],
)
def test_what_comes_out(cabinet: Cabinet, client: CabinetClient, outlet: str, told: Any, taken: Taken) -> None:
    cabinet.answers = [(200, told)]
    assert client.take(outlet) == taken
    assert bool(taken) == (outlet != "mouth")


def test_a_refusal_has_the_cabinets_word(cabinet: Cabinet, client: CabinetClient) -> None:
    cabinet.answers = [(409, {"error": "door_closed", "detail": "the outer door is closed"})]
    with pytest.raises(CabinetError, match="door_closed: the outer door is closed") as caught:
        client.post("/api/service", {})
    assert caught.value.code == "door_closed"


def test_a_device_that_moves_is_not_reached_into(cabinet: Cabinet, client: CabinetClient) -> None:
    cabinet.answers = [(409, {"error": "moving", "detail": "the dispenser is moving"}), (409, {"error": "too_many"})]
    with pytest.raises(Busy, match="the dispenser is moving"):
        client.service({"act": "fill", "cassette": 1, "notes": 4})
    with pytest.raises(CabinetError, match="too_many"):
        client.service({"act": "fill", "cassette": 1, "notes": 4})
    assert cabinet.asked[0] == ("/api/service", {"act": "fill", "cassette": 1, "notes": 4})


def test_nobody_there_is_an_error_without_a_word(cabinet: Cabinet) -> None:
    cabinet.server_close()
    gone = CabinetClient(f"http://127.0.0.1:{cabinet.server_address[1]}")
    with pytest.raises(CabinetError) as caught:
        gone.look()
    assert caught.value.code == ""
