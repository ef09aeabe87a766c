"""A dispenser twice: driver with presenter on two wires, and the front; what scripts do with either."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drivers.cabinet_board.driver import CabinetBoard as BoardDriver
from drivers.compose.change_presenter import ChangePresenter
from drivers.dispensing.dispenser import Dispenser as Driver
from drivers.f53.driver import F53 as F53Driver
from drivers.lcdm.driver import Lcdm4000 as Lcdm4000Driver
from drivers.lcdm.driver50 import Lcdm2000 as Lcdm2000Driver
from kiosk.ports.fact import Fact, Report
from kiosk.ports.note_dispenser import (
    DispenserPast,
    NotesPresented,
    NotesRefused,
    NotesShort,
    NotesUncertain,
)
from simulator.devices.cabinet_board import CabinetBoard
from simulator.devices.f53 import F53
from simulator.devices.lcdm import Lcdm2000, Lcdm4000
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fronts.port.board import BoardFront
from simulator.fronts.port.dispenser import DispenserFront
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig

FOUR = {1: 100, 2: 500, 3: 1_000, 4: 5_000}
STOCK = {100: 50, 500: 40, 1_000: 35, 5_000: 4}
OUTCOMES = (NotesPresented, NotesShort, NotesRefused, NotesUncertain)


Dispenser = Lcdm4000 | Lcdm2000 | F53
TWINS: Mapping[str, Callable[[Matter], Dispenser]] = {
    "lcdm4000": lambda matter: Lcdm4000(matter, Speeds()),
    "lcdm2000": lambda matter: Lcdm2000(matter, Speeds(), (500, 5_000)),
    "f53": lambda matter: F53(matter, Speeds(), over_tray=True),
}
DRIVERS: Mapping[str, Callable[..., Driver]] = {
    "lcdm4000": Lcdm4000Driver,
    "lcdm2000": Lcdm2000Driver,
    "f53": F53Driver,
}


def rig_of(model: str, cassettes: Mapping[int, int]) -> Rig:
    """A dispenser of that model over the cabinet's change tray. Its notes have to lie in the same places at both levels."""

    def twins(seed: int) -> Mapping[str, Any]:
        matter = Matter()
        for cassette, value_fen in cassettes.items():
            for _ in range(STOCK[value_fen]):
                matter.new_note(value_fen, f"cassette.{cassette}")
        for _ in range(80):
            matter.new_blank("roll")
        return {"dispenser": TWINS[model](matter), "cabinet": CabinetBoard(matter, Speeds())}

    def driver(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
        board = BoardDriver("cabinet", report)
        presenter = ChangePresenter(
            "dispenser", report, DRIVERS[model]("dispenser", report, cassettes=cassettes), board
        )
        return Fitted(presenter, [Joint("dispenser", presenter, 9_600), Joint("cabinet", board, 19_200)])

    def front(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
        board = BoardFront("cabinet", report, twins["cabinet"])
        front = DispenserFront("dispenser", report, twins["dispenser"], board, cassettes=cassettes)
        return Fitted(front, [Joint("dispenser", front), Joint("cabinet", board)])

    return Rig(twins, driver, front, _lie)


def _lie(twins: Mapping[str, Any]) -> Any:
    places = twins["dispenser"].body.matter.places
    return {name: [note.serial for note in place.notes()] for name, place in places.items() if place.notes()}


RIG = rig_of("lcdm4000", FOUR)
F53_RIG = rig_of("f53", FOUR)
LCDM2000_RIG = rig_of("lcdm2000", {1: 500, 2: 5_000})


def ready(bench: Bench) -> None:
    bench.until(DispenserPast)
    bench.run(500)


def device(bench: Bench) -> Dispenser:
    twin: Dispenser = bench.twins["dispenser"]
    return twin


def spoil(bench: Bench, *names: str, targets: set[int] | None = None, of: str = "dispenser") -> None:
    def act() -> None:
        bench.twins[of].link.targets = targets or set()
        bench.twins[of].faults |= set(names)

    bench.do(act)


def mend(bench: Bench, *names: str, of: str = "dispenser") -> None:
    bench.do(lambda: bench.twins[of].faults.difference_update(names))


def pay(bench: Bench, order: int, counts: Mapping[int, int]) -> Fact:
    bench.do(lambda: bench.it.pay(order, counts))
    heard: list[Fact] = []

    def over() -> bool:
        heard[:] = [fact for fact in bench.facts if isinstance(fact, OUTCOMES) and fact.order == order]
        return bool(heard)

    bench.until(over)
    return heard[0]


def take(bench: Bench) -> int:
    taken: int = bench.do(lambda: bench.twins["cabinet"].take_change(bench.now_ms))
    return taken


def paid_and_taken(bench: Bench, order: int, counts: Mapping[int, int]) -> None:
    if isinstance(pay(bench, order, counts), NotesPresented | NotesShort):
        bench.run(1_500)
        take(bench)
    bench.run(3_000)


DEVICE = [
    "short_pick_next", "double_pick_next", "double_pick_passed_next", "low_sensor_blind", "near_end_mode", "reject_next",
    "reject_all", "reject_full", "reject_ejected_next", "reject_tray_missing", "note_left_at_exit_next",
    "jam_chk_dvt_next", "jam_dvt_ejt_next", "jam_ejt_exit_next", "jam_after_last_next", "wrong_cassette_next",
    "cassettes_swapped", "last_result_lost", "sensor_dirty", "solenoid_failed", "motor_failed",
    "answer_after_59_s_next", "nak_next", "ack_lost_next", "ack_late_next", "response_lost_next", "eot_missing_next",
    "counter_wrap_next",
]  # fmt: skip

TRAY = ["change_sensor_stuck_empty", "change_sensor_stuck_full", "change_shutter_stuck", "change_flap_stuck",
        "retract_sensor_full"]  # fmt: skip
