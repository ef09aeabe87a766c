"""Line by line or all at once: the same verdict, on journals that the real controller wrote; and what is over is forgotten."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.ports import note_acceptor as na
from kiosk.ports import note_dispenser as nd
from kiosk.ports import ticket_printer as tp
from simulator.audit.reading import Reading, read_segments
from simulator.auditor import Auditor, audit
from tests.kiosk.bench import SECRET, Bench
from tests.simulator.auditor import writer as w

Segments = list[tuple[str, bytes]]


def on_disk(bench: Bench) -> Segments:
    disk = bench.disk
    return [(name, bytes(disk.files[name][: disk.synced[name]])) for name in sorted(disk.files)]


def told_line_by_line(segments: Segments, secret: bytes | None = SECRET) -> Auditor:
    auditor = Auditor(secret=secret, keep_sales=True)
    for name, data in segments:
        for line in data.splitlines(keepends=True):
            auditor.hear(line, name)
    return auditor


def sold(bench: Bench) -> Bench:
    bench.to_paying().insert(10_000, 10_000)
    bench.unit.take()
    bench.run()
    bench.dispenser.take()
    return bench.run()


def cancelled(bench: Bench) -> Bench:
    bench.to_paying().insert(1_000, 500).touch("cancel")
    return bench.wait(100_000)


def forgotten(bench: Bench) -> Bench:
    return bench.to_paying().insert(10_000, 10_000).wait(200_000)


def power_cut(bench: Bench) -> Bench:
    bench = bench.to_paying().insert(1_000).power_cut().up()
    return bench.wait(200_000)


def jammed(bench: Bench) -> Bench:
    bench.to_paying()
    bench.acceptor.plan["stack"] = [na.NoteJammed]
    return bench.insert(1_000).wait(300_000)


def jammed_without_a_sale(bench: Bench) -> Bench:
    return bench.say(na.NoteJammed(100_001, 10_000))


def late(bench: Bench) -> Bench:
    bench.acceptor.force(500)
    return bench.run()


def print_unknown(bench: Bench) -> Bench:
    bench.to_paying()
    bench.unit.plan["print"] = [lambda key: tp.TicketUncertain(key, "link")]
    return bench.insert(10_000, 10_000).wait(300_000)


def pay_unknown(bench: Bench) -> Bench:
    bench.to_paying()
    bench.dispenser.plan["pay"] = [lambda order, counts: nd.NotesUncertain(order, (), "link")]
    bench.insert(10_000, 10_000)
    bench.unit.take()
    return bench.wait(300_000)


def pay_short(bench: Bench) -> Bench:
    bench.to_paying()
    bench.dispenser.plan["pay"] = [lambda order, counts: nd.NotesShort(order, ((1, 1, 0),), "jam")]
    bench.insert(10_000, 10_000)
    bench.unit.take()
    return bench.wait(300_000)


STORIES = (
    sold,
    cancelled,
    forgotten,
    power_cut,
    jammed,
    jammed_without_a_sale,
    late,
    print_unknown,
    pay_unknown,
    pay_short,
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_both_forms_say_the_same_of_what_the_machine_wrote(story: Callable[[Bench], Bench]) -> None:
    bench = story(Bench().up())
    segments = on_disk(bench)
    whole, auditor = audit(read_segments(segments, SECRET)), told_line_by_line(segments)
    line_by_line = auditor.verdict()
    assert whole.violations == line_by_line.violations == []
    assert whole.as_dict() == line_by_line.as_dict()
    assert whole.sales == line_by_line.sales
    assert whole.digest == line_by_line.digest
    auditor.registers(dict(bench.controller.stock.registers))
    assert auditor.violations == []


def test_both_forms_say_the_same_of_a_spoilt_journal() -> None:
    lines = [*w.setup(), *w.sold(1, 1), *w.cancelled(2, 2)]
    del lines[9]
    segments = [("1.journal", w.text(lines))]
    whole, auditor = audit(read_segments(segments)), told_line_by_line(segments, secret=None)
    assert {str(found) for found in whole.violations} == {str(found) for found in auditor.violations}
    assert whole.violations


def test_a_note_that_jams_without_a_sale_is_owed_at_most_its_highest_value() -> None:
    auditor = told_line_by_line(on_disk(jammed_without_a_sale(Bench().up())))
    assert auditor.violations == []
    assert auditor.verdict().sums.owed_fen == 10_000
    assert auditor.unknowns == ["10000 fen at acceptor (sale 0) wait for a count of box"]


def test_a_note_that_jams_without_a_sale_and_is_owed_to_nobody_is_caught() -> None:
    lines = [*w.setup(), w.outcome("stack!", "jammed", 7, 10_000)]
    assert [found.invariant for found in audit(read(lines)).violations] == [2]


def test_one_note_is_claimed_once() -> None:
    claims = [w.claim(0, 10_000, False, "note_unknown"), w.unknown(0, 10_000, "acceptor")]
    lines = [*w.setup(), w.outcome("stack!", "jammed", 7, 10_000, claims)]
    assert audit(read(lines)).violations == []
    again = w.outcome("stack!", "stacked", 7, 5_000, [w.claim(0, 5_000, True, "late_note")])
    assert 2 in {found.invariant for found in audit(read([*lines, again])).violations}


def read(lines: list[w.Line]) -> Reading:
    return read_segments([("1.journal", w.text(lines))])


def many(sales: int) -> list[w.Line]:
    """Each sale gives as it took: 10 yuan of change out of 100 notes, so the second cassette is filled now and then."""
    lines = w.setup()
    for sale in range(1, sales + 1):
        if sale % 50 == 0:
            lines.append(w.fill(2, 1_000, 100 - 49 if sale == 50 else 50, 100))
        lines += w.sold(sale, sale)
    return lines


def test_what_is_settled_is_folded_away_and_still_counted() -> None:
    auditor = Auditor()
    for line in w.text(many(200)).splitlines(keepends=True):
        auditor.hear(line)
    assert auditor.violations == []
    run = auditor._fold.run
    assert max(len(run.cases), len(run.notes), len(run.pays), len(run.keys)) < 20
    assert len(run.blanks) < 60
    told = auditor.verdict().as_dict()
    assert told["sales"] == {"sold": 200}
    assert told["fen"]["inserted"] == 200 * 5_000
    assert told["tickets"]["taken"] == 400


@pytest.mark.parametrize("back", [1, 100])
def test_a_repeat_of_what_is_long_over_is_caught(back: int) -> None:
    lines = many(150)
    old = w.sold(150 - back, 150 - back)
    for again, number in ((old[10], 5), (old[3], 1), (old[7], 5)):
        found = audit(read([*lines, again])).violations
        assert number in {each.invariant for each in found}, [str(each) for each in found]


# -- after a restart (rule O)


def restart(sale: int, *facts: w.Line, intents: list[w.Record]) -> list[w.Line]:
    return [
        ({"kind": "sys.recover", "result": "begin", "sale": sale, "state": "PAYING", "silent": []}, []),
        *facts,
        ({"kind": "sys.recover", "result": "end", "pause_ms": 5_000, "believed": []}, intents),
    ]


def second_pay(value_fen: int = 1_000) -> w.Record:
    counts = [[2, value_fen // 1_000]]
    return {"kind": "pay?", "sale": 1, "order": 102, "counts": counts, "value_fen": value_fen, "why": "change"}


def continued(outcome: w.Line | None, value_fen: int = 1_000) -> list[w.Line]:
    """Power failed after `pay?`; then somebody confirmed, and the change is ordered a second time."""
    lines = [*w.setup(), *w.sold(1, 1)[:11]]
    lines += restart(1, *([outcome] if outcome else []), intents=[])
    return [*lines, ({"kind": "sale.continue"}, [second_pay(value_fen)])]


def numbers(lines: list[w.Line]) -> set[int]:
    return {found.invariant for found in audit(read(lines)).violations}


def test_a_new_order_after_a_restart_is_right_when_the_old_one_certainly_gave_nothing() -> None:
    refused = ({"kind": "pay!", "result": "refused", "order": 101, "reason": "power"}, [])
    assert numbers(continued(refused)) == set()
    empty = ({"kind": "pay!", "result": "short", "order": 101, "counts": [], "reason": "empty"}, [])
    assert numbers(continued(empty)) == set()


def test_a_new_order_after_a_restart_is_a_repeat_when_the_old_one_is_unknown() -> None:
    assert 5 in numbers(continued(None))
    unknown = ({"kind": "pay!", "result": "unknown", "order": 101, "counts": [], "reason": "power"}, [])
    assert 5 in numbers(continued(unknown))


def test_a_new_order_after_a_restart_may_not_give_what_the_old_one_gave() -> None:
    presented = ({"kind": "pay!", "result": "presented", "order": 101, "counts": [[2, 1, 0]]}, [])
    assert 2 in numbers(continued(presented))


def test_a_bundle_may_be_delivered_again_after_a_restart_only() -> None:
    lines = [*w.setup(), *w.sold(1, 1)[:9]]
    deliver = lines[-1][1][0]
    boot = ({"kind": "sys.boot", "machine": "T07", "nonce": "cd", "version": "1", "damaged_bytes": 0}, [])
    assert 5 in numbers([*lines, ({"kind": "sale.continue"}, [deliver])])
    text = w.text(lines)
    after = [boot, *restart(1, intents=[]), ({"kind": "sale.continue"}, [deliver])]
    text += w.text(after, chain=int(text.splitlines()[-1][:8], 16), first_seq=len(lines) + 1, boot=2)
    assert audit(read_segments([("1.journal", text)])).violations == []


def test_an_outlet_may_be_emptied_again_after_a_restart_only() -> None:
    lines = [*w.setup(), *w.sold(1, 1)[:12]]
    pull = {"kind": "retract?", "sale": 1, "outlet": "change", "order": 101}
    asked = ({"kind": "timer", "result": "take"}, [pull])
    assert numbers([*lines, asked]) == set()
    assert 5 in numbers([*lines, asked, asked])
