"""pickup, pickup.code, pickup.orders: what to hold to the machine, the code on keys, the orders that were found."""

from __future__ import annotations

from kiosk.screen.values import FoundTickets, InfoCard, Pickup, PickupCode, PickupOrders
from kiosk.ui.components.cards import LEVEL_SKINS, big_title, family_skin, pill, plate
from kiosk.ui.components.chrome import notice_height, notice_node
from kiosk.ui.components.keys import action_key
from kiosk.ui.components.kit import Kit, Parts, Row
from kiosk.ui.components.service import number_pad
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area
from kiosk.ui.screens.station import typed_field

TITLE = Area(40, 170, 1000, 150)
WAYS = Area(40, 350, 1000, 1060)
GAP, MOST_H = 28, 500
ASKING = Area(40, 1430, 1000, 110)
FIELD = Area(40, 200, 1000, 152)
WHERE = Area(40, 372, 1000, 130)
MESSAGE_Y = 520
PAD = Area(140, 760, 800, 900)
CARD_H, ORDERS_Y = 336, 330


def paint(value: Pickup, kit: Kit) -> list[Node]:
    nodes = [big_title(kit, value.title, TITLE)]
    count = max(1, len(value.ways))
    high = min(MOST_H, (WAYS.h - GAP * (count - 1)) // count)
    for at, way in enumerate(value.ways):
        nodes.append(_way(way, kit, Area(WAYS.x, WAYS.y + at * (high + GAP), WAYS.w, high), at))
    if value.asking.main:
        look = kit.skin("tint")
        words = kit.pair(ASKING.inset(30, 8), value.asking, (36, look.ink), (26, look.second), "center")
        nodes.append(Node("asking", ASKING, (kit.box(ASKING, "tint", 26), *words), spoken=value.asking.main))
    return nodes


def _way(way: InfoCard, kit: Kit, area: Area, at: int) -> Node:
    look = kit.skin("card")
    disc = Area(area.cx - 110, area.y + 44, 220, 220)
    rows = (
        Row(way.title.main, 46, 700, look.ink, 2, 0, 32),
        Row(way.title.small, 28, 500, look.second, 1, 0, 22),
        Row(way.line.main, 32, 500, look.ink, 2, 8),
        Row(way.line.small, 25, 500, look.second, 1),
    )
    below = Area(area.x + 40, disc.bottom + 14, area.w - 80, area.bottom - disc.bottom - 26)
    parts: Parts = (
        kit.box(area, "card", 34),
        *plate(kit, disc, way.icon, LEVEL_SKINS.get(way.level, "tint"), 110, 124),
        *kit.stack(below, rows, "center", leading=1.28),
    )
    return Node(f"way:{at}", area, parts, spoken=f"{way.title.main}, {way.line.main}")


def paint_code(value: PickupCode, kit: Kit) -> list[Node]:
    muted = kit.color("muted")
    where = kit.pair(WHERE, value.where, (30, kit.color("ink")), (26, muted), "center", lines=2)
    nodes = [
        typed_field(kit, FIELD, value.label, value.typed, value.hint, "ticket"),
        Node("where", WHERE, where, spoken=value.where.main),
    ]
    if value.message is not None:
        height = max(120, notice_height(kit, value.message))
        nodes.append(notice_node(kit, value.message, Area(40, MESSAGE_Y, 1000, height), "message"))
    return [*nodes, *number_pad(kit, value.digits, value.clear, value.erase, PAD)]


def paint_orders(value: PickupOrders, kit: Kit) -> list[Node]:
    nodes = [big_title(kit, value.title, TITLE)]
    for at, order in enumerate(value.orders):
        nodes += _order(order, kit, Area(40, ORDERS_Y + at * (CARD_H + 16), 1000, CARD_H), at)
    return nodes


def _order(order: FoundTickets, kit: Kit, area: Area, at: int) -> list[Node]:
    look, plain = kit.skin("card"), kit.plain
    number = Area(area.x + 32, area.y + 24, max(112, plain.width(order.number, 32, 700) + 44), 52)
    left = number.right + 24
    room = area.right - 30 - left
    route = (Row(order.route.main, 38, 700, look.ink, 1, 0, 24), Row(order.route.small, 25, 500, look.second, 1, 0, 22))
    words = (
        Row(f"{order.when.main} · {order.places.main}", 30, 700, look.ink, 1, 0, 22),
        Row(f"{order.when.small} · {order.places.small}", 25, 500, look.second, 1, 0, 22),
    )
    parts: Parts = (
        kit.box(area, "card", 30),
        *pill(plain, number, order.number, family_skin(order.family), 32),
        *plain.stack(Area(left, area.y + 8, room, 92), route),
        *plain.stack(Area(area.x + 32, area.y + 104, area.w - 64, 84), words),
    )
    low = Area(area.x + 24, area.y + 200, area.w - 48, 116)
    state = low if order.key is None else Area(low.x, low.y, 500, low.h)
    nodes = [Node(f"order:{at}", area, parts, spoken=f"{order.number}, {order.route.main}, {order.when.main}")]
    nodes.append(notice_node(plain, order.state, state, f"state:{at}"))
    if order.key is not None:
        nodes.append(action_key(plain, order.key, Area(state.right + 20, low.y, low.right - state.right - 20, low.h)))
    return nodes
