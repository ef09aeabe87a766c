"""What the OpenAPI file says of the calls: names in the path and the query, bodies, and every answer a call may give.

A schema fuzzer holds the station to it, so an answer that is not named here is a defect of one of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from simulator.station.machines.office import PATH as OFFICE
from simulator.station.models import KEY_PATTERN
from simulator.station.routing import Route

COMMON = ((400, "bad_request"), (401, "unauthorized"), (404, "no_such_call"), (413, "too_large"), (503, "storage"))
OF_MACHINES, OF_PEOPLE = ((403, "wrong_machine"),), ((403, "not_your_role"), (403, "locked"))
NOT_CHANGED = 304
MACHINE = r"^[A-Za-z0-9_-]{1,16}$"
NAMES: Mapping[str, str] = {
    "id": MACHINE,
    "machine": MACHINE,
    "key": KEY_PATTERN,
    "version": r"^[0-9]{1,9}$",
    "sha256": r"^[0-9a-f]{64}$",
    "day": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
}
"""Of names in a path; any other is anything without a slash and a colon."""
QUERIES: Mapping[str, tuple[str, bool]] = {
    "epoch": (r"^[A-Za-z0-9]{1,32}$", True),
    "after": (r"^[0-9]{1,12}$", False),
    "have": (r"^[0-9]{1,12}$", False),
    "wait_ms": (r"^[0-9]{1,6}$", False),
    "date": (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", False),
}
"""Form, and whether the call needs it."""


def describe(app: FastAPI, route: Route) -> None:
    """Put a call into the file; the application never answers it, because whoever serves it has taken it before."""

    async def described() -> None:
        """For the OpenAPI file."""

    told = answers(route)
    app.add_api_route(
        route.path,
        described,
        methods=[route.method],
        summary=route.summary,
        operation_id=f"{'office_' if route.path.startswith(OFFICE) else ''}{route.deed.__name__}",
        status_code=route.status[0],
        responses={status: {**answer} for status, answer in told.items()},
        openapi_extra=_asked(route),
        response_model=None,
    )


def answers(route: Route) -> dict[int | str, dict[str, Any]]:
    """By status: what it means, and the form of its body."""
    codes: dict[int, list[str]] = {}
    for status, code in (*COMMON, *(OF_PEOPLE if route.path.startswith(OFFICE) else OF_MACHINES), *route.errors):
        codes.setdefault(status, []).append(code)
    done = _json(_schema(route.reply))
    told: dict[int | str, dict[str, Any]] = {
        status: {"description": "done", "content": done} for status in route.status
    }
    if route.etag:
        told[NOT_CHANGED] = {"description": "as the If-None-Match of the question says"}
    for status, several in sorted(codes.items()):
        told[status] = {"description": ", ".join(several), "content": _json(_error(several))}
    return told


def _error(codes: list[str]) -> dict[str, Any]:
    """`{"error": code, "detail": text}`, and what a code tells besides."""
    named = {"error": {"type": "string", "enum": codes}, "detail": {"type": "string"}}
    return {"type": "object", "required": ["error", "detail"], "properties": named}


def _asked(route: Route) -> dict[str, Any]:
    """Names in the path, query and body."""
    path = [part.split("}")[0] for part in route.path.split("{")[1:]]
    query = (*route.query, *(("wait_ms",) if route.waits else ()))
    parameters = [_parameter(name, "path", NAMES.get(name, r"^[^/:]+$"), True) for name in path]
    parameters += [_parameter(name, "query", *QUERIES[name]) for name in query]
    asked: dict[str, Any] = {"security": [{"bearer": []}], "parameters": parameters}
    if route.body is not None:
        asked["requestBody"] = {"required": True, "content": _json(_schema(route.body))}
    return asked


def _parameter(name: str, place: str, pattern: str, required: bool) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": {"type": "string", "pattern": pattern}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _schema(model: type[BaseModel] | None) -> dict[str, Any]:
    """A body as the file says it; of a call that nobody has described, any object."""
    return {"type": "object"} if model is None else _inlined(model.model_json_schema(by_alias=True))


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
