"""Every fault of the PIN pad twin does what its sentence says (pin-pad sheet, sections 2 and 12; reliability notes 5)."""

import pytest

from simulator.devices.epp import Style, Use
from simulator.devices.epp.faults import FAULTS
from simulator.devices.epp.keyboard import Mode
from simulator.devices.epp.pad import LATE_MS, SPLIT_MS
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.epp_host import LOADS, SECRETS, Host, frame

BLOCK = (0x60, "0006BB1A6FE9B5A130FE")
LASTING = {name for name in FAULTS if not name.endswith("_next")}
KEYED = ["1", "2", "4", "5032", "6", "7", "8", "9", ":", "I", "b"]


def faulty(*names: str, **more: object) -> Host:
    host = Host(**more)  # type: ignore[arg-type]
    host.pad.faults |= set(names)
    return host


def test_every_fault_has_a_sentence() -> None:
    menu = Host().pad.fault_names()
    assert set(menu) == set(FAULTS) | set(LINK_FAULTS)
    assert all(sentence.endswith(".") and len(sentence) > 20 for sentence in menu.values())
    assert all(menu[name].startswith("Once: ") for name in FAULTS if name.endswith("_next"))


# -- the case


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("moment", range(8))
def test_an_opened_case_leaves_no_key_at_any_moment(style: Style, moment: int) -> None:
    """Idle, before a digit, in a PIN, entered, fetched, in plain input, without mains, while a frame comes in."""
    host = Host(style)
    steps = [
        lambda: host.open_pin(),
        lambda: host.keys("1", "2", "3"),
        lambda: host.keys("4", "enter"),
        lambda: host.fetch(),
        lambda: host.code("5033"),
        lambda: host.pad.power(False, host.now),
        lambda: (host.pad.power(True, host.now), host.raw(frame(LOADS[0].encode())[:20])),
    ]
    for step in steps[:moment]:
        step()
    host.pad.faults |= {"opened"}
    host.pad.poll(host.now)
    host.pad.faults -= {"opened"}
    assert host.pad.held_keys() == {}
    assert host.pad.destroyed
    assert host.pad.mode is Mode.CLOSED
    assert host.keys("1", "enter") == b""
    host.restart()
    assert [host.code(text) for text in KEYED] == [0xDD] * len(KEYED)
    assert host.keys("1", "enter") == b""
    assert host.pad.held_keys() == {}
    assert int(host.ask("3")[1][98:100], 16) & 3 == 1  # blank, nothing open
    assert not any(secret in repr(vars(host.pad)["_memory"]).encode() for secret in SECRETS)


def test_only_the_workshop_mends_an_opened_case() -> None:
    host = faulty("opened")
    host.pad.reinitialise()
    assert host.code("I") == 0xDD
    host.pad.faults.clear()
    host.pad.reinitialise()
    assert host.code("I") == 0x60
    assert host.code(LOADS[0]) == 0xE1


def test_a_pad_off_its_mount_keeps_its_keys_and_closes_its_input() -> None:
    host = Host()
    host.open_pin()
    host.keys(*"12")
    host.pad.faults |= {"removed"}
    assert host.keys("3") == b""
    assert [host.code(text) for text in KEYED] == [0xFF] * len(KEYED)
    assert host.code("3") == 0x60
    host.pad.faults.clear()
    assert host.fetch()[0] == 0xEA
    assert host.code("831A00") == 0x60


# -- the memory


def test_a_low_battery_stops_the_loading_of_keys_only() -> None:
    host = faulty("battery_low")
    assert [host.code("I"), host.code(LOADS[0]), host.code("12022")] == [0xE0] * 3
    assert host.open_pin() == 0x60
    host.keys(*"123456", "enter")
    assert host.fetch() == BLOCK


def test_a_flat_battery_loses_all_with_the_mains() -> None:
    host = faulty("battery_dead")
    host.code("564F")
    assert host.code("831A00") == 0x60
    host.restart()
    assert host.pad.held_keys() == {}
    assert host.pad.baud == 9_600
    assert host.code(LOADS[0]) == 0xE9  # hex mode is gone too
    host.code("5637")
    assert host.code(LOADS[0]) == 0xE1


@pytest.mark.parametrize(
    ("fault", "code"), [("imk_lost_next", 0xE1), ("tmk_lost_next", 0xE2), ("work_keys_lost_next", 0xE5)]
)
def test_lost_keys(fault: str, code: int) -> None:
    host = faulty(fault)
    assert [host.code("831A00"), host.open_pin()] == [code, code]
    assert fault not in host.pad.faults


def test_keys_lost_while_a_pin_is_typed() -> None:
    host = Host()
    host.open_pin()
    host.keys(*"1234", "enter")
    host.pad.faults |= {"work_keys_lost_next"}
    assert host.fetch() == (0xE5, "")


def test_check_values() -> None:
    host = faulty("check_value_refused_next", keys="masters")
    assert host.code(LOADS[0]) == 0xE7
    assert host.pad.held_keys().keys() == {0x80, 0x20}
    host.pad.faults |= {"another_check_value_next"}
    code, told = host.ask(LOADS[0])
    assert code == 0x60
    assert len(told) == 8
    assert told != "27F14DD3"
    host.open_pin()
    host.keys(*"123456", "enter")
    assert host.fetch()[1] != BLOCK[1]  # it is another key, not a lie
    assert host.ask(LOADS[0]) == (0x60, "27F14DD3")


