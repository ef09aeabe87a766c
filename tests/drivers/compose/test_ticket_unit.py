"""Printer, tray, flaps, slot and seal as one device."""

from __future__ import annotations

import pytest

from drivers.compose.board import Coil, Input
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.ticket_printer import (
    DeliverUncertain,
    DumpUncertain,
    PrinterPast,
    SlotReopened,
    SlotStayedShut,
    TicketInTray,
    TicketRefused,
    TicketRetractUncertain,
    TicketSpoiled,
    TicketsPresented,
    TicketsRetracted,
    TicketsTaken,
    TicketUncertain,
    TrayDumped,
)
from tests.drivers.compose.unit_script import UnitBench
from tests.drivers.ttpm.ttpm_script import Cycle

COUNTERS = (("tickets", 12), ("voided", 3))


@pytest.fixture
def bench() -> UnitBench:
    return UnitBench().start()


def test_the_past_is_told_before_ready() -> None:
    bench = UnitBench()
    bench.board.levels[Input.TRAY_HAS_TICKETS] = True
    bench.plug()
    bench.run(200)
    assert bench.told() == [
        PrinterPast("OLD", False, "tickets", "empty", COUNTERS),
        DeviceReady("ticket_unit", "TTPM3", "2.07", ""),
    ]
    assert bench.ticket_unit.counters == {"tickets": 12, "voided": 3}


def test_the_past_waits_for_the_board_but_not_for_ever() -> None:
    bench = UnitBench()
    for which in Input:
        bench.board.levels[which] = None
    bench.plug()
    bench.run(2_900)
    assert bench.told() == []
    bench.run(400)
    assert bench.told()[0] == PrinterPast("OLD", False, "unknown", "unknown", COUNTERS)
    bench.board.set(Input.TRAY_HAS_TICKETS, False)
    bench.board.set(Input.SLOT_OCCUPIED, True)
    bench.ticket_unit.recall()
    assert bench.told() == [PrinterPast("OLD", False, "empty", "tickets", COUNTERS)]


def test_a_ticket_counts_when_the_tray_has_seen_it(bench: UnitBench) -> None:
    bench.order()
    bench.run(4_520)
    assert bench.told() == []
    bench.run(200)
    assert bench.told() == [TicketInTray("K1")]
    assert b"!JRT1D0123456G1234.261122VNPAOH08012AO00553008D186AF4" in bench.unit.lines


def test_a_ticket_the_tray_never_saw_is_unknown_and_stops_the_unit(bench: UnitBench) -> None:
    bench.falls = False
    bench.order()
    bench.run(6_000)
    assert bench.faults() == [("TICKET_TRAY", True, "ticket tray")]
    assert bench.told() == [TicketUncertain("K1", "tray")]
    bench.order("K2")
    assert bench.told() == [TicketRefused("K2", "tray")]
    bench.ticket_unit.dump(7)
    bench.run(2_000)
    assert bench.told() == [DumpUncertain(7, "sensor")], "the sensor never showed what was dumped"


def test_spoiled_and_refused_are_passed_on(bench: UnitBench) -> None:
    bench.unit.cycles.append(Cycle([(2_000, b"\x159")], 2_500, good=False, voided=1))
    bench.unit.cycles.append(Cycle([(5, b"\x15P")], 10, good=False))
    bench.order("K1")
    bench.run(4_000)
    bench.order("K2")
    bench.run(1_000)
    assert bench.told() == [TicketSpoiled("K1", 1, "stripe"), TicketRefused("K2", "paper")]


@pytest.mark.parametrize(
    ("which", "level", "reason"),
    [
        (Input.TRAY_HAS_TICKETS, True, "tray"),
        (Input.TRAY_HAS_TICKETS, None, "tray"),
        (Input.DELIVER_FLAP_CLOSED, False, "tray"),
        (Input.DUMP_FLAP_CLOSED, False, "tray"),
        (Input.WASTE_NOT_FULL, False, "waste"),
        (Input.WASTE_NOT_FULL, None, "waste"),
    ],
)
def test_no_blank_is_spent_on_a_cabinet_that_is_not_ready(
    bench: UnitBench, which: Input, level: bool | None, reason: str
) -> None:
    bench.board.set(which, level)
    bench.order()
    assert bench.told() == [TicketRefused("K1", reason)]
    bench.run(100)
    assert b"!P1E" not in bench.unit.lines


