"""`./tvm` on its own: what it says, which module a command goes to, and what it does without Python or network."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")
TOOLS = ("sh", "dirname", "readlink", "cat", "cmp", "mkdir", "flock", "cp", "mv")


def script(path: Path, text: str) -> None:
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A made-up project: the real script and locks, tools on a path of its own, no Python at all."""
    shutil.copy(ROOT / "tvm", tmp_path / "tvm")
    for lock in LOCKS:
        (tmp_path / lock).write_text("made-up==1\n")
    (tmp_path / "tools").mkdir()
    for tool in TOOLS:
        (tmp_path / "tools" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def installed(house: Path, python: str = 'echo "$@" in "$PWD" from "$PYTHONPATH"\n') -> None:
    """A .venv that holds what the locks say, with a made-up Python."""
    (house / ".venv" / "bin").mkdir(parents=True)
    script(house / ".venv" / "bin" / "python", python)
    for lock in LOCKS:
        shutil.copy(house / lock, house / ".venv" / f"installed-{lock}")


def tvm(house: Path, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(house / "tools"), "HOME": str(house)}
    return subprocess.run(
        [str(house / "tvm"), *words], cwd=cwd or house, env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("words", [(), ("help",), ("--help",)])
def test_alone_it_prints_the_commands_and_makes_nothing(house: Path, words: tuple[str, ...]) -> None:
    done = tvm(house, *words)
    assert done.returncode == 0
    for command in (
        "demo",
        "provision DIR",
        "run --config FILE",
        "screen",
        "station",
        "device MODEL",
        "probe",
        "bench",
        "test",
    ):
        assert f"  {command}" in done.stdout
    assert not (house / ".venv").exists()


@pytest.mark.parametrize(
    ("command", "module"),
    [
        ("run", "kiosk"), ("screen", "kiosk"), ("probe", "kiosk"), ("provision", "kiosk"), ("demo", "simulator"),
        ("station", "simulator"), ("device", "simulator"), ("test", "simulator"), ("bench", "simulator"),
        ("nonsense", "simulator"),
    ],
)  # fmt: skip
def test_each_command_goes_to_its_module_from_any_folder(
    house: Path, tmp_path: Path, command: str, module: str
) -> None:
    installed(house)
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    done = tvm(house, command, "--a", "b c", cwd=elsewhere)
    assert done.stdout == f"-m {module} {command} --a b c in {elsewhere} from {house}\n"


def test_a_link_to_it_works_too(house: Path, tmp_path: Path) -> None:
    installed(house)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tvm").symlink_to(house / "tvm")
    env = {"PATH": str(house / "tools")}
    done = subprocess.run([str(tmp_path / "bin" / "tvm"), "run"], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.endswith(f"from {house}\n")


def test_without_a_fitting_python_it_says_what_to_install(house: Path) -> None:
    script(house / "tools" / "python3", "exit 1\n")
    done = tvm(house, "run")
    assert done.returncode == 1
    assert done.stderr == (
        "tvm: needs Python 3.11 or newer with venv; on Debian: apt-get install python3 python3-venv\n"
    )


@pytest.mark.parametrize(("second", "chosen"), [("exit 1", "first"), ("exit 0", "second")])
def test_it_takes_the_optimised_python_of_those_on_the_path(house: Path, second: str, chosen: str) -> None:
    """`second`: how the other one answers when it is asked for its optimisations; the first one has none."""
    (house / "other").mkdir()
    script(
        house / "tools" / "python3",
        'case "$*" in *enable-opt*) exit 1 ;; "-m venv"*) echo first >"$OLDPWD/made" ;; esac\n',
    )
    script(
        house / "other" / "python3",
        f'case "$*" in *enable-opt*) {second} ;; "-m venv"*) echo second >"$OLDPWD/made" ;; esac\n',
    )
    env = {"PATH": f"{house / 'tools'}:{house / 'other'}", "OLDPWD": str(house)}
    subprocess.run([str(house / "tvm"), "run"], cwd=house, env=env, capture_output=True, check=False)
    assert (house / "made").read_text() == f"{chosen}\n"


def test_without_network_it_says_so_in_one_line_and_tries_again_next_time(house: Path) -> None:
    installed(house, 'case "$*" in *install*) echo "no route" >&2; exit 1 ;; esac\n')
    (house / "requirements.lock").write_text("made-up==2\n")
    for _ in range(2):
        done = tvm(house, "run")
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == (
            "tvm: packages of requirements.lock could not be installed (is the network there?); see .venv/setup.log"
        )
    assert (house / ".venv" / "setup.log").read_text() == "no route\n"


def test_a_changed_lock_is_installed_once_even_by_two_starts(house: Path) -> None:
    installed(house, f'case "$*" in *--require-hashes*) echo x >>"{house}/installs" ;; esac\n')
    (house / "requirements.lock").write_text("made-up==2\n")
    env = {"PATH": str(house / "tools")}
    starts = [subprocess.Popen([str(house / "tvm"), "run"], env=env, stderr=subprocess.PIPE) for _ in range(3)]
    assert [start.wait(60) for start in starts] == [0, 0, 0]
    for start in starts:
        assert start.stderr is not None
        start.stderr.close()
    assert (house / "installs").read_text() == "x\n"


def test_the_scripts_can_be_run() -> None:
    assert os.access(ROOT / "tvm", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    for path in ("tvm", ".ci/run"):
        shell = "sh" if path == "tvm" else "bash"
        assert subprocess.run([shell, "-n", str(ROOT / path)], check=False).returncode == 0
