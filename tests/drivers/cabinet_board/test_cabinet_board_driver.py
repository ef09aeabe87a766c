"""The cabinet board's manners, against a board that answers by the sheet."""

from __future__ import annotations

import pytest

from drivers.compose.board import Coil, Input
from kiosk.faults import Fault
from kiosk.ports.cabinet import (
    LAMPS,
    BoxMoved,
    CabinetSeen,
    DoorMoved,
    HelpPressed,
    MainsChanged,
    PersonNear,
)
from kiosk.ports.fact import DeviceReady
from tests.drivers.cabinet_board.board_script import CLOSED_AND_EMPTY, Bench


def coil_writes(bench: Bench) -> list[tuple[int, bool]]:
    return [(frame[3], frame[4] == 0xFF) for frame in bench.board.frames if frame[1] == 5]


def test_start_identifies_sets_up_and_says_what_is_open() -> None:
    bench = Bench()
    bench.board.set(Input.SAFE_DOOR_CLOSED, False)
    bench.board.registers[16:20] = [0x424F, 0x5830, 0x3030, 0x3137]
    bench.start()
    assert bench.told() == [
        CabinetSeen(("safe",), True, True, (("note_box", "BOX00017"),)),
        DeviceReady("cabinet", "cabinet board map 2", "1.05", ""),
    ]
    assert bench.board.holding[0] == 15
    assert bench.board.holding[3] == 30
    assert bench.board.coils == 1 << Coil.BACKLIGHT


@pytest.mark.parametrize(("register", "value"), [(0, 0x1234), (2, 1)])
def test_a_wrong_board_is_named_and_not_used(register: int, value: int) -> None:
    bench = Bench()
    bench.board.registers[register] = value
    bench.start()
    facts = bench.told()
    assert [type(fact) for fact in facts] == [Fault]
    assert isinstance(facts[0], Fault)
    assert facts[0].code == "WRONG_DEVICE"
    assert bench.driver.input(Input.OUTER_DOOR_CLOSED) is None
    assert all(frame[1] == 4 for frame in bench.board.frames), "nothing is written to a device that is not ours"
    bench.board.registers[register] = 0x5456 if register == 0 else 2
    bench.run(3_000)
    assert [fact.up for fact in bench.told() if isinstance(fact, Fault)] == [False]
    assert bench.driver.input(Input.OUTER_DOOR_CLOSED) is True


@pytest.mark.parametrize(("exception", "code"), [(1, "WRONG_DEVICE"), (4, "DEVICE_FAILURE")])
def test_a_board_that_refuses_its_own_registers_is_not_used(exception: int, code: str) -> None:
    bench = Bench()
    bench.board.exception, bench.board.exception_for = exception, 4
    bench.start()
    assert bench.told() == [Fault("cabinet", code, True, f"identity exception {exception}")]
    bench.board.exception_for = 0
    bench.run(3_000)
    assert bench.told()[0] == Fault("cabinet", code, False, f"identity exception {exception}")


def test_inputs_are_polled_every_50_ms_and_the_watchdog_is_kicked() -> None:
    bench = Bench().start()
    bench.board.frames.clear()
    bench.run(15_000)
    polls = [frame for frame in bench.board.frames if frame[1] == 2]
    kicks = [frame for frame in bench.board.frames if frame[1] == 6 and frame[3] == 1]
    assert 270 <= len(polls) <= 302
    assert len(kicks) >= 3
    assert sum(frame[1] == 4 and frame[5] == 16 for frame in bench.board.frames) in (14, 15, 16)


def test_doors_help_person_mains_become_facts() -> None:
    bench = Bench().start()
    bench.told()
    for which, level, expected in [
        (Input.OUTER_DOOR_CLOSED, False, DoorMoved("outer", True, False)),
        (Input.OUTER_DOOR_CLOSED, True, DoorMoved("outer", False, False)),
        (Input.KEY_PRESENT, True, None),
        (Input.TICKET_DOOR_CLOSED, False, DoorMoved("tickets", True, True)),
        (Input.HELP_PRESSED, True, HelpPressed()),
        (Input.HELP_PRESSED, False, None),
        (Input.PERSON_NEAR, True, PersonNear(True)),
        (Input.PERSON_NEAR, False, PersonNear(False)),
        (Input.MAINS_PRESENT, False, MainsChanged(False)),
    ]:
        bench.board.set(which, level)
        bench.run(100)
        assert bench.told() == ([expected] if expected else [])


