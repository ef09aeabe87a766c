"""Service mode: who may do what, two persons for money, counts within bounds, and no PIN anywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kiosk.ports.cabinet import BoxMoved, CabinetSeen, DoorMoved
from kiosk.ports.note_acceptor import NoteOurs
from kiosk.sale.book import S
from kiosk.screen.values import ServiceMenu
from kiosk.service import LOCKED_MS, TRIES
from kiosk.service_acts import ACTS, act_of
from tests.kiosk.bench import PINS, Bench, raised
from tests.kiosk.sale.samples import VALUES
from tests.kiosk.screen.world import CLOCK, TEXTS


def type_in(bench: Bench, digits: str) -> Bench:
    return bench.touch(*(f"svc:digit:{digit}" for digit in digits), "svc:enter")


def log_in(bench: Bench, number: str, pin: str = "") -> Bench:
    type_in(bench, number)
    return type_in(bench, pin or PINS[number])


def at_menu(number: str = "1001") -> Bench:
    bench = log_in(Bench().up().touch("service"), number)
    assert bench.service.state.page == "menu"
    return bench


def acts(bench: Bench) -> list[dict[str, Any]]:
    return [line for line in bench.lines() if line["fact"]["kind"] == "op.act" and line["fact"]["place"] != ""]


def last(bench: Bench) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The last line but for the upload's hints."""
    line = next(line for line in reversed(bench.lines()) if line["fact"]["kind"] != "ack")
    return line["fact"], line["intents"]


# -- in and out


def test_who_knows_number_and_pin_is_in_and_it_is_written() -> None:
    bench = at_menu()
    assert last(bench)[0] == {"kind": "op.login", "operator": "1001", "role": "cash"}
    assert bench.controller.mode.name == "maintenance"
    bench.touch("svc:logout")
    assert last(bench)[0] == {"kind": "op.logout", "operator": "1001", "why": "key"}
    assert not bench.service.active
    assert bench.controller.mode.sells


@pytest.mark.parametrize(
    ("number", "pin", "written"),
    [("1001", "000000", "1001"), ("1001", "135792", "1001"), ("9999", "246813", ""), ("246813", "1001", "")],
)
def test_a_wrong_number_or_pin_is_denied_and_only_an_operator_s_number_is_written(
    number: str, pin: str, written: str
) -> None:
    """What was typed as a number may be a PIN in the wrong field."""
    bench = log_in(Bench().up().touch("service"), number, pin)
    assert last(bench)[0] == {"kind": "op.denied", "number": written, "tries": 1}
    assert (bench.service.state.page, bench.service.state.message) == ("login", "wrong")
    assert not any(secret in bench.on_disk() for secret in PINS.values())


def test_a_pin_in_the_wrong_field_of_a_signature_is_not_written() -> None:
    bench = at_menu().touch("svc:act:fill:2")
    type_in(bench, "250")
    log_in(bench, PINS["1002"], "1002")
    assert last(bench)[0] == {"kind": "op.denied", "number": "", "tries": 1}
    assert PINS["1002"] not in bench.on_disk()


def test_five_wrong_pins_lock_for_five_minutes_also_after_leaving() -> None:
    bench = Bench().up().touch("service")
    for _ in range(TRIES):
        log_in(bench, "1001", "000000")
    assert bench.service.state.message == "locked"
    bench.touch("svc:back", "service")
    log_in(bench, "1001")
    assert (bench.service.state.page, bench.service.state.message) == ("login", "locked")
    bench.wait(LOCKED_MS)
    bench.touch("service")
    log_in(bench, "1001")
    assert bench.service.state.page == "menu"


def test_a_right_pin_starts_the_count_of_tries_again() -> None:
    bench = Bench().up().touch("service")
    for _ in range(TRIES - 1):
        log_in(bench, "1001", "000000")
    log_in(bench, "1001")
    assert bench.service.state.tries == 0


def test_nobody_at_the_log_in_or_the_menu_ends_it() -> None:
    bench = Bench().up().touch("service")
    bench.wait(31_000)
    assert not bench.service.active
    bench = at_menu()
    bench.wait(299_000)
    assert bench.service.active
    bench.wait(2_000)
    assert not bench.service.active
    assert last(bench)[0] == {"kind": "op.logout", "operator": "1001", "why": "timeout"}


