"""One coin hopper on a bus: who it is, one order at a time, and what became of it. Sans-I/O; the bus asks its questions for it.

Source: cctalk sheet, sections 6 and 8; docs/decisions/030. DISPENSE is sent once, and only while the counters are those of the
order's record; whatever comes or does not come back, the counters say what happened. It is sent again only when they prove
that it was never heard. The hopper is enabled for the time of an order and never else.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

from drivers.cctalk.codec import ENABLE_CODE, KEY_BYTES, MOST_COINS, Header, Status, next_event, parse_status
from drivers.cctalk.device import ASK_AGAIN_MS, CcTalkDevice, Script, Seat, Step
from drivers.cctalk.judge import IN_FLIGHT, Counters, Hint, Reading, Verdict, counters_of, judge, reason_of, unknown
from drivers.cctalk.line import Kind, Reply, Request
from drivers.dispensing.outcome import Ending
from kiosk.ports.coin_hopper import CoinsPaid, CoinsRefused, CoinsShort, CoinsUncertain
from kiosk.ports.fact import Report

SENDS = 3
"""Of one order that was never heard, for certain."""
WATCH_MS = 2_000
POLL_MS = 100
LATE_COIN_MS = 250
"""Between two equal readings of a hopper at rest, before either is believed."""
DOUBT_MS = 60_000
"""So long after the last reading of an order it is given up: as unknown when coins may have fallen, else as refused."""
STALLED_MS = 100_000
"""No coin for longer than any time-out it can be set to: it is stopped."""


@dataclass(slots=True)
class Deed:
    """An order that moves coins, and how far it got. `open` from the moment on at which coins may fall; `read_ms`: when it was
    last understood since, None before the first look at the clock."""

    order: int
    asked: int
    before: Counters | None
    ours: bool = True  # given in this start, so it may be sent
    open: bool = False
    read_ms: int | None = None
    moved_ms: int | None = None  # when the last coin fell, as far as it was seen
    fallen: int = 0  # at least
    hint: Hint = Hint.NONE
    stopping: bool = False
    stopped: bool = False


class CcTalkHopper(CcTalkDevice):
    """Port of one hopper. `keyed`: a key is fetched before each order and any eight bytes open it; else its serial number does."""

    def __init__(self, seat: Seat, report: Report, *, keyed: bool = False, watch_ms: int = WATCH_MS) -> None:
        super().__init__(seat, report)
        self.value_fen, self.max_coins = seat.value_fen, MOST_COINS
        self._keyed = keyed
        self._watch_ms = watch_ms
        self._idle = False  # in a pause that an order ends
        self._deed: Deed | None = None
        self._restart_wanted = False
        self._told = False  # an order came to its end in this start: nothing is left that a reset would wipe out

    # -- the port

    @property
    def ready(self) -> bool:
        """Identified, its counters read, and nothing under way."""
        return self.found and self._deed is None

    def pay(self, order: int, coins: int) -> None:
        deed = Deed(order, coins, self._reading.counters if self._reading else None)
        if not self.ready or deed.before is None or not 1 <= coins <= self.max_coins:
            self._tell(deed, Verdict(Ending.REFUSED, "other", 0, 0))
            return
        self._begin(deed)

    def settle(self, order: int, coins: int, before: Mapping[str, int]) -> None:
        deed = Deed(order, coins, counters_of(before), ours=False, open=True)
        if self._deed is not None or deed.before is None:
            self._tell(deed, unknown(coins, "other"))
            return
        self._begin(deed)

    def stop(self) -> None:
        if self._deed is not None:
            self._deed.stopping = True

    def restart(self) -> None:
        """A technician has mended it: its latched flags are cleared."""
        self._restart_wanted = True
        self._wake()

    def _begin(self, deed: Deed) -> None:
        self._deed = deed
        self._wake()

    def _wake(self) -> None:
        if self._idle:
            self._due_ms = self._now_ms

    # -- what the bus does with it

    def link_lost(self, why: str, now_ms: int) -> None:
        super().link_lost(why, now_ms)
        if self._deed and not self._deed.open:
            self._end(Verdict(Ending.REFUSED, "other", 0, 0))

    def tick(self, now_ms: int) -> int | None:
        self._now_ms = now_ms
        self._watch_doubt()
        due_ms = super().tick(now_ms)
        if self._deed and self._deed.read_ms is not None:
            limit_ms = self._deed.read_ms + DOUBT_MS
            return limit_ms if due_ms is None else min(due_ms, limit_ms)
        return due_ms

    def _watch_doubt(self) -> None:
        deed = self._deed
        if deed is None:
            return
        if deed.read_ms is None:
            deed.read_ms = self._now_ms
        if self._now_ms - deed.read_ms < DOUBT_MS:
            return
        never_sent = Verdict(Ending.REFUSED, "no answer", 0, 0)
        self._end(unknown(deed.asked, "no answer", deed.fallen) if deed.open else never_sent)
        if self._script is not None:
            self._start()

    # -- scripts

    def _serve(self) -> Script:
        """One order, one restart, or one look."""
        self._idle = False
        if self._deed is not None:
            yield from self._carry_out(self._deed)
            return
        if self._restart_wanted:
            self._restart_wanted = False
            yield from self._reset()
        reading = yield from self._read()
        if reading is None or reading.serial != self.identity.serial:
            self.found = False
            return
        if reading.flags.wants_reset and self._told:
            self._told = False
            yield from self._reset()
            return
        yield from self._look_at_level()
        if self._deed is None and not self._restart_wanted:
            self._idle = True
            yield self._watch_ms

    # -- orders

    def _carry_out(self, deed: Deed) -> Generator[Step, Reply, None]:
        for attempt in range(SENDS):
            if not deed.open:
                refused = yield from self._prepare(deed)
                if refused:
                    self._end(Verdict(Ending.REFUSED, refused, 0, 0))
                    break
                yield from self._dispense(deed)
            verdict = yield from self._find_out(deed)
            if verdict.untaken and not deed.ours and deed.before is not None and not deed.before.event:
                verdict = unknown(deed.asked, "power", 0, IN_FLIGHT)  # at 0 it was before, and a cut leaves it at 0
            if not verdict.untaken or not deed.ours or deed.stopping or attempt == SENDS - 1:
                self._end(verdict)
                break
            deed.open = False
        yield from self._put_away()

    def _prepare(self, deed: Deed) -> Generator[Step, Reply, str]:
        """Why it cannot be sent; empty when it can. What its record says must still be so."""
        reading = yield from self._read()
        if reading is None or reading.status.remaining or reading.counters != deed.before:
            return "other"
        if deed.stopping:
            return "stopped"
        if reading.flags.blocks or (reading.flags.single and deed.asked > 1):
            return reason_of(reading.flags)
        if (yield from self._ask(Header.ENABLE, bytes([ENABLE_CODE]))) is None:
            return "other"
        if self._keyed and (yield from self._ask(Header.KEY)) is None:
            return "other"
        return ""

    def _dispense(self, deed: Deed) -> Generator[Step, Reply, None]:
        """Once. Its answer is a hint, the counters decide."""
        assert deed.before is not None
        opens = bytes(KEY_BYTES) if self._keyed else deed.before.serial.to_bytes(self._serial_bytes, "little")
        deed.open, deed.read_ms, deed.hint = True, self._now_ms, Hint.NONE
        reply = yield Request(self.seat.address, Header.DISPENSE, opens + bytes([deed.asked]))
        if reply.kind is Kind.NAK:
            deed.hint = Hint.REFUSED
        elif reply.kind is Kind.ACK and reply.data in (b"", bytes([next_event(deed.before.event)])):
            deed.hint = Hint.ACCEPTED

    def _find_out(self, deed: Deed) -> Generator[Step, Reply, Verdict]:
        """Until it is at rest, and two looks some time apart say the same: a coin may fall late, an answer may be an old one."""
        assert deed.before is not None
        last: Reading | None = None
        while True:
            data = yield from self._ask(Header.STATUS)
            if data is not None and parse_status(data).remaining:
                last = None
                yield from self._see_running(deed, parse_status(data))
                continue
            reading = (yield from self._read()) if data is not None else None
            if reading is None or reading.status.remaining:
                last = None
                yield ASK_AGAIN_MS
                continue
            deed.read_ms = self._now_ms
            if last == reading:
                return judge(deed.asked, deed.before, reading, deed.hint, deed.stopped)
            last = reading
            yield LATE_COIN_MS

    def _see_running(self, deed: Deed, status: Status) -> Generator[Step, Reply, None]:
        assert deed.before is not None
        ours = status.event == next_event(deed.before.event) and status.remaining + status.paid == deed.asked
        if ours and status.paid >= deed.fallen:
            if deed.moved_ms is None or status.paid > deed.fallen:
                deed.moved_ms = self._now_ms
            deed.hint, deed.fallen, deed.read_ms = Hint.ACCEPTED, status.paid, self._now_ms
            if deed.stopping or self._now_ms - deed.moved_ms >= STALLED_MS:
                unpaid = yield from self._ask(Header.STOP)
                deed.stopped = deed.stopped or unpaid is not None
        yield POLL_MS

    def _put_away(self) -> Generator[Step, Reply, None]:
        """An idle hopper that is enabled takes anybody's orders."""
        yield from self._ask(Header.ENABLE, bytes(1))

    def _end(self, verdict: Verdict) -> None:
        deed, self._deed, self._told = self._deed, None, True
        if deed is not None:
            self._tell(deed, verdict)

    def _tell(self, deed: Deed, verdict: Verdict) -> None:
        order, hopper = deed.order, self.number
        reason = "stopped" if deed.stopped and verdict.reason == "other" else verdict.reason
        match verdict.ending:
            case Ending.FULL:
                self._report(CoinsPaid(order, hopper, verdict.most))
            case Ending.SHORT:
                self._report(CoinsShort(order, hopper, verdict.most, reason))
            case Ending.REFUSED:
                self._report(CoinsRefused(order, hopper, reason))
            case Ending.UNKNOWN:
                self._report(CoinsUncertain(order, hopper, verdict.least, verdict.most, reason))
