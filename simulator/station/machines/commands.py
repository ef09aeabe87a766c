"""Commands to a machine: numbered, signed, with an end. What became of each the machine tells in its records."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from simulator.station.machines.models import MODES, CommandBody
from simulator.station.machines.sets import GENERATION
from simulator.station.machines.signing import Signer
from simulator.station.wire import Refused, Step

MOST_ENTRIES = 20
"""So many commands go out in one answer; the machine asks again at once."""


@dataclass(frozen=True, slots=True)
class Command:
    """`text` is what the machine gets, `signature` the station's under it."""

    seq: int
    name: str
    argument: str
    reason: str
    by: str
    issued_ms: int
    expires_ms: int
    text: str
    signature: str


@dataclass(slots=True)
class Commands:
    """All commands by machine, folded from steps."""

    given: dict[str, dict[int, Command]] = field(default_factory=dict)
    generation: int = 0

    def copy(self) -> Commands:
        return Commands({machine: dict(held) for machine, held in self.given.items()}, self.generation)

    def command(self, body: CommandBody, by: str, signer: Signer, now_ms: int) -> Step:
        """The step of a new command. Refuses 422 out_of_range for an argument that the name does not take."""
        _check(body)
        seq = max([self.generation * GENERATION, *self.given.get(body.machine, {})]) + 1
        expires_ms = now_ms + body.valid_ms
        text = json.dumps(
            {
                "kind": "command",
                "machine": body.machine,
                "seq": seq,
                "issued_ms": now_ms,
                "expires_ms": expires_ms,
                "name": body.name,
                "argument": body.argument,
            },
            separators=(",", ":"),
            sort_keys=True,
        )
        return {
            "kind": "commanded",
            "at_ms": now_ms,
            "machine": body.machine,
            "seq": seq,
            "name": body.name,
            "argument": body.argument,
            "reason": body.reason,
            "by": by,
            "expires_ms": expires_ms,
            "text": text,
            "signature": signer.sign(text),
        }

    def after(self, machine: str, seq: int) -> list[Command]:
        """The oldest commands beyond `seq`; one that expired goes out too, so that its end is told."""
        held = self.given.get(machine, {})
        return [held[number] for number in sorted(held) if number > seq][:MOST_ENTRIES]

    def apply(self, step: Step) -> None:
        held = self.given.setdefault(step["machine"], {})
        held[step["seq"]] = Command(
            step["seq"], step["name"], step["argument"], step["reason"], step["by"], step["at_ms"], step["expires_ms"],
            step["text"], step["signature"],
        )  # fmt: skip

    def describe(self, machine: str) -> list[dict[str, Any]]:
        """What was ordered of a machine, oldest first."""
        shown = ("seq", "name", "argument", "reason", "by", "issued_ms", "expires_ms")
        held = self.given.get(machine, {})
        return [{part: getattr(held[seq], part) for part in shown} for seq in sorted(held)]


def _check(body: CommandBody) -> None:
    if body.name == "mode" and body.argument not in MODES:
        raise Refused(422, "out_of_range", f"argument: a mode is one of {', '.join(MODES)}")
    if body.name == "end_day":
        try:
            written = date.fromisoformat(body.argument).isoformat()
        except ValueError as error:
            raise Refused(422, "out_of_range", f"argument: {error}") from error
        if written != body.argument:
            raise Refused(422, "out_of_range", f"argument: {written} is how this day is written")
    elif body.name != "mode" and body.argument:
        raise Refused(422, "out_of_range", f"argument: {body.name} takes none")
