"""Work keys: fetched from the host at the start, once a day and whenever they are doubted; brought into the PIN pad and compared.

Without them there is no PIN and no MAC, and so neither a payment nor a reversal. Source: ISO 8583 sheet, section 4.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from drivers.card_pay import messages
from drivers.card_pay.bank import Bank, Outcome
from drivers.card_pay.messages import Request, Terminal
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.pin_pad import KeyLoaded, KeyRefused, KeyUncertain, PadKeys, PadTampered, PinPad

log = logging.getLogger(__name__)
AGAIN_MS = 5_000
DAY_MS = 86_400_000
ECHO_MS = 60_000
LOAD_MS = 60_000
RENEW_MS = 15_000
"""So long other keys may take that are asked for without a doubt, before it is told that there are none."""
SLOTS = ("pin", "mac")


class Signing:
    """`batch`: as the host said it last, 1 before it did. `good`: the keys are in the pad and nobody doubts them. `answered`: the
    last message that was sent from here, by the host."""

    def __init__(self, terminal: Terminal, pad: PinPad, bank: Bank) -> None:
        self.batch = 1
        self.good = self.answered = False
        self.pad_ready = False
        self._renewed_ms: int | None = None
        self._terminal, self._pad, self._bank = terminal, pad, bank
        self._number = 0
        self._asking = False
        self._loading: set[str] = set()
        self._due_ms = self._done_ms = self._echo_ms = self._load_by_ms = 0
        self._heard: list[Outcome] = []

    def doubt(self) -> None:
        """The keys are not the host's: fetch others."""
        self.good = False

    def renew(self, now_ms: int) -> None:
        """The bank began another batch: it tells its number with other keys."""
        self.good, self._renewed_ms, self._due_ms = False, now_ms, now_ms

    def renewing(self, now_ms: int) -> bool:
        """Since a short time, and they are not there yet."""
        return self._renewed_ms is not None and not self.good and now_ms < self._renewed_ms + RENEW_MS

    def cut_off(self, now_ms: int) -> None:
        """The line is lost: once there is another, the host is asked at once whether it is there."""
        self.answered, self._echo_ms = False, now_ms

    def hear(self, fact: Fact, now_ms: int) -> None:
        """What the pad says of itself and of its keys."""
        match fact:
            case DeviceReady():
                self.pad_ready, self._due_ms = True, now_ms
            case PadTampered():
                self.pad_ready = self.good = False
            case PadKeys(keys=keys):
                verified = {key.slot for key in keys if key.state == "verified"}
                self.good = self.good and verified.issuperset(SLOTS)
            case KeyLoaded(slot=slot) if slot in self._loading:
                self._loading.discard(slot)
                if not self._loading:
                    self.good, self._done_ms = True, now_ms
                    log.info("signed_in batch=%d", self.batch)
            case KeyRefused(slot=slot) | KeyUncertain(slot=slot) if slot in self._loading:
                log.warning("key_not_loaded slot=%s result=%s", slot, fact.result)
                self._loading.clear()
                self._due_ms = now_ms + AGAIN_MS

    def poll(self, now_ms: int, idle: bool) -> None:
        """`idle`: no card is in and nothing else waits for the host."""
        for outcome in self._heard:
            self._answer(outcome, now_ms)
        self._heard.clear()
        if self._loading and now_ms >= self._load_by_ms:
            self._loading.clear()
        stale = idle and now_ms - self._done_ms >= DAY_MS
        if self._asking or self._loading or not self._bank.linked or not self._bank.idle or now_ms < self._due_ms:
            return
        if self.pad_ready and (not self.good or stale):
            self._send(messages.sign_in)
        elif idle and now_ms >= self._echo_ms:
            self._send(messages.echo)

    def _send(self, make: Callable[[Terminal, int, int], Request]) -> None:
        self._number += 1
        self._asking = True
        self._bank.ask(make(self._terminal, self.batch, self._number), self._heard.append)

    def _answer(self, outcome: Outcome, now_ms: int) -> None:
        self._asking = False
        self.answered = outcome.answer is not None
        self._echo_ms = now_ms + ECHO_MS
        if outcome.answer is None or outcome.request.mti != "0800":
            self._due_ms = now_ms + (0 if self.answered else AGAIN_MS)
            self._echo_ms = now_ms + (ECHO_MS if self.answered else AGAIN_MS)
            return
        keys = messages.keys_of(outcome.answer)
        if keys is None:
            log.warning("sign_in_refused code=%s", outcome.answer.get(39))
            self.answered = False
            self._due_ms = now_ms + AGAIN_MS
            return
        pin, mac, self.batch = keys
        self.good, self._loading, self._load_by_ms = False, set(SLOTS), now_ms + LOAD_MS
        self._pad.load_key("pin", pin)
        self._pad.load_key("mac", mac)
