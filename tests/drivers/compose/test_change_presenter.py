from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from drivers.compose.board import Coil, Input
from drivers.compose.change_presenter import ChangePresenter
from drivers.lcdm.driver import Lcdm4000
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeRetractUncertain,
    ChangeTaken,
    DispenserPast,
    NotesPresented,
    NotesRefused,
    NotesShort,
    NotesUncertain,
    TrayReopened,
)
from tests.drivers.lcdm.lcdm_script import CASSETTES, DISPENSE, Paper, moved

FLAP_MS = 300
TRAY, SHUTTER, FLAP = Input.CHANGE_TRAY_OCCUPIED, Input.CHANGE_SHUTTER_CLOSED, Input.CHANGE_RETRACT_CLOSED


@dataclass
class PaperBoard:
    """Inputs that follow their coils after the flap's run time (board sheet, version 2). `stuck`: parts that do not move."""

    levels: dict[Input, bool | None] = field(
        default_factory=lambda: {TRAY: False, SHUTTER: True, FLAP: True, Input.RETRACT_BINS_NOT_FULL: True}
    )
    coils: dict[Coil, bool] = field(default_factory=dict)
    stuck: set[Coil] = field(default_factory=set)
    notes_stay: bool = False
    watchers: list[Callable[[Input, bool | None], None]] = field(default_factory=list)
    due: list[tuple[int, Coil, bool]] = field(default_factory=list)
    log: list[tuple[str, bool]] = field(default_factory=list)
    now_ms: int = 0

    def input(self, which: Input) -> bool | None:
        return self.levels.get(which)

    def set_coil(self, which: Coil, on: bool) -> None:
        self.log.append((which.name, on))
        if self.coils.get(which, False) != on:
            self.coils[which] = on
            self.due.append((self.now_ms + FLAP_MS, which, on))

    def watch(self, changed: Callable[[Input, bool | None], None]) -> None:
        self.watchers.append(changed)

    def see(self, which: Input, level: bool | None) -> None:
        if self.levels.get(which) != level:
            self.levels[which] = level
            for changed in self.watchers:
                changed(which, level)

    def tick(self, now_ms: int) -> None:
        self.now_ms = now_ms
        for when, coil, on in list(self.due):
            if when > now_ms:
                continue
            self.due.remove((when, coil, on))
            if coil in self.stuck or (coil is Coil.CHANGE_RETRACT and on and not self.levels[SHUTTER]):
                continue
            self.see(SHUTTER if coil is Coil.CHANGE_SHUTTER else FLAP, not on)
            if coil is Coil.CHANGE_RETRACT and on and not self.notes_stay:
                self.see(TRAY, False)


class Bench:
    """A presenter over a dispenser and a board of paper. Notes that the dispenser pays are seen by the tray at once."""

    def __init__(self, paper: Paper | None = None, *, tray_sees: bool = True) -> None:
        self.paper, self.board = paper or Paper(), PaperBoard()
        self.facts = self.paper.facts
        self.dispenser = Lcdm4000("dispenser", self.facts.append, cassettes=CASSETTES)
        self.it = ChangePresenter("dispenser", self.facts.append, self.dispenser, self.board, flap_ms=FLAP_MS)
        self.paper.participant = self.it
        self.paper.also = self.board.tick
        if tray_sees:
            data_of = self.paper._data

            def paying(code: int, data: bytes) -> bytes:
                answer = data_of(code, data)
                if code == DISPENSE and any(answer[2 + 3 * n] > 0x20 for n in range(4)):
                    self.board.see(TRAY, True)
                return answer

            self.paper._data = paying  # type: ignore[method-assign]

    def ready(self) -> Bench:
        self.it.link_up(self.paper.now_ms)
        self.run(1_000)
        self.facts.clear()
        self.board.log.clear()
        return self

    def run(self, for_ms: int) -> None:
        self.paper.run(for_ms)

    def news(self) -> list[Fact]:
        return [fact for fact in self.facts if not isinstance(fact, Fault)]

    def causes(self) -> list[tuple[str, bool, str]]:
        return [fault for fault in self.paper.faults() if fault[0] == "CHANGE_TRAY"]


PRESENTED = NotesPresented(1, ((1, 2, 0), (2, 1, 0)))


