"""Every outcome has its intent on an earlier line (invariant 6, second half)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from simulator.audit.cases import Run
from simulator.audit.reading import Record
from simulator.audit.recent import Recent

BY_PAYMENT = frozenset({"auth", "capture", "reverse", "auth.cancel"})
BY_KEY = frozenset({"lock", "renew", "release", "confirm", "state", "printed", "void"})
REPORTS = ("printed", "void")
"""Sent until the station has answered for certain, be it days later."""

ONCE = frozenset({"stack", "pay", "print", "auth"})
"""Orders with a number of their own."""

Pair = tuple[str, Hashable]


class Pairs:
    """`hear` the fact of a step before its intents are `book`ed."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._issued: Recent[Pair, bool] = Recent()
        self._claims: Recent[str, bool] = Recent()
        self._ordered: Recent[Pair, bool] = Recent()
        self.waiting: Counter[Pair] = Counter()
        """Reports without a certain answer."""

    def book(self, intent: Record) -> None:
        kind = intent["kind"]
        if kind == "claim.add":
            self._claims[intent["code"]] = True
        elif kind.endswith("?"):
            pair = _pair(intent)
            self._issued[pair] = True
            if kind[:-1] in REPORTS:
                self.waiting[pair] += 1

    def hear(self, fact: Record) -> None:
        kind = fact["kind"]
        if not kind.endswith("!"):
            return
        wanted = self._wanted(kind[:-1], fact)
        if not wanted:
            return
        if not any(pair in self._issued or pair in self.waiting for pair in wanted):
            self._run.say(6, f"{kind} {fact.get('result', '')} of {wanted[0][1]}: no {wanted[0][0]}? stands before it")
        elif wanted[0][0] in REPORTS and fact.get("certain"):
            self._answered(wanted[0])

    def ordered(self, intent: Record) -> None:
        """The machine gives this order now: it stands on the disk, and what has a number is ordered once."""
        kind, run = intent["kind"], self._run
        if not kind.endswith("?"):
            return
        pair = _pair(intent)
        if pair not in self._issued and pair not in self.waiting:
            run.say(6, f"{kind} of {pair[1]} is ordered, and it is not on the disk")
        elif pair[0] in ONCE:
            if pair in self._ordered:
                run.say(5, f"{kind} of {pair[1]} is ordered twice")
            self._ordered[pair] = True

    def _answered(self, pair: Pair) -> None:
        if self.waiting[pair] > 1:
            self.waiting[pair] -= 1
        else:
            del self.waiting[pair]
            self._issued[pair] = True  # told once more by a late answer, it is still no news

    def _wanted(self, deed: str, fact: Record) -> list[Pair]:
        """Any of these allows the fact; none at all: nothing is wanted."""
        match deed:
            case "stack" if fact["result"] == "jammed" and fact["note"] not in self._run.notes:
                return []  # drawn in and stuck before it was recognised: nobody could have ordered anything
            case "stack" if self._was_lost(fact["note"]):
                return []  # what stuck without an order, or nobody could tell of, has been found
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
            case "reopen":
                outlet = fact["result"].partition("_")[0]
                return [(f"reopen {outlet}", fact["bundle" if outlet == "tickets" else "order"])]
            case "keep" | "return_all":
                return []  # each note of a deposit has its order, or has none: judged note by note
            case "taken" | "retract" if fact["result"].startswith("deposit"):
                return []
            case "taken" | "retract":
                return self._outlet(deed, fact)
            case "slip":
                return [("slip", fact["slip"])] if fact["slip"] in self._claims else []
            case _ if deed in BY_PAYMENT:
                return [(deed, fact["payment"])]
            case _ if deed in BY_KEY:
                return [(deed, fact["sale"])]
        return []

    def _was_lost(self, number: int) -> bool:
        note = self._run.notes.get(number)
        return note is not None and note.state in ("jammed", "unknown")

    def _outlet(self, deed: str, fact: Record) -> list[Pair]:
        if fact["result"].startswith("tickets"):
            return [("deliver" if deed == "taken" else "retract tickets", fact["bundle"])]
        own = [("pay", fact["order"])] if deed == "taken" or self._run.bulk else []  # such a unit pulls back by itself
        return own if deed == "taken" else [("retract change", fact["order"]), *own]


def _pair(intent: Record) -> Pair:
    kind = intent["kind"]
    if kind == "pay.coins?":
        return "pay", int(intent["order"])  # one row of numbers with the orders of notes
    if kind in ("retract?", "reopen?"):
        return f"{kind[:-1]} {intent['outlet']}", intent["sale"] if intent["outlet"] == "tickets" else intent["order"]
    return kind[:-1], _asked(kind[:-1], intent)


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
        case _ if deed in BY_PAYMENT:
            return int(intent["payment"])
        case _ if deed in BY_KEY:
            return str(intent["key"])
    return int(intent.get("sale", 0))
