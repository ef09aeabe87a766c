"""A note that was put in when nobody bought is on its way back, and the next passenger is there already: it is never theirs.

The acceptor may take half a minute to say what became of it, and jam, or swallow it, in the middle of the next sale.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.ports import note_acceptor as na
from kiosk.ports.fact import Fact
from kiosk.sale.book import S
from kiosk.sale.facts import Cancelled
from tests.kiosk.bench import Bench
from tests.kiosk.test_controller import to_the_end

NOTE_FEN = 10_000
SEEN = 100_001


def going_back() -> Bench:
    """No sale is open; the acceptor was told to give the note back, and has not answered."""
    bench = Bench().up()
    bench.acceptor.hold.add("give_back")
    bench.acceptor.force(NOTE_FEN)
    bench.run()
    assert [intent["sale"] for intent in bench.intents("return?")] == [0]
    return bench


def becomes(bench: Bench, kind: Callable[[int, int], Fact]) -> Bench:
    bench.acceptor.held.clear()
    bench.acceptor.hold.clear()
    return bench.say(kind(SEEN, NOTE_FEN))


WAYS: dict[S, Callable[[Bench], Bench]] = {
    S.REVIEWING: Bench.to_review,
    S.COLLECTING: Bench.to_paying,
}
WRONG = [na.NoteOurs, na.NoteJammed, na.NoteUncertain, na.NoteReturnUncertain]


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("state", WAYS)
def test_it_is_owed_to_nobody_who_buys_now(kind: Callable[[int, int], Fact], state: S) -> None:
    bench = becomes(WAYS[state](going_back()), kind)
    assert bench.controller.sale is not None
    book = bench.controller.sale.book
    assert (bench.state, book.given_fen, book.claims, book.why_ending) == (state, 0, [], "")
    assert [(claim["sale"], claim["amount_fen"]) for claim in bench.intents("claim.add")] == [(0, NOTE_FEN)]
    bench.touch("cancel")
    assert bench.state is None
    assert bench.intents("sale.end")[-1]["outcome"] == "cancelled"


def test_that_it_went_back_moves_no_sale_on() -> None:
    """The own note of this sale is still on its way."""
    bench = going_back().to_paying()
    bench.acceptor.hold.add("stack")
    bench.acceptor.insert(NOTE_FEN)
    bench.run().say(Cancelled("passenger"))
    assert bench.state is S.CLOSING
    bench.say(na.NoteReturned(SEEN, NOTE_FEN))
    assert bench.state is S.CLOSING


@pytest.mark.parametrize("position", ["none", "jam", "unknown"])
@pytest.mark.parametrize("state", WAYS)
def test_power_cuts_leave_one_claim_at_most_and_a_journal_that_replays(position: str, state: S) -> None:
    """What became of it is written before the recovery of the sale begins; the next start must not read it as the sale's."""
    bench = WAYS[state](going_back()).power_cut()
    bench.acceptor.position = position
    bench = to_the_end(bench.up().power_cut().up())
    claims = [(claim["sale"], claim["amount_fen"], claim["exact"]) for claim in bench.intents("claim.add")]
    assert claims == ([] if position == "none" else [(0, NOTE_FEN, False)])
