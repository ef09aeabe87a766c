"""Orders that move a card: let it in, hold it, offer it, capture it. Source: card-reader sheet, section 1.2; docs/decisions/037.

No answer and no letter ends one of them: the status does. A card that is gone was taken when it was on its way out and captured
when it was out of reach; where neither is certain it is gone, and nothing more is said.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.crt310.codec import HOLDS, Move
from drivers.crt310.reader import DEEP, EXPELLED, HELD, STEP_MS, STILL_MS, Pause, Reader, Script
from kiosk.ports.card_reader import (
    CardCaptured,
    CardEntryOpen,
    CardGone,
    CardIn,
    CardMoved,
    CardNotIn,
    CardOffered,
    CardStuck,
    CardTaken,
    CardUncertain,
    Hold,
)
from kiosk.ports.fact import Fact

ENTRY_LOOK_MS = 200
OFFER_LOOK_MS = 300
BIN_MS = 5_000
"""A captured card falls within that time, or the bin takes no more."""

Given = Callable[[], str]
"""Why an order is to end early; empty while it is not."""


# -- in


def admit(reader: Reader, order: int, over: Given) -> Script[Fact]:
    yield from reader.look()
    if why := _full(reader) or over():
        return CardNotIn(order, why)
    why = yield from reader.open_gate()
    if not why:
        reader.report(CardEntryOpen(order))
        why = yield from _await(reader, over)
    unshut = yield from reader.shut_gate()
    yield from _clear(reader)
    return _came(reader, order, why, unshut)


def _full(reader: Reader) -> str:
    """Why nothing can come in; empty when it can."""
    if reader.lost:
        return "silent"
    if reader.place not in ("none", "gate") or (reader.known and reader.place == "gate"):
        return {"strange": "foreign", "untold": "failed"}.get(reader.place, "card")
    return reader.trouble_now


def _await(reader: Reader, over: Given) -> Script[str]:
    """Until a card is drawn in (empty), or something else is to be said."""
    place, since_ms = reader.place, reader.now_ms
    while not (why := over()):
        yield Pause(ENTRY_LOOK_MS)
        yield from reader.look()
        if reader.lost or reader.place in DEEP:
            return "silent" if reader.lost else ""
        if reader.place == place == "strange":  # not only for a moment, half in
            return "foreign"
        if reader.place != place:
            place, since_ms = reader.place, reader.now_ms
        if place == "front" and reader.now_ms - since_ms >= STILL_MS:
            return "jam"
        if not reader.gate_is_open and (why := (yield from reader.open_gate())):  # it started again by itself
            return why
    return why


def _clear(reader: Reader) -> Script[None]:
    """One that was being drawn in when the gate was shut comes in or is given back; what is no card goes out again."""
    if reader.place == "front":
        yield from reader.settle(("gate", "strange", *DEEP))
    if reader.place == "front":
        yield from reader.drive(Move.EJECT, ("gate", "none"))
    elif reader.place == "strange":
        yield from _expel(reader)


def _came(reader: Reader, order: int, why: str, unshut: str) -> Fact:
    """`unshut`: why the gate could not be shut again."""
    if reader.place in DEEP:
        reader.known = True
        reader.counts.add("in")
        return CardIn(order)
    if reader.place in ("front", "strange"):
        reader.known = True
        return CardStuck(order, reader.place, "foreign" if reader.place == "strange" else why or "jam")
    if unshut or reader.place not in ("none", "gate"):
        return CardUncertain(order, "silent" if reader.lost else unshut or why or "failed")
    return CardNotIn(order, why or "failed")


# -- about


def hold(reader: Reader, order: int, to: Hold) -> Script[Fact]:
    yield from reader.look()
    if reader.place not in HELD:
        return _not_there(reader, order)
    if reader.place == to:
        return CardMoved(order, to)
    if to != "chip":
        yield from reader.unpower()
    why, _ = yield from reader.drive(HOLDS[to], (to,))
    return _not_there(reader, order, why) if why else CardMoved(order, to)


def _not_there(reader: Reader, order: int, why: str = "elsewhere") -> Fact:
    if reader.place == "untold":
        supply = why if reader.supply == "good" else reader.supply
        return CardUncertain(order, "silent" if reader.lost else supply)
    if reader.place == "none":
        return _gone(reader, order)
    return CardStuck(order, reader.place, "foreign" if reader.place == "strange" else why)


# -- out


def eject(reader: Reader, order: int, take_ms: int, over: Given) -> Script[Fact]:
    yield from reader.look()
    before = reader.place
    if before in ("none", "untold"):
        return _not_there(reader, order)
    if before == "strange":
        why = yield from _expel(reader)
        if why or reader.place == "none":
            return _not_there(reader, order, why)
    elif before not in reader.offered:
        yield from reader.unpower()
        why, done = yield from reader.drive(reader.offer, (*reader.offered, "none"))
        if why:
            return _not_there(reader, order, why)
        if reader.place == "none" and not done and before not in DEEP:
            return _gone(reader, order)
    if reader.place in reader.offered:
        reader.counts.add("offered")
        reader.report(CardOffered(order))
    until_ms = reader.now_ms + take_ms
    while reader.place in reader.offered:
        if why := over():
            return _not_there(reader, order, why)
        if take_ms and reader.now_ms >= until_ms:
            return (yield from capture(reader, order))
        yield Pause(min(OFFER_LOOK_MS, take_ms or OFFER_LOOK_MS))
        yield from reader.settle(reader.offered)
    if reader.place != "none":
        return _not_there(reader, order, "failed")
    reader.counts.add("taken")
    return CardTaken(order)


def _expel(reader: Reader) -> Script[str]:
    """Push out what is no card: why it is still in, empty when it is at the gate, or gone the other way."""
    why, _ = yield from reader.drive(Move.EXPEL, EXPELLED)
    yield from _fall(reader)
    return why


def capture(reader: Reader, order: int) -> Script[Fact]:
    yield from reader.look()
    before = reader.place
    if before in ("none", "untold"):
        return _not_there(reader, order)
    yield from reader.unpower()
    why, done = yield from reader.drive(Move.CAPTURE, ("bin", "none"))
    if why:
        return _not_there(reader, order, why)
    yield from _fall(reader)
    if reader.place == "bin":
        reader.trouble("bin", "rear")
    if reader.place != "none":
        return _not_there(reader, order, "bin")
    if done or before in (*DEEP, "bin"):
        reader.counts.add("captured")
        return CardCaptured(order)
    return _gone(reader, order)


def _fall(reader: Reader) -> Script[None]:
    until_ms = reader.now_ms + BIN_MS
    while reader.place == "bin" and reader.now_ms < until_ms:
        yield Pause(STEP_MS)
        yield from reader.look()


def _gone(reader: Reader, order: int) -> Fact:
    reader.counts.add("gone")
    return CardGone(order)
