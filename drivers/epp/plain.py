"""Input of digits in clear, for numbers that are no secret. Source: pin-pad sheet, section 10."""

from __future__ import annotations

from drivers.epp.codec import PLAIN, PLAIN_NAMES, Key
from drivers.epp.entry import CLOSE_INPUT, GUARD_MS
from drivers.epp.line import Outcome, Reply, Request
from kiosk.ports.fact import Report
from kiosk.ports.pin_pad import PlainClosed, PlainKey

LIMIT_S = 60
_LIMIT = Request("plain limit", b"52%02X" % LIMIT_S)
_OPEN = Request("plain", PLAIN)


class PlainInput:
    """`next` says what to send to get what is wanted; `open` counts until the pad said that it is closed."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._wanted = self.open = self._limited = self._opening = False
        self._why = "asked"
        self._limit_ms = 0

    def want(self, on: bool, why: str = "asked") -> None:
        if self._wanted and not on:
            self._why = why
            self._wanted = False
            if not self.open and not self._opening:
                self._over(why)
        self._wanted = on

    def next(self) -> Request | None:
        """What is answered is sent."""
        if self._wanted and not self.open:
            self._opening = self._limited
            return _OPEN if self._limited else _LIMIT
        return CLOSE_INPUT if self.open and not self._wanted else None

    def expects(self, request: Request) -> bool:
        """Whether the reply to it belongs here."""
        return request in (_LIMIT, _OPEN) or (request is CLOSE_INPUT and self.open and not self._wanted)

    def replied(self, reply: Reply, now_ms: int) -> None:
        done = reply.outcome is Outcome.DONE
        if reply.request is _LIMIT:
            self._limited = True
        elif reply.request is _OPEN:
            self.open, self._opening = done, False
            self._limit_ms = now_ms + LIMIT_S * 1_000 + GUARD_MS
            if not done:
                self._over("refused" if self._wanted else self._why)
        else:
            self._over(self._why)

    def key(self, byte: int) -> None:
        if not self.open:
            return
        if byte == Key.TIMED_OUT:
            self.want(False, "timed_out")
        elif self._wanted and byte in PLAIN_NAMES:
            self._report(PlainKey(PLAIN_NAMES[byte]))

    def wake_ms(self) -> int | None:
        return self._limit_ms if self.open and self._wanted else None

    def poll(self, now_ms: int) -> None:
        if self.open and self._wanted and now_ms >= self._limit_ms:
            self.want(False, "timed_out")

    def lost(self, why: str) -> None:
        """The pad cannot be told any more."""
        if self.open or self._wanted or self._opening:
            self._over(why)

    def _over(self, why: str) -> None:
        self._wanted = self.open = self._limited = self._opening = False
        self._why = "asked"
        self._report(PlainClosed(why))
