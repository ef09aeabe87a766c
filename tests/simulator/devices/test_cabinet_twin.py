"""The cabinet board twin: golden frames, strictness, doors and alarms, trays and flaps, power."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.cabinet_board.body import Levels
from simulator.devices.cabinet_board.rtu import FrameReader
from tests.simulator.devices.board_host import Host, sealed
from tests.simulator.devices.cash_golden import read

GOLDEN = read("cabinet_board.txt")
QUIET = {0, 1, 2, 3, 4, 6, 14, 16, 17, 18, 19, 24, 25, 26, 27, 28}


def golden(name: str) -> bytes:
    return b"".join(data for _, data, _ in GOLDEN[name])


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ("read_inputs", "inputs_closed_and_empty"),
        ("read_32_coils", "coils_none"),
        ("read_identity", "identity"),
        ("read_10_holding", "holding_defaults"),
        ("read_tag_note_box", "tag_missing"),
        ("lamp_green_on", "lamp_green_on"),
        ("lamp_green_off", "lamp_green_off"),
        ("deliver_flap_open", "deliver_flap_open"),
        ("coils_0_7_are_05", "coils_0_7_written"),
        ("coils_16_19_off", "coils_16_19_off_done"),
        ("watchdog_30_s", "watchdog_30_s"),
        ("watchdog_kick", "watchdog_kick"),
        ("two_registers", "two_registers_written"),
        ("note_shutter_open", "note_shutter_open"),
        ("change_tray_shutter_open", "change_tray_shutter_open"),
        ("change_retract_flap_open", "change_retract_flap_open"),
        ("ticket_slot_shutter_open", "ticket_slot_shutter_open"),
        ("ticket_slot_retract", "ticket_slot_retract"),
        ("siren_off", "siren_off"),
        ("clear_latch_all", "clear_latch_all"),
        ("reserved_coil_on", "exception_03_on_05"),
        ("bad_coil_value", "exception_03_on_05"),
        ("reserved_coils_many", "exception_03_on_0f"),
        ("byte_count_wrong", "exception_03_on_0f"),
        ("inputs_33", "illegal_address_02"),
        ("coil_32", "exception_02_on_05"),
        ("holding_10", "exception_02_on_06"),
        ("unknown_function", "exception_01_on_07"),
    ],
)
def test_golden_frames_are_answered_as_the_sheets_say(sent: str, answer: str) -> None:
    assert Host().raw(golden(sent)) == golden(answer)


def test_golden_answers_of_a_changed_world() -> None:
    host = Host()
    host.raw(golden("coils_0_7_are_05"))
    host.raw(sealed(bytes([1, 0x0F, 0, 0, 0, 8, 1, 3])))
    assert host.raw(golden("read_16_coils")) == golden("coils_0_1")
    host.twin.set_tag("box", "BOX00017")
    assert host.raw(golden("read_tag_note_box")) == golden("tag_note_box")
    host.twin.faults = {"map_version_1"}
    assert host.raw(golden("read_identity")) == golden("identity_v1")
    host.twin.faults = {"exception_04"}
    assert host.raw(golden("lamp_green_on")) == golden("device_failure_05")


@pytest.mark.parametrize("name", ["other_unit", "wrong_crc"])
def test_silence_for_what_is_not_ours(name: str) -> None:
    host = Host()
    assert host.raw(golden(name)) == b""
    host.wait(100)
    assert host.register(15) == (1 if name == "wrong_crc" else 0)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ((1, 0, 0, 0, 0), 2),
        ((1, 0, 32, 0, 1), 2),
        ((1, 0, 31, 0, 2), 2),
        ((2, 0, 0, 0, 33), 2),
        ((3, 0, 9, 0, 2), 2),
        ((4, 0, 39, 0, 2), 2),
        ((4, 255, 255, 0, 1), 2),
        ((5, 0, 0, 0, 1), 3),
        ((5, 0, 31, 255, 0), 3),
        ((15, 0, 24, 0, 9, 2, 0, 0), 2),
        ((15, 0, 16, 0, 8, 1, 0x10), 3),
        ((15, 0, 0, 0, 9, 1, 0), 3),
        ((16, 0, 9, 0, 2, 4, 0, 0, 0, 0), 2),
        ((16, 0, 0, 0, 2, 3, 0, 0, 0), 3),
        ((8, 0, 0, 0, 0), 1),
        ((0x2B, 14, 1, 0), 1),
    ],
)
def test_what_is_wrong_gets_its_exception_and_changes_nothing(body: tuple[int, ...], code: int) -> None:
    host = Host()
    assert host.ask(*body) == bytes([body[0] | 0x80, code])
    assert host.coils() == set()
    assert host.raw(golden("read_10_holding")) == golden("holding_defaults")


def test_a_reserved_coil_may_be_written_zero() -> None:
    host = Host()
    host.coil(31, False)
    assert host.ask(15, 0, 16, 0, 16, 2, 0x01, 0x00) == bytes([15, 0, 16, 0, 16])
    assert host.coils() == {16}


def test_fifty_milliseconds_of_silence_drop_a_started_frame() -> None:
    host = Host()
    frame = golden("read_inputs")
    assert host.raw(frame[:5]) == b""
    host.wait(49)
    assert host.raw(frame[5:]) == golden("inputs_closed_and_empty")
    assert host.raw(frame[:5]) == b""
    host.wait(50)
    assert host.raw(frame) == golden("inputs_closed_and_empty")


def test_a_good_frame_right_after_a_spoiled_one_is_answered() -> None:
    host = Host()
    assert host.raw(golden("wrong_crc") + golden("read_identity")) == golden("identity")
    assert host.register(15) == 1


@given(st.binary(max_size=120), st.lists(st.integers(0, 400), max_size=12))
def test_cutting_the_stream_anywhere_changes_nothing(noise: bytes, cuts: list[int]) -> None:
    frames = [data for lines in GOLDEN.values() for way, data, _ in lines if way == "host"]
    wire = b"".join(frames[byte % len(frames)] for byte in noise[:8]) + noise
    edges, reader, whole = [0, *sorted(cut for cut in cuts if cut < len(wire)), len(wire)], FrameReader(), FrameReader()
    heard = [frame for a, b in pairwise(edges) for frame in reader.feed(wire[a:b], 0)]
    assert heard == whole.feed(wire, 0)
    assert reader.crc_errors == whole.crc_errors


@given(st.binary(max_size=200))
def test_any_request_is_answered_or_met_with_silence(body: bytes) -> None:
    host = Host(rate=0)
    host.matter.new_blank("ticket.tray")
    host.raw(body)
    host.wait(100)
    host.raw(sealed(b"\x01" + body))
    host.wait(100)
    assert len(host.matter.place("roll")) + sum(host.where().values()) == 101


# -- doors, alarm, people -------------------------------------------------------------------------------------------


def test_a_door_opened_with_the_key_is_seen_after_debounce_and_stays_latched() -> None:
    host = Host()
    host.twin.open_door(0, True, host.now)
    host.wait(19)
    assert 0 in host.inputs()
    host.wait(1)
    assert host.inputs() == QUIET - {0} | {7}
    host.twin.close_door(0, host.now)
    host.wait(20)
    assert host.inputs() == QUIET
    assert host.register(12) == 1
    host.hold(2, 1)
    assert host.register(12) == 0
    assert host.register(11) == 4  # door, key, door, key


def test_a_door_opened_for_less_than_a_poll_is_latched() -> None:
    host = Host()
    host.twin.open_door(2, True, host.now)
    host.now += 30
    host.twin.close_door(2, host.now)
    host.wait(300)
    assert host.inputs() == QUIET
    assert host.register(12) == 4


def test_a_contact_that_trembles_for_less_than_the_debounce_is_not_seen() -> None:
    host = Host()
    host.twin.open_door(2, True, host.now)
    host.now += 15
    host.twin.close_door(2, host.now)
    host.wait(300)
    assert host.register(12) == 0


def test_a_door_without_the_key_rings_the_siren_without_any_controller() -> None:
    host = Host()
    host.twin.open_door(1, False, host.now)
    host.wait(20)
    assert 22 in host.inputs()
    assert 7 not in host.inputs()
    host.wait(179_000)
    assert 22 in host.inputs()
    host.wait(2_000)
    assert 22 not in host.inputs()


def test_the_siren_ends_with_the_clearing_of_the_doors_latch() -> None:
    host = Host()
    host.twin.open_door(1, False, host.now)
    host.wait(20)
    host.hold(2, 2)
    assert 22 not in host.inputs()


def test_the_siren_follows_its_coil_up_to_its_limit() -> None:
    host = Host()
    host.hold(6, 5)
    host.coil(7, True)
    assert 22 in host.inputs()
    host.wait(5_000)
    assert 22 not in host.inputs()
    host.coil(7, True)
    host.coil(7, False)
    assert 22 not in host.inputs()


def test_help_person_mains_box_and_tamper_loop() -> None:
    host = Host()
    host.twin.press_help(hold_ms=2_000)
    host.twin.person_near(True)
    host.twin.mains(False)
    host.twin.seat_box(False)
    host.twin.set_tamper_loop(0)
    host.twin.plug_headphones(True)
    host.twin.cover_camera(True)
    host.wait(99)
    assert host.inputs() == QUIET - {4, 6, 19} | {8, 10, 11}
    host.wait(1)
    assert 9 in host.inputs()
    assert (host.register(8), host.register(9), host.register(12)) == (0, 600, 1 << 6)
    host.wait(1_999)
    assert 8 not in host.inputs()
    host.twin.person_near(False)
    host.wait(2_999)
    assert 9 in host.inputs()
    host.wait(1)
    assert 9 not in host.inputs()
    host.twin.set_tamper_loop(60_000)
    assert 6 not in host.inputs()


def test_a_shake_is_latched_until_cleared() -> None:
    host = Host()
    host.twin.shake()
    host.wait(10_000)
    assert 5 in host.inputs()
    host.hold(2, 1 << 5)
    assert 5 not in host.inputs()


def test_tags_are_eight_characters_and_a_missing_box_has_none() -> None:
    host = Host()
    host.twin.set_tag("cassette.2", "C2")
    host.twin.set_tag("box", "BOX00017")
    assert host.ask(4, 0, 24, 0, 4)[2:] == b"C2\0\0\0\0\0\0"
    host.twin.seat_box(False)
    assert host.ask(4, 0, 16, 0, 4)[2:] == bytes(8)
    for part, text in (("cassette.5", "X"), ("roll", "TOO LONG!"), ("roll", "票")):
        with pytest.raises(ValueError):
            host.twin.set_tag(part, text)


# -- trays, flaps, shutters -----------------------------------------------------------------------------------------


def test_a_bundle_is_delivered_and_taken() -> None:
    host = Host()
    for _ in range(3):
        host.matter.new_blank("ticket.tray")
    host.wait(20)
    assert host.inputs() == QUIET | {12}
    host.coil(8, True)
    assert host.twin.busy()
    host.wait(299)
    assert host.where() == {"ticket.tray": 3}
    host.wait(1)
    assert host.where() == {"ticket.slot": 3}
    host.wait(20)
    assert host.inputs() == QUIET - {16} | {13}
    assert host.twin.take_tickets(host.now) == 0
    host.coil(8, False)
    host.coil(18, True)
    host.wait(300)
    assert host.inputs() == QUIET - {26} | {13}
    assert host.twin.take_tickets(host.now) == 3
    host.wait(20)
    assert host.inputs() == QUIET - {26}
    assert not host.twin.busy()


def test_a_ticket_that_falls_while_the_flap_is_open_falls_through() -> None:
    host = Host()
    host.coil(8, True)
    host.wait(300)
    host.matter.new_blank("ticket.tray")
    host.wait(50)
    assert host.where() == {"ticket.slot": 1}


def test_the_dump_flap_empties_the_tray_into_the_waste_bin() -> None:
    host = Host(rate=0)
    host.matter.new_blank("ticket.tray")
    host.coil(9, True)
    assert host.where() == {"ticket.waste": 1}


def test_change_is_taken_only_through_the_open_shutter() -> None:
    host = Host()
    host.matter.new_note(1_000, "change.tray")
    host.wait(20)
    assert 23 in host.inputs()
    assert host.twin.take_change(host.now) == 0
    host.coil(16, True)
    host.wait(299)
    assert host.twin.take_change(host.now) == 0
    host.wait(1)
    assert host.twin.take_change(host.now) == 1
    host.wait(20)
    assert host.inputs() == QUIET - {24}


@pytest.mark.parametrize(
    ("shutter", "flap", "sensor", "source", "target"),
    [(16, 17, 25, "change.tray", "change.retract"), (18, 19, 27, "ticket.slot", "ticket.retract")],
)
def test_nothing_is_pulled_back_before_the_shutter_is_closed(
    shutter: int, flap: int, sensor: int, source: str, target: str
) -> None:
    host = Host()
    host.matter.new_note(1_000, source)
    host.coil(shutter, True)
    host.wait(300)
    host.coil(flap, True)
    host.wait(1_000)
    assert host.where() == {source: 1}
    assert sensor in host.inputs()
    host.coil(shutter, False)
    host.wait(599)
    assert host.where() == {source: 1}
    host.wait(1)
    assert host.where() == {target: 1}
    assert sensor not in host.inputs()
    host.coil(flap, False)
    host.wait(320)
    assert host.inputs() == QUIET


def test_a_motor_that_is_driven_too_short_does_not_arrive() -> None:
    host = Host()
    host.hold(3, 29)
    host.coil(10, True)
    host.wait(2_000)
    assert 18 in host.inputs()
    host.hold(3, 30)
    host.wait(300)
    assert 18 not in host.inputs()


def test_level_sensors_look_at_what_lies_there() -> None:
    host = Host(blanks=31, levels=Levels(roll_near_end=30, waste_full=2, retract_full=1))
    assert host.inputs() == QUIET
    host.matter.move_all("roll", "ticket.waste")
    host.matter.new_note(100, "change.retract")
    assert host.inputs() == QUIET - {14, 28} | {15}


def test_a_full_bin_takes_nothing_and_loses_nothing() -> None:
    host = Host(rate=0)
    host.matter.place("ticket.waste").capacity = 1
    for _ in range(3):
        host.matter.new_blank("ticket.tray")
    host.coil(9, True)
    assert host.where() == {"ticket.waste": 1, "ticket.tray": 2}
    assert 14 not in host.inputs()


@given(
    st.lists(st.tuples(st.sampled_from([8, 9, 10, 16, 17, 18, 19]), st.booleans(), st.integers(0, 700)), max_size=15)
)
def test_no_order_of_flaps_loses_a_thing_or_pulls_at_an_open_shutter(script: list[tuple[int, bool, int]]) -> None:
    host = Host()
    for _ in range(2):
        host.matter.new_blank("ticket.tray")
        host.matter.new_note(1_000, "change.tray")
    for coil, on, ms in script:
        host.coil(coil, on)
        before = {name: len(host.matter.place(name)) for name in ("change.retract", "ticket.retract")}
        shut = {mover.name: mover.rests_closed for mover in host.twin.body.movers.values()}
        host.twin.poll(host.now)
        if not shut["change_shutter"] and host.twin.body.movers["change_flap"].rests_closed:
            assert len(host.matter.place("change.retract")) == before["change.retract"]
        host.wait(ms)
        assert sum(host.where().values()) == 4


# -- watchdog, power ------------------------------------------------------------------------------------------------


def test_the_watchdog_closes_everything_and_says_so() -> None:
    host = Host()
    host.hold(0, 2)
    for coil in (0, 8, 10, 16, 18):
        host.coil(coil, True)
    host.wait(1_999)
    host.hold(1, 0x55AA)
    host.wait(1_999)
    assert host.coils() == {0, 8, 10, 16, 18}
    host.wait(1)
    assert host.coils() == {1, 11}
    assert host.register(14) == 1
    assert host.register(12) == 1 << 15
    host.wait(300)
    assert host.inputs() == QUIET
    host.wait(60_000)
    assert host.register(14) == 1
    host.hold(1, 0x55AA)
    host.wait(2_000)
    assert host.register(14) == 2


def test_a_wrong_word_is_no_kick() -> None:
    host = Host()
    host.hold(0, 1)
    host.wait(900)
    host.hold(1, 0x55AB)
    host.wait(100)
    assert host.register(14) == 1


def test_uptime_reset_cause_and_what_a_power_cut_leaves() -> None:
    host = Host()
    host.wait(70_000_000)
    assert (host.register(4), host.register(3)) == divmod(70_000, 65_536)
    host.matter.new_blank("ticket.tray")
    host.coil(8, True)
    host.wait(150)
    host.twin.shake()
    host.twin.power(False, host.now)
    assert host.raw(golden("read_inputs")) == b""
    assert not host.twin.busy()
    assert host.where() == {"ticket.tray": 1}
    host.wait(5_000)
    host.twin.power(True, host.now)
    assert host.coils() == set()
    assert (host.register(3), host.register(11), host.register(12), host.register(13)) == (0, 0, 1 << 5, 1)
    assert host.raw(golden("read_10_holding")) == golden("holding_defaults")


def test_a_shutter_that_stood_open_closes_when_power_comes_back() -> None:
    host = Host()
    host.coil(18, True)
    host.wait(300)
    host.twin.power(False, host.now)
    assert host.twin.body.movers["slot_shutter"].open
    host.twin.power(True, host.now)
    assert 26 not in host.inputs()
    host.wait(300)
    assert 26 in host.inputs()


def test_a_door_opened_while_the_board_was_dark_is_latched() -> None:
    host = Host()
    host.twin.power(False, host.now)
    host.twin.open_door(0, False, host.now)
    host.twin.power(True, host.now)
    assert 0 not in host.inputs()
    assert host.register(12) == 1
