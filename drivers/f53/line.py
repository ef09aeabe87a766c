"""The host's side of an F53/F56 line: who speaks, what is acknowledged, what may be said again and what never.

Source: f53 sheet, sections 2, 4 and 10. A message that orders notes and whose DLE ACK is lost is never said again: the unit
may have begun, and says so with a message of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, unique

from drivers.dispensing.exchange import Kind, Reply, Request, Response
from drivers.f53.codec import Command, request_data, response_of
from drivers.f53.frames import Damaged, Decoder, Item, Message, Sign, encode

HANDSHAKE_MS = 5_000
ANSWER_MS = 45_000  # a unit that moves something has 40 s, and then says ENQ up to three times
TRIES = 3
STATUS_MS = TRIES * HANDSHAKE_MS
"""One that moves nothing has its answer at once, and gives up when its ENQ was unheard for so long."""
GAP_MS = 300
MOVING = frozenset({Command.BILL_COUNT, Command.INITIALISE})


@unique
class Phase(Enum):
    IDLE = "nothing is under way"
    ENQ = "we announced a message"
    SENT = "our message is out, its DLE ACK is awaited"
    ANSWER = "the unit works, or its answer is on its way"


class F53Line:
    """`receive` and `poll` answer what became of a command. Signs are queued at once (decision 16)."""

    def __init__(self, now_ms: int) -> None:
        self._decoder = Decoder()
        self._output = bytearray()
        self._request: Request | None = None
        self._phase = Phase.IDLE
        self._tries = self._naks = 0
        self._deadline_ms = self._byte_ms = 0
        self._invited = False  # the unit announced a message, and we said go on
        self._last: Response | None = None
        self._unheard = False  # the message was out and no DLE ACK came
        self.settled = False
        self.heard_ms = now_ms
        self.noise = 0

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    def free_at(self, now_ms: int) -> int:
        if self._phase is Phase.IDLE and not self._invited:
            return now_ms
        return max(now_ms + 1, self._wake_ms())

    def _wake_ms(self) -> int:
        return min(self._deadline_ms, self._byte_ms + GAP_MS) if self._decoder.waiting else self._deadline_ms

    def send(self, request: Request, now_ms: int) -> None:
        self._request, self._tries, self._naks, self._unheard = request, 0, 0, False
        self._announce(now_ms)

    def _announce(self, now_ms: int) -> None:
        self._tries += 1
        self._expect(Phase.ENQ, now_ms + HANDSHAKE_MS)
        self._output += Sign.ENQ.raw

    def _expect(self, phase: Phase, deadline_ms: int) -> None:
        self._phase, self._deadline_ms = phase, deadline_ms

    # -- in

    def receive(self, data: bytes, now_ms: int) -> list[Reply]:
        replies = self._flushed(now_ms)
        items = self._decoder.feed(data)
        self._byte_ms = now_ms
        if not items and not self._decoder.waiting:
            self.noise += len(data)
        return replies + [reply for item in items for reply in self._hear(item, now_ms)]

    def poll(self, now_ms: int) -> list[Reply]:
        replies = self._flushed(now_ms)
        if now_ms < self._deadline_ms:
            return replies
        if self._invited:  # it announced a message that never came
            self._invited = False
            if self._phase is Phase.ENQ:  # counted: a line that gives back what we say announces for ever
                replies += self._not_invited(now_ms)
            elif self._phase is not Phase.IDLE:
                replies += self._give_up()
        elif self._phase is Phase.ENQ:
            replies += self._not_invited(now_ms)
        elif self._phase is Phase.SENT:
            replies += self._not_acknowledged(now_ms)
        elif self._phase is Phase.ANSWER:
            replies += self._give_up()
        return replies

    def _flushed(self, now_ms: int) -> list[Reply]:
        if not self._decoder.waiting or now_ms - self._byte_ms < GAP_MS:
            return []
        return [reply for item in self._decoder.flush() for reply in self._hear(item, now_ms)]

    def _not_invited(self, now_ms: int) -> list[Reply]:
        """Nothing was sent but an announcement: it may be made again, and in the end the unit has heard nothing."""
        assert self._request is not None
        if self._tries < self._request.sends:
            self._announce(now_ms)
            return []
        return [self._end(Kind.REFUSED if self._request.code in MOVING else Kind.NO_ACK)]

    def _not_acknowledged(self, now_ms: int) -> list[Reply]:
        assert self._request is not None
        self._unheard = True
        if self._request.code in MOVING:
            self._expect(Phase.ANSWER, now_ms + ANSWER_MS)  # it may have begun: its answer says so
        elif self._tries < self._request.sends:
            self._announce(now_ms)
        else:
            return [self._end(Kind.NO_ACK)]
        return []

    def _give_up(self) -> list[Reply]:
        return [self._end(Kind.NO_ACK if self._unheard else Kind.LOST)]

    # -- what was heard

    def _hear(self, item: Item, now_ms: int) -> Iterator[Reply]:
        if isinstance(item, Damaged):
            yield from self._damaged(now_ms)
            return
        self.heard_ms, self.noise = now_ms, 0
        if isinstance(item, Message):
            yield from self._message(item, now_ms)
        elif item is Sign.ENQ:
            self._invite(now_ms)
        elif item is Sign.ACK:
            self._acknowledged(now_ms)
        else:
            yield from self._refused(now_ms)

    def _invite(self, now_ms: int) -> None:
        """The unit wants to speak: it goes first, whatever we were about to say (section 2, both want to speak)."""
        self._invited = True
        if self._phase is Phase.SENT:  # it has our message: the ACK was lost, this is its answer
            self._phase = Phase.ANSWER
        self._deadline_ms = now_ms + HANDSHAKE_MS
        self._output += Sign.ACK.raw

    def _acknowledged(self, now_ms: int) -> None:
        request = self._request
        if request is None or self._invited:
            return
        if self._phase is Phase.ENQ:
            self._expect(Phase.SENT, now_ms + HANDSHAKE_MS)
            self._output += encode(request_data(request.code, request.data))
        elif self._phase is Phase.SENT:
            self._expect(Phase.ANSWER, now_ms + self._answer_ms())

    def _answer_ms(self) -> int:
        """From our message to its answer. A STATUS behind an order is answered after it; asked again, both answers are good."""
        return ANSWER_MS if self._request is not None and self._request.code in MOVING else STATUS_MS

    def _refused(self, now_ms: int) -> Iterator[Reply]:
        """DLE NAK: our message came damaged, and nothing of it was begun."""
        request = self._request
        if request is None or self._phase is not Phase.SENT:
            return
        self._naks += 1
        if self._naks >= request.sends:
            yield self._end(Kind.REFUSED)
        else:
            self._announce(now_ms)

    def _damaged(self, now_ms: int) -> Iterator[Reply]:
        if not self._invited:
            self.noise += 1
            return
        self._naks += 1
        self._deadline_ms = now_ms + HANDSHAKE_MS
        if self._naks <= TRIES:
            self._output += Sign.NAK.raw  # the same again
            return
        self._invited = False
        if self._phase is Phase.ANSWER:
            yield self._end(Kind.LOST)

    def _message(self, message: Message, now_ms: int) -> Iterator[Reply]:
        self._output += Sign.ACK.raw
        self._invited = False
        response, request = response_of(message.data), self._request
        if response is None:
            self.noise += len(message.data)
            return
        before, self._last = self._last, response
        ours = request is not None and request.code == response.code
        if ours and self._phase is Phase.ANSWER:
            yield self._end(Kind.DONE, response)
            return
        if not ours and response != before:  # the same again: our DLE ACK was lost. Ours before it was sent: another's
            yield Reply(None, Kind.STRAY, response)
        if self._phase is Phase.ENQ:
            self._announce(now_ms)
        elif self._phase is Phase.ANSWER:
            self._deadline_ms = now_ms + self._answer_ms()

    def _end(self, kind: Kind, response: Response | None = None) -> Reply:
        reply = Reply(self._request, kind, response)
        self._phase, self._request, self._invited = Phase.IDLE, None, False
        self.settled = kind is Kind.DONE
        return reply
