"""The set `media` as the machine reads it: pictures of the waiting page, by their hash, and notices to passengers.

Source: station-api sheet, "Media". Whatever does not fit refuses the whole set, with a reason; the set before stays. The pictures
themselves are fetched later and by their hash (`kiosk.media`): a set holds before they are here, and without them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

NAME = "media"
MOST_PICTURES, MOST_NOTICES = 8, 6
MOST_BYTES = 2_000_000
SECONDS = 5, 60
LATEST_MS = 10**14
URGENCIES = ("urgent", "important", "info")
LONGEST = {"caption": 24, "caption_english": 60, "text": 40, "english": 80}
HASH = re.compile("[0-9a-f]{64}")
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class MediaPicture:
    """A PNG of `bytes` bytes whose SHA-256 is `sha256`, shown for `seconds`; the caption in both languages, or in none."""

    sha256: str
    bytes: int
    seconds: int
    caption: str
    caption_english: str


@dataclass(frozen=True, slots=True)
class MediaNotice:
    """A line to passengers from `from_ms` on and before `until_ms` (0: no end), by the station's clock; `urgency` of URGENCIES."""

    text: str
    english: str
    from_ms: int
    until_ms: int
    urgency: str


@dataclass(frozen=True, slots=True)
class MediaList:
    """Both in the order of the station."""

    pictures: tuple[MediaPicture, ...] = ()
    notices: tuple[MediaNotice, ...] = ()

    def told(self, wall_ms: int) -> tuple[MediaNotice, ...]:
        """Notices of now, the most urgent first."""
        holding = [each for each in self.notices if each.from_ms <= wall_ms and not 0 < each.until_ms <= wall_ms]
        return tuple(sorted(holding, key=lambda each: URGENCIES.index(each.urgency)))


NOTHING = MediaList()


def read_media(body: dict[str, Any]) -> MediaList:
    """Raises ValueError with the reason: a part is missing or out of range, one picture twice, or more than fit."""
    if body.keys() != {"pictures", "notices"}:
        raise ValueError("media: not pictures and notices")
    pictures = _listed(body["pictures"], "pictures", MOST_PICTURES, _picture)
    notices = _listed(body["notices"], "notices", MOST_NOTICES, _notice)
    if len({each.sha256 for each in pictures}) != len(pictures):
        raise ValueError("pictures: one of them twice")
    return MediaList(pictures, notices)


def _listed(raw: Any, name: str, most: int, read: Callable[[str, Any], Entry]) -> tuple[Entry, ...]:
    if type(raw) is not list or len(raw) > most:
        raise ValueError(f"{name}: not a list of at most {most}")
    return tuple(read(f"{name} {number}", each) for number, each in enumerate(raw, 1))


def _picture(place: str, raw: Any) -> MediaPicture:
    _typed(place, raw, {"sha256": str, "bytes": int, "seconds": int, "caption": str, "caption_english": str})
    if not HASH.fullmatch(raw["sha256"]):
        raise ValueError(f"{place}: sha256 is not 64 hex digits")
    if not 0 < raw["bytes"] <= MOST_BYTES:
        raise ValueError(f"{place}: bytes is not within 1..{MOST_BYTES}")
    if not SECONDS[0] <= raw["seconds"] <= SECONDS[1]:
        raise ValueError(f"{place}: seconds is not within {SECONDS[0]}..{SECONDS[1]}")
    if bool(raw["caption"]) != bool(raw["caption_english"]):
        raise ValueError(f"{place}: a caption in one language")
    for name in ("caption", "caption_english") if raw["caption"] else ():
        _worded(place, name, raw[name])
    return MediaPicture(**raw)


def _notice(place: str, raw: Any) -> MediaNotice:
    _typed(place, raw, {"text": str, "english": str, "from_ms": int, "until_ms": int, "urgency": str})
    for name in ("text", "english"):
        _worded(place, name, raw[name])
    if not 0 <= raw["from_ms"] <= LATEST_MS or not 0 <= raw["until_ms"] <= LATEST_MS:
        raise ValueError(f"{place}: from_ms or until_ms is no time")
    if 0 < raw["until_ms"] <= raw["from_ms"]:
        raise ValueError(f"{place}: ends before it begins")
    if raw["urgency"] not in URGENCIES:
        raise ValueError(f"{place}: urgency is none of {', '.join(URGENCIES)}")
    return MediaNotice(**raw)


def _typed(place: str, raw: Any, parts: dict[str, type]) -> None:
    if type(raw) is not dict or {name: type(value) for name, value in raw.items()} != parts:
        raise ValueError(f"{place}: not {', '.join(parts)}")


def _worded(place: str, name: str, text: str) -> None:
    if not 0 < len(text) <= LONGEST[name] or not text.isprintable() or text != text.strip():
        raise ValueError(f"{place}: {name} is not 1 to {LONGEST[name]} letters")
