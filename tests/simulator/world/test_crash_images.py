"""Journals after power cuts: 20,000 of them without a violation, and disks and journals that must be found out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kiosk.journal import Journal
from kiosk.journal_lines import Keychain, Line
from simulator.world import crash_images as images
from simulator.world.crash_images import CAPACITY_BYTES, Report, crash_images, live, main
from simulator.world.disk import SectorDisk


def test_20_000_power_cuts_take_nothing_that_was_synced() -> None:
    report = crash_images(20_000, seed=20_261_122)
    assert report.violations == []
    assert 20_000 <= report.count < 20_010
    assert report.lines > 40_000
    assert report.torn > 3_000  # and those were really torn
    assert report.rotten > 4_000


def words(report: Report) -> str:
    assert report.violations, "the check is blind"
    return " / ".join(violation.what for violation in report.violations)


def test_a_disk_that_lies_is_found_out() -> None:
    report = crash_images(300, seed=1, make=lambda: SectorDisk(CAPACITY_BYTES, lies=True))
    assert "synced bytes" in words(report)
    assert report.count < 100


class TailStays(SectorDisk):
    """The torn tail is skipped: it stays where it is, and the next line is written behind it."""

    def cut(self, name: str, size: int, tail_name: str) -> None:
        del name, size, tail_name


class TailForgotten(SectorDisk):
    """Cut off, but not kept."""

    def cut(self, name: str, size: int, tail_name: str) -> None:
        super().cut(name, size, tail_name)
        self._put(self._file(tail_name), b"")
        self._file(tail_name).truncate(0)


class CutTooMuch(SectorDisk):
    def cut(self, name: str, size: int, tail_name: str) -> None:
        super().cut(name, max(0, size - 1), tail_name)


class CutUnsynced(SectorDisk):
    """The segment is shortened before its tail is safe."""

    def cut(self, name: str, size: int, tail_name: str) -> None:
        file = self._file(name)
        tail = file.read()[size:]
        file.truncate(size)
        self._settle(file)
        self._step("truncate sync")
        self._put(self._files.get(tail_name) or self._enter(tail_name, type(file)()), tail)
        self._step("tail")


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (TailStays, "torn bytes"),
        (TailForgotten, "the torn tail was not kept"),
        (CutTooMuch, "torn bytes"),
        (CutUnsynced, "neither in the journal nor aside"),
    ],
)
def test_a_tail_that_is_not_cut_off_as_it_must_be_is_found_out(make: type[SectorDisk], found: str) -> None:
    assert found in words(crash_images(3_000, 1, lambda: make(CAPACITY_BYTES)))


class SyncErrorIgnored(SectorDisk):
    def sync(self) -> None:
        try:
            super().sync()
        except OSError:
            self.dirty = False


def test_a_sync_error_that_is_ignored_is_found_out() -> None:
    assert "told to be durable" in words(crash_images(6_000, 1, lambda: SyncErrorIgnored(CAPACITY_BYTES)))


class Careless(Journal):
    """Reads on over what is damaged."""

    def _load(self) -> Iterator[Line]:
        for name in self._segments:
            self._keys = Keychain(self._secret, name)
            for raw in self._storage.read(name).splitlines(keepends=True):
                line = self._verified(raw)
                if line is not None:
                    yield line


def test_a_journal_that_goes_over_damage_in_silence_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "Journal", Careless)
    told = words(crash_images(300, 1))
    assert "torn bytes" in told
    assert "rotten line" in told


def test_a_violation_says_how_to_repeat_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--count", "50", "--seed", "3", "--lies"]) == 1
    told = capsys.readouterr().out
    life = told.split("life ")[1].split(",")[0]
    assert f"python -m simulator.world.crash_images --seed 3 --life {life}" in told
    again = Report(3)
    live(again, int(life), lambda: SectorDisk(CAPACITY_BYTES, lies=True))
    assert f"life {life}, cut {again.violations[0].cut}: {again.violations[0].what}" in told


def test_the_command_is_quiet_about_a_good_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--count", "50"]) == 0
    assert capsys.readouterr().out.rstrip().endswith("0 violations")
    assert main(["--life", "7", "--seed", "2"]) == 0


def test_same_seed_same_lives() -> None:
    one, other = crash_images(200, 5), crash_images(200, 5)
    assert one == other
    assert crash_images(200, 6) != one
