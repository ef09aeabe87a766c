"""The ticket unit: driver, tray and board over wires, and fronts without any, say the same of equal devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

from drivers.cabinet_board.driver import CabinetBoard as BoardDriver
from drivers.compose.ticket_unit import TicketUnit
from drivers.seal_software import SoftwareSeal
from drivers.ttpm.driver import Ttpm as Driver
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.ticket_printer import (
    DeliverUncertain,
    DumpUncertain,
    Picture,
    PrinterPast,
    SlotReopened,
    SlotStayedShut,
    TicketInTray,
    TicketJob,
    TicketRefused,
    TicketRetractUncertain,
    TicketSpoiled,
    TicketsPresented,
    TicketsRetracted,
    TicketsTaken,
    TicketUncertain,
    TrayDumped,
)
from simulator.devices.cabinet_board import CabinetBoard
from simulator.devices.matter import Matter
from simulator.devices.ttpm import Ttpm
from simulator.devices.twin import Speeds
from simulator.fronts.port.board import BoardFront
from simulator.fronts.port.ticket_unit import TicketUnitFront
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig, both

pytestmark = pytest.mark.slow


UNIT, BOARD = "ticket_unit", "cabinet"
STRIPE = "RT1D0123456G1234.261122VNPAOH08012AO0055300"
DOT = Picture(8, 1, b"\0")
BLANKS = 40
PLACES = ("ticket.tray", "ticket.slot", "ticket.waste", "ticket.retract", "floor", "hand")
PRINTED = (TicketInTray, TicketSpoiled, TicketRefused, TicketUncertain)
OF_UNIT = (
    *PRINTED,
    PrinterPast,
    TicketsPresented,
    DeliverUncertain,
    TicketsTaken,
    TicketsRetracted,
    TicketRetractUncertain,
    TrayDumped,
    DumpUncertain,
    SlotReopened,
    SlotStayedShut,
)
BLANK_FAULTS = (
    "paper_out",
    "paper_out_loading",
    "paper_out_encoding",
    "paper_out_printing",
    "jam_loading",
    "jam",
    "jam_ejecting",
    "cutter_4",
    "cutter_5",
    "cutter_6",
    "verify_fail",
    "verify_fail_1st",
    "verify_fail_2nd",
    "verify_fail_3rd",
    "verify_fail_once",
    "blank_number_jump",
    "head_hot",
    "cover_open",
    "critical",
    "ack_without_ticket",
    "reset_mid_ticket",
    "slow_4900",
    "slow_5100",
    "slow_16000",
    "battery_flat",
    "old_firmware",
)
TRAY_FAULTS = (
    "tray_sensor_stuck_empty",
    "tray_sensor_stuck_full",
    "slot_sensor_stuck_empty",
    "slot_sensor_stuck_full",
    "waste_sensor_full",
    "retract_sensor_full",
    "tray_never_empties",
    "deliver_partly",
    "deliver_flap_stuck",
    "dump_flap_stuck",
    "slot_shutter_stuck",
    "slot_belt_stuck",
)
LINK_FAULTS = ("silence_before", "silence_after", "reset_by_itself")
NOT_MET = {
    "verify_fail_track2": "track 2 is never written",
    "unreadable": "the stripe is not read back",
    "front_blocked": "the front entry is not used",
    "front_feeder": "the front entry is not used",
    "late_reply": "an answer that comes late is a matter of the line",
    "duplicate_reply": "an echo is dropped, or asked again about",
    "reply_to_previous": "an answer in place of another is found out by its form",
    "bit_flip": "what a bit says is a matter of bytes",
    "cut_frame": "half an answer is none, as with silence_after",
    "noise": "dropped",
}
"""Faults of the twin that no script here plays, and why."""


def _twins(_seed: int) -> Mapping[str, Any]:
    matter = Matter()
    for name in PLACES:
        matter.place(name)
    for _ in range(BLANKS):
        matter.new_blank("roll")
    return {UNIT: Ttpm(matter, Speeds()), BOARD: CabinetBoard(matter, Speeds())}


def _by_bytes(report: Report, twins: Mapping[str, Any], _boot: int) -> Fitted:
    board = BoardDriver(BOARD, report)
    unit = TicketUnit(UNIT, report, Driver(UNIT, report), board, SoftwareSeal("lab"))
    return Fitted(unit, [Joint(UNIT, unit, 115_200), Joint(BOARD, board, 19_200)])


def _by_port(report: Report, twins: Mapping[str, Any], _boot: int) -> Fitted:
    board = BoardFront(BOARD, report, twins[BOARD])
    unit = TicketUnitFront(UNIT, report, twins[UNIT], board, SoftwareSeal("lab"))
    return Fitted(unit, [Joint(UNIT, unit), Joint(BOARD, board)])


RIG = Rig(_twins, _by_bytes, _by_port)
Script = Callable[[Bench], None]


def same(script: Script, seed: int = 1) -> list[Fact]:
    """Facts of the unit in the script, the same at both levels; tickets lie in the same places in the same state."""
    by_bytes, by_port = both(RIG, script, seed)
    facts, others = of_unit(by_bytes), of_unit(by_port)
    assert facts == others
    assert lying(by_bytes) == lying(by_port)
    return facts


def of_unit(bench: Bench) -> list[Fact]:
    """What the board says of doors and people is compared in its own test."""
    return [
        fact
        for fact in bench.facts
        if isinstance(fact, OF_UNIT) or (isinstance(fact, Fault | DeviceReady) and fact.device == UNIT)
    ]


def lying(bench: Bench) -> dict[str, list[tuple[str, str, dict[int, str]]]]:
    matter: Matter = bench.twins[UNIT].matter
    return {
        name: [(blank.serial, blank.state, blank.stripe) for blank in matter.place(name).blanks()]
        for name in (*PLACES, "printer.path", "roll")
    }


def job(key: str, lying: int = 0) -> TicketJob:
    return TicketJob(key, "D0123456", STRIPE, DOT, lying)


def order(bench: Bench, key: str) -> None:
    bench.do(lambda: bench.it.print_ticket(job(key)))


def printed(bench: Bench, *keys: str) -> None:
    """Each key to its outcome, whatever it is."""
    for key in keys:
        seen = len(bench.facts)
        order(bench, key)
        bench.until(lambda seen=seen: any(isinstance(fact, PRINTED) for fact in bench.facts[seen:]))  # type: ignore[misc]


def put(bench: Bench, *faults: str, name: str = UNIT, targets: tuple[int, ...] = ()) -> None:
    def act() -> None:
        bench.twins[name].faults |= set(faults)
        bench.twins[name].link.targets = set(targets)

    bench.do(act)


def take(bench: Bench) -> None:
    bench.do(lambda: bench.twins[BOARD].take_tickets(bench.now_ms))


def mend(bench: Bench) -> None:
    """A technician: faults gone, path and tray looked into, the door of the tickets closed again."""
    unit, board, now_ms = bench.twins[UNIT], bench.twins[BOARD], bench.now_ms
    unit.faults.clear()
    board.faults.clear()
    unit.clear_path(now_ms)
    unit.matter.move_all("ticket.tray", "vault")
    unit.matter.move_all("ticket.slot", "vault")
    board.open_door(2, True, now_ms)
    bench.nudge()
    bench.run(500)
    bench.do(lambda: board.close_door(2, bench.now_ms))
    bench.run(24_000)


def delivered(bench: Bench, bundle: int) -> None:
    bench.do(lambda: bench.it.deliver(bundle))
    bench.run(6_000)
    take(bench)
    bench.run(4_000)


def test_every_fault_is_played_or_has_a_reason() -> None:
    names = {name.removesuffix("_once") for name in Ttpm(Matter(), Speeds()).fault_names()}
    assert names == {*BLANK_FAULTS, *LINK_FAULTS, *NOT_MET} - {"verify_fail_once"}


def test_a_bundle() -> None:
    def script(bench: Bench) -> None:
        bench.run(3_000)
        printed(bench, "K1", "K2", "K3")
        delivered(bench, 7)
        bench.do(bench.it.recall)
        printed(bench, "K4")
        bench.do(lambda: bench.it.dump(8))
        bench.run(6_000)

    facts = same(script)
    assert facts == [
        PrinterPast("", False, "empty", "empty", (("tickets", 0), ("voided", 0))),
        DeviceReady(UNIT, "TTPM3", "2.07", ""),
        *(TicketInTray(f"K{number}") for number in (1, 2, 3)),
        TicketsPresented(7),
        TicketsTaken(7),
        PrinterPast("K3", False, "empty", "empty", (("tickets", 3), ("voided", 0))),
        TicketInTray("K4"),
        TrayDumped(8),
    ]


def test_a_half_full_tray_is_taken_over_on_the_machines_word_only() -> None:
    def script(bench: Bench) -> None:
        bench.until(DeviceReady)
        printed(bench, "K1", "K2")
        bench.cut()
        bench.until(lambda: any(isinstance(fact, PrinterPast) for fact in bench.facts[4:]))
        bench.run(2_000)
        order(bench, "K3")  # nobody says what lies there
        bench.run(8_000)
        bench.do(lambda: bench.it.print_ticket(job("K4", 2)))
        bench.run(8_000)
        bench.do(lambda: bench.it.print_ticket(job("K5", 3)))
        bench.run(8_000)
        bench.do(lambda: bench.it.deliver(7))
        bench.run(8_000)
        take(bench)
        bench.run(3_000)

    facts = [fact for fact in same(script) if isinstance(fact, (*PRINTED, TicketsPresented, TicketsTaken))]
    assert facts == [
        TicketInTray("K1"),
        TicketInTray("K2"),
        TicketRefused("K3", "tray"),
        TicketInTray("K4"),
        TicketInTray("K5"),
        TicketsPresented(7),
        TicketsTaken(7),
    ]


@pytest.mark.parametrize("what", ["door", "dumped", "empty"])
def test_a_tray_is_not_taken_over_once_it_may_have_been_changed(what: str) -> None:
    """Somebody looked into it, it was emptied since, or nothing lies there."""

    def script(bench: Bench) -> None:
        bench.until(DeviceReady)
        printed(bench, "K1")
        if what == "empty":
            bench.do(lambda: bench.it.dump(7))
            bench.run(5_000)
        bench.cut()
        bench.run(30_000)
        if what == "door":
            bench.do(lambda: bench.twins[BOARD].open_door(2, True, bench.now_ms))
            bench.run(2_000)
            bench.do(lambda: bench.twins[BOARD].close_door(2, bench.now_ms))
            bench.run(20_000)
        elif what == "dumped":
            bench.do(lambda: bench.it.dump(7))
            bench.run(5_000)
        bench.do(lambda: bench.it.print_ticket(job("K2", 1)))
        bench.run(8_000)

    facts = [fact for fact in same(script) if isinstance(fact, PRINTED)]
    assert facts[0] == TicketInTray("K1")
    assert facts[1] == (TicketRefused("K2", "tray") if what == "door" else TicketInTray("K2"))


@pytest.mark.parametrize("how", ["taken", "left", "stuck", "empty", "blind", "cut again", "busy"])
def test_a_bundle_in_the_slot_is_opened_again_after_a_restart(how: str) -> None:
    def script(bench: Bench) -> None:
        bench.until(DeviceReady)
        printed(bench, "K1", "K2")
        bench.do(lambda: bench.it.deliver(7))
        bench.until(TicketsPresented)
        bench.run(1_000)
        bench.cut()
        bench.run(30_000)
        assert bench.do(lambda: bench.twins[BOARD].take_tickets(bench.now_ms)) == 0  # shut
        if how == "stuck":
            put(bench, "slot_shutter_stuck", name=BOARD)
        elif how == "empty":
            bench.do(lambda: bench.it.retract(7))
            bench.run(15_000)
        elif how == "blind":
            bench.do(lambda: bench.twins[BOARD].power(False, bench.now_ms))
            bench.run(5_000)
        bench.do(lambda: bench.it.present_again(7))
        if how == "busy":
            bench.do(lambda: bench.it.present_again(7))
        bench.run(4_000)
        if how == "cut again":
            bench.cut()
            bench.run(30_000)
            bench.do(lambda: bench.it.present_again(7))
            bench.run(4_000)
        if how in ("taken", "cut again", "busy"):
            take(bench)
            bench.run(4_000)
        elif how != "empty":
            bench.do(lambda: bench.it.retract(7))
            bench.run(15_000)

    said = (SlotReopened, SlotStayedShut, TicketsTaken, TicketsRetracted, TicketRetractUncertain)
    facts = [fact for fact in same(script) if isinstance(fact, said)]
    assert (
        facts
        == {
            "taken": [SlotReopened(7), TicketsTaken(7)],
            "left": [SlotReopened(7), TicketsRetracted(7)],
            "stuck": [SlotStayedShut(7, "shutter"), TicketsRetracted(7)],
            "empty": [TicketsRetracted(7), TicketsTaken(7)],
            "blind": [SlotStayedShut(7, "sensor"), TicketRetractUncertain(7, "shutter")],
            "cut again": [SlotReopened(7), SlotReopened(7), TicketsTaken(7)],
            "busy": [SlotStayedShut(7, "busy"), SlotReopened(7), TicketsTaken(7)],
        }[how]
    )


def test_a_bundle_nobody_takes() -> None:
    def script(bench: Bench) -> None:
        bench.run(3_000)
        printed(bench, "K1", "K2")
        bench.do(lambda: bench.it.deliver(7))
        bench.run(60_000)
        bench.do(lambda: bench.it.retract(7))
        bench.run(8_000)
        printed(bench, "K3")
        bench.do(lambda: bench.it.deliver(8))
        bench.run(20_000)
        take(bench)
        bench.run(20)
        bench.do(lambda: bench.it.retract(8))  # taken at the last moment
        bench.run(8_000)

    facts = same(script)
    assert TicketsRetracted(7) in facts
    assert facts[-1] == TicketsTaken(8)


def test_orders_that_come_at_the_wrong_time() -> None:
    def script(bench: Bench) -> None:
        bench.run(3_000)
        order(bench, "K1")
        order(bench, "K2")
        bench.do(lambda: bench.it.deliver(7))
        bench.do(lambda: bench.it.dump(7))
        bench.do(lambda: bench.it.retract(7))
        bench.run(6_000)
        bench.do(lambda: bench.it.print_ticket(TicketJob("K3", "D0123456", "short", DOT)))
        bench.do(lambda: bench.it.print_ticket(TicketJob("K 4", "D0123456", STRIPE, DOT)))
        bench.run(100)
        bench.do(lambda: bench.it.print_ticket(TicketJob("K5", "D0123456", STRIPE, Picture(900, 1, bytes(113)))))
        bench.run(100)
        bench.do(lambda: bench.it.retract(7))
        bench.run(8_000)

    facts = same(script)
    assert DeliverUncertain(7, "busy") in facts
    assert TicketRefused("K 4", "other") in facts


LATE_FAULTS = ("jam", "jam_ejecting", "cutter_5", "verify_fail", "head_hot", "cover_open", "slow_16000")
MOMENTS = [
    *((fault, when) for fault in BLANK_FAULTS for when in ("idle", "ordered")),
    *((fault, when) for fault in LATE_FAULTS for when in ("encoding", "printing", "ejecting")),
    *((fault, "start") for fault in ("paper_out", "cover_open", "old_firmware", "battery_flat", "head_hot")),
]


@pytest.mark.parametrize(("fault", "when"), MOMENTS)
def test_a_fault_of_the_printer(fault: str, when: str) -> None:
    delays_ms = {"encoding": 900, "printing": 2_500, "ejecting": 3_900}

    def script(bench: Bench) -> None:
        if when == "start":
            bench.off()
            bench.twins[UNIT].faults.add(fault)
            bench.on()
            bench.run(22_000)
        bench.run(3_000)
        if when == "idle":
            put(bench, fault)
            bench.run(10_000)
        if when == "ordered":
            bench.twins[UNIT].faults.add(fault)
        order(bench, "K1")
        if when in delays_ms:
            bench.run(delays_ms[when])
            put(bench, fault)
        bench.run(40_000)
        order(bench, "K2")
        bench.run(20_000)
        bench.do(lambda: bench.it.dump(1))
        bench.run(8_000)
        mend(bench)
        printed(bench, "K3")
        delivered(bench, 2)

    facts = same(script)
    assert any(isinstance(fact, PRINTED) for fact in facts)


@pytest.mark.parametrize("deed", ["falling", "deliver", "retract", "dump"])
@pytest.mark.parametrize("fault", TRAY_FAULTS)
def test_a_fault_of_tray_and_slot(fault: str, deed: str) -> None:
    def script(bench: Bench) -> None:
        bench.run(3_000)
        printed(bench, "K1")
        if deed == "falling":
            put(bench, fault, name=BOARD)
        printed(bench, "K2")
        if deed == "deliver":
            put(bench, fault, name=BOARD)
        if deed == "dump":
            put(bench, fault, name=BOARD)
            bench.run(2_000)
            bench.do(lambda: bench.it.dump(7))
            bench.run(12_000)
        bench.do(lambda: bench.it.deliver(7))
        bench.run(12_000)
        if deed == "retract":
            put(bench, fault, name=BOARD)
            bench.run(2_000)
        bench.do(lambda: bench.it.retract(7))
        bench.run(15_000)
        mend(bench)
        printed(bench, "K3")
        delivered(bench, 8)

    same(script)


@pytest.mark.parametrize("target", [*"CFVYQJPS", "\5", ""])
@pytest.mark.parametrize("once", [True, False])
@pytest.mark.parametrize("fault", LINK_FAULTS)
def test_a_fault_of_the_link(fault: str, once: bool, target: str) -> None:
    name = f"{fault}_once" if once else fault

    def script(bench: Bench) -> None:
        bench.run(3_100)
        put(bench, name, targets=(ord(target),) if target else ())
        order(bench, "K1")
        bench.run(40_000)
        order(bench, "K2")
        bench.run(20_000)
        mend(bench)
        printed(bench, "K3")

    facts = same(script)
    assert facts[-1] == TicketInTray("K3")


@pytest.mark.parametrize("target", ["P", "Y", "V", ""])
@pytest.mark.parametrize("link", LINK_FAULTS)
@pytest.mark.parametrize("fault", ["jam", "verify_fail", "paper_out"])
def test_a_spoilt_blank_whose_words_get_lost(fault: str, link: str, target: str) -> None:
    def script(bench: Bench) -> None:
        bench.run(3_100)
        order(bench, "K1")
        bench.run(500)
        put(bench, fault, f"{link}_once", targets=(ord(target),) if target else ())
        bench.run(60_000)
        mend(bench)
        printed(bench, "K2")

    facts = same(script)
    if fault == "jam" and target and link != "reset_by_itself":  # whatever was heard, it is seen in the path
        spoiled = [fact for fact in facts if isinstance(fact, TicketSpoiled)]
        assert [(fact.key, fact.blanks) for fact in spoiled] == [("K1", 1)]


@pytest.mark.parametrize("after_ms", [0, 500, 1_700, 2_000, 3_500, 3_700, 4_300, 4_700, 7_000])
def test_mains_fail_while_a_blank_is_made(after_ms: int) -> None:
    def script(bench: Bench) -> None:
        bench.run(3_000)
        printed(bench, "K1")
        order(bench, "K2")
        bench.run(after_ms)
        bench.cut()
        bench.run(25_000)
        bench.do(lambda: bench.it.dump(7))
        bench.run(6_000)
        printed(bench, "K3")

    facts = same(script)
    assert facts[-1] == TicketInTray("K3")


@pytest.mark.parametrize("deed", ["deliver", "dump", "retract"])
@pytest.mark.parametrize("after_ms", [0, 150, 330, 450, 800, 1_500])
def test_mains_fail_while_a_bundle_moves(deed: str, after_ms: int) -> None:
    def script(bench: Bench) -> None:
        bench.run(3_000)
        printed(bench, "K1", "K2")
        if deed == "retract":
            bench.do(lambda: bench.it.deliver(7))
            bench.run(5_000)
        bench.do(lambda: getattr(bench.it, deed)(7))
        bench.run(after_ms)
        bench.cut()
        bench.run(25_000)
        for again in ("deliver", "retract", "dump"):
            bench.do(lambda again=again: getattr(bench.it, again)(7))  # type: ignore[misc]
            bench.run(9_000)

    same(script)


def program_again(bench: Bench) -> None:
    assert bench.reactor is not None
    bench.reactor.close()
    for wire in bench.wires.values():
        wire.unplug()
        wire.replug()
    bench.start()


@pytest.mark.parametrize("fault", ["jam", "jam_ejecting", "cutter_4", "cutter_6"])
@pytest.mark.parametrize("after_ms", [2_000, 12_000])
def test_the_program_alone_starts_again_and_the_blank_still_sticks(fault: str, after_ms: int) -> None:
    """It jams before the program ends, or afterwards: nothing is printed on top of it, and it is spent once."""

    def script(bench: Bench) -> None:
        bench.run(3_000)
        bench.twins[UNIT].faults.add(fault)
        order(bench, "K1")
        bench.run(after_ms)
        program_again(bench)
        bench.run(1_000)
        order(bench, "K2")
        bench.run(10_000)
        bench.do(lambda: bench.twins[UNIT].faults.clear())
        order(bench, "K3")
        bench.run(10_000)
        mend(bench)
        printed(bench, "K4")

    facts = same(script)
    assert [fact for fact in facts if isinstance(fact, PRINTED)] == [
        *([TicketSpoiled("K1", 1, "jam")] if after_ms > 10_000 else []),
        TicketRefused("K2", "other"),
        TicketRefused("K3", "other"),
        TicketInTray("K4"),
    ]
    ready = [at for at, fact in enumerate(facts) if isinstance(fact, DeviceReady)]
    assert Fault(UNIT, "TICKET_JAM", True, "path") in facts[ready[0] : ready[1]]


def test_a_blank_taken_out_by_hand_is_believed_when_the_door_was_closed_again() -> None:
    def script(bench: Bench) -> None:
        bench.run(3_000)
        bench.twins[UNIT].faults.add("jam")
        order(bench, "K1")
        bench.run(10_000)
        program_again(bench)
        bench.run(5_000)
        bench.do(lambda: bench.twins[UNIT].clear_path(bench.now_ms))
        bench.run(10_000)
        order(bench, "K2")
        mend(bench)
        printed(bench, "K3")

    facts = same(script)
    jams = [(fact.up, fact.detail) for fact in facts if isinstance(fact, Fault) and fact.code == "TICKET_JAM"]
    assert jams == [(True, "nak 7"), (True, "path"), (False, "path")]
    assert [fact for fact in facts if isinstance(fact, PRINTED)][1:] == [
        TicketRefused("K2", "other"),
        TicketInTray("K3"),
    ]


def test_the_program_alone_starts_again_while_a_blank_is_made() -> None:
    def script(bench: Bench) -> None:
        bench.run(3_000)
        order(bench, "K1")
        bench.run(2_000)
        program_again(bench)
        bench.run(10_000)

    facts = same(script)
    assert facts[2] == PrinterPast("K1", False, "empty", "empty", (("tickets", 1), ("voided", 0)))


@pytest.mark.parametrize("after_ms", [None, 0, 1_000, 4_400, 6_000])
@pytest.mark.parametrize("out_ms", [1_300, 9_300, 20_300])
def test_the_plug_is_pulled(after_ms: int | None, out_ms: int) -> None:
    def script(bench: Bench) -> None:
        bench.run(3_000)
        if after_ms is not None:
            order(bench, "K1")
            bench.run(after_ms)
        bench.unplug(UNIT)
        bench.run(out_ms)
        order(bench, "K2")
        bench.replug(UNIT)
        bench.run(30_000)
        mend(bench)
        printed(bench, "K3")

    facts = same(script)
    assert facts[-1] == TicketInTray("K3")


@pytest.mark.parametrize("after_ms", [None, 1_000, 4_400])
def test_the_printer_alone_goes_dark(after_ms: int | None) -> None:
    def script(bench: Bench) -> None:
        bench.run(3_000)
        if after_ms is not None:
            order(bench, "K1")
            bench.run(after_ms)
        bench.do(lambda: bench.twins[UNIT].power(False, bench.now_ms))
        bench.run(30_000)
        bench.do(lambda: bench.twins[UNIT].power(True, bench.now_ms))
        bench.run(30_000)
        mend(bench)
        printed(bench, "K2")

    facts = same(script)
    assert Fault(UNIT, "NO_ANSWER", True) in facts


def test_the_roll_ends() -> None:
    def script(bench: Bench) -> None:
        matter = bench.twins[UNIT].matter
        for blank in list(matter.place("roll"))[2:]:
            matter.move(blank, "vault")
        bench.run(3_000)
        printed(bench, "K1", "K2")
        bench.run(5_000)
        printed(bench, "K3")
        bench.do(lambda: matter.move_all("vault", "roll"))
        bench.run(5_000)
        printed(bench, "K4")

    facts = same(script)
    assert Fault(UNIT, "PAPER_LOW", True) in facts
    assert Fault(UNIT, "PAPER_OUT", True, "sensor") in facts
    assert facts[-1] == TicketInTray("K4")


def _random(dice: Random) -> Script:
    # tenths of a second with 70 ms more, so that what the line's time shifts falls between two of them
    steps = [(dice.randrange(14), 100 * dice.randrange(3, 90) + 70, dice.random()) for _ in range(14)]

    def script(bench: Bench) -> None:
        bench.run(3_070)
        for number, (what, span_ms, chance) in enumerate(steps):
            if what < 5:
                order(bench, f"K{number}")
                bench.run(5_500)
            elif what == 5:
                bench.do(lambda: bench.it.deliver(number))  # noqa: B023
            elif what == 6:
                take(bench)
            elif what == 7:
                bench.do(lambda: bench.it.dump(number))  # noqa: B023
            elif what == 8:
                bench.do(lambda: bench.it.retract(number))  # noqa: B023
            elif what == 9:
                put(bench, BLANK_FAULTS[int(chance * len(BLANK_FAULTS))])
            elif what == 10:
                put(bench, TRAY_FAULTS[int(chance * len(TRAY_FAULTS))], name=BOARD)
            elif what == 11:
                mend(bench)
            elif what == 12:
                put(bench, f"{LINK_FAULTS[int(chance * 3)]}_once", targets=(ord("CVYQP"[int(chance * 5)]),))
            else:
                bench.cut()
                bench.run(25_000)
            bench.run(span_ms)
        bench.run(20_000)

    return script


@pytest.mark.parametrize("seed", range(24))
def test_a_random_day(seed: int) -> None:
    facts = same(_random(Random(seed)), seed)
    assert isinstance(facts[0], PrinterPast)


def test_an_idle_front_sleeps() -> None:
    bench = Bench(RIG, "port")
    bench.run(3_000)
    printed(bench, "K1")
    bench.run(3_000)
    assert bench.it.poll(bench.now_ms) is None


def test_a_real_face_is_on_the_ticket_at_both_levels() -> None:
    face = Picture(688, 432, bytes(range(256)) * 145 + bytes(32))

    def script(bench: Bench) -> None:
        bench.run(3_000)
        bench.do(lambda: bench.it.print_ticket(TicketJob("K1", "D0123456", STRIPE, face)))
        bench.run(8_000)

    faces = [bench.twins[UNIT].matter.place("ticket.tray").blanks()[0].face for bench in both(RIG, script)]
    assert faces[0] == faces[1] == face.rows
