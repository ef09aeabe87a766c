"""A cabinet whose acceptor speaks ID-003: a note through the shutter into the box, box and jam by the technician's hands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config import parse
from simulator.cabinet.cabinet import Cabinet
from simulator.cabinet.settings import CabinetSettings
from simulator.cabinet.world import ACCEPTOR_ASKS
from simulator.devices.id003 import Id003Acceptor
from tests.simulator.cabinet.bench import SETTINGS, Bench, StandingClock
from tests.simulator.devices.id003_host import SETTINGS as SET_UP
from tests.simulator.devices.id003_host import checked


class Id003Bench(Bench):
    def __init__(self) -> None:
        super().__init__(replace(SETTINGS, acceptor="id003"))

    def ask(self, payload: str) -> str:
        self.wait(50)
        twin = self.world.twins["acceptor"]
        twin.receive(checked(bytes.fromhex(payload)), self.clock.now_ms)
        answer = twin.take_output()[2:-2].hex()
        self.cabinet.turn()
        return answer

    def until(self, first: str) -> str:
        for _ in range(200):
            if (answer := self.ask("11")).startswith(first):
                return answer
        raise AssertionError(f"{first} never came")

    def ready(self) -> None:
        for payload in ("40", *SET_UP, "c300"):
            self.ask(payload)
        self.coil(10, True)
        self.until("11")

    def pay_in(self, value_fen: int) -> None:
        assert self.post("/api/insert", {"value_fen": value_fen}).status_code == 200
        self.until("13")
        self.ask("42")
        self.until("15")
        self.ask("50")
        self.until("11")


def test_the_setting_fits_the_acceptor_beside_the_usual_dispenser() -> None:
    world = Cabinet(parse("acceptor: id003", CabinetSettings, "cabinet.yaml"), StandingClock()).world
    assert isinstance(world.slot, Id003Acceptor)
    assert list(world.twins) == ["acceptor", "dispenser", "ticket_unit", "cabinet", "slip_printer"]
    assert not world.recycles
    with pytest.raises(LookupError, match="no validator that speaks CCNET"):
        _ = world.acceptor
    assert ACCEPTOR_ASKS["id003"](checked(b"\x11"))
    assert not ACCEPTOR_ASKS["id003"](checked(b"\x42"))


def test_notes_go_into_the_box_and_every_one_is_accounted_for() -> None:
    bench = Id003Bench()
    bench.ready()
    for value_fen in (100, 1_000, 10_000):
        bench.pay_in(value_fen)
    assert bench.world.matter.place("box").value_fen() == 11_100
    assert bench.get("/api/state")["acceptor"] == "IDLING"
    assert bench.world.conserved()


def test_a_returned_note_is_taken_from_the_mouth() -> None:
    bench = Id003Bench()
    bench.ready()
    assert bench.post("/api/insert", {"value_fen": 1_000}).status_code == 200
    bench.until("13")
    bench.ask("43")
    bench.wait(500)
    assert bench.post("/api/take", {"outlet": "mouth"}).json()["value_fen"] == 1_000
    bench.until("11")
    assert bench.world.conserved()


def test_a_power_cut_leaves_the_note_where_it_is() -> None:
    bench = Id003Bench()
    bench.ready()
    bench.post("/api/insert", {"value_fen": 1_000})
    bench.until("13")
    bench.world.power(False, bench.clock.now_ms)
    assert bench.world.matter.place("acceptor.escrow").value_fen() == 1_000
    bench.world.power(True, bench.clock.now_ms)
    assert bench.ask("11") == "41"
    assert bench.world.conserved()
