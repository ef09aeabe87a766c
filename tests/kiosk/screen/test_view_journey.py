"""Screens of the journey and of the machine as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.journey.choose import listed
from kiosk.ports.station import TrainsListed
from kiosk.sale.book import Book
from kiosk.screen.shown import HelpSeen, ModeSeen
from kiosk.screen.texts import Both
from kiosk.screen.values import (
    Attract,
    Busy,
    Help,
    Home,
    OutOfService,
    Seat,
    Show,
    StationPicker,
    Take,
    Trains,
    Words,
    decode,
    encode,
)  # fmt: skip
from kiosk.screen.view import next_change_ms, view
from tests.kiosk.screen.seen import SHOWN, fen, screen_of
from tests.kiosk.screen.world import (
    LIMITS,
    WALL_MS,
    books,
    journey,
    now,
    shown,
    steps,
    with_trains,
)  # fmt: skip


def test_trains_say_why_they_cannot_be_bought() -> None:
    screen = screen_of("trains", Trains)
    made = with_trains(journey("en"))
    made.touch("next", now())
    second = view(shown(made.state))
    assert isinstance(second, Trains)
    assert [card.number for card in second.cards] == ["G79", "Z1"]  # gone or closed: after all others
    states = {card.number: (card.state, card.key.enabled) for card in screen.cards + second.cards}
    assert states["G79"] == ("departed", False)
    assert states["Z1"] == ("closed", False)
    assert states["G89"] == ("sold_out", False)
    assert states["G71"] == ("open", True)
    assert [chip.level for chip in next(card for card in screen.cards if card.number == "G71").seats] == [
        "ok",
        "few",
        "none",
    ]
    assert len(screen.cards) == 5
    assert len(screen_of("trains-large", Trains).cards) == 4


@pytest.mark.parametrize(("language", "words"), [("zh", "停运"), ("en", "Does not run")])
def test_a_train_that_does_not_run_says_so_where_it_would_have_left(language: str, words: str) -> None:
    made = with_trains(journey(language))
    off = tuple(
        replace(o, cancelled=True, classes=(), closes_ms=0) if o.train == "G71" else o for o in made.state.offers
    )
    made.hear(TrainsListed(made.state.request, WALL_MS, off), now())
    screen = view(shown(made.state))
    assert isinstance(screen, Trains)
    found = next(card for card in screen.cards if card.number == "G71")
    assert (found.state, found.state_words.main, found.key.enabled) == ("cancelled", words, False)
    assert found.key.why == found.state_words
    assert [card.number for card in screen.cards] == [card.number for card in screen_of("trains", Trains).cards]
    late = replace(next(o for o in off if o.cancelled), depart_ms=WALL_MS)
    assert [each.train for each in listed(replace(made.state, offers=(late,), step="next"), WALL_MS)] == []
    early = replace(made.state, offers=(replace(late, depart_ms=WALL_MS + 1),), step="next", available=True)
    assert len(listed(early, WALL_MS)) == 1


@pytest.mark.parametrize(
    ("name", "state"),
    [("trains-loading", "loading"), ("trains-offline", "offline"), ("trains-none", "none"), ("trains", "list")],
)
def test_the_list_has_its_four_states(name: str, state: str) -> None:
    screen = screen_of(name, Trains)
    assert screen.state == state
    assert bool(screen.cards) == (state == "list")
    assert bool(screen.message.main) == (state != "list")


def test_filters_leave_what_they_say() -> None:
    made = with_trains(journey())
    made.touch("kind:D", now())
    screen = view(shown(made.state))
    assert isinstance(screen, Trains)
    assert [card.family for card in screen.cards] == ["D"]
    made.touch("kind:all", now())
    made.touch("available", now())
    made.touch("sort", now())
    screen = view(shown(made.state))
    assert isinstance(screen, Trains)
    assert [card.state for card in screen.cards] == ["open"] * 4
    prices = [fen(card.price) for card in screen.cards]
    assert prices == sorted(prices)


def test_a_seat_screen_adds_up_and_names_what_is_missing() -> None:
    screen = screen_of("seat-two", Seat)
    assert fen(screen.total) == 51_950 + 25_975
    assert [row.count for row in screen.passengers] == [1, 1, 0, 0]
    soldier = screen.passengers[3]
    assert (soldier.plus.enabled, soldier.plus.why.main) == (False, "Not in this class")
    assert "¥259.75" in screen.sum_note.main
    made = with_trains(journey("en"))
    made.touch("train:G71", now())
    made.touch("minus:adult", now())
    screen = view(shown(made.state))
    assert isinstance(screen, Seat)
    hold = screen.chrome.footer[-1]
    assert (hold.enabled, hold.why.main) == (False, "Choose who travels")


def test_an_order_above_the_cash_limit_says_so_before_the_seats_are_held() -> None:
    screen = view(replace(SHOWN["en"]["seat"], mode=ModeSeen(True, cash_limit_fen=20_000)))
    assert screen.chrome.footer[-1].why.main == "Cash works up to ¥200"


def test_the_picker_offers_letters_cells_and_pages() -> None:
    screen = screen_of("station-typed", StationPicker)
    assert [cell.tag for cell in screen.cells][:2] == ["WH", "WC"]
    assert screen.letters == "CEHU"  # E: Beijing West
    made = journey()
    made.touch("destination", now())
    made.touch("tab:az", now())
    first = view(shown(made.state))
    made.touch("next", now())
    second = view(shown(made.state))
    assert isinstance(first, StationPicker)
    assert isinstance(second, StationPicker)
    assert (first.previous, second.next) == (None, None)
    assert len({cell.key.target for cell in first.cells + second.cells}) == 11
    here = next(cell for cell in first.cells + second.cells if cell.key.target == "station:BXP")
    assert not here.key.enabled


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=24))
def test_any_typed_text_has_a_picker_and_a_number_screen(typed: str) -> None:
    for name in ("station", "search.train"):
        state = replace(steps("zh")[name], typed=typed)
        screen = view(shown(state))
        assert decode(encode(Show(1, screen))) == Show(1, screen)


# -- the machine


@pytest.mark.parametrize("reason", ["closed", "fault", "offline", "cash_full", "door_open", "no_paper", "starting"])
def test_out_of_service_has_reason_machine_and_help(reason: str) -> None:
    screen = screen_of(f"mode-{reason}", OutOfService)
    assert screen.reason == reason
    assert [figure.text for figure in screen.facts] == ["Beijing West T07", "E41", "12306"]
    assert "14:31" in screen.told.main
    assert {key.target for key in screen.chrome.footer} == {"service", "call_staff"}


def test_an_unknown_reason_is_a_fault() -> None:
    screen = view(shown(steps("zh")["attract"], mode=ModeSeen(False, "gremlins")))
    assert isinstance(screen, OutOfService)
    assert screen.reason == "fault"


def test_a_running_sale_goes_before_out_of_service() -> None:
    stopped = ModeSeen(False, "door_open")
    assert isinstance(view(replace(SHOWN["zh"]["sale-TICKETS_OUT"], mode=stopped)), Take)
    assert isinstance(view(replace(SHOWN["zh"]["home"], mode=stopped)), OutOfService)


def test_half_service_is_told_on_the_first_screen() -> None:
    screen = screen_of("mode-no_change", Attract)
    assert screen.payments[0].level == "warn"
    assert screen.chrome.notice is not None
    assert "cannot give change" in screen.chrome.notice.words.main
    assert "¥500" in screen_of("home-limited", Home).payments_line.main


def test_a_machine_without_cash_looks_up_trains_and_holds_nothing() -> None:
    only = ModeSeen(True, cash="off", cash_limit_fen=0)
    screen = view(replace(SHOWN["en"]["seat"], mode=only))
    assert (screen.chrome.footer[-1].enabled, screen.chrome.footer[-1].why.main) == (False, "No cash can be taken now")
    home = screen_of("home-query_only", Home)
    assert home.payments_line.main == "No sale now"
    assert home.chrome.notice is not None


def test_a_service_screen_is_passed_through() -> None:
    busy = view(SHOWN["zh"]["thanks"])
    assert isinstance(busy, Busy)
    assert view(replace(SHOWN["zh"]["sale-COLLECTING"], service_screen=busy)) is busy


def test_a_help_call_is_answered_on_the_screen() -> None:
    screen = view(replace(SHOWN["en"]["help"], help=HelpSeen("calling", WALL_MS)))
    assert isinstance(screen, Help)
    assert screen.call.words.main == "Staff were called at 14:36"


def test_the_idle_warning_replaces_the_ring() -> None:
    screen = screen_of("idle", Seat)
    assert screen.chrome.ring is None
    assert screen.chrome.dialog is not None
    assert [key.target for key in screen.chrome.dialog.keys] == ["home", "more_time"]
    assert screen.chrome.dialog.deadline is not None
    assert (screen.chrome.dialog.deadline.remaining_ms, screen.chrome.dialog.deadline.total_ms) == (30_000, 35_000)


@pytest.mark.parametrize("name", sorted(SHOWN["zh"]))
def test_the_next_change_lies_ahead_within_a_minute(name: str) -> None:
    each = SHOWN["zh"][name]
    assert 0 < next_change_ms(each) - each.now_mono_ms <= 60_000


def test_before_network_and_session_every_journey_screen_still_shows() -> None:
    for state in steps("en").values():
        bare = replace(shown(state), network=None, index=None, limits=None)
        assert view(bare).kind


def test_names_of_the_network_are_used_and_unknown_codes_shown() -> None:
    assert screen_of("trains", Trains, "zh").destination == Words("武汉", "Wuhan")
    lost = replace(steps("zh")["trains"], destination="QQQ")
    screen = view(shown(lost))
    assert isinstance(screen, Trains)
    assert screen.destination == Words("QQQ")  # the same in both languages is said once


def test_the_sample_books_are_books() -> None:
    assert all(isinstance(each, Book) for each in books().values())
    assert LIMITS.max_tickets == 5
    assert Both("a", "b").of("en") == "b"
