"""The journal: golden lines, torn tails, forgeries, disks in trouble."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest

from kiosk.errors import ConfigError, JournalError
from kiosk.identity import provision, read_identity
from kiosk.journal import Journal
from kiosk.ports.cabinet import DoorMoved
from kiosk.ports.note_acceptor import NoteOurs
from kiosk.records import Record, record_of
from kiosk.sale.intents import ConfirmSale, RenewLock
from kiosk.storage import RESERVE_BYTES, ROOM_BYTES, FileStorage
from kiosk.system_facts import Booted
from tests.kiosk.disks import MemoryDisk

GOLDEN = Path(__file__).parents[1] / "golden" / "journal.txt"
EPOCH, SECRET, DAY = "7f3a91c2", bytes(range(32)), "2026-11-22"
SEGMENT = f"000001-{DAY}.journal"
STEPS: list[tuple[int, int, Record, list[Record]]] = [
    (1_000, 1_795_329_000_000, record_of(Booted("T01", "00ff00ff00ff00ff", "0.1.0", 0, 10)), []),
    (2_500, 1_795_329_001_500, record_of(DoorMoved("outer", True, False)), []),
    (
        81_234,
        1_795_329_080_234,
        record_of(NoteOurs(100_001, 10_000)),
        [
            record_of(ConfirmSale(17, f"T01.{EPOCH}.17", 15_250, -50, 20_000)),
            record_of(RenewLock(17, f"T01.{EPOCH}.17", 2), {"counters": {"stacked": 3}}),
        ],
    ),
]


def opened(disk: MemoryDisk, day: str = DAY, secret: bytes = SECRET, epoch: str = EPOCH) -> Journal:
    journal = Journal(disk, epoch, secret)
    journal.begin_segment(day)
    return journal


def written(count: int = 3, disk: MemoryDisk | None = None) -> MemoryDisk:
    disk = disk or MemoryDisk()
    journal = opened(disk)
    for mono_ms, wall_ms, fact, intents in STEPS[:count]:
        journal.write(mono_ms, wall_ms, fact, intents)
    return disk


# -- the golden lines


def handed_over(journal: Journal, seq: int) -> list[str]:
    """All lines after `seq`, one batch after the other."""
    texts: list[str] = []
    while (found := journal.texts_after(seq + len(texts))) is not None:
        texts += found.texts
    return texts


def test_three_golden_lines_read_with_the_standard_library() -> None:
    chain, key = 0, hmac.digest(SECRET, b"segment:" + SEGMENT.encode(), "sha256")
    lines = GOLDEN.read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert len(lines) == 3
    for seq, line in enumerate(lines, start=1):
        stated, body = line[:8], line[9:]
        assert line[8:9] == b" "
        head = json.loads(body)
        assert list(head) == ["seq", "epoch", "boot", "mono_ms", "wall_ms", "fact", "intents", "mac"]
        assert (head["seq"], head["epoch"], head["boot"]) == (seq, EPOCH, 1)
        mac = head.pop("mac")
        plain = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
        assert mac == hmac.digest(key, b"%08x" % chain + plain, "sha256")[:16].hex()
        key, chain = hashlib.sha256(key).digest(), crc32(body, chain)
        assert stated == b"%08x" % chain
        assert next(iter(head["fact"])) == "kind"
        assert all(next(iter(intent)) == "kind" for intent in head["intents"])


def test_the_journal_writes_the_golden_lines_byte_for_byte() -> None:
    assert bytes(written().files[SEGMENT]) == GOLDEN.read_bytes()


def test_what_was_written_is_read_back() -> None:
    journal = Journal(written(), EPOCH, SECRET)
    assert [(line.mono_ms, line.wall_ms, line.fact, list(line.intents)) for line in journal.lines] == STEPS
    assert [line.seq for line in journal.lines] == [1, 2, 3]
    assert [line.text + "\n" for line in journal.lines] == GOLDEN.read_text(encoding="utf-8").splitlines(keepends=True)
    assert (journal.seq, journal.boot, journal.damaged_bytes) == (3, 2, 0)
    assert journal.head == GOLDEN.read_text(encoding="utf-8").splitlines()[-1][:8]


def test_each_line_is_synced_before_write_returns() -> None:
    disk = MemoryDisk()
    journal = opened(disk)
    for mono_ms, wall_ms, fact, intents in STEPS:
        journal.write(mono_ms, wall_ms, fact, intents)
        assert disk.synced[SEGMENT] == len(disk.files[SEGMENT])


@pytest.mark.parametrize("text", ["一等座", "\u2028\u0085\x0b", 'quo"te\\', "\n\r\t\x00", "\ud800 alone", "😀"])
def test_any_text_stays_on_one_line_and_comes_back(text: str) -> None:
    disk = MemoryDisk()
    journal = opened(disk)
    journal.write(0, 0, {"kind": "help", "where": text}, [])
    journal.write(0, 0, {"kind": "help", "where": "after"}, [])
    assert disk.files[SEGMENT].count(b"\n") == 2
    again = Journal(disk, EPOCH, SECRET)
    assert [line.fact["where"] for line in again.lines] == [text, "after"]
    assert handed_over(again, 0) == [line.text for line in again.lines]
    assert handed_over(again, 1) == [again.lines[1].text]


# -- power cuts


def test_a_tail_torn_at_any_byte_is_kept_aside_and_the_journal_goes_on() -> None:
    whole = bytes(written().files[SEGMENT])
    good = whole[: whole[:-1].rindex(b"\n") + 1]
    for size in range(len(good), len(whole)):
        disk = MemoryDisk()
        disk.files[SEGMENT] = bytearray(whole[:size])
        journal = Journal(disk, EPOCH, SECRET)
        assert (journal.seq, journal.damaged_bytes) == (2, size - len(good))
        assert disk.tails == ({"tail-2.bad": whole[len(good) : size]} if size > len(good) else {})
        assert bytes(disk.files[SEGMENT]) == good
        journal.begin_segment(DAY)
        journal.write(*STEPS[2])
        after = Journal(disk, EPOCH, SECRET)
        assert [line.fact for line in after.lines] == [step[2] for step in STEPS]
        assert (after.boot, after.damaged_bytes) == (3, 0)


@pytest.mark.parametrize(
    "left",
    [b"\x00" * 40, b"\x00" * 40 + b"\n", b"garbage", b"\n", b" \n", b"gar\nbage", b"gar\nbage\r\n\n12345678 {\n"],
)
def test_a_tail_of_anything_is_no_line(left: bytes) -> None:
    disk = written()
    disk.files[SEGMENT] += left
    journal = Journal(disk, EPOCH, SECRET)
    assert (journal.seq, journal.damaged_bytes) == (3, len(left))
    assert disk.tails == {"tail-2.bad": left}


def test_a_tail_cut_on_a_real_disk_is_gone_and_kept(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    journal = Journal(storage, EPOCH, SECRET)
    journal.begin_segment(DAY)
    for step in STEPS:
        journal.write(*step)
    storage.close()
    path = tmp_path / SEGMENT
    whole = path.read_bytes()
    assert whole == GOLDEN.read_bytes()
    path.write_bytes(whole[:-10])
    storage = FileStorage(tmp_path)
    assert Journal(storage, EPOCH, SECRET).seq == 2
    last = whole.splitlines(keepends=True)[-1]
    assert (tmp_path / "tail-2.bad").read_bytes() == last[:-10]
    assert path.read_bytes() == whole[: -len(last)]
    storage.close()


def test_a_second_bad_tail_of_the_same_boot_does_not_overwrite_the_first(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    storage.begin("000001-x.journal")
    for tail in (b"one", b"two"):
        storage.append(tail)
        storage.cut("000001-x.journal", 0, "tail-1.bad")
    storage.close()
    assert (tmp_path / "tail-1.bad").read_bytes() == b"onetwo"


# -- what cannot be a power cut


def damaged(line: int, byte: int) -> MemoryDisk:
    disk = written()
    lines = bytes(disk.files[SEGMENT]).splitlines(keepends=True)
    at = sum(map(len, lines[:line])) + byte
    disk.files[SEGMENT][at] ^= 0x01
    return disk


@pytest.mark.parametrize("line", [0, 1])
@pytest.mark.parametrize("byte", [0, 7, 8, 9, 30, 60])
def test_damage_before_the_last_line_is_refused_and_nothing_is_cut(line: int, byte: int) -> None:
    disk = damaged(line, byte)
    before = bytes(disk.files[SEGMENT])
    with pytest.raises(JournalError, match="damaged after byte"):
        Journal(disk, EPOCH, SECRET)
    assert bytes(disk.files[SEGMENT]) == before
    assert not disk.tails


@pytest.mark.parametrize("line", [0, 1])
@pytest.mark.parametrize("bit", range(8))
def test_a_line_feed_that_rotted_does_not_make_two_lines_a_torn_one(line: int, bit: int) -> None:
    disk = written()
    ends = [at for at, byte in enumerate(disk.files[SEGMENT]) if byte == 0x0A]
    disk.files[SEGMENT][ends[line]] ^= 1 << bit
    before = bytes(disk.files[SEGMENT])
    with pytest.raises(JournalError, match="later records exist"):
        Journal(disk, EPOCH, SECRET)
    assert bytes(disk.files[SEGMENT]) == before


def test_a_hole_before_a_later_segment_is_refused() -> None:
    disk = written()
    journal = Journal(disk, EPOCH, SECRET)
    journal.begin_segment("2026-11-23")
    journal.write(*STEPS[1])
    del disk.files[SEGMENT][-5:]
    with pytest.raises(JournalError, match="later records exist"):
        Journal(disk, EPOCH, SECRET)


def test_a_missing_segment_is_refused() -> None:
    disk = written()
    Journal(disk, EPOCH, SECRET).begin_segment("2026-11-23")
    journal = opened(disk, "2026-11-23")
    journal.write(*STEPS[1])
    del disk.files[SEGMENT]
    with pytest.raises(JournalError):
        Journal(disk, EPOCH, SECRET)


def test_a_journal_of_another_epoch_is_refused() -> None:
    with pytest.raises(JournalError, match="epoch 7f3a91c2"):
        Journal(written(), "00000000", SECRET)


def forged(change: dict[str, object], keep_mac: bool = True) -> MemoryDisk:
    """The last line rewritten by somebody who knows the format but not the secret: its CRC is right."""
    disk = written()
    lines = bytes(disk.files[SEGMENT]).splitlines(keepends=True)
    head = {**json.loads(lines[-1][9:]), **change}
    if not keep_mac:
        del head["mac"]
    body = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    chain = crc32(body, int(lines[-2][:8], 16))
    disk.files[SEGMENT] = bytearray(b"".join(lines[:-1]) + b"%08x %b\n" % (chain, body))
    return disk


@pytest.mark.parametrize(
    "change",
    [
        {"fact": {"kind": "stack!", "result": "stacked", "note": 100_001, "value_fen": 100}},
        {"wall_ms": 1},
        {"seq": 4},
        {"mac": "00" * 16},
        {"mac": 7},
        {"mac": "ä"},
        {"intents": []},
    ],
)
def test_a_forged_record_with_a_right_checksum_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(JournalError, match="not one this machine wrote"):
        Journal(forged(change), EPOCH, SECRET)


def test_a_record_without_its_mac_is_refused() -> None:
    with pytest.raises(JournalError, match="not one this machine wrote"):
        Journal(forged({}, keep_mac=False), EPOCH, SECRET)


@pytest.mark.parametrize("body", [b"not json", b"[]", b"7", b'"text"', b"{}", b'{"mac":"00"}', b"\xff\xfe"])
def test_a_body_that_is_no_record_but_has_a_right_checksum_is_refused(body: bytes) -> None:
    disk = written(2)
    chain = crc32(body, int(bytes(disk.files[SEGMENT]).splitlines()[-1][:8], 16))
    disk.files[SEGMENT] += b"%08x %b\n" % (chain, body)
    with pytest.raises(JournalError, match="not one this machine wrote"):
        Journal(disk, EPOCH, SECRET)


def test_the_secret_of_another_machine_reads_nothing() -> None:
    with pytest.raises(JournalError, match="not one this machine wrote"):
        Journal(written(), EPOCH, b"another secret")


# -- state lines

STATE = {"past": {"sales": 2}}
TURNED = f"000002-{DAY}.journal"


def turned() -> MemoryDisk:
    """Three lines, a state line that stands for them, and one more."""
    disk = written()
    journal = opened(disk)
    journal.turn(DAY, 90_000, 1_795_329_090_000, STATE)
    journal.write(*STEPS[0])
    return disk


def test_a_start_reads_nothing_before_the_newest_state_line() -> None:
    disk = turned()
    assert disk.segments() == [SEGMENT, TURNED]
    read = Journal(disk, EPOCH, SECRET)
    assert [(line.seq, line.fact["kind"]) for line in read.lines] == [(4, "sys.state"), (5, "sys.boot")]
    assert (read.seq, read.boot, read.turned) == (5, 3, 3)
    before = bytes(disk.files[SEGMENT]).splitlines()[-1]
    assert read.lines[0].fact["after"] == before[:8].decode()
    read.begin_segment(DAY)
    read.write(*STEPS[1])
    assert [line.seq for line in Journal(disk, EPOCH, SECRET).lines] == [4, 5, 6]


def test_what_stands_before_it_can_be_gone_or_rotten() -> None:
    disk = turned()
    disk.files[SEGMENT][20] ^= 1
    assert [line.seq for line in Journal(disk, EPOCH, SECRET).lines] == [4, 5]
    del disk.files[SEGMENT]
    assert [line.seq for line in Journal(disk, EPOCH, SECRET).lines] == [4, 5]


@pytest.mark.parametrize("size", [0, 1, 40, -1])
def test_a_state_line_that_is_torn_was_never_written(size: int) -> None:
    disk = written()
    opened(disk).turn(DAY, 0, 0, STATE)
    del disk.files[TURNED][size:]
    read = Journal(disk, EPOCH, SECRET)
    assert [line.seq for line in read.lines] == [1, 2, 3]
    assert bytes(disk.files[TURNED]) == b""
    read.begin_segment(DAY)
    read.write(*STEPS[1])
    assert [line.seq for line in Journal(disk, EPOCH, SECRET).lines] == [1, 2, 3, 4]


def test_one_that_rotted_is_no_short_way_and_the_long_one_stops_there() -> None:
    disk = turned()
    disk.files[TURNED][60] ^= 1
    with pytest.raises(JournalError, match="later records exist"):
        Journal(disk, EPOCH, SECRET)


def test_nobody_without_the_secret_writes_one() -> None:
    disk = written()
    foreign = MemoryDisk()
    opened(foreign, secret=b"x" * 32).turn(DAY, 0, 0, STATE)
    disk.begin(TURNED)
    disk.append(bytes(foreign.files[TURNED]))
    with pytest.raises(JournalError):
        Journal(disk, EPOCH, SECRET)


def test_lines_before_it_are_still_handed_to_the_station() -> None:
    read = Journal(turned(), EPOCH, SECRET)
    for seq, name, first in ((0, SEGMENT, 1), (2, SEGMENT, 1), (3, TURNED, 4)):
        found = read.texts_after(seq)
        assert found is not None
        assert (found.segment, found.first_seq) == (name, first)
        assert json.loads(found.texts[0][9:])["seq"] == seq + 1
    assert read.texts_after(5) is None


def test_its_own_lines_are_read_again_while_it_writes() -> None:
    journal = opened(turned())
    again, seen = journal.again(), []
    for step in STEPS:
        seen.append(next(again).seq)
        journal.write(*step)
        journal.begin_segment("2026-11-23")
    seen += [line.seq for line in again]
    assert seen == list(range(4, journal.seq + 1))


def test_lines_that_are_not_its_own_any_more_are_told() -> None:
    disk = turned()
    journal = opened(disk)
    disk.files[TURNED][-3] ^= 1
    with pytest.raises(JournalError, match="damaged after record 4"):
        list(journal.again())
    del disk.files[TURNED][:]
    with pytest.raises(JournalError, match="5 were written"):
        list(journal.again())


def test_a_failed_turn_ends_the_journal() -> None:
    disk = written()
    journal = opened(disk)
    disk.trouble = "full"
    with pytest.raises(JournalError, match="no segment could be begun"):
        journal.turn(DAY, 0, 0, STATE)
    with pytest.raises(JournalError, match="nothing more is written"):
        journal.turn(DAY, 0, 0, STATE)


# -- days


def test_chain_and_seq_run_on_over_segments_and_boots() -> None:
    disk = written()
    journal = Journal(disk, EPOCH, SECRET)
    journal.begin_segment("2026-11-23")
    journal.write(*STEPS[0])
    journal.begin_segment("2026-11-24")
    journal.write(*STEPS[1])
    again = Journal(disk, EPOCH, SECRET)
    assert [line.seq for line in again.lines] == [1, 2, 3, 4, 5]
    assert [line.boot for line in again.lines] == [1, 1, 1, 2, 2]
    assert disk.segments() == [SEGMENT, "000002-2026-11-23.journal", "000003-2026-11-24.journal"]
    chain = 0
    for name in disk.segments():
        for line in bytes(disk.files[name]).splitlines():
            chain = crc32(line[9:], chain)
            assert line[:8] == b"%08x" % chain


def test_the_same_day_goes_on_in_its_segment() -> None:
    disk = written()
    journal = opened(disk)
    journal.write(*STEPS[0])
    assert disk.segments() == [SEGMENT]
    assert Journal(disk, EPOCH, SECRET).seq == 4


def test_a_calendar_that_went_back_begins_a_new_segment_behind_the_others() -> None:
    disk = written()
    journal = opened(disk, "2025-01-01")
    journal.write(*STEPS[0])
    assert disk.segments()[-1] == "000002-2025-01-01.journal"
    assert Journal(disk, EPOCH, SECRET).seq == 4


def test_a_segment_begun_and_empty_is_no_damage() -> None:
    disk = written()
    opened(disk, "2026-11-23")
    journal = opened(disk, "2026-11-23")
    journal.write(*STEPS[0])
    assert [line.seq for line in Journal(disk, EPOCH, SECRET).lines] == [1, 2, 3, 4]


def test_texts_after_any_seq_over_several_segments() -> None:
    disk = MemoryDisk()
    journal = Journal(disk, EPOCH, SECRET)
    texts: list[str] = []
    for day in range(1, 5):
        journal.begin_segment(f"2026-11-{day:02}")
        for number in range(day * 3):
            texts.append(journal.write(number, number, {"kind": "help", "where": f"{day}.{number}"}, []).text)
    for fresh in (journal, Journal(disk, EPOCH, SECRET)):
        for seq in range(len(texts) + 3):
            assert handed_over(fresh, seq) == texts[seq:]


def test_what_is_handed_over_is_of_one_segment_and_names_it() -> None:
    """The station derives the keys of the MACs from the segment: lines of two would be judged with the key of one."""
    disk = written()
    journal = opened(disk, "2026-11-23")
    for _ in range(3):
        journal.write(*STEPS[0])
    empty = opened(disk, "2026-11-24")
    told = [empty.texts_after(seq) for seq in (0, 1, empty.seq - 3, empty.seq - 1, empty.seq)]
    assert [found and (found.segment[7:17], found.first_seq, len(found.texts)) for found in told] == [
        ("2026-11-22", 1, empty.seq - 3), ("2026-11-22", 1, empty.seq - 4),
        ("2026-11-23", empty.seq - 2, 3), ("2026-11-23", empty.seq - 2, 1), None,
    ]  # fmt: skip


def test_texts_after_are_bounded() -> None:
    journal = opened(MemoryDisk())
    for number in range(1_203):
        journal.write(number, number, {"kind": "help", "where": "x"}, [])
    first, last = journal.texts_after(0), journal.texts_after(1_200)
    assert first is not None
    assert last is not None
    assert len(first.texts) == 500
    assert [json.loads(text[9:])["seq"] for text in last.texts] == [1_201, 1_202, 1_203]


# -- disks in trouble


@pytest.mark.parametrize("trouble", ["full", "read_only", "sync_fails", "half"])
def test_a_line_that_is_not_durable_stops_the_journal_for_good(trouble: str) -> None:
    disk = written(2)
    journal = Journal(disk, EPOCH, SECRET)
    journal.begin_segment(DAY)
    disk.trouble = trouble
    with pytest.raises(JournalError, match="record 3 could not be made durable"):
        journal.write(*STEPS[2])
    disk.trouble = ""
    writes = disk.writes
    with pytest.raises(JournalError, match="failed before"):
        journal.write(*STEPS[2])
    assert disk.writes == writes


@pytest.mark.parametrize("trouble", ["full", "read_only", "sync_fails", "half"])
def test_after_such_trouble_the_next_start_reads_back_what_is_there(trouble: str) -> None:
    disk = written(2)
    journal = opened(disk)
    disk.trouble = trouble
    with pytest.raises(JournalError):
        journal.write(*STEPS[2])
    disk.trouble = ""
    again = Journal(disk, EPOCH, SECRET)
    assert again.seq == (3 if trouble == "sync_fails" else 2)  # not synced is not gone
    again.begin_segment(DAY)
    again.write(*STEPS[2])
    assert Journal(disk, EPOCH, SECRET).seq == again.seq


@pytest.mark.parametrize("trouble", ["full", "read_only"])
def test_a_day_that_cannot_be_begun_is_an_error(trouble: str) -> None:
    disk = MemoryDisk()
    disk.trouble = trouble
    with pytest.raises(JournalError, match="cannot be opened"):
        opened(disk)


def test_an_unreadable_disk_is_an_error() -> None:
    class Broken(MemoryDisk):
        def read(self, name: str) -> bytes:
            raise OSError(5, "input/output error")

    broken = Broken()
    broken.files = {SEGMENT: bytearray(b"x")}
    with pytest.raises(JournalError, match="cannot be read"):
        Journal(broken, EPOCH, SECRET)


def test_room_for_a_sale_is_asked_of_the_disk() -> None:
    disk = MemoryDisk()
    journal = opened(disk)
    assert journal.has_room()
    disk.free = ROOM_BYTES - 1
    assert not journal.has_room()
    disk.free, disk.trouble = ROOM_BYTES, "no_answer"
    assert not journal.has_room()


def test_the_reserve_is_given_back_when_the_disk_fills_up_during_a_sale() -> None:
    disk = MemoryDisk()
    journal = opened(disk)
    journal.write(*STEPS[0])
    assert disk.reserve
    disk.free = 4_096
    journal.write(*STEPS[1])
    assert not disk.reserve


def test_the_reserve_is_given_back_for_a_torn_tail_on_a_full_disk() -> None:
    disk = written()
    disk.files[SEGMENT] += b"torn"
    disk.free = 0
    assert Journal(disk, EPOCH, SECRET).damaged_bytes == 4
    assert not disk.reserve


def test_no_day_is_begun_behind_a_line_that_failed() -> None:
    disk = written(2)
    journal = opened(disk)
    disk.trouble = "half"
    with pytest.raises(JournalError, match="durable"):
        journal.write(*STEPS[2])
    disk.trouble = ""
    with pytest.raises(JournalError, match="failed before"):
        journal.begin_segment("2026-11-23")
    assert disk.segments() == [SEGMENT]
    assert Journal(disk, EPOCH, SECRET).seq == 2


# -- the directory


def test_what_a_killed_program_left_in_memory_is_made_durable_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = FileStorage(tmp_path)
    for name in ("000001-2026-11-22.journal", "000002-2026-11-23.journal"):
        first.begin(name)
        first.append(b"not synced\n")
    first.close()
    deeds: list[str] = []

    def noted(word: str, deed: Callable[..., None]) -> Callable[..., None]:
        def wrapper(handle: int, *rest: int) -> None:
            deeds.append(f"{word} {os.readlink(f'/proc/self/fd/{handle}').rpartition('/')[2]}")
            deed(handle, *rest)

        return wrapper

    for word in ("fsync", "fdatasync", "posix_fadvise"):
        monkeypatch.setattr(os, word, noted(word, getattr(os, word)))
    FileStorage(tmp_path).close()
    newest = "000002-2026-11-23.journal"
    assert deeds == [f"fsync {tmp_path.name}", f"fdatasync {newest}", f"posix_fadvise {newest}"]


def test_a_journal_that_cannot_be_made_durable_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = FileStorage(tmp_path)
    first.begin(SEGMENT)
    first.close()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", lambda handle: (_ for _ in ()).throw(OSError(5, "input/output error")))
        with pytest.raises(JournalError, match="cannot be made durable"):
            FileStorage(tmp_path)
    FileStorage(tmp_path).close()  # the lock was given back


def test_a_reserve_whose_making_was_cut_short_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "reserve").write_bytes(b"")
    storage = FileStorage(tmp_path)
    storage.begin(SEGMENT)
    assert (tmp_path / "reserve").stat().st_size == RESERVE_BYTES
    storage.release_reserve()
    assert not (tmp_path / "reserve").exists()
    storage.close()


def test_two_programs_cannot_hold_one_journal(tmp_path: Path) -> None:
    first = FileStorage(tmp_path)
    with pytest.raises(JournalError, match="another controller"):
        FileStorage(tmp_path)
    first.close()
    FileStorage(tmp_path).close()


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="nowhere"):
        FileStorage(tmp_path / "nowhere")


def test_a_machine_that_nobody_provisioned_does_not_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="provision"):
        read_identity(tmp_path, "T01")


def test_a_journal_that_was_lost_is_not_begun_anew(tmp_path: Path) -> None:
    directory = tmp_path / "journal"
    provision(directory, "T01", "", ())
    assert read_identity(directory, "T01").machine == "T01"
    for path in directory.glob("*.journal"):
        path.unlink()
    with pytest.raises(ConfigError, match="journal is gone"):
        read_identity(directory, "T01")
