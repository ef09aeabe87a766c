"""What the card reader port promises, with the twin written from the same sheet: over a wire in virtual time and over a pty.

What is said of a card is where it lies; a card that came in goes back to the hand that takes it or into the bin; a chip hears an
APDU once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.ports.card_reader import (
    CardBytes,
    CardCaptured,
    CardFound,
    CardIn,
    CardMoved,
    CardNotIn,
    CardOffered,
    CardStuck,
    CardTaken,
    ChipFailed,
    ChipReady,
    ReaderSupply,
    TracksRead,
)
from simulator.devices.chip_card import ChipCard
from simulator.devices.crt310 import Crt310
from simulator.devices.matter import Card, Matter
from simulator.devices.twin import Speeds
from simulator.world.wire import FAIR, Weather
from tests.contracts import card_readers as c
from tests.contracts.pty_bench import PtyBench
from tests.simulator.fronts.harness import Bench

pytestmark = pytest.mark.slow

FAULTS = sorted(Crt310(Matter(), Speeds()).fault_names())


@pytest.fixture(params=sorted(c.KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(params=["wire", "pty"])
def bench(request: pytest.FixtureRequest, kind: str) -> Iterator[c.AnyBench]:
    if request.param == "wire":
        yield Bench(c.rig(kind, Speeds()), "bytes")
        return
    with PtyBench(c.rig(kind, Speeds(rate=20))) as made:
        yield made


@pytest.fixture
def wire(kind: str) -> Bench:
    return Bench(c.rig(kind, Speeds()), "bytes")


# -- over both links


def test_a_card_comes_in_is_talked_to_and_goes_back(bench: c.AnyBench) -> None:
    card = c.come(bench)
    assert not any(fact.up for fact in c.told(bench, "fault"))
    bench.do(lambda: bench.it.power(2))
    assert c.end(bench, 2) == ChipReady(2, 0)
    assert c.answer(bench, 3, c.SELECT_PSE) == c.PSE + b"\x90\x00"
    bench.do(lambda: bench.it.read_tracks(4))
    assert c.end(bench, 4) == TracksRead(4, ("read", "read", "blank"))
    second = bench.it.take_tracks(4)[1]
    assert second.reveal().startswith(b"6225880012345678=2812")
    bench.do(lambda: bench.it.eject(5, 0))
    bench.until(CardOffered)
    assert c.take(bench)
    assert c.end(bench, 5) == CardTaken(5)
    assert c.lies(card) == "hand"
    assert not c.twin(bench).gate_open
    assert not c.twin(bench).bad_manners, "the twin heard nothing it had to refuse"
    assert "6225880012345678" not in repr(bench.facts)


def test_a_forgotten_card_is_captured(bench: c.AnyBench) -> None:
    card = c.come(bench)
    bench.do(lambda: bench.it.eject(2, 1_000))
    assert c.end(bench, 2) == CardCaptured(2)
    assert c.lies(card) == "card.bin"
    assert bench.it.place == "none"


def test_a_sam_is_talked_to_without_a_card(bench: c.AnyBench) -> None:
    c.ready(bench)
    bench.do(lambda: bench.it.power(1, sam=1))
    assert isinstance(c.end(bench, 1), ChipReady)
    assert c.answer(bench, 2, c.SELECT_PSE, sam=1)[-2:] == b"\x90\x00"
    bench.do(lambda: bench.it.power(3, sam=2))
    assert isinstance(c.end(bench, 3), ChipFailed)


# -- in virtual time


@pytest.mark.parametrize("taken", [True, False])
def test_after_a_power_cut_a_card_is_found_and_offered(wire: Bench, taken: bool) -> None:
    card = c.come(wire)
    wire.do(lambda: wire.it.power(2))
    c.end(wire, 2)
    wire.cut()
    wire.until(CardFound)
    wire.until(CardOffered)
    if taken:
        assert c.take(wire)
        wire.until(CardTaken)
        assert c.lies(card) == "hand"
    else:
        wire.until(CardCaptured)
        assert c.lies(card) == "card.bin"
    c.come(wire, 3, "second")


def test_or_captured_where_it_is_configured_so(kind: str) -> None:
    bench = Bench(c.rig(kind, Speeds(), on_found="capture"), "bytes")
    card = c.come(bench)
    bench.cut()
    bench.until(CardCaptured)
    assert c.lies(card) == "card.bin"


def test_a_reader_nobody_has_spoken_to_is_shut(kind: str) -> None:
    bench = Bench(c.rig(kind, Speeds()), "bytes")
    c.ready(bench)
    bench.twins[c.NAME].power(False, bench.now_ms)
    bench.run(100)
    bench.twins[c.NAME].power(True, bench.now_ms)
    bench.run(30_000)
    assert not c.twin(bench).gate_open
    assert bench.it.can_take_cards


@pytest.mark.parametrize("after_ms", [0, 100, 300, 600, 1_000, 1_500])
def test_a_card_pulled_back_at_any_moment_is_in_the_hand_or_in(wire: Bench, after_ms: int) -> None:
    c.ready(wire)
    card = c.held(wire)
    wire.do(lambda: wire.it.admit(1))
    wire.run(500)
    assert c.insert(wire, card) is None
    wire.run(after_ms)
    pulled = c.take(wire)
    wire.run(8_000)
    if pulled:
        assert c.ends(wire, 1) == []
        wire.do(lambda: wire.it.withdraw(1))
        assert c.end(wire, 1) == CardNotIn(1, "asked")
        assert c.lies(card) == "hand"
    else:
        assert c.ends(wire, 1) == [CardIn(1)]
        assert c.lies(card) == "card.reader"
    assert not c.twin(wire).gate_open


@pytest.mark.parametrize("after_ms", [0, 20, 40, 60, 100, 300, 900])
def test_a_withdrawal_at_any_moment_says_the_truth(wire: Bench, after_ms: int) -> None:
    c.ready(wire)
    card = c.held(wire)
    wire.do(lambda: wire.it.admit(1))
    wire.run(500)
    assert c.insert(wire, card) is None
    wire.run(after_ms)
    wire.do(lambda: wire.it.withdraw(1))
    found = c.end(wire, 1)
    assert found in (CardIn(1), CardNotIn(1, "asked"))
    assert (wire.it.place not in ("none", "gate")) is isinstance(found, CardIn)


@pytest.mark.parametrize("odd", ["long", "short"])
def test_what_is_no_card_does_not_stay(kind: str, odd: str) -> None:
    bench = Bench(c.rig(kind, Speeds(), admits="switch"), "bytes")
    c.ready(bench)
    bench.do(lambda: bench.it.admit(1))
    bench.run(500)
    thing = c.odd(bench, odd)
    assert c.insert(bench, thing) is None
    bench.run(30_000)
    c.take(bench)
    bench.run(5_000)
    assert c.end(bench, 1).result in ("not_in", "stuck")
    assert bench.it.can_take_cards is (c.lies(thing) != "card.reader")
    c.twin(bench).clear_path(bench.now_ms)
    bench.run(5_000)
    assert bench.it.can_take_cards


@pytest.mark.parametrize("to", ["front", "inside", "chip", "rear"])
def test_a_card_is_held_anywhere(wire: Bench, to: Any) -> None:
    c.come(wire)
    wire.do(lambda: wire.it.move(2, to))
    assert c.end(wire, 2) == CardMoved(2, to)
    wire.do(lambda: wire.it.capture(3))
    assert c.end(wire, 3) == CardCaptured(3)


def test_a_full_bin_and_its_technician(wire: Bench) -> None:
    c.come(wire)
    wire.do(lambda: c.twin(wire).faults.add("bin_full"))
    wire.do(lambda: wire.it.capture(2))
    assert c.end(wire, 2) == CardStuck(2, "bin", "bin")
    assert not wire.it.can_take_cards
    c.twin(wire).faults.clear()
    wire.do(c.twin(wire).empty_bin)
    wire.run(5_000)
    assert wire.it.can_take_cards


def test_the_main_supply_goes_and_comes_back(wire: Bench) -> None:
    c.come(wire)
    wire.do(lambda: c.twin(wire).faults.add("main_supply_off"))
    wire.until(ReaderSupply)
    wire.do(lambda: wire.it.eject(2, 0))
    assert c.end(wire, 2).result in ("unknown", "stuck")
    wire.do(c.twin(wire).faults.clear)
    wire.until(lambda: c.told(wire, "card_reader.supply")[-1] == ReaderSupply("good"))
    wire.do(lambda: wire.it.eject(3, 0))
    wire.until(CardOffered)
    assert c.take(wire)
    assert c.end(wire, 3) == CardTaken(3)


@pytest.mark.parametrize("when", ["entry", "chip", "eject", "capture"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_the_menu_leaves_one_outcome_and_no_untruth(fault: str, when: str) -> None:
    bench = Bench(c.rig("page", Speeds()), "bytes")
    reader = c.twin(bench)
    c.ready(bench)
    cards, pulled = [c.held(bench)], 0
    if when == "entry":
        bench.do(lambda: reader.faults.add(fault))
    bench.do(lambda: bench.it.admit(1))
    bench.run(1_500)
    c.insert(bench, cards[0])
    bench.run(12_000)
    bench.do(lambda: bench.it.withdraw(1))
    if when == "chip":
        bench.do(lambda: reader.faults.add(fault))
    bench.do(lambda: bench.it.power(2))
    bench.do(lambda: bench.it.exchange(3, c.SELECT_PSE))
    bench.do(lambda: bench.it.read_tracks(4))
    bench.run(90_000)
    if when in ("eject", "capture"):
        bench.do(lambda: reader.faults.add(fault))
    bench.do(lambda: bench.it.capture(5) if when == "capture" else bench.it.eject(5, 5_000))
    for _ in range(20):
        bench.run(5_000)
        if when in ("eject", "chip"):
            pulled += c.take(bench)
        assert not c.untrue(bench, cards, pulled)
    for order in range(1, 6):
        assert len(c.ends(bench, order)) == 1, (order, bench.facts)
    assert "6225880012345678" not in repr(bench.facts)

    reader.faults.clear()
    bench.do(lambda: reader.clear_path(bench.now_ms))
    bench.do(reader.empty_bin)
    bench.do(bench.it.restart)
    bench.run(20_000)
    card = c.come(bench, 11, "second")
    bench.do(lambda: bench.it.capture(12))
    assert c.end(bench, 12) == CardCaptured(12)
    assert c.lies(card) == "card.bin"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_chip_hears_an_apdu_once_whatever_the_reader_does(fault: str) -> None:
    bench = Bench(c.rig("page", Speeds()), "bytes")
    card = c.come(bench)
    card.chip = chip = Heard(card.chip)
    bench.do(lambda: bench.it.power(2))
    assert c.end(bench, 2) == ChipReady(2, 0)
    bench.do(lambda: c.twin(bench).faults.add(fault))
    bench.do(lambda: bench.it.exchange(3, c.SELECT_PSE))
    answered = c.end(bench, 3).result == "answered"
    said = bench.it.take_answer(3)
    assert said == (CardBytes(c.PSE + b"\x90\x00") if answered else None)
    bench.run(60_000)
    assert len(chip.apdus) in ((1,) if answered else (0, 1))


class Heard(ChipCard):
    """A chip that writes down what it hears."""

    def __init__(self, chip: ChipCard | None) -> None:
        assert chip is not None
        self.__dict__.update(vars(chip))
        self.apdus: list[bytes] = []

    def apdu(self, sent: bytes) -> bytes:
        self.apdus.append(sent)
        return super().apdu(sent)


# -- the law of the port, whatever happens

WEATHER = {"lose": Weather(lose=0.2), "spoil": Weather(spoil=0.2), "double": Weather(double=0.4), "fair": FAIR}
LASTING = ["jam_ejected", "jam_captured", "bin_full", "main_supply_off", "motor_dead"]
BARE = [
    "admit", "withdraw", "insert", "take", "push", "power", "apdu", "tracks", "capture", "unplug", "cut", "mend",
]  # fmt: skip
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("fault"), st.sampled_from([name for name in FAULTS if name.endswith(("_once", "_next"))])),
        st.tuples(st.just("lasting"), st.sampled_from(LASTING)),
        st.tuples(st.sampled_from(BARE), st.just("")),
        st.tuples(st.just("eject"), st.sampled_from(["0", "500", "8000"])),
        st.tuples(st.just("move"), st.sampled_from(["front", "inside", "chip", "rear"])),
        st.tuples(st.just("weather"), st.sampled_from(sorted(WEATHER))),
        st.tuples(st.just("wait"), st.sampled_from(["10", "300", "2000", "36000"])),
    ),
    min_size=3,
    max_size=16,
)


class Play:
    def __init__(self, kind: str) -> None:
        self.bench = Bench(c.rig(kind, Speeds()), "bytes")
        c.ready(self.bench)
        self.cards: list[Card] = [c.held(self.bench)]
        self.orders = self.pulled = 0
        self.cut = False

    def order(self) -> int:
        self.orders += 1
        return self.orders

    def do(self, what: str, value: str) -> None:
        bench, it, reader = self.bench, self.bench.it, c.twin(self.bench)
        match what:
            case "fault" | "lasting":
                bench.do(lambda: reader.faults.add(value))
            case "mend":
                reader.faults.clear()
            case "admit" | "power" | "tracks" | "capture":
                give = {"admit": it.admit, "power": it.power, "tracks": it.read_tracks, "capture": it.capture}[what]
                bench.do(lambda: give(self.order()))
            case "withdraw":
                bench.do(lambda: it.withdraw(self.orders))
            case "eject":
                bench.do(lambda: it.eject(self.order(), int(value)))
            case "move":
                bench.do(lambda: it.move(self.order(), value))
            case "apdu":
                bench.do(lambda: it.exchange(self.order(), CardBytes(b"\x00\xb2\x01\x0c\x00")))
            case "insert" if self.cards[-1].lies is not None and c.lies(self.cards[-1]) != "card.reader":
                if c.lies(self.cards[-1]) == "card.bin":
                    self.cards.append(c.held(bench))
                c.insert(bench, self.cards[-1])
            case "take":
                self.pulled += c.take(bench)
            case "push":
                bench.do(lambda: reader.push(bench.now_ms))
            case "weather":
                bench.wires[c.NAME].weather = WEATHER[value]
            case "wait":
                bench.run(int(value))
            case "unplug":
                bench.unplug(c.NAME)
                bench.run(300)
                bench.replug(c.NAME)
            case "cut":
                bench.cut()
                self.cut = True
        bench.run(40)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(sorted(c.KINDS)), deeds=DEEDS)
def test_every_order_ends_once_and_a_card_is_where_it_is_said_to_be(kind: str, deeds: list[tuple[str, str]]) -> None:
    play = Play(kind)
    bench = play.bench
    for what, value in deeds:
        play.do(what, value)
        assert not c.untrue(bench, play.cards, play.pulled)
    bench.wires[c.NAME].weather = FAIR
    c.twin(bench).faults.clear()
    bench.do(lambda: c.twin(bench).clear_path(bench.now_ms))
    bench.do(bench.it.restart)
    bench.do(lambda: bench.it.withdraw(play.orders))
    for _ in range(8):
        bench.run(60_000)
        play.pulled += c.take(bench)
        assert not c.untrue(bench, play.cards, play.pulled)
    ended = [fact.order for fact in c.told(bench, "card!", "chip!", "tracks!") if fact.order]
    assert len(ended) == len(set(ended)), "an order ended twice"
    if not play.cut:
        assert sorted(ended) == list(range(1, play.orders + 1))
    assert bench.it.can_take_cards
    assert not c.twin(bench).gate_open
