"""One card from the slot to the hand: let in, asked, paid with, given back. A script that is fed with what happens.

Every order to reader and pad ends in exactly one fact, so the script only ever goes forward; a cancel or the end of the time is a
wish that it heeds until the bank was asked, and not after. What became of the payment is told when the card is out of the way:
who is told that it is paid has the card back, and a card left behind is captured without undoing the payment (card-reader page 037;
EMV sheet, section 3).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from drivers.card_pay import messages
from drivers.card_pay.bank import Bank, Outcome
from drivers.card_pay.messages import Terminal
from drivers.emv.port import Ask, AskBank, AskPin, BankAnswer, Done, EmvKernelPort, PinHow, Purchase, ToCard
from kiosk.ports.card_reader import (
    CardCaptured,
    CardIn,
    CardNotIn,
    CardOffered,
    CardReader,
    ChipAnswered,
    ChipReady,
)
from kiosk.ports.fact import Fact
from kiosk.ports.payment import PaymentApproved, PaymentDeclined, PaymentStep, PaymentUncertain
from kiosk.ports.pin_pad import (
    LEAST_DIGITS,
    LONGEST_S,
    MOST_DIGITS,
    Pan,
    PinBlock,
    PinBypassed,
    PinCancelled,
    PinEntered,
    PinOpen,
    PinPad,
    PinStars,
    PinTimedOut,
)

log = logging.getLogger(__name__)
PIN_FORMAT = 0
POWER_TRIES = 2
LONGEST_RESULT = 50
"""Bytes of ten scripts."""
PIN_WORDS: dict[type, PinHow] = {
    PinEntered: "entered",
    PinBypassed: "bypassed",
    PinCancelled: "cancelled",
    PinTimedOut: "timeout",
}


@dataclass(frozen=True, slots=True)
class Patience:
    """`pin_ms`: for a PIN. `take_ms`: for taking the card back, after which it is captured. `answer_ms`: for the bank.
    `spare_ms`: so long before the passenger's time is over no payment is sent any more. `keeps_wanted`: a card whose issuer
    wants it is kept."""

    pin_ms: int = 60_000
    take_ms: int = 20_000
    answer_ms: int = 20_000
    spare_ms: int = 15_000
    keeps_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What `begin` was given; `limit_ms` mono time."""

    payment: int
    amount_fen: int
    limit_ms: int


