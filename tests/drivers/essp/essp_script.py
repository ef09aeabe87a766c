"""A validator made of paper: it answers as a test's script says, and checks the driver's manners on the wire.

Written from the essp sheet (sections 2 to 6 and 8); it has no physics. It keeps the sequence bit, its stored answer and its own
half of the keys; events are hex strings as in section 8, one string for one POLL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from drivers.essp.codec import Decoder, Packet, crc16
from drivers.essp.driver import EsspAcceptor
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.note_acceptor import NoteHeld, NoteMoving

GOLDEN = Path(__file__).parents[2] / "golden" / "essp.txt"
VALUES = {1: 100, 2: 500, 3: 1_000, 4: 2_000, 5: 5_000, 6: 10_000}
OK, UNKNOWN, CANNOT, FAIL, NO_KEY = b"\xf0", b"\xf2", b"\xf5", b"\xf8", b"\xfa"
RESET, INHIBITS, SETUP, PROTOCOL, POLL, REJECT, DISABLE, ENABLE = 0x01, 0x02, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A
SERIAL, SYNC, WHY, HOLD, FIRMWARE, DATASET = 0x0C, 0x11, 0x17, 0x18, 0x20, 0x21
GENERATOR, MODULUS, EXCHANGE, ASK, ACK, COUNTERS = 0x4A, 0x4B, 0x4C, 0x56, 0x57, 0x58
NAMES = {
    RESET: "RESET", INHIBITS: "INHIBITS", SETUP: "SETUP", PROTOCOL: "PROTOCOL", POLL: "POLL", REJECT: "REJECT",
    DISABLE: "DISABLE", ENABLE: "ENABLE", SERIAL: "SERIAL", SYNC: "SYNC", WHY: "WHY", HOLD: "HOLD", FIRMWARE: "FIRMWARE",
    DATASET: "DATASET", GENERATOR: "GENERATOR", MODULUS: "MODULUS", EXCHANGE: "EXCHANGE", ASK: "ASK", ACK: "ACK",
    COUNTERS: "COUNTERS",
}  # fmt: skip
FIXED = bytes.fromhex("6745230167452301")
SECRET = 0x5678
LOOKS = ["PROTOCOL", "SETUP", "FIRMWARE", "DATASET", "SERIAL", "COUNTERS"]


def setup_data(
    values: tuple[int, ...] = (1, 5, 10, 20, 50, 100),
    *,
    unit: int = 0,
    protocol: int = 6,
    multiplier: int = 1,
    real: int = 100,
    country: bytes = b"CNY",
) -> bytes:
    n = len(values)
    data = bytes([unit]) + b"0333" + country + multiplier.to_bytes(3, "big") + bytes([n, *values]) + bytes([2] * n)
    data += real.to_bytes(3, "big") + bytes([protocol])
    if protocol >= 6:
        data += country * n + b"".join((value * multiplier).to_bytes(4, "little") for value in values)
    return data


def golden() -> list[tuple[str, str, bytes, str]]:
    """(name, direction, bytes, note) of every line of the golden file."""
    rows = []
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, direction, raw, note = (part.strip() for part in line.split("|", 3))
            rows.append((name, direction, bytes.fromhex(raw), note))
    return rows


@dataclass
class Paper:
    """`events`: what the POLLs to come are told, one string each; after them `resting`. With POLL WITH ACK a string is told
    until it is acknowledged. `lies` True: a note is in escrow, so that HOLD and REJECT are obeyed and a POLL accepts it.

    `keys`, `acks`: it can encrypt; it knows POLL WITH ACK. `stacked`: its counter, None without one. `answers`: for commands,
    one after the other, else as section 6 says. `deaf` commands are not heard, of `mute` ones the answer is lost.
    """

    events: list[str] = field(default_factory=list)
    resting: str = ""
    lies: bool = False
    keys: bool = True
    acks: bool = True
    stacked: int | None = 7
    setup: bytes = field(default_factory=setup_data)
    why: int = 0x02
    answers: dict[int, list[bytes]] = field(default_factory=dict)
    on: dict[int, Callable[[Paper], None]] = field(default_factory=dict)
    deaf: int = 0
    mute: int = 0
    mute_to: int | None = None  # only this command counts for `mute`
    gone: bool = False
    now_ms: int = 1_000
    latency_ms: int = 5
    commands: list[str] = field(default_factory=list)  # obeyed, by name
    sent: list[tuple[int, bytes]] = field(default_factory=list)  # all packets of the driver, with their times
    channels: int = 0
    enabled: bool = False
    accepted: int = 0
    facts: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._decoder = Decoder()
        self._bit: int | None = None
        self._stored = b""
        self._key: bytes | None = None
        self._count = 0
        self._generator = self._modulus = 0
        self._told = ""  # with POLL WITH ACK, and not acknowledged

    # -- the bench

    def driver(self, **options: Any) -> EsspAcceptor:
        options = {"first_note": 1, "draw": Random(1).randbytes, **options}
        self.it = EsspAcceptor("acceptor", self.facts.append, **options)
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self, **options: Any) -> EsspAcceptor:
        """A driver that has found this unit and enabled all notes; its facts so far are forgotten."""
        driver = self.driver(**options)
        self.run(6_000)
        driver.accept_only(list(VALUES.values()))
        self.run(800)
        assert self.enabled, self.commands
        assert self.channels == 0x3F
        self.forget()
        return driver

    def forget(self) -> None:
        self.facts.clear()
        self.commands.clear()
        self.sent.clear()

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wake = self.it.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            for answer in self._hear(self.it.take_output()):
                self.now_ms += self.latency_ms
                self.it.receive(answer, self.now_ms)
                wake = self.now_ms
                assert self.it.take_output() == b"", "a packet before the facts of the last one were written down"
            if wake is None:
                break
            self.now_ms = max(self.now_ms + 1, min(wake, end_ms))

    def names(self, *but: str) -> list[str]:
        return [name for name in self.commands if name not in but]

    def news(self) -> list[Fact]:
        """Facts that are no faults."""
        return [fact for fact in self.facts if not isinstance(fact, Fault)]

    def faults(self) -> list[tuple[str, bool]]:
        return [(fact.code, fact.up) for fact in self.facts if isinstance(fact, Fault)]

    def power_cycle(self, *events: str) -> None:
        """Keys, sequence and events are gone; channels inhibited, device disabled (section 10)."""
        self._bit, self._stored, self._key, self._told = None, b"", None, ""
        self.enabled, self.channels, self.lies = False, 0, False
        self.events = list(events)

    # -- the wire

    def _hear(self, sent: bytes) -> list[bytes]:
        answers = []
        if sent:
            self.sent.append((self.now_ms, sent))
        if self.gone:
            return []
        for packet in self._decoder.feed(sent):
            assert isinstance(packet, Packet), f"the driver sent a damaged packet {packet}"
            if answer := self._packet(packet):
                answers.append(answer)
        return answers

    def _packet(self, packet: Packet) -> bytes:
        if self.deaf:
            self.deaf -= 1
            return b""
        syncs = packet.data == bytes([SYNC])
        assert not syncs or packet.bit == 1
        if syncs or packet.bit != self._bit:
            answer = self._obey(packet)
            if answer is None:
                return b""
            self._bit, self._stored = packet.bit, Packet(packet.bit, answer).encode()
        return self._spoken()

    def _spoken(self) -> bytes:
        if self.mute and (self.mute_to is None or self.mute_to == self._last):
            self.mute -= 1
            return b""
        return self._stored

    def _obey(self, packet: Packet) -> bytes | None:
        """DATA of the answer; None: dropped without one."""
        if packet.data[0] != 0x7E:
            return self._command(packet.data)
        if self._key is None:
            return NO_KEY
        body = self._crypt(packet.data[1:], False)
        if crc16(body[:-2]) != body[-2:] or int.from_bytes(body[1:5], "little") != self._count:
            return None
        payload = self._command(body[5 : 5 + body[0]])
        self._count += 1
        plain = bytes([len(payload)]) + self._count.to_bytes(4, "little") + payload
        plain += bytes(-(len(plain) + 2) % 16)
        return b"\x7e" + self._crypt(plain + crc16(plain), True)

    def _crypt(self, block: bytes, seal: bool) -> bytes:
        assert self._key is not None
        cipher = Cipher(algorithms.AES(self._key), modes.ECB())
        context = cipher.encryptor() if seal else cipher.decryptor()
        return context.update(block) + context.finalize()

    # -- commands

    def _command(self, data: bytes) -> bytes:
        code, more = data[0], data[1:]
        self._last = code
        self.commands.append(NAMES[code])
        if code in self.on:
            self.on[code](self)
        if self.answers.get(code):
            return self.answers[code].pop(0)
        if code in (POLL, ASK):
            return self._polled(code)
        if code in (GENERATOR, MODULUS, EXCHANGE):
            return self._exchange(code, int.from_bytes(more, "little")) if self.keys else UNKNOWN
        if code in (HOLD, REJECT):
            obeyed, self.lies = self.lies, self.lies and code == HOLD
            return OK if obeyed else CANNOT
        return self._plain_command(code, more)

    def _plain_command(self, code: int, more: bytes) -> bytes:
        if code == SYNC:
            self._key = None
        elif code == RESET:
            self.power_cycle("F1")
        elif code == INHIBITS:
            self.channels = int.from_bytes(more, "little")
        elif code in (ENABLE, DISABLE):
            self.enabled = code == ENABLE
        elif code == ACK:
            assert self._told, "an acknowledgement of nothing"
            self._told = ""
        told = {
            SETUP: self.setup,
            FIRMWARE: b"NV0200412345678\0",
            DATASET: b"CNY01610",
            SERIAL: bytes.fromhex("00012345"),
            WHY: bytes([self.why]),
        }.get(code, b"")
        if code == COUNTERS:
            if self.stacked is None:
                return UNKNOWN
            told = bytes([5]) + b"".join(n.to_bytes(4, "little") for n in (self.stacked, 0, 0, 0, 3))
        return OK + told

    def _polled(self, code: int) -> bytes:
        if self.lies:  # section 12, trap 1
            self.lies = False
            self.accepted += 1
        if code == ASK and not self.acks:
            return UNKNOWN
        told = self._told or (self.events.pop(0) if self.events else self.resting)
        self._told = told if code == ASK else ""
        raw = bytes.fromhex(told)
        self.lies = any(raw[at] == 0xEF and raw[at + 1] for at in range(len(raw) - 1) if at == len(raw) - 2)
        return OK + raw

    def _exchange(self, code: int, value: int) -> bytes:
        if code == GENERATOR:
            self._generator = value
        elif code == MODULUS:
            self._modulus = value
            assert not self._generator or value < self._generator  # 0: somebody answered for us
        else:
            shared = pow(value, SECRET, self._modulus or 1)
            self._key, self._count = FIXED + shared.to_bytes(8, "little"), 0
            return OK + pow(self._generator, SECRET, self._modulus or 1).to_bytes(8, "little")
        return OK


READY = DeviceReady("acceptor", "essp", "NV0200412345678", "74565")


def held(paper: Paper, channel: int = 5, **options: Any) -> EsspAcceptor:
    """A note of that channel lies in escrow and was reported."""
    driver = paper.ready(**options)
    paper.events = ["EF00", f"EF{channel:02X}"]
    paper.run(900)
    assert paper.news() == [NoteMoving(), NoteHeld(1, VALUES[channel])]
    assert paper.lies
    paper.forget()
    return driver


def started(paper: Paper, for_ms: int = 8_000, **options: Any) -> list[Fact]:
    paper.driver(**options)
    paper.run(for_ms)
    return paper.news()
