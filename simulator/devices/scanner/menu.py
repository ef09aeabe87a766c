"""Menu texts: six characters that name a setting, then its value; `?` asks for it (io-board sheet, section 3).

Which words there are, and how they are answered: docs/sheets/identity-and-scanner-open-points.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from simulator.devices.scanner.codes import ACK, ENQ, NAK, Symbology
from simulator.devices.scanner.settings import Mode, Settings

REVISION = (
    b"Product Name: TVM Code Scanner\r\n"
    b"Software Part Number: TVM-SC1\r\n"
    b"Software Revision: 1.00\r\n"
    b"Serial Number: 0000000042\r\n"
)
TAG = 6
ALL_KINDS = "99"
MOST_AROUND = 11
LONGEST_LIGHT_MS, LONGEST_REREAD_MS = 300_000, 30_000


class OutOfRange(Exception):
    """The word is known, its value is none."""


class Menu:
    """`stored` outlives power cuts, `active` is what holds now."""

    def __init__(self) -> None:
        self.stored = self.active = Settings()
        self.refuses = False
        self._words: dict[str, Callable[[Settings, str], Settings]] = {
            "TRGMOD": lambda now, value: replace(now, mode=mode(value)),
            "TRGSTO": lambda now, value: replace(now, light_ms=whole(value, LONGEST_LIGHT_MS)),
            "DLYRRD": lambda now, value: replace(now, reread_ms=whole(value, LONGEST_REREAD_MS)),
            "PREBK2": lambda now, value: replace(now, prefix=longer(now.prefix, value)),
            "SUFBK2": lambda now, value: replace(now, suffix=longer(now.suffix, value)),
            "PRECA2": lambda now, value: replace(now, prefix=nothing(value)),
            "SUFCA2": lambda now, value: replace(now, suffix=nothing(value)),
            "DEFALT": lambda now, value: replace(Settings(), prefix=nothing(value)),
            **{kind.tag: switch(kind) for kind in Symbology},
        }
        self._told: dict[str, Callable[[Settings], str]] = {
            "TRGMOD": lambda now: str(int(now.mode)),
            "TRGSTO": lambda now: str(now.light_ms),
            "DLYRRD": lambda now: str(now.reread_ms),
            "PREBK2": lambda now: ALL_KINDS + now.prefix.hex().upper() if now.prefix else "",
            "SUFBK2": lambda now: ALL_KINDS + now.suffix.hex().upper() if now.suffix else "",
            **{kind.tag: told(kind) for kind in Symbology},
        }

    def start(self) -> None:
        """Power has come: what was not stored is gone."""
        self.active = self.stored

    def obey(self, text: str, *, store: bool) -> bytes:
        """One text, commands parted by `;`, each by itself. What is answered, without the closing sign."""
        return b";".join(self._obey(command.upper(), store=store) for command in text.split(";"))

    def _obey(self, command: str, *, store: bool) -> bytes:
        tag, value = command[:TAG], command[TAG:]
        echo = command.encode("ascii")
        if command == "REVINF":
            return REVISION + echo + bytes([ACK])
        if value == "?" and tag in self._told:
            return (tag + self._told[tag](self.active)).encode("ascii") + bytes([ACK])
        if tag not in self._words:
            return echo + bytes([ENQ])
        try:
            active, stored = self._words[tag](self.active, value), self._words[tag](self.stored, value)
        except OutOfRange:
            return echo + bytes([NAK])
        if self.refuses:
            return echo + bytes([NAK])
        self.active, self.stored = active, stored if store else self.stored
        return echo + bytes([ACK])


def mode(value: str) -> Mode:
    """Raises OutOfRange."""
    if value not in [str(int(each)) for each in Mode]:
        raise OutOfRange(value)
    return Mode(int(value))


def whole(value: str, most: int) -> int:
    """0..most. Raises OutOfRange."""
    if not (value.isascii() and value.isdigit()) or int(value) > most:
        raise OutOfRange(value)
    return int(value)


def longer(before: bytes, value: str) -> bytes:
    """99 for all kinds of code, then hex. Raises OutOfRange."""
    try:
        more = bytes.fromhex(value.removeprefix(ALL_KINDS))
    except ValueError:
        raise OutOfRange(value) from None
    if not value.startswith(ALL_KINDS) or " " in value or not more or len(before + more) > MOST_AROUND:
        raise OutOfRange(value)
    return before + more


def nothing(value: str) -> bytes:
    """Raises OutOfRange when a value is given to a word that has none."""
    if value:
        raise OutOfRange(value)
    return b""


def switch(kind: Symbology) -> Callable[[Settings, str], Settings]:
    def switched(now: Settings, value: str) -> Settings:
        return replace(now, reads=now.reads | {kind} if whole(value, 1) else now.reads - {kind})

    return switched


def told(kind: Symbology) -> Callable[[Settings], str]:
    return lambda now: str(int(kind in now.reads))
