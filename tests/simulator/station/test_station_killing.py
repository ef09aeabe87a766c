"""The second reader of a station's memory: silent about a true one, and every kind of lie is found. The buyers' own ears too."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from itertools import islice
from random import Random
from typing import Any

import pytest

from simulator.station.killing.buyers import STORAGE, Buyers, Ride, Told, comes_to
from simulator.station.killing.judge import Judge
from simulator.station.wire import Reply
from tests.simulator.station.helpers import SMALL_STOPS, TOMORROW, Machine, key, small_world

Steps = list[dict[str, Any]]


def told(reply: Reply) -> Told:
    return comes_to(reply.status, json.loads(json.dumps(reply.body)))


def lived() -> tuple[Steps, dict[tuple[str, str], Told]]:
    """Three sales of three places: sold, sold and voided, released; a fourth finds nothing."""
    machine, heard = Machine(small_world(3)), {}
    for sale in (1, 2, 3, 4):
        heard[key(sale), "lock"] = told(machine.lock(sale))
    heard[key(1), "confirm"], heard[key(2), "confirm"] = told(machine.confirm(1)), told(machine.confirm(2))
    heard[key(2), "void"], heard[key(3), "release"] = told(machine.void(2)), told(machine.release(3))
    assert heard[key(4), "lock"][0] == "sold_out"
    return json.loads(json.dumps(machine.steps)), heard


def judged(steps: Steps, heard: dict[tuple[str, str], Told]) -> list[str]:
    judge = Judge(steps)
    judge.compare(heard)
    return judge.wrong


def test_a_true_memory_is_believed() -> None:
    assert judged(*lived()) == []


LIES: dict[str, tuple[Callable[[Steps], object], str]] = {
    "a place sold twice": (lambda steps: steps[1].update(place_ids=steps[0]["place_ids"]), "is held by T07.7f3a91c2.1"),
    "a confirmation lost": (lambda steps: steps.pop(3), "confirm was answered ('confirmed'"),
    "a lock lost": (lambda steps: steps.pop(2), "lock was answered ('held'"),
    "other places": (lambda steps: steps[0]["places"][0].update(place="99Z"), "lock was answered ('held'"),
    "a confirmed place given away": (
        lambda steps: steps.append({**copy.deepcopy(steps[0]), "key": "T08.x.1"}),
        "its places are not its own",
    ),
    "a number given twice": (lambda steps: steps[4].update(numbers=steps[3]["numbers"]), "is given out twice"),
    "held twice": (lambda steps: steps.append(steps[0]), "for the second time"),
    "a release lost": (lambda steps: steps.pop(), "release was answered ('released',), and the memory says None"),
    "confirmed after its end": (lambda steps: steps.append({**steps[3], "key": key(3)}), "does not hold places"),
    "ended twice": (lambda steps: steps.append(steps[-1]), "and it was released before"),
    "sold out, and yet held": (
        lambda steps: steps.append({**steps[2], "key": key(4), "run_date": "2026-11-30"}),
        "was told that nothing is left",
    ),
    "what nobody did": (lambda steps: steps.append({"kind": "refunded"}), "nobody asked for a step refunded"),
}


@pytest.mark.parametrize("lie", list(LIES))
def test_a_lie_is_found(lie: str) -> None:
    steps, heard = lived()
    assert [step["kind"] for step in steps] == ["held"] * 3 + ["confirmed"] * 2 + ["voided", "released"]
    tell, finding = LIES[lie]
    tell(steps)
    assert any(finding in wrong for wrong in judged(steps, heard)), judged(steps, heard)


def test_records_that_were_acknowledged_must_be_kept_as_they_were_sent() -> None:
    for kept, wrong in ((["a", "b"], 0), (["a", "b", "c"], 0), (["a"], 1), (["a", "x"], 1), ([], 1)):
        judge = Judge([])
        judge.compare_records({"K1": ["a", "b", "c"]}, {"K1": 2}, {"K1": kept} if kept else {})
        assert len(judge.wrong) == wrong, kept


def test_buyers_hear_a_second_answer_that_is_another_one_and_ask_again_what_could_not_be_stored() -> None:
    buyers = Buyers(Random(1), [Ride("K1", TOMORROW, SMALL_STOPS, "hard_seat")])
    lines = {line.split(b" ")[0]: line for line in buyers.commands()}
    locks = [name for name, line in lines.items() if b" /v1/locks " in line]
    places = [{"coach": "01", "place": "1A"}]
    held = json.dumps({"places": places, "total_fen": 100}).encode()
    for name in locks:
        buyers.hear(b"%b %d {}" % (name, STORAGE) if name == locks[0] else b"%b 201 %b" % (name, held))
    assert (buyers.refused, buyers.answers) == (1, len(locks) - 1)
    assert buyers.again()[0] == lines[locks[0]]
    name, sale = next_repeat(buyers, held)
    assert buyers.wrong == []
    buyers.hear(b'%b 201 {"places":[{"coach":"01","place":"2A"}],"total_fen":100}' % name)
    assert len(buyers.wrong) == 1
    assert f"{sale}: lock was answered" in buyers.wrong[0]


def next_repeat(buyers: Buyers, held: bytes) -> tuple[bytes, str]:
    """Every command is answered truly, until a lock is asked for again that was answered before: its name and its key."""
    for line in islice(buyers.commands(), 2_000):
        name, _, path, _, body = line.split(b" ", 4)
        if path == b"/v1/locks":
            sale = json.loads(body)["key"]
            if (sale, "lock") in buyers.heard:
                return name, sale
            buyers.hear(b"%b 201 %b" % (name, held))
        elif b":confirm" in path:
            buyers.hear(b'%b 200 {"tickets":[{"numbers":["A000001"]}]}' % name)
        elif b"/records" in path:
            buyers.hear(b'%b 200 {"acked":1}' % name)
        else:
            buyers.hear(b'%b 200 {"state":"%b"}' % (name, b"released" if b":release" in path else b"voided"))
    raise AssertionError("nothing was asked for again")
