"""A data folder and its feed: what was sold stays sold, on the day it was sold for; another feed is refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from simulator.demo import _options, _timetable
from simulator.programs import write_machine_config
from simulator.station import main as command
from simulator.station.gtfs.bound import BOUND, bound_of, open_feed
from simulator.station.gtfs.findings import FeedError
from tests.simulator.station.gtfs.feeds import DAY, SMALL, TODAY, as_folder, more


def test_a_later_start_sells_the_same_days(tmp_path: Path) -> None:
    path = as_folder(tmp_path / "feed", SMALL)
    feed, step = open_feed(path, [], TODAY, DAY)
    assert step is not None
    assert step == bound_of([{"kind": "session"}, step])
    again, nothing = open_feed(path, [step], TODAY + timedelta(days=3))
    assert nothing is None
    assert (again.as_of, again.today) == (feed.as_of, feed.today)
    trains, others = feed.world.timetable.trains, again.world.timetable.trains
    assert {key: train.days for key, train in trains.items()} == {key: train.days for key, train in others.items()}


def test_another_feed_another_day_or_a_folder_of_other_trains_is_refused(tmp_path: Path) -> None:
    path = as_folder(tmp_path / "feed", SMALL)
    _, step = open_feed(path, [], TODAY, DAY)
    assert step is not None
    with pytest.raises(FeedError, match="sells 2019-03-18 as 2026-11-21"):
        open_feed(path, [step], TODAY, DAY + timedelta(days=1))
    with pytest.raises(FeedError, match="begun with another feed, or other rows"):
        open_feed(path, [step], TODAY, skip_broken=True)
    other = as_folder(tmp_path / "other", more("stops", "e,Epsilon,50,8\n"))
    with pytest.raises(FeedError, match="begun with another feed"):
        open_feed(other, [step], TODAY)
    with pytest.raises(FeedError, match="begun with other trains"):
        open_feed(path, [{"kind": "session"}], TODAY)


def station(folder: Path, *words: str) -> int:
    return command.main(["--port", "0", "--data", str(folder), "--machine", "T01:token", *words])


def test_the_command_refuses_a_broken_feed_before_it_listens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = as_folder(tmp_path / "feed", more("stops", "x\n"))
    assert station(tmp_path / "data", "--gtfs", str(path), "--as-of", DAY.isoformat()) == 1
    said = capsys.readouterr()
    assert "stops.txt:6: 1 cells, the header has 4" in said.err
    assert "ready" not in said.out
    assert (tmp_path / "data" / "journal.jsonl").read_bytes() == b""


def test_the_command_tells_what_it_sells_and_refuses_to_forget_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = as_folder(tmp_path / "feed", more("stops", "x\n"))
    words = ("--gtfs", str(path), "--as-of", DAY.isoformat(), "--skip-broken", "--home", "Beta")
    monkeypatch.setattr("simulator.station.main.Server.run", lambda self, sockets: sockets[0].close())
    assert station(tmp_path / "data", *words) == 0
    said = capsys.readouterr()
    assert '{"event": "timetable", "home": "AAB", "name": "Beta"}' in said.out
    assert "3 stations, 1 trains, 1 of them on 2019-03-18 (Monday)" in said.err
    assert "left out: 1 broken row (stops.txt 1)" in said.err
    assert BOUND.encode() in (tmp_path / "data" / "journal.jsonl").read_bytes()
    assert station(tmp_path / "data") == 1
    assert "was begun with a GTFS feed; name it with --gtfs" in capsys.readouterr().err
    assert station(tmp_path / "data", *words[:2], "--skip-broken") == 0


def test_a_machine_stands_at_a_station_that_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = as_folder(tmp_path / "feed", SMALL)
    words = ["--port", "0", "--data", str(tmp_path / "data"), "--machine", "T01:token:BXP", "--gtfs", str(path)]
    assert command.main([*words, "--as-of", DAY.isoformat()]) == 1
    assert "no station BXP" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--as-of", "2019-03-18"), ("--skip-broken",), ("--home", "a")])
def test_what_belongs_to_a_feed_needs_one(words: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        station(tmp_path, *words)
    with pytest.raises(SystemExit):
        _options(list(words))


def test_a_day_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        station(tmp_path, "--gtfs", "x", "--as-of", "2019-02-30")


def test_the_demo_hands_its_words_on_and_the_machine_stands_at_the_home_of_the_feed(tmp_path: Path) -> None:
    given = _options(["--gtfs", "feed.zip", "--as-of", "2019-03-18", "--home", "Beta", "--skip-broken"])
    path = str(Path("feed.zip").resolve())
    assert _timetable(given) == ("--gtfs", path, "--as-of", "2019-03-18", "--home", "Beta", "--skip-broken")
    assert _timetable(_options([])) == ()
    text = write_machine_config(tmp_path, "http://127.0.0.1:1", telecode="AAB").read_text()
    assert "station: AAB\n" in text
    assert "BXP" not in text
