"""One message at a time to the bank's host and back. Sans-I/O: bytes, facts of the PIN pad and time in, outcomes out.

The pad makes the MAC of what goes out and of what comes in. What was handed to the line may have arrived, and is never sent again
from here. An answer to something else is dropped: it is late, and a reversal has long won (ISO 8583 sheet, section 5, rule 8).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, unique
from hmac import compare_digest

from drivers.card_pay import codec
from drivers.card_pay.codec import MAC_BYTES, MAC_FIELD, BadMessage, Framer, Message
from drivers.card_pay.messages import Request, Terminal, answers, fits
from kiosk.ports.fact import Fact
from kiosk.ports.pin_pad import MacFailed, MacMade, PinPad

log = logging.getLogger(__name__)
MAC_MS = 10_000
"""How long the pad may take for a MAC: it answers every order, sooner or later."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`answer` None: there is none that can be used, and `trouble` says why: link, no answer, bad answer, pad, late (its time was
    over before it was sent). `sent`: it may have arrived. `keys`: no good MAC: the work keys are not the host's."""

    request: Request
    answer: Message | None = None
    trouble: str = ""
    sent: bool = True
    keys: bool = False


@unique
class Stage(Enum):
    MAC = "the pad makes the MAC"
    LINE = "to be handed to the line"
    ANSWER = "the answer is awaited"
    CHECK = "the pad makes the MAC that the answer should have"


@dataclass(slots=True)
class _Talk:
    request: Request
    ended: Callable[[Outcome], None]
    stage: Stage
    due_ms: int
    order: int = 0
    answer: Message | None = None

    @property
    def sent(self) -> bool:
        return self.stage in (Stage.ANSWER, Stage.CHECK)


class Bank:
    """`next_order` numbers the orders to the pad. `answer_ms`: how long an answer may take."""

    def __init__(self, terminal: Terminal, pad: PinPad, next_order: Callable[[], int], answer_ms: int) -> None:
        self._terminal, self._pad, self._next_order, self._answer_ms = terminal, pad, next_order, answer_ms
        self._tpdu, self._header = bytes.fromhex(terminal.tpdu), bytes.fromhex(terminal.header)
        self._framer = Framer()
        self._waiting: deque[tuple[Request, Callable[[Outcome], None]]] = deque()
        self._talk: _Talk | None = None
        self._output = b""
        self.linked = False

    @property
    def idle(self) -> bool:
        return self._talk is None and not self._waiting

    def ask(self, request: Request, ended: Callable[[Outcome], None]) -> None:
        """`ended` is told the one outcome, out of `poll`, `receive`, `hear` or `link_lost`."""
        self._waiting.append((request, ended))

    # -- the line

    def link_up(self, now_ms: int) -> None:
        self.linked = True
        self._framer.clear()

    def link_lost(self, now_ms: int) -> None:
        self.linked, self._output = False, b""
        self._end(trouble="link")

    def take_output(self, now_ms: int) -> bytes:
        made, self._output = self._output, b""
        if made and self._talk is not None:
            self._talk.stage, self._talk.due_ms = Stage.ANSWER, now_ms + self._answer_ms
        return made

    def receive(self, data: bytes, now_ms: int) -> None:
        for frame in self._framer.feed(data):
            self._frame(frame, now_ms)
        if self._framer.lost and self._talk is not None and self._talk.stage is Stage.ANSWER:
            self._end(trouble="bad answer")

    # -- the pad

    def hear(self, fact: Fact, now_ms: int) -> bool:
        """False: not a MAC that was ordered here."""
        talk = self._talk
        if not isinstance(fact, MacMade | MacFailed) or talk is None or fact.order != talk.order:
            return False
        if isinstance(fact, MacFailed):
            self._end(trouble="pad")
        elif talk.stage is Stage.MAC:
            mac = fact.mac[:MAC_BYTES]
            self._hand_over(talk, {**talk.request.fields, MAC_FIELD: mac}, now_ms)
        elif talk.stage is Stage.CHECK and talk.answer is not None:
            good = compare_digest(fact.mac[:MAC_BYTES].encode(), talk.answer.get(MAC_FIELD).encode("latin-1"))
            self._judge(talk.answer) if good else self._end(trouble="bad answer", keys=True)
        return True

    # -- time

    def poll(self, now_ms: int) -> None:
        talk = self._talk
        if talk is not None and now_ms >= talk.due_ms:
            self._end(trouble="no answer" if talk.stage is Stage.ANSWER else "pad")
        while self._talk is None and self._waiting:
            request, ended = self._waiting.popleft()
            self._begin(request, ended, now_ms)

    def wake_ms(self) -> int | None:
        return self._talk.due_ms if self._talk is not None else None

    # -- inside

    def _begin(self, request: Request, ended: Callable[[Outcome], None], now_ms: int) -> None:
        talk = self._talk = _Talk(request, ended, Stage.MAC, now_ms + MAC_MS)
        if not self.linked:
            self._end(trouble="link")
            return
        try:
            signed = codec.to_sign(request.mti, request.fields)
        except BadMessage as error:
            log.error("message_not_made mti=%s why=%s", request.mti, error)
            self._end(trouble="pad")
            return
        if request.signed:
            talk.order = self._next_order()
            self._pad.mac(talk.order, signed)
        else:
            self._hand_over(talk, request.fields, now_ms)

    def _hand_over(self, talk: _Talk, fields: Mapping[int, str], now_ms: int) -> None:
        if talk.request.begin_ms and now_ms >= talk.request.begin_ms:
            self._end(trouble="late")
            return
        self._framer.clear()
        self._output = codec.framed(self._tpdu, self._header, codec.body(talk.request.mti, fields))
        talk.stage = Stage.LINE

    def _frame(self, frame: bytes, now_ms: int) -> None:
        talk = self._talk
        if talk is None or talk.stage is not Stage.ANSWER:
            log.info("answer_unasked bytes=%d", len(frame))
            return
        try:
            message = codec.parse(frame, self._tpdu)
        except BadMessage as error:
            log.warning("answer_unreadable why=%s", error)
            self._end(trouble="bad answer")
            return
        if not answers(talk.request, message):
            log.info("answer_to_something_else mti=%s", message.mti)
        elif not talk.request.signed:
            self._judge(message)
        elif not message.signed:
            self._end(trouble="bad answer", keys=True)
        else:
            talk.answer, talk.stage, talk.due_ms = message, Stage.CHECK, now_ms + MAC_MS
            talk.order = self._next_order()
            self._pad.mac(talk.order, message.signed)

    def _judge(self, message: Message) -> None:
        talk = self._talk
        if talk is not None and fits(talk.request, message):
            self._end(answer=message)
        else:
            self._end(trouble="bad answer")

    def _end(self, answer: Message | None = None, trouble: str = "", keys: bool = False) -> None:
        talk, self._talk, self._output = self._talk, None, b""
        if talk is not None:
            if trouble:
                log.warning("bank_trouble mti=%s why=%s sent=%s", talk.request.mti, trouble, talk.sent)
            talk.ended(Outcome(talk.request, answer, trouble, talk.sent, keys))
