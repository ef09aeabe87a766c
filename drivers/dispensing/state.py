"""What a dispenser's STATUS says of it, whatever its family. Source: lcdm sheet, sections 4.3 and 5.1; f53 sheet, section 5."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CassetteState:
    cassette: int
    near_end: bool
    present: bool


@dataclass(frozen=True, slots=True)
class MachineState:
    """`error`: the raw error byte's value. `path_blocked`: a sensor of the note path is covered, `exit_blocked`: that of the
    exit; `tray_out`: reject tray missing; `broken`: sensors or motors cannot work."""

    error: int
    path_blocked: bool
    tray_out: bool
    cassettes: tuple[CassetteState, ...]
    broken: bool = False
    exit_blocked: bool = False
