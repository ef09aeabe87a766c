"""What POLL and POLL WITH ACK are answered: events, then what the mechanism does now (essp sheet, sections 6, 8 and 9).

POLL WITH ACK tells each event until EVENT ACK comes; decided here: not beyond a loss of power, and what only stands (that a
note is read, held, moving, stuck) is no such event.
"""

from __future__ import annotations

from simulator.devices.essp.body import Body
from simulator.devices.essp.codes import Event
from simulator.devices.essp.state import News, State

MOST_EVENTS = 40
"""In one answer; the others come with the next one."""

STANDING = {
    State.BOX_OUT: Event.DISABLED,
    State.BOX_FULL: Event.FULL,
    State.STACKING: Event.STACKING,
    State.REJECTING: Event.REJECTING,
    State.JAM_VALIDATOR: Event.JAM_IN_REACH,
    State.JAM_CASSETTE: Event.JAM_SAFE,
    State.FAILURE: Event.PATH_OPEN,
}
"""What is told as long as it is so."""


class Teller:
    def __init__(self, body: Body) -> None:
        self._body = body
        self.forget()

    def forget(self) -> None:
        self._shown = 0  # so many events, the oldest ones, wait for EVENT ACK

    def answer(self, now_ms: int, with_ack: bool) -> bytes:
        """Everything that is new. A held note that was told of before is accepted by this question."""
        self._body.polled(now_ms)
        return self._events(with_ack) + self._standing(with_ack)

    def acknowledge(self) -> bool:
        """False when nothing waits for it."""
        waited, self._shown = self._shown, 0
        for _ in range(waited):
            self._body.events.popleft()
        return waited > 0

    def _events(self, with_ack: bool) -> bytes:
        events, kept, told = self._body.events, list[News](), b""
        for _ in range(min(len(events), MOST_EVENTS)):
            news = events.popleft()
            told += news.told()
            if news.what is Event.CREDIT:
                self._body.credit_told()
            if with_ack:
                kept.append(news)
        events.extendleft(reversed(kept))
        self._shown = len(kept)
        return told

    def _standing(self, with_ack: bool) -> bytes:
        body = self._body
        if body.state is State.ACCEPTING:
            return News(Event.READ).told()
        if body.state is State.ESCROW:
            if body.told:
                return b""
            body.told = True
            return News(Event.TICKET_VALID if body.ticket else Event.READ, body.channel).told()
        if body.state is State.INITIALIZE:
            return bytes([Event.INITIALISING if with_ack else Event.DISABLED])
        if body.state is State.DISABLED:
            return bytes([Event.ALL_INHIBITED if body.enabled else Event.DISABLED])
        return bytes([STANDING[body.state]]) if body.state in STANDING else b""
