"""The driver of the card reader port with the twin of its device: rigs for the contract suite, and hands for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drivers.crt310.driver import Crt310
from kiosk.ports.card_reader import CardBytes, CardCaptured, CardTaken, ChipAnswered
from kiosk.ports.fact import DeviceReady, Fact
from simulator.devices.crt310 import MAKERS, Manners, lab_card, odd_card
from simulator.devices.crt310 import Crt310 as Twin
from simulator.devices.matter import Card, Matter
from simulator.devices.twin import Speeds
from tests.contracts.pty_bench import PtyBench
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig

AnyBench = Bench | PtyBench
NAME = "card_reader"
KINDS: dict[str, tuple[Manners, dict[str, Any]]] = {
    "page": (Manners(), {}),
    "turned": (Manners(card_in_reversed=True), {}),
    "makers": (MAKERS, {"offers": "held"}),
}
"""How a reader is -> its manners, and how the driver for it is made."""
TAKE_MS = 8_000
SELECT_PSE = CardBytes(bytes.fromhex("00A404000E315041592E5359532E444446303100"))
PSE = bytes.fromhex("6F15840E315041592E5359532E4444463031A503880101")
"""EMV sheet, section 6."""


def rig(kind: str, speeds: Speeds, **options: Any) -> Rig:
    manners, made = KINDS[kind]

    def twins(seed: int) -> dict[str, Any]:
        return {NAME: Twin(Matter(), speeds, manners=manners, sams={0: lab_card(Matter(), "second").chip})}  # type: ignore[dict-item]

    def by_bytes(report: Callable[[Fact], None], twins: Any, boot: int) -> Fitted:
        driver = Crt310(NAME, report, take_ms=TAKE_MS, **{**made, **options})
        return Fitted(driver, [Joint(NAME, driver, 9_600)])

    return Rig(twins, by_bytes, by_bytes)


def ready(bench: AnyBench) -> None:
    if not any(isinstance(fact, DeviceReady) for fact in bench.facts):
        bench.until(DeviceReady)
    assert bench.it.can_take_cards


def twin(bench: AnyBench) -> Twin:
    found: Twin = bench.twins[NAME]
    return found


def matter(bench: AnyBench) -> Matter:
    return twin(bench)._matter


def held(bench: AnyBench, name: str = "good") -> Card:
    """A card in the hand."""
    return lab_card(matter(bench), name)


def odd(bench: AnyBench, kind: str) -> Card:
    return odd_card(matter(bench), kind)


def insert(bench: AnyBench, card: Card) -> str | None:
    refused: str | None = bench.do(lambda: twin(bench).insert(card, bench.now_ms))
    return refused


def take(bench: AnyBench) -> bool:
    return bench.do(lambda: twin(bench).take(bench.now_ms)) is None


def lies(card: Card) -> str:
    return card.lies.name if card.lies else "nowhere"


def told(bench: AnyBench, *kinds: str) -> list[Any]:
    return [fact for fact in bench.facts if fact.kind in kinds]


def end(bench: AnyBench, order: int) -> Any:
    """Its outcome; waits for it."""
    bench.until(lambda: bool(ends(bench, order)))
    (found,) = ends(bench, order)
    return found


def ends(bench: AnyBench, order: int) -> list[Any]:
    return [fact for fact in told(bench, "card!", "chip!", "tracks!") if fact.order == order]


def come(bench: AnyBench, order: int = 1, name: str = "good") -> Card:
    """A card of that name is in by `order`."""
    ready(bench)
    card = held(bench, name)
    bench.do(lambda: bench.it.admit(order))
    bench.until(lambda: any(fact.order == order for fact in told(bench, "card.entry")))
    assert insert(bench, card) is None
    assert end(bench, order).result == "in"
    return card


def answer(bench: AnyBench, order: int, apdu: CardBytes, sam: int = 0) -> bytes:
    """What the chip says, with GET RESPONSE where it asks for that."""
    bench.do(lambda: bench.it.exchange(order, apdu, sam))
    assert isinstance(end(bench, order), ChipAnswered)
    found: CardBytes = bench.it.take_answer(order)
    said = found.reveal()
    if said[:1] != b"\x61":
        return said
    return answer(bench, order + 1_000, CardBytes(b"\x00\xc0\x00\x00" + said[1:2]), sam)


def untrue(bench: AnyBench, cards: list[Card], pulled: int) -> str:
    """What was said of cards and is not so; empty when all of it is."""
    captured = sum(isinstance(fact, CardCaptured) for fact in bench.facts)
    if captured > sum(lies(card) == "card.bin" for card in cards):
        return f"{captured} captured, but they lie in {[lies(card) for card in cards]}"
    taken = sum(isinstance(fact, CardTaken) for fact in bench.facts)
    if taken > pulled:
        return f"{taken} taken, but a hand took {pulled}"
    return ""
