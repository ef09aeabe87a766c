"""The station in virtual time, heard through the real driver: every trouble at every call, restarts, old backups, order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

import pytest

from drivers.station_http import codec
from drivers.station_http.driver import StationDriver
from drivers.station_http.transport import parsed
from kiosk.clock import VirtualClock
from kiosk.identity import MachineIdentity
from kiosk.ports.fact import Fact
from kiosk.ports.station import (
    ConfirmRefused,
    ConfirmUncertain,
    LockRefused,
    LockReleased,
    LockRenewed,
    LockUncertain,
    NetworkKnown,
    PlacesLocked,
    PrintedReported,
    RecordsFailed,
    RecordsTaken,
    RenewFailed,
    SaleConfirmed,
    SaleStateKnown,
    SaleStateUnknown,
    SessionGranted,
    StationBack,
    StationLost,
    TrainsFailed,
    TrainsListed,
    TrainStops,
    VoidReported,
)
from kiosk.ports.trips import Order
from kiosk.reactor import Reactor
from simulator.station.faults import FAULTS
from simulator.station.wire import content_of
from simulator.world.calls import ANSWER_MS, CONNECT_MS
from simulator.world.station import TROUBLES, Desk
from tests.outbox import outbox
from tests.simulator.station.helpers import EPOCH, NOON, TOMORROW, small_world
from tests.simulator.station.test_station_machines import journal

Kind = TypeVar("Kind", bound=Fact)
WORLD = small_world(seats=20)
IDENTITY = MachineIdentity("T07", EPOCH, bytes(32), "secret-7", ())
ORDER = Order("K1", "K", TOMORROW, "BXP", "ZZF", "hard_seat", ("adult",), "none", 0, 0, "06:10", "10:00", 0, 0, 0)
SALE, OTHER = f"T07.{EPOCH}.1", f"T07.{EPOCH}.2"
START_MS = 600_000
LINES = [str(line) for line in journal(30)]


@dataclass(slots=True)
class Ears:
    """An application that only listens; (when, what)."""

    heard: list[tuple[int, Fact]] = field(default_factory=list)

    def hear(self, fact: Fact, now_ms: int) -> None:
        self.heard.append((now_ms, fact))

    def poll(self, now_ms: int) -> int | None:
        return None


class Machine:
    """A reactor with nothing but the station's driver in it."""

    def __init__(self, desk: Desk | None = None, clock: VirtualClock | None = None, seed: int = 1) -> None:
        self.clock = clock or VirtualClock(START_MS, NOON)
        self.desk = desk or Desk("T07", "secret-7", world=WORLD)
        self.reactor = Reactor(self.clock)
        self.ears = Ears()
        self.reactor.run_application(self.ears)
        self.driver: StationDriver = self.desk.join(self.clock, self.reactor, IDENTITY, Random(seed))

    @property
    def facts(self) -> list[Fact]:
        return [fact for _, fact in self.ears.heard]

    def run(self, span_ms: int = 10_000) -> None:
        until_ms = self.clock.mono_ms() + span_ms
        self.clock.at(until_ms, lambda: None)
        while self.clock.mono_ms() < until_ms:
            self.reactor.turn()

    def hear(self, *kinds: type[Kind]) -> Kind:
        """The next fact of these kinds; what came before it is forgotten."""
        for _ in range(2_000):
            while self.ears.heard:
                _, fact = self.ears.heard.pop(0)
                if isinstance(fact, kinds):
                    return fact
            self.reactor.turn()
        raise AssertionError(f"no {kinds} came")

    def locked(self, sale: str = SALE) -> PlacesLocked:
        self.driver.lock(sale, ORDER)
        return self.hear(PlacesLocked)

    def confirm(self, sale: str = SALE) -> None:
        total_fen = self.desk.station.sales.get(sale).total_fen
        self.driver.confirm(sale, total_fen, 0, total_fen)

    def confirmed(self, sale: str = SALE) -> SaleConfirmed:
        self.locked(sale)
        self.confirm(sale)
        return self.hear(SaleConfirmed)

    def state(self, sale: str = SALE) -> str:
        return str(self.desk.sale(sale)["state"])


@dataclass(frozen=True, slots=True)
class Case:
    """A call: what comes first, the call, the fact of its answer, the fact of silence, whether the deed was done."""

    before: Callable[[Machine], object]
    call: Callable[[Machine], None]
    good: type[Fact]
    silent: Fact | type[Fact]
    done: Callable[[Machine], bool]


