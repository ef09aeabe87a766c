"""The cabinet's API from outside: hands for passengers and the technician, the mains for the supervisor, looks for reports."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from simulator.passenger.hands import Busy, Openings, Taken

ANSWER_S = 10.0


class CabinetError(OSError):
    """The cabinet refused, or did not answer; `code` is its word for it, empty when it was silent."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}" if code else detail)
        self.code = code


class CabinetClient:
    """`url` as the cabinet's ready line says. One connection, kept alive; all calls raise CabinetError."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=ANSWER_S)

    def get(self, path: str) -> Any:
        """A look; asked once more when the kept-alive connection had been closed meanwhile."""
        try:
            return self._call("GET", path, None)
        except http.client.RemoteDisconnected:
            return self._checked("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """A deed: never asked twice, so it gets a connection of its own."""
        self.close()
        return self._checked("POST", path, json.dumps(body).encode())

    def close(self) -> None:
        self._connection.close()

    def _checked(self, method: str, path: str, body: bytes | None) -> Any:
        try:
            return self._call(method, path, body)
        except http.client.RemoteDisconnected as error:
            raise CabinetError("", f"{method} {path}: {error}") from error

    def _call(self, method: str, path: str, body: bytes | None) -> Any:
        try:
            self._connection.request(method, path, body, {"Content-Type": "application/json"})
            response = self._connection.getresponse()
            data = json.loads(response.read())
        except http.client.RemoteDisconnected:
            self.close()
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise CabinetError("", f"{method} {path}: {error!r}") from error
        if response.status >= 400:
            told = data if isinstance(data, dict) else {}
            raise CabinetError(str(told.get("error", response.status)), str(told.get("detail", "")))
        return data

    # -- a passenger's hands

    def look(self) -> Openings:
        """What sticks out or lies in an open outlet, and a card that sticks out of its slot."""
        state = self.get("/api/state")
        seen = {name: bool(outlet["things"] and outlet["open"]) for name, outlet in state["outlets"].items()}
        card = "cards" in state and state["cards"]["out"]
        coins = seen.get("coins", False)
        return Openings(seen["mouth"], seen["tickets"], seen["change"], seen["slip"], card, coins)

    def insert(self, value_fen: int) -> bool:
        """From the wallet; a wallet that is empty is filled up first: these passengers never run out of notes."""
        try:
            self.post("/api/insert", {"value_fen": value_fen})
        except CabinetError as error:
            if error.code != "no_such_note":
                if error.code:
                    return False
                raise
            self.post("/api/give", {"value_fen": value_fen, "count": 10})
            return self.insert(value_fen)
        return True

    def take(self, outlet: str) -> Taken:
        told = self.post("/api/take", {"outlet": outlet})
        return Taken(tuple(told["notes_fen"]), told["tickets"], told["slips"], tuple(told["coins_fen"]))

    # -- a technician's

    def service(self, act: Mapping[str, Any]) -> Any:
        """One act at the open cabinet. Raises Busy while the device moves."""
        try:
            return self.post("/api/service", dict(act))
        except CabinetError as error:
            if error.code == "moving":
                raise Busy(str(error)) from error
            raise
