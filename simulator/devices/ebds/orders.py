"""What a command makes of the unit, and the answer's message type and data (ebds sheet, sections 5 to 8).

A command that is undamaged and wrong is not obeyed; its answer is a plain one with the bit for an invalid command. Decided
here: an extended command's omnibus data count like those of an omnibus command; events are told in answers to omnibus commands
only; in extended-note mode a held note is named in every answer to an omnibus command; no note is enabled until the inhibits
were set; calibration, downloads, bookmarks, barcodes and the audit are not known to this unit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from simulator.devices.ebds import identity, notes, status
from simulator.devices.ebds.body import Body
from simulator.devices.ebds.codes import (
    AUXILIARY,
    DENOMINATIONS,
    EXTENDED,
    EXTENDED_NOTES,
    OMNIBUS,
    REPLY,
    Mode,
    More,
    Policy,
    Sub,
)
from simulator.devices.ebds.notes import Kinds
from simulator.devices.ebds.state import QUIET, Event, Told
from simulator.devices.ebds.wire import Heard

INHIBIT_BYTES = (8, 19)
YES, NO, NOTE_TAKEN = b"\x01", b"\x00", b"\x7f"

Answer = tuple[int, bytes]
"""Message type, data."""


@dataclass(frozen=True, slots=True)
class About:
    """What the unit is: byte 4 and 5 of every answer, its serial number, whether it can be asked what it can do."""

    model: int
    revision: int
    serial: str
    capable: bool


class Orders:
    def __init__(self, body: Body, kinds: Kinds, about: About, faults: Callable[[], set[str]]) -> None:
        self.body, self.about = body, about
        self._kinds, self._faults = kinds, faults
        self.forget()

    def forget(self) -> None:
        """Power is gone, or the unit was reset."""
        self.extended_notes = False
        self._inhibits: frozenset[int] = frozenset()  # rows that are enabled
        self._named = False  # the note in escrow was told of

    def obey(self, heard: Heard, now_ms: int) -> Answer:
        if heard.kind == OMNIBUS and len(heard.data) == 3:
            return self._omnibus(heard.data, now_ms)
        if heard.kind == AUXILIARY:
            return self._auxiliary(heard.data)
        answer = self._extended(heard.data, now_ms) if heard.kind == EXTENDED else None
        return answer or self.plain(invalid=True)

    # -- answers

    def plain(self, event: Event | None = None, invalid: bool = False) -> Answer:
        return REPLY, self._data(event, invalid)

    def _data(self, event: Event | None = None, invalid: bool = False) -> bytes:
        data = self.shows(event, invalid)
        self.body.opened = False
        return data

    def shows(self, event: Event | None = None, invalid: bool = False) -> bytes:
        """What an answer tells, without telling it."""
        return status.data_of(
            self.body,
            self._faults(),
            event,
            extended=self.extended_notes,
            invalid=invalid,
            more=More.CAPABILITIES if self.about.capable else More(0),
            about=bytes([self.about.model, self.about.revision]),
        )

    def _with(self, sub: Sub, extension: bytes = b"", event: Event | None = None) -> Answer:
        return EXTENDED, bytes([sub]) + self._data(event) + extension

    def _named_note(self, row: int | None, event: Event | None) -> Answer:
        kind = self._kinds[row] if row is not None else None
        return self._with(Sub.NOTE, notes.entry(0, kind) if kind else notes.UNIDENTIFIED, event)

    def _told(self, wrong: bool) -> Answer:
        """The next event, or what the unit does now."""
        event = self.body.event()
        names = self.extended_notes and "never_extended" not in self._faults()
        if event is not None and event.what is Told.TAKEN:
            return self._with(Sub.RETRIEVED, NOTE_TAKEN)
        if event is not None and event.what is Told.STACKED and names:
            return self._named_note(event.row, event)
        self._named = self._named and self.body.holds
        told = self._named and "escrow_told_once" in self._faults()
        if event is None and self.body.holds and names and not wrong and not told:
            self._named = True
            return self._named_note(self.body.row, None)
        return self.plain(event, wrong)

    # -- omnibus

    def _omnibus(self, data: bytes, now_ms: int) -> Answer:
        wrong = not self._take(data, now_ms)
        return self._told(wrong)

    def _take(self, data: bytes, now_ms: int) -> bool:
        """False when the orders exclude each other, or cannot be done now: then only modes and denominations count."""
        enabled, mode, options = data
        self.extended_notes = bool(options & EXTENDED_NOTES)
        self.body.greeted(Policy(options >> 2 & 3))
        self.body.escrow_mode = bool(mode & Mode.ESCROW)
        if self.extended_notes:
            self.body.enable(self._inhibits if enabled else frozenset())
        else:
            self.body.enable(self._rows(data[:1], len(self._kinds[:DENOMINATIONS])))
        wanted = Mode(mode & (Mode.STACK | Mode.RETURN))
        if not wanted or not mode & Mode.ESCROW or not self.body.holds:
            return True
        if wanted is Mode.STACK:
            return self.body.stack(now_ms)
        return wanted is Mode.RETURN and self.body.give_back(now_ms)

    def _rows(self, bits: Collection[int], rows: int) -> frozenset[int]:
        """Rows that are enabled, 7 in each byte, bit 0 first."""
        wanted = {
            place * DENOMINATIONS + bit
            for place, byte in enumerate(bits)
            for bit in range(DENOMINATIONS)
            if byte >> bit & 1
        }
        return frozenset(row for row in wanted if row < rows and self._kinds[row])

    # -- auxiliary and extended

    def _auxiliary(self, data: bytes) -> Answer:
        asked = len(data) == 3 and data[:2] == b"\0\0"
        found = identity.answer(data[2], self.about.serial, self.about.capable) if asked else None
        return self.plain(invalid=True) if found is None else (AUXILIARY, found)

    def _extended(self, data: bytes, now_ms: int) -> Answer | None:
        """None when the unit does not know the command, or not with these parameters, or not now."""
        if len(data) < 4:
            return None
        sub, omnibus, given = data[0], data[1:4], data[4:]
        match sub:
            case Sub.INHIBITS if len(given) in INHIBIT_BYTES and self.body.state in QUIET:
                self._inhibits = self._rows(given, len(self._kinds))
            case Sub.ESCROW_TIME if len(given) == 2:
                self.body.escrow_ms = given[0] * 1_000
            case Sub.RETRIEVED if given in (YES, NO):
                self.body.tells_taken = self.about.capable and given == YES
            case Sub.NOTE if len(given) == 1 and given[0]:
                pass
            case Sub.VALUES if not given:
                pass
            case Sub.BOOKMARK if given in (YES, NO):
                pass
            case _:
                return None
        return self._answer(Sub(sub), given) if self._take(omnibus, now_ms) else None

    def _answer(self, sub: Sub, given: bytes) -> Answer:
        match sub:
            case Sub.NOTE:
                return self._with(sub, self._entry(given[0]))
            case Sub.VALUES:
                return self._with(sub, notes.value_table(self._kinds))
            case Sub.RETRIEVED:
                return self._with(sub, YES if self.about.capable else NO)
            case Sub.BOOKMARK:
                return self._with(sub, NO)
            case Sub.INHIBITS if "inhibits_answered_extended" not in self._faults():
                return self.plain()
        return self._with(sub)

    def _entry(self, index: int) -> bytes:
        kind = notes.row_of_index(index, self._kinds)
        return notes.entry(index, kind) if kind else notes.END
