"""The tables of a feed as bytes, from a zip archive or a folder. Nothing is unpacked to disk, and nothing grows without bound."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from simulator.station.gtfs.findings import FeedError

TABLES = (
    "stops.txt",
    "routes.txt",
    "trips.txt",
    "stop_times.txt",
    "calendar.txt",
    "calendar_dates.txt",
    "frequencies.txt",
    "fare_attributes.txt",
    "fare_rules.txt",
    "feed_info.txt",
    "translations.txt",
)
NEEDED = TABLES[:4]
MOST_MEMBERS = 1_000
MOST_TABLE_BYTES = 256 << 20
MOST_BYTES = 512 << 20
MOST_RATIO = 200  # text of tables packs 10 to 40 times; a bomb packs 1,000 times
RATIO_FROM_BYTES = 16 << 20


def read_feed(path: Path) -> Mapping[str, bytes]:
    """The known tables that the feed has, by name. Raises FeedError, also for an archive that looks like an attack."""
    try:
        tables = _from_folder(path) if path.is_dir() else _from_zip(path)
    except OSError as error:
        raise FeedError(f"{path}: cannot be read: {error.strerror or error}") from error
    missing = [name for name in NEEDED if name not in tables]
    if not ("calendar.txt" in tables or "calendar_dates.txt" in tables):
        missing.append("calendar.txt or calendar_dates.txt")
    if missing:
        raise FeedError(f"{path}: no GTFS feed: {', '.join(missing)} missing")
    return tables


def digest_of_feed(tables: Mapping[str, bytes]) -> str:
    """The same 16 hex digits for the same tables, packed or not."""
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(f"{name} {len(tables[name])}\n".encode() + tables[name])
    return digest.hexdigest()[:16]


def _from_folder(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name in TABLES:
        file = path / name
        if not file.is_file():
            continue
        _bounded(path, name, file.stat().st_size, found)
        with file.open("rb") as opened:
            found[name] = opened.read(MOST_TABLE_BYTES + 1)
        _bounded(path, name, len(found[name]), {})
    return found


def _from_zip(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(path, archive)
            found: dict[str, bytes] = {}
            for name, member in members.items():
                _bounded(path, name, member.file_size, found)
                found[name] = archive.read(member)
            return found
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise FeedError(f"{path}: no usable zip archive: {error}") from error


def _members(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The tables of the archive by name; they lie at its root, or all in one folder."""
    listed = [member for member in archive.infolist() if not member.is_dir()]
    if len(listed) > MOST_MEMBERS:
        raise FeedError(f"{path}: {len(listed):,} members; a feed has a dozen")
    found: dict[str, zipfile.ZipInfo] = {}
    folders: set[str] = set()
    for member in listed:
        _plain_name(path, member.filename)
        at = PurePosixPath(member.filename)
        if at.name not in TABLES or at.parts[0] == "__MACOSX":
            continue
        if at.name in found and str(at.parent) in folders:
            raise FeedError(f"{path}: {at.name} stands twice in the archive")
        if member.flag_bits & 0x1:
            raise FeedError(f"{path}: {member.filename} is encrypted")
        if member.file_size > RATIO_FROM_BYTES and member.file_size > MOST_RATIO * max(1, member.compress_size):
            raise FeedError(f"{path}: {member.filename} would unpack to {member.file_size:,} bytes: refused")
        folders.add(str(at.parent))
        found[at.name] = member
    if len(folders) > 1:
        raise FeedError(f"{path}: tables in several folders of the archive ({', '.join(sorted(folders))})")
    return found


def _plain_name(path: Path, name: str) -> None:
    """A name that leads out of the archive shows what the archive is meant for."""
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or ".." in parts or (parts and ":" in parts[0]) or not name.isprintable():
        raise FeedError(f"{path}: a member is named {name!r}: refused")


def _bounded(path: Path, name: str, size: int, before: Mapping[str, bytes]) -> None:
    if size > MOST_TABLE_BYTES:
        raise FeedError(f"{path}: {name} has {size:,} bytes; at most {MOST_TABLE_BYTES:,} are read")
    if size + sum(len(table) for table in before.values()) > MOST_BYTES:
        raise FeedError(f"{path}: the tables have more than {MOST_BYTES:,} bytes")
