"""The black box: what came, what was heard, what was shown, what was sent - a bounded ring on disk beside the journal.

Best effort, never synced, never in the way: a disk that fails switches it off with one line in the log. With the journal it
is enough to run an incident again (`./tvm replay`). A segment is one raw deflate stream of lines of text, readable up to
where it is torn. Lines, in order of happening:

    h JSON                     head: first line of each segment: who, which boot, journal seq, settings, clock rate
    t TURN MONO_MS WALL_MS SEQ a turn of the loop; what follows happened in it, SEQ was the journal's number
    f JSON                     a fact as the application heard it; digits of a log-in or a signature are `*`
    a                          the application was asked what is due
    s JSON                     a Show as sent to the screen
    k JSON                     face values the acceptor says it knows, in fen
    > NAME MS HEX, < NAME MS HEX, = NAME PERIOD COUNT LAST_MS      bytes of a link (`kiosk.repeats`)
    u NAME, d NAME WHY         a link came, was lost
    c NAME 1|0                 a call left for the station, came back

In the lines of a segment's beginning `o JSON` is a fact that still holds from before. Bytes of card readers and PIN pads do
not come here. Source: decision 12 (touches go to this ring, not to the journal).
"""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from kiosk.clock import Clock
from kiosk.faults import Fault
from kiosk.journal import Journal
from kiosk.ports.cabinet import BoxMoved, CabinetSeen, DoorMoved, MainsChanged
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.screen import ScreenBack, ScreenLost, ScreenTouched
from kiosk.ports.station import MediaHeld, NetworkKnown, SessionGranted, SessionRefused, StationBack, StationLost
from kiosk.ports.ups import PowerSeen
from kiosk.reactor import Reactor
from kiosk.records import record_of
from kiosk.repeats import Repeats
from kiosk.screen.values import PickupCode, ServiceLogin, ServiceTask, Show, decode, encode
from kiosk.settings import Settings

log = logging.getLogger(__name__)
DIRECTORY, SUFFIX, FORMAT = "blackbox", ".box", 1
SEGMENTS = 8
MOST_FILES = 64
"""A machine that starts over and over makes many small segments."""
FLUSH_MS = 250
MOST_WAITING = 256 << 10
"""Characters kept in memory between two flushes."""
LEVEL, WINDOW, MEMORY = 3, -14, 6
DIGIT, MASKED = "svc:digit:", "svc:digit:*"
CODE, MASKED_CODE = "code:", "code:*"
"""Digits of a code that is worth tickets until they are collected."""
UNRECORDED = frozenset({"card_reader", "cards", "code_scanner", "id_reader", "payment", "pin_pad"})
"""Links of which no byte is kept (invariant 13): cards, codes that pay, names and numbers of travellers."""
_PASSWORD = re.compile(rb'(?m)^(PASSWORD) "[^\n]*')
LOGIN, TASK, PICKUP = b'"kind":"svc.login"', b'"kind":"svc.task"', b'"kind":"pickup.code"'
STANDING = (
    SessionGranted, SessionRefused, StationBack, StationLost, NetworkKnown, ScreenBack, ScreenLost, CabinetSeen,
    MainsChanged, BoxMoved, PowerSeen, MediaHeld,
)  # fmt: skip


def without_secrets(data: bytes) -> bytes:
    """As it may be kept: the password with which a UPS is ordered at its server is no part of an incident."""
    return _PASSWORD.sub(rb"\1 *", data)


