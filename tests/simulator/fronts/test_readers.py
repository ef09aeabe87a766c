"""Code scanner and identity-card reader: driver over a wire and front without one say the same of an equal twin.

Compared are the facts and what was fetched for each order: a code, a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from random import Random
from typing import Any

import pytest

from drivers.samv.driver import Samv
from drivers.scanner.driver import Scanner
from kiosk.faults import Fault
from kiosk.ports.code_scanner import CodeDropped, CodeRead, NoCode
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.id_reader import IdAgain, IdNotRead, IdRead
from simulator.devices.linkfaults import LINK_FAULTS
from simulator.devices.samv import CARDS, SamvReader
from simulator.devices.samv.faults import FAULTS as READER_FAULTS
from simulator.devices.scanner import Code, CodeScanner
from simulator.devices.scanner.faults import FAULTS as SCANNER_FAULTS
from simulator.devices.twin import Speeds
from simulator.fronts.port import reader
from simulator.fronts.port.samv import SamvFront
from simulator.fronts.port.scanner import ScannerFront, words
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig, Script, assert_same

SCANNER, READER = "code_scanner", "id_reader"
CODES = (
    b"134567890123456789",
    b"TVM1:8001.ab",
    b"6212345678901234567",
    b"A\r134567890123456789",
    b"8" * 1_000,
    b"9" * 3_000,
    b"\xb9\xfa\xcc\xfa",
    "国".encode() * 512,
)


def _scanner_driver(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    driver = Scanner(SCANNER, report)
    return Fitted(driver, [Joint(SCANNER, driver, 9_600)])


def _scanner_front(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    front = ScannerFront(SCANNER, report, twins[SCANNER])
    return Fitted(front, [Joint(SCANNER, front)])


def _reader_driver(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    driver = Samv(READER, report)
    return Fitted(driver, [Joint(READER, driver, 115_200)])


def _reader_front(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    front = SamvFront(READER, report, twins[READER])
    return Fitted(front, [Joint(READER, front)])


def _lit(twins: Mapping[str, Any]) -> tuple[bool, set[str]]:
    return twins[SCANNER].lit, twins[SCANNER].faults


def _lying(twins: Mapping[str, Any]) -> tuple[int, set[str]]:
    return len(twins[READER].cards()), twins[READER].faults


SCANNERS = Rig(lambda seed: {SCANNER: CodeScanner(Speeds())}, _scanner_driver, _scanner_front, _lit)
READERS = Rig(lambda seed: {READER: SamvReader(Speeds())}, _reader_driver, _reader_front, _lying)


def same(rig: Rig, script: Script, seed: int = 1) -> list[Fact]:
    """As `assert_same`, and what is fetched is the same, too."""
    fetched: dict[str, list[Any]] = {"bytes": [], "port": []}

    def fetching(bench: Bench) -> None:
        def answer(fact: Fact) -> None:
            match fact:
                case CodeRead():
                    fetched[bench.level].append(bench.it.take_code(fact.order))
                case IdRead():
                    fetched[bench.level].append(bench.it.take_document(fact.order))

        bench.answer = answer
        script(bench)

    facts = assert_same(rig, fetching, seed)
    assert fetched["bytes"] == fetched["port"]
    assert None not in fetched["bytes"]
    assert len(fetched["bytes"]) == sum(isinstance(fact, CodeRead | IdRead) for fact in facts)
    return facts


# -- hands


def ready(bench: Bench) -> None:
    bench.until(DeviceReady)
    bench.run(503)


def fault(bench: Bench, name: str, on: bool = True) -> None:
    (twin,) = bench.twins.values()
    bench.do(lambda: (twin.faults.add if on else twin.faults.discard)(name))


def well(bench: Bench) -> None:
    (twin,) = bench.twins.values()
    bench.do(twin.faults.clear)


def blink(bench: Bench, dark_ms: int) -> None:
    """Its power goes for a moment, the machine's does not."""
    (twin,) = bench.twins.values()
    bench.do(lambda: twin.power(False, bench.now_ms))
    bench.run(dark_ms)
    bench.do(lambda: twin.power(True, bench.now_ms))


def show(bench: Bench, content: bytes = CODES[0]) -> None:
    bench.do(lambda: bench.twins[SCANNER].show(Code(content), bench.now_ms))


def take_away(bench: Bench) -> None:
    bench.do(lambda: bench.twins[SCANNER].take_away(bench.now_ms))


def lay(bench: Bench, name: str = "man") -> None:
    bench.do(lambda: bench.twins[READER].lay(CARDS[name]))


def lift(bench: Bench) -> None:
    bench.do(lambda: bench.twins[READER].lift())


def scan(bench: Bench, order: int, limit_ms: int = 20_000) -> None:
    bench.do(lambda: bench.it.scan(order, limit_ms))


def look(bench: Bench, order: int, limit_ms: int = 20_000) -> None:
    bench.do(lambda: bench.it.look(order, limit_ms))


# -- the scanner


def each_code(bench: Bench) -> None:
    ready(bench)
    for order, content in enumerate(CODES, 1):
        scan(bench, order, 9_000)
        bench.run(700)
        show(bench, content)
        bench.run(8_503)
        take_away(bench)
        bench.run(703)


def the_same_again(bench: Bench) -> None:
    ready(bench)
    show(bench)
    for order in (1, 2, 3):
        scan(bench, order)
        bench.run(1_407)


def lit_for_long(bench: Bench) -> None:
    ready(bench)
    scan(bench, 1, 60_000)
    bench.run(47_003)
    show(bench)
    bench.run(2_000)
    take_away(bench)
    scan(bench, 2, 5_000)
    bench.run(40_000)


def orders_of_all_kinds(bench: Bench) -> None:
    scan(bench, 1)
    ready(bench)
    scan(bench, 2)
    bench.run(50)
    bench.do(lambda: bench.it.stop(1))
    bench.do(lambda: bench.it.stop(2))
    show(bench)
    scan(bench, 3)
    bench.run(60)
    bench.do(bench.it.forget)
    bench.run(3_000)
    scan(bench, 4)
    bench.run(1_000)


def scanner_unplugged(bench: Bench) -> None:
    ready(bench)
    scan(bench, 1)
    bench.run(503)
    bench.unplug(SCANNER)
    bench.run(1_703)
    scan(bench, 2)
    bench.run(500)
    bench.replug(SCANNER)
    scan(bench, 3)
    bench.run(5_000)
    scan(bench, 4)
    show(bench)
    bench.run(3_000)


def scanner_forgets(bench: Bench) -> None:
    ready(bench)
    bench.run(9_111)
    blink(bench, 103)
    bench.run(6_000)
    scan(bench, 1)
    bench.run(503)
    blink(bench, 103)
    bench.run(14_000)
    show(bench)
    bench.run(2_000)


def scanner_cut(bench: Bench) -> None:
    ready(bench)
    scan(bench, 1)
    show(bench)
    bench.run(90)
    bench.cut()
    ready(bench)
    scan(bench, 2)
    bench.run(2_000)


OF_SCANNERS: list[Script] = [
    each_code,
    the_same_again,
    lit_for_long,
    orders_of_all_kinds,
    scanner_unplugged,
    scanner_forgets,
    scanner_cut,
]


def reasons(facts: list[Fact], kind: type[Any]) -> list[str]:
    return [fact.reason for fact in facts if isinstance(fact, kind)]


def faults(facts: list[Fact]) -> list[str]:
    return [fact.code for fact in facts if isinstance(fact, Fault) and fact.up]


@pytest.mark.parametrize("script", OF_SCANNERS, ids=lambda script: script.__name__)
def test_scanners_say_the_same(script: Script) -> None:
    assert same(SCANNERS, script)


def test_what_the_scripts_of_scanners_are_about_has_happened() -> None:
    told = {script.__name__: same(SCANNERS, script) for script in OF_SCANNERS}
    assert {*reasons(told["each_code"], CodeDropped)} == {"garbled", "too_long"}
    read = [fact.shape for fact in told["each_code"] if isinstance(fact, CodeRead)]
    assert read == ["wechat", "pickup", "unionpay", "other"]
    assert reasons(told["orders_of_all_kinds"], NoCode) == ["replaced", "asked", "asked"]
    assert reasons(told["scanner_unplugged"], NoCode)[:2] == ["link", "link"]
    assert len([fact for fact in told["scanner_forgets"] if isinstance(fact, DeviceReady)]) == 3
    assert reasons(told["lit_for_long"], NoCode) == ["timed_out"]


def with_scanner_fault(name: str) -> Script:
    def script(bench: Bench) -> None:
        ready(bench)
        fault(bench, name)
        bench.run(5_001)
        scan(bench, 1, 6_000)
        bench.run(300)
        show(bench)
        bench.run(7_003)
        if name.endswith("_next"):
            blink(bench, 107)
        bench.run(4_003)
        scan(bench, 2, 9_000)
        bench.run(7_003)
        well(bench)
        bench.run(9_001)
        take_away(bench)
        scan(bench, 3, 6_000)
        bench.run(800)
        show(bench, CODES[1])
        bench.run(8_003)

    return script


@pytest.mark.parametrize("name", [*SCANNER_FAULTS, *LINK_FAULTS])
def test_each_fault_of_a_scanner_means_the_same(name: str) -> None:
    assert same(SCANNERS, with_scanner_fault(name))[-1] == CodeRead(3, "pickup")


@pytest.mark.parametrize("seed", range(12))
def test_random_hands_before_a_scanner(seed: int) -> None:
    same(SCANNERS, partial(random_hands, dice_of=seed), seed)


# -- the identity-card reader


def each_card(bench: Bench) -> None:
    ready(bench)
    for order, name in enumerate(CARDS, 1):
        look(bench, order, 4_000)
        bench.run(500)
        lay(bench, name)
        bench.run(4_003)
        lift(bench)
        bench.run(403)


def two_cards(bench: Bench) -> None:
    ready(bench)
    lay(bench)
    lay(bench, "woman")
    look(bench, 1)
    bench.run(3_003)
    bench.do(lambda: bench.twins[READER].lift(CARDS["man"]))
    bench.run(3_000)
    look(bench, 2, 4_000)
    lay(bench, "child")
    bench.run(5_000)


def moved_away(bench: Bench) -> None:
    ready(bench)
    look(bench, 1)
    bench.run(503)
    lay(bench)
    bench.run(703)
    lift(bench)
    bench.run(2_003)
    lay(bench)
    bench.run(3_000)


def left_lying(bench: Bench) -> None:
    """Without power for a moment the reader forgets which card it has read."""
    ready(bench)
    lay(bench)
    look(bench, 1)
    bench.run(3_001)
    blink(bench, 103)
    bench.run(5_000)
    look(bench, 2, 3_000)
    bench.run(4_003)
    look(bench, 3)
    lift(bench)
    bench.run(1_000)
    lay(bench)
    bench.run(3_000)


def looked_for_in_many_ways(bench: Bench) -> None:
    look(bench, 1)
    ready(bench)
    look(bench, 2)
    bench.run(50)
    bench.do(lambda: bench.it.stop(1))
    bench.do(lambda: bench.it.stop(2))
    lay(bench)
    look(bench, 3)
    bench.run(603)
    bench.do(bench.it.forget)
    look(bench, 4)
    bench.run(4_000)


def reader_unplugged(bench: Bench) -> None:
    ready(bench)
    lay(bench)
    look(bench, 1)
    bench.run(3_003)
    look(bench, 2)
    bench.run(7)
    bench.unplug(READER)
    bench.run(1_703)
    look(bench, 3)
    bench.run(500)
    bench.replug(READER)
    look(bench, 4)
    bench.run(5_000)
    look(bench, 5, 3_000)
    bench.run(4_000)


def reader_cut(bench: Bench) -> None:
    ready(bench)
    lay(bench)
    look(bench, 1)
    bench.run(653)
    bench.cut()
    ready(bench)
    look(bench, 2)
    bench.run(3_000)


