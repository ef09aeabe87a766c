"""Tickets outside the machine: what the journal delivered against what passengers physically hold (invariant 4)."""

from __future__ import annotations

from collections import Counter

from simulator.audit.cases import Run
from simulator.audit.recent import Recent

STRIPE_HEAD, NUMBER_DIGITS = "RT1", 8


class Outside:
    """Numbers are kept in the stripe's form. What stands on both sides is settled; only differences are remembered."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._held: set[str] = set()  # outside, every number ever
        self.not_delivered: Counter[str] = Counter()  # outside, and no record delivers it
        self.not_seen: set[str] = set()  # delivered, and nobody saw it leave
        self._unsure: Recent[str, bool] = Recent()
        self._voided: Recent[str, bool] = Recent()
        self.bad: dict[str, str] = {}  # serial -> state of what is outside and no good ticket
        self.pieces = 0

    # -- the journal's side

    def delivered(self, number: str) -> None:
        number = padded(number)
        if number in self.not_delivered:
            del self.not_delivered[number]
        else:
            self.not_seen.add(number)

    def may_be(self, number: str) -> None:
        self._unsure[padded(number)] = True

    def voided(self, number: str) -> None:
        number = padded(number)
        self._voided[number] = True
        if number in self._held and number not in self._unsure:
            self._run.say(4, f"ticket {number} is voided, and a passenger holds it")

    # -- the physical side

    def came_out(self, serial: str, state: str, stripe: str) -> None:
        self.pieces += 1
        number = number_on(stripe)
        if state != "good":
            self.bad[serial] = state
        if not number:
            return
        if number in self._held:
            self._run.say(4, f"ticket {number} exists twice outside", 0)
        self._held.add(number)
        if number in self._voided and number not in self._unsure:
            self._run.say(4, f"ticket {number} is void, and a passenger takes it")
        if number in self.not_seen:
            self.not_seen.remove(number)
        else:
            self.not_delivered[number] += 1

    def went_back(self, serial: str, stripe: str) -> None:
        self.pieces -= 1
        self.bad.pop(serial, None)
        number = number_on(stripe)
        self._held.discard(number)
        self.not_delivered.pop(number, None)

    def unexplained(self) -> list[str]:
        return [number for number in self.not_delivered if number not in self._unsure]


def number_on(stripe: str) -> str:
    """The ticket number on track 1, empty when the stripe is not of this project's format (ticket-printer sheet, 3)."""
    return stripe[3 : 3 + NUMBER_DIGITS] if stripe.startswith(STRIPE_HEAD) else ""


def padded(number: str) -> str:
    """The station's number as it stands on the stripe: eight columns, zeros before."""
    return number.rjust(NUMBER_DIGITS, "0")
