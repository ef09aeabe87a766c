"""The card terminal by the sheet: registration, payment with goods issue, taking back, end of day; strict about every byte."""

import pytest

from simulator.acquirer.ledger import State
from simulator.devices.crt310 import lab_card, odd_card
from simulator.devices.zvt import Stage
from simulator.devices.zvt.card_run import REPEAT_MS
from tests.simulator.devices.zvt_host import (
    ABORT,
    BLOCK,
    COMPLETION,
    DONE,
    LINE,
    NOT_ISSUED,
    REGISTER,
    RESULT,
    STEP,
    WORKING,
    Register,
    kinds,
    pay,
    results,
    reverse,
)

MONEY = (pay(38), reverse(1), "06 31 0A 000000 04 000000003800", "06 50 03 000000", "06 70 00", "06 20 03 000000")


def test_a_payment_from_the_card_to_the_receipt() -> None:
    register = Register(rate=1).registered()
    told = register.sale(38, WORKING, WORKING, DONE)
    steps = [message.data.hex() for message in told if message.kind == STEP]
    assert steps == ["0a", "01", "04", "0b"]
    assert kinds(told, STEP) == [RESULT] * 3 + [LINE] * 4 + [COMPLETION]
    first, *others = results(told)
    assert others == [first, first]
    assert first == {
        0x27: "00", 0x04: "000000003800", 0x0B: "000001", 0x0C: first[0x0C], 0x0D: "1122", 0x0E: "2812", 0x22: "622588eeeeee5678",
        0x29: "20260156", 0x3B: first[0x3B], 0x49: "0156", 0x87: "0001", 0x8A: "ff", 0x8B: first[0x8B],
    }  # fmt: skip
    assert register.booked_yuan == 38
    assert register.matter.place("hand").cards() == [register.card]


def test_registration_is_required_and_told() -> None:
    register = Register()
    assert [register.ask(text) for text in MONEY] == ["846b"] * len(MONEY)
    assert register.ask("05 01 00") == "8000"
    assert register.follow()[-1].fields == {0x27: "00", 0x19: "00", 0x29: "20260156", 0x49: "0156"}
    register.registered()
    assert register.heard[-1].fields == {0x19: "00", 0x29: "20260156", 0x49: "0156"}
    assert register.ask("06 02 00") == "8000"
    assert register.ask(pay(38)) == "846b"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("06 00 08 000001 8A 0156 03 01", "84d2"),  # password
        ("06 00 08 000000 8A 0978 03 01", "846f"),  # currency
        ("06 00 02 0000", "849a"),
        ("06 00 03 000000", "849a"),  # no configuration
        ("06 00 05 000000 8A 01", "849a"),
        ("06 00 08 00000A 8A 0156 03 01", "849a"),  # not decimal
        ("06 00 08 000000 8A 0156 04 01", "849a"),
        ("06 01 00", "849a"),
        ("06 01 07 04 000000000000", "849a"),
        ("06 01 07 04 00000000380F", "849a"),
        ("06 01 06 04 0000003800", "849a"),
        ("06 01 0A 04 000000003800 49 0978", "846f"),
        ("06 01 07 04 000099999900", "84c3"),
        (
            "06 01 12 04 000000003800 22 F0 F8 6225880012345678",
            "84a5",
        ),  # card data of the register
        ("06 01 09 04 000000003800 87 0A", "849a"),
        ("06 30 03 000000", "849a"),
        ("06 30 06 000001 87 0001", "84d2"),
        ("06 31 0A 000009 04 000000003800", "84d2"),
        ("06 50 03 123456", "84d2"),
        ("06 50 04 000000 00", "849a"),
        ("06 02 01 00", "849a"),
        ("06 70 01 00", "849a"),
        ("06 B0 01 00", "849a"),
        ("06 18 00", "8483"),
        ("05 02 00", "8483"),
        ("08 30 01 01", "8483"),
        ("04 0F 02 27 00", "8483"),
    ],
)
def test_what_is_wrong_is_refused_and_changes_nothing(command: str, answer: str) -> None:
    register = Register().registered()
    assert register.ask(command) == answer
    assert register.wait(1_000) == []
    assert register.terminal.memory.entries == []
    assert register.ask(pay(38)) == "8000"


