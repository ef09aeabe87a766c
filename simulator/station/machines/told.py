"""What a machine's records say, folded as they come in: sales, money, boxes, claims, registers, commands, parameters.

One fold per (machine, epoch), in the order of its lines. Records may be replayed before or after the office's own steps, so
nothing in here asks for those; `views` and `days` put the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.station.machines.batches import Batches
from simulator.station.machines.flows import Flows
from simulator.station.machines.forms import check, check_time
from simulator.station.machines.registers import Registers, differences
from simulator.station.timetable import station_date

Record = Mapping[str, Any]
DAMAGED = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True, slots=True)
class Ended:
    """A sale that ended: `seq` of the record, `day` on which it began (a sale keeps its day), sums as the machine has them;
    `first`: seq of the record with which it began, 0 when that is not known."""

    seq: int
    first: int
    key: str
    day: str
    outcome: str
    ours_fen: int
    delivered_fen: int
    paid_out_fen: int
    claims_fen: int
    rounding_fen: int


@dataclass(frozen=True, slots=True)
class Happened:
    """Something with an amount: `what` is captured, notes_in, claim, box or unpaid; `name` says which."""

    seq: int
    day: str
    what: str
    name: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Unpaid:
    """Tickets were given for a payment that came to nothing: `key` of the sale, number and `reference` of the payment."""

    seq: int
    day: str
    key: str
    payment: int
    reference: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Registers as the machine told them at `seq`, and where they differ from the fold: name -> (said, folded)."""

    seq: int
    day: str
    said: Mapping[str, int]
    differences: Mapping[str, tuple[int, int]]


