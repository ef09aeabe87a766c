"""The monkey: it gets everywhere, repeats itself exactly, finds what is planted, and finds nothing in the machine as it is."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from simulator.campaign.fingers import Finger
from simulator.campaign.judge import Campaign
from simulator.campaign.main import main
from simulator.campaign.mischief import UNWITNESSED
from simulator.campaign.monkey import EVENTS_PER_PART, Monkey, units
from simulator.campaign.sabotage import planted
from simulator.campaign.sets_cards import CARD_SALES
from simulator.campaign.work import monkeys
from simulator.passenger.visit import targets
from simulator.world.level import Machine
from simulator.world.prepared import prepared
from simulator.world.run import FILLS, run
from simulator.world.script import Script

DEEP = {"attract", "home", "station", "trains", "seat", "review", "pay.cash", "printing", "take", "oos", "svc.login",
        "svc.menu", "svc.task"}  # fmt: skip


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_a_few_hundred_events_do_no_harm_and_are_judged() -> None:
    monkey = Monkey("7.0")
    monkey.run(400)
    assert monkey.found == []
    assert monkey.number == 400
    assert monkey.judge.auditor.records > 20
    assert monkey.screens["rest"] == 1
    assert monkey.box.idle()


def test_where_cards_and_phones_pay_it_uses_them_and_breaks_whom_they_pay_at() -> None:
    monkey = Monkey("10.0", prepared(FILLS["cards"]["full"], machine="cards"))
    cards = monkey.box.things.cards
    assert cards is not None
    went_in: list[str] = []
    cards.matter.watchers.append(lambda thing, source, target: went_in.append(target) if source == "hand" else None)
    monkey.run(500)
    assert monkey.found == []
    assert {"PIN", "trouble elsewhere"} <= set(monkey.told)
    assert "pay.card" in monkey.screens
    assert went_in
    assert {device for device, _ in monkey.mischief._faults} >= {"card_reader", "pin_pad"}
    assert monkey.box.settled()


def test_at_other_machines_nobody_has_a_card() -> None:
    monkey = Monkey("7.4")
    assert monkey.purse is None
    assert {"card", "PIN", "phone"}.isdisjoint(name for name, _ in monkey._acts)


def test_the_same_seed_does_the_same() -> None:
    runs = []
    for _ in range(2):
        monkey = Monkey("7.1")
        monkey.run(150)
        runs.append((monkey.judge.auditor.digest(), dict(monkey.told), dict(monkey.screens)))
    assert runs[0] == runs[1]


def test_it_touches_what_is_shown_what_was_shown_and_what_never_was(monkeypatch: pytest.MonkeyPatch) -> None:
    where: Counter[str] = Counter()
    honest = Finger.touch

    def touch(self: Finger, target: str) -> str:
        screen = self._box.screen
        where["shown" if screen is not None and target in targets(screen) else "not shown"] += 1
        return honest(self, target)

    monkeypatch.setattr(Finger, "touch", touch)
    Monkey("7.2").run(300)
    assert where["shown"] > 50
    assert where["not shown"] > 5


def test_parts_cover_all_events_and_one_can_be_had_alone() -> None:
    assert len(units(2 * EVENTS_PER_PART + 1, 1)) == 3
    result = units(2 * EVENTS_PER_PART + 40, 1, part=2)[0]()
    assert result["weight"] == 40
    assert result["violations"] == []
    with pytest.raises(ValueError, match="no part 9"):
        monkeys(100, 1, part=9)


@pytest.mark.parametrize(("machine", "ups"), [("bulk", False), ("usual", True), ("bulk", True), ("coins", False)])
def test_it_plays_with_every_machine(machine: Machine, ups: bool) -> None:
    found = units(500, 7, machine=machine, ups=ups)
    result = found[0]()
    assert len(found) == 1
    assert result["weight"] == 500
    assert result["violations"] == []
    assert sum(result["sales"].values()) > 0


def test_it_pulls_only_plugs_and_plays_only_faults_that_are_there() -> None:
    base = prepared(FILLS["bulk"]["full"], machine="bulk", ups=True)
    mischief = Monkey("7.5", base).mischief
    told = {mischief.fault().split()[0] for _ in range(400)} | {mischief.plug().split()[2] for _ in range(200)}
    assert {"acceptor", "cabinet", "ups"} <= told
    assert "dispenser" not in told


def test_the_command_that_repeats_a_part_names_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Finger) -> str:
        raise LookupError("nobody thought of it")

    monkeypatch.setattr(Finger, "passenger", broken)
    result = units(50, 7, machine="bulk", ups=True)[0]()
    assert "--monkey 50 --seed 7 --machine bulk --ups --part 0" in result["violations"][0]["text"]


def test_the_command_counts_events(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--monkey", "60", "--seed", "3", "--jobs", "1"]) == 0
    assert "60 events" in capsys.readouterr().out


def test_a_lie_that_nothing_witnesses_is_not_told() -> None:
    """The counter of stacked notes is silent, then a note is stacked that never was: decision 008 believes the unit."""
    mischief = Monkey("7.4").mischief
    switched: set[str] = set()
    for _ in range(3_000):
        switched.add(mischief.fault().removesuffix(" on"))
    pair = {f"{device} {name}" for device, name in UNWITNESSED}
    assert len(switched & pair) == 1
    assert {"acceptor withdrawn_on_string_next", "acceptor stacked_without_event_next"} <= switched


def test_an_exception_of_the_program_is_told_with_seed_and_event(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Finger) -> str:
        raise LookupError("nobody thought of it")

    monkeypatch.setattr(Finger, "shown", broken)
    monkey = Monkey("7.3")
    monkey.run(200)
    assert "monkey 7.3 event" in monkey.found[0]
    assert "nobody thought of it" in monkey.found[0]


def test_a_key_that_no_passenger_presses_shows_what_no_script_shows() -> None:
    """The clear key in the middle of a PIN: one of these monkeys finds it, and nothing in the machine as it is."""
    base = prepared(FILLS["cards"]["full"], machine="cards")

    def finds(number: int, bug: str) -> list[str]:
        with planted(bug) if bug else nullcontext():
            monkey = Monkey(f"{number}.0", base)
            monkey.run(200)
        return [text.partition("invariant ")[2] for text in monkey.found]

    told = ["10 (run): a card lies in the reader after a quiet time"]
    number = next((number for number in range(216, 276) if finds(number, "clear_key_ends_the_entry") == told), None)
    assert number is not None, "nobody noticed"
    assert finds(number, "") == []
    with planted("clear_key_ends_the_entry"):
        script = Script(1, (CARD_SALES["wrong PIN"], CARD_SALES["card cancelled"]), machine="cards")
        assert run(script).violations == []


SLOW_TO_FIND = pytest.param("claim_forgotten_on_retract", marks=pytest.mark.slow)


@pytest.mark.parametrize("bug", ["kept_after_cancel", "rounding_not_booked", SLOW_TO_FIND])
def test_a_planted_bug_is_found_and_the_part_that_repeats_it_told(bug: str) -> None:
    with planted(bug):
        found = (unit() for unit in units(10 * EVENTS_PER_PART, 1))
        result = next((each for each in found if each["violations"]), {"violations": []})
    assert result["violations"], f"{bug} was not found"
    assert "invariant 2" in result["violations"][0]["text"]
    assert "--seed 1 --part " in result["violations"][0]["text"]


@pytest.mark.slow
def test_200_000_events_find_nothing_and_get_everywhere() -> None:
    verdict = Campaign(monkeys(200_000, seed=20_261_122), jobs=2).run()
    assert [text for text, _ in verdict.found] == []
    assert verdict.counted == 200_000
    assert all(verdict.sales[name] > 50 for name in ("sold", "refunded", "cancelled", "claim"))
    deep = Monkey("20261122.0")
    deep.run()
    assert set(deep.screens) >= DEEP


@pytest.mark.parametrize(
    ("part", "events", "machine"),
    [
        pytest.param("3001.3728", 1_000, "usual", id="a note of no sale went back when the power failed"),
        pytest.param("3001.1589", 200, "usual", id="a sensor stopped lying while the tickets were pulled back"),
        pytest.param("3001.4493", 1_200, "usual", id="the box was out when the power failed, and not booked"),
        pytest.param("3001.4797", 640, "usual", id="two days began in which nothing was written"),
        pytest.param("16.40", 2_000, "bulk", id="the escrow cassette was pulled out while the deposit came back"),
        pytest.param("17.1", 800, "coins", id="somebody filled a hopper"),
    ],
)
def test_what_ten_million_events_once_found_is_found_no_more(part: str, events: int, machine: Machine) -> None:
    monkey = Monkey(part, prepared(FILLS[machine]["full"], machine=machine))
    monkey.run(events)
    assert monkey.found == []
    assert monkey.number == events
