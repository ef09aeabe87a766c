"""A complete certified card terminal over ZVT, from the EMV sheet, section 7: its line, its memory, its faults, its bank."""

from simulator.devices.zvt.memory import Entry, Memory, Stage
from simulator.devices.zvt.terminal import Way, ZvtTerminal

__all__ = ["Entry", "Memory", "Stage", "Way", "ZvtTerminal"]
