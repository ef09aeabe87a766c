"""Slips: claim, receipt, service. The passenger's language first, the other one small (decision 33)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from kiosk.ports.ticket_printer import Picture
from kiosk.print.sheet import Faces, Sheet
from kiosk.screen import formats, qr
from kiosk.screen.formats import Clock
from kiosk.screen.texts import Both, Msg, Say
from kiosk.screen.values import Words

MARGIN = 16
TALLEST = 3_000
QUIET = 4


class _Roll:
    """Lines under each other on paper that is cut where they end."""

    def __init__(self, faces: Faces, width: int) -> None:
        self.sheet = Sheet(faces, width, TALLEST)
        self.y = 18

    def words(self, words: Words, size: int, weight: int = 700, centred: bool = False) -> None:
        """Main language, the other one small under it."""
        self.line(words.main, size, weight, centred)
        if words.small and words.small != words.main:
            self.line(words.small, max(20, size * 5 // 8), 500, centred)

    def line(self, text: str, size: int, weight: int = 500, centred: bool = False) -> None:
        """One line; it breaks where it would be too long."""
        for part in self._broken(text, size, weight):
            self.y += round(size * 1.3)
            if self.y < TALLEST - 40:
                x, anchor = (self.sheet.width // 2, "ms") if centred else (MARGIN, "ls")
                self.sheet.text(x, self.y, part, size, weight, anchor)

    def pair(self, label: Words, value: str, size: int = 28) -> None:
        """A label at the left, a value at the right end."""
        self.y += round(size * 1.4)
        if self.y >= TALLEST - 40:
            return
        both = f"{label.main} {label.small}" if label.small != label.main else label.main
        room = self.sheet.width - 2 * MARGIN - self.sheet.text_width(value, size, 700) - 16
        self.sheet.text(MARGIN, self.y, both, 24, 500, "ls", max(60, room))
        self.sheet.text(self.sheet.width - MARGIN, self.y, value, size, 700, "rs")

    def rule(self) -> None:
        self.y += 20
        self.sheet.dashes(MARGIN, self.y, self.sheet.width - MARGIN)
        self.y += 4

    def code(self, rows: tuple[str, ...]) -> None:
        dots = max(3, min(9, (self.sheet.width * 5 // 9) // (len(rows) + 2 * QUIET)))
        size = len(rows) * dots
        self.y += QUIET * dots
        self.sheet.code((self.sheet.width - size) // 2, self.y, rows, dots)
        self.y += size + QUIET * dots // 2

    def picture(self) -> Picture:
        return self.sheet.picture(min(TALLEST, self.y + 48))

    def _broken(self, text: str, size: int, weight: int) -> list[str]:
        room = self.sheet.width - 2 * MARGIN
        lines, rest = [], text
        while rest and self.sheet.text_width(rest, size, weight) > room:
            cut = len(rest)
            while cut > 1 and self.sheet.text_width(rest[:cut], size, weight) > room:
                cut -= 1
            blank = rest.rfind(" ", 0, cut + 1)
            cut = blank if blank > cut // 2 else cut
            lines.append(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
        return [*lines, rest] if rest else lines or [""]


@dataclass(frozen=True, slots=True)
class SlipHead:
    """Where and when a slip was made. `station` in both languages, `wall_ms` station time, `sale` its key or empty."""

    machine: str
    station: Both
    wall_ms: int
    sale: str = ""


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """A debt of the machine. `exact` False: at most this amount. `content`: what the 2-D code says."""

    code: str
    amount_fen: int
    reason: Msg
    content: str
    exact: bool = True
    more: tuple[tuple[str, int], ...] = ()  # further claims of the same sale: code, amount in fen
    window: str = "1"
    help_line: str = "12306"
    days: int = 30
    back_fen: int = 0  # a payment by card or phone that is still to go back


@dataclass(frozen=True, slots=True)
class ReversalFacts:
    """A payment by card or phone that goes back and has no answer yet. `masked`: as the other side names the payer."""

    code: str
    amount_fen: int
    content: str
    masked: str = ""
    help_line: str = "12306"


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """A sale that ended well. `lines`: (what, amount in fen) per ticket or group of tickets."""

    trip: Both
    lines: tuple[tuple[Both, int], ...]
    due_fen: int
    paid_fen: int
    change_fen: int
    rounding_fen: int = 0


def _head(roll: _Roll, say: Say, clock: Clock, head: SlipHead, title: Words) -> None:
    roll.words(title, 44, 700, centred=True)
    roll.rule()
    machine = say("{station} · ticket machine {id}", station=head.station, id=head.machine)
    roll.words(machine, 28, 500)
    roll.line(clock.stamp(head.wall_ms), 26)
    if head.sale:
        roll.line(head.sale, 24)
    roll.rule()


def claim_slip(facts: ClaimFacts, head: SlipHead, say: Say, clock: Clock, faces: Faces, width: int) -> Picture:
    """What the passenger brings to the window: amount, code, reason, how long it is valid."""
    roll = _Roll(faces, width)
    _head(roll, say, clock, head, say("Claim slip"))
    roll.words(say("We owe you") if facts.exact else say("We owe you at most"), 28, 500)
    roll.line(formats.amount(facts.amount_fen), 64, 700)
    roll.words(say("Claim code"), 28, 500)
    roll.line(formats.code(facts.code), 60, 700)
    for code, fen in facts.more:
        roll.pair(say("Further claim"), f"{formats.code(code)}  {formats.amount(fen)}", 32)
    roll.rule()
    roll.words(say.msg(facts.reason), 28)
    if facts.back_fen:
        roll.words(say("{amount} is still being sent back", amount=formats.amount(facts.back_fen)), 28)
    until = (clock.date(head.wall_ms) + timedelta(days=facts.days)).isoformat()
    roll.words(say("Valid until {date}, {n} days", date=until, n=facts.days), 28)
    roll.words(say("Paid in cash at window {window}. Or call {n}.", window=facts.window, n=facts.help_line), 28)
    roll.code(qr.rows(facts.content))
    roll.words(say("Keep this slip. The code is worth money."), 26, 700, centred=True)
    return roll.picture()


def reversal_slip(facts: ReversalFacts, head: SlipHead, say: Say, clock: Clock, faces: Faces, width: int) -> Picture:
    """What the passenger holds when the bank has not answered: nothing was bought, and the money goes back by itself."""
    roll = _Roll(faces, width)
    _head(roll, say, clock, head, say("Payment slip"))
    roll.words(say("Goes back to you"), 28, 500)
    roll.line(formats.amount(facts.amount_fen), 64, 700)
    if facts.masked:
        roll.line(facts.masked, 28)
    roll.words(say("Code"), 28, 500)
    roll.line(formats.code(facts.code), 60, 700)
    roll.rule()
    roll.words(say("No ticket was paid with it, and you are not charged."), 28)
    roll.words(say("The bank has not answered yet: it is asked until it does."), 28)
    roll.words(say("Not in your account in 3 days? Call {n}.", n=facts.help_line), 28)
    roll.code(qr.rows(facts.content))
    return roll.picture()


def receipt(facts: ReceiptFacts, head: SlipHead, say: Say, clock: Clock, faces: Faces, width: int) -> Picture:
    """What was bought, paid and given back."""
    roll = _Roll(faces, width)
    _head(roll, say, clock, head, say("Receipt"))
    roll.words(say.both(facts.trip), 30)
    for what, fen in facts.lines:
        roll.pair(say.both(what), formats.amount(fen))
    if facts.rounding_fen:
        roll.pair(say("Rounding"), formats.amount(facts.rounding_fen))
    roll.rule()
    roll.pair(say("Total"), formats.amount(facts.due_fen), 36)
    roll.pair(say("Paid", "receipt"), formats.amount(facts.paid_fen))
    roll.pair(say("Change", "money"), formats.amount(facts.change_fen))
    roll.rule()
    roll.words(say("Not a ticket. Have a good journey!"), 26, 500, centred=True)
    return roll.picture()


def service_slip(
    title: Words, lines: Sequence[tuple[Words, str]], head: SlipHead, say: Say, clock: Clock, faces: Faces, width: int
) -> Picture:
    """An act at the open cabinet: label and value per line, places to sign."""
    roll = _Roll(faces, width)
    _head(roll, say, clock, head, title)
    for label, value in lines:
        roll.pair(label, value)
    roll.rule()
    for role in (say("Signed"), say("Second person")):
        roll.y += 44
        roll.words(role, 26, 500)
        roll.sheet.line(MARGIN + 180, roll.y, width - MARGIN, roll.y)
    return roll.picture()
