"""Pictures and notices on a machine: fetched by their hash while nobody buys, whole or not at all, and shown when they are here."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from drivers.station_http.calls import Answer, fetch_media
from drivers.station_http.codec import Malformed
from kiosk import media_shelf
from kiosk.errors import ConfigError
from kiosk.media import FIRST_WAIT_MS, SHORT_MS
from kiosk.media_set import MOST_NOTICES, MOST_PICTURES
from kiosk.media_shelf import Shelf
from kiosk.office import LONGEST_TEXT
from kiosk.parameter_set import read_set
from kiosk.ports.station import InboxHeard, MediaFailed, MediaHeld
from kiosk.ports.trips import SignedText
from tests.kiosk.bench import Bench
from tests.kiosk.screen.world import WALL_MS
from tests.kiosk.test_office import SIGNER, signed, told

SPRING, AUTUMN = b"a picture of spring", b"a picture of autumn"
NOTICE = {"text": "新列车运行图", "english": "A new timetable", "from_ms": 0, "until_ms": 0, "urgency": "info"}


def name_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def picture(content: bytes, **more: Any) -> dict[str, Any]:
    entry = {"sha256": name_of(content), "bytes": len(content), "seconds": 8, "caption": "", "caption_english": ""}
    return entry | more


def media(
    version: int,
    *contents: bytes | dict[str, Any],
    notices: tuple[Any, ...] = (),
    times: tuple[int, int] = (0, 0),
    **more: Any,
) -> SignedText:
    listed = [each if isinstance(each, dict) else picture(each) for each in contents]
    body = {"pictures": listed, "notices": list(notices)} | more
    text = {"kind": "parameters", "set": "media", "version": version, "effective_ms": times[0], "expires_ms": times[1]}
    return signed(text | {"body": body})


def up(shelf: Path | None, *sets: SignedText, **contents: bytes) -> Bench:
    bench = Bench(station_key=SIGNER.public, shelf=Shelf(shelf) if shelf else None)
    bench.station.pictures = {name_of(content): content for content in (SPRING, AUTUMN)}
    return bench.up().say(InboxHeard((), sets))


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def seen(bench: Bench) -> list[str]:
    return [each.sha256 for each in bench.controller.media.pictures]


def test_what_the_set_names_is_fetched_and_what_no_set_names_goes(tmp_path: Path) -> None:
    bench = up(tmp_path, media(1, SPRING, AUTUMN)).wait(2_000)
    assert seen(bench) == [name_of(SPRING), name_of(AUTUMN)]
    assert names(tmp_path) == {f"{name_of(each)}.png" for each in (SPRING, AUTUMN)}
    assert bench.controller.status()["media"] == 1
    bench.say(InboxHeard((), (media(2, AUTUMN),))).wait(2_000)
    assert names(tmp_path) == {f"{name_of(AUTUMN)}.png"}
    assert seen(bench) == [name_of(AUTUMN)]
    assert bench.station.fetched.count(name_of(AUTUMN)) == 1


def test_the_set_is_journaled_and_holds_after_a_power_cut_and_the_pictures_are_not(tmp_path: Path) -> None:
    bench = up(tmp_path, media(1, SPRING, notices=(NOTICE,))).wait(2_000)
    assert [(fact["version"], len(fact["pictures"])) for fact in told(bench, "params.media")] == [(1, 1)]
    assert '"kind":"media"' not in bench.on_disk()
    again = bench.power_cut().up()
    assert [each.text for each in again.controller.media.notices] == ["新列车运行图"]
    assert seen(again) == [name_of(SPRING)]
    assert again.station.fetched == []


def test_pictures_of_a_set_that_is_still_to_come_are_here_when_it_begins(tmp_path: Path) -> None:
    begins = WALL_MS + 3_600_000
    bench = up(tmp_path, media(1, SPRING), media(2, AUTUMN, times=(begins, 0))).wait(5_000)
    assert (seen(bench), len(names(tmp_path))) == ([name_of(SPRING)], 2)
    bench.wait(3_700_000)
    assert seen(bench) == [name_of(AUTUMN)]
    bench.wait(60_000)
    assert names(tmp_path) == {f"{name_of(AUTUMN)}.png"}


@pytest.mark.parametrize(
    ("sent", "reason"),
    [(b"a forged picture!!!", "hash"), (SPRING[:-3], "size"), (None, "no_such_picture")],
)
def test_a_forged_a_torn_and_a_missing_picture_get_no_name_and_are_asked_for_again(
    tmp_path: Path, sent: bytes | None, reason: str
) -> None:
    bench = Bench(station_key=SIGNER.public, shelf=Shelf(tmp_path))
    bench.station.pictures = {name_of(AUTUMN): AUTUMN} | ({} if sent is None else {name_of(SPRING): sent})
    bench.up().say(InboxHeard((), (media(1, SPRING, AUTUMN),))).wait(FIRST_WAIT_MS - 5_000)
    assert bench.station.failed == [(name_of(SPRING), reason)]
    assert names(tmp_path) == {f"{name_of(AUTUMN)}.png"}  # one that fails keeps no other waiting
    assert seen(bench) == [name_of(AUTUMN)]
    bench.station.pictures[name_of(SPRING)] = SPRING
    bench.wait(FIRST_WAIT_MS)
    assert seen(bench) == [name_of(SPRING), name_of(AUTUMN)]


def test_nothing_is_fetched_while_somebody_buys(tmp_path: Path) -> None:
    bench = up(tmp_path).touch("start").say(InboxHeard((), (media(1, SPRING),))).wait(3_000)
    assert (bench.journey.state.step, bench.station.fetched) == ("home", [])
    bench.wait(120_000)
    assert (bench.journey.state.step, seen(bench)) == ("attract", [name_of(SPRING)])


def test_nothing_is_fetched_when_the_disk_is_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_shelf, "ROOM_BYTES", 1 << 60)
    bench = up(tmp_path, media(1, SPRING)).wait(60_000)
    assert (bench.station.fetched, names(tmp_path)) == ([], set())
    monkeypatch.setattr(media_shelf, "ROOM_BYTES", 0)
    assert seen(bench.wait(SHORT_MS)) == [name_of(SPRING)]


def test_a_machine_without_a_directory_takes_the_set_in_and_tells_its_notices() -> None:
    bench = up(None, media(1, SPRING, notices=(NOTICE,))).wait(5_000)
    assert (seen(bench), bench.station.fetched) == ([], [])
    assert [each.text for each in bench.controller.media.notices] == ["新列车运行图"]


def test_notices_of_now_the_most_urgent_first() -> None:
    later = {**NOTICE, "english": "Later", "from_ms": WALL_MS + 600_000}
    over = {**NOTICE, "english": "Over", "until_ms": WALL_MS + 300_000}
    urgent = {**NOTICE, "english": "Urgent", "urgency": "urgent"}
    bench = up(None, media(1, notices=(NOTICE, later, over, urgent)))
    assert [each.english for each in bench.controller.media.notices] == ["Urgent", "A new timetable", "Over"]
    bench.wait(700_000)
    assert [each.english for each in bench.controller.media.notices] == ["Urgent", "A new timetable", "Later"]


def test_what_a_power_cut_or_a_stranger_left_is_cleared_away_at_the_start(tmp_path: Path) -> None:
    (tmp_path / f"{name_of(SPRING)}.png").write_bytes(SPRING)
    (tmp_path / f"{name_of(AUTUMN)}.png").write_bytes(AUTUMN[:5])
    (tmp_path / f"{name_of(AUTUMN)}.part").write_bytes(AUTUMN[:5])
    (tmp_path / "notes.txt").write_text("hello")
    assert Shelf(tmp_path).held() == (name_of(SPRING),)
    assert names(tmp_path) == {f"{name_of(SPRING)}.png"}
    with pytest.raises(ConfigError):
        Shelf(tmp_path / "nowhere" / "media")


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (media(5, picture(SPRING, sha256="../../etc/passwd")), "pictures 1: sha256 is not 64 hex digits"),
        (media(5, picture(SPRING, bytes=2_000_001)), "pictures 1: bytes is not within 1..2000000"),
        (media(5, picture(SPRING, seconds=True)), "pictures 1: not sha256, bytes, seconds, caption, caption_english"),
        (media(5, picture(SPRING, seconds=61)), "pictures 1: seconds is not within 5..60"),
        (media(5, picture(SPRING, caption="春")), "pictures 1: a caption in one language"),
        (media(5, SPRING, SPRING), "pictures: one of them twice"),
        (media(5, notices=({**NOTICE, "english": "a\nb"},)), "notices 1: english is not 1 to 80 letters"),
        (media(5, notices=({**NOTICE, "urgency": "panic"},)), "notices 1: urgency is none of urgent, important, info"),
        (media(5, notices=({**NOTICE, "until_ms": -1},)), "notices 1: from_ms or until_ms is no time"),
        (media(5, notices=({**NOTICE, "from_ms": 5, "until_ms": 5},)), "notices 1: ends before it begins"),
        (media(5, notices=(NOTICE,) * 7), "notices: not a list of at most 6"),
        (media(5, film=[]), "media: not pictures and notices"),
        (media(4, AUTUMN), "version"),
    ],
)
def test_a_set_that_is_none_is_refused_with_the_reason_and_the_one_before_stays(entry: SignedText, reason: str) -> None:
    bench = up(None, media(4, notices=(NOTICE,))).say(InboxHeard((), (entry,)))
    assert [(fact["set"], fact["reason"]) for fact in told(bench, "params.refused")] == [("media", reason)]
    assert [each.english for each in bench.controller.media.notices] == ["A new timetable"]


def test_the_longest_set_that_the_station_lets_pass_is_read() -> None:
    """What is longer could not be refused by its number, and would be told for ever."""
    worded = {"caption": "赵" * 24, "caption_english": "é" * 60, "seconds": 60, "bytes": 2_000_000}
    pictures = [picture(bytes([n]), **worded) for n in range(MOST_PICTURES)]
    times = {"from_ms": 10**14 - 1, "until_ms": 10**14, "urgency": "important"}
    listed = [{"text": "赵" * 40, "english": "é" * 80, **times} for _ in range(MOST_NOTICES)]
    entry = media(10**9, *pictures, notices=tuple(listed), times=(10**13, 10**14))
    assert len(entry.text) < LONGEST_TEXT
    assert len(read_set(entry.text).media.pictures) == MOST_PICTURES


def test_the_call_hands_over_what_came_and_every_other_answer_is_a_failure() -> None:
    call = fetch_media("ab", lambda content: MediaHeld((content.decode(),)))
    assert (call.method, call.path, call.question) == ("GET", "/v1/media/ab", True)
    assert call.hear(Answer(200, {"sha256": "ab", "png": "aGVsbG8="})) == MediaHeld(("hello",))
    assert call.hear(Answer(404, {"error": "no_such_picture"})) == MediaFailed("ab", "no_such_picture")
    assert call.silence("timeout") == MediaFailed("ab", "timeout")
    for body in ({"png": "no base64"}, {"png": 5}, None):
        with pytest.raises(Malformed):
            call.hear(Answer(200, body))
