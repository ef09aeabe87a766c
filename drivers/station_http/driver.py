"""The station computer as the controller sees it: orders go to two worker threads, answers come back as facts.

Sale and journey share one worker, everything that can wait has the other (decision 18). `void` and `printed` are kept and
repeated with full jitter, 1 s to 5 min, until the station answers; what a power cut forgets is queued again from the
journal. The state of the link is judged from every answer, and asked with `GET /v1/time` when nothing else is said.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from drivers.link.link import WithoutLink
from drivers.link.worker import Mailbox, Worker
from drivers.station_http import calls
from drivers.station_http.calls import Answer, Call
from drivers.station_http.transport import NoAnswer, Transport
from kiosk.ports.fact import Fact, Report
from kiosk.ports.station import NetworkKnown, Order, StationBack, StationLost

log = logging.getLogger(__name__)
PROBE_UP_MS = 30_000
PROBE_DOWN_MS = 2_000
FIRST_RETRY_MS = 1_000
LONGEST_RETRY_MS = 300_000
SKEW_NEWS_MS = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call. `fact` None: nothing to say. `trouble` empty: the station answered.
    `skew_ms`: its clock minus ours, None when the answer does not say."""

    call: Call
    fact: Fact | None
    trouble: str = ""
    settled: bool = True
    skew_ms: int | None = None
    etag: str = ""


@dataclass(slots=True)
class Deed:
    """A deed that is repeated until answered. `told`: its first silence was reported."""

    call: Call
    due_ms: int = 0
    tries: int = 0
    under_way: bool = False
    told: bool = False


def understand(call: Call, answer: Answer, sent_ms: int, came_ms: int) -> Outcome:
    """The outcome of an answer; `sent_ms`, `came_ms` in wall time. An answer that breaks the sheet counts as none."""
    try:
        fact = call.hear(answer)
    except (ValueError, KeyError, TypeError) as error:
        log.warning("station_answer_unusable call=%s status=%d why=%s", call.name, answer.status, error)
        return Outcome(call, call.silence(str(error)), settled=False)
    if not answer.good and answer.status != 304:
        log.info("station_said_no call=%s status=%d code=%s", call.name, answer.status, answer.code)
    time_ms = answer.body.get("time_ms") if answer.good and type(answer.body) is dict else None
    skew_ms = time_ms - (sent_ms + came_ms) // 2 if type(time_ms) is int else None
    return Outcome(call, fact, skew_ms=skew_ms, etag=answer.etag)


class StationHttp(WithoutLink):
    """Implements `kiosk.ports.station.Station`; to the reactor a participant without a link and a channel.

    `token` was given at enrolment. `wall_ms`, `mono_ms` are read from the workers' threads. `jitter(n)` answers a random
    number 0..n. Nothing in here waits, except `close`.
    """

    name = "station"

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
        self._machine, self._epoch, self._software = machine, epoch, software
        self._report, self._wall_ms, self._jitter = report, wall_ms, jitter
        self._probe_up_ms = probe_up_ms
        self._mailbox: Mailbox[Outcome] = Mailbox()
        self._transports = [Transport(base_url, token, mono_ms) for _ in range(2)]
        self._sale = Worker("station-sale", self._mailbox)
        self._background = Worker("station-background", self._mailbox)
        self._deeds: list[Deed] = []
        self._up: bool | None = None
        self._skew_ms = 0
        self._probe_due_ms = 0
        self._probing = False
        self.on_wire: Callable[[str, bool], None] = lambda call, out: None
        """Told in a worker's thread when a call leaves (out) and when its answer is there; for traces."""
        self._network: NetworkKnown | None = None
        self._etag = ""
        self._now_ms = 0

    # -- the port

    def open_session(self, boot: int, clock_ms: int) -> None:
        self._send(self._background, calls.open_session(self._machine, self._epoch, self._software, boot, clock_ms))

    def ask_network(self) -> None:
        self._send(self._background, calls.ask_network(self._etag, self._network))

    def ask_trains(self, request: int, origin: str, destination: str, date: str, train: str = "") -> None:
        self._sale.forget("trains")  # a passenger who taps through the dates waits for the last one only
        self._send(self._sale, calls.ask_trains(request, origin, destination, date, train), "trains")

    def ask_stops(self, request: int, train: str, date: str) -> None:
        self._send(self._sale, calls.ask_stops(request, train, date))

    def lock(self, sale: str, order: Order) -> None:
        self._send(self._sale, calls.lock(self._machine, sale, order))

    def renew(self, sale: str, note: int) -> None:
        self._send(self._sale, calls.renew(sale, note))

    def release(self, sale: str) -> None:
        self._send(self._sale, calls.release(sale))

    def confirm(self, sale: str, total_fen: int, rounding_fen: int, cash_fen: int) -> None:
        self._send(self._sale, calls.confirm(sale, total_fen, rounding_fen, cash_fen))

    def ask_state(self, sale: str) -> None:
        self._send(self._sale, calls.ask_state(sale))

    def printed(self, sale: str, tickets: Sequence[tuple[int, str, str, str]]) -> None:
        self._keep(calls.printed(sale, tickets))

    def void(self, sale: str, places: Sequence[int] | None, reason: str) -> None:
        self._keep(calls.void(sale, places, reason))

    def send_records(self, epoch: str, first_seq: int, lines: Sequence[str]) -> None:
        self._send(self._background, calls.send_records(self._machine, epoch, first_seq, lines))

    def put_status(self, state_seq: int, status: dict[str, Any]) -> None:
        self._send(self._background, calls.put_status(self._machine, state_seq, status))

    # -- the reactor's side

    def fileno(self) -> int:
        return self._mailbox.fileno()

    def wants_write(self) -> bool:
        return False

    def on_readable(self, now_ms: int) -> None:
        self._now_ms = now_ms
        for outcome in self._mailbox.drain():
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
            self._send(self._background, calls.ask_time())
        dues = [deed.due_ms for deed in self._deeds if not deed.under_way and deed.due_ms > now_ms]
        return min([now_ms + 1_000, *dues])

    def close(self, timeout_s: float = 6.0) -> None:
        """Drops what waits and ends the threads; a call under way is given its time."""
        for worker in (self._sale, self._background):
            worker.close(timeout_s)
        for transport in self._transports:
            transport.close()
        self._mailbox.close()

    # -- inside

    def _send(self, worker: Worker[Outcome], call: Call, token: str = "") -> None:
        transport = self._transports[0 if worker is self._sale else 1]

        def work() -> Outcome:
            sent_ms = self._wall_ms()
            self.on_wire(call.name, True)
            try:
                answer = transport.exchange(call)
            finally:
                self.on_wire(call.name, False)
            return understand(call, answer, sent_ms, self._wall_ms())

        def on_error(error: Exception) -> Outcome:
            trouble = str(error) if isinstance(error, NoAnswer) else type(error).__name__
            return Outcome(call, call.silence(trouble), trouble, settled=False)

        worker.submit(work, on_error, token)

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
                self._send(self._background, deed.call)
            blocked.add(deed.call.sale)

    def _judge_link(self, outcome: Outcome) -> None:
        if outcome.trouble:
            self._probe_due_ms = self._now_ms + PROBE_DOWN_MS
            if self._up is not False:
                self._up = False
                log.warning("station_lost call=%s reason=%s", outcome.call.name, outcome.trouble)
                self._report(StationLost(outcome.trouble))
            return
        if outcome.skew_ms is None:
            if outcome.call.name == "time":
                self._probe_due_ms = self._now_ms + PROBE_DOWN_MS
            elif not self._up:
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
