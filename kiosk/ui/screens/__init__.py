"""One painter per screen, by kind, and the composition of a whole screen from its chrome and its body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.screen.values import Screen
from kiosk.ui.components import chrome
from kiosk.ui.components.kit import Kit
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area
from kiosk.ui.screens import (
    attract,
    busy,
    date,
    fixed,
    fromto,
    help,
    home,
    oos,
    pay_card,
    pay_cash,
    pay_choice,
    pay_code,
    pickup,
    printing,
    receipt,
    review,
    route,
    seat,
    station,
    svc_login,
    svc_menu,
    svc_task,
    take,
    train_number,
    trains,
)

Paint = Callable[[Any, Kit], list[Node]]

PAINTERS: dict[str, Paint] = {
    "attract": attract.paint,
    "home": home.paint,
    "search.fromto": fromto.paint,
    "station": station.paint,
    "search.train": train_number.paint,
    "search.map": route.paint,
    "search.fixed": fixed.paint,
    "date": date.paint,
    "trains": trains.paint,
    "seat": seat.paint,
    "review": review.paint,
    "busy": busy.paint,
    "help": help.paint,
    "pay.choice": pay_choice.paint,
    "pay.code": pay_code.paint,
    "pay.card": pay_card.paint,
    "pay.cash": pay_cash.paint,
    "pickup": pickup.paint,
    "pickup.code": pickup.paint_code,
    "pickup.orders": pickup.paint_orders,
    "printing": printing.paint,
    "take": take.paint,
    "receipt": receipt.paint,
    "oos": oos.paint,
    "svc.login": svc_login.paint,
    "svc.menu": svc_menu.paint,
    "svc.task": svc_task.paint,
}
FOOTER_RIGHT = {"home": home.FOOTER_RIGHT, "date": 500}
NO_FOOTER = {"attract"}
OWN_NOTICE = {"attract", "pay.cash", "pickup.code", "seat", "svc.menu"}
DENSE = {"trains"}
"""Where a notice in large text would leave too little room for the list."""
NOTICE_BOTTOM = {"home": home.HERO.bottom - 16}
"""Where a notice ends that would otherwise lie on keys; elsewhere it stands above the footer."""


def compose(screen: Screen, kit: Kit) -> list[Node]:
    """All nodes of a screen in painting order. Raises KeyError for a kind without a painter."""
    around = screen.chrome
    body = PAINTERS[screen.kind](screen, kit)
    nodes = [*chrome.header(kit, around), *chrome.stepper(kit, around.stepper)]
    if screen.kind not in NO_FOOTER:
        left = printing.footer_left(around.footer) if screen.kind == "printing" else 40
        nodes += chrome.footer(kit, around, FOOTER_RIGHT.get(screen.kind, 1040), left)
    nodes += body
    if around.notice is not None and screen.kind not in OWN_NOTICE:
        kit = kit.plain if screen.kind in DENSE else kit
        height = chrome.notice_height(kit, around.notice)
        area = Area(40, NOTICE_BOTTOM.get(screen.kind, chrome.FOOTER.y - 16) - height, 1000, height)
        nodes.append(chrome.notice_node(kit, around.notice, area))
    if around.dialog is not None:
        nodes += chrome.dialog_nodes(kit, around.dialog)
    return nodes
