"""The fifteen invariants of reliability notes 4, by number, and the module of this package in which each is judged.

1 notes: one place each, one fate each             notes.py deposits.py (journal), tally.py physical.py escrow.py (matter)
2 a sale's equation; claims of what came late      sales.py pays.py charges.py (with the other side's ledger)
3 book value = physical count, up to open unknowns books.py payout.py paper.py physical.py unknowns.py
4 tickets                                          tickets.py, outside.py (matter)
5 no order repeated without "not done"             notes.py pays.py charges.py tickets.py stationed.py orders.py
6 nothing moves without its intent on disk         pairs.py (journal), motion.py (matter), reading.py (chain, mac)
7 no durable line is missing after a power cut     survival.py
8 cassettes within bounds, change reserved         books.py promised.py
9 registers                                        registers.py
10 rest after a bounded quiet time, no flapping    rest.py flapping.py
11 the station's prefix                            upstream.py
12 sold inside the window, on one set of terms     terms.py orders.py
13 nothing secret in any text                      leaks.py
14 service acts name operator, reason and count    service.py
15 one digest of all events                        digest.py
"""

from __future__ import annotations

INVARIANTS = {
    1: "every note is in exactly one place and has one fate",
    2: "per sale: stacked + captured = delivered fare + change taken + rounding + claims + unknown",
    3: "book value of every place = physical count up to open unknowns; each unknown is closed by a count",
    4: "no ticket twice, none without a paid sale, none that is void",
    5: "no order is repeated without an outcome that says it was not done",
    6: "nothing moves without its intent on the disk",
    7: "no line the program went on from is missing after a power cut; a replay gives the same",
    8: "cassettes within bounds; promised change is reserved before a note is stacked",
    9: "registers are the fold of the journal and never fall",
    10: "after a quiet time: slot shut, escrow empty, no open sale",
    11: "the station has a gap-free prefix with equal content",
    12: "nothing is sold outside its window, or on terms that changed inside the sale",
    13: "no card number, PIN, track data or identity number in any text",
    14: "service never moves money without operator, reason and count",
    15: "equal seeds give equal digests of all events",
}
