"""Where the monkey's finger goes: on by the way of passengers and staff, on anything that is shown, and where nothing is.

A purely random finger never leaves the first screens; the share that follows a passenger's or a technician's mind brings it
deep into sales and service mode, where the rest of it strikes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from random import Random

from kiosk.controller import Controller
from kiosk.screen import targets as T
from kiosk.screen.values import Screen, ServiceLogin, ServiceMenu, ServiceTask
from simulator.cabinet.refused import Refused
from simulator.cabinet.technician import ESCROW
from simulator.cabinet.world import BINS
from simulator.campaign.purse import Purse
from simulator.passenger.actions import Insert, Leave, Scan, TakeFrom, Touch, UseCard
from simulator.passenger.decide import decide
from simulator.passenger.person import USUAL, Memory, Seen, make_plan
from simulator.passenger.remembering import noted, remembered
from simulator.passenger.technician import Staff
from simulator.passenger.visit import targets
from simulator.world.machine import Box
from simulator.world.prepared import STAFF

KINDS = USUAL
REMEMBERED = 60
"""So many targets of screens that are gone are kept to be touched once more."""
MORE = 3
"""So many are put into a cassette or hopper that is filled."""
FILLED = {"fill": (0, MORE), "fill_coins": (MORE,)}
"""Acts that may book more than lay there, and how much: who opens a hopper puts some in."""
NONSENSE = (
    "", ":", "x", "svc:", "svc:act:", "svc:act:fill:9", "svc:act:fill:", "svc:act:clear:nobody", "svc:digit:", "svc:digit:55",
    "svc:digit:x", "svc:entry:number", "station:", "station:???", "letter:", "letter:ß", "digit:a", "train:-1", "train:999999",
    "day:", "day:2026-02-30", "class:", "plus:", "minus:nobody", "tab:", "wish:", "kind:", "number:", "province:0", "back" * 99,
    "\x00", "车站:北京",
)  # fmt: skip
KNOWN = (*sorted(T.PLAIN), *(f"{name}1" for name in sorted(T.VALUED)), "svc:enter", "svc:back", "svc:logout",
         "svc:close_up", "svc:clear", "svc:erase", "svc:act:load_roll", "svc:act:fill:1", "svc:act:swap_box")  # fmt: skip
"""Targets that exist on some screen, mostly not on this one."""


class Finger:
    """Each act answers in a word what was touched, empty for nothing. `inside`: hands go into the cabinet and out again;
    `counted`: in which lines of the journal a place was counted."""

    def __init__(
        self,
        box: Box,
        dice: Random,
        inside: Callable[[bool], None],
        counted: Callable[[str], Sequence[int]],
        purse: Purse | None = None,
    ) -> None:
        self._box, self._dice, self._inside, self._counted, self._purse = box, dice, inside, counted, purse
        self._carried: dict[str, tuple[int, int]] = {}  # place -> pieces taken out of it, and its counts before
        self._old: deque[str] = deque(maxlen=REMEMBERED)
        self.wait_ms = 0
        self.new_visit()

    def new_visit(self) -> None:
        """Another passenger comes."""
        plan = make_plan(self._dice.choice(KINDS), self._dice)
        self._plan, self._memory = plan if self._purse is None else self._purse.plan(plan), Memory()
        if self._purse is not None:
            self._purse.comes(self._plan)

    def saw(self, screen: Screen | None) -> None:
        if screen is not None and self._dice.random() < 0.1:
            shown = sorted(targets(screen))
            self._old.extend(self._dice.sample(shown, min(3, len(shown))))

    def touch(self, target: str) -> str:
        """A finger; what would book a wrong count is held back: the monkey is no thief."""
        if not self._honest(target):
            return ""
        self._box.touch(target)
        return f"touch {target[:40]!r}"

    # -- by the way of people

    def passenger(self) -> str:
        """What a passenger would do now, without thinking long."""
        box, screen = self._box, self._box.screen
        if screen is None:
            return ""
        noted(self._memory, screen)
        out = box.things.look()
        action = decide(
            self._plan, Seen(screen, out.mouth, out.tickets, out.change, out.slip, out.card), self._memory, self._dice
        )
        match action:
            case Touch(target=target):
                told = self.touch(target)
            case Insert(value_fen=value_fen):
                told = f"insert {value_fen}" if box.things.insert(value_fen) else ""
            case TakeFrom(outlet=outlet):
                told = f"take from {outlet}" if box.things.take(outlet) else ""
            case UseCard(what=what):
                told = f"card: {what}" if box.things.use_card(what) else ""
            case Scan(code=code):
                told = "a phone pays" if box.things.scan(code) else ""
            case Leave(why=why):
                self.new_visit()
                return f"leave: {why}"
            case _:
                self.wait_ms = action.think_ms
                return ""
        if told:
            remembered(self._memory, action, screen)
            self.wait_ms = 200
        return told

    def staff(self, open_doors: bool) -> str:
        """What a technician would touch now; on the menu anything that can be pressed there."""
        screen, made = self._box.screen, self._box.made
        if screen is None or made is None:
            return ""
        match screen:
            case ServiceLogin():
                return self._log_in(made.controller, STAFF[self._dice.random() < 0.3])
            case ServiceMenu():
                keys = sorted(target for target in targets(screen) if target.startswith("svc:act:"))
                if not open_doors:
                    keys = ["svc:close_up"]
                return self.touch(self._dice.choice(keys)) if keys else ""
            case ServiceTask():
                return self._task(made.controller, screen)
        return self.touch(T.SERVICE) if T.SERVICE in targets(screen) else ""

    def _log_in(self, machine: Controller, who: Staff) -> str:
        state = machine.service.state
        if state.entry == "number":
            return self._type(state.number, who.number)
        pin = next((each.pin for each in STAFF if each.number == state.number), who.pin)
        if self._dice.random() < 0.02:
            return self.touch(f"svc:digit:{self._dice.randrange(10)}")
        return self._type(state.pin, pin)

    def _task(self, machine: Controller, screen: ServiceTask) -> str:
        state = machine.service.state
        if state.page == "sign":
            inside = state.operator.number if state.operator else ""
            return self._log_in(machine, next(each for each in STAFF if each.number != inside))
        if not screen.digits:
            return self.touch("svc:enter")
        more = MORE if state.act is not None and state.act.name in FILLED else 0
        return self._type(state.typed, str(self._truth(machine) + more))

    def _type(self, typed: str, wanted: str) -> str:
        if not wanted.startswith(typed):
            return self.touch("svc:clear")
        return self.touch(f"svc:digit:{wanted[len(typed)]}" if typed != wanted else "svc:enter")

    # -- anywhere

    def shown(self) -> str:
        """Anything on the screen that is shown."""
        screen = self._box.screen
        found = sorted(targets(screen)) if screen is not None else []
        return self.touch(self._dice.choice(found)) if found else ""

    def elsewhere(self) -> str:
        """A target of a screen that is gone, as a touch of an old rev that slipped through."""
        return self.touch(self._dice.choice(self._old)) if self._old else ""

    def nowhere(self) -> str:
        return self.touch(self._dice.choice(NONSENSE if self._dice.random() < 0.5 else KNOWN))

    # -- honesty

    def _truth(self, machine: Controller) -> int:
        """Pieces that lie where the act of this page is done."""
        state, places = machine.service.state, self._box.things.world.matter.places
        names = self._places(state.act.name if state.act else "", state.place)
        return sum(len(places[name]) for name in names) + self._unbooked(names[0])

    def _unbooked(self, place: str) -> int:
        """Pieces that were carried away when the power failed before that was written down: who counts adds them."""
        pieces, counts = self._carried.get(place, (0, 0))
        return pieces if len(self._counted(place)) == counts else 0

    def _places(self, act: str, place: str) -> tuple[str, ...]:
        """Who swaps the box of a machine with a bulk escrow empties that too."""
        values_fen = self._box.things.values_fen
        if act == "fill":
            return (f"cassette.{int(place) if place.isdigit() and int(place) in values_fen else min(values_fen)}",)
        if act == "fill_coins":
            return (f"hopper.{place}", f"hopper.{place}.exit")
        if act.startswith("empty_"):
            return (BINS[act.removeprefix("empty_")],)
        if act == "swap_box":
            return ("box", "acceptor.stacker", f"cassette.{ESCROW}") if self._box.things.world.recycles else ("box",)
        return ("roll",)

    def _honest(self, target: str) -> bool:
        """Whether this touch books nothing, or what is true; what is booked as taken out is taken out then."""
        made = self._box.made
        if target != "svc:enter" or made is None:
            return True
        state = made.controller.service.state
        act = state.act
        if act is None or state.page not in ("task", "sign"):
            return True
        if act.name == "clear":
            return self._cleared(state.place)
        if act.name == "empty_coins":
            return True  # the hopper itself lets them fall, and they are booked as they do
        more = int(state.typed or -1) - self._truth(made.controller)
        if more not in FILLED.get(act.name, (0,)):
            return False
        books = state.page == "sign" and state.entry == "pin" if act.money else state.page == "task"
        if not books or (act.money and not self._signs(state.number, state.pin)):
            return True
        if act.name in ("fill", "load_roll"):
            return not more or self._fill(int(state.place), more)
        if act.name == "fill_coins":
            return self._fill_hopper(int(state.place), more)
        return self._take_out(act.name)

    def _cleared(self, device: str) -> bool:
        """Who says that a device is cleared has looked into it."""
        self._inside(True)
        try:
            self._box.things.service({"act": "clear_jam", "device": device})
        except Refused:
            return False
        finally:
            self._inside(False)
        return True

    def _signs(self, number: str, pin: str) -> bool:
        return any((each.number, each.pin) == (number, pin) for each in STAFF)

    def _fill(self, cassette: int, notes: int) -> bool:
        """So many notes are put in now; False when nobody can reach it."""
        things = self._box.things
        things.world.bring(things.values_fen[cassette], notes, "vault")
        try:
            things.service({"act": "fill", "cassette": cassette, "notes": notes})
        except Refused:
            return False
        return True

    def _fill_hopper(self, hopper: int, coins: int) -> bool:
        """The same with coins; one that stood in its exit goes back into it."""
        self._box.things.bring_coins(hopper, coins, "vault")
        try:
            self._box.things.service({"act": "fill_hopper", "hopper": hopper, "coins": coins})
        except Refused:
            return False
        return True

    def _take_out(self, act: str) -> bool:
        """Bin or box is emptied by hand; False when nobody can reach it now."""
        things, names = self._box.things, self._places(act, "")
        lay = sum(len(things.world.matter.places[name]) for name in names) + self._unbooked(names[0])
        try:
            if act == "swap_box":
                things.service({"act": act})
            else:
                things.technician.empty_bin(act.removeprefix("empty_"))
        except Refused:
            return False
        self._carried[names[0]] = lay, len(self._counted(names[0]))
        return True
