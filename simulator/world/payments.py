"""The other side of payments by phone, in virtual time: an honest ledger, and what can go wrong on the way to it.

It stands outside the machine and outlives its power. A payment is opened, paid by a phone that scanned its code, and then
captured or taken back; what was closed or taken back cannot be paid any more, what was never heard of is closed for good when
somebody wants it back. Every deed is idempotent.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.screen import qr

FAULTS = {
    "silent": "nothing arrives there until it is well again; phones still reach it",
    "answer_lost": "the next deed is done, and its answer is lost",
    "slow": "the next answers take long",
    "declined": "the next account has no money",
    "mute": "nothing is said of the next payment but that it is open, until somebody wants it back",
    "unknown": "what became of the next payment cannot be said for a while",
    "late_word": "the next payment is said to be closed, and then it was paid after all",
    "reversal_refused": "the next payment that should go back is kept",
    "paid_twice": "the payer tries to pay the next code twice",
    "lost": "the machine's way there is broken, and it knows",
}
"""Name -> what it does. `silent`, `slow` and `lost` last; the others happen once."""
LASTING = frozenset({"silent", "slow", "lost"})


@dataclass(slots=True)
class Entry:
    """One payment. `state`: open, paid, closed, captured, reversed, kept. `late`: it was said to be closed, and is paid."""

    payment: int
    amount_fen: int
    content: str
    state: str = "open"
    times: int = 0  # how often somebody paid it
    late: bool = False
    mute: bool = False
    moved: bool = False  # something had been paid when it was taken back


@dataclass(slots=True)
class PayDesk:
    """`entries` by number of the payment: what the auditor reads at the end."""

    entries: dict[int, Entry] = field(default_factory=dict)
    faults: set[str] = field(default_factory=set)

    def trouble(self, name: str, on: bool) -> None:
        """Raises ValueError for a trouble that nobody knows."""
        if name not in FAULTS:
            raise ValueError(f"the payment desk has no trouble {name}")
        (self.faults.add if on else self.faults.discard)(name)

    def well(self) -> None:
        self.faults.clear()
        for entry in self.entries.values():
            entry.mute = False

    def once(self, name: str) -> bool:
        """Whether this fault happens now; it is over then."""
        there = name in self.faults
        if there and name not in LASTING:
            self.faults.discard(name)
        return there

    # -- the machine's questions: None is no answer

    def _answered(self) -> bool:
        return not self.once("answer_lost")

    def begin(self, payment: int, amount_fen: int) -> str | None:
        """The content of the code to show."""
        if "silent" in self.faults:
            return None
        entry = self.entries.setdefault(payment, Entry(payment, amount_fen, f"https://pay.test/{payment}/{amount_fen}"))
        entry.mute = self.once("mute")
        return entry.content if self._answered() else None

    def state(self, payment: int) -> str | None:
        """open, paid, closed, captured, reversed, kept; none: never heard of."""
        if "silent" in self.faults:
            return None
        entry = self.entries.get(payment)
        if entry is None:
            return "none"
        return "open" if entry.mute else entry.state

    def close(self, payment: int) -> str | None:
        """Nobody may pay it any more: what it has come to."""
        if "silent" in self.faults:
            return None
        entry = self.entries.get(payment)
        if entry is None:
            entry = self.entries[payment] = Entry(payment, 0, "", "closed")
        if entry.mute:
            return None
        if entry.state == "open":
            entry.state = "closed"
            if self.once("late_word"):
                entry.state, entry.times, entry.late = "paid", 1, True
                return "closed"
        return entry.state if self._answered() else None

    def capture(self, payment: int) -> str | None:
        if "silent" in self.faults:
            return None
        entry = self.entries.get(payment)
        if entry is None or entry.state not in ("paid", "captured"):
            return "refused"
        entry.state = "captured"
        return "done" if self._answered() else None

    def reverse(self, payment: int) -> str | None:
        """done, moved (something had been paid), refused."""
        if "silent" in self.faults:
            return None
        entry = self.entries.setdefault(payment, Entry(payment, 0, "", "closed"))
        if entry.state == "captured" or (entry.state == "paid" and self.once("reversal_refused")):
            entry.state = "captured" if entry.state == "captured" else "kept"
        if entry.state in ("captured", "kept"):
            return "refused" if self._answered() else None
        entry.moved = entry.moved or entry.state == "paid"
        entry.state = "reversed"
        if not self._answered():
            return None
        return "moved" if entry.moved else "done"

    def late_words(self) -> list[int]:
        """Payments that were said to be closed and are paid: told until they are settled."""
        if "silent" in self.faults:
            return []
        return [number for number, entry in self.entries.items() if entry.late and entry.state == "paid"]

    # -- the phone

    def scan(self, code: tuple[str, ...]) -> bool:
        """A phone pays the code that is shown. False: it is none of ours, or cannot be paid any more."""
        entry = next((each for each in self.entries.values() if each.content and qr.rows(each.content) == code), None)
        if entry is None or entry.state != "open":
            return False
        if self.once("declined"):
            entry.state = "closed"
            return True
        self._pay(entry)
        if self.once("paid_twice"):
            self._pay(entry)
        return True

    def _pay(self, entry: Entry) -> None:
        """A code is paid once: what comes again is turned away."""
        if entry.state == "open":
            entry.state, entry.times = "paid", entry.times + 1

    # -- for the audit

    def wrong(self) -> list[str]:
        """Nothing: its books are one state a payment."""
        return []

    def ledger(self) -> dict[int, tuple[str, int, int]]:
        """Number of the payment -> (state, amount in fen, how often it was paid)."""
        return {number: (entry.state, entry.amount_fen, entry.times) for number, entry in self.entries.items()}
