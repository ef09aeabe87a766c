"""One round: every call of the OpenAPI file, the bodies nobody makes, the console; then a start from what was stored."""

from __future__ import annotations

from pathlib import Path

from simulator.fuzz.station_api import nasty
from simulator.fuzz.station_api.cases import Api
from simulator.fuzz.station_api.stage import Stage

QUESTIONS = 40


def play(folder: Path, examples: int, seed: int) -> int:
    """Answers how many calls were asked. Raises what a check says; the folder is empty before."""
    stage = Stage(folder)
    try:
        asked = nasty.bodies(stage) + nasty.console(stage, seed, QUESTIONS)
        api = Api(stage)
        for operation in api.operations():
            api.fuzz(operation, examples, seed)
        asked += sum(sum(heard.values()) for heard in api.asked.values())
        same_again(stage, folder)
    finally:
        stage.close()
    return asked


def same_again(stage: Stage, folder: Path) -> None:
    """A station that starts from the folder stands where this one stands, and nothing was refused by the storage."""
    assert not stage.stopped, stage.stopped
    stage.store.close()
    assert stage.replayed(folder).snapshot() == stage.shell.station.snapshot()
