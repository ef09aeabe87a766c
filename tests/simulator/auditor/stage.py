"""A journal line by line beside real matter: the auditor hears and watches both, as in a simulated machine."""

from __future__ import annotations

import json
from typing import Self
from zlib import crc32

from simulator.auditor import Auditor, Rules
from simulator.devices.matter import Blank, Matter, Note, Thing
from tests.simulator.auditor import writer as w

NUMBERS = ("D000001A", "D000001B", "D000001C")


class Stage:
    """After `setup`: two cassettes of 100 notes, a roll of 500 blanks, all booked and counted."""

    def __init__(self, rules: Rules | None = None, fill: bool = True) -> None:
        self.auditor = Auditor(rules, keep_sales=True)
        self.matter = Matter()
        self.text = b""
        self._chain, self._seq, self.boot = 0, 0, 1
        if fill:
            for cassette, value_fen in ((1, 100), (2, 1_000)):
                for _ in range(100):
                    self.matter.new_note(value_fen, f"cassette.{cassette}")
            for _ in range(500):
                self.matter.new_blank("roll")
        self.auditor.census(self.matter.places)
        self.matter.watchers.append(self.auditor.moved)
        self.lines(*w.setup())

    # -- the journal

    def raw(self, line: w.Line) -> bytes:
        """The next line, not written yet."""
        fact, intents = line
        seq = self._seq + 1
        head = {"seq": seq, "epoch": w.EPOCH, "boot": self.boot, "mono_ms": seq * 1_000, "wall_ms": seq * 1_000}
        body = json.dumps({**head, "fact": fact, "intents": intents, "mac": "00" * 16}, separators=(",", ":")).encode()
        return b"%08x %b\n" % (crc32(body, self._chain), body)

    def durable(self, raw: bytes) -> None:
        self._chain, self._seq = int(raw[:8], 16), self._seq + 1
        self.text += raw

    def lines(self, *lines: w.Line) -> Self:
        for line in lines:
            raw = self.raw(line)
            self.durable(raw)
            self.auditor.hear(raw)
        return self

    # -- matter

    def note(self, value_fen: int, where: str = "hand") -> Note:
        return self.matter.new_note(value_fen, where)

    def go(self, thing: Thing, *places: str) -> None:
        for place in places:
            self.matter.move(thing, place)

    def first(self, place: str) -> Thing:
        return self.matter.place(place).things[0]

    def blank(self, number: str, state: str = "good") -> Blank:
        """The next blank becomes a ticket on its way to the printer's exit."""
        blank = self.matter.place("roll").blanks()[0]
        self.go(blank, "printer.path")
        blank.state, blank.stripe = state, {1: f"RT1{number.rjust(8, '0')}G1234."} if number else {}
        return blank

    def found(self) -> set[int]:
        return {violation.invariant for violation in self.auditor.violations}

    def told(self) -> list[str]:
        return [str(violation) for violation in self.auditor.violations]

    # -- the sale of `writer.sold`, step by step; each part leaves out or adds what a test spoils

    def collecting(self) -> Stage:
        return self.lines(*w.sold(1, 1)[:3])

    def paid(self) -> Stage:
        """A fifty is in the box."""
        self.collecting()
        lines = w.sold(1, 1)
        note = self.note(5_000)
        self.go(note, "acceptor.path", "acceptor.escrow")
        self.lines(lines[3])
        self.go(note, "acceptor.path", "box")
        return self.lines(lines[4])

    def printed(self) -> Stage:
        """One blank is waste, two tickets lie in the tray."""
        self.paid()
        lines = w.sold(1, 1)
        for at, (number, place, state) in enumerate(
            (("", "ticket.waste", "void"), (NUMBERS[1], "ticket.tray", "good"), (NUMBERS[2], "ticket.tray", "good"))
        ):
            self.lines(lines[5 + at])
            self.go(self.blank(number, state), place)
        return self.lines(lines[8])

    def handed_over(self) -> Stage:
        """The tickets are taken, the change is ordered."""
        self.printed()
        for _ in range(2):
            self.go(self.first("ticket.tray"), "ticket.slot")
        self.lines(w.sold(1, 1)[9])
        for _ in range(2):
            self.go(self.first("ticket.slot"), "hand")
        return self.lines(w.sold(1, 1)[10])

    def sold(self) -> Stage:
        self.handed_over()
        note = self.first("cassette.2")
        self.go(note, "dispenser.path", "change.tray")
        self.lines(w.sold(1, 1)[11])
        self.go(note, "hand")
        return self.lines(w.sold(1, 1)[12])
