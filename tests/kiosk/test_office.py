"""Commands and parameter sets of the station: believed when signed, obeyed once, never late, and kept over power cuts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from kiosk.office import PAUSE_MS, SILENT_MS
from kiosk.ports.station import InboxFailed, InboxHeard, NetworkKnown, SessionGranted, StationBack, StationLost
from kiosk.ports.trips import SignedText
from kiosk.sale.book import S
from simulator.station.machines.models import MODES
from simulator.station.machines.sets import SETS
from simulator.station.machines.signing import Signer
from tests.kiosk.bench import Bench
from tests.kiosk.screen.world import LIMITS, NETWORK, WALL_MS

SIGNER = Signer(bytes(range(32)))
STRANGER = Signer(bytes(32))
LATER_MS = WALL_MS + 86_400_000


def signed(text: dict[str, Any], by: Signer = SIGNER) -> SignedText:
    line = json.dumps(text)
    return SignedText(line, by.sign(line))


def command(seq: int, name: str = "mode", argument: str = "closed", by: Signer = SIGNER, **more: Any) -> SignedText:
    text = {"kind": "command", "machine": "T01", "seq": seq, "issued_ms": WALL_MS, "expires_ms": LATER_MS}
    return signed(text | {"name": name, "argument": argument} | more, by)


def parameters(
    version: int, by: Signer = SIGNER, effective_ms: int = 0, expires_ms: int = 0, **body: Any
) -> SignedText:
    times = {"effective_ms": effective_ms, "expires_ms": expires_ms}
    return signed({"kind": "parameters", "set": "operating", "version": version, **times, "body": body}, by)


def bench() -> Bench:
    return Bench(station_key=SIGNER.public).up()


def hear(machine: Bench, *commands: SignedText, sets: Sequence[SignedText] = ()) -> Bench:
    return machine.say(InboxHeard(commands, tuple(sets)))


def answers(machine: Bench) -> list[tuple[int, str, str]]:
    facts = [line["fact"] for line in machine.lines() if line["fact"]["kind"] == "sys.command"]
    return [(fact["seq"], fact["outcome"], fact["reason"]) for fact in facts]


def told(machine: Bench, kind: str) -> list[dict[str, Any]]:
    return [line["fact"] for line in machine.lines() if line["fact"]["kind"] == kind]


def test_machine_and_station_read_the_same_sheet() -> None:
    from kiosk.office import MODES as OURS
    from kiosk.parameter_set import RANGES

    assert dict(SETS["operating"]) == dict(RANGES)
    assert OURS == MODES


def test_without_a_key_the_office_is_never_asked() -> None:
    machine = Bench().up().wait(120_000)
    assert machine.station.inbox == []


def test_the_machine_asks_for_what_is_new_and_asks_again_when_it_was_answered() -> None:
    machine = bench()
    assert machine.station.inbox == [(0, 0)]
    machine.wait(20_000)
    assert len(machine.station.inbox) == 1
    hear(machine, command(1), sets=[parameters(7, roll_low=10)])
    machine.wait(2_000)
    assert machine.station.inbox[1:] == [(1, 7)]


def test_an_answer_that_came_at_once_without_news_is_not_asked_for_in_a_rush() -> None:
    machine = bench()
    hear(machine).wait(PAUSE_MS - 1_000)
    assert len(machine.station.inbox) == 1
    machine.wait(2_000)
    assert len(machine.station.inbox) == 2
    machine.say(InboxFailed("timeout")).wait(PAUSE_MS + 1_000)
    assert len(machine.station.inbox) == 3
    machine.wait(SILENT_MS + 1_000)
    assert len(machine.station.inbox) == 4


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("closed", "closed"),
        ("stopped", "remote_stop"),
        ("emergency", "emergency"),
        ("query_only", "query_only"),
        ("no_notes", "query_only"),
    ],
)
def test_each_mode_is_reached_and_left_by_command_and_kept_over_a_power_cut(argument: str, name: str) -> None:
    machine = hear(bench(), command(1, argument=argument))
    assert machine.controller.mode.name == name
    again = machine.power_cut().up()
    assert again.controller.mode.name == name
    hear(again, command(2, argument="normal"))
    assert again.controller.mode.name == "normal"
    assert answers(again) == [(1, "done", ""), (2, "done", "")]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (command(1, by=STRANGER), "signature"),
        (SignedText(command(1).text.replace("closed", "normal"), command(1).signature), "signature"),
        (SignedText(command(1).text, "zz"), "signature"),
        (command(1, expires_ms=WALL_MS), "expired"),
        (command(1, machine="T02"), "machine"),
        (command(1, argument="asleep"), "argument"),
        (command(1, name="dispense"), "unknown"),
        (signed({"kind": "command", "seq": "1"}), "malformed"),
        (SignedText("[" * 5_000, "00"), "malformed"),
    ],
)
def test_what_is_not_obeyed_is_answered_with_the_reason(entry: SignedText, reason: str) -> None:
    machine = hear(bench(), entry)
    hear(machine, entry)
    assert machine.controller.mode.name == "normal"
    assert [(outcome, why) for _, outcome, why in answers(machine)] == [("refused", reason)]


def test_a_stranger_uses_up_no_numbers() -> None:
    machine = hear(bench(), command(900, by=STRANGER))
    again = machine.power_cut().up()
    assert again.station.inbox[-1] == (0, 0)
    hear(again, command(1))
    assert again.controller.mode.name == "closed"


def test_a_command_is_obeyed_once_over_a_power_cut() -> None:
    machine = hear(bench(), command(1), command(2, argument="normal"))
    again = hear(machine.power_cut().up(), command(1), command(2, argument="normal"))
    assert again.controller.mode.name == "normal"
    assert answers(again) == [(1, "done", ""), (2, "done", "")]


def test_the_clock_that_counts_is_the_stations() -> None:
    machine = bench().say(StationBack(30_000))
    hear(machine, command(1, expires_ms=machine.clock.wall_ms() + 20_000))
    assert answers(machine) == [(1, "refused", "expired")]


def test_a_running_sale_goes_on_and_what_needs_rest_waits_for_its_end_or_expires() -> None:
    machine = bench().to_paying().insert(10000)
    soon_ms = machine.clock.wall_ms() + 10_000
    hear(machine, command(1), command(2, "registers", "", expires_ms=soon_ms), command(3, "registers", ""))
    assert machine.state is S.COLLECTING
    assert answers(machine) == [(1, "done", "")]
    machine.wait(20_000)
    assert machine.state is S.COLLECTING
    assert answers(machine) == [(1, "done", ""), (2, "refused", "expired")]
    machine.wait(90_000)
    machine.dispenser.take()
    machine.wait(60_000)
    assert machine.controller.sale is None
    assert answers(machine)[2:] == [(3, "done", "")]
    assert machine.controller.mode.name == "closed"


def test_registers_are_told_in_the_line_of_the_answer() -> None:
    machine = hear(bench(), command(1, "end_day", "2026-11-21"))
    (line,) = [line for line in machine.lines() if line["fact"]["kind"] == "sys.command"]
    (said,) = line["intents"]
    assert (said["kind"], said["day"], said["values"]) == ("registers", "2026-11-21", [])


def test_a_restart_is_answered_before_it_happens_and_not_repeated() -> None:
    machine = hear(bench(), command(1, "restart", ""))
    assert machine.stopped
    assert machine.kinds()[-2:] == ["sys.command", "sys.stop"]
    again = hear(machine.power_cut().up(), command(1, "restart", ""))
    assert not again.stopped


def test_emergency_gives_the_money_back() -> None:
    machine = bench().to_paying().insert(5000)
    hear(machine, command(1, argument="emergency"))
    assert machine.state is not S.COLLECTING
    machine.dispenser.take()
    machine.wait(60_000)
    assert machine.dispenser.hands_fen == 5000
    assert machine.controller.mode.name == "emergency"


# -- parameter sets


def test_a_set_holds_from_its_time_to_its_end_and_survives_a_power_cut() -> None:
    machine = bench()
    start = machine.clock.wall_ms()
    sets = [parameters(3, effective_ms=start + 120_000, expires_ms=start + 240_000, roll_low=700, pay_tries=1)]
    hear(machine, sets=sets)
    assert "roll_low" not in machine.controller.mode.reasons
    machine = machine.power_cut().up().wait(180_000)
    assert "roll_low" in machine.controller.mode.reasons
    assert machine.controller.status()["parameters"] == 3
    machine = machine.power_cut().up()
    assert "roll_low" in machine.controller.mode.reasons
    machine.wait(180_000)
    assert "roll_low" not in machine.controller.mode.reasons
    assert [(fact["version"], fact["why"]) for fact in told(machine, "sys.params")] == [
        (3, "effective"),
        (0, "expired"),
    ]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (parameters(5, by=STRANGER, roll_low=9), "signature"),
        (parameters(5, roll_low=5_000), "roll_low: not within 0..1000"),
        (parameters(5, roll_low=True), "roll_low: not within 0..1000"),
        (parameters(5, price_fen=1), "price_fen: unknown"),
        (parameters(5, box_near_full=4_000), "box_near_full: more than 1000 fit"),
        (parameters(5, opens_min=4), "opens_min, closes_min: both, and not the same minute"),
        (parameters(2, roll_low=9), "version"),
        (signed({"kind": "parameters", "set": "fares", "version": 5}), "not a parameter set"),
    ],
)
def test_a_bad_set_is_refused_with_the_reason_and_the_old_one_stays(entry: SignedText, reason: str) -> None:
    machine = hear(bench(), sets=[parameters(4, roll_low=700)])
    hear(machine, sets=[entry])
    assert [fact["reason"] for fact in told(machine, "params.refused")] == [reason]
    assert machine.controller.status()["parameters"] == 4
    assert machine.power_cut().up().controller.status()["parameters"] == 4


def test_a_sale_keeps_the_set_it_was_opened_with_over_a_power_cut() -> None:
    machine = bench().to_paying()
    hear(machine, sets=[parameters(1, collect_patience_ms=300_000)])
    assert told(machine, "params.staged") == []
    assert machine.controller.sale is not None
    again = machine.insert(5000).power_cut().up()
    assert again.controller.sale is not None
    again.wait(400_000)
    hear(again, sets=[parameters(1, collect_patience_ms=300_000)])
    assert told(again, "sys.params")[-1]["version"] == 1
    again.to_paying()
    first = again.controller.sale
    assert first is not None
    limit = first.deadline()
    assert limit is not None
    assert limit[0] - again.clock.mono_ms() > 200_000


def test_hours_close_the_machine_and_open_it_again() -> None:
    machine = bench()
    minute = machine.clock.wall_ms() // 60_000 % 1_440
    hear(machine, sets=[parameters(1, opens_min=(minute + 5) % 1_440, closes_min=minute)])
    assert machine.controller.mode.name == "closed"
    machine.wait(6 * 60_000)
    assert machine.controller.mode.name == "normal"


def test_a_grant_that_was_taken_stops_the_machine_until_it_is_given_again() -> None:
    machine = bench()
    machine.say(InboxFailed("no_grant"))
    assert machine.controller.mode.name == "no_grant"
    before = machine.station.asked.count("session")
    hear(machine)
    assert machine.station.asked.count("session") == before + 1
    assert machine.controller.mode.name == "normal"


def test_a_station_that_is_back_is_asked_for_its_network_and_the_status_tells_which_one() -> None:
    machine = bench()
    machine.say(SessionGranted("BXP", 0, LIMITS), StationLost("timeout"))
    asked, known = machine.station.asked.count("network"), machine.journey.index
    machine.say(StationBack(0))
    assert machine.station.asked.count("network") == asked + 1
    assert machine.controller.status()["network"] == NETWORK.version
    assert machine.journey.index is known  # the same one costs nothing
    machine.say(NetworkKnown(replace(NETWORK, version="another", hot=())))
    assert machine.controller.status()["network"] == "another"
    assert machine.journey.network is not None
    assert machine.journey.network.hot == ()
