"""A whole simulated machine as real processes: station computer, cabinet, controller, screen, mirror; and who uses it.

Everything of a run lies in one short temporary directory: configuration, journal, station data, sockets, logs, ptys.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from kiosk.screen.values import Screen
from simulator.card_drawers import REFUSED, drawer
from simulator.card_in_hand import CardInHand, card_for
from simulator.child import Program
from simulator.clock import SharedClock
from simulator.fittings import USUAL
from simulator.office_line import OfficeLine
from simulator.order_in_hand import OrderInHand
from simulator.passenger.cabinet_client import CabinetClient
from simulator.passenger.eyes import Eyes
from simulator.passenger.person import Dice, Plan
from simulator.passenger.technician import Job, Staff, Technician, first_fill
from simulator.passenger.visit import Account, Visit
from simulator.phone_in_hand import PhoneInHand, books_at, read_json
from simulator.programs import (
    ROOT,
    BankAt,
    CardsAt,
    CodesAt,
    Identity,
    StationAt,
    Wanted,
    bank_at,
    bank_program,
    home_of,
    office_key,
    provider_program,
    station_program,
    write_machine_config,
)
from simulator.provider.phone import over_http
from simulator.report import CardBooks, traces
from simulator.supervisor import StartError, Supervisor

CASHIER, SUPERVISOR_PERSON = Staff("1001", "246810"), Staff("1002", "135790")
OPERATORS = (
    f"{CASHIER.number}:王芳:Wang Fang:cash:{CASHIER.pin}",
    f"{SUPERVISOR_PERSON.number}:李强:Li Qiang:supervisor:{SUPERVISOR_PERSON.pin}",
    "1003:陈明:Chen Ming:maintainer:975310",
)
FIRST_NOTES = USUAL.notes
FIRST_BLANKS = 600
TURN_MS = 10
FREE_SCREENS = ("attract", "home")
FREE_WITHIN_MS = 1_200_000
PHONES_WITHIN_MS = 600_000


class RigError(Exception):
    """The machine cannot be used; the text says why."""


class Actor(Protocol):
    """Who stands at the machine; `now_ms` is people's time."""

    @property
    def over(self) -> bool: ...

    def saw(self, rev: int, screen: Screen | None, now_ms: int) -> None: ...

    def poll(self, now_ms: int) -> int | None: ...


