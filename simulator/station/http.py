"""HTTP around the station's core. The event loop's thread is the only one that touches core and store.

Calls of machines go straight to the core, which finds the route and parses the body, so that one place decides what is strict; a
framework between would take three times as long as the core. FastAPI gives the OpenAPI file, from the same routes, and the lab's
calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from simulator.station import wire
from simulator.station.console.pages import add_console
from simulator.station.described import describe
from simulator.station.faults import FaultBody, Faults
from simulator.station.machines import office
from simulator.station.machines.media_calls import LARGE
from simulator.station.models import parse_body
from simulator.station.routes import ROUTES
from simulator.station.routing import Table
from simulator.station.shell import StationShell

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BODY_BYTES = 1_000_000
WAITING = Table([route for route in ROUTES if route.waits])
NEVER_PLAYED = ("/lab/", "/console")
"""Calls that faults leave alone: the lab's own, and people at the console, who do not sit on the machines' network."""


def build_app(shell: StationShell, faults: Faults | None) -> App:
    """The ASGI application; with `faults` also the calls under /lab."""
    app = Described(title="Station computer, machine side", version="1", redoc_url=None, docs_url=None)
    app.add_exception_handler(HTTPException, _no_such_call)
    add_console(app, shell)
    if faults is None:
        return Calls(app, shell)
    _add_lab(app, shell, faults)
    return Misbehaving(Calls(app, shell), faults)


class Described(FastAPI):
    """The calls are put into the OpenAPI file when somebody asks for it: a station that starts has no time for that."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            for route in (*ROUTES, *office.ROUTES):
                describe(self, route)
        return super().openapi()


class Calls:
    """What machines ask, under /v1; everything else is the application's."""

    def __init__(self, app: App, shell: StationShell) -> None:
        self._app, self._shell = app, shell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        most = LARGE.get((scope["method"], scope["path"]), MOST_BODY_BYTES)
        body = await _body(headers, receive, most)
        if body is None:
            reply = wire.Refused(413, "too_large", f"more than {most} bytes").reply
        else:
            scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
            asked = wire.Request(
                method=scope["method"],
                path=scope["path"],
                query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
                body=body,
                token=token if scheme.lower() == "bearer" and token else None,
                etag=headers.get(b"if-none-match", b"").decode("latin-1"),
            )
            reply = await (self._shell.answer_with_news(asked) if _waits(asked) else self._shell.answer(asked))
        content = wire.content_of(reply.body)
        told = [(name.lower().encode(), value.encode()) for name, value in reply.headers.items()]
        if reply.body is not None:
            told += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": reply.status, "headers": told})
        await send({"type": "http.response.body", "body": content})


def _waits(asked: wire.Request) -> bool:
    return "wait_ms" in asked.query and any(route.waits for route, _ in WAITING.find(asked.method, asked.path))


async def _body(headers: dict[bytes, bytes], receive: Receive, most: int) -> bytes | None:
    """All of it; None when it is too much, or claims to be."""
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > most:
        return None
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        body, more = body + message.get("body", b""), message.get("more_body", False)
        if len(body) > most:
            return None
    return body


async def _no_such_call(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return _response(wire.Refused(status, "no_such_call", f"{request.method} {request.url.path}").reply)


def _add_lab(app: FastAPI, shell: StationShell, faults: Faults) -> None:
    @app.post("/lab/faults", summary="Switch a misbehaviour", include_in_schema=False)
    async def switch(request: Request) -> Response:
        try:
            faults.switch(parse_body(FaultBody, await request.body()))
        except wire.Refused as refused:
            return _response(refused.reply)
        return _json(200, faults.describe())

    @app.post("/lab/orders", summary="Buy elsewhere what will be picked up", include_in_schema=False)
    async def order(request: Request) -> Response:
        return _response(shell.order_elsewhere(await request.body()))

    @app.post("/lab/orders:any", summary="The same, whichever train fits", include_in_schema=False)
    async def order_any(request: Request) -> Response:
        return _response(shell.order_elsewhere(await request.body(), any_train=True))

    @app.get("/lab/state", summary="The whole state", include_in_schema=False)
    async def state() -> Response:
        held = {"now_ms": shell.clock.wall_ms(), "faults": faults.describe()["on"]}
        return _json(200, {**held, **shell.station.snapshot()})


def _response(reply: wire.Reply) -> Response:
    return _json(reply.status, reply.body)


def _json(status: int, body: Any) -> Response:
    return Response(wire.content_of(body), status, media_type="application/json")


class Misbehaving:
    """Sits before the application and plays the faults on every call but those of the lab."""

    def __init__(self, app: App, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(NEVER_PLAYED):
            await self._app(scope, receive, send)
            return
        behaviour = self._faults.behave(scope["path"])
        if behaviour.refuse:
            refused = _json(503, {"error": "unavailable", "detail": "the station is not available"})
            await refused(scope, receive, send)
            return
        if behaviour.cut_off:
            await _cut(receive, send)
            return
        if behaviour.lose_answer:
            await self._app(scope, receive, _swallow)
            await _cut(receive, send)
            return
        if behaviour.delay_ms:
            await asyncio.sleep(behaviour.delay_ms / 1_000)
        await self._app(scope, receive, send)


async def _swallow(message: MutableMapping[str, Any]) -> None:
    """An answer that nobody will hear."""


async def _cut(receive: Receive, send: Send) -> None:
    """Close the connection without a byte. ASGI has no word for it, so the server's own transport is asked."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("this server does not show its transport; faults need uvicorn")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue
