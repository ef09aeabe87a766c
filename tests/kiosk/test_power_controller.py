"""The controller while the mains are gone: what is sold, what is finished, what the journal and the UPS are told."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.faults import Fault
from kiosk.parameters import PowerPolicy
from kiosk.ports.cabinet import CabinetSeen, MainsChanged
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.ups import OffFailed, OffSet, PowerDip, PowerSeen
from kiosk.power import Power
from kiosk.sale.book import S
from kiosk.screen.values import ServiceMenu
from tests.kiosk.bench import Bench
from tests.kiosk.screen.world import CLOCK, TEXTS
from tests.kiosk.test_controller import HOLDS, device, even, let_go, to_the_end
from tests.kiosk.test_service import log_in

MAINS = PowerSeen("mains", False, 100, 1_200)
BATTERY = PowerSeen("battery", False, 100, 1_200)
LOW = PowerSeen("battery", True, 10, 0)
UNKNOWN = PowerSeen("unknown", False, -1, -1)


class FakeUps:
    """`takes`: whether it switches off when told."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.told: list[str] = []
        self.takes = True

    def switch_off(self, off_s: int) -> None:
        assert '"kind":"ups.off?"' in self.bench.on_disk(), "told before it was synced"
        self.told.append(f"off {off_s}")
        self.bench.report(OffSet(off_s) if self.takes else OffFailed("not taken"))

    def stay_on(self) -> None:
        self.told.append("on")

    def let_go(self) -> None:
        """It holds nothing back."""


def with_ups(bench: Bench, policy: PowerPolicy | None = None) -> tuple[Bench, FakeUps]:
    """A bench whose machine has a UPS that was heard."""
    ups = FakeUps(bench)
    bench.devices.ups = ups
    bench.controller.watch.fitted |= {"ups"}
    bench.controller._p.power = Power(ups, policy or PowerPolicy())
    bench.up()
    bench.say(MAINS, DeviceReady("ups", "megatec", "1", ""))
    return bench, ups


def stop_at(state: S) -> tuple[Bench, FakeUps]:
    bench, ups = with_ups(Bench())
    if state in HOLDS:
        name, order = HOLDS[state]
        device(bench, name).hold.add(order)  # type: ignore[attr-defined]
    bench.to_review()
    if state not in (S.LOCKING, S.REVIEWING):
        bench.touch("pay")
        bench.insert(10000)
        if state is S.CLOSING:
            bench.touch("cancel")
        elif state is not S.COLLECTING:
            bench.insert(5000, 500)
    if state in (S.PAYING, S.CHANGE_OUT):
        bench.unit.take()
        bench.run()
    assert bench.state is state
    return bench, ups


def ends(bench: Bench) -> list[dict[str, Any]]:
    return bench.intents("sale.end")


def outcome(bench: Bench) -> tuple[str, str]:
    (end,) = ends(bench)
    return end["outcome"], end["why"]


def powers(bench: Bench) -> list[str]:
    return [line["fact"]["what"] for line in bench.lines() if line["fact"]["kind"] == "sys.power"]


# -- idle


def test_an_idle_machine_says_so_waits_switches_off_and_stops() -> None:
    bench, ups = with_ups(Bench())
    bench.say(BATTERY)
    assert bench.controller.mode.name == "no_mains"
    bench.wait(19_000)
    assert not bench.stopped
    bench.wait(2_000)
    assert bench.stopped
    assert ups.told == ["off 30"]
    assert [kind for kind in bench.kinds() if kind.startswith(("ups.", "sys."))] == [
        "sys.boot", "ups.power", "ups.power", "sys.power", "sys.power", "ups.off?", "ups.off!", "sys.stop",
    ]  # fmt: skip
    assert powers(bench) == ["lost", "off"]


def test_mains_back_before_the_command_sells_again() -> None:
    bench, ups = with_ups(Bench())
    bench.say(BATTERY).wait(15_000).say(MAINS).wait(120_000)
    assert (bench.stopped, ups.told, bench.controller.mode.name) == (False, [], "normal")
    assert bench.to_paying().insert(10000, 5000, 500).state is S.TICKETS_OUT


def test_a_unit_that_cannot_be_switched_off_leaves_the_machine_waiting_and_mains_bring_it_back() -> None:
    bench, ups = with_ups(Bench())
    ups.takes = False
    bench.say(BATTERY).wait(30_000)
    assert (bench.stopped, ups.told) == (False, ["off 30"])
    bench.say(MAINS).wait(1_000)
    assert ups.told == ["off 30", "on"]
    assert bench.controller.mode.name == "normal"


