"""Each blank is asked for once, each number delivered once, only for a confirmed sale, never when void (invariants 4, 5)."""

from __future__ import annotations

from simulator.audit.cases import BlankTrack, Run
from simulator.audit.reading import Record

NOT_MADE = frozenset({"spoiled", "refused"})


class Tickets:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._delivered_numbers: dict[str, str] = {}

    def hear(self, fact: Record) -> None:
        match fact["kind"]:
            case "print!":
                self._printed(fact)
            case "dump!":
                self._move(fact["bundle"], ("in_tray", "unknown"), "dumped")
            case "taken!" if fact["result"] == "tickets":
                self._taken(fact["bundle"])
            case "retract!" if fact["result"] == "tickets":
                self._move(fact["bundle"], ("in_tray",), "retracted")
            case "deliver!" | "retract!" if fact["result"] in ("unknown", "tickets_unknown"):
                self._move(fact["bundle"], ("in_tray",), "unknown")
            case "sys.recover" if fact.get("result") == "end":
                self._move(self._run.open, ("asked",), "unknown")

    def book(self, intent: Record) -> None:
        match intent["kind"]:
            case "print?":
                self._print(intent)
            case "deliver?":
                self._deliver(intent)
            case "ticket.void":
                self._void(intent)
            case "void?":
                self._void_at_station(intent)

    # -- printing

    def _print(self, intent: Record) -> None:
        run, key, sale = self._run, intent["blank"], intent["sale"]
        if key in run.blanks:
            run.say(5, f"print? for blank {key} twice", sale)
            return
        for other in run.blanks_of(sale):
            if other.state == "asked":
                run.say(5, f"print? for blank {key} while {other.key} has no outcome", sale)
            elif other.index == intent["index"] and other.state not in NOT_MADE:
                run.say(5, f"print? for place {intent['index']} again, though blank {other.key} is {other.state}", sale)
            elif other.number == intent["number"]:
                run.say(4, f"ticket number {other.number} is used for two blanks", sale)
        run.blanks[key] = BlankTrack(key, sale, intent["index"], intent["number"])

    def _printed(self, fact: Record) -> None:
        blank = self._run.blanks.get(fact["key"])
        if blank is None:
            return  # an outcome without its intent is told by the pairs
        if blank.state in ("asked", "unknown"):
            blank.state = fact["result"]
        else:
            self._run.say(4, f"blank {blank.key} is {blank.state} already, and now {fact['result']}", blank.sale)

    # -- handing over

    def _deliver(self, intent: Record) -> None:
        case = self._run.case(intent["sale"])
        if case is None:
            return
        if case.bundle:
            self._run.say(5, "deliver? twice", case.number)
        case.bundle = tuple(intent["blanks"])
        for key in case.bundle:
            blank = self._run.blanks.get(key)
            if blank is None or blank.state != "in_tray":
                self._run.say(
                    4, f"deliver? for blank {key}, which is {blank.state if blank else 'unheard of'}", case.number
                )

    def _taken(self, bundle: int) -> None:
        case = self._run.case(bundle)
        if case is None:
            self._run.say(4, f"tickets of sale {bundle} were taken, and there is no such sale")
            return
        if not case.confirmed:
            self._run.say(4, "tickets were taken, and the station never confirmed the sale", bundle)
        for key in case.bundle:
            blank = self._run.blanks.get(key)
            if blank is not None:
                self._hand_over(blank)
        case.delivered = True

    def _hand_over(self, blank: BlankTrack) -> None:
        run = self._run
        if blank.delivered:
            run.say(4, f"blank {blank.key} is delivered twice", blank.sale)
            return
        if blank.number in self._delivered_numbers:
            run.say(4, f"ticket {blank.number} is delivered twice", blank.sale)
        if blank.number in run.voided or blank.state not in ("in_tray", "unknown"):
            run.say(4, f"ticket {blank.number} is delivered, and it is {blank.state} or void", blank.sale)
        self._delivered_numbers[blank.number] = blank.key
        blank.delivered, blank.state = True, "delivered"

    def _void(self, intent: Record) -> None:
        number = intent["number"]
        if number:
            self._run.voided.add(number)
        if number in self._delivered_numbers:
            self._run.say(4, f"ticket {number} is voided, and the passenger has it", intent["sale"])

    def _void_at_station(self, intent: Record) -> None:
        places = set(intent["places"])
        for blank in self._run.blanks_of(intent["sale"]):
            if blank.delivered and (not places or blank.index in places):
                self._run.say(4, f"the station is told to void place {blank.index}, and it was delivered", blank.sale)

    def _move(self, sale: int, states: tuple[str, ...], to: str) -> None:
        for blank in self._run.blanks_of(sale):
            if blank.state in states:
                blank.state = to
