"""svc.menu: the modules with state, counter, last error and test; the stocks; what this role may do."""

from __future__ import annotations

from kiosk.screen.values import ModuleRow, ServiceMenu, StockRow
from kiosk.ui.components.cards import LEVEL_ICONS, LEVEL_SKINS
from kiosk.ui.components.chrome import notice_node
from kiosk.ui.components.kit import Kit, Parts, Row, Run, spoken
from kiosk.ui.components.money import growing_bar
from kiosk.ui.components.service import role_key, strip_nodes
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part

TOP, BOTTOM = 266, 1738
HEAD_H, STOCK_HEAD_H, GAP = 64, 74, 20
STATE_X, CYCLES_X, LAST_X, KEY_X = 300, 640, 664, 916
COLUMNS = 4


def paint(value: ServiceMenu, kit: Kit) -> list[Node]:
    modules = max(1, len(value.modules))
    lines = -(-len(value.stock) // 2)
    key_rows = -(-len(value.actions) // COLUMNS)
    stock_h = STOCK_HEAD_H + 78 * lines + 16 if lines else 0
    keys_h = key_rows * 122 - 14 if key_rows else 0
    blocks = 1 + bool(stock_h) + bool(keys_h)
    room = BOTTOM - TOP - HEAD_H - 8 - stock_h - keys_h - GAP * (blocks - 1)
    pitch = max(84, min(112, room // modules))
    table = Area(40, TOP, 1000, HEAD_H + pitch * modules + 8)
    nodes = [*strip_nodes(kit, value.strip), _head(value, kit, table, pitch)]
    for index, row in enumerate(value.modules):
        nodes += _module(kit, row, Area(68, TOP + HEAD_H + pitch * index, 944, pitch), index)
    y = table.bottom + GAP
    if stock_h:
        nodes += _stock(value, kit, Area(40, y, 1000, stock_h))
        y += stock_h + GAP
    high = min(118, (BOTTOM - y - 14 * (key_rows - 1)) // max(1, key_rows))
    wide = (1000 - 12 * (COLUMNS - 1)) // COLUMNS
    for index, key in enumerate(value.actions):
        area = Area(40 + (index % COLUMNS) * (wide + 12), y + (index // COLUMNS) * (high + 14), wide, high)
        nodes.append(role_key(kit, key, area))
    if value.chrome.notice is not None:
        used = len(value.actions) % COLUMNS
        place = Area(40, y - GAP - stock_h, 1000, STOCK_HEAD_H)  # a heading may be covered, a key never
        if 0 < used <= COLUMNS - 2:  # the free end of the last row
            left = 40 + used * (wide + 12)
            place = Area(left, y + (key_rows - 1) * (high + 14), 1040 - left, high)
        nodes.append(notice_node(kit.plain, value.chrome.notice, place))
    return nodes


def _head(value: ServiceMenu, kit: Kit, table: Area, pitch: int) -> Node:
    muted = kit.skin("card").second
    parts: list[Part] = [kit.box(table, "card")]
    cy = table.y + 41
    places = (
        (68, "left", 220),
        (STATE_X + 4, "left", 190),
        (CYCLES_X, "right", 170),
        (LAST_X, "left", 200),
        (1012, "right", 150),
    )
    for words, (x, align, width) in zip(value.heads, places, strict=False):
        small = words.small
        if kit.runs_width((Run(words.main, 26, 700, ""), Run(small, 24, 500, "")), 12) > width:
            small = ""
        parts += kit.inline(x, cy, (Run(words.main, 26, 700, muted), Run(small, 24, 500, muted)), 12, align, width)
    for index in range(len(value.modules)):
        parts.append(kit.rule(68, table.y + HEAD_H + pitch * index, 944))
    return Node("modules", table, tuple(parts), spoken=value.title.main)


def _module(kit: Kit, row: ModuleRow, area: Area, index: int) -> list[Node]:
    card = kit.skin("card")
    skin = LEVEL_SKINS.get(row.level, "off")
    look = kit.skin(skin)
    chip = Area(STATE_X, area.cy - 36, 216, 73)
    icon = LEVEL_ICONS.get(row.level, "minus")
    parts: list[Part] = [
        *kit.pair(
            Area(area.x, area.y + 2, 214, area.h - 4), row.words, (32, card.ink), (25, card.second), leading=1.24
        ),
        kit.box(chip, skin, 16),
        kit.icon(chip.x + 30, chip.cy, 36, icon, look.accent, 2.5),
        *kit.stack(
            Area(chip.x + 58, chip.y + 2, chip.w - 66, chip.h - 4),
            (Row(row.state.main, 28, 700, look.ink, 1, 0, 22), Row(row.state.small, 23, 500, look.second, 1, 0, 22)),
            leading=1.16,
        ),
        *kit.line(CYCLES_X - 2, area.cy + 2, row.cycles, 30, 700, card.ink, "right", 116),
        *kit.pair(
            Area(LAST_X, area.y + 2, KEY_X - LAST_X - 12, area.h - 4),
            row.last,
            (27, card.ink),
            (25, card.second),
            weight=500,
            leading=1.24,
        ),
    ]
    said = f"{row.words.main}, {row.state.main}, {row.cycles}, {row.last.main}"
    nodes = [Node(f"module:{index}", area, tuple(parts), spoken=said)]
    key = row.action
    if key.target or key.icon or key.words.main:
        nodes.append(_test_key(kit, row, Area(KEY_X, area.cy - 38, 96, 76), index))
    return nodes


def _test_key(kit: Kit, row: ModuleRow, area: Area, index: int) -> Node:
    key = row.action
    skin = "key_blue" if key.enabled else "key_off"
    look = kit.skin(skin)
    icon = "hourglass" if key.busy else key.icon or "play"
    parts: Parts = (kit.box(area, skin, 18), kit.icon(area.cx + 2, area.cy, 40, icon, look.accent, 2.3))
    said = f"{row.words.main}: {spoken(key) or icon}"
    return Node(f"test:{key.target or index}", area, parts, key.target, key.enabled, said, radius=18)


def _stock(value: ServiceMenu, kit: Kit, card: Area) -> list[Node]:
    look = kit.skin("card")
    parts: list[Part] = [kit.box(card, "card")]
    wide = 0
    if value.stock_note.main:
        note = kit.skin("off")
        runs = (
            Run(value.stock_note.main, 24, 500, kit.color("ink")),
            Run(value.stock_note.small, 24, 500, kit.color("ink")),
        )
        wide = min(560, kit.runs_width(runs, 10) + 70)
        chip = Area(1012 - wide, card.y + 20, wide, 44)
        parts += [kit.box(chip, "off", 22), kit.icon(chip.x + 29, chip.cy, 28, "lock", note.accent, 2.4)]
        parts += kit.inline(chip.x + 50, chip.cy, runs, 10, width=wide - 68)
    parts += kit.beside(68, card.y + 44, value.stock_title, (33, look.ink), (28, look.second), width=944 - wide - 20)
    nodes = [Node("stock", card, tuple(parts), spoken=value.stock_title.main)]
    for index, row in enumerate(value.stock):
        x = 68 if index % 2 == 0 else 554
        nodes += _level(kit, row, Area(x, card.y + 76 + 78 * (index // 2), 458, 68), index)
    return nodes


def _level(kit: Kit, row: StockRow, area: Area, index: int) -> list[Node]:
    look = kit.skin("card")
    bad = row.level in ("warn", "danger")
    tone = kit.color(row.level) if bad else look.ink
    counts = (Run(row.count, 30, 700, tone), Run(f"/ {row.capacity}" if row.capacity else "", 26, 500, look.second))
    wide = kit.runs_width(counts, 9)
    cy = area.y + 28
    parts: list[Part] = list(kit.inline(area.right, cy, counts, 9, "right", wide))
    if bad:
        parts.append(
            kit.icon(area.right - wide - 26, cy - 1, 36, "warn" if row.level == "warn" else "fault", tone, 2.2)
        )
        wide += 48
    room = area.w - wide - 16
    names = [Run(row.words.main, 29, 700, look.ink), Run(row.words.small, 25, 500, look.second)]
    if kit.runs_width(names, 10) > room:
        names = names[:1]
    parts += kit.inline(area.x, cy, names, 10, width=room)
    color = {"warn": "stock_warn", "danger": "danger"}.get(row.level, "ok")
    bar = Area(area.x, area.y + 50, area.w, 16)
    said = f"{row.words.main} {row.count} / {row.capacity}"
    return [
        Node(f"stock:{index}", Area(area.x, area.y, area.w, 50), tuple(parts), spoken=said),
        growing_bar(kit, f"bar:{index}", bar, row.percent, "", color, color),
    ]
