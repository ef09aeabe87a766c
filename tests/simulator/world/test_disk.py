"""The disk that forgets: what a sync keeps, what a power cut does to each sector, entry and cut, and every switch."""

from __future__ import annotations

import errno
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.storage import RESERVE_BYTES, ROOM_BYTES, FileStorage, Storage
from simulator.world.disk import SECTOR_BYTES, CutAt, PowerCut, SectorDisk

DAY = "000001-2026-11-22.journal"


class Fate(Random):
    """Dice that fall as written down; garbage is `#`."""

    def __init__(self, *throws: float) -> None:
        super().__init__(0)
        self.throws = list(throws)

    def random(self) -> float:
        return self.throws.pop(0)

    def randint(self, a: int, b: int) -> int:
        return min(b, max(a, int(self.throws.pop(0))))

    def randbytes(self, n: int) -> bytes:
        return b"#" * n


KEEP, LOSE, GARBLE = 0.0, 0.6, 0.9
STAYS_SMALL, TO_AN_EDGE, GROWS = 0.1, 0.3, 0.9
FORGOTTEN, STAYS = 0.0, 0.9


def begun(*lines: bytes) -> SectorDisk:
    disk = SectorDisk()
    disk.begin(DAY)
    for line in lines:
        disk.append(line)
        disk.sync()
    return disk


def test_it_fits_the_journal() -> None:
    storage: Storage = SectorDisk()
    assert storage.segments() == []
    assert storage.free_bytes() == 16 * ROOM_BYTES


def test_what_was_synced_stays_and_the_disk_goes_on() -> None:
    disk = begun(b"one\n", b"two\n")
    disk.crash(Fate())
    assert disk.read(DAY) == b"one\ntwo\n"
    disk.resume(DAY)
    disk.append(b"three\n")
    assert disk.read(DAY) == b"one\ntwo\nthree\n"  # a reader sees what is in memory
    disk.sync()
    disk.crash(Fate())
    assert disk.read(DAY) == b"one\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("throws", "left"),
    [
        ([STAYS_SMALL], b""),
        ([GROWS, KEEP, KEEP, KEEP], b"x" * 1_100),
        ([GROWS, KEEP, LOSE, KEEP], b"x" * 412 + bytes(512) + b"x" * 176),
        ([GROWS, GARBLE, KEEP, KEEP], b"#" * 412 + b"x" * 688),
        ([GROWS, LOSE, LOSE, GARBLE], bytes(924) + b"#" * 176),
        ([TO_AN_EDGE, 1, KEEP], b"x" * 412),
        ([TO_AN_EDGE, 2, KEEP, GARBLE], b"x" * 412 + b"#" * 512),
    ],
)
def test_each_unsynced_sector_has_its_own_fate(throws: list[float], left: bytes) -> None:
    """Line of 1,100 bytes behind 100 durable ones: it lies in three sectors, of 412, 512 and 176 bytes."""
    disk = begun(b"s" * 100)
    disk.append(b"x" * 1_100)
    dice = Fate(*throws)
    disk.crash(dice)
    assert disk.read(DAY) == b"s" * 100 + left
    assert dice.throws == []
    assert not disk.dirty


def test_a_short_line_inside_one_sector_grows_in_full_or_not() -> None:
    disk = begun(b"s" * 100)
    disk.append(b"x" * 50)
    disk.crash(Fate(TO_AN_EDGE))
    assert disk.read(DAY) == b"s" * 100


@settings(max_examples=200, deadline=None)
@given(
    lines=st.lists(st.integers(1, 1_500), max_size=6),
    fresh=st.lists(st.integers(1, 1_500), max_size=3),
    seed=st.integers(0, 1_000_000),
)
def test_after_any_cut_the_durable_bytes_stand_and_no_sector_is_a_mixture(
    lines: list[int], fresh: list[int], seed: int
) -> None:
    disk = begun(*(b"s" * size for size in lines))
    for size in fresh:
        disk.append(b"x" * size)
    disk.crash(Random(seed))
    left, durable = disk.read(DAY), sum(lines)
    assert left[:durable] == b"s" * durable
    assert len(left) <= durable + sum(fresh)
    at = durable
    while at < len(left):
        end = min(len(left), at + SECTOR_BYTES - at % SECTOR_BYTES)
        sector = left[at:end]
        kept, lost = sector == b"x" * len(sector), sector == bytes(len(sector))
        assert kept or lost or b"x" * 8 not in sector
        at = end
    again = disk.copy()
    disk.crash(Random(seed + 1))
    assert disk.read(DAY) == again.read(DAY) == left  # a second cut has nothing more to take
    assert disk.used_bytes == sum(len(disk.read(name)) for name in disk.files())


