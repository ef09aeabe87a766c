"""Where a feed comes from: archives and folders, what is missing, and archives that mean harm."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from simulator.station.gtfs import source
from simulator.station.gtfs.feed import Feed, load_feed
from simulator.station.gtfs.findings import FeedError
from simulator.station.gtfs.source import digest_of_feed, read_feed
from tests.simulator.station.gtfs.feeds import DAY, SMALL, TODAY, as_folder, as_zip, with_tables


def numbers(feed: Feed) -> list[str]:
    return list(feed.world.timetable.by_number)


def test_an_archive_and_a_folder_are_the_same_feed(tmp_path: Path) -> None:
    ways = [
        as_folder(tmp_path / "folder", SMALL),
        as_zip(tmp_path / "root.zip", SMALL),
        as_zip(tmp_path / "inner.zip", SMALL, "feed-2019/"),
    ]
    feeds = [load_feed(path, TODAY, DAY) for path in ways]
    assert [numbers(feed) for feed in feeds] == [["ICE7"]] * 3
    assert len({feed.digest for feed in feeds}) == 1


def test_a_byte_order_mark_and_lines_of_windows_change_nothing(tmp_path: Path) -> None:
    tables = {name: "\ufeff" + text.replace("\n", "\r\n") for name, text in SMALL.items()}
    assert numbers(load_feed(as_zip(tmp_path / "f.zip", tables), TODAY, DAY)) == ["ICE7"]


@pytest.mark.parametrize("name", ["stops", "routes", "trips", "stop_times", "calendar"])
def test_a_missing_table_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(FeedError, match=f"no GTFS feed: {name}.txt.* missing"):
        load_feed(as_folder(tmp_path, with_tables(**{name: None})), TODAY, DAY)


def test_what_is_no_archive_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("stop_id\n")
    (tmp_path / "cut.zip").write_bytes(as_zip(tmp_path / "f.zip", SMALL).read_bytes()[:-40])
    for name, said in (("text.zip", "no usable zip"), ("cut.zip", "no usable zip"), ("none.zip", "cannot be read")):
        with pytest.raises(FeedError, match=said):
            read_feed(tmp_path / name)


def test_a_damaged_member_is_said(tmp_path: Path) -> None:
    path = as_zip(tmp_path / "f.zip", SMALL)
    raw = bytearray(path.read_bytes())
    at = raw.index(b"stops.txt") + len("stops.txt") + 20
    raw[at] ^= 0xFF
    path.write_bytes(bytes(raw))
    with pytest.raises(FeedError, match="no usable zip archive"):
        read_feed(path)


@pytest.mark.parametrize("name", ["../stops.txt", "/stops.txt", "a/../../stops.txt", "c:/stops.txt", "a\nb.txt"])
def test_a_name_that_leads_out_of_the_archive_refuses_it(tmp_path: Path, name: str) -> None:
    path = as_zip(tmp_path / "f.zip", {**SMALL, name: "x"})
    with pytest.raises(FeedError, match="a member is named"):
        read_feed(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def read(self: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
        opened.append(member.filename)
        return b""

    monkeypatch.setattr(zipfile.ZipFile, "read", read)
    bomb = as_zip(tmp_path / "f.zip", {**SMALL, "fare_rules.txt": "0" * (20 << 20)})
    with pytest.raises(FeedError, match="would unpack to 20,971,520 bytes"):
        read_feed(bomb)
    assert opened == []


def test_sizes_are_bounded_for_a_table_and_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = [as_zip(tmp_path / "f.zip", SMALL), as_folder(tmp_path / "f", SMALL)]
    monkeypatch.setattr(source, "MOST_BYTES", 300)
    for path in ways:
        with pytest.raises(FeedError, match="the tables have more than 300 bytes"):
            read_feed(path)
    monkeypatch.setattr(source, "MOST_TABLE_BYTES", 100)
    for path in ways:
        with pytest.raises(FeedError, match=r"txt has \d+ bytes; at most 100"):
            read_feed(path)


def test_a_table_twice_an_encrypted_one_and_a_crowd_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = as_zip(tmp_path / "f.zip", SMALL)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("stops.txt", "again")
    with pytest.raises(FeedError, match=r"stops.txt stands twice"):
        read_feed(path)
    path = as_zip(tmp_path / "g.zip", SMALL)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other/trips.txt", "again")
    with pytest.raises(FeedError, match="tables in several folders"):
        read_feed(path)
    raw = as_zip(tmp_path / "h.zip", SMALL).read_bytes()
    (tmp_path / "h.zip").write_bytes(raw.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"))
    with pytest.raises(FeedError, match="is encrypted"):
        read_feed(tmp_path / "h.zip")
    monkeypatch.setattr(source, "MOST_MEMBERS", 3)
    with pytest.raises(FeedError, match="members; a feed has a dozen"):
        read_feed(as_zip(tmp_path / "i.zip", SMALL))


def test_a_folder_gives_only_plain_files(tmp_path: Path) -> None:
    folder = as_folder(tmp_path, with_tables(stops=None))
    (folder / "stops.txt").mkdir()
    with pytest.raises(FeedError, match=r"stops.txt missing"):
        read_feed(folder)


def test_a_folder_that_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = as_folder(tmp_path, SMALL)

    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert stat.S_ISREG((folder / "stops.txt").stat().st_mode)
    with pytest.raises(FeedError, match="cannot be read: Permission denied"):
        read_feed(folder)


def test_the_digest_is_that_of_all_tables(tmp_path: Path) -> None:
    raw = read_feed(as_folder(tmp_path, SMALL))
    assert digest_of_feed(raw) == digest_of_feed(dict(reversed(list(raw.items()))))
    assert digest_of_feed(raw) != digest_of_feed({**raw, "trips.txt": raw["trips.txt"] + b"\n"})
