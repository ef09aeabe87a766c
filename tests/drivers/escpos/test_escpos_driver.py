"""The slip printer's manners: nothing counts as printed without its word."""

from __future__ import annotations

import pytest

from kiosk.ports.fact import DeviceReady
from kiosk.ports.receipt_printer import SlipFailed, SlipPrinted
from kiosk.ports.ticket_printer import Picture
from tests.drivers.escpos.escpos_script import Bench, golden

GOLDEN = golden()
READY = DeviceReady("slip_printer", "ESC/POS", "", "")


@pytest.fixture
def bench() -> Bench:
    bench = Bench().start()
    assert bench.told() == [READY]
    return bench


def test_a_slip_counts_when_the_printer_confirmed_it(bench: Bench) -> None:
    bench.slip(height=500)
    bench.run(490)
    assert bench.told() == []
    bench.run(20)
    assert bench.told() == [SlipPrinted("C1")]
    assert len(bench.printer.rows) == 500
    assert bench.printer.cuts == 1
    assert bench.faults() == []


def test_slips_follow_one_another(bench: Bench) -> None:
    for code in ("C1", "C2", "C3"):
        bench.slip(code)
        bench.run(1_000)
    assert bench.told() == [SlipPrinted("C1"), SlipPrinted("C2"), SlipPrinted("C3")]


def test_a_printer_that_never_confirms_has_failed(bench: Bench) -> None:
    bench.printer.no_confirmation = True
    bench.slip(height=100)
    bench.run(10_000)
    assert bench.told() == []
    bench.run(9_000)
    assert bench.told() == [SlipFailed("C1", "silent")]
    bench.run(5_000)
    assert bench.faults() == [("NO_ANSWER", True)]
    bench.slip("C2")
    assert bench.told() == [SlipFailed("C2", "silent")]
    bench.printer.no_confirmation = False
    bench.run(6_000)
    assert bench.faults() == [("NO_ANSWER", False)]
    assert bench.told() == [READY]


def test_a_dead_printer_is_a_failure_and_a_fault(bench: Bench) -> None:
    bench.printer.dead = True
    bench.slip(height=100)
    bench.run(40_000)
    assert bench.told() == [SlipFailed("C1", "silent")]
    assert bench.faults() == [("NO_ANSWER", True)]


def test_a_late_confirmation_does_not_stand_for_the_next_slip(bench: Bench) -> None:
    bench.printer.ms_per_row = 250  # 25 s: long after the limit
    bench.slip("C1", height=100)
    bench.run(19_000)
    assert bench.told() == [SlipFailed("C1", "silent")]
    bench.printer.ms_per_row = 1
    bench.run(13_000)
    assert bench.told() == [READY]
    assert "state ready" in bench.driver.probe_lines()
    bench.printer.no_confirmation = True
    bench.slip("C2", height=100)
    bench.run(20_000)
    assert bench.told() == [SlipFailed("C2", "silent")]


@pytest.mark.parametrize(
    ("asb", "reason", "fault"),
    [
        ("asb_end", "paper", "SLIP_PAPER_OUT"),
        ("asb_cover", "cover", "SLIP_COVER"),
        ("asb_cutter", "cutter", "SLIP_CUTTER"),
    ],
)
def test_what_goes_wrong_in_mid_slip_fails_it_at_once(bench: Bench, asb: str, reason: str, fault: str) -> None:
    bench.printer.no_confirmation = True
    bench.slip(height=500)
    bench.printer.say(GOLDEN[asb], bench.now_ms + 200)
    bench.run(250)
    assert bench.told() == [SlipFailed("C1", reason)]
    assert bench.faults()[0] == (fault, True)


def test_a_slip_cut_off_by_the_end_of_the_paper_is_not_printed(bench: Bench) -> None:
    bench.printer.done = 0x0F
    bench.slip()
    bench.run(600)
    assert bench.told() == [SlipFailed("C1", "paper")]


def test_near_end_warns_and_prints(bench: Bench) -> None:
    bench.printer.status[3] = 0x1E
    bench.printer.done = 0x03
    bench.printer.say(GOLDEN["asb_near_end"], bench.now_ms + 1)
    bench.run(10)
    assert bench.faults() == [("SLIP_PAPER_LOW", True)]
    bench.slip()
    bench.run(600)
    assert bench.told() == [SlipPrinted("C1")]


@pytest.mark.parametrize(
    ("status", "reason", "fault"),
    [
        ([0x1A, 0x32, 0x12, 0x7E], "paper", "SLIP_PAPER_OUT"),
        ([0x1A, 0x16, 0x12, 0x12], "cover", "SLIP_COVER"),
        ([0x1A, 0x52, 0x1A, 0x12], "cutter", "SLIP_CUTTER"),
        ([0x1A, 0x52, 0x32, 0x12], "other", "DEVICE_FAILURE"),
    ],
)
def test_troubles_at_rest_are_seen_and_end(bench: Bench, status: list[int], reason: str, fault: str) -> None:
    bench.printer.status = status
    bench.run(5_500)
    assert bench.faults() == [(fault, True)]
    bench.slip()
    assert bench.told() == [SlipFailed("C1", reason)]
    assert bench.printer.rows == []
    bench.printer.status = [0x12] * 4
    bench.run(5_500)
    assert bench.faults() == [(fault, False)]
    bench.slip("C2")
    bench.run(1_000)
    assert bench.told() == [SlipPrinted("C2")]


