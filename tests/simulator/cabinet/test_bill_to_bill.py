"""A cabinet with a Bill-to-Bill unit: where its notes lie, what hands do, and that no note is lost on the way."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from config import ConfigError, parse
from simulator.cabinet.cabinet import Cabinet
from simulator.cabinet.settings import BillToBillSettings, CabinetSettings, RecyclingSettings
from simulator.devices.ccnet.wire import frame
from tests.simulator.cabinet.bench import SETTINGS, Bench, StandingClock

LAB = Path(__file__).parents[3] / "simulator/lab/static"
UNIT = CabinetSettings(
    acceptor="bill_to_bill",
    bill_to_bill=BillToBillSettings(
        escrow_capacity=30, recycling=(RecyclingSettings(100), RecyclingSettings(1_000, 40))
    ),
    vault_notes=SETTINGS.vault_notes,
    wallet_notes=SETTINGS.wallet_notes,
    vault_blanks=SETTINGS.vault_blanks,
)


class UnitBench(Bench):
    def __init__(self) -> None:
        super().__init__(UNIT)
        self.unit = self.world.unit

    def ask(self, *payload: int) -> bytes:
        """One command; data is acknowledged. The answer's payload."""
        self.wait(50)
        twin = self.world.twins["acceptor"]
        twin.receive(frame(bytes(payload), 1), self.clock.now_ms)
        answer = twin.take_output()[3:-2]
        if answer not in (b"\x00", b"\x30"):
            twin.receive(frame(b"\x00", 1), self.clock.now_ms)
        self.cabinet.turn()
        return answer

    def until(self, first: int) -> None:
        for _ in range(200):
            if self.ask(0x33)[0] == first:
                return
        raise AssertionError(f"{first:02X} never came")

    def ready(self) -> None:
        self.ask(0x30)
        self.until(0x19)
        self.ask(0x34, 0, 0xFF, 0xFF, 0, 0xFF, 0xFF)
        self.coil(10, True)
        self.until(0x14)

    def pay_in(self, value_fen: int) -> None:
        self.until(0x14)
        assert self.post("/api/insert", {"value_fen": value_fen}).status_code == 200
        self.until(0x80)
        self.ask(0x35)
        self.until(0x81)


def test_the_usual_machine_has_no_unit_and_this_one_no_dispenser() -> None:
    usual, other = Bench().world, UnitBench().world
    assert "acceptor.stacker" not in usual.matter.places
    assert usual.slot is usual.acceptor
    assert usual.plugged
    with pytest.raises(LookupError, match="no Bill-to-Bill unit"):
        _ = usual.unit
    with pytest.raises(LookupError, match="pays"):
        _ = other.dispenser
    with pytest.raises(LookupError, match="no validator"):
        _ = other.acceptor
    assert list(other.twins) == ["acceptor", "ticket_unit", "cabinet", "slip_printer"]


def test_settings_reach_the_unit() -> None:
    text = """
acceptor: bill_to_bill
bill_to_bill: {escrow_capacity: 20, recycling: [{value_fen: 2000, capacity: 50}]}
"""
    world = Cabinet(parse(text, CabinetSettings, "cabinet.yaml"), StandingClock()).world
    assert [(cassette.kind, cassette.capacity) for cassette in world.unit.unit.cassettes] == [
        (24, 20),
        (3, 50),
        (31, 0),
    ]
    assert not world.unit.unit.cassettes[2].fitted
    assert world.settings.cassette_values_fen() == {2: 2_000}
    assert world.board.body.tags["cassette.1"] == "CAS1-ESC"
    with pytest.raises(ConfigError, match="300 fen is no banknote"):
        parse("bill_to_bill: {recycling: [{value_fen: 300}]}", CabinetSettings, "cabinet.yaml")


def test_a_deposit_goes_in_and_comes_back_the_very_notes() -> None:
    bench = UnitBench()
    bench.ready()
    for value_fen in (10_000, 1_000, 10_000):
        bench.pay_in(value_fen)
    deposit = bench.world.matter.place("cassette.1").notes()
    assert [note.value_fen for note in deposit] == [10_000, 10_000]
    assert bench.things("cassette.3") == 1
    bench.ask(0x34, *bytes(6))
    bench.until(0x19)
    bench.ask(0x3C, 0x18, 2)
    bench.wait(2_000)
    assert bench.ask(0x33) == bytes([0x1D, 1, 0])
    state = bench.get("/api/state")
    assert state["outlets"]["change"] == state["outlets"]["mouth"] == {"things": 2, "open": True}
    taken = bench.post("/api/take", {"outlet": "change"}).json()
    assert taken["value_fen"] == 20_000
    assert all(note.lies is bench.world.matter.place("hand") for note in deposit)
    bench.until(0x25)
    assert bench.world.conserved()


