"""One machine in virtual time: matter and twins that stay, a disk that survives, and one controller at a time on top of both.

The controller is the real one, assembled as in a cabinet; only what it is joined to differs. A power cut throws it away
between two points (`simulator.world.points`), drops what twins and wires hold in memory, and lets the disk forget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from drivers.station_http.driver import StationDriver
from kiosk.assembly import Assembled, Outside, assemble
from kiosk.clock import VirtualClock
from kiosk.deeds import Devices
from kiosk.errors import JournalError
from kiosk.identity import MachineIdentity
from kiosk.ports.fact import Fact
from kiosk.ports.screen import ScreenBack, ScreenTouched
from kiosk.reactor import Reactor
from kiosk.sale.intents import Intent
from kiosk.screen.texts import Texts
from kiosk.screen.values import Screen
from kiosk.settings import Settings
from simulator.devices.matter import Thing
from simulator.world.byte_level import ByteLevel
from simulator.world.disk import PowerCut, SectorDisk
from simulator.world.level import Level
from simulator.world.points import Points
from simulator.world.port_level import PortLevel
from simulator.world.provider import ProviderDesk
from simulator.world.station import Desk
from simulator.world.things import Things

PAUSE_MS = 20_000
BOOT_MS = 10_000
"""From mains back to the program's first line: the embedded PC boots, and so do the devices."""
PROGRAM_RESTART_MS = 2_000
LOOK_MS = 1_000
NO_CUT_MS = 10 * 60_000
"""A UPS that was told to cut the power, and has not after so long, never will: the program is started again."""
NO_RETURN_MS = 10 * 60_000
"""A UPS that gives no power so long after the mains are back: somebody comes and presses its button."""
FOREVER_MS = 40 * 60_000
TEXTS = Texts()
FACT = b'"fact":{"kind":"'


class Actor(Protocol):
    """Somebody before the machine: sees screens, acts, says when to be asked again (None: done)."""

    @property
    def over(self) -> bool: ...

    def saw(self, rev: int, screen: Screen | None, now_ms: int) -> None: ...

    def poll(self, now_ms: int) -> int | None: ...


@dataclass(slots=True)
class Life:
    """What happened to the machine so far. `crashes`: the points at which its power failed."""

    boots: int = 0
    crashes: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)  # why the program ended by itself
    refused: str = ""  # why the last start was refused: nobody starts it again until `mended`


class Stuck(Exception):
    """The world stood still or never came to rest: the text says what was waited for."""


