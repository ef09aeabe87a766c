"""Pictures and notices at the station: what is taken, what machines are told, and what is there after a restart."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from simulator.station.machines import media as theirs
from simulator.station.machines.picture_files import InFolder, InMemory
from simulator.station.wire import Reply
from tests.simulator.station.helpers import NOON, body_of, error_of
from tests.simulator.station.machines.desk import MINUTE, Desk

NOTICE = {"text": "新列车运行图", "english": "A new timetable", "from_ms": 0, "until_ms": 0, "urgency": "info"}


def png(color: object = "navy", size: tuple[int, int] = (540, 540), mode: str = "RGB", **more: Any) -> bytes:
    written = BytesIO()
    Image.new(mode, size, color).save(written, "PNG", **more)  # type: ignore[arg-type]
    return written.getvalue()


def brought(desk: Desk, content: bytes, by: str = "ann") -> Reply:
    return desk.office("media", {"name": "poster.png", "png": b64encode(content).decode()}, by)


def shown(name: str, **more: Any) -> dict[str, Any]:
    return {"sha256": name, "seconds": 8, "caption": "", "caption_english": "", **more}


def drafted(desk: Desk, *pictures: dict[str, Any], notices: tuple[dict[str, Any], ...] = (), **more: Any) -> Reply:
    times = {"effective_ms": 0, "expires_ms": 0, **more}
    return desk.office(
        "media:draft", {"pictures": list(pictures), "notices": list(notices), "reason": "a test", **times}
    )


def released(desk: Desk, *pictures: dict[str, Any], notices: tuple[dict[str, Any], ...] = ()) -> int:
    version = int(body_of(drafted(desk, *pictures, notices=notices))["version"])
    assert desk.office(f"parameters/media/{version}:release", {}, "bo").status == 200
    return version


def test_a_picture_is_brought_drafted_released_by_another_and_handed_to_machines() -> None:
    desk, content = Desk(), png()
    name = sha256(content).hexdigest()
    told = brought(desk, content)
    assert (told.status, body_of(told)) == (201, {"sha256": name, "bytes": len(content), "width": 540, "height": 540})
    version = int(body_of(drafted(desk, shown(name), notices=(NOTICE,)))["version"])
    assert error_of(desk.office(f"parameters/media/{version}:release", {}, "ann")) == (403, "same_person")
    assert desk.office(f"parameters/media/{version}:release", {}, "bo").status == 200
    (heard,) = desk.inbox()[1]
    assert heard["body"] == {"pictures": [{**shown(name), "bytes": len(content)}], "notices": [NOTICE]}
    picture = body_of(desk.ask("GET", f"/v1/media/{name}"))
    assert b64decode(picture["png"]) == content
    assert desk.ask("GET", f"/v1/media/{name}", token="nobody").status == 401
    listed = body_of(desk.office("media"))
    assert (listed["version"], listed["notices"]) == (version, [NOTICE])
    assert [(each["sha256"], each["by"], each["used"]) for each in listed["files"]] == [(name, "ann", True)]
    (told_version,) = body_of(desk.office("parameters"))["versions"]
    assert (told_version["body"], told_version["notices"]) == ({}, [NOTICE])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"GIF89a" + bytes(60), "it cannot be read: UnidentifiedImageError"),
        (png()[:-30], "it cannot be read: "),
        (png()[:50] + b"\x00" + png()[51:], "it cannot be read: "),
        (png(size=(539, 540)), "539 x 540: not 540 x 540 to 1080 x 1920"),
        (png(size=(1081, 540)), "1081 x 540: not 540 x 540 to 1080 x 1920"),
        (png((1, 2, 3, 200), mode="RGBA"), "it can be seen through"),
        (png(700, mode="I;16"), "its colours are I;16: 8 bits each at most"),
        (png(save_all=True, append_images=[Image.new("RGB", (540, 540), "red")]), "it moves"),
        (png() + bytes(2_000_000), "more than 2000000 bytes"),
    ],
)
def test_what_machines_could_choke_on_is_no_picture(content: bytes, why: str) -> None:
    desk = Desk()
    refused = brought(desk, content)
    assert error_of(refused)[1] == ("not_a_picture" if len(content) < 2_000_000 else "bad_request")
    assert why in body_of(refused)["detail"] or error_of(refused)[1] == "bad_request"
    assert desk.steps == []


def test_a_header_that_claims_a_huge_picture_is_refused_before_it_is_decoded() -> None:
    claimed = bytearray(png())
    claimed[16:24] = (60_000).to_bytes(4) * 2
    assert error_of(brought(Desk(), bytes(claimed))) == (422, "not_a_picture")
    assert error_of(Desk().office("media", {"name": "x", "png": "no base64!"})) == (422, "not_a_picture")


@pytest.mark.parametrize(
    ("pictures", "notices", "code"),
    [
        ((shown("0" * 64),), (), "no_such_picture"),
        (("twice",), (), "out_of_range"),
        (({"caption": "春"},), (), "out_of_range"),
        (({"caption": "囧", "caption_english": "x"},), (), "out_of_range"),
        (({"seconds": 4},), (), "bad_request"),
        ((), ({**NOTICE, "text": "😀"},), "out_of_range"),
        ((), ({**NOTICE, "text": "新\n图"},), "out_of_range"),
        ((), ({**NOTICE, "english": " a"},), "out_of_range"),
        ((), ({**NOTICE, "from_ms": NOON, "until_ms": NOON},), "out_of_range"),
        ((), ({**NOTICE, "urgency": "panic"},), "bad_request"),
        ((), (NOTICE,) * 7, "bad_request"),
    ],
)
def test_what_is_no_list_is_not_drafted(pictures: tuple[Any, ...], notices: tuple[Any, ...], code: str) -> None:
    desk = Desk()
    name = body_of(brought(desk, png()))["sha256"]
    one = [shown(name)] * 2 if pictures == ("twice",) else [{**shown(name), **each} for each in pictures]
    assert error_of(drafted(desk, *one, notices=notices))[1] == code
    assert error_of(drafted(desk, expires_ms=NOON - MINUTE))[1] == "out_of_range"
    assert [step["kind"] for step in desk.steps] == ["media_kept"]


def test_a_picture_stays_while_a_set_or_a_draft_names_it() -> None:
    desk = Desk()
    first, second = (body_of(brought(desk, png(color)))["sha256"] for color in ("red", "green"))
    released(desk, shown(first))
    drafted(desk, shown(second))
    for name in (first, second):
        assert error_of(desk.office(f"media/{name}:remove", {})) == (409, "in_use")
    released(desk, notices=(NOTICE,))
    assert desk.office(f"media/{first}:remove", {}).status == 200
    assert error_of(desk.ask("GET", f"/v1/media/{first}")) == (404, "no_such_picture")
    assert error_of(desk.office(f"media/{first}:remove", {})) == (404, "no_such_picture")
    assert error_of(desk.office("parameters/media:rollback", {"to_version": 1, "reason": "x"}, "bo")) == (
        422,
        "out_of_range",
    )


def test_no_more_than_fit_and_the_same_one_again_is_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theirs, "MOST_FILES", 1)
    desk = Desk()
    assert brought(desk, png()).status == brought(desk, png()).status == 201
    assert error_of(brought(desk, png("red"))) == (409, "full")
    assert len(desk.steps) == 1


def test_a_picture_that_rots_on_the_disk_is_not_handed_out(tmp_path: Path) -> None:
    desk = Desk()
    desk.station.files = InFolder(tmp_path / "media")
    name = body_of(brought(desk, png()))["sha256"]
    (kept,) = (tmp_path / "media").iterdir()
    assert kept.read_bytes() == png()
    kept.write_bytes(png()[:-1])
    assert error_of(desk.ask("GET", f"/v1/media/{name}")) == (404, "no_such_picture")
    assert brought(desk, png()).status == 201  # brought again, it is there again
    assert desk.ask("GET", f"/v1/media/{name}").status == 200


def test_a_picture_that_cannot_be_stored_is_not_taken(tmp_path: Path) -> None:
    desk = Desk()
    (tmp_path / "full").write_bytes(b"")
    desk.station.files = InFolder(tmp_path / "full" / "media")
    assert error_of(brought(desk, png())) == (503, "storage")
    assert desk.steps == []


def test_pictures_and_sets_are_there_again_after_a_restart() -> None:
    desk = Desk()
    name = body_of(brought(desk, png()))["sha256"]
    released(desk, shown(name), notices=(NOTICE,))
    assert desk.replayed().snapshot() == desk.station.snapshot()
    assert desk.station.copy().snapshot() == desk.station.snapshot()
    assert "png" not in json.dumps(desk.steps).replace("poster.png", "")
    assert isinstance(desk.station.files, InMemory)


def test_machine_and_station_mean_the_same_by_a_set() -> None:
    from kiosk import media_set as ours
    from kiosk.parameter_set import read_set
    from simulator.station.machines.picture_files import MOST_BYTES

    for name in ("NAME", "MOST_PICTURES", "MOST_NOTICES", "SECONDS", "URGENCIES", "LONGEST"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert ours.MOST_BYTES == MOST_BYTES
    desk = Desk()
    name = body_of(brought(desk, png()))["sha256"]
    released(desk, shown(name, caption="春运", caption_english="Spring"), notices=(NOTICE,))
    entry = body_of(desk.ask("GET", "/v1/devices/T07/inbox", after="0", have="0"))["sets"][0]
    found = read_set(entry["text"])
    assert (found.name, found.media.notices[0].text, found.media.pictures[0].sha256) == ("media", "新列车运行图", name)


def test_every_letter_that_the_station_lets_pass_is_in_the_faces_of_the_machines() -> None:
    there = set((Path(__file__).parents[4] / "kiosk/ui/fonts/charset.txt").read_text("utf-8"))
    passed = {chr(code) for code in range(0x20, 0x10000) if theirs.shown(chr(code))}
    assert "票" in passed
    assert passed <= there
