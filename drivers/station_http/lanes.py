"""The ways to the station computer: one for the sale and the journey, one for everything that can wait (decision 18), and one
for the call that waits at the station until there is news; it would keep the others waiting.

`Lanes` is what the driver asks for. Real ones are worker threads with a connection each and one mailbox, the third begun when
it is needed; a simulated world brings its own, in virtual time.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, unique
from typing import Protocol

from drivers.link.http_line import NoAnswer
from drivers.link.worker import Mailbox, Worker
from drivers.station_http.calls import Call
from drivers.station_http.outcome import Outcome, unanswered, understand
from drivers.station_http.transport import Transport


@unique
class Lane(Enum):
    SALE = "station-sale"
    BACKGROUND = "station-background"
    INBOX = "station-inbox"


class Lanes(Protocol):
    """Calls of a lane go one after the other. Each ends as one Outcome in `drain`, unless it was forgotten before."""

    on_wire: Callable[[str, bool], None]
    """Told when a call leaves (True) and when its answer is there (False), or will never be; for traces."""

    def submit(self, lane: Lane, call: Call, token: str = "") -> None:
        """Make `call` after what was submitted to `lane` before; `token` names it for `forget`."""
        ...

    def forget(self, lane: Lane, token: str) -> None:
        """Nobody waits for calls of that token any more: those not begun are dropped, the running one's outcome too."""
        ...

    def fileno(self) -> int:
        """Readable while outcomes wait."""
        ...

    def drain(self) -> list[Outcome]:
        """Outcomes since the last call, in the order in which they came; never waits."""
        ...

    def close(self, timeout_s: float) -> None:
        """Drop what waits; a call under way is given its time."""
        ...


class ThreadLanes:
    """Real lanes. `wall_ms`, `mono_ms` are read from the workers' threads."""

    def __init__(self, base_url: str, token: str, wall_ms: Callable[[], int], mono_ms: Callable[[], int]) -> None:
        self._wall_ms = wall_ms
        self._mailbox: Mailbox[Outcome] = Mailbox()
        self._workers: dict[Lane, Worker[Outcome]] = {}
        for lane in (Lane.SALE, Lane.BACKGROUND):
            self._workers[lane] = Worker(lane.value, self._mailbox)
        self.transports = {lane: Transport(base_url, token, mono_ms) for lane in Lane}
        self.on_wire: Callable[[str, bool], None] = lambda call, out: None

    def submit(self, lane: Lane, call: Call, token: str = "") -> None:
        transport = self.transports[lane]

        def work() -> Outcome:
            sent_ms = self._wall_ms()
            self.on_wire(call.name, True)
            try:
                answer = transport.exchange(call)
            finally:
                self.on_wire(call.name, False)
            return understand(call, answer, sent_ms, self._wall_ms())

        def on_error(error: Exception) -> Outcome:
            return unanswered(call, str(error) if isinstance(error, NoAnswer) else type(error).__name__)

        if lane not in self._workers:
            self._workers[lane] = Worker(lane.value, self._mailbox)
        self._workers[lane].submit(work, on_error, token)

    def forget(self, lane: Lane, token: str) -> None:
        if lane in self._workers:
            self._workers[lane].forget(token)

    def fileno(self) -> int:
        return self._mailbox.fileno()

    def drain(self) -> list[Outcome]:
        return self._mailbox.drain()

    def close(self, timeout_s: float) -> None:
        for lane, worker in self._workers.items():
            worker.close(0 if lane is Lane.INBOX else timeout_s)  # it waits for what nobody wants any more
        for lane, transport in self.transports.items():
            if lane is not Lane.INBOX:
                transport.close()
        self._mailbox.close()
