"""The idle screen: media pictures in turn, darker at night, small moves against burn-in."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pygame

from kiosk.screen.values import Heartbeat, Notice, Poster, Screen, Show, Words
from kiosk.ui.events import Received
from kiosk.ui.gallery import Gallery
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Photo, Text, Veil
from kiosk.ui.screens.attract import LOOK_MS, NOTICE_MS, is_night
from kiosk.ui.session import Session
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


RED, GREEN, TORN = (f"{letter * 64}.png" for letter in "abc")


def gallery(directory: Path, said: list[str] | None = None) -> Gallery:
    for file, color in ((RED, "red"), (GREEN, "green")):
        picture = pygame.Surface((300, 200))
        picture.fill(color)
        pygame.image.save(picture, directory / file)
    (directory / TORN).write_bytes((directory / RED).read_bytes()[:-40])
    return Gallery(directory, (said if said is not None else []).append)


def posters(*files: str, seconds: int = 10) -> Screen:
    shown = tuple(Poster(file, seconds, Words("春运", "Spring")) for file in files)
    return replace(ATTRACT, posters=shown)  # type: ignore[call-arg]


def decoded(made: Gallery) -> Gallery:
    while made.decode():
        pass
    return made


def photo(stage: Stage, screen: Screen, ms: int) -> str:
    """The picture that is painted so long after the page came; empty: the drawing."""
    live = scene(stage, screen).live
    assert live is not None
    return next((part.file for part in live.parts(ms) if isinstance(part, Photo)), "")


def test_pictures_follow_each_other_each_for_its_time(tmp_path: Path) -> None:
    made = gallery(tmp_path)
    stage, screen = Stage(SURFACE, gallery=made), posters(RED, GREEN)
    live = scene(stage, screen).live
    decoded(made)
    assert [photo(stage, screen, ms) for ms in (0, 9_999, 10_000, 20_000)] == [RED, RED, GREEN, RED]
    assert live is not None
    assert (live.steady, live.next_ms(11_000)) == (True, 9_000)


def test_a_picture_that_is_not_decoded_is_not_waited_for(tmp_path: Path) -> None:
    made = gallery(tmp_path)
    stage, screen = Stage(SURFACE, gallery=made), posters(RED, GREEN)
    assert photo(stage, screen, 0) == ""
    live = scene(stage, screen).live
    assert live is not None
    assert live.next_ms(0) == LOOK_MS
    assert made.decode()  # the first only
    assert [photo(stage, screen, ms) for ms in (0, 10_000)] == [RED, RED]
    decoded(made)
    assert photo(stage, screen, 10_000) == GREEN
    assert not made.ready("x")


def test_what_cannot_be_read_is_skipped_and_named_once(tmp_path: Path) -> None:
    said: list[str] = []
    made = gallery(tmp_path, said)
    gone = f"{'d' * 64}.png"
    stage, screen = Stage(SURFACE, gallery=made), posters(TORN, RED, gone, "../secret.png")
    for ms in range(0, 80_000, 5_000):
        photo(stage, screen, ms)
        decoded(made)
    assert {photo(stage, screen, ms) for ms in range(0, 80_000, 5_000)} == {RED}
    assert [text.split()[1] for text in said] == [f"file={name!r}" for name in (TORN, gone, "../secret.png")]


def test_a_page_whose_pictures_are_all_broken_is_todays_page(tmp_path: Path) -> None:
    stage = Stage(SURFACE, gallery=Gallery(tmp_path / "none"))
    screen = posters(RED)
    photo(stage, screen, 0)
    decoded(stage.gallery)
    assert scene(stage, screen).parts == scene(Stage(SURFACE), ATTRACT).parts
    assert scene(Stage(SURFACE), posters(RED)).live is None  # no directory at all


def test_no_more_than_three_pictures_are_held(tmp_path: Path) -> None:
    made = gallery(tmp_path)
    files = [f"{digit * 64}.png" for digit in "0123456"]
    for file in files:
        (tmp_path / file).write_bytes((tmp_path / RED).read_bytes())
    stage, screen = Stage(SURFACE, gallery=made), posters(*files, seconds=5)
    for ms in range(0, 70_000, 2_500):
        photo(stage, screen, ms)
        decoded(made)
        assert sum(made.ready(file) for file in files) <= 3
    assert photo(stage, screen, 70_000) == files[0]


def test_a_thread_decodes_what_is_wanted_and_ends(tmp_path: Path) -> None:
    said: list[str] = []
    made = gallery(tmp_path, said)
    made.start()
    made.want((RED,))
    while not made.ready(RED):
        assert said == []
        assert "gallery" in [each.name for each in threading.enumerate()]
        pygame.time.wait(5)
    made.stop()
    made.want((GREEN,))
    pygame.time.wait(50)
    assert not made.ready(GREEN)


def test_a_picture_covers_the_scene_and_a_minute_that_passes_does_not_begin_anew(tmp_path: Path) -> None:
    made = gallery(tmp_path)
    session = Session(Stage(SURFACE, gallery=made), 0)
    screen = posters(RED, GREEN)
    session.take(Received(Show(1, screen)), 0)
    session.poll(0)
    decoded(made)

    def until(begin_ms: int, end_ms: int) -> None:
        for now_ms in range(begin_ms, end_ms + 1, 50):
            session.take(Received(Heartbeat()), now_ms)
            session.poll(now_ms)
            decoded(made)

    until(50, 9_500)
    assert SURFACE.get_at((20, 700))[:3] == SURFACE.get_at((1060, 1200))[:3] == (255, 0, 0)
    later = replace(screen, chrome=replace(screen.chrome, clock="14:37"))
    session.take(Received(Show(2, later)), 9_500)
    until(9_550, 10_100)
    assert SURFACE.get_at((20, 700))[:3] == (0, 255, 0)


def test_notices_take_turns_and_say_which_of_how_many() -> None:
    told = tuple(Notice(Words(text, text)) for text in ("one", "two"))
    screen = replace(ATTRACT, notices=told)  # type: ignore[call-arg]
    node = next(node for node in Stage(SURFACE).nodes_of(screen) if node.id == "bulletin")
    assert node.live is not None
    assert (node.spoken, node.live.steady, node.live.next_ms(1_000)) == ("one, two", True, NOTICE_MS - 1_000)
    texts = [
        [part.text for part in node.live.parts(ms) if isinstance(part, Text)] for ms in (0, NOTICE_MS, 2 * NOTICE_MS)
    ]
    assert texts == [["one", "one", "1 / 2"], ["two", "two", "2 / 2"], ["one", "one", "1 / 2"]]


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
