"""What is measured, and what it may be at most or must be at least: one row a figure, and the table that is printed.

Bounds are those of the machine's requirements and of the budget of ui-guide 10. A figure without a bound is told beside
the others because it explains one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from simulator.passenger.person import CASH_KINDS

OK, OVER, UNDER, TOLD, SKIPPED = "ok", "OVER", "UNDER", "", "skipped"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `part` measures it; `share` is how it is made of its samples: p50, p95, p99, mean, most; `bound` in `unit`,
    None when it is only told. `least`: the bound is the least it may be, not the most."""

    name: str
    part: str
    title: str
    share: str
    bound: float | None
    unit: str = "ms"
    least: bool = False


ACCEPTORS = ("ccnet", "b2b", "id003", "ebds", "essp")
NOTES = tuple(
    row
    for name in ACCEPTORS
    for row in (
        Row(
            f"notes_{name}",
            "devices",
            f"notes a minute, {name}, pushed in as fast as it takes them",
            "mean",
            None,
            "/min",
        ),
        Row(
            f"wait_{name}",
            "devices",
            f"{name}: a note at rest waits for our next word",
            "mean",
            None if name == "essp" else 60,
        ),
    )
)
"""Two rows for each acceptor; eSSP is polled each 200 ms, the others each 100 ms (TVM-037)."""

PEOPLE = tuple(
    Row(f"{what}_{kind.name.lower()}", "people", f"passenger who {kind.value}: {what}", "mean", None, unit)
    for kind in CASH_KINDS
    for what, unit in (("seconds", "s"), ("touches", ""))
)
"""Two rows for each kind of passenger."""

ROWS = (
    Row("note_to_print", "sales", "last note ours -> first byte of the print command, less the station", "p99", 20),
    Row("ours_nominal", "sales", "ours per sale less the rests of the acceptor's line, nominal speeds", "most", 300),
    Row("ours_instant", "sales", "ours per sale less the rests of the acceptor's line, instant devices", "most", 100),
    Row("poll_per_note", "sales", "poll: a note's end waits to be asked after, 100 ms poll", "mean", 60),
    Row("touch_pixels", "sales", "touch -> changed pixels on the display", "p99", 15),
    Row("touch_screen", "sales", "touch -> first frame that holds the whole next screen", "p99", 60),
    Row("touch_rest", "sales", "touch -> the next screen at rest (it slides in for 180 ms)", "p50", None),
    Row("idle_screen", "idle", "idle screen, attract", "mean", 0.5, "% core"),
    Row("idle_ring", "idle", "idle screen with a 1 Hz ring (review)", "mean", 0.5, "% core"),
    Row("idle_controller", "idle", "idle controller, all devices polled", "mean", 3, "% core"),
    Row("memory_controller", "idle", "resident memory of the controller, at its most", "most", 80, "MB"),
    Row("memory_screen", "idle", "resident memory of the screen, at its most", "most", 160, "MB"),
    Row("start_selling", "start", "start of the controller -> machine sells", "most", 10_000),
    Row("start_screen", "start", "start of the screen -> first picture", "most", 1_000),
    Row("lab_pictures", "lab", "lab page in Chromium: pictures a second while the screen moves", "mean", None, "/s"),
    Row("lab_cost", "lab", "controller during a sale: more with an open lab page than without", "mean", 2, "% core"),
    Row("availability", "station", "availability at the kiosk", "p95", 50),
    Row("lock", "station", "lock at the kiosk", "p95", 50),
    Row("wire_http", "station", "station: durable locks over HTTP and JSON", "p50", 1_000, "/s", True),
    Row("wire_http_wait", "station", "station: one of 32 such locks waits", "p99", None),
    Row("wire_line", "station", "station: durable locks over the line", "p50", 6_000, "/s", True),
    Row("wire_line_wait", "station", "station: one of 64 such locks waits", "p99", 20),
    Row("wire_heartbeats", "station", "station: heartbeats of 1,000 machines", "p50", 20, "% core"),
    Row("wire_records", "station", "station: records in, chain and MAC checked, synced", "p50", 8_000, "/s", True),
    Row("wire_pg_http", "station", "station on PostgreSQL: durable locks over HTTP and JSON", "p50", None, "/s"),
    Row("wire_pg_http_wait", "station", "station on PostgreSQL: one of 32 such locks waits", "p99", None),
    Row("wire_pg_line", "station", "station on PostgreSQL: durable locks over the line", "p50", None, "/s"),
    Row("wire_pg_line_wait", "station", "station on PostgreSQL: one of 64 such locks waits", "p99", None),
    Row("wire_pg_records", "station", "station on PostgreSQL: records, there and in files", "p50", None, "/s"),
    Row("seat_core", "station", "seats: bare core, 60 % query 30 % sale 10 % refund", "p50", 500_000, "/s", True),
    Row("seat_engine", "station", "seats: the same with holds, repeats and journal", "p50", 100_000, "/s", True),
    Row("seat_answers", "station", "seats: answers about what is available", "p50", 10_000, "/s", True),
    Row("seat_replay", "station", "seats: a million records of the journal, read again", "p50", 10, "s"),
    Row("seat_policy", "station", "seats: exact gap sells less than late numbering", "most", 0.3, "%"),
    Row("peer_masks", "station", "peer: SQLite, a mask per place, sales", "p50", None, "/s"),
    Row("peer_segments", "station", "peer: SQLite, a row per place and segment, sales", "p50", None, "/s"),
    Row("peer_tickets", "station", "peer: SQLite, pre-generated tickets, sales", "p50", None, "/s"),
    Row("pg_one", "station", "peer: PostgreSQL, a mask per place, one client, sales", "p50", None, "/s"),
    Row("pg_eight", "station", "peer: PostgreSQL, the same, eight clients", "p50", None, "/s"),
    Row("pg_async", "station", "peer: PostgreSQL, the same, commits not waited for", "p50", None, "/s"),
    Row("pg_ranges", "station", "peer: PostgreSQL, ranges that exclude each other, tries", "p50", None, "/s"),
    Row("gtfs_german", "gtfs", "German long-distance feed 2019, from nothing to a timetable", "most", 2_000),
    Row("gtfs_caltrain", "gtfs", "Caltrain feed 2016, from nothing to a timetable", "most", 2_000),
    Row("exchange", "devices", "driver: processor time of one exchange, the dearest model", "most", None, "µs"),
    *NOTES,
    Row("gap_ccnet", "devices", "CCNET validator left without a word, both cores busy (half of its 10 s)", "most", 5_000),
    Row("gap_b2b", "devices", "Bill-to-Bill unit left without a word, both cores busy (half of its 1 s)", "most", 500),
    Row("gap_essp", "devices", "eSSP acceptor left without a word, both cores busy (half of its 10 s)", "most", 5_000),
    Row("repaint", "paint", "full repaint 1080x1920, warm", "most", 8),
    Row("card", "paint", "repaint of one card or key", "p95", 2),
    Row("meter", "paint", "repaint of the amount and its meter", "most", 2),
    *PEOPLE,
    Row("campaign_port", "campaign", "campaign: passengers per second and core, port level", "mean", 300, "/s", True),
    Row("campaign_plain", "campaign", "the same, no faults and no power cuts", "mean", None, "/s"),
    Row("campaign_bytes", "campaign", "campaign: passengers per second and core, byte level", "mean", 30, "/s", True),
    Row("auditor_line", "campaign", "campaign: auditor, one journal line", "mean", None, "µs"),
    Row("crash_images", "campaign", "campaign: crash images per second and core", "mean", None, "/s"),
    Row("share_screen", "campaign", "of a port-level day: screen values", "mean", None, "%"),
    Row("share_journal", "campaign", "of a port-level day: journal and disk", "mean", None, "%"),
    Row("share_station", "campaign", "of a port-level day: station and the way to it", "mean", None, "%"),
    Row("share_devices", "campaign", "of a port-level day: fronts, drivers and twins", "mean", None, "%"),
    Row("share_auditor", "campaign", "of a port-level day: auditor", "mean", None, "%"),
    Row("share_people", "campaign", "of a port-level day: people", "mean", None, "%"),
    Row("share_reactor", "campaign", "of a port-level day: reactor and world", "mean", None, "%"),
    Row("share_sale", "campaign", "of a port-level day: controller and table of the sale", "mean", None, "%"),
    Row("share_other", "campaign", "of a port-level day: everything else", "mean", None, "%"),
)  # fmt: skip
BY_NAME = {row.name: row for row in ROWS}
PARTS = tuple(dict.fromkeys(row.part for row in ROWS))


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured row. `value` None: not measured, and `note` says why."""

    row: Row
    value: float | None
    n: int = 0
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.value is None:
            return SKIPPED
        if self.row.bound is None:
            return TOLD
        fits = self.value >= self.row.bound if self.row.least else self.value <= self.row.bound
        return OK if fits else UNDER if self.row.least else OVER


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that `percent` of all samples do not exceed (nearest rank). Raises ValueError without samples."""
    if not samples:
        raise ValueError("no samples")
    return sorted(samples)[max(0, ceil(len(samples) * percent / 100) - 1)]


