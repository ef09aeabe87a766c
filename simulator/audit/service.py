"""What people do at the open cabinet: every booking names operator, reason and count; money names two (invariant 14)."""

from __future__ import annotations

from simulator.audit.cases import Run
from simulator.audit.reading import Record

BOOKINGS = frozenset({"cassette.fill", "hopper.fill", "box.swap", "roll.load", "count"})
ACTS = {"cassette.fill": ("fill", "empty"), "hopper.fill": ("fill_coins",), "box.swap": ("swap_box",)}
MONEY_BINS = ("reject", "change_retract")


class Service:
    HEARS = ("op.login", "op.logout", "sys.boot", "op.act", "pay!")
    BOOKS = tuple(BOOKINGS)

    def __init__(self, run: Run) -> None:
        self._run = run
        self._inside: str | None = None  # who is logged in; None until a login was ever seen
        self.act: Record = {}  # of this very step
        self.testing = False  # a test of the dispenser was asked for

    def step(self) -> None:
        """A new line begins: what it books must stand beside its own act."""
        self.act = {}

    def hear(self, fact: Record) -> None:
        match fact["kind"]:
            case "op.login":
                self._inside = fact["operator"]
            case "op.logout":
                self._inside = ""
            case "sys.boot" if self._inside is not None:
                self._inside = ""
            case "op.act":
                self._acted(fact)
            case "pay!" if not fact["order"] and not self.testing:
                self._run.say(14, "notes are moved for a test, and nobody asked for one", 0)

    def _acted(self, fact: Record) -> None:
        self.act = fact
        self.testing = fact["act"] in ("test", "clear")
        if not fact["operator"] or not fact["act"]:
            self._run.say(14, f"an act {fact['act']!r} of operator {fact['operator']!r}", 0)
        elif self._inside not in (None, fact["operator"]):
            self._run.say(14, f"operator {fact['operator']} acts and is not logged in", 0)

    def book(self, intent: Record) -> None:
        run, kind = self._run, intent["kind"]
        if run.open:
            run.say(14, f"{kind} inside a sale")
        if not self.act:
            run.say(14, f"{kind} without an operator's act", 0)
            return
        money = kind in ACTS or intent.get("place") in MONEY_BINS
        second, operator, act = self.act.get("second", ""), self.act["operator"], self.act["act"]
        if money and (not second or second == operator):
            run.say(14, f"{kind} of operator {operator} without a second person", 0)
        wanted = ACTS.get(kind, (f"empty_{intent.get('place', '')}",))
        if run.bulk and intent.get("place") == "change_retract":
            wanted = (*wanted, "swap_box")  # forgotten change lies in the box of such a unit
        if money and act not in wanted:
            run.say(14, f"{kind} stands beside the act {act!r}", 0)
        counts = [intent[name] for name in ("before", "after", "booked", "counted") if name in intent]
        if not counts or any(type(count) is not int or count < 0 for count in counts):
            run.say(14, f"{kind} without a count", 0)
