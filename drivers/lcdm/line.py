"""The host's side of an LCDM line: command, ACK, response, ACK (and EOT); what may be sent again and what never.

Source: lcdm sheet, sections 3, 7 and 9. Knows frames and time, no notes.
"""

from __future__ import annotations

from enum import Enum, unique

from drivers.dispensing.exchange import Kind, Reply, Request, Response
from drivers.lcdm.frames import ACK, EOT, NAK, Control, Damaged, Decoder, Dialect, Item, PerNote

ACK_MS = 550
MOVED_MS = 60_000  # ACK to response of a command that moves notes
ANSWER_MS = 3_000  # of all others; RESET tests its motors for two seconds
EOT_MS = 1_000
AGAIN_MS = 5_000  # after our NAK: the response once more
GAP_MS = 300  # a frame takes 200 ms from first to last byte
BETWEEN_MOVES_MS = 200
NAKS = 3


@unique
class Phase(Enum):
    IDLE = "nothing is under way"
    ACK = "command sent"
    RESPONSE = "command acknowledged"
    EOT = "response acknowledged"


class LcdmLine:
    """`receive` and `poll` answer what became of a command. ACKs are queued at once (decision 16).

    One per opened link: what was under way on the link before is not known to this one.
    """

    def __init__(self, dialect: Dialect, now_ms: int) -> None:
        self._dialect = dialect
        self._decoder = Decoder(dialect)
        self._output = bytearray()
        self._request: Request | None = None
        self._phase = Phase.IDLE
        self._sends = self._naks = 0
        self._deadline_ms = self._quiet_ms = self._byte_ms = 0
        self._again = False
        self._last_response: Response | None = None
        self._may_repeat = False  # our ACK to it may have been lost
        self.settled = False  # the last exchange was heard to its end
        self.heard_ms = now_ms
        self.noise = 0  # bytes since then that meant nothing

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    def free_at(self, now_ms: int) -> int:
        """When the next command may be sent at the earliest; past `now_ms` while something is outstanding."""
        return self._quiet_ms if self._phase is Phase.IDLE else max(now_ms + 1, self._wake_ms())

    def send(self, request: Request, now_ms: int) -> None:
        self._request, self._sends, self._naks = request, 0, 0
        self._write(now_ms)

    def _write(self, now_ms: int) -> None:
        assert self._request is not None
        self._phase, self._again = Phase.ACK, False
        self._sends += 1
        self._deadline_ms = now_ms + ACK_MS
        self._output += self._dialect.encode(self._request.code, self._request.data)

    def _wake_ms(self) -> int:
        return min(self._deadline_ms, self._byte_ms + GAP_MS) if self._decoder.waiting else self._deadline_ms

    # -- in

    def receive(self, data: bytes, now_ms: int) -> list[Reply]:
        items: list[Item] = []
        if self._decoder.waiting and now_ms - self._byte_ms >= GAP_MS:
            items += self._decoder.flush()
        items += self._decoder.feed(data)
        self._byte_ms = now_ms
        if not items and not self._decoder.waiting:
            self.noise += len(data)
        return [reply for item in items for reply in self._hear(item, now_ms)]

    def poll(self, now_ms: int) -> list[Reply]:
        """Time-outs, and the repeats they ask for."""
        replies = []
        if self._decoder.waiting and now_ms - self._byte_ms >= GAP_MS:
            replies = [reply for item in self._decoder.flush() for reply in self._hear(item, now_ms)]
        if self._phase is Phase.ACK and self._again:
            self._write(now_ms)
        elif self._phase is Phase.EOT and now_ms >= self._deadline_ms:
            self._free(now_ms)
        elif self._phase is Phase.ACK and now_ms >= self._deadline_ms:
            replies += self._unheard(now_ms)
        elif self._phase is Phase.RESPONSE and now_ms >= self._deadline_ms:
            replies.append(self._end(Kind.LOST))
        return replies

    def _unheard(self, now_ms: int) -> list[Reply]:
        assert self._request is not None
        if self._request.code in self._dialect.moving or self._sends >= self._request.sends:
            return [self._end(Kind.NO_ACK)]  # it may have begun: the driver finds out first
        self._write(now_ms)
        return []

    def _hear(self, item: Item, now_ms: int) -> list[Reply]:
        if isinstance(item, Damaged):
            return self._damaged(now_ms)
        if isinstance(item, Control):
            return self._control(item, now_ms)
        self.heard_ms, self.noise = now_ms, 0
        return [] if isinstance(item, PerNote) else self._response(item, now_ms)

    def _control(self, item: Control, now_ms: int) -> list[Reply]:
        assert self._phase is Phase.IDLE or self._request is not None
        request = self._request
        if self._phase is Phase.EOT and item.byte == EOT:
            self.settled, self._may_repeat = True, False
            self._free(now_ms)
        elif self._phase is Phase.ACK and item.byte == ACK and request:
            self._phase = Phase.RESPONSE
            self._deadline_ms = now_ms + (MOVED_MS if request.code in self._dialect.moving else ANSWER_MS)
        elif self._phase is Phase.ACK and item.byte == NAK and request:
            if self._sends >= request.sends:
                return [self._end(Kind.REFUSED)]
            self._again = True
        return []

    def _damaged(self, now_ms: int) -> list[Reply]:
        if self._phase not in (Phase.ACK, Phase.RESPONSE):
            self.noise += 1
            return []
        self._naks += 1
        if self._naks > NAKS:
            return [self._end(Kind.LOST)]
        self._output.append(NAK)
        self._phase, self._deadline_ms = Phase.RESPONSE, now_ms + AGAIN_MS
        return []

    def _response(self, response: Response, now_ms: int) -> list[Reply]:
        self._output.append(ACK)
        repeated = self._may_repeat and response == self._last_response
        if repeated and (self._phase is Phase.EOT or response.code in self._dialect.moving):
            return []  # still the one before
        self._last_response, request = response, self._request
        if self._phase in (Phase.ACK, Phase.RESPONSE) and request and request.code == response.code:
            self._may_repeat = True
            self._await_end(now_ms)
            return [Reply(request, Kind.DONE, response)]
        return [Reply(None, Kind.STRAY, response)]

    def _await_end(self, now_ms: int) -> None:
        """The device's EOT says that our ACK came; without one only the next response does."""
        self.settled = not self._dialect.ends
        if self._dialect.ends:
            self._phase, self._deadline_ms = Phase.EOT, now_ms + EOT_MS
        else:
            self._free(now_ms)

    def _free(self, now_ms: int) -> None:
        moved = self._request is not None and self._request.code in self._dialect.moving
        self._phase, self._request = Phase.IDLE, None
        self._quiet_ms = now_ms + BETWEEN_MOVES_MS if moved else now_ms

    def _end(self, kind: Kind) -> Reply:
        reply = Reply(self._request, kind)
        self.settled = False
        self._phase, self._request = Phase.IDLE, None
        return reply