def printed(machine: Machine) -> None:
    number = machine.desk.sale(SALE)["tickets"][0]["numbers"][0] if machine.desk.sale(SALE).get("tickets") else "A0"
    machine.driver.printed(SALE, [(0, number, "E1-1", "delivered")])


CASES = {
    "trains": Case(
        lambda m: None,
        lambda m: m.driver.ask_trains(1, "BXP", "ZZF", TOMORROW),
        TrainsListed,
        TrainsFailed,
        lambda m: False,
    ),
    "stops": Case(
        lambda m: None, lambda m: m.driver.ask_stops(1, "K1", TOMORROW), TrainStops, TrainsFailed, lambda m: False
    ),
    "lock": Case(
        lambda m: None, lambda m: m.driver.lock(SALE, ORDER), PlacesLocked, LockUncertain, lambda m: m.state() == "held"
    ),
    "renew": Case(
        Machine.locked,
        lambda m: m.driver.renew(SALE, 1),
        LockRenewed,
        RenewFailed,
        lambda m: m.desk.station.sales.get(SALE).notes == {1},
    ),
    "release": Case(
        Machine.locked,
        lambda m: m.driver.release(SALE),
        LockReleased,
        LockReleased(SALE, certain=False),
        lambda m: m.state() == "released",
    ),
    "confirm": Case(
        Machine.locked, Machine.confirm, SaleConfirmed, ConfirmUncertain, lambda m: m.state() == "confirmed"
    ),
    "state": Case(
        Machine.locked, lambda m: m.driver.ask_state(SALE), SaleStateKnown, SaleStateUnknown, lambda m: False
    ),
    "printed": Case(
        Machine.confirmed,
        printed,
        PrintedReported,
        PrintedReported(SALE, certain=False),
        lambda m: m.state() == "printed",
    ),
    "void": Case(
        Machine.confirmed,
        lambda m: m.driver.void(SALE, None, "lost"),
        VoidReported,
        VoidReported(SALE, certain=False),
        lambda m: m.state() == "voided",
    ),
    "records": Case(
        lambda m: None,
        lambda m: m.driver.send_records(EPOCH, 1, outbox(LINES[:3])),
        RecordsTaken,
        RecordsFailed,
        lambda m: len(m.desk.records("T07", EPOCH)) == 3,
    ),
}
QUESTIONS = ("trains", "stops", "state")
SILENCES = {"down": "cut", "answer_lost": "cut", "slow": "timeout", "stopped": "unreachable", "unplugged": "timeout"}


def begin(name: str) -> tuple[Machine, Case]:
    machine, case = Machine(), CASES[name]
    machine.hear(StationBack)
    machine.driver.ask_state(OTHER)  # from now on both lanes are connected
    machine.hear(SaleStateKnown)
    case.before(machine)
    machine.ears.heard.clear()
    return machine, case


@pytest.mark.parametrize("name", CASES)
def test_a_good_answer_comes_within_the_way_there_and_back(name: str) -> None:
    machine, case = begin(name)
    asked_ms = machine.clock.mono_ms()
    case.call(machine)
    assert isinstance(machine.hear(case.good), case.good)
    assert 4 <= machine.clock.mono_ms() - asked_ms <= 12
    assert case.done(machine) is (name not in QUESTIONS)


@pytest.mark.parametrize("trouble", SILENCES)
@pytest.mark.parametrize("name", CASES)
def test_each_trouble_at_each_call_is_the_fact_of_silence(name: str, trouble: str) -> None:
    machine, case = begin(name)
    machine.desk.trouble(trouble, ms=4_000, times=1 if trouble == "answer_lost" and name not in QUESTIONS else None)
    case.call(machine)
    kind = case.silent if isinstance(case.silent, type) else type(case.silent)
    fact = machine.hear(kind, StationLost)
    assert fact == StationLost(SILENCES[trouble])
    fact = machine.hear(kind)
    assert fact == case.silent if isinstance(case.silent, Fact) else isinstance(fact, case.silent)
    assert getattr(fact, "reason", SILENCES[trouble]) == SILENCES[trouble]
    machine.run(2_000)
    assert case.done(machine) is (name not in QUESTIONS and trouble in ("answer_lost", "slow"))


@pytest.mark.parametrize("name", CASES)
def test_a_station_that_refuses_has_answered_but_done_nothing(name: str) -> None:
    machine, case = begin(name)
    machine.desk.trouble("refusing")
    case.call(machine)
    fact = machine.hear(case.silent if isinstance(case.silent, type) else type(case.silent))
    assert fact == case.silent if isinstance(case.silent, Fact) else isinstance(fact, case.silent)
    assert not case.done(machine)
    assert not any(isinstance(fact, StationLost) for fact in machine.facts)


