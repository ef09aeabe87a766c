"""The real lane against a socket that says what a test wants: what is no signed answer is none, and the thread goes on."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator

import pytest

from drivers.code_pay.calls import ask_time
from drivers.code_pay.lane import Outcome, ThreadLane
from drivers.code_pay.sealing import Sealer
from simulator.clock import SharedClock
from tests.simulator.provider.helpers import KEY, MERCHANT, oracle

CLOCK = SharedClock.starting_now()
NONCE = "ab" * 16
PATIENCE_S = 30.0


def reply(body: bytes, status: int = 200, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status} So\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def signed(body: bytes, status: int = 200) -> bytes:
    sign = oracle(KEY, "answer", str(status), "77", NONCE, body=body)
    return reply(body, status, f"Code-Time: 77\r\ncode-SIGN: {sign}\r\n")


class Socket:
    """Takes one connection for each answer: reads a call, says the bytes (None: nothing, until the caller leaves), hangs up."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.answers: list[bytes | None] = []
        self.heard: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            with caller:
                call = b""
                while b"\r\n\r\n{" not in call:
                    call += caller.recv(65_536)
                self.heard.append(call)
                answer = self.answers.pop(0)
                if answer is None:
                    caller.recv(1)
                else:
                    caller.sendall(answer)


@pytest.fixture
def there() -> Iterator[Socket]:
    made = Socket()
    yield made
    made.close()


@pytest.fixture
def lane(there: Socket) -> Iterator[ThreadLane]:
    made = ThreadLane(there.url + "/", Sealer(MERCHANT, KEY, CLOCK.wall_ms, lambda: NONCE), CLOCK.mono_ms)
    yield made
    made.close(PATIENCE_S)


def ask(lane: ThreadLane) -> Outcome:
    call = ask_time()
    lane.submit(call)
    assert select.select([lane.fileno()], [], [], PATIENCE_S)[0]
    (outcome,) = lane.drain()
    assert outcome.call is call
    return outcome


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        (b"", "cut"),
        (reply(b"{}")[:20], "bad answer"),
        (signed(b'{"time_ms":77}')[:-5], "cut"),
        (b"220 mail at your service\r\n", "cut"),
        (reply(b"<html>502</html>", 502), "bad answer"),
        (reply(b'{"time_ms":77}'), "bad answer"),
        (signed(b'{"time_ms":77}').replace(b"77}", b"78}"), "bad answer"),
        (reply(b"", 307, "Location: /elsewhere\r\n"), "bad answer"),
        (reply(b" " * 20_000), "too_long"),
    ],
    ids=[
        "nothing",
        "torn head",
        "torn body",
        "another protocol",
        "proxy",
        "unsigned",
        "changed",
        "redirect",
        "too long",
    ],
)
def test_what_is_no_signed_answer_is_none_and_the_next_one_counts(
    there: Socket, lane: ThreadLane, said: bytes, trouble: str
) -> None:
    there.answers = [said, signed(b'{"time_ms":77}')]
    assert ask(lane) == Outcome(ask_time(), trouble=trouble)
    good = ask(lane)
    assert good.answer is not None
    assert good.answer.body == {"time_ms": 77}


def test_a_call_leaves_as_the_sheet_says(there: Socket, lane: ThreadLane) -> None:
    there.answers = [signed(b"{}")]
    told: list[tuple[str, bool]] = []
    lane.on_wire = lambda call, out: told.append((call, out))
    ask(lane)
    head, _, body = there.heard[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    good = oracle(KEY, "request", "/v1/time", MERCHANT, headers["code-time"], NONCE, body=body)
    assert lines[0] == "POST /v1/time HTTP/1.1"
    assert (headers["code-merchant"], headers["code-nonce"], headers["code-sign"]) == ("t07", NONCE, good)
    assert told == [("time", True), ("time", False)]


def test_nobody_listens(there: Socket, lane: ThreadLane) -> None:
    there.close()
    there.answers = [b""]
    assert ask(lane).trouble in ("unreachable", "cut")  # the listener's thread may still take one
    assert ask(lane).trouble == "unreachable"


def test_a_sealer_that_fails_is_no_answer_and_no_end_of_the_thread(there: Socket) -> None:
    nonces = iter([NONCE])
    lane = ThreadLane(there.url, Sealer(MERCHANT, KEY, CLOCK.wall_ms, lambda: next(nonces)), CLOCK.mono_ms)
    there.answers = [signed(b"{}")]
    assert ask(lane).answer is not None
    assert ask(lane).trouble == "bad answer: StopIteration"
    assert ask(lane).trouble == "bad answer: StopIteration"
    lane.close(PATIENCE_S)


@pytest.mark.slow
def test_silence_has_an_end(there: Socket, lane: ThreadLane) -> None:
    there.answers = [None, signed(b"{}")]
    assert ask(lane).trouble == "timeout"
    assert ask(lane).answer is not None
