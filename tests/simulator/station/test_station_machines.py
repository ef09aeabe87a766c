"""Enrolment, strict bodies, status, and the records of the machines. Station API sheet; reliability notes 8."""

from __future__ import annotations

import json
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.station.helpers import EPOCH, NOON, Machine, body_of, error_of, key, lock_body

SESSION = {"epoch": EPOCH, "software": "0.1.0", "boot": 4, "clock_ms": NOON}


def journal(count: int, epoch: str = EPOCH, first: int = 1, chain: int = 0) -> list[str]:
    """Lines as a machine's journal has them: chained CRC, then one JSON object."""
    lines = []
    for seq in range(first, first + count):
        record = {"seq": seq, "epoch": epoch, "boot": 1, "mono_ms": seq, "wall_ms": NOON + seq}
        record |= {"fact": {"kind": "timer"}, "intents": [], "mac": "00"}
        body = json.dumps(record, separators=(",", ":"))
        chain = crc32(body.encode(), chain)
        lines.append(f"{chain:08x} {body}")
    return lines


def send(machine: Machine, first_seq: int, lines: list[str], epoch: str = EPOCH) -> Any:
    return machine.ask("POST", "/v1/devices/T07/records", {"epoch": epoch, "first_seq": first_seq, "lines": lines})


def test_a_session_tells_limits_and_known_epochs() -> None:
    machine = Machine()
    first = body_of(machine.ask("POST", "/v1/devices/T07/sessions", SESSION))
    assert (first["grant"], first["station"], first["time_ms"], first["known_epochs"]) == (True, "BXP", NOON, [EPOCH])
    assert first["limits"] == {
        "max_tickets": 5,
        "sale_days": 15,
        "sale_closes_before_ms": 600_000,
        "lock_ms": 300_000,
        "lock_max_ms": 600_000,
        "renew_ms": 60_000,
    }
    second = body_of(machine.ask("POST", "/v1/devices/T07/sessions", {**SESSION, "epoch": "0badcafe"}))
    assert second["known_epochs"] == [EPOCH, "0badcafe"]


@pytest.mark.parametrize("token", ["", "wrong", "secret-8x"])
def test_an_unknown_token_is_unauthorized(token: str) -> None:
    machine = Machine(token=token or None)
    assert error_of(machine.ask("GET", "/v1/time")) == (401, "unauthorized")
    assert error_of(machine.lock(1)) == (401, "unauthorized")


def test_a_machine_speaks_for_itself_only() -> None:
    machine = Machine()
    assert error_of(machine.ask("POST", "/v1/devices/T08/sessions", SESSION)) == (403, "wrong_machine")
    assert error_of(machine.ask("GET", f"/v1/sales/{key(1, 'T08')}")) == (403, "wrong_machine")
    assert error_of(machine.lock(1, key=key(1, "T08"))) == (403, "wrong_machine")
    assert error_of(machine.lock(1, machine="T08")) == (403, "wrong_machine")


def test_a_revoked_machine_may_not_sell_but_its_records_are_taken() -> None:
    machine = Machine(token="secret-9")
    assert error_of(machine.ask("POST", "/v1/devices/T09/sessions", SESSION)) == (403, "no_grant")
    body = {**lock_body(1), "key": key(1, "T09"), "machine": "T09"}
    assert error_of(machine.ask("POST", "/v1/locks", body)) == (403, "no_grant")
    records = {"epoch": EPOCH, "first_seq": 1, "lines": journal(1)}
    assert body_of(machine.ask("POST", "/v1/devices/T09/records", records)) == {"acked": 1}


STRICT = [
    ("POST", "/v1/devices/T07/sessions", SESSION),
    ("POST", "/v1/availability:query", {"origin": "BXP", "destination": "SJP", "date": "2026-11-22"}),
    ("POST", "/v1/locks", lock_body(1, train="K598", destination="WCN")),
    ("POST", f"/v1/locks/{key(1)}:renew", {"note": 1}),
    (
        "POST",
        f"/v1/locks/{key(1)}:confirm",
        {"total_fen": 0, "rounding_fen": 0, "paid": {"cash_fen": 0, "card_fen": 0}},
    ),
    ("POST", f"/v1/sales/{key(1)}:printed", {"tickets": []}),
    ("POST", f"/v1/sales/{key(1)}:void", {"places": None, "reason": ""}),
    ("POST", "/v1/devices/T07/records", {"epoch": EPOCH, "first_seq": 1, "lines": []}),
    ("PUT", "/v1/devices/T07/status", {"state_seq": 1, "mode": "normal", "reasons": [], "faults": []}),
]


@pytest.mark.parametrize(("method", "path", "body"), STRICT, ids=lambda part: str(part)[:40])
def test_bodies_are_strict(method: str, path: str, body: dict[str, Any]) -> None:
    machine = Machine()
    for field, value in body.items():
        without = {name: other for name, other in body.items() if name != field}
        wrong = False if isinstance(value, int) else 7
        for bad in (without, {**body, field: wrong}):
            reply = machine.ask(method, path, bad)
            assert error_of(reply) == (400, "bad_request"), (field, bad)
    if not path.endswith("status"):
        assert error_of(machine.ask(method, path, {**body, "extra": 1})) == (400, "bad_request")
    for raw in (b"", b"null", b"[]", b"{", b'{"a":NaN}', b"\xff", b"[" * 5_000):
        assert error_of(machine.ask(method, path, raw)) == (400, "bad_request")
    assert machine.steps == []


