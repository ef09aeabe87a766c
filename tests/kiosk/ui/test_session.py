"""Touch, time and trouble of the screen, without a process: events and milliseconds in, messages and pixels out."""

from __future__ import annotations

from dataclasses import replace

import pygame
import pytest

from kiosk.screen.values import HEARTBEAT_MS, Busy, Chrome, Deadline, Heartbeat, Screen, Show, Touched, Words
from kiosk.ui.events import Exposed, LinkDown, LinkUp, Moved, Pressed, Received, Released, Tapped, Typed
from kiosk.ui.focus import moved_focus, reading_order
from kiosk.ui.nodes import Node, hit, touchable
from kiosk.ui.session import Session
from kiosk.ui.stage import Stage
from tests.kiosk.ui.samples import samples
from tests.kiosk.ui.shots import canvas

STAGE = Stage(canvas())
ZH = samples("zh")


class Desk:
    """A session with a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1_000_000
        self.complaints: list[str] = []
        self.session = Session(STAGE, self.now, self.complaints.append)
        self.session.take(LinkUp(), self.now)

    def show(self, screen: Screen, rev: int = 1) -> None:
        self.session.take(Received(Show(rev, screen)), self.now)
        self.run(200)

    def run(self, for_ms: int, alive: bool = True) -> list[object]:
        """Let time pass in steps of 20 ms, the controller alive or silent; returns rectangles painted."""
        painted: list[object] = []
        for _ in range(max(1, for_ms // 20)):
            self.now += 20
            if alive:
                self.session.take(Received(Heartbeat()), self.now)
            painted += self.session.poll(self.now)
        return painted

    def node(self, target: str) -> Node:
        return next(node for node in STAGE.nodes if node.target == target)

    def touches(self) -> list[Touched]:
        return [message for message in self.session.outbox if isinstance(message, Touched)]

    def press(self, target: str) -> tuple[int, int]:
        area = self.node(target).area
        self.session.take(Pressed(area.cx, area.cy), self.now)
        return area.cx, area.cy

    def tap(self, target: str) -> None:
        area = self.node(target).area
        self.session.take(Tapped(area.cx, area.cy), self.now)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.show(ZH["home"], 7)
    return desk


def test_a_touch_answers_with_target_and_rev(desk: Desk) -> None:
    desk.tap("destination")
    assert desk.touches() == [Touched(7, "destination")]


def test_a_press_is_painted_at_once_and_only_there(desk: Desk) -> None:
    desk.press("destination")
    rects = desk.session.poll(desk.now)
    area = desk.node("destination").area
    assert 0 < sum(rect[2] * rect[3] for rect in rects) < 1.6 * area.w * area.h


def test_release_outside_means_nothing(desk: Desk) -> None:
    desk.press("destination")
    desk.session.take(Moved(540, 400), desk.now)
    desk.session.take(Released(540, 400), desk.now)
    assert desk.touches() == []


def test_coming_back_before_release_counts(desk: Desk) -> None:
    x, y = desk.press("destination")
    desk.session.take(Moved(540, 400), desk.now)
    desk.session.take(Moved(x, y), desk.now)
    desk.session.take(Released(x, y), desk.now)
    assert desk.touches() == [Touched(7, "destination")]


def test_a_disabled_key_answers_nothing(desk: Desk) -> None:
    off = next(node for node in STAGE.nodes if node.target and not node.enabled)
    desk.session.take(Tapped(off.area.cx, off.area.cy), desk.now)
    assert desk.touches() == []


def test_a_second_touch_waits_for_the_answer_but_not_for_ever(desk: Desk) -> None:
    desk.tap("destination")
    desk.run(200)
    desk.tap("help")
    assert len(desk.touches()) == 1
    desk.run(1_000)
    desk.tap("help")
    assert [touch.target for touch in desk.touches()] == ["destination", "help"]


def test_the_next_value_frees_the_keys(desk: Desk) -> None:
    desk.tap("destination")
    desk.show(ZH["station"], 8)
    desk.tap("letter:H")
    assert desk.touches()[-1] == Touched(8, "letter:H")


def test_the_last_value_wins(desk: Desk) -> None:
    for rev, name in ((8, "date"), (9, "trains"), (10, "seat")):
        desk.session.take(Received(Show(rev, ZH[name])), desk.now)
    desk.run(300)
    assert desk.session.painted_rev == 10
    assert any(node.id.startswith("class:") for node in STAGE.nodes)


def test_a_value_is_reported_when_its_pixels_are_there(desk: Desk) -> None:
    desk.session.take(Received(Show(8, ZH["date"])), desk.now)
    desk.session.poll(desk.now)
    assert desk.session.painted_rev == 7  # the body still slides in
    desk.run(240)
    assert desk.session.painted_rev == 8


def test_a_value_in_the_middle_of_a_slide_leaves_nothing_of_it_on_the_display(desk: Desk) -> None:
    display = STAGE.canvas.copy()

    def turn(ms: int) -> None:
        desk.now += ms
        desk.session.take(Received(Heartbeat()), desk.now)
        for rect in desk.session.poll(desk.now):
            display.blit(STAGE.canvas, rect, rect)

    desk.session.take(Received(Show(8, ZH["trains-loading"])), desk.now)
    turn(20)
    turn(20)
    assert pygame.image.tobytes(display, "RGB") == pygame.image.tobytes(STAGE.canvas, "RGB")
    desk.session.take(Received(Show(9, ZH["trains"])), desk.now)  # the list came at once
    for _ in range(20):
        turn(20)
    assert pygame.image.tobytes(display, "RGB") == pygame.image.tobytes(STAGE.canvas, "RGB")


def test_high_contrast_does_not_move(desk: Desk) -> None:
    calm = replace(ZH["home"], chrome=replace(ZH["home"].chrome, theme="contrast"))
    desk.show(calm, 8)
    other = replace(ZH["trains"], chrome=replace(ZH["trains"].chrome, theme="contrast"))
    desk.session.take(Received(Show(9, other)), desk.now)
    desk.session.poll(desk.now)
    assert desk.session.painted_rev == 9


def test_the_same_value_again_paints_nothing(desk: Desk) -> None:
    desk.session.take(Received(Show(8, ZH["home"])), desk.now)
    assert desk.session.poll(desk.now) == []
    assert desk.session.painted_rev == 8


def test_heartbeats_carry_the_painted_rev(desk: Desk) -> None:
    desk.session.outbox.clear()
    desk.run(1_000)
    beats = [message for message in desk.session.outbox if isinstance(message, Heartbeat)]
    assert 1_000 // HEARTBEAT_MS - 1 <= len(beats) <= 1_000 // HEARTBEAT_MS + 1
    assert {beat.rev for beat in beats} == {7}


def kinds() -> set[str]:
    return {node.id for node in STAGE.nodes}


def test_a_silent_controller_is_covered_and_uncovered(desk: Desk) -> None:
    desk.run(1_100, alive=False)
    assert "busy" in kinds()
    assert touchable(STAGE.nodes) == []
    desk.run(400)
    assert "hero" in kinds()
    desk.tap("destination")
    assert desk.touches() == [Touched(7, "destination")]


def test_after_ten_seconds_of_silence_it_is_out_of_service(desk: Desk) -> None:
    desk.run(11_500, alive=False)
    assert "busy" not in kinds()
    assert touchable(STAGE.nodes) == []
    words = [part.text for node in STAGE.nodes for part in node.parts if hasattr(part, "text")]
    assert any("暂停服务" in word for word in words)


def test_a_new_connection_waits_for_a_value(desk: Desk) -> None:
    desk.session.take(LinkDown(), desk.now)
    desk.run(100)
    assert "busy" in kinds()
    desk.session.take(LinkUp(), desk.now)
    desk.run(400)
    assert "busy" in kinds()
    desk.show(ZH["home"], 1)
    assert "hero" in kinds()
    assert desk.session.painted_rev == 1


def test_a_countdown_runs_on_the_screen_at_the_rate_of_the_machine() -> None:
    desk = Desk()
    screen = replace(ZH["busy"], chrome=replace(ZH["busy"].chrome, ring=Deadline(60_000, 60_000, 5.0)))
    desk.show(screen)
    desk.run(1_800)
    ring = next(node for node in STAGE.nodes if node.id == "ring")
    shown = [part.text for part in ring.parts if hasattr(part, "text")]
    assert int(shown[0]) in (50, 51)  # 2 s of real time at rate 5


def test_a_countdown_repaints_only_itself(desk: Desk) -> None:
    desk.show(ZH["station"], 8)
    desk.run(300)
    rects = desk.run(1_000)
    assert len(rects) == 1
    area = next(node for node in STAGE.nodes if node.id == "ring").area
    assert rects[0][2] * rects[0][3] <= 1.5 * area.w * area.h  # type: ignore[index]


def test_a_countdown_that_ended_sleeps() -> None:
    desk = Desk()
    busy = ZH["busy"]
    assert isinstance(busy, Busy)
    desk.show(replace(busy, limit=Deadline(400, 1_000)))
    desk.run(2_000)
    assert desk.session._tick_ms is None


def test_under_a_dialog_only_its_keys_live(desk: Desk) -> None:
    desk.show(ZH["seat-dialog"], 8)
    under = next(node for node in STAGE.nodes if node.target == "plus:adult").area
    desk.session.take(Tapped(under.cx, under.cy), desk.now)
    assert desk.touches() == []
    desk.tap("more-time")
    assert desk.touches() == [Touched(8, "more-time")]


def test_a_value_without_a_painter_is_covered_and_said() -> None:
    class Unknown(Busy):
        kind = "unknown"

    desk = Desk()
    desk.show(Unknown(Chrome(), Words("a"), Words("b")), 5)
    assert desk.session.painted_rev == 0
    assert "busy" in kinds()
    assert desk.complaints
    assert "rev=5" in desk.complaints[0]


def test_an_exposed_window_is_presented_whole(desk: Desk) -> None:
    desk.session.take(Exposed(), desk.now)
    assert [tuple(rect) for rect in desk.session.poll(desk.now)] == [(0, 0, 1080, 1920)]


def test_the_keypad_reaches_every_key_and_never_traps(desk: Desk) -> None:
    keys = touchable(STAGE.nodes)
    seen, at = set(), ""
    for _ in range(len(keys)):
        at = moved_focus(keys, at, "right")
        seen.add(at)
    assert seen == {node.id for node in keys}
    assert moved_focus(keys, at, "right") in seen


def test_the_keypad_chooses_what_has_the_ring(desk: Desk) -> None:
    desk.session.take(Typed("down"), desk.now)
    desk.run(20)
    assert STAGE.nodes[-1].id == "focus"
    desk.session.take(Typed("choose"), desk.now)
    rows = reading_order(touchable(STAGE.nodes))
    assert desk.touches() == [Touched(7, rows[0][0].target)]


def test_a_finger_takes_the_ring_away(desk: Desk) -> None:
    desk.session.take(Typed("right"), desk.now)
    desk.run(20)
    desk.session.take(Pressed(540, 400), desk.now)
    desk.run(20)
    assert STAGE.nodes[-1].id != "focus"


def test_escape_is_back_and_zero_is_home(desk: Desk) -> None:
    desk.show(ZH["trains"], 8)
    desk.session.take(Typed("back"), desk.now)
    desk.run(1_100)
    desk.session.take(Typed("home"), desk.now)
    assert [touch.target for touch in desk.touches()] == ["back", "home"]


def test_the_gap_between_keys_belongs_half_to_each() -> None:
    nodes = STAGE.nodes_of(ZH["home"])
    tile = next(node for node in nodes if node.target == "destination")
    below = hit(nodes, tile.area.cx, tile.area.bottom + 4)
    assert below is not None
    assert below.target == "destination"
    assert hit(nodes, 20, 640) is None
