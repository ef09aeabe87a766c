"""What every slip printer owes the kiosk, over each cable there is: a pty, and USB by the real pyusb."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.ports.receipt_printer import SlipFailed, SlipPrinted
from simulator.devices.matter import Slip
from simulator.devices.usb.printer import CONFIGURATION
from tests.contracts.usb_bench import CableBench

CABLES = ("pty", "usb")
TROUBLE: dict[str, str] = {
    "paper_out": "paper",
    "cover_open": "cover",
    "mechanical": "other",
}
"""Fault of the twin before the order -> why the slip fails."""

pytestmark = pytest.mark.slow


@pytest.fixture(params=CABLES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> CableBench:  # type: ignore[misc]
    with CableBench(request.param, tmp_path) as made:
        yield made.ready()


def test_a_slip_is_printed_once_and_said_so(bench: CableBench) -> None:
    bench.order("C1", 1_200)
    assert bench.told("C1") == SlipPrinted("C1")
    assert bench.slips() == 1
    assert bench.faults() == []


def test_a_slip_that_failed_is_printed_when_it_is_ordered_again(bench: CableBench) -> None:
    for number, (fault, reason) in enumerate(TROUBLE.items()):
        bench.twin.faults.add(fault)
        bench.reactor.nudge()
        bench.until(lambda: bench.driver._condition.reason == reason)  # noqa: B023
        bench.order(f"C{number}")
        assert bench.told(f"C{number}") == SlipFailed(f"C{number}", reason)
        bench.twin.faults.discard(fault)
        bench.until(lambda: not bench.driver._condition.reason and bench.driver.ready)
        bench.until(lambda: bench.driver._phase.name == "READY")
        bench.order(f"again{number}")
        assert bench.told(f"again{number}") == SlipPrinted(f"again{number}")


def test_paper_that_ends_in_the_middle_is_said_and_the_slip_comes_again(bench: CableBench) -> None:
    bench.twin.faults.add("paper_out_mid_slip")
    bench.order("C1")
    assert bench.told("C1") == SlipFailed("C1", "paper")
    bench.twin.load_paper(bench.clock.mono_ms())
    bench.until(lambda: bench.driver._phase.name == "READY")
    bench.order("C2")
    assert bench.told("C2") == SlipPrinted("C2")


def test_a_missing_printer_is_one_fault_and_comes_when_it_is_plugged_in(tmp_path: Path) -> None:
    with CableBench("usb", tmp_path) as bench:
        bench.unplug()
        bench.until(lambda: bool(bench.faults()))
        end_ms = bench.clock.mono_ms() + 1_500  # longer than a try to open it again
        bench.until(lambda: bench.clock.mono_ms() > end_ms)
        assert bench.faults() == [("LINK_LOST", True)]
        bench.order("C1")
        assert bench.told("C1") == SlipFailed("C1", "link")
        bench.replug()
        bench.ready()
        assert bench.faults()[-1] == ("LINK_LOST", False)
        bench.order("C2")
        assert bench.told("C2") == SlipPrinted("C2")


def _nothing(bench: CableBench) -> None:
    """Pulled while idle."""


def _ordered(bench: CableBench) -> None:
    bench.order("C1", 1_200)


def _half(bench: CableBench) -> None:
    """Pulled when the first bytes of a slip are in the printer."""
    bench.order("C1", 1_200)
    bench.until(lambda: bool(bench.twin._work) or bench.slips() > 0)


def _waiting(bench: CableBench) -> None:
    """Pulled while the printer takes nothing."""
    bench.twin.faults.add("usb_takes_nothing")
    bench.order("C1", 1_200)
    for _ in range(5):
        bench.reactor.turn()
    bench.twin.faults.discard("usb_takes_nothing")


@pytest.mark.parametrize(
    ("bench", "before"),
    [("usb", _nothing), ("usb", _ordered), ("usb", _half), ("usb", _waiting), ("pty", _waiting)],
    indirect=["bench"],
)
def test_a_pulled_cable_loses_no_answer(bench: CableBench, before: Callable[[CableBench], None]) -> None:
    before(bench)
    bench.unplug()
    if before is not _nothing:
        assert isinstance(bench.told("C1"), SlipFailed | SlipPrinted)
    bench.until(lambda: ("LINK_LOST", True) in bench.faults())
    bench.replug()
    bench.until(lambda: ("LINK_LOST", False) in bench.faults() and bench.driver.ready)
    bench.until(lambda: bench.driver._phase.name == "READY")
    bench.order("C2")
    assert bench.told("C2") == SlipPrinted("C2")


# -- what only USB has


def test_two_printers_of_one_model_are_told_apart_by_their_serials(tmp_path: Path) -> None:
    with CableBench("usb", tmp_path, ("B2", "A1")) as bench:
        bench.ready().order("C1")
        assert bench.told("C1") == SlipPrinted("C1")
        assert (bench.slips(0), bench.slips(1)) == (1, 0)
    (tmp_path / "second").mkdir()
    path = f"usb:0416:5011@{tmp_path}/second/bus"
    with CableBench("usb", tmp_path / "second", ("B2", "A1"), path) as bench:
        bench.until(lambda: bool(bench.faults()))
        told = [fact.detail for fact in bench.facts if getattr(fact, "code", "") == "LINK_LOST"]  # type: ignore[attr-defined]
        assert "one of A1, B2" in told[0]


def test_it_comes_back_under_a_new_address_and_no_other_printer_takes_its_place(tmp_path: Path) -> None:
    with CableBench("usb", tmp_path, ("A1", "B2")) as bench:
        bench.ready()
        ours, other = bench.host.printers
        assert not ours._kernel_driver
        ours.unplug()
        bench.until(lambda: ("LINK_LOST", True) in bench.faults())
        end_ms = bench.clock.mono_ms() + 1_200  # one search that finds the other one only
        bench.until(lambda: bench.clock.mono_ms() > end_ms)
        assert other._owner == 0
        ours.replug()
        assert (ours.address, ours._kernel_driver, ours._configured) == (2, True, CONFIGURATION)
        bench.until(lambda: ("LINK_LOST", False) in bench.faults())
        bench.ready()
        assert not ours._kernel_driver
        assert other._kernel_driver


@pytest.mark.parametrize("fault", ["usb_stall", "usb_short_writes", "usb_empty_reads"])
def test_what_a_cable_does_to_transfers_loses_no_byte(fault: str, tmp_path: Path) -> None:
    with CableBench("usb", tmp_path) as bench:
        bench.ready()
        bench.twin.faults.add(fault)
        bench.order("C1", 2)
        assert bench.told("C1") == SlipPrinted("C1")
        [slip] = list(bench.matters[0].place("slip.mouth"))
        assert isinstance(slip, Slip)
        assert slip.rows == bytes([0x5A]) * (72 * 2)


def test_a_printer_that_answers_nothing_is_a_lost_link_and_one_that_only_waits_is_not(tmp_path: Path) -> None:
    with CableBench("usb", tmp_path) as bench:
        bench.ready()
        bench.twin.faults.add("usb_takes_nothing")
        bench.order("C1", 8)
        end_ms = bench.clock.mono_ms() + 1_500  # three time-outs of a write
        bench.until(lambda: bench.clock.mono_ms() > end_ms)
        assert ("LINK_LOST", True) not in bench.faults()
        bench.twin.faults.discard("usb_takes_nothing")
        assert bench.told("C1") == SlipPrinted("C1")
        bench.twin.faults.add("usb_dead")
        bench.order("C2", 8)
        assert bench.told("C2") == SlipFailed("C2", "link")
