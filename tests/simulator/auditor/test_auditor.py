"""A correct journal passes, and each invariant is broken at least once and caught: a check must be able to fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from simulator.audit.reading import read_segments
from simulator.auditor import Rules, Verdict, audit, main
from tests.simulator.auditor import writer as w

Lines = list[w.Line]


def run() -> Lines:
    return [*w.setup(), *w.sold(1, 1), *w.cancelled(2, 2)]


def judge(lines: Lines, ledger: w.Record | None = None, rules: Rules | None = None) -> Verdict:
    return audit(read_segments([("000001-2025-11-21.journal", w.text(lines))]), ledger, rules)


def caught(verdict: Verdict) -> set[int]:
    return {violation.invariant for violation in verdict.violations}


def at(lines: Lines, kind: str, result: str = "", number: int = 1) -> int:
    """Index of the n-th line whose fact is of this kind."""
    found = [i for i, (fact, _) in enumerate(lines) if fact["kind"] == kind and fact.get("result", "") in (result, "")]
    found = [i for i in found if not result or lines[i][0].get("result") == result]
    return found[number - 1]


def intents_of(lines: Lines, kind: str) -> list[w.Record]:
    return [intent for _, intents in lines for intent in intents if intent["kind"] == kind]


# -- what is right passes


def test_a_correct_journal_and_its_ledger_have_no_violation() -> None:
    verdict = judge(run(), w.good_ledger())
    assert verdict.violations == []
    assert verdict.records == len(run())


def test_the_sums_are_those_of_the_run() -> None:
    told = judge(run(), w.good_ledger()).as_dict()
    assert told["sales"] == {"claim": 1, "sold": 1}
    assert told["fen"] == {
        "inserted": 6_500,
        "returned": 500,
        "kept": 6_000,
        "uncertain": 0,
        "change": 1_000,
        "refund": 0,
        "coins": 0,
        "retracted": 1_000,
        "fares": 4_050,
        "rounded": -50,
        "owed": 1_000,
    }
    assert told["tickets"] == {"printed": 2, "taken": 2, "retracted": 0, "wasted": 1}


def test_a_jammed_note_is_covered_by_its_claim_and_its_bound() -> None:
    lines = [*w.setup(), *jammed()]
    ledger = w.good_ledger()
    ledger["notes"] = [note for note in ledger["notes"] if note["place"] in ("vault", "cassette.1", "hand")]
    ledger["notes"] += [{"serial": f"X{n}", "value_fen": 1_000, "place": "cassette.2"} for n in range(100)]
    ledger["notes"].append({"serial": "Y", "value_fen": 5_000, "place": "acceptor.jam"})
    ledger["tickets"] = [{"serial": f"B{n}", "place": "roll", "state": "blank", "stripe": ""} for n in range(500)]
    ledger["origins"] = [
        {"place": "vault", "value_fen": 100, "count": 120},
        {"place": "vault", "value_fen": 1_000, "count": 120},
        {"place": "hand", "value_fen": 5_000, "count": 1},
        {"place": "hand", "value_fen": 1_000, "count": 1},
        {"place": "hand", "value_fen": 500, "count": 1},
    ]
    assert judge(lines, ledger).violations == []


def jammed(sale: int = 1, note: int = 1) -> Lines:
    written = [w.claim(sale, 5_000, False, "note_jammed"), w.unknown(sale, 5_000, "note_jammed")]
    return [
        w.start(sale),
        w.held(sale, 4_000),
        ({"kind": "sale.agreed"}, []),
        w.seen(note, 5_000, [w.stack(sale, note, 5_000)]),
        w.outcome("stack!", "jammed", note, 5_000, written),
        ({"kind": "sale.claim_seen"}, [w.end(sale, "claim", claims_fen=5_000)]),
    ]


def test_a_restart_in_a_payment_leaves_an_unknown_within_its_bound() -> None:
    lines = [*w.setup(), *w.sold(1, 1)[:11]]
    begin = {"kind": "sys.recover", "result": "begin", "sale": 1, "state": "PAYING", "silent": []}
    written = [w.claim(1, 1_000, False, "pay_unknown"), w.unknown(1, 1_000, "pay_unknown")]
    rounding = {"kind": "rounding", "sale": 1, "rounding_fen": -50}
    sums = {"ours_fen": 5_000, "delivered_fen": 4_000, "claims_fen": 1_000, "rounding_fen": -50}
    lines += [
        (begin, []),
        ({"kind": "sys.recover", "result": "end", "pause_ms": 5_000}, written),
        ({"kind": "sale.claim_seen"}, [rounding, w.end(1, "claim", **sums)]),
    ]
    for taken in (0, 1):  # the note went out, or it did not
        assert judge(lines, after_restart(taken)).violations == []
    assert 3 in caught(judge(lines, after_restart(2)))


def after_restart(taken: int) -> w.Record:
    """The second cassette is whole, and so many of its notes went to the passenger; nothing else happened."""
    there = w.Physical()
    there.origins = [
        {"place": "vault", "value_fen": 100, "count": 100},
        {"place": "vault", "value_fen": 1_000, "count": 100},
        {"place": "hand", "value_fen": 5_000, "count": 1},
    ]
    there.put("cassette.1", 100, 100)
    there.put("cassette.2", 1_000, 100 - taken)
    there.put("hand", 1_000, taken)
    there.put("box", 5_000, 1)
    there.ticket("roll", 497)
    there.ticket("ticket.waste", 1, "void")
    there.ticket("hand", 1, "good", "RT1D000001BG1234.")
    there.ticket("hand", 1, "good", "RT1D000001CG1234.")
    return there.ledger()


def test_a_torn_last_line_is_no_violation_and_a_torn_segment_in_the_middle_is() -> None:
    data = w.text(run())
    assert audit(read_segments([("1.journal", data[:-20])])).violations == []
    assert caught(audit(read_segments([("1.journal", data[:-20]), ("2.journal", b"")]))) == {6}


def test_chain_and_seq_run_on_over_segments() -> None:
    lines = run()
    first = w.text(lines[:6])
    second = w.text(lines[6:], chain=int(first.splitlines()[-1][:8], 16), first_seq=7)
    assert audit(read_segments([("1.journal", first), ("2.journal", second)]), w.good_ledger()).violations == []


# -- what is wrong is caught: each entry spoils the journal in one way


def without(kind: str, result: str = "") -> Callable[[Lines], None]:
    def spoil(lines: Lines) -> None:
        del lines[at(lines, kind, result)]

    return spoil


def drop_intent(kind: str) -> Callable[[Lines], None]:
    def spoil(lines: Lines) -> None:
        for _, intents in lines:
            intents[:] = [intent for intent in intents if intent["kind"] != kind]

    return spoil


def repeat_intent(kind: str) -> Callable[[Lines], None]:
    def spoil(lines: Lines) -> None:
        for _, intents in lines:
            intents.extend([deepcopy(intent) for intent in intents if intent["kind"] == kind])

    return spoil


def change_intent(kind: str, **fields: Any) -> Callable[[Lines], None]:
    def spoil(lines: Lines) -> None:
        for intent in intents_of(lines, kind):
            intent.update(fields)

    return spoil


def both(*spoils: Callable[[Lines], None]) -> Callable[[Lines], None]:
    def spoil(lines: Lines) -> None:
        for one in spoils:
            one(lines)

    return spoil


def insert(kind: str, result: str, line: w.Line) -> Callable[[Lines], None]:
    """A line more, after the first of this kind."""

    def spoil(lines: Lines) -> None:
        lines.insert(at(lines, kind, result) + 1, deepcopy(line))

    return spoil


def add_intent(kind: str, result: str, intent: w.Record) -> Callable[[Lines], None]:
    def spoil(lines: Lines) -> None:
        lines[at(lines, kind, result)][1].append(deepcopy(intent))

    return spoil


def change_fact(kind: str, which: str, **fields: Any) -> Callable[[Lines], None]:
    def spoil(lines: Lines) -> None:
        lines[at(lines, kind, which)][0].update(fields)

    return spoil


VOID = {"kind": "ticket.void", "sale": 1, "index": 0, "number": "D000001B", "blank": "", "reason": "print"}
VOID_SALE = {"kind": "void?", "sale": 1, "key": f"{w.KEY}1", "places": [], "reason": "print"}
PAY_AGAIN = {"kind": "pay?", "sale": 1, "order": 102, "counts": [[2, 1]], "value_fen": 1_000, "why": "change"}

SPOILT: dict[str, tuple[int, Callable[[Lines], None]]] = {
    "a note is stacked and then returned": (1, insert("stack!", "stacked", w.outcome("return!", "returned", 1, 5_000))),
    "a note is stacked twice": (1, insert("stack!", "stacked", w.outcome("stack!", "stacked", 1, 5_000))),
    "a note has no outcome at the end": (1, without("return!", "returned")),
    "a note changes its value": (1, change_fact("stack!", "stacked", value_fen=10_000)),
    "the change was never taken": (2, change_fact("taken!", "change", result="nobody")),
    "the claim for retracted notes is missing": (2, drop_intent("claim.add")),
    "the rounding is not booked": (2, drop_intent("rounding")),
    "the sale's own sum is wrong": (2, change_intent("sale.end", ours_fen=1)),
    "too much change is paid": (2, change_fact("pay!", "presented", counts=[[2, 2, 0]])),
    "a note comes without a sale and nobody is owed it": (
        2,
        lambda lines: lines.append(w.outcome("stack!", "stacked", 99, 1_000)),
    ),
    "a ticket is sold for less than its price": (2, change_intent("rounding", rounding_fen=-150)),
    "a filling does not know what lay there": (3, change_intent("cassette.fill", before=7)),
    "an uncertain note is not booked as unknown": (
        3,
        both(lambda lines: lines.extend(jammed(3, 30)), drop_intent("unknown.add")),
    ),
    "a ticket is delivered twice": (
        4,
        insert("taken!", "tickets", ({"kind": "taken!", "result": "tickets", "bundle": 1}, [])),
    ),
    "a void ticket is delivered": (4, add_intent("deliver!", "presented", VOID)),
    "a delivered ticket is voided": (4, add_intent("taken!", "tickets", VOID)),
    "the station voids what was delivered": (4, add_intent("taken!", "tickets", VOID_SALE)),
    "the station never confirmed": (4, change_fact("confirm!", "done", result="unknown")),
    "a spoiled blank is delivered": (4, change_intent("deliver?", blanks=[w.blank(1, 1), w.blank(1, 3)])),
    "one number is used for two blanks": (4, change_intent("print?", number="D000001A")),
    "a note is ordered into the box twice": (5, repeat_intent("stack?")),
    "a blank is printed twice": (5, repeat_intent("print?")),
    "a pay order is given twice": (5, repeat_intent("pay?")),
    "money is paid again after an unknown outcome": (
        5,
        both(change_fact("pay!", "presented", result="unknown", counts=[]), add_intent("pay!", "unknown", PAY_AGAIN)),
    ),
    "a place is printed again after an unknown outcome": (
        5,
        change_fact("print!", "spoiled", result="unknown", reason="link"),
    ),
    "a returned note is stacked": (5, add_intent("return!", "returned", w.stack(2, 3, 500))),
    "notes move without an intent": (6, drop_intent("pay?")),
    "a ticket is printed without an intent": (6, drop_intent("print?")),
    "a note is stacked without an intent": (6, drop_intent("stack?")),
    "a bundle is delivered without an intent": (6, drop_intent("deliver?")),
    "notes are pulled back without an intent": (6, drop_intent("retract?")),
    "the station answers what nobody asked": (6, drop_intent("confirm?")),
    "a sale begins inside another": (6, lambda lines: lines.insert(at(lines, "sale.agreed") + 1, w.start(9))),
    "a record lacks its fields": (6, lambda lines: lines.append(({"kind": "pay!", "result": "short"}, []))),
    "a cassette pays more than it held": (8, lambda lines: lines.__setitem__(2, w.fill(2, 1_000, 0, 0))),
    "a cassette is filled above its capacity": (8, change_intent("cassette.fill", after=1_001)),
    "change is promised that the cassettes do not hold": (
        8,
        lambda lines: lines.__setitem__(slice(1, 3), [w.fill(1, 100, 0, 0), w.fill(2, 1_000, 0, 4)]),
    ),
    "an uncounted cassette pays again": (
        8,
        both(
            change_fact("pay!", "presented", result="unknown", counts=[]),
            add_intent("taken!", "change", {**PAY_AGAIN, "order": 103, "sale": 2}),
        ),
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_journal_is_caught(name: str) -> None:
    invariant, spoil = SPOILT[name]
    lines = run()
    spoil(lines)
    assert invariant in caught(judge(lines)), [str(found) for found in judge(lines).violations]


def test_every_invariant_that_is_judged_is_broken_above() -> None:
    assert {invariant for invariant, _ in SPOILT.values()} == {1, 2, 3, 4, 5, 6, 8}


# -- the chain


def spoilt_text(name: str) -> bytes:
    lines = w.text(run()).splitlines(keepends=True)
    match name:
        case "changed":
            lines[7] = lines[7].replace(b"5000", b"6000")
        case "lost":
            del lines[7]
        case "swapped":
            lines[7], lines[8] = lines[8], lines[7]
        case "repeated":
            lines.insert(7, lines[7])
        case "not json":
            lines[7] = lines[7][:9] + b"{]\n"
        case "no chain":
            lines[7] = b"hello\n"
        case "other epoch":
            return w.text(run()[:7]) + w.text(run()[7:], int(lines[6][:8], 16), 8, epoch="00000000")
    return b"".join(lines)


@pytest.mark.parametrize("name", ["changed", "lost", "swapped", "repeated", "not json", "no chain", "other epoch"])
def test_a_broken_chain_is_caught(name: str) -> None:
    assert 6 in caught(audit(read_segments([("1.journal", spoilt_text(name))])))


# -- the physical count


def move(ledger: w.Record, source: str, target: str, value_fen: int = 0) -> None:
    note = next(n for n in ledger["notes"] if n["place"] == source and value_fen in (0, n["value_fen"]))
    note["place"] = target


def vanish(ledger: w.Record) -> None:
    del ledger["notes"][-1]


def twice(ledger: w.Record) -> None:
    ledger["notes"].append({**ledger["notes"][0], "place": "floor"})


def ticket(place: str, state: str, stripe: str) -> Callable[[w.Record], None]:
    def spoil(ledger: w.Record) -> None:
        ledger["tickets"].append({"serial": "B99999", "place": place, "state": state, "stripe": stripe})

    return spoil


MISCOUNTED: dict[str, tuple[int, Callable[[w.Record], None]]] = {
    "a note has vanished": (1, vanish),
    "a note lies in two places": (1, twice),
    "a passenger got a note that no record knows": (1, lambda ledger: move(ledger, "box", "hand", 1_000)),
    "the box lacks a note": (3, lambda ledger: move(ledger, "box", "vault")),
    "a cassette lacks a note": (3, lambda ledger: move(ledger, "cassette.1", "vault")),
    "a note lies in the reject bin unbooked": (3, lambda ledger: move(ledger, "cassette.2", "dispenser.reject")),
    "the retract bin lacks a note": (3, lambda ledger: move(ledger, "change.retract", "floor")),
    "a note sticks in the acceptor": (3, lambda ledger: move(ledger, "box", "acceptor.jam")),
    "a note sticks in the dispenser": (3, lambda ledger: move(ledger, "cassette.2", "dispenser.path")),
    "change lies in the tray": (3, lambda ledger: move(ledger, "cassette.2", "change.tray")),
    "a blank is missing from the roll": (3, lambda ledger: ledger["tickets"].pop(0)),
    "the waste bin holds one more": (3, ticket("ticket.waste", "void", "")),
    "the retract bin holds a ticket": (3, ticket("ticket.retract", "good", "RT1D000001BG")),
    "the ledger is none": (3, lambda ledger: ledger.pop("notes")),
    "a third ticket is outside": (4, ticket("hand", "good", "RT1D0000009")),
    "a ticket exists twice": (4, ticket("hand", "good", "RT1D000001BG")),
    "a void ticket is outside": (4, ticket("hand", "void", "")),
}


@pytest.mark.parametrize("name", MISCOUNTED)
def test_a_wrong_ledger_is_caught(name: str) -> None:
    invariant, spoil = MISCOUNTED[name]
    ledger = w.good_ledger()
    spoil(ledger)
    assert invariant in caught(judge(run(), ledger))


def test_a_smaller_promise_is_judged_by_its_own_rule() -> None:
    lines = run()
    lines[1] = w.fill(1, 100, 0, 0)
    lines[2] = w.fill(2, 1_000, 0, 4)
    assert 8 in caught(judge(lines))
    bounded = judge(lines, None, Rules(cover="bounded", cover_fen=1_000))
    assert not [v for v in bounded.violations if "refund" in v.text]


# -- the command


def test_the_command_ends_with_the_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "000001-2025-11-21.journal").write_bytes(w.text(run()))
    ledger = tmp_path / "ledger.json"
    ledger.write_text(json.dumps(w.good_ledger()))
    assert main([str(tmp_path), "--ledger", str(ledger), "--sales"]) == 0
    assert json.loads(capsys.readouterr().out)["each_sale"][0]["taken_fen"] == 1_000
    (tmp_path / "000001-2025-11-21.journal").write_bytes(w.text(run())[:-1] + b"x\n")
    assert main([str(tmp_path)]) == 1
    assert main([str(tmp_path / "nowhere")]) == 2


def test_no_line_makes_the_auditor_raise() -> None:
    for junk in (b"\n", b"00000000 null\n", b"00000000 {}\n", b"\xff\xfe\n", b"0" * 9 + b"\n", b""):
        assert audit(read_segments([("1.journal", junk)])).records == 0


def test_an_order_the_station_counts_as_collected_was_handed_over_and_none_twice() -> None:
    lines = run()
    handed = str(intents_of(lines, "print?")[-1]["number"])  # the first one was spoiled
    reading = read_segments([("000001-2025-11-21.journal", w.text(lines))])
    for number, found in ((handed, set()), ("Z999999", {11})):
        place = {"state": "collected", "number": number, "given": [number]}
        assert caught(audit(reading, w.good_ledger(), orders={"E1": [place]})) == found
    open_again = {"state": "open", "number": "", "given": [handed]}
    assert caught(audit(reading, w.good_ledger(), orders={"E1": [open_again]})) == {11}
