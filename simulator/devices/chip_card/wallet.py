"""The lab's cards by name, as the card drawer offers them and the lab's bank has issued them. Every number is a test value.

`MARKS` are the texts that must never be found in a journal, a log, a picture or a dump. Source: EMV sheet, section 9;
reliability notes, section 4 (13).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.devices.chip_card.chip import ChipCard
from simulator.devices.chip_card.cryptograms import SessionRule
from simulator.devices.chip_card.perso import CREDIT, DEBIT, Application, Perso

TERMINAL_COUNTRY = (("9F1A", 2), ("9F02", 6))


@dataclass(frozen=True, slots=True)
class LabCard:
    """A card and how its chip is at the beginning; `about` is one sentence for the drawer."""

    perso: Perso
    about: str
    faults: frozenset[str] = frozenset()

    def chip(self) -> ChipCard:
        """A chip of its own, as new."""
        return ChipCard(self.perso, set(self.faults))


def _pan(number: int) -> str:
    """16 digits of a row that is ours, with its check digit."""
    digits = f"62258899000{number:04}"
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return digits + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _card(number: int, name: str, about: str, *faults: str, **perso: object) -> LabCard:
    """A card of the row; its PIN and its discretionary data are its own, so that a leak can be told to belong to it."""
    made = Perso(
        **{
            "name": name,
            "pan": _pan(number),
            "pin": f"{731900 + 37 * number}",
            "discretionary": f"{908070605 + number:09}0000",
            **perso,
        }  # type: ignore[arg-type]
    )
    return LabCard(made, about, frozenset(faults))


_TWO = (Application(DEBIT, b"PBOC DEBIT", 2), Application(CREDIT, b"PBOC CREDIT", 1))

_CARDS = (
    LabCard(Perso("good", "6225880012345678", "123456"), "A good card with chip and PIN."),
    _card(1, "second", "Another good card."),
    _card(2, "poor", "A good card with too little on the account."),
    _card(3, "lost", "A card reported lost: the bank wants it kept."),
    _card(4, "closed", "A card whose bank declines everything.", sequence="02"),
    _card(5, "expired", "A card beyond its last month.", expiry="2410"),
    _card(6, "foreign", "A card no bank of ours has issued."),
    _card(7, "stripe", "A card without a chip.", service_code="101", applications=()),
    _card(8, "two", "A chip with two applications.", applications=_TWO),
    _card(9, "unlisted", "A chip without a list of applications.", "no_pse"),
    _card(10, "strange", "A chip with an application nobody knows.", "unknown_application"),
    _card(11, "blocked_application", "A chip whose application is blocked.", "application_blocked"),
    _card(12, "blocked", "A chip that is blocked.", "card_blocked"),
    _card(13, "refusing", "A chip that does not begin.", "options_refused"),
    _card(14, "incomplete", "A chip that lacks a mandatory object.", "no_cdol"),
    _card(15, "offline_no", "A chip that declines at once.", "declines_first"),
    _card(16, "late_no", "A chip that declines after the bank approved.", "declines_last"),
    _card(17, "doubting", "A chip that does not believe its bank.", "doubts_issuer"),
    _card(18, "silent", "A chip that gives no sign of life.", "mute"),
    _card(19, "half", "A chip that falls silent in the middle.", "mute_after_arqc"),
    _card(20, "asking", "A chip whose answers must be fetched.", "asks_back", "options_short"),
    _card(
        21,
        "common",
        "A chip by T=1 with the other rule of session keys, which asks for the amount first.",
        protocol=1,
        rule=SessionRule.EMV_COMMON,
        pdol=TERMINAL_COUNTRY,
    ),
    _card(22, "long", "A number of 19 digits.", pan="6225889900000000226", discretionary="9080706"),
    _card(23, "answer_inside", "A chip that takes the bank's proof with the last command.", aip=b"\x18\x00"),
    *(_card(23 + number, f"plain{number}", "A good card like many others.") for number in range(1, 25)),
)

WALLET: Mapping[str, LabCard] = {card.perso.name: card for card in _CARDS}

MARKS: tuple[str, ...] = tuple(
    sorted(
        {card.perso.pan for card in _CARDS}
        | {card.perso.expiry + card.perso.service_code + card.perso.discretionary for card in _CARDS}
    )
)
"""Full card numbers, and what stands behind the separator of the tracks. PINs are too short to be told from other numbers."""
