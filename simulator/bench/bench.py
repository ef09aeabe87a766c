"""What the parts of the bench share: progress on stderr, a display, the machines, samples of memory."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from simulator.bench import process
from simulator.bench.display import Display, Finger, NoDisplay
from simulator.bench.machine import Machine
from simulator.clock import SharedClock
from simulator.passenger.person import Kind, Plan
from simulator.programs import Wanted
from simulator.rig import Rig, RigError

Dice = random.Random
INSTANT = {"note_in_ms": 2, "ticket_ms": 1, "notes_out_per_s": 100, "flap_ms": 1, "slip_ms": 1}


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is measured: sales at nominal speeds and with instant devices, seconds of idling, restarts, calls, repaints,
    visits of each kind of passenger, days of a campaign at port level, crash images, operations on seats in a run, records of
    the seat journal, sales of a peer in a run, locks over the line in a run (a quarter of them over HTTP, and records)."""

    nominal: int = 8
    instant: int = 16
    idle_s: int = 30
    starts: int = 3
    calls: int = 100
    repaints: int = 40
    people: int = 20
    campaign: int = 60
    images: int = 4_000
    seats: int = 100_000
    records: int = 1_000_000
    peer_sales: int = 150
    locks: int = 20_000


@dataclass(slots=True)
class Bench:
    """Machines are started when first asked for, and ended by `stack`; asking again for one that failed raises RigError."""

    directory: Path
    clock: SharedClock
    amount: Amount
    stack: ExitStack
    say: Callable[[str], None]
    dice: random.Random = field(default_factory=lambda: random.Random(1))
    memory: dict[str, list[process.Memory]] = field(default_factory=dict)
    no_display: str = ""
    _stacks: dict[str, ExitStack] = field(default_factory=dict)
    _machines: dict[str, Machine] = field(default_factory=dict)
    _broken: set[str] = field(default_factory=set)

    def machine(self, name: str) -> Machine:
        """`nominal`, `instant` or `lab`, the one that a browser can look at: filled by the technician, free for a passenger."""
        if name in self._broken:
            raise RigError(f"the {name} machine could not be started; the part before says why")
        if name not in self._machines:
            self._broken.add(name)
            self._machines[name] = self._made(name)
            self._broken.discard(name)
        return self._machines[name]

    def end(self, name: str) -> None:
        """It is not needed any more, and must not take time from the others. Its traces stay."""
        self._stacks.pop(name).close()

    def _made(self, name: str) -> Machine:
        self._stacks[name] = own = self.stack.enter_context(ExitStack())
        lab = name == "lab"
        display, finger = ("", None) if lab else self._glass(own)
        speeds = {} if name == "nominal" else INSTANT
        wanted = Wanted(mirror=lab, busy=True, display=display, speeds=speeds, trace=not lab)
        directory = self.directory / name
        directory.mkdir()
        rig = Rig(directory, self.clock, wanted)
        own.callback(rig.stop)
        self.say(f"{name} machine: starts, and the technician fills it")
        rig.start()
        made = Machine(rig, self.clock, finger)
        made.first_act()
        return made

    def _glass(self, own: ExitStack) -> tuple[str, Finger | None]:
        """A display of its own and a finger on it; without: no name, nobody, and `no_display` says why."""
        if not self.no_display:
            try:
                display = own.enter_context(closing(Display()))
                return display.name, own.enter_context(closing(Finger(display.name, self.clock.mono_us)))
            except NoDisplay as error:
                self.no_display = str(error)
                self.say(f"touches and the idle screen are left out: {error}")
        return "", None

    def weigh(self, machine: Machine) -> None:
        """Remember how much memory controller and screen hold now."""
        for name in ("controller", "screen"):
            self.memory.setdefault(name, []).append(process.memory(machine.pid(name)))

    def dice_for(self, name: str) -> random.Random:
        """Dice that fall the same for the same name in every bench."""
        return random.Random(name)

    def plan(self, number: int) -> Plan:
        """Passengers who buy: one or two tickets, small notes or large ones."""
        return Plan(Kind.LARGE if number % 2 else Kind.EXACT, tickets=1 + number // 2 % 2, budget_fen=40_000)
