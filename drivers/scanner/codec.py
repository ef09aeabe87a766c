"""What code scanners are told and answer, and where a code ends.

Source: io-board sheet, section 3; identity and scanner open points.

Menu texts are `16 4D 0D`, a command, and `!` (until power goes, so that nothing wears out). A scanner answers the command in its
place, with 06 (done), 15 (value out of range) or 05 (no such word) after it. Trigger commands are never answered.
A code is content and CR. Content may hold a CR too; so a code ends with a CR that nothing follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kiosk.ports.code_scanner import LONGEST, ScannedCode

CR = b"\r"
MENU = b"\x16\x4d\r"
DONE = b"\x06"
LIT_MS = 30_000
"""A trigger lights the window for so long at most."""
MOST_ANSWER = 2_048
_MOST_CONTENT = LONGEST * 4
"""UTF-8 needs at most four bytes for a character."""


@dataclass(frozen=True, slots=True)
class Question:
    """`name` for people. `answer`: what a whole answer looks like wherever it stands; its group is what was asked for."""

    name: str
    ask: bytes
    answer: re.Pattern[bytes]


def menu(command: str) -> Question:
    """A command that sets something; the group is the byte of its outcome."""
    word = command.encode("ascii")
    return Question(command, MENU + word + b"!", re.compile(re.escape(word[:6]) + rb"[ -~]*([\x05\x06\x15])!"))


_REVISION = Question("REVINF", MENU + b"REVINF!", re.compile(rb"((?:[ -~]{1,120}\r\n){1,20})REVINF\x06!"))
_SUFFIX = Question("SUFBK2?", MENU + b"SUFBK2?!", re.compile(rb"SUFBK2([ -~]*)[\x05\x06\x15]!"))
_IDENTITY = Question("i", b"i", re.compile(rb"(?:^|\r)([A-Z][A-Za-z0-9-]{1,15} [0-9]{1,3}\.[0-9]{1,3})\r"))
"""Name and version. Strict, since what is answered here is told: no code that pays or picks up can be taken for it."""
_STATUS = Question("s", b"s", re.compile(rb"(?:^|\r)(S[01])\r"))


@dataclass(frozen=True, slots=True)
class Style:
    """A family of scanners. `check` is asked again and again; another answer than `wanted` means that it started anew."""

    on: bytes
    off: bytes
    identity: Question
    set_up: tuple[Question, ...]
    check: Question
    wanted: re.Pattern[bytes]


STYLES = {
    "scanner": Style(
        b"\x16\x54\r",
        b"\x16\x55\r",
        _REVISION,
        tuple(map(menu, ("TRGMOD0", f"TRGSTO{LIT_MS}", "PRECA2", "SUFCA2", "SUFBK2990D"))),
        _SUFFIX,
        re.compile(rb"990D"),
    ),
    "scanner_letters": Style(b"E", b"D", _IDENTITY, (), _STATUS, re.compile(rb"S[01]")),
}
"""Model in config -> how it is spoken to: trigger commands and menu texts, or one letter each."""


def product_of(identity: bytes) -> tuple[str, str, str]:
    """(product, revision, serial) from the answer to REVINF; from a single line, that line as the product."""
    lines = identity.decode("ascii", "replace").split("\r\n")
    told = dict(line.split(": ", 1) for line in lines if ": " in line)
    product = told.get("Product Name", "" if told else lines[0])
    return product.strip(), told.get("Software Revision", "").strip(), told.get("Serial Number", "").strip()


def code_of(content: bytes) -> ScannedCode | str:
    """`content` without its CR; or why it is no code of ours: too_long, garbled."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "garbled"
    if len(text) > LONGEST:
        return "too_long"
    try:
        return ScannedCode(text)
    except ValueError:
        return "garbled"


class Collector:
    """Bytes of a code as they come, until the line is quiet. Keeps no more than a code may have, and overwrites what it drops."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._over = False

    def __len__(self) -> int:
        return len(self._held)

    @property
    def ended(self) -> bool:
        return self._held.endswith(CR)

    def feed(self, data: bytes) -> None:
        self._held += data
        if len(self._held) > _MOST_CONTENT + 1:
            self._over = True
            last = self._held[-1:]
            self._wipe()
            self._held += last

    def take(self) -> ScannedCode | str:
        """After silence: the code, or why it is none: too_long, garbled, cut. Begins anew."""
        over, ended, content = self._over, self.ended, bytes(self._held[:-1])
        self.clear()
        if over:
            return "too_long"
        return code_of(content) if ended else "cut"

    def clear(self) -> None:
        self._wipe()
        self._over = False

    def _wipe(self) -> None:
        self._held[:] = bytes(len(self._held))
        self._held.clear()
