"""A fitting changes the demo's files so that machine and cabinet agree on what is inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.device_rules import check_devices
from kiosk.fitting import check_cards
from kiosk.settings import read
from simulator.cabinet.settings import load
from simulator.card_drawers import DOCUMENTS, drawer
from simulator.fittings import CARDS, COINS, COLLECT, FITTINGS, PHONES, TERMINAL, Fitting, fitting
from simulator.programs import CardsAt, CodesAt, write_machine_config

KEY = "5a" * 32


NAMES = [*sorted(FITTINGS), *(f"{name}+{PHONES}" for name in sorted(FITTINGS))]
NAMES += [f"{name}+{more}" for name in ("usual", "ups", "bill_to_bill") for more in (CARDS, f"{PHONES}+{CARDS}")]
NAMES += [f"{PHONES}+{CARDS}", f"{CARDS}+{PHONES}", f"bill_to_bill+{TERMINAL}", f"{TERMINAL}+{PHONES}"]
NAMES += [f"bill_to_bill+{COINS}", f"ups+{COINS}+{CARDS}", f"{COLLECT}+{COINS}+{PHONES}"]


@pytest.mark.parametrize("name", NAMES)
def test_machine_and_cabinet_agree(name: str, tmp_path: Path) -> None:
    fitted = fitting(name)
    codes = CodesAt("http://127.0.0.1:2", KEY) if fitted.phones else None
    cards = CardsAt("tcp:127.0.0.1:3", "TVM00002", drawer(2, crowd=False)) if fitted.cards else None
    if fitted.terminal:
        cards = CardsAt("", "", drawer(2, crowd=False))
    where = write_machine_config(tmp_path, "http://127.0.0.1:1", machine="T02", fitted=fitted, codes=codes, cards=cards)
    settings = read(where)
    check_cards(settings)
    assert (settings.codes is not None) == fitted.phones == (PHONES in name)
    assert (settings.cards is not None) == fitted.cards == (CARDS in name)
    if settings.cards is not None and settings.devices.card_reader is not None:
        assert (settings.cards.link, settings.cards.terminal) == ("tcp:127.0.0.1:3", "TVM00002")
        assert settings.devices.card_reader.link == str(tmp_path / "ports" / "card_reader")
    assert (settings.terminal is not None) == fitted.terminal == (TERMINAL in name)
    if settings.terminal is not None:
        assert settings.terminal.link == str(tmp_path / "ports" / "terminal")
    if settings.codes is not None:
        assert (settings.codes.url, settings.codes.merchant) == ("http://127.0.0.1:2", "T02")
        assert settings.codes.key_file.read_text() == f"{KEY}\n"
    assert (settings.devices.ups is not None) == name.startswith("ups")
    cabinet = load(tmp_path / "cabinet.yaml")
    assert cabinet.cards == (drawer(2, crowd=False) if fitted.cards else ())
    assert cabinet.terminal == (drawer(2, crowd=False) if fitted.terminal else ())
    assert settings.machine.id == "T02"
    assert settings.devices.dispenser is not None
    one_unit = cabinet.acceptor == "bill_to_bill"
    assert settings.devices.dispenser.link == str(tmp_path / "ports" / ("acceptor" if one_unit else "dispenser"))
    inside = cabinet.cassette_values_fen()
    assert dict(settings.devices.dispenser.cassettes) == inside
    assert settings.devices.dispenser.model == ("ccnet_b2b" if one_unit else cabinet.dispenser)
    assert (settings.devices.hopper is not None) == bool(fitted.coins) == (COINS in name)
    for number, seat in (settings.devices.hopper.hoppers if settings.devices.hopper is not None else {}).items():
        inside_it = cabinet.hoppers[number - 1]
        assert (seat.value_fen, seat.address) == (inside_it.value_fen, inside_it.address(number))
        assert seat.serial == inside_it.serial(number)
        assert fitted.coins[number] <= cabinet.vault_coins[seat.value_fen]
    readers = (settings.devices.code_scanner, settings.devices.id_reader)
    assert [device is not None for device in readers] == [fitted.collects] * 2 == [COLLECT in name] * 2
    assert cabinet.documents == (DOCUMENTS[1] if fitted.collects else ())
    check_devices(settings.devices)
    assert set(fitted.notes) == set(inside)
    for number, notes in fitted.notes.items():
        assert notes <= cabinet.vault_notes[inside[number]]


def test_a_line_that_is_not_there_is_said() -> None:
    fitted = Fitting({}, {"machine.yaml": {"  acceptor:": "  acceptor: {}"}})
    assert fitted.changed("cabinet.yaml", "a: 1\n") == "a: 1\n"
    with pytest.raises(ValueError, match="0 lines begin with"):
        fitted.changed("machine.yaml", "devices:\n")


@pytest.mark.parametrize(
    "name",
    ["toaster", "usual+", "usual+toaster", "phones+phones+phones", "+phones", "usual+cards+cards", "cards+terminal"],
)
def test_a_fitting_that_is_not_there_is_said(name: str) -> None:
    with pytest.raises(ValueError, match="invalid choice"):
        fitting(name)
