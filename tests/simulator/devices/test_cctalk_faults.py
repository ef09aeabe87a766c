"""Each fault switch of the hoppers moves coins as its sentence says, and tells of it as the cctalk sheet says."""

from __future__ import annotations

import pytest

from simulator.devices.cctalk import HopperSettings, Scheme
from simulator.devices.cctalk.faults import BUS, HOPPER
from simulator.devices.linkfaults import LINK_FAULTS, NOISE
from tests.simulator.devices.cctalk_host import (
    ACK,
    ENABLE,
    POLL,
    RESET,
    SERIAL_A,
    STATUS,
    TWO,
    Host,
    Told,
    simple,
    simple_reply,
)

PAY_3 = SERIAL_A + b"\x03"

PAID: dict[str, tuple[Told, str, tuple[int, int, int], int]] = {
    # three coins asked of eight -> what STATUS tells, TEST (power-up flag apart), coins in bowl, exit, tray; counted
    "bridge": (Told(1, 0, 0, 3), "02 00", (8, 0, 0), 0),
    "empty_next": (Told(1, 0, 0, 3), "02 00", (8, 0, 0), 0),
    "jam_next": (Told(1, 0, 0, 3), "05 00", (8, 0, 0), 0),
    "jam_cleared_next": (Told(1, 0, 3, 0), "04 00", (5, 0, 3), 3),
    "motor_stalled": (Told(1, 0, 0, 3), "05 00", (8, 0, 0), 0),
    "motor_dead": (Told(1, 0, 0, 3), "02 00", (8, 0, 0), 0),
    "sensor_misses_next": (Told(1, 0, 3, 0), "00 00", (4, 0, 4), 3),
    "sticks_in_exit_next": (Told(1, 0, 0, 3), "20 00", (7, 1, 0), 0),
    "exit_blocked_next": (Told(1, 0, 0, 3), "20 00", (7, 0, 1), 0),
    "light_paying_next": (Told(1, 0, 0, 3), "00 01", (7, 0, 1), 0),
    "overrun_next": (Told(1, 0, 4, 0), "00 00", (4, 0, 4), 4),
    "resets_mid_payout_next": (Told(0, 0, 1, 2), "c0 00", (7, 0, 1), 1),
    "resets_keeping_counter_next": (Told(1, 0, 1, 2), "c0 00", (7, 0, 1), 1),
}
BLOCKED = {"jam_next", "motor_stalled", "sticks_in_exit_next", "exit_blocked_next", "light_paying_next"}
RESTARTED = {"resets_mid_payout_next", "resets_keeping_counter_next"}


@pytest.mark.parametrize("name", PAID)
def test_each_switch_moves_what_it_says(name: str) -> None:
    host = Host(coins=8)
    host.hopper.body.flags.clear()
    host.twin.faults.add(name)
    told, flags, lying, counted = PAID[name]
    host.ask(167, PAY_3)
    host.wait(15_000)
    assert host.status() == told
    assert host.flags() == flags
    assert host.lying() == lying
    assert host.count() == 1_000 + counted
    assert (name in host.twin.faults) == (not name.endswith("_next"))
    assert host.refused(167, SERIAL_A + b"\x00") == (name in BLOCKED | RESTARTED)


def restarted(host: Host) -> None:
    host.ask(RESET)
    host.wait(50)
    host.ask(ENABLE, b"\xa5")


def test_a_jam_is_gone_after_a_reset_and_a_stalled_motor_stalls_again() -> None:
    for name, paid in (("jam_next", 2), ("motor_stalled", 0)):
        host = Host()
        host.twin.faults.add(name)
        host.pay(2)
        host.wait(2_000)
        restarted(host)
        host.pay(2)
        host.wait(2_000)
        assert host.status() == Told(1, 0, paid, 2 - paid)
        assert host.out() == paid


