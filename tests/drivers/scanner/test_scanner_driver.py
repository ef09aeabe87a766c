from __future__ import annotations

from random import Random

import pytest

from drivers.scanner.codec import STYLES
from kiosk.faults import Fault
from kiosk.ports.code_scanner import CodeDropped, CodeRead, NoCode, ScannedCode, ScanOpen
from kiosk.ports.fact import DeviceReady
from kiosk.records import record_of
from tests.drivers.scanner.scanner_script import WECHAT, Paper

MODELS = sorted(STYLES)


def test_it_is_made_dark_identified_and_set_up() -> None:
    paper = Paper()
    driver = paper.driver()
    paper.run(100)
    assert paper.facts == [DeviceReady("code_scanner", "EX-1", "2.01", "0042")]
    assert paper.heard[0] == STYLES["scanner"].off
    assert [part[3:-1] for part in paper.heard[1:]] == [
        b"REVINF",
        b"TRGMOD0",
        b"TRGSTO30000",
        b"PRECA2",
        b"SUFCA2",
        b"SUFBK2990D",
    ]
    assert "serial 0042" in driver.probe_lines()


def test_a_scanner_of_letters_is_identified() -> None:
    paper = Paper("scanner_letters")
    paper.driver()
    paper.run(100)
    assert paper.facts == [DeviceReady("code_scanner", "TVM-SC1 1.00", "", "")]
    assert paper.heard == [b"D", b"i"]


@pytest.mark.parametrize("model", MODELS)
def test_a_code_is_read_once_and_given_away_once(model: str) -> None:
    paper = Paper(model)
    driver = paper.ready()
    driver.scan(1)
    paper.run(50)
    assert paper.lit
    paper.hold(WECHAT)
    assert paper.facts == [ScanOpen(1), CodeRead(1, "wechat")]
    assert not paper.lit
    assert driver.take_code(2) is None
    assert driver.take_code(1) == ScannedCode(WECHAT.decode())
    assert driver.take_code(1) is None


@pytest.mark.parametrize("model", MODELS)
def test_what_is_read_when_nothing_was_asked_is_discarded(model: str) -> None:
    paper = Paper(model)
    driver = paper.ready()
    driver.receive(WECHAT + b"\r", paper.now_ms)
    paper.run(400)
    driver.scan(1)
    paper.run(400)
    assert paper.facts == [ScanOpen(1)]
    driver.stop(1)
    driver.receive(WECHAT + b"\r", paper.now_ms)
    paper.run(400)
    assert paper.facts == [ScanOpen(1), NoCode(1, "asked")]
    assert driver.take_code(1) is None
    assert not paper.lit


@pytest.mark.parametrize("model", MODELS)
def test_the_same_code_within_two_seconds_is_one_scan(model: str) -> None:
    paper = Paper(model)
    driver = paper.ready()
    driver.scan(1)
    paper.hold(WECHAT)
    driver.scan(2)
    paper.hold(WECHAT, 1_000)
    assert paper.facts == [ScanOpen(1), CodeRead(1, "wechat"), ScanOpen(2)]
    paper.hold(b"TVM1:8001.ab", 300)
    assert paper.facts[-1] == CodeRead(2, "pickup")
    driver.scan(3)
    paper.run(2_000)
    paper.hold(b"TVM1:8001.ab")
    assert paper.facts[-1] == CodeRead(3, "pickup")


@pytest.mark.parametrize(
    ("shown", "reason"),
    [(b"7" * 513, "too_long"), (b"7" * 7_089, "too_long"), (b"a\r" + WECHAT, "garbled"), (b"\xff", "garbled")],
)
def test_what_is_no_code_is_dropped_once_and_the_scan_goes_on(shown: bytes, reason: str) -> None:
    paper = Paper()
    driver = paper.ready()
    driver.scan(1)
    paper.hold(shown, 1_000)
    assert paper.facts == [ScanOpen(1), CodeDropped(1, reason)]
    paper.hold(WECHAT)
    assert paper.facts[-1] == CodeRead(1, "wechat")


def test_a_code_may_come_byte_by_byte() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.scan(1)
    paper.run(10)
    for byte in WECHAT + b"\r":
        driver.receive(bytes([byte]), paper.now_ms)
        paper.run(20)
    assert paper.facts == [ScanOpen(1)]
    paper.run(100)
    assert paper.facts[-1] == CodeRead(1, "wechat")


def test_a_scanner_that_lost_its_suffix_is_set_up_again_while_a_code_is_wanted() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.scan(1)
    paper.suffix = b""
    paper.hold(WECHAT, 2_000)
    assert paper.news() == [
        ScanOpen(1),
        CodeDropped(1, "cut"),
        DeviceReady("code_scanner", "EX-1", "2.01", "0042"),
        CodeRead(1, "wechat"),
    ]


