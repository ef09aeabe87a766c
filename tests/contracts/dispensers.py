"""Every driver of the note dispenser port with the twins of its devices: rows for the contract suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from drivers.cabinet_board.driver import CabinetBoard as BoardDriver
from drivers.ccnet.b2b.driver import BillToBill as BillToBillDriver
from drivers.compose.change_presenter import ChangePresenter
from drivers.dispensing.dispenser import Dispenser
from drivers.f53.driver import F53 as F53Driver
from drivers.lcdm.driver import Lcdm4000 as Lcdm4000Driver
from drivers.lcdm.driver50 import Lcdm2000 as Lcdm2000Driver
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.note_dispenser import DispenserPast, NotesPresented, NotesRefused, NotesShort, NotesUncertain
from simulator.devices.cabinet_board import CabinetBoard
from simulator.devices.ccnet.b2b import ESCROW, BillToBill
from simulator.devices.f53 import F53
from simulator.devices.lcdm import Lcdm1000, Lcdm2000, Lcdm4000
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from tests.contracts.pty_bench import PtyBench
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig

AnyBench = Bench | PtyBench
OUTCOMES = (NotesPresented, NotesShort, NotesRefused, NotesUncertain)
STOCK = 12
"""Notes in each cassette of a fresh machine."""

Build = Callable[[str, Report, Mapping[int, int]], Dispenser]


@dataclass(frozen=True, slots=True)
class Row:
    """`cassettes`: number -> face value in fen. `outlet`: where a payment lies; `kept`: where what was not taken goes."""

    cassettes: Mapping[int, int]
    twins: Callable[[Matter, Speeds], Mapping[str, Any]]
    fit: Callable[[Report, Mapping[int, int], int], Fitted]
    outlet: str = "change.tray"
    kept: str = "change.retract"
    stopped_in: str = ""
    """Where a bundle lies that a power cut stopped on its way out; to the port it lies in the outlet (docs/decisions/024)."""
    by_itself: bool = False
    """It pulls back what is not taken by its own time."""


def _in_the_tray(twin: Callable[[Matter, Speeds], Any], driver: Build, cassettes: Mapping[int, int]) -> Row:
    def fit(report: Report, values_fen: Mapping[int, int], boot: int) -> Fitted:
        board = BoardDriver("cabinet", report)
        presenter = ChangePresenter("dispenser", report, driver("dispenser", report, values_fen), board)
        return Fitted(presenter, [Joint("dispenser", presenter, 9_600), Joint("cabinet", board, 19_200)])

    def twins(matter: Matter, speeds: Speeds) -> Mapping[str, Any]:
        return {"dispenser": twin(matter, speeds), "cabinet": CabinetBoard(matter, speeds)}

    return Row(cassettes, twins, fit)


def _unit(matter: Matter, speeds: Speeds) -> Mapping[str, Any]:
    return {"dispenser": BillToBill(matter, speeds, kinds_of=(ESCROW, 0, 2))}


def _unit_driver(report: Report, values_fen: Mapping[int, int], boot: int) -> Fitted:
    first = boot * 100_000 + 1
    unit = BillToBillDriver("acceptor", "dispenser", report, first_note=first, recycling=dict(values_fen))
    return Fitted(unit.dispenser, [Joint("dispenser", unit, 9_600)])


ROWS: Mapping[str, Row] = {
    "lcdm4000": _in_the_tray(
        Lcdm4000,
        lambda name, report, values: Lcdm4000Driver(name, report, cassettes=values),
        {1: 100, 2: 500, 3: 1_000},
    ),
    "lcdm2000": _in_the_tray(
        Lcdm2000, lambda name, report, values: Lcdm2000Driver(name, report, cassettes=values), {1: 500, 2: 1_000}
    ),
    "lcdm1000": _in_the_tray(
        Lcdm1000,
        lambda name, report, values: Lcdm2000Driver(name, report, cassettes=values, model="lcdm1000"),
        {1: 1_000},
    ),
    "f53": _in_the_tray(
        F53, lambda name, report, values: F53Driver(name, report, cassettes=values), {1: 100, 2: 500, 3: 1_000}
    ),
    "ccnet_b2b": Row(
        {2: 100, 3: 1_000}, _unit, _unit_driver, "acceptor.mouth", "box", "dispenser.path", by_itself=True
    ),
}


def rig(row: Row, speeds: Speeds) -> Rig:
    def twins(seed: int) -> Mapping[str, Any]:
        matter = Matter()
        for cassette, value_fen in row.cassettes.items():
            for _ in range(STOCK):
                matter.new_note(value_fen, f"cassette.{cassette}")
        return row.twins(matter, speeds)

    def fit(report: Report, made: Mapping[str, Any], boot: int) -> Fitted:
        return row.fit(report, row.cassettes, boot)

    return Rig(twins, fit, fit)


# -- what the suite does with any of them


def ready(bench: AnyBench) -> None:
    bench.until(lambda: any(isinstance(f, DeviceReady) and f.device == "dispenser" for f in bench.facts))
    bench.run(100)


def pasts(bench: AnyBench) -> list[DispenserPast]:
    return [fact for fact in bench.facts if isinstance(fact, DispenserPast)]


def outcomes(bench: AnyBench, order: int) -> list[Any]:
    return [fact for fact in bench.facts if isinstance(fact, OUTCOMES) and fact.order == order]


def paid(bench: AnyBench, order: int, counts: Mapping[int, int]) -> Any:
    bench.do(lambda: bench.it.pay(order, counts))
    bench.until(lambda: bool(outcomes(bench, order)))
    (fact,) = outcomes(bench, order)
    return fact


def told(bench: AnyBench, kind: type[Fact], order: int) -> bool:
    return any(isinstance(fact, kind) and getattr(fact, "order", None) == order for fact in bench.facts)


def lies(bench: AnyBench, *places: str) -> list[int]:
    """Face values of the notes that lie there."""
    found = bench.twins["dispenser"].body.matter.places
    return [note.value_fen for name in places if name in found for note in found[name].notes()]


def gone(bench: AnyBench, row: Row) -> int:
    """Notes that left the cassettes."""
    places = [f"cassette.{cassette}" for cassette in row.cassettes]
    return STOCK * len(row.cassettes) - len(lies(bench, *places))


def take(bench: AnyBench, row: Row) -> None:
    """A hand takes what lies in the outlet."""
    if row.by_itself:
        bench.do(lambda: bench.twins["dispenser"].take_returned(bench.now_ms))
    else:
        bench.do(lambda: bench.twins["cabinet"].take_change(bench.now_ms))
