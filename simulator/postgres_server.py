"""A PostgreSQL of our own for tests and the bench: made in a temporary directory, on a Unix socket, thrown away afterwards.

Debian's package `postgresql` brings the programs. They refuse to run as root: then they run as the user of that package, or as
nobody. It syncs as a real one does, and can be killed and started again.
"""

from __future__ import annotations

import os
import pwd
import re
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from simulator.child import die_with
from simulator.clock import SharedClock

PROGRAMS = Path("/usr/lib/postgresql")
PACKAGE = "postgresql"
OWNER, DATABASE = "station", "postgres"
USERS = ("postgres", "nobody")
START_MS, LOOK_S = 60_000, 0.02
SETTINGS = ("listen_addresses=", "shared_buffers=32MB", "max_connections=20", "unix_socket_permissions=0700")


class NoPostgres(Exception):
    """The programs are not here; the text names what to install."""


def programs() -> Path:
    """Folder of the newest `initdb` and `postgres`. Raises NoPostgres."""
    found = [path.parent for path in PROGRAMS.glob("*/bin/postgres") if (path.parent / "initdb").exists()]
    if not found:
        raise NoPostgres(f"needs Debian's package {PACKAGE}")
    return max(found, key=lambda path: [int(part) for part in path.parent.name.split(".")])


class PostgresServer:
    """Makes and starts it. Raises NoPostgres; OSError when it does not come up, with the end of what it said."""

    def __init__(self) -> None:
        self._programs, self._clock = programs(), SharedClock.starting_now()
        self._as = _unprivileged()
        self.directory = Path(tempfile.mkdtemp(prefix="tvm-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        try:
            if self._as:
                os.chown(self.directory, self._as["user"], self._as["group"])
            self._run("initdb", "--auth=trust", f"--username={OWNER}", "--encoding=UTF8", "--locale=C", "--no-sync")
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        return f"postgresql://{OWNER}@/{DATABASE}?host={quote(str(self.directory), safe='')}"

    def url_of(self, schema: str) -> str:
        """A place of its own for one station; made with `CREATE SCHEMA`."""
        return f"{self.url}&options={quote(f'-csearch_path={schema}', safe='')}"

    def start(self) -> None:
        """Returns when it answers, at once when it runs. After a kill it first has to find the old one gone."""
        if self._process is not None and self._process.poll() is None:
            return
        until_ms = self._clock.mono_ms() + START_MS
        while True:
            self._spawn()
            if self._answers(until_ms):
                return
            if self._clock.mono_ms() > until_ms:
                raise OSError(f"postgres does not start: {self._said()[-500:]}")

    def kill(self) -> None:
        """SIGKILL to the first of its processes; the others notice, and end without writing anything more."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """At once, whoever is connected, and in order: as its people restart it. SIGQUIT: without writing anything more."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def pgbench(self, script: str, clients: int, each: int, options: str = "") -> float:
        """Transactions a second, each the whole of `script`: so many clients, so many times each, with `options` of the server.
        Raises OSError when one fails."""
        words = ("--no-vacuum", "--file=-", f"--client={clients}", f"--transactions={each}", "--protocol=prepared")
        ran = subprocess.run(
            [self._programs / "pgbench", *words, f"--host={self.directory}", f"--username={OWNER}", DATABASE],
            input=script,
            env={**os.environ, "PGOPTIONS": options},
            capture_output=True,
            text=True,
            check=False,
        )
        found = re.search(r"tps = ([0-9.]+)", ran.stdout)
        if ran.returncode or found is None:
            raise OSError(f"pgbench: {ran.stderr[-300:]}")
        return float(found[1])

    def close(self) -> None:
        """After the last of its processes has ended, or one would write where the directory was."""
        self.end(signal.SIGQUIT)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _spawn(self) -> None:
        words = [word for setting in SETTINGS for word in ("-c", setting)]
        socket = ("-c", f"unix_socket_directories={self.directory}")
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self.directory / "data", *words, *socket],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                preexec_fn=die_with(os.getpid()),
                **self._as,
            )

    def _answers(self, until_ms: int) -> bool:
        """Whether it takes connections; False when it ended by itself or the time is over."""
        assert self._process is not None
        while self._clock.mono_ms() < until_ms:
            if self._process.poll() is not None:
                self._process = None
                select.select([], [], [], LOOK_S)
                return False
            with suppress(subprocess.CalledProcessError):
                self._run("pg_isready", "--quiet", f"--host={self.directory}")
                return True
            select.select([], [], [], LOOK_S)
        return False

    def _run(self, program: str, *words: str) -> None:
        where = ("-D", str(self.directory / "data")) if program == "initdb" else ()
        subprocess.run([self._programs / program, *where, *words], check=True, capture_output=True, cwd="/", **self._as)

    def _said(self) -> str:
        return (self.directory / "log").read_text(errors="replace")


def _unprivileged() -> Mapping[str, Any]:
    """Who runs it, as words for subprocess: somebody else when we are root."""
    if os.geteuid() != 0:
        return {}
    for name in USERS:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": ()}
    raise NoPostgres(f"postgres does not run as root, and there is none of the users {', '.join(USERS)}")
