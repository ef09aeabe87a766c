"""Blanks and tickets by the journal: roll, tray, slot and bins, and how far each may be off (invariant 3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from simulator.audit.cases import Run
from simulator.audit.reading import Record

TICKET_PLACES = ("tray", "slot", "waste", "ticket_retract", "hand")


@dataclass(slots=True)
class PaperBooks:
    """Pieces by place. `doubt`: place -> how far its book value may be off, in pieces, until somebody counts it."""

    run: Run
    roll: int = 0
    tray: int = 0
    slot: int = 0
    waste: int = 0
    jammed: int = 0  # of the waste: the blank that sticks in the unit still, and falls into the bin later
    ticket_retract: int = 0
    delivered: int = 0
    wasted: int = 0
    doubt: Counter[str] = field(default_factory=Counter)
    carried: Counter[str] = field(default_factory=Counter)  # seen to go from tray to waste by hand, and not booked yet

    def _print(self, fact: Record, result: str) -> None:
        if result == "spoiled":
            self.roll -= fact["blanks"]
            self.waste += fact["blanks"]
            self.wasted += fact["blanks"]
            if fact["reason"] == "jam" and fact["blanks"]:
                self.jammed = 1
        elif result in ("in_tray", "unknown"):
            self.roll -= 1
            self.tray += 1
            if result == "unknown":
                self._doubt_tickets(1, "roll")

    def _tickets(self, kind: str, result: str) -> None:
        match kind, result:
            case "dump!", "done":
                self.waste += self.tray
                self.wasted += self.tray
                self.tray = 0
            case "deliver!", "presented":
                self.slot, self.tray = self.slot + self.tray, 0
            case "taken!", "tickets":
                self.delivered += self.slot + self.tray
                self.slot = self.tray = 0
            case "retract!", "tickets":
                self.ticket_retract += self.slot + self.tray
                self.slot = self.tray = 0
            case ("deliver!" | "dump!", "unknown") | ("retract!", "tickets_unknown"):
                self._doubt_tickets(self.slot + self.tray)
                self.slot = self.tray = 0

    def _doubt_tickets(self, pieces: int, *more: str) -> None:
        for place in (*TICKET_PLACES, *more):
            self.doubt[place] += pieces

    def carried_over(self) -> None:
        """A hand laid a ticket of tray or slot into the waste bin; `clear` is signed when it has done so."""
        self.carried.update(("tray", "waste"))

    def _unit_cleared(self) -> None:
        """A person took out what lay in path, tray and slot, uncounted: it is in the waste bin now.

        Of a ticket nobody can vouch for that is so whether the bin was counted since or not.
        """
        self.jammed = 0
        self.carried.clear()
        self._doubt_tickets(self.tray + self.slot)
        self.doubt["waste"] = max(self.doubt["waste"], self.doubt["tray"])
        self.tray = self.slot = self.doubt["tray"] = self.doubt["slot"] = 0

    def _elsewhere(self, counted: int) -> int:
        """What is missing in a count of the waste bin because it sticks in the unit; it stays in the books.

        Negative: what is too much because it was carried there.
        """
        return min(self.jammed, max(0, self.waste - counted)) - min(self.carried["waste"], max(0, counted - self.waste))

    def _waste_counted(self, still: int) -> None:
        """Where tickets are in doubt, one of them may have been counted for the blank that sticks."""
        self.carried["waste"] = 0
        if self.doubt["waste"] and self.jammed:
            self.waste, self.doubt["waste"] = 0, self.jammed
        else:
            self.waste = self.jammed = max(0, still)
            self.doubt["waste"] = 0

    def paper_is_counted(self) -> bool:
        return bool(self.doubt["hand"]) and not any(self.doubt[place] for place in ("roll", "waste", "ticket_retract"))

    def tickets_agree(self, tray: int, slot: int, outside: int) -> None:
        """All paper bins were counted: what lies elsewhere is seen, and no doubt is left."""
        for place in TICKET_PLACES:
            self.doubt[place] = 0
        self.tray, self.slot, self.delivered = tray, slot, outside
