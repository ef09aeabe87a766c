"""The whole state in one file, so that a start need not read the journal from its first day. Source: seat inventory, section 3.

Groups like the journal's: first where the journal goes on, then stocks and orders, last how many lines there were. It is made
beside the old one and takes its name when it is durable. The journal stays whole: a snapshot that cannot be read costs time only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from simulator.station.seats import lines
from simulator.station.seats.book import Book
from simulator.station.seats.journal import End, JournalError, Reader, frame, sync_folder
from simulator.station.seats.orders import Answer, Ask, Order, State
from simulator.station.seats.stock import Cut, Stock

LINES_A_GROUP = 10_000
MakeStock = Callable[[str], Stock]
"""A stock that nothing was sold of, by its name."""


def write_snapshot(path: Path, book: Book, end: End) -> None:
    """The state of a book whose records are all in the journal up to `end`."""
    new, at, count = path.with_suffix(".new"), End(), 0
    told = _told(book, end)
    with new.open("wb") as file:
        while some := list(islice(told, LINES_A_GROUP)):
            count += len(some)
            group, at = frame(at, [json.dumps(line, separators=(",", ":")) for line in some])
            file.write(group)
        file.write(frame(at, [json.dumps(["end", count])])[0])
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)


def read_snapshot(path: Path, book: Book, make: MakeStock) -> End:
    """Fill an empty book; where the journal goes on. Raises JournalError when the file is not whole."""
    count, last, begins = 0, list[Any](), End()
    with path.open("rb") as file:
        reader = Reader(file)
        for group in reader:
            for last in group:
                kind = last[0]
                if kind == "order":
                    _read_order(book, last)
                elif kind == "stock":
                    _read_stock(book, last, make)
                elif kind == "journal":
                    begins = End(*last[1:])
                count += 1
    if reader.torn or last != ["end", count - 1]:
        raise JournalError(f"{path}: not whole")
    return begins


def _told(book: Book, end: End) -> Iterator[list[Any]]:
    yield ["journal", *end]
    for name, stock in book.stocks.items():
        rows = [[f"{row:x}" for row in pool.rows] for pool in stock.pools]
        loads = (stock.standing.tickets, stock.standing.loads) if stock.standing is not None else None
        yield ["stock", name, stock.segments, stock.size, stock.tickets, rows, loads]
    for name, order in book.orders.items():
        refunded = None if order.refunded is None else sorted(order.refunded)
        yield ["order", name, order.state, order.ask, order.places, order.cuts, order.expires_ms, order.limit_ms,
               refunded, order.replaces, order.answers]  # fmt: skip


def _read_stock(book: Book, line: list[Any], make: MakeStock) -> None:
    _, name, segments, size, tickets, rows, loads = line
    stock = book.stocks[name] = made(make, name, segments, size)
    if len(rows) != len(stock.pools):
        raise JournalError(f"stock {name}: it had {len(rows)} pools, now {len(stock.pools)}")
    stock.tickets = tickets
    for pool, told in zip(stock.pools, rows, strict=True):
        pool.rows = [int(row, 16) for row in told]
    if loads is not None and stock.standing is not None:
        stock.standing.tickets, stock.standing.loads = loads


def _read_order(book: Book, line: list[Any]) -> None:
    _, name, state, ask, places, cuts, expires_ms, limit_ms, refunded, replaces, answers = line
    order = book.orders[name] = Order()
    order.state, order.ask, order.places = State(state), None if ask is None else Ask(*ask), tuple(places)
    order.cuts = None if cuts is None else [Cut(*cut) for cut in cuts]
    order.expires_ms, order.limit_ms = expires_ms, limit_ms
    order.refunded = None if refunded is None else frozenset(refunded)
    order.replaces = None if replaces is None else (replaces[0], tuple(replaces[1]))
    order.answers = [
        (command, lines.asked(told), Answer(result, tuple(had), until_ms, reason, left))
        for command, told, (result, had, until_ms, reason, left) in answers
    ]
    if order.ask is not None:
        book.stocks[order.ask.stock].orders.append(name)
    if order.state is State.HELD:
        book.watch(name, expires_ms)


def made(make: MakeStock, name: str, segments: int, size: int) -> Stock:
    """A new stock, of the size that it had. Raises JournalError when the timetable says something else now."""
    stock = make(name)
    if (stock.segments, stock.size) != (segments, size):
        raise JournalError(
            f"stock {name}: {stock.size} places on {stock.segments} segments; it had {size} on {segments}"
        )
    return stock
