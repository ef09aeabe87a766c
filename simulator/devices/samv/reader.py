"""The reader on its line: packets in, packets out, one command at a time (io-board sheet, section 4).

The same packets cross a serial line and USB. Decided here (docs/sheets/identity-and-scanner-open-points.md): while a command is
worked on the reader is deaf, and for a while after its power came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.samv import codes
from simulator.devices.samv.card import Card
from simulator.devices.samv.codes import Status
from simulator.devices.samv.faults import FAULTS
from simulator.devices.samv.field import Field
from simulator.devices.samv.sam import Sam, Tell
from simulator.devices.samv.wire import Ear, packet
from simulator.devices.twin import Speeds

BAUD = 115_200
STARTUP_NOMINAL_MS = 800
LATE_MS = 3_000
SLOW_MS, SPLIT_MS = 700, 60
LOST_BYTES, TRUNCATED = 3, 700
TO_EVERYTHING = 0
"""The command that an answer to a damaged packet counts for."""


class SamvReader:
    """Fits `Twin`; `lay` and `lift` are a passenger's hand. Made with power, ready.

    `manners` counts what a rude host did: packets with a wrong check, cut off, sent while the reader worked.
    """

    def __init__(self, speeds: Speeds) -> None:
        self.faults: set[str] = set()
        self.link = LinkFaults(self, late_ms=LATE_MS)
        self.manners: Counter[str] = Counter()
        self._speeds = speeds
        self._field = Field()
        self._sam = Sam(self._field, speeds, lambda: self.faults, self._played)
        self._ear = Ear()
        self._power = True
        self._deaf_until_ms = 0
        self.starts = 0
        """How often it started anew: what it had not said yet was never said."""
        self._later: list[tuple[int, bytes, int | None]] = []

    # -- Twin

    def fault_names(self) -> Mapping[str, str]:
        return {**FAULTS, **LINK_FAULTS}

    def receive(self, data: bytes, now_ms: int) -> None:
        self.poll(now_ms)
        if not self._heeds(now_ms):
            return
        for content in self._ear.feed(data, now_ms):
            if now_ms < self._deaf_until_ms:
                continue
            if self._sam.moving():
                self.manners["spoke_over"] += 1
            elif content is None:
                self.manners["damaged"] += 1
                self._tell(Status.CHECKSUM, b"", TO_EVERYTHING, now_ms)
            else:
                self._hear(content, now_ms)

    def hear(self, content: bytes, tell: Tell, now_ms: int) -> None:
        """One whole command, from a host without packets; `tell` gets its answer, unless it is lost or never comes."""
        self.poll(now_ms)
        if not self._heeds(now_ms):
            return
        if self._sam.moving():
            self.manners["spoke_over"] += 1
        else:
            self._obey(content, tell, now_ms)

    def listens(self, now_ms: int) -> bool:
        """It has power, and its start is over."""
        return self._power and now_ms >= self._deaf_until_ms

    def _heeds(self, now_ms: int) -> bool:
        return self.listens(now_ms) and self.link.understood()

    def poll(self, now_ms: int) -> int | None:
        if not self._power:
            return None
        if self._ear.gave_up(now_ms):
            self.manners["cut_off"] += 1
            self._tell(Status.TIME_OUT, b"", TO_EVERYTHING, now_ms)
        working = self._sam.advance(now_ms)
        self._release(now_ms)
        dues = [working, self._ear.due_ms, self.link.poll(now_ms), *(due_ms for due_ms, _, _ in self._later)]
        return min((due for due in dues if due is not None), default=None)

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        if on == self._power:
            return
        self._power = on
        self._start_again(now_ms)

    def busy(self) -> bool:
        return self._sam.moving()

    # -- hands

    def lay(self, card: Card) -> str | None:
        """A card on the reader: None when it lies there, else why not."""
        return self._field.lay(card)

    def lift(self, card: Card | None = None) -> list[Card]:
        """This card, or all, from the reader; answers what was taken."""
        return self._field.lift(card)

    def cards(self) -> list[Card]:
        """What lies on it."""
        return self._field.cards()

    # -- the line

    def _hear(self, content: bytes, now_ms: int) -> None:
        command, reads = content[0], tuple(content[:2]) in (codes.READ, codes.READ_FINGERPRINTS)

        def done(status: Status, data: bytes, then_ms: int) -> None:
            self._tell(status, data, command, then_ms, reads=reads)

        self._obey(content, done, now_ms)

    def _obey(self, content: bytes, tell: Tell, now_ms: int) -> None:
        command = content[0]
        if not self.link.hears(command):
            return
        if self.link.resets(command):
            self._start_again(now_ms)
            return
        self._sam.obey(content, tell, now_ms)
        self.poll(now_ms)

    def _tell(self, status: Status, data: bytes, command: int, now_ms: int, *, reads: bool = False) -> None:
        answer = self._spoilt(packet(bytes([0, 0, status]) + data), reads)
        slow_ms = SLOW_MS if "slow_answers" in self.faults else 0
        half = len(answer) // 2 if "split_answer" in self.faults else len(answer)
        self._later.append((now_ms + slow_ms, answer[:half], command))
        if answer[half:]:
            self._later.append((now_ms + slow_ms + SPLIT_MS, answer[half:], None))
        self._release(now_ms)

    def _spoilt(self, answer: bytes, reads: bool) -> bytes:
        if self._played("wrong_check_next"):
            answer = answer[:-1] + bytes([answer[-1] ^ 0xFF])
        if self._played("lost_bytes_next"):
            middle = len(answer) // 2
            answer = answer[:middle] + answer[middle + LOST_BYTES :]
        if reads and self._played("truncated_read_next"):
            answer = answer[:TRUNCATED]
        return answer

    def _release(self, now_ms: int) -> None:
        while self._later and self._later[0][0] <= now_ms:
            due_ms, part, command = self._later.pop(0)
            if command is None:  # the rest of an answer
                self.link.say(part)
            else:
                self.link.send(part, due_ms, command)

    def _start_again(self, now_ms: int) -> None:
        """As after a power cut: the field was off, so the cards on it start anew."""
        self.starts += 1
        self.link.clear()
        self._later.clear()
        self._ear.clear()
        self._sam.forget()
        self._field.restart()
        self._deaf_until_ms = now_ms + self._speeds.motion_ms(STARTUP_NOMINAL_MS)

    def _played(self, name: str) -> bool:
        """One-shot switches: playing clears them."""
        if name not in self.faults:
            return False
        self.faults.discard(name)
        return True
