"""Validity, faces, codes and numbers of tickets."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.station.rules import tickets, validity
from simulator.station.rules.book import the_rules

BOOK = the_rules()
DAY = date(2010, 1, 1)


def test_days_of_validity_at_every_border() -> None:
    borders = (1, 500, 501, 1500, 1501, 2294, 2500, 2501)
    assert [validity.valid_days(BOOK, km, DAY).days for km in borders] == [2, 2, 3, 3, 4, 4, 4, 5]
    assert validity.valid_days(BOOK, 2501, date(2024, 1, 1)).days == 1
    with pytest.raises(ValueError, match="0 km"):
        validity.valid_days(BOOK, 0, DAY)


def test_a_ticket_ends_at_24_of_its_last_day_counted_from_the_travel_day() -> None:
    assert validity.after_rebooking(BOOK, 800, date(2010, 5, 3), DAY).until == "2010-05-05T24:00"
    assert validity.valid_days(BOOK, 100, date(2010, 12, 31)).until == "2011-01-01T24:00"


def test_a_ticket_sold_under_the_old_rule_keeps_it() -> None:
    assert validity.valid_days(BOOK, 501, date(2012, 1, 1), date(2011, 12, 31)).days == 3


def test_a_wrong_destination_is_reckoned_from_where_one_turns_back() -> None:
    ticket = validity.mis_sold(BOOK, "M", "Z", date(2010, 5, 3), 800)
    assert (ticket.begins_at, ticket.to, ticket.handling_fee) == (("M",), "Z", False)
    assert ticket.valid is not None
    assert ticket.valid.until == "2010-05-05T24:00"


def test_a_ticket_that_ends_on_the_way_costs_a_new_one_with_a_fee() -> None:
    ticket = validity.expired_on_the_way(BOOK, "Z", DAY)
    assert (ticket.begins_at, ticket.handling_fee) == (("expiry_station", "next_stop"), True)


def test_a_broken_line_adds_its_waiting_days() -> None:
    assert validity.after_interruption(BOOK, date(2010, 5, 1), 4)[:2] == (date(2010, 5, 11), 4)


@given(km=st.integers(1, 20_000))
def test_a_longer_way_is_never_valid_for_fewer_days(km: int) -> None:
    one, more = validity.valid_days(BOOK, km, DAY).days, validity.valid_days(BOOK, km + 1, DAY).days
    assert one <= more <= one + 1


def test_codes_and_numbers() -> None:
    assert [tickets.type_code(BOOK, kind, DAY) for kind in ("团", "全", "免")] == ["Y", "Q", "M"]
    assert tickets.through_km(BOOK, "6501031225", DAY) == 1225
    assert tickets.through_km(BOOK, "000050020", DAY) == 20
    assert [tickets.is_suburban(BOOK, km, DAY) for km in (100, 101)] == [True, False]
    assert [tickets.is_emu(BOOK, speed, DAY) for speed in (199, 200)] == [False, True]
    assert [tickets.parity(BOOK, up, DAY) for up in (True, False)] == ["even", "odd"]


@pytest.mark.parametrize("barcode", ["", "225", "12 5", "１２２５", "abcd"])
def test_a_barcode_without_a_distance_is_refused(barcode: str) -> None:
    with pytest.raises(tickets.NotKnown, match="barcode"):
        tickets.through_km(BOOK, barcode, DAY)


def test_a_type_without_a_code_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(tickets.NotKnown, match="团, 全, 免"):
        tickets.type_code(BOOK, "学", DAY)


def test_a_berth_goes_to_the_transfer_and_fits_its_ticket() -> None:
    assert (tickets.berth_to("Z", "M"), tickets.berth_to("Z", None)) == ("M", "Z")
    berths = [("Z", "hard"), ("M", "hard"), ("Z", "soft")]
    assert [tickets.berth_fits("Z", "hard", *berth) for berth in berths] == [True, False, False]


def test_a_joint_ticket_becomes_one_for_each() -> None:
    assert tickets.split_joint_ticket(3) == (True, 3)
    with pytest.raises(ValueError, match="0 passengers"):
        tickets.split_joint_ticket(0)


def test_only_the_sentence_marked_false_is_known_to_be_false() -> None:
    assert tickets.is_refuted(BOOK, tickets.Claim("fast_train", 120, 180), DAY)
    assert tickets.is_refuted(BOOK, tickets.Claim("fast_train", 120, 160), DAY) is None
