"""A journal of many days is folded as it is read: what is kept is the sale that may still be open, not what was."""

from __future__ import annotations

import pytest

from kiosk.journal import Journal
from kiosk.journal_lines import Line
from kiosk.past import Folding, fold
from kiosk.sale.book import S
from kiosk.sale.sale import SaleContext
from kiosk.stock import fresh
from tests.kiosk.bench import EPOCH, SECRET, Bench
from tests.kiosk.sale.samples import VALUES
from tests.kiosk.test_controller import to_the_end

KNOWN_FEN = (100, 500, 1000, 2000, 5000, 10000)


def sold() -> Bench:
    """One sale after a cancelled one."""
    bench = Bench().up().to_paying().touch("cancel")
    return to_the_end(bench.touch("home").to_paying().insert(10_000, 5_000, 500))


def context(bench: Bench) -> SaleContext:
    return SaleContext("T01", EPOCH, SECRET, bench.policy, 1.0, lambda: KNOWN_FEN)


@pytest.mark.parametrize("open_sale", [True, False])
def test_no_more_is_kept_than_the_lines_of_one_sale(open_sale: bool) -> None:
    bench = sold()
    if open_sale:
        bench.touch("home").to_paying().insert(10_000)
    folding, most, sale, heard = Folding(fresh(VALUES), context(bench)), 0, 0, 0

    def hear(line: Line) -> None:
        nonlocal most, sale, heard
        heard += 1
        folding.hear(line)
        most = max(most, len(folding._since))
        sale = 1 if line.fact["kind"] == "sale.start" else sale + 1
        assert len(folding._since) <= sale

    journal = Journal(bench.disk, EPOCH, SECRET, hear)
    assert (journal.lines, heard) == ([], journal.seq)
    assert 0 < most < heard / 2
    past = folding.done()
    assert past.sales == 2 + open_sale
    assert (past.sale.state if past.sale else None) is (S.COLLECTING if open_sale else None)
    assert past.stock.registers == bench.controller.stock.registers
    assert (past.stock.cassettes, past.stock.box) == (bench.controller.stock.cassettes, bench.controller.stock.box)
    if past.sale is not None:
        past.sale.close()


def test_a_journal_cut_after_any_line_has_the_sale_that_was_open_there() -> None:
    """The sales that are over are not decided again, whichever it is that is open."""
    bench = sold()
    lines = Journal(bench.disk, EPOCH, SECRET).lines
    open_now = 0
    for count, line in enumerate(lines, 1):
        open_now = line.fact["number"] if line.fact["kind"] == "sale.start" else open_now
        open_now = 0 if any(intent["kind"] == "sale.end" for intent in line.intents) else open_now
        past = fold(lines[:count], fresh(VALUES), context(bench))
        assert (past.sale.book.number if past.sale else 0) == open_now
        if past.sale is not None:
            past.sale.close()
