"""Lines of the NUT protocol: words, some in quotes, ended by LF. Source: ups sheet, section 3.

Each request has one answer, in order: one line, or a list from BEGIN LIST to END LIST. An answer that begins with ERR says why not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 1_024
"""No line of a server is longer; what is, is noise."""
MOST_LINES = 512
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s"]+)')


def words(line: str) -> list[str]:
    """The words of a line; what stands in quotes is one word, with its escapes undone."""
    return [bare or re.sub(r"\\(.)", r"\1", quoted) for quoted, bare in _WORD.findall(line)]


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(frozen=True, slots=True)
class Answer:
    """`error`: the server's word for why not, empty when it is done. `values`: names and values of a list, or the one asked for."""

    error: str
    values: dict[str, str]


class Decoder:
    """Bytes in, answers out. Never raises; what is no answer is dropped."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._list: dict[str, str] | None = None
        self._lines = 0

    def feed(self, received: bytes) -> list[Answer]:
        self._held += received
        answers = []
        while (end := self._held.find(b"\n")) >= 0:
            line = self._held[:end].decode("utf-8", "replace")
            del self._held[: end + 1]
            answer = self._line(words(line)) if len(line) <= LONGEST else None
            if answer is not None:
                answers.append(answer)
        if len(self._held) > LONGEST:
            self._held.clear()
        return answers

    def clear(self) -> None:
        self._held.clear()
        self._list = None

    def _line(self, line: list[str]) -> Answer | None:
        match line:
            case ["ERR", why, *_]:
                self._list = None
                return Answer(why, {})
            case ["BEGIN", "LIST", *_]:
                self._list, self._lines = {}, 0
            case ["END", "LIST", *_] if self._list is not None:
                values, self._list = self._list, None
                return Answer("", values)
            case ["VAR", _, name, value] if self._list is not None:
                self._lines += 1
                if self._lines <= MOST_LINES:
                    self._list[name] = value
            case ["VAR", _, name, value]:
                return Answer("", {name: value})
            case ["OK", *_]:
                return Answer("", {})
        return None


# -- what the variables say


@dataclass(frozen=True, slots=True)
class Status:
    """Of one list: `battery` and `low` by the words of ups.status; -1 where the unit does not measure."""

    battery: bool
    low: bool
    failed: bool
    charge_pct: int
    runtime_s: int
    input_mv: int
    input_mhz: int


def parse_status(values: dict[str, str]) -> Status | None:
    """None when it does not say where the power comes from. Tested by words, never by the whole string (section 3).

    A forced shutdown (FSD) that somebody ordered is an end of the power like an empty battery.
    """
    told = set(values.get("ups.status", "").split())
    if not told & {"OL", "OB", "FSD"}:
        return None
    forced = "FSD" in told
    return Status(
        battery=forced or ("OB" in told and "CAL" not in told) or {"OB", "LB"} <= told,
        low=forced or "LB" in told,
        failed=bool(told & {"RB", "OVER"}) or "failed" in values.get("ups.alarm", "").lower(),
        charge_pct=min(100, _number(values, "battery.charge", 1)),
        runtime_s=_number(values, "battery.runtime", 1),
        input_mv=_number(values, "input.voltage", 1_000),
        input_mhz=_number(values, "input.frequency", 1_000),
    )


def _number(values: dict[str, str], name: str, factor: int) -> int:
    """-1 for what is missing, no number, negative or beyond a million."""
    try:
        found = float(values[name])
    except (KeyError, ValueError):
        return -1
    return round(found * factor) if 0 <= found < 1_000_000 else -1
