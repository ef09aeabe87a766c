"""The identity-card reader twin against the io-board sheet, section 4, and its open points."""

import pytest

from simulator.devices.samv import CARDS, Card, Chip, SamvReader
from simulator.devices.samv.card import check_digit, coded, padded
from simulator.devices.samv.people import AREA
from simulator.devices.twin import Speeds
from tests.simulator.devices.samv_host import (
    ALL,
    FIND,
    GOLDEN,
    NUMBER,
    RADIO,
    READ,
    READ_ADDRESS,
    READ_FINGERPRINTS,
    RESET,
    SELECT,
    STATUS,
    Host,
    answered,
    opened,
    packet,
    sent,
)

CITIZENS = [name for name in CARDS if name not in ("resident", "bank_card", "other_chip")]


def field(text: bytes, start: int, size: int) -> str:
    return text[start : start + size].decode("utf-16-le").rstrip(" ")


# -- packets


@pytest.mark.parametrize("name", ["reset", "status", "find-none"])
def test_the_sheets_questions_without_a_card(name: str) -> None:
    assert Host().raw(sent(name)) == answered(name)


def test_the_sheets_order_with_a_card() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.raw(sent("find")) == answered("find")
    assert host.raw(sent("select")) == answered("select")
    wire = host.raw(sent("read"))
    assert wire.startswith(answered("read"))
    assert len(wire) == 1_295
    assert opened(wire) == [wire[7:-1]]
    assert wire[14:270] == CARDS["woman"].text
    assert wire[270:1_294] == CARDS["woman"].photo


def test_the_sheets_failures() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.raw(sent("find")) == answered("find")
    host.reader.lift()
    assert host.raw(sent("select-failed")) == answered("select-failed")
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, SELECT) == [0x9F, 0x90]
    host.reader.lift()
    assert host.raw(sent("read-failed")) == answered("read-failed")


def test_the_host_of_these_tests_speaks_as_the_sheet_does() -> None:
    for name, text in (
        ("reset", RESET), ("status", STATUS), ("number", NUMBER), ("find", FIND), ("select", SELECT), ("read", READ),
        ("read-fingerprints", READ_FINGERPRINTS), ("read-address", READ_ADDRESS), ("radio", RADIO),
    ):  # fmt: skip
        assert packet(bytes.fromhex(text)) == sent(name)
    assert len(GOLDEN) == 12


def test_fingerprints_and_number_have_the_sheets_lengths() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, SELECT) == [0x9F, 0x90]
    wire = host.raw(sent("read-fingerprints"))
    assert len(wire) == 2_321
    assert wire[10:16] == bytes.fromhex("010004000400")
    assert wire[16:272] == CARDS["woman"].text
    assert wire[-1_025:-1] == CARDS["woman"].fingerprints
    status, number = host.ask(NUMBER)
    assert (status, len(number)) == (0x90, 16)
    assert host.raw(sent("number"))[:10] == bytes.fromhex("AAAAAA96690014000090")
    assert host.ask(RADIO) == (0x90, b"")


def test_a_card_without_fingerprints_has_a_length_of_none() -> None:
    host = Host()
    host.reader.lay(CARDS["man"])
    assert host.says(FIND, SELECT) == [0x9F, 0x90]
    wire = host.raw(sent("read-fingerprints"))
    assert len(wire) == 1_297
    assert wire[10:16] == bytes.fromhex("010004000000")


def test_the_newest_address_is_70_bytes_or_missing() -> None:
    host = Host()
    host.reader.lay(CARDS["man"])
    assert host.says(FIND, SELECT, READ) == [0x9F, 0x90, 0x90]
    status, address = host.ask(READ_ADDRESS)
    assert (status, len(address)) == (0x90, 70)
    assert address.decode("utf-16-le").strip() == CARDS["man"].new_address
    host.reader.lift()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, SELECT, READ_ADDRESS) == [0x9F, 0x90, 0x91]


@pytest.mark.parametrize("cut", range(1, 10))
def test_a_packet_may_come_in_pieces(cut: int) -> None:
    host = Host()
    assert host.raw(sent("status")[:cut]) == b""
    host.now += 400
    assert host.raw(sent("status")[cut:]) == answered("status")


