"""Hoppers made of paper on a bus of paper: they count as the sheet says and fail as a test's script says; no physics.

Written from the cctalk sheet (sections 3 to 8 and 11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.cctalk.codec import Form
from drivers.cctalk.device import Seat
from drivers.cctalk.driver import CcTalkBus
from drivers.cctalk.hopper import CcTalkHopper
from kiosk.faults import Fault
from kiosk.ports.coin_hopper import CoinsPaid, CoinsRefused, CoinsShort, CoinsUncertain
from kiosk.ports.fact import Fact

RESET, KEY, TEST, ENABLE, STATUS, DISPENSE, COUNT, STOP, LEVEL, SERIAL, CATEGORY, POLL = (
    1, 160, 163, 164, 166, 167, 168, 172, 217, 242, 245, 254,
)  # fmt: skip
MOVING = (RESET, ENABLE, DISPENSE, STOP)
SERIAL_A = 12345678
OUTCOMES = (CoinsPaid, CoinsShort, CoinsUncertain, CoinsRefused)
SEAT_A, SEAT_B = Seat(1, 3, 100), Seat(2, 4, 50)


def golden() -> list[tuple[str, str, bytes]]:
    """Name, direction, frame."""
    lines = (Path(__file__).parents[2] / "golden" / "cctalk.txt").read_text().splitlines()
    rows = [line.split("|") for line in lines if not line.startswith("#")]
    return [(row[0].strip(), row[1].strip(), bytes.fromhex(row[2])) for row in rows]


def summed(body: bytes) -> bytes:
    return body + bytes([(256 - sum(body) % 256) % 256])


@dataclass
class PaperHopper:
    """`pace`: coins that fall at each 166 while it runs. `stops_at`: so many coins into an order it stops, with `flags` set
    to `stop_flags`. `faults`: command -> what happens to the next ones.

    Faults: `deaf` (never heard), `mute` (done, no answer), `nak`, `busy`, `flip` (wrong check), `late` (the answer comes after
    the host's time), `twice`, `long` (a byte too many), `foreign` (from another address), `bare` (ACK without data).
    """

    address: int = 3
    serial: int = SERIAL_A
    event: int = 1
    remaining: int = 0
    paid: int = 3
    unpaid: int = 0
    count: int = 1_000
    flags: bytes = b"\x80\x00"
    level: int = 0x10
    category: str = "Payout"
    product: str = "FLOW"
    pace: int = 1
    stops_at: int | None = None
    stop_flags: bytes = b"\x02\x00"
    nak_counts: bool = True
    keyed: bool = False
    mute_headers: tuple[int, ...] = ()
    dead: bool = False
    enabled: bool = False
    faults: dict[int, list[str]] = field(default_factory=dict)
    heard: list[tuple[int, bytes]] = field(default_factory=list)
    fallen: int = 0
    dispenses: int = 0
    keys: int = 0

    def fault(self, header: int, *names: str) -> bool:
        pending = self.faults.get(header, [])
        if not pending or pending[0] not in names:
            return False
        pending.pop(0)
        return True

    def power_cut(self, bounce: bool = False) -> None:
        """Power lost and back (section 8.4)."""
        self.unpaid = self.remaining if self.remaining and not bounce else 0
        self.event = self.remaining = 0
        self.enabled = False
        self.flags = b"\xc0\x00"

    def answer(self, header: int, data: bytes) -> tuple[int, bytes] | None:
        """Header and data of the answer; None: silent."""
        self.heard.append((header, data))
        if header in self.mute_headers:
            return None
        match header:
            case 254:
                return 0, b""
            case 245:
                return 0, self.category.encode()
            case 244:
                return 0, self.product.encode()
            case 246 | 241 | 192 | 4:
                return 0, b"ABC"
            case 242:
                return 0, self.serial.to_bytes(3, "little")
            case 163:
                return 0, self.flags
            case 166:
                self._turn()
                return 0, bytes([self.event, self.remaining, self.paid, self.unpaid])
            case 168:
                return 0, self.count.to_bytes(3, "little")
            case 217:
                return 0, bytes([self.level])
            case 164:
                self.enabled = data == b"\xa5"
                return 0, b""
            case 160:
                self.keys += 1
                return 0, bytes(range(8))
            case 167:
                return self._dispense(data)
            case 172:
                if self.remaining:
                    self.remaining, self.unpaid = 0, self.remaining
                    self.enabled = False
                return 0, bytes([self.unpaid])
            case 1:
                self.event = 0
                self.flags, self.enabled = b"\x80\x00", False
                return 0, b""
        return None

    def _dispense(self, data: bytes) -> tuple[int, bytes]:
        self.dispenses += 1
        opened = self.keys > 0 and len(data) == 9 if self.keyed else data[:-1] == self.serial.to_bytes(3, "little")
        self.keys = 0
        refused = not self.enabled or not opened or self.remaining or self.fault(DISPENSE, "nak")
        if refused:
            self.event = self.event % 255 + 1 if self.nak_counts else self.event
            return 5, b""
        self.event, self.remaining, self.paid, self.unpaid = self.event % 255 + 1, data[-1], 0, 0
        self.flags = bytes([0, *self.flags[1:]])
        return 0, bytes([self.event])

    def _turn(self) -> None:
        """Coins fall."""
        for _ in range(self.pace):
            if self.remaining and (self.stops_at is None or self.paid < self.stops_at):
                self.drop()
        if self.remaining and self.stops_at == self.paid:
            self.remaining, self.unpaid, self.flags = 0, self.remaining, self.stop_flags

    def drop(self) -> None:
        self.remaining, self.paid, self.count, self.fallen = (
            self.remaining - 1, self.paid + 1, self.count + 1, self.fallen + 1,
        )  # fmt: skip


@dataclass
class PaperBus:
    """`echoes`: the adapter does. `echo_faults`: what happens to the next echoes: `lost`, `wrong`, `cut`."""

    hoppers: list[PaperHopper]
    echoes: bool = True
    echo_faults: list[str] = field(default_factory=list)
    now_ms: int = 1_000_000
    facts: list[Fact] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    wire: list[tuple[int, bytes]] = field(default_factory=list)
    plugged: bool = True

    def driver(self, *seats: Seat, **options: Any) -> CcTalkBus:
        self.form: Form = options.get("form", Form.SIMPLE)
        self.it = CcTalkBus("hoppers", self.facts.append, seats or (SEAT_A,), **options)
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self, *seats: Seat, **options: Any) -> CcTalkHopper:
        driver = self.driver(*seats, **options)
        for _ in range(8):  # what a hopper does not know is asked three times
            if not all(hopper.ready for hopper in driver.hoppers.values()):
                self.run(1_000)
        self.run(500)
        assert all(hopper.ready for hopper in driver.hoppers.values()), self.facts
        self.forget()
        return driver.hoppers[1]

    def forget(self) -> None:
        self.facts.clear()
        self.sent.clear()
        for hopper in self.hoppers:
            hopper.heard.clear()

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wake = self.it.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            self._carry(self.it.take_output())
            times = [at for at, _ in self.wire] + ([wake] if wake is not None else [])
            self.now_ms = max(self.now_ms + 1, min([end_ms, *times]))
            due = [data for at, data in self.wire if at <= self.now_ms]
            self.wire = [(at, data) for at, data in self.wire if at > self.now_ms]
            for data in due:
                if self.plugged:
                    self.it.receive(data, self.now_ms)

    def unplug(self) -> None:
        self.plugged, self.wire = False, []
        self.it.link_lost("pulled", self.now_ms)

    def replug(self) -> None:
        self.plugged = True
        self.it.link_up(self.now_ms)

    def outcomes(self) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, OUTCOMES)]

    def paid(self, hopper: CcTalkHopper, coins: int, for_ms: int = 4_000) -> Any:
        hopper.pay(7, coins)
        self.run(for_ms)
        (fact,) = self.outcomes()
        return fact

    def raised(self) -> list[tuple[str, str, bool]]:
        return [(fact.device, fact.code, fact.up) for fact in self.facts if isinstance(fact, Fault)]

    def headers(self, address: int = 3) -> list[int]:
        (hopper,) = [hopper for hopper in self.hoppers if hopper.address == address]
        return [header for header, _ in hopper.heard]

    def _carry(self, made: bytes) -> None:
        while made and self.plugged:
            frame, made = made[: 5 + made[1]], made[5 + made[1] :]
            self.sent.append(frame)
            if self.echoes:
                self._say(1, self._echo(frame))
            for hopper in self.hoppers:
                if hopper.address == frame[0] and not hopper.dead:
                    self._answer(hopper, frame)

    def _echo(self, frame: bytes) -> bytes:
        fault = self.echo_faults.pop(0) if self.echo_faults else ""
        return {"": frame, "lost": b"", "wrong": bytes([frame[0] ^ 8]) + frame[1:], "cut": frame[:-2]}[fault]

    def _say(self, after_ms: int, data: bytes) -> None:
        if data:
            self.wire.append((self.now_ms + after_ms, data))

    def _answer(self, hopper: PaperHopper, frame: bytes) -> None:
        header, data = frame[3], frame[4:-1]
        if self.form is Form.SIMPLE:
            assert frame[2] == 1, "the host did not name itself"
            assert sum(frame) % 256 == 0, "the driver sent a frame with a wrong check"
        if hopper.fault(header, "deaf"):
            return
        told = hopper.answer(header, data)
        if told is None or hopper.fault(header, "mute"):
            return
        self._say(3, self._framed(hopper, header, *told))

    def _framed(self, hopper: PaperHopper, asked: int, header: int, data: bytes) -> bytes:
        if hopper.fault(asked, "busy"):
            header, data = 6, b""
        elif hopper.fault(asked, "nak"):
            header, data = 5, b""
        elif hopper.fault(asked, "bare"):
            data = b""
        elif hopper.fault(asked, "long"):
            data += b"\x00"
        source = hopper.address + 1 if hopper.fault(asked, "foreign") else hopper.address
        if self.form is Form.CRC:
            check = _crc(bytes([1, len(data), header]) + data)
            raw = bytes([1, len(data), check[1], header]) + data + check[:1]
        else:
            raw = summed(bytes([1, len(data), source, header]) + data)
        if hopper.fault(asked, "flip"):
            raw = raw[:-1] + bytes([raw[-1] ^ 0x10])
        if hopper.fault(asked, "late"):
            self._say(280, raw)
            return b""
        return raw * 2 if hopper.fault(asked, "twice") else raw


def _crc(data: bytes) -> bytes:
    """High byte first; bit by bit from the definition."""
    register = 0
    for bit in (byte >> (7 - place) & 1 for byte in data for place in range(8)):
        top = register >> 15
        register = register << 1 & 0xFFFF
        if top != bit:
            register ^= 0x1021
    return register.to_bytes(2, "big")


def record(hopper: PaperHopper, **other: int) -> Mapping[str, int]:
    """The counters of a record, as the hopper is now."""
    told = {"serial": hopper.serial, "event": hopper.event, "paid": hopper.paid, "unpaid": hopper.unpaid}
    return told | {"count": hopper.count} | other
