"""Every fault of the card reader twin does what its sentence says (card reader sheet, part 1; reliability notes 5)."""

import pytest

from simulator.devices.crt310 import MAKERS, Manners
from simulator.devices.crt310.faults import FAULTS, STRIPE_FAULTS, STRIPE_MENU
from simulator.devices.crt310.path import DRAW_MS
from simulator.devices.crt310.reader import BACKUP_MS, LATE_MS, SPLIT_MS
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.crt310_host import (
    ACK,
    ALL_TRACKS,
    CAPTURE,
    ENQ,
    EOT,
    NAK,
    STATUS,
    TO_CHIP,
    TO_FRONT,
    TO_FRONT_HELD,
    TO_REAR_HELD,
    Host,
    counted,
    faulty,
    frame,
)

NO_CARD = frame(bytes.fromhex("31 30 4E 4A 4A"))


def with_card(*names: str, **more: object) -> Host:
    """The card is inside when the fault begins."""
    host = Host(**more)  # type: ignore[arg-type]
    assert host.insert() is None
    host.reader.faults |= set(names)
    return host


def test_every_fault_has_a_sentence() -> None:
    menu = Host().reader.fault_names()
    assert set(menu) == set(FAULTS) | set(STRIPE_FAULTS) | set(LINK_FAULTS)
    assert set(STRIPE_MENU) == set(STRIPE_FAULTS)
    assert all(sentence.endswith(".") and len(sentence) > 20 for sentence in menu.values())
    assert all(menu[name].startswith("Once: ") for name in FAULTS if name.endswith("_next"))


# -- the dialogue


def test_a_lost_ack_leaves_the_command_waiting() -> None:
    host = faulty("ack_lost_next")
    assert host.say(STATUS) == b""
    assert host.raw(ENQ) == NO_CARD
    assert host.say(STATUS) == ACK


def test_another_byte_in_place_of_the_ack() -> None:
    host = faulty("ack_garbled_next")
    assert host.say(STATUS) == b"\x46"
    assert host.raw(ENQ) == NO_CARD


def test_nak_to_a_good_frame() -> None:
    host = faulty("nak_next")
    assert host.say(STATUS) == NAK
    assert host.raw(ENQ) == b""
    assert host.status() == "NJJ"


def test_a_lost_enq_can_be_said_again() -> None:
    host = faulty("enq_lost_next")
    assert host.say(STATUS) == ACK
    assert host.raw(ENQ) == b""
    assert host.raw(ENQ) == NO_CARD


def test_a_lost_eot_cancels_nothing() -> None:
    host = faulty("eot_lost_next")
    host.say(STATUS)
    assert host.raw(EOT) == b""
    assert host.raw(ENQ) == NO_CARD
    assert host.raw(EOT) == EOT


def test_silence_before_does_nothing() -> None:
    host = with_card("silence_before")
    assert host.say(TO_FRONT) == b""
    assert host.raw(ENQ) == b""
    host.reader.faults.clear()
    assert host.where == "4A"


def test_silence_after_has_moved_the_card() -> None:
    host = with_card("silence_after_once")
    assert host.ask(TO_FRONT) == b""
    assert host.where == "48"
    assert host.reader.take(host.now) is None


def test_a_late_answer_comes_after_every_limit() -> None:
    host = faulty("late_reply_once")
    host.say(STATUS)
    assert host.raw(ENQ) == b""
    assert host.wait(LATE_MS - 1) == b""
    assert host.wait(2) == NO_CARD


def test_garbage_and_halves_and_doubles() -> None:
    for name, wanted in (
        ("noise_once", bytes.fromhex("FF 00 02 04 01 7E") + NO_CARD),
        ("cut_frame_once", NO_CARD[:5]),
        ("duplicate_reply_once", NO_CARD * 2),
        ("bit_flip_once", NO_CARD[:5] + bytes([NO_CARD[5] ^ 0x10]) + NO_CARD[6:]),
    ):
        host = faulty(name)
        assert host.say(STATUS) == ACK
        assert host.raw(ENQ) == wanted


def test_the_answer_to_the_command_before() -> None:
    host = Host()
    serial = host.ask("30 3A")
    host.reader.faults |= {"reply_to_previous_once"}
    host.say(STATUS)
    assert host.raw(ENQ) == frame(serial)


def test_a_split_answer_is_whole_in_the_end() -> None:
    host = faulty("split_reply")
    host.say(STATUS)
    first = host.raw(ENQ)
    assert 0 < len(first) < len(NO_CARD)
    assert first + host.wait(SPLIT_MS) == NO_CARD


def test_a_reset_by_itself_forgets_settings_tracks_and_chip() -> None:
    host = Host()
    host.told("2F 32 31")
    host.at_contacts()
    host.reader.faults |= {"reset_by_itself_once"}
    assert host.raw(frame(b"10") + ENQ + frame(b"10")) == b""
    host.now += 600
    assert host.status() == "KJJ"
    assert [host.told(ALL_TRACKS), host.apdu()] == ["N02", "N02"]


