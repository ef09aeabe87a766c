"""HTTP around the station's core. The event loop's thread is the only one that touches core and store.

FastAPI gives the routes and the OpenAPI file; bodies are parsed by the core, so that one place decides what is strict.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from simulator.clock import SharedClock
from simulator.station import wire
from simulator.station.core import ROUTES, Station
from simulator.station.faults import FaultBody, Faults
from simulator.station.machines import inbox, office
from simulator.station.machines.state import NEWS
from simulator.station.models import parse_body
from simulator.station.routing import Route
from simulator.station.store import Store

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_BODY_BYTES = 1_000_000
UNSTORED = wire.Reply(503, {"error": "storage", "detail": "the station cannot store and stops"})
COMMON_ERRORS = ((400, "bad_request"), (401, "unauthorized"), (403, "wrong_machine"))


class StationShell:
    """Core, store and clock together: one request in, stored, one reply out. `stop` is called when storing fails."""

    def __init__(self, station: Station, store: Store, clock: SharedClock, stop: Callable[[str], None]) -> None:
        self.station = station
        self.clock = clock
        self._store = store
        self._stop = stop
        self._ended = False
        self._news = asyncio.Event()

    def serve(self, request: wire.Request) -> wire.Reply:
        """Handle and store. A reply leaves only when its steps are on disk; after a failure there are no more replies."""
        return self._stored(lambda now_ms: self.station.handle(request, now_ms))

    def order_elsewhere(self, body: bytes) -> wire.Reply:
        """The same for an order that somebody makes by phone or at a window."""
        return self._stored(lambda now_ms: self.station.order_elsewhere(body, now_ms))

    def _stored(self, deed: Callable[[int], tuple[wire.Reply, list[wire.Step]]]) -> wire.Reply:
        if self._ended:
            return UNSTORED
        reply, steps = deed(self.clock.wall_ms())
        if steps:
            try:
                self._store.append(steps)
            except OSError as error:
                self._ended = True
                self._stop(f"cannot store: {error}")
                return UNSTORED
        if any(step["kind"] in NEWS for step in steps):
            self._news.set()  # whoever waits asks again; who comes later waits for the next one
            self._news = asyncio.Event()
        return reply

    async def serve_waiting(self, request: wire.Request) -> wire.Reply:
        """As `serve`, but an answer without news is held back until there is some, at most `wait_ms` of the query."""
        clock = asyncio.get_running_loop().time
        until_s = clock() + inbox.wait_ms(request.query) / 1_000
        while True:
            news, reply = self._news, self.serve(request)
            left_s = until_s - clock()
            if reply.status != 200 or not inbox.empty(reply.body) or left_s <= 0:
                return reply
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), left_s)


def build_app(shell: StationShell, faults: Faults | None) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The ASGI application; with `faults` also the calls under /lab."""
    app = FastAPI(title="Station computer, machine side", version="1", redoc_url=None, docs_url=None)
    app.add_exception_handler(HTTPException, _no_such_call)
    for route in (*ROUTES, *office.ROUTES):
        _add(app, shell, route)
    if faults is None:
        return app
    _add_lab(app, shell, faults)
    return Misbehaving(app, faults)


async def _no_such_call(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return _response(wire.Refused(status, "no_such_call", f"{request.method} {request.url.path}").reply)


def _add(app: FastAPI, shell: StationShell, route: Route) -> None:
    async def endpoint(request: Request) -> Response:
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BODY_BYTES:
            return _response(wire.Refused(413, "too_large", f"more than {MOST_BODY_BYTES} bytes").reply)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        asked = wire.Request(
            method=request.method,
            path=request.url.path,
            query=dict(request.query_params),
            body=await request.body(),
            token=token if scheme.lower() == "bearer" and token else None,
            etag=request.headers.get("if-none-match", ""),
        )
        return _response(await shell.serve_waiting(asked) if route.waits else shell.serve(asked))

    errors: dict[int, list[str]] = {}
    for status, code in (*COMMON_ERRORS, *route.errors):
        errors.setdefault(status, []).append(code)
    extra: dict[str, Any] = {"security": [{"bearer": []}]}
    if route.body is not None:
        schema = route.body.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
        schema = _inlined(schema)
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    names = [part.split("}")[0] for part in route.path.split("{")[1:]]
    extra["parameters"] = [
        {"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}}
        for place, several in (("path", names), ("query", (*route.query, *(("wait_ms",) if route.waits else ()))))
        for name in several
    ]
    app.add_api_route(
        route.path,
        endpoint,
        methods=[route.method],
        summary=route.summary,
        operation_id=route.deed.__name__,
        responses={status: {"description": ", ".join(codes)} for status, codes in sorted(errors.items())},
        openapi_extra=extra,
        response_model=None,
    )


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema without references: the few nested bodies are written out where they stand."""
    definitions = schema.pop("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return resolve(definitions[node["$ref"].rsplit("/", 1)[1]])
            return {name: resolve(value) for name, value in node.items()}
        return [resolve(value) for value in node] if isinstance(node, list) else node

    resolved: dict[str, Any] = resolve(schema)
    return resolved


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

    @app.get("/lab/state", summary="The whole state", include_in_schema=False)
    async def state() -> Response:
        held = {"now_ms": shell.clock.wall_ms(), "faults": faults.describe()["on"]}
        return _json(200, {**held, **shell.station.snapshot()})


def _response(reply: wire.Reply) -> Response:
    return _json(reply.status, reply.body, dict(reply.headers))


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(wire.content_of(body), status, headers, media_type=None if body is None else "application/json")


class Misbehaving:
    """Sits before the application and plays the faults on every call but those of the lab."""

    def __init__(self, app: FastAPI, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/lab/"):
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
