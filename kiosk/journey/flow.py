"""The journey: what a touch means on each screen, as a table; and what the station's answers change.

Pure of devices and clocks: `touch`, `hear` and `poll` get the time and answer what the controller shall do. One tap opens
the next screen by itself; Back and Home work on every screen; the header keys never lose what was entered.
"""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from kiosk.journey import board, choose, collect, find, propose, roam
from kiosk.journey.asks import Ask, AskTrains, CallStaff, Now, Reads, ToSale, ToService
from kiosk.journey.calendar import station_day
from kiosk.journey.holidays import holidays
from kiosk.journey.routemap import route_map
from kiosk.journey.search import StationIndex, index_of
from kiosk.journey.state import JourneySettings, JourneyState, idle_times
from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import NoteHeld, NoteMoving
from kiosk.ports.station import (
    LockRefused,
    LockUncertain,
    NetworkKnown,
    OrdersFailed,
    OrdersFound,
    SessionGranted,
    StationLost,
    TrainsFailed,
    TrainsListed,
    TrainStops,
)
from kiosk.ports.trips import Limits, Network
from kiosk.screen import targets as T

COMMON = {T.BACK: "back", T.HOME: "home", T.HELP: "help", T.MORE_TIME: "stay"}
"""What works on every screen of the journey."""

FLOW: dict[str, dict[str, str]] = {
    "attract": {T.START: "home", T.HELP: "help"},
    "thanks": {T.START: "home", T.HOME: "home"},
    "home": {
        T.DESTINATION: "pick_destination", T.TRAIN_NUMBER: "ask_number", T.NEXT_TRAINS: "open_next",
        T.ROUTE_MAP: "open_map", T.FIXED: "open_fixed", T.STATION: "choose_station", T.TRIP: "trip",
        T.COLLECT: "open_pickup",
    },
    "pickup": {T.TYPE_CODE: "type_code"},
    "pickup.code": {T.CODE: "code_digit", T.CLEAR: "clear", T.ERASE: "erase"},
    "pickup.orders": {T.ORDER: "choose_order"},
    "search.train": {
        T.LETTER: "type_number", T.DIGIT: "type_number", T.CLEAR: "clear", T.ERASE: "erase",
        T.NUMBER: "choose_number", T.DATE: "open_calendar",
    },
    "search.fromto": {
        T.ORIGIN: "pick_origin", T.DESTINATION: "pick_destination", T.SWAP: "swap", T.DATE: "open_calendar",
        T.STATION: "choose_station", T.SHOW_TRAINS: "show_trains",
    },
    "station": {
        T.STATION: "choose_station", T.LETTER: "type_station", T.CLEAR: "clear", T.ERASE: "erase", T.TAB: "tab",
        T.PROVINCE: "province", T.PREVIOUS: "picker_previous", T.NEXT: "picker_next", T.TRIP: "trip",
        T.ROUTE_MAP: "open_map",
    },
    "search.map": {
        T.PLATE: "select", T.PAN: "pan", T.ZOOM: "zoom", T.AREA: "area", T.LISTED: "list", T.LINE: "line",
        T.FROM: "depart_from",
        T.PREVIOUS: "picker_previous", T.NEXT: "picker_next", T.GO: "go_there", T.DATE: "open_calendar",
    },
    "search.fixed": {T.STATION: "choose_fixed", T.SHOW_TRAINS: "board_again", T.DESTINATION: "pick_destination"},
    "next": {
        T.NUMBER: "choose_number", T.KIND: "filter_kind", T.AVAILABLE: "filter_available", T.DEPARTS: "filter_departs",
        T.SORT: "sort", T.PREVIOUS: "trains_previous", T.NEXT: "trains_next", T.SHOW_TRAINS: "board_again",
        T.DESTINATION: "pick_destination",
    },
    "date": {T.DAY: "choose_day"},
    "trains": {
        T.TRAIN: "choose_train", T.KIND: "filter_kind", T.AVAILABLE: "filter_available",
        T.DEPARTS: "filter_departs", T.SORT: "sort", T.PREVIOUS: "trains_previous", T.NEXT: "trains_next",
        T.DATE: "open_calendar", T.SHOW_TRAINS: "show_trains", T.AGREE: "agree", T.DECLINE: "decline",
    },
    "seat": {
        T.CLASS: "choose_class", T.PLUS: "plus", T.MINUS: "minus", T.WISH: "wish", T.HOLD: "hold",
        T.SHOW_TRAINS: "to_trains", T.AGREE: "agree", T.DECLINE: "decline",
    },
}  # fmt: skip
"""Step -> target -> what it does: the flow table. `COMMON` is added to every step but attract and thanks."""

