"""The ticket printer's manners: start, blanks with every ending, lost answers, the hard limit."""

from __future__ import annotations

import pytest

from drivers.ttpm.driver import Ttpm
from drivers.ttpm.events import Made, Refused, Spoiled, Started, Unknown
from kiosk.faults import Fault
from kiosk.ports.fact import Fact
from kiosk.ports.ticket_printer import Picture
from tests.drivers.ttpm.ttpm_script import Bench, Cycle, Unit, golden

GOLDEN = golden()
FACE = Picture(688, 432, bytes(86 * 432))
STRIPE = "RT1D0123456G1234.261122VNPAOH08012AO00553008D186AF4"


class Plain(Bench):
    """The printer alone, its events beside its faults."""

    def __init__(self) -> None:
        self.faults: list[Fact] = []
        self.events: list[object] = []
        printer = Ttpm("ticket_unit", self.faults.append)
        printer.listen(self.events.append)
        self.printer = printer
        super().__init__(printer, Unit())

    def told(self) -> list[object]:
        events, self.events[:] = list(self.events), []
        return events

    def faulty(self) -> list[tuple[str, bool, str]]:
        faults, self.faults[:] = list(self.faults), []
        return [(fact.code, fact.up, fact.detail) for fact in faults if isinstance(fact, Fault)]

    def order(self, key: str = "K1") -> None:
        self.printer.print_ticket(key, STRIPE, FACE)


@pytest.fixture
def bench() -> Plain:
    bench = Plain()
    bench.plug()
    bench.run(100)
    assert bench.told() == [Started("OLD", False, "TTPM3 2.07 TVM-RASTER1")]
    bench.unit.lines.clear()
    return bench


def test_start_asks_who_what_last_and_how_many() -> None:
    bench = Plain()
    bench.plug()
    bench.run(50)
    assert bench.unit.lines == [b"!CA", b"!U", b"!V", b"!Y", b"!S"]
    assert bench.printer.memory.last_key == "OLD"
    assert (bench.printer.memory.tickets, bench.printer.memory.voided) == (12, 3)
    assert bench.faulty() == []


def test_a_good_ticket_costs_two_round_trips(bench: Plain) -> None:
    bench.order()
    bench.run(4_400)
    assert bench.told() == []
    bench.run(300)
    assert bench.told() == [Made("K1")]
    expected = [b"!CA", b'!F M N 20 20 1 2 2 1 "VOID"', b"!V", b"!Y", b"!Q K1", b"!F G", b"!J", b"!P1E", b"!Y", b"!V"]
    assert [line[: len(wanted)] for line, wanted in zip(bench.unit.lines, expected, strict=True)] == expected
    assert bench.unit.lines[6] == b"!J" + STRIPE.encode()
    assert bench.unit.faces == [GOLDEN["face_run_over_rows"].partition(b"\r\n")[2][:-2]]
    assert (bench.printer.memory.last_key, bench.printer.memory.tickets) == ("K1", 13)


def test_tickets_follow_one_another(bench: Plain) -> None:
    for number in range(3):
        bench.order(f"K{number}")
        bench.run(5_000)
    assert bench.told() == [Made("K0"), Made("K1"), Made("K2")]
    assert bench.faulty() == []


