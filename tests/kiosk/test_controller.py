"""The controller with recording devices: order of journal and orders, what follows the state, every trouble ends safely."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from kiosk.deeds import Pictures
from kiosk.errors import JournalError
from kiosk.ports import note_acceptor as na
from kiosk.ports import note_dispenser as nd
from kiosk.ports import ticket_printer as tp
from kiosk.ports.cabinet import DoorMoved, HelpPressed, MainsChanged, PersonNear
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.screen import ScreenBack, ScreenLost
from kiosk.ports.station import (
    PrintedReported,
    RecordsTaken,
    RenewFailed,
    SaleConfirmed,
    SessionGranted,
    StationBack,
    StationLost,
    VoidReported,
)
from kiosk.print.stripe import stripe
from kiosk.sale.book import S
from kiosk.sale.intents import Intent
from kiosk.screen import targets as T
from kiosk.service_records import OperatorLogin
from tests.kiosk.bench import ALL, DOT, EPOCH, Bench, cleared, raised
from tests.kiosk.screen.world import LIMITS, WALL_MS

PAID_STATES = [S.CONFIRMING, S.PRINTING, S.DELIVERING, S.TICKETS_OUT, S.PAYING, S.CHANGE_OUT]
HOLDS = {
    S.LOCKING: ("station", "lock"),
    S.CONFIRMING: ("station", "confirm"),
    S.PRINTING: ("ticket_unit", "print"),
    S.DELIVERING: ("ticket_unit", "deliver"),
    S.PAYING: ("dispenser", "pay"),
    S.CLOSING: ("acceptor", "stack"),
}


def device(bench: Bench, name: str) -> object:
    return bench.station if name == "station" else getattr(bench.devices, name)


def stop_at(state: S) -> Bench:
    """A sale of one ticket at ¥152, paid with ¥155, that stands in `state`."""
    bench = Bench().up()
    if state in HOLDS:
        name, order = HOLDS[state]
        device(bench, name).hold.add(order)  # type: ignore[attr-defined]
    bench.to_review()
    if state in (S.LOCKING, S.REVIEWING):
        assert bench.state is state
        return bench
    bench.touch("pay")
    if state is S.COLLECTING:
        return bench.insert(10000)
    if state is S.CLOSING:
        bench.insert(10000).touch("cancel")
        assert bench.state is state
        return bench
    bench.insert(10000, 5000, 500)
    if state in (S.PAYING, S.CHANGE_OUT):
        bench.unit.take()
        bench.run()
    assert bench.state is state
    return bench


def let_go(bench: Bench) -> Bench:
    for name in ("station", *(name for name in bench.devices.fitted() if name != "cabinet")):
        device(bench, name).let_go()  # type: ignore[attr-defined]
    return bench.run()


def to_the_end(bench: Bench, hands: bool = True) -> Bench:
    """Devices answer, a hand takes what comes, time passes."""
    for _ in range(100):
        let_go(bench)
        if bench.state is None:
            return bench
        if hands and bench.state is S.TICKETS_OUT:
            bench.unit.take()
        elif hands and bench.state is S.CHANGE_OUT:
            bench.dispenser.take()
        else:
            bench.wait(10_000)
        bench.run()
    raise AssertionError(f"the sale stays in {bench.state}")


def account(bench: Bench) -> tuple[int, int]:
    """(fen that came in, fen accounted for) by the journal's records alone."""
    came, out, claims, fares, rounding = 0, 0, 0, 0, 0
    doubtful: dict[int, int] = {}
    seen: dict[int, int] = {}
    pays: dict[int, int] = {}
    values = {1: 100, 2: 500, 3: 1000, 4: 2000}
    prices: dict[int, int] = {}
    for line in bench.lines():
        match line["fact"]:
            case {"kind": "note.seen", "note": note, "value_fen": fen}:
                seen[note] = fen
            case {"kind": "stack!", "result": "stacked", "value_fen": fen, "note": note}:
                came += fen
                doubtful.pop(note, None)
            case {"kind": "keep!" | "retract!", "notes": notes}:
                came += sum(seen[note] for note in notes)
            case {"kind": "return_all!", "result": "unknown", "notes": notes}:
                doubtful.update((note, seen[note]) for note in notes)
            case {"kind": "stack!" | "return!", "result": "jammed" | "unknown", "note": note}:
                doubtful[note] = seen[note]
            case {"kind": "pay!", "order": order, "counts": counts}:
                pays[order] = sum(values[cassette] * notes for cassette, notes, _ in counts)
            case {"kind": "taken!", "result": "change", "order": order}:
                out += pays[order]
            case {"kind": "lock!", "result": "held", "places": places}:
                prices = {place["index"]: place["price_fen"] for place in places}
            case {"kind": "taken!", "result": "tickets"}:
                fares += sum(prices.values())
        for intent in line["intents"]:
            claims += intent["amount_fen"] if intent["kind"] == "claim.add" else 0
            rounding += intent["rounding_fen"] if intent["kind"] == "rounding" else 0
    return came + sum(doubtful.values()), fares + rounding + out + claims


def even(bench: Bench) -> None:
    came, accounted = account(bench)
    assert came == accounted


# -- it works