@dataclass(frozen=True, slots=True)
class Tools:
    """What a visit works with. `batch` and `date` (YYMMDD) are asked when they are needed."""

    reader: CardReader
    pad: PinPad
    kernel: EmvKernelPort
    bank: Bank
    terminal: Terminal
    patience: Patience
    next_order: Callable[[], int]
    batch: Callable[[], int]
    date: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went on, or a wish came."""


Event = Fact | Outcome | Tick
Script = Generator[None, Event, Any]


class Visit:
    """`outcome`: the one `auth!`, None until the card is out of the way. `advice`: what the bank is to be told of its
    scripts. `step`: what the passenger does now. `keys`: the bank has other work keys than the pad. `muted`: nobody wants to
    know the outcome any more."""

    def __init__(self, wish: Wish, tools: Tools, now_ms: int) -> None:
        self.wish = wish
        self.outcome: Fact | None = None
        self.advice: messages.Request | None = None
        self.keys = self.muted = False
        self._tools, self._now_ms = tools, now_ms
        self._stop = ""
        self._asked_bank = False
        self._last_ms = wish.limit_ms - tools.patience.spare_ms
        self._block: PinBlock | None = None
        self._masked = ""
        self.step = self._step("card", until_ms=self._last_ms)
        self._script = self._run()
        next(self._script)

    def stop(self, reason: str) -> None:
        """Nothing is to be paid any more, unless the bank was asked."""
        self._stop = self._stop or reason

    @property
    def asked_bank(self) -> bool:
        return self._asked_bank

    def feed(self, event: Event, now_ms: int) -> None:
        self._now_ms = now_ms
        if now_ms >= self._last_ms:
            self.stop("timeout")
        if self.outcome is None:
            try:
                self._script.send(event)
            except StopIteration as end:
                self.outcome = end.value

    def wake_ms(self) -> int | None:
        return None if self._stop or self._asked_bank else self._last_ms

    # -- the script

    def _run(self) -> Script:
        """The outcome."""
        refused = yield from self._admit()
        if refused:
            return PaymentDeclined(self.wish.payment, refused)
        self.step = self._step("card_busy")
        found, wanted = yield from self._trade()
        self._block = None
        keep = wanted and self._tools.patience.keeps_wanted
        stays = yield from self._give_back(keep)
        if stays and isinstance(found, PaymentDeclined):  # whoever comes back reads where the card is, before all else
            return self._declined("card_wanted" if keep else "card_kept")
        return found

    def _admit(self) -> Script:
        """Empty when a card is in, else why none is."""
        order = self._tools.next_order()
        self._tools.reader.admit(order)
        withdrawn = False
        while True:
            event = yield
            if self._stop and not withdrawn:
                withdrawn = True
                self._tools.reader.withdraw(order)
            if _ends(event, "card!", order):
                if isinstance(event, CardIn):
                    return ""
                if not isinstance(event, CardNotIn):
                    log.warning("card_not_known payment=%d", self.wish.payment)
                return self._stop or "other"

    def _trade(self) -> Script:
        """(outcome, whether the issuer wants the card)."""
        if not (yield from self._power()):
            return self._declined(self._stop or "unsupported"), False
        tools, answer = self._tools, Outcome(messages.Request("", {}), trouble="")
        purchase = Purchase(self.wish.amount_fen, messages.trace_of(self.wish.payment), tools.date())
        ask: Ask = tools.kernel.begin(purchase)
        while not isinstance(ask, Done):
            if self._stop and not self._asked_bank:
                return self._declined(self._stop), False
            if isinstance(ask, ToCard):
                ask = yield from self._to_card(ask)
            elif isinstance(ask, AskPin):
                ask = tools.kernel.pin_said((yield from self._pin(ask.pan)))
            elif self._asked_bank:
                log.error("kernel_asked_twice payment=%d", self.wish.payment)
                ask = Done(False, "other")
            else:
                answer = yield from self._bank(ask)
                if not answer.sent:
                    return self._declined(self._stop or ("timeout" if answer.trouble == "late" else "closed")), False
                ask = tools.kernel.bank_said(self._as_heard(answer))
        if ask.scripts:
            log.info(
                "issuer_scripts payment=%d statuses=%s", self.wish.payment, [f"{each:04X}" for each in ask.scripts]
            )
        if ask.results and answer.sent:
            self.advice = messages.script_result(answer.request, ask.results[:LONGEST_RESULT])
        return self._judged(ask, answer)

    def _power(self) -> Script:
        for _ in range(POWER_TRIES):
            if self._stop:
                return False
            order = self._tools.next_order()
            self._tools.reader.power(order)
            event = yield from _end("chip!", order)
            self._tools.reader.take_answer(order)
            if isinstance(event, ChipReady):
                return True
        return False

    def _to_card(self, ask: ToCard) -> Script:
        order = self._tools.next_order()
        self._tools.reader.exchange(order, ask.apdu)
        event = yield from _end("chip!", order)
        answer = self._tools.reader.take_answer(order) if isinstance(event, ChipAnswered) else None
        return self._tools.kernel.card_said(answer)

    def _pin(self, pan: Pan) -> Script:
        """How it ended, as the kernel wants to know it."""
        entry, tools = self._tools.next_order(), self._tools
        limit_ms = min(tools.patience.pin_ms, self._last_ms - self._now_ms)
        limit_s = max(1, min(LONGEST_S, limit_ms // 1_000))
        tools.pad.start_pin(entry, pan, format=PIN_FORMAT, least=LEAST_DIGITS, most=MOST_DIGITS, limit_s=limit_s)
        cancelled = False
        while True:
            event = yield
            if self._stop and not cancelled:
                cancelled = True
                tools.pad.cancel_pin(entry)
            if isinstance(event, PinOpen | PinStars) and event.entry == entry:
                typed = event.count if isinstance(event, PinStars) else 0
                until_ms = self.step.until_ms or self._now_ms + limit_s * 1_000
                self.step = self._step("pin", typed=typed, until_ms=until_ms)
            elif getattr(event, "kind", "") == "pin!" and getattr(event, "entry", 0) == entry:
                break
        self._block = tools.pad.take_block(entry)
        self.step = self._step("card_busy")
        how = PIN_WORDS.get(type(event), "failed")
        return "failed" if how == "entered" and self._block is None else how

    def _bank(self, ask: AskBank) -> Script:
        """Outcome of the one request; from here on nobody can stop it."""
        tools, block = self._tools, self._block
        if block is None:
            log.error("kernel_asked_without_pin payment=%d", self.wish.payment)
            return Outcome(messages.Request("", {}), trouble="pad", sent=False)
        self._asked_bank, self._block = True, None
        self.step = self._step("waiting")
        request = messages.purchase(
            tools.terminal, tools.batch(), self.wish.payment, self.wish.amount_fen, ask.card, block, self._last_ms
        )
        heard: list[Outcome] = []
        tools.bank.ask(request, heard.append)
        while not heard:
            yield
        self._masked = masked(ask.card.pan)
        return heard[0]

    def _as_heard(self, outcome: Outcome) -> BankAnswer | None:
        """What the card is told."""
        message = outcome.answer
        if message is None:
            return None
        code, chip = message.get(39), bytes.fromhex(message.get(55))
        return BankAnswer(messages.approves(outcome.request, message), code, chip)

    def _judged(self, done: Done, outcome: Outcome) -> tuple[Fact, bool]:
        """Only an approval by the bank that the card agreed to is one; what the bank may have booked otherwise goes back."""
        payment, message = self.wish.payment, outcome.answer
        if not self._asked_bank:
            return self._declined(done.reason or "other"), False
        self.keys = outcome.keys or (message is not None and message.get(39) in messages.SIGN_IN_AGAIN)
        if message is None:
            return PaymentUncertain(payment, outcome.trouble if outcome.trouble != "pad" else "other"), False
        code = message.get(39)
        if messages.approves(outcome.request, message):
            if not done.accepted:
                return PaymentUncertain(payment, "other"), False
            batch = int(outcome.request.fields[60][2:8])
            reference = messages.reference_of(batch, message)
            return PaymentApproved(payment, reference, message.get(38).strip(), self._masked), False
        if code in (*messages.APPROVED, *messages.CONTRADICTION):
            return PaymentUncertain(payment, "bad answer"), False
        return self._declined(messages.REASONS.get(code, "declined")), code in messages.WANTED

    def _give_back(self, keep: bool) -> Script:
        """The card goes, by whatever way: its reader deals with one that will not. Whether it lies in the machine's bin then."""
        order, reader = self._tools.next_order(), self._tools.reader
        if keep:
            reader.capture(order)
        else:
            reader.eject(order, self._tools.patience.take_ms)
        while True:
            event = yield
            if isinstance(event, CardOffered) and event.order == order:
                self.step = self._step("remove", until_ms=self._now_ms + self._tools.patience.take_ms)
            if _ends(event, "card!", order):
                log.info("card_gone payment=%d how=%s", self.wish.payment, getattr(event, "result", ""))
                return isinstance(event, CardCaptured)

    # -- inside

    def _declined(self, reason: str) -> PaymentDeclined:
        return PaymentDeclined(self.wish.payment, reason)

    def _step(self, step: str, typed: int = 0, until_ms: int = 0) -> PaymentStep:
        return PaymentStep(self.wish.payment, step, typed=typed, until_ms=until_ms)


def masked(pan: Pan) -> str:
    """First six and last four digits."""
    digits = pan.reveal()
    return f"{digits[:6]}{'*' * (len(digits) - 10)}{digits[-4:]}"


def _ends(event: Event, kind: str, order: int) -> bool:
    return getattr(event, "kind", "") == kind and getattr(event, "order", 0) == order


def _end(kind: str, order: int) -> Script:
    """The fact that ends an order."""
    while True:
        event = yield
        if _ends(event, kind, order):
            return event
