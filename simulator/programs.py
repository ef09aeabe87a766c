"""The programs of a run and what each must know of the others: names and secrets, command lines, addresses, configuration."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.card_drawers import DOCUMENTS, OPENED_FEN
from simulator.child import Program
from simulator.clock import SharedClock
from simulator.fittings import KEY_FILE, USUAL, Fitting
from simulator.restarts import RestartPolicy
from simulator.station.machines.signing import read_signer

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "config" / "demo"
MACHINE = "T01"
BANK = "bank"
TELECODE = "BXP"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the machine is set up. `window`: the screen is shown on this display; otherwise it paints without one.
    `lab_port` 0 takes a free port. `busy`: other people have bought tickets before. `display`: the screen fills this X
    display. `speeds`: motion times of the cabinet's configuration that are not the usual ones. `trace`: controller and
    screen write when they heard what and when bytes and pixels left (controller.trace, screen.trace). `patience`: how often
    a process may end before it is given up."""

    window: bool = False
    mirror: bool = True
    lab_port: int = 0
    busy: bool = False
    display: str = ""
    speeds: Mapping[str, float] = field(default_factory=dict)
    trace: bool = False
    patience: Callable[[], RestartPolicy] = RestartPolicy
    timetable: Sequence[str] = ()
    """Words for the station computer that make it sell a GTFS feed; then the machine stands where the station says."""
    fitted: Fitting = USUAL
    office: Sequence[str] = ()
    """Who may log in at the station's console, as NAME:TOKEN. With an office the machine is provisioned with the station's
    key and follows its commands and parameters; without, it never asks."""
    crowd: bool = False
    """Passengers come one after the other: where cards pay, theirs lie in the drawer, and their accounts are rich."""
    database: str = ""
    """Where the station computer keeps its journal, a PostgreSQL URL; empty: in files."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Name, token and seal of a machine at its station, and its key at the provider of phone codes."""

    machine: str = MACHINE
    code_key: str = field(default_factory=lambda: secrets.token_hex(32))
    token: str = field(default_factory=lambda: secrets.token_hex(18))  # letters and digits: it stands on command lines
    seal: str = field(default_factory=lambda: secrets.token_hex(32))

    @property
    def number(self) -> int:
        """Of the machine, from 1."""
        return int("".join(filter(str.isdigit, self.machine)) or 1)

    @property
    def terminal(self) -> str:
        """What the bank calls it, 8 characters."""
        return f"TVM{self.number:05d}"


@dataclass(frozen=True, slots=True)
class StationAt:
    """A station computer that runs already: its address, the station it stands at, and its key when it has an office."""

    url: str
    telecode: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class CodesAt:
    """A provider of phone codes that runs already, and the machine's key there, 64 hex digits."""

    url: str
    key: str


@dataclass(frozen=True, slots=True)
class BankAt:
    """A bank that runs already: its line as a configuration names it, and where it tells its books."""

    link: str
    books: str


@dataclass(frozen=True, slots=True)
class CardsAt:
    """The bank's line, what it calls this machine, and the cards that lie beside it."""

    link: str
    terminal: str
    names: Sequence[str]


def station_program(directory: Path, clock: SharedClock, wanted: Wanted, machines: Sequence[Identity]) -> Program:
    """The station computer of these machines; what it remembers lies in `directory`/station."""

    def argv(port: str) -> tuple[str, ...]:
        busy = ("--busy",) if wanted.busy else ()
        place = "" if wanted.timetable else TELECODE
        named = [
            word for each in machines for word in ("--machine", f"{each.machine}:{each.token}:{place}:{each.seal}")
        ]
        data = str(directory / "station")
        people = [word for person in wanted.office for word in ("--person", person)]
        database = ("--database", wanted.database) if wanted.database else ()
        more = (*named, *people, *busy, "--clock", clock.format(), *wanted.timetable, *database)
        return (sys.executable, "-m", "simulator", "station", "--port", port, "--data", data, "--lab", *more)

    return Program("station", argv("0"), again=lambda ready: argv(ready.rpartition(":")[2]))