def test_same_dice_same_disk() -> None:
    def once() -> bytes:
        disk = begun(b"s" * 100)
        disk.append(b"x" * 5_000)
        disk.crash(Random(7))
        return disk.read(DAY)

    assert once() == once()


# -- the directory


def cut_at(disk: SectorDisk, name: str) -> None:
    disk.on_step = CutAt(1, name)


@pytest.mark.parametrize(("fate", "there"), [(FORGOTTEN, []), (STAYS, [DAY])])
def test_a_segment_whose_directory_was_not_synced_is_there_or_not(fate: float, there: list[str]) -> None:
    disk = SectorDisk()
    cut_at(disk, "create")
    with pytest.raises(PowerCut, match="create"):
        disk.begin(DAY)
    disk.crash(Fate(fate, STAYS))
    assert disk.segments() == there


def test_a_segment_that_was_begun_is_durable() -> None:
    disk = begun()
    disk.crash(Fate())
    assert disk.segments() == [DAY]
    assert disk.files() == [DAY, "reserve"]


@pytest.mark.parametrize(("fate", "there"), [(FORGOTTEN, True), (STAYS, False)])
def test_a_reserve_given_back_may_come_again(fate: float, there: bool) -> None:
    disk = begun()
    free = disk.free_bytes()
    disk.release_reserve()
    assert disk.free_bytes() == free + RESERVE_BYTES
    disk.crash(Fate(fate))
    assert ("reserve" in disk.files()) == there
    assert disk.free_bytes() == free + (0 if there else RESERVE_BYTES)


def test_a_later_sync_makes_earlier_changes_of_the_directory_durable() -> None:
    disk = begun()
    disk.release_reserve()
    disk.append(b"line\n")
    disk.sync()
    disk.crash(Fate())
    assert "reserve" not in disk.files()
    disk.release_reserve()  # none left: nothing to do
    assert disk.files() == [DAY]


def test_a_cut_off_tail_is_aside_and_durable() -> None:
    disk = begun(b"good\n")
    disk.append(b"torn")
    disk.crash(Fate(GROWS, KEEP))
    disk.cut(DAY, 5, "tail-2.bad")
    disk.crash(Fate())
    assert (disk.read(DAY), disk.read("tail-2.bad")) == (b"good\n", b"torn")


@pytest.mark.parametrize("step", ["tail", "tail sync", "truncate", "truncate sync", "directory"])
@pytest.mark.parametrize("seed", range(20))
def test_a_power_cut_inside_of_cutting_off_loses_no_tail(step: str, seed: int) -> None:
    disk = begun(b"good\n")
    disk.append(b"torn" * 300)
    disk.crash(Fate(GROWS, KEEP, KEEP, KEEP))
    cut_at(disk, step)
    with pytest.raises(PowerCut):
        disk.cut(DAY, 5, "tail-2.bad")
    disk.crash(Random(seed))
    kept = disk.read(DAY)
    assert kept in (b"good\n", b"good\n" + b"torn" * 300)
    assert len(kept) > 5 or disk.read("tail-2.bad") == b"torn" * 300
    if step in ("truncate sync", "directory"):
        assert kept == b"good\n"


def test_a_cut_that_was_not_synced_comes_undone() -> None:
    disk = begun(b"good\n", b"more\n")
    cut_at(disk, "truncate")
    with pytest.raises(PowerCut):
        disk.cut(DAY, 5, "tail-2.bad")
    undone, done = disk.copy(), disk.copy()
    undone.crash(Fate(FORGOTTEN))
    done.crash(Fate(STAYS))
    assert (undone.read(DAY), done.read(DAY)) == (b"good\nmore\n", b"good\n")


def test_copies_of_a_disk_with_an_unsynced_cut_do_not_share_their_fate() -> None:
    disk = begun(b"good\n")
    disk.append(b"more\n")
    cut_at(disk, "truncate")
    with pytest.raises(PowerCut):
        disk.cut(DAY, 5, "tail-2.bad")
    one, other = disk.copy(), disk.copy()
    one.crash(Fate(FORGOTTEN, STAYS_SMALL))
    other.crash(Fate(FORGOTTEN, GROWS, KEEP))
    assert (one.read(DAY), other.read(DAY)) == (b"good\n", b"good\nmore\n")


# -- switches


