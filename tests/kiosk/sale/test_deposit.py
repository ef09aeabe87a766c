"""A bulk escrow in a sale: kept as a whole before anything is printed, or the very notes back (decisions 1, 2, 9, 48)."""

from __future__ import annotations

import pytest

from kiosk.faults import Fault
from kiosk.parameters import SalePolicy
from kiosk.ports import note_acceptor as na
from kiosk.records import record_of
from kiosk.sale import facts as sf
from kiosk.sale.book import S
from kiosk.sale.change import CashPolicy, PaidIn, acceptable, cash_limit_fen
from kiosk.sale.deposit_past import with_earlier
from kiosk.sale.intents import KeepDeposit, ReturnDeposit
from kiosk.sale.recovery import Told, believe
from kiosk.stock import Stock, fresh
from tests.kiosk.sale.samples import VALUES, stock
from tests.kiosk.sale.world import World

BULK = SalePolicy(cash=CashPolicy(deposit_depth=60))
MIXED = SalePolicy(cash=CashPolicy(deposit_depth=60, recycled_fen=(1000,)))


def holding(*values: int, policy: SalePolicy = BULK, till: Stock | None = None) -> World:
    """Two tickets of ¥152.50; these notes were put in and lie where the policy wants them."""
    world = World(till, policy)
    world.answer("lock?")
    world.feed(sf.Agreed())
    for value in values:
        number = world.next_note
        world.insert(value)
        world.answer(f"stack?{number}")
    return world


def states(world: World) -> list[str]:
    return [line.state for line in world.book.notes]


# -- which notes


def test_a_note_that_comes_back_itself_needs_no_cover_but_its_change_does() -> None:
    policy, nothing = CashPolicy(deposit_depth=3), dict[int, int]()
    accepted, refused = acceptable((1000, 5000, 10000), PaidIn(), 6000, nothing, policy)
    assert accepted == (1000, 5000)
    assert refused == {10000: "no_change"}
    assert acceptable((1000,), PaidIn(), 6000, nothing, CashPolicy())[1] == {1000: "no_refund"}


def test_a_full_escrow_takes_no_more_notes() -> None:
    policy = CashPolicy(deposit_depth=3)
    assert acceptable((1000,), PaidIn(0, 3000, deposited=3), 6000, {1000: 9}, policy) == ((), {1000: "too_many"})


def test_a_recycled_note_is_stock_as_soon_as_it_is_in() -> None:
    policy = CashPolicy(deposit_depth=3, recycled_fen=(1000,))
    assert acceptable((1000,), PaidIn(), 6000, {}, policy) == ((1000,), {})
    assert acceptable((2000,), PaidIn(0, 5000, deposited=1), 6000, {}, policy)[1] == {2000: "no_change"}
    assert acceptable((2000,), PaidIn(0, 5000, deposited=1), 6000, {1000: 1}, policy)[0] == (2000,)


def test_cash_has_no_limit_when_the_notes_themselves_come_back() -> None:
    assert cash_limit_fen({100: 5}, CashPolicy()) == 500
    assert cash_limit_fen({100: 5}, CashPolicy(deposit_depth=60)) > 10**8


def test_what_does_not_go_into_the_escrow_now_needs_full_cover() -> None:
    cash = CashPolicy(deposit_depth=60, recycled_fen=(1000,))
    gone = cash.as_fitted((1000, 5000, 10000), ())
    assert acceptable((1000, 5000, 10000), PaidIn(), 20000, {5000: 1}, gone)[1] == {10000: "no_refund"}
    assert cash.as_fitted((1000, 5000), (5000,)).deposits(5000)
    assert CashPolicy().as_fitted((1000, 5000), ()) == CashPolicy()


def test_a_note_of_an_escrow_cassette_that_was_pulled_out_in_mid_sale_goes_back() -> None:
    """It would have fallen into the box, ours at once, and no cassette held its value to refund it."""
    world = holding(5000, till=stock(0))
    world.insert(10000)
    assert "stack?2" in world.pending
    world.pull_escrow()
    world.answer("stack?2", 1)
    assert (states(world), world.book.why_ending, world.book.ours_fen) == (["giving", "returned"], "acceptor", 0)
    assert not world.dropped


