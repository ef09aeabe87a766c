"""A run as a value: who comes, what goes wrong, where the power fails. The same script, seed and commit give the same run.

A script is all that a report of a violation needs; it is written as JSON so that one command repeats it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from simulator.passenger.person import Kind, Plan
from simulator.world.level import Level, Machine, level_of
from simulator.world.people import AfterCut

Filling = Literal["full", "lean"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Switch `name` of `device` goes on when an intent of kind `when` is carried out for the `nth` time since the run began.

    `device` may be `station` (a fault of the station computer), `link:DEVICE` (its plug is pulled; `name` is then `out`), `disk`,
    `people` (a door, one more note, the mains), `clock` (the wall clock is set wrongly), `bank`, `payment` (the provider of phone
    codes) or `office` (an order to the machine). `when` may also be a step of a payment, `step.pin` for one. `when` empty: from
    the beginning. A Bill-to-Bill unit is the acceptor, and its line the acceptor's: there is no dispenser beside it.
    """

    device: str
    name: str
    when: str = ""
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Script:
    """`plans`: passengers one after the other. `cuts`: numbers of the points at which the power fails. `fill`: a machine with
    plenty of notes and blanks, or a lean one in which change and paper run out. `machine`: which devices take and pay notes.
    `ups`: one is fitted, and the mains that people switch off are the wall's. `office`: it hears the station's office."""

    seed: int
    plans: tuple[Plan, ...]
    troubles: tuple[Trouble, ...] = ()
    cuts: tuple[int, ...] = ()
    after_cut: AfterCut = "leaves"
    level: Level = "port"
    pause_ms: int = 20_000
    fill: Filling = "full"
    machine: Machine = "usual"
    ups: bool = False
    office: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for a trouble of a device that this machine does not have."""
        fitted = {"dispenser": self.machine != "bulk", "ups": self.ups, "payment": self.machine in ("pay", "cards")}
        fitted["office"] = self.office
        fitted |= dict.fromkeys(("code_scanner", "id_reader"), self.machine == "collect")
        fitted["hopper"] = self.machine == "coins"
        fitted |= dict.fromkeys(("card_reader", "pin_pad", "bank"), self.machine == "cards")
        absent = {name for name, there in fitted.items() if not there}
        if self.level == "port" != level_of(self.machine):
            raise ValueError(f"no front plays the devices of a machine with {self.machine}: it has bytes")
        for trouble in self.troubles:
            if trouble.device.removeprefix("link:") in absent:
                raise ValueError(f"a machine of this kind has no {trouble.device}: {trouble.name} cannot happen to it")

    def as_json(self) -> str:
        body = asdict(self)
        body["plans"] = [{**asdict(plan), "kind": plan.kind.name} for plan in self.plans]
        return json.dumps(body, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Script:
        """Raises ValueError with the reason for anything that `as_json` did not write."""
        try:
            body: dict[str, Any] = json.loads(text)
            plans = tuple(_plan(entry) for entry in body.pop("plans"))
            troubles = tuple(Trouble(**entry) for entry in body.pop("troubles"))
            return cls(plans=plans, troubles=troubles, **{**body, "cuts": tuple(body["cuts"])})
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"not a script: {error}") from error

    def simpler(self) -> list[Script]:
        """Scripts with one thing less: what a failing one is shrunk to, the largest steps first."""
        found = [replace(self, plans=self.plans[:at] + self.plans[at + 1 :]) for at in range(len(self.plans) - 1)]
        found += [
            replace(self, troubles=self.troubles[:at] + self.troubles[at + 1 :]) for at in range(len(self.troubles))
        ]
        found += [replace(self, cuts=self.cuts[:at]) for at in range(len(self.cuts))]
        last = self.plans[-1]
        if last.tickets > 1:
            found.append(replace(self, plans=(*self.plans[:-1], replace(last, tickets=1))))
        return found


def _plan(entry: Mapping[str, Any]) -> Plan:
    body = dict(entry)
    listed = {name: tuple(body.get(name, ())) for name in ("switch_at", "seeks")}
    return Plan(kind=Kind[body.pop("kind")], **{**body, **listed})
