"""Each driver with the twin of its device: what an exchange costs us, how many notes a minute the pair takes, and how long a
device is left without a poll while both cores are busy (TVM-037).

The first two run in virtual time, with the line's own baud time: notes are pushed in as soon as the slot takes them, so what is
not the device's motion or the line's is the wait for our next poll. The gaps are of real time: the twin in a process of its own
behind a pty, as many busy processes as there are cores beside us.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from drivers.link.serial_link import serial_opener
from kiosk.clock import RealClock
from kiosk.models import BAUD, PARITY
from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import NoteHeld
from kiosk.reactor import Reactor
from simulator.bench.bench import Bench
from simulator.bench.figures import ACCEPTORS, Figure, measured
from simulator.device import MODELS
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fuzz.case import DRIVEN, VALUES_FEN, driver_of
from simulator.wire import Wire

ROOT = Path(__file__).resolve().parents[3]
WATCHED = {"ccnet": "gap_ccnet", "b2b": "gap_b2b", "essp": "gap_essp"}
WARM_MS, SPAN_MS = 20_000, 60_000
NOTE_FEN = 10_000
PATH_MS = range(1_900, 2_100)
"""A note's way in takes a little more or less each time: or else it would always end at the same moment of our polls."""
LONGEST_STEP_MS = 20


class Pair:
    """A driver on the line of its twin, in virtual time. `spent_us`: processor time of each exchange: from one frame of ours to
    the next, everything the driver did. `waits_ms`: from where a note came to rest in escrow or box to our next word."""

    def __init__(self, bench: Bench, name: str) -> None:
        self._bench, self._dice = bench, bench.dice_for(name)
        self.matter = Matter()
        self.twin: Any = MODELS[name](self.matter, Speeds())
        self.driver = driver_of(name, self._hear, self._dice)
        model = BAUD.get(name, 9_600), 11 if PARITY.get(name, "N") != "N" else 10
        self._wire = Wire(self._dice, *model)
        self.facts: list[Fact] = []
        self.spent_us: list[float] = []
        self.waits_ms: list[float] = []
        self._spent = 0.0
        self._rest_ms: int | None = None
        self._lie = self._rests()
        self.now_ms = 0
        self.driver.link_up(0)
        accept_only = getattr(self._port, "accept_only", None)
        if accept_only is not None:
            accept_only(VALUES_FEN)

    @property
    def _port(self) -> Any:
        return getattr(self.driver, "acceptor", self.driver)

    def _hear(self, fact: Fact) -> None:
        self.facts.append(fact)
        if isinstance(fact, NoteHeld):
            self._port.stack(fact.note)

    def run(self, span_ms: int, feeds: bool = False) -> None:
        end_ms = self.now_ms + span_ms
        while self.now_ms < end_ms:
            if feeds and self.twin.slot_open:
                self.twin.body.speeds = Speeds(note_in_ms=self._dice.choice(PATH_MS))
                self.twin.insert(self.matter.new_note(NOTE_FEN, "hand"), self.now_ms)
            self._step()

    def _step(self) -> None:
        now_ms, wire = self.now_ms, self._wire
        began_us = self._bench.clock.mono_us()
        arrived = wire.host.receive(now_ms)
        if arrived:
            self.driver.receive(arrived, now_ms)
        wake_ms = self.driver.poll(now_ms)
        made = self.driver.take_output()
        self._spent += self._bench.clock.mono_us() - began_us
        if made:
            self._said(made)
        heard = wire.device.receive(now_ms)
        if heard:
            self.twin.receive(heard, now_ms)
        due_ms = self.twin.poll(now_ms)
        wire.device.send(self.twin.take_output(), now_ms)
        self._look()
        wakes = (wake_ms, due_ms, wire.host.due_ms(), wire.device.due_ms(), now_ms + LONGEST_STEP_MS)
        self.now_ms = max(now_ms + 1, min(at for at in wakes if at is not None))

    def _said(self, made: bytes) -> None:
        self._wire.host.send(made, self.now_ms)
        self.spent_us.append(self._spent)
        self._spent = 0.0
        if self._rest_ms is not None:
            self.waits_ms.append(self.now_ms - self._rest_ms)
            self._rest_ms = None

    def _look(self) -> None:
        """Whether a note came to rest in escrow or at its end since the last look."""
        lie = self._rests()
        if lie != self._lie and sum(lie) >= sum(self._lie):
            self._rest_ms = self.now_ms
        self._lie = lie

    def _rests(self) -> tuple[int, ...]:
        places = self.matter.places
        return tuple(len(places[name].notes()) for name in sorted(places) if _is_rest(name))

    @property
    def packed(self) -> int:
        """Notes in the box and in cassettes."""
        ends = (place for place in self.matter.places if place == "box" or place.startswith("cassette."))
        return sum(len(self.matter.places[place].notes()) for place in ends)


