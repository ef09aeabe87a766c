"""Keypad focus: reading order, rows, and the ring that shows where it is. Source: ui-guide sections 6 and 8."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiosk.ui.nodes import Node
from kiosk.ui.parts import Box
from kiosk.ui.theme import Theme

GAP, WIDTH = 4, 5


def reading_order(keys: Sequence[Node]) -> list[list[Node]]:
    """Keys in rows from the top, each row from the left. Keys whose middles lie within 40 px share a row."""
    rows: list[list[Node]] = []
    for node in sorted(keys, key=lambda node: (node.area.cy, node.area.x)):
        if rows and node.area.cy - rows[-1][0].area.cy <= 40:
            rows[-1].append(node)
        else:
            rows.append([node])
    return [sorted(row, key=lambda node: node.area.x) for row in rows]


def moved_focus(keys: Sequence[Node], at: str, step: str) -> str:
    """The id that has the focus after `step` (up, down, left, right). From nowhere: the first one. No trap: it wraps."""
    rows = reading_order(keys)
    flat = [node for row in rows for node in row]
    if not flat:
        return ""
    index = next((i for i, node in enumerate(flat) if node.id == at), None)
    if index is None:
        return flat[0].id
    if step in ("left", "right"):
        return flat[(index + (1 if step == "right" else -1)) % len(flat)].id
    here = flat[index]
    row = next(i for i, some in enumerate(rows) if here in some)
    target = rows[(row + (1 if step == "down" else -1)) % len(rows)]
    return min(target, key=lambda node: abs(node.area.cx - here.area.cx)).id


def focus_node(node: Node, theme: Theme) -> Node:
    """The double ring around a control."""
    base = replace(theme.skin("card"), top="#00000000", bottom="#00000000", elevation=0, width=WIDTH)
    parts = []
    for grown, color in ((GAP + WIDTH, "signal"), (GAP + 2 * WIDTH, "focus_outer")):
        skin = replace(base, edge=theme.color(color))
        parts.append(Box(node.area.inset(-grown), skin, node.radius + grown))
    return Node("focus", node.area.inset(-GAP - 2 * WIDTH), tuple(parts), layer="over")
