"""The MAC of every record: written by the machine's own journal, judged by the station. Reliability notes 8.4; page 066."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.journal import Journal
from kiosk.ports.station import Outbox
from simulator.station.devices import Enrolled
from simulator.station.machines import views
from simulator.station.seals import chain_before
from simulator.station.wire import Reply
from tests.kiosk.disks import MemoryDisk
from tests.simulator.station.helpers import ENROLLED, EPOCH, NOON, Machine, body_of, error_of, small_world
from tests.simulator.station.machines.desk import SEAL, Desk
from tests.simulator.station.memories import Memory

OTHER = bytes(32)
SEALED = {**ENROLLED, "T07": Enrolled("T07", "secret-7", "BXP", seal=SEAL)}
DAY, NEXT = "2026-11-21", "2026-11-22"
WRONG = "the MAC is wrong"
LIKE_OURS = "@0123456789abcdef 000001-x.journal 1 looks like a mark of the station's own"
MANGLED = "}{ not a line of any journal"


def note(number: int) -> dict[str, Any]:
    return {"kind": "note_ours", "sale": 1, "value_fen": 10_000, "serial": f"N{number}"}


@dataclass
class Till:
    """A journal of the real kind on a disk in memory, and what it hands over."""

    seal: bytes = SEAL
    disk: MemoryDisk = field(default_factory=MemoryDisk)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """The machine's program begins, or begins again: the keys are derived anew from what lies on the disk."""
        self.journal = Journal(self.disk, EPOCH, self.seal)

    def live(self, day: str, lines: int) -> Till:
        self.journal.begin_segment(day)
        for number in range(lines):
            self.journal.write(number, NOON + number, note(number), [{"kind": "renew?", "sale": 1}])
        return self

    def batches(self, after: int = 0) -> list[tuple[int, Outbox]]:
        found = []
        while (batch := self.journal.texts_after(after)) is not None:
            found.append((after + 1, batch))
            after += len(batch.texts)
        return found


def station() -> Machine:
    return Machine(small_world(), enrolled=SEALED)


def hand_over(machine: Machine, batch: tuple[int, Outbox], lines: list[str] | None = None, **segment: Any) -> Reply:
    """A batch as the driver sends it; `lines` in place of its own, `segment` in place of what it names."""
    first, outbox = batch
    named = {"name": outbox.segment, "first_seq": outbox.first_seq, **segment}
    body = {"epoch": EPOCH, "first_seq": first, "lines": list(outbox.texts) if lines is None else lines}
    return machine.ask("POST", "/v1/devices/T07/records", body | ({"segment": named} if named["name"] else {}))


def taken(reply: Reply) -> int:
    assert reply.status == 200, reply.body
    return int(body_of(reply)["acked"])


def spoilt(machine: Machine) -> dict[int, str]:
    """Seq -> reason; the same in a station that only has the steps."""
    told = machine.station.records.snapshot()
    assert machine.replayed().records.snapshot() == told == machine.station.copy().records.snapshot()
    return {one["seq"]: one["reason"] for one in told[0]["quarantine"]}


def chained(body: str, before: str) -> str:
    """A line of this body that follows `before`, its CRC right."""
    return f"{crc32(body.encode(), int(before[:8], 16)):08x} {body}"


def forged(line: str, before: str) -> str:
    """One more zero in the amount, everything right but the MAC."""
    return chained(line[9:].replace("10000", "100000"), before)


def all_through(till: Till, machine: Machine) -> None:
    for batch in till.batches():
        taken(hand_over(machine, batch))


# -- an honest machine


