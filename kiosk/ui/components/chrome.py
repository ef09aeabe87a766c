"""What surrounds every body: header, stepper, footer with the idle ring, notice and dialog. Source: ui-guide 2 and 6."""

from __future__ import annotations

from dataclasses import replace

from kiosk.screen.values import Chrome, Dialog, Journey, Key, Notice, Step
from kiosk.ui.components.cards import journey_line
from kiosk.ui.components.keys import action_key, key_node, pager_key
from kiosk.ui.components.kit import Kit, Parts, Row
from kiosk.ui.components.timers import ring_node
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part, Picture, Rule, Veil

WIDTH, HEIGHT = 1080, 1920
MARGIN = 40
HEADER = Area(0, 0, WIDTH, 150)
STEPPER = Area(0, 150, WIDTH, 96)
FOOTER = Area(0, 1752, WIDTH, 168)
BODY = Area(0, 150, WIDTH, 1602)
NOTICE_SKINS = {"info": "info_edge", "ok": "ok_edge", "warn": "warn_edge", "danger": "danger_edge"}

_STREAKS = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="144"><g stroke="#FFFFFF" stroke-opacity="0.07" '
    'stroke-width="16"><path d="M6 150L186 -6M56 150L236 -6"/></g></svg>'
)


def header(kit: Kit, chrome: Chrome) -> list[Node]:
    """Mark, machine, clock, language and accessibility keys; on service screens the person instead of the keys."""
    kit = kit.plain
    skin = kit.skin("header")
    mark = Area(40, 34, 80, 80)
    service = bool(chrome.person.main)
    icon = "wrench" if service else "train"
    parts: list[Part] = [kit.box(HEADER, "header")]
    if kit.theme.pictures:
        parts.append(Picture(Area(646, 0, 240, 144), _STREAKS))
    parts += [Rule(Area(0, 144, WIDTH, 6), kit.color("signal")), kit.box(mark, "mark")]
    parts.append(kit.icon(mark.cx, mark.cy, 56, icon, kit.skin("mark").accent, 2.1))
    clock_right = 1040 if service else 770
    room = (500 if service else 596) - 143
    parts += kit.line(143, 60, chrome.machine.main, 42, 700, skin.ink, width=room)
    place = chrome.machine.small
    if kit.width(place, 22, 500) > room:
        place = place.rpartition(" · ")[2]  # where it stands and its number matter more than its name once again
    parts += kit.line(143, 105, place, 24, 500, skin.second, width=room)
    parts += kit.line(clock_right, 67, chrome.clock, 58, 700, skin.ink, "right", 170)
    parts += kit.line(clock_right, 111, chrome.date.main, 24, 500, skin.second, "right", 190)
    nodes = [Node("header", HEADER, tuple(parts), layer="ground", spoken=chrome.machine.main)]
    if service:
        nodes.append(_person(kit, chrome))
        return nodes
    if chrome.language_key.words.main or chrome.language_key.target:
        nodes.append(_language(kit, chrome.language_key))
    if chrome.access_key.target or chrome.access_key.icon:
        nodes.append(_access(kit, chrome.access_key))
    return nodes


def _language(kit: Kit, key: Key) -> Node:
    area, look = Area(800, 30, 140, 90), kit.skin("header_key")
    parts: Parts = (
        kit.box(area, "header_key"),
        kit.icon(838, area.cy, 42, key.icon or "globe", look.icon),
        *kit.line(866, area.cy, key.words.main, 28, 700, look.ink, width=66),
    )
    return key_node(key, area, parts, "head", "ground", 22)


def _access(kit: Kit, key: Key) -> Node:
    area, look = Area(954, 30, 90, 90), kit.skin("header_key")
    parts = (kit.box(area, "header_key"), kit.icon(area.cx, area.cy, 52, key.icon or "access", look.icon))
    return key_node(key, area, parts, "head", "ground", 22)


def _person(kit: Kit, chrome: Chrome) -> Node:
    area, look = Area(526, 28, 320, 96), kit.skin("header_key")
    rows = (
        Row(chrome.person.main, 30, 700, look.ink, 1, 0, 22),
        Row(chrome.person.small, 25, 500, look.second, 1, 0, 22),
    )
    parts: Parts = (
        kit.box(area, "header_key"),
        kit.icon(area.x + 46, area.cy, 46, "person", look.icon),
        *kit.plain.stack(Area(area.x + 86, area.y, 222, area.h), rows, leading=1.34),
    )
    return Node("person", area, parts, layer="ground", spoken=chrome.person.main)


