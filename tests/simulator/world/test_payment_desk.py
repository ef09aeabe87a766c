"""The other side of payments by phone: an honest ledger, whatever is asked in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kiosk.screen import qr
from simulator.world.payments import FAULTS, PayDesk

AMOUNT_FEN = 15_200


def desk(*faults: str) -> PayDesk:
    made = PayDesk()
    for name in faults:
        made.trouble(name, True)
    return made


def shown(made: PayDesk, payment: int = 101) -> tuple[str, ...]:
    content = made.begin(payment, AMOUNT_FEN)
    assert content is not None
    return qr.rows(content)


def test_a_code_is_paid_once_and_captured() -> None:
    made = desk("paid_twice")
    code = shown(made)
    assert made.scan(code)
    assert not made.scan(code)
    assert made.state(101) == "paid"
    assert [made.capture(101), made.capture(101)] == ["done", "done"]
    assert made.ledger() == {101: ("captured", AMOUNT_FEN, 1)}


def test_what_was_closed_or_taken_back_cannot_be_paid() -> None:
    made = desk()
    closed, back = shown(made, 1), shown(made, 2)
    assert (made.close(1), made.reverse(2)) == ("closed", "done")
    assert not made.scan(closed)
    assert not made.scan(back)
    assert made.capture(2) == "refused"


def test_what_nobody_ever_heard_of_is_closed_for_good() -> None:
    made = desk()
    assert made.reverse(7) == "done"
    assert made.begin(7, AMOUNT_FEN) == ""
    assert made.ledger()[7][0] == "reversed"


def test_an_answer_that_is_lost_leaves_the_deed_done() -> None:
    made = desk()
    made.scan(shown(made))
    made.trouble("answer_lost", True)
    assert made.reverse(101) is None
    assert (made.reverse(101), made.ledger()[101][0]) == ("moved", "reversed")


def test_silence_means_that_nothing_was_done_and_phones_still_pay() -> None:
    made = desk()
    code = shown(made)
    made.trouble("silent", True)
    assert [made.begin(5, 1), made.state(101), made.close(101), made.capture(101), made.reverse(101)] == [None] * 5
    assert made.scan(code)
    made.well()
    assert made.state(101) == "paid"


def test_a_late_word_is_told_until_it_is_settled() -> None:
    made = desk("late_word")
    shown(made)
    assert made.close(101) == "closed"
    assert made.late_words() == [101]
    assert made.reverse(101) == "moved"
    assert made.late_words() == []


def test_a_reversal_that_is_refused_is_refused_for_ever() -> None:
    made = desk("reversal_refused")
    made.scan(shown(made))
    assert [made.reverse(101), made.reverse(101)] == ["refused", "refused"]
    assert made.ledger()[101][0] == "kept"


def test_a_trouble_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no trouble"):
        desk("sleepy")


DEEDS = ("begin", "close", "capture", "reverse", "scan", "state", *FAULTS)


@given(deeds=some.lists(some.sampled_from(DEEDS), max_size=30))
def test_whatever_is_asked_one_payment_ends_once(deeds: list[str]) -> None:
    made, code = PayDesk(), ()
    ends: set[str] = set()
    for name in deeds:
        if name in FAULTS:
            made.trouble(name, name not in made.faults)
        elif name == "begin":
            code = qr.rows(made.begin(101, AMOUNT_FEN) or "-")
        elif name == "scan":
            made.scan(code)
        else:
            getattr(made, name)(101)
        for state, _, times in made.ledger().values():
            ends |= {state} & {"captured", "reversed", "kept"}
            assert times <= 1
    assert len(ends) <= 1