def presented(bench: Bench) -> Bench:
    bench.it.pay(1, {1: 2, 2: 1, 3: 0})
    bench.run(1_500)
    assert bench.news() == [PRESENTED]
    assert bench.board.levels[SHUTTER] is False
    bench.facts.clear()
    bench.board.log.clear()
    return bench


# -- the past


def test_the_past_with_its_outlet_comes_before_ready() -> None:
    bench = Bench(Paper(last=bytes([DISPENSE, 0x20, 0x30]) + moved({1: (2, 1)}), serial=6))
    bench.board.levels[TRAY] = True
    bench.it.link_up(bench.paper.now_ms)
    bench.run(1_000)
    assert bench.news() == [
        DispenserPast("pay", ((1, 2, 1),), "00", "notes", (("transaction", 6),)),
        DeviceReady("dispenser", "lcdm4000", "", ""),
    ]
    assert bench.board.log == []


def test_a_board_that_does_not_answer_leaves_the_outlet_unknown_after_three_seconds() -> None:
    bench = Bench()
    bench.board.levels.clear()
    bench.it.link_up(bench.paper.now_ms)
    bench.run(2_500)
    assert bench.news() == []
    bench.run(2_000)
    assert bench.news()[0] == DispenserPast("none", (), "", "unknown", ())


# -- paying


def test_notes_fall_behind_the_closed_shutter_then_it_opens_and_then_it_is_said() -> None:
    bench = Bench().ready()
    bench.it.pay(1, {1: 2, 2: 1})
    while not bench.board.log:
        bench.run(10)
    assert bench.board.levels[TRAY] is True
    assert bench.news() == []
    bench.run(FLAP_MS + 60)
    assert bench.news() == [PRESENTED]


def test_taken_closes_the_shutter() -> None:
    bench = presented(Bench().ready())
    bench.run(5_000)
    assert bench.news() == []
    bench.board.see(TRAY, False)
    bench.run(1_000)
    assert bench.news() == [ChangeTaken(1)]
    assert bench.board.levels[SHUTTER] is True
    assert bench.causes() == []


def test_a_flicker_of_the_sensor_is_not_taken() -> None:
    bench = presented(Bench().ready())
    bench.board.see(TRAY, False)
    bench.it.poll(bench.paper.now_ms)
    bench.board.see(TRAY, True)
    bench.run(1_000)
    assert bench.news() == []


def test_several_bundles_of_one_sale_come_one_after_the_other() -> None:
    bench = presented(Bench().ready())
    bench.it.pay(2, {3: 1})
    bench.run(2_000)
    assert bench.news() == []
    bench.board.see(TRAY, False)
    bench.run(3_000)
    assert bench.news() == [ChangeTaken(1), NotesPresented(2, ((3, 1, 0),))]


def test_short_is_presented_too() -> None:
    bench = Bench(Paper(results=[(1, {1: (1, 2)})])).ready()
    bench.it.pay(1, {1: 2})
    bench.run(2_000)
    assert bench.news() == [NotesShort(1, ((1, 1, 2),), "empty")]
    assert bench.board.levels[SHUTTER] is False


def test_short_of_everything_opens_nothing() -> None:
    bench = Bench(Paper(results=[(1, {})])).ready()
    bench.it.pay(1, {1: 2})
    bench.run(2_000)
    assert bench.news() == [NotesShort(1, ((1, 0, 0),), "empty")]
    assert bench.board.log == []
    bench.it.pay(2, {1: 1})
    bench.run(2_000)
    assert isinstance(bench.news()[-1], NotesPresented)


def test_what_is_not_certain_stays_behind_the_shutter() -> None:
    bench = Bench(Paper(results=[(7, {1: (2, 0)})])).ready()
    bench.it.pay(1, {1: 2})
    bench.run(2_000)
    assert bench.news() == [NotesUncertain(1, ((1, 2, 0),), "miscounted 07")]
    assert bench.board.log == []
    bench.it.pay(2, {1: 1})
    bench.run(1_000)
    assert bench.news()[1:] == [NotesRefused(2, "other")]
    assert bench.causes() == [("CHANGE_TRAY", True, "not empty")]


def test_refused_by_the_dispenser_is_refused() -> None:
    bench = Bench(Paper(results=[(0x24, {})])).ready()
    bench.it.pay(1, {1: 2})
    bench.run(1_000)
    assert bench.news() == [NotesRefused(1, "cassette_out")]