class Ring:
    """Segments `00000001.box`, ... in a directory; the oldest go when all together are larger than `limit_bytes`.

    Every method may raise OSError. A start begins a new segment: the end of the last one may be torn.
    """

    def __init__(self, directory: Path, limit_bytes: int) -> None:
        self._directory, self._limit = directory, limit_bytes
        directory.mkdir(mode=0o700, exist_ok=True)
        self._file = -1
        self._size = 0
        self._number = max((int(path.stem) for path in self._segments()), default=0)

    def _segments(self) -> list[Path]:
        return sorted(path for path in self._directory.glob(f"*{SUFFIX}") if path.stem.isdigit())

    @property
    def fresh(self) -> bool:
        return self._file < 0

    @property
    def full(self) -> bool:
        """Time for the next segment."""
        return self._file < 0 or self._size >= self._limit // SEGMENTS

    def begin(self) -> None:
        self.close()
        self._number += 1
        room = self._limit - self._limit // SEGMENTS
        sizes = [(path, path.stat().st_size) for path in self._segments()]
        while sizes and (sum(size for _, size in sizes) > room or len(sizes) >= MOST_FILES):
            sizes.pop(0)[0].unlink()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.open(self._directory / f"{self._number:08d}{SUFFIX}", flags, 0o600)
        self._pack = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW, MEMORY)
        self._size = 0

    def write(self, text: str) -> None:
        data = self._pack.compress(text.encode(errors="backslashreplace")) + self._pack.flush(zlib.Z_SYNC_FLUSH)
        self._size += len(data)
        if os.write(self._file, data) != len(data):
            raise OSError(errno.ENOSPC, "no room for all of it")

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class BlackBox:
    """`seq` tells the journal's number of now. `head`: what a replay must know (plain JSON values); it opens each segment."""

    def __init__(
        self,
        directory: Path,
        limit_bytes: int,
        head: Mapping[str, Any],
        seq: Callable[[], int],
        wall_ms: Callable[[], int],
        known_fen: Callable[[], Iterable[int]] = lambda: (),
    ) -> None:
        self._head, self._seq, self._wall_ms, self._known_fen = dict(head), seq, wall_ms, known_fen
        self._directory, self._limit = directory, limit_bytes
        self._lines: list[str] = []
        self._waiting = 0
        self._links: dict[str, Repeats] = {}
        self._calls: deque[tuple[str, bool]] = deque()
        self._standing: dict[str, Fact] = {}
        self._reactor: Reactor | None = None
        self._turn = 0
        self._told_turn = -1
        self._flushed_ms = 0
        self._news = False
        self._rev = 0
        self._ring: Ring | None = None
        self._guarded(self._begin)

    @property
    def on(self) -> bool:
        return self._ring is not None

    # -- what is hooked

    def watch(self, reactor: Reactor) -> None:
        """Hear what the loop moves; who was listening before still hears it first."""
        self._reactor = reactor
        heard, sent, turn_done = reactor.heard, reactor.sent, reactor.turn_done

        def both_heard(fact: Fact) -> None:
            heard(fact)
            self._guarded(lambda: self._heard(fact))

        def both_sent(name: str, data: bytes) -> None:
            sent(name, data)
            if name not in UNRECORDED:
                self._guarded(lambda: self._link(name).sent(without_secrets(data), reactor.clock.mono_ms()))

        def both_done(now_ms: int) -> None:
            turn_done(now_ms)
            self._guarded(lambda: self._turn_done(now_ms))

        reactor.heard, reactor.sent, reactor.turn_done = both_heard, both_sent, both_done

        def received(name: str, data: bytes) -> None:
            if name not in UNRECORDED:
                self._guarded(lambda: self._link(name).received(data, reactor.clock.mono_ms()))

        reactor.received = received
        reactor.linked = lambda name, lost: self._guarded(lambda: self._linked(name, lost))
        reactor.asked = lambda: self._guarded(lambda: self._note("a"))

    def shown(self, line: bytes) -> None:
        """An encoded Show, as the screen socket sends it."""
        self._guarded(lambda: self._shown(line))

    def show(self, screen: Any) -> None:
        """A screen value, where no socket encodes it; counts its own revs."""
        self._rev += 1
        self.shown(encode(Show(self._rev, screen)))

    def call(self, name: str, out: bool) -> None:
        """From any thread: a call left for the station, or its answer is there."""
        self._calls.append((name, out))

    def close(self) -> None:
        self._guarded(self._flush)
        if self._ring is not None:
            self._guarded(self._ring.close)
        self._ring = None

    # -- lines

    def _guarded(self, do: Callable[[], None]) -> None:
        """Whatever goes wrong in here, the machine goes on; the box is off then."""
        if self._ring is None and self._turn < 0:
            return
        try:
            do()
        except Exception as error:
            log.warning("black_box_off why=%s", error)
            self._off()

    def _off(self) -> None:
        self._ring, self._turn = None, -1
        self._lines.clear()
        self._links.clear()
        self._standing.clear()

    def _begin(self) -> None:
        """First lines of a new segment: head, and what still holds."""
        if self._ring is None:
            self._ring = Ring(self._directory, self._limit)
        for link in self._links.values():
            link.forget()
        if self._lines and not self._ring.fresh:
            self._ring.write(self._take())
        self._ring.begin()
        head = {**self._head, "format": FORMAT, "seq": self._seq(), "turn": self._turn}
        lines = ["h " + _json(head)]
        if known := list(self._known_fen()):
            lines.append("k " + _json(known))
        lines += ["o " + _json(record_of(fact)) for fact in self._standing.values()]
        self._ring.write("\n".join(lines) + "\n")
        self._told_turn = -1

    def _note(self, line: str) -> None:
        if self._told_turn != self._turn and self._reactor is not None:
            self._told_turn = self._turn
            self._add(f"t {self._turn} {self._reactor.now_ms} {self._wall_ms()} {self._seq()}")
        self._add(line)

    def _add(self, line: str) -> None:
        self._lines.append(line)
        self._waiting += len(line)

    def _link(self, name: str) -> Repeats:
        if name not in self._links:
            self._links[name] = Repeats(name, self._add)
        return self._links[name]

    def _linked(self, name: str, lost: str) -> None:
        self._link(name).forget()
        self._note(f"d {name} {' '.join(lost.split())[:200]}" if lost else f"u {name}")

    def _heard(self, fact: Fact) -> None:
        for link in self._links.values():
            link.flush()  # bytes before the fact they made
        while self._calls:
            name, out = self._calls.popleft()
            self._note(f"c {name} {out:d}")
        if isinstance(fact, ScreenTouched) and fact.target.startswith(DIGIT) and self._secret:
            fact = replace(fact, target=MASKED)
        elif isinstance(fact, ScreenTouched) and fact.target.startswith(CODE):
            fact = replace(fact, target=MASKED_CODE)
        if isinstance(fact, DeviceReady) and (known := list(self._known_fen())):
            self._note("k " + _json(known))
        self._keep(fact)
        self._note("f " + _json(record_of(fact)))

    _secret = False  # number and PIN are typed on the screen that is shown

    def _keep(self, fact: Fact) -> None:
        """What a later segment must say again, so that it can be understood without the ones that are gone."""
        match fact:
            case Fault():
                place = fact.detail if fact.code.startswith("CASSETTE") else ""
                name = f"fault {fact.device} {fact.code} {place}"
                if fact.up:
                    self._standing[name] = fact
                else:
                    self._standing.pop(name, None)
            case DeviceReady():
                self._standing[f"ready {fact.device}"] = fact
            case DoorMoved():
                self._standing[f"door {fact.door}"] = fact
            case _ if isinstance(fact, STANDING):
                self._standing[fact.kind] = fact

    def _shown(self, line: bytes) -> None:
        hidden = masked(line)
        self._secret = hidden is not None
        line = hidden or line
        self._note("s " + line.decode().rstrip("\n"))

    # -- to the disk

    def _turn_done(self, now_ms: int) -> None:
        self._turn += 1
        if self._lines and (now_ms - self._flushed_ms >= FLUSH_MS or self._waiting >= MOST_WAITING):
            self._flushed_ms = now_ms
            self._write()

    def _write(self) -> None:
        if self._ring is None:
            return
        if self._lines:
            self._ring.write(self._take())
        if self._ring.full:
            self._begin()

    def _flush(self) -> None:
        for link in self._links.values():
            link.flush()
        self._write()

    def _take(self) -> str:
        text = "\n".join(self._lines) + "\n"
        self._lines.clear()
        self._waiting = 0
        return text


