"""The UPS twin against the ups sheet, section 2: frames, orders, battery, faults."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.megatec import MegatecUps
from simulator.devices.megatec.faults import FAULTS
from simulator.devices.twin import Speeds
from tests.simulator.devices.cash_golden import read

GOLDEN = {name: lines[0][1] for name, lines in read("megatec.txt").items()}


class Bench:
    def __init__(self, rate: float = 1.0, minutes: float = 10.0, **options: object) -> None:
        self.now = 1_000
        self.ups = MegatecUps(Speeds(rate=rate), minutes, **options)  # type: ignore[arg-type]
        self.ups.poll(self.now)

    def ask(self, command: str) -> bytes:
        self.ups.receive(command.encode() + b"\r", self.now)
        return self.ups.take_output()

    def bits(self) -> str:
        """b7 to b0 of the next Q1 answer."""
        answer = self.ask("Q1")
        assert len(answer) == 47
        assert answer[:1] == b"("
        return answer[-9:-1].decode()

    def wait(self, seconds: float) -> None:
        """Polled when it wants to be, as a pty does."""
        until = self.now + round(seconds * 1_000)
        while self.now < until:
            due = self.ups.poll(self.now)
            self.now = until if due is None else max(self.now + 1, min(until, due))
        self.ups.poll(self.now)

    def mains(self, on: bool) -> None:
        self.ups.mains(on, self.now)


def test_the_sheets_example() -> None:
    bench = Bench(frequency_hz=49.0, beeper=False)
    bench.ups.receive(GOLDEN["ask-status"], bench.now)
    assert bench.ups.take_output() == GOLDEN["status"]
    assert len(GOLDEN["status"]) == 47


def test_queries_and_unknown_commands() -> None:
    bench = Bench()
    assert bench.ask("F") == GOLDEN["rating"] == b"#220.0 000 024.0 50.0\r"
    assert bench.ask("I") == b"#TVM POWER       MEG-1000   V1.00     \r"
    assert bench.ask("M") == b"M\r"
    assert bench.ask("S11") == b"S11\r"
    assert bench.ask("S.1R0003") == b"S.1R0003\r"
    assert Bench(echo=False).ask("M") == b""


@pytest.mark.parametrize("command", ["T", "T10", "TL", "CT", "Q", "C", "S.5R0003", "S01", "S00R0000"])
def test_actions_are_obeyed_in_silence(command: str) -> None:
    assert Bench().ask(command) == b""


def test_pieces_of_a_command() -> None:
    bench = Bench()
    for byte in b"Q":
        bench.ups.receive(bytes([byte]), bench.now)
    assert bench.ups.take_output() == b""
    bench.ups.receive(b"1\rF\r", bench.now)
    assert bench.ups.take_output().count(b"\r") == 2
    bench.ups.receive(b"x" * 10_000, bench.now)
    assert len(bench.ask("")) <= 33


def test_battery_feeds_the_machine_until_it_is_empty() -> None:
    bench = Bench(minutes=10)
    assert bench.bits() == "00001001"
    bench.mains(False)
    assert bench.bits() == "10001001"
    bench.wait(7 * 60)
    assert (bench.ups.charge_pct, bench.bits()) == (30, "10001001")
    bench.wait(70)
    assert bench.bits() == "11001001"
    bench.wait(100)
    assert bench.ups.output
    bench.wait(11)
    assert not bench.ups.output
    assert bench.ask("Q1") == b""
    bench.mains(True)
    assert bench.ups.output
    assert bench.bits() == "01001001"
    bench.wait(20 * 60)
    assert bench.ups.charge_pct == 33


def test_the_clocks_rate_empties_it_sooner() -> None:
    bench = Bench(rate=10.0, minutes=10)
    bench.mains(False)
    bench.wait(59)
    assert bench.ups.output
    bench.wait(2)
    assert not bench.ups.output


def test_one_long_wait_is_as_many_short_ones() -> None:
    quick, slow = Bench(minutes=3), Bench(minutes=3)
    for bench in (quick, slow):
        bench.mains(False)
    quick.now += 150_000
    quick.ups.poll(quick.now)
    for _ in range(150):
        slow.now += 1_000
        slow.ups.poll(slow.now)
    assert quick.ups.body.battery.left_ms == pytest.approx(slow.ups.body.battery.left_ms)
    quick.now += 3_600_000
    quick.ups.poll(quick.now)
    assert not quick.ups.output


def test_voltage_falls_and_is_per_cell_on_an_on_line_unit() -> None:
    bench = Bench(on_line=True)
    assert bench.ask("Q1")[28:32] == b"2.29"
    assert bench.bits()[4] == "0"
    bench.mains(False)
    high = float(bench.ask("Q1")[28:32])
    bench.wait(300)
    assert float(bench.ask("Q1")[28:32]) < high
    assert bench.ask("Q1")[1:6] == b"000.0"


# -- switching off


def test_shutdown_with_return_after_a_mains_failure() -> None:
    bench = Bench()
    bench.mains(False)
    bench.ask("S.5R0003")
    assert bench.bits()[6] == "1"
    bench.wait(29)
    assert bench.ups.output
    bench.wait(2)
    assert not bench.ups.output
    bench.wait(3_600)
    assert not bench.ups.output
    bench.mains(True)
    assert bench.ups.output
    assert bench.bits()[6] == "0"


def test_mains_back_before_the_cut_still_cuts_and_gives_back() -> None:
    """Section 4: the machine halts by itself, so the power must go and come or it stays dark."""
    bench = Bench()
    bench.mains(False)
    bench.ask("S.5R0003")
    bench.wait(10)
    bench.mains(True)
    bench.wait(21)
    assert not bench.ups.output
    bench.wait(178)
    assert not bench.ups.output
    bench.wait(2)
    assert bench.ups.output


def test_cancel_in_time_and_after() -> None:
    bench = Bench()
    bench.ask("S.5R0000")
    bench.wait(10)
    bench.ask("C")
    bench.wait(60)
    assert bench.ups.output
    bench.ask("S00R0000")
    bench.wait(3_600)
    assert not bench.ups.output
    bench.ask("C")
    assert bench.ups.output
    assert bench.bits()[6] == "0"


def test_plain_shutdown_returns_with_mains_present() -> None:
    bench = Bench()
    bench.ask("S.2")
    bench.wait(12.5)
    assert not bench.ups.output
    bench.wait(10)
    assert bench.ups.output


def test_battery_empty_before_the_cut() -> None:
    bench = Bench(minutes=1)
    bench.mains(False)
    bench.ask("S10R0003")
    bench.wait(61)
    assert not bench.ups.output
    bench.mains(True)
    assert bench.ups.output
    bench.wait(600)
    assert bench.ups.output


# -- tests of the battery, beeper


def test_short_test_and_test_until_low() -> None:
    bench = Bench(minutes=10)
    bench.ask("T")
    assert bench.bits() == "00001101"
    bench.wait(11)
    assert bench.bits() == "00001001"
    bench.ask("TL")
    bench.wait(7 * 60)
    assert bench.bits()[5] == "1"
    bench.wait(2 * 60)
    assert bench.bits()[5] == "0"
    assert bench.ups.charge_pct in range(19, 26)
    bench.ask("T10")
    bench.ask("CT")
    assert bench.bits()[5] == "0"
    bench.ask("Q")
    assert bench.bits()[7] == "0"


# -- faults


def test_every_fault_has_a_sentence_of_its_own() -> None:
    assert len(set(FAULTS.values())) == len(FAULTS)
    assert set(FAULTS) < set(Bench().ups.fault_names())


@pytest.mark.parametrize(("fault", "seconds"), [("dip_300_ms_next", 0.3), ("dip_1_s_next", 1), ("dip_10_s_next", 10)])
def test_dips(fault: str, seconds: float) -> None:
    bench = Bench()
    bench.ups.faults.add(fault)
    bench.wait(seconds * 0.9)
    assert bench.bits()[0] == "1"
    bench.wait(seconds * 0.2)
    assert bench.bits()[0] == "0"
    assert bench.ups.output


def test_flicker() -> None:
    bench = Bench()
    bench.ups.faults.add("flicker")
    seen = []
    for _ in range(6):
        seen.append(bench.bits()[0])
        bench.wait(1)
    assert sorted(seen) == ["0"] * 3 + ["1"] * 3
    assert bench.ups.output


def test_a_battery_that_lies_dies_without_a_word() -> None:
    bench = Bench(minutes=10)
    bench.ups.faults.add("battery_lies")
    bench.mains(False)
    bench.wait(55)
    assert bench.bits() == "10001001"
    assert bench.ask("Q1")[28:32] == b"25.4"
    bench.wait(6)
    assert not bench.ups.output


def test_low_at_once() -> None:
    bench = Bench()
    bench.ups.faults.add("low_at_once")
    assert bench.bits()[:2] == "00"
    bench.mains(False)
    assert bench.bits()[:2] == "11"
    assert bench.ups.charge_pct == 100


def test_mains_back_during_shutdown() -> None:
    bench = Bench()
    bench.mains(False)
    bench.ups.faults.add("mains_back_during_shutdown_next")
    bench.ask("S.5R0001")
    bench.wait(16)
    assert bench.bits() == "00001011"
    bench.wait(15)
    assert not bench.ups.output
    bench.wait(60)
    assert bench.ups.output


def test_orders_that_are_not_carried_out() -> None:
    bench = Bench()
    bench.ups.faults.add("shutdown_ignored")
    bench.ask("S.5R0003")
    assert bench.bits()[6] == "0"
    bench.ups.faults = {"cancel_ignored", "no_return"}
    bench.ask("S.5R0001")
    bench.ask("C")
    bench.wait(3_600)
    assert not bench.ups.output
    bench.ups.faults.clear()
    bench.ask("C")
    assert bench.ups.output


def test_output_lost_comes_back() -> None:
    bench = Bench()
    bench.ups.faults.add("output_lost_next")
    bench.wait(1)
    assert not bench.ups.output
    bench.wait(10)
    assert bench.ups.output


def test_frames_that_are_none() -> None:
    bench = Bench()
    bench.ups.faults.add("silent")
    assert bench.ask("Q1") == b""
    bench.ups.faults = {"comma_for_point"}
    assert b"226,0" in bench.ask("Q1")
    bench.ups.faults = {"letter_for_bit_next", "no_echo"}
    assert bench.bits() == "0000O001"
    assert bench.bits() == "00001001"
    assert bench.ask("M") == b""
    bench.ups.faults = {"cut_frame_once"}
    assert len(bench.ask("Q1")) == 23
    bench.ups.faults = {"ups_failed", "bypass"}
    assert bench.bits() == "00111001"


def test_it_forgets_an_order_when_it_starts_again_by_itself() -> None:
    bench = Bench()
    bench.ask("S.5R0003")
    bench.ups.faults.add("reset_by_itself_once")
    assert bench.ask("Q1") == b""
    assert bench.bits()[6] == "0"


moves = st.one_of(
    st.tuples(st.just("mains"), st.booleans()),
    st.tuples(
        st.just("say"), st.sampled_from(("Q1", "S.5R0003", "S01", "S00R0000", "C", "T", "TL", "T05", "CT", "Q", "xyz"))
    ),
    st.tuples(st.just("wait"), st.integers(1, 400)),
    st.tuples(st.just("jump"), st.integers(1, 4_000_000)),
    st.tuples(st.just("fault"), st.sampled_from(sorted(FAULTS))),
    st.tuples(st.just("noise"), st.binary(max_size=20)),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(moves, max_size=25), st.sampled_from((1.0, 10.0)))
def test_the_output_never_outlives_its_sources_and_always_comes_back(
    script: list[tuple[str, object]], rate: float
) -> None:
    bench = Bench(rate=rate, minutes=3)
    for kind, what in script:
        match kind, what:
            case "mains", bool(on):
                bench.mains(on)
            case "say", str(command):
                bench.ask(command)
            case "wait", int(seconds):
                bench.wait(seconds)
            case "jump", int(ms):
                bench.now += ms
                bench.ups.poll(bench.now)
            case "fault", str(name):
                bench.ups.faults ^= {name}
                bench.ups.poll(bench.now)  # the mains of `sag` and its like end where they stand
            case "noise", bytes(data):
                bench.ups.receive(data, bench.now)
                bench.ups.take_output()
        assert 0 <= bench.ups.charge_pct <= 100
        assert bench.ups.body.alive or not bench.ups.output
    bench.ups.faults.clear()
    bench.mains(True)
    bench.wait(11)  # a dip that was under way is over
    bench.ups.receive(b"\r", bench.now)
    bench.ups.take_output()
    bench.ask("C")
    assert bench.ups.output
    assert bench.bits()[0] == "0"


@pytest.mark.parametrize(
    ("fault", "volts", "hertz"),
    [("sag", b"180.0", b"50.0"), ("surge", b"260.0", b"50.0"), ("frequency_off", b"226.0", b"46.0")],
)
def test_mains_beyond_their_limits_are_measured_and_not_passed_on(fault: str, volts: bytes, hertz: bytes) -> None:
    bench = Bench()
    bench.ups.faults.add(fault)
    words = bench.ask("Q1").split()
    assert (words[0][1:], words[4]) == (volts, hertz)
    assert words[-1].startswith(b"1")
    assert bench.ups.output
    bench.ups.faults.clear()
    assert bench.ask("Q1").split()[-1].startswith(b"0")
