"""A machine that takes cards and phones: one way for a sale, every approval is captured or goes back, over restarts too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kiosk.faults import Fault
from kiosk.ports import payment as pp
from kiosk.ports import ticket_printer as tp
from kiosk.ports.cabinet import DoorMoved
from kiosk.ports.note_acceptor import NoteOurs
from kiosk.ports.station import ConfirmUncertain, InboxHeard
from kiosk.ports.trips import SignedText
from kiosk.sale.book import S
from simulator.station.machines.signing import Signer
from tests.kiosk.bench import Bench, cleared, raised
from tests.kiosk.screen.world import WALL_MS

DUE_FEN = 15_200


def bench(**made: object) -> Bench:
    return Bench(ways=("code",), **made).up()  # type: ignore[arg-type]


def asked(made: Bench | None = None) -> Bench:
    """The code is on the screen; what the phone comes to is held back."""
    made = made or bench()
    made.payment.hold.add("begin")
    made.to_review().touch("pay", "pay_code")
    assert made.state is S.AUTHORISING
    return made


def number(made: Bench) -> int:
    return int(made.intents("auth?")[-1]["payment"])


def ledger(made: Bench) -> list[str]:
    return list(made.payment.ledger.values())


def open_deeds(made: Bench) -> list[str]:
    return [line.deed for line in made.past.unsettled.open.values()]


def end(made: Bench) -> dict[str, object]:
    return made.intents("sale.end")[-1]


def test_a_phone_buys_a_ticket_and_the_payment_is_captured_when_it_was_taken() -> None:
    made = asked()
    assert made.acceptor.accepts == ()
    made.payment.let_go()
    made.run()
    assert made.state is S.TICKETS_OUT
    assert ledger(made) == ["approved"]
    made.unit.take()
    made.run()
    assert made.state is None
    assert ledger(made) == ["captured"]
    deeds = ("lock?", "auth?", "confirm?", "print?", "deliver?", "capture?", "sale.end")
    kinds = made.kinds()
    assert [kinds.index(kind) for kind in deeds] == sorted(kinds.index(kind) for kind in deeds)
    assert (end(made)["outcome"], end(made)["ours_fen"], end(made)["delivered_fen"]) == ("sold", DUE_FEN, DUE_FEN)
    assert open_deeds(made) == []


def test_the_way_is_chosen_before_the_first_note_and_only_once_money_is_in_it_stays() -> None:
    made = bench().to_review()
    made.touch("pay")
    assert made.state is S.CHOOSING
    made.touch("pay_cash")
    assert made.state is S.COLLECTING
    made.insert(10_000).touch("pay_code")
    assert made.state is S.COLLECTING
    assert made.intents("auth?") == []


def test_from_cash_to_the_phone_and_back_while_nothing_is_in() -> None:
    made = asked(bench())
    made.touch("other_way")
    assert made.payment.orders[-1] == ("cancel", number(made))
    made.say(pp.PaymentDeclined(number(made), "cancelled"))
    assert made.state is S.CHOOSING
    made.touch("pay_cash")
    made.payment.held.clear()
    made.touch("pay_code")
    assert made.state is S.AUTHORISING
    assert [each["payment"] for each in made.intents("auth?")] == [101, 102]


def test_a_machine_without_change_sells_to_phones_and_asks_nobody_how() -> None:
    made = bench(filled=False)
    made.controller.stock.roll = 600
    made.say(cleared(raised("dispenser", "CASSETTE_LOW")))
    assert (made.controller.mode.name, made.controller.mode.ways) == ("normal", ("code",))
    made.payment.hold.add("begin")
    made.to_review().touch("pay")
    assert made.state is S.AUTHORISING


def test_an_approval_that_came_after_the_cancel_goes_back() -> None:
    made = asked().touch("cancel")
    assert made.state is S.AUTHORISING
    made.payment.let_go()
    made.run()
    assert (ledger(made), made.state) == (["reversed"], None)
    assert (end(made)["outcome"], end(made)["ours_fen"]) == ("refunded", 0)
    assert (made.journey.state.step, made.journey.state.notice) == ("thanks", "sent_back")


def test_who_only_wanted_another_way_and_has_paid_gets_the_ticket() -> None:
    made = asked().touch("other_way")
    made.payment.let_go()
    made.run()
    assert made.state is S.TICKETS_OUT


@pytest.mark.parametrize("happened", ["down", "lost"])
def test_an_outcome_that_nobody_knows_is_reversed_and_never_begun_again(happened: str) -> None:
    made = bench()
    getattr(made.payment, happened).add("begin")
    made.to_review().touch("pay", "pay_code")
    assert len(made.intents("auth?")) == 1
    assert made.kinds().count("reverse?") == 1
    assert ledger(made) == ["reversed"]
    assert end(made)["outcome"] == ("refunded" if happened == "lost" else "cancelled")


def test_a_reversal_nobody_answers_is_the_machines_and_stands_on_a_slip() -> None:
    made = bench()
    made.payment.down |= {"begin", "reverse"}
    made.to_review().touch("pay", "pay_code")
    assert made.state is S.CLAIM
    assert made.kinds().count("slip?") == 1
    assert made.intents("claim.add") == []
    made.touch("claim_done")
    assert made.state is None
    assert (made.journey.state.step, made.journey.state.notice) == ("thanks", "going_back")
    assert open_deeds(made) == ["reverse"]
    assert (made.controller.mode.charge, made.controller.mode.ways) == ("reversal", ("cash",))
    tries = made.kinds().count("reverse?")
    for span_ms, more in ((5_000, 1), (15_000, 1), (60_000, 1), (300_000, 1), (300_000, 1)):
        made.wait(span_ms)
        tries += more
        assert made.kinds().count("reverse?") == tries
    made.payment.down.clear()
    made.wait(300_000)
    assert (ledger(made), open_deeds(made), made.controller.mode.charge) == (["reversed"], [], "ok")


def test_an_open_reversal_is_asked_for_after_a_power_cut_and_the_answer_ends_it() -> None:
    made = bench()
    made.payment.down |= {"begin", "reverse"}
    made.to_review().touch("pay", "pay_code", "claim_done")
    again = made.power_cut().up().wait(1_000)
    assert (ledger(again), open_deeds(again)) == (["reversed"], [])
    assert len(again.intents("auth?")) == 1


def test_a_power_cut_before_the_outcome_reverses_it() -> None:
    made = asked()
    again = made.power_cut().up().wait(1_000)
    assert ledger(again) == ["reversed"]
    assert end(again)["outcome"] == "refunded"
    assert [line["fact"] for line in again.lines() if line["fact"]["kind"] == "auth!"][-1]["reason"] == "restart"


@pytest.mark.parametrize("stays", [True, False])
def test_a_power_cut_after_the_approval_asks_who_is_there(stays: bool) -> None:
    made = bench()
    made.station.hold.add("confirm")
    made.to_review().touch("pay", "pay_code")
    assert made.state is S.CONFIRMING
    again = made.power_cut().up()
    assert again.state is S.RESUMING
    if stays:
        again.touch("continue")
        again.unit.take()
        again.run()
        assert (ledger(again), end(again)["outcome"]) == (["captured"], "sold")
    else:
        again.wait(60_000)
        assert (ledger(again), end(again)["outcome"]) == (["reversed"], "refunded")


def test_a_power_cut_while_it_is_captured_asks_for_it_again() -> None:
    made = bench()
    made.payment.hold.add("capture")
    made.to_review().touch("pay", "pay_code")
    made.unit.take()
    made.run()
    assert made.state is S.CAPTURING
    again = made.power_cut().up().wait(1_000)
    assert (ledger(again), end(again)["outcome"]) == (["captured"], "sold")
    assert [each["payment"] for each in again.intents("capture?")] == [101, 101]


def test_an_approval_that_is_gone_after_a_power_cut_gives_no_ticket() -> None:
    made = bench()
    made.unit.hold.add("print")
    made.to_review().touch("pay", "pay_code")
    assert made.state is S.PRINTING
    made.payment.ledger[101] = "gone"
    again = made.power_cut().up()
    assert again.state is not S.RESUMING
    again.wait(60_000)
    assert [kind for kind, _ in again.unit.orders if kind in ("print", "deliver")] == []
    assert (ledger(again), again.intents("claim.add")) == (["reversed"], [])


def test_the_sale_waits_for_the_word_about_its_approval() -> None:
    made = bench()
    made.station.hold.add("confirm")
    made.to_review().touch("pay", "pay_code")
    made.payment.hold.add("stands")
    again = made.power_cut().up()
    assert again.controller.starting
    again.payment.let_go()
    again.run()
    assert again.state is S.RESUMING
    assert "auth.past" in again.kinds()


def test_nobody_waits_for_that_word_for_ever() -> None:
    made = bench()
    made.station.hold.add("confirm")
    made.to_review().touch("pay", "pay_code")
    made.payment.hold.add("stands")
    again = made.power_cut().up().wait(60_000)
    assert ledger(again) == ["reversed"]
    assert again.unit.orders == []
    again.payment.let_go()
    again.run()
    assert (ledger(again), end(again)["outcome"]) == (["reversed"], "refunded")


# -- doubted in the same life (decision page 073)

GONE = pp.PaymentGone(101, "declined")
DOUBTED = pp.StandingUncertain(101, "no answer")


@pytest.mark.parametrize("word", [GONE, DOUBTED])
@pytest.mark.parametrize("outcome", ["in the tray", "spoiled"])
def test_tickets_in_the_tray_stay_there_when_nobody_pays_for_them_any_more(word: pp.PaymentGone, outcome: str) -> None:
    made = bench()
    made.unit.hold.add("print")
    if outcome == "spoiled":
        made.unit.plan["print"] = [lambda **blank: tp.TicketSpoiled(blank["key"], 1, "jam")]
    made.to_review().touch("pay", "pay_code")
    assert made.state is S.PRINTING
    made.say(word)
    made.unit.let_go()
    made.wait(60_000)
    assert (made.intents("deliver?"), len(made.intents("print?"))) == ([], 1)
    assert len(made.intents("dump?")) == (outcome == "in the tray")
    assert (ledger(made), made.intents("claim.add"), end(made)["outcome"]) == (["reversed"], [], "refunded")
    assert made.intents("void?")


@pytest.mark.parametrize("answered", [True, False])
def test_nothing_is_printed_for_an_approval_that_was_doubted_while_the_station_was_asked(answered: bool) -> None:
    made = bench()
    made.station.hold.add("confirm")
    if not answered:
        made.station.plan["confirm"] = [lambda sale: ConfirmUncertain(sale, "timeout")]
    made.to_review().touch("pay", "pay_code")
    made.say(DOUBTED)
    assert made.state is S.CONFIRMING
    made.station.let_go()
    made.wait(60_000)
    assert made.intents("print?") == []
    assert (ledger(made), end(made)["outcome"]) == (["reversed"], "refunded")


def test_a_doubt_that_comes_when_the_tickets_are_out_changes_nothing() -> None:
    made = bench()
    made.to_review().touch("pay", "pay_code").run()
    assert made.state is S.TICKETS_OUT
    made.say(DOUBTED)
    made.unit.take()
    made.run()
    assert (ledger(made), end(made)["outcome"]) == (["captured"], "sold")


def test_a_doubt_about_another_payment_is_nobodys() -> None:
    made = bench()
    made.unit.hold.add("print")
    made.to_review().touch("pay", "pay_code")
    made.say(pp.StandingUncertain(99, "no answer"))
    made.unit.let_go()
    made.run()
    assert made.state is S.TICKETS_OUT


def test_tickets_in_a_hand_are_captured_first_and_told_as_unpaid_when_that_is_refused() -> None:
    made = bench()
    made.payment.plan["capture"] = [lambda payment: pp.CaptureRefused(payment, "declined")]
    made.to_review().touch("pay", "pay_code")
    made.unit.take()
    made.run()
    unpaid = made.intents("unpaid.add")
    assert [(each["payment"], each["amount_fen"], each["reference"]) for each in unpaid] == [(101, DUE_FEN, "R101")]
    assert (end(made)["ours_fen"], end(made)["delivered_fen"], end(made)["outcome"]) == (0, DUE_FEN, "sold")
    assert (made.controller.stock.registers["unpaid_fen"], made.intents("claim.add")) == (DUE_FEN, [])
    assert (made.journey.state.step, made.journey.state.notice) == ("thanks", "unpaid")


def test_a_claim_of_tickets_that_nobody_paid_for_is_none() -> None:
    made = bench()
    made.payment.plan["capture"] = [lambda payment: pp.CaptureRefused(payment, "declined")]
    made.unit.plan["deliver"] = [lambda **_: tp.DeliverUncertain(1, "flap")]
    made.to_review().touch("pay", "pay_code")
    made.wait(60_000)
    assert made.intents("claim.add") == made.intents("unpaid.add") == []


def test_a_capture_that_is_refused_when_its_sale_is_over_is_told_whole() -> None:
    made = bench()
    made.payment.lost.add("capture")
    made.to_review().touch("pay", "pay_code")
    made.unit.take()
    made.run()
    assert (end(made)["outcome"], made.intents("unpaid.add")) == ("sold", [])
    made.payment.plan["capture"] = [lambda payment: pp.CaptureRefused(payment, "declined")]
    made.wait(6_000)
    assert [(each["sale"], each["amount_fen"]) for each in made.intents("unpaid.add")] == [(1, DUE_FEN)]


def test_no_ticket_was_printed_and_nothing_is_owed() -> None:
    made = bench()
    made.unit.plan["print"] = [lambda key: tp.TicketRefused(key, "paper")]
    made.to_review().touch("pay", "pay_code")
    assert (ledger(made), made.state) == (["reversed"], None)
    assert made.intents("claim.add") == []
    assert made.kinds().count("ticket.void") == 1


def test_a_ticket_that_may_have_come_out_is_captured_and_claimed() -> None:
    made = bench()
    made.unit.plan["deliver"] = [lambda **_: tp.DeliverUncertain(1, "flap")]
    made.to_review().touch("pay", "pay_code")
    assert made.state is S.CLAIM
    assert ledger(made) == ["captured"]
    assert [each["amount_fen"] for each in made.intents("claim.add")] == [DUE_FEN]
    assert made.intents("pay?") == []


def test_forgotten_tickets_send_the_money_back_to_the_phone() -> None:
    made = bench()
    made.to_review().touch("pay", "pay_code")
    made.wait(60_000)
    assert ledger(made) == ["reversed"]
    assert (end(made)["outcome"], end(made)["claims_fen"]) == ("refunded", 0)


def test_a_reversal_that_is_refused_is_a_claim_whenever_it_is_said() -> None:
    made = bench()
    made.payment.plan["reverse"] = [lambda payment: pp.ReverseRefused(payment, "settled")]
    made.payment.down.add("begin")
    made.to_review().touch("pay", "pay_code")
    assert made.state is S.CLAIM
    assert [each["amount_fen"] for each in made.intents("claim.add")] == [DUE_FEN]
    assert end_open(made) == []


def end_open(made: Bench) -> list[str]:
    made.touch("claim_done")
    assert made.state is None
    return open_deeds(made)


def test_a_reversal_that_is_refused_after_its_sale_is_a_claim_of_no_sale() -> None:
    made = bench()
    made.payment.down |= {"begin", "reverse"}
    made.to_review().touch("pay", "pay_code", "claim_done")
    made.payment.plan["reverse"] = [lambda payment: pp.ReverseRefused(payment, "settled")]
    made.wait(6_000)
    claims = made.intents("claim.add")
    assert [(each["sale"], each["amount_fen"]) for each in claims] == [(0, DUE_FEN)]
    assert open_deeds(made) == []


def test_paid_late_though_it_was_declined_goes_back() -> None:
    made = asked()
    made.payment.held = [pp.PaymentDeclined(number(made), "timeout")]
    made.payment.let_go()
    made.run().touch("cancel")
    assert made.state is None
    made.payment.ledger[101] = "approved"
    made.say(pp.PaymentApproved(101, "R101"))
    assert (ledger(made), open_deeds(made)) == (["reversed"], [])


def test_an_adapter_that_says_nothing_holds_up_nobody() -> None:
    made = asked()
    made.wait(200_000)
    assert made.state is None
    assert ledger(made) == ["reversed"]


@pytest.mark.parametrize("by", [DoorMoved("front", True, True), Fault("ticket_unit", "PAPER_OUT", True, "")])
def test_what_stops_the_machine_withdraws_the_payment(by: Fault | DoorMoved) -> None:
    made = asked().say(by)
    assert made.payment.orders[-1] == ("cancel", 101)
    assert made.state is S.AUTHORISING


def test_a_lost_acceptor_leaves_a_payment_by_phone_alone() -> None:
    made = asked().say(raised("acceptor", "NOTE_JAM"))
    assert ("cancel", 101) not in made.payment.orders
    made.payment.let_go()
    made.run()
    assert made.state is S.TICKETS_OUT


def test_a_note_forced_in_while_a_phone_pays_is_owed_and_not_the_phones() -> None:
    made = asked().say(NoteOurs(100_777, 1_000))
    made.payment.let_go()
    made.run()
    made.unit.take()
    made.run()
    assert ledger(made) == ["captured"]
    assert [each["amount_fen"] for each in made.intents("claim.add")] == [1_000]


def test_a_lost_adapter_leaves_cash_and_says_why() -> None:
    made = bench().say(raised("payment", "LINK_LOST"))
    assert (made.controller.mode.charge, made.controller.mode.ways) == ("lost", ("cash",))
    assert "no_payment" in made.controller.mode.reasons
    made.to_review().touch("pay")
    assert made.state is S.COLLECTING


def test_what_the_passenger_does_is_for_the_screen_and_never_journaled() -> None:
    made = asked()
    made.say(pp.PaymentStep(101, "pin", typed=3))
    assert made.controller.charge_step == pp.PaymentStep(101, "pin", typed=3)
    assert "payment.step" not in made.kinds()


# -- the end of a day (decision page 070)


def sold_by_card() -> Bench:
    made = Bench(ways=("card",)).up()
    made.to_review().touch("pay", "pay_card").run()
    assert made.state is S.TICKETS_OUT
    assert made.controller.unsettled.undecided
    made.unit.take()
    made.run()
    assert made.state is None
    return made


def test_a_card_stands_in_the_books_until_its_batch_was_settled_over_restarts_too() -> None:
    made = sold_by_card()
    (taken,) = made.controller.unsettled.taken()
    assert (taken.payment, taken.amount_fen) == (number(made), DUE_FEN)
    assert taken.reference
    assert taken.wall_ms
    made.power_cut()
    books = made.controller.unsettled
    assert (books.taken(), books.undecided) == ([taken], False)
    made.say(pp.BatchSettled("another-", True, 1, DUE_FEN))
    assert books.taken() == [taken]
    made.say(pp.BatchSettled(taken.reference[:1], False, 1, DUE_FEN))
    assert (books.taken(), books.differs) == ([], taken.reference[:1])
    made.power_cut()
    again = made.controller.unsettled
    assert (again.taken(), again.differs) == ([], taken.reference[:1])
    told = [line["fact"]["balanced"] for line in made.lines() if line["fact"]["kind"] == "batch!"]
    assert told == [True, False], "it is in the journal, which the station reads"


def test_what_went_back_and_what_a_phone_paid_are_in_no_sum_of_the_bank() -> None:
    made = asked().touch("cancel")
    made.payment.let_go()
    made.run()
    assert made.controller.unsettled.taken() == []
    phone = asked()
    phone.payment.let_go()
    phone.run()
    phone.unit.take()
    phone.run()
    assert ledger(phone) == ["captured"]
    assert phone.controller.unsettled.taken() == []


# -- by order of the office (decision page 073)

SIGNER = Signer(bytes(range(32)))


def settle(seq: int = 1) -> InboxHeard:
    words = {"issued_ms": WALL_MS, "expires_ms": WALL_MS + 86_400_000, "name": "settle", "argument": ""}
    text = json.dumps({"kind": "command", "machine": "T01", "seq": seq, **words})
    return InboxHeard((SignedText(text, SIGNER.sign(text)),), ())


def heard(made: Bench) -> list[tuple[str, str]]:
    answers = [line["fact"] for line in made.lines() if line["fact"]["kind"] == "sys.command"]
    return [(fact["outcome"], fact["reason"]) for fact in answers]


def told(made: Bench) -> Any:
    return made.controller.status()["settlement"]


def test_an_order_to_settle_waits_for_the_sale_and_says_so_and_stands_over_a_restart() -> None:
    made = Bench(ways=("card",), station_key=SIGNER.public).up()
    made.to_review().touch("pay", "pay_card").run()
    assert made.state is S.TICKETS_OUT
    before = made.station.asked.count("status")
    made.say(settle()).wait(1_500)
    assert (heard(made), told(made)["ordered"]) == ([], "sale")
    assert made.station.asked.count("status") > before
    made.unit.take()
    made.run()
    assert heard(made) == [("done", "")]
    assert told(made) == {"ordered": "bank", "count": 1, "amount_fen": DUE_FEN, "last": None}
    made.power_cut().up()
    books = made.controller.unsettled
    assert told(made)["ordered"] == "bank"
    assert books.ordered == {number(made)}
    made.say(pp.BatchSettled(books.taken()[0].reference, True, 1, DUE_FEN))
    last = {"batch": f"R{number(made)}", "balanced": True, "count": 1, "amount_fen": DUE_FEN}
    said = told(made)
    assert said["last"].pop("at_ms") > WALL_MS
    assert said == {"ordered": "", "count": 0, "amount_fen": 0, "last": last}
    assert heard(made.say(settle(2)))[1:] == [("refused", "nothing")]


def test_an_order_to_settle_is_refused_where_nobody_is_told_of_batches() -> None:
    made = Bench(ways=("code",), station_key=SIGNER.public).up()
    made.say(settle())
    assert heard(made) == [("refused", "unsupported")]
    assert "settlement" not in made.controller.status()
