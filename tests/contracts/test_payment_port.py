"""What the payment port promises, of every adapter: reader, PIN pad and bank; a certified terminal; phone codes shown and scanned.

What was approved is in the other side's books once and to the fen; what is not known is never told as paid; what goes back is asked
until somebody says that it went; and nothing of a card is in any fact. Where adapters differ on purpose, `DIFFERENT` says why.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from random import Random
from typing import Any

import pytest

from kiosk.ports.fact import Fact
from kiosk.ports.payment import (
    CaptureUncertain,
    PaymentApproved,
    PaymentCaptured,
    PaymentDeclined,
    PaymentGone,
    PaymentReversed,
    PaymentStands,
    PaymentUncertain,
    ReverseUncertain,
    StandingUncertain,
)
from tests.contracts import payments as p
from tests.drivers.till import KEY, Paid
from tests.simulator.fronts.harness import Rig

FEN = (1, 3_801, 12_050)
"""Amounts whose digits would show a factor, a rounding or a lost place."""
TERMINALS = ("terminal, TCP", "terminal, serial")
DIFFERENT: dict[str, tuple[tuple[str, ...], str]] = {
    "asks nobody to capture": (
        ("reader, pad and bank",),
        "the bank booked with its approval (page 042): a capture has no message of its own whose answer could be lost",
    ),
    "takes back itself": (
        TERMINALS,
        "a terminal takes back what nobody captured (pages 049, 058): after a power cut its approval may be gone, and it says so",
    ),
}
STEPS_MS = (0, 900, 1_600, 2_600, 6_500)
"""Moments of a payment: before the card or code, while it is read, at the PIN, at the other side, after its answer."""


@pytest.fixture(params=p.MEMORY)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def till(name: str) -> p.Payer:
    return p.MEMORY[name]().open()


def differs(name: str, how: str) -> bool:
    names, why = DIFFERENT[how]
    assert why
    return name in names


def words(till: p.Payer, paid: Paid, kind: str) -> list[Any]:
    return [fact for fact in till.facts if fact.kind == kind and getattr(fact, "payment", 0) == paid.number]


def approved(till: p.Payer, amount_fen: int = 3_801) -> Paid:
    paid = till.comes(amount_fen)
    till.until(lambda: paid.auth is not None)
    assert isinstance(paid.auth, PaymentApproved), paid
    assert paid.auth.reference
    return paid


def settled(till: p.Payer, paid: Paid) -> Fact:
    till.until(lambda: paid.ended is not None)
    assert paid.ended is not None
    return paid.ended


def truth(till: p.Payer) -> None:
    """In the end nothing is told that the other side's books do not hold, and nothing is held that was not told."""
    till.run(60_000)
    kept = [paid.amount_fen for paid in till.payments.values() if isinstance(paid.ended, PaymentCaptured)]
    assert till.theirs() == sorted(kept)
    for paid in till.payments.values():
        assert paid.ended is not None, paid
        assert len(words(till, paid, "auth!")) <= 1, paid


# -- the laws, which also have to find what `LIES` tells


def approved_once_and_to_the_fen(till: p.Payer) -> None:
    for amount_fen in FEN:
        paid = approved(till, amount_fen)
        till.capture(paid)
        assert settled(till, paid) == PaymentCaptured(paid.number)
        till.run(20_000)
        assert len(words(till, paid, "auth!")) == len(words(till, paid, "capture!")) == 1
    references = {paid.reference for paid in till.payments.values()}
    assert len(references) == len(FEN)
    truth(till)


def what_is_given_back_is_in_no_book(till: p.Payer) -> None:
    paid = approved(till)
    till.reverse(paid)
    assert settled(till, paid) == PaymentReversed(paid.number, moved=True)
    truth(till)
    till.reverse(paid)
    till.until(lambda: len(words(till, paid, "reverse!")) == 2)
    assert isinstance(words(till, paid, "reverse!")[1], PaymentReversed), "asked twice, it is still back"
    truth(till)


def a_captured_payment_is_captured_again_in_words_only(till: p.Payer) -> None:
    paid = approved(till)
    for _ in range(2):
        till.capture(paid)
        settled(till, paid)
        till.run(20_000)
    assert words(till, paid, "capture!") == [PaymentCaptured(paid.number)] * 2
    truth(till)


