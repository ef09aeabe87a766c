"""Orders that were bought elsewhere: each ticket handed over at most once, and none lost (invariants 4 and 11).

The station says of each place what it believes, and every ticket number that was ever given for it; the journal says which numbers
were handed over. Nothing else has to be believed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from simulator.audit.cases import Run

Orders = Mapping[str, Iterable[Mapping[str, Any]]]
"""Number of an order -> its places."""


def compare_pickups(run: Run, orders: Orders, delivered: Collection[str], settled: bool) -> None:
    """`orders`: number -> its places with `state`, `number`, `given`. `settled`: no report is on its way, no sale is open."""
    for order, places in orders.items():
        for index, place in enumerate(places):
            handed = [number for number in place["given"] if number in delivered]
            what = f"place {index} of order {order}"
            if len(handed) > 1:
                run.say(4, f"{what} was handed over {len(handed)} times: {', '.join(handed)}", 0)
            if not settled:
                continue
            state = place["state"]
            if state == "open" and handed:
                run.say(11, f"{what} can be collected again, and ticket {handed[0]} was handed over", 0)
            elif state == "collected" and place["number"] not in handed:
                run.say(11, f"{what} counts as collected, and nobody was handed a ticket", 0)
            elif state == "held":
                run.say(11, f"{what} is lost: no machine prints it, and none can", 0)