def test_a_stuck_coin_is_seen_again_and_may_be_pushed_out_before() -> None:
    host = Host(coins=8)
    host.twin.faults.add("sticks_in_exit_next")
    host.pay(2)
    host.wait(2_000)
    restarted(host)
    host.wait(333)
    assert host.flags() == "08 00"
    assert host.refused(167, PAY_3)
    restarted(host)
    host.pay(2)
    host.wait(2_000)
    assert host.lying() == (6, 0, 2)
    assert host.status() == Told(1, 0, 2, 0)


def test_a_covered_exit_swallows_the_count_of_one_coin() -> None:
    host = Host(coins=8)
    host.pay(4)
    host.wait(500)
    host.twin.faults.add("exit_blocked")
    host.wait(2_000)
    assert (host.status(), host.out(), host.flags()) == (Told(1, 0, 2, 2), 3, "60 00")
    host.twin.faults.clear()
    assert host.refused(167, PAY_3)
    restarted(host)
    host.ask(167, PAY_3)
    host.wait(2_000)
    assert host.out() == 6


def test_what_covers_the_exit_stays_until_somebody_clears_it() -> None:
    host = Host(coins=8)
    host.twin.faults.add("exit_blocked_next")
    host.pay(2)
    host.wait(2_000)
    host.cut()
    assert host.flags() == "c8 00"
    restarted(host)
    host.wait(333)
    assert host.refused(167, PAY_3)
    assert host.hopper.clear_exit() == []
    restarted(host)
    host.ask(167, PAY_3)
    host.wait(2_000)
    assert host.lying() == (4, 0, 4)


def test_light_while_idle_bars_payouts_until_a_reset_without_it() -> None:
    for count, flags in ((1, "10"), (2, "10 00")):
        host = Host(HopperSettings(flag_bytes=count))
        restarted(host)
        host.twin.faults.add("light_idle")
        host.wait(333)
        assert host.flags() == flags
        assert host.refused(167, PAY_3)
        host.twin.faults.clear()
        assert host.refused(167, PAY_3)
        restarted(host)
        host.wait(400)
        assert host.pay(1) == 1


def test_a_late_coin_is_counted_after_the_end() -> None:
    host = Host(coins=8)
    host.twin.faults |= {"empty_next", "late_coin_next"}
    host.pay(3)
    while host.twin.hoppers[0].body.paying:
        host.wait(10)
    assert host.status() == Told(1, 0, 0, 3)
    host.wait(50)
    assert host.status() == Told(1, 0, 1, 2)
    assert host.lying() == (7, 0, 1)


def test_a_coin_may_fall_uncounted_when_the_power_goes() -> None:
    for name, paid in (("cut_uncounted_next", 0), ("slow_reply", 1)):
        host = Host()
        host.twin.faults.add(name)
        host.hopper.body.pay(3, host.now)
        host.wait(210)
        host.cut()
        host.twin.faults.clear()
        assert (host.out(), host.status()) == (1, Told(0, 0, paid, 3 - paid))


def test_memory_that_was_not_written() -> None:
    for count, flags in ((2, "c0 40"), (3, "c0 40 01")):
        host = Host(HopperSettings(flag_bytes=count))
        host.pay(1)
        host.wait(500)
        host.twin.faults.add("memory_torn_next")
        host.ask(167, PAY_3)
        host.wait(500)
        host.cut()
        assert (host.status(), host.count(), host.out()) == (Told(0, 0, 1, 0), 1_001, 3)
        assert host.flags() == flags


def test_a_count_that_goes_backwards() -> None:
    for count, flags, scheme in (
        (1, "c0", Scheme.SERIAL),
        (2, "c0 40", Scheme.SERIAL),
        (2, "c0 04", Scheme.DUMMY),
        (3, "c0 40 00", Scheme.SERIAL),
    ):
        host = Host(HopperSettings(flag_bytes=count, scheme=scheme))
        host.twin.faults.add("count_back_next")
        host.cut()
        assert (host.count(), host.flags()) == (990, flags)


def test_a_supply_that_bounces_forgets_what_is_unpaid() -> None:
    host = Host(HopperSettings(flag_bytes=3))
    host.twin.faults.add("supply_bounces_next")
    host.ask(167, PAY_3)
    host.wait(300)
    host.cut()
    assert (host.status(), host.flags()) == (Told(0, 0, 1, 0), "c0 00 00")


