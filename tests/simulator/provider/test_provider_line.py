"""The provider's HTTP side without sockets: faults of the line, bodies without end, a ledger that cannot be written."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.one_file import LedgerError
from simulator.provider.faults import FAULTS, FaultError, Faults, Ordered
from simulator.provider.http import Shell
from simulator.provider.ledger import Ledger
from simulator.provider.main import main
from simulator.provider.provider import Provider
from simulator.provider.wire import Request
from tests.simulator.provider.helpers import KEY, MERCHANT, NOW_MS, PAYERS, Shop, in_memory


class Web:
    """A shell on a file, and a merchant that calls it."""

    def __init__(self, opened: Callable[[], Provider], *faults: str) -> None:
        self.faults, self.stopped = Faults(), list[str]()
        for text in faults:
            self.faults.switch_on(Ordered.parse(text))
        self.shell = Shell(opened, self.faults, lambda: NOW_MS, self.stopped.append, lab=True)
        self.shop = Shop(self.shell.provider)

    def call(self, request: Request, parts: int = 1) -> tuple[int, dict[str, str], bytes] | None:
        """Status, headers and body of the answer; None when the caller hears nothing until it leaves."""
        sent: list[dict[str, Any]] = []
        length = max(1, -(-len(request.body) // parts))
        pieces = [request.body[at : at + length] for at in range(0, max(1, len(request.body)), length)]
        incoming = [
            {"type": "http.request", "body": piece, "more_body": number < len(pieces) - 1}
            for number, piece in enumerate(pieces)
        ]

        async def receive() -> dict[str, Any]:
            return incoming.pop(0) if incoming else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(name.encode(), value.encode()) for name, value in request.headers.items()]
        scope = {"type": "http", "method": request.method, "path": request.path, "headers": headers}
        asyncio.run(self.shell(scope, receive, send))
        if not sent:
            return None
        start, body = sent
        told = {name.decode(): value.decode() for name, value in start["headers"]}
        assert int(told["content-length"]) == len(body["body"])
        return start["status"], told, body["body"]

    def create(self) -> tuple[int, dict[str, str], bytes] | None:
        return self.call(self.shop.request("/v1/create", {"order": "a.1", "amount_fen": 5, "lasts_ms": 9_000}))

    def known(self) -> int:
        return len(self.shell.provider.ledger.snapshot()["orders"])


@pytest.fixture
def on_file(tmp_path: Path) -> Callable[[], Provider]:
    return lambda: in_memory(tmp_path / "ledger.sqlite")


def test_a_call_in_pieces_is_answered_under_a_signature() -> None:
    web = Web(in_memory)
    request = web.shop.request("/v1/create", {"order": "a.1", "amount_fen": 5, "lasts_ms": 9_000})
    answer = web.call(request, parts=5)
    assert answer is not None
    status, headers, body = answer
    assert (status, json.loads(body)["state"]) == (200, "waiting")
    assert {"code-time", "code-sign"} <= set(headers)


@pytest.mark.parametrize(
    ("fault", "answered", "known"),
    [
        ("refusing", 503, 0),
        ("silent", None, 0),
        ("answer_lost", None, 1),
        ("slow:ms=1", 200, 1),
        ("held:ms=1", 200, 1),
        ("restarted", None, 0),
    ],
)
def test_faults_of_the_line(on_file: Callable[[], Provider], fault: str, answered: int | None, known: int) -> None:
    web = Web(on_file, f"{fault}:times=1")
    answer = web.create()
    assert (answer[0] if answer else None, web.known()) == (answered, known)
    good = web.create()
    assert good is not None
    assert (good[0], web.known()) == (200, 1)
    web.shell.provider.ledger.close()


def test_a_restart_forgets_nothing_and_no_nonce(on_file: Callable[[], Provider]) -> None:
    web = Web(on_file)
    request = web.shop.request("/v1/create", {"order": "a.1", "amount_fen": 5, "lasts_ms": 9_000})
    first = web.call(request)
    web.shell.restart()
    again, replayed = web.create(), web.call(request)
    assert first is not None
    assert again is not None
    assert replayed is not None
    assert json.loads(again[2])["text"] == json.loads(first[2])["text"]
    assert json.loads(replayed[2])["error"] == "replayed"
    web.shell.provider.ledger.close()


def test_a_ledger_has_one_owner(on_file: Callable[[], Provider]) -> None:
    first = on_file()
    with pytest.raises(LedgerError):
        on_file()
    first.ledger.close()


def test_what_cannot_be_stored_is_not_answered_and_ends_the_provider() -> None:
    class Full(sqlite3.Connection):
        full = False

        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            if Full.full and str(arguments[0]).startswith("insert into purchase"):
                raise sqlite3.OperationalError("disk full")
            return super().execute(*arguments)

    web = Web(lambda: Provider(Ledger(":memory:", PAYERS, Full), {MERCHANT: KEY}))
    Full.full = True
    assert web.create() is None
    assert web.stopped == ["cannot store: disk full"]
    Full.full = False
    assert web.create() is None
    assert web.known() == 0


def test_a_body_without_end_is_cut() -> None:
    web = Web(in_memory)
    answer = web.call(Request("POST", "/v1/create", {}, b" " * 20_000), parts=4)
    assert answer is not None
    assert answer[0] == 413


@given(
    path=st.sampled_from(["/", "/ledger", "/v1", "/v1/", "/v1/create", "/phone/pay"]),
    method=st.sampled_from(["GET", "PUT"]),
)
def test_other_ways_of_calling_lead_nowhere(path: str, method: str) -> None:
    web = Web(in_memory)
    answer = web.call(Request(method, path))
    assert answer is not None
    assert answer[0] == (200 if (method, path) == ("GET", "/ledger") else 404)


def test_the_lab_switches_faults() -> None:
    web = Web(in_memory)

    def switch(body: bytes) -> tuple[int, Any]:
        answer = web.call(Request("POST", "/lab/faults", {}, body))
        assert answer is not None
        return answer[0], json.loads(answer[2])

    status, told = switch(b'{"on": "refusing:match=create:times=1"}')
    assert (status, [each["name"] for each in told["on"]], told["known"]) == (200, ["refusing"], FAULTS)
    assert [answer[0] for _ in range(2) if (answer := web.create())] == [503, 200]
    switch(b'{"on": "slow"}')
    assert switch(b'{"off": "slow"}')[1]["on"] == []
    for wrong in (b'{"on": "moon"}', b'{"on": 5}', b"[]", b"{", b'{"on": "slow:ms=-1"}'):
        assert switch(wrong)[0] == 400


@pytest.mark.parametrize(
    "text", ["", "moon", "slow:ms", "slow:ms=x", "slow:ms=99999999999", "slow:times=0", "slow:match=A", "slow:more=1"]
)
def test_a_fault_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(FaultError):
        Ordered.parse(text)


def test_faults_hold_for_their_calls_and_paths() -> None:
    faults = Faults()
    faults.switch_on(Ordered.parse("slow:ms=7:times=2:match=query"))
    faults.switch_on(Ordered.parse("paid_twice"))
    copy = faults.copy()
    assert [faults.behave(path).ms("slow") for path in ("/v1/create", "/v1/query", "/v1/query", "/v1/query")] == [
        0,
        7,
        7,
        0,
    ]
    assert "paid_twice" in faults.behave("/phone/pay")
    faults.switch_off("paid_twice")
    assert faults.on() == []
    assert len(copy.on()) == 2


def test_the_command_lists_its_faults_and_refuses_nonsense(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--faults"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(FAULTS)
    for wrong in (["--merchant", "T07:00"], ["--merchant", "T 7:" + "0" * 64], ["--fault", "moon"]):
        with pytest.raises(SystemExit) as ended:
            main(wrong)
        assert ended.value.code == 2
    capsys.readouterr()


def test_a_ledger_that_does_not_add_up_is_not_opened_for_business(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(in_memory(tmp_path / "ledger.sqlite"))
    shop.pay(shop.create())
    shop.provider.ledger.close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as spoiled:
        spoiled.execute("update payer set balance_fen = 7 where name = 'good'")
        spoiled.execute("delete from booking")
    spoiled.close()
    assert main(["--port", "0", "--data", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "good: balance_fen=7" in told
    assert "T07 a.1: paid, booked []" in told
