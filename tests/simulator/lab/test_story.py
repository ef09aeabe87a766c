"""What the page tells of the passenger's money and of a power cut, from movements alone; and the station's switch."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio
import pytest

from simulator.lab.station_switch import StationSwitch
from tests.simulator.cabinet.bench import Bench


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.ready_for_notes()
    return made


def story(bench: Bench) -> Any:
    return bench.get("/api/state")["story"]


def test_nothing_is_told_before_a_note_came(bench: Bench) -> None:
    assert story(bench) == {"account": None, "outage": None}


def test_a_note_is_followed_from_the_hand_to_escrow_and_to_the_box(bench: Bench) -> None:
    bench.cabinet.insert(10_000)
    assert story(bench)["account"]["lies"] == {"acceptor.path": 10_000}
    bench.wait(150)
    assert story(bench)["account"]["lies"] == {"acceptor.escrow": 10_000}
    bench.ccnet(0x33)
    bench.ccnet(0x35)
    bench.wait(150)
    told = story(bench)["account"]
    assert (told["inserted_fen"], told["lies"]) == (10_000, {"box": 10_000})


def test_a_note_that_came_back_begins_no_account_of_its_own_but_the_next_one_does(bench: Bench) -> None:
    bench.cabinet.insert(1_000)
    bench.wait(150)
    bench.ccnet(0x36)
    bench.wait(150)
    assert story(bench)["account"]["lies"] == {"acceptor.mouth": 1_000}
    bench.cabinet.take("mouth")
    assert story(bench)["account"]["lies"] == {"hand": 1_000}
    assert story(bench)["account"]["number"] == 1
    bench.ready_for_notes()
    bench.cabinet.insert(10_000)
    told = story(bench)["account"]
    assert (told["number"], told["inserted_fen"]) == (2, 10_000)


def test_a_slip_is_the_last_word_who_comes_next_begins_another_account(bench: Bench) -> None:
    bench.cabinet.insert(10_000)
    bench.wait(150)
    matter = bench.cabinet.world.matter
    matter.move(matter.new_slip("slip.roll"), "slip.mouth")
    assert story(bench)["account"]["over"]
    bench.ccnet(0x33)
    bench.ccnet(0x35)
    bench.wait(150)
    bench.ready_for_notes()
    bench.cabinet.insert(1_000)
    told = story(bench)["account"]
    assert (told["number"], told["inserted_fen"]) == (2, 1_000)


def test_what_was_under_way_when_the_power_went_is_followed_afterwards(bench: Bench) -> None:
    bench.cabinet.insert(10_000)
    bench.wait(150)
    bench.cabinet.mains(False)
    told = story(bench)["outage"]
    assert told["on_ms"] is None
    assert [(one["value_fen"], one["was"], one["since"]) for one in told["caught"]] == [(10_000, "acceptor.escrow", [])]
    bench.cabinet.mains(True)
    bench.ccnet(0x30)
    bench.wait(400)
    told = story(bench)["outage"]
    assert told["on_ms"] is not None
    assert told["caught"][0]["since"][-1] == "acceptor.mouth"
    bench.cabinet.take("mouth")
    assert story(bench)["outage"]["caught"][0]["since"][-1] == "hand"


def test_a_power_cut_is_told_until_the_next_passenger_comes(bench: Bench) -> None:
    bench.cabinet.mains(False)
    bench.cabinet.mains(True)
    assert story(bench)["outage"]["caught"] == []
    bench.ready_for_notes()
    bench.cabinet.insert(100)
    assert story(bench)["outage"] is None


def test_false_notes_in_the_hand_are_told_apart_and_the_total_says_what_was_brought(bench: Bench) -> None:
    bench.cabinet.give(10_000, 2, genuine=False)
    state = bench.get("/api/state")
    assert state["counterfeits"] == {"10000": 2}
    assert state["total"]["brought_fen"] == state["total"]["value_fen"]
    assert state["speeds"]["note_in_ms"] == 200
    assert state["event"] == bench.cabinet.timeline.last


def test_without_a_station_there_is_no_switch_for_it(bench: Bench) -> None:
    assert bench.get("/api/state")["station"] is None
    assert bench.post("/api/station", {"name": "down", "on": True}).status_code == 409


class Station:
    """Answers each request with one status and keeps what came."""

    def __init__(self, status: int) -> None:
        self.status, self.heard = status, b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard = await reader.readuntil(b"}")
        writer.write(f"HTTP/1.1 {self.status} X\r\n\r\n".encode())
        writer.close()

    def switch(self, name: str, on: bool) -> dict[str, bool] | None:
        async def talk() -> dict[str, bool] | None:
            server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
            async with server:
                made = StationSwitch(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
                await made.switch(name, on)
                return made.look()

        told: dict[str, bool] | None = anyio.run(talk)
        return told


def test_the_station_is_told_and_the_switch_remembers() -> None:
    station = Station(200)
    assert station.switch("slow", True) == {"down": False, "slow": True}
    assert station.heard.startswith(b"POST /lab/faults ")
    assert b'"name": "slow", "on": true, "ms": 4000' in station.heard


def test_a_station_that_refuses_changes_no_switch() -> None:
    with pytest.raises(OSError, match="404"):
        Station(404).switch("down", True)
