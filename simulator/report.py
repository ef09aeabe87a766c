"""The report of a run: what the auditor read and counted, what the passengers say they gave and got, where the time went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.auditor import audit_directory
from simulator.passenger.visit import Account
from simulator.timesplit import CLASSES, SaleTimes, read_lines, split

Motions = dict[str, list[list[int | None]]]
BAD_OUTCOMES = ("stuck", "out of service")


@dataclass(slots=True)
class MotionLog:
    """All motions of a run, gathered piece by piece: the cabinet remembers only the last ones."""

    devices: Motions = field(default_factory=dict)
    since_ms: int = 0

    def gather(self, told: Mapping[str, Any]) -> None:
        """Add an answer of `/api/busy`; a motion told again replaces what was known of it."""
        for device, motions in told["devices"].items():
            known = {motion[0]: motion for motion in self.devices.get(device, [])}
            known.update({motion[0]: motion for motion in motions})
            self.devices[device] = sorted(known.values(), key=lambda motion: motion[0] or 0)
        self.since_ms = max(0, told["now_ms"] - 60_000)


def passengers_say(accounts: Sequence[Account]) -> dict[str, Any]:
    """Sums of the passengers' own accounts, in fen and pieces."""
    return {
        "visits": dict(sorted(Counter(f"{a.kind}: {a.outcome}" for a in accounts).items())),
        "inserted_fen": sum(sum(a.inserted_fen) for a in accounts),
        "returned_fen": sum(sum(a.returned_fen) for a in accounts),
        "got_fen": sum(sum(a.change_fen) for a in accounts),
        "tickets": sum(a.tickets for a in accounts),
        "slips": sum(a.slips for a in accounts),
    }


def disagreements(said: Mapping[str, Any], told: Mapping[str, Any], accounts: Sequence[Account]) -> list[str]:
    """Where passengers and auditor differ: three accounts of one run must be the same."""
    fen, tickets = told["fen"], told["tickets"]
    pairs = (
        ("notes inserted", said["inserted_fen"] - said["returned_fen"], fen["kept"]),
        ("change and refunds taken", said["got_fen"], fen["change"] + fen["refund"]),
        ("tickets taken", said["tickets"], tickets["taken"]),
    )
    found = [f"{what}: passengers say {ours}, the journal {theirs}" for what, ours, theirs in pairs if ours != theirs]
    if told["open_sales"]:
        found.append(f"{told['open_sales']} sales are still open")
    return found + [
        f"passenger {number} ({a.kind}): {a.outcome}"
        for number, a in enumerate(accounts, start=1)
        if a.outcome.startswith(BAD_OUTCOMES)
    ]


def times(each: Sequence[SaleTimes]) -> dict[str, Any]:
    """Mean real ms by class, and every sale."""
    count = max(1, len(each))
    mean = {name: round(sum(sale.ms[name] for sale in each) / count) for name in CLASSES}
    return {"mean_ms": mean, "sales": [sale.as_dict() for sale in each]}


def make_report(
    journal: Path, ledger: Mapping[str, Any], motions: Motions, accounts: Sequence[Account], run: Mapping[str, Any]
) -> dict[str, Any]:
    """The whole report; `violations` counts what is not accounted for, `found` says it."""
    verdict = audit_directory(journal, ledger)
    told, said = verdict.as_dict(), passengers_say(accounts)
    crashed = [f"{name} was started {starts} times" for name, starts in run.get("starts", {}).items() if starts > 1]
    found = [*told.pop("violations"), *disagreements(said, told, accounts), *crashed]
    return {
        "run": dict(run),
        **told,
        "passengers": said,
        "violations": len(found),
        "found": found,
        "times": times(split(read_lines(journal), motions)),
        "visits": [account.as_dict() for account in accounts],
    }
