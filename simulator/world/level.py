"""Two levels at which a controller is joined to the matter of its world; it cannot tell which (decisions 36, 37). And machines."""

from __future__ import annotations

from typing import Literal, TypeGuard, get_args

Level = Literal["port", "bytes"]

Fitted = Literal["id003", "ebds", "essp", "f53", "lcdm2000"]
FITTED: tuple[Fitted, ...] = get_args(Fitted)
"""Machines with the acceptor or dispenser of that fitting (`simulator.fittings`)."""
PLAYED: tuple[Fitted, ...] = ("id003", "ebds", "essp", "f53", "lcdm2000")
"""Those of them whose device has a front, now all; another one would have bytes only."""

Machine = Literal["usual", "bulk", "pay", "collect", "coins", "cards"] | Fitted
MACHINES: tuple[Machine, ...] = ("usual", "bulk", "pay", "collect", "coins", "cards", *FITTED)
"""What takes and pays notes: a validator and a dispenser, or a Bill-to-Bill unit with a bulk escrow that does both. `pay`: as
usual, and phones pay too. `collect`: as usual, with code scanner and identity reader: orders are picked up. `coins`: as usual,
and two hoppers pay change in coins. `cards`: as usual, and cards and phones pay, too."""


def is_fitted(machine: Machine) -> TypeGuard[Fitted]:
    return machine in FITTED


def level_of(machine: Machine) -> Level:
    """The fastest at which this machine can be played."""
    return "bytes" if is_fitted(machine) and machine not in PLAYED else "port"
