"""The cabinet's API: JSON over HTTP, for the lab page, the synthetic passengers and the supervisor.

All calls run in the one loop that also serves the ptys, so none of them may wait. Errors are
`{"error": code, "detail": sentence}`: 400 what nobody could ever do, 404, 409 what does not fit the state now.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any

from fastapi import Body as Given
from fastapi import FastAPI, Query, Request, Response, WebSocket
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, StreamingResponse

from simulator.cabinet import bodies as b
from simulator.cabinet import views
from simulator.cabinet.cabinet import Cabinet
from simulator.cabinet.mirror import Mirror
from simulator.cabinet.reading_desk import Paper
from simulator.cabinet.refused import BAD, Refused, conflict
from simulator.cabinet.terminal_desk import CardTerminalDesk
from simulator.lab.asking import Asker
from simulator.lab.bank import BANK, LabBank
from simulator.lab.orders import LabOrders
from simulator.lab.pages import add_pages
from simulator.lab.phone import LabPhone
from simulator.lab.provider_switch import PROVIDER, ProviderSwitch
from simulator.lab.station_switch import StationSwitch
from simulator.lab.story import Story

LOCAL_NAMES = ["127.0.0.1", "localhost"]
QUIET_S = 15.0  # a comment line this often keeps an event stream alive


class Wake:
    """Wakes every open event stream when something happened, and ends them when the process does."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._waiting: set[asyncio.Event] = set()
        self.closing = False
        cabinet.timeline.heard.append(self.all)

    def all(self) -> None:
        for event in self._waiting:
            event.set()

    def close(self) -> None:
        self.closing = True
        self.all()

    async def wait(self, event: asyncio.Event) -> None:
        """Until something happens, or a while has passed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), QUIET_S)
        event.clear()

    def join(self) -> asyncio.Event:
        event = asyncio.Event()
        self._waiting.add(event)
        return event

    def leave(self, event: asyncio.Event) -> None:
        self._waiting.discard(event)


def build_app(
    cabinet: Cabinet,
    mirror: Mirror | None = None,
    names: list[str] | None = None,
    station: StationSwitch | None = None,
    provider_url: str = "",
    bank_url: str = "",
    orders: LabOrders | None = None,
) -> FastAPI:
    """The ASGI application; `names` are the host names it answers to, `station` whose trouble can be switched here,
    `provider_url` where the page's phone pays, `bank_url` where the bank of its cards tells its books, `orders` who makes orders
    to pick up, `app.state.wake` ends its event streams."""
    app = FastAPI(title="Simulated cabinet", version="1", docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=names or LOCAL_NAMES)
    app.state.wake = Wake(cabinet)
    app.state.story = Story(cabinet)
    app.state.station = station or StationSwitch()
    app.state.orders = orders or LabOrders(Asker(""), "")
    told = lambda what, amount_fen, why: cabinet.timeline.tell("phone", what=what, amount_fen=amount_fen, why=why)
    app.state.phone = LabPhone(Asker(provider_url), cabinet.clock, told)
    booked = lambda what, amount_fen, why: cabinet.timeline.tell("bank", what=what, amount_fen=amount_fen, why=why)
    app.state.bank = LabBank(Asker(bank_url), cabinet.world.settings.cards, booked)
    _add_errors(app)
    _add_deeds(app, cabinet)
    _add_views(app, cabinet)
    _add_events(app, cabinet)
    _add_screen(app, mirror, names or LOCAL_NAMES)
    add_pages(app)
    return app


def _error(status: int, code: str, detail: str) -> JSONResponse:
    return JSONResponse({"error": code, "detail": detail}, status)


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return _error(error.status, error.code, error.detail)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:] if not str(part).isdigit())
        return _error(BAD, "bad_request", f"{where}: {first['msg']}" if where else first["msg"])

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        return _error(error.status_code, "http", str(error.detail))


def _add_deeds(app: FastAPI, cabinet: Cabinet) -> None:
    @app.post("/api/insert")
    async def insert(body: b.InsertBody) -> Response:
        return JSONResponse(cabinet.insert(body.value_fen, body.genuine))

    @app.post("/api/give")
    async def give(body: b.GiveBody) -> Response:
        return JSONResponse(cabinet.give(body.value_fen, body.count, body.genuine))

    @app.post("/api/take")
    async def take(body: b.TakeBody) -> Response:
        return JSONResponse(cabinet.take(body.outlet))

    @app.post("/api/card")
    async def card(body: b.CardBody) -> Response:
        return JSONResponse(cabinet.card(body.do, body.name))

    @app.get("/api/terminal")
    async def terminal() -> Response:
        """The books of the bank behind a card terminal; null in a machine without one."""
        desk = cabinet.world.cards
        return JSONResponse(desk.books() if isinstance(desk, CardTerminalDesk) else None)

    @app.post("/api/key")
    async def key(body: b.KeyBody) -> Response:
        return JSONResponse(cabinet.press(body.key))

    @app.post("/api/hold")
    async def hold(body: b.HoldBody) -> Response:
        return JSONResponse(cabinet.hold(body.what, body.name))

    @app.post("/api/order")
    async def order(body: b.OrderBody) -> Response:
        orders: LabOrders = app.state.orders
        with _answered("no_order", "the station does not answer"):
            made = await orders.make(body.tickets, body.document)
        return JSONResponse(cabinet.order(made))

    @app.post("/api/paper")
    async def paper(body: b.PaperBody) -> Response:
        return JSONResponse(cabinet.order(Paper(**body.model_dump())))

    @app.post("/api/fault")
    async def fault(body: b.FaultBody) -> Response:
        known = _beside(app).get(body.device)
        if known is None:
            return JSONResponse(cabinet.fault(body.device, body.name, body.on))
        if body.name not in known.faults():
            raise Refused(BAD, "no_such_fault", f"the {body.device} has no fault {body.name!r}")
        with _answered(f"no_{body.device}", f"the {body.device} does not answer"):
            await known.switch(body.name, body.on)
        cabinet.timeline.tell("fault", device=body.device, name=body.name, on=body.on)
        return JSONResponse({"device": body.device, "name": body.name, "on": body.name in known.on})

    @app.post("/api/phone")
    async def phone(body: b.PhoneBody) -> Response:
        held: LabPhone = app.state.phone
        return JSONResponse(await held.do(body.do, body.code))

    @app.post("/api/door")
    async def door(body: b.DoorBody) -> Response:
        return JSONResponse(cabinet.door(body.door, body.open, body.key))

    @app.post("/api/help")
    async def call_for_help(body: b.EmptyBody | None = None) -> Response:
        return JSONResponse(cabinet.help())

    @app.post("/api/near")
    async def near(body: b.NearBody) -> Response:
        return JSONResponse(cabinet.near(body.near))

    @app.post("/api/mains")
    async def mains(body: b.MainsBody) -> Response:
        return JSONResponse(cabinet.mains(body.on))

    @app.post("/api/service")
    async def service(body: Annotated[b.ServiceBody, Given()]) -> Response:
        return JSONResponse(cabinet.service(body.do))

    @app.post("/api/station")
    async def trouble(body: b.StationBody) -> Response:
        switch: StationSwitch = app.state.station
        with _answered("no_station", "the station does not answer"):
            await switch.switch(body.name, body.on)
        cabinet.timeline.tell("station", name=body.name, on=body.on)
        return JSONResponse({"name": body.name, "on": body.on})


def _beside(app: FastAPI) -> dict[str, ProviderSwitch | LabBank]:
    """Who stands beside the station and has troubles of its own, by the name in the fault menu."""
    phone: LabPhone = app.state.phone
    bank: LabBank = app.state.bank
    return {**({PROVIDER: phone.provider} if phone else {}), **({BANK: bank} if bank else {})}


@contextmanager
def _answered(code: str, detail: str) -> Iterator[None]:
    """Whoever does not answer is a refusal with this code. Raises Refused."""
    try:
        yield
    except (OSError, TimeoutError) as error:
        raise conflict(code, str(error) or detail) from error


def _add_views(app: FastAPI, cabinet: Cabinet) -> None:
    @app.get("/api/state")
    async def state() -> Response:
        phone: LabPhone = app.state.phone
        told: dict[str, Any] = {
            "story": app.state.story.look(),
            "station": app.state.station.look(),
            "phone": phone.look(),
            "bank": app.state.bank.look(),
        }
        seen = views.state(cabinet) | told
        seen["faults"] = {**seen["faults"], **{name: each.faults() for name, each in _beside(app).items()}}
        return JSONResponse(seen)

    @app.get("/api/faults")
    async def faults() -> Response:
        return JSONResponse(views.fault_menu(cabinet) | {name: each.menu() for name, each in _beside(app).items()})

    @app.get("/api/ledger")
    async def ledger() -> Response:
        return JSONResponse(views.ledger(cabinet))

    @app.get("/api/busy")
    async def busy(since_ms: Annotated[int, Query(ge=0)] = 0) -> Response:
        return JSONResponse(views.motions(cabinet, since_ms))

    @app.get("/api/tickets")
    async def tickets() -> Response:
        return JSONResponse(views.tickets(cabinet))

    @app.get("/api/slips")
    async def slips() -> Response:
        return JSONResponse(views.slips(cabinet))

    @app.get("/api/tickets/{serial}.png")
    async def face(serial: str) -> Response:
        return _picture(views.ticket_png(cabinet, serial))

    @app.get("/api/slips/{serial}.png")
    async def slip(serial: str) -> Response:
        return _picture(views.slip_png(cabinet, serial))


def _picture(png: bytes | None) -> Response:
    if png is None:
        return _error(404, "not_found", "there is no such paper")
    return Response(png, media_type="image/png", headers={"cache-control": "no-store"})


def _add_events(app: FastAPI, cabinet: Cabinet) -> None:
    wake: Wake = app.state.wake

    async def stream(after: int) -> AsyncIterator[bytes]:
        event = wake.join()
        try:
            while not wake.closing:
                lines = []
                for one in cabinet.timeline.since(after):
                    after = one["n"]
                    lines.append(f"id: {after}\ndata: {_json(one)}\n\n")
                yield "".join(lines).encode() or b": quiet\n\n"
                await wake.wait(event)
        finally:
            wake.leave(event)

    @app.get("/api/events")
    async def events(request: Request, after: Annotated[int, Query(ge=0)] = 0) -> Response:
        last = request.headers.get("last-event-id", "")
        begin = int(last) if last.isdigit() else after
        begin = 0 if begin > cabinet.timeline.last else begin  # a number of another life of the cabinet
        return StreamingResponse(stream(begin), media_type="text/event-stream", headers={"cache-control": "no-store"})


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _add_screen(app: FastAPI, mirror: Mirror | None, names: list[str]) -> None:
    @app.websocket("/screen")
    async def screen(socket: WebSocket) -> None:
        origin = socket.headers.get("origin", "")
        if origin and origin.split("//")[-1].split(":")[0] not in names:
            await socket.close(1008)
            return
        await socket.accept()
        if mirror is None:
            await socket.send_text('{"screen":false}')
            await socket.close()
            return
        await mirror.serve(socket)