def giving_up_before_paying_ends_it(till: p.Payer) -> None:
    paid = till.comes(3_801, pays=False)
    till.run(2_000)
    till.cancel(paid)
    assert settled(till, paid) == PaymentDeclined(paid.number, "cancelled")
    truth(till)
    till.cancel(paid)
    other = approved(till)
    till.capture(other)
    settled(till, other)
    truth(till)


def who_never_comes_has_not_paid(till: p.Payer) -> None:
    paid = till.comes(3_801, pays=False, lasts_ms=40_000)
    assert settled(till, paid) == PaymentDeclined(paid.number, "timeout")
    truth(till)


def a_lost_answer_is_never_a_guess(till: p.Payer) -> None:
    till.loses("pay")
    paid = till.comes(3_801)
    till.until(lambda: paid.auth is not None)
    if isinstance(paid.auth, PaymentApproved):
        assert till.theirs() == [3_801], "told as paid, so it is"
        till.reverse(paid)
    assert isinstance(settled(till, paid), PaymentReversed | PaymentDeclined)
    truth(till)


def what_goes_back_is_asked_until_it_is_back(till: p.Payer) -> None:
    paid = approved(till)
    till.loses("reverse")
    till.away(True)
    till.reverse(paid)
    till.until(lambda: len(words(till, paid, "reverse!")) >= 3)
    assert {type(word) for word in words(till, paid, "reverse!")} == {ReverseUncertain}
    till.away(False)
    assert isinstance(settled(till, paid), PaymentReversed)
    truth(till)


def the_other_side_away_is_no_approval(till: p.Payer) -> None:
    paid = till.comes(3_801)
    till.away(True)
    till.run(60_000)
    assert not isinstance(paid.auth, PaymentApproved)
    till.away(False)
    till.until(lambda: paid.auth is not None)
    if isinstance(paid.auth, PaymentApproved):
        till.reverse(paid)
    settled(till, paid)
    truth(till)


def another_amount_is_no_approval(till: p.Payer) -> None:
    till.misstates(True)
    paid = till.comes(3_801)
    till.run(20_000)
    assert not isinstance(paid.auth, PaymentApproved)
    till.misstates(False)
    till.until(lambda: paid.auth is not None)
    if isinstance(paid.auth, PaymentApproved):
        till.reverse(paid)
    settled(till, paid)
    truth(till)


def a_number_is_paid_once(till: p.Payer) -> None:
    """Begun twice for one number, which no sale does: its outcome was told, nothing more is said, and it is paid once."""
    paid = approved(till)
    till.capture(paid)
    settled(till, paid)
    till.run(30_000)
    before = len(till.facts)
    till.port.begin(paid.number, KEY, paid.amount_fen, till.way, "zh", till.mono_ms() + 60_000)
    till.woken()
    till.run(120_000)
    assert till.theirs() == [paid.amount_fen]
    assert [fact for fact in till.facts[before:] if getattr(fact, "payment", 0) == paid.number] == []


def one_payment_at_a_time(till: p.Payer) -> None:
    first = till.comes(3_801)
    till.run(100)
    second = till.begin_payment(till.way, 3_802, 60_000)
    till.until(lambda: second.auth is not None and first.auth is not None)
    assert isinstance(second.auth, PaymentDeclined)
    assert isinstance(first.auth, PaymentApproved), "the one under way is not disturbed"
    till.capture(first)
    settled(till, first)
    truth(till)


def orders_that_cannot_be_move_nothing(till: p.Payer) -> None:
    for way, amount_fen in ((till.way, 0), (till.way, -1), ("cheque", 3_801)):
        paid = till.begin_payment(way, amount_fen, 60_000)
        assert settled(till, paid) == PaymentDeclined(paid.number, "amount" if way == till.way else "unsupported")
    till.port.scanned("not asked for")
    till.woken()
    truth(till)


LAWS: dict[str, Callable[[p.Payer], None]] = {
    law.__name__: law
    for law in (
        approved_once_and_to_the_fen,
        what_is_given_back_is_in_no_book,
        a_captured_payment_is_captured_again_in_words_only,
        giving_up_before_paying_ends_it,
        who_never_comes_has_not_paid,
        a_lost_answer_is_never_a_guess,
        what_goes_back_is_asked_until_it_is_back,
        the_other_side_away_is_no_approval,
        another_amount_is_no_approval,
        a_number_is_paid_once,
        one_payment_at_a_time,
        orders_that_cannot_be_move_nothing,
    )
}


