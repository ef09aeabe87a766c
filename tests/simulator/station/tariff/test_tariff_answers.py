"""Single questions to the tariff, and the words they may be asked in."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from simulator.station.tariff.answers import (
    FareAsked,
    TripSection,
    child,
    discount,
    fare,
    fare_components,
    minimum_distance,
    taper,
)
from simulator.station.tariff.words import (
    NotUnderstood,
    TrainWords,
    class_words,
    item_words,
    passenger_words,
    train_words,
)
from tests.simulator.station.tariff.rides import IN_2012, IN_2016

HALF, FULL = Fraction(1, 2), Fraction(1)
IN_2010 = date(2010, 1, 1)


def asked(km: int, train: str, seat_class: str, on: date = IN_2016, tickets: int = 1, passenger: str = "adult") -> int:
    return fare(FareAsked(km, train, seat_class, on, tickets, passenger)).total_fen


def test_three_tickets_to_wuchang_in_2012() -> None:
    answer = fare(FareAsked(1_225, "fast, new air-con", "hard seat", IN_2012, tickets=3))
    assert (answer.total_fen, answer.each_fen) == (46_200, 15_400)
    assert sum(step.amount_fen or 0 for step in answer.steps) == 15_400


def test_the_published_value_of_2013() -> None:
    assert asked(1_225, "fast, new air-con", "hard seat", date(2013, 1, 1)) == 15_250


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("fast, new air-con", TrainWords("fast", "new")),
        ("Fast; NEW air conditioning", TrainWords("fast", "new")),
        ("new air-conditioned fast train", TrainWords("fast", "new")),
        ("express, no air-con", TrainWords("express", "none")),
        ("express", TrainWords("express", "none")),
        ("ordinary / old air-con", TrainWords("none", "old")),
        ("local train without air-conditioning", TrainWords("none", "none")),
        ("K598, new-aircon", TrainWords("fast", "new")),
        ("K", TrainWords("fast", "none")),
        ("T109 aircon", TrainWords("fast", "new")),
        ("1461", TrainWords("express", "none")),
        ("6245", TrainWords("none", "none")),
        ("普快 无空调", TrainWords("express", "none")),
        ("新空调快速", TrainWords("fast", "new")),
        ("新型空调直达特快", TrainWords("fast", "new")),
        ("D301", TrainWords(profile="d250")),
        ("EMU", TrainWords(profile="d250")),
        ("G", TrainWords(profile="g300")),
    ],
)
def test_words_for_trains(words: str, meaning: TrainWords) -> None:
    assert train_words(words) == meaning


@pytest.mark.parametrize(
    ("words", "on_emu", "name"),
    [
        ("hard seat", False, "hard_seat"), ("Hard-Seat", False, "hard_seat"), ("软座", False, "soft_seat"),
        ("hard berth, upper", False, "hard_berth_upper"), ("upper hard sleeper", False, "hard_berth_upper"),
        ("硬卧中铺", False, "hard_berth_middle"), ("软卧下", False, "soft_berth_lower"), ("hard berth", False, "hard_berth_upper"),
        ("deluxe soft berth lower", False, "deluxe_berth_lower"), ("包房硬卧上铺", False, "compartment_berth_upper"),
        ("second class", True, "second"), ("一等座", True, "first"), ("business", True, "business"),
        ("soft berth upper", True, "emu_berth_upper"), ("hard_berth_lower", False, "hard_berth_lower"),
    ],
)  # fmt: skip
def test_words_for_classes(words: str, on_emu: bool, name: str) -> None:
    assert class_words(words, on_emu) == name


def test_words_nobody_knows() -> None:
    with pytest.raises(NotUnderstood, match="train 'maglev'"):
        train_words("maglev")
    with pytest.raises(NotUnderstood, match="class 'seat'"):
        class_words("seat", on_emu=False)
    with pytest.raises(NotUnderstood, match=r"class 'hard seat'.*second"):
        class_words("hard seat", on_emu=True)
    with pytest.raises(NotUnderstood, match="passenger 'pensioner'"):
        passenger_words("pensioner")
    with pytest.raises(NotUnderstood, match="ticket 'lunch'"):
        item_words("lunch")


def test_other_questions_for_a_fare() -> None:
    assert asked(1_225, "fast, new air-con", "upper hard berth", passenger="child") == 18_550
    assert asked(1_225, "fast, new air-con", "hard seat", passenger="disabled soldier", tickets=2) == 15_300
    assert asked(100, "D", "second class") == 3_100
    with pytest.raises(ValueError, match="0 tickets"):
        asked(100, "D", "second class", tickets=0)
    with pytest.raises(ValueError, match="0 km"):
        asked(0, "D", "second class")


def test_the_taper_starts_at_201_km() -> None:
    """RULE-C11."""
    assert [taper(km, IN_2010).tapered for km in (1, 200, 201)] == [False, False, True]
    assert taper(1_225, IN_2010).weighted_km == Fraction(2_055, 2)


def test_minimum_distances() -> None:
    """RULE-S6."""
    answer = minimum_distance(5, IN_2010)
    assert answer.least_km == {"seat": 20, "aircon": 20, "express": 100, "berth": 400} == answer.charged_km
    assert minimum_distance(401, IN_2010).charged_km["berth"] == 415
    assert minimum_distance(150, IN_2010).charged_km == {"seat": 145, "express": 145, "aircon": 145, "berth": 400}


def test_how_a_mixed_trip_is_made_up() -> None:
    """RULE-F3."""
    parts = fare_components(500, [TripSection(300, "hard"), TripSection(200, "soft")])
    assert parts.components == (("hard_seat", 500), ("soft_minus_hard", 200))
    assert fare_components(300, [TripSection(300, "hard seat")]).components == (("hard_seat", 300),)
    assert fare_components(300, [TripSection(300, "soft")]).components == (("soft_seat", 300),)
    with pytest.raises(ValueError, match="the sections have 400 km, the trip 500"):
        fare_components(500, [TripSection(400, "hard")])


def test_factors_of_concessions() -> None:
    """RULE-F6."""
    tickets = ("hard seat", "soft seat", "express", "air-con", "berth")
    assert discount("disabled soldier", tickets, IN_2010).factors == (HALF,) * 5
    assert discount("student", (*tickets, "second class", "first class"), IN_2010).factors == (
        HALF, FULL, HALF, HALF, FULL, Fraction(3, 4), FULL,
    )  # fmt: skip
    assert discount("child", tickets, IN_2010).factors == (HALF, HALF, HALF, HALF, FULL)
    assert discount("adult", tickets, IN_2010).factors == (FULL,) * 5
    assert discount("残疾军人", ["硬卧", "软卧"], IN_2010).factors == (HALF, HALF)
    assert discount("student", ["hard berth"], IN_2010).steps[0].rule == "student-fare-1"


def test_what_a_child_pays() -> None:
    """RULE-F5, RULE-Q9."""
    assert child(free=True, own_berth=True, aircon=True, on=IN_2010).pays == {"berth": FULL, "aircon": HALF}
    assert child(free=True, own_berth=True, aircon=False, on=IN_2010).pays == {"berth": FULL}
    assert child(free=True, own_berth=False, aircon=True, on=IN_2010).pays == {}
    assert child(free=False, own_berth=True, aircon=True, on=IN_2010).pays == {
        "seat": HALF, "express": HALF, "aircon": HALF, "berth": FULL,
    }  # fmt: skip
