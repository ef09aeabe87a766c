"""svc.task: one act at the open cabinet: its steps, the thing in hand, expected and entered counts, who signs."""

from __future__ import annotations

from kiosk.screen.values import Figure, ServiceTask, SignOff, TaskStep
from kiosk.ui.components.chrome import STEPPER
from kiosk.ui.components.kit import Kit, Parts, Row, Run
from kiosk.ui.components.money import circle, label, tone_color
from kiosk.ui.components.service import message_height, message_node, number_pad
from kiosk.ui.drawings.things import BOX_SIZE, box_picture
from kiosk.ui.drawings.tones import tones
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Box, Part, Picture, Rule

TOP, BOTTOM, GAP = 262, 1736, 18
RAIL, TEXT_X, RIGHT = 94, 160, 992
LABEL_INSIDE = {"cassette": (0.5, 0.3)}
"""Where the label stands in the picture, as shares of its width and height; others carry it on a tag below."""


def paint(value: ServiceTask, kit: Kit) -> list[Node]:
    heights = _heights(value, kit)
    spare = BOTTOM - TOP - sum(heights.values()) - GAP * max(0, len(heights) - 1)
    pitch = _pitch(value, spare)
    heights["steps"] = pitch * len(value.steps) + 14 if value.steps else 0
    spare = BOTTOM - TOP - sum(heights.values()) - GAP * max(0, len(heights) - 1)
    if spare > 0:
        for name, share, most in (
            ("work", 0.7, 420),
            ("pad", 0.6, 200),
            ("panel", 0.6, 380),
            ("figures", 0.5, 36),
            ("signs", 0.5, 36),
        ):
            if heights.get(name):
                grown = min(most, int(spare * share))
                heights[name] += grown
                spare -= grown
    nodes = [_band(value, kit)]
    y = TOP
    for name, height in heights.items():
        nodes += _block(name, value, kit, Area(40, y, 1000, height), pitch)
        y += height + GAP
    return nodes


def _heights(value: ServiceTask, kit: Kit) -> dict[str, int]:
    """Blocks in order with the least height of each; what is not needed is left out.

    A number pad stands beside the picture, or, when there are facts to read, below the panel in two rows.
    """
    beside = bool(value.digits) and not value.facts
    wanted = {
        "steps": 66 * len(value.steps) + 14 if value.steps else 0,
        "message": message_height(kit, value.message),
        "panel": 0 if beside else max(250 if value.digits else 300, 78 * len(value.facts) + 40),
        "figures": _figures_height(value),
        "work": 470 if beside else 0,
        "pad": 126 + 190 if value.digits and not beside else 0,
        "signs": (230 + (58 if value.sign_title.main else 0)) if value.signoffs else 0,
    }
    return {name: height for name, height in wanted.items() if height}


