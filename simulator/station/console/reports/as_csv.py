"""The report as CSV, one figure a line, so that any program can put it together again. UTF-8 with its mark, for spreadsheets.

Amounts in yuan with two decimals. A text that a spreadsheet would take for a formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from simulator.station.console.reports.content import Report, named

HEAD = ("day", "part", "machine", "figure", "名称", "name", "unit", "value")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(report: Report) -> bytes:
    """Figures by machine and their sums (machine `*`), then the differences, one line for each thing a side says."""
    out = io.StringIO(newline="")
    write = csv.writer(out)
    write.writerow(HEAD)
    for table in report.tables:
        for machine, values in (*table.rows, ("*", table.sums)):
            for name, value in zip(table.names, values, strict=True):
                write.writerow([report.day, table.side, _plain(machine), *_figure(name, value)])
    for number, (item, parts) in enumerate(report.differences, start=1):
        for name, value in parts:
            write.writerow([report.day, f"difference {number}", item, *_figure(name, value)])
    for key in report.late:
        write.writerow([report.day, "late", "", "key", *named("key"), "text", _plain(key)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _figure(name: str, value: Any) -> list[str]:
    if type(value) is int and name.endswith("_fen"):
        return [name, *named(name), "yuan", f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"]
    unit = "pieces" if type(value) is int else "text"
    return [name, *named(name), unit, str(value) if unit == "pieces" else _plain(str(value))]


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
