"""Registers folded a second time, claims and boxes once, and the close of a day. Station API sheet, "Close of a day"."""

from __future__ import annotations

from typing import Any

from simulator.station.machines import days
from simulator.station.machines.registers import Registers
from simulator.station.wire import Reply
from tests.simulator.station.helpers import EPOCH, body_of, error_of, key, lock_body, small_world
from tests.simulator.station.machines.desk import Desk

DAY, NEXT_DAY, THIRD_DAY = "2026-11-21", "2026-11-22", "2026-11-23"
Line = tuple[dict[str, Any], list[dict[str, Any]]]


def fact(kind: str, **parts: Any) -> Line:
    result = {"result": parts.pop("result")} if "result" in parts else {}
    return {"kind": kind, **result, **parts}, []


def ended(sale: int, delivered_fen: int, ours_fen: int, paid_out_fen: int = 0, claims_fen: int = 0) -> list[Line]:
    sums = {"ours_fen": ours_fen, "delivered_fen": delivered_fen, "paid_out_fen": paid_out_fen}
    end = {"kind": "sale.end", "sale": sale, "outcome": "sold", "why": "", **sums}
    started = fact("sale.start", number=sale, key=key(sale), language="zh", order={})
    return [started, ({"kind": "timer"}, [{**end, "claims_fen": claims_fen, "rounding_fen": 0}])]


def registers(**values: int) -> Line:
    told = {"kind": "registers", "day": DAY, "values": [[name, value] for name, value in values.items()]}
    answer = {"seq": 1, "name": "end_day", "argument": DAY, "outcome": "done", "reason": ""}
    return {"kind": "sys.command", **answer}, [told]


def closed(desk: Desk) -> dict[str, Any]:
    return body_of(desk.office(f"days/{DAY}:close", {}))


def sell(desk: Desk, sale: int, card: bool = False) -> int:
    """A sale at the station's side, confirmed; answers its price."""
    held: Reply = desk.ask("POST", "/v1/locks", lock_body(sale))
    total = int(body_of(held)["total_fen"])
    by = {"cash_fen": 0, "card_fen": total} if card else {"cash_fen": total, "card_fen": 0}
    paid = {"total_fen": total, "rounding_fen": 0, "paid": by}
    assert desk.ask("POST", f"/v1/locks/{key(sale)}:confirm", paid).status == 200
    return total


def test_a_day_on_which_all_agree_is_closed_in_order_and_only_once() -> None:
    desk = Desk(small_world())
    price = sell(desk, 1)
    note = fact("stack!", result="stacked", note=1, value_fen=price)
    desk.tell(*ended(1, price, price), note, registers(notes_in=1, notes_in_fen=price, sales_sold=1))
    first = closed(desk)
    assert (first["items"], first["in_order"]) == ([], True)
    assert first["machines"]["T07"]["delivered_fen"] == first["station"]["T07"]["sold_fen"] == price
    desk.now_ms += 1_000
    assert closed(desk) == first
    assert days.figures(desk.station.machines, DAY, first["upto"]) == first["machines"]
    again = desk.replayed()
    assert again.machines.days[DAY] == first
    assert days.figures(again.machines, DAY, first["upto"]) == first["machines"]


def test_each_difference_stands_by_itself() -> None:
    desk = Desk(small_world())
    price = sell(desk, 1)
    sell(desk, 2)
    swap = {"kind": "box.swap", "notes": [[10_000, 3]], "counted": 3, "tag": "B2"}
    claim = {"kind": "claim.add", "sale": 3, "code": "C-1", "amount_fen": 900, "exact": True, "reason": "jam"}
    desk.tell(*ended(1, price - 100, price), *ended(3, 5_000, 5_000), ({"kind": "op.act"}, [swap, claim]))
    desk.tell(registers(notes_in=1, claims=1, claims_fen=900, sales_sold=2))
    found = closed(desk)["items"]
    assert [item["item"] for item in found] == [
        "sale", "sale_unreported", "sale_unknown", "box_in_transit", "claim_open", "register",
    ]  # fmt: skip
    assert found[0] == {"item": "sale", "key": key(1), "station_fen": price, "machine_fen": price - 100}
    assert found[-1] == {"item": "register", "machine": "T07", "name": "notes_in", "said": 1, "folded": 0}


def test_lines_that_cannot_be_believed_stand_in_one_close_neighbours_together() -> None:
    desk = Desk(small_world())
    desk.tell(*ended(3, 0, 0), registers())
    told = body_of(desk.office(f"days/{DAY}"))["items"]
    for lines in (["00000000 {", "11111111 {", "not a line"], ["00000000 {"]):
        sent = {"epoch": EPOCH, "first_seq": len(desk.lines) + 1, "lines": lines}
        assert desk.ask("POST", "/v1/devices/T07/records", sent).status == 200
        desk.lines += lines
        desk.chain = 0
    forged = {"epoch": EPOCH, "first_seq": 1, "lines": ["00000000 {"]}
    assert error_of(desk.ask("POST", "/v1/devices/T07/records", forged)) == (409, "fork")
    new = [item for item in closed(desk)["items"] if item not in told]
    assert [item for item in new if item["item"] == "fork"] == [
        {"item": "fork", "machine": "T07", "epoch": EPOCH, "seq": 1}
    ]
    aside = [item for item in new if item["item"] == "quarantine"]
    first, last = len(desk.lines) - 3, len(desk.lines)
    assert (aside[0]["first_seq"], aside[-1]["last_seq"]) == (first, last)
    assert len(aside) < 4, "neighbours stand together"
    assert [each["last_seq"] + 1 for each in aside[:-1]] == [each["first_seq"] for each in aside[1:]]
    late = {"epoch": EPOCH, "first_seq": last + 1, "lines": ["00000000 {"]}
    assert desk.ask("POST", "/v1/devices/T07/records", late).status == 200
    (then,) = body_of(desk.office(f"days/{NEXT_DAY}:close", {}))["items"]
    assert (then["item"], then["first_seq"], then["last_seq"]) == ("quarantine", last + 1, last + 1)
    assert body_of(desk.office(f"days/{THIRD_DAY}:close", {}))["items"] == []


