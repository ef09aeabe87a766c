"""Service screens: a PIN is never shown, keys of another role say so, counts and signatures stay apart."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from kiosk.faults import FaultCode
from kiosk.screen.texts import Say
from kiosk.screen.values import Figure, Key, Notice, Screen, ServiceLogin, ServiceMenu, ServiceTask, Words
from kiosk.service_acts import ACTS
from kiosk.service_fixes import FIXES
from kiosk.ui.drawings.things import BOXES, box_picture
from kiosk.ui.drawings.tones import tones
from kiosk.ui.nodes import Node, touchable
from kiosk.ui.parts import Box
from kiosk.ui.stage import Stage
from tests.kiosk.screen.service_world import DEVICES, coin_machine, fault, machine, service
from tests.kiosk.screen.world import CLOCK, TEXTS, now
from tests.kiosk.ui.samples import samples
from tests.kiosk.ui.shots import canvas
from tests.kiosk.ui.test_layout import crossing, texts_of
from tests.kiosk.ui.test_money_screens import clean

STAGE = Stage(canvas())
ZH = samples("zh")


def named(screen: Screen, name: str) -> Node:
    return next(node for node in STAGE.nodes_of(screen) if node.id == name)


def login() -> ServiceLogin:
    screen = ZH["svc.login"]
    assert isinstance(screen, ServiceLogin)
    return screen


def menu() -> ServiceMenu:
    screen = ZH["svc.menu"]
    assert isinstance(screen, ServiceMenu)
    return screen


def task(name: str = "svc.task-count") -> ServiceTask:
    screen = ZH[name]
    assert isinstance(screen, ServiceTask)
    return screen


@pytest.mark.parametrize("length", [0, 4, 6, 8, 30])
def test_the_pin_is_dots_whatever_its_length(length: int) -> None:
    node = named(replace(login(), pin_length=length), "pin")
    assert [text.text for text in texts_of(node)] == ["密码", "PIN"]
    assert all(part.area.right <= node.area.right for part in node.parts if isinstance(part, Box))
    assert clean(replace(login(), pin_length=length)) == []


def test_the_pad_reads_like_a_telephone() -> None:
    pad = [node for node in touchable(STAGE.nodes_of(login())) if node.id.startswith("digit:")]
    rows: dict[int, list[str]] = {}
    for node in sorted(pad, key=lambda node: (node.area.y, node.area.x)):
        rows.setdefault(node.area.y, []).append(node.target)
    assert list(rows.values()) == [
        ["digit:1", "digit:2", "digit:3"],
        ["digit:4", "digit:5", "digit:6"],
        ["digit:7", "digit:8", "digit:9"],
        ["clear", "digit:0", "erase"],
    ]


def test_a_pad_of_ten_keys_has_the_zero_in_the_middle() -> None:
    nodes = STAGE.nodes_of(replace(task(), digits=task().digits[:10]))
    zero, five = (next(node for node in nodes if node.target == f"digit:{digit}") for digit in "05")
    assert zero.area.x == five.area.x
    assert zero.area.y > five.area.y


def test_a_key_of_another_role_stays_and_says_whose_it_is() -> None:
    node = next(node for node in STAGE.nodes_of(menu()) if node.target == "act:box")
    assert not node.enabled
    assert "需现金员" in node.spoken
    assert "需现金员" in [text.text for text in texts_of(node)]


def test_a_module_says_name_state_and_cycles() -> None:
    said = named(menu(), "module:3").spoken
    assert said == "凭条打印, 缺纸, 22,940, 14:20 纸尽"
    assert named(menu(), "test:test:凭条打印").enabled
    assert not named(menu(), "test:test:扫码头").enabled


@pytest.mark.parametrize("modules", [1, 5, 8])
@pytest.mark.parametrize("actions", [0, 4, 12])
def test_the_menu_holds_what_the_machine_has(modules: int, actions: int) -> None:
    rows = (menu().modules * 2)[:modules]
    rows = tuple(replace(row, action=replace(row.action, target=f"test:{k}")) for k, row in enumerate(rows))
    keys = tuple(Key(f"act:{k}", Words(f"换钞箱 {k}", "Note box"), "box") for k in range(actions))
    screen = replace(menu(), modules=rows, actions=keys)
    assert clean(screen) == []
    assert max(node.area.bottom for node in STAGE.nodes_of(screen) if node.layer == "body") <= 1745


@pytest.mark.parametrize("name", ["svc.task", "svc.task-count", "svc.task-refused", "svc.task-fault", "svc.task-bin"])
def test_the_parts_of_a_task_do_not_overlap(name: str) -> None:
    blocks = ("steps", "message", "thing", "figures", "typed", "sign:0")
    nodes = [node for node in STAGE.nodes_of(task(name)) if node.id in blocks]
    tops = sorted(nodes, key=lambda node: node.area.y)
    for above, below in pairwise(tops):
        beside = above.area.right <= below.area.x or below.area.right <= above.area.x
        assert beside or above.area.bottom <= below.area.y, (above.id, below.id)
    assert max(node.area.bottom for node in nodes) <= 1745


def test_facts_and_a_number_at_once_still_fit() -> None:
    screen = replace(task("svc.task"), digits=task().digits, typed_label=task().typed_label, typed="12", signoffs=())
    assert clean(screen) == []
    assert {"thing", "typed", "figures"} <= {node.id for node in STAGE.nodes_of(screen)}


def test_a_task_of_nothing_but_a_title_is_painted() -> None:
    screen = replace(task(), steps=(), facts=(), figures=(), note=Words(), digits=(), signoffs=(), message=None)
    assert STAGE.show(screen)
    assert named(screen, "task").spoken == "更换收款钞箱"


def test_a_difference_is_said_in_words() -> None:
    node = named(task(), "figures")
    assert "不符" in node.spoken
    assert [figure.tone for figure in task().figures if isinstance(figure, Figure)][-1] == "danger"


@pytest.mark.parametrize("picture", [*BOXES, "unknown"])
@pytest.mark.parametrize("percent", [-5, 0, 50, 100, 400])
def test_the_picture_shows_how_full_it_is(picture: str, percent: int) -> None:
    drawn = box_picture(tones(STAGE.kit(menu())), picture, percent)
    assert drawn.startswith("<svg")
    assert "nan" not in drawn
    if picture in ("cassette", "box", "roll", "bin"):
        assert box_picture(tones(STAGE.kit(menu())), picture, 0) != box_picture(tones(STAGE.kit(menu())), picture, 90)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_helps_against_each_fault_is_the_first_step_of_its_act_and_stands_there_in_full(language: str) -> None:
    nothing = THERE[language]
    told: set[str] = set()
    for code in FaultCode:
        page = service("task", act=ACTS["clear"], place="dispenser")
        screen = page.screen(machine(language, fault("dispenser", code.name)), TEXTS, CLOCK, now())
        assert isinstance(screen, ServiceTask)
        assert screen.steps[0].words == Say(TEXTS, language).msg(FIXES[code.name])
        assert [text.text for text in texts_of(named(screen, "steps")) if text.cut] == []
        told.add(screen.steps[0].words.main)
    assert nothing not in told
    silent = service("task", act=ACTS["clear"], place="dispenser").screen(
        machine(language, ready=DEVICES - {"dispenser"}), TEXTS, CLOCK, now()
    )
    assert isinstance(silent, ServiceTask)
    assert silent.steps[0].words == Say(TEXTS, language).msg(FIXES["NO_ANSWER"])


THERE = {"zh": "手动排除故障", "en": "Clear the fault by hand"}
"""What the step says of a module that has nothing."""


@pytest.mark.parametrize("count", range(1, 13))
def test_a_message_of_the_menu_covers_no_key(count: int) -> None:
    keys = tuple(replace(key, target=f"{key.target}:{at}") for at, key in enumerate((menu().actions * 2)[:count]))
    told = Notice(Words("已记账并写入日志", "Booked in the journal"), "ok", "check")
    full = replace(menu(), actions=keys, chrome=replace(menu().chrome, notice=told))
    nodes = STAGE.nodes_of(full)
    over = next(node.area for node in nodes if node.id == "notice")
    assert [node.id for node in touchable(nodes) if min(crossing(over, node.area)[2:]) > 0] == []
    assert [text.text for node in nodes for text in texts_of(node) if text.cut] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_pays_nothing_until_it_is_counted_says_so_though_no_device_has_a_fault(language: str) -> None:
    made = coin_machine(language)
    made.stock.uncounted, made.stock.resting, made.stock.coins.resting = {4}, {3}, {2}
    screen = service("menu").screen(made, TEXTS, CLOCK, now())
    assert isinstance(screen, ServiceMenu)
    doubtful = {row.words.main: row.level for row in screen.stock if row.level == "danger"}
    say = Say(TEXTS, language)
    assert list(doubtful) == [say("{value}: count it", value=value).main for value in ("¥50", "¥10", "¥1")]
    rows = [node for node in STAGE.nodes_of(screen) if node.id.startswith("stock:")]
    assert len(rows) == len(screen.stock)
    assert [text.text for row in rows for text in texts_of(row) if text.cut] == []
