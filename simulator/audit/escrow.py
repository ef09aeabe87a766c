"""What physically lies in the bulk escrow and on the ways from and to it, against the journal (invariants 1 and 3).

The escrow is the cassette of the unit that nobody ever fills; `cassette.N` beside the recycling ones. A note on its way there,
or from there into the box, lies in `acceptor.stacker`; one on its way back to the passenger in `dispenser.path`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulator.audit.books import Books
from simulator.audit.cases import UNDER_WAY, Run

if TYPE_CHECKING:
    from simulator.audit.tally import Tally

STACKER, CASSETTE = "acceptor.stacker", "cassette."


def is_escrow(books: Books, place: str) -> bool:
    """A cassette in which no change was ever counted."""
    number = place.removeprefix(CASSETTE)
    return books.run.bulk and number != place and number.isdecimal() and int(number) not in books.values


def escrow_places(books: Books, tally: Tally) -> list[str]:
    return [place for place in tally.notes if is_escrow(books, place) and place not in tally.touched]


def inner_places(books: Books, tally: Tally) -> list[str]:
    """Where notes lie that are the passenger's still, beyond those of an acceptor with a box alone."""
    return [STACKER, *escrow_places(books, tally)] if books.run.bulk else []


def held_inside_fen(run: Run, books: Books) -> int:
    """At most so much of what lies in the dispenser's path has a record: a deposit that comes back, and after a power cut change
    that is held there until it can be handed out or pulled back."""
    if not run.bulk:
        return 0
    giving_fen = sum(note.value_fen for note in run.restless.values() if note.state in ("giving", "out"))
    doubt_fen = sum(value * pieces for value, pieces in books.in_doubt.items())
    return giving_fen + doubt_fen + books.lying_out()[1]


def incoming(run: Run, books: Books) -> Counter[int]:
    """Notes that may lie in a recycling cassette already, and no outcome says so yet."""
    if not run.bulk:
        return Counter()
    moving = Counter(
        note.value_fen for note in run.restless.values() if note.state == "held" and note.ordered == "stack"
    )
    return moving + books.in_doubt


def check_escrow(run: Run, books: Books, tally: Tally) -> None:
    """A deposited note lies in the escrow; beside it only what moves, or what nobody can place.

    What is `out` may be one less than the bundle that was asked for: the unit is asked what it still holds when that is over.
    """
    if not run.bulk:
        return
    places = escrow_places(books, tally)
    if len(places) < len([place for place in tally.notes if is_escrow(books, place)]):
        return  # a hand was in it, and has booked nothing yet
    there, restless = tally.at(*places) if places else Counter[int](), run.restless.values()
    sure = Counter(note.value_fen for note in restless if note.state == "deposited")
    loose = Counter(note.value_fen for note in restless if note.state in UNDER_WAY)
    loose.update(books.inside)
    loose.update(books.in_doubt)
    for value_fen in sorted({*there, *sure}):
        if not sure[value_fen] <= there[value_fen] <= sure[value_fen] + loose[value_fen]:
            told = f"{there[value_fen]} notes of {value_fen} fen, {sure[value_fen]} are deposited"
            run.say(3, f"bulk escrow: {told} (unknown {loose[value_fen]})", 0)
