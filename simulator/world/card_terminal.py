"""A certified terminal as one of the things of a simulated world, and its ledger in the words of the payment desk (`payments.py`).

The twin is its physics: it joins a world by its bytes alone, as every twin does (`byte_level.TwinHost`). There is no front that
skips them, for what matters here is the answer to the result, and that is a byte. Told by trace: no terminal knows the number of
a payment.
"""

from __future__ import annotations

from simulator.acquirer.ledger import Key, State
from simulator.acquirer.terminal_desk import TerminalDesk
from simulator.devices.matter import Card, Matter
from simulator.devices.twin import Speeds
from simulator.devices.zvt import Entry, Stage, Way, ZvtTerminal

WORDS = {
    Stage.BEGUN: "open", Stage.ASKED: "open", Stage.BOOKED: "paid", Stage.DUE: "paid", Stage.PART: "captured",
    Stage.KEPT: "captured", Stage.REVERSED: "reversed", Stage.FAILED: "closed",
}  # fmt: skip
UNPAID = (State.DECLINED, State.BARRED)


class CardTerminal:
    """`twin` is what a wire is joined to. Its bank outlives its power and the machine's."""

    def __init__(self, matter: Matter, speeds: Speeds, way: Way = Way.TCP) -> None:
        self.desk = TerminalDesk()
        self.twin = ZvtTerminal(matter, speeds, self.desk, way=way)
        self._matter = matter

    def trouble(self, name: str, on: bool) -> None:
        """Raises ValueError for a trouble that nobody knows."""
        if name not in self.twin.fault_names():
            raise ValueError(f"the terminal has no trouble {name}")
        (self.twin.faults.add if on else self.twin.faults.discard)(name)

    def well(self) -> None:
        self.twin.faults.clear()

    def hands(self, card: Card, pin: str, now_ms: int) -> bool:
        """Do the next thing that the terminal asks of whoever holds the card; False when it asks nothing."""
        twin = self.twin
        if twin.asks_for_pin:
            for key in (*pin, "enter"):
                twin.press(key, now_ms)
        elif twin.sticks_out is card:
            twin.take(now_ms)
        elif twin.wants_card and self._matter.where(card).name == "hand":
            twin.insert(card, now_ms)
        else:
            return False
        return True

    # -- for the audit

    def ledger(self) -> dict[int, tuple[str, int, int]]:
        """Trace -> (state, amount in fen that is or was paid, how often it was booked)."""
        return {entry.key.trace: self._told(entry) for entry in self.twin.memory.entries}

    def _told(self, entry: Entry) -> tuple[str, int, int]:
        booking = self.desk.ledger.booking(Key(*entry.key))
        booked = booking is not None and booking.state not in UNPAID
        return WORDS[entry.stage], entry.kept_fen, int(booked)

    def wrong(self) -> list[str]:
        """Where terminal and bank do not agree; empty when all is right and nothing is under way."""
        told = list(self.desk.ledger.wrong())
        for entry in self.twin.memory.entries:
            sign = 1 if entry.kind.name == "PURCHASE" else -1
            expected_fen = sign * entry.kept_fen if entry.stage is Stage.KEPT else 0
            booking = self.desk.ledger.booking(Key(*entry.key))
            given_fen = sum(each.moved_fen for each in self.desk.ledger.followers(Key(*entry.key)))
            booked_fen = (booking.moved_fen if booking is not None else 0) + given_fen
            if booked_fen != expected_fen:
                told.append(
                    f"trace {entry.key.trace}: {entry.stage.name}, booked_fen={booked_fen} expected_fen={expected_fen}"
                )
        return told
