"""What every acceptor with one note of escrow and nothing to pay out is to the port, whatever its protocol."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum, unique
from typing import Any, Generic, TypeVar

from drivers.accepting.ledger import Ledger, Order
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report

NOISE_BYTES = 3
Book = TypeVar("Book", bound=Ledger[Any])


@unique
class Phase(Enum):
    """Of the driver, from its link to its device."""

    DOWN = "no link"
    SEARCHING = "nobody has answered yet"
    STARTING = "answers, is not ready"
    WORKING = "ready"


class OneNote(Generic[Book]):
    """Traits, orders, and what a lost link or a silent device means. `hold_ms`: how long a note may stay in escrow, 0 = no
    limit of ours."""

    escrow_depth = 1
    same_note_return = False  # of several notes only the last one
    can_identify_box = False
    bundle_notes = 0
    deposit_fen: Collection[int] = ()

    def __init__(self, name: str, report: Report, escrow: Book, hold_ms: int) -> None:
        self.name = name
        self.hold_ms = hold_ms
        self._report = report
        self._escrow = escrow
        self._faults = Raised(name, report)
        self._phase = Phase.DOWN

    # -- the port

    def stack(self, note: int) -> None:
        self._escrow.order(note, Order.STACK)

    def give_back(self, note: int) -> None:
        self._escrow.order(note, Order.RETURN)

    def keep(self, notes: Sequence[int]) -> None:
        """Bulk escrow only: this unit has none."""

    def return_all(self, notes: Sequence[int]) -> None:
        """Bulk escrow only: this unit has none."""

    @property
    def ready(self) -> bool:
        """Identified and able to work."""
        return self._phase is Phase.WORKING

    # -- the participant

    def link_lost(self, why: str, now_ms: int) -> None:
        self._phase = Phase.DOWN
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        self._faults.set(FaultCode.LINK_LOST, True, why)
        self._escrow.lost()

    # -- parts

    def _down(self, now_ms: int) -> int | None:
        """What `poll` does without a link: a note under way is given up when its time has passed."""
        self._escrow.late(now_ms)
        return now_ms + 1_000 if self._escrow.note else None

    def _unanswered(self, noise: int) -> None:
        """Nobody has answered for too long; `noise`: bytes and frames since then that were none."""
        self._escrow.lost()
        wrong = noise >= NOISE_BYTES or FaultCode.WRONG_DEVICE in self._faults
        self._faults.set(FaultCode.WRONG_DEVICE, wrong, "noise")
        self._faults.set(FaultCode.NO_ANSWER, not wrong)
