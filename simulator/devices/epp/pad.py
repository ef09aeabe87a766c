"""The pad on its line, in its mount and under fingers: framed replies, unframed keys, a case that must not be opened.

Source: pin-pad sheet, sections 1, 2 and 12. Nothing that crosses the line tells a key or a digit of a PIN; the one fault that
breaks this says so in its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from simulator.devices.epp.codes import ENCRYPTING, KEYS, Refusal, Style, Use
from simulator.devices.epp.commands import Commands, Variant
from simulator.devices.epp.faults import FAULTS
from simulator.devices.epp.keyboard import Keyboard, Mode
from simulator.devices.epp.memory import Memory, Noise
from simulator.devices.epp.wire import Ear, frame
from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.twin import Speeds

LATE_MS = 1_500  # the host waits 1,000
SPLIT_MS = 60
REPEAT_MS = 200
RESTART_NOMINAL_MS = 1_000
DEMO_ID = bytes([0x11]) * 8

LOST = {
    "imk_lost_next": (Use.IMK,),
    "tmk_lost_next": (Use.TMK,),
    "work_keys_lost_next": (Use.PIN, Use.PIN_AES, Use.MAC, *ENCRYPTING),
}


class Zt598:
    """Fits `Twin`; `press`, `hold` and `release` are a person's finger, `reinitialise` is the maker's workshop.

    Made with mains, blank, as at delivery: 9600, no hex mode. `style` (as the ZT588 or as the ZT598 was driven) and
    `first_length` (of command 1: 0 or 1 is a key of 8 bytes) are what the sources differ in; `guarded` asks for
    authentication before masters are loaded. `seed` is the chip's source of chance. `host_baud`: the rate at which the host
    listens now, None when the line knows none.
    """

    def __init__(
        self,
        speeds: Speeds,
        *,
        style: Style = Style.AT_FETCH,
        first_length: int = 1,
        guarded: bool = False,
        user_id: bytes | None = DEMO_ID,
        serial: str = "26110042",
        seed: bytes = b"ZT598",
    ) -> None:
        if user_id is not None and len(user_id) != 8:
            raise ValueError("a user id has 8 bytes")
        if first_length not in (0, 1) or len(serial) != 8:
            raise ValueError("first_length is 0 or 1, and a serial number has 8 characters")
        self.faults: set[str] = set()
        self.link = LinkFaults(self, late_ms=LATE_MS)
        self.manners: Counter[str] = Counter()
        self.host_baud: int | None = None
        self._speeds = speeds
        self._memory = Memory(Noise(seed), user_id)
        self._keyboard = Keyboard(self._memory, lambda: self.faults, self._played)
        variant = Variant(style, first_length, guarded, serial)
        self._commands = Commands(
            self._memory, self._keyboard, variant, lambda: self.faults, self._played, self.manners
        )
        self._ear = Ear()
        self._power = True
        self._finger = ""  # the key that was pressed last
        self._held = False
        self._repeat_ms: int | None = None
        self._later: list[tuple[int, bytes]] = []
        self._deaf_until_ms = 0

    # -- Twin

    def fault_names(self) -> Mapping[str, str]:
        return {**FAULTS, **LINK_FAULTS}

    def receive(self, data: bytes, now_ms: int) -> None:
        self.poll(now_ms)
        if not self._power or now_ms < self._deaf_until_ms or not self._understood():
            return
        for content in self._ear.feed(data, now_ms):
            if now_ms >= self._deaf_until_ms:
                self._hear(content, now_ms)
        self.manners["damaged"] = self._ear.damaged

    def poll(self, now_ms: int) -> int | None:
        self._feel()
        if not self._power:
            return None
        self._repeat(now_ms)
        self._say(self._keyboard.poll(now_ms))
        self._release(now_ms)
        dues = [self.link.poll(now_ms), self._keyboard.until_ms, self._repeat_ms]
        dues += [due_ms for due_ms, _ in self._later]
        return min((due for due in dues if due is not None), default=None)

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        self._feel()
        if on == self._power:
            return
        self._power = on
        self._forget()
        if not on and "battery_dead" in self.faults:
            self._memory.lose()

    def busy(self) -> bool:
        return False

    # -- fingers and hands

    def press(self, key: str, now_ms: int) -> str | None:
        """A finger on one key (`KEYS` names them): None when something crossed the line, else why nothing did."""
        if key not in KEYS:
            return f"the pad has no key {key}"
        self.poll(now_ms)
        if not self._power:
            return "the pad is off"
        if now_ms < self._deaf_until_ms:
            return "the pad is starting"
        if self._keyboard.mode is Mode.CLOSED:
            return "no input is open"
        self._finger = key
        if self._keyboard.mode is Mode.PIN and key.isdigit() and self._played("restart_in_entry_next"):
            self._restart(now_ms)
            return "the pad starts again"
        said = self._keyboard.press(key)
        self._say(said)
        self.poll(now_ms)
        return None if said else "that key does nothing now"

    def type_pin(self, pin: str, now_ms: int) -> str | None:
        """Its digits and enter, as far as the pad takes them; None when it took all."""
        return next((why for key in (*pin, "enter") if (why := self.press(key, now_ms)) is not None), None)

    def hold(self, key: str, now_ms: int) -> str | None:
        """A finger that stays on a key, which then repeats."""
        refusal = self.press(key, now_ms)
        self._held = refusal is None
        self.poll(now_ms)
        return refusal

    def release(self) -> None:
        self._held = False

    def install(self, index: int, use: Use, value: bytes) -> None:
        """What the key room does: a master in clear. Raises ValueError when the pad refuses it."""
        if self.destroyed:
            raise ValueError("the pad has destroyed itself")
        try:
            self._memory.keys.load_plain(index, use, value)
        except Refusal as refusal:
            raise ValueError(f"the pad answers {refusal.code:02X}") from refusal

    def reinitialise(self) -> None:
        """The case was mended and closed: a blank pad that can be loaded again. Not while the fault `opened` is on."""
        self._feel()
        self._memory.destroyed = "opened" in self.faults

    # -- what can be seen from outside

    @property
    def destroyed(self) -> bool:
        self._feel()
        return self._memory.destroyed

    @property
    def mode(self) -> Mode:
        """What a key would do now."""
        return self._keyboard.mode if self._power else Mode.CLOSED

    @property
    def asks_for_pin(self) -> bool:
        return self.mode is Mode.PIN

    @property
    def stars(self) -> int:
        """As many as digits of the PIN that is being typed are in."""
        return self._keyboard.typed if self.asks_for_pin else 0

    @property
    def baud(self) -> int:
        return self._memory.settings.baud

    def held_keys(self) -> Mapping[int, Use]:
        """Index -> use of every key in the pad; never a key."""
        self._feel()
        return self._memory.keys.held()

    # -- the line

    def _hear(self, content: bytes, now_ms: int) -> None:
        self._feel()
        command = content[0]
        if not self.link.hears(command):
            return
        if self.link.resets(command):
            self._restart(now_ms)
            return
        answer = frame(self._commands.obey(content, now_ms))
        if self._played("bad_check_next"):
            answer = answer[:-2] + (b"00" if answer[-2:] != b"00" else b"FF")
        if self._played("key_before_reply_next"):
            self._say(bytes([self._memory.settings.mask]))
        self._send(answer, now_ms, command)
        if self._commands.restart:
            self._restart(now_ms)

    def _send(self, answer: bytes, now_ms: int, command: int) -> None:
        if "split_reply" in self.faults:
            half = len(answer) // 2
            self.link.send(answer[:half], now_ms, command)
            self._later.append((now_ms + SPLIT_MS, answer[half:]))
        else:
            self.link.send(answer, now_ms, command)

    def _say(self, raw: bytes) -> None:
        """Key bytes come between frames: while a reply is on its way they wait."""
        if not raw or not self._understood():
            return
        if self._later:
            self._later.append((self._later[-1][0], raw))
        else:
            self.link.say(raw)

    def _release(self, now_ms: int) -> None:
        while self._later and self._later[0][0] <= now_ms:
            self.link.say(self._later.pop(0)[1])

    def _understood(self) -> bool:
        return "wrong_baud" not in self.faults and self.host_baud in (None, self.baud)

    # -- inside

    def _feel(self) -> None:
        """The case watches itself, with mains or without: what it finds is done before anything else."""
        if "opened" in self.faults and not self._memory.destroyed:
            self._memory.keys.wipe()
            self._commands.forget()
            self._memory.destroyed = True
        if "removed" in self.faults and self._keyboard.is_open:
            self._commands.forget()
        for name, uses in LOST.items():
            if self._played(name):
                self._memory.keys.lose(*uses)

    def _repeat(self, now_ms: int) -> None:
        """A key that is held down, or stuck, says itself again and again while input is open."""
        down = self._held or (bool(self._finger) and "key_stuck" in self.faults)
        if not down or not self._keyboard.is_open:
            self._repeat_ms = None
            return
        self._repeat_ms = now_ms + REPEAT_MS if self._repeat_ms is None else self._repeat_ms
        while self._repeat_ms is not None and self._repeat_ms <= now_ms:
            self._say(self._keyboard.poll(self._repeat_ms) or self._keyboard.press(self._finger))
            self._repeat_ms = self._repeat_ms + REPEAT_MS if self._keyboard.is_open else None

    def _restart(self, now_ms: int) -> None:
        """Command 5030, or by itself: as after a power cut; the answer that was given still comes."""
        self._clear()
        self._deaf_until_ms = now_ms + self._speeds.motion_ms(RESTART_NOMINAL_MS)

    def _forget(self) -> None:
        self.link.clear()
        self._later.clear()
        self._clear()

    def _clear(self) -> None:
        self._ear.clear()
        self._commands.forget()
        self._held, self._finger = False, ""
        self._repeat_ms = None
        self._deaf_until_ms = 0

    def _played(self, name: str) -> bool:
        """One-shot switches: playing clears them."""
        if name not in self.faults:
            return False
        self.faults.discard(name)
        return True
