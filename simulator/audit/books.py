"""What lies where by the journal: the auditor's own fold, with the bounds of what is unknown (invariant 3).

Every unknown is a bound at a place, and a count of that place closes it.

`doubt`: place -> how far its book value may be off, in pieces, until somebody counts it. Money doubts are in fen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from simulator.audit.payout import UNSEEN, PayoutBooks
from simulator.audit.reading import Record
from simulator.audit.unknowns import Unknowns

BINS = {
    "waste": "ticket.waste",
    "ticket_retract": "ticket.retract",
    "change_retract": "change.retract",
    "reject": "dispenser.reject",
}
LOST = ("jammed", "unknown")
LARGEST_NOTE_FEN = 10_000


@dataclass(slots=True)
class Books(PayoutBooks):
    """Pieces by place. `box` and `box_doubt`: face value in fen -> notes."""

    box: Counter[int] = field(default_factory=Counter)
    box_doubt: Counter[int] = field(default_factory=Counter)
    in_doubt: Counter[int] = field(default_factory=Counter)  # notes that may stick anywhere in the acceptor
    swallowed: int = 0  # a note that was in the acceptor when the power failed, before it was recognised
    found_fen: int = 0  # the most that staff may have taken out of the acceptor unrecognised: no passenger holds it
    lost_fen: int = 0  # was in doubt when acceptor and box had been looked through: no passenger may hold it any more
    stuck_fen: list[int] = field(default_factory=list)  # jammed before they were recognised: the most each can be
    inside: Counter[int] = field(default_factory=Counter)  # ours, somewhere between bulk escrow and box
    stacked_fen: int = 0
    unknowns: Unknowns = field(default_factory=Unknowns)
    named: set[str] = field(default_factory=set)  # places this step counted
    _drawn_in: bool = False  # a note went into the slot in the open sale, and nothing has been said of it since
    _stays: bool = False  # the acceptor started with something that it cannot give back by itself

    HEARS = (
        "stack!", "return!", "pay!", "print!", "deliver!", "dump!", "taken!", "retract!", "sys.recover", "op.act",
        "acceptor.past", "note.seen", "note.moving", "note.refused", "sale.start", "fault", "printer.past",
    )  # fmt: skip
    BOOKS = ("cassette.fill", "box.swap", "roll.load", "count", "unknown.add", "pay?")

    # -- facts

    def hear(self, fact: Record) -> None:
        kind, result = fact["kind"], fact.get("result", "")
        match kind:
            case "stack!" | "return!":
                self._note(fact, result)
            case "pay!" if result != "refused" and "counts" in fact:
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
                self._said_shut = 0 if kind == "sale.start" else self._said_shut
            case "printer.past" if fact["voided_at_start"]:
                self.jammed = 0
            case "fault" if fact["device"] == "cabinet" and fact["up"] and fact["code"] in UNSEEN:
                self._board_lost(fact["code"])

    def _swallowed(self, position: str) -> None:
        """The acceptor starts with something in it that no open note explains: one that was drawn in and never recognised."""
        explained = any(self.run.held_notes())
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
        if in_doubt and result not in ("stacked", "returned", "deposited", "recycled"):
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

    def _cleared(self, device: str) -> None:
        """A person took out what stuck: notes go to the cash centre, tickets to the waste bin, uncounted."""
        if device == "dispenser":
            self._tray_seen()
            self.named.update(("change.tray", "dispenser.path"))
        elif device == "acceptor":
            self.named.update(("acceptor.jam", "acceptor.path", "acceptor.escrow", "acceptor.mouth"))
            if self.run.bulk:  # one unit, in which change goes the same ways
                self._tray_seen()
                self.named.update(("acceptor.stacker", "dispenser.path"))
            self.found_fen += self.swallowed * LARGEST_NOTE_FEN
            self.swallowed = 0
        elif device == "ticket_unit":
            self._unit_cleared()
            self.named.update(("ticket.tray", "ticket.slot", "printer.path"))

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
                fell = self.fell_fen // min(self.values.values(), default=1) if self.run.bulk else 0
                self._counted("box", intent["counted"], self.box.total(), self.box_doubt.total() + fell)
                self.fell_fen = 0
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
            case "pay?":
                self._unseen = False
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
        self._lacks(cassette, intent["after"])
        self.cassettes[cassette] = intent["after"]
        self._moved = True
        self.named.add(f"cassette.{cassette}")
        if not self.uncounted:
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
        still = self._elsewhere(counted) if place == "waste" else 0
        doubt = self.doubt[place] + self._pieces_in_doubt(place)
        if place == "change_retract" and self.run.bulk:
            doubt += own[place]  # what such a unit pulls back falls into its box
        self._counted(place, counted + still, own[place], doubt)
        if place == "change_retract":
            self._left_in_tray(counted - own[place])
        if place == "waste":
            self._waste_counted(still)
        else:
            setattr(self, place, 0)
            self.doubt[place] = 0
        self.named.add(BINS[place])
        self.unknowns.counted(place)
        if place == "reject":
            self._rejects_counted()
        elif place == "change_retract":
            self.change_retract_fen = self.retract_doubt_fen = self.bin_doubt_fen = 0

    def _expect(self, place: str, own: Any, said: Any, doubt: int = 0) -> None:
        """Two folds of one journal agree where nothing is in doubt."""
        if own != said and not doubt:
            self.run.say(3, f"{place}: the books say {said}, the records say {own}", 0)

    def _counted(self, place: str, counted: int, own: int, doubt: int) -> None:
        """A count that differs beyond the doubt is a loss or a find that no record explains."""
        if abs(counted - own) > doubt:
            self.run.say(3, f"{place}: counted {counted}, the records say {own} (doubt {doubt})", 0)

    def nothing_unknown(self) -> bool:
        """No bound is open anywhere: what physically lies there is what the books say."""
        unsure = any(self.box_doubt.values()) or any(self.in_doubt.values()) or any(self.doubt.values())
        doubts = self.stuck_fen or self.swallowed or self.out_doubt_fen or self.retract_doubt_fen or self._presented
        doubts = doubts or self.left_fen or self.reached_fen or any(self.inside.values())
        return not (unsure or doubts)

    def acceptor_is_empty(self) -> None:
        """Somebody looked: nothing sticks in it. With the box counted, what was in doubt there has an end."""
        if not any(self.box_doubt.values()):
            self.lost_fen += sum(self.stuck_fen) + sum(value * pieces for value, pieces in self.in_doubt.items())
            self.in_doubt.clear()
            self.stuck_fen.clear()
            for note in [note for note in self.run.restless.values() if note.state in LOST]:
                del self.run.restless[note.number]
