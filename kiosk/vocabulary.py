"""All kinds that may stand in a journal: every fact and intent class of the house, made known to `kiosk.records` once."""

from __future__ import annotations

from functools import cache

from kiosk import faults, service_records, system_facts
from kiosk.ports import (
    cabinet,
    coin_hopper,
    fact,
    note_acceptor,
    note_dispenser,
    payment,
    receipt_printer,
    screen,
    station,
    ticket_printer,
    ups,
)
from kiosk.ports.fact import Fact
from kiosk.records import know
from kiosk.sale import facts as sale_facts
from kiosk.sale import intents

MODULES = (
    fact, faults, note_acceptor, note_dispenser, ticket_printer, receipt_printer, cabinet, station, screen, sale_facts,
    intents, payment, service_records, system_facts, ups, coin_hopper,
)  # fmt: skip


def kinds() -> list[type[Fact]]:
    """Every class with a kind of its own."""
    found = [
        item
        for module in MODULES
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, Fact) and item.kind and item.__module__ == module.__name__
    ]
    return sorted(found, key=lambda kind: (kind.kind, kind.result))


@cache
def learn() -> None:
    """Once per process: what it learns are the classes of its own modules."""
    know(kinds())
