"""A sheet to draw on with ink, in dots, and the picture that comes of it (decision 45: Pillow lives here only)."""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kiosk.errors import ConfigError
from kiosk.ports.ticket_printer import Picture

INK = 255
SMALLEST = 14
MOST_FACES = 24
"""Font sizes that stay open; a ticket has a dozen, a slip six."""
THRESHOLD = 118  # thin strokes stay closed on thermal paper


MODULES = bytes(INK if sign == ord("1") else 0 for sign in range(256))
"""Signs of a 2-D code's rows -> dots."""


class Faces:
    """The font files of the screen, opened for printing. `directory` holds `sans-400.otf`, `-500`, `-700`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.of = lru_cache(maxsize=MOST_FACES)(self._open)
        for weight in (500, 700):
            self.of(24, weight)  # a missing or corrupt file is said at start, not at the first ticket

    def _open(self, size: int, weight: int) -> ImageFont.FreeTypeFont:
        path = self._directory / f"sans-{weight}.otf"
        try:
            return ImageFont.truetype(str(path), size)
        except OSError as error:
            raise ConfigError(f"{path}: not a usable font: {error}") from error


class Sheet:
    """Dots from the upper left corner; text is placed by an anchor as in Pillow (`ls`: left end of the base line)."""

    def __init__(self, faces: Faces, width: int, height: int) -> None:
        self.faces, self.width, self.height = faces, width, height
        self._image = Image.new("L", (width, height), 0)
        self._draw = ImageDraw.Draw(self._image)

    def copy(self) -> Sheet:
        """The same drawing, to go on with."""
        made = Sheet.__new__(Sheet)
        made.faces, made.width, made.height = self.faces, self.width, self.height
        made._image = self._image.copy()
        made._draw = ImageDraw.Draw(made._image)
        return made

    def text_width(self, text: str, size: int, weight: int = 500) -> int:
        return round(self.faces.of(size, weight).getlength(text))

    def fitting(self, text: str, size: int, weight: int, room: int) -> int:
        """The size, at most `size`, at which `text` is not wider than `room` (never below 14).

        Advances grow with the size, so that one is measured and one is drawn: each size that is opened holds half a megabyte.
        """
        wide = self.text_width(text, size, weight)
        if wide <= room or size <= SMALLEST:
            return size
        steps = ceil((size - size * room / wide) / 2)
        return max(SMALLEST, size - 2 * steps)

    def text(
        self, x: int, y: int, text: str, size: int, weight: int = 500, anchor: str = "ls", room: int | None = None
    ) -> None:
        """One line. `room`: it shrinks to be no wider."""
        if room is not None:
            size = self.fitting(text, size, weight, room)
        self._draw.text((x, y), text, fill=INK, font=self.faces.of(size, weight), anchor=anchor)

    def line(self, x1: int, y1: int, x2: int, y2: int, width: int = 2) -> None:
        self._draw.line((x1, y1, x2, y2), fill=INK, width=width)

    def dashes(self, x1: int, y: int, x2: int, dash: int = 10, gap: int = 6, width: int = 2) -> None:
        """A dashed level line."""
        for x in range(x1, x2, dash + gap):
            self.line(x, y, min(x + dash, x2), y, width)

    def box(self, x1: int, y1: int, x2: int, y2: int, width: int = 2, radius: int = 0) -> None:
        self._draw.rounded_rectangle((x1, y1, x2, y2), radius, outline=INK, width=width)

    def arrow(self, x1: int, y: int, x2: int) -> None:
        """A level arrow to the right."""
        self.line(x1, y, x2 - 6, y, 3)
        self._draw.polygon(((x2, y), (x2 - 16, y - 8), (x2 - 16, y + 8)), fill=INK)

    def code(self, x: int, y: int, rows: tuple[str, ...], dots: int) -> None:
        """A 2-D code, `dots` per module, over whatever was there; the caller leaves four modules of quiet zone."""
        size = (len(rows[0]), len(rows))
        modules = Image.frombytes("L", size, "".join(rows).encode("ascii").translate(MODULES))
        self._image.paste(modules.resize((size[0] * dots, size[1] * dots), Image.Resampling.NEAREST), (x, y))

    def picture(self, height: int | None = None) -> Picture:
        """What was drawn, as one bit a dot; only the upper `height` dots when given."""
        image = self._image if height is None else self._image.crop((0, 0, self.width, height))
        bits = image.point([255 if level >= THRESHOLD else 0 for level in range(256)], mode="1")
        return Picture(self.width, image.height, bits.tobytes())


def as_image(picture: Picture) -> Image.Image:
    """Black on white, for eyes and tests."""
    ink = Image.frombytes("1", (picture.width, picture.height), picture.rows)
    return ink.point(lambda level: 0 if level else 255, mode="1")
