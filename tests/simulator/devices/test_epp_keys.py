"""Keys, check values, MACs and ciphers of the PIN pad twin (pin-pad sheet, sections 3, 5, 6 and 8); `psec` judges."""

import psec
import pytest
from psec.aes import encrypt_aes_ecb
from psec.des import decrypt_tdes_cbc, encrypt_tdes_cbc, encrypt_tdes_ecb, generate_kcv

from simulator.devices.epp import Use
from simulator.devices.epp.authentication import LOCKED_MS, TRIES
from simulator.devices.epp.testkeys import IMK, TMK
from tests.simulator.devices.epp_host import AES_KEY, DATA_KEY, LOADS, MAC_KEY, PIN_KEY, WRAPPED, Host

MESSAGE = b"0200303803000EC28011196225880012345678"
IV = bytes(8)

pytestmark = pytest.mark.filterwarnings("ignore:.*TripleDES")


def wrapped(key: bytes, master: bytes = TMK) -> str:
    return encrypt_tdes_ecb(master, key).hex().upper()


def test_check_values_of_the_sheet_and_of_the_oracle() -> None:
    host = Host(keys="masters")
    for index, use, key in ((0x30, 3, PIN_KEY), (0x31, 5, MAC_KEY), (0x32, 6, DATA_KEY)):
        assert wrapped(key) == WRAPPED[key]
        told = generate_kcv(key, 4).hex().upper()
        assert host.ask(f"220{index:02X}{use}2{WRAPPED[key]}") == (0x60, told)
    assert host.pad.held_keys() == {0x80: Use.IMK, 0x20: Use.TMK, 0x30: Use.PIN, 0x31: Use.MAC, 0x32: Use.DATA}


@pytest.mark.parametrize("size", [8, 16, 24])
def test_keys_of_all_lengths_under_a_master_of_24(size: int) -> None:
    host = Host(keys="masters")
    master = psec.des.adjust_key_parity(bytes(range(24)))
    key = psec.des.adjust_key_parity(bytes(range(0x40, 0x40 + size)))
    assert host.ask("12123" + master.hex().upper()) == (0x60, generate_kcv(master, 4).hex().upper())
    told = generate_kcv(key, 4).hex().upper()
    assert host.ask(f"221405{size // 8}{wrapped(key, master)}") == (0x60, told)


def test_a_tmk_comes_in_clear_or_under_the_imk() -> None:
    host = Host(keys="blank")
    assert host.code("12022" + TMK.hex().upper()) == 0xE1
    assert host.ask("18012" + IMK.hex().upper()) == (0x60, generate_kcv(IMK, 4).hex().upper())
    assert host.ask("280" + "2022" + wrapped(TMK, IMK)) == (0x60, "08D7B4FB")
    assert host.code(LOADS[0]) == 0x60


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2203033" + WRAPPED[PIN_KEY] + "00" * 8, 0xE3),  # longer than its master
        ("2203030" + WRAPPED[PIN_KEY], 0xE3),
        ("2203034" + WRAPPED[PIN_KEY], 0xE3),
        ("2203031" + WRAPPED[PIN_KEY], 0xE8),
        ("2203032" + WRAPPED[PIN_KEY][:-2], 0xE8),
        ("2203032" + WRAPPED[PIN_KEY][:-1], 0xE8),
        ("2203032" + WRAPPED[PIN_KEY][:-1] + "x", 0xE9),
        ("2203032" + WRAPPED[PIN_KEY].lower(), 0xE9),
        ("2200032" + WRAPPED[PIN_KEY], 0xE4),  # to index 00
        ("220FF32" + WRAPPED[PIN_KEY], 0xE4),
        ("2213032" + WRAPPED[PIN_KEY], 0xE5),  # under a master that is not there
        ("2313032" + WRAPPED[PIN_KEY], 0xE5),  # under a MAC key
        ("2803032" + WRAPPED[PIN_KEY], 0xE5),  # under the IMK
        ("2202122" + WRAPPED[PIN_KEY], 0xE5),  # a TMK under a TMK
        ("2202112" + WRAPPED[PIN_KEY], 0xEB),  # an IMK
        ("2203002" + WRAPPED[PIN_KEY], 0xEB),
        ("2203032" + WRAPPED[MAC_KEY], 0xE5),  # one value under two uses
        ("2204162" + WRAPPED[PIN_KEY], 0xE5),
        ("2203032" + "08D7B4FB629D0885" * 2, 0xE6),  # zeros
        ("13032" + PIN_KEY.hex().upper(), 0xEB),  # a work key in clear
        ("12121" + "01" * 8, 0xE3),  # a master of 8 bytes
        ("12122" + "00" * 16, 0xE6),
        ("1", 0xE8),
        ("2", 0xE8),
        ("22030", 0xE8),
    ],
)
def test_a_key_that_is_not_right_changes_nothing(text: str, code: int) -> None:
    host = Host()
    before, macs = dict(host.pad.held_keys()), host.ask("831A00")
    assert host.code(text) == code
    assert host.pad.held_keys() == before
    assert host.ask("831A00") == macs