def test_noise_before_a_packet_is_dropped() -> None:
    host = Host()
    assert host.raw(b"\xaa\xaa\x00" + sent("status")) == answered("status")
    assert host.raw(b"\xaa\xaa\xaa" + sent("status")) == answered("status")
    assert host.raw(b"\x00" * 300) == b""
    assert host.raw(sent("status")) == answered("status")


@pytest.mark.parametrize("length", ["0000", "0001", "0002", "0041", "FFFF"])
def test_a_length_that_no_host_says_is_noise(length: str) -> None:
    host = Host()
    assert host.raw(bytes.fromhex("AAAAAA9669" + length) + sent("status")) == answered("status")


@pytest.mark.parametrize("bit", range(8))
@pytest.mark.parametrize("where", [7, 8, 9])
def test_a_wrong_check_is_told_and_nothing_done(where: int, bit: int) -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    spoilt = bytearray(sent("find"))
    spoilt[where] ^= 1 << bit
    assert opened(host.raw(bytes(spoilt))) == [b"\0\0\x10"]
    assert host.says(SELECT) == [0x34]
    assert host.reader.manners["damaged"] == 1


def test_half_a_packet_is_given_up_after_half_a_second() -> None:
    host = Host()
    assert host.raw(sent("find")[:8]) == b""
    assert host.wait(499) == b""
    assert opened(host.wait(1)) == [b"\0\0\x11"]
    assert host.wait(5_000) == b""
    assert host.raw(sent("status")) == answered("status")
    assert host.reader.manners["cut_off"] == 1


def test_half_a_head_is_no_packet() -> None:
    host = Host()
    assert host.raw(sent("find")[:4]) == b""
    assert host.wait(5_000) == b""


@pytest.mark.parametrize("text", ["2003", "30FF", "1000", "9999", "200100", "61FF", "61FF5000", "3001AA"])
def test_a_command_that_is_none_is_refused(text: str) -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(text, FIND) == [0x21, 0x9F]


# -- the order


def test_nothing_is_selected_or_read_before_it_was_found() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(SELECT, READ, READ_ADDRESS, READ_FINGERPRINTS) == [0x34] * 4


def test_nothing_is_read_before_it_was_selected() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, READ, READ_ADDRESS, SELECT, READ) == [0x9F, 0x41, 0x41, 0x90, 0x90]


def test_find_begins_the_order_anew() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, FIND, SELECT, FIND, READ, SELECT, READ) == [0x9F, 0x9F, 0x90, 0x9F, 0x41, 0x90, 0x90]


def test_a_find_that_fails_ends_the_order() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND) == [0x9F]
    host.reader.lift()
    assert host.says(FIND, SELECT) == [0x80, 0x34]


def test_reset_forgets_where_the_order_stood() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, RESET, SELECT, FIND, SELECT, RESET, READ) == [0x9F, 0x90, 0x34, 0x9F, 0x90, 0x90, 0x34]


def test_after_reading_the_card_must_be_lifted_before_it_is_found_again() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, SELECT, READ) == [0x9F, 0x90, 0x90]
    assert host.says(FIND, FIND, RESET, FIND) == [0x80, 0x80, 0x90, 0x80]
    host.reader.lift()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, SELECT, READ) == [0x9F, 0x90, 0x90]


def test_a_lost_answer_may_be_read_again_until_the_next_find() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, SELECT, READ, READ, READ_FINGERPRINTS) == [0x9F, 0x90, 0x90, 0x90, 0x90]
    assert host.says(FIND, READ) == [0x80, 0x34]


def test_a_select_that_fails_ends_the_one_before() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, SELECT) == [0x9F, 0x90]
    host.reader.faults = {"select_failed_next"}
    assert host.says(SELECT, READ, SELECT, READ) == [0x81, 0x41, 0x90, 0x90]


def test_a_reading_that_failed_leaves_the_card_to_be_found() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    host.reader.faults = {"read_failed_next"}
    assert host.says(FIND, SELECT, READ, FIND, SELECT, READ) == [0x9F, 0x90, 0x41, 0x9F, 0x90, 0x90]


