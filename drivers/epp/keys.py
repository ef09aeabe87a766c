"""The work keys of the pad as far as the machine knows them, and how one is loaded or looked at.

Source: pin-pad sheet, sections 3 and 6. "Load, compare, and only then mark the pad as ready": a key counts when the check value
that the pad answered is the one that came with it. A wrong one is erased again.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from drivers.epp.codec import (
    INDEXES,
    ZEROS,
    Code,
    Use,
    encrypt_command,
    erase_command,
    load_command,
    mac_command,
    parse_hex,
    parse_nibbles,
)
from drivers.epp.line import Outcome, Reply, Request, short
from kiosk.ports.pin_pad import SLOTS, KeyLoaded, KeyRefused, KeyState, KeyUncertain, Slot, WrappedKey

USES: dict[Slot, Use] = {"pin": Use.PIN, "pin_aes": Use.PIN_AES, "mac": Use.MAC, "data": Use.DATA}
CHECK_BYTES = range(3, 9)
TEST_CHECKS = tuple(
    bytes.fromhex(check)
    for check in (
        "08D7B4FB629D0885",
        "27F14DD3A4018B8B",
        "76CDB553596CF59F",
        "FB09759972301AF4",
        "D5D44FF720683D0D",
        "BFABFA12C63525EE",
    )
)
"""Check values of published keys (sections 6 and 7), and of the single-length key of every textbook."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the site keeps its keys, each 01 to FE; the work keys are loaded under `master`. Raises ValueError."""

    master: int = 0x20
    pin: int = 0x30
    mac: int = 0x31
    data: int = 0x32
    pin_aes: int = 0x33

    def __post_init__(self) -> None:
        places = (self.master, self.pin, self.mac, self.data, self.pin_aes)
        if len(set(places)) < len(places) or not set(places) <= set(INDEXES):
            raise ValueError(f"key places {places}: different ones of {INDEXES[0]} to {INDEXES[-1]} are needed")

    def of(self, slot: Slot) -> int:
        return {"pin": self.pin, "pin_aes": self.pin_aes, "mac": self.mac, "data": self.data}[slot]


class Keys:
    """States of the slots. `sizes`: bytes of a verified key."""

    def __init__(self) -> None:
        self._states: dict[Slot, KeyState] = {}
        self.sizes: dict[Slot, int] = {}
        self.forget()

    def forget(self) -> None:
        """Another pad may be there, or the same one without its keys."""
        self._states = {slot: KeyState(slot, "untold") for slot in SLOTS}
        self.sizes.clear()

    def seen(self, slot: Slot, state: str, check: bytes = b"", size: int = 0) -> None:
        self._states[slot] = KeyState(slot, state, check.hex().upper())
        self.sizes.pop(slot, None)
        if state == "verified":
            self.sizes[slot] = size

    def verified(self, slot: Slot) -> bool:
        return slot in self.sizes

    @property
    def states(self) -> tuple[KeyState, ...]:
        return tuple(self._states.values())


def load(
    places: Places, keys: Keys, slot: Slot, key: WrappedKey
) -> Generator[Request, Reply, KeyLoaded | KeyRefused | KeyUncertain]:
    """Yields requests, is sent their replies. From the first request on the old key is not used any more."""
    keys.seen(slot, "untold")
    index = places.of(slot)
    command = load_command(places.master, index, USES[slot], key.reveal())
    reply = yield Request("load key", command, _is_check)
    if reply.outcome is Outcome.SILENT:
        return KeyUncertain(slot)
    if reply.outcome is Outcome.REFUSED:
        keys.seen(slot, "missing" if reply.code in (Code.NO_IMK, Code.NO_TMK) else "untold")
        return KeyRefused(slot, f"{reply.code:02X}")
    told = parse_hex(reply.data) or b""
    common = min(len(told), len(key.check))
    if told[:common] != key.check[:common]:
        erased = yield Request("erase key", erase_command(index), short)
        keys.seen(slot, "missing" if erased.outcome is Outcome.DONE else "untold")
        return KeyRefused(slot, "check")
    keys.seen(slot, "verified", told, len(key.reveal()))
    return KeyLoaded(slot, told.hex().upper())


def _is_check(data: bytes) -> bool:
    told = parse_hex(data)
    return told is not None and len(told) in CHECK_BYTES


def is_published(key: WrappedKey) -> bool:
    """A key that stands in print: nobody may take money under it."""
    return any(known.startswith(key.check) for known in TEST_CHECKS)


def look(places: Places, keys: Keys) -> Generator[Request, Reply, None]:
    """Which keys lie in the pad, by encrypting a block of zeros with each; changes nothing. Some uses the pad refuses."""
    for slot in SLOTS:
        index = places.of(slot)
        if slot == "mac":
            reply = yield Request("look", mac_command(index, True, bytes(8)), _is_block)
            if reply.code == Code.WRONG_LENGTH:
                reply = yield Request("look", mac_command(index, False, bytes(8)), _is_block)
        else:
            reply = yield Request("look", encrypt_command(index, ZEROS), _is_block)
        told = parse_nibbles(reply.data) if reply.outcome is Outcome.DONE else None
        if told is not None:
            keys.seen(slot, "present", told)
        elif reply.code in (Code.NO_IMK, Code.NO_TMK, Code.NOTHING_STORED) or (
            reply.code == Code.NO_KEY and slot in ("mac", "data")
        ):
            keys.seen(slot, "missing")  # of a PIN key E5 may also say: this is not what it is for


def _is_block(data: bytes) -> bool:
    told = parse_nibbles(data)
    return told is not None and len(told) == 8
