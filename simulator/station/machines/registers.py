"""The audit registers of a machine, folded by the station from its records: a second reading, to be compared with what it says.

Source: station-api sheet, "Registers"; requirement TVM-020. Amounts in fen. What a device says twice counts once.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]
KEPT = 64
ONCE = {"stack!": "note", "pay!": "order", "print!": "key", "capture!": "payment"}


class Registers:
    """`values`: the sums so far. Only records that move something are asked for: see `HEARS` and `BOOKS`."""

    HEARS = frozenset({"stack!", "pay!", "print!", "retract!", "keep!", "return_all!", "taken!", "capture!"})
    BOOKS = frozenset(
        {"cassette.fill", "keep?", "return_all?", "claim.add", "rounding", "sale.end", "box.swap", "capture?"}
    )

    def __init__(self) -> None:
        self.values: Counter[str] = Counter()
        self._faces: dict[int, int] = {}
        self._held: dict[int, int] = {}  # bulk escrow: note -> its value
        self._moving: set[int] = set()
        self._keeping = False
        self._out: dict[int, int] = {}  # order whose notes may still lie out -> fen
        self._charges: dict[int, int] = {}  # payment that is to be captured -> fen
        self._seen: deque[tuple[str, Any]] = deque(maxlen=KEPT)

    def copy(self) -> Registers:
        other = Registers()
        other.values, other._faces, other._held = self.values.copy(), dict(self._faces), dict(self._held)
        other._moving, other._keeping = set(self._moving), self._keeping
        other._out, other._seen, other._charges = dict(self._out), self._seen.copy(), dict(self._charges)
        return other

    def hear(self, fact: Record) -> None:
        kind, result = fact["kind"], fact.get("result", "")
        name = ONCE.get(kind)
        if name is not None and result not in ("refused",) and (kind, result) != ("capture!", "unknown"):
            about = kind, fact.get(name, 0)
            if fact.get(name) and about in self._seen and result != "deposited":
                return
            if fact.get(name) and result in _COUNTED:
                self._seen.append(about)
        match kind, result:
            case "stack!", "stacked":
                self._in(fact["value_fen"])
            case "stack!", "recycled":
                self._faces.setdefault(fact["cassette"], fact["value_fen"])
                self._in(fact["value_fen"])
            case "stack!", "deposited":
                self._held[fact["note"]] = fact["value_fen"]
            case ("keep!", "kept" | "unknown") | ("retract!", "deposit"):
                for value_fen in self._left(fact):
                    self._in(value_fen)
            case ("return_all!", "unknown") | ("taken!", "deposit"):
                self._left(fact)
            case "return_all!", "presented":
                self._moving = self._moving & set(fact["notes"]) or self._moving
            case "return_all!", "refused":
                self._moving -= set(fact["notes"])
            case "pay!", "presented" | "short" | "unknown":
                self._paid(fact)
            case "retract!", "change":
                self.values["retracted_fen"] += self._out.pop(fact["order"], 0)
            case ("retract!", "change_unknown") | ("taken!", "change"):
                self._out.pop(fact["order"], None)
            case "capture!", "done" | "refused":
                self._charged(self._charges.pop(fact["payment"], 0) if result == "done" else 0)
            case "print!", "in_tray":
                self.values["tickets"] += 1
            case "print!", "spoiled":
                self.values["blanks_spoiled"] += fact["blanks"]

    def book(self, intent: Record) -> None:
        match intent["kind"]:
            case "cassette.fill":
                self._faces[intent["cassette"]] = intent["value_fen"]
            case "keep?" | "return_all?":
                self._moving, self._keeping = set(intent["notes"]), intent["kind"] == "keep?"
            case "box.swap":
                self._held.clear()
            case "capture?":
                self._charges[intent["payment"]] = intent["amount_fen"]
            case "claim.add":
                self.values["claims"] += 1
                self.values["claims_fen"] += intent["amount_fen"]
            case "unpaid.add":
                self.values["unpaid"] += 1
                self.values["unpaid_fen"] += intent["amount_fen"]
            case "rounding":
                self.values["rounding_fen"] -= intent["rounding_fen"]
            case "sale.end":
                self.values[f"sales_{intent['outcome']}"] += 1

    def _in(self, value_fen: int) -> None:
        self.values["notes_in"] += 1
        self.values["notes_in_fen"] += value_fen

    def _charged(self, fen: int) -> None:
        if fen:
            self.values["captured"] += 1
            self.values["captured_fen"] += fen

    def _paid(self, fact: Record) -> None:
        fen = sum(self._faces.get(cassette, 0) * out for cassette, out, _ in fact["counts"])
        self.values["notes_out"] += sum(out for _, out, _ in fact["counts"])
        self.values["notes_out_fen"] += fen
        self._out[fact["order"]] = fen

    def _left(self, fact: Record) -> list[int]:
        """Values of the notes that a deed took out of the bulk escrow; one told without numbers took all it was asked for."""
        keeps = fact["kind"] == "keep!"
        notes = self._moving & set(fact["notes"])
        nameless = not fact["notes"] and keeps == self._keeping
        if nameless and not keeps:
            notes = self._moving
        if notes or nameless:
            self._moving = set()
        return [self._held.pop(note) for note in sorted(notes) if note in self._held]


_COUNTED = frozenset({"stacked", "recycled", "presented", "short", "unknown", "in_tray", "spoiled", "done"})


def differences(said: Mapping[str, int], folded: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Registers that are not equal: name -> (said by the machine, folded here)."""
    names = sorted({*said, *folded})
    return {
        name: (said.get(name, 0), folded.get(name, 0)) for name in names if said.get(name, 0) != folded.get(name, 0)
    }
