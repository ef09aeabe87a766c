"""The station computer as the controller sees it: orders go out on two lanes, answers come back as facts.

Sale and journey share one lane, everything that can wait has the other (decision 18); the call that waits at the station has
a third. `void` and `printed` are kept and repeated with full jitter, 1 s to 5 min, until the station answers; what a power cut
forgets is queued again from the journal. The state of the link is judged from every answer, and asked with `GET /v1/time` when
nothing else is said.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from drivers.link.link import WithoutLink
from drivers.station_http import calls
from drivers.station_http.calls import Call
from drivers.station_http.lanes import Lane, Lanes, ThreadLanes
from drivers.station_http.outcome import Outcome
from kiosk.ports.fact import Report
from kiosk.ports.station import MediaFailed, MediaHeld, NetworkKnown, Outbox, StationBack, StationLost
from kiosk.ports.trips import Order

log = logging.getLogger(__name__)
PROBE_UP_MS = 30_000
PROBE_DOWN_MS = 2_000
LOOK_MS = 1_000
FIRST_RETRY_MS = 1_000
LONGEST_RETRY_MS = 300_000
SKEW_NEWS_MS = 1_000
INBOX_WAIT_MS = 25_000


@dataclass(slots=True)
class Deed:
    """A deed that is repeated until answered. `told`: its first silence was reported."""

    call: Call
    due_ms: int = 0
    tries: int = 0
    under_way: bool = False
    told: bool = False


class StationDriver(WithoutLink):
    """Implements `kiosk.ports.station.Station` on the lanes it is given; to the reactor a participant without a link and a
    channel.

    `jitter(n)` answers a random number 0..n. Nothing in here waits, except `close`.
    """

    name = "station"

    def __init__(
        self,
        machine: str,
        report: Report,
        lanes: Lanes,
        *,
        epoch: str,
        software: str,
        jitter: Callable[[int], int],
        probe_up_ms: int = PROBE_UP_MS,
    ) -> None:
        self._machine, self._epoch, self._software = machine, epoch, software
        self._report, self._lanes, self._jitter = report, lanes, jitter
        self._probe_up_ms = probe_up_ms
        self._deeds: list[Deed] = []
        self._up: bool | None = None
        self._skew_ms = 0
        self._probe_due_ms = 0
        self._probing = False
        self._network: NetworkKnown | None = None
        self._etag = ""
        self._now_ms = 0

    @property
    def on_wire(self) -> Callable[[str, bool], None]:
        """As of the lanes: told, in a worker's thread, when a call leaves and when its answer is there."""
        return self._lanes.on_wire

    @on_wire.setter
    def on_wire(self, told: Callable[[str, bool], None]) -> None:
        self._lanes.on_wire = told

    # -- the port

    def open_session(self, boot: int, clock_ms: int) -> None:
        self._lanes.submit(
            Lane.BACKGROUND, calls.open_session(self._machine, self._epoch, self._software, boot, clock_ms)
        )

    def ask_network(self) -> None:
        self._lanes.submit(Lane.BACKGROUND, calls.ask_network(self._etag, self._network))

    def ask_trains(self, request: int, origin: str, destination: str, date: str, train: str = "") -> None:
        self._lanes.forget(Lane.SALE, "trains")  # a passenger who taps through the dates waits for the last one only
        self._lanes.submit(Lane.SALE, calls.ask_trains(request, origin, destination, date, train), "trains")

    def ask_stops(self, request: int, train: str, date: str) -> None:
        self._lanes.submit(Lane.SALE, calls.ask_stops(request, train, date))

    def find_orders(self, request: int, code: str = "", document: str = "") -> None:
        self._lanes.submit(Lane.SALE, calls.find_orders(self._machine, request, code, document))

    def collect(self, sale: str, number: str, most: int) -> None:
        self._lanes.submit(Lane.SALE, calls.collect(self._machine, sale, number, most))

    def lock(self, sale: str, order: Order) -> None:
        self._lanes.submit(Lane.SALE, calls.lock(self._machine, sale, order))

    def renew(self, sale: str, note: int) -> None:
        self._lanes.submit(Lane.SALE, calls.renew(sale, note))

    def release(self, sale: str) -> None:
        self._lanes.submit(Lane.SALE, calls.release(sale))

    def confirm(self, sale: str, total_fen: int, rounding_fen: int, cash_fen: int, card_fen: int = 0) -> None:
        self._lanes.submit(Lane.SALE, calls.confirm(sale, total_fen, rounding_fen, cash_fen, card_fen))

    def ask_state(self, sale: str) -> None:
        self._lanes.submit(Lane.SALE, calls.ask_state(sale))

    def printed(self, sale: str, tickets: Sequence[tuple[int, str, str, str]]) -> None:
        self._keep(calls.printed(sale, tickets))

    def void(self, sale: str, places: Sequence[int] | None, reason: str) -> None:
        self._keep(calls.void(sale, places, reason))

    def send_records(self, epoch: str, first_seq: int, lines: Outbox) -> None:
        self._lanes.submit(Lane.BACKGROUND, calls.send_records(self._machine, epoch, first_seq, lines))

    def put_status(self, state_seq: int, status: dict[str, Any]) -> None:
        self._lanes.submit(Lane.BACKGROUND, calls.put_status(self._machine, state_seq, status))

    def ask_inbox(self, after: int, have: int) -> None:
        self._lanes.submit(Lane.INBOX, calls.ask_inbox(self._machine, after, have, INBOX_WAIT_MS))

    def fetch_media(self, sha256: str, keep: Callable[[bytes], MediaHeld | MediaFailed]) -> None:
        self._lanes.submit(Lane.BACKGROUND, calls.fetch_media(sha256, keep))

    @property
    def owes(self) -> int:
        """Deeds that the station has not answered yet; they are repeated until it does."""
        return len(self._deeds)

    # -- the reactor's side

    def fileno(self) -> int:
        return self._lanes.fileno()

    def wants_write(self) -> bool:
        return False

    def on_readable(self, now_ms: int) -> None:
        self._now_ms = now_ms
        for outcome in self._lanes.drain():
            self._judge_link(outcome)
            self._hear(outcome)
        self._pump()

    def on_writable(self, now_ms: int) -> None:
        """Never asked for."""

    def poll(self, now_ms: int) -> int:
        """Repeats what is due and asks for the time when the link was silent."""
        self._now_ms = now_ms
        self._pump()
        if now_ms >= self._probe_due_ms and not self._probing:
            self._probing = True
            self._lanes.submit(Lane.BACKGROUND, calls.ask_time())
        if self._up and not self._probing and not self._deeds:
            return self._probe_due_ms  # only bad news could bring it forward, and a fact is heard of that
        dues = [deed.due_ms for deed in self._deeds if not deed.under_way and deed.due_ms > now_ms]
        return min([now_ms + LOOK_MS, *dues])

    def close(self, timeout_s: float = 6.0) -> None:
        """Drops what waits and ends the threads; a call under way is given its time."""
        self._lanes.close(timeout_s)

    # -- inside

    def _hear(self, outcome: Outcome) -> None:
        if isinstance(outcome.fact, NetworkKnown):
            self._network, self._etag = outcome.fact, outcome.etag or self._etag
        if outcome.call.name == "time":
            self._probing = False
        deed = next((deed for deed in self._deeds if deed.call is outcome.call), None)
        if deed is None:
            if outcome.fact is not None:
                self._report(outcome.fact)
            return
        deed.under_way = False
        if outcome.settled:
            self._deeds.remove(deed)
        else:
            deed.tries += 1
            longest_ms = min(LONGEST_RETRY_MS, FIRST_RETRY_MS << min(deed.tries, 20))
            deed.due_ms = self._now_ms + FIRST_RETRY_MS + self._jitter(longest_ms - FIRST_RETRY_MS)
        if outcome.fact is not None and not (deed.told and not outcome.settled):
            deed.told = True
            self._report(outcome.fact)

    def _keep(self, call: Call) -> None:
        """Queue a deed to be repeated; the same one is kept once."""
        same = (call.path, call.body)
        if any((deed.call.path, deed.call.body) == same for deed in self._deeds):
            return
        self._deeds.append(Deed(call))
        self._pump()

    def _pump(self) -> None:
        """Send the deeds that are due, those of one sale in their order."""
        blocked: set[str] = set()
        for deed in self._deeds:
            if not deed.under_way and deed.call.sale not in blocked and deed.due_ms <= self._now_ms:
                deed.under_way = True
                self._lanes.submit(Lane.BACKGROUND, deed.call)
            blocked.add(deed.call.sale)

    def _judge_link(self, outcome: Outcome) -> None:
        if outcome.call.name == "inbox":
            return  # it waits for news; whether the link stands is seen on the other lanes
        trouble = outcome.trouble
        if outcome.call.name == "time" and not outcome.settled:
            trouble = trouble or "unusable"  # it answers, but cannot even tell the time: nothing can be sold with it
        if trouble:
            self._probe_due_ms = self._now_ms + PROBE_DOWN_MS
            if self._up is not False:
                self._up = False
                log.warning("station_lost call=%s reason=%s", outcome.call.name, trouble)
                self._report(StationLost(trouble))
            return
        if outcome.skew_ms is None:
            if not self._up:
                self._probe_due_ms = self._now_ms  # it answers again; ask at once what time it has
            return
        self._probe_due_ms = self._now_ms + self._probe_up_ms
        if not self._up or abs(outcome.skew_ms - self._skew_ms) >= SKEW_NEWS_MS:
            self._came_back(outcome.skew_ms)

    def _came_back(self, skew_ms: int) -> None:
        if not self._up:
            for deed in self._deeds:
                deed.due_ms = min(deed.due_ms, self._now_ms + self._jitter(FIRST_RETRY_MS))
        self._up, self._skew_ms = True, skew_ms
        log.info("station_back skew_ms=%d", skew_ms)
        self._report(StationBack(skew_ms))


class StationHttp(StationDriver):
    """The driver on real lanes: two threads that begin at once. `token` was given at enrolment; `wall_ms`, `mono_ms` are read
    from the workers' threads."""

    def __init__(
        self,
        base_url: str,
        machine: str,
        token: str,
        report: Report,
        *,
        epoch: str,
        software: str,
        wall_ms: Callable[[], int],
        mono_ms: Callable[[], int],
        jitter: Callable[[int], int],
        probe_up_ms: int = PROBE_UP_MS,
    ) -> None:
        lanes = ThreadLanes(base_url, token, wall_ms, mono_ms)
        super().__init__(machine, report, lanes, epoch=epoch, software=software, jitter=jitter, probe_up_ms=probe_up_ms)
