"""Where a card goes and what the reader sees of it (card reader sheet, section 1.2; sheet "maker's programming notes")."""

import pytest

from simulator.devices.crt310 import MAKERS, Facing, Manners, odd_card
from simulator.devices.crt310.path import DRAW_MS, Spot
from tests.simulator.devices.crt310_host import (
    ALL_TRACKS,
    CAPTURE,
    ENQ,
    STATUS,
    TO_CHIP,
    TO_FRONT,
    TO_FRONT_HELD,
    TO_REAR_HELD,
    Host,
    faulty,
)

MOVES = {"32 2E": "4A", TO_CHIP: "4B", TO_FRONT: "48", TO_FRONT_HELD: "49", TO_REAR_HELD: "4C"}


def odd(kind: str, manners: Manners | None = None) -> Host:
    host = Host(manners=manners)
    host.card = odd_card(host.matter, kind)
    return host


# -- coming in


def test_after_a_start_anything_is_let_in_until_the_host_says_otherwise() -> None:
    host = Host()
    assert host.status() == "NJJ"
    assert host.told("2F 31 31") == "Y"
    assert host.status() == "NNN"
    host.cut()
    assert host.status() == "NJJ"
    host.told("2F 31 31")
    host.told("30 30")
    assert host.status() == "NJJ"


@pytest.mark.parametrize(("way", "told"), [("32", "I"), ("33", "J"), ("34", "K"), ("31", "N")])
def test_card_in_control_is_read_back_with_the_status(way: str, told: str) -> None:
    host = Host()
    for rear, s3 in (("30", "J"), ("31", "N")):
        assert host.told(f"2F {way} {rear}") == "Y"
        assert host.status() == "N" + told + s3


def test_some_readers_answer_card_in_control_the_other_way_round() -> None:
    host = Host(manners=Manners(card_in_reversed=True))
    assert host.told("2F 32 31") == "N"
    assert host.status() == "NIN"


def test_a_card_is_drawn_in_and_can_be_followed() -> None:
    host = Host()
    assert host.reader.insert(host.card, host.now) is None
    assert host.reader.busy()
    assert host.where == "49"
    host.wait(DRAW_MS)
    assert not host.reader.busy()
    assert host.where == "4A"
    assert host.lies() == "card.reader"


@pytest.mark.parametrize(
    ("stop", "where"), [("30", "48"), ("31", "49"), ("32", "4A"), ("33", "4B"), ("34", "4C"), ("35", "4E")]
)
def test_a_card_stops_where_it_was_told_to(stop: str, where: str) -> None:
    host = Host()
    assert host.told(f"2E {stop}") == "Y"
    host.insert()
    assert host.where == where
    assert host.lies() == ("card.bin" if where == "4E" else "card.reader")


@pytest.mark.parametrize("facing", [Facing.UPSIDE_DOWN, Facing.BACKWARDS])
def test_a_card_the_wrong_way_round(facing: Facing) -> None:
    host = Host()
    host.told("2F 32 31")
    assert host.insert(facing) == "the gate stays shut: it feels no stripe"
    host.told("2F 33 31")
    assert host.insert(facing) is None
    assert host.tracks() == [b"N\xe5"] * 3
    assert [host.told(TO_CHIP), host.told("33 30"), host.told("37 30")] == ["Y", "Y", "N"]


def test_a_white_card_comes_in_by_the_switch_only() -> None:
    host = odd("white")
    for way in ("32", "34"):
        host.told(f"2F {way} 31")
        assert host.insert() == "the gate stays shut: it feels no stripe"
    host.told("2F 33 31")
    assert host.insert() is None
    assert host.tracks() == [b"N\xe5"] * 3


def test_one_card_at_a_time() -> None:
    host = Host()
    host.insert()
    first, host.card = host.card, odd_card(host.matter, "white")
    assert not host.reader.gate_open
    assert host.insert() == "something is in the way"
    assert host.reader.insert_rear(host.card, host.now) == "something is in the way"
    assert host.reader.inside is first


def test_while_a_card_comes_in_no_motor_and_no_chip_obeys() -> None:
    host = Host()
    host.reader.insert(host.card, host.now)
    assert [host.told(said) for said in (TO_FRONT, "33 30", "37 30", "30 30", "30 31", "31 31")] == ["N02"] * 6
    assert host.told("2E 31") == "Y"
    assert host.told("2F 31 31") == "Y"
    host.wait(DRAW_MS)
    assert host.status() == "INN"


def test_rear_entry_is_for_staff_and_reads_nothing() -> None:
    host = Host()
    host.told("2F 31 31")
    assert host.reader.insert_rear(host.card, host.now) == "the rollers do not turn"
    host.told("2F 31 30")
    assert host.reader.insert_rear(host.card, host.now) is None
    host.wait(DRAW_MS)
    assert host.where == "4A"
    assert host.told(ALL_TRACKS) == "N02"


# -- moves


@pytest.mark.parametrize("last", sorted(MOVES))
@pytest.mark.parametrize("first", sorted(set(MOVES) - {TO_FRONT}))
def test_a_card_that_is_held_goes_anywhere(first: str, last: str) -> None:
    host = Host()
    host.insert()
    assert [host.told(first), host.where, host.told(last), host.where] == ["Y", MOVES[first], "Y", MOVES[last]]