def test_a_whole_sale() -> None:
    bench = Bench().up().to_paying().insert(10000, 5000, 500)
    assert bench.state is S.TICKETS_OUT
    bench.unit.take()
    bench.run()
    assert bench.dispenser.orders == [("pay", 101)]
    bench.dispenser.take()
    bench.run()
    assert bench.state is None
    assert bench.journey.state.step == "thanks"
    assert bench.intents("sale.end")[0]["outcome"] == "sold"
    assert bench.station.reports == [(f"T01.{EPOCH}.1", ((0, "A0", "P45JD-00001-01", "delivered"),))]
    even(bench)


def test_every_order_was_on_the_disk_before_it_was_given() -> None:
    """The fakes assert it; here it is seen that each of them was asked at all, and in what order the disk was written."""
    bench = to_the_end(Bench().up().to_paying().insert(10000, 5000, 500))
    given = [kind for name in (*ALL[:4], "station") for kind, _ in device(bench, name).orders]  # type: ignore[attr-defined]
    assert {"stack", "pay", "print", "deliver", "lock", "confirm", "renew", "printed"} <= set(given)
    kinds = bench.kinds()
    for asked, answered in (("stack?", "stack!"), ("confirm?", "confirm!"), ("print?", "print!"), ("pay?", "pay!")):
        assert kinds.index(asked) < kinds.index(answered)
    assert kinds.index("confirm!") < kinds.index("print?")


def test_sales_are_numbered_over_restarts() -> None:
    bench = to_the_end(Bench().up().to_paying().insert(10000, 5000, 500))
    again = bench.power_cut().up().to_paying()
    assert again.sale_number == 2
    assert [start["fact"]["key"] for start in again.lines() if start["fact"]["kind"] == "sale.start"] == [
        f"T01.{EPOCH}.1",
        f"T01.{EPOCH}.2",
    ]


def test_counters_stand_in_the_records_of_deeds() -> None:
    bench = Bench().up().to_paying().insert(10000, 5000, 500)
    bench.unit.take()
    bench.run()
    assert [intent["counters"] for intent in bench.intents("stack?")] == [{"stacked": n} for n in range(3)]
    assert bench.intents("pay?")[0]["counters"] == {"transaction": 0}
    assert bench.intents("print?")[0]["counters"] == {"tickets": 0, "voided": 0}


# -- what follows the state


def test_notes_are_welcome_only_while_they_are_collected() -> None:
    bench = Bench().up()
    assert bench.acceptor.told == [()]
    bench.to_paying()
    assert bench.acceptor.accepts == (100, 500, 1000, 2000, 5000, 10000)
    bench.insert(10000, 5000, 500)
    assert bench.acceptor.accepts == ()


def test_the_shutter_and_the_lamps_follow() -> None:
    bench = Bench().up()
    assert (bench.cabinet.shutter, bench.cabinet.lamps["green"], bench.cabinet.lamps["red"]) == (False, True, False)
    bench.to_paying()
    assert (bench.cabinet.shutter, bench.cabinet.lamps["notes"]) == (True, True)
    bench.insert(10000, 5000, 500)
    assert (bench.cabinet.shutter, bench.cabinet.lamps["notes"], bench.cabinet.lamps["tickets"]) == (False, False, True)
    bench.unit.take()
    bench.run()
    assert (bench.cabinet.lamps["tickets"], bench.cabinet.lamps["change"]) == (False, True)
    bench.dispenser.take()
    bench.run()
    assert not any(bench.cabinet.lamps[name] for name in ("tickets", "change", "notes", "red"))


def test_an_outlet_that_opens_again_after_a_restart_is_lit_as_at_first() -> None:
    bench = Bench().up().to_paying().insert(10000, 5000, 500)
    bench = bench.power_cut().up()
    assert (bench.state, bench.cabinet.lamps["tickets"], bench.cabinet.lamps["change"]) == (S.RESUMING, False, False)
    bench.unit.hold = {"reopen"}
    bench.touch(T.CONTINUE)
    assert (bench.state, bench.cabinet.lamps["tickets"]) == (S.TICKETS_AGAIN, True)
    bench.unit.let_go()
    bench.run()
    assert (bench.state, bench.cabinet.lamps["tickets"]) == (S.TICKETS_OUT, True)
    bench.unit.take()
    bench.run()
    assert (bench.state, bench.cabinet.lamps["tickets"]) == (S.CHANGE_OUT, False)
    bench = bench.power_cut().up()
    bench.dispenser.hold = {"reopen"}
    bench.touch(T.CONTINUE)
    assert (bench.state, bench.cabinet.lamps["change"]) == (S.CHANGE_AGAIN, True)
    bench.dispenser.let_go()
    bench.run()
    assert (bench.state, bench.cabinet.lamps["change"]) == (S.CHANGE_OUT, True)
    bench.dispenser.take()
    bench.run()
    assert not any(bench.cabinet.lamps[name] for name in ("tickets", "change", "notes"))


def test_what_has_not_changed_is_not_told_again() -> None:
    bench = Bench().up()
    told, accepted = len(bench.cabinet.told), len(bench.acceptor.told)
    bench.say(PersonNear(True), PersonNear(False), raised("slip_printer", "SLIP_PAPER_LOW"))
    assert (len(bench.cabinet.told), len(bench.acceptor.told)) == (told, accepted)


