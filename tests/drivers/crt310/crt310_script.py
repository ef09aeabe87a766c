"""A card reader made of paper: it answers as a test's script says. Written from the card-reader sheet; no physics."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from random import Random
from typing import Any

from drivers.crt310.driver import Crt310
from kiosk.faults import Fault
from kiosk.ports.card_reader import CardBytes, CardIn
from kiosk.ports.fact import Fact
from tests.simulator.devices.cash_golden import read

GATE, FRONT, INSIDE, CHIP, REAR, BIN, NONE = 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E
LONG, SHORT = 0x46, 0x47
MOVES = {0x2E: INSIDE, 0x2F: CHIP, 0x30: GATE, 0x31: FRONT, 0x32: REAR, 0x33: NONE, 0x34: GATE}
EJECT, CAPTURE, EXPEL, TO_CHIP = b"\x32\x30", b"\x32\x33", b"\x32\x34", b"\x32\x2f"
STATUS, RESET, ENTRY, APDU0, CHIP_RESET, TRACKS = b"\x31\x30", b"\x30\x30", b"\x2f", b"\x37\x31", b"\x37\x30", b"\x45"
ATR = bytes.fromhex("3B6500002063CB6800")
PAN = "6225880012345678"
TRACK2 = f"{PAN}=28122011234567890".encode()
TRACK1 = f"B{PAN}^ZHANG/SAN^28122011234567890".encode()
SELECT = CardBytes(bytes.fromhex("00A404000E315041592E5359532E444446303100"))
SECRET = bytes.fromhex("6F15840E315041592E5359532E4444463031A5038801019000")


GOLDEN = {name: lines[0][1] for name, lines in read("crt310.txt").items()}


def framed(content: bytes) -> bytes:
    whole = b"\x02" + len(content).to_bytes(2, "big") + content + b"\x03"
    return whole + bytes([reduce(xor, whole)])


@dataclass
class Paper:
    """`place`: S1. `faults`: first bytes of a command -> what happens to the next ones: deaf (the frame is not heard), nak,
    no_ack (taken, but the ACK is lost), no_enq (the ENQ is lost), undone (asked for, nothing done, no reply), mute (done, no
    reply), damaged (done, the reply's check), late (done, the reply comes at the host's next word), twice, noise (before the
    reply), opener (the beginning of a frame before the reply), or an int: refused with that code. `letters`: first bytes ->
    letters said instead of the right ones, nothing done. `path`: move -> places that the card goes through, one at each
    status, before it is where it should be.
    """

    place: int = NONE
    version: bytes = b"CRT-310_V3.0"
    serial: bytes = b"20071234"
    gate: int = 0x4E
    rear: int = 0x4E
    turned: bool = False  # Y and N of the gate's command the other way round
    dead: bool = False
    protocol: int = 0
    powered: bool = False
    repeats_slot: bool = False
    lets_go: bool = False  # does not take back what it does not hold
    answers: list[bytes] = field(default_factory=list)
    tracks: bytes = b"\x1fY" + TRACK1 + b"\x1fY" + TRACK2 + b"\x1f\x4e\xe5"
    path: dict[int, list[int]] = field(default_factory=dict)
    faults: dict[bytes, list[Any]] = field(default_factory=dict)
    letters: dict[bytes, list[bytes]] = field(default_factory=dict)
    rough: Random | None = None  # a line that loses or turns over a byte of every fourth piece, either way
    now_ms: int = 1_000
    done: list[bytes] = field(default_factory=list)  # what was carried out, or refused
    said: bytearray = field(default_factory=bytearray)
    facts: list[Fact] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    fate: list[str] = field(default_factory=list)  # of each card that left
    _pending: bytes | None = None
    _held: bytearray = field(default_factory=bytearray)
    _late: bytes = b""
    _ahead: list[int] = field(default_factory=list)
    _lost_enq: bool = False

    def driver(self, **options: Any) -> Crt310:
        self.it = Crt310("card_reader", self._told, **options)
        self.it.link_up(self.now_ms)
        return self.it

    def _told(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.times.append(self.now_ms)

    def ready(self, **options: Any) -> Crt310:
        driver = self.driver(**options)
        self.run(1_000)
        assert driver.ready, self.facts
        self.clear()
        return driver

    def clear(self) -> None:
        self.facts.clear()
        self.times.clear()
        self.done.clear()

    def run(self, for_ms: int) -> Paper:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wake = self.it.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            said = self._spoil(self._hear(self._spoil(self.it.take_output())))
            if said:
                self.now_ms += 2
                self.say(said)
                wake = self.now_ms
            self.now_ms = max(self.now_ms + 1, min(end_ms if wake is None else wake, end_ms))
        return self

    def _spoil(self, data: bytes) -> bytes:
        if not data or self.rough is None or self.rough.random() > 0.25:
            return data
        at, spoiled = self.rough.randrange(len(data)), bytearray(data)
        if self.rough.random() < 0.5:
            del spoiled[at]
        else:
            spoiled[at] ^= 1 << self.rough.randrange(8)
        return bytes(spoiled)

    def say(self, said: bytes) -> None:
        self.said += said
        self.it.receive(said, self.now_ms)

    # -- hands

    def insert(self, place: int = INSIDE) -> None:
        assert self.gate != 0x4E, "the gate is shut"
        self.place = place

    # -- the dialogue

    def _hear(self, data: bytes) -> bytes:
        said = b""
        for byte in data:
            if self._held or byte == 2:
                self._held.append(byte)
                if len(self._held) > 4 and len(self._held) == int.from_bytes(self._held[1:3], "big") + 5:
                    said += self._frame(bytes(self._held))
                    self._held.clear()
            elif byte == 5:
                said += self._enq()
            elif byte == 4 and not self.dead:
                self._pending = None
                said += self._late + b"\x04"
                self._late = b""
            else:
                assert byte == 4 or self.rough, f"{byte:02X} is no word of the sheet"
        if self.rough:
            self._held.clear()  # the rest is not coming
        return said

    def _frame(self, frame: bytes) -> bytes:
        if self.rough and (reduce(xor, frame) or frame[-2] != 3):
            return b"\x15"
        assert not reduce(xor, frame), "a wrong check"
        content = frame[3:-2]
        if self.dead or self._fault(content, "deaf"):
            return b""
        if self._fault(content, "nak"):
            return b"\x15"
        self._pending = content
        if self._fault(content, "no_ack"):
            return b""
        self._lost_enq = self._fault(content, "no_enq")
        return b"\x06"

    def _fault(self, content: bytes, *names: str) -> bool:
        things = next((things for start, things in self.faults.items() if content.startswith(start) and things), [])
        if things and things[0] in names:
            things.pop(0)
            return True
        return False

    def _enq(self) -> bytes:
        content, self._pending = self._pending, None
        if content is None or self._lost_enq or self.dead:
            return b""
        refusal = next(
            (things.pop(0) for start, things in self.faults.items()
             if content.startswith(start) and things and isinstance(things[0], int)), None
        )  # fmt: skip
        if self._fault(content, "undone"):
            return b""
        self.done.append(content)
        reply = framed(b"\x4e" + content[:1] + bytes([refusal])) if refusal is not None else self._effect(content)
        late, self._late = self._late, b""
        if self._fault(content, "mute"):
            return late
        if self._fault(content, "damaged"):
            return late + reply[:-1] + bytes([reply[-1] ^ 1])
        if self._fault(content, "late"):
            self._late = reply
            return late
        if self._fault(content, "noise"):
            return late + b"\xff\x15\x06\x04" + reply
        if self._fault(content, "opener"):
            return late + b"\x02\x00" + reply
        return late + reply * (2 if self._fault(content, "twice") else 1)

    # -- what it does

    def _effect(self, content: bytes) -> bytes:
        for start, letters in self.letters.items():
            if content.startswith(start) and letters:
                return framed(content[:2] + letters.pop(0))
        return framed(content[:2] + self._data(content))

    def _data(self, content: bytes) -> bytes:
        match content[0], content[1]:
            case 0x30, 0x30:
                self.powered = False
                return self.version
            case 0x30, 0x3A:
                return self.serial
            case 0x31, 0x30:
                self._go_on()
                return bytes([self.place, self.gate, self.rear])
            case 0x2F, p1:
                self.gate = {0x31: 0x4E, 0x32: 0x49, 0x33: 0x4A, 0x34: 0x4B}[p1]
                self.rear = 0x4E if content[2] == 0x31 else 0x4A
                return b"N" if self.turned else b"Y"
            case 0x32, p:
                return self._move(p)
            case 0x2E, p:
                return b"Y"
            case 0x33, p:
                self.powered = p == 0x30 and self.place == CHIP
                return b"Y" if self.place != NONE else b"E"
            case 0x37, p:
                return self._chip(p, content[2:])
            case 0x3D, p:
                slot = content[2:3] if self.repeats_slot else b""
                return slot + self._chip({0x30: 0x30}.get(p, p), content[3:], sam=True)
            case _:
                assert content == b"\x45\x30\x30\x37", content.hex()
                return self.tracks if self.place != NONE else b"E"

    def _go_on(self) -> None:
        if self._ahead:
            self.place = self._ahead.pop(0)
            if self.place == NONE:
                self.fate.append("captured")

    def take(self) -> None:
        """A hand pulls at what sticks out."""
        if self.place in (GATE, FRONT):
            self.place = NONE
            self._ahead.clear()
            self.fate.append("taken")

    def _move(self, p: int) -> bytes:
        if self.place == NONE:
            return b"E"
        if self.place == GATE and self.lets_go:
            return b"W"
        self._ahead = [*self.path.pop(p, []), MOVES[p]]
        return b"Y"

    def _chip(self, p: int, rest: bytes, sam: bool = False) -> bytes:
        letter = b"Z" if self.protocol else b"Y"
        if p in (0x30, 0x2F):
            if not self.powered and not sam:
                return b"N"
            return letter + len(ATR).to_bytes(2, "big") + ATR
        assert p == 0x31 + self.protocol
        assert len(rest) - 2 == int.from_bytes(rest[:2], "big")
        if not self.powered and not sam:
            return b"N"
        answer = self.answers.pop(0) if self.answers else SECRET
        return letter + len(answer).to_bytes(2, "big") + answer

    # -- what it all came to

    def of(self, *kinds: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.kind in kinds]

    def ends(self) -> list[Fact]:
        return self.of("card!", "chip!", "tracks!")

    def places(self) -> list[str]:
        return [fact.place for fact in self.facts if fact.kind == "card.where"]  # type: ignore[attr-defined]

    def raised(self) -> list[tuple[str, bool, str]]:
        return [(fact.code, fact.up, fact.detail) for fact in self.facts if isinstance(fact, Fault)]

    def count(self, content: bytes) -> int:
        return sum(one.startswith(content) for one in self.done)


def with_card(paper: Paper | None = None, place: int = INSIDE) -> tuple[Paper, Crt310]:
    """A card came in by order 1; facts and commands are counted from here on."""
    paper = paper or Paper()
    paper.ready()
    return with_card_in(paper, place)


def with_card_in(paper: Paper, place: int = INSIDE) -> tuple[Paper, Crt310]:
    """The same with a reader that is ready."""
    paper.it.admit(1)
    paper.run(300)
    paper.insert(place)
    paper.run(600)
    assert paper.ends() == [CardIn(1)]
    paper.clear()
    return paper, paper.it
