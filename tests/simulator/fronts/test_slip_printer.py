"""The slip printer: driver over a wire and front without one say the same of an equal printer."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from drivers.escpos.driver import EscPosPrinter as Driver
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.receipt_printer import SlipFailed, SlipPrinted
from kiosk.ports.ticket_printer import Picture
from simulator.devices.escpos import EscPosPrinter
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fronts.port.slip_printer import SlipPrinterFront
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig, Script, assert_same, both

pytestmark = pytest.mark.slow


NAME, BAUD = "slip_printer", 115_200
PICTURE = Picture(16, 200, b"\xaa\x55" * 200)
SHORT = Picture(16, 20, b"\xaa\x55" * 20)
DEVICE_FAULTS = (
    "near_end",
    "paper_out",
    "paper_out_mid_slip",
    "cover_open",
    "feed_button",
    "cutter_jam",
    "head_hot",
    "mechanical",
    "unrecoverable",
    "no_status",
)
BYTES_ONLY = {
    "stale_status": "an old block is a matter of bytes; the driver believes the newer one behind it",
    "late_reply": "an answer that comes late is a matter of the line",
    "duplicate_reply": "the driver drops the second",
    "reply_to_previous": "the driver cannot tell status bytes apart but by their order",
    "bit_flip": "what the bit says is a matter of bytes",
    "cut_frame": "half an answer is none, as with silence_after",
    "noise": "dropped",
}
LINK_FAULTS = ("silence_before", "silence_after", "reset_by_itself")


def _twins(_seed: int) -> Mapping[str, Any]:
    return {NAME: EscPosPrinter(Matter(), Speeds())}


def _by_bytes(report: Report, twins: Mapping[str, Any], _boot: int) -> Fitted:
    driver = Driver(NAME, report, baud=BAUD)
    return Fitted(driver, [Joint(NAME, driver, BAUD)])


def _by_port(report: Report, twins: Mapping[str, Any], _boot: int) -> Fitted:
    front = SlipPrinterFront(NAME, report, twins[NAME], baud=BAUD)
    return Fitted(front, [Joint(NAME, front)])


RIG = Rig(_twins, _by_bytes, _by_port)


def order(bench: Bench, code: str, picture: Picture = PICTURE) -> None:
    bench.do(lambda: bench.it.print_slip(code, picture))


def put(bench: Bench, *faults: str, targets: tuple[int, ...] = ()) -> None:
    def act() -> None:
        bench.twins[NAME].faults |= set(faults)
        bench.twins[NAME].link.targets = set(targets)

    bench.do(act)


def lift(bench: Bench, *faults: str) -> None:
    bench.do(lambda: bench.twins[NAME].faults.difference_update(faults))


def mended(bench: Bench) -> None:
    twin = bench.twins[NAME]
    twin.faults.clear()
    twin.load_paper(bench.now_ms)
    twin.clear_cutter(bench.now_ms)


def printed(bench: Bench, code: str) -> None:
    order(bench, code)
    bench.run(4_000)


def test_every_fault_is_played_or_named_as_a_matter_of_bytes() -> None:
    names = {name.removesuffix("_once") for name in EscPosPrinter(Matter(), Speeds()).fault_names()}
    assert names == {*DEVICE_FAULTS, *LINK_FAULTS, *BYTES_ONLY}


def test_slips_one_after_the_other() -> None:
    def script(bench: Bench) -> None:
        bench.run(1_000)
        for code in ("C1", "C2"):
            printed(bench, code)
            bench.do(bench.twins[NAME].take_slip)
        order(bench, "C3", Picture(8, 1, b"\0"))
        order(bench, "C4")  # one at a time
        bench.run(20_000)
        order(bench, "C5", Picture(600, 1, bytes(75)))
        bench.run(100)

    facts = assert_same(RIG, script)
    assert facts == [
        DeviceReady(NAME, "ESC/POS", "", ""),
        SlipPrinted("C1"),
        SlipPrinted("C2"),
        SlipFailed("C4", "other"),
        SlipPrinted("C3"),
        SlipFailed("C5", "other"),
    ]


@pytest.mark.parametrize("when", ["start", "idle", "ordered", "printing"])
@pytest.mark.parametrize("fault", DEVICE_FAULTS)
def test_a_fault_of_the_printer_and_its_end(fault: str, when: str) -> None:
    def script(bench: Bench) -> None:
        if when == "start":
            bench.off()
            bench.twins[NAME].faults.add(fault)
            bench.on()
        bench.run(1_000)
        if when == "idle":
            put(bench, fault)
            bench.run(8_000)
        if when == "ordered":
            bench.twins[NAME].faults.add(fault)
        order(bench, "C1")
        bench.run(90)
        if when == "printing":
            put(bench, fault)
        bench.run(30_000)
        order(bench, "C2")
        bench.run(30_000)
        bench.do(lambda: mended(bench))
        bench.run(30_000)
        printed(bench, "C3")

    facts = assert_same(RIG, script)
    assert any(isinstance(fact, SlipPrinted | SlipFailed) for fact in facts)


@pytest.mark.parametrize("target", [0x10, 0x40, 0x61, 0x76, 0x56, 0x72, None])
@pytest.mark.parametrize("once", [True, False])
@pytest.mark.parametrize("fault", LINK_FAULTS)
def test_a_fault_of_the_link(fault: str, once: bool, target: int | None) -> None:
    name = f"{fault}_once" if once else fault

    def script(bench: Bench) -> None:
        bench.run(1_010)
        put(bench, name, targets=(target,) if target else ())
        printed(bench, "C1")
        bench.run(20_010)
        printed(bench, "C2")
        lift(bench, fault, name)
        bench.run(20_010)
        printed(bench, "C3")

    assert_same(RIG, script)


@pytest.mark.parametrize("after_ms", [0, 20, 60, 250, 400, 5_000])
def test_mains_fail_and_come_back(after_ms: int) -> None:
    def script(bench: Bench) -> None:
        bench.run(1_000)
        order(bench, "C1")
        bench.run(after_ms)
        bench.cut()
        bench.run(3_000)
        printed(bench, "C1")

    facts = assert_same(RIG, script)
    assert facts[-1] == SlipPrinted("C1")


def test_the_printer_alone_goes_dark() -> None:
    def script(bench: Bench) -> None:
        bench.run(1_000)
        bench.do(lambda: bench.twins[NAME].power(False, bench.now_ms))
        bench.run(12_000)
        printed(bench, "C1")
        bench.do(lambda: bench.twins[NAME].power(True, bench.now_ms))
        bench.run(6_000)
        printed(bench, "C2")

    facts = assert_same(RIG, script)
    assert Fault(NAME, "NO_ANSWER", True) in facts
    assert facts[-1] == SlipPrinted("C2")


@pytest.mark.parametrize("after_ms", [None, 0, 200, 3_000])
def test_the_plug_is_pulled(after_ms: int | None) -> None:
    def script(bench: Bench) -> None:
        bench.run(1_000)
        if after_ms is not None:
            order(bench, "C1")
            bench.run(after_ms)
        bench.unplug(NAME)
        bench.run(3_300)
        order(bench, "C2")
        bench.replug(NAME)
        bench.run(6_000)
        printed(bench, "C3")

    facts = assert_same(RIG, script)
    assert facts[-1] == SlipPrinted("C3")


def _random(dice: Random) -> Script:
    # hundreds of milliseconds: the line time of a slip lies between two of them
    steps = [(dice.randrange(10), 100 * dice.randrange(1, 90), dice.random()) for _ in range(12)]

    def script(bench: Bench) -> None:
        twin = bench.twins[NAME]
        bench.run(1_000)
        for number, (what, span_ms, chance) in enumerate(steps):
            if what < 4:
                order(bench, f"C{number}", SHORT)
            elif what == 4:
                put(bench, DEVICE_FAULTS[int(chance * len(DEVICE_FAULTS))])
            elif what == 5:
                bench.do(lambda: mended(bench))
            elif what == 6:
                put(bench, f"{LINK_FAULTS[int(chance * 3)]}_once", targets=(0x76,))
            elif what == 7:
                bench.cut(5_000)
            elif what == 8:
                bench.do(twin.take_slip)
            bench.run(span_ms)

    return script


@pytest.mark.parametrize("seed", range(25))
def test_a_random_day(seed: int) -> None:
    facts: list[Fact] = assert_same(RIG, _random(Random(seed)), seed)
    assert isinstance(facts[0], DeviceReady)


def test_the_same_paper_comes_out() -> None:
    def script(bench: Bench) -> None:
        bench.run(1_000)
        printed(bench, "C1")

    slips = [bench.twins[NAME].paper._matter.place("slip.mouth").things for bench in both(RIG, script)]
    assert [slip.rows for slip in slips[0]] == [slip.rows for slip in slips[1]] != []


def test_an_idle_front_sleeps() -> None:
    bench = Bench(RIG, "port")
    bench.run(1_000)
    printed(bench, "C1")
    assert bench.it.poll(bench.now_ms) is None
