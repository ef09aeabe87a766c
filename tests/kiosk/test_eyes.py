"""Records and pictures find each other; nothing is seen while a PIN is typed; no sale knows of a camera."""

from __future__ import annotations

from typing import Any

from kiosk.eyes import Eyes
from kiosk.ports import payment as pp
from kiosk.ports.cabinet import DoorMoved
from kiosk.records import fact_of
from kiosk.sale.book import S
from tests.kiosk.bench import EPOCH, Bench


class FakeCamera:
    def __init__(self) -> None:
        self.frames: list[str] = []
        self.covered: list[bool] = []

    def look(self, frame: str) -> None:
        self.frames.append(frame)

    def cover(self, on: bool) -> None:
        self.covered.append(on)


def watched(**made: Any) -> tuple[Bench, FakeCamera]:
    bench, camera = Bench(**made).up(), FakeCamera()
    bench.controller._p.eyes = Eyes(EPOCH, camera, marks=True)
    return bench, camera


def test_a_record_of_money_names_the_picture_that_is_taken() -> None:
    bench, camera = watched(ways=("code",))
    bench.to_review().touch("pay", "pay_code")
    bench.run()
    assert bench.state is S.TICKETS_OUT
    bench.unit.take()
    bench.run()
    bench.say(DoorMoved("outer", True, True))
    marked = [line for line in bench.lines() if "frame" in line["fact"]]
    assert [line["fact"]["frame"] for line in marked] == camera.frames
    assert all(line["fact"]["frame"] == f"{EPOCH}.{line['seq']:08d}" for line in marked)
    kinds = [line["fact"]["kind"] for line in marked]
    assert kinds == ["auth!", "deliver!", "taken!", "capture!", "door"]
    assert fact_of(marked[-1]["fact"]) == DoorMoved("outer", True, True)


def test_no_picture_and_no_name_of_one_while_a_pin_is_typed() -> None:
    bench, camera = watched(ways=("code",))
    bench.payment.hold.add("begin")
    bench.to_review().touch("pay", "pay_code")
    bench.say(pp.PaymentStep(101, "pin"), pp.PaymentStep(101, "pin", typed=4))
    bench.say(DoorMoved("outer", True, True))
    assert (camera.frames, camera.covered) == ([], [True])
    assert not any("frame" in line["fact"] for line in bench.lines())
    bench.say(pp.PaymentStep(101, "waiting"), DoorMoved("outer", False, True))
    assert camera.covered == [True, False]
    assert len(camera.frames) == 1


def test_an_outcome_ends_every_pin_entry() -> None:
    camera = FakeCamera()
    eyes = Eyes("e", camera, marks=True)
    eyes.hear(pp.PaymentStep(1, "pin"))
    eyes.hear(pp.PaymentDeclined(1, "timeout"))
    assert camera.covered == [True, False]


def test_a_machine_without_a_camera_writes_what_it_always_wrote() -> None:
    bench = Bench().up()
    bench.say(DoorMoved("outer", True, True))
    assert "frame" not in bench.lines()[-1]["fact"]
