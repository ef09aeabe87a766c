"""One short HTTP call of the lab on the cabinet's loop: to the station computer, to the provider of phone codes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

ANSWER_S = 3.0
LONGEST_ANSWER = 4_000_000


class Asking(Protocol):
    """Whom the lab asks; false: nobody is there."""

    def __bool__(self) -> bool: ...

    async def ask(self, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]: ...


class Asker:
    """Calls to the process at `url`; empty: there is none."""

    def __init__(self, url: str = "") -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80

    def __bool__(self) -> bool:
        return bool(self._host)

    async def ask(self, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the answer to a POST, without a body to a GET. Raises OSError or TimeoutError when there is none."""
        status, content = await asyncio.wait_for(self._call(path, body), ANSWER_S)
        try:
            told = json.loads(content or b"{}")
        except ValueError as error:
            raise OSError(f"{path}: the answer is no JSON") from error
        return status, told if isinstance(told, dict) else {}

    async def _call(self, path: str, body: Mapping[str, Any] | None) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            content = b"" if body is None else json.dumps(body).encode()
            head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nhost: {self._host}:{self._port}\r\n"
            head += f"content-type: application/json\r\ncontent-length: {len(content)}\r\nconnection: close\r\n\r\n"
            writer.write(head.encode() + content)
            await writer.drain()
            words = (await reader.readline()).split()
            while (await reader.readline()).strip():
                continue
            told = await reader.read(LONGEST_ANSWER)
            while more := await reader.read(LONGEST_ANSWER):
                told += more
            if len(words) < 2 or not words[1].isdigit():
                raise OSError(f"{path}: no answer")
            return int(words[1]), told
        finally:
            writer.close()