OF_READERS: list[Script] = [
    each_card,
    two_cards,
    moved_away,
    left_lying,
    looked_for_in_many_ways,
    reader_unplugged,
    reader_cut,
]


@pytest.mark.parametrize("script", OF_READERS, ids=lambda script: script.__name__)
def test_readers_say_the_same(script: Script) -> None:
    assert same(READERS, script)


def test_what_the_scripts_of_readers_are_about_has_happened() -> None:
    told = {script.__name__: same(READERS, script) for script in OF_READERS}
    read = [fact.order for fact in told["each_card"] if isinstance(fact, IdRead)]
    assert [name for number, name in enumerate(CARDS, 1) if number not in read] == [
        "wrong_digit",
        "bank_card",
        "other_chip",
    ]
    assert {*reasons(told["each_card"], IdAgain)} == {"number", "kind"}
    assert {*reasons(told["two_cards"], IdAgain)} == {"moved"} == {*reasons(told["moved_away"], IdAgain)}
    assert {*reasons(told["left_lying"], IdAgain)} == {"lift"}
    assert reasons(told["reader_unplugged"], IdNotRead)[:2] == ["link", "link"]


def with_reader_fault(name: str) -> Script:
    def script(bench: Bench) -> None:
        ready(bench)
        fault(bench, name)
        bench.run(1_503)
        look(bench, 1, 9_000)
        bench.run(801)
        lay(bench)
        bench.run(10_003)
        look(bench, 2, 5_000)
        bench.run(6_001)
        well(bench)
        bench.run(9_001)
        lift(bench)
        look(bench, 3, 6_000)
        bench.run(800)
        lay(bench, "rare_name")
        bench.run(7_003)

    return script


@pytest.mark.parametrize("name", [*READER_FAULTS, *LINK_FAULTS])
def test_each_fault_of_a_reader_means_the_same(name: str) -> None:
    assert same(READERS, with_reader_fault(name))[-1] == IdRead(3)


@pytest.mark.parametrize("seed", range(12))
def test_random_hands_at_a_reader(seed: int) -> None:
    same(READERS, partial(random_hands, dice_of=seed), seed)


# -- both


def random_hands(bench: Bench, dice_of: int) -> None:
    """Codes and cards, orders, faults, the plug, and power of the device or of the machine."""
    dice, order = Random(dice_of), 0
    ready(bench)
    (name,) = bench.twins
    menu = sorted(bench.twins[name].fault_names())
    order_it, bring, away = (scan, show, take_away) if name == SCANNER else (look, lay, lift)
    things: list[Any] = list(CODES if name == SCANNER else CARDS)
    for _ in range(14):
        act = dice.choice(["order", "order", "bring", "bring", "away", "stop", "fault", "well", "blink", "plug", "cut"])
        match act:
            case "order":
                order += 1
                order_it(bench, order, dice.choice([2_000, 8_000, 30_000]))
            case "bring":
                bring(bench, dice.choice(things))
            case "away":
                away(bench)
            case "stop":
                bench.do(partial(bench.it.stop, order))
            case "fault":
                well(bench)
                fault(bench, dice.choice(menu))
            case "well":
                well(bench)
            case "blink":
                blink(bench, dice.choice([40, 300, 2_000]))
            case "plug":
                bench.unplug(name)
                bench.run(dice.choice([203, 1_503, 4_003]))
                bench.replug(name)
            case "cut":
                bench.cut()
        bench.run(dice.choice([37, 411, 1_703, 4_999]))
    well(bench)
    bench.run(12_000)


def test_a_front_that_guesses_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code whose end never came is taken for a whole one; a device that was missed once is taken for gone."""
    with monkeypatch.context() as guessing:
        guessing.setattr(words, "code_of", lambda heard, judge=words.code_of: judge(heard.rstrip(b"\r") + b"\r"))
        with pytest.raises(AssertionError, match="facts differ"):
            same(SCANNERS, with_scanner_fault("no_suffix_next"))
    monkeypatch.setattr(reader, "MISSES", 1)
    with pytest.raises(AssertionError, match="facts differ"):
        same(READERS, with_reader_fault("silence_before_once"))
