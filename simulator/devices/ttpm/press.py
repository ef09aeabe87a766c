"""The mechanism of the ticket unit: one blank at a time through feed, stripe, print head, cutter and exit.

It knows places and time, no bytes. A cycle is a row of steps; each step takes its share of `Speeds.ticket_ms` and does
its deed at its end, so a power cut leaves exactly what had happened by then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.devices.dots import Dots
from simulator.devices.matter import Blank, Matter, Place
from simulator.devices.ttpm.raster import HEIGHT, WIDTH
from simulator.devices.twin import Speeds

ENCODE, TRY_AGAIN, PRINT, CUT, EJECT, VOID = 0.40, 0.20, 0.40, 0.05, 0.15, 0.30
PACE = {"S": 1.25, "M": 1.0, "F": 0.8}
COOLING_MS = 100
ORDINALS = ("1st", "2nd", "3rd")


class Stop(Exception):
    """The cycle ends here with this NAK character."""


@dataclass(frozen=True, slots=True)
class VoidMark:
    """Text over a voided ticket, and how many tickets are tried (!F M)."""

    x: int = 20
    y: int = 20
    attempts: int = 3
    tall: int = 2
    wide: int = 2
    text: str = "VOID"


@dataclass(slots=True)
class Job:
    """One `!P`. `way` is E (tray), @ (waste bin) or empty (held at the exit); `signs` as in stripe.SIGNS."""

    tracks: dict[int, str] = field(default_factory=dict)
    signs: frozenset[str] = frozenset()
    face: Dots = field(default_factory=lambda: Dots(WIDTH, HEIGHT))
    extra_tries: int = 1
    way: str = ""
    speed: str = "M"
    void: VoidMark = field(default_factory=VoidMark)


class Step(NamedTuple):
    phase: str
    share: float
    deed: Callable[[int], None]


def _first(place: Place) -> Blank | None:
    return next((thing for thing in place.things if isinstance(thing, Blank)), None)


class Press:
    """`news` collects what the unit must tell: encoded, printed, good, void, done, reset, or `nak` + character."""

    def __init__(self, matter: Matter, speeds: Speeds, has: Callable[[str], bool]) -> None:
        self._matter, self._speeds, self._has = matter, speeds, has
        self.path = matter.place("printer.path")
        self.roll = matter.place("roll")
        self.news: list[str] = []
        self.phase = "idle"
        self.fed = 0
        self.held = False  # the blank in the path waits on purpose: front entry, or the sign | after verifying
        self.presented = False
        self._steps: deque[Step] = deque()
        self._job = Job()
        self._began_ms = self._due_ms = 0
        self._tries = self._tickets = 0

    @property
    def active(self) -> bool:
        return bool(self._steps)

    def due_ms(self) -> int | None:
        return self._due_ms if self._steps else None

    def start(self, job: Job, now_ms: int) -> None:
        """Begin a cycle. A blank that waits in the path is used, else one comes from the roll."""
        try:
            if self.phase == "held":  # its stripe is good and its layout is known
                self._job.way, self._job.speed, self._job.signs = job.way, job.speed, frozenset()
                self._enter([Step("printing", PRINT, self._print)], now_ms)
            else:
                self._job, self._tickets = job, 0
                self._feed(now_ms)
        except Stop as stop:
            self._halt(str(stop))

    def advance(self, now_ms: int) -> None:
        """Do the steps that are due by `now_ms`."""
        while self._steps and self._due_ms <= now_ms:
            if self._steps[0].phase == "printing" and self._has("head_hot"):
                self._due_ms = now_ms + COOLING_MS
                return
            step, at_ms = self._steps.popleft(), self._due_ms
            try:
                step.deed(at_ms)
            except Stop as stop:
                self._halt(str(stop))

    def interrupt(self, now_ms: int) -> None:
        """Power fails: the blank keeps what was written and printed so far."""
        if self.phase == "printing" and self._steps and (blank := self._blank()):
            done = (now_ms - self._began_ms) / max(1, self._due_ms - self._began_ms)
            rows = self._job.face.packed()
            blank.face, blank.face_size = rows[: int(len(rows) * min(1.0, max(0.0, done)))], (WIDTH, HEIGHT)
        self._steps.clear()
        self.news.clear()
        self.phase, self.held, self.presented = "idle", False, False

    def void_now(self, mark: VoidMark) -> None:
        """Erase and void the blank in the path and drop it into the waste bin. Raises Stop when it does not go."""
        if blank := self._blank():
            self._spoil(blank, mark)
            self._drop(blank, "ticket.waste")
            self.news.append("void")
        self.held = self.presented = False

    def release(self, where: str) -> bool:
        """The blank in the path goes to `where`; False when there is none. Raises Stop when `where` is full."""
        if (blank := self._blank()) is None:
            return False
        self._drop(blank, where)
        self.phase, self.held, self.presented = "idle", False, False
        return True

    def _blank(self) -> Blank | None:
        return _first(self.path)

    def _the_blank(self) -> Blank:
        if (blank := self._blank()) is None:
            raise Stop("7")  # somebody pulled it out
        return blank

    def _enter(self, steps: list[Step], now_ms: int) -> None:
        self._steps = deque(steps)
        self._arm(now_ms)

    def _arm(self, now_ms: int) -> None:
        if not self._steps:
            self.phase = "idle"
            return
        step = self._steps[0]
        slow = next((ms for ms in (4_900, 5_100, 16_000) if self._has(f"slow_{ms}")), self._speeds.ticket_ms)
        self.phase, self._began_ms = step.phase, now_ms
        self._due_ms = now_ms + self._speeds.motion_ms(slow * step.share * PACE[self._job.speed])

    def _halt(self, nak: str) -> None:
        self._steps.clear()
        self.phase = "idle"
        self.news.append(f"nak{nak}")

    def _feed(self, now_ms: int) -> None:
        self._tries, self._tickets = 0, self._tickets + 1
        if not self.held:
            self._draw()
        self.held = False
        self._enter([Step("encoding", ENCODE, self._encode)], now_ms)

    def _draw(self) -> None:
        if self._blank():
            raise Stop("7")
        if self._has("jam_loading"):
            raise Stop("2")
        if self._has("blank_number_jump") and len(self.roll) > 1 and (unused := _first(self.roll)):
            self._drop(unused, "ticket.waste")
        if (blank := _first(self.roll)) is None or self._has("paper_out_loading"):
            raise Stop("1")
        self._matter.move(blank, "printer.path")
        blank.state = "half"
        self.fed += 1

    def _encode(self, now_ms: int) -> None:
        blank = self._the_blank()
        self._tries += 1
        if self._has("paper_out_encoding"):
            self._enter([Step("encoding", VOID, lambda ms: self._void("1", ms))], now_ms)
            return
        if self._job.tracks:
            blank.stripe = {**blank.stripe, **self._job.tracks}
        if (bad := self._bad_track()) is None:
            self._verified(now_ms)
        elif self._tries <= self._job.extra_tries and "-" not in self._job.signs:
            self._enter([Step("encoding", TRY_AGAIN, self._encode)], now_ms)
        else:
            self._enter([Step("encoding", VOID, lambda ms: self._void(bad, ms))], now_ms)

    def _bad_track(self) -> str | None:
        """The NAK of the check after writing, None when it is good, not asked for or nothing was written."""
        if not self._job.tracks or "{" in self._job.signs:
            return None
        if self._has("verify_fail_track2") and 2 in self._job.tracks:
            return "8"
        ordinal = ORDINALS[self.fed - 1] if 1 <= self.fed <= len(ORDINALS) else ""
        weak = self._has("verify_fail") or (ordinal and self._has(f"verify_fail_{ordinal}"))
        return "9" if weak or (self._tries == 1 and self._has("verify_fail_once")) else None

    def _verified(self, now_ms: int) -> None:
        self.news.append("encoded")
        if "|" in self._job.signs:
            self.held, self.phase = True, "held"
            self._steps.clear()
            return
        self._enter([Step("printing", PRINT, self._print)], now_ms)

    def _void(self, nak: str, now_ms: int) -> None:
        """The blank is lost; another one when `!F M` allows it and a stripe fault was the reason."""
        self.void_now(self._job.void)
        if nak == "1" or self._tickets >= self._job.void.attempts:
            raise Stop(nak)
        self._feed(now_ms)

    def _print(self, now_ms: int) -> None:
        blank = self._the_blank()
        self.held = False
        if self._has("reset_mid_ticket"):
            self.news.append("reset")
            return
        blank.face, blank.face_size = self._job.face.packed(), (WIDTH, HEIGHT)
        if self._has("jam"):
            raise Stop("7")
        if self._has("paper_out_printing"):
            self._enter([Step("printing", VOID, lambda ms: self._void("1", ms))], now_ms)
            return
        self.news.append("printed")
        self._enter([Step("cutting", CUT, self._cut), Step("ejecting", EJECT, self._eject)], now_ms)

    def _cut(self, now_ms: int) -> None:
        self._the_blank()
        if nak := next((n for n in "456" if self._has(f"cutter_{n}")), None):
            raise Stop(nak)
        self._arm(now_ms)

    def _eject(self, now_ms: int) -> None:
        blank = self._the_blank()
        if self._has("jam_ejecting"):
            raise Stop("7")
        blank.state = "good"
        if self._job.way:
            aside = self._job.way == "E" and self._has("ack_without_ticket")
            try:
                self._drop(blank, "floor" if aside else {"E": "ticket.tray", "@": "ticket.waste"}[self._job.way])
            except Stop:
                blank.state = "half"
                raise
        else:
            self.presented = True
        self.phase = "idle"
        self.news += ["good", "done"]

    def _drop(self, blank: Blank, where: str) -> None:
        try:
            self._matter.move(blank, where)
        except OverflowError:
            raise Stop("7") from None

    @staticmethod
    def _spoil(blank: Blank, mark: VoidMark) -> None:
        face = Dots(WIDTH, HEIGHT)
        if blank.face:
            face.stamp(0, 0, blank.face.ljust(WIDTH // 8 * HEIGHT, b"\0"), WIDTH, HEIGHT)
        face.write(mark.x, mark.y, mark.text, mark.tall, mark.wide)
        blank.stripe, blank.state = {}, "void"
        blank.face, blank.face_size = face.packed(), (WIDTH, HEIGHT)
