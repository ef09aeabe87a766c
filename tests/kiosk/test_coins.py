"""Change in coins: what falls when, what becomes of an order that fails, and what a restart makes of it (decision page 031)."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.device_rules import check_devices
from kiosk.errors import ConfigError
from kiosk.faults import Fault
from kiosk.ports import coin_hopper as ch
from kiosk.ports.note_dispenser import NotesRefused
from kiosk.restart import Restart
from kiosk.sale.book import S
from kiosk.settings import Device, DeviceTable, HopperSeat
from tests.kiosk.bench import Bench, raised
from tests.kiosk.sale.samples import COINS
from tests.kiosk.screen.world import CLOCK, TEXTS
from tests.kiosk.test_service import log_in, type_in

PRICE_FEN = 15_250


def bench(**made: Any) -> Bench:
    return Bench(coins=COINS, **made).up()


def paid(made: Bench | None = None, *notes: int) -> Bench:
    """Two hundred yuan are in, and the ticket lies in the slot: 47.5 are owed."""
    made = (made or bench()).to_paying().insert(*(notes or (10_000, 10_000)))
    assert made.state is S.TICKETS_OUT
    return made


def took(made: Bench) -> Bench:
    """Tickets and notes are taken."""
    made.unit.take()
    made.run()
    assert made.state is S.CHANGE_OUT
    made.dispenser.take()
    return made.run()


def end(made: Bench) -> dict[str, Any]:
    assert made.state is None, made.state
    return made.intents("sale.end")[-1]


def orders(made: Bench) -> list[tuple[int, int]]:
    """(hopper, coins) of every order to a hopper."""
    return [(order["hopper"], order["coins"]) for order in made.intents("pay.coins?")]


def test_with_enough_half_yuan_the_price_is_not_rounded_and_the_half_falls_last() -> None:
    made = paid()
    assert made.controller.sale is not None
    assert made.controller.sale.book.due_fen == PRICE_FEN
    took(made)
    kinds = [kind for kind in made.kinds() if kind in ("deliver?", "pay?", "pay.coins?", "sale.end")]
    assert kinds == ["deliver?", "pay?", "pay.coins?", "sale.end"]
    assert (orders(made), made.hopper(1).cup, made.dispenser.hands_fen) == ([(1, 1)], 1, 4_700)
    assert made.intents("pay.coins?")[0]["counters"] == {"count": 0}
    assert {key: end(made)[key] for key in ("paid_out_fen", "rounding_fen", "claims_fen")} == {
        "paid_out_fen": 4_750, "rounding_fen": 0, "claims_fen": 0,
    }  # fmt: skip
    assert made.past.stock.coins.coins == {1: 99, 2: 100}
    assert made.past.stock.registers["coins_out_fen"] == 50


def test_with_no_more_half_yuan_than_the_reserve_prices_are_rounded_as_ever() -> None:
    made = bench()
    made.past.stock.coins.coins[1] = 10
    paid(made)
    took(made)
    assert (orders(made), end(made)["rounding_fen"], end(made)["paid_out_fen"]) == ([], -50, 4_800)


def test_change_of_less_than_the_smallest_note_falls_when_the_tickets_were_taken() -> None:
    made = paid(None, 10_000, 5_000, 100, 100, 100)  # 153 yuan
    assert orders(made) == []
    made.unit.take()
    made.run()
    assert orders(made) == [(1, 1)]
    assert end(made)["paid_out_fen"] == 50


def test_a_hopper_that_is_short_is_left_out_and_the_half_becomes_a_whole_yuan() -> None:
    """Two half yuan are one yuan elsewhere; one half cannot be made of anything else."""
    made = paid()
    made.hopper(1).plan["pay"] = [lambda order, hopper: ch.CoinsShort(order, hopper, 0, "jam")]
    took(made)
    assert made.state is S.CHANGE_OUT  # a whole one, as a note
    made.dispenser.take()
    made.run()
    assert (end(made)["rounding_fen"], end(made)["paid_out_fen"], end(made)["claims_fen"]) == (-50, 4_800, 0)
    assert made.past.stock.coins.resting == {1}


def test_what_two_orders_could_not_pay_is_claimed() -> None:
    made = bench()
    made.past.stock.cassettes.update({1: 0, 2: 0, 3: 0})  # two twenties, seven and a half in coins
    paid(made)
    for number in COINS:
        made.hopper(number).plan["pay"] = [lambda order, hopper: ch.CoinsRefused(order, hopper, "other")]
    took(made)
    assert made.state is S.CLAIM
    assert orders(made) == [(2, 7), (1, 15)]
    assert [claim["amount_fen"] for claim in made.intents("claim.add")] == [750]


def test_an_unknown_order_rests_its_hopper_alone_and_claims_what_may_not_have_fallen() -> None:
    made = paid()
    made.hopper(1).plan["pay"] = [lambda order, hopper: ch.CoinsUncertain(order, hopper, 0, 1, "power")]
    took(made)
    assert made.state is S.CLAIM
    claim, unknown = made.intents("claim.add")[-1], made.intents("unknown.add")[-1]
    assert (claim["amount_fen"], claim["exact"], claim["reason"]) == (50, False, "coins_unknown")
    assert (unknown["place"], unknown["bound_fen"]) == ("hopper.1", 50)
    assert made.past.stock.coins.usable() == {2: 100}
    assert not made.past.stock.uncounted


def test_one_coin_too_many_is_a_doubt_and_no_debt() -> None:
    made = paid()
    made.hopper(1).plan["pay"] = [lambda order, hopper: ch.CoinsUncertain(order, hopper, 1, 2, "miscounted")]
    took(made)
    assert (end(made)["claims_fen"], made.intents("unknown.add")[-1]["bound_fen"]) == (0, 50)


def test_no_coin_falls_when_the_notes_were_not_taken() -> None:
    made = paid()
    made.unit.take()
    made.run().wait(45_000)
    assert made.state is S.CLAIM
    assert orders(made) == []
    assert [claim["amount_fen"] for claim in made.intents("claim.add")] == [4_750]


@pytest.mark.parametrize("by_key", [True, False])
def test_no_coin_falls_after_the_time_was_over_and_some_do_for_who_cancels(by_key: bool) -> None:
    made = bench()
    made.past.stock.cassettes.update({1: 3, 2: 0, 3: 0})
    made.to_paying().insert(500)
    if by_key:
        made.touch("cancel")
        assert orders(made) == [(2, 5)]
        assert end(made)["outcome"] == "refunded"
    else:
        made.wait(95_000)
        assert orders(made) == []
        assert made.state is S.CHANGE_OUT


def test_a_hopper_with_a_fault_is_not_planned_with_and_takes_nothing_from_the_machine() -> None:
    made = bench()
    fault = raised("hopper.1", "DEVICE_FAILURE")
    made.say(fault)
    assert made.past.stock.coins.usable() == {2: 100}
    assert made.controller.mode.sells
    made.say(Fault(fault.device, fault.code, False))
    assert set(made.past.stock.coins.usable()) == {1, 2}


@pytest.mark.parametrize("fell", [0, 1])
def test_after_a_power_cut_the_hopper_itself_says_what_fell_and_nothing_is_paid_again(fell: int) -> None:
    made = paid()
    made.hopper(1).hold.add("pay")
    made.hopper(1).plan["pay"] = [lambda order, hopper: ch.CoinsPaid(order, hopper, 1)]
    took(made)
    assert made.state is S.COINS
    made.hopper(1).fall(fell)
    after = made.power_cut().up()
    assert [kind for kind, _ in after.hopper(1).orders] == ["settle"]
    assert len(after.intents("pay.coins?")) == 1
    outcome = next(line["fact"] for line in after.lines() if line["fact"].get("hopper") == 1)
    assert outcome["result"] == ("coins" if fell else "coins_short")
    if fell:
        assert end(after)["paid_out_fen"] == 4_750
    else:
        assert after.state is not S.COINS  # whoever is there is asked, or it is claimed
        assert after.past.stock.coins.resting == {1}


def test_a_start_waits_for_a_hopper_that_does_not_answer_and_then_nobody_knows() -> None:
    made = paid()
    made.hopper(1).hold.add("pay")
    took(made)
    after = made.power_cut()
    after.facts.clear()  # its driver asks until a minute is over
    after.up().wait(35_000)
    assert after.controller.starting
    after.say(ch.CoinsUncertain(after.intents("pay.coins?")[0]["order"], 1, 0, 1, "no answer"))
    assert not after.controller.starting
    assert after.intents("unknown.add")[-1]["place"] == "hopper.1"


def test_a_hopper_that_says_nothing_at_all_is_waited_for_a_minute_and_no_longer() -> None:
    made = paid()
    made.hopper(1).hold.add("pay")
    took(made)
    after = made.power_cut()
    after.facts.clear()
    after.up().wait(71_000)
    assert not after.controller.starting
    assert after.intents("claim.add")[-1]["amount_fen"] == 50


def test_an_order_of_a_hopper_that_is_not_there_any_more_is_unknown_at_once() -> None:
    made = paid()
    made.hopper(1).hold.add("pay")
    took(made)
    restart = Restart(made.power_cut().past, made.controller.watch, 30_000)
    restart.settle_coins({})
    assert [(type(fact), fact.most) for fact in restart.coins.values()] == [(ch.CoinsUncertain, 1)]  # type: ignore[attr-defined]


def test_notes_that_are_refused_leave_the_coins_of_the_plan_to_fall() -> None:
    made = paid()
    made.dispenser.plan["pay"] = [lambda order, counts: NotesRefused(order, "other")] * 3
    made.unit.take()
    made.run()
    assert sum(coins for _, coins in orders(made)) > 0
    assert made.state in (S.CLAIM, None)


# -- at the open cabinet


def at_menu(made: Bench | None = None) -> Bench:
    return log_in((made or bench()).touch("service"), "1001")


def signed(made: Bench) -> Bench:
    return log_in(made, "1002")


def test_a_hopper_is_counted_by_two_persons_and_rests_no_more() -> None:
    made = bench()
    made.past.stock.coins.resting.add(2)
    signed(type_in(at_menu(made).touch("svc:act:fill_coins:2"), "180"))
    assert made.intents("hopper.fill")[-1] == {
        "kind": "hopper.fill", "hopper": 2, "value_fen": 100, "before": 100, "after": 180,
    }  # fmt: skip
    assert made.past.stock.coins.usable() == {1: 100, 2: 180}


def test_a_hopper_is_emptied_order_by_order_until_no_coin_comes() -> None:
    made = bench()
    made.hopper(1).coins = 230
    signed(at_menu(made).touch("svc:act:fill_coins:1", "svc:act:empty_coins:1", "svc:enter"))
    assert made.hopper(1).cup == 230
    told = made.intents("pay.coins?")
    assert [order["coins"] for order in told] == [100, 100, 100]
    assert len({order["order"] for order in told}) == 3
    assert all(order["order"] < 0 and order["why"] == "empty" for order in told)
    assert 1 in made.past.stock.coins.resting
    type_in(made.touch("svc:act:fill_coins:1"), "0")
    signed(made)
    assert made.past.stock.coins.coins[1] == 0


def test_nobody_counts_a_hopper_while_its_coins_fall_and_who_leaves_ends_it() -> None:
    made = bench()
    made.hopper(1).hold.add("pay")
    signed(at_menu(made).touch("svc:act:empty_coins:1", "svc:enter"))
    made.touch("svc:act:fill_coins:1")
    assert made.service.state.message == "falling"
    assert 1 not in made.past.stock.coins.usable()
    made.touch("svc:logout")
    made.hopper(1).let_go()
    made.run()
    assert [order["coins"] for order in made.intents("pay.coins?")] == [100]
    assert made.past.stock.coins.coins[1] == 0


def test_an_emptying_that_the_power_broke_off_is_settled_like_any_order() -> None:
    made = bench()
    made.hopper(1).hold.add("pay")
    made.hopper(1).plan["pay"] = [lambda order, hopper: ch.CoinsPaid(order, hopper, 100)]
    signed(at_menu(made).touch("svc:act:empty_coins:1", "svc:enter"))
    made.hopper(1).fall(40)
    after = made.power_cut().up()
    assert not after.controller.starting
    assert after.past.stock.coins.coins[1] == 60
    assert after.past.stock.coins.resting == {1}


def test_the_menu_has_rows_and_keys_for_each_hopper() -> None:
    made = at_menu()
    screen = made.service.screen(made.controller, TEXTS, CLOCK, made.controller.now())
    assert screen is not None
    text = repr(screen)
    assert all(f"svc:act:fill_coins:{number}" in text for number in COINS)
    assert "svc:act:clear:hopper" in text


# -- what may be configured


def seat(address: int = 3, value_fen: int = 50) -> HopperSeat:
    return HopperSeat(address, value_fen, 1_234)


@pytest.mark.parametrize(
    ("hoppers", "says"),
    [
        ({}, "needs at least one"),
        ({0: seat()}, "numbered 1 to 9"),
        ({1: seat(value_fen=70)}, "no half or whole yuan"),
        ({1: seat(), 2: seat(value_fen=100)}, "is hopper 1's already"),
    ],
)
def test_hoppers_that_cannot_be_are_refused(hoppers: dict[int, HopperSeat], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        check_devices(DeviceTable(hopper=Device("cctalk_hopper", "/dev/null", hoppers=hoppers)))


def test_a_bus_of_two_hoppers_may_be_configured_and_another_device_has_none() -> None:
    two = {1: seat(), 2: seat(4, 100)}
    check_devices(DeviceTable(hopper=Device("cctalk_hopper", "/dev/null", hoppers=two)))
    with pytest.raises(ConfigError, match="has no coins"):
        check_devices(DeviceTable(slip_printer=Device("escpos", "/dev/null", hoppers=two)))
