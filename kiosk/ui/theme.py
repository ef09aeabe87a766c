"""Themes are token tables: colours, and skins (what a surface of one kind looks like). No painter asks which is on.

Source: ui-guide sections 2 and 4. Files: themes/*.toml, one per theme.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

THEMES = Path(__file__).parent / "themes"


class ThemeError(Exception):
    """A theme file is missing or wrong; the text is one line and names the file."""


@dataclass(frozen=True, slots=True)
class Skin:
    """A kind of surface. Colours are `#RRGGBB` (or `#RRGGBBAA`); `edge` may be empty.

    `top` to `bottom` is a gradient (downwards, or to the right when `across`), `width` the edge in px, `elevation`
    0..3. `ink`, `second`, `accent` and `icon` are what is written on it; `pressed` is its ground under a finger.
    """

    top: str
    bottom: str
    across: bool
    edge: str
    width: int
    elevation: int
    radius: int
    ink: str
    second: str
    accent: str
    icon: str
    pressed: str


@dataclass(frozen=True, slots=True)
class Theme:
    name: str
    motion: bool
    pictures: bool
    colors: dict[str, str]
    skins: dict[str, Skin]

    def color(self, name: str) -> str:
        return self.colors[name]

    def skin(self, name: str) -> Skin:
        return self.skins[name]


def channels(color: str) -> tuple[int, int, int, int]:
    """Red, green, blue, alpha of `#RRGGBB` or `#RRGGBBAA`, 0..255 each."""
    digits = color.removeprefix("#").ljust(8, "F")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16), int(digits[6:8], 16)


def mixed(one: str, other: str, share: float) -> str:
    """`one` with `share` (0..1) of `other` in it."""
    pairs = zip(channels(one)[:3], channels(other)[:3], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def luminance(color: str) -> float:
    """Relative luminance, 0..1 (WCAG 2.1)."""
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels(color)[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    """Contrast ratio, 1..21 (WCAG 2.1)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _skin(raw: dict[str, object], colors: dict[str, str]) -> Skin:
    def color(key: str, fallback: str) -> str:
        name = str(raw.get(key, fallback))
        return name if name.startswith("#") or not name else colors[name]

    fill = raw.get("fill", "surface")
    grounds = [str(name) for name in fill] if isinstance(fill, list) else [str(fill), str(fill)]
    top, bottom = (name if name.startswith("#") else colors[name] for name in grounds)
    ink = color("ink", "ink")
    accent = color("accent", "brand")
    return Skin(
        top=top,
        bottom=bottom,
        across=bool(raw.get("across", False)),
        edge=color("edge", ""),
        width=int(str(raw.get("width", 0))),
        elevation=int(str(raw.get("elevation", 0))),
        radius=int(str(raw.get("radius", 26))),
        ink=ink,
        second=color("second", str(raw.get("ink", "muted"))),
        accent=accent,
        icon=color("icon", accent),
        pressed=color("pressed", mixed(bottom, ink, 0.12)),
    )


def load_theme(name: str, directory: Path = THEMES) -> Theme:
    """The theme `name`. Raises ThemeError when its file is missing, is no TOML or names an unknown colour."""
    path = directory / f"{name}.toml"
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
        colors = {key: str(value) for key, value in raw["color"].items()}
        skins = {key: _skin(value, colors) for key, value in raw["skin"].items()}
        return Theme(name, bool(raw["motion"]), bool(raw["pictures"]), colors, skins)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ThemeError(f"theme {path}: {type(error).__name__} {error}") from error
