"""Picking up what was bought elsewhere: proof, order, tickets; once, and through every trouble in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from kiosk.blackbox import masked
from kiosk.faults import Fault
from kiosk.modes import effective
from kiosk.ports import ticket_printer as tp
from kiosk.ports.fact import DeviceReady
from kiosk.ports.id_reader import IdAgain, IdDocument
from kiosk.ports.payment import PaymentStep
from kiosk.ports.station import OrdersFailed
from kiosk.ports.trips import FoundOrder, OrderedPlace
from kiosk.sale.book import S
from kiosk.screen.values import PickupCode, Show, encode
from kiosk.screen.view import view
from tests.kiosk.bench import EPOCH, Bench, FakeIdReader, FakeScanner
from tests.kiosk.screen.world import all_shown as pickups_shown

PAPER, CODE, NUMBER = "TVM1:482109375562", "482109375562", "11010119900307281X"
CARD = IdDocument("citizen", "王小明", NUMBER, "man", date(1990, 3, 7), date(2020, 1, 1), date(2040, 1, 1), ethnic="01")
ORDER = FoundOrder(
    number="E100000001",
    state="open",
    train="K598",
    kind="K",
    date="2026-11-21",
    origin="BXP",
    destination="WHN",
    seat_class="hard_seat",
    depart_ms=1_795_400_000_000,
    arrive_ms=1_795_450_000_000,
    depart="16:40",
    arrive="06:33",
    day_offset=1,
    at="",
    places=(
        OrderedPlace("05", "12A", "window", "adult", 15_250, "open"),
        OrderedPlace("05", "12B", "aisle", "adult", 15_250, "open"),
    ),
    collected_ms=0,
    collected_at="",
)


def bench(*orders: FoundOrder, ways: tuple[str, ...] = ()) -> Bench:
    made = Bench(readers=True, ways=ways).up()
    found = orders or (replace(ORDER, depart_ms=made.clock.wall_ms() + 3_600_000),)
    made.station.orders_there = {PAPER: found, CODE: found, NUMBER: found}
    return made


def scanner(at: Bench) -> FakeScanner:
    assert isinstance(at.devices.code_scanner, FakeScanner)
    return at.devices.code_scanner


def reader(at: Bench) -> FakeIdReader:
    assert isinstance(at.devices.id_reader, FakeIdReader)
    return at.devices.id_reader


def asked(at: Bench) -> Bench:
    """The order is on the screen, by its paper."""
    at.touch("start", "collect")
    scanner(at).show(PAPER)
    assert at.controller.journey.state.step == "pickup.orders"
    return at


def pickups(at: Bench) -> tuple[str, ...]:
    return at.controller.mode.pickups


def state(at: Bench) -> S | None:
    return at.state


def take(at: Bench) -> Bench:
    return at.say(tp.TicketsTaken(at.sale_number))


def by_paper(at: Bench) -> None:
    scanner(at).show(PAPER)


def by_card(at: Bench) -> None:
    reader(at).lay(CARD)


def by_keys(at: Bench) -> None:
    at.touch("type_code", *(f"code:{digit}" for digit in CODE))


@pytest.mark.parametrize("proof", [by_paper, by_card, by_keys])
def test_an_order_is_proved_and_its_tickets_are_printed_and_taken(proof: Callable[[Bench], None]) -> None:
    at = bench().touch("start", "collect")
    proof(at)
    at.touch("order:E100000001")
    assert at.state is S.TICKETS_OUT
    take(at)
    assert at.state is None
    assert at.controller.journey.state.step == "thanks"
    (end,) = at.intents("sale.end")
    assert (end["outcome"], end["ours_fen"], end["delivered_fen"], end["claims_fen"]) == ("sold", 0, 0, 0)
    ((_, tickets),) = at.station.reports
    assert [(index, state) for index, _, _, state in tickets] == [(0, "delivered"), (1, "delivered")]


def test_code_and_document_stand_in_no_line_and_in_no_state() -> None:
    at = bench().touch("start", "collect")
    by_card(at)
    at.touch("back")
    by_keys(at)
    at.touch("order:E100000001")
    kept = at.on_disk() + repr(at.controller.journey.state)
    assert "E100000001" in at.on_disk()
    assert not any(secret in kept for secret in (NUMBER, CODE, PAPER, CARD.name))


def test_readers_work_only_while_the_screen_asks_for_something() -> None:
    at = bench().touch("start")
    assert (scanner(at).order, reader(at).order) == (0, 0)
    at.touch("collect")
    assert scanner(at).order
    assert reader(at).order
    at.touch("help")
    assert (scanner(at).order, reader(at).order) == (0, 0)
    at.touch("back")
    assert scanner(at).order
    at.touch("home")
    assert (scanner(at).order, reader(at).order) == (0, 0)


@pytest.mark.parametrize("why", ["collected", "in_use", "unknown", "cancelled", "departed", "wrong_station"])
def test_an_order_that_is_not_handed_out_here_is_shown_and_not_begun(why: str) -> None:
    at = asked(bench(replace(ORDER, state=why))).touch("order:E100000001")
    assert at.state is None
    assert "sale.start" not in at.kinds()


def test_two_machines_at_once_the_other_one_was_faster() -> None:
    at = asked(bench())
    at.station.refuses = "in_use"
    at.touch("order:E100000001")
    assert (at.state, at.controller.journey.state.step, at.controller.journey.state.notice) == (
        None,
        "pickup",
        "order_in_use",
    )


@pytest.mark.parametrize(
    ("text", "notice"), [("TVM1:000000000000", "order_not_found"), ("130012345678901234", "code_other")]
)
def test_a_code_that_is_none_of_ours_is_told_and_the_window_stays_lit(text: str, notice: str) -> None:
    at = bench().touch("start", "collect")
    scanner(at).show(text)
    assert at.controller.journey.state.notice == notice
    assert scanner(at).order


def test_an_expired_card_is_told_and_asks_nobody() -> None:
    at = bench().touch("start", "collect")
    reader(at).lay(replace(CARD, valid_to=date(2021, 1, 1)))
    assert at.controller.journey.state.notice == "card_expired"
    assert not any(question.startswith("orders") for question in at.station.asked)
    at.say(IdAgain(reader(at).order, "moved"))
    assert at.controller.journey.state.notice == "card_moved"


def test_no_answer_is_told_and_can_be_tried_again() -> None:
    at = bench().touch("start", "collect")
    at.station.find_orders = lambda *_, **__: None  # type: ignore[method-assign]
    scanner(at).show(PAPER)
    request = at.controller.journey.state.request
    assert scanner(at).order == 0
    at.say(OrdersFailed(request, "timeout"))
    assert at.controller.journey.state.notice == "offline"
    assert scanner(at).order


def test_a_fault_of_a_reader_takes_only_its_own_ability() -> None:
    at = bench()
    assert pickups(at) == ("scan", "card", "type")
    at.say(Fault("code_scanner", "NO_ANSWER", True))
    assert (pickups(at), at.controller.mode.sells) == (("card", "type"), True)
    at.say(Fault("id_reader", "LINK_LOST", True, "gone"))
    assert (pickups(at), at.controller.mode.sells) == (("type",), True)
    at.say(Fault("code_scanner", "NO_ANSWER", False), DeviceReady("code_scanner", "m", "1", "s"))
    assert pickups(at) == ("scan", "type")


def test_a_machine_that_takes_no_money_still_hands_out_orders() -> None:
    at = bench().say(Fault("acceptor", "NOTE_JAM", True))
    assert (at.controller.mode.name, at.controller.mode.sells) == ("pickup_only", False)
    take(asked(at).touch("order:E100000001"))
    assert [end["outcome"] for end in at.intents("sale.end")] == ["sold"]


def test_a_machine_without_readers_hands_out_nothing() -> None:
    at = Bench().up().touch("start", "collect")
    assert pickups(at) == ()
    known = at.controller.watch.known(starting=False, service=False, journal_room=True, wall_ms=at.clock.wall_ms())
    assert effective(known, at.controller.machine_policy, at.policy.cash).name == "normal"


def test_nothing_good_was_printed_so_nothing_is_lost() -> None:
    at = asked(bench())
    at.unit.plan["print"] = [lambda **made: tp.TicketUncertain(made["key"], "link")]
    at.touch("order:E100000001")
    assert (at.state, at.controller.journey.state.notice) == (None, "order_later")
    assert at.intents("claim.add") == []
    ((_, tickets),) = at.station.reports
    assert [state for _, _, _, state in tickets] == ["void"]


def test_a_train_that_leaves_while_its_order_is_fetched_sends_nobody_away_to_try_again() -> None:
    made = asked(bench())
    made.station.hold.add("collect")
    made.touch("order:E100000001")
    assert made.state is S.LOCKING
    made.clock.step_wall(3_600_000)
    made.station.let_go()
    made.run()
    assert made.state is None
    assert made.station.states[f"T01.{EPOCH}.1"] == "released"
    assert (made.journey.state.step, made.journey.state.notice) == ("home", "order_departed")


def test_forgotten_tickets_are_pulled_back_and_wait_at_the_station() -> None:
    at = asked(bench()).touch("order:E100000001").wait(60_000)
    assert at.state is None
    assert [state for _, _, _, state in at.station.reports[0][1]] == ["retracted", "retracted"]
    assert [end["outcome"] for end in at.intents("sale.end")] == ["cancelled"]


def test_what_may_have_been_handed_over_is_said_to_the_station_and_to_the_passenger() -> None:
    at = asked(bench())
    at.unit.plan["deliver"] = [lambda **made: tp.DeliverUncertain(made["bundle"], "link")]
    at.touch("order:E100000001")
    assert (at.state, at.controller.journey.state.notice) == (None, "order_unknown")
    assert [state for _, _, _, state in at.station.reports[0][1]] == ["unknown", "unknown"]


def test_after_a_power_cut_the_tickets_can_still_be_had() -> None:
    at = asked(bench())
    at.station.hold.add("confirm")
    at.touch("order:E100000001")
    assert at.state is S.CONFIRMING
    again = at.power_cut().up()
    assert state(again) is S.RESUMING
    again.touch("continue")
    assert state(again) is S.TICKETS_OUT
    take(again)
    assert [end["outcome"] for end in again.intents("sale.end")] == ["sold"]


def test_after_a_power_cut_nobody_is_there_and_the_order_waits() -> None:
    at = asked(bench())
    at.station.hold.add("confirm")
    at.touch("order:E100000001")
    again = at.power_cut().up().wait(120_000)
    assert again.state is None
    assert again.intents("claim.add") == []


def test_a_phone_that_shows_its_code_is_read_for_the_payment_and_only_then() -> None:
    at = bench(ways=("code", "scan"))
    at.payment.hold.add("begin")
    at.to_review()
    at.touch("pay")
    assert scanner(at).order == 0
    at.touch("pay_scan")
    assert at.state is S.AUTHORISING
    assert scanner(at).order == 0
    sale = at.controller.sale
    assert sale is not None
    assert sale.book.charge is not None
    at.say(PaymentStep(sale.book.charge.payment, "scan"))
    scanner(at).show("130012345678901234")
    assert ("scanned", "130012345678901234") in at.payment.orders


def test_the_black_box_keeps_no_digit_of_a_code() -> None:
    at = bench().touch("start", "collect", "type_code", *(f"code:{digit}" for digit in CODE[:8]))
    screen = view(pickups_shown("zh")["pickup.code"])
    assert isinstance(screen, PickupCode)
    hidden = masked(encode(Show(1, screen)))
    assert hidden is not None
    assert screen.typed.encode() not in hidden
    assert at.controller.journey.state.typed == CODE[:8]
