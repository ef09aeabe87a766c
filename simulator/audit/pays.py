"""Each pay order is given once, none while the last one is open or unknown, none beyond what is owed (invariants 5 and 2).

After a restart a new order may follow as soon as the old one has an outcome that says what was done (rule O).
"""

from __future__ import annotations

from simulator.audit.cases import THEIRS, Case, PayTrack, Run
from simulator.audit.reading import Record

PATH_UNSURE = ("jam", "other")
"""Reasons of a short payment after which notes may stick in the path, in no count."""


class Pays:
    """`values`: cassette -> face value in fen, as far as fillings have told it."""

    HEARS = ("pay!", "taken!", "retract!", "sys.recover")
    BOOKS = ("pay?",)

    def __init__(self, run: Run, values: dict[int, int]) -> None:
        self._run, self._values = run, values

    def hear(self, fact: Record) -> None:
        match fact["kind"]:
            case "pay!":
                self._paid(fact)
            case "taken!" if fact["result"] == "change":
                self._became(fact["order"], "taken")
            case "retract!" if fact["result"] in ("change", "change_unknown"):
                self._became(fact["order"], "retracted" if fact["result"] == "change" else "retract_unknown")
            case "sys.recover" if fact.get("result") == "end":
                self._lost()

    def book(self, intent: Record) -> None:
        run, order, sale = self._run, intent["order"], intent["sale"]
        if order in run.pays:
            run.say(5, f"pay? {order} twice", sale)
            return
        case = run.case(sale)
        if case is None or case.outcome:
            run.say(5, f"pay? {order} for sale {sale}, which is not open", sale)
        for other in run.pays_of(sale):
            if other.state == "asked" or other.uncertain:
                run.say(5, f"pay? {order} while {other.order} is {'unknown' if other.uncertain else 'open'}", sale)
        if case is not None and any(coin.state == "asked" for coin in case.coins):
            run.say(5, f"pay? {order} while coins fall", sale)
        cassettes = tuple(cassette for cassette, _ in intent["counts"])
        pay = run.pays[order] = PayTrack(order, sale, intent["value_fen"], cassettes, intent.get("why", ""))
        if case is not None:
            self._owed(case, pay)
            case.pays.append(pay)
        worth = sum(self._values.get(cassette, 0) * notes for cassette, notes in intent["counts"])
        if worth != intent["value_fen"]:
            run.say(2, f"pay? {order} says {intent['value_fen']} fen and counts {worth} fen", sale)

    def _owed(self, case: Case, pay: PayTrack) -> None:
        """Money of one sale is promised once: what came in, less what went out, is claimed, or was bought."""
        came_fen = sum(note.value_fen for note in case.notes if note.state not in THEIRS)
        gone_fen = sum(other.out_fen for other in (*case.pays, *case.coins)) + case.claims_fen
        fare_fen = sum(case.prices.get(blank.index, 0) for blank in case.blanks if blank.delivered)
        most_fen = came_fen - gone_fen - fare_fen + (self._run.rules.rounding_step_fen if fare_fen else 0)
        # what was pulled back is owed again until its claim stands in a later step
        most_fen += sum(other.out_fen for other in case.pays if other.state in ("retracted", "retract_unknown"))
        if pay.asked_fen > most_fen:
            self._run.say(2, f"pay? {pay.order} asks {pay.asked_fen} fen, at most {most_fen} are owed", case.number)

    def _paid(self, fact: Record) -> None:
        pay = self._run.pays.get(fact["order"])
        if pay is None:
            return
        if pay.state != "asked":
            self._run.say(5, f"pay! {pay.order} has an outcome already: {pay.state}", pay.sale)
            return
        pay.out_fen = sum(self._values.get(cassette, 0) * out for cassette, out, _ in fact.get("counts", ()))
        pay.uncertain = fact["result"] == "unknown"
        pay.state = "refused" if fact["result"] == "refused" else "presented"
        if fact["result"] == "short" and fact["reason"] in PATH_UNSURE:
            pay.in_path_fen = max(0, pay.asked_fen - pay.out_fen)
        if pay.out_fen > pay.asked_fen:
            self._run.say(2, f"pay! {pay.order} gave {pay.out_fen} fen, {pay.asked_fen} were asked", pay.sale)

    def _became(self, order: int, state: str) -> None:
        pay = self._run.pays.get(order)
        if pay is None:
            return
        if pay.state != "presented":
            self._run.say(1, f"the notes of pay {order} are {state}, and they were {pay.state}", pay.sale)
        pay.state = state

    def _lost(self) -> None:
        for pay in self._run.pays_of(self._run.open):
            if pay.state == "asked":
                pay.state, pay.uncertain = "presented", True

    def at_end(self, sale: int) -> None:
        for pay in self._run.pays_of(sale):
            if pay.state == "asked":
                self._run.say(2, f"the sale ended and pay? {pay.order} of {pay.asked_fen} fen has no outcome", sale)
