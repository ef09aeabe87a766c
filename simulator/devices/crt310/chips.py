"""Commands for the chip under the contacts and for the SAM slots (card reader sheet, section 1.2).

Without an answer of a chip one letter comes in its place: N when it is silent, E and W when it is not at the contacts (our page on
open points). Decided here: what lacks supply, reset or the right protocol is refused 02; a SAM slot gets its supply with its reset;
asking for the card type tries the chip out, and ends whatever was under way with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.devices.crt310 import codes
from simulator.devices.crt310.codes import S1, Refusal, Reply, Told, Why, want
from simulator.devices.crt310.contacts import Contacts
from simulator.devices.crt310.path import ABNORMAL, Path
from simulator.devices.motion import Motion

ATR_MS, APDU_MS = 120, 60
SILENT_MS = 2_000
"""How long the reader waits for a chip that does not answer."""
COLD, WARM, BY_T0 = 0x30, 0x2F, 0x31


class ChipCommands:
    """`time` is where answers ripen, one at a time. `sams` are the contacts of the slots, the first is 30."""

    def __init__(
        self,
        path: Path,
        sams: Sequence[Contacts],
        time: Motion,
        faults: Callable[[], set[str]],
        played: Callable[[str], bool],
    ) -> None:
        self._path, self._sams, self._time = path, sams, time
        self._faults, self._played = faults, played

    def forget(self) -> None:
        for sam in self._sams:
            sam.supply(on=False)

    def type_of(self, now_ms: int, reply: Reply) -> None:
        """31 31."""
        if self._path.seen() is not S1.CONTACTS:
            raise Refusal(Why.NOT_POSSIBLE)
        contacts = self._path.contacts
        contacts.supply(on=False)
        contacts.supply(on="chip_supply_dead" not in self._faults())
        atr = b"" if "chip_dirty" in self._faults() else contacts.reset()
        kind = codes.CARD_TYPES[contacts.protocol or 0] if atr else Why.NOT_POSSIBLE
        contacts.supply(on=False)
        self._after(ATR_MS, kind, now_ms, reply)

    def supply(self, what: int, data: bytes, now_ms: int, reply: Reply) -> None:
        """33."""
        if what not in (0x30, 0x31):
            raise Refusal(Why.PARAMETER)
        want(data, 0)
        told = self._away()
        if told is None:
            on = what == 0x30
            told = Told.FAILED if on and "chip_supply_dead" in self._faults() else Told.DONE
            self._path.contacts.supply(on and told is Told.DONE)
        reply(bytes([told]), now_ms)

    def chip(self, what: int, data: bytes, now_ms: int, reply: Reply) -> None:
        """37."""
        if what not in (WARM, COLD, BY_T0, BY_T0 + 1):
            raise Refusal(Why.PARAMETER)
        contacts, dead = self._path.contacts, "chip_dirty" in self._faults()
        apdu = _apdu(data) if what >= BY_T0 else want(data, 0)
        if (away := self._away()) is not None:
            reply(bytes([away]), now_ms)
        elif not contacts.supplied:
            raise Refusal(Why.NOT_POSSIBLE)
        elif what == COLD or (what == WARM and contacts.protocol is not None):
            self._reset(contacts, dead, now_ms, reply)
        elif contacts.protocol is None:
            raise Refusal(Why.NOT_POSSIBLE)
        else:
            if self._played("chip_falls_silent_next"):
                contacts.fall_silent()
            self._exchange(contacts, dead, what - BY_T0, apdu, now_ms, reply)

    def sam(self, what: int, data: bytes, now_ms: int, reply: Reply) -> None:
        """3D."""
        if what not in (COLD, BY_T0, BY_T0 + 1):
            raise Refusal(Why.PARAMETER)
        if not data:
            raise Refusal(Why.DATA)
        if data[0] not in codes.SAM_SLOTS:
            raise Refusal(Why.PARAMETER)
        slot, dead = self._sams[data[0] - codes.SAM_SLOTS[0]], "sam_dead" in self._faults()
        if what == COLD:
            want(data, 1)
            slot.supply(on=True)
            self._reset(slot, dead, now_ms, reply)
        else:
            self._exchange(slot, dead, what - BY_T0, _apdu(data[1:]), now_ms, reply)

    def _away(self) -> Told | None:
        """Why there is nothing at the contacts; None when there is a card. Raises Refusal for what is none."""
        seen = self._path.seen()
        if seen in ABNORMAL:
            raise Refusal(Why.ABNORMAL_CARD)
        if seen is S1.CONTACTS:
            return None
        return Told.NO_CARD if seen is S1.NONE else Told.ELSEWHERE

    def _reset(self, contacts: Contacts, dead: bool, now_ms: int, reply: Reply) -> None:
        atr = b"" if dead else contacts.reset()
        if atr:
            self._after(ATR_MS, _counted(contacts.protocol or 0, atr), now_ms, reply)
        else:
            self._after(SILENT_MS, bytes([Told.FAILED]), now_ms, reply)

    def _exchange(self, contacts: Contacts, dead: bool, by: int, apdu: bytes, now_ms: int, reply: Reply) -> None:
        if contacts.protocol != by:
            raise Refusal(Why.NOT_POSSIBLE)
        answer = b"" if dead else contacts.exchange(apdu)
        if answer:
            self._after(APDU_MS, _counted(by, answer), now_ms, reply)
        else:
            self._after(SILENT_MS, bytes([Told.FAILED]), now_ms, reply)

    def _after(self, ms: int, body: bytes | Why, now_ms: int, reply: Reply) -> None:
        self._time.start(ms, lambda at: reply(body, at), now_ms)


def _apdu(data: bytes) -> bytes:
    """Behind its two bytes of length. Raises Refusal when it is not so long, or too short for a command."""
    if len(data) < 6 or int.from_bytes(data[:2], "big") != len(data) - 2:
        raise Refusal(Why.DATA)
    return data[2:]


def _counted(protocol: int, answer: bytes) -> bytes:
    """Y or Z, two bytes of length, and what the chip said."""
    return bytes([codes.T1 if protocol else codes.T0]) + len(answer).to_bytes(2, "big") + answer
