"""What the station remembers, in files and in a database; and of the files: torn tails, and a past it refuses to guess at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.station.files import FileStore
from simulator.station.store import StoreError
from tests.simulator.station.helpers import EPOCH, Machine, key, small_world
from tests.simulator.station.memories import Memory
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


def stored(memory: Memory, folder: Path, machine: Machine) -> None:
    store = memory.open(folder)
    for step in machine.steps:
        store.append([step])
    store.close()


FILES = Memory()


def test_a_restart_stands_where_the_station_stood(tmp_path: Path, memory: Memory) -> None:
    machine = lived()
    stored(memory, tmp_path, machine)
    assert memory.restarted(tmp_path, small_world()).snapshot() == machine.station.snapshot()
    assert {step["kind"] for step in machine.steps} == {
        "session", "held", "renewed", "confirmed", "printed", "voided", "records", "released", "expired",
    }  # fmt: skip


def test_all_that_came_together_is_there_and_later_starts_go_on_behind_it(tmp_path: Path, memory: Memory) -> None:
    machine = lived()
    store = memory.open(tmp_path)
    store.append(machine.steps[:9])
    store.close()
    store = memory.open(tmp_path)
    store.append(machine.steps[9:])
    store.append([])
    assert store.lines("T07", EPOCH, 2, 4) == [*journal(2)[1:], "poison\n", "#a mark of our own"]
    assert (
        store.lines("T07", EPOCH, 6, 9) == store.lines("T08", EPOCH, 1, 1) == store.lines("../T07", EPOCH, 1, 1) == []
    )
    store.close()
    assert memory.restarted(tmp_path, small_world()).snapshot() == machine.station.snapshot()


def test_records_lie_beside_the_journal_line_by_line(tmp_path: Path, memory: Memory) -> None:
    machine = lived()
    stored(memory, tmp_path, machine)
    lines = (tmp_path / "records" / "T07" / f"{EPOCH}.jsonl").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == journal(2)
    assert lines[2:] == ["#" + json.dumps("poison\n"), "#" + json.dumps("#a mark of our own"), "漯河"]
    if memory.server is None:
        assert b'"records"' not in (tmp_path / "journal.jsonl").read_bytes()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(1, 200))
def test_a_torn_tail_is_cut_and_the_station_goes_on(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("torn")
    machine = Machine(small_world())
    machine.lock(1)
    machine.lock(2)
    stored(FILES, folder, machine)
    path = folder / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[: max(len(whole) - cut, whole.index(b"\n") + 1)])
    station = FILES.restarted(folder, small_world())
    assert (station.sales.get(key(1)).state, station.sales.get(key(2)).state) == ("held", "none")
    stored(FILES, folder, Machine(small_world()))
    assert path.read_bytes() == whole[: whole.index(b"\n") + 1]


def test_a_torn_record_was_never_acknowledged_and_comes_again(tmp_path: Path) -> None:
    machine = Machine(small_world())
    send(machine, 1, journal(3))
    stored(FILES, tmp_path, machine)
    path = tmp_path / "records" / "T07" / f"{EPOCH}.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert FILES.restarted(tmp_path, small_world()).records.acked("T07", EPOCH) == 2


def test_a_spoilt_line_in_the_middle_refuses_the_start(tmp_path: Path) -> None:
    machine = lived()
    stored(FILES, tmp_path, machine)
    path = tmp_path / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"note":1', b'"note":2', 1))
    with pytest.raises(StoreError, match=r"journal\.jsonl:3"):
        FILES.restarted(tmp_path, small_world())


def test_one_station_at_a_time(tmp_path: Path, memory: Memory) -> None:
    store = memory.open(tmp_path)
    with pytest.raises(StoreError, match="another station"):
        memory.open(tmp_path)
    store.close()
    again = memory.open(tmp_path)
    store.close()  # a second time, which lets nobody else in
    with pytest.raises(StoreError, match="another station"):
        memory.open(tmp_path)
    again.close()


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, memory: Memory) -> None:
    store = memory.open(tmp_path)
    with pytest.raises(StoreError, match="no file can have this name"):
        store.append([{"kind": "records", "machine": "../T07", "epoch": EPOCH, "first_seq": 1, "lines": ["x"]}])
    store.close()


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="file"):
        FileStore(tmp_path / "file" / "data")
