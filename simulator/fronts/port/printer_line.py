"""The line of the ticket printer without bytes: words go to the unit one at a time, answers come back as the same words.

Source: ticket-printer sheet 2; sheet "Ticket unit TTPM". The unit takes no word while the press runs; ENQ it answers at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from kiosk.ports.ticket_printer import Picture
from simulator.devices.dots import Dots
from simulator.devices.ttpm import Ttpm
from simulator.devices.ttpm.line import ENQ
from simulator.devices.ttpm.press import Job, VoidMark
from simulator.fronts.port.printing import Sensors, Sheet, sensors

LINE_MS = 2  # a command is read so much after it was said: its start ends after the ENQ of the same second
LETTER = {"M": ord("F")}
"""Letter under which a link fault finds a line, where it is not the word itself."""
ONE_BLANK = VoidMark(attempts=1)


class PrinterLine:
    """`hear` gets answers: the word itself, `nak` and its sign, or what the press says (encoded, printed)."""

    def __init__(self, twin: Ttpm, hear: Callable[[str], None]) -> None:
        self._twin, self._link, self._hear = twin, twin.link, hear
        self._words: deque[str] = deque()  # with the unit, not yet answered
        self._desk = twin.desk
        self._told: list[str] = []
        twin.told = self._told.append

    @property
    def rests(self) -> bool:
        return not (self._words or self._told)

    @property
    def enquiries_fail(self) -> bool:
        """A fault of the link that an ENQ would meet."""
        aimed = not self._link.targets or ENQ in self._link.targets
        faults = self._twin.faults
        return bool(faults) and aimed and any(name.startswith("silence") for name in faults)

    def send(self, words: str) -> None:
        if self._twin.listens:
            self._words.extend(words)

    def enquire(self) -> Sensors | None:
        """ENQ: what the sensors say; None without an answer."""
        twin, link = self._twin, self._link
        if not twin.listens or (twin.faults and not link.hears(ENQ)):
            return None
        return None if twin.faults and link.plays("silence_after", ENQ) else sensors(twin)

    def serve(self, sheet: Sheet | None, now_ms: int) -> bool:
        """The unit does what it was told, as far as it can now; answers whether it did anything."""
        twin, link, served = self._twin, self._link, False
        while self._words and not twin.press.active:
            word = self._words.popleft()
            served = True
            letter = LETTER.get(word) or ord(word)
            if twin.faults and not link.hears(letter):
                continue
            if twin.faults and link.resets(letter):
                twin.reset(now_ms + LINE_MS)
                self.listen()
                return True
            answer = self._do(word, sheet, now_ms)
            if answer and not (twin.faults and link.plays("silence_after", letter)):
                self._hear(answer)
        return served

    def _do(self, word: str, sheet: Sheet | None, now_ms: int) -> str:
        """What the unit does with one line; answers its answer, empty when the press will speak."""
        desk = self._twin.desk
        if word == "C":
            desk.clear()
            desk.extended = True
        elif word == "Q" and sheet is not None:
            desk.text = sheet.job.key
        elif word == "F" and "old_firmware" in self._twin.faults:
            return "nak?"
        elif word == "P" and sheet is not None:
            return self._press(sheet, now_ms)
        return word

    def _press(self, sheet: Sheet, now_ms: int) -> str:
        job = Job({1: sheet.stripe}, way="E", void=ONE_BLANK)
        stamp(job.face, sheet.job.face)
        refused = self._twin.desk.make(job, now_ms)
        if refused:
            return f"nak{refused}"
        self._twin.poll(now_ms)
        self.listen()
        return ""

    def listen(self) -> None:
        """What the press said since; and if the unit began anew, it has forgotten what it was asked."""
        twin = self._twin
        if twin.desk is not self._desk:
            self._desk = twin.desk
            self._words.clear()
        if not self._told:
            return
        told, self._told[:] = list(self._told), []
        for word in told:
            aimed = None if word == "nakG" else ord("P")
            if word != "done" and not (twin.faults and self._link.plays("silence_after", aimed)):
                self._hear(word)


def stamp(sheet: Dots, face: Picture) -> None:
    """White pictures, as in worlds where nobody looks at paper, leave the sheet untouched."""
    if any(face.rows):
        sheet.stamp(0, 0, face.rows, face.width, face.height)
