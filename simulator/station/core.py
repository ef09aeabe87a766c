"""The station computer without any input or output: a request and the time go in, a reply and the steps it caused come out.

State is folded from steps alone, so a restart replays them and stands where it stood.
Source: station-api sheet; settled question 20.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from simulator.station import exchanges, locks, models, offers, pickups, places, refunds, tickets
from simulator.station.demand import nobody_bought
from simulator.station.devices import Devices, Enrolled, must_be_granted
from simulator.station.machines import inbox, office
from simulator.station.machines.people import KINDS as PEOPLE_KINDS
from simulator.station.machines.people import People
from simulator.station.machines.signing import Signer
from simulator.station.machines.state import KINDS as MACHINE_KINDS
from simulator.station.machines.state import Machines
from simulator.station.orders import Secrets
from simulator.station.records import Records
from simulator.station.routing import Route, Table
from simulator.station.rules.policies import KINDS as POLICY_KINDS
from simulator.station.rules.policies import Policies
from simulator.station.runs import Opening
from simulator.station.sales import Sales
from simulator.station.seats.policies import POLICIES
from simulator.station.timetable import station_date
from simulator.station.wire import Answer, Refused, Reply, Request, Step, bad_request
from simulator.station.world import World

DEVICE_KINDS = frozenset({"session", "status", "enrolled", "granted", "revoked"})
RECORD_KINDS = frozenset({"records", "fork"})
RESTORED: Step = {"kind": "restored"}
"""The first step on an older backup: who restores one says so, or numbers of tickets already sold would come again."""


Keyed = TypeVar("Keyed", models.LockBody, models.RefundOfferBody, models.ExchangeOfferBody)


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way: who asks, the names in its path, the request, the time."""

    caller: Enrolled
    names: Mapping[str, str]
    request: Request
    now_ms: int


