"""The emergency drill: four policies in one night. By the engine with many refunds, and over HTTP with a night of sales."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.fuzz.station_api.stage import EPOCH, TOKENS, Stage
from simulator.station.rules import drill
from simulator.station.rules.drill import EVENING_MS, Case, night_rules, run, second
from simulator.station.rules.main import main
from simulator.station.rules.moments import HOUR_MS
from simulator.station.world import World

REFUNDS = 5_000
DESTINATIONS = {"WCN": True, "ZZF": False}
SOLD_H, BACK_H = (0, 2.5, 4.5, 6.5, 8.5), (1, 3, 5, 7, 9, 11.5)


def test_every_refund_is_judged_by_the_right_policy_and_no_fen_is_lost() -> None:
    outcome = run(night_rules(), REFUNDS, 7)
    assert outcome.wrong == []
    assert outcome.exact
    assert set(outcome.refunds) == {"E1", "E2", "E3", "E4", "rules", "refused"}
    assert min(outcome.refunds.values()) > REFUNDS // 100
    assert outcome.refunds.total() == REFUNDS
    assert outcome.fares_fen > 0


@pytest.mark.slow
def test_a_million_refunds_in_that_night_add_up() -> None:
    outcome = run(night_rules(), 1_000_000, 1)
    assert (outcome.wrong, outcome.exact, outcome.refunds.total()) == ([], True, 1_000_000)


def test_a_policy_that_is_written_wrong_is_found() -> None:
    book = night_rules()
    for policy in book.overrides:
        wrongly = [
            {"begins": "2026-11-22T02:30"},
            {"fee_percent": policy.fee_percent + 1},
            {"priority": {"E1": 5, "E2": 75, "E3": 5, "E4": 45}[policy.id]},
        ]
        for changes in wrongly:
            spoilt = [replace(one, **changes) if one is policy else one for one in book.overrides]
            ordered = tuple(sorted(spoilt, key=lambda one: -one.priority))
            assert not run(replace(book, overrides=ordered), 2_000, 7).exact, (policy.id, changes)


def test_a_lost_fen_is_found() -> None:
    outcome = run(night_rules(), 100, 7)
    outcome.refund_fen["E2"] -= 1
    assert not outcome.exact


def test_the_command_says_what_it_found(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["drill", "--refunds", "500"]) == 0
    assert "500 refunds in" in (told := capsys.readouterr().out)
    assert "totals exact" in told
    monkeypatch.setattr(drill, "second", lambda one: ("E9", 0, 0))
    assert main(["drill", "--refunds", "50"]) == 1
    assert "NOT exact" in capsys.readouterr().out


class Night:
    """A clock that somebody turns."""

    def __init__(self) -> None:
        self.now_ms = EVENING_MS

    def wall_ms(self) -> int:
        return self.now_ms

    def turn_to(self, hours: float) -> int:
        self.now_ms = EVENING_MS + round(hours * HOUR_MS)
        return self.now_ms


class Counter7:
    """The machine T07 over HTTP on that night."""

    def __init__(self, folder: Path) -> None:
        self.stage, self.night = Stage(folder), Night()
        station = self.stage.shell.station
        station.world = World(station.world.network, station.world.timetable, station.world.prices)
        station.world.__dict__["rules"] = night_rules()
        self.stage.shell.clock = self.night  # type: ignore[assignment]
        self.number = 100

    def ask(self, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        raw = json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {TOKENS['T07']}", "Content-Length": str(len(raw))}
        heard = self.stage.ask("POST", f"/v1/{path}", headers, raw)
        return heard.status, json.loads(heard.content)

    def key(self) -> str:
        self.number += 1
        return f"T07.{EPOCH}.{self.number}"

    def buy(self, destination: str) -> tuple[str, int]:
        """The number and the fare of a ticket that was handed out."""
        key = self.key()
        ride = {
            "train": "K598",
            "date": "2026-11-23",
            "origin": "BXP",
            "destination": destination,
            "class": "hard_seat",
        }
        status, held = self.ask(
            "locks", {"key": key, "machine": "T07", "passengers": ["adult"], "wish": "none", **ride}
        )
        assert status == 201, held
        fare_fen = held["total_fen"]
        paid = {"total_fen": fare_fen, "rounding_fen": 0, "paid": {"cash_fen": 0, "card_fen": fare_fen}}
        number = self.ask(f"locks/{key}:confirm", paid)[1]["tickets"][0]["numbers"][0]
        ticket = {"place": 0, "number": number, "blank": "E1", "state": "delivered"}
        assert self.ask(f"sales/{key}:printed", {"tickets": [ticket]})[0] == 200
        return number, fare_fen

    def offered(self, number: str) -> dict[str, Any]:
        status, offer = self.ask(
            "refund-offers", {"key": self.key(), "machine": "T07", "tickets": [number], "document": None}
        )
        assert status == 201, offer
        return offer

    def departs_ms(self, destination: str) -> int:
        asked = {"origin": "BXP", "destination": destination, "date": "2026-11-23", "train": "K598"}
        return int(self.ask("availability:query", asked)[1]["trains"][0]["depart_ms"])


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter7]:
    made = Counter7(tmp_path)
    yield made
    made.stage.close()


def test_a_night_at_the_counter_over_http(counter: Counter7) -> None:
    bought: list[tuple[str, int, int, bool, float]] = []
    paid_back, fees, fares, by = 0, 0, 0, Counter[str]()
    departs_ms = {wuhan: counter.departs_ms(destination) for destination, wuhan in DESTINATIONS.items()}
    for hour in sorted({*SOLD_H, *BACK_H}):
        now_ms = counter.night.turn_to(hour)
        if hour in SOLD_H:
            for destination, wuhan in DESTINATIONS.items():
                bought += [(*counter.buy(destination), now_ms, wuhan, back_h) for back_h in BACK_H if back_h > hour]
            continue
        for number, fare_fen, bought_ms, wuhan, _ in [one for one in bought if one[4] == hour]:
            offer = counter.offered(number)
            policy, fee_fen, refund_fen = second(Case(fare_fen, bought_ms, departs_ms[wuhan], now_ms, wuhan))
            ticket = offer["tickets"][0]
            assert (ticket["policy"] or "rules", ticket["fee_fen"], offer["refund_fen"]) == (
                policy,
                fee_fen,
                refund_fen,
            )
            status, done = counter.ask(f"refund-offers/{offer['key']}:confirm", {"refund_fen": refund_fen})
            assert (status, done["state"]) == (200, "refunded")
            paid_back, fees, fares = paid_back + refund_fen, fees + fee_fen, fares + fare_fen
            by[policy] += 1
    assert set(by) == {"E1", "E2", "E3", "E4", "rules"}
    done_refunds = [one.step for one in counter.stage.shell.station.sales.refunds.values() if one.done]
    assert sum(step["refund_fen"] for step in done_refunds) == paid_back
    assert paid_back + fees == fares
    assert len(done_refunds) == len(bought)


def test_an_offer_keeps_what_it_said_over_the_hour_at_which_a_policy_begins(counter: Counter7) -> None:
    number, fare_fen = counter.buy("WCN")
    counter.night.turn_to(2 - 1 / HOUR_MS)
    offer = counter.offered(number)
    counter.night.turn_to(2)
    assert offer["fee_fen"] > 0
    assert counter.offered(number)["refund_fen"] == fare_fen
    assert counter.ask(f"refund-offers/{offer['key']}:confirm", {"refund_fen": offer["refund_fen"]})[0] == 200
