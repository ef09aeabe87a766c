"""Driver against twin over a wire in memory: what one reading of the sheet says, the other understands."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from drivers.samv.driver import Samv
from drivers.scanner.driver import Scanner
from kiosk.faults import Fault
from kiosk.ports.code_scanner import CodeDropped, CodeRead, NoCode, ScanOpen
from kiosk.ports.fact import Fact
from kiosk.ports.id_reader import IdAgain, IdCardSeen, IdNotRead, IdRead, IdSearching
from simulator.devices.samv import SamvReader
from simulator.devices.samv.faults import FAULTS as SAMV_FAULTS
from simulator.devices.samv.people import CARDS
from simulator.devices.scanner import Code, CodeScanner, Maker
from simulator.devices.scanner.faults import FAULTS as SCANNER_FAULTS
from simulator.devices.twin import Speeds

WALLET = Code(b"134567890123456789")
SCANNERS = [("scanner", Maker.HONEYWELL), ("scanner_letters", Maker.DATALOGIC)]
HOLDERS = {
    "woman": ("张测试", "19000119850412002"),
    "man": ("李样本", "19000119721130017"),
    "child": ("王范例", "19000120190908005"),
    "elder": ("赵虚构", "19000119480101004"),
    "long_name": ("阿样本·测试·试范例尔·虚构提", "19000119900228003"),
    "rare_name": ("\U00020bb7\ue863样", "19000119931224006"),
    "ends_in_x": ("钱校验", "19000119960101019"),
    "expired": ("孙过期", "19000119800101007"),
    "not_yet_valid": ("周未来", "19000119990909008"),
    "resident": ("SAMPLE, ALEX TEST", "XXX190085041207"),
}
"""Card of the twin -> what its holder is called, and how the number begins."""


class Bench:
    """A driver and its twin in one loop of virtual time; starts ready, with no fact left to look at."""

    def __init__(self, driver: Any, twin: Any, facts: list[Fact]) -> None:
        self.driver, self.twin, self.facts, self.now_ms = driver, twin, facts, 1_000
        driver.link_up(self.now_ms)
        self.run(3_000)
        assert driver.ready
        facts.clear()

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wakes = [self.driver.poll(self.now_ms)]
            if sent := self.driver.take_output():
                self.twin.receive(sent, self.now_ms)
            wakes.append(self.twin.poll(self.now_ms))
            if said := self.twin.take_output():
                self.driver.receive(said, self.now_ms)
                wakes.append(self.now_ms)
            self.now_ms = max(self.now_ms + 1, min(wake for wake in (*wakes, end_ms) if wake is not None))

    def news(self) -> list[Fact]:
        return [fact for fact in self.facts if not isinstance(fact, Fault) and fact.kind != "device.ready"]

    def faults(self) -> list[str]:
        return [fact.code for fact in self.facts if isinstance(fact, Fault) and fact.up]


def identity() -> Bench:
    facts: list[Fact] = []
    return Bench(Samv("id_reader", facts.append), SamvReader(Speeds()), facts)


def codes(model: str = "scanner", maker: Maker = Maker.HONEYWELL) -> Bench:
    facts: list[Fact] = []
    return Bench(Scanner("code_scanner", facts.append, model=model), CodeScanner(Speeds(), maker), facts)


# -- identity cards


@pytest.mark.parametrize("name", HOLDERS)
def test_a_card_is_read_as_it_was_issued(name: str) -> None:
    bench = identity()
    bench.driver.look(1)
    bench.run(500)
    bench.twin.lay(CARDS[name])
    bench.run(3_000)
    assert bench.facts == [IdSearching(1), IdCardSeen(1), IdRead(1)]
    document = bench.driver.take_document(1)
    assert (document.name, document.number[:17]) == HOLDERS[name]
    assert document.valid_on(date(2026, 11, 22)) == (name not in ("expired", "not_yet_valid"))
    assert (document.valid_to is None) == (name == "elder")
    assert document.kind == ("resident" if name == "resident" else "citizen")
    bench.driver.look(2, 2_000)
    bench.run(3_000)
    assert bench.facts[3:] == [IdSearching(2), IdNotRead(2, "timed_out")]
    bench.driver.look(3)
    bench.twin.lift()
    bench.run(500)
    bench.twin.lay(CARDS["man"])
    bench.run(3_000)
    assert bench.facts[-1] == IdRead(3)
    assert not bench.twin.manners


@pytest.mark.parametrize(("name", "reason"), [("wrong_digit", "number"), ("other_chip", "kind"), ("bank_card", "")])
def test_what_is_no_good_card_is_not_read(name: str, reason: str) -> None:
    bench = identity()
    bench.twin.lay(CARDS[name])
    bench.driver.look(1, 5_000)
    bench.run(6_000)
    again = [fact.reason for fact in bench.facts if isinstance(fact, IdAgain)]
    assert again == ([reason] if reason else [])
    assert bench.facts[-1] == IdNotRead(1, "timed_out")


def test_two_cards_are_none() -> None:
    bench = identity()
    bench.twin.lay(CARDS["man"])
    bench.twin.lay(CARDS["woman"])
    bench.driver.look(1, 20_000)
    bench.run(3_000)
    assert bench.news() == [IdSearching(1), IdCardSeen(1), IdAgain(1, "moved")]
    bench.twin.lift(CARDS["man"])
    bench.run(3_000)
    assert bench.facts[-1] == IdRead(1)
    assert bench.driver.take_document(1).name == "张测试"


def test_a_reader_without_power_for_a_moment_does_not_read_a_forgotten_card_again() -> None:
    bench = identity()
    bench.twin.lay(CARDS["man"])
    bench.driver.look(1)
    bench.run(3_000)
    bench.driver.forget()
    bench.twin.power(False, bench.now_ms)
    bench.run(50)
    bench.twin.power(True, bench.now_ms)
    bench.run(5_000)
    bench.driver.look(2, 3_000)
    bench.run(4_000)
    assert bench.news()[-2:] == [IdAgain(2, "lift"), IdNotRead(2, "timed_out")]


@pytest.mark.parametrize("fault", sorted(SAMV_FAULTS))
def test_after_a_fault_of_the_reader_the_next_card_is_read_right(fault: str) -> None:
    bench = identity()
    bench.twin.faults.add(fault)
    bench.twin.lay(CARDS["man"])
    bench.driver.look(1, 12_000)
    bench.run(13_000)
    bench.twin.faults.clear()
    bench.run(8_000)
    ends = [fact for fact in bench.facts if isinstance(fact, IdRead | IdNotRead)]
    assert len(ends) == 1
    first = bench.driver.take_document(1)
    assert first is None or first.name == "李样本"
    bench.twin.lift()
    bench.driver.look(2)
    bench.run(1_000)
    bench.twin.lay(CARDS["rare_name"])
    bench.run(5_000)
    assert bench.facts[-1] == IdRead(2)
    assert bench.driver.take_document(2).name == "\U00020bb7\ue863样"
    assert bench.driver.can_read


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("sam_failed", "DEVICE_FAILURE"),
        ("sam_no_key", "DEVICE_FAILURE"),
        ("sam_logged_out", "DEVICE_FAILURE"),
        ("wrong_baud", "NO_ANSWER"),
    ],
)
def test_a_reader_that_cannot_work_is_a_fault(fault: str, code: str) -> None:
    bench = identity()
    bench.twin.faults.add(fault)
    bench.driver.look(1)
    bench.run(8_000)
    assert bench.faults() == [code]
    assert isinstance(bench.news()[-1], IdNotRead)


# -- codes


@pytest.mark.parametrize(("model", "maker"), SCANNERS)
def test_a_code_is_read_while_it_is_wanted_and_at_no_other_time(model: str, maker: Maker) -> None:
    bench = codes(model, maker)
    bench.twin.show(WALLET, bench.now_ms)
    bench.run(3_000)
    assert bench.facts == []
    assert not bench.twin.lit
    bench.driver.scan(1)
    bench.run(1_000)
    assert bench.facts == [ScanOpen(1), CodeRead(1, "wechat")]
    assert bench.driver.take_code(1).text == "134567890123456789"
    assert not bench.twin.lit
    bench.twin.take_away(bench.now_ms)
    bench.driver.scan(2, 40_000)
    bench.run(35_000)
    assert bench.twin.lit
    bench.twin.show(Code(b"TVM1:8001.ab"), bench.now_ms)
    bench.run(1_000)
    assert bench.facts[-1] == CodeRead(2, "pickup")


@pytest.mark.parametrize(("model", "maker"), SCANNERS)
def test_a_scanner_without_power_for_a_moment_is_set_up_again(model: str, maker: Maker) -> None:
    bench = codes(model, maker)
    bench.driver.scan(1)
    bench.run(500)
    bench.twin.power(False, bench.now_ms)
    bench.run(50)
    bench.twin.power(True, bench.now_ms)
    bench.run(20_000)
    bench.twin.show(WALLET, bench.now_ms)
    bench.run(2_000)
    assert bench.news() == [ScanOpen(1), CodeRead(1, "wechat")]


@pytest.mark.parametrize("fault", sorted(SCANNER_FAULTS))
def test_after_a_fault_of_the_scanner_the_next_code_is_read_right(fault: str) -> None:
    bench = codes()
    bench.twin.faults.add(fault)
    bench.driver.scan(1, 8_000)
    bench.run(200)
    bench.twin.show(WALLET, bench.now_ms)
    bench.run(9_000)
    bench.twin.take_away(bench.now_ms)
    bench.twin.faults.clear()
    bench.run(8_000)
    ends = [fact for fact in bench.facts if isinstance(fact, CodeRead | NoCode)]
    assert len(ends) == 1
    code = bench.driver.take_code(1)
    assert code is None or fault in ("misread_next", "lost_bytes_next") or code.text == WALLET.content.decode()
    bench.driver.scan(2)
    bench.run(500)
    bench.twin.show(Code(b"6212345678901234567"), bench.now_ms)
    bench.run(2_000)
    assert bench.facts[-1] == CodeRead(2, "unionpay")


def test_what_is_no_code_of_ours_is_dropped() -> None:
    bench = codes()
    bench.driver.scan(1, 20_000)
    for content, reason in (
        (b"8" * 7_089, "too_long"),
        (b"A\r" + WALLET.content, "garbled"),
        (b"\xb9\xfa\xcc\xfa", ""),
    ):
        bench.run(500)
        bench.twin.show(Code(content), bench.now_ms)
        bench.run(1_500)
        bench.twin.take_away(bench.now_ms)
        assert not reason or CodeDropped(1, reason) in bench.facts
    bench.run(20_000)
    assert bench.facts[-1] == NoCode(1, "timed_out")
