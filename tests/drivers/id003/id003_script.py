"""An acceptor made of paper: it answers as a test's script says, and checks the driver's manners on the wire.

Written from the id003 sheet (sections 4 to 6); it has no physics. Statuses are hex strings as in section 6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.id003.codec import Decoder, Frame
from drivers.id003.driver import Id003Acceptor
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.note_acceptor import (
    NoteHeld,
    NoteJammed,
    NoteMoving,
    NoteOurs,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "id003.txt"
TABLE = bytes.fromhex("612D0100 622D0500 632D0101 642D0201 652D0501 662D0102 67000000 68000000")
VALUES = {0x61: 100, 0x62: 500, 0x63: 1_000, 0x64: 2_000, 0x65: 5_000, 0x66: 10_000}
VERSION_TEXT = b"U(CHN)-61-SS-ID003-05V263-32 14NOV19 6A3C"
BOOT_TEXT = b"B05"
SILENCE, INVALID = b"", b"\x4b"
RESET, POLL, STACK, RETURN, HOLD, ACK = 0x40, 0x11, 0x42, 0x43, 0x44, 0x50
VERSION, BOOT, CURRENCY = 0x88, 0x89, 0x8A
ENABLE, SECURITY, MODE, INHIBIT, DIRECTION, OPTION = 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5
NAMES = {
    RESET: "RESET",
    POLL: "POLL",
    STACK: "STACK",
    RETURN: "RETURN",
    HOLD: "HOLD",
    VERSION: "VERSION",
    BOOT: "BOOT",
    CURRENCY: "CURRENCY",
    ENABLE: "ENABLE",
    SECURITY: "SECURITY",
    MODE: "MODE",
    INHIBIT: "INHIBIT",
    DIRECTION: "DIRECTION",
    OPTION: "OPTION",
}
SETTINGS = ["ENABLE", "SECURITY", "DIRECTION", "OPTION", "MODE"]
IDENTITY = ["VERSION", "BOOT"]


def golden() -> list[tuple[str, str, bytes, str]]:
    """(name, direction, bytes, note) of every line of the golden file."""
    rows = []
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, direction, raw, note = (part.strip() for part in line.split("|", 3))
            rows.append((name, direction, bytes.fromhex(raw), note))
    return rows


def raw(text: str) -> bytes:
    """A status as hex (`1365`) as a frame on the wire."""
    given = bytes.fromhex(text)
    return Frame(given[0], given[1:]).encode()


@dataclass
class Paper:
    """`statuses`: what STATUS REQUEST answers, one after the other, the last one for ever; an empty one is silence.

    `answers`: CMD and DATA for other commands, one after the other; default as section 4 says. Settings are obeyed: INHIBIT
    moves a paper unit between 11 and 1A. VEND VALID stays until it is acknowledged; `deaf` ACKs are swallowed.
    """

    statuses: list[str] = field(default_factory=lambda: ["1A"])
    answers: dict[int, list[bytes]] = field(default_factory=dict)
    on: dict[int, Callable[[Paper], None]] = field(default_factory=dict)
    damage: int = 0  # so many of the next answers get a wrong CRC
    deaf: int = 0
    now_ms: int = 1_000
    latency_ms: int = 5
    commands: list[tuple[int, str, bytes]] = field(default_factory=list)  # what the driver sent: (when, name, data)
    acks: int = 0
    facts: list[Fact] = field(default_factory=list)
    _last_ack_ms: int = -1_000
    _last_poll_ms: int = -1_000

    def __post_init__(self) -> None:
        self._decoder = Decoder()

    def driver(self, **options: Any) -> Id003Acceptor:
        self.it = Id003Acceptor("acceptor", self.facts.append, first_note=options.pop("first_note", 1), **options)
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self, **options: Any) -> Id003Acceptor:
        """A driver that has found this unit and enabled all notes; its facts so far are forgotten."""
        self.statuses = ["1A"]
        driver = self.driver(**options)
        self.run(1_500)
        driver.accept_only(list(VALUES.values()))
        self.run(800)
        assert self.statuses == ["11"], self.commands
        self.facts.clear()
        self.commands.clear()
        return driver

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wake = self.it.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            for answer in self._hear(self.it.take_output()):
                self.now_ms += self.latency_ms
                self.it.receive(answer, self.now_ms)
                wake = self.now_ms
                for _ in self._hear(self.it.take_output()):
                    raise AssertionError("a command in the same breath as an ACK")
            if wake is None:
                break
            self.now_ms = max(self.now_ms + 1, min(wake, end_ms))

    def names(self, *but: str) -> list[str]:
        return [name for _, name, _ in self.commands if name not in but]

    def news(self) -> list[Fact]:
        """Facts that are no faults."""
        return [fact for fact in self.facts if not isinstance(fact, Fault)]

    def faults(self) -> list[tuple[str, bool]]:
        return [(fact.code, fact.up) for fact in self.facts if isinstance(fact, Fault)]

    def _hear(self, sent: bytes) -> list[bytes]:
        answers = []
        for frame in self._decoder.feed(sent):
            assert isinstance(frame, Frame), f"the driver sent a damaged frame {frame}"
            if frame == Frame(ACK):
                self._acknowledged()
                continue
            if answer := self._answer(frame):
                answers.append(answer)
        return answers

    def _acknowledged(self) -> None:
        self.acks += 1
        self._last_ack_ms = self.now_ms
        if self.deaf:
            self.deaf -= 1
        elif self.statuses[0] == "15" and len(self.statuses) > 1:
            self.statuses.pop(0)

    def _answer(self, frame: Frame) -> bytes:
        assert self.now_ms - self._last_ack_ms >= 20, "20 ms of silence after an ACK"
        self.commands.append((self.now_ms, NAMES[frame.code], frame.data))
        if frame.code == POLL:
            assert self.now_ms - self._last_poll_ms >= 100, "polled faster than each 100 ms"
            self._last_poll_ms = self.now_ms
        if frame.code in self.on:
            self.on[frame.code](self)
        given = self._payload(frame)
        if not given:
            return b""
        answer = Frame(given[0], given[1:]).encode()
        if self.damage:
            self.damage -= 1
            answer = answer[:-1] + bytes([answer[-1] ^ 1])
        return answer

    def _payload(self, frame: Frame) -> bytes:
        if self.answers.get(frame.code):
            return self.answers[frame.code].pop(0)
        if frame.code == POLL:
            stays = len(self.statuses) == 1 or self.statuses[0] == "15"
            return bytes.fromhex(self.statuses[0] if stays else self.statuses.pop(0))
        if frame.code == INHIBIT and self.statuses in (["11"], ["1A"]):
            self.statuses = ["1A" if frame.data == b"\x01" else "11"]
        if frame.code >= ENABLE:
            return bytes([frame.code]) + frame.data
        told = {VERSION: VERSION_TEXT, BOOT: BOOT_TEXT, CURRENCY: TABLE}.get(frame.code)
        return bytes([ACK]) if told is None else bytes([frame.code]) + told


READY = DeviceReady("acceptor", "id003", VERSION_TEXT.decode(), "")
OUTCOMES = (NoteOurs, NoteJammed, NoteUncertain, NoteReturned, NoteReturnUncertain)


def then(*statuses: str) -> Callable[[Paper], None]:
    """An answer to an order: from now on STATUS REQUEST says this."""

    def change(paper: Paper) -> None:
        paper.statuses = list(statuses)

    return change


def held(paper: Paper, code: int = 0x65) -> Id003Acceptor:
    """A note of that code lies in escrow and was reported."""
    driver = paper.ready()
    paper.statuses = ["12", f"13{code:02X}"]
    paper.run(400)
    assert paper.news() == [NoteMoving(), NoteHeld(1, VALUES[code])]
    paper.facts.clear()
    paper.commands.clear()
    return driver


def started(paper: Paper, *statuses: str, for_ms: int = 6_000) -> list[object]:
    paper.statuses = list(statuses)
    paper.driver()
    paper.run(for_ms)
    return list(paper.news())
