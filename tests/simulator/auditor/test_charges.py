"""Payments by card and phone as the auditor judges them: the journal alone, and beside the other side's ledger."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.audit.reading import read_segments
from simulator.auditor import Auditor, audit
from tests.simulator.auditor import writer as w

FARE_FEN = 5_000
PAYMENT = 101
Lines = list[w.Line]


def deed(kind: str, **more: object) -> w.Record:
    return {
        "kind": kind,
        "sale": 1,
        "key": f"{w.KEY}1",
        "payment": PAYMENT,
        "amount_fen": FARE_FEN,
        "way": "code",
        **more,
    }


def said(kind: str, result: str, *intents: w.Record, **more: object) -> w.Line:
    return {"kind": kind, "result": result, "payment": PAYMENT, **more}, list(intents)


def begun() -> Lines:
    agreed: w.Line = {"kind": "sale.pay_by", "way": "code"}, [deed("auth?", limit_ms=9)]
    return [*w.setup(), w.start(1), w.held(1, FARE_FEN), agreed]


def paid() -> Lines:
    key = f"{w.KEY}1"
    confirm = {
        "kind": "confirm?",
        "sale": 1,
        "key": key,
        "total_fen": FARE_FEN,
        "rounding_fen": 0,
        "paid_fen": FARE_FEN,
    }
    yes = {"kind": "confirm!", "result": "done", "sale": key, "tickets": [{"index": 0, "numbers": ["D1A"]}]}
    deliver = {"kind": "deliver?", "sale": 1, "blanks": [w.blank(1, 1)]}
    return [
        *begun(),
        said("auth!", "approved", confirm, reference="R1", approval="", masked=""),
        (yes, [w.print_(1, 1, 0, "D1A")]),
        w.in_tray(1, 1, [deliver]),
        ({"kind": "deliver!", "result": "presented", "bundle": 1}, []),
    ]


def taken(*intents: w.Record) -> w.Line:
    return {"kind": "taken!", "result": "tickets", "bundle": 1}, list(intents)


def sold() -> Lines:
    ended = w.end(1, "sold", ours_fen=FARE_FEN, delivered_fen=FARE_FEN)
    return [*paid(), taken(deed("capture?", reference="R1")), said("capture!", "done", ended)]


def cancelled() -> Lines:
    release = {"kind": "release?", "sale": 1, "key": f"{w.KEY}1"}
    return [
        *begun(),
        said("auth!", "unknown", release, deed("reverse?", reference=""), reason="no answer"),
        said("reverse!", "done", w.end(1, "refunded"), moved=True),
    ]


def auditor(lines: Lines, ledger: dict[int, tuple[str, int, int]] | None = None, settled: bool = True) -> Auditor:
    made = Auditor()
    for raw in w.text(lines).splitlines(keepends=True):
        made.hear(raw)
    if ledger is not None:
        made.payments(ledger, settled=settled)
    return made


def told(lines: Lines, ledger: dict[int, tuple[str, int, int]] | None = None, settled: bool = True) -> list[str]:
    return [str(each) for each in auditor(lines, ledger, settled).violations]


@pytest.mark.parametrize(
    ("lines", "state"), [(sold, "captured"), (cancelled, "reversed")], ids=lambda each: getattr(each, "__name__", each)
)
def test_what_was_captured_pays_for_tickets_and_what_went_back_for_none(lines: Callable[[], Lines], state: str) -> None:
    assert told(lines(), {PAYMENT: (state, FARE_FEN, 1)}) == []


WRONG_BOOKS: dict[str, tuple[Callable[[], Lines], tuple[str, int, int], str]] = {
    "captured there only": (cancelled, ("captured", FARE_FEN, 1), "captured there, and not booked here"),
    "not captured there": (sold, ("paid", FARE_FEN, 1), "booked as ours, and there it is paid"),
    "never paid there": (sold, ("open", FARE_FEN, 0), "booked as ours, and there it is open"),
    "another amount": (sold, ("captured", FARE_FEN + 1, 1), "fen there, here of"),
    "paid twice": (sold, ("captured", FARE_FEN, 2), "was paid 2 times"),
    "still paid there": (cancelled, ("paid", FARE_FEN, 1), "neither captured nor taken back"),
    "kept there": (cancelled, ("kept", FARE_FEN, 1), "kept there, and not owed here"),
}


@pytest.mark.parametrize("name", WRONG_BOOKS)
def test_two_ledgers_that_differ_are_told(name: str) -> None:
    lines, entry, words = WRONG_BOOKS[name]
    assert any(words in text for text in told(lines(), {PAYMENT: entry}))


def test_a_payment_that_only_the_other_side_knows_is_told() -> None:
    assert any(
        "does not know it" in text for text in told(sold(), {PAYMENT: ("captured", FARE_FEN, 1), 7: ("paid", 5, 1)})
    )


def test_a_reversal_on_its_way_is_told_only_when_there_was_time() -> None:
    lines = [*cancelled()[:-1], said("reverse!", "unknown", w.end(1, "refunded"), reason="link")]
    ledger = {PAYMENT: ("paid", FARE_FEN, 1)}
    assert told(lines, ledger, settled=False) == []
    assert any("has not gone back after a quiet time" in text for text in told(lines, ledger))


SPOILT: dict[str, tuple[Callable[[], Lines], str]] = {
    "begun twice": (lambda: [*begun(), ({"kind": "timer", "result": "x"}, [deed("auth?", limit_ms=9)])], "second time"),
    "captured without an approval": (
        lambda: [*begun(), said("auth!", "unknown", deed("capture?", reference=""), reason="x")],
        "is captured, and it is unknown",
    ),
    "captured and no ticket": (
        lambda: [*begun(), said("auth!", "approved", deed("capture?", reference=""))],
        "no ticket was handed over",
    ),
    "reversed and tickets taken": (
        lambda: [*paid(), taken(deed("reverse?", reference="R1")), said("reverse!", "done", w.end(1, "sold"), moved=True)],
        "0 fen came in",
    ),
    "forgotten": (lambda: [*begun(), said("auth!", "approved", w.end(1, "cancelled"))], "neither captured nor to go back"),
    "nobody asked": (lambda: [*w.setup(), w.start(1), said("auth!", "declined", reason="x")], "no auth? stands before"),
    "both": (
        lambda: [*sold()[:-1], said("capture!", "unknown", deed("reverse?", reference="R1"), reason="x")],
        "to go back after it was captured",
    ),
    "kept and not owed": (
        lambda: [*cancelled()[:-1], said("reverse!", "refused", w.end(1, "cancelled"), reason="x")],
        "5000 fen came in and 0 are accounted for",
    ),
    "kept later and not owed": (
        lambda: [*cancelled()[:-1], said("reverse!", "unknown", w.end(1, "refunded"), reason="x"),
                 said("reverse!", "refused", reason="x")],
        "payment 101 of 5000 fen came in without a sale",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_journal_that_lost_a_payment_is_told(name: str) -> None:
    lines, words = SPOILT[name]
    assert any(words in text for text in told(lines()))


def test_what_is_kept_after_the_sale_is_owed_by_the_same_line() -> None:
    late = said("reverse!", "refused", w.claim(0, FARE_FEN, reason="reversal"), reason="settled")
    lines = [*cancelled()[:-1], said("reverse!", "unknown", w.end(1, "refunded"), reason="x"), late]
    assert told(lines, {PAYMENT: ("kept", FARE_FEN, 1)}) == []


def unpaid(amount_fen: int = FARE_FEN) -> w.Record:
    return {"kind": "unpaid.add", "sale": 1, "payment": PAYMENT, "amount_fen": amount_fen, "reference": "R1"}


def contested(*booked: w.Record) -> Lines:
    ended = w.end(1, "sold", ours_fen=0, delivered_fen=FARE_FEN)
    refused = said("capture!", "refused", *booked, ended, reason="declined")
    return [*paid(), taken(deed("capture?", reference="R1")), refused]


def refused_late(*booked: w.Record) -> Lines:
    due: w.Line = {"kind": "payment.due", "payment": PAYMENT}, [deed("capture?", reference="R1")]
    ended = w.end(1, "sold", ours_fen=FARE_FEN, delivered_fen=FARE_FEN)
    unsure = said("capture!", "unknown", ended, reason="no answer")
    refused = said("capture!", "refused", *booked, reason="declined")
    return [*paid(), taken(deed("capture?", reference="R1")), unsure, due, refused]


@pytest.mark.parametrize("lines", [contested, refused_late], ids=["in the sale", "after it"])
def test_what_was_given_for_nothing_is_no_violation_once_it_is_told(lines: Callable[..., Lines]) -> None:
    assert told(lines(unpaid()), {PAYMENT: ("reversed", FARE_FEN, 1)}) == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (contested(), "0 fen came in and 5000 are accounted for"),
        (contested(unpaid(FARE_FEN - 100)), "4900 fen came in and 5000 are accounted for"),
        (contested(unpaid(FARE_FEN + 1)), "over its amount"),
        (contested(unpaid(), unpaid()), "told as unpaid twice"),
        (refused_late(), "came to nothing, and nobody is told"),
        (refused_late(unpaid(100)), "in part, and all of it was counted"),
        ([*sold(), ({"kind": "sys.stop", "why": "test"}, [unpaid()])], "is told as unpaid, and it is not"),
    ],
    ids=["silence", "too little", "too much", "twice", "silence after it", "too little after it", "it was paid"],
)
def test_what_was_given_for_nothing_is_told_to_the_fen(lines: Lines, words: str) -> None:
    assert any(words in text for text in told(lines)), told(lines)


def test_only_what_was_paid_there_once_can_come_to_nothing() -> None:
    words = told(contested(unpaid()), {PAYMENT: ("open", FARE_FEN, 0)})
    assert any("which was never paid there" in word for word in words), words


def test_a_payment_that_is_kept_there_cannot_be_unpaid_here() -> None:
    words = told(contested(unpaid()), {PAYMENT: ("captured", FARE_FEN, 1)})
    assert any("captured there, and here it came to nothing" in text for text in words)


def test_nothing_is_given_for_an_approval_that_was_doubted_in_the_same_life() -> None:
    lines = sold()
    at = next(i for i, (_, intents) in enumerate(lines) if any(intent["kind"] == "deliver?" for intent in intents))
    for result in ("gone", "unknown"):
        doubt = said("auth.past", result, reason="no answer")
        words = "deliver?, and nobody said since that was doubted that payment 101 stands"
        assert any(words in text for text in told([*lines[:at], doubt, *lines[at:]]))
        assert told([*lines[:at], doubt, said("auth.past", "stands"), *lines[at:]]) == []
        assert told([*lines[: at + 1], doubt, *lines[at + 1 :]]) == []


def restarted(*past: w.Line) -> Lines:
    began: w.Line = {"kind": "sys.recover", "result": "begin", "sale": 1, "state": "PRINTING", "silent": []}, []
    lines = sold()
    at = next(i for i, (_, intents) in enumerate(lines) if any(intent["kind"] == "deliver?" for intent in intents))
    return [*lines[:at], began, *past, *lines[at:]]


def test_nothing_is_given_for_a_former_approval_before_it_was_asked_after() -> None:
    words = "nobody said after the restart that payment 101 stands"
    assert any(words in text for text in told(restarted()))
    gone = said("auth.past", "gone", reason="declined")
    assert any(words in text for text in told(restarted(gone)))
    assert told(restarted(said("auth.past", "stands"))) == []


@pytest.mark.parametrize("lines", [sold, cancelled], ids=lambda each: each.__name__)
def test_a_payment_whose_end_nobody_has_said_is_counted_as_unsettled(lines: Callable[[], Lines]) -> None:
    """The last line of both is the answer to the last order."""
    whole = lines()
    answers = [at for at, (fact, _) in enumerate(whole) if fact["kind"] in ("capture!", "reverse!")]
    judged = [audit(read_segments([("1.journal", w.text(part))])) for part in (whole, whole[: answers[0]])]
    assert [each.unsettled for each in judged] == [0, 1]


def summed(amount_fen: int = FARE_FEN, count: int = 1, balanced: bool = True) -> Lines:
    """A day of one payment, and what the bank was told of it."""
    done = said("capture!", "done", w.end(1, "sold", ours_fen=FARE_FEN, delivered_fen=FARE_FEN))
    batch = {"kind": "batch!", "result": "done", "begins": "R", "count": count, "amount_fen": amount_fen}
    return [*paid(), taken(deed("capture?", reference="R1")), done, ({**batch, "balanced": balanced}, [])]


def test_the_sums_of_a_day_are_those_of_the_journal() -> None:
    assert told(summed(), {PAYMENT: ("captured", FARE_FEN, 1)}) == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (summed(amount_fen=FARE_FEN - 1), "4999 fen of R, and it was 1, 5000 fen"),
        (summed(count=2), "2 payments"),
        (summed(balanced=False), "the bank has other sums of R"),
    ],
)
def test_sums_that_are_not_are_a_violation(lines: Lines, words: str) -> None:
    assert any(words in text for text in told(lines, {PAYMENT: ("captured", FARE_FEN, 1)}))


SETTLE: w.Line = (
    {"kind": "sys.command", "seq": 1, "name": "settle", "argument": "", "outcome": "done", "reason": ""},
    [],
)


def by_card(lines: Lines) -> Lines:
    """The same of a card: the bank of phones is told of no batch."""
    return [(fact, [{**each, "way": "card"} if "way" in each else each for each in orders]) for fact, orders in lines]


def test_what_the_office_ordered_to_be_settled_was_told_to_the_bank() -> None:
    ledger = {PAYMENT: ("captured", FARE_FEN, 1)}
    *sale, batch = by_card(summed())
    assert told([*sale, SETTLE, batch], ledger) == []
    (words,) = told([*sale, SETTLE], ledger)
    assert f"the office ordered payment {PAYMENT} settled, and the bank was never told" in words
    assert told(sale, ledger) == []
    refused = {**SETTLE[0], "outcome": "refused", "reason": "nothing"}
    assert told([*sale, (refused, [])], ledger) == []
    *phone, _ = summed()
    assert told([*phone, SETTLE], ledger) == []


def test_nothing_is_settled_by_order_inside_a_sale() -> None:
    assert any("command settle is obeyed inside a sale" in text for text in told([*begun(), SETTLE]))
