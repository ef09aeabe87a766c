"""When the places are gone: what is offered instead, out of the offers at hand. Pure choices, and the passenger's answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from kiosk.journey.asks import Ask, Now, StartSale
from kiosk.journey.state import OVER, JourneyState, class_of, price_of, selling_state
from kiosk.ports.trips import ClassOffer, Offer

DEARER = 1.5
"""Another class of the same train is near when it costs at most so many times as much."""


class Instead(NamedTuple):
    offer: Offer
    cell: ClassOffer


def _fits(state: JourneyState, cell: ClassOffer) -> bool:
    """Room for everybody, and a fare for each of them."""
    return cell.left >= max(1, state.seats) and all(price_of(cell, who) is not None for who, _ in state.passengers)


def nearest(state: JourneyState, wall_ms: int) -> Instead | None:
    """The nearest alternative to what was just refused, or None.

    First another class of the same train at a like price, then the same class in the train that leaves next to it in time,
    then any class of this train, then of any other.
    """
    wanted = state.offer
    if wanted is None:
        return None
    old = class_of(wanted, state.seat_class)
    limit_fen = round(old.price_fen * DEARER) if old else 0
    same = [Instead(wanted, c) for c in wanted.classes if c.code != state.seat_class and _fits(state, c)]
    if state.notice in ("closed", "not_running") or selling_state(wanted, wall_ms) in OVER:
        same = []
    others = [
        Instead(offer, cell)
        for offer in sorted(state.offers, key=lambda o: (abs(o.depart_ms - wanted.depart_ms), o.depart_ms))
        if offer.train != wanted.train and selling_state(offer, wall_ms) == "open"
        for cell in offer.classes
        if _fits(state, cell)
    ]
    cheap = sorted(same, key=lambda each: abs(each.cell.price_fen - (old.price_fen if old else 0)))
    return _first(
        (each for each in cheap if each.cell.price_fen <= limit_fen),
        (each for each in others if each.cell.code == state.seat_class),
        cheap,
        others,
    )


def _first(*ranks: Iterable[Instead]) -> Instead | None:
    return next((each for rank in ranks for each in rank), None)


def fewer(state: JourneyState) -> tuple[tuple[str, int], ...] | None:
    """The order cut to the places that are left; None when passengers of several kinds must choose who goes."""
    left = state.notice_left
    if len(state.passengers) != 1 or not 0 < left < state.seats:
        return None
    return ((state.passengers[0][0], left),)


def proposed(state: JourneyState) -> Instead | None:
    """The alternative the state holds, as the list has it now; None when it is gone too."""
    offer = next((offer for offer in state.offers if offer.train == state.instead_train), None)
    cell = class_of(offer, state.instead_class) if offer else None
    return Instead(offer, cell) if offer and cell and _fits(state, cell) else None


class Proposing:
    """Mixed into `Journey`: uses its state."""

    state: JourneyState

    def _go(self, step: str) -> None:
        raise AttributeError("given by Journey")

    def _hold(self, _: str, now: Now) -> list[Ask]:
        raise AttributeError("given by Journey")

    def _propose(self, now: Now) -> None:
        """After a refusal, and again when the list came anew."""
        state = self.state
        if state.notice == "only_left" and fewer(state):
            self.state = replace(state, instead="fewer")
            return
        if state.notice in ("only_left", "sold_out", "closed") and not (state.instead == "other" and proposed(state)):
            found = nearest(state, now.wall_ms)
            train, code = (found.offer.train, found.cell.code) if found else ("", "")
            self.state = replace(
                state, instead="other" if found else "", instead_train=train, instead_class=code
            )  # fmt: skip

    def _agree(self, _: str, now: Now) -> list[Ask]:
        """Fewer places are held at once; another train or class is looked at first, for it has another price."""
        state = self.state
        if state.instead == "fewer" and (cut := fewer(state)):
            self.state = replace(state, passengers=cut, instead="", notice="")
            return [ask for ask in self._hold("", now) if isinstance(ask, StartSale)]
        found = proposed(state) if state.instead == "other" else None
        if found is None:
            return self._decline("", now)
        self._go("seat")
        self.state = replace(
            self.state, chosen=found.offer.train, seat_class=found.cell.code, instead="", instead_train="",
            instead_class="",
        )  # fmt: skip
        return []

    def _decline(self, _: str, now: Now) -> list[Ask]:
        """Rather another choice: the reason stays on the screen, the question goes."""
        self.state = replace(self.state, instead="", instead_train="", instead_class="")
        return []