class Rig:
    """`start` brings all up; `turn` serves them; `stop` ends all. Raises StartError or RigError."""

    def __init__(self, directory: Path, clock: SharedClock, wanted: Wanted, identity: Identity | None = None) -> None:
        self.identity = identity or Identity()
        self.directory, self.clock, self._wanted = directory, clock, wanted
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.supervisor = Supervisor(
            directory,
            ROOT,
            clock.mono_ms,
            lambda name, event: self.events.append((name, event)),
            wanted.patience,
        )
        self.eyes = Eyes(directory / "screen.sock")
        self.cabinet: CabinetClient | None = None
        self.station_url = self.lab_url = self.provider_url = self.bank_url = ""
        self.phones: list[PhoneInHand] = []
        self.cards: list[CardInHand] = []
        self.orders: list[OrderInHand] = []
        self.token = self.identity.token

    # -- starting

    def start(
        self,
        told: Callable[[str], None] = lambda line: None,
        at: StationAt | None = None,
        provider_url: str = "",
        bank: BankAt | None = None,
    ) -> None:
        """Station, cabinet, a provisioned controller, the screen; `told` hears one line for each that is ready. `at`: a
        station that is there already, `provider_url`: a provider, `bank`: a bank; otherwise one for this machine alone is
        started."""
        if at is None:
            program = station_program(self.directory, self.clock, self._wanted, [self.identity])
            url = self.supervisor.start(program)
            at = StationAt(url, home_of(self.events), office_key(self.directory, self._wanted))
            told(f"station computer  {at.url}")
        self.station_url = at.url
        codes = None
        if self._wanted.fitted.phones:
            codes = CodesAt(provider_url or self._provider(told), self.identity.code_key)
            self.provider_url = codes.url
        fitted, machine = self._wanted.fitted, self.identity.machine
        cards = self._cards(bank or self._bank(told)) if fitted.cards else None
        if fitted.terminal:
            cards = CardsAt("", "", drawer(self.identity.number, self._wanted.crowd))
        config = write_machine_config(
            self.directory, at.url, self._wanted.speeds, at.telecode, machine, fitted, codes, cards
        )
        if self._wanted.fitted.camera:
            with config.open("a", encoding="utf-8") as file:
                file.write(f'camera: {{url: "{self._camera(at.telecode)}/frame"}}\n')
        self.lab_url = self._cabinet(at.telecode)
        told(f"lab               {self.lab_url}")
        self.cabinet = CabinetClient(self.lab_url)
        cabinet = self.cabinet
        self.supervisor.tell_mains = lambda on: cabinet.post("/api/mains", {"on": on})
        self._provision(at.key)
        words = self._kiosk("run", "--config", str(config), *self._clock(), *self._trace("controller"))
        self.supervisor.start(self._program("controller", words, True))
        told("controller        ready")
        self._screen()
        told("screen            ready")

    def _provider(self, told: Callable[[str], None]) -> str:
        url = self.supervisor.start(provider_program(self.directory, self.clock, [self.identity]))
        told(f"phone payment     {url}")
        return url

    def _bank(self, told: Callable[[str], None]) -> BankAt:
        program = bank_program(self.directory, self.clock, self._wanted, [self.identity], self.events)
        at = bank_at(self.supervisor.start(program), self.events)
        told(f"bank              {at.books}")
        return at

    def _cards(self, bank: BankAt) -> CardsAt:
        self.bank_url = bank.books
        return CardsAt(bank.link, self.identity.terminal, drawer(self.identity.number, self._wanted.crowd))

    def _cabinet(self, telecode: str) -> str:
        port = str(self._wanted.lab_port)
        files = ("--dir", str(self.directory / "ports"), "--config", str(self.directory / "cabinet.yaml"))
        sockets = ("--lab-port", port, "--mirror-socket", str(self.directory / "mirror.sock"))
        phones = ("--provider", self.provider_url) if self.provider_url else ()
        cards = ("--bank", self.bank_url) if self.bank_url else ()
        where = ("--station", self.station_url, "--home", telecode, *phones, *cards)
        argv = self._simulator("cabinet", *files, *sockets, *where, *self._clock())
        return self.supervisor.start(Program("cabinet", argv, restarts=False))

    def _camera(self, telecode: str) -> str:
        def argv(port: str) -> tuple[str, ...]:
            place = f"{telecode} {self.identity.machine}"
            return self._simulator("camera", "--port", port, "--place", place, *self._clock())

        return self.supervisor.start(Program("camera", argv("0"), again=lambda ready: argv(ready.rpartition(":")[2])))

    def _provision(self, station_key: str) -> None:
        operators = [word for operator in OPERATORS for word in ("--operator", operator)]
        where = (
            "provision",
            str(self.directory / "journal"),
            "--machine",
            self.identity.machine,
            "--token",
            self.token,
            "--seal",
            self.identity.seal,
            *(("--station-key", station_key) if station_key else ()),
        )
        done = subprocess.run(
            self._kiosk(*where, *operators), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
        )
        if done.returncode:
            raise RigError(f"provision: {done.stderr.strip() or done.stdout.strip()}")

    def _screen(self) -> None:
        socket = ("--socket", str(self.directory / "screen.sock"), "--media", str(self.directory / "media"))
        shown = ("--windowed",) if self._wanted.window else ()
        env = {} if self._wanted.window else {"SDL_VIDEODRIVER": "dummy"}
        if self._wanted.display:
            env = {"SDL_VIDEODRIVER": "x11", "DISPLAY": self._wanted.display}
        words = self._kiosk("screen", *socket, *shown, *self._trace("screen"))
        self.supervisor.start(self._program("screen", words, True, env))
        if self._wanted.mirror:
            mirrored = ("--role", "mirror", "--mirror-socket", str(self.directory / "mirror.sock"))
            self.supervisor.start(self._program("mirror", self._kiosk("screen", *socket, *mirrored), True))

    def _program(self, name: str, argv: tuple[str, ...], powered: bool, env: dict[str, str] | None = None) -> Program:
        return Program(name, argv, powered=powered, env=env or {})

    def _trace(self, name: str) -> tuple[str, ...]:
        return ("--trace", str(self.directory / f"{name}.trace")) if self._wanted.trace else ()

    def _clock(self) -> tuple[str, str]:
        return ("--clock", self.clock.format())

    def _simulator(self, *words: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "simulator", *words)

    def _kiosk(self, *words: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "kiosk", *words)

    # -- serving

    def turn(self, longest_ms: int = TURN_MS) -> None:
        """Serve the processes and the screen socket for at most `longest_ms`. Raises RigError when one is lost for good."""
        now_ms = self.clock.mono_ms()
        self.eyes.poll(now_ms)
        self.eyes.on_readable(now_ms)
        self.phones = [each for each in self.phones if each.poll(self.clock.wall_ms())]
        self.cards = [each for each in self.cards if each.poll()]
        self.orders = [each for each in self.orders if each.poll()]
        self.supervisor.turn(longest_ms)
        if failed := self.supervisor.failed():
            raise RigError(f"{', '.join(failed)} ended for good; see {self.directory / 'logs'}")

    def serve_until(self, done: Callable[[], bool], within_ms: int, what: str) -> None:
        """Turns until `done`. Raises RigError after `within_ms` of the machine's scaled time."""
        until_ms = self.clock.wall_ms() + within_ms
        while not done():
            if self.clock.wall_ms() >= until_ms:
                seen = self.eyes.screen.kind if self.eyes.screen else "nothing"
                raise RigError(f"{what} did not come within {within_ms // 1000} s; the screen shows {seen}")
            self.turn()

    def stop(self) -> None:
        self.eyes.close()
        if self.cabinet is not None:
            self.cabinet.close()
        self.supervisor.stop()

    # -- who uses it

    def hands(self) -> CabinetClient:
        if self.cabinet is None:
            raise RigError("the cabinet is not there")
        return self.cabinet

    def first_act(self) -> None:
        """The technician loads and fills the new machine, as a person would, and closes up (decision 49)."""
        self.serve_until(lambda: self.eyes.screen is not None, 120_000, "a screen")
        worker = self.technician()
        while not worker.over:
            self.attend(worker)
            self.turn()
        if worker.outcome != "done":
            raise RigError(f"the technician is {worker.outcome}")

    def technician(self) -> Technician:
        """Somebody who loads and fills a new machine."""
        fitted = self._wanted.fitted
        jobs: list[Job] = first_fill(fitted.notes, FIRST_BLANKS, fitted.coins)
        return Technician(CASHIER, SUPERVISOR_PERSON, jobs, self.hands().service, self.eyes.touch, self.clock.wall_ms())

    def attend(self, actor: Actor) -> None:
        """Let somebody see what is shown now, and do what it is time for."""
        actor.saw(self.eyes.rev, self.eyes.screen, self.clock.wall_ms())
        actor.poll(self.clock.wall_ms())

    def free(self) -> bool:
        """Whether the next passenger can begin."""
        return self.eyes.screen is not None and self.eyes.screen.kind in FREE_SCREENS

    def wait_until_free(self) -> None:
        """Until the next passenger can begin."""
        self.serve_until(self.free, FREE_WITHIN_MS, "a free machine")

    def visit(self, plan: Plan, dice: Dice) -> Account:
        """One passenger from coming to leaving; a machine out of service is an outcome, not an error."""
        made = self.passenger(plan, dice)
        while not made.over:
            self.attend(made)
            self.turn()
        return made.account

    def passenger(self, plan: Plan, dice: Dice) -> Visit:
        """Somebody who steps up now; with a phone where phones pay. Who has no card, or none any more, pays cash; who comes for
        an order has it made at the station first."""
        card = ""
        if plan.pays == "card":
            refused = REFUSED[self.identity.number - 1]
            card = card_for(plan, self.hands().get("/api/state")["cards"], refused) if self.takes_cards else ""
            plan = plan if card else replace(plan, pays="cash")
        order = OrderInHand(self.hands(), plan) if plan.pays == "pickup" else None
        plan = order.plan if order is not None else plan
        made = Visit(plan, self.hands(), self.eyes.touch, dice, self.clock.wall_ms())
        if order is not None:
            order.given_to(made)
            self.orders.append(order)
        if card:
            self.cards.append(CardInHand(self.hands(), card, made))
        if self.provider_url:
            self.phones.append(PhoneInHand(over_http(self.provider_url), made, self.clock.wall_ms))
        return made

    def provider_books(self) -> dict[str, Any] | None:
        """What the provider of phone codes has in its books, once no phone is about to pay; None where there is none."""
        if not self.provider_url:
            return None
        self.serve_until(lambda: not self.phones, PHONES_WITHIN_MS, "the last phone's payment")
        return books_at(self.provider_url)

    @property
    def takes_cards(self) -> bool:
        """Bank cards pay here, at a reader or at a terminal."""
        return bool(self.bank_url) or self._wanted.fitted.terminal

    @property
    def office(self) -> OfficeLine | None:
        """The first person of the station's office; None where there is none."""
        person = next(iter(self._wanted.office), "")
        return OfficeLine(self.station_url, person.split(":")[1]) if person else None

    @property
    def collects(self) -> bool:
        """What was ordered elsewhere is picked up here."""
        return self._wanted.fitted.collects

    def station_state(self) -> dict[str, Any]:
        """Everything the station knows. Raises OSError when it does not answer."""
        return read_json(f"{self.station_url}/lab/state")

    def card_books(self, bank: dict[str, Any] | None) -> CardBooks | None:
        """What was paid by card at this machine: in the books of the `bank` of readers, or of its own terminal's."""
        if self._wanted.fitted.terminal:
            told = self.hands().get("/api/terminal")
            return CardBooks(told, told["terminal"], traces(self.directory / "journal"))
        return CardBooks(bank, self.identity.terminal) if bank is not None and self.bank_url else None

    def bank_books(self) -> dict[str, Any] | None:
        """What the bank of cards has in its books; None where there is none."""
        return read_json(f"{self.bank_url}/lab/state") if self.bank_url else None


def has_display() -> bool:
    """Whether a window can be shown here."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


__all__ = ["Rig", "RigError", "StartError", "Wanted", "has_display", "write_machine_config"]
