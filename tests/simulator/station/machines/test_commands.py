"""Commands are numbered and signed; what became of them stands in the machine's records. Grant and enrolment."""

from __future__ import annotations

import pytest

from simulator.station.machines import views
from tests.simulator.station.helpers import EPOCH, NOON, body_of, error_of
from tests.simulator.station.machines.desk import MINUTE, SEAL, SIGNER, Desk


def answered(seq: int, outcome: str = "done", reason: str = "") -> tuple[dict[str, object], list[dict[str, object]]]:
    fact = {"kind": "sys.command", "seq": seq, "name": "mode", "argument": "", "outcome": outcome, "reason": reason}
    return fact, []


def test_commands_come_in_order_until_the_machine_has_them() -> None:
    desk = Desk()
    desk.command("mode", "closed")
    desk.command("registers")
    first, second = desk.inbox()[0]
    assert (first["seq"], first["name"], first["argument"], first["machine"]) == (1, "mode", "closed", "T07")
    assert first["expires_ms"] == desk.now_ms + MINUTE
    assert [command["seq"] for command in desk.inbox(after=1)[0]] == [second["seq"]]
    assert desk.inbox(after=2)[0] == []


def test_what_became_of_a_command_is_read_from_the_records() -> None:
    desk = Desk()
    for _ in range(4):
        desk.command("mode", "normal")
    desk.tell(answered(1), answered(2, "refused", "expired"), answered(4, "refused", "signature"))
    shown = body_of(desk.office("machines/T07"))["commands"]
    assert [(each["outcome"], each["why"]) for each in shown] == [
        ("done", ""), ("refused", "expired"), ("waiting", ""), ("waiting", ""),
    ]  # fmt: skip
    desk.now_ms += 2 * MINUTE
    assert body_of(desk.office("machines/T07"))["commands"][2]["outcome"] == "expired"


@pytest.mark.parametrize(("name", "argument"), [("mode", "asleep"), ("end_day", "today"), ("registers", "now")])
def test_an_argument_must_fit(name: str, argument: str) -> None:
    assert error_of(Desk().command(name, argument)) == (422, "out_of_range")


def test_only_persons_reach_the_office() -> None:
    desk = Desk()
    assert error_of(desk.ask("GET", "/v1/office/machines")) == (401, "unauthorized")
    assert error_of(desk.ask("GET", "/v1/devices/T08/inbox")) == (403, "wrong_machine")
    assert error_of(desk.office("nowhere")) == (404, "no_such_call")


def test_a_machine_is_enrolled_by_token_and_key_and_the_token_is_not_kept() -> None:
    desk = Desk()
    told = body_of(desk.office("machines", {"machine": "T30", "station": "SJP"}))
    assert told == {"machine": "T30", "token": "given-1", "seal": SEAL.hex(), "station_key": SIGNER.public}
    assert "given-1" not in str(desk.steps)
    assert SEAL.hex() not in str([views.machines(desk.station, NOON), desk.station.machines.trail.entries])
    session = {"epoch": EPOCH, "software": "0.1.0", "boot": 1, "clock_ms": desk.now_ms}
    assert body_of(desk.ask("POST", "/v1/devices/T30/sessions", session, "given-1"))["station"] == "SJP"
    desk.office("machines", {"machine": "T30", "station": "SJP"})
    assert desk.ask("POST", "/v1/devices/T30/sessions", session, "given-1").status == 401
    assert desk.replayed().snapshot() == desk.station.snapshot()


def test_a_revoked_machine_hears_no_more_until_it_is_granted_again() -> None:
    desk = Desk()
    assert desk.office("machines/T07:revoke", {}).status == 200
    assert error_of(desk.ask("GET", "/v1/devices/T07/inbox")) == (403, "no_grant")
    assert desk.replayed().snapshot() == desk.station.snapshot()
    desk.office("machines/T07:grant", {})
    assert desk.inbox() == ([], [])
