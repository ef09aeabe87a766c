"""The demo with all its processes: sales over real ptys are accounted for; without mains only the world goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.clock import SharedClock
from simulator.fittings import HALVES, YUANS
from simulator.passenger.cabinet_client import CabinetError
from simulator.programs import Wanted
from simulator.rig import Rig, RigError

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 400
WITHIN_MS = 1_200_000  # of the machine, which is two minutes of ours


def test_six_passengers_and_every_fen_is_accounted_for(tmp_path: Path) -> None:
    """One of each kind, and the same choices for the same seed; what notes cannot pay falls as coins."""
    report = tmp_path / "r.json"
    words = (
        "demo",
        "--headless",
        "--at",
        "09:00",
        "--sales",
        "6",
        "--seed",
        "1",
        "--fitted",
        "coins",
        "--report",
        str(report),
    )
    done = subprocess.run(
        [sys.executable, "-m", "simulator", *words], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(report.read_text())
    assert (told["violations"], told["found"], told["open_sales"]) == (0, [], 0)
    outcomes = {visit["kind"]: visit["outcome"] for visit in told["visits"]}
    assert outcomes["exact"] == outcomes["large"] == outcomes["language"] == "bought"
    assert outcomes["cancel"] == "cancelled"
    assert outcomes["walk_away"] == "walked_away"
    assert told["passengers"]["tickets"] == told["tickets"]["taken"] > 0
    assert told["fen"]["kept"] == told["passengers"]["inserted_fen"] - told["passengers"]["returned_fen"]
    coins = told["coins"]
    assert coins["fell_fen"] == coins["taken_fen"] + coins["left_fen"] == told["fen"]["coins"] > 0
    filled = {"50": HALVES, "100": YUANS}
    assert coins["booked"] == coins["there"]
    assert sum(int(fen) * (filled[fen] - there) for fen, there in coins["there"].items()) == coins["fell_fen"]
    for sale in told["times"]["sales"]:
        assert sale["total"] == sum(sale[name] for name in ("device", "poll", "station", "passenger", "ours"))


@pytest.fixture
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    made = Rig(tmp_path_factory.mktemp("r"), SharedClock.starting_now(10.0), Wanted(mirror=False))
    yield made
    made.stop()


def test_without_mains_the_machine_dies_and_comes_back_by_itself(rig: Rig) -> None:
    rig.start()
    rig.serve_until(lambda: rig.eyes.screen is not None, WITHIN_MS, "a screen")
    rig.hands().post("/api/mains", {"on": False})
    rig.serve_until(lambda: not rig.supervisor.running("controller"), WITHIN_MS, "darkness")
    assert not rig.supervisor.running("screen")
    assert rig.supervisor.running("station")
    rig.serve_until(lambda: rig.eyes.screen is None, WITHIN_MS, "a closed socket")
    rig.hands().post("/api/mains", {"on": True})
    back = lambda: rig.supervisor.is_ready("controller") and rig.supervisor.is_ready("screen")
    rig.serve_until(back, WITHIN_MS, "the machine")
    rig.serve_until(lambda: rig.eyes.screen is not None, WITHIN_MS, "a screen")
    assert rig.supervisor.starts("controller") == 2
    assert rig.supervisor.starts("cabinet") == 1


def test_a_cabinet_that_ends_is_the_end(rig: Rig) -> None:
    rig.start()
    rig.supervisor.restart("cabinet")
    with pytest.raises(RigError, match="cabinet ended for good"):
        rig.serve_until(lambda: False, WITHIN_MS, "anything")
    with pytest.raises(CabinetError):
        rig.hands().look()
