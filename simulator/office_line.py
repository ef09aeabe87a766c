"""A person of the station's office at the end of a run: gives a command to a machine and reads what became of it."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

ANSWER_S = 10.0
VALID_MS = 86_400_000
NAME = "office"


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """`url` of the station computer, `token` of a person. All calls raise OSError when nobody answers or it is refused."""

    url: str
    token: str

    def command(self, machine: str, name: str) -> int:
        """Answers the command's number."""
        body = {"machine": machine, "name": name, "argument": "", "valid_ms": VALID_MS, "reason": "the end of a run"}
        return int(self._ask("commands", body)["seq"])

    def machine(self, name: str) -> dict[str, Any]:
        return self._ask(f"machines/{name}")

    def outcome(self, machine: str, seq: int) -> tuple[str, str]:
        """What became of a command, and why: waiting, expired, done, refused."""
        found = next(each for each in self.machine(machine)["commands"] if each["seq"] == seq)
        return found["outcome"], found["why"]

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        content = None if body is None else json.dumps(body).encode()
        head = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        asked = urllib.request.Request(f"{self.url}/v1/office/{path}", content, head)
        with urllib.request.urlopen(asked, timeout=ANSWER_S) as answer:
            told: dict[str, Any] = json.loads(answer.read())
        return told
