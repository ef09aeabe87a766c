"""Hands, orders, bad lines, plugs, power and dying programs in any order: money is counted once, and none is passed over.

The unit here is the one of paper with a path: a note is read, waits, and falls or comes back, each with its event.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.ports.note_acceptor import (
    AcceptorPast,
    NoteHeld,
    NoteJammed,
    NoteOurs,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from tests.drivers.essp.essp_script import ASK, HOLD, POLL, REJECT, VALUES, Paper

UNSURE = (NoteJammed, NoteUncertain, NoteReturnUncertain)
READ_MS, MOVE_MS, WAIT_MS = 600, 900, 10_000


@dataclass
class Mill(Paper):
    """`stage` of the note in the path: reading, escrow, falling, back, jam, or nothing; `box` holds channels."""

    stage: str = ""
    channel: int = 0
    until_ms: int = 0
    box: list[int] = field(default_factory=list)
    counts: bool = True

    def step(self, for_ms: int) -> None:
        for _ in range(0, for_ms, 25):
            self.run(25)
            self.turn()

    def turn(self) -> None:
        if self.stage not in ("reading", "escrow", "falling", "back") or self.now_ms < self.until_ms:
            return
        if self.stage == "reading":
            self._to("escrow", WAIT_MS, f"EF{self.channel:02X}")
        elif self.stage == "escrow":
            self._to("back", MOVE_MS, "ED")
        elif self.stage == "falling":
            self.box.append(self.channel)
            self._to("", 0, f"EE{self.channel:02X}EB")
            if self.counts:
                self.stacked = (self.stacked or 0) + 1
        else:
            self._to("", 0, "EC")

    def _to(self, stage: str, for_ms: int, event: str) -> None:
        self.stage, self.until_ms, self.lies = stage, self.now_ms + for_ms, stage == "escrow"
        self.told_escrow = False
        self.events.append(event)

    def insert(self, channel: int) -> None:
        if self.enabled and not self.stage and self.channels >> channel - 1 & 1:
            self.channel = channel
            self._to("reading", READ_MS, "EF00")

    def jam(self) -> None:
        if self.stage in ("reading", "falling"):
            self._to("jam", 0, "E9")

    def mend(self) -> None:
        """A technician takes the note out."""
        if self.stage == "jam":
            self.stage = ""

    def _command(self, data: bytes) -> bytes:
        code = data[0]
        if code in (HOLD, REJECT):
            self.lies = self.stage == "escrow"
            if self.lies:
                self.until_ms = self.now_ms + WAIT_MS
                if code == REJECT:
                    self._to("back", MOVE_MS, "ED")
                    self.lies = True
        return super()._command(data)

    def _polled(self, code: int) -> bytes:
        if self.stage == "escrow" and self.told_escrow and code == POLL:
            self._to("falling", MOVE_MS, "CC")
        answer = super()._polled(code)
        self.lies = False
        if code in (POLL, ASK) and answer == b"\xf0\xef" + bytes([self.channel]) and self.stage == "escrow":
            self.told_escrow = True
        return answer

    def power_cycle(self, *events: str) -> None:
        told = ["F1"]
        if self.stage in ("reading", "escrow", "back"):
            told.append(f"E1{self.channel:02X}")
        elif self.stage == "falling":
            told.append(f"E2{self.channel:02X}")
            self.box.append(self.channel)
            self.stacked = (self.stacked or 0) + 1 if self.counts else None
        self.stage = "" if self.stage != "jam" else "jam"
        super().power_cycle(*told, *(["E9"] if self.stage else []))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["insert", "insert", "stack", "stack", "give_back", "wait", "power", "plug", "die", "mute", "deaf", "jam"]
        ),
        st.integers(0, 9),
    ),
    min_size=3,
    max_size=16,
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, acks=st.booleans(), counts=st.booleans())
def test_money_is_counted_once_and_none_is_passed_over(steps: list[tuple[str, int]], acks: bool, counts: bool) -> None:
    unit = Mill(keys=acks, acks=acks, counts=counts, stacked=0 if counts else None)
    unit.driver()
    lives = 1
    wish = list(VALUES.values())
    unit.it.accept_only(wish)
    unit.step(6_000)
    cut_short: set[int] = set()
    for what, much in steps:
        if what == "insert":
            unit.insert(1 + much % 6)
        elif what in ("stack", "give_back"):
            for note in open_notes(unit):
                getattr(unit.it, what)(note)
        elif what == "power":
            unit.power_cycle()
        elif what == "plug":
            unit.it.link_lost("plug", unit.now_ms)
            unit._decoder.feed(unit.it.take_output())
            for _ in range(much * 40):
                unit.now_ms += 25
                unit.turn()
            unit.it.link_up(unit.now_ms)
        elif what == "die":
            lives += 1
            cut_short |= set(open_notes(unit))
            unit.driver(first_note=lives * 1_000)
            unit.it.accept_only(wish)
        elif what in ("mute", "deaf"):
            setattr(unit, what, much % 4)
        elif what == "jam":
            unit.jam()
        unit.step(50 + 400 * much)
    unit.step(5_000)
    unit.mend()
    unit.it.restart()
    unit.step(50_000)
    laws(unit, cut_short)


def open_notes(unit: Mill) -> list[int]:
    ended = {fact.note for fact in unit.facts if isinstance(fact, (NoteOurs, NoteReturned, *UNSURE))}
    mine = unit.it._escrow._first
    return [
        fact.note for fact in unit.facts if isinstance(fact, NoteHeld) and fact.note not in ended and fact.note >= mine
    ]


def laws(unit: Mill, cut_short: set[int]) -> None:
    assert not open_notes(unit)
    ours = [fact for fact in unit.facts if isinstance(fact, NoteOurs)]
    assert len({fact.note for fact in ours}) == len(ours)
    box = Counter(VALUES[channel] for channel in unit.box)
    missing = Counter(fact.value_fen for fact in ours) - box
    assert not missing, f"credited and not in the box: {missing}"
    known = {fact.note for fact in ours}
    unsure = {fact.note: fact.value_fen for fact in unit.facts if isinstance(fact, UNSURE) and fact.note not in known}
    seen = {fact.note: fact.value_fen for fact in unit.facts if isinstance(fact, NoteHeld)}
    cut = {note: seen[note] for note in cut_short if note not in known and note not in unsure}
    past = sum(fact.value_fen for fact in unit.facts if isinstance(fact, AcceptorPast) and fact.credited)
    bound = sum(fact.value_fen for fact in ours) + sum(unsure.values()) + sum(cut.values()) + past
    assert sum(VALUES[channel] for channel in unit.box) <= bound, f"{unit.box} and only {bound} fen told of"
