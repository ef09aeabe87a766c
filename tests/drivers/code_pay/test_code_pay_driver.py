"""The adapter through one payment after the other, in virtual time: what each turn of fate becomes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.code_pay.calls import Answer, close, query
from drivers.code_pay.lane import Outcome
from drivers.code_pay.settled import Capture, Reverse
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.payment import (
    CaptureRefused,
    CaptureUncertain,
    PaymentApproved,
    PaymentCaptured,
    PaymentDeclined,
    PaymentReversed,
    PaymentStep,
    PaymentUncertain,
    ReverseRefused,
    ReverseUncertain,
)
from kiosk.watch import Watch
from simulator.provider.faults import Faults
from tests.drivers.code_pay.world import World
from tests.drivers.till import AMOUNT_FEN, KEY, Paid
from tests.kiosk.sale.samples import stock
from tests.simulator.provider.helpers import MERCHANT


class Fates:
    """What happens to the next calls; good when nothing is said. Patience: what happens to all after them."""

    def __init__(self) -> None:
        self.next: list[str] = []
        self.all = "good"

    def __call__(self) -> str:
        return self.next.pop(0) if self.next else self.all


@pytest.fixture
def fates() -> Fates:
    return Fates()


@pytest.fixture
def world(fates: Fates) -> World:
    world = World(fates)
    world.run(1_000)
    return world


def scan(world: World, manner: str = "now") -> None:
    world.phones[manner].scan(world.text(), world.wall_ms())


def show(world: World, manner: str = "now") -> None:
    world.driver.scanned(world.phones[manner].show(world.wall_ms()))


def steps(world: World) -> list[str]:
    return [fact.step for fact in world.facts if isinstance(fact, PaymentStep)]


def approved(world: World, way: str = "code") -> Paid:
    paid = world.begin(way)
    world.run(100)
    scan(world) if way == "code" else show(world)
    world.run(5_000)
    assert isinstance(paid.auth, PaymentApproved)
    return paid


# -- a code that we show


def test_a_code_is_shown_seen_and_paid(world: World) -> None:
    paid = world.begin()
    world.run(100)
    step = next(fact for fact in world.facts if isinstance(fact, PaymentStep) and fact.step == "code")
    assert step.text.startswith("labpay:")
    assert 0 <= 1_000 + 120_000 - step.until_ms < 100
    scan(world)
    world.run(5_000)
    assert steps(world) in (["waiting", "code"], ["waiting", "code", "phone"])
    assert paid.auth == PaymentApproved(1, "P000000001", masked="王*")
    assert world.booked(paid) == ["payment"]


def test_the_phone_that_looks_is_told_and_the_code_stays(world: World) -> None:
    world.begin()
    world.run(100)
    scan(world, "never")
    world.run(4_000)
    assert steps(world) == ["waiting", "code", "phone"]
    last = [fact for fact in world.facts if isinstance(fact, PaymentStep)][-1]
    assert last.text.startswith("labpay:")


def test_nobody_pays(world: World) -> None:
    paid = world.begin(lasts_ms=60_000)
    world.run(59_000)
    assert paid.auth is None
    world.run(3_000)
    assert paid.auth == PaymentDeclined(1, "timeout")
    assert world.lane.sent[-1] == "close"


def test_giving_up_closes_the_order_before_it_is_told(world: World) -> None:
    paid = world.begin()
    world.run(100)
    text = world.text()
    world.driver.cancel(1)
    world.run(100)
    assert paid.auth == PaymentDeclined(1, "cancelled")
    world.phones["now"].scan(text, world.wall_ms())
    world.run(5_000)
    assert world.phones["now"].heard[-1] == "closed"
    assert world.booked(paid) == []


def test_a_payment_just_before_giving_up_is_the_truth(world: World) -> None:
    paid = world.begin()
    world.run(100)
    scan(world)
    world.run(1_600)
    assert (paid.auth, world.booked(paid)) == (None, ["payment"])
    world.driver.cancel(1)
    world.run(100)
    assert isinstance(paid.auth, PaymentApproved)


def test_a_payment_that_is_booked_after_the_code_is_over_never_counts_as_nothing(world: World) -> None:
    """It had been begun before: at the end it is either closed with the order, or told as paid."""
    world.fault("late_payment:ms=61000")
    paid = world.begin(lasts_ms=60_000)
    world.run(100)
    scan(world)
    world.run(80_000)
    assert paid.auth == PaymentDeclined(1, "timeout")
    assert world.booked(paid) == []


@pytest.mark.parametrize("begun", [False, True])
def test_expired_is_not_the_end(world: World, begun: bool) -> None:
    """The provider says `expired`; who had begun to pay before may still be booked, and only the answer to `close` tells."""
    paid = world.begin()
    world.run(100)
    if begun:
        world.fault("late_payment:ms=3000:match=phone")
        scan(world, "now")
    order = world.ledger.order(MERCHANT, f"{KEY}.1")
    assert order is not None
    world.run(1_600)
    order = world.ledger.order(MERCHANT, f"{KEY}.1") or order
    world.ledger.put(replace(order, expires_ms=world.wall_ms()))
    world.fault("slow:ms=3500:match=query:times=1")
    world.run(1_000)
    assert (paid.auth, world.booked(paid)) == (None, [])
    world.run(10_000)
    assert world.lane.sent[-2:] == ["query", "close"]
    assert paid.auth == (PaymentApproved(1, "P000000001", masked="王*") if begun else PaymentDeclined(1, "timeout"))


def test_what_is_unknown_is_asked_until_it_is_known(world: World) -> None:
    world.fault("unknown_first:ms=9000:match=query")
    paid = world.begin()
    world.run(100)
    scan(world)
    world.run(6_000)
    assert (paid.auth, world.booked(paid)) == (None, ["payment"])
    world.run(6_000)
    assert isinstance(paid.auth, PaymentApproved)


@pytest.mark.parametrize("fate", ["request lost", "answer lost", "late"])
def test_a_code_that_is_long_in_coming_is_asked_for_again(world: World, fates: Fates, fate: str) -> None:
    fates.next = [fate, fate]
    paid = world.begin()
    world.run(14_000)
    assert steps(world) == ["waiting", "code"]
    scan(world)
    world.run(5_000)
    assert isinstance(paid.auth, PaymentApproved)


def test_no_code_in_time_ends_the_payment(world: World, fates: Fates) -> None:
    fates.next = ["request lost"] * 4
    paid = world.begin()
    world.run(30_000)
    assert paid.auth == PaymentDeclined(1, "other")
    assert set(steps(world)) == {"waiting"}


@pytest.mark.parametrize("way", ["code", "scan"])
def test_silence_about_the_end_is_unknown_and_is_reversed_later(world: World, fates: Fates, way: str) -> None:
    paid = world.begin(way)
    world.run(100)
    scan(world) if way == "code" else show(world)
    fates.all = "answer lost"
    world.run(300)
    world.driver.cancel(1)
    world.run(30_000)
    assert paid.auth == PaymentUncertain(1, "no answer")
    fates.all = "good"
    world.run(30_000)
    assert paid.ended == PaymentReversed(1, moved=way == "scan")


def test_words_that_do_not_fit_are_no_answer(world: World) -> None:
    for fault in (
        "wrong_amount:times=2:match=query",
        "wrong_order:times=1:match=query",
        "wrong_signature:times=1:match=query",
    ):
        world.fault(fault)
    paid = world.begin()
    world.run(100)
    scan(world)
    world.run(12_000)
    assert isinstance(paid.auth, PaymentApproved)


def test_words_that_never_fit_end_as_unknown(world: World) -> None:
    paid = world.begin()
    world.run(100)
    scan(world)
    world.fault("wrong_amount")
    world.run(1_700)
    world.driver.cancel(1)
    world.run(25_000)
    assert paid.auth == PaymentUncertain(1, "bad answer")
    world.faults = Faults()
    world.run(20_000)
    assert paid.ended == PaymentReversed(1, moved=True)


def test_another_amount_is_not_paid(world: World) -> None:
    paid = world.begin(lasts_ms=20_000)
    world.run(100)
    scan(world, "other_amount")
    world.run(25_000)
    assert paid.auth == PaymentDeclined(1, "timeout")
    assert world.phones["other_amount"].heard == ["waiting", "amount"]


def test_two_payments_of_one_code_are_one(world: World) -> None:
    paid = world.begin()
    world.run(100)
    scan(world, "twice")
    world.run(5_000)
    assert isinstance(paid.auth, PaymentApproved)
    assert world.booked(paid) == ["payment"]
    assert world.phones["twice"].heard == ["waiting", "paid", "already_paid"]


def test_an_order_closed_at_the_provider_is_told(world: World) -> None:
    paid = world.begin()
    world.run(100)
    world.lane.submit(query("nobody"))  # a call nobody waits for disturbs nothing
    world.run(100)
    world.lane.submit(close(f"{KEY}.1"))
    world.run(3_000)
    assert paid.auth == PaymentDeclined(1, "closed")


def test_an_order_the_provider_will_not_take_is_closed(world: World) -> None:
    paid = world.begin(amount_fen=10_000_001)
    world.run(1_000)
    assert paid.auth == PaymentDeclined(1, "other")


# -- a code that the phone shows


def test_a_phones_code_is_taken_once(world: World) -> None:
    paid = world.begin("scan")
    world.run(100)
    assert steps(world) == ["scan"]
    show(world)
    show(world)
    world.run(1_000)
    assert isinstance(paid.auth, PaymentApproved)
    assert world.lane.sent.count("collect") == 1


@pytest.mark.parametrize("text", ["", "x" * 129, "1 2", "码", "1\n"])
def test_what_is_no_code_is_dropped(world: World, text: str) -> None:
    paid = world.begin("scan", lasts_ms=5_000)
    world.driver.scanned(text)
    world.run(6_000)
    assert paid.auth == PaymentDeclined(1, "timeout")
    assert set(world.lane.sent) == {"time"}


def test_a_read_that_nobody_waits_for_is_not_kept(world: World) -> None:
    show(world)
    world.run(100)
    paid = world.begin("scan", lasts_ms=5_000)
    world.run(6_000)
    assert paid.auth == PaymentDeclined(1, "timeout")


@pytest.mark.parametrize(("manner", "outcome"), [("now", "approved"), ("no", "declined")])
def test_the_owner_is_asked_on_the_phone(world: World, manner: str, outcome: str) -> None:
    world.phones["now"].payer = world.phones["no"].payer  # the careful one
    paid = world.begin("scan")
    world.run(100)
    show(world, manner)
    world.run(1_000)
    assert steps(world)[-1] == "phone"
    world.run(5_000)
    assert paid.auth is not None
    assert paid.auth.result == outcome


@pytest.mark.parametrize(("text", "reason"), [("139999000000000000", "declined"), ("junk", "declined")])
def test_a_code_of_nobody_is_declined(world: World, text: str, reason: str) -> None:
    paid = world.begin("scan")
    world.run(100)
    world.driver.scanned(text)
    world.run(1_000)
    assert paid.auth == PaymentDeclined(1, reason)


@pytest.mark.parametrize("fate", ["request lost", "answer lost", "late", "twice"])
def test_a_scan_without_an_answer_is_asked_again_and_paid_once(world: World, fates: Fates, fate: str) -> None:
    paid = world.begin("scan")
    world.run(100)
    show(world)
    fates.next = [fate]
    world.run(10_000)
    assert isinstance(paid.auth, PaymentApproved)
    assert world.booked(paid) == ["payment"]


def test_a_scan_held_up_past_the_end_pays_nothing(world: World, fates: Fates) -> None:
    paid = world.begin("scan", lasts_ms=4_000)
    world.run(100)
    show(world)
    fates.next = ["late"]
    world.run(8_000)
    assert paid.auth == PaymentDeclined(1, "timeout")
    world.run(10_000)
    assert world.booked(paid) == []


# -- what is refused without a call


def test_what_cannot_be_is_declined_without_a_call(world: World) -> None:
    sent = list(world.lane.sent)
    world.begin("card")
    world.begin("code", amount_fen=0)
    world.begin("code", lasts_ms=0)
    world.run(10)
    reasons = [fact.reason for fact in world.facts if isinstance(fact, PaymentDeclined)]
    assert (reasons, world.lane.sent) == (["unsupported", "amount", "timeout"], sent)


def test_one_payment_at_a_time(world: World) -> None:
    first, second = world.begin(), world.begin()
    world.run(100)
    assert (first.auth, second.auth) == (None, PaymentDeclined(2, "other"))


def test_a_cancel_of_something_else_is_passed_over(world: World) -> None:
    paid = world.begin()
    world.run(10)
    world.driver.cancel(7)
    world.run(3_000)
    assert paid.auth is None


# -- captured, reversed


@pytest.mark.parametrize("way", ["code", "scan"])
def test_a_payment_is_captured_as_often_as_asked(world: World, way: str) -> None:
    paid = approved(world, way)
    for _ in range(2):
        world.capture(paid)
        world.run(100)
    assert [fact for fact in world.facts if fact.kind == "capture!"] == [PaymentCaptured(1)] * 2


def test_a_payment_is_reversed_once_however_often_asked(world: World) -> None:
    paid = approved(world)
    for _ in range(3):
        world.driver.reverse(1, KEY, AMOUNT_FEN, "code", "")
    world.run(1_000)
    assert [fact for fact in world.facts if fact.kind == "reverse!"] == [PaymentReversed(1, moved=True)] * 3
    assert world.booked(paid) == ["payment", "refund"]
    world.payments.clear()
    world.driver.capture(1, KEY, AMOUNT_FEN, "code", "")
    world.run(1_000)
    assert world.facts[-1] == CaptureRefused(1, "closed")


def test_a_reversal_of_something_that_never_came_bars_it(world: World) -> None:
    paid = Paid(1, way="code")
    world.payments[1] = paid
    world.reverse(paid)
    world.run(100)
    assert paid.ended == PaymentReversed(1, moved=False)
    world.driver.begin(1, KEY, AMOUNT_FEN, "code", "zh", world.now_ms + 60_000)
    world.run(100)
    assert paid.auth == PaymentDeclined(1, "closed")


def test_a_refused_reversal_is_told_and_stays_true(world: World, fates: Fates) -> None:
    """The first refund is held up on the line, the second refused: the first must not move the money afterwards."""
    paid = approved(world)
    fates.next = ["good", "late"]
    world.reverse(paid)
    world.run(1_000)
    world.fault("refund_refused:times=1:match=refund")
    fates.next = []
    world.run(5_000)
    world.reverse(paid)
    world.run(2_000)
    refused = [fact for fact in world.facts if fact.kind == "reverse!"]
    assert refused == [ReverseUncertain(1, "no answer"), ReverseRefused(1, "declined")]
    world.run(20_000)
    assert world.booked(paid) == ["payment"]


def test_a_reversal_without_an_answer_is_unknown_and_done_at_most_once(world: World, fates: Fates) -> None:
    paid = approved(world)
    fates.next = ["good", "answer lost"]
    world.reverse(paid)
    world.run(6_000)
    assert world.facts[-1] == ReverseUncertain(1, "no answer")
    world.run(10_000)
    assert paid.ended == PaymentReversed(1, moved=True)
    assert world.booked(paid) == ["payment", "refund"]


def test_a_payment_under_way_that_is_reversed_has_both_outcomes(world: World) -> None:
    paid = world.begin()
    world.run(100)
    scan(world)
    world.run(1_600)
    world.driver.reverse(1, KEY, AMOUNT_FEN, "code", "")
    world.run(1_000)
    assert isinstance(paid.auth, PaymentApproved)
    assert paid.ended == PaymentReversed(1, moved=True)


@pytest.mark.parametrize(
    ("outcome", "capture", "reverse"),
    [
        (Outcome(query("a.1"), trouble="timeout"), CaptureUncertain(1, "no answer"), ReverseUncertain(1, "no answer")),
        (Outcome(query("a.1"), trouble="cut"), CaptureUncertain(1, "link"), ReverseUncertain(1, "link")),
        (
            Outcome(query("a.1"), trouble="bad answer: X"),
            CaptureUncertain(1, "bad answer"),
            ReverseUncertain(1, "bad answer"),
        ),
        (
            Outcome(query("a.1"), Answer(503, {"error": "storage"})),
            CaptureUncertain(1, "bad answer"),
            ReverseUncertain(1, "bad answer"),
        ),
        (
            Outcome(query("a.1"), Answer(200, {"order": "a.1", "state": "unknown"})),
            CaptureUncertain(1, "other"),
            ReverseUncertain(1, "other"),
        ),
        (
            Outcome(query("a.1"), Answer(200, {"order": "a.1", "state": "closed", "way": "", "amount_fen": 0})),
            CaptureRefused(1, "closed"),
            PaymentReversed(1, moved=False),
        ),
        (
            Outcome(
                query("a.1"),
                Answer(
                    200,
                    {"order": "a.1", "state": "paid", "way": "code", "amount_fen": 5, "reference": "P2", "payer": ""},
                ),
            ),
            CaptureUncertain(1, "bad answer"),
            ReverseUncertain(1, "other"),
        ),
    ],
)
def test_what_an_answer_means_for_what_was_approved(outcome: Outcome, capture: Fact, reverse: Fact) -> None:
    assert Capture(1, "a.1", 5, "P1").hear(outcome) == capture
    assert Reverse(1, "a.1", 5).hear(outcome) == reverse


# -- the link


def test_the_provider_is_asked_before_anybody_wants_to_pay(world: World) -> None:
    assert world.facts == [DeviceReady("payment", "code_pay", "1", "T07")]
    world.run(61_000)
    assert world.lane.sent == ["time"] * 3


def test_silence_is_a_fault_until_it_speaks_again(world: World, fates: Fates) -> None:
    fates.all = "request lost"
    world.run(60_000)
    assert world.facts[1:] == [Fault("payment", "NO_ANSWER", True, "timeout")]
    fates.all = "good"
    world.run(10_000)
    assert world.facts[2:] == [Fault("payment", "NO_ANSWER", False, "timeout"), world.facts[0]]
    watch = Watch(frozenset({"payment"}), stock())
    for fact in world.facts:
        watch.hear(fact, 0)
    assert watch.ready == {"payment"}, "who was told of the loss never counts on it again"


@pytest.mark.parametrize("behind_ms", [-86_400_000, 86_400_000])
def test_a_wrong_clock_of_the_machine_costs_one_call(behind_ms: int) -> None:
    world = World(behind_ms=behind_ms)
    world.run(1_000)
    assert world.lane.sent == ["time", "time"]
    assert [type(fact) for fact in world.facts] == [DeviceReady]
    approved(world)


def test_a_clock_that_is_never_right_is_not_asked_without_end(world: World) -> None:
    jumps = iter(range(0, 10**12, 10**9))
    world.lane.clock = lambda: next(jumps)
    paid = world.begin(lasts_ms=20_000)
    world.run(60_000)
    assert len(world.lane.sent) < 120
    assert paid.auth == PaymentUncertain(1, "other")


def test_a_phones_code_stands_in_no_fact_and_no_log_line(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    text = world.phones["now"].show(world.wall_ms())
    world.driver.scanned(text)
    world.run(100)
    for fate in (None, "answer_lost:times=1", "wrong_signature:times=1"):
        if fate is not None:
            world.fault(fate)
        paid = world.begin("scan")
        world.run(100)
        world.driver.scanned(text)
        world.driver.scanned(text)
        world.run(8_000)
        assert paid.auth is not None
    assert text not in repr(world.facts) + caplog.text