def test_one_transaction_at_a_time() -> None:
    register = Register().registered()
    register.ask(pay(38))
    assert [register.ask(text) for text in (*MONEY, REGISTER, "05 01 00", "06 02 00")] == ["849c"] * 9
    register.follow()
    assert register.booked_yuan == 38
    assert register.terminal.manners["spoke_over"] == 9


@pytest.mark.parametrize(
    ("answer", "kept", "ends"),
    [
        (DONE, 38, COMPLETION),
        (NOT_ISSUED, 0, ABORT),
        ("84 00 00", 0, ABORT),
        ("84 83 00", 0, ABORT),
        ("", 0, ABORT),
        ("80 00 01 00", 0, ABORT),
        ("84 9D 07 04 000000002000", 20, COMPLETION),
        ("84 9D 07 04 000000003800", 38, COMPLETION),
        ("84 9D 07 04 000000000000", 0, ABORT),
        ("84 9D 07 04 000000003801", 0, ABORT),
        ("84 9D 00", 0, ABORT),
        ("84 9D 07 04 00000000200A", 0, ABORT),
    ],
)
@pytest.mark.parametrize("after", [0, 1, 3])
def test_the_answer_to_the_result_decides(answer: str, kept: int, ends: str, after: int) -> None:
    register = Register().registered()
    told = register.sale(38, *[WORKING] * after, answer)
    assert len(results(told)) == after + 1
    assert told[-1].kind == ends
    assert ends == COMPLETION or told[-1].data.hex() == "6c"
    assert register.booked_yuan == kept
    [entry] = register.terminal.memory.entries
    assert (entry.stage, entry.kept_fen if kept else 0) == (Stage.KEPT if kept else Stage.REVERSED, kept * 100)


@pytest.mark.parametrize("repeats", [0, 1, 4])
def test_repeats_that_are_used_up_take_it_back(repeats: int) -> None:
    register = Register().registered()
    began = register.now
    told = register.sale(38, *[WORKING] * (repeats + 1), repeats=repeats)
    assert len(results(told)) == repeats + 1
    assert register.now - began >= repeats * REPEAT_MS
    assert (told[-1].kind, register.booked_yuan) == (ABORT, 0)


def test_a_register_that_falls_silent_for_good_gets_nothing() -> None:
    register = Register().registered()
    register.ask(pay(38))
    register.follow(WORKING, WORKING, *[""] * 20)
    assert register.booked_yuan == 0
    assert register.terminal.memory.entries[0].stage is Stage.REVERSED


@pytest.mark.parametrize("state", ["no card", "card in", "pin half typed"])
def test_it_can_be_stopped_while_the_passenger_is_waited_for(state: str) -> None:
    register = Register().registered()
    register.ask(pay(38))
    if state != "no card":
        register.terminal.insert(register.card, register.now)
    if state == "pin half typed":
        register.follow(hands=False, most_ms=1_000)
        register.terminal.press("1", register.now)
    assert register.ask("06 B0 00") == "8000"
    told = register.follow(hands=False)
    assert (results(told)[-1][0x27], told[-1].kind, told[-1].data.hex()) == ("6c", ABORT, "6c")
    assert register.booked_yuan == 0
    register.terminal.take(register.now)
    register.sale(20)
    assert register.booked_yuan == 20


def test_it_cannot_be_stopped_once_the_host_is_asked() -> None:
    register = Register(rate=1).registered()
    register.ask(pay(38))
    while register.terminal.memory.entries[-1].stage is not Stage.ASKED:
        register.follow(most_ms=500)
    assert register.ask("06 B0 00") == "849c"
    register.follow()
    assert register.booked_yuan == 38


def test_stopping_what_does_not_run_is_answered() -> None:
    register = Register().registered()
    assert register.ask("06 B0 00") == "8000"
    assert register.wait(1_000) == []
    register.sale(38)
    assert register.booked_yuan == 38


