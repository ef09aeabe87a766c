"""Each blank is asked for once, each number delivered once, only for a confirmed sale, never when void (invariants 4, 5)."""

from __future__ import annotations

from simulator.audit.cases import BlankTrack, Case, Run
from simulator.audit.outside import Outside
from simulator.audit.reading import Record

NOT_MADE = frozenset({"spoiled", "refused"})


class Tickets:
    HEARS = ("print!", "deliver!", "dump!", "taken!", "retract!", "sys.recover", "confirm!", "state!", "sale.continue")
    BOOKS = ("print?", "deliver?", "dump?", "retract?", "reopen?", "ticket.void", "void?")

    def __init__(self, run: Run, outside: Outside) -> None:
        self._run, self._outside = run, outside
        self.delivered_numbers: set[str] = set()
        self._given: dict[int, dict[int, tuple[str, ...]]] = {}  # sale -> place -> the numbers the station gave
        self._pulled: dict[tuple[str, int], int] = {}  # retract? without an outcome -> boot
        self._opened: dict[tuple[str, int, int], int] = {}  # reopen? (outlet, sale, order) -> boot
        self._here = 0  # the start in which somebody last said that he is here
        run.leave.append(self._forget)

    def hear(self, fact: Record) -> None:
        match fact["kind"], fact.get("result", ""):
            case "print!", _:
                self._printed(fact)
            case "dump!", _:
                self._move(fact["bundle"], ("in_tray", "unknown"), "dumped")
            case "deliver!", "presented":
                self._bundle(fact["bundle"], "presented")
            case "taken!", "tickets":
                self._taken(fact["bundle"])
            case "retract!", result:
                self._retracted(fact, result)
            case "deliver!", "unknown":
                self._move(fact["bundle"], ("in_tray",), "unknown")
            case "sale.continue", _:
                self._here = self._run.boot
            case "sys.recover", "end":
                self._move(self._run.open, ("asked",), "unknown")
            case "confirm!" | "state!", _:
                self._numbers(fact)

    def book(self, intent: Record) -> None:
        match intent["kind"]:
            case "print?":
                self._print(intent)
            case "deliver?":
                self._deliver(intent)
            case "retract?":
                self._retract(intent)
            case "reopen?":
                self._reopen(intent)
            case "dump?":
                self._must_be_open(intent)
            case "ticket.void":
                self._void(intent)
            case "void?":
                self._void_at_station(intent)

    def _forget(self, case: Case) -> None:
        self._given.pop(case.number, None)
        self._opened = {of: boot for of, boot in self._opened.items() if of[1] != case.number}

    def _numbers(self, fact: Record) -> None:
        if fact.get("tickets"):
            given = self._given.setdefault(self._run.sale_of(fact["sale"]), {})
            for entry in fact["tickets"]:
                given[entry["index"]] = (*given.get(entry["index"], ()), *entry["numbers"])

    def _must_be_open(self, intent: Record) -> Case | None:
        case = self._run.case(intent["sale"])
        if case is None or case.outcome:
            self._run.say(5, f"{intent['kind']} for sale {intent['sale']}, which is not open", intent["sale"])
        return case

    # -- printing

    def _print(self, intent: Record) -> None:
        run, key, sale, index = self._run, intent["blank"], intent["sale"], intent["index"]
        if key in run.blanks:
            run.say(5, f"print? for blank {key} twice", sale)
            return
        case = self._must_be_open(intent)
        if case is None:
            return
        if not case.confirmed:
            run.say(4, f"print? for blank {key}, and the station never confirmed the sale", sale)
        for other in case.blanks:
            if other.state == "asked":
                run.say(5, f"print? for blank {key} while {other.key} has no outcome", sale)
            elif other.index == index and other.state not in NOT_MADE:
                run.say(5, f"print? for place {index} again, though blank {other.key} is {other.state}", sale)
            elif other.number == intent["number"]:
                run.say(4, f"ticket number {other.number} is used for two blanks", sale)
        given = self._given.get(sale)
        if given and intent["number"] not in given.get(index, ()):
            run.say(4, f"ticket number {intent['number']} was not given for place {index}", sale)
        blank = run.blanks[key] = BlankTrack(key, sale, index, intent["number"])
        case.blanks.append(blank)

    def _printed(self, fact: Record) -> None:
        blank = self._run.blanks.get(fact["key"])
        if blank is None:
            return  # an outcome without its intent is told by the pairs
        if blank.state in ("asked", "unknown"):
            blank.state = fact["result"]
        else:
            self._run.say(4, f"blank {blank.key} is {blank.state} already, and now {fact['result']}", blank.sale)
        if blank.state == "unknown":
            self._outside.may_be(blank.number)

    # -- handing over

    def _deliver(self, intent: Record) -> None:
        case = self._must_be_open(intent)
        if case is None:
            return
        again = case.bundle_boot < self._run.boot and case.bundle_state == "asked"  # a restart came between
        if case.bundle and not again:
            self._run.say(5, "deliver? twice", case.number)
        case.bundle, case.bundle_boot, case.bundle_state = tuple(intent["blanks"]), self._run.boot, "asked"
        for key in case.bundle:
            blank = self._run.blanks.get(key)
            if blank is None or blank.state != "in_tray":
                self._run.say(
                    4, f"deliver? for blank {key}, which is {blank.state if blank else 'unheard of'}", case.number
                )

    def _bundle(self, sale: int, state: str) -> None:
        case = self._run.case(sale)
        if case is not None:
            case.bundle_state = state

    def _taken(self, bundle: int) -> None:
        case = self._run.case(bundle)
        if case is None:
            self._run.say(4, f"tickets of sale {bundle} were taken, and there is no such sale")
            return
        if not case.confirmed:
            self._run.say(4, "tickets were taken, and the station never confirmed the sale", bundle)
        self._pulled.pop(("tickets", bundle), None)
        for key in case.bundle:
            blank = self._run.blanks.get(key)
            if blank is not None:
                self._hand_over(blank)
        case.delivered, case.bundle_state = True, "taken"

    def _hand_over(self, blank: BlankTrack) -> None:
        run = self._run
        if blank.delivered:
            run.say(4, f"blank {blank.key} is delivered twice", blank.sale)
            return
        if blank.number in self.delivered_numbers:
            run.say(4, f"ticket {blank.number} is delivered twice", blank.sale)
        if blank.number in run.voided or blank.state not in ("in_tray", "unknown"):
            run.say(4, f"ticket {blank.number} is delivered, and it is {blank.state} or void", blank.sale)
        self.delivered_numbers.add(blank.number)
        self._outside.delivered(blank.number)
        blank.delivered, blank.state = True, "delivered"

    def _retract(self, intent: Record) -> None:
        """Emptying an outlet may be asked again after a restart, not before its outcome."""
        of = (intent["outlet"], intent["sale"] if intent["outlet"] == "tickets" else intent["order"])
        if self._pulled.get(of, -1) >= self._run.boot:
            self._run.say(5, f"retract? of {of[0]} {of[1]} again without an outcome", intent["sale"])
        self._must_be_open(intent)
        self._pulled[of] = self._run.boot

    def _reopen(self, intent: Record) -> None:
        """Once in a start, after a restart, and for somebody who said that he is here."""
        run, sale, outlet = self._run, intent["sale"], intent["outlet"]
        of = (outlet, sale, intent["order"])
        case = self._must_be_open(intent)
        if self._opened.get(of, -1) >= run.boot:
            run.say(5, f"reopen? of the {outlet} twice", sale)
        if self._here < run.boot:
            run.say(5, f"reopen? of the {outlet}, and nobody said that he is here", sale)
        if outlet == "tickets" and case is not None and (not case.bundle or case.bundle_boot >= run.boot):
            run.say(5, "reopen? of a slot into which no earlier start delivered", sale)
        if outlet == "change" and intent["order"] not in run.pays:
            run.say(5, f"reopen? of the change outlet for order {intent['order']}, which was never paid", sale)
        self._opened[of] = run.boot

    def _retracted(self, fact: Record, result: str) -> None:
        if result in ("tickets", "tickets_unknown"):
            self._pulled.pop(("tickets", fact["bundle"]), None)
            state = "retracted" if result == "tickets" else "unknown"
            self._move(fact["bundle"], ("in_tray",), state)
        elif not result.startswith("deposit"):
            self._pulled.pop(("change", fact["order"]), None)

    def _void(self, intent: Record) -> None:
        number = intent["number"]
        if number:
            self._run.voided[number] = True
            self._outside.voided(number)
        if number in self.delivered_numbers:
            self._run.say(4, f"ticket {number} is voided, and the passenger has it", intent["sale"])

    def _void_at_station(self, intent: Record) -> None:
        places = set(intent["places"])
        for blank in self._run.blanks_of(intent["sale"]):
            if blank.delivered and (not places or blank.index in places):
                self._run.say(4, f"the station is told to void place {blank.index}, and it was delivered", blank.sale)

    def _move(self, sale: int, states: tuple[str, ...], to: str) -> None:
        case = self._run.case(sale)
        if case is None:
            return
        if case.bundle_state and "in_tray" in states:
            case.bundle_state = to
        for blank in case.blanks:
            if blank.state in states:
                blank.state = to
                if to == "unknown":
                    self._outside.may_be(blank.number)