def provider_program(directory: Path, clock: SharedClock, machines: Sequence[Identity]) -> Program:
    """The provider of phone codes for these machines; its ledger lies in `directory`/provider."""

    def argv(port: str) -> tuple[str, ...]:
        named = [word for each in machines for word in ("--merchant", f"{each.machine}:{each.code_key}")]
        where = ("--port", port, "--data", str(directory / "provider"), "--lab", "--clock", clock.format())
        return (sys.executable, "-m", "simulator", "provider", *where, *named)

    return Program("provider", argv("0"), again=lambda ready: argv(ready.rpartition(":")[2]))


Events = Sequence[tuple[str, Mapping[str, Any]]]


def bank_program(
    directory: Path, clock: SharedClock, wanted: Wanted, machines: Sequence[Identity], events: Events
) -> Program:
    """The bank's host for these machines; its ledger is `directory`/bank.sqlite. `events`: where it is heard where it tells its
    books, which must be the same place again."""

    def argv(port: str, lab_port: str) -> tuple[str, ...]:
        opened = () if wanted.crowd else tuple(f"{name}={fen}" for name, fen in OPENED_FEN.items())
        named = [word for each in machines for word in ("--terminal", each.terminal)]
        named += [word for each in opened for word in ("--opened", each)]
        where = ("--port", port, "--lab", lab_port, "--ledger", str(directory / "bank.sqlite"))
        return (sys.executable, "-m", "simulator", "acquirer", *where, "--clock", clock.format(), *named)

    def again(ready: str) -> tuple[str, ...]:
        return argv(ready.rpartition(":")[2], _books_of(events).rpartition(":")[2])

    return Program(BANK, argv("0", "0"), again=again)


def _books_of(events: Events) -> str:
    return next(str(event["url"]) for name, event in reversed(events) if name == BANK and event["event"] == "lab")


def bank_at(ready: str, events: Events) -> BankAt:
    """Of a bank that was just started."""
    return BankAt(ready.replace("tcp://", "tcp:"), _books_of(events))


def office_key(directory: Path, wanted: Wanted) -> str:
    """What a station that was just started signs with, its public half; empty without an office."""
    return read_signer(directory / "station", secrets.token_bytes).public if wanted.office else ""


def home_of(events: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Telecode of where the machines stand; the station tells it of a feed before it is ready."""
    told = [event["home"] for name, event in events if name == "station" and "home" in event]
    return str(told[-1]) if told else TELECODE


def write_machine_config(
    directory: Path,
    station_url: str,
    speeds: Mapping[str, float] | None = None,
    telecode: str = TELECODE,
    machine: str = MACHINE,
    fitted: Fitting = USUAL,
    codes: CodesAt | None = None,
    cards: CardsAt | None = None,
) -> Path:
    """The machine's and the cabinet's configuration in the run directory; answers the machine's. `codes`: where phones pay,
    `cards`: where bank cards do."""
    ports = str(directory / "ports")
    for name in ("machine.yaml", "cabinet.yaml"):
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        filled = text.replace("@STATION@", station_url).replace(f"station: {TELECODE}\n", f"station: {telecode}\n")
        filled = filled.replace(f"id: {MACHINE}\n", f"id: {machine}\n")
        filled = fitted.changed(name, filled).replace("@DIR@", ports).replace("@MACHINE@", machine)
        number = int("".join(filter(str.isdigit, machine)) or 1)
        filled = filled.replace("@DOCUMENTS@", ", ".join(DOCUMENTS[number - 1]))
        filled = filled.replace("@PROVIDER@", codes.url if codes is not None else "")
        if cards is not None:
            filled = filled.replace("@BANK@", cards.link).replace("@TERMINAL@", cards.terminal)
            filled = filled.replace("@CARDS@", ", ".join(cards.names))
        (directory / name).write_text(filled, encoding="utf-8")
    if codes is not None:
        (directory / KEY_FILE).write_text(f"{codes.key}\n", encoding="ascii")
    if speeds:
        with (directory / "cabinet.yaml").open("a", encoding="utf-8") as file:
            file.write(f"speeds: {json.dumps(dict(speeds))}\n")
    return directory / "machine.yaml"