def test_a_device_that_began_anew_is_told_again() -> None:
    bench = Bench().up().to_paying()
    accepted, told = len(bench.acceptor.told), len(bench.cabinet.told)
    bench.say(DeviceReady("cabinet", "m", "1", "s"), DeviceReady("acceptor", "m", "1", "s"))
    assert bench.acceptor.told[accepted:] == [bench.acceptor.accepts]
    assert ("shutter", True) in bench.cabinet.told[told:]
    assert ("notes", True) in bench.cabinet.told[told:]


def test_a_machine_out_of_service_is_red_and_starts_no_sale() -> None:
    bench = Bench().up()
    bench.say(raised("ticket_unit", "TICKET_JAM"))
    assert (bench.cabinet.lamps["green"], bench.cabinet.lamps["red"]) == (False, True)
    bench.touch("start", "station:WHN", "train:K598", "hold")
    assert bench.state is None
    bench.say(cleared(raised("ticket_unit", "TICKET_JAM")))
    assert bench.cabinet.lamps["green"]


def test_the_machine_that_stopped_while_the_choice_was_made_says_so_and_shows_the_list_again() -> None:
    bench = Bench().up()
    bench.touch("start", "station:WHN", "train:K598")
    asked = bench.station.asked.count("trains")
    bench.controller.mode = bench.controller._mode().__class__("fault", ("fault",), False, "off", "ok", 10**9, True)
    bench.controller._do(bench.journey.touch("hold", bench.controller.now()), bench.clock.mono_ms())
    assert (bench.state, bench.journey.state.step, bench.journey.state.notice) == (None, "trains", "not_held")
    bench.run()
    assert bench.station.asked.count("trains") == asked + 1
    assert not bench.journey.state.waiting


def test_a_refused_lock_leads_back_to_the_list_which_is_asked_anew() -> None:
    from kiosk.ports.station import LockRefused

    bench = Bench().up()
    bench.station.plan["lock"] = [lambda sale: LockRefused(sale, "sold_out", 0)]
    asked = bench.station.asked.count("trains")
    bench.to_review()
    assert (bench.state, bench.journey.state.step, bench.journey.state.notice) == (None, "trains", "sold_out")
    assert bench.station.asked.count("trains") == asked + 2
    bench.touch("train:K598", "hold")
    assert bench.state is S.REVIEWING


def test_changing_the_order_releases_the_places_and_shows_the_seats_with_a_fresh_list() -> None:
    bench = Bench().up().to_review()
    asked = bench.station.asked.count("trains")
    bench.touch("change_order")
    assert (bench.state, bench.journey.state.step) == (None, "seat")
    assert bench.station.asked.count("trains") == asked + 1
    assert not bench.journey.state.waiting
    assert bench.station.states[f"T01.{EPOCH}.1"] == "released"


# -- touches


@pytest.mark.parametrize("state", [*HOLDS, S.REVIEWING, S.COLLECTING, S.TICKETS_OUT, S.CHANGE_OUT])
def test_touches_that_do_not_fit_are_dropped(state: S) -> None:
    bench = stop_at(state)
    lines = len(bench.lines())
    fitting = {"pay", "cancel", "change_order"} if state in (S.REVIEWING, S.COLLECTING) else set()
    targets = {"pay", "cancel", "change_order", "slip_again", "claim_done", "hold", "home", "more_time", "svc:digit:1"}
    for target in sorted(targets - fitting):
        bench.touch(target)
        assert bench.state is state, target
    bench.touch("pay") if state is S.COLLECTING else None
    assert len(bench.lines()) == lines, "a touch that means nothing leaves no line"
    even(to_the_end(bench))


@given(
    targets=some.lists(
        some.sampled_from(
            ("start", "station:WHN", "station:", "train:K598", "train:NONE", "hold", "pay", "cancel", "home", "back",
             "language", "contrast", "large_text", "help", "service", "more_time", "call_staff", "plus:adult", "plus:x",
             "minus:adult", "class:3", "class:", "wish:window", "day:2026-11-22", "day:x", "digit:9", "letter:W", "erase",
             "clear", "tab:hot", "tab:x", "province:河南", "date", "trip", "svc:digit:1", "svc:enter", "svc:back", "", ":",
             "swap", "origin", "destination", "number:K598", "previous", "next", "sort", "available", "kind:K", "claim_done")
        ),
        max_size=30,
    )
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_no_finger_can_stop_the_machine(targets: list[str]) -> None:
    bench = Bench().up()
    bench.touch(*targets)
    if bench.service.active:
        bench.touch("svc:back")
    if bench.state is not None:
        to_the_end(bench)
    even(bench)


def test_a_touch_keeps_the_sale_alive() -> None:
    bench = Bench().up().to_paying()
    for _ in range(3):
        bench.wait(60_000)
        bench.touch("more_time")
    assert bench.state is S.COLLECTING
    bench.wait(95_000)
    assert bench.state is None


# -- the screen dies


@pytest.mark.parametrize("state", [*HOLDS, S.REVIEWING, S.COLLECTING, S.TICKETS_OUT, S.CHANGE_OUT])
def test_without_a_screen_the_running_sale_ends_safely(state: S) -> None:
    bench = stop_at(state)
    bench.say(ScreenLost())
    assert bench.acceptor.accepts == ()
    if state in PAID_STATES:
        assert bench.state is state, "what is paid is delivered"
    to_the_end(bench)
    even(bench)
    assert not bench.controller.mode.sells
    assert bench.controller.mode.name == "fault"
    bench.say(ScreenBack())
    assert bench.controller.mode.sells


@pytest.mark.parametrize("state", [*HOLDS, S.TICKETS_OUT, S.CHANGE_OUT])
def test_without_a_screen_and_without_a_passenger_all_is_pulled_back_and_claimed(state: S) -> None:
    bench = stop_at(state)
    bench.say(ScreenLost())
    to_the_end(bench, hands=False)
    even(bench)


# -- devices in trouble


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("acceptor", "LINK_LOST"),
        ("acceptor", "NOTE_JAM"),
        ("acceptor", "BOX_FULL"),
        ("acceptor", "BOX_OUT"),
        ("cabinet", "SHUTTER"),
        ("dispenser", "LINK_LOST"),
        ("ticket_unit", "PAPER_OUT"),
        ("cabinet", "LINK_LOST"),
    ],
)
@pytest.mark.parametrize("state", [S.LOCKING, S.REVIEWING, S.COLLECTING])
def test_trouble_before_all_is_paid_gives_everything_back(name: str, code: str, state: S) -> None:
    bench = stop_at(state)
    bench.say(raised(name, code))
    assert bench.state not in (S.LOCKING, S.REVIEWING, S.COLLECTING)
    if (name, code) == ("acceptor", "LINK_LOST"):
        bench.say(DeviceReady("acceptor", "m", "1", "s"))  # it hears of it when it is there again
    assert bench.acceptor.accepts == ()
    to_the_end(bench)
    even(bench)
    assert not bench.controller.mode.sells or bench.controller.watch.faults
    if state is S.COLLECTING:
        assert bench.intents("sale.end")[0]["paid_out_fen"] == 10000


