"""The simulated chip: the sheet's example byte by byte, strictness, every fault, and nothing it does on noise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.chip_card import FAULTS, ChipCard, Perso
from simulator.devices.chip_card.chip import At
from simulator.devices.chip_card.cryptograms import (
    SessionRule,
    answer_cryptogram,
    application_cryptogram,
    card_key,
    session_key,
)
from simulator.devices.chip_card.perso import LAB_ISSUER_KEY
from simulator.devices.chip_card.tlv import TlvError, once, parse, tlv
from simulator.devices.chip_card.wallet import MARKS, WALLET
from tests.simulator.acquirer.helpers import first_cryptogram, golden

SHEET = Perso("good", "6225880012345678", "123456", first_atc=0x1C)
EXAMPLE = [(bytes.fromhex(row[0]), bytes.fromhex(row[1]), row[2]) for row in golden("emv")]
SELECT, OPTIONS, FIRST, ISSUER, LAST = (EXAMPLE[index][0] for index in (3, 4, 7, 8, 9))


def played(chip: ChipCard, *commands: bytes) -> list[str]:
    """Status words (and for cryptograms their kind) of commands after a reset."""
    chip.reset()
    told = []
    for command in commands:
        answer = chip.apdu(command)
        told.append(answer[-2:].hex() + (f" {answer[2]:02x}" if answer[:1] == b"\x80" else ""))
    return told


def test_the_worked_example_of_the_sheet() -> None:
    chip = ChipCard(SHEET)
    assert chip.reset().hex().upper() == "3B6500002063CB6800"
    for command, answer, step in EXAMPLE:
        assert chip.apdu(command) == answer, step
    assert (chip.atc, chip.last_online_atc) == (0x1C, 0x1C)


def test_the_other_rule_of_the_sheet() -> None:
    chip = ChipCard(replace(SHEET, rule=SessionRule.EMV_COMMON))
    chip.reset()
    issuer = bytes.fromhex("008200000A23B887F45B93925A3030")
    told = [chip.apdu(command) for command in (SELECT, OPTIONS, FIRST, issuer, LAST)]
    assert told[2].hex().upper().startswith("801380001C9D8036BC85B5508A")
    assert told[3].hex() == "9000"
    assert told[4].hex().upper().startswith("801340001C412D92BD1776D1DE")


def test_the_counter_rises_with_each_transaction_and_survives_the_power() -> None:
    chip = ChipCard(SHEET)
    for expected in (0x1C, 0x1D, 0x1E):
        played(chip, SELECT, OPTIONS)
        assert chip.atc == expected
        chip.power_off()
    assert chip.apdu(SELECT) == b""


def test_a_worn_out_counter_begins_nothing() -> None:
    chip = ChipCard(replace(SHEET, first_atc=0xFFFF))
    assert played(chip, SELECT, OPTIONS) == ["9000", "9000"]
    assert played(chip, SELECT, OPTIONS) == ["9000", "6985"]


@pytest.mark.parametrize("byte", range(10))
def test_one_wrong_byte_of_the_issuer_ends_in_a_refusal(byte: int) -> None:
    chip = ChipCard(SHEET)
    wrong = bytearray(ISSUER)
    wrong[5 + byte] ^= 0x01
    assert played(chip, SELECT, OPTIONS, FIRST, bytes(wrong), LAST)[3:] == ["6300", "9000 00"]


def test_without_its_issuer_it_agrees_to_nothing() -> None:
    assert played(ChipCard(SHEET), SELECT, OPTIONS, FIRST, LAST)[-1] == "9000 00"


def test_a_decline_of_the_issuer_cannot_be_turned_into_an_approval() -> None:
    """The proof of code 51 is good, but it is not an approval; and 8A that says otherwise is not the proof."""
    key = session_key(card_key(LAB_ISSUER_KEY, SHEET.pan, "01"), 0x1C, SessionRule.PBOC)
    arqc = bytes.fromhex("87A17FE09A9BE3A6")
    declined = b"\x00\x82\x00\x00\x0a" + answer_cryptogram(key, arqc, b"51") + b"51"
    said = LAST.replace(b"00", b"51", 1)
    assert played(ChipCard(SHEET), SELECT, OPTIONS, FIRST, declined, said)[3:] == ["9000", "9000 00"]
    assert played(ChipCard(SHEET), SELECT, OPTIONS, FIRST, declined, LAST)[3:] == ["9000", "9000 00"]


def test_every_byte_of_the_terminals_data_is_in_the_cryptogram() -> None:
    seen = set()
    for byte in range(5, len(FIRST) - 1):
        changed = bytearray(FIRST)
        changed[byte] ^= 0x10
        chip = ChipCard(SHEET)
        played(chip, SELECT, OPTIONS)
        seen.add(chip.apdu(bytes(changed))[5:13])
    assert len(seen) == len(FIRST) - 6
    assert bytes.fromhex("87A17FE09A9BE3A6") not in seen


@pytest.mark.parametrize(
    ("commands", "status"),
    [
        ([b"\x00\xa4\x04"], "6700"),
        ([b"\x00\xa4\x04\x00\x08\xa0\x00"], "6700"),
        ([b"\x00\xa4\x00\x00" + SELECT[4:]], "6a86"),
        ([SELECT.replace(b"\x03\x33", b"\x03\x34")], "6a82"),
        ([b"\x00\xd6\x00\x00"], "6d00"),
        ([b"\x90\xa4\x04\x00" + SELECT[4:]], "6e00"),
        ([OPTIONS], "6985"),
        ([SELECT, OPTIONS, OPTIONS], "6985"),
        ([SELECT, b"\x80\xa8\x00\x00\x03\x83\x01\x00\x00"], "6700"),
        ([SELECT, b"\x80\xa8\x00\x00\x02\x84\x00\x00"], "6a80"),
        ([b"\x00\xb2\x01\x0c\x00"], "6a82"),
        ([SELECT, b"\x00\xb2\x01\x0c\x00"], "6985"),
        ([SELECT, OPTIONS, b"\x00\xb2\x01\x14\x00"], "6a82"),
        ([SELECT, OPTIONS, b"\x00\xb2\x03\x0c\x00"], "6a83"),
        ([SELECT, OPTIONS, b"\x00\xb2\x01\x08\x00"], "6a86"),
        ([SELECT, FIRST], "6985"),
        ([SELECT, OPTIONS, b"\x80\xae\xc0\x00" + FIRST[4:]], "6a86"),
        ([SELECT, OPTIONS, FIRST[:4] + b"\x02\x00\x00\x00"], "6700"),
        ([SELECT, OPTIONS, ISSUER], "6985"),
        ([SELECT, OPTIONS, FIRST, ISSUER, ISSUER], "6985"),
        ([SELECT, OPTIONS, FIRST, b"\x80\xae\x80\x00" + LAST[4:]], "6985"),
        ([SELECT, OPTIONS, FIRST, LAST, LAST], "6985"),
        ([b"\x00\xc0\x00\x00\x10"], "6985"),
        ([SELECT, b"\x80\xca\x9f\x17\x00"], "6a88"),
    ],
)
def test_what_does_not_belong_is_refused(commands: list[bytes], status: str) -> None:
    assert played(ChipCard(SHEET), *commands)[-1] == status


@given(
    commands=st.lists(
        st.one_of(st.binary(max_size=40), st.sampled_from([SELECT, OPTIONS, FIRST, ISSUER, LAST])), max_size=12
    )
)
@settings(max_examples=60, deadline=None)
def test_noise_crashes_nothing_and_agrees_to_nothing(commands: list[bytes]) -> None:
    chip = ChipCard(SHEET, set())
    chip.reset()
    for command in commands:
        answer = chip.apdu(command)
        assert len(answer) >= 2
        agreed = answer[:1] == b"\x80" and answer[2] == 0x40
        assert not agreed or commands.count(ISSUER) >= 1
    assert chip.atc <= SHEET.first_atc - 1 + commands.count(OPTIONS) + len(commands)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_shows(fault: str) -> None:
    good = played(ChipCard(SHEET), *(command for command, _, _ in EXAMPLE))
    bad_chip = ChipCard(SHEET, {fault})
    answers = [bad_chip.reset(), *(bad_chip.apdu(command) for command, _, _ in EXAMPLE)]
    plain = ChipCard(SHEET)
    assert answers != [plain.reset(), *(plain.apdu(command) for command, _, _ in EXAMPLE)]
    assert good[-1] == "9000 40"


def test_a_chip_that_asks_back_gives_the_same_in_the_end() -> None:
    chip, plain = ChipCard(SHEET, {"asks_back"}), ChipCard(SHEET)
    chip.reset()
    plain.reset()
    for command, answer, _ in EXAMPLE:
        given = chip.apdu(command)
        if given[0] == 0x61:
            given = chip.apdu(b"\x00\xc0\x00\x00" + given[1:])
        elif given[0] == 0x6C:
            given = chip.apdu(command[:4] + given[1:])
        assert given == plain.apdu(command) == answer


def test_two_applications_are_listed_and_found_one_after_the_other() -> None:
    chip = WALLET["two"].chip()
    chip.reset()
    chip.apdu(EXAMPLE[0][0])
    listed = [chip.apdu(bytes([0x00, 0xB2, number, 0x0C, 0x00])) for number in (1, 2, 3)]
    assert [answer[-2:].hex() for answer in listed] == ["9000", "9000", "6a83"]
    assert b"\x87\x01\x02" in listed[0]
    part = b"\x00\xa4\x04\x00\x07\xa0\x00\x00\x03\x33\x01\x01\x00"
    following = part[:3] + b"\x02" + part[4:]
    found = [chip.apdu(command) for command in (part, following, following)]
    assert [answer[-2:].hex() for answer in found] == ["9000", "9000", "6a82"]
    assert found[0] != found[1]


def test_a_card_that_takes_the_proof_with_the_last_command() -> None:
    chip = WALLET["answer_inside"].chip()
    perso = chip.perso
    _, given = first_cryptogram(chip, 100)
    assert chip.apdu(ISSUER).hex() == "6d00"
    key = session_key(card_key(perso.issuer_key, perso.pan, perso.sequence), chip.atc, perso.rule)
    proof = answer_cryptogram(key, given["9F26"], b"00") + b"00"
    command = b"\x80\xae\x40\x00" + bytes([10 + 31]) + proof + LAST[5:]
    assert chip.apdu(command)[2] == 0x40
    assert chip.at is At.CLOSED


def test_the_wallet_is_marked_and_its_faults_are_known() -> None:
    assert len({card.perso.pan for card in WALLET.values()}) == len(WALLET)
    for name, card in WALLET.items():
        assert card.perso.name == name
        assert card.faults <= set(FAULTS)
        assert len(card.perso.track2) <= 37
        assert card.perso.pan in MARKS
        assert any(mark in card.perso.track1 and mark != card.perso.pan for mark in MARKS)
    assert len(WALLET["long"].perso.pan) == 19


@given(objects=st.lists(st.tuples(st.sampled_from(["5A", "9F26", "5F2D", "91"]), st.binary(max_size=300)), max_size=5))
@settings(max_examples=40, deadline=None)
def test_objects_are_read_as_they_were_written(objects: list[tuple[str, bytes]]) -> None:
    assert parse(b"".join(tlv(tag, value) for tag, value in objects)) == objects


@given(data=st.binary(max_size=60))
@settings(max_examples=80, deadline=None)
def test_objects_are_whole_or_an_error(data: bytes) -> None:
    try:
        objects = parse(data)
    except TlvError:
        return
    assert b"".join(tlv(tag, value) for tag, value in objects) == data


def test_a_doubled_object_is_an_error() -> None:
    with pytest.raises(TlvError, match="twice"):
        once(parse(bytes.fromhex("5A01005A0100")))


def test_a_cryptogram_is_over_all_of_its_data() -> None:
    assert application_cryptogram(LAB_ISSUER_KEY, b"") != application_cryptogram(LAB_ISSUER_KEY, b"\0")
