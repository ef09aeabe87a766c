"""Keys: footer keys, tiles, chips, cells, letters. Each is one node; its state picks the skin."""

from __future__ import annotations

from kiosk.screen.values import Key, Priced, Tile, Words
from kiosk.ui.components.kit import Kit, Parts, Row, Run, spoken
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part

LEAST = 72  # px: 20 mm

PRIMARY_AFTER = {"right", "next", "check", "ok"}  # icons of a primary key that stand behind its words


def skin_of(key: Key, normal: str = "key") -> str:
    """The skin of an action key by role and state."""
    if not key.enabled:
        return "key_off"
    if key.selected:
        return "selected"
    return {"primary": "primary", "danger": "key_danger"}.get(key.role, normal)


def key_node(
    key: Key, area: Area, parts: tuple[Part, ...], prefix: str = "key", layer: str = "body", radius: int = 26
) -> Node:
    """A node for a key. Ids are unique as long as targets are; a key without a target is named by its words."""
    name = key.target or key.words.main or key.icon
    return Node(f"{prefix}:{name}", area, parts, key.target, key.enabled, spoken(key), layer, radius)


def action_key(kit: Kit, key: Key, area: Area, layer: str = "body", normal: str = "key", prefix: str = "key") -> Node:
    """Icon and words side by side, centred together. Primary keys with an arrow carry it behind the words."""
    skin_name = skin_of(key, normal)
    skin = kit.skin(skin_name)
    icon_size = 46 if area.h >= 110 else 40
    icon = "hourglass" if key.busy else key.icon
    words = key.words if key.enabled or not key.why.main else Words(key.words.main, key.why.main)
    room = area.w - 2 * 16 - (icon_size + 18 if icon else 0)
    main, small = (36, skin.ink), (24, skin.second if skin.second != kit.color("muted") else kit.color("muted"))
    rows = (
        Row(words.main, main[0], 700, main[1], 2) if key.enabled else Row(words.main, main[0], 700, main[1], 1, 0, 24),
        Row(words.small, small[0], 500, small[1], 1 if key.enabled else 2, 0, 22),
    )
    widest = 0
    for row in rows:
        if row.text:
            fitted = kit.fit(row, room)
            widest = max(widest, *(kit.width(line, fitted.size, row.weight) for line in fitted.lines))
    after = key.role == "primary" and icon in PRIMARY_AFTER
    total = widest + (icon_size + (22 if after else 18) if icon else 0)
    left = area.x + (area.w - total) // 2
    text_left = left if after or not icon else left + icon_size + 18
    parts: list[Part] = [kit.box(area, skin_name)]
    if icon:
        center = left + total - icon_size // 2 if after else left + icon_size // 2
        parts.append(kit.icon(center, area.cy, icon_size, icon, skin.icon, 2.2))
    parts += kit.stack(Area(text_left, area.y + 6, widest + 2, area.h - 12), rows, leading=1.42)
    return key_node(key, area, tuple(parts), prefix, layer, skin.radius)


def pager_key(kit: Kit, key: Key, area: Area, layer: str = "ground") -> Node:
    """An arrow over one line of words: pages of a list."""
    skin_name = "key_blue" if key.enabled else "key_off"
    skin = kit.skin(skin_name)
    parts: list[Part] = [kit.box(area, skin_name), kit.icon(area.cx, area.y + 46, 46, key.icon, skin.accent, 2.2)]
    runs = (Run(key.words.main, 25, 700, skin.ink), Run(key.words.small, 25, 700, skin.ink))
    parts += kit.inline(area.cx, area.bottom - 28, runs, 6, "center", area.w - 16)
    return key_node(key, area, tuple(parts), "foot", layer)


