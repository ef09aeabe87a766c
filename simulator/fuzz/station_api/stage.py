"""A station in one process where something has happened already, so that random calls meet more than an empty book.

It stores into a folder, as a real one does: what it was made to do must be there again when it starts anew.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zlib import compress, crc32

from simulator.clock import SharedClock
from simulator.station.core import Station
from simulator.station.devices import Enrolled
from simulator.station.files import FileStore
from simulator.station.http import App, build_app
from simulator.station.machines.office import Person
from simulator.station.machines.signing import Signer
from simulator.station.shell import StationShell
from simulator.station.timetable import wall_ms
from simulator.station.wire import Request
from simulator.station.world import World

TODAY = date(2026, 11, 21)
NOON_MS = wall_ms(TODAY, 12 * 60)
EPOCH = "7f3a91c2"
TOKENS = {"T07": "token-of-T07", "T08": "token-of-T08", "T09": "token-of-T09"}
PEOPLE = {
    name: Person(name, f"token-of-{name}", role)
    for name, role in (("ann", "supervisor"), ("bo", "supervisor"), ("olga", "operator"), ("cy", "auditor"))
}
DAYS = [(TODAY + timedelta(days=days)).isoformat() for days in (0, 1, 2, -1, 400)]
KEYS = [f"T07.{EPOCH}.{sale}" for sale in (*range(1, 12), 99)] + [f"T08.{EPOCH}.1", f"T07.{EPOCH}.3.1"]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + crc32(kind + data).to_bytes(4)


def _picture() -> str:
    """A grey PNG of the smallest size that machines take, as base64."""
    head = _chunk(b"IHDR", (540).to_bytes(4) * 2 + bytes((8, 0, 0, 0, 0)))
    rows = _chunk(b"IDAT", compress(bytes(541 * 540)))
    return b64encode(b"\x89PNG\r\n\x1a\n" + head + rows + _chunk(b"IEND", b"")).decode()


PICTURE = _picture()


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as it went over the wire."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@cache
def world() -> World:
    return World.load()


def new_station() -> Station:
    """Nothing has happened there. T09 has no grant."""
    enrolled = {name: Enrolled(name, token, "BXP", revoked=name == "T09") for name, token in TOKENS.items()}
    return Station(world(), enrolled, signer=Signer(bytes(range(32))), people=PEOPLE, key=bytes(32))


class Stage:
    """The station behind its HTTP application; `ask` runs it on a loop of its own, without a socket."""

    def __init__(self, folder: Path) -> None:
        self.store = FileStore(folder)
        self.stopped: list[str] = []
        clock = SharedClock(1.0, NOON_MS, SharedClock.starting_now().base_mono_ms)
        self.shell = StationShell(new_station(), self.store, clock, self.stopped.append)
        self.app: App = build_app(self.shell, None)
        self._loop = asyncio.new_event_loop()
        self._refilled = 0
        self.code = ""
        _let_happen(self)

    def close(self) -> None:
        self._loop.close()
        self.store.close()

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Heard:
        """One request, as a server would hand it over. Whatever the application raises is raised here: a server would say 500."""
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        return self._loop.run_until_complete(self._asked(scope, body))

    async def _asked(self, scope: dict[str, Any], body: bytes) -> Heard:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        headers = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return Heard(sent[0]["status"], headers, content)

    def call(self, method: str, path: str, body: Any, token: str = TOKENS["T07"]) -> dict[str, Any]:
        """A call that must succeed."""
        raw = b"" if body is None else json.dumps(body).encode()
        reply = self.shell.serve(Request(method, path, {}, raw, token))
        if reply.status not in (200, 201):
            raise RuntimeError(f"{method} {path}: {reply.status} {reply.body}")
        return dict(reply.body or {})

    def refill(self) -> None:
        """Something waits for each deed: a person, a policy and coaches to be agreed to; two sales held, one confirmed, and
        two handed out, of which one is offered a refund and one an exchange."""
        self._refilled += 1
        person = {"what": "enrol", "person": f"q{self._refilled}", "role": "operator", "reason": "fuzz"}
        self.call("POST", "/v1/office/people:propose", person, PEOPLE["ann"].token)
        words = {"text_zh": "演练", "text_en": "drill", "reason": "fuzz", "cities": [], "fee_percent": 5}
        times = {"begins": f"{DAYS[1]}T20:00", "ends": "", "bought_before": "", "refund_until": ""}
        self.call("POST", "/v1/office/policies", {**words, **times}, PEOPLE["ann"].token)
        more = {
            "kind": "places",
            "train": "K598",
            "date": DAYS[2],
            "class": "hard_seat",
            "like": "01",
            "count": 1,
            "last": "",
        }
        self.call("POST", "/v1/office/changes", {**more, "reason": "fuzz"}, PEOPLE["ann"].token)
        self.call("POST", "/v1/office/media", {"name": "drill", "png": PICTURE}, PEOPLE["ann"].token)
        machine = self.shell.station.devices.enrolled["T07"]
        if machine.digest or machine.revoked:
            return  # the office gave it another token, or took its grant
        keys = [f"T07.{EPOCH}.{10_000 + self._refilled * 10 + number}" for number in range(7)]
        for key in keys[:5]:
            self.call("POST", "/v1/locks", lock_body(1, key=key, passengers=["adult"], date=DAYS[2]))
        self.sell(keys[2])
        numbers = [self.hand_out(key) for key in keys[3:5]]
        back = {"key": keys[5], "machine": "T07", "tickets": numbers[0], "document": None}
        self.call("POST", "/v1/refund-offers", back)
        ride = {name: value for name, value in lock_body(1, key=keys[6]).items() if name != "passengers"}
        self.call("POST", "/v1/exchange-offers", {**ride, "date": DAYS[2], "tickets": numbers[1], "document": None})

    def sell(self, key: str) -> list[dict[str, Any]]:
        total = self.shell.station.sales.get(key).total_fen
        paid = {"total_fen": total, "rounding_fen": 0, "paid": {"cash_fen": total, "card_fen": 0}}
        tickets: list[dict[str, Any]] = self.call("POST", f"/v1/locks/{key}:confirm", paid)["tickets"]
        return tickets

    def hand_out(self, key: str) -> list[str]:
        """Sell and report every ticket as delivered; their numbers."""
        tickets = [
            {"place": one["place"], "number": one["numbers"][0], "blank": "E1", "state": "delivered"}
            for one in self.sell(key)
        ]
        self.call("POST", f"/v1/sales/{key}:printed", {"tickets": tickets})
        return [ticket["number"] for ticket in tickets]

    def replayed(self, folder: Path) -> Station:
        """A station that has only read what this one stored."""
        other = new_station()
        store = FileStore(folder)
        for step in store.replay():
            other.apply(step)
        store.close()
        return other


def lock_body(sale: int, **changes: Any) -> dict[str, Any]:
    ride = {"train": "K598", "date": DAYS[1], "origin": "BXP", "destination": "WCN", "class": "hard_seat"}
    return {
        "key": KEYS[sale - 1],
        "machine": "T07",
        "passengers": ["adult", "child"],
        "wish": "none",
        **ride,
        **changes,
    }


def lines(*records: tuple[dict[str, Any], list[dict[str, Any]]], first: int = 1, chain: int = 0) -> list[str]:
    """Journal lines as a machine hands them over."""
    found = []
    for seq, (fact, intents) in enumerate(records, first):
        head = {"seq": seq, "epoch": EPOCH, "boot": 1, "mono_ms": seq, "wall_ms": NOON_MS}
        body = json.dumps(head | {"fact": fact, "intents": intents, "mac": "00"}, separators=(",", ":"))
        chain = crc32(body.encode(), chain)
        found.append(f"{chain:08x} {body}")
    return found


def _let_happen(stage: Stage) -> None:
    """Sales in every state, an order to pick up, offers, records with a claim and a box, parameters, a command, a closed day."""
    session = {"epoch": EPOCH, "software": "0.1.0", "boot": 1, "clock_ms": NOON_MS}
    stage.call("POST", "/v1/devices/T07/sessions", session)
    for sale in range(1, 11):
        stage.call("POST", "/v1/locks", lock_body(sale))
    stage.call("POST", f"/v1/locks/{KEYS[1]}:release", {})
    stage.sell(KEYS[2])
    numbers = [stage.hand_out(key) for key in KEYS[3:8]]
    back = {"key": KEYS[10], "machine": "T07", "tickets": numbers[0], "document": None}
    stage.call("POST", "/v1/refund-offers", back)
    bought = {name: value for name, value in lock_body(1).items() if name not in ("key", "machine")}
    reply = stage.shell.order_elsewhere(json.dumps({**bought, "documents": ["11010519900307", "ABCD1234"]}).encode())
    stage.code = dict(reply.body or {})["code"]
    stage.call("POST", "/v1/orders:find", {"machine": "T07", "code": stage.code})
    swap = {"kind": "box.swap", "notes": [[10_000, 3]], "counted": 3, "tag": "B2"}
    claim = {"kind": "claim.add", "sale": 3, "code": "C-1", "amount_fen": 900, "exact": True, "reason": "jam"}
    lost = {"kind": "unpaid.add", "sale": 3, "payment": 1, "amount_fen": 5_000, "reference": "R1"}
    told = {"epoch": EPOCH, "first_seq": 1, "lines": lines(({"kind": "op.act"}, [swap, claim, lost]))}
    stage.call("POST", "/v1/devices/T07/records", told)
    _office(stage)


def _office(stage: Stage) -> None:
    ann, bo = PEOPLE["ann"].token, PEOPLE["bo"].token
    draft = {"set": "operating", "body": {"take_ms": 30_000}, "effective_ms": 0, "expires_ms": 0, "reason": "fuzz"}
    for _ in range(2):
        stage.call("POST", "/v1/office/parameters", draft, ann)
    stage.call("POST", "/v1/office/parameters/operating/1:release", {}, bo)
    given = {"machine": "T07", "name": "mode", "argument": "closed", "valid_ms": 60_000, "reason": ""}
    stage.call("POST", "/v1/office/commands", given, ann)
    stage.call("POST", f"/v1/office/days/{DAYS[3]}:close", {}, ann)
