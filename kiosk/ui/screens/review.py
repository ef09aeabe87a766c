"""review: the order in full before money: train, held places with their time limit, sum, refund rules, consent."""

from __future__ import annotations

from kiosk.screen.values import Review, ReviewRow, SeatLetter, Words
from kiosk.ui.components.cards import family_skin, info_card, meter, pill, plate, route_arrow, tag, title
from kiosk.ui.components.chrome import notice_node
from kiosk.ui.components.kit import Kit, Parts, Row, Run
from kiosk.ui.components.timers import clock_text, live_node
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part

BOTTOM = 1578


def paint(value: Review, kit: Kit) -> list[Node]:
    """Five passengers still fit: rows and refund cards give way, and a changed price takes the place of the lock's band
    above the places, where it is read first."""
    count = max(1, len(value.rows))
    band = 124 if value.changed is not None else 0
    if value.changed is None:
        pitch = {1: 94, 2: 94, 3: 94, 4: 82, 5: 74}.get(count, 64)
    else:
        pitch = {1: 94, 2: 94, 3: 80, 4: 66, 5: 58}.get(count, 52)
    foot = 132 if count < 4 and not band else 96
    coach = Area(40, 684 + (band + 16 if band else 0), 1000, 126 + pitch * count + foot)
    nodes = [title(kit, value.title, 296), _journey(value, kit), _lock(value, kit)]
    if value.changed is not None:
        nodes.append(notice_node(kit, value.changed, Area(40, 684, 1000, band), "changed"))
    nodes.append(_coach(value, kit, coach, pitch))
    top = coach.bottom + 16
    nodes += _refunds(value, kit, Area(40, top, 1000, min(338, BOTTOM + 14 - top)))
    nodes.append(_consent(value.consent, kit, Area(40, 1598, 1000, 140)))
    return nodes


def _journey(value: Review, kit: Kit) -> Node:
    area = Area(40, 326, 1000, 218)
    look = kit.skin("card")
    train = value.journey
    number = Area(76, area.y + 28, max(84, kit.width(train.number, 30, 700) + 40), 48)
    parts: list[Part] = [kit.box(area, "card"), *pill(kit, number, train.number, family_skin(train.family))]
    parts += kit.beside(number.right + 30, area.y + 54, train.date, (34, look.ink), (28, look.second), width=500)
    if train.seat_class.main:
        parts += tag(kit, 1004, area.y + 52, train.seat_class, "tint", "right")
    parts += kit.line(76, area.y + 137, train.depart, 60, 700, look.ink)
    parts += kit.line(1004, area.y + 137, train.arrive, 60, 700, look.ink, "right")
    parts += route_arrow(417, 657, area.y + 130, kit.color("action"))
    lasts = kit.line(537, area.y + 167, train.duration.main, 25, 500, look.second, "center", 220)
    room = min(440, (lasts[0].x if lasts else 537) - 12 - 76)
    parts += lasts
    for x, words, align in ((76, train.origin, "left"), (1004, train.destination, "right")):
        runs = (Run(words.main, 27, 500, look.second), Run(words.small, 27, 500, look.second))
        parts += kit.inline(x, area.y + 188, runs, 8, align, room)
    return Node("journey", area, tuple(parts), spoken=f"{train.number}, {train.origin.main} {train.depart}")


def _lock(value: Review, kit: Kit) -> Node:
    area = Area(40, 560, 1000, 108)

    def parts(seconds: int, share: float) -> Parts:
        name = "danger_edge" if seconds <= 60 else "warn_edge"
        look = kit.skin(name)
        tone = "danger" if seconds <= 60 else "warn"
        rows = (Row(value.lock_words.main, 32, 700, look.ink, 2), Row(value.lock_words.small, 26, 500, look.second))
        return (
            kit.box(area, name),
            kit.icon(100, area.cy, 54, "lock", look.accent, 2.1),
            *kit.stack(Area(156, area.y, 480, area.h), rows, leading=1.3),
            *meter(kit, Area(650, area.cy - 11, 180, 22), share * 100, tone, f"{tone}_track"),
            *kit.line(1004, area.cy, clock_text(seconds), 60, 700, look.ink, "right"),
        )

    return live_node("lock", area, value.lock, parts, spoken=value.lock_words.main)


