"""A note that was put in when nobody bought is on its way back, and the next passenger is there already: it is never theirs.

The acceptor may take half a minute to say what became of it, and jam, or swallow it, in the middle of the next sale.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.ports import note_acceptor as na
from kiosk.ports.fact import Fact
from kiosk.ports.station import LockRefused
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


def test_a_claim_of_somebody_whose_places_were_refused_can_be_closed() -> None:
    """A note was drawn in while the station was asked. Its money goes back on screens of the sale: they hear touches."""
    bench = Bench().up()
    bench.station.hold.add("lock")
    bench.acceptor.hold.add("give_back")
    assert bench.to_review().state is S.LOCKING
    bench.acceptor.force(NOTE_FEN)
    becomes(bench.run(), na.NoteOurs)
    assert bench.controller.sale is not None
    bench.say(LockRefused(bench.controller.sale.book.key, "sold_out", 0)).wait(60_000)
    assert (bench.state, bench.journey.state.step) == (S.CLAIM, "sale")
    bench.touch("claim_done")
    assert (bench.state, bench.journey.state.step) == (None, "thanks")


def test_a_late_refusal_of_a_former_order_leaves_this_one_its_touches() -> None:
    bench = Bench().up().to_paying()
    bench.say(LockRefused("T01.5a11e0de.0", "sold_out", 0))
    assert bench.journey.state.step == "sale"
    bench.touch("cancel")
    assert bench.state is None
