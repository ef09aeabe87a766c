"""The UPS: driver over a wire and front without one say the same of an equal unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

from drivers.megatec.driver import Megatec
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.ups import OffFailed, OffSet, PowerDip, PowerSeen
from simulator.devices.linkfaults import LINK_FAULTS
from simulator.devices.megatec import MegatecUps
from simulator.devices.megatec.faults import FAULTS
from simulator.devices.twin import Speeds
from simulator.fronts.port.ups import UpsFront
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig, assert_same, both

NAME, BAUD, MINUTES = "ups", 2_400, 30
BYTES_ONLY = {
    "no_echo": "nothing is asked that a unit of this kind does not know",
    "bypass": "no more than a bit that nobody acts on",
    "comma_for_point": "a matter of bytes",
    "letter_for_bit_next": "a matter of bytes",
    "late_reply": "an answer that comes late is a matter of the line",
    "duplicate_reply": "the driver drops the second",
    "reply_to_previous": "a matter of the line",
    "bit_flip": "a matter of bytes",
    "cut_frame": "half an answer is none, as with silence_after",
    "noise": "dropped",
}
PLAYED = [
    name for name in (*FAULTS, *LINK_FAULTS) if name not in BYTES_ONLY and name.removesuffix("_once") not in BYTES_ONLY
]


def _driver(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    driver = Megatec(NAME, report, runtime_min=MINUTES)
    return Fitted(driver, [Joint(NAME, driver, BAUD)])


def _front(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    front = UpsFront(NAME, report, twins[NAME], runtime_min=MINUTES)
    return Fitted(front, [Joint(NAME, front)])


def _left(twins: Mapping[str, Any]) -> tuple[bool, bool, bool]:
    """Whether the machine has power, and whether it will keep it."""
    body = twins[NAME].body
    return body.output, body.active, body.on_battery


RIG = Rig(lambda seed: {NAME: MegatecUps(Speeds(), MINUTES)}, _driver, _front, _left)


def ready(bench: Bench) -> None:
    """Known, and between two questions."""
    bench.until(DeviceReady)
    bench.run(500)


def mains(bench: Bench, on: bool) -> None:
    bench.do(lambda: bench.twins[NAME].mains(on, bench.now_ms))


def off(bench: Bench) -> None:
    bench.do(lambda: bench.it.switch_off(30))


def fault(bench: Bench, name: str, on: bool = True) -> None:
    faults = bench.twins[NAME].faults
    bench.do(lambda: (faults.add if on else faults.discard)(name))


def kinds(facts: list[Fact]) -> list[type[Fact]]:
    return [type(fact) for fact in facts]


def lost_and_back(bench: Bench) -> None:
    ready(bench)
    mains(bench, False)
    bench.run(60_000)
    mains(bench, True)
    bench.run(5_000)


def switched_off(bench: Bench) -> None:
    ready(bench)
    mains(bench, False)
    bench.run(5_000)
    off(bench)
    bench.until(OffSet)
    bench.run(2_500)


def taken_back(bench: Bench) -> None:
    switched_off(bench)
    mains(bench, True)
    bench.run(3_000)
    bench.do(bench.it.stay_on)
    bench.run(60_000)


def taken_back_before_it_was_told(bench: Bench) -> None:
    ready(bench)
    off(bench)
    bench.do(bench.it.stay_on)
    bench.run(10_000)


def dip(bench: Bench) -> None:
    """Found by one question and over at the next but one."""
    ready(bench)
    mains(bench, False)
    bench.run(1_000)
    mains(bench, True)
    bench.run(5_000)


def started_on_battery(bench: Bench) -> None:
    bench.off()
    mains(bench, False)
    bench.run(5_000)
    bench.start()
    bench.run(10_000)


def unplugged(bench: Bench) -> None:
    ready(bench)
    bench.unplug(NAME)
    bench.run(3_000)
    off(bench)
    bench.run(2_000)
    bench.replug(NAME)
    bench.run(5_000)


def silent(bench: Bench) -> None:
    ready(bench)
    fault(bench, "silent")
    bench.run(10_000)
    off(bench)
    bench.run(5_000)
    fault(bench, "silent", False)
    bench.run(5_000)


SCRIPTS: list[Callable[[Bench], None]] = [
    lost_and_back,
    switched_off,
    taken_back,
    taken_back_before_it_was_told,
    dip,
    started_on_battery,
    unplugged,
    silent,
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_both_levels_say_the_same(script: Callable[[Bench], None]) -> None:
    assert assert_same(RIG, script)


def test_an_empty_battery_ends_alike() -> None:
    """Between two questions the charge may have fallen below a step or not; where it is told apart from that is the same."""

    def script(bench: Bench) -> None:
        ready(bench)
        mains(bench, False)
        bench.run(MINUTES * 60_000 + 10_000)
        mains(bench, True)
        bench.run(10_000)

    told = []
    for bench in both(RIG, script):
        seen = [(fact.source, fact.low) for fact in bench.facts if isinstance(fact, PowerSeen)]
        told.append([one for at, one in enumerate(seen) if not at or one != seen[at - 1]])
    assert told[0] == told[1]
    assert told[0] == [("mains", False), ("battery", False), ("battery", True), ("unknown", False), *told[0][4:]]


@pytest.mark.parametrize("name", PLAYED)
def test_each_fault_means_the_same_at_both_levels(name: str) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        fault(bench, name)
        bench.run(4_000)
        mains(bench, False)
        bench.run(8_000)
        off(bench)
        bench.run(20_000)
        fault(bench, name, False)
        bench.run(20_000)
        mains(bench, True)
        bench.run(5_000)

    if (
        name == "flicker"
    ):  # questions come at other moments than bytes: what is seen of it differs, and where it ends does not
        ends = [bench.facts[-1] for bench in both(RIG, script)]
        assert ends[0] == ends[1]
    else:
        assert_same(RIG, script)


def test_what_the_scripts_are_about_has_happened() -> None:
    told = {script.__name__: assert_same(RIG, script) for script in SCRIPTS}
    assert [fact.source for fact in told["lost_and_back"] if isinstance(fact, PowerSeen)][-1] == "mains"
    assert PowerDip in kinds(told["dip"])
    assert PowerSeen in kinds(told["started_on_battery"])
    assert OffFailed("no link") in told["unplugged"]
    assert OffFailed("no answer") in told["silent"]
    assert OffFailed("taken back") in told["taken_back_before_it_was_told"]
    assert [fact.code for fact in told["unplugged"] if isinstance(fact, Fault)] == ["LINK_LOST"] * 2


@pytest.mark.parametrize("seed", range(12))
def test_random_hands_are_told_alike(seed: int) -> None:
    """Every act comes between two questions of either level, with time for two of them behind it."""

    def script(bench: Bench) -> None:
        dice = Random(seed)
        ready(bench)
        for _ in range(12):
            act = dice.choice(["off", "on", "order", "stay", "low_at_once", "battery_lies"])
            match act:
                case "off" | "on":
                    mains(bench, act == "on")
                case "order":
                    off(bench)
                case "stay":
                    bench.do(bench.it.stay_on)
                case _:
                    fault(bench, act, dice.random() < 0.5)
            bench.run(4_000)

    assert_same(RIG, script, seed)
