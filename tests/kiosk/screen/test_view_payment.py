"""What the screens of payments by card and phone say, step by step, and when money goes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiosk.sale.book import S
from kiosk.screen import qr
from kiosk.screen import targets as T
from kiosk.screen.shown import Shown
from kiosk.screen.values import ClaimScreen, Home, PayCard, PayCash, PayChoice, PayCode, Printing, Review, Screen
from kiosk.screen.view import view
from kiosk.screen.views.review import LAST_MINUTE_MS
from tests.kiosk.screen.world import CHARGES, CODE, all_shown, book, shown, steps

ALL = all_shown("en")


def screen(name: str) -> Screen:
    return view(ALL[name])


def key(made: Screen, target: str) -> tuple[bool, str]:
    """Whether a key can be touched, and why not."""
    ways = [way.key for way in made.ways] if isinstance(made, PayChoice) else []
    found = next(key for key in (*made.chrome.footer, *ways) if key.target == target)
    return found.enabled, found.why.main


def choice(**mode: object) -> PayChoice:
    made = view(replace(ALL["sale-CHOOSING-charges"], mode=replace(CHARGES, **mode)))
    assert isinstance(made, PayChoice)
    return made


def test_every_way_that_is_fitted_is_offered() -> None:
    made = choice()
    assert [way.key.target for way in made.ways] == [T.PAY_CASH, T.PAY_CARD, T.PAY_CODE, T.PAY_SCAN]
    assert all(way.key.enabled for way in made.ways)
    assert made.total.text == "¥779.00"


@pytest.mark.parametrize(
    ("mode", "target", "why"),
    [
        ({"cash": "off"}, T.PAY_CASH, "No cash can be taken now"),
        ({"cash_limit_fen": 50_000}, T.PAY_CASH, "Cash works up to ¥500"),
        ({"charge": "lost"}, T.PAY_CODE, "Not now"),
        ({"charge": "reversal"}, T.PAY_CARD, "An earlier payment is still being sent back"),
    ],
)
def test_a_way_that_cannot_be_used_says_why_before_it_is_touched(
    mode: dict[str, object], target: str, why: str
) -> None:
    assert key(choice(**mode), target) == (False, why)


def test_with_notes_in_only_notes_pay() -> None:
    made = view(replace(ALL["sale-CHOOSING-some"], mode=CHARGES))
    assert key(made, T.PAY_CASH)[0]
    assert key(made, T.PAY_CODE) == (False, "Not with notes in")


@pytest.mark.parametrize(
    ("book", "why"),
    [
        ({"charged_out": True}, "It was tried too often"),
        ({"last_minute_ms": 10**9}, "Too little time is left"),
    ],
)
def test_a_way_that_the_sale_would_not_begin_any_more_is_no_dead_key(book: dict[str, Any], why: str) -> None:
    shown = ALL["sale-CHOOSING-charges"]
    assert shown.sale is not None
    made = view(replace(shown, sale=replace(shown.sale, **book)))
    assert key(made, T.PAY_CODE) == (False, why)
    assert key(made, T.PAY_CASH)[0]


def test_in_the_last_minute_no_way_leads_to_a_slot_that_takes_nothing() -> None:
    shown = ALL["sale-CHOOSING-charges"]
    assert shown.sale is not None
    for left_ms, open_ in ((LAST_MINUTE_MS, True), (LAST_MINUTE_MS - 1, False)):
        made = view(replace(shown, sale=replace(shown.sale, lock_until_ms=shown.now_mono_ms + left_ms)))
        assert isinstance(made, PayChoice)
        assert key(made, T.PAY_CASH) == (open_, "" if open_ else "Too little time is left")
        assert (made.chrome.notice is None) is open_


def test_a_payment_that_came_to_nothing_says_so_and_why() -> None:
    notice = screen("sale-CHOOSING-declined").chrome.notice
    assert notice is not None
    assert (notice.words.main, notice.more.main) == (
        "There is not enough money in the account", "Nothing was paid. Please choose again.",
    )  # fmt: skip


@pytest.mark.parametrize(("reason", "where"), [("card_kept", "staff"), ("card_wanted", "bank")])
def test_whose_card_stays_inside_is_told_so_and_whom_to_ask(reason: str, where: str) -> None:
    notice = screen(f"sale-CHOOSING-declined{reason}").chrome.notice
    assert notice is not None
    assert "card" in notice.words.main
    assert notice.more.main.startswith("Nothing was paid")
    assert where in notice.more.main


def test_the_code_on_the_screen_is_the_one_that_was_given() -> None:
    made = screen("sale-AUTHORISING-code")
    assert isinstance(made, PayCode)
    assert made.code == qr.rows(CODE.text)
    assert (made.expires.remaining_ms, made.steps[0].state) == (106_000, "current")
    assert [key.target for key in made.chrome.footer] == [T.CANCEL, T.OTHER_WAY]


def test_before_the_code_is_there_nothing_can_be_scanned() -> None:
    made = screen("sale-AUTHORISING")
    assert isinstance(made, PayCode)
    assert (made.code, made.wait.main) == ((), "The code is being made")


def test_the_step_of_another_payment_is_not_shown() -> None:
    made = view(replace(ALL["sale-AUTHORISING-code"], charge_step=replace(CODE, payment=1_600)))
    assert isinstance(made, PayCode)
    assert made.code == ()


def test_who_gave_it_up_is_told_that_it_is_asked_and_cannot_touch_anything() -> None:
    made = screen("sale-AUTHORISING-late-waiting")
    assert isinstance(made, PayCode)
    assert (made.code, made.wait.main) == ((), "Checking whether you have paid")
    assert not any(key.enabled for key in made.chrome.footer)


def test_of_a_pin_only_the_number_of_digits_is_shown() -> None:
    made = screen("sale-AUTHORISING-card-pin")
    assert isinstance(made, PayCard)
    assert (made.typed, made.digits, made.typed_words.main) == (4, 6, "4 of 6 entered")


@pytest.mark.parametrize(("step", "title"), [("card", "Insert or tap your card"), ("remove", "Please take your card")])
def test_a_card_is_asked_for_and_given_back(step: str, title: str) -> None:
    made = screen(f"sale-AUTHORISING-card-{step}")
    assert isinstance(made, PayCard)
    assert made.title.main == title


def test_what_becomes_of_a_card_that_is_left_is_said_where_a_reader_can_keep_it() -> None:
    for until_ms, told in ((40_000, "A card left here is kept by this machine"), (0, "The bank has answered")):
        shown = ALL["sale-AUTHORISING-card-remove"]
        assert shown.charge_step is not None
        made = view(replace(shown, charge_step=replace(shown.charge_step, until_ms=until_ms)))
        assert isinstance(made, PayCard)
        assert made.where.main == told


@pytest.mark.parametrize(
    "name", ["sale-REVERSING", "sale-TICKETS_BACK-charged", "sale-DUMPING-pickup", "sale-TICKETS_BACK-pickup"]
)
def test_where_nothing_comes_out_the_panel_of_the_openings_says_so(name: str) -> None:
    made = screen(name)
    assert isinstance(made, Printing)
    assert [words.main.split(":")[0] for words in made.outlets] == ["Nothing comes out"]
    assert made.openings == ()


def test_who_gave_up_with_a_card_inside_is_told_to_take_it() -> None:
    shown = ALL["sale-AUTHORISING-card-remove"]
    assert shown.sale is not None
    given_up = [replace(line, withdrawn=True) for line in shown.sale.charges]
    made = view(replace(shown, sale=replace(shown.sale, charges=given_up)))
    assert isinstance(made, PayCard)
    assert (made.title.main, made.picture) == ("Please take your card", "remove")
    assert not any(key.enabled for key in made.chrome.footer)


def test_from_the_cash_screen_a_phone_can_still_pay_while_no_note_is_in() -> None:
    made = screen("sale-COLLECTING-phone")
    assert isinstance(made, PayCash)
    assert key(made, T.PAY_CODE)[0]
    assert key(view(replace(ALL["sale-COLLECTING-some"], mode=CHARGES)), T.PAY_CODE) == (False, "Not with notes in")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sale-PRINTING-charged", "Paid ¥779.00 by phone"),
        ("sale-REVERSING", "Your payment of ¥779.00 is sent back"),
        ("sale-TICKETS_BACK-charged", "Your payment of ¥779.00 is sent back"),
        ("sale-RESUMING-charged", "Paid ¥779.00 by phone"),
    ],
)
def test_what_was_paid_and_what_goes_back_is_said(name: str, words: str) -> None:
    made = screen(name)
    assert isinstance(made, Printing)
    told = [step.words.main for step in made.steps]
    assert any(words in text for text in told)
    assert not any("cash" in text for text in told)


@pytest.mark.parametrize(("state", "title"), [("reversing", "is being sent back"), ("reversed", "has gone back")])
def test_an_open_reversal_is_on_the_screen_with_its_code_and_no_debt(state: str, title: str) -> None:
    made = screen(f"sale-CLAIM-{state}")
    assert isinstance(made, ClaimScreen)
    assert title in made.title.main
    assert (made.code, made.amount, made.assurance.words.main) == (
        "6F4K 92QD", "¥779.00", "You are not charged this amount",
    )  # fmt: skip


def seen(**mode: object) -> Shown:
    return replace(shown(steps("en")["home"]), mode=replace(CHARGES, **mode))


@pytest.mark.parametrize(
    ("mode", "line", "notice"),
    [
        ({}, "Cash, card, phone", None),
        ({"charges": ("code",)}, "Cash or phone", None),
        ({"cash": "off", "charges": ("code",)}, "By phone only", None),
        ({"cash": "off"}, "Card or phone", None),
        ({"charge": "lost"}, "Pay with cash", None),
        ({"charge": "lost", "cash": "off"}, "No sale now", "This machine sells no tickets now"),
    ],
)
def test_the_home_screen_says_what_can_be_paid_with(mode: dict[str, object], line: str, notice: str | None) -> None:
    made = view(seen(**mode))
    assert isinstance(made, Home)
    assert made.payments_line.main == line
    assert (made.chrome.notice.words.main if made.chrome.notice else None) == notice


@pytest.mark.parametrize(("charge", "enabled"), [("ok", True), ("lost", False)])
def test_a_price_above_the_limit_of_cash_can_be_paid_where_phones_pay(charge: str, enabled: bool) -> None:
    made = view(shown(steps("en")["sale"], book(S.REVIEWING), replace(CHARGES, cash_limit_fen=100, charge=charge)))
    assert isinstance(made, Review)
    assert key(made, T.PAY)[0] is enabled
