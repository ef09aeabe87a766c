"""Sold inside its window, on one price and one set of parameters (invariant 12), as far as the journal shows it."""

from __future__ import annotations

from typing import Any

from simulator.audit.cases import OURS, Run
from simulator.audit.reading import Record

CANCELS = frozenset({"patience", "lock"})


class Terms:
    HEARS = (
        "sale.start",
        "lock!",
        "sale.agreed",
        "sale.pay_by",
        "sale.cancel",
        "sale.money_back",
        "sale.continue",
        "timer",
        "sys.params",
        "sys.boot",
        "sys.recover",
        "stack!",
        "return!",
    )
    BOOKS = ("stack?", "auth?", "confirm?", "lock?", "renew?", "release?", "void?")

    def __init__(self, run: Run) -> None:
        self._run = run
        self._sale = 0
        self._order: dict[str, Any] = {}
        self._due: Record | None = None  # a note became ours in this step: the lock is renewed, or the sale goes on
        self._agreed_ms = 0
        self._agreed = self._ending = self._recovering = False
        self._version = ""

    def hear(self, fact: Record, wall_ms: int) -> None:
        run = self._run
        match fact["kind"], fact.get("result", ""):
            case "sale.start", _:
                self._sale, self._order = fact["number"], fact.get("order") or {}
                self._agreed_ms, self._agreed, self._ending = 0, False, False
            case "lock!", "held":
                self._priced(fact)
            case "sale.agreed", _:
                self._agreed, self._agreed_ms = True, wall_ms
            case "sale.pay_by", _ if not self._agreed:  # the only way there is: who takes it agrees
                self._agreed, self._agreed_ms = True, wall_ms
            case "sale.cancel" | "sale.money_back", _:
                self._ending = True
            case "sale.continue", _:
                self._ending = False  # after a restart somebody is there and wants it
            case "timer", result if result in CANCELS:
                self._ending = True
            case "sys.recover", result:
                self._recovering = result == "begin"
            case "stack!", "stacked" | "deposited" | "recycled" if (
                run.open and run.open == self._sale and not (self._recovering or self._ending)
            ):
                self._due = fact
            case "stack!" | "return!", "jammed" | "unknown":
                self._ending = True
            case "sys.params", _ if run.open:
                run.say(12, "parameters change inside the sale")
            case "sys.boot", _:
                version = fact.get("version", "")
                if run.open and self._version not in ("", version):
                    run.say(12, f"version {version} goes on with a sale of version {self._version}")
                self._version = version

    def _priced(self, fact: Record) -> None:
        case = self._run.case(self._run.sale_of(fact["sale"]))
        if case is None:
            return
        if sum(place["price_fen"] for place in fact["places"]) != fact["total_fen"]:
            self._run.say(12, f"the places cost another sum than {fact['total_fen']} fen", case.number)
        if self._agreed and case.total_fen != fact["total_fen"]:
            self._run.say(
                12, f"the price became {fact['total_fen']} fen after {case.total_fen} was agreed", case.number
            )

    def book(self, intent: Record) -> None:
        run, kind = self._run, intent["kind"]
        if intent["sale"] != self._sale:
            return
        match kind:
            case "renew?" | "release?" | "void?" | "confirm?":
                self._due = None
                self._ending = self._ending or kind != "renew?"
        match kind:
            case "lock?" if intent.get("order") != self._order:
                run.say(12, "the order that is locked is not the one that was chosen")
            case "stack?":
                self._taking(f"note {intent['note']} is taken")
            case "auth?":
                self._taking(f"payment {intent['payment']} is begun")
            case "confirm?":
                self._confirming(intent)

    def step_ends(self) -> None:
        """Each note of a sale that goes on renews the lock (decision 7)."""
        if self._due is not None:
            note, self._due = self._due["note"], None
            self._run.say(12, f"note {note} became ours, and the lock is not renewed")

    def _taking(self, what: str) -> None:
        closes_ms = self._order.get("closes_ms", 0)
        if not self._agreed:
            self._run.say(12, f"{what}, and nobody agreed to the order")
        elif self._ending:
            self._run.say(12, f"{what}, and the sale was over")
        elif closes_ms and self._agreed_ms >= closes_ms:
            self._run.say(12, f"{what}, and the sale had closed before")

    def _confirming(self, intent: Record) -> None:
        case = self._run.case(self._sale)
        if case is None:
            return
        step_fen = self._run.rules.rounding_step_fen
        total_fen, rounding_fen = intent["total_fen"], intent["rounding_fen"]
        if total_fen != case.total_fen:
            self._run.say(12, f"{total_fen} fen are confirmed, {case.total_fen} were locked")
        if abs(rounding_fen) >= step_fen or (rounding_fen and (total_fen + rounding_fen) % step_fen):
            self._run.say(12, f"{rounding_fen} fen of rounding do not fit {total_fen} fen")
        if not self._agreed:
            self._run.say(12, "the sale is confirmed, and nobody agreed to the order")
        ours_fen = sum(note.value_fen for note in case.notes if note.state in OURS or note.state == "deposited")
        ours_fen += sum(charge.amount_fen for charge in case.charges if charge.state == "approved" and not charge.deed)
        if ours_fen < total_fen + rounding_fen or intent["paid_fen"] != ours_fen:
            self._run.say(4, f"the sale is confirmed with {intent['paid_fen']} fen paid, {ours_fen} came in")
