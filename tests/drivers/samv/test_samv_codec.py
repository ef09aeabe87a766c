from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.samv.codec import (
    FIND,
    NUMBER,
    READ,
    RESET,
    SELECT,
    STATUS,
    Answer,
    Damaged,
    Decoder,
    encode,
    serial_of,
    text_of,
)
from drivers.samv.document import document_of
from kiosk.ports.id_reader import IdDocument, masked_name, masked_number, number_is_good
from tests.drivers.samv.samv_script import LI, NUMBER_BLOCK, RESIDENT, ROWS, card, golden, packet, text, with_field

PIECES = [ROWS["good"], ROWS["found"], ROWS["none"], card(), card()[:700], b"\xaa", b"\xaa\xaa\xaa\x96\x69", b"\x00"]


def test_golden_commands_are_what_we_send() -> None:
    for command in (RESET, STATUS, NUMBER, FIND, SELECT, READ):
        assert encode(command) == ROWS[command.name]


@pytest.mark.parametrize(
    ("name", "code", "size"),
    [("good", 0x90, 0), ("found", 0x9F, 4), ("none", 0x80, 0), ("selected", 0x90, 8), ("not-read", 0x41, 0), ("no-key", 0x66, 0)],
)  # fmt: skip
def test_golden_answers_are_understood(name: str, code: int, size: int) -> None:
    assert Decoder().feed(ROWS[name]) == [Answer(code, bytes(size))]


def test_the_other_sides_golden_packets_agree() -> None:
    others = golden("samv.txt")
    assert Decoder().feed(others["status"]) == [Answer(0x90)]
    assert encode(READ)[:5] == others["read"][:5]


@given(
    wire=st.lists(st.one_of(st.binary(max_size=30), st.sampled_from(PIECES)), max_size=8).map(b"".join),
    cuts=st.lists(st.integers(0, 3_000), max_size=12),
)
def test_cutting_the_stream_anywhere_changes_nothing(wire: bytes, cuts: list[int]) -> None:
    decoder = Decoder()
    edges = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    heard = [found for a, b in pairwise(edges) for found in decoder.feed(wire[a:b])] + decoder.flush()
    whole = Decoder()
    assert heard == whole.feed(wire) + whole.flush()
    assert not decoder.inside


@given(at=st.integers(0, 1_294), flip=st.integers(1, 255))
def test_one_byte_that_changed_makes_no_other_document(at: int, flip: int) -> None:
    wire = bytearray(card())
    wire[at] ^= flip
    decoder = Decoder()
    found = decoder.feed(bytes(wire)) + decoder.flush()
    assert not any(isinstance(packet, Answer) and text_of(packet) is not None for packet in found)


@given(cut=st.integers(7, 1_294))
def test_an_answer_that_was_cut_is_damaged_and_the_next_one_is_heard(cut: int) -> None:
    decoder = Decoder()
    found = decoder.feed(card()[:cut] + ROWS["none"]) + decoder.flush()
    assert Damaged() in found
    assert found[-1] == Answer(0x80)


def test_a_packet_with_too_little_inside_is_no_text() -> None:
    assert text_of(Answer(0x90, b"\x01\x00\x04\x00" + text() + bytes(1_023))) is None
    assert text_of(Answer(0x90, b"\x01\x00\x02\x00" + text() + bytes(1_024))) is None
    assert text_of(Answer(0x90, b"\x01\x00\x04\x00" + text() + bytes(1_024))) == text()


def test_lengths_that_no_answer_has_are_noise() -> None:
    assert Decoder().feed(bytes.fromhex("AAAAAA9669 FFFF 00") + ROWS["none"]) == [Answer(0x80)]
    assert Decoder().feed(bytes.fromhex("AAAAAA9669 0003 00") + ROWS["none"]) == [Answer(0x80)]


def test_the_number_of_the_module_is_written_as_on_its_plate() -> None:
    assert serial_of(NUMBER_BLOCK) == "05.01-20153631-0000012345-0000123456"


