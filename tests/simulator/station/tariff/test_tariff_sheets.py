"""Published tables against the tariff: the shared ones, made-up misses, and files that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.station.tariff.book import our_tariff
from simulator.station.tariff.ladder import judge_ladder
from simulator.station.tariff.sheet import SheetError
from simulator.station.tariff.trains import EMU_UNKNOWN, FIRST_STOP, NO_PRICE, OFF_TARIFF, SOFT_OFF_TARIFF, judge_trains
from tests.simulator.station.tariff.rides import IN_2012, IN_2016, LADDER, TRAINS

LADDER_HEAD = (
    "train_level,air_conditioning,km_from,km_to,fare_km,hard_seat,hard_sleeper_upper,soft_sleeper_upper,"
    "published_points\n"
)
TRAINS_HEAD = (
    "train,seq,station,arrive,depart,elapsed_min,day_offset,lowest_seat_yuan,hard_sleeper_upper_yuan,soft_sleeper_upper_yuan,"
    "implied_km_from,implied_km_to\n"
)


def written(folder: Path, text: str) -> Path:
    file = folder / "table.csv"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.skipif(not LADDER.exists(), reason="the published fares of 2016 are not beside this clone")
def test_every_row_of_the_shared_ladder_matches() -> None:
    judged = judge_ladder(LADDER, our_tariff(), IN_2016)
    assert (judged.matched, judged.rows, judged.misses) == (152, 152, ())


@pytest.mark.skipif(not LADDER.exists(), reason="the published fares of 2016 are not beside this clone")
def test_in_2012_they_would_all_have_been_dearer() -> None:
    judged = judge_ladder(LADDER, our_tariff(), IN_2012)
    assert judged.matched == 0


@pytest.mark.skipif(not TRAINS.exists(), reason="the sample trains of 2016 are not beside this clone")
def test_the_shared_trains_match_wherever_they_can_be_judged() -> None:
    outcome = judge_trains(TRAINS, our_tariff(), IN_2016)
    assert (outcome.matched, outcome.judged, outcome.placed, outcome.misses) == (68, 68, 50, [])
    assert outcome.unjudged == {NO_PRICE: 39, SOFT_OFF_TARIFF: 23, FIRST_STOP: 12, EMU_UNKNOWN: 10, OFF_TARIFF: 1}
    assert outcome.judged + outcome.placed + outcome.unjudged.total() == 203


def test_a_miss_says_file_line_and_both_prices(tmp_path: Path) -> None:
    text = (
        LADDER_HEAD
        + "fast,new-aircon,1201,1250,1225,152.5,261.5,409.5,1\nfast,new-aircon,1201,1250,1225,153.5,,410,1\n"
    )
    judged = judge_ladder(written(tmp_path, text), our_tariff(), IN_2016)
    assert judged.matched == 1
    assert judged.misses == (
        "table.csv:3: fast new-aircon 1201-1250 km: hard_seat 153.5 published, 152.5 computed over 1201 km; "
        "soft_sleeper_upper 410 published, 409.5 computed over 1201 km",
    )


def test_a_row_over_two_bands_must_hold_in_both(tmp_path: Path) -> None:
    alike = LADDER_HEAD + "ordinary,new-aircon,61,80,65,8.5,,,1\n"
    assert judge_ladder(written(tmp_path, alike), our_tariff(), IN_2016).matched == 1
    different = LADDER_HEAD + "ordinary,new-aircon,71,90,80,8.5,,,1\n"
    assert "over 81 km" in judge_ladder(written(tmp_path, different), our_tariff(), IN_2016).misses[0]


def test_trains_are_fitted_placed_and_missed(tmp_path: Path) -> None:
    rows = (
        "6245,1,甲,,,,,,,,,",
        "6245,2,乙,,,,,4,38,57.5,,",
        "6245,3,丙,,,,,3,37,54,,",  # cheaper than the stop before: no section further on costs just this
        "Z1,1,甲,,,,,,,,,",
        "Z1,2,乙,,,,,152.5,261.5,409.5,1201,1250",
        "Z1,3,丙,,,,,152.5,261.5,410,1201,1250",
        "G1,1,北京南,,,,,,,,,",
        "G1,2,上海虹桥,,,,,554,,,,",
    )
    outcome = judge_trains(written(tmp_path, TRAINS_HEAD + "\n".join(rows)), our_tariff(), IN_2016)
    assert (outcome.matched, outcome.judged, outcome.placed) == (1, 3, 1)
    assert outcome.unjudged == {FIRST_STOP: 3, OFF_TARIFF: 1}
    assert outcome.misses[0].startswith("table.csv:7: Z1 丙: soft_berth_upper 410 published, 409.5 computed")
    assert outcome.misses[1] == "table.csv:9: G1 上海虹桥: second 554 published, 553 in the tariff"
    assert outcome.trains[0] == "6245: none supplement, none air-conditioning: 0 of 0 match, 1 placed"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no rows below the heading"),
        (LADDER_HEAD, "no rows below the heading"),
        ("train_level,km_from\n", "table.csv:1: no column air_conditioning, km_to"),
        (LADDER_HEAD.replace("fare_km", "km_to"), "table.csv:1: column km_to stands twice"),
        (LADDER_HEAD + "fast,new-aircon,1,10\n", "table.csv:2: 4 cells, the heading has 9"),
        (
            LADDER_HEAD + "slow,new-aircon,1,10,5,1,,,1\n",
            "table.csv:2: train_level 'slow' is none of ordinary, express, fast",
        ),
        (LADDER_HEAD + "fast,cold,1,10,5,1,,,1\n", "table.csv:2: air_conditioning 'cold' is none of"),
        (LADDER_HEAD + "\nfast,new-aircon,one,10,5,1,,,1\n", "table.csv:3: km_from 'one' is no whole number"),
        (LADDER_HEAD + "fast,new-aircon,0,10,5,1,,,1\n", "table.csv:2: km_from 0 km is not within 1 to 20000"),
        (LADDER_HEAD + "fast,new-aircon,10,1,5,1,,,1\n", "table.csv:2: km_from 10 is beyond km_to 1"),
        (LADDER_HEAD + "fast,new-aircon,,10,5,1,,,1\n", "table.csv:2: km_from is empty"),
        (LADDER_HEAD + "fast,new-aircon,1,10,5,,,,1\n", "table.csv:2: hard_seat and all other prices are empty"),
        (LADDER_HEAD + "fast,new-aircon,1,10,5,1.005,,,1\n", "table.csv:2: hard_seat '1.005' is no amount in yuan"),
        (LADDER_HEAD + "fast,new-aircon,1,10,5,NaN,,,1\n", "table.csv:2: hard_seat 'NaN' is no amount in yuan"),
        (LADDER_HEAD + "fast,new-aircon,1,10,5,-1,,,1\n", "table.csv:2: hard_seat '-1' is no amount in yuan"),
        (LADDER_HEAD + "fast,new-aircon,1,10,5,1e9,,,1\n", "table.csv:2: hard_seat '1e9' is no amount in yuan"),
        (LADDER_HEAD + 'fast,"new,1,10,5,1,,,1\n', "table.csv:2: not CSV"),
    ],
)
def test_a_table_that_cannot_be_used_names_file_and_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SheetError) as refused:
        judge_ladder(written(tmp_path, text), our_tariff(), IN_2016)
    assert told in str(refused.value)


def test_other_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="cannot be read: No such file"):
        judge_ladder(tmp_path / "absent.csv", our_tariff(), IN_2016)
    latin = tmp_path / "latin.csv"
    latin.write_bytes(LADDER_HEAD.encode() + b"fast,\xe9\n")
    with pytest.raises(SheetError, match=r"latin\.csv:2: not UTF-8"):
        judge_ladder(latin, our_tariff(), IN_2016)
    with pytest.raises(SheetError, match=r"table\.csv:2: train 'ICE 7' is no train number"):
        judge_trains(written(tmp_path, TRAINS_HEAD + "ICE 7,1,甲,,,,,,,,,\n"), our_tariff(), IN_2016)


def test_a_heading_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    text = "\ufeff" + LADDER_HEAD + "fast,new-aircon,1201,1250,1225,152.5,,,1\n"
    assert judge_ladder(written(tmp_path, text), our_tariff(), IN_2016).matched == 1