def test_a_reset_by_itself_in_the_middle_of_a_move_leaves_the_card_half_way() -> None:
    host = with_card()
    host.say(CAPTURE)
    host.raw(ENQ)
    host.wait(100)
    host.reader.faults |= {"reset_by_itself_once"}
    assert host.say(STATUS) == b""
    assert host.wait(5_000) == b""
    assert (host.where, host.lies()) == ("4C", "card.reader")


def test_another_rate_is_understood_by_nobody() -> None:
    host = faulty("wrong_rate")
    assert host.say(STATUS) == b""
    assert host.raw(ENQ) == b""


def test_another_reader_by_its_version() -> None:
    host = faulty("wrong_version")
    assert host.told("30 30") == "CRT-571 V1.10"


# -- motor, jams, gate


def test_a_dead_motor_moves_nothing() -> None:
    host = with_card("motor_dead")
    assert [host.told(move) for move in (TO_FRONT, TO_CHIP, CAPTURE)] == ["N"] * 3
    assert host.told("30 31") == "N02"
    assert host.where == "4A"


def test_a_dead_motor_leaves_a_card_in_the_mouth() -> None:
    host = faulty("motor_dead")
    assert host.insert() is None
    assert host.where == "48"
    assert host.reader.push(host.now) == "the reader does not draw it in"
    assert host.reader.take(host.now) is None


def test_a_card_that_jams_while_it_is_drawn_in() -> None:
    host = faulty("jam_drawn_in")
    host.insert()
    assert host.where == "49"
    assert [host.told(move) for move in (TO_FRONT, CAPTURE, "32 2E")] == ["N"] * 3
    assert host.told("30 31") == "N02"
    assert host.reader.take(host.now) == "the rollers hold the card"
    assert host.told(ALL_TRACKS) == "N02"
    host.cut()
    assert host.told(TO_FRONT) == "N"
    assert host.reader.clear_path(host.now) == [host.card]
    host.reader.faults.clear()
    assert host.where == "4E"


def test_a_card_that_jams_on_its_way_out() -> None:
    host = with_card("jam_ejected")
    assert host.told(TO_FRONT) == "N"
    assert host.where == "49"
    assert host.told(TO_FRONT) == "N"
    host.reader.faults.clear()
    assert host.told(TO_FRONT) == "Y"


def test_a_card_that_jams_on_its_way_to_the_bin() -> None:
    host = with_card("jam_captured")
    assert host.told(CAPTURE) == "N"
    assert (host.where, host.lies()) == ("4C", "card.reader")
    assert host.told(TO_REAR_HELD) == "N"


def test_rollers_that_slip_say_yes_to_a_move_that_was_none() -> None:
    host = with_card("rollers_slip_next")
    assert host.told(TO_FRONT) == "Y"
    assert host.where == "4A"
    assert host.told(TO_FRONT) == "Y"
    assert host.where == "48"


def test_a_full_bin() -> None:
    host = with_card("bin_full")
    assert host.told(CAPTURE) == "N"
    assert (host.where, host.lies()) == ("4D", "card.reader")


def test_a_gate_that_does_not_open() -> None:
    host = faulty("gate_stuck_shut")
    assert host.insert() == "the gate is shut"
    assert host.status() == "NJJ"
    host = with_card("gate_stuck_shut")
    assert host.told(TO_FRONT) == "N"
    assert host.where == "49"
    assert host.told(CAPTURE) == "Y"


def test_a_gate_that_does_not_shut() -> None:
    host = faulty("gate_stuck_open")
    host.told("2F 31 31")
    assert host.told("31 2F") == "00000010"
    assert host.insert() is None
    assert host.status() == "HNN"
    assert host.reader.take(host.now) is None


def test_a_foreign_object_is_no_card() -> None:
    host = faulty("foreign_object")
    assert host.where == "47"
    assert host.insert() == "something is in the way"
    assert [host.told(said) for said in (TO_FRONT, "33 30", ALL_TRACKS, "32 34")] == ["N06", "N06", "N06", "N"]
    host = with_card("foreign_object")
    assert host.where == "46"
    assert host.told(TO_FRONT) == "N06"


# -- sensors


def test_a_sensor_that_sees_a_card_at_the_mouth() -> None:
    host = faulty("front_sensor_stuck", manners=MAKERS)
    assert host.where == "48"
    assert host.told(TO_FRONT) == "W"
    assert host.reader.take(host.now) == "no card can be reached"
    host = with_card("front_sensor_stuck")
    assert host.where == "46"


def test_a_sensor_that_sees_a_card_at_the_rear() -> None:
    host = faulty("rear_sensor_stuck", manners=MAKERS)
    assert host.where == "4D"
    assert host.told(CAPTURE) == "W"
    host = faulty("rear_sensor_stuck")
    assert host.told(CAPTURE) == "N"  # the motor turns, and nothing comes


def test_a_sensor_that_does_not_see_the_card() -> None:
    host = with_card("middle_sensor_blind")
    assert host.where == "47"
    assert host.told(TO_FRONT) == "N06"


