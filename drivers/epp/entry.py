"""One PIN entry: from the settings over the keys to the block. Source: pin-pad sheet, section 4.

The start is sent once. Whatever goes wrong afterwards the input is closed, and an outcome is told when the pad said that it is:
then no digit of this entry can come any more. A digit in clear while a PIN is asked for ends it at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, unique
from typing import Literal

from drivers.epp.codec import (
    CAPTURE,
    CLOSE,
    DIGITS,
    FETCH,
    HEX_MODE,
    MASK,
    Code,
    Key,
    entry_settings,
    fetch_command,
    parse_fetched,
    start_command,
)
from drivers.epp.line import Outcome, Reply, Request, short
from kiosk.ports.fact import Fact, Report
from kiosk.ports.pin_pad import (
    BLOCK_BYTES,
    Pan,
    PinBlock,
    PinBypassed,
    PinCancelled,
    PinEntered,
    PinFailed,
    PinOpen,
    PinStars,
    PinTimedOut,
)

PinStyle = Literal["at_start", "at_fetch"]
GUARD_MS = 5_000
NOBODY = Pan("0" * 13)
"""In place of a card number that is not needed any more."""
CLOSE_INPUT = Request("close", CLOSE, urgent=True)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for. `index`: of the PIN key."""

    entry: int
    pan: Pan
    index: int
    format: int
    least: int
    most: int
    limit_s: int


@unique
class Phase(Enum):
    OPENING = "settings, then the start"
    OPEN = "the passenger types"
    FETCHING = "confirmed; asking for the block"
    CLOSING = "over, and the pad is told so"
    OVER = "over"


class Entry:
    """`next` says what to send when the line is idle; `replied`, `key` and `poll` move on. Facts go to `report`."""

    def __init__(self, wish: Wish, style: PinStyle, report: Report) -> None:
        self._wish, self._style, self._report = wish, style, report
        self.number = wish.entry
        self.phase = Phase.OPENING
        self._opening = self._requests()
        self._stars = 0
        self._end: Fact | None = None
        self._block: PinBlock | None = None
        self._limit_ms: int | None = None

    def _requests(self) -> list[Request]:
        """Everything is set anew: a pad that restarted by itself has forgotten it."""
        wish = self._wish
        settings = [HEX_MODE, *entry_settings(wish.least, wish.most, wish.limit_s)]
        account = self._account()
        at_start = self._style == "at_start"
        start = start_command(wish.index, wish.format, wish.most, account) if at_start else CAPTURE
        return [*(Request("set", content) for content in settings), Request("start pin", start, repeatable=False)]

    def _account(self) -> str:
        """What the block is bound to: of format 4 it is the whole number."""
        return self._wish.pan.reveal() if self._wish.format == 4 else self._wish.pan.account()

    # -- out

    def next(self) -> Request | None:
        wish = self._wish
        match self.phase:
            case Phase.OPENING:
                return self._opening[0]
            case Phase.FETCHING:
                whole = fetch_command(wish.index, wish.format, self._account())
                return Request("fetch", FETCH if self._style == "at_start" else whole, short)
            case Phase.CLOSING:
                return CLOSE_INPUT
        return None

    def wake_ms(self) -> int | None:
        return self._limit_ms if self.phase is Phase.OPEN else None

    def take_block(self) -> PinBlock | None:
        block, self._block = self._block, None
        return block

    # -- in

    def replied(self, reply: Reply, now_ms: int) -> None:
        """Reply to the request of `next`."""
        match self.phase:
            case Phase.OPENING:
                self._opened(reply, now_ms)
            case Phase.FETCHING:
                self._fetched(reply)
            case Phase.CLOSING if reply.request is CLOSE_INPUT:
                self._over()

    def _opened(self, reply: Reply, now_ms: int) -> None:
        if reply.outcome is not Outcome.DONE:
            self._close(self._failed(reply))
            return
        del self._opening[0]
        if not self._opening:
            self.phase = Phase.OPEN
            self._limit_ms = now_ms + self._wish.limit_s * 1_000 + GUARD_MS
            self._report(PinOpen(self.number))

    def key(self, byte: int) -> None:
        """A key press. While the start waits for its reply, only a digit in clear means something."""
        if byte in DIGITS and self.phase in (Phase.OPENING, Phase.OPEN):
            self.fail("clear")
        if self.phase is not Phase.OPEN:
            return
        match byte:
            case _ if byte == MASK:
                self._show(min(self._stars + 1, self._wish.most))
            case Key.CLEAR:
                self._show(0)
            case Key.ENTER:
                self.phase = Phase.FETCHING
            case Key.CANCEL:
                self._close(PinCancelled(self.number, "passenger"))
            case Key.TIMED_OUT:
                self.timed_out()

    def _show(self, stars: int) -> None:
        if stars != self._stars:
            self._stars = stars
            self._report(PinStars(self.number, stars))

    def _fetched(self, reply: Reply) -> None:
        if reply.outcome is Outcome.REFUSED and reply.code == Code.NOTHING_STORED and not self._stars:
            self._close(PinBypassed(self.number))
            return
        if reply.outcome is not Outcome.DONE:
            self._close(self._failed(reply))
            return
        fetched = parse_fetched(reply.data, BLOCK_BYTES[self._wish.format])
        if fetched is None or not (fetched.digits == 0 or self._wish.least <= fetched.digits <= self._wish.most):
            self._close(PinFailed(self.number, "garbled"))
        elif fetched.digits == 0:
            self._close(PinBypassed(self.number))
        else:
            self._close(PinEntered(self.number, self._wish.format))
            self._block = PinBlock(self._wish.format, fetched.block)

    def _failed(self, reply: Reply) -> Fact:
        if reply.code == Code.TIMED_OUT:
            return PinTimedOut(self.number)
        return PinFailed(self.number, "silent" if reply.outcome is Outcome.SILENT else f"{reply.code:02X}")

    def poll(self, now_ms: int) -> None:
        """The pad's own time limit, and a guard behind it."""
        if self.phase is Phase.OPEN and self._limit_ms is not None and now_ms >= self._limit_ms:
            self.timed_out()

    # -- the end

    def timed_out(self) -> None:
        if self.phase is Phase.OPEN:
            self._close(PinTimedOut(self.number))

    def cancel(self) -> None:
        self._close(PinCancelled(self.number, "machine"))

    def fail(self, reason: str) -> None:
        """Over without a block, even when one is here already; told when the pad is closed."""
        self._end = self._block = None
        self._close(PinFailed(self.number, reason))

    def lost(self, reason: str) -> None:
        """The pad cannot be told any more. A block that is here already is good."""
        if self._end is None:
            self._end = PinFailed(self.number, reason)
        self._over()

    def _close(self, end: Fact) -> None:
        """The first end counts."""
        if self.phase is Phase.OVER:
            return
        self._end = self._end or end
        self.phase = Phase.CLOSING

    def _over(self) -> None:
        if self.phase is not Phase.OVER and self._end is not None:
            self.phase = Phase.OVER
            self._wish = replace(self._wish, pan=NOBODY)
            self._opening.clear()
            self._report(self._end)
