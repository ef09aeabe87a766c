"""The command lines of the ticket unit: how each is spelled (ticket-printer sheet 2.2, sheet "Ticket unit TTPM").

A line that fits no pattern is unknown: NAK ?. The names on the right are methods of `Ttpm`.
"""

from __future__ import annotations

import re

from simulator.devices.ttpm.press import VoidMark

PATTERNS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"!C", "clear"),
        (r"!CA", "clear_extended"),
        (r"!P ?([0-9]?)([@E]?)([SMF]?)", "produce"),
        (r"!S", "status"),
        (r"!SD", "switches"),
        (r"!U", "firmware"),
        (r"!Q (.{1,15})", "transaction"),
        (r"!V", "last_transaction"),
        (r"!W", "progress"),
        (r"!Y", "counters"),
        (r"!(Z|X|G) ?([0-9]{1,3})", "setting"),
        (r"!L(1|2|17|18)", "select_entry"),
        (r"!L(3|4|5)", "front"),
        (r"!E", "eject_rear"),
        (r"!T ?@([0-9]{1,3})", "take_limit"),
        (r'!F T N ([0-9]{1,3}) ([0-9]{1,3}) ([0-9]{1,2}) ([1-9]) ([1-9]) ([0-9]) "([^"]*)"', "text"),
        (r'!F C N ([0-9]{1,3}) ([0-9]{1,3}) ([1-9][0-9]{0,2}) ([1-9]) "([0-9]*)"', "bar_code"),
        (r'!F M N ([0-9]{1,3}) ([0-9]{1,3}) ([1-9]) ([1-9]) ([1-9]) ([0-9]) "([^"]*)"', "void_mark"),
        (r"!(J|M|I)(.*)", "write_track"),
        (r"!D ?([123A])", "read_track"),
        (r"!O ?([123])", "read_bits"),
    )
)

TWO_OF_FIVE = ("nnwwn", "wnnnw", "nwnnw", "wwnnn", "nnwnw", "wnwnn", "nwwnn", "nnnww", "wnnwn", "nwnwn")
"""Bars of an interleaved 2 of 5 code, digit by digit: n narrow, w wide."""


def understand(line: str) -> tuple[str, tuple[str, ...]] | None:
    """Name and arguments of a command, None when it is unknown."""
    for pattern, name in PATTERNS:
        if match := pattern.fullmatch(line):
            return name, match.groups()
    return None


def void_mark(x: str, y: str, attempts: str, tall: str, wide: str, text: str) -> VoidMark:
    return VoidMark(int(x), int(y), int(attempts), int(tall), int(wide), text)


def bars(digits: str, narrow: int) -> list[tuple[bool, int]]:
    """Interleaved 2 of 5: black or white and its width in dots, left to right; an odd number gets a leading 0."""
    digits = digits if len(digits) % 2 == 0 else "0" + digits
    marks = "nnnn"
    for left, right in zip(digits[::2], digits[1::2], strict=True):
        marks += "".join(a + b for a, b in zip(TWO_OF_FIVE[int(left)], TWO_OF_FIVE[int(right)], strict=True))
    marks += "wnn"
    return [(at % 2 == 0, narrow * (3 if mark == "w" else 1)) for at, mark in enumerate(marks)]