@pytest.mark.parametrize("name", CASES)
def test_the_same_call_again_after_a_lost_answer_is_no_second_deed(name: str) -> None:
    machine, case = begin(name)
    case.call(machine)
    machine.hear(case.good)
    steps = len(machine.desk.steps)
    case.call(machine)
    machine.hear(case.good)
    assert len(machine.desk.steps) == steps


def test_a_question_that_was_cut_is_asked_once_more_a_deed_never() -> None:
    machine, _ = begin("state")
    machine.desk.trouble("down", times=1, match="sales")
    machine.driver.ask_state(SALE)
    assert machine.hear(SaleStateKnown, SaleStateUnknown) == SaleStateKnown(SALE, "held", ())
    machine.desk.trouble("down", times=1, match="confirm")
    machine.confirm()
    assert machine.hear(SaleConfirmed, ConfirmUncertain) == ConfirmUncertain(SALE, "cut")
    assert machine.state() == "held"


def test_silence_is_known_after_the_time_outs_of_the_real_connection() -> None:
    machine, _ = begin("lock")
    asked_ms = machine.clock.mono_ms()
    machine.desk.trouble("unplugged")
    machine.driver.lock(SALE, ORDER)
    assert machine.hear(LockUncertain) == LockUncertain(SALE, "timeout")
    assert machine.clock.mono_ms() == asked_ms + ANSWER_MS
    asked_ms = machine.clock.mono_ms()
    machine.driver.lock(SALE, ORDER)
    assert machine.hear(LockUncertain) == LockUncertain(SALE, "unreachable")
    assert machine.clock.mono_ms() == asked_ms + CONNECT_MS
    machine.desk.trouble("unplugged", on=False)
    assert machine.locked().sale == SALE


def test_a_slow_answer_within_the_time_is_an_answer() -> None:
    machine, _ = begin("lock")
    asked_ms = machine.clock.mono_ms()
    machine.desk.trouble("slow", ms=2_000, match="locks")
    machine.locked()
    assert 2_004 <= machine.clock.mono_ms() - asked_ms <= 2_012
    machine.run(5_000)
    assert not any(isinstance(fact, LockUncertain) for fact in machine.facts)


def test_what_came_too_late_may_be_done_after_the_question_for_it() -> None:
    machine, _ = begin("confirm")
    machine.desk.trouble("slow", ms=4_000, times=1, match="confirm")
    machine.confirm()
    machine.hear(ConfirmUncertain)
    machine.driver.ask_state(SALE)
    assert machine.hear(SaleStateKnown) == SaleStateKnown(SALE, "held", ())
    machine.run(2_000)
    assert machine.state() == "confirmed"
    machine.driver.void(SALE, None, "late")
    assert machine.hear(VoidReported) == VoidReported(SALE, certain=True)
    assert machine.state() == "voided"


def test_a_cable_pulled_under_way_loses_request_or_answer() -> None:
    for pulled_ms, done in ((1, False), (7, True)):
        machine = Machine()
        machine.run(1_000)
        machine.driver = machine.desk.join(machine.clock, machine.reactor, IDENTITY, Random(1), 10, 0)
        asked_ms = machine.clock.mono_ms()
        machine.driver.lock(SALE, ORDER)
        machine.clock.at(asked_ms + pulled_ms, lambda machine=machine: machine.desk.trouble("unplugged"))  # type: ignore[misc]
        assert machine.hear(LockUncertain) == LockUncertain(SALE, "timeout")
        assert machine.clock.mono_ms() == asked_ms + ANSWER_MS
        assert (machine.state() == "held") is done


def test_down_after_the_next_call_then_back() -> None:
    machine, _ = begin("lock")
    machine.desk.trouble("down_after_next")
    machine.locked()
    machine.driver.renew(SALE, 1)
    assert machine.hear(RenewFailed) == RenewFailed(SALE, "cut")
    machine.desk.well()
    machine.run()
    assert any(isinstance(fact, StationBack) for fact in machine.facts)


def test_a_restart_cuts_what_is_under_way_and_knows_what_was() -> None:
    machine, _ = begin("confirm")
    before = machine.desk.station.snapshot()
    machine.confirm()
    machine.desk.trouble("restarted")
    assert machine.hear(ConfirmUncertain) == ConfirmUncertain(SALE, "cut")
    assert machine.desk.station.snapshot() == before
    machine.confirm()
    machine.hear(SaleConfirmed)
    after = machine.desk.station.snapshot()
    machine.desk.restart()
    assert machine.desk.station.snapshot() == after


