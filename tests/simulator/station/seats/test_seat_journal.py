"""The seat journal: what a power cut leaves of it, what a bad disk leaves, and which is which. Seat inventory, section 3."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from simulator.station.seats import lines
from simulator.station.seats.checker import Checker
from simulator.station.seats.engine import Engine
from simulator.station.seats.journal import HEADER, SECTOR, End, Journal, JournalError, Reader, frame
from simulator.station.seats.orders import Ask
from simulator.station.seats.plain import plain_layout
from simulator.station.seats.stock import Stock
from simulator.station.seats.store import SeatStore

PLACES, SEGMENTS = 3, 4


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The images of a cut are made by the tests; nobody here waits until a real disk is done."""
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda descriptor: None)


def make(name: str) -> Stock:
    return Stock(plain_layout(PLACES), SEGMENTS)


def a_small_run(folder: Path) -> list[int]:
    """Opens, holds, sells, refunds; the length of the journal after each commit."""
    engine = Engine()
    store = SeatStore(folder, engine, make)
    path = folder / "seats.journal"
    lengths = []
    engine.open("K1", make("K1"))
    for number in range(5):
        engine.hold(f"o{number}", "hold", Ask("K1", number % 3, 4, 1), 0, 100, 200)
        if number % 2:
            engine.confirm(f"o{number}", "pay", 10)
        store.commit()
        lengths.append(path.stat().st_size)
    engine.refund("o1", "refund", (0,), 20)
    store.close()
    return [*lengths, path.stat().st_size]


def read_again(image: bytes) -> tuple[Engine, Reader]:
    engine, reader = Engine(), Reader(io.BytesIO(image))
    for records in reader:
        for record in records:
            if record[0] == "open":
                engine.stocks[record[1]] = make(record[1])
            else:
                lines.apply(engine, record)
    return engine, reader


def test_a_journal_cut_at_every_byte_has_every_group_that_was_synced(tmp_path: Path) -> None:
    ends = [0, *a_small_run(tmp_path)]
    image = (tmp_path / "seats.journal").read_bytes()
    for cut in range(len(image) + 1):
        whole = max(end for end in ends if end <= cut)
        engine, reader = read_again(image[:cut])
        assert reader.end.offset == whole
        assert reader.torn == (cut != whole)
        taken = engine.stocks["K1"].taken() if whole else []
        checker = Checker()
        checker.read(image[:cut])
        assert checker.wrong == []
        assert checker.taken.keys() == {
            ("K1", place, segment) for segment, row in enumerate(taken) for place in range(PLACES) if row >> place & 1
        }


def test_a_torn_tail_is_cut_off_the_file_and_selling_goes_on(tmp_path: Path) -> None:
    ends = a_small_run(tmp_path)
    path = tmp_path / "seats.journal"
    for end in reversed(ends[:-1]):
        path.write_bytes(path.read_bytes()[: end + 7])
        engine = Engine()
        store = SeatStore(tmp_path, engine, make)
        assert store.notes[0].startswith("a torn tail")
        assert path.stat().st_size == end
        assert engine.hold("new", "hold", Ask("K1", 0, 1), 10, 20, 30).result == "held"
        store.close()
        again = SeatStore(tmp_path, Engine(), make)
        again.close()
        assert again.notes == []


def test_a_changed_byte_anywhere_is_damage(tmp_path: Path) -> None:
    a_small_run(tmp_path)
    image = (tmp_path / "seats.journal").read_bytes()
    for at in range(len(image)):
        spoiled = bytearray(image)
        spoiled[at] ^= 1
        with pytest.raises(JournalError, match="damaged"):
            read_again(bytes(spoiled))


def test_damage_refuses_the_start_and_nothing_is_cut_off(tmp_path: Path) -> None:
    a_small_run(tmp_path)
    path = tmp_path / "seats.journal"
    spoiled = path.read_bytes()[:-2] + b"?\n"
    path.write_bytes(spoiled)
    with pytest.raises(JournalError, match="damaged"):
        SeatStore(tmp_path, Engine(), make)
    assert path.read_bytes() == spoiled


