"""attract: the picture of an idle machine, one big key, what can be paid with today, the bulletin or notices in turn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from kiosk.screen.values import Attract, Notice, Payment, Poster, Words
from kiosk.ui.components.backdrops import attract_backdrop
from kiosk.ui.components.chrome import notice_height, notice_parts
from kiosk.ui.components.kit import Kit, Parts, Row
from kiosk.ui.nodes import Live, Node
from kiosk.ui.parts import Area, Part, Photo, Picture, Rule, Veil

SCENE = Area(0, 150, 1080, 1770)
START = Area(180, 616, 720, 200)
PAY = Area(40, 1280, 1000, 282)
LOOK_MS, NOTICE_MS = 50, 8_000
FADE = 120
NIGHT_FROM, NIGHT_TO = 23, 5
BULLETIN = Area(0, 1752, 1080, 168)

_HALO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="280"><rect x="4" y="4" width="792" height="272" rx="136" '
    'fill="#FFFFFF" fill-opacity="0.14"/><rect x="20" y="20" width="760" height="240" rx="120" fill="#FFFFFF" '
    'fill-opacity="0.2"/><rect x="37" y="37" width="726" height="206" rx="103" fill="#FFFFFF"/></svg>'
)


def paint(value: Attract, kit: Kit) -> list[Node]:
    notice = value.chrome.notice
    high = 0 if notice is None else max(150, notice_height(kit, notice))
    card = PAY._replace(y=PAY.y - max(0, high - 150))
    nodes = [_scene(value, kit, card.y), _payments(value, kit, card)]
    if notice is not None:
        area = Area(40, card.bottom + 20, 1000, high)
        nodes.append(Node("notice", area, notice_parts(kit, notice, area), layer="ground", spoken=notice.words.main))
    nodes += [_bulletin(value, kit), _start(value, kit)]
    return nodes


def _scene(value: Attract, kit: Kit, low: int) -> Node:
    """The drawing, or pictures of the station in turn, with the headline; darker at night. `low`: where the cards begin."""
    look = kit.skin("sky")
    rows = (Row(value.headline.main, 76, 700, look.ink, 2), Row(value.headline.small, 40, 500, look.second, 2))
    words = kit.stack(Area(60, 190, 960, 220), rows, "center", leading=1.36)
    night = (Veil(SCENE, kit.color("veil")[:7] + "80"),) if is_night(value.chrome.clock) else ()
    said = value.headline.main
    if not kit.theme.pictures:
        return Node("scene", SCENE, (kit.box(SCENE, "deep"), *words), layer="ground", spoken=said)
    drawn: Parts = (kit.box(SCENE, "deep"), Picture(SCENE, attract_backdrop()), *night, *words)
    if all(kit.gallery.broken(each.file) for each in value.posters):
        return Node("scene", SCENE, drawn, layer="ground", spoken=said)
    head = Area(SCENE.x, SCENE.y, SCENE.w, 300 + FADE)

    def at(elapsed_ms: int) -> Parts:
        poster = seen(value.posters, kit, elapsed_ms)
        if poster is None:
            return drawn
        caption = _caption(poster.caption, kit, low)
        return (Photo(SCENE, poster.file), Veil(head, kit.color("veil"), FADE), *night, *words, *caption)

    def next_ms(elapsed_ms: int) -> int | None:
        there = readable(value.posters, kit)
        if not there:
            return None
        index, left_ms = turn(there, elapsed_ms)
        if not kit.gallery.ready(there[index].file):
            return LOOK_MS
        return left_ms if len(there) > 1 else None

    return Node("scene", SCENE, at(0), layer="ground", spoken=said, live=Live(at, next_ms, steady=True))


def readable(posters: Sequence[Poster], kit: Kit) -> list[Poster]:
    return [each for each in posters if not kit.gallery.broken(each.file)]


def seen(posters: Sequence[Poster], kit: Kit, elapsed_ms: int) -> Poster | None:
    """The picture whose turn it is; while it is not decoded the one before, or none. The next one is asked for ahead."""
    there = readable(posters, kit)
    if not there:
        return None
    index, _ = turn(there, elapsed_ms)
    due, before, after = there[index], there[index - 1], there[(index + 1) % len(there)]
    shown = next((each for each in (due, before) if kit.gallery.ready(each.file)), None)
    files = dict.fromkeys((due.file, after.file, *((before.file,) if shown is before else ())))
    kit.gallery.want(tuple(files))
    return shown


def turn(posters: Sequence[Poster], elapsed_ms: int) -> tuple[int, int]:
    """Which of them (at least one) has its turn, and for how many ms still."""
    ends = list(accumulate(each.seconds * 1_000 for each in posters))
    place_ms = elapsed_ms % ends[-1]
    index = next(number for number, end_ms in enumerate(ends) if place_ms < end_ms)
    return index, ends[index] - place_ms


def _caption(words: Words, kit: Kit, low: int) -> Parts:
    """On a ground of its own, for nobody knows what the picture has there."""
    if not words.main:
        return ()
    kit, look = kit.plain, kit.skin("deep")
    inner = max(kit.width(words.main, 36, 700), kit.width(words.small, 26, 500))
    area = Area(40, low - 136, min(1000, inner + 64), 112)
    return (
        kit.box(area, "deep", 24),
        *kit.pair(area.inset(32, 10), words, (36, look.ink), (26, look.second), leading=1.24),
    )


def is_night(clock: str) -> bool:
    """Whether the clock in the header shows an hour of the night."""
    hour = clock.split(":")[0]
    return hour.isdecimal() and (int(hour) >= NIGHT_FROM or int(hour) < NIGHT_TO)


def _start(value: Attract, kit: Kit) -> Node:
    """The key is drawn as a pill, but any touch below the header is it."""
    look, mark = kit.skin("primary"), kit.skin("mark")
    disc = Area(START.x + 26, START.y + 26, 148, 148)
    parts: list[Part] = []
    if kit.theme.pictures:
        parts.append(Picture(Area(140, 576, 800, 280), _HALO))
    rows = (Row(value.start.words.main, 68, 700, look.ink), Row(value.start.words.small, 44, 500, look.second))
    parts += [
        kit.box(START, "primary", 100),
        kit.box(disc, "mark", 74),
        kit.icon(disc.cx, disc.cy, 96, value.start.icon or "touch", mark.accent, 1.9),
        *kit.stack(Area(disc.right + 36, START.y + 8, 470, START.h - 16), rows, leading=1.26),
    ]
    return Node(
        "start", SCENE, tuple(parts), value.start.target, value.start.enabled, value.start.words.main, "ground", 0
    )


def _payments(value: Attract, kit: Kit, card: Area) -> Node:
    look = kit.skin("card")
    parts: list[Part] = [kit.box(card, "card", 34)]
    parts += kit.beside(76, card.y + 49, value.payments_title, (32, look.ink), (28, look.second), width=928)
    count = max(1, len(value.payments))
    wide = (928 - 20 * (count - 1)) // count
    for index, payment in enumerate(value.payments):
        parts += _payment(payment, kit, Area(76 + index * (wide + 20), card.y + 80, wide, 178))
    said = ", ".join(f"{payment.words.main} {payment.state.main}" for payment in value.payments)
    return Node("payments", card, tuple(parts), layer="ground", spoken=said)


def _payment(payment: Payment, kit: Kit, area: Area) -> Parts:
    name = {"ok": "ok", "warn": "warn_edge"}.get(payment.level, "off")
    look = kit.skin(name)
    state_icon = {"ok": "check", "warn": "warn"}.get(payment.level, "cross")
    left = area.x + 106
    room = area.right - left - 10
    wide = kit.plain.width(payment.state.main, 30, 700) <= room
    second = left if wide else area.x + 66  # long words move under the icon
    states = (
        Row(payment.state.main, 30, 700, look.ink, 1, 0, 22),
        Row(payment.state.small, 26, 500, look.second, 1, 0, 22),
    )
    return (
        kit.box(area, name, 24),
        kit.icon(area.x + 56, area.y + 50, 64, payment.icon, look.accent, 2.1),
        *kit.pair(Area(left, area.y + 10, room, 84), payment.words, (36, look.ink), (26, look.second), leading=1.24),
        kit.icon(second - (50 if wide else 32), area.y + 128, 40 if wide else 34, state_icon, look.accent, 2.3),
        *kit.stack(Area(second, area.y + 92, area.right - second - 10, 80), states, leading=1.3),
    )


def _bulletin(value: Attract, kit: Kit) -> Node:
    """The station's notices in turn, each with its number when there are several; without one the usual words."""
    notices = value.notices or (Notice(value.bulletin),)
    many = len(notices)

    def at(elapsed_ms: int) -> Parts:
        index = elapsed_ms // NOTICE_MS % many
        return _told(notices[index], f"{index + 1} / {many}" if many > 1 else value.page, kit)

    live = Live(at, lambda elapsed_ms: NOTICE_MS - elapsed_ms % NOTICE_MS, steady=True) if many > 1 else None
    said = ", ".join(notice.words.main for notice in notices)
    return Node("bulletin", BULLETIN, at(0), layer="ground", spoken=said, live=live)


def _told(notice: Notice, page: str, kit: Kit) -> Parts:
    look, words = kit.skin("deep"), notice.words
    parts: list[Part] = [kit.box(BULLETIN, "deep"), Rule(Area(0, BULLETIN.y, 1080, 4), kit.color("signal"))]
    if words.main:
        rows = (Row(words.main, 32, 700, look.ink, 2), Row(words.small, 27, 500, look.second, 1, 0, 22))
        if notice.level == "danger":
            disc = Area(56, BULLETIN.cy - 40, 84, 84)
            alarm = kit.skin("danger")
            parts += [kit.box(disc, "danger", 42), kit.icon(disc.cx, disc.cy - 2, 52, notice.icon, alarm.accent, 2.1)]
        else:
            parts.append(kit.icon(98, BULLETIN.cy + 2, 62, notice.icon, look.accent, 2.1))
        parts += kit.stack(Area(160, BULLETIN.y + 10, 850, BULLETIN.h - 24), rows, leading=1.6)
    parts += kit.line(1036, BULLETIN.bottom - 28, page, 25, 500, look.ink, "right", 120)
    return tuple(parts)