def share_of(samples: Sequence[float], share: str) -> float:
    """`pNN`, `mean` or `most` of samples. Raises ValueError without samples."""
    if share == "mean":
        if not samples:
            raise ValueError("no samples")
        return sum(samples) / len(samples)
    return percentile(samples, 100 if share == "most" else float(share[1:]))


def measured(name: str, samples: Sequence[float], note: str = "") -> Figure:
    """The figure of that name from its samples; skipped when there are none."""
    row = BY_NAME[name]
    if not samples:
        return Figure(row, None, note=note or "nothing was measured")
    return Figure(row, share_of(samples, row.share), len(samples), note)


def skipped(names: Sequence[str], why: str) -> list[Figure]:
    return [Figure(BY_NAME[name], None, note=why) for name in names]


def shown(value: float | None) -> str:
    """Three figures at least, no more than anybody reads."""
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(figures: Sequence[Figure]) -> str:
    """One line a figure: title | measured | bound | verdict, with n; notes below."""
    head = ("figure", "measured", "bound", "", "n")
    lines = [head]
    for each in figures:
        row = each.row
        bound = "" if row.bound is None else f"{'at least ' * row.least}{shown(row.bound)} {row.unit}"
        value = "-" if each.value is None else f"{shown(each.value)} {row.unit}"
        lines.append((f"{row.title}, {row.share}", value, bound, each.verdict, str(each.n or "")))
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    told = [
        " | ".join(_cell(text, width, at) for at, (text, width) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in lines
    ]
    told.insert(1, "-+-".join("-" * width for width in widths))
    notes = [f"  {each.row.name}: {each.note}" for each in figures if each.note]
    return "\n".join([*told, *notes])


def _cell(text: str, width: int, at: int) -> str:
    return text.rjust(width) if at in (1, 2, 4) else text.ljust(width)


def as_json(figures: Sequence[Figure], run: Mapping[str, Any]) -> dict[str, Any]:
    told = [
        {**asdict(each.row), "measured": each.value, "n": each.n, "verdict": each.verdict, "note": each.note}
        for each in figures
    ]
    return {
        "run": dict(run),
        "figures": told,
        "over": [each.row.name for each in figures if each.verdict in (OVER, UNDER)],
    }
