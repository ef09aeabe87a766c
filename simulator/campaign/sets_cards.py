"""Machines at which cards pay: typical sales by card, and what can go wrong with reader, PIN pad, their lines and the bank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.devices.crt310.faults import FAULTS as READER_FAULTS
from simulator.devices.epp.faults import FAULTS as PAD_FAULTS
from simulator.passenger.person import Kind, Plan
from simulator.world.bank import MENU as BANK_FAULTS
from simulator.world.script import Trouble

BUDGET_FEN = 100_000
CARD_SALES: dict[str, Plan] = {
    "card": Plan(Kind.EXACT, 1, BUDGET_FEN, pays="card"),
    "card cancelled": Plan(Kind.CANCEL, 1, BUDGET_FEN, notes_before=2, pays="card"),
    "wrong PIN": Plan(Kind.EXACT, 1, BUDGET_FEN, pays="card", manner="wrong_pin"),
    "card left": Plan(Kind.EXACT, 1, BUDGET_FEN, pays="card", manner="left"),
    "card forgotten": Plan(Kind.EXACT, 1, BUDGET_FEN, pays="card", manner="forgotten"),
    "card pulled": Plan(Kind.EXACT, 1, BUDGET_FEN, pays="card", manner="pulled"),
    "card declined": Plan(Kind.EXACT, 1, BUDGET_FEN, pays="card", card="poor"),
    "card says no": Plan(Kind.EXACT, 1, BUDGET_FEN, pays="card", card="late_no"),
}
"""Cancelled while the PIN is asked for, wrong once, in the slot when its owner goes, there after it was paid with, out again while
it goes in, without money (then notes pay), and against the bank's yes."""
CARDS = (
    "good",
    "good",
    "second",
    "two",
    "asking",
    "common",
    "poor",
    "late_no",
    "lost",
    "closed",
    "silent",
    "half",
    "stripe",
)
MANNERS = ("", "", "", "", "wrong_pin", "wrong_pins", "cancel_pin", "left", "forgotten", "pulled")
"""Of random days, the usual ones more often."""

OF_CARDS = frozenset({"card_reader", "pin_pad", "bank"})
STEPS = ("step.card", "step.pin", "step.waiting", "step.remove")
MOMENTS = {
    "card_reader": ("lock?", "step.pin", "step.waiting", "step.remove"),
    "pin_pad": ("lock?", "step.pin", "step.waiting"),
    "bank": ("auth?",),
}
"""When faults are switched on: before there is anything to do, and in the middle of it."""
CARD_UNSEEN = {
    "card_reader": {"wrong_version", "wrong_rate", "sam_dead"},
    "pin_pad": {"wrong_baud", "plain_digits"},
}
"""A device of another kind or rate is a matter of the probe; no SAM is asked; digits in clear are noticed, and end the entry,
which the driver's own tests show: the auditor sees no wire."""
WITHOUT_NOTES = frozenset({"acceptor", "dispenser", "payment"})


def card_troubles(link_faults: Sequence[str]) -> Iterator[Trouble]:
    """Every single one at its moments, in a fixed order. `link_faults`: what every twin's line can do."""
    for device, menu in (("card_reader", READER_FAULTS), ("pin_pad", PAD_FAULTS)):
        for name in (*(name for name in menu if name not in CARD_UNSEEN[device]), *link_faults):
            yield from (Trouble(device, name, when) for when in MOMENTS[device])
    yield from (Trouble("bank", name, when) for when in MOMENTS["bank"] for name in BANK_FAULTS)
    for device in sorted(OF_CARDS):
        yield from (Trouble(f"link:{device}", "out", when) for when in (*STEPS, "confirm?"))
    yield from (Trouble("people", name, when) for name in ("door", "mains") for when in STEPS)


def matters(trouble: Trouble, plan: Plan) -> bool:
    """Who pays with a card never meets what can go wrong with notes and phones."""
    return plan.pays != "card" or trouble.device.removeprefix("link:") not in WITHOUT_NOTES