def _pitch(value: ServiceTask, spare: int) -> int:
    """Height of a step: as much as the rest leaves, up to 94 px."""
    return min(94, 66 + max(0, spare) // max(1, len(value.steps)))


def _figures_height(value: ServiceTask) -> int:
    if not value.figures and not value.note.main:
        return 0
    subs = any(figure.sub.main for figure in value.figures)
    return (128 + (66 if subs else 0) if value.figures else 16) + (90 if value.note.main else 12)


def _block(name: str, value: ServiceTask, kit: Kit, area: Area, pitch: int) -> list[Node]:
    if name == "steps":
        return _steps(value, kit, area, pitch)
    if name == "message" and value.message is not None:
        return [message_node(kit, value.message, area)]
    if name == "panel":
        return [_panel(value, kit, area)]
    if name == "figures":
        return [_figures(value, kit, area)]
    if name == "work":
        side = Area(area.x, area.y, 330, area.h)
        return [
            _panel(value, kit, side),
            *_pad(value, kit, Area(side.right + 18, area.y, area.right - side.right - 18, area.h)),
        ]
    if name == "pad":
        return _pad(value, kit, area)
    return _signs(value, kit, area)


def _band(value: ServiceTask, kit: Kit) -> Node:
    """The act and what is open, in place of the stepper."""
    look, chip_look = kit.skin("band"), kit.skin("warn_edge")
    parts: list[Part] = [kit.box(STEPPER, "band"), kit.rule(0, STEPPER.bottom - 2, STEPPER.w)]
    wide = 0
    if value.chip.main:
        runs = [Run(value.chip.main, 27, 700, chip_look.ink), Run(value.chip.small, 26, 500, chip_look.ink)]
        if kit.runs_width(runs, 10) > 480:
            runs = runs[:1]
        wide = min(540, kit.runs_width(runs, 10) + 72)
        chip = Area(1040 - wide, STEPPER.cy - 28, wide, 56)
        parts += [kit.box(chip, "warn_edge", 28), kit.icon(chip.x + 31, chip.cy, 34, "info", chip_look.accent, 2.2)]
        parts += kit.inline(chip.x + 53, chip.cy, runs, 10, width=wide - 70)
    rows = (Row(value.title.main, 38, 700, look.ink), Row(value.title.small, 26, 500, look.second))
    parts += kit.stack(Area(44, STEPPER.y + 2, 996 - wide - 24, STEPPER.h - 6), rows, leading=1.2)
    return Node("task", STEPPER, tuple(parts), layer="ground", spoken=value.title.main)


def _steps(value: ServiceTask, kit: Kit, card: Area, pitch: int) -> list[Node]:
    parts: list[Part] = [kit.box(card, "card")]
    radius = min(30, pitch // 2 - 8)
    top = card.y + 7
    for index, step in enumerate(value.steps[:-1]):
        cy = top + pitch * index + pitch // 2
        color = kit.color("ok" if step.state == "done" else "todo")
        parts.append(Rule(Area(RAIL - 3, cy, 6, pitch), color))
    for index, step in enumerate(value.steps):
        parts += _step(kit, step, Area(40, top + pitch * index, 1000, pitch), index, radius)
    now = next((step for step in value.steps if step.state == "now"), None)
    return [Node("steps", card, tuple(parts), spoken=now.words.main if now else "")]


def _step(kit: Kit, step: TaskStep, band: Area, index: int, radius: int) -> Parts:
    look = kit.skin("card")
    now = step.state == "now"
    parts: list[Part] = list(circle(kit, RAIL, band.cy, radius, step.state, str(index + 1)))
    ink, second = (kit.color("brand"), look.ink) if now else (look.ink, look.second)
    if now:
        parts.append(kit.box(Area(140, band.y + 3, 872, band.h - 6), "code", 20))
    tone = {"done": kit.color("ok_dark"), "now": kit.color("brand")}.get(step.state, look.second)
    note = [Run(step.note.main, 28, 700, tone), Run(step.note.small, 26, 700, tone)]
    if kit.runs_width(note, 10) > 420:
        note = note[:1]
    wide = min(470, kit.runs_width(note, 10)) if step.note.main else 0
    parts += kit.inline(RIGHT, band.cy, note, 10, "right", wide)
    compact = band.h < 80
    rows = (
        Row(step.words.main, 28 if compact else 32, 700, ink),
        Row(step.words.small, 23 if compact else 26, 500, second),
    )
    parts += kit.stack(Area(TEXT_X, band.y + 4, RIGHT - TEXT_X - wide - 20, band.h - 8), rows, leading=1.18)
    return tuple(parts)


def _panel(value: ServiceTask, kit: Kit, area: Area) -> Node:
    """The thing in hand and what is known of it; a figure that is right has a tick, one that is wrong a cross."""
    look = kit.skin("panel")
    w, h = BOX_SIZE
    inside = LABEL_INSIDE.get(value.picture)
    high = min(h + 10 if value.facts else h + 60, area.h - 48 - (0 if inside else 44))
    wide = round(high * w / h)
    top = area.cy - high // 2 - (0 if inside else 22)
    room = 312 if value.facts else area.w
    picture = Area(area.x + (room - wide) // 2, top, wide, high)
    parts: list[Part] = [
        kit.box(area, "panel", 34),
        Picture(picture, box_picture(tones(kit), value.picture, value.picture_percent)),
    ]
    if inside:
        at = round(wide * inside[0])
        parts += kit.line(
            picture.x + at,
            picture.y + round(high * inside[1]),
            value.picture_label,
            round(44 * high / h),
            700,
            look.ink,
            "center",
            round(wide * 0.7),
            least=22,
        )
    else:
        parts += kit.line(
            picture.cx, picture.bottom + 28, value.picture_label, 34, 700, look.ink, "center", 280, least=24
        )
    count = max(1, len(value.facts))
    pitch = min(86, (area.h - 40) // count)
    y = area.cy - pitch * count // 2
    for index, fact in enumerate(value.facts):
        parts += _fact(kit, fact, Area(360, y + pitch * index, 644, pitch), look.ink)
    said = ", ".join(f"{fact.label.main} {fact.text}" for fact in value.facts)
    return Node("thing", area, tuple(parts), spoken=said or value.picture_label)


BADGES = {"ok": ("chip_done", "check"), "danger": ("danger", "cross"), "warn": ("warn", "warn")}


def _fact(kit: Kit, fact: Figure, area: Area, ink: str) -> Parts:
    badge = BADGES.get(fact.tone)
    room = area.w - (70 if badge else 0)
    text = " ".join(part for part in (fact.text, fact.sub.main) if part)
    names = " ".join(part for part in (fact.label.main, fact.label.small) if part)
    size = 35 if area.h >= 76 else 31
    rows = (Row(names, 24, 500, ink), Row(text, size, 700, ink))
    parts: list[Part] = list(kit.stack(Area(area.x, area.y + 2, room, area.h - 4), rows, leading=1.26))
    if badge:
        disc = Area(area.right - 48, area.cy - 24, 48, 48)
        parts += [kit.box(disc, badge[0], 24), kit.icon(disc.cx, disc.cy, 32, badge[1], kit.skin(badge[0]).accent, 2.8)]
    return tuple(parts)


def _figures(value: ServiceTask, kit: Kit, area: Area) -> Node:
    """Expected, entered, difference: side by side, the last one says in words whether they agree."""
    look = kit.skin("raised")
    parts: list[Part] = [kit.box(area, "raised", 34)]
    count = max(1, len(value.figures))
    wide = 928 // count
    subs = any(figure.sub.main for figure in value.figures)
    for index, figure in enumerate(value.figures):
        x = 76 + wide * index
        last = index == count - 1 and count > 1
        parts += label(kit, x, area.y + 44, figure.label, look.second, width=wide - 16)
        parts += kit.line(x, area.y + 106, figure.text, 62, 700, tone_color(kit, figure), width=wide - 20, least=40)
        if figure.sub.main:
            parts += _sub(kit, figure, Area(x, area.y + 142, wide - 20, 52), last, look.second)
    if value.note.main:
        top = area.y + ((200 if subs else 140) if value.figures else 8)
        rows = (Row(value.note.main, 27, 500, look.ink, 2), Row(value.note.small, 25, 500, look.second, 2))
        parts += kit.stack(Area(76, top - 8, 928, area.bottom - top), rows, leading=1.3)
    said = ", ".join(f"{figure.label.main} {figure.text} {figure.sub.main}".strip() for figure in value.figures)
    return Node("figures", area, tuple(parts), spoken=said or value.note.main)


def _sub(kit: Kit, figure: Figure, area: Area, chip: bool, color: str) -> Parts:
    skin, icon = {"ok": ("ok", "check"), "danger": ("danger", "warn"), "warn": ("warn", "warn")}.get(
        figure.tone, ("", "")
    )
    if not chip or not skin:
        return kit.beside(area.x, area.cy - 4, figure.sub, (31, color), (26, color), width=area.w, weight=500)
    look = kit.skin(skin)
    runs = (Run(figure.sub.main, 28, 700, look.ink), Run(figure.sub.small, 26, 700, look.ink))
    wide = min(area.w + 10, kit.runs_width(runs, 8) + 72)
    box = Area(area.x, area.y, wide, 52)
    return (
        Box(box, look, 26),
        kit.icon(box.x + 31, box.cy, 32, icon, look.accent, 2.6),
        *kit.inline(box.x + 53, box.cy, runs, 8, width=wide - 70),
    )


def _pad(value: ServiceTask, kit: Kit, area: Area) -> list[Node]:
    """The number asked for and its keys."""
    look = kit.skin("card")
    field = Area(area.x, area.y, area.w, 108)
    box_w = 420 if area.w > 800 else 320
    box = Area(field.right - box_w, field.y, box_w, 108)
    text = Area(field.x + 4, field.y, field.w - box_w - 20, 108)
    rows = (
        Row(value.typed_label.main, 33, 700, look.ink, 2),
        Row(value.typed_label.small, 26, 500, kit.color("muted"), 2),
    )
    words = kit.stack(text, rows, leading=1.2)
    cursor = box.x + 40 + (kit.width(value.typed, 60, 700) if value.typed else 0)
    parts: Parts = (
        *words,
        kit.box(box, "input", 22),
        *kit.line(box.x + 30, box.cy, value.typed, 60, 700, look.ink, width=box.w - 70, least=40),
        Rule(Area(min(cursor, box.right - 30), box.y + 26, 5, 56), kit.color("action")),
    )
    pad = Area(area.x, field.bottom + 16, area.w, area.h - 108 - 16)
    nodes = [Node("typed", field, parts, spoken=f"{value.typed_label.main} {value.typed}")]
    return nodes + number_pad(kit, value.digits, None, None, pad)


def _signs(value: ServiceTask, kit: Kit, area: Area) -> list[Node]:
    ink, muted = kit.color("ink"), kit.color("muted")
    head = Area(area.x, area.y, area.w, 52)
    words = kit.beside(44, head.cy - 2, value.sign_title, (33, ink), (28, muted), width=960)
    nodes = [Node("sign", head, words, spoken=value.sign_title.main)] if value.sign_title.main else []
    top = area.y + (58 if value.sign_title.main else 0)
    count = max(1, len(value.signoffs))
    wide = (1000 - 18 * (count - 1)) // count
    for index, sign in enumerate(value.signoffs):
        place = Area(40 + index * (wide + 18), top, wide, area.bottom - top)
        nodes.append(_sign(kit, sign, place, index))
    return nodes


SIGN_SKINS = {"ok": "ok_edge", "tint": "to_sign"}


def _sign(kit: Kit, sign: SignOff, area: Area, index: int) -> Node:
    name = SIGN_SKINS.get(sign.level, "off")
    look = kit.skin(name)
    signed = sign.level == "ok"
    mark = Area(area.x + 24, area.y + 20, 84, 84)
    plate = "step_done" if signed else "tint"
    left = mark.right + 20
    ink = kit.color("ink") if sign.level != "off" else look.ink
    half = area.y + 62 + (area.h - 124) // 2
    middle = max(mark.bottom + 18, half)
    low = Area(left, middle + 4, area.right - left - 16, area.bottom - middle - 12)
    parts: Parts = (
        kit.box(area, name, 24),
        kit.box(mark, plate, 42),
        kit.icon(mark.cx, mark.cy, 48, "check" if signed else "person", kit.skin(plate).accent, 2.6 if signed else 2.1),
        *kit.pair(
            Area(left, area.y + 12, area.right - left - 16, 100), sign.words, (37, ink), (27, ink), lines=2, leading=1.2
        ),
        Rule(Area(area.x + 24, middle, area.w - 48, 2), kit.color("ok") if signed else kit.color("line")),
        kit.icon(
            mark.cx, low.cy, 54, "shield" if signed else "lock" if sign.level == "off" else "person", look.accent, 2.1
        ),
        *kit.pair(low, sign.state, (33, look.accent), (25, look.accent), leading=1.24),
    )
    return Node(f"sign:{index}", area, parts, spoken=f"{sign.words.main}, {sign.state.main}")
