"""Starts and watches the processes of a simulated machine (decision 39): in order, each ready before the next.

One thread, one selector. An ended process is started again as the machine's service manager would; `mains` takes the
power from those that have none without it. `stop` ends all in reverse order. Nothing outlives this process.
"""

from __future__ import annotations

import json
import logging
import select
import selectors
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.child import Child, Program
from simulator.restarts import RestartPolicy

log = logging.getLogger(__name__)
STOP_MS = 5_000
TURN_MS = 200
END_LOOK_S = 0.05
LOG_TAIL = 1_500


class StartError(Exception):
    """A process did not become ready; the text names it and the end of its log."""


@dataclass(slots=True)
class _Place:
    """A program and what became of it. `again_ms`: when it is started again; `held`: not before the mains are back."""

    program: Program
    argv: tuple[str, ...]
    restarts: RestartPolicy
    child: Child | None = None
    again_ms: int | None = None
    held: bool = False
    failed: bool = False
    starts: int = 0


class Supervisor:
    """`mono_ms` is real time. Logs go to `directory`/logs. `on_event(name, event)` hears the JSON lines of the processes;
    `tell_mains(on)` passes a change of mains on to the cabinet; `restarts` makes the patience with each program."""

    def __init__(
        self,
        directory: Path,
        cwd: Path,
        mono_ms: Callable[[], int],
        on_event: Callable[[str, dict[str, Any]], None] = lambda name, event: None,
        restarts: Callable[[], RestartPolicy] = RestartPolicy,
    ) -> None:
        self._restarts = restarts
        self._logs = directory / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._cwd, self._mono_ms, self.on_event = cwd, mono_ms, on_event
        self.tell_mains: Callable[[bool], None] = lambda on: None
        self._selector = selectors.DefaultSelector()
        self._places: dict[str, _Place] = {}
        self._mains = True
        self._stopping = False

    # -- starting and stopping

    def start(self, program: Program) -> str:
        """Start a program and serve all until it is ready; answers what stood behind `ready`. Raises StartError."""
        place = _Place(program, program.argv, self._restarts())
        self._places[program.name] = place
        self._spawn(place)
        until_ms = self._mono_ms() + program.ready_within_ms
        child = place.child
        while child is not None and child.ready is None and self._mono_ms() < until_ms:
            self.turn(until_ms - self._mono_ms())
            child = child if child.ready is not None else place.child  # it may have ended since it was ready
        if child is None or child.ready is None:
            place.failed, place.again_ms = True, None
            why = "ended" if child is None else f"not ready within {program.ready_within_ms} ms"
            raise StartError(f"{program.name}: {why}; {self._tail(program.name)}")
        ready = child.ready
        if program.again is not None:
            place.argv = program.again(ready)
        return ready

    def stop(self) -> None:
        """End everything, last started first: asked to at first, then killed."""
        self._stopping = True
        for place in reversed(self._places.values()):
            place.again_ms = None
            self._end(place, signal.SIGTERM)
        for key in list(self._selector.get_map().values()):
            self._selector.unregister(key.fileobj)
        self._selector.close()

    def restart(self, name: str) -> None:
        """Kill a process as a crash would; it comes back by the same rules."""
        place = self._places[name]
        if place.child is not None:
            place.child.signal(signal.SIGKILL)

    def mains(self, on: bool) -> None:
        """Off: what has power only from the mains dies at once and stays dead. On: it starts again. Tells the cabinet."""
        if on != self._mains:
            self._power(on)

    def _power(self, on: bool, tell: bool = True) -> None:
        self._mains = on
        log.info("mains on=%d", on)
        powered = [place for place in self._places.values() if place.program.powered]
        if not on:
            for place in powered:
                place.held, place.again_ms = True, None
                if place.child is not None:
                    place.child.signal(signal.SIGKILL)
            for place in powered:
                self._end(place, signal.SIGKILL)
        if tell:
            self._tell(on)
        if on:
            for place in powered:
                place.held, place.failed = False, False
                self._spawn(place)

    def _tell(self, on: bool) -> None:
        try:
            self.tell_mains(on)
        except OSError as error:
            log.warning("mains_not_told on=%d why=%s", on, error)

    # -- looking

    def running(self, name: str) -> bool:
        return name in self._places and self._places[name].child is not None

    def is_ready(self, name: str) -> bool:
        child = self._places[name].child if name in self._places else None
        return child is not None and child.ready is not None

    def starts(self, name: str) -> int:
        """How often it was started."""
        return self._places[name].starts

    def all_starts(self) -> dict[str, int]:
        """Name -> how often it was started; more than once is a crash, or the mains came back."""
        return {name: place.starts for name, place in self._places.items()}

    def failed(self) -> list[str]:
        """Programs that ended too often, or once too often, and are not started again."""
        return [name for name, place in self._places.items() if place.failed]

    def pid(self, name: str) -> int | None:
        child = self._places[name].child
        return child.pid if child is not None else None

    # -- the loop

    def turn(self, longest_ms: int = TURN_MS) -> None:
        """Serve what comes within `longest_ms`, at most; one wait."""
        now_ms = self._mono_ms()
        dues = [place.again_ms for place in self._places.values() if place.again_ms is not None]
        wait_ms = max(0, min([longest_ms, TURN_MS, *(due - now_ms for due in dues)]))
        for key, _ in self._selector.select(wait_ms / 1000):
            key.data()
        now_ms = self._mono_ms()
        for place in self._places.values():
            if place.again_ms is not None and place.again_ms <= now_ms:
                self._spawn(place)

    def _spawn(self, place: _Place) -> None:
        place.again_ms = None
        if place.child is not None or place.held or self._stopping:
            return
        place.starts += 1
        try:
            child = Child(place.program, place.argv, self._log_path(place.program.name), self._cwd)
        except OSError as error:
            log.error("process_not_started name=%s why=%s", place.program.name, error)
            place.again_ms = place.restarts.after_end(self._mono_ms())
            place.failed = place.again_ms is None
            return
        log.info("process_started name=%s pid=%d", place.program.name, child.pid)
        place.child = child
        self._selector.register(child.stdout, selectors.EVENT_READ, lambda: self._hear(place))
        self._selector.register(child.exit_fd, selectors.EVENT_READ, lambda: self._ended(place))

    def _hear(self, place: _Place) -> None:
        child = place.child
        if child is None:
            return
        lines = child.read_lines()
        if lines is None:
            with suppress(KeyError):
                self._selector.unregister(child.stdout)
            return
        for line in lines:
            if not _says_ready(child, line) and line.startswith("{"):
                self._event(place.program.name, line)

    def _event(self, name: str, line: str) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            return
        if isinstance(event, dict) and event.get("event") == "mains" and type(event.get("on")) is bool:
            self.mains(event["on"])
        elif isinstance(event, dict) and event.get("event") == "power" and type(event.get("on")) is bool:
            if event["on"] != self._mains:
                self._power(event["on"], tell=False)  # a UPS cut or gave it: the plug in the wall is as it was
        elif isinstance(event, dict):
            self.on_event(name, event)

    def _ended(self, place: _Place) -> None:
        child = place.child
        if child is None:
            return
        while lines := child.read_lines():  # its last words belong into the log, and one may be that it was ready
            for line in lines:
                _says_ready(child, line)
        for waited in (child.stdout, child.exit_fd):
            with suppress(KeyError):
                self._selector.unregister(waited)
        place.child = None
        status = child.reap()
        log.info("process_ended name=%s status=%d", place.program.name, status)
        if self._stopping or place.held or place.failed:
            return
        place.again_ms = place.restarts.after_end(self._mono_ms(), status) if place.program.restarts else None
        if place.again_ms is None:
            place.failed = True
            log.error("process_gave_up name=%s status=%d", place.program.name, status)

    def _end(self, place: _Place, how: signal.Signals) -> None:
        """Send a signal and wait until it has ended; killed when it takes too long. The others are served afterwards."""
        until_ms = self._mono_ms() + STOP_MS
        if place.child is not None:
            place.child.signal(how)
        while (child := place.child) is not None:
            self._hear(place)  # a full pipe would keep it from ending
            if select.select([child.exit_fd], [], [], END_LOOK_S)[0]:
                self._ended(place)
            elif self._mono_ms() >= until_ms:
                child.signal(signal.SIGKILL)

    def _log_path(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _tail(self, name: str) -> str:
        try:
            text = self._log_path(name).read_text(errors="replace")
        except OSError:
            text = ""
        return f"the end of {self._log_path(name)}:\n{text[-LOG_TAIL:]}" if text else "it said nothing"


def _says_ready(child: Child, line: str) -> bool:
    """Whether this line is the first that says so; the child remembers what stands behind it."""
    word, _, rest = line.partition(" ")
    if word != "ready" or child.ready is not None:
        return False
    child.ready = rest.strip()
    return True