def big_tile(kit: Kit, tile: Tile, area: Area) -> Node:
    """A key of the home screen: icon plate, words, hint, arrow. `primary` is the wide blue one."""
    key = tile.key
    primary = key.role == "primary"
    skin_name = "tile_off" if not key.enabled else "tile_primary" if primary else "tile"
    skin = kit.skin(skin_name)
    plate_skin = "faded" if not key.enabled else "on_primary" if primary else "tint"
    plate = Area(area.x + 36, area.y + 36, 110, 110)
    parts: list[Part] = [kit.box(area, skin_name), kit.box(plate, plate_skin, 28)]
    plate_ink = kit.skin(plate_skin).accent if key.enabled else skin.ink
    parts.append(kit.icon(plate.cx, plate.cy, 66, key.icon, plate_ink))
    hint = tile.hint if key.enabled else key.why
    left = plate.right + 31
    room = area.right - left - 28
    small_lines = 1 if hint.main else 2
    rows = [Row(key.words.main, 46, 700, skin.ink, 2), Row(key.words.small, 30, 500, skin.second, small_lines, 2)]
    if hint.main:
        rows.append(Row(hint.main, 26, 500, skin.second if primary else skin.ink, 1, 8 if primary else 2))
    words = Area(left, area.y + 48, room, area.h - 60 if hint.main else 112)
    parts += kit.stack(words, rows, valign="top", leading=1.3)
    if key.enabled:
        parts.append(kit.icon(area.right - 46, area.bottom - 46, 38, "right", skin.icon, 2.6))
    return key_node(key, area, tuple(parts), "tile", radius=skin.radius)


def priced_cell(kit: Kit, priced: Priced, area: Area, prefix: str = "popular") -> Node:
    """A station with its price "from"."""
    key = priced.key
    skin_name = skin_of(key)
    skin = kit.skin(skin_name)
    price = Run(priced.price, 30, 700, skin.accent)
    wide = kit.width(*price[:3]) if priced.price else 0
    room = area.w - 50
    apart = kit.width(key.words.main, 34, 700) + 16 + wide > room  # a long name keeps its line, the price moves down
    parts: list[Part] = [kit.box(area, skin_name)]
    if not key.words.small:  # the same name in both languages has the room of both
        wide += 12 if wide else 0
        rows = (Row(key.words.main, 34, 700, skin.ink, 2, 0, 24),)
        parts += kit.stack(Area(area.x + 26, area.y + 6, room - wide, area.h - 12), rows)
        parts += kit.line(area.right - 24, area.cy, priced.price, 30, 700, skin.accent, "right", wide)
        return key_node(key, area, tuple(parts), prefix)
    parts += kit.line(
        area.x + 26, area.y + 44, key.words.main, 34, 700, skin.ink, width=room - (0 if apart else wide + 12), least=24
    )
    parts += kit.line(
        area.right - 24, area.y + (83 if apart else 46), priced.price, 30, 700, skin.accent, "right", wide + 8
    )
    parts += kit.line(
        area.x + 26, area.y + 84, key.words.small, 23, 500, skin.second, width=room - (wide + 12 if apart else 0)
    )
    return key_node(key, area, tuple(parts), prefix)


def _chip_runs(key: Key, color: str) -> tuple[Run, Run]:
    return Run(key.words.main, 28, 700, color), Run(key.words.small, 25, 500, color)


def chip_fits(kit: Kit, key: Key, width: int) -> bool:
    """Whether the words of a chip go on one line of it, a step smaller if need be."""
    runs = [run._replace(size=round(run.size * 0.88)) for run in _chip_runs(key, "")]
    return kit.runs_width(runs, 10) <= width - 34 - (42 if key.icon else 0)