def test_dips_are_written_down_and_nothing_else_happens() -> None:
    bench, _ = with_ups(Bench())
    bench.to_paying().insert(10000)
    for _ in range(100):
        bench.say(PowerDip(1_000))
    bench.insert(5000, 500)
    assert outcome(to_the_end(bench)) == ("sold", "")
    assert bench.kinds().count("ups.dip") == 100
    even(bench)


# -- a sale


@pytest.mark.parametrize("state", [S.LOCKING, S.REVIEWING])
def test_an_order_without_money_is_cancelled_and_the_machine_stops(state: S) -> None:
    bench, ups = stop_at(state)
    bench.say(BATTERY)
    let_go(bench)
    assert ends(bench)[0]["why"] == "power"
    bench.wait(21_000)
    assert (bench.stopped, ups.told) == (True, ["off 30"])
    even(bench)


def test_a_part_of_the_price_goes_back() -> None:
    bench, _ = stop_at(S.COLLECTING)
    bench.say(BATTERY)
    assert not bench.acceptor.accepts
    to_the_end(bench)
    assert outcome(bench) == ("refunded", "power")
    assert ends(bench)[0]["paid_out_fen"] == 10_000
    bench.wait(21_000)
    assert bench.stopped
    even(bench)


def test_the_note_that_makes_the_price_whole_is_waited_for() -> None:
    bench, _ = stop_at(S.COLLECTING)
    bench.insert(5000)
    bench.acceptor.hold.add("stack")
    bench.insert(500)
    bench.say(BATTERY)
    assert bench.state is S.COLLECTING
    let_go(bench)
    assert outcome(to_the_end(bench)) == ("sold", "")
    even(bench)


def test_a_note_that_does_not_make_it_whole_is_waited_for_and_goes_back_with_the_others() -> None:
    bench, _ = stop_at(S.COLLECTING)
    bench.acceptor.hold.add("stack")
    bench.insert(1000)
    bench.say(BATTERY)
    assert bench.state is S.COLLECTING
    to_the_end(bench)
    assert outcome(bench) == ("refunded", "power")
    assert ends(bench)[0]["paid_out_fen"] == 11_000
    even(bench)


def test_a_low_battery_does_not_wait_for_it() -> None:
    bench, _ = stop_at(S.COLLECTING)
    bench.acceptor.hold.add("stack")
    bench.insert(1000)
    bench.say(LOW).wait(10_000)
    assert bench.state is S.CLOSING
    to_the_end(bench)
    assert outcome(bench) == ("refunded", "power")
    even(bench)


PAID = [S.CONFIRMING, S.PRINTING, S.DELIVERING, S.TICKETS_OUT, S.PAYING, S.CHANGE_OUT]


@pytest.mark.parametrize("state", PAID, ids=lambda state: state.name)
def test_a_paid_sale_is_finished_and_then_the_machine_stops(state: S) -> None:
    bench, ups = stop_at(state)
    bench.say(BATTERY)
    assert bench.state is state
    to_the_end(bench)
    assert outcome(bench) == ("sold", "")
    assert ups.told == []
    bench.wait(21_000)
    assert (bench.stopped, ups.told) == (True, ["off 30"])
    even(bench)


@pytest.mark.parametrize("state", PAID, ids=lambda state: state.name)
@pytest.mark.parametrize("then", [MAINS, UNKNOWN])
def test_mains_back_during_a_sale_leaves_no_trace_in_it(state: S, then: Fact) -> None:
    bench, _ = stop_at(state)
    bench.say(BATTERY).wait(1_000).say(then)
    to_the_end(bench)
    assert outcome(bench) == ("sold", "")
    bench.wait(60_000)
    assert bench.stopped is (then is UNKNOWN)  # a unit that fell silent has not said that the mains are back
    even(bench)


@pytest.mark.parametrize("state", [S.TICKETS_OUT, S.CHANGE_OUT], ids=lambda state: state.name)
def test_what_nobody_takes_is_kept_early_when_the_battery_is_low(state: S) -> None:
    bench, ups = stop_at(state)
    bench.say(BATTERY).wait(2_000).say(LOW).wait(9_000)
    assert bench.state is state
    bench.wait(1_500)
    assert bench.state is not state
    to_the_end(bench, hands=False)
    assert bench.intents("claim.add")
    bench.wait(1_000)
    assert (bench.stopped, ups.told) == (True, ["off 30"])
    even(bench)


