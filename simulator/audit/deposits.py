"""The bulk escrow: what a passenger paid in and still owns, kept as a whole or given back itself (invariants 1, 2, 4, 5).

A note of it is `deposited`, then `keeping` or `giving`, `out` at the mouth, and in the end `returned` or ours: `kept` (in the
box), `pulled` (back from the mouth, in the box), `inside` (nobody can say in which part). `recycled` was ours at once.
The escrow is a stack. Source: decisions 1, 9, 48, decision page 027; ccnet sheet, sections 9 and 10.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from simulator.audit.books import LOST, Books
from simulator.audit.cases import Case, NoteTrack, Run
from simulator.audit.reading import Record

DEPOSIT = frozenset({"deposited", "keeping", "giving", "out"})
"""The passenger's, though the machine has it or holds it out."""
MOST_KEEPS = 2
"""So often the escrow is told to empty into the box; what has not moved by then is ours where it is."""


class Deposits:
    """`registers`: the auditor's own audit registers, by name. Hears `stack!` before the note changes its state."""

    HEARS = (
        "stack!",
        "keep!",
        "return_all!",
        "taken!",
        "retract!",
        "sys.recover",
        "sale.start",
        "deposit.past",
    )
    BOOKS = ("keep?", "return_all?", "print?", "box.swap")

    def __init__(self, run: Run, books: Books, registers: Counter[str]) -> None:
        self._run, self._books, self._registers = run, books, registers
        self._went_in: list[int] = []  # notes of the escrow, the oldest first
        self._keeps = 0  # of the open sale
        self._kept_boot = self._began_boot = 0
        self._refused = self._recovering = False

    # -- facts

    def hear(self, fact: Record) -> None:
        match fact["kind"], fact.get("result", ""):
            case "stack!", "deposited" | "recycled" as result:
                self._rests(fact, result)
            case "keep!", result:
                self._kept(fact["notes"], result)
            case "return_all!", "unknown" as result:
                self._given(fact["notes"] or self._out_before(), result)
            case "return_all!", result:
                self._given(fact["notes"], result)
            case "retract!", "deposit_unknown" as result:
                self._given(fact["notes"] or self._out_before(), result)
            case "taken!" | "retract!" as kind, "deposit":
                self._gone(fact["notes"], "returned" if kind == "taken!" else "pulled")
            case "sys.recover", result:
                self._recovering = result == "begin"
                if result == "end":
                    self._lost()
            case "sale.start", _:
                self._keeps, self._refused, self._began_boot = 0, False, self._run.boot
            case "deposit.past", _:
                self._run.bulk = True

    def _rests(self, fact: Record, result: str) -> None:
        note = self._run.notes.get(fact["note"])
        if note.state not in ("held", *LOST) if note is not None else fact["note"] in self._run.fates:
            return  # told where notes are judged
        if result == "deposited":
            self._went_in.append(fact["note"])
            return
        books, cassette, value_fen = self._books, fact["cassette"], fact["value_fen"]
        if books.values.setdefault(cassette, value_fen) != value_fen:
            self._run.say(3, f"a note of {value_fen} fen goes into cassette {cassette} of {books.values[cassette]} fen")
        books.cassettes[cassette] = books.cassettes.get(cassette, 0) + 1
        books.cassettes_moved()
        self._came_in(value_fen)

    def _kept(self, numbers: Collection[int], result: str) -> None:
        run = self._run
        asked = self._in_state("keeping")
        meant = self._meant(numbers, ("keeping",), f"keep! {result}", "keep?")
        if result == "kept":
            self._last_of(asked, meant, result)
        for note in meant:
            if result == "kept":
                self._into_box(note, "kept")
            else:
                self._somewhere(note)
                self._came_in(note.value_fen, ours=False)
        for note in asked:
            if note.state == "keeping":
                note.state = "deposited"
        if result == "kept" and not self._recovering and (not numbers or self._keeps >= MOST_KEEPS):
            for note in asked:
                if note.state == "deposited":
                    self._somewhere(note)
        if result not in ("kept", "unknown"):
            run.say(6, f"keep! says {result!r}")

    def _given(self, numbers: Collection[int], result: str) -> None:
        doubt = result in ("unknown", "deposit_unknown")
        states = ("giving", "out") if doubt else ("giving",)
        asked = self._in_state(*states)
        meant = self._meant(numbers, states, f"a deposit given back is {result}", "return_all?")
        match result:
            case "presented":
                self._last_of(asked, meant, result)
                for note in meant:
                    note.state = "out"
            case "refused":
                self._refused = not self._recovering  # a power cut before it began is no word of the unit
            case "unknown" | "deposit_unknown":
                for note in meant:
                    self._doubted(note)
            case _:
                self._run.say(6, f"return_all! says {result!r}")
        for note in asked if meant else ():  # what says nothing of any note is about none
            if note.state in states:
                note.state = "deposited"
        self._leave([note for note in meant if note.state != "deposited"])

    def _last_of(self, asked: list[NoteTrack], meant: list[NoteTrack], said: str) -> None:
        """The escrow gives up its newest notes first."""
        if meant and meant != asked[-len(meant) :]:
            told = ", ".join(str(note.number) for note in meant)
            self._run.say(1, f"notes {told} are {said}, and others that lay above them are not")

    def _gone(self, numbers: Collection[int], state: str) -> None:
        for note in self._meant(numbers or self._out_before(), ("out",), f"a deposit is {state}", "return_all?"):
            if state == "pulled":
                self._into_box(note, state)
            else:
                self._run.fate(note, state)

    def _lost(self) -> None:
        """A restart is over: of what had no outcome, a kept note is inside, one on its way back may be with the passenger."""
        for note in self._in_state("keeping"):
            self._somewhere(note)
        for note in self._in_state("giving"):
            self._doubted(note)
            self._leave([note])

    # -- orders

    def book(self, intent: Record) -> None:
        match intent["kind"]:
            case "keep?":
                self._keep(intent)
            case "return_all?":
                self._give_back(intent)
            case "print?":
                self._print(intent["sale"])
            case "box.swap" if self._run.bulk:
                self._looked_through()

    def _keep(self, intent: Record) -> None:
        run, sale = self._run, intent["sale"]
        notes = self._ordered(intent)
        left = [note.number for note in self._of(sale, "deposited") if note not in notes]
        if left:
            run.say(1, f"keep? leaves note {left[0]} in the escrow, and a deposit is kept as a whole", sale)
        if sale:
            if self._keeps >= MOST_KEEPS and self._kept_boot == run.boot:
                run.say(5, f"keep? for the {self._keeps + 1}. time", sale)
            self._keeps, self._kept_boot = self._keeps + 1, run.boot
            if self._comes_back(run.case(sale)):
                run.say(2, "keep? of a deposit that could be given back, and no confirmed sale wants it", sale)
        for note in notes:
            note.state = "keeping"

    def _comes_back(self, case: Case | None) -> bool:
        """Nothing stands in the way of giving these very notes back to somebody who is there (decision 1, page 027)."""
        if case is None or case.confirmed or case.claims_fen or self._refused or self._began_boot < self._run.boot:
            return False
        return not any(note.state in (*LOST, "pulled") for note in case.notes)

    def _give_back(self, intent: Record) -> None:
        run, sale = self._run, intent["sale"]
        notes = self._ordered(intent)
        lying = [number for number in self._went_in if run.notes[number].state == "deposited"]
        asked = [note.number for note in notes]
        if not asked or asked != lying[-len(asked) :]:
            run.say(1, f"return_all? of notes {asked}, the last that went in are {lying[-max(1, len(asked)) :]}", sale)
        if self._refused:
            run.say(5, "return_all? again, and the unit had refused", sale)
        if any(note.state in LOST for note in run.notes_of(sale)):
            run.say(1, "return_all? beside a note that nobody can place: the bundle may hold it", sale)
        for note in notes:
            note.state, note.boot = "giving", run.boot

    def _ordered(self, intent: Record) -> list[NoteTrack]:
        """The notes of this order that can be meant by it; what speaks against the others is said."""
        run, kind, sale = self._run, intent["kind"], intent["sale"]
        case = run.case(sale)
        if sale and (case is None or case.outcome):
            run.say(5, f"{kind} for sale {sale}, which is not open", sale)
        under_way = self._in_state("keeping", "giving", "out")
        if under_way:
            run.say(5, f"{kind} while note {under_way[0].number} is {under_way[0].state}", sale)
        notes: list[NoteTrack] = []
        for number in intent["notes"]:
            note = run.notes.get(number)
            if note is not None and note.state == "deposited" and (note.sale == sale or not sale):
                notes.append(note)
            else:
                state = note.state if note is not None else run.fates.get(number) or "never seen"
                run.say(5, f"{kind} for note {number}, which is {state}", sale)
        worth_fen = sum(note.value_fen for note in notes)
        if len(notes) == len(intent["notes"]) and worth_fen != intent["value_fen"]:
            run.say(2, f"{kind} says {intent['value_fen']} fen and names {worth_fen} fen", sale)
        return notes

    def _print(self, sale: int) -> None:
        theirs = [note for note in self._run.notes_of(sale) if note.state in DEPOSIT]
        if theirs:
            self._run.say(4, f"print? while note {theirs[0].number} is {theirs[0].state}: it is not ours yet", sale)

    def _looked_through(self) -> None:
        """Who takes the box clears the way to it."""
        books = self._books
        books.inside.clear()
        books.named.update(
            ("acceptor.stacker", *(f"cassette.{number}" for number in range(1, 10) if number not in books.values))
        )

    def at_end(self, sale: int) -> None:
        for note in self._of(sale, *DEPOSIT):
            self._run.say(1, f"the sale ended and note {note.number} of {note.value_fen} fen is {note.state}", sale)

    # -- what becomes of a note

    def _into_box(self, note: NoteTrack, state: str) -> None:
        self._books.box[note.value_fen] += 1
        self._came_in(note.value_fen)
        self._run.fate(note, state)
        self._leave([note])

    def _somewhere(self, note: NoteTrack) -> None:
        """Ours, and in the escrow, the box, or between."""
        books = self._books
        books.stacked_fen += note.value_fen
        books.inside[note.value_fen] += 1
        books.box_doubt[note.value_fen] += 1
        self._run.fate(note, "inside")
        self._leave([note])

    def _doubted(self, note: NoteTrack) -> None:
        self._books.box_doubt[note.value_fen] += 1
        self._books.in_doubt[note.value_fen] += 1
        self._run.fate(note, "unknown")

    def _came_in(self, value_fen: int, ours: bool = True) -> None:
        self._books.stacked_fen += value_fen if ours else 0
        self._registers["notes_in"] += 1
        self._registers["notes_in_fen"] += value_fen

    def _leave(self, notes: Collection[NoteTrack]) -> None:
        for note in notes:
            if note.number in self._went_in:
                self._went_in.remove(note.number)

    # -- which notes

    def _out_before(self) -> list[int]:
        """What lies at the mouth since an earlier start: the unit does not know the numbers of these, and names none."""
        return [note.number for note in self._in_state("out") if note.boot < self._run.boot]

    def _in_state(self, *states: str) -> list[NoteTrack]:
        """In the order in which they went in."""
        return [note for note in self._run.restless.values() if note.state in states]

    def _of(self, sale: int, *states: str) -> list[NoteTrack]:
        return [note for note in self._in_state(*states) if note.sale == sale]

    def _meant(self, numbers: Collection[int], states: Collection[str], said: str, order: str) -> list[NoteTrack]:
        """The named notes of which this can be said; of the others it is a violation."""
        run = self._run
        meant: list[NoteTrack] = []
        for number in numbers:
            note = run.notes.get(number)
            state = note.state if note is not None else run.fates.get(number) or "never seen"
            if note is not None and state in states:
                meant.append(note)
            elif state == "deposited":
                run.say(6, f"{said}: note {number}, and no {order} for it stands before")
            else:
                run.say(1, f"{said}: note {number}, which is {state} already")
        return meant