def test_a_scanner_that_lost_its_power_at_rest_is_set_up_again() -> None:
    paper = Paper()
    paper.ready()
    paper.suffix = b""
    paper.run(3_000)
    assert paper.suffix == b"\r"
    assert paper.facts == [DeviceReady("code_scanner", "EX-1", "2.01", "0042")]


def test_time_ends_a_scan_and_the_light() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.scan(1, 25_000)
    paper.run(24_900)
    assert paper.facts == [ScanOpen(1)]
    assert paper.lit
    paper.run(300)
    assert paper.facts == [ScanOpen(1), NoCode(1, "timed_out")]
    assert not paper.lit
    driver.stop(1)
    paper.run(100)
    assert len(paper.facts) == 2


@pytest.mark.parametrize("model", MODELS)
def test_silence_is_a_fault_also_while_the_window_is_lit(model: str) -> None:
    paper = Paper(model)
    driver = paper.ready()
    driver.scan(1)
    paper.run(100)
    paper.dead = True
    paper.run(15_000)
    assert paper.faults() == [("NO_ANSWER", True, "")]
    assert paper.news() == [ScanOpen(1), NoCode(1, "silent")]
    assert not driver.can_scan
    paper.dead = False
    paper.run(4_000)
    assert paper.faults()[-1] == ("NO_ANSWER", False, "")
    assert driver.can_scan


@pytest.mark.parametrize("model", MODELS)
def test_another_device_is_not_believed(model: str) -> None:
    paper = Paper(model, babble=b"\x02\x15\x00\x03")
    driver = paper.driver()
    driver.scan(1)
    paper.run(6_000)
    assert paper.facts == [Fault("code_scanner", "WRONG_DEVICE", True, ""), NoCode(1, "silent")]
    assert not driver.ready


def test_a_scanner_that_cannot_be_set_up_is_a_fault() -> None:
    paper = Paper(refuses=b"SUFCA2")
    driver = paper.driver()
    driver.scan(1)
    paper.run(1_000)
    assert paper.facts == [Fault("code_scanner", "DEVICE_FAILURE", True, "SUFCA2"), NoCode(1, "silent")]
    paper.refuses = b"-"
    paper.run(3_000)
    assert paper.faults()[-1] == ("DEVICE_FAILURE", False, "SUFCA2")
    assert driver.can_scan


def test_a_pulled_plug_ends_the_scan() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.scan(1)
    paper.run(100)
    driver.receive(WECHAT[:5], paper.now_ms)
    driver.link_lost("unplugged", paper.now_ms)
    assert driver.poll(paper.now_ms) is None
    assert paper.facts == [ScanOpen(1), Fault("code_scanner", "LINK_LOST", True, "unplugged"), NoCode(1, "link")]
    driver.link_up(paper.now_ms)
    driver.scan(2)
    paper.run(300)
    assert paper.facts[-1] == ScanOpen(2)


def test_a_new_order_replaces_the_one_that_runs_and_forget_leaves_nothing() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.scan(1)
    paper.run(50)
    driver.scan(2)
    paper.hold(WECHAT)
    assert paper.facts == [ScanOpen(1), NoCode(1, "replaced"), ScanOpen(2), CodeRead(2, "wechat")]
    driver.forget()
    assert driver.take_code(2) is None
    driver.scan(3)
    paper.hold(WECHAT)
    assert paper.facts[-1] == CodeRead(3, "wechat")


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_line_does_every_order_ends_once_and_no_fact_tells_a_code(seed: int) -> None:
    dice = Random(seed)
    paper = Paper(dice.choice(MODELS))
    driver = paper.driver()
    order = 0
    for _ in range(120):
        deed = dice.randrange(8)
        if deed == 0:
            order += 1
            driver.scan(order, dice.choice((1, 700, 20_000)))
        elif deed == 1:
            driver.stop(order)
        elif deed == 2:
            driver.receive(dice.choice((WECHAT + b"\r", WECHAT, b"\r", dice.randbytes(9))), paper.now_ms)
        elif deed == 3:
            paper.hold(dice.choice((WECHAT, b"TVM1:1", b"7" * 600)), 200)
        elif deed == 4:
            paper.dead = dice.random() < 0.3
        elif deed == 5:
            driver.link_lost("pulled", paper.now_ms)
            driver.link_up(paper.now_ms)
        elif deed == 6:
            paper.suffix, paper.lit = b"", False
        paper.run(dice.choice((1, 100, 900)))
    paper.dead = False
    paper.run(30_000)
    ends = [fact.order for fact in paper.facts if isinstance(fact, CodeRead | NoCode)]
    assert ends == list(range(1, order + 1))
    assert not any(WECHAT.decode() in str(record_of(fact)) for fact in paper.facts)
