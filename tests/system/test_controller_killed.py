"""The controller is killed at any moment of a sale and started again: nothing is repeated, and every yuan is somewhere.

Seeds fix the moments; the machine's own speed decides what they hit. After each: hands, books, cabinet and station agree,
no order to a device was given twice (the auditor's fifth invariant), and the machine sells again.
"""

from __future__ import annotations

import random
import signal

import pytest

from tests.system.stand import Stand
from tests.system.visitor import Visitor, fen

pytestmark = pytest.mark.slow

SALES = {"one note and change": ((10_000,), 1), "two tickets": ((5_000,), 2), "small notes": ((1_000, 1_000, 500), 1)}
WINDOW_MS = 2_600
KILLS = 12


def moments() -> list[tuple[str, int]]:
    """(kind of sale, real ms after the first note is pushed in)."""
    dice = random.Random(7)
    step = WINDOW_MS // KILLS
    return [(list(SALES)[at % len(SALES)], at * step + dice.randrange(step)) for at in range(KILLS)]


class Moment:
    """Does what a passenger does each time it is asked, and kills the controller when the time has come."""

    def __init__(self, stand: Stand, visitor: Visitor, notes: tuple[int, ...], kill_ms: int) -> None:
        self._stand, self._visitor, self._notes = stand, visitor, list(notes)
        self._kill_ms = stand.clock.mono_ms() + kill_ms
        self.killed = False

    def over(self) -> bool:
        stand = self._stand
        if not self.killed and stand.clock.mono_ms() >= self._kill_ms:
            self.killed = True
            stand.restart_controller()
        screen = stand.screen
        if screen is None:
            return False
        self._act()
        return self.killed and screen.kind in ("attract", "home", "oos") and stand.quiet()

    def _act(self) -> None:
        stand, visitor = self._stand, self._visitor
        if stand.shows("pay.cash") and self._notes and stand.screen.slot == "insert":
            if fen(stand.screen.inserted.text) == sum(visitor.given) and visitor.push(self._notes[0]):
                self._notes.pop(0)
        elif stand.shows("take"):
            for outlet in stand.screen.outlets:
                if outlet.state == "now":
                    visitor.take(outlet.what)
        elif stand.shows("receipt"):
            visitor.take("slip")
            stand.eyes.touch("claim_done")


@pytest.mark.parametrize(("kind", "kill_ms"), moments())
def test_killed_at_a_moment_of_a_sale(stand: Stand, visitor: Visitor, kind: str, kill_ms: int) -> None:
    notes, tickets = SALES[kind]
    visitor.to_cash(tickets)
    moment = Moment(stand, visitor, notes, kill_ms)
    stand.until(moment.over, f"{kind} killed after {kill_ms} ms is over", 40)
    visitor.settle()
    stand.until(stand.sells, "the machine sells again")


def test_killed_again_while_it_recovers(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.insert(10_000)
    stand.see("printing")
    for _ in range(3):
        stand.restart_controller()
    visitor.take_all(until=("attract", "oos"))
    visitor.settle()


def test_ended_in_order_and_started_again_in_mid_sale(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.insert(1_000)
    visitor.counted(1_000)
    assert stand.end("controller", signal.SIGTERM) == 0
    stand.eyes.close()
    stand.start_controller()
    visitor.take_all(until=("attract", "oos"))
    assert visitor.settle()["delivered_fen"] == 0


def test_mains_lost_and_back_in_mid_sale(stand: Stand, visitor: Visitor) -> None:
    """Controller, screen and devices lose their power at once; notes and tickets stay where they are."""
    visitor.to_cash()
    visitor.insert(10_000)
    stand.until(lambda: visitor.thing_in("ticket.tray"), "a ticket is printed")
    stand.hands.post("/api/mains", {"on": False})
    stand.end("controller")
    stand.end("screen")
    stand.eyes.close()
    stand.hands.post("/api/mains", {"on": True})
    stand.start_controller()
    stand.start_screen()
    visitor.take_all(until=("attract", "oos"))
    visitor.settle()


def test_mains_lost_while_tickets_lie_in_the_open_slot(stand: Stand, visitor: Visitor) -> None:
    """The board forgets its shutters with the mains: who is still here says so, and the slot is opened again."""
    visitor.to_cash()
    visitor.insert(10_000)
    stand.see("take")
    stand.until(lambda: stand.state()["outlets"]["tickets"]["open"], "the slot is open")
    stand.hands.post("/api/mains", {"on": False})
    stand.end("controller")
    stand.end("screen")
    stand.eyes.close()
    stand.hands.post("/api/mains", {"on": True})
    stand.start_screen()  # first: whoever is here is asked for some seconds only
    stand.start_controller()
    stand.until(lambda: stand.offers("continue"), "it is asked whether somebody is here")
    visitor.take("tickets")
    assert visitor.thing_in("ticket.slot"), "what lies behind the shut slot is out of reach"
    stand.press("continue", "take")
    visitor.take_all(until=("attract", "oos"))
    end = visitor.settle()
    assert (end["outcome"], end["claims_fen"]) == ("sold", 0)
    assert len(visitor.tickets()) == visitor.tickets_before + 1
    assert [len(visitor.bookings(kind)) for kind in ("deliver?", "reopen?", "retract?")] == [1, 1, 0]


def test_a_torn_last_line_after_the_kill_changes_nothing(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.insert(1_000)
    visitor.counted(1_000)
    stand.end("controller")
    stand.eyes.close()
    segment = max(stand.journal.glob("*.journal"))
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join(lines) + lines[-1][: len(lines[-1]) // 2])
    stand.start_controller()
    visitor.take_all(until=("attract", "oos"))
    assert visitor.settle()["ours_fen"] == 1_000
