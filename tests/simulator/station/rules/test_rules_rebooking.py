"""Rebooking: deadlines, counts and fees of B1 to B3, the settling of differences, change of route."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.station.rules import rebooking
from simulator.station.rules.book import the_rules
from simulator.station.rules.moments import DAY_MS, HOUR_MS, parse_moment
from simulator.station.rules.rebooking import Move, offer_rebooking, rebook_fee

BOOK = the_rules()
B1, B2, B3 = date(2010, 1, 1), date(2024, 1, 14), date(2024, 1, 15)
MINUTE_MS = 60_000


@pytest.mark.parametrize(
    ("before_ms", "days_later", "percent"),
    [
        (48 * HOUR_MS, 5, 0), (48 * HOUR_MS - 1, 1, 5), (48 * HOUR_MS - 1, 0, 0), (48 * HOUR_MS - 1, -3, 0),
        (24 * HOUR_MS, 1, 5), (24 * HOUR_MS - 1, 1, 15), (0, 1, 15), (0, 0, 0), (-1, 0, 0), (-1, 1, 40),
    ],
)  # fmt: skip
def test_fees_of_b3_by_time_and_new_date(before_ms: int, days_later: int, percent: int) -> None:
    assert rebook_fee(BOOK, 10_000, 20_000, before_ms, days_later, B3).percent == percent


def test_the_fee_is_of_the_lower_fare_in_half_yuan() -> None:
    assert rebook_fee(BOOK, 65_300, 90_000, 30 * HOUR_MS, 1, B3).fee_fen == 3_250
    assert rebook_fee(BOOK, 90_000, 65_300, 3 * HOUR_MS, 1, B3).fee_fen == 9_800
    assert rebook_fee(BOOK, 90_000, 65_300, 3 * HOUR_MS, 1, B2).fee_fen == 0
    with pytest.raises(ValueError, match="fares"):
        rebook_fee(BOOK, -1, 100, 0, 1, B3)


def move(now: str, old: str, new: str, **more: object) -> tuple[Move, int]:
    made = Move(
        old_fare_fen=10_000, new_fare_fen=10_000, old_departs_ms=parse_moment(old), new_departs_ms=parse_moment(new)
    )
    return replace(made, **more), parse_moment(now)  # type: ignore[arg-type]


def allowed(now: str, old: str, new: str, **more: object) -> bool:
    return offer_rebooking(BOOK, *move(now, old, new, **more)).allowed


def test_b1_goes_to_two_hours_after_departure() -> None:
    old, new = "2010-01-05T10:00", "2010-01-06T10:00"
    assert allowed("2010-01-05T12:00", old, new)
    assert not allowed("2010-01-05T12:00:00.001", old, new)


def test_b2_gives_only_trains_of_the_same_date_below_48_hours() -> None:
    old = "2023-05-10T10:00"
    assert allowed("2023-05-08T10:00", old, "2023-05-20T10:00")
    assert not allowed("2023-05-08T10:00:01", old, "2023-05-11T00:00")
    assert allowed("2023-05-08T10:00:01", old, "2023-05-10T23:59")
    assert allowed("2023-05-10T20:00", old, "2023-05-10T23:00")


def test_b3_goes_to_the_end_of_the_ticket_date() -> None:
    old, new = "2024-05-10T10:00", "2024-05-12T10:00"
    assert allowed("2024-05-10T24:00", old, new)
    assert not allowed("2024-05-11T00:00", old, new)


def test_one_change_no_late_group_no_train_that_left() -> None:
    now, old, new = "2024-05-01T10:00", "2024-05-10T10:00", "2024-05-12T10:00"
    assert not allowed(now, old, new, already=1)
    assert allowed("2024-05-08T10:00", old, new, group=True)
    assert not allowed("2024-05-08T10:01", old, new, group=True)
    assert not allowed(now, old, now)


def test_another_destination_48_hours_before_and_never_for_groups() -> None:
    old, new, where = "2024-05-10T10:00", "2024-05-12T10:00", frozenset({"destination"})
    assert allowed("2024-05-08T10:00", old, new, changes=where)
    assert not allowed("2024-05-08T10:01", old, new, changes=where)
    assert not allowed("2024-05-01T10:00", old, new, changes=where, group=True)
    assert not allowed("2024-05-01T10:00", old, new, changes=where, already=1)


def test_the_difference_is_paid_or_given_back_less_its_fee() -> None:
    now, old, new = "2024-05-09T11:00", "2024-05-10T10:00", "2024-05-10T20:00"
    dearer = offer_rebooking(BOOK, *move(now, old, new, new_fare_fen=15_000))
    assert (dearer.pay_fen, dearer.back_fen, dearer.fee_fen) == (5_000, 0, 0)
    cheaper = offer_rebooking(BOOK, *move(now, old, new, new_fare_fen=6_000))
    assert (cheaper.pay_fen, cheaper.back_fen, cheaper.difference_fee_fen) == (0, 3_200, 800)
    then = offer_rebooking(BOOK, *move("2010-05-09T11:00", "2010-05-10T10:00", "2010-05-10T20:00", new_fare_fen=6_000))
    assert (then.back_fen, then.difference_fee_fen, then.mark, then.collect_old) == (4_000, 0, "始发改签", True)


def test_a_refused_move_moves_no_money() -> None:
    offer = offer_rebooking(BOOK, *move("2024-05-09T11:00", "2024-05-10T10:00", "2024-05-11T10:00", already=1))
    assert (offer.fee_fen, offer.pay_fen, offer.back_fen, offer.trace[0].rule) == (0, 0, 0, "B3")


def test_a_dearer_route_is_paid_and_a_cheaper_one_gives_nothing() -> None:
    dearer, cheaper = (rebooking.change_route(BOOK, 6_000, new, B1) for new in (7_500, 4_500))
    assert (dearer.pay_fen, dearer.handling_fee) == (1_500, True)
    assert (cheaper.pay_fen, cheaper.refund_fen, cheaper.handling_fee) == (0, 0, False)
    assert not rebooking.change_route(BOOK, 6_000, 7_500, B1, emu=True).allowed


def test_a_berth_given_up_comes_back_and_the_rest_is_settled() -> None:
    assert rebooking.berth_to_seat(BOOK, 11_000, 15_000, 15_000, B1)[:2] == (0, 11_000)
    assert rebooking.berth_to_seat(BOOK, 1_000, 15_000, 18_000, B1)[:2] == (2_000, 0)


FARES = st.integers(0, 300_000)


@given(old=FARES, new=FARES, before_ms=st.integers(-DAY_MS, 30 * DAY_MS), later=st.integers(-30, 30))
def test_a_fee_is_at_most_forty_percent_of_the_lower_fare_in_half_yuan(
    old: int, new: int, before_ms: int, later: int
) -> None:
    fee = rebook_fee(BOOK, old, new, before_ms, later, B3).fee_fen
    assert 0 <= fee <= 40 * min(old, new) // 100 + 25
    assert fee % 50 == 0


@given(old=FARES, new=FARES, before_ms=st.integers(-DAY_MS, 30 * DAY_MS))
def test_settling_accounts_for_the_whole_difference(old: int, new: int, before_ms: int) -> None:
    pay, back, off, _ = rebooking.settle(BOOK, old, new, before_ms, B3)
    assert old - new == back + off - pay
    assert min(pay, back) == 0
