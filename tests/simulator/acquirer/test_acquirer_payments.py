"""What the bank says to a payment and to what follows it, and what its ledger holds afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulator.acquirer.faults import FAULTS, Behaviour
from simulator.acquirer.ledger import State
from simulator.acquirer.profile import Profile
from simulator.devices.chip_card.tlv import parse
from simulator.devices.chip_card.wallet import WALLET
from tests.simulator.acquirer.helpers import KEYS, TERMINAL, Desk, good_ledger

OPENED_FEN = 100_000_000


@pytest.fixture
def desk() -> Desk:
    signed = Desk()
    signed.sign_in()
    return signed


def with_fault(*names: str, code: str = "05") -> Behaviour:
    return Behaviour(frozenset(names), code=code)


@pytest.mark.parametrize(
    "name", ["good", "second", "two", "common", "long", "asking", "unlisted", "answer_inside", "late_no", "doubting"]
)
def test_a_good_card_pays_and_gets_its_proof(desk: Desk, name: str) -> None:
    fields = desk.purchase(name)
    answer = desk.ask("0200", fields)
    assert (answer.mti, answer.get(39), answer.get(4), answer.get(11)) == ("0210", "00", fields[4], fields[11])
    assert desk.balance_fen(name) == OPENED_FEN - 3_800
    proof = dict(parse(bytes.fromhex(answer.get(55))))["91"]
    assert (len(proof), proof[8:]) == (10, b"00")
    assert desk.ledger.wrong() == []


def test_the_card_believes_the_banks_proof(desk: Desk) -> None:
    answer = desk.ask("0200", desk.purchase())
    proof = bytes.fromhex(answer.get(55))[2:]
    assert desk.chip("good").apdu(b"\x00\x82\x00\x00\x0a" + proof).hex() == "9000"


def test_a_card_without_a_chip_is_swiped(desk: Desk) -> None:
    answer = desk.ask("0200", desk.swiped())
    assert (answer.get(39), answer.get(55)) == ("00", "")


def test_a_chip_is_swiped_only_as_a_fallback(desk: Desk) -> None:
    assert desk.ask("0200", desk.swiped("good")).get(39) == "57"
    fallback = {22: "801", 60: "22000001000510"}
    assert desk.ask("0200", {**desk.swiped("good"), **fallback}).get(39) == "00"
    assert desk.ask("0200", {**desk.swiped(), **fallback}).get(39) == "57"
    assert desk.ask("0200", {**desk.swiped("good"), 22: "801"}).get(39) == "30"


@pytest.mark.parametrize(
    ("name", "code"), [("poor", "51"), ("lost", "41"), ("closed", "05"), ("expired", "54"), ("foreign", "14")]
)
def test_a_bad_card_is_declined_with_its_code(desk: Desk, name: str, code: str) -> None:
    fields = desk.purchase(name)
    assert desk.ask("0200", fields).get(39) == code
    assert desk.booking(fields).state is State.DECLINED
    assert desk.ledger.wrong() == []


def test_three_wrong_pins_block_the_card_and_the_right_one_does_not_free_it(desk: Desk) -> None:
    told = [desk.ask("0200", desk.purchase(pin=pin)).get(39) for pin in ("111111", "222222", "333333", "123456")]
    assert told == ["55", "55", "75", "75"]
    assert desk.balance_fen() == OPENED_FEN


def test_a_right_pin_forgives_the_wrong_ones(desk: Desk) -> None:
    told = [desk.ask("0200", desk.purchase(pin=pin)).get(39) for pin in ("1111", "222222", "", "3333", "4444", "")]
    assert told == ["55", "55", "00", "55", "55", "00"]


def test_a_wrong_pin_counts_once_however_often_its_message_comes(desk: Desk) -> None:
    frame = desk.raw("0200", desk.purchase(pin="111111"))
    assert {desk.read(desk.frame(frame)).get(39) for _ in range(5)} == {"55"}
    assert desk.ledger.account("good", 0).wrong_pins == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"f4": "000000000000"}, "59"),
        ({"f4": "000006000000", "amount_fen": 6_000_000}, "61"),
        ({"f49": "840"}, "30"),
        ({"f25": "08"}, "12"),
        ({"f22": "052"}, "55"),
        ({"f22": "071"}, "30"),
        ({"f53": "1000000000000000"}, "30"),
        ({"f52": "0000000000000000"}, "99"),
        ({"f60": "22000002000500"}, "77"),
        ({"f60": "22000001000600"}, "30"),
        ({"f14": "2901"}, "59"),
        ({"f23": "002"}, "59"),
        ({"f55": ""}, "30"),
        ({"f42": "898110048160002"}, "03"),
        ({"f41": "TVM00009"}, "97"),
        ({"f61": "000001000001"}, "30"),
    ],
)
def test_what_does_not_fit_is_declined(desk: Desk, changed: dict[str, Any], code: str) -> None:
    answer = desk.frame(desk.raw("0200", desk.purchase(**changed)))
    assert answer.code == code, answer.why
    assert desk.balance_fen() == OPENED_FEN


def test_a_cryptogram_is_good_once(desk: Desk) -> None:
    fields = desk.purchase()
    assert desk.ask("0200", fields).get(39) == "00"
    again = desk.purchase()
    old = bytes.fromhex(fields[55])[:-4] + bytes.fromhex(again[11].rjust(8, "0"))
    assert desk.ask("0200", {**again, 55: old.hex().upper()}).get(39) == "59"


def test_the_same_message_is_booked_once_and_answered_alike(desk: Desk) -> None:
    frame = desk.raw("0200", desk.purchase())
    first = desk.frame(frame)
    desk.now_ms += 30_000
    assert desk.frame(frame) == first
    assert desk.balance_fen() == OPENED_FEN - 3_800


def test_a_used_trace_is_no_other_payments(desk: Desk) -> None:
    fields = desk.purchase()
    desk.ask("0200", fields)
    for other in (desk.purchase(amount_fen=100), desk.purchase("second"), desk.hold(3_800)):
        assert desk.ask("0100" if other[25] == "06" else "0200", {**other, 11: fields[11]}).get(39) == "94"
    assert desk.balance_fen() == OPENED_FEN - 3_800


def test_a_reversal_gives_back_once_and_is_answered_alike(desk: Desk) -> None:
    fields = desk.purchase()
    desk.ask("0200", fields)
    told = [desk.ask("0400", desk.reversal(fields)).get(39) for _ in range(3)]
    assert told == ["00", "00", "00"]
    assert (desk.balance_fen(), desk.booking(fields).state) == (OPENED_FEN, State.REVERSED)
    assert desk.ask("0200", fields).get(39) == "94"


def test_a_reversal_that_overtakes_its_payment_bars_it(desk: Desk) -> None:
    fields = desk.purchase()
    assert [desk.ask("0400", desk.reversal(fields)).get(39) for _ in range(2)] == ["25", "25"]
    assert desk.ask("0200", fields).get(39) == "94"
    assert desk.balance_fen() == OPENED_FEN


def test_a_reversal_of_a_decline_has_nothing_to_do(desk: Desk) -> None:
    fields = desk.purchase("poor")
    desk.ask("0200", fields)
    assert desk.ask("0400", desk.reversal(fields)).get(39) == "25"


def test_a_reversal_that_names_something_else_is_never_taken_for_done(desk: Desk) -> None:
    fields = desk.purchase()
    desk.ask("0200", fields)
    wrong = desk.reversal(fields)
    for change in ({4: "000000003801"}, {3: "200000"}, {39: "00"}, {61: "000001000099"}, {61: ""}):
        assert desk.ask("0400", {**wrong, **change}).get(39) in ("64", "30"), change
    assert desk.booking(fields).state is State.BOOKED


def test_a_void_and_its_own_reversal(desk: Desk) -> None:
    fields = desk.purchase()
    void = desk.void(fields, desk.ask("0200", fields))
    assert desk.ask("0200", void).get(39) == "00"
    assert (desk.booking(fields).state, desk.balance_fen()) == (State.VOIDED, OPENED_FEN)
    assert desk.ask("0400", desk.reversal(void)).get(39) == "00"
    assert (desk.booking(fields).state, desk.balance_fen()) == (State.BOOKED, OPENED_FEN - 3_800)


def test_a_reversal_after_a_void_leaves_nothing_booked(desk: Desk) -> None:
    fields = desk.purchase()
    void = desk.void(fields, desk.ask("0200", fields))
    desk.ask("0200", void)
    assert desk.ask("0400", desk.reversal(fields)).get(39) == "00"
    assert desk.ask("0400", desk.reversal(void)).get(39) == "00"
    assert (desk.balance_fen(), desk.ledger.wrong()) == (OPENED_FEN, [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({38: "000000"}, "12"),
        ({37: "000000000000"}, "12"),
        ({4: "000000000001"}, "64"),
        ({61: "000001000099"}, "25"),
        ({2: WALLET["second"].perso.pan}, "12"),
        ({2: "4000000000000002"}, "14"),
    ],
)
def test_a_void_of_something_else_is_declined(desk: Desk, change: dict[int, str], code: str) -> None:
    fields = desk.purchase()
    void = desk.void(fields, desk.ask("0200", fields))
    assert desk.ask("0200", {**void, **change}).get(39) == code
    assert desk.booking(fields).state is State.BOOKED


def test_a_hold_is_completed_with_less_and_falls_with_its_reversal(desk: Desk) -> None:
    hold = desk.hold(10_000)
    held = desk.ask("0100", hold)
    assert (held.mti, held.get(39), desk.balance_fen("stripe")) == ("0110", "00", OPENED_FEN - 10_000)
    completion = desk.completion(hold, held, 7_500)
    assert desk.ask("0200", {**completion, 4: f"{10_001:012}"}).get(39) == "64"
    completion = desk.completion(hold, held, 7_500)
    assert desk.ask("0200", completion).get(39) == "00"
    assert desk.balance_fen("stripe") == OPENED_FEN - 7_500
    assert desk.ask("0200", desk.completion(hold, held, 100)).get(39) == "12"
    assert desk.ask("0400", desk.reversal(completion)).get(39) == "00"
    assert desk.balance_fen("stripe") == OPENED_FEN - 10_000
    assert desk.ask("0400", desk.reversal(hold)).get(39) == "00"
    assert (desk.balance_fen("stripe"), desk.ledger.wrong()) == (OPENED_FEN, [])


def test_a_settled_payment_is_given_back_by_refunds_only(desk: Desk) -> None:
    fields = desk.purchase()
    approved = desk.ask("0200", fields)
    assert desk.settle((3_800, 1), (0, 0)).get(39) == "00"
    desk.sign_in()
    assert desk.batch == 2
    assert desk.ask("0400", desk.reversal(fields)).get(39) == "40"
    assert desk.ask("0200", desk.void(fields, approved)).get(39) == "12"
    told = [desk.ask("0220", desk.refund(fields, approved, fen)).get(39) for fen in (3_000, 801, 800, 1)]
    assert told == ["00", "64", "00", "64"]
    assert (desk.balance_fen(), desk.ledger.wrong()) == (OPENED_FEN, [])


def test_a_batch_balances_when_both_sides_count_the_same(desk: Desk) -> None:
    taken = [desk.purchase(amount_fen=fen) for fen in (1_000, 2_000, 4_000)]
    answers = [desk.ask("0200", fields) for fields in taken]
    desk.ask("0400", desk.reversal(taken[0]))
    desk.ask("0200", desk.void(taken[1], answers[1]))
    settled = desk.settle((6_000, 2), (2_000, 1))
    assert settled.get(48)[30] == "1"
    assert desk.ledger.terminal(TERMINAL).signed_in is False
    assert desk.ask("0200", desk.purchase()).get(39) == "77"


def test_a_batch_that_differs_is_closed_by_its_details(desk: Desk) -> None:
    desk.ask("0200", desk.purchase())
    assert desk.settle((0, 0), (0, 0)).get(48)[30] == "2"
    assert desk.settle((3_800, 1), (0, 0)).get(48)[30] == "2"  # said once, said for good
    assert desk.ask("0200", desk.purchase()).get(39) == "90"
    details = {11: desk.next_trace(), 48: "01", 60: "00000001201"}
    assert [desk.ask("0320", details).get(39) for _ in range(2)] == ["00", "00"]
    end = {11: desk.next_trace(), 48: "0001", 60: "00000001207"}
    assert [desk.ask("0320", end).get(39) for _ in range(2)] == ["00", "00"]
    assert desk.ledger.advices(TERMINAL) == [("201", "01")]
    desk.sign_in()
    assert desk.batch == 2
    assert desk.ask("0200", desk.purchase()).get(39) == "00"


def test_a_batch_takes_only_so_much() -> None:
    desk = Desk(profile=Profile(batch_most=2))
    desk.sign_in()
    assert [desk.ask("0200", desk.purchase()).get(39) for _ in range(3)] == ["00", "00", "90"]
    desk.settle((7_600, 2), (0, 0))
    desk.sign_in()
    assert desk.ask("0200", desk.purchase()).get(39) == "00"


def test_nothing_is_sold_before_the_sign_in_nor_after_the_sign_off() -> None:
    desk = Desk()
    assert desk.frame(desk.raw("0200", desk.purchase())).code == "77"
    desk.sign_in()
    assert desk.ask("0820", {60: "00000001002"}).get(39) == "00"
    assert desk.ask("0200", desk.purchase()).get(39) == "77"


def test_keys_of_an_old_sign_in_are_no_keys(desk: Desk) -> None:
    frame = desk.raw("0200", desk.purchase())
    desk.sign_in()
    assert desk.frame(frame).code == "A0"
    assert desk.balance_fen() == OPENED_FEN


def test_the_balance_is_told_and_nothing_moves(desk: Desk) -> None:
    answer = desk.ask("0200", {**desk.swiped(), 3: "310000", 4: "000000000000", 60: "01000001000500"})
    assert (answer.get(39), answer.get(54)) == ("00", f"1002156C{OPENED_FEN:012}")
    assert desk.ledger.bookings(TERMINAL) == []


def test_a_script_result_is_kept(desk: Desk) -> None:
    fields = {
        11: desk.next_trace(),
        3: "000000",
        4: "0" * 12,
        25: "00",
        49: "156",
        55: "DF31051000000000",
        60: "00000001951",
    }
    assert desk.ask("0620", fields).get(39) == "00"
    assert desk.ledger.advices(TERMINAL) == [("951", "DF31051000000000")]


@pytest.mark.parametrize("network", ["360", "370", "999"])
def test_what_this_host_does_not_send_is_refused(desk: Desk, network: str) -> None:
    assert desk.ask("0800", {11: "000009", 60: f"00000001{network}"}).get(39) == "40"


def test_faults_of_the_decision_decline_and_book_nothing(desk: Desk) -> None:
    assert desk.ask("0200", desk.purchase(), with_fault("decline", code="91")).get(39) == "91"
    assert desk.ask("0200", desk.purchase(), with_fault("batch_full")).get(39) == "90"
    assert desk.ask("0200", desk.purchase(), with_fault("key_change")).get(39) == "A0"
    assert desk.balance_fen() == OPENED_FEN


def test_faults_of_the_answer_spoil_what_they_name(desk: Desk) -> None:
    wrong_mac = desk.frame(desk.raw("0200", desk.purchase()), with_fault("wrong_mac"))
    with pytest.raises(AssertionError):
        desk.read(wrong_mac)
    fields = desk.purchase()
    amount = desk.ask("0200", fields, with_fault("wrong_amount"))
    assert (amount.get(39), int(amount.get(4))) == ("00", 3_801)
    trace = desk.ask("0200", fields, with_fault("wrong_trace"))
    assert int(trace.get(11)) == int(fields[11]) + 1
    assert desk.ask("0200", fields, with_fault("wrong_terminal")).get(41) != TERMINAL
    proof = desk.ask("0200", desk.purchase(), with_fault("wrong_arpc")).get(55)
    assert desk.chip("good").apdu(b"\x00\x82\x00\x00\x0a" + bytes.fromhex(proof)[2:]).hex() == "6300"
    assert {"wrong_mac", "wrong_amount", "wrong_trace", "wrong_terminal", "wrong_arpc"} <= set(FAULTS)


def test_a_script_comes_with_the_approval_and_the_card_refuses_its_command(desk: Desk) -> None:
    answer = desk.ask("0200", desk.purchase(), with_fault("script"))
    objects = dict(parse(bytes.fromhex(answer.get(55))))
    script = dict(parse(objects["72"]))
    assert (answer.get(39), len(objects["91"]), len(script["9F18"])) == ("00", 10, 4)
    assert desk.chip("good").apdu(script["86"]).hex() == "6e00"


def test_the_ledger_knows_when_it_does_not_add_up(desk: Desk) -> None:
    desk.ask("0200", desk.purchase())
    account = desk.ledger.account("good", 0)
    with desk.ledger.message():
        desk.ledger.put_account(replace(account, balance_fen=account.balance_fen + 1))
    assert desk.ledger.wrong() == [f"good: balance_fen={OPENED_FEN - 3_799} expected_fen={OPENED_FEN - 3_800}"]


def test_no_number_track_or_pin_stands_in_the_ledger(tmp_path: Any) -> None:
    desk = Desk(good_ledger(tmp_path / "bank.sqlite"))
    desk.sign_in()
    for name in ("good", "poor", "foreign", "long"):
        desk.ask("0200", desk.purchase(name))
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for card in (WALLET[name].perso for name in ("good", "poor", "foreign", "long")):
        assert card.pan.encode() not in held
        assert bytes.fromhex(card.pan[:16]) not in held
        assert card.discretionary.encode() not in held
    assert KEYS.work_keys(1).pin not in held
