"""Journal records as text: one JSON array a line, the kind first. No name in it needs escaping; see `orders.NAME`.

    ["open",stock,segments,places,[standing per coach],[standing per segment]]
    ["held",order,command,stock,a,b,wish,seller,[places],expires_ms,limit_ms(,old_order,[old_indexes])]
    ["sold",order,command]     ["released",order,command]     ["renewed",order,command,add_ms,until_ms]
    ["refunded",order,command,[indexes]]     ["expired",order]
    ["refused",order,command,reason,left,what was asked]

Whole steps: a record is true or not there; an exchange gives the old places back with the record that sells the new ones.
"""

from __future__ import annotations

import json
from typing import Any

from simulator.station.seats.book import Book, Replaces
from simulator.station.seats.orders import Answer, Ask, refused
from simulator.station.seats.stock import Stock


def opened(name: str, stock: Stock) -> str:
    standing = stock.standing
    rooms = (standing.per_coach, standing.per_segment) if standing is not None else ((), ())
    return f'["open","{name}",{stock.segments},{stock.size},{list(rooms[0])},{list(rooms[1])}]'


def held(
    order: str, command: str, ask: Ask, places: tuple[int, ...], expires_ms: int, limit_ms: int, replaces: Replaces
) -> str:
    stock, a, b, _, wish, seller = ask
    more = f',"{replaces[0]}",{list(replaces[1])}' if replaces is not None else ""
    return f'["held","{order}","{command}","{stock}",{a},{b},"{wish}","{seller}",{list(places)},{expires_ms},{limit_ms}{more}]'


def deed(kind: str, order: str, command: str) -> str:
    """`sold` or `released`."""
    return f'["{kind}","{order}","{command}"]'


def renewed(order: str, command: str, add_ms: int, until_ms: int) -> str:
    return f'["renewed","{order}","{command}",{add_ms},{until_ms}]'


def refunded(order: str, command: str, indexes: tuple[int, ...]) -> str:
    return f'["refunded","{order}","{command}",{list(indexes)}]'


def expired(order: str) -> str:
    return f'["expired","{order}"]'


def refusal(order: str, command: str, answer: Answer, asked: object) -> str:
    return json.dumps(["refused", order, command, answer.reason, answer.left, asked], separators=(",", ":"))


def apply(book: Book, record: list[Any]) -> None:
    """Do what a record says. Raises what a record that contradicts the ones before it does: KeyError, ValueError, StockError."""
    kind, order, *rest = record
    if kind == "held":
        command, stock, a, b, wish, seller, places, expires_ms, limit_ms, *old = rest
        ask = Ask(stock, a, b, len(places), wish, seller)
        replaces = (old[0], tuple(old[1])) if old else None
        book.held(order, command, ask, tuple(places), expires_ms, limit_ms, replaces, taken=False)
    elif kind == "sold":
        book.sold(order, rest[0])
    elif kind == "refunded":
        book.refunded(order, rest[0], tuple(rest[1]))
    elif kind == "expired":
        book.expired(order)
    elif kind == "released":
        book.released(order, rest[0])
    elif kind == "renewed":
        book.renewed(order, *rest)
    elif kind == "refused":
        command, reason, left, words = rest
        book.remember(order, command, asked(words), refused(reason, left))
    else:
        raise ValueError(f"no record is called {kind!r}")


def asked(told: Any) -> object:
    """What a command asked for, as it was: JSON has lists where it had tuples."""
    return tuple(map(asked, told)) if isinstance(told, list) else told
