"""`python -m kiosk.ui.still`: paints what it is given. Lines of Show on stdin; for each `{"n":bytes}`, LF and a PNG on stdout.

For who looks at screens of the past. The same stage as on the machine, no window, no sound; time limits stand as they were.
A line that is no Show, or a kind nobody paints, is answered with `{"n":0}`.
"""

from __future__ import annotations

import os
import sys
from io import BytesIO
from typing import BinaryIO

import pygame

from kiosk.screen.values import Show, decode
from kiosk.ui.stage import SIZE, Stage


def picture(stage: Stage, line: bytes) -> bytes:
    """PNG of the whole canvas, empty when the line cannot be painted."""
    try:
        message = decode(line)
        if not isinstance(message, Show):
            return b""
        stage.show(message.screen)
    except (ValueError, KeyError):
        return b""
    data = BytesIO()
    pygame.image.save(stage.canvas, data, "screen.png")
    return data.getvalue()


def serve(lines: BinaryIO, answers: BinaryIO) -> None:
    """Until the lines end."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    pygame.display.init()
    pygame.font.init()
    stage = Stage(pygame.display.set_mode(SIZE))
    while line := lines.readline():
        png = picture(stage, line)
        answers.write(b'{"n":%d}\n' % len(png) + png)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