def masked(line: bytes) -> bytes | None:
    """An encoded Show of a screen on which somebody logs in or signs, without what is typed: a number may be a PIN in the
    wrong field. None: nobody does that there."""
    head = line[:80]
    if LOGIN not in head and TASK not in head and PICKUP not in head:
        return None
    message = decode(line)
    if not isinstance(message, Show):
        return None
    screen = message.screen
    if isinstance(screen, ServiceLogin):
        return encode(replace(message, screen=replace(screen, number="*" * len(screen.number))))
    if isinstance(screen, PickupCode):
        return encode(replace(message, screen=replace(screen, typed="*" * len(screen.typed))))
    if isinstance(screen, ServiceTask) and any(person.level == "tint" for person in screen.signoffs):
        return encode(replace(message, screen=replace(screen, typed="*" * len(screen.typed))))
    return None


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def beside_journal(
    settings: Settings,
    epoch: str,
    software: str,
    clock: Clock,
    journal: Journal,
    known_fen: Callable[[], Iterable[int]],
) -> BlackBox:
    """The box of a machine. Its head says all that a replay must know of it and of this start."""
    head = {
        "machine": settings.machine.id,
        "epoch": epoch,
        "boot": journal.boot,
        "software": software,
        "rate": clock.rate,
        "settings": json.loads(json.dumps(asdict(settings), default=str)),
    }
    limit_bytes = settings.blackbox.size_mb << 20
    return BlackBox(settings.journal / DIRECTORY, limit_bytes, head, lambda: journal.seq, clock.wall_ms, known_fen)
