"""`./tvm fares` as it is typed: what it prints and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.station.tariff.main import main
from tests.simulator.station.tariff.rides import TRAINS, copy_of_tariff
from tests.simulator.station.tariff.test_tariff_lint import ARTICLE
from tests.simulator.station.tariff.test_tariff_sheets import LADDER_HEAD, written

ROW = "fast,new-aircon,1201,1250,1225,{},,,1\n"


def test_a_ladder_that_matches_and_one_that_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ladder", str(written(tmp_path, LADDER_HEAD + ROW.format("152.5")))]) == 0
    assert capsys.readouterr().out == "matched 1 of 1\n"
    wrong = written(tmp_path, LADDER_HEAD + ROW.format("152.5") + ROW.format("99"))
    assert main(["ladder", str(wrong)]) == 1
    assert capsys.readouterr().out == (
        "miss table.csv:3: fast new-aircon 1201-1250 km: hard_seat 99 published, 152.5 computed over 1201 km\nmatched 1 of 2\n"
    )
    assert main(["ladder", str(written(tmp_path, LADDER_HEAD + ROW.format("154"))), "--at", "2012-12-31"]) == 0


def test_a_bad_table_ends_with_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ladder", str(written(tmp_path, LADDER_HEAD + ROW.format("dear")))]) == 2
    assert "table.csv:2: hard_seat 'dear' is no amount in yuan" in capsys.readouterr().err


@pytest.mark.skipif(not TRAINS.exists(), reason="the sample trains of 2016 are not beside this clone")
def test_trains_count_what_cannot_be_judged(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trains", str(TRAINS)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == "matched 68 of 68"
    assert any(line.startswith("not judged 39: no price") for line in told)


def test_a_price_shows_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    asked = "--km 1225 --train fast --air new --class hard-seat --at 2012-12-31 --tickets 3"
    assert main(["price", *asked.split()]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].split()[:3] == ["rule", "version", "yuan"]
    assert told[1].startswith("sections-1")
    assert told[1].endswith("里程区段：同一区段内票价相同，按区段中间里程计算")
    assert told[-1] == "total 462 yuan = 3 x 154"


@pytest.mark.parametrize(
    ("options", "total"),
    [
        ("--km 1225 --train fast --air new --class hard-seat --at 2016-10-01 --child", "76.5"),
        ("--km 1225 --train K598 --air new --class hard-berth-upper --at 2016-10-01 --soldier", "131"),
        ("--km 500 --line qinghai_tibet:1142 --train Z --air new --class soft-berth-lower --at 2016-10-01", "823"),
        ("--line pinghu_shenzhen:100 --train ordinary --class hard-berth --at 2016-10-01", "64.5"),
        ("--from vnp --to AOH --train G1 --class second --departs 10:00 --at 2020-12-23", "598"),
        ("--km 100 --train D --class second --student --at 2016-10-01", "23.5"),
    ],
)
def test_other_prices(options: str, total: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["price", *options.split()]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"total {total} yuan"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--train fast --class hard-seat", "0 km: a fare section has 1 to 20000 km"),
        ("--km 9 --train maglev --class hard-seat", "train 'maglev': say fast"),
        ("--km 9 --train fast --class second", "class 'second': say hard or soft"),
        ("--km 9 --train G --class second --from VNP", "--from and --to"),
        ("--line nowhere:9 --train fast --class hard-seat", "no line 'nowhere'"),
        ("--km 9 --train fast --class hard-seat --tickets 0", "0 tickets"),
    ],
)
def test_a_price_that_cannot_be_asked_for(options: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["price", *options.split()]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("options", ["--at yesterday", "--line nine", "--departs 25:00", "--child --student"])
def test_an_option_that_is_none(options: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["price", "--km", "9", "--train", "fast", "--class", "hard-seat", *options.split()])
    assert ended.value.code == 2
    assert options.split()[0] in capsys.readouterr().err


def test_the_linter_tells_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(ARTICLE)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "article.yaml: 9 ladders, 12 findings, 0 excused"
    assert main(["lint", str(copy_of_tariff(tmp_path, ordinary=("percent: 2\n", "percents: 2\n")))]) == 2
    assert "unknown key; did you mean percent" in capsys.readouterr().err


def test_a_single_rule_file_is_a_draft_of_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = copy_of_tariff(tmp_path, concessions=("emu: 75}", "emu: 175}")) / "concessions.yaml"
    assert main(["lint", str(draft)]) == 2
    assert "concessions.yaml:" in capsys.readouterr().err
