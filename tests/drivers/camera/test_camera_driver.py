"""The camera driver on a lane that a test answers for: what is kept, what is lost, and that nobody ever waits."""

from __future__ import annotations

from drivers.camera.driver import CHECK_MS, MOST_WAITING, HttpCamera
from drivers.camera.lane import Fetched, Kept
from kiosk.faults import Ability, Fault
from kiosk.ports.fact import DeviceReady, Fact

PNG = b"\x89PNG\r\n\x1a\n picture"


class FakeLane:
    def __init__(self) -> None:
        self.asked = 0
        self.kept: list[tuple[str, bytes]] = []
        self.waiting: list[Fetched | Kept] = []

    def fetch(self) -> None:
        self.asked += 1

    def keep(self, frame: str, picture: bytes) -> None:
        self.kept.append((frame, picture))

    def fileno(self) -> int:
        return -1

    def drain(self) -> list[Fetched | Kept]:
        waiting, self.waiting = self.waiting, []
        return waiting

    def close(self) -> None:
        self.waiting.clear()


class Bench:
    def __init__(self) -> None:
        self.lane, self.facts = FakeLane(), list[Fact]()
        self.camera = HttpCamera(self.facts.append, self.lane)
        self.now_ms = 1_000
        self.camera.poll(self.now_ms)
        self.answer(Fetched(PNG))

    def answer(self, outcome: Fetched | Kept) -> None:
        self.lane.waiting.append(outcome)
        self.camera.on_readable(self.now_ms)

    def look(self, *frames: str) -> None:
        for frame in frames:
            self.camera.look(frame)
        self.camera.poll(self.now_ms)

    def kept(self) -> list[str]:
        return [frame for frame, _ in self.lane.kept]


def test_a_camera_is_known_before_the_first_event_and_that_picture_is_not_kept() -> None:
    bench = Bench()
    assert bench.facts == [DeviceReady("camera", "HTTP", "", "")]
    assert bench.kept() == []
    assert bench.camera.poll(bench.now_ms) == bench.now_ms + CHECK_MS
    bench.look("e.1")
    bench.answer(Fetched(PNG))
    assert bench.lane.kept == [("e.1", PNG)]


def test_a_slow_camera_loses_pictures_and_asks_one_at_a_time() -> None:
    bench = Bench()
    bench.look(*[f"e.{n}" for n in range(10)])
    assert bench.lane.asked == 2
    for _ in range(10):
        bench.answer(Fetched(PNG))
    assert bench.kept() == [f"e.{n}" for n in range(MOST_WAITING)]
    assert bench.camera.lost == 10 - MOST_WAITING


def test_while_a_pin_is_typed_nothing_is_taken_and_what_was_under_way_is_thrown_away() -> None:
    bench = Bench()
    bench.look("before", "waits")
    asked = bench.lane.asked
    bench.camera.cover(True)
    bench.look("during")
    bench.answer(Fetched(PNG))
    bench.now_ms += 10 * CHECK_MS
    assert bench.camera.poll(bench.now_ms) is None
    assert (bench.kept(), bench.lane.asked) == ([], asked)
    bench.camera.cover(False)
    bench.look("after")
    bench.answer(Fetched(PNG))
    assert bench.kept() == ["after"]


def test_a_pin_entry_that_begins_and_ends_during_one_request_spoils_its_picture() -> None:
    bench = Bench()
    bench.look("before")
    bench.camera.cover(True)
    bench.camera.cover(False)
    bench.look("after")
    bench.answer(Fetched(PNG))
    bench.answer(Fetched(PNG))
    assert bench.kept() == ["after"]


def test_a_camera_that_is_gone_is_a_warning_and_comes_back() -> None:
    bench = Bench()
    bench.look("e.1", "e.2")
    bench.answer(Fetched(trouble="timeout"))
    assert len(bench.facts) == 1
    bench.answer(Fetched(trouble="timeout"))
    fault = bench.facts[-1]
    assert isinstance(fault, Fault)
    assert (fault.device, fault.code, fault.up, fault.ability) == ("camera", "NO_ANSWER", True, Ability.NONE)
    bench.look("e.3")
    bench.answer(Fetched(PNG))
    assert bench.facts[-2:] == [
        Fault("camera", "NO_ANSWER", False, "timeout"),
        DeviceReady("camera", "HTTP", "", ""),
    ]
    assert bench.kept() == ["e.3"]


def test_a_disk_that_takes_no_picture_is_told_once() -> None:
    bench = Bench()
    for _ in range(2):
        bench.answer(Kept("e.1", "No space left"))
    assert bench.facts[1:] == [Fault("camera", "DEVICE_FAILURE", True, "No space left")]
    bench.answer(Kept("e.2"))
    assert bench.facts[-1] == Fault("camera", "DEVICE_FAILURE", False, "No space left")
