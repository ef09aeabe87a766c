"""Every kind comes back from its record as it was, and what is not a record of ours is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from kiosk import records, vocabulary
from kiosk.errors import JournalError
from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import NoteOurs
from kiosk.ports.station import PlacesLocked
from kiosk.ports.ticket_printer import PrinterPast
from kiosk.records import fact_of, know, record_of
from kiosk.sale.intents import PayNotes

vocabulary.learn()
KINDS = vocabulary.kinds()


def value(kind: Any) -> some.SearchStrategy[Any]:
    """Any value of a field's type; a type that one line of JSON cannot hold is an error here."""
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return some.lists(value(inner[0]), max_size=2).map(tuple)
        return some.tuples(*(value(part) for part in inner))
    if is_dataclass(kind) and isinstance(kind, type):
        return made(kind)
    simple: dict[Any, some.SearchStrategy[Any]] = {
        int: some.integers(-(2**53), 2**53),
        bool: some.booleans(),
        str: some.text(max_size=8),
    }
    return simple[kind]


def made(kind: type[Any]) -> some.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return some.builds(kind, **{part.name: value(hints[part.name]) for part in fields(kind)})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.kind} {kind.result}".strip())
@settings(max_examples=25, deadline=None)
@given(data=some.data())
def test_each_kind_comes_back_through_a_line_of_json(kind: type[Fact], data: some.DataObject) -> None:
    fact = data.draw(made(kind))
    record = record_of(fact)
    assert next(iter(record)) == "kind"
    text = json.dumps(record, ensure_ascii=False)
    assert fact_of(json.loads(text)) == fact


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.kind} {kind.result}".strip())
def test_a_kind_says_what_it_is_by_its_ending(kind: type[Fact]) -> None:
    """An outcome has a result; an intent's kind never ends in `!`, a fact's never in `?` (decision 11)."""
    assert not (kind.kind.endswith("!") and not kind.result)
    assert not (kind.kind.endswith("?") and kind.result)
    names = {part.name for part in fields(kind)}
    assert not names & {"kind", "result"}, "these keys are taken"


def test_extras_come_last_and_are_left_out_when_read() -> None:
    pay = PayNotes(1, 101, ((1, 2),), 200, "change")
    record = record_of(pay, {"counters": {"transaction": 3}})
    assert list(record)[-1] == "counters"
    assert fact_of(record) == pay


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"kind": "stack!"},
        {"kind": "stack!", "result": "swallowed", "note": 1, "value_fen": 1},
        {"kind": ["stack!"]},
        {"kind": None},
        "stack!",
        7,
        None,
        [],
    ],
)
def test_an_unknown_kind_is_refused(record: Any) -> None:
    with pytest.raises(JournalError):
        fact_of(record)


@pytest.mark.parametrize(
    "change",
    [
        {"note": "1"},
        {"note": True},
        {"note": 1.0},
        {"note": None},
        {"value_fen": "100"},
        {"value_fen": [100]},
    ],
)
def test_a_field_of_another_type_is_refused(change: dict[str, Any]) -> None:
    record = {**record_of(NoteOurs(1, 100)), **change}
    with pytest.raises(JournalError, match="damaged"):
        fact_of(record)


@pytest.mark.parametrize("missing", ["note", "value_fen"])
def test_a_missing_field_is_refused(missing: str) -> None:
    record = record_of(NoteOurs(1, 100))
    del record[missing]
    with pytest.raises(JournalError, match="damaged"):
        fact_of(record)


@pytest.mark.parametrize("counters", ["ab", {"stacked": 1}, [["stacked"]], [["stacked", 1, 2]], [[1, "stacked"]], 3])
def test_a_nested_field_of_another_shape_is_refused(counters: Any) -> None:
    record = {**record_of(PrinterPast("", False, "empty", "empty", ())), "counters": counters}
    with pytest.raises(JournalError, match="damaged"):
        fact_of(record)


@pytest.mark.parametrize("places", [[7], ["x"], [[]], [{"index": 0}], {"index": 0}])
def test_a_nested_record_of_another_shape_is_refused(places: Any) -> None:
    record = {**record_of(PlacesLocked("k", (), 0, 1, 2)), "places": places}
    with pytest.raises(JournalError, match="damaged"):
        fact_of(record)


def test_two_classes_cannot_claim_one_kind() -> None:
    @dataclass(frozen=True, slots=True)
    class Imposter(Fact):
        kind: ClassVar[str] = "stack!"
        result: ClassVar[str] = "stacked"

    with pytest.raises(ValueError, match="stack!"):
        know([Imposter])
    assert records._known[("stack!", "stacked")] is NoteOurs


def test_every_kind_of_the_settled_list_is_there() -> None:
    """Reliability notes 2.1 and decision 12, as far as a cash machine has them."""
    wanted = {
        "sys.boot", "sys.recover", "sys.stop", "sale.open", "sale.end", "note.seen", "stack?", "stack!", "return?",
        "return!", "print?", "print!", "ticket.void", "pay?", "pay!", "taken!", "retract?", "retract!", "claim.add",
        "unknown.add", "box.swap", "cassette.fill", "count", "roll.load", "op.login", "op.logout", "op.denied", "op.act",
        "door", "ack", "lock?", "lock!", "renew?", "renew!", "release?", "release!", "confirm?", "confirm!", "printed?",
        "printed!", "void?", "void!", "slip?", "slip!", "deliver?", "deliver!", "dump?", "dump!", "rounding", "fault",
        "timer",
    }  # fmt: skip
    assert wanted <= {kind.kind for kind in KINDS}