@pytest.mark.parametrize("counts", [{}, {1: 0}, {9: 1}, {1: 40}])
def test_orders_that_make_no_sense_are_refused(counts: dict[int, int]) -> None:
    bench = Bench().ready()
    bench.it.pay(1, counts)
    bench.run(200)
    assert bench.news() == [NotesRefused(1, "other")]


def test_without_a_board_nothing_is_paid() -> None:
    bench = Bench().ready()
    bench.board.see(TRAY, None)
    bench.it.pay(1, {1: 1})
    bench.run(200)
    assert bench.news() == [NotesRefused(1, "other")]
    bench.board.see(TRAY, False)
    assert bench.causes() == [("CHANGE_TRAY", True, "no board"), ("CHANGE_TRAY", False, "no board")]


def test_an_open_shutter_is_closed_before_notes_are_paid() -> None:
    bench = Bench().ready()
    bench.board.coils[Coil.CHANGE_SHUTTER] = True
    bench.board.see(SHUTTER, False)
    bench.it.pay(1, {1: 1})
    bench.run(200)
    assert bench.paper.names().count("DISPENSE") == 0
    bench.run(2_000)
    assert bench.news() == [NotesPresented(1, ((1, 1, 0),))]
    assert bench.board.log[0] == ("CHANGE_SHUTTER", False)


# -- what gets stuck


def test_a_shutter_that_does_not_open_presents_nothing() -> None:
    bench = Bench().ready()
    bench.board.stuck = {Coil.CHANGE_SHUTTER}
    bench.it.pay(1, {1: 2, 2: 1})
    bench.run(2_000)
    assert bench.news() == [NotesUncertain(1, PRESENTED.counts, "shutter")]
    assert bench.causes() == [("CHANGE_TRAY", True, "shutter")]
    assert bench.board.coils[Coil.CHANGE_SHUTTER] is False


def test_a_shutter_that_does_not_close_before_paying_refuses() -> None:
    bench = Bench().ready()
    bench.board.stuck = {Coil.CHANGE_SHUTTER}
    bench.board.coils[Coil.CHANGE_SHUTTER] = True
    bench.board.see(SHUTTER, False)
    bench.it.pay(1, {1: 1})
    bench.run(2_000)
    assert bench.news() == [NotesRefused(1, "other")]
    assert bench.causes() == [("CHANGE_TRAY", True, "shutter")]


def test_a_sensor_that_sees_nothing_lets_the_hand_in_but_nobody_says_taken() -> None:
    bench = Bench(tray_sees=False).ready()
    bench.it.pay(1, {1: 2, 2: 1})
    bench.run(5_000)
    assert bench.news() == [PRESENTED]
    assert bench.causes() == [("CHANGE_TRAY", True, "tray sensor")]
    bench.it.retract(1)
    bench.run(3_000)
    assert bench.news()[1:] == [ChangeRetractUncertain(1, "tray sensor")]


def test_the_board_forgot_its_coils_and_the_shutter_opens_again() -> None:
    bench = presented(Bench().ready())
    bench.board.coils.clear()
    bench.board.see(SHUTTER, True)
    bench.run(1_000)
    assert bench.board.levels[SHUTTER] is False
    assert bench.news() == []


# -- pulling back


def test_not_taken_is_retracted_shutter_first() -> None:
    bench = presented(Bench().ready())
    bench.it.retract(1)
    bench.run(2_000)
    assert bench.news() == [ChangeRetracted(1)]
    assert bench.board.log == [("CHANGE_SHUTTER", False), ("CHANGE_RETRACT", True), ("CHANGE_RETRACT", False)]
    assert (bench.board.levels[SHUTTER], bench.board.levels[FLAP]) == (True, True)


def test_taken_in_the_last_moment_is_taken() -> None:
    bench = presented(Bench().ready())
    bench.it.retract(1)
    bench.run(100)
    bench.board.see(TRAY, False)
    bench.run(2_000)
    assert bench.news() == [ChangeTaken(1)]
    assert ("CHANGE_RETRACT", True) not in bench.board.log


def test_a_retract_that_crosses_taken_is_not_answered_twice() -> None:
    bench = presented(Bench().ready())
    bench.board.see(TRAY, False)
    bench.run(150)
    assert bench.news() == [ChangeTaken(1)]
    bench.it.retract(1)
    bench.run(2_000)
    assert bench.news() == [ChangeTaken(1)]


