"""Render the samples to PNG files: `python -m tests.kiosk.ui.shots DIRECTORY [NAME ...]` (zh, en; day, contrast)."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from kiosk.screen.values import Screen

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
import pygame

from kiosk.ui.stage import SIZE, Stage
from tests.kiosk.ui.samples import samples


def canvas() -> pygame.Surface:
    """A canvas on the dummy display."""
    pygame.display.init()
    pygame.font.init()
    return pygame.display.set_mode(SIZE)


def themed(screen: Screen, theme: str) -> Screen:
    return replace(screen, chrome=replace(screen.chrome, theme=theme))


def main(argv: list[str]) -> None:
    directory, wanted = Path(argv[0]), argv[1:]
    directory.mkdir(parents=True, exist_ok=True)
    surface = canvas()
    stage = Stage(surface)
    for language in ("zh", "en"):
        for name, screen in samples(language).items():
            if wanted and name not in wanted:
                continue
            for theme in ("day", "contrast"):
                stage.show(themed(screen, theme))
                pygame.image.save(surface, directory / f"{name}-{language}-{theme}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
