"""The ticket window of the station, at work beside the machines: it sells places of one class until few are left.

It speaks the machines' own interface (station-api sheet) with a token of its own. What it sells is paid and confirmed, so it
stays sold.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

ANSWER_S = 5.0
WINDOW = "W01"
EPOCH = "window"


class WindowError(OSError):
    """The station did not do what the window asked, or there is nothing to sell."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A class of a train, and the keys that lead to it on a machine's screens: station, train, class."""

    train: str
    date: str
    origin: str
    destination: str
    seat_class: str
    price_fen: int
    left: int

    @property
    def keys(self) -> tuple[str, str, str]:
        return f"station:{self.destination}", f"train:{self.train}", f"class:{self.seat_class}"

    def __str__(self) -> str:
        return f"{self.train} to {self.destination} on {self.date}, {self.seat_class}"


class Window:
    """`url` of the station computer. All calls raise WindowError."""

    def __init__(self, url: str, token: str, name: str = WINDOW) -> None:
        self._at, self._token, self._name = urlsplit(url), token, name
        self._sales = 0

    def choose(self, origin: str, date: str, most_fen: int, not_before_ms: int, most_left: int = 60) -> Sought:
        """The class with the fewest places (two at least) to one of the popular stations, by a train that is sold for long
        enough yet. `most_fen`: what a passenger can pay in cash."""
        found: list[Sought] = []
        hot = self._call("GET", "/v1/network")["hot"]
        for destination in [code for code in hot if code != origin]:
            asked = {"origin": origin, "destination": destination, "date": date}
            for offer in self._call("POST", "/v1/availability:query", asked)["trains"]:
                if offer["closes_ms"] >= not_before_ms:
                    found += _classes(offer, most_fen, most_left)
        if not found:
            raise WindowError(f"no class from {origin} on {date} is scarce enough")
        return min(found, key=lambda each: (each.left, each.train, each.destination, each.seat_class))

    def sell_all_but(self, sought: Sought, leave: int) -> int:
        """Sell until `leave` places are left; answers how many were sold."""
        sold = 0
        most = self._call("POST", f"/v1/devices/{self._name}/sessions", _session())["limits"]["max_tickets"]
        while (surplus := self.left(sought) - leave) > 0:
            self._sell(sought, min(surplus, most))
            sold += min(surplus, most)
        return sold

    def left(self, sought: Sought) -> int:
        asked = {"origin": sought.origin, "destination": sought.destination, "date": sought.date, "train": sought.train}
        classes = self._call("POST", "/v1/availability:query", asked)["trains"][0]["classes"]
        return next(int(each["left"]) for each in classes if each["class"] == sought.seat_class)

    def _sell(self, sought: Sought, places: int) -> None:
        self._sales += 1
        key = f"{self._name}.{EPOCH}.{self._sales}"
        order = {
            "key": key, "machine": self._name, "train": sought.train, "date": sought.date, "origin": sought.origin,
            "destination": sought.destination, "class": sought.seat_class, "passengers": ["adult"] * places,
            "wish": "none",
        }  # fmt: skip
        total = self._call("POST", "/v1/locks", order)["total_fen"]
        paid = {"total_fen": total, "rounding_fen": 0, "paid": {"cash_fen": total, "card_fen": 0}}
        self._call("POST", f"/v1/locks/{key}:confirm", paid)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection(self._at.hostname or "127.0.0.1", self._at.port, timeout=ANSWER_S)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            told = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise WindowError(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()
        if response.status >= 400:
            raise WindowError(f"{method} {path}: {told.get('error')}: {told.get('detail')}")
        return told


def _session() -> dict[str, Any]:
    return {"epoch": EPOCH, "software": "window", "boot": 1, "clock_ms": 0}


def _classes(offer: Mapping[str, Any], most_fen: int, most_left: int) -> list[Sought]:
    where = (offer["train"], offer["date"], offer["origin"], offer["destination"])
    return [
        Sought(*where, each["class"], each["price_fen"], each["left"])
        for each in offer["classes"]
        if 2 <= each["left"] <= most_left and each["price_fen"] <= most_fen
    ]
