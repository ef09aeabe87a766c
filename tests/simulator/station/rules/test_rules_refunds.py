"""Refund offers: what bars them, where and until when, and the policies that win over the ordinary rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.station.rules.book import the_rules
from simulator.station.rules.moments import DAY_MS, HOUR_MS, parse_moment
from simulator.station.rules.refunds import Ticket, deadline_ms, late_deadline_ms, offer_refund, override_for
from simulator.station.rules.rows import Refusal

BOOK = the_rules()
NOW = parse_moment("2024-05-10T12:00")


def ticket(left_ms: int = 3 * DAY_MS, at_ms: int = NOW, **more: object) -> Ticket:
    return replace(Ticket(fare_fen=10_000, departs_ms=at_ms + left_ms), **more)  # type: ignore[arg-type]


def test_an_offer_splits_the_fare_into_fee_and_refund() -> None:
    offer = offer_refund(BOOK, ticket(), NOW)
    assert (offer.allowed, offer.fee_fen, offer.refund_fen) == (True, 500, 9_500)


def test_after_departure_rebooking_is_advised_while_it_is_possible() -> None:
    assert offer_refund(BOOK, ticket(0), NOW).advice == "rebook"
    assert offer_refund(BOOK, ticket(-HOUR_MS), NOW).advice == "rebook"
    assert offer_refund(BOOK, ticket(-DAY_MS), NOW).advice == ""
    assert offer_refund(BOOK, ticket(-HOUR_MS, moved_with_ms=DAY_MS), NOW).advice == ""
    old = parse_moment("2010-01-01T12:00")
    assert offer_refund(BOOK, ticket(-2 * HOUR_MS, old), old).advice == "rebook"
    assert offer_refund(BOOK, ticket(-2 * HOUR_MS - 1, old), old).advice == ""


@pytest.mark.parametrize(
    "mark",
    ["journey_begun", "luggage_mark", "monthly_in_use", "expired", "platform_ticket", "rebooked_after_departure"],
)
def test_what_a_ticket_went_through_bars_a_refund(mark: Refusal) -> None:
    offer = offer_refund(BOOK, ticket(mark=mark), NOW)
    assert (offer.allowed, offer.refund_fen, offer.trace[0].rule) == (False, 0, "NR1")


def test_illness_excuses_a_journey_begun_and_nothing_else() -> None:
    ill = ticket(-HOUR_MS, mark="journey_begun", ill_or_injured=True, unused_fare_fen=4_000)
    assert (offer_refund(BOOK, ill, NOW).refund_fen, offer_refund(BOOK, ill, NOW).fee_fen) == (3_200, 800)
    assert not offer_refund(BOOK, ticket(mark="expired", ill_or_injured=True), NOW).allowed


def test_two_yuan_are_not_given_back_a_fen_more_is() -> None:
    assert not offer_refund(BOOK, ticket(fare_fen=200), NOW).allowed
    assert offer_refund(BOOK, ticket(fare_fen=201), NOW).allowed


def test_a_ticket_bought_elsewhere_goes_back_where_it_was_sold_or_boards() -> None:
    assert [offer_refund(BOOK, ticket(), NOW, place).allowed for place in ("sale", "boarding", "other", None)] == [
        True, True, False, True,
    ]  # fmt: skip


def test_a_group_comes_48_hours_before() -> None:
    assert offer_refund(BOOK, ticket(48 * HOUR_MS, group=True), NOW).allowed
    assert not offer_refund(BOOK, ticket(48 * HOUR_MS - 1, group=True), NOW).allowed


def test_a_rebooked_ticket_into_the_spring_season_is_found_by_the_calendar() -> None:
    at_ms = parse_moment("2024-01-01T12:00")
    into = Ticket(fare_fen=10_000, departs_ms=parse_moment("2024-02-08T12:00"), moved_with_ms=20 * DAY_MS)
    assert offer_refund(BOOK, into, at_ms).fee_fen == 2_000
    assert offer_refund(BOOK, replace(into, moved_with_ms=None), at_ms).fee_fen == 0
    after = replace(into, departs_ms=parse_moment("2024-03-06T12:00"))
    assert offer_refund(BOOK, after, at_ms).fee_fen == 0


def judged(bought: str, at: str, departs: str, **more: object) -> tuple[str, int]:
    """(policy, fee) of a refund; the policy is `refused` when there is none."""
    sold = Ticket(fare_fen=10_000, departs_ms=parse_moment(departs), bought_ms=parse_moment(bought))
    offer = offer_refund(BOOK, replace(sold, **more), parse_moment(at))  # type: ignore[arg-type]
    return (offer.policy if offer.allowed else "refused"), offer.fee_fen


def test_every_wave_of_2020_judges_its_own_refunds() -> None:
    cities = ("武汉", "北京")
    assert judged("2020-01-10T10:00", "2020-01-20T23:59", "2020-01-21T10:00", cities=cities) == ("", 2_000)
    assert judged("2020-01-10T10:00", "2020-01-21T00:00", "2020-01-21T10:00", cities=cities) == ("V1", 0)
    assert judged("2020-01-10T10:00", "2020-01-21T00:00", "2020-01-21T10:00", cities=("上海",)) == ("", 2_000)
    assert judged("2020-01-10T10:00", "2020-01-24T00:00", "2020-01-24T10:00") == ("V2", 0)
    assert judged("2020-01-26T10:00", "2020-01-27T24:00", "2020-01-28T10:00") == ("V2", 0)
    assert judged("2020-01-27T24:00", "2020-01-28T00:00", "2020-01-28T10:00") == ("V3", 0)
    assert judged("2020-01-28T00:00", "2020-01-28T00:00", "2020-01-28T10:00") == ("", 2_000)
    assert judged("2020-02-05T23:59:59", "2020-02-06T00:00", "2020-02-06T10:00") == ("V4", 0)
    assert judged("2020-02-06T00:00", "2020-02-06T00:00", "2020-02-06T10:00") == ("", 2_000)
    assert judged("2022-03-14T24:00", "2022-03-15T00:00", "2022-03-15T10:00") == ("V5", 0)
    assert judged("2022-03-15T00:00", "2022-03-15T00:00", "2022-03-15T10:00") == ("", 2_000)


def test_after_departure_only_paper_and_cash_have_until_the_end_of_march() -> None:
    left = {"bought": "2020-01-10T10:00", "departs": "2020-01-25T10:00"}
    paper = parse_moment("2020-02-05T24:00")
    assert judged(**left, at="2020-02-06T00:00") == ("refused", 0)
    assert judged(**left, at="2020-03-31T24:00", paper_ms=paper) == ("V4", 0)
    assert judged(**left, at="2020-04-01T00:00", paper_ms=paper) == ("refused", 0)
    assert judged(**left, at="2020-03-31T24:00", paper_ms=paper + 1) == ("refused", 0)
    reopened = parse_moment("2020-03-20T08:00")
    assert judged(**left, at="2020-04-19T24:00", paper_ms=paper, reopened_ms=reopened) == ("V4", 0)
    assert judged(**left, at="2020-04-20T00:00", paper_ms=paper, reopened_ms=reopened) == ("refused", 0)


def test_a_late_refund_is_paid_at_the_place_of_sale_or_the_boarding_station() -> None:
    late = Ticket(fare_fen=10_000, departs_ms=parse_moment("2020-01-25T10:00"), bought_ms=0, paper_ms=0)
    at_ms = parse_moment("2020-03-01T10:00")
    assert [offer_refund(BOOK, late, at_ms, place).allowed for place in ("sale", "boarding", "other")] == [
        True,
        True,
        False,
    ]


def test_a_cancelled_train_gives_thirty_days() -> None:
    gone = Ticket(fare_fen=10_000, departs_ms=parse_moment("2020-02-01T08:00"), bought_ms=0, cancelled=True)
    rule = next(rule for rule in BOOK.overrides if rule.id == "V3")
    assert deadline_ms(rule, gone) == parse_moment("2020-03-02T24:00")
    assert late_deadline_ms(rule, gone) == -1


def test_the_first_wave_gives_back_the_insurance_too() -> None:
    at_ms = parse_moment("2020-01-22T10:00")
    sold = Ticket(fare_fen=10_000, departs_ms=at_ms + DAY_MS, bought_ms=0, cities=("武汉",), insurance_fen=300)
    assert offer_refund(BOOK, sold, at_ms).insurance_fen == 300
    assert offer_refund(BOOK, replace(sold, cities=()), at_ms).insurance_fen == 0


def test_cash_goes_back_in_cash_at_a_station() -> None:
    assert offer_refund(BOOK, ticket(cash=True), NOW).back_to == "cash_at_station"
    assert offer_refund(BOOK, ticket(), NOW).back_to == "means_of_payment"


def test_a_ticket_rebooked_after_departure_is_not_given_back() -> None:
    assert not offer_refund(BOOK, ticket(moved_with_ms=-1), NOW).allowed
    assert offer_refund(BOOK, ticket(moved_with_ms=0), NOW).allowed


def test_the_higher_priority_wins_where_two_match() -> None:
    sold = Ticket(fare_fen=10_000, departs_ms=parse_moment("2020-01-24T20:00"), bought_ms=0, cities=("武汉",))
    found = override_for(BOOK, sold, parse_moment("2020-01-24T12:00"))
    assert found is not None
    assert found.id == "V2"


@given(fare_fen=st.integers(0, 500_000), left_ms=st.integers(-3 * DAY_MS, 40 * DAY_MS), day=st.integers(0, 2_000))
def test_fee_and_refund_make_up_the_fare_or_nothing_is_given(fare_fen: int, left_ms: int, day: int) -> None:
    at_ms = parse_moment("2019-01-01T09:00") + day * DAY_MS
    offer = offer_refund(BOOK, Ticket(fare_fen=fare_fen, departs_ms=at_ms + left_ms, bought_ms=at_ms - DAY_MS), at_ms)
    assert offer.fee_fen + offer.refund_fen == (fare_fen if offer.allowed else 0)
    assert offer.trace
