"""Screens of a sale: amounts that agree with the book, steps, outlets, claims."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.sale.book import S
from kiosk.sale.lines import NoteLine, PayLine, TicketLine
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.shown import ModeSeen
from kiosk.screen.values import (
    Busy,
    ClaimScreen,
    PayCash,
    Printing,
    Review,
    Show,
    Take,
    Words,
    decode,
    encode,
)  # fmt: skip
from kiosk.screen.view import SALE, next_change_ms, view
from kiosk.screen.views.review import LAST_MINUTE_MS
from tests.kiosk.screen.seen import SHOWN, fen, screen_of
from tests.kiosk.screen.world import (
    MONO_MS,
    ORDER,
    PLACES,
    WALL_MS,
    book,
    books,
    shown,
    steps,
)  # fmt: skip

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


@pytest.mark.parametrize(("wish", "held"), [("standing", "Tickets held for"), ("none", "Seats held for")])
def test_nobody_who_stands_reads_that_a_seat_is_held(wish: str, held: str) -> None:
    for state in (S.REVIEWING, S.COLLECTING):
        made = book(state)
        made.order = replace(ORDER, wish=wish)
        screen = view(shown(steps("en")["sale"], made))
        assert isinstance(screen, Review | PayCash)
        assert screen.lock_words.main.startswith(held)


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


@pytest.mark.parametrize(("left_ms", "pays"), [(LAST_MINUTE_MS, True), (LAST_MINUTE_MS - 1, False)])
def test_in_the_last_minute_nobody_is_led_to_a_slot_that_takes_nothing(left_ms: int, pays: bool) -> None:
    made = SHOWN["en"]["sale-REVIEWING"]
    screen = view(replace(made, sale=replace(book(S.REVIEWING), lock_until_ms=made.now_mono_ms + left_ms)))
    key = next(key for key in screen.chrome.footer if key.target == T.PAY)
    assert (key.enabled, key.why.main) == (pays, "" if pays else "Too little time is left")


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


RECEIPTS = {
    ("none", True): ("Print a receipt", True),
    ("printing", True): ("Printing the receipt", False),
    ("printed", True): ("Receipt printed", False),
    ("failed", True): ("Receipt: try again", True),
    ("none", False): ("Print a receipt", False),
}
LATER = ("TICKETS_OUT", "PAYING", "CHANGE_OUT")


@pytest.mark.parametrize("state", ["PRINTING", "DELIVERING", *LATER])
@pytest.mark.parametrize(("receipt", "slips"), RECEIPTS)
def test_a_receipt_is_offered_once_and_the_key_says_what_became_of_it(state: str, receipt: str, slips: bool) -> None:
    made = books()[state]
    made.receipt = receipt
    screen = view(shown(steps("en")["sale"], made, ModeSeen(True, slips=slips)))
    key = next(key for key in screen.chrome.footer if key.target == T.RECEIPT)
    assert (key.words.main, key.enabled) == RECEIPTS[receipt, slips]
    assert key.enabled or key.why.main


@pytest.mark.parametrize(
    ("state", "words", "enabled"),
    [("PRINTING", "A receipt comes, too", False), ("DELIVERING", "A receipt comes, too", False)]
    + [(state, "Print a receipt", True) for state in LATER],
)
def test_a_receipt_that_was_wished_for_comes_with_the_tickets_or_can_be_asked_for_again(
    state: str, words: str, enabled: bool
) -> None:
    made = replace(books()[state], receipt="wanted")
    screen = view(shown(steps("en")["sale"], made))
    key = next(key for key in screen.chrome.footer if key.target == T.RECEIPT)
    assert (key.words.main, key.enabled) == (words, enabled)


def test_no_receipt_is_offered_for_money_that_goes_back_or_an_order_bought_elsewhere() -> None:
    for name in ("sale-CHANGE_OUT-refund", "sale-TICKETS_OUT-pickup"):
        assert T.RECEIPT not in {key.target for key in screen_of(name, Take).chrome.footer}


def test_a_refund_is_taken_from_one_outlet() -> None:
    screen = screen_of("sale-CHANGE_OUT-refund", Take)
    assert [(outlet.what, outlet.state) for outlet in screen.outlets] == [("change", "now")]
    assert [(note.value, note.count) for note in screen.notes] == [("¥100", 2)]
    assert [fen(figure.text) for figure in screen.figures] == [20_000, 0, 20_000]


@pytest.mark.parametrize(
    ("name", "recycled", "opening"),
    [
        ("sale-CHANGE_OUT", (), ""),
        ("sale-CHANGE_OUT", (100, 1_000), "insert"),
        ("sale-CHANGE_OUT-refund", (100,), "insert"),
    ],
)
def test_a_unit_that_takes_notes_and_pays_is_reached_into_at_its_one_slot(
    name: str, recycled: tuple[int, ...], opening: str
) -> None:
    seen = view(replace(SHOWN["en"][name], recycled_fen=recycled))
    assert isinstance(seen, Take)
    assert (seen.outlets[-1].what, seen.outlets[-1].opening) == ("change", opening)
    assert ("Note slot" in seen.outlets[-1].place.main) == bool(opening)


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


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("expired", "Order ended: your seats were not held any longer"),
        ("voided", "Order ended: your seats were not held any longer"),
        ("price_changed", "Order ended: the price has changed"),
        ("wrong_state", "Order ended: the station did not confirm"),
        ("", "Order ended: the station did not confirm"),
    ],
)
def test_a_refund_says_why_the_station_did_not_confirm(code: str, words: str) -> None:
    made = replace(books()["PAYING-refused"], not_sold=code)
    screen = view(shown(steps("en")["sale"], made))
    assert isinstance(screen, Printing)
    assert screen.steps[0].words.main == words
    assert screen.total.main == "Refund ¥200.00"


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


# -- after a power cut


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["RESUMING", "RESUMING-some", "RESUMING-printed"])
def test_the_question_whether_to_go_on_says_what_is_in_and_what_follows(name: str, language: str) -> None:
    made = books()[name]
    screen = view(shown(steps(language)["sale"], made))
    assert isinstance(screen, Printing)
    assert [key.target for key in screen.chrome.footer] == ["money_back", "continue"]
    assert [key.role for key in screen.chrome.footer][-1] == "primary"
    assert screen.chrome.ring is not None
    assert (screen.chrome.ring.remaining_ms, screen.chrome.ring.total_ms) == (38_000, 40_000)
    assert formats.amount(made.ours_fen) in screen.steps[0].words.main
    assert [step.state for step in screen.steps][:3] == ["done", "done", "now"]
    assert "12" in screen.remaining.main
    follows = {"RESUMING": "2", "RESUMING-some": "¥479.00", "RESUMING-printed": "1"}[name]
    assert follows in screen.steps[2].words.main
    assert screen.chrome.language_key.enabled


def test_what_is_owed_alone_is_paid_to_whoever_says_that_he_is_here() -> None:
    screen = screen_of("sale-RESUMING-change", Printing)
    assert [key.target for key in screen.chrome.footer] == ["call_staff", "continue"]
    assert screen.openings == ("change",)
    assert "¥21.00" in screen.steps[-1].words.main
    claimed = screen_of("sale-RESUMING-claim", Printing)
    assert "¥20.00" in claimed.steps[1].words.main
    assert claimed.steps[-1].words.main.startswith("¥780.00")


def test_while_devices_are_asked_about_the_past_the_passenger_is_told_to_stay() -> None:
    screen = view(shown(steps("en")["sale"], books()["PRINTING"], ModeSeen(False, "starting")))
    assert isinstance(screen, Busy)
    assert screen.words.main == "The power had failed"


def test_whoever_comes_next_sees_no_code_but_where_staff_are() -> None:
    screen = view(shown(steps("en")["sale"], books()["CLAIM-unattended"]))
    assert isinstance(screen, Busy)
    assert "6F4K" not in str(screen)
    assert "¥" not in str(screen)
    assert screen.words.main == "Please see staff"
    assert [key.target for key in screen.chrome.footer] == ["claim_done", "call_staff"]


def test_an_order_that_would_be_printed_after_the_sale_closed_says_so_before_the_first_note() -> None:
    made = book(S.REVIEWING)
    made.order = replace(ORDER, closes_ms=WALL_MS + 69_001)  # a minute to pay and two tickets of 4.5 s
    seen = shown(steps("en")["sale"], made)
    calm = view(seen)
    assert isinstance(calm, Review)
    assert calm.chrome.notice is None
    then = next_change_ms(seen)
    assert then == MONO_MS + 1
    late = view(replace(seen, now_wall_ms=WALL_MS + 1, now_mono_ms=then))
    assert isinstance(late, Review)
    assert late.chrome.notice is not None
    assert late.chrome.notice.words.main.startswith("This train is closed for sale at ")


def test_who_would_have_to_put_in_more_is_offered_the_money_where_no_notes_are_taken() -> None:
    some = SHOWN["en"]["sale-RESUMING-some"]
    titles = {"ok": "Continue your purchase?", "off": "Are you here? Take your money"}
    for cash, title in titles.items():
        screen = view(replace(some, mode=replace(some.mode, cash=cash)))
        assert isinstance(screen, Printing)
        assert screen.title.main == title
    assert [key.target for key in screen.chrome.footer] == ["call_staff", "continue"]
    assert screen.total.main == "¥300.00 · for you"
