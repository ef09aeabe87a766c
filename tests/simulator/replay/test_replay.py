"""A recorded run comes out the same; what was changed afterwards is found; what cannot be used is said in one line."""

from __future__ import annotations

import json
import re
import shutil
import zlib
from pathlib import Path

import anyio
import httpx
import pytest

import kiosk.turning
from kiosk.blackbox import DIRECTORY
from kiosk.ports.station import InboxHeard
from kiosk.settings import CameraLink
from simulator.__main__ import COMMANDS
from simulator.audit.reading import lines_in, segments_in
from simulator.replay.judged import Verdict
from simulator.replay.main import judge, main
from simulator.replay.page import build_app
from simulator.replay.source import open_incident
from simulator.replay.timeline import Timeline
from tests.kiosk.bench import PINS
from tests.kiosk.test_office import SIGNER
from tests.kiosk.test_operators import BOSS, CASH, people
from tests.simulator.replay.recording import Recording, digest, doctor, good_day


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return good_day(tmp_path_factory.mktemp("replay") / "journal")


@pytest.fixture
def field(recorded: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return shutil.copytree(recorded, tmp_path / "field")


def verdict_of(directory: Path, to_seq: int = 0) -> Verdict:
    return judge(open_incident(directory, to_seq=to_seq), to_seq)


def records(directory: Path) -> list[dict[str, object]]:
    lines = [line for path in segments_in(directory) for line in lines_in(path).splitlines()]
    return [json.loads(line[9:]) for line in lines]


def seq_of(directory: Path, intent: str) -> int:
    for record in records(directory):
        if any(each["kind"] == intent for each in record["intents"]):  # type: ignore[attr-defined]
            return int(str(record["seq"]))
    raise AssertionError(f"no {intent} in this journal")


def test_a_good_run_comes_out_the_same(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = digest(recorded)
    assert main([str(recorded)]) == 0
    said = capsys.readouterr().out
    assert "3 sales fed again" in said
    assert said.rstrip().endswith("the same came out")
    assert digest(recorded) == before


def test_every_step_of_the_start_in_the_box_is_run_again(recorded: Path) -> None:
    verdict = verdict_of(recorded)
    (rerun,) = verdict.reruns
    last = records(recorded)[-1]
    assert rerun.why_not == ""
    assert rerun.difference is None
    assert (rerun.first_seq, rerun.last_seq) == (2, last["seq"])
    assert rerun.steps == rerun.last_seq - rerun.first_seq
    assert rerun.screens == rerun.shown > 20


def test_a_journal_that_was_turned_is_run_again_with_its_state_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kiosk.turning, "TURN_LINES", 30)
    directory = good_day(tmp_path / "journal")
    kinds = [record["fact"]["kind"] for record in records(directory)]  # type: ignore[index]
    assert kinds.count("sys.state") > 1
    (rerun,) = verdict_of(directory).reruns
    assert (rerun.why_not, rerun.difference) == ("", None)
    assert rerun.last_seq == len(kinds)
    assert main([str(directory)]) == 0
    assert "3 sales fed again" in capsys.readouterr().out


def test_people_at_the_cabinet_are_run_again_though_nothing_they_typed_in_secret_was_kept(tmp_path: Path) -> None:
    """A number that is nobody's and maybe a PIN, a wrong PIN, a count, a signature denied and one that counts."""
    made = Recording(tmp_path / "journal").up().touch("service")
    made.log_in(PINS["1001"], "1001").log_in("1001", PINS["1002"]).log_in("1001", PINS["1001"])
    made.touch("svc:act:fill:2", *(f"svc:digit:{digit}" for digit in "250"), "svc:enter")
    made.log_in(PINS["1002"], "1002").log_in("1002", PINS["1002"])
    made.touch("svc:logout")
    directory = made.end()
    kinds = [record["fact"]["kind"] for record in records(directory)]  # type: ignore[index]
    assert [kinds.count(kind) for kind in ("op.login", "op.denied", "op.act", "op.logout")] == [1, 3, 2, 1]
    (rerun,) = verdict_of(directory).reruns
    assert (rerun.why_not, rerun.difference) == ("", None)
    assert rerun.screens == rerun.shown > 20
    kept = b"".join(zlib.decompressobj(-14).decompress(path.read_bytes()) for path in (directory / DIRECTORY).iterdir())
    kept += b"".join(path.read_bytes() for path in directory.glob("*.journal"))
    assert not any(pin.encode() in kept for pin in PINS.values())
    touched = re.findall(rb'"kind":"touched","target":"svc:digit:(.)"', kept)
    assert bytes(b"".join(touched)).replace(b"*", b"") == b"250"


def test_those_whom_the_office_sent_are_run_again_too(tmp_path: Path) -> None:
    """A wrong PIN, one who is in the set, one whose log-in has ended, one of the provisioning who is out."""
    made = Recording(tmp_path / "journal", station_key=SIGNER.public).up()
    made.report(InboxHeard((), (people(1, _2001=BOSS, _2002={**CASH, "until_ms": 1}),)))
    made.wait().touch("service").log_in("2001", "000000").log_in("2001", "864209").touch("svc:logout", "service")
    made.log_in("2002", "864209").log_in("1001", PINS["1001"])
    directory = made.end()
    kinds = [record["fact"]["kind"] for record in records(directory)]  # type: ignore[index]
    assert [kinds.count(kind) for kind in ("params.people", "sys.params", "op.login", "op.denied")] == [1, 1, 1, 3]
    (rerun,) = verdict_of(directory).reruns
    assert (rerun.why_not, rerun.difference) == ("", None)
    assert rerun.screens == rerun.shown > 10


def test_a_changed_intent_is_found_though_chain_and_seals_are_right(
    field: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seq = seq_of(field, "pay?")
    doctor(field, seq, '"why":"change"', '"why":"refund"')
    verdict = verdict_of(field)
    assert not verdict.unsealed
    assert verdict.difference is not None
    assert verdict.difference.seq == seq
    (rerun,) = verdict.reruns
    assert rerun.difference is not None
    assert rerun.difference.seq == seq
    assert "why=refund" in rerun.difference.stands
    assert "why=change" in rerun.difference.came_out
    assert main([str(field)]) == 1
    assert f"DIFFERENT at record {seq}" in capsys.readouterr().out


def test_a_changed_machine_step_that_no_sale_knows_is_found_by_running_again(field: Path) -> None:
    seq = next(int(str(r["seq"])) for r in records(field) if r["fact"]["kind"] == "cabinet.seen")  # type: ignore[index]
    doctor(field, seq, '"mains":true', '"mains":false')
    verdict = verdict_of(field)
    assert verdict.difference is None
    assert verdict.reruns[0].difference is not None
    assert verdict.reruns[0].difference.seq == seq


def test_a_start_that_recovers_a_sale_is_run_again_too(tmp_path: Path) -> None:
    first = Recording(tmp_path / "journal").up().sale(10_000)
    assert first.sale_number == 1
    first.cut()
    second = Recording(tmp_path / "journal", before=first)
    second.up().wait(300_000)
    directory = second.end()
    verdict = verdict_of(directory)
    assert verdict.same
    assert verdict.sales == 1
    assert [(rerun.boot, rerun.why_not) for rerun in verdict.reruns] == [(2, ""), (3, "")]
    assert verdict.reruns[1].steps == verdict.reruns[1].last_seq - verdict.reruns[1].first_seq > 3


def test_up_to_a_record_only_what_is_before_it_counts(field: Path) -> None:
    seq = seq_of(field, "pay?")
    doctor(field, seq, '"why":"change"', '"why":"refund"')
    assert main([str(field), "--to", str(seq - 1)]) == 0
    assert main([str(field), "--to", str(seq)]) == 1


def test_without_a_black_box_the_sales_are_fed_again(field: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(field / DIRECTORY)
    assert main([str(field)]) == 0
    assert "black box: none" in capsys.readouterr().out
    doctor(field, seq_of(field, "pay?"), '"why":"change"', '"why":"refund"')
    assert main([str(field)]) == 1


def test_a_record_that_another_hand_sealed_is_told(field: Path) -> None:
    identity = json.loads((field / "identity.json").read_text())
    identity["secret"] = "11" * 32
    (field / "identity.json").write_text(json.dumps(identity))
    assert verdict_of(field).unsealed == 1
    assert main([str(field)]) == 1


def test_a_torn_end_is_read_up_to_the_tear(field: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = sorted(field.glob("*.journal"))[-1]
    last.write_bytes(last.read_bytes()[:-30])
    (box,) = (field / DIRECTORY).iterdir()
    box.write_bytes(box.read_bytes()[:-300])
    assert main([str(field)]) == 0
    assert "torn" in capsys.readouterr().out


@pytest.mark.parametrize("spoil", ["missing", "empty", "no identity", "no record"])
def test_a_directory_that_cannot_be_used_is_said_in_one_line(
    field: Path, spoil: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if spoil in ("missing", "empty"):
        shutil.rmtree(field)
    if spoil == "empty":
        field.mkdir()
    if spoil == "no identity":
        (field / "identity.json").unlink()
    if spoil == "no record":
        for path in field.glob("*.journal"):
            path.write_bytes(b"")
    assert main([str(field)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"replay: {field}")
    assert said.count("\n") == 1


def test_the_command_is_known() -> None:
    assert COMMANDS["replay"]() is main


def test_a_machine_with_a_camera_comes_out_the_same_and_leads_to_its_pictures(tmp_path: Path) -> None:
    made = Recording(tmp_path / "journal", camera=CameraLink("http://127.0.0.1:1/frame")).up()
    made.sale(10_000, 5_000, 500)
    made.unit.take()
    found = open_incident(made.wait(1_000).end())
    verdict = judge(found)
    assert verdict.same
    marked = [moment for moment in Timeline(found, verdict).moments if moment.frame]
    assert {moment.texts[0] for moment in marked} >= {"A note of ¥100 is in escrow", "¥100 in the box"}
    assert all(moment.frame.endswith(f".{moment.seq:08d}") for moment in marked)
    picture = tmp_path / "journal" / "frames" / f"{marked[0].frame}.png"
    picture.parent.mkdir()
    picture.write_bytes(b"picture")
    app = build_app(found, verdict, [])
    moments = Timeline(found, verdict).moments

    async def ask(number: int) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(f"/frame/{number}")

    assert anyio.run(ask, moments.index(marked[0])).content == b"picture"
    assert [anyio.run(ask, number).status_code for number in (moments.index(marked[1]), 0, 99_999)] == [404] * 3