def test_a_warning_changes_nothing() -> None:
    bench = stop_at(S.COLLECTING)
    bench.say(raised("acceptor", "CHEATED"), raised("slip_printer", "SLIP_PAPER_OUT"))
    assert bench.state is S.COLLECTING
    assert bench.acceptor.accepts


def test_mains_lost_takes_no_more_notes() -> None:
    bench = stop_at(S.COLLECTING)
    bench.say(MainsChanged(False))
    assert bench.state is S.PAYING or bench.state is S.CHANGE_OUT
    even(to_the_end(bench))


def test_who_agrees_after_something_broke_is_not_asked_for_money() -> None:
    bench = stop_at(S.REVIEWING)
    bench.controller.watch.faults[("dispenser", "DISPENSER_JAM", "")] = raised("dispenser", "DISPENSER_JAM")
    bench.controller._settle_devices()
    bench.touch("pay")
    assert bench.state is None
    assert bench.intents("sale.end")[0]["why"] == "mode"


def test_a_door_ends_the_collecting_and_opens_the_log_in_when_the_sale_is_over() -> None:
    bench = stop_at(S.COLLECTING)
    bench.say(DoorMoved("outer", True, False))
    assert bench.state is S.CHANGE_OUT
    assert not bench.service.active
    bench.dispenser.take()
    bench.run()
    assert bench.service.active
    assert bench.controller.mode.name == "maintenance"
    even(bench)


OUTCOMES: list[tuple[str, str, Callable[..., Fact]]] = [
    ("acceptor", "stack", lambda note, value_fen: na.NoteJammed(note, value_fen)),
    ("acceptor", "stack", lambda note, value_fen: na.NoteUncertain(note, value_fen)),
    ("acceptor", "stack", lambda note, value_fen: na.NoteUncertain(note, 0)),
    ("acceptor", "stack", lambda note, value_fen: na.NoteReturned(note, value_fen)),
    ("ticket_unit", "print", lambda key: tp.TicketSpoiled(key, 1, "stripe")),
    ("ticket_unit", "print", lambda key: tp.TicketRefused(key, "paper")),
    ("ticket_unit", "print", lambda key: tp.TicketUncertain(key, "link")),
    ("ticket_unit", "deliver", lambda bundle: tp.DeliverUncertain(bundle, "flap")),
    ("dispenser", "pay", lambda order, counts: nd.NotesRefused(order, "other")),
    ("dispenser", "pay", lambda order, counts: nd.NotesShort(order, (), "jam")),
    ("dispenser", "pay", lambda order, counts: nd.NotesUncertain(order, (), "link")),
]


@pytest.mark.parametrize(("name", "order", "outcome"), OUTCOMES)
def test_each_bad_outcome_of_a_deed_ends_with_an_even_account(
    name: str, order: str, outcome: Callable[..., Fact]
) -> None:
    bench = Bench().up()
    device(bench, name).plan[order] = [outcome]  # type: ignore[attr-defined]
    bench.to_paying().insert(10000)
    if bench.state is S.COLLECTING:
        bench.insert(*((5000, 500) if bench.controller.sale.book.ours_fen else (10000, 10000)))  # type: ignore[union-attr]
    to_the_end(bench)
    even(bench)
    assert len(bench.intents("sale.end")) == 1


@pytest.mark.parametrize("without", ["acceptor", "dispenser", "ticket_unit", "slip_printer"])
def test_a_machine_without_a_device_says_so_and_stays_calm(without: str) -> None:
    bench = Bench(without={without}).up()
    assert bench.controller.mode.sells is (without == "slip_printer")
    bench.touch("start", "station:WHN", "train:K598", "hold")
    assert (bench.state is S.REVIEWING) is (without == "slip_printer")


