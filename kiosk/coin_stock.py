"""What lies in the coin hoppers, by the books: a fold of the journal beside that of the notes (decision page 031).

A hopper pays only when it was counted, when its last order ended as asked or with nothing, and while none of its faults is up.
What fell is gone: a cup has no sensor and no way back.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from kiosk.faults import FaultCode
from kiosk.kept import NOT_KEPT
from kiosk.records import Record

HALF_YUAN_FEN = 50
KEPT = 16
"""So many outcomes are remembered: one that is said twice moves nothing."""
HOPPERS = "hopper"
"""All of them together, as a technician restarts them."""
PREFIX = "hopper."


def place_of(hopper: int) -> str:
    """Its name among places and devices."""
    return f"{PREFIX}{hopper}"


@dataclass(slots=True)
class CoinStock:
    """`values`: number of the hopper -> face value of its coins in fen, of the configuration; `coins`: pieces, once counted.

    `resting`: gave less than it should, or nobody knows what; only a count ends that. `faults`: what is wrong since this start.
    """

    values: dict[int, int] = field(default_factory=dict, metadata=NOT_KEPT)
    coins: dict[int, int] = field(default_factory=dict)
    resting: set[int] = field(default_factory=set)
    faults: dict[int, set[str]] = field(default_factory=dict, compare=False, metadata=NOT_KEPT)
    _open: dict[int, int] = field(default_factory=dict)  # order without an outcome -> its hopper
    _settled: deque[int] = field(default_factory=lambda: deque(maxlen=KEPT))

    def usable(self) -> dict[int, int]:
        """Hopper -> coins that may be planned with."""
        busy = set(self._open.values())
        return {
            number: count
            for number, count in self.coins.items()
            if count and number in self.values and number not in self.resting | busy and not self.faults.get(number)
        }

    def payable(self, without: frozenset[int] = frozenset()) -> dict[int, int]:
        """Face value -> coins that may be planned with; hoppers `without` are left out."""
        found: Counter[int] = Counter()
        for number, count in self.usable().items():
            if number not in without:
                found[self.values[number]] += count
        return dict(found)

    def fullest(self, value_fen: int, without: frozenset[int] = frozenset()) -> tuple[int, int]:
        """(hopper, coins) of that value with the most in it. Raises ValueError when none may be planned with."""
        able = [
            (count, -number)
            for number, count in self.usable().items()
            if self.values[number] == value_fen and number not in without
        ]
        count, number = max(able)
        return -number, count

    def step_fen(self, usual_fen: int, reserve: int) -> int:
        """To what a price is rounded: with more half yuan than the reserve not to a whole one."""
        return min(HALF_YUAN_FEN, usual_fen) if self.payable().get(HALF_YUAN_FEN, 0) > reserve else usual_fen

    # -- folding

    def begin(self) -> None:
        """A new start: devices say anew what is wrong with them."""
        self.faults.clear()

    def hear(self, fact: Record) -> int:
        """The fact of one step; answers how many coins fell by it."""
        kind, result = fact["kind"], fact.get("result", "")
        if kind == "fault" and fact["device"].startswith(PREFIX):
            self._fault(int(fact["device"].removeprefix(PREFIX)), fact["code"], fact["up"])
        if kind != "pay!" or not result.startswith("coins") or fact["order"] in self._settled:
            return 0
        self._settled.append(fact["order"])
        self._open.pop(fact["order"], None)
        if result in ("coins_short", "coins_unknown"):
            self.resting.add(fact["hopper"])
        fell = int(fact.get("coins", 0))
        self.coins[fact["hopper"]] = max(0, self.coins.get(fact["hopper"], 0) - fell)
        return fell

    def ordered(self, record: Record) -> None:
        """A line says that a hopper is to pay now."""
        self._open[record["order"]] = record["hopper"]

    def filled(self, record: Record) -> None:
        """People counted what lies in it now; coins of another value than configured are not paid."""
        number = record["hopper"]
        self.coins[number] = record["after"]
        if record["value_fen"] == self.values.get(number):
            self.resting.discard(number)
        else:
            self.resting.add(number)

    def _fault(self, number: int, code: str, up: bool) -> None:
        """A warning takes nothing away."""
        if not FaultCode[code].code.startswith("E"):
            return
        found = self.faults.setdefault(number, set())
        (found.add if up else found.discard)(code)
