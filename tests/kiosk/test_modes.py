"""The effective mode over everything it follows from: what still works, and why the rest does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kiosk.faults import DEVICE_ABILITY, Fault, FaultCode
from kiosk.modes import STOPPING, Known, Mode, Modes, effective
from kiosk.parameters import MachinePolicy
from kiosk.ports.cabinet import BoxMoved, CabinetSeen, DoorMoved, MainsChanged, PersonNear
from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_acceptor import AcceptorPast, NoteMoving
from kiosk.ports.screen import ScreenBack, ScreenLost
from kiosk.ports.station import NetworkKnown, SessionGranted, SessionRefused, StationBack, StationLost
from kiosk.ports.trips import Limits, Network
from kiosk.sale.change import CashPolicy
from kiosk.screen.views.stop import REASONS
from kiosk.showing import REASON_SCREENS
from kiosk.stock import fresh
from kiosk.watch import BUILD_WALL_MS, Watch
from tests.kiosk.sale.samples import VALUES, stock

READERS = {"code_scanner", "id_reader"}
ALL = frozenset(DEVICE_ABILITY.keys() - READERS - {"payment"})
WELL = Known(faults=(), ready=ALL, fitted=ALL, stock=stock(), station="online")


def mode(machine: MachinePolicy | None = None, cash: CashPolicy | None = None, **changed: Any) -> Mode:
    return effective(replace(WELL, **changed), machine or MachinePolicy(), cash or CashPolicy())


def fault(device: str, code: str) -> Fault:
    return Fault(device, code, True, "raw")


def test_the_mode_follows_the_books_though_nothing_else_changed() -> None:
    modes, books = Modes(MachinePolicy(), CashPolicy()), stock()
    known = replace(WELL, stock=books)
    first = modes.of(known)
    assert modes.of(replace(known)) is first
    changes: tuple[Callable[[], object], ...] = (
        lambda: setattr(books, "roll", 1),
        lambda: books.box.update({10_000: MachinePolicy().box_near_full}),
        lambda: books.uncounted.update(books.cassettes),
        lambda: books.cassettes.clear(),
    )
    for change in changes:
        change()
        assert modes.of(known) == effective(known, MachinePolicy(), CashPolicy()) != first
        first = modes.of(known)


def test_a_machine_that_is_well_sells() -> None:
    well = mode()
    assert (well.name, well.sells, well.cash, well.change, well.reasons) == ("normal", True, "ok", "ok", ())
    assert well.slips
    assert well.cash_limit_fen == 60 * 2000
    assert not well.out_of_service


STOPS: list[tuple[str, dict[str, Any]]] = [
    ("emergency", {"command": "emergency"}),
    ("starting", {"starting": True}),
    ("maintenance", {"service": True}),
    ("remote_stop", {"command": "stopped"}),
    ("door_open", {"doors_open": True}),
    ("tamper", {"faults": (fault("cabinet", "TAMPER"),)}),
    ("no_mains", {"mains": False}),
    ("journal", {"journal_room": False}),
    ("clock", {"clock_valid": False}),
    ("clock", {"skew_ms": 60_001}),
    ("clock", {"skew_ms": -60_001}),
    ("closed", {"command": "closed"}),
    ("closed", {"after_hours": True}),
    ("no_paper", {"faults": (fault("ticket_unit", "PAPER_OUT"),)}),
    ("fault", {"faults": (fault("ticket_unit", "TICKET_JAM"),)}),
    ("fault", {"faults": (fault("cabinet", "LINK_LOST"),)}),
    ("fault", {"screen": False}),
    ("offline", {"station": "lost"}),
    ("offline", {"station": "unknown"}),
    ("offline", {"network_known": False}),
    ("no_grant", {"station": "refused"}),
]


@pytest.mark.parametrize(("reason", "changed"), STOPS)
def test_what_stops_the_machine(reason: str, changed: dict[str, Any]) -> None:
    stopped = mode(**changed)
    assert (stopped.name, stopped.sells, stopped.cash, stopped.out_of_service) == (reason, False, "off", True)
    assert stopped.reasons == (reason,)


def test_every_stopping_reason_can_happen_and_has_a_screen() -> None:
    assert {reason for reason, _ in STOPS} == set(STOPPING)
    for reason in STOPPING:
        assert REASON_SCREENS.get(reason, reason) in REASONS
    assert set(REASON_SCREENS) <= set(STOPPING)


def test_the_most_important_reason_gives_the_name_and_all_are_kept() -> None:
    everything: dict[str, Any] = {}
    for _, changed in STOPS:
        everything.update({key: value for key, value in changed.items() if key not in ("faults", "command", "station")})
    many = mode(command="stopped", station="refused", faults=(fault("ticket_unit", "CUTTER"),), **everything)
    assert many.name == "starting"
    assert list(many.reasons) == sorted(many.reasons, key=STOPPING.index)


def test_no_roll_is_no_paper() -> None:
    empty = stock()
    empty.roll = 0
    assert mode(stock=empty).name == "no_paper"


@pytest.mark.parametrize("gone", ["fitted", "ready"])
@pytest.mark.parametrize(
    ("device", "name", "reason"),
    [
        ("acceptor", "query_only", "no_acceptor"),
        ("dispenser", "query_only", "no_dispenser"),
        ("ticket_unit", "fault", "fault"),
        ("cabinet", "fault", "fault"),
    ],
)
def test_a_missing_device_leaves_what_still_works(device: str, name: str, reason: str, gone: str) -> None:
    missing = mode(**{gone: ALL - {device}})
    assert (missing.name, missing.reasons) == (name, (reason,))
    assert not missing.sells
    assert missing.out_of_service is (name == "fault")


@pytest.mark.parametrize("gone", ["fitted", "ready"])
def test_without_a_slip_printer_it_sells_and_says_so(gone: str) -> None:
    missing = mode(**{gone: ALL - {"slip_printer"}})
    assert missing.sells
    assert not missing.slips


@pytest.mark.parametrize("code", [code for code in FaultCode if code.value[1] is not None], ids=lambda code: code.name)
def test_each_fault_takes_away_what_its_table_says(code: FaultCode) -> None:
    hurt = mode(faults=(fault("some", code.name),))
    ability = code.value[1]
    assert ability is not None
    expected = {"SELL": False, "NOTES_IN": False, "CHANGE": False, "TICKETS": False, "SLIPS": True, "NONE": True}
    assert hurt.sells is expected[ability.name]
    assert hurt.slips is (ability.name != "SLIPS")
    if code.code.startswith("E"):
        assert hurt.code == code.code


@pytest.mark.parametrize("device", sorted(ALL))
@pytest.mark.parametrize("code", ["LINK_LOST", "NO_ANSWER", "WRONG_DEVICE", "DEVICE_FAILURE"])
def test_a_lost_device_takes_away_its_ability(device: str, code: str) -> None:
    assert mode(faults=(fault(device, code),)).sells is (device in ("slip_printer", "payment"))


def test_without_change_nothing_is_taken_and_the_machine_answers_questions() -> None:
    empty = stock(0)
    poor = mode(stock=empty)
    assert (poor.name, poor.cash, poor.change, poor.cash_limit_fen) == ("query_only", "off", "none", 0)
    assert poor.reasons == ("no_change", "change_low")


def test_a_machine_never_counted_takes_no_cash_and_says_why() -> None:
    new = mode(stock=fresh(VALUES))
    assert new.name == "query_only"
    assert "never_counted" in new.reasons


def test_cassettes_nobody_counted_since_an_unknown_payment_pay_nothing() -> None:
    locked = stock()
    locked.uncounted = set(locked.cassettes)
    assert mode(stock=locked).reasons == ("no_change",)


def test_low_change_limits_the_price_and_warns() -> None:
    low = stock(5)
    some = mode(stock=low)
    assert (some.sells, some.change, some.cash_limit_fen) == (True, "low", 5 * 3600)
    assert some.reasons == ("change_low",)


@pytest.mark.parametrize(
    ("notes", "sells", "reason"), [(899, True, ""), (900, True, "box_near_full"), (1000, False, "cash_full")]
)
def test_the_note_box_fills(notes: int, sells: bool, reason: str) -> None:
    full = stock()
    full.box[100] = notes
    found = mode(stock=full)
    assert found.sells is sells
    assert not reason or reason in found.reasons


def test_a_low_roll_warns() -> None:
    low = stock()
    low.roll = 50
    assert mode(stock=low).reasons == ("roll_low",)


# -- what the controller knows


def watch() -> Watch:
    return Watch(ALL, stock())


def seen(made: Watch) -> Mode:
    known = made.known(starting=False, service=False, journal_room=True, wall_ms=BUILD_WALL_MS)
    return effective(known, MachinePolicy(), CashPolicy())


def test_a_machine_comes_up_device_by_device() -> None:
    made = watch()
    assert not made.all_spoke()
    assert seen(made).name == "fault"
    for device in ALL:
        made.hear(DeviceReady(device, "m", "1", "s"), 0)
    assert made.all_spoke()
    assert seen(made).name == "offline"
    made.hear(SessionGranted("BXP", 0, Limits(4, 15, 0, 0, 0, 0)), 0)
    made.hear(NetworkKnown(Network("1", (), (), (), (), ())), 0)
    assert seen(made).name == "normal"


def test_a_device_that_is_lost_spoke_too() -> None:
    made = watch()
    for device in ALL - {"acceptor"}:
        made.hear(DeviceReady(device, "m", "1", "s"), 0)
    made.hear(fault("acceptor", "LINK_LOST"), 7)
    assert made.all_spoke()
    assert made.worst_since_ms() == 7
    made.hear(DeviceReady("acceptor", "m", "1", "s"), 9)
    made.hear(Fault("acceptor", "LINK_LOST", False), 9)
    assert made.faults == {}
    assert made.worst_since_ms() == 0
    made.hear(fault("acceptor", "NO_ANSWER"), 10)
    assert "acceptor" not in made.ready


def test_faults_of_two_cassettes_are_two() -> None:
    made = watch()
    made.hear(Fault("dispenser", "CASSETTE_EMPTY", True, "cassette 1"), 0)
    made.hear(Fault("dispenser", "CASSETTE_EMPTY", True, "cassette 2"), 0)
    made.hear(Fault("dispenser", "CASSETTE_EMPTY", False, "cassette 1"), 0)
    assert len(made.faults) == 1
    made.hear(Fault("dispenser", "DISPENSER_JAM", True, "41"), 0)
    made.hear(Fault("dispenser", "DISPENSER_JAM", False, ""), 0)
    assert len(made.faults) == 1


def test_doors_mains_box_screen_and_people() -> None:
    made = watch()
    made.hear(CabinetSeen(("outer",), True, True, (("note_box", "BOX-1"),)), 0)
    assert (made.doors_open, made.tags) == ({"outer"}, {"note_box": "BOX-1"})
    made.hear(DoorMoved("safe", True, True), 0)
    made.hear(DoorMoved("outer", False, False), 0)
    assert made.doors_open == {"safe"}
    made.hear(BoxMoved(False, ""), 0)
    assert (made.box_present, made.tags["note_box"]) == (False, "")
    made.hear(MainsChanged(False), 0)
    made.hear(ScreenLost(), 0)
    made.hear(PersonNear(True), 0)
    assert (made.mains, made.screen, made.near) == (False, False, True)
    made.hear(ScreenBack(), 0)
    assert made.screen
    assert {"door_open", "no_mains"} <= set(seen(made).reasons)


def test_the_past_is_kept_for_recovery() -> None:
    made = watch()
    past = AcceptorPast("none", 0, False, ())
    assert made.hear(past, 0)
    assert made.told.acceptor is past
    assert not made.hear(NoteMoving(), 0)


def test_the_station_is_refused_until_it_grants() -> None:
    made = watch()
    made.hear(SessionRefused("no_grant"), 0)
    made.hear(StationLost("timeout"), 0)
    assert made.station == "refused"
    made.hear(SessionGranted("BXP", 0, Limits(4, 15, 0, 0, 0, 0)), 0)
    made.hear(StationLost("timeout"), 0)
    assert made.station == "lost"
    made.hear(StationBack(61_000), 0)
    assert made.station == "online"
    assert "clock" in seen(made).reasons
    made.hear(StationBack(0), 0)
    assert "clock" not in seen(made).reasons


def test_a_clock_before_the_program_was_written_is_no_clock() -> None:
    known = watch().known(starting=False, service=False, journal_room=True, wall_ms=BUILD_WALL_MS - 1)
    assert not known.clock_valid


def test_without_notes_by_order_of_the_station_phones_still_pay() -> None:
    cash_only = mode(command="no_notes")
    assert (cash_only.name, cash_only.cash, cash_only.reasons) == ("query_only", "off", ("remote_no_notes",))
    phones = mode(command="no_notes", charges=("code",), ready=ALL | {"payment"}, fitted=ALL | {"payment"})
    assert (phones.name, phones.sells, phones.ways) == ("normal", True, ("code",))


def test_query_only_sells_nothing_and_stays_in_service() -> None:
    looking = mode(command="query_only", charges=("code",), ready=ALL | {"payment"}, fitted=ALL | {"payment"})
    assert (looking.name, looking.sells, looking.ways, looking.cash) == ("query_only", False, (), "off")
    assert looking.reasons == ("remote_query",)
    assert not looking.out_of_service


def test_payments_that_are_fitted_and_have_no_way_now_are_lost() -> None:
    with_cards = {"fitted": ALL | {"payment"}, "ready": ALL | {"payment"}}
    assert mode().charge == "none"
    lost = mode(**with_cards)
    assert (lost.charge, lost.ways, lost.reasons) == ("lost", ("cash",), ("no_payment",))
    there = mode(charges=("card",), **with_cards)
    assert (there.charge, there.ways) == ("ok", ("cash", "card"))
