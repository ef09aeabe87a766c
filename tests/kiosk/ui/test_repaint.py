"""What is painted over an older picture looks as if everything had been painted anew: no pixel is left behind, none is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.screen.values import Screen
from kiosk.ui.nodes import Node, changed
from kiosk.ui.stage import Stage
from tests.kiosk.ui.samples import samples
from tests.kiosk.ui.shots import canvas

SURFACE = canvas()
STAGE = Stage(SURFACE)
SAMPLES = {f"{name}-{language}": value for language in ("zh", "en") for name, value in samples(language).items()}


def at(screen: Screen, elapsed_ms: int) -> list[Node]:
    """The nodes of a value so long after it was shown."""
    nodes = STAGE.nodes_of(screen)
    return [node if node.live is None else replace(node, parts=node.live.parts(elapsed_ms)) for node in nodes]


def painted_whole(screen: Screen, nodes: list[Node]) -> bytes:
    STAGE.nodes = []
    STAGE.paint(nodes, STAGE.theme_of(screen))
    return bytes(SURFACE.get_buffer())


COUNTING = sorted(name for name, value in SAMPLES.items() if any(node.live for node in STAGE.nodes_of(value)))


@pytest.mark.parametrize("name", COUNTING)
def test_seconds_that_end_leave_the_picture_of_a_fresh_painting(name: str) -> None:
    screen = SAMPLES[name]
    moments = [at(screen, ms) for ms in (0, 1_000, 2_000, 31_000)]
    whole = [painted_whole(screen, nodes) for nodes in moments]
    STAGE.nodes = []
    for nodes, wanted in zip(moments, whole, strict=True):
        STAGE.paint(nodes, STAGE.theme_of(screen))
        assert bytes(SURFACE.get_buffer()) == wanted


@pytest.mark.parametrize("name", sorted(name for name in SAMPLES if name.endswith("zh")))
def test_keys_that_go_down_and_up_leave_nothing_behind(name: str) -> None:
    screen = SAMPLES[name]
    nodes, theme = at(screen, 0), STAGE.theme_of(screen)
    whole = painted_whole(screen, nodes)
    for key in [node for node in nodes if node.target][:2]:
        down = [node.pressed() if node is key else node for node in nodes]
        sunk = painted_whole(screen, down)
        STAGE.nodes = []
        STAGE.paint(nodes, theme)
        STAGE.paint(down, theme)
        assert bytes(SURFACE.get_buffer()) == sunk
        STAGE.paint(nodes, theme)
        assert bytes(SURFACE.get_buffer()) == whole


def test_the_card_around_a_countdown_is_not_painted_again() -> None:
    screen = SAMPLES["review-zh"]
    card = next(node for node in STAGE.nodes_of(screen) if node.id == "lock").reach
    areas = changed(at(screen, 0), at(screen, 1_000))
    assert areas
    assert sum(area.w * area.h for area in areas) < card.w * card.h
