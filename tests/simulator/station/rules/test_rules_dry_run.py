"""A new policy against past refunds, and a night with four policies."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config import ConfigError
from simulator.station.dated import Text
from simulator.station.rules.book import RULES_DIR, RuleBook, the_rules
from simulator.station.rules.dry_run import dry_run, open_policy, told
from simulator.station.rules.main import main
from simulator.station.rules.moments import HOUR_MS, parse_moment
from simulator.station.rules.refunds import Ticket, offer_refund
from simulator.station.rules.rows import Override

BOOK = the_rules()
NO_OVERRIDES = "overrides: []\n"


def past(**more: Any) -> str:
    line = {
        "fare_fen": 10_000,
        "bought": "2020-01-10T10:00",
        "departs": "2020-02-06T20:00",
        "refund_at": "2020-02-06T08:00",
    }
    return json.dumps({**line, **more})


def without(book: RuleBook) -> RuleBook:
    return replace(book, overrides=())


def test_people_and_money_are_counted_for_each_pair_of_rules() -> None:
    lines = [
        past(),
        past(people=3),
        past(bought="2020-02-06T00:00"),
        past(departs="2020-02-01T20:00", paper_at="2020-01-12T10:00"),
        past(departs="2020-03-06T20:00"),
    ]
    run = dry_run(without(BOOK), BOOK, lines, "x")
    found = {key: (change.people, change.refunds, change.more_fen) for key, change in run.changes.items()}
    assert found == {("R4", "V4"): (4, 2, 8_000), ("NR1 refused", "V4"): (1, 1, 10_000)}
    assert (run.judged, run.people, run.now_fen - run.before_fen) == (5, 7, 18_000)
    assert list(told(run))[-1] == "paid back 500.00 -> 680.00 yuan, 180.00 more"


def test_the_same_policy_touches_nobody() -> None:
    assert dry_run(BOOK, BOOK, [past(), past(cancelled=True, group=True, moved_hours=30)], "x").changes == {}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "sales:1: line"), (past(fare_fen=1.5), "sales:1: fare_fen"), (past(colour=1), "colour"),
        (past(bought="yesterday"), "no moment"), (past(people=0), "people"), ("{}", "sales:1: fare_fen"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_judged_is_told_and_the_rest_still_counts(line: str, why: str) -> None:
    run = dry_run(BOOK, BOOK, [line, "", past()], "sales")
    assert run.judged == 1
    assert why in run.refused[0]


def test_the_command_takes_folders_and_single_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sales, none = tmp_path / "sales.jsonl", tmp_path / "none.yaml"
    sales.write_text("\n".join([past(), past(people=3)]), encoding="utf-8")
    none.write_text(NO_OVERRIDES, encoding="utf-8")
    assert main(["dry-run", str(none), str(RULES_DIR), "--sales", str(sales)]) == 0
    assert "R4 -> V4: 4 people, 2 refunds, 80.00 yuan" in capsys.readouterr().out
    sales.write_text("{}", encoding="utf-8")
    assert main(["dry-run", str(none), str(none), "--sales", str(sales)]) == 1
    assert "sales.jsonl:1" in capsys.readouterr().err
    none.write_text("overrides: [{id: X}]\n", encoding="utf-8")
    assert main(["dry-run", str(none), str(none), "--sales", str(sales)]) == 2
    with pytest.raises(ConfigError, match=r"none\.yaml:1"):
        open_policy(none, BOOK)


NIGHT = parse_moment("2026-05-01T20:00")
HOURS = ("2026-05-01T21:00", "2026-05-01T23:30", "2026-05-02T00:00", "2026-05-02T03:00")
FEES = (5, 0, 10, 0)


def drill_book() -> RuleBook:
    """Four policies that follow each other in one night; each covers what was bought before it began."""
    policies = [
        Override(
            id=f"D{at + 1}", valid_from=date(2026, 5, 1), valid_to=None, source="drill", text=Text("演练", "drill"),
            priority=at, begins=begins, bought_before=begins, fee_percent=fee,
        )
        for at, (begins, fee) in enumerate(zip(HOURS, FEES, strict=True))
    ]  # fmt: skip
    return replace(BOOK, overrides=tuple(reversed(policies)))


def drilled(refunds: int) -> None:
    """Refunds spread over ten hours, each bought some time before: who is judged by which is counted twice, in two ways."""
    book = drill_book()
    starts = [parse_moment(begins) for begins in HOURS]
    found: dict[str, list[int]] = {}
    expected: dict[str, list[int]] = {}
    for n in range(refunds):
        at_ms = NIGHT + n * (10 * HOUR_MS) // refunds
        bought_ms, fare_fen = at_ms - n * 7_919 % (6 * HOUR_MS), 1_000 + n * 37 % 90_000 // 50 * 50
        offer = offer_refund(
            book, Ticket(fare_fen=fare_fen, departs_ms=NIGHT + 30 * HOUR_MS, bought_ms=bought_ms), at_ms
        )
        tally = found.setdefault(offer.policy, [0, 0])
        tally[0] += 1
        tally[1] += offer.refund_fen
        last = max((at for at, start in enumerate(starts) if start <= at_ms and bought_ms < start), default=None)
        percent = FEES[last] if last is not None else 10 if NIGHT + 30 * HOUR_MS - at_ms >= 24 * HOUR_MS else 20
        tally = expected.setdefault("" if last is None else f"D{last + 1}", [0, 0])
        tally[0] += 1
        tally[1] += fare_fen - max((fare_fen * percent // 100 + 25) // 50 * 50, 200 * (last is None))
    assert found == expected
    assert set(found) == {"", "D1", "D2", "D3", "D4"}


def test_four_policies_in_one_night_each_judge_their_own() -> None:
    drilled(5_000)
