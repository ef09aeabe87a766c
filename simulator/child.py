"""One process of the simulated machine: started in a group of its own, dies with us, says a line when it is ready.

What it writes to stdout is read line by line (`ready ADDRESS`, JSON events); stdout and stderr both go to its log file.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
LONGEST_LINE = 65_536
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Program:
    """What to start. `powered`: it loses its power with the machine's mains. `restarts`: False for what cannot come back as
    it was, such as the matter in the cabinet. `again`: command line of later starts, made from what stood behind `ready` at
    the first one (a port that was free must be the same port again)."""

    name: str
    argv: tuple[str, ...]
    ready_within_ms: int = 20_000
    powered: bool = False
    restarts: bool = True
    env: Mapping[str, str] = field(default_factory=dict)
    again: Callable[[str], tuple[str, ...]] | None = None


def die_with(parent: int) -> Callable[[], None]:
    """What a new process does before it begins: it is killed when `parent`, who starts it, ends."""

    def before_exec() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return before_exec


class Child:
    """A running process. Raises OSError when it cannot be started."""

    def __init__(self, program: Program, argv: tuple[str, ...], log_path: Path, cwd: Path) -> None:
        self.name = program.name
        self._log = log_path.open("ab", buffering=0)
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._log,
                cwd=cwd,
                env={**os.environ, **program.env},
                process_group=0,
                preexec_fn=die_with(os.getpid()),
            )
        except OSError:
            self._log.close()
            raise
        assert self._process.stdout is not None
        self.stdout = self._process.stdout
        os.set_blocking(self.stdout.fileno(), False)
        self.exit_fd = os.pidfd_open(self._process.pid)
        self._held = bytearray()
        self.ready: str | None = None
        """What stood behind `ready`, None until it was said."""

    @property
    def pid(self) -> int:
        return self._process.pid

    def read_lines(self) -> list[str] | None:
        """Whole lines that came, logged too; None at the end of its output. Never waits."""
        try:
            data = os.read(self.stdout.fileno(), LONGEST_LINE)
        except BlockingIOError:
            return []
        if not data:
            return None
        self._log.write(data)
        self._held += data
        *lines, rest = bytes(self._held).split(b"\n")
        self._held = bytearray(rest[-LONGEST_LINE:])
        return [line.decode(errors="replace").rstrip("\r") for line in lines]

    def signal(self, number: signal.Signals) -> None:
        """To its whole group; nothing happens when it is gone already."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def reap(self) -> int:
        """Exit status after `exit_fd` became readable (negative: the signal); closes what belonged to it."""
        status = self._process.wait()
        with suppress(ProcessLookupError):  # what it may have left behind in its group
            os.killpg(self._process.pid, signal.SIGKILL)
        os.close(self.exit_fd)
        self.stdout.close()
        self._log.close()
        return status
