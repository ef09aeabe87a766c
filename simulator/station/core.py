"""The station computer without any input or output: a request and the time go in, a reply and the steps it caused come out.

State is folded from steps alone, so a restart replays them and stands where it stood.
Source: station-api sheet; settled question 20.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from simulator.station import elsewhere, locks, models, pickups
from simulator.station.calls import Call
from simulator.station.demand import nobody_bought
from simulator.station.devices import Devices, Enrolled
from simulator.station.machines import office
from simulator.station.machines.people import KINDS as PEOPLE_KINDS
from simulator.station.machines.people import People
from simulator.station.machines.picture_files import InMemory, PictureFiles
from simulator.station.machines.signing import Signer
from simulator.station.machines.state import KINDS as MACHINE_KINDS
from simulator.station.machines.state import Machines
from simulator.station.orders import Secrets
from simulator.station.records import Records
from simulator.station.routes import TABLE
from simulator.station.rules.policies import KINDS as POLICY_KINDS
from simulator.station.rules.policies import Policies
from simulator.station.runs import Opening
from simulator.station.sales import Sales
from simulator.station.seals import SEAL_BYTES
from simulator.station.seats.policies import POLICIES
from simulator.station.service.changes import KINDS as CHANGE_KINDS
from simulator.station.service.changes import Changes
from simulator.station.wire import Answer, Refused, Reply, Request, Step
from simulator.station.world import World

DEVICE_KINDS = frozenset({"session", "status", "enrolled", "granted", "revoked"})
RECORD_KINDS = frozenset({"records", "fork"})
RESTORED: Step = {"kind": "restored"}
"""The first step on an older backup: who restores one says so, or numbers of tickets already sold would come again."""


class Station:
    """The core. Not thread-safe: one thread owns it. `handle` never raises for anything a machine can send.

    `files`: pictures by their hash, which stand in no step. `key`: what codes of orders follow from and documents are digested
    with; it stands in no step either, and stays the same for a data folder.
    """

    def __init__(
        self,
        world: World,
        enrolled: Mapping[str, Enrolled],
        opening: Opening = nobody_bought,
        signer: Signer | None = None,
        people: Mapping[str, office.Person] | None = None,
        new_token: Callable[[], str] = lambda: secrets.token_hex(24),  # no command line takes it for an option
        key: bytes = b"",
        new_seal: Callable[[], bytes] = lambda: secrets.token_bytes(SEAL_BYTES),
        files: PictureFiles | None = None,
    ) -> None:
        self.world, self.new_seal = world, new_seal
        self.files: PictureFiles = files or InMemory()
        self.signer, self.people, self.new_token = signer, People(people or {}), new_token
        choice = POLICIES[world.network.rules.place_choice]
        self.sales = Sales(world.timetable, opening, Secrets(key), choice, world.allotted)
        self.devices = Devices(enrolled)
        self.machines = Machines()
        self.records = Records(self.machines.hear, self.devices.seals)
        self.policies = Policies()
        self.changes = Changes()

    def copy(self) -> Station:
        """A station of its own that stands where this one stands; what never changes is shared."""
        other = Station.__new__(Station)
        other.world, other.new_seal, other.files = self.world, self.new_seal, self.files
        other.signer, other.people, other.new_token = self.signer, self.people.copy(), self.new_token
        other.sales, other.devices, other.machines = self.sales.copy(), self.devices.copy(), self.machines.copy()
        other.records = self.records.copy(other.machines.hear, other.devices.seals)
        other.policies, other.changes = self.policies.copy(), self.changes.copy()
        return other

    def handle(self, request: Request, now_ms: int) -> tuple[Reply, list[Step]]:
        """Answer one request at wall time `now_ms`; the steps are folded already and must be stored before the reply leaves."""
        return self._folded(lambda: self._answer(request, now_ms), now_ms)

    def order_elsewhere(self, body: bytes, now_ms: int) -> tuple[Reply, list[Step]]:
        """Somebody buys by phone or at a window what will be picked up: no call of a machine, but a deed like theirs."""

        def buy() -> Answer:
            world, wanted = self.world, models.parse_body(models.OrderBody, body)
            return pickups.order(wanted, self.sales, world.timetable, world.prices, world.network.rules, now_ms)

        return self._folded(buy, now_ms)

    def order_any(self, body: bytes, now_ms: int) -> tuple[Reply, list[Step]]:
        """The same for somebody who does not mind which train."""
        return self._folded(
            lambda: elsewhere.order_any(
                models.parse_body(elsewhere.AnyOrderBody, body), self.sales, self.world, now_ms
            ),
            now_ms,
        )

    def _folded(self, deed: Callable[[], Answer], now_ms: int) -> tuple[Reply, list[Step]]:
        """What a deed comes to, after what time alone has changed; all of it is folded."""
        steps = locks.expiries(self.sales, now_ms)
        for step in steps:
            self.apply(step)
        try:
            answer = deed()
            reply, caused = Reply(answer.status, answer.body, answer.headers), answer.steps
        except Refused as refused:
            reply, caused = refused.reply, refused.steps
        for step in caused:
            self.apply(step)
        return reply, [*steps, *caused]

    def apply(self, step: Step) -> None:
        """Fold one step, live or replayed. Raises StockError or KeyError when it contradicts the state."""
        if step["kind"] in DEVICE_KINDS:
            self.devices.apply(step)
            self.machines.trail.hear(step)
        elif step["kind"] in RECORD_KINDS:
            self.records.apply(step)
        elif step["kind"] in PEOPLE_KINDS:
            self.people.apply(step)
            self.machines.trail.hear(step)
        elif step["kind"] in POLICY_KINDS:
            self.policies.apply(step)
            self.machines.trail.hear(step)
        elif step["kind"] in CHANGE_KINDS:
            self.changes.apply(step, self.sales.runs)
            self.machines.trail.hear(step)
        elif step["kind"] in MACHINE_KINDS:
            self.machines.apply(step)
        else:
            self.sales.apply(step)
            if step["kind"] == RESTORED["kind"]:
                self.machines.restored()

    def snapshot(self) -> dict[str, Any]:
        """The whole state as plain values: equal snapshots are equal states."""
        devices, records, machines = self.devices, self.records, self.machines
        told = {"devices": devices.snapshot(), "records": records.snapshot(), "machines": machines.snapshot()}
        told |= {"people": self.people.snapshot(), "policies": self.policies.describe()}
        told["changes"] = self.changes.describe()
        return {**self.sales.snapshot(), **told}

    def _answer(self, request: Request, now_ms: int) -> Answer:
        if request.path.startswith(office.PATH):
            return office.answer(self, request, now_ms)
        caller = self.devices.caller(request.token)
        self.devices.heard[caller.machine] = now_ms
        for route, names in TABLE.find(request.method, request.path):
            found: Answer = route.deed(self, Call(caller, names, request, now_ms))
            return found
        raise Refused(404, "no_such_call", f"{request.method} {request.path}")
