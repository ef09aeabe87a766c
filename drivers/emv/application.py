"""An application that was selected: it begins, its records are read and judged. Source: EMV sheet, sections 4 (4 to 6) and 5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.emv import dol
from drivers.emv.selection import Candidate, control_information, select
from drivers.emv.talk import OK, Answer, NextApplication, Refusal, Steps, Talk
from drivers.emv.tlv import TlvError, inside, objects, only, unique
from kiosk.ports.pin_pad import Pan

NOT_NOW = 0x6985
MANDATORY = ("5A", "57", "5F24", "8C", "8D", "8E")
"""8E and 57 are so here: without an online PIN and without track 2 there is no message to this bank."""
MOST_RECORDS = 48
FREE_FORM = 10
"""Files beyond this number need hold no objects that a terminal understands."""


@dataclass(frozen=True, slots=True)
class Application:
    """`profile`: tag 82. `objects`: of all records, by tag."""

    aid: bytes
    profile: bytes
    objects: Mapping[str, bytes] = field(repr=False)
    pan: Pan
    track2: str = field(repr=False)

    def get(self, tag: str) -> bytes:
        return self.objects.get(tag, b"")

    @property
    def expiry(self) -> str:
        """YYMMDD."""
        return self.objects["5F24"].hex()

    @property
    def sequence(self) -> str:
        """Two digits, empty when the card has none."""
        return self.get("5F34").hex()


def begin(talk: Talk, candidate: Candidate, values: Mapping[str, bytes]) -> Steps:
    """Application. Raises NextApplication when it does not want to, Refusal, TlvError."""
    selected: Answer = yield from select(talk, candidate.aid)
    if selected.status != OK:  # 6283: blocked
        raise NextApplication
    information = control_information(selected.data)
    asked = dol.filled(information.get("9F38", b""), values)
    answer: Answer = yield from talk.command("80A80000", b"\x83" + bytes([len(asked)]) + asked)
    if answer.status == NOT_NOW:
        raise NextApplication
    profile, locator = _options(answer.good())
    found = yield from _records(talk, locator)
    return _judged(information["84"], profile, found)


def _options(data: bytes) -> tuple[bytes, bytes]:
    """Tags 82 and 94 out of either form of the answer."""
    form, told = only(data)
    if form == "80":
        profile, locator = told[:2], told[2:]
    elif form == "77":
        found = unique(objects(told))
        profile, locator = found.get("82", b""), found.get("94", b"")
    else:
        raise TlvError("no processing options")
    if len(profile) != 2 or not locator or len(locator) % 4:
        raise TlvError("processing options of another size")
    return profile, locator


def _records(talk: Talk, locator: bytes) -> Steps:
    """Objects of all records that the locator names. Raises TlvError, Refusal."""
    found: list[tuple[str, bytes]] = []
    left = MOST_RECORDS
    for at in range(0, len(locator), 4):
        file, first, last = locator[at] >> 3, locator[at + 1], locator[at + 2]
        left -= last - first + 1
        if locator[at] & 7 or not 1 <= file <= 30 or not 1 <= first <= last or left < 0:
            raise TlvError("a locator of no records")
        for number in range(first, last + 1):
            answer: Answer = yield from talk.command(f"00B2{number:02X}{file << 3 | 4:02X}")
            record = answer.good()
            if file <= FREE_FORM:
                found += objects(inside(record, "70"))
    return unique(found)


def _judged(aid: bytes, profile: bytes, found: dict[str, bytes]) -> Application:
    if any(not found.get(tag) for tag in MANDATORY):
        raise Refusal("card")
    number = found["5A"].hex().upper().rstrip("F")
    track2 = found["57"].hex().upper()
    track2 = track2[:-1] if track2.endswith("F") else track2
    same, separator, behind = track2.partition("D")
    expiry = found["5F24"].hex()
    fits = (
        same == number
        and separator == "D"
        and behind.isdecimal()
        and len(behind) >= 7
        and len(track2) <= 37
        and len(expiry) == 6
        and expiry.isdecimal()
        and behind.startswith(expiry[:4])
        and len(found.get("5F34", b"\0")) == 1
        and found.get("5F34", b"\0").hex().isdecimal()
    )
    if not fits:
        raise TlvError("a card that contradicts itself")
    try:
        pan = Pan(number)
    except ValueError as error:
        raise TlvError("no card number") from error
    return Application(aid, profile, found, pan, track2)
