"""Children, students and groups: every border of section 3, and laws of free places."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.station.dated import NoRule
from simulator.station.rules import children, concessions
from simulator.station.rules.book import the_rules

BOOK = the_rules()
OLD, NOW = date(2010, 1, 1), date(2024, 5, 1)


@pytest.mark.parametrize(
    ("day", "heights_mm", "kinds"),
    [
        (date(1997, 12, 1), (1099, 1100, 1400, 1401), ("free", "child", "child", "full")),
        (date(2008, 12, 20), (1400, 1401), ("child", "full")),
        (date(2008, 12, 21), (1099, 1100, 1500, 1501), ("free", "child", "child", "full")),
        (date(2010, 12, 1), (1199, 1200, 1500, 1501), ("free", "child", "child", "full")),
        (date(2022, 12, 31), (1500,), ("child",)),
        (date(2023, 1, 1), (1199, 1200, 1499, 1500), ("free", "child", "child", "full")),
    ],
)  # fmt: skip
def test_heights_by_the_day(day: date, heights_mm: tuple[int, ...], kinds: tuple[str, ...]) -> None:
    assert tuple(children.by_height(BOOK, height, day).kind for height in heights_mm) == kinds


def test_no_height_was_written_down_before_1997() -> None:
    with pytest.raises(NoRule, match="known from 1997-12-01"):
        children.by_height(BOOK, 1_000, date(1997, 11, 30))


def test_ages_change_on_the_birthday() -> None:
    birth = date(2017, 6, 1)
    days = [date(2023, 5, 31), date(2023, 6, 1), date(2031, 5, 31), date(2031, 6, 1)]
    assert [children.by_age(BOOK, birth, day).kind for day in days] == ["free", "child", "child", "full"]
    with pytest.raises(NoRule):
        children.by_age(BOOK, birth, date(2022, 12, 31))


def test_who_was_born_on_a_leap_day_grows_older_in_march() -> None:
    assert children.age_on(date(2020, 2, 29), date(2026, 2, 28)) == 5
    assert children.age_on(date(2020, 2, 29), date(2026, 3, 1)) == 6
    with pytest.raises(ValueError, match="born"):
        children.age_on(date(2020, 2, 29), date(2020, 2, 28))


def test_a_free_child_in_its_own_berth_pays_the_berth_and_half_the_air_con_ticket() -> None:
    paid = children.pays(BOOK, "free", OLD, own_berth=True)
    assert (paid.shares, paid.mark) == ({"berth": Fraction(1), "aircon": Fraction(1, 2)}, "单")
    assert children.pays(BOOK, "free", OLD, own_berth=True, aircon=False).shares == {"berth": Fraction(1)}
    assert (children.pays(BOOK, "free", OLD).shares, children.pays(BOOK, "free", OLD).mark) == ({}, "")


def test_a_child_ticket_is_half_of_all_but_the_berth() -> None:
    half = Fraction(1, 2)
    assert children.pays(BOOK, "child", OLD).shares == {"seat": half, "express": half, "aircon": half}
    assert children.pays(BOOK, "child", OLD, own_berth=True).shares["berth"] == 1
    assert set(children.pays(BOOK, "full", OLD, own_berth=True, aircon=False).shares) == {"seat", "express", "berth"}


def test_the_second_free_child_needs_a_ticket() -> None:
    assert [children.free_children(BOOK, 1, n, OLD)[:2] for n in (0, 1, 2)] == [(0, 0), (1, 0), (1, 1)]


def test_a_child_sits_in_the_class_of_the_adult_and_not_further() -> None:
    fits = [("hard", 300), ("hard", 500), ("hard", 501), ("soft", 300)]
    assert [children.travels_with(BOOK, one, "hard", km, 500, OLD)[0] for one, km in fits] == [True, True, False, False]


def test_four_trips_a_year_and_none_carried_over() -> None:
    left = [concessions.student_quota(BOOK, used, OLD, 4).remaining for used in (0, 3, 4, 5)]
    assert left == [4, 1, 0, 0]
    with pytest.raises(ValueError, match="trips"):
        concessions.student_quota(BOOK, -1, OLD)


def test_the_year_of_students_began_in_january_and_begins_in_october() -> None:
    assert concessions.student_quota(BOOK, 0, date(2010, 12, 31)).since == date(2010, 1, 1)
    assert concessions.student_quota(BOOK, 0, date(2023, 9, 30)).since == date(2022, 10, 1)
    assert concessions.student_quota(BOOK, 0, date(2023, 10, 1)).since == date(2023, 10, 1)


def test_who_gets_a_student_ticket() -> None:
    assert concessions.student_trip(BOOK, "internship_home", [], OLD)[0]
    assert not concessions.student_trip(BOOK, None, ["school_internship"], OLD)[0]
    assert not concessions.student_trip(BOOK, "home_school", ["parent_at_school_place"], OLD)[0]


def test_a_card_issued_again_waits_for_the_next_year() -> None:
    assert not concessions.reissued_card(BOOK, date(2010, 2, 1), date(2010, 12, 31))[0]
    assert concessions.reissued_card(BOOK, date(2010, 2, 1), date(2011, 1, 1))[0]


def test_an_emu_second_class_is_three_quarters_and_half_fares_round_to_half_yuan() -> None:
    assert concessions.student_emu_fare(BOOK, 10_000, "second", OLD)[0] == 7_500
    assert concessions.student_emu_fare(BOOK, 5_450, "second", OLD)[0] == 4_100  # 40.875


def test_a_journey_in_two_tickets_is_one_trip_of_the_first_seller() -> None:
    assert concessions.split_ticket(BOOK, 2, OLD)[:2] == (1, 1)


def test_free_places_of_a_group() -> None:
    sizes = (0, 19, 20, 29, 30, 39, 40, 45, 60)
    assert [concessions.group_free(BOOK, size, False, OLD)[0] for size in sizes] == [0, 0, 1, 1, 2, 2, 3, 3, 5]
    assert concessions.group_free(BOOK, 60, True, OLD)[0] == 0
    with pytest.raises(ValueError, match="group"):
        concessions.group_free(BOOK, -1, False, OLD)


def test_the_highest_fares_of_a_mixed_group_are_free() -> None:
    choice = concessions.group_choice(BOOK, [6_000] * 15 + [8_000] * 15, OLD)
    assert (choice.free, choice.positions, choice.pay_fen) == (2, (15, 16), 15 * 6_000 + 13 * 8_000)


@given(fares=st.lists(st.integers(0, 100_000), max_size=80), spring=st.booleans())
def test_no_choice_of_free_places_is_better_for_the_group(fares: list[int], spring: bool) -> None:
    choice = concessions.group_choice(BOOK, fares, OLD, spring_festival=spring)
    assert choice.free == (0 if spring or len(fares) < 20 else 1 + (len(fares) - 20) // 10)
    assert choice.pay_fen == sum(sorted(fares)[: len(fares) - choice.free])


@given(size=st.integers(0, 500))
def test_one_more_passenger_frees_at_most_one_more(size: int) -> None:
    one, more = (concessions.group_free(BOOK, n, False, OLD)[0] for n in (size, size + 1))
    assert one <= more <= one + 1


@given(birth=st.dates(date(2004, 1, 1), date(2023, 1, 1)), days=st.integers(0, 8_000))
def test_nobody_grows_younger(birth: date, days: int) -> None:
    order = ["free", "child", "full"]
    travel = date(2023, 1, 1) + timedelta(days=days)
    first = children.by_age(BOOK, birth, date(2023, 1, 1)).kind
    assert order.index(first) <= order.index(children.by_age(BOOK, birth, travel).kind)
