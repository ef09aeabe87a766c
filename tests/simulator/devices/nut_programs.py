"""The real Network UPS Tools in a private folder: nutdrv_qx and upsd, and the Megatec twin on a pty that they take for a UPS.

Run as an ordinary user or as root, with no system service and no system file (ups sheet, section 5).
"""

from __future__ import annotations

import getpass
import os
import selectors
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from simulator.devices.megatec import MegatecUps
from simulator.devices.twin import Speeds
from simulator.pty_host import PtyHost

PROGRAMS = Path("/lib/nut")
DRIVER, SERVER = PROGRAMS / "nutdrv_qx", PROGRAMS / "upsd"
MISSING = not (DRIVER.exists() and SERVER.exists() and shutil.which("upsc") and shutil.which("upscmd"))

START_S, CHANGE_S = 20.0, 15.0


class Nut:
    """Driver and server, the unit `ups` on `port`. `pump` serves the twin's pty."""

    def __init__(self, directory: Path) -> None:
        self.ups = MegatecUps(Speeds(rate=40.0), minutes=5.0)
        self.host = PtyHost(self.ups, directory / "ups")
        self._directory = directory
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.host, selectors.EVENT_READ)
        self._started: list[subprocess.Popen[bytes]] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._write()
        self._environment = {
            **os.environ,
            **dict.fromkeys(("NUT_CONFPATH", "NUT_STATEPATH", "NUT_ALTPIDPATH"), str(directory)),
        }

    def _write(self) -> None:
        directory = self._directory
        device = f"driver = nutdrv_qx\nport = {self.host.path}\nprotocol = megatec\npollinterval = 1\npollfreq = 2\n"
        (directory / "ups.conf").write_text(f"[ups]\n{device}")
        (directory / "upsd.conf").write_text(f"LISTEN 127.0.0.1 {self.port}\nMAXAGE 5\nSTATEPATH {directory}\n")
        users = directory / "upsd.users"
        users.write_text("[tvm]\npassword = tvmpw\nactions = SET FSD\ninstcmds = ALL\nupsmon primary\n")
        for file in directory.glob("ups*.*"):
            file.chmod(0o640)

    def start(self) -> None:
        user = getpass.getuser()
        self._run(str(DRIVER), "-a", "ups", "-F", "-u", user)
        assert self.pump(START_S, lambda: any(self._directory.glob("nutdrv_qx-*")))
        self._run(str(SERVER), "-F", "-u", user)
        assert self.pump(START_S, lambda: "OL" in self.status())

    def _run(self, *words: str) -> subprocess.Popen[bytes]:
        with (self._directory / "nut.log").open("ab") as log:
            self._started.append(subprocess.Popen(words, env=self._environment, stdout=log, stderr=log))
        return self._started[-1]

    def stop(self) -> None:
        for process in reversed(self._started):
            process.terminate()
            process.wait(10)
        self._selector.close()
        self.host.close()

    def pump(self, seconds: float, until: Callable[[], bool]) -> bool:
        """Serve the twin until it is so, at most so long; whether it is."""
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                return False
            self._serve(0.1)
        return True

    def _serve(self, longest_s: float) -> None:
        ready = self._selector.select(longest_s)
        now_ms = time.monotonic_ns() // 1_000_000
        if ready:
            self.host.serve_readable(now_ms)
        self.host.serve_timers(now_ms)

    def now_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def client(self, *words: str) -> str:
        """What a client program printed; the twin is served meanwhile."""
        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen(words, env=self._environment, stdout=out, stderr=subprocess.DEVNULL)
            while process.poll() is None:
                self._serve(0.02)
            out.seek(0)
            return out.read().decode().strip()

    def ask(self, variable: str) -> str:
        return self.client("upsc", f"ups@127.0.0.1:{self.port}", variable)

    def status(self) -> list[str]:
        return self.ask("ups.status").split()

    def order(self, command: str) -> str:
        return self.client("upscmd", "-u", "tvm", "-p", "tvmpw", "-w", f"ups@127.0.0.1:{self.port}", command)
