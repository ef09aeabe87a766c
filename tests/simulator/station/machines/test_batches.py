"""Batches of cards: the station adds the machine's lines up once more, and other sums are an item of the day's close."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.station.machines import views
from tests.simulator.station.helpers import body_of, key, small_world
from tests.simulator.station.machines.desk import Desk
from tests.simulator.station.machines.test_days import DAY, Line, closed, fact

FEN = 3_800


def order(kind: str, payment: int, way: str = "card", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "sale": 1, "key": key(1), "payment": payment, "amount_fen": FEN * payment, "way": way, **more}


def captured(payment: int, batch: str = "000001", way: str = "card") -> list[Line]:
    """From being asked for to being ours; each payment has an amount of its own."""
    name = f"{batch}-{payment}"
    approved = fact("auth!", result="approved", payment=payment, reference=name, approval="", masked="")
    return [
        ({"kind": "timer"}, [order("auth?", payment, way)]),
        (approved[0], [order("capture?", payment, way, reference=name)]),
        fact("capture!", result="done", payment=payment),
    ]


def settled(count: int, amount_fen: int, batch: str = "000001", balanced: bool = True) -> Line:
    return fact("batch!", result="done", begins=f"{batch}-", balanced=balanced, count=count, amount_fen=amount_fen)


def reversed_(payment: int, result: str) -> list[Line]:
    name = f"000001-{payment}"
    approved = fact("auth!", result="approved", payment=payment, reference=name, approval="", masked="")
    return [
        ({"kind": "timer"}, [order("auth?", payment)]),
        (approved[0], [order("reverse?", payment, reference=name)]),
        fact("reverse!", result=result, payment=payment, reason="declined", moved=True),
    ]


def sums(desk: Desk) -> list[tuple[str, int, int, bool]]:
    return [
        (each["batch"], each["own_count"], each["own_fen"], each["agrees"])
        for each in views.batches(desk.station, "T07")
    ]


def of_batches(desk: Desk) -> list[dict[str, Any]]:
    return [item for item in closed(desk)["items"] if item["item"] == "batch"]


def test_each_batch_is_added_up_by_itself_and_what_no_bank_of_cards_has_is_in_none() -> None:
    desk = Desk(small_world())
    declined = fact("auth!", result="declined", payment=5, reason="pin")
    desk.tell(*captured(1), *captured(2), *captured(3, way="code"), *reversed_(4, "done"))
    desk.tell(({"kind": "timer"}, [order("auth?", 5)]), declined, *captured(6, batch="000002"))
    desk.tell(settled(2, 3 * FEN), settled(1, 6 * FEN, "000002"))
    assert sums(desk) == [("000001", 2, 3 * FEN, True), ("000002", 1, 6 * FEN, True)]
    assert of_batches(desk) == []
    seen = body_of(desk.office("machines/T07"))["batches"]
    assert [(each["batch"], each["day"], each["balanced"]) for each in seen] == [
        ("000001", DAY, True),
        ("000002", DAY, True),
    ]
    assert views.batches(desk.replayed(), "T07") == views.batches(desk.station, "T07")


def test_what_the_bank_would_not_give_back_is_in_its_batch() -> None:
    desk = Desk(small_world())
    desk.tell(*captured(1), *reversed_(2, "refused"), settled(2, 3 * FEN))
    assert sums(desk) == [("000001", 2, 3 * FEN, True)]


OTHERS = {"fen": settled(2, 3 * FEN - 1), "count": settled(1, 3 * FEN), "the bank": settled(2, 3 * FEN, balanced=False)}


@pytest.mark.parametrize("line", OTHERS.values(), ids=OTHERS)
def test_other_sums_are_an_item_of_the_day(line: Line) -> None:
    desk = Desk(small_world())
    desk.tell(*captured(1), *captured(2), line)
    assert sums(desk) == [("000001", 2, 3 * FEN, False)]
    told = {"machine_fen": line[0]["amount_fen"], "station_fen": 3 * FEN, "balanced": line[0]["balanced"]}
    assert of_batches(desk) == [{"item": "batch", "machine": "T07", "batch": "000001", **told}]


@pytest.mark.parametrize("wrong", [{"begins": 1}, {"count": "2"}, {"balanced": 1}, {"amount_fen": None}])
def test_a_damaged_word_about_a_batch_is_put_down_as_that(wrong: dict[str, Any]) -> None:
    desk = Desk(small_world())
    good, _ = settled(0, 0)
    desk.tell(({**good, **wrong}, []))
    (told,) = desk.station.machines.told.values()
    assert (told.damaged, told.batches.settled) == ([told.seq], [])


def test_a_capture_that_nobody_could_tell_of_counts_when_it_is_told_and_once() -> None:
    """It is asked for again. Found by the campaign with `--office`: the register of the station stayed behind the machine's."""
    unknown = fact("capture!", result="unknown", payment=1, reason="bad answer")
    again = fact("payment.due", payment=1)[0], [order("capture?", 1, reference="000001-1")]
    done = captured(1)[-1]
    desk = Desk(small_world())
    desk.tell(*captured(1)[:-1], unknown, again, done, again, done, settled(1, FEN))
    (told,) = desk.station.machines.told.values()
    assert (told.registers.values["captured"], told.registers.values["captured_fen"]) == (1, FEN)
    assert sums(desk) == [("000001", 1, FEN, True)]
