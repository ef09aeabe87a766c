"""Parameter sets: drafted by one person, released by another, never changed afterwards. Source: station-api sheet; TVM-013.

A version only rises, over restored backups too; who wants an older set back releases its body again under a new version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from simulator.station.machines import operators
from simulator.station.machines.signing import Signer
from simulator.station.wire import Refused, Step

MEDIA = "media"
"""The set of what waiting pages show; `media` has what may stand in it."""
GENERATION = 1_000_000
"""Numbers of a generation: a restored backup begins the next one, for what was given out since that backup is unknown."""

SETS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "operating": {
        "collect_patience_ms": (30_000, 300_000),
        "review_patience_ms": (60_000, 600_000),
        "claim_patience_ms": (20_000, 300_000),
        "take_ms": (20_000, 40_000),
        "last_minute_ms": (30_000, 120_000),
        "resume_ms": (0, 300_000),
        "resume_answer_ms": (20_000, 120_000),
        "blanks_per_ticket": (1, 3),
        "pay_tries": (1, 5),
        "box_near_full": (10, 5_000),
        "cassette_low": (0, 1_000),
        "roll_low": (0, 1_000),
        "service_login_ms": (10_000, 120_000),
        "service_idle_ms": (60_000, 1_800_000),
        "skew_stop_ms": (5_000, 60_000),
        "opens_min": (0, 1_439),
        "closes_min": (0, 1_439),
    }
}
"""Set -> parameter -> lowest and highest value. Times in ms, `_min` minutes of the station's day (station-api sheet)."""


@dataclass(slots=True)
class Version:
    """One version of a set. `released_by` empty: a draft. `text` is what machines get, `signature` the station's under it. `base`:
    the version that the changes of a set of operators were made to, 0: none."""

    name: str
    version: int
    body: dict[str, Any]
    effective_ms: int
    expires_ms: int
    drafted_by: str
    reason: str
    released_by: str = ""
    released_ms: int = 0
    text: str = ""
    signature: str = ""
    base: int = 0


