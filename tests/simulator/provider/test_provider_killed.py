"""The provider dies before or after any statement of its ledger, and begins again on the file as it then is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from simulator.provider.ledger import Ledger
from simulator.provider.provider import Provider
from tests.simulator.acquirer.test_acquirer_laws import Killed, Mortal
from tests.simulator.provider.helpers import KEY, MERCHANT, PAYERS, Shop, behaving


class Mortals:
    """A shop whose provider can be killed at a statement of its next call."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lives = folder, count()
        Mortal.countdown, Mortal.dead = None, False
        self._path = folder / "first.sqlite"
        self.shop = Shop(self._opened())

    def _opened(self) -> Provider:
        return Provider(Ledger(self._path, PAYERS, Mortal), {MERCHANT: KEY})

    def killed(self, deed: Callable[[Shop], Any], statement: int, before: bool) -> bool:
        """Do it and die at that statement; False: it ended before there was one. The next provider has the files as they were."""
        Mortal.countdown, Mortal.before = statement, before
        with suppress(Killed):
            deed(self.shop)
        dead, Mortal.countdown, Mortal.dead = Mortal.dead, None, False
        if dead:
            path = self._folder / f"{next(self._lives)}.sqlite"
            for part in self._folder.glob(f"{self._path.name}*"):
                shutil.copy(part, self._folder / part.name.replace(self._path.name, path.name))
            self.shop.provider.ledger.close()
            self._path = path
            self.shop.provider = self._opened()
        return dead


def _create(shop: Shop) -> Any:
    return shop.ask("create", order="a.1", amount_fen=3_800, lasts_ms=120_000)


def _pay(shop: Shop) -> Any:
    return shop.pay(shop.provider.ledger.snapshot()["orders"][0]["text"])


def _close(shop: Shop) -> Any:
    return shop.ask("close", order="a.1")


def _refund(shop: Shop) -> Any:
    return shop.ask("refund", order="a.1", amount_fen=3_800)


def _late(shop: Shop) -> Any:
    shop.behaviour = behaving("late_payment:ms=5000")
    _pay(shop)
    shop.behaviour = behaving()
    shop.now_ms += 5_000
    return shop.ask("query", order="a.1")


@pytest.mark.slow
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("past", "deed", "state", "booked"),
    [
        ([], _create, "waiting", []),
        ([_create], _pay, "paid", ["payment"]),
        ([_create], _late, "paid", ["payment"]),
        ([_create], _close, "closed", []),
        ([_create, _pay], _refund, "refunded", ["payment", "refund"]),
    ],
    ids=["create", "pay", "late", "close", "refund"],
)
def test_all_of_a_call_is_kept_or_nothing_and_asking_again_ends_it(
    tmp_path: Path,
    before: bool,
    past: list[Callable[[Shop], Any]],
    deed: Callable[[Shop], Any],
    state: str,
    booked: list[str],
) -> None:
    for statement in count():
        (folder := tmp_path / str(statement)).mkdir()
        mortals = Mortals(folder)
        shop = mortals.shop
        for earlier in past:
            earlier(shop)
        dead = mortals.killed(deed, statement, before)
        assert shop.provider.ledger.wrong() == []
        assert [kind for _, kind, _ in shop.booked()] in (booked, booked[:-1])
        deed(shop)
        assert (shop.state(), [kind for _, kind, _ in shop.booked()]) == (state, booked)
        shop.provider.ledger.close()
        if not dead:
            assert statement > 2
            return
