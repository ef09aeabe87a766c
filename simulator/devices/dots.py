"""Dots on paper: a small black-and-white sheet for everything that prints, its own text and its PNG.

Rows are whole bytes, the most significant bit left, 1 = black: what a print head is given and what `Blank.face` and
`Slip.rows` keep.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps

FONT = ImageFont.load_default_imagefont()


def png(rows: bytes, size: tuple[int, int]) -> bytes:
    """PNG of packed rows, black on white; `size` is width and height in dots, each at least 1."""
    image = Image.frombytes("1", size, rows.ljust((size[0] + 7) // 8 * size[1], b"\0"))
    out = BytesIO()
    ImageOps.invert(image.convert("L")).convert("1").save(out, "PNG")
    return out.getvalue()


def text_rows(text: str, tall: int = 1, wide: int = 1) -> tuple[bytes, int, int]:
    """Packed rows, width and height of one line of text; signs the built-in font lacks become a question mark."""
    shown = text.encode("latin-1", "replace").decode("latin-1")
    left, top, right, bottom = FONT.getbbox(shown or " ")
    image = Image.new("1", (max(1, round(right - left)), max(1, round(bottom - top))))
    ImageDraw.Draw(image).text((0, 0), shown, fill=1, font=FONT)
    image = image.resize((image.width * wide, image.height * tall), Image.Resampling.NEAREST)
    return image.tobytes(), image.width, image.height


@lru_cache(maxsize=8)
def white(size: int) -> bytes:
    """White paper of so many bytes."""
    return bytes(size)


class Dots:
    """A sheet of `width` by `height` dots, white at first. A later stamp covers what lies under its rectangle."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._lines: list[int] | None = None  # made by the first black dot: most sheets of a long run stay white

    def stamp(self, x: int, y: int, rows: bytes, width: int, height: int) -> None:
        """Lay packed rows with their upper left dot at (x, y); what hangs over an edge is lost."""
        if self._lines is None:
            if not any(rows):
                return
            self._lines = [0] * self.height
        stride = (width + 7) // 8
        for number in range(max(0, -y), min(height, self.height - y)):
            bits = int.from_bytes(rows[number * stride : (number + 1) * stride], "big") >> (stride * 8 - width)
            shift = self.width - x - width
            mask, line = (1 << width) - 1, self._lines[y + number]
            mask, bits = (mask << shift, bits << shift) if shift >= 0 else (mask >> -shift, bits >> -shift)
            inside = (1 << self.width) - 1
            self._lines[y + number] = (line & ~mask | bits) & inside

    def write(self, x: int, y: int, text: str, tall: int = 1, wide: int = 1) -> None:
        """One line of text in the built-in font, `tall` and `wide` times its size."""
        rows, width, height = text_rows(text, tall, wide)
        self.stamp(x, y, rows, width, height)

    def packed(self) -> bytes:
        """All rows, padding bits 0."""
        stride = (self.width + 7) // 8
        if self._lines is None:
            return white(stride * self.height)
        return b"".join((line << (stride * 8 - self.width)).to_bytes(stride, "big") for line in self._lines)