def test_a_move_takes_its_time_and_is_answered_at_its_end() -> None:
    host = Host()
    host.insert()
    host.say(CAPTURE)
    assert host.raw(ENQ) == b""
    assert host.reader.busy()
    assert host.lies() == "card.reader"
    assert host.wait(3_000)[3:-2] == bytes.fromhex("32 33 59")
    assert host.lies() == "card.bin"
    assert host.where == "4E"


def test_by_the_makers_notes_a_card_not_held_is_out_of_reach() -> None:
    host = Host(manners=MAKERS)
    host.insert()
    host.told(TO_FRONT)
    assert [host.told(said) for said in (CAPTURE, TO_CHIP, TO_FRONT_HELD, "33 30")] == ["W"] * 4
    assert host.told(TO_FRONT) == "Y"  # there it is
    assert host.told("30 32") == "N02"
    assert host.told("30 31")[:3] == "CRT"
    assert host.where == "48"


def test_by_the_makers_notes_a_forgotten_card_must_be_held_to_be_captured() -> None:
    host = Host(manners=MAKERS)
    host.insert()
    assert host.told(TO_FRONT_HELD) == "Y"
    assert host.reader.sticks_out is host.card
    host.wait(30_000)
    assert host.told(CAPTURE) == "Y"
    assert host.lies() == "card.bin"


def test_a_forgotten_card_is_taken_back_from_the_gate() -> None:
    host = Host()
    host.insert()
    host.told(TO_FRONT)
    assert host.told(CAPTURE) == "Y"
    assert host.lies() == "card.bin"


def test_chip_supply_wants_a_card_at_the_contacts() -> None:
    host = Host()
    host.insert()
    assert host.told("33 30") == "W"
    host.told(TO_CHIP)
    assert host.told("33 30") == "Y"


@pytest.mark.parametrize(
    ("reset", "where", "lies"),
    [("30 30", "4A", "card.reader"), ("30 31", "48", "card.reader"), ("30 32", "4E", "card.bin")],
)
def test_reset_leaves_ejects_or_captures(reset: str, where: str, lies: str) -> None:
    host = Host()
    host.insert()
    assert host.told(reset) == "CRT-310 V3.00"
    assert (host.where, host.lies()) == (where, lies)


@pytest.mark.parametrize("reset", ["30 30", "30 31", "30 32"])
def test_reset_without_a_card_tells_the_version(reset: str) -> None:
    assert Host().told(reset) == "CRT-310 V3.00"


# -- hands


@pytest.mark.parametrize(("move", "manners"), [(TO_FRONT, Manners()), (TO_FRONT, MAKERS), (TO_FRONT_HELD, MAKERS)])
def test_a_card_that_sticks_out_can_be_taken(move: str, manners: Manners) -> None:
    host = Host(manners=manners)
    host.insert()
    host.told(move)
    assert host.reader.take(host.now) is None
    assert host.lies() == "hand"
    assert host.where == "4E"
    assert host.insert() is None


def test_rollers_that_do_not_let_go() -> None:
    host = Host()
    host.insert()
    host.told(TO_FRONT_HELD)
    assert host.reader.take(host.now) == "the rollers hold the card"
    host.told(TO_FRONT)
    assert host.reader.take(host.now) is None


def test_nothing_can_be_taken_from_inside() -> None:
    host = Host()
    assert host.reader.take(host.now) == "no card can be reached"
    host.insert()
    assert host.reader.take(host.now) == "no card can be reached"


