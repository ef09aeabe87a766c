"""Misbehaviour on order, for tests and the lab: the station is down, slow, or does the deed and loses the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from simulator.station.models import Strict

FAULTS = {
    "down": "every call is cut off and nothing is done",
    "refusing": "every call is answered 503 and nothing is done",
    "slow": "every call is answered `ms` real milliseconds later than it could be",
    "answer_lost": "the deed is done, then the connection is closed without an answer",
    "down_after_next": "the next call is answered, then the station is down",
}


class FaultBody(Strict):
    """Switch a fault. `times` calls and it switches itself off; `match` limits it to paths that contain this text."""

    name: Literal["down", "refusing", "slow", "answer_lost", "down_after_next"]
    on: bool
    ms: Annotated[int, Field(ge=0, le=600_000)] = 5_000
    times: Annotated[int, Field(ge=1)] | None = None
    match: str = ""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one call is to be treated."""

    cut_off: bool = False
    refuse: bool = False
    delay_ms: int = 0
    lose_answer: bool = False


class Faults:
    """The switches. `behave` is asked once per call and counts."""

    def __init__(self) -> None:
        self._on: dict[str, FaultBody] = {}

    def copy(self) -> Faults:
        """Switches of their own in the same positions."""
        other = Faults()
        other._on = dict(self._on)
        return other

    def switch(self, order: FaultBody) -> None:
        if order.on:
            self._on[order.name] = order
        else:
            self._on.pop(order.name, None)

    def behave(self, path: str) -> Behaviour:
        """The treatment of a call to `path`; switches with `times` count down."""
        hit = {name: order for name, order in self._on.items() if order.match in path}
        for name, order in hit.items():
            self._count_down(name, order)
        if "down_after_next" in hit:
            self._on.pop("down_after_next", None)
            self._on["down"] = FaultBody(name="down", on=True)
        return Behaviour(
            cut_off="down" in hit,
            refuse="refusing" in hit,
            delay_ms=hit["slow"].ms if "slow" in hit else 0,
            lose_answer="answer_lost" in hit,
        )

    def _count_down(self, name: str, order: FaultBody) -> None:
        if order.times is None:
            return
        if order.times == 1:
            del self._on[name]
        else:
            self._on[name] = order.model_copy(update={"times": order.times - 1})

    def describe(self) -> dict[str, Any]:
        """What is on, and what there is."""
        return {"on": {name: order.model_dump() for name, order in self._on.items()}, "known": FAULTS}