def test_sectors_that_were_never_written_are_a_torn_tail(tmp_path: Path) -> None:
    first, end = frame(End(), ["[1]"] * 100)
    second, _ = frame(end, [f'["{number:060d}"]' for number in range(40)])
    for sector in range(end.offset // SECTOR, (end.offset + len(second)) // SECTOR + 1):
        image = bytearray(first + second)
        begin = max(end.offset, sector * SECTOR)
        image[begin : (sector + 1) * SECTOR] = bytes(len(image[begin : (sector + 1) * SECTOR]))
        reader = Reader(io.BytesIO(bytes(image)))
        assert len(list(reader)) == 1
        assert reader.torn
        assert reader.end == end


def test_a_hole_with_a_later_group_behind_it_is_damage() -> None:
    """The later group says that the one before it was durable once."""
    first, end = frame(End(), ["[1]"])
    second, end = frame(end, ["[2]"] * 500)
    third, _ = frame(end, ["[3]"])
    for image in (first + third, first + bytes(len(second)) + third, first + second[:HEADER] + third):
        with pytest.raises(JournalError, match="group 1 is damaged"):
            list(Reader(io.BytesIO(image)))


def test_a_group_of_another_journal_does_not_fit() -> None:
    first, end = frame(End(), ["[1]"])
    second, _ = frame(End(end.number, end.crc ^ 1, end.offset), ["[2]"])
    with pytest.raises(JournalError, match="CRC"):
        list(Reader(io.BytesIO(first + second)))


def test_one_sync_for_many_records_and_only_one_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    writer = Journal(tmp_path / "j")
    writer.begin(End())
    writer.write([f"[{number}]" for number in range(1_000)])
    writer.write([])
    assert len(synced) == 1
    with pytest.raises(JournalError, match="somebody else"):
        Journal(tmp_path / "j")
    writer.close()


def test_a_journal_is_locked_before_it_is_read(tmp_path: Path) -> None:
    """Or what is written between reading and locking would be cut off as a tail."""
    engine = Engine()
    store = SeatStore(tmp_path, engine, make)

    def nobody_may_read(name: str) -> Stock:
        raise AssertionError("it was read")

    engine.open("K1", make("K1"))
    store.commit()
    with pytest.raises(JournalError, match="somebody else"):
        SeatStore(tmp_path, Engine(), nobody_may_read)
    store.close()
    with pytest.raises(AssertionError, match="it was read"):
        SeatStore(tmp_path, Engine(), nobody_may_read)
    SeatStore(tmp_path, Engine(), make).close()


def test_a_snapshot_and_what_came_after_it_are_the_whole_state(tmp_path: Path) -> None:
    a_small_run(tmp_path)
    engine = Engine()
    store = SeatStore(tmp_path, engine, make)
    store.snapshot()
    engine.hold("late", "hold", Ask("K1", 0, 1, 1, "window"), 20, 400, 400)
    store.close()
    again, whole = Engine(), Engine()
    from_snapshot = SeatStore(tmp_path, again, make)
    from_snapshot.close()
    assert from_snapshot.replayed == 1
    (tmp_path / "seats.snapshot").write_bytes(b"nothing")
    from_journal = SeatStore(tmp_path, whole, make)
    from_journal.close()
    assert from_journal.notes[0].startswith("the snapshot was passed over")
    assert again.stocks["K1"].taken() == whole.stocks["K1"].taken()
    assert again.orders.keys() == whole.orders.keys()
    for name, order in again.orders.items():
        assert {slot: getattr(order, slot) for slot in order.__slots__} == {
            slot: getattr(whole.orders[name], slot) for slot in order.__slots__
        }
    assert again.expire(1_000) == whole.expire(1_000) > 0


def test_a_journal_shorter_than_its_snapshot_is_refused(tmp_path: Path) -> None:
    a_small_run(tmp_path)
    store = SeatStore(tmp_path, Engine(), make)
    store.snapshot()
    store.close()
    path = tmp_path / "seats.journal"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(JournalError, match="ends before"):
        SeatStore(tmp_path, Engine(), make)
    path.unlink()
    with pytest.raises(JournalError, match="ends before"):
        SeatStore(tmp_path, Engine(), make)


@pytest.mark.parametrize(
    "records",
    [
        ['["sold","o1","pay"]'],
        ['["open","K1",9,3,[],[]]'],
        ['["open","K1",4,3,[],[]]', '["held","o1","h","K1",0,4,"none","any",[3],1,1]'],
        ['["open","K1",4,3,[],[]]', *(f'["held","o{n}","h","K1",0,4,"none","any",[1],1,1]' for n in (1, 2))],
        ['["spoiled","o1"]'],
        ['["held","o1"]'],
    ],
)
def test_a_journal_that_contradicts_itself_is_refused(records: list[str], tmp_path: Path) -> None:
    (tmp_path / "seats.journal").write_bytes(frame(End(), records)[0])
    with pytest.raises(JournalError):
        SeatStore(tmp_path, Engine(), make)