def _is_rest(place: str) -> bool:
    return place == "box" or place.endswith("escrow") or place.startswith("cassette.")


def measure_devices(bench: Bench) -> list[Figure]:
    cost, dearest = list[str](), 0.0
    for name in DRIVEN:
        bench.say(f"devices: an exchange of {name}")
        pair = Pair(bench, name)
        pair.run(WARM_MS)
        pair.spent_us.clear()
        pair.run(SPAN_MS)
        if pair.spent_us:
            middle = median(pair.spent_us)
            cost.append(f"{name} {middle:.0f}")
            dearest = max(dearest, middle)
    return [
        measured("exchange", [dearest], "µs by model: " + ", ".join(cost)),
        *(figure for name in ACCEPTORS for figure in _notes(bench, name)),
        *_gaps(bench),
    ]


def _notes(bench: Bench, name: str) -> list[Figure]:
    """Notes a minute; what one waits for our poll, and what our driver works on it."""
    bench.say(f"devices: notes into {name}")
    pair = Pair(bench, name)
    pair.run(WARM_MS)
    pair.spent_us.clear()
    before = pair.packed
    pair.run(SPAN_MS, feeds=True)
    notes = pair.packed - before
    ours_ms = sum(pair.spent_us) / 1_000 / max(1, notes)
    return [
        measured(
            f"notes_{name}", [notes * 60_000 / SPAN_MS], f"{notes} notes; our driver worked {ours_ms:.1f} ms on each"
        ),
        measured(f"wait_{name}", pair.waits_ms),
    ]


# -- gaps


def _gaps(bench: Bench) -> list[Figure]:
    figures = list[Figure]()
    with _burners():
        for name, row in WATCHED.items():
            bench.say(f"devices: gaps between polls of {name}, {bench.amount.idle_s} s, every core busy")
            figures.append(measured(row, _gaps_of(bench, name, bench.amount.idle_s * 1_000)))
    return figures


@contextmanager
def _burners() -> Iterator[None]:
    burning = [multiprocessing.Process(target=_burn, daemon=True) for _ in range(os.cpu_count() or 1)]
    for process in burning:
        process.start()
    try:
        yield
    finally:
        for process in burning:
            process.kill()
            process.join()


def _burn() -> None:
    while True:
        sum(range(10_000))


class Watcher:
    """The program around one driver: takes every note, and keeps when the driver spoke."""

    def __init__(self, bench: Bench, name: str, path: str) -> None:
        self.clock = RealClock()
        self._reactor = Reactor(self.clock)
        self._reactor.run_application(self)
        self._driver = driver_of(name, self._reactor.report, bench.dice_for(name))
        self._port = getattr(self._driver, "acceptor", self._driver)
        self._reactor.add(self._driver, serial_opener(path, BAUD.get(name, 9_600), "N"))
        self._reactor.sent = self._sent
        self.spoke_ms: list[int] = []

    def _sent(self, name: str, data: bytes) -> None:
        self.spoke_ms.append(self.clock.mono_ms())

    def hear(self, fact: Fact, now_ms: int) -> None:
        if isinstance(fact, NoteHeld):
            self._port.stack(fact.note)

    def poll(self, now_ms: int) -> int | None:
        return None

    def run(self, span_ms: int) -> list[float]:
        """Gaps between two words once the device was ready. Raises OSError when it never was."""
        self._port.accept_only(VALUES_FEN)
        end_ms = self.clock.mono_ms() + WARM_MS
        while not self._driver.ready and self.clock.mono_ms() < end_ms:
            self._reactor.turn()
        if not self._driver.ready:
            raise OSError(f"{self._driver.name} was not ready within {WARM_MS // 1_000} s")
        self.spoke_ms.clear()
        end_ms = self.clock.mono_ms() + span_ms
        while self.clock.mono_ms() < end_ms:
            self._reactor.turn()
        self._reactor.close()
        return [float(late - early) for early, late in zip(self.spoke_ms, self.spoke_ms[1:], strict=False)]


def _gaps_of(bench: Bench, name: str, span_ms: int) -> list[float]:
    words = (sys.executable, "-m", "simulator.device", name, "--auto", "--rate", "10")
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as twin:
        assert twin.stdout is not None
        try:
            return Watcher(bench, name, twin.stdout.readline().strip()).run(span_ms)
        finally:
            twin.terminate()