@pytest.mark.parametrize(
    ("nak", "cycle", "outcome", "fault"),
    [
        ("nak_1", Cycle([(200, GOLDEN["nak_1"])], 300, good=False), Refused("K1", "paper"), "PAPER_OUT"),
        ("nak_P", Cycle([(5, GOLDEN["nak_P"])], 10, good=False), Refused("K1", "paper"), "PAPER_OUT"),
        (
            "nak_1 mid-ticket",
            Cycle([(900, b"\x151")], 1_000, good=False, voided=1),
            Spoiled("K1", 1, "other"),
            "PAPER_OUT",
        ),
        ("nak_2", Cycle([(200, GOLDEN["nak_2"])], 300, good=False), Spoiled("K1", 0, "jam"), "TICKET_JAM"),
        ("nak_7", Cycle([(900, GOLDEN["nak_7"])], 1_000, good=False), Spoiled("K1", 1, "jam"), "TICKET_JAM"),
        ("nak_7 voided", Cycle([(900, b"\x157")], 1_000, good=False, voided=1), Spoiled("K1", 1, "jam"), "TICKET_JAM"),
        ("nak_8", Cycle([(2_000, GOLDEN["nak_8"])], 2_500, good=False, voided=1), Spoiled("K1", 1, "stripe"), None),
        ("nak_9", Cycle([(2_000, b"\x159")], 2_500, good=False, voided=1), Spoiled("K1", 1, "stripe"), None),
        ("nak_X", Cycle([(100, GOLDEN["nak_X"])], 200, good=False), Refused("K1", "other"), "DEVICE_FAILURE"),
        ("nak_4", Cycle([(900, GOLDEN["nak_4"])], 1_000, good=False), Spoiled("K1", 1, "jam"), "CUTTER"),
        (
            "nak_5 after print",
            Cycle([(1_500, b"\x06\x80"), (4_000, b"\x06\x02"), (4_100, GOLDEN["nak_5"])], 4_200, ejected=False),
            Unknown("K1", "cutter"),
            "CUTTER",
        ),
        (
            "nak_6 after print, not counted good",
            Cycle([(1_500, b"\x06\x80"), (4_000, b"\x06\x02"), (4_100, GOLDEN["nak_6"])], 4_200, good=False),
            Spoiled("K1", 1, "jam"),
            "CUTTER",
        ),
        (
            "nak_7 on the way out",
            Cycle([(1_500, b"\x06\x80"), (4_000, b"\x06\x02"), (4_100, b"\x157")], 4_200, ejected=False),
            Unknown("K1", "jam"),
            "TICKET_JAM",
        ),
        ("nak_A", Cycle([(100, GOLDEN["nak_A"])], 200, good=False), Refused("K1", "link"), None),
        ("nak_B", Cycle([(100, GOLDEN["nak_B"])], 200, good=False), Refused("K1", "link"), None),
        ("nak_C", Cycle([(100, GOLDEN["nak_C"])], 200, good=False, voided=1), Spoiled("K1", 1, "other"), None),
        ("nak_D", Cycle([(100, GOLDEN["nak_D"])], 200, good=False), Refused("K1", "link"), None),
        ("nak_E", Cycle([(100, GOLDEN["nak_E"])], 200, good=False), Refused("K1", "link"), None),
        ("nak_F", Cycle([(100, GOLDEN["nak_F"])], 200, good=False, voided=1), Spoiled("K1", 1, "other"), None),
        ("nak_unknown", Cycle([(5, GOLDEN["nak_unknown"])], 10, good=False), Refused("K1", "link"), None),
    ],
)
def test_every_nak_is_judged_by_the_units_own_memory(
    bench: Plain, nak: str, cycle: Cycle, outcome: object, fault: str | None
) -> None:
    bench.unit.cycles.append(cycle)
    bench.order()
    bench.run(6_000)
    assert [event for event in bench.told() if not isinstance(event, Started)] == [outcome]
    assert [code for code, up, _ in bench.faulty() if up] == ([fault] if fault else [])
    assert bench.unit.lines.count(b"!P1E") == 1


def test_a_ticket_acknowledged_but_not_remembered_is_nobodys_guess(bench: Plain) -> None:
    bench.unit.cycles.append(Cycle(good=False))
    bench.order()
    bench.run(7_000)
    assert bench.told()[0] == Unknown("K1", "disagrees")
    assert bench.unit.lines.count(b"!P1E") == 1


def test_three_stripe_faults_running_close_the_printer_until_a_good_ticket(bench: Plain) -> None:
    for number in range(3):
        bench.unit.cycles.append(Cycle([(2_000, b"\x159")], 2_500, good=False, voided=1))
        bench.order(f"K{number}")
        bench.run(3_000)
    assert bench.faulty() == [("STRIPE", True, "nak 9")]
    bench.order("K9")
    bench.run(6_000)
    assert bench.told()[-1] == Made("K9")
    assert bench.faulty() == [("STRIPE", False, "nak 9")]