def test_a_running_sale_goes_first() -> None:
    bench = Bench().up().to_paying()
    bench.touch("service")
    assert not bench.service.active
    assert bench.state is S.COLLECTING


def test_an_open_door_asks_for_the_log_in() -> None:
    bench = Bench().up().say(DoorMoved("outer", True, True))
    assert bench.service.state.page == "login"


# -- acts


def test_money_needs_a_second_person() -> None:
    bench = at_menu().touch("svc:act:fill:2")
    type_in(bench, "250")
    assert bench.service.state.page == "sign"
    assert bench.controller.stock.cassettes[2] == 300, "nothing counts before both have signed"
    log_in(bench, "1002")
    fact, intents = last(bench)
    assert fact == {"kind": "op.act", "operator": "1001", "second": "1002", "act": "fill", "place": "2"}
    assert intents == [{"kind": "cassette.fill", "cassette": 2, "value_fen": 500, "before": 300, "after": 250}]
    assert bench.controller.stock.cassettes[2] == 250
    assert (bench.service.state.page, bench.service.state.message) == ("menu", "booked")


@pytest.mark.parametrize(("second", "message"), [("1001", "same_person"), ("1003", "not_allowed")])
def test_the_second_person_is_another_one_and_may_handle_money(second: str, message: str) -> None:
    bench = at_menu().touch("svc:act:fill:2")
    type_in(bench, "250")
    log_in(bench, second)
    assert (bench.service.state.page, bench.service.state.message) == ("sign", message)
    assert bench.controller.stock.cassettes[2] == 300
    log_in(bench, "1002")
    assert bench.controller.stock.cassettes[2] == 250


def test_wrong_pins_of_the_second_person_lock_too() -> None:
    bench = at_menu().touch("svc:act:fill:2")
    type_in(bench, "250")
    for _ in range(TRIES):
        log_in(bench, "1002", "000000")
    log_in(bench, "1002")
    assert bench.service.state.message == "locked"
    assert bench.controller.stock.cassettes[2] == 300


@pytest.mark.parametrize("name", [name for name, act in ACTS.items() if act.money])
def test_a_maintainer_opens_no_money_flow(name: str) -> None:
    bench = at_menu("1003").touch(f"svc:act:{name}:2" if name == "fill" else f"svc:act:{name}")
    assert bench.service.state.page == "menu"


@pytest.mark.parametrize("name", ["load_roll", "empty_waste", "empty_ticket_retract"])
def test_paper_is_one_persons_work(name: str) -> None:
    bench = at_menu("1003").touch(f"svc:act:{name}")
    type_in(bench, "7")
    fact, intents = last(bench)
    assert (fact["operator"], fact["second"], fact["act"]) == ("1003", "", name)
    assert intents[0]["kind"] == ("roll.load" if name == "load_roll" else "count")


def test_a_count_is_asked_for_and_bounded() -> None:
    bench = at_menu().touch("svc:act:fill:2", "svc:enter")
    assert bench.service.state.message == "count"
    type_in(bench, "1001")
    assert (bench.service.state.page, bench.service.state.message) == ("task", "too_many")
    bench.touch("svc:clear")
    type_in(bench, "1000")
    assert bench.service.state.page == "sign"


def test_nothing_is_a_count_too() -> None:
    bench = at_menu().touch("svc:act:empty_reject")
    type_in(bench, "0")
    log_in(bench, "1002")
    assert last(bench)[1] == [{"kind": "count", "place": "reject", "booked": 0, "counted": 0}]


def test_a_swapped_box_is_empty_and_says_what_was_booked() -> None:
    bench = Bench().up().say(NoteOurs(1, 10_000), NoteOurs(2, 100))
    log_in(bench.touch("service"), "1001").touch("svc:act:swap_box")
    type_in(bench, "2")
    log_in(bench, "1002")
    swap = last(bench)[1][0]
    assert (swap["kind"], swap["notes"], swap["counted"]) == ("box.swap", [[100, 1], [10_000, 1]], 2)
    assert bench.controller.stock.box_notes == 0


@pytest.mark.parametrize("seen", [True, False])
def test_the_new_box_is_booked_by_its_tag_also_when_it_was_changed_without_us(seen: bool) -> None:
    """Moved while we looked, or while the power was off: then the board names it at its start."""
    bench = Bench().up()
    bench.say(BoxMoved(True, "BOX-0002") if seen else CabinetSeen((), True, True, (("note_box", "BOX-0002"),)))
    log_in(bench.touch("service"), "1001").touch("svc:act:swap_box")
    type_in(bench, "0")
    log_in(bench, "1002")
    assert last(bench)[1][0]["tag"] == bench.controller.stock.box_tag == "BOX-0002"


