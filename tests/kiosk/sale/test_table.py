"""Every state times every fact: a row, or a written reason why that cannot be."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from kiosk.modes import Mode
from kiosk.ports import note_dispenser as nd
from kiosk.ports import payment as pp
from kiosk.ports import station as st
from kiosk.ports import ticket_printer as tp
from kiosk.ports.fact import Fact
from kiosk.sale import facts as sf
from kiosk.sale.book import S
from kiosk.sale.count import _COUNTERS
from kiosk.sale.sale import FACTS, Sale
from kiosk.sale.table import TABLE, Row
from kiosk.screen import targets as T
from kiosk.screen.values import keys_of
from kiosk.screen.view import view
from kiosk.touches import sale_fact
from kiosk.vocabulary import kinds
from tests.kiosk.sale.samples import Player
from tests.kiosk.screen.world import book, books, shown, steps

NO_TIMER = "its timer does not run in this state (Sale.deadline)"
NO_TOUCH = "the controller hands on a touch only where it fits"
TIMERS: dict[type[Fact], tuple[S, ...]] = {
    sf.PatienceOver: (S.REVIEWING, S.CHOOSING, S.COLLECTING, S.CLAIM),
    sf.LastMinute: (S.COLLECTING,),
    sf.LockOver: (S.REVIEWING, S.CHOOSING, S.COLLECTING, S.AUTHORISING),
    sf.PaymentOver: (S.AUTHORISING, S.CAPTURING, S.REVERSING),
    sf.AskAgain: (S.ASKING,),
    sf.AnswerOver: (S.CONFIRMING, S.ASKING),
    sf.TakeOver: (S.TICKETS_OUT, S.CHANGE_OUT),
    sf.ResumeOver: (S.RESUMING,),
}
TOUCHES: dict[type[Fact], tuple[S, ...]] = {
    sf.Agreed: (S.REVIEWING,),
    sf.AgreedToChoose: (S.REVIEWING,),
    sf.PayBy: (S.REVIEWING, S.CHOOSING, S.COLLECTING),
    sf.OtherWay: (S.AUTHORISING,),
    sf.ReceiptAsked: (S.PRINTING, S.DELIVERING, S.TICKETS_OUT, S.PAYING, S.COINS, S.CHANGE_OUT),
    sf.ClaimSeen: (S.CLAIM,),
    sf.SlipAgain: (S.CLAIM,),
    sf.Continued: (S.RESUMING,),
    sf.MoneyBack: (S.RESUMING,),
}


def reason(fact: type[Fact], state: S) -> str:
    """Why there is no row; empty: there has to be one."""
    if state is S.NEW:
        return "" if fact in (sf.SaleStarted, sf.PickupStarted) else "a sale is fed its start in the step that makes it"
    if state is S.ENDED:
        return "the controller has let go of a sale that ended"
    if fact in (sf.SaleStarted, sf.PickupStarted):
        return "a sale starts once"
    if fact in TIMERS and state not in TIMERS[fact]:
        return NO_TIMER
    if fact in TOUCHES and state not in TOUCHES[fact]:
        return NO_TOUCH
    return ""


def rows(fact: type[Fact], state: S) -> list[Row]:
    found = []
    for row in TABLE:
        sources = row["source"] if isinstance(row["source"], list) else [row["source"]]
        if row["trigger"] == fact.__name__ and state in sources:
            found.append(row)
    return found


SALE_FACTS = [kind for kind in kinds() if kind.__name__ in FACTS]


@pytest.mark.parametrize("fact", SALE_FACTS, ids=lambda fact: fact.__name__)
def test_each_state_has_a_row_or_a_reason_and_never_both(fact: type[Fact]) -> None:
    for state in S:
        why, found = reason(fact, state), rows(fact, state)
        assert bool(found) != bool(why), f"{fact.__name__} in {state.name}: rows {found}, reason {why!r}"


@pytest.mark.parametrize("fact", SALE_FACTS, ids=lambda fact: fact.__name__)
def test_the_last_row_asks_nothing_so_that_no_guard_can_refuse_a_fact(fact: type[Fact]) -> None:
    for state in S:
        found = rows(fact, state)
        if found:
            assert found[-1]["conditions"] == [], f"{fact.__name__} in {state.name}"
            early = [row for row in found[:-1] if not row["conditions"]]
            assert not early, f"{fact.__name__} in {state.name}: rows after one without a condition"


UNCOUNTED = {
    sf.SaleStarted: "the book is made of it",
    sf.PickupStarted: "the book is made of it",
    sf.ClaimSeen: "that a claim was read changes no amount",
    sf.SlipAgain: "print_slip of its row writes down that a slip is printed",
    sf.TakeOver: "retract? follows; its outcome is counted",
    sf.OtherWay: "withdraw of its row writes down that the payment is given up",
    pp.PaymentStands: "it was believed to, and nothing follows",
    pp.CaptureUncertain: "it is asked again by the machine; the money is ours all the same",
    pp.ReverseUncertain: "it is asked again by the machine, and the slip says so",
    st.LockReleased: "let_go and release of the rows before wrote that the places were given up",
    st.VoidReported: "a report on its way to the station; nothing of the sale hangs on it",
    st.PrintedReported: "a report on its way to the station; nothing of the sale hangs on it",
    tp.SlotStayedShut: "what lies behind it still lies there; retract? follows",
    nd.TrayStayedShut: "what lies behind it still lies there; retract? follows",
}
"""Facts that change nothing in the book, and why."""


def test_each_fact_is_counted_or_there_is_a_reason_and_never_both() -> None:
    for fact in SALE_FACTS:
        assert (fact in _COUNTERS) != (fact in UNCOUNTED), fact.__name__


SELLING = Mode("normal", (), True, "ok", "ok", 100_000, True, charge="ok", ways=("cash", "card", "code", "scan"))


@pytest.mark.parametrize("state", S, ids=lambda state: state.name)
@pytest.mark.parametrize("sells", [True, False])
def test_a_touch_becomes_a_fact_only_where_the_table_takes_it(state: S, sells: bool) -> None:
    """The other half of the reason `NO_TOUCH`."""
    mode = replace(SELLING, sells=sells)
    for target in T.SALE:
        fact = sale_fact(target, book(state), mode)
        if fact is not None:
            assert rows(type(fact), state), f"{target} in {state.name}: {fact}"
            assert state in TOUCHES.get(type(fact), tuple(S))


def test_every_touch_that_is_a_fact_comes_from_some_key() -> None:
    modes = (SELLING, replace(SELLING, ways=("cash",)))
    made = {type(sale_fact(target, book(state), mode)) for target in T.SALE for state in S for mode in modes}
    assert made - {type(None)} == {*TOUCHES, sf.Cancelled}


NO_FACT = {T.HELP, T.HOME, T.LANGUAGE, T.CONTRAST, T.LARGE_TEXT, T.CALL_STAFF, T.MORE_TIME, T.BACK}
"""Keys around a sale: the journey answers them, or the touch itself is the answer."""


@pytest.mark.parametrize("name", sorted(books()))
def test_every_key_of_a_sale_s_screen_is_answered_in_its_state(name: str) -> None:
    made = books()[name]
    for key in keys_of(view(shown(steps("zh")["sale"], made))):
        target, _ = T.split(key.target)
        assert target in NO_FACT or sale_fact(target, made, SELLING) is not None, f"{key.target} in {name}"


@pytest.mark.parametrize("state", [state for state in S if state not in (S.NEW, S.ENDED)], ids=lambda state: state.name)
def test_a_timer_runs_only_where_the_table_takes_its_fact(state: S) -> None:
    """The other half of the reason `NO_TIMER`: with every limit of the book over, whatever comes due has a row."""
    sale = Player().sale
    sale.state = sale.book.state = state
    book_of = sale.book
    due = set()
    for patience, lock, ask, last in product((0, 5), (3, 90_000), (0, 4), (False, True)):
        book_of.patience_until_ms, book_of.lock_until_ms, book_of.ask_again_ms = patience, lock, ask
        book_of.no_more_notes = last
        book_of.take_until_ms = book_of.answer_until_ms = book_of.resume_until_ms = book_of.charge_until_ms = 9
        limit = sale.deadline()
        if limit is not None:
            due.add(type(limit[1]))
    sale.close()
    assert all(state in TIMERS[fact] for fact in due), due
    assert due == {fact for fact, states in TIMERS.items() if state in states}


def test_every_fact_name_of_the_table_is_a_known_kind() -> None:
    assert {kind.__name__ for kind in SALE_FACTS} == FACTS


def test_every_guard_and_action_is_a_method_of_the_sale() -> None:
    named = {name for row in TABLE for name in (*row["before"], *row["conditions"])}
    assert named
    assert all(callable(getattr(Sale, name, None)) for name in named)
