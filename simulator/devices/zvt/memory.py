"""What a terminal keeps without power: its numbers, and how far each transaction came (decision page 050)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, unique

from simulator.devices.zvt.codes import MOST_RECEIPT, MOST_TRACE, Code
from simulator.devices.zvt.desk import Key, Kind

KEPT_ENTRIES = 2_000


@unique
class Stage(Enum):
    BEGUN = "nothing was asked of the host"
    ASKED = "the host was asked, and may have booked it"
    BOOKED = "booked; nobody has said yet that the goods are out"
    PART = "the goods are out in part: the rest is to go back"
    KEPT = "booked for good"
    DUE = "to be taken back, and the host has not said that it is"
    REVERSED = "taken back, or barred before it came"
    FAILED = "nothing was booked"


OPEN = (Stage.BEGUN, Stage.ASKED, Stage.BOOKED, Stage.PART, Stage.DUE)


@dataclass(slots=True)
class Entry:
    """One transaction. `kept_fen` is what of it was issued; `card` is field 22 with its digits hidden."""

    key: Key
    receipt: int
    kind: Kind
    amount_fen: int
    stage: Stage = Stage.BEGUN
    code: int = Code.ABORTED
    kept_fen: int = 0
    card: bytes = b""
    expiry: str = ""
    approval: str = ""
    part: Key | None = None
    when: str = "0101000000"
    """MMDDhhmmss by the terminal's own clock."""

    def fail(self, code: int) -> None:
        self.stage, self.code = Stage.FAILED, code


@dataclass(slots=True)
class Memory:
    """`password` and `terminal` are six and eight digits. `closing`: the host was told of an end of day and has not agreed."""

    terminal: str = "20260156"
    password: str = "000000"
    trace: int = 0
    receipt: int = 0
    batch: int = 1
    closing: bool = False
    entries: list[Entry] = field(default_factory=list)

    def next_trace(self) -> int:
        self.trace = self.trace % MOST_TRACE + 1
        return self.trace

    def next_receipt(self) -> int:
        self.receipt = self.receipt % MOST_RECEIPT + 1
        return self.receipt

    def begin(self, kind: Kind, amount_fen: int, when: str) -> Entry:
        """A transaction with numbers of its own."""
        key = Key(self.terminal, self.batch, self.next_trace())
        entry = Entry(key, self.next_receipt(), kind, amount_fen, kept_fen=amount_fen, when=when)
        self.entries.append(entry)
        self._forget_old()
        return entry

    def by_receipt(self, receipt: int) -> Entry | None:
        """The latest one that has this number."""
        return next((entry for entry in reversed(self.entries) if entry.receipt == receipt), None)

    def unsettled(self) -> list[Entry]:
        """What the terminal has to finish by itself."""
        return [entry for entry in self.entries if entry.stage in (Stage.DUE, Stage.PART)]

    def booked_in_batch(self) -> int:
        return sum(entry.stage is Stage.KEPT and entry.key.batch == self.batch for entry in self.entries)

    def power_came_back(self) -> None:
        """What the cut left: not asked is over, what may be booked and was not said to be issued goes back."""
        for entry in self.entries:
            if entry.stage is Stage.BEGUN:
                entry.fail(Code.ABORTED)
            elif entry.stage in (Stage.ASKED, Stage.BOOKED):
                entry.stage = Stage.DUE

    def _forget_old(self) -> None:
        while len(self.entries) > KEPT_ENTRIES and self.entries[0].stage not in OPEN:
            del self.entries[0]
