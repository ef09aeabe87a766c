"""Every answer that a test of the station gets in its own process is held to the OpenAPI file: names and types, status, code.

The fuzzer makes up calls; these tests make the rare ones (a partial order, a closed day, an exchange at a loss) on purpose.
"""

from __future__ import annotations

import pytest

from simulator.station import core
from simulator.station.core import Station
from simulator.station.described import COMMON, NOT_CHANGED, OF_MACHINES, OF_PEOPLE
from simulator.station.machines import office
from simulator.station.routing import Route, Table
from simulator.station.wire import Reply, Request, Step, content_of

OFFICE = Table(office.ROUTES)


def route_of(request: Request) -> Route | None:
    table = OFFICE if request.path.startswith(office.PATH) else core.TABLE
    found = next(table.find(request.method, request.path), None)
    return found[0] if found else None


def hold(request: Request, reply: Reply) -> None:
    """Raises AssertionError and ValidationError for an answer that the file does not have."""
    route = route_of(request)
    if reply.status >= 400 or route is None:
        common = OF_PEOPLE if request.path.startswith(office.PATH) else OF_MACHINES
        codes = (*COMMON, *common, *(route.errors if route else ()))
        assert reply.body is not None
        assert (reply.status, reply.body["error"]) in codes, f"{request.method} {request.path}: {reply}"
    elif reply.status == NOT_CHANGED:
        assert route.etag
    else:
        assert reply.status in route.status, f"{request.method} {request.path}: {reply}"
        if route.reply is not None:  # a test may plant a route of its own
            route.reply.model_validate_json(content_of(reply.body))


@pytest.fixture(autouse=True)
def every_answer_stands_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Station.handle

    def handle(self: Station, request: Request, now_ms: int) -> tuple[Reply, list[Step]]:
        reply, steps = usual(self, request, now_ms)
        hold(request, reply)
        return reply, steps

    monkeypatch.setattr(Station, "handle", handle)