def stepper(kit: Kit, steps: tuple[Step, ...]) -> list[Node]:
    """Done, current and coming steps: circle, words, bar to the next."""
    if not steps:
        return []
    kit = kit.plain  # five of them have no room to grow
    band = kit.skin("band")
    parts: list[Part] = [kit.box(STEPPER, "band"), kit.rule(0, STEPPER.bottom - 2, WIDTH)]
    texts = [max(kit.width(s.words.main, 28, 700), kit.width(s.words.small, 22, 500)) for s in steps]
    room = (1040 - 44) - sum(48 + 12 + text for text in texts)
    bar = room / max(1, len(steps) - 1)
    left, cy = 44.0, STEPPER.cy
    for index, (step, text) in enumerate(zip(steps, texts, strict=True)):
        circle = Area(round(left), cy - 24, 48, 48)
        look = kit.skin(f"step_{step.state}")
        parts.append(kit.box(circle, f"step_{step.state}", 24))
        if step.state == "done":
            parts.append(kit.icon(circle.cx, circle.cy, 30, "check", look.accent, 2.6))
        else:
            parts += kit.line(circle.cx, circle.cy + 1, str(index + 1), 28, 700, look.ink, "center", 48)
        now = step.state == "current"
        words = Area(circle.right + 12, cy - 40, text + 2, 80)
        first = Row(step.words.main, 28, 700 if now else 500, band.ink if now else kit.color("muted"))
        second = Row(step.words.small, 22, 500, band.ink if now else kit.color("muted"))
        parts += kit.stack(words, (first, second), leading=1.34)
        if index < len(steps) - 1 and bar > 30:
            start = round(left + 60 + text + 14)
            line = Area(start, cy - 2, max(4, round(bar - 28)), 5)
            parts.append(Rule(line, kit.color("ok" if step.state == "done" else "todo")))
        left += 60 + text + bar
    return [Node("stepper", STEPPER, tuple(parts), layer="ground", spoken="")]


def footer_band(kit: Kit) -> Node:
    parts = (kit.box(FOOTER, "band"), kit.rule(0, FOOTER.y, WIDTH))
    return Node("footer", FOOTER, parts, layer="ground")


def natural_width(kit: Kit, key: Key) -> int:
    """What an action key asks for, px."""
    if key.icon in ("up", "down"):
        return 180
    small = kit.width(key.words.small, 24, 500)
    if not key.enabled and key.why.main:  # said instead of the other language, on two lines when it is long
        small = kit.width(key.why.main, 24, 500) * 3 // 5
    text = max(kit.width(key.words.main, 36, 700), small)
    return max(200, min(460, text + (64 if key.icon else 0) + 64))


