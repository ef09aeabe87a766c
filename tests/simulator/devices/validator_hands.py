"""What hands do to any validator with an escrow of one note, and where all notes lie: acts for the laws of its twin."""

from __future__ import annotations

from typing import Protocol

from simulator.devices.matter import Matter, Note
from simulator.devices.validator import Validator


class Bench(Protocol):
    """A host of the twin's family; `note()` puts a new one into the hand."""

    matter: Matter
    now: int

    @property
    def twin(self) -> Validator: ...

    def note(self) -> Note: ...


def pass_time(bench: Bench, pause_ms: int) -> None:
    bench.now += pause_ms
    bench.twin.poll(bench.now)


def push(bench: Bench) -> None:
    bench.twin.insert((bench.matter.place("hand").notes() or [bench.note()])[0], bench.now)


def take(bench: Bench) -> None:
    bench.twin.take_returned(bench.now)


def cut(bench: Bench) -> None:
    bench.twin.power(False, bench.now)
    bench.twin.power(True, bench.now)


def pull_box(bench: Bench) -> None:
    bench.twin.remove_box(bench.now, empty=True)


def refit_box(bench: Bench) -> None:
    bench.twin.refit_box(bench.now)


def clear(bench: Bench) -> None:
    bench.twin.clear_jam("floor")


def lying(bench: Bench) -> list[str]:
    """The serial numbers of all notes there are, wherever they lie."""
    return [note.serial for place in bench.matter.places.values() for note in place.notes()]
