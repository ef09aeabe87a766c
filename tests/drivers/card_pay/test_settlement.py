"""The end of a day: the journal's books, told to the bank's own; balanced or not, once, whatever is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.card_pay import codec, messages, settlement
from kiosk.faults import Fault
from kiosk.payment.unsettled import Unsettled
from kiosk.ports.fact import Fact
from kiosk.ports.payment import BatchSettled, PaymentApproved, PaymentCaptured
from kiosk.records import record_of
from kiosk.sale.intents import CapturePayment, Intent, ReversePayment
from tests.drivers.card_pay.world import TERMINAL, World
from tests.drivers.till import KEY, Paid

QUIET_MS = 20_000


@pytest.fixture(autouse=True)
def _short_nights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten quiet minutes are many turns of the loop."""
    monkeypatch.setattr(settlement, "QUIET_MS", QUIET_MS)


class Journaled(World):
    """Books as the machine has them: the fold of what was asked and told."""

    def __init__(self) -> None:
        self.fold = Unsettled()
        super().__init__()
        self.books = self.fold

    def begin(self, card: str = "good", amount_fen: int = 3_800, lasts_ms: int = 120_000, **who: Any) -> Paid:
        row = {
            "kind": "auth?",
            "sale": 1,
            "key": KEY,
            "payment": self.next_number(),
            "amount_fen": amount_fen,
            "way": "card",
        }
        self.fold.book([row], 0)
        return super().begin(card, amount_fen, lasts_ms, **who)

    def capture(self, paid: Paid) -> None:
        self._book(CapturePayment(1, KEY, paid.number, paid.amount_fen, "card", paid.reference))
        super().capture(paid)

    def reverse(self, paid: Paid) -> None:
        self._book(ReversePayment(1, KEY, paid.number, paid.amount_fen, "card", paid.reference))
        super().reverse(paid)

    def _book(self, intent: Intent) -> None:
        self.fold.book([record_of(intent)], 0)

    def _heard(self, fact: Fact) -> None:
        if fact.kind in ("auth!", "capture!", "reverse!", "batch!"):
            self.fold.hear(record_of(fact), 0, self.wall_ms())
        super()._heard(fact)

    def open(self) -> Journaled:
        self.ready()
        return self

    # -- the night

    def night(self) -> None:
        """The date is another, and nobody comes for a while."""
        self.nights += 1
        self.bench.run(QUIET_MS + 65_000)

    def order(self) -> None:
        """The office wants it now, as the journal says so."""
        command = {"kind": "sys.command", "seq": 1, "name": "settle", "argument": "", "outcome": "done", "reason": ""}
        self.fold.hear(command, 0, self.wall_ms())

    def settled(self) -> list[BatchSettled]:
        return [fact for fact in self.bench.facts if isinstance(fact, BatchSettled)]

    def closed(self, batch: int) -> bool:
        state = self.host.ledger.settled(TERMINAL, batch)
        return state is not None and state[0]

    def faults(self) -> list[tuple[str, bool]]:
        return [(fact.code, fact.up) for fact in self.bench.facts if isinstance(fact, Fault)]


def asked(world: Journaled, mti: bytes = b"\x05\x00") -> int:
    return sum(frame[11:13] == mti for frame in world.host.heard)


def two_cards(world: Journaled) -> None:
    world.pay(amount_fen=3_801)
    world.pay("second", amount_fen=12_050)


def a_day(world: Journaled) -> None:
    """Two payments that stand, one that went back, one that was declined: 3,801 and 12,050 fen are ours."""
    two_cards(world)
    world.reverses_approved = True
    world.pay(amount_fen=7_700)
    world.reverses_approved = False
    world.pay("poor")


DAY = BatchSettled("000001-", True, 2, 15_851)


def test_a_day_is_told_once_and_the_bank_says_the_same() -> None:
    world = Journaled().open()
    a_day(world)
    world.bench.run(2 * QUIET_MS)
    assert not asked(world), "the day is not over"
    world.night()
    assert world.settled() == [DAY]
    assert world.closed(1)
    assert world.fold.in_batch == {}
    world.night()
    world.night()
    assert asked(world) == 1, "a day without cards has nothing to settle"
    paid = world.pay()
    assert isinstance(paid.auth, PaymentApproved)
    assert paid.auth.reference.startswith("000002-")
    world.night()
    assert world.settled()[1:] == [BatchSettled("000002-", True, 1, 3_800)]
    assert not [fault for fault in world.faults() if fault[1]]


