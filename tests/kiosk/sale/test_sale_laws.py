"""Laws of a sale over random lives: people, devices and station may do anything their ports allow, power may fail anywhere."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kiosk.parameters import SalePolicy
from kiosk.ports.coin_hopper import CoinsPaid, CoinsShort, CoinsUncertain
from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import AcceptorPast, DepositPast, NoteMoving, NoteRefused
from kiosk.ports.note_dispenser import DispenserPast
from kiosk.ports.payment import PaymentApproved, PaymentGone, PaymentStands, StandingUncertain
from kiosk.ports.ticket_printer import PrinterPast
from kiosk.sale import facts as sf
from kiosk.sale.book import S
from kiosk.sale.change import CashPolicy, plan_change
from kiosk.sale.charge import NOT_GIVEN, nobody_pays
from kiosk.sale.recovery import Told
from tests.kiosk.sale.samples import stock
from tests.kiosk.sale.world import KNOWN_FEN, World, settled

BULK = CashPolicy(deposit_depth=60)
MIXED = CashPolicy(deposit_depth=2, recycled_fen=(1000,))
"""A small bulk escrow, and ten yuan that go into a cassette to be paid out again."""
OUTLETS = ("empty", "tickets", "unknown")


@some.composite
def told(draw: some.DrawFn, world: World) -> Told:
    """What devices may say after a restart: silence, the truth, or a memory of something else."""
    book = world.book
    keys = [key for ticket in book.tickets for key in ticket.keys] + [""]
    asked = book.pays[-1].asked if book.pays else ((1, 1),)
    counts = tuple((cassette, draw(some.integers(0, notes)), 0) for cassette, notes in asked)
    acceptor = AcceptorPast(
        draw(some.sampled_from(("none", "path", "escrow", "stacker", "jam", "unknown"))),
        0,
        draw(some.booleans()),
        draw(some.sampled_from(((), (("stacked", 7),), (("stacked", 8),)))),
    )
    dispenser = DispenserPast(
        draw(some.sampled_from(("pay", "none", "unknown"))),
        counts,
        "30",
        draw(some.sampled_from(("empty", "notes", "unknown"))),
        draw(some.sampled_from(((), (("transaction", 3),), (("transaction", 4),)))),
    )
    printer = PrinterPast(
        draw(some.sampled_from(keys)),
        draw(some.booleans()),
        draw(some.sampled_from(OUTLETS)),
        draw(some.sampled_from(OUTLETS)),
        (),
    )
    own = [line.value_fen for line in book.own_notes if line.state != "out"]
    bulk = DepositPast(
        draw(some.integers(0, len(own) + 1).map(lambda left: tuple([*own, 1000][:left]))),
        draw(some.booleans()),
        draw(some.sampled_from(("none", "packing", "returning", "keeping", "unknown"))),
        (),
        draw(some.sampled_from(((), ((1000, 0),), ((1000, -1),), ((1000, 3),)))),
        draw(some.sampled_from(("empty", "notes", "unknown"))),
    )
    silent = some.none()
    coins: dict[int, Fact] = {}
    for line in book.coins:
        if line.state == "asked" and draw(some.booleans()):
            fell = draw(some.integers(0, line.asked))
            coins[line.order] = CoinsShort(line.order, line.hopper, fell, "empty")
            if fell == line.asked:
                coins[line.order] = CoinsPaid(line.order, line.hopper, fell)
            if draw(some.booleans()):
                coins[line.order] = CoinsUncertain(line.order, line.hopper, fell, line.asked + 1, "miscounted")
    words: list[Fact] = []
    for line in book.charges:
        words += (
            [PaymentStands(line.payment), PaymentGone(line.payment, "declined")] if line.state == "approved" else []
        )
    asked = draw(some.none() | some.sampled_from(words)) if words else None
    return Told(
        draw(silent | some.just(acceptor)),
        draw(silent | some.just(dispenser)),
        draw(silent | some.just(printer)),
        draw(silent | some.just(bulk)),
        coins,
        {asked.payment: asked} if isinstance(asked, PaymentStands | PaymentGone) else {},
    )


class LifeOfASale(RuleBasedStateMachine):
    world: World
    confirmed = 0
    way = "cash"

    @initialize(
        notes=some.sampled_from((0, 3, 60, 300)),
        passengers=some.integers(1, 3),
        partial=some.sampled_from(("deliver_good", "all_or_nothing")),
        rounding=some.sampled_from(("passenger", "none")),
        cover=some.sampled_from((CashPolicy(), CashPolicy("bounded", 5000), BULK, BULK, MIXED)),
        paying=some.sampled_from((1000, 2000, 10000)),
        answers=some.integers(0, 9),
        confirmed=some.sampled_from((0, 0, 2, 3)),
        way=some.sampled_from(("cash", "cash", "choose", "code", "card")),
        coins=some.sampled_from((None, None, {1: 60, 2: 40}, {1: 12, 2: 2}, {1: 40})),
    )
    def begin(
        self,
        notes: int,
        passengers: int,
        partial: str,
        rounding: str,
        cover: CashPolicy,
        paying: int,
        answers: int,
        confirmed: int,
        way: str,
        coins: dict[int, int] | None,
    ) -> None:
        """A sale that went well so far: `answers` questions were answered, notes of `paying` fen went in."""
        self.confirmed, self.way = confirmed, way
        if rounding == "none":
            passengers = 2  # half a yuan cannot be paid in notes; nobody would configure that
        policy = SalePolicy(cash=cover, partial_issue=partial, rounding=rounding)
        self.world = World(stock(notes, coins), policy, passengers)
        for _ in range(answers):
            self.goes_well(paying)

    def goes_well(self, paying: int) -> None:
        world = self.world
        if world.ended:
            return
        if world.pending:
            question = min(world.pending)
            world.answer(question, self.confirmed if question == "confirm?" else 0)
        elif world.sale.state is S.REVIEWING:
            first = {"cash": sf.Agreed(), "choose": sf.AgreedToChoose()}.get(self.way)
            world.feed(first or sf.PayBy(self.way))
        elif world.sale.state is S.CHOOSING:
            world.feed(sf.PayBy("code"))
        while world.sale.state is S.COLLECTING and paying in world.book.accepted_fen:
            number = world.next_note
            world.insert(paying)
            world.answer(f"stack?{number}")

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.to_the_end()
            assert self.world.folded().sale is None
            self.world.close()

    # -- devices and station

    @precondition(lambda self: self.world.pending and not self.world.ended)
    @rule(question=some.integers(0, 9), which=some.integers(0, 11))
    def answered(self, question: int, which: int) -> None:
        names = sorted(self.world.pending)
        self.world.answer(names[question % len(names)], which)

    @precondition(lambda self: self.world.pending and not self.world.ended)
    @rule(question=some.integers(0, 9))
    def answered_well(self, question: int) -> None:
        names = sorted(self.world.pending)
        self.world.answer(names[question % len(names)])

    @precondition(lambda self: self.world.said and not self.world.ended)
    @rule(back=some.integers(1, 6))
    def said_twice(self, back: int) -> None:
        said = self.world.said
        before = settled(self.world.book)["pays"], self.world.book.claims_fen, self.world.sale.state
        made = self.world.feed(said[-min(back, len(said))])
        assert not any(
            intent.kind in ("stack?", "pay?", "pay.coins?", "print?", "deliver?", "dump?") for intent in made
        )
        assert self.world.book.claims_fen == before[1]

    # -- people

    @precondition(lambda self: self.world.sale.state is S.REVIEWING)
    @rule(choose=some.booleans())
    def agreed(self, choose: bool) -> None:
        self.world.feed(sf.AgreedToChoose() if choose else sf.Agreed())

    @precondition(lambda self: self.world.sale.state in (S.REVIEWING, S.CHOOSING, S.COLLECTING))
    @rule(way=some.sampled_from(("cash", "card", "code")))
    def chose_a_way(self, way: str) -> None:
        state, free = self.world.sale.state, not self.world.book.notes
        self.world.feed(sf.PayBy("code" if state is S.COLLECTING else way))
        if self.world.sale.state is S.AUTHORISING:
            assert free or not self.world.book.given_fen

    @precondition(lambda self: self.world.sale.state is S.AUTHORISING)
    @rule()
    def wanted_another_way(self) -> None:
        made = self.world.feed(sf.OtherWay())
        assert self.world.sale.state is S.AUTHORISING
        assert [intent.kind for intent in made] in ([], ["auth.cancel?"])

    @precondition(lambda self: not self.world.ended and self.world.book.charges)
    @rule(which=some.integers(0, 5))
    def paid_after_all(self, which: int) -> None:
        """A word about a payment that was thought to be over, or said twice."""
        charges = self.world.book.charges
        line = charges[which % len(charges)]
        before, made = line.state, self.world.feed(PaymentApproved(line.payment, "R1"))
        live = ("asked", "approved", "lapsed", "capturing", "captured", "contested", "kept", "reversed")
        assert line.state == "reversing" or before in live
        assert not any(intent.kind in ("print?", "capture?", "pay?") for intent in made)

    @precondition(lambda self: not self.world.ended and self.world.book.charges)
    @rule(gone=some.booleans())
    def doubted(self, gone: bool) -> None:
        """A terminal that holds an approval lost it, or is silent: nothing follows before the next word about a ticket."""
        book = self.world.book
        line = book.charges[-1]
        lapses = line.state == "approved" and book.state in NOT_GIVEN and not book.may_be_out
        state = "lapsed" if lapses else line.state
        word = PaymentGone(line.payment, "declined") if gone else StandingUncertain(line.payment, "no answer")
        assert self.world.feed(word) == []
        assert line.state == state

    @precondition(lambda self: self.world.sale.state is S.COLLECTING and self.world.book.accepted_fen)
    @rule(which=some.integers(0, 5), moving=some.booleans())
    def welcome_note(self, which: int, moving: bool) -> None:
        world = self.world
        if moving:
            world.feed(NoteMoving())
        accepted = world.book.accepted_fen
        world.insert(accepted[which % len(accepted)])
        assert any(name.startswith("stack?") for name in world.pending)

    @precondition(lambda self: not self.world.ended)
    @rule(value=some.sampled_from(KNOWN_FEN))
    def any_note(self, value: int) -> None:
        """Also when nobody asked for one: the slot was still open, or somebody forced it."""
        world = self.world
        welcome = world.sale.state is S.COLLECTING and value in world.book.accepted_fen
        made = world.insert(value)
        assert made[0].kind == ("stack?" if welcome else "return?")

    @precondition(lambda self: not self.world.ended)
    @rule()
    def refused_by_the_device(self) -> None:
        assert self.world.feed(NoteRefused("unreadable")) == []

    @precondition(lambda self: not self.world.ended)
    @rule(by=some.sampled_from(("passenger", "service", "screen", "acceptor")))
    def cancelled(self, by: str) -> None:
        self.world.feed(sf.Cancelled(by))

    @precondition(lambda self: self.world.sale.state is S.CLAIM)
    @rule(again=some.booleans())
    def claim_read(self, again: bool) -> None:
        self.world.feed(sf.SlipAgain() if again else sf.ClaimSeen())

    @precondition(lambda self: not self.world.ended and self.world.sale.deadline() is not None)
    @rule()
    def time_passed(self) -> None:
        self.world.time_out()

    @precondition(lambda self: self.world.sale.state is S.RESUMING)
    @rule(money=some.booleans())
    def somebody_is_there(self, money: bool) -> None:
        made = self.world.feed(sf.MoneyBack() if money else sf.Continued())
        assert not any(intent.kind in ("stack?", "print?", "deliver?") for intent in made)

    # -- hands in the cabinet

    @precondition(lambda self: self.world.policy.cash.deposit_depth and not (self.world.ended or self.world.escrow_out))
    @rule()
    def the_escrow_cassette_was_pulled_out(self) -> None:
        self.world.pull_escrow()

    @precondition(lambda self: self.world.escrow_out and not self.world.ended)
    @rule()
    def the_unit_looked(self) -> None:
        self.world.look()
        assert self.world.ended or not self.world.book.accepted_fen

    # -- power

    @precondition(lambda self: not self.world.ended)
    @rule(data=some.data(), again=some.integers(-1, 2), pause_ms=some.sampled_from((5_000, 5_000, 61_000, -1)))
    def power_failed(self, data: some.DataObject, again: int, pause_ms: int) -> None:
        paid = dict(self.world.account.pays)
        self.world.restart(data.draw(told(self.world)), again, pause_ms)
        assert set(self.world.account.pays) == set(paid), "no money moves to an empty bay"

    @precondition(lambda self: self.world.ended)
    @rule()
    def nothing_more_happens(self) -> None:
        assert self.world.account.ended

    # -- laws

    @invariant()
    def a_replay_gives_the_same_sale(self) -> None:
        if not hasattr(self, "world") or len(self.world.lines) % 4:
            return
        past = self.world.folded()
        if self.world.ended:
            assert past.sale is None
        else:
            assert past.sale is not None
            assert settled(past.sale.book) == settled(self.world.book)
            past.sale.close()
        assert past.stock == self.world.stock

    @invariant()
    def no_ticket_is_begun_or_given_that_nobody_pays_for(self) -> None:
        if hasattr(self, "world") and not self.world.ended and nobody_pays(self.world.book):
            assert not self.world.book.tickets_in("waiting")
            assert self.world.book.state not in (S.DELIVERING, S.TICKETS_OUT)

    @invariant()
    def an_accepted_note_can_always_be_given_back(self) -> None:
        """Full cover: what is in can be refunded, what is over can be paid (decision 2).

        But for a note whose escrow cassette was pulled out while it moved: nobody could know that it would need cover.
        """
        if not hasattr(self, "world") or self.world.policy.cash.cover != "full":
            return
        world, book = self.world, self.world.book
        dropped_fen = sum(line.value_fen for line in book.notes if line.note in world.dropped)
        forced = any(("return?", line.note) in world.account.orders and line.state == "ours" for line in book.notes)
        if book.state is S.COLLECTING and book.owed_fen > dropped_fen and not book.claims and not forced:
            coined = world.stock.coins.payable()
            assert plan_change(book.owed_fen - dropped_fen, world.stock.payable(), 60, coined).short_fen == 0


def test_a_sale_keeps_its_laws_whatever_happens() -> None:
    run_state_machine_as_test(
        LifeOfASale,
        settings=settings(
            max_examples=120, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_doubt_about_a_payment_before_it_is_approved_takes_nothing_away() -> None:
    """Found by the laws: the approval that comes after such a word is the newer one, and pays."""
    sale = LifeOfASale()
    sale.begin(0, 1, "deliver_good", "passenger", CashPolicy(), 1000, 2, 0, "cash", None)
    sale.chose_a_way("cash")
    sale.doubted(gone=False)
    sale.world.to_the_end_with_hands()
    assert sale.world.account.delivered == {0}
    sale.world.close()
