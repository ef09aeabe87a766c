"""pay.code: the code to scan, as large as it gets, with its time round it; how far the payment has come."""

from __future__ import annotations

from kiosk.screen.values import PayCode, Step
from kiosk.ui.components.kit import Kit, Parts, Row
from kiosk.ui.components.money import circle, label, question, tone_color
from kiosk.ui.components.paying import journey_node, lock_node
from kiosk.ui.components.timers import HURRY_S, clock_text, live_node
from kiosk.ui.drawings.frame import frame_svg
from kiosk.ui.drawings.qr import qr_picture, qr_side
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part, Picture

JOURNEY = Area(40, 270, 1000, 186)
TITLE = Area(40, 474, 1000, 128)
PANEL = Area(40, 612, 1000, 890)
FRAME = Area(240, 822, 600, 600)
STROKE, RADIUS, QR_PX = 14, 44, 536
STEPS = Area(40, 1520, 1000, 108)
ONCE = Area(40, 1642, 1000, 84)


def paint(value: PayCode, kit: Kit) -> list[Node]:
    return [
        journey_node(value, kit, JOURNEY),
        lock_node(value, kit, JOURNEY),
        question(kit, value.title, TITLE),
        _panel(value, kit),
        _code(value, kit),
        *([_expires(value, kit)] if value.code else []),
        *([] if value.chrome.notice else [*_steps(value.steps, kit), _once(value, kit)]),
    ]


def _panel(value: PayCode, kit: Kit) -> Node:
    look, figure, plain = kit.skin("raised"), value.amount, kit.plain
    parts: list[Part] = [kit.box(PANEL, "raised", 34)]
    left = 88 if value.code else PANEL.cx
    align = "left" if value.code else "center"
    parts += label(plain, left, PANEL.y + 50, figure.label, look.second, align, 560)
    parts += plain.line(left, PANEL.y + 116, figure.text, 72, 700, tone_color(kit, figure), align, 560)
    if figure.sub.main:
        parts += label(plain, left, PANEL.y + 174, figure.sub, look.second, align, 620)
    if value.code:
        below = Area(PANEL.x + 30, FRAME.bottom + 8, PANEL.w - 60, PANEL.bottom - FRAME.bottom - 16)
        parts += plain.beside(
            below.cx, below.cy, value.below, (27, look.second), (25, look.second), "center", below.w, 12, 500
        )
    return Node("panel", PANEL, tuple(parts), spoken=f"{figure.label.main} {figure.text}")


def _code(value: PayCode, kit: Kit) -> Node:
    """The code; while there is none, the words that say what is waited for."""
    if value.code:
        side = qr_side(value.code, QR_PX)
        place = Area(FRAME.cx - side // 2, FRAME.cy - side // 2, side, side)
        return Node("code", place, (Picture(place, qr_picture(value.code, side)),), spoken=value.title.main)
    look = kit.skin("tint")
    disc = Area(PANEL.cx - 110, FRAME.y + 60, 220, 220)
    area = Area(PANEL.x + 60, disc.y, PANEL.w - 120, 560)
    rows = (
        Row(value.wait.main, 40, 700, kit.color("ink"), 2),
        Row(value.wait.small, 28, 500, kit.color("muted"), 2),
    )
    parts: Parts = (
        kit.box(disc, "tint", 110),
        kit.icon(disc.cx, disc.cy, 116, "phone", look.accent, 1.8),
        *kit.stack(Area(area.x, disc.bottom + 30, area.w, 300), rows, "center", "top"),
    )
    return Node("code", area, parts, spoken=value.wait.main)


def _expires(value: PayCode, kit: Kit) -> Node:
    """Time left, round the code and in figures."""
    words = Area(640, PANEL.y + 28, 352, 116)
    area = Area(FRAME.x, words.y, words.right - FRAME.x, FRAME.bottom - words.y)

    def parts(seconds: int, share: float) -> Parts:
        color = kit.color("danger" if seconds <= HURRY_S else "ring")
        ink = kit.color("danger" if seconds <= HURRY_S else "ink")
        text = clock_text(seconds)
        figures = kit.plain.line(words.right, words.y + 84, text, 50, 700, ink, "right", 220)
        return (
            Picture(FRAME, frame_svg(FRAME.w, STROKE, RADIUS, share, color, kit.color("track")[:7])),
            *label(kit.plain, words.right, words.y + 22, value.expires_words, kit.color("muted"), "right", words.w),
            kit.icon(figures[0].x - 40, words.y + 82, 42, "clock", color, 2.4),
            *figures,
        )

    return live_node("expires", area, value.expires, parts, spoken=value.expires_words.main)


def _steps(steps: tuple[Step, ...], kit: Kit) -> list[Node]:
    """Scan, confirm, paid."""
    count = max(1, len(steps))
    wide = (STEPS.w - 20 * (count - 1)) // count
    nodes = []
    for at, step in enumerate(steps):
        area = Area(STEPS.x + at * (wide + 20), STEPS.y, wide, STEPS.h)
        skin = "selected" if step.state == "current" else "card"
        look = kit.skin(skin)
        state = {"current": "now", "done": "done"}.get(step.state, "next")
        rows = (Row(step.words.main, 29, 700, look.ink, 2, 0, 24), Row(step.words.small, 23, 500, look.ink))
        parts: Parts = (
            kit.box(area, skin, 24),
            *circle(kit.plain, area.x + 54, area.cy, 28, state, str(at + 1)),
            *kit.plain.stack(Area(area.x + 100, area.y + 8, area.w - 112, area.h - 16), rows),
        )
        nodes.append(Node(f"step:{at}", area, parts, spoken=step.words.main))
    return nodes


def _once(value: PayCode, kit: Kit) -> Node:
    muted = kit.color("muted")
    rows = (Row(value.once.main, 28, 500, muted), Row(value.once.small, 25, 500, muted))
    return Node("once", ONCE, kit.plain.stack(ONCE, rows, "center", leading=1.2), spoken=value.once.main)