def test_other_sums_are_told_with_all_details_and_people_hear_of_it() -> None:
    world = Journaled().open()
    a_day(world)
    lost = next(iter(world.fold.in_batch))
    del world.fold.in_batch[lost]
    world.night()
    assert world.settled() == [BatchSettled("000001-", False, 1, 12_050)]
    assert world.closed(1)
    details = [content for code, content in world.host.ledger.advices(TERMINAL) if code == messages.DETAILS]
    assert details == ["01" + "000201" + "000000012050"]
    assert world.faults()[-1] == ("SETTLEMENT", True)
    world.killed()
    world.bench.run(60_000)
    assert world.faults()[-1] == ("SETTLEMENT", True), "a restart forgets no difference"
    assert isinstance(world.pay().ended, PaymentCaptured), "cards go on"
    world.night()
    assert world.settled()[-1].balanced
    assert world.faults()[-1] == ("SETTLEMENT", False)


def test_many_details_go_in_several_messages() -> None:
    world = Journaled().open()
    for _ in range(messages.MOST_DETAILS + 2):
        world.pay(amount_fen=100)
    del world.fold.in_batch[next(iter(world.fold.in_batch))]
    world.night()
    told = [content for code, content in world.host.ledger.advices(TERMINAL) if code == messages.DETAILS]
    assert [(content[:2], len(content)) for content in told] == [("16", 2 + 16 * 18), ("01", 2 + 18)]
    assert world.closed(1)


@pytest.mark.parametrize("differs", [False, True])
@pytest.mark.parametrize("fault", ["silent:times=2", "answer_lost:times=1", "cut:times=1", "wrong_terminal:times=1"])
def test_a_lost_word_is_asked_again_and_settled_once(fault: str, differs: bool) -> None:
    """Of the sums; of the details, where there are any."""
    world = Journaled().open()
    two_cards(world)
    if differs:
        del world.fold.in_batch[101]
    world.fault(f"{fault}:match={'03' if differs else '05'}")
    world.night()
    world.bench.run(420_000)
    assert [told.balanced for told in world.settled()] == [not differs]
    assert world.closed(1)
    assert isinstance(world.pay("second").ended, PaymentCaptured)


@pytest.mark.parametrize("differs", [False, True])
@pytest.mark.parametrize("at_ms", [0, 1, 500])
def test_a_power_cut_while_it_is_told(at_ms: int, differs: bool) -> None:
    world = Journaled().open()
    two_cards(world)
    if differs:
        del world.fold.in_batch[101]
    world.nights += 1
    world.bench.until(lambda: bool(asked(world)), 2 * QUIET_MS)
    world.bench.run(at_ms)
    world.killed()
    world.bench.run(2 * QUIET_MS)
    assert [told.balanced for told in world.settled()] == [not differs]
    assert world.closed(1)
    assert isinstance(world.pay("second").ended, PaymentCaptured)
    world.night()
    assert [told.begins for told in world.settled()] == ["000001-", "000002-"]


def test_a_batch_that_the_bank_closed_unheard_is_settled_before_the_next() -> None:
    world = Journaled().open()
    a_day(world)
    world.fault("answer_lost:match=05:times=1")
    world.nights += 1
    world.bench.until(lambda: world.closed(1), 2 * QUIET_MS)
    world.bench.run(20_000)
    world.driver._signing.doubt()
    world.bench.run(5_000)
    world.pay("second")
    world.night()
    world.bench.run(100_000)
    assert [(told.begins, told.balanced) for told in world.settled()] == [("000001-", True), ("000002-", True)]


def test_nothing_is_summed_up_while_a_payment_is_open() -> None:
    world = Journaled().open()
    a_day(world)
    world.captures = False
    paid = world.begin()
    world.bench.until(lambda: paid.auth is not None)
    world.night()
    assert not asked(world)
    world.capture(paid)
    world.night()
    assert world.settled() == [BatchSettled("000001-", True, 3, 19_651)]


