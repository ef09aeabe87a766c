"""PIN entry and PIN blocks of the PIN pad twin (pin-pad sheet, sections 1, 4, 7); blocks are judged by the sheet and by `psec`."""

import psec
import pytest
from psec.des import decrypt_tdes_ecb, encrypt_tdes_ecb
from psec.pinblock import decipher_pinblock_iso_4, decode_pinblock_iso_3, encode_pinblock_iso_0

from simulator.devices.epp import Style
from simulator.devices.epp.keyboard import Mode
from simulator.devices.epp.keys import Key, Use
from simulator.devices.epp.pinblock import Fill, encrypted
from simulator.devices.epp.testkeys import TMK
from tests.simulator.devices.epp_host import AES_KEY, PIN_KEY, Host

PAN, OTHER_PAN = "4761739001010119", "6225880012345678"
TPK = Key(Use.PIN, PIN_KEY)
STYLES = pytest.mark.parametrize("style", list(Style))

pytestmark = pytest.mark.filterwarnings("ignore:.*TripleDES")


def fixed(given: str) -> Fill:
    return lambda count: bytes.fromhex(given)[:count]


def entered(host: Host, pin: str, words: str) -> str:
    """The block of a PIN; `words` is key, format and PAN. Both styles are asked in their own words."""
    if host.style is Style.AT_START:
        assert host.code(f"6{words[:3]}012{words[3:]}") == 0x60
    else:
        assert host.code("550C") == 0x60
        assert host.code("600011") == 0x60
    assert host.keys(*pin, "enter") == b"*" * len(pin) + b"\r"
    code, text = host.ask("7" if host.style is Style.AT_START else f"7{words}")
    assert code == 0x60
    assert text[:4] == f"00{len(pin):02d}"
    return text[4:]


# -- blocks


def test_blocks_of_the_sheet() -> None:
    assert encrypted(0, "1234", PAN[-13:-1], TPK, fixed("")).hex().upper() == "0FCCC282BD2D79C3"
    assert encrypted(1, "1234", "", TPK, fixed("A1B2C3D4E5000000")).hex().upper() == "31859CF47AC56188"
    letters = fixed("00010203040500010203")  # ABCDEFABCD
    assert encrypted(3, "1234", PAN[-13:-1], TPK, letters).hex().upper() == "1F1E9138C7825229"
    random = fixed("2F69ADDE2E9E7ACE")
    block = encrypted(4, "1234", PAN, Key(Use.PIN_AES, AES_KEY), random)
    assert block.hex().upper() == "850C39D6CDE7C72CA7B93BBA3C901226"
    assert encrypted(0, "123456", OTHER_PAN[-13:-1], TPK, fixed("")).hex().upper() == "BB1A6FE9B5A130FE"


@STYLES
@pytest.mark.parametrize("pin", ["1234", "12345", "123456", "0000", "987654321098"])
def test_format_0_by_the_oracle(style: Style, pin: str) -> None:
    told = encrypt_tdes_ecb(PIN_KEY, encode_pinblock_iso_0(pin, PAN)).hex().upper()
    assert entered(Host(style), pin, f"30 {PAN[-13:-1]}") == told


@STYLES
def test_formats_1_and_3_by_the_oracle(style: Style) -> None:
    host = Host(style)
    blocks = [entered(host, "123456", f"30#{PAN[-13:-1]}") for _ in range(3)]
    clear = [decrypt_tdes_ecb(PIN_KEY, bytes.fromhex(block)) for block in blocks]
    assert [decode_pinblock_iso_3(each, PAN) for each in clear] == ["123456"] * 3
    assert len(set(blocks)) == 3
    first = decrypt_tdes_ecb(PIN_KEY, bytes.fromhex(entered(host, "123456", "30!588001234567")))
    assert first.hex().startswith("16123456")


