"""How a start ends what the last one left open: wait for the devices' words, believe them, say so, and let the sale go on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kiosk.past import Past
from kiosk.ports.fact import Fact
from kiosk.ports.station import Station
from kiosk.sale.belief import Belief
from kiosk.sale.book import Book
from kiosk.sale.deposit_past import with_earlier
from kiosk.sale.facts import Restarted
from kiosk.sale.recovery import beliefs, orphan_belief
from kiosk.system_facts import RecoveryBegan
from kiosk.watch import Watch

PASTS_MS = 30_000
"""How long a start waits for the devices' words before it goes on with what it has."""


@dataclass(slots=True)
class Restart:
    """`until_ms`: monotonic end of the wait. `waiting`: facts about the open sale that came before the devices' words."""

    past: Past
    watch: Watch
    until_ms: int
    waiting: list[Fact] = field(default_factory=list)

    def due(self, now_ms: int) -> bool:
        """Every device has spoken of the past, or had its time to. With something open one that does not answer yet gets all
        of it: some take twenty seconds from mains to their first word."""
        if now_ms >= self.until_ms:
            return True
        asked = self.past.sale is not None or bool(self.past.orphans)
        return self.watch.all_spoke() and not (asked and self.watch.not_answering())

    def waited(self) -> list[Fact]:
        """What was held back, once; the oldest first."""
        facts, self.waiting = self.waiting, []
        return facts

    def began(self, book: Book) -> RecoveryBegan:
        silent = tuple(sorted(self.watch.fitted - self.watch.ready))
        return RecoveryBegan(book.number, book.state.name, silent)

    def beliefs(self, book: Book) -> list[Belief]:
        earlier = [past for boot, past in sorted(self.past.deposits.items())]
        told = replace(self.watch.told, deposit=with_earlier(self.watch.told.deposit, earlier))
        return beliefs(book, told, self.past.before)

    def orphans(self) -> list[Fact]:
        """What became of notes that no sale wanted: nobody is told, but the books must know."""
        past = self.watch.told.acceptor
        lost = self.past.orphans.items()
        return [orphan_belief(note, value_fen, past, before).fact for note, (value_fen, before) in lost]

    def ended(self, believed: list[Belief], wall_ms: int) -> Restarted:
        """A clock that went back cannot say how long the pause was; nobody is asked then."""
        pause_ms = wall_ms - self.past.lived_wall_ms
        return Restarted(pause_ms if pause_ms >= 0 else -1, tuple(belief.written() for belief in believed))

    def ask_undone(self, station: Station) -> None:
        """Reports that nobody answered are made again: the station takes repeats."""
        for record in (record for records in self.past.undone.values() for record in records):
            if record["kind"] == "void?":
                station.void(record["key"], tuple(record["places"]) or None, record["reason"])
            else:
                station.printed(record["key"], [tuple(entry) for entry in record["tickets"]])