def test_a_failed_sync_leaves_the_line_on_the_disk_or_not() -> None:
    disk = begun(b"one\n")
    disk.sync_errors = 1
    disk.append(b"two\n")
    with pytest.raises(OSError, match="does not take it") as caught:
        disk.sync()
    assert caught.value.errno == errno.EIO
    assert disk.dirty
    there, gone = disk.copy(), disk.copy()
    there.crash(Fate(GROWS, KEEP))
    gone.crash(Fate(STAYS_SMALL))
    assert (there.read(DAY), gone.read(DAY)) == (b"one\ntwo\n", b"one\n")


def test_a_sync_after_a_failed_one_does_not_write_what_that_one_lost() -> None:
    disk = begun(b"one\n")
    disk.sync_errors = 1
    disk.append(b"two\n")
    with pytest.raises(OSError, match="does not take it"):
        disk.sync()
    disk.append(b"three\n")
    disk.sync()
    assert disk.dirty
    disk.crash(Fate(LOSE))
    assert disk.read(DAY) == b"one\n" + bytes(4) + b"three\n"


def test_a_program_that_starts_anew_sees_what_the_disk_holds_and_it_is_durable() -> None:
    disk = begun(b"one\n")
    disk.append(b"two\n")  # and the program is killed before the sync
    disk.reopen(Fate())
    disk.crash(Fate())
    assert disk.read(DAY) == b"one\ntwo\n"
    disk.resume(DAY)
    disk.append(b"three\n")
    disk.sync_errors = 1
    with pytest.raises(OSError, match="does not take it"):
        disk.sync()
    disk.reopen(Fate(GARBLE))
    assert disk.read(DAY) == b"one\ntwo\n######"
    disk.crash(Fate())
    assert disk.read(DAY) == b"one\ntwo\n######"


def test_nothing_starts_on_a_disk_that_still_fails() -> None:
    disk = begun(b"one\n")
    disk.append(b"two\n")
    disk.sync_errors = 2
    with pytest.raises(OSError, match="does not take it"):
        disk.sync()
    with pytest.raises(OSError, match="does not take it"):
        disk.reopen(Fate())


def test_a_full_disk_takes_what_fits() -> None:
    disk = begun(b"one\n")
    disk.fill(2)
    assert disk.free_bytes() == 2
    with pytest.raises(OSError, match="not all") as caught:
        disk.append(b"two\n")
    assert caught.value.errno == errno.ENOSPC
    assert disk.read(DAY) == b"one\ntw"
    assert disk.dirty
    disk.release_reserve()
    disk.append(b"o\n")
    disk.sync()
    assert disk.free_bytes() == RESERVE_BYTES - 2


def test_a_full_disk_begins_a_segment_without_a_reserve() -> None:
    disk = SectorDisk()
    disk.fill(RESERVE_BYTES - 1)
    disk.begin(DAY)
    assert disk.files() == [DAY]


def test_a_read_only_disk_takes_nothing_and_can_be_read() -> None:
    disk = begun(b"one\n")
    disk.read_only = True
    deeds: list[Callable[[], None]] = [
        lambda: disk.append(b"two\n"),
        lambda: disk.begin("000002-2026-11-23.journal"),
        lambda: disk.resume(DAY),
        lambda: disk.cut(DAY, 0, "tail-1.bad"),
        disk.release_reserve,
    ]
    for deed in deeds:
        with pytest.raises(OSError, match="read-only") as caught:
            deed()
        assert caught.value.errno == errno.EROFS
    assert disk.read(DAY) == b"one\n"
    assert disk.files() == [DAY, "reserve"]


def test_a_slow_sync_lets_time_pass() -> None:
    disk = begun()
    passed: list[int] = []
    disk.pass_ms = passed.append
    disk.append(b"one\n")
    disk.sync()
    disk.slow_sync_ms = 10_000
    disk.append(b"two\n")
    disk.sync()
    assert passed == [10_000]


def test_rot_turns_bits_of_one_byte_for_good() -> None:
    disk = begun(b"one\n", b"two\n")
    disk.rot(DAY, 4, 0x80)
    assert disk.read(DAY) == b"one\n\xf4wo\n"
    disk.crash(Fate())
    assert disk.read(DAY) == b"one\n\xf4wo\n"
    with pytest.raises(IndexError):
        disk.rot(DAY, 8)


