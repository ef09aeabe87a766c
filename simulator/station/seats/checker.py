"""A second reading of the seat journal: finds a place sold twice and a confirmed place lost. Shares no line with what wrote it.

It keeps a set of (stock, place, segment) and believes nothing but the records, as `lines` describes them and `journal` frames them.
What a client was answered is compared with what the journal says was done. Standard library only.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable
from typing import Any

HEAD = re.compile(rb"G ([0-9]{12}) ([0-9]{8}) ([0-9a-f]{8}) ([0-9a-f]{8})\n")
KINDS = ("held", "sold", "released", "expired", "renewed", "refunded", "refused")


class Checker:
    """`wrong` fills with one sentence a finding; `records`, `sold_places` count what was read."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.records = 0
        self.sizes: dict[str, tuple[int, int]] = {}
        self.rooms: dict[str, tuple[list[int], list[int]]] = {}
        self.taken: dict[tuple[str, int, int], str] = {}
        self.loads: dict[tuple[str, int, int], int] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.answers: dict[tuple[str, str], tuple[str, tuple[int, ...]]] = {}

    @property
    def sold_places(self) -> int:
        return sum(len(order["alive"]) for order in self.orders.values() if order["state"] == "sold")

    def read(self, data: bytes) -> None:
        """Every whole group of a journal. A last one that is cut short was answered to nobody."""
        at = number = crc = 0
        while at < len(data):
            head = HEAD.match(data, at)
            begin = at + 42
            end = begin + (int(head[2]) if head else 0)
            if head is None or end > len(data):
                break
            crc = zlib.crc32(data[begin:end], crc)
            if int(head[1]) != number or int(head[3], 16) != crc or int(head[4], 16) != zlib.crc32(data[at : at + 33]):
                break
            for line in data[begin:end].splitlines():
                self.record(json.loads(line))
            at, number = end, number + 1
        behind = [int(each[1]) for each in HEAD.finditer(data, at + 1)] if at < len(data) else []
        if any(later > number for later in behind):
            self.wrong.append(f"group {number} at byte {at} cannot be read, and there are groups behind it")

    def record(self, record: list[Any]) -> None:
        self.records += 1
        kind, name, *rest = record
        if kind == "open":
            self.sizes[name] = (rest[1], rest[0])
            self.rooms[name] = (rest[2], rest[3])
            return
        if kind not in KINDS:
            self.wrong.append(f"record {self.records}: no record is called {kind}")
            return
        getattr(self, f"_{kind}")(name, *rest)

    def compare(self, heard: Iterable[tuple[str, str, str, tuple[int, ...]]]) -> None:
        """What a client received: order, command, result, places. A result `refused` is only right when nothing was done."""
        for order, command, result, places in heard:
            done = self.answers.get((order, command))
            if done is None:
                if result != "refused":
                    self.wrong.append(
                        f"{order}: {command} was answered {result} {places}, and the journal does not know it"
                    )
            elif done != (result, places):
                self.wrong.append(f"{order}: {command} was answered {result} {places}, and the journal says {done}")

    # -- one for each kind of record

    def _held(
        self,
        name: str,
        command: str,
        stock: str,
        a: int,
        b: int,
        wish: str,
        _seller: str,
        places: list[int],
        _expires: int,
        _limit: int,
        old: str = "",
        indexes: tuple[int, ...] = (),
    ) -> None:
        if name in self.orders:
            self.wrong.append(f"{name}: holds places for the second time")
        order = {"stock": stock, "a": a, "b": b, "standing": wish == "standing", "places": places, "old": old}
        self.orders[name] = {**order, "indexes": list(indexes), "state": "held", "alive": set(range(len(places)))}
        self._take(name)
        self.answers[name, command] = ("held", tuple(places))

    def _sold(self, name: str, command: str) -> None:
        order = self._in_state(name, "held", "expired")
        if order["state"] == "expired":
            self._take(name)
        order["state"] = "sold"
        if order["old"]:
            self._back(order["old"], order["indexes"])
        self.answers[name, command] = ("sold", ())

    def _released(self, name: str, command: str) -> None:
        order = self._in_state(name, "held", "expired")
        if order["state"] == "held":
            self._give(name, order["alive"])
        order["state"] = "released"
        self.answers[name, command] = ("released", ())

    def _expired(self, name: str) -> None:
        order = self._in_state(name, "held")
        self._give(name, order["alive"])
        order["state"] = "expired"

    def _renewed(self, name: str, command: str, _add_ms: int, _until_ms: int) -> None:
        self._in_state(name, "held")
        self.answers[name, command] = ("renewed", ())

    def _refunded(self, name: str, command: str, indexes: list[int]) -> None:
        self._back(name, indexes)
        self.answers[name, command] = ("refunded", ())

    def _refused(self, name: str, command: str, _reason: str, _left: int, _asked: object) -> None:
        self.answers[name, command] = ("refused", ())

    # -- the places themselves

    def _in_state(self, name: str, *states: str) -> dict[str, Any]:
        order = self.orders.get(name)
        if order is None:
            self.wrong.append(f"{name}: changes, and never held a place")
            order = {
                "stock": "",
                "a": 0,
                "b": 0,
                "standing": False,
                "places": [],
                "old": "",
                "indexes": [],
                "state": states[0],
            }
            self.orders[name] = {**order, "alive": set()}
        elif order["state"] not in states:
            self.wrong.append(f"{name}: is {order['state']}, and changes as if it were {states[0]}")
        return self.orders[name]

    def _back(self, name: str, indexes: Iterable[int]) -> None:
        order = self._in_state(name, "sold")
        gone = set(indexes)
        if not gone <= order["alive"]:
            self.wrong.append(f"{name}: gives back what it does not have")
        self._give(name, gone & order["alive"])
        order["alive"] -= gone

    def _take(self, name: str) -> None:
        order = self.orders[name]
        size, segments = self.sizes.get(order["stock"], (0, 0))
        if not 0 <= order["a"] < order["b"] <= segments:
            self.wrong.append(f"{name}: there is no such trip in {order['stock']}")
        for place in order["places"]:
            for segment in range(order["a"], order["b"]):
                if order["standing"]:
                    self._stand(name, order["stock"], place, segment)
                    continue
                if not 0 <= place < size:
                    self.wrong.append(f"{name}: {order['stock']} has no place {place}")
                spot = (order["stock"], place, segment)
                if spot in self.taken:
                    self.wrong.append(f"{name}: oversold: {spot} belongs to {self.taken[spot]}")
                self.taken[spot] = name

    def _stand(self, name: str, stock: str, coach: int, segment: int) -> None:
        self.loads[stock, coach, segment] = self.loads.get((stock, coach, segment), 0) + 1
        per_coach, per_segment = self.rooms[stock]
        on_board = sum(self.loads.get((stock, each, segment), 0) for each in range(len(per_coach)))
        if self.loads[stock, coach, segment] > per_coach[coach] or on_board > per_segment[segment]:
            self.wrong.append(f"{name}: too many standing in {stock}, coach {coach}, segment {segment}")

    def _give(self, name: str, indexes: Iterable[int]) -> None:
        order = self.orders[name]
        for index in indexes:
            for segment in range(order["a"], order["b"]):
                spot = (order["stock"], order["places"][index], segment)
                if order["standing"]:
                    self.loads[spot] -= 1
                elif self.taken.pop(spot, None) != name:
                    self.wrong.append(f"{name}: gives back {spot}, which was not its own")
