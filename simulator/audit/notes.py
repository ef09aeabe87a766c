"""Each note has one fate, and is asked for it once (invariants 1 and 5)."""

from __future__ import annotations

from simulator.audit.cases import SURE, UNDER_WAY, NoteTrack, Run
from simulator.audit.reading import Record

LOST = ("jammed", "unknown")


class Notes:
    HEARS = ("note.seen", "stack!", "return!", "sys.recover", "note.late")
    BOOKS = ("stack?", "return?")

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

    def _seen(self, fact: Record) -> None:
        number, run = fact["note"], self._run
        known = run.notes.get(number)
        if known is None and number in run.fates:
            run.say(1, f"note {number} was {run.fates.get(number)} long ago and is seen in escrow again")
        elif known is None:
            run.new_note(number, fact["value_fen"], run.open)
        elif known.state != "held" or known.value_fen != fact["value_fen"]:
            run.say(1, f"note {number} is {known.state} and is seen in escrow again")

    def _outcome(self, fact: Record) -> None:
        run, number, state = self._run, fact["note"], fact["result"]
        note = run.notes.get(number)
        was = note.state if note is not None else run.fates.get(number) or ""
        if was in SURE or was == "deposited" or was in UNDER_WAY - {"held"}:
            run.say(1, f"note {number} is {was} already, and now {state}", note.sale if note is not None else 0)
            return
        if note is None:
            note = run.new_note(number, fact["value_fen"], run.open)
            note.guessed = state != "stacked"
        elif note.guessed and 0 < fact["value_fen"] <= note.value_fen:
            note.value_fen, note.guessed = fact["value_fen"], False
        elif fact["value_fen"] not in (0, note.value_fen):
            run.say(1, f"note {number} of {note.value_fen} fen becomes {fact['value_fen']} fen", note.sale)
        strange = not run.open or note.sale != run.open
        if strange and state != "returned" and was not in LOST and note.value_fen:
            # ours, or gone from whoever put it in outside a sale: owed in the same step
            run.late[number] = note.value_fen
        run.fate(note, state)

    def book(self, intent: Record) -> None:
        run, number, kind = self._run, intent["note"], intent["kind"]
        note = run.notes.get(number)
        if note is None:
            was = run.fates.get(number)
            run.say(5, f"{kind} for note {number}, which was {was or 'never seen'}")
            if was is None:
                note = run.new_note(number, intent["value_fen"], intent["sale"])
            else:
                return
        if note.ordered and not self._given_back_now(note, kind):
            run.say(5, f"{kind} for note {number}: {note.ordered}? was given before")
        elif note.state != "held":
            run.say(5, f"{kind} for note {number}, which is {note.state}")
        note.ordered, note.boot = kind[:-1], run.boot

    def _given_back_now(self, note: NoteTrack, kind: str) -> bool:
        """After a restart a note that still lies in escrow is given back, whatever was asked before (recovery rows 1 to 3)."""
        return kind == "return?" and note.boot < self._run.boot and note.state == "held"

    def _lost(self) -> None:
        """After a restart what has no outcome is unknown."""
        for note in self._run.notes_of(self._run.open):
            if note.state == "held":
                self._run.fate(note, "unknown")

    def at_end(self, sale: int) -> None:
        for note in self._run.notes_of(sale):
            if note.state == "held":
                self._run.say(1, f"the sale ended and note {note.number} of {note.value_fen} fen has no outcome", sale)
