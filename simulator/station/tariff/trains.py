"""Published station prices of real trains against the tariff, as far as the columns allow. Source: fares and rules, 1.8 and 2.

A row with a distance is judged. One without is looked for: some mileage section, not before that of the stop before, must cost
just these prices. EMU rows are judged where the tariff has a published fare between the train's first station and this one.
The table has no air-conditioning; it is fitted per train, the kind that explains most rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path

from simulator.station.network import NETWORK_DIR, StationsFile, read_yaml
from simulator.station.tariff.book import Tariff
from simulator.station.tariff.data import Conditioning, Supplement
from simulator.station.tariff.distance import section_km
from simulator.station.tariff.emu import SECOND, EmuRide
from simulator.station.tariff.engine import ADULT, price_of
from simulator.station.tariff.money import yuan
from simulator.station.tariff.ordinary import FareSection, OrdinaryRide
from simulator.station.tariff.sheet import Row, read_rows
from simulator.station.tariff.words import train_words

SOFT_BERTH = "soft_berth_upper"
PRICES = {
    "lowest_seat_yuan": "hard_seat",
    "hard_sleeper_upper_yuan": "hard_berth_upper",
    "soft_sleeper_upper_yuan": SOFT_BERTH,
}
COLUMNS = ("train", "seq", "station", *PRICES, "implied_km_from", "implied_km_to")
FITTED: tuple[Conditioning, ...] = ("new", "none", "old")
FURTHEST_KM = 6_000

FIRST_STOP = "the train's first stop, no fare"
NO_PRICE = "no price in the table"
OFF_TARIFF = "no distance, and no mileage section costs just this: not on the standard tariff"
SOFT_OFF_TARIFF = (
    "no distance; one mileage section costs just this but for the soft berth, which is not on the standard tariff"
)
EMU_UNKNOWN = "EMU train: no distance, and no published fare in the tariff between these stations"


@dataclass
class Outcome:
    """Counts of rows; `misses` are sentences, `unjudged` counts reasons, `trains` says how each train was taken."""

    judged: int = 0
    misses: list[str] = field(default_factory=list)
    placed: int = 0
    unjudged: Counter[str] = field(default_factory=Counter)
    trains: list[str] = field(default_factory=list)

    @property
    def matched(self) -> int:
        return self.judged - len(self.misses)

    def add(self, other: Outcome) -> None:
        self.judged += other.judged
        self.placed += other.placed
        self.misses += other.misses
        self.unjudged += other.unjudged
        self.trains += other.trains


def judge_trains(path: Path, tariff: Tariff, sold_on: date) -> Outcome:
    """Every row of the table. Raises SheetError."""
    total = Outcome()
    for number, rows in groupby(read_rows(path, COLUMNS), lambda row: row.text("train")):
        total.add(_Train(path.name, number, list(rows), tariff, sold_on).judge())
    return total


@cache
def telecodes() -> Mapping[str, str]:
    """Station name to telecode, from the network's list."""
    stations = read_yaml(NETWORK_DIR / "stations.yaml", StationsFile).stations
    return {row.name: code for code, row in stations.items()}


@cache
def _section_ends(tariff: Tariff, sold_on: date) -> tuple[int, ...]:
    """The last km of each mileage section."""
    rows, ends = tariff.ordinary(sold_on).sections.rows, [0]
    while ends[-1] < FURTHEST_KM:
        ends.append(section_km(ends[-1] + 1, rows)[1])
    return tuple(ends[1:])


