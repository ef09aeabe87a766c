"""The account of each sale, made up when it ends (invariant 2): what came in equals what went out, is written off or owed."""

from __future__ import annotations

from typing import Any

from simulator.audit.cases import OURS, SURE, Case, NoteTrack, Run
from simulator.audit.reading import Record
from simulator.audit.recent import Recent
from simulator.audit.verdict import Sums

DOUBTFUL = ("jammed", "unknown")


class Sales:
    """`lines`: one dict per sale that was folded away, when `keep` is set. `sums` of all that was folded away."""

    HEARS = ("sale.start", "lock!", "confirm!", "state!")
    BOOKS = ("claim.add", "unknown.add", "rounding")

    def __init__(self, run: Run, keep: bool) -> None:
        self._run, self._keep = run, keep
        self.sums = Sums()
        self.lines: list[dict[str, Any]] = []
        self._codes: Recent[str, int] = Recent()
        run.leave.append(self._fold)
        run.note_gone.append(lambda note: add_note(self.sums, note))

    def hear(self, fact: Record, wall_ms: int) -> None:
        run = self._run
        match fact["kind"], fact.get("result", ""):
            case "sale.start", _:
                self._start(fact, wall_ms)
            case "lock!", "held":
                case = run.case(run.sale_of(fact["sale"]))
                if case is not None:
                    case.prices = {place["index"]: place["price_fen"] for place in fact["places"]}
                    case.total_fen = fact["total_fen"]
            case "confirm!", "done":
                self._confirmed(fact)
            case "state!", "known" if fact["state"] in ("confirmed", "printed"):
                self._confirmed(fact)

    def _start(self, fact: Record, wall_ms: int) -> None:
        run, number = self._run, fact["number"]
        if run.open:
            run.say(6, f"sale {number} begins while {run.open} is open")
        if number <= run.last:
            run.say(6, f"sale {number} begins twice, or after {run.last}", number)
        run.begin(Case(number, fact["key"], wall_ms))

    def _confirmed(self, fact: Record) -> None:
        case = self._run.case(self._run.sale_of(fact["sale"]))
        if case is not None:
            case.confirmed = True

    def book(self, intent: Record) -> None:
        run, kind = self._run, intent["kind"]
        case = run.case(intent.get("sale", 0))
        if kind == "claim.add":
            self._claim(intent, case)
        elif case is None or case.outcome:
            if intent.get("sale", 0):
                run.say(2, f"{kind} for sale {intent['sale']}, which is not open", intent["sale"])
        elif kind == "unknown.add":
            case.unknown_fen += intent["bound_fen"]
        else:
            case.rounding_fen += intent["rounding_fen"]

    def _claim(self, intent: Record, case: Case | None) -> None:
        run, code = self._run, intent["code"]
        if code in self._codes:
            run.say(2, f"claim {code} is added twice", intent["sale"])
        self._codes[code] = intent["amount_fen"]
        if not intent["sale"]:
            self._late_claim(intent)
        elif case is None or case.outcome:
            run.say(2, f"a claim for sale {intent['sale']}, which is not open", intent["sale"])
        else:
            case.claims_fen += intent["amount_fen"]

    def _late_claim(self, intent: Record) -> None:
        run = self._run
        run.late_claims_fen += intent["amount_fen"]
        for number, value_fen in list(run.late.items()):
            if value_fen == intent["amount_fen"]:
                del run.late[number]
                return
        run.say(2, f"a claim of {intent['amount_fen']} fen outside a sale, and no late note of that value")

    def step_ends(self) -> None:
        """What became ours, or was lost, outside a sale is owed by the same line."""
        for payment, fen in self._run.unpaid.items():
            self._run.say(2, f"payment {payment} of {fen} fen came to nothing, and nobody is told", 0)
        self._run.unpaid.clear()
        if self._run.late:
            for number, value_fen in self._run.late.items():
                what = f"note {number}" if number > 0 else f"payment {-number}"
                self._run.say(2, f"{what} of {value_fen} fen came in without a sale, and nobody is owed it", 0)
            self._run.late.clear()

    def end(self, intent: Record, wall_ms: int) -> None:
        """`sale.end`: the equation of invariant 2."""
        run, number = self._run, intent["sale"]
        case = run.case(number)
        if case is None or case.outcome:
            run.say(2, "sale.end of a sale that is not open", number)
            return
        case.outcome, case.why, case.ended_ms = intent["outcome"], intent["why"], wall_ms
        account = account_of(case)
        left = account["ours_fen"] + account["uncertain_fen"] + account["unpaid_fen"]
        right = account["fare_fen"] + account["rounding_fen"] + account["taken_fen"] + account["claims_fen"]
        if left != right:
            run.say(2, f"{left} fen came in and {right} are accounted for: {account}", number)
        if abs(case.rounding_fen) >= run.rules.rounding_step_fen:
            run.say(2, f"{case.rounding_fen} fen of rounding are a whole step or more", number)
        uncertain_fen = account["uncertain_fen"] + sum(map(_unsure_fen, case.pays))
        uncertain_fen += sum(note.value_fen for note in case.notes if note.state == "inside")
        uncertain_fen += sum(coin.unsure_fen for coin in case.coins)
        if uncertain_fen > case.unknown_fen:
            run.say(3, f"{uncertain_fen} fen are uncertain, only {case.unknown_fen} booked as unknown", number)
        if intent["outcome"] in ("sold", "partial") and not case.confirmed:
            run.say(4, "the sale ends as sold, and the station never confirmed it", number)
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

    # -- sums

    def _fold(self, case: Case) -> None:
        line = add_case(self.sums, case)
        if self._keep:
            self.lines.append(line)

    def total(self) -> tuple[Sums, list[dict[str, Any]]]:
        """The sums of the run so far, and one line per sale when they were kept."""
        run, sums = self._run, self.sums.copy()
        lines = list(self.lines)
        for case in run.cases.values():
            line = add_case(sums, case)
            if self._keep:
                lines.append(line)
        for note in run.notes.values():
            add_note(sums, note)
        sums.owed_fen += run.late_claims_fen
        return sums, lines


