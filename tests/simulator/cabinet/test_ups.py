"""A cabinet with a UPS: the plug pulled is not yet the end, an empty battery and an ordered switching-off are."""

from __future__ import annotations

from dataclasses import replace

from simulator.cabinet.settings import CabinetSettings
from tests.simulator.cabinet.bench import SETTINGS, Bench

WITH_UPS: CabinetSettings = replace(SETTINGS, ups=True, ups_minutes=1.0)


class UpsBench(Bench):
    """At rate 10 the battery lasts six real seconds."""

    def __init__(self) -> None:
        super().__init__(WITH_UPS)

    def say(self, command: str) -> bytes:
        ups = self.world.twins["ups"]
        ups.receive(command.encode() + b"\r", self.clock.now_ms)
        self.cabinet.turn()
        return ups.take_output()


def test_the_machine_lives_on_its_battery() -> None:
    bench = UpsBench()
    bench.post("/api/mains", {"on": False})
    bench.wait(3_000)
    state = bench.get("/api/state")
    assert (state["mains"], state["powered"]) == (False, True)
    assert state["ups"] == {"percent": 50, "on_battery": True, "low": False, "output": True}
    assert bench.events == []
    assert bench.say("Q1")[-9:-1] == b"10001001"
    assert not bench.world.board.body.switches.mains
    bench.post("/api/mains", {"on": True})
    assert bench.get("/api/state")["ups"]["on_battery"] is False
    assert [event["kind"] for event in bench.cabinet.timeline.events] == ["mains", "mains"]


def test_an_empty_battery_takes_the_power_and_mains_give_it_back() -> None:
    bench = UpsBench()
    bench.ready_for_notes()
    bench.post("/api/insert", {"value_fen": 10_000})
    bench.wait(200)
    assert bench.things("acceptor.escrow") == 1
    bench.post("/api/mains", {"on": False})
    bench.wait(5_900)
    assert bench.world.mains
    bench.wait(200)
    assert not bench.world.mains
    assert bench.events == [{"event": "power", "on": False}]
    assert bench.get("/api/state")["acceptor"] == "OFF"
    assert bench.world.twins["acceptor"].take_output() == b""
    bench.post("/api/mains", {"on": True})
    assert bench.events[1:] == [{"event": "power", "on": True}]
    assert bench.get("/api/state")["acceptor"] == "POWER_UP_IN_VALIDATOR"
    assert bench.world.conserved()


def test_an_ordered_switching_off_with_return_while_the_plug_is_in() -> None:
    """Half a minute, then three minutes: 3 s and 18 s at this rate."""
    bench = UpsBench()
    assert bench.say("S.5R0003") == b""
    bench.wait(2_900)
    assert bench.world.mains
    bench.wait(200)
    state = bench.get("/api/state")
    assert (state["mains"], state["powered"]) == (True, False)
    bench.wait(17_700)
    assert not bench.world.mains
    bench.wait(300)
    assert bench.world.mains
    assert [event["on"] for event in bench.events] == [False, True]


def test_faults_of_the_ups_are_in_the_menu_and_come_from_the_lab() -> None:
    bench = UpsBench()
    assert {fault["name"] for fault in bench.get("/api/faults")["ups"]} > {"battery_lies", "dip_1_s_next"}
    assert bench.post("/api/fault", {"device": "ups", "name": "dip_1_s_next", "on": True}).status_code == 200
    assert bench.get("/api/state")["ups"]["on_battery"] is True
    bench.wait(900)
    assert bench.get("/api/state")["ups"]["on_battery"] is True
    bench.wait(200)
    assert bench.get("/api/state")["ups"]["on_battery"] is False
    bench.post("/api/fault", {"device": "ups", "name": "battery_lies", "on": True})
    bench.post("/api/mains", {"on": False})
    bench.wait(700)
    assert not bench.world.mains
    bench.open_up()
    repaired = bench.post("/api/service", {"act": "clear_jam", "device": "ups"}).json()
    assert repaired["repaired"] == ["battery_lies"]


def test_without_a_ups_the_plug_is_the_power() -> None:
    bench = Bench()
    bench.post("/api/mains", {"on": False})
    assert bench.events == [{"event": "mains", "on": False}]
    assert (bench.world.mains, bench.world.plugged) == (False, False)
    assert "ups" not in bench.get("/api/state")