@pytest.mark.parametrize("without", ["acceptor", "dispenser", "ticket_unit", "slip_printer"])
@pytest.mark.parametrize("state", [S.CLOSING, S.COLLECTING, S.PRINTING, S.TICKETS_OUT, S.CHANGE_OUT, S.PAYING])
def test_a_device_that_was_taken_out_while_a_sale_was_open_does_not_keep_it_open(without: str, state: S) -> None:
    again = stop_at(state).power_cut(without={without}).up()
    again.wait(1_000)
    to_the_end(again, hands=False)
    even(again)


def test_an_unprinted_slip_is_no_reason_to_wait() -> None:
    bench = Bench(without={"slip_printer"}).up()
    bench.dispenser.plan["pay"] = [lambda order, counts: nd.NotesUncertain(order, (), "link")]
    bench.to_paying().insert(10000).touch("cancel")
    assert bench.state is S.CLAIM
    bench.touch("claim_done")
    assert bench.state is None


# -- the station is away


@pytest.mark.parametrize("call", ["lock", "renew", "release", "confirm", "state", "printed", "void"])
def test_the_station_may_be_away_at_each_call(call: str) -> None:
    for cancel in (False, True):
        bench = Bench().up()
        bench.station.down = {call, *({"confirm"} if call in ("state", "void") else set())}
        bench.to_review()
        if call == "lock":
            assert (bench.state, bench.journey.state.step) == (None, "trains")
            assert bench.station.voids == [(f"T01.{EPOCH}.1", None)]
            continue
        bench.touch("pay").insert(10000)
        if cancel:
            bench.touch("cancel")
        else:
            bench.insert(5000, 500)
        to_the_end(bench)
        even(bench)
        sold = not cancel and call not in ("confirm", "state", "void")
        assert (bench.intents("sale.end")[0]["outcome"] == "sold") is sold


def test_a_lost_confirmation_that_happened_is_asked_and_honoured() -> None:
    bench = Bench().up()
    bench.station.plan["confirm"] = [lambda sale: _lost(bench, sale)]
    bench.to_paying().insert(10000, 5000, 500)
    assert ("state", f"T01.{EPOCH}.1") in bench.station.orders
    to_the_end(bench)
    assert bench.intents("sale.end")[0]["outcome"] == "sold"
    even(bench)


def _lost(bench: Bench, sale: str) -> Fact:
    from kiosk.ports.station import ConfirmUncertain

    bench.station.states[sale] = "confirmed"  # it was done; only the answer was lost
    return ConfirmUncertain(sale, "timeout")


def test_no_ticket_without_the_station_and_the_money_back_after_twenty_seconds() -> None:
    bench = Bench().up()
    bench.station.down = {"confirm", "state"}
    bench.to_paying().insert(10000, 5000, 500)
    assert bench.state is S.ASKING
    bench.wait(19_000)
    assert bench.state is S.ASKING
    bench.wait(1_500)
    assert bench.state in (S.PAYING, S.CHANGE_OUT)
    assert bench.unit.orders == []
    assert (f"T01.{EPOCH}.1", None) in bench.station.voids
    even(to_the_end(bench))


def test_a_lost_station_shows_offline_and_a_new_session_is_opened_when_it_is_back() -> None:
    bench = Bench().up()
    bench.say(StationLost("timeout"))
    assert bench.controller.mode.name == "offline"
    bench.say(StationBack(0))
    assert bench.controller.mode.sells
    bench.controller.watch.network_known = False
    sessions = bench.station.asked.count("session")
    bench.say(StationBack(0))
    assert bench.station.asked.count("session") == sessions + 1


def test_answers_about_a_sale_that_is_over_do_not_touch_the_next_one() -> None:
    bench = to_the_end(Bench().up().to_paying().insert(10000, 5000, 500))
    bench.touch("home").to_paying()
    old = f"T01.{EPOCH}.1"
    lock_until = bench.controller.sale.book.lock_until_ms  # type: ignore[union-attr]
    bench.say(RenewFailed(old, "expired"), SaleConfirmed(old, ()), VoidReported(old, True), PrintedReported(old, True))
    assert bench.state is S.COLLECTING
    assert bench.controller.sale.book.lock_until_ms == lock_until  # type: ignore[union-attr]
    even(to_the_end(bench))


# -- notes without a sale


def test_a_note_without_a_sale_goes_back_and_is_written_down() -> None:
    bench = Bench().up()
    bench.acceptor.force(2000)
    bench.run()
    assert bench.acceptor.orders == [("give_back", 100_001)]
    assert bench.kinds()[-3:] == ["note.seen", "return?", "return!"]


def test_a_note_that_became_ours_without_a_sale_is_owed_in_the_same_line() -> None:
    bench = Bench().up()
    bench.acceptor.plan["give_back"] = [lambda note, value_fen: na.NoteOurs(note, value_fen)]
    bench.acceptor.force(2000)
    bench.run()
    last = bench.lines()[-1]
    assert (last["fact"]["kind"], [intent["kind"] for intent in last["intents"]]) == ("stack!", ["claim.add"])
    assert last["intents"][0]["amount_fen"] == 2000
    assert bench.controller.stock.box_notes == 1
    even(bench)
    bench.say(na.NoteOurs(100_001, 2000))
    assert len(bench.intents("claim.add")) == 1
    assert bench.controller.stock.box_notes == 1


