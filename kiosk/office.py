"""The station's office as the machine hears it: commands and parameter sets, each believed only when signed, obeyed only once.

The machine says what it has and is told what is new; the call waits at the station until there is news. A command is checked
when its turn comes, never carried out late, and its end is a record. Sets are taken in and put in force while nobody buys.
Source: station-api sheet; reliability notes 8.7 and 9.
"""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kiosk import media_set, operator_set
from kiosk.ordered import Ordered
from kiosk.parameter_set import NAME, NAMES, ParameterSet, defect, read_set
from kiosk.parameters import MachinePolicy
from kiosk.ports.fact import Fact
from kiosk.ports.station import InboxFailed, InboxHeard, Station
from kiosk.ports.trips import SignedText
from kiosk.sale.intents import Intent
from kiosk.signed import StationKey
from kiosk.system_facts import (
    CommandAnswered,
    MediaStaged,
    OperatorsStaged,
    ParametersActive,
    ParametersRefused,
    ParametersStaged,
    RegistersTold,
)

log = logging.getLogger(__name__)
PAUSE_MS = 5_000
"""After an answer without news that came at once, and at least after none."""
SILENT_MS = 60_000  # a call of which nothing at all was heard
MODES = ("normal", "no_notes", "query_only", "closed", "stopped", "emergency")
WHEN_IDLE = ("registers", "end_day", "restart", "settle")
LONGEST_TEXT = 12_288
"""A set of media with all its words has some 10,400 (hanzi are six letters each in JSON); nothing longer is looked into."""


@dataclass(frozen=True, slots=True)
class OfficeStep:
    """One line to write. `restart`: the program ends afterwards and is started again."""

    fact: Fact
    intents: tuple[Intent, ...] = ()
    restart: bool = False