@STYLES
@pytest.mark.parametrize("pan", [PAN, "123456789012", "6225880012345678901"])
def test_format_4_by_the_oracle(style: Style, pan: str) -> None:
    host = Host(style)
    assert host.code("2203342" + encrypt_tdes_ecb(TMK, AES_KEY).hex().upper()) == 0x60
    block = entered(host, "13579", f"33${pan}")
    assert decipher_pinblock_iso_4(AES_KEY, bytes.fromhex(block), pan) == "13579"
    assert entered(host, "13579", f"33${pan}") != block


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("630@006588001234567", 0xEB),  # in clear: never
        ('630"006588001234567', 0xEB),
        ("6300006588001234567", 0xEB),
        ("631 006588001234567", 0xE5),  # a MAC key
        ("620 006588001234567", 0xE5),
        ("63A 006588001234567", 0xE5),  # nothing there
        ("630$0064761739001010119", 0xE5),  # not an AES key
        ("600 006588001234567", 0xE4),
        ("6 30006588001234567", 0xEB),
        ("63x 006588001234567", 0xE9),
        ("630 00658800123456x", 0xE9),
        ("630 00658800123456", 0xE8),
        ("630 0065880012345678", 0xE8),
        ("630 x06588001234567", 0xEB),
        ("630 0x6588001234567", 0xE9),
        ("630 003588001234567", 0xEB),  # shorter than the shortest
        ("630 013588001234567", 0xEB),
        ("6", 0xE8),
        ("600011", 0xE8),
    ],
)
def test_a_wrong_request_opens_nothing(text: str, code: int) -> None:
    host = Host()
    assert host.code(text) == code
    assert host.pad.mode is Mode.CLOSED
    assert host.pad.manners["clear_format"] == (text[3:4] in ("@", '"'))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("730@588001234567", 0xEB),
        ("731 588001234567", 0xE5),
        ("730 58800123456", 0xE8),
        ("730", 0xE8),
        ("7", 0xE8),
        ("7x0 588001234567", 0xE9),
    ],
)
def test_a_wrong_fetch_gives_nothing_and_loses_nothing(text: str, code: int) -> None:
    host = Host(Style.AT_FETCH)
    host.open_pin()
    host.keys(*"123456", "enter")
    assert host.ask(text) == (code, "")
    assert host.fetch() == (0x60, "0006BB1A6FE9B5A130FE")


def test_words_of_the_other_style() -> None:
    assert Host(Style.AT_FETCH).code("630 006588001234567") == 0xE8
    assert Host(Style.AT_FETCH).code("600013") == 0xEB
    host = Host()
    host.open_pin()
    host.keys(*"123456", "enter")
    assert host.code("730 588001234567") == 0xE8


# -- fingers


@STYLES
def test_a_block_may_be_fetched_again_with_the_same_words_only(style: Style) -> None:
    host = Host(style)
    host.open_pin()
    host.keys(*"1234", "enter")
    first = host.fetch()
    assert host.fetch() == first
    assert first[0] == 0x60
    if style is Style.AT_FETCH:
        assert host.code("730 588001234568") == 0xEA
    assert host.code("5032") == 0x60
    assert host.code("7" if style is Style.AT_START else "730 588001234567") == 0xEA


@STYLES
def test_clear_cancel_and_nothing(style: Style) -> None:
    host = Host(style)
    host.open_pin()
    assert host.keys(*"99", "clear", *"123456", "enter") == b"**\x08******\r"
    assert host.fetch() == (0x60, "0006BB1A6FE9B5A130FE")
    host.open_pin()
    assert host.keys(*"12", "cancel", "3", "enter") == b"**\x1b"
    assert host.fetch() == (0xEA, "")
    host.open_pin()
    assert host.keys("enter") == b"\r"
    assert host.fetch() == (0x60, "0000")


@STYLES
def test_too_short_and_too_long(style: Style) -> None:
    host = Host(style)
    host.open_pin()
    assert host.keys(*"123", "enter") == b"***"
    assert host.pad.mode is Mode.PIN
    assert host.fetch() == (0xEA, "")
    assert host.keys(*"456", *"789", "enter") == b"***\r"
    assert host.fetch() == (0x60, "0006BB1A6FE9B5A130FE")


def test_the_longest_of_the_request_counts_in_one_style_and_the_setting_in_the_other() -> None:
    host = Host()
    assert host.code("630 004588001234567") == 0x60
    assert host.keys(*"12345") == b"****"
    other = Host(Style.AT_FETCH)
    assert other.code("5508") == 0x60
    assert other.open_pin() == 0x60
    assert other.keys(*"1234567890") == b"*" * 8


