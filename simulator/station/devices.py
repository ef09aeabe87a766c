"""Machines at the station: who may log on, with which epochs they were seen, and their last status. Source: station-api sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.station.models import SessionBody, StatusBody
from simulator.station.network import SaleRules
from simulator.station.seals import Seals
from simulator.station.wire import Answer, Refused, Step


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A machine that was given a token; `station` is the telecode of where it stands. `digest`: SHA-256 of a token that the
    station itself gave and does not keep. `seal`: what its records are checked with, 32 bytes; empty: their MAC is not checked."""

    machine: str
    token: str
    station: str
    revoked: bool = False
    digest: str = ""
    seal: bytes = field(default=b"", repr=False)

    @property
    def proof(self) -> str:
        """SHA-256 of the token it proves itself with."""
        return self.digest or _digest(self.token)


class Devices:
    """Machines are given at start or enrolled by the office; sessions, status and grants are folded from steps. `heard`: when
    each machine called last, in wall ms; it stands in no step, so a start has heard nobody yet."""

    def __init__(self, enrolled: Mapping[str, Enrolled]) -> None:
        self.enrolled = dict(enrolled)
        self._named = {one.proof: one.machine for one in self.enrolled.values()}
        self.epochs: dict[str, list[str]] = {}
        self.status: dict[str, dict[str, Any]] = {}
        self.heard: dict[str, int] = {}
        self.seals = Seals()
        for one in self.enrolled.values():
            self.seals.give(one.machine, one.seal)

    def copy(self) -> Devices:
        """The same machines and what they told; a status is never changed, only replaced."""
        other = Devices(self.enrolled)
        other.epochs = {machine: list(epochs) for machine, epochs in self.epochs.items()}
        other.status, other.heard = dict(self.status), dict(self.heard)
        other.seals = self.seals.copy()
        return other

    def caller(self, token: str | None) -> Enrolled:
        """The machine a bearer token belongs to. Refuses 401."""
        name = None if token is None else self._named.get(_digest(token))  # by digest: the time tells nothing of it
        found = None if name is None else self.enrolled[name]
        if found is None:
            raise Refused(401, "unauthorized", "missing or unknown token")
        return found

    def station_of(self, machine: str) -> str:
        """Where a machine stands; empty for one that is not enrolled any more."""
        enrolled = self.enrolled.get(machine)
        return enrolled.station if enrolled else ""

    def log_on(self, caller: Enrolled, body: SessionBody, rules: SaleRules, now_ms: int) -> Answer:
        """Grant a session. Refuses no_grant to a revoked machine; a further epoch is told, not refused."""
        must_be_granted(caller)
        known = self.epochs.get(caller.machine, [])
        step: Step = {"kind": "session", "at_ms": now_ms, "machine": caller.machine, **body.model_dump()}
        return Answer(
            {
                "grant": True,
                "time_ms": now_ms,
                "poll_ms": rules.poll_ms,
                "station": caller.station,
                "limits": {
                    "max_tickets": rules.max_tickets,
                    "sale_days": rules.sale_days,
                    "sale_closes_before_ms": rules.sale_closes_before_ms,
                    "lock_ms": rules.lock_ms,
                    "lock_max_ms": rules.lock_max_ms,
                    "renew_ms": rules.renew_ms,
                },
                "known_epochs": [*known, *([body.epoch] if body.epoch not in known else [])],
            },
            [step],
        )

    def tell_status(self, caller: Enrolled, body: StatusBody, now_ms: int) -> Answer:
        """Keep the status with the highest state_seq since the last log-on."""
        known = self.status.get(caller.machine)
        steps: list[Step] = []
        if known is None or body.state_seq > known["state_seq"]:
            steps = [{"kind": "status", "at_ms": now_ms, "machine": caller.machine, "status": body.model_dump()}]
        return Answer({"time_ms": now_ms}, steps)

    def apply(self, step: Step) -> None:
        machine = step["machine"]
        if step["kind"] == "status":
            self.status[machine] = step["status"]
            return
        if step["kind"] == "enrolled":
            if machine in self.enrolled:
                self._named.pop(self.enrolled[machine].proof, None)
            seal = bytes.fromhex(step.get("seal", ""))  # none in a journal from before there were seals
            self.enrolled[machine] = Enrolled(machine, "", step["station"], digest=step["digest"], seal=seal)
            self._named[step["digest"]] = machine
            self.seals.give(machine, seal)
            return
        if step["kind"] in ("granted", "revoked"):
            self.enrolled[machine] = replace(self.enrolled[machine], revoked=step["kind"] == "revoked")
            return
        epochs = self.epochs.setdefault(machine, [])
        if step["epoch"] not in epochs:
            epochs.append(step["epoch"])
        self.status.pop(machine, None)  # a machine that starts again counts its states anew

    def snapshot(self) -> dict[str, Any]:
        revoked = sorted(name for name, enrolled in self.enrolled.items() if enrolled.revoked)
        return {"epochs": self.epochs, "status": self.status, "revoked": revoked}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def must_be_granted(caller: Enrolled) -> None:
    """Selling calls of a revoked machine are refused; its records and questions are not."""
    if caller.revoked:
        raise Refused(403, "no_grant", f"machine {caller.machine} may not sell")
