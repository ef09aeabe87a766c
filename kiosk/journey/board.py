"""Trains from here without a destination: next departures, and the preset stations of the short-distance mode.

The station answers per destination, so one after the other is asked for; what came so far is shown meanwhile.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.journey.asks import Ask, Now
from kiosk.journey.search import StationIndex
from kiosk.journey.state import JourneySettings, JourneyState, selling_state
from kiosk.ports.station import TrainsListed
from kiosk.ports.trips import Offer

BOARDS = ("next", "search.fixed")
MOST_ASKED = 12


def farthest(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """One row per train, to the farthest station that was asked for; earliest first."""
    best: dict[str, Offer] = {}
    for offer in offers:
        if offer.train not in best or offer.km > best[offer.train].km:
            best[offer.train] = offer
    return tuple(sorted(best.values(), key=lambda offer: (offer.depart_ms, offer.train)))


def soonest(offers: tuple[Offer, ...], code: str, wall_ms: int) -> Offer | None:
    """The next train to a station that can still be had."""
    fitting = [o for o in offers if o.destination == code and selling_state(o, wall_ms) == "open"]
    return min(fitting, key=lambda offer: (offer.depart_ms, offer.train), default=None)


def board_stations(wanted: tuple[str, ...], index: StationIndex | None, origin: str) -> tuple[str, ...]:
    """Whose trains make a board: those of `wanted` that the network knows, without this station."""
    fitting = [code for code in wanted if index is not None and code in index and code != origin]
    return tuple(fitting[:MOST_ASKED])


class Boards:
    """Mixed into `Journey`: uses its state, settings and index."""

    settings: JourneySettings
    state: JourneyState
    index: StationIndex | None

    def _go(self, step: str) -> None:
        raise AttributeError("given by Journey")

    def _today(self, now: Now) -> str:
        raise AttributeError("given by Journey")

    def _ask(self, now: Now) -> Ask:
        raise AttributeError("given by Journey")

    def _choose_train(self, number: str, now: Now) -> list[Ask]:
        raise AttributeError("given by Journey")

    def _board_stations(self, step: str) -> tuple[str, ...]:
        """The presets, or what is often chosen here."""
        hot = self.index.hot() if self.index else ()
        return board_stations(self.settings.fixed if step == "search.fixed" else hot, self.index, self.state.origin)

    def _open_next(self, _: str, now: Now) -> list[Ask]:
        return self._open_board("next", now)

    def _open_fixed(self, _: str, now: Now) -> list[Ask]:
        return self._open_board("search.fixed", now)

    def _open_board(self, step: str, now: Now) -> list[Ask]:
        if not self._board_stations(step):
            return []
        self._go(step)
        self.state = replace(
            self.state, train="", date=self._today(now), offers=(), listing="loading", page=0, kind="", departs="",
            sort="depart", available=step == "next", chosen="",
        )  # fmt: skip
        return self._board_again("", now)

    def _board_again(self, _: str, now: Now) -> list[Ask]:
        """All of them once more; what is shown stays until the answers come."""
        asked = self._board_stations(self.state.step)
        if not asked or self.state.asking:
            return []
        return [self._ask_next(asked, now)]

    def _ask_next(self, asking: tuple[str, ...], now: Now) -> Ask:
        self.state = replace(self.state, destination=asking[0], train="")
        ask = self._ask(now)
        self.state = replace(self.state, asking=asking)
        return ask

    def _board_heard(self, fact: TrainsListed, now: Now) -> list[Ask]:
        """One destination's trains. What is known of it is replaced; then the next one is asked for."""
        state = self.state
        code, rest = state.asking[0], state.asking[1:]
        others = tuple(offer for offer in state.offers if offer.destination != code)
        self.state = replace(
            state, waiting=False, asking=(), listing="list", offers=(*others, *fact.offers), listed_ms=now.mono_ms,
            listed_wall_ms=fact.at_ms, notice="" if state.notice in ("stale", "offline") else state.notice,
        )  # fmt: skip
        return [self._ask_next(rest, now)] if rest and state.step in BOARDS else []

    def _choose_fixed(self, code: str, now: Now) -> list[Ask]:
        """One tap: the next train there, straight to the quantity."""
        found = soonest(self.state.offers, code, now.wall_ms)
        if self.state.step != "search.fixed" or found is None:
            return []
        same = tuple(offer for offer in self.state.offers if offer.destination == code)
        self.state = replace(self.state, destination=code, offers=same, listing="list")
        return self._choose_train(found.train, now)
