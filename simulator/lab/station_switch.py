"""The station computer's trouble switches, worked from the lab: down, or slow. One short HTTP call on the cabinet's loop.

The station plays them itself (`/lab/faults`, only in a lab); a cabinet that was told no station has no such switch.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

TROUBLES = ("down", "slow")
SLOW_MS = 4_000  # longer than the controller waits for an answer
ANSWER_S = 3.0


class StationSwitch:
    """`url` of the station, empty when there is none to switch."""

    def __init__(self, url: str = "") -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self.on = dict.fromkeys(TROUBLES, False)

    def look(self) -> dict[str, bool] | None:
        """Trouble -> whether it was switched on here; None when there is no switch."""
        return dict(self.on) if self._host else None

    async def switch(self, name: str, on: bool) -> None:
        """Raises OSError or TimeoutError when the station does not answer."""
        if not self._host:
            raise OSError("this cabinet was told of no station")
        body: dict[str, Any] = {"name": name, "on": on}
        if name == "slow":
            body["ms"] = SLOW_MS
        status = await asyncio.wait_for(self._post("/lab/faults", json.dumps(body).encode()), ANSWER_S)
        if status != 200:
            raise OSError(f"the station answered {status}; is it a lab's station?")
        self.on[name] = on

    async def _post(self, path: str, body: bytes) -> int:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            head = f"POST {path} HTTP/1.1\r\nhost: {self._host}:{self._port}\r\ncontent-type: application/json\r\n"
            writer.write(f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body)
            await writer.drain()
            words = (await reader.readline()).split()
            return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        finally:
            writer.close()