REFUSED_FOR_GOOD = {"sale_closed": "closed", "query_only": "closed", "cancelled": "not_running"}
"""Why the station sells nothing of a train any more, and the notice of it."""
REFRESHED = ("trains", *board.BOARDS)
"""Steps whose list is asked again when it grows old."""


class Journey(find.Finding, choose.Choosing, roam.Roaming, board.Boards, propose.Proposing, collect.Collecting):
    """One passenger after the other. `network` and `limits` come from the station; `cash_limit_fen` from the mode."""

    def __init__(self, settings: JourneySettings) -> None:
        self.settings = settings
        self.zone = ZoneInfo(settings.timezone)
        self.network: Network | None = None
        self.limits: Limits | None = None
        self.index: StationIndex | None = None
        self.cash_limit_fen: int | None = None
        self.state = self._fresh(0)
        self._left_by = ""
        route_map()  # a file that cannot be used stops the start, not a passenger
        holidays()

    # -- what comes in

    def touch(self, target: str, now: Now) -> list[Ask]:
        """A touch on the screen that is shown. A target that means nothing there is dropped."""
        self.state = replace(self.state, touched_ms=now.mono_ms)
        name, value = T.split(target)
        if name in (T.LANGUAGE, T.CONTRAST, T.LARGE_TEXT, T.CALL_STAFF, T.SERVICE):
            return self._around(name)
        if self.state.help and name in (T.BACK, T.HOME, T.HELP, T.MORE_TIME):
            self.state = replace(self.state, help=name == T.MORE_TIME)
            if name != T.HOME or self.state.step == "sale":
                return []
        if self.state.step == "sale":
            return self._during_sale(target)
        row = FLOW.get(self.state.step, {})
        deed = row.get(name) or (COMMON.get(name) if self.state.step not in ("attract", "thanks") else None)
        if deed is None:
            return []
        asks: list[Ask] = getattr(self, f"_{deed}")(value, now)
        begins = self.state.step == "sale" and (self.state.contrast or self.state.large_text)
        return [*asks, self._reads()] if begins else asks

    def hear(self, fact: Fact, now: Now) -> list[Ask]:
        """Answers of the station, and what a sale says that brings the passenger back to the journey."""
        match fact:
            case NetworkKnown() if self.network is None or self.network.version != fact.network.version:
                self.network, self.index = fact.network, index_of(fact.network)
            case SessionGranted():
                self.limits = fact.limits
            case TrainsListed() if fact.request == self.state.request and self.state.asking:
                return self._board_heard(fact, now)
            case TrainsListed() if fact.request == self.state.request:
                self._trains_listed(fact, now)
            case TrainStops() if fact.request == self.state.request:
                self._stops_known(fact, now)
            case TrainsFailed() if fact.request == self.state.request:
                self._question_failed()
            case OrdersFound() if fact.request == self.state.request:
                self._orders_found(fact)
            case OrdersFailed() if fact.request == self.state.request:
                self._orders_failed(fact)
            case StationLost() if self.state.waiting:
                self._question_failed()
            case LockRefused():
                return self._lock_refused(fact, now)
            case LockUncertain() if self.state.orders:
                return self.sale_over(now, "pickup", "offline")
            case LockUncertain():
                return self.sale_over(now, "trains", "no_answer")
            case NoteHeld() | NoteMoving() if self.state.help:
                self.state = replace(self.state, help=False)
        return []

    def poll(self, now: Now) -> list[Ask]:
        """Idle time-out, unanswered question, stale list. Call at `next_wake`."""
        state = self.state
        idle = idle_times(state, self.settings)
        if idle and now.mono_ms >= idle.end_ms:
            self.state = replace(state, help=False) if state.step == "sale" else self._fresh(now.mono_ms)
            return []
        if state.waiting and now.mono_ms >= state.asked_ms + self.settings.answer_ms:
            self._question_failed()
        elif state.step in REFRESHED and not state.waiting and self._stale(now):
            return self._board_again("", now) if state.step in board.BOARDS else [self._ask(now)]
        return []

    def next_wake(self) -> int | None:
        """Monotonic ms when `poll` has something to do; None: only when touched. A warning is the screen's own affair."""
        idle, times = idle_times(self.state, self.settings), []
        if idle:
            times.append(idle.end_ms)
        if self.state.waiting:
            times.append(self.state.asked_ms + self.settings.answer_ms)
        elif self.state.step in REFRESHED and self.state.listing == "list":
            times.append(self.state.listed_ms + self.settings.stale_ms)
        return min(times, default=None)

    def approach(self, now: Now) -> None:
        """Somebody stands in front of the machine: from the picture to the first question."""
        if self.state.step == "attract":
            self._home("", now)
            self.state = replace(self.state, touched_ms=now.mono_ms)

    def sale_over(self, now: Now, back_to: str = "thanks", notice: str = "") -> list[Ask]:
        """The sale is closed. `back_to`: thanks, seat, trains, pickup, home or attract; `notice` as in the state. Twice is once.

        Home becomes seat when the passenger wanted to change the order; a cancel says so without a `notice`.
        """
        if self.state.step != "sale":
            return []
        left_by, self._left_by = self._left_by, ""
        if left_by == T.CHANGE_ORDER and back_to == "home":
            back_to = "seat"
        elif notice == "lock_expired" and back_to == "home":
            back_to = "trains"
        elif left_by == T.CANCEL and not notice:
            notice = {"home": "cancelled", "thanks": "refunded"}.get(back_to, "")
        self.state = replace(self.state, help=False, touched_ms=now.mono_ms)
        if back_to in ("seat", "trains") and self.state.offers:
            trail = self.state.trail[: self.state.trail.index(back_to)] if back_to in self.state.trail else ("home",)
            self.state = replace(self.state, step=back_to, trail=trail, notice=notice)
            return [self._ask(now)]
        if back_to == "attract":
            self.state = self._fresh(now.mono_ms)
        elif back_to == "thanks":
            self.state = replace(self.state, step="thanks", trail=(), notice=notice)
        else:
            self._home("", now)
            if back_to == "pickup":
                self._open_pickup("", now)
            self.state = replace(self.state, notice=notice)
        return []

    def sale_resumed(self, reads: Reads, now: Now) -> None:
        """After a restart a sale is still open: its screens are shown as its passenger reads them."""
        self.state = replace(
            self._fresh(now.mono_ms),
            step="sale",
            language=reads.language,
            contrast=reads.contrast,
            large_text=reads.large_text,
        )

    # -- around every body

    def _around(self, name: str) -> list[Ask]:
        if name == T.CALL_STAFF:
            return [CallStaff()]
        if name == T.SERVICE:
            return [ToService()]
        if name == T.LANGUAGE:
            self.state = replace(self.state, language="en" if self.state.language == "zh" else "zh")
        elif name == T.CONTRAST:
            self.state = replace(self.state, contrast=not self.state.contrast)
        else:
            self.state = replace(self.state, large_text=not self.state.large_text, page=0, picker_page=0)
        return [self._reads()] if self.state.step == "sale" else []

    def _reads(self) -> Reads:
        return Reads(self.state.language, self.state.contrast, self.state.large_text)

    def _during_sale(self, target: str) -> list[Ask]:
        if target == T.HELP:
            self.state = replace(self.state, help=True)
            return []
        if target in (T.CANCEL, T.CHANGE_ORDER):
            self._left_by = target
        return [ToSale(target)] if target in T.SALE or target in (T.MORE_TIME, T.HOME) else []

    def _help(self, _: str, now: Now) -> list[Ask]:
        self.state = replace(self.state, help=True)
        return []

    def _stay(self, _: str, now: Now) -> list[Ask]:
        return []  # the touch itself was the answer

    # -- moving about

    def _fresh(self, mono_ms: int) -> JourneyState:
        """As the next passenger finds it. The request number goes on, so that a late answer is recognised."""
        request = self.state.request if hasattr(self, "state") else 0
        return JourneyState(
            language=self.settings.language, origin=self.settings.home, touched_ms=mono_ms, request=request + 1
        )

    def _home(self, _: str, now: Now) -> list[Ask]:
        state = self.state
        fresh = self._fresh(now.mono_ms)
        self.state = replace(
            fresh, step="home", language=state.language, contrast=state.contrast, large_text=state.large_text
        )
        return []

    def _back(self, _: str, now: Now) -> list[Ask]:
        state = self.state
        if not state.trail or state.trail[-1] == "home":
            return self._home("", now)
        self.state = replace(
            state, step=state.trail[-1], trail=state.trail[:-1], notice="", instead="", typed="", picker_page=0
        )
        if self.state.step in board.BOARDS:
            self.state = replace(self.state, offers=(), listing="loading", asking=())
            return self._board_again("", now)
        if self.state.step == "trains" and (self._stale(now) or state.listing != "list"):
            return [self._ask(now)]
        return []

    def _go(self, step: str) -> None:
        """One screen on; a screen that is already on the trail is gone back to. Answers of a board left behind are dropped."""
        state = self.state
        if state.asking:
            state = replace(state, asking=(), waiting=False, request=state.request + 1)
        at = state.trail.index(step) if step in state.trail else None
        trail = state.trail[:at] if at is not None else (*state.trail, state.step)
        if step == state.step:
            trail = state.trail
        self.state = replace(state, step=step, trail=trail, notice="", instead="")

    # -- questions to the station

    def _today(self, now: Now) -> str:
        return station_day(now.wall_ms, self.zone).isoformat()

    def _stale(self, now: Now) -> bool:
        return self.state.listing == "list" and now.mono_ms >= self.state.listed_ms + self.settings.stale_ms

    def _ask(self, now: Now) -> Ask:
        """The question for the train list; a list that is there stays until the answer comes."""
        state = self.state
        listing = "list" if state.listing == "list" else "loading"
        self.state = replace(
            state, request=state.request + 1, asked_ms=now.mono_ms, waiting=True, listing=listing, asking=()
        )
        return AskTrains(self.state.request, state.origin, state.destination, state.date, state.train)

    def _question_failed(self) -> None:
        """No answer: an old list may still be looked at, with its time; otherwise the screen says offline."""
        listing = "list" if self.state.listing == "list" else "offline"
        notice = "stale" if listing == "list" else "offline"
        late = self.state.asked_ms  # the next try is a full period away
        self.state = replace(self.state, waiting=False, asking=(), listing=listing, notice=notice, listed_ms=late)

    def _trains_listed(self, fact: TrainsListed, now: Now) -> None:
        notice = "" if self.state.notice in ("stale", "offline") else self.state.notice
        self.state = replace(
            self.state, waiting=False, listing="list", offers=fact.offers, listed_ms=now.mono_ms,
            listed_wall_ms=fact.at_ms, notice=notice,
        )  # fmt: skip
        if self.state.instead:
            self._propose(now)

    def _lock_refused(self, fact: LockRefused, now: Now) -> list[Ask]:
        """Back to where another choice can be made, with the reason, and the list asked anew."""
        if self.state.orders:
            return self.sale_over(now, "pickup", self.refused_order(fact.reason))
        if fact.reason == "sold_out":
            enough = fact.left > 0
            asks = self.sale_over(now, "seat" if enough else "trains", "only_left" if enough else "sold_out")
            self.state = replace(self.state, notice_left=fact.left)
            self._propose(now)
            return asks
        if fact.reason == "seats_left":
            return self.sale_over(now, "seat", "seats_left")
        if fact.reason == "limit":
            return self.sale_over(now, "seat", "limit")
        asks = self.sale_over(now, "trains", REFUSED_FOR_GOOD.get(fact.reason, "not_held"))
        self._propose(now)
        return asks
