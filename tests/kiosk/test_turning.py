"""The journal is turned while nobody buys: a few lines at a time, and only to what the machine itself believes."""

from __future__ import annotations

import json

import pytest

import kiosk.turning
from kiosk.journal import Journal
from kiosk.past import Folding
from kiosk.sale.book import S
from kiosk.stock import fresh
from kiosk.turning import Turning
from tests.kiosk.bench import DAY, EPOCH, SECRET, Bench
from tests.kiosk.sale.samples import VALUES
from tests.kiosk.test_controller import even, to_the_end
from tests.kiosk.test_past import context

FEW = 12


@pytest.fixture(autouse=True)
def turned_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kiosk.turning, "TURN_LINES", FEW)
    monkeypatch.setattr(kiosk.turning, "SLICE_LINES", 5)


def turning(bench: Bench) -> Bench:
    parts = bench.controller._p
    parts.turning = Turning(bench.journal, lambda: Folding(fresh(VALUES), context(bench)), bench.controller.stock)
    return bench


def states(bench: Bench) -> list[int]:
    return [line["seq"] for line in bench.lines() if line["fact"]["kind"] == "sys.state"]


def sold() -> Bench:
    return to_the_end(turning(Bench().up()).to_paying().insert(10_000, 10_000))


def test_it_waits_for_the_sale_and_then_stands_for_all_lines() -> None:
    bench = turning(Bench().up()).to_paying().insert(10_000, 10_000)
    bench.wait(1_000)
    assert bench.state is S.TICKETS_OUT
    assert len(bench.lines()) > FEW
    assert states(bench) == []
    to_the_end(bench).wait(1_000)
    assert len(states(bench)) == 1
    assert len(bench.disk.files) == 2
    again = bench.power_cut()
    assert again.journal.lines[0].fact["kind"] == "sys.state"
    assert again.past.sales == 1
    assert again.past.stock == bench.controller.stock
    even(to_the_end(turning(again.up()).to_paying().insert(10_000, 10_000)))


def test_not_all_at_once() -> None:
    bench = sold()
    seen = 0
    while not states(bench) and seen < 1_000:
        bench.wait(kiosk.turning.SLICE_MS)
        seen += 1
    assert seen >= len(bench.lines()) // 5


def test_who_comes_while_it_reads_is_not_kept_waiting() -> None:
    bench = sold()
    bench.wait(kiosk.turning.SLICE_MS)
    assert states(bench) == []
    bench.to_paying().insert(10_000)
    assert bench.state is S.COLLECTING
    bench.wait(5_000)
    assert states(bench) == []
    even(to_the_end(bench.insert(10_000)))
    bench.wait(2_000)
    (seq,) = states(bench)
    assert seq == max(line["seq"] for line in bench.lines())


def test_a_machine_that_stands_elsewhere_than_its_journal_is_not_written_down(caplog: pytest.LogCaptureFixture) -> None:
    bench = sold()
    bench.controller.stock.box[10_000] += 1
    bench.wait(60_000)
    assert states(bench) == []
    assert [record.levelname for record in caplog.records if "not turned" in record.message] == ["ERROR"]
    bench.to_paying()
    assert bench.state is S.COLLECTING


def test_with_little_room_lines_are_for_sales() -> None:
    bench = sold()
    bench.disk.free = 1 << 20
    bench.wait(10_000)
    assert states(bench) == []
    bench.disk.free = 1 << 30
    assert states(bench.wait(10_000)) != []


def test_what_stands_before_it_is_packed_and_still_read_by_whoever_asks() -> None:
    bench = sold()
    whole = bench.disk.read(bench.disk.segments()[0])
    bench.wait(10_000)
    first, second = bench.disk.segments()
    assert [bench.disk.packed(name) for name in (first, second)] == [True, False]
    assert bench.disk.read(first) == whole
    assert len(bench.disk.files[first]) < len(whole) / 3
    again = bench.power_cut()
    assert again.past.stock == bench.controller.stock
    found = again.journal.texts_after(0)
    assert found is not None
    assert (found.segment, found.first_seq, found.texts[0]) == (first, 1, whole.splitlines()[0].decode())


def test_one_that_cannot_be_packed_lies_there_as_before(caplog: pytest.LogCaptureFixture) -> None:
    bench = sold()
    bench.disk.trouble = "pack"
    bench.wait(10_000)
    assert states(bench)
    assert [bench.disk.packed(name) for name in bench.disk.segments()] == [False, False]
    assert caplog.text.count("is not packed") == 1
    even(to_the_end(bench.to_paying().insert(10_000, 10_000)))


@pytest.mark.parametrize("past", [{"more": 1}, {"stock": {"boxes": []}}, {"sales": "2"}, None])
def test_a_line_of_a_program_that_was_taken_back_is_no_short_way(
    past: dict[str, object] | None, caplog: pytest.LogCaptureFixture
) -> None:
    bench = sold().wait(3_000)
    (seq,) = states(bench)
    bench.journal.turn(DAY, 0, 0, {"past": past} if past is not None else {})
    folding = Folding(fresh(VALUES), context(bench))
    journal = Journal(bench.disk, EPOCH, SECRET, folding.hear, folding.fits)
    assert journal.turned == seq - 1
    assert folding.done().stock == bench.controller.stock
    assert "lines before a state line are read" in caplog.text
    assert [line.seq for line in journal.again()] == list(range(seq, journal.seq + 1))


def test_with_none_that_fits_all_lines_are_read() -> None:
    bench = sold().wait(3_000)
    folding = Folding(fresh(VALUES), context(bench))
    journal = Journal(bench.disk, EPOCH, SECRET, folding.hear, lambda fact: False)
    assert (journal.turned, journal.seq) == (0, bench.journal.seq)
    assert folding.done().stock == bench.controller.stock
    assert next(journal.again()).seq == 1


def test_what_it_says_holds_no_secret() -> None:
    bench = sold().wait(2_000)
    (line,) = (line for line in bench.lines() if line["fact"]["kind"] == "sys.state")
    assert SECRET.hex() not in json.dumps(line)
    assert line["intents"] == []
