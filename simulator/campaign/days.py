"""Random days: passengers of every kind, faults alone, in pairs and in bursts, power cuts anywhere. One number, one day."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from simulator.campaign.sets import LINK_FAULTS, PAYMENT_MOMENTS, on_battery, troubles
from simulator.campaign.sets_cards import CARDS, MANNERS, OF_CARDS
from simulator.campaign.sets_readers import reader_troubles
from simulator.passenger.person import USUAL, Kind, Plan, make_plan
from simulator.world.level import FITTED, Level, Machine, is_fitted
from simulator.world.office import ORDERS
from simulator.world.provider import OWN_FAULTS
from simulator.world.script import Script, Trouble

VISITS = 10
POINTS_PER_VISIT = 60
KINDS = USUAL
ALL_TROUBLES: dict[Machine, tuple[Trouble, ...]] = {
    "usual": tuple(troubles()), "bulk": tuple(troubles("bulk")), "pay": tuple(troubles("pay")),
    "collect": tuple(troubles("collect")),
    "coins": tuple(troubles("coins")), "cards": tuple(troubles("cards")),
    **{machine: tuple(troubles(machine)) for machine in FITTED},
}  # fmt: skip
AT_PORT = {machine: tuple(troubles(machine, "port")) for machine in FITTED}
"""The same for machines of which bytes tell more than a front does."""
AT_DESK = tuple(each for each in ALL_TROUBLES["pay"] if each.device == "payment")
AT_PROVIDER = tuple(Trouble("payment", name, when) for name in OWN_FAULTS for when in PAYMENT_MOMENTS)
AT_BANK = tuple(each for each in ALL_TROUBLES["cards"] if each.device.removeprefix("link:") in OF_CARDS)
AT_READERS = tuple(reader_troubles(LINK_FAULTS))
ALL_LOST = tuple(on_battery())
LOST_MS = (5_000, 20_000, 120_000, 1_200_000)
"""How long the mains of a machine with a UPS are gone: a dip that counts, until it switches off or before, an empty battery."""
HOW_MANY = (0, 0, 0, 1, 1, 2, 2, 5)
"""Faults of a day: mostly few; five are a burst."""
CUTS = (0, 0, 1, 1, 2, 3)


PICKUPS = 0.6
"""Share of those who come for what they bought elsewhere."""
PHONES = 0.75
"""Share of those who come with a phone that pays."""


BY_CARD, BY_CODE = 0.5, 0.75
"""Of those who come where everything is taken: up to here with a card, up to here with a phone, the others with notes."""


SPEAKS = (1, 2, 4, 8)
"""How often the office speaks in a day of it."""
WHEN = ("", "lock?", "stack?", "confirm?", "print?", "deliver?", "pay?", "release?")


def _spoken(dice: Random, visits: int) -> Trouble:
    when = dice.choice(WHEN)
    return Trouble("office", dice.choice(ORDERS), when, 1 + (dice.randrange(visits) if when else 0))


def _by_phone(plan: Plan, dice: Random) -> Plan:
    if dice.random() >= PHONES:
        return plan
    return replace(plan, pays="code", leave_at="pay.code" if plan.leave_at == "pay.cash" else plan.leave_at)


def mixed(plan: Plan, dice: Random) -> Plan:
    """The same person, who may come with a card or a phone."""
    some = dice.random()
    if some >= BY_CODE:
        return plan
    pays, leaves = ("card", "pay.card") if some < BY_CARD else ("code", "pay.code")
    plan = replace(plan, pays=pays, leave_at=leaves if plan.leave_at == "pay.cash" else plan.leave_at)
    return replace(plan, card=dice.choice(CARDS), manner=dice.choice(MANNERS)) if pays == "card" else plan


def day(
    number: int,
    seed: int,
    level: Level = "port",
    visits: int = VISITS,
    ups: bool = False,
    machine: Machine = "usual",
    office: bool = False,
) -> Script:
    """Day `number` of the campaign with this seed: the same whoever runs it, and in whatever order. `ups`: the same day on a
    machine with one, and the mains fail. `office`: the same day, and the station's office orders this and that."""
    dice = Random(f"{seed}.{number}")
    kinds = KINDS if machine != "cards" else (*KINDS, Kind.GROUP)
    plans = tuple(make_plan(dice.choice(kinds), dice) for _ in range(visits))
    if machine == "collect":
        plans = tuple(replace(plan, pays="pickup") if dice.random() < PICKUPS else plan for plan in plans)
    if machine == "pay":
        plans = tuple(_by_phone(plan, dice) for plan in plans)
    if machine == "cards":
        plans = tuple(mixed(plan, dice) for plan in plans)
    known = AT_PORT[machine] if is_fitted(machine) and level == "port" else ALL_TROUBLES[machine]
    trouble = dice.sample(known, dice.choice(HOW_MANY))
    if machine == "pay":  # few faults are the desk's; every other day has some of them
        trouble += dice.sample(AT_DESK, dice.choice((0, 1, 1, 2)))
    if machine in ("pay", "cards") and level == "bytes":
        trouble += dice.sample(AT_PROVIDER, dice.choice((0, 0, 1)))
    if machine == "cards":
        trouble += dice.sample(AT_DESK, dice.choice((0, 0, 1))) + dice.sample(AT_BANK, dice.choice((0, 1, 1, 2)))
    if machine == "collect":
        trouble += dice.sample(AT_READERS, dice.choice((0, 1, 1, 2)))
    placed = tuple(replace(each, nth=1 + dice.randrange(visits)) for each in trouble)
    cuts = sorted(dice.sample(range(1, POINTS_PER_VISIT * visits), dice.choice(CUTS)))
    script = Script(
        seed=dice.getrandbits(32),
        plans=plans,
        troubles=placed,
        cuts=tuple(cuts),
        after_cut=dice.choice(("stays", "leaves")),
        level=level,
        pause_ms=dice.choice((5_000, 20_000, 120_000)),
        fill=dice.choice(("full", "full", "full", "lean")),
        machine=machine,
    )
    if office:
        spoken = tuple(_spoken(dice, visits) for _ in range(dice.choice(SPEAKS)))
        script = replace(script, office=True, troubles=(*script.troubles, *spoken))
    if not ups:
        return script
    lost = dice.choice(ALL_LOST)
    more = tuple(replace(each, nth=each.nth + dice.randrange(visits)) if each.when else each for each in lost)
    pause_ms = dice.choice(LOST_MS)
    stays = script.after_cut if pause_ms < LOST_MS[-1] else "leaves"  # nobody stands in the dark for so long
    return replace(script, ups=True, troubles=(*script.troubles, *more), pause_ms=pause_ms, after_cut=stays)
