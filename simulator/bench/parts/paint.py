"""How long painting takes, apart from everything else: whole screens and single cards, warm, without a display.

The values are those that the passengers of the nominal machine saw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kiosk.screen.values import PayCash, Screen
from kiosk.ui.nodes import Node
from kiosk.ui.stage import Stage
from kiosk.ui.window import Headless
from simulator.bench.bench import Bench
from simulator.bench.figures import Figure, measured, percentile

WHOLE_SCREEN = 1080 * 1920 // 3
"""A key larger than this is a screen, not a card."""


def measure_paint(bench: Bench) -> list[Figure]:
    machine = bench.machine("nominal")
    if PayCash.kind not in machine.seen:
        bench.say("paint: one passenger shows the screens")
        machine.rig.wait_until_free()
        machine.visit(bench.plan(1), bench.dice)
    headless = Headless()
    try:
        stage = Stage(headless.canvas)
        return _painted(bench, stage, machine.seen)
    finally:
        headless.close()


def _painted(bench: Bench, stage: Stage, seen: dict[str, Screen]) -> list[Figure]:
    whole, cards, meters = dict[str, float](), list[float](), list[float]()
    for kind, screen in sorted(seen.items()):
        nodes, theme = stage.nodes_of(screen), stage.theme_of(screen)

        def repaint(nodes: Sequence[Node] = nodes, screen: Screen = screen) -> None:
            stage.nodes = []  # nothing is there yet: all of it is painted
            stage.paint(nodes, stage.theme_of(screen))

        whole[kind] = _middle(bench, repaint)
        stage.paint(nodes, theme)
        for node in nodes:
            changed = [each.held() if each is node else each for each in nodes]
            once = lambda changed=changed, nodes=nodes, theme=theme: (
                stage.paint(changed, theme),
                stage.paint(nodes, theme),
            )
            if node.target and node.area.w * node.area.h < WHOLE_SCREEN:
                cards.append(_middle(bench, once) / 2)
            elif isinstance(screen, PayCash) and node.live is None and not node.target and node.layer == "body":
                meters.append(_middle(bench, once) / 2)
    worst = max(whole, key=lambda kind: whole[kind], default="")
    return [
        measured("repaint", list(whole.values()), f"the most is {worst}"),
        measured("card", cards),
        measured("meter", meters),
    ]


def _middle(bench: Bench, paint: Callable[[], object]) -> float:
    """Median ms of a few; the first ones only warm the stores."""
    paint()
    taken = list[float]()
    for _ in range(bench.amount.repaints):
        begun_us = bench.clock.mono_us()
        paint()
        taken.append((bench.clock.mono_us() - begun_us) / 1000)
    return percentile(taken, 50)
