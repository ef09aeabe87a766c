"""A PIN pad made of paper: it answers as a test's script says. Written from the pin-pad sheet; cryptography by psec, not ours."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from pathlib import Path
from typing import Any

from drivers.epp.driver import Epp
from kiosk.faults import Fault
from kiosk.ports.fact import Fact
from kiosk.ports.pin_pad import Pan, WrappedKey

with warnings.catch_warnings():  # psec names the old home of triple DES when it is called
    from psec import aes, des, pinblock

GOLDEN = Path(__file__).parents[2] / "golden" / "epp.txt"
TMK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
TPK = bytes.fromhex("1C1C2A2AF4F46E6E1313D5D52A2A5D5D")
TAK = bytes.fromhex("A1B3C2D5E5F70719293B4A5D6D7F8F91")
TDK = bytes.fromhex("01102332455467768998ABBACDDCEFFE")
AES_KEY = bytes.fromhex("C1D0F8FB4958670DBA40AB1F3752EF0D")
PAN = Pan("6225880012345678")
PIN_AT, MAC_AT, DATA_AT, AES_AT = 0x30, 0x31, 0x32, 0x33
OK = 0x60
BLANK_INFO = "00" * 10


def golden() -> dict[str, bytes]:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    rows = (line.split("|") for line in lines if line and not line.startswith("#"))
    return {row[0].strip(): bytes.fromhex(row[2]) for row in rows}


def quietly(make: Callable[..., bytes], *arguments: Any) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(*arguments)


def encrypted(key: bytes, data: bytes) -> bytes:
    return quietly(des.encrypt_tdes_ecb, key, data)


def decrypted(key: bytes, data: bytes) -> bytes:
    return quietly(des.decrypt_tdes_ecb, key, data)


def chained(key: bytes, data: bytes) -> bytes:
    """Last block of CBC from zeros."""
    return quietly(des.encrypt_tdes_cbc, key, bytes(8), data)[-8:]


def wrapped(key: bytes, check: bytes | None = None) -> WrappedKey:
    return WrappedKey(encrypted(TMK, key), check or encrypted(key, bytes(8))[:4])


def wrapped_aes(key: bytes) -> WrappedKey:
    return WrappedKey(encrypted(TMK, key), aes.encrypt_aes_ecb(key, bytes(16))[:4])


def framed(code: int, data: bytes = b"") -> bytes:
    body = b"%03d" % (len(data) + 1) + bytes([code]) + data + b"\x03"
    return b"\x02" + body + b"%02X" % reduce(xor, body)


@dataclass
class Paper:
    """`keys`: index -> clear key. `codes`: first bytes of a command -> return codes instead of its effect, in turn. `faults`:
    first bytes -> what happens to the next ones: deaf (nothing done), mute (done, no reply), damaged (the reply's check), late
    (the reply comes before the next one), stale (it comes before that of another command), twice.
    """

    keys: dict[int, bytes] = field(default_factory=lambda: {0x20: TMK})
    style: str = "at_start"
    baud: int = 9_600
    follows: bool = True  # to another rate
    dead: bool = False
    spoken: int = 0  # a code it answers everything with
    tampered: int = 0  # likewise, but who it is (open points, state)
    knows_status: bool = True
    codes: dict[bytes, list[int]] = field(default_factory=dict)
    faults: dict[bytes, list[str]] = field(default_factory=dict)
    information: bytes | None = None
    serial: bytes = b"00471142"
    now_ms: int = 1_000
    heard: list[bytes] = field(default_factory=list)
    said: bytearray = field(default_factory=bytearray)
    facts: list[Fact] = field(default_factory=list)
    input: str = ""
    pin: str = ""
    most: int = 12
    captured: tuple[str, int, str] | None = None
    _late: bytes = b""
    _stale: tuple[bytes, bytes] = (b"", b"")
    _sent: bytes = b""

    def driver(self, **options: Any) -> Epp:
        settings: dict[str, Any] = {"test_keys": True, "pin_style": self.style} | options
        self.it = Epp("pin_pad", self.facts.append, **settings)
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self, **options: Any) -> Epp:
        """Met, and all keys loaded."""
        driver = self.driver(**options)
        self.run(600)
        driver.load_key("pin", wrapped(TPK))
        driver.load_key("mac", wrapped(TAK))
        driver.load_key("data", wrapped(TDK))
        self.run(300)
        assert driver.can_take_pins(0), self.facts
        for log in (self.facts, self.heard, self.said):
            log.clear()
        return driver

    def ask_pin(self, entry: int = 7, **options: Any) -> None:
        self.it.start_pin(entry, PAN, **{"format": 0, "least": 4, "most": 6, "limit_s": 30} | options)
        self.run(200)

    def run(self, for_ms: int) -> Paper:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wake = self.it.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            said = self._hear(self.it.take_output())
            if said:
                self.now_ms += 2
                self.say(said)
                wake = self.now_ms
            self.now_ms = max(self.now_ms + 1, min(end_ms if wake is None else wake, end_ms))
        return self

    def say(self, said: bytes) -> None:
        self.said += said
        self.it.receive(said, self.now_ms)

    def press(self, keys: str) -> Paper:
        """Digits, E enter, X cancel, C clear: one by one."""
        for key in keys:
            self.run(30)
            self.say(self._pressed(key))
            self.run(10)
        self.run(200)
        return self

    def _pressed(self, key: str) -> bytes:
        special = {"E": b"\x0d", "X": b"\x1b", "C": b"\x08"}
        if not self.input:
            return b""
        if key.isdigit():
            if self.input == "plain":
                return key.encode()
            if len(self.pin) == self.most:
                return b""
            self.pin += key
            return b"*"
        if key == "E" and self.input == "pin" and 0 < len(self.pin) < 4:
            return b""
        if key == "C":
            self.pin = ""
        elif self.input == "pin":
            self.input = ""
            if key == "X":
                self.captured, self.pin = None, ""
        return special[key]

    # -- what it does with a command

    def _hear(self, sent: bytes) -> bytes:
        said = b""
        self._sent += sent
        while self._sent:
            size = int(self._sent[1:4]) + 7
            frame, self._sent = self._sent[:size], self._sent[size:]
            assert frame == framed(frame[4], frame[5:-3]), "the driver sent a frame that is none"
            if self.it.line_baud() == self.baud and not self.dead:
                said += self._command(frame[4:-3])
        return said

    def _command(self, content: bytes) -> bytes:
        if self._next(self.faults, content) == "deaf":
            return b""
        fault = self._taken
        self.heard.append(content)
        tampered = 0 if content == b"3" else self.tampered
        code = self.spoken or tampered or self._next(self.codes, content)
        reply = framed(code) if code else self._effect(content)
        late, self._late = self._late, b""
        if self._stale[0] not in (b"", content):
            late, self._stale = late + self._stale[1], (b"", b"")
        if fault == "stale":
            self._stale = content, reply
            return late
        if fault == "mute":
            return late
        if fault == "damaged":
            return late + reply[:-1] + bytes([reply[-1] ^ 1])
        if fault == "late":
            self._late = reply
            return late
        return late + reply * (2 if fault == "twice" else 1)

    _taken: Any = None

    def _next(self, script: dict[bytes, list[Any]], content: bytes) -> Any:
        self._taken = None
        for start, things in script.items():
            if content.startswith(start) and things:
                self._taken = things.pop(0)
                break
        return self._taken

    def _effect(self, content: bytes) -> bytes:
        match content[:1]:
            case b"3":
                return framed(OK, self.told() if self.information is None else self.information)
            case b"I":
                return framed(OK, self.told()[98:100] + b"ZT598 " + self.serial) if self.knows_status else framed(0xEF)
            case b"5":
                return self._control(content[1:])
            case b"2":
                return self._key(content[1:])
            case b"6":
                self.input, self.pin = "pin", ""
                self.captured = "", 0, ""
                if self.style == "at_start":
                    self.captured = content[1:3].decode(), content[3], content[7:].decode()
                return framed(OK)
            case b"7":
                return self._block(content[1:])
            case b"8" | b"9":
                return self._crypt(content)
        return framed(0xEB)

    def told(self) -> bytes:
        blank = 0 if 0x20 in self.keys else 1
        settings = b"%02X" % (blank | (2 if self.input else 0)) + b"00" * 9
        return b"paper pad".ljust(50) + b"F" * 48 + settings + b"00000000" + b"ZT598 " + b"2.1" + b"3.4" + self.serial

    def _control(self, what: bytes) -> bytes:
        if what in (b"032", b"033"):
            self.input = "plain" if what == b"033" else ""
        if what[:1] == b"5":
            self.most = int(what[1:], 16)
        if what[:2] == b"64":
            rates = (1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200)
            if self.follows:
                self.baud = rates[int(what[1:], 16) - 0x48]
        return framed(OK)

    def _key(self, what: bytes) -> bytes:
        master, index, size = int(what[:2], 16), int(what[2:4], 16), what[5:6]
        if size == b"0":
            self.keys.pop(index, None)
            return framed(OK)
        if master not in self.keys:
            return framed(0xE2)
        self.keys[index] = decrypted(self.keys[master], bytes.fromhex(what[6:].decode()))
        key = self.keys[index]
        check = aes.encrypt_aes_ecb(key, bytes(16)) if what[4:5] == b"4" else encrypted(key, bytes(8))
        return framed(OK, check[:4].hex().upper().encode())

    def _block(self, what: bytes) -> bytes:
        if self.style == "at_fetch" and self.captured is not None:
            self.captured = what[:2].decode(), what[2], what[3:].decode()
        if self.captured is None or self.input:
            return framed(0xEA)
        index, format, account = self.captured
        if not self.pin:
            return framed(OK, b"0000")
        if format == ord("$"):
            block = pinblock.encipher_pinblock_iso_4(self.keys[int(index, 16)], self.pin, account)
            return framed(OK, b"00%02d" % len(self.pin) + block.hex().upper().encode())
        make = pinblock.encode_pinblock_iso_3 if format == ord("#") else pinblock.encode_pinblock_iso_0
        clear = make(self.pin, account.rjust(15, "0") + "0")
        return framed(
            OK, b"00%02d" % len(self.pin) + encrypted(self.keys[int(index, 16)], clear).hex().upper().encode()
        )

    def _crypt(self, content: bytes) -> bytes:
        index = int(content[1:3], 16)
        if index not in self.keys or (content[:1] == b"9" and index in (PIN_AT, AES_AT)):
            return framed(0xE5)
        data, key = bytes.fromhex(content[4:].decode()), self.keys[index]
        if content[:1] == b"9":
            return framed(OK, encrypted(key, data).hex().upper().encode())
        if content[3:4] == b"A" and len(key) == 8:
            return framed(0xE3)
        return framed(OK, chained(key if content[3:4] == b"A" else key[:8], data).hex().upper().encode())

    # -- what it all came to

    def of(self, kind: type) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def ends(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.kind == "pin!"]

    def raised(self) -> list[tuple[str, bool]]:
        return [(fact.code, fact.up) for fact in self.facts if isinstance(fact, Fault)]
