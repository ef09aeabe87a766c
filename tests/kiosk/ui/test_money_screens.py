"""Screens that take and give money: what moves and what does not, all states, and a code that a phone can read."""

from __future__ import annotations

from dataclasses import replace

import pygame
import pytest
import zxingcpp
from PIL import Image

from kiosk.screen.values import (
    ClaimScreen,
    Denomination,
    Figure,
    NoteCount,
    OutOfService,
    PayCash,
    Printing,
    Screen,
    Show,
    Take,
    TicketThumb,
    Words,
)
from kiosk.screen.view import view
from kiosk.ui.drawings.things import REASONS
from kiosk.ui.events import LinkUp, Received
from kiosk.ui.nodes import Node, touchable
from kiosk.ui.parts import Box, Picture, Text
from kiosk.ui.rise import RISE_MS, risen
from kiosk.ui.session import Session
from kiosk.ui.stage import Stage
from tests.kiosk.screen.seen import SHOWN
from tests.kiosk.ui.samples import samples
from tests.kiosk.ui.samples_money import CLAIM_CODE
from tests.kiosk.ui.shots import canvas, themed
from tests.kiosk.ui.test_layout import crossing, lies_in, texts_of

STAGE = Stage(canvas())
ZH, EN = samples("zh"), samples("en")


def pay(name: str = "pay.cash") -> PayCash:
    screen = ZH[name]
    assert isinstance(screen, PayCash)
    return screen


def take(name: str = "take") -> Take:
    screen = ZH[name]
    assert isinstance(screen, Take)
    return screen


def claim(name: str = "receipt") -> ClaimScreen:
    screen = ZH[name]
    assert isinstance(screen, ClaimScreen)
    return screen


def named(screen: Screen, name: str) -> Node:
    return next(node for node in STAGE.nodes_of(screen) if node.id == name)


def arrows(screen: Screen) -> list[Node]:
    return [node for node in STAGE.nodes_of(screen) if node.id.startswith("arrow")]


def filled(node: Node) -> int:
    """Width of the coloured part of a bar, px."""
    boxes = [part for part in node.parts if isinstance(part, Box)]
    return boxes[1].area.w if len(boxes) > 1 else 0


def clean(screen: Screen) -> list[str]:
    """Texts that leave their node or lie on another one."""
    nodes = STAGE.nodes_of(screen)
    out = [text.text for node in nodes for text in texts_of(node) if not lies_in(text.ink(), node.area, 4)]
    texts = [text for node in nodes for text in texts_of(node)]
    for index, one in enumerate(texts):
        for other in texts[index + 1 :]:
            if min(crossing(one.ink(), other.ink())[2:]) > 0.12 * min(one.size, other.size):
                out.append(f"{one.text} | {other.text}")
    return out


# --- what moves


def test_the_bar_grows_from_the_old_amount_to_the_new_one() -> None:
    before = STAGE.nodes_of(replace(pay("pay.cash-first"), percent=20))
    after = {node.id: node for node in risen(before, STAGE.nodes_of(pay()))}["bar"]
    assert after.live is not None
    widths = [filled(replace(after, parts=after.live.parts(ms))) for ms in (0, 60, 120, RISE_MS)]
    assert widths == sorted(set(widths))
    assert widths[0] == filled(named(replace(pay(), percent=20), "bar"))
    assert widths[-1] == filled(named(pay(), "bar"))
    assert after.live.next_ms(RISE_MS) is None


def test_the_same_amount_again_moves_nothing() -> None:
    nodes = risen(STAGE.nodes_of(pay()), STAGE.nodes_of(pay("pay.cash-moving")))
    assert {node.id for node in nodes if node.live is not None} == {"lock", "ring"}


def test_high_contrast_has_no_motion() -> None:
    before, after = (themed(pay(name), "contrast") for name in ("pay.cash-first", "pay.cash"))
    moving = {node.id for node in risen(STAGE.nodes_of(before), STAGE.nodes_of(after)) if node.live is not None}
    assert moving == {"lock", "ring"}


