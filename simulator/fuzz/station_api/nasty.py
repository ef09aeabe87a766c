"""Bodies that no generator of JSON makes, and the console, whose calls stand in no file.

The console's own calls may answer only what is listed here; what goes on to the office is judged as the office's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import quote

from simulator.fuzz.station_api.cases import judge
from simulator.fuzz.station_api.stage import DAYS, KEYS, PEOPLE, TOKENS, Heard, Stage
from simulator.station.machines import office
from simulator.station.routes import ROUTES

STATUS = b'{"state_seq":%s,"mode":"ready","reasons":[],"faults":[%s]}'
BODIES = (
    b"", b" ", b"null", b"[]", b"{", b"{}x", b'"text"', b"1", b"\xff\xfe{}", b"\xef\xbb\xbf{}", b'{"a":1,"a":2}',
    b"[" * 100_000, b'{"a":' * 20_000, b'{"key":"\\ud800"}', b'{"key":"\\u0000"}', b'{"state_seq":NaN}',
    b"{" + b" " * 1_000_001,
    STATUS % (b"7", b"NaN"), STATUS % (b"7", b"-Infinity"), STATUS % (b"7", b"1e999"), STATUS % (b"1e2", b""),
    STATUS % (b"7", b'"\\udc00"'), STATUS % (b"9" * 5_000, b""), STATUS % (b"7", b"9" * 5_000),
    STATUS % (b"7", b"[" * 150 + b"]" * 150),
)  # fmt: skip
REFUSING = {400, 403, 404, 409, 413, 422}
CONSOLE = {200, 201, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429}
TEXTS = [
    "",
    "K598",
    "K",
    *DAYS,
    "9999-12-31",
    "hard_seat",
    "a\x00b",
    "列车",
    "%",
    "../..",
    "'",
    "a" * 5_000,
    *KEYS,
    "x.y",
    "T07.x",
    "....",
]


def bodies(stage: Stage) -> int:
    """Every call that takes a body, with each of these. Answers how many were asked."""
    asked = 0
    for route in (*ROUTES, *office.ROUTES):
        if route.body is None:
            continue
        path = route.path
        for name, value in {
            "id": "T07",
            "key": KEYS[0],
            "order": "E100000001",
            "day": DAYS[3],
            "set": "operating",
        }.items():
            path = path.replace(f"{{{name}}}", value)
        token = PEOPLE["ann"].token if path.startswith(office.PATH) else TOKENS["T07"]
        for body in BODIES:
            heard = stage.ask(
                route.method, quote(path), {"Authorization": f"Bearer {token}", "Content-Length": str(len(body))}, body
            )
            judge(heard)
            told = {*route.status} if route.deed.__name__ == "tell_status" else set()
            assert heard.status in REFUSING | told, (route.path, body[:80], heard)
            asked += 1
    machines = stage.ask("GET", "/v1/office/machines", {"Authorization": f"Bearer {PEOPLE['cy'].token}"}, b"")
    judge(machines)  # it repeats what was told
    assert machines.status == 200
    return asked + 1


def console(stage: Stage, seed: int, questions: int) -> int:
    """Log-ins, looks and deeds of the console with values nobody would type. Answers how many were asked."""
    dice, asked = Random(seed), 0
    for method, target, headers, body in _of_console(stage, dice, questions):
        heard = stage.ask(method, target, headers, body)
        judge(heard)
        assert heard.status in CONSOLE, (method, target, body[:80], heard)
        if heard.status >= 400:
            assert {"error", "detail"} <= set(json.loads(heard.content)), (target, heard)
        asked += 1
    return asked


def _of_console(stage: Stage, dice: Random, questions: int) -> Iterator[tuple[str, str, dict[str, str], bytes]]:
    said = {"content-type": "application/json"}
    people = [_logged_in(stage, name) for name in ("ann", "olga", "cy")]
    for body in BODIES:
        yield "POST", "/console/login", said, body
        yield "POST", "/console/login", {}, body
    for _ in range(questions):
        cookie, csrf = dice.choice([*people * 4, ("", ""), (people[0][0], "wrong"), ("列", "x")])
        headers = said | {"cookie": f"console={quote(cookie)}", "x-console": csrf}
        query = "&".join(
            f"{name}={quote(dice.choice(TEXTS))}" for name in ("key", "begins", "train", "date", "class", "day")
        )
        what = dice.choice(["overview", "sales", "sale", "trains", "seats", "trail", "choices", "nothing"])
        yield "GET", f"/console/see/{what}?{query}", headers, b""
        path = dice.choice(
            ["machines", "machines/T07", "claims", "boxes", f"days/{dice.choice(DAYS)}", "x", "../locks", "days/%00"]
        )
        yield "GET", f"/console/office/{path}?{query}", headers, b""
        path = dice.choice(
            ["machines", "commands", "parameters", "claims/C-1:settle", "boxes:count", f"days/{DAYS[0]}:close", "x"]
        )
        yield "POST", f"/console/office/{path}", headers, dice.choice([*BODIES, b"{}"])
        login = {"name": dice.choice(["ann", *TEXTS])[:40], "token": dice.choice(TEXTS)[:200]}
        yield "POST", "/console/login", said, json.dumps(login).encode()


def _logged_in(stage: Stage, name: str) -> tuple[str, str]:
    body = json.dumps({"name": name, "token": PEOPLE[name].token}).encode()
    heard: Heard = stage.ask("POST", "/console/login", {"content-type": "application/json"}, body)
    told: dict[str, Any] = json.loads(heard.content)
    return heard.headers["set-cookie"].partition("=")[2].partition(";")[0], told["csrf"]