def test_the_key_goes_on_over_segments_and_starts_of_the_machine_and_of_the_station() -> None:
    till, machine = Till().live(DAY, 7), station()
    sent = 0
    for days in ((DAY, 5), (NEXT, 6), (NEXT, 4), ("2026-11-23", 3)):
        for batch in till.batches(sent):
            sent = taken(hand_over(machine, batch))
        machine.station = machine.replayed()
        till.start()
        till.live(*days)
    for batch in till.batches(sent):
        sent = taken(hand_over(machine, batch))
    assert sent == till.journal.seq == 25
    assert spoilt(machine) == {}
    assert machine.station.records.snapshot()[0]["head"] == till.journal.head
    assert views.machine(machine.station, "T07", NOON)["epochs"][0]["sealed"] is True


@pytest.mark.parametrize("size", [1, 2, 3])
def test_batches_of_any_size_and_repeated_ones_are_judged_alike(size: int) -> None:
    till, machine = Till().live(DAY, 5).live(NEXT, 5), station()
    for first, batch in till.batches():
        for at in range(0, len(batch.texts), size):
            for _ in range(2):
                taken(hand_over(machine, (first + at, batch), list(batch.texts[at : at + size])))
    assert (machine.station.records.acked("T07", EPOCH), spoilt(machine)) == (10, {})


# -- forgers


@pytest.mark.parametrize("at", [0, 3, 9])
def test_one_forged_line_is_found_and_its_neighbours_are_not_blamed(at: int) -> None:
    till, machine = Till().live(DAY, 10), station()
    (batch,) = till.batches()
    lines = list(batch[1].texts)
    lines[at] = forged(lines[at], lines[at - 1] if at else "00000000")
    assert taken(hand_over(machine, batch, lines)) == 10
    assert spoilt(machine) == {at + 1: WRONG}


def test_who_forges_a_line_and_chains_the_rest_anew_spoils_all_of_it() -> None:
    """A MAC covers the chain value before it, so no later line of his is the machine's."""
    till, machine = Till().live(DAY, 8), station()
    (batch,) = till.batches()
    lines = list(batch[1].texts)
    lines[3] = forged(lines[3], lines[2])
    for at in range(4, 8):
        lines[at] = chained(lines[at][9:], lines[at - 1])
    assert taken(hand_over(machine, batch, lines)) == 8
    assert spoilt(machine) == dict.fromkeys(range(4, 9), WRONG)


def test_a_segment_written_again_without_the_seal_is_nobodys() -> None:
    """CRCs, seqs, epoch and the very same words: only the key is another one."""
    machine = station()
    all_through(Till(OTHER).live(DAY, 4).live(NEXT, 2), machine)
    assert spoilt(machine) == dict.fromkeys(range(1, 7), WRONG)
    assert ("T07", EPOCH) not in machine.station.machines.told


def test_a_line_no_one_can_read_hides_no_forged_one_behind_it() -> None:
    """The chain value before the forged line is unknown then; it follows from the line itself, so its MAC is judged."""
    till, machine = Till().live(DAY, 6), station()
    (batch,) = till.batches()
    lines = list(batch[1].texts)
    lines[2], lines[3] = MANGLED, forged(lines[3], lines[2])
    assert taken(hand_over(machine, batch, lines)) == 6
    assert spoilt(machine) == {3: "not a journal line", 4: WRONG}


def test_a_broken_chain_before_an_honest_line_is_not_its_fault() -> None:
    till, machine = Till().live(DAY, 6), station()
    (batch,) = till.batches()
    lines = list(batch[1].texts)
    lines[2] = f"deadbeef {lines[2][9:]}"
    assert taken(hand_over(machine, batch, lines)) == 6
    assert spoilt(machine) == {3: "the chain is broken"}


@pytest.mark.parametrize("mac", ['"é"', '""', "5", "null", '["x"]', '"' + "0" * 32 + '"'])
def test_a_mac_of_any_form_is_judged(mac: str) -> None:
    till, machine = Till().live(DAY, 2), station()
    (batch,) = till.batches()
    first, second = batch[1].texts
    head, _, _ = second[9:].rpartition(',"mac":')
    assert taken(hand_over(machine, batch, [first, chained(f'{head},"mac":{mac}}}', first)])) == 2
    assert spoilt(machine) == {2: WRONG}


