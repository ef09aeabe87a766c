"""The driver of the PIN pad port with the twin of its device: rigs for the contract suite, and a tap on their line."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

from psec import aes, des, pinblock

from drivers.epp.driver import Epp
from drivers.epp.entry import PinStyle
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.pin_pad import Pan, PinBlock, PlainClosed, Slot, WrappedKey
from simulator.devices.epp import Style, Zt598, install_test_masters
from simulator.devices.twin import Speeds
from tests.contracts.pty_bench import PtyBench
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig

AnyBench = Bench | PtyBench
STYLES: dict[PinStyle, Style] = {"at_start": Style.AT_START, "at_fetch": Style.AT_FETCH}
MASTER = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
KEYS: dict[Slot, bytes] = {
    "pin": bytes.fromhex("1C1C2A2AF4F46E6E1313D5D52A2A5D5D"),
    "mac": bytes.fromhex("A1B3C2D5E5F70719293B4A5D6D7F8F91"),
    "data": bytes.fromhex("01102332455467768998ABBACDDCEFFE"),
    "pin_aes": bytes.fromhex("C1D0F8FB4958670DBA40AB1F3752EF0D"),
}
PAN = Pan("6225880012345678")
PIN = "837261"
"""Marked: in no golden frame, no key and no card number of these tests."""


def quietly(make: Callable[..., bytes], *arguments: Any) -> bytes:
    """psec names the old home of triple DES each time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(*arguments)


def wrapped(slot: Slot, key: bytes) -> WrappedKey:
    zeros = bytes(16 if slot == "pin_aes" else 8)
    check = quietly(aes.encrypt_aes_ecb if slot == "pin_aes" else des.encrypt_tdes_ecb, key, zeros)
    return WrappedKey(quietly(des.encrypt_tdes_ecb, MASTER, key), check[:4])


def opened(block: PinBlock) -> str:
    """What an acquirer finds in a block."""
    if block.format == 4:
        return str(pinblock.decipher_pinblock_iso_4(KEYS["pin_aes"], block.reveal(), PAN.reveal()))
    clear = quietly(des.decrypt_tdes_ecb, KEYS["pin"], block.reveal())
    decode = pinblock.decode_pinblock_iso_3 if block.format == 3 else pinblock.decode_pinblock_iso_0
    return str(decode(clear, PAN.reveal()))


def rig(style: PinStyle, speeds: Speeds, bauds: tuple[int, ...] = (9_600,)) -> Rig:
    """`bauds`: what the program is configured to at its first, second.. start."""

    def twins(seed: int) -> dict[str, Any]:
        pad = Zt598(speeds, style=STYLES[style], seed=bytes([seed]))
        install_test_masters(pad)
        return {"pin_pad": pad}

    def by_bytes(report: Callable[[Fact], None], twins: Any, boot: int) -> Fitted:
        baud = bauds[min(boot, len(bauds)) - 1]
        driver = Epp("pin_pad", report, pin_style=style, test_keys=True, baud=baud)
        return Fitted(driver, [Joint("pin_pad", driver, 9_600)])

    return Rig(twins, by_bytes, by_bytes)


class Tap:
    """What crosses the line, both ways; and at which rate the host speaks."""

    def __init__(self, bench: AnyBench) -> None:
        self.sent, self.received = bytearray(), bytearray()
        self._bench = bench
        reactor = bench.reactor if isinstance(bench, Bench) else bench._reactor
        assert reactor is not None
        reactor.sent, reactor.received = self._sent, self._received

    def _sent(self, name: str, data: bytes) -> None:
        self.sent += data
        self._bench.twins["pin_pad"].host_baud = self._bench.it.line_baud()

    def _received(self, name: str, data: bytes) -> None:
        self.received += data

    def between_frames(self) -> bytes:
        """Received bytes that are no reply: key presses. Frames by the sheet's words, section 1."""
        raw, rest = bytes(self.received), bytearray()
        while raw:
            size = 7 + int(raw[1:4]) if raw[0] == 2 and raw[1:4].isdigit() else 1
            if size == 1:
                rest.append(raw[0])
            raw = raw[size:]
        return bytes(rest)


def ready(bench: AnyBench) -> None:
    """Met, and with all its work keys."""
    if not any(isinstance(fact, DeviceReady) for fact in bench.facts):
        bench.until(DeviceReady)
    load(bench)
    assert bench.it.can_take_pins(0)


def load(bench: AnyBench) -> None:
    outcomes = len(told(bench, "key!"))
    for slot, key in KEYS.items():
        bench.do(partial(bench.it.load_key, slot, wrapped(slot, key)))
    bench.until(lambda: len(told(bench, "key!")) == outcomes + len(KEYS))


def told(bench: AnyBench, kind: str) -> list[Any]:
    return [fact for fact in bench.facts if fact.kind == kind]


def ends(bench: AnyBench, entry: int) -> list[Any]:
    return [fact for fact in told(bench, "pin!") if fact.entry == entry]


def asked(bench: AnyBench, entry: int = 7, format: int = 0, limit_s: int = 30) -> None:
    """Until the pad takes digits, or will not."""
    bench.do(lambda: bench.it.start_pin(entry, PAN, format=format, least=4, most=6, limit_s=limit_s))
    bench.until(lambda: bool([fact for fact in told(bench, "pin.open") if fact.entry == entry] or ends(bench, entry)))


def press(bench: AnyBench, *keys: str) -> list[bool]:
    """Which of the keys were felt."""
    felt = []
    for key in keys:
        felt.append(bench.do(partial(bench.twins["pin_pad"].press, key, bench.now_ms)) is None)
        bench.run(20)
    return felt


def typed(bench: AnyBench, pin: str = PIN) -> None:
    press(bench, *pin, "enter")


def block_of(bench: AnyBench, entry: int) -> str | None:
    """The PIN in the block of an entry; None without one."""
    block = bench.it.take_block(entry)
    return opened(block) if block is not None else None


def plain_closed(bench: AnyBench) -> list[str]:
    return [fact.reason for fact in bench.facts if isinstance(fact, PlainClosed)]
