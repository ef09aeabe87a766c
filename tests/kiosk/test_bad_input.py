"""What cannot be used at the start gets one clear line and exit 2: configuration, journal, fonts, texts.

The machine is set up in a directory of its own and started by its own command; nothing of it runs.
"""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk import assembly
from kiosk.__main__ import main
from kiosk.errors import JournalError
from kiosk.screen.texts import LOCALE, Texts
from kiosk.settings import read
from kiosk.storage import FileStorage

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """\
machine: {id: S01, station: BXP, environment: lab}
journal: journal
station: {url: "http://127.0.0.1:9"}
screen: {socket: screen.sock}
sale:
  take_ms: 40000
devices:
  acceptor: {model: ccnet, link: ports/acceptor}
  dispenser: {model: lcdm4000, link: ports/dispenser, cassettes: {1: 100, 2: 500}}
  ticket_unit: {model: ttpm, link: ports/ticket_unit, baud: 115200}
  cabinet: {model: cabinet_board, link: ports/cabinet, baud: 19200}
  slip_printer: {model: escpos, link: ports/slip_printer}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A machine that is set up rightly and provisioned; nothing is at its ports."""
    path = tmp_path / "machine.yaml"
    path.write_text(CONFIG)
    assert main(["provision", str(tmp_path / "journal"), "--machine", "S01", "--token", "t"]) == 0
    return path


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line a command ends with."""
    capsys.readouterr()
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1, told.err
    return told.err.strip()


# -- configuration


@pytest.mark.parametrize(
    ("old", "new", "line", "wanted"),
    [
        ("take_ms:", "tkae_ms:", 6, "sale.tkae_ms: unknown key; did you mean take_ms?"),
        ("acceptor:", "aceptor:", 8, "devices.aceptor: unknown key; did you mean acceptor?"),
        ("40000", "soon", 6, "sale.take_ms: a whole number expected, 'soon' found"),
        ("40000", "-1", 6, "take_ms: -1"),
        ("BXP, environment", "8, environment", 1, "machine.station: text expected, '8' found; put it in quotes"),
        ("lab}", "lab, timezone: Mars/Base}", 1, "'Mars/Base' is no time zone"),
        ("http://127.0.0.1:9", "station-1", 3, "'station-1' is no address"),
        ("baud: 19200", "baud: 19", 11, "devices.cabinet.baud: 19 is not within"),
        ("  take_ms: 40000", "  take_ms: 40000\n  take_ms: 1", 7, "sale.take_ms: stands twice"),
    ],
)
def test_a_wrong_setting_is_named_with_file_line_and_key(
    config: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, line: int, wanted: str
) -> None:
    config.write_text(CONFIG.replace(old, new, 1))
    told = refused(capsys, "run", "--config", str(config))
    assert told.startswith(f"run: {config}:{line}: ")
    assert wanted in told


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "none.yaml"
    assert refused(capsys, "run", "--config", str(path)) == f"run: {path}: cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("model: ccnet", "model: ccnat", "devices.acceptor.model: no driver for 'ccnat'; did you mean ccnet?"),
        ("model: ccnet", "model: zzz", "devices.acceptor.model: no driver for 'zzz'; known are cabinet_board, ccnet"),
        ("model: ttpm", "model: escpos", "devices.ticket_unit.model: escpos is a slip_printer; here: ttpm"),
        ("ports/dispenser", "ports/acceptor", "is the port of devices.acceptor already"),
        ("ports/dispenser", "ports/../ports/acceptor", "is the port of devices.acceptor already"),
    ],
)
def test_a_device_that_cannot_be_is_named(
    config: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, wanted: str
) -> None:
    config.write_text(CONFIG.replace(old, new))
    assert wanted in refused(capsys, "run", "--config", str(config))


def test_devices_that_need_the_board_ask_for_it(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text("".join(line for line in CONFIG.splitlines(keepends=True) if "cabinet_board" not in line))
    assert "devices.cabinet is not set" in refused(capsys, "run", "--config", str(config))


def test_a_clock_nobody_can_read_is_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for spec in ("soon", "99:0:0", "1:x:2"):
        assert f"--clock {spec}: " in refused(capsys, "run", "--config", str(config), "--clock", spec)


def test_a_screen_socket_that_cannot_be_made_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(CONFIG.replace("screen.sock", "nowhere/screen.sock"))
    told = refused(capsys, "run", "--config", str(config))
    assert "nowhere/screen.sock" in told
    FileStorage(config.parent / "journal").close()  # the journal was given back


def test_an_unknown_command_is_answered_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "fly") == "kiosk: 'fly' is none of run, screen, probe, provision"


# -- journal


def test_a_directory_nobody_provisioned_is_not_begun(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(config.parent / "journal")
    (config.parent / "journal").mkdir()
    assert "provision" in refused(capsys, "run", "--config", str(config))
    assert list((config.parent / "journal").iterdir()) == []


def test_the_journal_of_another_machine_is_not_taken(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(CONFIG.replace("id: S01", "id: S02"))
    assert "of machine S01, the configuration says S02" in refused(capsys, "run", "--config", str(config))


def test_a_second_controller_is_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = FileStorage(config.parent / "journal")
    try:
        assert "another controller holds this journal" in refused(capsys, "run", "--config", str(config))
    finally:
        first.close()


def started_and_ended(config: Path) -> None:
    """One start of the machine, as far as its journal: sys.boot is written."""
    machine = assembly.build(read(config))
    machine.close()


def test_a_journal_of_another_epoch_is_foreign(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started_and_ended(config)
    identity = config.parent / "journal" / "identity.json"
    body = json.loads(identity.read_text())
    identity.write_text(json.dumps({**body, "epoch": "00000000"}))
    assert "epoch" in refused(capsys, "run", "--config", str(config))


def test_a_torn_last_line_is_put_aside_and_the_machine_starts(config: Path) -> None:
    started_and_ended(config)
    segment = max((config.parent / "journal").glob("*.journal"))
    whole = segment.read_bytes()
    segment.write_bytes(whole + whole.splitlines(keepends=True)[-1][:57])
    started_and_ended(config)
    after = segment.read_bytes()
    assert after.startswith(whole)
    assert [path.read_bytes() for path in (config.parent / "journal").glob("tail-*.bad")] == [
        whole.splitlines(True)[-1][:57]
    ]
    boots = [json.loads(line[9:])["fact"] for line in after.splitlines() if b'"sys.boot"' in line]
    assert len(boots) == 2


def fails(code: int) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise OSError(code, errno.errorcode[code])

    return fail


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("deed", ["begin", "append", "sync"])
def test_a_disk_that_takes_nothing_stops_the_start(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, deed: str, code: int
) -> None:
    """Full, read-only or broken: through the storage seam, since an administrator may write anywhere."""
    monkeypatch.setattr(FileStorage, deed, fails(code))
    assert errno.errorcode[code] in refused(capsys, "run", "--config", str(config))


def test_a_machine_that_began_and_cannot_write_any_more_stops_and_reads_back(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = assembly.build(read(config))
    monkeypatch.setattr(FileStorage, "sync", fails(errno.ENOSPC))
    with pytest.raises(JournalError, match="could not be made durable"):
        machine.controller.stop("test")
    monkeypatch.undo()
    machine.close()
    started_and_ended(config)


# -- fonts and texts


def test_a_corrupt_font_for_tickets_is_named(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fonts = tmp_path / "fonts"
    shutil.copytree(assembly.FONTS, fonts)
    (fonts / "sans-500.otf").write_bytes(b"no font at all")
    monkeypatch.setattr(assembly, "FONTS", fonts)
    assert f"{fonts / 'sans-500.otf'}: not a usable font" in refused(capsys, "run", "--config", str(config))


@pytest.mark.parametrize("content", [b"no font at all", b""])
def test_a_corrupt_font_of_the_screen_is_named(tmp_path: Path, content: bytes) -> None:
    fonts = tmp_path / "fonts"
    shutil.copytree(assembly.FONTS, fonts)
    (fonts / "sans-700.otf").write_bytes(content)
    command = (
        sys.executable,
        "-m",
        "kiosk",
        "screen",
        "--socket",
        str(tmp_path / "none.sock"),
        "--font-dir",
        str(fonts),
    )
    environment = {"SDL_VIDEODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert str(fonts / "sans-700.otf") in done.stderr


@pytest.mark.parametrize("damage", ["binary", "syntax", "fields", "missing"])
def test_a_corrupt_catalogue_is_named(
    config: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    damage: str,
) -> None:
    shutil.copytree(LOCALE, tmp_path / "locale")
    folder = tmp_path / "locale" / "zh_CN"
    for catalogue in (folder / "LC_MESSAGES").glob("*.po"):
        text = catalogue.read_text(encoding="utf-8")
        if damage == "binary":
            catalogue.write_bytes(b"\xff\xfe\x00junk")
        elif damage == "syntax":
            catalogue.write_text(text + "\nmsgid broken\n", encoding="utf-8")
        elif damage == "fields":
            catalogue.write_text(text + '\nmsgid "Only {a} here"\nmsgstr "只有 {b}"\n', encoding="utf-8")
        else:
            catalogue.unlink()
    monkeypatch.setattr(assembly, "Texts", lambda: Texts(tmp_path / "locale"))
    assert str(folder) in refused(capsys, "run", "--config", str(config))