def test_missing_masters_are_told_apart() -> None:
    host = Host()
    assert host.code("20020" + "00") == 0x60  # erase the TMK
    assert host.code(LOADS[0]) == 0xE2
    assert host.code("831A00") == 0xE2
    assert host.code("20080" + "00") == 0x60
    assert host.code("831A00") == 0xE1
    assert host.open_pin() == 0xE1


def test_erasing_is_done_twice_without_complaint_and_wiping_takes_all() -> None:
    host = Host()
    assert [host.code("2003100"), host.code("2003100")] == [0x60, 0x60]
    assert host.code("831A00") == 0xE5
    assert 0x31 not in host.pad.held_keys()
    assert host.code("5031") == 0x60
    assert host.pad.held_keys() == {}


def test_keys_outlive_a_power_cut() -> None:
    host = Host()
    before = host.ask("831A" + MESSAGE.hex().upper())
    host.restart()
    assert host.ask("831A" + MESSAGE.hex().upper()) == before
    assert before[0] == 0x60


# -- what keys are used for


def test_macs_of_the_sheet() -> None:
    host = Host()
    text = MESSAGE.hex().upper()
    assert host.ask("8312" + text) == (0x60, "6F10D3EF89C4EC73")
    assert host.ask("831A" + text) == (0x60, "2CDB1143AA1C836D")
    assert psec.mac.generate_cbc_mac(MAC_KEY[:8], MESSAGE, 1).hex().upper() == "6F10D3EF89C4EC73"
    assert psec.mac.generate_cbc_mac(MAC_KEY, MESSAGE, 1).hex().upper() == "2CDB1143AA1C836D"


def test_the_unionpay_mac_is_mode_a_over_sixteen_characters() -> None:
    filled = MESSAGE + bytes(-len(MESSAGE) % 8)
    folded = bytes(8)
    for start in range(0, len(filled), 8):
        folded = bytes(a ^ b for a, b in zip(folded, filled[start : start + 8], strict=True))
    assert folded.hex().upper() == "39303C3F3544770A"
    assert Host().ask("831A" + folded.hex().upper().encode().hex().upper()) == (0x60, "ACEEF05C7886A3E1")


@pytest.mark.parametrize("size", [1, 7, 8, 9, 24, 200])
def test_macs_of_any_length_by_the_oracle(size: int) -> None:
    host, data = Host(), bytes(range(size))
    for mode, key in (("2", MAC_KEY[:8]), ("A", MAC_KEY)):
        told = psec.mac.generate_cbc_mac(key, data, 1).hex().upper()
        assert host.ask(f"831{mode}{data.hex().upper()}") == (0x60, told)


