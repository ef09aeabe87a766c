"""The station computer in virtual time: its core, its memory, what can go wrong with it, and the machine's way to it.

Its data is read once per process and shared; a desk keeps only what happened at it. Steps are kept in memory as the real
station keeps them on disk: a restart folds them, an older backup lacks the newest of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

from drivers.station_http.driver import StationDriver
from kiosk.assembly import SOFTWARE
from kiosk.clock import VirtualClock
from kiosk.identity import MachineIdentity
from kiosk.reactor import Reactor
from simulator.cabinet.reading_desk import number_of
from simulator.station.core import RECORD_KINDS, RESTORED, Station
from simulator.station.demand import nobody_bought
from simulator.station.devices import Enrolled
from simulator.station.faults import FAULTS, FaultBody, Faults
from simulator.station.machines.office import Person
from simulator.station.machines.signing import Signer
from simulator.station.runs import Opening
from simulator.station.tickets import describe
from simulator.station.timetable import station_date
from simulator.station.wire import Reply, Request, Step
from simulator.station.world import World
from simulator.world.calls import VirtualLanes

LATENCY_MS, SPREAD_MS = 4, 8
DOCUMENT = "man"
"""The identity card of the drawer with which everybody buys elsewhere."""
CARD = number_of(DOCUMENT)
RESTORED_STEPS = 10
TROUBLES = {
    **FAULTS,
    "unplugged": "nothing arrives in either direction until the cable is back",
    "stopped": "the program does not run; whoever connects is turned away",
    "restarted": "the program ends and begins again at once; connections are cut",
    "restored": f"restarted on a backup that lacks the newest {RESTORED_STEPS} steps",
    "records_restored": f"restarted with record files that lack the newest {RESTORED_STEPS} batches",
}
"""Name -> what it does. The last three happen once; the others are switched on and off."""


@cache
def whole_world() -> World:
    """The data of `config/network/`. Raises NetworkError."""
    return World.load()


class Desk:
    """A station where `machine` is enrolled with `token`, standing at `telecode`. One virtual clock, one machine at a time."""

    def __init__(
        self,
        machine: str,
        token: str,
        telecode: str = "BXP",
        world: World | None = None,
        opening: Opening = nobody_bought,
        signer: Signer | None = None,
        people: Mapping[str, Person] | None = None,
        seal: bytes = b"",
    ) -> None:
        self.world = world or whole_world()
        self._signer, self._people = signer, people
        self.faults = Faults()
        self.steps: list[Step] = []
        self.running, self.unplugged = True, False
        self.life = 1
        """Number of the present process: connections to an earlier one are cut."""
        self.offset_ms: int | None = None
        """Wall time of the station less the clock's `mono_ms`; taken from the first clock, and moved by who plays with it."""
        self._enrolled = {machine: Enrolled(machine, token, telecode, seal=seal)}
        self._opening = opening
        self._lanes: VirtualLanes | None = None
        self.station = self._fresh()

    def copy(self) -> Desk:
        """A desk of its own where the same has happened; nobody is joined to it."""
        other = Desk.__new__(Desk)
        other.__dict__.update(self.__dict__)
        other.faults, other.steps, other.station = self.faults.copy(), list(self.steps), self.station.copy()
        other._lanes = None
        return other

    # -- the machine's way to it

    def join(
        self,
        clock: VirtualClock,
        reactor: Reactor,
        identity: MachineIdentity,
        dice: Random,
        latency_ms: int = LATENCY_MS,
        spread_ms: int = SPREAD_MS,
    ) -> StationDriver:
        """The real driver on lanes in virtual time, seated in `reactor`. A call takes `latency_ms` and up to `spread_ms` more."""
        own = Random(dice.random())
        lanes = self.lanes(clock, identity.token, own, latency_ms, spread_ms)
        driver = StationDriver(
            identity.machine,
            reactor.report,
            lanes,
            epoch=identity.epoch,
            software=SOFTWARE,
            jitter=lambda most: own.randint(0, most),
        )
        lanes.arrived = lambda: clock.ready(driver)
        reactor.add(driver)
        reactor.add_channel(driver)
        return driver

    def lanes(
        self,
        clock: VirtualClock,
        token: str,
        dice: Random,
        latency_ms: int = LATENCY_MS,
        spread_ms: int = SPREAD_MS,
    ) -> VirtualLanes:
        """Lanes to this desk for who asks with `token`; those given before are closed."""
        self.hang_up()
        if self.offset_ms is None:
            self.offset_ms = clock.wall_ms() - clock.mono_ms()
        self._lanes = VirtualLanes(self, clock, token, lambda: (latency_ms + int(dice.random() * (spread_ms + 1))) // 2)
        return self._lanes

    def hang_up(self) -> None:
        """The machine lost its power: what waits in it is gone, what has left it arrives here, nobody hears the answer."""
        if self._lanes is not None:
            self._lanes.close()
        self._lanes = None

    def serve(self, request: Request, mono_ms: int) -> Reply:
        """Answer as the station does and keep the steps."""
        reply, steps = self.station.handle(request, mono_ms + (self.offset_ms or 0))
        self.steps += steps
        return reply

    # -- what goes wrong

    def trouble(self, name: str, on: bool = True, ms: int = 5_000, times: int | None = None, match: str = "") -> None:
        """Switch one of `TROUBLES`. `ms` is how slow; after `times` calls it is over; it concerns paths that contain `match`.
        Raises ValueError for a name that is none."""
        if name in FAULTS:
            self.faults.switch(
                FaultBody.model_validate({"name": name, "on": on, "ms": ms, "times": times, "match": match})
            )
        elif name == "unplugged":
            self.unplugged = on
        elif name == "stopped":
            self.stop() if on else self.start()
        elif name in ("restarted", "restored", "records_restored"):
            if on:
                self.restore(0 if name == "restarted" else RESTORED_STEPS, only_records=name == "records_restored")
        else:
            raise ValueError(f"the station has no trouble {name}; known are {', '.join(TROUBLES)}")

    def well(self) -> None:
        """All troubles end; a station that was stopped runs again."""
        self.faults = Faults()
        self.unplugged = False
        if not self.running:
            self.start()

    def stop(self) -> None:
        """The process ends: what it has not stored is gone, connections are cut, switched faults forgotten."""
        self.running = False
        self.faults = Faults()

    def start(self) -> None:
        """A new process folds what was stored."""
        self.life += 1
        self.running = True
        self.station = self._fresh()
        for step in self.steps:
            self.station.apply(step)

    def restart(self) -> None:
        self.stop()
        self.start()

    def restore(self, newest: int, only_records: bool = False) -> None:
        """Restart on a backup that lacks the `newest` steps; with `only_records` the newest batches of records only, so that
        sales and ticket numbers stay as they are."""
        kept: list[Step] = []
        lost = newest > 0
        for step in reversed(self.steps):
            if newest > 0 and (not only_records or step["kind"] in RECORD_KINDS):
                newest -= 1
            else:
                kept.append(step)
        self.steps = kept[::-1]
        self.restart()
        if lost and not only_records:
            self.steps.append(RESTORED)
            self.station.apply(RESTORED)

    def _fresh(self) -> Station:
        return Station(self.world, self._enrolled, self._opening, self._signer, self._people)

    def order(self, tickets: int, mono_ms: int) -> tuple[str, str]:
        """Somebody buys so many tickets elsewhere, of a train that leaves in two hours or later: what stands on the paper, and the
        number of the card."""
        now_ms = mono_ms + (self.offset_ms or 0)
        travel = station_date(now_ms) + timedelta(days=1)
        trips = self.world.timetable.trips("BXP", "SJP", travel)
        trip = next(each for each in trips if not self.world.prices.terms(each).query_only)
        body = {
            "train": trip.train.number, "date": travel.isoformat(), "origin": "BXP", "destination": "SJP",
            "class": next(iter(trip.train.layouts)), "passengers": ["adult"] * tickets, "wish": "none",
            "documents": [CARD] * tickets,
        }  # fmt: skip
        reply, steps = self.station.order_elsewhere(json.dumps(body).encode(), now_ms)
        self.steps += steps
        if reply.status != 201 or reply.body is None:
            raise ValueError(f"nobody can buy elsewhere: {reply.body}")
        return str(reply.body["paper"]), CARD

    # -- for the audit

    def orders(self) -> dict[str, list[dict[str, Any]]]:
        """Orders that were bought elsewhere, by number: of each place its state (also `locked`: held, and free again by itself),
        the number of the ticket that was handed over or may have been, and `given`: every number that any machine got for it."""
        sales = self.station.sales
        told: dict[str, list[dict[str, Any]]] = {
            number: [{"state": place.state, "number": place.number, "given": []} for place in order.places]
            for number, order in sales.orders.by_number.items()
        }
        for key in sales.orders.holds:  # the lock ends by itself
            sale = sales.get(key)
            for index in sale.indices:
                told[sale.order][index]["state"] = "locked"
        for sale in sales.by_key.values():
            for index, numbers in zip(sale.indices, sale.numbers, strict=False):
                told[sale.order][index]["given"] += numbers
        return told

    def records(self, machine: str, epoch: str) -> list[str]:
        """The journal lines it keeps of an epoch, from seq 1 on, without a gap, as they came."""
        return [
            line
            for step in self.steps
            if step["kind"] == "records" and (step["machine"], step["epoch"]) == (machine, epoch)
            for line in step["lines"]
        ]

    def sale(self, key: str) -> dict[str, Any]:
        """What it knows of a sale: the answer of `GET /v1/sales/{key}`, and of a sale it holds or held also `places` (index,
        coach, place, passenger, price_fen), `paid` (fen by name), `printed` (what became of blanks), `voided` (places)."""
        sale = self.station.sales.get(key)
        told = describe(sale)
        if sale.run is None:
            return told
        return {
            **told,
            "places": list(sale.offered),
            "paid": dict(sale.paid),
            "printed": list(sale.printed),
            "voided": sorted(sale.voided),
        }

    def known(self) -> list[str]:
        """Keys of all sales it knows, in the order in which it heard of them."""
        return list(self.station.sales.by_key)
