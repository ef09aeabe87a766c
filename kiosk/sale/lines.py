"""The lines of a sale's book: each note, ticket, pay order, payment and claim with a state of its own.

State belongs to the note, the ticket, the pay order, never to the sale (reliability notes 3). All amounts in fen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.ports.note_dispenser import Counts
from kiosk.ports.trips import LockedPlace


@dataclass(slots=True)
class NoteLine:
    """`state`: held, moving (stack ordered), ours, returning, returned, jammed, unknown.

    With a bulk escrow also: deposited, keeping (it goes into the box), giving (it comes back), out (it lies at the mouth).
    """

    note: int
    value_fen: int
    state: str


@dataclass(slots=True)
class TicketLine:
    """One place of the order. `state`: waiting, printing, in_tray, presented, taken, retracted, void, unknown.

    `numbers`: what the station gave, first used first; `spent` of them are used up by blanks (at most three).
    """

    place: LockedPlace
    numbers: tuple[str, ...] = ()
    spent: int = 0
    state: str = "waiting"
    keys: list[str] = field(default_factory=list)
    voided: bool = False  # ticket.void is in the journal and the station was told
    maybe_out: bool = False  # it may lie in the slot or be in a hand: no dump makes it void
    dumped: bool = False  # the tray was emptied after it: if it was there, it is in the waste bin

    @property
    def number(self) -> str:
        """The number on the blank asked for last; empty before the first."""
        return self.numbers[self.spent - 1] if self.spent else ""

    def blank_state(self, key: str) -> str:
        """What became of the blank with this key, as the station hears it."""
        if key != self.keys[-1]:
            return "void"  # an earlier blank of this ticket was spoiled
        return {"taken": "delivered", "presented": "delivered"}.get(self.state, self.state)


@dataclass(slots=True)
class PayLine:
    """One order to the dispenser. `state`: asked, out, taken, retracted, unknown, refused. `counts` as the port reports."""

    order: int
    asked: tuple[tuple[int, int], ...]  # (cassette, notes)
    asked_fen: int
    state: str = "asked"
    counts: Counts = ()
    out_fen: int = 0
    uncertain_fen: int = 0
    reason: str = ""  # why it was short or refused
    in_path_fen: int = 0  # at most so much of it may stick in the path, and that is not booked yet


@dataclass(slots=True)
class CoinLine:
    """One order to a hopper. `state`: asked, fell (all), short, refused, unknown. What fell is the passenger's."""

    order: int
    hopper: int
    asked: int
    value_fen: int  # of each coin
    state: str = "asked"
    fell: int = 0  # at least
    reason: str = ""
    doubt_fen: int = 0  # at most so much more fell, and that is not booked yet

    @property
    def asked_fen(self) -> int:
        return self.asked * self.value_fen

    @property
    def out_fen(self) -> int:
        return self.fell * self.value_fen


@dataclass(slots=True)
class ChargeLine:
    """One payment by card or phone. `state`: asked, approved, declined, unknown; lapsed (approved, and after a restart the other
    side does not stand by it); capturing, captured, contested (the other side refuses to capture); reversing, reversed, kept (the
    other side refuses to reverse), stray (approved after it was declined).

    `code` stands on the slip about a reversal that is still open; `slip` of it as of a claim.
    """

    payment: int
    way: str
    amount_fen: int
    state: str = "asked"
    reference: str = ""
    masked: str = ""
    reason: str = ""
    withdrawn: bool = False  # the passenger, or the machine, has given it up; its outcome is still to come
    moved: bool = False  # it went back, and something had been paid
    code: str = ""
    slip: str = "none"


CHARGED = ("approved", "lapsed", "capturing", "captured")
"""States of a payment that pays for tickets."""


@dataclass(slots=True)
class Claim:
    """A debt of the machine (decision 5). `exact` False: at most `amount_fen`, to be settled by counting."""

    code: str
    amount_fen: int
    reason: str
    exact: bool = True
    slip: str = "none"  # none, printing, printed, failed
    booked: bool = False  # its claim.add is in the journal
