"""The idle screen: media pictures in turn, darker at night, small moves against burn-in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pygame

from kiosk.screen.values import Screen
from kiosk.ui.main import pictures_in
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Photo, Text, Veil
from kiosk.ui.screens.attract import MEDIA_MS, is_night
from kiosk.ui.shift import ROUND, step_of
from kiosk.ui.stage import Stage
from tests.kiosk.ui.samples import samples
from tests.kiosk.ui.shots import canvas

SURFACE = canvas()
ATTRACT = samples("zh")["attract"]


def at(clock: str) -> Screen:
    return replace(ATTRACT, chrome=replace(ATTRACT.chrome, clock=clock))


def scene(stage: Stage, screen: Screen) -> Node:
    return next(node for node in stage.nodes_of(screen) if node.id == "scene")


def media(directory: Path) -> tuple[Path, ...]:
    for name, color in (("1.png", "red"), ("2.png", "green")):
        picture = pygame.Surface((300, 200))
        picture.fill(color)
        pygame.image.save(picture, directory / name)
    (directory / "3.png").write_bytes(b"no picture")
    (directory / "notes.txt").write_text("ignored", "utf-8")
    return pictures_in(directory)


def test_media_pictures_follow_each_other_and_bad_ones_are_left_out(tmp_path: Path) -> None:
    live = scene(Stage(SURFACE, media=media(tmp_path)), ATTRACT).live
    assert live is not None
    shown = [
        next(part.path.name for part in live.parts(ms) if isinstance(part, Photo)) for ms in (0, MEDIA_MS, 2 * MEDIA_MS)
    ]
    assert shown == ["1.png", "2.png", "1.png"]
    assert live.next_ms(MEDIA_MS + 1_000) == MEDIA_MS - 1_000


def test_a_picture_covers_the_scene(tmp_path: Path) -> None:
    stage = Stage(SURFACE, media=media(tmp_path))
    stage.show(ATTRACT)
    assert SURFACE.get_at((20, 700))[:3] == (255, 0, 0)
    assert SURFACE.get_at((1060, 1200))[:3] == (255, 0, 0)


def test_no_media_directory_is_no_trouble(tmp_path: Path) -> None:
    assert pictures_in(tmp_path / "none") == ()
    assert pictures_in(None) == ()


def test_the_picture_is_dimmed_at_night() -> None:
    stage = Stage(SURFACE)
    assert any(isinstance(part, Veil) for part in scene(stage, at("23:40")).parts)
    assert not any(isinstance(part, Veil) for part in scene(stage, at("14:36")).parts)
    assert [is_night(clock) for clock in ("04:59", "05:00", "", "?")] == [True, False, False, False]


def test_words_wander_by_two_pixels_at_most_and_come_back() -> None:
    stage = Stage(SURFACE)

    def place(clock: str) -> tuple[int, int]:
        text = next(part for part in scene(stage, at(clock)).parts if isinstance(part, Text))
        return text.x, text.base

    home = place("14:00")
    seen = {place(f"14:{minute:02d}") for minute in range(len(ROUND))}
    assert len(seen) == len(ROUND)
    assert all(abs(x - home[0]) <= 2 and abs(y - home[1]) <= 2 for x, y in seen)
    assert place(f"14:{len(ROUND):02d}") == home
    assert step_of("") == (0, 0)