def lost(first: int, count: int) -> list[tuple[int, bytes]]:
    whole = [(1_500, b"\x06\x80"), (4_000, b"\x06\x02")]
    return whole[:first] + whole[first + count :]


@pytest.mark.parametrize(("first", "count"), [(0, 1), (1, 1), (0, 2)])
def test_lost_acknowledgements_do_not_lose_the_ticket(bench: Plain, first: int, count: int) -> None:
    bench.unit.cycles.append(Cycle(lost(first, count)))
    bench.order()
    bench.run(6_000)
    assert bench.told() == [Made("K1")]


@pytest.mark.parametrize("question", [b"!V", b"!Y"])
def test_a_lost_answer_behind_the_print_is_asked_again(bench: Plain, question: bytes) -> None:
    bench.order()
    bench.run(200)
    bench.unit.garble[question] = b""
    bench.unit.out = [item for item in bench.unit.out if len(item[1]) == 2]  # only the acknowledgements arrive
    bench.run(4_500)
    assert bench.told() == []
    bench.unit.garble.clear()
    bench.run(3_000)
    assert bench.told() == [Made("K1")]
    assert bench.unit.lines.count(b"!P1E") == 1


def test_a_misread_memory_is_asked_again_not_believed(bench: Plain) -> None:
    bench.order()
    bench.run(200)
    bench.unit.out = [(at, b"\r\n" if data == b"K1\r\n" else data) for at, data in bench.unit.out]
    bench.run(5_000)
    assert bench.told() == [Made("K1")], "an empty text where OLD or K1 must stand"


def test_old_answers_that_come_again_do_not_deny_the_ticket(bench: Plain) -> None:
    bench.order()
    bench.run(200)
    bench.unit.say(b"tickets=12 voided=3\r\n", bench.now_ms + 10)
    bench.unit.say(b"OLD\r\n", bench.now_ms + 10)
    bench.run(6_000)
    assert bench.told() == [Made("K1")]


def test_a_print_command_that_got_lost_is_refused_not_repeated(bench: Plain) -> None:
    bench.unit.drops.append(b"!P")
    bench.order()
    bench.run(1_000)
    assert bench.told() == [Refused("K1", "link")]
    assert bench.unit.lines.count(b"!P1E") == 1


@pytest.mark.parametrize("command", [b"!CA", b"!F M", b"!V", b"!Y", b"!Q", b"!F G", b"!J"])
@pytest.mark.parametrize("answer", [b"", b"\x15?", b"\x15R", b"\x06"])
def test_what_could_not_be_loaded_is_never_printed(bench: Plain, command: bytes, answer: bytes) -> None:
    bench.unit.garble[command] = answer
    bench.order()
    bench.run(8_000)
    assert [event for event in bench.told() if not isinstance(event, Started)] == [Refused("K1", "link")]
    assert bench.unit.lines.count(b"!P1E") == 0
    bench.unit.garble.clear()
    bench.run(26_000)
    bench.told()
    bench.order("K2")
    bench.run(5_000)
    assert bench.told() == [Made("K2")]


@pytest.mark.parametrize("ends_ms", [4_900, 5_100, 14_900])
def test_a_slow_unit_is_waited_for(bench: Plain, ends_ms: int) -> None:
    bench.unit.cycles.append(Cycle([(1_500, b"\x06\x80"), (ends_ms - 50, b"\x06\x02")], ends_ms))
    bench.order()
    bench.run(ends_ms + 100)
    assert bench.told() == [Made("K1")]
    assert bench.unit.lines.count(b"!P1E") == 1


def test_after_the_hard_limit_nobody_knows_and_the_unit_is_asked_as_history(bench: Plain) -> None:
    bench.unit.cycles.append(Cycle([(1_500, b"\x06\x80"), (15_100, b"\x06\x02")], 15_200))
    bench.order()
    bench.run(15_050)
    assert bench.told() == [Unknown("K1", "silent")]
    bench.run(1_000)
    assert bench.told() == [Started("K1", False, "TTPM3 2.07 TVM-RASTER1")]
    assert bench.unit.lines.count(b"!P1E") == 1