def test_only_a_note_that_moves_as_the_cassette_is_pulled_out_is_uncovered() -> None:
    world = holding(5000, till=stock(0))
    world.insert(10000)
    world.pull_escrow()
    world.answer("stack?2")
    assert (states(world), world.dropped) == (["deposited", "ours"], {2})
    world.insert(5000)
    world.answer("stack?3")
    assert states(world) == ["giving", "ours", "returned"]


def test_no_note_is_welcome_while_the_unit_says_that_its_cassettes_are_others() -> None:
    """After a restart the fault is up before the sale goes on: no edge of it cancels anything then."""
    world = holding(5000)
    world.pull_escrow()
    world.restart(told((5000,)))
    world.feed(sf.Continued())
    world.station_says("held")
    assert (world.sale.state, world.book.accepted_fen) == (S.COLLECTING, ())
    assert [intent.kind for intent in world.insert(100)] == ["return?"]
    past = world.folded()
    assert past.sale is not None
    assert past.sale.book.notes == world.book.notes
    past.sale.close()


def test_a_new_start_hears_anew_what_is_fitted() -> None:
    books = fresh(VALUES)
    books.hear(record_of(Fault("acceptor", "NOTE_TABLE", True, "cassette 1 out")))
    assert books.misfit
    books.hear(record_of(Fault("dispenser", "NOTE_TABLE", False)))
    assert books.misfit
    books.begin()
    assert not books.misfit


# -- kept


def test_the_deposit_is_ours_before_the_first_ticket_is_printed() -> None:
    world = holding(10000, 10000, 10000, 500)
    assert (world.book.ours_fen, world.book.paid_in_fen, world.sale.state) == (0, 30500, S.CONFIRMING)
    made = world.answer("confirm?")
    assert [intent.kind for intent in made] == ["keep?"]
    assert made[0].notes == (1, 2, 3, 4)
    made = world.answer("keep?")
    assert [intent.kind for intent in made] == ["print?"]
    assert (world.book.ours_fen, states(world)) == (30500, ["ours"] * 4)
    world.to_the_end_with_hands()
    assert world.lines[-1].intents[-1]["outcome"] == "sold"


def test_what_did_not_fall_is_told_once_more_and_then_counts_as_ours_somewhere_inside() -> None:
    world = holding(10000, 10000, 10000, 500)
    world.answer("confirm?")
    again = world.answer("keep?", 1)
    assert [(intent.kind, intent.notes) for intent in again] == [("keep?", (1,))]
    made = world.answer("keep?", 2)
    assert [intent.kind for intent in made] == ["print?", "unknown.add"]
    assert made[1].bound_fen == 10000
    world.to_the_end_with_hands()
    assert world.lines[-1].intents[-1]["outcome"] == "sold"
    assert world.stock.deposit.stuck


def test_a_keep_that_nobody_can_judge_still_prints_for_the_notes_are_inside() -> None:
    world = holding(10000, 10000, 10000, 500)
    world.answer("confirm?")
    made = world.answer("keep?", 3)
    assert [intent.kind for intent in made] == ["print?", "unknown.add"]
    assert (made[1].bound_fen, world.book.claims) == (30500, [])
    assert world.stock.deposit.unknown_fen == 30500


def test_a_confirmed_order_that_was_asked_about_keeps_first_too() -> None:
    world = holding(10000, 10000, 10000, 500)
    world.answer("confirm?", 2)
    made = world.station_says("confirmed")
    assert [intent.kind for intent in made] == ["keep?"]


# -- given back


