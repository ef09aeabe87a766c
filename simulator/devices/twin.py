"""What every simulated device is: bytes in, bytes out, and a body that obeys physics and a menu of faults.

A twin is written from the maker's sheet by somebody who has not read our driver. It never reads a clock: time comes in as
`now_ms` (real milliseconds of the link). Motion is slow by `Speeds`; link limits (inter-byte gaps, escrow time-outs) are not
scaled. The same twin serves a pty, an in-memory wire and the lab.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Speeds:
    """How long matter takes to move. `rate` 10 makes all of it ten times faster, 0 moves everything at once.

    Defaults are the figures of the specification: 2 s a note in (TVM-037), 4.5 s a ticket (TVM-034), 4 notes/s out (TVM-040).
    """

    note_in_ms: int = 2_000
    ticket_ms: int = 4_500
    notes_out_per_s: float = 4.0
    flap_ms: int = 300
    slip_ms: int = 1_500
    rate: float = 1.0

    def motion_ms(self, nominal_ms: float) -> int:
        """Real milliseconds that a motion of `nominal_ms` takes at this rate; 0 when the rate is 0 (instant)."""
        return round(nominal_ms / self.rate) if self.rate > 0 else 0


class Twin(Protocol):
    """One simulated device. Not thread-safe; one loop owns it."""

    faults: set[str]
    """Names of the faults that are switched on now; a subset of `fault_names()`."""

    def fault_names(self) -> Mapping[str, str]:
        """Every fault this twin can play: name -> one English sentence for the fault menu."""
        ...

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the host, in pieces of any size."""
        ...

    def poll(self, now_ms: int) -> int | None:
        """Do what is due by `now_ms`; answer when to be asked again (absolute ms), None when nothing is under way."""
        ...

    def take_output(self) -> bytes:
        """Bytes for the host since the last call."""
        ...

    def power(self, on: bool, now_ms: int) -> None:
        """Mains of this device. Off drops volatile state and pending output; matter stays where it is."""
        ...

    def busy(self) -> bool:
        """True while matter is moving: the report counts such time as the device's."""
        ...
