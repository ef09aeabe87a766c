"""Phone codes behind the payment port: the provider's calls go out on one lane, what they come to is told as facts.

One payment at a time; captures and reversals queue behind each other. The provider is asked for its time when nothing else is said,
so that the machine knows before a passenger does whether codes work; that also puts the date of our calls right.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from drivers.code_pay import calls
from drivers.code_pay.begun import Begun, Timing, Wish
from drivers.code_pay.calls import Call
from drivers.code_pay.lane import Lane, Outcome, ThreadLane
from drivers.code_pay.sealing import Sealer
from drivers.code_pay.settled import Capture, Reverse
from drivers.link.link import WithoutLink
from drivers.raised import Raised
from drivers.rising import Rising
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.payment import PaymentDeclined, PaymentStands, PaymentStep

log = logging.getLogger(__name__)
PROBE_UP_MS = 30_000
PROBE_DOWN_MS = 2_000
LOOK_MS = 500
LONGEST_CODE = 128
MODEL, VERSION = "code_pay", "1"


def order_of(key: str, payment: int) -> str:
    """How the provider knows a payment: the sale's key and the payment's number, the same after a restart."""
    return f"{key}.{payment}"


class CodePayDriver(WithoutLink):
    """Implements `kiosk.ports.payment.Payment` for `code`, and for `scan` when a scanner is fitted, whose reads go to `scanned`.

    To the reactor a participant without a link and a channel. Orders are carried out at the next `poll`.
    """

    def __init__(
        self,
        report: Report,
        lane: Lane,
        *,
        merchant: str,
        name: str = "payment",
        scanner: bool = False,
        timing: Timing | None = None,
    ) -> None:
        self.name = name
        self.ways = frozenset({"code", "scan"} if scanner else {"code"})
        self._report, self._lane, self._merchant = report, lane, merchant
        self._timing = timing or Timing()
        self._faults = Raised(name, report)
        self._wishes: list[Wish] = []
        self._numbers = Rising()
        self._cancelled: set[int] = set()
        self._reads: list[str] = []
        self._begun: Begun | None = None
        self._step: PaymentStep | None = None
        self._jobs: list[Capture | Reverse] = []
        self._redated: Call | None = None
        self._ready = self._probing = False
        self._probe_due_ms = 0

    @property
    def on_wire(self) -> Callable[[str, bool], None]:
        """As of the lane: told, in the worker's thread, when a call leaves and when its answer is there."""
        return self._lane.on_wire

    @on_wire.setter
    def on_wire(self, told: Callable[[str, bool], None]) -> None:
        self._lane.on_wire = told

    # -- the port

    @property
    def settles(self) -> bool:
        return False

    def begin(self, payment: int, key: str, amount_fen: int, way: str, language: str, limit_ms: int) -> None:
        if self._numbers.new(payment):
            self._wishes.append(Wish(payment, order_of(key, payment), amount_fen, way, limit_ms))
        else:
            log.error("payment_begun_twice payment=%d", payment)

    def cancel(self, payment: int) -> None:
        self._cancelled.add(payment)

    def capture(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        self._jobs.append(Capture(payment, order_of(key, payment), amount_fen, reference))

    def stands(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        """What was paid is ours until we give it back; whether the provider still says so is asked by `capture`."""
        self._report(PaymentStands(payment))

    def reverse(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        self._cancelled.add(payment)  # if it is still open, its own outcome is due, too
        self._jobs.append(Reverse(payment, order_of(key, payment), amount_fen))

    def scanned(self, text: str) -> None:
        """A code that the machine's scanner read; what nobody waits for, or no code can be, is dropped."""
        if 0 < len(text) <= LONGEST_CODE and text.isascii() and text.isprintable() and " " not in text:
            self._reads.append(text)

    # -- the reactor's side

    def fileno(self) -> int:
        return self._lane.fileno()

    def wants_write(self) -> bool:
        return False

    def on_readable(self, now_ms: int) -> None:
        for outcome in self._lane.drain():
            if not self._dated_anew(outcome):
                self._judge_link(outcome, now_ms)
                self._hear(outcome, now_ms)
        self._work(now_ms)

    def on_writable(self, now_ms: int) -> None:
        """Never asked for."""

    def poll(self, now_ms: int) -> int:
        """Carries orders out and asks what is due."""
        self._work(now_ms)
        if now_ms >= self._probe_due_ms and not (self._probing or self._begun or self._jobs):
            self._probing = True
            self._lane.submit(calls.ask_time())
        if self._begun is not None:
            return min(now_ms + LOOK_MS, max(now_ms, self._begun.wake_ms()))
        return now_ms + LOOK_MS if self._jobs or self._probing else self._probe_due_ms

    def close(self, timeout_s: float = 6.0) -> None:
        """Drops what waits and ends the thread; a call under way is given its time."""
        self._lane.close(timeout_s)

    # -- inside

    def _work(self, now_ms: int) -> None:
        for wish in self._wishes:
            self._start(wish, now_ms)
        self._wishes.clear()
        if self._begun is not None:
            self._go_on(self._begun, now_ms)
        self._cancelled.clear()
        self._reads.clear()
        if self._jobs and self._jobs[0].call is None:
            self._lane.submit(self._jobs[0].begin())

    def _start(self, wish: Wish, now_ms: int) -> None:
        """Nothing was sent for a payment that is refused here: it is declined for certain."""
        if self._begun is not None:
            refused = "other"
        elif wish.way not in self.ways:
            refused = "unsupported"
        elif wish.amount_fen <= 0:
            refused = "amount"
        else:
            self._begun, self._step = Begun(wish, self._timing, now_ms), None
            return
        log.warning("payment_refused payment=%d reason=%s", wish.payment, refused)
        self._report(PaymentDeclined(wish.payment, refused))

    def _go_on(self, begun: Begun, now_ms: int) -> None:
        if begun.wish.payment in self._cancelled:
            begun.end("cancelled", now_ms)
        for text in self._reads:
            if not begun.scanned(text, now_ms):
                log.info("scan_unasked payment=%d", begun.wish.payment)
        if (call := begun.poll(now_ms)) is not None:
            self._lane.submit(call)
        if begun.outcome is not None:
            self._begun = None
            log.info("payment_ended payment=%d result=%s", begun.wish.payment, begun.outcome.result)
            self._report(begun.outcome)
        elif begun.step != self._step:
            self._step = begun.step
            self._report(begun.step)

    def _hear(self, outcome: Outcome, now_ms: int) -> None:
        if outcome.call.name == "time":
            self._probing = False
        elif self._jobs and outcome.call is self._jobs[0].call:
            said: Fact | Call = self._jobs[0].hear(outcome)
            if isinstance(said, Call):
                self._lane.submit(said)
            else:
                self._jobs.pop(0)
                self._report(said)
        elif self._begun is None or not self._begun.hear(outcome, now_ms):
            log.info("answer_unasked call=%s order=%s", outcome.call.name, outcome.call.order)

    def _dated_anew(self, outcome: Outcome) -> bool:
        """A call refused for its date was not carried out; it goes out again at once with the provider's time, once."""
        wrong_date = outcome.answer is not None and outcome.answer.code == "clock"
        if wrong_date and outcome.call is not self._redated:
            self._redated = outcome.call
            self._lane.submit(outcome.call)
            return True
        self._redated = None
        return False

    def _judge_link(self, outcome: Outcome, now_ms: int) -> None:
        trouble = outcome.trouble or (
            "" if outcome.answer is None or outcome.answer.status < 500 else outcome.answer.code
        )
        self._probe_due_ms = now_ms + (PROBE_DOWN_MS if trouble else PROBE_UP_MS)
        self._faults.set(FaultCode.NO_ANSWER, bool(trouble), trouble)
        if trouble:
            self._ready = False  # said anew when it answers again: nobody counts on it meanwhile
        elif not self._ready:
            self._ready = True
            self._report(DeviceReady(self.name, MODEL, VERSION, self._merchant))


class CodePayHttp(CodePayDriver):
    """The driver on a real lane: a thread that begins at once. `key`: 32 bytes both sides know; `wall_ms`, `mono_ms` and `nonce`
    (32 hex digits, never the same again) are asked in the worker's thread. Raises ValueError for a key of another length."""

    def __init__(
        self,
        base_url: str,
        merchant: str,
        key: bytes,
        report: Report,
        *,
        wall_ms: Callable[[], int],
        mono_ms: Callable[[], int],
        nonce: Callable[[], str],
        name: str = "payment",
        scanner: bool = False,
        timing: Timing | None = None,
    ) -> None:
        lane = ThreadLane(base_url, Sealer(merchant, key, wall_ms, nonce), mono_ms)
        super().__init__(report, lane, merchant=merchant, name=name, scanner=scanner, timing=timing)