# -- chip and SAM


def test_dirty_contacts() -> None:
    host = with_card("chip_dirty")
    host.told(TO_CHIP)
    assert [host.told("33 30"), host.told("37 30"), host.told("31 31")] == ["Y", "N", "N02"]


def test_contacts_that_get_dirty_in_the_middle() -> None:
    host = Host()
    host.at_contacts()
    host.reader.faults |= {"chip_dirty"}
    assert host.apdu() == "N"


def test_a_chip_that_falls_silent_comes_back_with_its_supply() -> None:
    host = Host()
    host.at_contacts()
    assert host.apdu()[0] == "Y"
    host.reader.faults |= {"chip_falls_silent_next"}
    began = host.now
    assert host.apdu() == "N"
    assert host.now - began >= 2_000
    assert [host.apdu(), host.told("37 2F"), host.told("37 30")] == ["N", "N", "N"]
    assert [host.told("33 31"), host.told("33 30"), host.told("37 30")[0]] == ["Y", "Y", "Y"]


def test_a_card_that_falls_silent_in_the_middle_of_its_own() -> None:
    host = Host("half")
    host.at_contacts()
    for sent in ("00A4040008A00000033301010100", "80A8000002830000"):
        assert host.apdu(sent)[0] == "Y"
    first = "80AE80001D000000003800000000000000015680000480000156261122009F4A3B2100"
    assert host.apdu(first)[0] == "Y"
    assert host.apdu("00B2010C00") == "N"


def test_no_supply_for_the_chip() -> None:
    host = with_card("chip_supply_dead")
    host.told(TO_CHIP)
    assert [host.told("33 30"), host.told("37 30"), host.told("31 31")] == ["N", "N02", "N02"]


def test_a_dead_sam() -> None:
    host = faulty("sam_dead")
    assert host.told("3D 30 30") == "N"
    host.reader.faults.clear()
    assert host.told("3D 30 30")[0] == "Y"
    host.reader.faults |= {"sam_dead"}
    assert host.told("3D 31 30 00 05 00 A4 04 00 00") == "N"


# -- stripe


@pytest.mark.parametrize("name", sorted(STRIPE_FAULTS))
def test_unreadable_tracks_each_with_its_code(name: str) -> None:
    host = faulty(name)
    assert host.insert() is None
    code = STRIPE_FAULTS[name]
    told = (b"O" if name == "head_dirty" else b"N") + bytes([code])
    assert host.tracks() == [told, told, told if name == "head_dirty" else b"N\xe5"]


# -- supply


def test_a_supply_out_of_range_stops_motor_and_chips() -> None:
    host = Host()
    host.at_contacts()
    host.reader.faults |= {"supply_out_of_range"}
    said = [TO_FRONT, "33 31", "37 30", counted("37 31", "00A4040000"), "3D 30 30", "30 31", "31 31"]
    assert [host.told(each) for each in said] == ["N05"] * len(said)
    assert host.where == "4B"
    assert host.tracks()[0][:1] == b"Y"


def test_on_backup_everything_is_refused_and_nothing_comes_in() -> None:
    host = faulty("main_supply_off")
    assert [host.told(said) for said in (STATUS, TO_FRONT, "30 30", "2F 31 31", "FF 30")] == ["N07"] * 5
    assert host.insert() == "the gate is shut"
    host = with_card("main_supply_off")
    host.wait(10_000)
    host.reader.faults.clear()
    assert host.where == "4A"


def test_some_readers_give_the_card_back_on_backup() -> None:
    host = with_card("main_supply_off", manners=Manners(ejects_on_backup=True))
    host.wait(BACKUP_MS - 1)
    assert host.reader.sticks_out is None
    host.wait(2_000)
    assert host.told(STATUS) == "N07"
    assert host.reader.take(host.now) is None
    host.reader.faults.clear()
    assert host.status() == "NJJ"


def test_what_cannot_come_out_on_backup_is_tried_once() -> None:
    host = with_card("main_supply_off", "gate_stuck_shut", manners=Manners(ejects_on_backup=True), rate=0)
    host.wait(5_000)
    assert host.reader.poll(host.now) is None
    host.reader.faults -= {"main_supply_off"}
    assert host.where == "49"
    host.reader.faults |= {"main_supply_off"}
    host.reader.faults -= {"gate_stuck_shut"}
    host.wait(5_000)
    assert host.reader.sticks_out is host.card


# -- people


def test_a_card_that_nobody_takes_stays() -> None:
    host = with_card()
    host.told(TO_FRONT)
    host.wait(600_000)
    assert host.where == "48"


def test_a_card_pulled_half_way_and_left() -> None:
    host = Host()
    host.reader.insert(host.card, host.now)
    host.wait(DRAW_MS // 4)
    assert host.reader.take(host.now) is None
    host.wait(60_000)
    assert host.status() == "NJJ"
    assert host.told(TO_FRONT_HELD) == "E"
