"""The adapter against the real provider over HTTP, and a provider that is killed whenever a call is under way."""

from __future__ import annotations

import json
import select
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from drivers.code_pay.begun import Timing
from drivers.code_pay.driver import CodePayHttp, order_of
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.payment import (
    PaymentApproved,
    PaymentCaptured,
    PaymentDeclined,
    PaymentReversed,
    PaymentStep,
    PaymentUncertain,
    ReverseUncertain,
)
from simulator.clock import SharedClock
from simulator.provider.phone import Phone, over_http
from tests.simulator.provider.helpers import KEY, MERCHANT

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
CLOCK = SharedClock.starting_now()
PATIENCE_MS = 60_000
SALE = "T07.7f3a91c2.17"
AMOUNT_FEN = 3_800
QUICK = Timing(poll_ms=30, retry_ms=30, no_code_ms=50_000, give_up_ms=50_000)


class Process:
    """`./tvm provider` on a port that stays the same."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder, self._options, self._port, self.lives = folder, options, 0, 0
        self.start()

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "simulator",
            "provider",
            "--port",
            str(self._port),
            "--data",
            str(self._folder),
        ]
        command += ["--merchant", f"{MERCHANT}:{KEY.hex()}", "--clock", CLOCK.format(), *self._options]
        line = ""
        while not line:  # it may be killed before it is ready, too
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            assert self._process.stdout is not None
            line = self._process.stdout.readline()
            self.lives += 1
            assert line or self._gone() == -signal.SIGKILL
        ready, self.url = line.split()
        assert ready == "ready"
        self._port = int(self.url.rsplit(":", 1)[1])

    def kill(self) -> None:
        self._process.kill()

    def come_back(self) -> None:
        """After a kill: the next process begins on the same file."""
        if self._process.poll() is not None:
            self._gone()
            self.start()

    def end(self) -> int:
        self._process.terminate()
        return self._gone()

    def _gone(self) -> int:
        assert self._process.stdout is not None
        status = self._process.wait(PATIENCE_MS / 1_000)
        self._process.stdout.close()
        return status

    def ledger(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/ledger", timeout=PATIENCE_MS / 1_000) as answer:
            snapshot: dict[str, Any] = json.load(answer)
        assert snapshot["wrong"] == []
        return snapshot

    def booked(self, payment: int) -> list[str]:
        return [row["kind"] for row in self.ledger()["bookings"] if row["name"] == order_of(SALE, payment)]


class Machine:
    """The driver on real lanes, and a phone beside it."""

    def __init__(self, process: Process, timing: Timing = QUICK) -> None:
        self.facts: list[Fact] = []
        self.process = process
        numbers = count(1)
        self.phone = Phone("good", over_http(process.url))
        self.driver = CodePayHttp(
            process.url, MERCHANT, KEY, self.facts.append, wall_ms=CLOCK.wall_ms, mono_ms=CLOCK.mono_ms,
            nonce=lambda: f"{next(numbers):032x}", scanner=True, timing=timing,
        )  # fmt: skip

    def hear(self, wanted: Callable[[Fact], bool]) -> Fact:
        """The next fact that is wanted; those before it are passed over. A killed provider is started again."""
        until_ms = CLOCK.mono_ms() + PATIENCE_MS
        while CLOCK.mono_ms() < until_ms:
            while self.facts:
                if wanted(fact := self.facts.pop(0)):
                    return fact
            self.process.come_back()
            self.phone.poll(CLOCK.wall_ms() + 2_000)  # in a hurry: what it means to do is due at once
            wake_ms = self.driver.poll(CLOCK.mono_ms())
            wait_s = min(max(0, wake_ms - CLOCK.mono_ms()), 50) / 1_000
            if select.select([self.driver], [], [], wait_s)[0]:
                self.driver.on_readable(CLOCK.mono_ms())
        raise AssertionError("not heard")

    def begin(self, payment: int, way: str) -> None:
        self.driver.begin(payment, SALE, AMOUNT_FEN, way, "zh", CLOCK.mono_ms() + PATIENCE_MS)
        if way == "scan":
            self.hear(lambda fact: isinstance(fact, PaymentStep) and fact.step == "scan")
            self.driver.scanned(self.phone.payer.code(CLOCK.wall_ms() + payment * 1_000))
            return
        step = self.hear(lambda fact: isinstance(fact, PaymentStep) and fact.step == "code")
        assert isinstance(step, PaymentStep)
        while not self.phone.poll(CLOCK.wall_ms()):
            self.process.come_back()
            self.phone.scan(step.text, CLOCK.wall_ms())

    def auth(self) -> Fact:
        return self.hear(lambda fact: fact.kind == "auth!")


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    running = Process(tmp_path)
    yield running
    running.end()


@pytest.fixture
def machine(process: Process) -> Iterator[Machine]:
    made = Machine(process)
    yield made
    made.driver.close()


def test_a_payment_each_way_over_http(machine: Machine, process: Process) -> None:
    ready = machine.hear(lambda fact: True)
    assert ready == DeviceReady("payment", "code_pay", "1", MERCHANT)
    for payment, way in ((1, "code"), (2, "scan")):
        machine.begin(payment, way)
        assert isinstance(machine.auth(), PaymentApproved)
    machine.driver.capture(1, SALE, AMOUNT_FEN, "code", "")
    assert machine.hear(lambda fact: fact.kind == "capture!") == PaymentCaptured(1)
    machine.driver.reverse(2, SALE, AMOUNT_FEN, "scan", "")
    assert machine.hear(lambda fact: fact.kind == "reverse!") == PaymentReversed(2, moved=True)
    assert (process.booked(1), process.booked(2)) == (["payment"], ["payment", "refund"])


def test_giving_up_over_http(machine: Machine, process: Process) -> None:
    machine.driver.begin(1, SALE, AMOUNT_FEN, "code", "zh", CLOCK.mono_ms() + PATIENCE_MS)
    machine.hear(lambda fact: isinstance(fact, PaymentStep) and fact.step == "code")
    machine.driver.cancel(1)
    assert machine.auth() == PaymentDeclined(1, "cancelled")
    assert process.booked(1) == []


def test_nobody_listens(tmp_path: Path) -> None:
    process = Process(tmp_path)
    machine = Machine(process, Timing(give_up_ms=200, no_code_ms=200, retry_ms=20))
    process.end()
    machine.process = process
    process.come_back = lambda: None  # type: ignore[method-assign]
    machine.driver.begin(1, SALE, AMOUNT_FEN, "code", "zh", CLOCK.mono_ms() + PATIENCE_MS)
    fault = machine.hear(lambda fact: isinstance(fact, Fault))
    assert fault == Fault("payment", "NO_ANSWER", True, "unreachable")
    assert machine.auth() == PaymentUncertain(1, "link")
    machine.driver.close()


def test_a_key_that_is_not_the_providers_is_no_answer(tmp_path: Path) -> None:
    process = Process(tmp_path, "--merchant", f"{MERCHANT}:{'00' * 32}")
    machine = Machine(process)
    fault = machine.hear(lambda fact: isinstance(fact, Fault))
    assert fault == Fault("payment", "NO_ANSWER", True, "bad answer")
    machine.driver.close()
    assert process.end() == 0


def test_a_provider_killed_at_any_moment_loses_nothing_and_pays_nothing_twice(tmp_path: Path) -> None:
    process = Process(tmp_path)
    machine = Machine(process)
    machine.hear(lambda fact: isinstance(fact, DeviceReady))
    dice, timers = Random(7), list[threading.Timer]()
    chances = {"create": 0.4, "collect": 0.6, "query": 0.15, "close": 0.5, "refund": 0.6}

    def under_way(call: str, out: bool) -> None:
        if out and dice.random() < chances.get(call, 0.0) and len(timers) < 14:
            timers.append(threading.Timer(dice.random() * 0.012, process.kill))
            timers[-1].start()

    machine.driver.on_wire = under_way
    ended: dict[int, Fact] = {}
    for payment in range(1, 11):
        machine.begin(payment, "code" if payment % 3 else "scan")
        ended[payment] = machine.auth()
        if payment % 2:
            while True:
                machine.driver.reverse(payment, SALE, AMOUNT_FEN, "code", "")
                ended[payment] = machine.hear(lambda fact: fact.kind == "reverse!")
                if not isinstance(ended[payment], ReverseUncertain):
                    break
    for timer in timers:
        timer.join()
    machine.driver.on_wire = lambda call, out: None
    machine.driver.close()
    process.come_back()
    for payment, fact in ended.items():
        expected = ["payment"] if isinstance(fact, PaymentApproved) else []
        if isinstance(fact, PaymentReversed) and fact.moved:
            expected = ["payment", "refund"]
        assert process.booked(payment) == expected, f"{payment}: {fact}"
    assert process.lives > 3
    # a payment may also be declined: the phone's code ran out while nobody listened, or the order was closed under way
    assert {PaymentApproved, PaymentReversed} <= {type(fact) for fact in ended.values()}
    process.end()
