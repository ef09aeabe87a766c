"""One table of a feed: its header, and its rows with their line numbers, only the columns that are asked for.

A header that cannot be used refuses the feed; a row that cannot be meant is a finding, and is not handed on.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from simulator.station.gtfs.findings import FeedError, Findings


class Tables:
    """The tables of one feed. `rows` reads one; what is wrong with its rows goes to `findings`."""

    def __init__(self, raw: Mapping[str, bytes], findings: Findings) -> None:
        self._raw, self._findings = raw, findings

    def __contains__(self, name: str) -> bool:
        return name in self._raw

    def rows(
        self, name: str, needed: Sequence[str], optional: Sequence[str] = ()
    ) -> Iterator[tuple[int, Sequence[str]]]:
        """(line, cells of `needed` and then `optional`); an absent optional column is empty. At least two columns are asked for.

        Nothing when the feed has no such table. Raises FeedError when the header lacks a needed column.
        """
        raw = self._raw.get(name)
        if raw is None:
            return
        text, mixed = _decoded(raw)
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = _header(name, reader)
        chosen = [header.index(column) if column in header else len(header) for column in (*needed, *optional)]
        if lacking := [column for column in needed if column not in header]:
            raise FeedError(f"{name}:1: no column {', '.join(lacking)}")
        pick, width, bad = itemgetter(*chosen), len(header), self._findings.bad
        line = reader.line_num + 1
        while True:
            try:
                for cells in reader:
                    if len(cells) == width:
                        cells.append("")
                        if mixed and not _is_text(cells):
                            bad(name, line, "not UTF-8")
                        else:
                            yield line, pick(cells)
                    elif cells:
                        bad(name, line, f"{len(cells)} cells, the header has {width}")
                    line = reader.line_num + 1
                return
            except csv.Error as error:
                bad(name, line, f"not CSV: {error}")
                line = reader.line_num + 1


def _header(name: str, reader: Iterator[list[str]]) -> list[str]:
    try:
        header = [column.strip() for column in next(reader, [])]
    except csv.Error as error:
        raise FeedError(f"{name}:1: not CSV: {error}") from error
    if len(set(header)) != len(header):
        raise FeedError(f"{name}:1: a column stands twice")
    if not header:
        raise FeedError(f"{name}:1: no header")
    return header


def _decoded(raw: bytes) -> tuple[str, bool]:
    """The text without its byte order mark, and whether some bytes of it are not UTF-8 (they are kept as surrogates)."""
    try:
        return raw.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return raw.decode("utf-8-sig", errors="surrogateescape"), True


def _is_text(cells: Sequence[str]) -> bool:
    return not any("\ud800" <= char <= "\udfff" for cell in cells for char in cell)