@pytest.mark.parametrize("after", [1, 2])
def test_a_card_lifted_and_laid_down_again_is_another(after: int) -> None:
    """After find, after select."""
    host = Host()
    host.reader.lay(CARDS["woman"])
    host.says(*(FIND, SELECT)[:after])
    host.reader.lift()
    host.reader.lay(CARDS["woman"])
    command, failed = ((SELECT, 0x81), (READ, 0x41))[after - 1]
    assert host.says(command, command) == [failed, 0x34]
    assert host.says(FIND, SELECT, READ) == [0x9F, 0x90, 0x90]


def test_a_card_swapped_after_select_is_never_read_as_the_first() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, SELECT) == [0x9F, 0x90]
    host.reader.lift()
    host.reader.lay(CARDS["man"])
    assert host.ask(READ) == (0x41, b"")


# -- cards


def test_two_cards_are_found_and_neither_is_selected() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    host.reader.lay(CARDS["man"])
    assert host.says(FIND, SELECT, READ) == [0x9F, 0x81, 0x34]
    host.reader.lift(CARDS["woman"])
    assert host.says(FIND, SELECT) == [0x9F, 0x90]
    assert host.ask(READ)[1][4:260] == CARDS["man"].text


def test_a_card_that_was_read_does_not_hide_the_next() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, SELECT, READ) == [0x9F, 0x90, 0x90]
    host.reader.lay(CARDS["man"])
    assert host.says(FIND, SELECT) == [0x9F, 0x90]
    assert host.ask(READ)[1][4:260] == CARDS["man"].text


def test_a_card_laid_on_top_after_select_changes_nothing() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, SELECT) == [0x9F, 0x90]
    host.reader.lay(CARDS["man"])
    assert host.ask(READ)[1][4:260] == CARDS["woman"].text


def test_a_bank_card_is_not_found_and_does_not_disturb() -> None:
    host = Host()
    host.reader.lay(CARDS["bank_card"])
    assert host.says(FIND, SELECT) == [0x80, 0x34]
    host.reader.lay(CARDS["woman"])
    assert host.says(FIND, SELECT, READ) == [0x9F, 0x90, 0x90]


def test_another_chip_is_found_and_of_an_unknown_kind() -> None:
    host = Host()
    host.reader.lay(CARDS["other_chip"])
    assert host.says(FIND, SELECT, READ) == [0x9F, 0x40, 0x41]


def test_hands_know_what_lies_there() -> None:
    reader = SamvReader(Speeds())
    assert reader.lay(CARDS["woman"]) is None
    assert reader.lay(CARDS["woman"]) == "that card lies there already"
    assert [reader.lay(CARDS[name]) for name in ("man", "child", "elder")] == [None] * 3
    assert reader.lay(CARDS["expired"]) == "there is no room for more than 4"
    assert reader.lift(CARDS["child"]) == [CARDS["child"]]
    assert reader.lift(CARDS["child"]) == []
    assert reader.cards() == [CARDS["woman"], CARDS["man"], CARDS["elder"]]
    assert len(reader.lift()) == 3
    assert reader.cards() == []


# -- time and power


def test_each_step_takes_its_time() -> None:
    host = Host(rate=1.0)
    host.reader.lay(CARDS["woman"])
    for text, ms, status in ((FIND, 40, 0x9F), (SELECT, 40, 0x90), (READ, 900, 0x90), (READ_FINGERPRINTS, 1_300, 0x90)):
        assert host.raw(packet(bytes.fromhex(text))) == b""
        assert host.reader.busy()
        assert host.wait(ms - 1) == b""
        assert opened(host.wait(1))[0][2] == status
        assert not host.reader.busy()


def test_a_card_lifted_while_it_is_read_gives_nothing() -> None:
    host = Host(rate=1.0)
    host.reader.lay(CARDS["woman"])
    assert host.ask(FIND, 50)[0] == 0x9F
    assert host.ask(SELECT, 50)[0] == 0x90
    assert host.raw(sent("read")) == b""
    host.wait(899)
    host.reader.lift()
    host.reader.lay(CARDS["woman"])
    assert host.wait(10) == answered("read-failed")


