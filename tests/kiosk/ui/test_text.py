"""How text is fitted: shrink one step, wrap, cut; and the stores that never grow beyond their bytes."""

from __future__ import annotations

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ui.cache import PictureCache
from kiosk.ui.text import ELLIPSIS, LADDER, SMALLEST, Faces, pieces, step_down
from tests.kiosk.ui.shots import canvas

canvas()
FACES = Faces()
TEXTS = st.text(alphabet="北京西站 to Shanghai，。¥0123（）abc", min_size=1, max_size=40)


def test_a_text_with_room_keeps_its_size() -> None:
    assert FACES.fit("北京西", 52, 700, 400).size == 52


def test_too_wide_shrinks_one_step_first() -> None:
    fitted = FACES.fit("Shanghai", 52, 700, FACES.width("Shanghai", 46, 700), 2)
    assert fitted.lines == ("Shanghai",)
    assert fitted.size == step_down(52)


def test_then_it_wraps_and_then_it_is_cut() -> None:
    assert len(FACES.fit("Shanghai Hongqiao", 30, 700, 160, 2).lines) == 2
    cut = FACES.fit("Shanghai Hongqiao", 30, 700, 160, 1)
    assert cut.cut
    assert cut.lines[0].endswith(ELLIPSIS)


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, width=st.integers(60, 500), lines=st.integers(1, 3))
def test_no_line_is_ever_wider_than_its_room(text: str, width: int, lines: int) -> None:
    fitted = FACES.fit(text, 30, 500, width, lines)
    assert len(fitted.lines) <= lines
    assert all(FACES.width(line, fitted.size, 500) <= width for line in fitted.lines)


@given(text=TEXTS)
def test_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_a_line_never_begins_with_a_closing_sign() -> None:
    lines = FACES.wrap("请您核对，车次、日期。张数", 30, 500, 125)
    assert len(lines) > 2
    assert all(line[0] not in "，。、" for line in lines)


def test_steps_go_down_to_the_smallest_and_no_further() -> None:
    for size in LADDER:
        assert SMALLEST <= step_down(size) <= size
    assert step_down(SMALLEST) == SMALLEST


@pytest.mark.parametrize("count", [1, 5, 60])
def test_a_store_keeps_its_bytes(count: int) -> None:
    store = PictureCache(200_000)
    for index in range(count):
        store.get(index, lambda: pygame.Surface((100, 100), pygame.SRCALPHA))
        assert store.held_bytes <= 200_000
    assert store.get(count - 1, lambda: pygame.Surface((1, 1))).get_size() == (100, 100)


def test_the_longest_unused_picture_goes_first() -> None:
    store = PictureCache(90_000)
    for index in (0, 1, 0, 2):
        store.get(index, lambda: pygame.Surface((100, 100), pygame.SRCALPHA))
    kept = store.get(0, lambda: pygame.Surface((1, 1)))
    gone = store.get(1, lambda: pygame.Surface((1, 1)))
    assert (kept.get_width(), gone.get_width()) == (100, 1)
