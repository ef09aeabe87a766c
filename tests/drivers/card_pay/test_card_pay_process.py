"""The adapter against the real bank host over TCP: signed in, a reversal asked, a host that is killed and comes back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.card_pay.driver import CardPay
from drivers.card_pay.messages import Terminal
from drivers.emv.port import TerminalData
from drivers.emv.reference import ReferenceKernel
from drivers.link.tcp_link import tcp_opener
from kiosk.clock import RealClock
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.payment import PaymentReversed, ReverseUncertain
from kiosk.ports.pin_pad import KeyLoaded, MacMade, WrappedKey
from kiosk.reactor import Reactor
from simulator.acquirer.keys import LAB_TMK, message_mac
from simulator.acquirer.profile import MERCHANT
from simulator.devices.des import check_value, decrypt

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
LONGEST_MS = 30_000


class Host:
    """`./tvm acquirer` on a port that stays the same."""

    def __init__(self, folder: Path) -> None:
        self._ledger, self._port = folder / "bank.sqlite", 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "simulator", "acquirer", "--port", str(self._port), "--fault", "split"]
        command += ["--ledger", str(self._ledger)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        ready, url = self._process.stdout.readline().split()
        assert ready == "ready"
        self.link = url.replace("tcp://", "tcp:")
        self._port = int(url.rsplit(":", 1)[1])

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


class Pad:
    """A pad on the table: opens keys as the sheet says and makes MACs with them, all at once."""

    pin_formats = (0,)

    def __init__(self) -> None:
        self.tell: Any = None
        self._mac_key = b""

    def can_take_pins(self, format: int) -> bool:
        return bool(self._mac_key)

    def load_key(self, slot: str, key: WrappedKey) -> None:
        clear = decrypt(LAB_TMK, key.reveal())
        assert check_value(clear)[:4] == key.check
        self._mac_key = clear if slot == "mac" else self._mac_key
        self.tell(KeyLoaded(slot, key.check.hex().upper()))

    def mac(self, order: int, message: bytes) -> None:
        self.tell(MacMade(order, message_mac(self._mac_key, message).decode() + "0" * 8))


class Reader:
    """Takes cards; none comes."""

    can_take_cards = True


class Machine:
    def __init__(self, host: Host) -> None:
        self.facts: list[Fact] = []
        self.reactor = Reactor(RealClock())
        self.reactor.run_application(self)
        pad = Pad()
        self.driver = CardPay(
            self.reactor.report,
            Terminal("TVM00001", MERCHANT),
            day=lambda wall_ms: "261122",
            draw_near=self.reactor.nudge,
        )
        pad.tell = self.driver.hear
        kernel = ReferenceKernel("lab", TerminalData("TVM00001"), lambda size: b"\1" * size)
        self.driver.attach(Reader(), pad, kernel)  # type: ignore[arg-type]
        self.driver.hear(DeviceReady("pin_pad", "zt598", "1", ""))
        self.reactor.add(self.driver, tcp_opener(host.link))

    def hear(self, fact: Fact, now_ms: int) -> None:
        self.facts.append(fact)

    def poll(self, now_ms: int) -> int | None:
        return now_ms + 50

    def until(self, kind: type[Fact], **fields: Any) -> Fact:
        """The next such fact. Fails when none comes."""
        seen, end_ms = len(self.facts), self.reactor.clock.mono_ms() + LONGEST_MS
        while self.reactor.clock.mono_ms() < end_ms:
            self.reactor.turn()
            for fact in self.facts[seen:]:
                if isinstance(fact, kind) and all(getattr(fact, name) == value for name, value in fields.items()):
                    return fact
        raise AssertionError(f"no {kind.__name__}; heard {self.facts[-5:]}")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path)
    yield made
    made.kill()


def test_a_real_host_signs_the_machine_in_and_answers_its_reversals_over_a_kill(host: Host) -> None:
    machine = Machine(host)
    machine.until(DeviceReady, device="payment")
    assert machine.driver.ways == {"card"}
    machine.driver.reverse(101, "k", 3_800, "card", "")
    assert machine.until(PaymentReversed) == PaymentReversed(101, moved=False)
    host.kill()
    machine.until(Fault, device="payment", up=True)
    machine.driver.reverse(201, "k", 3_800, "card", "")
    machine.until(ReverseUncertain, payment=201)
    host.start()
    machine.until(Fault, device="payment", up=False)
    machine.driver.reverse(201, "k", 3_800, "card", "")
    assert machine.until(PaymentReversed) == PaymentReversed(201, moved=False)
    machine.reactor.close()
