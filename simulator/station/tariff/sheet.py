"""Tables of published fares as CSV: rows with their line, cells as numbers and fen, and errors that name file, line and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

LONGEST_FILE = 16 << 20
MOST_FEN = 100_000_00


class SheetError(Exception):
    """A table that cannot be used; the text names file and line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `line` counts from 1, the heading is line 1; cells are stripped of blanks around them."""

    file: str
    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        if not self.cells[column]:
            raise self.wrong(column, "is empty")
        return self.cells[column]

    def number(self, column: str) -> int:
        """A whole number of 0 or more. Raises SheetError."""
        text = self.text(column)
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise self.wrong(column, f"{text!r} is no whole number")
        return int(text)

    def km(self, column: str) -> int:
        if not 1 <= (km := self.number(column)) <= 20_000:
            raise self.wrong(column, f"{km} km is not within 1 to 20000")
        return km

    def fen(self, column: str) -> int | None:
        """An amount in yuan with at most two places, as fen; None when empty. Raises SheetError."""
        text = self.cells[column]
        if not text:
            return None
        try:
            fen = Decimal(text) * 100
        except InvalidOperation:
            raise self.wrong(column, f"{text!r} is no amount in yuan") from None
        if not fen.is_finite() or not 0 <= fen <= MOST_FEN or fen != int(fen):
            raise self.wrong(column, f"{text!r} is no amount in yuan with at most two places")
        return int(fen)

    def one_of(self, column: str, choices: Sequence[str]) -> str:
        if (text := self.text(column)) not in choices:
            raise self.wrong(column, f"{text!r} is none of {', '.join(choices)}")
        return text

    def wrong(self, column: str, why: str) -> SheetError:
        return SheetError(f"{self.file}:{self.line}: {column} {why}")


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """All rows of a CSV file in UTF-8 that has at least these columns. Raises SheetError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SheetError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > LONGEST_FILE:
        raise SheetError(f"{path}: {len(data)} bytes are no table of fares (at most {LONGEST_FILE})")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError(f"{path}:{data[: error.start].count(10) + 1}: not UTF-8") from error
    rows = list(_rows(str(path), text, columns))
    if not rows:
        raise SheetError(f"{path}: no rows below the heading")
    return rows


def _rows(file: str, text: str, columns: Sequence[str]) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    heading: list[str] = []
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if not heading:
                heading = _checked(file, reader.line_num, cells, columns)
            elif len(cells) != len(heading):
                raise SheetError(f"{file}:{reader.line_num}: {len(cells)} cells, the heading has {len(heading)}")
            else:
                yield Row(file, reader.line_num, dict(zip(heading, cells, strict=True)))
    except csv.Error as error:
        raise SheetError(f"{file}:{reader.line_num}: not CSV: {error}") from error


def _checked(file: str, line: int, heading: list[str], columns: Sequence[str]) -> list[str]:
    if missing := [column for column in columns if column not in heading]:
        raise SheetError(f"{file}:{line}: no column {', '.join(missing)}; found {', '.join(heading)}")
    if twice := [column for column in heading if heading.count(column) > 1]:
        raise SheetError(f"{file}:{line}: column {twice[0]} stands twice")
    return heading
