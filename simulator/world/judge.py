"""The auditor's seat in a simulated world: every line as it becomes durable, every order, every movement, after every event."""

from __future__ import annotations

from kiosk.records import record_of
from kiosk.sale.intents import AuthorisePayment, Intent
from simulator.audit.verdict import Violation
from simulator.auditor import Auditor, Rules
from simulator.world.cards import Cards
from simulator.world.machine import Box
from simulator.world.prepared import EPOCH, MACHINE, SECRET

RULES = Rules()
KNOWN_MS = 5_000
"""A UPS that answers has said twice by then that the mains are gone, and a PIN pad that its case was opened."""
SALE = b'"fact":{"kind":"sale.start"'

LAST_SEGMENTS = 2
"""So many that hold anything are looked at: the last durable line may be the last one of a day that is over."""


class Judge:
    """Sits down at a box before its power is on; afterwards `auditor.violations` grows by itself."""

    def __init__(self, box: Box) -> None:
        self.auditor = Auditor(RULES, secret=SECRET)
        self._box = box
        for name in box.disk.segments():
            for line in box.disk.read(name).splitlines():
                self.auditor.hear(line, name)
        self._aside = set(
            self._put_aside()
        )  # by the past it begins with, which another run may have made with a planted bug
        self._places = box.things.world.matter.places
        self.auditor.census(self._places)
        box.things.world.matter.watchers.insert(0, self.auditor.moved)
        box.durable = self._durable
        box.started_over = self._started_over
        box.ordered = self._ordered

    def _durable(self, line: bytes) -> None:
        self.auditor.hear(line, self._box.disk.segments()[-1])
        if self._box.things.on_battery_ms() >= KNOWN_MS and SALE in line:
            self._on_battery()
        if self._box.things.cards is not None:
            self._box.things.cards.broken_open_ms()
        self.auditor.physical(resting=False)

    def _on_battery(self) -> None:
        """The plug has been out for longer than it takes to be sure, and the UPS is heard: no sale may begin (decision 026)."""
        made = self._box.made
        if made is not None and "ups" in made.controller.watch.ready:
            text = f"a sale began {self._box.things.on_battery_ms()} ms after the mains were lost"
            self.auditor.violations.append(
                Violation(12, made.controller.sale.book.number if made.controller.sale else 0, text)
            )

    def _ordered(self, intent: Intent) -> None:
        if isinstance(intent, AuthorisePayment) and intent.way == "card":
            self._by_card(intent)
        self.auditor.ordered(record_of(intent))

    def _by_card(self, intent: AuthorisePayment) -> None:
        """Nobody is asked for a PIN on a pad that was opened, once it had time to say so."""
        cards = self._box.things.cards
        if cards is not None and cards.broken_open_ms() >= KNOWN_MS:
            text = f"a payment by card began {cards.broken_open_ms()} ms after the PIN pad was broken open"
            self.auditor.violations.append(Violation(12, intent.sale, text))

    def _started_over(self) -> None:
        """What survived is compared with what was durable before the program reads it."""
        names, texts = self._box.disk.segments(), list[bytes]()
        for name in reversed(names):  # a calendar that jumped may have begun days in which nothing was written
            texts.insert(0, self._box.disk.read(name))
            if sum(map(bool, texts)) == LAST_SEGMENTS:
                break
        self.auditor.restarted(b"".join(texts), names[-1] if names else "")

    def _cards(self, cards: Cards, resting: bool) -> None:
        """The bank's accounts add up, and a card that was let in is out again, or the machine says that its reader is stuck."""
        for text in cards.wrong():
            self.auditor.violations.append(Violation(2, 0, f"the bank: {text}"))
        made = self._box.made
        told = made is not None and any(each.device == "card_reader" for each in made.controller.watch.faults.values())
        if resting and cards.inside() and not told:
            self.auditor.violations.append(Violation(10, 0, "a card lies in the reader after a quiet time"))

    def _put_aside(self) -> dict[int, str]:
        """Lines that the station keeps and does not believe, with the reason."""
        return dict(self._box.desk.station.records.put_aside(MACHINE, EPOCH))

    def last_look(self, resting: bool, upload: bool, reported: bool) -> None:
        """The end of a run. `upload`: the station was never restored from a backup, so what it keeps must be a prefix;
        `reported`: it has heard of everything, so what it counts must be what passengers hold."""
        auditor, box = self.auditor, self._box
        for seq, reason in self._put_aside().items():
            if seq not in self._aside:
                why = f"the station does not believe line {seq}, which is honest: {reason}"
                auditor.violations.append(Violation(11, 0, why))
        auditor.physical(self._places, resting=resting)
        if box.made is not None:
            auditor.registers(box.made.controller.stock.registers)
        if resting:
            auditor.quiet(slot_shut=not box.things.hands.entry_open())
        desk = box.things.payments
        for text in desk.wrong() if desk is not None else ():
            auditor.violations.append(Violation(2, 0, f"the provider: {text}"))
        paid = box.things.paid_elsewhere()
        if paid is not None:
            auditor.payments(paid, settled=resting)
        if box.things.cards is not None:
            self._cards(box.things.cards, resting)
        if upload:
            told = {key: box.desk.sale(key) for key in box.desk.known()}
            states = {key: sale["state"] for key, sale in told.items()}
            counting = {key: len(sale.get("places", ())) - len(sale.get("voided", ())) for key, sale in told.items()}
            lines = box.desk.records(MACHINE, EPOCH)
            if (orders := box.desk.orders()) and box.made is not None:
                auditor.pickups(orders, settled=resting and reported)
            auditor.station(lines, states, settled=resting and reported, counting=counting if reported else None)
