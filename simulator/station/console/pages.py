"""The console's calls: log in and out, look, do, and hear of changes. Everything that is done goes through the office's own calls
under the person's own token, so no rule stands here. Source: station-api sheet, "The office" and "The console".
"""

from __future__ import annotations

import inspect
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Request, Response
from pydantic import Field
from starlette.responses import FileResponse, RedirectResponse, StreamingResponse
from starlette.staticfiles import StaticFiles

from simulator.faces import add_faces
from simulator.station import wire
from simulator.station.console import service, sight, sold
from simulator.station.console.outlook import Outlook, order
from simulator.station.console.reports.content import LANGUAGES, report_of
from simulator.station.console.reports.written import PAGE_HEADERS, written
from simulator.station.console.sessions import Session, Sessions
from simulator.station.console.trial import Trial
from simulator.station.machines import office, policy_calls
from simulator.station.machines.media_calls import LARGE
from simulator.station.machines.models import MODES
from simulator.station.machines.roles import ROLES
from simulator.station.machines.sets import SETS
from simulator.station.models import Strict, parse_body

if TYPE_CHECKING:
    from simulator.station.shell import StationShell

STATIC = Path(__file__).parent / "static"
COOKIE, CSRF_HEADER = "console", "x-console"
BEAT_S, GATHER_S = 10.0, 0.3
MOST_BODY_BYTES = 100_000
MOST_TRAIL = 300
MACHINES_AT_ONCE = 5
See = Callable[[Request, int], Any]


class LogInBody(Strict):
    name: Annotated[str, Field(max_length=40)]
    token: Annotated[str, Field(max_length=200)]


