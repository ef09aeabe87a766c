"""From the first SYNC to a disabled, identified unit, and what it said of the time before.

Source: essp sheet, sections 4, 5, 6, 10 and 12 (traps 1, 2 and 5); reliability notes 3. May always be started again. A note
that an earlier life left in escrow would be accepted by the first POLL: it is given back before anything is polled.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

from drivers.essp.codec import PROTOCOL, Command, Setup, parse_counters, parse_setup, parse_text
from drivers.essp.events import Code, Event
from drivers.essp.line import COUNTERS, DISABLE, POLL, POLL_WITH_ACK, REJECT, Kind, Reply, Request
from drivers.essp.sealed import Exchange, Session, number

TAKES_NOTES = (0x00, 0x06, 0x07, 0x0D, 0x0E, 0x0F)
PLAIN_VALIDATOR = 0x00
REST_POLLS = 15  # so many answers without a move: what E1 and E2 tell may come when the note has arrived
PATIENCE_POLLS = 200  # what moves may take a person's hand
OPENS = (Code.READ, Code.STACKING, Code.REJECTING, Code.CREDIT, Code.INITIALISING)
CLOSES = (
    Code.REJECTED,
    Code.STACKED,
    Code.STORED,
    Code.CLEARED_TO_FRONT,
    Code.CLEARED_TO_BOX,
    Code.JAM_IN_REACH,
    Code.JAM_SAFE,
)


@dataclass(slots=True)
class Past:
    """What the unit says of the time before this start. `channel` 0: it did not say which note."""

    position: str = "none"
    channel: int = 0
    credited: bool = False
    moving: bool = False  # something was begun whose end has not been said
    in_escrow: bool = False  # it was said to lie there, and has not been told to go back
    rest: int = 0  # answers in a row that told of no move

    def answer(self, events: list[Event]) -> None:
        """All events of one answer."""
        moves = [event for event in events if event.code in OPENS + CLOSES or event.code == Code.SLAVE_RESET]
        self.rest = 0 if moves else self.rest + 1
        for event in events:
            self._see(event)

    def _see(self, event: Event) -> None:
        code = event.code
        if code in OPENS:
            self.moving = True
        elif code in CLOSES or code == Code.SLAVE_RESET:
            self.moving = False
        self.in_escrow = (
            code == Code.TICKET
            or (code == Code.READ and bool(event.channel))
            or (self.in_escrow and code not in CLOSES)
        )
        if self.credited:
            return  # the last thing there is to tell, until a note of this life
        if code in (Code.STACKED, Code.STORED, Code.CLEARED_TO_BOX, Code.PAID_IN_AT_POWER_UP):
            self.position, self.credited = "stacker", True
        elif code in (Code.STACKING, Code.CREDIT):
            self.position = "stacker"
        elif code in (Code.REJECTING, Code.REJECTED, Code.CLEARED_TO_FRONT):
            self.position = "escrow" if self.position == "escrow" else "path"
        elif code in (Code.JAM_IN_REACH, Code.JAM_SAFE):
            self.position = "jam"
        elif code == Code.READ:
            self.position = "escrow" if event.channel else "path"
        self.channel = event.channel or (0 if code == Code.READ else self.channel)

    @property
    def at_rest(self) -> bool:
        return self.rest >= (PATIENCE_POLLS if self.moving else REST_POLLS)

    def sent_back(self) -> None:
        """The unit obeyed a REJECT, so a note was in escrow."""
        self.moving, self.in_escrow, self.rest = True, False, 0
        if not self.credited:
            self.position = "escrow"


@dataclass(frozen=True, slots=True)
class Found:
    """A unit that can work. `stacked` None: it does not count, or nobody knows what."""

    setup: Setup
    firmware: str
    dataset: str
    serial: str
    acknowledges: bool
    stacked: int | None


Steps = Generator[Request, Reply, Found | None]


def look() -> Steps:
    """Only asks: nothing moves, and no event is taken away from who reads it later. None: no acceptor, or none we can talk to."""
    if (yield Request(Command.HOST_PROTOCOL, bytes([PROTOCOL]))).kind is not Kind.DONE:
        return None
    reply = yield Request(Command.SETUP)
    setup = parse_setup(reply.data) if reply.kind is Kind.DONE else None
    if setup is None or setup.protocol < PROTOCOL or setup.unit_type not in TAKES_NOTES:
        return None
    firmware = parse_text((yield Request(Command.FIRMWARE)).data)
    dataset = parse_text((yield Request(Command.DATASET)).data)
    reply = yield Request(Command.SERIAL_NUMBER)
    serial = str(int.from_bytes(reply.data, "big")) if reply.kind is Kind.DONE and len(reply.data) == 4 else ""
    stacked = stacked_in((yield COUNTERS), setup)
    return Found(setup, firmware or setup.firmware, dataset, serial, False, stacked)


def start_up(past: Past, exchange: Exchange | None, secure: Callable[[Session], None]) -> Steps:
    """Yields requests, is sent their replies; answers None when nobody we know is there.

    `exchange` None: nothing is encrypted. `secure` is told the session from which everything is.
    """
    found = yield from look()
    if found is None:
        return None
    yield DISABLE
    yield from _reject(past)
    asks = POLL
    if exchange and (session := (yield from _keys(exchange))):
        secure(session)
        asks = POLL if (yield POLL_WITH_ACK).kind is Kind.REFUSED else POLL_WITH_ACK
    while not past.at_rest:
        if past.in_escrow:
            yield from _reject(past)
            past.in_escrow = False
        yield asks
    stacked = stacked_in((yield COUNTERS), found.setup)
    return replace(found, acknowledges=asks is POLL_WITH_ACK, stacked=stacked)


def stacked_in(reply: Reply, setup: Setup) -> int | None:
    """The counter of stacked notes. A unit with a store has other ways for a note, so of it none is believed."""
    counters = parse_counters(reply.data) if reply.kind is Kind.DONE else ()
    return counters[0] if counters and setup.unit_type == PLAIN_VALIDATOR else None


def _reject(past: Past) -> Generator[Request, Reply, None]:
    if (yield REJECT).kind is Kind.DONE:
        past.sent_back()


def _keys(exchange: Exchange) -> Generator[Request, Reply, Session | None]:
    """None: the unit does not encrypt."""
    for code, value in ((Command.SET_GENERATOR, exchange.generator), (Command.SET_MODULUS, exchange.modulus)):
        if (yield Request(code, number(value))).kind is not Kind.DONE:
            return None
    reply = yield Request(Command.KEY_EXCHANGE, number(exchange.value))
    return exchange.agreed(reply.data) if reply.kind is Kind.DONE else None