def footer_areas(kit: Kit, keys: tuple[Key, ...], left: int, right: int) -> list[Area]:
    """Where footer keys stand: the primary one last and to the right, the others from the left."""
    gap, y, h = 16, 1772, 128
    wishes = [natural_width(kit, key) for key in keys]
    room = right - left - gap * (len(keys) - 1)
    total = sum(wishes)
    paged = any(key.icon in ("up", "down") for key in keys)
    primary = [index for index, key in enumerate(keys) if key.role == "primary"]
    if total > room:
        wishes = [wish * room // total for wish in wishes]
    elif primary:
        index = primary[-1]
        wishes[index] = min(room - (total - wishes[index]), max(wishes[index], 480 if right > 900 else 390))
    elif not paged and (len(keys) > 2 or total > room * 0.62):
        wishes = [wish + (room - total) // len(keys) for wish in wishes]
    areas, x = [], left
    for index, wide in enumerate(wishes):
        if index in primary or (keys[index].icon in ("up", "down") and not primary):
            rest = sum(wishes[index:]) + gap * (len(wishes) - index - 1)
            x = max(x, right - rest)
        areas.append(Area(x, y, wide, h))
        x += wide + gap
    return areas


def footer(kit: Kit, chrome: Chrome, right: int = 1040, left: int = MARGIN) -> list[Node]:
    """The footer band, its keys and the idle ring. `left` and `right` leave room for what a screen puts there itself."""
    nodes = [footer_band(kit)]
    edge = right
    if chrome.ring is not None:
        nodes.append(ring_node(kit, chrome.ring, Area(916, 1776, 120, 120)))
        edge = min(edge, 884)
    if chrome.footer:
        for key, area in zip(chrome.footer, footer_areas(kit, chrome.footer, left, edge), strict=True):
            if key.icon in ("up", "down"):
                nodes.append(pager_key(kit, key, area))
            else:
                nodes.append(action_key(kit, key, area, "ground", prefix="foot"))
    return nodes


def _notice_rows(kit: Kit, notice: Notice, ink: str, second: str, width: int) -> list[Row]:
    """Both languages; what is added follows on one line when both fit there."""
    rows = [Row(notice.words.main, 32, 700, ink, 2), Row(notice.words.small, 26, 500, second, 2)]
    both = " · ".join(text for text in (notice.more.main, notice.more.small) if text)
    if kit.width(both, 26, 500) <= width:
        return [*rows, Row(both, 26, 500, second)]
    return [*rows, Row(notice.more.main, 26, 500, second, 2, 2), Row(notice.more.small, 25, 500, second, 2)]


def notice_parts(kit: Kit, notice: Notice, area: Area) -> tuple[Part, ...]:
    """A band with an icon; both languages, and `more` under them."""
    name = NOTICE_SKINS.get(notice.level, "info_edge")
    look = kit.skin(name)
    words = Area(area.x + 112, area.y + 8, area.w - 112 - 32, area.h - 16)
    return (
        kit.box(area, name),
        kit.icon(area.x + 60, area.cy, 54, notice.icon, look.accent, 2.1),
        *kit.stack(words, _notice_rows(kit, notice, look.ink, look.second, words.w), leading=1.34),
    )


def notice_height(kit: Kit, notice: Notice, width: int = 1000) -> int:
    """The height a notice asks for, px."""
    room = width - 144
    height = 44.0
    for row in _notice_rows(kit, notice, "", "", room):
        if row.text:
            fitted = kit.fit(row, room)
            height += len(fitted.lines) * fitted.size * 1.34 + row.gap
    return round(height)


def notice_node(kit: Kit, notice: Notice, area: Area, name: str = "notice") -> Node:
    return Node(name, area, notice_parts(kit, notice, area), spoken=notice.words.main)


def _offered(kit: Kit, dialog: Dialog, journey: Journey, area: Area) -> list[Node]:
    """The train that is offered: its card, under it class, tickets and what they cost."""
    kit = kit.plain
    ground = kit.skin("tint_edge")
    train = journey_line(kit, journey, Area(area.x, area.y, area.w, 112), "tint_edge")
    foot = Area(area.x, area.y + 112, area.w, 100)
    price = kit.line(foot.right - 30, foot.cy, dialog.price, 54, 700, ground.accent, "right", 380)
    room = (price[0].x if price else foot.right) - foot.x - 60
    words = Area(foot.x + 32, foot.y, room, foot.h)
    parts: Parts = (
        kit.box(area, "tint_edge"),
        *kit.pair(words, dialog.tickets, (32, ground.ink), (25, ground.ink), leading=1.3),
        *price,
    )
    said = f"{dialog.tickets.main}, {dialog.price}"
    card = Node("offered", area, parts, layer="dialog", spoken=said)
    return [card, replace(train, id="offered-train", layer="dialog", parts=train.parts[1:])]


def dialog_nodes(kit: Kit, dialog: Dialog) -> list[Node]:
    """A veil over everything and a card, as high as its words need, with at most two keys."""
    look = kit.skin("dialog")
    rows = [
        Row(dialog.words.main, 46, 700, look.ink, 2),
        Row(dialog.words.small, 30, 500, look.second, 2, 2),
        Row(dialog.more.main, 30, 500, look.ink, 3, 20),
        Row(dialog.more.small, 26, 500, look.second, 3),
    ]
    left, wide = 90 + 48 + 128 + 34, 900 - 48 - 128 - 34 - 48
    needed = 0.0
    for row in rows:
        if row.text:
            fitted = kit.fit(row, wide)
            needed += len(fitted.lines) * fitted.size * 1.32 + row.gap
    words_h = max(140, round(needed))
    offer_h = 236 if dialog.journey is not None else 0
    high = words_h + 300 + offer_h
    card = Area(90, 960 - high // 2, 900, high)
    parts: list[Part] = [kit.box(card, "dialog")]
    top = Area(card.x + 48, card.y + 52, 128, 128)
    if dialog.deadline is None:
        parts += [kit.box(top, "tint", 64), kit.icon(top.cx, top.cy, 74, dialog.icon, kit.skin("tint").accent)]
    parts += kit.stack(Area(left, card.y + 48, wide, words_h), rows, valign="top", leading=1.3)
    screen = Area(0, 0, WIDTH, HEIGHT)
    nodes = [
        Node("veil", screen, (Veil(screen, kit.color("veil")),), layer="dialog"),
        Node("dialog", card, tuple(parts), layer="dialog", spoken=dialog.words.main),
    ]
    if dialog.deadline is not None:
        nodes.append(ring_node(kit, dialog.deadline, top, "dialog-ring", "dialog"))
    if dialog.journey is not None:
        nodes += _offered(kit, dialog, dialog.journey, Area(card.x + 48, card.y + 72 + words_h, card.w - 96, 212))
    count = max(1, len(dialog.keys))
    key_w = (card.w - 96 - 20 * (count - 1)) // count
    for index, key in enumerate(dialog.keys):
        area = Area(card.x + 48 + index * (key_w + 20), card.bottom - 48 - 128, key_w, 128)
        nodes.append(action_key(kit, key, area, "dialog", prefix="dialog"))
    return nodes
