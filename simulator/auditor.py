"""The auditor: reads the journal as text, counts what physically lies there, and says where the two differ.

It judges the fifteen invariants of reliability notes 4 (`simulator/audit/invariants.py` says which part judges which) and
shares no code with the machine. Two forms, one engine: `Auditor` hears each line as it becomes durable and each movement of
a note as it happens; `audit` reads a whole journal. `python -m simulator.auditor JOURNAL_DIR [--ledger FILE]` ends 0 when
there is no violation, else 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator.audit.charges import Payments
from simulator.audit.fold import Fold
from simulator.audit.invariants import INVARIANTS
from simulator.audit.leaks import Leaks
from simulator.audit.ledger import Ledger, take_in
from simulator.audit.physical import Parts, compare
from simulator.audit.pickups import Orders as Orders
from simulator.audit.pickups import compare_pickups
from simulator.audit.reading import LineReader, Reading, read_directory
from simulator.audit.rest import check_rest
from simulator.audit.survival import Survival, compare_replay
from simulator.audit.upstream import Upstream
from simulator.audit.verdict import Rules, Sums, Verdict, Violation

__all__ = ["INVARIANTS", "Auditor", "Rules", "Sums", "Verdict", "Violation", "audit", "audit_directory", "main"]


class Auditor:
    """One machine, one epoch, from its first line on. Never raises for what it is told; `violations` grows.

    `secret` of the machine: each mac is checked, and `hear` must then say the segment. `marked`: test values (PINs, card
    numbers) that may stand nowhere. `keep_sales`: one line per sale in `verdict().sales`; False for long campaigns.
    """

    def __init__(
        self,
        rules: Rules | None = None,
        *,
        secret: bytes | None = None,
        marked: Collection[str] = (),
        keep_sales: bool = False,
    ) -> None:
        self._leaks = Leaks(marked)
        self._reader = LineReader(secret, self._leaks)
        self._fold = fold = Fold(rules or Rules(), keep_sales)
        self._run = fold.run
        self._reader.violations = self._run.violations  # one list, in the order of finding
        self._survival = Survival(self._say)
        self._upstream = Upstream(self._run)
        self._parts = Parts(fold.run, fold.books, fold.tally, fold.outside, fold.coins)
        self.records = 0

    def _say(self, invariant: int, text: str) -> None:
        self._run.say(invariant, text, 0)

    # -- the journal

    def hear(self, raw_line: bytes, segment: str = "") -> None:
        """A line that just became durable, with or without its LF; `segment` is the file it stands in."""
        raw = raw_line[:-1] if raw_line.endswith(b"\n") else raw_line
        if segment:
            self._reader.segment(segment)
        self._survival.line(raw)
        self._upstream.line(raw)
        step = self._reader.line(raw, f"line {self._reader.seq + 1}")
        if step is None:
            return
        self.records += 1
        if step.fact["kind"] == "sys.boot":
            self._survival.booted(step)
        self._fold.read(step)

    def restarted(self, tail: bytes, segment: str = "") -> list[bytes]:
        """After a power cut and before the new start: the end of what survived, from the beginning of some line on.

        `tail` holds at least the last durable line (7: a durable line may not vanish) and everything after it. A whole line
        that was written and not yet durable may have survived: it is heard now, and answered so that nobody tells it again.
        """
        kept = self._survival.cut(tail)
        for line in kept:
            self.hear(line, segment)
        return kept

    def replayed(self, written: bytes, replayed: bytes) -> None:
        """Two texts of the same past: facts and intents must be equal, line by line (7)."""
        self._run.violations += compare_replay(written, replayed)

    @property
    def durable_seq(self) -> int:
        return self._reader.seq

    # -- matter

    def brought(self, thing: Any, place: str) -> None:
        """A note or blank exists from now on. Only needed where it first lies inside the machine."""
        self._fold.tally.brought(thing, place)

    def moved(self, thing: Any, source: str, target: str) -> None:
        """A watcher of `Matter`: one thing moved, with what is on the disk now (1 and 6)."""
        self._reader.digest.moved(thing.serial, source, target)
        self._fold.motion.moved(thing, source, target)
        self._fold.tally.moved(thing, source, target)

    def ordered(self, intent: Mapping[str, Any]) -> None:
        """The machine gives an order to a device or the station now; `intent` as its record (5 and 6)."""
        try:
            self._fold.pairs.ordered(dict(intent))
        except (KeyError, TypeError, ValueError) as error:
            self._say(6, f"an order that cannot be understood: {type(error).__name__} {error}")

    def hands(self, inside: bool) -> None:
        """People work at the open cabinet: what moves meanwhile needs no order. Their bookings are judged (14)."""
        self._fold.motion.hands = inside

    def census(self, places: Mapping[str, Iterable[Any]]) -> None:
        """Count every thing (place -> things): at the beginning, and whenever the followed tally shall be proved (1)."""
        self._fold.tally.census(places)

    def physical(self, places: Mapping[str, Iterable[Any]] | None = None, *, resting: bool = True) -> None:
        """What lies there against the books (1, 3, 4). Without `places` the tally followed by `moved` is judged.

        `resting` False: something moves, or facts are on their way. Cheap: it costs what is open, not what was.
        """
        if places is not None:
            self._fold.tally.census(places)
        compare(self._parts, resting)

    # -- at rest, at day end

    def registers(self, values: Mapping[str, int]) -> None:
        """The machine's own registers now (9)."""
        self._fold.registers.compare(values)

    def quiet(self, *, slot_shut: bool, **others: bool) -> None:
        """A bounded quiet time has passed (10). `others`: more that must be true, by name."""
        check_rest(self._run, self._fold.books, self._fold.tally, slot_shut, others)

    def station(
        self,
        lines: Iterable[str | bytes],
        sales: Mapping[str, str] | None = None,
        *,
        first_seq: int = 1,
        settled: bool = False,
        counting: Mapping[str, int] | None = None,
    ) -> int:
        """What the station keeps of this epoch (11): its lines, and its sales as key -> state. `counting`: places of each that
        count as sold, once it has heard of everything. Answers how many lines."""
        count = self._upstream.compare(lines, first_seq)
        if sales is not None:
            self._upstream.sales(sales, settled, counting)
        return count

    def pickups(self, orders: Orders, *, settled: bool) -> None:
        """What the station believes of orders that are picked up (4, 11): number -> its places, each with `state`, the `number`
        handed over, and every number `given` for it."""
        compare_pickups(self._run, orders, self._fold.tickets.delivered_numbers, settled)

    def payments(self, ledger: Payments, *, settled: bool) -> None:
        """What the other side of payments by card and phone has in its books (2): payment -> (state, amount in fen, how often
        somebody paid it). `settled`: the machine had time to ask until it was answered."""
        self._fold.charges.compare(ledger, settled)

    def leaks(self, text: bytes | str, where: str) -> None:
        """Any other text that leaves the machine or stays on its disk: log, dump, upload (13)."""
        found = self._leaks.find(text.encode() if isinstance(text, str) else text)
        if found:
            self._say(13, f"{where}: {found}")

    def day_end(
        self,
        places: Mapping[str, Iterable[Any]] | None = None,
        *,
        counted: bool = False,
        registers: Mapping[str, int] | None = None,
    ) -> None:
        """All that can be judged while nothing moves. `counted`: people counted every place, so no unknown may be open (3)."""
        self.physical(places)
        if registers is not None:
            self.registers(registers)
        if counted:
            for sentence in self._fold.books.unknowns.open():
                self._say(3, f"everything was counted, and {sentence}")

    # -- what was found

    @property
    def violations(self) -> list[Violation]:
        return self._run.violations

    @property
    def open_sale(self) -> int:
        """Number of the sale that is open by the journal, 0 when there is none."""
        return self._run.open

    @property
    def unknowns(self) -> list[str]:
        """One sentence for each unknown that waits for a count."""
        return self._fold.books.unknowns.open()

    def counted(self, place: str) -> Sequence[int]:
        """Numbers of the lines with which people counted this place, or took out what lay there."""
        return self._fold.counts.get(place, ())

    def digest(self) -> str:
        """SHA-256 over all lines and movements so far: equal for equal seeds (15)."""
        return self._reader.digest.hex()

    def verdict(self) -> Verdict:
        sums, sales = self._fold.sales.total()
        sums.blanks_wasted = self._fold.books.wasted
        return Verdict(list(self.violations), sums, sales, self.records, self.digest())


