"""A whole machine of real processes for the tests: station computer, cabinet, controller, screen, each started, killed and
started again by hand. The test sits at the screen socket as a passenger does, and has hands at the cabinet.

Nothing is waited for by time: every wait ends when the state that is waited for is seen, or fails with what is shown.
"""

from __future__ import annotations

import json
import select
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kiosk.screen.values import Screen, keys_of
from simulator.audit.reading import Step, read_directory
from simulator.auditor import audit
from simulator.child import Child, Program
from simulator.passenger.cabinet_client import CabinetClient
from simulator.passenger.eyes import Eyes
from simulator.passenger.technician import Job, Technician, first_fill
from tests.system.machine import (
    AGAIN_MS,
    CASHIER,
    FIRST_BLANKS,
    MACHINE,
    PATIENCE_S,
    ROOT,
    SECOND,
    TELECODE,
    TOKEN,
    USUAL,
    Fitted,
    machine_yaml,
    operators,
    stops,
    texts,
    this_morning,
)


class Stand:
    """`start` brings everything up and fills the machine; `stop` ends it. Names of processes: station, cabinet,
    controller, screen."""

    def __init__(self, directory: Path, fitted: Fitted = USUAL) -> None:
        self.directory, self.fitted = directory, fitted
        self.journal, self.ports, self.links = directory / "journal", directory / "ports", directory / "links"
        self.clock = this_morning()
        self.children: dict[str, Child] = {}
        self.eyes = Eyes(directory / "screen.sock")
        self.station_url = self.cabinet_url = ""
        self._hands: CabinetClient | None = None
        self._audited = 0

    # -- processes

    def start(self) -> None:
        self.start_station()
        settings = self.directory / "cabinet.yaml"
        settings.write_text(self.fitted.cabinet)
        files = ("--dir", str(self.ports), "--config", str(settings))
        self.cabinet_url = self._spawn("cabinet", "simulator", "cabinet", *files, *self._clock())
        self._hands = CabinetClient(self.cabinet_url)
        self.links.mkdir()
        for name in self.fitted.ports:
            self.plug(name)
        (self.directory / "machine.yaml").write_text(machine_yaml(self.station_url, self.links, self.fitted))
        done = self.kiosk("provision", str(self.journal), "--machine", MACHINE, "--token", TOKEN, *operators())
        assert done.returncode == 0, done.stderr
        self.start_controller()
        self.start_screen()

    def start_station(self) -> None:
        port = self.station_url.rpartition(":")[2] or "0"
        where = ("--port", port, "--data", str(self.directory / "station"), "--lab")
        who = ("--machine", f"{MACHINE}:{TOKEN}:{TELECODE}")
        self.station_url = self._spawn("station", "simulator", "station", *where, *who, *self._clock())

    def start_controller(self) -> None:
        self._spawn("controller", "kiosk", "run", "--config", str(self.directory / "machine.yaml"), *self._clock())

    def start_screen(self) -> None:
        words = ("screen", "--socket", str(self.directory / "screen.sock"))
        self._spawn("screen", "kiosk", *words, env={"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"})

    def kiosk(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        command = (sys.executable, "-m", "kiosk", *words)
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    def _clock(self) -> tuple[str, str]:
        return ("--clock", self.clock.format())

    def _spawn(self, name: str, module: str, *words: str, env: Mapping[str, str] | None = None) -> str:
        """Start a process and wait for its ready line; answers what stands behind `ready`."""
        program = Program(name, (sys.executable, "-m", module, *words), env=env or {})
        self.children[name] = Child(program, program.argv, self.log(name), ROOT)
        self.until(lambda: self._ready(name) is not None, f"{name} is ready")
        return self._ready(name) or ""

    def _ready(self, name: str) -> str | None:
        child = self.children[name]
        self._hear(child)
        assert child.ready is not None or not self.ended(name), f"{name} ended; {self.log(name).read_text()[-800:]}"
        return child.ready

    def _hear(self, child: Child) -> None:
        """What it says is read always: a full pipe would stop it."""
        for line in child.read_lines() or ():
            word, _, rest = line.partition(" ")
            if word == "ready":
                child.ready = rest.strip()

    def ended(self, name: str) -> bool:
        return bool(select.select([self.children[name].exit_fd], [], [], 0)[0])

    def end(self, name: str, how: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal and wait for the end; answers the exit status."""
        child = self.children[name]
        child.signal(how)
        self.until(lambda: self.ended(name), f"{name} has ended")
        del self.children[name]
        return child.reap()

    def unplug(self, device: str) -> None:
        """Nothing is at the port any more: for a controller that is started then."""
        (self.links / device).unlink(missing_ok=True)

    def plug(self, device: str) -> None:
        """The right device is at its port."""
        self.unplug(device)
        (self.links / device).symlink_to(self.ports / device)

    def plug_wrong(self, device: str, model: str) -> None:
        """A device of another model is at the port, a process of its own; end it by the name `stranger`."""
        self.unplug(device)
        words = (sys.executable, "-m", "simulator", "device", model, "--link", str(self.links / device))
        program = Program("stranger", words)
        self.children["stranger"] = Child(program, words, self.log("stranger"), ROOT)
        self.until(lambda: (self.links / device).exists(), "a stranger is at the port")

    def restart_controller(self) -> None:
        """Killed at this moment, started again at once."""
        self.end("controller")
        self.eyes.close()
        self.start_controller()

    def log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def stop(self) -> None:
        self.eyes.close()
        if self._hands is not None:
            self._hands.close()
        for name in reversed(list(self.children)):
            self.end(name)

    # -- waiting

    def turn(self, longest_s: float = 0.02) -> None:
        now_ms = self.clock.mono_ms()
        self.eyes.poll(now_ms)
        for child in self.children.values():
            self._hear(child)
        if self.eyes.connected:
            select.select([self.eyes], [], [], longest_s)
            self.eyes.on_readable(self.clock.mono_ms())
        else:
            select.select([], [], [], longest_s)

    def until(self, done: Callable[[], bool], what: str, within_s: float = PATIENCE_S) -> None:
        end_ms = self.clock.mono_ms() + round(within_s * 1000)
        while not done():
            assert self.clock.mono_ms() < end_ms, f"not within {within_s:g} s: {what}; {self.told()}"
            self.turn()

    def told(self) -> str:
        """What is shown and what was said last, for the message of a failing test."""
        seen = self.eyes.screen
        log = self.log("controller")
        tail = "\n".join(log.read_text().splitlines()[-6:]) if log.exists() else ""
        words = " | ".join(text for text in texts(seen).splitlines() if len(text) > 12)
        return f"shown: {seen.kind if seen else 'nothing'}: {words[:300]}\n{tail}"

    # -- the screen

    @property
    def screen(self) -> Any:
        return self.eyes.screen

    def shows(self, *kinds: str) -> bool:
        return isinstance(self.eyes.screen, Screen) and self.eyes.screen.kind in kinds

    def offers(self, target: str) -> bool:
        """Whether a key that can be touched leads there."""
        return self.eyes.screen is not None and any(key.target == target for key in keys_of(self.eyes.screen))

    def see(self, *kinds: str, within_s: float = PATIENCE_S) -> Any:
        """Wait for one of these screens."""
        self.until(lambda: self.shows(*kinds), f"the screen shows {' or '.join(kinds)}", within_s)
        return self.eyes.screen

    def see_words(self, words: str, *kinds: str) -> None:
        """Wait until one of these screens says so; it may be shown before it does."""
        self.until(
            lambda: self.shows(*kinds) and words in texts(self.eyes.screen), f"{' or '.join(kinds)} says: {words}"
        )

    def see_stopped(self, reason: str) -> None:
        """Wait until the screen says out of service for this reason; other reasons may come before it."""
        self.until(
            lambda: self.shows("oos") and self.eyes.screen.reason == reason,
            f"the screen says out of service: {reason}",
        )

    def press(self, target: str, *leads_to: str) -> Any:
        """Touch until another screen is there."""
        self.touch(target, lambda: self.shows(*leads_to), f"{target} leads to {' or '.join(leads_to)}")
        return self.eyes.screen

    def touch(self, target: str, done: Callable[[], bool], what: str) -> None:
        """Touch until it was understood; a touch on a screen that has just changed does not count, so again."""
        again_ms = 0

        def understood() -> bool:
            nonlocal again_ms
            if done():
                return True
            if self.clock.mono_ms() >= again_ms and self.eyes.screen is not None:
                again_ms = self.clock.mono_ms() + AGAIN_MS
                self.eyes.touch(target)
            return False

        self.until(understood, what)

    # -- hands

    @property
    def hands(self) -> CabinetClient:
        assert self._hands is not None
        return self._hands

    def fault(self, device: str, name: str, on: bool = True) -> None:
        self.hands.post("/api/fault", {"device": device, "name": name, "on": on})

    def service(self, **act: Any) -> Any:
        return self.hands.post("/api/service", act)

    def state(self) -> Any:
        return self.hands.get("/api/state")

    def clear_faults(self) -> None:
        """All switches off, whatever is stuck taken out by a technician's hand."""
        for device, switches in self.state()["faults"].items():
            for name in [name for name, on in switches.items() if on]:
                self.fault(device, name, False)

    def technician(self, jobs: list[Job], doors: tuple[str, ...] = ("outer", "safe", "tickets")) -> None:
        """Somebody opens, logs in on the screen, does the work at the open cabinet and closes up."""
        for door in doors:
            self.service(act="open", door=door)
        if self.see("svc.login", "oos").kind == "oos":
            self.press("service", "svc.login")
        worker = Technician(CASHIER, SECOND, jobs, self.hands.service, self.eyes.touch, self.clock.wall_ms(), doors)

        def over() -> bool:
            worker.saw(self.eyes.rev, self.eyes.screen, self.clock.wall_ms())
            worker.poll(self.clock.wall_ms())
            return worker.over

        self.until(over, "the technician is done", 60)
        assert worker.outcome == "done"

    def log_in(self) -> None:
        """The cashier types number and PIN; the menu is shown then."""
        if self.see("svc.login", "oos").kind == "oos":
            self.press("service", "svc.login")
        for text in (CASHIER.number, CASHIER.pin):
            for at, digit in enumerate(text, start=1):
                self.touch(f"svc:digit:{digit}", lambda at=at: self._typed() == at, f"{at} digits are typed")  # type: ignore[misc]
            active = self.screen.active
            done = lambda active=active: not self.shows("svc.login") or self.screen.active != active
            self.touch("svc:enter", done, "the entry is taken")
        self.see("svc.menu")

    def _typed(self) -> int:
        if not self.shows("svc.login"):
            return 0
        return len(self.screen.number) if self.screen.active == "number" else self.screen.pin_length

    def mend(self) -> None:
        """Whatever a test did: processes run, faults are off, a technician clears what sticks, the machine sells."""
        for name in ("down", "refusing", "slow", "answer_lost", "down_after_next"):
            self.station_fault(name, False)
        for name, begin in (("controller", self.start_controller), ("screen", self.start_screen)):
            if name not in self.children:
                begin()
        if "stranger" in self.children:
            self.end("stranger")
        for device in self.fitted.ports:
            if not (self.links / device).exists():
                self.plug(device)
        self.clear_faults()
        self.until(lambda: self.shows("attract", "home", "oos"), "the sale is over", 40)
        self.hands.post("/api/take", {"outlet": "mouth"})  # a note that a failed test left is not the next one's
        broken = sorted({name.partition(":")[0] for name in self.faults_told() if stops(name)})
        if broken or not self.sells():
            jobs = [Job({"act": "clear_jam", "device": name}, f"svc:act:clear:{name}", 0) for name in broken]
            self.technician([*jobs, *(self.counts() if self.uncounted() else [])])
        self.until(self.sells, "the machine sells again")

    def uncounted(self) -> bool:
        """Notes may stick in the dispenser since the cassettes were counted last."""
        doubt = False
        for step in self.steps():
            result = step.fact.get("result")
            if step.fact["kind"] == "pay!" and (result == "unknown" or step.fact.get("reason") in ("jam", "other")):
                doubt = doubt or result != "refused"
            if any(intent["kind"] == "cassette.fill" for intent in step.intents):
                doubt = False
        return doubt or "sells no tickets" in texts(self.screen)

    def counts(self) -> list[Job]:
        """Every cassette counted by hand, as after a jam."""
        places = self.state()["places"]
        return [
            Job(None, f"svc:act:fill:{number}", places[f"cassette.{number}"]["things"]) for number in self.fitted.notes
        ]

    def sells(self) -> bool:
        """Open for the next passenger, without a warning on the first screen."""
        if not self.shows("attract", "home") or self.doors_open():
            return False
        return self.screen.chrome.notice is None or self.screen.chrome.notice.level == "info"

    def doors_open(self) -> bool:
        return any(self.state()["doors"].values())

    def first_fill(self) -> None:
        self.technician(first_fill(self.fitted.notes, FIRST_BLANKS))

    # -- the station's lab

    def station_fault(self, name: str, on: bool = True, **more: Any) -> None:
        self._station("/lab/faults", {"name": name, "on": on, **more})

    def station_sale(self, key: str) -> Any:
        """What the station knows of a sale; None when it never heard of it."""
        return self.station_state()["sales"].get(key)

    def order_elsewhere(self, **order: Any) -> Any:
        """Somebody buys by phone what a machine will not sell any more."""
        return self._station("/lab/orders", order)

    def station_state(self) -> Any:
        return self._station("/lab/state")

    def _station(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(self.station_url + path, data, timeout=5) as answer:
            return json.load(answer)

    # -- what was written

    def steps(self) -> list[Step]:
        return read_directory(self.journal).steps

    def quiet(self) -> bool:
        return not self.hands.get("/api/ledger")["moving"]

    def audit(self) -> Any:
        """The auditor's verdict while nothing moves; no violation is a test's first wish."""
        self.until(self.quiet, "nothing moves")
        verdict = audit(read_directory(self.journal), self.hands.get("/api/ledger"))
        assert not verdict.violations, "\n".join(map(str, verdict.violations))
        return verdict

    def faults_told(self) -> list[str]:
        """Faults that are up by the journal: `device:CODE`."""
        up: dict[str, None] = {}
        for step in self.steps():
            fact = step.fact
            if fact["kind"] == "fault":
                name = f"{fact['device']}:{fact['code']}"
                up.pop(name, None)
                if fact["up"]:
                    up[name] = None
        return list(up)
