"""The cabinet's configuration file: an empty one works, a wrong one says file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import ConfigError, parse
from simulator.cabinet.cabinet import Cabinet
from simulator.cabinet.settings import CabinetSettings, load
from tests.simulator.cabinet.bench import StandingClock


def test_an_empty_file_is_a_working_machine() -> None:
    settings = parse("", CabinetSettings, "cabinet.yaml")
    cabinet = Cabinet(settings, StandingClock())
    assert cabinet.world.conserved()
    assert [cassette.value_fen for cassette in settings.cassettes] == [100, 500, 1_000, 5_000]


def test_values_capacities_and_speeds_reach_the_twins() -> None:
    text = """
cassettes: [{value_fen: 1000, capacity: 20}, {value_fen: 500}]
vault_notes: {1000: 30, 500: 5}
wallet_notes: {10000: 1}
vault_blanks: 7
box_tag: BOX-A
speeds: {note_in_ms: 400}
"""
    cabinet = Cabinet(parse(text, CabinetSettings, "cabinet.yaml"), StandingClock(rate=2.0))
    world = cabinet.world
    assert world.dispenser.body.values_fen == [1_000, 500, None, None]
    assert world.matter.place("cassette.1").capacity == 20
    assert len(world.matter.place("vault").blanks()) == 7
    assert world.speeds.motion_ms(world.speeds.note_in_ms) == 200
    assert world.board.body.tags["box"] == "BOX-A"


@pytest.mark.parametrize(("model", "cassettes"), [("lcdm2000", "500, 1000"), ("lcdm1000", "1000")])
def test_the_other_dispenser_family_may_be_fitted(model: str, cassettes: str) -> None:
    values = [int(value) for value in cassettes.split(", ")]
    listed = ", ".join(f"{{value_fen: {value}}}" for value in values)
    settings = parse(f"dispenser: {model}\ncassettes: [{listed}]", CabinetSettings, "cabinet.yaml")
    world = Cabinet(settings, StandingClock()).world
    assert list(world.dispenser.body.values_fen[: len(values)]) == values
    world.dispenser.receive(bytes.fromhex("04 50 02 46 03 13"), 0)
    assert world.dispenser.take_output()[:5] == bytes.fromhex("06 01 50 02 46")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vault_note: {100: 3}", "cabinet.yaml:1: vault_note: unknown key; did you mean vault_notes?"),
        ("vault_notes: {300: 3}", "300 fen is no banknote"),
        ("vault_notes: {100: -1}", "-1 is not within 0..20000"),
        ("cassettes: [{value_fen: 100, capacity: 0}]", "cassettes[0].capacity"),
        ("dispenser: lcdm2000", "cassettes: 4 are given, an lcdm2000 has 2"),
        ("box_tag: 箱", "box_tag holds ASCII only"),
        ("speeds: {flap_ms: 900}", "speeds.flap_ms"),
    ],
)
def test_a_wrong_file_is_named(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse(text, CabinetSettings, "cabinet.yaml")
    assert said in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: cannot be read"):
        load(tmp_path / "nowhere.yaml")
