"""Every reason the machine can have for something is told in words: collected from the source, looked up in the views."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from types import ModuleType

import pytest

from drivers.ccnet import texts as ccnet_texts
from kiosk import cancels, modes, service
from kiosk.faults import FaultCode
from kiosk.journey import flow
from kiosk.sale import change, charge, count, restarted, sale
from kiosk.sale.book import S
from kiosk.sale.lines import Claim, PayLine
from kiosk.screen.views import claim as claim_view
from kiosk.screen.views import notices, pay, progress, stop
from kiosk.service_acts import ACTS
from kiosk.service_words import DEEDS, FAULTS, ICONS, MESSAGES, NOTES, TITLES
from kiosk.showing import REASON_SCREENS
from tests.kiosk.screen.world import book

ROOT = Path(__file__).parents[3]


def strings(node: ast.AST) -> set[str]:
    return {
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value
    }


def tree(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


def assigned(module: ModuleType, name: str) -> set[str]:
    """Literals that are assigned to an attribute of this name, also as one of several."""
    found: set[str] = set()
    for node in ast.walk(tree(module)):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            found |= set().union(
                *(strings(value) for at, value in pairs if isinstance(at, ast.Attribute) and at.attr == name), set()
            )
    return found


def strings_of(module: ModuleType, table: str) -> set[str]:
    """Literals that a table of constants has for values."""
    return set(getattr(module, table).values())


def given(module: ModuleType, call: str, place: int) -> set[str]:
    """Literals given to a function as its n-th argument."""
    return set().union(
        *(
            strings(node.args[place])
            for node in ast.walk(tree(module))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == call
            and len(node.args) > place
        ),
        set(),
    )


def returned(module: ModuleType, function: str) -> set[str]:
    body = next(n for n in ast.walk(tree(module)) if isinstance(n, ast.FunctionDef) and n.name == function)
    return set().union(*(strings(n) for n in ast.walk(body) if isinstance(n, ast.Return)), set())


def test_why_a_sale_ended_is_told() -> None:
    reasons = assigned(count, "why_ending") | given(count, "_why", 0) | given(count, "_give_up_printing", 1)
    reasons |= given(restarted, "_no_purchase", 1) | assigned(charge, "why_ending") | strings_of(cancels, "FOR_CASH")
    source = "".join(
        (ROOT / "kiosk" / name).read_text("utf-8") for name in ("controller.py", "touches.py", "cancels.py")
    )
    source = source.replace("from __future__ import annotations", "")
    for node in ast.walk(ast.parse(source)):
        name = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", ""))
        if isinstance(node, ast.Call) and name == "Cancelled":
            argument = node.args[0]
            reasons |= (
                strings(argument.body) | strings(argument.orelse)
                if isinstance(argument, ast.IfExp)
                else strings(argument)
            )
    assert reasons >= {"timeout", "lock_expired", "passenger", "print", "restart", "not_taken"}
    assert reasons - set(progress.WHY) == set()


def test_an_uncertain_claim_says_what_must_be_checked() -> None:
    reasons = (
        given(count, "Claim", 2) | given(restarted, "Claim", 2) | given(sale, "Claim", 2) | given(charge, "Claim", 2)
    )
    states = given(count, "_note_lost", 0)
    told = {f"note_{state}" for state in states} | {reason for reason in reasons if reason != "note_"}
    assert "pay_unknown" in told
    assert told - set(claim_view.UNCERTAIN) == set()


@pytest.mark.parametrize(
    ("why", "pay", "absent", "words"),
    [
        ("timeout", PayLine(1, (), 2_000, "retracted", out_fen=2_000), True, claim_view.NOT_TAKEN),
        ("passenger", PayLine(1, (), 2_000, "refused", reason="jam"), False, claim_view.DISPENSER),
        ("passenger", PayLine(1, (), 2_000, "taken", reason="empty"), False, claim_view.NO_CHANGE),
        ("restart", PayLine(1, (), 2_000, "taken"), True, claim_view.POWER),
        ("print", PayLine(1, (), 2_000, "taken"), True, claim_view.ABSENT),
    ],
)  # fmt: skip
def test_a_claim_says_why_it_was_not_paid_and_not_why_the_order_ended(
    why: str, pay: PayLine, absent: bool, words: object
) -> None:
    made = book(S.CLAIM, (10_000,))
    made.why_ending, made.pays, made.absent = why, [pay], absent
    assert claim_view.reason_words(made, Claim("6F4K92QD", 2_000, why)) == words


def test_a_note_that_comes_back_is_explained() -> None:
    refused = returned(change, "_reason")
    assert refused == {"paid", "too_many", "no_change", "no_refund"}
    assert refused - set(pay.WHY_NOT) == set()
    table = set(ccnet_texts._REASONS.values()) | returned(ccnet_texts, "reject_reason")
    assert (table | assigned(sale, "last_refusal") | {"double", "folded"}) - set(pay.REFUSED) == set()


def test_every_reason_to_stop_has_a_screen() -> None:
    assert {REASON_SCREENS.get(name, name) for name in modes.STOPPING} - set(stop.REASONS) == set()


def test_every_message_act_and_fault_of_the_service_pages_has_words() -> None:
    said = assigned(service, "message")
    assert said - {"menu", "sign", "number", "wrong"} <= set(MESSAGES)
    assert set(MESSAGES) - said == set()
    for table in (DEEDS, ICONS, NOTES, TITLES):
        assert set(table) == set(ACTS)
    assert set(FAULTS) == {code.name for code in FaultCode}


def test_every_notice_of_the_journey_has_words() -> None:
    told = given(flow, "replace", 1)
    for name in ("flow", "find", "choose"):
        source = (ROOT / "kiosk" / "journey" / f"{name}.py").read_text("utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.keyword) and node.arg == "notice":
                told |= strings(node.value) if isinstance(node.value, ast.Constant) else set()
    assert {"no_such_train", "not_here"} <= told
    assert told - set(notices.NOTICES) - set(stop.THANKS) == set()
