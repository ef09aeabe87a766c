"""A business day as a report: the figures of its close, or of what a close would say now, put into tables with their sums.

Nothing is counted here: each cell is a figure of the close, each last row the sum of its column. Amounts in fen. HTML, CSV and
PDF are three ways to write the same value down.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from simulator.station.timetable import clock_text, station_date, wall_ms

WORDS_FILE = Path(__file__).resolve().parent.parent / "static" / "figures.json"
Language = Literal["zh", "en", "both"]
LANGUAGES: tuple[Language, ...] = ("zh", "en", "both")
Side = Literal["station", "machines"]
Pair = tuple[str, str]
COLUMNS = 6
"""So many figures stand side by side; more begin another table."""

GROUPS: tuple[tuple[Side, Pair, tuple[str, ...]], ...] = (
    ("station", ("车站所售", "What the station sold"), ("sales", "tickets", "sold_fen", "cash_fen", "card_fen")),
    (
        "station",
        ("退票与改签", "Tickets that came back"),
        ("refunds", "exchanges", "tickets_back_fen", "return_fees_fen", "out_cash_fen", "out_card_fen"),
    ),
    (
        "machines",
        ("机器记录：售票", "What the machines recorded: sales"),
        ("delivered_fen", "ours_fen", "captured_fen", "paid_out_fen", "rounding_fen", "claims_fen"),
    ),
    (
        "machines",
        ("机器记录：现金与欠款", "What the machines recorded: cash and claims"),
        ("notes_in", "notes_in_fen", "box", "box_fen", "claim", "claim_fen"),
    ),
)
FURTHER: Mapping[Side, Pair] = {
    "station": ("车站：其他", "The station: further figures"),
    "machines": ("机器记录：其他", "What the machines recorded: further figures"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """One row a machine, one column a figure, then the sums."""

    side: Side
    title: Pair
    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def sums(self) -> tuple[int, ...]:
        return tuple(sum(values[at] for _, values in self.rows) for at in range(len(self.names)))


@dataclass(frozen=True, slots=True)
class Report:
    """`closed_ms` 0: the day is open, and this is how it stood at `made_ms`. `differences`: (item, what both sides say)."""

    place: Pair
    day: str
    made_ms: int
    closed_by: str
    closed_ms: int
    tables: tuple[Table, ...]
    differences: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]
    late: tuple[str, ...]


def report_of(seen: Mapping[str, Any], place: Pair, now_ms: int) -> Report:
    """`seen`: the office's answer about that day."""
    machines: Mapping[str, Mapping[str, int]] = seen["machines"]
    station = {name: _with_cash(figures) for name, figures in seen["station"].items()}
    sides: Mapping[Side, Mapping[str, Mapping[str, int]]] = {"station": station, "machines": machines}
    tables = [_table(side, title, names, sides[side]) for side, title, names in GROUPS]
    for side in sides:
        shown = {name for of, _, names in GROUPS if of == side for name in names}
        left = sorted({name for figures in sides[side].values() for name in figures} - shown)
        parts = [tuple(left[at : at + COLUMNS]) for at in range(0, len(left), COLUMNS)]
        tables += [_table(side, FURTHER[side], names, sides[side]) for names in parts]
    return Report(
        place=place,
        day=seen["day"],
        made_ms=now_ms,
        closed_by=seen["by"] if seen["closed"] else "",
        closed_ms=seen["at_ms"] if seen["closed"] else 0,
        tables=tuple(tables),
        differences=tuple(
            (item["item"], tuple((name, value) for name, value in item.items() if name != "item"))
            for item in seen["items"]
        ),
        late=tuple(seen["late"]),
    )


def _with_cash(figures: Mapping[str, int]) -> dict[str, int]:
    """What was not paid by card or phone was paid in cash: the two make up what was sold."""
    return {"cash_fen": figures.get("sold_fen", 0) - figures.get("card_fen", 0), **figures}


def _table(side: Side, title: Pair, names: tuple[str, ...], of: Mapping[str, Mapping[str, int]]) -> Table:
    rows = tuple((machine, tuple(figures.get(name, 0) for name in names)) for machine, figures in sorted(of.items()))
    return Table(side, title, names, rows)


# -- how it is written


@cache
def words() -> dict[str, dict[str, Pair]]:
    """Names of figures and of differences, as the console's pages have them: figures -> pair, items -> pair."""
    told = json.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return {kind: {name: (pair[0], pair[1]) for name, pair in of.items()} for kind, of in told.items()}


def named(name: str, kind: str = "figures") -> Pair:
    """What a figure or a difference is called; one without a name is called what it is."""
    found = words()[kind].get(name)
    if found is None and name.startswith("sales_"):
        found = (f"售票：{name[6:]}", f"Sales: {name[6:]}")
    return found or (name, name)


def said(pair: Sequence[str], language: Language) -> str:
    """In one language or both."""
    zh, en = pair
    return zh if language == "zh" or zh == en else en if language == "en" else f"{zh} {en}"


def amount(name: str, value: object) -> str:
    """A figure as people read it: yuan to the fen, or pieces."""
    if isinstance(value, int) and name.endswith("_fen"):
        return f"{'-' if value < 0 else ''}¥{abs(value) // 100:,}.{abs(value) % 100:02d}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def moment(at_ms: int) -> str:
    """Date and time of day at the station."""
    day = station_date(at_ms)
    return f"{day.isoformat()} {clock_text((at_ms - wall_ms(day, 0)) // 60_000)}"


def state_of(report: Report) -> Pair:
    """Closed by whom and when, or as of when it is provisional."""
    if report.closed_ms:
        by, at = report.closed_by, moment(report.closed_ms)
        return f"已日结 · {by} · {at}", f"Closed by {by}, {at}"
    at = moment(report.made_ms)
    return f"未日结 · 截至 {at} 的临时数字", f"Not closed: provisional, as of {at}"


def details(parts: Iterable[tuple[str, Any]], language: Language) -> str:
    """What both sides say of a difference, in one line."""
    return " · ".join(f"{said(named(name), language)} {amount(name, value)}" for name, value in parts)