def test_small_switches() -> None:
    host = Host(rate=0, coins=5)
    host.twin.faults.add("counter_wrap_next")
    assert host.pay(1) == 1
    assert host.ask(217) == b"\x11"
    host.twin.faults.add("low_sensor_blind")
    host.ask(217)
    host.wait(2_000)
    assert host.ask(217) == b"\x10"
    host.twin.faults.add("swapped")
    assert host.ask(242) == bytes.fromhex("4F 61 BC")
    assert host.count() == 1_001 + 4_711
    assert host.refused(167, PAY_3)
    host.twin.faults = {"busy_next"}
    assert host.reply(simple(3, 167, PAY_3)) == simple_reply(3, 6)
    assert host.status() == Told(2, 0, 1, 0)
    host.twin.faults = {"level_illegal"}
    host.wait(2_000)
    host.ask(217)
    host.wait(2_000)
    assert host.ask(217) == b"\x10"


def test_two_bytes_in_each_others_place_leave_the_check_byte_as_it_is() -> None:
    host = Host(rate=0)
    host.pay(3)
    right = host.reply(simple(3, STATUS))
    host.twin.faults.add("bytes_swapped_next")
    assert host.reply(simple(3, POLL)) == ACK
    wrong = host.reply(simple(3, STATUS))
    assert wrong != right
    assert (sorted(wrong), wrong[-1]) == (sorted(right), right[-1])
    assert host.reply(simple(3, STATUS)) == right


def test_a_slow_reply_comes_while_the_host_still_waits() -> None:
    host = Host()
    host.twin.faults.add("slow_reply")
    assert host.reply(simple(3, POLL), 181) == b""
    assert host.wait(1) == ACK


def test_each_hopper_has_its_own_switches() -> None:
    host = Host(*TWO)
    host.twin.faults.add("jam_next@4")
    host.reply(simple(4, ENABLE, b"\xa5"))
    host.pay(2)
    host.reply(simple(4, 167, bytes.fromhex("4F 61 BC 02")))
    host.wait(3_000)
    assert len(host.matter.place("hopper.1")) == 98
    assert len(host.matter.place("hopper.2")) == 100
    assert host.twin.faults == set()
    assert "jam_next@4" in host.twin.fault_names()
    assert "jam_next@3" not in Host().twin.fault_names()


# -- the line


@pytest.mark.parametrize(
    ("name", "heard"),
    [
        ("echo_missing", ACK),
        ("echo_cut_next", bytes.fromhex("03 00") + ACK),
        ("echo_wrong_next", bytes.fromhex("03 00 01 FE BE") + ACK),
        ("line_held", bytes(5)),
    ],
)
def test_what_the_host_hears_of_itself(name: str, heard: bytes) -> None:
    host = Host()
    host.twin.faults.add(name)
    assert host.raw(simple(3, POLL)) == heard
    host.twin.faults.clear()
    assert host.reply(simple(3, POLL)) == ACK


def test_what_happens_to_a_payout_on_the_line() -> None:
    answer = simple_reply(3, 0, b"\x01")
    expected = {
        "silence_before_once": (b"", 0),
        "silence_after_once": (b"", 3),
        "duplicate_reply_once": (answer * 2, 3),
        "noise_once": (NOISE + answer, 3),
        "cut_frame_once": (answer[: len(answer) // 2], 3),
        "reset_by_itself_once": (b"", 0),
        "late_reply_once": (b"", 3),
    }
    for name, (said, fallen) in expected.items():
        host = Host()
        host.twin.link.targets = {167}
        host.twin.faults.add(name)
        assert host.reply(simple(3, POLL)) == ACK
        assert host.reply(simple(3, 167, PAY_3)) == said
        late = host.wait(2_000)
        assert late == (answer if name == "late_reply_once" else b"")
        assert host.out() == fallen


def test_every_fault_has_a_sentence() -> None:
    host = Host()
    assert host.twin.fault_names() == {**HOPPER, **BUS, **LINK_FAULTS}
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in host.twin.fault_names().values())