@dataclass(slots=True)
class Office:
    """`key` empty: the office is never asked. `jitter(n)` is random, 0..n; `registers` of the machine now; `day` of the station;
    `unsettled`: why there is no batch to settle (unsupported, nothing), empty when there is."""

    station: Station
    machine: str
    key: StationKey
    thresholds: MachinePolicy
    ordered: Ordered
    jitter: Callable[[int], int]
    minute_of: Callable[[int], int]  # wall ms -> minute of the station's day
    registers: Callable[[], Sequence[tuple[str, int]]]
    day: Callable[[int], str]
    unsettled: Callable[[], str] = lambda: "unsupported"
    _commands: deque[SignedText] = field(default_factory=deque)
    _sets: deque[SignedText] = field(default_factory=deque)
    _heard: int = 0  # highest number of a command in this start, believed or not
    _known: set[str] = field(default_factory=set)  # signatures of what was refused as not the station's
    _asked_ms: int | None = None
    _due_ms: int = 0

    # -- hearing

    def poll(self, now_ms: int) -> int | None:
        """Ask when it is time to; answers when to come back. Without a key there is nothing to ask."""
        if not self.key:
            return None
        if self._asked_ms is not None:
            if now_ms < self._asked_ms + SILENT_MS:
                return self._asked_ms + SILENT_MS
            self._asked_ms = None
        if now_ms < self._due_ms or self._commands or self._sets:
            return max(self._due_ms, now_ms + 1_000)
        self._asked_ms = now_ms
        self.station.ask_inbox(max(self._heard, self.ordered.seq), self.ordered.have)
        return now_ms + SILENT_MS

    def hear(self, fact: InboxHeard | InboxFailed, now_ms: int) -> None:
        """What became of the question."""
        asked_ms, self._asked_ms = self._asked_ms, None
        if isinstance(fact, InboxFailed):
            self._due_ms = now_ms + PAUSE_MS + self.jitter(PAUSE_MS)
            return
        commands, sets = (
            [each for each in some if each.signature not in self._known] for some in (fact.commands, fact.sets)
        )
        self._commands.extend(commands)
        self._sets.extend(sets)
        waited = asked_ms is not None and now_ms - asked_ms >= PAUSE_MS
        self._due_ms = now_ms if commands or sets or waited else now_ms + PAUSE_MS

    # -- what follows

    @property
    def mode(self) -> str:
        return self.ordered.mode

    def waits(self, name: str) -> bool:
        """A command of this name was heard, and its time has not come."""
        heard = (each for each in self._commands if _order(each.text).get("name") == name)
        return any(self.key.believes(each.text, each.signature) for each in heard)

    def closed(self, policy: MachinePolicy, wall_ms: int) -> bool:
        """Outside the hours of `policy`; a machine without hours is always open."""
        opens, closes = policy.opens_min, policy.closes_min
        if opens == closes:
            return False
        minute = self.minute_of(wall_ms)
        return not (opens <= minute < closes if opens < closes else minute >= opens or minute < closes)

    def step(self, wall_ms: int, idle: bool, nobody_in: bool) -> OfficeStep | None:
        """The next line that is due now, None when none is. `wall_ms` of the station's clock; what it says is in force when it
        was written and `ordered` has heard it. `nobody_in`: no sale, and nobody is logged in: the log-in's page alone keeps no set
        waiting, or who was taken out could hold it open and come in."""
        while self._commands and self._repeated(self._commands[0]):
            self._commands.popleft()
        if self._commands and (found := self._command(self._commands[0], wall_ms, idle)) is not None:
            self._commands.popleft()
            return found
        if not nobody_in:
            return None
        if self._sets:
            return OfficeStep(self._received(self._sets.popleft()))
        for name in NAMES:
            wanted, now = self.ordered.wanted(wall_ms, name).version, self.ordered.now(name).version
            if wanted != now:
                return OfficeStep(ParametersActive(name, wanted, "effective" if wanted > now else "expired"))
        return None

    def wakes(self, now_ms: int, wall_ms: int) -> list[int]:
        """When a set begins or ends, at the latest in a minute: the hours are looked at then too."""
        if not self.ordered.staged:
            return []
        change_ms = self.ordered.next_change_ms(wall_ms)
        return [now_ms + min(60_000, 60_000 if change_ms is None else max(20, change_ms - wall_ms))]

    # -- commands

    def _repeated(self, entry: SignedText) -> bool:
        """It was answered before; its first answer stands."""
        seq = _order(entry.text).get("seq", 0)
        return 0 < seq <= self.ordered.seq and self.key.believes(entry.text, entry.signature)

    def _command(self, entry: SignedText, wall_ms: int, idle: bool) -> OfficeStep | None:
        """None: its time has not come; it stays the first."""
        order = _order(entry.text)
        seq, name, argument = order.get("seq", 0), order.get("name", ""), order.get("argument", "")
        if not order or not self.key.believes(entry.text, entry.signature):
            self._known.add(entry.signature)  # not looked at again in this start
            self._heard = max(self._heard, seq)
            return OfficeStep(CommandAnswered(seq, "", "", "refused", "signature" if order else "malformed"))
        if reason := self._reason(order, wall_ms):
            return OfficeStep(CommandAnswered(seq, name, argument, "refused", reason))
        if name in WHEN_IDLE and not idle:
            return None
        if name == "settle" and (reason := self.unsettled()):
            return OfficeStep(CommandAnswered(seq, name, argument, "refused", reason))
        done = CommandAnswered(seq, name, argument, "done", "")
        if name in ("registers", "end_day"):
            day = argument if name == "end_day" else self.day(wall_ms)
            return OfficeStep(done, (RegistersTold(day, tuple(self.registers())),))
        return OfficeStep(done, restart=name == "restart")

    def _reason(self, order: dict[str, Any], wall_ms: int) -> str:
        """Why a command that the station signed is not obeyed; empty: it is."""
        if order["machine"] != self.machine:
            return "machine"
        if order["expires_ms"] <= wall_ms:
            return "expired"
        if order["name"] not in ("mode", *WHEN_IDLE):
            return "unknown"
        return "argument" if order["name"] == "mode" and order["argument"] not in MODES else ""

    # -- parameter sets

    def _received(self, entry: SignedText) -> Fact:
        if not self.key.believes(entry.text, entry.signature):
            self._known.add(entry.signature)
            return ParametersRefused(NAME, 0, "signature")
        try:
            found = read_set(entry.text)
        except ValueError as error:
            return ParametersRefused(_set_name(entry.text), _version(entry.text), str(error)[:100])
        if found.version <= self.ordered.have:
            before = self.ordered.staged.get(found.version)
            return ParametersRefused(found.name, found.version, "repeated" if before == found else "version")
        if reason := defect(found, self.thresholds):
            return ParametersRefused(found.name, found.version, reason)
        return _staged(found)


def _staged(found: ParameterSet) -> Fact:
    if found.name == operator_set.NAME:
        return OperatorsStaged(found.name, found.version, found.effective_ms, found.people)
    times = found.effective_ms, found.expires_ms
    if found.name == media_set.NAME:
        return MediaStaged(found.name, found.version, *times, found.media.pictures, found.media.notices)
    return ParametersStaged(NAME, found.version, *times, found.body)


def _order(text: str) -> dict[str, Any]:
    """The parts of a command, strictly; empty for what is none."""
    raw = _json(text)
    wanted = {"seq": int, "expires_ms": int, "issued_ms": int, "machine": str, "name": str, "argument": str}
    if raw.get("kind") != "command" or any(type(raw.get(part)) is not kind for part, kind in wanted.items()):
        return {}
    return raw if 0 < raw["seq"] <= 10**15 and len(raw["name"]) <= 20 and len(raw["argument"]) <= 20 else {}


def _set_name(text: str) -> str:
    name = _json(text).get("set")
    return name if name in NAMES else NAME


def _version(text: str) -> int:
    version = _json(text).get("version")
    return version if type(version) is int and 0 <= version <= 10**15 else 0


def _json(text: str) -> dict[str, Any]:
    try:
        raw = json.loads(text) if len(text) <= LONGEST_TEXT else None
    except (ValueError, RecursionError):
        return {}
    return raw if type(raw) is dict else {}
