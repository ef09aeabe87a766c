"""Every movement of a note or blank against the orders on the disk at that moment (invariant 6, the physical half).

Who watches the matter tells each movement, and each journal line as soon as it is durable, so what is known here is exactly
what a power cut would leave. Physics has its own ways, which need no order:

* into the acceptor, from path to escrow, back to the mouth and the hand: people put notes in, devices give them back;
* a note drawn out on a string, a note that jams, anything that falls to the floor;
* after power-up a note past the escrow goes to the box: it was ordered there, or its fate is still unknown;
* an order to pay may drag a note out of another cassette than it names;
* a coin that moves into the exit of its own hopper has not left it;
* what left its cassette or its roll lawfully goes on by itself to tray, reject bin, waste bin;
* an order whose outcome is unknown may still be carried out late;
* hands of people: everything from and to the vault, and all that happens while the cabinet is worked at (`hands`).
"""

from __future__ import annotations

from typing import Any

from simulator.audit.books import LOST, Books
from simulator.audit.cases import Case, Run
from simulator.audit.coins import HOPPER, Coins
from simulator.audit.escrow import STACKER, is_escrow
from simulator.audit.service import Service

FREE = frozenset({"vault", "floor"})
PULLED = {("change.tray", "change.retract"): "change", ("ticket.slot", "ticket.retract"): "tickets"}
CASSETTE = "cassette."
CARRIED = frozenset({"ticket.tray", "ticket.slot"})
POURED = {("ticket.tray", "ticket.slot"): "deliver", ("ticket.tray", "ticket.waste"): "dump"}


class Motion:
    def __init__(self, run: Run, books: Books, service: Service, coins: Coins) -> None:
        self._run, self._books, self._service, self._coins = run, books, service, coins
        self.hands = False
        self._pulls: set[str] = set()  # outlets that were told to be emptied in this sale or the last
        self._pours: dict[str, int] = {}  # deliver or dump -> the last sale that ordered it

    def book(self, intent: dict[str, Any]) -> None:
        match intent["kind"]:
            case "sale.open":
                self._pulls.clear()
            case "retract?":
                self._pulls.add(intent["outlet"])
            case "deliver?" | "dump?":
                self._pours[intent["kind"][:-1]] = intent["sale"]

    BOOKS = ("sale.open", "retract?", "deliver?", "dump?")

    def moved(self, thing: Any, source: str, target: str) -> None:
        if self.hands or source in FREE or target in FREE:
            self._by_hand(source, target)
            return
        wanted = self._lacking(thing, source, target)
        if wanted:
            self._run.say(6, f"{thing.serial} moves from {source} to {target}, and no {wanted} is on the disk")

    def _by_hand(self, source: str, target: str) -> None:
        if source in CARRIED and target == "ticket.waste" and not self._run.open:
            self._books.carried_over()
        elif source == "vault" and target.startswith(CASSETTE):
            self._books.added[int(target.removeprefix(CASSETTE))] += 1
        elif target == "vault" and source.startswith(CASSETTE):
            self._books.added[int(source.removeprefix(CASSETTE))] -= 1

    def _lacking(self, thing: Any, source: str, target: str) -> str:
        """The order that should stand on the disk and does not; empty when all is well."""
        if is_escrow(self._books, source):
            return self._lacks_for_deposit(thing.value_fen, target)
        if target == "box":
            fine = self._may_stack(thing.value_fen) or (self._run.bulk and self._may_fall(thing.value_fen, source))
            return "" if fine else "stack?"
        if (target == STACKER and not source.startswith(CASSETTE)) or (
            source == STACKER and target.startswith(CASSETTE)
        ):
            return "" if self._may_stack(thing.value_fen) else "stack?"
        if source.startswith("cassette."):
            return "" if self._may_pay() else "pay?"
        if source.startswith(HOPPER):
            hopper = int(source.removeprefix(HOPPER).partition(".")[0])
            return "" if self._coins.may_fall(hopper) or target == f"{source}.exit" else "pay.coins?"
        if source == "roll":
            return "" if self._may_print() else "print?"
        if (source, target) in PULLED:
            return "" if PULLED[source, target] in self._pulls else "retract?"
        if (source, target) in POURED:
            deed = POURED[source, target]
            return "" if self._poured(deed) else f"{deed}?"
        return ""

    def _may_stack(self, value_fen: int) -> bool:
        for known in self._run.restless.values():
            ordered = known.state in LOST or (known.state == "held" and known.ordered == "stack")
            if known.value_fen == value_fen and ordered:
                return True
        return self._books.in_doubt[value_fen] > 0

    def _lacks_for_deposit(self, value_fen: int, target: str) -> str:
        """Out of the bulk escrow: into the box when it is kept, to the mouth when it comes back; an order with an unknown
        end may still be carried out."""
        state, order = ("giving", "return_all?") if target == "dispenser.path" else ("keeping", "keep?")
        late = self._books.in_doubt if state == "giving" else self._books.in_doubt + self._books.inside
        return "" if late[value_fen] > 0 or self._in_state(value_fen, state) else order

    def _may_fall(self, value_fen: int, source: str) -> bool:
        """From the bulk escrow, or back from the mouth, which the unit does by itself; forgotten change goes the same way."""
        if source == STACKER:
            return self._books.inside[value_fen] > 0 or self._in_state(value_fen, "keeping")
        books = self._books
        change = books.lying_out()[1] or books.open_pays() or books.fell_fen
        return bool(change) or self._in_state(value_fen, "giving", "out")

    def _in_state(self, value_fen: int, *states: str) -> bool:
        return any(note.value_fen == value_fen and note.state in states for note in self._run.restless.values())

    def _may_pay(self) -> bool:
        """From whichever cassette: a note may be dragged along out of its neighbour."""
        return self._service.testing or bool(self._books.uncounted) or bool(self._books.open_pays())

    def _may_print(self) -> bool:
        """For the open sale, or one that ended with a blank nobody could vouch for."""
        if self._books.doubt["roll"]:
            return True
        case = self._run.now
        return case is not None and any(blank.state in ("asked", "unknown") for blank in case.blanks)

    def _poured(self, deed: str) -> bool:
        sale = self._pours.get(deed, 0)
        case: Case | None = self._run.now
        return bool(sale) and (case is None or sale == case.number or not case.blanks)
