"""Laws of every driver, whatever its port: it meets its device, finds it again after a plug was pulled at any moment, says when
another device is at its port, and says who it met.

All in virtual time. The driver of each model against the twin of its model, or of another.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from drivers.compose.change_presenter import ChangePresenter
from drivers.compose.ticket_unit import TicketUnit
from drivers.seal_software import SoftwareSeal
from drivers.zvt.driver import Zvt
from drivers.zvt.health import Account
from kiosk.faults import DEVICE_ABILITY, Fault, FaultCode
from kiosk.ports.fact import DeviceReady, Fact, Report
from simulator.device import MODELS
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fuzz.case import DRIVEN, VALUES_FEN, Build, driver_of

STEP_MS = 50
MET_MS = 90_000
"""The slowest start: a unit that first clears its path."""
OUT_MS = 1_500
TOLD_MS = 75_000
"""So long a driver may take to say that nobody it understands is there; a start of an acceptor that does not end has a minute."""
ECHO = "cctalk-hopper"
"""On that bus one hears oneself: what a driver says comes back to it."""
LOST = ("LINK_LOST", "NO_ANSWER", "WRONG_DEVICE")
STRANGE = {"WRONG_DEVICE", "NO_ANSWER", "DEVICE_FAILURE"}
"""What may be said of another device: that it is one, that it is silent, or that what it says is a failure (a bus that gives back
what it hears sounds like that to a PIN pad)."""
ON_A_LINE = [name for name in DRIVEN if name != "escpos-usb"]
SILENT_MS = 15 * 60_000
"""So long a silence of one that is asked seldom may last before it is noticed."""
MOMENTS_MS = (0, 70, 300, 1_100, 2_600, 5_200, 9_000)
ALIKE = ({"zt588", "zt598"}, {"lcdm1000", "lcdm2000"}, {"f53", "f56"})
"""Models of one family that nothing on the line tells apart: the driver of one is the driver of the other."""


def _presenter(report: Report, inner: Any, board: Any) -> ChangePresenter:
    return ChangePresenter("dispenser", report, inner, board)


def _ticket_unit(report: Report, inner: Any, board: Any) -> TicketUnit:
    return TicketUnit("ticket_unit", report, inner, board, SoftwareSeal("lab"))


COMPOSED: dict[str, Callable[[Report, Any, Any], Any]] = {
    **dict.fromkeys(("f53", "f56", "lcdm1000", "lcdm2000", "lcdm4000"), _presenter),
    "ttpm": _ticket_unit,
}
"""Devices that speak to the machine through what is made of them and the cabinet's board."""


def _terminal(name: str, report: Report, dice: Random) -> Zvt:
    return Zvt(name, report, Account(), serial=True)


AT_WORK: dict[str, Build] = {"zvt": _terminal}
"""Drivers that `model` builds for a look only."""


class Pair:
    """A driver, the twin at the other end, and what the driver said."""

    def __init__(self, driver: str, twin: str) -> None:
        self.facts: list[Fact] = []
        matter = Matter()
        self.twin: Any = MODELS[twin](matter, Speeds(rate=10))
        self.driver: Any = AT_WORK.get(driver, driver_of)(driver, self.facts.append, Random(7))
        self._beside: list[tuple[Any, Any]] = []  # the board, where a device needs it to hand things over
        if driver in COMPOSED:
            board = driver_of("cabinet", self.facts.append, Random(7))
            self.driver = COMPOSED[driver](self.facts.append, self.driver, board)
            self._beside.append((board, MODELS["cabinet"](matter, Speeds(rate=10))))
            board.link_up(0)
        self.now_ms = 0
        self.plugged = False

    def plug(self, in_: bool) -> None:
        self.plugged = in_
        if not in_:
            self.driver.link_lost("pulled", self.now_ms)
            return
        self.driver.link_up(self.now_ms)
        accept_only = getattr(getattr(self.driver, "acceptor", self.driver), "accept_only", None)
        if accept_only is not None:
            accept_only(VALUES_FEN)

    def run(self, span_ms: int, until: Any = lambda: False) -> bool:
        end_ms = self.now_ms + span_ms
        while self.now_ms < end_ms and not until():
            wakes = self._turn(self.driver, self.twin, self.plugged)
            for driver, twin in self._beside:
                wakes += self._turn(driver, twin, True)
            self.now_ms = max(self.now_ms + 1, min([*wakes, self.now_ms + STEP_MS]))
        return bool(until())

    def _turn(self, driver: Any, twin: Any, plugged: bool) -> list[int]:
        """Both once; what they say crosses the line."""
        wake_ms = driver.poll(self.now_ms)
        said = driver.take_output()
        if said and plugged:
            twin.receive(said, self.now_ms)
        due_ms = twin.poll(self.now_ms)
        heard = twin.take_output()
        if heard and plugged:
            driver.receive(heard, self.now_ms)
        return [at for at in (wake_ms, due_ms) if at is not None]

    def ready(self) -> list[DeviceReady]:
        return [fact for fact in self.facts if isinstance(fact, DeviceReady) and self._ours(fact.device)]

    def _ours(self, device: str) -> bool:
        return all(device != board.name for board, _ in self._beside)

    def down(self) -> set[str]:
        """Faults of the whole device that are up."""
        up: set[tuple[str, str]] = set()
        for fact in self.facts:
            if isinstance(fact, Fault) and fact.code in {*LOST, *STRANGE} and self._ours(fact.device):
                (up.add if fact.up else up.discard)((fact.device, fact.code))
        return {code for _, code in up}

    def met(self) -> bool:
        return bool(self.ready()) and not self.down()


