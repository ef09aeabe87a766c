"""Every fault of the cabinet board's menu changes what the host sees."""

import pytest

from simulator.devices.cabinet_board.faults import BOARD_FAULTS
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.board_host import Host, sealed

MOTORS = {
    "note_shutter_stuck": (10, 18),
    "deliver_flap_stuck": (8, 16),
    "dump_flap_stuck": (9, 17),
    "change_shutter_stuck": (16, 24),
    "change_flap_stuck": (17, 25),
    "slot_shutter_stuck": (18, 26),
    "slot_belt_stuck": (19, 27),
}
SENSORS = {
    "door_0_stuck_open": (0, False),
    "tray_sensor_stuck_full": (12, True),
    "slot_sensor_stuck_full": (13, True),
    "change_sensor_stuck_full": (23, True),
    "waste_sensor_full": (14, False),
    "retract_sensor_full": (28, False),
    "too_hot": (21, True),
}
BLIND = {
    "tray_sensor_stuck_empty": ("ticket.tray", 12),
    "slot_sensor_stuck_empty": ("ticket.slot", 13),
    "change_sensor_stuck_empty": ("change.tray", 23),
}


@pytest.mark.parametrize("fault", MOTORS)
def test_a_stuck_motor_leaves_its_sensor_unchanged(fault: str) -> None:
    coil, sensor = MOTORS[fault]
    for faults, seen in ((set(), False), ({fault}, True)):
        host = Host()
        host.twin.faults = faults
        host.coil(coil, True)
        host.wait(800)
        assert (sensor in host.inputs()) == seen
        assert coil in host.coils()


@pytest.mark.parametrize("fault", SENSORS)
def test_a_stuck_sensor_says_what_is_not_there(fault: str) -> None:
    number, level = SENSORS[fault]
    host = Host()
    assert (number in host.inputs()) != level
    host.twin.faults = {fault}
    host.wait(0)
    host.wait(100)
    assert (number in host.inputs()) == level


@pytest.mark.parametrize("fault", BLIND)
def test_a_blind_sensor_does_not_see_what_is_there(fault: str) -> None:
    place, number = BLIND[fault]
    host = Host()
    host.matter.new_note(100, place)
    host.wait(100)
    host.wait(100)
    assert number in host.inputs()
    host.twin.faults = {fault}
    host.wait(100)
    host.wait(100)
    assert number not in host.inputs()


def test_a_door_contact_that_is_stuck_hides_the_door() -> None:
    host = Host()
    host.twin.faults = {"door_0_stuck_closed"}
    host.twin.open_door(0, False, host.now)
    host.wait(100)
    assert 0 in host.inputs()
    assert host.register(12) == 0


def test_a_bouncing_door_counts_many_events_and_comes_to_rest() -> None:
    host = Host()
    host.twin.faults = {"bouncing_doors"}
    host.twin.open_door(0, True, host.now)
    host.wait(600)
    assert 0 not in host.inputs()
    assert host.register(11) > 4


def test_two_doors_and_an_unread_key() -> None:
    host = Host()
    host.twin.faults = {"two_doors", "key_unread"}
    host.twin.open_door(0, True, host.now)
    host.wait(20)
    assert not {0, 1, 7} & host.inputs()
    assert 22 in host.inputs()


def test_the_tray_never_empties() -> None:
    host = Host(rate=0)
    host.twin.faults = {"tray_never_empties"}
    host.matter.new_blank("ticket.tray")
    host.coil(8, True)
    host.coil(9, True)
    assert host.where() == {"ticket.tray": 1}
    assert not {16, 17} & host.inputs()


def test_half_of_the_bundle_hangs_until_dumped() -> None:
    host = Host(rate=0)
    host.twin.faults = {"deliver_partly"}
    for _ in range(5):
        host.matter.new_blank("ticket.tray")
    host.coil(8, True)
    host.wait(1_000)
    assert host.where() == {"ticket.slot": 3, "ticket.tray": 2}
    host.coil(8, False)
    host.coil(9, True)
    assert host.where() == {"ticket.slot": 3, "ticket.waste": 2}


def test_answers_of_another_unit_failure_and_old_map() -> None:
    host = Host()
    request = sealed(bytes([1, 2, 0, 0, 0, 32]))
    host.twin.faults = {"wrong_unit"}
    answer = host.raw(request)
    assert answer == sealed(b"\x02" + answer[1:-2])
    host.twin.faults = {"exception_04"}
    assert host.raw(request) == sealed(b"\x01\x82\x04")
    host.twin.faults = {"map_version_1"}
    assert host.register(2) == 1


def test_kicks_that_do_not_arrive_trip_the_watchdog() -> None:
    host = Host()
    host.twin.faults = {"kick_ignored"}
    host.hold(0, 1)
    host.wait(600)
    host.hold(1, 0x55AA)
    host.wait(400)
    assert host.register(14) == 1


def test_the_event_counter_wraps() -> None:
    host = Host()
    host.twin.faults = {"counter_wrap"}
    assert host.register(11) == 65_530
    for turn in range(10):
        host.twin.mains(turn % 2 == 1)
    assert host.register(11) == 4
    assert not host.twin.faults


def test_a_fan_that_does_not_turn() -> None:
    host = Host()
    host.coil(12, True)
    assert 20 in host.inputs()
    host.twin.faults = {"fan_stopped"}
    host.wait(10)
    assert 20 not in host.inputs()


def test_a_board_that_reboots_keeps_only_the_latch() -> None:
    host = Host()
    host.coil(0, True)
    host.twin.shake()
    host.wait(10_000)
    host.twin.faults = {"reset_by_itself_once"}
    assert host.raw(sealed(bytes([1, 1, 0, 0, 0, 32]))) == b""
    assert host.coils() == set()
    assert (host.register(3), host.register(12), host.register(13)) == (0, 1 << 5, 3)


@pytest.mark.parametrize("fault", sorted(LINK_FAULTS))
def test_link_faults_are_wired(fault: str) -> None:
    sound, broken = Host(), Host()
    requests = [sealed(bytes([1, 4, 0, number, 0, 1])) for number in (0, 2, 1)]
    for host in (sound, broken):
        host.raw(requests[0])
    broken.twin.faults = {fault}
    assert broken.raw(requests[1]) != sound.raw(requests[1])
    if fault.endswith("_once"):
        assert broken.raw(requests[2]) == sound.raw(requests[2])


def test_a_late_answer_comes_after_the_next_request() -> None:
    host = Host()
    request = sealed(bytes([1, 4, 0, 2, 0, 1]))
    host.twin.faults = {"late_reply_once"}
    assert host.raw(request) == b""
    host.now += 500
    answer = host.raw(request)
    host.wait(300)
    assert host.twin.take_output() == answer == sealed(b"\x01\x04\x02\x00\x02")


def test_the_menu_has_a_sentence_for_each_fault_and_a_test_for_each_name() -> None:
    names = Host().twin.fault_names()
    assert set(names) == {*BOARD_FAULTS, *LINK_FAULTS}
    assert all(sentence.endswith(".") for sentence in names.values())
    elsewhere = "door_0_stuck_closed bouncing_doors two_doors key_unread tray_never_empties deliver_partly wrong_unit"
    elsewhere += " exception_04 map_version_1 kick_ignored counter_wrap fan_stopped"
    assert {*MOTORS, *SENSORS, *BLIND, *elsewhere.split()} == set(BOARD_FAULTS)
