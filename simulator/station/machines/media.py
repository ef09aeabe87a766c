"""The set `media`: pictures of the machines' waiting page, and notices. Source: station-api sheet, "Media"; TVM-030, AND-08.

Pictures lie in files under their SHA-256 (`picture_files`); who brought which stands in the steps. A set names only pictures that
are here, and says of each how long it is: what a machine gets is that picture or none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.station.machines.sets import MEDIA, ParameterSets
from simulator.station.wire import Refused, Step

NAME = MEDIA
MOST_PICTURES, MOST_NOTICES = 8, 6
MOST_FILES = 48
SECONDS = 5, 60
URGENCIES = ("urgent", "important", "info")
LONGEST = {"caption": 24, "caption_english": 60, "text": 40, "english": 80}
KINDS = frozenset({"media_kept", "media_removed"})
LATIN = frozenset(chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100)) if code != 0xAD)
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that is here; sizes in bytes and pixels."""

    sha256: str
    name: str
    bytes: int
    width: int
    height: int
    by: str
    at_ms: int


class Pictures:
    """Which files are here, folded from steps, in the order in which they came."""

    def __init__(self) -> None:
        self.by_hash: dict[str, Picture] = {}

    def copy(self) -> Pictures:
        other = Pictures()
        other.by_hash = dict(self.by_hash)
        return other

    def of(self, sha256: str) -> Picture:
        """Refuses 404 no_such_picture."""
        found = self.by_hash.get(sha256)
        if found is None:
            raise Refused(404, "no_such_picture", sha256)
        return found

    def apply(self, step: Step) -> None:
        if step["kind"] == "media_removed":
            self.by_hash.pop(step["sha256"], None)
            return
        self.by_hash[step["sha256"]] = Picture(**{part: step[part] for part in Picture.__slots__})

    def snapshot(self) -> list[dict[str, Any]]:
        return [{part: getattr(each, part) for part in Picture.__slots__} for each in self.by_hash.values()]


def composed(
    pictures: Sequence[Mapping[str, Any]], notices: Sequence[Mapping[str, Any]], here: Pictures
) -> dict[str, Any]:
    """The body of a set, each picture with its size. Refuses 404 no_such_picture, 422 out_of_range."""
    listed = [{**each, "bytes": here.of(each["sha256"]).bytes} for each in pictures]
    body = {"pictures": listed, "notices": [dict(each) for each in notices]}
    if defect := defect_of(body):
        raise Refused(422, "out_of_range", defect)
    return body


def defect_of(body: Body) -> str:
    """What machines would refuse, or could not show; empty when nothing."""
    names = [each["sha256"] for each in body["pictures"]]
    if len(names) != len(set(names)):
        return "pictures: one of them twice"
    for number, each in enumerate(body["pictures"], 1):
        if bool(each["caption"]) != bool(each["caption_english"]):
            return f"pictures {number}: a caption in one language"
        defects = [_worded(part, each[part]) for part in ("caption", "caption_english") if each["caption"]]
        if defect := next(filter(None, defects), ""):
            return f"pictures {number}: {defect}"
    for number, each in enumerate(body["notices"], 1):
        if 0 < each["until_ms"] <= each["from_ms"]:
            return f"notices {number}: ends before it begins"
        if defect := next(filter(None, (_worded(part, each[part]) for part in ("text", "english"))), ""):
            return f"notices {number}: {defect}"
    return ""


def _worded(part: str, text: str) -> str:
    if not 0 < len(text) <= LONGEST[part] or not text.isprintable() or text != text.strip():
        return f"{part} is not 1 to {LONGEST[part]} letters"
    strange = next((letter for letter in text if not shown(letter)), "")
    return f"{part}: machines have no {strange}" if strange else ""


def shown(letter: str) -> bool:
    """Whether the machines' faces surely have it: Latin letters, signs and usual hanzi of GB 2312 (rows 1 to 3, 16 to 55)."""
    if letter in LATIN:
        return True
    try:
        row, *cell = letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return bool(cell) and (row - 0xA0 in range(1, 4) or row - 0xA0 in range(16, 56))


def used(sets: ParameterSets, sha256: str, now_ms: int) -> bool:
    """Whether a set that holds, that may come to hold, or a draft names the picture."""
    held = sets.versions.get(NAME, {})
    wanted = [each.version for each in sets.wanted(0, now_ms) if each.name == NAME]
    drafts = [number for number, each in held.items() if not each.released_by and number > sets.newest(NAME)]
    return any(one["sha256"] == sha256 for number in (*wanted, *drafts) for one in held[number].body["pictures"])
