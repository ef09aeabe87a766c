"""The code scanner twin against the io-board sheet, section 3, and its open points."""

import pytest

from simulator.devices.scanner import Code, Maker, Symbology
from simulator.devices.scanner.settings import Settings
from tests.simulator.devices.scanner_host import GOLDEN, MENU, OFF, ON, ORDER, READ_MS, TICKET, Host

GOLDEN_CODE = GOLDEN["code"][0][1]
LETTERED = [Maker.DATALOGIC, Maker.CIPHERLAB]


# -- triggers


def test_a_trigger_lights_until_a_code_was_read() -> None:
    host = Host()
    assert not host.scanner.lit
    assert host.raw(ON) == b""
    assert host.scanner.lit
    assert host.wait(5_000) == b""
    host.show()
    assert host.wait(READ_MS - 1) == b""
    assert host.wait(1) == GOLDEN_CODE
    assert not host.scanner.lit
    assert host.wait(60_000) == b""


def test_without_a_trigger_nothing_is_read() -> None:
    host = Host()
    host.show()
    assert host.wait(60_000) == b""
    assert host.raw(ON) + host.wait(READ_MS) == GOLDEN_CODE


def test_trigger_off_ends_it_and_is_not_answered() -> None:
    host = Host()
    assert host.raw(ON) + host.raw(OFF) == b""
    host.show()
    assert host.wait(5_000) == b""
    assert host.raw(OFF) == b""


def test_a_trigger_taken_back_while_a_code_is_read() -> None:
    host = Host()
    host.show()
    assert host.raw(ON) + host.wait(READ_MS - 1) + host.raw(OFF) + host.wait(5_000) == b""


def test_the_light_goes_out_after_its_time_and_a_new_trigger_begins_it_anew() -> None:
    host = Host()
    host.raw(ON)
    host.wait(29_000)
    host.raw(ON)
    host.wait(29_999)
    assert host.scanner.lit
    host.wait(1)
    assert not host.scanner.lit
    host.show()
    assert host.wait(5_000) == b""


def test_each_trigger_reads_once_though_the_code_stays() -> None:
    host = Host()
    host.show()
    for _ in range(3):
        assert host.raw(ON) + host.wait(10_000) == GOLDEN_CODE


def test_a_code_held_too_shortly_is_not_read() -> None:
    host = Host()
    host.raw(ON)
    host.show(for_ms=READ_MS)
    assert host.wait(5_000) == b""
    assert host.scanner.held is None
    host.show(for_ms=READ_MS + 1)
    assert host.wait(5_000) == GOLDEN_CODE


def test_a_code_that_takes_anothers_place_is_read_from_its_beginning() -> None:
    host = Host()
    host.raw(ON)
    host.show()
    assert host.wait(READ_MS - 20) == b""
    host.take()
    host.show(TICKET)
    assert host.wait(READ_MS - 1) == b""
    assert host.wait(1) == TICKET.content + b"\r"


def test_a_light_that_goes_out_in_the_last_moment_reads_nothing() -> None:
    host = Host()
    host.menu(f"TRGSTO{READ_MS}!")
    host.show()
    assert host.raw(ON) + host.wait(5_000) == b""
    host.menu(f"TRGSTO{READ_MS + 1}!")
    assert host.raw(ON) + host.wait(5_000) == GOLDEN_CODE


def test_one_hand_at_a_time() -> None:
    host = Host()
    assert host.show() is None
    assert host.show(TICKET) == "another code is held there"
    assert host.take() == ORDER
    assert host.take() is None
    assert host.show(TICKET) is None
    assert host.scanner.held == TICKET


# -- presentation mode


def test_in_presentation_a_code_is_told_once_while_it_is_held() -> None:
    host = Host()
    host.menu("TRGMOD3!")
    host.show()
    assert host.wait(60_000) == GOLDEN_CODE
    assert host.raw(ON) + host.wait(60_000) == b""
    assert host.raw(OFF) + host.wait(60_000) == b""
    assert host.scanner.lit


