"""The account of each sale, made up when it ends (invariant 2): what came in equals what went out, is written off or owed."""

from __future__ import annotations

from typing import Any

from simulator.audit.cases import Case, Run
from simulator.audit.reading import Record
from simulator.audit.verdict import Sums


class Sales:
    def __init__(self, run: Run) -> None:
        self._run = run

    def hear(self, fact: Record, wall_ms: int) -> None:
        run = self._run
        match fact["kind"]:
            case "sale.start":
                self._start(fact, wall_ms)
            case "lock!" if fact["result"] == "held":
                case = run.case(run.sale_of(fact["sale"]))
                if case is not None:
                    case.prices = {place["index"]: place["price_fen"] for place in fact["places"]}
                    case.total_fen = fact["total_fen"]
            case "confirm!" if fact["result"] == "done":
                self._confirmed(fact)
            case "state!" if fact["result"] == "known" and fact["state"] in ("confirmed", "printed"):
                self._confirmed(fact)

    def _start(self, fact: Record, wall_ms: int) -> None:
        run, number = self._run, fact["number"]
        if run.open:
            run.say(6, f"sale {number} begins while {run.open} is open")
        if number in run.cases:
            run.say(6, f"sale {number} begins twice", number)
        run.cases[number] = Case(number, fact["key"], wall_ms)
        run.keys[fact["key"]] = number
        run.open = number

    def _confirmed(self, fact: Record) -> None:
        case = self._run.case(self._run.sale_of(fact["sale"]))
        if case is not None:
            case.confirmed = True

    def book(self, intent: Record) -> None:
        run = self._run
        case = run.case(intent.get("sale", 0))
        match intent["kind"]:
            case "claim.add" if case is None:
                self._late_claim(intent)
            case "claim.add" if case is not None:
                case.claims_fen += intent["amount_fen"]
            case "unknown.add" if case is not None:
                case.unknown_fen += intent["bound_fen"]
            case "rounding" if case is not None:
                case.rounding_fen += intent["rounding_fen"]

    def _late_claim(self, intent: Record) -> None:
        run = self._run
        run.late_claims_fen += intent["amount_fen"]
        for number, value_fen in list(run.late.items()):
            if value_fen == intent["amount_fen"]:
                del run.late[number]
                return
        run.say(2, f"a claim of {intent['amount_fen']} fen outside a sale, and no late note of that value")

    def end(self, intent: Record, wall_ms: int) -> None:
        """`sale.end`: the equation of invariant 2."""
        run, number = self._run, intent["sale"]
        case = run.case(number)
        if case is None or case.outcome:
            run.say(2, "sale.end of a sale that is not open", number)
            return
        case.outcome, case.why, case.ended_ms = intent["outcome"], intent["why"], wall_ms
        account = account_of(run, case)
        left = account["ours_fen"] + account["uncertain_fen"]
        right = account["fare_fen"] + account["rounding_fen"] + account["taken_fen"] + account["claims_fen"]
        if left != right:
            run.say(2, f"{left} fen came in and {right} are accounted for: {account}", number)
        if abs(case.rounding_fen) >= run.rules.rounding_step_fen:
            run.say(2, f"{case.rounding_fen} fen of rounding are a whole step or more", number)
        if account["uncertain_fen"] > case.unknown_fen:
            run.say(
                3, f"{account['uncertain_fen']} fen are uncertain, only {case.unknown_fen} booked as unknown", number
            )
        self._said(intent, account)
        run.open = 0 if run.open == number else run.open

    def _said(self, intent: Record, account: dict[str, int]) -> None:
        """The sale's own sums must be the auditor's."""
        own = {
            "ours_fen": account["ours_fen"],
            "delivered_fen": account["fare_fen"] + account["rounding_fen"],
            "paid_out_fen": account["taken_fen"],
            "claims_fen": account["claims_fen"],
            "rounding_fen": account["rounding_fen"],
        }
        wrong = {name: intent.get(name) for name, value in own.items() if intent.get(name) != value}
        if wrong:
            self._run.say(2, f"sale.end says {wrong}, the records say {own}", intent["sale"])


def account_of(run: Run, case: Case) -> dict[str, int]:
    """Amounts of one sale in fen; what was pulled back is in the claims."""
    notes = run.notes_of(case.number)
    delivered = [blank.index for blank in run.blanks_of(case.number) if blank.delivered]
    return {
        "ours_fen": sum(note.value_fen for note in notes if note.state == "stacked"),
        "uncertain_fen": sum(note.value_fen for note in notes if note.state in ("jammed", "unknown")),
        "fare_fen": sum(case.prices.get(index, 0) for index in delivered),
        "rounding_fen": case.rounding_fen,
        "taken_fen": sum(pay.out_fen for pay in run.pays_of(case.number) if pay.state == "taken"),
        "claims_fen": case.claims_fen,
    }


def add_up(run: Run) -> tuple[Sums, list[dict[str, Any]]]:
    """The sums of the run, and one line per sale for the report."""
    sums, lines = Sums(owed_fen=run.late_claims_fen), []
    for case in run.cases.values():
        account = account_of(run, case)
        if case.outcome:
            sums.outcomes[case.outcome] += 1
        else:
            sums.open_sales += 1
        sums.fares_fen += account["fare_fen"]
        sums.rounded_fen += account["rounding_fen"]
        sums.owed_fen += account["claims_fen"]
        lines.append(
            {"sale": case.number, "key": case.key, "outcome": case.outcome or "open", "why": case.why, **account}
        )
    for note in run.notes.values():
        sums.inserted_fen += note.value_fen
        sums.returned_fen += note.value_fen if note.state == "returned" else 0
        sums.kept_fen += note.value_fen if note.state == "stacked" else 0
        sums.uncertain_fen += note.value_fen if note.state in ("jammed", "unknown", "held") else 0
    for pay in run.pays.values():
        sums.change_fen += pay.out_fen if pay.state == "taken" and pay.why != "refund" else 0
        sums.refund_fen += pay.out_fen if pay.state == "taken" and pay.why == "refund" else 0
        sums.retracted_fen += pay.out_fen if pay.state == "retracted" else 0
    for blank in run.blanks.values():
        sums.tickets_printed += blank.state in ("in_tray", "dumped", "delivered", "retracted")
        sums.tickets_taken += blank.delivered
        sums.tickets_retracted += blank.state == "retracted"
        sums.blanks_wasted += blank.state in ("spoiled", "dumped")
    return sums, lines
