"""The way to the provider: one call after the other, each ends as one outcome. A worker thread, or what virtual time brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.code_pay.calls import Answer, Call
from drivers.code_pay.sealing import BadAnswer, Sealer
from drivers.link.http_line import HttpLine, NoAnswer
from drivers.link.worker import Mailbox, Worker

LONGEST_ANSWER = 16_384
BAD = "bad answer"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call. `answer` None: there is none, and `trouble` says why: `unreachable`, `timeout`, `cut`, `too_long`,
    or `bad answer`: something came that is none."""

    call: Call
    answer: Answer | None = None
    trouble: str = ""


class Lane(Protocol):
    on_wire: Callable[[str, bool], None]
    """Told when a call leaves (True) and when its answer is there (False), or will never be; for traces."""

    def submit(self, call: Call) -> None:
        """Make `call` after those submitted before."""
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


class ThreadLane:
    """The real lane. `sealer` and `mono_ms` are used in the worker's thread."""

    def __init__(self, base_url: str, sealer: Sealer, mono_ms: Callable[[], int]) -> None:
        self._sealer = sealer
        self._line = HttpLine(base_url, mono_ms, LONGEST_ANSWER)
        self._mailbox: Mailbox[Outcome] = Mailbox()
        self._worker = Worker("code-pay", self._mailbox)
        self.on_wire: Callable[[str, bool], None] = lambda call, out: None

    def submit(self, call: Call) -> None:
        def work() -> Outcome:
            self.on_wire(call.name, True)
            try:
                return self._exchange(call)
            finally:
                self.on_wire(call.name, False)

        self._worker.submit(work, lambda error: Outcome(call, trouble=f"{BAD}: {type(error).__name__}"))

    def fileno(self) -> int:
        return self._mailbox.fileno()

    def drain(self) -> list[Outcome]:
        return self._mailbox.drain()

    def close(self, timeout_s: float) -> None:
        self._worker.close(timeout_s)
        self._line.close()
        self._mailbox.close()

    def _exchange(self, call: Call) -> Outcome:
        sealed = self._sealer.seal(call)
        try:
            raw = self._line.exchange("POST", sealed.path, sealed.headers, sealed.content)
            return Outcome(call, self._sealer.open(sealed, raw.status, raw.headers, raw.content))
        except NoAnswer as silence:
            return Outcome(call, trouble=str(silence))
        except BadAnswer:
            self._line.close()  # who says what is no answer is not asked again over the same connection
            return Outcome(call, trouble=BAD)