def test_watchers_hear_changes_and_none_when_contact_is_lost() -> None:
    bench = Bench()
    heard: list[tuple[Input, bool | None]] = []
    bench.driver.watch(lambda which, level: heard.append((which, level)))
    bench.start()
    assert heard == [], "the first reading is no change"
    bench.board.set(Input.TRAY_HAS_TICKETS, True)
    bench.run(100)
    assert heard == [(Input.TRAY_HAS_TICKETS, True)]
    bench.driver.link_lost("unplugged", bench.now_ms)
    assert heard[1:] == [(which, None) for which in Input]
    assert bench.driver.input(Input.TRAY_HAS_TICKETS) is None


def test_silence_of_one_second_makes_everything_unknown_until_it_answers() -> None:
    bench = Bench().start()
    bench.told()
    bench.board.silent = True
    bench.run(900)
    assert bench.told() == []
    bench.run(300)
    assert bench.told() == [Fault("cabinet", "NO_ANSWER", True)]
    assert bench.driver.input(Input.OUTER_DOOR_CLOSED) is None
    bench.board.silent = False
    bench.board.set(Input.CHANGE_DOOR_CLOSED, False)
    bench.run(1_500)
    facts = bench.told()
    assert facts[0] == Fault("cabinet", "NO_ANSWER", False)
    assert isinstance(facts[1], CabinetSeen)
    assert facts[1].doors_open == ("change",)
    assert isinstance(facts[2], DeviceReady)


def test_a_pause_of_our_own_is_not_silence() -> None:
    bench = Bench().start()
    bench.told()
    for extra_ms in range(0, 50, 5):
        bench.run(100 + extra_ms)
        bench.now_ms += 2_000
    bench.run(500)
    assert bench.told() == []


def test_one_lost_answer_is_asked_again_unnoticed() -> None:
    bench = Bench().start()
    bench.told()
    bench.board.silent = True
    bench.run(60)
    bench.board.silent = False
    bench.board.set(Input.OUTER_DOOR_CLOSED, False)
    bench.run(600)
    assert bench.told() == [DoorMoved("outer", True, False)]


def test_a_late_answer_is_not_taken_for_a_later_question() -> None:
    bench = Bench().start()
    bench.told()
    bench.extra_ms = 160  # after the limit of the question
    bench.run(60)
    bench.extra_ms = 0
    bench.run(800)
    bench.board.frames.clear()
    bench.board.set(Input.OUTER_DOOR_CLOSED, False)
    bench.run(110)
    assert bench.told() == [DoorMoved("outer", True, False)], "an answer one question behind would come a poll later"


def test_lamps_siren_and_release_write_their_coils() -> None:
    bench = Bench().start()
    for name in LAMPS:
        bench.driver.lamp(name, True)
    bench.driver.lamp("green", True)
    bench.driver.siren(True)
    bench.run(600)
    assert coil_writes(bench) == [(coil, True) for coil in (0, 1, 2, 3, 4, 5, 6, 14, 7)]
    bench.board.frames.clear()
    bench.driver.unlock()
    bench.run(4_000)
    assert coil_writes(bench) == [(15, True), (15, False)]


def test_a_lost_coil_write_is_sent_again() -> None:
    bench = Bench().start()
    bench.board.silent = True
    bench.driver.lamp("red", True)
    bench.run(100)
    bench.board.silent = False
    bench.run(400)
    assert bench.board.coils >> Coil.LAMP_RED & 1


def test_a_lamp_ordered_before_contact_is_lit_after_it() -> None:
    bench = Bench()
    bench.driver.lamp("green", True)
    bench.driver.set_coil(Coil.DELIVER_FLAP, True)
    bench.start()
    assert bench.board.coils == 1 << Coil.BACKLIGHT | 1 << Coil.LAMP_GREEN, "no flap moves by an old order"


