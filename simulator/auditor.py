"""The auditor: reads the journal as text, counts what physically lies there, and says where the two differ.

It judges invariants 1 to 6 and 8 of reliability notes 4, at each sale's end and at the run's end, and shares no code with
the machine. `python -m simulator.auditor JOURNAL_DIR [--ledger FILE]` ends 0 when there is no violation, else 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator.audit.fold import Fold
from simulator.audit.physical import compare
from simulator.audit.reading import Reading, read_directory
from simulator.audit.sales import add_up
from simulator.audit.verdict import Rules, Sums, Verdict, Violation

__all__ = ["Rules", "Sums", "Verdict", "Violation", "audit", "audit_directory", "main"]


def audit(reading: Reading, ledger: Mapping[str, Any] | None = None, rules: Rules | None = None) -> Verdict:
    """Judge a journal that was read; with a ledger also what physically lies where. Never raises for what they say."""
    fold = Fold(rules or Rules())
    for step in reading.steps:
        fold.read(step)
    fold.finish()
    if ledger is not None:
        fold.run.seq = 0
        try:
            compare(fold.run, fold.books, ledger)
        except (KeyError, TypeError, AttributeError) as error:
            fold.run.say(3, f"the ledger cannot be understood: {type(error).__name__} {error}", 0)
    sums, sales = add_up(fold.run)
    sums.blanks_wasted = fold.books.wasted
    return Verdict([*reading.violations, *fold.run.violations], sums, sales, len(reading.steps))


def audit_directory(directory: Path, ledger: Mapping[str, Any] | None = None, rules: Rules | None = None) -> Verdict:
    """As `audit`, for the journal in a directory. Raises OSError when it cannot be read."""
    return audit(read_directory(directory), ledger, rules)


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
