"""What is read off a screen: amounts, the way on, the next note."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.screen.values import Denomination, Figure, PayCash, Words
from simulator.passenger.paying import next_note
from simulator.passenger.person import Kind
from simulator.passenger.reading import fen, way_on
from tests.simulator.passenger.toy_machine import ToyMachine


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("¥1,106.50", 110_650),
        ("¥93", 9_300),
        ("¥156.5", 15_650),
        ("Cash up to ¥300", 30_000),
        ("¥0.00", 0),
        ("from", None),
        ("", None),
    ],
)
def test_amounts_are_read_from_texts(text: str, amount: int | None) -> None:
    assert fen(text) == amount


def pay(missing: str, *accepted: str) -> PayCash:
    machine = ToyMachine()
    machine.step = "pay"
    screen = machine.screen()
    assert isinstance(screen, PayCash)
    notes = tuple(Denomination(f"¥{value}", value in accepted) for value in ("1", "5", "10", "20", "50", "100"))
    return replace(screen, remaining=Figure(Words(), missing), denominations=notes)


@pytest.mark.parametrize(
    ("kind", "missing", "accepted", "refused", "note"),
    [
        (Kind.EXACT, "¥93.00", ("10", "50", "100"), set(), 5_000),
        (Kind.EXACT, "¥3.00", ("10", "50"), set(), 1_000),
        (Kind.LARGE, "¥3.00", ("10", "50"), set(), 5_000),
        (Kind.FORGET_CHANGE, "¥3.00", ("10", "50"), {5_000}, 1_000),
        (Kind.EXACT, "¥93.00", (), set(), None),
        (Kind.EXACT, "¥0.00", ("10",), set(), None),
    ],
)
def test_the_next_note(
    kind: Kind, missing: str, accepted: tuple[str, ...], refused: set[int], note: int | None
) -> None:
    assert next_note(kind, pay(missing, *accepted), refused) == note


def test_the_way_on_is_the_primary_key_of_the_footer() -> None:
    machine = ToyMachine()
    machine.step = "review"
    key = way_on(machine.screen())
    assert key is not None
    assert key.target == "pay"
    machine.step = "printing"
    assert way_on(machine.screen()) is None