def test_a_coil_that_fell_is_written_again_then_a_fault() -> None:
    bench = Bench().start()
    bench.driver.lamp("green", True)
    bench.run(500)
    bench.told()
    bench.board.coils &= ~1
    bench.run(11_000)
    assert bench.board.coils & 1
    assert bench.told() == []
    for _ in range(2):
        bench.board.coils &= ~1
        bench.run(9_000)
        bench.board.coils &= ~1
        bench.run(1_200)
    assert Fault("cabinet", "DEVICE_FAILURE", True, "coil 0") in bench.told()


def test_an_open_flap_that_fell_shut_is_never_opened_again_by_itself() -> None:
    bench = Bench().start()
    bench.driver.set_coil(Coil.DUMP_FLAP, True)
    bench.run(200)
    bench.board.coils &= ~(1 << Coil.DUMP_FLAP)
    bench.run(21_000)
    assert coil_writes(bench) == [(Coil.DUMP_FLAP, True)]


def test_the_note_entry_must_follow_its_coil() -> None:
    bench = Bench().start()
    bench.driver.entry_shutter(True)
    bench.run(1_000)
    assert bench.driver.input(Input.ENTRY_SHUTTER_CLOSED) is False
    bench.told()
    bench.board.follow = False
    bench.driver.entry_shutter(False)
    bench.run(700)
    assert bench.told() == []
    bench.run(400)
    assert bench.told() == [Fault("cabinet", "SHUTTER", True, "note entry")]
    bench.board.set(Input.ENTRY_SHUTTER_CLOSED, True)
    bench.run(100)
    assert bench.told() == [Fault("cabinet", "SHUTTER", False, "note entry")]


def test_the_latch_tells_of_a_door_that_was_open_for_a_moment() -> None:
    bench = Bench().start()
    bench.told()
    bench.board.registers[12] = 0x0002
    bench.run(1_200)
    assert bench.told() == [DoorMoved("safe", True, False), DoorMoved("safe", False, False)]
    assert bench.board.registers[12] == 0
    bench.run(2_500)
    assert bench.told() == []


def test_the_latch_of_a_door_that_was_seen_says_nothing_new() -> None:
    bench = Bench().start()
    bench.told()
    bench.board.set(Input.OUTER_DOOR_CLOSED, False)
    bench.board.registers[12] = 0x0001
    bench.run(1_200)
    bench.board.set(Input.OUTER_DOOR_CLOSED, True)
    bench.run(1_200)
    assert bench.told() == [DoorMoved("outer", True, False), DoorMoved("outer", False, False)]


def test_a_door_opened_while_nobody_listened_is_told_at_the_start() -> None:
    bench = Bench()
    bench.board.registers[12] = 0x0008
    bench.start()
    assert bench.told()[2:] == [DoorMoved("change", True, False), DoorMoved("change", False, False)]


def test_alarms_are_faults_raised_and_cleared() -> None:
    bench = Bench().start()
    bench.told()
    for which, level, code, detail in [
        (Input.SHAKEN, True, "VIBRATION", ""),
        (Input.TAMPER_LOOP_GOOD, False, "TAMPER", "loop"),
        (Input.OVER_TEMPERATURE, True, "OVER_TEMPERATURE", ""),
    ]:
        bench.board.set(which, level)
        bench.run(100)
        assert bench.told() == [Fault("cabinet", code, True, detail)]
        bench.board.set(which, not level)
        bench.run(100)
        assert bench.told() == [Fault("cabinet", code, False, detail)]
    bench.board.registers[12] = 1 << 5 | 1 << 6
    bench.run(1_200)
    assert [(fact.code, fact.up) for fact in bench.told() if isinstance(fact, Fault)] == [], "both were seen already"
    bench.board.registers[12] = 1 << 6
    bench.run(1_200)
    assert [(fact.code, fact.up) for fact in bench.told() if isinstance(fact, Fault)] == [
        ("TAMPER", True),
        ("TAMPER", False),
    ]


