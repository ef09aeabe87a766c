"""Finding a station: by initials, pinyin, Chinese or English; with one typo when nothing else fits.

Built once per network; a question over 3,400 stations takes a few milliseconds. Pinyin and initials come from the
station table, they are never guessed (ui-guide section 11).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from kiosk.ports.trips import Network, StationName

KEPT = 256
# How good a find is, best first.
EXACT, INITIALS, PINYIN, NAME, ENGLISH, WORD, INSIDE, TYPO = range(8)


def squashed(text: str) -> str:
    """Lower case, letters, digits and Chinese only: `Xi'an North` is `xiannorth`."""
    return "".join(char for char in text.lower() if char.isalnum())


@dataclass(frozen=True, slots=True)
class _Entry:
    station: StationName
    initials: str
    pinyin: str
    english: str
    words: tuple[str, ...]  # later words of the English name
    hot: int  # place in the hot list, large when not in it

    @property
    def order(self) -> tuple[int, int, str, str]:
        return self.hot, len(self.station.name), self.pinyin, self.station.telecode

    def rank(self, text: str) -> int | None:
        """How `text` (squashed, not empty) finds this station; None when it does not."""
        if text in (self.initials, self.pinyin, self.station.name, self.english):
            return EXACT
        if self.initials.startswith(text):
            return INITIALS
        if self.pinyin.startswith(text):
            return PINYIN
        if self.station.name.startswith(text):
            return NAME
        if self.english.startswith(text):
            return ENGLISH
        if any(word.startswith(text) for word in self.words):
            return WORD
        if len(text) > 1 and (text in self.station.name or text in self.pinyin):
            return INSIDE
        return None


def near_prefix(text: str, whole: str) -> bool:
    """Whether `text` becomes a beginning of `whole` by one letter changed, left out, too many, or two exchanged."""
    same = 0
    while same < len(text) and same < len(whole) and text[same] == whole[same]:
        same += 1
    if same == len(text):
        return True
    rest, other = text[same:], whole[same:]
    swapped = len(rest) > 1 and other.startswith(rest[1] + rest[0] + rest[2:])
    return swapped or other[1:].startswith(rest[1:]) or other.startswith(rest[1:]) or other[1:].startswith(rest)


class StationIndex:
    """All stations of one network, ready to be searched."""

    def __init__(self, network: Network) -> None:
        hot = {code: place for place, code in enumerate(network.hot)}
        self._hot = tuple(code for code in network.hot)
        self._entries = [
            _Entry(
                station,
                squashed(station.initials),
                squashed(station.pinyin),
                squashed(station.english),
                tuple(squashed(word) for word in station.english.split()[1:]),
                hot.get(station.telecode, len(hot)),
            )
            for station in network.stations
        ]
        self._letters = lru_cache(maxsize=KEPT)(self._letters_after)  # people type the same few beginnings
        self._by_code = {entry.station.telecode: entry.station for entry in self._entries}
        self.alphabetic = tuple(e.station.telecode for e in sorted(self._entries, key=lambda e: (e.pinyin, e.order)))

    def __contains__(self, telecode: str) -> bool:
        return telecode in self._by_code

    def get(self, telecode: str) -> StationName | None:
        return self._by_code.get(telecode)

    def hot(self, without: str = "") -> tuple[str, ...]:
        return tuple(code for code in self._hot if code in self._by_code and code != without)

    def provinces(self) -> tuple[str, ...]:
        """In the order of the network's table."""
        return tuple(dict.fromkeys(station.province for station in self._by_code.values() if station.province))

    def of_province(self, province: str) -> tuple[str, ...]:
        return tuple(code for code in self.alphabetic if self._by_code[code].province == province)

    def find(self, text: str, pool: Collection[str] | None = None) -> tuple[str, ...]:
        """Telecodes that fit, best first: exact, initials, pinyin, Chinese, English, inside; one typo only if none fits.

        `pool`: search only these. Within one rank hot stations come first, then short names, then pinyin.
        """
        wanted = squashed(text)
        if not wanted:
            return ()
        entries = [e for e in self._entries if pool is None or e.station.telecode in pool]
        found = [(rank, entry) for entry in entries if (rank := entry.rank(wanted)) is not None]
        if not found and len(wanted) >= 3:
            found = [(TYPO, e) for e in entries if near_prefix(wanted, e.pinyin) or near_prefix(wanted, e.english)]
        return tuple(e.station.telecode for _, e in sorted(found, key=lambda pair: (pair[0], pair[1].order)))

    def letters(self, text: str, pool: tuple[str, ...] | None = None) -> str:
        """Upper-case letters that, typed next, still lead to a station: the keys of the keyboard that are enabled."""
        return self._letters(squashed(text), pool)

    def _letters_after(self, typed: str, pool: tuple[str, ...] | None) -> str:
        at, found = len(typed), set[str]()
        for entry in self._entries:
            if pool is not None and entry.station.telecode not in pool:
                continue
            for way in (entry.initials, entry.pinyin, entry.english, *entry.words):
                if len(way) > at and way.startswith(typed):
                    found.add(way[at])
        return "".join(sorted(letter.upper() for letter in found if letter.isascii() and letter.isalpha()))


@lru_cache(maxsize=2)
def index_of(network: Network) -> StationIndex:
    """The index of a network; made once, for the station sends the same network at every start."""
    return StationIndex(network)