def test_a_dead_unit_is_unknown_at_15_s_and_a_fault_before(bench: Plain) -> None:
    bench.order()
    bench.run(1_000)
    bench.unit.dead = True
    bench.unit.out.clear()
    bench.run(13_000)
    assert bench.told() == []
    assert bench.faulty() == [("NO_ANSWER", True, "")]
    bench.run(2_000)
    assert bench.told() == [Unknown("K1", "silent")]
    bench.printer.print_ticket("K2", STRIPE, FACE)
    assert bench.told() == [Refused("K2", "link")]


@pytest.mark.parametrize(
    ("good", "ejected", "voided", "outcome"),
    [
        (False, True, 1, Spoiled("K1", 1, "other")),  # found in the path, erased and voided
        (True, False, 1, Spoiled("K1", 1, "other")),  # was good already, then erased in the path
        (True, True, 0, Made("K1")),  # had been ejected before the power went
    ],
)
def test_a_unit_that_lost_power_is_asked_what_exists(
    bench: Plain, good: bool, ejected: bool, voided: int, outcome: object
) -> None:
    bench.order()
    bench.unit.cycles.append(Cycle([], 60_000, good=False))
    bench.run(1_000)
    bench.unit.dead = True
    bench.unit.out.clear()
    bench.run(8_000)
    unit = bench.unit
    unit.dead, unit.extended, unit._busy_until_ms = False, False, 0
    unit.last_key = "K1" if good else "OLD"
    unit.tickets, unit.voided = 12 + (good and ejected), 3 + voided
    if voided:
        unit.say(GOLDEN["nak_G"], bench.now_ms + 1)
    bench.run(3_000)
    events = bench.told()
    assert events[0] == outcome
    assert bench.unit.lines.count(b"!P1E") == 1


def test_unplugged_while_printing_is_asked_after_the_return(bench: Plain) -> None:
    bench.order()
    bench.run(1_000)
    bench.unplug()
    bench.run(4_000)
    assert bench.told() == []
    bench.plug()
    bench.run(2_000)
    assert bench.told()[0] == Made("K1")
    assert bench.faulty() == [("LINK_LOST", True, "gone"), ("LINK_LOST", False, "gone")]


def test_unplugged_for_good_is_unknown_at_the_limit(bench: Plain) -> None:
    bench.order()
    bench.run(1_000)
    bench.unplug()
    bench.run(15_000)
    assert bench.told() == [Unknown("K1", "silent")]


def test_unplugged_before_the_print_command_is_refused(bench: Plain) -> None:
    bench.order()
    bench.unplug()
    assert bench.told() == [Refused("K1", "link")]
    bench.order("K2")
    assert bench.told() == [Refused("K2", "link")]


def test_nak_g_at_power_up_is_told_with_the_start() -> None:
    bench = Plain()
    bench.unit.dead = True
    bench.plug()
    bench.run(4_000)
    assert bench.faulty() == [("NO_ANSWER", True, "")]
    bench.unit.dead = False
    bench.unit.voided = 4
    bench.unit.say(GOLDEN["nak_G"], bench.now_ms)
    bench.run(1_500)
    assert bench.told() == [Started("OLD", True, "TTPM3 2.07 TVM-RASTER1")]
    assert bench.faulty() == [("NO_ANSWER", False, "")]


def test_a_restart_of_the_unit_at_rest_is_told(bench: Plain) -> None:
    bench.unit.extended = False
    bench.unit.say(GOLDEN["nak_G"], bench.now_ms + 100)
    bench.run(500)
    assert bench.told() == [Started("OLD", True, "TTPM3 2.07 TVM-RASTER1")]


def test_a_unit_restarted_unnoticed_prints_in_the_right_mode(bench: Plain) -> None:
    bench.unit.extended = False
    bench.order()
    bench.run(5_000)
    assert bench.told() == [Made("K1")]


