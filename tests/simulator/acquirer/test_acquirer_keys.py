"""Keys, PIN blocks, MACs and cryptograms: the sheets' vectors, and libraries of other people that must agree."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psec import des as psec_des
from psec import mac as psec_mac
from psec import pinblock
from pyemv import ac, kd

from simulator.acquirer.keys import (
    LAB_TAK,
    LAB_TMK,
    LAB_TPK,
    KeysRefused,
    LabKeys,
    PinFormat,
    message_mac,
    pin_block,
    pin_of,
)
from simulator.devices.chip_card.cryptograms import (
    SessionRule,
    answer_cryptogram,
    application_cryptogram,
    card_key,
    session_key,
)
from simulator.devices.des import check_value, decrypt, encrypt, odd_parity, padded, retail_mac

KEY16 = st.binary(min_size=16, max_size=16)
PAN = st.text("0123456789", min_size=13, max_size=19)
PIN = st.text("0123456789", min_size=4, max_size=12)
SHEET_MESSAGE = b"0200303803000EC28011196225880012345678"
few = settings(max_examples=40, deadline=None)

pytestmark = pytest.mark.filterwarnings("ignore:.*TripleDES.*")


@pytest.mark.parametrize(
    ("key", "check", "sealed"),
    [
        (LAB_TMK, "08D7B4FB629D0885", ""),
        (LAB_TPK, "27F14DD3A4018B8B", "4706E740B9DDA29F138E973E39979F5C"),
        (LAB_TAK, "76CDB553596CF59F", "541B3C01A778416611C2E290748628CC"),
    ],
)
def test_keys_of_the_pin_pad_sheet(key: bytes, check: str, sealed: str) -> None:
    assert check_value(key).hex().upper() == check
    assert not sealed or encrypt(LAB_TMK, key).hex().upper() == sealed
    assert psec_des.generate_kcv(key, 8) == check_value(key)


@given(key=KEY16, blocks=st.integers(1, 5), data=st.data())
@few
def test_triple_des_is_that_of_others(key: bytes, blocks: int, data: st.DataObject) -> None:
    text = data.draw(st.binary(min_size=8 * blocks, max_size=8 * blocks))
    assert encrypt(key, text) == psec_des.encrypt_tdes_ecb(key, text)
    assert decrypt(key, encrypt(key, text)) == text
    assert odd_parity(key) == psec_des.adjust_key_parity(key)


@given(key=KEY16, message=st.binary(max_size=80))
@few
def test_the_retail_mac_is_that_of_others(key: bytes, message: bytes) -> None:
    assert retail_mac(key, padded(message)) == psec_mac.generate_retail_mac(key[:8], key[8:], message, 2)


def test_macs_of_the_pin_pad_sheet() -> None:
    assert retail_mac(LAB_TAK, padded(SHEET_MESSAGE)).hex().upper() == "456008F544C59A34"
    assert message_mac(LAB_TAK, SHEET_MESSAGE) == b"ACEEF05C"


@given(pin=PIN, pan=PAN)
@few
def test_pin_blocks_are_those_of_others(pin: str, pan: str) -> None:
    block = pin_block(LAB_TPK, pin, pan)
    assert psec_des.decrypt_tdes_ecb(LAB_TPK, block) == pinblock.encode_pinblock_iso_0(pin, pan)
    assert pin_of(LAB_TPK, block, pan) == pin


def test_pin_blocks_of_the_pin_pad_sheet() -> None:
    assert pin_block(LAB_TPK, "123456", "6225880012345678").hex().upper() == "BB1A6FE9B5A130FE"
    assert pin_block(LAB_TPK, "1234", "4761739001010119").hex().upper() == "0FCCC282BD2D79C3"


@given(block=st.binary(min_size=8, max_size=8), pan=PAN)
@few
def test_a_made_up_pin_block_holds_a_pin_or_is_refused(block: bytes, pan: str) -> None:
    try:
        pin = pin_of(LAB_TPK, block, pan)
    except PinFormat:
        with pytest.raises((PinFormat, ValueError)):
            pinblock.decode_pinblock_iso_0(psec_des.decrypt_tdes_ecb(LAB_TPK, block), pan)
    else:
        assert pin_block(LAB_TPK, pin, pan) == block


@given(
    key=KEY16,
    pan=st.text("0123456789", min_size=12, max_size=19),
    sequence=st.text("0123456789", min_size=2, max_size=2),
)
@few
def test_card_keys_are_those_of_others(key: bytes, pan: str, sequence: str) -> None:
    assert card_key(key, pan, sequence) == kd.derive_icc_mk_a(key, pan, sequence)


@given(key=KEY16, atc=st.integers(0, 0xFFFF), data=st.binary(max_size=60), code=st.binary(min_size=2, max_size=2))
@few
def test_cryptograms_are_those_of_others(key: bytes, atc: int, data: bytes, code: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        common = session_key(key, atc, SessionRule.EMV_COMMON)
        assert common == kd.derive_common_sk(key, atc.to_bytes(2, "big") + bytes(6))
        for rule in SessionRule:
            session = session_key(key, atc, rule)
            cryptogram = application_cryptogram(session, data)
            assert cryptogram == ac.generate_ac(session, data, ac.PaddingType.EMV)
            assert answer_cryptogram(session, cryptogram, code) == ac.generate_arpc_1(session, cryptogram, code)


@given(key=KEY16, atc=st.integers(0, 0xFFFF))
@few
def test_the_chinese_session_key_is_two_blocks_under_the_card_key(key: bytes, atc: int) -> None:
    halves = [atc.to_bytes(8, "big"), (atc ^ 0xFFFF).to_bytes(8, "big")]
    expected = b"".join(psec_des.encrypt_tdes_ecb(key, half) for half in halves)
    assert session_key(key, atc, SessionRule.PBOC) == expected


def test_the_published_example_of_the_emv_sheet() -> None:
    key = card_key(bytes.fromhex("F0C34A8124CEE0A91A0B034AA97D6EAC"), "6228000100001", "01")
    assert key == odd_parity(bytes.fromhex("014D996FCC8F49157DC8B49E3BCDFD99"))  # the source leaves parity as it falls
    session = session_key(key, 0x0240, SessionRule.PBOC)
    assert session.hex().upper() == "D4102725E6E5AD329E55AAB50BF23DA9"
    data = bytes.fromhex("000000000001000000000000015600800460000156140701001E78EEBC7D00024003A04002")
    arqc = application_cryptogram(session, data)
    assert arqc.hex().upper() == "5D016C91005E7CC2"
    assert answer_cryptogram(session, arqc, b"01").hex().upper() == "21415243527CE78F"


def test_the_second_source_of_the_emv_sheet() -> None:
    key = card_key(bytes.fromhex("A46B717318EED28A2B5DB38FCC28FE6E"), "6214157312900025165", "00")
    assert key == odd_parity(bytes.fromhex("9D70763D423A2A0023265A2AAF503084"))


def test_keys_of_the_lab_are_refused_elsewhere() -> None:
    for environment in ("production", "", "LAB"):
        with pytest.raises(KeysRefused, match="published test keys"):
            LabKeys(environment)
    assert "9876" not in repr(LabKeys("lab"))


def test_each_sign_in_has_keys_of_its_own() -> None:
    keys = LabKeys("lab")
    given = [keys.work_keys(number) for number in range(1, 6)]
    assert len({each.pin for each in given} | {each.mac for each in given}) == 10
    sealed = keys.sealed(given[3])
    assert (decrypt(LAB_TMK, sealed[:16]), decrypt(LAB_TMK, sealed[20:36])) == (given[3].pin, given[3].mac)
    assert (sealed[16:20], sealed[36:]) == (check_value(given[3].pin)[:4], check_value(given[3].mac)[:4])


def test_a_single_mac_key_lies_twice_in_its_place() -> None:
    keys = LabKeys("lab", mac_bytes=8)
    work = keys.work_keys(1)
    assert work.mac == LAB_TAK[:8] * 2
    assert message_mac(work.mac, SHEET_MESSAGE) == message_mac(LAB_TAK[:8], SHEET_MESSAGE)
    assert decrypt(LAB_TMK, keys.sealed(work)[20:36]) == work.mac
