"""What every acceptor of single notes owes the port, whatever its protocol: laws over facts and matter, and hands to play with.

`laws` is asked when a script is over and everything stands still.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    NoteHeld,
    NoteJammed,
    NoteOurs,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from simulator.devices.matter import Matter
from tests.simulator.fronts.harness import Bench

VALUES_FEN = (100, 500, 1_000, 2_000, 5_000, 10_000)
UNSURE = (NoteJammed, NoteUncertain, NoteReturnUncertain)
OUTCOMES = (NoteOurs, NoteReturned, *UNSURE)
INSIDE = ("acceptor.path", "acceptor.escrow", "acceptor.jam", "box")
GIVE_UP_MS = 45_000
"""No driver waits longer for what becomes of a note."""


# -- hands


def twin(bench: Any) -> Any:
    return bench.twins["acceptor"]


def matter(bench: Any) -> Matter:
    found = twin(bench).body.matter
    assert isinstance(found, Matter)
    return found


def ready(bench: Any) -> None:
    """Identified, and every note allowed."""
    bench.until(DeviceReady)
    allow(bench, VALUES_FEN)


def allow(bench: Any, values_fen: Collection[int]) -> None:
    bench.do(lambda: bench.it.accept_only(values_fen))
    bench.until(lambda: twin(bench).slot_open == bool(values_fen))
    bench.run(500)


def insert(bench: Any, value_fen: int) -> str | None:
    note = matter(bench).new_note(value_fen, "hand")
    refused: str | None = bench.do(lambda: twin(bench).insert(note, bench.now_ms))
    return refused


def held(bench: Any, value_fen: int) -> int:
    """A note is in escrow; answers its number."""
    assert insert(bench, value_fen) is None
    fact = bench.until(NoteHeld)
    assert isinstance(fact, NoteHeld)
    assert fact.value_fen == value_fen
    return fact.note


def take(bench: Any) -> None:
    bench.do(lambda: twin(bench).take_returned(bench.now_ms))
    bench.run(1_000)


def given_back(bench: Any, note: int) -> None:
    """The passenger takes it as soon as it is out."""
    bench.do(lambda: bench.it.give_back(note))
    bench.until(lambda: bool(matter(bench).place("acceptor.mouth").notes()))
    bench.do(lambda: twin(bench).take_returned(bench.now_ms))
    bench.until(lambda: any(isinstance(fact, NoteReturned) and fact.note == note for fact in bench.facts))
    bench.run(500)


def accepted(bench: Any, value_fen: int) -> None:
    note = held(bench, value_fen)
    bench.do(lambda: bench.it.stack(note))
    bench.until(NoteOurs)
    bench.run(500)


def helped(bench: Any) -> None:
    """A technician: switches off, jam out, box in, mouth free, reset. Then a note is taken as if nothing had happened."""
    unit = twin(bench)
    unit.link.targets = set()
    bench.do(unit.faults.clear)
    bench.do(unit.clear_jam)
    bench.do(lambda: unit.refit_box(bench.now_ms))
    bench.run(1_000)
    take(bench)
    bench.answer = lambda fact: None
    bench.do(bench.it.restart)
    bench.run(8_000)
    take(bench)
    ours = sum(isinstance(fact, NoteOurs) for fact in bench.facts)
    allow(bench, VALUES_FEN)
    accepted(bench, 500)
    assert sum(isinstance(fact, NoteOurs) for fact in bench.facts) == ours + 1


# -- laws


def settle(bench: Any) -> None:
    """Until every note has an outcome, or none will ever come."""
    if open_notes(bench.facts):
        bench.run(GIVE_UP_MS)
    bench.run(1_000)


def open_notes(facts: list[Fact]) -> list[int]:
    """Held in this life and nothing said of them since."""
    said = {fact.note for fact in facts if isinstance(fact, OUTCOMES)}
    return [fact.note for fact in split_by_boot(facts)[-1] if isinstance(fact, NoteHeld) and fact.note not in said]


def laws(bench: Bench) -> None:
    """All of them; the failure names the law."""
    boots = split_by_boot(bench.facts)
    for facts in boots:
        _past_before_ready(facts)
        _faults_take_turns(facts)
    _one_number_one_note(bench.facts)
    _one_outcome_each(bench.facts)
    _money(bench)


def split_by_boot(facts: list[Fact]) -> list[list[Fact]]:
    """By note numbers and pasts it cannot be told; a boot's mark is put among the facts by `cut`."""
    boots: list[list[Fact]] = [[]]
    for fact in facts:
        if isinstance(fact, Boot):
            boots.append([])
        else:
            boots[-1].append(fact)
    return boots