def test_only_digits_and_the_three_keys_say_anything_in_pin_mode() -> None:
    host = Host()
    host.code("53FF")
    host.open_pin()
    assert host.keys("00", "point", "spare", *(f"f{number}" for number in range(1, 9))) == b""
    assert host.keys("7") == b"\xff"


def test_plain_input_says_every_key_and_stays_open() -> None:
    host = Host()
    assert host.keys("1") == b""
    assert host.code("5033") == 0x60
    assert host.keys(*"0123456789") == b"0123456789"
    assert host.keys("00", "point", "spare", "clear", "cancel", "enter", "f1", "f8") == b"#.\x08\x1b\rAH"
    assert host.code("5032") == 0x60
    assert host.keys("1") == b""


def test_plain_input_is_not_opened_over_a_pin() -> None:
    host = Host()
    host.open_pin()
    host.keys("1", "2")
    assert host.code("5033") == 0xEF
    assert host.pad.manners["plain_over_pin"] == 1
    assert host.keys(*"3456", "enter") == b"****\r"
    assert host.code("5033") == 0x60
    assert host.fetch() == (0xEA, "")  # the block went when other input was opened


@STYLES
@pytest.mark.parametrize("order", ["5032", "5031", "5030"])
def test_what_was_typed_is_gone_after(style: Style, order: str) -> None:
    host = Host(style)
    host.open_pin()
    host.keys(*"1234")
    assert host.code(order) == 0x60
    host.now += 1_001
    assert host.keys("5", "enter") == b""
    assert host.fetch()[0] in (0xEA, 0xE1)


def test_a_second_start_begins_anew() -> None:
    host = Host()
    host.open_pin()
    host.keys(*"99")
    assert host.code("631 006588001234567") == 0xE5  # refused: the first goes on
    assert host.pad.mode is Mode.PIN
    assert host.open_pin() == 0x60
    assert host.keys(*"123456", "enter") == b"******\r"
    assert host.fetch() == (0x60, "0006BB1A6FE9B5A130FE")


@STYLES
def test_the_time_counts_from_the_opening(style: Style) -> None:
    host = Host(style)
    assert host.code("520A") == 0x60
    host.open_pin()
    assert host.wait(9) == b""
    assert host.keys("1") == b"*"
    assert host.wait(1) == b"\x80"
    assert host.keys("2", "enter") == b""
    assert host.fetch() == (0xEE, "")
    assert host.fetch() == (0xEE, "")
    host.open_pin()
    assert host.fetch() == (0xEA, "")
    host.code("5032")
    host.code("5033")
    assert host.wait(11) == b"\x80"
    assert host.pad.mode is Mode.CLOSED


def test_a_power_cut_takes_what_was_typed_and_leaves_the_keys() -> None:
    host = Host()
    host.open_pin()
    host.keys(*"1234")
    host.restart()
    assert host.pad.mode is Mode.CLOSED
    assert host.fetch() == (0xEA, "")
    host.open_pin()
    host.keys(*"123456", "enter")
    host.restart()
    assert host.fetch() == (0xEA, "")
    host.open_pin()
    host.keys(*"123456", "enter")
    assert host.fetch() == (0x60, "0006BB1A6FE9B5A130FE")


def test_chance_never_comes_twice_over_a_power_cut() -> None:
    host = Host()
    first = entered(host, "1234", "30#588001234567")
    host.restart()
    assert entered(host, "1234", "30#588001234567") != first
    assert entered(Host(), "1234", "30#588001234567") == first  # one seed, one run


def test_fingers_are_told_why_nothing_came() -> None:
    host = Host()
    assert host.pad.press("1", host.now) == "no input is open"
    assert host.pad.press("x", host.now) == "the pad has no key x"
    host.open_pin()
    assert host.pad.type_pin("123456", host.now) is None
    host.open_pin()
    assert host.pad.type_pin("123", host.now) == "that key does nothing now"


def test_a_held_key_repeats_until_it_is_released() -> None:
    host = Host()
    host.code("5033")
    assert host.pad.hold("5", host.now) is None
    assert host.wait(1) == b"555555"
    host.pad.release()
    assert host.wait(1) == b""
    host.open_pin()
    host.pad.hold("5", host.now)
    assert host.wait(5) == b"******"


def test_psec_knows_the_same_format_0() -> None:
    assert psec.pinblock.encode_pinblock_iso_0("1234", PAN).hex().upper() == "041223C6FFEFEFEE"