@pytest.mark.parametrize("name", ["TTPM3 2.07", "TTPM2 1.00 OTHER", "hello"])
def test_a_wrong_device_is_named_and_looked_at_again(name: str) -> None:
    bench = Plain()
    bench.unit.name = name
    bench.plug()
    bench.run(200)
    assert bench.faulty() == [("WRONG_DEVICE", True, name)]
    assert bench.told() == []
    bench.order()
    assert bench.told() == [Refused("K1", "link")]
    bench.unit.name = "TTPM3 2.07 TVM-RASTER1"
    bench.run(6_000)
    assert bench.faulty() == [("WRONG_DEVICE", False, name)]
    assert bench.told() == [Started("OLD", False, "TTPM3 2.07 TVM-RASTER1")]


def test_silence_at_rest_is_a_fault_and_ends(bench: Plain) -> None:
    bench.run(20_000)
    assert bench.faulty() == []
    bench.unit.dead = True
    bench.run(7_000)
    assert bench.faulty() == [("NO_ANSWER", True, "")]
    bench.unit.dead = False
    bench.run(2_000)
    assert bench.faulty() == [("NO_ANSWER", False, "")]
    assert bench.told() == [Started("OLD", False, "TTPM3 2.07 TVM-RASTER1")]


def test_a_pause_of_our_own_is_not_silence(bench: Plain) -> None:
    for _ in range(5):
        bench.run(1_300)
        bench.now_ms += 5_000
    bench.run(100)
    assert bench.faulty() == []


def test_paper_follows_its_sensor(bench: Plain) -> None:
    bench.unit.sensors = 0x60
    bench.run(2_500)
    assert bench.faulty() == [("PAPER_OUT", True, "sensor")]
    bench.unit.sensors = 0x61
    bench.run(2_500)
    assert bench.faulty() == [("PAPER_OUT", False, "sensor")]
    bench.unit.sensors = 0x21
    bench.run(2_500)
    assert bench.faulty() == [("DEVICE_FAILURE", True, "print head")]
    bench.unit.sensors = 0x61
    bench.run(2_500)
    assert bench.faulty() == [("DEVICE_FAILURE", False, "print head")]


def test_one_garbled_status_is_not_believed(bench: Plain) -> None:
    bench.unit.say(b"\x01\x00\x1e", bench.now_ms + 500)
    bench.run(5_000)
    assert bench.faulty() == []
    assert bench.told() == []


def test_answers_that_come_twice_are_heard_once(bench: Plain) -> None:
    bench.mangle = lambda data: data * 2
    for key in ("K1", "K2"):
        bench.order(key)
        bench.run(5_000)
    assert bench.told() == [Made("K1"), Made("K2")]


def test_a_jam_stays_until_people_were_there(bench: Plain) -> None:
    bench.unit.cycles.append(Cycle([(900, b"\x157")], 1_000, good=False))
    bench.order()
    bench.run(10_000)
    assert bench.faulty() == [("TICKET_JAM", True, "nak 7")]
    bench.told()
    bench.order("K2")
    assert bench.told() == [Refused("K2", "other")], "no second blank is risked"
    bench.unit.lines.clear()
    bench.printer.reset()
    bench.run(3_000)
    assert bench.unit.lines[0] == b"CAN"
    assert bench.faulty() == [("TICKET_JAM", False, "nak 7")]
    assert bench.told() == [Started("OLD", False, "TTPM3 2.07 TVM-RASTER1")]


def test_a_bad_order_is_refused_before_anything_is_sent(bench: Plain) -> None:
    bench.printer.print_ticket("K1", STRIPE[:-1] + "~", FACE)
    bench.printer.print_ticket("K2", STRIPE, Picture(16, 2, b"\x00"))
    bench.printer.print_ticket("a key", STRIPE, FACE)
    assert bench.told() == [Refused("K1", "other"), Refused("K2", "other"), Refused("a key", "other")]
    bench.run(100)
    assert bench.unit.lines == []


def test_a_second_order_is_refused_while_one_is_open(bench: Plain) -> None:
    bench.order("K1")
    bench.order("K2")
    assert bench.told() == [Refused("K2", "link")]
    bench.run(5_000)
    assert bench.told() == [Made("K1")]


def test_an_order_during_a_long_start_is_refused_after_5_s() -> None:
    bench = Plain()
    bench.unit.garble[b"!C"] = b""
    bench.plug()
    bench.run(100)
    bench.order()
    bench.run(4_900)
    assert bench.told() == []
    bench.run(200)
    assert bench.told() == [Refused("K1", "link")]


