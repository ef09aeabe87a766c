"""The supervisor with tiny real processes: order, ready lines, restarts, mains, and that nothing is left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kiosk.__main__
from simulator.child import Program
from simulator.clock import SharedClock
from simulator.restarts import NO_CUT_MS, POWER_GOES, RestartPolicy
from simulator.supervisor import StartError, Supervisor

CLOCK = SharedClock.starting_now()
PATIENCE_MS = 30_000
ROOT = Path(__file__).resolve().parents[2]
SERVE = "import signal, sys\nprint('ready', sys.argv[1], flush=True)\nsignal.pause()\n"


def program(name: str, code: str = SERVE, *words: str, **more: Any) -> Program:
    return Program(name, (sys.executable, "-c", code, *(words or (name,))), ready_within_ms=PATIENCE_MS, **more)


@pytest.fixture
def events() -> list[tuple[str, dict[str, Any]]]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, events: list[tuple[str, dict[str, Any]]]) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path, ROOT, CLOCK.mono_ms, lambda name, event: events.append((name, event)))
    yield made
    made.stop()


def serve_until(supervisor: Supervisor, done: Callable[[], bool]) -> None:
    until_ms = CLOCK.mono_ms() + PATIENCE_MS
    while not done():
        assert CLOCK.mono_ms() < until_ms
        supervisor.turn()


def alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def quick(supervisor: Supervisor, name: str) -> None:
    """Restart without the pause a real service has."""
    supervisor._places[name].restarts = RestartPolicy(pause_ms=0)


def test_ready_lines_carry_addresses_and_everything_is_logged(supervisor: Supervisor, tmp_path: Path) -> None:
    assert supervisor.start(program("station", SERVE, "http://127.0.0.1:8001")) == "http://127.0.0.1:8001"
    assert supervisor.start(program("controller")) == "controller"
    assert (tmp_path / "logs" / "controller.log").read_text() == "ready controller\n"
    assert supervisor.is_ready("station")


def test_a_program_that_ends_before_it_is_ready_is_named_with_its_last_words(supervisor: Supervisor) -> None:
    with pytest.raises(StartError, match=r"(?s)cabinet: ended; the end of .*no such port"):
        supervisor.start(program("cabinet", "raise SystemExit('no such port')"))


def test_a_program_that_is_never_ready_is_given_up(supervisor: Supervisor) -> None:
    silent = Program("cabinet", (sys.executable, "-c", "import signal; signal.pause()"), ready_within_ms=300)
    with pytest.raises(StartError, match="not ready within 300 ms; it said nothing"):
        supervisor.start(silent)


def test_a_program_that_does_not_exist_is_a_start_error(supervisor: Supervisor) -> None:
    with pytest.raises(StartError, match="cabinet: ended"):
        supervisor.start(Program("cabinet", ("./no-such-program",), ready_within_ms=300))


def test_a_killed_process_comes_back(supervisor: Supervisor) -> None:
    supervisor.start(program("screen"))
    quick(supervisor, "screen")
    first = supervisor.pid("screen")
    supervisor.restart("screen")
    serve_until(supervisor, lambda: supervisor.starts("screen") == 2 and supervisor.is_ready("screen"))
    assert supervisor.pid("screen") != first


def test_a_later_start_uses_the_address_of_the_first(supervisor: Supervisor, tmp_path: Path) -> None:
    again = program("station", SERVE, "again", again=lambda ready: (sys.executable, "-c", SERVE, f"again-{ready}"))
    supervisor.start(again)
    quick(supervisor, "station")
    supervisor.restart("station")
    serve_until(supervisor, lambda: supervisor.starts("station") == 2 and supervisor.is_ready("station"))
    assert (tmp_path / "logs" / "station.log").read_text() == "ready again\nready again-again\n"


def test_events_are_heard_and_noise_is_not(supervisor: Supervisor, events: list[tuple[str, dict[str, Any]]]) -> None:
    code = textwrap.dedent("""
        import signal
        print('{"event": "opened", "door": 1}', '{broken', '[1]', 'plain', sep='\\n')
        print('ready', flush=True)
        signal.pause()
    """)
    assert supervisor.start(program("cabinet", code)) == ""
    assert events == [("cabinet", {"event": "opened", "door": 1})]


def test_without_mains_the_powered_die_and_come_back_with_it(supervisor: Supervisor) -> None:
    told: list[bool] = []
    supervisor.tell_mains = told.append
    for name, powered in (("station", False), ("controller", True), ("screen", True)):
        supervisor.start(program(name, powered=powered))
    pids = [supervisor.pid(name) for name in ("controller", "screen")]
    supervisor.mains(False)
    assert [alive(pid) for pid in pids] == [False, False]
    assert (supervisor.running("controller"), supervisor.running("station")) == (False, True)
    supervisor.mains(False)
    assert told == [False]
    supervisor.mains(True)
    serve_until(supervisor, lambda: supervisor.is_ready("controller") and supervisor.is_ready("screen"))
    assert told == [False, True]


def test_a_process_may_ask_for_the_mains(supervisor: Supervisor, tmp_path: Path) -> None:
    code = textwrap.dedent("""
        import pathlib, signal, sys, time
        print('ready', flush=True)
        while not pathlib.Path(sys.argv[1]).exists():
            time.sleep(0.02)
        print('{"event": "mains", "on": false}', flush=True)
        signal.pause()
    """)
    supervisor.start(program("cabinet", code, str(tmp_path / "go")))
    supervisor.start(program("controller", powered=True))
    (tmp_path / "go").touch()
    serve_until(supervisor, lambda: not supervisor.running("controller"))
    assert supervisor.running("cabinet")


def test_power_of_a_ups_goes_and_comes_and_the_plug_is_left_alone(supervisor: Supervisor, tmp_path: Path) -> None:
    code = textwrap.dedent("""
        import pathlib, signal, sys, time
        print('ready', flush=True)
        for word in ('off', 'on'):
            while not pathlib.Path(sys.argv[1], word).exists():
                time.sleep(0.02)
            print('{"event": "power", "on": %s}' % ('true' if word == 'on' else 'false'), flush=True)
        signal.pause()
    """)
    told: list[bool] = []
    supervisor.tell_mains = told.append
    supervisor.start(program("cabinet", code, str(tmp_path)))
    supervisor.start(program("controller", powered=True))
    (tmp_path / "off").touch()
    serve_until(supervisor, lambda: not supervisor.running("controller"))
    (tmp_path / "on").touch()
    serve_until(supervisor, lambda: supervisor.is_ready("controller"))
    assert told == []


def test_a_cabinet_that_cannot_be_told_is_no_reason_to_stop(supervisor: Supervisor) -> None:
    def refuse(on: bool) -> None:
        raise ConnectionRefusedError("nobody there")

    supervisor.tell_mains = refuse
    supervisor.start(program("controller", powered=True))
    supervisor.mains(False)
    assert not supervisor.running("controller")


def test_stop_ends_in_reverse_order_even_who_does_not_listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.supervisor.STOP_MS", 300)
    supervisor = Supervisor(tmp_path, ROOT, CLOCK.mono_ms)
    ended = tmp_path / "ended"
    polite = textwrap.dedent("""
        import signal, sys
        def end(*_):
            with open(sys.argv[2], "a") as file:
                file.write(sys.argv[1] + " ")
            sys.exit()
        signal.signal(signal.SIGTERM, end)
        print("ready", flush=True)
        signal.pause()
    """)
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready', flush=True)\n" + (
        "while True: signal.pause()"
    )
    for name in ("station", "cabinet"):
        supervisor.start(program(name, polite, name, str(ended)))
    supervisor.start(program("controller", deaf))
    pids = [supervisor.pid(name) for name in ("station", "cabinet", "controller")]
    supervisor.stop()
    assert ended.read_text() == "cabinet station "
    assert not any(alive(pid) for pid in pids)


def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = textwrap.dedent("""
        import sys, signal
        from pathlib import Path
        from simulator.child import Program
        from simulator.clock import SharedClock
        from simulator.supervisor import Supervisor
        supervisor = Supervisor(Path(sys.argv[1]), Path("."), SharedClock.starting_now().mono_ms)
        serve = "import signal; print('ready', flush=True); signal.pause()"
        supervisor.start(Program("controller", (sys.executable, "-c", serve)))
        print(supervisor.pid("controller"), flush=True)
        signal.pause()
    """)
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    watched = os.pidfd_open(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert select.select([watched], [], [], PATIENCE_MS / 1000)[0]
    os.close(watched)


def test_restarts_pause_and_give_up_after_eight_in_ten_minutes() -> None:
    policy = RestartPolicy()
    assert [policy.after_end(now_ms) for now_ms in range(0, 8_000, 1_000)] == list(range(2_000, 10_000, 1_000))
    assert policy.after_end(8_000) is None
    assert policy.after_end(600_000) == 602_000


def test_who_stopped_because_the_ups_cuts_the_power_waits_for_it() -> None:
    policy = RestartPolicy(most=1)
    assert [policy.after_end(now_ms, POWER_GOES) for now_ms in (0, 1_000)] == [NO_CUT_MS, 1_000 + NO_CUT_MS]
    assert policy.after_end(2_000, 1) == 4_000
    assert POWER_GOES == kiosk.__main__.POWER_GOES


def test_a_program_that_was_ready_and_ended_at_once_was_ready(supervisor: Supervisor) -> None:
    """Word and end may be seen in one look."""
    for number in range(8):
        name = f"brief{number}"
        assert supervisor.start(program(name, "print('ready now', flush=True)", restarts=False)) == "now"
        serve_until(supervisor, lambda name=name: not supervisor.running(name))


def test_a_program_that_stopped_on_battery_comes_back_with_the_power(supervisor: Supervisor, tmp_path: Path) -> None:
    """It would have come back at once: its policy has no pause."""
    said = textwrap.dedent("""
        import pathlib, sys, time
        print('ready', flush=True)
        for word in ('false', 'true'):
            while not pathlib.Path(sys.argv[1], word).exists():
                time.sleep(0.02)
            print('{"event": "power", "on": ' + word + '}', flush=True)
        time.sleep(600)
    """)
    ends = f"import sys\nprint('ready', flush=True)\nsys.exit({POWER_GOES})\n"
    supervisor.start(program("cabinet", said, str(tmp_path)))
    supervisor.start(program("controller", ends, powered=True))
    quick(supervisor, "controller")
    serve_until(supervisor, lambda: not supervisor.running("controller"))
    for _ in range(3):
        supervisor.turn(1)
    assert (supervisor.starts("controller"), supervisor.failed()) == (1, [])
    (tmp_path / "false").touch()
    serve_until(supervisor, lambda: supervisor._places["controller"].held)
    (tmp_path / "true").touch()
    serve_until(supervisor, lambda: supervisor.starts("controller") == 2)


def test_a_process_that_ends_too_often_is_given_up(supervisor: Supervisor, tmp_path: Path) -> None:
    once = (
        "import pathlib, signal, sys\nflag = pathlib.Path(sys.argv[1])\nif flag.exists(): sys.exit(3)\nflag.touch()\n"
    )
    supervisor.start(program("screen", once + "print('ready', flush=True)\nsignal.pause()", str(tmp_path / "flag")))
    supervisor._places["screen"].restarts = RestartPolicy(pause_ms=0, most=2)
    supervisor.restart("screen")
    serve_until(supervisor, lambda: bool(supervisor.failed()))
    assert (supervisor.failed(), supervisor.starts("screen")) == (["screen"], 3)


def test_what_cannot_come_back_as_it_was_is_not_started_again(supervisor: Supervisor) -> None:
    supervisor.start(program("cabinet", restarts=False))
    supervisor.restart("cabinet")
    serve_until(supervisor, lambda: bool(supervisor.failed()))
    assert (supervisor.failed(), supervisor.starts("cabinet")) == (["cabinet"], 1)
