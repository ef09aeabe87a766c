"""Laws of the ID-003 twin under any bytes, any hands, any faults and any power cuts: no crash, no note made or lost, no
credit for what is not in the box."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.id003.faults import FAULTS
from simulator.devices.linkfaults import LINK_FAULTS
from simulator.devices.matter import Note
from tests.simulator.devices.id003_host import SETTINGS, Host, checked, golden

COMMANDS = [
    "11",
    "40",
    "41",
    "42",
    "43",
    "44",
    "45",
    "50",
    "88",
    "8a",
    "80",
    "c300",
    "c301",
    "c0ffff",
    "c201",
    *SETTINGS,
]
HANDS = ["insert", "false", "take", "cut", "box_out", "box_in", "unjam", "wait", "start"]

COMMAND = st.sampled_from(COMMANDS).map(lambda payload: checked(bytes.fromhex(payload)))
ACT = st.one_of(COMMAND, COMMAND, st.binary(max_size=12), st.sampled_from(HANDS), st.sampled_from(HANDS))
FAULT = st.sampled_from(sorted({*FAULTS, *LINK_FAULTS}))


def serials(host: Host) -> list[str]:
    return sorted(note.serial for place in host.matter.places.values() for note in place.notes())


def do(host: Host, act: bytes | str, lying: list[Note]) -> None:
    now = host.now
    match act:
        case bytes():
            host.twin.receive(act, now)
        case "insert" | "false":
            note = host.matter.new_note(5_000, "hand", act == "insert")
            lying.append(note)
            host.twin.insert(note, now)
        case "take":
            host.twin.take_returned(now)
        case "cut":
            host.twin.power(False, now)
            host.twin.power(True, now)
        case "box_out":
            host.twin.remove_box(now)
        case "box_in":
            host.twin.refit_box(now)
        case "unjam":
            host.twin.clear_jam("vault")
        case "start":
            for payload in ("40", *SETTINGS, "c300"):
                host.twin.receive(checked(bytes.fromhex(payload)), now)
        case _:
            host.now += 3_000


@settings(max_examples=150, deadline=None)
@given(
    acts=st.lists(st.tuples(ACT, st.sampled_from([0, 30, 200, 700])), max_size=50),
    faults=st.sets(FAULT, max_size=3),
    rate=st.sampled_from([0.0, 1.0, 10.0]),
)
def test_whatever_happens_no_note_is_made_or_lost(
    acts: list[tuple[bytes | str, int]], faults: set[str], rate: float
) -> None:
    host, lying = Host(rate=rate), list[Note]()
    host.twin.faults = set(faults)
    for act, after_ms in acts:
        do(host, act, lying)
        host.now += after_ms
        due = host.twin.poll(host.now)
        assert due is None or due > host.now
        host.twin.take_output()
        assert isinstance(host.twin.busy(), bool)
        assert host.twin.faults <= host.twin.fault_names().keys()
        assert serials(host) == sorted(note.serial for note in lying)


TRUE = st.sampled_from(sorted(FAULTS.keys() - {"event_without_note_next", "echo", "wrong_length_next"}))
"""All faults but the credit for nothing and damaged answers."""


@settings(max_examples=150, deadline=None)
@given(
    acts=st.lists(st.tuples(st.one_of(st.none(), st.sampled_from(HANDS)), st.sampled_from([0, 100, 500])), max_size=60),
    faults=st.lists(st.tuples(st.integers(0, 59), TRUE), max_size=3),
)
def test_a_host_that_stacks_by_stack_2_credits_only_what_lies_in_the_box(
    acts: list[tuple[str | None, int]], faults: list[tuple[int, str]]
) -> None:
    """The host credits a note once: at the first 15 after its own STACK-2, whatever is repeated and wherever the power goes."""
    host, lying = Host(), list[Note]()
    credited, stacking = 0, False
    host.start()
    for step, (act, after_ms) in enumerate(acts):
        host.twin.faults |= {name for at, name in faults if at == step}
        if act is not None:
            do(host, act, lying)
        host.now += 100 + after_ms
        answer = host.raw(golden("status-request"))
        if answer == golden("vend-valid"):
            credited, stacking = credited + stacking, False
            host.raw(golden("ack"))
        elif answer[2:3] == b"\x13":
            stacking = host.raw(golden("stack-2")) == golden("device-ack") or stacking
        elif answer in (golden("jam-in-stacker"), golden("cheated")):
            stacking = False
        assert credited <= len(host.matter.place("box"))
        assert serials(host) == sorted(note.serial for note in lying)