def test_what_a_card_says_shows_nowhere() -> None:
    assert "李" not in repr(Decoder().feed(card()))
    document = document_of(text())
    assert repr(document) == "IdDocument(citizen, 李*试, 110***********002X)"


# -- the text


def document(words: bytes) -> IdDocument:
    found = document_of(words)
    assert isinstance(found, IdDocument), found
    return found


def test_a_citizen() -> None:
    assert document(text()) == IdDocument(
        "citizen",
        "李测试",
        "11010519491231002X",
        "man",
        date(1949, 12, 31),
        date(2020, 1, 1),
        date(2040, 1, 1),
        ethnic="01",
    )


@pytest.mark.parametrize("name", ["𠮷𫝀", "\ue863某", "阿卜杜拉·买买提·艾合买提江", "王"])
def test_rare_and_long_names_stay_whole(name: str) -> None:
    assert document(with_field(0, name)).name == name


def test_half_a_character_at_the_end_of_a_name_is_replaced() -> None:
    words = "王".encode("utf-16-le") * 14 + "𠮷".encode("utf-16-le")[:2] + text()[30:]
    assert document(words).name == "王" * 14 + "\ufffd"


def test_long_term_never_ends() -> None:
    found = document(with_field(8, "长期"))
    assert found.valid_to is None
    assert found.valid_on(date(2199, 1, 1))
    assert not found.valid_on(date(2019, 12, 31))


def test_first_and_last_day_are_valid() -> None:
    found = document(text())
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2040, 1, 1), date(2040, 1, 2)]
    assert [found.valid_on(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (5, "110105194912310021", "number"),
        (5, "11010519491231002x", "number"),
        (5, "", "number"),
        (5, "１１010519491231002X", "number"),
        (0, "", "unreadable"),
        (3, "19900230", "unreadable"),
        (7, "2020", "unreadable"),
        (8, "", "unreadable"),
        (8, "永久", "unreadable"),
    ],
)
def test_a_text_that_cannot_be_is_refused_with_a_reason(at: int, value: str, reason: str) -> None:
    assert document_of(with_field(at, value)) == reason


RESIDENT_TEXT = text(
    (
        "MUSTERMANN, ERIKA",
        "2",
        "DEU110080010101",
        "DEU",
        "艾丽卡",
        "20240101",
        "20340101",
        "19800101",
        "01",
        "1100",
        "I",
        "",
    ),
    RESIDENT,
)


def test_a_permanent_resident() -> None:
    found = document(RESIDENT_TEXT)
    assert (found.kind, found.name, found.number, found.nation) == (
        "resident",
        "MUSTERMANN, ERIKA",
        "DEU110080010101",
        "DEU",
    )
    assert found.chinese_name == "艾丽卡"
    assert found.sex == "woman"


def test_a_card_of_another_kind_is_named_so() -> None:
    assert document_of(RESIDENT_TEXT[:248] + "J".encode("utf-16-le") + RESIDENT_TEXT[250:]) == "kind"


@given(st.binary(min_size=256, max_size=256))
def test_any_text_has_a_document_or_a_reason(words: bytes) -> None:
    assert document_of(words) in ("kind", "number", "unreadable") or isinstance(document_of(words), IdDocument)


@given(at=st.integers(0, 16), by=st.integers(1, 9))
def test_one_digit_that_changed_spoils_the_check(at: int, by: int) -> None:
    number = LI[5]
    changed = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    assert number_is_good(number)
    assert not number_is_good(changed)


def test_masks() -> None:
    assert [masked_name(name) for name in ("", "王", "王五", "欧阳测试")] == ["*", "*", "王*", "欧**试"]
    assert masked_number("DEU110080010101") == "DEU********0101"
    assert masked_number("123456789") == "*********"


def test_packets_of_the_script_are_those_of_the_sheet() -> None:
    assert packet(0x41) == ROWS["not-read"]
