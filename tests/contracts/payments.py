"""Every adapter of the payment port with somebody who pays and somebody who keeps the books: rows for the contract suite.

The worlds are those of the adapters' own tests (`tests/drivers/*/world.py`, one sale: `tests/drivers/till.py`).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from kiosk.ports.fact import Fact
from kiosk.ports.payment import PaymentStep
from simulator.acquirer.ledger import State
from simulator.devices.chip_card.wallet import MARKS, WALLET
from simulator.provider.faults import Faults
from tests.contracts.pty_bench import PtyBench
from tests.drivers.card_pay import world as cards
from tests.drivers.code_pay import world as codes
from tests.drivers.till import Paid
from tests.drivers.zvt.twin_world import TwinWorld
from tests.simulator.fronts.harness import Bench, Rig

LONG_MS = 900_000
CARDS = ("second", "good", "common")


class Payer(Protocol):
    """One machine with one adapter. After an approval nothing happens by itself; what is uncertain is reversed until it is known.

    `way`: what is paid by. `secrets`: what may stand in no fact and in no line of the log.
    """

    way: str
    secrets: tuple[str, ...]
    payments: dict[int, Paid]

    @property
    def facts(self) -> list[Fact]:
        """All that was told, of all lives."""

    @property
    def port(self) -> Any:
        """The adapter of this life."""

    def open(self) -> Payer:
        """Until payments can begin."""

    def comes(self, amount_fen: int, pays: bool = True, lasts_ms: int = 120_000) -> Paid:
        """Somebody who pays, or who does nothing."""

    def begin_payment(self, way: str, amount_fen: int, lasts_ms: int) -> Paid: ...

    def cancel(self, paid: Paid) -> None: ...

    def capture(self, paid: Paid) -> None: ...

    def reverse(self, paid: Paid) -> None: ...

    def ask_past(self, paid: Paid) -> None: ...

    def woken(self) -> None: ...

    def mono_ms(self) -> int: ...

    def run(self, ms: int) -> None: ...

    def until(self, question: Callable[[], bool], longest_ms: int = LONG_MS) -> None:
        """AssertionError: it never became true."""

    def loses(self, word: str) -> None:
        """Once, of pay, capture and reverse: the other side does what it is asked, and its answer is lost."""

    def misstates(self, wrong: bool) -> None:
        """The other side tells another amount than it was asked for; or the right one again."""

    def away(self, gone: bool) -> None:
        """The other side hears nothing, or is well again."""

    def power_cut(self, dark_ms: int) -> None:
        """The machine's: the adapter forgets all it knew."""

    def theirs(self) -> list[int]:
        """Amounts in fen that the other side has taken from somebody and not given back, in order of size."""


class OnBench:
    """What a world on a bench has in common with the other."""

    bench: Any

    @property
    def facts(self) -> list[Fact]:
        told: list[Fact] = self.bench.facts
        return told

    def run(self, ms: int) -> None:
        self.bench.run(ms)

    def until(self, question: Callable[[], bool], longest_ms: int = LONG_MS) -> None:
        self.bench.until(question, longest_ms)

    def power_cut(self, dark_ms: int) -> None:
        self.bench.cut(dark_ms)


class CardPayer(OnBench, cards.World):
    """Reader, PIN pad, kernel and the bank's messages: adapter A."""

    way = "card"
    secrets = (*MARKS, *(WALLET[name].perso.pin for name in CARDS))

    def __init__(self, bench: Callable[[Rig], Any] | None = None) -> None:
        super().__init__(bench=bench)
        self.captures = False

    def open(self) -> CardPayer:
        self.ready()
        return self

    def comes(self, amount_fen: int, pays: bool = True, lasts_ms: int = 120_000) -> Paid:
        mine = next(name for name in CARDS if self.lies(name) == "hand")  # one may have been left in the reader
        slow_ms = 300 if isinstance(self.bench, Bench) else 20
        return self.begin(mine if pays else "", amount_fen, lasts_ms, slow_ms=slow_ms)

    def loses(self, word: str) -> None:
        """A capture asks nobody (page 042): nothing of it can be lost."""
        if word != "capture":
            self.fault(f"answer_lost:match={'02' if word == 'pay' else '04'}:times=1")

    def misstates(self, wrong: bool) -> None:
        if wrong:
            self.fault("wrong_amount:match=02")
        else:
            self.host.faults.switch_off("wrong_amount")

    def away(self, gone: bool) -> None:
        if gone:
            self.fault("silent")
        else:
            self.host.faults.switch_off("silent")

    def theirs(self) -> list[int]:
        rows = self.host.ledger.bookings(cards.TERMINAL)
        assert self.host.ledger.wrong() == []
        return sorted(row.amount_fen for row in rows if row.state is State.BOOKED)


