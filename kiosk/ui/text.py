"""Text: three weights of one face, measured, fitted into a width and rendered once.

Sizes are px of the em square. A line is placed by its baseline; the optical middle of hanzi, capitals and digits lies
`MIDDLE` em above it. Source: ui-guide sections 3 and 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pygame

from kiosk.ui.cache import PictureCache

FONTS = Path(__file__).parent / "fonts"
FILES = {400: "sans-400.otf", 500: "sans-500.otf", 700: "sans-700.otf"}
LADDER = (22, 24, 26, 28, 30, 32, 36, 40, 42, 46, 50, 52, 58, 62, 66, 76)
SMALLEST = 22
ELLIPSIS = "..."  # the sign of this face is one em wide and hangs in the middle of the line
MIDDLE = 0.372
NOT_FIRST = frozenset("，。、；：？！）》」』】”’…·%℃,.;:?!)")
NOT_LAST = frozenset("（《「『【“‘¥$(")


class FontError(Exception):
    """A font file is missing or damaged; the text is one line and names the file."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """How a text is set: its lines and the size they have room in. `cut` when an ellipsis stands at the end."""

    lines: tuple[str, ...]
    size: int
    cut: bool = False


def step_down(size: int) -> int:
    """The next smaller size that makes a difference; never below the smallest one."""
    return max((step for step in LADDER if step <= size * 0.88), default=SMALLEST)


def is_wide(char: str) -> bool:
    """Hanzi and full-width signs: a line may break on either side of them."""
    return char >= "\u2e80"


def pieces(text: str) -> list[str]:
    """The text cut where a line may break. Joined again it is the text."""
    found: list[str] = []
    for char in text:
        before = found[-1][-1] if found else ""
        breaks = before == " " or (before and (is_wide(before) or is_wide(char)) and char != " ")
        if not found or (breaks and char not in NOT_FIRST and before not in NOT_LAST):
            found.append(char)
        else:
            found[-1] += char
    return found


class Faces:
    """The faces of the interface and the strings they have rendered."""

    def __init__(self, directory: Path = FONTS, limit_bytes: int = 14_000_000) -> None:
        self._files = {weight: directory / name for weight, name in FILES.items()}
        self._fonts: dict[tuple[int, int], pygame.font.Font] = {}
        self._rendered = PictureCache(limit_bytes)
        self.width = lru_cache(maxsize=8192)(self._width)
        for weight in FILES:
            self.font(SMALLEST, weight)

    def font(self, size: int, weight: int) -> pygame.font.Font:
        """Raises FontError when the file of this weight cannot be used."""
        found = self._fonts.get((size, weight))
        if found is None:
            path = self._files[weight]
            try:
                found = pygame.font.Font(str(path), size)
                found.size("0")  # a file that is no font is noticed only when it is used
            except (OSError, ValueError, pygame.error) as error:  # ValueError: an empty file
                raise FontError(f"font {path}: {' '.join(str(error).split()) or 'cannot be read'}") from error
            self._fonts[size, weight] = found
        return found

    def _width(self, text: str, size: int, weight: int) -> int:
        return self.font(size, weight).size(text)[0]

    def picture(self, text: str, size: int, weight: int, color: str) -> pygame.Surface:
        """The rendered line; its baseline is `ascent(size)` below its top."""
        return self._rendered.get(
            (text, size, weight, color), lambda: self.font(size, weight).render(text, True, color).convert_alpha()
        )

    def ascent(self, size: int, weight: int) -> int:
        return self.font(size, weight).get_ascent()

    def wrap(self, text: str, size: int, weight: int, width: int, anywhere: bool = False) -> list[str]:
        """Greedy lines of at most `width`. A piece longer than that sticks out, unless it may break `anywhere`."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line = ""
            for piece in pieces(paragraph):
                long = anywhere and self.width(piece.rstrip(), size, weight) > width
                for part in piece if long else (piece,):
                    if line and self.width((line + part).rstrip(), size, weight) > width:
                        lines.append(line.rstrip())
                        line = part.lstrip()
                    else:
                        line += part
            lines.append(line.rstrip())
        return lines

    def fit(
        self, text: str, size: int, weight: int, width: int, lines: int = 1, least: int = 0, wrap_first: bool = False
    ) -> Fitted:
        """Shrink (one step, or down to `least`), then wrap to `lines`, then ellipsis. A paragraph wraps first."""
        sizes = [size]
        floor = least or step_down(size)
        while sizes[-1] > floor:
            sizes.append(max(floor, step_down(sizes[-1])))
        if not wrap_first:
            for tried in sizes:
                if "\n" not in text and self.width(text, tried, weight) <= width:
                    return Fitted((text,), tried)
        for tried in sizes:
            broken = self.wrap(text, tried, weight, width)
            if len(broken) <= lines and all(self.width(line, tried, weight) <= width for line in broken):
                return Fitted(tuple(broken), tried)
        return self._cut(self.wrap(text, sizes[-1], weight, width, True), sizes[-1], weight, width, lines)

    def _cut(self, broken: list[str], size: int, weight: int, width: int, lines: int) -> Fitted:
        kept = broken[:lines]
        last = kept[-1]
        while last and self.width(last + ELLIPSIS, size, weight) > width:
            last = last[:-1].rstrip()
        return Fitted((*kept[:-1], last + ELLIPSIS), size, True)

    def clear(self) -> None:
        self._rendered.clear()

    @property
    def held_bytes(self) -> int:
        return self._rendered.held_bytes
