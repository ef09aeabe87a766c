"""What the dispenser paid, by the journal: cassettes, tray, reject and retract bin, and the bounds of what is unknown.

A payment nobody can tell of is a doubt at each place where its notes may lie; looking there ends it (decision 019).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from simulator.audit.cases import PayTrack
from simulator.audit.paper import PaperBooks
from simulator.audit.pays import PATH_UNSURE
from simulator.audit.reading import Record

MISCOUNTED = "miscounted"
"""The dispenser itself says that another note than it counted may have gone: one of any cassette."""
UNSEEN = ("LINK_LOST", "NO_ANSWER", "PROTOCOL")
"""Faults of the cabinet board that say: for a while nobody saw a shutter."""


@dataclass(slots=True)
class PayoutBooks(PaperBooks):
    """Money in fen, by place. `values`: cassette -> face value in fen; `cassettes`: cassette -> notes."""

    values: dict[int, int] = field(default_factory=dict)
    cassettes: dict[int, int] = field(default_factory=dict)
    uncounted: set[int] = field(default_factory=set)
    reject: int = 0
    reject_fen: int = 0
    change_retract: int = 0
    change_retract_fen: int = 0
    retract_doubt_fen: int = 0
    out_doubt_fen: int = 0  # may have left the dispenser beyond what is known, until the cassettes are counted
    reject_doubt_fen: int = 0  # the same for the reject bin: what it got is a failed device's word until it is counted
    thrown_fen: int = 0  # cassettes turned out to lack it: it lies in the reject bin, until that is counted
    tray_doubt_fen: int = 0  # the same for the tray behind its shut flap, until somebody looked into it
    bin_doubt_fen: int = 0  # the same for the retract bin: what lay in such a tray went there with what was pulled back
    fell_fen: int = 0  # change that may lie in the box, of a unit that has no other bin, until the box is swapped
    left_pieces: int = 0
    left_fen: int = 0  # the same for what was pulled back, nobody knows how far: no count of the bin tells of the tray
    reached_fen: int = 0  # of `tray_fen`: a hand may have it, for nobody saw whether the outlet opened
    path_doubt_fen: int = 0  # the same for the path: who counts the cassettes may leave there what sticks
    ever_out_doubt_fen: int = 0  # the same, never forgotten: the passengers may have it
    tray_fen: int = 0
    taken_fen: int = 0
    _presented: dict[int, tuple[int, int]] = field(default_factory=dict)  # order -> (pieces, fen)
    _moved: bool = False
    _unseen: bool = False  # the board was lost since the last order to pay
    _said_shut: int = 0  # order whose outlet is said to have stayed shut, of the open sale
    added: Counter[int] = field(default_factory=Counter)  # cassette -> notes a hand was seen to put in, not booked yet
    _missing_fen: int = 0  # cassettes counted since the last unknown payment lack so much
    _reject_counted: bool = False  # since the last unknown payment

    def _paid(self, fact: Record, result: str) -> None:
        pieces = fen = 0
        self._moved = True
        for cassette, presented, rejected in fact["counts"]:
            value_fen = self.values.get(cassette, 0)
            self.cassettes[cassette] = self.cassettes.get(cassette, 0) - presented - rejected
            self.reject += rejected
            self.reject_fen += rejected * value_fen
            pieces, fen = pieces + presented, fen + presented * value_fen
        if pieces and fact["order"]:
            self._presented[fact["order"]] = (pieces, fen)
            self.tray_fen += fen
        if result == "unknown" and pieces and fact.get("reason", "") == "shutter":
            self._stayed_shut(fact["order"])
        pay = self.run.pays.get(fact["order"])
        left_fen = (pay.asked_fen if pay else 0) - fen
        if result == "unknown":
            self._doubt_pay(left_fen, self._largest_fen() if fact.get("reason", "").startswith(MISCOUNTED) else 0)
        elif result == "short" and fact.get("reason", "") in PATH_UNSURE:
            self._doubt_pay(left_fen)
            self._sticks(left_fen)

    def _doubt_pay(self, asked_fen: int, more_fen: int = 0) -> None:
        """More may have gone, into the tray, the reject bin or the path: nothing is sure until all cassettes are counted.

        `more_fen`: one note beyond what was asked. The outlet stays shut before a device that miscounted, so nobody has it.
        """
        bound_fen = max(0, asked_fen + more_fen)
        self.uncounted.update(self.cassettes)
        self.out_doubt_fen += bound_fen
        self.reject_doubt_fen += bound_fen
        self.fell_fen += bound_fen
        self.tray_doubt_fen += bound_fen
        self.path_doubt_fen += bound_fen
        self.ever_out_doubt_fen += max(0, asked_fen)
        self._reject_counted = False

    def _sticks(self, left_fen: int) -> None:
        """What jammed is one note, of whichever cassette: it may be worth more than all that was still to be paid."""
        more_fen = max(0, self._largest_fen() - max(0, left_fen))
        self.out_doubt_fen += more_fen
        self.path_doubt_fen += more_fen

    def _lacks(self, cassette: int, after: int) -> None:
        """A cassette in doubt is counted. What all of them lack beyond what may have gone was thrown out, while nobody counted
        the reject bin: a device that cannot get a good note tries on, whatever was asked for."""
        if cassette in self.uncounted:
            found = after - self.added[cassette]
            self._missing_fen += max(0, self.cassettes.get(cassette, 0) - found) * self.values[cassette]
        self.added[cassette] = 0
        self.uncounted.discard(cassette)
        if not self.uncounted:
            self.thrown_fen += 0 if self._reject_counted else max(0, self._missing_fen - self.out_doubt_fen)
            self.out_doubt_fen = self._missing_fen = 0

    def _rejects_counted(self) -> None:
        self.reject_fen = self.thrown_fen = 0
        self.reject_doubt_fen = self.out_doubt_fen
        self._reject_counted = True

    def _board_lost(self, code: str) -> None:
        """Silence is told a second after it began: who said meanwhile that the outlet stayed shut had not seen it either."""
        self._unseen = True
        if code == "NO_ANSWER" and self._said_shut and self.run.open:
            self._reach(self._said_shut)

    def _stayed_shut(self, order: int) -> None:
        """The notes lie behind the outlet that did not open; nobody saw that, when the board was lost meanwhile."""
        self._said_shut = order
        if self._unseen:
            self._reach(order)

    def _reach(self, order: int) -> None:
        _, fen = self._presented.pop(order, (0, 0))
        self.reached_fen += fen
        self.ever_out_doubt_fen += fen

    def _largest_fen(self) -> int:
        return max(self.values.values(), default=0)

    def _change(self, kind: str, result: str, order: int) -> None:
        pieces, fen = self._presented.pop(order, (0, 0))
        self.tray_fen -= fen
        if kind == "taken!":
            self.taken_fen += fen
            return
        self.bin_doubt_fen = max(self.bin_doubt_fen, self.tray_doubt_fen)
        self.fell_fen += fen
        if result == "change":
            self.change_retract += pieces
            self.change_retract_fen += fen
        else:
            self.left_fen += fen
            self.left_pieces += pieces
            self.retract_doubt_fen += fen
            self.ever_out_doubt_fen += fen
            self.doubt["change_retract"] += pieces
        self.retract_doubt_fen = max(self.retract_doubt_fen, self.left_fen)
        self.doubt["change_retract"] = max(self.doubt["change_retract"], self.left_pieces)

    def _left_in_tray(self, found: int) -> None:
        """The retract bin was counted. What was not in it may lie in the tray still, where it was pulled from."""
        if found >= self.left_pieces and not self.bin_doubt_fen:
            self.left_fen = self.left_pieces = 0

    def _tray_seen(self) -> None:
        """Somebody cleared dispenser and tray."""
        self.tray_fen = self.tray_doubt_fen = self.path_doubt_fen = 0
        self.left_fen = self.left_pieces = self.reached_fen = 0
        self._presented.clear()

    def _pieces_in_doubt(self, place: str) -> int:
        """So many notes of an unknown payment may lie in this bin, or be missing there: at most its worth in the smallest."""
        doubts_fen = {"reject": self.reject_doubt_fen + self.thrown_fen, "change_retract": self.bin_doubt_fen}
        return doubts_fen.get(place, 0) // min(self.values.values(), default=1)

    def cassettes_moved(self) -> None:
        """A note went into a cassette: its bounds are to be looked at."""
        self._moved = True

    def check_bounds(self) -> None:
        """After each step that moved notes of a cassette (invariant 8)."""
        if not self._moved:
            return
        self._moved = False
        for cassette, count in self.cassettes.items():
            if not 0 <= count <= self.run.rules.cassette_capacity:
                self.run.say(8, f"cassette {cassette} holds {count} notes", 0)
                self.cassettes[cassette] = max(0, count)

    def open_pays_fen(self) -> tuple[int, int]:
        """(what orders without an outcome may have laid out, one note more that may be on its way, picked with another)."""
        pays = self.open_pays()
        return (sum(pay.asked_fen for pay in pays), self._largest_fen()) if pays else (0, 0)

    def open_pays(self) -> list[PayTrack]:
        """Orders without an outcome; only the open sale can have one."""
        return [pay for pay in self.run.pays_of(self.run.open) if pay.state == "asked"]

    def lying_out(self) -> tuple[int, int]:
        """(pieces, fen) that were presented and of which nobody said yet who took them."""
        pieces = sum(entry[0] for entry in self._presented.values())
        return pieces, sum(entry[1] for entry in self._presented.values())
