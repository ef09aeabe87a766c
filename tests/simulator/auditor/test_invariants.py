"""What only the world can tell, and what stands beside the money: power cuts, registers, station, terms, secrets, service."""

from __future__ import annotations

from copy import deepcopy

import pytest

from simulator.audit.invariants import INVARIANTS
from simulator.audit.reading import read_segments
from simulator.auditor import Auditor, audit
from tests.simulator.auditor import test_auditor, test_matter
from tests.simulator.auditor import writer as w
from tests.simulator.auditor.stage import Stage


def lines() -> list[w.Line]:
    return [*w.setup(), *w.sold(1, 1), *w.cancelled(2, 2)]


def heard(what: list[w.Line] | None = None, **given: object) -> Auditor:
    auditor = Auditor(**given)  # type: ignore[arg-type]
    for raw in w.text(what or lines()).splitlines(keepends=True):
        auditor.hear(raw)
    return auditor


def found(what: list[w.Line]) -> set[int]:
    return {each.invariant for each in audit(read_segments([("1.journal", w.text(what))])).violations}


def numbers(auditor: Auditor) -> set[int]:
    return {each.invariant for each in auditor.violations}


def test_every_invariant_has_a_journal_or_a_world_that_breaks_it() -> None:
    broken = {number for number, _ in test_auditor.SPOILT.values()} | set(test_matter.WRONG.values())
    broken |= {7, 9, 10, 11, 12, 13, 14, 15}  # here, and in the last tests of `test_matter`
    assert broken == set(INVARIANTS)


# -- 10: a driver makes up its mind


def fault(up: bool, code: str = "DEVICE_FAILURE", device: str = "acceptor") -> w.Line:
    return {"kind": "fault", "device": device, "code": code, "up": up, "detail": "start"}, []


def test_a_fault_that_comes_and_goes_without_end_is_caught() -> None:
    """A line is a second here: twenty times within a minute are too many, whatever stands between them."""
    again = [fault(True), fault(False)]
    assert found([*w.setup(), *again * 19]) == set()
    assert found([*w.setup(), *again * 20]) == {10}
    assert found([*w.setup(), *[*again, fault(True, "NOTE_JAM")] * 20]) == {10}


def test_a_fault_that_comes_back_now_and_then_or_another_one_is_none() -> None:
    seldom = [fault(True), fault(False), fault(True, "NOTE_JAM"), fault(False, "NOTE_JAM")]
    assert found([*w.setup(), *seldom * 60]) == set()
    others = [fault(True, "NO_ANSWER", f"hopper.{number}") for number in range(40)]
    assert found([*w.setup(), *others]) == set()


# -- 5: what lies behind a shut outlet is opened for somebody, once in a start


def reopened(*steps: str, sale: int = 1, boot: int = 2) -> Stage:
    """The bundle lies in the slot when the power fails; then these lines, by name."""
    stage = Stage().printed()
    for _ in range(2):
        stage.go(stage.first("ticket.tray"), "ticket.slot")
    stage.lines(w.sold(1, 1)[9])
    if boot > 1:
        assert stage.auditor.restarted(stage.text) == []
        stage.boot = boot
        begun = {"kind": "sys.recover", "result": "begin", "sale": 1, "state": "TICKETS_OUT", "silent": []}
        ended = {"kind": "sys.recover", "result": "end", "pause_ms": 5_000, "believed": []}
        boot_line = {"kind": "sys.boot", "machine": "T07", "nonce": "cd", "version": "1", "damaged_bytes": 0}
        stage.lines((boot_line, []), (begun, []), (ended, []))
    again = {"kind": "reopen?", "sale": sale, "outlet": "tickets", "order": 0}
    for step in steps:
        stage.lines(
            {
                "here": ({"kind": "sale.continue"}, [again]),
                "unasked": ({"kind": "timer", "result": "resume"}, [again]),
                "open": ({"kind": "reopen!", "result": "tickets", "bundle": 1}, []),
                "taken": w.sold(1, 1)[10],
            }[step]
        )
    return stage


def test_a_bundle_is_opened_again_and_taken() -> None:
    stage = reopened("here", "open")
    for _ in range(2):
        stage.go(stage.first("ticket.slot"), "hand")
    stage.lines(w.sold(1, 1)[10])
    assert stage.told() == []


@pytest.mark.parametrize(
    ("steps", "sale", "boot", "invariant"),
    [
        (("unasked",), 1, 2, 5),
        (("here", "open", "here"), 1, 2, 5),
        (("here",), 9, 2, 5),
        (("here",), 1, 1, 5),
        (("open",), 1, 2, 6),
    ],
)
def test_an_outlet_that_opens_for_nobody_twice_or_by_itself_is_caught(
    steps: tuple[str, ...], sale: int, boot: int, invariant: int
) -> None:
    assert invariant in reopened(*steps, sale=sale, boot=boot).found()