def test_the_tray_holds_twenty(bench: UnitBench) -> None:
    bench.unit.cycles.extend(Cycle([(10, b"\x06\x80"), (20, b"\x06\x02")], 30) for _ in range(20))
    for number in range(20):
        bench.order(f"K{number}")
        bench.run(300)
    assert bench.told() == [TicketInTray(f"K{number}") for number in range(20)]
    bench.order("K20")
    assert bench.told() == [TicketRefused("K20", "tray")]


def test_no_seal_no_ticket(bench: UnitBench) -> None:
    bench.seal.good = False
    bench.run(1_100)
    assert bench.faults() == [("SEAL", True, "")]
    bench.order()
    assert bench.told() == [TicketRefused("K1", "seal")]
    bench.seal.good = True
    bench.run(1_100)
    assert bench.faults() == [("SEAL", False, "")]
    bench.seal.answer = None
    bench.order("K2")
    assert bench.faults() == [("SEAL", True, "")]
    assert bench.told() == [TicketRefused("K2", "seal")]
    bench.run(3_000)
    assert bench.faults() == [], "a module that answered wrongly stays closed until people looked at it"


@pytest.mark.parametrize("stripe", ["RT1", "RT1D0123456G1234-261122VNPAOH08012AO0055300", "Ü" * 43])
def test_a_stripe_that_is_none_is_refused(bench: UnitBench, stripe: str) -> None:
    bench.order(stripe=stripe)
    bench.run(100)
    assert bench.told() == [TicketRefused("K1", "other")]


def test_delivered_presented_taken(bench: UnitBench) -> None:
    bench.printed("K1", "K2")
    bench.ticket_unit.deliver(7)
    bench.run(1_500)
    assert bench.told() == [TicketsPresented(7)]
    assert bench.board.coils == [
        (Coil.SLOT_SHUTTER, False),
        (Coil.DELIVER_FLAP, True),
        (Coil.DELIVER_FLAP, False),
        (Coil.SLOT_SHUTTER, True),
    ]
    bench.run(30_000)
    assert bench.told() == []
    bench.board.set(Input.SLOT_OCCUPIED, False)
    bench.run(200)
    bench.board.set(Input.SLOT_OCCUPIED, True)
    bench.run(500)
    assert bench.told() == [], "a hand that sorts the bundle has not taken it"
    bench.board.set(Input.SLOT_OCCUPIED, False)
    bench.run(1_000)
    assert bench.told() == [TicketsTaken(7)]
    assert bench.board.coils[-1] == (Coil.SLOT_SHUTTER, False)
    assert bench.faults() == []
    bench.order("K3")
    bench.run(5_000)
    assert bench.told() == [TicketInTray("K3")]


@pytest.mark.parametrize(
    ("stuck", "reason", "last_coil"),
    [
        (Input.DELIVER_FLAP_CLOSED, "flap", (Coil.DELIVER_FLAP, False)),
        (Input.TRAY_HAS_TICKETS, "tray", (Coil.DELIVER_FLAP, False)),
        (Input.SLOT_OCCUPIED, "slot", (Coil.DELIVER_FLAP, False)),
        (Input.SLOT_SHUTTER_CLOSED, "shutter", (Coil.SLOT_SHUTTER, False)),
    ],
)
def test_what_does_not_move_makes_the_delivery_uncertain(
    bench: UnitBench, stuck: Input, reason: str, last_coil: tuple[Coil, bool]
) -> None:
    bench.printed("K1")
    bench.board.stuck.add(stuck)
    bench.ticket_unit.deliver(7)
    bench.run(6_000)
    assert bench.faults() == [("TICKET_TRAY", True, f"deliver {reason}")]
    assert bench.told() == [DeliverUncertain(7, reason)]
    assert bench.board.coils[-1] == last_coil


