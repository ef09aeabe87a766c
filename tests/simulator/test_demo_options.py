"""The demo's command line: what does not fit together is said before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.clock import SharedClock
from simulator.demo import _options, _wanted, main
from simulator.demo_hall import seekers
from simulator.fittings import FITTINGS
from simulator.programs import Identity, office_key, station_program
from simulator.station.machines.signing import read_signer
from simulator.window import Sought


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--machines", "0"), "--machines 0 is outside 1 to 4"),
        (("--machines", "5"), "--machines 5 is outside 1 to 4"),
        (("--fitted", "lcdm2000", "--fitted", "usual"), "2 times --fitted for 1 machines"),
        (("--fitted", "toaster"), "invalid choice: 'toaster'"),
        (("--last-place",), "--last-place needs --machines 2 or more"),
        (("--machines", "2", "--last-place", "--gtfs", "x"), "the network's own trains"),
        (("--sales", "-1"), "--sales -1 is negative"),
        (("--same-order",), "--same-order needs --headless"),
        (("--headless", "--machines", "2", "--same-order", "--fitted", "collect"), "each of them fitted with collect"),
    ],
)
def test_what_does_not_fit_is_said(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_each_machine_has_its_own_fitting_and_lab_port() -> None:
    given = _options(("--machines", "3", "--fitted", "usual", "--fitted", "lcdm2000", "--lab-port", "8800"))
    wanted = [_wanted(given, False, number) for number in range(given.machines)]
    assert [each.lab_port for each in wanted] == [8_800, 8_801, 8_802]
    assert [each.fitted for each in wanted] == [FITTINGS["usual"], FITTINGS["lcdm2000"], FITTINGS["usual"]]
    assert all(each.mirror and each.busy for each in wanted)


def test_people_find_every_way_to_pay_and_headless_runs_stay_as_they_were() -> None:
    assert _options(("--machines", "3")).fitted == [
        "bill_to_bill+phones+cards",
        "phones+cards",
        "bill_to_bill+phones+cards",
    ]
    assert _options(("--headless", "--machines", "3")).fitted == ["bill_to_bill", "usual", "bill_to_bill"]
    assert _options(()).fitted == ["phones+cards"]
    assert _options(("--headless",)).fitted == ["usual"]
    assert _options(("--fitted", "bill_to_bill+phones", "--headless")).fitted == ["bill_to_bill+phones"]
    headless = _wanted(_options(("--headless", "--machines", "2")), False, 1)
    assert (headless.lab_port, headless.mirror, headless.busy, headless.crowd) == (0, False, False, True)


def test_two_people_come_for_the_same_place_and_can_pay_it() -> None:
    sought = Sought("G1", "2026-11-22", "BXP", "SHH", "second", 55_300, 1)
    first, second = seekers(sought)
    assert first == second
    assert first.seeks == ("station:SHH", "train:G1", "class:second")
    assert first.budget_fen > sought.price_fen


def test_a_demo_with_an_office_names_its_people_to_the_station_and_provisions_with_its_key(tmp_path: Path) -> None:
    wanted = _wanted(_options(()), False, 0, ("wang:token-of-wang",))
    words = station_program(tmp_path, SharedClock.starting_now(), wanted, [Identity()]).argv
    assert words[words.index("--person") + 1] == "wang:token-of-wang"
    assert office_key(tmp_path, wanted) == read_signer(tmp_path / "station", bytes).public
    plain = _wanted(_options(("--headless",)), False, 0)
    assert "--person" not in station_program(tmp_path, SharedClock.starting_now(), plain, [Identity()]).argv
    assert office_key(tmp_path, plain) == ""
