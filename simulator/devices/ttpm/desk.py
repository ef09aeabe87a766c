"""What the ticket unit does with each command: layout, stripe, questions. Volatile, so a reset makes a new desk.

Sources: ticket-printer sheet 2.2 and 2.3; sheet "Ticket unit TTPM".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.devices.ttpm import commands, stripe
from simulator.devices.ttpm.press import Job, Press, Stop, VoidMark
from simulator.devices.ttpm.raster import Face

FIRMWARE, RASTER_WORD = "TTPM3 2.07", " TVM-RASTER1"
FRONT_WAIT_MS = 60_000
SETTING_CODES = {"Z": 0x18, "X": 0x19, "G": 0x00}
HEAD_DEGREES, HEAD_DEGREES_PRINTING, HEAD_DEGREES_HOT = 30, 38, 95


@dataclass(slots=True)
class Battery:
    """What outlives power loss and CAN: the text of `!V` and the life counters of `!Y`."""

    text: str = ""
    tickets: int = 0
    voided: int = 0


class Desk:
    """`obey` gives the bytes to answer; none when the press or the front entry will answer later."""

    def __init__(self, press: Press, battery: Battery, has: Callable[[str], bool]) -> None:
        self._press, self._battery, self._has = press, battery, has
        self._job = Job()
        self._cleared = False
        self._entry = 1
        self._timed: dict[str, Callable[..., bytes]] = {"produce": self._produce, "front": self._front}
        self._orders: dict[str, Callable[..., bytes]] = {
            name: getattr(self, f"_{name}") for _, name in commands.PATTERNS if name not in self._timed
        }
        self.extended = False
        self.void = VoidMark()
        self.text = ""  # of !Q, waits for a good ticket
        self.take_limit_ms = 0
        self.front_until_ms: int | None = None

    def obey(self, line: str | None, now_ms: int) -> bytes:
        understood = commands.understand(line) if line is not None else None
        if understood is None:
            return self.nak("?")
        name, arguments = understood
        try:
            if name in self._timed:
                return self._timed[name](now_ms, *arguments)
            return self._orders[name](*arguments)
        except Stop as stop:  # something in the path does not move
            return self.nak(str(stop))

    def face(self, face: Face) -> bytes:
        if self._has("old_firmware"):
            return self.nak("?")
        self._job.face.stamp(face.x, face.y, face.rows, face.w, face.h)
        return self.ack(0x05)

    def status(self) -> bytes:
        """Three bytes: 01, sensors, head temperature."""
        press, phase = self._press, self._press.phase
        in_path = len(press.path) > 0
        bits = (
            self._paper(1),
            self._paper(2),
            in_path and phase != "ejecting" and not press.presented,
            in_path and phase in ("printing", "cutting"),
            in_path and (phase == "ejecting" or press.presented),
            phase != "cutting" and not (self._has("cutter_5") or self._has("cutter_6")),
            not (self._has("cover_open") or self._has("critical")),
            in_path and press.held and phase == "idle",
        )
        degrees = HEAD_DEGREES_PRINTING if phase == "printing" else HEAD_DEGREES
        degrees = HEAD_DEGREES_HOT if self._has("head_hot") else degrees
        return bytes([0x01, sum(1 << number for number, bit in enumerate(bits) if bit), degrees])

    def ack(self, code: int) -> bytes:
        return bytes([0x06, code]) if self.extended else b"\x06"

    @staticmethod
    def nak(sign: str) -> bytes:
        return b"\x15" + sign.encode("ascii")

    def _paper(self, entry: int) -> bool:
        return entry == 1 and len(self._press.roll) > 0 and not self._has("paper_out")  # one roll, at the lower entry

    # -- making tickets ------------------------------------------------------------------------------------

    def _produce(self, now_ms: int, tries: str, way: str, speed: str) -> bytes:
        if not self._cleared:  # first after power-on: only initialises, keeps the layout, makes no ticket
            self._cleared = True
            return b"\x06"
        job, self._job = self._job, Job()
        job.extra_tries, job.way, job.speed, job.void = int(tries or "1"), way, speed or "M", self.void
        refused = self.make(job, now_ms)
        return self.nak(refused) if refused else b""

    def make(self, job: Job, now_ms: int) -> str:
        """Begin the cycle of `job`; the sign of the NAK when the unit does not, else empty: the press says the rest."""
        if self._has("critical") or self._has("cover_open"):
            return "X"
        if not self._press.held and not self._paper(self._entry):
            return "P"
        self._press.start(job, now_ms)
        return ""

    def _front(self, now_ms: int, which: str) -> bytes:
        if self._has("front_feeder"):
            return self.nak("E")
        if which == "3":
            if self._has("front_blocked") or len(self._press.path):
                return self.nak("D")
            self.front_until_ms = now_ms + FRONT_WAIT_MS
            return b""
        moved = self._press.release("hand" if which == "4" else "ticket.waste")
        return self.ack(0x08) if moved else self.nak("E")

    def _eject_rear(self) -> bytes:
        self._press.release("floor")
        return self.ack(0x09)

    def _select_entry(self, which: str) -> bytes:
        self._entry = 1 if which in ("1", "17") else 2
        return self.ack(0x08)

    def _take_limit(self, seconds: str) -> bytes:
        self.take_limit_ms = int(seconds) * 1_000
        return self.ack(0x00)

    # -- layout and stripe -----------------------------------------------------------------------------------

    def clear(self) -> None:
        """Layout, stripe and text of the next ticket are forgotten."""
        self._job, self.void, self.text, self._cleared = Job(), VoidMark(), "", True
        self._press.fed = 0

    def _clear(self) -> bytes:
        self.clear()
        return self.ack(0x04)

    def _clear_extended(self) -> bytes:
        self.extended = True
        return self._clear()

    def _text(self, x: str, y: str, _: str, tall: str, wide: str, _font: str, text: str) -> bytes:
        self._job.face.write(int(x), int(y), text, int(tall), int(wide))
        return self.ack(0x05)

    def _bar_code(self, x: str, y: str, tall: str, narrow: str, digits: str) -> bytes:
        at = int(x)
        for black, width in commands.bars(digits, int(narrow)):
            row = (b"\xff" if black else b"\x00") * ((width + 7) // 8)
            self._job.face.stamp(at, int(y), row * int(tall), width, int(tall))
            at += width
        return self.ack(0x05)

    def _void_mark(self, x: str, y: str, attempts: str, tall: str, wide: str, _font: str, text: str) -> bytes:
        self.void = commands.void_mark(x, y, attempts, tall, wide, text)
        return self.ack(0x05)

    def _write_track(self, letter: str, data: str) -> bytes:
        track = stripe.TRACK_OF[letter]
        if (writing := stripe.read_writing(track, data)) is None:
            return self.nak("?")
        self._job.tracks[track] = writing.text
        self._job.signs |= writing.signs
        return self.ack(0x00)

    def _setting(self, which: str, _value: str) -> bytes:
        return self.ack(SETTING_CODES[which])

    def _transaction(self, text: str) -> bytes:
        self.text = text
        return self.ack(0x14)

    # -- questions -------------------------------------------------------------------------------------------

    def _status(self) -> bytes:
        return self.status()

    def _switches(self) -> bytes:
        return b"DIP 00000100\r\n"  # switch 6: replies are on

    def _firmware(self) -> bytes:
        return (FIRMWARE + ("" if self._has("old_firmware") else RASTER_WORD)).encode("ascii") + b"\r\n"

    def _last_transaction(self) -> bytes:
        return self._battery.text.encode("ascii") + b"\r\n"

    def _progress(self) -> bytes:
        return b"idle\r\n"  # commands wait for the press, so nothing else can be seen here

    def _counters(self) -> bytes:
        return f"tickets={self._battery.tickets} voided={self._battery.voided}\r\n".encode("ascii")

    def _read_track(self, which: str) -> bytes:
        return self._read((1, 2, 3) if which == "A" else (int(which),), lambda _, text: stripe.decoded(text))

    def _read_bits(self, which: str) -> bytes:
        return self._read((int(which),), stripe.raw_bits)

    def _read(self, tracks: tuple[int, ...], shown: Callable[[int, str], str]) -> bytes:
        """One line per track; an empty line for an empty one when all are asked for. NAK A: nothing to read."""
        blank = next(iter(self._press.path.blanks()), None)
        if blank is None or self._has("unreadable") or not any(track in blank.stripe for track in tracks):
            return self.nak("A")
        lines = (shown(track, blank.stripe[track]) if track in blank.stripe else "" for track in tracks)
        return "".join(f"{line}\r\n" for line in lines).encode("ascii")
