"""A station with its journal in PostgreSQL: what it refuses to start with, what it makes of a lost database, and two copies of
records that heal each other."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import psycopg
import pytest

from simulator.postgres_server import PostgresServer
from simulator.station.killing.run import Killer
from simulator.station.main import main as station_main
from simulator.station.postgres import link as link_module
from simulator.station.postgres.link import LostDatabase
from simulator.station.postgres.moving import move
from simulator.station.postgres.store import PostgresStore
from simulator.station.store import StoreError, open_store
from simulator.station.wire import Step
from tests.simulator.station.helpers import EPOCH, Machine, small_world
from tests.simulator.station.memories import Memory
from tests.simulator.station.test_station_http import start
from tests.simulator.station.test_station_machines import journal, send
from tests.simulator.station.test_station_store import lived, stored

STEP: Step = {"kind": "status", "machine": "T07"}


@pytest.mark.slow
class TestWhatIsRefused:
    def test_a_database_of_another_station(self, tmp_path: Path, postgres: Memory) -> None:
        url = postgres.database(tmp_path / "a")
        open_store(tmp_path / "a", url).close()
        with pytest.raises(StoreError, match=r"belongs to a station whose orders.key is not in"):
            open_store(tmp_path / "b", url)
        assert not (tmp_path / "b" / "orders.key").exists()
        postgres.open(tmp_path / "c").close()
        with pytest.raises(StoreError, match=r"another station than .*: the orders.key is another one"):
            open_store(tmp_path / "c", url)
        (tmp_path / "b" / "orders.key").write_bytes((tmp_path / "a" / "orders.key").read_bytes())
        (tmp_path / "b" / "signing.key").write_bytes((tmp_path / "c" / "signing.key").read_bytes())
        with pytest.raises(StoreError, match=r"the signing.key is another one"):
            open_store(tmp_path / "b", url)
        (tmp_path / "b" / "signing.key").write_bytes((tmp_path / "a" / "signing.key").read_bytes())
        open_store(tmp_path / "b", url).close()

    def test_a_journal_of_the_folder_beside_the_database_and_an_empty_database_beside_a_used_one(
        self, tmp_path: Path, postgres: Memory
    ) -> None:
        store = open_store(tmp_path / "files")
        store.append([STEP])
        store.close()
        with pytest.raises(StoreError, match="a journal of its own"):
            open_store(tmp_path / "files", postgres.database(tmp_path))
        postgres.open(tmp_path / "data").close()
        with pytest.raises(StoreError, match="in a database; start it with --database"):
            open_store(tmp_path / "data")
        with pytest.raises(StoreError, match=r"it is empty, and .* has sold with a database"):
            open_store(tmp_path / "data", postgres.database(tmp_path / "another"))

    def test_another_version(self, tmp_path: Path, postgres: Memory) -> None:
        postgres.open(tmp_path).close()
        with psycopg.connect(postgres.database(tmp_path)) as link:
            link.execute("ALTER TABLE tvm_station DISABLE TRIGGER append_only")
            link.execute("UPDATE tvm_station SET version = 2")
        with pytest.raises(StoreError, match="of version 2, this program knows 1"):
            postgres.open(tmp_path)

    def test_a_database_that_forgets_or_has_no_place(self, tmp_path: Path, postgres: Memory) -> None:
        url = postgres.database(tmp_path)
        with pytest.raises(StoreError, match="names no schema that is there"):
            open_store(tmp_path, url + "_nowhere")
        with psycopg.connect(server_of(postgres).url, autocommit=True) as link:
            link.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
            with pytest.raises(StoreError, match="its encoding is not UTF8"):
                open_store(tmp_path, server_of(postgres).url.replace("/postgres?", "/latin?"))
            link.execute("DROP DATABASE latin")
            link.execute("ALTER SYSTEM SET fsync = off")
            link.execute("SELECT pg_reload_conf()")
            try:
                with pytest.raises(StoreError, match=r"does not sync \(fsync = off\)"):
                    _until_it_holds(link, "SHOW fsync", "off", lambda: open_store(tmp_path, url))
            finally:
                link.execute("ALTER SYSTEM RESET fsync")
                link.execute("SELECT pg_reload_conf()")
                _until_it_holds(link, "SHOW fsync", "on", lambda: None)

    def test_commits_that_wait_for_no_sync_are_made_to(self, tmp_path: Path, postgres: Memory) -> None:
        url = postgres.database(tmp_path).replace("options=", "options=-csynchronous_commit%3Doff%20")
        store = open_store(tmp_path, url)
        assert isinstance(store, PostgresStore)
        assert store._link.execute("SHOW synchronous_commit").fetchone() == ("on",)
        store.close()

    def test_what_somebody_changed_by_hand(self, tmp_path: Path, postgres: Memory) -> None:
        stored(postgres, tmp_path, lived())
        with psycopg.connect(postgres.database(tmp_path), autocommit=True) as link:
            for change in ("DELETE FROM tvm_journal", "UPDATE tvm_record SET line = ''", "TRUNCATE tvm_journal"):
                with pytest.raises(psycopg.errors.RaiseException, match="only appended to"):
                    link.execute(change.encode())
            link.execute("ALTER TABLE tvm_journal DISABLE TRIGGER append_only")
            link.execute("UPDATE tvm_journal SET steps = replace(steps, '\"note\":1', '\"note\":2') WHERE number = 2")
            with pytest.raises(StoreError, match="group 2 of the journal is missing or another one"):
                postgres.restarted(tmp_path, small_world())
            link.execute("DELETE FROM tvm_journal WHERE number = 1")
            with pytest.raises(StoreError, match="group 1 of the journal is missing"):
                postgres.restarted(tmp_path, small_world())


def _until_it_holds(
    link: psycopg.Connection[tuple[object, ...]], query: str, value: str, then: Callable[[], object]
) -> None:
    """A setting is read again by and by, also by this connection."""
    for _ in range(2_000):
        if link.execute(query.encode()).fetchone() == (value,):
            break
    else:
        raise AssertionError(f"{query} never said {value}")
    then()


@pytest.mark.parametrize(
    "url", ["sqlite:///x", "postgresql://u:secret@h:x/d?sslmode", "postgresql://u:secret@h/d?no=1"]
)
def test_a_url_that_is_none_is_said_without_its_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="--database") as refused:
        open_store(tmp_path, url)
    assert "secret" not in str(refused.value)


def test_a_database_that_is_not_there_is_said_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"database d at /nowhere: .*No such file or directory") as refused:
        open_store(tmp_path / "data", "postgresql://u:secret@/d?host=/nowhere")
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert list((tmp_path / "data").iterdir()) == []
    open_store(tmp_path / "data").close()


def test_without_a_url_nothing_of_it_is_imported() -> None:
    code = "import sys, simulator.station.main as m; m.open_store; print([n for n in sys.modules if 'psycopg' in n])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout == "[]\n"


@pytest.mark.slow
class TestMoving:
    def test_a_journal_is_moved_once_and_the_station_stands_where_it_stood(
        self, tmp_path: Path, postgres: Memory, capsys: pytest.CaptureFixture[str]
    ) -> None:
        machine = lived()
        stored(Memory(), tmp_path, machine)
        words = ["move", *postgres.words(tmp_path)]
        assert station_main(words) == 0
        assert "steps are in the database now" in capsys.readouterr().out
        assert postgres.restarted(tmp_path, small_world()).snapshot() == machine.station.snapshot()
        with pytest.raises(StoreError, match="in a database"):
            open_store(tmp_path)
        assert station_main(words) == 1
        assert "there is no journal.jsonl" in capsys.readouterr().err

    @pytest.mark.parametrize("cut", ["nothing is there yet", "all is there, the folder does not know"])
    def test_one_that_was_interrupted_is_done_again(self, cut: str, tmp_path: Path, postgres: Memory) -> None:
        machine = lived()
        stored(Memory(), tmp_path, machine)
        url = postgres.database(tmp_path)
        store = PostgresStore(tmp_path, url, moving=True)
        if not cut.startswith("nothing"):
            store.append_all([[step for step in machine.steps if step["kind"] != "records"]])
        store.close()
        for start_again in (lambda: postgres.open(tmp_path), lambda: open_store(tmp_path)):
            with pytest.raises(StoreError, match=r"a journal of its own|in a database"):
                start_again()
        assert move(tmp_path, url) > 5
        assert postgres.restarted(tmp_path, small_world()).snapshot() == machine.station.snapshot()

    def test_a_database_with_another_journal_is_left_as_it_is(self, tmp_path: Path, postgres: Memory) -> None:
        stored(Memory(), tmp_path, lived())
        url = postgres.database(tmp_path)
        with closing(PostgresStore(tmp_path, url, moving=True)) as store:
            store.append([STEP])
        with pytest.raises(StoreError, match="another journal than this folder"):
            move(tmp_path, url)
        assert (tmp_path / "journal.jsonl").exists()


def with_records(count: int) -> Machine:
    machine = Machine(small_world())
    machine.lock(1)
    send(machine, 1, journal(count))
    return machine


@pytest.mark.slow
class TestTwoCopies:
    def test_a_file_that_is_gone_is_written_again(self, tmp_path: Path, postgres: Memory) -> None:
        machine = with_records(5)
        stored(postgres, tmp_path, machine)
        path = tmp_path / "records" / "T07" / f"{EPOCH}.jsonl"
        whole = path.read_bytes()
        shutil.rmtree(tmp_path / "records")
        assert postgres.restarted(tmp_path, small_world()).snapshot() == machine.station.snapshot()
        assert path.read_bytes() == whole
        path.write_bytes(whole[:-30])  # and a torn one
        assert postgres.restarted(tmp_path, small_world()).snapshot() == machine.station.snapshot()
        assert path.read_bytes() == whole

    def test_what_only_the_file_has_comes_into_the_database(self, tmp_path: Path, postgres: Memory) -> None:
        stored(postgres, tmp_path, with_records(5))
        path = tmp_path / "records" / "T07" / f"{EPOCH}.jsonl"
        path.write_text("".join(f"{line}\n" for line in journal(7)), encoding="utf-8")
        assert postgres.restarted(tmp_path, small_world()).records.acked("T07", EPOCH) == 7
        with psycopg.connect(postgres.database(tmp_path)) as link:
            rows = link.execute("SELECT seq, line FROM tvm_record ORDER BY seq").fetchall()
        assert rows == list(enumerate(journal(7), 1))

    def test_copies_that_contradict_each_other_refuse_the_start(self, tmp_path: Path, postgres: Memory) -> None:
        stored(postgres, tmp_path, with_records(5))
        path = tmp_path / "records" / "T07" / f"{EPOCH}.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([*lines[:3], "another", lines[4]]) + "\n", encoding="utf-8")
        with pytest.raises(StoreError, match=f"line 4 of {EPOCH} of T07 is missing or not what"):
            postgres.restarted(tmp_path, small_world())


@pytest.mark.slow
class TestADatabaseThatIsLost:
    def test_whoever_waits_is_told_to_come_again_and_the_next_start_knows_all_that_was_answered(
        self, tmp_path: Path, postgres: Memory
    ) -> None:
        own, url = server_of(postgres), postgres.database(tmp_path)
        words = ("--database", url)
        station = start(tmp_path, *words)
        session = {"epoch": "7f3a91c2", "software": "0.1.0", "boot": 1, "clock_ms": 0}
        assert station.ask("POST", "/v1/devices/T07/sessions", session)[0] == 200
        own.kill()
        assert station.ask("GET", "/v1/time")[0] == 200  # nothing to store
        refused = station.ask("POST", "/v1/devices/T07/sessions", {**session, "boot": 2})
        assert refused == (503, {"error": "storage", "detail": "the station cannot store and stops"})
        assert station.process.wait(timeout=60) == 1
        ended = _station(tmp_path, *words)
        assert ended.returncode == 1
        assert ended.stderr.startswith("station: database postgres at ")
        assert "Traceback" not in ended.stderr
        own.start()
        again = start(tmp_path, *words)
        assert again.ask("POST", "/v1/devices/T07/sessions", {**session, "boot": 2})[0] == 200
        own.end()  # in order, by its people: for the station it is the same
        assert again.ask("POST", "/v1/devices/T07/sessions", {**session, "boot": 3})[0] == 503
        assert again.process.wait(timeout=60) == 1
        own.start()
        with psycopg.connect(url) as link:
            groups = link.execute("SELECT steps FROM tvm_journal ORDER BY number").fetchall()
        assert [step["boot"] for (text,) in groups for step in json.loads(text)] == [1, 2]

    def test_one_that_says_nothing_is_given_up(
        self, tmp_path: Path, postgres: Memory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = postgres.open(tmp_path)
        assert list(store.replay()) == []
        monkeypatch.setattr("simulator.station.postgres.store.ANSWER_S", 0.3)
        with psycopg.connect(postgres.database(tmp_path)) as other, other.transaction():
            other.execute("LOCK TABLE tvm_journal")
            with pytest.raises(LostDatabase, match=r"database postgres at .*: wait timeout expired"):
                store.append([STEP])
            with pytest.raises(LostDatabase):  # nor does it go on over that connection
                store.append([STEP])
        store.close()
        assert link_module.READ_S > link_module.ANSWER_S

    def test_kill_9_under_load(self, tmp_path: Path, postgres: Memory) -> None:
        killer = Killer(tmp_path, Random(3), server_of(postgres), postgres.database(tmp_path))
        outcome = killer.run(3, lambda line: None)
        assert outcome.wrong == []
        assert (outcome.station_kills, outcome.database_kills) == (2, 1)
        assert min(outcome.unavailable, outcome.repeated, outcome.sold_out, outcome.confirmed, outcome.records) > 0


def server_of(memory: Memory) -> PostgresServer:
    assert memory.server is not None
    return memory.server


def _station(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    where = ("--port", "0", "--data", str(folder), "--machine", "T07:tok")
    command = [sys.executable, "-m", "simulator", "station", *where, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