def test_a_note_that_jammed_without_a_sale_is_owed_with_a_bound() -> None:
    bench = Bench().up()
    bench.acceptor.plan["give_back"] = [lambda note, value_fen: na.NoteReturnUncertain(note, value_fen)]
    bench.acceptor.force(2000)
    bench.run()
    assert [intent["exact"] for intent in bench.intents("claim.add")] == [False]
    even(bench)


# -- power


ALL_STATES = [*HOLDS, S.REVIEWING, S.COLLECTING, S.TICKETS_OUT, S.CHANGE_OUT]


@pytest.mark.parametrize("state", ALL_STATES)
def test_after_a_power_cut_the_sale_is_ended_and_nothing_is_repeated(state: S) -> None:
    bench = stop_at(state)
    asked = {kind: len(bench.intents(kind)) for kind in ("stack?", "print?", "pay?", "deliver?")}
    again = bench.power_cut()
    again.run()
    assert again.controller.mode.name == "starting"
    assert again.kinds().count("sys.recover") == 0
    again.up()
    assert again.kinds().count("sys.recover") == 2
    to_the_end(again)
    even(again)
    assert {kind: len(again.intents(kind)) for kind in asked} == asked
    assert again.controller.mode.sells or state is S.PAYING  # an unknown payment locks the cassettes


@pytest.mark.parametrize("state", ALL_STATES)
def test_power_may_fail_again_during_recovery(state: S) -> None:
    bench = stop_at(state)
    for _ in range(3):
        bench = bench.power_cut().up()
    to_the_end(bench)
    even(bench)
    assert len(bench.intents("sale.end")) == 1


def test_a_silent_device_is_waited_for_and_then_named() -> None:
    bench = stop_at(S.COLLECTING).power_cut()
    bench.say(*(DeviceReady(name, "m", "1", "s") for name in ALL if name != "dispenser"))
    bench.wait(29_000)
    assert bench.controller.starting
    bench.wait(2_000)
    assert not bench.controller.starting
    begin = next(line["fact"] for line in bench.lines() if line["fact"]["kind"] == "sys.recover")
    assert begin["silent"] == ["dispenser"]
    even(to_the_end(bench))


def test_a_note_that_moves_while_the_machine_starts_waits_for_recovery() -> None:
    bench = stop_at(S.COLLECTING).power_cut()
    bench.run()
    bench.report(na.NoteHeld(200_001, 2000))
    bench.acceptor.escrow = (200_001, 2000)
    bench.run()
    assert bench.acceptor.orders == []
    bench.up()
    assert ("give_back", 200_001) in bench.acceptor.orders
    even(to_the_end(bench))


def test_a_door_that_opens_during_the_start_does_not_disturb_recovery() -> None:
    bench = stop_at(S.COLLECTING).power_cut()
    bench.say(DoorMoved("outer", True, False))
    bench.up()
    even(to_the_end(bench))


def test_reports_that_nobody_answered_are_sent_again_after_a_start() -> None:
    bench = Bench().up()
    bench.station.down = {"printed", "confirm", "state", "void"}
    bench.to_paying().insert(10000, 5000, 500)
    to_the_end(bench)
    bench.station.down = {"printed"}
    bench.touch("home").to_paying().insert(10000, 5000, 500)
    to_the_end(bench)
    again = bench.power_cut()
    assert again.station.voids == [(f"T01.{EPOCH}.1", None)]
    assert [sale for sale, _ in again.station.reports] == [f"T01.{EPOCH}.2"]
    again.up()
    assert again.power_cut().station.voids == []


def test_the_very_times_of_a_decision_are_on_the_disk() -> None:
    """A replay must decide as the machine did, also when the clock moved on while it wrote."""
    bench = Bench().up().to_review()
    closes = bench.controller.sale.book.order.closes_ms  # type: ignore[union-attr]
    bench.clock.step_wall(closes - bench.clock.wall_ms() - 1)
    sale = bench.controller.sale
    assert sale is not None
    feed = sale.feed

    def slow(fact: Fact, now_ms: int, wall_ms: int) -> list[Intent]:
        made = feed(fact, now_ms, wall_ms)
        bench.clock.step_wall(5)
        return made

    sale.feed = slow  # type: ignore[method-assign]
    bench.touch("pay")
    assert bench.state is S.COLLECTING
    assert bench.lines()[-1]["wall_ms"] == closes - 1
    again = bench.power_cut()
    assert again.controller.sale is not None
    again.up()
    even(to_the_end(again))


# -- the journal


def test_a_disk_that_fails_stops_the_program_before_the_deed() -> None:
    bench = Bench().up().to_paying()
    orders = list(bench.acceptor.orders)
    bench.disk.trouble = "full"
    bench.acceptor.insert(10000)
    with pytest.raises(JournalError):
        bench.run()
    assert bench.acceptor.orders == orders


def test_too_little_room_begins_no_sale_and_finishes_the_running_one() -> None:
    bench = Bench().up().to_paying()
    bench.disk.free = 1 << 20
    bench.insert(10000, 5000, 500)
    to_the_end(bench)
    assert bench.intents("sale.end")[0]["outcome"] == "sold"
    bench.say(PersonNear(False))
    assert bench.controller.mode.name == "journal"


