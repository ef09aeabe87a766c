"""A machine whose one unit takes notes and pays: one box for both, one opening for both, and what a technician is told of it."""

from __future__ import annotations

from typing import Any

from kiosk.parameters import SalePolicy
from kiosk.ports.note_acceptor import NoteOurs
from kiosk.sale.book import S
from kiosk.sale.change import CashPolicy
from kiosk.screen.values import ServiceMenu, ServiceTask
from tests.kiosk.bench import Bench
from tests.kiosk.screen.world import CLOCK, TEXTS
from tests.kiosk.test_service import last, log_in, type_in

ONE_UNIT = SalePolicy(cash=CashPolicy(deposit_depth=80, recycled_fen=(100, 1_000)))


def bench_of() -> Bench:
    bench = Bench(policy=ONE_UNIT)
    bench.controller.stock.one_box, bench.service.escrow_notes = True, 80
    return bench.up()


def forgotten_change() -> Bench:
    """Somebody pays 155 yuan and takes the tickets only; 21 yuan of change are pulled back."""
    bench = bench_of().to_paying().insert(10_000, 5_000, 500)
    bench.unit.take()
    bench.run()
    assert bench.state is S.CHANGE_OUT
    bench.wait(ONE_UNIT.take_ms)
    bench.run()
    assert bench.controller.stock.retract_pieces
    bench.wait(ONE_UNIT.claim_patience_ms)
    return bench.run()


def shown(bench: Bench) -> Any:
    return bench.service.screen(bench.controller, TEXTS, CLOCK, bench.controller.now())


def test_change_comes_out_of_the_open_entry_and_its_lamp_is_lit() -> None:
    bench = bench_of().to_paying().insert(10_000, 5_000, 500)
    assert (bench.cabinet.shutter, bench.cabinet.lamps["notes"]) == (False, False)
    bench.unit.take()
    bench.run()
    assert bench.state is S.CHANGE_OUT
    assert (bench.cabinet.shutter, bench.cabinet.lamps["notes"], bench.cabinet.lamps["change"]) == (True, True, False)
    bench.dispenser.take()
    bench.run()
    assert (bench.cabinet.shutter, bench.cabinet.lamps["notes"]) == (False, False)


def test_forgotten_change_is_counted_with_the_box_and_booked_apart_from_it() -> None:
    bench = forgotten_change()
    stock = bench.controller.stock
    booked, back = sum(stock.box.values()), stock.retract_pieces
    assert stock.box_notes == booked + back
    log_in(bench.touch("service"), "1001").touch("svc:act:swap_box")
    task = shown(bench)
    assert isinstance(task, ServiceTask)
    assert task.figures[0].text == str(booked + back)
    type_in(bench, str(booked + back + 1))
    log_in(bench, "1002")
    swap, bin_ = last(bench)[1]
    assert (swap["kind"], swap["counted"]) == ("box.swap", booked + 1)
    assert bin_ == {"kind": "count", "place": "change_retract", "booked": back, "counted": back}
    assert (stock.box_notes, stock.change_retract_fen) == (0, 0)


def test_a_box_with_fewer_notes_than_were_pulled_back_lacks_its_own() -> None:
    bench = forgotten_change()
    back = bench.controller.stock.retract_pieces
    log_in(bench.touch("service"), "1001").touch("svc:act:swap_box")
    type_in(bench, "1")
    log_in(bench, "1002")
    swap, bin_ = last(bench)[1]
    assert (swap["counted"], bin_["counted"], bin_["booked"]) == (0, 1, back)


def test_a_technician_sees_the_escrow_and_no_bins_that_are_not_there() -> None:
    bench = log_in(bench_of().touch("service"), "1001")
    menu = shown(bench)
    assert isinstance(menu, ServiceMenu)
    rows = {row.words.main: (row.count, row.capacity, row.level) for row in menu.stock}
    assert ("0", "80", "ok") in rows.values()
    targets = {key.target for key in menu.actions}
    assert "svc:act:swap_box" in targets
    assert not targets & {"svc:act:empty_reject", "svc:act:empty_change_retract"}
    bench.touch("svc:act:empty_change_retract")
    assert bench.service.state.page == "menu"


def test_notes_left_in_the_escrow_are_a_warning_and_go_with_the_box() -> None:
    bench = bench_of().say(NoteOurs(1, 500))
    stock = bench.controller.stock
    stock.deposit.notes, stock.deposit.left = {7: 5_000, 8: 500}, True
    menu = shown(log_in(bench.touch("service"), "1001"))
    assert ("2", "80", "warn") in {(row.count, row.capacity, row.level) for row in menu.stock}
    bench.touch("svc:act:swap_box")
    assert shown(bench).figures[0].text == "3"
    type_in(bench, "3")
    log_in(bench, "1002")
    assert (stock.deposit.notes, stock.deposit.stuck) == ({}, False)
