"""The stage: turns screen values into nodes and nodes into pixels, repainting only what differs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pygame

from kiosk.screen.values import Screen
from kiosk.ui.components.backdrops import home_backdrop
from kiosk.ui.components.kit import Kit
from kiosk.ui.gallery import Gallery
from kiosk.ui.nodes import Node, changed
from kiosk.ui.painter import Painter
from kiosk.ui.parts import Area, Brush
from kiosk.ui.screens import compose, home
from kiosk.ui.shapes import Shapes
from kiosk.ui.shift import shifted
from kiosk.ui.text import FONTS, Faces
from kiosk.ui.theme import THEMES, Theme, load_theme

SIZE = (1080, 1920)
WHOLE = Area(0, 0, *SIZE)
THEME_NAMES = ("day", "contrast")


class Stage:
    """Needs an initialised pygame display. Raises ThemeError or FontError when a file of its own is unusable."""

    def __init__(
        self, canvas: pygame.Surface, themes: Path = THEMES, fonts: Path = FONTS, gallery: Gallery | None = None
    ) -> None:
        self.themes: dict[str, Theme] = {name: load_theme(name, themes) for name in THEME_NAMES}
        self.faces = Faces(fonts)
        self.canvas = canvas
        self.gallery = gallery or Gallery()
        self.brush = Brush(canvas, Shapes(), self.faces, self.themes["day"].color("shadow"), self.gallery)
        self.nodes: list[Node] = []
        self._theme = ""
        self._kits: dict[tuple[str, bool], Kit] = {}

    def theme_of(self, screen: Screen) -> Theme:
        return self.themes.get(screen.chrome.theme, self.themes["day"])

    def kit(self, screen: Screen) -> Kit:
        key = (self.theme_of(screen).name, screen.chrome.large_text)
        if key not in self._kits:
            self._kits[key] = Kit(self.themes[key[0]], self.faces, key[1], self.gallery)
        return self._kits[key]

    def nodes_of(self, screen: Screen) -> list[Node]:
        """All nodes of a value. Raises KeyError for a kind nobody paints."""
        return shifted(compose(screen, self.kit(screen)), screen)

    def warm(self) -> None:
        """Render the picture of the home screen while nobody waits: it is what the first touch leads to."""
        self.brush.shapes.prepare(home_backdrop(), home.HERO.w, home.HERO.h)

    def paint(self, nodes: Sequence[Node], theme: Theme) -> list[pygame.Rect]:
        """Make the canvas show `nodes`; returns the rectangles that changed."""
        whole = theme.name != self._theme or not self.nodes
        self._theme = theme.name
        self.brush.shadow = theme.color("shadow")
        areas = [WHOLE] if whole else changed(self.nodes, nodes)
        self.nodes = list(nodes)
        return Painter(self.brush, theme.color("bg")).paint(self.nodes, areas)

    def show(self, screen: Screen) -> list[pygame.Rect]:
        """Paint a value as it is at the moment it arrives."""
        return self.paint(self.nodes_of(screen), self.theme_of(screen))

    @property
    def held_bytes(self) -> int:
        """What the picture stores hold; they never grow beyond 48 MB together."""
        return self.faces.held_bytes + self.brush.shapes.held_bytes