def test_in_presentation_the_same_code_rests() -> None:
    host = Host()
    host.menu("TRGMOD3!")
    host.show()
    assert host.wait(READ_MS) == GOLDEN_CODE
    host.take()
    host.show()
    assert host.wait(750 + READ_MS - 1) == b""
    assert host.wait(1) == GOLDEN_CODE
    host.take()
    host.show(TICKET)
    assert host.wait(READ_MS) == TICKET.content + b"\r"


def test_a_mode_that_changes_under_a_code_does_not_tell_it_again() -> None:
    host = Host()
    host.show()
    assert host.raw(ON) + host.wait(READ_MS) == GOLDEN_CODE
    assert host.menu("TRGMOD3!") == b"TRGMOD3\x06!"
    assert host.wait(10_000) == b""
    host.take()
    host.menu("TRGMOD0!")
    host.show()
    assert host.wait(10_000) == b""


# -- codes


@pytest.mark.parametrize(("kind", "letter", "word"), [
    (Symbology.QR, b"s", "QRCENA"), (Symbology.CODE_128, b"j", "128ENA"), (Symbology.EAN_13, b"d", "E13ENA"),
    (Symbology.DATA_MATRIX, b"w", "IDMENA"), (Symbology.PDF417, b"r", "PDFENA"), (Symbology.AZTEC, b"z", "AZTENA"),
])  # fmt: skip
def test_each_kind_has_its_letter_and_its_switch(kind: Symbology, letter: bytes, word: str) -> None:
    host = Host()
    host.menu("PREBK2995C80!")
    host.show(Code(b"6901234567892", kind))
    host.menu(f"{word}0!")
    assert host.raw(ON) + host.wait(1_000) == b""
    assert host.menu(f"{word}1!") == f"{word}1\x06!".encode()
    assert host.wait(READ_MS) == letter + b"6901234567892\r"


def test_only_aztec_is_not_read_at_delivery() -> None:
    host = Host()
    for kind in Symbology:
        host.show(Code(b"x", kind))
        assert bool(host.raw(ON) + host.wait(1_000)) is (kind is not Symbology.AZTEC)
        host.take()


@pytest.mark.parametrize("content", [b"\r", b"a\rb", b"\x16T\r", bytes(range(256)), b"7" * 7_089, "票".encode()])
def test_what_is_in_a_code_crosses_the_line_as_it_is(content: bytes) -> None:
    host = Host()
    host.show(Code(content))
    assert host.raw(ON) + host.wait(READ_MS) == content + b"\r"


@pytest.mark.parametrize("size", [0, 7_090])
def test_no_code_is_empty_or_endless(size: int) -> None:
    with pytest.raises(ValueError, match=f"a code of {size} bytes"):
        Code(b"7" * size)


def test_at_delivery_there_is_nothing_around_a_code() -> None:
    host = Host(suffix=False)
    host.show()
    assert host.raw(ON) + host.wait(READ_MS) == ORDER.content


