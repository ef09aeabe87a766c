"""Every state times every fact: a row, or a written reason why that cannot be."""

from __future__ import annotations

import pytest

from kiosk.ports.fact import Fact
from kiosk.sale import facts as sf
from kiosk.sale.book import S
from kiosk.sale.sale import FACTS, Sale
from kiosk.sale.table import TABLE, Row
from kiosk.vocabulary import kinds

NO_TIMER = "its timer does not run in this state (Sale.deadline)"
NO_TOUCH = "the controller hands on a touch only where it fits"
TIMERS: dict[type[Fact], tuple[S, ...]] = {
    sf.PatienceOver: (S.REVIEWING, S.COLLECTING, S.CLAIM),
    sf.LastMinute: (S.COLLECTING,),
    sf.LockOver: (S.REVIEWING, S.COLLECTING),
    sf.AskAgain: (S.ASKING,),
    sf.AnswerOver: (S.CONFIRMING, S.ASKING),
    sf.TakeOver: (S.TICKETS_OUT, S.CHANGE_OUT),
    sf.ResumeOver: (S.RESUMING,),
}
TOUCHES: dict[type[Fact], tuple[S, ...]] = {
    sf.Agreed: (S.REVIEWING,),
    sf.ClaimSeen: (S.CLAIM,),
    sf.SlipAgain: (S.CLAIM,),
    sf.Continued: (S.RESUMING,),
    sf.MoneyBack: (S.RESUMING,),
}


def reason(fact: type[Fact], state: S) -> str:
    """Why there is no row; empty: there has to be one."""
    if state is S.NEW:
        return "" if fact is sf.SaleStarted else "a sale is fed its start in the step that makes it"
    if state is S.ENDED:
        return "the controller has let go of a sale that ended"
    if fact is sf.SaleStarted:
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


def test_every_fact_name_of_the_table_is_a_known_kind() -> None:
    assert {kind.__name__ for kind in SALE_FACTS} == FACTS


def test_every_guard_and_action_is_a_method_of_the_sale() -> None:
    named = {name for row in TABLE for name in (*row["before"], *row["conditions"])}
    assert named
    assert all(callable(getattr(Sale, name, None)) for name in named)