# -- 7: the power fails


def test_a_torn_line_may_vanish() -> None:
    stage = Stage().collecting()
    torn = stage.raw(w.seen(1, 5_000))
    assert stage.auditor.restarted(stage.text + torn[:40]) == []
    stage.boot = 2
    stage.lines(({"kind": "sys.boot", "machine": "T07", "nonce": "cd", "version": "1", "damaged_bytes": 40}, []))
    assert stage.told() == []


def test_a_start_that_names_other_torn_bytes_is_caught() -> None:
    stage = Stage().collecting()
    stage.auditor.restarted(stage.text + b"0123 torn")
    stage.boot = 2
    stage.lines(({"kind": "sys.boot", "machine": "T07", "nonce": "cd", "version": "1", "damaged_bytes": 0}, []))
    assert stage.found() == {7}


def test_a_whole_line_that_nobody_knew_to_be_durable_is_part_of_the_past() -> None:
    stage = Stage().collecting()
    written = stage.raw(w.seen(1, 5_000))
    assert stage.auditor.restarted(stage.text + written) == [written[:-1]]
    stage.durable(written)
    stage.boot = 2
    stage.lines(({"kind": "sys.boot", "machine": "T07", "nonce": "cd", "version": "1", "damaged_bytes": 0}, []))
    assert stage.auditor.durable_seq == len(stage.text.splitlines())
    assert stage.told() == []


def test_garbage_with_line_ends_is_torn_and_no_line() -> None:
    stage = Stage().collecting()
    assert stage.auditor.restarted(stage.text + b"\x00\n\xff\n\x00\x00") == []
    assert stage.told() == []


@pytest.mark.parametrize("tail", ["lost", "changed", "empty"])
def test_a_durable_line_that_is_gone_is_caught(tail: str) -> None:
    stage = Stage().collecting()
    whole = stage.text.splitlines(keepends=True)
    match tail:
        case "lost":
            whole = whole[:-1]
        case "changed":
            whole[-2] = whole[-2].replace(b'"boot":1', b'"boot":2')
        case "empty":
            whole = []
    stage.auditor.restarted(b"".join(whole))
    assert stage.found() == {7}


def test_two_lines_that_were_never_synced_are_caught() -> None:
    stage = Stage().collecting()
    before = stage.text
    first = stage.raw(w.seen(1, 5_000))
    stage.durable(first)
    second = stage.raw(w.outcome("return!", "returned", 1, 5_000))
    assert len(stage.auditor.restarted(before + first + second)) == 2
    assert stage.found() == {7}


def test_a_replay_gives_the_same_facts_and_intents() -> None:
    written, auditor = w.text(lines()), Auditor()
    auditor.replayed(written, w.text(lines(), boot=2))
    assert auditor.violations == []
    other = lines()
    other[9][1].clear()
    auditor.replayed(written, w.text(other))
    auditor.replayed(written, w.text(lines()[:-1]))
    assert [each.invariant for each in auditor.violations] == [7, 7]


# -- 6: the mac


def sealed(secret: bytes) -> list[tuple[str, bytes]]:
    from tests.kiosk.bench import Bench
    from tests.simulator.auditor.test_incremental import on_disk, sold

    assert len(secret) == 32
    return on_disk(sold(Bench().up()))


def test_a_line_of_another_machine_is_caught_by_its_mac() -> None:
    segments = sealed(bytes(32))
    assert audit(read_segments(segments, bytes(32))).violations == []
    verdict = audit(read_segments(segments, bytes([1] * 32)))
    assert {each.invariant for each in verdict.violations} == {6}
    name, data = segments[0]
    assert audit(read_segments([(f"x{name}", data)], bytes(32))).violations


# -- 9: registers

REGISTERS = {
    "notes_in": 2,
    "notes_in_fen": 6_000,
    "notes_out": 2,
    "notes_out_fen": 2_000,
    "retracted_fen": 1_000,
    "tickets": 2,
    "blanks_spoiled": 1,
    "claims": 1,
    "claims_fen": 1_000,
    "rounding_fen": 50,
    "sales_sold": 1,
    "sales_claim": 1,
}


def test_registers_are_the_fold_of_the_journal() -> None:
    auditor = heard()
    auditor.registers(REGISTERS)
    auditor.registers(REGISTERS)
    assert auditor.violations == []


@pytest.mark.parametrize("name", REGISTERS)
def test_a_register_that_is_wrong_is_caught(name: str) -> None:
    auditor = heard()
    auditor.registers({**REGISTERS, name: REGISTERS[name] + 1})
    assert numbers(auditor) == {9}


