"""Where the journey stands while a sale runs, and where it goes on when the sale is over."""

from __future__ import annotations

import pytest

from kiosk.journey.asks import AskTrains, Reads, StartSale, ToSale
from kiosk.journey.flow import Journey
from kiosk.ports.note_acceptor import NoteHeld
from kiosk.ports.station import (
    LockRefused,
    LockUncertain,
    TrainsListed,
)
from kiosk.screen import targets as T
from tests.kiosk.screen.world import (
    OFFERS,
    SETTINGS,
    WALL_MS,
    journey,
    now,
    with_trains,
)


def selling() -> Journey:
    made = with_trains(journey())
    made.touch("train:G71", now())
    made.touch("hold", now())
    assert made.state.step == "sale"
    return made


@pytest.mark.parametrize(
    ("fact", "step", "notice"),
    [
        (LockRefused("k", "sold_out", 1), "seat", "only_left"),
        (LockRefused("k", "sold_out", 0), "trains", "sold_out"),
        (LockRefused("k", "sale_closed", 0), "trains", "closed"),
        (LockRefused("k", "cancelled", 0), "trains", "not_running"),
        (LockRefused("k", "limit", 0), "seat", "limit"),
        (LockRefused("k", "other", 0), "trains", "not_held"),
        (LockUncertain("k", "timeout"), "trains", "no_answer"),
    ],
)
def test_a_refused_lock_leads_back_with_its_reason(fact: LockRefused, step: str, notice: str) -> None:
    made = selling()
    [ask] = made.hear(fact, now())
    assert isinstance(ask, AskTrains)
    assert (made.state.step, made.state.notice) == (step, notice)
    made.hear(TrainsListed(ask.request, WALL_MS, OFFERS), now())
    assert made.state.notice == notice
    assert made.sale_over(now()) == []  # said twice is once
    made.touch("back", now())
    assert made.state.step == ("trains" if step == "seat" else "home")


def test_touches_of_a_sale_are_handed_on_and_others_dropped() -> None:
    made = selling()
    for target in sorted(T.SALE):
        assert made.touch(target, now()) == [ToSale(target)]
    assert made.touch("more_time", now()) == [ToSale("more_time")]
    for target in ("hold", "train:G71", "back", "start", "letter:A"):
        assert made.touch(target, now()) == []
    assert made.state.step == "sale"


def test_how_somebody_reads_is_told_to_the_sale() -> None:
    made = selling()
    assert made.touch("language", now()) == [Reads("en", False, False)]
    assert made.touch("contrast", now()) == [Reads("en", True, False)]
    assert made.touch("large_text", now()) == [Reads("en", True, True)]
    made.sale_over(now(), "home", "")
    assert made.touch("language", now()) == [], "without a sale there is nothing to keep it with"


def test_a_sale_that_begins_in_high_contrast_is_told_so_and_a_usual_one_nothing() -> None:
    for targets, told in (
        (("contrast",), [Reads("zh", True, False)]),
        (("large_text",), [Reads("zh", False, True)]),
        ((), []),
    ):
        made = with_trains(journey())
        for target in (*targets, "train:G71"):
            made.touch(target, now())
        start, *more = made.touch("hold", now())
        assert isinstance(start, StartSale)
        assert more == told


def test_a_sale_of_before_the_restart_is_shown_as_it_was_read() -> None:
    made = journey()
    made.sale_resumed(Reads("en", True, True), now())
    state = made.state
    assert (state.step, state.language, state.contrast, state.large_text) == ("sale", "en", True, True)


def test_help_lies_over_a_sale_until_a_note_comes() -> None:
    made = selling()
    made.touch("help", now())
    assert made.state.help
    made.hear(NoteHeld(1, 10_000), now())
    assert not made.state.help
    made.touch("help", now())
    made.touch("back", now())
    assert (made.state.help, made.state.step) == (False, "sale")
    made.touch("help", now())
    made.poll(now(60_000))
    assert (made.state.help, made.state.step) == (False, "sale")


@pytest.mark.parametrize(
    ("touched", "asked", "step", "notice"),
    [
        ("", "thanks", "thanks", ""),
        ("cancel", "home", "home", "cancelled"),
        ("cancel", "thanks", "thanks", "refunded"),
        ("change_order", "home", "seat", ""),
        ("", "trains", "trains", ""),
        ("", "attract", "attract", ""),
    ],
)
def test_a_sale_ends_where_the_passenger_expects(touched: str, asked: str, step: str, notice: str) -> None:
    made = selling()
    if touched:
        made.touch(touched, now())
    made.sale_over(now(), asked)
    assert (made.state.step, made.state.notice) == (step, notice)


def test_thanks_end_by_themselves_and_forget_the_passenger() -> None:
    made = selling()
    made.touch("language", now())
    made.sale_over(now())
    made.poll(now(6_000))
    assert (made.state.step, made.state.language, made.state.offers) == ("attract", "zh", ())


def test_somebody_in_front_wakes_the_machine_only_from_the_picture() -> None:
    made = journey()
    made.touch("train_number", now())
    made.approach(now())
    assert made.state.step == "search.train"
    made.sale_resumed(Reads("en", False, False), now())
    assert (made.state.step, made.state.language) == ("sale", "en")
    fresh = Journey(SETTINGS)
    fresh.approach(now())
    assert fresh.state.step == "home"
