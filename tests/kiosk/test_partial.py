"""Partial service: each module of a machine that has all fails alone; what is left is sold, shown and told, with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from kiosk.assembly import _fitted_ways
from kiosk.faults import DEVICE_ABILITY, Fault
from kiosk.modes import STOPPING, Known, Mode, effective
from kiosk.parameters import MachinePolicy
from kiosk.partial import PAYING, SERVICES, TABLE, services, told
from kiosk.sale.book import S
from kiosk.sale.change import CashPolicy
from kiosk.screen.values import Attract, Home, OutOfService, PayChoice
from kiosk.screen.view import view
from kiosk.screen.views.partial import LEFT, LINES, REASONS
from kiosk.settings import CardTerminal, CodePayment, Device
from kiosk.showing import mode_seen
from kiosk.stock import fresh
from kiosk.watch import WAYS
from simulator.station import console
from simulator.world.prepared import settings
from tests.kiosk.sale.samples import VALUES, stock
from tests.kiosk.screen.world import book, shown, steps

ALL = frozenset(DEVICE_ABILITY)
WELL = Known(faults=(), ready=ALL, fitted=ALL, stock=stock(), station="online", charges=WAYS, fitted_ways=WAYS)


def mode(cash: CashPolicy | None = None, **changed: Any) -> Mode:
    return effective(replace(WELL, **changed), MachinePolicy(), cash or CashPolicy())


def states(found: Mode) -> dict[str, str]:
    return told(found.services)


GOES_ON = dict.fromkeys(SERVICES, "ok")
STOPS = dict.fromkeys(SERVICES, "fault") | {"slips": "ok"}


@dataclass(frozen=True)
class Walk:
    """`left`: what is not ok, service -> reason. `changed`: what happened to the machine."""

    left: dict[str, str]
    changed: dict[str, Any]
    cash: CashPolicy | None = None


def _stock(**parts: Any) -> Any:
    made = stock()
    for name, value in parts.items():
        setattr(made, name, value)
    return made


PHONES_LOST = {"code": "no_code", "scan": "no_scan"}
FAILURES: dict[str, Walk] = {
    "acceptor": Walk({"cash": "no_acceptor"}, {"ready": ALL - {"acceptor"}}),
    "acceptor jammed": Walk({"cash": "no_acceptor"}, {"faults": (Fault("acceptor", "NOTE_JAM", True),)}),
    "shutter": Walk({"cash": "no_acceptor"}, {"faults": (Fault("cabinet", "SHUTTER", True),)}),
    "note box full": Walk({"cash": "cash_full"}, {"faults": (Fault("acceptor", "BOX_FULL", True),)}),
    "dispenser": Walk({"cash": "no_dispenser"}, {"ready": ALL - {"dispenser"}}),
    "dispenser jammed": Walk({"cash": "no_dispenser"}, {"faults": (Fault("dispenser", "DISPENSER_JAM", True),)}),
    "no change": Walk({"cash": "no_change"}, {"stock": stock(0)}),
    "no change, bulk escrow": Walk({"cash": "exact_only"}, {"stock": stock(0)}, CashPolicy(deposit_depth=20)),
    "little change": Walk({"cash": "change_low"}, {"stock": stock(5)}),
    "never counted": Walk({"cash": "never_counted"}, {"stock": fresh(VALUES)}),
    "payments": Walk(
        {"card": "no_card", **PHONES_LOST}, {"charges": (), "faults": (Fault("payment", "NO_ANSWER", True),)}
    ),
    "cards alone": Walk({"card": "no_card"}, {"charges": ("code", "scan")}),
    "phones alone": Walk(PHONES_LOST, {"charges": ("card",)}),
    "a payment goes back": Walk(dict.fromkeys(WAYS, "reversal_open"), {"reversing": True}),
    "scanner": Walk({"scan": "no_scanner", "pickup": "no_scanner"}, {"ready": ALL - {"code_scanner"}}),
    "id reader": Walk({"pickup": "no_id_reader"}, {"faults": (Fault("id_reader", "LINK_LOST", True),)}),
    "both readers": Walk(
        {"scan": "no_scanner", "pickup": "typed_only"}, {"ready": ALL - {"code_scanner", "id_reader"}}
    ),
    "slips": Walk({"slips": "no_slips"}, {"faults": (Fault("slip_printer", "SLIP_PAPER_OUT", True),)}),
    "no notes by order": Walk({"cash": "remote_no_notes"}, {"command": "no_notes"}),
    "questions by order": Walk(dict.fromkeys((*PAYING, "pickup"), "remote_query"), {"command": "query_only"}),
    "tickets": Walk(STOPS, {"faults": (Fault("ticket_unit", "TICKET_JAM", True),)}),
    "cabinet": Walk(STOPS, {"ready": ALL - {"cabinet"}}),
    "screen": Walk(STOPS, {"screen": False}),
}
"""One thing that goes wrong -> what is left."""


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_takes_its_own_service_and_leaves_the_others(name: str) -> None:
    walk = FAILURES[name]
    assert states(mode(walk.cash, **walk.changed)) == GOES_ON | walk.left


def test_a_machine_that_is_well_has_nothing_to_explain() -> None:
    assert states(mode()) == GOES_ON
    bare = frozenset({"acceptor", "dispenser", "ticket_unit", "cabinet"})
    assert states(mode(fitted=bare, ready=bare, charges=(), fitted_ways=())) == {"cash": "ok"}


@pytest.mark.parametrize("name", FAILURES)
def test_what_is_said_to_be_there_is_what_is_sold(name: str) -> None:
    """The table and the mode are two readings of one machine: no way is offered that the table takes away, none withheld."""
    walk = FAILURES[name]
    found = mode(walk.cash, **walk.changed)
    there = {one.name for one in found.services if one.state in ("ok", "part")}
    assert set(found.ways) == there & set(PAYING)
    assert bool(found.pickups) == ("pickup" in there)
    assert found.slips == ("slips" in there)
    assert found.sells == bool(found.ways)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", [name for name, walk in FAILURES.items() if set(walk.left) & set(PAYING)])
def test_it_is_shown_before_anybody_begins(name: str, language: str) -> None:
    walk = FAILURES[name]
    known = replace(WELL, **walk.changed)
    found = mode(walk.cash, **walk.changed)
    seen = mode_seen(found, known.charges)
    first = view(shown(steps(language)["attract"], mode=seen))
    home = view(shown(steps(language)["home"], mode=seen))
    if found.out_of_service:
        assert isinstance(first, OutOfService)
        assert isinstance(home, OutOfService)
        return
    assert isinstance(first, Attract)
    assert isinstance(home, Home)
    by_icon = {"cash": {"cash"}, "card": {"card"}, "qr": {"code", "scan"}}
    for payment in first.payments:
        assert (payment.level == "off") == (not by_icon[payment.icon] & set(found.ways)), payment.icon
        assert payment.words.main
    gone = [icon for icon, ways in by_icon.items() if not ways & set(found.ways)]
    assert bool(home.chrome.notice) == bool(gone)
    assert first.chrome.notice is not None or not gone
    if gone:
        assert home.chrome.notice is not None
        reason = next(one.why for one in found.services if one.name in by_icon[gone[0]])
        words = view(shown(steps(language)["home"], mode=seen)).chrome.notice
        assert words is not None
        assert shown(steps(language)["home"]).texts.text(language, REASONS[reason], {}) in words.more.main


@pytest.mark.parametrize("name", [name for name, walk in FAILURES.items() if set(walk.left) & set(PAYING)])
def test_the_choice_of_a_way_keeps_what_is_gone_and_says_why(name: str) -> None:
    walk = FAILURES[name]
    found = mode(walk.cash, **walk.changed)
    if not found.ways:
        return
    seen = mode_seen(found, replace(WELL, **walk.changed).charges)
    made = view(shown(steps("en")["sale"], book(S.CHOOSING), seen))
    assert isinstance(made, PayChoice)
    keys = {way.key.target.removeprefix("pay_"): way.key for way in made.ways}
    assert keys.keys() == set(PAYING)
    for way, key in keys.items():
        too_dear = way == "cash" and found.cash == "ok" and book(S.CHOOSING).due_fen > found.cash_limit_fen
        assert key.enabled == (way in found.ways and not too_dear)
        assert key.enabled or too_dear or key.why.main == REASONS[walk.left[way]].text


# -- the table itself


def test_each_fact_by_each_service_has_a_row_or_a_written_reason() -> None:
    for fact, row in TABLE.items():
        assert row.takes.keys() <= set(SERVICES)
        assert set(row.takes.values()) <= {"off", "part"}
        assert row.takes.keys() == set(SERVICES) or len(row.others) > 15, fact
    assert set(REASONS) == set(TABLE)
    assert not TABLE.keys() & set(STOPPING)


def _subsets() -> Iterator[frozenset[str]]:
    kinds = ("cash", "card", "phone")
    for size in (1, 2, 3):
        yield from map(frozenset, combinations(kinds, size))


def test_whatever_is_left_has_words() -> None:
    assert LINES.keys() == set(_subsets())
    assert LEFT.keys() == set(_subsets()) - {frozenset({"cash", "card", "phone"})}


@pytest.mark.parametrize("fact", TABLE)
def test_every_row_can_happen(fact: str) -> None:
    """A fact that nothing makes true would be words for nobody."""
    assert fact in {one.why for walk in FAILURES.values() for one in mode(walk.cash, **walk.changed).services}


def test_a_fact_without_a_row_is_refused() -> None:
    with pytest.raises(KeyError, match="no row for moonlight"):
        services("", {"moonlight"}, SERVICES)


def test_two_failures_leave_what_neither_takes() -> None:
    for one, other in combinations(FAILURES.values(), 2):
        if one.changed.keys() & other.changed.keys() or one.cash or other.cash:
            continue
        both = states(mode(**one.changed, **other.changed))
        for name, state in both.items():
            expected = {one.left.get(name, "ok"), other.left.get(name, "ok")}
            assert (state == "ok") == (expected == {"ok"})


def test_the_ways_a_configuration_names_are_fitted_whether_they_answer_or_not() -> None:
    bare = settings()
    terminal = replace(bare, terminal=CardTerminal("tcp:10.0.0.7:20007"))
    codes = CodePayment("https://pay.example", "T01", Path("codes.key"))
    assert _fitted_ways(bare) == set()
    assert _fitted_ways(terminal) == {"card"}
    assert _fitted_ways(replace(terminal, codes=codes)) == {"card", "code"}
    scanner = replace(bare.devices, code_scanner=Device("scanner", "wire"))
    assert _fitted_ways(replace(bare, codes=codes, devices=scanner)) == {"code", "scan"}


def test_the_console_has_words_for_every_service_and_reason_a_machine_tells() -> None:
    """Both sides were written from the sheet; what has no words there would be shown as a code."""
    static = Path(console.__file__).parent / "static"
    words, works = ((static / name).read_text("utf-8") for name in ("words.js", "works.js"))
    reasons = words.partition("REASONS = {")[2].partition("};")[0]
    assert {name for name in TABLE if not re.search(rf"\b{name}: \[", reasons)} == set()
    shown_there = works.partition("SERVICES = {")[2].partition("};")[0]
    assert set(re.findall(r"^  (\w+): ", shown_there, re.MULTILINE)) == set(SERVICES)
    parts = {(name, fact) for fact, row in TABLE.items() for name, state in row.takes.items() if state == "part"}
    told_there = re.findall(r"(\w+): \[([^\]]*)\]", works.partition("PART = {")[2].partition("};")[0])
    assert {(name, fact) for name, facts in told_there for fact in re.findall(r"\w+", facts)} == parts