@pytest.mark.parametrize(("fault", "code"), [("memory_fault_next", 0xFE), ("other_error_next", 0xEF)])
def test_errors_without_a_reason(fault: str, code: int) -> None:
    host = faulty(fault)
    assert host.open_pin() == code
    assert host.keys("1") == b""
    assert host.open_pin() == 0x60


# -- keys


def test_a_stuck_key_repeats_in_every_input() -> None:
    host = faulty("key_stuck")
    host.code("5033")
    assert host.keys("5") == b"5"
    assert host.wait(1) == b"55555"
    host.code("5032")
    assert host.wait(1) == b""
    host.open_pin()
    assert host.wait(5) == b"******"
    assert host.wait(26) == b"\x80"


def test_a_dead_enter_key_ends_in_a_time_out() -> None:
    host = faulty("enter_dead")
    host.open_pin()
    assert host.keys(*"1234", "enter") == b"****"
    assert host.wait(30) == b"\x80"


def test_a_manipulated_pad_tells_digits() -> None:
    host = faulty("plain_digits")
    host.open_pin()
    assert host.keys("1", "2") == b"12"


def test_a_pin_that_is_too_short_is_taken_once() -> None:
    host = faulty("short_pin_next")
    host.open_pin()
    assert host.keys("1", "2", "enter") == b"**\r"
    assert host.fetch()[1][:4] == "0002"


def test_time_outs() -> None:
    host = faulty("time_out_at_once_next")
    assert host.open_pin() == 0x60
    assert host.raw_keys == b"\x80"
    assert host.fetch()[0] == 0xEE
    host.pad.faults |= {"no_time_out_byte"}
    host.open_pin()
    assert host.wait(31) == b""
    assert host.fetch()[0] == 0xEE


def test_a_restart_in_a_pin() -> None:
    host = Host()
    host.open_pin()
    host.keys("1")
    host.pad.faults |= {"restart_in_entry_next"}
    assert host.keys("2", "3", "enter") == b""
    host.now += 1_000
    assert host.fetch() == (0xEA, "")


def test_blocks_that_are_wrong() -> None:
    host = faulty("pin_length_lies_next", "short_block_next")
    host.open_pin()
    host.keys(*"123456", "enter")
    assert host.fetch() == (0x60, "0007BB1A6FE9B5A130")
    assert host.fetch() == BLOCK


# -- the line


def test_a_key_byte_before_a_reply() -> None:
    assert faulty("key_before_reply_next").raw(frame(b"5032")) == b"*" + frame(b"\x60")


def test_a_split_reply_and_keys_after_it() -> None:
    host = faulty("split_reply")
    whole = frame(b"\x60")
    assert host.raw(frame(b"5033")) == whole[:4]
    host.pad.press("1", host.now)
    assert host.pad.take_output() == b""
    assert host.wait(SPLIT_MS / 1_000) == whole[4:] + b"1"


def test_wrong_check_characters() -> None:
    host = faulty("bad_check_next")
    assert host.raw(frame(b"5032")) == frame(b"\x60")[:-2] + b"00"
    assert host.raw(frame(b"5032")) == frame(b"\x60")


def test_a_wrong_rate_is_silence_both_ways() -> None:
    host = Host()
    host.code("5033")
    host.pad.faults |= {"wrong_baud"}
    assert host.code("I") == 0
    assert host.keys("1") == b""
    host.pad.faults.clear()
    assert host.keys("2") == b"2"


def test_a_lost_reply_and_a_lost_command() -> None:
    host = faulty("silence_after_once")
    assert host.open_pin() == 0
    assert host.keys(*"123456", "enter") == b"******\r"
    host.pad.faults |= {"silence_after_once"}
    assert host.fetch() == (0, "")
    assert host.fetch() == BLOCK
    host.pad.faults |= {"silence_before_once"}
    assert host.open_pin() == 0
    assert host.keys("1") == b""


def test_a_late_reply_and_a_reset() -> None:
    host = faulty("late_reply_once")
    assert host.raw(frame(b"5032")) == b""
    assert host.wait(LATE_MS / 1_000) == frame(b"\x60")
    host.open_pin()
    host.pad.faults |= {"reset_by_itself_once"}
    assert host.code("3") == 0
    host.now += 1_000
    assert host.keys("1") == b""
    assert host.code("3") == 0x60


@pytest.mark.parametrize("name", sorted(LASTING | {name for name in LINK_FAULTS if not name.endswith("_once")}))
def test_a_switch_that_lasts_stays_on(name: str) -> None:
    host = faulty(name)
    for text in ("5637", LOADS[0], "831A00", "5033", "5032"):
        host.raw(frame(text.encode()))
    host.raw(frame(b"630 006588001234567"))
    host.keys(*"123456", "enter")
    host.raw(frame(b"7"))
    host.restart()
    assert host.pad.faults == {name}


def test_the_key_room_gets_no_key_into_an_opened_case() -> None:
    host = faulty("opened", keys="blank")
    with pytest.raises(ValueError, match="destroyed"):
        host.pad.install(0x80, Use.IMK, SECRETS[0])
    host.pad.faults.clear()
    host.pad.reinitialise()
    with pytest.raises(ValueError, match="answers E6"):
        host.pad.install(0x80, Use.IMK, bytes(16))
    host.pad.install(0x80, Use.IMK, SECRETS[0])
    assert host.pad.held_keys() == {0x80: Use.IMK}