# -- menu


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("TRGMOD?.", b"TRGMOD0\x06."),
        ("TRGMOD3!", b"TRGMOD3\x06!"),
        ("trgmod3.", b"TRGMOD3\x06."),
        ("TRGMOD1.", b"TRGMOD1\x15."),
        ("TRGMOD.", b"TRGMOD\x15."),
        ("TRGSTO300000.", b"TRGSTO300000\x06."),
        ("TRGSTO300001.", b"TRGSTO300001\x15."),
        ("TRGSTO-1.", b"TRGSTO-1\x15."),
        ("DLYRRD30000!", b"DLYRRD30000\x06!"),
        ("DLYRRD30001!", b"DLYRRD30001\x15!"),
        ("SUFBK2?.", b"SUFBK2990D\x06."),
        ("SUFBK2980D.", b"SUFBK2980D\x15."),
        ("SUFBK299.", b"SUFBK299\x15."),
        ("SUFBK2990.", b"SUFBK2990\x15."),
        ("SUFBK2990X.", b"SUFBK2990X\x15."),
        ("SUFBK2990 D.", b"SUFBK2990 D\x15."),
        ("SUFCA2.", b"SUFCA2\x06."),
        ("SUFCA20.", b"SUFCA20\x15."),
        ("QRCENA2.", b"QRCENA2\x15."),
        ("QRCENA?.", b"QRCENA1\x06."),
        ("AZTENA?.", b"AZTENA0\x06."),
        ("PREBK2?.", b"PREBK2\x06."),
        ("BEPLVL1.", b"BEPLVL1\x05."),
        ("X.", b"X\x05."),
        (".", b"\x05."),
        ("SUFCA2;SUFBK2990D;NOSUCH1;TRGMOD7!", b"SUFCA2\x06;SUFBK2990D\x06;NOSUCH1\x05;TRGMOD7\x15!"),
    ],
)
def test_menu_texts_are_answered(text: str, answer: bytes) -> None:
    assert Host().menu(text) == answer


def test_a_text_is_added_to_what_was_set_before() -> None:
    host = Host()
    assert host.menu("SUFBK2990A!") == b"SUFBK2990A\x06!"
    host.show()
    assert host.raw(ON) + host.wait(READ_MS) == ORDER.content + b"\r\n"
    assert host.menu("SUFBK299" + "41" * 10 + "!").endswith(b"\x15!")
    assert host.menu("SUFBK2?!") == b"SUFBK2990D0A\x06!"


def test_the_revision_names_the_product() -> None:
    answer = Host().menu("REVINF.")
    assert answer.endswith(b"\r\nREVINF\x06.")
    assert [line.split(b": ")[0] for line in answer.split(b"\r\n")[:-1]] == [
        b"Product Name", b"Software Part Number", b"Software Revision", b"Serial Number",
    ]  # fmt: skip


def test_a_point_stores_and_an_exclamation_mark_does_not() -> None:
    host = Host(suffix=False)
    host.menu("SUFBK2990D.")
    host.menu("SUFBK2990A!")
    host.menu("TRGMOD3!")
    host.menu("TRGSTO1000.")
    assert host.scanner.settings.suffix == b"\r\n"
    host.restart()
    assert (host.menu("TRGMOD?!"), host.menu("TRGSTO?!")) == (b"TRGMOD0\x06!", b"TRGSTO1000\x06!")
    assert host.scanner.settings.suffix == b"\r"
    host.menu("DEFALT.")
    assert host.scanner.settings == Settings()
    host.restart()
    assert host.scanner.settings == Settings()


def test_a_shorter_time_of_the_light() -> None:
    host = Host()
    host.menu("TRGSTO1000!")
    host.raw(ON)
    host.wait(999)
    assert host.scanner.lit
    host.wait(1)
    assert not host.scanner.lit


# -- the line


@pytest.mark.parametrize("cut", range(1, 14))
def test_a_command_may_come_in_pieces(cut: int) -> None:
    host = Host(suffix=False)
    wire = GOLDEN["suffix-cr"][0][1]
    assert host.raw(wire[:cut]) == b""
    host.now += 900
    assert host.raw(wire[cut:]) == GOLDEN["suffix-cr"][1][1]


def test_half_a_command_is_forgotten_after_a_second() -> None:
    host = Host()
    assert host.raw(ON[:2]) == b""
    host.now += 1_000
    assert host.raw(ON[2:]) == b""
    assert not host.scanner.lit
    assert host.raw(ON) == b""
    assert host.scanner.lit


