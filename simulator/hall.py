"""A hall with several machines: one station computer for all, and for each machine a cabinet, a controller and a screen.

Each machine keeps its own directory, journal, lab page and supervisor: pulling one's plug leaves the others alone.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from simulator.clock import SharedClock
from simulator.phone_in_hand import books_at
from simulator.programs import (
    ROOT,
    BankAt,
    Identity,
    StationAt,
    Wanted,
    bank_at,
    bank_program,
    home_of,
    office_key,
    provider_program,
    station_program,
)
from simulator.rig import PHONES_WITHIN_MS, Actor, Rig, RigError
from simulator.supervisor import Supervisor
from simulator.window import WINDOW, Window

TURN_MS = 10
FILL_WITHIN_MS = 1_800_000
LAB_ANSWER_S = 10.0


class Hall:
    """`wanted`: one per machine, the first also says how the station computer is set up. `start` brings all up, `turn` serves
    them, `stop` ends them. Raises StartError or RigError."""

    def __init__(self, directory: Path, clock: SharedClock, wanted: Sequence[Wanted]) -> None:
        self.directory, self.clock, self._wanted = directory, clock, wanted
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.supervisor = Supervisor(
            directory, ROOT, clock.mono_ms, lambda name, event: self.events.append((name, event)), wanted[0].patience
        )
        self.window_token = Identity().token
        self.rigs: list[Rig] = []
        for number, each in enumerate(wanted, start=1):
            identity = Identity(f"T{number:02d}")
            (directory / identity.machine).mkdir(exist_ok=True)
            self.rigs.append(Rig(directory / identity.machine, clock, each, identity))
        self.station: StationAt | None = None

    def start(self, told: Callable[[str], None] = lambda line: None) -> None:
        """The station, then one machine after the other; `told` hears one line for each process that is ready."""
        window = Identity(WINDOW, token=self.window_token)
        machines = [window, *(rig.identity for rig in self.rigs)]
        program = station_program(self.directory, self.clock, self._wanted[0], machines)
        url = self.supervisor.start(program)
        at = StationAt(url, home_of(self.events), office_key(self.directory, self._wanted[0]))
        self.station = at
        told(f"station computer  {at.url}")
        provider_url, bank = self._provider(told), self._bank(told)
        for rig in self.rigs:
            rig.start(lambda line, name=rig.identity.machine: told(f"{name}  {line}"), at, provider_url, bank)  # type: ignore[misc]

    def _provider(self, told: Callable[[str], None]) -> str:
        """One provider for all machines at which phones pay; empty when there is none."""
        paid = [rig.identity for rig, wanted in zip(self.rigs, self._wanted, strict=True) if wanted.fitted.phones]
        if not paid:
            return ""
        url = self.supervisor.start(provider_program(self.directory, self.clock, paid))
        told(f"phone payment     {url}")
        return url

    def _bank(self, told: Callable[[str], None]) -> BankAt | None:
        """One bank for all machines at which cards pay; None when there is none."""
        paid = [rig.identity for rig, wanted in zip(self.rigs, self._wanted, strict=True) if wanted.fitted.cards]
        if not paid:
            return None
        program = bank_program(self.directory, self.clock, self._wanted[0], paid, self.events)
        at = bank_at(self.supervisor.start(program), self.events)
        told(f"bank              {at.books}")
        return at

    def turn(self) -> None:
        """Serve all machines for at most some ms. Raises RigError when a process is lost for good."""
        self.supervisor.turn(0)
        if failed := self.supervisor.failed():
            raise RigError(f"{', '.join(failed)} ended for good; see {self.directory / 'logs'}")
        for rig in self.rigs:
            rig.turn(TURN_MS // len(self.rigs))

    def serve_until(self, done: Callable[[], bool], within_ms: int, what: str) -> None:
        """Turns until `done`. Raises RigError after `within_ms` of the machines' scaled time."""
        until_ms = self.clock.wall_ms() + within_ms
        while not done():
            if self.clock.wall_ms() >= until_ms:
                shown = ", ".join(f"{rig.identity.machine} {_seen(rig)}" for rig in self.rigs)
                raise RigError(f"{what} did not come within {within_ms // 1000} s; shown: {shown}")
            self.turn()

    def stop(self) -> None:
        for rig in reversed(self.rigs):
            rig.stop()
        self.supervisor.stop()

    # -- who uses them

    def attend_all(self, actors: Sequence[tuple[Rig, Actor]], within_ms: int, what: str) -> None:
        """Each actor at its machine, side by side, until all are done."""

        def over() -> bool:
            for rig, actor in actors:
                if not actor.over:
                    rig.attend(actor)
            return all(actor.over for _, actor in actors)

        self.serve_until(over, within_ms, what)

    def first_act(self) -> None:
        """A technician at each machine loads, fills and closes up (decision 49)."""
        self.serve_until(lambda: all(rig.eyes.screen is not None for rig in self.rigs), 120_000, "screens")
        workers = [(rig, rig.technician()) for rig in self.rigs]
        self.attend_all(workers, FILL_WITHIN_MS, "filled machines")
        for rig, worker in workers:
            if worker.outcome != "done":
                raise RigError(f"the technician at {rig.identity.machine} is {worker.outcome}")
        self.serve_until(lambda: all(rig.free() for rig in self.rigs), FILL_WITHIN_MS, "free machines")

    @property
    def phones(self) -> bool:
        """Whether phones pay at any machine."""
        return any(rig.provider_url for rig in self.rigs)

    def provider_books(self) -> dict[str, Any] | None:
        """What the provider of phone codes has in its books, once no phone is about to pay; None where there is none."""
        url = next((rig.provider_url for rig in self.rigs if rig.provider_url), "")
        if not url:
            return None
        self.serve_until(lambda: not any(rig.phones for rig in self.rigs), PHONES_WITHIN_MS, "the last phone's payment")
        return books_at(url)

    @property
    def cards(self) -> bool:
        """Whether bank cards pay at any machine."""
        return any(rig.takes_cards for rig in self.rigs)

    @property
    def collects(self) -> bool:
        """Whether orders are handed out at every machine: who comes for one goes to any."""
        return all(rig.collects for rig in self.rigs)

    def bank_books(self) -> dict[str, Any] | None:
        """What the bank of cards has in its books; None where there is none."""
        return next((rig.bank_books() for rig in self.rigs if rig.bank_url), None)

    def window(self) -> Window:
        """The ticket window, which sells from the same station."""
        return Window(self._station().url, self.window_token)

    def station_state(self) -> dict[str, Any]:
        """Everything the station knows. Raises OSError when it does not answer."""
        with urllib.request.urlopen(f"{self._station().url}/lab/state", timeout=LAB_ANSWER_S) as answer:
            told: dict[str, Any] = json.loads(answer.read())
        return told

    def _station(self) -> StationAt:
        if self.station is None:
            raise RigError("the station computer is not there")
        return self.station


def _seen(rig: Rig) -> str:
    return rig.eyes.screen.kind if rig.eyes.screen else "nothing"