def test_a_working_reader_is_deaf() -> None:
    host = Host(rate=1.0)
    host.reader.lay(CARDS["woman"])
    assert host.raw(sent("find") + sent("status")) == b""
    assert host.raw(sent("reset")) == b""
    assert host.wait(3_000) == answered("find")
    assert host.reader.manners["spoke_over"] == 2


@pytest.mark.parametrize("done", range(4))
def test_a_power_cut_at_each_step_begins_anew(done: int) -> None:
    host = Host(rate=1.0)
    host.reader.lay(CARDS["woman"])
    for text in (FIND, SELECT, READ)[:done]:
        assert host.ask(text, 1_000)[0] in (0x9F, 0x90)
    host.raw(packet(bytes.fromhex((FIND, SELECT, READ, STATUS)[done])))
    host.reader.power(False, host.now)
    assert host.raw(sent("status")) == b""
    assert host.wait(2_000) == b""
    host.reader.power(True, host.now)
    assert host.ask(STATUS, 799) == (0, b"")
    host.now += 1
    assert host.ask(SELECT, 100)[0] == 0x34
    assert host.ask(FIND, 100)[0] == 0x9F
    assert host.reader.cards() == [CARDS["woman"]]


def test_half_a_packet_does_not_outlive_a_power_cut() -> None:
    host = Host(rate=1.0)
    assert host.raw(sent("status")[:8]) == b""
    host.reader.power(False, host.now)
    host.reader.power(True, host.now)
    assert host.wait(5_000) == b""
    assert host.raw(sent("status")[8:]) + host.wait(100) == b""


# -- people who do not exist


@pytest.mark.parametrize("name", CITIZENS)
def test_a_persons_text_has_the_sheets_fields(name: str) -> None:
    text = CARDS[name].text
    number = field(text, 122, 36)
    assert field(text, 30, 2) in ("1", "2")
    assert 1 <= int(field(text, 32, 4)) <= 56
    assert field(text, 36, 16) == number[6:14]
    assert number.startswith(AREA)
    assert len(number) == 18
    assert ("1" if int(number[16]) % 2 else "2") == field(text, 30, 2)
    assert (check_digit(number[:17]) == number[17]) is (name != "wrong_digit")
    assert len(field(text, 188, 16)) == 8
    assert len(field(text, 204, 16)) == (2 if name == "elder" else 8)
    assert text[220:] == b" \0" * 18


def test_check_digits_known_from_elsewhere() -> None:
    """The worked example that the standard itself prints."""
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"


def test_the_odd_ones_are_odd_as_they_say() -> None:
    assert field(CARDS["rare_name"].text, 0, 30) == "\U00020bb7\ue863样"
    assert len(field(CARDS["long_name"].text, 0, 30)) > 12
    assert field(CARDS["ends_in_x"].text, 122, 36)[-1] == "X"
    assert field(CARDS["elder"].text, 204, 16) == "长期"
    assert field(CARDS["expired"].text, 204, 16) < "20160101"
    resident = CARDS["resident"].text
    assert field(resident, 248, 2) == "I"
    assert field(resident, 0, 120) == "SAMPLE, ALEX TEST"
    assert all(field(CARDS[name].text, 248, 2) == "" for name in CITIZENS)


def test_no_two_people_are_one() -> None:
    cards = [card for card in CARDS.values() if card.chip is Chip.IDENTITY]
    assert len({card.text[122:158] for card in cards}) == len(cards)
    assert len({card.photo for card in cards}) == len(cards)


def test_a_field_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes in a field of 30"):
        padded("样" * 16, 30)
    with pytest.raises(ValueError, match="text of 3 bytes"):
        Card(b"abc", coded("a", 1_024))
    with pytest.raises(ValueError, match="fingerprints of 9 bytes"):
        Card(CARDS["man"].text, CARDS["man"].photo, b"too short")


def test_every_command_is_answered_once_whatever_came_before() -> None:
    host = Host()
    host.reader.lay(CARDS["woman"])
    for first in ALL:
        for second in ALL:
            assert 0 not in host.says(first, second)
