"""Layout lint over all samples and all real views in both languages, plain, large and in high contrast.

Text stays in its box, targets are large and apart, ratios are measured on pixels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import pygame
import pytest
import yaml

from kiosk.screen.values import SCREENS, Key, Screen, Seat, Words, keys_of
from kiosk.screen.view import view
from kiosk.ui.nodes import Node, touchable
from kiosk.ui.painter import Painter
from kiosk.ui.parts import Area, Text, Veil
from kiosk.ui.screens import PAINTERS
from kiosk.ui.stage import WHOLE, Stage
from kiosk.ui.theme import ratio
from tests.kiosk.screen.service_world import pages
from tests.kiosk.screen.world import all_shown
from tests.kiosk.ui.samples import samples
from tests.kiosk.ui.shots import canvas

PASSENGERS = Path(__file__).parents[3] / "config" / "network" / "passengers.yaml"
STAGE = Stage(canvas())
SAMPLES = {f"{name}-{language}": screen for language in ("zh", "en") for name, screen in samples(language).items()}
SAMPLES |= {
    f"view:{name}-{language}": view(all_) for language in ("zh", "en") for name, all_ in all_shown(language).items()
}
SAMPLES |= {f"view:{name}-{language}": screen for language in ("zh", "en") for name, screen in pages(language).items()}
LEAST_PX, LEAST_GAP_PX, LEAST_RATIO = 72, 10, 7.0
SLACK_PX = 3


def looks(screen: Screen) -> dict[str, Screen]:
    chrome = screen.chrome
    return {
        "day": screen,
        "contrast": replace(screen, chrome=replace(chrome, theme="contrast")),
        "large": replace(screen, chrome=replace(chrome, large_text=True)),
    }


@cache
def nodes_of(name: str, look: str) -> tuple[Node, ...]:
    return tuple(STAGE.nodes_of(looks(SAMPLES[name])[look]))


def texts_of(node: Node) -> list[Text]:
    return [part for part in node.parts if isinstance(part, Text)]


def crossing(one: Area, other: Area) -> Area:
    """The common area, of no size when there is none."""
    left, top = max(one.x, other.x), max(one.y, other.y)
    return Area(left, top, max(0, min(one.right, other.right) - left), max(0, min(one.bottom, other.bottom) - top))


def lies_in(inner: Area, outer: Area, slack: int) -> bool:
    grown = outer.inset(-slack)
    return grown.x <= inner.x and grown.y <= inner.y and inner.right <= grown.right and inner.bottom <= grown.bottom


def hexed(color: pygame.Color) -> str:
    return f"#{color.r:02X}{color.g:02X}{color.b:02X}"


# -- laws: each answers what is wrong with a value in a look, nothing when all is well


def texts_that_leave_their_node(name: str, look: str) -> list[object]:
    return [
        (node.id, text.text)
        for node in nodes_of(name, look)
        for text in texts_of(node)
        if not lies_in(text.ink(), node.area, SLACK_PX)
    ]


def texts_that_lie_on_another(name: str, look: str) -> list[object]:
    placed = [(node.layer, text) for node in nodes_of(name, look) for text in texts_of(node)]
    if any(layer == "dialog" for layer, _ in placed):
        placed = [(layer, text) for layer, text in placed if layer == "dialog"]
    if {node.id for node in nodes_of(name, look)} & {"notice", "message"}:
        return []  # these cover what is below
    inks = [(text, text.ink()) for _, text in placed]
    return [
        (one.text, other.text)
        for (one, here), (other, there) in combinations(inks, 2)
        if min(crossing(here, there)[2:]) > 0.12 * min(one.size, other.size)
    ]


def texts_that_are_cut(name: str, look: str) -> list[object]:
    return [text.text for node in nodes_of(name, look) for text in texts_of(node) if text.cut]


def targets_too_small_or_too_close(name: str, look: str) -> list[object]:
    keys = touchable(nodes_of(name, look))
    small: list[object] = [node.id for node in keys if min(node.area.w, node.area.h) < LEAST_PX]
    return small + [
        (one.id, other.id)
        for one, other in combinations(keys, 2)
        if min(crossing(one.area.inset(-LEAST_GAP_PX + 1), other.area)[2:]) > 0
    ]


def texts_too_weak_on_their_pixels(name: str, look: str) -> list[object]:
    nodes = nodes_of(name, look)
    dialog = any(node.layer == "dialog" for node in nodes)
    bare = [replace(node, parts=tuple(part for part in node.parts if not isinstance(part, Text))) for node in nodes]
    screen = looks(SAMPLES[name])[look]
    theme = STAGE.theme_of(screen)
    STAGE.brush.shadow = theme.color("shadow")
    surface = STAGE.canvas
    weak: list[object] = []
    for index, node in enumerate(nodes):
        texts = texts_of(node)
        if not texts or (dialog and node.layer != "dialog"):
            continue
        under = [n for n in bare[: index + 1] if not any(isinstance(part, Veil) for part in n.parts)]
        Painter(STAGE.brush, theme.color("bg")).paint(under, [node.area])
        for text in texts:
            area = text.ink()
            points = [(x, text.middle) for x in range(area.x + 2, area.right - 1, 7)]
            seen = [surface.get_at(point) for point in points if pygame.Rect(WHOLE).collidepoint(point)]
            ratios = sorted(ratio(text.color, hexed(color)) for color in seen)
            if ratios and ratios[len(ratios) // 10] < LEAST_RATIO - 0.05:
                weak.append((node.id, text.text, round(ratios[len(ratios) // 10], 2)))
    return weak


def ways_the_tree_tells_wrong_targets(name: str, look: str) -> list[object]:
    screen, nodes = SAMPLES[name], nodes_of(name, look)
    keys = touchable(nodes)
    shown = screen
    if screen.chrome.person.main:  # the header of the service screens shows who it is, instead of these keys
        shown = replace(screen, chrome=replace(screen.chrome, language_key=Key(), access_key=Key()))
    offered = {key.target for key in (keys_of(shown.chrome.dialog) if shown.chrome.dialog else keys_of(shown))}
    alive = {node.target for node in keys}
    dead = {node.target for node in nodes if node.target} - alive
    twice = [("twice", each) for each, count in Counter(node.id for node in nodes).items() if count > 1]
    missing = [("offered and not there", target) for target in offered - alive]
    mute = [("not spoken", node.id) for node in keys if not node.spoken]
    return [*twice, *missing, *(("offered and dead", target) for target in dead & offered), *mute]


Law = Callable[[str, str], list[object]]
IN_EVERY_SIZE: tuple[Law, ...] = (
    texts_that_leave_their_node,
    texts_that_lie_on_another,
    targets_too_small_or_too_close,
)
LAWS: dict[str, tuple[Law, ...]] = {
    "day": (*IN_EVERY_SIZE, texts_that_are_cut, ways_the_tree_tells_wrong_targets, texts_too_weak_on_their_pixels),
    "large": IN_EVERY_SIZE,
    "contrast": (texts_too_weak_on_their_pixels,),
}


def broken(name: str, *in_looks: str) -> dict[str, list[object]]:
    """Every law that a value breaks, by look and law, with all that was found."""
    answers = {f"{look}: {law.__name__}": law(name, look) for look in in_looks for law in LAWS[look]}
    return {law: found for law, found in answers.items() if found}


# -- tests: one a value, since the nodes of a value are made once for all its laws


def test_every_kind_has_a_painter_and_a_sample() -> None:
    assert set(SCREENS) == set(PAINTERS)
    assert {screen.kind for screen in SAMPLES.values()} == set(SCREENS)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_layout_keeps_its_laws(name: str) -> None:
    assert broken(name, "day") == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_the_layout_keeps_its_laws_when_large_and_in_high_contrast(name: str) -> None:
    assert broken(name, "large", "contrast") == {}


def test_letters_that_lead_nowhere_are_disabled() -> None:
    letters = {node.id[-1]: node.enabled for node in nodes_of("station-zh", "day") if node.id.startswith("letter:")}
    assert letters["Q"] is False
    assert letters["H"] is True
    assert len(letters) == 26


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_the_demo_network_says_of_its_passengers_stands_beside_them_in_full(language: str) -> None:
    rules = yaml.safe_load(PASSENGERS.read_text("utf-8"))["passengers"]
    seat = SAMPLES[f"seat-{language}"]
    assert isinstance(seat, Seat)
    other = "en" if language == "zh" else "zh"
    names = [{"zh": Words(each["name"]), "en": Words(each["english"])} for each in rules]
    told = [{"zh": Words(each["rule"]), "en": Words(each["rule_english"])} for each in rules]
    rows = tuple(
        replace(
            row, words=Words(name[language].main, name[other].main), rule=Words(rule[language].main, rule[other].main)
        )
        for row, name, rule in zip(seat.passengers, names, told, strict=True)
    )
    nodes = STAGE.nodes_of(replace(seat, passengers=rows))
    assert [text.text for node in nodes for text in texts_of(node) if text.cut] == []
