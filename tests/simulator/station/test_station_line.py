"""The line, and one sync for all that came together: nobody is told what is not stored. Station API sheet, the line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from simulator.clock import SharedClock
from simulator.station.core import Station
from simulator.station.files import FileStore
from simulator.station.line import Line, LineServer
from simulator.station.shell import UNSTORED, StationShell
from simulator.station.store import Store
from simulator.station.wire import Reply, Request, Step
from tests.simulator.station.helpers import ENROLLED, NOON, TOMORROW, key, lock_body, small_world
from tests.simulator.station.memories import Memory

FILES = Memory()
CLOCK = SharedClock(1.0, NOON, SharedClock.starting_now().base_mono_ms)


class Disk:
    """A memory that counts its syncs; has no room when `full`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.key, self.replay, self.lines, self.close = store.key, store.replay, store.lines, store.close
        self.groups: list[list[Step]] = []
        self.full = False

    def append(self, steps: Any) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.groups.append(list(steps))
        self._store.append(steps)


class Wire(asyncio.Transport):
    """What was written, and whether it still listens."""

    def __init__(self) -> None:
        super().__init__()
        self.told = b""
        self.reading, self.ended = True, False

    def write(self, data: Any) -> None:
        self.told += bytes(data)

    def is_closing(self) -> bool:
        return self.ended

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def abort(self) -> None:
        self.ended = True


class Desk:
    """A station with three places, its disk, and lines to it."""

    def __init__(self, folder: Path, memory: Memory = FILES) -> None:
        self.disk, self.stopped = Disk(memory.open(folder)), list[str]()
        self.station = Station(small_world(), ENROLLED)
        self.shell = StationShell(self.station, self.disk, CLOCK, self.stopped.append)

    def line(self) -> tuple[Line, Wire]:
        line, wire = Line(self.shell), Wire()
        line.connection_made(wire)
        return line, wire


def lock_line(sale: int, name: str = "") -> bytes:
    return b"%b POST /v1/locks secret-7 %b\n" % ((name or str(sale)).encode(), json.dumps(lock_body(sale)).encode())


async def settled() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


def test_what_came_together_is_one_group_and_told_in_order_after_it(tmp_path: Path, memory: Memory) -> None:
    desk = Desk(tmp_path, memory)

    async def run() -> tuple[bytes, bytes]:
        (one, heard), (other, other_heard) = desk.line(), desk.line()
        one.data_received(lock_line(1) + b"t GET /v1/time secret-7\n" + lock_line(2)[:20])
        other.data_received(b"s GET /v1/sales/" + key(1).encode() + b" secret-7\n")
        assert heard.told + other_heard.told == b""  # a reader too waits for what it has seen
        one.data_received(lock_line(2)[20:] + lock_line(3) + lock_line(4))
        await settled()
        return heard.told, other_heard.told

    told, other = asyncio.run(run())
    answers = [line.split(b" ", 2) for line in told.splitlines()]
    assert [(name, status) for name, status, _ in answers] == [
        (b"1", b"201"), (b"t", b"200"), (b"2", b"201"), (b"3", b"201"), (b"4", b"409"),
    ]  # fmt: skip
    assert json.loads(answers[4][2])["error"] == "sold_out"
    assert json.loads(other.split(b" ", 2)[2])["state"] == "held"
    assert [[step["kind"] for step in group] for group in desk.disk.groups] == [["held"] * 3]
    desk.disk.close()
    if memory.server is None:
        assert len((tmp_path / "journal.jsonl").read_bytes().splitlines()) == 1
    assert memory.restarted(tmp_path, small_world()).snapshot() == desk.station.snapshot()


def test_a_group_is_there_all_or_none(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for sale in (1, 2):
        desk.shell.handle(Request("POST", "/v1/locks", {}, json.dumps(lock_body(sale)).encode(), "secret-7"))
    desk.shell.serve(Request("POST", "/v1/locks", {}, json.dumps(lock_body(3)).encode(), "secret-7"))
    desk.disk.close()
    path = tmp_path / "journal.jsonl"
    whole = path.read_bytes()
    for cut in (1, 200, len(whole) - 10):
        path.write_bytes(whole[:-cut])
        store = FileStore(tmp_path)
        assert list(store.replay()) == []
        store.close()
    path.write_bytes(whole)
    store = FileStore(tmp_path)
    assert [step["key"] for step in store.replay()] == [key(1), key(2), key(3)]
    store.close()


def test_nobody_of_a_group_that_is_not_stored_is_told_more_than_that(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.disk.full = True

    async def run() -> tuple[bytes, list[Reply]]:
        line, wire = desk.line()
        asked = Request("POST", "/v1/locks", {}, json.dumps(lock_body(2)).encode(), "secret-7")
        waiting = [asyncio.ensure_future(desk.shell.answer(asked)) for _ in range(2)]
        await asyncio.sleep(0)
        line.data_received(lock_line(1))
        waiting[0].cancel()  # who goes away takes nobody with him
        replies = [await waiting[1]]
        await settled()
        line.data_received(b"t GET /v1/time secret-7\n")
        replies.append(await desk.shell.answer(Request("GET", "/v1/time", {}, b"", "secret-7")))
        return wire.told, replies

    told, replies = asyncio.run(run())
    assert [line[:6] for line in told.splitlines()] == [b"1 503 ", b"t 503 "]
    assert replies == [UNSTORED, UNSTORED]
    assert desk.stopped == ["cannot store: [Errno 28] No space left on device"]


def test_a_question_is_answered_at_once_and_has_its_query(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    line, wire = desk.line()
    line.data_received(b"a GET /v1/trains/K1/use?date=" + TOMORROW.encode() + b" secret-7\nb GET /v1/time wrong\n")
    first, second = wire.told.splitlines()
    assert json.loads(first.split(b" ", 2)[2])["classes"][0]["places"] == 3
    assert second.startswith(b'b 401 {"error":"unauthorized"')
    assert desk.disk.groups == []


def test_what_is_no_line_is_said_and_what_never_ends_is_cut(tmp_path: Path) -> None:
    line, wire = Desk(tmp_path).line()
    line.data_received("\nGET\nx GET /v1/time tökén\n".encode())
    assert [answer[:6] for answer in wire.told.splitlines()] == [b"- 400 "] * 3
    line.pause_writing()
    assert not wire.reading
    line.resume_writing()
    assert wire.reading
    line.data_received(b"x" * 1_000_001)
    assert wire.ended


def test_the_socket_is_made_for_this_user_and_taken_away(tmp_path: Path) -> None:
    desk, path = Desk(tmp_path / "data"), tmp_path / "line"

    async def run() -> bytes:
        for _ in range(2):  # a socket that was left behind is replaced
            server = LineServer(path, desk.shell)
        server.start()
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(lock_line(1, "first"))
        told = await reader.readline()
        writer.close()
        return told

    assert asyncio.run(run()).startswith(b"first 201 ")
    assert path.stat().st_mode & 0o777 == 0o600
    LineServer(path, desk.shell).close()
    assert not path.exists()
