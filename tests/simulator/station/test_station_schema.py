"""The station's calls against their own OpenAPI file: no answer is the server's fault, none is unnamed, nothing wrong is taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from simulator.fuzz.station_api import nasty
from simulator.fuzz.station_api.cases import Api, judge
from simulator.fuzz.station_api.main import main
from simulator.fuzz.station_api.round import same_again
from simulator.fuzz.station_api.stage import Heard, Stage
from simulator.station import core
from simulator.station.machines import office
from simulator.station.machines.inbox import answer as inbox_answer
from simulator.station.models import StatusBody
from simulator.station.replies.sales import HeldReply
from simulator.station.routes import ROUTES
from simulator.station.routing import Route, Table
from simulator.station.wire import Answer, Reply, Request
from tests.simulator.station.held_to_file import hold

EXAMPLES = 6


@pytest.fixture(autouse=True)
def every_answer_stands_in_the_file() -> None:
    """Not held by the tests' own check: here the fuzzer has to find it."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path / "data")
    yield made
    made.close()


@pytest.mark.parametrize("routes", [ROUTES, office.ROUTES], ids=["machines", "office"])
def test_every_answer_is_one_of_the_file_and_nothing_wrong_is_taken(
    routes: tuple[Route, ...], stage: Stage, tmp_path: Path
) -> None:
    api, labels = Api(stage), {f"{route.method} {route.path}" for route in routes}
    for operation in api.operations():
        if operation.label in labels:
            api.fuzz(operation, EXAMPLES)
    assert set(api.asked) == labels
    for label, heard in api.asked.items():
        assert min(heard) < 300, f"{label} was never done: {heard}"
    same_again(stage, tmp_path / "data")


def test_bodies_that_are_no_bodies_and_whatever_is_typed_at_the_console(stage: Stage, tmp_path: Path) -> None:
    assert nasty.bodies(stage) > 500
    assert nasty.console(stage, 1, 60) > 200
    same_again(stage, tmp_path / "data")


def lax_inbox(station: Any, call: Any) -> Answer:
    """Takes any number for a number."""
    return inbox_answer(station.machines, "T07", {}, call.now_ms)


def undocumented(station: Any, call: Any) -> Answer:
    return Answer({"time_ms": 1}, status=202)


def bare(station: Any, call: Any) -> Answer:
    raise core.Refused(404, "gone", "a code that stands nowhere")


def misnamed(station: Any, call: Any) -> Answer:
    return Answer({"time": call.now_ms})


def told_too_much(station: Any, call: Any) -> Answer:
    return Answer({"time_ms": call.now_ms, "token": "secret"})


def of_another_type(station: Any, call: Any) -> Answer:
    return Answer({"time_ms": str(call.now_ms)})


def broken(station: Any, call: Any) -> Answer:
    return Answer({"time_ms": {}[call.now_ms]})


@pytest.mark.parametrize(
    ("path", "deed"),
    [
        ("/v1/devices/{id}/inbox", lax_inbox),
        *(("/v1/time", deed) for deed in (undocumented, bare, broken, misnamed, told_too_much, of_another_type)),
    ],
)
def test_a_planted_defect_is_found(path: str, deed: Any, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = [replace(route, deed=deed) if route.path == path else route for route in ROUTES]
    monkeypatch.setattr(core, "TABLE", Table(planted))
    api = Api(stage)
    operation = next(each for each in api.operations() if each.label == f"GET {path}")
    with pytest.raises((AssertionError, KeyError)):
        api.fuzz(operation, EXAMPLES)


def test_every_answer_is_described_and_the_file_says_so(stage: Stage) -> None:
    assert not [route.path for route in (*ROUTES, *office.ROUTES) if route.reply is None]
    told = json.loads(stage.ask("GET", "/openapi.json", {}, b"").content)
    done = told["paths"]["/v1/locks"]["post"]["responses"]["201"]["content"]["application/json"]["schema"]
    assert set(done["required"]) == set(done["properties"]) == set(HeldReply.model_fields)
    assert done["additionalProperties"] is False
    may_miss = told["paths"]["/v1/sales/{key}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(may_miss["required"]) == {"key", "state"}
    assert may_miss["properties"]["total_fen"]["type"] == "integer"


def test_a_body_that_is_not_strict_is_found(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api(stage)
    operation = next(each for each in api.operations() if each.label.endswith("/status"))
    lax, strict = StatusBody.model_construct(state_seq=1, mode="", reasons=[], faults=[]), core.models.parse_body
    monkeypatch.setattr(
        core.models, "parse_body", lambda model, body: lax if model is StatusBody else strict(model, body)
    )
    with pytest.raises(AssertionError, match="Schema-violating"):
        api.fuzz(operation, EXAMPLES)


def test_a_number_that_is_none_is_no_answer() -> None:
    with pytest.raises(AssertionError, match="NaN is no JSON"):
        judge(Heard(200, {}, b'{"a":NaN}'))
    with pytest.raises(core.Refused, match="a number that is none"):
        core.models.parse_body(StatusBody, b'{"state_seq":1,"mode":"","reasons":[],"faults":[{"a":[NaN]}]}')


def test_the_command_counts_what_it_asked(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--seconds", "0"])
    assert "more than 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "body", "wrong"),
    [
        (200, {"time_ms": 1, "more": 1}, ValidationError),
        (200, {}, ValidationError),
        (201, {"time_ms": 1}, AssertionError),
        (409, {"error": "sold_out", "detail": ""}, AssertionError),
    ],
)
def test_an_answer_of_any_test_that_the_file_does_not_have_is_found(
    status: int, body: dict[str, Any], wrong: type[Exception]
) -> None:
    asked = Request("GET", "/v1/time")
    hold(asked, Reply(200, {"time_ms": 1}))
    with pytest.raises(wrong):
        hold(asked, Reply(status, body))
