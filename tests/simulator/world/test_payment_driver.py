"""The machine, the real adapter and the real provider in virtual time, judged by the auditor with the provider's own ledger."""

from __future__ import annotations

from dataclasses import replace

import pytest

import simulator.world.things
from drivers.code_pay.driver import CodePayDriver
from kiosk.clock import VirtualClock
from simulator.campaign.sets import PHONE_SALES
from simulator.world.level import Level
from simulator.world.payments import FAULTS, PayDesk
from simulator.world.provider import OWN_FAULTS, ProviderDesk
from simulator.world.run import Run
from simulator.world.script import Script, Trouble
from simulator.world.things import desk_of

CODE = PHONE_SALES["code"]
SCRIPT = Script(1, (CODE,), machine="pay")


@pytest.fixture(autouse=True)
def _with_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also at port level, where everything else is fast."""
    monkeypatch.setattr(simulator.world.things, "desk_of", lambda level, clock: ProviderDesk(clock))


def run(script: Script) -> Run:
    made = Run(script)
    assert made.run().violations == []
    return made


def states(made: Run) -> list[str]:
    desk = made.box.things.payments
    assert desk is not None
    return [state for state, _, _ in desk.ledger().values()]


@pytest.mark.parametrize(
    ("sale", "ends", "there"), [("code", "sold", "captured"), ("code left", "cancelled", "closed")]
)
def test_a_phone_buys_and_a_code_left_alone_is_closed(sale: str, ends: str, there: str) -> None:
    made = run(Script(1, (PHONE_SALES[sale],), machine="pay"))
    assert (made.outcome.sales, states(made)) == ({ends: 1}, [there])


@pytest.mark.parametrize(
    "fault",
    ["silent", "answer_lost", "wrong_signature", "unknown_first", "refund_refused", "paid_twice", "late_payment"],
)
@pytest.mark.parametrize("when", ["lock?", "auth?", "confirm?", "deliver?"])
def test_whatever_is_wrong_with_the_provider_no_money_is_lost(fault: str, when: str) -> None:
    run(Script(1, (CODE, PHONE_SALES["code left"], CODE), (Trouble("payment", fault, when),), machine="pay"))


@pytest.mark.parametrize(
    ("more", "ends", "there"), [((), {"refunded": 1}, "reversed"), (("refund_refused",), {"claim": 1}, "kept")]
)
def test_paid_and_cancelled_and_nobody_says_so_goes_back_or_is_owed(
    more: tuple[str, ...], ends: dict[str, int], there: str
) -> None:
    troubles = tuple(
        Trouble("payment", name, "auth?")
        for name in ("unknown_first:ms=90000", "answer_lost:match=close:times=4", *more)
    )
    made = run(Script(1, (PHONE_SALES["code cancelled"],), troubles, machine="pay"))
    assert (made.outcome.sales, states(made)) == (ends, [there])


@pytest.mark.parametrize("at", range(5, 34, 4))
@pytest.mark.parametrize("after_cut", ["stays", "leaves"])
def test_after_a_power_cut_the_provider_and_the_journal_agree(at: int, after_cut: str) -> None:
    made = run(Script(1, (CODE,), cuts=(at,), machine="pay", after_cut=after_cut))  # type: ignore[arg-type]
    assert set(states(made)) <= {"captured", "reversed", "closed"}


@pytest.mark.parametrize("level", ["port", "bytes"])
def test_it_is_the_real_adapter_that_asks_the_provider(level: Level) -> None:
    made = run(replace(SCRIPT, level=level))
    assert made.box.made is not None
    assert isinstance(made.box.made.devices.payment, CodePayDriver)
    assert isinstance(made.box.things.payments, ProviderDesk)


@pytest.mark.parametrize("name", [*FAULTS, *OWN_FAULTS])
def test_each_trouble_of_the_desk_and_each_of_a_provider_is_played_here(name: str) -> None:
    made = run(replace(SCRIPT, plans=(CODE, CODE), troubles=(Trouble("payment", name, "auth?"),)))
    assert made.outcome.played == 1
    assert sum(made.outcome.sales.values()) >= 1


def test_a_trouble_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no fault"):
        ProviderDesk(VirtualClock(0, 0)).trouble("rain", True)


def test_the_judge_hears_of_books_that_do_not_add_up() -> None:
    made = Run(SCRIPT)
    desk = made.box.things.payments
    assert isinstance(desk, ProviderDesk)
    desk.wrong = lambda: ["good: balance_fen=1 expected_fen=2"]  # type: ignore[method-assign]
    assert made.run().violations == ["invariant 2 (run): the provider: good: balance_fen=1 expected_fen=2"]


@pytest.mark.parametrize(("level", "desk"), [("port", PayDesk), ("bytes", ProviderDesk)])
def test_only_at_byte_level_phones_pay_at_a_provider_unless_somebody_says_so(level: Level, desk: type) -> None:
    assert type(desk_of(level, VirtualClock(0, 0))) is desk