class Box:
    """`level`: port or bytes. `dice` is the world's; controller, disk and wires get dice of their own from it."""

    def __init__(
        self,
        settings: Settings,
        identity: MachineIdentity,
        clock: VirtualClock,
        things: Things,
        disk: SectorDisk,
        desk: Desk,
        dice: Random,
        level: Level = "port",
        points: Points | None = None,
    ) -> None:
        self.settings, self.identity = settings, identity
        self.clock, self.things, self.disk, self.desk = clock, things, disk, desk
        self.points = points or Points()
        self.life = Life()
        self.pause_ms = PAUSE_MS
        self.rev, self.screen = 0, None  # type: int, Screen | None
        self.shown: Callable[[Screen], None] = lambda screen: None
        self.heard: Callable[[Fact], None] = lambda fact: None
        self.durable: Callable[[bytes], None] = lambda line: None
        self.started_over: Callable[[], None] = lambda: None
        self.ordered: Callable[[Intent], None] = lambda intent: None
        self.booted: Callable[[Assembled], None] = lambda made: None
        self._dice = Random(dice.random())
        wires = Random(dice.random())
        self.joined = ByteLevel(clock, things, settings, wires) if level == "bytes" else PortLevel(things)
        self.made: Assembled | None = None
        self.station: StationDriver | None = None
        disk.on_step = self._disk_step
        things.acted = self.joined.nudge
        if things.cards is not None:
            things.cards.acted = self.joined.nudge
            things.cards.books = lambda: self.made.controller.unsettled if self.made is not None else None
            things.cards.matter.watchers.append(self._moved)
            things.cards.bank.did = lambda mti: self.points.moved(f"bank did {mti}")
        if isinstance(things.payments, ProviderDesk):
            things.payments.did = lambda path: self.points.moved(f"provider did {path}")
        things.world.matter.watchers.append(self._moved)

    # -- points

    def _disk_step(self, name: str) -> None:
        if name == "sync":
            self.durable(self.disk.last)
        self.points.at(f"{name} {kind_of(self.disk.last)}" if name in ("append", "sync") else name)

    def _moved(self, thing: Thing, source: str, target: str) -> None:
        self.points.moved(f"{source} -> {target}")
        self.clock.stir()

    def _done(self, intent: Intent) -> None:
        self.ordered(intent)
        self.points.at(f"did {intent.kind}")

    def _heard(self, fact: Fact) -> None:
        self.points.settle()
        self.heard(fact)

    # -- power

    @property
    def on(self) -> bool:
        return self.made is not None

    def start(self) -> None:
        """The program starts. Raises PowerCut when the power fails meanwhile, JournalError when it refuses."""
        self.life.boots += 1
        if self.life.boots > 1:
            self._open_disk()
        outside = Outside(
            clock=self.clock,
            storage=self.disk,
            fit=self._fit,
            show=self._show,
            dice=Random(self._dice.random()),
            texts=TEXTS,
            faces=None,
            nonce=lambda: f"{self._dice.getrandbits(64):016x}",
        )
        made = assemble(self.settings, self.identity, outside)
        made.reactor.heard = self._heard
        made.deeds.done = self._done
        self.made = made
        self.booted(made)
        made.reactor.report(ScreenBack())
        made.controller.begin()

    def _open_disk(self) -> None:
        """What the real storage does first: write out what is in memory, then look at what is there. Raises JournalError."""
        try:
            self.disk.reopen(self._dice)
        except OSError as error:
            raise JournalError(f"the journal cannot be opened: {error}") from error
        self.started_over()

    def _fit(self, reactor: Reactor, boot: int) -> Devices:
        self.station = self.desk.join(self.clock, reactor, self.identity, self._dice)
        return self.joined.fit(self.settings, reactor, self.station, boot)

    def lose_power(self, why: str = "") -> None:
        """Mains and battery are gone: nothing of the program is left, and of the disk what it had made durable."""
        self.life.crashes.append(why)
        if self.made is not None:
            self.made.reactor.stop()
        self.made, self.screen = None, None
        self.rev += 1
        self.desk.hang_up()
        self.joined.power_off()
        self.things.power(False)
        self.disk.crash(self._dice)

    def restore_power(self) -> None:
        """Time passes, power is back, the program starts; again and again if the power fails in between."""
        while self.made is None and not self.life.refused:
            self.pass_time(self.pause_ms)
            self.things.power(True)
            self._wait_for_power()
            self.pass_time(BOOT_MS)
            self._try_start()

    def _wait_for_power(self) -> None:
        """A UPS that cut the power keeps it off for a while, mains or not."""
        until_ms = self.clock.mono_ms() + NO_RETURN_MS
        while not self.things.powered():
            self.pass_time(LOOK_MS)
            if self.clock.mono_ms() >= until_ms:
                self.things.press_ups()

    def _try_start(self) -> None:
        try:
            self.start()
        except PowerCut as cut:
            self.lose_power(str(cut))
        except JournalError as error:
            self._end_program(str(error))
            self.life.refused = str(error)

    def _end_program(self, why: str) -> None:
        """The program ended itself; power, twins and wires stay. What the kernel had not written yet it still may."""
        self.life.ended.append(why)
        self.made, self.screen = None, None
        self.rev += 1
        self.desk.hang_up()
        self.joined.power_off()

    def _follow_supply(self) -> None:
        """A program that stopped on battery waits for its UPS to cut the power; one that runs may lose it."""
        if self.made is None:
            return
        if self.made.controller.stopped:
            self._end_program(self.made.controller.stopped)
            until_ms = self.clock.mono_ms() + NO_CUT_MS
            while self.things.powered() and self.clock.mono_ms() < until_ms:
                self.pass_time(LOOK_MS)
        if not self.things.powered():
            self.lose_power("ups")

    def mended(self) -> None:
        """Whoever mended the disk starts the machine again."""
        if self.life.refused:
            self.life.refused = ""
            self.lose_power("mended")
            self.restore_power()

    def pass_time(self, span_ms: int) -> None:
        """Time without a controller: calls already on their way reach the station."""
        until_ms = self.clock.mono_ms() + span_ms
        while self.clock.mono_ms() < until_ms:
            self.clock.wait(until_ms)
        self.joined.nudge()

    # -- the screen

    def _show(self, screen: Screen) -> None:
        self.screen = screen
        self.rev += 1
        self.shown(screen)

    def touch(self, target: str) -> None:
        """A finger on what is shown now; nothing hears it while the machine is dark."""
        if self.made is not None:
            self.made.reactor.report(ScreenTouched(target, "passenger"))

    # -- running

    def turn(self) -> None:
        """One turn of the controller. Dark after a power cut: it is on again, or the program refuses to start."""
        if self.made is None:
            if self.things.world.mains:
                self.pass_time(PROGRAM_RESTART_MS)
                self._try_start()
            else:
                self.restore_power()
            return
        try:
            self.made.reactor.turn()
            self.points.settle()
        except PowerCut as cut:
            self.lose_power(str(cut))
        except JournalError as error:
            self._end_program(str(error))
        if self.things.world.ups is not None:
            self._follow_supply()

    def serve(self, actor: Actor, longest_ms: int = FOREVER_MS) -> None:
        """Turns until the actor is done, or the machine is dark for good. Raises Stuck after `longest_ms`."""
        until_ms = self.clock.mono_ms() + longest_ms
        rev, due_ms, alarm_ms = -1, None, -1  # type: int, int | None, int
        while not actor.over and not self.life.refused:
            now_ms = self.clock.mono_ms()
            if now_ms >= until_ms:
                kind = self.screen.kind if self.screen else "nothing"
                raise Stuck(f"somebody is still there after {longest_ms // 1000} s, at {kind}")
            if rev != self.rev or due_ms is None or now_ms >= due_ms:  # else there is nothing to see or to do
                rev = self.rev
                actor.saw(rev, self.screen, now_ms)
                due_ms = actor.poll(now_ms)
                if due_ms is not None and due_ms > now_ms and due_ms != alarm_ms:
                    alarm_ms = due_ms
                    self.clock.at(due_ms, _nothing)
            self.turn()

    def settle(self, longest_ms: int, rests: Callable[[], bool]) -> bool:
        """Turns until `rests()` or `longest_ms` passed; answers whether it rests."""
        until_ms = self.clock.mono_ms() + longest_ms
        self.clock.at(until_ms, _nothing)
        while not rests():
            if self.clock.mono_ms() >= until_ms or self.life.refused:
                return False
            self.turn()
        return True

    def idle(self) -> bool:
        """No sale, nothing moves, the entry is shut (a board without its host shuts it by itself, within its watchdog's time),
        nothing can be reached that should have been taken, and the escrow is empty, unless the acceptor has stopped and
        waits for a person."""
        made = self.made
        if made is None or made.controller.sale is not None or made.controller.starting or self.things.moving():
            return False
        if self.things.hands.entry_open():
            return False
        stopped = any(fault.device == "acceptor" and fault.up for fault in made.controller.watch.faults.values())
        return not self.things.waits() and (stopped or self.no_note())

    def starting(self) -> bool:
        """Some devices take their time: nobody buys before they have said what they know of the past."""
        return self.made is None or self.made.controller.starting

    def no_note(self) -> bool:
        """Nothing lies in the acceptor's escrow."""
        return not len(self.things.world.matter.places["acceptor.escrow"])

    def no_card(self) -> bool:
        """No card lies in the reader or sticks in its gate."""
        return self.things.cards is None or not self.things.cards.inside()

    def reported(self) -> bool:
        """Nothing that the station must be told is still on its way."""
        return self.station is not None and not self.station.owes

    def settled(self) -> bool:
        """No payment waits to be captured or to go back."""
        desk = self.things.payments
        said = desk is None or not desk.late_words()
        return said and self.made is not None and self.made.controller.unsettled.next_wake() is None

    def told_bank(self) -> bool:
        """No settlement that the office ordered is still to come."""
        return self.made is not None and not self.made.controller.unsettled.ordered

    def lines(self) -> Iterable[bytes]:
        """The journal as it lies on the disk, line by line."""
        for name in self.disk.segments():
            yield from self.disk.read(name).splitlines()


def kind_of(line: bytes) -> str:
    """The kind of the fact of a journal line."""
    at = line.find(FACT) + len(FACT)
    return line[at : line.find(b'"', at)].decode()


def _nothing() -> None:
    """Wakes the clock."""