def test_a_fork_at_the_station_stops_the_machine() -> None:
    bench = Bench().up()
    bench.say(RecordsTaken(EPOCH, 0, 0, True), PersonNear(False))
    assert bench.controller.mode.name == "journal"


def test_records_go_up_when_nobody_is_served() -> None:
    bench = Bench().up()
    bench.wait(2_000)
    assert bench.station.records[0][0] == 1
    sent = len(bench.station.records)
    bench.to_paying().wait(5_000)
    assert len(bench.station.records) == sent
    to_the_end(bench)
    bench.wait(2_000)
    first, count = bench.station.records[-1]
    assert first + count - 1 == len(bench.lines())


def test_a_new_day_begins_a_new_segment_between_sales() -> None:
    bench = Bench().up().to_paying()
    bench.clock.step_wall(12 * 3_600_000)
    bench.say(PersonNear(False))
    assert len(bench.disk.files) == 1
    to_the_end(bench)
    bench.wait(1_000)
    assert len(bench.disk.files) == 2
    assert bench.power_cut().past.sales == 1


# -- people and words


def test_calling_staff_is_written_and_lights_the_lamp() -> None:
    bench = Bench().up()
    bench.say(HelpPressed())
    bench.touch("start", "call_staff")
    assert [line["fact"]["where"] for line in bench.lines() if line["fact"]["kind"] == "help"] == ["cabinet", "screen"]
    assert bench.cabinet.lamps["help"]
    assert bench.controller.help.called_ms >= WALL_MS


def test_the_station_is_told_that_somebody_calls_and_that_staff_were_there() -> None:
    bench = Bench().up()
    assert bench.controller.status()["help_ms"] == 0
    for deed, calls in ((HelpPressed(), True), (DoorMoved("outer", False, False), False)):
        bench.wait(2_000)
        before = bench.station.asked.count("status")
        bench.say(deed).wait(1_500)
        assert bench.station.asked.count("status") == before + 1
        assert (bench.controller.status()["help_ms"] >= WALL_MS) is calls


def test_somebody_near_ends_the_attract_screen() -> None:
    bench = Bench().up()
    bench.say(PersonNear(True))
    assert bench.journey.state.step == "home"


def test_a_stop_is_written_down() -> None:
    bench = Bench().up()
    bench.controller.stop("SIGTERM")
    assert bench.stopped
    assert bench.lines()[-1]["fact"] == {"kind": "sys.stop", "why": "SIGTERM"}


def test_the_status_names_what_is_wrong() -> None:
    bench = Bench().up()
    bench.say(raised("acceptor", "NOTE_JAM"))
    status = bench.controller.status()
    assert (status["mode"], status["faults"]) == ("query_only", ["acceptor:NOTE_JAM"])
    assert status["cassettes"] == {"1": 300, "2": 300, "3": 300, "4": 300}
    assert status["head"] == bench.on_disk().splitlines()[-1][:8]


def test_the_status_says_what_lies_there_and_what_fits() -> None:
    bench = Bench().up()
    status, policy = bench.controller.status(), bench.controller.machine_policy
    assert set(status["values"]) == set(status["cassettes"])
    assert status["limits"]["roll_capacity"] == policy.roll_capacity
    assert status["limits"]["cassette_low"] == policy.cassette_low
    assert json.loads(json.dumps(status)) == status


def test_a_session_is_followed_by_the_network() -> None:
    bench = Bench().up()
    asked = bench.station.asked.count("network")
    bench.say(SessionGranted("BXP", 0, LIMITS))
    assert bench.station.asked.count("network") == asked + 1


def test_the_help_lamp_goes_out_when_staff_were_there() -> None:
    bench = Bench().up()
    for came in (DoorMoved("outer", False, False), OperatorLogin("1001", "cash")):
        bench.say(HelpPressed())
        assert bench.cabinet.lamps["help"]
        if isinstance(came, DoorMoved):
            bench.say(DoorMoved("outer", True, False))
            assert bench.cabinet.lamps["help"]
            bench.say(came)
        else:
            bench.controller.help.hear(came)
        assert not bench.cabinet.lamps["help"]
        assert bench.controller.help.called_ms == 0


def test_the_watermark_is_journaled_as_a_hint_and_read_at_the_next_start() -> None:
    bench = Bench().up()
    bench.wait(3_000)
    hints = [line["fact"] for line in bench.lines() if line["fact"]["kind"] == "ack"]
    assert len(hints) == 1
    assert hints[0]["acked"] >= 1
    again = bench.power_cut()
    assert again.past.acked == hints[0]["acked"]
    again.up().wait(2_000)
    assert again.station.records[0][0] == hints[0]["acked"] + 1


def test_a_hint_is_no_reason_for_another_hint() -> None:
    bench = Bench().up()
    bench.wait(600_000)
    hints = [line for line in bench.lines() if line["fact"]["kind"] == "ack"]
    assert len(hints) <= 2
    bench.say(HelpPressed())
    bench.wait(120_000)
    assert len([line for line in bench.lines() if line["fact"]["kind"] == "ack"]) == len(hints) + 1


