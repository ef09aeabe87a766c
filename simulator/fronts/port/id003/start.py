"""A start of an ID-003 unit as a host goes through it: which command comes next, and what was told of the time before.

Source: id003 sheet, sections 6, 8 and 9.1; reliability notes 3 (P). A note in escrow goes back, what moves is waited for, and
only a unit that was without power is reset.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

from simulator.devices.id003 import codes
from simulator.devices.id003.codes import State
from simulator.fronts.port.acceptor_link import Heard

STOPPED = frozenset({State.BOX_FULL, State.BOX_OUT, State.JAM_ACCEPTOR, State.JAM_STACKER, State.FAILURE})
IN_ESCROW = frozenset({State.ESCROW, State.HOLDING})
PASSING = frozenset(
    {
        State.ACCEPTING,
        State.STACKING,
        State.VEND_VALID,
        State.STACKED,
        State.REJECTING,
        State.RETURNING,
        State.PAUSE,
    }
)
TAKES_SETTINGS = frozenset({State.INITIALIZE, State.DISABLED})
MOST_AT_REST = 300  # statuses while something moves by itself
BETWEEN_ORDERS = 30
TRIES = 3

POSITIONS: dict[int, str] = {
    State.POWER_UP_IN_ACCEPTOR: "path",
    State.POWER_UP_IN_STACKER: "stacker",
    State.ACCEPTING: "path",
    State.ESCROW: "escrow",
    State.HOLDING: "escrow",
    State.STACKING: "stacker",
    State.VEND_VALID: "stacker",
    State.STACKED: "stacker",
    State.REJECTING: "path",
    State.RETURNING: "path",
    State.JAM_ACCEPTOR: "jam",
    State.JAM_STACKER: "jam",
    **dict.fromkeys((State.BOX_FULL, State.BOX_OUT, State.PAUSE, State.CHEATED, State.FAILURE), "unknown"),
}
"""Where a note was, by the first status; after every other status nowhere."""


class Ask(NamedTuple):
    """A command and its data. `patient`: a status of which only another one than the last leads on."""

    command: int
    data: bytes = b""
    patient: bool = False

    @property
    def polls(self) -> bool:
        return self.command == codes.STATUS_REQUEST


POLL, WAIT = Ask(codes.STATUS_REQUEST), Ask(codes.STATUS_REQUEST, patient=True)
NOTHING_ENABLED = Ask(codes.ENABLE, b"\xff\xff")
INHIBIT, OPEN = Ask(codes.INHIBIT, b"\x01"), Ask(codes.INHIBIT, b"\x00")
SETTINGS = (
    NOTHING_ENABLED,
    Ask(codes.SECURITY, bytes(2)),
    Ask(codes.DIRECTION, bytes(1)),
    Ask(codes.OPTION, bytes([codes.POWER_RECOVERY, 0])),
    Ask(codes.COMM_MODE, bytes(1)),
)


def detail(status: bytes) -> int:
    """Denomination, reason or failure; 0 when there is none, or when it is a ticket's number."""
    return status[1] if len(status) == 2 else 0


@dataclass(slots=True)
class Past:
    """What the unit says of the time before. `kind` 0: it did not say which note."""

    position: str = "none"
    kind: int = 0
    credited: bool = False

    @classmethod
    def of(cls, first: bytes) -> Past:
        past = cls(POSITIONS.get(first[0], "none"))
        past.see(first)
        return past

    def see(self, status: bytes) -> None:
        """16 says the same of a note as the 15 before it."""
        code = status[0]
        if self.credited:
            return
        if code == State.ESCROW:
            self.position, self.kind = "escrow", detail(status)
        elif code == State.STACKED:
            self.position, self.credited = "stacker", True
        elif (
            code in (State.POWER_UP_IN_ACCEPTOR, State.POWER_UP_IN_STACKER, State.STACKING)
            or POSITIONS.get(code) == "jam"
        ):
            self.position = POSITIONS[code]
        elif code in (State.RETURNING, State.REJECTING) and self.position == "stacker":
            self.position = "path"


@dataclass(frozen=True, slots=True)
class Found:
    """`tells_notes`: the currency table was read."""

    version: str
    tells_notes: bool


Course = Generator[Ask, tuple[Heard, bytes], Found | None]
"""Is sent what became of each command; of POLL only a status that is believed."""


def start(first: bytes, past: Past) -> Course:
    """None when nobody whom we know is there."""
    version = yield from _asked(codes.VERSION, past)
    if not version:
        return None
    yield from _asked(codes.BOOT_VERSION, past)
    code, settled, patience, rest = first[0], False, 0, MOST_AT_REST
    while code != State.DISABLED or not settled:
        patience, rest = patience - 1, rest - 1
        settled = settled and code not in codes.POWER_UPS | STOPPED
        if code in TAKES_SETTINGS and not settled:
            told = yield from _settings(past)
            if told is None:
                return None
            settled = told
        elif code == State.IDLING:
            yield INHIBIT
        elif code in TAKES_SETTINGS | STOPPED:
            code, patience = (yield from _status(past, WAIT))[0], 0
            continue
        elif code in PASSING and rest > 0:
            pass
        elif patience <= 0:
            yield Ask(codes.RETURN if code in IN_ESCROW and rest > 0 else codes.RESET)
            patience = BETWEEN_ORDERS
        code = (yield from _status(past))[0]
    table = yield from _asked(codes.CURRENCY_ASSIGN, past)
    return Found(version[1:].decode("ascii").strip(), bool(table))


def _status(past: Past, ask: Ask = POLL) -> Generator[Ask, tuple[Heard, bytes], bytes]:
    _, status = yield ask
    past.see(status)
    return status


def _asked(command: int, past: Past) -> Generator[Ask, tuple[Heard, bytes], bytes]:
    """The answer, nothing when it was asked for in vain."""
    for _ in range(TRIES):
        heard, told = yield Ask(command)
        if heard is Heard.GOOD:
            return told
        yield from _status(past)
    return b""


def _settings(past: Past) -> Generator[Ask, tuple[Heard, bytes], bool | None]:
    """Whether all was said. None: it does not know which notes to refuse, and is no unit of ours."""
    for ask in SETTINGS:
        heard, _ = yield ask
        for _ in range(TRIES):
            if heard is Heard.GOOD:
                break
            if (yield from _status(past))[0] not in TAKES_SETTINGS:
                return False
            heard, _ = yield ask
        if not heard.answered:
            return False
        if heard is Heard.REFUSED and ask is NOTHING_ENABLED:
            return None
    return True
