"""What lies where by the journal: the auditor's own fold, with the bounds of what is unknown (invariant 3).

Every unknown is a bound at a place, and a count of that place closes it.

`doubt`: place -> how far its book value may be off, in pieces, until somebody counts it. Money doubts are in fen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from simulator.audit.cases import PayTrack, Run
from simulator.audit.pays import PATH_UNSURE
from simulator.audit.reading import Record
from simulator.audit.unknowns import Unknowns

BINS = {
    "waste": "ticket.waste",
    "ticket_retract": "ticket.retract",
    "change_retract": "change.retract",
    "reject": "dispenser.reject",
}
TICKET_PLACES = ("tray", "slot", "waste", "ticket_retract", "hand")


LOST = ("jammed", "unknown")
LARGEST_NOTE_FEN = 10_000
MISCOUNTED = "miscounted"
"""The dispenser itself says that another note than it counted may have gone: one of any cassette."""


@dataclass(slots=True)
class Books:
    """Pieces by place. `box` and `box_doubt`: face value in fen -> notes. `values`: cassette -> face value in fen."""

    run: Run
    values: dict[int, int] = field(default_factory=dict)
    cassettes: dict[int, int] = field(default_factory=dict)
    uncounted: set[int] = field(default_factory=set)
    box: Counter[int] = field(default_factory=Counter)
    box_doubt: Counter[int] = field(default_factory=Counter)
    in_doubt: Counter[int] = field(default_factory=Counter)  # notes that may stick anywhere in the acceptor
    swallowed: int = 0  # a note that was in the acceptor when the power failed, before it was recognised
    found_fen: int = (
        0  # the most that staff may have taken out of the acceptor unrecognised: no passenger holds it any more
    )
    lost_fen: int = 0  # was in doubt when acceptor and box had been looked through: no passenger may hold it any more
    stuck_fen: list[int] = field(default_factory=list)  # jammed before they were recognised: the most each can be
    reject: int = 0
    reject_fen: int = 0
    change_retract: int = 0
    change_retract_fen: int = 0
    retract_doubt_fen: int = 0
    out_doubt_fen: int = 0  # may have left the dispenser beyond what is known, until the cassettes are counted
    reject_doubt_fen: int = 0  # the same for the reject bin: what it got is a failed device's word until it is counted
    tray_doubt_fen: int = 0  # the same for the tray behind its shut flap, until somebody looked into it
    bin_doubt_fen: int = 0  # the same for the retract bin: what lay in such a tray went there with what was pulled back
    path_doubt_fen: int = 0  # the same for the path: who counts the cassettes may leave there what sticks
    ever_out_doubt_fen: int = 0  # the same, never forgotten: the passengers may have it
    tray_fen: int = 0
    stacked_fen: int = 0
    taken_fen: int = 0
    roll: int = 0
    tray: int = 0
    slot: int = 0
    waste: int = 0
    ticket_retract: int = 0
    delivered: int = 0
    wasted: int = 0
    doubt: Counter[str] = field(default_factory=Counter)
    unknowns: Unknowns = field(default_factory=Unknowns)
    named: set[str] = field(default_factory=set)  # places this step counted
    _presented: dict[int, tuple[int, int]] = field(default_factory=dict)  # order -> (pieces, fen)
    _moved: bool = False
    _drawn_in: bool = False  # a note went into the slot in the open sale, and nothing has been said of it since
    _stays: bool = False  # the acceptor started with something that it cannot give back by itself

    HEARS = (
        "stack!", "return!", "pay!", "print!", "deliver!", "dump!", "taken!", "retract!", "sys.recover", "op.act",
        "acceptor.past", "note.seen", "note.moving", "note.refused", "sale.start",
    )  # fmt: skip
    BOOKS = ("cassette.fill", "box.swap", "roll.load", "count", "unknown.add")

    # -- facts

    def hear(self, fact: Record) -> None:
        kind, result = fact["kind"], fact.get("result", "")
        match kind:
            case "stack!" | "return!":
                self._note(fact, result)
            case "pay!" if result != "refused":
                self._paid(fact, result)
            case "taken!" | "retract!" if result in ("change", "change_unknown"):
                self._change(kind, result, fact["order"])
            case "print!":
                self._print(fact, result)
            case "deliver!" | "dump!" | "taken!" | "retract!":
                self._tickets(kind, result)
            case "sys.recover" if result == "end":
                self._restarted()
            case "op.act" if fact["act"] == "clear":
                self._cleared(fact["place"])
            case "acceptor.past":
                self._swallowed(fact["position"])
            case "note.seen":
                self.swallowed = 0  # the path is free, or no note would have come through it
                self._drawn_in = False
            case "note.moving":
                self._drawn_in = bool(self.run.open)
            case "note.refused" | "sale.start":
                self._drawn_in = False

    def _swallowed(self, position: str) -> None:
        """The acceptor starts with something in it that no open note explains: one that was drawn in and never recognised."""
        explained = any(note.state == "held" for note in self.run.restless.values())
        self.swallowed = int(position != "none" and not explained)
        self._stays = position in ("jam", "unknown")

    def guesses_fen(self) -> list[int]:
        """The most that each note can be which stuck before it was recognised, the largest first."""
        return sorted([*self.stuck_fen, *[LARGEST_NOTE_FEN] * self.swallowed], reverse=True)

    def _note(self, fact: Record, result: str) -> None:
        """`value_fen` 0 of an unknown note: its value was said when it was seen. A jam of a note never seen names the most."""
        note = self.run.notes.get(fact["note"])
        self._drawn_in = False
        if note is None:
            self.swallowed = 0  # this is the one: it has a claim, an owner or a place now
        if note is None and result in ("jammed", "unknown"):
            self.stuck_fen.append(fact["value_fen"])
            return
        value_fen = note.value_fen if note is not None else fact["value_fen"]
        in_doubt = note is not None and note.state in ("jammed", "unknown")
        if in_doubt and result not in ("stacked", "returned"):
            return  # said twice: one note
        if in_doubt:
            self._settled(note.value_fen if note is not None else value_fen)
            value_fen = fact["value_fen"] or value_fen
        if result == "stacked":
            self.box[value_fen] += 1
            self.stacked_fen += value_fen
        elif result in ("jammed", "unknown"):
            self.box_doubt[value_fen] += 1
            self.in_doubt[value_fen] += 1

    def _settled(self, value_fen: int) -> None:
        """A note that was in doubt has been found."""
        if value_fen in self.stuck_fen:
            self.stuck_fen.remove(value_fen)
            return
        for doubt in (self.box_doubt, self.in_doubt):
            doubt[value_fen] = max(0, doubt[value_fen] - 1)

    def _paid(self, fact: Record, result: str) -> None:
        pieces = fen = 0
        self._moved = True
        for cassette, presented, rejected in fact["counts"]:
            value_fen = self.values.get(cassette, 0)
            self.cassettes[cassette] = self.cassettes.get(cassette, 0) - presented - rejected
            self.reject += rejected
            self.reject_fen += rejected * value_fen
            pieces, fen = pieces + presented, fen + presented * value_fen
        if pieces and fact["order"]:
            self._presented[fact["order"]] = (pieces, fen)
            self.tray_fen += fen
        if result == "unknown" or (result == "short" and fact["reason"] in PATH_UNSURE):
            pay = self.run.pays.get(fact["order"])
            more_fen = self._largest_fen() if fact.get("reason", "").startswith(MISCOUNTED) else 0
            self._doubt_pay((pay.asked_fen if pay else 0) - fen, more_fen)

    def _doubt_pay(self, asked_fen: int, more_fen: int = 0) -> None:
        """More may have gone, into the tray, the reject bin or the path: nothing is sure until all cassettes are counted.

        `more_fen`: one note beyond what was asked. The outlet stays shut before a device that miscounted, so nobody has it.
        """
        bound_fen = max(0, asked_fen + more_fen)
        self.uncounted.update(self.cassettes)
        self.out_doubt_fen += bound_fen
        self.reject_doubt_fen += bound_fen
        self.tray_doubt_fen += bound_fen
        self.path_doubt_fen += bound_fen
        self.ever_out_doubt_fen += max(0, asked_fen)

    def _largest_fen(self) -> int:
        return max(self.values.values(), default=0)

    def _change(self, kind: str, result: str, order: int) -> None:
        pieces, fen = self._presented.pop(order, (0, 0))
        self.tray_fen -= fen
        if kind == "taken!":
            self.taken_fen += fen
            return
        self.bin_doubt_fen = max(self.bin_doubt_fen, self.tray_doubt_fen)
        if result == "change":
            self.change_retract += pieces
            self.change_retract_fen += fen
        else:
            self.retract_doubt_fen += fen
            self.ever_out_doubt_fen += fen
            self.doubt["change_retract"] += pieces

    def _print(self, fact: Record, result: str) -> None:
        if result == "spoiled":
            self.roll -= fact["blanks"]
            self.waste += fact["blanks"]
            self.wasted += fact["blanks"]
        elif result in ("in_tray", "unknown"):
            self.roll -= 1
            self.tray += 1
            if result == "unknown":
                self._doubt_tickets(1, "roll")

    def _tickets(self, kind: str, result: str) -> None:
        match kind, result:
            case "dump!", "done":
                self.waste += self.tray
                self.wasted += self.tray
                self.tray = 0
            case "deliver!", "presented":
                self.slot, self.tray = self.slot + self.tray, 0
            case "taken!", "tickets":
                self.delivered += self.slot + self.tray
                self.slot = self.tray = 0
            case "retract!", "tickets":
                self.ticket_retract += self.slot + self.tray
                self.slot = self.tray = 0
            case ("deliver!" | "dump!", "unknown") | ("retract!", "tickets_unknown"):
                self._doubt_tickets(self.slot + self.tray)
                self.slot = self.tray = 0

    def _doubt_tickets(self, pieces: int, *more: str) -> None:
        for place in (*TICKET_PLACES, *more):
            self.doubt[place] += pieces

    def _cleared(self, device: str) -> None:
        """A person took out what stuck: notes go to the cash centre, tickets to the waste bin, uncounted."""
        if device == "dispenser":
            self.tray_fen = self.tray_doubt_fen = self.path_doubt_fen = 0
            self._presented.clear()
            self.named.update(("change.tray", "dispenser.path"))
        elif device == "acceptor":
            self.named.update(("acceptor.jam", "acceptor.path", "acceptor.escrow", "acceptor.mouth"))
            self.found_fen += self.swallowed * LARGEST_NOTE_FEN
            self.swallowed = 0
        elif device == "ticket_unit" and self.tray + self.slot:
            self._doubt_tickets(self.tray + self.slot)
            self.tray = self.slot = 0

    def paper_is_counted(self) -> bool:
        return bool(self.doubt["hand"]) and not any(self.doubt[place] for place in ("roll", "waste", "ticket_retract"))

    def tickets_agree(self, tray: int, slot: int, outside: int) -> None:
        """All paper bins were counted: what lies elsewhere is seen, and no doubt is left."""
        for place in TICKET_PLACES:
            self.doubt[place] = 0
        self.tray, self.slot, self.delivered = tray, slot, outside

    def _restarted(self) -> None:
        """What the open sale had under way without an outcome is unknown from here on.

        A note that went in during this sale and stays inside has been taken for lost by now: it has a number and a claim.
        """
        run = self.run
        if self._drawn_in and self._stays and not any(note.state in LOST for note in run.notes_of(run.open)):
            self.swallowed = 0
        for note in run.notes_of(run.open):
            if note.state == "held":
                self.box_doubt[note.value_fen] += 1
                self.in_doubt[note.value_fen] += 1
        for pay in run.pays_of(run.open):
            if pay.state == "asked":
                self._doubt_pay(pay.asked_fen)
        for blank in run.blanks_of(run.open):
            if blank.state == "asked":
                self.roll, self.tray = self.roll - 1, self.tray + 1
                self._doubt_tickets(1, "roll")

    # -- bookings and orders

    def book(self, intent: Record) -> None:
        match intent["kind"]:
            case "cassette.fill":
                self._filled(intent)
            case "box.swap":
                self._expect("box", dict(+self.box), dict(intent["notes"]))
                self._counted("box", intent["counted"], self.box.total(), self.box_doubt.total())
                self.box.clear()
                self.box_doubt.clear()
                self.named.add("box")
                self.unknowns.counted("box")
            case "roll.load":
                self._expect("roll", self.roll, intent["before"], self.doubt["roll"])
                self.roll, self.doubt["roll"] = intent["after"], 0
                self.named.add("roll")
            case "count":
                self._bin(intent)
            case "unknown.add":
                self.unknowns.add(intent["place"], intent["bound_fen"], intent.get("sale", 0))

    def _filled(self, intent: Record) -> None:
        cassette = intent["cassette"]
        self._expect(f"cassette {cassette}", self.cassettes.get(cassette, 0), intent["before"])
        if self.values.setdefault(cassette, intent["value_fen"]) != intent["value_fen"]:
            self.run.say(
                3, f"cassette {cassette} held {self.values[cassette]} fen notes, now {intent['value_fen']} fen", 0
            )
            self.values[cassette] = intent["value_fen"]
        self.cassettes[cassette] = intent["after"]
        self._moved = True
        self.named.add(f"cassette.{cassette}")
        self.uncounted.discard(cassette)
        if not self.uncounted:
            self.out_doubt_fen = 0
            self.unknowns.counted("cassettes")

    def _bin(self, intent: Record) -> None:
        place, booked, counted = intent["place"], intent["booked"], intent["counted"]
        own = {
            "waste": self.waste,
            "ticket_retract": self.ticket_retract,
            "change_retract": self.change_retract,
            "reject": self.reject,
        }
        if place not in own:
            self.run.say(3, f"a count of {place!r}, which is no bin", 0)
            return
        self._expect(place, own[place], booked, self.doubt[place])
        self._counted(place, counted, own[place], self.doubt[place] + self._pieces_in_doubt(place))
        setattr(self, place, 0)
        self.doubt[place] = 0
        self.named.add(BINS[place])
        self.unknowns.counted(place)
        if place == "reject":
            self.reject_fen = 0
            self.reject_doubt_fen = self.out_doubt_fen
        elif place == "change_retract":
            self.change_retract_fen = self.retract_doubt_fen = self.bin_doubt_fen = 0

    def _pieces_in_doubt(self, place: str) -> int:
        """So many notes of an unknown payment may lie in this bin, or be missing there: at most its worth in the smallest."""
        doubt_fen = {"reject": self.reject_doubt_fen, "change_retract": self.bin_doubt_fen}.get(place, 0)
        return doubt_fen // min(self.values.values(), default=1)

    def _expect(self, place: str, own: Any, said: Any, doubt: int = 0) -> None:
        """Two folds of one journal agree where nothing is in doubt."""
        if own != said and not doubt:
            self.run.say(3, f"{place}: the books say {said}, the records say {own}", 0)

    def _counted(self, place: str, counted: int, own: int, doubt: int) -> None:
        """A count that differs beyond the doubt is a loss or a find that no record explains."""
        if abs(counted - own) > doubt:
            self.run.say(3, f"{place}: counted {counted}, the records say {own} (doubt {doubt})", 0)

    # -- what is open

    def check_bounds(self) -> None:
        """After each step that moved notes of a cassette (invariant 8)."""
        if not self._moved:
            return
        self._moved = False
        for cassette, count in self.cassettes.items():
            if not 0 <= count <= self.run.rules.cassette_capacity:
                self.run.say(8, f"cassette {cassette} holds {count} notes", 0)
                self.cassettes[cassette] = max(0, count)

    def open_pays_fen(self) -> tuple[int, int]:
        """(what orders without an outcome may have laid out, one note more that may be on its way, picked with another)."""
        pays = self.open_pays()
        return (sum(pay.asked_fen for pay in pays), self._largest_fen()) if pays else (0, 0)

    def open_pays(self) -> list[PayTrack]:
        """Orders without an outcome; only the open sale can have one."""
        return [pay for pay in self.run.pays_of(self.run.open) if pay.state == "asked"]

    def lying_out(self) -> tuple[int, int]:
        """(pieces, fen) that were presented and of which nobody said yet who took them."""
        pieces = sum(entry[0] for entry in self._presented.values())
        return pieces, sum(entry[1] for entry in self._presented.values())

    def nothing_unknown(self) -> bool:
        """No bound is open anywhere: what physically lies there is what the books say."""
        unsure = any(self.box_doubt.values()) or any(self.in_doubt.values()) or any(self.doubt.values())
        doubts = self.stuck_fen or self.swallowed or self.out_doubt_fen or self.retract_doubt_fen or self._presented
        return not (unsure or doubts)

    def acceptor_is_empty(self) -> None:
        """Somebody looked: nothing sticks in it. With the box counted, what was in doubt there has an end."""
        if not any(self.box_doubt.values()):
            self.lost_fen += sum(self.stuck_fen) + sum(value * pieces for value, pieces in self.in_doubt.items())
            self.in_doubt.clear()
            self.stuck_fen.clear()
            for note in [note for note in self.run.restless.values() if note.state in LOST]:
                del self.run.restless[note.number]