def test_a_forged_claim_is_no_claim_and_the_office_is_told() -> None:
    desk = Desk(small_world())
    told = body_of(desk.office("machines", {"machine": "T30", "station": "BXP"}))
    till = Till(bytes.fromhex(told["seal"]))
    till.journal.begin_segment(DAY)
    for code in ("C-1", "C-2"):
        till.journal.write(1, NOON, {"kind": "timer"}, [claim(code)])
    ((first, batch),) = till.batches()
    lines = [batch.texts[0], chained(batch.texts[1][9:].replace("C-2", "C-9"), batch.texts[0])]
    segment = {"name": batch.segment, "first_seq": batch.first_seq}
    body = {"epoch": EPOCH, "first_seq": first, "lines": lines, "segment": segment}
    assert desk.ask("POST", "/v1/devices/T30/records", body, told["token"]).status == 200
    assert [one["code"] for one in body_of(desk.office("claims"))["claims"]] == ["C-1"]
    epoch = body_of(desk.office("machines/T30"))["epochs"][0]
    assert epoch["quarantine"] == [{"seq": 2, "reason": WRONG}]
    items = body_of(desk.office(f"days/{DAY}"))["items"]
    assert {
        "item": "quarantine",
        "machine": "T30",
        "epoch": EPOCH,
        "first_seq": 2,
        "last_seq": 2,
        "reason": WRONG,
    } in items


def claim(code: str) -> dict[str, Any]:
    return {"kind": "claim.add", "code": code, "sale": 1, "amount_fen": 500, "why": "x", "where": ""}


# -- segments named wrongly


def other_name(batch: Outbox) -> dict[str, Any]:
    return {"name": "000009-2026-12-24.journal"}


def other_begin(batch: Outbox) -> dict[str, Any]:
    return {"first_seq": batch.first_seq - 1}


def the_one_before(batch: Outbox) -> dict[str, Any]:
    return {"name": "000001-2026-11-21.journal", "first_seq": 1}


def an_earlier_one(batch: Outbox) -> dict[str, Any]:
    return {"name": "000000-provisioned.journal", "first_seq": 1}


def none(batch: Outbox) -> dict[str, Any]:
    return {"name": ""}


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        (other_name, WRONG),
        (other_begin, WRONG),
        (the_one_before, WRONG),
        (an_earlier_one, "another segment than the lines before"),
        (none, "no segment was named"),
    ],
)
def test_a_wrong_name_spoils_its_own_batch_and_no_other(named: Callable[[Outbox], dict[str, Any]], reason: str) -> None:
    till, machine = Till().live(DAY, 4).live(NEXT, 6), station()
    first, (at, second) = till.batches()
    taken(hand_over(machine, first))
    assert taken(hand_over(machine, (at, second), list(second.texts[:2]), **named(second))) == 6
    assert taken(hand_over(machine, (at + 2, second), list(second.texts[2:]))) == 10
    assert spoilt(machine) == {5: reason, 6: reason}


@pytest.mark.parametrize(
    ("named", "reason"), [(other_name, "another segment than the lines before"), (none, "no segment was named")]
)
def test_a_wrong_name_in_the_middle_of_a_segment_is_forgotten_with_the_next_right_one(
    named: Callable[[Outbox], dict[str, Any]], reason: str
) -> None:
    till, machine = Till().live(DAY, 6), station()
    ((first, batch),) = till.batches()
    for at, wrong in ((0, {}), (2, named(batch)), (4, {})):
        taken(hand_over(machine, (first + at, batch), list(batch.texts[at : at + 2]), **wrong))
    assert spoilt(machine) == {3: reason, 4: reason}


def test_a_batch_of_two_segments_has_the_first_one_believed() -> None:
    till, machine = Till().live(DAY, 3).live(NEXT, 5), station()
    first, (at, second) = till.batches()
    assert taken(hand_over(machine, first, [*first[1].texts, *second.texts[:2]])) == 5
    taken(hand_over(machine, (at + 2, second), list(second.texts[2:])))
    assert spoilt(machine) == {4: WRONG, 5: WRONG}