def test_a_lying_disk_says_synced_and_forgets() -> None:
    disk = SectorDisk(lies=True)
    disk.begin(DAY)
    disk.append(b"one\n")
    disk.sync()
    assert not disk.dirty
    kept, gone, small = disk.copy(), disk.copy(), disk.copy()
    kept.crash(Fate(STAYS, STAYS, GROWS, KEEP))
    gone.crash(Fate(FORGOTTEN, STAYS))
    small.crash(Fate(STAYS, STAYS, STAYS_SMALL))
    assert kept.read(DAY) == b"one\n"
    assert gone.segments() == []
    assert small.read(DAY) == b""


# -- steps and copies


def test_steps_are_told_in_order_and_the_order_of_write_and_sync_shows() -> None:
    disk, told = SectorDisk(), []
    disk.on_step = lambda name: told.append((name, disk.dirty))
    disk.begin(DAY)
    disk.append(b"one\n")
    disk.sync()
    disk.cut(DAY, 0, "tail-1.bad")
    disk.release_reserve()
    assert [name for name, _ in told] == [
        "reserve", "create", "directory", "append", "sync",
        "tail", "tail sync", "truncate", "truncate sync", "directory", "unlink",
    ]  # fmt: skip
    assert [name for name, dirty in told if dirty] == ["append"]
    assert (disk.appends, disk.syncs, disk.last) == (1, 1, b"one\n")


def test_the_power_fails_at_the_chosen_step_and_nothing_is_written_after() -> None:
    disk = begun()
    disk.on_step = CutAt(3, "append")
    for line in (b"one\n", b"two\n"):
        disk.append(line)
        disk.sync()
    with pytest.raises(PowerCut, match="append"):
        disk.append(b"three\n")
    for deed in (
        disk.sync,
        lambda: disk.append(b"four\n"),
        lambda: disk.begin("000002-x.journal"),
        disk.release_reserve,
    ):
        with pytest.raises(PowerCut, match="gone already"):
            deed()
    disk.crash(Fate(GROWS, KEEP))
    assert disk.read(DAY) == b"one\ntwo\nthree\n"
    disk.resume(DAY)
    disk.append(b"four\n")
    assert disk.dirty


def test_no_handler_of_the_program_takes_a_power_cut_for_an_error() -> None:
    assert not issubclass(PowerCut, Exception)


@pytest.mark.parametrize("count", [0, 1, 40, 3_000])
def test_copies_go_their_own_ways(count: int) -> None:
    disk = begun(*(b"%06d\n" % number for number in range(count)))
    disk.append(b"last")
    before = disk.read(DAY)
    other = disk.copy()
    other.append(b" other\n")
    other.sync()
    disk.crash(Fate(STAYS_SMALL))
    third = other.copy()
    third.append(b"third\n")
    assert disk.read(DAY) == before[:-4]
    assert other.read(DAY) == before + b" other\n"
    assert third.read(DAY) == before + b" other\nthird\n"
    assert (other.dirty, third.dirty) == (False, True)
    other.crash(Fate())
    assert other.read(DAY) == before + b" other\n"


def test_deeds_without_a_segment_are_errors() -> None:
    disk = SectorDisk()
    for deed in (
        disk.sync,
        lambda: disk.append(b"x"),
        lambda: disk.resume(DAY),
        lambda: disk.cut(DAY, 0, "tail-1.bad"),
    ):
        with pytest.raises(OSError):
            deed()
    with pytest.raises(FileNotFoundError):
        disk.read(DAY)
    disk.begin(DAY)
    with pytest.raises(FileExistsError):
        disk.begin(DAY)


@settings(max_examples=25, deadline=None)
@given(script=st.lists(st.tuples(st.sampled_from(["begin", "line", "cut", "resume", "release"]), st.integers(0, 900))))
def test_without_power_cuts_it_is_the_real_storage(
    tmp_path_factory: pytest.TempPathFactory, script: list[tuple[str, int]]
) -> None:
    directory = tmp_path_factory.mktemp("journal")
    real, ours = FileStorage(directory), SectorDisk()
    for number, (deed, size) in enumerate([("begin", 0), *script]):
        for storage in (real, ours):
            newest = storage.segments()[-1:]
            if deed == "begin":
                storage.begin(f"{number:06}-x.journal")
            elif deed == "line":
                storage.append(b"%d" % number * size)
                storage.sync()
            elif deed == "cut":
                storage.cut(newest[0], min(size, len(storage.read(newest[0]))), f"tail-{number}.bad")
            elif deed == "resume":
                storage.resume(newest[0])
            else:
                storage.release_reserve()
    real.close()
    found = {path.name: path.read_bytes() for path in directory.iterdir() if path.name != "lock"}
    assert found == {name: ours.read(name) for name in ours.files()}
