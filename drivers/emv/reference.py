"""The reference kernel. UNCERTIFIED: no laboratory has seen it; it is for the lab, and refuses to be made anywhere else.

Contact chip, online only, online PIN only, no offline data authentication. Source: EMV sheet, sections 2 and 4.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from drivers.emv import application, checks, dol
from drivers.emv.application import Application
from drivers.emv.checks import Results
from drivers.emv.port import (
    Ask,
    AskBank,
    AskPin,
    BankAnswer,
    Done,
    OnlineCard,
    PinHow,
    Purchase,
    TerminalData,
    ToCard,
)
from drivers.emv.selection import candidates
from drivers.emv.talk import OK, Answer, NextApplication, Refusal, Steps, Talk
from drivers.emv.tlv import TlvError, objects, only, unique, written
from kiosk.ports.card_reader import CardBytes

log = logging.getLogger(__name__)
LABEL = "UNCERTIFIED reference kernel"
LAB = "lab"
AAC, TC, ARQC = 0x00, 0x40, 0x80
KIND = 0xC0
ISSUER_AUTHENTICATION = 0x04
CANNOT_GO_ONLINE = "Z3"
FIELD_55 = (
    *("9F26", "9F27", "9F10", "9F37", "9F36", "95", "9A", "9C", "9F02", "5F2A", "82"),
    *("9F1A", "9F03", "9F33", "9F34", "9F35", "9F1E", "84", "9F09", "9F41"),
)
LONGEST_55 = 255
BEFORE, AFTER = "71", "72"
DONE_WELL, FAILED = 0x20, 0x10
"""First half of a script's result; the other half is the number of the command that the card refused."""
MOST_COMMANDS = 16
OF_PIN: dict[str, str] = {"cancelled": "cancelled", "timeout": "timeout", "bypassed": "pin", "failed": "other"}


class KernelRefused(Exception):
    """An uncertified kernel, and this is not the lab."""


class ReferenceKernel:
    """Implements `EmvKernelPort`. `draw(n)` answers n random bytes. Raises KernelRefused outside the lab."""

    certified = False
    label = LABEL

    def __init__(self, environment: str, terminal: TerminalData, draw: Callable[[int], bytes]) -> None:
        if environment != LAB:
            raise KernelRefused(f"environment {environment!r}: the {LABEL} works in the lab only")
        log.warning("%s: for tests and demonstration, never for real cards", LABEL)
        self._terminal, self._draw = terminal, draw
        self._steps: Steps | None = None

    def begin(self, purchase: Purchase) -> Ask:
        self._steps = _Transaction(self._terminal, purchase, self._draw).run()
        return self._on(None)

    def card_said(self, answer: CardBytes | None) -> Ask:
        return self._on(answer)

    def pin_said(self, how: PinHow) -> Ask:
        return self._on(how)

    def bank_said(self, answer: BankAnswer | None) -> Ask:
        return self._on(answer)

    def _on(self, said: Any) -> Ask:
        if self._steps is None:
            return Done(False, "other")
        try:
            ask: ToCard | AskPin | AskBank = self._steps.send(said)
        except StopIteration as end:
            self._steps = None
            done: Done = end.value
            return done
        return ask