def _coach(value: Review, kit: Kit, card: Area, pitch: int) -> Node:
    look = kit.skin("raised")
    parts: list[Part] = [kit.box(card, "raised")]
    letters, left = _letters(value.row, kit, 1004, card.y + 63)
    parts += kit.beside(76, card.y + 71, value.coach, (40, look.ink), (28, look.second), width=left - 76 - 20)
    parts += letters
    top = card.y + 126
    for index, row in enumerate(value.rows):
        parts.append(kit.rule(76, top + pitch * index, 928))
        parts += _row(row, kit, Area(76, top + pitch * index, 928, pitch))
    end = top + pitch * len(value.rows)
    parts.append(kit.rule(76, end, 928))
    total = Area(76, end + 8, 400, card.bottom - end - 16)
    parts += kit.pair(total, value.total_label, (38, look.ink), (27, look.second))
    parts += kit.line(1004, total.cy, value.total, 68, 700, look.accent, "right", 520)
    return Node("places", card, tuple(parts), spoken=f"{value.coach.main}, {value.total_label.main} {value.total}")


def _letters(row: tuple[SeatLetter, ...], kit: Kit, right: int, cy: int) -> tuple[list[Part], int]:
    """The seats of a row, laid out from the right; returns their left end too."""
    parts: list[Part] = []
    x = right
    muted = kit.color("muted")
    for seat in reversed(row):
        if seat.state in ("aisle", "window"):
            two = seat.state == "aisle"
            texts = (seat.words.main, seat.words.small) if two else (seat.words.main,)
            wide = max(kit.width(text, 24, 500) for text in texts) + 6
            rows = [Row(text, 24, 500, muted) for text in texts]
            x -= wide
            parts += kit.stack(Area(x, cy - 36, wide, 72), rows, "center", leading=1.15)
            x -= 12
            continue
        x -= 72
        box = Area(x, cy - 36, 72, 72)
        name = "chosen" if seat.state == "chosen" else "letter"
        parts.append(kit.box(box, name, 16))
        parts += kit.line(box.cx, box.cy, seat.letter, 32, 700, kit.skin(name).ink, "center", 70)
        if seat.state != "chosen":
            parts += meter(kit, Area(x + 10, box.bottom - 11, 52, 8), 0, "todo", "todo")
        x -= 12
    return parts, x


def _row(row: ReviewRow, kit: Kit, area: Area) -> Parts:
    look = kit.skin("raised")
    side = min(68, area.h - 14)
    roomy = area.h >= 74
    kit = kit if area.h >= 96 else kit.plain
    main, small, figure = (34, 25, 38) if roomy else (27, 22, 30)
    fare = (Run(row.fare.main, small, 500, look.second), Run(row.fare.small, small, 500, look.second))
    leading = 1.28 if roomy else 1.14
    up, down = (0.2, 0.25) if roomy else (0.22, 0.25)
    words = Area(164, area.y + 2, 260, area.h - 4)
    place = Area(580, area.y + 2, 190, area.h - 4)
    return (
        *plate(kit, Area(76, area.cy - side // 2, side, side), row.icon, "tint", 16),
        *kit.pair(words, row.words, (main, look.ink), (small, look.second), leading=leading),
        *kit.line(494, area.cy, row.place, 50 if roomy else 40, 700, look.ink, "center", 140, 30),
        *kit.pair(place, row.position, (main - 2, look.ink), (small, look.second), leading=leading),
        *kit.line(1004, area.cy - round(area.h * up), row.price, figure, 700, look.ink, "right", 220),
        *kit.inline(1004, area.cy + round(area.h * down), fare, 6, "right", 300 if not row.position.small else 240),
    )


def _refunds(value: Review, kit: Kit, card: Area) -> list[Node]:
    look = kit.skin("card")
    head = kit.beside(76, card.y + 46, value.refund_title, (32, look.ink), (28, look.second), width=928)
    nodes: list[Node] = [Node("refunds", card, (kit.box(card, "card"), *head), spoken=value.refund_title.main)]
    count = max(1, len(value.refunds))
    wide = (928 - 20 * (count - 1)) // count
    for index, info in enumerate(value.refunds):
        area = Area(76 + index * (wide + 20), card.y + 78, wide, card.h - 78 - 22)
        nodes.append(info_card(kit, info, area, f"refund:{index}"))
    return nodes


def _consent(words: Words, kit: Kit, area: Area) -> Node:
    rows = (Row(words.main, 29, 500, kit.color("ink"), 2, 0, 26), Row(words.small, 25, 500, kit.color("muted"), 2))
    left = area.x + 112
    parts: Parts = (
        *plate(kit, Area(area.x + 16, area.cy - 36, 72, 72), "rules", "tint", 18),
        *kit.stack(Area(left, area.y, area.right - left - 10, area.h), rows, leading=1.36),
    )
    return Node("consent", area, parts, spoken=words.main)