@pytest.mark.parametrize("law", LAWS)
def test_every_adapter_keeps(till: p.Payer, law: str) -> None:
    LAWS[law](till)


# -- while it is under way, and over power cuts


@pytest.mark.parametrize("at_ms", STEPS_MS)
def test_a_reversal_during_the_payment_ends_that_too(till: p.Payer, at_ms: int) -> None:
    paid = till.comes(3_801)
    till.run(at_ms)
    till.reverse(paid)
    assert isinstance(settled(till, paid), PaymentReversed | PaymentDeclined)
    till.until(lambda: bool(words(till, paid, "reverse!")))
    till.run(60_000)
    assert till.theirs() == []
    assert len(words(till, paid, "auth!")) <= 1


@pytest.mark.parametrize("at_ms", STEPS_MS)
def test_a_power_cut_at_any_step_leaves_nothing_unsaid(name: str, till: p.Payer, at_ms: int) -> None:
    """No word yet: it goes back. Approved: `stands` says what is true, moves nothing, and what it says still holds."""
    paid = till.comes(3_801)
    till.run(at_ms)
    till.power_cut(5_000)
    if isinstance(paid.auth, PaymentApproved):
        still_stands(name, till, paid)
    else:
        till.reverse(paid)
        assert isinstance(settled(till, paid), PaymentReversed)
    truth(till)
    other = approved(reopened(till), 3_802)
    till.capture(other)
    settled(till, other)
    truth(till)


def test_an_approval_of_a_former_life_is_asked_after(name: str, till: p.Payer) -> None:
    paid = approved(till)
    till.power_cut(5_000)
    still_stands(name, till, paid)
    truth(till)


def still_stands(name: str, till: p.Payer, paid: Paid) -> None:
    till.ask_past(paid)
    till.until(lambda: paid.past is not None)
    assert isinstance(paid.past, PaymentStands | PaymentGone | StandingUncertain)
    assert isinstance(paid.past, PaymentStands) or differs(name, "takes back itself")
    if isinstance(paid.past, PaymentStands):
        assert till.theirs() == [paid.amount_fen]
        till.capture(paid)
        assert settled(till, paid) == PaymentCaptured(paid.number)
    else:
        till.reverse(paid)
        assert isinstance(settled(till, paid), PaymentReversed)
    assert len(words(till, paid, "auth.past")) == 1


def reopened(till: p.Payer) -> p.Payer:
    till.until(lambda: till.way in till.port.ways)
    return till


@pytest.mark.parametrize("cuts", [1, 2])
def test_a_reversal_outlives_power_cuts(till: p.Payer, cuts: int) -> None:
    paid = approved(till)
    till.away(True)
    till.reverse(paid)
    for _ in range(cuts):
        till.run(3_000)
        till.power_cut(2_000)
        till.reverse(paid)
    till.away(False)
    assert isinstance(settled(till, paid), PaymentReversed)
    truth(till)


def test_a_capture_without_an_answer_is_asked_again(name: str, till: p.Payer) -> None:
    paid = approved(till)
    till.loses("capture")
    till.capture(paid)
    assert settled(till, paid) == PaymentCaptured(paid.number)
    asked = words(till, paid, "capture!")
    assert len(asked) == 1 or isinstance(asked[0], CaptureUncertain)
    assert len(asked) == 1 or not differs(name, "asks nobody to capture")
    truth(till)


def test_a_payment_nobody_heard_of_is_closed_for_good(till: p.Payer) -> None:
    paid = till.payments[901] = Paid(901, 3_801, till.way)
    till.reverse(paid)
    assert settled(till, paid) == PaymentReversed(901, moved=False)
    assert till.theirs() == []


