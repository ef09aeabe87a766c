"""A station with an office of two persons, in memory, and the lines a machine hands over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from zlib import crc32

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from simulator.station.core import Station
from simulator.station.machines.office import Person
from simulator.station.machines.signing import PREFIX, Signer
from simulator.station.wire import Reply, Request, Step
from simulator.station.world import World
from tests.simulator.station.helpers import ENROLLED, EPOCH, NOON, body_of, world

PEOPLE = {"ann": Person("ann", "token-of-ann"), "bo": Person("bo", "token-of-bo")}
SIGNER = Signer(bytes(range(32)))
MINUTE = 60_000
SEAL = bytes(range(100, 132))


class Desk:
    """Asks as persons and as machine T07; keeps the steps, so that a test can replay them."""

    def __init__(self, of: World | None = None) -> None:
        self._world = of or world()
        self.station = self.fresh()
        self.now_ms = NOON
        self.steps: list[Step] = []
        self.lines: list[str] = []
        self.chain = 0

    def fresh(self) -> Station:
        tokens = iter(f"given-{n}" for n in range(1, 100))
        return Station(
            self._world, ENROLLED, signer=SIGNER, people=PEOPLE, new_token=lambda: next(tokens), new_seal=lambda: SEAL
        )

    def replayed(self) -> Station:
        """A second station that has only seen the steps; records come last, as from the store."""
        other = self.fresh()
        plain: list[Step] = json.loads(json.dumps(self.steps))
        for step in sorted(plain, key=lambda step: step["kind"] == "records"):
            other.apply(step)
        return other

    def ask(self, method: str, path: str, body: Any = None, token: str = "secret-7", **query: str) -> Reply:
        raw = b"" if body is None else json.dumps(body).encode()
        reply, steps = self.station.handle(Request(method, path, query, raw, token), self.now_ms)
        self.steps += steps
        return reply

    def office(self, path: str, body: Any = None, by: str = "ann") -> Reply:
        method = "GET" if body is None else "POST"
        return self.ask(method, f"/v1/office/{path}", body, PEOPLE[by].token)

    def inbox(self, after: int = 0, have: int = 0) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """(commands, sets) as the machine reads them; every signature is checked."""
        told = body_of(self.ask("GET", "/v1/devices/T07/inbox", after=str(after), have=str(have)))
        return [_believed(entry) for entry in told["commands"]], [_believed(entry) for entry in told["sets"]]

    def draft(self, by: str = "ann", set: str = "operating", **more: Any) -> Reply:
        times = {name: more.pop(name, 0) for name in ("effective_ms", "expires_ms")}
        return self.office("parameters", {"set": set, "body": more, "reason": "a test", **times}, by)

    def released(self, **more: Any) -> int:
        version = int(body_of(self.draft(**more))["version"])
        assert self.office(f"parameters/operating/{version}:release", {}, "bo").status == 200
        return version

    def command(self, name: str, argument: str = "", valid_ms: int = MINUTE) -> Reply:
        return self.office("commands", {"machine": "T07", "name": name, "argument": argument, "valid_ms": valid_ms})

    def tell(self, *records: tuple[dict[str, Any], Sequence[dict[str, Any]]], wall_ms: int = 0) -> None:
        """Hand over journal lines of (fact, intents)."""
        first = len(self.lines) + 1
        fresh = []
        for seq, (fact, intents) in enumerate(records, first):
            head = {"seq": seq, "epoch": EPOCH, "boot": 1, "mono_ms": seq, "wall_ms": wall_ms or self.now_ms}
            body = json.dumps(head | {"fact": fact, "intents": list(intents), "mac": "00"}, separators=(",", ":"))
            self.chain = crc32(body.encode(), self.chain)
            fresh.append(f"{self.chain:08x} {body}")
        self.lines += fresh
        sent = {"epoch": EPOCH, "first_seq": first, "lines": fresh}
        assert self.ask("POST", "/v1/devices/T07/records", sent).status == 200


def _believed(entry: dict[str, str]) -> dict[str, Any]:
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(SIGNER.public))
    public.verify(bytes.fromhex(entry["signature"]), PREFIX + entry["text"].encode())
    return dict(json.loads(entry["text"]))
