"""What a scanner is told and answers, as texts: commands that need no frame, and codes as they come.

Source: io-board sheet, section 3; identity and scanner open points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kiosk.ports.code_scanner import LONGEST, ScannedCode
from simulator.devices.scanner.codes import MENU, TRIGGER_OFF, TRIGGER_ON
from simulator.devices.scanner.wire import FOR_NOW, Said

MODEL = "scanner"
ON, OFF = Said(TRIGGER_ON), Said(TRIGGER_OFF)
IDENTITY, SUFFIX = "REVINF", "SUFBK2?"
SET_UP = ("TRGMOD0", "TRGSTO30000", "PRECA2", "SUFCA2", "SUFBK2990D")
WANTED = b"990D"
CR, DONE = b"\r", b"\x06"
COMMAND_BYTES = 3
TAG = 6
MOST = 4 * LONGEST
"""Bytes of a code in UTF-8."""
MOST_ANSWER = 2_048
OUTCOMES = rb"[\x05\x06\x15]"


def asked(word: str) -> Said:
    return Said(MENU, word, FOR_NOW)


def size_of(said: Said) -> int:
    return COMMAND_BYTES + len(said.text) + len(said.closing)


@dataclass(frozen=True, slots=True)
class Answer:
    """`value`: what stands between the word and its outcome; `lines` before the word."""

    value: bytes
    outcome: bytes
    lines: bytes = b""


def answer_to(word: str, heard: bytes) -> Answer | None:
    """The answer to a menu text, wherever it stands in what was heard."""
    if word == IDENTITY:
        told = re.search(rb"((?:[ -~]{1,120}\r\n){1,20})REVINF\x06!", heard)
        return Answer(b"", DONE, told[1]) if told else None
    found = re.search(word[:TAG].encode() + b"([ -~]*)(" + OUTCOMES + b")!", heard)
    return Answer(found[1], found[2]) if found else None


def named(lines: bytes) -> tuple[str, str, str]:
    """Product, revision and serial number; a scanner that names nothing is called by its only line."""
    told = lines.decode("ascii").split("\r\n")
    rows = dict(line.split(": ", 1) for line in told if ": " in line)
    product = rows.get("Product Name", "" if rows else told[0]) or MODEL
    return product, rows.get("Software Revision", ""), rows.get("Serial Number", "")


def code_of(heard: bytes) -> ScannedCode | str:
    """What a line that has gone quiet said: a code, or why it is none (`CodeDropped`)."""
    if len(heard) > MOST + len(CR):
        return "too_long"
    if not heard.endswith(CR):
        return "cut"
    try:
        text = heard[:-1].decode("utf-8")
        return "too_long" if len(text) > LONGEST else ScannedCode(text)
    except ValueError:
        return "garbled"
