"""Orders of the station in the journal: each rule can be broken, and is found."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.audit.reading import read_segments
from simulator.auditor import audit
from tests.simulator.auditor import writer as w

Lines = list[w.Line]


def command(seq: int, name: str = "mode", argument: str = "closed", outcome: str = "done", reason: str = "") -> w.Line:
    answer = {"seq": seq, "name": name, "argument": argument, "outcome": outcome, "reason": reason}
    return {"kind": "sys.command", **answer}, []


def staged(version: int, effective_ms: int = 0, expires_ms: int = 0) -> w.Line:
    times = {"effective_ms": effective_ms, "expires_ms": expires_ms}
    return {"kind": "params.staged", "set": "operating", "version": version, **times, "body": [["roll_low", 9]]}, []


def active(version: int) -> w.Line:
    return {"kind": "sys.params", "set": "operating", "version": version, "why": "effective"}, []


def people(version: int, **until_ms: int) -> w.Line:
    listed = [{"number": name[1:], "until_ms": end} for name, end in until_ms.items()]
    return {"kind": "params.people", "set": "operators", "version": version, "effective_ms": 0, "people": listed}, []


def let_in(number: str) -> w.Line:
    return {"kind": "op.login", "operator": number, "role": "cash"}, []


def signed(second: str) -> w.Line:
    return {"kind": "op.act", "operator": "1001", "second": second, "act": "test", "place": ""}, []


LEFT: w.Line = ({"kind": "op.logout", "operator": "1007", "why": "key"}, [])
LISTED = people(1, _1001=0, _1002=1_000), ({**active(1)[0], "set": "operators"}, [])


def found(*lines: w.Line, sale: bool = False) -> list[str]:
    whole = [*w.setup(), *lines, *(w.sold(1, 1) if sale else [])]
    violations = audit(read_segments([("000001-2025-11-21.journal", w.text(whole))])).violations
    return [f"{each.invariant} {each.text}" for each in violations]


def test_orders_that_are_kept_are_in_order() -> None:
    orders = command(1), command(2, argument="normal"), staged(1), active(1), staged(2), active(2), active(0)
    assert (
        found(*orders, command(9, outcome="refused", reason="signature"), command(3, "registers", ""), sale=True) == []
    )


def test_who_is_in_the_set_and_who_is_there_before_one_is_let_in() -> None:
    assert found(let_in("1007"), LEFT, *LISTED, let_in("1001")) == []


WRONG: list[tuple[str, list[Any], bool]] = [
    ("5 command 1 is answered after 1 was", [command(1), command(1)], False),
    ("5 command 7 is obeyed, and nobody signed it", [command(7, reason="signature")], False),
    ("12 set 4 is in force and was never taken in", [active(4)], False),
    ("12 set 3 is taken in after 3 was heard", [staged(3), staged(3)], False),
    ("12 set 3 is in force outside its time", [staged(3, effective_ms=10**9), active(3)], False),
    ("12 set 1 is taken in after 1 was heard", [staged(1), people(1)], False),
    ("14 operator 1003 is let in, and the set in force has nobody of that number", [*LISTED, let_in("1003")], False),
    ("14 operator 1002 is let in after the end of the log-in", [*LISTED, *[LEFT] * 70, let_in("1002")], False),
    (
        "14 operator 1009 is let in, and the set in force has nobody of that number",
        [*LISTED, let_in("1001"), signed("1009")],
        False,
    ),
    ("12 a sale begins, and the station ordered closed", [command(1)], True),
]


@pytest.mark.parametrize(("sentence", "lines", "sale"), WRONG)
def test_each_rule_can_be_broken_and_is_found(sentence: str, lines: Lines, sale: bool) -> None:
    assert sentence in found(*lines, sale=sale)