@given(st.binary(max_size=200), st.sampled_from(STRICT))
def test_no_body_raises(raw: bytes, call: tuple[str, str, Any]) -> None:
    reply = Machine().ask(call[0], call[1], raw)
    assert reply.status in (200, 201, 400, 404, 409)


@given(st.text(max_size=60))
def test_no_path_raises(path: str) -> None:
    assert Machine().ask("GET", "/v1/" + path).status in (200, 400, 403, 404)


@pytest.mark.parametrize("bad", ["T07", "T07.7f3a91c2", "T07.7f3a91c2.0", "T07.7f3a91c2.x", "T07..1"])
def test_a_key_has_a_form(bad: str) -> None:
    assert error_of(Machine().lock(1, key=bad)) == (400, "bad_request")
    assert error_of(Machine().ask("GET", f"/v1/sales/{bad}")) == (400, "bad_request")


def test_the_last_status_wins_until_the_next_log_on() -> None:
    machine = Machine()

    def tell(seq: int, mode: str) -> None:
        body = {"state_seq": seq, "mode": mode, "reasons": [], "faults": [], "paper": 120}
        assert body_of(machine.ask("PUT", "/v1/devices/T07/status", body)) == {"time_ms": NOON}

    def mode() -> str:
        return str(machine.station.devices.status["T07"]["mode"])

    tell(5, "normal")
    tell(4, "late")
    assert mode() == "normal"
    tell(6, "no_change")
    assert mode() == "no_change"
    machine.ask("POST", "/v1/devices/T07/sessions", SESSION)
    tell(1, "normal")
    assert mode() == "normal"
    assert machine.replayed().snapshot() == machine.station.snapshot()


def test_the_network_is_sent_once() -> None:
    machine = Machine()
    reply = machine.ask("GET", "/v1/network")
    told = body_of(reply)
    assert {"version", "stations", "hot", "classes", "passengers", "trains"} == set(told)
    assert "K598" in told["trains"]
    assert reply.headers["ETag"] == f'"{told["version"]}"'


def test_records_are_acknowledged_and_repeats_are_harmless() -> None:
    machine, lines = Machine(), journal(5)
    assert body_of(send(machine, 1, lines[:3])) == {"acked": 3}
    assert body_of(send(machine, 1, lines[:3])) == {"acked": 3}
    assert body_of(send(machine, 2, lines[1:])) == {"acked": 5}
    assert body_of(machine.ask("GET", "/v1/devices/T07/records/watermark", epoch=EPOCH)) == {"acked": 5}
    assert body_of(machine.ask("GET", "/v1/devices/T07/records/watermark", epoch="other")) == {"acked": 0}
    stream = machine.station.records.snapshot()[0]
    assert (stream["quarantine"], stream["head"]) == ([], lines[-1][:8])


def test_a_gap_tells_what_is_expected() -> None:
    machine, lines = Machine(), journal(5)
    send(machine, 1, lines[:2])
    refused = send(machine, 4, lines[3:])
    assert error_of(refused) == (409, "gap")
    assert body_of(refused)["expected"] == 3


def test_another_content_under_a_known_seq_is_a_fork_and_is_remembered() -> None:
    machine, lines = Machine(), journal(3)
    send(machine, 1, lines)
    forged = [lines[0], lines[1].replace('"boot":1', '"boot":2')]
    refused = send(machine, 1, forged)
    assert error_of(refused) == (409, "fork")
    assert body_of(refused)["seq"] == 2
    assert machine.station.records.snapshot()[0]["forks"] == [2]
    send(machine, 1, forged)
    assert sum(step["kind"] == "fork" for step in machine.steps) == 1
    assert machine.replayed().snapshot() == machine.station.snapshot()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda line: "hello", "not a journal line"),
        (lambda line: line + "\n", "not a journal line"),
        (lambda line: line[:-1] + ",}", "not JSON"),
        (lambda line: "00000000" + line[8:], "the chain is broken"),
        (lambda line: line.replace('"seq":2', '"seq":9'), "another seq or epoch"),
        (lambda line: line.replace('"boot":1,', ""), "keys missing or out of order"),
        (lambda line: line.replace(EPOCH, "ffffffff"), "another seq or epoch"),
    ],
)
def test_an_indigestible_line_is_quarantined_and_acknowledged(spoil: Any, reason: str) -> None:
    machine, lines = Machine(), journal(4)
    lines[1] = spoil(lines[1])
    assert body_of(send(machine, 1, lines)) == {"acked": 4}
    quarantine = machine.station.records.snapshot()[0]["quarantine"]
    assert quarantine[0] == {"seq": 2, "reason": reason}
    assert all(entry["seq"] in (2, 3) for entry in quarantine)
    assert body_of(send(machine, 2, lines[1:])) == {"acked": 4}


def test_a_batch_has_a_greatest_size() -> None:
    machine = Machine()
    assert error_of(send(machine, 1, ["x"] * 501)) == (400, "bad_request")
    assert error_of(send(machine, 1, ["x" * 300_000])) == (413, "too_large")
    assert body_of(send(machine, 1, [])) == {"acked": 0}
