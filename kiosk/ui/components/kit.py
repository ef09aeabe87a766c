"""The kit: what every component draws with. It knows the theme, measures text and answers parts.

A vertical place of text is always the *middle* of its line (optical middle of hanzi, capitals and digits), because
that is what a layout is made of; baselines are the kit's affair.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from kiosk.screen.values import Key, Words
from kiosk.ui.gallery import Gallery
from kiosk.ui.parts import Area, Box, Icon, Part, Rule, Text
from kiosk.ui.text import MIDDLE, SMALLEST, Faces, Fitted
from kiosk.ui.theme import Skin, Theme

LARGE = 1.3
DISPLAY = 76


class Row(NamedTuple):
    """A text of a stack: at most `lines` lines of it. `gap` px are added above it; it may shrink to `least` px."""

    text: str
    size: int
    weight: int
    color: str
    lines: int = 1
    gap: int = 0
    least: int = 0


class Run(NamedTuple):
    """A piece of a line; pieces of one line share the baseline."""

    text: str
    size: int
    weight: int
    color: str


class _Line(NamedTuple):
    text: str
    size: int
    row: Row
    gap: int
    cut: bool


class Kit:
    """Made once per theme and text size. Stateless: the same arguments give the same parts."""

    def __init__(self, theme: Theme, faces: Faces, large: bool = False, gallery: Gallery | None = None) -> None:
        self.theme = theme
        self.faces = faces
        self.large = large
        self.gallery = gallery or Gallery()  # pictures of the waiting page
        self.plain: Kit = Kit(theme, faces) if large else self  # for what is too dense to grow

    def color(self, name: str) -> str:
        return self.theme.colors[name]

    def skin(self, name: str) -> Skin:
        return self.theme.skins[name]

    def box(self, area: Area, skin: str, radius: int = -1) -> Box:
        return Box(area, self.skin(skin), radius)

    def icon(self, cx: int, cy: int, size: int, name: str, color: str, stroke: float = 2.0) -> Icon:
        return Icon(Area(cx - size // 2, cy - size // 2, size, size), name, color, stroke)

    def rule(self, x: int, y: int, w: int, color: str = "line", h: int = 2) -> Rule:
        return Rule(Area(x, y, w, h), self.color(color))

    def fit(self, row: Row, width: int, least: int = 0) -> Fitted:
        """How a row is set in `width`. With large text it starts 1.3 times larger and may go back to its own size."""
        size = round(row.size * LARGE) if self.large and row.size < DISPLAY else row.size
        paragraph = row.lines > 2
        floor = least or row.least or (row.size if size > row.size else 0)
        return self.faces.fit(row.text, size, row.weight, width, row.lines, floor, wrap_first=paragraph)

    def width(self, text: str, size: int, weight: int) -> int:
        return self.faces.width(text, size, weight)

    def _place(
        self, area: Area, middle: float, text: str, size: int, row: Row | Run, align: str, cut: bool = False
    ) -> Text:
        wide = self.faces.width(text, size, row.weight)
        left = {"left": area.x, "center": area.x + (area.w - wide) // 2, "right": area.right - wide}[align]
        return Text(left, round(middle + size * MIDDLE), text, size, row.weight, row.color, wide, cut)

    def line(
        self,
        x: int,
        cy: int,
        text: str,
        size: int,
        weight: int,
        color: str,
        align: str = "left",
        width: int = 2000,
        least: int = 0,
    ) -> tuple[Text, ...]:
        """One line with its middle at `cy`. `x` is its left end, middle or right end by `align`.

        `least` is the smallest size it may shrink to (px); 0 means one step.
        """
        if not text:
            return ()
        row = Row(text, size, weight, color)
        fitted = self.fit(row, width, least)
        left = {"left": x, "center": x - width // 2, "right": x - width}[align]
        area = Area(left, cy, width, 0)
        return (self._place(area, cy, fitted.lines[0], fitted.size, row, align, fitted.cut),)

    def faces_line(self, cx: int, cy: int, text: str, size: int, weight: int, color: str) -> tuple[Text, ...]:
        """A centred line that never grows or shrinks: figures inside a ring."""
        row = Row(text, size, weight, color)
        return (self._place(Area(cx, cy, 0, 0), cy, text, size, row, "center"),)

    def inline(
        self, x: int, cy: int, runs: Sequence[Run], gap: int = 12, align: str = "left", width: int = 2000
    ) -> tuple[Text, ...]:
        """Several texts on one baseline; `cy` is the middle of the largest.

        Too wide: all shrink one step; then the last one (the other language) is left out; then the first is cut.
        """
        shown = [run for run in runs if run.text]
        while shown:
            for share in (LARGE, 1.0, 0.88) if self.large else (1.0, 0.88):
                sized = [run._replace(size=max(SMALLEST, round(run.size * share))) for run in shown]
                if self.runs_width(sized, gap) <= width:
                    return self._placed(x, cy, sized, gap, align)
            if len(shown) == 1:
                return self.line(x, cy, *shown[0], align, width, SMALLEST)
            shown.pop()
        return ()

    def _placed(self, x: int, cy: int, sized: list[Run], gap: int, align: str) -> tuple[Text, ...]:
        total = self.runs_width(sized, gap)
        base = round(cy + max(run.size for run in sized) * MIDDLE)
        left = {"left": x, "center": x - total // 2, "right": x - total}[align]
        placed: list[Text] = []
        for run in sized:
            wide = self.width(*run[:3])
            placed.append(Text(left, base, run.text, run.size, run.weight, run.color, wide))
            left += wide + gap
        return tuple(placed)

    def runs_width(self, runs: Sequence[Run], gap: int = 12) -> int:
        shown = [run for run in runs if run.text]
        return sum(self.width(*run[:3]) for run in shown) + gap * max(0, len(shown) - 1)

    def stack(
        self, area: Area, rows: Sequence[Row], align: str = "left", valign: str = "middle", leading: float = 1.24
    ) -> tuple[Text, ...]:
        """Texts under each other in an area. `leading` is the line height in em (of the mean of two neighbours).

        Too high: lines move together before anything leaves the area, and large text goes back to its own size.
        """
        lines = [line for row in rows if row.text for line in self._lines(row, area.w)]
        if not lines:
            return ()
        middles = [0.0]
        for above, line in pairwise(lines):
            middles.append(middles[-1] + leading * (above.size + line.size) / 2 + line.gap)
        ends = (lines[0].size + lines[-1].size) / 2
        if middles[-1] + ends > area.h:
            squeeze = max(0.86, (area.h - ends) / max(1.0, middles[-1]))
            if squeeze <= 0.9 and self.large:
                return self.plain.stack(area, rows, align, valign, leading)
            middles = [middle * squeeze for middle in middles]
        spare = area.h - (middles[-1] + ends)
        start = area.y + lines[0].size / 2 + {"top": 0.0, "middle": spare / 2, "bottom": spare}[valign]
        return tuple(
            self._place(area, start + middle, line.text, line.size, line.row, align, line.cut)
            for middle, line in zip(middles, lines, strict=True)
        )

    def _lines(self, row: Row, width: int) -> list[_Line]:
        fitted = self.fit(row, width)
        last = len(fitted.lines) - 1
        return [
            _Line(text, fitted.size, row, row.gap if index == 0 else 0, fitted.cut and index == last)
            for index, text in enumerate(fitted.lines)
        ]

    def pair(
        self,
        area: Area,
        words: Words,
        main: tuple[int, str],
        small: tuple[int, str],
        align: str = "left",
        valign: str = "middle",
        weight: int = 700,
        lines: int = 1,
        leading: float = 1.3,
    ) -> tuple[Text, ...]:
        """Main language over the other one. `main` and `small` are (size, colour value)."""
        rows = (Row(words.main, main[0], weight, main[1], lines), Row(words.small, small[0], 500, small[1], lines))
        return self.stack(area, rows, align, valign, leading)

    def beside(
        self,
        x: int,
        cy: int,
        words: Words,
        main: tuple[int, str],
        small: tuple[int, str],
        align: str = "left",
        width: int = 2000,
        gap: int = 12,
        weight: int = 700,
    ) -> tuple[Text, ...]:
        """Main language with the other one after it, on one line."""
        runs = (Run(words.main, main[0], weight, main[1]), Run(words.small, small[0], 500, small[1]))
        return self.inline(x, cy, runs, gap, align, width)


def spoken(key: Key, *more: str) -> str:
    """What is said of a key: its name, state and what is missing."""
    said = [key.words.main, *more]
    if key.selected:
        said.append("✓")
    if not key.enabled:
        said.append(key.why.main)
    return ", ".join(text for text in said if text)


Parts = tuple[Part, ...]