def test_after_an_old_backup_records_are_sent_again_from_where_it_ends() -> None:
    machine, _ = begin("records")
    for first in range(0, 30, 2):
        machine.driver.send_records(EPOCH, first + 1, outbox(LINES[first : first + 2]))
        machine.hear(RecordsTaken)
    assert machine.desk.records("T07", EPOCH) == LINES
    machine.desk.trouble("records_restored")
    assert machine.desk.records("T07", EPOCH) == LINES[:10]
    machine.driver.send_records(EPOCH, 31, outbox(["more"]))
    assert machine.hear(RecordsTaken) == RecordsTaken(EPOCH, 0, 11, fork=False)
    machine.driver.send_records(EPOCH, 11, outbox(LINES[10:]))
    assert machine.hear(RecordsTaken) == RecordsTaken(EPOCH, 30, 0, fork=False)
    assert machine.desk.records("T07", EPOCH) == LINES


def test_an_old_backup_has_forgotten_sales_one_of_records_has_not() -> None:
    machine, _ = begin("confirm")
    machine.driver.send_records(EPOCH, 1, outbox(LINES[:2]))
    machine.hear(RecordsTaken)
    machine.confirm()
    machine.hear(SaleConfirmed)
    machine.desk.restore(1, only_records=True)
    assert (machine.state(), machine.desk.records("T07", EPOCH)) == ("confirmed", [])
    machine.desk.restore(1)
    assert machine.state() == "held"
    machine.desk.restore(100)
    assert (machine.state(), machine.desk.known()) == ("none", [])


def test_other_bytes_under_a_known_seq_are_a_fork() -> None:
    machine, _ = begin("records")
    machine.driver.send_records(EPOCH, 1, outbox(LINES[:2]))
    machine.hear(RecordsTaken)
    machine.driver.send_records(EPOCH, 2, outbox([LINES[0]]))
    assert machine.hear(RecordsTaken) == RecordsTaken(EPOCH, 0, 0, fork=True)


def test_a_copy_goes_its_own_way() -> None:
    machine, _ = begin("confirm")
    machine.driver.send_records(EPOCH, 1, outbox(LINES[:2]))
    machine.hear(RecordsTaken)
    before = machine.desk.station.snapshot()
    twin = Machine(machine.desk.copy(), VirtualClock(machine.clock.mono_ms(), machine.clock.wall_ms()))
    assert twin.desk.station.snapshot() == before
    twin.driver.renew(SALE, 1)
    twin.hear(LockRenewed)
    twin.confirm()
    twin.hear(SaleConfirmed)
    twin.driver.send_records(EPOCH, 3, outbox(LINES[2:5]))
    twin.hear(RecordsTaken)
    twin.driver.open_session(2, NOON)
    twin.hear(SessionGranted)
    assert machine.desk.station.snapshot() == before
    assert len(machine.desk.records("T07", EPOCH)) == 2
    machine.desk.restart()
    assert machine.desk.station.snapshot() == before


def test_without_power_what_has_left_is_done_and_what_waits_is_gone() -> None:
    machine, _ = begin("lock")
    machine.driver.lock(SALE, ORDER)
    machine.driver.lock(OTHER, ORDER)
    machine.desk.hang_up()
    machine.clock.at(machine.clock.mono_ms() + 10_000, lambda: None)
    while machine.clock.next_ms() is not None:
        assert machine.clock.wait(None) == []
    assert machine.facts == []
    assert (machine.state(SALE), machine.state(OTHER)) == ("held", "none")
    again = Machine(machine.desk, machine.clock, seed=2)
    again.driver.ask_state(SALE)
    assert again.hear(SaleStateKnown) == SaleStateKnown(SALE, "held", ())


def test_calls_of_one_lane_keep_their_order_and_the_other_lane_does_not_wait() -> None:
    machine, _ = begin("lock")
    machine.desk.trouble("slow", ms=1_000, times=1, match="locks")
    machine.driver.lock(SALE, ORDER)
    machine.driver.release(SALE)
    machine.driver.send_records(EPOCH, 1, outbox(LINES[:1]))
    machine.run(2_000)
    kinds = [type(fact) for fact in machine.facts]
    assert kinds == [RecordsTaken, PlacesLocked, LockReleased]
    assert machine.state() == "released"


def test_only_the_last_question_for_trains_is_waited_for() -> None:
    machine, _ = begin("trains")
    for request in (1, 2, 3):
        machine.driver.ask_trains(request, "BXP", "ZZF", TOMORROW)
    machine.run()
    assert [fact.request for fact in machine.facts if isinstance(fact, TrainsListed)] == [3]


