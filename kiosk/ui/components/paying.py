"""The card on top of every screen that takes money: the train, and how long its places are held."""

from __future__ import annotations

from kiosk.screen.values import Paying
from kiosk.ui.components.cards import family_skin, pill
from kiosk.ui.components.kit import Kit, Parts, Row, Run
from kiosk.ui.components.timers import clock_text, live_node
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area

LAST_MINUTE_S = 60


def journey_node(value: Paying, kit: Kit, area: Area) -> Node:
    look = kit.skin("card")
    train = value.journey
    number = Area(72, area.y + 30, max(104, kit.width(train.number, 30, 700) + 44), 46)
    route = f"{train.origin.main} → {train.destination.main}"
    times = f"{train.depart}–{train.arrive}"
    first = " · ".join(text for text in (f"{train.date.main} {times}", value.tickets.main) if text)
    second = " · ".join(text for text in (train.date.small, value.tickets.small) if text)
    left = number.right + 26
    where = kit.line(left, area.y + 55, route, 38, 700, look.ink, width=780 - left, least=28)
    if any(text.cut for text in where):
        where = kit.plain.stack(Area(left, area.y + 8, 780 - left, 84), (Row(route, 32, 700, look.ink, 2, 0, 22),))
    parts: Parts = (
        kit.box(area, "card"),
        *pill(kit, number, train.number, family_skin(train.family)),
        *where,
        *kit.line(74, area.y + 113, first, 29, 500, look.second, width=704, least=24),
        *kit.line(74, area.y + 151, second, 25, 500, look.second, width=704, least=22),
    )
    return Node("journey", area, parts, spoken=f"{train.number}, {route}, {value.tickets.main}")


def lock_node(value: Paying, kit: Kit, card: Area) -> Node:
    """How long the seats are held; it counts down by itself."""
    area = Area(792, card.y + 20, 216, card.h - 40)

    def parts(seconds: int, share: float) -> Parts:
        color = kit.color("danger" if seconds <= LAST_MINUTE_S else "warn")
        words = (Run(value.lock_words.main, 26, 500, color), Run(value.lock_words.small, 26, 500, color))
        long = kit.runs_width(words, 8) > area.w
        head = (
            kit.stack(
                Area(area.x, area.y, area.w, 70),
                (Row(words[0].text, 25, 500, color), Row(words[1].text, 24, 500, color)),
                "right",
                leading=1.2,
            )
            if long
            else kit.inline(area.right - 4, area.y + 33, words, 8, "right", area.w)
        )
        cy = area.y + (102 if long else 84)
        text = clock_text(seconds)
        figures = kit.line(area.right - 4, cy, text, 50, 700, color, "right", 156)
        icon = kit.icon(figures[0].x - 44, cy - 3, 44, "lock", color, 2.4)
        return (*head, icon, *figures)

    return live_node("lock", area, value.lock, parts, spoken=value.lock_words.main)
