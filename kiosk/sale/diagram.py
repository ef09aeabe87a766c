"""The table as a picture: `python -m kiosk.sale.diagram > docs/sale-states.md` writes it as a Mermaid diagram.

Arrows between the same two states are one arrow with all its facts; rows that stay in a state are left out. A test compares
the committed file with what the table says now.
"""

from __future__ import annotations

from kiosk.sale.book import S
from kiosk.sale.table import TABLE

HEAD = """# Where a sale may go

Generated from `kiosk/sale/table.py` by `python -m kiosk.sale.diagram`. `Restarted` leads from every state to the ends of
recovery and is left out.

```mermaid
stateDiagram-v2
"""


def arrows() -> dict[tuple[S, S], list[str]]:
    """(from, to) -> names of the facts, in the order of the table."""
    found: dict[tuple[S, S], list[str]] = {}
    for row in TABLE:
        if row["dest"] is None or row["trigger"] == "Restarted":
            continue
        sources = row["source"] if isinstance(row["source"], list) else [row["source"]]
        for source in sources:
            facts = found.setdefault((source, row["dest"]), [])
            if row["trigger"] not in facts:
                facts.append(row["trigger"])
    return found


def markdown() -> str:
    lines = [HEAD + "    [*] --> NEW"]
    lines += [f"    {state.name}: {state.name.lower()} — {state.value}" for state in S]
    lines += [
        f"    {source.name} --> {dest.name}: {', '.join(facts)}"
        for (source, dest), facts in arrows().items()
        if source is not dest
    ]
    return "\n".join([*lines, "    ENDED --> [*]", "```", ""])


if __name__ == "__main__":
    print(markdown(), end="")