def together(name: str) -> Pair:
    pair = Pair(name, name)
    pair.plug(True)
    assert pair.run(MET_MS, pair.met), f"{name} is not met: {pair.facts[-5:]}"
    return pair


@pytest.mark.parametrize("name", ON_A_LINE)
def test_it_meets_its_device_and_says_who_that_is(name: str) -> None:
    ready = together(name).ready()
    assert {fact.model for fact in ready} != {""}
    for fact in ready:
        assert all(text.isprintable() for text in (fact.model, fact.version, fact.serial))


@pytest.mark.parametrize("name", ON_A_LINE)
def test_a_plug_pulled_at_any_moment_is_told_and_the_device_is_found_again(name: str) -> None:
    for at_ms in MOMENTS_MS:
        pair = Pair(name, name)
        pair.plug(True)
        pair.run(at_ms)
        pair.plug(False)
        pair.run(OUT_MS)
        assert "LINK_LOST" in pair.down(), f"{at_ms} ms: nobody said that the plug is out"
        before = len(pair.ready())
        pair.plug(True)
        found = pair.run(MET_MS, lambda pair=pair, before=before: len(pair.ready()) > before and pair.met())
        assert found, f"{at_ms} ms: {pair.down()}"


@pytest.mark.parametrize("name", ON_A_LINE)
def test_a_plug_pulled_again_and_again_does_no_harm(name: str) -> None:
    pair = together(name)
    for _ in range(3):
        for out_ms in (1, 40, 700):
            pair.plug(False)
            pair.run(out_ms)
            pair.plug(True)
            pair.run(out_ms)
    before = len(pair.ready())
    assert pair.run(MET_MS, lambda: pair.met() and len(pair.ready()) >= min(1, before))


@pytest.mark.parametrize("name", ON_A_LINE)
def test_a_device_that_fell_silent_is_told_and_greeted_when_it_speaks_again(name: str) -> None:
    """A machine that heard of the loss counts on the device again when it is said to be ready, not before."""
    pair = together(name)
    pair.plugged = False  # the line is there, and nothing crosses it
    assert pair.run(SILENT_MS, lambda: bool(pair.down()) and not pair.met()), "nobody noticed the silence"
    before = len(pair.ready())
    pair.plugged = True
    assert pair.run(MET_MS, lambda: len(pair.ready()) > before and pair.met()), f"{pair.down()}"


def others(name: str) -> list[str]:
    """Three other models, for each driver others, and the line that gives back what it hears among them."""
    strange = [each for each in ON_A_LINE if not any({each, name} <= family for family in ALIKE) and each != name]
    return sorted({*Random(name).sample(strange, 3), *({ECHO} & set(strange))})


@pytest.mark.parametrize("name", ON_A_LINE)
def test_another_device_at_its_port_is_no_device(name: str) -> None:
    for strange in others(name):
        pair = Pair(name, strange)
        pair.plug(True)
        told = pair.run(TOLD_MS, lambda pair=pair: bool(pair.down() & STRANGE))
        assert told, f"{strange} at the port of {name}: {pair.facts[-3:]}"
        assert not pair.ready(), f"{strange} is taken for a {name}"


def test_the_whole_device_that_is_lost_takes_its_service_away() -> None:
    for device in DEVICE_ABILITY:
        for code in LOST:
            assert Fault(device, code, True).ability is DEVICE_ABILITY[device]
            assert FaultCode[code].code.startswith("E")
