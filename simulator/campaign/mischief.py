"""What the monkey does around the screen: notes, openings, doors, plugs, faults, the station, the mains, the clock.

Each act answers in a word what was done, empty for nothing. What no machine can notice is left out.
"""

from __future__ import annotations

from random import Random

from kiosk.sale.book import S
from simulator.cabinet.hands import OUTLETS
from simulator.cabinet.refused import Refused
from simulator.cabinet.world import DOORS, UPS
from simulator.campaign.purse import Purse
from simulator.campaign.sets import faults
from simulator.world.machine import Box
from simulator.world.run import STATION_TIMES
from simulator.world.unknowable import UNKNOWABLE

NOTES_FEN = (100, 500, 1_000, 2_000, 5_000, 10_000)
UNWITNESSED = frozenset({("acceptor", "no_counter"), ("acceptor", "event_without_note_next")})
"""Each is noticed, both together are not: a unit whose counter is silent is believed when it says "stacked" (decision 008)."""
ENDS_UNSEEN = frozenset({("cabinet", "slot_sensor_stuck_full"), ("cabinet", "change_sensor_stuck_full")})
"""A sensor that stops lying in the very second in which the machine pulls back what a hand took before: nobody can tell that
from a bundle that was pulled back. Such a lie ends before or afterwards."""
PULLING_BACK = frozenset({S.TICKETS_BACK, S.CHANGE_BACK})
PULLED_MS = 30_000
STATION = ("down", "answer_lost", "slow", "refusing", "unplugged", "stopped", "restarted")
MOST_TROUBLES = 3
STEPS_MS = (-86_400_000, -3_600_000, -60_000, -1_500, 1_500, 60_000, 3_600_000, 86_400_000)


class Mischief:
    """Troubles that are on, and how far the calendar was moved, are remembered until `heal`."""

    def __init__(self, box: Box, dice: Random, purse: Purse | None = None) -> None:
        self._box, self._dice, self._purse = box, dice, purse
        fitted = box.things.world.twins
        self._devices = tuple(fitted)
        self._faults = [each for each in faults(box.things.machine, UPS in fitted) if each not in UNKNOWABLE]
        self._faults += purse.faults() if purse is not None else []
        self._on: list[tuple[str, str]] = []
        self._played: set[tuple[str, str]] = set()
        self._stepped_ms = 0

    # -- money and openings

    def note(self) -> str:
        """Any note, also one of another currency's value and one that is not genuine."""
        box = self._box
        value_fen, genuine = self._dice.choice(NOTES_FEN), self._dice.random() < 0.8
        box.things.world.bring(value_fen, 1, "hand", genuine)
        try:
            box.things.hands.insert(value_fen, genuine, box.clock.mono_ms())
        except Refused as refused:
            return f"no note: {refused.code}"
        box.things.acted()
        return f"note {value_fen} {'genuine' if genuine else 'counterfeit'}"

    def take(self) -> str:
        outlet = self._dice.choice(sorted(OUTLETS))
        taken = self._box.things.take(outlet)
        return f"take from {outlet}" if taken else ""

    # -- people

    def help(self) -> str:
        self._box.things.world.board.press_help(self._box.clock.mono_ms())
        self._box.things.acted()
        return "help"

    def person(self) -> str:
        near = self._dice.random() < 0.5
        self._box.things.world.board.person_near(near, self._box.clock.mono_ms())
        self._box.things.acted()
        return f"person {'near' if near else 'gone'}"

    # -- doors and hands behind them

    @property
    def doors_open(self) -> set[str]:
        return self._box.things.technician.doors_open()

    def door(self, key: bool) -> str:
        """Opens or closes one."""
        worker, now_ms, door = self._box.things.technician, self._box.clock.mono_ms(), self._dice.choice(DOORS)
        try:
            if door in self.doors_open:
                worker.close_door(door, now_ms)
                told = f"close {door}"
            else:
                worker.open_door(door, key, now_ms)
                told = f"open {door} {'with the key' if key else 'by force'}"
        except Refused as refused:
            return refused.code
        self._box.things.acted()
        return told

    def close_all(self) -> str:
        for door in reversed(DOORS):  # the outer one last
            if door in self.doors_open:
                self._box.things.technician.close_door(door, self._box.clock.mono_ms())
        self._box.things.acted()
        return "close all doors"

    # -- troubles

    def plug(self) -> str:
        device = self._dice.choice(self._devices)
        in_ = self._dice.random() < 0.6
        self._box.joined.plug(device, in_)
        return f"plug of {device} {'in' if in_ else 'out'}"

    def fault(self) -> str:
        """One more, or one less when there are many."""
        if len(self._on) >= MOST_TROUBLES or (self._on and self._dice.random() < 0.4):
            device, name = self._on.pop(self._dice.randrange(len(self._on)))
            self._wait_until_it_can_be_told()
            self._box.things.world.twins[device].faults.discard(name)
            told = f"{device} {name} off"
        else:
            device, name = self._dice.choice(self._faults)
            self._played.add((device, name))
            if (device, name) in UNWITNESSED <= self._played:
                return ""
            self._on.append((device, name))
            self._box.things.world.twins[device].faults.add(name)
            told = f"{device} {name} on"
        self._box.joined.nudge()
        return told

    def station(self) -> str:
        name, on = self._dice.choice(STATION), self._dice.random() < 0.5
        self._box.desk.trouble(name, on, times=STATION_TIMES.get(name))
        return f"station {name} {'on' if on else 'off'}"

    def heal(self) -> str:
        """All troubles end."""
        box = self._box
        self._wait_until_it_can_be_told()
        for twin in box.things.world.twins.values():
            twin.faults.clear()
        self._on.clear()
        box.desk.well()
        if self._purse is not None:
            self._purse.heal()
        box.joined.well()
        self._mains(True)
        box.clock.step_wall(-self._stepped_ms)
        self._stepped_ms = 0
        box.mended()
        box.joined.nudge()
        return "all troubles end"

    def _wait_until_it_can_be_told(self) -> None:
        twins = self._box.things.world.twins
        if any(name in twins[device].faults for device, name in ENDS_UNSEEN):
            self._box.settle(PULLED_MS, lambda: not self._pulls_back())

    def _pulls_back(self) -> bool:
        made = self._box.made
        sale = made.controller.sale if made is not None else None
        return sale is not None and sale.state in PULLING_BACK

    def clock_step(self) -> str:
        step_ms = self._dice.choice(STEPS_MS)
        if abs(self._stepped_ms + step_ms) > 2 * STEPS_MS[-1]:
            step_ms = -self._stepped_ms
        self._stepped_ms += step_ms
        self._box.clock.step_wall(step_ms)
        return f"the calendar jumps by {step_ms} ms"

    def mains(self) -> str:
        """The cabinet runs on its battery for a while, or the whole machine on its UPS."""
        present = self._dice.random() < 0.6
        self._mains(present)
        self._box.things.acted()
        return f"mains {'back' if present else 'gone'}"

    def _mains(self, present: bool) -> None:
        things = self._box.things
        if things.world.ups is None:
            things.world.board.mains(present, self._box.clock.mono_ms())
        else:
            things.plug(present)

    def power_cut(self) -> str:
        self._box.lose_power("the monkey")
        return "power cut"