def test_ciphers_by_the_oracle() -> None:
    host, data = Host(), bytes(range(24))
    ecb, cbc = encrypt_tdes_ecb(DATA_KEY, data), encrypt_tdes_cbc(DATA_KEY, IV, data)
    assert host.ask("9321" + data.hex().upper()) == (0x60, ecb.hex().upper())
    assert host.ask("9322" + data.hex().upper()) == (0x60, cbc.hex().upper())
    assert host.ask("932A" + ecb.hex().upper()) == (0x60, data.hex().upper())
    assert host.ask("932B" + cbc.hex().upper()) == (0x60, data.hex().upper())
    assert decrypt_tdes_cbc(DATA_KEY, IV, cbc) == data


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("830A00", 0xE5),  # a MAC with the PIN key
        ("832A00", 0xE5),
        ("833A00", 0xE5),
        ("831B00", 0xEB),
        ("831A", 0xE8),
        ("831A0", 0xE9),
        ("800A00", 0xE4),
        ("9301" + "00" * 8, 0xE5),  # the PIN key never enciphers what a host gives
        ("930A" + "00" * 8, 0xE5),  # nor tells what a block says
        ("9201" + "00" * 8, 0xE5),  # nor does a master
        ("9311" + "00" * 8, 0xE5),
        ("9321" + "00" * 7, 0xE8),
        ("9321", 0xE8),
        ("9323" + "00" * 8, 0xEB),
    ],
)
def test_keys_serve_what_they_are_for(text: str, code: int) -> None:
    assert Host().code(text) == code


def test_a_one_way_key_only_enciphers() -> None:
    host = Host(keys="masters")
    assert host.code("2203272" + WRAPPED[DATA_KEY]) == 0x60
    assert host.code("9321" + "00" * 8) == 0x60
    assert host.code("932A" + "00" * 8) == 0xE5


def test_an_aes_key_has_its_own_check_value() -> None:
    host = Host()
    assert host.ask("2203342" + wrapped(AES_KEY)) == (0x60, encrypt_aes_ecb(AES_KEY, bytes(16))[:4].hex().upper())
    assert host.code("2203341" + wrapped(AES_KEY[:8])) == 0xE3
    assert host.code("833A00") == 0xE5


# -- authentication


def authenticate(host: Host, index: int, end: str, key: bytes, user_id: bytes = b"\x11" * 8) -> int:
    number = bytes.fromhex(host.ask(":A0" + "0" * 16)[1])
    challenge = bytes.fromhex(host.ask(f":{index:02X}{number.hex().upper()}")[1])
    assert challenge == encrypt_tdes_ecb(key, number)
    answer = encrypt_tdes_ecb(user_id, challenge)
    code, proof = host.ask(f":{end}{answer.hex().upper()}")
    assert code != 0x60 or proof == encrypt_tdes_ecb(user_id, answer).hex().upper()
    return code


def test_a_guarded_pad_takes_masters_from_who_proves_himself() -> None:
    host = Host(guarded=True)
    load, erase = "12122" + psec.des.adjust_key_parity(bytes(range(16))).hex().upper(), "2002000"
    assert [host.code(load), host.code(erase), host.code("5031")] == [0xEC] * 3
    assert host.code(LOADS[0]) == 0x60
    assert authenticate(host, 0x20, "90", TMK) == 0x60
    assert host.code(load) == 0x60
    host.restart()
    assert host.code(load) == 0xEC
    assert authenticate(host, 0x80, "91", IMK) == 0x60
    assert host.code("5031") == 0x60


def test_wrong_answers_lock_it() -> None:
    host = Host(guarded=True)
    assert authenticate(host, 0x20, "91", TMK) == 0xEC  # the end of another challenge
    for _ in range(TRIES):
        assert authenticate(host, 0x20, "90", TMK, b"\x22" * 8) == 0xEC
    assert host.code(":A0" + "0" * 16) == 0xED
    host.now += LOCKED_MS
    assert authenticate(host, 0x20, "90", TMK) == 0x60


def test_a_challenge_is_for_the_number_that_was_given() -> None:
    host = Host()
    assert host.code(":20" + "00" * 8) == 0xEC
    first = host.ask(":A0" + "0" * 16)[1]
    assert host.code(":20" + "00" * 8) == 0xEC
    assert host.code(":30" + first) == 0xE5
    assert host.code(":20" + first) == 0x60
    assert host.code(":20" + first) == 0xEC
    assert host.ask(":A0" + "0" * 16)[1] != first
    assert host.code(":A0") == 0xE8


def test_the_user_id_is_set_once() -> None:
    host = Host(user_id=None)
    assert host.code(":90" + "00" * 8) == 0xEC
    assert host.code(":80" + "22" * 8) == 0x60
    assert host.code(":80" + "33" * 8) == 0xEC
    assert authenticate(host, 0x20, "90", TMK, b"\x22" * 8) == 0x60
