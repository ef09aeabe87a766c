"""Who works in the office: those the station was started with, and what the office itself has changed since, folded from steps.

A role, a token, a newcomer and the end of a lock take two persons: one proposes, another agrees. A lock takes one, and holds at
once. A token is told once, to who agreed, and kept as a digest. Source: station-api sheet, "The office"; requirement SYS-07.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from simulator.station.machines.roles import USUAL
from simulator.station.wire import Refused, Step

What = Literal["enrol", "role", "token", "unlock"]
State = Literal["open", "agreed", "withdrawn"]
KINDS = frozenset({"person_proposed", "person_agreed", "person_withdrawn", "person_locked"})
LEAST_SUPERVISORS = 2
"""With fewer nobody could agree to anything any more."""


@dataclass(frozen=True)
class Person:
    """Somebody of the office, the token that proves it, and the role: one of `roles.ROLES`. `digest`: SHA-256 of a token that the
    office gave and does not keep."""

    name: str
    token: str
    role: str = USUAL
    digest: str = ""
    locked: bool = False

    @cached_property
    def proof(self) -> str:
        """SHA-256 of the token."""
        return self.digest or digest_of(self.token)

    def proven_by(self, token: str) -> bool:
        return hmac.compare_digest(self.proof, digest_of(token))


@dataclass(frozen=True, slots=True)
class Proposal:
    """`role` is empty where no role is meant; `by` proposed it, `answered_by` agreed or withdrew it."""

    number: int
    what: What
    person: str
    role: str
    reason: str
    by: str
    at_ms: int
    state: State = "open"
    answered_by: str = ""
    answered_ms: int = 0


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class People:
    """`get(name)` and `named_by(token)` tell who it is now; nothing in here is changed but by `apply`."""

    def __init__(self, begun_with: Mapping[str, Person]) -> None:
        self._of = dict(begun_with)
        self.begun_with = frozenset(begun_with)
        self.proposals: dict[int, Proposal] = {}

    def copy(self) -> People:
        other = People(self._of)
        other.begun_with, other.proposals = self.begun_with, dict(self.proposals)
        return other

    def get(self, name: str) -> Person | None:
        return self._of.get(name)

    def __iter__(self) -> Iterator[Person]:
        return iter(self._of.values())

    def named_by(self, token: str | None) -> Person:
        """Whose token that is. Refuses 401, and 403 locked."""
        found = None
        for person in self:  # all of them, so that the time tells nothing
            if token is not None and person.proven_by(token):
                found = person
        if found is None:
            raise Refused(401, "unauthorized", "missing or unknown token")
        refuse_locked(found)
        return found

    def propose(self, what: What, name: str, role: str, reason: str, by: str, now_ms: int) -> Step:
        """The step of a proposal. Refuses 409 known, unchanged, open; 404 no_such_person; 422 out_of_range."""
        known = self.get(name)
        if (what in ("enrol", "role")) != bool(role):
            raise Refused(422, "out_of_range", "role: for enrol and role, and for nothing else")
        if what == "enrol" and known is not None:
            raise Refused(409, "known", f"{name} is known already")
        if what != "enrol":
            self._changes(self._known(name), what, role)
        if any(each.person == name and each.state == "open" for each in self.proposals.values()):
            raise Refused(409, "open", f"something is proposed about {name} already")
        number = max(self.proposals, default=0) + 1
        said = {"kind": "person_proposed", "at_ms": now_ms, "number": number, "what": what, "person": name}
        return {**said, "role": role, "by": by, "reason": reason}

    def agree(self, number: int, by: str, digest: str, now_ms: int) -> Step:
        """The step with which it holds; `digest` of a fresh token where one is given. Refuses 404 no_such_proposal, 409 answered,
        403 same_person, 409 too_few."""
        found = self._open(number)
        if found.by == by:
            raise Refused(403, "same_person", f"{by} proposed it; another person agrees")
        if found.what != "enrol":
            person = self._known(found.person)
            self._changes(person, found.what, found.role)
            if found.what == "role":
                self._keeps_two(person)
        given = {"digest": digest} if found.what in ("enrol", "token") else {}
        said = {"kind": "person_agreed", "at_ms": now_ms, "number": number, "what": found.what, "person": found.person}
        return {**said, "role": found.role, "by": by, **given}

    def withdraw(self, number: int, by: str, now_ms: int) -> Step:
        """Anybody who could agree may also end it. Refuses 404 no_such_proposal, 409 answered."""
        found = self._open(number)
        said = {"kind": "person_withdrawn", "at_ms": now_ms, "number": number}
        return {**said, "what": found.what, "person": found.person, "by": by}

    def lock(self, name: str, reason: str, by: str, now_ms: int) -> Step | None:
        """The step of a lock, None when it is locked. Refuses 404 no_such_person, 409 too_few."""
        person = self._known(name)
        if person.locked:
            return None
        self._keeps_two(person)
        return {"kind": "person_locked", "at_ms": now_ms, "person": name, "reason": reason, "by": by}

    def apply(self, step: Step) -> None:
        if step["kind"] == "person_proposed":
            self.proposals[step["number"]] = Proposal(
                step["number"], step["what"], step["person"], step["role"], step["reason"], step["by"], step["at_ms"]
            )
            return
        name, known = step["person"], self._of.get(step["person"])
        if step["kind"] == "person_locked":
            if known is not None:  # who is named no more at the start needs no lock
                self._of[name] = replace(known, locked=True)
            return
        state: State = "agreed" if step["kind"] == "person_agreed" else "withdrawn"
        answered = {"state": state, "answered_by": step["by"], "answered_ms": step["at_ms"]}
        self.proposals[step["number"]] = replace(self.proposals[step["number"]], **answered)
        if state == "withdrawn":
            return
        if step["what"] == "enrol":
            self._of[name] = Person(name, "", step["role"], step["digest"])
        elif known is not None:
            self._of[name] = {
                "role": lambda: replace(known, role=step["role"]),
                "token": lambda: replace(known, token="", digest=step["digest"]),
                "unlock": lambda: replace(known, locked=False),
            }[step["what"]]()

    def snapshot(self) -> dict[str, Any]:
        """Everything but the proofs, as plain values."""
        return {
            "people": [[one.name, one.role, one.locked] for one in sorted(self, key=lambda one: one.name)],
            "proposals": {str(number): [each.state, each.answered_by] for number, each in self.proposals.items()},
        }

    def _known(self, name: str) -> Person:
        found = self.get(name)
        if found is None:
            raise Refused(404, "no_such_person", f"nobody is called {name}")
        return found

    def _open(self, number: int) -> Proposal:
        found = self.proposals.get(number)
        if found is None:
            raise Refused(404, "no_such_proposal", f"nothing was proposed as {number}")
        if found.state != "open":
            raise Refused(409, "answered", f"{found.answered_by} has answered it")
        return found

    @staticmethod
    def _changes(person: Person, what: What, role: str) -> None:
        if (what == "role" and person.role == role) or (what == "unlock" and not person.locked):
            raise Refused(409, "unchanged", f"{person.name} is that already")

    def _keeps_two(self, person: Person) -> None:
        """Refuses what leaves fewer supervisors who may act than two, if `person` is one of them."""
        able = [one.name for one in self if one.role == "supervisor" and not one.locked]
        if person.name in able and len(able) <= LEAST_SUPERVISORS:
            raise Refused(409, "too_few", f"{LEAST_SUPERVISORS} supervisors must remain")


def refuse_locked(person: Person) -> None:
    if person.locked:
        raise Refused(403, "locked", f"{person.name} is locked")
