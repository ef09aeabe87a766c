"""A start of an eSSP unit as a host goes through it: which command comes next, and what was told of the time before.

Source: essp sheet, sections 4, 5, 6, 10 and 12 (traps 1, 2, 5); reliability notes 3. A note that an earlier life left in escrow
would be accepted by the first POLL, so it is given back before anything is polled.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from simulator.devices.essp.codes import Command, Event
from simulator.fronts.port.essp.line import COUNTERS, DISABLE, POLL, POLL_WITH_ACK, REJECT, Ask, Kind, Reply
from simulator.fronts.port.essp.told import Word, stacked_in

PROTOCOL = 6
AT_REST, PATIENCE = 15, 200  # answers without a move: when nothing was begun, and when something was
BEGINS = frozenset({Event.READ, Event.STACKING, Event.REJECTING, Event.CREDIT, Event.INITIALISING})
ENDS = frozenset(
    {
        Event.REJECTED,
        Event.STACKED,
        Event.GIVEN_BACK,
        Event.INTO_BOX,
        Event.JAM_IN_REACH,
        Event.JAM_SAFE,
    }
)
GENERATOR, MODULUS, SHARE = 7, 5, 2
"""Two primes and a value: whoever needs no bytes needs no secret."""
PLACES = {
    Event.STACKING: "stacker",
    Event.CREDIT: "stacker",
    Event.JAM_IN_REACH: "jam",
    Event.JAM_SAFE: "jam",
}
BACK = frozenset({Event.REJECTING, Event.REJECTED, Event.GIVEN_BACK})


@dataclass(slots=True)
class Past:
    """What the unit says of the time before. `channel` 0: it did not say which note."""

    position: str = "none"
    channel: int = 0
    credited: bool = False
    moving: bool = False
    in_escrow: bool = False
    rest: int = 0  # answers in a row that told of no move

    def answer(self, words: list[Word]) -> None:
        moves = any(word.code in BEGINS | ENDS or word.code == Event.RESET for word in words)
        self.rest = 0 if moves else self.rest + 1
        for word in words:
            self._see(word)

    def _see(self, word: Word) -> None:
        code = word.code
        if code in BEGINS:
            self.moving = True
        elif code in ENDS or code == Event.RESET:
            self.moving = False
        read = code == Event.READ and bool(word.channel)
        self.in_escrow = code == Event.TICKET_VALID or read or (self.in_escrow and code not in ENDS)
        if self.credited:
            return
        if code in (Event.STACKED, Event.INTO_BOX):
            self.position, self.credited = "stacker", True
        elif code in BACK:
            self.position = "escrow" if self.position == "escrow" else "path"
        elif code == Event.READ:
            self.position = "escrow" if word.channel else "path"
        elif code in PLACES:
            self.position = PLACES[Event(code)]
        self.channel = word.channel or (0 if code == Event.READ else self.channel)

    @property
    def at_rest(self) -> bool:
        return self.rest >= (PATIENCE if self.moving else AT_REST)

    def sent_back(self) -> None:
        """REJECT was obeyed, so a note was in escrow."""
        self.moving, self.in_escrow, self.rest = True, False, 0
        if not self.credited:
            self.position = "escrow"


@dataclass(frozen=True, slots=True)
class Found:
    firmware: str
    serial: str
    acknowledges: bool
    stacked: int | None


Course = Generator[Ask, Reply, Found | None]


def start(past: Past, seals: bool, secure: Callable[[], None]) -> Course:
    """None when nobody whom we know is there. `secure` is called when keys are agreed."""
    if (yield Ask(Command.PROTOCOL, bytes([PROTOCOL]))).kind is not Kind.DONE:
        return None
    setup = yield Ask(Command.SETUP)
    if setup.kind is not Kind.DONE:
        return None
    firmware = _text((yield Ask(Command.FIRMWARE)).data) or _text(setup.data[1:5])
    yield Ask(Command.DATASET)
    told = yield Ask(Command.SERIAL)
    serial = str(int.from_bytes(told.data, "big")) if told.kind is Kind.DONE else ""
    yield COUNTERS
    yield DISABLE
    yield from _reject(past)
    asks = POLL
    if seals and (yield from _keys()):
        secure()
        asks = POLL if (yield POLL_WITH_ACK).kind is Kind.REFUSED else POLL_WITH_ACK
    while not past.at_rest:
        if past.in_escrow:
            yield from _reject(past)
            past.in_escrow = False
        yield asks
    return Found(firmware, serial, asks is POLL_WITH_ACK, counted((yield COUNTERS)))


def counted(reply: Reply) -> int | None:
    return stacked_in(reply.data) if reply.kind is Kind.DONE else None


def _text(data: bytes) -> str:
    return data.rstrip(b"\0").decode("ascii").strip()


def _reject(past: Past) -> Generator[Ask, Reply, None]:
    if (yield REJECT).kind is Kind.DONE:
        past.sent_back()


def _keys() -> Generator[Ask, Reply, bool]:
    for command, number in ((Command.GENERATOR, GENERATOR), (Command.MODULUS, MODULUS), (Command.EXCHANGE, SHARE)):
        if (yield Ask(command, number.to_bytes(8, "little"))).kind is not Kind.DONE:
            return False
    return True
