"""Segments that lie packed in a real directory: read as before, whole or plain after a kill, and told when they are damaged."""

from __future__ import annotations

import errno
import gzip
import os
from pathlib import Path

import pytest

from kiosk.journal import Journal
from kiosk.storage import PART, FileStorage, packed_of, unpacked
from simulator.audit.reading import read_directory
from simulator.timesplit import read_lines
from tests.kiosk.bench import EPOCH, SECRET
from tests.kiosk.test_journal import DAY, STATE, STEPS


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Three lines, a state line, one more."""
    storage = FileStorage(tmp_path)
    journal = Journal(storage, EPOCH, SECRET)
    journal.begin_segment(DAY)
    for step in STEPS:
        journal.write(*step)
    journal.turn(DAY, 0, 0, {"past": {"sales": 0, "stock": {"registers": [], "cassettes": []}}} | STATE)
    journal.write(*STEPS[0])
    storage.close()
    return tmp_path


def first(directory: Path) -> Path:
    return min(directory.glob("*.journal"))


def test_every_reader_reads_what_was_written(directory: Path) -> None:
    plain = first(directory).read_bytes()
    before = read_directory(directory, SECRET), list(read_lines(directory))
    storage = FileStorage(directory)
    assert Journal(storage, EPOCH, SECRET).pack_one()
    assert storage.packed(first(directory).name)
    assert storage.read(first(directory).name) == plain
    assert gzip.decompress(first(directory).read_bytes()) == plain
    assert first(directory).stat().st_mode & 0o777 == 0o600
    after = read_directory(directory, SECRET), list(read_lines(directory))
    assert after == before
    assert [each for each in before[0].violations if each.invariant == 6] == []
    assert Journal(storage, EPOCH, SECRET).pack_one() is False
    assert [line.seq for line in Journal(storage, EPOCH, SECRET).lines] == [4, 5]
    storage.close()


def test_what_a_kill_left_half_packed_is_taken_away(directory: Path) -> None:
    part = directory / f"{first(directory).name}{PART}"
    part.write_bytes(b"\x1f\x8bhalf")
    plain = first(directory).read_bytes()
    storage = FileStorage(directory)
    assert not part.exists()
    assert storage.read(first(directory).name) == plain
    storage.close()


def test_one_that_is_not_on_the_disk_as_it_was_written_replaces_nothing(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = first(directory).read_bytes()
    storage = FileStorage(directory)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no room"):
        storage.pack(first(directory).name)
    monkeypatch.undo()
    assert first(directory).read_bytes() == plain
    storage.close()


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-9], lambda data: data[:12] + b"\x00\xff" + data[14:], lambda data: data[:3]]
)
def test_a_damaged_one_is_an_error_and_never_fewer_lines(spoil: object) -> None:
    data = spoil(packed_of(b"0123abcd {}\n" * 50))  # type: ignore[operator]
    with pytest.raises(OSError):
        unpacked(data)
