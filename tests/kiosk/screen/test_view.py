"""Every screen in both languages: words, keys, amounts that agree with the book, and the way over the socket."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.sale.book import Book, NoteLine, PayLine, S, TicketLine
from kiosk.screen import targets as T
from kiosk.screen.shown import HelpSeen, ModeSeen
from kiosk.screen.texts import Both
from kiosk.screen.values import (
    SCREENS,
    Attract,
    Busy,
    ClaimScreen,
    Help,
    Home,
    Key,
    OutOfService,
    PayCash,
    Printing,
    Review,
    Screen,
    Seat,
    Show,
    StationPicker,
    Take,
    Trains,
    Words,
    decode,
    encode,
    keys_of,
)  # fmt: skip
from kiosk.screen.view import JOURNEY, SALE, next_change_ms, view
from tests.kiosk.screen.world import (
    LIMITS,
    MONO_MS,
    ORDER,
    PLACES,
    WALL_MS,
    all_shown,
    book,
    books,
    journey,
    now,
    shown,
    steps,
    with_trains,
)  # fmt: skip

ALL = [(language, name) for language in ("zh", "en") for name in all_shown(language)]
SHOWN = {language: all_shown(language) for language in ("zh", "en")}
ONE_SIDED = {"language_key", "letters", "digits", "found", "cells"}
NUMBER = ".cards.key.words"  # a train number is the same in all languages
LANGUAGE_NAMES = (Words("English", "英语"), Words("中文", "Chinese"))  # each in its own script
HANZI = re.compile(r"[\u4e00-\u9fff]")


def words_in(value: Any, path: str = "") -> Iterator[tuple[str, Words]]:
    if isinstance(value, Words):
        yield path, value
    elif isinstance(value, tuple):
        for item in value:
            yield from words_in(item, path)
    elif is_dataclass(value):
        for part in fields(value):
            yield from words_in(getattr(value, part.name), f"{path}.{part.name}")


@pytest.mark.parametrize(("language", "name"), ALL)
def test_a_screen_goes_over_the_socket_unchanged(language: str, name: str) -> None:
    screen = view(SHOWN[language][name])
    assert decode(encode(Show(7, screen))) == Show(7, screen)


@pytest.mark.parametrize(("language", "name"), ALL)
def test_words_stand_in_both_languages_or_in_none(language: str, name: str) -> None:
    screen = view(SHOWN[language][name])
    told = 0
    for path, words in words_in(screen):
        if any(part in ONE_SIDED for part in path.split(".")) or path == NUMBER or words in LANGUAGE_NAMES:
            continue
        assert bool(words.main) == bool(words.small), f"{path}: {words}"
        if words.main and HANZI.search(words.main + words.small):
            chinese, english = (words.main, words.small) if language == "zh" else (words.small, words.main)
            told += 1
            if path != ".chrome.machine":
                assert HANZI.search(chinese), f"{path}: {words}"
                assert not HANZI.search(english), f"{path}: {words}"
    assert told > 2


@pytest.mark.parametrize("name", sorted(SHOWN["zh"]))
def test_the_language_key_swaps_main_and_small_and_nothing_else(name: str) -> None:
    zh = SHOWN["zh"][name]
    en = replace(zh, journey=replace(zh.journey, language="en"))
    one, other = dict(enumerate(words_in(view(zh)))), dict(enumerate(words_in(view(en))))
    assert len(one) == len(other)
    for at, (path, words) in one.items():
        if (
            any(part in {*ONE_SIDED, "machine"} for part in path.split("."))
            or path == NUMBER
            or words in LANGUAGE_NAMES
        ):
            continue
        assert other[at][1] == Words(words.small, words.main), path
    assert [key.target for key in keys_of(view(zh))] == [key.target for key in keys_of(view(en))]


@pytest.mark.parametrize(("language", "name"), ALL)
def test_every_key_is_known_named_and_says_why_it_is_off(language: str, name: str) -> None:
    screen = view(SHOWN[language][name])
    for key in every_key(screen):
        if not key.target:
            continue
        assert T.known(key.target), key.target
        assert key.words.main or key.icon
        assert key.enabled or key.why.main, f"{key.target} is off without a reason"
    primary = [key for key in screen.chrome.footer if key.role == "primary"]
    assert len(primary) <= 1
    assert len({key.target for key in screen.chrome.footer}) == len(screen.chrome.footer)


def every_key(value: Any) -> Iterator[Key]:
    if isinstance(value, Key):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from every_key(item)
    elif is_dataclass(value):
        for part in fields(value):
            yield from every_key(getattr(value, part.name))


def test_every_kind_of_passenger_screen_is_met() -> None:
    met = {view(each).kind for each in SHOWN["zh"].values()}
    assert met == {kind for kind in SCREENS if not kind.startswith("svc.")}


def test_each_sale_state_and_step_has_its_screen() -> None:
    assert set(SALE) == set(S) - {S.NEW, S.ENDED}
    assert set(JOURNEY) == {state.step for state in steps("zh").values()} - {"sale"}


def screen_of(name: str, kind: type[Screen], language: str = "en") -> Any:
    screen = view(SHOWN[language][name])
    assert isinstance(screen, kind)
    return screen


# -- amounts


def fen(text: str) -> int:
    yuan, _, rest = text.replace("¥", "").replace(",", "").replace("−", "-").partition(".")
    return int(yuan) * 100 + int(rest.ljust(2, "0")) * (-1 if yuan.startswith("-") else 1)


values = st.sampled_from([100, 500, 1_000, 2_000, 5_000, 10_000])


@settings(deadline=None)
@given(st.lists(values, max_size=30), st.sampled_from([S.COLLECTING, S.CLOSING]))
def test_total_is_inserted_plus_remaining(notes: list[int], state: S) -> None:
    made = book(state, tuple(notes))
    screen = view(shown(steps("zh")["sale"], made))
    assert isinstance(screen, PayCash)
    total, inserted, left = fen(screen.total.text), fen(screen.inserted.text), fen(screen.remaining.text)
    assert (total, inserted) == (made.due_fen, made.ours_fen)
    assert left == max(0, total - inserted)
    assert 0 <= screen.percent <= 100
    assert (screen.percent == 100) == (inserted >= total)
    received = sum(
        fen(part.split(" × ")[0]) * int(part.split(" × ")[1] if "×" in part else 1) for part in screen.received
    )
    assert received == inserted


def test_the_half_yuan_is_visible_before_the_first_note() -> None:
    review = screen_of("sale-REVIEWING", Review)
    assert sum(fen(row.price) for row in review.rows) == fen(review.total) == 77_900
    assert (review.rows[-1].price, review.rows[-1].fare.main) == ("−¥0.25", "In your favour")
    pay = screen_of("sale-COLLECTING", PayCash)
    assert "¥0.25" in pay.total.sub.main
    plain = book(S.REVIEWING)
    plain.rounding_fen, plain.price_fen = 0, 77_900
    screen = view(shown(steps("zh")["sale"], plain))
    assert isinstance(screen, Review)
    assert len(screen.rows) == len(PLACES)


def test_a_changed_price_is_shown_old_and_new() -> None:
    assert screen_of("sale-REVIEWING", Review).changed is None
    made = book(S.REVIEWING)
    made.order = replace(ORDER, price_fen=70_000)
    screen = view(shown(steps("en")["sale"], made))
    assert isinstance(screen, Review)
    assert screen.changed is not None
    assert screen.changed.words.main == "The price has changed from ¥700.00 to ¥779.25"


def test_all_notes_stand_in_the_row_with_reasons() -> None:
    screen = screen_of("sale-COLLECTING", PayCash)
    assert [each.value for each in screen.denominations] == ["¥100", "¥50", "¥20", "¥10", "¥5", "¥1"]
    assert [each.accepted for each in screen.denominations] == [False, True, True, True, True, True]
    assert screen.denominations[0].why.main == "No change for it"
    closing = screen_of("sale-CLOSING", PayCash)
    assert not any(each.accepted for each in closing.denominations)
    assert all(each.why.main for each in closing.denominations)


@pytest.mark.parametrize(
    ("name", "slot"),
    [("sale-COLLECTING", "insert"), ("sale-CLOSING", "closed"), ("sale-COLLECTING-minute", "closed")],
)
def test_the_slot_says_what_it_takes(name: str, slot: str) -> None:
    assert screen_of(name, PayCash).slot == slot


def test_the_slot_moves_with_a_note_and_is_full_without_values() -> None:
    made = book(S.COLLECTING)
    made.notes.append(NoteLine(1, 1_000, "moving"))
    moving = view(shown(steps("zh")["sale"], made))
    made = book(S.COLLECTING)
    made.accepted_fen = ()
    full = view(shown(steps("zh")["sale"], made))
    reading = view(replace(shown(steps("zh")["sale"], book(S.COLLECTING)), note_moving=True))
    assert [screen.slot for screen in (moving, full, reading) if isinstance(screen, PayCash)] == [
        "moving",
        "full",
        "moving",
    ]


def test_what_a_cancel_gives_back_is_said_for_both_kinds_of_acceptor() -> None:
    base = SHOWN["en"]["sale-COLLECTING"]
    equal, same = view(base), view(replace(base, same_notes=True))
    assert isinstance(equal, PayCash)
    assert isinstance(same, PayCash)
    assert "same amount" in equal.promise.main
    assert "your own notes" in same.promise.main


def test_a_refused_note_is_explained() -> None:
    screen = screen_of("sale-COLLECTING-refusal", PayCash)
    assert screen.refusal is not None
    assert "no change" in screen.refusal.words.main
    assert screen_of("sale-COLLECTING", PayCash).refusal is None


def test_the_last_seconds_of_patience_ask_for_more_time() -> None:
    screen = screen_of("sale-COLLECTING-late", PayCash)
    assert screen.chrome.ring is None
    assert screen.chrome.dialog is not None
    assert [key.target for key in screen.chrome.dialog.keys] == ["cancel", "more_time"]
    assert "¥100.00" in screen.chrome.dialog.more.main
    assert screen_of("sale-COLLECTING", PayCash).chrome.ring is not None


def test_the_last_minute_of_the_lock_is_told() -> None:
    assert screen_of("sale-COLLECTING-minute", PayCash).chrome.notice is not None
    assert screen_of("sale-COLLECTING", PayCash).chrome.notice is None


def test_deadlines_are_peoples_time_at_any_clock_rate() -> None:
    slow = SHOWN["zh"]["sale-COLLECTING"]
    made = replace(book(S.COLLECTING), lock_until_ms=MONO_MS + 20_000, patience_until_ms=MONO_MS + 9_000)
    fast = view(replace(slow, rate=10.0, sale=made))
    assert isinstance(fast, PayCash)
    assert (fast.lock.remaining_ms, fast.lock.total_ms, fast.lock.rate) == (200_000, 300_000, 10.0)
    assert fast.chrome.ring is not None
    assert fast.chrome.ring.remaining_ms == 90_000
    assert fast.slot == "insert"


# -- printing, taking, owing


def test_printing_counts_the_tickets() -> None:
    screen = screen_of("sale-PRINTING", Printing)
    assert [step.state for step in screen.steps] == ["done", "now", "next", "next"]
    assert screen.steps[1].words.main == "Printing ticket 2 of 2"
    assert [thumb.state for thumb in screen.steps[1].tickets] == ["printed", "printing"]
    assert screen.steps[3].words.main == "Change ¥21.00"
    assert screen.cannot_cancel.main


def test_the_steps_only_move_forward() -> None:
    order = ("CONFIRMING", "ASKING", "PRINTING", "DELIVERING", "PAYING")
    done = [[step.state for step in screen_of(f"sale-{name}", Printing).steps].count("done") for name in order]
    percents = [screen_of(f"sale-{name}", Printing).percent for name in order]
    assert done == sorted(done)
    assert percents == sorted(percents)


def test_an_exact_payment_has_no_change_step() -> None:
    made = book(S.PRINTING, (10_000,) * 7 + (5_000, 2_000, 500, 100, 100, 100, 100))
    made.tickets = [TicketLine(place, ("E1",), 1, "printing") for place in PLACES]
    made.confirmed = True
    screen = view(shown(steps("zh")["sale"], made))
    assert isinstance(screen, Printing)
    assert len(screen.steps) == 3
    assert len(screen.outlets) == 1


def test_a_refund_has_other_steps_and_no_tickets() -> None:
    screen = screen_of("sale-PAYING-refund", Printing)
    assert screen.steps[0].words.main == "Order cancelled"
    assert "¥200.00" in screen.steps[1].words.main
    assert screen.cannot_cancel == Words()
    dump = screen_of("sale-DUMPING", Printing)
    assert dump.title.main == "The tickets could not be printed"
    assert "¥800.00" in dump.steps[1].words.main


def test_tickets_first_then_change_with_the_sum() -> None:
    first, then = screen_of("sale-TICKETS_OUT", Take), screen_of("sale-CHANGE_OUT", Take)
    assert [(outlet.what, outlet.state) for outlet in first.outlets] == [("tickets", "now"), ("change", "next")]
    assert [(outlet.what, outlet.state) for outlet in then.outlets] == [("tickets", "done"), ("change", "now")]
    for screen in (first, then):
        paid, fare, change = (fen(figure.text) for figure in screen.figures)
        assert paid - fare == change == 2_100
    assert sum(fen(note.value) * note.count for note in then.notes) == 2_100
    assert first.notes == ()
    assert then.chrome.ring is not None
    assert then.chrome.ring.remaining_ms == 38_000


def test_a_refund_is_taken_from_one_outlet() -> None:
    screen = screen_of("sale-CHANGE_OUT-refund", Take)
    assert [(outlet.what, outlet.state) for outlet in screen.outlets] == [("change", "now")]
    assert [(note.value, note.count) for note in screen.notes] == [("¥100", 2)]
    assert [fen(figure.text) for figure in screen.figures] == [20_000, 0, 20_000]


def test_a_second_bundle_is_announced() -> None:
    made = books()["CHANGE_OUT-refund"]
    made.pays = [PayLine(1, ((3, 1),), 10_000, "out", ((3, 1, 0),), 10_000)]
    screen = view(shown(steps("en")["sale"], made))
    assert isinstance(screen, Take)
    assert screen.notes_label.main == "1 notes, ¥100.00 more follows"


def test_a_claim_says_what_how_long_and_where() -> None:
    screen = screen_of("sale-CLAIM", ClaimScreen)
    assert (screen.amount, screen.code) == ("¥21.00", "6F4K 92QD")
    assert "2026-12-21" in screen.valid.main
    assert "30 days" in screen.valid.main
    due, out, owed = (fen(figure.text) for figure in screen.figures)
    assert due - out == owed == 2_100
    assert len(screen.qr) == len(screen.qr[0])
    assert set("".join(screen.qr)) == {"0", "1"}
    assert screen.slip_state.level == "ok"
    assert len(screen.ways) == 3


def test_a_claim_waits_for_its_slip_and_does_without_one() -> None:
    printing, failed = screen_of("sale-SLIP", ClaimScreen), screen_of("sale-CLAIM-unsure", ClaimScreen)
    assert [key.enabled for key in printing.chrome.footer] == [False, True, False]
    assert [key.enabled for key in failed.chrome.footer] == [True, True, True]
    assert failed.title.main.startswith("We owe you up to ¥100.00")
    assert failed.slip_state.level == "warn"


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(SALE, key=lambda state: state.name)),
    st.lists(values, max_size=12),
    st.lists(st.sampled_from(["waiting", "printing", "in_tray", "presented", "taken", "retracted", "void", "unknown"]), max_size=2),
    st.sampled_from(["", "passenger", "print", "station", "not_taken", "restart", "anything"]),
    st.lists(st.sampled_from(["asked", "out", "taken", "retracted", "unknown", "refused"]), max_size=2),
)  # fmt: skip
def test_no_book_breaks_a_screen(state: S, notes: list[int], tickets: list[str], why: str, pays: list[str]) -> None:
    made = book(state, tuple(notes))
    made.tickets = [TicketLine(PLACES[at], ("E1",), 1, each) for at, each in enumerate(tickets)]
    made.confirmed, made.why_ending = bool(tickets), why
    made.pays = [PayLine(at, ((3, 1),), 10_000, each, ((3, 1, 0),), 10_000) for at, each in enumerate(pays)]
    for language in ("zh", "en"):
        screen = view(shown(steps(language)["sale"], made))
        assert decode(encode(Show(1, screen))) == Show(1, screen)


# -- journey screens


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
    assert (soldier.plus.enabled, soldier.plus.why.main) == (False, "Not sold in this class")
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
    assert screen.destination == Words("QQQ", "QQQ")


def test_the_sample_books_are_books() -> None:
    assert all(isinstance(each, Book) for each in books().values())
    assert LIMITS.max_tickets == 5
    assert Both("a", "b").of("en") == "b"
