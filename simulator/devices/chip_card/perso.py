"""What is written into a card when it is made: its number, its stripe, the files of its chip.

All numbers, names and PINs here are test values. Source: EMV sheet, section 6; card reader sheet, part 2.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from simulator.devices.chip_card.cryptograms import SessionRule
from simulator.devices.chip_card.tlv import tlv

LAB_ISSUER_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
"""A published test key: whoever makes cards with it makes lab cards."""

DEBIT = bytes.fromhex("A000000333010101")
CREDIT = bytes.fromhex("A000000333010102")
ISSUER_AUTHENTICATION = 0x04  # AIP byte 1: EXTERNAL AUTHENTICATE is supported

CDOL1 = (("9F02", 6), ("9F03", 6), ("9F1A", 2), ("95", 5), ("5F2A", 2), ("9A", 3), ("9C", 1), ("9F37", 4))
CDOL2 = (("8A", 2), *CDOL1)
CDOL2_WITH_ANSWER = (("91", 10), *CDOL2)
"""For a card without EXTERNAL AUTHENTICATE: the host's answer cryptogram comes with the second GENERATE AC."""

List = tuple[tuple[str, int], ...]


def written(objects: List) -> bytes:
    """A data object list as the card carries it: tag and length of each object."""
    return b"".join(bytes.fromhex(tag) + bytes([size]) for tag, size in objects)


def split(objects: List, data: bytes) -> dict[str, bytes]:
    """Values by tag out of `data`, which has just the list's length."""
    found, at = {}, 0
    for tag, size in objects:
        found[tag] = data[at : at + size]
        at += size
    return found


def length_of(objects: List) -> int:
    """Bytes that the values of a list take."""
    return sum(size for _, size in objects)


@dataclass(frozen=True, slots=True)
class Application:
    """One application of the chip. `listed` False: only a direct SELECT finds it."""

    aid: bytes = DEBIT
    label: bytes = b"PBOC DEBIT"
    priority: int = 1
    listed: bool = True


@dataclass(frozen=True)
class Perso:
    """A card. `expiry` YYMM, `sequence` two digits, `service_code` three; no `applications`: it has no chip.

    `pdol` are the objects the chip asks for in GET PROCESSING OPTIONS. `issuer_key` is the key its issuer derives the card's from.
    """

    name: str
    pan: str = field(repr=False)
    pin: str = field(repr=False)
    expiry: str = "2812"
    sequence: str = "01"
    service_code: str = "201"
    holder: str = "ZHANG/SAN"
    discretionary: str = field(default="1234567890000", repr=False)
    applications: tuple[Application, ...] = (Application(),)
    aip: bytes = b"\x1c\x00"
    pdol: List = ()
    rule: SessionRule = SessionRule.PBOC
    protocol: int = 0
    first_atc: int = 1
    issuer_key: bytes = field(default=LAB_ISSUER_KEY, repr=False)

    @cached_property
    def track1(self) -> str:
        """Without sentinels, as readers give it; the third field repeats what track 2 says."""
        return f"B{self.pan}^{self.holder}^{self.expiry}{self.service_code}{self.discretionary}"

    @cached_property
    def track2(self) -> str:
        """At most 37 characters, `=` as separator, without sentinels."""
        return f"{self.pan}={self.expiry}{self.service_code}{self.discretionary}"[:37]

    @cached_property
    def tracks(self) -> Mapping[int, str]:
        """Tracks that are written, by number; track 3 is blank on all of these cards."""
        return {1: self.track1, 2: self.track2}

    @property
    def cdol2(self) -> List:
        return CDOL2 if self.aip[0] & ISSUER_AUTHENTICATION else CDOL2_WITH_ANSWER

    def records(self, without: str = "") -> list[bytes]:
        """The two records of file 1; `without` leaves one tag out."""
        track2 = self.track2.replace("=", "D")
        year, month = 2000 + int(self.expiry[:2]), int(self.expiry[2:])
        last_day = f"{self.expiry}{monthrange(year, month)[1]:02}"
        first = {
            "57": bytes.fromhex(track2 + "F" * (len(track2) % 2)),
            "5F20": self.holder.encode(),
            "9F1F": self.discretionary[:10].encode(),
        }
        second = {
            "5A": bytes.fromhex(self.pan + "F" * (len(self.pan) % 2)),
            "5F24": bytes.fromhex(last_day),
            "5F34": bytes.fromhex(self.sequence),
            "5F28": bytes.fromhex("0156"),
            "9F07": bytes.fromhex("FF00"),
            "8C": written(CDOL1),
            "8D": written(self.cdol2),
            "8E": bytes.fromhex("000000000000000002031F00"),  # enciphered PIN online, else none
            "9F0D": bytes.fromhex("D8609CA800"),
            "9F0E": bytes.fromhex("0010000000"),
            "9F0F": bytes.fromhex("D8689CF800"),
        }
        return [
            tlv("70", *(tlv(tag, value) for tag, value in record.items() if tag != without))
            for record in (first, second)
        ]
