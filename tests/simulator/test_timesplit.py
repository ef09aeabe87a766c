"""Where the time of a sale went: every millisecond counted once, in the order of the classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.timesplit import CLASSES, read_lines, share, split


def write(directory: Path, *steps: tuple[int, dict[str, Any], list[str]]) -> Path:
    """A journal of made-up lines: time, fact, kinds of the intents."""
    lines = []
    for number, (mono_ms, fact, intents) in enumerate(steps, start=1):
        body = {"seq": number, "mono_ms": mono_ms, "fact": fact, "intents": [{"kind": kind} for kind in intents]}
        lines.append(b"00000000 " + json.dumps(body).encode() + b"\n")
    (directory / "000001.journal").write_bytes(b"".join(lines))
    return directory


def fact(kind: str, result: str = "", **more: Any) -> dict[str, Any]:
    return {"kind": kind, **({"result": result} if result else {}), **more}


SALE = (
    (1_000, fact("sale.start", number=7), ["sale.open", "lock?"]),
    (1_010, fact("lock!", "held"), []),
    (1_300, fact("sale.agreed"), []),
    (1_500, fact("note.seen"), ["stack?"]),
    (1_800, fact("stack!", "stacked"), ["confirm?"]),
    (1_806, fact("renew!", "done"), []),
    (1_820, fact("confirm!", "done"), ["print?"]),
    (2_300, fact("print!", "in_tray"), ["deliver?"]),
    (2_400, fact("deliver!", "presented"), []),
    (2_450, fact("fault"), []),
    (2_900, fact("taken!", "tickets"), ["sale.end"]),
)
MOTIONS = {"acceptor": [[1_400, 1_480, 1_500], [1_510, 1_700, 1_795]], "ticket_unit": [[1_830, 2_290, 2_295]]}


def test_every_millisecond_of_a_sale_has_one_class(tmp_path: Path) -> None:
    (sale,) = split(read_lines(write(tmp_path, *SALE)), MOTIONS)
    assert sale.as_dict() == {
        "sale": 7,
        "device": 80 + 190 + 460,
        "poll": 20 + 95 + 5,
        "station": 10 + 20,
        "passenger": 290 + 100 + 500,
        "ours": 10 + 5 + 10 + 5 + 100,
        "total": 1_900,
    }


def test_a_sale_that_did_not_end_and_a_torn_line_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, *SALE[:5]) / "000001.journal"
    path.write_bytes(path.read_bytes() + b'00000000 {"seq":6,"mo')
    assert split(read_lines(tmp_path), MOTIONS) == []


def test_a_shutter_nobody_waits_for_hides_nothing(tmp_path: Path) -> None:
    """It sets off with the last note and is asked after when the ticket is ordered already."""
    (sale,) = split(read_lines(write(tmp_path, *SALE)), {**MOTIONS, "cabinet": [[1_802, 1_815, 1_829]]})
    assert sale.ms == split(read_lines(tmp_path), MOTIONS)[0].ms


def test_flaps_are_waited_for_while_tickets_are_handed_over(tmp_path: Path) -> None:
    (sale,) = split(read_lines(write(tmp_path, *SALE)), {**MOTIONS, "cabinet": [[2_310, 2_360, 2_390]]})
    before = split(read_lines(tmp_path), MOTIONS)[0].ms
    gained = {name: sale.ms[name] - before[name] for name in CLASSES}
    assert gained == {"device": 50, "poll": 30, "station": 0, "passenger": 0, "ours": -80}


def test_beside_a_bulk_escrow_too_the_next_note_is_the_passengers(tmp_path: Path) -> None:
    """One unit takes notes, keeps them and pays: all of its motions are the acceptor's."""
    sale = (
        (1_000, fact("sale.start", number=7), ["lock?"]),
        (1_010, fact("lock!", "held"), []),
        (1_300, fact("sale.agreed"), []),
        (1_500, fact("note.seen"), ["stack?"]),
        (1_800, fact("stack!", "deposited"), ["renew?"]),
        (2_500, fact("note.seen"), ["stack?"]),
        (2_800, fact("stack!", "recycled"), ["renew?"]),
        (3_000, fact("sale.cancel"), ["return_all?"]),
        (3_400, fact("return_all!", "presented"), []),
        (3_900, fact("taken!", "deposit"), ["pay?"]),
        (4_300, fact("pay!", "presented"), []),
        (4_700, fact("taken!", "change"), ["sale.end"]),
    )
    moves = [[1_400, 1_500], [1_510, 1_795], [2_300, 2_500], [2_510, 2_795], [3_010, 3_400], [3_910, 4_300]]
    (told,) = split(read_lines(write(tmp_path, *sale)), {"acceptor": [[a, b, b] for a, b in moves]})
    assert told.ms["ours"] == 10 + 5 + 10 + 5 + 10 + 10
    assert told.ms["passenger"] == 290 + 100 + 500 + 200 + 500 + 400
    assert told.ms["device"] == sum(b - a for a, b in moves)


def test_who_reads_the_claim_is_the_passenger_though_the_unit_starts_anew(tmp_path: Path) -> None:
    steps = (
        (1_000, fact("sale.start", number=7), ["lock?"]),
        (1_000, fact("retract!", "deposit"), ["claim.add", "slip?"]),
        (1_200, fact("slip!", "printed"), []),
        (1_250, fact("deposit.past"), []),
        (1_250, fact("device.ready"), []),
        (7_200, fact("timer", "patience"), ["sale.end"]),
    )
    (told,) = split(read_lines(write(tmp_path, *steps)), {})
    assert (told.ms["passenger"], told.ms["ours"]) == (6_000, 200)


def test_a_motion_without_end_reaches_to_the_end_of_the_sale(tmp_path: Path) -> None:
    (sale,) = split(read_lines(write(tmp_path, *SALE)), {"cabinet": [[2_500, None, None]]})
    assert sale.ms["device"] == 400


SPANS = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)).map(lambda s: (min(s), max(s))), max_size=5)


@given(spans=st.lists(SPANS, max_size=4))
def test_the_shares_are_the_whole_and_none_is_negative(spans: list[list[tuple[int, int]]]) -> None:
    held = share(10, 90, spans)
    assert sum(held) == 80
    assert min(held) >= 0
    assert len(held) == len(spans) + 1


def test_the_first_class_that_holds_counts() -> None:
    assert share(0, 10, [[(0, 4)], [(2, 8)]]) == [4, 4, 2]
    assert len(CLASSES) == 5