def test_clearing_a_fault_begins_the_device_anew_after_it_is_written() -> None:
    bench = at_menu("1003").touch("svc:act:clear:acceptor", "svc:enter")
    assert last(bench)[0]["act"] == "clear"
    assert bench.restarted == ["acceptor"]


@pytest.mark.parametrize(
    "name", ["fill", "fill:9", "fill:x", "clear", "clear:moon", "load_roll:2", "swap_box:x", "nothing", ""]
)
def test_what_is_no_act_does_nothing(name: str) -> None:
    assert act_of(name, VALUES) == (None, "")
    bench = at_menu().touch(f"svc:act:{name}")
    assert bench.service.state.page == "menu"


@pytest.mark.parametrize("digit", ["²", "①", "٣", "12", "", "x"])
def test_only_ten_keys_are_digits(digit: str) -> None:
    bench = at_menu().touch("svc:act:fill:2", f"svc:digit:{digit}", "svc:enter")
    assert (bench.service.state.typed, bench.service.state.message) == ("", "count")


def test_back_books_nothing_and_forgets_what_was_typed() -> None:
    bench = at_menu().touch("svc:act:fill:2")
    type_in(bench, "250")
    type_in(bench, "1002")
    bench.touch("svc:digit:1", "svc:back")
    assert (bench.service.state.page, bench.service.state.pin) == ("menu", "")
    assert acts(bench) == []


# -- closing up


def test_an_open_door_keeps_the_machine_in_service() -> None:
    bench = log_in(Bench().up().say(DoorMoved("outer", True, True)), "1001")
    bench.touch("svc:close_up")
    assert (bench.service.active, bench.service.state.message) == (True, "doors")
    bench.say(DoorMoved("outer", False, True))
    bench.touch("svc:close_up")
    assert not bench.service.active
    facts = [line["fact"] for line in bench.lines()]
    closed = [fact["act"] for fact in facts if fact["kind"] == "op.act"]
    assert closed[-1] == "close_up"
    assert bench.controller.mode.sells


# -- secrets


def test_no_pin_stands_in_a_record_or_on_a_screen() -> None:
    bench = Bench().up().touch("service")
    shown: list[str] = []

    def look() -> None:
        screen = bench.service.screen(bench.controller, TEXTS, CLOCK, bench.controller.now())
        shown.append(repr(screen))

    for number in ("1001", "1002"):
        if number == "1002":
            bench.touch("svc:act:fill:2")
            type_in(bench, "250")
        type_in(bench, number)
        for digit in PINS[number]:
            bench.touch(f"svc:digit:{digit}")
            look()
        bench.touch("svc:enter")
        look()
    log_in(bench, "1001", "864209")
    assert acts(bench)
    written = json.dumps(bench.lines())
    for secret in (*PINS.values(), "864209"):
        assert secret not in written
        assert not any(secret in screen for screen in shown)


@pytest.mark.parametrize(
    ("device", "code", "shown"),
    [
        ("payment", "SETTLEMENT", ("Sums differ", "warn")),
        ("cards", "SETTLEMENT", ("Sums differ", "warn")),
        ("cards", "NO_ANSWER", ("No answer", "warn")),
        ("payment", "NO_ANSWER", ("No answer", "danger")),
    ],
)
def test_what_is_wrong_with_cards_is_shown_beside_codes_that_work(
    device: str, code: str, shown: tuple[str, str]
) -> None:
    """`cards`: how the adapter names itself where phones pay, too."""
    for language, words in (
        ("en", shown[0]),
        ("zh", {"Sums differ": "银行对账不符", "No answer": "无应答"}[shown[0]]),
    ):
        bench = Bench(ways=("card", "code")).up().say(raised(device, code))
        bench = log_in(bench.touch(*(["language"] if language == "en" else []), "service"), "1001")
        screen = bench.service.screen(bench.controller, TEXTS, CLOCK, bench.controller.now())
        assert isinstance(screen, ServiceMenu)
        (row,) = [row for row in screen.modules if row.action.target == "svc:act:clear:payment"]
        assert row.state.main == words
        assert row.level == shown[1]
