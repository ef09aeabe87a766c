"""Every fault of the card terminal's menu: what a register meets, and what the bank has booked in the end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.devices.linkfaults import LINK_FAULTS
from simulator.devices.zvt import Way
from simulator.devices.zvt.faults import FAULTS
from simulator.devices.zvt.terminal import JUNK
from tests.simulator.devices import zvt_host
from tests.simulator.devices.zvt_host import (
    ABORT,
    COMPLETION,
    DONE,
    REGISTER,
    RESULT,
    STEP,
    WORKING,
    Register,
    kinds,
    pay,
    results,
)


def spoilt(fault: str, *goods: str, first: int = 0, repeats: int = 10) -> Register:
    """A payment of 38 yuan under that fault, after one of `first`; what it told is in `told`."""
    register = Register().registered()
    if first:
        register.sale(first)
    register.terminal.faults.add(fault)
    register.told = register.sale(38, *(goods or (DONE,)), repeats=repeats)  # type: ignore[attr-defined]
    assert not fault.endswith("_next") or fault not in register.terminal.faults
    return register


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("host_down", "a3"), ("host_silent", "a0"), ("host_answer_lost_next", "a0"), ("host_request_lost_next", "a0"),
        ("declined_next", "05"), ("batch_full", "f0"), ("card_unreadable_next", "64"), ("reader_broken", "e2"),
    ],
)  # fmt: skip
def test_faults_that_sell_nothing(fault: str, code: str) -> None:
    register = spoilt(fault)
    assert (results(register.told)[-1][0x27], register.told[-1].data.hex()) == (code, code)  # type: ignore[attr-defined]
    register.terminal.faults.clear()
    register.wait(200_000)
    assert register.booked_yuan == 0
    register.terminal.take(register.now)
    register.sale(20)
    assert register.booked_yuan == 20


SPOILT: dict[str, Callable[[dict[int, str]], bool]] = {
    "wrong_amount_next": lambda told: told[0x04] == "000000003900",
    "wrong_currency_next": lambda told: told[0x49] == "0978",
    "no_amount_next": lambda told: 0x04 not in told,
    "no_receipt_next": lambda told: 0x87 not in told,
    "pan_unmasked": lambda told: told[0x22] == "6225880012345678",
}


@pytest.mark.parametrize("fault", sorted(SPOILT))
def test_results_that_tell_something_else_than_was_booked(fault: str) -> None:
    register = spoilt(fault)
    assert SPOILT[fault](results(register.told)[-1])  # type: ignore[attr-defined]
    assert register.booked_yuan == 38
    register.terminal.faults.clear()
    assert not SPOILT[fault]({**results(register.sale(38))[-1]})


@pytest.mark.parametrize(
    ("fault", "seen", "booked"),
    [
        ("host_slow", [RESULT, COMPLETION], 38),
        ("step_lost_next", [RESULT, COMPLETION], 38),
        ("result_lost_next", [ABORT], 0),
        ("completion_lost_next", [RESULT], 38),
        ("duplicate_result_next", [RESULT, RESULT, COMPLETION], 38),
        ("result_without_payment_next", [RESULT, COMPLETION], 38),
    ],
)
def test_messages_that_are_lost_or_too_many(fault: str, seen: list[str], booked: int) -> None:
    register = spoilt(fault) if fault != "result_without_payment_next" else Register().registered()
    if fault == "result_without_payment_next":
        register.terminal.faults |= {fault, "declined_next"}
        told = register.sale(38, DONE)
        assert [each[0x27] for each in results(told)] == ["00", "05"]
        assert register.booked_yuan == 0
        return
    assert [kind for kind in kinds(register.told, STEP) if kind != "06d1"] == seen  # type: ignore[attr-defined]
    assert register.booked_yuan == booked


def test_an_abort_that_is_lost() -> None:
    register = spoilt("abort_lost_next", zvt_host.NOT_ISSUED)
    assert ABORT not in kinds(register.told)  # type: ignore[attr-defined]
    assert register.booked_yuan == 0


def test_a_command_whose_acknowledgement_is_lost_is_carried_out() -> None:
    register = Register().registered()
    register.terminal.faults.add("acknowledgement_lost_next")
    assert register.ask(pay(38)) == ""
    assert register.ask(pay(38)) == "849c"
    register.follow()
    assert register.booked_yuan == 38


def test_a_stale_result_has_the_trace_of_the_one_before() -> None:
    register = spoilt("stale_result_next", first=20)
    assert [each[0x0B] for each in results(register.told)] == ["000001", "000002"]  # type: ignore[attr-defined]


def test_a_terminal_that_repeats_nothing() -> None:
    register = spoilt("repeats_ignored", WORKING, DONE)
    assert (len(results(register.told)), register.booked_yuan) == (1, 0)  # type: ignore[attr-defined]


def test_a_refused_reversal_stays_booked() -> None:
    register = Register().registered()
    register.sale(38)
    register.terminal.faults.add("reversal_refused_next")
    register.ask(zvt_host.reverse(1))
    assert register.follow()[-1].data.hex() == "b5"
    assert register.booked_yuan == 38
    register.ask(zvt_host.reverse(1))
    assert register.follow()[-1].kind == COMPLETION
    assert register.booked_yuan == 0


def test_the_line_breaks_after_the_goods_were_said_to_be_out() -> None:
    register = Register().registered()
    register.terminal.faults.add("link_cut_after_issue_next")
    told = register.sale(38)
    assert kinds(told)[-1] == RESULT
    assert register.ask("05 01 00") == ""
    register.wait(1)
    register.now += 60_000
    assert register.booked_yuan == 38
    assert register.ask("05 01 00") == "8000"


def test_it_hangs_up_over_tcp() -> None:
    register = Register().registered()
    register.terminal.faults.add("hangs_up_next")
    assert register.ask(pay(38)) == ""
    assert (register.terminal.hangs_up(), register.terminal.hangs_up()) == (True, False)
    assert register.terminal.memory.entries == []


def test_a_register_that_is_gone_stops_what_waits_for_the_passenger_and_nothing_else() -> None:
    register = Register().registered()
    register.ask(pay(38))
    register.terminal.disconnected(register.now)
    assert register.follow(hands=False)[-1].data.hex() == "6c"
    register.to_the_result(38)
    register.terminal.disconnected(register.now)
    register.now += 1
    for _ in range(6):
        register.wait(10_000)
    assert register.booked_yuan == 0


@pytest.mark.parametrize(
    ("fault", "begins"),
    [("garbage_next", JUNK), ("unknown_message_next", bytes.fromhex("049903")), ("long_length_next", b"\x06\x0f\x32")],
)
def test_garbage_frames(fault: str, begins: bytes) -> None:
    register = Register()
    register.terminal.faults.add(fault)
    wire = register.raw(bytes.fromhex(REGISTER))
    assert wire[:3] == b"\x80\0\0"
    assert wire[3:].startswith(begins)
    assert fault not in register.terminal.faults


def test_another_device_a_wrong_rate_and_another_currency() -> None:
    register = Register()
    register.terminal.faults.add("another_currency")
    assert register.ask(REGISTER) == "846f"
    register.terminal.faults = {"another_device"}
    assert register.raw(bytes.fromhex(REGISTER)).startswith(b"NO SUCH")
    register.terminal.faults = {"wrong_baud"}
    assert register.raw(bytes.fromhex(REGISTER)) == b""


def test_every_name_of_the_menu_is_played_in_one_of_these_files() -> None:
    here = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("test_zvt_*.py")))
    missing = [name for name in FAULTS if name not in here and not name.startswith("power_cut_")]
    assert missing == []


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("fault", sorted(LINK_FAULTS))
def test_link_faults_move_no_money_of_their_own(fault: str, way: Way) -> None:
    register = Register(way=way)
    register.terminal.faults.add(fault)
    for text in (REGISTER, "05 01 00", pay(38)):
        raw = bytes.fromhex(text)
        register.raw(zvt_host.framed(raw) if way is Way.SERIAL else raw)
        register.terminal.poll(register.now + 10_000)
        register.now += 10_000
    assert register.booked_yuan == 0
