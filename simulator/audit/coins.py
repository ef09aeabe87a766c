"""Coins, piece by piece: what a hopper was told to pay, what fell, what lies in it (invariants 2, 3, 5, 6 and 8).

A coin that fell into the cup is the passenger's at once. An order that nobody can tell of leaves its hopper in doubt until
people count it, and no further order goes there before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from simulator.audit.cases import Case, Run
from simulator.audit.reading import Record
from simulator.audit.tally import Tally
from simulator.audit.unknowns import Unknowns

CUP = "change.cup"
HOPPER = "hopper."
ONE_MORE = 1
"""A coin may fall beyond what was asked before anybody has said so."""


@dataclass(slots=True)
class CoinTrack:
    """One order to a hopper. `state`: asked, paid, refused, unknown. `least` fell for certain."""

    order: int
    sale: int
    hopper: int
    asked: int
    value_fen: int
    state: str = "asked"
    least: int = 0
    most: int = 0

    @property
    def out_fen(self) -> int:
        return self.least * self.value_fen

    @property
    def unsure_fen(self) -> int:
        """What may be claimed as it may not have fallen."""
        return max(0, min(self.asked, self.most) - self.least) * self.value_fen if self.state == "unknown" else 0


@dataclass(slots=True)
class Coins:
    """`values`: hopper -> face value in fen; `coins`: pieces by the records; `doubt`: so many fewer may lie there."""

    run: Run
    unknowns: Unknowns
    named: set[str]
    own: Counter[str]
    values: dict[int, int] = field(default_factory=dict)
    coins: dict[int, int] = field(default_factory=dict)
    doubt: Counter[int] = field(default_factory=Counter)
    taken_fen: int = 0
    ever_doubt_fen: int = 0  # beyond what is known passengers may have it
    tracks: dict[int, CoinTrack] = field(default_factory=dict)

    HEARS = ("pay!",)
    BOOKS = ("pay.coins?", "hopper.fill")

    def hear(self, fact: Record) -> None:
        if "hopper" not in fact:
            return
        track = self.tracks.get(fact["order"])
        if track is None:
            return
        if track.state != "asked":
            self.run.say(5, f"pay! {track.order} has an outcome already: {track.state}", track.sale)
            return
        result, fell = fact["result"], int(fact.get("coins", 0))
        track.state = {"coins_unknown": "unknown", "coins_refused": "refused"}.get(result, "paid")
        track.least, track.most = fell, int(fact.get("most", fell))
        if fell > track.asked or fact["hopper"] != track.hopper or (result == "coins" and fell != track.asked):
            self.run.say(
                2, f"pay! {track.order}: {fell} coins of hopper {fact['hopper']}, {track.asked} were asked", track.sale
            )
        self.coins[track.hopper] = self.coins.get(track.hopper, 0) - fell
        self.taken_fen += track.out_fen
        if fell:
            self.own["coins_out"] += fell
            self.own["coins_out_fen"] += track.out_fen
        if result == "coins_unknown":
            more = max(0, fact["most"] - fell)
            self.doubt[track.hopper] += more
            self.ever_doubt_fen += more * track.value_fen

    def book(self, intent: Record) -> None:
        if intent["kind"] == "hopper.fill":
            self._filled(intent)
        else:
            self._asked(intent)

    def _filled(self, intent: Record) -> None:
        hopper = intent["hopper"]
        own = self.coins.get(hopper, 0)
        if own != intent["before"]:
            self.run.say(3, f"hopper {hopper}: the books say {intent['before']}, the records say {own}", 0)
        self.values[hopper], self.coins[hopper] = intent["value_fen"], intent["after"]
        self.doubt[hopper] = 0
        self.named.add(f"{HOPPER}{hopper}")
        self.unknowns.counted(f"{HOPPER}{hopper}")

    def _asked(self, intent: Record) -> None:
        run, order, sale, hopper = self.run, intent["order"], intent["sale"], intent["hopper"]
        if order in self.tracks:
            run.say(5, f"pay.coins? {order} twice", sale)
            return
        value_fen = self.values.get(hopper, 0)
        track = self.tracks[order] = CoinTrack(order, sale, hopper, intent["coins"], value_fen)
        if intent["value_fen"] != track.asked * value_fen:
            run.say(2, f"pay.coins? {order} says {intent['value_fen']} fen for {track.asked} coins", sale)
        if intent["why"] == "empty":
            return  # people want out whatever lies there
        case = run.case(sale)
        if case is None or case.outcome:
            run.say(5, f"pay.coins? {order} for sale {sale}, which is not open", sale)
            return
        self._may_fall(case, track)
        case.coins.append(track)

    def _may_fall(self, case: Case, track: CoinTrack) -> None:
        """After everything else, out of what lies there for certain, and never again while an order is open."""
        run = self.run
        for pay in case.pays:
            if pay.state in ("asked", "presented") and (pay.out_fen or pay.state == "asked"):
                run.say(5, f"pay.coins? {track.order} while {pay.order} is {pay.state}", case.number)
            elif pay.state in ("retracted", "retract_unknown"):
                run.say(2, f"pay.coins? {track.order}, and nobody took {pay.order}", case.number)
        if any(other.state == "asked" for other in case.coins):
            run.say(5, f"pay.coins? {track.order} while another order is open", case.number)
        if track.asked > self.coins.get(track.hopper, 0) or self.doubt[track.hopper]:
            there = f"{self.coins.get(track.hopper, 0)}, {self.doubt[track.hopper]} of them in doubt"
            run.say(
                8,
                f"pay.coins? {track.order} wants {track.asked} of hopper {track.hopper}, which holds {there}",
                case.number,
            )

    def at_end(self, sale: int) -> None:
        case = self.run.case(sale)
        for track in case.coins if case is not None else ():
            if track.state == "asked":
                self.run.say(2, f"the sale ended and pay.coins? {track.order} has no outcome", sale)

    # -- for others

    def payable(self) -> dict[int, int]:
        """Face value -> coins that lie there for certain."""
        found: Counter[int] = Counter()
        for hopper, pieces in self.coins.items():
            if not self.doubt[hopper]:
                found[self.values[hopper]] += max(0, pieces)
        return dict(found)

    def open_orders(self) -> list[CoinTrack]:
        return [track for track in self.tracks.values() if track.state == "asked"]

    def open_fen(self) -> int:
        """What orders without an outcome may have let fall."""
        return sum((track.asked + ONE_MORE) * track.value_fen for track in self.open_orders())

    def may_fall(self, hopper: int) -> bool:
        """An order lets coins of it fall, or one that nobody could tell of still may."""
        return self.doubt[hopper] > 0 or any(track.hopper == hopper for track in self.open_orders())

    def sure(self) -> bool:
        return not self.open_orders() and not any(self.doubt.values())

    def forget(self, case: Case) -> None:
        """Its sale is folded away."""
        for track in case.coins:
            self.tracks.pop(track.order, None)

    def compare(self, tally: Tally) -> None:
        """Each hopper against its records (3)."""
        for hopper, booked in self.coins.items():
            places = (f"{HOPPER}{hopper}", f"{HOPPER}{hopper}.exit")
            if tally.touched.intersection(places):
                continue
            there = tally.pieces(*places)
            opened = sum(track.asked + ONE_MORE for track in self.open_orders() if track.hopper == hopper)
            less = self.doubt[hopper] + opened
            if not booked - less <= there <= booked:
                self.run.say(3, f"hopper {hopper}: {there} coins, the books say {booked} (doubt {less})", 0)