def test_the_box_is_named_when_it_is_put_in() -> None:
    bench = Bench().start()
    bench.told()
    bench.board.set(Input.NOTE_BOX_PRESENT, False)
    bench.run(100)
    assert bench.told() == [BoxMoved(False, "")]
    bench.board.set(Input.NOTE_BOX_PRESENT, True)
    bench.run(300)
    assert bench.told() == [], "its tag is not readable yet"
    bench.board.registers[16:20] = [0x424F, 0x5830, 0x3030, 0x3137]
    bench.run(500)
    assert bench.told() == [BoxMoved(True, "BOX00017")]
    bench.board.set(Input.NOTE_BOX_PRESENT, False)
    bench.run(100)
    assert bench.told() == [BoxMoved(False, "BOX00017")]


def test_a_box_without_a_tag_is_reported_after_a_second() -> None:
    bench = Bench().start()
    bench.told()
    bench.board.set(Input.NOTE_BOX_PRESENT, False)
    bench.run(100)
    bench.board.set(Input.NOTE_BOX_PRESENT, True)
    bench.run(1_500)
    assert bench.told() == [BoxMoved(False, ""), BoxMoved(True, "")]


def test_a_board_that_started_anew_is_set_up_again_and_moves_nothing() -> None:
    bench = Bench().start()
    lost: list[bool | None] = []
    bench.driver.watch(lambda which, level: lost.append(level) if which is Input.SLOT_OCCUPIED else None)
    bench.driver.lamp("green", True)
    bench.driver.set_coil(Coil.SLOT_SHUTTER, True)
    bench.run(500)
    bench.told()
    bench.board.coils = 0
    bench.board.holding[0] = 0
    bench.board.registers[3] = 1  # uptime fell
    bench.run(2_000)
    assert [fact.code for fact in bench.told() if isinstance(fact, Fault)] == ["PROTOCOL", "PROTOCOL"]
    assert lost == [None, False]
    assert bench.board.holding[0] == 15
    assert bench.board.coils == 1 << Coil.BACKLIGHT | 1 << Coil.LAMP_GREEN


def test_a_watchdog_trip_is_a_restart_too() -> None:
    bench = Bench().start()
    bench.driver.entry_shutter(True)
    bench.run(500)
    bench.told()
    bench.board.coils = 0x0802
    bench.board.registers[14] = 1
    bench.run(2_000)
    assert [fact.code for fact in bench.told() if isinstance(fact, Fault)] == ["PROTOCOL", "PROTOCOL"]
    assert bench.board.coils == 1 << Coil.BACKLIGHT | 1 << Coil.ENTRY_SHUTTER


def test_a_counter_jump_without_a_seen_change_is_counted() -> None:
    bench = Bench().start()
    bench.board.registers[11] = 2
    bench.run(1_200)
    assert bench.driver.missed_changes == 2


def test_an_exception_on_a_coil_is_a_fault_and_on_inputs_unknown() -> None:
    bench = Bench().start()
    bench.told()
    bench.board.exception, bench.board.exception_for = 4, 5
    bench.driver.set_coil(Coil.DELIVER_FLAP, True)
    bench.run(200)
    assert bench.told() == [Fault("cabinet", "DEVICE_FAILURE", True, "coil 8 exception 4")]
    bench.board.exception_for = 2
    bench.run(1_200)
    assert bench.driver.input(Input.OUTER_DOOR_CLOSED) is None


def test_unplugged_and_back() -> None:
    bench = Bench().start()
    bench.told()
    bench.driver.link_lost("gone", bench.now_ms)
    assert bench.driver.poll(bench.now_ms) is None
    assert bench.driver.take_output() == b""
    assert bench.told() == [Fault("cabinet", "LINK_LOST", True, "gone")]
    bench.start()
    facts = bench.told()
    assert facts[0] == Fault("cabinet", "LINK_LOST", False, "gone")
    assert isinstance(facts[-1], DeviceReady)


def test_probe_lines_name_identity_state_and_counters() -> None:
    bench = Bench().start()
    lines = bench.driver.probe_lines()
    assert lines[0] == "cabinet board, map version 2, firmware 1.05"
    assert f"input 19 MAINS_PRESENT {CLOSED_AND_EMPTY >> 19 & 1}" in lines
    assert any(line.startswith("events 0 latch 0000") for line in lines)