def test_a_segment_that_begins_behind_its_lines_is_refused_and_nothing_lost() -> None:
    till, machine = Till().live(DAY, 3), station()
    (batch,) = till.batches()
    assert error_of(hand_over(machine, batch, first_seq=2)) == (400, "bad_request")
    for wrong in ({"name": "a/b"}, {"name": "x" * 65}, {"first_seq": 0}, {"first_seq": True}, {"more": 1}):
        assert error_of(hand_over(machine, batch, **wrong)) == (400, "bad_request")
    assert (taken(hand_over(machine, batch)), spoilt(machine)) == (3, {})


# -- what a stream is checked with


def test_a_machine_without_a_seal_is_taken_unchecked_and_the_console_says_so() -> None:
    machine = Machine(small_world())
    all_through(Till(OTHER).live(DAY, 3), machine)
    assert spoilt(machine) == {}
    assert views.machine(machine.station, "T07", NOON)["epochs"][0]["sealed"] is False


def test_an_epoch_keeps_the_seal_it_began_with() -> None:
    """Enrolled again, a machine has another seal and another journal; what was said of the old one stays as it was, also after
    a start of the station, where records are folded last."""
    desk = Desk(small_world())
    seals = iter([SEAL, OTHER])
    desk.station.new_seal = lambda: next(seals)
    till = Till().live(DAY, 4)
    (first, batch), segment = till.batches()[0], {"name": "000001-2026-11-21.journal", "first_seq": 1}
    for at in (0, 2):
        token = body_of(desk.office("machines", {"machine": "T30", "station": "BXP"}))["token"]
        body = {"epoch": EPOCH, "first_seq": first + at, "lines": batch.texts[at : at + 2], "segment": segment}
        assert desk.ask("POST", "/v1/devices/T30/records", body, token).status == 200
    told = desk.station.records.snapshot()
    assert (told[0]["acked"], told[0]["quarantine"]) == (4, [])
    assert desk.replayed().records.snapshot() == told


def test_what_began_without_a_seal_stays_without_one() -> None:
    desk = Desk(small_world())
    (first, batch), segment = (
        Till(OTHER).live(DAY, 4).batches()[0],
        {"name": "000001-2026-11-21.journal", "first_seq": 1},
    )
    token = "secret-7"
    for at in (0, 2):
        body = {"epoch": EPOCH, "first_seq": first + at, "lines": batch.texts[at : at + 2], "segment": segment}
        assert desk.ask("POST", "/v1/devices/T07/records", body, token).status == 200
        token = body_of(desk.office("machines", {"machine": "T07", "station": "BXP"}))["token"]
    told = desk.station.records.snapshot()
    assert (told[0]["acked"], told[0]["seal"], told[0]["quarantine"]) == (4, "", [])
    assert desk.replayed().records.snapshot() == told


def test_a_seal_that_is_gone_at_the_next_start_is_named_and_given_again_heals() -> None:
    machine = station()
    all_through(Till().live(DAY, 3), machine)
    good = machine.replayed().snapshot()
    machine.enrolled = ENROLLED
    lost = machine.replayed().records.snapshot()[0]
    assert [one["reason"] for one in lost["quarantine"]] == ["this station has no such seal"] * 3
    machine.enrolled = SEALED
    assert machine.replayed().snapshot() == good


# -- what is stored


def kept(memory: Memory, folder: Path, machine: Machine) -> None:
    store = memory.open(folder)
    for step in machine.steps:
        store.append([step])
    store.close()


