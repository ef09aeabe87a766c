"""A passenger's card does what the screen asks for, in its owner's manner, at a cabinet whose pad and reader are real twins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from simulator.card_drawers import PEOPLE, REFUSED, drawer
from simulator.card_in_hand import CardInHand, card_for
from simulator.devices.chip_card.wallet import WALLET
from simulator.passenger.cabinet_client import CabinetError
from simulator.passenger.person import Kind, make_plan
from simulator.passenger.visit import Visit
from tests.simulator.cabinet.bench import SETTINGS, Bench
from tests.simulator.passenger.toy_machine import ToyMachine

NAME = "plain1"


class Client:
    """The cabinet's API without a line."""

    def __init__(self) -> None:
        self.bench = Bench(replace(SETTINGS, cards=(NAME,)))

    def get(self, path: str) -> Any:
        return self.bench.get(path)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        answer = self.bench.post(path, body)
        if answer.status_code >= 400:
            raise CabinetError(answer.json()["error"], "")
        return answer.json()

    def typed(self) -> str:
        desk = self.bench.world.cards
        assert desk is not None
        return desk.pad._keyboard.take_pin()

    def ask(self) -> None:
        desk = self.bench.world.cards
        assert desk is not None
        desk.pad._keyboard.open_pin(6, self.bench.clock.now_ms)


def hand(kind: Kind) -> tuple[Client, CardInHand, Visit]:
    hands: Any = ToyMachine(3_800)
    visit = Visit(make_plan(kind, Random(1)), hands, lambda target: None, Random(1), 0)
    client: Any = Client()
    return client, CardInHand(client, NAME, visit), visit


def test_a_card_goes_in_and_its_pin_is_typed_and_what_its_chip_agreed_to_is_written_down() -> None:
    client, card, visit = hand(Kind.CARD)
    assert not card.do("pin")  # nobody asks for one
    assert card.do("insert")
    assert not card.do("insert")
    client.ask()
    assert visit.card("pin")
    assert client.typed() == WALLET[NAME].perso.pin
    assert card.poll()
    chip = client.bench.world.cards.cards[0].chip  # type: ignore[union-attr]
    assert chip is not None
    chip.agreed_fen.append(3_800)
    visit.account.outcome = "bought"
    assert not card.poll()
    assert visit.account.card_fen == [3_800]


def test_who_mistypes_types_another_pin() -> None:
    client, card, _ = hand(Kind.CARD_WRONG_PIN)
    right = WALLET[NAME].perso.pin
    for deed in ("wrong_pin", "pin"):
        client.ask()
        assert card.do(deed)
        assert (client.typed() != right) == (deed == "wrong_pin")


def test_who_cancels_presses_one_key() -> None:
    client, card, _ = hand(Kind.CARD_CANCEL)
    client.ask()
    assert card.do("cancel")
    assert client.get("/api/state")["cards"]["pad"]["mode"] == "closed"


@pytest.mark.parametrize(
    ("manner", "in_hand", "found"),
    [
        ("", ("plain1", "poor"), "plain1"),
        ("", ("poor",), ""),
        ("refused", ("plain1", "poor"), "poor"),
        ("refused", ("plain1",), ""),
        ("absent", ("plain1", "poor"), ""),
        ("absent", ("plain1", "plain2"), "plain1"),
    ],
)
def test_somebody_has_the_card_that_fits_or_none(manner: str, in_hand: tuple[str, ...], found: str) -> None:
    told = {"cards": [{"name": name, "lies": "hand"} for name in in_hand] + [{"name": "plain9", "lies": "card.bin"}]}
    assert card_for(replace(make_plan(Kind.CARD, Random(1)), manner=manner), told, "poor") == found


def test_no_card_lies_beside_two_machines() -> None:
    for crowd in (False, True):
        lying = [name for number in range(1, 5) for name in drawer(number, crowd)]
        assert len(lying) == len(set(lying))
        assert set(lying) <= set(WALLET)
    assert len(REFUSED) == len(PEOPLE) == 4
