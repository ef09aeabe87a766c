"""What a passenger reads while the battery carries the machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.screen.values import Printing, Take
from kiosk.screen.view import view
from kiosk.screen.views.progress import WHY
from tests.kiosk.screen.world import all_shown

WORDS = {"zh": "正由电池供电，请尽快取走全部物品", "en": "Running on battery: please take everything quickly"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sale_that_goes_on_says_that_the_battery_carries_it(language: str) -> None:
    for name, shown in all_shown(language).items():
        before, now = view(shown), view(replace(shown, on_battery=True))
        if isinstance(now, Printing):
            assert now.stay.main == WORDS[language], name
        elif isinstance(now, Take):
            assert now.check.main == WORDS[language], name
        else:
            assert now == before, name


def test_nothing_of_it_is_said_on_mains() -> None:
    shown = all_shown("en")["sale-PRINTING"]
    screen = view(shown)
    assert isinstance(screen, Printing)
    assert screen.stay.main != WORDS["en"]


def test_an_order_that_ended_for_it_says_so() -> None:
    assert WHY["power"].text == "Order ended: mains power has failed"
