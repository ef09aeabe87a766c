"""A receipt for whoever asks while the tickets or the change lie out: once a sale, and never in the way of a slip that is owed."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from kiosk.ports.receipt_printer import SlipFailed
from kiosk.receipt import receipt_facts
from kiosk.sale.book import Book, S
from kiosk.sale.lines import Claim
from kiosk.screen import targets as T
from tests.kiosk.bench import Bench, FakeSlipPrinter
from tests.kiosk.screen.world import NETWORK
from tests.kiosk.test_controller import even, to_the_end

NAME = "receipt-1"


def printer(bench: Bench) -> FakeSlipPrinter:
    return cast(FakeSlipPrinter, bench.devices.slip_printer)


def book_of(bench: Bench) -> Book:
    assert bench.controller.sale is not None
    return bench.controller.sale.book


def with_tickets_out() -> Bench:
    bench = Bench().up().to_paying()
    bench.insert(10_000, 10_000)
    assert bench.state is S.TICKETS_OUT
    return bench


def receipts(bench: Bench) -> list[str]:
    return [intent["slip"] for intent in bench.intents("slip?")]


def test_it_is_printed_once_while_tickets_and_change_wait() -> None:
    bench = with_tickets_out().touch(T.RECEIPT)
    assert (receipts(bench), book_of(bench).receipt, bench.state) == ([NAME], "printed", S.TICKETS_OUT)
    bench.touch(T.RECEIPT)
    bench.unit.take()
    assert bench.run().state is S.CHANGE_OUT
    bench.touch(T.RECEIPT)
    assert receipts(bench) == [NAME]
    even(to_the_end(bench))


def test_who_asks_stands_there_and_has_time_to_take_things_once() -> None:
    bench = with_tickets_out()
    until_ms = book_of(bench).take_until_ms
    bench.wait(5_000).touch(T.RECEIPT)
    assert 5_000 <= book_of(bench).take_until_ms - until_ms < 5_100
    bench.wait(5_000).touch(T.RECEIPT)
    assert book_of(bench).take_until_ms - until_ms < 5_100


def test_it_can_be_asked_for_when_the_change_lies_out() -> None:
    bench = with_tickets_out()
    bench.unit.take()
    assert receipts(bench.run().touch(T.RECEIPT)) == [NAME]


def test_one_that_did_not_come_out_is_tried_again() -> None:
    bench = with_tickets_out()
    printer(bench).plan["slip"] = [lambda slip: SlipFailed(slip, "paper")]
    assert book_of(bench.touch(T.RECEIPT)).receipt == "failed"
    assert book_of(bench.touch(T.RECEIPT)).receipt == "printed"
    assert receipts(bench) == [NAME, NAME]


@pytest.mark.parametrize("comes_out", [True, False])
def test_a_slip_that_is_owed_waits_for_the_receipt(comes_out: bool) -> None:
    """The printer takes one order at a time, and would refuse the slip."""
    bench = with_tickets_out()
    printer(bench).hold.add("slip")
    bench.touch(T.RECEIPT)
    bench.unit.take()
    bench.run().wait(120_000)
    assert (bench.state, receipts(bench)) == (S.SLIP, [NAME])
    claim = book_of(bench).claims[0]
    assert claim.slip == "printing"
    printer(bench).hold.clear()
    if comes_out:
        printer(bench).let_go()
    else:
        printer(bench).held.clear()
        bench.say(SlipFailed(NAME, "paper"))
    bench.run()
    assert (receipts(bench), claim.slip, bench.state) == ([NAME, claim.code], "printed", S.CLAIM)
    even(to_the_end(bench))


def test_after_a_power_cut_nothing_is_printed_that_nobody_asks_for() -> None:
    bench = with_tickets_out()
    printer(bench).hold.add("slip")
    bench = bench.touch(T.RECEIPT).power_cut().up()
    assert book_of(bench).receipt == "none"
    assert receipts(bench) == [NAME]
    assert receipts(to_the_end(bench.power_cut().up())).count(NAME) == 1


def test_its_outcome_after_the_sale_is_nobodys() -> None:
    bench = with_tickets_out()
    printer(bench).hold.add("slip")
    bench.touch(T.RECEIPT)
    bench.unit.take()
    bench.run().dispenser.take()
    assert bench.run().state is None
    printer(bench).let_go()
    bench.run()
    even(to_the_end(bench.to_paying()))


def test_who_wishes_for_one_while_it_prints_finds_it_with_the_tickets() -> None:
    bench = Bench().up().to_paying()
    bench.unit.hold.add("print")
    bench.insert(10_000, 10_000)
    assert bench.state is S.PRINTING
    bench.touch(T.RECEIPT).touch(T.RECEIPT)
    assert (receipts(bench), book_of(bench).receipt) == ([], "wanted")
    bench.unit.let_go()
    assert (bench.run().state, receipts(bench), book_of(bench).receipt) == (S.TICKETS_OUT, [NAME], "printed")
    even(to_the_end(bench))


def test_a_wish_is_forgotten_by_a_power_cut() -> None:
    """Who comes back to the machine asks again, or does not."""
    bench = Bench().up().to_paying()
    bench.unit.hold.add("print")
    bench.insert(10_000, 10_000)
    bench = bench.touch(T.RECEIPT).power_cut().up()
    assert book_of(bench).receipt == "none"
    assert NAME not in receipts(to_the_end(bench))


def test_it_can_be_asked_for_while_the_change_is_counted_out() -> None:
    bench = with_tickets_out()
    bench.dispenser.hold.add("pay")
    bench.unit.take()
    assert bench.run().state is S.PAYING
    assert receipts(bench.touch(T.RECEIPT)) == [NAME]
    bench.dispenser.let_go()
    even(to_the_end(bench.run()))


@pytest.mark.parametrize("without", [frozenset(), frozenset({"slip_printer"})])
def test_it_is_no_deed_before_there_is_something_to_receipt(without: frozenset[str]) -> None:
    bench = Bench(without=without).up().to_paying().touch(T.RECEIPT)
    assert receipts(bench) == []


def test_what_stands_on_it_adds_up() -> None:
    book = book_of(with_tickets_out())
    facts = receipt_facts(book, NETWORK)
    assert facts.paid_fen == 20_000
    assert facts.due_fen == sum(fen for _, fen in facts.lines) + facts.rounding_fen
    assert facts.change_fen == facts.paid_fen - facts.due_fen > 0
    assert len(facts.lines) == len(book.places)
    assert book.order.train in facts.trip.zh
    assert book.order.train in facts.trip.en


def test_a_ticket_that_was_not_handed_over_is_not_on_it_and_its_price_comes_back() -> None:
    book = book_of(with_tickets_out())
    whole = receipt_facts(book, NETWORK)
    book.tickets.append(replace(book.tickets[0], state="void"))
    part = receipt_facts(book, NETWORK)
    assert part.lines == whole.lines
    assert part.change_fen == part.paid_fen - part.due_fen


def test_its_name_is_no_code_of_a_claim() -> None:
    book = book_of(with_tickets_out())
    book.claims.append(Claim("6F4K92QD", 100, "no_change"))
    assert not book.receipt_name.isalnum()