class Station:
    """The core. Not thread-safe: one thread owns it. `handle` never raises for anything a machine can send.

    `key`: what codes of orders follow from and documents are digested with; it stands in no step, and stays the same for a
    data folder.
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
    ) -> None:
        self.world = world
        self.signer, self.people, self.new_token = signer, People(people or {}), new_token
        choice = POLICIES[world.network.rules.place_choice]
        self.sales = Sales(world.timetable, opening, Secrets(key), choice, world.allotted)
        self.devices = Devices(enrolled)
        self.machines = Machines()
        self.records = Records(self.machines.hear)
        self.policies = Policies()

    def copy(self) -> Station:
        """A station of its own that stands where this one stands; what never changes is shared."""
        other = Station.__new__(Station)
        other.world = self.world
        other.signer, other.people, other.new_token = self.signer, self.people.copy(), self.new_token
        other.sales, other.devices, other.machines = self.sales.copy(), self.devices.copy(), self.machines.copy()
        other.records, other.policies = self.records.copy(other.machines.hear), self.policies.copy()
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
        return {**self.sales.snapshot(), **told}

    def _answer(self, request: Request, now_ms: int) -> Answer:
        if request.path.startswith(office.PATH):
            return office.answer(self, request, now_ms)
        caller = self.devices.caller(request.token)
        self.devices.heard[caller.machine] = now_ms
        for route, names in _TABLE.find(request.method, request.path):
            found: Answer = route.deed(self, Call(caller, names, request, now_ms))
            return found
        raise Refused(404, "no_such_call", f"{request.method} {request.path}")

    def log_on(self, call: Call) -> Answer:
        _own_device(call)
        body = models.parse_body(models.SessionBody, call.request.body)
        return self.devices.log_on(call.caller, body, self.world.network.rules, call.now_ms)

    def tell_status(self, call: Call) -> Answer:
        _own_device(call)
        return self.devices.tell_status(
            call.caller, models.parse_body(models.StatusBody, call.request.body), call.now_ms
        )

    def take_records(self, call: Call) -> Answer:
        _own_device(call)
        return self.records.append(
            call.caller.machine, models.parse_body(models.RecordsBody, call.request.body), call.now_ms
        )

    def watermark(self, call: Call) -> Answer:
        _own_device(call)
        epoch = call.request.query.get("epoch", "")
        if not re.fullmatch(r"[A-Za-z0-9]{1,32}", epoch):
            raise bad_request("epoch: missing or not an epoch")
        return Answer({"acked": self.records.acked(call.caller.machine, epoch)})

    def inbox(self, call: Call) -> Answer:
        _own_device(call)
        must_be_granted(call.caller)
        return inbox.answer(self.machines, call.caller.machine, call.request.query, call.now_ms)

    def tell_time(self, call: Call) -> Answer:
        return Answer({"time_ms": call.now_ms})

    def describe_network(self, call: Call) -> Answer:
        description = self.world.description
        etag = f'"{description["version"]}"'
        if call.request.etag == etag:
            return Answer(None, status=304, headers={"ETag": etag})
        return Answer(description, headers={"ETag": etag})

    def availability(self, call: Call) -> Answer:
        body = models.parse_body(models.AvailabilityBody, call.request.body)
        world = self.world
        seller = self._seller(call)
        return offers.availability(body, world, self.sales.runs, seller, call.now_ms)

    def train(self, call: Call) -> Answer:
        return offers.stops_of(
            self.world.timetable, call.names["number"], call.request.query.get("date"), station_date(call.now_ms)
        )

    def lock(self, call: Call) -> Answer:
        body, world = self._own(call, models.LockBody), self.world
        return locks.lock(body, self.sales, world, self._seller(call), call.now_ms)

    def find_order(self, call: Call) -> Answer:
        must_be_granted(call.caller)
        body = models.parse_body(models.FindBody, call.request.body)
        if body.machine != call.caller.machine:
            raise Refused(403, "wrong_machine", f"the token belongs to {call.caller.machine}")
        if bool(body.code) == bool(body.document):
            raise bad_request("one of code and document")
        return pickups.find(body, call.caller, self.sales.orders, call.now_ms)

    def collect(self, call: Call) -> Answer:
        must_be_granted(call.caller)
        body = models.parse_body(models.CollectBody, call.request.body)
        _own_key(call.caller, body.key)
        if body.machine != call.caller.machine:
            raise Refused(403, "wrong_machine", f"the token belongs to {call.caller.machine}")
        rules = self.world.network.rules
        return pickups.collect(call.names["order"], body, call.caller, self.sales, rules, call.now_ms)

    def renew(self, call: Call) -> Answer:
        sale = self.sales.get(_key(call))
        body = models.parse_body(models.RenewBody, call.request.body)
        return locks.renew(sale, body, self.world.network.rules, call.now_ms)

    def release(self, call: Call) -> Answer:
        sale = self.sales.get(_key(call))
        models.parse_body(models.ReleaseBody, call.request.body)
        return locks.release(sale, call.now_ms)

    def confirm(self, call: Call) -> Answer:
        sale = self.sales.get(_key(call))
        body = models.parse_body(models.ConfirmBody, call.request.body)
        return tickets.confirm(sale, body, self.sales, self.world.network.rules, call.now_ms)

    def printed(self, call: Call) -> Answer:
        sale = self.sales.get(_key(call))
        return tickets.printed(sale, models.parse_body(models.PrintedBody, call.request.body), call.now_ms)

    def void(self, call: Call) -> Answer:
        sale = self.sales.get(_key(call))
        return tickets.void(sale, models.parse_body(models.VoidBody, call.request.body), call.now_ms)

    def sale(self, call: Call) -> Answer:
        return Answer(tickets.describe(self.sales.get(_key(call))))

    def why(self, call: Call) -> Answer:
        body = models.parse_body(models.WhyBody, call.request.body)
        runs, world = self.sales.runs, self.world
        return places.why(body, runs, world.timetable, world.network.rules, self._seller(call), call.now_ms)

    def use(self, call: Call) -> Answer:
        return places.use(call.names["number"], call.request.query.get("date"), self.sales.runs, self.world.timetable)

    def offer_refund(self, call: Call) -> Answer:
        body = self._own(call, models.RefundOfferBody)
        first = self.sales.delivered.get(body.tickets[0])
        sold_at = self.devices.station_of(first[0].split(".")[0]) if first else ""
        rules = self.policies.book(self.world.rules)
        return refunds.offer(body, self.sales, self.world, rules, call.caller.station, sold_at, call.now_ms)

    def confirm_refund(self, call: Call) -> Answer:
        key = _key(call)
        return refunds.confirm(
            key, models.parse_body(models.RefundConfirmBody, call.request.body), self.sales, call.now_ms
        )

    def offer_exchange(self, call: Call) -> Answer:
        body = self._own(call, models.ExchangeOfferBody)
        return exchanges.offer(body, self.sales, self.world, self._seller(call), call.now_ms)

    def confirm_exchange(self, call: Call) -> Answer:
        sale = self.sales.get(_key(call))
        body = models.parse_body(models.ExchangeConfirmBody, call.request.body)
        return tickets.confirm(sale, body, self.sales, self.world.network.rules, call.now_ms)

    def _seller(self, call: Call) -> str:
        """Who sells, to the seat engine: whoever stands where this machine stands."""
        return self.sales.runs.seller_at(call.caller.station)

    @staticmethod
    def _own(call: Call, model: type[Keyed]) -> Keyed:
        """A body with a key of the machine that asks, which may sell. Refuses: no_grant, wrong_machine."""
        must_be_granted(call.caller)
        body = models.parse_body(model, call.request.body)
        _own_key(call.caller, body.key)
        if body.machine != call.caller.machine:
            raise Refused(403, "wrong_machine", f"the token belongs to {call.caller.machine}")
        return body


def _own_device(call: Call) -> None:
    if call.names["id"] != call.caller.machine:
        raise Refused(403, "wrong_machine", f"the token belongs to {call.caller.machine}")


def _key(call: Call) -> str:
    key = call.names["key"]
    if not re.fullmatch(models.KEY_PATTERN, key):
        raise bad_request("key: expected machine.epoch.sale")
    _own_key(call.caller, key)
    return key


def _own_key(caller: Enrolled, key: str) -> None:
    if key.split(".")[0] != caller.machine:
        raise Refused(403, "wrong_machine", f"the token belongs to {caller.machine}")


EXPIRED, VOIDED, WRONG_STATE = (409, "expired"), (409, "voided"), (409, "wrong_state")
NO_SALE, KEY_REUSED, NO_TRAIN = (404, "no_such_sale"), (422, "key_reused"), (404, "no_such_train")
HOLDING = (
    (409, "sold_out"),
    (409, "seats_left"),
    (409, "sale_closed"),
    (409, "query_only"),
    EXPIRED,
    VOIDED,
    WRONG_STATE,
    NO_TRAIN,
)
CONFIRMING = (EXPIRED, VOIDED, WRONG_STATE, (409, "price_changed"), (409, "underpaid"), NO_SALE, KEY_REUSED)
RETURNED = ((409, "refunded"), (409, "exchanged"))
RETURNS = (*RETURNED, (404, "no_such_ticket"), (409, "no_rule"), KEY_REUSED, (403, "no_grant"))

ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/devices/{id}/sessions", Station.log_on, "Log on", models.SessionBody, ((403, "no_grant"),)),
    Route("PUT", "/v1/devices/{id}/status", Station.tell_status, "Tell the state; the last wins", models.StatusBody),
    Route(
        "POST",
        "/v1/devices/{id}/records",
        Station.take_records,
        "Hand over journal lines",
        models.RecordsBody,
        ((409, "gap"), (409, "fork"), (413, "too_large")),
    ),
    Route(
        "GET", "/v1/devices/{id}/records/watermark", Station.watermark, "How far the records are kept", query=("epoch",)
    ),
    Route(
        "GET",
        "/v1/devices/{id}/inbox",
        Station.inbox,
        "Commands and parameter sets that are new to the machine",
        errors=((403, "no_grant"),),
        query=("after", "have"),
        waits=True,
    ),
    Route("GET", "/v1/time", Station.tell_time, "The station's clock"),
    Route("GET", "/v1/network", Station.describe_network, "Stations, classes, passengers, trains", etag=True),
    Route(
        "POST",
        "/v1/availability:query",
        Station.availability,
        "Trains on offer; changes nothing",
        models.AvailabilityBody,
    ),
    Route("GET", "/v1/trains/{number}", Station.train, "The stops of a train", errors=(NO_TRAIN,), query=("date",)),
    Route(
        "POST",
        "/v1/locks",
        Station.lock,
        "Hold all places of an order or none",
        models.LockBody,
        ((409, "limit"), KEY_REUSED, (403, "no_grant"), *HOLDING),
        status=(201,),
    ),
    Route(
        "POST",
        "/v1/orders:find",
        Station.find_order,
        "What was bought elsewhere, by its code or a document",
        models.FindBody,
        ((404, "not_found"), (409, "bad_code"), (429, "too_many"), (403, "no_grant")),
    ),
    Route(
        "POST",
        "/v1/orders/{order}:collect",
        Station.collect,
        "Hold what is left of an order, to print it",
        models.CollectBody,
        (
            (409, "not_shown"),
            (409, "collected"),
            (409, "in_use"),
            (409, "unknown"),
            (409, "departed"),
            (409, "wrong_station"),
            EXPIRED,
            VOIDED,
            WRONG_STATE,
            KEY_REUSED,
            (403, "no_grant"),
        ),
        status=(201,),
    ),
    Route(
        "POST",
        "/v1/locks/{key}:renew",
        Station.renew,
        "Add time for a note",
        models.RenewBody,
        (EXPIRED, VOIDED, WRONG_STATE, NO_SALE),
    ),
    Route("POST", "/v1/locks/{key}:release", Station.release, "Let go of a lock", models.ReleaseBody, (WRONG_STATE,)),
    Route(
        "POST",
        "/v1/locks/{key}:confirm",
        Station.confirm,
        "Paid: sell the held places",
        models.ConfirmBody,
        CONFIRMING,
    ),
    Route(
        "POST",
        "/v1/sales/{key}:printed",
        Station.printed,
        "What became of the blanks",
        models.PrintedBody,
        ((409, "wrong_number"), EXPIRED, VOIDED, WRONG_STATE, NO_SALE, KEY_REUSED),
    ),
    Route("POST", "/v1/sales/{key}:void", Station.void, "Take places back", models.VoidBody, ((409, "delivered"),)),
    Route("GET", "/v1/sales/{key}", Station.sale, "The state of a sale"),
    Route(
        "POST",
        "/v1/availability:why",
        Station.why,
        "Why a place is not offered; changes nothing",
        models.WhyBody,
        (NO_TRAIN, (409, "sale_closed")),
    ),
    Route(
        "GET", "/v1/trains/{number}/use", Station.use, "How its places are used", errors=(NO_TRAIN,), query=("date",)
    ),
    Route(
        "POST",
        "/v1/refund-offers",
        Station.offer_refund,
        "What comes back for tickets",
        models.RefundOfferBody,
        (*RETURNS, (409, "not_refundable"), EXPIRED),
        status=(201,),
    ),
    Route(
        "POST",
        "/v1/refund-offers/{key}:confirm",
        Station.confirm_refund,
        "Give the tickets back",
        models.RefundConfirmBody,
        (*RETURNED, (404, "no_such_offer"), (409, "price_changed"), EXPIRED),
    ),
    Route(
        "POST",
        "/v1/exchange-offers",
        Station.offer_exchange,
        "Hold other places for tickets, and say what the change costs",
        models.ExchangeOfferBody,
        (*RETURNS, (409, "not_exchangeable"), *HOLDING),
        status=(201,),
    ),
    Route(
        "POST",
        "/v1/exchange-offers/{key}:confirm",
        Station.confirm_exchange,
        "Sell the other places and take the tickets back",
        models.ExchangeConfirmBody,
        (*RETURNED, *CONFIRMING),
    ),
)
_TABLE = Table(ROUTES)