def test_a_card_is_pulled_back_while_its_first_half_goes_in() -> None:
    host = Host()
    host.reader.insert(host.card, host.now)
    host.wait(DRAW_MS // 2 - 1)
    assert host.reader.take(host.now) is None
    assert host.lies() == "hand"
    assert host.where == "4E"
    assert host.wait(5_000) == b""
    assert host.where == "4E"
    host.reader.insert(host.card, host.now)
    host.wait(DRAW_MS // 2)
    assert host.reader.take(host.now) == "the rollers hold the card"


def test_a_card_pulled_in_the_middle_of_an_order_fails_it() -> None:
    host = Host(manners=MAKERS)
    host.insert()
    host.told(TO_FRONT_HELD)
    host.say(TO_FRONT)
    host.raw(ENQ)
    assert host.reader.take(host.now) is None
    assert host.wait(1_000)[3:-2] == bytes.fromhex("32 30 4E")
    assert host.status()[0] == "N"


def test_a_card_in_the_mouth_can_be_pushed_in_again() -> None:
    host = Host()
    assert host.reader.push(host.now) == "no card lies in the mouth"
    host.insert()
    host.told(TO_FRONT)
    assert host.reader.push(host.now) is None
    host.wait(DRAW_MS)
    assert host.where == "4A"
    assert host.tracks()[0][:2] == b"YB"
    host.told(TO_FRONT)
    host.told("2F 31 31")
    assert host.reader.push(host.now) == "the reader does not draw it in"


# -- bin, abnormal cards, sensors


def test_a_full_bin_leaves_the_card_hanging_out_at_the_rear() -> None:
    host = Host(manners=MAKERS, bin_capacity=0)
    host.insert()
    assert host.told(CAPTURE) == "N"
    assert host.where == "4D"
    assert host.told(TO_FRONT) == "W"
    assert host.reader.empty_bin() == 1
    assert host.lies() == "floor"
    assert host.where == "4E"


def test_the_bin_holds_what_it_holds() -> None:
    host = Host(bin_capacity=1)
    for wanted in ("Y", "N"):
        host.insert()
        assert host.told(CAPTURE) == wanted
        host.card = odd_card(host.matter, "white")
    assert host.reader.empty_bin("drawer") == 2


def test_a_long_card_goes_back_by_itself() -> None:
    host = odd("long")
    assert host.insert() is None
    assert host.where == "48"
    assert host.reader.take(host.now) is None


@pytest.mark.parametrize(("manners", "where", "lies"), [(Manners(), "48", "card.reader"), (MAKERS, "4E", "card.bin")])
def test_a_long_card_that_the_mains_left_inside(manners: Manners, where: str, lies: str) -> None:
    host = odd("long", manners)
    host.reader.insert(host.card, host.now)
    host.wait(300)
    host.cut()
    assert host.where == "46"
    assert [host.told(said) for said in (TO_FRONT, "33 30", "30 32", "45 30 30 37")] == ["N06"] * 4
    assert host.told("32 34") == "Y"
    assert (host.where, host.lies()) == (where, lies)


def test_reset_ejects_a_long_card() -> None:
    host = odd("long")
    host.reader.insert(host.card, host.now)
    host.wait(300)
    host.cut()
    assert host.told("30 31")[:3] == "CRT"
    assert host.where == "48"


def test_a_short_card_slips_and_stays_until_somebody_opens_the_path() -> None:
    host = odd("short")
    host.insert()
    assert host.where == "47"
    assert [host.told(said) for said in (TO_FRONT, CAPTURE, "30 31", "32 34")] == ["N06", "N06", "N06", "N"]
    assert host.reader.clear_path(host.now) == [host.card]
    assert host.where == "4E"


def test_the_abnormal_exit_is_not_for_normal_cards() -> None:
    host = Host()
    assert host.told("32 34") == "E"
    host.insert()
    assert host.told("32 34") == "N"
    assert host.where == "4A"


@pytest.mark.parametrize(
    ("move", "sensors"),
    [(TO_FRONT, "10000011"), (TO_FRONT_HELD, "11000011"), ("32 2E", "00110000"), (TO_CHIP, "00110000"), (TO_REAR_HELD, "00001100")],
)  # fmt: skip
def test_sensors_shutter_and_switch(move: str, sensors: str) -> None:
    host = Host()
    assert host.told("31 2F") == "00000000"
    host.insert()
    host.told(move)
    assert host.told("31 2F") == sensors
    levels = host.ask("31 2E")[2:]
    assert [level > 0x80 for level in levels] == [sensor == "1" for sensor in sensors[:6]]


# -- mains


def test_nobody_reaches_into_a_path_that_moves() -> None:
    host = Host()
    assert host.reader.clear_path(host.now) == []
    host.reader.insert(host.card, host.now)
    assert host.reader.clear_path(host.now) == []
    host.wait(DRAW_MS)
    assert host.reader.clear_path(host.now) == [host.card]
    assert host.lies() == "floor"


@pytest.mark.parametrize(("order", "left"), [(TO_FRONT, "49"), (CAPTURE, "4C"), (TO_REAR_HELD, "4C"), (TO_CHIP, "4A")])
def test_the_mains_go_in_the_middle_of_a_move(order: str, left: str) -> None:
    host = Host()
    host.insert()
    host.say(order)
    host.raw(ENQ)
    host.wait(100)
    host.cut()
    assert host.wait(5_000) == b""
    assert host.where == left
    assert host.lies() == "card.reader"
    assert host.told(TO_FRONT) == "Y"


def test_the_mains_go_while_a_card_comes_in() -> None:
    host = Host()
    host.reader.insert(host.card, host.now)
    host.wait(DRAW_MS - 100)
    host.cut()
    assert host.where == "49"
    assert host.told(ALL_TRACKS) == "N02"  # nothing was read
    assert host.told(TO_FRONT) == "Y"


def test_a_card_inside_stays_over_a_power_cut_but_what_was_read_does_not() -> None:
    host = Host()
    host.at_contacts()
    host.cut()
    assert host.where == "4B"
    assert host.told(ALL_TRACKS) == "N02"
    assert host.apdu() == "N02"
    assert [host.told("33 30"), host.told("37 30")[0]] == ["Y", "Y"]


def test_rate_0_moves_at_once() -> None:
    host = Host(rate=0)
    assert host.reader.insert(host.card, host.now) is None
    assert host.where == "4A"
    host.say(TO_FRONT)
    assert host.raw(ENQ)[3:-2] == bytes.fromhex("32 30 59")
    assert host.reader.spot is Spot.FRONT_FREE
    assert faulty().told(STATUS) == "NJJ"