@pytest.mark.parametrize(
    ("stuck", "stay", "reason"),
    [({Coil.CHANGE_SHUTTER}, False, "shutter"), ({Coil.CHANGE_RETRACT}, False, "flap"), (set(), True, "stuck")],
)
def test_what_cannot_be_pulled_back_is_uncertain(stuck: set[Coil], stay: bool, reason: str) -> None:
    bench = presented(Bench().ready())
    bench.board.stuck, bench.board.notes_stay = stuck, stay
    bench.it.retract(1)
    bench.run(4_000)
    assert bench.news() == [ChangeRetractUncertain(1, reason)]
    assert bench.causes() == [("CHANGE_TRAY", True, reason)]


def test_without_a_board_a_retract_is_uncertain() -> None:
    bench = presented(Bench().ready())
    bench.board.see(TRAY, None)
    bench.it.retract(1)
    bench.run(200)
    assert bench.news() == [ChangeRetractUncertain(1, "no board")]


def test_notes_of_an_earlier_life_are_retracted_or_found_taken() -> None:
    bench = Bench().ready()
    bench.board.see(TRAY, True)
    bench.it.retract(40)
    bench.run(2_000)
    bench.it.retract(41)
    bench.run(2_000)
    assert bench.news() == [ChangeRetracted(40), ChangeTaken(41)]


def test_notes_of_an_earlier_life_are_put_before_a_hand_again() -> None:
    bench = Bench().ready()
    bench.board.see(TRAY, True)
    bench.it.present_again(40)
    bench.run(2_000)
    assert bench.news() == [TrayReopened(40)]
    assert bench.board.levels[SHUTTER] is False
    bench.board.see(TRAY, False)
    bench.run(1_000)
    assert bench.news() == [TrayReopened(40), ChangeTaken(40)]
    assert bench.board.levels[SHUTTER] is True


def test_an_empty_outlet_is_not_opened_again() -> None:
    bench = Bench().ready()
    bench.it.present_again(40)
    bench.run(1_000)
    assert bench.news() == [ChangeTaken(40)]
    assert ("CHANGE_SHUTTER", True) not in bench.board.log


def test_a_full_retract_bin_stops_change_until_it_is_emptied() -> None:
    bench = Bench().ready()
    bench.board.see(Input.RETRACT_BINS_NOT_FULL, False)
    bench.board.see(Input.RETRACT_BINS_NOT_FULL, True)
    assert [fault[:2] for fault in bench.causes()] == [("CHANGE_TRAY", True), ("CHANGE_TRAY", False)]


def test_a_closed_change_door_means_somebody_was_there() -> None:
    bench = presented(Bench().ready())
    bench.board.stuck = {Coil.CHANGE_RETRACT}
    bench.it.retract(1)
    bench.run(4_000)
    bench.board.see(Input.CHANGE_DOOR_CLOSED, False)
    bench.board.see(TRAY, False)
    bench.board.see(Input.CHANGE_DOOR_CLOSED, True)
    assert bench.causes()[-1][:2] == ("CHANGE_TRAY", False)


# -- service


def test_a_test_note_moves_behind_the_shutter_into_the_reject_tray() -> None:
    bench = Bench().ready()
    bench.it.test(3)
    bench.run(1_000)
    assert bench.news() == [NotesPresented(0, ((3, 0, 1),))]
    assert bench.board.log == []


def test_restart_resets_the_dispenser_and_tells_the_past_again() -> None:
    bench = Bench().ready()
    bench.it.restart()
    bench.run(5_000)
    assert "RESET" in bench.paper.names()
    assert [type(fact) for fact in bench.news()] == [DispenserPast, DeviceReady]


def test_probe_tells_dispenser_and_tray() -> None:
    lines = Bench().ready().it.probe_lines()
    assert "tray at rest" in lines
    assert "model lcdm4000" in lines
    assert "occupied False shut True flap_shut True" in lines


def test_unplugged_while_paying_the_bundle_still_comes_after_replugging() -> None:
    bench = Bench(Paper(faults_of={DISPENSE: ["lost"]})).ready()
    bench.it.pay(1, {1: 2, 2: 1})
    bench.run(300)
    bench.it.link_lost("gone", bench.paper.now_ms)
    bench.run(1_000)
    assert bench.news() == []
    bench.it.link_up(bench.paper.now_ms)
    bench.run(2_000)
    assert [type(fact) for fact in bench.news() if not isinstance(fact, DeviceReady | DispenserPast)] == [
        NotesPresented
    ]
