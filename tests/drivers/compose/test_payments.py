"""Two adapters behind one port: each serves its own ways, and one that is out takes no other with it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from drivers.compose.payments import Payments
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.payment import CaptureUncertain, Payment, PaymentApproved, PaymentDeclined, ReverseUncertain


class Adapter:
    def __init__(self, *ways: str) -> None:
        self.ways: AbstractSet[str] = frozenset(ways)
        self.asked: list[tuple[str, int]] = []

    def begin(self, payment: int, key: str, amount_fen: int, way: str, language: str, limit_ms: int) -> None:
        self.asked.append(("begin", payment))

    def cancel(self, payment: int) -> None:
        self.asked.append(("cancel", payment))

    def capture(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        self.asked.append(("capture", payment))

    def reverse(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        self.asked.append(("reverse", payment))

    def stands(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        self.asked.append(("stands", payment))

    def scanned(self, text: str) -> None:
        self.asked.append((text, 0))

    def restart(self) -> None:
        self.asked.append(("restart", 0))


def made() -> tuple[Payments, Adapter, Adapter, list[Fact]]:
    facts: list[Fact] = []
    both, cards, codes = Payments(facts.append), Adapter("card"), Adapter("code", "scan")
    both.attach("codes", codes, ("code", "scan"))
    both.attach("cards", cards, ("card",))
    return both, cards, codes, facts


def ready(name: str) -> DeviceReady:
    return DeviceReady(name, "m", "1", "")


def test_each_order_goes_to_the_adapter_of_its_way() -> None:
    both, cards, codes, facts = made()
    port: Payment = both
    port.begin(1, "k", 100, "card", "zh", 9)
    port.begin(2, "k", 100, "scan", "zh", 9)
    port.capture(1, "k", 100, "card", "r")
    port.reverse(2, "k", 100, "code", "")
    port.cancel(2)
    port.scanned("28763443825664394")
    both.restart()
    assert cards.asked == [("begin", 1), ("capture", 1), ("cancel", 2), ("restart", 0)]
    assert codes.asked == [("begin", 2), ("reverse", 2), ("cancel", 2), ("28763443825664394", 0), ("restart", 0)]
    port.begin(3, "k", 100, "cash", "zh", 9)
    port.capture(3, "k", 100, "cash", "")
    port.reverse(3, "k", 100, "cash", "")
    assert facts == [PaymentDeclined(3, "unsupported"), CaptureUncertain(3, "other"), ReverseUncertain(3, "other")]


def test_what_adapters_say_is_passed_on() -> None:
    both, _, _, facts = made()
    both.hear(PaymentApproved(1, "r"))
    assert facts == [PaymentApproved(1, "r")]


def test_one_that_is_out_takes_no_other_with_it() -> None:
    both, cards, _, facts = made()
    assert both.ways == set()
    both.hear(ready("codes"))
    assert both.ways == {"code", "scan"}
    assert [fact for fact in facts if isinstance(fact, DeviceReady)][-1].device == "payment"
    both.hear(ready("cards"))
    assert both.ways == {"card", "code", "scan"}
    cards.ways = frozenset()
    assert both.ways == {"code", "scan"}
    cards.ways = frozenset({"card"})
    both.hear(Fault("codes", "NO_ANSWER", True))
    assert both.ways == {"card"}
    assert not [fact for fact in facts if isinstance(fact, Fault) and fact.device == "payment"]
    both.hear(Fault("cards", "NO_ANSWER", True))
    assert both.ways == set()
    assert [fact.up for fact in facts if isinstance(fact, Fault) and fact.device == "payment"] == [True]
    both.hear(Fault("codes", "NO_ANSWER", False))
    assert both.ways == {"code", "scan"}
    assert [fact.up for fact in facts if isinstance(fact, Fault) and fact.device == "payment"] == [True, False]
    assert isinstance(facts[-1], DeviceReady)  # a device that was lost is counted on again when it says so, not before
    assert sum(isinstance(fact, DeviceReady) and fact.device == "payment" for fact in facts) == 2


def test_sums_that_differ_close_no_way_to_pay() -> None:
    both, _, _, _ = made()
    both.hear(ready("cards"))
    both.hear(Fault("cards", "SETTLEMENT", True))
    assert both.ways == {"card"}


def test_what_other_devices_say_changes_nothing() -> None:
    both, _, _, facts = made()
    both.hear(ready("card_reader"))
    both.hear(Fault("card_reader", "NO_ANSWER", True))
    assert both.ways == set()
    assert facts == [ready("card_reader"), Fault("card_reader", "NO_ANSWER", True)]
