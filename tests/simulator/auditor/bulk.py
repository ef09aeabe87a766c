"""A journal beside real matter, of a machine whose acceptor has a bulk escrow: cassette 3 of the unit, which nobody fills."""

from __future__ import annotations

from simulator.devices.matter import Note
from tests.simulator.auditor import writer as w
from tests.simulator.auditor.stage import Stage

ESCROW, STACKER, PATH, MOUTH = "cassette.3", "acceptor.stacker", "dispenser.path", "acceptor.mouth"
Named = tuple[int, ...]


def deposit_past(contents: Named = (), cut: str = "none", mouth: str = "empty") -> w.Record:
    past = {"kind": "deposit.past", "contents": list(contents), "contents_known": True, "cut": cut, "moved": []}
    return past | {"packed": [], "mouth": mouth}


def keep(value_fen: int, *notes: int, sale: int = 1) -> w.Record:
    return {"kind": "keep?", "sale": sale, "notes": list(notes), "value_fen": value_fen, "counters": {}}


def give_back(value_fen: int, *notes: int, sale: int = 1) -> w.Record:
    return {"kind": "return_all?", "sale": sale, "notes": list(notes), "value_fen": value_fen, "counters": {}}


def said(kind: str, result: str, *notes: int, intents: list[w.Record] | None = None, **more: object) -> w.Line:
    """An outcome that is about several notes."""
    return {"kind": kind, "result": result, "notes": list(notes), **more}, intents or []


def pay(order: int, counts: list[list[int]], value_fen: int) -> w.Record:
    return {"kind": "pay?", "sale": 1, "order": order, "counts": counts, "value_fen": value_fen, "why": "refund"}


def cancel(*intents: w.Record) -> w.Line:
    return {"kind": "sale.cancel", "by": "passenger"}, [{"kind": "release?", "sale": 1, "key": f"{w.KEY}1"}, *intents]


def recover(*between: w.Line, after: list[w.Record]) -> list[w.Line]:
    """What a restart writes, from the unit's words about the past to what follows."""
    boot = {"kind": "sys.boot", "machine": "T07", "nonce": "cd", "version": "1", "damaged_bytes": 0, "clock_rate": 10}
    begin = {"kind": "sys.recover", "result": "begin", "sale": 1, "believed": []}
    return [(boot, []), (deposit_past(), []), (begin, []), *between, (begin | {"result": "end"}, after)]


class Bulk(Stage):
    """`notes`: number -> the physical note."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: dict[int, Note] = {}
        self.lines((deposit_past(), []))

    def opened(self, *prices: int) -> Bulk:
        self.lines(w.start(1), w.held(1, *prices), ({"kind": "sale.agreed"}, []))
        return self

    def held(self, number: int, value_fen: int) -> Note:
        """Recognised, and told to go on."""
        note = self.notes[number] = self.note(value_fen)
        self.go(note, "acceptor.path", "acceptor.escrow")
        self.lines(w.seen(number, value_fen, [w.stack(1, number, value_fen)]))
        return note

    def put(self, number: int, value_fen: int, *intents: w.Record) -> Bulk:
        """A note goes into the escrow. Without `intents` the lock is renewed."""
        self.go(self.held(number, value_fen), STACKER, ESCROW)
        renew = {"kind": "renew?", "sale": 1, "key": f"{w.KEY}1", "note": 1}
        self.lines(w.outcome("stack!", "deposited", number, value_fen, [*intents] or [renew]))
        return self

    def paid(self) -> Bulk:
        """Two tickets of 100 and 50 yuan; a hundred and a fifty lie in the escrow, and the station is asked."""
        confirm = {
            "kind": "confirm?",
            "sale": 1,
            "key": f"{w.KEY}1",
            "total_fen": 15_000,
            "rounding_fen": 0,
            "paid_fen": 15_000,
        }
        return self.opened(10_000, 5_000).put(1, 10_000).put(2, 5_000, confirm)

    def confirmed(self, *intents: w.Record) -> Bulk:
        told = {"kind": "confirm!", "result": "done", "sale": f"{w.KEY}1", "tickets": []}
        self.lines((told, [*intents] or [keep(15_000, 1, 2)]))
        return self

    def fall(self, *numbers: int) -> Bulk:
        """Out of the escrow into the box, the newest first."""
        for number in sorted(numbers, reverse=True):
            self.go(self.notes[number], STACKER, "box")
        return self

    def come_out(self, *numbers: int) -> Bulk:
        for number in sorted(numbers, reverse=True):
            self.go(self.notes[number], PATH)
        for number in numbers:
            self.go(self.notes[number], MOUTH)
        return self

    def taken(self, *numbers: int) -> Bulk:
        for number in numbers:
            self.go(self.notes[number], "hand")
        return self

    def pulled_back(self, *numbers: int) -> Bulk:
        for number in numbers:
            self.go(self.notes[number], PATH, "box")
        return self

    def handed_over(self, *intents: w.Record) -> Bulk:
        """Two tickets are printed, delivered and taken; the first print? stands already. `intents` come with the last."""
        numbers = ("D000001A", "D000001B")
        bundle = {"kind": "deliver?", "sale": 1, "blanks": [w.blank(1, 1), w.blank(1, 2)]}
        for at, then in enumerate((w.print_(1, 2, 1, numbers[1]), bundle)):
            self.go(self.blank(numbers[at]), "ticket.tray")
            self.lines(w.in_tray(1, at + 1, [then]))
        self.go_all("ticket.tray", "ticket.slot")
        self.lines(({"kind": "deliver!", "result": "presented", "bundle": 1}, []))
        self.go_all("ticket.slot", "hand")
        self.lines(({"kind": "taken!", "result": "tickets", "bundle": 1}, [*intents]))
        return self

    def go_all(self, source: str, target: str) -> None:
        for thing in list(self.matter.place(source)):
            self.matter.move(thing, target)

    def sold(self) -> Bulk:
        self.paid().confirmed().fall(1, 2)
        self.lines(said("keep!", "kept", 1, 2, intents=[FIRST]))
        return self.handed_over(w.end(1, "sold", ours_fen=15_000, delivered_fen=15_000))

    def cancelled(self) -> Bulk:
        """A twenty and a fifty come back in one bundle, which lies at the mouth."""
        self.opened(15_000).put(1, 2_000).put(2, 5_000).lines(cancel(give_back(7_000, 1, 2)))
        self.come_out(1, 2).lines(said("return_all!", "presented", 1, 2))
        return self

    def looked(self) -> Bulk:
        self.auditor.physical()
        return self

    def at_rest(self) -> Bulk:
        self.auditor.physical(self.matter.places)
        self.auditor.quiet(slot_shut=True)
        return self


FIRST = w.print_(1, 1, 0, "D000001A")
END = w.end(1, "cancelled")
