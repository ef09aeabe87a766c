"""The station's office in a simulated world: people who release sets and give commands at a bad moment.

What they do goes through the station's own calls, so it is refused, numbered, signed and kept as in the real one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from simulator.station.machines.office import Person
from simulator.station.machines.signing import Signer
from simulator.station.wire import Request, Step
from simulator.world.station import Desk

WRITES, RELEASES = Person("ann", "token-of-ann"), Person("bo", "token-of-bo")
PEOPLE: Mapping[str, Person] = {person.name: person for person in (WRITES, RELEASES)}
VALID_MS = 120_000
SETS: Mapping[str, dict[str, int]] = {
    "patient": {"collect_patience_ms": 240_000, "claim_patience_ms": 120_000, "take_ms": 40_000, "pay_tries": 5},
    "hurried": {"collect_patience_ms": 30_000, "review_patience_ms": 60_000, "take_ms": 30_000, "pay_tries": 1},
    "careful": {"roll_low": 400, "cassette_low": 300, "box_near_full": 20, "blanks_per_ticket": 2},
    "forgetful": {"resume_ms": 0, "resume_answer_ms": 20_000, "last_minute_ms": 120_000, "blanks_per_ticket": 1},
}
SOON_MS = 90_000
ORDERS = (
    *(f"set:{name}" for name in SETS),
    *(f"soon:{name}" for name in SETS),
    *(f"brief:{name}" for name in SETS),
    "mode:closed", "mode:stopped", "mode:query_only", "mode:no_notes", "mode:emergency",
    "registers", "settle", "spoiled", "forged", "late", "back", "called_off", "turned", "coaches",
)  # fmt: skip
"""What the office may do: a set in force at once, soon, or for a short time; a mode; registers; a settlement with the bank; a
set that the machine must refuse; a command that nobody of the office signed; one that expires before it can arrive; back to the
first set; the run of the newest sale called off, turned before it comes there, or with a coach more."""


@cache
def signer() -> Signer:
    """The key of every simulated station."""
    return Signer(bytes(range(100, 132)))


@cache
def stranger() -> Signer:
    return Signer(bytes(32))


class Office:
    """Speaks at `desk` for `machine`. A station that does not run hears nobody."""

    def __init__(self, desk: Desk, machine: str) -> None:
        self._desk, self._machine = desk, machine
        self._moved = False
        self._called_off: list[int] = []

    def speak(self, name: str, mono_ms: int) -> None:
        """One of `ORDERS`. Raises ValueError for another."""
        if name not in ORDERS:
            raise ValueError(f"the office has no order {name}")
        if not self._desk.running:
            return
        kind, _, which = name.partition(":")
        wall_ms = mono_ms + (self._desk.offset_ms or 0)
        if kind in ("set", "soon", "brief"):
            begins = wall_ms + SOON_MS if kind == "soon" else 0
            self._release(SETS[which], (begins, wall_ms + SOON_MS if kind == "brief" else 0), mono_ms)
        elif kind == "mode":
            self._moved = True
            self._command("mode", which, VALID_MS, mono_ms)
        elif kind in ("registers", "settle"):
            self._command(kind, "", VALID_MS, mono_ms)
        elif kind == "late":
            self._command("mode", "closed", 1_000, mono_ms)
            self._desk.trouble("slow", ms=2_000, times=1, match="/inbox")
        elif kind == "back":
            self._ask("parameters/operating:rollback", {"to_version": 1, "reason": "back"}, RELEASES, mono_ms)
        elif kind in ("called_off", "turned", "coaches"):
            self._change(kind, mono_ms)
        else:
            self._wrong(kind, mono_ms)

    def well(self, mono_ms: int) -> None:
        """Whatever mode was ordered ends, and trains run again."""
        while self._called_off and self._desk.running:
            self._ask(f"changes/{self._called_off.pop()}:withdraw", {"reason": "over"}, WRITES, mono_ms)
        if self._moved and self._desk.running:
            self._moved = False
            self._command("mode", "normal", VALID_MS * 30, mono_ms)

    def _release(self, body: dict[str, int], times: tuple[int, int], mono_ms: int) -> None:
        draft = {"set": "operating", "body": body, "effective_ms": times[0], "expires_ms": times[1], "reason": "a day"}
        told = self._ask("parameters", draft, WRITES, mono_ms)
        self._ask(f"parameters/operating/{told['version']}:release", {}, RELEASES, mono_ms)

    def _change(self, kind: str, mono_ms: int) -> None:
        """Nothing, while nobody has asked for a place yet, and when it cannot be done (any more)."""
        sales = self._desk.station.sales
        sale = next((sale for sale in reversed(sales.by_key.values()) if sale.run is not None), None)
        if sale is None or sale.run is None:
            return
        run, train = sale.run, self._desk.world.timetable.trains[sale.run.train]
        body: dict[str, Any] = {"train": train.number, "date": run.run_date, "reason": "a day"}
        body |= {"kind": "cancelled", "class": "", "like": "", "count": 0, "last": ""}
        if kind == "turned" and sale.b > 1:
            body |= {"kind": "turned", "last": train.stops[sale.b - 1].station}
        if kind == "coaches":
            coach = sales.runs.of(run).layout.places[0].coach
            body |= {"kind": "places", "class": run.seat_class, "like": coach, "count": 1}
        told = self._ask("changes", body, WRITES, mono_ms)
        if "number" in told:
            self._ask(f"changes/{told['number']}:release", {}, RELEASES, mono_ms)
            self._called_off += [told["number"]] * (kind != "coaches")

    def _command(self, name: str, argument: str, valid_ms: int, mono_ms: int) -> None:
        body = {"machine": self._machine, "name": name, "argument": argument, "valid_ms": valid_ms}
        self._ask("commands", body, WRITES, mono_ms)

    def _wrong(self, kind: str, mono_ms: int) -> None:
        """A step that the station would not have made, put where its own lie: the machine must see through it."""
        last = self._desk.station.machines
        if kind == "forged":
            self._command("mode", "closed", VALID_MS, mono_ms)
            given = last.commands.given[self._machine]
            genuine = given[max(given)]
            step = next(each for each in reversed(self._desk.steps) if each.get("seq") == genuine.seq)
            self._put({**step, "signature": stranger().sign(genuine.text)})
            return
        version = last.sets.next_version()
        body = {"take_ms": 400_000}
        times = {"effective_ms": 0, "expires_ms": 0}
        text = json.dumps({"kind": "parameters", "set": "operating", "version": version, **times, "body": body})
        head = {"at_ms": 0, "name": "operating", "version": version, "by": "nobody"}
        self._put({"kind": "set_drafted", **head, "body": body, **times, "reason": "spoiled"})
        self._put({"kind": "set_released", **head, "text": text, "signature": signer().sign(text)})

    def _put(self, step: Step) -> None:
        self._desk.station.apply(step)
        self._desk.steps.append(step)

    def _ask(self, path: str, body: dict[str, Any], by: Person, mono_ms: int) -> dict[str, Any]:
        content = json.dumps(body).encode()
        reply = self._desk.serve(Request("POST", f"/v1/office/{path}", {}, content, by.token), mono_ms)
        return dict(reply.body or {})
