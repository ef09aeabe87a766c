"""The end of a run with cards: the office orders a settlement, and each batch is compared at bank, machine and station."""

from __future__ import annotations

from collections.abc import Callable

from simulator.batches import Row, compared, differences
from simulator.rig import Rig
from simulator.timesplit import read_lines

SETTLED_MS = 1_200_000
LOOK_MS = 3_000
"""Of the machine's time: a look asks bank and station and reads the journal."""
Serve = Callable[[Callable[[], bool], int, str], None]


def settle(rig: Rig, serve: Serve) -> dict[str, Row] | None:
    """Batch -> what each account says of it (`simulator.batches.compared`), once they agree or there was time for it; None where no
    bank of cards is told of batches. `serve` turns the processes until something holds. Raises RigError, and OSError when the
    station does not hear the office."""
    line, journal = rig.office, rig.directory / "journal"
    if not rig.bank_url or line is None:
        return None
    machine, clock = rig.identity.machine, rig.clock
    seq = line.command(machine, "settle")
    rows: dict[str, Row] = {}
    until_ms = clock.wall_ms() + SETTLED_MS
    look_ms = 0

    def over() -> bool:
        nonlocal rows, look_ms
        if clock.wall_ms() < look_ms:
            return False
        look_ms = clock.wall_ms() + LOOK_MS
        outcome, _ = line.outcome(machine, seq)
        bank = rig.bank_books() or {}
        rows = compared(bank, rig.identity.terminal, read_lines(journal), line.machine(machine)["batches"])
        answered = outcome in ("done", "refused")
        return (answered and not differences(rows)) or clock.wall_ms() >= until_ms

    serve(over, 2 * SETTLED_MS, "the comparison of the batches")
    return rows
