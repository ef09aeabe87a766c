"""A Bill-to-Bill unit twice: its driver on a wire, and its front; what scripts do with either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drivers.ccnet.b2b.driver import BillToBill as Driver
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.note_acceptor import NoteDeposited, NoteHeld, NoteOurs, NoteRecycled
from simulator.devices.ccnet.b2b import ESCROW, BillToBill
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fronts.port.bill_to_bill import BillToBillFront
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig

VALUES_FEN = (100, 500, 1_000, 2_000, 5_000, 10_000)
RECYCLING = {2: 100, 3: 1_000}
STOCK = {2: 12, 3: 6}
KINDS = (ESCROW, 0, 2)
NOTES_PER_BOOT = 100_000


def _unit(kinds: tuple[int, ...]) -> BillToBill:
    matter = Matter()
    for cassette, pieces in STOCK.items():
        for _ in range(pieces):
            matter.new_note(RECYCLING[cassette], f"cassette.{cassette}")
    return BillToBill(matter, Speeds(), kinds_of=kinds)


def _driver(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    driver = Driver("acceptor", "dispenser", report, first_note=boot * NOTES_PER_BOOT + 1, recycling=RECYCLING)
    return Fitted(driver, [Joint("acceptor", driver, 9_600)])


def _front(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    first = boot * NOTES_PER_BOOT + 1
    front = BillToBillFront("acceptor", "dispenser", report, twins["acceptor"], first_note=first, recycling=RECYCLING)
    return Fitted(front, [Joint("acceptor", front)])


def places(twins: Mapping[str, Any]) -> dict[str, list[int]]:
    """Which notes lie where."""
    found = twins["acceptor"].body.matter.places.values()
    return {place.name: [note.value_fen for note in place.notes()] for place in found}


def rig(kinds: tuple[int, ...] = KINDS) -> Rig:
    return Rig(lambda seed: {"acceptor": _unit(kinds)}, _driver, _front, places)


RIG = rig()


def twin(bench: Bench) -> BillToBill:
    it = bench.twins["acceptor"]
    assert isinstance(it, BillToBill)
    return it


def ready(bench: Bench) -> None:
    """Identified, and every note allowed."""
    bench.until(DeviceReady)
    bench.do(lambda: bench.it.acceptor.accept_only(VALUES_FEN))
    bench.run(2_050)


def insert(bench: Bench, value_fen: int = 5_000, *, genuine: bool = True) -> str | None:
    note = twin(bench).body.matter.new_note(value_fen, "hand", genuine)
    refused: str | None = bench.do(lambda: twin(bench).insert(note, bench.now_ms))
    return refused


def held(bench: Bench, value_fen: int = 5_000) -> int:
    """A note is in escrow; answers its number."""
    assert insert(bench, value_fen) is None
    fact = bench.until(NoteHeld)
    assert isinstance(fact, NoteHeld)
    bench.run(150)
    return fact.note


def stack(bench: Bench, note: int) -> None:
    bench.do(lambda: bench.it.acceptor.stack(note))


def accepted(bench: Bench, value_fen: int = 5_000) -> int:
    """A note came to rest somewhere; answers its number."""
    number = held(bench, value_fen)
    stack(bench, number)

    def rests() -> bool:
        ends = NoteDeposited | NoteOurs | NoteRecycled
        return any(isinstance(fact, ends) and fact.note == number for fact in bench.facts)

    bench.until(rests)
    bench.run(550)
    return number


def deposit(bench: Bench, *values_fen: int) -> list[int]:
    return [accepted(bench, value_fen) for value_fen in values_fen]


def keep(bench: Bench, notes: list[int]) -> None:
    bench.do(lambda: bench.it.acceptor.keep(notes))


def return_all(bench: Bench, notes: list[int]) -> None:
    bench.do(lambda: bench.it.acceptor.return_all(notes))


def pay(bench: Bench, order: int, counts: Mapping[int, int]) -> None:
    bench.do(lambda: bench.it.dispenser.pay(order, counts))


def take(bench: Bench) -> None:
    bench.do(lambda: twin(bench).take_returned(bench.now_ms))
    bench.run(1_050)


def close(bench: Bench) -> None:
    bench.do(lambda: bench.it.acceptor.accept_only(()))


def spoil(bench: Bench, *names: str, targets: set[int] | None = None) -> None:
    twin(bench).link.targets = targets or set()
    bench.do(lambda: twin(bench).faults.update(names))


def mend(bench: Bench, *names: str) -> None:
    bench.do(lambda: twin(bench).faults.difference_update(names))