def test_a_cancel_gives_back_the_very_notes_the_last_first() -> None:
    policy = SalePolicy(cash=CashPolicy(deposit_depth=60), bundle_notes=2)
    world = holding(10000, 5000, 2000, policy=policy, till=stock(0))
    made = world.feed(sf.Cancelled("passenger"))
    assert [(intent.kind, getattr(intent, "notes", ())) for intent in made] == [
        ("release?", ()),
        ("return_all?", (2, 3)),
    ]
    world.answer("return_all?")
    assert (world.sale.state, states(world)) == (S.OWN_OUT, ["deposited", "out", "out"])
    made = world.answer("mouth")
    assert [(intent.kind, intent.notes) for intent in made] == [("return_all?", (1,))]
    world.answer("return_all?")
    made = world.answer("mouth")
    assert states(world) == ["returned"] * 3
    end = made[-1]
    assert (end.kind, end.outcome, end.ours_fen, end.claims_fen) == ("sale.end", "cancelled", 0, 0)


def test_recycled_notes_come_back_as_equal_value_after_the_own_ones() -> None:
    world = holding(10000, 1000, policy=MIXED)
    assert states(world) == ["deposited", "ours"]
    assert world.stock.cassettes[3] == 301
    world.feed(sf.Cancelled("passenger"))
    world.answer("return_all?")
    made = world.answer("mouth")
    assert [(intent.kind, intent.value_fen) for intent in made] == [("pay?", 1000)]


def test_notes_that_nobody_takes_fall_into_the_box_and_are_owed() -> None:
    world = holding(10000, 5000)
    world.feed(sf.Cancelled("timeout"))
    world.answer("return_all?")
    made = world.pull_back()
    assert [intent.kind for intent in made] == ["claim.add", "slip?"]
    assert (made[0].amount_fen, made[0].exact) == (15000, True)
    assert dict(world.stock.box) == {10000: 1, 5000: 1}


def test_a_claim_for_a_forgotten_deposit_says_so_whatever_ended_the_order() -> None:
    world = holding(10000, 5000)
    world.feed(sf.Cancelled("passenger"))
    world.answer("return_all?")
    made = world.pull_back()
    assert [(intent.kind, getattr(intent, "reason", "")) for intent in made] == [
        ("claim.add", "not_taken"),
        ("slip?", ""),
    ]
    world.to_the_end()
    assert world.book.why_ending == "passenger", "why the order ended is another question"


def test_a_deposit_that_does_not_move_is_kept_and_paid_back_from_the_cassettes() -> None:
    world = holding(10000)
    world.feed(sf.Cancelled("passenger"))
    assert [intent.kind for intent in world.answer("return_all?", 2)] == ["keep?"]
    made = world.answer("keep?")
    assert [(intent.kind, intent.value_fen) for intent in made] == [("pay?", 10000)]


def test_only_what_may_be_gone_is_claimed_and_the_rest_is_paid_in_other_notes() -> None:
    """Whatever comes out of the escrow next may be the note that nobody can place."""
    world = holding(10000, 5000, 2000)
    world.feed(sf.Cancelled("passenger"))
    made = world.answer("return_all?", 4)
    assert [(intent.kind, getattr(intent, "notes", ())) for intent in made] == [("keep?", (1, 2))]
    claim = world.book.claims[0]
    assert (claim.amount_fen, claim.exact, claim.reason) == (2000, False, "deposit_unknown")
    made = world.answer("keep?")
    assert [(intent.kind, getattr(intent, "value_fen", 0)) for intent in made] == [
        ("claim.add", 0),
        ("unknown.add", 0),
        ("pay?", 15000),
    ]


def test_a_late_note_in_the_escrow_is_kept_and_owed_when_the_slip_is_out() -> None:
    world = holding(10000)
    world.feed(sf.Cancelled("timeout"))
    world.answer("return_all?")
    world.pull_back()
    made = world.feed(na.NoteDeposited(9, 500))
    assert [intent.kind for intent in made] == ["keep?"]
    assert world.feed(na.NoteDeposited(9, 500)) == []
    made = world.answer("keep?")
    assert [intent.kind for intent in made] == ["claim.add", "slip?"]


# -- after a power cut


def told(
    contents: tuple[int, ...] | None, mouth: str = "empty", packed: tuple[tuple[int, int], ...] = (), path: str = "none"
) -> Told:
    past = na.DepositPast(contents or (), contents is not None, "none", (), packed, mouth)
    return Told(acceptor=na.AcceptorPast(path, 0, False, ()), deposit=past)