def test_a_restart_judges_as_it_was_judged_and_the_seal_is_not_among_the_records(
    tmp_path: Path, memory: Memory
) -> None:
    till, machine = Till().live(DAY, 4).live(NEXT, 4), station()
    first, second = till.batches()
    lines = list(first[1].texts)
    lines[1] = forged(lines[1], lines[0])
    taken(hand_over(machine, first, lines))
    taken(hand_over(machine, second, [second[1].texts[0], LIKE_OURS, *second[1].texts[2:]]))
    assert spoilt(machine) == {2: WRONG, 6: "not a journal line"}
    kept(memory, tmp_path, machine)
    again = memory.restarted(tmp_path, small_world(), SEALED)
    assert again.snapshot() == machine.station.snapshot()
    written = (tmp_path / "records" / "T07" / f"{EPOCH}.jsonl").read_text(encoding="utf-8")
    assert SEAL.hex() not in written
    store = memory.open(tmp_path)
    sent = [*lines, second[1].texts[0], LIKE_OURS, *second[1].texts[2:]]
    assert store.lines("T07", EPOCH, 1, 9) == sent
    store.close()


def test_a_marked_line_that_was_torn_is_sent_again_with_its_mark(tmp_path: Path) -> None:
    """The power fails while the first line of a segment is written: the mark is cut off with its line, never one without it."""
    till, machine = Till().live(DAY, 2).live(NEXT, 2), station()
    first, second = till.batches()
    taken(hand_over(machine, first))
    whole = machine.replayed()
    taken(hand_over(machine, second))
    kept(Memory(), tmp_path, machine)
    path = tmp_path / "records" / "T07" / f"{EPOCH}.jsonl"
    data = path.read_bytes()
    for torn in (data.rindex(b"@") + 5, data.rindex(b"@") + 60):
        path.write_bytes(data[:torn])
        machine.station = Memory().restarted(tmp_path, small_world(), SEALED)
        assert machine.station.records.snapshot() == whole.records.snapshot()
        taken(hand_over(machine, second))
        found = machine.station.records.snapshot()[0]
        assert (found["acked"], found["quarantine"]) == (4, [])


def test_a_line_replaced_after_the_day_is_found_at_the_next_start(tmp_path: Path) -> None:
    """Whoever has the station's disk and not its journal: sent again it is a fork, written over it is not the machine's."""
    till, machine = Till().live(DAY, 5), station()
    (batch,) = till.batches()
    taken(hand_over(machine, batch))
    other = forged(batch[1].texts[4], batch[1].texts[3])
    assert error_of(hand_over(machine, (5, batch[1]), [other])) == (409, "fork")
    machine.steps = [step for step in machine.steps if step["kind"] == "records"]
    kept(Memory(), tmp_path, machine)
    path = tmp_path / "records" / "T07" / f"{EPOCH}.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace(batch[1].texts[4], other), encoding="utf-8")
    found = Memory().restarted(tmp_path, small_world(), SEALED).records.snapshot()[0]
    assert found["quarantine"] == [{"seq": 5, "reason": WRONG}]


def test_a_seal_is_in_no_text_of_who_has_it() -> None:
    shown: Mapping[str, Any] = {"enrolled": SEALED, "seals": station().station.devices.seals}
    assert SEAL.hex() not in repr(shown)
    assert repr(SEAL)[2:-1] not in repr(shown)


@given(body=st.binary(max_size=300), before=st.integers(0, 2**32 - 1))
def test_the_chain_value_before_a_line_follows_from_it(body: bytes, before: int) -> None:
    assert chain_before(crc32(body, before), body) == before


def test_a_line_whose_words_were_changed_by_a_byte_is_found() -> None:
    """Every byte of a body counts, whatever else is right."""
    till = Till().live(DAY, 1)
    ((first, batch),) = till.batches()
    body = batch.texts[0][9:]
    for at in range(1, len(body) - 1, 7):
        machine = station()
        other = body[:at] + chr(ord(body[at]) ^ 1) + body[at + 1 :]
        taken(hand_over(machine, (first, batch), [chained(other, "00000000")]))
        assert machine.station.records.snapshot()[0]["quarantine"], other
    assert json.loads(body)["seq"] == 1