@dataclass(slots=True)
class ParameterSets:
    """All versions of all sets, folded from steps."""

    versions: dict[str, dict[int, Version]] = field(default_factory=dict)
    generation: int = 0

    def copy(self) -> ParameterSets:
        return ParameterSets({name: dict(held) for name, held in self.versions.items()}, self.generation)

    def next_version(self) -> int:
        """One count for all sets, so that a machine says with one number what it has."""
        return max([self.generation * GENERATION, *(number for held in self.versions.values() for number in held)]) + 1

    def of(self, name: str, version: int) -> Version:
        """Refuses 404 no_such_set."""
        found = self.versions.get(name, {}).get(version)
        if found is None:
            raise Refused(404, "no_such_set", f"{name} {version}")
        return found

    def newest(self, name: str) -> int:
        """The highest version of `name` that was released; 0: none was."""
        return max((number for number, each in self.versions.get(name, {}).items() if each.released_by), default=0)

    def draft(self, name: str, body: dict[str, int], times: tuple[int, int], by: str, reason: str, now_ms: int) -> Step:
        """The step of a new draft; `times`: effective from, expires (0: never). Refuses 404 no_such_set, 422 out_of_range."""
        if name not in SETS:
            raise Refused(404, "no_such_set", f"{name} is none of {', '.join(SETS)}")
        if defect := defect_of(name, body):
            raise Refused(422, "out_of_range", defect)
        _check_times(times, now_ms)
        return self._drafted(name, body, times, by, reason, now_ms)

    def draft_operators(
        self,
        changes: Sequence[Mapping[str, Any]],
        remove: Sequence[str],
        effective_ms: int,
        by: str,
        reason: str,
        now_ms: int,
    ) -> Step:
        """The step of changes to the operators released last; what comes of them has no end, for with it those who were taken out
        would be back. Refuses 422 out_of_range."""
        base = self.newest(operators.NAME)
        before = self.of(operators.NAME, base).body if base else {}
        body = operators.changed(before, changes, remove)
        if body == before:
            raise Refused(422, "out_of_range", "operators: nothing would change")
        return {**self._drafted(operators.NAME, body, (effective_ms, 0), by, reason, now_ms), "base": base}

    def draft_media(self, body: dict[str, Any], times: tuple[int, int], by: str, reason: str, now_ms: int) -> Step:
        """The step of a list that `media.composed` has judged; `times` as in `draft`. Refuses 422 out_of_range."""
        _check_times(times, now_ms)
        return self._drafted(MEDIA, body, times, by, reason, now_ms)

    def _drafted(
        self, name: str, body: dict[str, Any], times: tuple[int, int], by: str, reason: str, now_ms: int
    ) -> Step:
        return {
            "kind": "set_drafted",
            "at_ms": now_ms,
            "name": name,
            "version": self.next_version(),
            "body": body,
            "effective_ms": times[0],
            "expires_ms": times[1],
            "by": by,
            "reason": reason,
        }

    def release(self, name: str, version: int, by: str, signer: Signer, now_ms: int) -> Step:
        """The step that signs a draft. Refuses 403 same_person, 409 released, 409 overtaken by a later version: of any set, for a
        machine that has it would never be told of this one; or, of operators, by changes that these do not know of."""
        found = self.of(name, version)
        if found.released_by:
            raise Refused(409, "released", f"{name} {version} is released")
        if found.drafted_by == by:
            raise Refused(403, "same_person", f"{by} wrote it; another person releases it")
        later = [other for other in (*SETS, operators.NAME, MEDIA) if self.newest(other) > version]
        if later or (name == operators.NAME and self.newest(name) != found.base):
            raise Refused(
                409, "overtaken", f"a later version of {later[0] if later else name} is released: draft it again"
            )
        return self._released(found, by, signer, now_ms)

    def rollback(self, name: str, to_version: int, by: str, reason: str, signer: Signer, now_ms: int) -> list[Step]:
        """The steps that release the body of an earlier version again, at once: two persons have agreed to it before.
        Refuses 409 not_released; 422 out_of_range for operators: one person alone lets nobody in again."""
        if name == operators.NAME:
            raise Refused(422, "out_of_range", "operators: draft who shall be in again, and another person releases it")
        old = self.of(name, to_version)
        if not old.released_by:
            raise Refused(409, "not_released", f"{name} {to_version} was never released")
        if name == MEDIA:
            raise Refused(422, "out_of_range", "media: draft the list again, its pictures may be gone")
        drafted = self.draft(name, old.body, (now_ms, 0), by, reason, now_ms)
        fresh = _version(drafted)
        return [drafted, self._released(fresh, by, signer, now_ms)]

    @staticmethod
    def _released(found: Version, by: str, signer: Signer, now_ms: int) -> Step:
        text = json.dumps(
            {
                "kind": "parameters",
                "set": found.name,
                "version": found.version,
                "effective_ms": found.effective_ms,
                "expires_ms": found.expires_ms,
                "body": found.body,
            },
            separators=(",", ":"),
            sort_keys=True,
        )
        return {
            "kind": "set_released",
            "at_ms": now_ms,
            "name": found.name,
            "version": found.version,
            "by": by,
            "text": text,
            "signature": signer.sign(text),
        }

    def wanted(self, have: int, now_ms: int) -> list[Version]:
        """The released versions above `have` that may still count: the newest one in force and those that begin later."""
        found: list[Version] = []
        for held in self.versions.values():
            alive = [
                each for number, each in sorted(held.items()) if each.released_by and not 0 < each.expires_ms <= now_ms
            ]
            in_force = max((each.version for each in alive if each.effective_ms <= now_ms), default=0)
            found += [each for each in alive if each.version >= in_force and each.version > have]
        return sorted(found, key=lambda each: each.version)  # a machine never looks back

    def apply(self, step: Step) -> None:
        if step["kind"] == "set_drafted":
            drafted = _version(step)
            self.versions.setdefault(drafted.name, {})[drafted.version] = drafted
            return
        found = self.versions[step["name"]][step["version"]]
        signed = step["text"], step["signature"]
        self.versions[found.name][found.version] = Version(
            found.name, found.version, found.body, found.effective_ms, found.expires_ms, found.drafted_by, found.reason,
            step["by"], step["at_ms"], *signed, found.base,
        )  # fmt: skip

    def describe(self) -> list[dict[str, Any]]:
        """Every version, oldest first: what the console shows of them; of operators `people` and `changed`, no proof of a PIN."""
        shown = (
            "name", "version", "effective_ms", "expires_ms", "drafted_by", "reason", "released_by", "released_ms",
        )  # fmt: skip
        return [
            {part: getattr(each, part) for part in shown} | self._inside(each)
            for name in sorted(self.versions)
            for _, each in sorted(self.versions[name].items())
        ]

    def _inside(self, each: Version) -> dict[str, Any]:
        if each.name == MEDIA:
            return {"body": {}, "people": [], "changed": [], **each.body}
        nothing: dict[str, Any] = {"pictures": [], "notices": []}
        if each.name != operators.NAME:
            return {"body": each.body, "people": [], "changed": [], **nothing}
        before = self.of(each.name, each.base).body if each.base else {}
        told = operators.differences(before, each.body)
        return {"body": {}, "people": operators.shown(each.body), "changed": told, **nothing}

    def kept(self) -> dict[str, str]:
        """What stands for the whole of each body, hashes too, where two memories are compared."""
        every = [each for held in self.versions.values() for each in held.values()]
        texts = {f"{each.name} {each.version}": json.dumps([each.body, each.base], sort_keys=True) for each in every}
        return {name: sha256(text.encode()).hexdigest() for name, text in texts.items()}


def _check_times(times: tuple[int, int], now_ms: int) -> None:
    effective_ms, expires_ms = times
    if expires_ms and expires_ms <= max(effective_ms, now_ms):
        raise Refused(422, "out_of_range", "expires_ms: before it could hold")


def _version(step: Step) -> Version:
    return Version(
        step["name"],
        step["version"],
        step["body"],
        step["effective_ms"],
        step["expires_ms"],
        step["by"],
        step["reason"],
        base=step.get("base", 0),
    )


def defect_of(name: str, body: Mapping[str, int]) -> str:
    """What is wrong with a body of the set `name`; empty when nothing is."""
    known = SETS[name]
    for part, value in body.items():
        if part not in known:
            return f"{part}: no parameter of {name}"
        low, high = known[part]
        if not low <= value <= high:
            return f"{part}: {value} is not within {low}..{high}"
    if ("opens_min" in body) != ("closes_min" in body) or (
        "opens_min" in body and body["opens_min"] == body["closes_min"]
    ):
        return "opens_min, closes_min: both, and not the same minute"
    return ""
