"""The coin hoppers of the cctalk sheet, byte for byte, and how strict they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.devices.cctalk import CctalkBus, HopperSettings, Scheme
from simulator.devices.cctalk import wire as cctalk_wire
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.cctalk_host import (
    ACK,
    COUNT,
    ENABLE,
    NAK,
    POLL,
    RESET,
    SERIAL_A,
    SERIAL_B,
    STATUS,
    STOP,
    TWO,
    Host,
    Told,
    simple,
    simple_reply,
)

GOLDEN = read("cctalk.txt")
NAMED = HopperSettings(coin_name="CN100A")
EXCHANGES = """
03 00 01 FE FE               / 01 00 03 00 FC
03 00 01 F5 07               / 01 06 03 00 50 61 79 6F 75 74 74
03 00 01 F2 0A               / 01 03 03 00 4E 61 BC 8E
03 00 01 04 F8               / 01 03 03 00 01 04 07 ED
03 00 01 A3 59               / 01 02 03 00 C0 00 3A
03 00 01 A6 56               / 01 04 03 00 00 00 00 00 F8
03 00 01 A8 54               / 01 03 03 00 E8 03 00 0E
03 00 01 D9 23               / 01 01 03 00 10 EB
03 00 01 AB 51               / 01 06 03 00 43 4E 31 30 30 41 93
03 00 01 F7 05               / 01 06 03 00 22 00 1E 00 BC 00 FA
03 00 01 01 FB               / 01 00 03 00 FC
03 01 01 A4 A5 B2            / 01 00 03 00 FC
03 00 01 A3 59               / 01 02 03 00 00 00 FA
"""
"""Section 11.1 and 11.7, typed by hand."""


def golden(name: str) -> tuple[bytes, bytes]:
    (_, asked, _), (_, said, _) = GOLDEN[name]
    return asked, said


def test_start_up_byte_for_byte() -> None:
    host = Host(NAMED, ready=False)
    for line in EXCHANGES.strip().splitlines():
        asked, said = (bytes.fromhex(part) for part in line.split("/"))
        assert host.reply(asked) == said, line
        host.wait(40)  # deaf after a reset


def test_a_payout_byte_for_byte() -> None:
    host = Host(NAMED)
    assert host.reply(golden("pay-5")[0], 2) == golden("pay-5")[1]
    assert host.reply(golden("status-5-to-go")[0]) == golden("status-5-to-go")[1]
    host.wait(500)
    assert host.reply(golden("status-3-to-go")[0]) == golden("status-3-to-go")[1]
    assert host.twin.busy()
    host.wait(1_000)
    assert host.reply(golden("status-done")[0]) == golden("status-done")[1]
    assert host.reply(golden("count-1005")[0]) == golden("count-1005")[1]
    assert host.lying() == (95, 0, 5)
    assert not host.twin.busy()


def test_a_coin_falls_and_is_counted_at_one_instant() -> None:
    host = Host()
    host.pay(3)
    for _ in range(100):
        host.wait(10)
        memory = host.hopper.memory
        assert memory.paid == memory.count - 1_000 == host.out() == 3 - memory.remaining
    assert host.out() == 3


@pytest.mark.parametrize("counts_refused", [True, False])
def test_a_refusal_byte_for_byte(counts_refused: bool) -> None:
    host = Host(HopperSettings(counts_refused=counts_refused), ready=False)
    host.hopper.memory.event, host.hopper.memory.paid = 2, 5
    host.hopper.body.flags.clear()
    assert host.reply(golden("refused")[0]) == golden("refused")[1]
    said = "01 04 03 00 03 00 05 00 F0" if counts_refused else "01 04 03 00 02 00 05 00 F1"
    assert host.reply(golden("refused-moved")[0]) == bytes.fromhex(said)
    assert host.reply(golden("flags-disabled")[0]) == golden("flags-disabled")[1]
    assert host.out() == 0


def test_the_second_hopper_byte_for_byte_while_the_first_is_silent() -> None:
    host = Host(*TWO, ready=False)
    for name in ("serial-b", "enable-b", "pay-1-b"):
        asked, said = golden(name)
        assert host.reply(asked, 2) == said
    host.wait(1_000)
    assert host.reply(golden("status-b")[0]) == golden("status-b")[1]
    assert len(host.matter.place("hopper.1")) == 100
    assert len(host.matter.place("hopper.2")) == 99
    assert host.reply(simple(5, POLL)) == b""


def test_the_crc_form_byte_for_byte() -> None:
    host = Host(HopperSettings(with_crc=True), ready=False)
    for name in ("crc-poll", "crc-refused", "crc-enable"):
        asked, said = golden(name)
        assert host.reply(asked) == said
    host.hopper.memory.event = 0
    assert host.reply(golden("crc-pay-5")[0]) == golden("crc-pay-5")[1]
    host.wait(500)
    assert host.reply(golden("crc-status")[0]) == golden("crc-status")[1]
    assert host.reply(simple(3, POLL)) == b""


def test_published_check_values() -> None:
    assert cctalk_wire.crc(b"123456789") == 0x31C3
    assert cctalk_wire.crc(bytes.fromhex("49 D5 F2")) == 0xA6B3
    assert cctalk_wire.crc(bytes.fromhex("63 FA D1 9F E6 19")) == 0x5BB3
    assert cctalk_wire.frame(40, 0, 1, b"", True) == bytes.fromhex("28 00 46 01 3F")


def test_ends_byte_for_byte() -> None:
    host = Host(coins=2)
    host.hopper.body.flags.clear()
    host.hopper.memory.event = 3
    assert host.pay(5) == 4
    host.wait(12_000)
    for name in ("empty-2-of-5", "flags-empty"):
        assert host.reply(golden(name)[0]) == golden(name)[1]
    for name, switch in (
        ("flags-jam", "jam_next"),
        ("flags-exit-paying", "exit_blocked_next"),
        ("flags-light", "light_paying_next"),
    ):
        host = Host()
        host.hopper.body.flags.clear()
        host.twin.faults.add(switch)
        host.pay(5)
        host.wait(12_000)
        assert host.reply(golden(name)[0]) == golden(name)[1]
    host = Host()
    host.hopper.body.flags.clear()
    host.twin.faults.add("exit_blocked")
    assert host.reply(golden("flags-exit-idle")[0]) == golden("flags-exit-idle")[1]


def test_power_cut_byte_for_byte() -> None:
    host = Host(HopperSettings(flag_bytes=3))
    host.pay(5)
    host.wait(500)
    host.cut()
    assert host.reply(golden("flags-power-3")[0]) == golden("flags-power-3")[1]
    assert host.reply(golden("status-cut")[0]) == golden("status-cut")[1]
    host.cut()  # the supply bounces: unpaid is wiped
    assert host.reply(golden("status-cut")[0]) == bytes.fromhex("01 04 03 00 00 00 02 00 F6")
    assert (host.out(), host.count()) == (2, 1_002)


# -- who is heard


@pytest.mark.parametrize(
    "spoilt", ["03 00 01 A6 57", "03 00 02 A6 55", "03 00 01 85 77", "03 01 01 A6 00 55", "05 00 01 FE FC"]
)
def test_what_is_not_understood_is_met_with_silence(spoilt: str) -> None:
    host = Host()
    assert host.reply(bytes.fromhex(spoilt)) == b""
    assert host.status() == Told(0, 0, 0, 0)


def test_a_gap_makes_the_hopper_begin_anew_and_noise_shifts_everything_until_then() -> None:
    host, request = Host(), simple(3, STATUS)
    for gap_ms, heard in ((24, True), (25, False)):
        host.wait(100)
        host.raw(request[:3], gap_ms)
        assert (host.raw(request[3:])[2:] != b"") is heard
    host.wait(100)
    assert host.reply(b"\x07" + request) == b""
    host.wait(25)
    assert host.reply(request) != b""


def test_without_echo_the_host_hears_replies_only() -> None:
    host = Host(echo=False, ready=False)
    assert host.raw(simple(3, POLL)) == ACK


def test_nobody_answers_before_its_time() -> None:
    host = Host(ready=False)
    assert host.reply(simple(3, POLL), 1) == b""
    assert host.wait(1) == ACK


def test_it_is_deaf_after_power_up_and_after_a_reset() -> None:
    host = Host()
    host.twin.power(False, host.now)
    assert host.reply(simple(3, POLL)) == b""
    host.twin.power(True, host.now)
    host.wait(580)
    assert host.reply(simple(3, POLL), 3) == b""
    host.wait(20)
    assert host.reply(simple(3, POLL)) == ACK
    assert host.reply(simple(3, RESET)) == ACK
    assert host.reply(simple(3, POLL)) == b""
    host.wait(25)
    assert host.reply(simple(3, POLL)) == ACK


def test_two_hoppers_on_one_address_pull_the_line_together() -> None:
    host = Host(TWO[0], replace(TWO[1], address=3), ready=False)
    assert host.reply(simple(3, POLL)) == ACK
    assert host.reply(simple(3, 242)) == bytes.fromhex("01 03 03 00 4E 61 BC 8C")
    assert len(host.reply(simple(3, 252), 1_100)) == 2
    host.reply(simple(3, ENABLE, b"\xa5"))
    host.reply(simple(3, 167, SERIAL_B + b"\x02"))
    host.wait(2_000)
    assert len(host.matter.place("hopper.1")) == 100  # the serial number tells them apart
    assert len(host.matter.place("hopper.2")) == 98


def test_addresses_are_told_one_after_the_other() -> None:
    host = Host(*TWO, ready=False)
    asked = bytes.fromhex("00 00 01 FD 02")
    assert host.reply(asked, 11) == b""
    assert host.wait(1) == b"\x03"
    assert host.wait(4) == b"\x04"
    assert host.reply(simple(3, POLL)) == b""
    host.wait(1_200)
    assert host.reply(simple(3, POLL)) == ACK
    assert host.reply(bytes.fromhex("03 00 01 FC 00"), 1_100) == b"\x03"


def test_a_changed_address_is_answered_from_the_old_one_and_lost_with_power() -> None:
    host = Host(ready=False)
    assert host.reply(bytes.fromhex("03 01 01 FB 04 FC")) == ACK
    assert host.reply(simple(4, POLL)) == simple_reply(4, 0)
    assert host.reply(simple(3, POLL)) == b""
    assert host.reply(simple(4, 251, b"\x01")) == b""
    host.cut()
    assert host.reply(simple(3, POLL)) == ACK


# -- when coins are paid


def test_every_reason_for_a_refusal() -> None:
    host = Host()
    pay = SERIAL_A + b"\x02"
    assert host.refused(167, SERIAL_B + b"\x02")
    assert host.refused(167, b"\x02")
    assert host.refused(167, b"")
    assert host.refused(167, bytes(8) + b"\x02")
    host.pay(2)
    assert host.refused(167, pay)  # a payout is running
    host.wait(1_000)
    assert host.out() == 2
    for disabling in (b"\x00", b"\xa4", b"\x01"):
        host.ask(ENABLE, disabling)
        assert host.refused(167, pay)
        host.ask(ENABLE, b"\xa5")
    host.ask(165, bytes([34, 0, 30, 1]))  # single coins from now on
    assert host.refused(167, pay)
    host.pay(1)
    host.wait(1_000)
    assert host.out() == 3


def test_nothing_asked_is_a_command_all_the_same() -> None:
    host = Host()
    assert host.pay(0) == 1
    assert host.status() == Told(1, 0, 0, 0)
    assert host.out() == 0


def test_the_event_counter_goes_from_255_to_1() -> None:
    host = Host(rate=0)
    assert [host.pay(0) for _ in range(257)] == [*range(1, 256), 1, 2]


def test_a_hopper_may_answer_a_payout_without_a_number() -> None:
    host = Host(HopperSettings(reply_counter=False, dispense_count=False))
    assert host.ask(167, SERIAL_A + b"\x01") == b""
    assert host.reply(simple(3, COUNT)) == b""
    host.wait(1_000)
    assert host.status() == Told(1, 0, 1, 0)


def test_a_key_is_good_for_one_payout() -> None:
    host = Host(HopperSettings(scheme=Scheme.DUMMY), rate=0)
    pay = bytes(8) + b"\x05"
    assert host.refused(167, pay)
    keys = {host.ask(160) for _ in range(5)}
    assert len(keys) == 5
    assert {len(key) for key in keys} == {8}
    assert host.pay(5, bytes(8)) == 2
    assert host.refused(167, pay)
    assert host.out() == 5
    assert Host(rate=0).reply(simple(3, 160)) == b""  # the serial scheme knows no keys


def test_a_cipher_is_asked_for_its_answer() -> None:
    host = Host(HopperSettings(scheme=Scheme.CIPHER, cipher=lambda key: key[::-1], flag_bytes=3), rate=0)
    key = host.ask(160)
    assert host.pay(1, key[::-1]) == 1
    assert host.ask(161, key) == b""
    assert host.refused(167, host.ask(160) + b"\x01")
    assert host.flags() == "40 00 18"  # key wrong, encryption on
    assert host.refused(167, host.ask(160)[::-1] + b"\x01")  # blocked until a reset
    assert host.out() == 1


def test_the_pin_bars_payouts_and_a_wrong_one_is_answered_late() -> None:
    host = Host(HopperSettings(pin=b"1234"), rate=0)
    assert host.refused(167, SERIAL_A + b"\x01")
    assert host.reply(simple(3, 218, b"1235"), 236) == b""
    assert host.wait(1) == ACK
    assert host.reply(bytes.fromhex("03 04 01 DA 31 32 33 34 54")) == ACK
    host.pay(1)
    assert host.out() == 1
    assert host.flags()[3:] == "80"


def test_a_unit_that_is_deaf_before_its_pin() -> None:
    host = Host(HopperSettings(pin=b"1234", deaf_until_pin=True), ready=False)
    assert host.reply(simple(3, POLL)) == b""
    assert host.reply(simple(3, RESET)) == b""
    assert host.reply(simple(3, 218, b"1234")) == ACK
    assert host.reply(simple(3, POLL)) == ACK


# -- the emergency stop, resets and power


def test_a_stop_ends_the_payout_and_the_coin_in_flight_is_counted_late() -> None:
    host = Host()
    host.pay(10)
    host.wait(3 * 250 + 205)
    assert host.ask(STOP, wait_ms=3) == b"\x07"
    assert host.status() == Told(1, 0, 3, 7)
    host.wait(50)
    assert host.status() == Told(1, 0, 4, 6)
    assert host.out() == 4
    assert host.refused(167, SERIAL_A + b"\x01")  # to be enabled again
    assert host.ask(STOP) == b"\x00"


def test_a_stop_may_clear_the_counter_and_a_unit_may_forget_what_is_unpaid() -> None:
    host = Host(HopperSettings(stop_clears_counter=True, keeps_unpaid=False))
    host.pay(5)
    host.wait(100)
    assert host.ask(STOP) == b"\x05"
    assert host.status() == Told(0, 0, 0, 0)


def test_a_reset_in_a_payout_keeps_what_was_paid_and_forgets_the_counter() -> None:
    host = Host()
    host.pay(5)
    host.wait(500)
    assert host.ask(RESET) == b""
    host.wait(100)
    assert host.status() == Told(0, 0, 2, 3)
    assert host.flags() == "80 00"
    assert host.count() == 1_000 + host.out() == 1_002


def test_an_idle_power_cut_wipes_what_is_unpaid() -> None:
    host = Host(coins=2)
    host.pay(5)
    host.wait(12_000)
    assert host.status() == Told(1, 0, 2, 3)
    host.cut()
    assert host.status() == Told(0, 0, 2, 0)
    assert host.flags() == "c0 00"


def test_a_power_cut_at_any_moment_leaves_the_count_right() -> None:
    for after_ms in range(0, 1_600, 15):
        host = Host(HopperSettings(flag_bytes=3))
        host.pay(5)
        host.wait(after_ms)
        running = host.hopper.body.paying
        host.cut()
        told = host.status()
        assert told.event == told.remaining == 0
        assert told.paid == host.out() == host.count() - 1_000
        assert told.unpaid == (5 - told.paid if running else 0)
        assert sum(host.lying()) == 100
        assert host.flags()[-1] == ("1" if running else "0")
        assert host.refused(167, SERIAL_A + b"\x01")


def test_only_one_hopper_of_two_loses_its_mains() -> None:
    host = Host(*TWO)
    host.pay(4)
    host.wait(300)
    host.twin.hoppers[1].power(False, host.now)
    assert host.reply(simple(4, POLL)) == b""
    host.wait(1_000)
    assert host.status() == Told(1, 0, 4, 0)


def test_a_purge_empties_the_bowl_through_the_exit() -> None:
    host = Host(HopperSettings(purges=True), coins=7)
    assert host.reply(simple(3, 121, b"\x00\x02")) == ACK
    host.wait(1_000)
    assert host.status() == Told(1, 0, 2, 0)
    assert host.reply(simple(3, 121, b"\x00\x00")) == ACK
    host.wait(600)
    assert host.status() == Told(2, 255, 2, 0)
    host.wait(12_000)
    assert host.status() == Told(2, 0, 5, 0)
    assert host.lying() == (0, 0, 7)
    assert host.count() == 1_007
    host.hopper.fill(100, 9)
    host.reply(simple(3, 121, b"\x00\x00"))
    host.wait(600)
    host.cut()
    assert host.status() == Told(0, 0, 2, 0)  # nobody knows how many there were to come
    assert Host().reply(simple(3, 121, b"\x00\x00")) == b""  # most hoppers know no purge


# -- sensors


def test_levels_are_told_two_seconds_late() -> None:
    host = Host(HopperSettings(low_coins=10, high_coins=30), coins=11)
    assert host.ask(217) == b"\x30"
    host.pay(2)
    host.wait(1_000)
    assert host.ask(217) == b"\x30"
    host.wait(2_000)
    assert host.ask(217) == b"\x31"
    host.hopper.fill(100, 21)
    host.ask(217)
    host.wait(2_000)
    assert host.ask(217, b"\x00") == b"\x32"
    assert host.ask(192) == b"Lev HiLo"


@pytest.mark.parametrize(
    ("low", "high", "code", "level"),
    [(5, None, b"Lev Lo", b"\x10"), (None, 5, b"Lev Hi ", b"\x22"), (None, None, b"Standard", b"\x00")],
)
def test_a_sensor_that_is_not_fitted_tells_nothing(
    low: int | None, high: int | None, code: bytes, level: bytes
) -> None:
    host = Host(HopperSettings(low_coins=low, high_coins=high))
    assert host.ask(192) == code
    assert host.ask(217) == level


def test_a_full_tray_holds_the_coin_in_the_exit() -> None:
    host = Host()
    host.matter.place("change.cup").capacity = 2
    host.pay(4)
    host.wait(3_000)
    assert host.lying() == (97, 1, 2)
    assert host.status() == Told(1, 0, 2, 2)
    assert host.ask(236) == b"\x81"
    assert len(host.hopper.clear_exit()) == 1
    assert host.ask(236) == b"\x00"


def test_somebody_takes_the_coins_out_while_the_disc_turns() -> None:
    host = Host()
    host.pay(5)
    host.wait(300)
    assert host.hopper.empty_bowl("vault") == 99
    host.wait(12_000)
    assert host.status() == Told(1, 0, 1, 4)
    assert host.lying() == (0, 0, 1)


def test_the_time_out_is_a_variable_until_the_next_reset() -> None:
    host = Host(coins=0)
    host.ask(165, bytes([34, 0, 3, 0]))
    assert host.ask(247)[2] == 3
    host.pay(1)
    host.wait(1_000)
    assert host.status() == Told(1, 0, 0, 1)
    host.ask(RESET)
    host.wait(100)
    assert host.ask(247)[2] == 30


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": 1},
        {"serial": 1 << 24},
        {"flag_bytes": 0},
        {"scheme": Scheme.CIPHER},
        {"cipher": bytes},
        {"pin": b"123"},
    ],
)
def test_settings_that_no_hopper_has_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        HopperSettings(**wrong)  # type: ignore[arg-type]


def test_two_hoppers_cannot_have_one_bowl() -> None:
    with pytest.raises(ValueError, match="same number"):
        CctalkBus(Matter(), Speeds(), (HopperSettings(), HopperSettings(address=4)))


def test_a_refusal_is_a_nak_of_the_hopper_that_refuses() -> None:
    assert Host(ready=False).reply(simple(3, 167, SERIAL_A + b"\x01")) == NAK