@pytest.mark.parametrize(
    "junk",
    [b"T\r", b"\x16", b"\x16X\r", b"\x16T\n", b"\x16M\rTRG\x00MOD0.", b"\x16\x16", b"\x16M\r" + b"A" * 121 + b"."],
)
def test_what_is_no_command_does_nothing_and_does_not_hide_the_next(junk: bytes) -> None:
    host = Host()
    assert host.raw(junk) == b""
    assert not host.scanner.lit
    assert host.raw(ON) == b""
    assert host.scanner.lit
    assert host.scanner.manners["dropped"] > 0


def test_a_text_of_the_longest_kind_is_answered() -> None:
    text = "SUFCA2;" * 17 + "X"
    assert len(text) == 120
    assert Host().menu(text + "!").endswith(b"X\x05!")


# -- power


def test_after_power_it_is_deaf_and_its_light_is_out() -> None:
    host = Host()
    host.raw(ON)
    host.scanner.power(False, host.now)
    assert not host.scanner.lit
    host.show()
    assert host.raw(ON) + host.wait(5_000) == b""
    host.scanner.power(True, host.now)
    host.wait(999)
    assert host.raw(ON) + host.wait(5_000) == b""
    assert host.raw(ON) + host.wait(READ_MS) == ORDER.content + b"\r"


def test_half_a_command_does_not_outlive_a_power_cut() -> None:
    host = Host(rate=0)
    assert host.raw(ON[:2]) == b""
    host.scanner.power(False, host.now)
    host.scanner.power(True, host.now)
    assert host.raw(ON[2:]) == b""
    assert not host.scanner.lit


def test_a_presenting_scanner_reads_what_is_held_when_it_has_started() -> None:
    host = Host()
    host.menu("TRGMOD3.")
    host.show()
    assert host.wait(READ_MS) == GOLDEN_CODE
    host.scanner.power(False, host.now)
    host.scanner.power(True, host.now)
    assert host.wait(999 + READ_MS) == b""
    assert host.wait(1) == GOLDEN_CODE


# -- one letter


@pytest.mark.parametrize("maker", LETTERED)
def test_enable_and_disable_by_a_letter(maker: Maker) -> None:
    host = Host(maker)
    host.show()
    assert host.wait(5_000) == b""
    assert host.raw(GOLDEN["enable"][0][1]) == b""
    assert host.wait(60_000) == GOLDEN_CODE
    host.take()
    assert host.raw(GOLDEN["disable"][0][1]) == b""
    host.show(TICKET)
    assert host.wait(60_000) == b""


@pytest.mark.parametrize("maker", LETTERED)
def test_a_scanner_of_letters_starts_disabled(maker: Maker) -> None:
    host = Host(maker)
    host.raw(b"E")
    host.restart()
    host.show()
    assert host.wait(5_000) == b""


def test_letters_that_are_answered() -> None:
    host = Host(Maker.DATALOGIC)
    assert host.raw(b"ihs") == b"TVM-SC1 1.00\rH0\rS0\r"
    assert host.raw(b"E" + b"s" + b"FB" + b"xyz") == b"S1\r"
    assert host.scanner.manners["dropped"] == 3
    assert host.raw(b"Rs") == b""  # it starts again
    host.wait(1_000)
    assert host.raw(b"s") == b"S0\r"
    assert Host(Maker.CIPHERLAB).raw(b"ihs") == b""


def test_set_up_texts_are_swallowed() -> None:
    host = Host(Maker.CIPHERLAB)
    assert host.raw(b"#@109952\r") == b""
    assert not host.scanner.lit
    assert host.raw(b"#@DDEE") == b""
    assert not host.scanner.lit
    assert host.raw(b"\rE") == b""
    assert host.scanner.lit
    assert host.raw(b"#D" + b"D") == b""
    assert not host.scanner.lit


@pytest.mark.parametrize("maker", LETTERED)
def test_another_makers_commands_are_none(maker: Maker) -> None:
    host = Host(maker)
    assert host.raw(ON + MENU) == b""
    assert not host.scanner.lit
    assert Host().raw(b"E") == b""