def test_a_card_that_comes_while_the_bank_is_told_waits_for_the_next_batch() -> None:
    world = Journaled().open()
    a_day(world)
    world.fault("slow:ms=3000:match=05")
    world.nights += 1
    world.bench.until(lambda: bool(asked(world)), 2 * QUIET_MS)
    assert world.driver.ways == {"card"}
    paid = world.pay("second")
    assert isinstance(paid.ended, PaymentCaptured)
    assert paid.reference.startswith("000002-")
    assert world.settled() == [DAY]
    assert not [fault for fault in world.faults() if fault[1]], "nobody is told that cards are out for seconds"


# -- by order of the office (decision page 073)


def test_an_order_settles_what_is_in_the_books_at_once_whatever_day_it_is() -> None:
    world = Journaled().open()
    a_day(world)
    world.order()
    world.bench.run(5_000)
    assert world.settled() == [DAY]
    assert world.closed(1)
    assert not world.fold.ordered
    paid = world.pay()
    assert isinstance(paid.auth, PaymentApproved)
    assert paid.auth.reference.startswith("000002-")
    world.bench.run(3 * QUIET_MS)
    assert world.settled() == [DAY], "a card that came afterwards waits for the end of the day"
    world.night()
    assert world.settled()[1:] == [BatchSettled("000002-", True, 1, 3_800)]


@pytest.mark.parametrize("fault", ["silent:times=2", "answer_lost:times=1", "cut:times=1"])
def test_an_order_whose_answer_is_lost_is_carried_out_once(fault: str) -> None:
    world = Journaled().open()
    a_day(world)
    world.fault(f"{fault}:match=05")
    world.order()
    world.bench.run(420_000)
    assert world.settled() == [DAY]
    assert asked(world) < 5, "the bank is not asked in a rush"


@pytest.mark.parametrize("at_ms", [0, 1, 500])
def test_an_order_stands_over_a_power_cut(at_ms: int) -> None:
    world = Journaled().open()
    a_day(world)
    world.order()
    world.bench.run(at_ms)
    world.killed()
    world.bench.run(2 * QUIET_MS)
    assert world.settled() == [DAY]


def test_an_order_waits_for_a_payment_that_is_open_and_counts_it() -> None:
    world = Journaled().open()
    a_day(world)
    world.captures = False
    paid = world.begin()
    world.bench.until(lambda: paid.auth is not None)
    world.order()
    world.bench.run(QUIET_MS)
    assert not asked(world)
    world.capture(paid)
    world.bench.run(5_000)
    assert world.settled() == [BatchSettled("000001-", True, 3, 19_651)]


def test_an_order_about_a_payment_that_goes_back_ends_with_it() -> None:
    world = Journaled().open()
    world.captures = False
    paid = world.begin()
    world.bench.until(lambda: paid.auth is not None)
    world.order()
    world.reverse(paid)
    world.bench.run(QUIET_MS)
    assert (world.fold.ordered, world.settled()) == (set(), [])


@pytest.mark.parametrize("wrong", ["sum", "count"])
def test_a_sum_told_wrongly_is_found(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank's books are its own: a planted error of ours is no balance."""
    good = messages.totals
    plus = (1, 0) if wrong == "count" else (0, 1)
    monkeypatch.setattr(messages, "totals", lambda count, fen: good(count + plus[0], fen + plus[1]))
    world = Journaled().open()
    a_day(world)
    world.night()
    assert [told.balanced for told in world.settled()] == [False]


SHEET = (
    "0060600038000060310031130105000020000000C1801200020054564D30303030313839383131303034383136303030"
    "3100620000000038000010000000000000000000000000000000000000000000000031353600110000000120100003303120"
)
"""ISO 8583 sheet, section 8: settlement of one debit of 38.00, trace 000200."""


def test_the_worked_message_of_the_sheet() -> None:
    terminal = messages.Terminal("TVM00001", "898110048160001")
    request = messages.settlement(terminal, 1, messages.totals(1, 3_800))
    body = codec.body("0500", {**request.fields, 11: "000200"})
    assert codec.framed(bytes.fromhex(terminal.tpdu), bytes.fromhex(terminal.header), body).hex().upper() == SHEET
