"""Facts of no sale: each note that is ours without one is owed once, whatever is said of it and how often."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import NoteDeposited, NoteHeld, NoteJammed, NoteOurs, NoteUncertain
from kiosk.records import record_of
from kiosk.sale.orphans import owed_for
from kiosk.stock import Stock, fresh
from tests.kiosk.sale.samples import Player

SECRET = bytes(32)


def claims(stock: Stock, *facts: Fact) -> list[Any]:
    """Amounts of the claims that these facts cause, one after the other, as the controller hears them."""
    found = []
    for fact in facts:
        found += [intent.amount_fen for intent in owed_for(fact, stock, SECRET) if intent.kind == "claim.add"]
        stock.hear(record_of(fact))
    return found


def test_a_late_note_is_owed_once() -> None:
    assert claims(fresh({}), NoteOurs(7, 1_000), NoteOurs(7, 1_000)) == [1_000]


def test_a_note_that_jammed_and_then_turns_out_to_be_stacked_is_owed_once() -> None:
    assert claims(fresh({}), NoteJammed(7, 2_000), NoteOurs(7, 2_000), NoteJammed(7, 2_000)) == [2_000]


def test_a_note_a_silent_device_cannot_name_is_owed_at_the_value_it_was_seen_with() -> None:
    assert claims(fresh({}), NoteHeld(7, 5_000), NoteUncertain(7, 0)) == [5_000]


def test_nothing_is_owed_for_a_note_nobody_ever_saw() -> None:
    assert claims(fresh({}), NoteUncertain(7, 0)) == []


def test_a_note_in_the_bulk_escrow_is_kept_and_owed_unless_it_was_claimed_before() -> None:
    stock = fresh({})
    first = owed_for(NoteDeposited(7, 5_000), stock, SECRET)
    assert [intent.kind for intent in first] == ["claim.add", "keep?"]
    stock.hear(record_of(NoteUncertain(8, 5_000)))
    assert [intent.kind for intent in owed_for(NoteDeposited(8, 5_000), stock, SECRET)] == ["keep?"]


@pytest.mark.parametrize("kind", [NoteOurs, NoteDeposited])
def test_a_note_that_an_earlier_sale_claimed_does_not_pay_for_the_next(kind: type[NoteOurs | NoteDeposited]) -> None:
    """It was given up and fell into the box after all: whoever stands there now has not put it in."""
    player = Player().to_collecting()
    assert player.sale.takes(kind(7, 5_000))
    player.stock.hear(record_of(NoteUncertain(7, 5_000)))
    assert not player.sale.takes(kind(7, 5_000))
    player.feed(NoteHeld(9, 5_000))
    player.feed(NoteUncertain(9, 5_000))
    assert player.sale.takes(kind(9, 5_000)), "its own note it hears of"
    player.sale.close()
