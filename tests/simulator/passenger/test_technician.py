"""The synthetic technician at a toy service mode: what is done by hand is what is typed, signed by two, closed up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiosk.screen.values import (
    Attract,
    Chrome,
    Key,
    Notice,
    OutOfService,
    Screen,
    ServiceLogin,
    ServiceMenu,
    ServiceTask,
    SignOff,
    Words,
)
from simulator.passenger.hands import Busy
from simulator.passenger.technician import LONGEST_MS, Job, Staff, Technician, first_fill

STAFF, SECOND = Staff("1001", "246810"), Staff("1002", "135790")
DIGITS = tuple(Key(f"digit:{digit}", Words(digit)) for digit in "1234567890")
ON = Key("enter", Words("On"), role="primary")
NONE = Words()
ACTS = ("fill:1", "fill:2", "fill_coins:1", "fill_coins:2", "load_roll")


class ToyService:
    """Log-in, menu, task and sign, as a passenger would see them; `booked` is what a person typed and signed."""

    def __init__(self) -> None:
        self.page, self.rev, self.typed, self.number, self.entry = "oos", 1, "", "", "number"
        self.act = ""
        self.count = ""
        self.booked: list[tuple[str, str, str]] = []
        self.hands: list[Mapping[str, Any]] = []

    def screen(self) -> Screen:
        chrome = Chrome(footer=(Key("back"), ON))
        match self.page:
            case "oos":
                staff = Chrome(footer=(Key("service", icon="wrench"),))
                return OutOfService(staff, "fault", NONE, NONE, NONE, NONE, Notice(NONE), NONE, (), NONE, ())
            case "login":
                number = self.typed if self.entry == "number" else self.number
                pins = len(self.typed) if self.entry == "pin" else 0
                return ServiceLogin(
                    chrome, NONE, (), NONE, number, NONE, pins, self.entry, DIGITS, Key("clear"), Key("erase"), None
                )
            case "menu":
                actions = tuple(Key(f"svc:act:{name}") for name in ACTS)
                return ServiceMenu(chrome, NONE, (), (), (), NONE, NONE, (), actions)
            case "task" | "sign":
                shown = "●" * len(self.typed) if self.page == "sign" and self.entry == "pin" else self.typed
                signs = (SignOff(NONE, NONE, "ok"), SignOff(NONE, NONE, "tint" if self.page == "sign" else "off"))
                return ServiceTask(
                    chrome, NONE, NONE, "roll", "", 0, (), (), (), NONE, NONE, shown, DIGITS, signs, None
                )
        return Attract(Chrome(), NONE, Key("start"), NONE, ())

    def hand(self, act: Mapping[str, Any]) -> None:
        self.hands.append(act)

    def touch(self, target: str) -> None:
        self.rev += 1
        if target == "service":
            self.page = "login"
        elif target.startswith("digit:"):
            self.typed += target[-1]
        elif target.startswith("svc:act:"):
            self.page, self.act, self.typed = "task", target[8:], ""
        elif target == "enter":
            self._enter()

    def _enter(self) -> None:
        if self.page == "menu":
            self.page = "attract"
        elif self.page == "task":
            self.count, self.typed = self.typed, ""
            self.page, self.entry = "sign", "number"
            if self.act == "load_roll":
                self._book("")
        elif self.entry == "number":
            self.number, self.entry, self.typed = self.typed, "pin", ""
        elif self.page == "login":
            assert (self.number, self.typed) == (STAFF.number, STAFF.pin)
            self.page, self.typed, self.entry = "menu", "", "number"
        else:
            assert self.typed == SECOND.pin
            self._book(self.number)

    def _book(self, second: str) -> None:
        self.booked.append((self.act, self.count, second))
        self.page, self.typed, self.entry = "menu", "", "number"


def work(jobs: list[Job], made: ToyService | None = None) -> tuple[ToyService, Technician]:
    service, now_ms = made or ToyService(), 0
    technician = Technician(STAFF, SECOND, jobs, service.hand, service.touch, now_ms)
    while not technician.over:
        technician.saw(service.rev, service.screen(), now_ms)
        due_ms = technician.poll(now_ms)
        now_ms = max(now_ms + 1, due_ms or 0)
    return service, technician


def test_a_new_machine_is_filled_counted_signed_and_closed() -> None:
    service, technician = work(first_fill({1: 400, 2: 50}, 600))
    assert technician.outcome == "done"
    assert service.booked == [("fill:1", "400", "1002"), ("fill:2", "50", "1002"), ("load_roll", "600", "")]
    assert [act["act"] for act in service.hands] == ["open"] * 3 + ["fill", "fill", "load_roll"] + ["close"] * 3
    assert service.hands[3] == {"act": "fill", "cassette": 1, "notes": 400}
    assert [act["door"] for act in service.hands[-3:]] == ["tickets", "safe", "outer"]


def test_empty_cassettes_are_no_job() -> None:
    assert [job.target for job in first_fill({1: 0, 2: 5}, 10)] == ["svc:act:fill:2", "svc:act:load_roll"]


def test_hands_wait_for_a_device_that_moves() -> None:
    class Moving(ToyService):
        moving = 3

        def hand(self, act: Mapping[str, Any]) -> None:
            if act["act"] == "fill" and self.moving:
                self.moving -= 1
                raise Busy("the dispenser is moving")
            super().hand(act)

    service, technician = work(first_fill({1: 400}, 600), Moving())
    assert technician.outcome == "done"
    assert [act["act"] for act in service.hands].count("fill") == 1
    assert service.booked[0] == ("fill:1", "400", "1002")


def test_a_technician_who_gets_nowhere_says_where() -> None:
    service = ToyService()
    technician = Technician(STAFF, SECOND, [], service.hand, lambda target: None, 0)
    technician.saw(1, service.screen(), 0)
    now_ms = 0
    while not technician.over:
        now_ms += 4_000
        technician.poll(now_ms)
    assert technician.outcome == "stuck at oos"
    assert now_ms > LONGEST_MS


def test_who_is_logged_out_before_it_was_booked_books_it_then() -> None:
    class Forgetful(ToyService):
        outs = 1

        def touch(self, target: str) -> None:
            super().touch(target)
            if self.page == "sign" and self.outs:
                self.outs -= 1
                self.page, self.typed, self.entry = "oos", "", "number"

    service, technician = work(first_fill({}, 600, {1: 30, 2: 40}), Forgetful())
    assert technician.outcome == "done"
    assert service.booked == [("fill_coins:1", "30", "1002"), ("fill_coins:2", "40", "1002"), ("load_roll", "600", "")]
    assert [act["coins"] for act in service.hands if act["act"] == "fill_hopper"] == [30, 40]