def chip(kit: Kit, key: Key, area: Area, prefix: str = "chip", skin: str = "", stacked: bool = False) -> Node:
    """A pill with words on one line, or over each other where that is too long or `stacked`; the chosen one is dark."""
    name = skin or ("chip_off" if not key.enabled else "chip_on" if key.selected else "chip")
    look = kit.skin(name)
    runs = _chip_runs(key, look.ink)
    icon_room = 42 if key.icon else 0
    room = area.w - 34 - icon_room
    middle = area.cx + icon_room // 2
    if not stacked and chip_fits(kit, key, area.w):
        texts = kit.inline(middle, area.cy, runs, 10, "center", room)
    else:
        main = 25 if stacked else 27
        rows = (Row(key.words.main, main, 700, look.ink, 1, 0, 22), Row(key.words.small, 22, 500, look.ink))
        texts = kit.plain.stack(Area(middle - room // 2 - 8, area.y + 4, room + 16, area.h - 8), rows, "center")
    parts: list[Part] = [kit.box(area, name, area.h // 2)]
    if key.icon and texts:
        parts.append(kit.icon(min(text.x for text in texts) - 27, area.cy, 32, key.icon, look.icon, 2.4))
    return key_node(key, area, (*parts, *texts), prefix, radius=area.h // 2)


def chip_row(kit: Kit, keys: tuple[Key, ...], area: Area, gap: int = 12, prefix: str = "chip") -> list[Node]:
    """Chips that fill a row, each as wide as its words ask for; too many of them have their words over each other."""
    if not keys:
        return []
    wishes = [max(LEAST, kit.runs_width(_chip_runs(key, ""), 10) + (42 if key.icon else 0) + 40) for key in keys]
    room = area.w - gap * (len(keys) - 1)
    spare = room - sum(wishes)
    if stacked := len(keys) > 5 and spare < 0:
        wishes = [
            max(
                LEAST,
                max(kit.width(key.words.main, 25, 700), kit.width(key.words.small, 22, 500))
                + (42 if key.icon else 0)
                + 32,
            )
            for key in keys
        ]
        spare = room - sum(wishes)
    widths = (
        [wish + spare // len(keys) for wish in wishes]
        if spare >= 0
        else [wish * room // sum(wishes) for wish in wishes]
    )
    widths[-1] += room - sum(widths)
    nodes, left = [], area.x
    for key, wide in zip(keys, widths, strict=True):
        nodes.append(chip(kit, key, Area(left, area.y, wide, area.h), prefix, stacked=stacked))
        left += wide + gap
    return nodes


def word_cell(kit: Kit, key: Key, area: Area, prefix: str, skin: str = "", main: int = 32, small: int = 22) -> Node:
    """Words over words, centred: often chosen stations, found trains. Names shrink as far as 22 before they are cut."""
    name = skin or skin_of(key, "tint_edge")
    look = kit.skin(name)
    middle = area.cy - round(small * 0.62) if key.words.small else area.cy
    if not key.words.small and kit.width(key.words.main, main, 700) > area.w - 20:
        rows = (Row(key.words.main, min(main, 26), 700, look.ink, 3, 0, 22),)
        words = kit.plain.stack(area.inset(10, 4), rows, "center", leading=1.15)
        return key_node(key, area, (kit.box(area, name, 20), *words), prefix, radius=20)
    parts: Parts = (
        kit.box(area, name, 20),
        *kit.line(area.cx, middle, key.words.main, main, 700, look.ink, "center", area.w - 20, 22),
        *kit.line(
            area.cx,
            middle + round((main + small) * 0.66),
            key.words.small,
            small,
            500,
            look.second,
            "center",
            area.w - 16,
        ),
    )
    return key_node(key, area, parts, prefix, radius=20)


def letter_key(kit: Kit, letter: str, target: str, enabled: bool, area: Area) -> Node:
    """A key of the keyboard; one that leads nowhere stays readable and does nothing."""
    name = "letter" if enabled else "letter_off"
    look = kit.skin(name)
    weight = 700 if enabled else 500
    parts: Parts = (
        kit.box(area, name),
        *kit.line(area.cx, area.cy + 2, letter, 42, weight, look.ink, "center", area.w),
    )
    return Node(f"letter:{letter}", area, parts, target, enabled, letter, "body", 18)
