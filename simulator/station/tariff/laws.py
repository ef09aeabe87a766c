"""Laws that a fare set should keep, and what breaks them: fares over distance, and fares between numbered stations.

negative    no fare is below 0
monotone    farther is never cheaper
concession  a reduced fare is never more than the full one
through     a through fare is never more than its parts together
zero        no distance costs nothing
length      a fare depends on how far one travels, not on where
Source: requirements FARE-08; the station's fares and rules.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from simulator.station.tariff.money import yuan

Law = Literal["negative", "monotone", "concession", "through", "zero", "length"]
LAWS: tuple[Law, ...] = ("negative", "monotone", "concession", "through", "zero", "length")


@dataclass(frozen=True, slots=True)
class Finding:
    """A law is broken somewhere in `where`: how often, and the worst place. `by_fen` is by how much there."""

    law: Law
    where: str
    by_fen: Fraction
    told: str
    times: int = 1

    def __str__(self) -> str:
        often = f" (and {self.times - 1} more)" if self.times > 1 else ""
        return f"{self.law}: {self.where}: {self.told}{often}"


@dataclass(frozen=True, slots=True)
class Ladder:
    """Fares over distance, fen: `full_fen` at each of `last_km`, `reduced_fen` by passenger. `stepped`: constant down to the
    distance before; else nothing is known in between."""

    where: str
    last_km: Sequence[int]
    full_fen: Sequence[int]
    reduced_fen: Mapping[str, Sequence[int]] = field(default_factory=dict)
    stepped: bool = True

    def fen_at(self, km: int) -> int | None:
        """The full fare of a distance; None where it is not known."""
        at = bisect_left(self.last_km, km)
        known = at < len(self.last_km) and (self.stepped or self.last_km[at] == km)
        return self.full_fen[at] if known else None


Breach = tuple[Fraction | int, str]  # by how much, fen, and in words


def check_ladder(ladder: Ladder) -> list[Finding]:
    """One finding for each law that is broken."""
    fares = {"adult": ladder.full_fen, **ladder.reduced_fen}
    laws: dict[Law, Iterator[Breach]] = {
        "negative": _negative(ladder, fares),
        "monotone": _falling(ladder, fares),
        "concession": _dearer(ladder),
        "through": _dear_through(ladder),
    }
    return _findings(ladder.where, laws)


def _findings(where: str, laws: Mapping[Law, Iterator[Breach]]) -> list[Finding]:
    found = []
    for law, breaches in laws.items():
        if all_of_it := list(breaches):
            by_fen, told = max(all_of_it, key=lambda breach: breach[0])
            found.append(Finding(law, where, Fraction(by_fen), told, len(all_of_it)))
    return found


def _negative(ladder: Ladder, fares: Mapping[str, Sequence[int]]) -> Iterator[Breach]:
    for who, row in fares.items():
        for km, fen in zip(ladder.last_km, row, strict=True):
            if fen < 0:
                yield -fen, f"{who} pays {yuan(fen)} over {km} km"


def _falling(ladder: Ladder, fares: Mapping[str, Sequence[int]]) -> Iterator[Breach]:
    for who, row in fares.items():
        for (near_km, near), (far_km, far) in pairwise(zip(ladder.last_km, row, strict=True)):
            if far < near:
                yield near - far, f"{who} pays {yuan(near)} over {near_km} km and {yuan(far)} over {far_km} km"


def _dearer(ladder: Ladder) -> Iterator[Breach]:
    for who, row in ladder.reduced_fen.items():
        for km, fen, full in zip(ladder.last_km, row, ladder.full_fen, strict=True):
            if fen > full:
                yield fen - full, f"{who} pays {yuan(fen)} over {km} km, the full fare is {yuan(full)}"


def _dear_through(ladder: Ladder) -> Iterator[Breach]:
    """Pairs of the furthest km of each step: nothing shorter costs more than they do together, for the same money."""
    for at, (one_km, one) in enumerate(zip(ladder.last_km, ladder.full_fen, strict=True)):
        for other_km, other in zip(ladder.last_km[at:], ladder.full_fen[at:], strict=True):
            if one_km + other_km > ladder.last_km[-1]:
                break
            through = ladder.fen_at(one_km + other_km)
            if through is not None and through > one + other:
                told = f"{yuan(through)} over {one_km + other_km} km, {yuan(one + other)} as {one_km} and {other_km} km"
                yield through - one - other, told


def check_matrix(where: str, stations: int, fare_fen: Callable[[int, int], Fraction]) -> list[Finding]:
    """The laws for fares between stations numbered from 1 on, each from a lower number to a higher or the same one."""
    fares = {(i, j): fare_fen(i, j) for i in range(1, stations + 1) for j in range(i, stations + 1)}
    laws: dict[Law, Iterator[Breach]] = {
        "zero": ((abs(fen), f"{yuan(fen)} from {i} to {i}") for (i, j), fen in fares.items() if i == j and fen),
        "negative": ((-fen, f"{yuan(fen)} from {i} to {j}") for (i, j), fen in fares.items() if fen < 0),
        "monotone": _nearer_dearer(fares),
        "length": _uneven(fares),
        "through": _broken_journeys(fares),
    }
    return _findings(where, laws)


Fares = Mapping[tuple[int, int], Fraction]


def _nearer_dearer(fares: Fares) -> Iterator[Breach]:
    for (i, j), fen in fares.items():
        for further in ((i, j + 1), (i - 1, j)):
            if further in fares and fares[further] < fen:
                told = f"{yuan(fen)} from {i} to {j}, {yuan(fares[further])} from {further[0]} to {further[1]}"
                yield fen - fares[further], told


def _uneven(fares: Fares) -> Iterator[Breach]:
    for (i, j), fen in fares.items():
        shifted = fares.get((i + 1, j + 1), fen)
        if shifted != fen:
            yield abs(shifted - fen), f"{yuan(fen)} from {i} to {j}, {yuan(shifted)} from {i + 1} to {j + 1}"


def _broken_journeys(fares: Fares) -> Iterator[Breach]:
    for (i, j), fen in fares.items():
        for m in range(i + 1, j):
            parts = fares[i, m] + fares[m, j]
            if fen > parts:
                yield fen - parts, f"{yuan(fen)} from {i} to {j}, {yuan(parts)} with a stop at {m}"