@dataclass(slots=True)
class Told:
    """The fold of one epoch. `active`: set -> version; `refused`: (set, version, reason); `results`: command -> (outcome, why)."""

    seq: int = 0
    wall_ms: int = 0
    registers: Registers = field(default_factory=Registers)
    flows: Flows = field(default_factory=Flows)
    batches: Batches = field(default_factory=Batches)
    ended: list[Ended] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)
    unpaid: list[Unpaid] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    active: dict[str, int] = field(default_factory=dict)
    staged: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[str, int, str]] = field(default_factory=list)
    results: dict[int, tuple[str, str]] = field(default_factory=dict)
    damaged: list[int] = field(default_factory=list)
    _open: tuple[int, str, str, int] = (0, "", "", 0)  # number, key, day and first line of the sale that began last
    _asked: dict[int, tuple[int, str]] = field(default_factory=dict)  # payment -> fen, day of its sale

    def copy(self) -> Told:
        return replace(
            self,
            registers=self.registers.copy(),
            flows=self.flows.copy(),
            batches=self.batches.copy(),
            ended=list(self.ended),
            happened=list(self.happened),
            unpaid=list(self.unpaid),
            compared=list(self.compared),
            active=dict(self.active),
            staged=dict(self.staged),
            refused=list(self.refused),
            results=dict(self.results),
            damaged=list(self.damaged),
            _asked=dict(self._asked),
        )

    def hear(self, record: Record) -> None:
        """One good line. A record that lacks what its kind needs is remembered and passed over."""
        try:
            self.seq, fact = record["seq"], record["fact"]
            self.wall_ms = check_time(record["wall_ms"])
            for part in (fact, *record["intents"]):
                if part["kind"] in HEARD:
                    check(part)
            kind = fact["kind"]
            self.flows.hear(fact, self.wall_ms, self.registers)
            if kind in _FACTS:
                _FACTS[kind](self, fact)
            for intent in record["intents"]:
                kind = intent["kind"]
                if kind in Registers.BOOKS:
                    self.registers.book(intent)
                if kind in _INTENTS:
                    _INTENTS[kind](self, intent)
        except DAMAGED:
            self.damaged.append(self.seq)

    @property
    def _day(self) -> str:
        return station_date(self.wall_ms).isoformat()

    def _add(self, what: str, name: str, amount_fen: int, day: str = "") -> None:
        self.happened.append(Happened(self.seq, day or self._day, what, name, amount_fen))

    def lines_of(self, key: str) -> tuple[int, int]:
        """The first and the last record of a sale, as far as it is told; (0, 0) for one of which nothing is."""
        ended = next((each for each in reversed(self.ended) if each.key == key), None)
        if ended is not None:
            return (ended.first, ended.seq) if ended.first else (0, 0)
        return (self._open[3], self.seq) if self._open[1] == key else (0, 0)

    def _began(self, fact: Record) -> None:
        self._open = fact["number"], fact["key"], self._day, self.seq

    def _end(self, intent: Record) -> None:
        number, key, day, first = self._open
        if number != intent["sale"]:
            key, day, first = f"sale {intent['sale']}", self._day, 0
        fen = (intent[f"{part}_fen"] for part in ("ours", "delivered", "paid_out", "claims", "rounding"))
        self.ended.append(Ended(self.seq, first, key, day, intent["outcome"], *fen))

    def _stacked(self, fact: Record) -> None:
        if fact.get("result") in ("stacked", "recycled"):
            self._add("notes_in", str(fact["note"]), fact["value_fen"])

    def _settled(self, fact: Record) -> None:
        self.batches.settle(fact, self.seq, self._day, self.wall_ms)

    def _asked_for(self, intent: Record) -> None:
        self.batches.asked(intent)
        self._asked[intent["payment"]] = intent["amount_fen"], self._open[2]

    def _captured(self, fact: Record) -> None:
        self.batches.hear(fact)
        if fact.get("result") == "done" and fact["payment"] in self._asked:
            self._add("captured", str(fact["payment"]), *self._asked.pop(fact["payment"]))

    def _claimed(self, intent: Record) -> None:
        self._add("claim", intent["code"], intent["amount_fen"], self._open[2] if intent["sale"] else "")

    def _came_to_nothing(self, intent: Record) -> None:
        """It may be told after the sale has ended, and after the next one began."""
        number, payment = int(intent["sale"]), int(intent["payment"])
        open_number, key, day, _ = self._open
        if number != open_number:
            its = (each for each in reversed(self.ended) if each.key.split(".")[2:3] == [str(number)])
            key, day = next(((each.key, each.day) for each in its), (f"sale {number}", self._day))
        self.unpaid.append(Unpaid(self.seq, day, key, payment, intent["reference"], intent["amount_fen"]))
        self._add("unpaid", key, intent["amount_fen"], day)

    def _box_left(self, intent: Record) -> None:
        self._add("box", intent["tag"], sum(value_fen * notes for value_fen, notes in intent["notes"]))

    def _told_registers(self, intent: Record) -> None:
        said = {str(name): int(value) for name, value in intent["values"]}
        wrong = differences(said, {name: value for name, value in self.registers.values.items() if value})
        self.compared.append(Compared(self.seq, intent["day"], said, wrong))

    def _answered(self, fact: Record) -> None:
        if fact["reason"] != "signature":
            self.results[fact["seq"]] = fact["outcome"], fact["reason"]
        else:
            self.refused.append(("command", fact["seq"], fact["reason"]))

    def _activated(self, fact: Record) -> None:
        self.active[fact["set"]] = fact["version"]

    def _staged(self, fact: Record) -> None:
        self.staged[fact["set"]] = fact["version"]

    def _set_refused(self, fact: Record) -> None:
        self.refused.append((fact["set"], fact["version"], fact["reason"]))


_FACTS: Mapping[str, Callable[[Told, Record], None]] = {
    "sale.start": Told._began,
    "stack!": Told._stacked,
    "capture!": Told._captured,
    "auth!": lambda told, fact: told.batches.hear(fact),
    "reverse!": lambda told, fact: told.batches.hear(fact),
    "batch!": Told._settled,
    "sys.command": Told._answered,
    "sys.params": Told._activated,
    "params.staged": Told._staged,
    "params.people": Told._staged,
    "params.media": Told._staged,
    "params.refused": Told._set_refused,
}
_INTENTS: Mapping[str, Callable[[Told, Record], None]] = {
    "sale.end": Told._end,
    "auth?": Told._asked_for,
    "capture?": lambda told, intent: told.batches.asked(intent),
    "reverse?": lambda told, intent: told.batches.asked(intent),
    "claim.add": Told._claimed,
    "unpaid.add": Told._came_to_nothing,
    "box.swap": Told._box_left,
    "registers": Told._told_registers,
}
HEARD = frozenset({*_FACTS, *_INTENTS, *Registers.HEARS, *Registers.BOOKS})