def moved(cut: str, contents: tuple[int, ...], *values_fen: int, mouth: str = "empty") -> Told:
    """The unit names what it had moved when it was cut."""
    past = na.DepositPast(contents, True, cut, values_fen, (), mouth)
    return Told(acceptor=na.AcceptorPast("none", 0, False, ()), deposit=past)


def moving() -> World:
    world = holding(5000)
    world.insert(2000)
    return world


@pytest.mark.parametrize(
    ("past", "fact"),
    [
        (told((5000, 2000)), na.NoteDeposited(2, 2000)),
        (told((5000,), path="path"), na.NoteReturned(2, 2000)),
        (told((5000,), packed=((2000, 0),)), na.NoteOurs(2, 2000)),
        (told((5000,), packed=((2000, 4),)), na.NoteRecycled(2, 2000, 4)),
        (told(None, packed=((2000, -1),)), na.NoteDeposited(2, 2000)),
        (told((5000,)), na.NoteUncertain(2, 2000)),
        (told(None), na.NoteUncertain(2, 2000)),
        (Told(), na.NoteUncertain(2, 2000)),
    ],
)
def test_a_note_on_its_way_is_where_the_unit_says(past: Told, fact: na.NoteHeld) -> None:
    assert believe(moving().book, past, {}) == [fact]


@pytest.mark.parametrize(
    ("past", "fact"),
    [
        (told(()), na.DepositKept((1, 2, 3))),
        (told((10000,)), na.DepositKept((2, 3))),
        (told((10000, 10000, 10500)), na.DepositKeepUncertain((1, 2, 3), "power")),
        (told(None), na.DepositKeepUncertain((1, 2, 3), "power")),
        (Told(), na.DepositKeepUncertain((1, 2, 3), "power")),
        (moved("keeping", (10000,), 20000, 10000), na.DepositKept((2, 3))),
        (moved("keeping", (10000, 10000), 20000, 10000), na.DepositKeepUncertain((2, 3), "counts differ")),
        (moved("keeping", (10000,), 20000), na.DepositKeepUncertain((2, 3), "counts differ")),
        (moved("keeping", (), 20000, 10000, 10000, 10000), na.DepositKeepUncertain((1, 2, 3), "counts differ")),
    ],
)
def test_a_keep_that_was_cut_is_judged_by_what_is_left(past: Told, fact: na.NoteHeld) -> None:
    world = holding(10000, 10000, 20000)
    world.answer("confirm?")
    assert believe(world.book, past, {}) == [fact]


@pytest.mark.parametrize(
    ("past", "facts"),
    [
        (told((10000, 5000, 2000)), [na.DepositNotMoved((2, 3), "power")]),
        (told((10000,), "notes"), [na.DepositPresented((2, 3))]),
        (told((10000, 5000)), [na.DepositReturnUncertain((3,), "power")]),
        (told((10000,), "box"), [na.DepositRetractUncertain((2, 3), "power")]),
        (told(None), [na.DepositReturnUncertain((2, 3), "power")]),
        (Told(), [na.DepositReturnUncertain((2, 3), "power")]),
        (moved("returning", (10000,), 2000, 5000, mouth="notes"), [na.DepositPresented((2, 3))]),
        (
            moved("returning", (10000, 5000), 2000, 5000, mouth="notes"),
            [na.DepositReturnUncertain((2, 3), "counts differ")],
        ),
    ],
)
def test_a_return_that_was_cut_is_judged_by_what_is_left_and_by_the_mouth(past: Told, facts: list[na.NoteHeld]) -> None:
    world = holding(10000, 5000, 2000, policy=SalePolicy(cash=CashPolicy(deposit_depth=60), bundle_notes=2))
    world.feed(sf.Cancelled("passenger"))
    assert believe(world.book, past, {}) == facts