def test_a_void_is_repeated_until_the_station_is_back() -> None:
    machine, _ = begin("void")
    machine.desk.trouble("stopped")
    machine.driver.void(SALE, None, "lost")
    assert machine.hear(VoidReported) == VoidReported(SALE, certain=False)
    machine.run(120_000)
    assert machine.state() == "confirmed"
    machine.desk.trouble("stopped", on=False)
    assert machine.hear(VoidReported) == VoidReported(SALE, certain=True)
    assert machine.state() == "voided"


def test_a_lock_runs_out_on_the_stations_clock_which_a_machines_calendar_does_not_move() -> None:
    machine, _ = begin("confirm")
    machine.clock.step_wall(3_600_000)
    machine.run(31_000)
    assert any(fact.skew_ms < -3_590_000 for fact in machine.facts if isinstance(fact, StationBack))
    machine.driver.ask_state(SALE)
    assert machine.hear(SaleStateKnown).state == "held"
    machine.run(271_000)
    machine.driver.ask_state(SALE)
    assert machine.hear(SaleStateKnown).state == "expired"
    machine.run(31_000)
    machine.confirm()
    assert machine.hear(ConfirmRefused) == ConfirmRefused(SALE, "expired")


def test_sold_out_is_said_by_the_stock_of_this_desk_only() -> None:
    crowd = Order("K1", "K", TOMORROW, "BXP", "ZZF", "hard_seat", ("adult",) * 5, "none", 0, 0, "", "", 0, 0, 0)
    machine, _ = begin("lock")
    for sale in range(1, 5):
        machine.driver.lock(f"T07.{EPOCH}.{sale}", crowd)
        machine.hear(PlacesLocked)
    machine.driver.lock(f"T07.{EPOCH}.9", ORDER)
    assert machine.hear(LockRefused) == LockRefused(f"T07.{EPOCH}.9", "sold_out", 0)
    assert Machine().locked().total_fen > 0


def test_the_network_is_what_the_codec_makes_of_its_bytes_and_is_then_only_compared() -> None:
    machine, _ = begin("lock")
    machine.driver.ask_network()
    known = machine.hear(NetworkKnown)
    assert known.network == codec.network(parsed(content_of(WORLD.description)))
    machine.driver.ask_network()
    assert machine.hear(NetworkKnown) is known
    again = Machine()
    again.driver.ask_network()
    assert again.hear(NetworkKnown).network is known.network


def test_what_the_audit_asks_for() -> None:
    machine, _ = begin("printed")
    assert machine.desk.sale(OTHER) == {"key": OTHER, "state": "none"}
    printed(machine)
    machine.hear(PrintedReported)
    told = machine.desk.sale(SALE)
    assert (told["state"], told["voided"], machine.desk.known()) == ("printed", [], [SALE])
    assert told["paid"] == {"rounding_fen": 0, "cash_fen": told["total_fen"], "card_fen": 0}
    assert told["printed"][0]["number"] in told["tickets"][0]["numbers"]
    assert [place["passenger"] for place in told["places"]] == ["adult"]
    assert machine.desk.records("T07", "other") == []


def test_the_same_dice_give_the_same_run() -> None:
    def run(seed: int) -> list[tuple[int, Fact]]:
        machine = Machine(seed=seed)
        machine.driver.void(SALE, None, "lost")
        machine.desk.trouble("slow", ms=4_000, times=3)
        machine.run(60_000)
        return machine.ears.heard

    assert run(5) == run(5)
    assert run(5) != run(6)


def test_every_trouble_has_a_name_and_another_is_refused() -> None:
    for name in TROUBLES:
        desk = Desk("T07", "secret-7", world=WORLD)
        desk.trouble(name)
        desk.well()
        assert (desk.running, desk.unplugged, desk.faults.describe()["on"]) == (True, False, {})
    with pytest.raises(ValueError, match="no trouble asleep"):
        Desk("T07", "secret-7", world=WORLD).trouble("asleep")
    assert set(FAULTS) < set(TROUBLES)


def test_a_stranger_is_not_answered_as_the_machine() -> None:
    machine = Machine()
    stranger = MachineIdentity("T07", EPOCH, bytes(32), "wrong", ())
    machine.driver = machine.desk.join(machine.clock, machine.reactor, stranger, Random(3))
    machine.driver.lock(SALE, ORDER)
    assert machine.hear(LockRefused) == LockRefused(SALE, "unauthorized", 0)
