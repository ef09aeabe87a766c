"""Names of stations as a machine shows and finds them, and numbers of trains as a ticket prints them.

A station of another country has no pinyin: what is typed is its name in plain letters. A name with characters that the fonts of
the screen lack is told, and shown in letters they have.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from simulator.station.gtfs.findings import FeedError, Findings
from simulator.station.gtfs.stops import Site
from simulator.station.gtfs.table import Tables
from simulator.station.network import Station, plain_pinyin

CHARSET = Path(__file__).resolve().parents[3] / "kiosk" / "ui" / "fonts" / "charset.txt"
CODES = 26**3
LETTERS_OF = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
     "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "ng", "’": "'", "`": "'"}
)  # fmt: skip
CHINESE = re.compile("[\u3400-\u9fff]")
LONGEST_NUMBER = 10
NAMES_TOLD = 8


@dataclass(frozen=True, slots=True)
class Words:
    """What translations.txt says of a station, by the first part of the language: `zh`, `en`."""

    by_id: Mapping[tuple[str, str], str]
    by_name: Mapping[tuple[str, str], str]

    def of(self, site: Site, language: str) -> str:
        return self.by_id.get((language, site.id)) or self.by_name.get((language, site.name)) or ""


def read_words(tables: Tables) -> Words:
    """Names of stops in other languages; both forms of the table that feeds use."""
    by_id: dict[tuple[str, str], str] = {}
    by_name: dict[tuple[str, str], str] = {}
    columns = ("table_name", "field_name", "language", "record_id", "field_value", "trans_id", "lang")
    for _, cells in tables.rows("translations.txt", ("translation",), columns):
        translation, table, field, language, record, value, old_id, old_language = (cell.strip() for cell in cells)
        if (table or "stops") != "stops" or (field or "stop_name") != "stop_name" or not translation.isprintable():
            continue
        short = (language or old_language).lower().split("-")[0]
        if record:
            by_id.setdefault((short, record), translation)
        elif value or old_id:
            by_name.setdefault((short, value or old_id), translation)
    return Words(by_id, by_name)


def stations_of(
    sites: Sequence[Site],
    words: Words,
    known: Mapping[str, Station],
    findings: Findings,
    charset: frozenset[str] | None,
) -> dict[str, Station]:
    """Id of a site -> its station. `known` stations, by name, lend telecode and pinyin; the others get codes in the order of
    their ids. `charset` None: nobody knows what the fonts have. Raises FeedError when there are more stations than codes."""
    if len(sites) > CODES:
        raise FeedError(f"stops.txt: {len(sites):,} stations; three letters name {CODES:,}")
    syllables = {char: syllable for one in known.values() for char, syllable in _pairs(one)}
    taken = {one.telecode for one in known.values()}
    codes = (code for number in range(CODES) if (code := _code(number)) not in taken)
    twice = {name for name, count in Counter(site.name for site in sites).items() if count > 1}
    found: dict[str, Station] = {}
    strange: list[str] = []
    for site in sorted(sites, key=lambda site: site.id):
        name = words.of(site, "zh") or site.name
        if name in known and site.name not in twice:
            found[site.id] = known[name]
            continue
        station = _station(next(codes, ""), name, site, words.of(site, "en"), syllables)
        if site.name in twice:
            mark = f" ({site.code or site.id})"
            station = replace(station, name=station.name + mark, english=station.english + mark)
        if charset is not None:
            shown = _shown(station, charset)
            strange += [f"{station.name} ({foreign(station.name + station.english, charset)})"] * (shown != station)
            station = shown
        if not station.telecode:
            raise FeedError(f"stops.txt: {len(sites):,} stations are more than there are codes")
        found[site.id] = station
    _tell(strange, findings)
    return found


def _tell(strange: Sequence[str], findings: Findings) -> None:
    if strange:
        more = f", and {len(strange) - NAMES_TOLD:,} more" if len(strange) > NAMES_TOLD else ""
        some = ", ".join(strange[:NAMES_TOLD])
        findings.told.append(
            f"{len(strange):,} names have characters that the screen's fonts lack, shown without: {some}{more}"
        )


def _pairs(station: Station) -> Iterable[tuple[str, str]]:
    return zip(station.name, station.pinyin_toned.split(), strict=False)


def _code(number: int) -> str:
    """AAA, AAB, ... ZZZ."""
    return "".join(chr(ord("A") + number // 26**power % 26) for power in (2, 1, 0))


def _station(telecode: str, name: str, site: Site, english: str, syllables: Mapping[str, str]) -> Station:
    toned = [syllables.get(char, "") for char in name] if CHINESE.search(name) else []
    if toned and all(toned):
        typed = [plain_pinyin(syllable) for syllable in toned]
    else:
        toned = []
        typed = typed_words(english or name) or typed_words(site.name) or typed_words(site.code) or typed_words(site.id)
    return Station(
        telecode=telecode,
        name=name,
        pinyin="".join(typed),
        pinyin_toned=" ".join(toned) or name,
        initials="".join(word[0] for word in typed),
        english=english or ("".join(typed).capitalize() if toned else name),
        city=name,
        province="",
        province_english="",
    )


def plain(text: str) -> str:
    """Without accents and ligatures: `Köln` -> `Koln`, `Łódź` -> `Lodz`. What has no plain form stays."""
    parts = unicodedata.normalize("NFKD", text.translate(LETTERS_OF))
    return unicodedata.normalize("NFC", "".join(char for char in parts if not unicodedata.combining(char)))


def typed_words(text: str) -> list[str]:
    """The words of a name as they are typed on letters only: `22nd St Caltrain` -> st, caltrain."""
    words = re.findall(r"[a-z0-9]+", plain(text).lower().replace("'", ""))
    letters = ["".join(char for char in word if char.isalpha()) for word in words if not word[0].isdigit()]
    return [word for word in letters if word]


def foreign(text: str, charset: frozenset[str]) -> str:
    """Characters of `text` that the fonts lack."""
    return "".join(sorted(set(text) - charset))


def _shown(station: Station, charset: frozenset[str]) -> Station:
    """The station in letters the fonts have: without accents, else by its other name, else as it is typed."""
    if not set(station.name + station.english) - charset:
        return station
    typed = station.pinyin.capitalize() or station.telecode
    ways = [plain(station.english), typed]
    name, english = (
        next(way for way in ([text, plain(text), *ways]) if not set(way) - charset or way == typed)
        for text in (station.name, station.english)
    )
    return replace(station, name=name, english=english, city=name, pinyin_toned=name)


def read_charset(path: Path = CHARSET) -> frozenset[str] | None:
    """What the screen's fonts cover; None when the list is not there."""
    try:
        return frozenset(path.read_text("utf-8")) - {"\n"}
    except (OSError, UnicodeDecodeError):
        return None


def number_of(names: Iterable[str]) -> str:
    """The first name that leaves capital letters and digits when plain: `ICE 1672` -> `ICE1672`; `T` when none does."""
    return next((letters for name in names if (letters := _capitals(name))), "T")


@lru_cache(4_096)
def _capitals(name: str) -> str:
    return "".join(re.findall(r"[A-Z0-9]+", plain(name).upper()))[:LONGEST_NUMBER]
