"""The host's side of a SAM-V reader's line: one command at a time, and what became of it.

Source: io-board sheet, section 4; identity and scanner open points, "Packets". Answers do not say whose they are. So one counts
only in the form its command asks for, and what comes while nothing is asked is dropped. The reader is deaf while it works: nothing
is sent before the answer is there or its time is over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, unique

from drivers.samv.codec import Answer, Command, Damaged, Decoder, encode

GAP_MS = 300
"""No byte for so long: the rest of a packet is not coming."""
LONGEST_MS = 3_000
"""What an answer may take from its first byte, on the slowest line."""


@unique
class Outcome(Enum):
    ANSWERED = "answered"
    DAMAGED = "an answer came, and was hurt on the way"
    SILENT = "no answer"


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of `command`. `data` may be somebody's name and number, so it does not show."""

    command: Command
    outcome: Outcome
    code: int = 0
    answer: Answer = field(default=Answer(0), repr=False)


class Line:
    """`send` when `idle`; `receive` and `poll` answer what came."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._output = bytearray()
        self._command: Command | None = None
        self._limit_ms = self._last_ms = self._byte_ms = 0
        self._hurt = False
        self.understood = False  # a whole packet came since `restart`
        self.strange = False  # bytes came since `restart`

    @property
    def idle(self) -> bool:
        return self._command is None

    def restart(self) -> None:
        self.wipe()
        self._output.clear()
        self._command = None
        self.understood = self.strange = False

    def wipe(self) -> None:
        """Keep no byte of what came."""
        self._decoder.clear()

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    def send(self, command: Command, now_ms: int) -> None:
        """Its reply comes from `receive` or `poll`. Only when `idle`."""
        self._decoder.clear()
        self._command, self._hurt = command, False
        self._limit_ms = now_ms + command.answer_ms
        self._last_ms = self._limit_ms + LONGEST_MS
        self._output += encode(command)

    def receive(self, data: bytes, now_ms: int) -> Reply | None:
        self._byte_ms = now_ms
        self.strange = self.strange or bool(data)
        return self._hear(self._decoder.feed(data))

    def poll(self, now_ms: int) -> Reply | None:
        reply = None
        if self._decoder.inside and now_ms >= self._byte_ms + GAP_MS:
            reply = self._hear(self._decoder.flush())
        if reply is None and self._command is not None and now_ms >= self._until_ms():
            reply = self._end(Outcome.DAMAGED if self._hurt or self._decoder.inside else Outcome.SILENT)
            self._decoder.clear()
        return reply

    def due_ms(self) -> int | None:
        """When something is due; None when nothing is."""
        gap = [self._byte_ms + GAP_MS] if self._decoder.inside else []
        return min([*gap, *([] if self._command is None else [self._until_ms()])], default=None)

    def _until_ms(self) -> int:
        """An answer that has begun may take longer to arrive."""
        if self._decoder.inside:
            return min(max(self._limit_ms, self._byte_ms + GAP_MS), self._last_ms)
        return self._limit_ms

    def _hear(self, found: list[Answer | Damaged]) -> Reply | None:
        """The first packet that can be the answer; after one that was hurt, silence is waited for: more may still be in it."""
        for packet in found:
            if isinstance(packet, Damaged):
                self._hurt = True
                continue
            self.understood = True
            if self._command is not None and self._command.fits(packet):
                return self._end(Outcome.ANSWERED, packet)
        if self._hurt and self._command is not None and not self._decoder.inside:
            return self._end(Outcome.DAMAGED)
        return None

    def _end(self, outcome: Outcome, answer: Answer | None = None) -> Reply:
        command, self._command = self._command, None
        assert command is not None
        return Reply(command, outcome, answer.code if answer else 0, answer or Answer(0))
