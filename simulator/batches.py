"""The batches of one machine's cards in four accounts: the bank's ledger, the journal's payments, what the machine told the bank,
and what the station adds up of the machine's records. They must be the same to the card and to the fen (decision page 073).

Reads snapshots and lines; amounts in fen. A batch is six digits, and the reference of each payment begins with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simulator.acquirer.books import booked
from simulator.timesplit import Line

Sums = list[int]
Row = dict[str, Any]
ACCOUNTS = ("bank", "journal", "told", "station")
IN_BATCH = {("capture!", "done"), ("reverse!", "refused")}


def of_bank(snapshot: Mapping[str, Any], terminal: str) -> dict[str, Sums]:
    """Batch -> [cards, fen] that stand in the bank's ledger."""
    standing = (each for each in booked(snapshot, terminal) if each["moved_fen"])
    return _added((f"{each['batch']:06}", each["moved_fen"]) for each in standing)


def closed(snapshot: Mapping[str, Any], terminal: str) -> set[str]:
    return {f"{each['batch']:06}" for each in snapshot["batches"] if each["terminal"] == terminal and each["closed"]}


def of_journal(lines: Iterable[Line]) -> tuple[dict[str, Sums], dict[str, Row]]:
    """What was captured, or not given back, of each batch; and what the bank was told of it: [cards, fen] and its word."""
    asked: dict[int, int] = {}
    names: dict[int, str] = {}
    taken: dict[int, tuple[str, int]] = {}
    told: dict[str, Row] = {}
    for line in lines:
        number = line.fact.get("payment", 0)
        if line.kind == "auth!" and line.fact.get("reference"):
            names[number] = line.fact["reference"]
        if (line.kind, line.result) in IN_BATCH and number in asked and names.get(number):
            taken[number] = names[number].partition("-")[0], asked[number]
        if line.kind == "batch!":
            sums = [line.fact["count"], line.fact["amount_fen"]]
            told[line.fact["begins"].rstrip("-")] = {"told": sums, "balanced": line.fact["balanced"]}
        for each in line.intents:
            if each["kind"] == "auth?" and each["way"] == "card":
                asked[each["payment"]] = each["amount_fen"]
            elif each["kind"] in ("capture?", "reverse?"):
                taken.pop(each["payment"], None)
    return _added(taken.values()), told


def _added(each: Iterable[tuple[str, int]]) -> dict[str, Sums]:
    sums: dict[str, Sums] = {}
    for batch, fen in each:
        cards, total_fen = sums.get(batch, [0, 0])
        sums[batch] = [cards + 1, total_fen + fen]
    return sums


def compared(
    snapshot: Mapping[str, Any], terminal: str, lines: Iterable[Line], station: Sequence[Mapping[str, Any]]
) -> dict[str, Row]:
    """Batch -> {bank, journal, told, station, balanced, closed}; an account that has nothing of it says [0, 0]. `station`: rows of
    the office's `batches` of this machine."""
    bank, shut = of_bank(snapshot, terminal), closed(snapshot, terminal)
    journal, told = of_journal(lines)
    added = {each["batch"]: [each["own_count"], each["own_fen"]] for each in station}
    none = [0, 0]
    return {
        batch: {
            "bank": bank.get(batch, none),
            "journal": journal.get(batch, none),
            "told": told.get(batch, {}).get("told", none),
            "station": added.get(batch, none),
            "balanced": told.get(batch, {}).get("balanced", False),
            "closed": batch in shut,
        }
        for batch in sorted({*bank, *shut, *journal, *told, *added})
    }


def differences(rows: Mapping[str, Row]) -> list[str]:
    """Where the accounts of a batch differ, or the bank did not close it."""
    found = []
    for batch, row in rows.items():
        if any(row[name] != row["bank"] for name in ACCOUNTS):
            said = ", ".join(f"{name} {row[name][0]} cards {row[name][1]} fen" for name in ACCOUNTS)
            found.append(f"batch {batch}: {said}")
        if not row["balanced"]:
            found.append(f"batch {batch}: the bank never said that its sums are the machine's")
        if not row["closed"]:
            found.append(f"batch {batch} is open at the bank")
    return found


def table(rows: Mapping[str, Row]) -> list[str]:
    """Lines for a reader: one batch each, its accounts side by side."""
    words = [["batch", *ACCOUNTS, ""]]
    for batch, row in rows.items():
        verdict = "NOT the same" if differences({batch: row}) else "the same"
        words.append([batch, *(_shown(row[name]) for name in ACCOUNTS), verdict])
    wide = [max(len(each[at]) for each in words) for at in range(len(words[0]))]
    return ["  ".join(word.rjust(width) for word, width in zip(each, wide, strict=True)).rstrip() for each in words]


def _shown(sums: Sums) -> str:
    return f"{sums[0]} · ¥{sums[1] / 100:,.2f}"
