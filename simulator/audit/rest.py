"""After a bounded quiet time nothing stands open (invariant 10)."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.audit.books import Books
from simulator.audit.cases import Run
from simulator.audit.deposits import DEPOSIT
from simulator.audit.escrow import inner_places
from simulator.audit.tally import Tally


def check_rest(run: Run, books: Books, tally: Tally, slot_shut: bool, others: Mapping[str, bool]) -> None:
    """`others`: more facts of the world that must be true, by name (`tray empty`, `reports queued`).

    A note that sticks is no open escrow: its claim says so. A note in the mouth waits for a hand, not for the machine.
    """
    if run.open:
        run.say(10, f"sale {run.open} is still open after a quiet time")
    if not slot_shut:
        run.say(10, "the slot stands open after a quiet time", 0)
    lie = tally.pieces("acceptor.escrow", "acceptor.path", *inner_places(books, tally))
    if lie > sum(books.in_doubt.values()) + sum(books.inside.values()) + len(books.stuck_fen) + books.swallowed:
        run.say(10, f"{lie} notes lie in the acceptor after a quiet time", 0)
    if any(note.state == "held" or note.state in DEPOSIT for note in run.restless.values()):
        run.say(10, "a note has no outcome after a quiet time", 0)
    for name, true in others.items():
        if not true:
            run.say(10, f"after a quiet time it is not so: {name}", 0)