def test_the_tray_may_take_three_seconds_and_no_longer(bench: UnitBench) -> None:
    for late_ms, expected in ((2_900, TicketsPresented(7)), (3_300, DeliverUncertain(7, "tray"))):
        bench = UnitBench().start().printed("K1")
        bench.board.stuck |= {Input.TRAY_HAS_TICKETS, Input.SLOT_OCCUPIED}
        bench.ticket_unit.deliver(7)
        bench.run(300 + late_ms)
        bench.board.set(Input.TRAY_HAS_TICKETS, False)
        bench.board.set(Input.SLOT_OCCUPIED, True)
        bench.run(1_500)
        assert bench.told() == [expected]


def test_an_empty_tray_or_a_full_slot_delivers_nothing(bench: UnitBench) -> None:
    bench.ticket_unit.deliver(7)
    assert bench.told() == [DeliverUncertain(7, "tray")]
    bench = UnitBench().start().printed("K1")
    bench.board.set(Input.SLOT_OCCUPIED, True)
    bench.ticket_unit.deliver(7)
    assert bench.told() == [DeliverUncertain(7, "slot")]
    assert bench.board.coils == []


def presented() -> UnitBench:
    bench = UnitBench().start().printed("K1")
    bench.ticket_unit.deliver(7)
    bench.run(1_500)
    assert bench.told() == [TicketsPresented(7)]
    bench.board.coils.clear()
    return bench


def test_what_is_not_taken_is_retracted() -> None:
    bench = presented()
    bench.ticket_unit.retract(7)
    bench.run(3_000)
    assert bench.told() == [TicketsRetracted(7)]
    assert bench.board.coils == [(Coil.SLOT_SHUTTER, False), (Coil.SLOT_RETRACT, True), (Coil.SLOT_RETRACT, False)]
    assert bench.faults() == []


def test_taken_at_the_last_moment_is_taken() -> None:
    bench = presented()
    bench.ticket_unit.retract(7)
    bench.run(100)
    bench.board.set(Input.SLOT_OCCUPIED, False)
    bench.run(3_000)
    assert bench.told() == [TicketsTaken(7)]
    assert (Coil.SLOT_RETRACT, True) not in bench.board.coils


@pytest.mark.parametrize(("stuck", "reason"), [(Input.SLOT_SHUTTER_CLOSED, "shutter"), (Input.SLOT_OCCUPIED, "belt")])
def test_a_retract_that_cannot_be_seen_is_uncertain(stuck: Input, reason: str) -> None:
    bench = presented()
    bench.board.stuck.add(stuck)
    bench.ticket_unit.retract(7)
    bench.run(7_000)
    assert bench.faults() == [("TICKET_TRAY", True, f"retract {reason}")]
    assert bench.told() == [TicketRetractUncertain(7, reason)]


def test_a_bundle_of_an_earlier_life_is_put_before_a_hand_again() -> None:
    bench = UnitBench().start()
    bench.board.set(Input.SLOT_OCCUPIED, True)
    bench.ticket_unit.present_again(7)
    bench.run(1_000)
    assert bench.told() == [SlotReopened(7)]
    assert bench.board.coils == [(Coil.SLOT_SHUTTER, True)]
    bench.board.set(Input.SLOT_OCCUPIED, False)
    bench.run(1_500)
    assert bench.told() == [TicketsTaken(7)]
    assert bench.board.coils[-1] == (Coil.SLOT_SHUTTER, False)


@pytest.mark.parametrize(("seen", "told"), [(False, TicketsTaken(7)), (None, SlotStayedShut(7, "sensor"))])
def test_a_slot_without_a_bundle_stays_shut(seen: bool | None, told: Fact) -> None:
    bench = UnitBench().start()
    bench.board.set(Input.SLOT_OCCUPIED, seen)
    bench.ticket_unit.present_again(7)
    bench.run(1_000)
    assert bench.told() == [told]
    assert bench.board.coils == []