@dataclass(frozen=True, slots=True)
class Boot(Fact):
    """The program died here."""


def cut(bench: Bench, dark_ms: int = 20_000) -> None:
    bench.off()
    bench.facts.append(Boot())
    bench.times.append(bench.now_ms)
    bench.run(dark_ms)
    bench.on()


def _past_before_ready(facts: list[Fact]) -> None:
    told = False
    for fact in facts:
        told = told or isinstance(fact, AcceptorPast)
        assert told or not isinstance(fact, DeviceReady), "ready before a word of the past"
        assert told or not isinstance(fact, NoteHeld), "a note before a word of the past"


def _faults_take_turns(facts: list[Fact]) -> None:
    up: set[str] = set()
    for fact in facts:
        if isinstance(fact, Fault):
            assert fact.up != (fact.code in up), f"{fact.code} said twice"
            (up.add if fact.up else up.discard)(fact.code)


def _one_number_one_note(facts: list[Fact]) -> None:
    numbers = [fact.note for fact in facts if isinstance(fact, NoteHeld)]
    assert numbers == sorted(set(numbers)), f"note numbers {numbers}"
    worth = {fact.note: fact.value_fen for fact in facts if isinstance(fact, NoteHeld)}
    for fact in facts:
        if isinstance(fact, NoteOurs | NoteReturned) and fact.note in worth:
            assert fact.value_fen == worth[fact.note], f"{fact} was worth {worth[fact.note]}"


def _one_outcome_each(facts: list[Fact]) -> None:
    """Ours may still follow on unknown; nothing else is said twice, and nothing stays unsaid in a life that went on."""
    said: dict[int, list[type]] = {}
    for fact in facts:
        if isinstance(fact, OUTCOMES):
            said.setdefault(fact.note, []).append(type(fact))
    for note, outcomes in said.items():
        rest = outcomes[:-1] if outcomes[-1] is NoteOurs else outcomes
        good = len(outcomes) == 1 or (len(rest) == 1 and rest[0] in UNSURE and outcomes[-1] is NoteOurs)
        assert good, f"note {note}: {[outcome.__name__ for outcome in outcomes]}"
    assert not open_notes(facts), f"nothing was said of notes {open_notes(facts)}"


def _money(bench: Bench) -> None:
    """What is ours lies in the box, note for note; what lies inside and is not ours is bounded by what was said of it."""
    ours: dict[int, int] = {}
    unsure: dict[int, int] = {}
    for fact in bench.facts:
        if isinstance(fact, NoteOurs):
            assert fact.note not in ours, f"note {fact.note} was credited twice"
            ours[fact.note] = fact.value_fen
            unsure.pop(fact.note, None)
        elif isinstance(fact, UNSURE):
            unsure[fact.note] = fact.value_fen
    box = Counter(note.value_fen for note in matter(bench).place("box").notes())
    missing = Counter(ours.values()) - box
    assert not missing, f"credited and not in the box: {dict(missing)}"
    inside_fen = sum(matter(bench).place(name).value_fen() for name in INSIDE)
    left_open = sum(fen for note, fen in _cut_short(bench.facts).items() if note not in ours and note not in unsure)
    bound_fen = sum(ours.values()) + sum(unsure.values()) + left_open
    assert inside_fen <= bound_fen, f"{inside_fen} fen inside, {bound_fen} fen told of"


def _cut_short(facts: list[Fact]) -> dict[int, int]:
    """Notes without an outcome when the program died: the journal knows them, recovery asks about them."""
    open_notes: dict[int, int] = {}
    found: dict[int, int] = {}
    for fact in facts:
        if isinstance(fact, NoteHeld):
            open_notes[fact.note] = fact.value_fen
        elif isinstance(fact, OUTCOMES):
            open_notes.pop(fact.note, None)
        elif isinstance(fact, Boot):
            found |= open_notes
            open_notes.clear()
    return found