def test_what_is_told_after_the_close_does_not_change_it() -> None:
    desk = Desk(small_world())
    price = sell(desk, 1)
    first = closed(desk)
    assert [item["item"] for item in first["items"]] == ["sale_unreported"]
    desk.tell(*ended(1, price, price))
    assert closed(desk) == first
    assert body_of(desk.office(f"days/{DAY}"))["late"] == [key(1)]
    assert days.figures(desk.station.machines, DAY, first["upto"]) == first["machines"] == {}


def test_a_claim_is_paid_once_and_a_box_counted_once() -> None:
    desk = Desk()
    swap = {"kind": "box.swap", "notes": [[10_000, 3]], "counted": 3, "tag": "B2"}
    claim = {"kind": "claim.add", "sale": 0, "code": "C-1", "amount_fen": 900, "exact": True, "reason": "jam"}
    desk.tell(({"kind": "op.act"}, [swap, claim]))
    box = {"box": f"T07.{EPOCH}.1", "counted_fen": 29_900}
    assert error_of(desk.office("claims/C-2:settle", {"amount_fen": 900})) == (404, "no_such_claim")
    assert desk.office("claims/C-1:settle", {"amount_fen": 900}).status == 200
    assert error_of(desk.office("claims/C-1:settle", {"amount_fen": 900}, "bo")) == (409, "settled")
    assert desk.office("boxes:count", box).status == 200
    assert error_of(desk.office("boxes:count", box)) == (409, "counted")
    assert [item["item"] for item in closed(desk)["items"]] == ["box", "no_registers"]
    assert desk.replayed().snapshot() == desk.station.snapshot()


def test_the_gap_view_tells_what_stands() -> None:
    desk = Desk()
    desk.ask("POST", "/v1/devices/T07/sessions", {"epoch": EPOCH, "software": "1", "boot": 1, "clock_ms": 0})
    desk.tell(fact("timer", result="patience"), fact("stack!", result="stacked"))
    status = {"state_seq": 1, "mode": "normal", "reasons": [], "faults": [], "seq": 9}
    desk.ask("PUT", "/v1/devices/T07/status", status)
    desk.now_ms += 5_000
    (epoch,) = body_of(desk.office("machines/T07"))["epochs"]
    assert (epoch["acked"], epoch["behind"], epoch["age_ms"], epoch["forks"]) == (2, 7, 5_000, [])
    assert desk.station.machines.told["T07", EPOCH].damaged == [2]


def test_what_a_device_says_twice_counts_once_and_change_by_its_face() -> None:
    folded = Registers()
    folded.book({"kind": "cassette.fill", "cassette": 2, "value_fen": 1_000, "before": 0, "after": 9})
    note = {"kind": "stack!", "result": "stacked", "note": 7, "value_fen": 10_000}
    paid = {"kind": "pay!", "result": "presented", "order": 101, "counts": [[2, 3, 1]]}
    for told in (note, note, paid, paid, {"kind": "retract!", "result": "change", "order": 101}):
        folded.hear(told)
    assert folded.values == {
        "notes_in": 1, "notes_in_fen": 10_000, "notes_out": 3, "notes_out_fen": 3_000, "retracted_fen": 3_000,
    }  # fmt: skip


def test_a_deposit_counts_when_it_is_kept() -> None:
    folded = Registers()
    for note in (1, 2):
        folded.hear({"kind": "stack!", "result": "deposited", "note": note, "value_fen": 5_000})
    folded.book({"kind": "keep?", "sale": 1, "notes": [1, 2]})
    assert not folded.values
    folded.hear({"kind": "keep!", "result": "kept", "notes": [1, 2]})
    assert folded.values == {"notes_in": 2, "notes_in_fen": 10_000}


def test_what_was_captured_is_compared_with_what_was_confirmed() -> None:
    desk = Desk(small_world())
    price = sell(desk, 1, card=True)
    asked = {"kind": "auth?", "sale": 1, "payment": 101, "amount_fen": price, "way": "code"}
    began, over = ended(1, price, price)
    desk.tell(began, ({"kind": "timer"}, [asked]), over, registers(sales_sold=1))
    assert [item["item"] for item in body_of(desk.office(f"days/{DAY}"))["items"]] == ["captured"]
    desk.tell(fact("capture!", result="done", payment=101))
    assert body_of(desk.office(f"days/{DAY}"))["items"] == []
