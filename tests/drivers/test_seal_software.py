"""The test SAM against the published vector of the ticket-printer sheet, section 3."""

from __future__ import annotations

import pytest

from drivers.seal_software import TEST_KEY, TEST_TERMINAL, SoftwareSeal, diversified, retail_mac
from kiosk.errors import ConfigError

MESSAGE = b"RT1D0123456G1234.261122VNPAOH08012AO0055300"


def test_key_and_mac_are_those_of_the_sheet() -> None:
    key = diversified(TEST_KEY, TEST_TERMINAL)
    assert key.hex().upper() == "2733B84A7B42EBCE207774AE5EC357F1"
    assert retail_mac(key, MESSAGE).hex().upper() == "8D186AF4C769799B"


def test_the_seal_is_the_first_half_of_the_mac() -> None:
    seal = SoftwareSeal("lab")
    assert seal.ready()
    assert seal.seal(MESSAGE) == bytes.fromhex("8D186AF4")
    assert SoftwareSeal("lab", bytes(8)).seal(MESSAGE) != bytes.fromhex("8D186AF4")


@pytest.mark.parametrize("length", [1, 7, 8, 43, 200])
def test_any_length_is_sealed(length: int) -> None:
    sealed = SoftwareSeal("lab").seal(b"A" * length)
    assert sealed is not None
    assert len(sealed) == 4


@pytest.mark.parametrize("length", [0, 201])
def test_other_lengths_get_no_answer(length: int) -> None:
    assert SoftwareSeal("lab").seal(b"A" * length) is None


@pytest.mark.parametrize("environment", ["production", "", "Lab", "pilot"])
def test_outside_of_the_lab_it_refuses_to_exist(environment: str) -> None:
    with pytest.raises(ConfigError, match="lab"):
        SoftwareSeal(environment)


def test_a_terminal_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ConfigError, match="8"):
        SoftwareSeal("lab", b"1234")