def test_the_passenger_cancels_waits_or_goes() -> None:
    register = Register().registered()
    register.ask(pay(38))
    register.terminal.press("cancel", register.now)
    assert register.follow(hands=False)[-1].data.hex() == "6c"
    register.ask(pay(38))
    began = register.now
    assert register.follow(hands=False)[-1].data.hex() == "6c"
    assert 30_000 <= register.now - began <= 36_000
    register.ask("06 01 09 04 000000003800 01 05")
    began = register.now
    assert register.follow(hands=False)[-1].data.hex() == "6c"
    assert register.now - began <= 6_000
    register.ask(pay(38))
    register.terminal.insert(register.card, register.now)
    register.follow(hands=False, most_ms=500)
    register.terminal.take(register.now)
    assert register.follow(hands=False)[-1].data.hex() == "64"
    assert register.booked_yuan == 0


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("poor", "33"), ("lost", "29"), ("closed", "05"), ("expired", "78"), ("foreign", "0e"), ("stripe", "64"), ("silent", "64"),
        ("strange", "7a"), ("blocked", "72"), ("blocked_application", "72"), ("refusing", "72"), ("incomplete", "72"),
        ("offline_no", "72"), ("late_no", "72"), ("doubting", "72"), ("half", "72"),
    ],
)  # fmt: skip
def test_cards_that_pay_nothing(card: str, code: str) -> None:
    register = Register(card=card).registered()
    told = register.sale(38)
    assert (results(told)[-1][0x27], told[-1].kind, told[-1].data.hex()) == (code, ABORT, code)
    assert register.booked_yuan == 0
    states = [booking.state for booking in register.desk.ledger.bookings("20260156")]
    assert all(state in (State.DECLINED, State.REVERSED) for state in states)
    register.card = lab_card(register.matter, "good")
    register.terminal.take(register.now)
    register.pin = "123456"
    register.matter.place("hand").things = [register.card]
    register.sale(20)
    assert register.booked_yuan == 20


@pytest.mark.parametrize("card", ["second", "two", "unlisted", "asking", "common", "long", "answer_inside"])
def test_cards_that_pay(card: str) -> None:
    register = Register(card=card).registered()
    [told] = results(register.sale(38))
    pan = register.card.chip.perso.pan if register.card.chip else ""
    shown = told[0x22].rstrip("f")
    assert (shown[:6], shown[-4:], set(shown[6:-4]), len(shown)) == (pan[:6], pan[-4:], {"e"}, len(pan))
    assert register.booked_yuan == 38


def test_plastic_is_no_card() -> None:
    register = Register().registered()
    register.card = odd_card(register.matter, "white")
    assert register.sale(38)[-1].data.hex() == "64"


def test_wrong_pins_are_counted_by_the_bank() -> None:
    register = Register().registered()
    right, register.pin = register.pin, "000000"
    assert [register.sale(38)[-1].data.hex() for _ in range(3)] == ["37", "37", "4b"]
    register.pin = right
    assert register.sale(38)[-1].data.hex() == "4b"
    assert register.booked_yuan == 0


def test_the_card_is_waited_for_before_the_result_but_not_for_ever() -> None:
    register = Register().registered()
    register.ask(pay(38))
    register.follow(most_ms=1_500)
    register.terminal.take(register.now)
    register.ask(DONE)
    assert register.terminal.inside.card is None
    left = Register().registered()
    left.ask(pay(38))
    left.terminal.insert(left.card, left.now)
    left.follow(hands=False, most_ms=300)
    for key in (*left.pin, "enter"):
        left.terminal.press(key, left.now)
    began = left.now
    told = left.follow(DONE, hands=False)
    assert told[-1].kind == COMPLETION
    assert 10_000 <= left.now - began < 20_000
    assert left.terminal.sticks_out is left.card


# -- taking back, giving, settling


def test_a_reversal_by_receipt_is_done_once() -> None:
    register = Register().registered()
    register.sale(38)
    register.sale(20)
    assert register.ask(reverse(1)) == "8000"
    told = register.follow()
    assert kinds(told, STEP) == [RESULT, *[LINE] * 4, COMPLETION]
    assert results(told)[0] == {
        0x27: "00", 0x04: "000000003800", 0x0B: "000003", 0x37: "000001", 0x29: "20260156", 0x49: "0156", 0x87: "0003",
    }  # fmt: skip
    assert register.booked_yuan == 20
    for _ in range(2):
        register.ask(reverse(1))
        told = register.follow()
        assert (results(told)[0][0x27], told[-1].kind, told[-1].data.hex()) == ("b4", ABORT, "b4")
    assert register.booked_yuan == 20