def test_a_ticket_that_must_not_be_made_is_refused_and_paid_back() -> None:
    """The station's coach, number or price fits no column of the stripe: found out after the money, it must not end the program."""
    bench = Bench().up().to_paying()
    bench.controller._p.deeds.pictures = Pictures(
        lambda book, index, number, blank: (stripe(book.order, book.places[index], number), DOT), lambda *words: DOT
    )
    assert bench.controller.sale is not None
    held = bench.controller.sale.book
    held.places = tuple(replace(place, coach="WR12") for place in held.places)
    bench.insert(10000, 5000, 500)
    to_the_end(bench)
    assert bench.unit.orders == []
    assert bench.intents("sale.end")[0]["outcome"] == "refunded"
    assert bench.dispenser.hands_fen == 15_500
    even(bench)


@pytest.mark.parametrize("ways", [(), ("code",)])
def test_who_agrees_after_the_sale_of_a_train_has_closed_reads_why(ways: tuple[str, ...]) -> None:
    """Also when it was not the passenger who was slow, but the clock that was set forward."""
    bench = Bench(ways=ways).up().to_review()
    assert bench.controller.sale is not None
    bench.clock.step_wall(bench.controller.sale.book.order.closes_ms - bench.clock.wall_ms())
    bench.touch(T.PAY)
    assert bench.state is None
    assert (bench.journey.state.step, bench.journey.state.notice) == ("trains", "closed")
    end = bench.intents("sale.end")[0]
    assert (end["outcome"], end["why"], bench.station.states[f"T01.{EPOCH}.1"]) == ("cancelled", "closed", "released")


def test_who_goes_on_after_a_restart_when_the_sale_has_closed_gets_the_money_and_the_reason() -> None:
    bench = Bench().up().to_paying().insert(10000).power_cut().up()
    assert bench.controller.sale is not None
    bench.clock.step_wall(bench.controller.sale.book.order.closes_ms - bench.clock.wall_ms())
    bench.touch(T.CONTINUE)
    assert (bench.state, bench.controller.sale.book.why_ending) == (S.CHANGE_OUT, "closed")
    even(to_the_end(bench))


def part_paid() -> Bench:
    """Phones pay here, too; the power failed after the first note, and somebody is asked whether to go on."""
    bench = Bench(ways=("code",)).up().to_review().touch(T.PAY, T.PAY_CASH)
    bench = bench.insert(10000).power_cut().up()
    assert bench.state is S.RESUMING
    return bench


@pytest.mark.parametrize("moment", ["before", "asking"])
def test_nobody_is_asked_for_more_notes_that_cannot_be_taken(moment: str) -> None:
    """A fault that came before the sale took notes again is not told once more: phones still pay, and the machine sells."""
    bench = part_paid()
    if moment == "before":
        bench.say(raised("acceptor", "NOTE_JAM"))
        assert bench.controller.mode.sells
    bench.station.hold.add("state")
    bench.touch(T.CONTINUE)
    if moment == "asking":
        assert bench.state is S.ASKING
        bench.say(raised("acceptor", "NOTE_JAM"))
    bench.station.let_go()
    bench.run()
    assert bench.state is S.CHANGE_OUT
    bench.dispenser.take()
    assert bench.run().state is None
    assert bench.intents("sale.end")[0]["outcome"] == "refunded"


def lacking(bench: Bench, cassette: int) -> Callable[..., Fact]:
    """The books say that notes lie in it, and there are none: it was miscounted, or somebody took them out."""

    def pays(order: int, counts: nd.Counts) -> Fact:
        found = tuple((number, 0 if number == cassette else notes, 0) for number, notes, _ in counts)
        if any(notes for _, notes, _ in found):
            bench.dispenser.outlet, bench.dispenser.paid = order, found
        return nd.NotesPresented(order, found) if found == counts else nd.NotesShort(order, found, "empty")

    return pays


def test_a_cassette_that_is_empty_before_its_time_is_asked_once_and_the_rest_is_paid_in_other_notes() -> None:
    bench = Bench().up().to_paying()
    bench.dispenser.plan["pay"] = [lacking(bench, 2)] * 9
    bench.insert(10000, 5000, 1000)
    bench = to_the_end(bench)
    asked = [dict(order["counts"]) for order in bench.intents("pay?")]
    assert asked == [{1: 3, 2: 1}, {1: 5}]
    assert bench.dispenser.hands_fen == 800
    assert bench.intents("claim.add") == []
    even(bench)
    stock = bench.controller.stock
    assert (stock.resting, stock.payable().get(500, 0), stock.cassettes[2]) == ({2}, 0, 300)


def test_no_note_is_promised_out_of_it_until_somebody_counts_it_not_even_after_a_restart() -> None:
    bench = Bench().up().to_paying()
    bench.dispenser.plan["pay"] = [lambda order, counts: nd.NotesRefused(order, "cassette_out")]
    bench.insert(10000, 5000, 500)  # three yuan: three notes of the first cassette
    bench = to_the_end(bench).power_cut().up()
    assert bench.controller.stock.resting == {1}
    assert bench.to_paying().controller.sale is not None
    assert bench.controller.sale.book.refused[100] == "no_refund"
    bench.controller.stock.book(
        [{"kind": "cassette.fill", "cassette": 1, "value_fen": 100, "before": 297, "after": 300}]
    )
    assert bench.controller.stock.resting == set()