def test_no_secret_is_in_any_fact_or_line(till: p.Payer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for at, ends in enumerate((till.capture, till.reverse)):
        paid = approved(till, 3_801 + at)
        ends(paid)
        settled(till, paid)
    till.loses("pay")
    till.comes(3_803)
    till.run(60_000)
    said = "\n".join([*map(repr, till.facts), caplog.text]).replace(f"{3_803}", "")
    assert [secret for secret in till.secrets if secret in said] == []


@pytest.mark.parametrize("seed", [1, 2])
def test_any_days_end_in_the_truth(till: p.Payer, seed: int) -> None:
    """Payments in bad weather from seeds; what the sale does with an approval is thrown, too."""
    dice = Random(seed)
    for number in range(5):
        any_payment(till, dice, 3_801 + number)
    truth(till)


def any_payment(till: p.Payer, dice: Random, amount_fen: int) -> None:
    if dice.random() < 0.6:
        till.loses(dice.choice(["pay", "reverse", "capture"]))
    paid = till.comes(amount_fen, pays=dice.random() < 0.8, lasts_ms=60_000)
    till.run(dice.choice([300, 3_000, 9_000]))
    if dice.random() < 0.3:
        till.away(True)
        till.run(dice.choice([500, 20_000]))
        till.away(False)
    if dice.random() < 0.4 and paid.auth is None:
        till.cancel(paid)
    till.until(lambda: paid.auth is not None)
    if isinstance(paid.auth, PaymentApproved):
        (till.capture if dice.random() < 0.5 else till.reverse)(paid)
    settled(till, paid)
    reopened(till)


# -- adapters that lie must be found

Change = Callable[[Fact], list[Fact]]


def tells_twice(fact: Fact) -> list[Fact]:
    return [fact, fact] if isinstance(fact, PaymentApproved) else [fact]


def takes_silence_for_paid(fact: Fact) -> list[Fact]:
    return [PaymentApproved(fact.payment, "made up") if isinstance(fact, PaymentUncertain) else fact]


def takes_silence_for_back(fact: Fact) -> list[Fact]:
    return [PaymentReversed(fact.payment, moved=True) if isinstance(fact, ReverseUncertain) else fact]


def gives_up_in_words_only(fact: Fact) -> list[Fact]:
    return [PaymentDeclined(fact.payment, "declined") if isinstance(fact, PaymentApproved) else fact]


def never_says_no(fact: Fact) -> list[Fact]:
    return [] if isinstance(fact, PaymentDeclined) else [fact]


LIES: dict[Change, Callable[[p.Payer], None]] = {
    tells_twice: approved_once_and_to_the_fen,
    takes_silence_for_back: what_goes_back_is_asked_until_it_is_back,
    gives_up_in_words_only: approved_once_and_to_the_fen,
    never_says_no: giving_up_before_paying_ends_it,
}


def lies(till: Any, change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the adapter tells is changed on its way to the sale."""
    honest = till.told
    monkeypatch.setattr(till, "told", lambda fact: [honest(each) for each in change(fact)])


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_found(lie: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    till = p.MEMORY["terminal, TCP"]().open()
    lies(till, lie, monkeypatch)
    monkeypatch.setattr(p, "LONG_MS", 200_000)
    with pytest.raises(AssertionError):
        LIES[lie](till)


def test_unknown_told_as_paid_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the adapter that says *unknown* when the answer is lost; the others ask until they know."""
    till = p.CardPayer().open()
    lies(till, takes_silence_for_paid, monkeypatch)
    till.fault("silent:match=02:times=1")
    with pytest.raises(AssertionError):
        the_other_side_away_is_no_approval(till)


# -- over ptys


@pytest.fixture(params=p.PTY)
def by_pty(request: pytest.FixtureRequest) -> Iterator[p.Payer]:
    with ExitStack() as stack:

        def bench(rig: Rig) -> p.AnsweringPtyBench:
            return stack.enter_context(p.AnsweringPtyBench(rig))

        yield p.PTY[request.param](bench).open()


@pytest.mark.slow
def test_over_real_ports_it_is_paid(by_pty: p.Payer) -> None:
    """One payment each: a terminal on a real clock takes three seconds to tell a result again."""
    paid = approved(by_pty, 12_050)
    by_pty.capture(paid)
    assert settled(by_pty, paid) == PaymentCaptured(paid.number)
    assert by_pty.theirs() == [12_050]
    assert not [secret for secret in by_pty.secrets if secret in repr(by_pty.facts)]