def test_a_printer_that_starts_without_paper_is_known_and_faulty() -> None:
    bench = Bench()
    bench.printer.status = [0x1A, 0x32, 0x12, 0x7E]
    bench.start()
    assert bench.told() == [READY]
    assert bench.faults() == [("SLIP_PAPER_OUT", True)]
    bench.printer.status = [0x12] * 4
    bench.run(2_500)
    assert bench.faults() == [("SLIP_PAPER_OUT", False)]
    bench.slip()
    bench.run(600)
    assert bench.told() == [SlipPrinted("C1")]


def test_nobody_there_and_then_somebody() -> None:
    bench = Bench()
    bench.printer.dead = True
    bench.start()
    bench.run(6_000)
    assert bench.faults() == [("NO_ANSWER", True)]
    bench.printer.dead = False
    bench.run(3_000)
    assert bench.faults() == [("NO_ANSWER", False)]
    assert bench.told() == [READY]


def test_another_device_on_the_port_is_named() -> None:
    bench = Bench()
    bench.printer.dead = True
    bench.driver.link_up(bench.now_ms)
    for _ in range(12):
        bench.printer.say(b"\x81\xc3\xff", bench.now_ms + 10)
        bench.run(500)
    assert bench.faults() == [("WRONG_DEVICE", True)]
    bench.slip()
    assert bench.told() == [SlipFailed("C1", "silent")]


def test_one_lost_status_byte_is_no_fault(bench: Bench) -> None:
    while not bench.printer.out:
        bench.run(1)
    bench.printer.out = bench.printer.out[1:]
    bench.run(10_000)
    assert bench.faults() == []
    assert bench.told() == []


def test_status_bytes_inside_a_picture_confirm_nothing(bench: Bench) -> None:
    bench.printer.no_confirmation = True
    bench.slip(height=50)
    bench.run(50)
    bench.printer.say(b"\x12\x12\x12\x12\x12", bench.now_ms + 1)
    bench.run(500)
    assert bench.told() == []


def test_a_confirmation_nobody_asked_for_means_nothing(bench: Bench) -> None:
    bench.printer.say(b"\x00\x00\x00", bench.now_ms + 1)
    bench.run(100)
    bench.printer.no_confirmation = True
    bench.slip(height=10)
    bench.run(100)
    assert bench.told() == []


def test_unplugged_in_mid_slip(bench: Bench) -> None:
    bench.slip()
    bench.run(100)
    bench.driver.link_lost("gone", bench.now_ms)
    assert bench.told() == [SlipFailed("C1", "link")]
    bench.slip("C2")
    assert bench.told() == [SlipFailed("C2", "link")]
    bench.start()
    bench.run(1_000)
    assert bench.faults() == [("LINK_LOST", True), ("LINK_LOST", False)]


def test_a_slip_wider_than_the_paper_is_refused(bench: Bench) -> None:
    bench.driver.print_slip("C1", Picture(640, 1, bytes(80)))
    assert bench.told() == [SlipFailed("C1", "other")]


def test_a_second_slip_is_refused_while_one_is_printed(bench: Bench) -> None:
    bench.slip("C1")
    bench.slip("C2")
    assert bench.told() == [SlipFailed("C2", "other")]
    bench.run(600)
    assert bench.told() == [SlipPrinted("C1")]


def test_a_slip_that_waits_for_a_lost_confirmation_begins_when_the_wait_is_over(bench: Bench) -> None:
    bench.printer.no_confirmation = True
    bench.slip("C1", height=10)
    bench.run(9_000)
    bench.printer.no_confirmation = False
    bench.run(2_000)
    assert bench.told() == [SlipFailed("C1", "silent")]
    bench.slip("C2", height=10)
    bench.run(3_000)
    assert bench.told() == [SlipPrinted("C2")]


def test_probe_lines_show_state_and_move_nothing(bench: Bench) -> None:
    lines = bench.driver.probe_lines()
    assert lines[0] == "slip printer ESC/POS, 576 dots"
    assert "state ready" in lines
    assert "paper_low 0 paper_out 0 slips 0" in lines
    assert bench.printer.rows == []
    assert bench.printer.cuts == 0


def test_a_printer_cut_off_inside_a_picture_is_fed_white_until_it_answers() -> None:
    bench = Bench()
    bench.printer.take(b"\x1d\x76\x30\x00\x48\x00\x40\x00" + bytes(100), bench.now_ms)  # 64 rows of 72 bytes begin
    bench.start()
    bench.run(5_000)
    assert bench.driver.ready
    bench.slip()
    bench.run(5_000)
    assert bench.told()[-1] == SlipPrinted("C1")