def _unsure_fen(pay: Any) -> int:
    if pay.uncertain:
        return int(max(0, pay.asked_fen - pay.out_fen))
    return int(pay.out_fen if pay.state == "retract_unknown" else pay.in_path_fen)


def account_of(case: Case) -> dict[str, int]:
    """Amounts of one sale in fen; what was pulled back is in the claims."""
    return {
        "ours_fen": sum(note.value_fen for note in case.notes if note.state in OURS)
        + sum(charge.amount_fen for charge in case.charges if charge.counts),
        "unpaid_fen": sum(charge.unpaid_fen for charge in case.charges),
        "uncertain_fen": sum(note.value_fen for note in case.notes if note.state in DOUBTFUL),
        "fare_fen": sum(case.prices.get(blank.index, 0) for blank in case.blanks if blank.delivered),
        "rounding_fen": case.rounding_fen,
        "taken_fen": sum(pay.out_fen for pay in case.pays if pay.state == "taken")
        + sum(coin.out_fen for coin in case.coins),
        "claims_fen": case.claims_fen,
    }


def add_case(sums: Sums, case: Case) -> dict[str, Any]:
    """Everything of a sale but its notes, which may still come to rest; answers its line for the report."""
    account = account_of(case)
    if case.outcome:
        sums.outcomes[case.outcome] += 1
    else:
        sums.open_sales += 1
    sums.fares_fen += account["fare_fen"]
    sums.rounded_fen += account["rounding_fen"]
    sums.owed_fen += account["claims_fen"]
    for pay in case.pays:
        sums.change_fen += pay.out_fen if pay.state == "taken" and pay.why != "refund" else 0
        sums.refund_fen += pay.out_fen if pay.state == "taken" and pay.why == "refund" else 0
        sums.retracted_fen += pay.out_fen if pay.state == "retracted" else 0
    sums.coins_fen += sum(coin.out_fen for coin in case.coins)
    for blank in case.blanks:
        sums.tickets_printed += blank.state in ("in_tray", "dumped", "delivered", "retracted")
        sums.tickets_taken += blank.delivered
        sums.tickets_retracted += blank.state == "retracted"
    return {"sale": case.number, "key": case.key, "outcome": case.outcome or "open", "why": case.why, **account}


def add_note(sums: Sums, note: NoteTrack) -> None:
    sums.inserted_fen += note.value_fen
    sums.returned_fen += note.value_fen if note.state == "returned" else 0
    sums.kept_fen += note.value_fen if note.state in OURS else 0
    sums.uncertain_fen += note.value_fen if note.state not in SURE else 0