def audit(
    reading: Reading,
    ledger: Ledger | None = None,
    rules: Rules | None = None,
    payments: Payments | None = None,
    orders: Orders | None = None,
) -> Verdict:
    """Judge a journal that was read; with a ledger also what physically lies where, with `payments` what the other side of
    payments has in its settled books, with `orders` what the station believes of those that are picked up (as `Auditor.pickups`).
    Never raises for what they say."""
    fold = Fold(rules or Rules())
    for step in reading.steps:
        fold.read(step)
    if ledger is not None:
        fold.run.seq = 0
        try:
            take_in(fold.run, fold.tally, ledger)
            compare(Parts(fold.run, fold.books, fold.tally, fold.outside, fold.coins))
        except (KeyError, TypeError, AttributeError) as error:
            fold.run.say(3, f"the ledger cannot be understood: {type(error).__name__} {error}", 0)
    if payments is not None:
        fold.run.seq = 0
        fold.charges.compare(payments, settled=True)
    if orders is not None:
        compare_pickups(fold.run, orders, fold.tickets.delivered_numbers, settled=True)
    sums, sales = fold.sales.total()
    sums.blanks_wasted = fold.books.wasted
    found = [*reading.violations, *fold.run.violations]
    hoppers = {number: (fold.coins.values[number], coins) for number, coins in sorted(fold.coins.coins.items())}
    charges = fold.charges
    return Verdict(
        found, sums, sales, len(reading.steps), reading.digest, charges.captured_fen, hoppers, charges.unsettled
    )


def audit_directory(
    directory: Path,
    ledger: Ledger | None = None,
    rules: Rules | None = None,
    payments: Payments | None = None,
    orders: Orders | None = None,
) -> Verdict:
    """As `audit`, for the journal in a directory. Raises OSError when it cannot be read."""
    return audit(read_directory(directory), ledger, rules, payments, orders)


def main(argv: Sequence[str] | None = None) -> int:
    """0: no violation; 1: violations; 2: journal or ledger cannot be read."""
    parser = argparse.ArgumentParser(prog="auditor", description=__doc__)
    parser.add_argument("journal", type=Path, metavar="JOURNAL_DIR")
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="JSON of the cabinet's /api/ledger")
    parser.add_argument("--sales", action="store_true", help="also one line per sale")
    given = parser.parse_args(argv)
    try:
        ledger = json.loads(given.ledger.read_text()) if given.ledger else None
        verdict = audit_directory(given.journal, ledger)
    except (OSError, ValueError) as error:
        print(f"auditor: {error}", file=sys.stderr)
        return 2
    told = verdict.as_dict() | ({"each_sale": verdict.sales} if given.sales else {})
    print(json.dumps(told, indent=2, ensure_ascii=False))
    return 1 if verdict.violations else 0


if __name__ == "__main__":
    sys.exit(main())