@pytest.mark.parametrize("state", [S.REVIEWING, S.COLLECTING, S.CLOSING, *PAID], ids=lambda state: state.name)
@pytest.mark.parametrize("seen", [BATTERY, LOW])
def test_power_gone_at_any_step_ends_completed_or_fully_returned(state: S, seen: Fact) -> None:
    """TVM-056: mains lost, and some seconds later the battery too; the next start goes by the journal."""
    for later_ms in (0, 1_000, 12_000):
        bench, _ = stop_at(state)
        bench.say(seen).wait(later_ms)
        again, _ = with_ups(bench.power_cut(later_ms=600_000))
        to_the_end(again, hands=False)
        even(again)
        assert len(again.intents("sale.end")) == 1


def test_a_restart_on_battery_asks_nobody_and_sells_nothing() -> None:
    bench, _ = stop_at(S.CONFIRMING)
    again = bench.power_cut()
    ups = FakeUps(again)
    again.devices.ups = ups
    again.controller.watch.fitted |= {"ups"}
    again.controller._p.power = Power(ups, PowerPolicy())
    again.say(BATTERY, DeviceReady("ups", "megatec", "1", ""))
    again.up()
    assert again.state is not S.RESUMING
    to_the_end(again)
    again.wait(21_000)
    assert again.stopped
    even(again)


def test_a_start_with_an_open_sale_does_not_wait_for_a_silent_ups() -> None:
    bench, _ = stop_at(S.COLLECTING)
    again = bench.power_cut()
    again.controller.watch.fitted |= {"ups"}
    again.say(Fault("ups", "NO_ANSWER", True, ""))
    again.up()
    assert not again.controller.starting
    assert again.state is S.RESUMING


# -- who decides


def test_where_a_ups_is_fitted_the_cabinets_switch_changes_nothing() -> None:
    bench, _ = with_ups(Bench())
    bench.to_paying().insert(10000)
    bench.say(MainsChanged(False), CabinetSeen((), True, False, ()))
    assert bench.state is S.COLLECTING
    assert bench.controller.mode.sells
    assert "mains" in bench.kinds()


def test_without_a_ups_the_cabinets_switch_decides_and_nothing_is_switched_off() -> None:
    bench = Bench().up()
    bench.say(MainsChanged(False)).wait(300_000)
    assert (bench.controller.mode.name, bench.stopped) == ("no_mains", False)
    bench.say(MainsChanged(True))
    assert bench.controller.mode.name == "normal"


def test_a_silent_unit_is_an_alarm_and_by_parameter_stops_sales() -> None:
    bench, _ = with_ups(Bench())
    bench.say(Fault("ups", "NO_ANSWER", True, ""), UNKNOWN).wait(120_000)
    assert bench.controller.mode.sells
    assert ("ups", "NO_ANSWER", "") in bench.controller.watch.faults
    strict, _ = with_ups(Bench(), PowerPolicy(unknown_stops=True))
    strict.say(UNKNOWN).wait(59_000)
    assert strict.controller.mode.sells
    strict.wait(1_500)
    assert strict.controller.mode.name == "fault"
    strict.say(MAINS)
    assert strict.controller.mode.sells


def power_row(bench: Bench) -> tuple[str, str, str, str]:
    """State, level, charge and time of the UPS, as a technician reads them; the strip says where the power comes from."""
    screen = bench.service.screen(bench.controller, TEXTS, CLOCK, bench.controller.now())
    assert isinstance(screen, ServiceMenu)
    row = next(row for row in screen.modules if row.words.main == "Power supply")
    assert row.action.target == ""
    assert screen.strip[1].words.main == ("Mains OK" if bench.controller.watch.mains else "On battery")
    return row.state.main, row.level, row.cycles, row.last.main


def test_the_technician_reads_source_charge_and_minutes() -> None:
    bench, _ = with_ups(Bench())
    log_in(bench.touch("language", "service"), "1001")
    assert power_row(bench) == ("Mains OK", "ok", "100%", "20 min")
    bench.say(PowerSeen("battery", False, 61, 660))
    assert power_row(bench) == ("On battery", "warn", "61%", "11 min")
    bench.say(LOW)
    assert power_row(bench) == ("On battery", "danger", "10%", "Battery low")
    bench.say(UNKNOWN, Fault("ups", "NO_ANSWER", True, ""))
    assert power_row(bench) == ("No answer", "danger", "–", "E11")


def test_a_machine_without_a_ups_has_no_such_row() -> None:
    bench = log_in(Bench().up().touch("service"), "1001")
    screen = bench.service.screen(bench.controller, TEXTS, CLOCK, bench.controller.now())
    assert isinstance(screen, ServiceMenu)
    assert len(screen.modules) == len(bench.controller.watch.fitted)
