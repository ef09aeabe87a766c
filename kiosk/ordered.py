"""What the station has ordered of this machine, folded from its own journal: the mode, the sets it has, the one in force.

A start that reads the journal stands where the machine stood; the station's memory is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kiosk import media_set, operator_set
from kiosk.identity import Operator
from kiosk.media_set import MediaList, MediaNotice, MediaPicture
from kiosk.parameter_set import NAME, ParameterSet, of_machine, of_sale
from kiosk.parameters import MachinePolicy, SalePolicy

NO_SET = ParameterSet(0, 0, 0, ())
"""The configuration alone."""


@dataclass(slots=True)
class Ordered:
    """`seq` of the last command that was answered, `have` the highest version of any set heard of, in whatever way it was received.
    `in_force`: name of a set -> its version that holds."""

    seq: int = 0
    mode: str = "normal"
    have: int = 0
    staged: dict[int, ParameterSet] = field(default_factory=dict)
    in_force: dict[str, ParameterSet] = field(default_factory=dict)

    def hear(self, record: Mapping[str, Any]) -> None:
        """One fact of the journal, as its record."""
        handler = _HEARS.get(record["kind"])
        if handler:
            handler(self, record)

    def now(self, name: str) -> ParameterSet:
        """The version of set `name` in force; `NO_SET` when none is."""
        return self.in_force.get(name, NO_SET)

    @property
    def active(self) -> ParameterSet:
        return self.now(NAME)

    @property
    def operators(self) -> tuple[Operator, ...]:
        """Who may log in; empty: whom the machine was provisioned with."""
        return self.now(operator_set.NAME).people

    @property
    def media(self) -> MediaList:
        """What the waiting page shows now."""
        return self.now(media_set.NAME).media

    def pictures(self, wall_ms: int) -> tuple[MediaPicture, ...]:
        """Those that are shown, first, and those of the sets that may come after."""
        now = self.now(media_set.NAME)
        later = [
            self.staged[version]
            for version in sorted(self.staged)
            if version > now.version and not 0 < self.staged[version].expires_ms <= wall_ms
        ]
        listed = [picture for one in (now, *later) for picture in one.media.pictures]
        return tuple({picture.sha256: picture for picture in listed}.values())

    def wanted(self, wall_ms: int, name: str = NAME) -> ParameterSet:
        """The version of set `name` that should be in force now: the highest that holds, else the configuration alone."""
        holding = [each for each in self.staged.values() if each.name == name and each.holds(wall_ms)]
        return max(holding, key=lambda each: each.version, default=NO_SET)

    def next_change_ms(self, wall_ms: int) -> int | None:
        """Wall time at which a set begins or ends; None: none will."""
        times = [time for each in self.staged.values() for time in (each.effective_ms, each.expires_ms)]
        return min((time for time in times if time > wall_ms), default=None)

    def sale_policy(self, policy: SalePolicy) -> SalePolicy:
        return of_sale(policy, self.active.body)

    def machine_policy(self, policy: MachinePolicy) -> MachinePolicy:
        return of_machine(policy, self.active.body)

    def _answered(self, record: Mapping[str, Any]) -> None:
        if record["reason"] in ("signature", "malformed"):
            return  # whoever sent it may not use up numbers of the station's
        self.seq = max(self.seq, record["seq"])
        if record["outcome"] == "done" and record["name"] == "mode":
            self.mode = record["argument"]

    def _staged(self, record: Mapping[str, Any]) -> None:
        body = tuple((name, value) for name, value in record["body"])
        found = ParameterSet(record["version"], record["effective_ms"], record["expires_ms"], body)
        self.staged[found.version] = found
        self.have = max(self.have, found.version)

    def _staged_people(self, record: Mapping[str, Any]) -> None:
        people = tuple(Operator(**each) for each in record["people"])
        name, version = record["set"], record["version"]
        self.staged[version] = ParameterSet(version, record["effective_ms"], 0, (), name, people)
        self.have = max(self.have, version)

    def _staged_media(self, record: Mapping[str, Any]) -> None:
        media = MediaList(
            tuple(MediaPicture(**each) for each in record["pictures"]),
            tuple(MediaNotice(**each) for each in record["notices"]),
        )
        name, version = record["set"], record["version"]
        times = record["effective_ms"], record["expires_ms"]
        self.staged[version] = ParameterSet(version, *times, (), name, (), media)
        self.have = max(self.have, version)

    def _refused(self, record: Mapping[str, Any]) -> None:
        if record["reason"] != "signature":
            self.have = max(self.have, record["version"])

    def _activated(self, record: Mapping[str, Any]) -> None:
        self.in_force[record["set"]] = self.staged.get(record["version"], NO_SET)


_HEARS = {
    "sys.command": Ordered._answered,
    "params.staged": Ordered._staged,
    "params.people": Ordered._staged_people,
    "params.media": Ordered._staged_media,
    "params.refused": Ordered._refused,
    "sys.params": Ordered._activated,
}
