"""What a host may say: SYN commands of three bytes, menu texts, or single letters (io-board sheet, section 3).

16 54 0D trigger on | 16 55 0D trigger off | 16 4D 0D, text, `.` (stored) or `!` (until power goes)
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.devices.scanner.codes import CR, MENU, SYN, TRIGGER_OFF, TRIGGER_ON

GAP_MS = 1_000
"""Decided here: half a command is forgotten after so long a silence."""
LONGEST_TEXT = 120
STORED, FOR_NOW = b".", b"!"
LETTERS = b"EDRFBihs"


@dataclass(frozen=True, slots=True)
class Said:
    """`command`: the byte after SYN, or the letter. `text` and `closing` of a menu text."""

    command: int
    text: str = ""
    closing: bytes = b""


class Ear:
    """Commands with SYN. What is none is dropped in silence and counted in `dropped`."""

    def __init__(self) -> None:
        self.dropped = 0
        self._held = bytearray()
        self._last_ms = 0

    def feed(self, data: bytes, now_ms: int) -> list[Said]:
        if self._held and now_ms - self._last_ms >= GAP_MS:
            self.clear()
        self._last_ms = now_ms
        heard = []
        for byte in data:
            if byte == SYN:  # begins a command, whatever came before
                self.dropped += bool(self._held)
                self._held.clear()
            elif not self._held:
                self.dropped += 1
                continue
            self._held.append(byte)
            said = self._complete()
            if said is not None:
                heard.append(said)
            if said is not None or self._is_none():
                self._held.clear()
        return heard

    def clear(self) -> None:
        self._held.clear()

    def _complete(self) -> Said | None:
        held = self._held
        if len(held) == 3 and held[1] in (TRIGGER_ON, TRIGGER_OFF) and held[2] == CR:
            return Said(held[1])
        if len(held) > 3 and held[1] == MENU and held[-1:] in (STORED, FOR_NOW):
            return Said(MENU, held[3:-1].decode("ascii"), bytes(held[-1:]))
        return None

    def _is_none(self) -> bool:
        """What is held can become no command any more."""
        held = bytes(self._held)
        text = held[3:]
        none = (
            held[1:2] not in (b"", bytes([TRIGGER_ON]), bytes([TRIGGER_OFF]), bytes([MENU]))
            or held[2:3] not in (b"", bytes([CR]))
            or len(text) > LONGEST_TEXT
            or any(not 0x20 <= byte < 0x7F for byte in text)
        )
        self.dropped += none
        return none


class LetterEar:
    """Commands of one letter; set-up texts from `#@` to CR are swallowed."""

    def __init__(self, letters: bytes, *, texts: bool) -> None:
        self.dropped = 0
        self._letters, self._texts = letters, texts
        self._held = bytearray()

    def feed(self, data: bytes, now_ms: int) -> list[Said]:
        heard = []
        for byte in data:
            if self._held or (self._texts and byte == ord("#")):
                self._held.append(byte)
                no_text = bytes(self._held[1:2]) not in (b"", b"@") or len(self._held) > LONGEST_TEXT
                self.dropped += no_text
                if byte == CR or no_text:
                    self._held.clear()
            elif byte in self._letters:
                heard.append(Said(byte))
            else:
                self.dropped += 1
        return heard

    def clear(self) -> None:
        self._held.clear()
