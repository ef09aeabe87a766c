"""Plays a transaction between a kernel and a chip in memory: what a reader, a PIN pad and a bank would do with its questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drivers.emv.port import AskBank, AskPin, BankAnswer, Done, OnlineCard, PinHow, Purchase, TerminalData, ToCard
from drivers.emv.reference import ReferenceKernel
from drivers.emv.tlv import objects
from kiosk.ports.card_reader import CardBytes
from simulator.acquirer.issuer import _cryptogram
from simulator.devices.chip_card import LAB_ISSUER_KEY
from simulator.devices.chip_card.cryptograms import answer_cryptogram, card_key, session_key
from simulator.devices.chip_card.wallet import WALLET

PURCHASE = Purchase(3_800, 123, "261122")
TERMINAL = TerminalData("TVM00001")
NUMBERS = [bytes.fromhex("9F4A3B21"), bytes.fromhex("11223344")]


def kernel(numbers: list[bytes] | None = None) -> ReferenceKernel:
    left = list(numbers or NUMBERS)
    return ReferenceKernel("lab", TERMINAL, lambda size: left.pop(0) if left else b"\1" * size)


@dataclass
class Play:
    """`chip` answers an APDU, empty when it is silent; `bank` answers the card's data."""

    chip: Callable[[bytes], bytes]
    bank: Callable[[OnlineCard], BankAnswer | None]
    pin: PinHow = "entered"
    purchase: Purchase = PURCHASE
    sent: list[bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    card: OnlineCard | None = None

    def run(self, with_kernel: Any = None) -> Done:
        it = with_kernel or kernel()
        ask = it.begin(self.purchase)
        while not isinstance(ask, Done):
            if isinstance(ask, ToCard):
                apdu = ask.apdu.reveal()
                assert 4 <= len(apdu) <= 261
                self.sent.append(apdu)
                said = self.chip(apdu)
                ask = it.card_said(CardBytes(said) if said else None)
            elif isinstance(ask, AskPin):
                self.asked.append("pin")
                ask = it.pin_said(self.pin)
            else:
                assert isinstance(ask, AskBank)
                self.asked.append("bank")
                self.card = ask.card
                ask = it.bank_said(self.bank(ask.card))
        return done_of(ask)


def done_of(ask: Done) -> Done:
    assert ask.accepted == (ask.reason == ""), ask
    return ask


def issuer(name: str, code: str = "00", more: bytes = b"") -> Callable[[OnlineCard], BankAnswer]:
    """The bank of a card: it approves what its own cryptogram proves, and proves itself."""
    perso = WALLET[name].perso

    def judge(card: OnlineCard) -> BankAnswer:
        told = dict(objects(card.chip))
        key = session_key(
            card_key(LAB_ISSUER_KEY, perso.pan, perso.sequence), int.from_bytes(told["9F36"], "big"), perso.rule
        )
        right = told["9F26"] == _cryptogram(key, told) and card.pan.reveal() == perso.pan
        right = right and card.track2 == perso.track2.replace("=", "D") and card.expiry == perso.expiry
        right = right and told["9F02"] == bytes.fromhex(f"{PURCHASE.amount_fen:012}") and told["82"] == perso.aip
        if not right:
            return BankAnswer(False, "59")
        proof = answer_cryptogram(key, told["9F26"], code.encode()) + code.encode()
        return BankAnswer(code == "00", code, b"\x91\x0a" + proof + more)

    return judge


def play(name: str, code: str = "00", more: bytes = b"", **how: Any) -> Play:
    chip = WALLET[name].chip()
    assert chip.reset()
    return Play(chip.apdu, issuer(name, code, more), **how)