def test_probe_lines_name_identity_state_and_counters(bench: Plain) -> None:
    lines = bench.printer.probe_lines()
    assert lines[0] == "ticket printer TTPM3 2.07 TVM-RASTER1"
    assert "last_key OLD" in lines
    assert "tickets 12 voided 3" in lines
    assert "sensors 01100001 head 30" in lines


IN_PATH = 0x65  # as at rest, and top of form


def sold_out_of(sensors: int, *, order: bool = False) -> Plain:
    """The program starts beside a unit that was running all the time."""
    bench = Plain()
    bench.unit.sensors = sensors
    bench.plug()
    if order:
        bench.order()
    bench.run(100)
    return bench


@pytest.mark.parametrize("bit", [0x04, 0x08, 0x10])
def test_a_blank_that_sticks_is_seen_at_the_start(bit: int) -> None:
    bench = sold_out_of(0x61 | bit)
    assert bench.faulty() == [("TICKET_JAM", True, "path")]
    assert bench.told() == [Started("OLD", False, "TTPM3 2.07 TVM-RASTER1")]
    assert bench.unit.lines == [b"!CA", b"!U", b"!V", b"!Y", b"!S", b"!S"]
    bench.order()
    bench.run(5_000)
    assert bench.told() == [Refused("K1", "other")]
    assert b"!P1E" not in bench.unit.lines


def test_an_order_that_waited_for_the_start_is_refused_when_a_blank_sticks() -> None:
    bench = sold_out_of(IN_PATH, order=True)
    assert bench.told() == [Refused("K1", "other"), Started("OLD", False, "TTPM3 2.07 TVM-RASTER1")]
    bench.run(5_000)
    assert b"!P1E" not in bench.unit.lines


def test_one_reading_of_a_start_may_be_garbled() -> None:
    bench, first = Plain(), bytes((1, IN_PATH, 0x1E))
    bench.unit.garble[b"!S"] = first

    def once(data: bytes) -> bytes:
        if data == first:
            bench.unit.garble.clear()
        return data

    bench.mangle = once
    bench.plug()
    bench.run(5_000)
    assert bench.unit.lines.count(b"!S") == 2
    assert bench.faulty() == []
    assert bench.told() == [Started("OLD", False, "TTPM3 2.07 TVM-RASTER1")]


def test_what_lies_in_the_path_while_a_blank_is_made_is_no_jam(bench: Plain) -> None:
    bench.order()
    bench.run(300)
    for _ in range(3):
        bench.unit.say(bytes((1, IN_PATH, 0x1E)), bench.now_ms + 500)
        bench.run(1_000)
    bench.run(3_000)
    assert bench.told() == [Made("K1")]
    assert bench.faulty() == []


def test_a_blank_that_sticks_is_seen_while_idle_and_after_a_restart_of_people_who_did_not_take_it_out(
    bench: Plain,
) -> None:
    bench.unit.sensors = IN_PATH
    bench.run(2_500)
    assert bench.faulty() == [("TICKET_JAM", True, "path")]
    bench.printer.reset()
    bench.run(25_000)
    assert bench.faulty() == [("TICKET_JAM", False, "path"), ("TICKET_JAM", True, "path")]
    bench.unit.sensors = 0x61
    bench.printer.reset()
    bench.run(25_000)
    assert bench.faulty() == [("TICKET_JAM", False, "path")]


@pytest.mark.parametrize("words", [[], [(1_500, b"\x06\x80"), (4_000, b"\x06\x02")]])
def test_a_blank_whose_jam_nobody_heard_is_found_in_the_path(bench: Plain, words: list[tuple[int, bytes]]) -> None:
    bench.unit.cycles.append(Cycle(words, 4_500, good=False))
    bench.order()
    bench.run(300)
    bench.unit.sensors = IN_PATH
    bench.run(20_000)
    assert bench.told()[0] == Spoiled("K1", 1, "jam")
    assert bench.faulty() == [("TICKET_JAM", True, "path")]
