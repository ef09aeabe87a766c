"""A cabinet board twice: driver on its wire, and the front; what scripts do with either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drivers.cabinet_board.driver import CabinetBoard as Driver
from drivers.compose.board import Coil
from kiosk.ports.fact import Report
from simulator.devices.cabinet_board import CabinetBoard
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fronts.port.board import BoardFront
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig


def _twins(seed: int) -> Mapping[str, Any]:
    matter = Matter()
    matter.place("change.retract", 40)
    twin = CabinetBoard(matter, Speeds())
    twin.set_tag("box", "BOX00017")
    twin.set_tag("cassette.1", "CAS1-1")
    for _ in range(80):
        matter.new_blank("roll")
    return {"cabinet": twin}


def _driver(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    driver = Driver("cabinet", report)
    return Fitted(driver, [Joint("cabinet", driver, 19_200)])


def _front(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    front = BoardFront("cabinet", report, twins["cabinet"])
    return Fitted(front, [Joint("cabinet", front)])


RIG = Rig(_twins, _driver, _front)


def twin(bench: Bench) -> CabinetBoard:
    board: CabinetBoard = bench.twins["cabinet"]
    return board


def hand(bench: Bench, name: str, *given: Any) -> None:
    bench.do(lambda: getattr(twin(bench), name)(*given, bench.now_ms))


def order(bench: Bench, coil: Coil, on: bool) -> None:
    bench.do(lambda: bench.it.set_coil(coil, on))


def spoil(bench: Bench, *names: str, targets: set[int] | None = None) -> None:
    def act() -> None:
        twin(bench).link.targets = targets or set()
        twin(bench).faults |= set(names)

    bench.do(act)


def mend(bench: Bench, *names: str) -> None:
    bench.do(lambda: twin(bench).faults.difference_update(names))