def test_a_session_shows_the_final_bar_after_the_growth() -> None:
    session = Session(STAGE, 1_000)
    session.take(LinkUp(), 1_000)
    for rev, (now, screen) in enumerate(((1_000, pay("pay.cash-first")), (1_400, pay())), start=1):
        session.take(Received(Show(rev, screen)), now)
        session.poll(now)
        session.poll(now + 40)
    assert filled(next(node for node in STAGE.nodes if node.id == "bar")) < filled(named(pay(), "bar"))
    session.poll(1_400 + RISE_MS + 20)
    assert filled(next(node for node in STAGE.nodes if node.id == "bar")) == filled(named(pay(), "bar"))


def test_the_arrow_moves_slower_than_2_hz_and_only_where_a_hand_is_wanted() -> None:
    node = arrows(pay())[0]
    assert node.live is not None
    tops = [node.live.parts(ms)[0].reach().y for ms in range(0, 10_000, 20)]
    turns = sum(1 for a, b, c in zip(tops, tops[1:], tops[2:], strict=False) if (b - a) * (c - b) < 0)
    still = [key for key, _ in enumerate(tops[1:]) if tops[key] != tops[key + 1]]
    assert turns <= 2 * 2 * 10
    assert still
    assert [arrows(pay(name)) for name in ("pay.cash-moving", "pay.cash-full", "pay.cash-last")] == [[], [], []]


def test_only_the_opening_in_use_has_a_moving_arrow() -> None:
    assert [(node.id, node.live is not None) for node in arrows(take())] == [
        ("arrow:tickets", True),
        ("arrow:change", False),
    ]
    assert [node.id for node in arrows(take("take-change"))] == ["arrow:change"]


# --- states


def test_a_refused_note_keeps_its_place_and_says_why() -> None:
    said = named(pay("pay.cash-refused"), "notes").spoken
    assert "¥100 无法找零" in said
    assert "¥20" in said
    texts = [text.text for text in texts_of(named(pay("pay.cash-refused"), "notes"))]
    assert texts.count("无法找零") == 2


def test_the_last_minute_is_told_above_the_amounts_and_covers_nothing() -> None:
    nodes = STAGE.nodes_of(pay("pay.cash-last"))
    notice = next(node for node in nodes if node.id == "notice")
    assert [
        node.id for node in nodes if node.id in ("meter", "slot", "promise") and node.area.y < notice.area.bottom
    ] == []
    both = replace(pay("pay.cash-last"), refusal=pay("pay.cash-refused").refusal)
    assert {"notice", "refusal"} <= {node.id for node in STAGE.nodes_of(both)}
    assert clean(both) == []


def test_change_due_is_named_while_paying() -> None:
    texts = [text.text for text in texts_of(named(pay("pay.cash-over"), "meter"))]
    assert "找零 ¥94.00" in texts
    assert "已舍去 ¥0.50" in texts


@pytest.mark.parametrize("count", range(1, 11))
def test_any_number_of_tickets_has_room(count: int) -> None:
    full = EN["printing"]
    assert isinstance(full, Printing)
    states = ("printed", "printing", "waiting", "failed")
    thumbs = tuple(TicketThumb(Words(f"{k}A waiting", f"{k}A 等待"), states[k % 4]) for k in range(1, count + 1))
    step = replace(full.steps[1], tickets=thumbs)
    screen = replace(full, steps=(full.steps[0], step, *full.steps[2:]))
    assert clean(screen) == []
    steps = named(screen, "steps")
    assert sum(isinstance(part, Picture) for part in steps.parts) == count
    assert all(lies_in(part.reach(), steps.area, 0) for part in steps.parts if isinstance(part, Picture))


def test_the_openings_spoken_of_are_ringed() -> None:
    screen = ZH["printing"]
    assert isinstance(screen, Printing)
    drawings = {
        openings: next(
            p.svg for p in named(replace(screen, openings=openings), "outlets").parts if isinstance(p, Picture)
        )
        for openings in (("tickets",), ("change",), ("tickets", "change"))
    }
    assert len(set(drawings.values())) == 3