def test_the_technician_fills_and_empties_a_recycling_cassette() -> None:
    bench = UnitBench()
    bench.open_up()
    filled = bench.post("/api/service", {"act": "fill", "cassette": 3, "notes": 25}).json()
    assert (filled["before"], filled["after"], filled["value_fen"]) == (0, 25, 1_000)
    bench.ask(0x30)
    bench.until(0x19)
    assert bench.ask(0x3B) == bytes([0x98, 0, 0x80, 0, 0x82, 25])
    refused = bench.post("/api/service", {"act": "fill", "cassette": 1, "notes": 1}).json()
    assert refused["detail"] == "there are cassettes 2 to 3, not 1"
    assert bench.post("/api/service", {"act": "fill", "cassette": 3, "notes": 16}).json()["error"] == "vault_short"
    assert bench.post("/api/service", {"act": "empty", "cassette": 3}).json()["after"] == 0
    assert bench.ask(0x3B)[4:] == bytes([0x82, 0])
    assert bench.world.conserved()


def test_the_drop_cassette_is_swapped_and_jams_are_cleared() -> None:
    bench = UnitBench()
    bench.ready()
    bench.pay_in(10_000)
    bench.ask(0x34, *bytes(6))
    bench.until(0x19)
    bench.ask(0x3D, 1, 1)
    bench.until(0x26)
    bench.open_up()
    swapped = bench.post("/api/service", {"act": "swap_box", "tag": ""}).json()
    assert (swapped["before"], swapped["value_fen"]) == (1, 10_000)
    assert bench.ask(0x33)[0] == 0x42
    bench.wait(500)
    bench.until(0x19)
    bench.post("/api/fault", {"device": "acceptor", "name": "jam_in_dispenser_next", "on": True})
    bench.post("/api/service", {"act": "fill", "cassette": 2, "notes": 5})
    bench.ask(0x3C, 0, 3)
    bench.until(0x47)
    assert bench.post("/api/service", {"act": "clear_jam", "device": "acceptor"}).json()["notes"] == 1
    other = bench.post("/api/service", {"act": "clear_jam", "device": "dispenser"}).json()
    assert (other["device"], other["notes"]) == ("acceptor", 0), "one unit has both names"
    assert (
        bench.post("/api/fault", {"device": "dispenser", "name": "x", "on": True}).json()["error"] == "no_such_device"
    )
    assert bench.world.conserved()


def test_who_takes_the_box_empties_the_escrow_too() -> None:
    bench = UnitBench()
    bench.ready()
    bench.pay_in(10_000)
    assert len(bench.world.matter.place("cassette.1")) == 1
    bench.open_up()
    swapped = bench.post("/api/service", {"act": "swap_box", "tag": ""}).json()
    assert (swapped["before"], swapped["value_fen"], swapped["after"]) == (1, 10_000, 0)
    assert not bench.world.matter.place("cassette.1").things
    assert bench.world.unit.unit.cassettes[0].memory == []


def test_ledger_and_state_know_the_new_places() -> None:
    bench = UnitBench()
    bench.ready()
    bench.pay_in(10_000)
    ledger, state = bench.get("/api/ledger"), bench.get("/api/state")
    assert ledger["cassettes"] == state["cassettes"] == {"2": 100, "3": 1_000}
    assert [note["place"] for note in ledger["notes"] if note["place"] not in ("vault", "hand")] == ["cassette.1"]
    assert state["places"]["cassette.1"]["capacity"] == 30
    assert state["places"]["acceptor.stacker"]["things"] == 0
    assert "ups" not in state
    assert state["acceptor"] == "IDLING"


def test_the_plug_pulled_in_mid_dispense_keeps_every_note() -> None:
    bench = UnitBench()
    bench.open_up()
    bench.post("/api/service", {"act": "fill", "cassette": 2, "notes": 20})
    bench.ask(0x30)
    bench.until(0x19)
    bench.ask(0x3C, 0, 20)
    bench.wait(200)
    bench.cabinet.mains(False)
    lying = (bench.things("cassette.2"), bench.things("dispenser.path"))
    assert sum(lying) == 20
    assert lying[1] > 0
    bench.wait(1_000)
    bench.cabinet.mains(True)
    bench.ask(0x30)
    bench.until(0x19)
    assert bench.ask(0x66) == bytes([0x3C, 0x80, 20, 0, lying[1]])
    assert bench.world.conserved()


def test_every_fault_of_the_unit_and_of_the_ups_has_chinese_words() -> None:
    known = set(re.findall(r"\b([a-z][a-z0-9_]+): \"", (LAB / "faultwords.js").read_text(encoding="utf-8")))
    for device, names in Bench(replace(UNIT, ups=True)).get("/api/state")["faults"].items():
        missing = [name for name in names if name.removesuffix("_once") not in known and name not in known]
        assert missing == [], device