class _Transaction:
    """One purchase with one card, step by step."""

    def __init__(self, terminal: TerminalData, purchase: Purchase, draw: Callable[[int], bytes]) -> None:
        self._terminal, self._purchase, self._draw = terminal, purchase, draw
        self._talk = Talk()
        self._results = Results()
        self._scripts: list[int] = []
        self._script_results = b""
        self._values: dict[str, bytes] = {
            **terminal.values(),
            "9F02": bytes.fromhex(f"{purchase.amount_fen:012}"),
            "9F03": bytes(6),
            "9A": bytes.fromhex(purchase.date),
            "9C": b"\0",
            "9F41": bytes.fromhex(f"{purchase.trace:08}"),
            "9F37": draw(4),
        }

    def run(self) -> Steps:
        """Done, whatever the card does."""
        try:
            return (yield from self._run())
        except (TlvError, Refusal) as error:
            return Done(
                False,
                error.reason if isinstance(error, Refusal) else "card",
                tuple(self._scripts),
                self._script_results,
            )

    def _run(self) -> Steps:
        card: Application = yield from self._application()
        self._values |= {"82": card.profile, "84": card.aid}
        checks.restrict(self._results, card, self._terminal, self._purchase)
        yield from self._refuse_if(self._denied(card), card, self._why_denied())
        method = checks.wants_online_pin(card, self._terminal, self._purchase.amount_fen)
        if method is None:
            self._results.set(checks.NOT_VERIFIED)
        yield from self._refuse_if(method is None, card, "unsupported")
        self._values["9F34"] = method or b""
        how: PinHow = yield AskPin(card.pan)
        self._results.set({"entered": checks.ONLINE_PIN, "failed": checks.PIN_BROKEN}.get(how, checks.PIN_NOT_ENTERED))
        yield from self._refuse_if(how != "entered", card, OF_PIN.get(how, "other"))
        kind, first = yield from self._generate(ARQC, card.get("8C"))
        if kind != ARQC:
            raise Refusal("card")
        self._values |= first
        answer: BankAnswer | None = yield AskBank(self._online(card))
        return (yield from self._end(card, answer))

    def _application(self) -> Steps:
        """The best application that begins. Raises Refusal when none does."""
        found = yield from candidates(self._talk, self._terminal)
        for candidate in found:
            try:
                return (yield from application.begin(self._talk, candidate, self._with_results()))
            except NextApplication:
                continue
        raise Refusal("card" if found else "unsupported")

    def _with_results(self) -> dict[str, bytes]:
        return {**self._values, "95": self._results.value}

    # -- the terminal's own judgement

    def _denied(self, card: Application) -> bool:
        """What the issuer denies, the terminal denies, or the bank would decline anyway."""
        codes = (card.get("9F0E"), bytes.fromhex(self._terminal.denial))
        out_of_date = checks.EXPIRED in self._results or checks.NOT_YET in self._results
        return out_of_date or any(self._results.meets(each) for each in codes)

    def _why_denied(self) -> str:
        return "expired" if checks.EXPIRED in self._results else "card"

    def _refuse_if(self, refused: bool, card: Application, reason: str) -> Steps:
        """The card is told, so that its own books are right; what it says to that changes nothing."""
        if refused:
            try:
                yield from self._generate(AAC, card.get("8C"))
            except (TlvError, Refusal):
                log.info("refusal_untold")
            raise Refusal(reason)

    # -- cryptograms

    def _generate(self, kind: int, listed: bytes) -> Steps:
        """(kind of the cryptogram, its objects). Raises Refusal, TlvError."""
        data = dol.filled(listed, self._with_results())
        answer: Answer = yield from self._talk.command(f"80AE{kind:02X}00", data)
        given = _cryptogram(answer.good())
        return given["9F27"][0] & KIND, given

    def _online(self, card: Application) -> OnlineCard:
        values = self._with_results()
        chip = b"".join(written(tag, values[tag]) for tag in FIELD_55)
        if len(chip) > LONGEST_55:
            raise Refusal("card")
        return OnlineCard(card.pan, card.track2, card.expiry[:4], card.sequence, chip)

    # -- after the bank

    def _end(self, card: Application, answer: BankAnswer | None) -> Steps:
        """Done. A card that cannot be asked any more agrees to nothing."""
        told = objects(answer.chip) if answer is not None else []
        proof = unique((tag, value) for tag, value in told if tag == "91").get("91", b"")
        yield from self._authenticate(card, proof)
        yield from self._run_scripts(told, BEFORE, checks.SCRIPT_FAILED_BEFORE)
        approved = answer is not None and answer.approved
        code = answer.code if answer is not None else CANNOT_GO_ONLINE
        self._values |= {"8A": code.encode("ascii", "replace"), "91": proof, "9F37": self._draw(4)}
        kind, _ = yield from self._generate(TC if approved else AAC, card.get("8D"))
        try:
            yield from self._run_scripts(told, AFTER, checks.SCRIPT_FAILED_AFTER)
        except (TlvError, Refusal):
            log.info("script_cut_short")  # the card has decided already
        accepted = approved and kind == TC
        return Done(accepted, "" if accepted else "card", tuple(self._scripts), self._script_results)

    def _authenticate(self, card: Application, proof: bytes) -> Steps:
        if proof and card.profile[0] & ISSUER_AUTHENTICATION:
            answer: Answer = yield from self._talk.command("00820000", proof, answers=False)
            if answer.status != OK:
                self._results.set(checks.ISSUER_FAILED)

    def _run_scripts(self, told: list[tuple[str, bytes]], which: str, failed: tuple[int, int]) -> Steps:
        """The issuer's commands as they are; one that the card refuses ends its script. Raises Refusal, TlvError."""
        for script in (value for tag, value in told if tag == which):
            parts = objects(script)
            commands = [value for tag, value in parts if tag == "86"]
            name = next((value for tag, value in parts if tag == "9F18" and len(value) == 4), bytes(4))
            refused = 0
            for place, command in enumerate(commands[:MOST_COMMANDS], start=1):
                if not 4 <= len(command) <= 261:
                    raise TlvError("a command of another size")
                status = yield from self._talk.raw(command)
                self._scripts.append(status)
                if status != OK and status >> 8 not in (0x62, 0x63):
                    self._results.set(failed)
                    refused = place
                    break
            self._script_results += bytes([FAILED | min(refused, 15) if refused else DONE_WELL]) + name


def _cryptogram(data: bytes) -> dict[str, bytes]:
    """9F27, 9F36, 9F26, 9F10 out of either form of the answer. Raises TlvError."""
    form, given = only(data)
    if form == "80":
        found = {"9F27": given[:1], "9F36": given[1:3], "9F26": given[3:11], "9F10": given[11:]}
    elif form == "77":
        found = unique(objects(given))
    else:
        raise TlvError("no cryptogram")
    sizes = {"9F27": 1, "9F36": 2, "9F26": 8}
    if any(len(found.get(tag, b"")) != size for tag, size in sizes.items()) or len(found.get("9F10", b"")) > 32:
        raise TlvError("a cryptogram of another size")
    return {tag: found.get(tag, b"") for tag in (*sizes, "9F10")}