class TerminalPayer(OnBench, TwinWorld):
    """A certified terminal over ZVT: adapter B."""

    way = "card"
    secrets = (*MARKS, *(WALLET[name].perso.pin for name in CARDS))

    def __init__(self, serial: bool = False, bench: Callable[[Rig], Any] | None = None) -> None:
        super().__init__(serial, CARDS[0], bench=bench)
        self.decides = False

    def open(self) -> TerminalPayer:
        self.until(lambda: bool(self.driver.ways))
        return self

    def comes(self, amount_fen: int, pays: bool = True, lasts_ms: int = 120_000) -> Paid:
        self.twin.never = not pays
        return self.begin(amount_fen, lasts_ms)

    def loses(self, word: str) -> None:
        """Its result is told until somebody hears it, so only its own host can lose that; the end of a deed is said once."""
        self.twin.faults.add("host_answer_lost_next" if word == "pay" else "completion_lost_next")

    def misstates(self, wrong: bool) -> None:
        (self.twin.faults.add if wrong else self.twin.faults.discard)("wrong_amount_next")

    def away(self, gone: bool) -> None:
        (self.bench.unplug if gone else self.bench.replug)("payment")

    def theirs(self) -> list[int]:
        return sorted(row.amount_fen for row in self.twin.ledger if row.state == "kept")


class CodePayer(codes.World):
    """Phones: a code that we show, or one that we scan. They come as soon as the screen says so."""

    secrets = (codes.KEY.hex(),)

    def __init__(self, way: str) -> None:
        self.way, self._pays = way, True
        super().__init__()

    def heard(self, fact: Fact) -> None:
        super().heard(fact)
        if isinstance(fact, PaymentStep) and self._pays and fact.step == self.way:
            self.after(300, lambda: self._hold(fact))

    def _hold(self, step: PaymentStep) -> None:
        phone = self.phones["now"]
        if self.way == "code":
            phone.scan(step.text, self.wall_ms())
        else:
            self.driver.scanned(phone.show(self.wall_ms()))

    def open(self) -> CodePayer:
        self.run(1_000)
        return self

    def comes(self, amount_fen: int, pays: bool = True, lasts_ms: int = 120_000) -> Paid:
        if self.way == "scan" and self.payments:
            self.run(61_000)  # a phone shows another code each minute, and one is good for one payment
        self._pays = pays
        return self.begin(self.way, amount_fen, lasts_ms)

    def until(self, question: Callable[[], bool], longest_ms: int = LONG_MS) -> None:
        end_ms = self.now_ms + longest_ms
        while not question():
            assert self.now_ms < end_ms, self.facts[-8:]
            self.run(50)

    def loses(self, word: str) -> None:
        call = {"pay": "query" if self.way == "code" else "collect", "capture": "query", "reverse": "close"}[word]
        self.fault(f"answer_lost:match={call}:times=1")

    def misstates(self, wrong: bool) -> None:
        if wrong:
            self.fault("wrong_amount")
        else:
            self.faults = Faults()

    def away(self, gone: bool) -> None:
        if gone:
            self.fault("silent")
        else:
            self.faults = Faults()

    def power_cut(self, dark_ms: int) -> None:
        """As the machine's end in `killed`; what becomes of open payments the suite says."""
        self.lane.close()
        self.now_ms += dark_ms
        self.start()

    def theirs(self) -> list[int]:
        found = self.ledger.snapshot()
        assert found["wrong"] == []
        moved: dict[str, list[int]] = {}
        for row in found["bookings"]:
            moved.setdefault(row["name"], []).append(row["amount_fen"] * (1 if row["kind"] == "payment" else -1))
        return sorted(sum(each) for each in moved.values() if sum(each))


MEMORY: Mapping[str, Callable[[], Payer]] = {
    "reader, pad and bank": CardPayer,
    "terminal, TCP": TerminalPayer,
    "terminal, serial": lambda: TerminalPayer(serial=True),
    "code shown": lambda: CodePayer("code"),
    "code scanned": lambda: CodePayer("scan"),
}
PTY: Mapping[str, Callable[[Callable[[Rig], Any]], Payer]] = {
    "reader, pad and bank": lambda bench: CardPayer(bench),
    "terminal, serial": lambda bench: TerminalPayer(serial=True, bench=bench),
}
"""Adapters with bytes of their own. Phones are asked by HTTP, of which a serial port knows nothing: `test_code_pay_process.py`
pays by the real lane at the provider's real process; a terminal on TCP differs from a serial one by its frames only."""


@dataclass
class _Clock:
    """Deeds of hands, on a real clock."""

    now_ms: Callable[[], int]

    def __post_init__(self) -> None:
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, at_ms: int, deed: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (at_ms, next(self._order), deed))

    def do_due(self) -> None:
        while self._heap and self._heap[0][0] <= self.now_ms():
            heapq.heappop(self._heap)[2]()


class AnsweringPtyBench(PtyBench):
    """A pty bench on which a sale answers facts and hands do things later. One life: its power does not fail."""

    answer: Callable[[Fact], None] = staticmethod(lambda fact: None)

    def __enter__(self) -> AnsweringPtyBench:
        self.clock = _Clock(lambda: self.now_ms)
        super().__enter__()
        return self

    def hear(self, fact: Fact, now_ms: int) -> None:
        super().hear(fact, now_ms)
        self.answer(fact)

    def poll(self, now_ms: int) -> int | None:
        self.clock.do_due()
        return super().poll(now_ms)

    def nudge(self) -> None:
        self._reactor.nudge()