def test_a_register_that_falls_is_caught() -> None:
    auditor = heard()
    auditor.registers(REGISTERS)
    auditor.registers({})
    assert any("fell" in str(each) for each in auditor.violations)


def test_a_snapshot_of_the_registers_in_the_journal_is_compared() -> None:
    good = ({"kind": "shift.close"}, [{"kind": "registers", "values": REGISTERS}])
    bad = ({"kind": "shift.close"}, [{"kind": "registers", "values": {**REGISTERS, "tickets": 9}}])
    assert found([*lines(), good]) == set()
    assert found([*lines(), bad]) == {9}


# -- 11: the station


def stored(what: list[w.Line] | None = None) -> list[str]:
    return w.text(what or lines()).decode().splitlines()


STATES = {f"{w.KEY}1": "printed", f"{w.KEY}2": "released"}


def test_the_station_has_a_prefix() -> None:
    auditor = heard()
    assert auditor.station(stored()[:5]) == 5
    assert auditor.station(stored()[5:], STATES, first_seq=6, settled=True) == len(stored()) - 5
    assert auditor.station(stored()[:3]) == 3  # restored from an older backup
    assert auditor.violations == []


def test_a_gap_a_fork_and_a_line_too_many_are_caught() -> None:
    for wrong in ([*stored()[:4], *stored()[5:]], [*stored()[:-1], stored()[-1].replace("claim", "clerk")]):
        auditor = heard()
        auditor.station(wrong)
        assert numbers(auditor) == {11}
    auditor = heard(lines()[:-1])
    auditor.station(stored())
    assert numbers(auditor) == {11}
    auditor = heard()
    auditor.station(stored()[:5])
    auditor.station(stored()[7:], first_seq=8)
    assert numbers(auditor) == {11}


def test_a_delivered_ticket_that_the_station_did_not_sell_is_caught() -> None:
    auditor = heard()
    auditor.station(stored(), {**STATES, f"{w.KEY}1": "voided"})
    assert numbers(auditor) == {11}


# -- 12: window and terms


def closing(closes_ms: int) -> list[w.Line]:
    """The sale agreed in its seventh line, at 7,000 ms."""
    made = lines()
    order = {"closes_ms": closes_ms}
    made[4][0]["order"] = order
    made[4][1][1]["order"] = order
    return made


def test_a_sale_closes_before_its_train_leaves() -> None:
    assert found(closing(7_001)) == set()
    assert found(closing(7_000)) == {12}


def spoilt(kind: str, **fields: object) -> list[w.Line]:
    made = deepcopy(lines())
    for _, intents in made:
        for intent in intents:
            if intent["kind"] == kind:
                intent.update(fields)
                return made
    raise AssertionError(f"no {kind} there")


def test_terms_that_change_inside_a_sale_are_caught() -> None:
    assert found(spoilt("lock?", order={"train": "G1"})) == {12}
    assert 12 in found(spoilt("confirm?", total_fen=4_000))
    assert 12 in found(spoilt("confirm?", rounding_fen=-49))
    inside = lines()
    inside.insert(7, ({"kind": "sys.params", "set": "prices", "version": 2, "activated": True}, []))
    assert found(inside) == {12}
    dearer = lines()
    dearer.insert(7, w.held(1, 2_550, 1_600))
    assert 12 in found(dearer)


def test_an_update_of_the_program_inside_a_sale_is_caught() -> None:
    made = lines()
    made.insert(7, ({"kind": "sys.boot", "machine": "T07", "nonce": "cd", "version": "2", "damaged_bytes": 0}, []))
    assert found(made) == {12}


def test_a_note_nobody_agreed_to_or_after_the_end_is_caught() -> None:
    made = lines()
    del made[6]
    assert 12 in found(made)
    made = lines()
    made.insert(7, ({"kind": "sale.cancel", "by": "passenger"}, []))
    assert 12 in found(made)


def test_a_note_that_does_not_renew_the_lock_is_caught() -> None:
    made = lines()
    taken = next(intents for fact, intents in made if any(intent["kind"] == "renew?" for intent in intents))
    taken.clear()
    assert found(made) == {12}


# -- 4 and 5: what is asked of the station


def test_a_confirmation_below_the_price_is_caught() -> None:
    assert 4 in found(spoilt("confirm?", paid_fen=4_000))
    made = lines()
    made[7][1][0]["value_fen"] = made[7][0]["value_fen"] = made[8][0]["value_fen"] = 1_000
    assert 4 in found(made)


