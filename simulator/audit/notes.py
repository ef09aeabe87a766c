"""Each note has one fate, and is asked for it once (invariants 1 and 5)."""

from __future__ import annotations

from simulator.audit.cases import NoteTrack, Run
from simulator.audit.reading import Record

FINAL = frozenset({"stacked", "returned"})


class Notes:
    def __init__(self, run: Run) -> None:
        self._run = run

    def hear(self, fact: Record) -> None:
        match fact["kind"]:
            case "note.seen":
                self._seen(fact)
            case "stack!" | "return!":
                self._outcome(fact)
            case "sys.recover" if fact.get("result") == "end":
                self._lost()
            case "note.late":
                self._run.late.setdefault(fact["note"], fact["value_fen"])

    def book(self, intent: Record) -> None:
        if intent["kind"] in ("stack?", "return?"):
            self._order(intent)

    def _seen(self, fact: Record) -> None:
        number = fact["note"]
        known = self._run.notes.get(number)
        if known is None:
            self._run.notes[number] = NoteTrack(number, fact["value_fen"], self._run.open)
        elif known.state != "held" or known.value_fen != fact["value_fen"]:
            self._run.say(1, f"note {number} is {known.state} and is seen in escrow again")

    def _outcome(self, fact: Record) -> None:
        number, state = fact["note"], fact["result"]
        note = self._run.notes.get(number)
        if note is None:
            note = self._run.notes[number] = NoteTrack(number, fact["value_fen"], self._run.open)
        elif note.state in FINAL:
            self._run.say(1, f"note {number} is {note.state} already, and now {state}", note.sale)
            return
        elif fact["value_fen"] not in (0, note.value_fen):
            self._run.say(1, f"note {number} of {note.value_fen} fen becomes {fact['value_fen']} fen", note.sale)
        if state == "stacked" and not self._run.open and note.state not in ("jammed", "unknown"):
            self._run.late[number] = note.value_fen
        note.state = state

    def _order(self, intent: Record) -> None:
        number = intent["note"]
        note = self._run.notes.get(number)
        if note is None:
            self._run.say(5, f"{intent['kind']} for note {number}, which was never seen")
            note = self._run.notes[number] = NoteTrack(number, intent["value_fen"], intent["sale"])
        if note.ordered:
            self._run.say(5, f"{intent['kind']} for note {number}: {note.ordered}? was given before")
        elif note.state != "held":
            self._run.say(5, f"{intent['kind']} for note {number}, which is {note.state}")
        note.ordered = intent["kind"][:-1]

    def _lost(self) -> None:
        """After a restart what has no outcome is unknown."""
        for note in self._run.notes_of(self._run.open):
            if note.state == "held":
                note.state = "unknown"

    def at_end(self, sale: int) -> None:
        for note in self._run.notes_of(sale):
            if note.state == "held":
                self._run.say(1, f"the sale ended and note {note.number} of {note.value_fen} fen has no outcome", sale)
