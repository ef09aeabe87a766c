"""What stands at a machine whose processes are killed: how it is fitted out, who is killed, who comes, what staff clears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from simulator.fittings import BULK, USUAL, Fitting, with_cards, with_coins, with_collecting, with_phones
from simulator.passenger.person import Kind, Plan, make_plan
from simulator.world.level import Machine

USUAL_VICTIMS: Mapping[str, int] = {"controller": 6, "mains": 3, "station": 1}
FROM_ORDER = ("review", "pay.cash")
FROM_PAYMENT = ("pay.choice", "pay.code", "pay.card")
FROM_TICKETS = ("printing", "take")
FROM_PROOF = ("pickup.orders", "busy", "printing", "pay.cash")
PAYING = (FROM_ORDER, FROM_PAYMENT, FROM_TICKETS)
AT_PAYMENT = {"cash": "pay.cash", "code": "pay.code", "card": "pay.card", "pickup": "take"}
"""How somebody pays -> where one walks away while paying so; who has paid already leaves the tickets."""
CASH: Sequence[Plan] = tuple(
    Plan(kind) for kind in (Kind.EXACT, Kind.LARGE, Kind.CANCEL, Kind.LARGE, Kind.WALK_AWAY, Kind.FORGET_CHANGE)
)
CODES: Sequence[Plan] = (
    Plan(Kind.PHONE),
    Plan(Kind.LARGE),
    Plan(Kind.PHONE_TWICE),
    Plan(Kind.CANCEL, pays="code"),
    Plan(Kind.PHONE),
    Plan(Kind.WALK_AWAY, pays="code"),
    Plan(Kind.PHONE_LATE),
    Plan(Kind.FORGET_CHANGE),
)
COINS: Sequence[Plan] = (Plan(Kind.LARGE), Plan(Kind.CANCEL), Plan(Kind.LARGE), Plan(Kind.FORGET_CHANGE))
PICKUPS: Sequence[Plan] = (
    Plan(Kind.PICKUP),
    Plan(Kind.PICKUP_CARD),
    Plan(Kind.LARGE),
    Plan(Kind.PICKUP_TYPED),
    Plan(Kind.WALK_AWAY, pays="pickup"),
)
"""By paper, by card, with notes, by the code as typed, and away when the tickets lie there."""
CARDS: Sequence[Plan] = (
    Plan(Kind.CARD),
    Plan(Kind.PHONE),
    Plan(Kind.CARD_WRONG_PIN),
    Plan(Kind.LARGE),
    Plan(Kind.CARD),
    Plan(Kind.CANCEL, pays="card"),
    Plan(Kind.CARD, manner="forgotten"),
    Plan(Kind.WALK_AWAY, pays="card"),
    Plan(Kind.CARD_REFUSED),
    Plan(Kind.CARD, manner="left"),
    Plan(Kind.CARD_CANCEL),
)


@dataclass(frozen=True, slots=True)
class KillKind:
    """`victims`: process -> how often beside the others it is the one; `mains` is the machine's power. `people`: who comes, in
    turn; of each plan the kind, the way to pay and the manner count. `from_screens`: from which screens on a kill may come, one of
    them is drawn for each visit, and how many real ms later at the latest. `cleared`: devices that staff clears by hand."""

    fitting: Fitting
    people: Sequence[Plan] = CASH
    victims: Mapping[str, int] = field(default_factory=lambda: USUAL_VICTIMS)
    from_screens: Sequence[Sequence[str]] = (FROM_ORDER,)
    latest_ms: int = 4_500
    cleared: Sequence[str] = ("acceptor", "dispenser", "ticket_unit")
    settles: float = 0.0
    """How often, between two passengers, the office orders a settlement with the bank, and somebody is killed then."""

    def plan(self, number: int, dice: Random) -> Plan:
        """Of visitor `number`, from 0."""
        given = self.people[number % len(self.people)]
        made = make_plan(given.kind, dice)
        pays = made.pays if given.pays == "cash" else given.pays
        leave_at = AT_PAYMENT[pays] if made.leave_at == "pay.cash" or pays == "pickup" else made.leave_at
        return replace(made, pays=pays, leave_at=leave_at, manner=given.manner or made.manner)


KINDS: Mapping[Machine, KillKind] = {
    "usual": KillKind(USUAL),
    "bulk": KillKind(BULK),
    "pay": KillKind(with_phones(USUAL), CODES, {**USUAL_VICTIMS, "provider": 3}, PAYING),
    "collect": KillKind(
        with_collecting(USUAL),
        PICKUPS,
        from_screens=(FROM_PROOF,),
        latest_ms=2_000,
        cleared=("acceptor", "dispenser", "ticket_unit", "code_scanner", "id_reader"),
    ),
    "coins": KillKind(
        with_coins(USUAL),
        COINS,
        from_screens=(FROM_ORDER, FROM_TICKETS),
        cleared=("acceptor", "dispenser", "ticket_unit", "hopper"),
    ),
    "cards": KillKind(
        with_cards(with_phones(USUAL)),
        CARDS,
        {**USUAL_VICTIMS, "bank": 4, "provider": 1},
        PAYING,
        cleared=("acceptor", "dispenser", "ticket_unit", "card_reader", "pin_pad"),
        settles=0.6,
    ),
}
"""Machines of the campaign that stand there as real processes, too."""
