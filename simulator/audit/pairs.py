"""Every outcome has its intent on an earlier line (invariant 6, second half)."""

from __future__ import annotations

from collections.abc import Hashable

from simulator.audit.cases import Run
from simulator.audit.reading import Record

Issued = set[tuple[str, Hashable]]
BY_KEY = ("lock", "renew", "release", "confirm", "state", "printed", "void")


class Pairs:
    """`hear` the fact of a step before its intents are `note`d."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._issued: Issued = set()
        self._claims: set[str] = set()

    def note(self, intent: Record) -> None:
        kind = intent["kind"]
        if kind == "claim.add":
            self._claims.add(intent["code"])
        elif kind == "retract?":
            of = intent["sale"] if intent["outlet"] == "tickets" else intent["order"]
            self._issued.add((f"retract {intent['outlet']}", of))
        elif kind.endswith("?"):
            self._issued.add((kind[:-1], _asked(kind[:-1], intent)))

    def hear(self, fact: Record) -> None:
        kind = fact["kind"]
        if not kind.endswith("!"):
            return
        wanted = self._wanted(kind[:-1], fact)
        if wanted and not any(pair in self._issued for pair in wanted):
            self._run.say(6, f"{kind} {fact.get('result', '')} of {wanted[0][1]}: no {wanted[0][0]}? stands before it")

    def _wanted(self, deed: str, fact: Record) -> list[tuple[str, Hashable]]:
        """Any of these allows the fact; none at all: nothing is wanted."""
        match deed:
            case "stack" if fact["result"] == "jammed" and fact["note"] not in self._run.notes:
                return []  # drawn in and stuck before it was recognised: nobody could have ordered anything
            case "stack":  # a note may turn out to be ours when it was told to go back
                return [("stack", fact["note"]), ("return", fact["note"])]
            case "return":
                return []  # devices give notes back by themselves: escrow time-out, reset
            case "print":
                return [("print", fact["key"])]
            case "deliver" | "dump":
                return [(deed, fact["bundle"])] if fact["bundle"] else []
            case "pay":
                return [("pay", fact["order"])] if fact["order"] else []  # 0 is a service test
            case "taken" | "retract":
                return self._outlet(deed, fact)
            case "slip":
                return [("slip", fact["slip"])] if fact["slip"] in self._claims else []
            case _ if deed in BY_KEY:
                return [(deed, fact["sale"])]
        return []

    def _outlet(self, deed: str, fact: Record) -> list[tuple[str, Hashable]]:
        if fact["result"].startswith("tickets"):
            return [("deliver" if deed == "taken" else "retract tickets", fact["bundle"])]
        return [("pay" if deed == "taken" else "retract change", fact["order"])]


def _asked(deed: str, intent: Record) -> Hashable:
    match deed:
        case "stack" | "return":
            return int(intent["note"])
        case "print":
            return str(intent["blank"])
        case "pay":
            return int(intent["order"])
        case "slip":
            return str(intent["slip"])
        case "deliver" | "dump":
            return int(intent["sale"])
        case _ if deed in BY_KEY:
            return str(intent["key"])
    return int(intent.get("sale", 0))