@pytest.mark.parametrize(
    ("past", "state"),
    [
        (told((), "notes"), S.OWN_OUT),
        (told((), "empty"), S.ENDED),
        (told((), "box"), S.SLIP),
        (told((), "unknown"), S.SLIP),
    ],
)
def test_own_notes_at_the_mouth_wait_are_taken_pulled_back_or_claimed(past: Told, state: S) -> None:
    world = holding(10000)
    world.feed(sf.Cancelled("passenger"))
    world.answer("return_all?")
    world.restart(past, pause_ms=120_000)
    assert world.sale.state is state


@pytest.mark.parametrize(
    ("earlier", "fact"),
    [
        (told((), "notes"), na.DepositReturnUncertain((1,), "power")),
        (told((), "box"), na.DepositRetractUncertain((1,), "power")),
        (told((), "empty"), na.DepositTaken((1,))),
    ],
)
def test_what_the_unit_said_at_a_start_that_was_cut_short_still_counts(earlier: Told, fact: na.NoteHeld) -> None:
    """Now it only says that nothing lies at the mouth, and that may have come about in either way."""
    world = holding(10000)
    world.feed(sf.Cancelled("passenger"))
    world.answer("return_all?")
    assert earlier.deposit is not None
    now = told((), "empty")
    both = Told(acceptor=now.acceptor, deposit=with_earlier(now.deposit, [earlier.deposit]))
    assert believe(world.book, both, {}) == [fact]


def test_earlier_words_are_kept_until_an_outcome_stands_in_the_journal() -> None:
    world = holding(10000)
    world.feed(sf.Cancelled("passenger"))
    world.answer("return_all?")
    said = told((), "notes").deposit
    assert said is not None
    world._line(record_of(said), [])
    assert world.folded().deposits == {1: said}
    world.answer("mouth")
    assert world.folded().deposits == {}


def test_after_a_short_pause_whoever_is_here_goes_on_and_the_deposit_is_kept_then() -> None:
    world = holding(10000, 10000, 10000, 500)
    world.answer("confirm?")
    world.restart(told((10000, 10000, 10000, 500)))
    assert (world.sale.state, states(world)) == (S.RESUMING, ["deposited"] * 4)
    world.feed(sf.Continued())
    made = world.station_says("confirmed")
    assert [intent.kind for intent in made] == ["keep?"]


def test_a_return_that_had_not_begun_when_the_power_failed_is_ordered_again() -> None:
    world = holding(10000, 5000)
    world.feed(sf.Cancelled("passenger"))
    world.restart(told((10000, 5000)))
    assert world.sale.state is S.RESUMING
    made = world.feed(sf.MoneyBack())
    assert [intent.notes for intent in made if intent.kind == "return_all?"] == [(1, 2)]


def test_after_a_long_pause_nothing_comes_out_it_is_kept_and_owed() -> None:
    world = holding(10000, 5000)
    world.restart(told((10000, 5000)), pause_ms=120_000)
    assert (world.sale.state, "return_all?" in world.pending) == (S.KEEPING, False)
    made = world.answer("keep?")
    assert [(intent.kind, intent.amount_fen) for intent in made[:1]] == [("claim.add", 15000)]


# -- the books


def test_the_stock_knows_whose_a_note_is() -> None:
    books = fresh(VALUES)
    books.hear(record_of(na.NoteDeposited(1, 5000)))
    books.hear(record_of(na.NoteDeposited(2, 2000)))
    books.hear(record_of(na.NoteDeposited(2, 2000)))
    assert (books.deposit.notes, books.registers["notes_in"]) == ({1: 5000, 2: 2000}, 0)
    books.hear(record_of(na.DepositTaken((2,))))
    assert books.deposit.notes == {1: 5000, 2: 2000}, "nobody asked for it"
    books.book([record_of(ReturnDeposit(1, (2,), 2000))])
    books.hear(record_of(na.DepositTaken((2,))))
    books.book([record_of(KeepDeposit(1, (1,), 5000))])
    books.hear(record_of(na.DepositKept((1, 2))))
    assert (books.deposit.notes, dict(books.box), books.registers["notes_in_fen"]) == ({}, {5000: 1}, 5000)
    books.hear(record_of(na.NoteRecycled(3, 2000, 4)))
    assert (books.cassettes[4], books.box_notes) == (1, 1)
    assert not books.deposit.stuck
