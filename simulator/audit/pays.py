"""Each pay order is given once, and none while the last one is open or unknown (invariant 5)."""

from __future__ import annotations

from simulator.audit.cases import PayTrack, Run
from simulator.audit.reading import Record


class Pays:
    """`values`: cassette -> face value in fen, as far as fillings have told it."""

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
        if intent["kind"] != "pay?":
            return
        run, order, sale = self._run, intent["order"], intent["sale"]
        if order in run.pays:
            run.say(5, f"pay? {order} twice", sale)
            return
        for other in run.pays_of(sale):
            if other.state == "asked" or other.uncertain:
                run.say(5, f"pay? {order} while {other.order} is {'unknown' if other.uncertain else 'open'}", sale)
        cassettes = tuple(cassette for cassette, _ in intent["counts"])
        run.pays[order] = PayTrack(order, sale, intent["value_fen"], cassettes, intent.get("why", ""))
        worth = sum(self._values.get(cassette, 0) * notes for cassette, notes in intent["counts"])
        if worth != intent["value_fen"]:
            run.say(2, f"pay? {order} says {intent['value_fen']} fen and counts {worth} fen", sale)

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
