"""The stage: shows one screen value after another on a canvas and repaints what differs."""

from __future__ import annotations

from pathlib import Path

import pygame

from kiosk.screen.values import Screen
from kiosk.ui.components.kit import Kit
from kiosk.ui.nodes import Node, changed
from kiosk.ui.painter import Painter
from kiosk.ui.parts import Area, Brush
from kiosk.ui.screens import compose
from kiosk.ui.shapes import Shapes
from kiosk.ui.text import FONTS, Faces
from kiosk.ui.theme import THEMES, Theme, load_theme

SIZE = (1080, 1920)
WHOLE = Area(0, 0, *SIZE)
THEME_NAMES = ("day", "contrast")


class Stage:
    """Needs an initialised pygame display. Raises ThemeError or FontError when a file of its own is unusable."""

    def __init__(self, canvas: pygame.Surface, themes: Path = THEMES, fonts: Path = FONTS) -> None:
        self.themes: dict[str, Theme] = {name: load_theme(name, themes) for name in THEME_NAMES}
        self.faces = Faces(fonts)
        self.brush = Brush(canvas, Shapes(), self.faces, self.themes["day"].color("shadow"))
        self.nodes: list[Node] = []
        self._theme = ""
        self._kits: dict[tuple[str, bool], Kit] = {}

    def kit(self, theme: str, large: bool) -> Kit:
        name = theme if theme in self.themes else "day"
        if (name, large) not in self._kits:
            self._kits[name, large] = Kit(self.themes[name], self.faces, large)
        return self._kits[name, large]

    def nodes_of(self, screen: Screen) -> list[Node]:
        return compose(screen, self.kit(screen.chrome.theme, screen.chrome.large_text))

    def show(self, screen: Screen) -> list[pygame.Rect]:
        """Paint a value; returns the rectangles that changed."""
        nodes = self.nodes_of(screen)
        theme = self.kit(screen.chrome.theme, False).theme
        whole = theme.name != self._theme or not self.nodes
        self._theme = theme.name
        self.brush.shadow = theme.color("shadow")
        areas = [WHOLE] if whole else changed(self.nodes, nodes)
        self.nodes = nodes
        return Painter(self.brush, theme.color("bg")).paint(nodes, areas)
