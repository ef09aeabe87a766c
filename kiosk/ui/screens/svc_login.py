"""svc.login: staff number and PIN on the screen. Digits of the PIN are never shown, only how many there are."""

from __future__ import annotations

from kiosk.screen.values import ServiceLogin, Words
from kiosk.ui.components.cards import big_title
from kiosk.ui.components.kit import Kit, Parts
from kiosk.ui.components.service import message_height, message_node, number_pad, strip_nodes
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part, Rule

PIN_PLACES, MOST_PLACES = 6, 10
PAD = Area(240, 880, 600, 812)


def paint(value: ServiceLogin, kit: Kit) -> list[Node]:
    nodes = [*strip_nodes(kit, value.strip), big_title(kit, value.title, Area(40, 256, 1000, 136), 54, 32)]
    fields = Area(40, 402, 1000, 330)
    nodes += [
        Node("fields", fields, (kit.box(fields, "raised", 34),)),
        _number(value, kit, Area(76, fields.y + 24, 928, 130)),
        _pin(value, kit, Area(76, fields.y + 176, 928, 130)),
    ]
    y = fields.bottom + 20
    if value.message is not None:
        height = message_height(kit, value.message)
        nodes.append(message_node(kit, value.message, Area(40, y, 1000, height)))
        y += height + 20
    top = max(y, 780)
    nodes += number_pad(kit, value.digits, value.clear, value.erase, Area(PAD.x, top, PAD.w, PAD.bottom - top + 20))
    return nodes


def _field(kit: Kit, area: Area, words: Words, active: bool) -> tuple[list[Part], Area]:
    """Label at the left, the field at the right; the one being typed has the strong edge."""
    box = Area(area.x + 300, area.y, area.w - 300, area.h)
    look = kit.skin("card")
    parts: list[Part] = list(
        kit.pair(Area(area.x, area.y, 284, area.h), words, (36, look.ink), (27, look.second), leading=1.3)
    )
    parts.append(kit.box(box, "input" if active else "field", 22))
    return parts, box


def _number(value: ServiceLogin, kit: Kit, area: Area) -> Node:
    active = value.active == "number"
    parts, box = _field(kit, area, value.number_label, active)
    ink = kit.skin("input").ink
    parts += kit.line(box.x + 34, box.cy, value.number, 62, 700, ink, width=box.w - 80)
    if active:
        x = box.x + 40 + (kit.width(value.number, 62, 700) if value.number else 0)
        parts.append(Rule(Area(min(x, box.right - 30), box.y + 30, 5, box.h - 60), kit.color("action")))
    return Node("number", area, tuple(parts), spoken=f"{value.number_label.main} {value.number}")


def _pin(value: ServiceLogin, kit: Kit, area: Area) -> Node:
    active = value.active == "pin"
    parts, box = _field(kit, area, value.pin_label, active)
    places = min(MOST_PLACES, max(PIN_PLACES, value.pin_length))
    pitch = min(92, (box.w - 40) // places)
    side = min(74, pitch - 12)
    left = box.cx - pitch * places // 2
    for index in range(places):
        cell = Area(left + pitch * index + (pitch - side) // 2, box.cy - side // 2, side, side)
        parts += _dot(kit, cell, index < value.pin_length, active and index == value.pin_length)
    return Node("pin", area, tuple(parts), spoken=f"{value.pin_label.main} {min(value.pin_length, places)}")


def _dot(kit: Kit, cell: Area, filled: bool, here: bool) -> Parts:
    name = "tint" if filled else "field"
    dot = Area(cell.cx - 15, cell.cy - 15, 30, 30)
    if filled:
        return (kit.box(cell, name, 16), kit.box(dot, "dot", 15))
    if here:
        return (kit.box(cell, "code", 16), Rule(Area(cell.cx - 2, cell.y + 18, 4, cell.h - 36), kit.color("action")))
    return (kit.box(cell, name, 16),)
