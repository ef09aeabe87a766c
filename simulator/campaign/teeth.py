"""Hunts for a planted bug: scripts that could show it, the short ones first, until the auditor speaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from simulator.campaign.days import day
from simulator.campaign.sabotage import SABOTAGE, planted
from simulator.campaign.sets import BUDGET_FEN, CHEAP_FEN, COIN_SALES, PHONE_SALES, SALES, sales_of, singles
from simulator.campaign.sets_cards import CARD_SALES
from simulator.passenger.person import Kind, Plan
from simulator.world.run import Run, base_of
from simulator.world.script import Script, Trouble

MOST_TRIES = 400
CHANGE = SALES["change"]
TWO_NOTES = Plan(Kind.WALK_AWAY, 1, BUDGET_FEN, leave_at="pay.cash", notes_before=2)
TORN = ((4, 4), (12, 12), (20, 20), (25, 25), (49, 49))
"""(seed, point) of cuts that leave half a line: found by looking, and looked for again if none of them does any more."""


def _at_desk(name: str, when: str, *sales: str) -> Script:
    """Passengers with phones, one after the other, while this goes wrong at the other side."""
    plans = tuple(PHONE_SALES[sale] for sale in sales or ("code",))
    return Script(1, plans, (Trouble("payment", name, when),), machine="pay")


def _at_hopper(name: str, *sales: str) -> Script:
    """Passengers whose change has a half yuan, one after the other, while this goes wrong in a hopper."""
    plans = tuple(COIN_SALES[sale] for sale in sales or ("coins", "coins"))
    return Script(1, plans, (Trouble("hopper", name, "pay.coins?"),), machine="coins")


def _by_card(device: str, name: str, when: str) -> Script:
    """Two passengers with cards, one after the other, while this goes wrong."""
    plan = CARD_SALES["card"]
    return Script(1, (plan, plan), (Trouble(device, name, when),), machine="cards")


DIRECTED: dict[str, list[Script]] = {
    "flag_per_sale": [
        Script(
            1,
            (TWO_NOTES,),
            (
                Trouble("acceptor", "jam_in_stacker_next", "stack?", 2),
                Trouble("cabinet", "change_shutter_stuck", "stack?", 2),
            ),
        )
    ],
    "change_promised_twice": [Script(seed, (Plan(Kind.LARGE, 1, CHEAP_FEN),) * 4, fill="lean") for seed in range(1, 6)],
    "torn_tail_skipped": [Script(seed, (CHANGE,), cuts=(at, at + 25)) for seed, at in TORN],
    "void_forgotten": [
        Script(1, (SALES["three tickets"],), (Trouble("ticket_unit", name, "print?", 2),))
        for name in ("verify_fail", "jam", "cutter_4")
    ],
    "kept_is_believed": [Script(1, (CHANGE,), (Trouble("acceptor", "jam_in_stacker_next", "keep?"),), machine="bulk")],
    "former_approval_stands": [
        Script(1, (PHONE_SALES["code"],), cuts=(at,), machine="pay", after_cut="stays") for at in range(12, 20)
    ],
    "battery_believed": [
        Script(
            1,
            (CHANGE, CHANGE),
            (Trouble("ups", "battery_lies"), Trouble("people", "mains", "pay?")),
            pause_ms=1_200_000,
            ups=True,
        )
    ],
    "reversal_dropped": [_at_desk("silent", "auth?")],
    "late_approval_is_paid": [_at_desk("late_word", "auth?", "code left", "code cancelled")],
    "unknown_payment_is_paid": [_at_desk("silent", "auth?"), _at_desk("silent", "lock?")],
    "payment_begun_again": [_at_desk("mute", "auth?")],
    "card_time_out_is_paid": [_by_card("bank", "silent", "auth?")],
    "card_reversal_dropped": [_by_card("bank", "answer_lost", "auth?")],
    "settlement_leaves_one_out": [Script(1, (CARD_SALES["card"],) * 3, machine="cards")],
    "ordered_settlement_forgotten": [Script(1, (CARD_SALES["card"],), machine="cards", office=True)],
    "pad_tamper_ignored": [_by_card("pin_pad", "opened", "")],
    "coins_paid_again": [_at_hopper("light_paying_next"), _at_hopper("exit_blocked_next")],
    "short_coins_not_claimed": [_at_hopper("empty_next"), _at_hopper("jam_next")],
    "coins_to_an_empty_bay": [Script(1, (COIN_SALES["forgotten change"],) * 2, machine="coins")],
    "register_not_restored": [Script(1, (CHANGE, CHANGE), cuts=(at,)) for at in range(56, 76)],
}
"""Bugs that few scripts can show -> scripts that can."""


@dataclass(frozen=True, slots=True)
class Catch:
    """`tries`: scripts it took. `violation` is the first that was said."""

    tries: int
    violation: str
    script: Script


def scripts(name: str) -> Iterator[Script]:
    """What is tried, in order: made for this bug, the typical sales, a cut anywhere, every fault, random days."""
    level, machine = SABOTAGE[name].needs, SABOTAGE[name].machine
    yield from DIRECTED.get(name, [])
    sales = sales_of(machine)
    typical = next(iter(sales.values()))
    yield from (Script(1, (plan,), level=level, machine=machine) for plan in sales.values())
    yield from (Script(1, (typical,), cuts=(at,), level=level, machine=machine) for at in range(5, 70, 4))
    if machine == "pay":
        yield from singles("code", machine=machine)
    if machine != "usual":
        return
    yield from singles("change")
    yield from (day(number, 1) for number in range(MOST_TRIES))


def hunt(name: str, most: int = MOST_TRIES) -> Catch | None:
    """Plants the bug and hunts it. None: `most` scripts ran and nobody noticed."""
    for tries, script in enumerate(islice(scripts(name), most), start=1):
        base = base_of(script)  # by a machine without the bug: it is kept, and others start from it
        with planted(name):
            violations = Run(script, base).run().violations
        if violations:
            return Catch(tries, violations[0], script)
    return None
