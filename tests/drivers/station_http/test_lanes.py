"""The driver on lanes that are handed in: nothing of it needs a thread, a socket or a clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from drivers.station_http.calls import Answer, Call
from drivers.station_http.driver import StationDriver
from drivers.station_http.lanes import Lane, Lanes, ThreadLanes
from drivers.station_http.outcome import Outcome, unanswered, understand
from kiosk.ports.fact import Fact
from kiosk.ports.station import ConfirmUncertain, RecordsTaken, StationBack, StationLost, TrainsListed, VoidReported
from tests.outbox import outbox

SALE = "T07.7f3a91c2.17"


class HeldLanes:
    """Lanes on which calls wait until the test answers them."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Lane, Call, str]] = []
        self.outcomes: list[Outcome] = []
        self.closed_after_s = -1.0
        self.on_wire: Callable[[str, bool], None] = lambda call, out: None

    def submit(self, lane: Lane, call: Call, token: str = "") -> None:
        self.waiting.append((lane, call, token))

    def forget(self, lane: Lane, token: str) -> None:
        self.waiting = [one for one in self.waiting if (one[0], one[2]) != (lane, token)]

    def fileno(self) -> int:
        return -1

    def drain(self) -> list[Outcome]:
        outcomes, self.outcomes = self.outcomes, []
        return outcomes

    def close(self, timeout_s: float) -> None:
        self.closed_after_s = timeout_s

    def answer(self, name: str, body: Any = None, status: int = 200) -> Call:
        """The oldest call of that name is answered; without a body it is cut off."""
        found = next(one for one in self.waiting if one[1].name == name)
        self.waiting.remove(found)
        call = found[1]
        self.outcomes.append(
            unanswered(call, "cut") if body is None else understand(call, Answer(status, body), 1_000, 1_000)
        )
        return call


class Machine:
    def __init__(self) -> None:
        self.lanes, self.facts = HeldLanes(), list[Fact]()
        lanes: Lanes = self.lanes
        self.driver = StationDriver(
            "T07", self.facts.append, lanes, epoch="7f3a91c2", software="0.1", jitter=lambda most: most
        )


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_sale_and_journey_share_a_lane_and_the_rest_has_the_other(machine: Machine) -> None:
    driver = machine.driver
    driver.ask_trains(1, "BXP", "ZZF", "2026-11-23")
    driver.renew(SALE, 1)
    driver.confirm(SALE, 100, 0, 100)
    driver.ask_state(SALE)
    driver.release(SALE)
    driver.void(SALE, None, "lost")
    driver.printed("T07.7f3a91c2.18", [])
    driver.send_records("7f3a91c2", 1, outbox(["a"]))
    driver.put_status(1, {"mode": "normal"})
    driver.ask_network()
    driver.open_session(1, 0)
    driver.ask_inbox(3, 7)
    lanes = {lane: [call.name for one, call, _ in machine.lanes.waiting if one is lane] for lane in Lane}
    assert lanes == {
        Lane.SALE: ["trains", "renew", "confirm", "state", "release"],
        Lane.BACKGROUND: ["void", "printed", "records", "status", "network", "session"],
        Lane.INBOX: ["inbox"],
    }


def test_outcomes_are_heard_when_the_lanes_say_so(machine: Machine) -> None:
    machine.driver.confirm(SALE, 100, 0, 100)
    machine.lanes.answer("confirm")
    assert machine.facts == []
    machine.driver.on_readable(5)
    assert machine.facts == [StationLost("cut"), ConfirmUncertain(SALE, "cut")]


def test_a_void_goes_out_again_on_the_same_lane(machine: Machine) -> None:
    machine.driver.void(SALE, None, "lost")
    machine.lanes.answer("void")
    machine.driver.on_readable(0)
    machine.driver.poll(1_999)
    assert not [call for _, call, _ in machine.lanes.waiting if call.name == "void"]
    machine.driver.poll(2_000)
    machine.lanes.answer("void", {"state": "voided"})
    machine.driver.on_readable(2_010)
    assert machine.facts[1:] == [VoidReported(SALE, certain=False), VoidReported(SALE, certain=True)]


def test_the_link_is_asked_for_and_found(machine: Machine) -> None:
    machine.driver.poll(0)
    machine.driver.poll(500)
    assert [call.name for _, call, _ in machine.lanes.waiting] == ["time"]
    machine.lanes.answer("time", {"time_ms": 61_000})
    machine.driver.on_readable(510)
    assert machine.facts == [StationBack(60_000)]


def test_a_station_that_refuses_even_the_time_is_lost_until_it_tells_it(machine: Machine) -> None:
    machine.driver.poll(0)
    machine.lanes.answer("time", {"time_ms": 1_000})
    machine.driver.on_readable(10)
    machine.driver.ask_state(SALE)
    machine.lanes.answer("state", {"error": "storage"}, 503)
    machine.driver.poll(30_010)
    machine.lanes.answer("time", {"error": "storage"}, 503)
    machine.driver.on_readable(30_020)
    machine.driver.poll(32_019)
    assert machine.lanes.waiting == []
    machine.driver.poll(32_020)
    machine.lanes.answer("time", {"time_ms": 1_000})
    machine.driver.on_readable(32_030)
    links = [fact for fact in machine.facts if isinstance(fact, StationBack | StationLost)]
    assert links == [StationBack(0), StationLost("unusable"), StationBack(0)]


def test_an_older_question_for_trains_is_forgotten_others_are_not(machine: Machine) -> None:
    machine.driver.ask_trains(1, "BXP", "ZZF", "2026-11-23")
    machine.driver.ask_state(SALE)
    machine.driver.ask_trains(2, "BXP", "ZZF", "2026-11-24")
    assert [call.name for _, call, _ in machine.lanes.waiting] == ["state", "trains"]
    machine.lanes.answer("trains", {"at_ms": 1, "trains": []})
    machine.driver.on_readable(5)
    assert machine.facts == [TrainsListed(2, 1, ())]


def test_records_answered_in_another_form_are_no_answer(machine: Machine) -> None:
    machine.driver.send_records("7f3a91c2", 1, outbox(["a"]))
    machine.lanes.answer("records", {"acked": True})
    machine.driver.on_readable(5)
    machine.driver.send_records("7f3a91c2", 1, outbox(["a"]))
    machine.lanes.answer("records", {"acked": 1})
    machine.driver.on_readable(9)
    assert [fact for fact in machine.facts if isinstance(fact, RecordsTaken)] == [RecordsTaken("7f3a91c2", 1, 0, False)]


def test_who_traces_is_told_by_the_lanes_and_close_reaches_them(machine: Machine) -> None:
    told: list[tuple[str, bool]] = []
    machine.driver.on_wire = lambda call, out: told.append((call, out))
    machine.lanes.on_wire("lock", True)
    assert told == [("lock", True)]
    assert machine.driver.on_wire is machine.lanes.on_wire
    machine.driver.close(2.5)
    assert machine.lanes.closed_after_s == 2.5


def test_real_lanes_keep_a_connection_each() -> None:
    lanes = ThreadLanes("http://127.0.0.1:9", "secret", lambda: 0, lambda: 0)
    assert lanes.transports[Lane.SALE] is not lanes.transports[Lane.BACKGROUND]
    lanes.close(5.0)