def test_a_slot_that_does_not_open_is_shut_again() -> None:
    bench = UnitBench().start()
    bench.board.set(Input.SLOT_OCCUPIED, True)
    bench.board.stuck.add(Input.SLOT_SHUTTER_CLOSED)
    bench.ticket_unit.present_again(7)
    bench.run(2_000)
    assert bench.told() == [SlotStayedShut(7, "shutter")]
    assert bench.board.coils == [(Coil.SLOT_SHUTTER, True), (Coil.SLOT_SHUTTER, False)]


def test_a_full_retract_bin_leaves_the_bundle_in_the_closed_slot() -> None:
    bench = presented()
    bench.board.set(Input.RETRACT_BINS_NOT_FULL, False)
    bench.ticket_unit.retract(7)
    bench.run(2_000)
    assert bench.told() == [TicketRetractUncertain(7, "bin")]
    assert bench.board.coils == [(Coil.SLOT_SHUTTER, False)]


def test_a_lost_board_during_the_wait_takes_nothing_and_opens_again() -> None:
    bench = presented()
    bench.board.lose()
    bench.run(2_000)
    assert bench.told() == []
    for which, level in ((Input.SLOT_OCCUPIED, True), (Input.SLOT_SHUTTER_CLOSED, True)):
        bench.board.set(which, level)
    assert bench.board.coils == [(Coil.SLOT_SHUTTER, True)]
    bench.board.set(Input.SLOT_OCCUPIED, False)
    bench.run(1_000)
    assert bench.told() == [TicketsTaken(7)]


def test_a_lost_board_during_the_delivery_is_uncertain(bench: UnitBench) -> None:
    bench.printed("K1")
    bench.ticket_unit.deliver(7)
    bench.run(100)
    bench.board.lose()
    bench.board.stuck |= set(Input)
    bench.run(6_000)
    assert bench.told() == [DeliverUncertain(7, "flap")]


def test_the_tray_is_dumped(bench: UnitBench) -> None:
    bench.printed("K1", "K2")
    bench.ticket_unit.dump(7)
    bench.run(2_000)
    assert bench.told() == [TrayDumped(7)]
    assert bench.board.coils == [(Coil.DUMP_FLAP, True), (Coil.DUMP_FLAP, False)]
    bench.order("K3")
    bench.run(5_000)
    assert bench.told() == [TicketInTray("K3")]


@pytest.mark.parametrize(("stuck", "reason"), [(Input.DUMP_FLAP_CLOSED, "flap"), (Input.TRAY_HAS_TICKETS, "tray")])
def test_a_dump_that_cannot_be_seen_is_uncertain(bench: UnitBench, stuck: Input, reason: str) -> None:
    bench.printed("K1")
    bench.board.stuck.add(stuck)
    bench.ticket_unit.dump(7)
    bench.run(6_000)
    assert bench.told() == [DumpUncertain(7, reason)]
    assert bench.faults() == [("TICKET_TRAY", True, f"dump {reason}")]


def test_tickets_that_left_the_tray_by_another_way_are_not_dumped(bench: UnitBench) -> None:
    bench.printed("K1")
    bench.board.set(Input.TRAY_HAS_TICKETS, False)
    bench.order("K2")
    assert bench.told() == [TicketRefused("K2", "tray")]
    bench.ticket_unit.dump(7)
    bench.run(2_000)
    assert bench.told() == [DumpUncertain(7, "sensor")]


def test_tickets_that_fell_into_the_slot_are_not_dumped(bench: UnitBench) -> None:
    bench.printed("K1")
    bench.ticket_unit.dump(7)
    bench.run(100)
    bench.board.set(Input.SLOT_OCCUPIED, True)
    bench.run(2_000)
    assert bench.told() == [DumpUncertain(7, "sensor")]


