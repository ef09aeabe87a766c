"""Journals and ledgers written by hand: the records of one good run, and ways to spoil them."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

Record = dict[str, Any]
Line = tuple[Record, list[Record]]
KEY = "T07.7f3a91c2."
EPOCH = "7f3a91c2"


def text(lines: list[Line], chain: int = 0, first_seq: int = 1, epoch: str = EPOCH, boot: int = 1) -> bytes:
    """The lines as a segment of the journal."""
    out = b""
    for number, (fact, intents) in enumerate(lines, start=first_seq):
        head = {"seq": number, "epoch": epoch, "boot": boot, "mono_ms": number * 1_000, "wall_ms": number * 1_000}
        body = json.dumps({**head, "fact": fact, "intents": intents, "mac": "00" * 16}, separators=(",", ":")).encode()
        chain = crc32(body, chain)
        out += b"%08x %b\n" % (chain, body)
    return out


def fill(cassette: int, value_fen: int, before: int, after: int) -> Line:
    act = {"kind": "op.act", "operator": "11", "second": "12", "act": "fill", "place": str(cassette)}
    booking = {"kind": "cassette.fill", "cassette": cassette, "value_fen": value_fen, "before": before, "after": after}
    return act, [booking]


def bin_emptied(place: str, booked: int, counted: int, act: str = "") -> Line:
    done = {"kind": "op.act", "operator": "11", "second": "12", "act": act or f"empty_{place}", "place": ""}
    return done, [{"kind": "count", "place": place, "booked": booked, "counted": counted}]


def load_roll(before: int, after: int) -> Line:
    act = {"kind": "op.act", "operator": "11", "second": "", "act": "load_roll", "place": ""}
    return act, [{"kind": "roll.load", "before": before, "after": after}]


def seen(note: int, value_fen: int, intents: list[Record] | None = None) -> Line:
    return {"kind": "note.seen", "note": note, "value_fen": value_fen}, intents or []


def stack(sale: int, note: int, value_fen: int) -> Record:
    return {"kind": "stack?", "sale": sale, "note": note, "value_fen": value_fen, "counters": {"stacked": 1}}


def outcome(kind: str, result: str, note: int, value_fen: int, intents: list[Record] | None = None) -> Line:
    return {"kind": kind, "result": result, "note": note, "value_fen": value_fen}, intents or []


def claim(sale: int, amount_fen: int, exact: bool = True, reason: str = "not_taken") -> Record:
    code = f"C{sale}{amount_fen}"
    return {
        "kind": "claim.add",
        "sale": sale,
        "code": code,
        "amount_fen": amount_fen,
        "exact": exact,
        "reason": reason,
    }


def unknown(sale: int, bound_fen: int, place: str) -> Record:
    return {
        "kind": "unknown.add",
        "sale": sale,
        "place": place,
        "bound_fen": bound_fen,
        "reason": f"C{sale}{bound_fen}",
    }


def start(sale: int) -> Line:
    fact = {"kind": "sale.start", "number": sale, "key": f"{KEY}{sale}", "language": "zh", "order": {}}
    opened = [
        {"kind": "sale.open", "sale": sale, "key": f"{KEY}{sale}"},
        {"kind": "lock?", "sale": sale, "key": f"{KEY}{sale}", "order": {}},
    ]
    return fact, opened


def held(sale: int, *prices: int) -> Line:
    places = [{"index": index, "price_fen": price} for index, price in enumerate(prices)]
    return {"kind": "lock!", "result": "held", "sale": f"{KEY}{sale}", "places": places, "total_fen": sum(prices)}, []


def end(sale: int, outcome_: str, **sums: int) -> Record:
    own = {"ours_fen": 0, "delivered_fen": 0, "paid_out_fen": 0, "claims_fen": 0, "rounding_fen": 0, **sums}
    return {"kind": "sale.end", "sale": sale, "outcome": outcome_, "why": "", **own}


def blank(sale: int, count: int) -> str:
    return f"AAAAA-{sale:05d}-{count:02d}"


def print_(sale: int, count: int, index: int, number: str) -> Record:
    return {"kind": "print?", "sale": sale, "blank": blank(sale, count), "index": index, "number": number}


def in_tray(sale: int, count: int, intents: list[Record]) -> Line:
    return {"kind": "print!", "result": "in_tray", "key": blank(sale, count)}, intents


def printer_past(voided: bool) -> Record:
    return {
        "kind": "printer.past",
        "last_key": "",
        "voided_at_start": voided,
        "tray": "empty",
        "slot": "empty",
        "counters": [],
    }


def setup() -> list[Line]:
    """Two cassettes and a roll, counted."""
    boot = {"kind": "sys.boot", "machine": "T07", "nonce": "ab", "version": "1", "damaged_bytes": 0, "clock_rate": 10}
    return [(boot, []), fill(1, 100, 0, 100), fill(2, 1_000, 0, 100), load_roll(0, 500)]


def sold(sale: int = 1, first_note: int = 1) -> list[Line]:
    """Two tickets of 25.50 and 15 yuan (0.50 rounded off): 40 due, a fifty in, 10 of change; one blank is spoiled."""
    key, number = f"{KEY}{sale}", f"D{sale:06d}"
    bundle = [blank(sale, 2), blank(sale, 3)]
    counts = [[2, 1]]
    pay = {
        "kind": "pay?",
        "sale": sale,
        "order": sale * 100 + 1,
        "counts": counts,
        "value_fen": 1_000,
        "why": "change",
    }
    confirm = {
        "kind": "confirm?",
        "sale": sale,
        "key": key,
        "total_fen": 4_050,
        "rounding_fen": -50,
        "paid_fen": 5_000,
    }
    sums = {"ours_fen": 5_000, "delivered_fen": 4_000, "paid_out_fen": 1_000, "rounding_fen": -50}
    return [
        start(sale),
        held(sale, 2_550, 1_500),
        ({"kind": "sale.agreed"}, []),
        seen(first_note, 5_000, [stack(sale, first_note, 5_000)]),
        outcome("stack!", "stacked", first_note, 5_000, [confirm]),
        ({"kind": "confirm!", "result": "done", "sale": key, "tickets": []}, [print_(sale, 1, 0, f"{number}A")]),
        (
            {"kind": "print!", "result": "spoiled", "key": blank(sale, 1), "blanks": 1, "reason": "stripe"},
            [print_(sale, 2, 0, f"{number}B")],
        ),
        in_tray(sale, 2, [print_(sale, 3, 1, f"{number}C")]),
        in_tray(sale, 3, [{"kind": "deliver?", "sale": sale, "blanks": bundle}]),
        ({"kind": "deliver!", "result": "presented", "bundle": sale}, []),
        ({"kind": "taken!", "result": "tickets", "bundle": sale}, [pay]),
        ({"kind": "pay!", "result": "presented", "order": sale * 100 + 1, "counts": [[2, 1, 0]]}, []),
        (
            {"kind": "taken!", "result": "change", "order": sale * 100 + 1},
            [{"kind": "rounding", "sale": sale, "rounding_fen": -50}, end(sale, "sold", **sums)],
        ),
    ]


def cancelled(sale: int, first_note: int) -> list[Line]:
    """A ten in the box, a five given back, then cancelled: ten yuan refunded and forgotten, so they become a claim."""
    order = sale * 100 + 1
    pay = {"kind": "pay?", "sale": sale, "order": order, "counts": [[2, 1]], "value_fen": 1_000, "why": "refund"}
    back = {"kind": "return?", "sale": sale, "note": first_note + 1, "value_fen": 500}
    slip = {"kind": "slip?", "sale": sale, "slip": f"C{sale}1000"}
    retract = {"kind": "retract?", "sale": sale, "outlet": "change", "order": order}
    return [
        start(sale),
        held(sale, 4_000),
        ({"kind": "sale.agreed"}, []),
        seen(first_note, 1_000, [stack(sale, first_note, 1_000)]),
        outcome(
            "stack!", "stacked", first_note, 1_000, [{"kind": "renew?", "sale": sale, "key": f"{KEY}{sale}", "note": 1}]
        ),
        seen(first_note + 1, 500, [back]),
        outcome("return!", "returned", first_note + 1, 500),
        ({"kind": "sale.cancel", "by": "passenger"}, [{"kind": "release?", "sale": sale, "key": f"{KEY}{sale}"}, pay]),
        ({"kind": "pay!", "result": "presented", "order": order, "counts": [[2, 1, 1]]}, []),
        ({"kind": "timer", "result": "take"}, [retract]),
        ({"kind": "retract!", "result": "change", "order": order}, [claim(sale, 1_000), slip]),
        ({"kind": "slip!", "result": "printed", "slip": f"C{sale}1000"}, []),
        ({"kind": "sale.claim_seen"}, [end(sale, "claim", ours_fen=1_000, claims_fen=1_000)]),
    ]


@dataclass
class Physical:
    """The ledger after `setup`, `sold(1, 1)` and `cancelled(2, 2)`: note serials by place, tickets by place."""

    notes: list[Record] = field(default_factory=list)
    tickets: list[Record] = field(default_factory=list)
    origins: list[Record] = field(default_factory=list)

    def put(self, place: str, value_fen: int, count: int) -> None:
        for _ in range(count):
            self.notes.append({"serial": f"N{len(self.notes):05d}", "value_fen": value_fen, "place": place})

    def ticket(self, place: str, count: int, state: str = "blank", stripe: str = "") -> None:
        for _ in range(count):
            self.tickets.append(
                {"serial": f"B{len(self.tickets):05d}", "place": place, "state": state, "stripe": stripe}
            )

    def ledger(self) -> Record:
        return deepcopy(
            {"moving": [], "origins": self.origins, "notes": self.notes, "tickets": self.tickets, "slips": []}
        )


def good_ledger() -> Record:
    """The passengers brought a fifty, a ten and a five, and took ten yuan of change and two tickets."""
    there = Physical()
    there.origins = [
        {"place": "vault", "value_fen": 100, "count": 120},
        {"place": "vault", "value_fen": 1_000, "count": 120},
        {"place": "hand", "value_fen": 5_000, "count": 1},
        {"place": "hand", "value_fen": 1_000, "count": 1},
        {"place": "hand", "value_fen": 500, "count": 1},
    ]
    there.put("vault", 100, 20)
    there.put("vault", 1_000, 20)
    there.put("cassette.1", 100, 100)
    there.put("cassette.2", 1_000, 97)
    there.put("dispenser.reject", 1_000, 1)
    there.put("change.retract", 1_000, 1)
    there.put("box", 5_000, 1)
    there.put("box", 1_000, 1)
    there.put("hand", 1_000, 1)
    there.put("hand", 500, 1)
    there.ticket("roll", 497)
    there.ticket("ticket.waste", 1, "void")
    there.ticket("hand", 1, "good", "RT1D000001BG1234.")
    there.ticket("hand", 1, "good", "RT1D000001CG1234.")
    return there.ledger()