class Console:
    """The calls of one station; `shell` serves them as it serves the machines'."""

    def __init__(self, shell: StationShell) -> None:
        self._shell = shell
        self._sessions = Sessions(shell.station.people, lambda: secrets.token_urlsafe(24))
        station, today = shell.station, sight.Today(shell.station)
        self._outlook = Outlook(station)
        self._sights: dict[str, See] = {
            "overview": lambda request, now_ms: sight.overview(station, today, now_ms, shell.clock.rate),
            "outlook": lambda request, now_ms: self._ahead(request.query_params.get("machine"), now_ms),
            "trial": lambda request, now_ms: self._trial(request.query_params.get("number", ""), now_ms),
            "sales": lambda request, now_ms: {"sales": sold.sales(station)},
            "sale": lambda request, now_ms: sold.one_sale(station, shell.lines, request.query_params.get("key", "")),
            "trains": lambda request, now_ms: sold.trains(station, request.query_params.get("begins", ""), now_ms),
            "seats": lambda request, now_ms: sold.seats(
                station, *(request.query_params.get(name, "") for name in ("train", "date", "class"))
            ),
            "why": lambda request, now_ms: sold.why(
                station, now_ms, *(request.query_params.get(name, "") for name in ("train", "date", "class", "trip"))
            ),
            "change": lambda request, now_ms: service.one_change(
                station, request.query_params.get("number", ""), now_ms
            ),
            "runs": lambda request, now_ms: service.runs_of(
                station, request.query_params.get("train", ""), request.query_params.get("date", ""), now_ms
            ),
            "trail": lambda request, now_ms: {
                "entries": station.machines.trail.last(MOST_TRAIL, request.query_params.get("by", ""))
            },
            "choices": lambda request, now_ms: {
                "sets": SETS,
                "modes": MODES,
                "roles": ROLES,
                "network": station.world.description["version"],
            },
        }

    @property
    def _now_ms(self) -> int:
        return self._shell.clock.wall_ms()

    def _of(self, request: Request) -> Session:
        return self._sessions.of(request.cookies.get(COOKIE, ""), self._now_ms)

    def _checked(self, request: Request) -> Session:
        cookie, csrf = request.cookies.get(COOKIE, ""), request.headers.get(CSRF_HEADER, "")
        return self._sessions.checked(cookie, csrf, self._now_ms)

    async def log_in(self, request: Request) -> Response:
        """JSON only: a form of another site cannot send that."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise wire.Refused(415, "not_json", "a log-in is JSON")
        body = parse_body(LogInBody, await _body(request))
        cookie, session = self._sessions.log_in(body.name, body.token, self._now_ms)
        answer = _json(200, _who(session))
        answer.set_cookie(COOKIE, cookie, path="/console", httponly=True, samesite="strict")
        return answer

    async def log_out(self, request: Request) -> Response:
        self._checked(request)
        self._sessions.log_out(request.cookies.get(COOKIE, ""))
        answer = _json(200, {})
        answer.delete_cookie(COOKIE, path="/console")
        return answer

    async def me(self, request: Request) -> Response:
        return _json(200, _who(self._of(request)))

    async def see(self, request: Request) -> Response:
        self._of(request)
        if not await self._shell.settled():
            raise wire.Refused(503, "storage", "the station cannot store and stops")
        what = self._sights.get(request.path_params["what"])
        if what is None:
            raise wire.Refused(404, "no_such_call", request.url.path)
        seen = what(request, self._now_ms)
        return _json(200, await seen if inspect.isawaitable(seen) else seen)

    async def _ahead(self, only: str | None, now_ms: int) -> dict[str, Any]:
        """Machine by machine, and who else asks is answered in between: for a thousand machines this takes a while."""
        found = []
        for number, name in enumerate(sorted(self._shell.station.devices.enrolled)):
            if only not in (None, name):
                continue
            found.append(self._outlook.machine(name, now_ms))
            if number % MACHINES_AT_ONCE == 0:
                await self._shell.gather(0)
        return {"now_ms": now_ms, "machines": order(found)}

    async def _trial(self, number: str, now_ms: int) -> dict[str, Any]:
        """A policy against past sales, a bit at a time."""
        station = self._shell.station
        trial = Trial(station, station.policies.get(policy_calls.number_of(number)), now_ms)
        for _ in trial.steps():
            await self._shell.gather(0)
        return trial.told()

    async def report(self, request: Request) -> Response:
        """A business day as HTML, CSV or PDF, from the office's own answer about it."""
        session, (day, _, kind) = self._of(request), request.path_params["name"].rpartition(".")
        language = next((one for one in LANGUAGES if one == request.query_params.get("lang", "both")), None)
        if language is None:
            raise wire.bad_request(f"lang: one of {', '.join(LANGUAGES)}")
        asked = wire.Request("GET", f"{office.PATH}days/{day}", {}, b"", session.token)
        reply = await self._shell.answer(asked)
        if reply.status != 200 or reply.body is None:
            return _json(reply.status, reply.body)
        report = report_of(reply.body, sight.stand_of(self._shell.station), self._now_ms)
        return await written(report, kind, language)

    async def office(self, request: Request) -> Response:
        """A call of the office, by the person who is logged in."""
        session = self._of(request) if request.method == "GET" else self._checked(request)
        path, query = office.PATH + request.path_params["path"], dict(request.query_params)
        body = await _body(request, LARGE.get((request.method, path), MOST_BODY_BYTES))
        asked = wire.Request(request.method, path, query, body, session.token)
        reply = await self._shell.answer(asked)
        return _json(reply.status, reply.body)

    async def events(self, request: Request) -> Response:
        self._of(request)
        return StreamingResponse(
            self._told(request), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    async def _told(self, request: Request) -> AsyncIterator[str]:
        """`changed` with a count: at once, soon after each change, and every ten seconds. Ends with the session."""
        shell, count = self._shell, -1
        while not shell.leaving and not await request.is_disconnected():
            try:
                self._of(request)
            except wire.Refused:
                return
            count = shell.changes
            yield f"event: changed\ndata: {count}\n\n"
            await shell.gather(GATHER_S)
            await shell.changed(count, BEAT_S)


def add_console(app: FastAPI, shell: StationShell) -> None:
    """`/console/` and all below it; without people nobody can log in."""
    console = Console(shell)

    async def index(request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers=PAGE_HEADERS)

    async def home(request: Request) -> Response:
        return RedirectResponse("/console/")

    for method, path, answer in (
        ("GET", "/", home),
        ("GET", "/console", home),
        ("GET", "/console/", index),
        ("GET", "/console/me", _refusing(console.me)),
        ("POST", "/console/login", _refusing(console.log_in)),
        ("POST", "/console/logout", _refusing(console.log_out)),
        ("GET", "/console/events", _refusing(console.events)),
        ("GET", "/console/see/{what}", _refusing(console.see)),
        ("GET", "/console/report/{name}", _refusing(console.report)),
        ("GET", "/console/office/{path:path}", _refusing(console.office)),
        ("POST", "/console/office/{path:path}", _refusing(console.office)),
    ):
        app.add_route(path, answer, methods=[method], include_in_schema=False)
    app.mount("/console/static", StaticFiles(directory=STATIC), name="console")
    add_faces(app, "/console/faces")


def _refusing(answer: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """A refusal becomes its error reply."""

    async def endpoint(request: Request) -> Response:
        try:
            answered: Response = await answer(request)
        except wire.Refused as refused:
            return _json(refused.reply.status, refused.reply.body)
        return answered

    return endpoint


def _who(session: Session) -> dict[str, str]:
    return {"name": session.person.name, "role": session.person.role, "csrf": session.csrf}


async def _body(request: Request, most: int = MOST_BODY_BYTES) -> bytes:
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > most:
        raise wire.Refused(413, "too_large", f"more than {most} bytes")
    return await request.body()


def _json(status: int, body: Any) -> Response:
    return Response(wire.content_of(body), status, {"cache-control": "no-store"}, media_type="application/json")
