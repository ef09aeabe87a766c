"""The scanner on its line: codes out, with what was set around them; commands in (io-board sheet, section 3).

Decided here (docs/sheets/identity-and-scanner-open-points.md): a trigger command is not answered, a menu text is; the scanner
says nothing by itself but codes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from simulator.devices.linkfaults import LINK_FAULTS, NOISE, LinkFaults
from simulator.devices.scanner.codes import CR, LF, MENU, TRIGGER_OFF, TRIGGER_ON, Code, Maker
from simulator.devices.scanner.faults import FAULTS
from simulator.devices.scanner.menu import Menu
from simulator.devices.scanner.settings import Mode, Settings
from simulator.devices.scanner.sight import Sight
from simulator.devices.scanner.wire import LETTERS, STORED, Ear, LetterEar, Said
from simulator.devices.twin import Speeds

STARTUP_NOMINAL_MS = 1_000
LATE_MS = 3_000
SLOW_MS, SPLIT_MS = 700, 60
LOST_BYTES = 3
JUNK = b"A" * 600
A_CODE = 0
"""The command that a code counts for among the faults of the line."""
WITH_LETTERS = Settings(suffix=bytes([CR]))
IDENTIFICATION, HEALTH = b"TVM-SC1 1.00", b"H0"


class CodeScanner:
    """Fits `Twin`; `show` and `take_away` are a passenger's hand. Made with power, ready, as at delivery.

    `manners` counts bytes of the host that belong to no command.
    """

    def __init__(self, speeds: Speeds, maker: Maker = Maker.HONEYWELL) -> None:
        self.faults: set[str] = set()
        self.link = LinkFaults(self, late_ms=LATE_MS)
        self.manners: Counter[str] = Counter()
        self.maker = maker
        self._speeds = speeds
        self._menu = Menu()
        self._ear = ear_of(maker)
        self._enabled = False
        self._sight = Sight(speeds, lambda: self.settings, self._presents, lambda: self.faults, self._tell)
        self._power = True
        self._deaf_until_ms = 0
        self._last = b""
        self._later: list[tuple[int, bytes]] = []

    # -- Twin

    def fault_names(self) -> Mapping[str, str]:
        return {**FAULTS, **LINK_FAULTS}

    def receive(self, data: bytes, now_ms: int) -> None:
        self.poll(now_ms)
        if not self._heeds(now_ms):
            return
        for said in self._ear.feed(data, now_ms):
            if now_ms >= self._deaf_until_ms:
                self._hear(said, now_ms)
        self.manners["dropped"] = self._ear.dropped
        self.poll(now_ms)

    def hear(self, said: Said, now_ms: int) -> None:
        """One whole command, from a host without bytes; what is said comes by `take_output`."""
        self.poll(now_ms)
        if self._heeds(now_ms):
            self._hear(said, now_ms)
            self.poll(now_ms)

    def listens(self, now_ms: int) -> bool:
        """It has power, and its start is over."""
        return self._power and now_ms >= self._deaf_until_ms

    def _heeds(self, now_ms: int) -> bool:
        return self.listens(now_ms) and self.link.understood()

    def poll(self, now_ms: int) -> int | None:
        if not self._power:
            return None
        starts_ms = self._deaf_until_ms if now_ms < self._deaf_until_ms else None
        sees = None if starts_ms else self._sight.advance(now_ms)
        self._release(now_ms)
        dues = [starts_ms, sees, self.link.poll(now_ms), *(due_ms for due_ms, _ in self._later)]
        return min((due for due in dues if due is not None), default=None)

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        if on == self._power:
            return
        self._power = on
        self._start_again(now_ms)

    def busy(self) -> bool:
        return False

    # -- the hand, and what can be seen from outside

    def show(self, code: Code, now_ms: int, for_ms: int | None = None) -> str | None:
        """Hold a code before the window, for so long or until it is taken away: None when it is there, else why not."""
        self.poll(now_ms)
        refusal = self._sight.show(code, None if for_ms is None else now_ms + for_ms, now_ms)
        self.poll(now_ms)
        return refusal

    def take_away(self, now_ms: int) -> Code | None:
        """The hand goes, with what it held."""
        self.poll(now_ms)
        return self._sight.take_away(now_ms)

    @property
    def held(self) -> Code | None:
        return self._sight.held

    @property
    def lit(self) -> bool:
        """The light is on: a code held there would be read."""
        return self._power and self._sight.lit

    @property
    def settings(self) -> Settings:
        """What holds now."""
        return self._menu.active if self.maker is Maker.HONEYWELL else WITH_LETTERS

    # -- commands

    def _hear(self, said: Said, now_ms: int) -> None:
        if not self.link.hears(said.command):
            return
        if self.link.resets(said.command):
            self._start_again(now_ms)
            return
        if self._last and self._played("code_by_itself_next"):
            self.link.say(self._last)
        if self.maker is Maker.HONEYWELL:
            self._obey(said, now_ms)
        else:
            self._obey_letter(chr(said.command), now_ms)
        self._sight.look(now_ms)

    def _obey(self, said: Said, now_ms: int) -> None:
        if said.command == MENU:
            self._menu.refuses = "settings_refused" in self.faults
            answer = self._menu.obey(said.text, store=said.closing == STORED) + said.closing
            self.link.send(answer, now_ms, MENU)
        elif self.settings.mode is Mode.MANUAL and said.command == TRIGGER_ON:
            self._sight.trigger(now_ms)
        elif said.command == TRIGGER_OFF:
            self._sight.release()

    def _obey_letter(self, letter: str, now_ms: int) -> None:
        if letter in "ED":
            self._enabled = letter == "E"
        elif letter == "R":
            self._start_again(now_ms)
        elif letter in "ihs":
            state = b"S1" if self._enabled else b"S0"
            answer = {"i": IDENTIFICATION, "h": HEALTH, "s": state}[letter]
            self.link.send(answer + bytes([CR]), now_ms, ord(letter))

    def _presents(self) -> bool:
        return self._enabled if self.maker is not Maker.HONEYWELL else self.settings.mode is Mode.PRESENTATION

    # -- codes

    def _tell(self, code: Code, now_ms: int) -> None:
        if "another_device" in self.faults:
            return
        sent = self._around(code)
        if self._played("overlong_next"):
            sent = JUNK + sent
        if self._played("lost_bytes_next"):
            middle = len(sent) // 2
            sent = sent[:middle] + sent[middle + LOST_BYTES :]
        if self._played("code_cut_off_next"):
            sent = sent[: len(sent) // 2]
        if self._played("code_twice_next"):
            sent *= 2
        if "wrong_baud" in self.faults:
            sent = NOISE * (len(sent) // len(NOISE) + 1)
        self._last = sent
        slow_ms = SLOW_MS if "slow_codes" in self.faults else 0
        half = len(sent) // 2 if "split_code" in self.faults else 0
        self._later += [(now_ms + slow_ms, sent[:half])] if half else []
        self._later.append((now_ms + slow_ms + (SPLIT_MS if half else 0), sent[half:]))

    def _around(self, code: Code) -> bytes:
        before, after = self.settings.around(code)
        content = code.content
        if self._played("misread_next"):
            middle = len(content) // 2
            content = content[:middle] + bytes([content[middle] ^ 0x01]) + content[middle + 1 :]
        if self._played("no_suffix_next"):
            after = b""
        elif "wrong_suffix" in self.faults:
            after = bytes([LF])
        return before + content + after

    def _release(self, now_ms: int) -> None:
        while self._later and self._later[0][0] <= now_ms:
            due_ms, sent = self._later.pop(0)
            self.link.send(sent, due_ms, A_CODE)

    def _start_again(self, now_ms: int) -> None:
        """As after a power cut."""
        self.link.clear()
        self._later.clear()
        self._ear.clear()
        self._sight.dark()
        self._enabled, self._last = False, b""
        if self._played("settings_lost_next"):
            self._menu = Menu()
        self._menu.start()
        self._deaf_until_ms = now_ms + self._speeds.motion_ms(STARTUP_NOMINAL_MS)

    def _played(self, name: str) -> bool:
        """One-shot switches: playing clears them."""
        if name not in self.faults:
            return False
        self.faults.discard(name)
        return True


def ear_of(maker: Maker) -> Ear | LetterEar:
    if maker is Maker.HONEYWELL:
        return Ear()
    return LetterEar(LETTERS if maker is Maker.DATALOGIC else LETTERS[:2], texts=maker is Maker.CIPHERLAB)
