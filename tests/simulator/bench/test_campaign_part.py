"""How fast a campaign is: it is measured in this process, and every microsecond belongs to somebody."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from kiosk.screen import formats
from simulator.bench.bench import Amount, Bench
from simulator.bench.figures import BY_NAME, OK, UNDER, measured, table
from simulator.bench.parts.campaign import ROOT, SHARES, measure_campaign, profiled, share_of_path, shares
from simulator.demo import station_clock


@pytest.mark.slow
def test_the_part_measures_all_of_its_rows(tmp_path: Path) -> None:
    said = list[str]()
    with ExitStack() as stack:
        amount = Amount(campaign=1, images=20)
        figures = measure_campaign(Bench(tmp_path, station_clock(1.0, ""), amount, stack, said.append))
    assert [figure.row.name for figure in figures] == [row.name for row in BY_NAME.values() if row.part == "campaign"]
    assert all(figure.value is not None and figure.value >= 0 for figure in figures)
    parts = [figure.value or 0 for figure in figures if figure.row.name.startswith("share_")]
    assert sum(parts) == pytest.approx(100)
    assert len(said) >= 4


def test_a_bound_from_below_is_kept_at_it_and_broken_under_it() -> None:
    assert measured("campaign_port", [300.0]).verdict == OK
    below = measured("campaign_port", [299.0])
    assert below.verdict == UNDER
    assert "at least 300 /s" in table([below])


@pytest.mark.parametrize(
    ("path", "share"),
    [
        ("kiosk/screen/view.py", "screen"),
        ("kiosk/sale/sale.py", "sale"),
        ("kiosk/journal.py", "journal"),
        ("simulator/world/disk.py", "journal"),
        ("simulator/audit/books.py", "auditor"),
        ("simulator/auditor.py", "auditor"),
        ("simulator/devices/ccnet/body.py", "devices"),
        ("drivers/ccnet/driver.py", "devices"),
        ("drivers/station_http/lanes.py", "station"),
        ("simulator/passenger/decide.py", "people"),
        ("kiosk/reactor.py", "reactor"),
        ("simulator/campaign/days.py", "other"),
    ],
)
def test_each_source_has_its_share(path: str, share: str) -> None:
    assert share_of_path(ROOT + path) == share
    assert (Path(ROOT) / path).is_file()


def test_what_is_not_ours_belongs_to_who_called_it() -> None:
    assert share_of_path("~") == ""
    words = [str(number) for number in range(2_000)]
    spent = profiled(lambda: [formats.price(int(word) * 100) for word in words])
    found = shares(spent)
    assert set(found) == {*SHARES, "other"}
    assert sum(found.values()) == pytest.approx(100)
    assert found["screen"] > found["auditor"] == 0