def test_a_confirmation_is_asked_again_only_when_it_was_not_done() -> None:
    def asked_again(state: str) -> list[w.Line]:
        made = [*w.setup(), *w.sold(1, 1)[:5]]
        confirm = deepcopy(made[-1][1][0])
        question = {"kind": "state?", "sale": 1, "key": f"{w.KEY}1"}
        made.append(({"kind": "confirm!", "result": "unknown", "sale": f"{w.KEY}1", "reason": "timeout"}, [question]))
        answer = {"kind": "state!", "result": "known", "sale": f"{w.KEY}1", "state": state, "tickets": []}
        return [*made, (answer, [confirm])]

    assert found(asked_again("held")) == set()
    assert found(asked_again("confirmed")) == {5}


def test_a_ticket_is_printed_with_a_number_the_station_gave() -> None:
    def given(*numbers: str) -> list[w.Line]:
        made = lines()
        made[9][0]["tickets"] = [
            {"index": 0, "numbers": list(numbers)},
            {"index": 1, "numbers": ["D000001C"]},
        ]
        return made

    assert found(given("D000001A", "D000001B")) == set()
    assert found(given("D000001A")) == {4}


# -- 13: secrets

CARD, IDENTITY = "4111111111111111", "11010519491231002X"


@pytest.mark.parametrize(
    "secret",
    [
        CARD,
        "4111 1111 1111 1111",
        "6212-3412-3412-3412-346",
        f";{CARD}=25121010000012300000?",
        IDENTITY,
        "typed-PIN-9173",
    ],
)
def test_a_secret_in_the_journal_is_caught(secret: str) -> None:
    made = lines()
    made[0][0]["version"] = f"x {secret} y"
    auditor = heard(made, marked=("typed-PIN-9173",))
    assert numbers(auditor) == {13}
    assert secret not in str(auditor.violations)


def test_a_field_for_a_secret_is_caught_in_any_text() -> None:
    auditor = Auditor()
    auditor.leaks('{"operator":"11","pin":"1234"}', "log")
    assert numbers(auditor) == {13}


@pytest.mark.parametrize(
    "harmless",
    [
        '"wall_ms":4111111111111111,"depart_ms":1795329000123',
        '"nonce":"4111111111111111"',
        '"blank":"P45JD-00001-01","number":"D000001A"',
        "4111111111111112",
        "110105194912310021",
        "RT1D000001BG1234.",
        "2026-11-21 08:30:00",
        "0" * 43,
        '"counts":[[1,3],[2,1],[4,2]],"order":101',
        "5a11e0de4111111111111111",
    ],
)
def test_what_is_no_secret_is_left_alone(harmless: str) -> None:
    auditor = Auditor()
    auditor.leaks(harmless, "dump")
    assert auditor.violations == []


# -- 14: people at the cabinet


def act(second: str = "12", operator: str = "11", name: str = "fill", booking: w.Record | None = None) -> w.Line:
    fill = {"kind": "cassette.fill", "cassette": 1, "value_fen": 100, "before": 100, "after": 100}
    done = {"kind": "op.act", "operator": operator, "second": second, "act": name, "place": "1"}
    return done, [fill if booking is None else booking]


def test_money_is_booked_by_two_people() -> None:
    assert found([*w.setup(), act()]) == set()
    for wrong in (act(second=""), act(second="11"), act(operator=""), act(name="clear"), act(name="")):
        assert found([*w.setup(), wrong]) == {14}, wrong


def test_a_booking_without_an_act_or_a_count_or_inside_a_sale_is_caught() -> None:
    alone = ({"kind": "door", "door": 0, "open": True}, act()[1])
    assert found([*w.setup(), alone]) == {14}
    uncounted = {"kind": "count", "place": "waste", "booked": 0, "counted": -1}
    assert 14 in found([*w.setup(), act(name="empty_waste", booking=uncounted)])
    assert found([*w.setup(), *w.sold(1, 1)[:3], act()]) == {14}


def test_only_who_is_logged_in_books() -> None:
    login = {"kind": "op.login", "operator": "11", "role": "cash"}
    logout = {"kind": "op.logout", "operator": "11", "why": "key"}
    assert found([*w.setup(), (login, []), act(), (logout, [])]) == set()
    assert found([*w.setup(), (login, []), (logout, []), act()]) == {14}
    assert found([*w.setup(), (login, []), act(operator="12", second="11")]) == {14}


def test_notes_that_move_for_a_test_nobody_asked_for_are_caught() -> None:
    tested = ({"kind": "pay!", "result": "presented", "order": 0, "counts": [[2, 0, 1]]}, [])
    assert found([*w.setup(), tested]) == {14}
    assert found([*w.setup(), act(name="test", booking={"kind": "note.of.the.day"}), tested]) == set()
