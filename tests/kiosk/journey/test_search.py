"""Finding stations: ranks, typos, the letters that lead on, and laws over random networks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.journey.search import StationIndex, near_prefix, squashed
from kiosk.ports.trips import Network, StationName
from tests.kiosk.screen.world import NETWORK

INDEX = StationIndex(NETWORK)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("bjx", "BXP"), ("beijing", "VNP"), ("beijingx", "BXP"), ("北京", "VNP"), ("北京西", "BXP"), ("Beijing W", "BXP"),
        ("zz", "ZZF"), ("zhengzhou", "ZZF"), ("郑州", "ZZF"), ("郑州东", "ZAF"), ("xi'an", "EAY"), ("xian", "EAY"),
        ("hhht", "HHC"), ("hohhot", "HHC"), ("luohe", "LON"), ("北", "VNP"), ("west", "BXP"), ("zhuang", "SJP"),
    ],
)  # fmt: skip
def test_a_station_is_found_by_initials_pinyin_chinese_and_english(text: str, first: str) -> None:
    found = INDEX.find(text)
    wanted = {"beijing": {"BXP", "VNP"}, "北京": {"BXP", "VNP"}, "北": {"BXP", "VNP"}}.get(text, {first})
    assert found[0] in wanted


def test_an_exact_find_stands_before_a_longer_one() -> None:
    assert INDEX.find("zhengzhou")[:2] == ("ZZF", "ZAF")


def test_hot_stations_stand_before_others_of_the_same_rank() -> None:
    assert INDEX.find("w")[:2] == ("WHN", "WCN")


@pytest.mark.parametrize("text", ["wuhna", "wuhsn", "wuuhan", "wuhn"])
def test_one_typo_is_forgiven_when_nothing_else_fits(text: str) -> None:
    assert "WHN" in INDEX.find(text)


def test_nothing_is_found_for_nothing_and_for_nonsense() -> None:
    assert INDEX.find("") == ()
    assert INDEX.find("  ·") == ()
    assert INDEX.find("qqqqqqqq") == ()


def test_a_pool_limits_what_is_found() -> None:
    assert INDEX.find("z", ("ZAF",)) == ("ZAF",)
    assert INDEX.letters("", ("ZAF",)) == "EZ"


def test_provinces_and_alphabet_cover_every_station() -> None:
    by_province = [code for name in INDEX.provinces() for code in INDEX.of_province(name)]
    assert sorted(by_province) == sorted(INDEX.alphabetic) == sorted(s.telecode for s in NETWORK.stations)


def test_the_hot_list_leaves_out_this_station() -> None:
    assert "SJP" not in INDEX.hot("SJP")
    assert len(INDEX.hot()) == len(INDEX.hot("SJP")) + 1


names = st.lists(
    st.sampled_from(["bei", "jing", "xi", "shi", "jia", "zhuang", "wu", "han", "a"]), min_size=1, max_size=4
)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    rows = draw(st.lists(names, min_size=1, max_size=12))
    stations = tuple(
        StationName(
            f"S{at:02d}", "站" * len(row), "".join(row), "".join(s[0] for s in row), " ".join(row).title(), "", ""
        )
        for at, row in enumerate(rows)
    )
    return Network("1", stations, (), (), (), ())


@given(networks(), st.text("abeghijnsuwxz", max_size=6))
def test_a_letter_is_offered_exactly_when_it_leads_to_a_station(network: Network, typed: str) -> None:
    index = StationIndex(network)
    offered = index.letters(typed)
    for letter in offered:
        assert index.find(typed + letter), f"{typed}{letter} leads nowhere"
    for station in network.stations:
        for way in (station.initials, station.pinyin):
            if way.startswith(typed) and len(way) > len(typed):
                assert way[len(typed)].upper() in offered


@given(networks(), st.integers(0, 11), st.booleans())
def test_every_beginning_of_a_name_finds_its_station(network: Network, which: int, initials: bool) -> None:
    station = network.stations[which % len(network.stations)]
    way = station.initials if initials else station.pinyin
    index = StationIndex(network)
    for end in range(1, len(way) + 1):
        assert station.telecode in index.find(way[:end])


@given(st.text(max_size=30))
def test_any_typed_text_has_an_answer(text: str) -> None:
    found = INDEX.find(text)
    assert len(found) == len(set(found))
    assert squashed(squashed(text)) == squashed(text)


@given(st.text("abc", min_size=3, max_size=8), st.integers(0, 7), st.sampled_from("xyz"))
def test_one_wrong_letter_is_near(word: str, at: int, wrong: str) -> None:
    at %= len(word)
    assert near_prefix(word[:at] + wrong + word[at + 1 :], word)
    assert near_prefix(word[:at] + word[at + 1 :], word)
