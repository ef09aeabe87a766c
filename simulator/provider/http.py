"""HTTP around the provider: one loop, one thread, and the faults of the line. An answer leaves when the ledger has it."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict
from typing import Any

from simulator.provider.faults import FAULTS, GOOD, Behaviour, FaultError, Faults, Ordered
from simulator.provider.provider import Provider
from simulator.provider.wire import MOST_BODY_BYTES, Refused, Reply, Request, content_of

log = logging.getLogger("provider")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

REFUSING = Refused(503, "unavailable", "the provider is not available")
TOO_LARGE = Refused(413, "too_large", f"more than {MOST_BODY_BYTES} bytes")


class Hangup(Exception):
    """The call gets no answer; the text is for the log."""


class Shell:
    """An ASGI application. `opened` makes the provider from its file, also after `restarted`; `stop` is called when storing fails.
    `lab`: also `/lab/faults`, a POST with `on` (an order as on the command line) or `off` (a name)."""

    def __init__(
        self,
        opened: Callable[[], Provider],
        faults: Faults,
        wall_ms: Callable[[], int],
        stop: Callable[[str], None],
        lab: bool,
    ) -> None:
        self._opened, self._faults, self._wall_ms, self._stop, self._lab = opened, faults, wall_ms, stop, lab
        self.provider = opened()
        self._ended = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            reply = await self._answer(scope, receive)
        except Hangup as ended:
            log.info("unanswered path=%s reason=%s", scope["path"], ended)
            while (await receive())["type"] != "http.disconnect":
                continue
            return
        headers = {"Content-Type": "application/json", "Content-Length": str(len(reply.body)), **reply.headers}
        encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
        await send({"type": "http.response.body", "body": reply.body})

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        """Raises Hangup."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await _body(receive)
        if body is None:
            return Reply(413, content_of(TOO_LARGE.body))
        request = Request(scope["method"], scope["path"], headers, body)
        if self._lab and request.path == "/lab/faults":
            return self._switch(request)
        behaviour = self._faults.behave(request.path) if request.path != "/ledger" else GOOD
        if "refusing" in behaviour:
            return Reply(503, content_of(REFUSING.body))
        if "silent" in behaviour:
            raise Hangup("silent on order")
        if "restarted" in behaviour:
            self.restart()
            raise Hangup("restarted on order")
        if held_ms := behaviour.ms("held"):
            await asyncio.sleep(held_ms / 1_000)
        reply = self._carried_out(request, behaviour)
        if "answer_lost" in behaviour:
            raise Hangup("lost on order")
        if slow_ms := behaviour.ms("slow"):
            await asyncio.sleep(slow_ms / 1_000)
        return reply

    def _carried_out(self, request: Request, behaviour: Behaviour) -> Reply:
        if self._ended:
            raise Hangup("the ledger has failed")
        try:
            return self.provider.handle(request, self._wall_ms(), behaviour)
        except sqlite3.Error as error:
            self._ended = True
            self._stop(f"cannot store: {error}")
            raise Hangup("the ledger has failed") from error

    def restart(self) -> None:
        """What was not in the file is gone."""
        self.provider.ledger.close()
        self.provider = self._opened()

    def _switch(self, request: Request) -> Reply:
        try:
            body = json.loads(request.body or b"{}")
            on, off = body.get("on", ""), body.get("off", "")
            if not (type(on) is str and type(off) is str):
                raise FaultError("on and off are texts")
            if off:
                self._faults.switch_off(off)
            if on:
                self._faults.switch_on(Ordered.parse(on))
        except (ValueError, AttributeError) as error:
            return Reply(400, content_of({"error": "bad_request", "detail": str(error)}))
        return Reply(200, content_of({"on": [asdict(each) for each in self._faults.on()], "known": FAULTS}))


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None: too long. Raises Hangup when the caller is gone."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Hangup("the caller is gone")
        body += bytes(message.get("body", b""))
        if len(body) > MOST_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return body