@dataclass
class _Train:
    file: str
    number: str
    rows: Sequence[Row]
    tariff: Tariff
    sold_on: date

    def judge(self) -> Outcome:
        if not re.fullmatch(r"[GDCKTZ]?\d{1,4}", self.number):
            raise self.rows[0].wrong("train", f"{self.number!r} is no train number")
        kind = train_words(self.number)
        if kind.profile:
            return self._judge_emu(kind.profile)
        tried = [self._judge_as(kind.supplement, aircon) for aircon in FITTED]
        return max(tried, key=lambda outcome: outcome.matched + outcome.placed)

    def _judge_as(self, supplement: Supplement, aircon: Conditioning) -> Outcome:
        outcome, reached = Outcome(), 0
        for row, prices in self._priced(outcome):
            first, last = row.cells["implied_km_from"], row.cells["implied_km_to"]
            if first or last:
                reached = self._judge_row(outcome, row, prices, supplement, aircon)
            elif found := self._place(prices, supplement, aircon, reached):
                outcome.placed, reached = outcome.placed + 1, found
            else:
                hard = {name: fen for name, fen in prices.items() if name != SOFT_BERTH}
                near = len(hard) == 2 and self._place(hard, supplement, aircon, reached)
                outcome.unjudged[SOFT_OFF_TARIFF if near else OFF_TARIFF] += 1
        told = f"{self.number}: {supplement} supplement, {aircon} air-conditioning"
        outcome.trains.append(f"{told}: {outcome.matched} of {outcome.judged} match, {outcome.placed} placed")
        return outcome

    def _priced(self, outcome: Outcome) -> list[tuple[Row, dict[str, int]]]:
        """Rows with prices, by class; the others are counted."""
        found = []
        for at, row in enumerate(self.rows):
            prices = {name: fen for column, name in PRICES.items() if (fen := row.fen(column)) is not None}
            if prices:
                found.append((row, prices))
            else:
                outcome.unjudged[FIRST_STOP if at == 0 else NO_PRICE] += 1
        return found

    def _judge_row(
        self, outcome: Outcome, row: Row, prices: Mapping[str, int], supplement: Supplement, aircon: Conditioning
    ) -> int:
        """Judge a row with a distance; answers its first km."""
        first, last = row.km("implied_km_from"), row.km("implied_km_to")
        if first > last:
            raise row.wrong("implied_km_from", f"{first} is beyond implied_km_to {last}")
        differing = [
            f"{name} {yuan(fen)} published, {yuan(ours)} computed over {km} km"
            for name, fen in prices.items()
            for km in (first, last)
            if (ours := self._fen(km, supplement, aircon, name)) != fen
        ]
        outcome.judged += 1
        if differing:
            outcome.misses.append(f"{self._at(row)}: {'; '.join(differing)}")
        return first

    def _place(self, prices: Mapping[str, int], supplement: Supplement, aircon: Conditioning, reached: int) -> int:
        """The last km of the first mileage section from `reached` on that costs just this; 0: none."""
        for km in _section_ends(self.tariff, self.sold_on):
            if km >= reached and all(self._fen(km, supplement, aircon, name) == fen for name, fen in prices.items()):
                return km
        return 0

    def _fen(self, km: int, supplement: Supplement, aircon: Conditioning, name: str) -> int:
        return _known_fen(self.tariff, self.sold_on, OrdinaryRide((FareSection(km),), supplement, aircon, name))

    def _judge_emu(self, profile: str) -> Outcome:
        outcome = Outcome()
        origin = telecodes().get(self.rows[0].text("station"), "")
        for row, prices in self._priced(outcome):
            ends = (origin, telecodes().get(row.text("station"), ""))
            if not all(ends) or self.tariff.published(profile, ends, self.sold_on) is None:
                outcome.unjudged[EMU_UNKNOWN] += 1
                continue
            fen = prices.get("hard_seat")  # the lowest seat of an EMU train is second class
            ours = price_of(self.tariff, EmuRide(profile, SECOND, ends=ends), ADULT, self.sold_on).total_fen
            outcome.judged += 1
            if fen is not None and fen != ours:
                outcome.misses.append(f"{self._at(row)}: second {yuan(fen)} published, {yuan(ours)} in the tariff")
        outcome.trains.append(f"{self.number}: EMU, {profile}: {outcome.matched} of {outcome.judged} match")
        return outcome

    def _at(self, row: Row) -> str:
        return f"{self.file}:{row.line}: {self.number} {row.text('station')}"


@cache
def _known_fen(tariff: Tariff, sold_on: date, ride: OrdinaryRide) -> int:
    return price_of(tariff, ride, ADULT, sold_on).total_fen
