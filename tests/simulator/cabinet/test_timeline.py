"""When devices moved, when they were asked after, and what the event stream tells."""

from __future__ import annotations

import json
from typing import Any

import anyio

from simulator.cabinet.timeline import MOST_EVENTS, Timeline
from tests.simulator.cabinet.bench import Bench, StandingClock, run
from tests.simulator.devices.ttpm_host import face


def test_a_motion_ends_when_it_ends_and_is_asked_after_when_the_host_asks() -> None:
    bench = Bench()
    bench.ready_for_notes()
    begun = bench.clock.now_ms
    bench.post("/api/insert", {"value_fen": 10_000})
    bench.wait(200)  # half of 2 s at rate 10 are 100 ms
    bench.ccnet(0x33)
    told = bench.get(f"/api/busy?since_ms={begun}")
    assert told["devices"]["acceptor"][-1] == [begun, begun + 100, begun + 200]
    assert told["devices"]["dispenser"] == []


def test_a_device_that_speaks_first_is_not_waited_for() -> None:
    timeline = Timeline(StandingClock())
    timeline.look("ticket_unit", True, 100)
    timeline.look("ticket_unit", True, 150)
    timeline.look("ticket_unit", False, 400)
    timeline.exchanged("ticket_unit", 400)
    timeline.exchanged("ticket_unit", 900)
    (motion,) = timeline.motions
    assert (motion.from_ms, motion.to_ms, motion.asked_ms) == (100, 400, 400)


def test_a_command_that_learns_nothing_is_not_the_question() -> None:
    bench = Bench()
    bench.ready_for_notes()
    begun = bench.clock.now_ms
    bench.post("/api/insert", {"value_fen": 10_000})
    bench.wait(120)
    bench.ccnet(0x37)  # identification
    bench.wait(80)
    bench.ccnet(0x33)
    assert bench.get(f"/api/busy?since_ms={begun}")["devices"]["acceptor"][-1] == [begun, begun + 100, begun + 200]


def test_the_contact_of_a_tray_is_debounced_before_it_waits_to_be_asked() -> None:
    bench = Bench()
    begun = bench.clock.now_ms
    bench.world.matter.move(bench.world.matter.place("vault").blanks()[0], "ticket.tray")
    bench.cabinet.turn()
    bench.wait(10)
    bench.inputs()  # too early: the board does not show it yet
    bench.wait(20)
    bench.inputs()
    assert bench.get(f"/api/busy?since_ms={begun}")["devices"]["cabinet"] == [[begun, begun + 20, begun + 30]]


def test_a_face_that_comes_over_the_line_is_the_printer_s_time() -> None:
    bench = Bench()
    begun = bench.clock.now_ms
    sent = face(0, 0, 16, 1, bytes([1, 0xFF, 0xFF]))
    bench.ticket_unit(sent[:-4])
    bench.wait(30)
    bench.ticket_unit(sent[-4:])
    assert bench.get(f"/api/busy?since_ms={begun}")["devices"]["ticket_unit"] == [[begun, begun + 30, begun + 30]]


def test_a_motion_under_way_has_no_end() -> None:
    bench = Bench()
    bench.ready_for_notes()
    bench.post("/api/insert", {"value_fen": 100})
    assert bench.get("/api/busy")["devices"]["acceptor"][-1][1:] == [None, None]


def test_events_tell_moves_with_wall_time_and_are_bounded() -> None:
    bench = Bench()
    bench.ready_for_notes()
    bench.post("/api/insert", {"value_fen": 10_000})
    (event,) = [event for event in bench.cabinet.timeline.events if event["kind"] == "move"]
    assert (event["from"], event["to"], event["value_fen"]) == ("hand", "acceptor.path", 10_000)
    assert event["wall_ms"] == bench.clock.wall_at(event["mono_ms"])
    for _ in range(MOST_EVENTS + 10):
        bench.cabinet.timeline.tell("help")
    assert len(bench.cabinet.timeline.events) == MOST_EVENTS


def test_the_stream_gives_old_events_then_new_ones_and_ends_with_the_process() -> None:
    bench = Bench()
    bench.cabinet.near(True)
    heard: list[dict[str, Any]] = []

    async def talk() -> None:
        sent = anyio.Event()

        async def receive() -> dict[str, Any]:
            if not sent.is_set():
                sent.set()
                return {"type": "http.request", "body": b"", "more_body": False}
            await anyio.sleep_forever()
            raise AssertionError

        async def send(message: Any) -> None:
            for line in message.get("body", b"").decode().splitlines():
                if line.startswith("data: "):
                    heard.append(json.loads(line[6:]))
            if len(heard) == 1:
                bench.cabinet.near(False)
            if len(heard) == 2:
                bench.app.state.wake.close()

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "path": "/api/events",
            "raw_path": b"/api/events",
            "root_path": "",
            "scheme": "http",
            "query_string": b"after=0",
            "headers": [(b"host", b"127.0.0.1")],
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
        }
        with anyio.fail_after(10):
            await bench.app(scope, receive, send)

    run(talk)
    assert [(event["kind"], event["near"]) for event in heard] == [("near", True), ("near", False)]
