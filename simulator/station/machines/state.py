"""What the office knows of its machines, folded from steps: parameter sets, commands, records, claims, boxes, closed days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.station.machines.commands import Commands
from simulator.station.machines.media import KINDS as MEDIA_KINDS
from simulator.station.machines.media import Pictures
from simulator.station.machines.sets import ParameterSets
from simulator.station.machines.told import Told
from simulator.station.machines.trail import Trail
from simulator.station.wire import Step

KINDS = MEDIA_KINDS | {
    "set_drafted",
    "set_released",
    "commanded",
    "claim_settled",
    "unpaid_settled",
    "box_counted",
    "day_closed",
}
NEWS = frozenset({"set_released", "commanded", "granted", "revoked"})
"""Steps that a waiting machine is told of at once."""


class Machines:
    """`told`: (machine, epoch) -> fold of its records. `settled`: claim code -> what the window paid; `got`: payment that came to
    nothing -> what was got for it in the end; `counted`: box -> what was found."""

    def __init__(self) -> None:
        self.sets, self.commands, self.pictures = ParameterSets(), Commands(), Pictures()
        self.trail = Trail()
        self.told: dict[tuple[str, str], Told] = {}
        self.settled: dict[str, Step] = {}
        self.got: dict[str, Step] = {}
        self.counted: dict[str, Step] = {}
        self.days: dict[str, Step] = {}

    def copy(self) -> Machines:
        other = Machines()
        other.sets, other.commands = self.sets.copy(), self.commands.copy()
        other.pictures, other.trail = self.pictures.copy(), self.trail.copy()
        other.told = {name: told.copy() for name, told in self.told.items()}
        other.settled, other.counted, other.days = dict(self.settled), dict(self.counted), dict(self.days)
        other.got = dict(self.got)
        return other

    def hear(self, machine: str, epoch: str, record: Mapping[str, Any]) -> None:
        """One good record of a machine, in the order of its epoch."""
        told = self.told.get((machine, epoch))
        if told is None:
            told = self.told[machine, epoch] = Told()
        told.hear(record)

    def restored(self) -> None:
        """An older backup was put back: numbers given out since are unknown, so none of their generation is given again."""
        self.sets.generation = self.commands.generation = self.sets.generation + 1

    def apply(self, step: Step) -> None:
        self.trail.hear(step)
        _APPLY[step["kind"]](self, step)

    def snapshot(self) -> dict[str, Any]:
        """Everything as plain values: equal snapshots are equal states."""
        return {
            "sets": self.sets.describe(),
            "bodies": self.sets.kept(),
            "pictures": self.pictures.snapshot(),
            "commands": {machine: self.commands.describe(machine) for machine in sorted(self.commands.given)},
            "generation": self.sets.generation,
            "settled": self.settled,
            "got": self.got,
            "counted": self.counted,
            "days": self.days,
            "told": {
                f"{machine}.{epoch}": {
                    "seq": told.seq,
                    "registers": {name: value for name, value in sorted(told.registers.values.items()) if value},
                    "ended": len(told.ended),
                    "active": told.active,
                    "results": {str(seq): list(result) for seq, result in told.results.items()},
                }
                for (machine, epoch), told in sorted(self.told.items())
            },
        }


_APPLY: dict[str, Callable[[Machines, Step], None]] = {
    "set_drafted": lambda machines, step: machines.sets.apply(step),
    "set_released": lambda machines, step: machines.sets.apply(step),
    "media_kept": lambda machines, step: machines.pictures.apply(step),
    "media_removed": lambda machines, step: machines.pictures.apply(step),
    "commanded": lambda machines, step: machines.commands.apply(step),
    "claim_settled": lambda machines, step: machines.settled.__setitem__(step["code"], step),
    "unpaid_settled": lambda machines, step: machines.got.__setitem__(step["unpaid"], step),
    "box_counted": lambda machines, step: machines.counted.__setitem__(step["box"], step),
    "day_closed": lambda machines, step: machines.days.__setitem__(step["day"], step),
}