@pytest.mark.parametrize("flap", [Input.DELIVER_FLAP_CLOSED, Input.DUMP_FLAP_CLOSED])
def test_one_flap_waits_for_the_other(bench: UnitBench, flap: Input) -> None:
    bench.printed("K1")
    bench.board.set(flap, False)
    if flap is Input.DUMP_FLAP_CLOSED:
        bench.ticket_unit.deliver(7)
    else:
        bench.ticket_unit.dump(7)
    bench.run(400)
    assert not any(on for _, on in bench.board.coils)
    bench.run(600)
    assert bench.told() == [DeliverUncertain(7, "flap") if flap is Input.DUMP_FLAP_CLOSED else DumpUncertain(7, "flap")]


def test_an_empty_tray_may_be_dumped(bench: UnitBench) -> None:
    bench.ticket_unit.dump(7)
    bench.run(2_000)
    assert bench.told() == [TrayDumped(7)]


def test_orders_one_at_a_time(bench: UnitBench) -> None:
    bench.order("K1")
    bench.order("K2")
    bench.ticket_unit.deliver(7)
    bench.ticket_unit.dump(7)
    bench.ticket_unit.retract(7)
    assert bench.told() == [
        TicketRefused("K2", "other"),
        DeliverUncertain(7, "busy"),
        DumpUncertain(7, "busy"),
        TicketRetractUncertain(7, "busy"),
    ]


def test_a_silent_printer_is_unknown_and_its_memory_clears_the_doubt(bench: UnitBench) -> None:
    bench.unit.cycles.append(Cycle([], 60_000, good=False))
    bench.order()
    bench.run(1_000)
    bench.unit.dead = True
    bench.run(15_000)
    assert bench.told() == [TicketUncertain("K1", "silent")]
    bench.unit.dead, bench.unit._busy_until_ms = False, 0
    bench.run(3_000)
    assert bench.told()[0] == PrinterPast("OLD", False, "empty", "empty", COUNTERS)
    bench.order("K2")
    bench.run(5_000)
    assert bench.told() == [TicketInTray("K2")]


def test_people_at_the_unit_clear_what_only_they_can_mend(bench: UnitBench) -> None:
    bench.printed("K1")
    bench.board.stuck.add(Input.TRAY_HAS_TICKETS)
    bench.ticket_unit.deliver(7)
    bench.run(6_000)
    bench.faults()
    bench.told()
    bench.board.stuck.clear()
    bench.board.set(Input.TICKET_DOOR_CLOSED, False)
    bench.board.set(Input.TRAY_HAS_TICKETS, False)
    bench.board.set(Input.SLOT_OCCUPIED, False)
    bench.run(500)
    assert bench.faults() == []
    bench.board.set(Input.TICKET_DOOR_CLOSED, True)
    bench.run(500)
    assert bench.faults() == [("TICKET_TRAY", False, "deliver tray")]
    assert isinstance(bench.told()[-1], DeviceReady)


def test_tickets_left_behind_stop_the_unit_before_anybody_pays(bench: UnitBench) -> None:
    for which, where in ((Input.TRAY_HAS_TICKETS, "tray not empty"), (Input.SLOT_OCCUPIED, "slot not empty")):
        bench.board.set(which, True)
        bench.run(200)
        assert bench.faults() == [("TICKET_TRAY", True, where)]
        bench.board.set(which, False)
        bench.run(200)
        assert bench.faults() == [("TICKET_TRAY", False, where)]


def test_levels_become_faults(bench: UnitBench) -> None:
    for which, bad, code, detail in [
        (Input.ROLL_NEAR_END, True, "PAPER_LOW", ""),
        (Input.WASTE_NOT_FULL, False, "WASTE_FULL", "waste"),
        (Input.RETRACT_BINS_NOT_FULL, False, "WASTE_FULL", "retract"),
    ]:
        bench.board.set(which, bad)
        assert bench.faults() == [(code, True, detail)]
        bench.board.set(which, not bad)
        assert bench.faults() == [(code, False, detail)]


def test_probe_lines_show_printer_tray_and_seal(bench: UnitBench) -> None:
    lines = bench.ticket_unit.probe_lines()
    assert lines[0] == "ticket printer TTPM3 2.07 TVM-RASTER1"
    assert "input 12 TRAY_HAS_TICKETS 0" in lines
    assert "seal ready" in lines
    assert bench.board.coils == []
