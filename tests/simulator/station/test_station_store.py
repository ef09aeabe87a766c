"""What the station remembers on disk: replay, torn tails, and a past it refuses to guess at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.station.core import Station
from simulator.station.store import Store, StoreError
from tests.simulator.station.helpers import ENROLLED, EPOCH, Machine, key, small_world
from tests.simulator.station.test_station_machines import SESSION, journal, send


def lived(seats: int = 3) -> Machine:
    """A machine that has done one of everything."""
    machine = Machine(small_world(seats))
    machine.ask("POST", "/v1/devices/T07/sessions", SESSION)
    machine.lock(1, 2, origin="BXP", destination="SJP")
    machine.renew(1, 1)
    machine.confirm(1)
    machine.printed(1, [])
    machine.void(1, [1])
    send(machine, 1, [*journal(2), "poison\n", "#a mark of our own", "漯河"])
    machine.lock(2)
    machine.release(2)
    machine.void(9)
    machine.lock(3)
    machine.now_ms += 400_000
    machine.state(3)
    return machine


def restarted(folder: Path, machine: Machine) -> Station:
    store = Store(folder)
    station = Station(machine.station.world, ENROLLED)
    for step in store.replay():
        station.apply(step)
    store.close()
    return station


def stored(folder: Path, machine: Machine) -> None:
    store = Store(folder)
    for step in machine.steps:
        store.append([step])
    store.close()


def test_a_restart_stands_where_the_station_stood(tmp_path: Path) -> None:
    machine = lived()
    stored(tmp_path, machine)
    assert restarted(tmp_path, machine).snapshot() == machine.station.snapshot()
    assert {step["kind"] for step in machine.steps} == {
        "session", "held", "renewed", "confirmed", "printed", "voided", "records", "released", "expired",
    }  # fmt: skip


def test_records_lie_beside_the_journal_line_by_line(tmp_path: Path) -> None:
    machine = lived()
    stored(tmp_path, machine)
    lines = (tmp_path / "records" / "T07" / f"{EPOCH}.jsonl").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == journal(2)
    assert lines[2:] == ["#" + json.dumps("poison\n"), "#" + json.dumps("#a mark of our own"), "漯河"]
    assert b'"records"' not in (tmp_path / "journal.jsonl").read_bytes()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(1, 200))
def test_a_torn_tail_is_cut_and_the_station_goes_on(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("torn")
    machine = Machine(small_world())
    machine.lock(1)
    machine.lock(2)
    stored(folder, machine)
    path = folder / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[: max(len(whole) - cut, whole.index(b"\n") + 1)])
    station = restarted(folder, machine)
    assert (station.sales.get(key(1)).state, station.sales.get(key(2)).state) == ("held", "none")
    stored(folder, Machine(small_world()))
    assert path.read_bytes() == whole[: whole.index(b"\n") + 1]


def test_a_torn_record_was_never_acknowledged_and_comes_again(tmp_path: Path) -> None:
    machine = Machine(small_world())
    send(machine, 1, journal(3))
    stored(tmp_path, machine)
    path = tmp_path / "records" / "T07" / f"{EPOCH}.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert restarted(tmp_path, machine).records.acked("T07", EPOCH) == 2


def test_a_spoilt_line_in_the_middle_refuses_the_start(tmp_path: Path) -> None:
    machine = lived()
    stored(tmp_path, machine)
    path = tmp_path / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"note":1', b'"note":2', 1))
    with pytest.raises(StoreError, match=r"journal\.jsonl:3"):
        restarted(tmp_path, machine)


def test_one_station_at_a_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(StoreError, match="another station"):
        Store(tmp_path)
    store.close()
    Store(tmp_path).close()


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="file"):
        Store(tmp_path / "file" / "data")
