"""Whatever hands do in whatever order: no note comes into being or is lost, except by giving."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.cabinet.bench import Bench

VALUES = st.sampled_from([100, 500, 1_000, 2_000, 5_000, 10_000])
FAULTS = st.sampled_from(
    [
        ("acceptor", "jam_in_path_next"),
        ("acceptor", "jam_in_stacker_next"),
        ("acceptor", "withdrawn_on_string_next"),
        ("acceptor", "box_removed"),
        ("acceptor", "second_note_next"),
        ("cabinet", "change_flap_stuck"),
    ]
)


def body(**parts: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {name: part if isinstance(part, st.SearchStrategy) else st.just(part) for name, part in parts.items()}
    )


CALLS = st.one_of(
    st.tuples(st.just("/api/insert"), body(value_fen=VALUES)),
    st.tuples(st.just("/api/give"), body(value_fen=VALUES, count=st.integers(1, 3))),
    st.tuples(st.just("/api/take"), body(outlet=st.sampled_from(["change", "tickets", "slip", "mouth"]))),
    st.tuples(st.just("/api/mains"), body(on=st.booleans())),
    st.tuples(st.just("/api/door"), body(door="outer", open=st.booleans())),
    st.tuples(st.just("/api/service"), body(act="fill", cassette=st.integers(1, 4), notes=st.integers(1, 15))),
    st.tuples(st.just("/api/service"), body(act="empty", cassette=st.integers(1, 4))),
    st.tuples(st.just("/api/service"), body(act="swap_box")),
    st.tuples(st.just("/api/service"), body(act="load_roll", blanks=st.integers(1, 90))),
    st.tuples(
        st.just("/api/service"), body(act="empty_bin", bin=st.sampled_from(["reject", "change_retract", "waste"]))
    ),
    st.tuples(st.just("/api/service"), body(act="clear_jam", device=st.sampled_from(["acceptor", "dispenser"]))),
    FAULTS.flatmap(
        lambda fault: st.tuples(st.just("/api/fault"), body(device=fault[0], name=fault[1], on=st.booleans()))
    ),
    st.tuples(st.just("host"), st.sampled_from([[0x30], [0x33], [0x34, 0, 0, 0xFF, 0, 0, 0xFF], [0x35], [0x36]])),
    st.tuples(st.just("coil"), st.tuples(st.sampled_from([10, 16, 17, 18, 19]), st.booleans())),
    st.tuples(st.just("wait"), st.integers(1, 500)),
)


def play(bench: Bench, what: str, how: Any) -> None:
    match what:
        case "host":
            bench.ccnet(*how)
        case "coil":
            bench.coil(*how)
        case "wait":
            bench.wait(how)
        case _:
            assert bench.post(what, how).status_code in (200, 400, 409)


@settings(max_examples=25, deadline=None)
@given(calls=st.lists(CALLS, max_size=25))
def test_random_hands_keep_every_note(calls: list[tuple[str, Any]]) -> None:
    bench = Bench()
    bench.ready_for_notes()
    made = 167
    papers = 80
    for what, how in calls:
        play(bench, what, how)
        made += how["count"] if what == "/api/give" else 0
        total = bench.get("/api/state")["total"]
        assert (total["notes"], total["conserved"]) == (made, True)
        assert len(bench.get("/api/ledger")["tickets"]) == papers