@pytest.mark.parametrize("command", [reverse(7), "06 30 0D 000000 87 0001 04 000000003900", reverse(2)])
def test_what_cannot_be_reversed(command: str) -> None:
    register = Register().registered()
    register.sale(38)
    register.terminal.faults.add("declined_next")
    register.sale(20)
    register.ask(command)
    assert register.follow()[-1].data.hex() == "b5"
    assert register.booked_yuan == 38


def test_a_part_that_was_issued_is_reversed_as_a_whole() -> None:
    register = Register().registered()
    register.sale(38, "84 9D 07 04 000000002000")
    assert register.booked_yuan == 20
    register.ask(reverse(1))
    assert register.follow()[-1].kind == COMPLETION
    assert register.booked_yuan == 0


def test_a_refund_needs_a_card_and_an_acknowledgement() -> None:
    register = Register().registered()
    register.sale(38)
    register.ask("06 31 0A 000000 04 000000001000")
    told = register.follow()
    assert (results(told)[0][0x04], told[-1].kind) == ("000000001000", COMPLETION)
    assert register.booked_yuan == 28
    register.ask("06 31 0A 000000 04 000000001000")
    assert register.follow(NOT_ISSUED)[-1].kind == ABORT
    assert register.booked_yuan == 28


def test_an_end_of_day_closes_the_batch() -> None:
    register = Register().registered()
    register.sale(38)
    register.sale(20)
    register.ask("06 50 03 000000")
    told = register.follow()
    assert (results(told)[0][0x04], told[-1].kind) == ("000000005800", COMPLETION)
    register.ask(reverse(1))
    assert register.follow()[-1].data.hex() == "b5"
    register.sale(10)
    register.ask("06 50 03 000000")
    assert results(register.follow())[0][0x04] == "000000001000"
    assert register.booked_yuan == 68


def test_an_open_end_of_day_stops_sales_until_it_is_done() -> None:
    register = Register().registered()
    register.sale(38)
    register.terminal.faults.add("end_of_day_unfinished_next")
    register.ask("06 50 03 000000")
    assert register.follow()[-1].data.hex() == "a0"
    assert register.sale(20)[-1].data.hex() == "f0"
    register.ask("05 01 00")
    assert register.follow()[-1].fields[0x27] == "f0"
    register.ask("06 50 03 000000")
    assert results(register.follow())[0][0x04] == "000000003800"
    register.sale(20)
    assert register.booked_yuan == 58


def test_how_the_last_one_came_out_can_be_asked() -> None:
    register = Register().registered()
    register.ask("06 20 03 000000")
    assert register.follow()[-1].kind == ABORT
    for goods, code in ((DONE, "00"), (NOT_ISSUED, "b4"), ("84 9D 07 04 000000001000", "00")):
        first = results(register.sale(38, goods))[0]
        register.ask("06 20 03 000000")
        again = results(register.follow())[0]
        fitting = "000000001000" if "9D" in goods else first[0x04]
        assert again == {**first, 0x27: code, 0x04: fitting}


def test_a_diagnosis_reaches_the_host() -> None:
    register = Register().registered()
    register.ask("06 70 00")
    assert register.follow()[-1].kind == COMPLETION
    register.terminal.faults.add("host_down")
    register.ask("06 70 00")
    assert (register.follow()[-1].kind, register.heard[-1].data.hex()) == (ABORT, "a3")


@pytest.mark.parametrize(
    ("config", "without"), [("8A", ()), ("82", (STEP,)), ("08", (LINE,)), ("02", (LINE, STEP)), ("00", (LINE, STEP))]
)
def test_steps_and_receipts_come_as_registered(config: str, without: tuple[str, ...]) -> None:
    register = Register()
    assert register.ask(f"06 00 06 000000 {config} 0156") == "8000"
    register.follow()
    told = kinds(register.sale(38))
    assert {STEP, LINE} - set(told) == set(without)
    assert register.booked_yuan == 38


def test_a_receipt_can_be_one_block_and_shows_no_number() -> None:
    register = Register(in_block=True).registered()
    [block] = [message.data for message in register.sale(38) if message.kind == BLOCK]
    assert block[:1] == b"\x06"
    assert block[1] == len(block) - 2
    assert b"PAYMENT  38.00 CNY" in block
    assert b"622588******5678" in block
