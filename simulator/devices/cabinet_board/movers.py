"""Shutters, flaps and the slot belt: each follows its coil in run time, unless something holds it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Mover:
    """One motor. `open` is where it rests (belt: run back); while it moves it is neither open nor closed."""

    name: str
    coil: int
    sensor: int
    open: bool = False
    due_ms: int | None = None

    @property
    def rests_open(self) -> bool:
        return self.open and self.due_ms is None

    @property
    def rests_closed(self) -> bool:
        return not self.open and self.due_ms is None

    def advance(self, now_ms: int, wanted_open: bool, run_ms: int, can_move: bool, may_open: bool) -> None:
        """Arrive when due; set off when the coil wants the other side and nothing forbids it."""
        if self.due_ms is not None:
            if now_ms < self.due_ms:
                return
            self.open, self.due_ms = not self.open, None
        if wanted_open != self.open and can_move and (may_open or not wanted_open):
            self.due_ms = now_ms + run_ms
            if run_ms <= 0:
                self.open, self.due_ms = wanted_open, None

    def halt(self) -> None:
        """Power is gone: a motor between its ends stays on the side it came from."""
        self.due_ms = None


def movers() -> dict[str, Mover]:
    """All of them by name; coil and sensor numbers of map version 2."""
    table = (
        ("note_shutter", 10, 18),
        ("deliver_flap", 8, 16),
        ("dump_flap", 9, 17),
        ("change_shutter", 16, 24),
        ("change_flap", 17, 25),
        ("slot_shutter", 18, 26),
        ("slot_belt", 19, 27),
    )
    return {name: Mover(name, coil, sensor) for name, coil, sensor in table}
