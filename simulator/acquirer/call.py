"""One message on its way through the host: who sent it, with which keys, when; and the answer that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from simulator.acquirer.declined import demand
from simulator.acquirer.faults import Behaviour
from simulator.acquirer.fields import Message
from simulator.acquirer.keys import WorkKeys
from simulator.acquirer.ledger import Key, Ledger, Terminal
from simulator.acquirer.profile import Profile

HOST_ZONE = timedelta(hours=8)
PAYMENT_TAILS = {"80": ("", "510", "520")}
TAILS = ("", "500")
"""What may follow batch and network code in field 60 of a payment: the terminal reads chips (5), and how its last reading of
one went, which was not well (1, 2) for a fallback to the stripe and only for that."""


@dataclass(frozen=True, slots=True)
class Call:
    """The message with what the host knows about its sender. `when` is the host's local time."""

    message: Message
    terminal: Terminal
    work: WorkKeys
    when: datetime
    profile: Profile
    ledger: Ledger
    behaviour: Behaviour

    @property
    def amount_fen(self) -> int:
        """Field 4; 0 when it is not there."""
        return int(self.message.get(4) or 0)

    @property
    def trace(self) -> int:
        """Field 11, 1-999999. Raises Declined(30)."""
        trace = int(self.message.get(11) or 0)
        demand(trace > 0, "30", "field 11: no trace")
        return trace

    @property
    def purpose(self) -> str:
        """First two digits of field 60. Raises Declined(30)."""
        demand(len(self.message.get(60)) >= 11, "30", "field 60 is too short")
        return self.message.get(60)[:2]

    @property
    def batch(self) -> int:
        """Batch number in field 60. Raises Declined(30)."""
        return int(self._sixty(2, 8))

    @property
    def network(self) -> str:
        """Network code in field 60, three digits. Raises Declined(30)."""
        return self._sixty(8, 11)

    @property
    def key(self) -> Key:
        return Key(self.terminal.id, self.batch, self.trace)

    @property
    def original(self) -> Key:
        """What field 61 points at. Raises Declined(30)."""
        text = self.message.get(61)
        demand(len(text) in (12, 16), "30", "field 61: no original")
        return Key(self.terminal.id, int(text[:6]), int(text[6:12]))

    @property
    def reference(self) -> str:
        """Field 37 of the answer: the host's time and the trace, 12 digits."""
        return f"{self.when:%H%M%S}{self.message.get(11).rjust(6, '0')}"

    def _sixty(self, begin: int, end: int) -> str:
        demand(len(self.message.get(60)) >= 11, "30", "field 60 is too short")
        return self.message.get(60)[begin:end]

    def demand_payment_shape(self) -> None:
        """What every payment has in common. Raises Declined."""
        message = self.message
        demand(message.get(49) == self.profile.currency, "30", "field 49: another currency")
        demand(self.network == "000", "30", "field 60: no network code belongs there")
        tails = PAYMENT_TAILS.get(message.get(22)[:2], TAILS)
        demand(message.get(60)[11:] in tails, "30", "field 60: abilities of another terminal")
        demand(message.get(26) in ("", "12"), "30", "field 26: another longest PIN")
        strange = sorted(set(message.fields) & {12, 13, 15, 32, 39, 44, 48, 54, 62, 63})
        demand(not strange, "30", f"fields that no payment has: {strange}")

    def answer(self, code: str, echo: tuple[int, ...], more: Mapping[int, str] | None = None) -> dict[int, str]:
        """Fields of the answer: time, reference, code, what is repeated from the request, and `more`."""
        kept = {number: self.message.get(number) for number in (*echo, 11, 41, 42) if self.message.get(number)}
        ours = {
            12: f"{self.when:%H%M%S}",
            13: f"{self.when:%m%d}",
            32: self.profile.acquirer,
            37: self.reference,
            39: code,
        }
        return {**kept, **ours, **(more or {})}


def local(now_ms: int) -> datetime:
    """The host's local time; China has one zone and no summer time."""
    return (datetime.fromtimestamp(now_ms / 1_000, UTC) + HOST_ZONE).replace(tzinfo=None)