@pytest.mark.parametrize("name", ["take", "receipt"])
def test_large_amounts_shrink_together_and_stay_apart(name: str) -> None:
    screen = EN[name]
    assert isinstance(screen, Take | ClaimScreen)
    figures = tuple(replace(figure, text="¥11,060.00") for figure in screen.figures)
    assert clean(replace(screen, figures=figures)) == []


def test_many_values_get_a_row_of_their_own() -> None:
    notes = tuple(
        NoteCount(f"¥{face}", count) for face, count in ((100, 12), (50, 11), (20, 10), (10, 13), (5, 14), (1, 19))
    )
    screen = replace(take("take-refund"), notes=notes)
    assert clean(screen) == []


def test_every_reason_has_its_own_picture() -> None:
    screen = ZH["oos"]
    assert isinstance(screen, OutOfService)
    pictures = {
        reason: next(p.svg for p in named(replace(screen, reason=reason), "reason").parts if isinstance(p, Picture))
        for reason in REASONS
    }
    assert len(set(pictures.values())) == len(REASONS) == 10


def test_an_unknown_reason_still_says_what_it_says() -> None:
    screen = ZH["oos"]
    assert isinstance(screen, OutOfService)
    assert screen.headline.main in named(replace(screen, reason="flood"), "reason").spoken


def empty_ones() -> list[Screen]:
    oos, printing = ZH["oos"], ZH["printing"]
    assert isinstance(oos, OutOfService)
    assert isinstance(printing, Printing)
    nothing = Figure(Words(), "")
    return [
        replace(pay(), denominations=(), received=(), total=nothing, inserted=nothing, remaining=nothing, percent=0),
        replace(pay(), denominations=(Denomination("?", False),), received=("¥?",) * 40, slot="strange", percent=140),
        replace(printing, steps=(), outlets=(), percent=0),
        replace(take(), outlets=(), figures=(), notes=(), walk_away_lines=()),
        replace(claim(), figures=(), chips=(), slip_lines=(), qr=(), ways=()),
        replace(oos, elsewhere=(), facts=(), back_at=Words(), detail=Words()),
    ]


@pytest.mark.parametrize("index", range(6))
def test_missing_parts_leave_room_and_break_nothing(index: int) -> None:
    screen = empty_ones()[index]
    assert clean(screen) == []
    assert STAGE.show(screen)


REAL = [(name, language) for language, all_shown in SHOWN.items() for name in all_shown]


@pytest.mark.parametrize(("name", "language"), REAL)
def test_what_the_controller_really_says_has_room(name: str, language: str) -> None:
    screen = view(SHOWN[language][name])
    if screen.kind not in ("pay.cash", "printing", "take", "receipt", "oos") or screen.chrome.dialog is not None:
        return
    assert clean(screen) == []
    assert [text.text for node in STAGE.nodes_of(screen) for text in texts_of(node) if text.cut] == []


def test_keys_are_read_in_order_and_by_name() -> None:
    spoken = [node.spoken for node in touchable(STAGE.nodes_of(claim()))]
    assert spoken[-3:] == ["再打印一张", "帮助", "我已拿好"]


# --- the code of a claim


@pytest.mark.parametrize("theme", ["day", "contrast"])
@pytest.mark.parametrize("name", ["receipt", "receipt-unprinted"])
def test_a_phone_reads_the_code_from_the_screen(name: str, theme: str) -> None:
    STAGE.show(themed(claim(name), theme))
    seen = Image.frombytes("RGB", STAGE.canvas.get_size(), pygame.image.tobytes(STAGE.canvas, "RGB"))
    assert [code.text for code in zxingcpp.read_barcodes(seen)] == [CLAIM_CODE]


def test_the_code_on_the_slip_is_never_cut() -> None:
    texts = [text for text in texts_of(named(claim(), "slip")) if text.text == claim().code]
    assert [isinstance(text, Text) and not text.cut for text in texts] == [True]
