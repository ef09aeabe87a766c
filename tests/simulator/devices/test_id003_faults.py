"""Each fault switch of the ID-003 twin shows, and moves matter as it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from simulator.devices.id003.codes import FAILURES, REASONS
from simulator.devices.id003.faults import FAULTS
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.id003_host import Host, golden


def started(*faults: str, rate: float = 0) -> Host:
    host = Host(rate=rate)
    host.start()
    host.twin.faults |= set(faults)
    return host


def clear_of_jam(host: Host, status: str) -> None:
    """The jam is told until the note is out and RESET has come; power alone does not clear it."""
    assert host.status() == status
    assert host.cut() == "40"
    host.reset()
    assert host.status() == status
    assert len(host.twin.clear_jam("vault")) == 1
    assert host.status() == status
    host.start()


def jam_in_path_next() -> None:
    host = started("jam_in_path_next")
    note = host.insert()
    assert host.status() == "45"
    assert host.where(note) == "acceptor.jam"
    clear_of_jam(host, "45")
    assert host.where(note) == "vault"


def jam_in_stacker_next() -> None:
    host = started("jam_in_stacker_next")
    note = host.escrowed()
    host.ask("42")
    assert host.status() == "46"
    assert host.where(note) == "acceptor.jam"
    clear_of_jam(host, "46")
    assert host.credited == 0


def withdrawn_on_string_next() -> None:
    host = started("withdrawn_on_string_next")
    note = host.escrowed()
    host.ask("42")
    assert [host.status(), host.status()] == ["48", "48"]
    assert host.where(note) == "hand"
    host.start()
    assert host.credited == 0


def reject_next() -> None:
    host = started("reject_next")
    note = host.insert()
    assert [host.status(), host.status()] == ["1777", "11"]
    assert host.where(note) == "acceptor.mouth"
    host.twin.take_returned(host.now)
    host.stacked()


def reject_all() -> None:
    host = started("reject_all")
    for _ in range(3):
        host.insert()
        assert host.status() == "1777"
        assert len(host.twin.take_returned(host.now)) == 1
        assert host.status() == "11"


def unknown_type_next() -> None:
    host = started("unknown_type_next")
    note = host.insert()
    assert host.status() == "1368"
    assert host.where(note) == "acceptor.escrow"
    host.ask("43")
    host.status()
    assert host.where(note) == "acceptor.mouth"


def barcode_next() -> None:
    host = started("barcode_next")
    note = host.insert()
    assert host.status() == "136f" + b"123456789012345678".hex()
    assert host.where(note) == "acceptor.escrow"


def return_not_taken() -> None:
    host = started("return_not_taken")
    note = host.escrowed()
    host.ask("43")
    assert host.status() == "18"
    assert host.twin.take_returned(host.now) == []
    assert [host.status(), host.where(note)] == ["18", "acceptor.mouth"]
    assert not host.twin.slot_open


def stacked_without_event_next() -> None:
    for order in ("41", "42"):
        host = started("stacked_without_event_next")
        note = host.escrowed()
        host.ask(order)
        assert [host.status(), host.status()] == ["11", "11"]
        assert host.where(note) == "box"
        assert host.cut() == "40"


def event_without_note_next() -> None:
    host = started("event_without_note_next")
    assert [host.status(), host.status(), host.status()] == ["15", "16", "11"]
    assert len(host.matter.place("box")) == 0


def second_note_next() -> None:
    host = started("second_note_next")
    first = host.escrowed()
    second = host.insert(5)
    assert host.status() == "47"
    assert [host.where(first), host.where(second)] == ["acceptor.escrow", "acceptor.mouth"]
    assert host.twin.take_returned(host.now) == [second]
    assert host.status() == "1365"
    other = started("second_note_next")
    other.matter.new_note(500, "hand")
    other.insert()
    assert other.status() == "47"
    other.now += 10_000
    assert other.status() == "18"
    assert len(other.matter.place("acceptor.mouth")) == 2


def cheat_next() -> None:
    host = started("cheat_next")
    note = host.insert()
    assert host.status() == "48"
    assert host.where(note) == "acceptor.path"
    host.start()
    assert host.where(note) == "acceptor.mouth"


def box_full() -> None:
    host = started("box_full")
    assert host.status() == "43"
    assert not host.twin.slot_open
    host.twin.faults.clear()
    assert host.status() == "11"
    note = host.escrowed()
    host.twin.faults.add("box_full")
    host.ask("42")
    assert [host.status(), host.where(note)] == ["46", "acceptor.jam"]


def box_removed() -> None:
    host = started("box_removed", rate=1)
    assert host.status() == "44"
    host.twin.faults.clear()
    assert host.status() == "1b"
    host.now += 2_000
    host.set_up()
    host.ask("c300")
    note = host.escrowed()
    host.ask("42")
    host.twin.faults.add("box_removed")
    assert [host.status(), host.where(note)] == ["44", "acceptor.path"]
    host.twin.faults.clear()
    assert host.status() == "1b"
    host.now += 2_000
    host.set_up()
    assert host.until("1a") == "1a"
    assert [host.credited, host.where(note)] == [1, "box"]


def stop_clears_itself() -> None:
    host = started("stop_clears_itself", "jam_in_path_next")
    host.insert()
    assert [host.status(), host.status()] == ["45", "45"]
    host.twin.clear_jam("vault")
    assert host.status() == "1b"
    host.set_up()
    assert host.status() == "1a"
    host.twin.faults.add("rom_failed")
    assert host.status() == "49b2"
    host.twin.faults.discard("rom_failed")
    assert host.status() == "1b"


def no_power_recovery() -> None:
    host = started("no_power_recovery", rate=1)
    note = host.escrowed()
    host.ask("42")
    host.now += 100
    assert host.cut() == "42"
    host.reset()
    assert host.ask("c50200") == "4b"
    assert host.ask("85") == "4b"
    for setting in ("c00000", "c10000", "c400", "c200"):
        assert host.ask(setting) == setting
    assert host.until("1a", ack=False) == "1a"
    assert host.where(note) == "box"


def credit_forgotten() -> None:
    host = started("credit_forgotten")
    note = host.escrowed()
    host.ask("42")
    assert host.status(ack=False) == "15"
    assert host.cut() == "40"
    host.start()
    assert [host.credited, host.where(note)] == [0, "box"]


def lost_acks(fault: str, times: int) -> None:
    host = started(fault)
    host.escrowed()
    host.ask("42")
    told = [host.status() for _ in range(times + 3)]
    assert told == ["15"] * (times + 1) + ["16", "11"]
    assert len(host.matter.place("box")) == 1


def lost_ack_next() -> None:
    lost_acks("lost_ack_next", 1)


def lost_ack_thrice() -> None:
    lost_acks("lost_ack_thrice", 3)


def lost_ack() -> None:
    host = started("lost_ack")
    host.escrowed()
    host.ask("42")
    assert [host.status() for _ in range(20)] == ["15"] * 20
    host.twin.faults.clear()
    assert [host.status(), host.status()] == ["15", "16"]


def communication_error_next() -> None:
    host = started("communication_error_next")
    assert [host.status(), host.status()] == ["4a", "11"]


def invalid_next() -> None:
    host = started()
    note = host.escrowed()
    host.twin.faults.add("invalid_next")
    assert host.status() == "1365"
    assert host.ask("42") == "4b"
    assert host.status() == "1365"
    assert host.ask("42") == "50"
    assert host.status() == "15"
    assert host.where(note) == "box"


def wrong_length_next() -> None:
    host = started("wrong_length_next")
    answer = host.raw(golden("status-request"))
    assert answer[1] == len(answer) + 1
    assert host.status() == "11"


def echo() -> None:
    host = Host()
    host.twin.faults.add("echo")
    assert host.raw(golden("reset")) == golden("power-up") + golden("device-ack")


def slow_start() -> None:
    host = Host()
    host.twin.faults.add("slow_start")
    host.reset()
    said = [host.status() for _ in range(12)]
    assert said == [""] * 10 + ["1b"] * 2


def late(fault: str, after_ms: int) -> None:
    host = started(fault)
    host.now += 500
    assert host.raw(golden("status-request")) == b""
    host.now += after_ms - 1
    assert host.twin.poll(host.now) == host.now + 1
    assert host.twin.take_output() == b""
    host.now += 1
    host.twin.poll(host.now)
    assert host.twin.take_output() == golden("idling")


def answer_after_60_ms() -> None:
    late("answer_after_60_ms", 60)


def answer_after_2500_ms() -> None:
    late("answer_after_2500_ms", 2_500)


def failing(name: str, code: int) -> Callable[[], None]:
    def plays() -> None:
        host = started(rate=1)
        note = host.escrowed()
        host.ask("42")
        host.twin.faults.add(name)
        assert host.status() == f"49{code:02x}"
        assert host.where(note) == "acceptor.path"
        host.twin.faults.clear()
        assert host.status() == f"49{code:02x}"
        host.start()
        assert [host.where(note), host.credited] == ["box", 1]

    return plays


def refusing(name: str, code: int) -> Callable[[], None]:
    def plays() -> None:
        host = started(f"reject_{name}_next")
        note = host.insert()
        assert [host.status(), host.status()] == [f"17{code:02x}", "11"]
        assert host.where(note) == "acceptor.mouth"

    return plays


PLAYED: Mapping[str, Callable[[], None]] = {
    **{
        play.__name__: play
        for play in (
            jam_in_path_next, jam_in_stacker_next, withdrawn_on_string_next, reject_next, reject_all, unknown_type_next,
            barcode_next, return_not_taken, stacked_without_event_next, event_without_note_next, second_note_next,
            cheat_next, box_full, box_removed, stop_clears_itself, no_power_recovery, credit_forgotten, lost_ack,
            lost_ack_next, lost_ack_thrice, communication_error_next, invalid_next, wrong_length_next, echo, slow_start,
            answer_after_60_ms, answer_after_2500_ms,
        )
    },
    **{name: failing(name, code) for name, code in FAILURES.items()},
    **{f"reject_{name}_next": refusing(name, code) for name, code in REASONS.items()},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_each_fault_shows_and_moves_matter_as_it_says(name: str) -> None:
    PLAYED[name]()


def test_the_menu_has_every_fault_with_one_sentence() -> None:
    menu = Host().twin.fault_names()
    assert menu.keys() == FAULTS.keys() | LINK_FAULTS.keys()
    assert not FAULTS.keys() & LINK_FAULTS.keys()
    for sentence in menu.values():
        assert sentence.endswith(".")
        assert sentence[0].isupper() or sentence[0].isdigit()


# -- STACK-1 says 15 while the note can still be lost (trap 4)


@pytest.mark.parametrize("acknowledged", [True, False])
@pytest.mark.parametrize(
    ("fault", "status", "place"),
    [("jam_in_stacker_next", "46", "acceptor.jam"), ("withdrawn_on_string_next", "48", "hand")],
)
def test_stack_1_credits_what_then_does_not_arrive(fault: str, status: str, place: str, acknowledged: bool) -> None:
    host = started(rate=1)
    note = host.escrowed()
    host.twin.faults.add(fault)
    host.ask("41")
    host.now += 500
    assert host.status(ack=acknowledged) == "15"
    host.now += 2_000
    if not acknowledged:
        assert host.status() == "15"
    assert host.status() == status
    assert [host.where(note), host.credited] == [place, 1]


# -- faults of the link (reliability notes 5, "any link")


def test_link_faults_touch_the_answers() -> None:
    host = started()
    host.twin.faults.add("silence_before_once")
    assert host.ask("c301") == ""
    assert host.status() == "11"
    host.twin.faults.add("silence_after_once")
    assert host.ask("c301") == ""
    assert host.status() == "1a"
    host.twin.faults.add("bit_flip_once")
    assert host.raw(golden("status-request")) not in (b"", golden("disabled"))
    host.twin.faults.add("duplicate_reply_once")
    assert host.raw(golden("status-request")) == golden("disabled") * 2
    assert host.status() == "1a"


def test_reset_by_itself_is_a_power_cut() -> None:
    host = started()
    note = host.escrowed()
    host.twin.faults.add("reset_by_itself_once")
    assert host.ask("42") == ""
    assert host.status() == "41"
    assert host.where(note) == "acceptor.escrow"
