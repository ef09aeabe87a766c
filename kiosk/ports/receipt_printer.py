"""The slip printer: receipts, claim slips, service slips, as pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from kiosk.ports.fact import Fact
from kiosk.ports.ticket_printer import Picture


@dataclass(frozen=True, slots=True)
class SlipPrinted(Fact):
    """The printer confirmed in sequence that everything was printed and cut."""

    kind: ClassVar[str] = "slip!"
    result: ClassVar[str] = "printed"
    slip: str


@dataclass(frozen=True, slots=True)
class SlipFailed(Fact):
    """Not printed, or not whole, or nobody can say: a slip may be repeated under the same code (decision 48).

    `reason`: paper, cover, cutter, silent, link, other.
    """

    kind: ClassVar[str] = "slip!"
    result: ClassVar[str] = "failed"
    slip: str
    reason: str


class ReceiptPrinter(Protocol):
    width_dots: int

    def print_slip(self, slip: str, picture: Picture) -> None:
        """`slip` names it in the outcome. Outcome: SlipPrinted or SlipFailed."""
        ...
