"""The audit registers, folded a second time: they only rise, over restarts and over changes of software (invariant 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from simulator.audit.cases import Run
from simulator.audit.reading import Record


class Registers:
    """`values`: cassette -> face value in fen. Names are those of the machine's own registers; amounts in fen."""

    HEARS = ("stack!", "pay!", "retract!", "print!", "capture!", "registers")
    BOOKS = ("capture?", "claim.add", "unpaid.add", "rounding", "sale.end", "registers")

    def __init__(self, run: Run, values: Mapping[int, int]) -> None:
        self._run, self._values = run, values
        self.own: Counter[str] = Counter()
        self._last: dict[str, int] = {}
        self._out: dict[int, int] = {}
        self._wanted: dict[int, int] = {}  # payment -> fen
        self._got: set[int] = set()

    def hear(self, fact: Record) -> None:
        own = self.own
        match fact["kind"], fact.get("result", ""):
            case "registers", _:
                self.compare(fact["values"])
            case "stack!", "stacked":
                own["notes_in"] += 1
                own["notes_in_fen"] += fact["value_fen"]
            case "pay!", result if result != "refused" and "counts" in fact:
                self._paid(fact)
            case "retract!", "change":
                own["retracted_fen"] += self._out.pop(fact["order"], 0)
            case "capture!", "done" if fact["payment"] in self._wanted and fact["payment"] not in self._got:
                self._got.add(fact["payment"])
                own["captured"] += 1
                own["captured_fen"] += self._wanted[fact["payment"]]
            case "print!", "in_tray":
                own["tickets"] += 1
            case "print!", "spoiled":
                own["blanks_spoiled"] += fact["blanks"]

    def _paid(self, fact: Record) -> None:
        pieces = sum(out for _, out, _ in fact["counts"])
        fen = sum(self._values.get(cassette, 0) * out for cassette, out, _ in fact["counts"])
        self.own["notes_out"] += pieces
        self.own["notes_out_fen"] += fen
        self._out = {fact["order"]: fen}  # only the last order can still lie out

    def book(self, intent: Record) -> None:
        match intent["kind"]:
            case "capture?":
                self._wanted[intent["payment"]] = intent["amount_fen"]
            case "claim.add":
                self.own["claims"] += 1
                self.own["claims_fen"] += intent["amount_fen"]
            case "unpaid.add":
                self.own["unpaid"] += 1
                self.own["unpaid_fen"] += intent["amount_fen"]
            case "rounding":
                self.own["rounding_fen"] -= intent["rounding_fen"]
            case "sale.end":
                self.own[f"sales_{intent['outcome']}"] += 1
            case "registers":
                self.compare(intent["values"])

    def compare(self, said: Mapping[str, int]) -> None:
        """The machine's registers now: a fold of the same journal, and none lower than the last time they were told."""
        said = {name: value for name, value in dict(said).items() if value}
        for name in sorted({*said, *self._last}):
            if said.get(name, 0) < self._last.get(name, 0) and name != "rounding_fen":
                self._run.say(9, f"register {name} fell from {self._last[name]} to {said.get(name, 0)}", 0)
        wrong = {name: said.get(name, 0) for name in {*said, *self.own} if said.get(name, 0) != self.own[name]}
        if wrong:
            told = {name: self.own[name] for name in sorted(wrong)}
            self._run.say(9, f"registers say {dict(sorted(wrong.items()))}, the journal {told}", 0)
        self._last = dict(said)
