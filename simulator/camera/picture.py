"""What the simulated camera sees: a grey hall, a machine, and in the picture when and where it was taken."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from PIL import Image, ImageDraw

SIZE = 160, 120
GREY, DARK, LIGHT = 170, 60, 235


def taken(number: int, wall_ms: int, place: str) -> bytes:
    """A PNG picture. `number` counts pictures since the camera was switched on; time is shown as UTC, to the millisecond."""
    image = Image.new("L", SIZE, GREY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((50, 20, 110, 96), DARK)
    draw.rectangle((58, 28, 102, 52), LIGHT)
    draw.ellipse((number * 7 % 150, 98, number * 7 % 150 + 8, 106), LIGHT)  # something moves
    when = datetime.fromtimestamp(wall_ms / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    draw.text((2, 2), f"{place} #{number}", LIGHT)
    draw.text((2, 108), when, LIGHT)
    packed = io.BytesIO()
    image.save(packed, "PNG", optimize=True)
    return packed.getvalue()
