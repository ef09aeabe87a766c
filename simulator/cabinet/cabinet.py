"""The cabinet as one thing: world, hands, timeline and time. Sans-I/O; a process or a test turns it.

Every deed of a hand ends with a turn, so that what it caused is seen at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

from simulator.cabinet.card_desk import CardDesk
from simulator.cabinet.hands import Hands
from simulator.cabinet.reading_desk import Paper, ReadingDesk
from simulator.cabinet.refused import BAD, Refused, conflict
from simulator.cabinet.settings import CabinetSettings
from simulator.cabinet.technician import Technician
from simulator.cabinet.terminal_desk import CardTerminalDesk
from simulator.cabinet.timeline import Timeline, TimeSource
from simulator.cabinet.world import World

Serve = Callable[[int], int | None]


class Cabinet:
    """`serve`: device -> what does its due work and moves its bytes; a process puts its ptys here.

    `turned` hears after each turn when the next one is due (absolute ms, or None).
    """

    def __init__(self, settings: CabinetSettings, clock: TimeSource) -> None:
        self.clock = clock
        self.timeline = Timeline(clock)
        self.world = World(settings, clock.rate, self.timeline)
        self.hands = Hands(self.world, self.timeline)
        self.technician = Technician(self.world, self.timeline)
        self.serve: dict[str, Serve] = {name: twin.poll for name, twin in self.world.twins.items()}
        self.turned: Callable[[int | None], None] = lambda due_ms: None
        self.said: Callable[[Mapping[str, Any]], None] = lambda event: None

    def turn(self) -> int | None:
        """Do what is due now; answers when to turn again (absolute ms), None when nothing is under way."""
        now_ms = self.clock.mono_ms()
        dues = self._serve_all(now_ms)
        powered = self.world.power_due(now_ms)
        if powered is not None:
            self.timeline.tell("power", on=powered)
            self.said({"event": "power", "on": powered})
            dues = self._serve_all(now_ms)
        due_ms = min((due for due in dues if due is not None), default=None)
        self.turned(due_ms)
        return due_ms

    def _serve_all(self, now_ms: int) -> list[int | None]:
        return [self.technician.poll(now_ms), *(serve(now_ms) for serve in list(self.serve.values()))]

    # -- the passenger

    def insert(self, value_fen: int, genuine: bool = True) -> dict[str, Any]:
        try:
            serial = self.hands.insert(value_fen, genuine, self.clock.mono_ms())
        except Refused as refused:
            self.timeline.tell("refused", value_fen=value_fen, code=refused.code, why=refused.detail)
            raise
        finally:
            self.turn()
        return {"serial": serial, "value_fen": value_fen}

    def give(self, value_fen: int, count: int, genuine: bool = True) -> dict[str, Any]:
        self.hands.give(value_fen, count, genuine)
        return {"value_fen": value_fen, "count": count}

    def take(self, outlet: str) -> dict[str, Any]:
        taken = self.hands.take(outlet, self.clock.mono_ms())
        self.turn()
        return taken

    def card(self, do: str, name: str = "") -> dict[str, Any]:
        """insert (a card by name), take, or push what lies in the mouth. Raises Refused."""
        desk, now_ms = self._desk(), self.clock.mono_ms()
        try:
            if do == "insert":
                desk.insert(name, now_ms)
            elif do == "push":
                desk.push(now_ms)
            else:
                name = desk.take(now_ms)
        except Refused as refused:
            self.timeline.tell("refused", value_fen=0, code=refused.code, why=refused.detail)
            raise
        finally:
            self.turn()
        return {"card": name, "do": do}

    def press(self, key: str) -> dict[str, Any]:
        """A finger on a key of the PIN pad; nothing tells which digit it was. Raises Refused."""
        stars = self._desk().press(key, self.timeline, self.clock.mono_ms())
        self.turn()
        return {"stars": stars}

    def _desk(self) -> CardDesk | CardTerminalDesk:
        if self.world.cards is None:
            raise conflict("no_cards", "this machine takes no cards")
        return self.world.cards

    def hold(self, what: str, name: str = "") -> dict[str, Any]:
        """Hold a paper or a card of the drawer to the machine, or take both away. Raises Refused."""
        self._readers().hold(what, name, self.clock.mono_ms())
        self.timeline.tell("held", what=what, name=name)
        self.turn()
        return {"what": what, "name": name}

    def order(self, paper: Paper) -> dict[str, Any]:
        """A paper of an order comes into the drawer. Raises Refused."""
        self._readers().add(paper)
        self.timeline.tell("order", order=paper.order, train=paper.train)
        return asdict(paper)

    def _readers(self) -> ReadingDesk:
        if self.world.readers is None:
            raise conflict("no_readers", "this machine hands out no orders")
        return self.world.readers

    def near(self, near: bool) -> dict[str, Any]:
        self.world.board.person_near(near, self.clock.mono_ms())
        self.timeline.tell("near", near=near)
        self.turn()
        return {"near": near}

    def help(self) -> dict[str, Any]:
        self.world.board.press_help(self.clock.mono_ms())
        self.timeline.tell("help")
        self.turn()
        return {"pressed": True}

    # -- trouble and people at the cabinet

    def fault(self, device: str, name: str, on: bool) -> dict[str, Any]:
        """Switch one fault of one twin. Raises Refused for names that are not in its menu."""
        twin = self.world.twins.get(device)
        if twin is None:
            raise Refused(BAD, "no_such_device", f"this machine has no {device}")
        known = twin.fault_names()
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise Refused(BAD, "no_such_fault", f"{device} has no fault {name!r}{hint}")
        if on:
            twin.faults.add(name)
        else:
            twin.faults.discard(name)
        self.timeline.tell("fault", device=device, name=name, on=on)
        self.turn()
        return {"device": device, "name": name, "on": name in twin.faults}

    def door(self, door: str, open_: bool, key: bool) -> dict[str, Any]:
        now_ms = self.clock.mono_ms()
        technician = self.technician
        moved = technician.open_door(door, key, now_ms) if open_ else technician.close_door(door, now_ms)
        self.turn()
        return moved

    def mains(self, on: bool) -> dict[str, Any]:
        """The plug in the wall. Without a UPS it is the machine's power, and the supervisor hears it, because the controller
        has no power either; with one that is told as `power`, when the UPS cuts its output and when it gives it again."""
        if on != self.world.plugged:
            self.turn()
            self.world.plug(on, self.clock.mono_ms())
            self.timeline.tell("mains", on=on)
            if self.world.ups is None:
                self.said({"event": "mains", "on": on})
            self.turn()
        return {"mains": on}

    def service(self, act: Callable[[Technician, int], dict[str, Any]]) -> dict[str, Any]:
        """One act of the technician."""
        self.turn()
        try:
            return act(self.technician, self.clock.mono_ms())
        finally:
            self.turn()
